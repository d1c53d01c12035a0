//! Rows about service users.

use sea_orm::entity::prelude::*;

use crate::enums::{DataCategory, RecordKind};
use crate::ids::{AccountId, AgencyId, RecordId, ServiceUserId};
use crate::instants::Millis;

/// One thing that an agency recorded about a service user. What it says is sealed; what it is about is not.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "person_record")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RecordId,
    /// Whom it is about, double records joined.
    pub service_user_id: ServiceUserId,
    /// Whom it was recorded for.
    pub recorded_for: ServiceUserId,
    /// The source agency: it recorded this, and stays its controller.
    pub agency_id: AgencyId,
    /// The category of personal data that it belongs to.
    pub category: DataCategory,
    /// What it is.
    pub kind: RecordKind,
    /// The need, of a need; absent otherwise.
    #[sea_orm(column_type = "Text", nullable)]
    pub need_key: Option<String>,
    /// How urgent a need is, 1 before 5; absent otherwise.
    pub priority: Option<i32>,
    /// What it says, sealed under the key of whom it was recorded for.
    #[sea_orm(column_type = "Text")]
    pub sealed: String,
    /// When it was recorded.
    pub recorded_at: Millis,
    /// By whom; absent for the demonstration.
    pub recorded_by: Option<AccountId>,
    /// The row that it says anew.
    pub replaces: Option<RecordId>,
    /// The row that says it anew; absent where none does. Of several that say the same of double records one row may say all anew.
    pub replaced_by: Option<RecordId>,
    /// When it was replaced or taken back; absent while it holds.
    pub ended_at: Option<Millis>,
}

impl ActiveModelBehavior for ActiveModel {}
