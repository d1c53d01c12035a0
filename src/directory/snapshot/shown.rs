//! What a public page shows of a service, an agency or a location, as it was when its part was built: rows as the
//! loaders would read them, without what is not for everybody. A page that finds all it shows here asks the database
//! for nothing, and is of one version throughout.

use std::collections::HashMap;
use std::io;
use std::marker::PhantomData;
use std::sync::Arc;

use entity::enums::ContactVisibility;
use entity::ids::{LocationId, PlaceId, SourceId};
use entity::{agency, contact, service, service_place, source};
use flate2::Crc;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::ServiceIndex;
use super::segment::{Segment, SegmentWriter};
use crate::directory::listing::Area;
use crate::directory::store::edges::PublicLocation;
use crate::directory::store::load::Rows;
use crate::directory::store::shown::{AgencyEdges, LocationEdges, ServiceEdges};

/// A piece of what is kept of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum OfService {
    /// `service::Model`
    Row,
    /// `Vec<service_place::Model>`
    Places,
    /// `Vec<(Option<PlaceId>, Area)>`
    Areas,
    /// `Vec<assurance::Model>`
    Assurances,
    /// `Vec<Schedule>`
    Schedules,
    /// `Vec<(PlaceId, Vec<Schedule>)>`
    PlaceSchedules,
    /// `Vec<phone::Model>`
    Phones,
    /// `Vec<(PlaceId, Vec<phone::Model>)>`
    PlacePhones,
    /// `Vec<contact::Model>`
    Contacts,
    /// `Vec<(PlaceId, Vec<contact::Model>)>`
    PlaceContacts,
    /// `Vec<external_identifier::Model>`
    Identifiers,
}

/// A piece of what is kept of an agency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum OfAgency {
    /// `agency::Model`
    Row,
    /// `Vec<phone::Model>`
    Phones,
    /// `Vec<contact::Model>`
    Contacts,
    /// `Vec<external_identifier::Model>`
    Identifiers,
}

/// A piece of what is kept of a location.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum OfLocation {
    /// `PublicLocation`
    Row,
    /// `Vec<Schedule>`
    Schedules,
    /// `Vec<phone::Model>`
    Phones,
}

/// A piece of a record, by its kind.
pub trait Piece: Copy {
    /// Which one it is, from 0.
    fn place(self) -> usize;
}

impl Piece for OfService {
    fn place(self) -> usize {
        self as usize
    }
}

impl Piece for OfAgency {
    fn place(self) -> usize {
        self as usize
    }
}

impl Piece for OfLocation {
    fn place(self) -> usize {
        self as usize
    }
}

/// What is kept of one thing, whole as it was written: its pieces, one behind the other.
#[derive(Debug)]
pub struct Record<P> {
    bytes: Vec<u8>,
    pieces: PhantomData<fn(P)>,
}

impl<P: Piece> Record<P> {
    /// A piece of it; `None` where it can't be understood.
    #[must_use]
    pub fn piece<T: DeserializeOwned>(&self, piece: P) -> Option<T> {
        let mut rest: &[u8] = &self.bytes;
        for _ in 0..piece.place() {
            let (length, behind) = length(rest)?;
            rest = behind.get(length..)?;
        }
        let (length, behind) = length(rest)?;
        postcard::from_bytes(behind.get(..length)?).ok()
    }
}

/// What is kept of a [`Shown`] besides its records; the fields are the same.
#[derive(Debug, Serialize, Deserialize)]
pub struct KeptShown {
    services: Vec<u64>,
    agencies: Vec<u64>,
    locations: Vec<u64>,
    location_ids: Vec<LocationId>,
    secret: Vec<(LocationId, ServiceIndex)>,
    sources: Vec<source::Model>,
}

/// What pages show of the things of one part.
#[derive(Debug, Default)]
pub struct Shown {
    segment: Segment,
    /// Where the record of each service begins, in the order of the part's; one more at the end.
    services: Vec<u64>,
    /// The same of agencies.
    agencies: Vec<u64>,
    /// The same of the locations of `location_ids`.
    locations: Vec<u64>,
    /// Locations that a public service uses, in order: the confidential ones too, of which the record says as little
    /// as [`PublicLocation`] can hold.
    location_ids: Vec<LocationId>,
    /// Which services use the confidential ones, in order.
    secret: Vec<(LocationId, ServiceIndex)>,
    sources: HashMap<SourceId, Arc<source::Model>>,
}

impl Shown {
    /// A service's record; `None` where it can't be read.
    #[must_use]
    pub fn service(&self, index: ServiceIndex) -> Option<Record<OfService>> {
        self.record(&self.services, index as usize)
    }

    /// An agency's.
    #[must_use]
    pub fn agency(&self, index: u32) -> Option<Record<OfAgency>> {
        self.record(&self.agencies, index as usize)
    }

    /// Where the record of a location is, if a public service of this part uses it.
    #[must_use]
    pub fn location_index(&self, id: LocationId) -> Option<usize> {
        self.location_ids.binary_search(&id).ok()
    }

    /// A location's.
    #[must_use]
    pub fn location(&self, index: usize) -> Option<Record<OfLocation>> {
        self.record(&self.locations, index)
    }

    /// The services of the part that use a confidential location; none where it is not confidential.
    pub fn services_at_secret(&self, id: LocationId) -> impl Iterator<Item = ServiceIndex> {
        let begin = self.secret.partition_point(|(at, _)| *at < id);
        let here = self.secret.get(begin..).unwrap_or_default().iter();
        here.take_while(move |(at, _)| *at == id).map(|(_, service)| *service)
    }

    /// A source of listings.
    #[must_use]
    pub fn source(&self, id: SourceId) -> Option<&Arc<source::Model>> {
        self.sources.get(&id)
    }

    /// Whether the records are in a file.
    #[must_use]
    pub fn is_in_a_file(&self) -> bool {
        self.segment.is_file()
    }

    /// The records, and how many bytes they are.
    #[must_use]
    pub fn records(&self) -> (&Segment, u64) {
        (&self.segment, self.locations.last().copied().unwrap_or_default())
    }

    /// Where the records are and everything else that is not in them.
    #[must_use]
    pub fn kept(&self) -> KeptShown {
        let mut sources: Vec<_> = self.sources.values().map(|source| source::Model::clone(source)).collect();
        sources.sort_unstable_by_key(|source| source.id);
        KeptShown {
            services: self.services.clone(),
            agencies: self.agencies.clone(),
            locations: self.locations.clone(),
            location_ids: self.location_ids.clone(),
            secret: self.secret.clone(),
            sources,
        }
    }

    /// The same over a segment that holds so many bytes of records; `None` where it does not fit so many services and
    /// agencies.
    #[must_use]
    pub fn of_kept(kept: KeptShown, segment: Segment, length: u64, [services, agencies]: [usize; 2]) -> Option<Self> {
        let KeptShown { services: of_services, agencies: of_agencies, locations, location_ids, secret, sources } = kept;
        let counts = [(&of_services, services), (&of_agencies, agencies), (&locations, location_ids.len())];
        // What was never written has no end either.
        let counted = counts.into_iter().all(|(starts, count)| {
            let within = starts.is_sorted() && starts.last().is_some_and(|end| *end <= length);
            (starts.len() == count + 1 && within) || (starts.is_empty() && count == 0)
        });
        let sources = sources.into_iter().map(|row| (row.id, Arc::new(row))).collect();
        counted.then_some(Self {
            segment,
            services: of_services,
            agencies: of_agencies,
            locations,
            location_ids,
            secret,
            sources,
        })
    }

    fn record<P>(&self, starts: &[u64], index: usize) -> Option<Record<P>> {
        let from = *starts.get(index)?;
        let bytes = self.segment.read(from, *starts.get(index + 1)?).and_then(|bytes| {
            let whole = bytes.split_last_chunk().is_some_and(|(record, sum)| *sum == checksum(from, record));
            if whole { Ok(bytes.into_owned()) } else { Err(io::ErrorKind::InvalidData.into()) }
        });
        // The loaders read it from the database then.
        let bytes = bytes.inspect_err(|error| tracing::warn!(%error, "directory.shown: not read")).ok()?;
        Some(Record { bytes, pieces: PhantomData })
    }
}

/// What stands behind the record that begins there: a disk that lost or mixed up some bytes shows by it.
fn checksum(from: u64, record: &[u8]) -> [u8; 4] {
    let mut sum = Crc::new();
    sum.update(&from.to_le_bytes());
    sum.update(record);
    sum.sum().to_le_bytes()
}

/// Each piece stands behind its length, so that what is not asked for is stepped over.
fn length(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    Some((u32::from_le_bytes(*length) as usize, rest))
}

/// Writes what pages show, in the order in which a part is built: agencies, services, locations.
#[derive(Debug)]
pub struct ShownWriter {
    segment: SegmentWriter,
    shown: Shown,
    used: Vec<(LocationId, ServiceIndex)>,
    failed: Option<io::Error>,
    record: Vec<u8>,
}

impl ShownWriter {
    /// Writes into a segment.
    #[must_use]
    pub fn new(segment: SegmentWriter) -> Self {
        Self { segment, shown: Shown::default(), used: Vec::new(), failed: None, record: Vec::new() }
    }

    /// Takes note of the sources.
    pub fn sources(&mut self, rows: Vec<source::Model>) {
        self.shown.sources = rows.into_iter().map(|row| (row.id, Arc::new(row))).collect();
    }

    /// Adds agencies, in the order of their ids.
    pub fn agencies(&mut self, rows: &[agency::Model], edges: &AgencyEdges) {
        for row in rows {
            self.shown.agencies.push(self.segment.position());
            self.put(&agency::Model { content_hash: String::new(), source_key: String::new(), ..row.clone() });
            self.put(list(&edges.phones, &row.id));
            self.put(&for_everybody(list(&edges.contacts, &row.id)));
            self.put(list(&edges.identifiers, &row.id));
            self.end();
        }
    }

    /// Adds services, in the order of their ids.
    pub fn services(&mut self, rows: &Rows, edges: &ServiceEdges) {
        for row in &rows.services {
            let index = ServiceIndex::try_from(self.shown.services.len()).unwrap_or(ServiceIndex::MAX);
            self.shown.services.push(self.segment.position());
            self.put(&service::Model { content_hash: String::new(), source_key: String::new(), ..row.clone() });
            let places = list(&rows.places, &row.id);
            self.used.extend(places.iter().map(|place| (place.location_id, index)));
            // What is said of a service at a secret place could tell which place that is.
            let is_open = |place: &&service_place::Model| {
                rows.locations.get(&place.location_id).is_some_and(|location| !location.confidential)
            };
            let open: Vec<service_place::Model> = places.iter().filter(is_open).cloned().collect();
            let told: Vec<service_place::Model> = places
                .iter()
                .map(|place| match is_open(&place) {
                    true => place.clone(),
                    false => service_place::Model { description: None, ..place.clone() },
                })
                .collect();
            self.put(&told);
            let own_areas = list(&rows.service_areas, &row.id).iter().map(|area| (None, area));
            let areas: Vec<(Option<PlaceId>, &Area)> = own_areas
                .chain(of_places(places, &rows.place_areas).map(|(place, area)| (Some(place), area)))
                .collect();
            self.put(&areas);
            self.put(list(&rows.assurances, &row.id));
            self.put(list(&rows.service_hours, &row.id));
            self.put(&by_place(places, &rows.place_hours));
            self.put(list(&edges.phones, &row.id));
            self.put(&by_place(&open, &edges.place_phones));
            self.put(&for_everybody(list(&edges.contacts, &row.id)));
            let contacts: Vec<_> = by_place(&open, &edges.place_contacts);
            let contacts: Vec<_> = contacts.into_iter().map(|(place, of)| (place, for_everybody(of))).collect();
            self.put(&contacts);
            self.put(list(&edges.identifiers, &row.id));
            self.end();
        }
    }

    /// Adds those of these locations, in the order of their ids, that one of the services uses.
    pub fn locations(&mut self, rows: &[entity::location::Model], edges: &LocationEdges) {
        self.used.sort_unstable();
        self.used.dedup();
        for row in rows {
            let begin = self.used.partition_point(|(at, _)| *at < row.id);
            let mut here =
                self.used.get(begin..).unwrap_or_default().iter().take_while(|(at, _)| *at == row.id).peekable();
            if here.peek().is_none() {
                continue;
            }
            if row.confidential {
                self.shown.secret.extend(here);
            }
            self.shown.location_ids.push(row.id);
            self.shown.locations.push(self.segment.position());
            self.put(&PublicLocation::from(row.clone()));
            // Of a secret place nothing else is kept: its hours and numbers could tell which it is.
            self.put(if row.confidential { &[][..] } else { list(&edges.schedules, &row.id) });
            self.put(if row.confidential { &[][..] } else { list(&edges.phones, &row.id) });
            self.end();
        }
    }

    fn put<T: Serialize + ?Sized>(&mut self, piece: &T) {
        let begin = self.record.len();
        let mut record = std::mem::take(&mut self.record);
        record.extend([0; 4]);
        match postcard::to_extend(piece, record) {
            Ok(written) => self.record = written,
            Err(error) => {
                self.failed.get_or_insert_with(|| io::Error::other(error));
                return;
            }
        }
        let length = u32::try_from(self.record.len() - begin - 4).unwrap_or(u32::MAX);
        if let Some(place) = self.record.get_mut(begin..begin + 4) {
            place.copy_from_slice(&length.to_le_bytes());
        }
    }

    fn end(&mut self) {
        self.record.extend(checksum(self.segment.position(), &self.record));
        if let Err(error) = self.segment.write(&self.record) {
            self.failed.get_or_insert(error);
        }
        self.record.clear();
    }

    /// All that was written.
    ///
    /// # Errors
    /// A piece or the file could not be written.
    pub fn finish(mut self) -> io::Result<Shown> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        // Each kind ends where the next begins; they were written one after the other.
        let end = self.segment.position();
        let services_end = self.shown.locations.first().copied().unwrap_or(end);
        let agencies_end = self.shown.services.first().copied().unwrap_or(services_end);
        self.shown.agencies.push(agencies_end);
        self.shown.services.push(services_end);
        self.shown.locations.push(end);
        for starts in [&mut self.shown.agencies, &mut self.shown.services, &mut self.shown.locations] {
            starts.shrink_to_fit();
        }
        self.shown.location_ids.shrink_to_fit();
        self.shown.secret.shrink_to_fit();
        self.shown.segment = self.segment.finish()?;
        Ok(self.shown)
    }
}

fn list<'a, K: std::hash::Hash + Eq, V>(lists: &'a HashMap<K, Vec<V>>, key: &K) -> &'a [V] {
    lists.get(key).map_or(&[], Vec::as_slice)
}

fn by_place<'a, V>(places: &[service_place::Model], lists: &'a HashMap<PlaceId, Vec<V>>) -> Vec<(PlaceId, &'a [V])> {
    places.iter().filter_map(|place| Some((place.id, lists.get(&place.id)?.as_slice()))).collect()
}

fn of_places<'a, V>(
    places: &'a [service_place::Model],
    lists: &'a HashMap<PlaceId, Vec<V>>,
) -> impl Iterator<Item = (PlaceId, &'a V)> {
    places.iter().flat_map(|place| list(lists, &place.id).iter().map(|value| (place.id, value)))
}

/// Contacts without what only those who sign in are told.
fn for_everybody(rows: &[contact::Model]) -> Vec<contact::Model> {
    rows.iter()
        .map(|row| match row.visibility {
            ContactVisibility::Public => row.clone(),
            ContactVisibility::SignedIn => contact::Model { name: None, email: None, phone: None, ..row.clone() },
        })
        .collect()
}
