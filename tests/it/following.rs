//! The copy in process follows the database: at once, whole, and never half.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use signpost::directory::listing::ServiceListing;
use signpost::directory::snapshot::Snapshot;
use signpost::directory::snapshot::refresh::Live;

use crate::support::TestApp;
use crate::support::listings::{at, location, service};

/// Every service of one edition, all at one agency and in one house that carry its number too.
fn edition(number: usize, services: usize) -> Vec<ServiceListing> {
    (0..services)
        .map(|index| {
            let mut listing = service(&index.to_string(), &format!("Beds edition{number}"), "housing.emergency");
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
        [Some(one)] => {
            // The words are of the same edition as the facts.
            let word = vec![format!("edition{one}")];
            let asked = snapshot.understand(&word, |part| &part.service_words, |view, service| view.holds(service));
            let found: usize = snapshot
                .views()
                .iter()
                .map(|view| view.part.service_words.find(&asked).iter().filter(|hit| view.holds(hit.text)).count())
                .sum();
            if found == snapshot.service_count() { Ok(Some(*one)) } else { Err(format!("{found} texts of {one}")) }
        }
        several => Err(format!("several editions at once: {several:?}")),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn readers_in_a_storm_of_changes_see_one_edition_and_the_writer_his_own() {
    let app = Arc::new(TestApp::of(&edition(0, 12)).await);
    let (over, seen) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let readers: Vec<_> = (0..3)
        .map(|_| {
            let (live, over, seen) = (app.app.live.clone(), Arc::clone(&over), Arc::clone(&seen));
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
        // Now and then a service goes and comes, so that parts do not always hold the same ones.
        app.save(&edition(number, 12)).await;
        assert_eq!(edition_of(&app.app.live.current()), Ok(Some(number)), "the writer sees what he wrote");
    }
    over.store(true, Ordering::Release);
    for reader in readers {
        reader.await.unwrap();
    }
    assert!(seen.load(Ordering::Relaxed) > 0, "somebody saw a change");
    // What was followed change by change is what is built anew.
    let fresh = Live::open(app.db(), Arc::clone(app.app.live.needs())).await.unwrap();
    assert_eq!(told(&fresh.current()), told(&app.app.live.current()));
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
    let app = TestApp::of(&edition(0, 1_100)).await;
    app.save(&edition(1, 1_100)).await;
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
