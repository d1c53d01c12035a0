//! The keys by which duplicates are found, as the tables hold them.

use std::collections::BTreeSet;

use entity::duplicate_key;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use signpost::directory::duplicates::normal::Key;
use signpost::directory::listing::{Identifier, Phone, ServiceListing};
use signpost::directory::store::changes::Touched;
use signpost::directory::store::duplicate_keys::{all, fill, sharing};
use signpost::directory::store::location_id;
use signpost::directory::store::save::{Seen, save};

use crate::support::listings::{at, location, service};
use crate::support::{TestApp, source};

pub(super) fn phone(number: &str) -> Phone {
    Phone { number: number.to_owned(), ..Phone::default() }
}

pub(super) fn uprn(value: &str) -> Identifier {
    Identifier { scheme: "uprn".to_owned(), value: value.to_owned() }
}

/// A service with every kind of key, its agency's, its place's and the pair's among them.
fn full(key: &str) -> ServiceListing {
    let mut place = location(&format!("{key} place"), "M14 5RQ", Some((53.45, -2.22)));
    place.identifiers.push(uprn("010001234567"));
    place.phones.push(phone("0161 496 0003"));
    let mut pair = at(place);
    pair.phones = vec![phone("0161 496 0004"), phone("0161 496 0002")];
    let mut listing = service(key, "Kettle on", "housing.emergency");
    listing.phones = vec![phone("0161 496 0002 ext 4"), phone("111"), phone("(0161) 4960002")];
    listing.url = Some("https://www.kettle.example/on".to_owned());
    listing.places = vec![pair];
    listing.agency.charity_number = Some("Charity 1089464-1".to_owned());
    listing.agency.company_number = Some("4096229".to_owned());
    listing.agency.website = Some("http://kettle.example".to_owned());
    listing.agency.phones = vec![phone("+44 (0)161 496 0001")];
    listing.agency.identifiers = vec![
        Identifier { scheme: "GB-SC".to_owned(), value: "SC038731".to_owned() },
        Identifier { scheme: "ods".to_owned(), value: "1089999".to_owned() },
    ];
    listing
}

/// Every key that can be read, as text, with whose it is.
async fn kept(app: &TestApp) -> Vec<String> {
    let mut found: Vec<String> = all(app.db().connection())
        .await
        .unwrap()
        .into_iter()
        .map(|held| {
            let whose = [
                ("agency", held.agency.is_some()),
                ("service", held.service.is_some()),
                ("place", held.location.is_some()),
            ];
            let whose: Vec<_> = whose.iter().filter(|(_, is)| *is).map(|(name, _)| *name).collect();
            format!("{} {} {}", whose.join(" at "), held.key.kind.as_str(), held.key.value)
        })
        .collect();
    found.sort();
    found
}

/// How many rows stand in the table, read or not.
async fn rows(app: &TestApp) -> u64 {
    duplicate_key::Entity::find().count(app.db().connection()).await.unwrap()
}

const FULL: [&str; 10] = [
    "agency charity_number 1089464",
    "agency charity_number SC038731",
    "agency company_number 04096229",
    "agency phone +441614960001",
    "agency website kettle.example",
    "place phone +441614960003",
    "place uprn 10001234567",
    "service at place phone +441614960004",
    "service phone +441614960002",
    "service website kettle.example",
];

#[tokio::test]
async fn keys_are_written_with_listings_and_replaced_with_them() {
    let app = TestApp::of(&[full("one")]).await;
    assert_eq!(kept(&app).await, FULL);
    app.save(&[full("one")]).await;
    assert_eq!((kept(&app).await.len(), rows(&app).await), (10, 10), "the same again changes nothing");
    let mut changed = full("one");
    changed.phones = vec![phone("0161 496 0009")];
    changed.url = None;
    changed.agency.charity_number = None;
    changed.places[0].location.identifiers.clear();
    app.save(&[changed]).await;
    let now = kept(&app).await;
    let gone = [
        "agency charity_number 1089464",
        "place uprn 10001234567",
        "service phone +441614960002",
        "service website kettle.example",
    ];
    let mut expected: Vec<String> = FULL.iter().filter(|key| !gone.contains(key)).map(ToString::to_string).collect();
    expected.extend(["service phone +441614960009", "service at place phone +441614960002"].map(str::to_owned));
    expected.sort();
    assert_eq!(now, expected);
    // What hangs on a service goes with it.
    entity::service::Entity::delete_many().exec(app.db().connection()).await.unwrap();
    assert!(kept(&app).await.iter().all(|key| !key.starts_with("service")));
}

#[tokio::test]
async fn a_secret_place_has_no_keys_and_none_that_are_read() {
    let mut secret = full("one");
    secret.places[0].location.confidential = true;
    let app = TestApp::of(&[secret]).await;
    let open = |keys: Vec<String>| keys.iter().all(|key| !key.contains("place"));
    assert!(open(kept(&app).await));
    let of_place = duplicate_key::Entity::find().filter(duplicate_key::Column::LocationId.is_not_null());
    assert_eq!(of_place.count(app.db().connection()).await.unwrap(), 0);

    // One that a later batch of the same run calls a secret loses its keys.
    let app = TestApp::of(&[]).await;
    let mut elsewhere = service("two", "Umbrella", "housing.emergency");
    elsewhere.places = full("one").places;
    elsewhere.places[0].phones.clear();
    elsewhere.places[0].location.confidential = true;
    elsewhere.agency = full("one").agency;
    let (mut seen, mut touched) = (Seen::default(), Touched::default());
    for batch in [full("one"), elsewhere] {
        save(app.db().connection(), source().id(), &[batch], &mut seen, &mut touched, app.clock.now()).await.unwrap();
    }
    assert!(open(kept(&app).await));
    assert_eq!(rows(&app).await, 7);

    // Even keys that stood there would not be read.
    let app = TestApp::of(&[full("one")]).await;
    let db = app.db().connection();
    let hidden = entity::location::ActiveModel { confidential: sea_orm::Set(true), ..Default::default() };
    entity::location::Entity::update_many().set(hidden).exec(db).await.unwrap();
    assert_eq!(rows(&app).await, 10);
    assert!(open(kept(&app).await));
    let asked = BTreeSet::from([Key::uprn("10001234567").unwrap(), Key::phone("0161 496 0004").unwrap()]);
    assert_eq!(sharing(db, &asked).await.unwrap(), []);
}

#[tokio::test]
async fn what_was_stored_before_gets_the_same_keys() {
    let mut secret = full("secret");
    secret.places[0].location.confidential = true;
    let mut plain = service("plain", "Plain", "housing.emergency");
    plain.agency.key = "another".to_owned();
    let app = TestApp::of(&[full("one"), secret, plain]).await;
    let db = app.db().connection();
    let before = kept(&app).await;
    assert_eq!(before.len(), FULL.len() + 2);
    // As after a migration: no keys, and a stale one.
    duplicate_key::Entity::delete_many().exec(db).await.unwrap();
    assert_eq!(kept(&app).await, Vec::<String>::new());
    assert_eq!(fill(app.db()).await.unwrap(), 2 + 2 + 3, "agencies, locations, services");
    assert_eq!(kept(&app).await, before);
    assert_eq!(fill(app.db()).await.unwrap(), 0, "once is enough");
    assert_eq!((kept(&app).await, rows(&app).await), (before.clone(), before.len() as u64 + 1));
    // Written by other rules: all are written anew, none is there twice.
    let mark = duplicate_key::Column::Kind.eq(entity::enums::DuplicateKeyKind::Rules);
    let old = duplicate_key::ActiveModel { value: sea_orm::Set("0".to_owned()), ..Default::default() };
    duplicate_key::Entity::update_many().set(old).filter(mark).exec(db).await.unwrap();
    assert_eq!(fill(app.db()).await.unwrap(), 7);
    assert_eq!((kept(&app).await, rows(&app).await), (before.clone(), before.len() as u64 + 1));
}

#[tokio::test]
async fn more_than_a_batch_is_filled() {
    let listings: Vec<ServiceListing> = (0..1_203)
        .map(|index| {
            let mut one = service(&format!("{index}"), "Kettle on", "housing.emergency");
            one.phones = vec![phone(&format!("0161 496 {index:04}"))];
            one
        })
        .collect();
    let app = TestApp::of(&listings).await;
    let before = kept(&app).await;
    duplicate_key::Entity::delete_many().exec(app.db().connection()).await.unwrap();
    assert_eq!(fill(app.db()).await.unwrap(), 1_204);
    assert_eq!((kept(&app).await, before.len()), (before, 1_203));
}

/// What the directory once knew of a place is not asked any more when it has become a secret.
#[tokio::test]
async fn a_place_that_became_a_secret_is_open_no_more() {
    let app = TestApp::of(&[full("a")]).await;
    let id = location_id(source().id(), "a place");
    assert!(app.app.live.current().open_location(id).is_some());
    let mut told = full("a");
    told.places[0].location.confidential = true;
    app.save(&[told]).await;
    assert!(app.app.live.current().open_location(id).is_none());
}
