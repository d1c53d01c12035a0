//! The filters of lists, each alone and several together, against the listings.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, Utc};
use entity::enums::{AccessFeature, CostKind, DeliveryMode, ReferralRoute, ServiceStatus, SessionFormat};
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};
use serde_json::{Map, Value, json};
use signpost::api::ids::NodeId;
use signpost::directory::listing::{LocationListing, ServiceListing};
use signpost::directory::store::{agency_id, location_id};
use signpost::hours::State;
use signpost::places::distance_km;

use super::naive::{self, Way, ways};
use super::question::{TEXTS, WHERE, spelt};
use super::spelling;
use super::world::{ACCESS, LANGUAGES, NEEDS, World, earlier, later, worlds};
use super::{for_all, id_of, text};
use crate::support::source;

/// One thing to narrow services by.
#[derive(Clone, Debug)]
pub(super) enum Narrow {
    Needs(Vec<&'static str>),
    Agency(&'static str),
    Status(Vec<ServiceStatus>),
    Delivery(Vec<DeliveryMode>),
    Formats(Vec<SessionFormat>),
    Routes(Vec<ReferralRoute>),
    Cost(CostKind),
    Access(Vec<AccessFeature>),
    Languages(Vec<&'static str>),
    Near(&'static str, f64),
    OpenAt(DateTime<Utc>),
    Text(&'static str),
    Since(DateTime<Utc>),
}

fn some_need() -> impl Strategy<Value = Vec<&'static str>> {
    subsequence([NEEDS, &["housing", "work"]].concat(), 0..=2)
}

fn since() -> impl Strategy<Value = DateTime<Utc>> {
    select(&[-1_i64, 0, 30, 60, 61][..]).prop_map(|minutes| earlier() + Duration::minutes(minutes))
}

fn near() -> impl Strategy<Value = (&'static str, f64)> {
    (select(WHERE), select(&[0.7, 3.0, 70.0, 400.0][..]))
}

/// One of each kind.
pub(super) fn narrowings() -> impl Strategy<Value = Vec<Narrow>> {
    let open = select(&[0_i64, 14, 62, 100, 800, 980][..]).prop_map(|hours| later() + Duration::hours(hours));
    let lists = (
        some_need().prop_map(Narrow::Needs),
        subsequence(ServiceStatus::ALL, 0..=2).prop_map(Narrow::Status),
        subsequence(DeliveryMode::ALL, 0..=2).prop_map(Narrow::Delivery),
        subsequence(SessionFormat::ALL, 0..=2).prop_map(Narrow::Formats),
        subsequence(ReferralRoute::ALL, 0..=2).prop_map(Narrow::Routes),
        subsequence(ACCESS, 0..=2).prop_map(Narrow::Access),
        subsequence(&["en", "EN-us", "ur", "zh", "pl", "fr"][..], 0..=2).prop_map(Narrow::Languages),
    );
    let single = (
        select(&["The Harbour Trust", "Open Door", "nobody"][..]).prop_map(Narrow::Agency),
        select(CostKind::ALL).prop_map(Narrow::Cost),
        near().prop_map(|(place, km)| Narrow::Near(place, km)),
        open.prop_map(Narrow::OpenAt),
        select(TEXTS).prop_map(Narrow::Text),
        since().prop_map(Narrow::Since),
    );
    (lists, single).prop_map(|((a, b, c, d, e, f, g), (h, i, j, k, l, m))| vec![a, b, c, d, e, f, g, h, i, j, k, l, m])
}

fn words<T>(list: &[T], word: impl Fn(&T) -> &'static str) -> Value {
    json!(list.iter().map(|one| spelt(word(one))).collect::<Vec<_>>())
}

impl Narrow {
    fn input(&self) -> (&'static str, Value) {
        match self {
            Self::Needs(needs) => ("needs", json!(needs)),
            Self::Agency(key) => ("agency", json!(NodeId::Agency(agency_id(source().id(), key)).encode().0)),
            Self::Status(list) => ("status", words(list, |one| one.as_str())),
            Self::Delivery(list) => ("delivery", words(list, |one| one.as_str())),
            Self::Formats(list) => ("formats", words(list, |one| one.as_str())),
            Self::Routes(list) => ("referralRoutes", words(list, |one| one.as_str())),
            Self::Cost(cost) => ("cost", json!(spelt(cost.as_str()))),
            Self::Access(list) => ("accessOffered", words(list, |one| one.as_str())),
            Self::Languages(list) => ("languages", json!(list)),
            Self::Near(place, km) => ("near", json!({ "place": place, "withinKm": km })),
            Self::OpenAt(at) => ("openAt", json!(at.to_rfc3339())),
            Self::Text(text) => ("text", json!(text)),
            Self::Since(at) => ("updatedSince", json!(at.to_rfc3339())),
        }
    }

    /// Whether a service has it, apart from what is asked of its ways.
    fn holds(&self, listing: &ServiceListing, changed: DateTime<Utc>, vocabulary: &BTreeSet<String>) -> bool {
        match self {
            Self::Needs(needs) => needs.iter().any(|need| naive::meets(listing, need)),
            Self::Agency(key) => listing.agency.key == *key,
            Self::Status(list) => list.contains(&listing.status),
            Self::Delivery(list) => listing.delivery.iter().any(|one| list.contains(one)),
            Self::Formats(list) => listing.formats.iter().any(|one| list.contains(one)),
            Self::Routes(list) => listing.routes.iter().any(|one| list.contains(one)),
            Self::Cost(cost) => listing.cost == Some(*cost),
            Self::Languages(list) => {
                listing.languages.iter().any(|tag| list.iter().any(|other| tag[..2] == other[..2].to_lowercase()))
            }
            Self::Text(sought) => {
                spelling::speaks_of(naive::texts(listing).iter().map(String::as_str), sought, vocabulary)
            }
            Self::Since(at) => changed >= *at,
            // Whatever its hours say, nobody is let in where it does not run.
            Self::OpenAt(_) => listing.status == ServiceStatus::Active,
            Self::Access(_) | Self::Near(..) => true,
        }
    }

    /// Whether a way to use it has it: near, open and accessible have to be true of one and the same.
    fn holds_of(&self, way: &Way<'_>) -> bool {
        match self {
            Self::Access(list) => list.iter().all(|feature| way.offered.contains(feature)),
            Self::Near(place, km) => way.point.is_some_and(|point| distance_km(naive::find(place).point, point) <= *km),
            Self::OpenAt(at) => matches!(way.hours.state(*at), State::Open { .. }),
            _ => true,
        }
    }
}

pub(super) fn filter(narrowed: &[&Narrow]) -> Value {
    Value::Object(
        narrowed.iter().map(|one| one.input()).map(|(field, value)| (field.to_owned(), value)).collect::<Map<_, _>>(),
    )
}

fn found<'a>(data: &'a Value, list: &str) -> Vec<&'a str> {
    let nodes = data[list]["nodes"].as_array().unwrap();
    assert_eq!(data[list]["totalCount"], json!(nodes.len()));
    nodes.iter().map(|node| text(node, "id")).collect()
}

fn selected(world: &World, narrowed: &[&Narrow]) -> BTreeSet<String> {
    let fresh: BTreeSet<&str> = world.later.iter().map(|listing| listing.key.as_str()).collect();
    let vocabulary = spelling::vocabulary(world.public().flat_map(naive::texts));
    let passes = |listing: &&ServiceListing| {
        let changed = if fresh.contains(listing.key.as_str()) { later() } else { earlier() };
        narrowed.iter().all(|one| one.holds(listing, changed, &vocabulary))
            && ways(listing).iter().any(|way| narrowed.iter().all(|one| one.holds_of(way)))
    };
    world.public().filter(passes).map(|listing| id_of(&listing.key)).collect()
}

#[test]
fn services_are_narrowed_by_every_filter_alone_and_by_several_together() {
    let together = prop::collection::vec(prop::collection::vec(any::<Index>(), 2..=3), 8);
    // What is asked of one way to use a service, and not of several ways between them, is put together more often.
    let of_one_way = prop::collection::vec(narrowings(), 4).prop_map(|drawn| -> Vec<Vec<Narrow>> {
        let of_ways = |one: &Narrow| matches!(one, Narrow::Access(_) | Narrow::Near(..) | Narrow::OpenAt(_));
        let drawn = drawn.into_iter().map(|all| all.into_iter().filter(of_ways).collect::<Vec<_>>());
        drawn
            .flat_map(|three| {
                [three[1..].to_vec(), three[..2].to_vec(), vec![three[0].clone(), three[2].clone()], three]
            })
            .collect()
    });
    let query = "query($filter: ServiceFilter) { services(filter: $filter, first: 100) { totalCount nodes { id } } }";
    for_all(24, &(worlds(), narrowings(), together, of_one_way), async |(world, narrowings, together, of_one_way)| {
        let app = world.app().await;
        let of_one_way = of_one_way.iter().map(|some| some.iter().collect::<Vec<_>>());
        let alone = narrowings.iter().map(|one| vec![one]);
        let several = together.iter().map(|which| which.iter().map(|index| index.get(&narrowings)).collect::<Vec<_>>());
        for narrowed in alone.chain(several).chain(of_one_way).chain([Vec::new()]) {
            let data = app.data(query, json!({ "filter": filter(&narrowed) })).await;
            let found = found(&data, "services");
            let expected = selected(&world, &narrowed);
            let set: BTreeSet<String> = found.iter().map(|id| (*id).to_owned()).collect();
            assert_eq!((found.len(), set), (expected.len(), expected), "{narrowed:?}\n{world:#?}");
        }
    });
}

/// A filter of locations or of agencies.
#[derive(Clone, Debug)]
struct Around {
    text: Option<&'static str>,
    near: Option<(&'static str, f64)>,
    authority: Option<&'static str>,
    needs: Option<Vec<&'static str>>,
    since: Option<DateTime<Utc>>,
}

fn around() -> impl Strategy<Value = Around> {
    let text = select(&["bread", "elan", "HARB", "o’hara", "manch", "1 any", "m14 5", "door", "zzz"][..]);
    let authority = select(&["E08000003", "E08000035", "S12000036", "E08000006", "E06000023"][..]);
    let often = 0.35;
    (
        prop::option::weighted(often, text),
        prop::option::weighted(often, near()),
        prop::option::weighted(often, authority),
        prop::option::weighted(often, some_need()),
        prop::option::weighted(often, since()),
    )
        .prop_map(|(text, near, authority, needs, since)| Around { text, near, authority, needs, since })
}

fn used_for(world: &World, uses: impl Fn(&ServiceListing) -> bool, needs: Option<&Vec<&'static str>>) -> bool {
    let mut users = world.public().filter(|listing| uses(listing)).peekable();
    match needs {
        None => users.peek().is_some(),
        Some(needs) => users.any(|listing| needs.iter().any(|need| naive::meets(listing, need))),
    }
}

/// What is said of a building.
fn said_of(building: &LocationListing) -> impl Iterator<Item = &str> {
    let address = building.address.as_ref().unwrap();
    building.name.iter().chain(&address.lines).chain(&address.town).chain(&address.postcode).map(String::as_str)
}

/// Whether a building is shown at all.
fn is_shown(world: &World, building: &LocationListing) -> bool {
    let uses = |listing: &ServiceListing| listing.places.iter().any(|place| place.location.key == building.key);
    !building.confidential && used_for(world, uses, None)
}

fn location_passes(world: &World, building: &LocationListing, narrow: &Around, vocabulary: &BTreeSet<String>) -> bool {
    let uses = |listing: &ServiceListing| listing.places.iter().any(|place| place.location.key == building.key);
    is_shown(world, building)
        && narrow.text.is_none_or(|sought| spelling::speaks_of(said_of(building), sought, vocabulary))
        && narrow.near.is_none_or(|(place, km)| {
            naive::point(building).is_some_and(|point| distance_km(naive::find(place).point, point) <= km)
        })
        && narrow.authority.is_none_or(|code| naive::authority(building) == Some(code))
        && used_for(world, uses, narrow.needs.as_ref())
}

#[test]
fn locations_and_agencies_are_narrowed_by_every_filter_alone_and_together() {
    let query = "query($locations: LocationFilter, $agencies: AgencyFilter) {
        locations(filter: $locations, first: 100) { totalCount nodes { id } }
        agencies(filter: $agencies, first: 100) { totalCount nodes { id } }
    }";
    for_all(16, &(worlds(), prop::collection::vec(around(), 14)), async |(world, narrowings)| {
        let app = world.app().await;
        let buildings: BTreeMap<&str, &LocationListing> = world
            .all()
            .flat_map(|listing| &listing.places)
            .map(|place| (place.location.key.as_str(), &place.location))
            .collect();
        let mut agencies: BTreeMap<&str, DateTime<Utc>> =
            world.later.iter().map(|listing| (listing.agency.key.as_str(), later())).collect();
        agencies.extend(world.earlier.iter().map(|listing| (listing.agency.key.as_str(), earlier())));
        let shown = buildings.values().filter(|building| is_shown(&world, building));
        let of_buildings = spelling::vocabulary(shown.flat_map(|building| said_of(building)));
        let of_agencies = spelling::vocabulary(agencies.keys());
        for narrow in narrowings {
            let near = narrow.near.map(|(place, km)| json!({ "place": place, "withinKm": km }));
            let since = narrow.since.map(|since| since.to_rfc3339());
            let variables = json!({
                "locations": { "text": narrow.text, "near": near, "localAuthority": narrow.authority, "needs": narrow.needs },
                "agencies": { "text": narrow.text, "needs": narrow.needs, "updatedSince": since },
            });
            let data = app.data(query, variables).await;
            let expected: BTreeSet<String> = buildings
                .values()
                .filter(|building| location_passes(&world, building, &narrow, &of_buildings))
                .map(|building| NodeId::Location(location_id(source().id(), &building.key)).encode().0)
                .collect();
            let listed = found(&data, "locations");
            assert_eq!(
                listed.iter().map(|id| (*id).to_owned()).collect::<BTreeSet<_>>(),
                expected,
                "{narrow:?}\n{world:#?}"
            );
            let expected: BTreeSet<String> = agencies
                .iter()
                .filter(|(name, changed)| {
                    narrow.text.is_none_or(|sought| spelling::speaks_of([**name], sought, &of_agencies))
                        && narrow.since.is_none_or(|since| **changed >= since)
                        && (narrow.needs.is_none()
                            || used_for(&world, |listing| listing.agency.key == **name, narrow.needs.as_ref()))
                })
                .map(|(key, _)| NodeId::Agency(agency_id(source().id(), key)).encode().0)
                .collect();
            let listed = found(&data, "agencies");
            assert_eq!(
                listed.iter().map(|id| (*id).to_owned()).collect::<BTreeSet<_>>(),
                expected,
                "{narrow:?}\n{world:#?}"
            );
        }
    });
}

/// The languages of worlds are all in the table of tags that filters ask for.
#[test]
fn every_language_of_the_worlds_has_two_letters_first() {
    assert!(LANGUAGES.iter().all(|tag| tag.split('-').next().unwrap().len() == 2));
}
