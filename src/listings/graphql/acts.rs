//! What is asked for when a listing is changed or made, each act its own.

use async_graphql::{ID, InputObject};

use super::fields::{AgencyFields, LocationFields, ServiceFields};
use super::inputs::{CapacityInput, EligibilityInput, ScheduleInput};
use crate::api::scalars::{Date, DateTime};

/// Inputs that say which listing, in which version, why and when; with what they change.
macro_rules! changes {
    ($($(#[$meta:meta])* $name:ident of $what:literal { $($(#[$fmeta:meta])* $field:ident: $of:ty),+ $(,)? }),+ $(,)?) => { $(
        $(#[$meta])*
        #[derive(Clone, Debug, InputObject)]
        pub struct $name {
            #[doc = concat!("Which ", $what, ", by its global id.")]
            pub(super) id: ID,
            /// The version that was looked at: where the listing has another by now, nothing is changed.
            pub(super) expected_version: i32,
            $($(#[$fmeta])* pub(super) $field: $of,)+
            /// Why, in at most 500 characters; kept with the change.
            pub(super) reason: Option<String>,
            /// A key of your own, of at most 200 characters: the same change with the same key is made once within 30 days.
            pub(super) idempotency_key: Option<String>,
        }
    )+ };
}

changes! {
    /// How to change an agency.
    UpdateAgencyInput of "agency" {
        /// What to change.
        fields: AgencyFields,
        /// From when on it is to hold, at most two years ahead; null for at once.
        publish_at: Option<DateTime>,
        /// Whether to keep it aside as a draft.
        #[graphql(default)]
        draft: bool,
    },
    /// How to change a service.
    UpdateServiceInput of "service" {
        /// What to change.
        fields: ServiceFields,
        /// From when on it is to hold, at most two years ahead; null for at once.
        publish_at: Option<DateTime>,
        /// Whether to keep it aside as a draft.
        #[graphql(default)]
        draft: bool,
    },
    /// How to change a location.
    UpdateLocationInput of "location" {
        /// What to change.
        fields: LocationFields,
        /// From when on it is to hold, at most two years ahead; null for at once.
        publish_at: Option<DateTime>,
        /// Whether to keep it aside as a draft.
        #[graphql(default)]
        draft: bool,
    },
    /// The hours of a service.
    SetServiceHoursInput of "service" {
        /// Every line; empty for not stated.
        schedules: Vec<ScheduleInput>,
        /// At which of its places, by the location's global id; null for the hours that hold where a place has none of
        /// its own.
        location: Option<ID>,
        /// From when on they are to hold, at most two years ahead; null for at once.
        publish_at: Option<DateTime>,
        /// Whether to keep it aside as a draft.
        #[graphql(default)]
        draft: bool,
    },
    /// Whom a service takes.
    SetServiceEligibilityInput of "service" {
        /// All of it: what is left out is not stated from then on.
        eligibility: EligibilityInput,
        /// From when on it is to hold, at most two years ahead; null for at once.
        publish_at: Option<DateTime>,
        /// Whether to keep it aside as a draft.
        #[graphql(default)]
        draft: bool,
    },
    /// The places and waiting time of a service.
    SetCapacityInput of "service" {
        /// All of it: what is left out is not stated from then on.
        capacity: CapacityInput,
    },
    /// That a service is closed for a while.
    CloseTemporarilyInput of "service" {
        /// When it is expected back; null where nobody knows.
        reopens_on: Option<Date>,
        /// What people must know, in a sentence; what stood there stays where it is absent.
        alert: Option<String>,
    },
    /// That a service is open again.
    ReopenInput of "service" {
        /// Whether to keep what people were told meanwhile.
        #[graphql(default)]
        keep_alert: bool,
    },
    /// That a service has ended for good.
    EndServiceInput of "service" {
        /// From when on, at most two years ahead; null for at once.
        publish_at: Option<DateTime>,
    },
}

/// A new agency.
#[derive(Clone, Debug, InputObject)]
pub struct CreateAgencyInput {
    /// What there is to say of it; it must have a name.
    pub(super) fields: AgencyFields,
    /// Why, in at most 500 characters.
    pub(super) reason: Option<String>,
    /// A key of your own, of at most 200 characters: with the same key it is made once within 30 days.
    pub(super) idempotency_key: Option<String>,
}

/// A new service of the agency that the viewer acts for.
#[derive(Clone, Debug, InputObject)]
pub struct CreateServiceInput {
    /// What there is to say of it; it must have a name.
    pub(super) fields: ServiceFields,
    /// Why, in at most 500 characters.
    pub(super) reason: Option<String>,
    /// A key of your own, of at most 200 characters: with the same key it is made once within 30 days.
    pub(super) idempotency_key: Option<String>,
}

/// A new location of the agency that the viewer acts for.
#[derive(Clone, Debug, InputObject)]
pub struct CreateLocationInput {
    /// What there is to say of it.
    pub(super) fields: LocationFields,
    /// Why, in at most 500 characters.
    pub(super) reason: Option<String>,
    /// A key of your own, of at most 200 characters: with the same key it is made once within 30 days.
    pub(super) idempotency_key: Option<String>,
}
