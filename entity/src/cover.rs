//! Who covers for workers who are away.

use sea_orm::entity::prelude::*;

use crate::ids::{AccountId, AgencyId, CoverId};
use crate::instants::Millis;

/// That a worker of an agency looks after what another one answers for, while that one is away.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "cover")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CoverId,
    /// Of which agency.
    pub agency_id: AgencyId,
    /// Who is away.
    pub account_id: AccountId,
    /// Who covers for them.
    pub covered_by: AccountId,
    /// The first day, in London.
    pub begins_on: Date,
    /// The last day, in London.
    pub ends_on: Date,
    /// Who said so.
    pub created_by: AccountId,
    /// When.
    pub created_at: Millis,
    /// When it was ended before its last day; absent where it was not.
    pub ended_at: Option<Millis>,
}

impl ActiveModelBehavior for ActiveModel {}
