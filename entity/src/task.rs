//! Dated tasks of workers about service users.

use sea_orm::entity::prelude::*;

use crate::enums::{DataCategory, TaskKind, TaskState};
use crate::ids::{AccountId, AgencyId, EasementId, ReleaseId, ServiceUserId, TaskId};
use crate::instants::Millis;

/// What a worker has to do for a service user, and by which day.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "task")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TaskId,
    /// Whom.
    pub service_user_id: ServiceUserId,
    /// Whom it was recorded for, before double records were joined.
    pub recorded_for: ServiceUserId,
    /// Whose it is.
    pub agency_id: AgencyId,
    /// Of which category of data it is.
    pub category: DataCategory,
    /// What is to be done.
    pub kind: TaskKind,
    /// The release that it belongs to.
    pub release_id: Option<ReleaseId>,
    /// The easement that it belongs to.
    pub easement_id: Option<EasementId>,
    /// By which day, in London.
    pub due_on: Date,
    /// How far it has come.
    pub state: TaskState,
    /// The worker who answers for it.
    pub owner_id: AccountId,
    /// What is to be done in the worker's words, sealed.
    #[sea_orm(column_type = "Text", nullable)]
    pub sealed: Option<String>,
    /// On which day it was done.
    pub done_on: Option<Date>,
    /// Who said that it was done.
    pub done_by: Option<AccountId>,
    /// Who made it.
    pub created_by: AccountId,
    /// When it was made.
    pub created_at: Millis,
    /// When something was last done with it.
    pub changed_at: Millis,
}

impl ActiveModelBehavior for ActiveModel {}
