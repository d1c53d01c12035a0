//! Places in teams.

use sea_orm::entity::prelude::*;

use crate::ids::{AccountId, TeamId, TeamPlaceId};
use crate::instants::Millis;

/// That an account belongs to a team, from when until when.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "team_place")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TeamPlaceId,
    /// The team.
    pub team_id: TeamId,
    /// The account.
    pub account_id: AccountId,
    /// From when.
    pub begins_at: Millis,
    /// Until when, exclusive; absent for as long as nobody ends it.
    pub ends_at: Option<Millis>,
}

impl ActiveModelBehavior for ActiveModel {}
