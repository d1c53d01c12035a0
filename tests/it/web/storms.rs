//! Questions while the directory changes without rest: what is kept is of one version, and whoever
//! changed something sees it at once.

use std::sync::{
    Arc,
    atomic::{AtomicU32, AtomicU64, Ordering},
};

use axum::{
    Router,
    body::Body,
    http::{Request, header},
};
use http_body_util::BodyExt;
use serde_json::Value;
use signpost::directory::listing::ServiceListing;
use tower::ServiceExt;

use crate::support::{
    TestApp,
    listings::{at, location, service},
};

/// Every name of the directory says which round it is of.
fn round(number: u32) -> Vec<ServiceListing> {
    (0..5)
        .map(|index| {
            let mut listing = service(&format!("s{index}"), &format!("round {number}"), "housing.emergency");
            listing.agency.name = format!("round {number}");
            listing.summary = Some(format!("round {number}"));
            let mut place = at(location(&format!("l{index}"), "M14 5RQ", None));
            place.location.name = Some(format!("round {number}"));
            place.description = Some(format!("round {number}"));
            listing.places = vec![place];
            listing
        })
        .collect()
}

/// The same by several statements, and by the snapshot and the database.
const QUESTIONS: [&str; 3] = [
    "{services{nodes{name+agency{name}+places{description+location{name}}}}}",
    "{agencies{nodes{name+services{nodes{name+summary}}}}}",
    "{locations{nodes{name}}services(first:2,orderBy:{field:NAME}){nodes{name+agency{name}}}}",
];

/// An answer, and whether it was kept: only such have a tag.
async fn ask(router: &Router, query: &str) -> (String, bool) {
    let request = Request::get(format!("/graphql?query={query}")).body(Body::empty()).unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    let kept = response.headers().contains_key(header::ETAG);
    (String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap(), kept)
}

/// The rounds that an answer tells of.
fn rounds(value: &Value, found: &mut Vec<u32>) {
    match value {
        Value::String(text) => found.extend(text.strip_prefix("round ").map(|number| number.parse::<u32>().unwrap())),
        Value::Array(items) => items.iter().for_each(|item| rounds(item, found)),
        Value::Object(fields) => fields.values().for_each(|field| rounds(field, found)),
        _ => {}
    }
}

fn rounds_of(answer: &str) -> Vec<u32> {
    let mut found = Vec::new();
    rounds(&serde_json::from_str(answer).unwrap(), &mut found);
    assert!(!found.is_empty(), "{answer}");
    found.sort_unstable();
    found.dedup();
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn in_a_storm_of_changes_what_is_kept_is_of_one_version() {
    const ROUNDS: u32 = 40;
    let app = Arc::new(TestApp::of(&round(0)).await);
    let router = app.app.router();
    let (done, kept_answers) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU64::new(0)));
    let readers: Vec<_> = (0..4)
        .map(|reader| {
            let (router, done, kept_answers) = (router.clone(), Arc::clone(&done), Arc::clone(&kept_answers));
            tokio::spawn(async move {
                for turn in reader.. {
                    let before = done.load(Ordering::SeqCst);
                    let (answer, kept) = ask(&router, QUESTIONS[turn % QUESTIONS.len()]).await;
                    let told = rounds_of(&answer);
                    if kept {
                        assert_eq!(told.len(), 1, "{answer}");
                        kept_answers.fetch_add(1, Ordering::Relaxed);
                    }
                    // Nothing older than what was there when it was asked for.
                    assert!(told[0] >= before, "{before}: {answer}");
                    if before == ROUNDS {
                        break;
                    }
                    tokio::task::yield_now().await;
                }
            })
        })
        .collect();
    for number in 1..=ROUNDS {
        app.save(&round(number)).await;
        // The writer's own next questions, whoever else asks them just now.
        for query in QUESTIONS {
            assert_eq!(rounds_of(&ask(&router, query).await.0), [number]);
        }
        done.store(number, Ordering::SeqCst);
    }
    for reader in readers {
        reader.await.unwrap();
    }
    for query in QUESTIONS {
        let (answer, kept) = ask(&router, query).await;
        assert_eq!((rounds_of(&answer), kept), (vec![ROUNDS], true));
    }
    assert!(kept_answers.load(Ordering::Relaxed) > 0);
}
