//! The closed set of how far somebody has come in a group.

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
