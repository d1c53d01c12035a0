//! The loops that send notices, and remove what is not kept.

use std::time::Duration;

use super::App;
use crate::notices::Notices;
use crate::notices::lanes::Lane;
use crate::notices::sending::Sender;

/// How long what is not kept may lie about.
const BETWEEN_TIDYING: Duration = Duration::from_secs(60 * 60);

impl App {
    /// Notices to agencies' own systems, and to their people by e-mail.
    #[must_use]
    pub fn notices(&self) -> Notices {
        let (database, clock, vault) = (self.database.clone(), self.clock.clone(), self.vault.clone());
        Notices::new(database, clock, vault, self.post.clone(), &self.config.notices)
    }

    /// Sends notices for ever: those to systems that take them at once, beside that those to systems that are slow, or do not,
    /// and beside all these letters.
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
            sender.send_for_ever(Lane::Well, every),
            sender.send_for_ever(Lane::Slow, every),
            sender.send_for_ever(Lane::Failing, every),
            sender.send_for_ever(Lane::Letters, every),
            tidy(&notices),
        );
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
