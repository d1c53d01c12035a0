//! The one way in which tasks leave the tables: decided, written into the ledger, opened. In this order.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use entity::enums::{DataCategory, TaskKind, TaskState, TaskStep};
use entity::ids::{AccountId, AgencyId, EasementId, ReleaseId, ServiceUserId, TaskId};
use entity::instants::Millis;
use entity::{task, task_event};
use sea_orm::{EntityTrait, QueryFilter, QueryOrder};

use super::doing::as_row;
use super::{place_of_event, place_of_task};
use crate::access::ledger::Pending;
use crate::access::rule::decide::Ground;
use crate::access::rule::load::among;
use crate::access::rule::predicate::task_visible;
use crate::access::rule::{RELEASE, Row};
use crate::people::deciding::{Again, Deciding, whom};
use crate::people::reading::{Reader, TRIES};
use crate::people::teams::names_of;
use crate::people::{People, Trouble};
use crate::vault::VaultError;
use crate::vault::sealed::{DataKey, Place, key_of};

/// Which tasks are looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhichTasks {
    /// These.
    Of(Vec<TaskId>),
    /// All of these service users.
    About(Vec<ServiceUserId>),
}

/// A step of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskStepSeen {
    /// What.
    pub step: TaskStep,
    /// How far it had come by it.
    pub state: TaskState,
    /// When.
    pub at: Millis,
    /// Who, with their name; absent for whom it is only shared with.
    pub by: Option<(AccountId, String)>,
    /// What was said; absent for whom it is only shared with.
    pub words: Option<String>,
}

/// A task, as far as somebody sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskSeen {
    /// Id.
    pub id: TaskId,
    /// Whom.
    pub service_user: ServiceUserId,
    /// Whose it is.
    pub agency: AgencyId,
    /// Of which category it is.
    pub category: DataCategory,
    /// What is to be done.
    pub kind: TaskKind,
    /// The same in the worker's words; absent for whom it is only shared with.
    pub words: Option<String>,
    /// The release that it belongs to; absent for whom it is only shared with.
    pub release: Option<ReleaseId>,
    /// The easement that it belongs to; absent for whom it is only shared with.
    pub easement: Option<EasementId>,
    /// By which day.
    pub due_on: NaiveDate,
    /// How far it has come.
    pub state: TaskState,
    /// The worker who answers for it, with their name; absent for whom it is only shared with.
    pub owner: Option<(AccountId, String)>,
    /// On which day it was done.
    pub done_on: Option<NaiveDate>,
    /// When it was made.
    pub created_at: Millis,
    /// Everything that was done with it, the first first.
    pub history: Vec<TaskStepSeen>,
    /// On which ground it is seen.
    pub ground: Ground,
}

/// Whether what was said, by whom, and what it belongs to, is theirs to see: the agency's whose it is, and the service user's.
pub(super) fn is_theirs(ground: Ground) -> bool {
    match ground {
        Ground::OwnRecord | Ground::Proxy | Ground::OwnAgency => true,
        Ground::Shared { .. } | Ground::Party { .. } => false,
    }
}

/// The rows that a task tells of, its own first: it is shown to who may see them all. What follows from a release tells of it,
/// by its kind and its day.
pub(crate) fn as_rows(row: &task::Model) -> Vec<Row> {
    let release = row.release_id.map(|_| Row::of(row.service_user_id, row.agency_id, RELEASE));
    std::iter::once(as_row(row)).chain(release).collect()
}

impl People {
    /// The tasks that somebody may see of those that are looked for, in the order in which they are due; the others are not
    /// among them, as if they were not there. Every decision stands in the ledger before this comes back, or is put to those
    /// of the request that are written before its answer leaves; refusals too.
    ///
    /// # Errors
    /// [`Trouble::Changing`] where what it rests on keeps changing; the database, the ledger or the vault failed, and
    /// nothing is shown.
    pub async fn read_tasks(
        &self,
        reader: Reader,
        which: &WhichTasks,
        pending: Option<&Pending>,
    ) -> Result<Vec<TaskSeen>, Trouble> {
        for _ in 0..TRIES {
            if let Some(seen) = self.try_to_read_tasks(reader, which, pending).await? {
                return Ok(seen);
            }
        }
        Err(Trouble::Changing)
    }

    async fn try_to_read_tasks(
        &self,
        reader: Reader,
        which: &WhichTasks,
        pending: Option<&Pending>,
    ) -> Result<Option<Vec<TaskSeen>>, Trouble> {
        let db = self.database.connection();
        let of = self.whom_tasks_are_about(which).await?;
        if of.is_empty() {
            return Ok(Some(Vec::new()));
        }
        let mut deciding = Deciding::begin(self, db, reader, &of).await?;
        let backend = self.database.engine();
        let these = match which {
            WhichTasks::Of(ids) => among(backend, task::Column::Id, ids.iter().map(|id| id.0)),
            WhichTasks::About(_) => among(backend, task::Column::ServiceUserId, of.iter().map(|id| id.0)),
        };
        let rows = task::Entity::find()
            .filter(these)
            .filter(task_visible(&deciding.ask))
            .order_by_asc(task::Column::DueOn)
            .order_by_asc(task::Column::Id)
            .all(db)
            .await?;
        let mut shown = Vec::with_capacity(rows.len());
        for row in rows {
            let tells_of = as_rows(&row);
            if tells_of.iter().skip(1).any(|also| deciding.ground(also).is_none()) {
                continue;
            }
            // Both readings of the rule have to agree; where they do not, one saw what the other did not see yet.
            let Ok(Some(ground)) = deciding.shows_all(&tells_of) else { return Ok(None) };
            shown.push((row, ground));
        }
        if deciding.release(db, pending).await? == Err(Again) {
            return Ok(None);
        }
        Ok(Some(self.opened_tasks(shown).await?))
    }

    /// Whom these tasks are about, joined records as the one that stands for them; of a task that is not there, nobody: the
    /// statements that follow are the same.
    async fn whom_tasks_are_about(&self, which: &WhichTasks) -> Result<Vec<ServiceUserId>, Trouble> {
        match which {
            WhichTasks::About(of) => self.standing(of).await,
            WhichTasks::Of(ids) if ids.is_empty() => Ok(Vec::new()),
            WhichTasks::Of(ids) => {
                let these = among(self.database.engine(), task::Column::Id, ids.iter().map(|id| id.0));
                let rows = task::Entity::find().filter(these).all(self.database.connection()).await?;
                let found = rows.into_iter().map(|row| (row.id.0, row.service_user_id));
                Ok(whom(ids.iter().map(|id| id.0), found))
            }
        }
    }

    /// Opens tasks about which is decided, and written.
    pub(crate) async fn opened_tasks(&self, shown: Vec<(task::Model, Ground)>) -> Result<Vec<TaskSeen>, Trouble> {
        if shown.is_empty() {
            return Ok(Vec::new());
        }
        let db = self.database.connection();
        let theirs: BTreeMap<TaskId, bool> = shown.iter().map(|(row, ground)| (row.id, is_theirs(*ground))).collect();
        let events = task_event::Entity::find()
            .filter(among(self.database.engine(), task_event::Column::TaskId, theirs.keys().map(|id| id.0)))
            .order_by_asc(task_event::Column::Number)
            .all(db)
            .await?;
        // What is not theirs to see is not opened either.
        let is_open = |event: &task_event::Model| theirs.get(&event.task_id).copied().unwrap_or(false);
        let opens: Vec<_> = events.iter().filter(|event| is_open(event)).collect();
        let own = || shown.iter().filter(|(_, ground)| is_theirs(*ground)).map(|(row, _)| row);
        let sealed = opens.iter().filter_map(|event| event.sealed.as_deref());
        let sealed = sealed.chain(own().filter_map(|row| row.sealed.as_deref()));
        let keys: Vec<_> = sealed.filter_map(key_of).collect();
        let mut accounts: BTreeSet<AccountId> = opens.iter().map(|event| event.by).collect();
        accounts.extend(own().map(|row| row.owner_id));
        let keys = self.vault.keys(db, &keys).await?;
        let names = names_of(db, accounts.into_iter()).await?;
        let open = |place: Place, sealed: Option<&str>| -> Result<Option<String>, Trouble> {
            // Whose key was destroyed is gone: there is nothing to show.
            let found = sealed.and_then(|sealed| Some((keys.get(&key_of(sealed)?)?, sealed)));
            found.map(|(key, sealed)| opened_words(key, place, sealed)).transpose()
        };
        let mut history: HashMap<TaskId, Vec<TaskStepSeen>> = HashMap::new();
        for event in &events {
            let is_open = is_open(event);
            history.entry(event.task_id).or_default().push(TaskStepSeen {
                step: event.step,
                state: event.state,
                at: event.at,
                by: is_open.then(|| named(&names, event.by)),
                words: open(place_of_event(event.id), event.sealed.as_deref().filter(|_| is_open))?,
            });
        }
        let mut all = Vec::with_capacity(shown.len());
        for (row, ground) in &shown {
            let own = is_theirs(*ground);
            all.push(TaskSeen {
                id: row.id,
                service_user: row.service_user_id,
                agency: row.agency_id,
                category: row.category,
                kind: row.kind,
                words: open(place_of_task(row.id), row.sealed.as_deref().filter(|_| own))?,
                release: row.release_id.filter(|_| own),
                easement: row.easement_id.filter(|_| own),
                due_on: row.due_on,
                state: row.state,
                owner: own.then(|| named(&names, row.owner_id)),
                done_on: row.done_on,
                created_at: row.created_at,
                history: history.remove(&row.id).unwrap_or_default(),
                ground: *ground,
            });
        }
        Ok(all)
    }
}

pub(super) fn named(names: &BTreeMap<AccountId, String>, account: AccountId) -> (AccountId, String) {
    (account, names.get(&account).cloned().unwrap_or_default())
}

pub(super) fn opened_words(key: &DataKey, place: Place, sealed: &str) -> Result<String, Trouble> {
    Ok(key.open(place, sealed).map_err(VaultError::from)?)
}
