//! Service users.

use sea_orm::entity::prelude::*;

use crate::ids::{AccountId, AgencyId, SealingKeyId, ServiceUserId};
use crate::instants::Millis;

/// A person who is supported: a pseudonym, the same everywhere, and no word about them.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "service_user")]
pub struct Model {
    /// Id; the pseudonym that the ledger holds.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ServiceUserId,
    /// The account by which they sign in themselves; absent where they have none.
    pub account_id: Option<AccountId>,
    /// Who last said of one that it is theirs; absent where nobody did.
    pub linked_by: Option<AccountId>,
    /// Who last took back that one is theirs; absent where nobody did.
    pub unlinked_by: Option<AccountId>,
    /// When.
    pub unlinked_at: Option<Millis>,
    /// The agency that entered them.
    pub agency_id: AgencyId,
    /// The key under which everything about them is sealed.
    pub key_id: SealingKeyId,
    /// Counts every change of who may see them; what was decided on another count is decided again.
    pub epoch: i64,
    /// When that count was last raised: nothing is decided as of an earlier instant, whatever the clock of whoever decides.
    pub changed_at: Millis,
    /// The record that this one turned out to be double to; absent while it stands for itself.
    pub merged_into: Option<ServiceUserId>,
    /// When they were entered.
    pub created_at: Millis,
}

impl ActiveModelBehavior for ActiveModel {}
