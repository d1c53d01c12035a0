//! What whoever holds addresses of calendars can't do: put two of them together, and look again and again.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use chrono::TimeDelta;
use serde_json::json;
use signpost::calendars::feeds::LOOKS_AT_ONCE;
use tower::ServiceExt;

use super::{HERE, allows, calendar, hub, looks_again, made, meets, somebody, values};
use crate::people::graph::Network;

/// Who is in prison can't be told by putting calendars of the same appointments together: in each they are known by something
/// else, that of the hub says no more of where than the hub, and the one with names nothing.
#[tokio::test]
async fn calendars_with_and_without_names_can_not_be_put_together() {
    let network = Network::new().await;
    let hub = hub(&network, false).await;
    let ida = somebody(&network, &network.ann, "Ida").await;
    meets(&network, &network.ann, &ida, 10, json!({ "location": hub })).await;
    meets(&network, &network.ann, &ida, 12, json!({ "location": hub, "delivery": "IN_CUSTODY" })).await;
    meets(&network, &network.ann, &ida, 14, json!({ "location": hub, "delivery": "TELEPHONE" })).await;
    allows(&network, true).await;
    let (_, named) = made(&network, &network.ann, json!({ "withNames": true })).await;
    let (_, of_hub) = made(&network, &network.manager, json!({ "hub": hub })).await;
    let (named, of_hub) = (calendar(&network, &named).await, calendar(&network, &of_hub).await);
    let with_ida = ["One-to-one (Ida)", "One-to-one (Ida)", "One-to-one\\, by telephone (Ida)"];
    assert_eq!((values(&named, "SUMMARY"), values(&named, "LOCATION").len()), (with_ida.to_vec(), 0));
    let at_hub = ["One-to-one", "One-to-one", "One-to-one\\, by telephone"];
    assert_eq!((values(&of_hub, "SUMMARY"), values(&of_hub, "LOCATION").len()), (at_hub.to_vec(), 3));
    assert!(!named.contains("custody") && !of_hub.contains("custody"), "{named} {of_hub}");
    let known = values(&of_hub, "UID");
    assert_eq!(known.len(), 3);
    assert!(values(&named, "UID").iter().all(|uid| !known.contains(uid)), "{named} {of_hub}");
}

/// After three at once a look gives nothing and writes nothing, whatever is asked for: the ledger is not for who has the
/// address to fill. One a minute is given, and so are three after an hour. To ask for the head is none.
#[tokio::test]
async fn looks_are_apart_from_one_another() {
    let network = Network::new().await;
    let ida = somebody(&network, &network.ann, "Ida").await;
    meets(&network, &network.ann, &ida, 10, json!({})).await;
    let (_, address) = made(&network, &network.ann, json!({})).await;
    let path = address.strip_prefix(HERE).unwrap();
    let router = network.app.app.router();
    let asked = async |method: &str, has: Option<&str>| {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(has) = has {
            request = request.header(header::IF_NONE_MATCH, has);
        }
        let response = router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let said = |name: header::HeaderName| {
            response.headers().get(name).map_or(String::new(), |value| value.to_str().unwrap().to_owned())
        };
        (response.status(), said(header::RETRY_AFTER), said(header::ETAG))
    };
    let (status, wait, etag) = asked("GET", None).await;
    assert_eq!((status, wait.as_str()), (StatusCode::OK, ""), "right after it was made");
    let entries = network.entries().await;
    assert_eq!(asked("GET", None).await.0, StatusCode::OK, "a program that tried it reads it");
    assert_eq!(asked("GET", Some(&etag)).await.0, StatusCode::NOT_MODIFIED);
    assert_eq!(network.entries().await, entries + 2, "what has not changed was decided all the same");
    let too_soon = |wait: &str| (StatusCode::TOO_MANY_REQUESTS, wait.to_owned(), String::new());
    let head = (StatusCode::OK, String::new(), String::new());
    for has in [None, Some(etag.as_str())] {
        assert_eq!(asked("GET", has).await, too_soon("60"), "{has:?}");
        assert_eq!(asked("HEAD", has).await, head, "{has:?}");
    }
    network.app.clock.advance(TimeDelta::milliseconds(30_500));
    assert_eq!(asked("GET", None).await, too_soon("30"));
    network.app.clock.advance(TimeDelta::milliseconds(29_499));
    assert_eq!(asked("GET", None).await, too_soon("1"), "a look that came too soon puts off nothing");
    assert_eq!(network.entries().await, entries + 2, "nothing was decided");
    network.app.clock.advance(TimeDelta::milliseconds(1));
    assert_eq!(asked("GET", None).await.0, StatusCode::OK);
    assert_eq!(asked("GET", None).await, too_soon("60"), "one a minute");
    network.app.clock.advance(TimeDelta::hours(1));
    for left in [true, true, true, false] {
        assert_eq!(asked("GET", None).await.0 == StatusCode::OK, left);
    }
    assert_eq!(network.entries().await, entries + 6);
    // The clock was an hour fast, and was set right: that does not end a calendar for an hour.
    network.app.clock.advance(TimeDelta::minutes(-58));
    assert_eq!(asked("GET", None).await.0, StatusCode::OK);
    // Each calendar has its own.
    let (_, other) = made(&network, &network.app.token("bea@example.org").await, json!({})).await;
    assert_eq!(looks_again(&network, &other).await.0, StatusCode::OK);
}

/// Of two looks at once one is given, where there is one left.
#[tokio::test]
async fn of_two_looks_at_once_the_last_is_given_once() {
    let network = Network::new().await;
    let (_, address) = made(&network, &network.ann, json!({})).await;
    for _ in 1..LOOKS_AT_ONCE {
        assert_eq!(looks_again(&network, &address).await.0, StatusCode::OK);
    }
    let (one, two) = tokio::join!(looks_again(&network, &address), looks_again(&network, &address));
    let mut both = [one.0, two.0];
    both.sort_unstable();
    assert_eq!(both, [StatusCode::OK, StatusCode::TOO_MANY_REQUESTS]);
}
