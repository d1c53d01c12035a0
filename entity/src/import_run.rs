//! Runs of an import.

use sea_orm::entity::prelude::*;

use crate::ids::{ImportRunId, SourceId};

/// One run of an import, finished or not.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "import_run")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ImportRunId,
    /// What was imported.
    pub source_id: SourceId,
    /// When it began.
    pub started_at: DateTimeUtc,
    /// When it ended; absent for a run that was cut off.
    pub finished_at: Option<DateTimeUtc>,
    /// Records seen.
    pub records_read: i64,
    /// Records refused.
    pub records_rejected: i64,
    /// Services new.
    pub services_created: i64,
    /// Services changed.
    pub services_changed: i64,
    /// Services as they were.
    pub services_unchanged: i64,
}

impl ActiveModelBehavior for ActiveModel {}
