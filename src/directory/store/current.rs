//! A single listing as it stands in the tables, whole: what its agency sees and changes, secrets among it.

use std::collections::HashMap;

use entity::ids::{AgencyId, LocationId, PlaceId};
use entity::{
    agency, contact, external_identifier, location, phone, service, service_need, service_place, service_term,
};
use sea_orm::sea_query::SimpleExpr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};

use super::edges;
use crate::directory::listing::{
    Address, AgencyListing, Contact, Identifier, LocationListing, Phone, ServiceListing, ServicePlace, StoredAgency,
    StoredService, Term,
};

/// An agency.
///
/// # Errors
/// The database failed.
pub async fn agency(db: &impl ConnectionTrait, row: agency::Model) -> Result<StoredAgency, DbErr> {
    Ok(AgencyListing {
        key: row.source_key,
        name: row.name,
        alternate_name: row.alternate_name,
        description: row.description,
        email: row.email,
        website: row.website,
        legal_status: row.legal_status,
        charity_number: row.charity_number,
        company_number: row.company_number,
        parent_key: row.parent_id,
        phones: phones(db, phone::Column::AgencyId.eq(row.id)).await?,
        contacts: contacts(db, contact::Column::AgencyId.eq(row.id)).await?.into_iter().map(|(_, one)| one).collect(),
        identifiers: identifiers(db, external_identifier::Column::AgencyId.eq(row.id)).await?,
    })
}

/// A location.
///
/// # Errors
/// The database failed.
pub async fn location(db: &impl ConnectionTrait, row: location::Model) -> Result<LocationListing, DbErr> {
    let address = Address {
        lines: row.address_lines.0,
        town: row.town,
        region: row.region,
        postcode: row.postcode,
        country: row.country,
    };
    let schedules = edges::schedules_of_locations(db, &[row.id]).await?.remove(&row.id);
    Ok(LocationListing {
        key: row.source_key,
        name: row.name,
        alternate_name: row.alternate_name,
        description: row.description,
        kind: row.kind,
        address: (address != Address::default()).then_some(address),
        point: row.stated_latitude.zip(row.stated_longitude),
        confidential: row.confidential,
        public_area: row.public_area,
        transport: row.transport,
        access_offered: row.access_offered.0,
        access_missing: row.access_missing.0,
        schedules: schedules.unwrap_or_default(),
        phones: phones(db, phone::Column::LocationId.eq(row.id)).await?,
        identifiers: identifiers(db, external_identifier::Column::LocationId.eq(row.id)).await?,
    })
}

/// A service. When it was assured is not part of it: that is no change of a listing.
///
/// # Errors
/// The database failed.
pub async fn service(db: &impl ConnectionTrait, row: service::Model) -> Result<StoredService, DbErr> {
    let id = row.id;
    let mut areas = Vec::new();
    let mut areas_of_places: HashMap<PlaceId, Vec<_>> = HashMap::new();
    for (place, area) in edges::areas_of(db, &[id]).await?.remove(&id).unwrap_or_default() {
        match place {
            Some(place) => areas_of_places.entry(place).or_default().push(area),
            None => areas.push(area),
        }
    }
    let places = edges::places_of(db, &[id]).await?.remove(&id).unwrap_or_default();
    let places = places_of(db, places, areas_of_places).await?;
    let needs = service_need::Entity::find().filter(service_need::Column::ServiceId.eq(id));
    let needs = needs.order_by_asc(service_need::Column::Position).all(db).await?;
    let terms = service_term::Entity::find().filter(service_term::Column::ServiceId.eq(id));
    let terms = terms.order_by_asc(service_term::Column::Taxonomy).order_by_asc(service_term::Column::Code);
    let term = |row: service_term::Model| Term { taxonomy: row.taxonomy, code: row.code, name: row.name };
    Ok(ServiceListing {
        key: row.source_key,
        agency: row.agency_id,
        name: row.name,
        alternate_name: row.alternate_name,
        summary: row.summary,
        description: row.description,
        status: row.status,
        reopens_on: row.reopens_on,
        alert: row.alert,
        visibility: row.visibility,
        url: row.url,
        email: row.email,
        how_to_apply: row.how_to_apply,
        routes: row.routes.0,
        gateway: row.gateway,
        needs: needs.into_iter().map(|row| row.need_key).collect(),
        terms: terms.all(db).await?.into_iter().map(term).collect(),
        eligibility: edges::eligibilities_of(db, &[id]).await?.remove(&id).unwrap_or_default(),
        cost: row.cost,
        cost_note: row.cost_note,
        languages: row.languages.0,
        delivery: row.delivery.0,
        formats: row.formats.0,
        access_offered: row.access_offered.0,
        access_missing: row.access_missing.0,
        capacity: edges::capacities_of(db, &[id]).await?.remove(&id),
        areas,
        schedules: edges::schedules_of_services(db, &[id]).await?.remove(&id).unwrap_or_default(),
        phones: phones(db, phone::Column::ServiceId.eq(id)).await?,
        contacts: contacts(db, contact::Column::ServiceId.eq(id)).await?.into_iter().map(|(_, one)| one).collect(),
        funding: row.funding.0,
        documents: row.documents.0,
        identifiers: identifiers(db, external_identifier::Column::ServiceId.eq(id)).await?,
        places,
        assurances: Vec::new(),
        source_changed_at: row.source_changed_at,
    })
}

async fn places_of(
    db: &impl ConnectionTrait,
    rows: Vec<service_place::Model>,
    mut areas: HashMap<PlaceId, Vec<crate::directory::listing::Area>>,
) -> Result<Vec<ServicePlace<LocationId, AgencyId>>, DbErr> {
    let ids: Vec<PlaceId> = rows.iter().map(|row| row.id).collect();
    let mut schedules = edges::schedules_of_places(db, &ids).await?;
    let mut phones_of = edges::phones_of_places(db, &ids).await?;
    let mut contacts_of: HashMap<PlaceId, Vec<Contact<AgencyId>>> = HashMap::new();
    for (place, one) in contacts(db, contact::Column::PlaceId.is_in(ids)).await? {
        if let Some(place) = place {
            contacts_of.entry(place).or_default().push(one);
        }
    }
    let place = |row: service_place::Model| ServicePlace {
        key: row.source_key,
        location: row.location_id,
        description: row.description,
        areas: areas.remove(&row.id).unwrap_or_default(),
        schedules: schedules.remove(&row.id).unwrap_or_default(),
        phones: phones_of.remove(&row.id).unwrap_or_default().into_iter().map(phone).collect(),
        contacts: contacts_of.remove(&row.id).unwrap_or_default(),
    };
    Ok(rows.into_iter().map(place).collect())
}

fn phone(row: phone::Model) -> Phone {
    Phone { number: row.number, extension: row.extension, kind: row.kind, description: row.description }
}

async fn phones(db: &impl ConnectionTrait, of: SimpleExpr) -> Result<Vec<Phone>, DbErr> {
    let rows = phone::Entity::find().filter(of).order_by_asc(phone::Column::Position).order_by_asc(phone::Column::Id);
    Ok(rows.all(db).await?.into_iter().map(phone).collect())
}

/// People to ask, those that two agencies have between them among them, with the pair they are of.
async fn contacts(
    db: &impl ConnectionTrait,
    of: SimpleExpr,
) -> Result<Vec<(Option<PlaceId>, Contact<AgencyId>)>, DbErr> {
    let rows = contact::Entity::find().filter(of);
    let rows = rows.order_by_asc(contact::Column::Position).order_by_asc(contact::Column::Id).all(db).await?;
    let one = |row: contact::Model| Contact {
        name: row.name,
        role: row.role,
        email: row.email,
        phone: row.phone,
        visibility: row.visibility,
        named: row.named,
        deputy: row.deputy,
        for_agency_key: row.for_agency_id,
    };
    Ok(rows.into_iter().map(|row| (row.place_id, one(row))).collect())
}

async fn identifiers(db: &impl ConnectionTrait, of: SimpleExpr) -> Result<Vec<Identifier>, DbErr> {
    let rows = external_identifier::Entity::find().filter(of);
    let rows = rows.order_by_asc(external_identifier::Column::Scheme).order_by_asc(external_identifier::Column::Id);
    let one = |row: external_identifier::Model| Identifier { scheme: row.scheme, value: row.value };
    Ok(rows.all(db).await?.into_iter().map(one).collect())
}
