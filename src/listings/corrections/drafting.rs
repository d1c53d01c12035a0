//! Drafting a correction of referrals that a service refused again and again for one reason. That they did is told by whoever
//! keeps referrals, which is not this room; by how many, and whose they were, is told to nobody.
//!
//! Of one service and one reason one draft is open, whatever stands behind it: what workers told of, referrals, or both.

use chrono::{DateTime, Utc};
use entity::correction;
use entity::enums::{CorrectionKind, CorrectionState, RefusalReason};
use entity::ids::{AgencyId, CorrectionId, ServiceId};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Condition, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use super::open_key;
use super::refusals::{self, ReferralRule};
use super::telling::{New, row};
use crate::listings::store;
use crate::listings::subject::{Listing, Subject};
use crate::listings::{Done, Listings};

/// That referrals of enough people to a service were refused for one reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReferralsRefused {
    /// The service.
    pub service: ServiceId,
    /// The agency that refused them.
    pub by: AgencyId,
    /// What that says of the listing.
    pub reason: RefusalReason,
    /// From when on there were enough: since an answer that came at this instant or later there were too few.
    pub since: DateTime<Utc>,
}

impl Listings {
    /// Drafts a correction for each of these, or adds to the one that is open what it says: where nobody was told yet, and
    /// nothing was answered since. Only the agency itself that refused is told, as long as the service is its. Says how many
    /// were drafted or added to.
    ///
    /// # Errors
    /// The database failed; what was drafted before stays.
    pub async fn draft_of_referrals(&self, rule: ReferralRule, refused: &[ReferralsRefused]) -> Done<u64> {
        let mut drafted = 0;
        for one in refused {
            // Of most it was told before: nothing is held to see that.
            if !was_told(self.database.connection(), one).await? && self.draft_of(rule, one).await? {
                drafted += 1;
            }
        }
        Ok(drafted)
    }

    async fn draft_of(&self, rule: ReferralRule, one: &ReferralsRefused) -> Done<bool> {
        let now = self.now();
        let transaction = self.database.begin_write().await?;
        // Held, so that of two processes the second sees what the first has drafted.
        let Some(held) = store::find(&transaction, Subject::Service(one.service), true).await? else {
            return Ok(false);
        };
        let Listing::Service(service) = &held.listing else { return Ok(false) };
        if held.owner != Some(one.by) || was_told(&transaction, one).await? {
            return Ok(false);
        }
        let told = refusals::words_of_referrals(rule, one.reason);
        let key = open_key(one.service, one.reason);
        let added =
            correction::ActiveModel { referrals: Set(Some(told.clone())), updated_at: Set(now), ..Default::default() };
        let of_key = correction::Column::OpenKey.eq(key.as_str());
        let added = correction::Entity::update_many().set(added).filter(of_key).exec(&transaction).await?;
        if added.rows_affected == 0 {
            let new = New {
                kind: CorrectionKind::Drafted,
                author: None,
                words: None,
                proposed: self.changes_proposed(service, &refusals::proposes(one.reason))?,
                reason: Some(one.reason),
                // The day of the first would be a day on which somebody was refused.
                happened_on: None,
                place: None,
                open_key: Some(key),
                referrals: Some(told),
            };
            let row = row(CorrectionId(self.clock.new_id()), &held, service, new, now)?;
            let unless_there = OnConflict::column(correction::Column::OpenKey).do_nothing().to_owned();
            correction::Entity::insert(row).on_conflict(unless_there).exec_without_returning(&transaction).await?;
        }
        transaction.commit().await?;
        Ok(true)
    }
}

/// Whether an open draft says so already, or one was answered since, whatever stood behind it: what was refused before is
/// answered with it.
async fn was_told(db: &impl ConnectionTrait, one: &ReferralsRefused) -> Done<bool> {
    let says_so = Condition::all()
        .add(correction::Column::State.eq(CorrectionState::Open))
        .add(correction::Column::Referrals.is_not_null());
    let found = correction::Entity::find()
        .filter(correction::Column::ServiceId.eq(one.service))
        .filter(correction::Column::Reason.eq(one.reason))
        .filter(correction::Column::Kind.eq(CorrectionKind::Drafted))
        .filter(Condition::any().add(says_so).add(correction::Column::AnsweredAt.gte(one.since)));
    Ok(found.one(db).await?.is_some())
}
