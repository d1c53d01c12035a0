//! Teams.

use sea_orm::entity::prelude::*;

use crate::ids::{AgencyId, TeamId};
use crate::instants::Millis;

/// A team of an agency.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "team")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TeamId,
    /// The agency.
    pub agency_id: AgencyId,
    /// What it is called.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// When it was closed; absent while it is there.
    pub closed_at: Option<Millis>,
}

impl ActiveModelBehavior for ActiveModel {}
