//! What is said about releases, easements and tasks.

use async_graphql::{ID, InputObject};

use super::enums::EasementKind;
use crate::api::scalars::Date;

/// On which day a service user is released.
#[derive(Clone, Debug, InputObject)]
pub struct SetReleaseDateInput {
    /// Whom, by their global id.
    pub service_user: ID,
    /// The day: 30 days ago at the earliest, two years ahead at the latest.
    pub release_on: Date,
    /// From where, in at most 200 characters: whoever works with the service user at the agency sees it, and the service user.
    pub from_place: Option<String>,
    /// The worker who answers for the tasks that are made, a link worker of the agency; the viewer where nothing is said.
    /// Tasks that are there already stay with who answers for them.
    pub owner: Option<ID>,
    /// Whether it is another release than the one that the agency said before, and not the same on another day: its tasks are
    /// made anew.
    #[graphql(default)]
    pub anew: bool,
    /// A key of your own, of 1 to 200 characters: with the same key and input it is made once within 30 days.
    pub idempotency_key: Option<String>,
}

/// A new task.
#[derive(Clone, Debug, InputObject)]
pub struct AddTaskInput {
    /// About whom, by their global id.
    pub service_user: ID,
    /// What is to be done: whoever works with the service user at the agency sees it, and the service user.
    pub words: String,
    /// By which day: today at the earliest, two years ahead at the latest.
    pub due_on: Date,
    /// The worker who answers for it, a link worker of the agency; the viewer where nothing is said.
    pub owner: Option<ID>,
    /// The need that it is about, by its key or id: it is of its category. Among case notes where nothing is said.
    pub need: Option<ID>,
    /// A key of your own, of 1 to 200 characters: with the same key and input it is made once within 30 days.
    pub idempotency_key: Option<String>,
}

/// A task is done.
#[derive(Clone, Debug, InputObject)]
pub struct CompleteTaskInput {
    /// Which, by its global id.
    pub task: ID,
    /// On which day it was done; today where nothing is said.
    pub done_on: Option<Date>,
    /// What there is to say.
    pub words: Option<String>,
}

/// A task need not be done.
#[derive(Clone, Debug, InputObject)]
pub struct DropTaskInput {
    /// Which, by its global id.
    pub task: ID,
    /// Why.
    pub words: String,
}

/// A task is to be done after all.
#[derive(Clone, Debug, InputObject)]
pub struct ReopenTaskInput {
    /// Which, by its global id.
    pub task: ID,
    /// What there is to say.
    pub words: Option<String>,
}

/// Somebody else answers for a task.
#[derive(Clone, Debug, InputObject)]
pub struct HandOverTaskInput {
    /// Which, by its global id.
    pub task: ID,
    /// Who: a link worker of the agency.
    pub to: ID,
    /// What there is to say.
    pub words: Option<String>,
}

/// Less is asked of a service user for their benefits in a time.
#[derive(Clone, Debug, InputObject)]
pub struct AddEasementInput {
    /// Of whom, by their global id.
    pub service_user: ID,
    /// For what reason.
    pub kind: EasementKind,
    /// The first day.
    pub begins_on: Date,
    /// The last day: today at the earliest, two years ahead at the latest. Where nothing is said, the usual one: six months of
    /// treatment, thirteen weeks after domestic abuse; of the others there is none.
    pub ends_on: Option<Date>,
    /// The worker who answers for the task that is made, a link worker of the agency; the viewer where nothing is said.
    pub owner: Option<ID>,
    /// A key of your own, of 1 to 200 characters: with the same key and input it is made once within 30 days.
    pub idempotency_key: Option<String>,
}
