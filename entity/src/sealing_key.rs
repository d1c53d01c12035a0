//! Keys under which things are sealed.

use sea_orm::entity::prelude::*;

use crate::ids::SealingKeyId;

/// A key of one person or account, wrapped by a master key.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sealing_key")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SealingKeyId,
    /// Name of the master key that it is wrapped by.
    #[sea_orm(column_type = "Text")]
    pub master: String,
    /// The key, wrapped; absent where it was destroyed.
    pub wrapped: Option<Vec<u8>>,
    /// When it was made.
    pub made_at: DateTimeUtc,
    /// When it was destroyed.
    pub destroyed_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
