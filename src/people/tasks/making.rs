//! Tasks are made: by a day of release, by an easement that ends, by a worker. What is said anew moves what is still open, and
//! what is taken back cancels it.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use entity::enums::{DataCategory, EasementKind, TaskKind, TaskState, TaskStep};
use entity::ids::{AccountId, AgencyId, EasementId, ReleaseId, ServiceUserId, TaskEventId, TaskId};
use entity::instants::Millis;
use entity::{easement, release, service_user, task, task_event};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::gate::{
    GATE_TASKS, check_due, check_release, check_span, day_begins_at, due_before_end, due_by_release, due_on,
    transition, usual_end,
};
use super::{place_of_event, place_of_release, place_of_task};
use crate::access::rule::EASEMENT;
use crate::hours::london;
use crate::people::acting::{Begun, Stands, is_link_worker};
use crate::people::contents::work::category_of;
use crate::people::contents::{LONGEST_LINE, Wrong, if_any, paragraphs};
use crate::people::entering::Worker;
use crate::people::referrals::moving::is_kept_out;
use crate::people::{People, Trouble};
use crate::vault::sealed::Place;

/// What is said of a release.
#[derive(Clone, PartialEq, Eq)]
pub struct ReleaseSaid {
    /// The day.
    pub release_on: NaiveDate,
    /// From where.
    pub from_place: Option<String>,
    /// The worker who answers for its tasks.
    pub owner: AccountId,
    /// Whether it is another release than the one that was said before, and not the same on another day.
    pub anew: bool,
}

/// A task that a worker makes.
#[derive(Clone, PartialEq, Eq)]
pub struct FreeTask {
    /// What is to be done.
    pub words: String,
    /// By which day.
    pub due_on: NaiveDate,
    /// The worker who answers for it.
    pub owner: AccountId,
    /// The need that it is about, by its key. That there is such a need is for who calls this.
    pub need: Option<String>,
}

/// What is said of an easement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EasementSaid {
    /// For what reason.
    pub kind: EasementKind,
    /// The first day.
    pub begins_on: NaiveDate,
    /// The last day; the usual one where nothing is said.
    pub ends_on: Option<NaiveDate>,
    /// The worker who answers for its task.
    pub owner: AccountId,
}

/// A task to be.
struct New {
    kind: TaskKind,
    category: DataCategory,
    release: Option<ReleaseId>,
    easement: Option<EasementId>,
    due_on: NaiveDate,
    owner: AccountId,
}

/// What was done with a task, by whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Done {
    pub(super) step: TaskStep,
    pub(super) state: TaskState,
    pub(super) at: Millis,
    pub(super) by: Worker,
}

/// By whom, about whom, when.
#[derive(Clone, Copy)]
struct Spot {
    by: Worker,
    of: ServiceUserId,
    at: Millis,
    today: NaiveDate,
}

impl People {
    /// Records on which day a service user whom the worker works with is released. Said anew, it replaces what the agency said
    /// before: what is still open of its tasks is due by the new day, what was done stays. Of another release the tasks are
    /// made anew, and what is open of the former one's is cancelled.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] for anybody whom the worker does not work with; [`Trouble::Wrong`]; the database or the vault
    /// failed, and nothing is recorded.
    pub async fn set_release_date(
        &self,
        by: Worker,
        of: ServiceUserId,
        said: &ReleaseSaid,
    ) -> Result<ReleaseId, Trouble> {
        if_any("fromPlace", said.from_place.as_ref(), LONGEST_LINE)?;
        let Begun { transaction, of, at, stands } = self.begin_step(by.into(), of).await?;
        let Stands::Worker(_) = stands else { return Err(Trouble::NotFound) };
        if let Some(before) = self.made_before(&transaction).await? {
            return Ok(ReleaseId(before));
        }
        let today = london(at.to_utc()).date();
        check_release(said.release_on, today)?;
        may_answer(&transaction, by.agency, of, said.owner, at).await?;
        // Where double records were joined there may be several.
        let former = release::Entity::find()
            .filter(release::Column::ServiceUserId.eq(of))
            .filter(release::Column::AgencyId.eq(by.agency))
            .filter(release::Column::EndedAt.is_null())
            .order_by_desc(release::Column::RecordedAt)
            .order_by_desc(release::Column::Id)
            .all(&transaction)
            .await?;
        for row in &former {
            end_release(&transaction, row.id, at).await?;
        }
        // One for each record that was joined and had one, so that each has its own again where they are parted.
        let mut whom: Vec<ServiceUserId> = Vec::new();
        for row in former.iter().filter(|_| !said.anew) {
            if !whom.contains(&row.recorded_for) {
                whom.push(row.recorded_for);
            }
        }
        if whom.is_empty() {
            whom.push(of);
        }
        let (mut made, spot) = (Vec::with_capacity(whom.len()), Spot { by, of, at, today });
        for recorded_for in whom {
            let theirs: Vec<&release::Model> =
                former.iter().filter(|row| said.anew || row.recorded_for == recorded_for).collect();
            made.push(self.put_release(&transaction, spot, recorded_for, &theirs, said).await?);
        }
        let id = made.first().copied().ok_or(Trouble::NotFound)?;
        self.made(&transaction, &[id.0]).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Puts a day of release into the tables in the place of former ones, with its tasks.
    async fn put_release(
        &self,
        transaction: &DatabaseTransaction,
        Spot { by, of, at, today }: Spot,
        recorded_for: ServiceUserId,
        former: &[&release::Model],
        said: &ReleaseSaid,
    ) -> Result<ReleaseId, Trouble> {
        let id = ReleaseId(self.clock.new_id());
        let from_place = said.from_place.as_deref();
        let row = release::ActiveModel {
            id: Set(id),
            service_user_id: Set(of),
            recorded_for: Set(recorded_for),
            agency_id: Set(by.agency),
            release_on: Set(said.release_on),
            day_begins_at: Set(day_begins_at(said.release_on)),
            sealed: Set(self.under_key(transaction, of, place_of_release(id), from_place).await?),
            recorded_by: Set(by.account),
            recorded_at: Set(at),
            ended_at: Set(None),
            replaces_id: Set(former.first().filter(|_| !said.anew).map(|row| row.id)),
        };
        release::Entity::insert(row).exec_without_returning(transaction).await?;
        let mut there = BTreeSet::new();
        let of_former = task::Column::ReleaseId.is_in(former.iter().map(|row| row.id));
        for task in tasks_of(transaction, of, of_former).await? {
            if said.anew {
                self.cancel_task(transaction, by, &task, at).await?;
                continue;
            }
            there.insert(task.kind);
            let mut next = task::ActiveModel { release_id: Set(Some(id)), ..Default::default() };
            let due = due_by_release(task.kind, said.release_on, today).unwrap_or(task.due_on);
            let moves = transition(TaskStep::Moved, task.state).is_ok() && due != task.due_on;
            if moves {
                next.due_on = Set(due);
                next.changed_at = Set(at);
            }
            change_task(transaction, task.id, next).await?;
            if moves {
                let done = Done { step: TaskStep::Moved, state: task.state, at, by };
                self.note_task(transaction, of, task.id, done, None).await?;
            }
        }
        for gate in GATE_TASKS.iter().filter(|gate| !there.contains(&gate.kind)) {
            let new = New {
                kind: gate.kind,
                category: gate.category,
                release: Some(id),
                easement: None,
                due_on: due_on(said.release_on, gate.days, today),
                owner: said.owner,
            };
            self.put_task(transaction, by, (of, recorded_for), &new, None, at).await?;
        }
        Ok(id)
    }

    /// Takes a day of release back: nobody is released on it. What is open of its tasks is cancelled.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] for one that is not of the worker's agency, holds no longer, or is of nobody whom they work with;
    /// the database failed.
    pub async fn take_back_release(&self, by: Worker, id: ReleaseId) -> Result<ServiceUserId, Trouble> {
        let found = release::Entity::find_by_id(id).one(self.database.connection()).await?;
        let of = found.map_or(ServiceUserId(id.0), |found| found.service_user_id);
        let Begun { transaction, of, at, stands } = self.begin_step(by.into(), of).await?;
        let Stands::Worker(_) = stands else { return Err(Trouble::NotFound) };
        // Read again, now that nobody else changes it.
        let row = release::Entity::find_by_id(id).one(&transaction).await?;
        row.filter(|row| row.service_user_id == of && row.agency_id == by.agency && row.ended_at.is_none())
            .ok_or(Trouble::NotFound)?;
        end_release(&transaction, id, at).await?;
        for task in tasks_of(&transaction, of, task::Column::ReleaseId.eq(id)).await? {
            self.cancel_task(&transaction, by, &task, at).await?;
        }
        transaction.commit().await?;
        Ok(of)
    }

    /// Records that less is asked of a service user for their benefits in a time, and makes a task for before it ends.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] for anybody whom the worker does not work with; [`Trouble::Wrong`]; the database failed, and
    /// nothing is recorded.
    pub async fn add_easement(
        &self,
        by: Worker,
        of: ServiceUserId,
        said: &EasementSaid,
    ) -> Result<EasementId, Trouble> {
        let ends_on = said.ends_on.or_else(|| usual_end(said.kind, said.begins_on));
        let ends_on = ends_on.ok_or_else(|| Wrong::new("endsOn", "There is no usual length of this one: say it."))?;
        let Begun { transaction, of, at, stands } = self.begin_step(by.into(), of).await?;
        let Stands::Worker(_) = stands else { return Err(Trouble::NotFound) };
        if let Some(before) = self.made_before(&transaction).await? {
            return Ok(EasementId(before));
        }
        let today = london(at.to_utc()).date();
        check_span(said.begins_on, ends_on, today)?;
        may_answer(&transaction, by.agency, of, said.owner, at).await?;
        let id = EasementId(self.clock.new_id());
        let row = easement::ActiveModel {
            id: Set(id),
            service_user_id: Set(of),
            recorded_for: Set(of),
            agency_id: Set(by.agency),
            kind: Set(said.kind),
            begins_on: Set(said.begins_on),
            ends_on: Set(ends_on),
            recorded_by: Set(by.account),
            recorded_at: Set(at),
            ended_at: Set(None),
        };
        easement::Entity::insert(row).exec_without_returning(&transaction).await?;
        let new = New {
            kind: TaskKind::EasementEnds,
            category: EASEMENT,
            release: None,
            easement: Some(id),
            due_on: due_before_end(ends_on, today),
            owner: said.owner,
        };
        self.put_task(&transaction, by, (of, of), &new, None, at).await?;
        self.made(&transaction, &[id.0]).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Takes an easement back: it was never given, or ended early. Its task is cancelled where it is open.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] for one that is not of the worker's agency, was taken back already, or is of nobody whom they work
    /// with; the database failed.
    pub async fn take_back_easement(&self, by: Worker, id: EasementId) -> Result<ServiceUserId, Trouble> {
        let found = easement::Entity::find_by_id(id).one(self.database.connection()).await?;
        let of = found.map_or(ServiceUserId(id.0), |found| found.service_user_id);
        let Begun { transaction, of, at, stands } = self.begin_step(by.into(), of).await?;
        let Stands::Worker(_) = stands else { return Err(Trouble::NotFound) };
        let row = easement::Entity::find_by_id(id).one(&transaction).await?;
        row.filter(|row| row.service_user_id == of && row.agency_id == by.agency && row.ended_at.is_none())
            .ok_or(Trouble::NotFound)?;
        easement::Entity::update_many()
            .col_expr(easement::Column::EndedAt, Expr::value(at))
            .filter(easement::Column::Id.eq(id))
            .exec(&transaction)
            .await?;
        for task in tasks_of(&transaction, of, task::Column::EasementId.eq(id)).await? {
            self.cancel_task(&transaction, by, &task, at).await?;
        }
        transaction.commit().await?;
        Ok(of)
    }

    /// Makes a task about somebody whom the worker works with: of the category of the need that it is about, among case notes
    /// where it is about none.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] for anybody whom the worker does not work with; [`Trouble::Wrong`]; the database or the vault
    /// failed, and nothing is made.
    pub async fn add_task(&self, by: Worker, of: ServiceUserId, free: &FreeTask) -> Result<TaskId, Trouble> {
        let words = paragraphs("words", &free.words)?;
        let Begun { transaction, of, at, stands } = self.begin_step(by.into(), of).await?;
        let Stands::Worker(_) = stands else { return Err(Trouble::NotFound) };
        if let Some(before) = self.made_before(&transaction).await? {
            return Ok(TaskId(before));
        }
        check_due(free.due_on, london(at.to_utc()).date())?;
        may_answer(&transaction, by.agency, of, free.owner, at).await?;
        let new = New {
            kind: TaskKind::Other,
            category: free.need.as_deref().map_or(DataCategory::CaseNotes, category_of),
            release: None,
            easement: None,
            due_on: free.due_on,
            owner: free.owner,
        };
        let id = self.put_task(&transaction, by, (of, of), &new, Some(&words), at).await?;
        self.made(&transaction, &[id.0]).await?;
        transaction.commit().await?;
        Ok(id)
    }

    async fn put_task(
        &self,
        db: &impl ConnectionTrait,
        by: Worker,
        (of, recorded_for): (ServiceUserId, ServiceUserId),
        new: &New,
        words: Option<&str>,
        at: Millis,
    ) -> Result<TaskId, Trouble> {
        let id = TaskId(self.clock.new_id());
        let row = task::ActiveModel {
            id: Set(id),
            service_user_id: Set(of),
            recorded_for: Set(recorded_for),
            agency_id: Set(by.agency),
            category: Set(new.category),
            kind: Set(new.kind),
            release_id: Set(new.release),
            easement_id: Set(new.easement),
            due_on: Set(new.due_on),
            state: Set(TaskState::Open),
            owner_id: Set(new.owner),
            sealed: Set(self.under_key(db, of, place_of_task(id), words).await?),
            done_on: Set(None),
            done_by: Set(None),
            created_by: Set(by.account),
            created_at: Set(at),
            changed_at: Set(at),
        };
        task::Entity::insert(row).exec_without_returning(db).await?;
        self.note_task(db, of, id, Done { step: TaskStep::Added, state: TaskState::Open, at, by }, None).await?;
        Ok(id)
    }

    /// Cancels a task where it is open; what was done stays.
    async fn cancel_task(
        &self,
        db: &impl ConnectionTrait,
        by: Worker,
        task: &task::Model,
        at: Millis,
    ) -> Result<(), Trouble> {
        let Ok(found) = transition(TaskStep::Cancelled, task.state) else { return Ok(()) };
        let next = task::ActiveModel { state: Set(found.to), changed_at: Set(at), ..Default::default() };
        change_task(db, task.id, next).await?;
        let done = Done { step: found.step, state: found.to, at, by };
        self.note_task(db, task.service_user_id, task.id, done, None).await
    }

    /// Writes a step into the history of a task, what was said with it sealed. Whoever calls this holds the service user
    /// against other changes, so that no number is given twice.
    pub(super) async fn note_task(
        &self,
        db: &impl ConnectionTrait,
        of: ServiceUserId,
        task: TaskId,
        done: Done,
        words: Option<&str>,
    ) -> Result<(), Trouble> {
        let last: Option<Option<i32>> = task_event::Entity::find()
            .select_only()
            .column_as(task_event::Column::Number.max(), "last")
            .filter(task_event::Column::TaskId.eq(task))
            .into_tuple()
            .one(db)
            .await?;
        let id = TaskEventId(self.clock.new_id());
        let row = task_event::ActiveModel {
            id: Set(id),
            task_id: Set(task),
            number: Set(last.flatten().unwrap_or(0) + 1),
            step: Set(done.step),
            state: Set(done.state),
            at: Set(done.at),
            by: Set(done.by.account),
            agency_id: Set(done.by.agency),
            sealed: Set(self.under_key(db, of, place_of_event(id), words).await?),
        };
        task_event::Entity::insert(row).exec_without_returning(db).await?;
        Ok(())
    }

    /// Words under the key of whom they are about; none where there are none.
    async fn under_key(
        &self,
        db: &impl ConnectionTrait,
        of: ServiceUserId,
        place: Place,
        words: Option<&str>,
    ) -> Result<Option<String>, Trouble> {
        let Some(words) = words else { return Ok(None) };
        let person = service_user::Entity::find_by_id(of).one(db).await?.ok_or(Trouble::NotFound)?;
        let key = self.vault.key(db, person.key_id).await?;
        Ok(Some(self.vault.seal(&key, place, words)?))
    }
}

/// That an account may answer for tasks about a service user.
pub(super) async fn may_answer(
    db: &impl ConnectionTrait,
    agency: AgencyId,
    of: ServiceUserId,
    owner: AccountId,
    at: Millis,
) -> Result<(), Trouble> {
    if !is_link_worker(db, owner, agency, at).await? {
        return Err(Wrong::new("owner", "They are no link worker of your agency.").into());
    }
    // Who is kept out would answer for what they can't see. By whom is not told.
    if is_kept_out(db, of, owner).await? {
        return Err(Wrong::new("owner", "They can't answer for it: name somebody else.").into());
    }
    Ok(())
}

/// Tasks about one service user: where joined records were parted, another's may hang on the same release.
async fn tasks_of(db: &impl ConnectionTrait, of: ServiceUserId, which: Expr) -> Result<Vec<task::Model>, Trouble> {
    let theirs = task::Entity::find().filter(task::Column::ServiceUserId.eq(of));
    Ok(theirs.filter(which).order_by_asc(task::Column::Id).all(db).await?)
}

async fn end_release(db: &impl ConnectionTrait, id: ReleaseId, at: Millis) -> Result<(), Trouble> {
    release::Entity::update_many()
        .col_expr(release::Column::EndedAt, Expr::value(at))
        .filter(release::Column::Id.eq(id))
        .exec(db)
        .await?;
    Ok(())
}

pub(super) async fn change_task(db: &impl ConnectionTrait, id: TaskId, next: task::ActiveModel) -> Result<(), Trouble> {
    task::Entity::update_many().set(next).filter(task::Column::Id.eq(id)).exec(db).await?;
    Ok(())
}
