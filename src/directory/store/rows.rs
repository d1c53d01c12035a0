//! From a listing to the rows of the tables. Plain copying; no decisions.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use entity::ids::{AgencyId, LocationId, PlaceId, ServiceId, SourceId};
use entity::lists::{AccessFeatures, DeliveryModes, Genders, OffenceTypes, ReferralRoutes, SessionFormats, Words};
use entity::{
    agency, area_covered, capacity, characteristic_rule, contact, eligibility, external_identifier, location, phone,
    schedule, service, service_need, service_place, service_term,
};
use sea_orm::ActiveValue::{NotSet, Set};

use crate::directory::listing::{
    AgencyListing, Area, Capacity, Contact, Eligibility, Identifier, LocationListing, Phone, Schedule, ServiceListing,
    ServicePlace, Term,
};
use crate::directory::placing::Spot;

/// What a row hangs on.
#[derive(Clone, Copy)]
pub(super) enum Owner {
    Agency(AgencyId),
    Service(ServiceId),
    Place(PlaceId),
    Location(LocationId),
}

impl Owner {
    fn agency(self) -> Option<AgencyId> {
        match self {
            Self::Agency(id) => Some(id),
            Self::Service(_) | Self::Place(_) | Self::Location(_) => None,
        }
    }

    fn service(self) -> Option<ServiceId> {
        match self {
            Self::Service(id) => Some(id),
            Self::Agency(_) | Self::Place(_) | Self::Location(_) => None,
        }
    }

    fn place(self) -> Option<PlaceId> {
        match self {
            Self::Place(id) => Some(id),
            Self::Agency(_) | Self::Service(_) | Self::Location(_) => None,
        }
    }

    fn location(self) -> Option<LocationId> {
        match self {
            Self::Location(id) => Some(id),
            Self::Agency(_) | Self::Service(_) | Self::Place(_) => None,
        }
    }
}

/// How a listing names an agency that is not its own.
pub(super) trait NamesAgency {
    /// The agency's id, where the listing is of this source.
    fn agency_id(&self, source: SourceId) -> AgencyId;
}

impl NamesAgency for String {
    fn agency_id(&self, source: SourceId) -> AgencyId {
        super::agency_id(source, self)
    }
}

impl NamesAgency for AgencyId {
    fn agency_id(&self, _: SourceId) -> AgencyId {
        *self
    }
}

/// How a listing names the place where it is.
pub(super) trait NamesLocation {
    /// The location's id, where the listing is of this source.
    fn location_id(&self, source: SourceId) -> LocationId;

    /// Whether the listing itself says that the place is a secret; one that stands already is asked for that where it
    /// stands.
    fn is_said_to_be_secret(&self) -> bool;
}

impl NamesLocation for LocationListing {
    fn location_id(&self, source: SourceId) -> LocationId {
        super::location_id(source, &self.key)
    }

    fn is_said_to_be_secret(&self) -> bool {
        self.confidential
    }
}

impl NamesLocation for LocationId {
    fn location_id(&self, _: SourceId) -> LocationId {
        *self
    }

    fn is_said_to_be_secret(&self) -> bool {
        false
    }
}

/// A position in a list; lists of listings are far shorter than the type's range.
fn position(index: usize) -> i32 {
    i32::try_from(index).unwrap_or(i32::MAX)
}

/// A count; what exceeds the column's range is kept as its most.
fn count(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

pub(super) fn agency(
    id: AgencyId,
    source: SourceId,
    listing: &AgencyListing<impl NamesAgency>,
    content_hash: String,
    now: DateTime<Utc>,
) -> agency::ActiveModel {
    agency::ActiveModel {
        id: Set(id),
        source_id: Set(source),
        source_key: Set(listing.key.clone()),
        content_hash: Set(content_hash),
        name: Set(listing.name.clone()),
        alternate_name: Set(listing.alternate_name.clone()),
        description: Set(listing.description.clone()),
        email: Set(listing.email.clone()),
        website: Set(listing.website.clone()),
        legal_status: Set(listing.legal_status.clone()),
        charity_number: Set(listing.charity_number.clone()),
        company_number: Set(listing.company_number.clone()),
        parent_id: Set(listing.parent_key.as_ref().map(|parent| parent.agency_id(source))),
        version: NotSet,
        kept_at: NotSet,
        needs_approval: NotSet,
        merged_into: NotSet,
        created_at: Set(now),
        updated_at: Set(now),
    }
}

pub(super) fn location(
    id: LocationId,
    source: SourceId,
    listing: &LocationListing,
    spot: &Spot,
    content_hash: String,
    now: DateTime<Utc>,
) -> location::ActiveModel {
    let address = listing.address.clone().unwrap_or_default();
    location::ActiveModel {
        id: Set(id),
        source_id: Set(source),
        source_key: Set(listing.key.clone()),
        content_hash: Set(content_hash),
        name: Set(listing.name.clone()),
        alternate_name: Set(listing.alternate_name.clone()),
        description: Set(listing.description.clone()),
        kind: Set(listing.kind),
        address_lines: Set(Words(address.lines)),
        town: Set(address.town),
        region: Set(address.region),
        postcode: Set(address.postcode),
        country: Set(address.country),
        stated_latitude: Set(listing.point.map(|(lat, _)| lat)),
        stated_longitude: Set(listing.point.map(|(_, lon)| lon)),
        latitude: Set(spot.point.map(|point| point.lat())),
        longitude: Set(spot.point.map(|point| point.lon())),
        placed_by: Set(spot.placed_by),
        authority_code: Set(spot.authority_code.clone()),
        confidential: Set(listing.confidential),
        public_area: Set(listing.public_area.clone()),
        transport: Set(listing.transport.clone()),
        access_offered: Set(AccessFeatures(listing.access_offered.clone())),
        access_missing: Set(AccessFeatures(listing.access_missing.clone())),
        agency_id: NotSet,
        version: NotSet,
        kept_at: NotSet,
        created_at: Set(now),
        updated_at: Set(now),
    }
}

pub(super) fn service<A, L, K>(
    id: ServiceId,
    agency: AgencyId,
    source: SourceId,
    listing: &ServiceListing<A, L, K>,
    content_hash: String,
    now: DateTime<Utc>,
) -> service::ActiveModel {
    service::ActiveModel {
        id: Set(id),
        agency_id: Set(agency),
        source_id: Set(source),
        source_key: Set(listing.key.clone()),
        content_hash: Set(content_hash),
        name: Set(listing.name.clone()),
        alternate_name: Set(listing.alternate_name.clone()),
        summary: Set(listing.summary.clone()),
        description: Set(listing.description.clone()),
        status: Set(listing.status),
        reopens_on: Set(listing.reopens_on),
        alert: Set(listing.alert.clone()),
        visibility: Set(listing.visibility),
        url: Set(listing.url.clone()),
        email: Set(listing.email.clone()),
        how_to_apply: Set(listing.how_to_apply.clone()),
        routes: Set(ReferralRoutes(listing.routes.clone())),
        gateway: Set(listing.gateway.clone()),
        cost: Set(listing.cost),
        cost_note: Set(listing.cost_note.clone()),
        languages: Set(Words(listing.languages.clone())),
        delivery: Set(DeliveryModes(listing.delivery.clone())),
        formats: Set(SessionFormats(listing.formats.clone())),
        access_offered: Set(AccessFeatures(listing.access_offered.clone())),
        access_missing: Set(AccessFeatures(listing.access_missing.clone())),
        funding: Set(Words(listing.funding.clone())),
        documents: Set(Words(listing.documents.clone())),
        source_changed_at: Set(listing.source_changed_at),
        version: NotSet,
        kept_at: NotSet,
        created_at: Set(now),
        updated_at: Set(now),
    }
}

pub(super) fn place<L, K>(
    id: PlaceId,
    service: ServiceId,
    location: LocationId,
    index: usize,
    place: &ServicePlace<L, K>,
) -> service_place::ActiveModel {
    service_place::ActiveModel {
        id: Set(id),
        source_key: Set(place.key.clone()),
        service_id: Set(service),
        location_id: Set(location),
        position: Set(position(index)),
        description: Set(place.description.clone()),
    }
}

pub(super) fn areas(
    service: ServiceId,
    place: Option<PlaceId>,
    areas: &[Area],
) -> impl Iterator<Item = area_covered::ActiveModel> {
    areas.iter().enumerate().map(move |(index, area)| area_covered::ActiveModel {
        id: NotSet,
        service_id: Set(service),
        place_id: Set(place),
        position: Set(position(index)),
        kind: Set(area.kind),
        value: Set(area.value.clone()),
        name: Set(area.name.clone()),
    })
}

pub(super) fn schedules(owner: Owner, schedules: &[Schedule]) -> impl Iterator<Item = schedule::ActiveModel> {
    schedules.iter().enumerate().map(move |(index, row)| schedule::ActiveModel {
        id: NotSet,
        service_id: Set(owner.service()),
        place_id: Set(owner.place()),
        location_id: Set(owner.location()),
        position: Set(position(index)),
        kind: Set(row.kind),
        days: Set(row.days),
        effect: Set(row.effect),
        by_day: Set(row.by_day.clone()),
        by_month_day: Set(row.by_month_day.clone()),
        interval: Set(i32::from(row.interval)),
        anchor: Set(row.anchor),
        valid_from: Set(row.valid_from),
        valid_to: Set(row.valid_to),
        opens_at: Set(row.opens_at),
        closes_at: Set(row.closes_at),
        note: Set(row.note.clone()),
    })
}

pub(super) fn phones(owner: Owner, phones: &[Phone]) -> impl Iterator<Item = phone::ActiveModel> {
    phones.iter().enumerate().map(move |(index, phone)| phone::ActiveModel {
        id: NotSet,
        agency_id: Set(owner.agency()),
        service_id: Set(owner.service()),
        place_id: Set(owner.place()),
        location_id: Set(owner.location()),
        position: Set(position(index)),
        number: Set(phone.number.clone()),
        extension: Set(phone.extension.clone()),
        kind: Set(phone.kind.clone()),
        description: Set(phone.description.clone()),
    })
}

pub(super) fn contacts(
    owner: Owner,
    source: SourceId,
    contacts: &[Contact<impl NamesAgency>],
) -> impl Iterator<Item = contact::ActiveModel> {
    contacts.iter().enumerate().map(move |(index, row)| contact::ActiveModel {
        id: NotSet,
        agency_id: Set(owner.agency()),
        service_id: Set(owner.service()),
        place_id: Set(owner.place()),
        position: Set(position(index)),
        name: Set(row.name.clone()),
        role: Set(row.role.clone()),
        email: Set(row.email.clone()),
        phone: Set(row.phone.clone()),
        visibility: Set(row.visibility),
        named: Set(row.named),
        deputy: Set(row.deputy),
        for_agency_id: Set(row.for_agency_key.as_ref().map(|agency| agency.agency_id(source))),
    })
}

pub(super) fn identifiers(
    owner: Owner,
    identifiers: &[Identifier],
) -> impl Iterator<Item = external_identifier::ActiveModel> {
    identifiers.iter().map(move |identifier| external_identifier::ActiveModel {
        id: NotSet,
        agency_id: Set(owner.agency()),
        service_id: Set(owner.service()),
        location_id: Set(owner.location()),
        scheme: Set(identifier.scheme.clone()),
        value: Set(identifier.value.clone()),
    })
}

/// The row of a service's rules, where anything is stated at all.
pub(super) fn eligibility(service: ServiceId, stated: &Eligibility) -> Option<eligibility::ActiveModel> {
    let Eligibility { age, genders, substance_use, offences, characteristics: _, other } = stated;
    if age.is_none() && genders.is_none() && substance_use.is_none() && offences.is_none() && other.is_none() {
        return None;
    }
    Some(eligibility::ActiveModel {
        service_id: Set(service),
        age_min: Set(age.as_ref().and_then(|ruled| ruled.rule.min)),
        age_max: Set(age.as_ref().and_then(|ruled| ruled.rule.max)),
        age_evidence: Set(age.as_ref().map(|ruled| ruled.evidence)),
        age_quote: Set(age.as_ref().and_then(|ruled| ruled.quote.clone())),
        genders: Set(Genders(genders.as_ref().map(|ruled| ruled.rule.clone()).unwrap_or_default())),
        genders_evidence: Set(genders.as_ref().map(|ruled| ruled.evidence)),
        genders_quote: Set(genders.as_ref().and_then(|ruled| ruled.quote.clone())),
        substance_use: Set(substance_use.as_ref().map(|ruled| ruled.rule.rule)),
        abstinent_days: Set(substance_use.as_ref().and_then(|ruled| ruled.rule.abstinent_days).map(i32::from)),
        substance_use_evidence: Set(substance_use.as_ref().map(|ruled| ruled.evidence)),
        substance_use_quote: Set(substance_use.as_ref().and_then(|ruled| ruled.quote.clone())),
        offences_excluded: Set(OffenceTypes(
            offences.as_ref().map(|ruled| ruled.rule.excluded.clone()).unwrap_or_default(),
        )),
        offences_considered: Set(OffenceTypes(
            offences.as_ref().map(|ruled| ruled.rule.considered.clone()).unwrap_or_default(),
        )),
        offences_evidence: Set(offences.as_ref().map(|ruled| ruled.evidence)),
        offences_quote: Set(offences.as_ref().and_then(|ruled| ruled.quote.clone())),
        other: Set(other.clone()),
    })
}

pub(super) fn characteristics(
    service: ServiceId,
    stated: &Eligibility,
) -> impl Iterator<Item = characteristic_rule::ActiveModel> {
    let one_each: BTreeMap<_, _> = stated.characteristics.iter().map(|(which, ruled)| (*which, ruled)).collect();
    one_each.into_iter().map(move |(characteristic, ruled)| characteristic_rule::ActiveModel {
        service_id: Set(service),
        characteristic: Set(characteristic),
        rule: Set(ruled.rule),
        evidence: Set(ruled.evidence),
        quote: Set(ruled.quote.clone()),
    })
}

pub(super) fn capacity(service: ServiceId, stated: &Capacity) -> capacity::ActiveModel {
    capacity::ActiveModel {
        service_id: Set(service),
        funded: Set(stated.funded.map(count)),
        maximum: Set(stated.maximum.map(count)),
        available: Set(stated.available.map(count)),
        wait_days: Set(stated.wait_days.map(count)),
        waiting_list: Set(stated.waiting_list),
        updated_at: Set(stated.updated_at),
    }
}

pub(super) fn needs(service: ServiceId, keys: &[String]) -> impl Iterator<Item = service_need::ActiveModel> {
    let mut once = Vec::new();
    for key in keys {
        if !once.contains(key) {
            once.push(key.clone());
        }
    }
    once.into_iter().enumerate().map(move |(index, key)| service_need::ActiveModel {
        service_id: Set(service),
        need_key: Set(key),
        position: Set(position(index)),
    })
}

pub(super) fn terms(service: ServiceId, terms: &[Term]) -> impl Iterator<Item = service_term::ActiveModel> {
    let once: BTreeMap<_, _> = terms.iter().map(|term| ((&term.taxonomy, &term.code), &term.name)).collect();
    once.into_iter().map(move |((taxonomy, code), name)| service_term::ActiveModel {
        service_id: Set(service),
        taxonomy: Set(taxonomy.clone()),
        code: Set(code.clone()),
        name: Set(name.clone()),
    })
}
