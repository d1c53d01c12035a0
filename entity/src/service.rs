//! Services.

use sea_orm::entity::prelude::*;

use crate::enums::{CostKind, ServiceStatus, Visibility};
use crate::ids::{AgencyId, ServiceId, SourceId};
use crate::lists::{AccessFeatures, DeliveryModes, ReferralRoutes, SessionFormats, Words};

/// A service.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, serde::Serialize, serde::Deserialize)]
#[sea_orm(table_name = "service")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ServiceId,
    /// Who offers it.
    pub agency_id: AgencyId,
    /// Where it came from.
    pub source_id: SourceId,
    /// Its key there.
    #[sea_orm(column_type = "Text")]
    pub source_key: String,
    /// Hash of what the source last said of it; the same hash again changes nothing.
    #[sea_orm(column_type = "Text")]
    pub content_hash: String,
    /// Name.
    #[sea_orm(column_type = "Text")]
    pub name: String,
    /// Another name.
    #[sea_orm(column_type = "Text", nullable)]
    pub alternate_name: Option<String>,
    /// One or two plain sentences.
    #[sea_orm(column_type = "Text", nullable)]
    pub summary: Option<String>,
    /// All there is to say.
    #[sea_orm(column_type = "Text", nullable)]
    pub description: Option<String>,
    /// Whether it runs.
    pub status: ServiceStatus,
    /// When a temporarily closed service is expected back.
    pub reopens_on: Option<Date>,
    /// Something people must know today.
    #[sea_orm(column_type = "Text", nullable)]
    pub alert: Option<String>,
    /// Who may see it at all.
    pub visibility: Visibility,
    /// Its own page.
    #[sea_orm(column_type = "Text", nullable)]
    pub url: Option<String>,
    /// Its own e-mail address.
    #[sea_orm(column_type = "Text", nullable)]
    pub email: Option<String>,
    /// How to get in, in words.
    #[sea_orm(column_type = "Text", nullable)]
    pub how_to_apply: Option<String>,
    /// Ways in; empty: not stated.
    #[sea_orm(column_type = "JsonBinary")]
    pub routes: ReferralRoutes,
    /// Name of the gateway.
    #[sea_orm(column_type = "Text", nullable)]
    pub gateway: Option<String>,
    /// What it costs the person; absent: not stated.
    pub cost: Option<CostKind>,
    /// The cost in words.
    #[sea_orm(column_type = "Text", nullable)]
    pub cost_note: Option<String>,
    /// Languages as BCP 47 tags; empty: not stated.
    #[sea_orm(column_type = "JsonBinary")]
    pub languages: Words,
    /// How it reaches people; empty: not stated.
    #[sea_orm(column_type = "JsonBinary")]
    pub delivery: DeliveryModes,
    /// Forms of session; empty: not stated.
    #[sea_orm(column_type = "JsonBinary")]
    pub formats: SessionFormats,
    /// Barriers removed.
    #[sea_orm(column_type = "JsonBinary")]
    pub access_offered: AccessFeatures,
    /// Barriers that are there.
    #[sea_orm(column_type = "JsonBinary")]
    pub access_missing: AccessFeatures,
    /// Who pays for it, for which area.
    #[sea_orm(column_type = "JsonBinary")]
    pub funding: Words,
    /// Papers to bring.
    #[sea_orm(column_type = "JsonBinary")]
    pub documents: Words,
    /// When the source last changed it.
    pub source_changed_at: Option<DateTimeUtc>,
    /// When it was first stored.
    pub created_at: DateTimeUtc,
    /// When it last changed.
    pub updated_at: DateTimeUtc,
    /// Which version of it this is: one more with each change.
    pub version: i32,
    /// Since when its agency keeps it here itself, so that its source changes it no more; absent where the source does.
    pub kept_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
