//! Whether the index says what the database says.
//!
//! The tables are read again, page by page, in statements of this module's own, and every fact that they state is
//! held against the index: what the index is built by (`snapshot::build`, `snapshot::offers`, `store::load`'s streams)
//! is not used, so that a mistake there shows. `facts` and `words` decide, and are pure.

mod facts;
mod words;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::hash::Hash;

use entity::enums::Visibility;
use entity::ids::{AgencyId, LocationId, ServiceId};
use entity::{
    agency, assurance, capacity, characteristic_rule, eligibility, location, service, service_need, service_place,
    service_term,
};
use foldhash::fast::FixedState;
use sea_orm::sea_query::Condition;
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use self::facts::{StoredLocation, StoredService};
use self::words::Prints;
use super::snapshot::{Part, Snapshot, View};
use super::store::load::{self, Version, group};
use crate::database::Database;

/// Rows of one table that are read at once.
const PAGE: u64 = 2_000;
/// Differences that are told; the rest are counted.
const MOST_TOLD: usize = 1_000;
/// About so many services are looked for by their own names, evenly spread over all of them.
const LOOKED_FOR: usize = 200;

/// What differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thing {
    /// An agency.
    Agency(AgencyId),
    /// A service.
    Service(ServiceId),
    /// A location.
    Location(LocationId),
}

impl fmt::Display for Thing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Agency(id) => write!(f, "agency {}", id.0),
            Self::Service(id) => write!(f, "service {}", id.0),
            Self::Location(id) => write!(f, "location {}", id.0),
        }
    }
}

/// One difference. What is a secret is not told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Of what.
    pub thing: Thing,
    /// In which of its facts.
    pub field: &'static str,
    /// What the index has.
    pub index: String,
    /// What the database has.
    pub database: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { thing, field, index, database } = self;
        write!(f, "{thing}, {field}: {index} in the index, {database} in the database")
    }
}

/// What came of comparing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Agreement {
    /// The version of the database that was read; a snapshot of another version is behind, not wrong.
    pub version: Version,
    /// Agencies in the database.
    pub agencies: usize,
    /// Public services in the database.
    pub services: usize,
    /// Locations in the database at which there is a public service and which are no secret.
    pub locations: usize,
    /// What differs: the first of it.
    pub differences: Vec<Difference>,
    /// How much differs altogether.
    pub count: usize,
}

impl Agreement {
    fn tell(&mut self, thing: Thing, field: &'static str, index: String, database: String) {
        self.count += 1;
        if self.differences.len() < MOST_TOLD {
            self.differences.push(Difference { thing, field, index, database });
        }
    }

    /// Tells of a fact where the two do not say the same.
    fn same<T: PartialEq + fmt::Debug>(&mut self, thing: Thing, field: &'static str, index: &T, database: &T) {
        if index != database {
            self.tell(thing, field, format!("{index:?}"), format!("{database:?}"));
        }
    }

    /// Tells which of these the index has and should not, has twice, or has not and should.
    fn same_ids<I: Ord + Copy>(&mut self, thing: impl Fn(I) -> Thing, mut indexed: Vec<I>, stored: &[I]) {
        indexed.sort_unstable();
        let mut times: BTreeMap<I, usize> = stored.iter().map(|id| (*id, 0)).collect();
        for id in &indexed {
            match times.get_mut(id) {
                Some(times) => *times += 1,
                None => self.tell(thing(*id), "being there", "it is".to_owned(), "it is not".to_owned()),
            }
        }
        for (id, times) in times.into_iter().filter(|(_, times)| *times != 1) {
            let index = if times == 0 { "it is not".to_owned() } else { format!("it is {times} times") };
            self.tell(thing(id), "being there", index, "it is".to_owned());
        }
    }
}

/// Compares the index with the database, as one state of it is.
///
/// # Errors
/// The database failed.
pub async fn compare(database: &Database, snapshot: &Snapshot) -> Result<Agreement, DbErr> {
    let transaction = database.begin_read().await?;
    let mut found = Agreement { version: load::version(&transaction).await?, ..Agreement::default() };
    facts::lists(&mut found, snapshot);
    let agencies = agencies(&transaction, snapshot, &mut found).await?;
    let public = services(&transaction, snapshot, &agencies, &mut found).await?;
    locations(&transaction, snapshot, &public, &mut found).await?;
    transaction.commit().await?;
    Ok(found)
}

/// Names of agencies, for the words of their services.
type Names = HashMap<AgencyId, [Option<Box<str>>; 2], FixedState>;

async fn agencies(
    transaction: &DatabaseTransaction,
    snapshot: &Snapshot,
    found: &mut Agreement,
) -> Result<Names, DbErr> {
    let prints = Prints::of(snapshot, |part| (&part.agency_words, part.agencies.len()));
    let mut names = Names::default();
    let mut after: Option<AgencyId> = None;
    loop {
        let behind = Condition::all().add_option(after.map(|after| agency::Column::Id.gt(after)));
        let page = agency::Entity::find()
            .filter(agency::Column::MergedInto.is_null())
            .filter(behind)
            .order_by_asc(agency::Column::Id)
            .limit(PAGE);
        let rows = page.all(transaction).await?;
        let last = rows.last().map(|row| row.id);
        let indexed = indexed(snapshot, after, last, |part| &part.agencies, |facts| facts.id, holds_agency);
        found.same_ids(Thing::Agency, indexed, &rows.iter().map(|row| row.id).collect::<Vec<_>>());
        for row in &rows {
            names.insert(row.id, [Some(row.name.as_str().into()), row.alternate_name.as_deref().map(Box::from)]);
            let at = place_of(snapshot, |part| part.agency_index(row.id), holds_agency);
            if let (Some(facts), Some(at)) = (snapshot.agency(row.id), at) {
                facts::agency(found, facts, row, prints.at(at));
            }
        }
        found.agencies += rows.len();
        after = last;
        if after.is_none() {
            return Ok(names);
        }
    }
}

/// The ids of all public services of the database.
async fn services(
    transaction: &DatabaseTransaction,
    snapshot: &Snapshot,
    agencies: &Names,
    found: &mut Agreement,
) -> Result<HashSet<ServiceId, FixedState>, DbErr> {
    let prints = Prints::of(snapshot, |part| (&part.service_words, part.services.len()));
    let step = snapshot.service_count() / LOOKED_FOR + 1;
    let mut public = HashSet::default();
    let mut after: Option<ServiceId> = None;
    loop {
        let behind = Condition::all().add_option(after.map(|after| service::Column::Id.gt(after)));
        let page = service::Entity::find().filter(service::Column::Visibility.eq(Visibility::Public)).filter(behind);
        let rows = page.order_by_asc(service::Column::Id).limit(PAGE).all(transaction).await?;
        let last = rows.last().map(|row| row.id);
        let indexed = indexed(snapshot, after, last, |part| &part.services, |facts| facts.id, holds_service);
        found.same_ids(Thing::Service, indexed, &rows.iter().map(|row| row.id).collect::<Vec<_>>());
        if let (Some(first), Some(last)) = (rows.first().map(|row| row.id), last) {
            let hanging = Hanging::read(transaction, first, last).await?;
            for (number, row) in rows.iter().enumerate() {
                let at = place_of(snapshot, |part| Some(part.service(row.id)?.0), holds_service);
                let (Some(facts), Some(at)) = (snapshot.service(row.id), at) else { continue };
                let stored = hanging.of(row, agencies.get(&row.agency_id));
                facts::service(found, facts, &stored, &snapshot.need_list, prints.at(at));
                if (found.services + number).is_multiple_of(step) {
                    words::by_its_own_name(found, snapshot, row, at);
                }
            }
        }
        found.services += rows.len();
        public.extend(rows.iter().map(|row| row.id));
        after = last;
        if after.is_none() {
            return Ok(public);
        }
    }
}

/// What hangs on the services of a page.
struct Hanging {
    places: HashMap<ServiceId, Vec<service_place::Model>>,
    needs: HashMap<ServiceId, Vec<service_need::Model>>,
    terms: HashMap<ServiceId, Vec<service_term::Model>>,
    capacities: HashMap<ServiceId, Vec<capacity::Model>>,
    assurances: HashMap<ServiceId, Vec<assurance::Model>>,
    eligibilities: HashMap<ServiceId, super::listing::Eligibility>,
}

impl Hanging {
    async fn read(db: &DatabaseTransaction, first: ServiceId, last: ServiceId) -> Result<Self, DbErr> {
        macro_rules! rows {
            ($table:ident) => {
                $table::Entity::find().filter($table::Column::ServiceId.between(first, last))
            };
        }
        let characteristics = rows!(characteristic_rule).order_by_asc(characteristic_rule::Column::Characteristic);
        Ok(Self {
            places: by_service(rows!(service_place).all(db).await?, |row| row.service_id),
            needs: by_service(rows!(service_need).all(db).await?, |row| row.service_id),
            terms: by_service(rows!(service_term).all(db).await?, |row| row.service_id),
            capacities: by_service(rows!(capacity).all(db).await?, |row| row.service_id),
            assurances: by_service(rows!(assurance).all(db).await?, |row| row.service_id),
            eligibilities: load::eligibilities(rows!(eligibility).all(db).await?, characteristics.all(db).await?),
        })
    }

    fn of<'a>(&'a self, row: &'a service::Model, agency: Option<&'a [Option<Box<str>>; 2]>) -> StoredService<'a> {
        let names = agency.into_iter().flatten().flatten();
        StoredService {
            row,
            agency: names.map(|name| &**name).collect(),
            places: of(&self.places, row.id),
            needs: of(&self.needs, row.id),
            terms: of(&self.terms, row.id),
            capacity: of(&self.capacities, row.id).first(),
            assurances: of(&self.assurances, row.id),
            eligibility: self.eligibilities.get(&row.id),
        }
    }
}

fn by_service<R>(rows: Vec<R>, service: impl Fn(&R) -> ServiceId) -> HashMap<ServiceId, Vec<R>> {
    group(rows, service, |row| row)
}

fn of<K: Eq + Hash, R>(rows: &HashMap<K, Vec<R>>, key: K) -> &[R] {
    rows.get(&key).map_or(&[], Vec::as_slice)
}

async fn locations(
    transaction: &DatabaseTransaction,
    snapshot: &Snapshot,
    public: &HashSet<ServiceId, FixedState>,
    found: &mut Agreement,
) -> Result<(), DbErr> {
    let prints = Prints::of(snapshot, |part| (&part.location_words, part.locations.len()));
    // What nobody uses any more is no location of the index, though its facts may still lie there.
    let shown = |view: &View<'_>, index: u32| {
        let facts = view.part.locations.get(index as usize);
        facts.is_some_and(|facts| view.holds_location(facts.id) && snapshot.services_at(facts.id).next().is_some())
    };
    let mut after: Option<LocationId> = None;
    loop {
        let behind = Condition::all().add_option(after.map(|after| location::Column::Id.gt(after)));
        let page = location::Entity::find().filter(behind).order_by_asc(location::Column::Id).limit(PAGE);
        let rows = page.all(transaction).await?;
        let last = rows.last().map(|row| row.id);
        let pairs = match (rows.first(), last) {
            (Some(first), Some(last)) => {
                let here = service_place::Column::LocationId.between(first.id, last);
                service_place::Entity::find().filter(here).all(transaction).await?
            }
            (None, _) | (_, None) => Vec::new(),
        };
        let pairs = pairs.into_iter().filter(|pair| public.contains(&pair.service_id));
        let pairs = group(pairs, |pair| pair.location_id, |pair| pair);
        let mut open = Vec::new();
        for row in &rows {
            let stored = StoredLocation { row, pairs: of(&pairs, row.id) };
            let at = place_of(snapshot, |part| Some(part.location(row.id)?.0), shown);
            facts::offers_at(found, snapshot, &stored);
            match at {
                Some(at) if stored.is_open() => facts::location(found, snapshot, at, &stored, prints.at(at)),
                Some(_) if row.confidential => {
                    found.tell(Thing::Location(row.id), "secret", "it is told".to_owned(), "it is one".to_owned());
                }
                Some(_) | None => {}
            }
            // Of a secret that is told one complaint is enough.
            let told = row.confidential && at.is_some();
            open.extend((stored.is_open() || told).then_some(row.id));
            found.locations += usize::from(stored.is_open());
        }
        let indexed = indexed(snapshot, after, last, |part| &part.locations, |facts| facts.id, shown);
        found.same_ids(Thing::Location, indexed, &open);
        after = last;
        if after.is_none() {
            return Ok(());
        }
    }
}

fn holds_agency(view: &View<'_>, agency: u32) -> bool {
    view.holds_agency(agency)
}

fn holds_service(view: &View<'_>, service: u32) -> bool {
    view.holds(service)
}

/// Where something stands: in which part, as which of its rows.
type At = (usize, u32);

/// Where something stands that holds.
fn place_of(
    snapshot: &Snapshot,
    find: impl Fn(&Part) -> Option<u32>,
    holds: impl Fn(&View<'_>, u32) -> bool,
) -> Option<At> {
    let views = snapshot.views();
    let mut at = views.iter().enumerate().filter_map(|(part, view)| Some((part, find(view.part)?, view)));
    at.find(|(_, index, view)| holds(view, *index)).map(|(part, index, _)| (part, index))
}

/// The ids of what holds behind one id and up to another, or to the end.
fn indexed<T: 'static, I: Ord + Copy>(
    snapshot: &Snapshot,
    after: Option<I>,
    to: Option<I>,
    rows: impl for<'a> Fn(&'a Part) -> &'a Vec<T>,
    id: impl Fn(&T) -> I,
    holds: impl Fn(&View<'_>, u32) -> bool,
) -> Vec<I> {
    let mut found = Vec::new();
    for view in snapshot.views() {
        let rows = rows(view.part);
        let begin = rows.partition_point(|row| after.is_some_and(|after| id(row) <= after));
        let behind = (0..).zip(rows).skip(begin).take_while(|(_, row)| to.is_none_or(|to| id(row) <= to));
        found.extend(behind.filter(|(index, _)| holds(&view, *index)).map(|(_, row)| id(row)));
    }
    found
}
