//! Settings of subscriptions.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Subscriptions: over WebSockets, and as server-sent events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LiveSettings {
    /// Most WebSockets and streams of events at once; 0 for none.
    pub max_streams: u32,
    /// Most subscriptions of one WebSocket.
    pub max_subscriptions: u32,
    /// How long a WebSocket may take to say who asks, in seconds.
    pub init_timeout_s: u32,
    /// How often a sign of life is given where nothing happens, in seconds.
    pub heartbeat_s: u32,
    /// How long a client may take nothing of what it is sent, in seconds.
    pub patience_s: u32,
    /// How often it is looked whether a pathway that somebody watches has changed, in seconds.
    pub look_every_s: u32,
}

impl Default for LiveSettings {
    fn default() -> Self {
        Self {
            max_streams: 1_000,
            max_subscriptions: 20,
            init_timeout_s: 10,
            heartbeat_s: 20,
            patience_s: 30,
            look_every_s: 5,
        }
    }
}

impl LiveSettings {
    /// [`Self::init_timeout_s`] as a duration.
    #[must_use]
    pub const fn init_timeout(&self) -> Duration {
        Duration::from_secs(self.init_timeout_s as u64)
    }

    /// [`Self::heartbeat_s`] as a duration.
    #[must_use]
    pub const fn heartbeat(&self) -> Duration {
        Duration::from_secs(self.heartbeat_s as u64)
    }

    /// [`Self::patience_s`] as a duration.
    #[must_use]
    pub const fn patience(&self) -> Duration {
        Duration::from_secs(self.patience_s as u64)
    }

    /// [`Self::look_every_s`] as a duration.
    #[must_use]
    pub const fn look_every(&self) -> Duration {
        Duration::from_secs(self.look_every_s as u64)
    }
}
