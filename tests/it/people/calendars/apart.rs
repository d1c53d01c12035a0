//! What whoever holds addresses of calendars can't do: put two of them together, and look again and again.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use chrono::TimeDelta;
use serde_json::json;
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

/// A look right after another gives nothing and writes nothing, whatever is asked for: the ledger is not for who has the
/// address to fill. One a minute is given, and so is one after an hour.
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
    let too_soon = |wait: &str| (StatusCode::TOO_MANY_REQUESTS, wait.to_owned(), String::new());
    for (method, has) in [("GET", None), ("HEAD", None), ("GET", Some(etag.as_str())), ("HEAD", Some(etag.as_str()))] {
        assert_eq!(asked(method, has).await, too_soon("60"), "{method} {has:?}");
    }
    network.app.clock.advance(TimeDelta::milliseconds(30_500));
    assert_eq!(asked("GET", None).await, too_soon("30"));
    network.app.clock.advance(TimeDelta::milliseconds(29_499));
    assert_eq!(asked("GET", None).await, too_soon("1"), "a look that came too soon puts off nothing");
    assert_eq!(network.entries().await, entries, "nothing was decided");
    network.app.clock.advance(TimeDelta::milliseconds(1));
    assert_eq!(asked("GET", Some(&etag)).await.0, StatusCode::NOT_MODIFIED);
    assert_eq!(network.entries().await, entries + 1, "what has not changed was decided all the same");
    network.app.clock.advance(TimeDelta::hours(1));
    assert_eq!(asked("HEAD", None).await.0, StatusCode::OK);
    assert_eq!(network.entries().await, entries + 2);
    assert_eq!(asked("GET", None).await, too_soon("60"), "to ask for the head is a look");
    // The clock was an hour fast, and was set right: that does not end a calendar for an hour.
    network.app.clock.advance(TimeDelta::minutes(-58));
    assert_eq!(asked("GET", None).await.0, StatusCode::OK);
    // Each calendar has its own.
    let (_, other) = made(&network, &network.app.token("bea@example.org").await, json!({})).await;
    assert_eq!(looks_again(&network, &other).await.0, StatusCode::OK);
    assert_eq!(looks_again(&network, &other).await.0, StatusCode::TOO_MANY_REQUESTS);
}

/// Of two looks at once one is given.
#[tokio::test]
async fn of_two_looks_at_once_one_is_given() {
    let network = Network::new().await;
    let (_, address) = made(&network, &network.ann, json!({})).await;
    let (one, two) = tokio::join!(looks_again(&network, &address), looks_again(&network, &address));
    let mut both = [one.0, two.0];
    both.sort_unstable();
    assert_eq!(both, [StatusCode::OK, StatusCode::TOO_MANY_REQUESTS]);
}
