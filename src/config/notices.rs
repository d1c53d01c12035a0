//! Settings of notices to agencies' own systems.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Notices to agencies' own systems.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NoticeSettings {
    /// Whether this process sends any; what is not sent waits.
    pub enabled: bool,
    /// Whether plain HTTP and addresses that are not public may be named.
    pub allow_private: bool,
    /// How often it is looked for what is due, in seconds.
    pub look_every_s: u32,
    /// For how many days what was delivered is kept.
    pub keep_days: u32,
}

impl Default for NoticeSettings {
    fn default() -> Self {
        Self { enabled: true, allow_private: false, look_every_s: 5, keep_days: 30 }
    }
}

impl NoticeSettings {
    /// [`Self::look_every_s`] as a duration.
    #[must_use]
    pub const fn look_every(&self) -> Duration {
        Duration::from_secs(self.look_every_s as u64)
    }
}
