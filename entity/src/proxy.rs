//! Who stands for a service user.

use sea_orm::entity::prelude::*;

use crate::enums::ProxyAuthority;
use crate::ids::{AccountId, ProxyId, ServiceUserId};
use crate::instants::Millis;

/// That somebody, as a carer, may see what the service user sees.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "proxy")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ProxyId,
    /// Who.
    pub service_user_id: ServiceUserId,
    /// Whom it was recorded for, before double records were joined.
    pub recorded_for: ServiceUserId,
    /// The account.
    pub account_id: AccountId,
    /// From when.
    pub begins_at: Millis,
    /// Until when, exclusive; absent for as long as nobody ends it.
    pub ends_at: Option<Millis>,
    /// Who ended it before that; absent where nobody did.
    pub ended_by: Option<AccountId>,
    /// Until when they were named to stand for them, where it was ended before that.
    pub named_until: Option<Millis>,
    /// On what authority they stand for them.
    pub authority: Option<ProxyAuthority>,
    /// Who named them; absent for the demonstration.
    pub named_by: Option<AccountId>,
}

impl ActiveModelBehavior for ActiveModel {}
