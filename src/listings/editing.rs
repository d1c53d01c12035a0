//! Changing a listing, and making one.

use chrono::{DateTime, TimeDelta, Utc};
use entity::enums::{VersionAction, VersionState};
use entity::ids::{ListingVersionId, LocationId};
use sea_orm::DatabaseTransaction;

use super::acting::{Actor, Theirs};
use super::changes::{self, FieldChange};
use super::check;
use super::store::{self, Asked, Held, NewVersion};
use super::subject::{Listing, Subject};
use super::{Done, Listings, Refused, Trouble, Why, told};
use crate::directory::listing::StoredService;
use crate::directory::store::changes as directory_changes;
use crate::directory::store::changes::Touched;
use crate::directory::store::edges;
use crate::directory::store::write::Standing;

/// Longest reason, in characters.
const LONGEST_REASON: usize = 500;
/// How far ahead a change may be put off, in days: two years.
const FARTHEST_DAYS: i64 = 731;

/// When a change is to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// At once, or as soon as a manager has approved it.
    Now,
    /// From an hour on.
    From(DateTime<Utc>),
    /// When somebody publishes it.
    Draft,
}

/// What is told of a change, beside what it changes.
#[derive(Clone, Debug)]
pub struct Change {
    /// What it does.
    pub action: VersionAction,
    /// The version that it was thought of for.
    pub expected: i32,
    /// Why.
    pub reason: Option<String>,
    /// When it is to hold.
    pub when: When,
    /// A key under which the same change is made once, however often it is asked for.
    pub key: Option<String>,
    /// What was given, in any form that is the same for the same: what the key stands for.
    pub input: String,
}

/// Whether what an action does waits for a manager where the agency wants that. A door that is shut is said to be shut at
/// once, and so is what is free.
pub(super) const fn waits(action: VersionAction) -> bool {
    match action {
        VersionAction::Created
        | VersionAction::Edited
        | VersionAction::HoursSet
        | VersionAction::EligibilitySet
        | VersionAction::Ended
        | VersionAction::Undone
        | VersionAction::CorrectionApplied => true,
        VersionAction::Imported
        | VersionAction::CapacitySet
        | VersionAction::ClosedTemporarily
        | VersionAction::Reopened
        | VersionAction::Merged
        | VersionAction::Parted
        | VersionAction::HandedOver => false,
    }
}

/// What somebody said to a change, without the blanks around it.
pub(super) fn said(field: &str, text: Option<&str>) -> Done<Option<String>> {
    let text = text.map(str::trim).filter(|text| !text.is_empty());
    if text.is_some_and(|text| text.chars().count() > LONGEST_REASON) {
        let message = format!("It is longer than {LONGEST_REASON} characters, which is the most.");
        return Err(Refused::field(Why::BadValue, field, message));
    }
    Ok(text.map(ToOwned::to_owned))
}

impl Listings {
    /// Changes a listing. What it becomes is looked at as a whole before anything is written; what is only kept aside
    /// changes nothing that others see.
    ///
    /// # Errors
    /// [`Why::NotFound`] for what is not theirs; [`Why::Changed`] where it is of another version than expected;
    /// [`Why::BadValue`] for what is not of its form, all of it at once; [`Why::NothingChanges`].
    pub async fn edit(
        &self,
        actor: &Actor,
        subject: Subject,
        change: Change,
        does: impl FnOnce(&mut Listing) -> Done<()>,
    ) -> Done<ListingVersionId> {
        let transaction = self.database.begin_write().await?;
        let id = self.edit_in(&transaction, actor, subject, change, does).await?;
        transaction.commit().await?;
        self.show().await;
        Ok(id)
    }

    /// The same within a transaction that does more; whoever commits it shows it.
    ///
    /// # Errors
    /// As [`Self::edit`].
    pub(super) async fn edit_in(
        &self,
        transaction: &DatabaseTransaction,
        actor: &Actor,
        subject: Subject,
        change: Change,
        does: impl FnOnce(&mut Listing) -> Done<()>,
    ) -> Done<ListingVersionId> {
        let reason = said("input.reason", change.reason.as_deref())?;
        let now = self.now();
        let publish_at = self.hour(change.when)?;
        let id = ListingVersionId(self.clock.new_id());
        let asked =
            Asked { actor, key: change.key.as_deref(), operation: change.action.as_str(), input: &change.input };
        if let Some(before) = store::once(transaction, &asked, id.0, now).await? {
            return Ok(ListingVersionId(before));
        }
        let held = self.held(transaction, actor, subject).await?;
        self.is_expected(transaction, actor, &held, change.expected).await?;
        let mut listing = held.listing.clone();
        does(&mut listing)?;
        let changes = self.changes(transaction, actor, &held, &listing).await?;
        let state = self.state(transaction, actor, &held, change.action, change.when).await?;
        let new = NewVersion {
            number: None,
            base: held.version,
            state,
            action: change.action,
            changes,
            document: None,
            reason,
            publish_at,
            undoes: None,
        };
        if state == VersionState::Published {
            let touched = Box::pin(self.publish(transaction, &held, &listing, Some((actor, id, new)), now)).await?;
            directory_changes::note(transaction, change.action.as_str(), Some(&touched), now).await?;
        } else {
            store::add_version(transaction, id, &held, Some(actor), new, now).await?;
        }
        Ok(id)
    }

    /// The hour from which on a change is to hold.
    fn hour(&self, when: When) -> Done<Option<DateTime<Utc>>> {
        let now = self.now();
        let When::From(at) = when else { return Ok(None) };
        if at <= now || at > now + TimeDelta::days(FARTHEST_DAYS) {
            let message = "It lies in the past, or more than two years ahead: name a later hour, or leave it out.";
            return Err(Refused::field(Why::BadValue, "input.publishAt", message));
        }
        Ok(Some(at))
    }

    /// A listing that somebody may change, held until the end of the transaction.
    pub(super) async fn held(&self, db: &DatabaseTransaction, actor: &Actor, subject: Subject) -> Done<Held> {
        let none = || store::there_is_none("input.id", subject.kind());
        let held = Box::pin(store::find(db, subject, true)).await?.ok_or_else(none)?;
        match held.theirs(actor) {
            Theirs::Yes => Ok(held),
            Theirs::No if held.is_used_by(actor) => {
                let message = if held.is_secret() {
                    "Several agencies offer something at this secret place: it is for a manager of one of them."
                } else {
                    "Several agencies offer something here: ask a coordinator to change what is said of the place."
                };
                Err(Refused::field(Why::Shared, "input.id", message))
            }
            Theirs::No => Err(none()),
        }
    }

    /// Refuses what was thought of for another version, and says what has changed since.
    pub(super) async fn is_expected(
        &self,
        db: &DatabaseTransaction,
        actor: &Actor,
        held: &Held,
        expected: i32,
    ) -> Done<()> {
        if held.version == expected {
            return Ok(());
        }
        let then = store::numbered(db, held.subject.uuid(), expected).await?;
        let changed = match then.and_then(|then| then.document) {
            Some(then) => changes::between(&serde_json::from_str(&then)?, &held.listing.to_show()?),
            None => Vec::new(),
        };
        let changed = told::changes(held.is_told_whole(actor), changed);
        let message = format!(
            "The listing has changed: it is at version {}, not {expected}. Look at what it says now, and ask again with \
             that version.",
            held.version
        );
        Err(Trouble::Refused(vec![Refused {
            why: Why::Changed,
            field: Some("input.expectedVersion".to_owned()),
            message,
            version: Some(held.version),
            changed,
        }]))
    }

    /// What a change comes to, where it may be.
    pub(super) async fn changes(
        &self,
        db: &DatabaseTransaction,
        actor: &Actor,
        held: &Held,
        listing: &Listing,
    ) -> Done<Vec<FieldChange>> {
        let changes = changes::between(&held.listing.to_show()?, &listing.to_show()?);
        if changes.is_empty() {
            let message = "It says so already. To say that it is still true, confirm the listing.";
            return Err(Refused::whole(Why::NothingChanges, message));
        }
        self.may_stand(db, actor, held, listing, &changes).await?;
        Ok(changes)
    }

    /// Refuses what a listing can't become: of what it said before only what is changed is looked at, for it may have
    /// come from a feed that nobody here can mend.
    pub(super) async fn may_stand(
        &self,
        db: &DatabaseTransaction,
        actor: &Actor,
        held: &Held,
        listing: &Listing,
        changes: &[FieldChange],
    ) -> Done<()> {
        let top = |path: &str| path.split(['.', '[']).next().unwrap_or_default().to_owned();
        let changed: Vec<String> = changes.iter().map(|change| top(&change.field)).collect();
        let flaws = check::flaws(listing, self.needs()).into_iter().filter(|flaw| changed.contains(&top(&flaw.field)));
        let mut refused: Vec<Refused> = flaws.map(bad).collect();
        match (listing, &held.listing) {
            (Listing::Location(after), Listing::Location(before)) => {
                let opens = before.confidential && !after.confidential;
                if opens && held.owner.is_none() {
                    let message = "Several agencies have this secret in common: it stays one while they do.";
                    return Err(Refused::field(Why::Shared, "input.confidential", message));
                }
                if opens && !actor.manages {
                    let message = "Only a manager of the agency shows an address that was a secret.";
                    return Err(Refused::field(Why::ForManagers, "input.confidential", message));
                }
            }
            (Listing::Service(after), Listing::Service(before)) => {
                if after.visibility != before.visibility {
                    self.is_not_joined(db, held.subject.uuid()).await?;
                }
                let known: Vec<LocationId> = before.places.iter().map(|place| place.location).collect();
                refused.extend(self.not_to_use(db, actor, after, &known).await?);
            }
            _ => {}
        }
        if refused.is_empty() { Ok(()) } else { Err(Trouble::Refused(refused)) }
    }

    /// The places of a service that its agency may not say it offers something at, but for those where it did already.
    pub(super) async fn not_to_use(
        &self,
        db: &DatabaseTransaction,
        actor: &Actor,
        service: &StoredService,
        known: &[LocationId],
    ) -> Done<Vec<Refused>> {
        let mut refused = Vec::new();
        for (at, place) in service.places.iter().enumerate() {
            if !known.contains(&place.location) && !self.may_use(db, actor, place.location).await? {
                let field = format!("input.places[{at}].location");
                refused.push(one(Why::NotFound, field, "There is no such location."));
            }
        }
        Ok(refused)
    }

    /// Whether an agency may say that it offers something at a location: at its own, and at those that everybody sees.
    /// Whoever could name another's secret place, or one that nobody sees yet, would show it.
    async fn may_use(&self, db: &DatabaseTransaction, actor: &Actor, location: LocationId) -> Done<bool> {
        let Some(held) = Box::pin(store::find(db, Subject::Location(location), false)).await? else { return Ok(false) };
        if held.theirs(actor) == Theirs::Yes || held.is_used_by(actor) {
            return Ok(true);
        }
        let shown = edges::locations(db, &[location]).await?;
        let is_open = shown.get(&location).is_some_and(|place| !place.confidential);
        if let Some(first) = held.owner.filter(|_| is_open) {
            // It stays theirs to keep, however many come to it.
            store::keep_first(db, &[(location, first)]).await?;
        }
        Ok(is_open)
    }

    /// How far a change comes at once.
    async fn state(
        &self,
        db: &DatabaseTransaction,
        actor: &Actor,
        held: &Held,
        action: VersionAction,
        when: When,
    ) -> Done<VersionState> {
        if when == When::Draft {
            return Ok(VersionState::Draft);
        }
        let approves = actor.manages || !waits(action);
        if !approves
            && let Some(owner) = held.owner
            && store::needs_approval(db, owner).await?
        {
            return Ok(VersionState::AwaitingApproval);
        }
        Ok(match when {
            When::From(_) => VersionState::Scheduled,
            When::Now | When::Draft => VersionState::Published,
        })
    }

    /// Makes a listing what it is to become: its row and all that hangs on it, and the version, in one transaction. A
    /// version that waited is marked by its caller. What the listing was before its first change here is kept too.
    pub(super) async fn publish(
        &self,
        db: &DatabaseTransaction,
        held: &Held,
        listing: &Listing,
        new: Option<(&Actor, ListingVersionId, NewVersion)>,
        now: DateTime<Utc>,
    ) -> Done<Touched> {
        self.keep_what_was(db, held).await?;
        let number = held.version + 1;
        let standing = Standing::There { version: number, kept_at: held.kept_at };
        let touched = Box::pin(store::write(db, held, listing, standing, now)).await?;
        if let Some((actor, id, new)) = new {
            let document = Some(listing.to_show()?.to_string());
            let new = NewVersion { number: Some(number), document, ..new };
            store::add_version(db, id, held, Some(actor), new, now).await?;
        }
        Ok(touched)
    }

    /// Keeps what a listing is, where no version tells it yet.
    async fn keep_what_was(&self, db: &DatabaseTransaction, held: &Held) -> Done<()> {
        if store::numbered(db, held.subject.uuid(), held.version).await?.is_some() {
            return Ok(());
        }
        let was = NewVersion {
            number: Some(held.version),
            base: held.version,
            state: VersionState::Published,
            action: VersionAction::Imported,
            changes: Vec::new(),
            document: Some(held.listing.to_show()?.to_string()),
            reason: None,
            publish_at: None,
            undoes: None,
        };
        store::add_version(db, ListingVersionId(self.clock.new_id()), held, None, was, held.updated_at).await
    }
}

pub(super) fn bad(flaw: check::Flaw) -> Refused {
    one(Why::BadValue, format!("input.{}", flaw.field), flaw.message)
}

fn one(why: Why, field: String, message: impl Into<String>) -> Refused {
    Refused { why, field: Some(field), message: message.into(), version: None, changed: Vec::new() }
}
