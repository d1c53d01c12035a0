//! What signposts are about.

use sea_orm::entity::prelude::*;

use crate::ids::{SignpostId, SignpostNeedId};

/// A need for which somebody was told of services.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "signpost_need")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SignpostNeedId,
    /// The signpost.
    pub signpost_id: SignpostId,
    /// The key of the need.
    #[sea_orm(column_type = "Text")]
    pub need_key: String,
}

impl ActiveModelBehavior for ActiveModel {}
