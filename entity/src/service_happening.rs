//! What happened to public services.

use sea_orm::entity::prelude::*;

use crate::enums::HappeningKind;
use crate::ids::ServiceId;

/// Something that happened to a public service. No words: what is shown of the service is looked up when it is shown.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "service_happening")]
pub struct Model {
    /// Order of happening: whoever has seen a number has been able to see every smaller one.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The service, which may be gone by now.
    pub service_id: ServiceId,
    /// What.
    pub kind: HappeningKind,
    /// When.
    pub at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
