//! The index held against the database: what agrees is not complained of, and what does not is named.

use std::collections::BTreeSet;
use std::sync::Arc;

use entity::enums::{DeliveryMode, Visibility};
use sea_orm::ConnectionTrait;
use signpost::directory::agreement::{Agreement, Thing, compare};
use signpost::directory::listing::{Capacity, ServiceListing};
use signpost::directory::snapshot::Snapshot;
use signpost::directory::snapshot::build::Builder;
use signpost::directory::snapshot::refresh::Live;
use signpost::directory::store::load;

use crate::support::TestApp;
use crate::support::listings::{at, location, service};

/// What differs, as "service name", each once.
fn fields(found: &Agreement) -> BTreeSet<String> {
    let kind = |thing| match thing {
        Thing::Agency(_) => "agency",
        Thing::Service(_) => "service",
        Thing::Location(_) => "location",
    };
    found.differences.iter().map(|told| format!("{} {}", kind(told.thing), told.field)).collect()
}

async fn fresh(app: &TestApp) -> Arc<Snapshot> {
    Live::open(app.db(), Arc::clone(app.app.live.needs())).await.unwrap().current()
}

fn assert_fine(found: &Agreement) {
    assert_eq!((found.count, &found.differences), (0, &Vec::new()));
}

#[tokio::test]
async fn what_was_just_built_agrees_in_every_fact() {
    let app = TestApp::demonstration().await;
    let snapshot = fresh(&app).await;
    let found = compare(app.db(), &snapshot).await.unwrap();
    assert_fine(&found);
    let sizes = (snapshot.agencies().count(), snapshot.service_count(), snapshot.locations().count());
    assert_eq!((found.agencies, found.services, found.locations), sizes);
    assert!(found.services > 200 && found.version == snapshot.version);
    // Followed from nothing it is the same.
    assert_fine(&compare(app.db(), &app.app.live.current()).await.unwrap());
}

/// Two services in one house and one without a place.
fn three() -> Vec<ServiceListing> {
    let house = || at(location("house", "M14 5RQ", Some((53.45, -2.22))));
    let mut one = service("1", "Warm beds", "housing.emergency");
    one.description = Some("A bed for the night.".to_owned());
    one.capacity = Some(Capacity { available: Some(3), ..Capacity::default() });
    one.places = vec![house()];
    let mut two = service("2", "Soup", "essentials.hot-meal");
    two.places = vec![house()];
    two.delivery = vec![DeliveryMode::InPerson, DeliveryMode::Outreach];
    vec![one, two, service("3", "Advice line", "money.sanction")]
}

#[tokio::test]
async fn what_is_followed_change_by_change_agrees_too() {
    let app = TestApp::of(&three()).await;
    // With a base, in which what changes is hidden.
    let live = Live::open(app.db(), Arc::clone(app.app.live.needs())).await.unwrap();
    let mut listings = three();
    listings[0].name = "Warmer beds".to_owned();
    listings[0].needs = vec!["money.sanction".to_owned()];
    listings[1].visibility = Visibility::Internal;
    listings[2].agency.name = "Another name".to_owned();
    for listing in &mut listings {
        listing.agency.name = "Another name".to_owned();
    }
    listings[2].places = vec![at(location("new", "LS1 4AP", None))];
    let mut secret = listings.clone();
    secret[0].places[0].location.confidential = true;
    for edition in [&listings, &secret, &three()] {
        app.save_quietly(edition).await;
        let behind = compare(app.db(), &live.current()).await.unwrap();
        assert!(behind.count > 0 && behind.version != live.current().version, "behind, and it says so");
        live.refresh(app.db()).await.unwrap();
        assert!(live.current().changed_since_built() > 0);
        assert_fine(&compare(app.db(), &live.current()).await.unwrap());
    }
}

#[tokio::test]
async fn whatever_is_changed_behind_its_back_is_named() {
    let app = TestApp::of(&three()).await;
    let edits: &[(&str, &[&str])] = &[
        (
            "UPDATE service SET name = 'Cold floors' WHERE source_key = '1'",
            &["service name", "service order", "service words", "service search by its name"],
        ),
        ("UPDATE service SET description = 'No bed at all.' WHERE source_key = '1'", &["service words"]),
        ("UPDATE service SET status = 'inactive' WHERE source_key = '1'", &["service status"]),
        ("UPDATE service SET updated_at = '2026-01-01 00:00:00+00:00' WHERE source_key = '1'", &["service updated_at"]),
        ("UPDATE service SET gateway = 'The council' WHERE source_key = '1'", &["service gateway"]),
        ("UPDATE capacity SET available = 9", &["service capacity"]),
        (
            "UPDATE service_need SET need_key = 'money.sanction' WHERE need_key = 'essentials.hot-meal'",
            &["service needs", "service words"],
        ),
        ("UPDATE agency SET name = 'Somebody else'", &["agency name", "agency order", "agency words", "service words"]),
        ("UPDATE location SET postcode = 'M1 1AA'", &["location postcode", "location words"]),
        ("UPDATE location SET latitude = 53.5", &["location point", "service point"]),
        ("UPDATE location SET authority_code = 'E08000035'", &["location authority"]),
        ("DELETE FROM capacity", &["service capacity"]),
        (
            "DELETE FROM service_place WHERE service_id IN (SELECT id FROM service WHERE source_key = '1')",
            &["location services", "service places"],
        ),
        (
            "UPDATE service SET delivery = '[\"telephone\"]' WHERE source_key = '2'",
            &["service delivery", "service offers", "service places"],
        ),
        ("UPDATE service SET visibility = 'internal' WHERE source_key = '3'", &["service being there"]),
        ("UPDATE service SET visibility = 'public' WHERE source_key = '3'", &["service being there"]),
        (
            "UPDATE service SET visibility = 'internal' WHERE source_key = '2'",
            &["location being there", "service being there"],
        ),
    ];
    for (edit, expected) in edits {
        let before = fresh(&app).await;
        assert_fine(&compare(app.db(), &before).await.unwrap());
        app.db().connection().execute_unprepared(edit).await.unwrap();
        let found = compare(app.db(), &before).await.unwrap();
        let expected: BTreeSet<String> = expected.iter().map(|field| (*field).to_owned()).collect();
        assert_eq!(fields(&found), expected, "{edit}: {:#?}", found.differences);
        assert!(found.count == found.differences.len() && found.version == before.version);
    }
}

#[tokio::test]
async fn a_secret_in_the_index_is_told_of_without_being_told() {
    let mut listings = three();
    for listing in &mut listings {
        listing.places.iter_mut().for_each(|place| place.location.confidential = true);
    }
    let app = TestApp::of(&listings).await;
    let db = app.db().connection();
    // A builder that was told that nothing is a secret.
    let mut builder = Builder::new(Arc::clone(app.app.live.needs()));
    builder.agencies(&load::agencies_after(db, None, 10).await.unwrap());
    let mut rows = load::services_after(db, None, 10).await.unwrap();
    rows.locations.values_mut().for_each(|row| row.confidential = false);
    builder.services(&rows);
    let mut locations = load::locations_after(db, None, 10).await.unwrap();
    locations.iter_mut().for_each(|row| row.confidential = false);
    builder.locations(&locations);
    let version = load::version(db).await.unwrap();
    let leaking = Snapshot::whole(version, Arc::clone(app.app.live.needs()), Arc::new(builder.finish(false)));
    let found = compare(app.db(), &leaking).await.unwrap();
    assert_eq!(fields(&found), BTreeSet::from(["location secret".to_owned(), "service secret".to_owned()]));
    assert_eq!(found.count, 3, "the house, and both services in it: {:#?}", found.differences);
    let told: String = found.differences.iter().map(|told| format!("{told} {told:?}")).collect();
    for secret in ["M14", "5RQ", "53.4", "2.22", "house"] {
        assert!(!told.contains(secret), "{told}");
    }
    assert_fine(&compare(app.db(), &app.app.live.current()).await.unwrap());
}
