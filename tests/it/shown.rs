//! What pages show stands in the snapshot as the database has it, and a public page asks the database for nothing.

use std::collections::HashMap;
use std::fmt::Debug;

use entity::ids::{AgencyId, LocationId, ServiceId};
use proptest::prelude::*;
use serde_json::{Value, json};
use signpost::directory::loaders::{
    AgencyKey, AreasOf, AssurancesOf, CapacityOf, ContactsOfAgency, ContactsOfPlace, ContactsOfService, Directory,
    EligibilityOf, IdentifiersOfAgency, IdentifiersOfService, Known, LocationKey, Pair, PhonesOfAgency,
    PhonesOfLocation, PhonesOfPlace, PhonesOfService, PlacesOf, SchedulesOfLocation, SchedulesOfPlace,
    SchedulesOfService, ServiceKey,
};
use signpost::directory::snapshot::segment::{Segment, SegmentWriter};
use signpost::directory::store::edges;

use crate::support::TestApp;

/// A page that shows everything that the public may see.
const ALL_OF_IT: &str = "fragment contact on Contact { role name email phone isNamedContact isDeputy withheld }
fragment phone on Phone { number extension kind description }
fragment hours on OpeningHours { __typename }
fragment location on Location {
    id kind confidential publicArea name alternateName description address { lines town region postcode country }
    point { latitude longitude placedBy } localAuthority { code name } transport accessOffered accessMissing
    openingHours { ...hours } phones { ...phone }
}
fragment pair on ServiceAtLocation {
    id description location { ...location } areas { kind name code } openingHours { ...hours } phones { ...phone }
    contacts { ...contact } openNow { state nextOpens }
}
query($input: SignpostInput!, $first: Int) {
    signpost(input: $input, first: $first) {
        totalCount
        nodes {
            group score at { ...pair }
            service {
                id name alternateName summary description status reopensOn alert
                agency { id name description email website phones { ...phone } contacts { ...contact }
                         namedContact { ...contact } identifiers { scheme value } source { name } }
                needs { key } places { ...pair } areas { kind name code }
                eligibility { __typename } capacity { available waitDays } delivery formats referralRoutes gateway
                howToApply cost costNote languages accessOffered accessMissing funding documents url email
                phones { ...phone } contacts { ...contact } openingHours { ...hours } events { ...hours }
                freshness { group freshness confirmedAt confirmedBy evidence } identifiers { scheme value }
                source { name licence attribution } sourceChangedAt updatedAt
            }
        }
    }
}";

fn questions() -> Vec<Value> {
    vec![
        json!({ "needs": ["housing", "money"], "where": { "place": "M14 5RQ", "withinKm": 10 } }),
        json!({ "needs": ["safety.domestic-abuse"], "where": { "place": "Leeds", "withinKm": 40 } }),
        json!({ "search": "advice", "where": { "place": "Bristol", "withinKm": 20 } }),
    ]
}

#[tokio::test]
async fn a_public_page_asks_the_database_for_nothing_and_shows_what_it_has() {
    let app = TestApp::demonstration().await;
    for input in questions() {
        // The postcode of a question is looked up in the database; a page with places alone shows what that takes.
        let bare = "query($input: SignpostInput!) { signpost(input: $input) { totalCount } }";
        let before = app.db().statements();
        app.data(bare, json!({ "input": input })).await;
        let asked = app.db().statements() - before;

        let variables = json!({ "input": input, "first": 12 });
        let before = app.db().statements();
        let from_memory = app.data(ALL_OF_IT, variables.clone()).await;
        assert_eq!(app.db().statements() - before, asked, "nothing but what the question itself takes: {input}");
        assert!(!from_memory["signpost"]["nodes"].as_array().unwrap().is_empty(), "{input}");

        app.app.live.set_in_touch(false);
        let from_the_database = app.data(ALL_OF_IT, variables).await;
        app.app.live.set_in_touch(true);
        assert!(app.db().statements() - before > asked + 10, "out of touch, the database is asked");
        assert_eq!(from_memory, from_the_database, "{input}");
    }
}

/// Holds what the snapshot knows of every key against what the database says.
fn compare<K: Known + Debug, I: Copy + Eq + std::hash::Hash>(
    app: &TestApp,
    ids: &[I],
    stored: &HashMap<I, K::Shown>,
    key: impl Fn(I) -> K,
    said: impl Fn(&K::Shown) -> String,
    blank: &str,
) -> usize {
    let snapshot = app.app.live.current();
    let mut known = 0;
    for id in ids {
        let here =
            key(*id).known(&Directory::of(snapshot.clone())).unwrap().map_or(blank.to_owned(), |found| said(&found));
        assert_eq!(here, stored.get(id).map_or(blank.to_owned(), &said), "{:?}", key(*id));
        known += usize::from(here != blank);
    }
    known
}

#[tokio::test]
async fn the_snapshot_shows_what_the_loaders_read() {
    let app = TestApp::demonstration().await;
    let db = app.db().connection();
    let snapshot = app.app.live.current();
    let services: Vec<ServiceId> = snapshot.services().map(|service| service.id).collect();
    let agencies: Vec<AgencyId> = snapshot.agencies().map(|agency| agency.id).collect();
    let pairs = edges::places_of(db, &services).await.unwrap();
    let mut locations: Vec<LocationId> = pairs.values().flatten().map(|pair| pair.location_id).collect();
    locations.sort_unstable();
    locations.dedup();

    macro_rules! same {
        ($ids:expr, $read:path, $key:expr, $blank:expr) => {
            same!($ids, $read, $key, $blank, |value: &_| format!("{value:?}"))
        };
        ($ids:expr, $read:path, $key:expr, $blank:expr, $said:expr) => {{
            let stored = $read(db, $ids).await.unwrap();
            let known = compare(&app, $ids, &stored, $key, $said, $blank);
            assert!(known > 0, "{}", stringify!($key));
        }};
    }
    let bare_service = |row: &entity::service::Model| {
        format!(
            "{:?}",
            entity::service::Model { content_hash: String::new(), source_key: String::new(), ..row.clone() }
        )
    };
    let bare_agency = |row: &entity::agency::Model| {
        format!("{:?}", entity::agency::Model { content_hash: String::new(), source_key: String::new(), ..row.clone() })
    };
    let of_place = |areas: &Vec<_>| {
        let mut areas: Vec<String> = areas.iter().map(|area: &(_, _)| format!("{area:?}")).collect();
        areas.sort_unstable();
        format!("{areas:?}")
    };
    let unordered = |rows: &Vec<_>| {
        let mut rows: Vec<String> = rows.iter().map(|row: &entity::assurance::Model| format!("{row:?}")).collect();
        rows.sort_unstable();
        format!("{rows:?}")
    };
    let told = |rows: &Vec<entity::contact::Model>| {
        let hidden = |row: &entity::contact::Model| row.visibility != entity::enums::ContactVisibility::Public;
        let told = rows.iter().map(|row| match hidden(row) {
            true => entity::contact::Model { name: None, email: None, phone: None, ..row.clone() },
            false => row.clone(),
        });
        format!("{:?}", told.collect::<Vec<_>>())
    };
    same!(&services, edges::services, ServiceKey, "", bare_service);
    // Of a service at a secret place nothing is said there, whatever the database has.
    let all = edges::locations(db, &locations).await.unwrap();
    let is_secret = |pair: &entity::service_place::Model| all[&pair.location_id].confidential;
    let told_pairs = |rows: &Vec<entity::service_place::Model>| {
        let told = rows.iter().map(|row| match is_secret(row) {
            true => entity::service_place::Model { description: None, ..row.clone() },
            false => row.clone(),
        });
        format!("{:?}", told.collect::<Vec<_>>())
    };
    same!(&services, edges::places_of, PlacesOf, "[]", told_pairs);
    same!(&services, edges::areas_of, AreasOf, "[]", of_place);
    same!(&services, edges::eligibilities_of, EligibilityOf, &format!("{:?}", entity_blank()));
    same!(&services, edges::capacities_of, CapacityOf, "");
    same!(&services, edges::assurances_of, AssurancesOf, "[]", unordered);
    same!(&services, edges::schedules_of_services, SchedulesOfService, "[]");
    same!(&services, edges::phones_of_services, PhonesOfService, "[]");
    let stored = edges::contacts_of_services(db, &services).await.unwrap();
    compare(&app, &services, &stored, ContactsOfService, told, "[]");
    let stored = edges::identifiers_of_services(db, &services).await.unwrap();
    compare(&app, &services, &stored, IdentifiersOfService, |value| format!("{value:?}"), "[]");
    same!(&agencies, edges::agencies, AgencyKey, "", bare_agency);
    same!(&agencies, edges::phones_of_agencies, PhonesOfAgency, "[]");
    same!(&agencies, edges::contacts_of_agencies, ContactsOfAgency, "[]", told);
    let stored = edges::identifiers_of_agencies(db, &agencies).await.unwrap();
    compare(&app, &agencies, &stored, IdentifiersOfAgency, |value| format!("{value:?}"), "[]");
    same!(&locations, edges::locations, LocationKey, "");

    // Of a secret place nothing hangs in the snapshot, whatever the database has.
    let secret = edges::locations(db, &locations).await.unwrap();
    let (secret, open): (Vec<_>, Vec<_>) = locations.iter().copied().partition(|id| secret[id].confidential);
    assert!(!secret.is_empty() && !open.is_empty());
    for id in &secret {
        assert_eq!(SchedulesOfLocation(*id).known(&Directory::of(snapshot.clone())).unwrap().unwrap().len(), 0);
        assert_eq!(PhonesOfLocation(*id).known(&Directory::of(snapshot.clone())).unwrap().unwrap().len(), 0);
        assert!(LocationKey(*id).known(&Directory::of(snapshot.clone())).unwrap().unwrap().open.is_none());
    }
    same!(&open, edges::schedules_of_locations, SchedulesOfLocation, "[]");
    let stored = edges::phones_of_locations(db, &open).await.unwrap();
    compare(&app, &open, &stored, PhonesOfLocation, |value| format!("{value:?}"), "[]");

    let of_pairs: Vec<_> = pairs.values().flatten().map(|pair| (pair.id, pair.service_id)).collect();
    let ids: Vec<_> = of_pairs.iter().map(|(place, _)| *place).collect();
    let service: HashMap<_, _> = of_pairs.into_iter().collect();
    let pair = |place| Pair { service: service[&place], place };
    same!(&ids, edges::schedules_of_places, |id| SchedulesOfPlace(pair(id)), "[]");
    for hidden in pairs.values().flatten().filter(|pair| is_secret(pair)).map(|row| pair(row.id)) {
        assert_eq!(PhonesOfPlace(hidden).known(&Directory::of(snapshot.clone())).unwrap().unwrap().len(), 0);
        assert_eq!(ContactsOfPlace(hidden).known(&Directory::of(snapshot.clone())).unwrap().unwrap().len(), 0);
    }
    let ids: Vec<_> = pairs.values().flatten().filter(|pair| !is_secret(pair)).map(|row| row.id).collect();
    let stored = edges::phones_of_places(db, &ids).await.unwrap();
    compare(&app, &ids, &stored, |id| PhonesOfPlace(pair(id)), |value| format!("{value:?}"), "[]");
    let stored = edges::contacts_of_places(db, &ids).await.unwrap();
    compare(&app, &ids, &stored, |id| ContactsOfPlace(pair(id)), told, "[]");
}

fn entity_blank() -> signpost::directory::listing::Eligibility {
    signpost::directory::listing::Eligibility::default()
}

#[tokio::test]
async fn names_that_are_for_those_signed_in_are_not_in_the_snapshot() {
    let app = TestApp::demonstration().await;
    let snapshot = app.app.live.current();
    let stored: Vec<AgencyId> = snapshot.agencies().map(|agency| agency.id).collect();
    let rows = edges::contacts_of_agencies(app.db().connection(), &stored).await.unwrap();
    let mut withheld = 0;
    for row in rows.values().flatten() {
        let id = row.agency_id.unwrap();
        let shown = ContactsOfAgency(id).known(&Directory::of(snapshot.clone())).unwrap().unwrap();
        let shown = shown.iter().find(|shown| shown.id == row.id).unwrap();
        if row.visibility == entity::enums::ContactVisibility::Public {
            assert_eq!(shown, row);
        } else {
            assert_eq!((&shown.name, &shown.email, &shown.phone), (&None, &None, &None));
            assert_eq!(shown.role, row.role);
            withheld += usize::from(row.name.is_some());
        }
    }
    assert!(withheld > 0);
}

fn written(records: &[Vec<u8>], in_memory: usize) -> (Segment, Vec<(u64, u64)>) {
    let mut writer = SegmentWriter::new(None, in_memory);
    let mut places = Vec::new();
    for record in records {
        let from = writer.position();
        writer.write(record).unwrap();
        places.push((from, writer.position()));
    }
    (writer.finish().unwrap(), places)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_segment_gives_back_what_was_written(
        records in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 0..40),
        in_memory in 0_usize..6_000,
    ) {
        let (segment, places) = written(&records, in_memory);
        let whole: usize = records.iter().map(Vec::len).sum();
        prop_assert_eq!(segment.is_file(), whole > in_memory);
        for (record, (from, to)) in records.iter().zip(places) {
            prop_assert_eq!(&*segment.read(from, to).unwrap(), record.as_slice());
        }
        prop_assert!(segment.read(whole as u64, whole as u64 + 1).is_err());
        prop_assert!(segment.read(1, 0).is_err());
    }
}

#[test]
fn a_folder_that_is_not_there_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = SegmentWriter::new(Some(folder.path().join("gone")), 4);
    assert_eq!(writer.write(b"12345").unwrap_err().kind(), std::io::ErrorKind::NotFound);
    let mut writer = SegmentWriter::new(Some(folder.path().to_owned()), 4);
    writer.write(b"12345").unwrap();
    assert!(writer.finish().unwrap().is_file());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "it has no name");
}
