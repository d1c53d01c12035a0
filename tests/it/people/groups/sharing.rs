//! Who else sees of places in groups what; and what becomes of them where a case is closed, somebody is kept out, records are
//! joined.

use entity::enums::{GroupPlaceState, Role};
use entity::group_place;
use entity::ids::{CohortId, GroupId, GroupPlaceId};
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use signpost::api::ids::NodeId;

use super::{id_of, told};
use crate::people::consents::{agency, terms};
use crate::people::graph::Network;

/// Another agency sees a place while attendance and what the group is for may flow to it; and then no count and no reason.
#[tokio::test]
async fn a_place_is_shared_with_who_may_see_what_the_group_is_for() {
    let network = Network::new().await;
    let other = network.other_manager().await;
    let mut shares = terms(Network::agency(0), Network::agency(1));
    shares["flows"][0]["categories"] = json!(["ATTENDANCE", "HOUSING", "CASE_NOTES"]);
    shares["flows"][0]["purposes"] = json!(["CARE_COORDINATION"]);
    network.agree(&network.manager, &other, shares).await;
    let (group, cohort) = network.group_of(1).await;
    let first = network.person_called("Ada").await;
    let of_first = id_of(&network.joins_group(&network.ann, &first, &group, "").await);
    let una = network.person_called("Una").await;
    network.refer(&una, Network::agency(1)).await;
    let place = id_of(&network.joins_group(&network.ann, &una, &group, "").await);
    let last = network.person_called("Bo").await;
    let of_last = id_of(&network.joins_group(&network.ann, &last, &group, "").await);
    id_of(&network.leaves_group(&network.ann, &of_first).await);
    // One who joined later comes first, and then she after all: both for a reason.
    let why = |place: &str| format!(", to: {place:?}, reason: \"Her tenancy ends.\"");
    id_of(&network.offers_place(&network.ann, &cohort, &why(&of_last)).await);
    id_of(&network.leaves_group(&network.ann, &of_last).await);
    id_of(&network.offers_place(&network.ann, &cohort, &why(&place)).await);
    // And another one that says nothing of what it is for.
    let silent = network.makes_group(&network.ann, json!({ "name": "Fridays", "needs": [] })).await;
    let silent = silent["group"]["id"].as_str().unwrap().to_owned();
    id_of(&network.joins_group(&network.ann, &una, &silent, "").await);
    let seen = async || {
        let seen = network.group_places_of(&network.cal, &una).await;
        seen.as_array().unwrap().iter().map(|one| one["group"]["name"].clone()).collect::<Vec<_>>()
    };
    let mut given = Vec::new();
    for (category, wanted) in
        [("HOUSING", json!([])), ("ATTENDANCE", json!(["Moving on"])), ("CASE_NOTES", json!(["Moving on", "Fridays"]))]
    {
        let asked = json!({ "serviceUser": una, "kind": "PERMIT", "agencies": [agency(Network::agency(1))],
            "categories": [category], "purposes": ["CARE_COORDINATION"], "until": "2027-11-01T00:00:00Z" });
        let consent = network.give(&network.ann, &asked, json!({ "method": "SPOKEN" })).await;
        assert_eq!(consent["errors"], json!([]));
        assert_eq!(json!(seen().await), wanted, "{category}");
        given.push(consent["id"].as_str().unwrap().to_owned());
    }
    let shared = network.group_place(&network.cal, &place).await;
    assert_eq!((&shared["state"], &shared["reason"]), (&json!("PLACED"), &Value::Null));
    assert_eq!((&shared["joinedBy"], &shared["offeredBy"]), (&Value::Null, &Value::Null));
    assert_eq!(shared["cohort"], json!({ "id": cohort, "taken": null, "free": null }));
    assert_eq!((&shared["group"]["waiting"], &shared["serviceUser"]["name"]), (&Value::Null, &Value::Null));
    let own = network.group_place(&network.ann, &place).await;
    assert_eq!((&own["reason"], &own["cohort"]["taken"]), (&json!("Her tenancy ends."), &json!(1)));
    let left = network.leaves_group(&network.cal, &place).await;
    assert_eq!(left["errors"][0]["code"], "NOT_FOUND", "seen, and not theirs to give up");
    // What the group is for is theirs to see no longer, and so neither is that she is in it: from the very next read on.
    assert_eq!(network.change(&network.ann, &format!("withdrawConsent(id: {:?})", given[0])).await, json!([]));
    assert_eq!(seen().await, ["Fridays"]);
    assert_eq!(network.group_place(&network.cal, &place).await, Value::Null);
}

/// A place, a group, a cohort of others is not there, in answer and in statements.
#[tokio::test]
async fn what_is_of_others_is_not_there() {
    let network = Network::new().await;
    let (group, cohort) = network.group_of(1).await;
    let una = network.person_called("Una").await;
    let place = id_of(&network.joins_group(&network.ann, &una, &group, "").await);
    let new_id = || network.app.clock.new_id();
    let nobody = NodeId::GroupPlace(GroupPlaceId(new_id())).encode().0;
    let nothing = (NodeId::Group(GroupId(new_id())).encode().0, NodeId::Cohort(CohortId(new_id())).encode().0);
    for token in [&network.bea, &network.cal, &network.sam] {
        let mut told = Vec::new();
        for of in [&place, &nobody] {
            let before = network.app.db().statements();
            assert_eq!(network.group_place(token, of).await, Value::Null);
            let read = network.app.db().statements() - before;
            let left = network.leaves_group(token, of).await;
            assert_eq!((&left["errors"][0]["code"], &left["errors"][0]["field"]), (&json!("NOT_FOUND"), &Value::Null));
            told.push((read, network.app.db().statements() - before - read));
        }
        assert_eq!(told[0], told[1]);
        assert_eq!(network.group_places_of(token, &una).await, json!([]));
    }
    // Cal works for another agency: its groups are none there.
    let eli = network.enter(&network.cal, json!({ "givenNames": "Eli" })).await;
    let mut answers = Vec::new();
    for (group, cohort) in [(&group, &cohort), (&nothing.0, &nothing.1)] {
        let before = network.app.db().statements();
        assert_eq!(network.group(&network.cal, group).await, Value::Null);
        let mut answer = vec![network.joins_group(&network.cal, &eli, group, "").await];
        answer.push(network.opens_cohort(&network.cal, group, json!({})).await);
        answer.push(network.offers_place(&network.cal, cohort, "").await);
        answer.push(network.change(&network.cal, &format!("closeCohort(id: {cohort:?})")).await);
        answers.push((answer, network.app.db().statements() - before));
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0].0[0]["errors"][0]["field"], "input.group");
    assert_eq!(network.ask(&network.cal, "{ groups { id } }", json!({})).await["groups"], json!([]));
    let entries = network.entries().await;
    network.ask(&network.ann, &format!("{{ groupPlace(id: {place:?}) {{ id }} }}"), json!({})).await;
    assert_eq!(network.entries().await, entries + 1, "and every look stands in the ledger");
}

/// The service user sees their own place, and gives it up themselves.
#[tokio::test]
async fn a_service_user_gives_their_place_up() {
    let network = Network::new().await;
    let (group, _) = network.group_of(1).await;
    let una = network.person_called("Una").await;
    let sam = network.account(&network.sam).await;
    let link = format!("linkAccount(input: {{ serviceUser: {una:?}, account: {sam:?} }})");
    assert_eq!(network.change(&network.ann, &link).await, json!([]));
    let place = id_of(&network.joins_group(&network.ann, &una, &group, "").await);
    let own = network.group_place(&network.sam, &place).await;
    assert_eq!((&own["group"]["name"], &own["group"]["waiting"]), (&json!("Moving on"), &Value::Null));
    assert_eq!(own["joinedBy"]["id"], json!(network.account(&network.ann).await));
    let left = network.leaves_group(&network.sam, &place).await;
    assert_eq!(left["groupPlace"]["state"], "LEFT");
    let query = "query($id: ID!) { appointmentsOf(serviceUser: $id) { cancelledBy state } }";
    let off = network.ask(&network.ann, query, json!({ "id": una })).await["appointmentsOf"].take();
    assert_eq!(off.as_array().unwrap().len(), 3);
    for one in off.as_array().unwrap() {
        assert_eq!(one, &json!({ "cancelledBy": "SERVICE_USER", "state": "CANCELLED" }));
    }
}

/// A case is not closed while appointments are to come; closed it frees the place, and ends the waiting.
#[tokio::test]
async fn a_closed_case_holds_no_place() {
    let network = Network::new().await;
    let (group, cohort) = network.group_of(1).await;
    let (una, dot) = (network.person_called("Una").await, network.person_called("Dot").await);
    let place = id_of(&network.joins_group(&network.ann, &una, &group, "").await);
    id_of(&network.joins_group(&network.ann, &dot, &group, "").await);
    let close = |of: &str| format!("closeCase(serviceUser: {of:?})");
    assert_eq!(network.change(&network.ann, &close(&una)).await[0]["code"], "BAD_VALUE", "booked");
    let all = "query($id: ID!) { appointmentsOf(serviceUser: $id) { id } }";
    let all = network.ask(&network.ann, all, json!({ "id": una })).await["appointmentsOf"].take();
    for one in all.as_array().unwrap() {
        let cancel = format!("cancelAppointment(input: {{ appointment: {} }})", one["id"]);
        assert_eq!(network.change(&network.ann, &cancel).await, json!([]));
    }
    assert_eq!(network.group_place(&network.ann, &place).await["state"], "PLACED", "what is called off is no more");
    assert_eq!(network.change(&network.ann, &close(&una)).await, json!([]));
    let now = network.group(&network.ann, &group).await;
    assert_eq!((&now["waiting"], &now["cohorts"][0]["taken"]), (&json!(1), &json!(0)));
    assert_eq!(network.change(&network.ann, &close(&dot)).await, json!([]));
    assert_eq!(network.group(&network.ann, &group).await["waiting"], 0);
    let nobody = network.offers_place(&network.ann, &cohort, "").await;
    assert_eq!(nobody["errors"][0]["field"], "input.cohort");
}

/// Whoever keeps out the agency has no place there; whoever keeps out a worker none with them, and is passed in their line.
#[tokio::test]
async fn who_keeps_somebody_out_does_not_meet_them() {
    let network = Network::new().await;
    let (group, cohort) = network.group_of(1).await;
    let bea = network.account(&network.bea).await;
    let with_bea = json!({ "places": 1, "with": bea, "beginsOn": "2026-11-22" });
    let opened = network.opens_cohort(&network.ann, &group, with_bea).await;
    let of_bea = opened["group"]["cohorts"][0]["id"].as_str().unwrap().to_owned();
    let keep = |of: &str, whom: &str| format!("keepOut(input: {{ serviceUser: {of:?}, whom: {{ {whom} }} }})");
    let out_bea = format!("account: {bea:?}");
    let (una, dot, tre) =
        (network.person_called("Una").await, network.person_called("Dot").await, network.person_called("Tre").await);
    // She who has a place with Bea keeps her out: the place is free, and what was to come of it is called off.
    let place = id_of(&network.joins_group(&network.ann, &una, &group, &format!(", cohort: {of_bea:?}")).await);
    assert_eq!(network.change(&network.ann, &keep(&una, &out_bea)).await, json!([]));
    assert_eq!(network.group_place(&network.ann, &place).await["state"], "LEFT");
    let off = told(&[("11-23", "CANCELLED"), ("11-30", "CANCELLED"), ("12-07", "CANCELLED")]);
    assert_eq!(network.meetings_of(&network.ann, &una).await, off);
    let refused = network.joins_group(&network.ann, &una, &group, &format!(", cohort: {of_bea:?}")).await;
    assert_eq!(refused["errors"][0]["field"], "input.cohort");
    // Ann's has a place for her; the next who keeps Bea out waits, and is passed by who does not.
    assert_eq!(network.joins_group(&network.ann, &una, &group, "").await["groupPlace"]["cohort"]["id"], json!(cohort));
    assert_eq!(network.change(&network.ann, &keep(&dot, &out_bea)).await, json!([]));
    let waits = id_of(&network.joins_group(&network.ann, &dot, &group, "").await);
    assert_eq!(network.group_place(&network.ann, &waits).await["placeInLine"], 1);
    let nobody = network.offers_place(&network.manager, &of_bea, "").await;
    assert_eq!(nobody["errors"][0]["field"], "input.cohort", "the only one who waits can't take it");
    let joined = network.joins_group(&network.ann, &tre, &group, "").await;
    assert_eq!(joined["groupPlace"]["cohort"]["id"], json!(of_bea), "it is free to who may meet her");
    let named = network.offers_place(&network.ann, &of_bea, &format!(", to: {waits:?}")).await;
    assert_eq!(named["errors"][0]["field"], "input.cohort");
    // Keeping the agency out, which they could let in again, ends all of it, at once.
    let agency = agency(Network::agency(0));
    let own = network.app.signed_in("dot@example.org", Role::ServiceUser, None).await;
    for (of, token) in [(&una, &network.sam), (&dot, &own)] {
        let account = network.account(token).await;
        let link = format!("linkAccount(input: {{ serviceUser: {of:?}, account: {account:?} }})");
        assert_eq!(network.change(&network.ann, &link).await, json!([]));
        assert_eq!(network.change(&network.ann, &keep(of, &format!("agency: {agency:?}"))).await, json!([]));
        assert_eq!(network.group_places_of(&network.ann, of).await, json!([]), "and nobody there sees it");
    }
    let now = network.group(&network.ann, &group).await;
    let taken: Vec<&Value> = now["cohorts"].as_array().unwrap().iter().map(|cohort| &cohort["taken"]).collect();
    assert_eq!((&now["waiting"], taken), (&json!(0), vec![&json!(1), &json!(0)]));
    let rows = group_place::Entity::find().all(network.app.db().connection()).await.unwrap();
    let placed = rows.iter().filter(|row| row.state == GroupPlaceState::Placed).count();
    assert_eq!(placed, 1);
}

/// Joined records bring their places with them, and parted take them back, with their appointments.
#[tokio::test]
async fn joined_records_carry_places() {
    let network = Network::new().await;
    let (group, cohort) = network.group_of(1).await;
    let first = network.person_called("Ada").await;
    let of_first = id_of(&network.joins_group(&network.ann, &first, &group, "").await);
    let (one, two) = (network.person_called("Una").await, network.person_called("Una").await);
    let place = id_of(&network.joins_group(&network.ann, &two, &group, "").await);
    let merge = format!(
        "mutation {{ mergeServiceUsers(input: {{ keep: {one:?}, other: {two:?} }}) {{ id errors {{ code }} }} }}"
    );
    let merged = network.ask(&network.ann, &merge, json!({})).await["mergeServiceUsers"].take();
    assert_eq!(merged["errors"], json!([]));
    let again = network.joins_group(&network.ann, &one, &group, "").await;
    assert_eq!(again["errors"][0]["field"], "input.serviceUser", "the one waits who stands for both");
    id_of(&network.leaves_group(&network.ann, &of_first).await);
    let given = network.offers_place(&network.ann, &cohort, "").await;
    assert_eq!((&given["groupPlace"]["id"], &given["groupPlace"]["serviceUser"]["id"]), (&json!(place), &json!(one)));
    for asked in [&one, &two] {
        assert_eq!(network.group_places_of(&network.ann, asked).await[0]["id"], json!(place));
        assert_eq!(network.meetings_of(&network.ann, asked).await.len(), 3);
    }
    assert_eq!(network.change(&network.ann, &format!("undoMerge(id: {})", merged["id"])).await, json!([]));
    assert_eq!(network.group_places_of(&network.ann, &one).await, json!([]));
    assert_eq!(network.meetings_of(&network.ann, &one).await, Vec::new());
    assert_eq!(network.group_places_of(&network.ann, &two).await[0]["id"], json!(place));
    assert_eq!(network.meetings_of(&network.ann, &two).await.len(), 3, "what came with the place goes with it");
    id_of(&network.leaves_group(&network.ann, &place).await);
}
