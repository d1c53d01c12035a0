//! Where agencies' own systems are told, and their people by e-mail.

use sea_orm::entity::prelude::*;

use crate::enums::{NoticeChannel, NoticeFailure, NoticeOff};
use crate::ids::{AccountId, AgencyId, NoticeEndpointId};
use crate::instants::Millis;

/// An address that an agency's own system is told at, or somebody of it by e-mail.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "notice_endpoint")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: NoticeEndpointId,
    /// Whose system it is.
    pub agency_id: AgencyId,
    /// Where; of an e-mail address as `mailto:`.
    #[sea_orm(column_type = "Text")]
    pub url: String,
    /// The secret that notices are signed with, sealed under a key of the endpoint's own. Empty for an e-mail
    /// address: letters are not signed.
    #[sea_orm(column_type = "Text")]
    pub secret: String,
    /// The secret before that one, sealed under the same key.
    #[sea_orm(column_type = "Text", nullable)]
    pub old_secret: Option<String>,
    /// Until when it is signed with too, exclusive.
    pub old_until: Option<Millis>,
    /// Whether notices are put out for it, and sent.
    pub is_on: bool,
    /// Why not, where it is off.
    pub off_reason: Option<NoticeOff>,
    /// Who named it.
    pub created_by: AccountId,
    /// When.
    pub created_at: Millis,
    /// Since when nothing was taken; absent where the last one was.
    pub failing_since: Option<Millis>,
    /// Why the last one was not taken.
    pub last_error: Option<NoticeFailure>,
    /// The status of the last one, where that was the reason.
    pub last_status: Option<i32>,
    /// Until when one process alone sends to it; absent where none does.
    pub busy_until: Option<Millis>,
    /// By which way it is told.
    pub channel: NoticeChannel,
    /// The sorts of notice that it is told, as `referral.submitted`, parted by blanks; absent for every sort.
    #[sea_orm(column_type = "Text", nullable)]
    pub kinds: Option<String>,
    /// The hash of the code by which an e-mail address is confirmed; absent once it is, and for systems.
    #[sea_orm(column_type = "Text", nullable)]
    pub confirm_hash: Option<String>,
    /// When the last letter with that code was sent.
    pub confirm_sent_at: Option<Millis>,
    /// Until when it counts as slow; absent where it never was.
    pub slow_until: Option<Millis>,
}

impl ActiveModelBehavior for ActiveModel {}
