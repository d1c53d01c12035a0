//! Saving listings: what is new is made, what differs is replaced whole, what is the same is
//! left alone. Saving the same listings again changes nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt::Debug;

use chrono::{DateTime, Utc};
use entity::ids::{AgencyId, LocationId, ServiceId, SourceId};
use entity::{agency, location, postcode, service};
use sea_orm::sea_query::{IntoIden, OnConflict};
use sea_orm::{
    ActiveModelBehavior, ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, Iterable, QueryFilter,
    QueryOrder, QuerySelect, Set, Value,
};
use sha2::{Digest, Sha256};

use super::changes::Touched;
use super::children::{Children, clear_agencies, clear_locations, clear_services};
use super::duplicate_keys;
use super::happenings::Before;
use super::rows;
use super::{agency_id, assurances, location_id, service_id};
use crate::database::one_at_a_time;
use crate::directory::listing::{AgencyListing, LocationListing, ServiceListing};
use crate::directory::placing;
use crate::places::{ExactPostcode, LadCode, Point, Postcode};

/// What saving did to the services.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Saved {
    /// Services that were new.
    pub created: u64,
    /// Services that differed and were replaced.
    pub changed: u64,
    /// Services that were the same already.
    pub unchanged: u64,
    /// Services that their agencies keep here themselves: what their source says of them is not taken.
    pub kept: u64,
    /// Agencies and locations that were made or replaced.
    pub around: u64,
}

impl Saved {
    /// Whether anything at all was written.
    #[must_use]
    pub fn wrote(&self) -> bool {
        self.created + self.changed + self.around > 0
    }

    /// Adds another batch's figures.
    pub fn add(&mut self, other: Self) {
        self.created += other.created;
        self.changed += other.changed;
        self.unchanged += other.unchanged;
        self.kept += other.kept;
        self.around += other.around;
    }
}

/// What is known of these.
macro_rules! known {
    ($table:ident, $id:ty, $ids:expr, $db:expr) => {{
        use $table::Column::{ContentHash, Id, KeptAt, Version};
        known::<$table::Entity, $id>($ids, [Id, ContentHash, Version, KeptAt], $db).await?
    }};
}

/// What one run has saved already. Listings repeat their agency and their places: of two that
/// describe one thing differently the first of a run is kept, so that a second run over the same
/// listings finds everything as it left it. Holds an id for each thing, no more.
#[derive(Debug, Default)]
pub struct Seen {
    agencies: HashSet<AgencyId>,
    locations: HashSet<LocationId>,
}

/// Saves a batch of listings of one source. Call it within a transaction: a batch is whole or
/// not there.
///
/// What was written is added to `touched`.
///
/// # Errors
/// The database failed; nothing of the batch may then be kept, and the run is over.
pub async fn save(
    db: &impl ConnectionTrait,
    source: SourceId,
    listings: &[ServiceListing],
    seen: &mut Seen,
    touched: &mut Touched,
    now: DateTime<Utc>,
) -> Result<Saved, DbErr> {
    // Of two that save listings of one source at once both would find the same thing missing, and
    // what hangs on it would be there twice: one waits for the other's transaction to end.
    one_at_a_time(db, source.0.as_u64_pair().1.cast_signed()).await?;
    let mut before = Before::default();
    let mut saved = save_agencies(db, source, listings, seen, touched, now).await?;
    saved.add(save_locations(db, source, listings, (seen, &mut before), touched, now).await?);
    saved.add(save_services(db, source, listings, &mut before, touched, now).await?);
    before.note(db, now).await?;
    Ok(saved)
}

async fn save_agencies(
    db: &impl ConnectionTrait,
    source: SourceId,
    listings: &[ServiceListing],
    seen: &mut Seen,
    touched: &mut Touched,
    now: DateTime<Utc>,
) -> Result<Saved, DbErr> {
    let mut wanted: BTreeMap<AgencyId, &AgencyListing> = BTreeMap::new();
    for listing in listings {
        let id = agency_id(source, &listing.agency.key);
        if seen.agencies.insert(id) {
            wanted.insert(id, &listing.agency);
        }
    }
    let ids = wanted.keys().copied().collect();
    let known = known!(agency, AgencyId, ids, db);
    let mut rows_ = Vec::new();
    let mut changed = Vec::new();
    for (id, listing) in &wanted {
        let hash = content_hash(listing);
        let known = known.get(id);
        if known.is_none_or(|known| known.takes(&hash)) {
            let row = rows::agency(*id, source, listing, hash, now);
            rows_.push(agency::ActiveModel { version: Set(Known::next(known)), ..row });
            changed.push((*id, *listing));
        }
    }
    let replaced: Vec<AgencyId> = changed.iter().map(|(id, _)| *id).filter(|id| known.contains_key(id)).collect();
    use agency::Column::{CreatedAt, Id, KeptAt, MergedInto, NeedsApproval, SourceId as Source, SourceKey};
    let keep = [Id, Source, SourceKey, CreatedAt, KeptAt, MergedInto, NeedsApproval];
    insert(db, rows_, Some(replace_all_but(agency::Column::Id, &keep))).await?;
    clear_agencies(db, &replaced).await?;
    let mut children = Children::default();
    for (id, listing) in &changed {
        children.take_agency(*id, source, listing);
    }
    children.insert(db).await?;
    duplicate_keys::of_agencies(db, &changed, &replaced).await?;
    touched.agencies.extend(changed.iter().map(|(id, _)| *id));
    Ok(Saved { around: changed.len() as u64, ..Saved::default() })
}

async fn save_locations(
    db: &impl ConnectionTrait,
    source: SourceId,
    listings: &[ServiceListing],
    (seen, before): (&mut Seen, &mut Before),
    touched: &mut Touched,
    now: DateTime<Utc>,
) -> Result<Saved, DbErr> {
    let mut wanted: BTreeMap<LocationId, &LocationListing> = BTreeMap::new();
    // A place that any of them calls a secret is one, whatever the first of them says.
    let mut secret = BTreeSet::new();
    for place in listings.iter().flat_map(|listing| &listing.places) {
        let id = location_id(source, &place.location.key);
        if seen.locations.insert(id) {
            wanted.insert(id, &place.location);
        }
        if place.location.confidential {
            secret.insert(id);
        }
    }
    let ids = wanted.keys().copied().collect();
    let known = known!(location, LocationId, ids, db);
    let changed: Vec<(LocationId, &LocationListing, String)> = wanted
        .into_iter()
        .map(|(id, listing)| (id, listing, content_hash(listing)))
        .filter(|(id, _, hash)| known.get(id).is_none_or(|known| known.takes(hash)))
        .collect();
    let replaced: Vec<LocationId> = changed.iter().map(|(id, ..)| *id).filter(|id| known.contains_key(id)).collect();
    before.at_locations(db, &replaced).await?;
    let exact = exact_postcodes(db, changed.iter().filter_map(|(_, listing, _)| written_postcode(listing))).await?;
    let rows_ = changed
        .iter()
        .map(|(id, listing, hash)| {
            let spot = placing::place(listing.point, written_postcode(listing), &exact);
            let row = rows::location(*id, source, listing, &spot, hash.clone(), now);
            let version = Set(Known::next(known.get(id)));
            location::ActiveModel { confidential: Set(secret.contains(id)), version, ..row }
        })
        .collect();
    use location::Column::{AgencyId as MadeBy, CreatedAt, Id, KeptAt, SourceId as Source, SourceKey};
    let keep = [Id, Source, SourceKey, CreatedAt, KeptAt, MadeBy];
    insert(db, rows_, Some(replace_all_but(location::Column::Id, &keep))).await?;
    clear_locations(db, &replaced).await?;
    let mut children = Children::default();
    for (id, listing, _) in &changed {
        children.take_location(*id, listing);
    }
    children.insert(db).await?;
    duplicate_keys::of_locations(db, changed.iter().map(|(id, of, _)| (*id, *of)), &secret, &replaced).await?;
    touched.locations.extend(changed.iter().map(|(id, ..)| *id));
    let hidden = hide(db, secret.into_iter().collect(), touched, now).await?;
    Ok(Saved { around: changed.len() as u64 + hidden, ..Saved::default() })
}

/// Makes secrets of locations that were not yet; says of how many.
///
/// # Errors
/// The database failed.
pub(crate) async fn hide(
    db: &impl ConnectionTrait,
    secret: Vec<LocationId>,
    touched: &mut Touched,
    now: DateTime<Utc>,
) -> Result<u64, DbErr> {
    let mut hidden = 0;
    for ids in secret.chunks(MOST_VALUES) {
        let change = location::ActiveModel { confidential: Set(true), updated_at: Set(now), ..Default::default() };
        let done = location::Entity::update_many()
            .set(change)
            .filter(location::Column::Id.is_in(ids.iter().copied()))
            .filter(location::Column::Confidential.eq(false))
            .exec(db)
            .await?;
        hidden += done.rows_affected;
        if done.rows_affected > 0 {
            duplicate_keys::forget(db, ids).await?;
            touched.locations.extend(ids);
        }
    }
    Ok(hidden)
}

async fn save_services(
    db: &impl ConnectionTrait,
    source: SourceId,
    listings: &[ServiceListing],
    before: &mut Before,
    touched: &mut Touched,
    now: DateTime<Utc>,
) -> Result<Saved, DbErr> {
    // A later record of one key in the same batch replaces an earlier one, as it would in the next batch.
    let wanted: BTreeMap<ServiceId, &ServiceListing> =
        listings.iter().map(|listing| (service_id(source, &listing.key), listing)).collect();
    let ids = wanted.keys().copied().collect();
    let known = known!(service, ServiceId, ids, db);
    let agencies = wanted.values().map(|listing| agency_id(source, &listing.agency.key)).collect();
    let standing = standing_agencies(db, agencies).await?;
    let mut saved = Saved::default();
    let mut rows_ = Vec::new();
    let mut changed = Vec::new();
    for (id, listing) in wanted {
        let hash = content_hash(listing);
        let known = known.get(&id);
        match known {
            Some(known) if known.kept => {
                saved.kept += 1;
                continue;
            }
            Some(known) if known.hash == hash => {
                saved.unchanged += 1;
                continue;
            }
            Some(_) => saved.changed += 1,
            None => saved.created += 1,
        }
        let told = agency_id(source, &listing.agency.key);
        // What a source says of an agency that was joined to another is the other's.
        let agency = standing.get(&told).copied().unwrap_or(told);
        let row = rows::service(id, agency, source, listing, hash, now);
        rows_.push(service::ActiveModel { version: Set(Known::next(known)), ..row });
        changed.push((id, listing));
    }
    use service::Column::{CreatedAt, Id, KeptAt, SourceId as Source, SourceKey};
    let keep = [Id, Source, SourceKey, CreatedAt, KeptAt];
    let replaced: Vec<ServiceId> = changed.iter().map(|(id, _)| *id).filter(|id| known.contains_key(id)).collect();
    before.of_services(db, replaced.clone()).await?;
    insert(db, rows_, Some(replace_all_but(service::Column::Id, &keep))).await?;
    clear_services(db, &replaced).await?;
    let mut assured = assurances::take(db, &replaced).await?;
    touched.services.extend(changed.iter().map(|(id, _)| *id));
    let mut children = Children::default();
    for (id, listing) in &changed {
        children.take_service(*id, source, listing);
        let known = assured.remove(id).unwrap_or_default();
        children.assurances.extend(assurances::merged(*id, &listing.assurances, known, now));
    }
    children.insert(db).await?;
    duplicate_keys::of_services(db, source, &changed, &replaced).await?;
    Ok(saved)
}

/// The agencies in whose place others are shown, with those.
async fn standing_agencies(
    db: &impl ConnectionTrait,
    ids: BTreeSet<AgencyId>,
) -> Result<HashMap<AgencyId, AgencyId>, DbErr> {
    let joined = agency::Entity::find().filter(agency::Column::MergedInto.is_not_null()).select_only();
    let joined = joined.columns([agency::Column::Id, agency::Column::MergedInto]);
    let joined: HashMap<AgencyId, AgencyId> =
        joined.into_tuple::<(AgencyId, AgencyId)>().all(db).await?.into_iter().collect();
    let last = |id: AgencyId| {
        // No longer than there are joinings, whatever the rows say.
        let chain = std::iter::successors(Some(id), |id| joined.get(id).copied());
        chain.take(joined.len() + 1).last().unwrap_or(id)
    };
    Ok(ids.into_iter().filter(|id| joined.contains_key(id)).map(|id| (id, last(id))).collect())
}

/// Most values bound in one statement: SQLite takes 32,766, PostgreSQL 65,535.
pub(super) const MOST_VALUES: usize = 30_000;

/// Inserts rows in as few statements as the engines' limits on bound values allow.
pub(crate) async fn insert<A>(
    db: &impl ConnectionTrait,
    rows: Vec<A>,
    on_conflict: Option<OnConflict>,
) -> Result<(), DbErr>
where
    A: ActiveModelTrait + ActiveModelBehavior + Send,
    A::Entity: EntityTrait<ActiveModel = A>,
{
    let columns = <A::Entity as EntityTrait>::Column::iter().count().max(1);
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let chunk: Vec<A> = rows.by_ref().take(MOST_VALUES / columns).collect();
        let mut statement = <A::Entity as EntityTrait>::insert_many(chunk);
        if let Some(on_conflict) = &on_conflict {
            statement = statement.on_conflict(on_conflict.clone());
        }
        statement.exec_without_returning(db).await?;
    }
    Ok(())
}

fn replace_all_but<C: ColumnTrait + IntoIden + Iterable + Copy>(key: C, keep: &[C]) -> OnConflict {
    let kept: HashSet<String> = keep.iter().map(|column| column.to_string()).collect();
    let others = C::iter().filter(|column| !kept.contains(&column.to_string()));
    OnConflict::column(key).update_columns(others).to_owned()
}

/// What is known of a listing that is there already.
struct Known {
    /// Hash of what its source last said of it.
    hash: String,
    version: i32,
    /// Whether its agency keeps it here itself.
    kept: bool,
}

impl Known {
    /// Whether what its source says now, which has this hash, is to be written.
    fn takes(&self, hash: &str) -> bool {
        !self.kept && self.hash != hash
    }

    /// The version that comes next.
    fn next(known: Option<&Self>) -> i32 {
        known.map_or(1, |known| known.version.saturating_add(1))
    }
}

async fn known<E, I>(
    ids: Vec<I>,
    [id, hash, version, kept_at]: [E::Column; 4],
    db: &impl ConnectionTrait,
) -> Result<HashMap<I, Known>, DbErr>
where
    E: EntityTrait,
    I: sea_orm::TryGetable + Into<Value> + std::hash::Hash + Eq + Copy,
{
    let mut found = HashMap::new();
    for ids in ids.chunks(MOST_VALUES) {
        // Held, in one order everywhere, so that an agency's own change is not written over in the same moment.
        let rows = E::find().filter(id.is_in(ids.iter().copied())).order_by_asc(id).lock_exclusive();
        let rows = rows.select_only().columns([id, hash, version, kept_at]);
        let rows: Vec<(I, String, i32, Option<DateTime<Utc>>)> = rows.into_tuple().all(db).await?;
        let rows = rows.into_iter();
        found.extend(rows.map(|(id, hash, version, at)| (id, Known { hash, version, kept: at.is_some() })));
    }
    Ok(found)
}

/// Changes when the way listings are stored changes, so that the next import writes them again.
const STORED_FORM: &str = "1";

fn content_hash(listing: &impl Debug) -> String {
    // `Debug` of plain data is complete and deterministic, which is all that a hash needs.
    hex(&Sha256::digest(format!("{STORED_FORM}{listing:?}")))
}

/// Bytes as lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

pub(super) fn written_postcode(listing: &LocationListing) -> Option<Postcode> {
    listing.address.as_ref()?.postcode.as_deref().and_then(|text| Postcode::parse(text).ok())
}

/// The postcode table's rows for these postcodes; empty where the table was not imported.
pub(crate) async fn exact_postcodes(
    db: &impl ConnectionTrait,
    postcodes: impl Iterator<Item = Postcode>,
) -> Result<HashMap<Postcode, ExactPostcode>, DbErr> {
    let wanted: BTreeMap<String, Postcode> = postcodes.map(|postcode| (postcode.to_string(), postcode)).collect();
    let texts: Vec<&str> = wanted.keys().map(String::as_str).collect();
    let mut rows = Vec::new();
    for texts in texts.chunks(MOST_VALUES) {
        let known = postcode::Column::Postcode.is_in(texts.iter().copied());
        rows.extend(postcode::Entity::find().filter(known).all(db).await?);
    }
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let postcode = *wanted.get(&row.postcode)?;
            // A row that is no place on the map is as good as absent.
            let point = Point::new(row.latitude, row.longitude).ok()?;
            let exact = ExactPostcode { postcode, point, lad_code: LadCode::parse(&row.authority_code)? };
            Some((postcode, exact))
        })
        .collect())
}
