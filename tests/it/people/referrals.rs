//! Referrals as clients see them: written, sent on a lawful route, answered, handed over, held, closed.

use serde_json::{Value, json};

use super::consents::{agency, terms};
use super::graph::Network;

const UNTIL: &str = "2027-11-01T00:00:00Z";

const REFERRAL: &str = "referral { id state urgency reason outcome sentAt answerBy placeInLine expectedOn inPlaceOf discloses \
    needs { key } sender { id } receiver { id } owner { account { id } agency { id } } offeredTo { id } \
    serviceUser { id name } history { step state reason words by { id } agency { id } } }";

impl Network {
    /// Two agencies agree; Ann permits, on Ida's word, that the second sees who she is and how she lives; Ida's id.
    pub(super) async fn agreed(&self) -> (String, String) {
        let other = self.other_manager().await;
        self.agree(&self.manager, &other, terms(Self::agency(0), Self::agency(1))).await;
        let id = self.enter(&self.ann, json!({ "givenNames": "Ida", "familyName": "Crow" })).await;
        self.record(&self.ann, &id, json!({ "need": { "need": "housing.hostel" } })).await;
        let consent = self.permits(&id).await;
        (id, consent)
    }

    pub(super) async fn permits(&self, of: &str) -> String {
        let asked = json!({ "serviceUser": of, "kind": "PERMIT", "agencies": [agency(Self::agency(1))],
            "categories": ["IDENTITY", "HOUSING"], "purposes": ["REFERRAL"], "until": UNTIL });
        let given = self.give(&self.ann, &asked, json!({ "method": "SPOKEN" })).await;
        assert_eq!(given["errors"], json!([]));
        given["id"].as_str().unwrap().to_owned()
    }

    pub(super) async fn drafted(&self, of: &str, discloses: Value) -> Value {
        let query = format!(
            "mutation($input: DraftReferralInput!) {{ draftReferral(input: $input) {{ {REFERRAL} errors {{ code field message }} }} }}"
        );
        let input = json!({ "serviceUser": of, "receiver": agency(Self::agency(1)), "needs": ["housing.hostel"], "discloses": discloses });
        self.ask(&self.ann, &query, json!({ "input": input })).await["draftReferral"].take()
    }

    /// A step of a referral, with what stands in its input beside the id.
    pub(super) async fn stepped(&self, token: &str, step: &str, id: &str, input: &str) -> Value {
        let query = format!(
            "mutation {{ {step}(input: {{ referral: {id:?} {input} }}) {{ {REFERRAL} errors {{ code field message }} }} }}"
        );
        self.ask(token, &query, json!({})).await[step].take()
    }

    pub(super) async fn referral(&self, token: &str, id: &str) -> Value {
        let query = format!("query($id: ID!) {{ one: referral(id: $id) {} }}", &REFERRAL["referral ".len()..]);
        self.ask(token, &query, json!({ "id": id })).await["one"].take()
    }

    /// A referral that was sent; its id.
    pub(super) async fn sent(&self, of: &str) -> String {
        let drafted = self.drafted(of, json!(["IDENTITY", "HOUSING"])).await;
        let id = drafted["referral"]["id"].as_str().unwrap().to_owned();
        let sent = self.stepped(&self.ann, "submitReferral", &id, "").await;
        assert_eq!(sent["errors"], json!([]));
        id
    }

    async fn counts(&self, token: &str, direction: &str) -> Value {
        let query = format!("{{ referralCounts(direction: {direction}) {{ state age number }} }}");
        self.ask(token, &query, json!({})).await["referralCounts"].take()
    }
}

/// The whole way: written, sent, asked back, waiting, taken on, begun, told of, closed.
#[tokio::test]
async fn a_referral_goes_its_whole_way_and_the_loop_is_closed() {
    let network = Network::new().await;
    let (id, _) = network.agreed().await;
    let (ann, cal) = (network.account(&network.ann).await, network.account(&network.cal).await);
    let drafted = network.drafted(&id, json!(["IDENTITY", "HOUSING"])).await["referral"].take();
    let referral = drafted["id"].as_str().unwrap();
    assert_eq!((&drafted["state"], &drafted["owner"]["account"]["id"]), (&json!("DRAFT"), &json!(ann)));
    assert_eq!(network.referral(&network.cal, referral).await, Value::Null, "a draft is its writer's");
    assert_eq!(network.seen_by(&network.cal, &id, "REFERRAL").await, Value::Null);
    let sent = network.stepped(&network.ann, "submitReferral", referral, ", answerWithinDays: 7").await;
    assert_eq!(sent["referral"]["answerBy"], "2026-11-28T20:00:00Z");
    // The receiver sees the header, and what is shared of the person.
    let seen = network.referral(&network.cal, referral).await;
    assert_eq!((&seen["state"], &seen["serviceUser"]["name"]), (&json!("SUBMITTED"), &json!("Ida Crow")));
    assert_eq!(network.seen_by(&network.cal, &id, "REFERRAL").await["name"], "Ida Crow");
    assert_eq!(network.referral(&network.bea, referral).await, Value::Null, "not on a caseload of hers");
    assert_eq!(network.referral(&network.sam, referral).await, Value::Null);
    let wants = ", words: \"Which hostel was it?\"";
    let asked = network.stepped(&network.cal, "requestReferralInformation", referral, wants).await;
    assert_eq!(asked["referral"]["state"], "INFO_REQUESTED");
    let answers = ", words: \"The one by the station.\"";
    assert_eq!(
        network.stepped(&network.ann, "giveReferralInformation", referral, answers).await["referral"]["state"],
        "SUBMITTED"
    );
    let waits = network.stepped(&network.cal, "waitlistReferral", referral, ", expectedOn: \"2026-12-24\"").await;
    assert_eq!(
        (&waits["referral"]["placeInLine"], &waits["referral"]["expectedOn"]),
        (&json!(1), &json!("2026-12-24"))
    );
    let accepted = network.stepped(&network.cal, "acceptReferral", referral, "").await["referral"].take();
    assert_eq!((&accepted["state"], &accepted["owner"]["account"]["id"]), (&json!("ACCEPTED"), &json!(cal)));
    // She is on Cal's caseload now, who records what is theirs.
    let note = network.record(&network.cal, &id, json!({ "note": { "text": "Of the second." } })).await;
    assert_eq!(note["errors"], json!([]));
    for (step, by, input, state) in [
        ("startReferral", &network.cal, "", "IN_PROGRESS"),
        ("holdReferral", &network.cal, ", words: \"She is in hospital.\"", "ON_HOLD"),
        ("resumeReferral", &network.cal, "", "IN_PROGRESS"),
        (
            "recordReferralOutcome",
            &network.cal,
            ", achieved: PARTIALLY, words: \"A room, for now.\"",
            "OUTCOME_RECORDED",
        ),
        ("closeReferral", &network.ann, "", "CLOSED"),
    ] {
        let done = network.stepped(by, step, referral, input).await;
        assert_eq!((&done["referral"]["state"], &done["errors"]), (&json!(state), &json!([])), "{step}");
    }
    let seen = network.referral(&network.ann, referral).await;
    let steps: Vec<_> =
        seen["history"].as_array().unwrap().iter().map(|it| it["step"].as_str().unwrap().to_owned()).collect();
    assert_eq!(
        steps,
        [
            "DRAFTED",
            "SUBMITTED",
            "INFORMATION_REQUESTED",
            "INFORMATION_GIVEN",
            "WAITLISTED",
            "ACCEPTED",
            "STARTED",
            "HELD",
            "RESUMED",
            "OUTCOME_RECORDED",
            "CLOSED"
        ]
    );
    assert_eq!(seen["history"][2]["words"], "Which hostel was it?");
    assert_eq!((&seen["outcome"], &seen["history"][9]["words"]), (&json!("PARTIALLY"), &json!("A room, for now.")));
    let notes = network.see(&network.ann, &id).await["notes"].take();
    assert_eq!(notes, json!([]), "the recipient's notes are not the sender's");
    assert_eq!(network.stepped(&network.cal, "closeReferral", referral, "").await["errors"][0]["code"], "BAD_VALUE");
}

/// Without agreement and consent for each category that it discloses nothing is sent, and nothing is seen.
#[tokio::test]
async fn nothing_is_sent_without_a_lawful_route() {
    let network = Network::new().await;
    let (id, consent) = network.agreed().await;
    for (discloses, category) in
        [(json!(["IDENTITY", "HOUSING", "OFFENDING"]), "OFFENDING"), (json!(["HOUSING", "CASE_NOTES"]), "CASE_NOTES")]
    {
        let drafted = network.drafted(&id, discloses).await["referral"]["id"].take();
        let sent = network.stepped(&network.ann, "submitReferral", drafted.as_str().unwrap(), "").await;
        assert_eq!(sent["errors"][0]["field"], "input.referral");
        assert!(sent["errors"][0]["message"].as_str().unwrap().contains(category));
        assert_eq!(network.referral(&network.cal, drafted.as_str().unwrap()).await, Value::Null);
    }
    for (input, field) in [
        (json!({ "needs": [] }), "input.needs"),
        (json!({ "discloses": [] }), "input.discloses"),
        (json!({ "receiver": agency(Network::agency(0)) }), "input.receiver"),
    ] {
        let mut whole = json!({ "serviceUser": id, "receiver": agency(Network::agency(1)), "needs": ["housing.hostel"], "discloses": ["HOUSING"] });
        whole.as_object_mut().unwrap().extend(input.as_object().unwrap().clone());
        let query = "mutation($input: DraftReferralInput!) { draftReferral(input: $input) { errors { field } } }";
        let drafted = network.ask(&network.ann, query, json!({ "input": whole })).await;
        assert_eq!(drafted["draftReferral"]["errors"][0]["field"], field);
    }
    // Permitted, drafted; withdrawn before it is sent.
    let drafted = network.drafted(&id, json!(["IDENTITY", "HOUSING"])).await["referral"]["id"].take();
    assert_eq!(network.change(&network.ann, &format!("withdrawConsent(id: {consent:?})")).await, json!([]));
    let sent = network.stepped(&network.ann, "submitReferral", drafted.as_str().unwrap(), "").await;
    assert_eq!(sent["errors"][0]["field"], "input.referral");
}

/// What was permitted is taken back: the referral rests, the receiver sees nothing of the person; permitted again, it goes on
/// from where it was.
#[tokio::test]
async fn a_withdrawal_puts_what_hangs_on_it_on_hold() {
    let network = Network::new().await;
    let (id, consent) = network.agreed().await;
    let referral = network.sent(&id).await;
    assert_eq!(network.change(&network.ann, &format!("withdrawConsent(id: {consent:?})")).await, json!([]));
    let seen = network.referral(&network.cal, &referral).await;
    assert_eq!((&seen["state"], &seen["reason"]), (&json!("ON_HOLD"), &json!("NO_LAWFUL_ROUTE")));
    assert_eq!(seen["serviceUser"], Value::Null, "the header alone");
    assert_eq!(seen["history"][2]["by"], Value::Null, "it follows of itself");
    for step in ["acceptReferral", "waitlistReferral", "startReferral"] {
        assert_eq!(network.stepped(&network.cal, step, &referral, "").await["errors"][0]["field"], "input.referral");
    }
    let resumed = network.stepped(&network.ann, "resumeReferral", &referral, "").await;
    assert_eq!(resumed["errors"][0]["field"], "input.referral");
    network.permits(&id).await;
    let resumed = network.stepped(&network.ann, "resumeReferral", &referral, "").await["referral"].take();
    assert_eq!((&resumed["state"], &resumed["reason"]), (&json!("SUBMITTED"), &Value::Null));
    assert_eq!(network.referral(&network.cal, &referral).await["serviceUser"]["name"], "Ida Crow");
    // Kept out, it rests too, and the receiver sees not even the header.
    let out =
        format!("keepOut(input: {{ serviceUser: {id:?}, whom: {{ agency: {:?} }} }})", agency(Network::agency(1)));
    assert_eq!(network.change(&network.ann, &out).await, json!([]));
    assert_eq!(network.referral(&network.cal, &referral).await, Value::Null);
    assert_eq!(network.referral(&network.ann, &referral).await["state"], "ON_HOLD");
}

/// Refusals are of a closed list; another referral stands in the place of one, for the sender to send.
#[tokio::test]
async fn what_is_refused_says_why_and_goes_elsewhere() {
    let network = Network::new().await;
    let (id, _) = network.agreed().await;
    let referral = network.sent(&id).await;
    let reject = async |input: &str| network.stepped(&network.cal, "rejectReferral", &referral, input).await;
    assert_eq!(reject(", reason: OTHER").await["errors"][0]["field"], "input.words");
    assert_eq!(reject(", reason: NO_LAWFUL_ROUTE").await["errors"][0]["field"], "input.reason");
    assert_eq!(
        network.stepped(&network.ann, "rejectReferral", &referral, ", reason: AGE").await["errors"][0]["code"],
        "NOT_FOUND",
        "the receiver's to say"
    );
    assert_eq!(reject(", reason: NO_CAPACITY").await["referral"]["state"], "REJECTED");
    assert_eq!(reject(", reason: NO_CAPACITY").await["errors"][0]["code"], "BAD_VALUE", "once");
    let ann = network.account(&network.ann).await;
    assert_eq!(network.referral(&network.ann, &referral).await["owner"]["account"]["id"], json!(ann));
    let second = network.sent(&id).await;
    let third = agency(Network::agency(2));
    let elsewhere = format!(", receiver: {third:?}, words: \"They have a bed.\"");
    let child = network.stepped(&network.cal, "rerouteReferral", &second, &elsewhere).await["referral"].take();
    assert_eq!(child["state"], "REROUTED", "the other is a draft of the sender's");
    assert_eq!(network.referral(&network.ann, &second).await["state"], "REROUTED");
    let all = network.ask(&network.ann, &format!("{{ referralsOf(serviceUser: {id:?}) {{ id state inPlaceOf receiver {{ id }} owner {{ account {{ id }} }} }} }}"), json!({})).await;
    let child = all["referralsOf"][2].clone();
    assert_eq!((&child["state"], &child["inPlaceOf"]), (&json!("DRAFT"), &json!(second)));
    assert_eq!((&child["receiver"]["id"], &child["owner"]["account"]["id"]), (&json!(third), &json!(ann)));
    let sent = network.stepped(&network.ann, "submitReferral", child["id"].as_str().unwrap(), "").await;
    assert_eq!(sent["errors"][0]["field"], "input.referral", "a lawful route of its own");
}

/// What nobody answers expires by itself, to the millisecond, and what is shared on it ends with it.
#[tokio::test]
async fn what_nobody_answers_expires() {
    let network = Network::new().await;
    let (id, _) = network.agreed().await;
    let drafted = network.drafted(&id, json!(["IDENTITY", "HOUSING"])).await["referral"]["id"].take();
    let referral = drafted.as_str().unwrap();
    network.stepped(&network.ann, "submitReferral", referral, ", answerWithinDays: 1").await;
    let day = chrono::TimeDelta::days(1);
    network.app.clock.advance(day - chrono::TimeDelta::milliseconds(1));
    let (ann, cal) = (network.app.token("ann@example.org").await, network.app.token("cal@example.org").await);
    assert_eq!(network.referral(&cal, referral).await["state"], "SUBMITTED");
    network.app.clock.advance(chrono::TimeDelta::milliseconds(1));
    assert_eq!(network.referral(&cal, referral).await["state"], "EXPIRED");
    assert_eq!(network.stepped(&cal, "acceptReferral", referral, "").await["errors"][0]["code"], "BAD_VALUE");
    let counts = network.counts(&ann, "SENT").await;
    assert_eq!(counts, json!([{ "state": "EXPIRED", "age": "UNDER_TWO_DAYS", "number": 1 }]));
    // For the days of the agreement it counts still; then no more.
    assert_eq!(network.seen_by(&cal, &id, "REFERRAL").await["name"], "Ida Crow");
    network.app.clock.advance(chrono::TimeDelta::days(10));
    let cal = network.app.token("cal@example.org").await;
    assert_eq!(network.seen_by(&cal, &id, "REFERRAL").await, Value::Null);
}

/// Somebody answers for it at every instant: it is offered, and theirs only once they take it over.
#[tokio::test]
async fn a_referral_is_handed_over_by_who_takes_it() {
    let network = Network::new().await;
    let (id, _) = network.agreed().await;
    let referral = network.sent(&id).await;
    let (ann, bea, cal) =
        (network.account(&network.ann).await, network.account(&network.bea).await, network.account(&network.cal).await);
    let offer =
        async |to: &str| network.stepped(&network.ann, "offerReferral", &referral, &format!(", to: {to:?}")).await;
    assert_eq!(offer(&ann).await["errors"][0]["field"], "input.to");
    assert_eq!(offer(&cal).await["errors"][0]["field"], "input.to", "of another agency");
    let assign = format!("assignServiceUser(input: {{ serviceUser: {id:?}, to: {{ account: {bea:?} }} }})");
    assert_eq!(offer(&bea).await["errors"][0]["field"], "input.to", "who can't see her yet");
    assert_eq!(network.change(&network.ann, &assign).await, json!([]));
    let offered = offer(&bea).await["referral"].take();
    assert_eq!((&offered["owner"]["account"]["id"], &offered["offeredTo"]["id"]), (&json!(ann), &json!(bea)));
    let take = async |token: &str| {
        let query = format!("mutation {{ takeOverReferral(id: {referral:?}) {{ {REFERRAL} errors {{ code }} }} }}");
        network.ask(token, &query, json!({})).await["takeOverReferral"].take()
    };
    assert_eq!(take(&network.ann).await["errors"][0]["code"], "NOT_FOUND", "it was offered to another");
    let taken = take(&network.bea).await["referral"].take();
    assert_eq!((&taken["owner"]["account"]["id"], &taken["offeredTo"]), (&json!(bea), &Value::Null));
    assert_eq!(
        network.stepped(&network.cal, "offerReferral", &referral, &format!(", to: {cal:?}")).await["errors"][0]["field"],
        "input.referral"
    );
}

/// It should never have been: who got it sees it no more, nor what was shared on it.
#[tokio::test]
async fn what_was_entered_in_error_is_seen_no_more() {
    let network = Network::new().await;
    let (id, _) = network.agreed().await;
    let referral = network.sent(&id).await;
    assert_eq!(
        network.stepped(&network.cal, "enterReferralInError", &referral, ", words: \"No.\"").await["errors"][0]["code"],
        "NOT_FOUND"
    );
    let done = network.stepped(&network.ann, "enterReferralInError", &referral, ", words: \"Another Ida.\"").await;
    assert_eq!(done["referral"]["state"], "ENTERED_IN_ERROR");
    assert_eq!(network.referral(&network.cal, &referral).await, Value::Null);
    assert_eq!(network.seen_by(&network.cal, &id, "REFERRAL").await, Value::Null);
    assert_eq!(network.counts(&network.cal, "RECEIVED").await, json!([]));
}

/// The worklists of both sides, with their counts; of two that start from the same state one wins.
#[tokio::test]
async fn worklists_are_of_both_sides_and_one_answer_wins() {
    let network = Network::new().await;
    let (id, _) = network.agreed().await;
    let mut all = Vec::new();
    for _ in 0..5 {
        all.push(network.sent(&id).await);
    }
    network.drafted(&id, json!(["IDENTITY", "HOUSING"])).await;
    let list = async |token: &str, rest: &str, after: Value| {
        let query = format!(
            "query($after: String) {{ referrals({rest}, first: 2, after: $after) {{ totalCount nodes {{ id serviceUser {{ name }} }} \
             pageInfo {{ hasNextPage endCursor }} }} }}"
        );
        network.ask(token, &query, json!({ "after": after })).await["referrals"].take()
    };
    let (mut after, mut seen) = (Value::Null, Vec::new());
    loop {
        let page = list(&network.cal, "direction: RECEIVED, states: [SUBMITTED]", after).await;
        assert_eq!(page["totalCount"], 5);
        for node in page["nodes"].as_array().unwrap() {
            assert_eq!(node["serviceUser"]["name"], "Ida Crow");
            seen.push(node["id"].as_str().unwrap().to_owned());
        }
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
    assert_eq!(seen, all);
    assert_eq!(list(&network.ann, "direction: SENT", Value::Null).await["totalCount"], 6, "with the draft");
    assert_eq!(list(&network.bea, "direction: SENT", Value::Null).await["totalCount"], 0, "on no caseload of hers");
    assert_eq!(list(&network.ann, "direction: SENT, mine: true", Value::Null).await["totalCount"], 6);
    assert_eq!(list(&network.cal, "direction: RECEIVED, mine: true", Value::Null).await["totalCount"], 0);
    network.stepped(&network.cal, "waitlistReferral", &all[1], "").await;
    network.app.clock.advance(chrono::TimeDelta::seconds(1));
    let second = network.stepped(&network.cal, "waitlistReferral", &all[0], "").await;
    assert_eq!(second["referral"]["placeInLine"], 2);
    assert_eq!(
        network.counts(&network.cal, "RECEIVED").await,
        json!([
            { "state": "SUBMITTED", "age": "UNDER_TWO_DAYS", "number": 3 },
            { "state": "WAITLISTED", "age": "UNDER_TWO_DAYS", "number": 2 }
        ])
    );
    let (one, other) = tokio::join!(
        network.stepped(&network.cal, "acceptReferral", &all[2], ""),
        network.stepped(&network.cal, "rejectReferral", &all[2], ", reason: NO_CAPACITY")
    );
    let won = [&one, &other].iter().filter(|done| done["errors"] == json!([])).count();
    assert_eq!(won, 1, "{one} {other}");
    let after = network.referral(&network.cal, &all[2]).await;
    assert_eq!(after["history"].as_array().unwrap().len(), 3);
}

/// A referral that is not theirs is not there, in answer and in statements.
#[tokio::test]
async fn a_referral_of_others_is_not_there() {
    let network = Network::new().await;
    let (id, _) = network.agreed().await;
    let referral = network.sent(&id).await;
    let nobody = signpost::api::ids::NodeId::Referral(entity::ids::ReferralId(network.app.clock.new_id())).encode().0;
    let mut counted = Vec::new();
    for of in [&referral, &nobody] {
        let before = network.app.db().statements();
        assert_eq!(network.referral(&network.bea, of).await, Value::Null);
        counted.push(network.app.db().statements() - before);
        let step = network.stepped(&network.bea, "closeReferral", of, "").await;
        assert_eq!((&step["errors"][0]["code"], &step["errors"][0]["field"]), (&json!("NOT_FOUND"), &Value::Null));
    }
    assert_eq!(counted[0], counted[1]);
    let entries = network.entries().await;
    network.referral(&network.cal, &referral).await;
    assert_eq!(network.entries().await, entries + 2, "the header, and the person");
}
