//! The loops that send notices, and remove what is not kept.

use std::time::Duration;

use super::App;
use crate::notices::Notices;
use crate::notices::sending::{Lane, Round, Sender};

/// How long what is not kept may lie about.
const BETWEEN_TIDYING: Duration = Duration::from_secs(60 * 60);

impl App {
    /// Notices to agencies' own systems, and to their people by e-mail.
    #[must_use]
    pub fn notices(&self) -> Notices {
        let (database, clock, vault) = (self.database.clone(), self.clock.clone(), self.vault.clone());
        Notices::new(database, clock, vault, self.post.clone(), &self.config.notices)
    }

    /// Sends notices for ever: those to endpoints that take them, beside that those to endpoints that do not, and beside both
    /// letters.
    pub async fn send_notices(self) {
        if !self.config.notices.enabled {
            return;
        }
        let notices = self.notices();
        let sender = match Sender::new(notices.clone()) {
            Ok(sender) => sender,
            Err(error) => {
                tracing::error!(%error, "notices.client: none is sent");
                return;
            }
        };
        let every = self.config.notices.look_every();
        tokio::join!(
            look(&sender, Lane::Well, every),
            look(&sender, Lane::Failing, every),
            look(&sender, Lane::Letters, every),
            tidy(&notices),
        );
    }
}

async fn look(sender: &Sender, lane: Lane, every: Duration) {
    loop {
        match sender.send_lane(lane).await {
            Ok(round) if round == Round::default() => {}
            Ok(Round { delivered, later, dead, switched_off }) => {
                tracing::debug!(delivered, later, dead, switched_off, "notices.sent");
            }
            Err(error) => tracing::warn!(%error, "notices.sent: not now"),
        }
        tokio::time::sleep(every).await;
    }
}

async fn tidy(notices: &Notices) {
    loop {
        match notices.tidy().await {
            Ok(removed) => tracing::debug!(removed, "notices.tidied"),
            Err(error) => tracing::warn!(%error, "notices.tidied: not now"),
        }
        tokio::time::sleep(BETWEEN_TIDYING).await;
    }
}
