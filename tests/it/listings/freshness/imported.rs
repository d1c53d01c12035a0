//! Confirmations and what sources say: the later of each part holds, and none is lost by an import.

use chrono::{DateTime, TimeDelta, Utc};
use entity::enums::{AssuranceEvidence, FieldGroup, Role};
use serde_json::json;
use signpost::directory::listing::{Assurance, ServiceListing};

use super::{agency, all_said, assured, confirm, id_of, input, of_agency, of_group, said};
use crate::support::{TestApp, now};

/// The service as its feed tells it, told a little differently each time, with these parts looked at.
fn told(name: &str, assurances: Vec<Assurance>) -> ServiceListing {
    ServiceListing { assurances, ..of_agency("one", "a", name) }
}

/// A service, of which the agency has confirmed the hours at noon, so to say.
async fn confirmed() -> (TestApp, String) {
    let app = TestApp::of(&[told("Beds", all_said(30))]).await;
    let token = app.signed_in("edie@example.org", Role::ListingEditor, Some(agency("one"))).await;
    let payload = confirm(&app, &token, input("a", &["HOURS"], 1)).await;
    assert_eq!(payload["errors"], json!([]));
    (app, token)
}

#[tokio::test]
async fn of_source_and_agency_the_later_holds() {
    let (ours, feed) = (AssuranceEvidence::AgencyConfirmed, AssuranceEvidence::Feed);
    let days = |days: i64| now() - TimeDelta::days(days);
    // What the feed says of the hours at its next run, a day on; and what holds then.
    let table: [(&str, Vec<Assurance>, (DateTime<Utc>, AssuranceEvidence)); 6] = [
        ("says the same", all_said(30), (now(), ours)),
        ("looked later, but before us", vec![said(FieldGroup::Hours, 1)], (now(), ours)),
        ("looked at the same instant", vec![said(FieldGroup::Hours, 0)], (now(), ours)),
        ("looked after us", vec![said(FieldGroup::Hours, -1)], (days(-1), feed)),
        ("says nothing any more", Vec::new(), (now(), ours)),
        ("looks into the future", vec![said(FieldGroup::Hours, -300)], (now(), ours)),
    ];
    for (what, assurances, wanted) in table {
        let (app, _) = confirmed().await;
        app.clock.advance(TimeDelta::days(1));
        let saved = app.save(&[told("Beds and breakfast", assurances.clone())]).await;
        assert_eq!(saved.changed, 1, "{what}");
        assert_eq!(of_group(&app, "a", FieldGroup::Hours).await, Some(wanted), "{what}");
        let rows = assured(&app).await;
        let hours = rows.iter().find(|row| row.field_group == FieldGroup::Hours).unwrap();
        assert_eq!(hours.confirmed_by.is_some(), wanted.1 == ours, "{what}: who it was stays with it");
        // What only the feed said is as the feed says it now.
        let place = of_group(&app, "a", FieldGroup::Place).await;
        let place_said = assurances.iter().any(|one| one.group == FieldGroup::Place);
        assert_eq!(place, place_said.then_some((days(30), feed)), "{what}");
        // Again the same changes nothing.
        let saved = app.save(&[told("Beds and breakfast", assurances)]).await;
        assert!(!saved.wrote(), "{what}");
        assert_eq!(assured(&app).await, rows, "{what}");
        // The index says what the tables say.
        let known = app.app.live.current().service(id_of("a")).unwrap().assured.at(FieldGroup::Hours);
        assert_eq!(known, Some(wanted.0), "{what}");
    }
}

#[tokio::test]
async fn a_source_that_looked_earlier_than_it_said_before_takes_nothing_back() {
    let app = TestApp::of(&[told("Beds", all_said(10))]).await;
    let days = |days: i64| now() - TimeDelta::days(days);
    app.save(&[told("Beds and breakfast", all_said(40))]).await;
    assert_eq!(of_group(&app, "a", FieldGroup::Hours).await, Some((days(10), AssuranceEvidence::Feed)));
    // But a slip into the future holds nobody up.
    app.save(&[told("Beds", all_said(-4_000))]).await;
    assert_eq!(of_group(&app, "a", FieldGroup::Hours).await.unwrap().0, days(-4_000));
    app.save(&[told("Beds and breakfast", all_said(40))]).await;
    assert_eq!(of_group(&app, "a", FieldGroup::Hours).await.unwrap().0, days(40));
}

#[tokio::test]
async fn a_slip_into_the_future_is_mended_by_confirming() {
    let app = TestApp::of(&[told("Beds", all_said(-4_000))]).await;
    let token = app.signed_in("edie@example.org", Role::ListingEditor, Some(agency("one"))).await;
    confirm(&app, &token, input("a", &["HOURS"], 1)).await;
    assert_eq!(of_group(&app, "a", FieldGroup::Hours).await, Some((now(), AssuranceEvidence::AgencyConfirmed)));
}
