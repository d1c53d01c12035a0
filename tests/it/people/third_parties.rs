//! What one agency would learn of what a service user has to do with another: by a preview, by a referral that went elsewhere
//! before, by a consent that names several. Each as it was tried.

use entity::enums::Role;
use entity::ids::AgencyId;
use serde_json::{Value, json};

use super::consents::{agency, terms};
use super::graph::Network;

const UNTIL: &str = "2027-11-01T00:00:00Z";

/// What Ida permits an agency for referrals, as Ann writes it down; its id.
async fn permit(network: &Network, of: &str, to: AgencyId, categories: Value) -> String {
    let asked = json!({ "serviceUser": of, "kind": "PERMIT", "agencies": [agency(to)], "categories": categories,
        "purposes": ["REFERRAL"], "until": UNTIL });
    let given = network.give(&network.ann, &asked, json!({ "method": "SPOKEN" })).await;
    assert_eq!(given["errors"], json!([]));
    given["id"].as_str().unwrap().to_owned()
}

/// The first agency shares with the second and with the third, and Ida permits both who she is and how she lives: her id, and
/// the id of what she permits the third.
async fn shared_with_two(network: &Network) -> (String, String) {
    let (id, _) = network.agreed().await;
    let third = network.third_manager().await;
    network.agree(&network.manager, &third, terms(Network::agency(0), Network::agency(2))).await;
    let consent = permit(network, &id, Network::agency(2), json!(["IDENTITY", "HOUSING"])).await;
    (id, consent)
}

/// The same two agree on the coordination of care as well, and Ida permits it: Cal sees her without saying for which referral.
async fn for_care_too(network: &Network, of: &str) {
    let other = network.app.token("max@example.org").await;
    let mut asked = terms(Network::agency(0), Network::agency(1));
    asked["flows"][0]["purposes"] = json!(["CARE_COORDINATION"]);
    network.agree(&network.manager, &other, asked).await;
    let asked = json!({ "serviceUser": of, "kind": "PERMIT", "agencies": [agency(Network::agency(1))],
        "categories": ["IDENTITY", "HOUSING"], "purposes": ["CARE_COORDINATION"], "until": UNTIL });
    let given = network.give(&network.ann, &asked, json!({ "method": "SPOKEN" })).await;
    assert_eq!(given["errors"], json!([]));
}

/// The second agency has taken Ida on: she is on Cal's caseload.
async fn taken_on(network: &Network, of: &str) {
    let referral = network.sent(of).await;
    assert_eq!(network.stepped(&network.cal, "acceptReferral", &referral, "").await["errors"], json!([]));
}

/// A draft to the third agency; its id.
async fn draft_to_third(network: &Network, token: &str, of: &str, discloses: Value) -> String {
    let query = "mutation($input: DraftReferralInput!) { draftReferral(input: $input) { referral { id } errors { code field } } }";
    let input = json!({ "serviceUser": of, "receiver": agency(Network::agency(2)), "needs": ["housing.hostel"],
        "discloses": discloses });
    let drafted = network.ask(token, query, json!({ "input": input })).await["draftReferral"].take();
    assert_eq!(drafted["errors"], json!([]));
    drafted["referral"]["id"].as_str().unwrap().to_owned()
}

async fn previewed(network: &Network, token: &str, referral: &str) -> Value {
    let query = "query($id: ID!) { referralPreview(referral: $id) { hash isAsSent withoutRoute \
        seen { category purposes sources { id } records } } }";
    network.ask(token, query, json!({ "id": referral })).await["referralPreview"].take()
}

/// Sends a draft on the hash of a preview; gives the errors.
async fn sent_on(network: &Network, referral: &str, preview: &Value) -> Value {
    let input = format!(", previewHash: {}", preview["hash"]);
    network.stepped(&network.ann, "submitReferral", referral, &input).await["errors"].take()
}

/// What each entry of a list says.
fn each(list: &Value, field: &str) -> Vec<Value> {
    list.as_array().unwrap().iter().map(|one| one[field].clone()).collect()
}

/// Who got somebody drafts a referral to a third agency, and looks what that one would see of the first: nothing that is told,
/// whatever is permitted to the third meanwhile.
#[tokio::test]
async fn a_preview_of_a_referral_is_of_ones_own_rows() {
    let network = Network::new().await;
    let (id, consent) = shared_with_two(&network).await;
    taken_on(&network, &id).await;
    let all = json!(["IDENTITY", "HOUSING", "OFFENDING"]);
    let draft = draft_to_third(&network, &network.cal, &id, all.clone()).await;
    let before = previewed(&network, &network.cal, &draft).await;
    assert_eq!((&before["seen"], &before["withoutRoute"]), (&json!([]), &all));
    permit(&network, &id, Network::agency(2), json!(["OFFENDING"])).await;
    assert_eq!(previewed(&network, &network.cal, &draft).await, before, "not by the hash either");
    assert_eq!(network.change(&network.ann, &format!("withdrawConsent(id: {consent:?})")).await, json!([]));
    assert_eq!(previewed(&network, &network.cal, &draft).await, before);
    // Whose rows they are is told what is seen of these.
    permit(&network, &id, Network::agency(2), json!(["HOUSING"])).await;
    let own = draft_to_third(&network, &network.ann, &id, json!(["HOUSING"])).await;
    let seen = previewed(&network, &network.ann, &own).await["seen"].take();
    assert_eq!(each(&seen, "category"), [json!("HOUSING")]);
    assert_eq!(seen[0]["sources"], json!([{ "id": agency(Network::agency(0)) }]));
}

/// The same of what would be seen if a service user said something: they themselves are shown all of it.
#[tokio::test]
async fn a_preview_of_a_consent_is_of_ones_own_rows() {
    let network = Network::new().await;
    let (id, _) = shared_with_two(&network).await;
    for_care_too(&network, &id).await;
    taken_on(&network, &id).await;
    let sam = network.account(&network.sam).await;
    let link = format!("linkAccount(input: {{ serviceUser: {id:?}, account: {sam:?} }})");
    assert_eq!(network.change(&network.ann, &link).await, json!([]));
    let (first, second, third) = (Network::agency(0), Network::agency(1), Network::agency(2));
    let asked = json!({ "serviceUser": id, "kind": "DENY", "agencies": [agency(third)], "categories": ["CASE_NOTES"],
        "purposes": ["REFERRAL"] });
    let before = network.preview(&network.cal, &asked).await;
    assert_eq!(before["seen"], json!([]));
    let theirs = network.preview(&network.sam, &asked).await;
    assert_eq!(each(&theirs["seen"], "category"), [json!("IDENTITY"), json!("HOUSING")]);
    let own = network.preview(&network.ann, &asked).await;
    assert_eq!(each(&own["seen"], "sources"), [json!([{ "id": agency(first) }]), json!([{ "id": agency(first) }])]);
    permit(&network, &id, third, json!(["OFFENDING"])).await;
    assert_eq!(network.preview(&network.cal, &asked).await, before, "not by the hash either");
    assert_ne!(network.preview(&network.sam, &asked).await["hash"], theirs["hash"]);
    // What one's own agency would see is one's own to know, whosever rows.
    let to_own = json!({ "serviceUser": id, "kind": "PERMIT", "agencies": [agency(second)], "categories": ["OFFENDING"],
        "purposes": ["REFERRAL"], "until": UNTIL });
    let seen = network.preview(&network.cal, &to_own).await["seen"].take();
    assert_eq!(each(&seen, "category"), [json!("IDENTITY"), json!("HOUSING"), json!("OFFENDING")]);
    assert_eq!(seen[2]["sources"], json!([{ "id": agency(first) }]));
    // Nor is anybody told by giving it that somebody else has said the same, of what nobody would see.
    let mut same = asked.clone();
    same["purposes"] = json!(["SAFEGUARDING"]);
    assert_eq!(network.give(&network.sam, &same, json!({})).await["errors"], json!([]));
    let told = network.give(&network.cal, &same, json!({ "method": "SPOKEN" })).await;
    assert_eq!(told["errors"], json!([]));
    let again = network.give(&network.cal, &same, json!({ "method": "SPOKEN" })).await;
    assert_eq!(again["errors"][0]["field"], "input.previewHash", "said by him, and holds");
}

/// The receiver says what it looks for: what it sees by way of the referral for any purpose is previewed.
#[tokio::test]
async fn a_preview_of_a_referral_is_for_every_purpose() {
    let network = Network::new().await;
    let (id, _) = network.agreed().await;
    let draft = network.drafted(&id, json!(["IDENTITY", "HOUSING"])).await["referral"]["id"].take();
    let draft = draft.as_str().unwrap();
    let before = previewed(&network, &network.ann, draft).await;
    assert_eq!(each(&before["seen"], "purposes"), [json!(["REFERRAL"]), json!(["REFERRAL"])]);
    let other = network.app.token("max@example.org").await;
    let mut more = terms(Network::agency(0), Network::agency(1));
    more["flows"][0]["basis"] = json!("LEGAL_OBLIGATION");
    more["flows"][0]["categories"] = json!(["HOUSING"]);
    more["flows"][0]["purposes"] = json!(["CARE_COORDINATION"]);
    network.agree(&network.manager, &other, more).await;
    assert_eq!(sent_on(&network, draft, &before).await[0]["field"], "input.previewHash", "they would see it for more");
    let preview = previewed(&network, &network.ann, draft).await;
    let for_what = [json!(["REFERRAL"]), json!(["REFERRAL", "CARE_COORDINATION"])];
    assert_eq!(each(&preview["seen"], "purposes"), for_what);
    assert_eq!(preview["withoutRoute"], json!([]));
    assert_eq!(sent_on(&network, draft, &preview).await, json!([]));
    assert_eq!(previewed(&network, &network.ann, draft).await["isAsSent"], true);
    let seen = network.seen_by(&network.cal, &id, "CARE_COORDINATION").await;
    assert_eq!((seen["needs"].as_array().unwrap().len(), &seen["identity"]), (1, &json!([])), "as it was previewed");
}

/// What was previewed is sent as it was then: what the referral itself tells is bound as well.
#[tokio::test]
async fn a_draft_that_was_written_anew_is_previewed_anew() {
    let network = Network::new().await;
    let (id, _) = network.agreed().await;
    let draft = network.drafted(&id, json!(["IDENTITY", "HOUSING"])).await["referral"]["id"].take();
    let draft = draft.as_str().unwrap();
    let edits = ["needs: [\"housing.emergency\"]", "urgency: URGENT", "urgency: SOON, words: \"In a word.\""];
    for (version, edit) in (1..).zip(edits) {
        let preview = previewed(&network, &network.ann, draft).await;
        let edit = format!(", expectedVersion: {version}, {edit}");
        assert_eq!(network.stepped(&network.ann, "editReferralDraft", draft, &edit).await["errors"], json!([]));
        let refused = sent_on(&network, draft, &preview).await;
        assert_eq!(refused[0]["field"], "input.previewHash", "{edit}");
    }
    let preview = previewed(&network, &network.ann, draft).await;
    assert_eq!(sent_on(&network, draft, &preview).await, json!([]));
    assert_eq!(previewed(&network, &network.ann, draft).await["isAsSent"], true);
    assert_eq!(network.stepped(&network.cal, "acceptReferral", draft, "").await["errors"], json!([]));
    assert_eq!(previewed(&network, &network.ann, draft).await["isAsSent"], true);
    // The hash is the sender's: by it the receiver could guess at what else there is.
    let query = "query($id: ID!) { referral(id: $id) { previewHash } }";
    let of_ann = network.ask(&network.ann, query, json!({ "id": draft })).await;
    assert_eq!(of_ann["referral"]["previewHash"], preview["hash"]);
    let of_cal = network.ask(&network.cal, query, json!({ "id": draft })).await;
    assert_eq!(of_cal["referral"], json!({ "previewHash": null }));
}

/// Who gets somebody in the place of another is not told of whom: neither by the referral nor by the pathway.
#[tokio::test]
async fn a_referral_that_was_sent_on_does_not_say_by_whom() {
    let network = Network::new().await;
    let (id, _) = shared_with_two(&network).await;
    let referral = network.sent(&id).await;
    let third = agency(Network::agency(2));
    let elsewhere = format!(", receiver: {third:?}, words: \"They have a bed.\"");
    assert_eq!(network.stepped(&network.cal, "rerouteReferral", &referral, &elsewhere).await["errors"], json!([]));
    let list = format!("{{ referralsOf(serviceUser: {id:?}) {{ id }} }}");
    let child = network.ask(&network.ann, &list, json!({})).await["referralsOf"][1]["id"].take();
    let child = child.as_str().unwrap();
    assert_eq!(network.stepped(&network.ann, "submitReferral", child, "").await["errors"], json!([]));
    let dee = network.app.signed_in("dee@example.org", Role::LinkWorker, Some(Network::agency(2))).await;
    let (ann, cal) = (network.account(&network.ann).await, network.account(&network.cal).await);
    let seen = network.referral(&dee, child).await;
    assert_eq!((&seen["state"], &seen["inPlaceOf"]), (&json!("SUBMITTED"), &Value::Null));
    let (drafted, submitted) = (&seen["history"][0], &seen["history"][1]);
    assert_eq!((&drafted["step"], &drafted["by"], &drafted["agency"]), (&json!("DRAFTED"), &Value::Null, &Value::Null));
    assert_eq!((&submitted["step"], &submitted["by"]["id"]), (&json!("SUBMITTED"), &json!(ann)));
    let pathway = format!(
        "{{ pathway(serviceUser: {id:?}, purpose: REFERRAL, first: 50) {{ entries {{ nodes {{ kind item {{ \
         ... on PathwayReferralStep {{ referral event {{ step words by {{ id }} agency {{ id }} }} }} }} }} }} }} }}"
    );
    let on_it = network.ask(&dee, &pathway, json!({})).await["pathway"]["entries"]["nodes"].take();
    let steps = each(&on_it, "kind").into_iter().filter(|kind| *kind == "REFERRAL_STEP").count();
    assert_eq!(steps, 2);
    for told in [seen, on_it] {
        for before in [&cal, &agency(Network::agency(1)), &referral] {
            assert!(!told.to_string().contains(before.as_str()), "{before}: {told}");
        }
    }
    // The sender knows whom it had sent her to.
    let own = network.referral(&network.ann, child).await;
    assert_eq!((&own["inPlaceOf"], &own["history"][0]["by"]["id"]), (&json!(referral), &json!(cal)));
}

/// A consent that names several tells each of its own: not who else is named, nor what for them alone, nor the words that were
/// read. That an agreement was drafted makes nobody a partner.
#[tokio::test]
async fn a_consent_tells_each_agency_of_its_own() {
    let network = Network::new().await;
    let (id, of_third) = shared_with_two(&network).await;
    for_care_too(&network, &id).await;
    taken_on(&network, &id).await;
    let (second, third) = (agency(Network::agency(1)), agency(Network::agency(2)));
    let terms_of_two = json!({ "serviceUser": id, "kind": "PERMIT", "agencies": [second, third],
        "categories": ["IDENTITY", "HOUSING", "MENTAL_HEALTH"], "purposes": ["REFERRAL"], "until": "2026-12-01T00:00:00Z" });
    let given = network.give(&network.ann, &terms_of_two, json!({ "method": "SPOKEN" })).await;
    assert_eq!(given["errors"], json!([]));
    let hash = network.preview(&network.ann, &terms_of_two).await["hash"].take();
    let propose = "mutation($input: ProposeConsentInput!) { proposeConsent(input: $input) { errors { code field } } }";
    let input = json!({ "input": { "terms": terms_of_two, "previewHash": hash } });
    let proposed = network.ask(&network.ann, propose, input).await;
    assert_eq!(proposed["proposeConsent"]["errors"], json!([]));
    let told = async |token: &str| {
        let query = "query($id: ID!) { serviceUser(id: $id, purpose: CARE_COORDINATION) { \
            consents { id agencies { id } categories recordedBy previewHash words { paragraphs } receipt receiptHtml } \
            proposals { askedBy { id } agencies { id } categories } } \
            consentsRunningOut { consent { id agencies { id } categories previewHash receipt } } \
            myDay { consentsRunningOut { nodes { consent { id agencies { id } categories receipt } } } } }";
        network.ask(token, query, json!({ "id": id })).await
    };
    let of_two = |told: &Value| {
        let all = told["serviceUser"]["consents"].as_array().unwrap();
        all.iter().find(|one| one["id"] == given["id"]).unwrap().clone()
    };
    let of_ann = told(&network.ann).await;
    let whole = of_two(&of_ann);
    assert_eq!(whole["agencies"], json!([{ "id": second }, { "id": third }]));
    assert_eq!(whole["categories"], json!(["IDENTITY", "HOUSING", "MENTAL_HEALTH"]));
    assert!(whole["previewHash"].is_string() && whole["words"].is_object(), "{whole}");
    assert_eq!(of_ann["serviceUser"]["proposals"][0]["agencies"].as_array().unwrap().len(), 2);

    let other = network.app.token("max@example.org").await;
    let between = || terms(Network::agency(1), Network::agency(2));
    let drafted = network.draft(&other, between()).await;
    assert_eq!(drafted["errors"], json!([]));
    let of_cal = told(&network.cal).await;
    let part = of_two(&of_cal);
    assert_eq!(part["agencies"], json!([{ "id": second }]));
    assert_eq!(part["categories"], json!(["IDENTITY", "HOUSING"]), "what flows to them");
    for field in ["recordedBy", "previewHash", "words"] {
        assert_eq!(part[field], Value::Null, "{field}");
    }
    assert_eq!(part["receipt"][0], "You said yes on 21 November 2026 face to face.");
    assert_eq!(part["receipt"].as_array().unwrap().len(), 2, "with its number");
    let proposal = json!({ "askedBy": null, "agencies": [{ "id": second }], "categories": ["IDENTITY", "HOUSING"] });
    assert_eq!(of_cal["serviceUser"]["proposals"], json!([proposal]));
    for runs_out in [&of_cal["consentsRunningOut"], &of_cal["myDay"]["consentsRunningOut"]["nodes"]] {
        assert_eq!(each(runs_out, "consent").len(), 1);
        assert_eq!(runs_out[0]["consent"]["agencies"], json!([{ "id": second }]));
    }
    let text = of_cal.to_string();
    assert!(!text.contains(&third) && !text.contains(&of_third) && !text.contains("MENTAL_HEALTH"), "{text}");

    // Agreed by both, their rows may flow there: what is permitted to the third is the second's to know as far.
    let both = network.app.token("may@example.org").await;
    network.agree(&other, &both, between()).await;
    let of_cal = told(&network.cal).await;
    assert_eq!(of_two(&of_cal)["agencies"], json!([{ "id": second }, { "id": third }]));
    let all = of_cal["serviceUser"]["consents"].as_array().unwrap();
    assert!(all.iter().any(|one| one["id"] == of_third), "{all:?}");
}
