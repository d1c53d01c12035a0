//! What may be told of services now. It is taken from where public pages take it, so nothing of a secret place is in it.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use entity::enums::{FieldGroup, ServiceStatus};
use entity::ids::{PlaceId, ServiceId};
use entity::phone;

use super::sheet::Told;
use crate::api::errors::LoadError;
use crate::directory::loaders::{
    AgencyKey, AssurancesOf, Loaders, LocationKey, Pair, PhonesOfAgency, PhonesOfPlace, PhonesOfService, PlacesOf,
    ServiceKey,
};
use crate::directory::snapshot::ServiceFacts;
use crate::directory::store::edges::PublicLocation;
use crate::directory::words::span;
use crate::hours::{Opening, london};

/// How many days of opening hours stand on a sheet.
const DAYS: i64 = 7;
/// Most telephone numbers of a service on a sheet.
const MOST_PHONES: usize = 3;

/// A service, and where of its places.
pub type Door = (ServiceId, Option<PlaceId>);

/// What may be told of these services, each at the place that is named; those that are not listed are not there.
///
/// # Errors
/// The database failed.
pub async fn told(loaders: &Loaders, doors: &[Door], now: DateTime<Utc>) -> Result<HashMap<Door, Told>, LoadError> {
    let mut all = HashMap::with_capacity(doors.len());
    for door in doors {
        if let Some(told) = of_one(loaders, *door, now).await? {
            all.insert(*door, told);
        }
    }
    Ok(all)
}

async fn of_one(loaders: &Loaders, (id, at): Door, now: DateTime<Utc>) -> Result<Option<Told>, LoadError> {
    let Some(service) = loaders.one(ServiceKey(id)).await? else { return Ok(None) };
    let Some(agency) = loaders.one(AgencyKey(service.agency_id)).await? else { return Ok(None) };
    let snapshot = loaders.snapshot();
    let Some(facts) = snapshot.service(id) else { return Ok(None) };
    let places = loaders.one(PlacesOf(id)).await?;
    let place = places.iter().flat_map(|places| places.iter()).find(|place| Some(place.id) == at);
    // It was to be somewhere, and is there no more.
    if at.is_some() && place.is_none() {
        return Ok(None);
    }
    let location = match place {
        Some(place) => loaders.one(LocationKey(place.location_id)).await?,
        None => None,
    };
    let mut phones = Vec::new();
    if let (Some(place), true) = (place, location.as_ref().is_some_and(|location| !location.confidential)) {
        phones.extend(numbers(loaders.one(PhonesOfPlace(Pair { service: id, place: place.id })).await?.as_deref()));
    }
    phones.extend(numbers(loaders.one(PhonesOfService(id)).await?.as_deref()));
    if phones.is_empty() {
        phones.extend(numbers(loaders.one(PhonesOfAgency(service.agency_id)).await?.as_deref()));
    }
    let mut each = std::collections::HashSet::new();
    phones.retain(|number| each.insert(number.clone()));
    phones.truncate(MOST_PHONES);
    let assured = loaders.one(AssurancesOf(id)).await?;
    let hours_assured = assured.iter().flat_map(|rows| rows.iter()).find(|row| row.field_group == FieldGroup::Hours);
    let (week, hours) = week(facts, at, now);
    Ok(Some(Told {
        service: id,
        at,
        name: service.name.clone(),
        agency: agency.name.clone(),
        status: service.status,
        reopens_on: service.reopens_on,
        alert: service.alert.clone(),
        phones,
        address: location.as_deref().map(address).unwrap_or_default(),
        week,
        hours,
        how_to_apply: service.how_to_apply.clone(),
        documents: service.documents.0.clone(),
        confirmed_on: hours_assured.map(|row| london(row.assured_at).date()),
    }))
}

fn numbers(rows: Option<&Vec<phone::Model>>) -> Vec<String> {
    let number = |row: &phone::Model| match &row.extension {
        Some(extension) => format!("{} ext. {extension}", row.number),
        None => row.number.clone(),
    };
    rows.iter().flat_map(|rows| rows.iter()).map(number).collect()
}

/// Where to go, line by line; of a secret place nothing but the area that its agency chose to name.
fn address(location: &PublicLocation) -> Vec<String> {
    let Some(open) = &location.open else {
        let area =
            location.public_area.as_ref().map(|area| format!("{area}: the address is not given out. Ring first."));
        return area.into_iter().collect();
    };
    let mut lines: Vec<String> = open.name.iter().cloned().collect();
    lines.extend(open.address_lines.iter().cloned());
    lines.extend(open.town.iter().cloned());
    lines.extend(open.postcode.iter().cloned());
    lines.dedup();
    lines
}

/// When the door is open in the days to come, a line each, and the rules behind that.
fn week(facts: &ServiceFacts, at: Option<PlaceId>, now: DateTime<Utc>) -> (Vec<String>, String) {
    let offer = facts.offers.iter().find(|offer| offer.place == at).or_else(|| facts.offers.first());
    let Some(offer) = offer.filter(|offer| offer.hours.is_stated()) else { return (Vec::new(), String::new()) };
    let rules = serde_json::to_string(offer.hours.as_ref()).unwrap_or_default();
    if facts.status != ServiceStatus::Active {
        return (Vec::new(), rules);
    }
    let until = now + TimeDelta::days(DAYS);
    let mut lines: Vec<String> = Vec::new();
    for interval in offer.hours.intervals(now, until) {
        let when = if interval.from == now && interval.to == until {
            "day and night".to_owned()
        } else {
            span(interval.from, interval.to)
        };
        lines.push(match interval.opening {
            Opening::Certain => when,
            Opening::Unknown(_) => format!("{when} (not certain: ring first)"),
        });
    }
    if lines.is_empty() {
        lines.push(format!("not in the next {DAYS} days"));
    }
    (lines, rules)
}
