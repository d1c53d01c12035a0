//! Sign-ins.

use sea_orm::entity::prelude::*;

use crate::enums::SessionEnd;
use crate::ids::{AccountId, SessionId};

/// One sign-in, from its beginning to its end. Tokens are kept as hashes only.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SessionId,
    /// Whose.
    pub account_id: AccountId,
    /// What its owner calls the device.
    #[sea_orm(column_type = "Text", nullable)]
    pub device: Option<String>,
    /// Hash of the token that requests carry, in hexadecimal.
    #[sea_orm(column_type = "Text")]
    pub access_hash: String,
    /// Until when that one works, exclusive.
    pub access_expires_at: DateTimeUtc,
    /// Hash of the token that gets the next pair.
    #[sea_orm(column_type = "Text")]
    pub refresh_hash: String,
    /// Until when that one works, exclusive.
    pub refresh_expires_at: DateTimeUtc,
    /// When somebody signed in.
    pub created_at: DateTimeUtc,
    /// When tokens were last renewed.
    pub refreshed_at: DateTimeUtc,
    /// When it was ended before its time.
    pub ended_at: Option<DateTimeUtc>,
    /// Why.
    pub ended_why: Option<SessionEnd>,
}

impl ActiveModelBehavior for ActiveModel {}
