//! A part as frames: what many services share stands there once, in tables, and is pointed at by its number. So it is
//! there once after reading too, at one address, by which it is told from others (`signposting::rules` and
//! [`Briefs`] go by it).

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use entity::enums::ServiceStatus;
use entity::ids::{AgencyId, LocationId, PlaceId, ServiceId};
use foldhash::fast::FixedState;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::frames::{Reader, Writer, damaged};
use crate::directory::listing::{Capacity, Eligibility};
use crate::directory::needs::NeedIndex;
use crate::directory::snapshot::briefs::Briefs;
use crate::directory::snapshot::facts::{Assured, Manner, Offer, ServiceFacts, Way};
use crate::directory::snapshot::part::Part;
use crate::directory::snapshot::postings::{KeptPostings, Postings};
use crate::directory::snapshot::segment::Segment;
use crate::directory::snapshot::shown::Shown;
use crate::directory::suggest::Suggester;
use crate::hours::Hours;
use crate::places::{CoveredArea, Point};

/// [`ServiceFacts`] with numbers in place of what is shared.
#[derive(Serialize, Deserialize)]
struct Service<'a> {
    id: ServiceId,
    agency: AgencyId,
    name: Cow<'a, str>,
    sort_key: Cow<'a, str>,
    status: ServiceStatus,
    reopens_on: Option<NaiveDate>,
    needs: Cow<'a, [NeedIndex]>,
    eligibility: u32,
    manner: u32,
    capacity: Option<Capacity>,
    assured: u32,
    updated_at: DateTime<Utc>,
    offers: Vec<Offered>,
}

/// The same of an [`Offer`].
#[derive(Serialize, Deserialize)]
struct Offered {
    way: u32,
    place: Option<PlaceId>,
    location: Option<LocationId>,
    point: Option<Point>,
    areas: u32,
    hours: u32,
}

/// Values that are shared, numbered as they are met.
struct Numbered<'a, T: ?Sized> {
    numbers: HashMap<usize, u32, FixedState>,
    values: Vec<&'a T>,
}

impl<T: ?Sized> Default for Numbered<'_, T> {
    fn default() -> Self {
        Self { numbers: HashMap::default(), values: Vec::new() }
    }
}

impl<'a, T: ?Sized> Numbered<'a, T> {
    fn at(&mut self, address: usize, value: &'a T) -> u32 {
        *self.numbers.entry(address).or_insert_with(|| {
            self.values.push(value);
            u32::try_from(self.values.len() - 1).unwrap_or(u32::MAX)
        })
    }

    fn of(&mut self, value: &'a Arc<T>) -> u32 {
        self.at(Arc::as_ptr(value).addr(), value)
    }
}

#[derive(Default)]
struct Tables<'a> {
    eligibilities: Numbered<'a, Eligibility>,
    manners: Numbered<'a, Manner>,
    assured: Numbered<'a, Assured>,
    ways: Numbered<'a, Way>,
    hours: Numbered<'a, Hours>,
    sets: Numbered<'a, [CoveredArea]>,
    areas: Numbered<'a, CoveredArea>,
}

impl<'a> Tables<'a> {
    fn service(&mut self, facts: &'a ServiceFacts) -> Service<'a> {
        let offers = facts.offers.iter().map(|offer| Offered {
            way: self.ways.of(&offer.way),
            place: offer.place,
            location: offer.location,
            point: offer.point,
            areas: self.sets.of(&offer.areas),
            hours: self.hours.of(&offer.hours),
        });
        let offers = offers.collect();
        Service {
            id: facts.id,
            agency: facts.agency,
            name: Cow::Borrowed(&facts.name),
            sort_key: Cow::Borrowed(&facts.sort_key),
            status: facts.status,
            reopens_on: facts.reopens_on,
            needs: Cow::Borrowed(&facts.needs),
            eligibility: self.eligibilities.of(&facts.eligibility),
            manner: self.manners.of(&facts.manner),
            capacity: facts.capacity.as_deref().copied(),
            assured: self.assured.of(&facts.assured),
            updated_at: facts.updated_at,
            offers,
        }
    }
}

/// Writes a part, but for the records of what pages show.
pub(super) fn write(part: &Part, out: &mut Writer<impl Write>) -> io::Result<()> {
    // Named whole, so that a new field is not forgotten here.
    let Part {
        services,
        agencies,
        locations,
        at_location,
        // Made of the services in little time.
        briefs,
        names,
        service_words,
        agency_words,
        location_words,
        shown,
    } = part;
    let mut tables = Tables::default();
    // In the order of the map: what is read one after the other lies beside each other, and so what one town's services share
    // is found together.
    briefs.each(None, |row| {
        let service = briefs.at(row).and_then(|brief| services.get(brief.service as usize));
        service.into_iter().for_each(|service| drop(tables.service(service)));
    });
    let mut sets: Vec<Vec<u32>> = Vec::new();
    for set in &tables.sets.values {
        sets.push(set.iter().map(|area| tables.areas.at(area.address(), area)).collect());
    }
    out.list(&tables.eligibilities.values)?;
    out.list(&tables.manners.values)?;
    out.list(&tables.assured.values)?;
    out.list(&tables.ways.values)?;
    out.list(&tables.hours.values)?;
    out.list(&tables.areas.values)?;
    out.list(sets)?;
    out.list(services.iter().map(|service| tables.service(service)))?;
    out.list(agencies)?;
    out.list(locations)?;
    out.list(at_location)?;
    out.value(names)?;
    for words in [service_words, agency_words, location_words] {
        let KeptPostings { words, stems, lists, starts } = words.kept();
        out.bytes(words)?;
        out.bytes(stems)?;
        out.bytes(lists)?;
        out.list(starts)?;
    }
    out.value(&shown.kept())
}

/// Reads a part; what pages show of it is in `records`, which are so many bytes.
pub(super) fn read(input: &mut Reader<impl Read>, records: Segment, length: u64) -> io::Result<Part> {
    let eligibilities: Vec<Arc<Eligibility>> = shared(input)?;
    let manners: Vec<Arc<Manner>> = shared(input)?;
    let assured: Vec<Arc<Assured>> = shared(input)?;
    let ways: Vec<Arc<Way>> = shared(input)?;
    let hours: Vec<Arc<Hours>> = shared(input)?;
    let areas: Vec<CoveredArea> = plain(input)?;
    let sets: Vec<Arc<[CoveredArea]>> =
        input.list(|set: Vec<u32>| set.into_iter().map(|area| areas.get(area as usize).cloned()).collect())?;
    let services: Vec<ServiceFacts> = input.list(|service: Service<'static>| {
        let offers = service.offers.into_iter().map(|offer| {
            Some(Offer {
                way: pointed(&ways, offer.way)?,
                place: offer.place,
                location: offer.location,
                point: offer.point,
                areas: pointed(&sets, offer.areas)?,
                hours: pointed(&hours, offer.hours)?,
            })
        });
        Some(ServiceFacts {
            id: service.id,
            agency: service.agency,
            name: service.name.into(),
            sort_key: service.sort_key.into(),
            status: service.status,
            reopens_on: service.reopens_on,
            needs: service.needs.into(),
            eligibility: pointed(&eligibilities, service.eligibility)?,
            manner: pointed(&manners, service.manner)?,
            capacity: service.capacity.map(Box::new),
            assured: pointed(&assured, service.assured)?,
            updated_at: service.updated_at,
            offers: offers.collect::<Option<_>>()?,
        })
    })?;
    let (agencies, locations, at_location) = (plain(input)?, plain(input)?, plain(input)?);
    let names = input.value()?;
    let service_words = postings(input, services.len())?;
    let agency_words = postings(input, agencies.len())?;
    let location_words = postings(input, locations.len())?;
    let shown = Shown::of_kept(input.value()?, records, length, [services.len(), agencies.len()]);
    let briefs = Briefs::of(&services);
    let part = Part {
        services,
        agencies,
        locations,
        at_location,
        briefs,
        names,
        service_words,
        agency_words,
        location_words,
        shown: shown.ok_or_else(damaged)?,
    };
    if is_sound(&part) { Ok(part) } else { Err(damaged()) }
}

/// What is searched by halving is in order.
fn is_sound(part: &Part) -> bool {
    part.services.is_sorted_by_key(|service| service.id)
        && part.agencies.is_sorted_by_key(|agency| agency.id)
        && part.locations.is_sorted_by_key(|location| location.id)
        && part.at_location.is_sorted()
        && Suggester::is_sound(&part.names)
}

fn plain<T: DeserializeOwned>(input: &mut Reader<impl Read>) -> io::Result<Vec<T>> {
    input.list(Some)
}

fn shared<T: DeserializeOwned>(input: &mut Reader<impl Read>) -> io::Result<Vec<Arc<T>>> {
    input.list(|value| Some(Arc::new(value)))
}

fn pointed<T: ?Sized>(table: &[Arc<T>], number: u32) -> Option<Arc<T>> {
    table.get(number as usize).cloned()
}

fn postings(input: &mut Reader<impl Read>, texts: usize) -> io::Result<Postings> {
    let (words, stems, lists) = (input.bytes()?, input.bytes()?, input.bytes()?);
    Postings::of_kept(KeptPostings { words, stems, lists, starts: plain(input)? }, texts).ok_or_else(damaged)
}
