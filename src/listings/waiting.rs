//! Changes that wait: drafts until somebody publishes them, what needs a manager until one has looked at it, what is to
//! hold from an hour on until that hour. When their time comes they are made in the listing as it is then.

use chrono::{DateTime, Utc};
use entity::enums::VersionState;
use entity::ids::{AccountId, AgencyId, ListingVersionId};
use entity::{agency, listing_version};
use sea_orm::ActiveValue::{Set, Unchanged};
use sea_orm::{ActiveModelTrait, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::acting::{Actor, Theirs};
use super::changes;
use super::editing::said;
use super::store::{self, Held};
use super::undoing::{clashed, hidden};
use super::{Done, Listings, Refused, Trouble, Why};
use crate::directory::store::changes as directory_changes;

/// Most that are looked at in one go: the next follow soon.
const AT_ONCE: u64 = 10_000;

fn no_such_change() -> Trouble {
    Refused::field(Why::NotFound, "input.id", "There is no such change.")
}

/// What happens to a change that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is published: a draft by an editor, what awaits approval by a manager.
    Publish,
    /// It is not made, by a manager's word.
    Decline,
    /// Whoever keeps the listing gives it up.
    Drop,
}

impl Listings {
    /// Decides about a change that waits.
    ///
    /// # Errors
    /// [`Why::NotFound`] for what is not theirs; [`Why::ForManagers`] for an editor who would approve; [`Why::Decided`]
    /// where it waits no more; [`Why::Changed`] where what it changes has been changed meanwhile.
    pub async fn decide(
        &self,
        actor: &Actor,
        id: ListingVersionId,
        verdict: Verdict,
        note: Option<&str>,
    ) -> Done<ListingVersionId> {
        let note = said("input.note", note)?;
        let now = self.now();
        let transaction = self.database.begin_write().await?;
        let version = store::version(&transaction, id, true).await?.ok_or_else(no_such_change)?;
        let held = self.held(&transaction, actor, store::subject_of(&version)).await;
        let held = held.map_err(|trouble| hidden(trouble, no_such_change))?;
        let approval = match held.owner {
            Some(owner) => store::needs_approval(&transaction, owner).await?,
            None => false,
        };
        let for_managers = || {
            let message = "Your agency wants a manager to look at changes: this is for one of them.";
            Err(Refused::whole(Why::ForManagers, message))
        };
        match version.state {
            VersionState::Published | VersionState::Declined | VersionState::Dropped => {
                return Err(Refused::field(Why::Decided, "input.id", "It was decided about already."));
            }
            VersionState::AwaitingApproval if verdict != Verdict::Drop && !actor.manages => return for_managers(),
            VersionState::Draft | VersionState::Scheduled if verdict == Verdict::Decline && !actor.manages => {
                return for_managers();
            }
            // A draft that an editor publishes goes to a manager, where the agency wants that.
            VersionState::Draft if verdict == Verdict::Publish && approval && !actor.manages => {
                self.mark(&transaction, &version, VersionState::AwaitingApproval, actor, note, None).await?;
                transaction.commit().await?;
                return Ok(id);
            }
            VersionState::Draft | VersionState::AwaitingApproval | VersionState::Scheduled => {}
        }
        match verdict {
            Verdict::Decline => {
                self.mark(&transaction, &version, VersionState::Declined, actor, note, Some(now)).await?;
            }
            Verdict::Drop => self.mark(&transaction, &version, VersionState::Dropped, actor, note, Some(now)).await?,
            Verdict::Publish if version.publish_at.is_some_and(|at| at > now) => {
                self.mark(&transaction, &version, VersionState::Scheduled, actor, note, None).await?;
            }
            Verdict::Publish => {
                self.make_true(&transaction, actor, &held, &version, actor.asker.account(), note, now).await?;
            }
        }
        if verdict != Verdict::Publish {
            self.correction_returns(&transaction, &version, now).await?;
        }
        transaction.commit().await?;
        self.show().await;
        Ok(id)
    }

    async fn mark(
        &self,
        db: &DatabaseTransaction,
        version: &listing_version::Model,
        state: VersionState,
        actor: &Actor,
        note: Option<String>,
        decided_at: Option<DateTime<Utc>>,
    ) -> Done<()> {
        let row = listing_version::ActiveModel {
            id: Unchanged(version.id),
            state: Set(state),
            decided_by: Set(actor.asker.account()),
            decided_at: Set(decided_at),
            decision_note: Set(note),
            ..Default::default()
        };
        row.update(db).await?;
        Ok(())
    }

    /// Makes a change that waited, in the listing as it is now.
    #[expect(clippy::too_many_arguments, reason = "what is decided, by whom, when, with which words")]
    async fn make_true(
        &self,
        db: &DatabaseTransaction,
        actor: &Actor,
        held: &Held,
        version: &listing_version::Model,
        decided_by: Option<AccountId>,
        note: Option<String>,
        now: DateTime<Utc>,
    ) -> Done<()> {
        let wanted = store::changes_of(version)?;
        let listing = held.listing.with(wanted, now)?.map_err(|clashes| clashed(clashes, held.version))?;
        // What it comes to now: less than it was, where somebody else has done a part of it.
        let changes = changes::between(&held.listing.to_show()?, &listing.to_show()?);
        if changes.is_empty() {
            return Err(Refused::whole(Why::NothingChanges, "The listing says so already."));
        }
        self.may_stand(db, actor, held, &listing, &changes).await?;
        let touched = self.publish(db, held, &listing, None, now).await?;
        let row = listing_version::ActiveModel {
            id: Unchanged(version.id),
            number: Set(Some(held.version + 1)),
            state: Set(VersionState::Published),
            changes: Set(serde_json::to_string(&changes)?),
            document: Set(Some(listing.to_show()?.to_string())),
            decided_by: Set(decided_by),
            decided_at: Set(Some(now)),
            decision_note: Set(note),
            ..Default::default()
        };
        row.update(db).await?;
        directory_changes::note(db, version.action.as_str(), Some(&touched), now).await?;
        Ok(())
    }

    /// Publishes every change whose hour has come; says how many. Several processes may do so at once, and one that was
    /// down does what it missed: a change is published once, by whoever holds its row first.
    ///
    /// What can't be published, since what it changes has been changed meanwhile, becomes a draft again, with a word why.
    ///
    /// # Errors
    /// The database failed.
    pub async fn publish_due(&self) -> Done<u64> {
        let now = self.now();
        let due = listing_version::Entity::find()
            .filter(listing_version::Column::State.eq(VersionState::Scheduled))
            .filter(listing_version::Column::PublishAt.lte(now))
            .order_by_asc(listing_version::Column::PublishAt)
            .order_by_asc(listing_version::Column::Id)
            .limit(AT_ONCE);
        let ids: Vec<ListingVersionId> =
            due.select_only().column(listing_version::Column::Id).into_tuple().all(self.database.connection()).await?;
        let mut published = 0;
        for id in ids {
            match self.publish_one(id, now).await {
                Ok(done) => published += u64::from(done),
                // The others are not held up by it; it is tried again with the next. What was wrong may quote what the
                // change says, which may be a secret: it is not logged.
                Err(_) => tracing::error!(change = %id.0, "listings.publish: a change was not published"),
            }
        }
        if published > 0 {
            self.show().await;
        }
        Ok(published)
    }

    async fn publish_one(&self, id: ListingVersionId, now: DateTime<Utc>) -> Done<bool> {
        let transaction = self.database.begin_write().await?;
        let Some(version) = store::version(&transaction, id, true).await? else { return Ok(false) };
        if version.state != VersionState::Scheduled {
            return Ok(false);
        }
        let Some(held) = store::find(&transaction, store::subject_of(&version), true).await? else { return Ok(false) };
        let made = if held.owner == version.agency_id {
            // Whether whoever planned it might was asked then; whether it may stand is asked now.
            let agency = Actor::on_behalf_of(&version);
            self.make_true(&transaction, &agency, &held, &version, None, None, now).await
        } else {
            Err(Refused::whole(Why::NotFound, "The listing is another agency's now."))
        };
        match made {
            Ok(()) => {
                transaction.commit().await?;
                Ok(true)
            }
            Err(Trouble::Refused(refused)) => {
                // Nothing was written yet: a refusal comes before.
                let why: Vec<&str> = refused.iter().map(|one| one.message.as_str()).collect();
                let row = listing_version::ActiveModel {
                    id: Unchanged(id),
                    state: Set(VersionState::Draft),
                    publish_at: Set(None),
                    decision_note: Set(Some(format!("It was not published at its hour. {}", why.join(" ")))),
                    ..Default::default()
                };
                row.update(&transaction).await?;
                transaction.commit().await?;
                Ok(false)
            }
            Err(failed @ Trouble::Failed(_)) => Err(failed),
        }
    }

    /// Says whether what an agency's editors change waits for a manager. What waits already goes on waiting.
    ///
    /// # Errors
    /// [`Why::NotFound`]; [`Why::ForManagers`].
    pub async fn want_approval(&self, actor: &Actor, agency: AgencyId, wanted: bool) -> Done<AgencyId> {
        if actor.keeps(Some(agency)) == Theirs::No {
            return Err(Refused::field(Why::NotFound, "agency", "There is no such agency."));
        }
        if !actor.manages {
            return Err(Refused::whole(Why::ForManagers, "This is for a manager of the agency."));
        }
        let transaction = self.database.begin_write().await?;
        let row = agency::ActiveModel { id: Unchanged(agency), needs_approval: Set(wanted), ..Default::default() };
        row.update(&transaction).await?;
        transaction.commit().await?;
        Ok(agency)
    }
}
