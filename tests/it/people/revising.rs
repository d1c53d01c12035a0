//! Agreements are revised by parties to what is in force, and say what they show.

use serde_json::{Value, json};

use super::consents::terms;
use super::graph::Network;

const REVISE: &str = "mutation($input: ReviseAgreementInput!) { reviseAgreement(input: $input) { version { id number } \
    errors { code message field } } }";

async fn revise(network: &Network, token: &str, of: &Value, expected: i32, terms: Value) -> Value {
    let input = json!({ "agreement": of, "expectedVersion": expected, "terms": terms });
    network.ask(token, REVISE, json!({ "input": input })).await["reviseAgreement"].take()
}

/// Who is party to what is in force is told that a newer draft is in the way, and no more of it; and comes after it.
#[tokio::test]
async fn a_newer_draft_of_others_is_in_the_way_and_not_told() {
    let network = Network::new().await;
    let (canal, third) = (network.other_manager().await, network.third_manager().await);
    let [bright, between, there] = [0, 1, 2].map(Network::agency);
    network.agree(&network.manager, &canal, terms(bright, between)).await;
    let list = network.ask(&network.manager, "{ agreements { id inForce { number } } }", json!({})).await;
    let id = list["agreements"][0]["id"].clone();
    let stranger = revise(&network, &third, &id, 1, terms(there, between)).await;
    assert_eq!(stranger["errors"][0]["code"], "NOT_FOUND");

    let drafted = revise(&network, &canal, &id, 1, terms(between, there)).await;
    assert_eq!((&drafted["errors"], &drafted["version"]["number"]), (&json!([]), &json!(2)));
    let refused = revise(&network, &network.manager, &id, 1, terms(bright, between)).await;
    assert_eq!((&refused["errors"][0]["code"], &refused["version"]), (&json!("NOT_NOW"), &Value::Null));
    let told = refused["errors"][0]["message"].as_str().unwrap();
    assert!(told.contains("newer draft is under way"), "{told}");
    let seen = network.ask(&network.manager, "{ agreements { versions { number } } }", json!({})).await;
    assert_eq!(seen["agreements"], json!([{ "versions": [{ "number": 1 }] }]), "nothing of the draft");
    // Given up by who drafted it: it is in nobody's way.
    let draft = drafted["version"]["id"].as_str().unwrap();
    assert_eq!(network.step(&canal, draft, "TERMINATE").await["errors"], json!([]));
    let stale = revise(&network, &network.manager, &id, 7, terms(bright, between)).await;
    assert_eq!(stale["errors"][0]["code"], "NOT_NOW");
    let revised = revise(&network, &network.manager, &id, 1, terms(bright, between)).await;
    assert_eq!((&revised["errors"], &revised["version"]["number"]), (&json!([]), &json!(3)));
    // Of what was in force and is no more nobody is party by it.
    let late = revise(&network, &third, &id, 3, terms(there, between)).await;
    assert_eq!(late["errors"][0]["code"], "NOT_FOUND");
}

/// What parties sign shows all that it says, and says something.
#[tokio::test]
async fn an_agreement_shows_what_it_says() {
    let network = Network::new().await;
    let whole = || terms(Network::agency(0), Network::agency(1));
    for unseen in ["\u{200b}", "As it\u{202e} should be", "\u{3164}", "\u{2800}", "\u{301}", "a\u{2066}b"] {
        let (mut title, mut retention, mut contact) = (whole(), whole(), whole());
        title["title"] = json!(unseen);
        retention["document"]["retention"] = json!(unseen);
        contact["parties"][1]["contact"] = json!(unseen);
        for (terms, field) in
            [(title, "input.title"), (retention, "input.document.retention"), (contact, "input.parties.contact")]
        {
            let refused = network.draft(&network.manager, terms).await;
            assert_eq!(refused["errors"][0]["field"], field, "{unseen:?}");
        }
    }
    let query = "mutation($input: AgreementTermsInput!) { draftAgreement(input: $input) { \
        version { document { necessity security } } errors { field } } }";
    let mut written = whole();
    written["document"]["necessity"] = json!("On Windows.\r\n\r\nAnd on.");
    written["document"]["security"] = json!("Long ago.\rAnd on.\n");
    let drafted = network.ask(&network.manager, query, json!({ "input": written })).await["draftAgreement"].take();
    assert_eq!(drafted["errors"], json!([]));
    let kept = json!({ "necessity": "On Windows.\n\nAnd on.", "security": "Long ago.\nAnd on.\n" });
    assert_eq!(drafted["version"]["document"], kept);
}
