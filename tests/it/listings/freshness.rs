//! Freshness: what is due, confirming it, who is asked, and what they are written.

mod confirming;
mod due;
mod duty;
mod imported;
mod refused_letters;
mod reminders;
mod worklist;

use chrono::{DateTime, TimeDelta, Utc};
use entity::assurance;
use entity::enums::{AssuranceEvidence, FieldGroup};
use entity::ids::{AgencyId, ServiceId};
use sea_orm::{EntityTrait, QueryOrder};
use serde_json::{Value, json};
use signpost::api::ids::NodeId;
use signpost::directory::listing::{Assurance, ServiceListing};
use signpost::directory::store::{agency_id, service_id};

use crate::support::accounts::As;
use crate::support::listings::service;
use crate::support::{TestApp, now, source};

const CONFIRM: &str = "mutation($input: ConfirmListingInput!) { confirmListing(input: $input) {
    service { id freshness { group freshness confirmedAt confirmedBy evidence } }
    errors { code field message currentVersion } } }";
const DUE: &str = "query($first: Int, $after: String) { listingsDue(first: $first, after: $after) {
    totalCount pageInfo { hasNextPage hasPreviousPage endCursor }
    nodes { version service { id name } groups {
        group state lastConfirmedAt dueAt lastConfirmedBy note evidence } } } }";

/// A service of the agency with this key.
fn of_agency(agency: &str, key: &str, name: &str) -> ServiceListing {
    let mut listing = service(key, name, "housing.emergency");
    listing.agency.key = agency.to_owned();
    listing.agency.name = format!("Agency {agency}");
    listing
}

fn agency(key: &str) -> AgencyId {
    agency_id(source().id(), key)
}

fn id_of(key: &str) -> ServiceId {
    service_id(source().id(), key)
}

fn global_id(key: &str) -> String {
    NodeId::Service(id_of(key)).encode().0
}

/// That a feed says it looked at a part so many days ago.
fn said(group: FieldGroup, days_ago: i64) -> Assurance {
    let at = now() - TimeDelta::days(days_ago);
    Assurance { group, at, by: Some("a feed".to_owned()), evidence: AssuranceEvidence::Feed }
}

/// Every part was looked at so many days ago.
fn all_said(days_ago: i64) -> Vec<Assurance> {
    FieldGroup::ALL.iter().map(|group| said(*group, days_ago)).collect()
}

/// What is known of when everything was assured.
async fn assured(app: &TestApp) -> Vec<assurance::Model> {
    let all = assurance::Entity::find().order_by_asc(assurance::Column::ServiceId);
    all.order_by_asc(assurance::Column::FieldGroup).all(app.db().connection()).await.unwrap()
}

/// When a part of a service was assured, and on which evidence.
async fn of_group(app: &TestApp, key: &str, group: FieldGroup) -> Option<(DateTime<Utc>, AssuranceEvidence)> {
    let all = assured(app).await;
    let found = all.into_iter().find(|row| row.service_id == id_of(key) && row.field_group == group);
    found.map(|row| (row.assured_at, row.evidence))
}

fn input(key: &str, groups: &[&str], version: i32) -> Value {
    json!({ "service": global_id(key), "groups": groups, "expectedVersion": version })
}

async fn confirm(app: &TestApp, token: &str, input: Value) -> Value {
    app.data_as(As::token(token), CONFIRM, json!({ "input": input })).await["confirmListing"].take()
}

/// Code and field of the one error of a payload.
fn refusal(payload: &Value) -> (&str, &str) {
    assert_eq!(payload["errors"].as_array().map(Vec::len), Some(1), "{payload:#}");
    (payload["errors"][0]["code"].as_str().unwrap(), payload["errors"][0]["field"].as_str().unwrap_or_default())
}
