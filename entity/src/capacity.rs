//! Places and waiting times.

use sea_orm::entity::prelude::*;

use crate::enums::WaitingList;
use crate::ids::ServiceId;

/// Places and waiting time of a service.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "capacity")]
pub struct Model {
    /// The service.
    #[sea_orm(primary_key, auto_increment = false)]
    pub service_id: ServiceId,
    /// Places paid for.
    pub funded: Option<i32>,
    /// Most that can be held.
    pub maximum: Option<i32>,
    /// Free now.
    pub available: Option<i32>,
    /// Days from referral to start.
    pub wait_days: Option<i32>,
    /// Whether one can go on a list.
    pub waiting_list: Option<WaitingList>,
    /// When this was said.
    pub updated_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
