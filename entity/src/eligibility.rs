//! Who is taken.

use sea_orm::entity::prelude::*;

use crate::enums::{RuleEvidence, SubstanceUseRule};
use crate::ids::ServiceId;
use crate::lists::{Genders, OffenceTypes};

/// The rules of a service about who is taken; a rule is stated when its evidence is there.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "eligibility")]
pub struct Model {
    /// The service.
    #[sea_orm(primary_key, auto_increment = false)]
    pub service_id: ServiceId,
    /// Youngest, in years.
    pub age_min: Option<f64>,
    /// Oldest, in years.
    pub age_max: Option<f64>,
    /// Where the age rule comes from.
    pub age_evidence: Option<RuleEvidence>,
    /// Words it was read from.
    #[sea_orm(column_type = "Text", nullable)]
    pub age_quote: Option<String>,
    /// Genders taken.
    #[sea_orm(column_type = "JsonBinary")]
    pub genders: Genders,
    /// Where the gender rule comes from.
    pub genders_evidence: Option<RuleEvidence>,
    /// Words it was read from.
    #[sea_orm(column_type = "Text", nullable)]
    pub genders_quote: Option<String>,
    /// Rule about drink and drugs.
    pub substance_use: Option<SubstanceUseRule>,
    /// Days of abstinence asked for.
    pub abstinent_days: Option<i32>,
    /// Where it comes from.
    pub substance_use_evidence: Option<RuleEvidence>,
    /// Words it was read from.
    #[sea_orm(column_type = "Text", nullable)]
    pub substance_use_quote: Option<String>,
    /// Offences that exclude.
    #[sea_orm(column_type = "JsonBinary")]
    pub offences_excluded: OffenceTypes,
    /// Offences looked at one by one.
    #[sea_orm(column_type = "JsonBinary")]
    pub offences_considered: OffenceTypes,
    /// Where it comes from.
    pub offences_evidence: Option<RuleEvidence>,
    /// Words it was read from.
    #[sea_orm(column_type = "Text", nullable)]
    pub offences_quote: Option<String>,
    /// The rest, in words.
    #[sea_orm(column_type = "Text", nullable)]
    pub other: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
