//! Corrections from the field.

use sea_orm::entity::prelude::*;

use crate::enums::{CorrectionKind, CorrectionState, RefusalReason};
use crate::ids::{AccountId, AgencyId, CorrectionId, ListingVersionId, PlaceId, ServiceId};

/// What somebody said of a service that is not theirs, and what was answered.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "correction")]
pub struct Model {
    /// Id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: CorrectionId,
    /// The service; it may be gone.
    pub service_id: ServiceId,
    /// What it was called then.
    #[sea_orm(column_type = "Text")]
    pub service_name: String,
    /// Whose it was then.
    pub agency_id: AgencyId,
    /// Where somebody was turned away, where that was said.
    pub place_id: Option<PlaceId>,
    /// How far it has come.
    pub state: CorrectionState,
    /// What it is.
    pub kind: CorrectionKind,
    /// Who said it; absent for what was drafted here.
    pub author_id: Option<AccountId>,
    /// The agency they acted for.
    pub author_agency_id: Option<AgencyId>,
    /// When.
    pub made_at: DateTimeUtc,
    /// In their words; of a draft, what workers told of, where they did.
    #[sea_orm(column_type = "Text", nullable)]
    pub words: Option<String>,
    /// Of a draft: what is said of referrals that were refused; absent where none stand behind it.
    #[sea_orm(column_type = "Text", nullable)]
    pub referrals: Option<String>,
    /// What is to be changed from what to what, as JSON; absent where nothing can be changed in one step.
    #[sea_orm(column_type = "Text", nullable)]
    pub proposed: Option<String>,
    /// Why somebody was turned away.
    pub reason: Option<RefusalReason>,
    /// On which day; of a draft, since which workers tell of it, absent where they do not.
    pub happened_on: Option<Date>,
    /// Of an open draft: service and reason, of which there is one at a time.
    #[sea_orm(column_type = "Text", nullable)]
    pub open_key: Option<String>,
    /// What was answered.
    #[sea_orm(column_type = "Text", nullable)]
    pub reply: Option<String>,
    /// By whom; absent for a program.
    pub answered_by: Option<AccountId>,
    /// For which agency.
    pub answered_for: Option<AgencyId>,
    /// When.
    pub answered_at: Option<DateTimeUtc>,
    /// The change of the listing that it became.
    pub version_id: Option<ListingVersionId>,
    /// When it last changed.
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
