//! Every step of a task that a worker takes by hand. Each is kept, with who and when; of two that begin from the same state
//! one wins, for the service user is held against other changes meanwhile.

use chrono::NaiveDate;
use entity::enums::{Purpose, TaskState, TaskStep};
use entity::ids::{AccountId, ServiceUserId, TaskId};
use entity::instants::Millis;
use entity::task;
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder};

use super::gate::{check_done, transition};
use super::making::{Done, change_task, may_answer};
use crate::access::rule::decide::holds;
use crate::access::rule::facts::Facts;
use crate::access::rule::{Ask, Row, WAYS};
use crate::hours::london;
use crate::people::caseload::HandsOn;
use crate::people::contents::{Wrong, paragraphs};
use crate::people::entering::Worker;
use crate::people::{People, Trouble};

/// What is done with a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// It is done.
    Complete {
        /// On which day; today where nothing is said.
        done_on: Option<NaiveDate>,
    },
    /// It need not be done.
    Drop,
    /// It is to be done after all.
    Reopen,
    /// Somebody else answers for it.
    HandOver {
        /// A link worker of the agency.
        to: AccountId,
    },
}

impl Doing {
    /// The step that it is.
    #[must_use]
    pub const fn step(self) -> TaskStep {
        match self {
            Self::Complete { .. } => TaskStep::Completed,
            Self::Drop => TaskStep::Dropped,
            Self::Reopen => TaskStep::Reopened,
            Self::HandOver { .. } => TaskStep::HandedOver,
        }
    }
}

/// A task that nobody else changes meanwhile.
struct Held {
    transaction: DatabaseTransaction,
    row: task::Model,
    at: Millis,
}

impl People {
    /// Does something with a task of the worker's agency.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] for a task of another agency, or of nobody whom they work with; [`Trouble::Wrong`] for what it
    /// can't be done from, and for what has to be said with it; the database or the vault failed, and nothing is done.
    pub async fn do_task(
        &self,
        by: Worker,
        id: TaskId,
        doing: Doing,
        words: Option<String>,
    ) -> Result<ServiceUserId, Trouble> {
        let words = words.map(|words| paragraphs("words", &words)).transpose()?;
        let Held { transaction, row, at } = self.held_task(by, id).await?;
        let found = transition(doing.step(), row.state).map_err(not_now)?;
        if found.wants_words && words.is_none() {
            return Err(Wrong::new("words", "Say why, in words.").into());
        }
        let of = row.service_user_id;
        let mut next = task::ActiveModel { state: Set(found.to), changed_at: Set(at), ..Default::default() };
        match doing {
            Doing::Complete { done_on } => {
                let today = london(at.to_utc()).date();
                let done_on = done_on.unwrap_or(today);
                check_done(done_on, today)?;
                next.done_on = Set(Some(done_on));
                next.done_by = Set(Some(by.account));
            }
            Doing::Reopen => {
                next.done_on = Set(None);
                next.done_by = Set(None);
            }
            Doing::HandOver { to } => {
                let may = may_answer(&transaction, by.agency, of, to, at).await;
                // It is named differently here.
                may.map_err(|trouble| trouble.with_field(|_| "to".to_owned()))?;
                next.owner_id = Set(to);
            }
            Doing::Drop => {}
        }
        change_task(&transaction, id, next).await?;
        let done = Done { step: found.step, state: found.to, at, by };
        self.note_task(&transaction, of, id, done, words.as_deref()).await?;
        transaction.commit().await?;
        Ok(of)
    }

    /// Gives what is open of the tasks of workers who do not have a service user on their caseload any more to the one who has.
    /// Whoever calls this holds the service user, and has seen that they may answer for them.
    ///
    /// # Errors
    /// The database failed.
    pub(in crate::people) async fn hand_tasks_on(
        &self,
        db: &impl ConnectionTrait,
        handing: HandsOn<'_>,
    ) -> Result<(), Trouble> {
        let HandsOn { by, of, from, to, at } = handing;
        let open = task::Entity::find()
            .filter(task::Column::ServiceUserId.eq(of))
            .filter(task::Column::AgencyId.eq(by.agency))
            .filter(task::Column::State.eq(TaskState::Open))
            .filter(task::Column::OwnerId.is_in(from.iter().copied()))
            .order_by_asc(task::Column::Id)
            .all(db)
            .await?;
        for row in open {
            let next = task::ActiveModel { owner_id: Set(to), changed_at: Set(at), ..Default::default() };
            change_task(db, row.id, next).await?;
            let done = Done { step: TaskStep::HandedOver, state: row.state, at, by };
            self.note_task(db, of, row.id, done, None).await?;
        }
        Ok(())
    }

    /// Holds a task against other changes, for whoever works with the service user at the agency whose it is; the statements
    /// are the same where there is none. Two who hold it do so one after the other.
    async fn held_task(&self, by: Worker, id: TaskId) -> Result<Held, Trouble> {
        let now = Millis::from(self.clock.now());
        let found = task::Entity::find_by_id(id).one(self.database.connection()).await?;
        let of = self.stands_for(found.map_or(ServiceUserId(id.0), |found| found.service_user_id)).await?;
        let transaction = self.database.begin_write().await?;
        let held = self.hold(&transaction, of).await?;
        let at = held.unwrap_or(now);
        let (account, agency) = (by.account, Some(by.agency));
        let ask = Ask { account, agency, purpose: Purpose::CareCoordination, at };
        let facts = Facts::load(&transaction, &ask, &[of]).await?;
        // Read again, now that nobody else changes it.
        let row = task::Entity::find_by_id(id).one(&transaction).await?;
        let row = row.filter(|row| row.service_user_id == of && held.is_some()).ok_or(Trouble::NotFound)?;
        if !holds(&WAYS.own_agency, &ask, &as_row(&row), &facts) {
            return Err(Trouble::NotFound);
        }
        Ok(Held { transaction, row, at })
    }
}

/// What the rule has to know of a task.
pub(super) fn as_row(row: &task::Model) -> Row {
    Row::of(row.service_user_id, row.agency_id, row.category)
}

fn not_now(state: TaskState) -> Trouble {
    let message = format!("It is {}: from there that can't be done.", state.as_str().to_uppercase());
    Wrong::new("task", message).into()
}
