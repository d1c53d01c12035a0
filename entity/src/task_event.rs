//! The history of tasks.

use sea_orm::entity::prelude::*;

use crate::enums::{TaskState, TaskStep};
use crate::ids::{AccountId, AgencyId, TaskEventId, TaskId};
use crate::instants::Millis;

/// Something that was done with a task.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "task_event")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TaskEventId,
    /// The task.
    pub task_id: TaskId,
    /// The how manieth of the task, from 1; no two are the same.
    pub number: i32,
    /// What.
    pub step: TaskStep,
    /// How far it had come by it.
    pub state: TaskState,
    /// When.
    pub at: Millis,
    /// Who.
    pub by: AccountId,
    /// For which agency.
    pub agency_id: AgencyId,
    /// What was said, sealed.
    #[sea_orm(column_type = "Text", nullable)]
    pub sealed: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
