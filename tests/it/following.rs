//! The copy in process follows the database: at once, whole, and never half.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use entity::enums::Visibility;
use signpost::directory::listing::ServiceListing;
use signpost::directory::snapshot::refresh::Live;
use signpost::directory::snapshot::{Snapshot, View};

use crate::support::TestApp;
use crate::support::listings::{at, location, service};

/// Needs that editions take turns to meet, and those of all editions before or after do not.
const NEEDS: [&str; 3] = ["housing.emergency", "essentials.hot-meal", "money.sanction"];

/// Whether a service is there for the public in an edition: a third of them comes and goes.
fn is_public(number: usize, index: usize) -> bool {
    !(number + index).is_multiple_of(3)
}

/// Every service of one edition, all at one agency and in one house that carry its number too.
fn edition(number: usize, services: usize) -> Vec<ServiceListing> {
    (0..services)
        .map(|index| {
            let need = NEEDS[number % NEEDS.len()];
            let mut listing = service(&index.to_string(), &format!("Beds {index} edition{number}"), need);
            if !is_public(number, index) {
                listing.visibility = Visibility::Internal;
            }
            listing.agency.name = format!("Trust edition{number}");
            let mut house = location("house", "M14 5RQ", Some((53.45, -2.22)));
            house.name = Some(format!("House edition{number}"));
            listing.places = vec![at(house)];
            listing
        })
        .collect()
}

/// The one edition that everything in a snapshot is of, or what is wrong.
fn edition_of(snapshot: &Snapshot) -> Result<Option<usize>, String> {
    let number = |name: &str| name.rsplit("edition").next().and_then(|digits| digits.parse::<usize>().ok());
    let services = snapshot.services().map(|service| number(&service.name));
    let agencies = snapshot.agencies().map(|agency| number(&agency.name));
    let houses = snapshot.locations().map(|(_, _, place)| number(&place.sort_key));
    let mut all: Vec<_> = services.chain(agencies).chain(houses).collect();
    all.sort_unstable();
    all.dedup();
    match all.as_slice() {
        [] => Ok(None),
        [Some(one)] => agrees(snapshot, *one).map(|()| Some(*one)),
        several => Err(format!("several editions at once: {several:?}")),
    }
}

/// The words, the lists of needs and the places are of the same edition as the facts, and each service is there once.
fn agrees(snapshot: &Snapshot, one: usize) -> Result<(), String> {
    let names: BTreeSet<&str> = snapshot.services().map(|service| &*service.name).collect();
    let count = snapshot.service_count();
    if names.len() != count || snapshot.services().count() != count {
        return Err(format!("{count} services of {one} are not each there once: {names:?}"));
    }
    let shown = |name: &&str| {
        let index = name.strip_prefix("Beds ").and_then(|rest| rest.split(' ').next()?.parse().ok());
        index.is_some_and(|index| is_public(one, index))
    };
    if !names.iter().all(shown) {
        return Err(format!("what is hidden in {one} is there: {names:?}"));
    }
    let word = vec![format!("edition{one}")];
    let asked = snapshot.understand(&word, |part| &part.service_words, |view, service| view.holds(service));
    let found =
        |view: &View<'_>| view.part.service_words.find(&asked).iter().filter(|hit| view.holds(hit.text)).count();
    let meeting = |view: &View<'_>, need: &str| {
        let listed = snapshot.need_list.index_of(need).map(|need| view.part.briefs.services(Some(need)));
        listed.map_or(0, |listed| listed.into_iter().filter(|service| view.holds(*service)).count())
    };
    let in_all = |of: &dyn Fn(&View<'_>) -> usize| snapshot.views().iter().map(of).sum::<usize>();
    let of_needs = NEEDS.map(|need| in_all(&|view| meeting(view, need)));
    let here = snapshot.locations().flat_map(|(_, _, house)| snapshot.services_at(house.id)).count();
    let mut wanted = [0; NEEDS.len()];
    wanted[one % NEEDS.len()] = count;
    match (in_all(&found), of_needs, here) {
        (texts, needs, here) if texts == count && needs == wanted && here == count => Ok(()),
        other => Err(format!("words, needs and house of {one} with {count} services: {other:?}")),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn readers_in_a_storm_of_changes_see_one_edition_and_the_writer_his_own() {
    let app = TestApp::of(&edition(0, 12)).await;
    // Opened when there is something already, so that there is a base in which every change hides something.
    let live = Live::open(app.db(), Arc::clone(app.app.live.needs())).await.unwrap();
    assert_eq!(edition_of(&live.current()), Ok(Some(0)));
    let (over, seen) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let readers: Vec<_> = (0..3)
        .map(|_| {
            let (live, over, seen) = (live.clone(), Arc::clone(&over), Arc::clone(&seen));
            tokio::spawn(async move {
                let mut last = 0;
                while !over.load(Ordering::Acquire) {
                    let one = edition_of(&live.current()).unwrap().unwrap();
                    assert!(one >= last, "never back from {last} to {one}");
                    seen.fetch_add(usize::from(one > last), Ordering::Relaxed);
                    last = one;
                    tokio::task::yield_now().await;
                }
            })
        })
        .collect();
    for number in 1..=25 {
        app.save_quietly(&edition(number, 12)).await;
        live.refresh(app.db()).await.unwrap();
        assert_eq!(edition_of(&live.current()), Ok(Some(number)), "the writer sees what he wrote");
    }
    over.store(true, Ordering::Release);
    for reader in readers {
        reader.await.unwrap();
    }
    assert!(seen.load(Ordering::Relaxed) > 0, "somebody saw a change");
    assert!(live.current().changed_since_built() > 0, "it was followed, not built anew");
    // What was followed change by change is what is built anew.
    let fresh = Live::open(app.db(), Arc::clone(live.needs())).await.unwrap();
    assert_eq!(told(&fresh.current()), told(&live.current()));
}

/// Everything that a snapshot tells, in words.
fn told(snapshot: &Snapshot) -> Vec<String> {
    let mut told: Vec<String> = snapshot.services().map(|service| format!("{service:?}")).collect();
    told.extend(snapshot.agencies().map(|agency| format!("{agency:?}")));
    told.extend(snapshot.locations().map(|(_, _, place)| {
        let mut here: Vec<_> = snapshot.services_at(place.id).map(|service| service.id).collect();
        here.sort_unstable();
        format!("{place:?} {here:?}")
    }));
    told.sort_unstable();
    told
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_changes_are_folded_in_behind_the_scenes_and_nothing_is_forgotten() {
    let app = TestApp::of(&edition(0, 1_600)).await;
    app.save(&edition(1, 1_600)).await;
    assert_eq!(edition_of(&app.app.live.current()), Ok(Some(1)));
    // Whoever writes while it is being folded sees that too.
    app.save(&edition(2, 3)).await;
    let folded = tokio::time::timeout(Duration::from_secs(120), async {
        while app.app.live.current().changed_since_built() >= 1_000 {
            tokio::task::yield_now().await;
        }
    });
    folded.await.expect("it is folded at last");
    let fresh = Live::open(app.db(), Arc::clone(app.app.live.needs())).await.unwrap();
    assert_eq!(told(&fresh.current()), told(&app.app.live.current()));
    app.save(&edition(3, 2)).await;
    let fresh = Live::open(app.db(), Arc::clone(app.app.live.needs())).await.unwrap();
    assert_eq!(told(&fresh.current()), told(&app.app.live.current()), "and what comes after stands beside it");
}
