//! Letters with a code, by which somebody is asked whether they agree to notices by e-mail.

use sea_orm::entity::prelude::*;

use crate::ids::AgencyId;
use crate::instants::Millis;

/// That a letter with a code went to a mailbox, or was refused there. It outlives the endpoint for which it went: by these rows
/// such letters are bounded.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "notice_code_letter")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Which agency asked.
    pub agency_id: AgencyId,
    /// The mailbox, as its keyed hash.
    pub mailbox: i64,
    /// When.
    pub sent_at: Millis,
    /// Whether its agency has the code back since.
    pub is_answered: bool,
}

impl ActiveModelBehavior for ActiveModel {}
