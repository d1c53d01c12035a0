//! Places in groups on the pathway: whose they are, how far they have come, when they meet next; and to whom they are not shown.

use serde_json::{Value, json};

use crate::people::consents::{agency, terms};
use crate::people::graph::Network;

const PLACE: &str = "id placeState: state placeInLine serviceUser { id } agencyOfGroup: group { name agency { id } waiting } \
    cohort { with { id } } nextSession { startsAt } placeHistory: history { step by { id } } joinedBy { id }";

impl Network {
    /// The places in groups on somebody's pathway, the latest first, with their instants; and whether it is open.
    async fn places_on(&self, token: &str, of: &str, purpose: &str) -> (Vec<Value>, Value) {
        let query = format!(
            "query($id: ID!) {{ pathway(serviceUser: $id, purpose: {purpose}, kinds: [GROUP_PLACE]) {{ isOpen withheld {{ category }} \
             entries {{ nodes {{ at kind item {{ __typename ... on GroupPlace {{ {PLACE} }} }} }} }} }} }}"
        );
        let mut pathway = self.ask(token, &query, json!({ "id": of })).await["pathway"].take();
        let nodes = pathway["entries"]["nodes"].as_array().cloned().unwrap_or_default();
        (nodes, pathway["isOpen"].take())
    }
}

#[tokio::test]
async fn places_in_groups_stand_on_the_timeline() {
    let network = Network::new().await;
    let (group, cohort) = network.group_of(1).await;
    let (una, dot) = (network.person_called("Una").await, network.person_called("Dot").await);
    let first = network.joins_group(&network.ann, &una, &group, "").await["groupPlace"]["id"].take();
    let waits = network.joins_group(&network.ann, &dot, &group, "").await["groupPlace"].take();
    let (nodes, open) = network.places_on(&network.ann, &dot, "SIGNPOSTING").await;
    let node = &nodes[0];
    assert_eq!((nodes.len(), &open), (1, &json!(true)));
    assert_eq!((&node["kind"], &node["at"]), (&json!("GROUP_PLACE"), &waits["joinedAt"]));
    let item = &node["item"];
    assert_eq!((&item["id"], &item["placeState"], &item["placeInLine"]), (&waits["id"], &json!("WAITING"), &json!(1)));
    assert_eq!(
        (&item["serviceUser"], &item["nextSession"], &item["cohort"]),
        (&Value::Null, &Value::Null, &Value::Null)
    );
    assert_eq!(item["agencyOfGroup"]["agency"]["id"], json!(agency(Network::agency(0))));
    let leave = format!("leaveGroup(input: {{ groupPlace: {first} }})");
    assert_eq!(network.change(&network.ann, &leave).await, json!([]));
    assert_eq!(network.change(&network.ann, &format!("offerPlace(input: {{ cohort: {cohort:?} }})")).await, json!([]));
    let (nodes, _) = network.places_on(&network.ann, &dot, "REFERRAL").await;
    let item = &nodes[0]["item"];
    assert_eq!(
        (&item["placeState"], &item["nextSession"]["startsAt"]),
        (&json!("PLACED"), &json!("2026-11-23T10:00:00Z"))
    );
    assert_eq!(item["cohort"]["with"]["id"], json!(network.account(&network.ann).await));
    // What was stays on it.
    let (nodes, _) = network.places_on(&network.ann, &una, "REFERRAL").await;
    let item = &nodes[0]["item"];
    assert_eq!((&item["placeState"], &item["nextSession"]), (&json!("LEFT"), &Value::Null));
    let steps: Vec<&Value> = item["placeHistory"].as_array().unwrap().iter().map(|it| &it["step"]).collect();
    assert_eq!(steps, ["GIVEN", "LEFT"]);
}

/// A place keeps a pathway open for who is shown it, and for nobody else.
#[tokio::test]
async fn a_place_is_on_the_pathway_of_who_may_see_what_the_group_is_for() {
    let network = Network::new().await;
    let other = network.other_manager().await;
    let mut shares = terms(Network::agency(0), Network::agency(1));
    shares["flows"][0]["categories"] = json!(["ATTENDANCE", "HOUSING"]);
    shares["flows"][0]["purposes"] = json!(["CARE_COORDINATION"]);
    network.agree(&network.manager, &other, shares).await;
    let (group, _) = network.group_of(1).await;
    let (ada, una) = (network.person_called("Ada").await, network.person_called("Una").await);
    network.joins_group(&network.ann, &ada, &group, "").await;
    network.joins_group(&network.ann, &una, &group, "").await;
    network.record(&network.ann, &una, json!({ "need": { "need": "housing.hostel" } })).await;
    network.refer(&una, Network::agency(1)).await;
    let mut given = Vec::new();
    for (category, number, open) in [("HOUSING", 0, json!(false)), ("ATTENDANCE", 1, json!(true))] {
        let asked = json!({ "serviceUser": una, "kind": "PERMIT", "agencies": [agency(Network::agency(1))],
            "categories": [category], "purposes": ["CARE_COORDINATION"], "until": "2027-11-01T00:00:00Z" });
        let consent = network.give(&network.ann, &asked, json!({ "method": "SPOKEN" })).await;
        assert_eq!(consent["errors"], json!([]));
        given.push(consent["id"].clone());
        let (nodes, is_open) = network.places_on(&network.cal, &una, "CARE_COORDINATION").await;
        assert_eq!((nodes.len(), is_open), (number, open), "{category}");
    }
    let (nodes, _) = network.places_on(&network.cal, &una, "CARE_COORDINATION").await;
    let item = &nodes[0]["item"];
    assert_eq!((&item["joinedBy"], &item["agencyOfGroup"]["waiting"]), (&Value::Null, &Value::Null));
    assert!(item["placeHistory"].as_array().unwrap().iter().all(|it| it["by"].is_null()), "{item}");
    // Whoever else works at the first agency sees none of it, as if there were nobody.
    assert_eq!(network.places_on(&network.bea, &una, "CARE_COORDINATION").await, (Vec::new(), Value::Null));
    let withdraw = format!("withdrawConsent(id: {})", given[0]);
    assert_eq!(network.change(&network.ann, &withdraw).await, json!([]));
    assert_eq!(network.places_on(&network.cal, &una, "CARE_COORDINATION").await, (Vec::new(), Value::Null));
}
