//! What was asked for with a key, so that asking again does it once.

use sea_orm::entity::prelude::*;

/// That somebody asked for something with a key of their own.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency_key")]
pub struct Model {
    /// Who asked: an account, or a program's key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub asker_id: Uuid,
    /// Their key; of what is about service users, and of agreements, a hash of it.
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub key: String,
    /// What they asked for.
    #[sea_orm(column_type = "Text")]
    pub operation: String,
    /// A hash of what they gave, in hexadecimal: keyed where it is about service users. The answer is not kept.
    #[sea_orm(column_type = "Text")]
    pub input_hash: String,
    /// Id of what was made of it.
    pub made_id: Uuid,
    /// Ids of what else was made of it, in their order, with a space between.
    #[sea_orm(column_type = "Text", nullable)]
    pub also: Option<String>,
    /// When.
    pub made_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
