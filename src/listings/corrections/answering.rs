//! Answering a correction: by whoever keeps the service now, once. Taking one back: by whoever made it.

use chrono::{DateTime, Utc};
use entity::enums::{CorrectionKind, CorrectionState, VersionAction};
use entity::ids::{CorrectionId, ListingVersionId};
use entity::{correction, listing_version};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Condition;
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect};

use super::life::{self, Act};
use super::{About, no_such_correction, open_key, worded};
use crate::listings::acting::{Actor, Theirs};
use crate::listings::changes::FieldChange;
use crate::listings::editing::{Change, When};
use crate::listings::store;
use crate::listings::subject::{Listing, Subject};
use crate::listings::undoing::clashed;
use crate::listings::{Done, Listings, Refused, Why};

/// What the owner makes of a correction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// What it proposes is made in the listing.
    Apply,
    /// The owner changed the listing themselves.
    DoneByHand,
    /// The listing stays as it is.
    Decline,
}

impl Verdict {
    const fn act(self) -> Act {
        match self {
            Self::Apply => Act::Apply,
            Self::DoneByHand => Act::DoneByHand,
            Self::Decline => Act::Decline,
        }
    }
}

/// The owner's answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// What they make of it.
    pub verdict: Verdict,
    /// What they say to its author.
    pub reply: String,
    /// The version of the listing that a change is thought of for.
    pub expected: Option<i32>,
    /// Why, where the listing changes.
    pub reason: Option<String>,
}

impl Listings {
    /// Answers a correction. With a draft every refusal is answered that it stands for.
    ///
    /// # Errors
    /// [`Why::NotFound`] for one of a service that is not theirs now; [`Why::Decided`] where it was answered or taken
    /// back; [`Why::BadValue`]; where it is applied, whatever [`Listings::edit`] refuses.
    pub async fn answer_correction(&self, actor: &Actor, id: CorrectionId, answer: Answer) -> Done<CorrectionId> {
        let reply = worded("input.reply", Some(&answer.reply), About::TheService)?.ok_or_else(|| {
            Refused::field(Why::BadValue, "input.reply", "Say what came of it: its author will read it.")
        })?;
        let now = self.now();
        let transaction = self.database.begin_write().await?;
        let row = correction::Entity::find_by_id(id).one(&transaction).await?.ok_or_else(no_such_correction)?;
        let held = store::find(&transaction, Subject::Service(row.service_id), true).await?;
        let held = held.filter(|held| held.theirs(actor) == Theirs::Yes).ok_or_else(no_such_correction)?;
        let row = correction::Entity::find_by_id(id).lock_exclusive().one(&transaction).await?;
        let row = row.ok_or_else(no_such_correction)?;
        let Some(state) = life::after(row.state, answer.verdict.act()) else {
            return Err(Refused::field(Why::Decided, "input.id", "It was answered, or taken back, already."));
        };
        let version = match answer.verdict {
            Verdict::Apply => Some(self.apply_correction(&transaction, actor, &row, &answer, now).await?),
            Verdict::DoneByHand | Verdict::Decline => None,
        };
        let mut these = Condition::any().add(correction::Column::Id.eq(id));
        if let (CorrectionKind::Drafted, Some(reason)) = (row.kind, row.reason) {
            these = these.add(
                Condition::all()
                    .add(correction::Column::ServiceId.eq(row.service_id))
                    .add(correction::Column::Reason.eq(reason))
                    .add(correction::Column::Kind.eq(CorrectionKind::Refusal))
                    .add(correction::Column::State.eq(CorrectionState::Open)),
            );
        }
        let answered = correction::ActiveModel {
            state: Set(state),
            reply: Set(Some(reply)),
            answered_by: Set(actor.asker.account()),
            answered_for: Set(held.owner),
            answered_at: Set(Some(now)),
            version_id: Set(version),
            open_key: Set(None),
            updated_at: Set(now),
            ..Default::default()
        };
        correction::Entity::update_many().set(answered).filter(these).exec(&transaction).await?;
        transaction.commit().await?;
        if version.is_some() {
            self.show().await;
        }
        Ok(id)
    }

    /// Makes what a correction proposes in the listing, as any change is made.
    async fn apply_correction(
        &self,
        db: &DatabaseTransaction,
        actor: &Actor,
        row: &correction::Model,
        answer: &Answer,
        now: DateTime<Utc>,
    ) -> Done<ListingVersionId> {
        let Some(proposed) = &row.proposed else {
            let message = "It proposes nothing that could be made in one step: change the listing, and answer \
                           DONE_BY_HAND.";
            return Err(Refused::field(Why::BadValue, "input.verdict", message));
        };
        let proposed: Vec<FieldChange> = serde_json::from_str(proposed)?;
        let expected = answer.expected.ok_or_else(|| {
            let message = "Say which version of the listing you have seen: `serviceVersion` of the correction.";
            Refused::field(Why::BadValue, "input.expectedVersion", message)
        })?;
        let change = Change {
            action: VersionAction::CorrectionApplied,
            expected,
            reason: answer.reason.clone(),
            when: When::Now,
            key: None,
            input: String::new(),
        };
        let does = |listing: &mut Listing| {
            *listing = listing.with(proposed, now)?.map_err(|clashes| clashed(clashes, expected))?;
            Ok(())
        };
        self.edit_in(db, actor, Subject::Service(row.service_id), change, does).await
    }

    /// Takes back what somebody said. What was drafted of it stays.
    ///
    /// # Errors
    /// [`Why::NotFound`] for what somebody else said; [`Why::Decided`] where it was answered or taken back.
    pub async fn withdraw_correction(&self, actor: &Actor, id: CorrectionId) -> Done<CorrectionId> {
        let now = self.now();
        let none = || Refused::field(Why::NotFound, "id", "There is no such correction.");
        let transaction = self.database.begin_write().await?;
        let row = correction::Entity::find_by_id(id).lock_exclusive().one(&transaction).await?.ok_or_else(none)?;
        if row.author_id.is_none() || row.author_id != actor.asker.account() {
            return Err(none());
        }
        let Some(state) = life::after(row.state, Act::Withdraw) else {
            return Err(Refused::field(Why::Decided, "id", "It was answered, or taken back, already."));
        };
        let withdrawn = correction::ActiveModel { state: Set(state), updated_at: Set(now), ..Default::default() };
        let this = correction::Column::Id.eq(id);
        correction::Entity::update_many().set(withdrawn).filter(this).exec(&transaction).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Opens again what became a change that is not made after all: it would be lost otherwise. The listing's row is held.
    pub(in crate::listings) async fn correction_returns(
        &self,
        db: &DatabaseTransaction,
        version: &listing_version::Model,
        now: DateTime<Utc>,
    ) -> Done<()> {
        if version.action != VersionAction::CorrectionApplied {
            return Ok(());
        }
        let became = correction::Entity::find().filter(correction::Column::VersionId.eq(version.id));
        for row in became.lock_exclusive().all(db).await? {
            let Some(state) = life::after(row.state, Act::Return) else { continue };
            let key = match (row.kind, row.reason) {
                (CorrectionKind::Drafted, Some(reason)) => Some(open_key(row.service_id, reason)),
                (CorrectionKind::Drafted | CorrectionKind::Suggestion | CorrectionKind::Refusal, _) => None,
            };
            if let Some(key) = &key {
                // Where another was drafted since, that one stands for the same.
                let another = correction::Entity::find().filter(correction::Column::OpenKey.eq(key.as_str()));
                if another.one(db).await?.is_some() {
                    continue;
                }
            }
            let opened = correction::ActiveModel {
                state: Set(state),
                reply: Set(None),
                answered_by: Set(None),
                answered_for: Set(None),
                answered_at: Set(None),
                version_id: Set(None),
                open_key: Set(key),
                updated_at: Set(now),
                ..Default::default()
            };
            let this = correction::Column::Id.eq(row.id);
            correction::Entity::update_many().set(opened).filter(this).exec(db).await?;
        }
        Ok(())
    }
}
