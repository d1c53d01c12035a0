//! Whether agencies let names stand in calendar feeds.

use sea_orm::entity::prelude::*;

use crate::ids::{AccountId, AgencyId};
use crate::instants::Millis;

/// What an agency chose for the calendar feeds of its appointments. Without a row no name stands in any.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "calendar_choice")]
pub struct Model {
    /// The agency.
    #[sea_orm(primary_key, auto_increment = false)]
    pub agency_id: AgencyId,
    /// Whether given names may stand in feeds whose owners want them.
    pub names_allowed: bool,
    /// The manager who chose so.
    pub chosen_by: AccountId,
    /// When.
    pub chosen_at: Millis,
}

impl ActiveModelBehavior for ActiveModel {}
