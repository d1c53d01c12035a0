//! Closed sets of groups.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

closed_set! {
    /// How far somebody has come in a group.
    GroupPlaceState {
        /// They wait for a place.
        Waiting = "waiting",
        /// They have a place in a cohort.
        Placed = "placed",
        /// They wait no longer, or have given their place up.
        Left = "left",
    }
}

closed_set! {
    /// Something that happened to a place in a group.
    GroupPlaceStep {
        /// They asked for a place, and wait for one.
        Asked = "asked",
        /// They asked for a place, and got one that was free.
        Given = "given",
        /// They were first in line, and got a place.
        MovedUp = "moved_up",
        /// They got a place before others who waited longer, for a reason.
        Preferred = "preferred",
        /// Their cohort was called off, and they wait again where they stood in line.
        PutBack = "put_back",
        /// They gave it up.
        Left = "left",
        /// It was ended: the group was closed, or their case at the agency.
        Ended = "ended",
    }
}

closed_set! {
    /// Why a group is closed, or a cohort called off.
    GroupEndReason {
        /// It has done what it was for.
        Done = "done",
        /// Too few came.
        TooFew = "too_few",
        /// Nobody is there to hold it.
        NoWorker = "no_worker",
        /// There is nowhere to meet.
        NoRoom = "no_room",
        /// It is paid for no longer.
        NoFunding = "no_funding",
        /// Another one stands in its place.
        Replaced = "replaced",
        /// Anything else.
        Other = "other",
    }
}
