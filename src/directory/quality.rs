//! The quality of the data: what is missing, stale, doubtful or twice.

use chrono::{DateTime, Utc};
use entity::enums::FieldGroup;
use entity::ids::ServiceId;
use entity::{location, service, service_need, service_place};
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect};

use super::duplicates::{Compared, PossibleDuplicate};
use super::freshness::{Freshness, FreshnessRules};
use super::placing;
use super::snapshot::{ServiceFacts, Snapshot};
use crate::database::Database;

/// How many examples are kept of each finding.
const EXAMPLES: usize = 20;

/// One thing found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What.
    pub what: &'static str,
    /// How many.
    pub count: usize,
    /// Some of them, by name.
    pub examples: Vec<String>,
}

/// Everything found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quality {
    /// The size of the directory, in a sentence.
    pub overview: String,
    /// Findings, the same ones every time.
    pub findings: Vec<Finding>,
}

/// Looks at the data.
///
/// # Errors
/// The database failed.
pub async fn look(
    database: &Database,
    snapshot: &Snapshot,
    rules: &FreshnessRules,
    at: DateTime<Utc>,
) -> Result<Quality, DbErr> {
    let db = database.connection();
    let internal = service::Entity::find()
        .filter(service::Column::Visibility.eq(entity::enums::Visibility::Internal))
        .count(db)
        .await?;
    let postcodes = if placing::postcodes_loaded(db).await? { "loaded" } else { "not loaded" };
    let overview = format!(
        "{} agencies, {} public services ({internal} internal), {} locations; full postcodes are {postcodes}.",
        snapshot.agencies().count(),
        snapshot.service_count(),
        snapshot.locations().count(),
    );
    let stated: Vec<(ServiceId, String)> = service_need::Entity::find()
        .select_only()
        .columns([service_need::Column::ServiceId, service_need::Column::NeedKey])
        .into_tuple()
        .all(db)
        .await?;
    let unknown_needs: Vec<String> = stated
        .into_iter()
        .filter(|(_, key)| snapshot.need_list.need(key).is_none())
        .filter_map(|(id, key)| Some(format!("{}: {key}", snapshot.service(id)?.name)))
        .collect();
    let orphans: Vec<Option<String>> = location::Entity::find()
        .filter(location::Column::Id.not_in_subquery(
            Query::select().column(service_place::Column::LocationId).from(service_place::Entity).to_owned(),
        ))
        .select_only()
        .column(location::Column::Name)
        .into_tuple()
        .all(db)
        .await?;
    let duplicates = Compared::services(db, snapshot).await?.groups();
    let services = |what, test: &dyn Fn(&ServiceFacts) -> bool| {
        finding(
            what,
            snapshot.services().filter(|service| test(service)).map(|service| service.name.to_string()).collect(),
        )
    };
    let findings = vec![
        services("services meet no need of the list", &|service| service.needs.is_empty()),
        finding("services state a need that the list does not have", unknown_needs),
        services("services do not say when they are open", &|service| {
            service.offers.iter().all(|offer| !offer.hours.is_stated())
        }),
        finding(
            "places could not be found on the map",
            snapshot
                .locations()
                .filter(|(_, _, place)| place.point.is_none())
                .map(|(_, _, place)| place.sort_key.to_string())
                .collect(),
        ),
        services("services have no place and do not say that they need none", &|service| {
            service.manner.delivery.is_empty() && service.offers.iter().all(|offer| offer.place.is_none())
        }),
        services("services do not say which area they cover", &|service| {
            service.offers.iter().all(|offer| offer.areas.is_empty())
        }),
        services("services have a part that was confirmed too long ago", &|service| {
            states(service, rules, at).any(|state| state == Freshness::Stale)
        }),
        services("services were never confirmed in any part", &|service| {
            states(service, rules, at).all(|state| state == Freshness::NeverConfirmed)
        }),
        finding(
            "groups of services look like one and the same",
            duplicates.iter().map(PossibleDuplicate::to_string).collect(),
        ),
        finding(
            "locations are used by no service",
            orphans.into_iter().map(|name| name.unwrap_or_else(|| "(without a name)".to_owned())).collect(),
        ),
    ];
    Ok(Quality { overview, findings })
}

fn states(service: &ServiceFacts, rules: &FreshnessRules, at: DateTime<Utc>) -> impl Iterator<Item = Freshness> {
    let (assured, rules) = (*service.assured, *rules);
    FieldGroup::ALL.iter().map(move |group| rules.state(*group, assured.at(*group), at))
}

fn finding(what: &'static str, mut all: Vec<String>) -> Finding {
    let count = all.len();
    all.sort_unstable();
    all.truncate(EXAMPLES);
    Finding { what, count, examples: all }
}
