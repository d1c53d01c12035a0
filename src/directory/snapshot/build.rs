//! From rows to a part of the snapshot. Pure.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use entity::ids::{AgencyId, LocationId};
use entity::{agency, location, service, service_place};
use foldhash::fast::FixedState;

use super::briefs::Briefs;
use super::facts::{AgencyFacts, Assured, LocationFacts, Manner, ServiceFacts, ServiceIndex, Way};
use super::names;
use super::offers::{self, point, postcode};
use super::part::{LocationIndex, Part};
use super::postings::{Field, PostingsBuilder};
use super::text::sort_key;
use crate::directory::listing::Eligibility;
use crate::directory::needs::{NeedIndex, NeedList};
use crate::directory::store::load::Rows;
use crate::hours::Hours;
use crate::places::LadCode;

/// Builds a part from rows that come and go: agencies first, then services with what hangs on them, then locations,
/// each in the order of their ids.
#[derive(Debug)]
pub struct Builder {
    need_list: Arc<NeedList>,
    part: Part,
    agency_names: HashMap<AgencyId, [Option<Box<str>>; 2], FixedState>,
    at_location: Vec<(LocationId, ServiceIndex)>,
    words: [PostingsBuilder; 3],
    shared: Shared,
}

/// What many services share, each there once.
#[derive(Debug, Default)]
pub(super) struct Shared {
    eligibilities: Pool<Eligibility>,
    manners: Pool<Manner>,
    pub(super) ways: Pool<Way>,
    assured: Pool<Assured>,
    pub(super) hours: Pool<Hours>,
    pub(super) areas: offers::AreaCache,
}

/// Values that are kept once each.
#[derive(Debug)]
pub(super) struct Pool<T>(HashMap<Arc<T>, (), FixedState>);

impl<T> Default for Pool<T> {
    fn default() -> Self {
        Self(HashMap::default())
    }
}

impl<T: Eq + Hash> Pool<T> {
    pub(super) fn share(&mut self, value: T) -> Arc<T> {
        if let Some((known, ())) = self.0.get_key_value(&value) {
            return Arc::clone(known);
        }
        let new = Arc::new(value);
        self.0.insert(Arc::clone(&new), ());
        new
    }
}

impl Builder {
    /// A builder of a part with nothing in it.
    #[must_use]
    pub fn new(need_list: Arc<NeedList>) -> Self {
        Self {
            need_list,
            part: Part::empty(),
            agency_names: HashMap::default(),
            at_location: Vec::new(),
            words: Default::default(),
            shared: Shared::default(),
        }
    }

    /// Adds agencies.
    pub fn agencies(&mut self, rows: &[agency::Model]) {
        let [_, words, _] = &mut self.words;
        for row in rows {
            let names = [Some(row.name.as_str()), row.alternate_name.as_deref()];
            let named = names.into_iter().flatten().map(|name| (Field::Name, name));
            words.add(named.chain(row.description.as_deref().map(|text| (Field::Other, text))));
            self.agency_names.insert(row.id, names.map(|name| name.map(Box::from)));
            self.part.agencies.push(AgencyFacts {
                id: row.id,
                name: row.name.as_str().into(),
                sort_key: sort_key(&row.name).into(),
                updated_at: row.updated_at,
            });
        }
    }

    /// Adds services with what hangs on them.
    pub fn services(&mut self, rows: &Rows) {
        for row in &rows.services {
            let needs = needs_of(row, rows, &self.need_list);
            self.service_text(row, &needs);
            self.service(row, needs, rows);
        }
    }

    fn service_text(&mut self, row: &service::Model, needs: &[NeedIndex]) {
        let names = [Some(row.name.as_str()), row.alternate_name.as_deref()];
        let agency = self.agency_names.get(&row.agency_id).into_iter().flatten().flatten();
        let texts = [row.summary.as_deref(), row.description.as_deref()];
        let needs = needs.iter().filter_map(|need| self.need_list.at(*need));
        let needs =
            needs.flat_map(|need| std::iter::once(need.name.as_str()).chain(need.synonyms.iter().map(String::as_str)));
        let [words, _, _] = &mut self.words;
        words.add(
            names
                .into_iter()
                .flatten()
                .map(|text| (Field::Name, text))
                .chain(agency.map(|text| (Field::Agency, &**text)))
                .chain(needs.map(|text| (Field::Need, text)))
                .chain(texts.into_iter().flatten().map(|text| (Field::Other, text))),
        );
    }

    fn service(&mut self, row: &service::Model, needs: Vec<NeedIndex>, rows: &Rows) {
        let index = ServiceIndex::try_from(self.part.services.len()).unwrap_or(ServiceIndex::MAX);
        let places: &[service_place::Model] = rows.places.get(&row.id).map_or(&[], Vec::as_slice);
        self.at_location.extend(places.iter().map(|place| (place.location_id, index)));
        let offers = offers::offers(row, places, rows, &mut self.shared);
        let shared = &mut self.shared;
        self.part.services.push(ServiceFacts {
            id: row.id,
            agency: row.agency_id,
            name: row.name.as_str().into(),
            sort_key: sort_key(&row.name).into(),
            status: row.status,
            reopens_on: row.reopens_on,
            needs: needs.into(),
            eligibility: shared.eligibilities.share(rows.eligibilities.get(&row.id).cloned().unwrap_or_default()),
            manner: shared.manners.share(Manner {
                routes: row.routes.0.clone(),
                cost: row.cost,
                languages: row.languages.0.clone(),
                delivery: row.delivery.0.clone(),
                formats: row.formats.0.clone(),
                gateway: row.gateway.clone(),
                documents: row.documents.0.clone(),
            }),
            capacity: rows.capacities.get(&row.id).copied().map(Box::new),
            assured: shared.assured.share(assured(row, rows)),
            updated_at: row.updated_at,
            offers: offers.into(),
        });
    }

    /// Adds locations; those that are secret, or at which there is no service, are left out.
    pub fn locations(&mut self, rows: &[location::Model]) {
        self.at_location.sort_unstable();
        self.at_location.dedup();
        let [_, _, words] = &mut self.words;
        for row in rows.iter().filter(|row| !row.confidential) {
            let begin = self.at_location.partition_point(|(at, _)| *at < row.id);
            let here = self.at_location.iter().skip(begin).take_while(|(at, _)| *at == row.id);
            let index = LocationIndex::try_from(self.part.locations.len()).unwrap_or(LocationIndex::MAX);
            let before = self.part.at_location.len();
            self.part.at_location.extend(here.map(|(_, service)| (index, *service)));
            if self.part.at_location.len() == before {
                continue;
            }
            words.add(location_text(row).map(|text| (Field::Name, text)));
            self.part.locations.push(LocationFacts {
                id: row.id,
                sort_key: sort_key(row.name.as_deref().or(row.town.as_deref()).unwrap_or_default()).into(),
                point: point(row),
                authority: row.authority_code.as_deref().and_then(LadCode::parse),
                postcode: postcode(row).map(|postcode| postcode.to_string().into()),
            });
        }
    }

    /// The finished part: all of the directory, or what changed `since` that was built.
    #[must_use]
    pub fn finish(self, since: bool) -> Part {
        let mut part = self.part;
        part.services.shrink_to_fit();
        let [service_words, agency_words, location_words] = self.words.map(PostingsBuilder::finish);
        let names = names::of_part(&part.services, &part.agencies, since);
        let briefs = Briefs::of(&part.services);
        Part { briefs, names, service_words, agency_words, location_words, ..part }
    }
}

/// The needs a service states, then those its terms map to, each once. A stated key that the
/// list no longer has is left out; `doctor` tells of it.
fn needs_of(service: &service::Model, rows: &Rows, list: &NeedList) -> Vec<NeedIndex> {
    let mut found: Vec<NeedIndex> = Vec::new();
    let stated = rows.needs.get(&service.id).into_iter().flatten().map(String::as_str);
    let mapped = rows
        .terms
        .get(&service.id)
        .into_iter()
        .flatten()
        .flat_map(|term| list.needs_for_term(&term.taxonomy, &term.code, &term.name))
        .map(|need| need.key.as_str());
    for need in stated.chain(mapped).filter_map(|key| list.index_of(key)) {
        if !found.contains(&need) {
            found.push(need);
        }
    }
    found
}

fn location_text(row: &location::Model) -> impl Iterator<Item = &str> {
    [row.name.as_deref(), row.alternate_name.as_deref(), row.town.as_deref(), row.postcode.as_deref()]
        .into_iter()
        .flatten()
        .chain(row.address_lines.0.iter().map(String::as_str))
}

fn assured(service: &service::Model, rows: &Rows) -> Assured {
    rows.assurances
        .get(&service.id)
        .into_iter()
        .flatten()
        .fold(Assured::default(), |all, row| all.with(row.field_group, row.assured_at))
}
