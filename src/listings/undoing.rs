//! Taking a change back: a version of its own, which changes what it changed the other way. What has changed otherwise
//! since stays, and where it is the same field nothing is taken back.

use entity::enums::{VersionAction, VersionState};
use entity::ids::ListingVersionId;

use super::acting::Actor;
use super::changes::{self, Clash};
use super::editing::{Change, said, waits};
use super::store::{self, Asked, NewVersion};
use super::{Done, Listings, Refused, Trouble, Why};
use crate::directory::store::changes as directory_changes;

/// That fields have changed meanwhile, one refusal each.
pub(super) fn clashed(clashes: Vec<Clash>, now_at: i32) -> Trouble {
    let refused = |clash: Clash| Refused {
        why: Why::Changed,
        message: format!("`{}` has changed since: it is not what this change was made from.", clash.change.field),
        field: None,
        version: Some(now_at),
        changed: vec![changes::FieldChange { field: clash.change.field, from: clash.change.from, to: clash.found }],
    };
    Trouble::Refused(clashes.into_iter().map(refused).collect())
}

impl Listings {
    /// Takes a published change back.
    ///
    /// # Errors
    /// [`Why::NotFound`] for what is not theirs; [`Why::Changed`] where the listing is not of the version expected, or
    /// what it changed has been changed again; [`Why::Decided`] for what was never published, or was how the listing
    /// began; [`Why::ForManagers`] where the agency wants a manager to look at changes.
    pub async fn undo(&self, actor: &Actor, id: ListingVersionId, change: Change) -> Done<ListingVersionId> {
        let reason = said("input.reason", change.reason.as_deref())?;
        let now = self.now();
        let none = || Refused::field(Why::NotFound, "input.id", "There is no such change.");
        let transaction = self.database.begin_write().await?;
        let new_id = ListingVersionId(self.clock.new_id());
        let asked = Asked { actor, key: change.key.as_deref(), operation: "undo", input: &change.input };
        if let Some(before) = store::once(&transaction, &asked, new_id.0, now).await? {
            return Ok(ListingVersionId(before));
        }
        let version = store::version(&transaction, id, false).await?.ok_or_else(none)?;
        let subject = store::subject_of(&version);
        let held = self.held(&transaction, actor, subject).await.map_err(|trouble| hidden(trouble, none))?;
        self.is_expected(&transaction, actor, &held, change.expected).await?;
        let undoable = match version.action {
            VersionAction::Imported | VersionAction::Created => false,
            // What coordinators did is for them to take back, by what undoes it as a whole.
            VersionAction::Merged | VersionAction::Parted | VersionAction::HandedOver => false,
            VersionAction::Edited
            | VersionAction::HoursSet
            | VersionAction::EligibilitySet
            | VersionAction::CapacitySet
            | VersionAction::ClosedTemporarily
            | VersionAction::Reopened
            | VersionAction::Ended
            | VersionAction::Undone
            | VersionAction::CorrectionApplied => version.state == VersionState::Published,
        };
        if !undoable {
            let message = "This is no change that can be taken back.";
            return Err(Refused::field(Why::Decided, "input.id", message));
        }
        // What is urgent is taken back as it was said: at once.
        if !actor.manages
            && waits(version.action)
            && let Some(owner) = held.owner
            && store::needs_approval(&transaction, owner).await?
        {
            let message = "Your agency wants a manager to look at changes: ask one to take it back.";
            return Err(Refused::whole(Why::ForManagers, message));
        }
        let turned = changes::back(&store::changes_of(&version)?);
        let listing = held.listing.with(turned, now)?.map_err(|clashes| clashed(clashes, held.version))?;
        let changes = self.changes(&transaction, actor, &held, &listing).await?;
        let new = NewVersion {
            number: None,
            base: held.version,
            state: VersionState::Published,
            action: VersionAction::Undone,
            changes,
            document: None,
            reason,
            publish_at: None,
            undoes: Some(id),
        };
        let touched = self.publish(&transaction, &held, &listing, Some((actor, new_id, new)), now).await?;
        // What a worker was told is done is done no more.
        self.correction_returns(&transaction, &version, now).await?;
        directory_changes::note(&transaction, "undone", Some(&touched), now).await?;
        transaction.commit().await?;
        self.show().await;
        Ok(new_id)
    }
}

/// What is not theirs is answered as what is not there.
pub(super) fn hidden(trouble: Trouble, none: impl FnOnce() -> Trouble) -> Trouble {
    match trouble {
        Trouble::Refused(refused) if refused.iter().any(|one| one.why == Why::NotFound) => none(),
        other @ (Trouble::Refused(_) | Trouble::Failed(_)) => other,
    }
}
