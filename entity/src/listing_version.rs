//! Changes of listings, made and to come.

use sea_orm::entity::prelude::*;

use crate::enums::{ListingKind, VersionAction, VersionState};
use crate::ids::{AccountId, AgencyId, ApiKeyId, ListingVersionId};

/// One change of a listing. What was published is never changed again.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "listing_version")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ListingVersionId,
    /// What the listing tells of.
    pub kind: ListingKind,
    /// Id of the agency, service or location.
    pub listing_id: Uuid,
    /// Whose listing it was when the change was made; absent where it was nobody's.
    pub agency_id: Option<AgencyId>,
    /// Which version of the listing it made; absent as long as it is not published.
    pub number: Option<i32>,
    /// The version it was made from.
    pub base: i32,
    /// How far it has come.
    pub state: VersionState,
    /// What it did.
    pub action: VersionAction,
    /// What it changes from what to what, as JSON.
    #[sea_orm(column_type = "Text")]
    pub changes: String,
    /// The whole listing as it was from then on, as JSON; absent as long as it is not published.
    #[sea_orm(column_type = "Text", nullable)]
    pub document: Option<String>,
    /// Why, in the words of whoever made it.
    #[sea_orm(column_type = "Text", nullable)]
    pub reason: Option<String>,
    /// Who made it; absent for a source, and for a program.
    pub made_by: Option<AccountId>,
    /// The key of the program that made it; absent for a person.
    pub made_by_key: Option<ApiKeyId>,
    /// When they did.
    pub made_at: DateTimeUtc,
    /// From when on it is to hold; absent for at once.
    pub publish_at: Option<DateTimeUtc>,
    /// Who published, approved, declined or dropped it, where that was not whoever made it at once.
    pub decided_by: Option<AccountId>,
    /// When it was published, declined or dropped.
    pub decided_at: Option<DateTimeUtc>,
    /// What they said to it.
    #[sea_orm(column_type = "Text", nullable)]
    pub decision_note: Option<String>,
    /// The change that it takes back.
    pub undoes: Option<ListingVersionId>,
}

impl ActiveModelBehavior for ActiveModel {}
