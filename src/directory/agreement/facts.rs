//! Rows held against facts, one thing at a time. Pure.

use std::collections::BTreeSet;

use entity::enums::{DeliveryMode, FieldGroup};
use entity::ids::{LocationId, PlaceId};
use entity::{agency, assurance, capacity, location, service, service_need, service_place, service_term};

use super::words::print;
use super::{Agreement, At, Thing};
use crate::directory::listing::Eligibility;
use crate::directory::needs::{NeedIndex, NeedList};
use crate::directory::snapshot::postings::Field;
use crate::directory::snapshot::text::sort_key;
use crate::directory::snapshot::{AgencyFacts, ServiceFacts, ServiceIndex, Snapshot};
use crate::directory::store::load::capacity_of;
use crate::places::{LadCode, Postcode};

/// A service as the tables have it.
pub(super) struct StoredService<'a> {
    pub(super) row: &'a service::Model,
    /// The names of its agency.
    pub(super) agency: Vec<&'a str>,
    pub(super) places: &'a [service_place::Model],
    pub(super) needs: &'a [service_need::Model],
    pub(super) terms: &'a [service_term::Model],
    pub(super) capacity: Option<&'a capacity::Model>,
    pub(super) assurances: &'a [assurance::Model],
    pub(super) eligibility: Option<&'a Eligibility>,
}

/// A location as the tables have it.
pub(super) struct StoredLocation<'a> {
    pub(super) row: &'a location::Model,
    /// Public services' being there.
    pub(super) pairs: &'a [service_place::Model],
}

impl StoredLocation<'_> {
    /// Whether the index must have it.
    pub(super) fn is_open(&self) -> bool {
        !self.row.confidential && !self.pairs.is_empty()
    }

    /// Degrees north and east, as far as they may be told.
    fn point(&self) -> Option<(f64, f64)> {
        let Self { row, .. } = self;
        let point = row.latitude.zip(row.longitude).filter(|_| !row.confidential);
        point.filter(|(lat, lon)| lat.abs() <= 90.0 && lon.abs() <= 180.0)
    }
}

pub(super) fn agency(found: &mut Agreement, facts: &AgencyFacts, row: &agency::Model, words: u64) {
    let thing = Thing::Agency(row.id);
    found.same(thing, "name", &&*facts.name, &row.name.as_str());
    found.same(thing, "order", &&*facts.sort_key, &sort_key(&row.name).as_str());
    found.same(thing, "updated_at", &facts.updated_at, &row.updated_at);
    let names = [Some(row.name.as_str()), row.alternate_name.as_deref()].into_iter().flatten();
    let texts = names.map(|name| (Field::Name, name));
    same_words(found, thing, words, print(texts.chain(row.description.as_deref().map(|text| (Field::Other, text)))));
}

fn same_words(found: &mut Agreement, thing: Thing, index: u64, database: u64) {
    if index != database {
        found.tell(thing, "words", "others".to_owned(), "those of its texts".to_owned());
    }
}

pub(super) fn service(
    found: &mut Agreement,
    facts: &ServiceFacts,
    stored: &StoredService<'_>,
    list: &NeedList,
    words: u64,
) {
    let (row, thing) = (stored.row, Thing::Service(stored.row.id));
    found.same(thing, "agency", &facts.agency, &row.agency_id);
    found.same(thing, "name", &&*facts.name, &row.name.as_str());
    found.same(thing, "order", &&*facts.sort_key, &sort_key(&row.name).as_str());
    found.same(thing, "status", &facts.status, &row.status);
    found.same(thing, "reopens_on", &facts.reopens_on, &row.reopens_on);
    found.same(thing, "updated_at", &facts.updated_at, &row.updated_at);
    found.same(thing, "routes", &facts.manner.routes, &row.routes.0);
    found.same(thing, "gateway", &facts.manner.gateway, &row.gateway);
    found.same(thing, "cost", &facts.manner.cost, &row.cost);
    found.same(thing, "languages", &facts.manner.languages, &row.languages.0);
    found.same(thing, "delivery", &facts.manner.delivery, &row.delivery.0);
    found.same(thing, "formats", &facts.manner.formats, &row.formats.0);
    found.same(thing, "documents", &facts.manner.documents, &row.documents.0);
    found.same(thing, "capacity", &facts.capacity.as_deref().copied(), &stored.capacity.map(capacity_of));
    found.same(thing, "eligibility", &&*facts.eligibility, &stored.eligibility.unwrap_or(&Eligibility::default()));
    for group in FieldGroup::ALL {
        let row = stored.assurances.iter().find(|row| row.field_group == *group);
        found.same(thing, "assurance", &(*group, facts.assured.at(*group)), &(*group, row.map(|row| row.assured_at)));
    }
    let needs = needs(stored, list);
    found.same(thing, "needs", &keys(&facts.needs.iter().copied().collect(), list), &keys(&needs, list));
    found.same(thing, "offers", &facts.offers.len(), &offers(stored));
    let in_person = meets_people(row);
    let pairs = stored.places.iter().filter(|_| in_person);
    let pairs: BTreeSet<(PlaceId, LocationId)> = pairs.map(|pair| (pair.id, pair.location_id)).collect();
    let indexed = facts.offers.iter().filter_map(|offer| Some((offer.place?, offer.location?))).collect();
    found.same(thing, "places", &indexed, &pairs);
    let names = [Some(row.name.as_str()), row.alternate_name.as_deref()].into_iter().flatten();
    let texts = [row.summary.as_deref(), row.description.as_deref()].into_iter().flatten();
    let needs = needs.iter().filter_map(|need| list.at(*need));
    let needs = needs.flat_map(|need| [&need.name].into_iter().chain(&need.synonyms).map(String::as_str));
    let texts = names
        .map(|text| (Field::Name, text))
        .chain(stored.agency.iter().map(|text| (Field::Agency, *text)))
        .chain(needs.map(|text| (Field::Need, text)))
        .chain(texts.map(|text| (Field::Other, text)));
    same_words(found, thing, words, print(texts));
}

/// The needs that it states and the list has, and those that its terms mean.
fn needs(stored: &StoredService<'_>, list: &NeedList) -> BTreeSet<NeedIndex> {
    let stated = stored.needs.iter().filter_map(|row| list.index_of(&row.need_key));
    let terms = stored.terms.iter().flat_map(|term| list.needs_for_term(&term.taxonomy, &term.code, &term.name));
    stated.chain(terms.filter_map(|need| list.index_of(&need.key))).collect()
}

fn keys<'a>(needs: &BTreeSet<NeedIndex>, list: &'a NeedList) -> Vec<Option<&'a str>> {
    needs.iter().map(|need| list.at(*need).map(|need| need.key.as_str())).collect()
}

fn meets_people(row: &service::Model) -> bool {
    row.delivery.0.is_empty() || row.delivery.0.contains(&DeliveryMode::InPerson)
}

/// How many ways there are to use a service: each place of one that meets people, or one without a place; one from
/// afar; one that comes to the person.
fn offers(stored: &StoredService<'_>) -> usize {
    let modes = &stored.row.delivery.0;
    let any = |of: &[DeliveryMode]| usize::from(modes.iter().any(|mode| of.contains(mode)));
    let at_places = if meets_people(stored.row) { stored.places.len().max(1) } else { 0 };
    at_places
        + any(&[DeliveryMode::Telephone, DeliveryMode::Video, DeliveryMode::Online])
        + any(&[DeliveryMode::Outreach, DeliveryMode::InCustody])
}

/// Whether services that are here are where the location is, and nowhere where that is a secret.
pub(super) fn offers_at(found: &mut Agreement, snapshot: &Snapshot, stored: &StoredLocation<'_>) {
    for pair in stored.pairs {
        let offers = snapshot.service(pair.service_id).map_or(&[][..], |facts| &facts.offers);
        for offer in offers.iter().filter(|offer| offer.place == Some(pair.id)) {
            let thing = Thing::Service(pair.service_id);
            let point = offer.point.map(|point| (point.lat(), point.lon()));
            if stored.row.confidential && point.is_some() {
                found.tell(thing, "secret", "its point is told".to_owned(), "it is one".to_owned());
            } else {
                found.same(thing, "point", &point, &stored.point());
            }
        }
    }
}

pub(super) fn location(
    found: &mut Agreement,
    snapshot: &Snapshot,
    (part, index): At,
    stored: &StoredLocation<'_>,
    words: u64,
) {
    let views = snapshot.views();
    let facts = views.get(part).and_then(|view| view.part.locations.get(index as usize));
    let (Some(facts), row) = (facts, stored.row) else { return };
    let thing = Thing::Location(row.id);
    let name = row.name.as_deref().or(row.town.as_deref()).unwrap_or_default();
    found.same(thing, "order", &&*facts.sort_key, &sort_key(name).as_str());
    found.same(thing, "point", &facts.point.map(|point| (point.lat(), point.lon())), &stored.point());
    found.same(thing, "authority", &facts.authority, &row.authority_code.as_deref().and_then(LadCode::parse));
    let postcode = row.postcode.as_deref().and_then(|text| Postcode::parse(text).ok());
    found.same(thing, "postcode", &facts.postcode.as_deref(), &postcode.map(|it| it.to_string()).as_deref());
    let here: BTreeSet<_> = snapshot.services_at(row.id).map(|service| service.id).collect();
    found.same(thing, "services", &here, &stored.pairs.iter().map(|pair| pair.service_id).collect());
    let texts = [&row.name, &row.alternate_name, &row.town, &row.postcode].into_iter().flatten();
    let texts = texts.chain(&row.address_lines.0).map(|text| (Field::Name, text.as_str()));
    same_words(found, thing, words, print(texts));
}

/// Whether services stand in the lists of their needs, and in that of all, and in no other.
pub(super) fn lists(found: &mut Agreement, snapshot: &Snapshot) {
    for view in snapshot.views() {
        let mut of_needs: Vec<Vec<ServiceIndex>> = vec![Vec::new(); snapshot.need_list.needs().count()];
        for (index, facts) in (0..).zip(&view.part.services) {
            for need in &facts.needs {
                of_needs.get_mut(usize::from(need.0)).into_iter().for_each(|list| list.push(index));
            }
        }
        let mut same = |field, need: Option<NeedIndex>, wanted: &[ServiceIndex]| {
            let listed = view.part.briefs.services(need);
            if listed == wanted {
                return;
            }
            let (listed, wanted): (BTreeSet<_>, BTreeSet<_>) =
                (listed.into_iter().collect(), wanted.iter().copied().collect());
            for index in listed.symmetric_difference(&wanted) {
                if let Some(facts) = view.part.services.get(*index as usize) {
                    let list = if listed.contains(index) { "it stands in one too many" } else { "it is missing" };
                    found.tell(Thing::Service(facts.id), field, list.to_owned(), "otherwise".to_owned());
                }
            }
        };
        for (need, wanted) in (0..).map(NeedIndex).zip(&of_needs) {
            same("list of a need", Some(need), wanted);
        }
        let all: Vec<ServiceIndex> = (0..).take(view.part.services.len()).collect();
        same("list of all", None, &all);
    }
}
