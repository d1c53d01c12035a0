//! Rows of imported caseloads.

use sea_orm::entity::prelude::*;

use crate::enums::ImportedKind;
use crate::ids::{AgencyId, ImportedRowId};
use crate::instants::Millis;

/// That a row of an agency's old system was taken over: so it is known again, and never taken twice. Neither its key nor what
/// it said lies here, only keyed hashes of them.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "imported_row")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ImportedRowId,
    /// The agency whose it is.
    pub agency_id: AgencyId,
    /// What it is about.
    pub kind: ImportedKind,
    /// Keyed hash of the old system's key; unique within agency and kind.
    #[sea_orm(column_type = "Text")]
    pub key_hash: String,
    /// What became of it here: a service user, an appointment, or a row about a service user.
    pub target_id: Uuid,
    /// Keyed hashes of what it said when it was last taken, part by part.
    #[sea_orm(column_type = "Text")]
    pub digest: String,
    /// When it was last taken.
    pub imported_at: Millis,
}

impl ActiveModelBehavior for ActiveModel {}
