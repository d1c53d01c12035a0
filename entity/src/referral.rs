//! Referrals.

use sea_orm::entity::prelude::*;

use crate::enums::{Achievement, ReferralReason, ReferralState, ReferralUrgency};
use crate::ids::{AccountId, AgencyId, ReferralId, RelationshipId, ServiceId, ServiceUserId};
use crate::instants::Millis;

/// That an agency asks another one to take a service user on.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "referral")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ReferralId,
    /// Whom.
    pub service_user_id: ServiceUserId,
    /// Whom it was recorded for, before double records were joined.
    pub recorded_for: ServiceUserId,
    /// Who sends.
    pub agency_id: AgencyId,
    /// To whom.
    pub to_agency_id: AgencyId,
    /// The receiver, once it was sent, who may see its header; nobody before, nor once it was entered in error.
    pub party_id: Option<AgencyId>,
    /// To which service of theirs, where to a certain one.
    pub service_id: Option<ServiceId>,
    /// The referral in whose place it stands.
    pub parent_id: Option<ReferralId>,
    /// What makes the receiver somebody to the service user, once it was sent.
    pub relationship_id: Option<RelationshipId>,
    /// How far it has come; what time alone brings is reckoned beside.
    pub state: ReferralState,
    /// Where it was before it was put on hold.
    pub held_from: Option<ReferralState>,
    /// How soon it matters.
    pub urgency: ReferralUrgency,
    /// The day of release from custody, where there is one.
    pub release_on: Option<Date>,
    /// The one account that answers for it.
    pub owner_id: AccountId,
    /// The agency that they answer for.
    pub owner_agency_id: AgencyId,
    /// Who was asked to take it over, and has not said yes.
    pub offered_to: Option<AccountId>,
    /// Who wrote it.
    pub created_by: AccountId,
    /// When it was written.
    pub created_at: Millis,
    /// When it was sent.
    pub sent_at: Option<Millis>,
    /// By when it has to be answered.
    pub expires_at: Option<Millis>,
    /// Since when it is on the waiting list.
    pub waitlisted_at: Option<Millis>,
    /// The day on which the receiver expects a place to be free.
    pub expected_on: Option<Date>,
    /// Why it was not taken on, or came to nothing.
    pub reason: Option<ReferralReason>,
    /// How far what was wanted came about.
    pub outcome: Option<Achievement>,
    /// When something was last done with it.
    pub changed_at: Millis,
    /// The how manieth writing of the draft it is, from 1.
    pub version: i32,
    /// The hash of what the receiver would see by way of it, as it was when it was sent or widened; absent before.
    #[sea_orm(column_type = "Text", nullable)]
    pub preview_hash: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
