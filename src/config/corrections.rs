//! Settings of corrections from the field.

use serde::{Deserialize, Serialize};

/// When several refusals become a draft of a correction: those that workers tell of, and those of referrals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Corrections {
    /// So many refusals of one service with one reason.
    pub refusals: u32,
    /// By at least so many workers.
    pub workers: u32,
    /// Within so many days.
    pub days: u32,
    /// Referrals of so many people to one service that were refused for one reason.
    pub referred_people: u32,
    /// Within so many days.
    pub referred_days: u32,
}

impl Default for Corrections {
    fn default() -> Self {
        Self { refusals: 3, workers: 2, days: 60, referred_people: 5, referred_days: 90 }
    }
}
