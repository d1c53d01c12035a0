//! The worklist of what is due.

use chrono::TimeDelta;
use entity::enums::{FieldGroup, Role, ServiceStatus, Visibility};
use serde_json::{Value, json};
use signpost::directory::listing::ServiceListing;

use super::{DUE, agency, all_said, confirm, input, of_agency, said};
use crate::support::accounts::As;
use crate::support::{TestApp, now};

fn confirmed(key: &str, days_ago: i64) -> ServiceListing {
    ServiceListing { assurances: all_said(days_ago), ..of_agency("one", key, &format!("Service {key}")) }
}

async fn due(app: &TestApp, token: &str, variables: Value) -> Value {
    app.data_as(As::token(token), DUE, variables).await["listingsDue"].take()
}

fn names(page: &Value) -> Vec<&str> {
    page["nodes"].as_array().unwrap().iter().map(|node| node["service"]["name"].as_str().unwrap()).collect()
}

/// Services of an agency with different things due, of others, and an editor.
async fn some() -> (TestApp, String) {
    let mut never_place = confirmed("never", 0);
    never_place.assurances.retain(|one| one.group != FieldGroup::Place);
    let mut soon = confirmed("soon", 0);
    soon.assurances.retain(|one| one.group != FieldGroup::Hours);
    soon.assurances.push(said(FieldGroup::Hours, 80));
    let ended = ServiceListing { status: ServiceStatus::Defunct, ..confirmed("ended", 900) };
    let internal = ServiceListing { visibility: Visibility::Internal, ..confirmed("internal", 900) };
    let closed = ServiceListing { status: ServiceStatus::TemporarilyClosed, ..confirmed("closed", 95) };
    let listings = [
        confirmed("fresh", 0),
        soon,
        confirmed("old", 200),
        closed,
        never_place,
        ended,
        internal,
        ServiceListing { assurances: all_said(700), ..of_agency("two", "theirs", "Theirs") },
    ];
    let app = TestApp::of(&listings).await;
    let token = app.signed_in("edie@example.org", Role::ListingEditor, Some(agency("one"))).await;
    (app, token)
}

#[tokio::test]
async fn what_has_been_due_longest_comes_first_and_others_are_not_there() {
    let (app, token) = some().await;
    let page = due(&app, &token, json!({})).await;
    assert_eq!(names(&page), ["Service never", "Service old", "Service closed", "Service soon"]);
    assert_eq!((&page["totalCount"], &page["pageInfo"]["hasNextPage"]), (&json!(4), &json!(false)));
    let of = |at: usize| page["nodes"][at]["groups"].as_array().unwrap().clone();
    let never = of(0);
    assert_eq!(never.len(), 1);
    assert_eq!(never[0]["group"], "PLACE");
    assert_eq!((&never[0]["state"], &never[0]["dueAt"]), (&json!("NEVER_CONFIRMED"), &json!(null)));
    assert_eq!((&never[0]["lastConfirmedAt"], &never[0]["evidence"]), (&json!(null), &json!(null)));
    let states = |at: usize| -> Vec<(String, String)> {
        let word = |group: &Value, name: &str| group[name].as_str().unwrap().to_owned();
        of(at).iter().map(|group| (word(group, "group"), word(group, "state"))).collect()
    };
    let pair = |group: &str, state: &str| (group.to_owned(), state.to_owned());
    assert_eq!(
        states(2),
        [pair("CAPACITY", "OVERDUE"), pair("CONTACT", "OVERDUE"), pair("HOURS", "OVERDUE")],
        "after 95 days what counts for 180 is fresh"
    );
    assert_eq!(states(3), [pair("HOURS", "SOON")]);
    let hours = &of(3)[0];
    let at = |days: i64| json!((now() + TimeDelta::days(days)).format("%Y-%m-%dT%H:%M:%SZ").to_string());
    assert_eq!((&hours["lastConfirmedAt"], &hours["dueAt"]), (&at(-80), &at(10)));
    assert_eq!((&hours["evidence"], &hours["lastConfirmedBy"]), (&json!("FEED"), &json!(null)));

    // The version that is shown is the one to confirm; then it is gone from the list, and who it was is told.
    let version = i32::try_from(page["nodes"][3]["version"].as_i64().unwrap()).unwrap();
    confirm(&app, &token, input("soon", &["HOURS"], version)).await;
    assert_eq!(names(&due(&app, &token, json!({})).await), ["Service never", "Service old", "Service closed"]);
    let mut wanted = input("old", &["HOURS"], 1);
    wanted["note"] = json!("Asked at the desk.");
    confirm(&app, &token, wanted).await;
    app.clock.advance(TimeDelta::days(80));
    let token = app.token("edie@example.org").await;
    let page = due(&app, &token, json!({})).await;
    let old = page["nodes"].as_array().unwrap().iter().find(|node| node["service"]["name"] == "Service old").unwrap();
    let hours = old["groups"].as_array().unwrap().iter().find(|group| group["group"] == "HOURS").unwrap();
    assert_eq!((&hours["state"], &hours["lastConfirmedBy"]), (&json!("SOON"), &json!("Robin Vale")));
    assert_eq!((&hours["note"], &hours["evidence"]), (&json!("Asked at the desk."), &json!("AGENCY_CONFIRMED")));
    assert_eq!(names(&page)[..2], ["Service never", "Service old"], "after 80 days everything is due: {page:#}");
}

#[tokio::test]
async fn pages_follow_one_another_whatever_is_confirmed_between() {
    let listings: Vec<ServiceListing> =
        (0..7).map(|number| confirmed(&number.to_string(), if number < 3 { 200 } else { 300 + number })).collect();
    let app = TestApp::of(&listings).await;
    let token = app.signed_in("edie@example.org", Role::ListingEditor, Some(agency("one"))).await;
    let all = due(&app, &token, json!({ "first": 100 })).await;
    assert_eq!(names(&all)[..4], ["Service 6", "Service 5", "Service 4", "Service 3"]);
    let (mut seen, mut after) = (Vec::new(), Value::Null);
    for page_number in 0.. {
        let page = due(&app, &token, json!({ "first": 2, "after": after })).await;
        seen.extend(names(&page).into_iter().map(ToOwned::to_owned));
        assert_eq!(page["pageInfo"]["hasPreviousPage"], page_number > 0);
        if page_number == 0 {
            // What was shown and confirmed before the next page moves nothing behind the cursor.
            let every = ["DESCRIPTION", "CONTACT", "HOURS", "ELIGIBILITY", "CAPACITY", "PLACE"];
            confirm(&app, &token, input("6", &every, 1)).await;
        }
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == json!(false) {
            break;
        }
    }
    assert_eq!(seen, names(&all));

    for (variables, field) in [
        (json!({ "first": 0 }), "first"),
        (json!({ "first": 101 }), "first"),
        (json!({ "after": "nonsense" }), "after"),
    ] {
        let (_, answer) = app.ask(As::token(&token), DUE, variables).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{answer:#}");
        assert_eq!(answer["errors"][0]["extensions"]["field"], field);
    }
    // A cursor of one agency's list is none of another's.
    app.save(&[ServiceListing { assurances: all_said(700), ..of_agency("two", "theirs", "Theirs") }]).await;
    let other = app.signed_in("mo@example.org", Role::AgencyManager, Some(agency("two"))).await;
    assert_eq!(names(&due(&app, &other, json!({})).await), ["Theirs"]);
    assert_eq!(
        app.refused(As::token(&other), DUE, json!({ "after": all["pageInfo"]["endCursor"] })).await,
        "BAD_USER_INPUT"
    );
}

#[tokio::test]
async fn statements_do_not_grow_with_rows() {
    let listings: Vec<ServiceListing> = (0..60).map(|number| confirmed(&number.to_string(), 300)).collect();
    let app = TestApp::of(&listings).await;
    let token = app.signed_in("edie@example.org", Role::ListingEditor, Some(agency("one"))).await;
    confirm(&app, &token, input("0", &["HOURS"], 1)).await;
    let mut counted = Vec::new();
    for first in [1, 50, 60] {
        let before = app.db().statements();
        let page = due(&app, &token, json!({ "first": first })).await;
        assert_eq!(names(&page).len(), first);
        counted.push(app.db().statements() - before);
    }
    assert!(counted.iter().all(|count| *count == counted[0]), "{counted:?}");
}

#[tokio::test]
async fn the_worklist_is_for_those_who_keep_listings() {
    let (app, _) = some().await;
    let worker = app.signed_in("lena@example.org", Role::LinkWorker, Some(agency("one"))).await;
    let cora = app.signed_in("cora@example.org", Role::Coordinator, None).await;
    for token in [&worker, &cora] {
        assert_eq!(app.refused(As::token(token), DUE, json!({})).await, "FORBIDDEN");
    }
    assert_eq!(app.refused(As::default(), DUE, json!({})).await, "UNAUTHENTICATED");
}
