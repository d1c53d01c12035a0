//! Sessions of cohorts.

use sea_orm::entity::prelude::*;

use crate::ids::{CohortId, GroupSessionId};
use crate::instants::Millis;

/// When a cohort meets.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "group_session")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: GroupSessionId,
    /// The cohort.
    pub cohort_id: CohortId,
    /// When it begins.
    pub starts_at: Millis,
    /// When it ends.
    pub ends_at: Millis,
    /// Since when it is called off.
    pub called_off_at: Option<Millis>,
}

impl ActiveModelBehavior for ActiveModel {}
