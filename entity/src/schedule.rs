//! Hours and events.

use sea_orm::entity::prelude::*;

use crate::enums::{ScheduleDays, ScheduleEffect, ScheduleKind};
use crate::ids::{LocationId, PlaceId, ServiceId};

/// One line of an hours table; belongs to exactly one of service, pair and location.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "schedule")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// The service it belongs to.
    pub service_id: Option<ServiceId>,
    /// The pair it belongs to.
    pub place_id: Option<PlaceId>,
    /// The location it belongs to.
    pub location_id: Option<LocationId>,
    /// Order.
    pub position: i32,
    /// Hours or event.
    pub kind: ScheduleKind,
    /// Which days.
    pub days: ScheduleDays,
    /// What it does to them.
    pub effect: ScheduleEffect,
    /// RFC 5545 BYDAY.
    #[sea_orm(column_type = "Text", nullable)]
    pub by_day: Option<String>,
    /// RFC 5545 BYMONTHDAY.
    #[sea_orm(column_type = "Text", nullable)]
    pub by_month_day: Option<String>,
    /// Every how many weeks or months.
    pub interval: i32,
    /// A date on which it takes place.
    pub anchor: Option<Date>,
    /// First date.
    pub valid_from: Option<Date>,
    /// Last date.
    pub valid_to: Option<Date>,
    /// Opening, wall time in Europe/London.
    pub opens_at: Option<Time>,
    /// Closing.
    pub closes_at: Option<Time>,
    /// What takes place, or a remark.
    #[sea_orm(column_type = "Text", nullable)]
    pub note: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
