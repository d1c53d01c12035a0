//! What a referral discloses is what is seen by way of it: chosen in the draft, shown before it is sent, made more afterwards as
//! a disclosure of its own. And the draft itself, written anew by whoever saw it last.

use serde_json::{Value, json};

use super::consents::agency;
use super::graph::Network;

const UNTIL: &str = "2027-11-01T00:00:00Z";

impl Network {
    /// As [`Self::agreed`], and Ida permits that the second agency knows of her offences too, of which there is an assessment.
    async fn permits_all(&self) -> (String, String) {
        let (id, _) = self.agreed().await;
        let assessed = json!({ "assessment": { "category": "OFFENDING", "tool": "OASys", "assessedOn": "2026-11-20", "summary": "Low." } });
        assert_eq!(self.record(&self.ann, &id, assessed).await["errors"], json!([]));
        let asked = json!({ "serviceUser": id, "kind": "PERMIT", "agencies": [agency(Self::agency(1))],
            "categories": ["IDENTITY", "HOUSING", "OFFENDING"], "purposes": ["REFERRAL"], "until": UNTIL });
        let given = self.give(&self.ann, &asked, json!({ "method": "SPOKEN" })).await;
        assert_eq!(given["errors"], json!([]));
        (id, given["id"].as_str().unwrap().to_owned())
    }

    async fn drafted_id(&self, of: &str, discloses: Value) -> String {
        self.drafted(of, discloses).await["referral"]["id"].as_str().unwrap().to_owned()
    }

    /// What was wrong with a step: code and field; null where it was done.
    async fn refused_for(&self, token: &str, step: &str, id: &str, input: &str) -> Value {
        let errors = self.stepped(token, step, id, input).await["errors"].take();
        if errors == json!([]) { Value::Null } else { json!([errors[0]["code"], errors[0]["field"]]) }
    }

    /// What a referral says of its draft and of what it discloses.
    async fn disclosure(&self, token: &str, id: &str) -> Value {
        let query = "query($id: ID!) { referral(id: $id) { version previewHash waitedDays urgency releaseOn service { id } \
            receiver { id } discloses needs { key } history { step discloses words } } }";
        self.ask(token, query, json!({ "id": id })).await["referral"].take()
    }

    async fn shown_before(&self, token: &str, id: &str) -> Value {
        let query = "query($id: ID!) { referralPreview(referral: $id) { hash isAsSent withoutRoute receiver { id } \
            seen { category sources { id } records } } }";
        self.ask(token, query, json!({ "id": id })).await["referralPreview"].take()
    }

    /// What of somebody is seen for referrals: their name, the ids of rows, and what is withheld.
    async fn rows_seen(&self, token: &str, of: &str) -> (Value, Vec<String>, Vec<String>) {
        let query = "query($id: ID!) { serviceUser(id: $id, purpose: REFERRAL) { name withheld { category } \
            identity { record { id } } needs { record { id } } assessments { record { id } } } }";
        let seen = self.ask(token, query, json!({ "id": of })).await["serviceUser"].take();
        let mut rows = Vec::new();
        for kind in ["identity", "needs", "assessments"] {
            let all = seen[kind].as_array().cloned().unwrap_or_default();
            rows.extend(all.iter().map(|one| one["record"]["id"].as_str().unwrap().to_owned()));
        }
        rows.sort_unstable();
        let withheld = seen["withheld"].as_array().cloned().unwrap_or_default();
        let withheld = withheld.iter().map(|one| one["category"].as_str().unwrap().to_owned()).collect();
        (seen["name"].clone(), rows, withheld)
    }
}

/// The agreement lets it flow and the service user permits it; what the sender did not choose stays shut all the same, before
/// and after it was taken on, in one's record and in the list. Chosen later, it is a disclosure of its own.
#[tokio::test]
async fn what_was_not_chosen_is_not_seen_by_way_of_a_referral() {
    let network = Network::new().await;
    let (id, consent) = network.permits_all().await;
    let referral = network.sent(&id).await;
    for step in ["", "acceptReferral", "startReferral"] {
        if !step.is_empty() {
            assert_eq!(network.refused_for(&network.cal, step, &referral, "").await, Value::Null, "{step}");
        }
        let (name, rows, withheld) = network.rows_seen(&network.cal, &id).await;
        assert_eq!((name, rows.len()), (json!("Ida Crow"), 2), "who she is, and her need, after {step}");
        assert!(
            withheld.contains(&"OFFENDING".to_owned()) && !withheld.contains(&"HOUSING".to_owned()),
            "{withheld:?}"
        );
    }
    let list = "{ serviceUsers(caseload: AGENCY, purpose: REFERRAL) { nodes { name assessments { summary } } } }";
    let listed = network.ask(&network.cal, list, json!({})).await["serviceUsers"]["nodes"].take();
    assert_eq!(listed, json!([{ "name": "Ida Crow", "assessments": [] }]));

    let wider = ", discloses: [HOUSING, OFFENDING], words: \"They asked for it.\"";
    for (token, referral, input, refused) in [
        (&network.cal, &referral, wider, json!(["NOT_FOUND", null])),
        (&network.bea, &referral, wider, json!(["NOT_FOUND", null])),
        (&network.ann, &referral, ", discloses: []", json!(["BAD_VALUE", "input.discloses"])),
        (&network.ann, &referral, ", discloses: [HOUSING]", json!(["BAD_VALUE", "input.discloses"])),
        (&network.ann, &referral, ", discloses: [OFFENDING, CASE_NOTES]", json!(["BAD_VALUE", "input.discloses"])),
    ] {
        assert_eq!(network.refused_for(token, "widenReferral", referral, input).await, refused, "{input}");
    }
    assert_eq!(network.rows_seen(&network.cal, &id).await.1.len(), 2, "what was refused disclosed nothing");
    let before = network.disclosure(&network.ann, &referral).await["previewHash"].take();
    assert_eq!(network.refused_for(&network.ann, "widenReferral", &referral, wider).await, Value::Null);
    assert_eq!(network.rows_seen(&network.cal, &id).await.1.len(), 3);
    let after = network.disclosure(&network.cal, &referral).await;
    assert_eq!(after["discloses"], json!(["IDENTITY", "HOUSING", "OFFENDING"]));
    assert_eq!(after["previewHash"], Value::Null, "the sender's");
    assert_ne!(network.disclosure(&network.ann, &referral).await["previewHash"], before);
    let steps: Vec<Value> = after["history"].as_array().unwrap().iter().map(|it| it["discloses"].clone()).collect();
    assert_eq!(json!(steps), json!([[], ["IDENTITY", "HOUSING"], [], [], ["OFFENDING"]]));
    assert_eq!(
        (&after["history"][4]["step"], &after["history"][4]["words"]),
        (&json!("WIDENED"), &json!("They asked for it."))
    );
    // Taken back: at once, and it can't be disclosed anew.
    assert_eq!(network.change(&network.ann, &format!("withdrawConsent(id: {consent:?})")).await, json!([]));
    assert_eq!(network.rows_seen(&network.cal, &id).await.1.len(), 2, "what the other consent permits");
    let seen = network.disclosure(&network.cal, &referral).await;
    assert_eq!((&seen["discloses"], &seen["history"][4]["discloses"]), (&json!(["IDENTITY", "HOUSING"]), &json!([])));
    let refused = network.refused_for(&network.ann, "widenReferral", &referral, ", discloses: [CASE_NOTES]").await;
    assert_eq!(refused, json!(["BAD_VALUE", "input.referral"]), "it rests");
}

/// Each referral opens what it discloses; one that was closed long ago opens nothing, whatever others disclose.
#[tokio::test]
async fn each_referral_opens_its_own() {
    let network = Network::new().await;
    let (id, _) = network.permits_all().await;
    network.sent(&id).await;
    let second = network.drafted_id(&id, json!(["HOUSING", "OFFENDING"])).await;
    assert_eq!(network.rows_seen(&network.cal, &id).await.1.len(), 2, "a draft opens nothing");
    assert_eq!(network.refused_for(&network.ann, "submitReferral", &second, "").await, Value::Null);
    assert_eq!(network.rows_seen(&network.cal, &id).await.1.len(), 3);
    let wrong = ", words: \"Not for them.\"";
    assert_eq!(network.refused_for(&network.ann, "enterReferralInError", &second, wrong).await, Value::Null);
    assert_eq!(network.rows_seen(&network.cal, &id).await.1.len(), 2);
}

/// What is shown before it is sent is what is seen afterwards, row by row; and where that changed meanwhile, nothing is sent.
#[tokio::test]
async fn what_was_previewed_is_what_the_receiver_sees() {
    let network = Network::new().await;
    let (id, _) = network.permits_all().await;
    let draft = network.drafted_id(&id, json!(["IDENTITY", "HOUSING", "CASE_NOTES"])).await;
    let shown = network.shown_before(&network.ann, &draft).await;
    assert_eq!((&shown["withoutRoute"], &shown["isAsSent"]), (&json!(["CASE_NOTES"]), &Value::Null));
    let narrow = ", expectedVersion: 1, discloses: [IDENTITY, HOUSING]";
    assert_eq!(network.refused_for(&network.ann, "editReferralDraft", &draft, narrow).await, Value::Null);
    let old = shown["hash"].as_str().unwrap();
    let shown = network.shown_before(&network.ann, &draft).await;
    let hash = shown["hash"].as_str().unwrap();
    assert_ne!(old, hash);
    let seen = shown["seen"].as_array().unwrap();
    assert_eq!(json!([seen[0]["category"], seen[1]["category"]]), json!(["IDENTITY", "HOUSING"]));
    assert_eq!((seen.len(), &seen[0]["sources"]), (2, &json!([{ "id": agency(Network::agency(0)) }])));
    let send = async |hash: &str| {
        let input = format!(", previewHash: {hash:?}");
        network.refused_for(&network.ann, "submitReferral", &draft, &input).await
    };
    assert_eq!(send(old).await, json!(["BAD_VALUE", "input.previewHash"]));
    network.record(&network.ann, &id, json!({ "need": { "need": "housing.emergency" } })).await;
    assert_eq!(send(hash).await, json!(["BAD_VALUE", "input.previewHash"]), "a row more");
    let shown = network.shown_before(&network.ann, &draft).await;
    assert_eq!(send(shown["hash"].as_str().unwrap()).await, Value::Null);
    let mut previewed: Vec<String> = Vec::new();
    for category in shown["seen"].as_array().unwrap() {
        let records = category["records"].as_array().unwrap();
        previewed.extend(records.iter().map(|record| record.as_str().unwrap().to_owned()));
    }
    previewed.sort_unstable();
    assert_eq!(network.rows_seen(&network.cal, &id).await.1, previewed);
    assert_eq!(network.shown_before(&network.ann, &draft).await["isAsSent"], true);
    network.record(&network.ann, &id, json!({ "need": { "need": "housing.social-housing" } })).await;
    assert_eq!(network.shown_before(&network.ann, &draft).await["isAsSent"], false);
    assert_eq!(network.disclosure(&network.ann, &draft).await["previewHash"], shown["hash"]);
    // It is the sender's; to others it is as if there were none, in as many statements.
    let nobody = signpost::api::ids::NodeId::Referral(entity::ids::ReferralId(network.app.clock.new_id())).encode().0;
    let mut counted = Vec::new();
    for of in [&draft, &nobody] {
        let before = network.app.db().statements();
        assert_eq!(network.shown_before(&network.bea, of).await, Value::Null);
        counted.push(network.app.db().statements() - before);
    }
    assert_eq!(counted[0], counted[1]);
    assert_eq!(network.shown_before(&network.cal, &draft).await, Value::Null);
}

/// A draft is written anew by whoever saw it last; what is left out stays, and what is null is left out.
#[tokio::test]
async fn a_draft_is_written_anew_by_who_saw_it_last() {
    let network = Network::new().await;
    let (id, _) = network.permits_all().await;
    let listing = crate::support::listings::service("one", "Beds", "housing.emergency");
    network.app.save(&[listing]).await;
    let elsewhere = signpost::directory::store::service_id(crate::support::source().id(), "one");
    let elsewhere = signpost::api::ids::NodeId::Service(elsewhere).encode().0;
    let draft = network.drafted_id(&id, json!(["IDENTITY", "HOUSING"])).await;
    let edit = async |version: i32, input: &str| {
        let input = format!(", expectedVersion: {version}, {input}");
        network.refused_for(&network.ann, "editReferralDraft", &draft, &input).await
    };
    let released = "releaseOn: \"2026-12-01\", discloses: [IDENTITY, HOUSING, OFFENDING]";
    assert_eq!(edit(1, "urgency: ROUTINE").await, json!(["NOTHING_CHANGES", null]), "it is that already");
    for (input, field) in [
        ("needs: []", "input.needs"),
        ("discloses: []", "input.discloses"),
        ("discloses: [IDENTITY]", "input.discloses"),
        ("releaseOn: \"2026-12-01\"", "input.discloses"),
        (format!("receiver: {:?}", agency(Network::agency(0))).as_str(), "input.receiver"),
        (format!("service: {elsewhere:?}").as_str(), "input.service"),
        ("urgency: SOON, words: \" \"", "input.words"),
    ] {
        assert_eq!(edit(1, input).await, json!(["BAD_VALUE", field]), "{input}");
    }
    assert_eq!(network.disclosure(&network.ann, &draft).await["version"], 1, "what is refused changes nothing");
    assert_eq!(edit(1, released).await, Value::Null);
    assert_eq!(
        edit(1, "urgency: URGENT").await,
        json!(["CHANGED", "input.expectedVersion"]),
        "not seen by who says it"
    );
    assert_eq!(edit(2, "urgency: URGENT, words: \"Today.\"").await, Value::Null);
    let seen = network.disclosure(&network.ann, &draft).await;
    assert_eq!(
        (&seen["version"], &seen["urgency"], &seen["releaseOn"]),
        (&json!(3), &json!("URGENT"), &json!("2026-12-01"))
    );
    assert_eq!(seen["discloses"], json!(["IDENTITY", "HOUSING", "OFFENDING"]), "what is left out stays");
    assert_eq!(seen["history"][2], json!({ "step": "EDITED", "discloses": [], "words": "Today." }));
    assert_eq!(edit(3, "releaseOn: null, discloses: [HOUSING], needs: [\"housing.emergency\"]").await, Value::Null);
    let seen = network.disclosure(&network.ann, &draft).await;
    assert_eq!((&seen["releaseOn"], &seen["discloses"]), (&Value::Null, &json!(["HOUSING"])));
    assert_eq!(seen["needs"], json!([{ "key": "housing.emergency" }]));
    // To another agency, for which there is no agreement: it is a draft, and can't be sent.
    assert_eq!(edit(4, &format!("receiver: {:?}", agency(Network::agency(2)))).await, Value::Null);
    let refused = network.refused_for(&network.ann, "submitReferral", &draft, "").await;
    assert_eq!(refused, json!(["BAD_VALUE", "input.referral"]));
    assert_eq!(edit(5, &format!("receiver: {:?}", agency(Network::agency(1)))).await, Value::Null);
    // Others do not see it; and what is sent is no draft any more.
    let other = ", expectedVersion: 6, urgency: SOON";
    for token in [&network.cal, &network.bea] {
        assert_eq!(network.refused_for(token, "editReferralDraft", &draft, other).await, json!(["NOT_FOUND", null]));
    }
    assert_eq!(network.refused_for(&network.ann, "submitReferral", &draft, "").await, Value::Null);
    assert_eq!(edit(6, "urgency: SOON").await, json!(["BAD_VALUE", "input.referral"]));
    assert_eq!(network.refused_for(&network.cal, "editReferralDraft", &draft, other).await, json!(["NOT_FOUND", null]));
}

/// Of several who write a draft anew from the same version one wins, and one who sends it meanwhile sends what was written.
#[tokio::test]
async fn of_edits_of_one_version_one_wins() {
    let network = Network::new().await;
    let (id, _) = network.permits_all().await;
    let draft = network.drafted_id(&id, json!(["IDENTITY", "HOUSING"])).await;
    let ways = ["urgency: SOON", "urgency: URGENT", "discloses: [HOUSING]", "needs: [\"housing.emergency\"]"];
    let inputs = ways.map(|way| format!(", expectedVersion: 1, {way}"));
    let all = inputs.iter().map(|input| network.refused_for(&network.ann, "editReferralDraft", &draft, input));
    let all = futures_util::future::join_all(all).await;
    let won: Vec<usize> = (0..all.len()).filter(|at| all[*at].is_null()).collect();
    assert_eq!(won.len(), 1, "{all:?}");
    assert!(all.iter().filter(|one| !one.is_null()).all(|one| one[1] == "input.expectedVersion"), "{all:?}");
    let seen = network.disclosure(&network.ann, &draft).await;
    assert_eq!((&seen["version"], seen["history"].as_array().unwrap().len()), (&json!(2), 2));
    let told = [
        seen["urgency"] == "SOON",
        seen["urgency"] == "URGENT",
        seen["discloses"] == json!(["HOUSING"]),
        seen["needs"] == json!([{ "key": "housing.emergency" }]),
    ];
    assert_eq!((0..4).filter(|at| told[*at]).collect::<Vec<_>>(), won, "nothing of the others: {seen}");
}

/// Who has waited longest comes first, whichever was written first; and a worklist is narrowed by age, urgency and service.
#[tokio::test]
async fn who_waits_longest_comes_first() {
    let network = Network::new().await;
    let (id, _) = network.permits_all().await;
    let days = |days: i64| network.app.clock.advance(chrono::TimeDelta::days(days));
    let first = network.drafted_id(&id, json!(["IDENTITY", "HOUSING"])).await;
    let second = network.drafted_id(&id, json!(["IDENTITY", "HOUSING"])).await;
    let urgent = ", expectedVersion: 1, urgency: URGENT";
    assert_eq!(network.refused_for(&network.ann, "editReferralDraft", &first, urgent).await, Value::Null);
    assert_eq!(network.refused_for(&network.ann, "submitReferral", &second, "").await, Value::Null);
    days(4);
    let ann = network.app.token("ann@example.org").await;
    assert_eq!(network.refused_for(&ann, "submitReferral", &first, "").await, Value::Null);
    days(2);
    let (ann, cal) = (network.app.token("ann@example.org").await, network.app.token("cal@example.org").await);
    let list = async |rest: &str| {
        let (mut after, mut seen) = (Value::Null, Vec::new());
        loop {
            let query = format!(
                "query($after: String) {{ referrals(direction: RECEIVED, {rest} first: 1, after: $after) {{ totalCount \
                 nodes {{ id waitedDays }} pageInfo {{ hasNextPage endCursor }} }} }}"
            );
            let page = network.ask(&cal, &query, json!({ "after": after })).await["referrals"].take();
            for node in page["nodes"].as_array().unwrap() {
                seen.push((node["id"].as_str().unwrap().to_owned(), node["waitedDays"].clone()));
            }
            if page["pageInfo"]["hasNextPage"] == false {
                assert_eq!(page["totalCount"], seen.len());
                return seen;
            }
            after = page["pageInfo"]["endCursor"].clone();
        }
    };
    let (one, other) = ((first.clone(), json!(2)), (second.clone(), json!(6)));
    assert_eq!(list("").await, [one.clone(), other.clone()]);
    assert_eq!(list("longestWaitingFirst: true,").await, [other.clone(), one.clone()]);
    assert_eq!(list("filter: { ages: [UNDER_A_WEEK, OLDER] },").await, std::slice::from_ref(&other));
    assert_eq!(list("filter: { ages: [UNDER_FIVE_DAYS] },").await, std::slice::from_ref(&one));
    assert!(list("filter: { ages: [UNDER_TWO_DAYS, UNDER_FOUR_WEEKS] },").await.is_empty());
    assert_eq!(list("filter: { urgencies: [URGENT] },").await, std::slice::from_ref(&one));
    let service = signpost::api::ids::NodeId::Service(entity::ids::ServiceId(uuid::Uuid::from_u128(7))).encode().0;
    assert!(list(&format!("filter: {{ service: {service:?} }},")).await.is_empty());
    let count = "{ referralCounts(direction: SENT) { state age number } }";
    assert_eq!(
        network.ask(&ann, count, json!({})).await["referralCounts"],
        json!([
            { "state": "SUBMITTED", "age": "UNDER_FIVE_DAYS", "number": 1 },
            { "state": "SUBMITTED", "age": "UNDER_A_WEEK", "number": 1 }
        ])
    );
    let count = "{ referralCounts(direction: SENT, filter: { urgencies: [ROUTINE] }) { age number } }";
    let counted = network.ask(&ann, count, json!({})).await["referralCounts"].take();
    assert_eq!(counted, json!([{ "age": "UNDER_A_WEEK", "number": 1 }]));
}
