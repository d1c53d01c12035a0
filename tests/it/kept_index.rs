//! The index that is kept in a file between two starts: the same as built anew, or not used.

mod damage;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, header};
use entity::enums::Visibility;
use entity::ids::PlaceId;
use entity::{agency, assurance, contact, external_identifier, phone, service, service_place};
use http_body_util::BodyExt;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use signpost::app::{App, need_list};
use signpost::directory::agreement;
use signpost::directory::listing::{Area, Schedule, ServiceListing};
use signpost::directory::snapshot::kept::IndexFile;
use signpost::directory::snapshot::refresh::{Live, Origin};
use signpost::directory::snapshot::shown::{OfAgency, OfLocation, OfService};
use signpost::directory::snapshot::{Part, Snapshot};
use signpost::directory::store::edges::PublicLocation;
use signpost::directory::store::load::{self, Version};
use tower::ServiceExt;

use crate::support::listings::{at, location, service as listing, weekly};
use crate::support::{TestApp, config, now};

fn file_in(folder: &Path) -> PathBuf {
    folder.join("signpost.index")
}

/// A start with this folder; whatever is to be kept is kept when it returns.
async fn start(app: &TestApp, folder: &Path) -> Live {
    let kept = IndexFile::of(Some(folder), None);
    let live = Live::open_with(app.db(), Arc::clone(app.app.live.needs()), None, kept).await.unwrap();
    live.until_kept().await;
    live
}

async fn anew(app: &TestApp) -> Arc<Snapshot> {
    Live::open(app.db(), Arc::clone(app.app.live.needs())).await.unwrap().current()
}

async fn version(app: &TestApp) -> Version {
    load::version(app.db().connection()).await.unwrap()
}

/// Everything that a snapshot tells and shows, thing by thing.
fn told(snapshot: &Snapshot) -> BTreeSet<String> {
    let mut told: BTreeSet<String> = snapshot
        .services()
        .map(|facts| {
            let mut told = format!("{facts:?}");
            macro_rules! piece {
                ($shown:ty, $piece:expr) => {
                    let shown: Option<$shown> =
                        snapshot.shown_of_service(facts.id).and_then(|record| record.piece($piece));
                    write!(told, "\n{shown:?}").unwrap();
                };
            }
            piece!(service::Model, OfService::Row);
            piece!(Vec<service_place::Model>, OfService::Places);
            piece!(Vec<(Option<PlaceId>, Area)>, OfService::Areas);
            piece!(Vec<assurance::Model>, OfService::Assurances);
            piece!(Vec<Schedule>, OfService::Schedules);
            piece!(Vec<(PlaceId, Vec<Schedule>)>, OfService::PlaceSchedules);
            piece!(Vec<phone::Model>, OfService::Phones);
            piece!(Vec<(PlaceId, Vec<phone::Model>)>, OfService::PlacePhones);
            piece!(Vec<contact::Model>, OfService::Contacts);
            piece!(Vec<(PlaceId, Vec<contact::Model>)>, OfService::PlaceContacts);
            piece!(Vec<external_identifier::Model>, OfService::Identifiers);
            assert!(!told.contains("\nNone"), "a piece can't be read: {told}");
            let row: service::Model = snapshot.shown_of_service(facts.id).unwrap().piece(OfService::Row).unwrap();
            write!(told, "\n{:?}", snapshot.source(row.source_id).unwrap()).unwrap();
            for pair in snapshot
                .shown_of_service(facts.id)
                .unwrap()
                .piece::<Vec<service_place::Model>>(OfService::Places)
                .unwrap()
            {
                let place: Option<PublicLocation> =
                    snapshot.shown_of_location(pair.location_id).and_then(|record| record.piece(OfLocation::Row));
                let hours: Option<Vec<Schedule>> =
                    snapshot.shown_of_location(pair.location_id).and_then(|record| record.piece(OfLocation::Schedules));
                let phones: Option<Vec<phone::Model>> =
                    snapshot.shown_of_location(pair.location_id).and_then(|record| record.piece(OfLocation::Phones));
                write!(told, "\n{:?} {:?} {:?}", place.unwrap(), hours.unwrap(), phones.unwrap()).unwrap();
            }
            told
        })
        .collect();
    told.extend(snapshot.agencies().map(|facts| {
        let row: agency::Model = snapshot.shown_of_agency(facts.id).unwrap().piece(OfAgency::Row).unwrap();
        let phones: Vec<phone::Model> = snapshot.shown_of_agency(facts.id).unwrap().piece(OfAgency::Phones).unwrap();
        let contacts: Vec<contact::Model> =
            snapshot.shown_of_agency(facts.id).unwrap().piece(OfAgency::Contacts).unwrap();
        format!("{facts:?}\n{row:?}\n{phones:?}\n{contacts:?}")
    }));
    told.extend(snapshot.locations().map(|(_, _, facts)| {
        let here: BTreeSet<_> = snapshot.services_at(facts.id).map(|service| service.id).collect();
        format!("{facts:?} {here:?}")
    }));
    told
}

/// Everything that is in a part besides what pages show, in the order in which it lies there.
fn lies(part: &Part) -> String {
    let Part { services, agencies, locations, at_location, briefs, names, shown: _, .. } = part;
    let mut lies = format!("{services:?}{agencies:?}{locations:?}{at_location:?}{briefs:?}{names:?}");
    for words in [&part.service_words, &part.agency_words, &part.location_words] {
        words.each(|word, text, field| write!(lies, "{word} {text} {field:?}").unwrap());
        write!(lies, "{words:?}").unwrap();
    }
    lies
}

/// How many different values there are by their addresses: of each thing that services share.
fn addresses(part: &Part) -> [usize; 6] {
    fn each<T>(all: impl Iterator<Item = T>) -> usize
    where
        T: Ord,
    {
        all.collect::<BTreeSet<_>>().len()
    }
    let offers = || part.services.iter().flat_map(|service| &service.offers);
    [
        each(part.services.iter().map(|service| Arc::as_ptr(&service.eligibility).addr())),
        each(part.services.iter().map(|service| Arc::as_ptr(&service.manner).addr())),
        each(part.services.iter().map(|service| Arc::as_ptr(&service.assured).addr())),
        each(offers().map(|offer| Arc::as_ptr(&offer.way).addr())),
        each(offers().map(|offer| Arc::as_ptr(&offer.hours).addr())),
        each(offers().map(|offer| offer.areas.as_ptr().addr())),
    ]
}

async fn asked(app: &App, query: &str, variables: Value) -> String {
    let body = json!({ "query": query, "variables": variables }).to_string();
    let request = Request::post("/graphql").header(header::CONTENT_TYPE, "application/json");
    let response = app.router().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
    let answer = String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap();
    assert!(!answer.contains("\"errors\""), "{answer}");
    answer
}

const QUESTION: &str = "query($input: SignpostInput!) { signpost(input: $input, first: 20) { totalCount nodes {
    service { id name needs { key } places { location { id } } areas { kind code name } phones { number } }
    group score distanceKm needsMet { key } criteria { __typename } } } }";

#[tokio::test]
async fn what_is_read_from_the_file_is_what_was_built_in_every_part() {
    let app = TestApp::demonstration().await;
    let folder = tempfile::tempdir().unwrap();
    let built = start(&app, folder.path()).await;
    assert_eq!(built.origin(), Origin::Built(version(&app).await));
    let before = app.db().statements();
    let loaded = start(&app, folder.path()).await;
    assert!(app.db().statements() - before < 12, "no table of the directory is read");
    assert_eq!(loaded.origin(), Origin::Kept(version(&app).await));

    let (built, loaded) = (built.current(), loaded.current());
    assert!(built.service_count() > 200);
    assert_eq!(told(&built), told(&loaded));
    let ([one, _], [other, _]) = (built.views(), loaded.views());
    assert!(lies(one.part) == lies(other.part), "something lies otherwise");
    // What is shared is shared again, and areas are told by the address of their set.
    assert_eq!(addresses(one.part), addresses(other.part));
    let briefs = &other.part.briefs;
    briefs.each(None, |row| {
        let brief = briefs.at(row).unwrap();
        let offer = &other.part.services[brief.service as usize].offers[brief.offer as usize];
        assert_eq!(briefs.areas(brief.areas).unwrap().as_ptr(), offer.areas.as_ptr());
    });
    let names = app.app.live.fixed_names().await.unwrap();
    for typed in ["a", "ho", "manch", "trust", "benifit", "food b"] {
        assert_eq!(built.suggest(&names, typed, 10), loaded.suggest(&names, typed, 10), "{typed}");
    }
    assert!(agreement::compare(app.db(), &loaded).await.unwrap().differences.is_empty());
}

#[tokio::test]
async fn a_server_that_read_the_file_gives_the_same_answers() {
    let app = TestApp::demonstration().await;
    let folder = tempfile::tempdir().unwrap();
    let mut config = config();
    config.directory.index_folder = folder.path().to_str().unwrap().to_owned();
    let needs = need_list(&config).unwrap();
    let serve = async || {
        let app = App::with_database(config.clone(), app.clock.clone(), app.db().clone(), Arc::clone(&needs));
        let app = app.await.unwrap();
        app.live.until_kept().await;
        app
    };
    let (built, loaded) = (serve().await, serve().await);
    assert!(matches!((built.live.origin(), loaded.live.origin()), (Origin::Built(_), Origin::Kept(_))));
    for input in [
        json!({ "needs": ["housing", "money"], "where": { "place": "M14 5RQ", "withinKm": 10 } }),
        json!({ "needs": ["safety.domestic-abuse"], "where": { "place": "Leeds", "withinKm": 40 } }),
        json!({ "search": "advice", "where": { "place": "Bristol", "withinKm": 20 } }),
    ] {
        let (one, other) = (
            asked(&built, QUESTION, json!({ "input": input })).await,
            asked(&loaded, QUESTION, json!({ "input": input })).await,
        );
        assert_eq!(one, other);
        assert!(one.contains("\"name\""), "{one}");
    }
    let words = "query($words: String!) { services(filter: { text: $words }, first: 50) { totalCount nodes { name agency { name } } } }";
    for typed in ["housing", "benifits", "women"] {
        let variables = json!({ "words": typed });
        assert_eq!(asked(&built, words, variables.clone()).await, asked(&loaded, words, variables).await);
    }
}

/// Two services in one house and one without a place.
fn three() -> Vec<ServiceListing> {
    let house = || at(location("house", "M14 5RQ", Some((53.45, -2.22))));
    let mut one = listing("1", "Warm beds", "housing.emergency");
    one.description = Some("A bed for the night.".to_owned());
    one.schedules = vec![weekly("MO,TU", "09:00", "17:00")];
    one.places = vec![house()];
    let mut two = listing("2", "Soup", "essentials.hot-meal");
    two.places = vec![house()];
    vec![one, two, listing("3", "Advice line", "money.sanction")]
}

#[tokio::test]
async fn what_changed_after_the_file_was_written_is_shown_by_the_next_start() {
    let app = TestApp::of(&three()).await;
    let folder = tempfile::tempdir().unwrap();
    start(&app, folder.path()).await;
    let kept = version(&app).await;
    let mut listings = three();
    listings[0].name = "Warmer beds".to_owned();
    listings[1].visibility = Visibility::Internal;
    for listing in &mut listings[..2] {
        listing.places[0].location.confidential = true;
    }
    listings.push(listing("4", "New one", "money.sanction"));
    app.save_quietly(&listings).await;

    let live = start(&app, folder.path()).await;
    assert_eq!(live.origin(), Origin::Kept(kept), "an older state is brought up to date");
    let snapshot = live.current();
    assert_eq!(snapshot.version, version(&app).await);
    assert_eq!(told(&snapshot), told(&*anew(&app).await));
    let names: BTreeSet<&str> = snapshot.services().map(|service| &*service.name).collect();
    assert_eq!(names, BTreeSet::from(["Warmer beds", "Advice line", "New one"]));
    assert_eq!(snapshot.locations().count(), 0, "the house is a secret now");
    for word in ["house", "m14"] {
        let word = vec![word.to_owned()];
        let asked = snapshot.understand(
            &word,
            |part| &part.location_words,
            |view, at| view.part.locations.get(at as usize).is_some_and(|place| view.holds_location(place.id)),
        );
        let views = snapshot.views();
        let found = views.iter().map(|view| {
            let hits = view.part.location_words.find(&asked).into_iter();
            hits.filter(|hit| view.holds_location(view.part.locations[hit.text as usize].id)).count()
        });
        assert_eq!(found.sum::<usize>(), 0, "{word:?}");
    }
    assert!(agreement::compare(app.db(), &snapshot).await.unwrap().differences.is_empty());
}

#[tokio::test]
async fn a_change_that_does_not_say_what_it_touched_is_read_from_the_tables() {
    let app = TestApp::of(&three()).await;
    let folder = tempfile::tempdir().unwrap();
    start(&app, folder.path()).await;
    let all = "UPDATE service SET name = 'Other'";
    app.db().connection().execute_unprepared(all).await.unwrap();
    signpost::directory::store::changes::note(app.db().connection(), "by hand", None, now()).await.unwrap();
    let live = start(&app, folder.path()).await;
    assert_eq!(live.origin(), Origin::Built(version(&app).await));
    assert!(live.current().services().all(|service| &*service.name == "Other"));
    // And that was kept.
    let again = start(&app, folder.path()).await;
    assert_eq!(again.origin(), Origin::Kept(version(&app).await));
    assert_eq!(told(&again.current()), told(&live.current()));
}

#[tokio::test]
async fn a_database_with_another_history_and_the_same_numbers_is_not_taken_for_this_one() {
    let folder = tempfile::tempdir().unwrap();
    let one = TestApp::of(&three()).await;
    start(&one, folder.path()).await;
    // Another database in its place, or the same brought back from a copy: other services at the same moment, the same
    // services a moment later, and one that has gone on since.
    let elsewhere = TestApp::of(&[listing("9", "Elsewhere", "money.sanction")]).await;
    let later = TestApp::new().await;
    later.clock.advance(chrono::TimeDelta::milliseconds(1));
    later.save(&three()).await;
    let further = TestApp::of(&[listing("8", "Further", "money.sanction")]).await;
    further.save(&three()).await;
    for other in [&elsewhere, &later] {
        assert_eq!(version(other).await, version(&one).await);
    }
    for other in [&elsewhere, &later, &further] {
        let bytes = fs::read(file_in(folder.path())).unwrap();
        let live = start(other, folder.path()).await;
        assert_eq!(live.origin(), Origin::Built(version(other).await));
        assert_eq!(told(&live.current()), told(&*anew(other).await));
        fs::write(file_in(folder.path()), bytes).unwrap();
    }
    assert!(matches!(start(&one, folder.path()).await.origin(), Origin::Kept(_)));
}

#[tokio::test]
async fn what_was_changed_behind_the_back_of_the_log_is_told_by_comparing() {
    let app = TestApp::of(&three()).await;
    let folder = tempfile::tempdir().unwrap();
    start(&app, folder.path()).await;
    let quietly = "UPDATE service SET name = 'Unheard of' WHERE name = 'Soup'";
    app.db().connection().execute_unprepared(quietly).await.unwrap();
    let live = start(&app, folder.path()).await;
    assert!(matches!(live.origin(), Origin::Kept(_)));
    assert!(agreement::compare(app.db(), &live.current()).await.unwrap().count > 0);
}

#[tokio::test]
async fn it_lies_beside_an_sqlite_file_and_nowhere_else_unless_a_folder_is_named() {
    let app = TestApp::of(&three()).await;
    let file = app.db().file().await.unwrap();
    let beside = IndexFile::of(None, file.as_deref());
    match crate::support::database::postgres() {
        Some(_) => assert_eq!((file, beside), (None, None)),
        None => {
            let (file, beside) = (file.unwrap(), beside.unwrap());
            assert_eq!(beside.path(), file.with_file_name("test.sqlite.index"));
            let live = Live::open_with(app.db(), Arc::clone(app.app.live.needs()), None, Some(beside.clone()));
            live.await.unwrap().until_kept().await;
            assert!(beside.path().is_file());
            fs::remove_file(beside.path()).unwrap();
            let looking =
                Live::open_with(app.db(), Arc::clone(app.app.live.needs()), None, Some(beside.clone().only_read()));
            looking.await.unwrap().until_kept().await;
            assert!(!beside.path().exists(), "who only looks writes nothing");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn writers_at_once_leave_one_whole_file_and_leftovers_are_cleared() {
    let app = TestApp::demonstration().await;
    let folder = tempfile::tempdir().unwrap();
    let path = file_in(folder.path());
    let dead = folder.path().join("signpost.index.dead.unfinished");
    let alive = folder.path().join("signpost.index.alive.unfinished");
    let stranger = folder.path().join("other.index.dead.unfinished");
    for file in [&dead, &alive, &stranger] {
        fs::write(file, b"half").unwrap();
    }
    let held = fs::File::open(&alive).unwrap();
    held.try_lock().unwrap();
    start(&app, folder.path()).await;
    let whole = fs::read(&path).unwrap();
    assert!(!dead.exists() && alive.exists() && stranger.exists());

    let kept = IndexFile::of(Some(folder.path()), None).unwrap();
    let opened = kept.open(app.app.live.needs()).unwrap();
    let label = opened.label().clone();
    let part = Arc::new(opened.read().unwrap());
    let writers: Vec<_> = (0..3)
        .map(|_| {
            let (kept, label, part) = (kept.clone(), label.clone(), Arc::clone(&part));
            tokio::task::spawn_blocking(move || (0..4).for_each(|_| kept.keep(&label, &part).unwrap()))
        })
        .collect();
    for _ in 0..8 {
        let opened = kept.open(app.app.live.needs()).unwrap();
        assert_eq!(opened.read().unwrap().services.len(), part.services.len());
        tokio::task::yield_now().await;
    }
    for writer in writers {
        writer.await.unwrap();
    }
    assert!(fs::read(&path).unwrap() == whole);
    let left = fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(left, 3, "the file, and the two that were not ours to remove");
}
