//! Ways by which a referral would open more than was permitted, or leave somebody without a way on; each as it was tried.

use serde_json::{Value, json};

use super::consents::agency;
use super::graph::Network;

impl Network {
    async fn errors(&self, token: &str, step: &str, id: &str, input: &str) -> Value {
        self.stepped(token, step, id, input).await["errors"].take()
    }
}

/// Whoever took somebody on opens no further door by it: no yes for their own agency, no proxy, no account, no joining.
#[tokio::test]
async fn who_takes_somebody_on_opens_nothing_more() {
    let network = Network::new().await;
    let (id, _) = network.agreed().await;
    network.record(&network.ann, &id, json!({ "note": { "text": "Ours alone." } })).await;
    let referral = network.sent(&id).await;
    assert_eq!(network.errors(&network.cal, "acceptReferral", &referral, "").await, json!([]));
    network.record(&network.cal, &id, json!({ "note": { "text": "Came in." } })).await;
    let asked = json!({ "serviceUser": id, "kind": "PERMIT", "agencies": [agency(Network::agency(1))],
        "categories": ["IDENTITY", "OFFENDING"], "purposes": ["REFERRAL"], "until": "2027-06-01T00:00:00Z" });
    let given = network.give(&network.cal, &asked, json!({ "method": "SPOKEN" })).await;
    assert_eq!(given["errors"][0]["field"], "input.terms.agencies");
    let carer = network.app.signed_in("carer@example.org", entity::enums::Role::ServiceUser, None).await;
    let carer_id = network.account(&carer).await;
    let name = format!(
        "nameProxy(input: {{ serviceUser: {id:?}, account: {carer_id:?}, authority: LEGAL, until: \"2027-06-01T00:00:00Z\" }})"
    );
    assert_eq!(network.change(&network.cal, &name).await[0]["field"], "input.serviceUser");
    assert_eq!(network.see(&carer, &id).await, Value::Null);
    let link = format!("linkAccount(input: {{ serviceUser: {id:?}, account: {carer_id:?} }})");
    assert_eq!(network.change(&network.cal, &link).await[0]["field"], "input.serviceUser");
    let own = network.enter(&network.cal, json!({ "givenNames": "Ida" })).await;
    let merge = format!("mergeServiceUsers(input: {{ keep: {own:?}, other: {id:?} }})");
    assert_eq!(network.change(&network.cal, &merge).await[0]["field"], "input.other");
}

/// What a referral is about is shown to the receiver as far as it may see that now, and what was said with it.
#[tokio::test]
async fn the_header_tells_no_more_than_flows() {
    let network = Network::new().await;
    let (id, consent) = network.agreed().await;
    let sam = network.account(&network.sam).await;
    network.change(&network.ann, &format!("linkAccount(input: {{ serviceUser: {id:?}, account: {sam:?} }})")).await;
    for (input, told) in [
        (json!({ "needs": ["drugs-alcohol.support"] }), "SUBSTANCE_USE"),
        (json!({ "releaseOn": "2026-12-01" }), "OFFENDING"),
    ] {
        let mut whole = json!({ "serviceUser": id, "receiver": agency(Network::agency(1)), "needs": ["housing.hostel"], "discloses": ["IDENTITY", "HOUSING"] });
        whole.as_object_mut().unwrap().extend(input.as_object().unwrap().clone());
        let query =
            "mutation($input: DraftReferralInput!) { draftReferral(input: $input) { errors { field message } } }";
        let (_, answer) =
            network.app.ask(crate::support::accounts::As::token(&network.ann), query, json!({ "input": whole })).await;
        let refused = &answer["data"]["draftReferral"]["errors"][0];
        if answer["data"] != Value::Null {
            assert_eq!(refused["field"], "input.discloses", "{answer}");
            assert!(refused["message"].as_str().unwrap().contains(told), "{answer}");
        }
    }
    let referral = network.sent(&id).await;
    let words = ", words: \"Which hostel?\"";
    assert_eq!(network.errors(&network.cal, "requestReferralInformation", &referral, words).await, json!([]));
    let words = ", words: \"The one by the station.\"";
    assert_eq!(network.errors(&network.ann, "giveReferralInformation", &referral, words).await, json!([]));
    let seen = network.referral(&network.cal, &referral).await;
    assert_eq!(
        (&seen["needs"], &seen["history"][3]["words"]),
        (&json!([{ "key": "housing.hostel" }]), &json!("The one by the station."))
    );
    assert_eq!(network.change(&network.sam, &format!("withdrawConsent(id: {consent:?})")).await, json!([]));
    let seen = network.referral(&network.cal, &referral).await;
    assert_eq!((&seen["state"], &seen["needs"], &seen["discloses"]), (&json!("ON_HOLD"), &json!([]), &json!([])));
    assert_eq!((&seen["history"][2]["words"], &seen["history"][3]["words"]), (&json!("Which hostel?"), &Value::Null));
    // Taken back by themselves: the receiver is not told who they are.
    assert_eq!(network.errors(&network.sam, "withdrawReferral", &referral, "").await, json!([]));
    let seen = network.referral(&network.cal, &referral).await;
    assert_eq!((&seen["history"][5]["step"], &seen["history"][5]["by"]), (&json!("WITHDRAWN"), &Value::Null));
    assert_eq!(network.referral(&network.ann, &referral).await["history"][5]["by"]["id"], json!(sam));
}

/// What may flow of the category of headers opens no draft, and no referral to others.
#[tokio::test]
async fn a_share_of_outcomes_opens_no_referral_to_others() {
    let network = Network::new().await;
    let other = network.other_manager().await;
    let mut terms = super::consents::terms(Network::agency(0), Network::agency(1));
    terms["flows"][0]["categories"] = json!(["IDENTITY", "HOUSING", "OUTCOMES"]);
    network.agree(&network.manager, &other, terms).await;
    let id = network.enter(&network.ann, json!({ "givenNames": "Ida" })).await;
    let asked = json!({ "serviceUser": id, "kind": "PERMIT", "agencies": [agency(Network::agency(1))],
        "categories": ["IDENTITY", "HOUSING", "OUTCOMES"], "purposes": ["REFERRAL"], "until": "2027-06-01T00:00:00Z" });
    assert_eq!(network.give(&network.ann, &asked, json!({ "method": "SPOKEN" })).await["errors"], json!([]));
    let sent = network.sent(&id).await;
    let draft = network.drafted(&id, json!(["IDENTITY", "HOUSING"])).await["referral"]["id"].take();
    assert_eq!(network.referral(&network.cal, &sent).await["state"], "SUBMITTED");
    assert_eq!(network.referral(&network.cal, draft.as_str().unwrap()).await, Value::Null);
    let words = ", words: \"Not her.\"";
    assert_eq!(network.errors(&network.ann, "enterReferralInError", &sent, words).await, json!([]));
    assert_eq!(network.referral(&network.cal, &sent).await, Value::Null);
}

/// Taken on by a referral that should never have been, they never were: nothing of it can be used afterwards.
#[tokio::test]
async fn what_was_entered_in_error_leaves_nobody_on_a_caseload() {
    let network = Network::new().await;
    let (id, _) = network.agreed().await;
    let other = network.app.token("max@example.org").await;
    let referral = network.sent(&id).await;
    assert_eq!(network.errors(&network.cal, "acceptReferral", &referral, "").await, json!([]));
    let words = ", words: \"Another Ida.\"";
    assert_eq!(network.errors(&network.ann, "enterReferralInError", &referral, words).await, json!([]));
    let note = network.record(&network.cal, &id, json!({ "note": { "text": "Of nobody." } })).await;
    assert_eq!(note["errors"][0]["code"], "NOT_FOUND");
    let cal = network.account(&network.cal).await;
    let reopen = format!("reopenCase(input: {{ serviceUser: {id:?}, to: {{ account: {cal:?} }} }})");
    assert_eq!(network.change(&other, &reopen).await[0]["code"], "NOT_FOUND");
}

/// What a referral brings about goes with it when records that were joined are parted; what a joined record denies stops it.
#[tokio::test]
async fn joining_and_parting_carry_referrals_and_what_they_bring() {
    let network = Network::new().await;
    let (one, _) = network.agreed().await;
    let two = network.enter(&network.ann, json!({ "givenNames": "Idah" })).await;
    network.permits(&two).await;
    let draft = network.drafted(&two, json!(["IDENTITY"])).await["errors"].take();
    assert_eq!(draft[0]["field"], "input.discloses", "its needs tell of housing");
    let draft = network.drafted(&two, json!(["IDENTITY", "HOUSING"])).await["referral"]["id"].take();
    let draft = draft.as_str().unwrap();
    let merge = format!(
        "mutation {{ mergeServiceUsers(input: {{ keep: {one:?}, other: {two:?} }}) {{ id errors {{ code }} }} }}"
    );
    let merged = network.ask(&network.ann, &merge, json!({})).await["mergeServiceUsers"].take();
    assert_eq!(merged["errors"], json!([]));
    assert_eq!(network.errors(&network.ann, "submitReferral", draft, "").await, json!([]));
    assert_eq!(network.errors(&network.cal, "acceptReferral", draft, "").await, json!([]));
    assert_eq!(network.change(&network.ann, &format!("undoMerge(id: {})", merged["id"])).await, json!([]));
    assert_eq!(network.seen_by(&network.cal, &one, "REFERRAL").await, Value::Null, "never referred");
    assert_eq!(network.seen_by(&network.cal, &two, "REFERRAL").await["name"], "Idah");
    assert_eq!(
        network.record(&network.cal, &one, json!({ "note": { "text": "No." } })).await["errors"][0]["code"],
        "NOT_FOUND"
    );
    // The other says no; joined to it, the referral rests.
    let asked = json!({ "serviceUser": one, "kind": "DENY", "agencies": [agency(Network::agency(1))], "categories": ["HOUSING"], "purposes": ["REFERRAL"] });
    assert_eq!(network.give(&network.ann, &asked, json!({ "method": "SPOKEN" })).await["errors"], json!([]));
    network.ask(&network.ann, &merge, json!({})).await;
    assert_eq!(network.referral(&network.ann, draft).await["state"], "ON_HOLD");
}

/// Nobody is left answering for what they can't see, or takes it from who answers.
#[tokio::test]
async fn who_answers_for_it_stays_able_to() {
    let network = Network::new().await;
    let (id, _) = network.agreed().await;
    let referral = network.sent(&id).await;
    let bea = network.account(&network.bea).await;
    let offer = format!(", to: {bea:?}");
    assert_eq!(network.errors(&network.ann, "offerReferral", &referral, &offer).await[0]["field"], "input.to");
    assert_eq!(
        network.change(&network.ann, &format!("closeCase(serviceUser: {id:?})")).await[0]["field"],
        "serviceUser"
    );
    let all = format!(
        "moveCaseload(input: {{ from: {{ account: {:?} }}, to: {{ account: {bea:?} }} }})",
        network.account(&network.ann).await
    );
    assert_eq!(network.change(&network.manager, &all).await, json!([]));
    assert_eq!(network.referral(&network.bea, &referral).await["owner"]["account"]["id"], json!(bea));
    assert_eq!(network.errors(&network.cal, "acceptReferral", &referral, "").await, json!([]));
    let dee = network.app.signed_in("dee@example.org", entity::enums::Role::LinkWorker, Some(Network::agency(1))).await;
    let to_dee = format!(", to: {:?}", network.account(&dee).await);
    assert_eq!(network.errors(&dee, "offerReferral", &referral, &to_dee).await[0]["field"], "input.referral");
    assert_eq!(network.errors(&network.cal, "offerReferral", &referral, &to_dee).await, json!([]));
    assert_eq!(network.errors(&network.cal, "offerReferral", &referral, &to_dee).await[0]["field"], "input.to", "once");
    assert_eq!(
        network.referral(&network.bea, &referral).await["offeredTo"],
        Value::Null,
        "the other agency's own affair"
    );
    // Taken on, it is the receiver's to end: not taken back through a hold.
    assert_eq!(network.errors(&network.cal, "startReferral", &referral, "").await, json!([]));
    assert_eq!(network.errors(&network.bea, "holdReferral", &referral, ", words: \"Away.\"").await, json!([]));
    assert_eq!(network.errors(&network.bea, "withdrawReferral", &referral, "").await[0]["field"], "input.referral");
    assert_eq!(network.errors(&network.cal, "recordReferralOutcome", &referral, ", achieved: FULLY").await, json!([]));
    assert_eq!(
        network.errors(&network.cal, "holdReferral", &referral, ", words: \"\\u200b\"").await[0]["field"],
        "input.words"
    );
}

/// What rested beyond its day for an answer does not come back.
#[tokio::test]
async fn what_rested_too_long_does_not_come_back() {
    let network = Network::new().await;
    let (id, consent) = network.agreed().await;
    let drafted = network.drafted(&id, json!(["IDENTITY", "HOUSING"])).await["referral"]["id"].take();
    let referral = drafted.as_str().unwrap();
    network.stepped(&network.ann, "submitReferral", referral, ", answerWithinDays: 1").await;
    network.change(&network.ann, &format!("withdrawConsent(id: {consent:?})")).await;
    network.app.clock.advance(chrono::TimeDelta::days(2));
    let ann = network.app.token("ann@example.org").await;
    let asked = json!({ "serviceUser": id, "kind": "PERMIT", "agencies": [agency(Network::agency(1))],
        "categories": ["IDENTITY", "HOUSING"], "purposes": ["REFERRAL"], "until": "2027-06-01T00:00:00Z" });
    assert_eq!(network.give(&ann, &asked, json!({ "method": "SPOKEN" })).await["errors"], json!([]));
    assert_eq!(network.errors(&ann, "resumeReferral", referral, "").await[0]["field"], "input.referral");
    assert_eq!(network.errors(&ann, "withdrawReferral", referral, "").await, json!([]));
}

/// Whom a service user keeps out is not made to answer for them.
#[tokio::test]
async fn who_is_kept_out_does_not_answer_for_it() {
    let network = Network::new().await;
    let (id, _) = network.agreed().await;
    let referral = network.sent(&id).await;
    let dee = network.app.signed_in("dee@example.org", entity::enums::Role::LinkWorker, Some(Network::agency(1))).await;
    let dee = network.account(&dee).await;
    let out = format!("keepOut(input: {{ serviceUser: {id:?}, whom: {{ account: {dee:?} }} }})");
    assert_eq!(network.change(&network.ann, &out).await, json!([]));
    let by_dee = format!(", owner: {dee:?}");
    assert_eq!(network.errors(&network.cal, "acceptReferral", &referral, &by_dee).await[0]["field"], "input.owner");
    assert_eq!(network.errors(&network.cal, "acceptReferral", &referral, "").await, json!([]));
    let to_dee = format!(", to: {dee:?}");
    assert_eq!(network.errors(&network.cal, "offerReferral", &referral, &to_dee).await[0]["field"], "input.to");
}
