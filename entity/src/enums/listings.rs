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
