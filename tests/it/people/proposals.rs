//! What service users are asked to permit: once, until it is answered, taken back, or would have ended.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use entity::enums::ConsentKind;
use entity::ids::AssignmentId;
use entity::instants::Millis;
use entity::{assignment, consent_proposal};
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use signpost::api::ids::NodeId;
use signpost::people::consents::asked::Asked;

use super::consents::{agency, terms};
use super::graph::Network;
use crate::access::stored;

const SHOWN: &str = "query($id: ID!) { serviceUser(id: $id, purpose: CARE_COORDINATION) { \
    proposals { id state answeredAt takenBackAt takenBackBy } } }";

/// Two agencies that agree, and Sam, who has an account; what Sam is to be asked.
async fn somebody() -> (Network, String, Value) {
    let network = Network::new().await;
    let other = network.other_manager().await;
    network.agree(&network.manager, &other, terms(Network::agency(0), Network::agency(1))).await;
    let id = network.enter(&network.ann, json!({ "givenNames": "Sam" })).await;
    let sam = network.account(&network.sam).await;
    let link = format!("linkAccount(input: {{ serviceUser: {id:?}, account: {sam:?} }})");
    assert_eq!(network.change(&network.ann, &link).await, json!([]));
    let asked = json!({ "serviceUser": id, "kind": "PERMIT", "agencies": [agency(Network::agency(1))],
        "categories": ["IDENTITY"], "purposes": ["REFERRAL"], "until": "2026-11-23T00:00:00Z" });
    (network, id, asked)
}

async fn propose(network: &Network, token: &str, asked: &Value) -> Value {
    let query =
        "mutation($input: ProposeConsentInput!) { proposeConsent(input: $input) { id errors { code message field } } }";
    let hash = network.preview(token, asked).await["hash"].clone();
    let input = json!({ "input": { "terms": asked, "previewHash": hash } });
    network.ask(token, query, input).await["proposeConsent"].take()
}

async fn answer(network: &Network, token: &str, input: Value) -> Value {
    let query =
        "mutation($input: AnswerConsentInput!) { answerConsent(input: $input) { id errors { code message field } } }";
    network.ask(token, query, json!({ "input": input })).await["answerConsent"].take()
}

async fn shown(network: &Network, token: &str, of: &str) -> Value {
    network.ask(token, SHOWN, json!({ "id": of })).await["serviceUser"]["proposals"].take()
}

/// Puts somebody on the caseload of Cal of the second agency.
async fn on_caseload_of_cal(network: &Network, of: &str) {
    let (Some(NodeId::ServiceUser(of)), Some(NodeId::Account(cal))) =
        (NodeId::decode(of), NodeId::decode(&network.account(&network.cal).await))
    else {
        panic!("{of}")
    };
    let row = assignment::Model {
        id: AssignmentId(network.app.clock.new_id()),
        service_user_id: of,
        recorded_for: of,
        agency_id: Network::agency(1),
        account_id: Some(cal),
        team_id: None,
        begins_at: network.app.clock.now().into(),
        ends_at: None,
        named_by: None,
    };
    stored::insert(network.app.db().connection(), vec![row]).await;
    let id = NodeId::ServiceUser(of).encode().0;
    assert_eq!(network.record(&network.cal, &id, json!({ "note": { "text": "Came in." } })).await["errors"], json!([]));
}

#[tokio::test]
async fn what_was_asked_is_taken_back_by_who_asked_and_by_nobody_else() {
    let (network, id, asked) = somebody().await;
    on_caseload_of_cal(&network, &id).await;
    let first = propose(&network, &network.ann, &asked).await;
    assert_eq!(first["errors"], json!([]));
    // Not asked twice; another thing is, and the same by another agency.
    let twice = propose(&network, &network.ann, &asked).await;
    assert_eq!(
        (&twice["errors"][0]["code"], &twice["errors"][0]["field"]),
        (&json!("BAD_VALUE"), &json!("input.terms"))
    );
    assert_eq!(shown(&network, &network.sam, &id).await.as_array().unwrap().len(), 1);
    let mut longer = asked.clone();
    longer["until"] = json!("2026-11-24T00:00:00Z");
    assert_eq!(propose(&network, &network.ann, &longer).await["errors"], json!([]));
    let of_cal = propose(&network, &network.cal, &asked).await;
    assert_eq!(of_cal["errors"], json!([]));

    let take_back = format!("takeBackProposal(id: {})", first["id"]);
    // Bea is of the agency and does not work with them; Cal works with them for another agency.
    assert_ne!(network.see(&network.cal, &id).await, Value::Null);
    let nothing = NodeId::ConsentProposal(entity::ids::ConsentProposalId(uuid::Uuid::from_u128(99))).encode().0;
    let no_such = network.change(&network.cal, &format!("takeBackProposal(id: {nothing:?})")).await;
    for token in [&network.bea, &network.cal] {
        assert_eq!(network.change(token, &take_back).await, no_such);
    }
    assert_eq!(no_such[0]["code"], "NOT_FOUND");
    assert!(shown(&network, &network.sam, &id).await.as_array().unwrap().iter().all(|it| it["state"] == "PROPOSED"));

    assert_eq!(network.change(&network.ann, &take_back).await, json!([]));
    let of_first = |all: &Value| all.as_array().unwrap().iter().find(|it| it["id"] == first["id"]).unwrap().clone();
    let seen = of_first(&shown(&network, &network.sam, &id).await);
    assert_eq!((&seen["state"], &seen["answeredAt"]), (&json!("TAKEN_BACK"), &Value::Null));
    assert!(seen["takenBackAt"].is_string(), "{seen}");
    assert_eq!(of_first(&shown(&network, &network.ann, &id).await)["takenBackBy"], "Robin Vale");
    assert_eq!(of_first(&shown(&network, &network.cal, &id).await)["takenBackBy"], Value::Null, "of another agency");
    assert_eq!(network.change(&network.ann, &take_back).await, no_such, "once");
    let late = answer(&network, &network.sam, json!({ "proposal": first["id"] })).await;
    assert_eq!(late["errors"][0]["code"], "NOT_FOUND", "nobody asks any more");
    // Asked anew, and answered: what is answered is not taken back.
    let again = propose(&network, &network.ann, &asked).await;
    assert_eq!(again["errors"], json!([]));
    assert_eq!(answer(&network, &network.sam, json!({ "proposal": again["id"] })).await["errors"], json!([]));
    let take_back = format!("takeBackProposal(id: {})", again["id"]);
    assert_eq!(network.change(&network.ann, &take_back).await, no_such);
    let rows = consent_proposal::Entity::find().all(network.app.db().connection()).await.unwrap();
    let by: Vec<_> = rows.iter().filter(|row| row.taken_back_at.is_some()).map(|row| row.taken_back_by).collect();
    assert!(by.len() == 1 && by[0].is_some(), "who did is kept: {by:?}");
}

#[tokio::test]
async fn what_would_have_ended_is_said_yes_to_by_nobody() {
    let (network, id, asked) = somebody().await;
    let first = propose(&network, &network.ann, &asked).await;
    assert_eq!(shown(&network, &network.ann, &id).await[0]["state"], "PROPOSED");
    network.app.clock.advance(TimeDelta::days(3));
    let (ann, sam) = (network.app.token("ann@example.org").await, network.app.token("sam@example.org").await);
    for token in [&ann, &sam] {
        assert_eq!(shown(&network, token, &id).await[0]["state"], "EXPIRED");
    }
    let stored = consent_proposal::Entity::find().one(network.app.db().connection()).await.unwrap().unwrap();
    assert_eq!(stored.state, entity::enums::ProposalState::Proposed, "time brings it, and nobody writes it");
    let yes = json!({ "proposal": first["id"], "yesToPreviewHash": "0123" });
    let refused = answer(&network, &sam, yes).await["errors"][0].take();
    assert_eq!((&refused["code"], &refused["field"]), (&json!("BAD_VALUE"), &json!("input.proposal")));
    assert!(refused["message"].as_str().unwrap().contains("ended by now"), "{refused}");
    // A no is kept, however late.
    assert_eq!(answer(&network, &sam, json!({ "proposal": first["id"] })).await["errors"], json!([]));
    assert_eq!(shown(&network, &ann, &id).await[0]["state"], "REFUSED");
}

/// What is wrong with an answer is told by a name that the answer has.
#[tokio::test]
async fn an_answer_is_refused_by_names_that_it_has() {
    let (network, _, asked) = somebody().await;
    let mut own = asked.clone();
    own["agencies"] = json!([agency(Network::agency(0))]);
    let of_own = propose(&network, &network.ann, &own).await["id"].take();
    let of_other = propose(&network, &network.ann, &asked).await["id"].take();
    let said = json!({ "method": "SPOKEN" });
    for (proposal, manner, field) in [
        (&of_own, said.clone(), "input.proposal"),
        (&of_other, json!({}), "input.manner.method"),
        (&of_other, said, "input.yesToPreviewHash"),
    ] {
        let yes = json!({ "proposal": proposal, "yesToPreviewHash": "0123", "manner": manner });
        let refused = answer(&network, &network.ann, yes).await;
        assert_eq!(refused["errors"][0]["field"], field);
    }
}

#[test]
fn what_has_an_end_has_run_out_from_then_on() {
    let asked = |until| Asked {
        kind: ConsentKind::Deny,
        agencies: [Network::agency(1)].into(),
        categories: BTreeSet::new(),
        purposes: BTreeSet::new(),
        until,
    };
    for (until, at, expected) in [(Some(10), 9, false), (Some(10), 10, true), (Some(10), 11, true), (None, 11, false)] {
        assert_eq!(asked(until).has_run_out(Millis(at)), expected, "{until:?} at {at}");
    }
}
