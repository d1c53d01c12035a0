//! Information-sharing agreements.

use sea_orm::entity::prelude::*;

use crate::ids::AgreementId;
use crate::instants::Millis;

/// An agreement, over all its versions.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "agreement")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AgreementId,
    /// What it is called.
    #[sea_orm(column_type = "Text")]
    pub title: String,
    /// Counts every change of what it allows; what was decided on another count is decided again.
    pub epoch: i64,
    /// When that count was last raised: nothing is decided as of an earlier instant, whatever the clock of whoever decides.
    pub changed_at: Millis,
    /// When it was begun.
    pub created_at: Millis,
}

impl ActiveModelBehavior for ActiveModel {}
