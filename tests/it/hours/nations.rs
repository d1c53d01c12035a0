//! Whose bank holidays a service keeps, by where it is and what it covers.

use entity::enums::{AreaKind, DeliveryMode};
use serde_json::{Value, json};
use signpost::directory::listing::{Area, ServiceListing};

use crate::support::TestApp;
use crate::support::listings::{area, at, location, service, weekly};

const ASK: &str = "query($at: DateTime!) { signpost(input: { at: $at }, first: 100) { nodes {
    service { name } openNow { state }
} } }";
/// Monday 4 January 2027: in Scotland a holiday for the Saturday, elsewhere a day like others.
const HOLIDAY_IN_SCOTLAND: &str = "2027-01-04T12:00:00Z";
/// Easter Monday 2027: a holiday everywhere but in Scotland.
const HOLIDAY_ELSEWHERE: &str = "2027-03-29T12:00:00Z";

/// A service that is open on Mondays, reaches people so, covers these areas and has a place at each of these postcodes.
fn listing(name: &str, delivery: DeliveryMode, areas: Vec<Area>, postcodes: &[&str]) -> ServiceListing {
    let place = |postcode: &&str| at(location(&format!("{name} {postcode}"), postcode, None));
    ServiceListing {
        delivery: vec![delivery],
        areas,
        schedules: vec![weekly("MO", "09:00", "17:00")],
        places: postcodes.iter().map(place).collect(),
        ..service(name, name, "housing.emergency")
    }
}

#[tokio::test]
async fn holidays_are_those_of_the_nation_that_all_areas_lie_in_or_else_of_the_buildings() {
    use DeliveryMode::{InCustody, InPerson, Outreach};
    let manchester = || area(AreaKind::LocalAuthority, "E08000003");
    let words = || area(AreaKind::Text, "The villages along the A420");
    let mut secret = listing("a secret building", Outreach, vec![words()], &["LS1 4AP"]);
    secret.places[0].location.confidential = true;
    let rows = [
        (listing("one area", Outreach, vec![manchester()], &[]), "OPEN"),
        (listing("one that is known", Outreach, vec![manchester(), words()], &[]), "OPEN"),
        (listing("a name in words", Outreach, vec![area(AreaKind::Text, "Leeds")], &[]), "OPEN"),
        (listing("England and Wales", Outreach, vec![manchester(), area(AreaKind::Nation, "Wales")], &[]), "OPEN"),
        (listing("none", Outreach, vec![], &[]), "UNKNOWN"),
        (listing("only words", Outreach, vec![words()], &[]), "UNKNOWN"),
        (listing("two nations", Outreach, vec![manchester(), area(AreaKind::Nation, "Scotland")], &[]), "UNKNOWN"),
        (listing("two, one in words", Outreach, vec![manchester(), area(AreaKind::Text, "Scotland")], &[]), "UNKNOWN"),
        (listing("all of them", Outreach, vec![area(AreaKind::UnitedKingdom, "")], &["LS1 4AP"]), "UNKNOWN"),
        (listing("Scotland", Outreach, vec![area(AreaKind::Nation, "Scotland")], &["LS1 4AP"]), "UNKNOWN"),
        // Where nothing is said of where they work, they keep the holidays of where they are.
        (listing("words and a building", InCustody, vec![words()], &["LS1 4AP"]), "OPEN"),
        (listing("two buildings", Outreach, vec![], &["LS1 4AP", "M14 5RQ"]), "OPEN"),
        (listing("two buildings in two", Outreach, vec![], &["LS1 4AP", "EH1 1BB"]), "UNKNOWN"),
        (secret, "UNKNOWN"),
        // A district that lies in two authorities lies in one nation.
        (listing("a building", InPerson, vec![], &["WF10 4PW"]), "OPEN"),
        (listing("a building in Scotland", InPerson, vec![manchester()], &["EH1 1BB"]), "UNKNOWN"),
    ];
    let app = TestApp::of(&rows.iter().map(|(listing, _)| listing.clone()).collect::<Vec<_>>()).await;
    for at in [HOLIDAY_IN_SCOTLAND, HOLIDAY_ELSEWHERE] {
        let data = app.data(ASK, json!({ "at": at })).await;
        let nodes = data["signpost"]["nodes"].as_array().unwrap();
        assert_eq!(nodes.len(), rows.len());
        for (listing, state) in &rows {
            let named = |node: &&Value| node["service"]["name"] == listing.name;
            let state = match at {
                HOLIDAY_IN_SCOTLAND => *state,
                // Only what is known to keep Scotland's holidays is open then.
                _ if matches!(listing.name.as_str(), "Scotland" | "a building in Scotland") => "OPEN",
                _ => "UNKNOWN",
            };
            assert_eq!(nodes.iter().find(named).unwrap()["openNow"]["state"], state, "{} at {at}", listing.name);
        }
    }
}
