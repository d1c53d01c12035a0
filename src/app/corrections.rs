//! The loop in which refused referrals teach the directory: people and listings do not know each other, and meet here.

use std::time::Duration;

use entity::enums::ReferralReason;

use super::App;
use crate::listings::corrections::drafting::ReferralsRefused;
use crate::listings::corrections::refusals::{ReferralRule, of_referral};
use crate::{listings, people};

/// How long referrals that were refused wait until they are looked at. They are, of days that are over.
const BETWEEN_DRAFTING: Duration = Duration::from_secs(60 * 60);

/// Why no correction could be drafted.
#[derive(Debug, thiserror::Error)]
pub enum NotDrafted {
    /// Referrals could not be counted.
    #[error(transparent)]
    Counted(#[from] people::Trouble),
    /// Corrections could not be written.
    #[error(transparent)]
    Written(#[from] listings::Trouble),
}

impl App {
    /// Drafts corrections of listings for ever, where referrals to a service are refused again and again for a reason that
    /// speaks of its listing.
    pub async fn draft_corrections(self) {
        loop {
            match self.draft_of_referrals().await {
                Ok(0) => {}
                Ok(drafted) => tracing::info!(drafted, "corrections.drafted"),
                Err(error) => tracing::warn!(%error, "corrections.drafted: not now"),
            }
            tokio::time::sleep(BETWEEN_DRAFTING).await;
        }
    }

    /// Looks once at the referrals that were refused; says how many corrections were drafted, or are said more of. Asked
    /// again it drafts nothing anew, however many processes do.
    ///
    /// # Errors
    /// The database failed; what was drafted before stays.
    pub async fn draft_of_referrals(&self) -> Result<u64, NotDrafted> {
        let settings = &self.config.corrections;
        let rule = ReferralRule { people: settings.referred_people, days: settings.referred_days };
        let mut drafted = 0;
        for reason in ReferralReason::ALL {
            let Some(says) = of_referral(*reason) else { continue };
            let refused = self.people.often_refused(*reason, rule.people, rule.days).await?;
            let refused: Vec<ReferralsRefused> = refused
                .into_iter()
                .map(|one| ReferralsRefused {
                    service: one.service,
                    by: one.agency,
                    reason: says,
                    since: one.since.to_utc(),
                })
                .collect();
            drafted += self.listings.draft_of_referrals(rule, &refused).await?;
        }
        Ok(drafted)
    }
}
