//! Groups.

use sea_orm::entity::prelude::*;

use crate::enums::{AppointmentDelivery, GroupEndReason};
use crate::ids::{AccountId, AgencyId, GroupId, LocationId, ServiceId};
use crate::instants::Millis;
use crate::lists::Words;

/// What an agency offers to several service users at once, again and again.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "support_group")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: GroupId,
    /// Whose it is.
    pub agency_id: AgencyId,
    /// Name.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// The service that it belongs to, where it belongs to one.
    pub service_id: Option<ServiceId>,
    /// The hub, where it is at one.
    pub location_id: Option<LocationId>,
    /// Keys of the needs that it is for; empty: not stated.
    #[sea_orm(column_type = "JsonBinary")]
    pub needs: Words,
    /// How it is held.
    pub delivery: AppointmentDelivery,
    /// How many places a cohort has where nothing else is said of it.
    pub places: i32,
    /// Who made it.
    pub made_by: AccountId,
    /// When.
    pub made_at: Millis,
    /// The how manieth writing of it, from 1.
    pub version: i32,
    /// Since when it is closed: nobody waits for it, and nobody has a place in it.
    pub closed_at: Option<Millis>,
    /// Who closed it.
    pub closed_by: Option<AccountId>,
    /// Why.
    pub end_reason: Option<GroupEndReason>,
}

impl ActiveModelBehavior for ActiveModel {}
