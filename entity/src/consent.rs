//! What service users permit and deny.

use sea_orm::entity::prelude::*;

use crate::enums::{ConsentEnd, ConsentGiver, ConsentKind, ConsentMethod};
use crate::ids::{AccountId, AgencyId, ConsentId, ServiceUserId};
use crate::instants::Millis;

/// One permit or denial of a service user, as it was given. Only its end is ever added; and, to a denial that nobody could end
/// where records are parted, the agency that can.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "consent")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ConsentId,
    /// Who.
    pub service_user_id: ServiceUserId,
    /// Whom it was recorded for, before double records were joined.
    pub recorded_for: ServiceUserId,
    /// A permit, or a denial.
    pub kind: ConsentKind,
    /// From when it holds.
    pub begins_at: Millis,
    /// Until when it holds, exclusive; a permit always says so.
    pub expires_at: Option<Millis>,
    /// When it was withdrawn or superseded; absent while it was not.
    pub ended_at: Option<Millis>,
    /// The words that were read to them, by their key.
    #[sea_orm(column_type = "Text", nullable)]
    pub text_key: Option<String>,
    /// The version of these words.
    pub text_version: Option<i32>,
    /// How it was given.
    pub method: Option<ConsentMethod>,
    /// Who gave it: they themselves, or who stands for them.
    pub given_by: Option<ConsentGiver>,
    /// Who wrote it down, or gave it.
    pub recorded_by: Option<AccountId>,
    /// The agency that wrote it down, or to which it was handed on; absent where they gave it themselves.
    pub agency_id: Option<AgencyId>,
    /// The hash of what they were shown that each agency would see.
    #[sea_orm(column_type = "Text", nullable)]
    pub preview_hash: Option<String>,
    /// Who bore witness, and what there is to say of their capacity, sealed under the key of whom it was recorded for.
    #[sea_orm(column_type = "Text", nullable)]
    pub sealed: Option<String>,
    /// As what it ended.
    pub ended_as: Option<ConsentEnd>,
    /// Who ended it.
    pub ended_by: Option<AccountId>,
    /// The consent that stands in its place.
    pub superseded_by: Option<ConsentId>,
}

impl ActiveModelBehavior for ActiveModel {}
