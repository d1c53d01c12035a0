//! Calendar feeds.

use sea_orm::entity::prelude::*;

use crate::ids::{AccountId, AgencyId, CalendarFeedId, LocationId, MembershipId};
use crate::instants::Millis;

/// An address at which a calendar program reads appointments of an agency, as its owner may see them.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "calendar_feed")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CalendarFeedId,
    /// Whose it is.
    pub account_id: AccountId,
    /// Of which agency.
    pub agency_id: AgencyId,
    /// The membership by which it was made: it ends with that, and does not begin again with another.
    pub membership_id: MembershipId,
    /// The hub; absent where it holds the appointments that are with its owner.
    pub location_id: Option<LocationId>,
    /// Whether its owner wants given names in it, where the agency lets them stand there.
    pub with_names: bool,
    /// Hash of the code in its address; absent once it has ended.
    #[sea_orm(column_type = "Text", nullable, unique)]
    pub code_hash: Option<String>,
    /// When it was made.
    pub made_at: Millis,
    /// When it was revoked, or another was made in its place; absent while it was not.
    pub ended_at: Option<Millis>,
    /// Until when the looks are spent that were taken at it, each of which spends a minute; absent while there was none.
    pub looks_spent_until: Option<Millis>,
}

impl ActiveModelBehavior for ActiveModel {}
