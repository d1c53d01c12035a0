//! Closed sets of listings: what they are, and what happens to them.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

closed_set! {
    /// What a listing tells of.
    ListingKind {
        /// An agency.
        Agency = "agency",
        /// A service.
        Service = "service",
        /// A location.
        Location = "location",
    }
}

closed_set! {
    /// How far a change of a listing has come.
    VersionState {
        /// Kept aside until somebody publishes it.
        Draft = "draft",
        /// Waiting for a manager of the agency.
        AwaitingApproval = "awaiting_approval",
        /// Waiting for its hour.
        Scheduled = "scheduled",
        /// Made: the listing has been so since, or until the next.
        Published = "published",
        /// Not made: a manager said no.
        Declined = "declined",
        /// Not made: whoever began it gave it up, or what it would change has changed meanwhile.
        Dropped = "dropped",
    }
}

closed_set! {
    /// What a change of a listing did.
    VersionAction {
        /// It was as its source told it, when it was first changed here.
        Imported = "imported",
        /// It was made here.
        Created = "created",
        /// Some of it was written anew.
        Edited = "edited",
        /// Its hours were.
        HoursSet = "hours_set",
        /// Whom it takes was.
        EligibilitySet = "eligibility_set",
        /// Its places and waiting time were.
        CapacitySet = "capacity_set",
        /// It was closed for a while.
        ClosedTemporarily = "closed_temporarily",
        /// It was opened again.
        Reopened = "reopened",
        /// It ended for good.
        Ended = "ended",
        /// An earlier change was taken back.
        Undone = "undone",
        /// A suggestion from the field was taken over.
        CorrectionApplied = "correction_applied",
        /// Another listing of the same was joined to it, or it to another.
        Merged = "merged",
        /// They were parted again.
        Parted = "parted",
        /// It was given to another agency.
        HandedOver = "handed_over",
    }
}

closed_set! {
    /// How far a correction from the field has come.
    CorrectionState {
        /// Waiting for an answer.
        Open = "open",
        /// Taken over into the listing, by itself or by hand.
        Applied = "applied",
        /// Not taken over; the reply says why.
        Declined = "declined",
        /// Taken back by whoever made it.
        Withdrawn = "withdrawn",
    }
}

closed_set! {
    /// What a correction from the field is.
    CorrectionKind {
        /// A worker says what would be right.
        Suggestion = "suggestion",
        /// A worker tells that the service turned somebody away.
        Refusal = "refusal",
        /// Drafted here, of several refusals with one reason, or of referrals that were refused for it.
        Drafted = "drafted",
    }
}

closed_set! {
    /// What a service said when it turned somebody away.
    RefusalReason {
        /// It takes no new people now: every place is taken, or the list is closed.
        NotTakingNewPeople = "not_taking_new_people",
        /// It was shut when the listing said that it was open.
        ClosedAtTheTime = "closed_at_the_time",
        /// It is not there any more.
        MovedOrGone = "moved_or_gone",
        /// Nobody came to the door, the telephone or the e-mail.
        NobodyAnswered = "nobody_answered",
        /// It does not do what the listing says.
        NotOffered = "not_offered",
        /// It does not cover where the person lives or stays.
        AreaNotCovered = "area_not_covered",
        /// It wants a connection to its own area.
        NoLocalConnection = "no_local_connection",
        /// Too young or too old.
        Age = "age",
        /// It is for another gender.
        Gender = "gender",
        /// It takes nobody who uses or drinks, or not so soon.
        UsingNow = "using_now",
        /// It takes nobody on a substitute prescription.
        SubstitutePrescribing = "substitute_prescribing",
        /// Because of an offence.
        Offences = "offences",
        /// Because of the person's mental health.
        MentalHealth = "mental_health",
        /// It takes nobody without recourse to public funds.
        NoRecourse = "no_recourse",
        /// It takes nobody with children.
        Children = "children",
        /// It takes nobody with a pet.
        Pets = "pets",
        /// It wanted papers that the person did not have.
        NoId = "no_id",
        /// It takes nobody by the way they came: no self-referral, or no referral by this agency.
        RouteNotAccepted = "route_not_accepted",
        /// It wanted money that the person did not have.
        Cost = "cost",
        /// The person could not get in or be understood: stairs, no interpreter.
        NotAccessible = "not_accessible",
        /// Anything else.
        Other = "other",
    }
}

closed_set! {
    /// As what somebody is asked to keep an agency's listings true.
    DutyRank {
        /// They were named for it.
        NamedContact = "named_contact",
        /// They stand in for the named contact.
        Deputy = "deputy",
        /// They answer for the agency, and nobody who was named can be asked.
        Manager = "manager",
        /// They coordinate the network, and nobody of the agency can be asked.
        Coordinator = "coordinator",
    }
}
