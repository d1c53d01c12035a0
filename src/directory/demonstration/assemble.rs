//! Makes the listings of one file, checking what a value means as it goes.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, NaiveDate, Utc};
use entity::enums::{
    AssuranceEvidence, ContactVisibility, FieldGroup, LocationKind, ReferralRoute, ServiceStatus, Visibility,
};
use toml::value::Datetime;

use super::eligibility::eligibility;
use super::file::{AgencyFile, CapacityFile, ContactFile, LocationFile, ServiceFile};
use super::hours_text;
use super::places::{Times, places};
use super::spot::{Authorities, Result, Spot};
use super::terms_text::is_postcode;
use crate::directory::listing::{
    Address, AgencyListing, Assurance, Capacity, Contact, LocationListing, Phone, ServiceListing,
};

/// Longest summary, in characters: what fits on a card.
const MAXIMUM_SUMMARY: usize = 200;
/// Most needs of a service: more would say that it is for everything.
const MAXIMUM_NEEDS: usize = 6;

/// The listings of one file.
pub(super) fn listings(
    file: &str,
    mut agency: AgencyFile,
    loaded_at: DateTime<Utc>,
    resolve_authority: Authorities<'_>,
) -> Result<Vec<ServiceListing>> {
    let top = Spot { file, within: String::new() };
    top.check_key(&agency.key)?;
    top.check_filled("name", &agency.name)?;
    top.check_filled("description", &agency.description)?;
    let services = std::mem::take(&mut agency.service);
    top.check(!services.is_empty(), "service", || "an agency must have at least one `[[service]]`".to_owned())?;
    top.check(agency.deputy.is_none() || agency.named_contact.is_some(), "deputy", || {
        "a deputy stands in for a named contact: write `[named_contact]` too".to_owned()
    })?;

    let mut locations: Vec<(String, LocationListing)> = Vec::new();
    for location in std::mem::take(&mut agency.location) {
        let spot = Spot { file, within: format!("location {}: ", location.key) };
        spot.check_key(&location.key)?;
        let unique = locations.iter().all(|(key, _)| *key != location.key);
        spot.check(unique, "key", || "another location of this file has this key; write a key of its own".to_owned())?;
        locations.push((location.key.clone(), location_listing(&spot, &agency.key, location)?));
    }

    let agency = agency_listing(agency);
    let mut keys = BTreeSet::new();
    let mut listings = Vec::new();
    for service in services {
        let spot = Spot { file, within: format!("service {}: ", service.key) };
        spot.check_key(&service.key)?;
        let unique = keys.insert(service.key.clone());
        spot.check(unique, "key", || "another service of this file has this key; write a key of its own".to_owned())?;
        listings.push(service_listing(&spot, service, &agency, &locations, loaded_at, resolve_authority)?);
    }
    Ok(listings)
}

fn agency_listing(agency: AgencyFile) -> AgencyListing {
    let contact = |contact: ContactFile| Contact {
        name: Some(contact.name),
        role: Some(contact.role),
        email: contact.email,
        phone: contact.phone,
        visibility: ContactVisibility::SignedIn,
        named: false,
        deputy: false,
        for_agency_key: None,
    };
    let named = agency.named_contact.map(|file| Contact { named: true, ..contact(file) });
    let deputy = agency.deputy.map(|file| Contact { deputy: true, ..contact(file) });
    let pairs = agency.contact_for.into_iter().map(|file| Contact {
        for_agency_key: Some(file.agency),
        ..contact(ContactFile { name: file.name, role: file.role, email: file.email, phone: file.phone })
    });
    AgencyListing {
        description: Some(agency.description),
        email: agency.email,
        website: agency.website,
        legal_status: agency.legal_status,
        charity_number: agency.charity_number,
        company_number: agency.company_number,
        parent_key: agency.parent,
        phones: agency.phone.into_iter().map(phone).collect(),
        contacts: named.into_iter().chain(deputy).chain(pairs).collect(),
        ..AgencyListing::new(agency.key, agency.name)
    }
}

fn phone(number: String) -> Phone {
    Phone { number, ..Phone::default() }
}

fn location_listing(spot: &Spot<'_>, agency_key: &str, location: LocationFile) -> Result<LocationListing> {
    spot.check(!location.confidential || location.public_area.is_some(), "public_area", || {
        "a confidential location must say which area the public may be told, as `Greater Manchester`".to_owned()
    })?;
    spot.check(location.postcode.as_deref().is_none_or(is_postcode), "postcode", || {
        "write capitals and one space, as `M14 5RQ`".to_owned()
    })?;
    let schedules = spot.each("hours", &location.hours, hours_text::hours)?;
    let has_address = !location.address.is_empty() || location.town.is_some() || location.postcode.is_some();
    let address = Address {
        lines: location.address,
        town: location.town,
        region: None,
        postcode: location.postcode,
        country: Some("GB".to_owned()),
    };
    Ok(LocationListing {
        key: format!("{agency_key}/{}", location.key),
        name: location.name,
        alternate_name: None,
        description: location.description,
        kind: location.kind.unwrap_or(LocationKind::Physical),
        address: has_address.then_some(address),
        point: None,
        confidential: location.confidential,
        public_area: location.public_area,
        transport: location.transport,
        access_offered: location.access_offered,
        access_missing: location.access_missing,
        schedules,
        phones: Vec::new(),
        identifiers: Vec::new(),
    })
}

fn service_listing(
    spot: &Spot<'_>,
    service: ServiceFile,
    agency: &AgencyListing,
    locations: &[(String, LocationListing)],
    loaded_at: DateTime<Utc>,
    resolve_authority: Authorities<'_>,
) -> Result<ServiceListing> {
    check_service(spot, &service)?;
    let status = service.status.unwrap_or(ServiceStatus::Active);
    let times = Times::of(spot, &service)?;
    let key = format!("{}/{}", agency.key, service.key);
    let assurances = assurances(spot, &service, loaded_at)?;
    let confirmed = |group| assurances.iter().find(|assurance| assurance.group == group).map(|found| found.at);
    Ok(ServiceListing {
        places: places(spot, &key, &service, &times, locations, resolve_authority)?,
        key,
        agency: agency.clone(),
        status,
        reopens_on: service.reopens_on.map(|day| whole_date(spot, day)).transpose()?,
        eligibility: eligibility(spot, &service.eligibility)?,
        capacity: service.capacity.map(|file| capacity(spot, file, confirmed(FieldGroup::Capacity))).transpose()?,
        areas: spot.areas(&service.areas, resolve_authority)?,
        schedules: times.all(),
        assurances,
        name: service.name,
        alternate_name: None,
        summary: Some(service.summary),
        description: service.description,
        alert: service.alert,
        visibility: service.visibility.unwrap_or(Visibility::Public),
        url: service.url,
        email: service.email,
        how_to_apply: service.how_to_apply,
        routes: service.routes,
        gateway: service.gateway,
        needs: service.needs,
        terms: Vec::new(),
        cost: service.cost,
        cost_note: service.cost_note,
        languages: service.languages,
        delivery: service.delivery,
        formats: service.formats,
        access_offered: service.access_offered,
        access_missing: service.access_missing,
        phones: service.phones.into_iter().map(phone).collect(),
        contacts: Vec::new(),
        funding: service.funding,
        documents: service.documents,
        identifiers: Vec::new(),
        source_changed_at: None,
    })
}

/// The rules between a service's fields.
fn check_service(spot: &Spot<'_>, service: &ServiceFile) -> Result<()> {
    spot.check_filled("name", &service.name)?;
    spot.check_filled("summary", &service.summary)?;
    spot.check(service.summary.chars().count() <= MAXIMUM_SUMMARY, "summary", || {
        format!("at most {MAXIMUM_SUMMARY} characters; move the rest to `description`")
    })?;
    spot.check((1..=MAXIMUM_NEEDS).contains(&service.needs.len()), "needs", || {
        format!("name between 1 and {MAXIMUM_NEEDS} needs, as `housing.emergency`")
    })?;
    spot.check_unrepeated("needs", &service.needs)?;
    spot.check_unrepeated("at", &service.at)?;
    spot.check_unrepeated("routes", &service.routes)?;
    spot.check_unrepeated("delivery", &service.delivery)?;
    let closed_for_a_while = service.status == Some(ServiceStatus::TemporarilyClosed);
    spot.check(service.reopens_on.is_none() || closed_for_a_while, "reopens_on", || {
        "only a service with `status = \"temporarily_closed\"` reopens".to_owned()
    })?;
    let by_gateway = service.routes.contains(&ReferralRoute::Gateway);
    spot.check(by_gateway == service.gateway.is_some(), "gateway", || {
        "name the gateway when one of the `routes` is `gateway`, and only then".to_owned()
    })
}

fn capacity(spot: &Spot<'_>, file: CapacityFile, updated_at: Option<DateTime<Utc>>) -> Result<Capacity> {
    let fits = file.available.zip(file.maximum).is_none_or(|(available, maximum)| available <= maximum);
    spot.check(fits, "capacity: available", || "no more can be free than `maximum`".to_owned())?;
    Ok(Capacity {
        funded: file.funded,
        maximum: file.maximum,
        available: file.available,
        wait_days: file.wait_days,
        waiting_list: file.waiting_list,
        updated_at,
    })
}

fn assurances(spot: &Spot<'_>, service: &ServiceFile, loaded_at: DateTime<Utc>) -> Result<Vec<Assurance>> {
    let mut assurances = Vec::new();
    for group in FieldGroup::ALL {
        let Some(days) = service.confirmed_days_ago.days(*group) else {
            continue;
        };
        let at = loaded_at.checked_sub_signed(Duration::days(days.into())).ok_or_else(|| {
            spot.wrong("confirmed_days_ago", format!("{days} days ago is before the calendar begins"))
        })?;
        let by = Some("the agency".to_owned());
        assurances.push(Assurance { group: *group, at, by, evidence: AssuranceEvidence::AgencyConfirmed });
    }
    Ok(assurances)
}

/// A TOML date without a time of day.
fn whole_date(spot: &Spot<'_>, value: Datetime) -> Result<NaiveDate> {
    value
        .date
        .filter(|_| value.time.is_none() && value.offset.is_none())
        .and_then(|date| NaiveDate::from_ymd_opt(date.year.into(), date.month.into(), date.day.into()))
        .ok_or_else(|| spot.wrong("reopens_on", "write a date without quotes or time, as `2027-01-11`"))
}
