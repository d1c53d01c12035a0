//! Who belongs to which agency, as what.

use sea_orm::entity::prelude::*;

use crate::enums::Role;
use crate::ids::{AccountId, AgencyId, MembershipId};

/// A role that an account holds in an agency or in the network.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "membership")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MembershipId,
    /// The account.
    pub account_id: AccountId,
    /// The agency; absent for the network.
    pub agency_id: Option<AgencyId>,
    /// As what.
    pub role: Role,
    /// From when.
    pub begins_at: DateTimeUtc,
    /// Until when, exclusive; absent for as long as nobody ends it.
    pub ends_at: Option<DateTimeUtc>,
    /// By whom it was given; absent where the command line did.
    pub granted_by: Option<AccountId>,
    /// When it was given.
    pub granted_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
