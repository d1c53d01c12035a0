//! What service users are found by.

use sea_orm::entity::prelude::*;

use crate::ids::{RecordId, ServiceUserId};

/// One thing that an identity is found by: a part of a name and what it may be mistyped as, a date of birth, an
/// identifier; as a keyed hash, of which nobody without the key can tell what it was.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "name_key")]
pub struct Model {
    /// The hash.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hash: i64,
    /// The row that says who they are.
    #[sea_orm(primary_key, auto_increment = false)]
    pub record_id: RecordId,
    /// Whom it is about.
    pub service_user_id: ServiceUserId,
}

impl ActiveModelBehavior for ActiveModel {}
