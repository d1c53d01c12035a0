//! Consents and agreements as clients see them: agreed and signed, previewed, given, asked for, withdrawn; and what of it each
//! agency then sees.

use entity::enums::{ConsentKind, DataCategory, Purpose};
use entity::ids::AgencyId;
use entity::instants::Millis;
use serde_json::{Value, json};
use signpost::api::ids::NodeId;
use signpost::people::consents::asked::Asked;
use signpost::people::consents::words;

use super::graph::Network;
use crate::support::accounts::As;

const UNTIL: &str = "2027-11-01T00:00:00Z";

pub(super) fn agency(id: AgencyId) -> String {
    NodeId::Agency(id).encode().0
}

/// What the first agency and the second agree on: identity, housing and offending of the first, for referrals.
pub(super) fn terms(first: AgencyId, second: AgencyId) -> Value {
    let text = "As it should be.";
    json!({
        "title": "Between two agencies",
        "document": { "necessity": text, "criminalOffenceCondition": "Schedule 1, paragraph 29.", "retention": text,
            "security": text, "rightsRequests": text, "breachContact": text, "ending": text },
        "parties": [
            { "agency": agency(first), "role": "CONTROLLER", "contact": "Dee" },
            { "agency": agency(second), "role": "CONTROLLER", "contact": "Dan" }
        ],
        "flows": [{ "from": agency(first), "to": agency(second), "basis": "CONSENT",
            "categories": ["IDENTITY", "HOUSING", "OFFENDING"], "purposes": ["REFERRAL"] }],
        "expiresAt": "2028-11-01T00:00:00Z", "reviewOn": "2027-11-01", "relatedDays": 10
    })
}

const VERSION: &str = "version { id number state isInForce isExpired isReviewOverdue documentHash parties { agency { id } signedAt signedBy } \
    flows { basis categories purposes from { id } to { id } } history { step by reason } } errors { code field message }";

impl Network {
    pub(super) async fn draft(&self, token: &str, terms: Value) -> Value {
        let query =
            format!("mutation($input: AgreementTermsInput!) {{ draftAgreement(input: $input) {{ {VERSION} }} }}");
        self.ask(token, &query, json!({ "input": terms })).await["draftAgreement"].take()
    }

    pub(super) async fn step(&self, token: &str, version: &str, step: &str) -> Value {
        let query = format!(
            "mutation {{ moveAgreement(input: {{ version: {version:?}, move: {step}, reason: \"so\" }}) {{ {VERSION} }} }}"
        );
        self.ask(token, &query, json!({})).await["moveAgreement"].take()
    }

    pub(super) async fn sign(&self, token: &str, version: &str, hash: &str) -> Value {
        let query = format!(
            "mutation {{ signAgreement(input: {{ version: {version:?}, documentHash: {hash:?} }}) {{ {VERSION} }} }}"
        );
        self.ask(token, &query, json!({})).await["signAgreement"].take()
    }

    /// Two managers agree, and both sign; the version.
    pub(super) async fn agree(&self, first: &str, second: &str, terms: Value) -> String {
        let drafted = self.draft(first, terms).await;
        assert_eq!(drafted["errors"], json!([]));
        let (version, hash) =
            (drafted["version"]["id"].as_str().unwrap(), drafted["version"]["documentHash"].as_str().unwrap());
        for (token, step) in [(first, "SUBMIT"), (second, "APPROVE")] {
            assert_eq!(self.step(token, version, step).await["errors"], json!([]), "{step}");
        }
        for token in [first, second] {
            assert_eq!(self.sign(token, version, hash).await["errors"], json!([]));
        }
        version.to_owned()
    }

    pub(super) async fn preview(&self, token: &str, asked: &Value) -> Value {
        let query = "query($input: ConsentTermsInput!) { disclosurePreview(input: $input) { hash related { id } \
            words { key version title paragraphs } seen { agency { id } purpose category sources { id } records } } }";
        self.ask(token, query, json!({ "input": asked })).await["disclosurePreview"].take()
    }

    pub(super) async fn give(&self, token: &str, asked: &Value, manner: Value) -> Value {
        let hash = self.preview(token, asked).await["hash"].clone();
        self.give_on(token, asked, hash, manner).await
    }

    async fn give_on(&self, token: &str, asked: &Value, hash: Value, manner: Value) -> Value {
        let query = "mutation($input: GiveConsentInput!) { giveConsent(input: $input) { id errors { code field } } }";
        let input = json!({ "input": { "terms": asked, "previewHash": hash, "manner": manner } });
        self.ask(token, query, input).await["giveConsent"].take()
    }

    pub(super) async fn seen_by(&self, token: &str, of: &str, purpose: &str) -> Value {
        let query = format!(
            "query($id: ID!) {{ serviceUser(id: $id, purpose: {purpose}) {{ name identity {{ record {{ seenAs source {{ id }} }} }} \
             needs {{ need {{ key }} }} circumstances {{ has offences }} withheld {{ category reason }} consents {{ id }} }} }}"
        );
        self.ask(token, &query, json!({ "id": of })).await["serviceUser"].take()
    }

    /// Somebody permits the second agency to see who they are.
    pub(super) async fn permit(&self, token: &str, of: &str, manner: Value) {
        let asked = json!({ "serviceUser": of, "kind": "PERMIT", "agencies": [agency(Network::agency(1))],
            "categories": ["IDENTITY"], "purposes": ["REFERRAL"], "until": UNTIL });
        assert_eq!(self.give(token, &asked, manner).await["errors"], json!([]));
    }

    pub(super) async fn consents(&self, token: &str, of: &str) -> Value {
        let query = "query($id: ID!) { serviceUser(id: $id, purpose: CARE_COORDINATION) { consents { id kind state method \
            givenByProxy witness capacityNote recordedBy agencies { id } categories purposes beginsAt expiresAt endedAt \
            words { version paragraphs } receipt receiptHtml previewHash } proposals { id state kind answeredAt } } }";
        self.ask(token, query, json!({ "id": of })).await["serviceUser"].take()
    }
}

#[tokio::test]
async fn an_agreement_is_in_force_once_every_party_has_signed_this_version() {
    let network = Network::new().await;
    let other = network.other_manager().await;
    let (first, second) = (Network::agency(0), Network::agency(1));
    // Of the form, or told where it is not.
    let with = |path: &[&str], value: Value| {
        let mut terms = terms(first, second);
        let at = path.iter().fold(&mut terms, |at, key| match key.parse::<usize>() {
            Ok(index) => &mut at[index],
            Err(_) => &mut at[*key],
        });
        *at = value;
        terms
    };
    for (terms, field) in [
        (with(&["title"], json!(" ")), "input.title"),
        (with(&["flows"], json!([])), "input.flows"),
        (with(&["flows", "0", "categories"], json!([])), "input.flows.categories"),
        (with(&["flows", "0", "purposes"], json!([])), "input.flows.purposes"),
        (with(&["flows", "0", "to"], json!(agency(first))), "input.flows"),
        (with(&["document", "criminalOffenceCondition"], Value::Null), "input.document.criminalOffenceCondition"),
        (with(&["document", "retention"], json!("")), "input.document.retention"),
        (with(&["parties", "1", "agency"], json!(agency(first))), "input.parties"),
        (with(&["expiresAt"], json!("2026-01-01T00:00:00Z")), "input.expiresAt"),
        (with(&["expiresAt"], json!("2031-01-01T00:00:00Z")), "input.expiresAt"),
        (with(&["reviewOn"], json!("2029-01-01")), "input.reviewOn"),
        (with(&["relatedDays"], json!(-1)), "input.relatedDays"),
    ] {
        let refused = network.draft(&network.manager, terms).await;
        assert_eq!((&refused["errors"][0]["field"], &refused["version"]), (&json!(field), &Value::Null));
    }
    let drafted = network.draft(&network.manager, terms(first, second)).await["version"].take();
    let (version, hash) = (drafted["id"].as_str().unwrap(), drafted["documentHash"].as_str().unwrap());
    assert_eq!((&drafted["state"], &drafted["number"]), (&json!("DRAFT"), &json!(1)));
    let code = |answer: &Value| answer["errors"][0]["code"].clone();
    assert_eq!(code(&network.sign(&network.manager, version, hash).await), "NOT_NOW", "nobody signs a draft");
    assert_eq!(code(&network.step(&network.manager, version, "APPROVE").await), "NOT_NOW");
    assert_eq!(network.step(&network.manager, version, "SUBMIT").await["version"]["state"], "IN_REVIEW");
    assert_eq!(code(&network.step(&network.manager, version, "APPROVE").await), "NOT_NOW", "of their own draft");
    assert_eq!(network.step(&other, version, "APPROVE").await["version"]["state"], "AWAITING_SIGNATURES");
    let wrong = network.sign(&other, version, "0123").await;
    assert_eq!(wrong["errors"][0]["field"], "input.documentHash");
    let one = network.sign(&other, version, hash).await;
    assert_eq!(
        (&one["version"]["state"], &one["version"]["isInForce"]),
        (&json!("AWAITING_SIGNATURES"), &json!(false))
    );
    assert_eq!(code(&network.sign(&other, version, hash).await), "NOT_NOW", "once each");
    let both = network.sign(&network.manager, version, hash).await;
    assert_eq!((&both["version"]["state"], &both["version"]["isInForce"]), (&json!("ACTIVE"), &json!(true)));
    // Suspended by one side, resumed by it alone.
    assert_eq!(network.step(&other, version, "SUSPEND").await["version"]["isInForce"], false);
    assert_eq!(code(&network.step(&network.manager, version, "RESUME").await), "NOT_NOW");
    assert_eq!(network.step(&other, version, "RESUME").await["version"]["isInForce"], true);
    // A new version is in force once everybody signed it; until then the one before is.
    let list = network
        .ask(&network.ann, "{ agreements { id title inForce { number } versions { number state } } }", json!({}))
        .await;
    let id = list["agreements"][0]["id"].as_str().unwrap();
    let revise = format!(
        "mutation($terms: AgreementTermsInput!, $expected: Int!) {{ reviseAgreement(input: {{ agreement: {id:?}, expectedVersion: $expected, terms: $terms }}) {{ {VERSION} }} }}"
    );
    let stale = network.ask(&other, &revise, json!({ "terms": terms(first, second), "expected": 7 })).await;
    assert_eq!(code(&stale["reviseAgreement"]), "NOT_NOW");
    let mut revised = terms(first, second);
    revised["flows"][0]["categories"] = json!(["IDENTITY"]);
    let second_version = network.ask(&other, &revise, json!({ "terms": revised, "expected": 1 })).await;
    let second_version = &second_version["reviseAgreement"]["version"];
    assert_eq!(second_version["number"], 2);
    assert_ne!(second_version["documentHash"], json!(hash));
    let (next, next_hash) = (second_version["id"].as_str().unwrap(), second_version["documentHash"].as_str().unwrap());
    network.step(&other, next, "SUBMIT").await;
    network.step(&network.manager, next, "APPROVE").await;
    network.sign(&other, next, next_hash).await;
    let query = format!("{{ agreement(id: {id:?}) {{ inForce {{ number }} versions {{ number state }} }} }}");
    assert_eq!(network.ask(&network.cal, &query, json!({})).await["agreement"]["inForce"]["number"], 1);
    network.sign(&network.manager, next, next_hash).await;
    let after = network.ask(&network.cal, &query, json!({})).await["agreement"].take();
    let states = json!([{ "number": 2, "state": "ACTIVE" }, { "number": 1, "state": "SUPERSEDED" }]);
    assert_eq!((&after["inForce"]["number"], &after["versions"]), (&json!(2), &states));
    assert_eq!(network.step(&network.manager, next, "TERMINATE").await["version"]["isInForce"], false);
    assert_eq!(code(&network.step(&network.manager, next, "RESUME").await), "NOT_NOW", "for good");
    // Of third parties nobody knows of it.
    let third = network.third_manager().await;
    assert_eq!(network.ask(&third, &query, json!({})).await["agreement"], Value::Null);
    assert_eq!(code(&network.step(&third, next, "TERMINATE").await), "NOT_FOUND");
    // Time brings the rest.
    network.app.clock.advance(chrono::TimeDelta::days(800));
}

/// The whole way: agreed, previewed, permitted, seen; withdrawn, and seen no more.
#[tokio::test]
async fn what_was_previewed_is_seen_until_it_is_withdrawn() {
    let network = Network::new().await;
    let other = network.other_manager().await;
    let (first, second) = (Network::agency(0), Network::agency(1));
    let version = network.agree(&network.manager, &other, terms(first, second)).await;
    let id = network.enter(&network.ann, json!({ "givenNames": "Ida", "familyName": "Crow" })).await;
    network.record(&network.ann, &id, json!({ "need": { "need": "housing.hostel" } })).await;
    network
        .record(
            &network.ann,
            &id,
            json!({ "circumstances": { "has": ["HOMELESS", "PRISON_LEAVER"], "offences": ["ARSON"] } }),
        )
        .await;
    network.record(&network.ann, &id, json!({ "note": { "text": "Ours alone." } })).await;
    network.refer(&id, second).await;
    assert_eq!(
        network.seen_by(&network.cal, &id, "REFERRAL").await,
        Value::Null,
        "agreed and referred, and not permitted"
    );
    let asked = json!({ "serviceUser": id, "kind": "PERMIT", "agencies": [agency(second)],
        "categories": ["IDENTITY", "HOUSING", "CASE_NOTES"], "purposes": ["REFERRAL", "CARE_COORDINATION"], "until": UNTIL });
    let preview = network.preview(&network.ann, &asked).await;
    let seen: Vec<_> = preview["seen"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["category"].clone(), it["purpose"].clone(), it["records"].as_array().unwrap().len()))
        .collect();
    assert_eq!(
        seen,
        [(json!("IDENTITY"), json!("REFERRAL"), 1), (json!("HOUSING"), json!("REFERRAL"), 2)],
        "no agreement lets notes flow, nor anything for that other purpose"
    );
    assert_eq!(preview["related"], json!([]), "with whom else they have to do is theirs to know");
    let words = preview["words"]["paragraphs"].as_array().unwrap();
    assert!(words[1].as_str().unwrap().contains("An agency"), "{words:?}");
    assert!(words.iter().any(|line| line == "Your yes ends on 1 November 2027. You can end it sooner."), "{words:?}");
    assert_eq!(network.preview(&network.cal, &asked).await, Value::Null, "not theirs to ask");
    // What they were shown must be what they say yes to.
    let hash = preview["hash"].clone();
    network.record(&network.ann, &id, json!({ "need": { "need": "housing.emergency" } })).await;
    let manner = json!({ "method": "SPOKEN", "witness": "Bea Moon", "capacityNote": "Knew what it was about." });
    let refused = network.give_on(&network.ann, &asked, hash, manner.clone()).await;
    assert_eq!(refused["errors"][0]["field"], "input.previewHash");
    for (wrong, field) in [
        (json!({}), "input.manner.method"),
        (json!({ "method": "ONLINE" }), "input.manner.method"),
        (json!({ "method": "SPOKEN", "witness": "" }), "input.manner.witness"),
    ] {
        assert_eq!(network.give(&network.ann, &asked, wrong).await["errors"][0]["field"], field);
    }
    let given = network.give(&network.ann, &asked, manner).await;
    assert_eq!(given["errors"], json!([]));
    let consent = given["id"].as_str().unwrap();
    let seen = network.seen_by(&network.cal, &id, "REFERRAL").await;
    assert_eq!(seen["name"], "Ida Crow");
    assert_eq!(seen["identity"][0]["record"], json!({ "seenAs": "SHARED", "source": { "id": agency(first) } }));
    assert_eq!(seen["needs"].as_array().unwrap().len(), 2);
    assert_eq!(
        seen["circumstances"],
        json!({ "has": ["HOMELESS"], "offences": [] }),
        "not what is of another category"
    );
    let reason = |category: &str| {
        let withheld = seen["withheld"].as_array().unwrap();
        withheld.iter().find(|it| it["category"] == category).map(|it| it["reason"].clone())
    };
    assert_eq!(reason("IDENTITY"), None);
    assert_eq!(reason("OFFENDING"), Some(json!("NOT_PERMITTED")));
    assert_eq!(reason("CASE_NOTES"), Some(json!("NO_AGREEMENT")), "permitted, and no agreement");
    assert_eq!(seen["consents"], json!([]), "their consents are not the recipient's to see");
    assert_eq!(network.seen_by(&network.cal, &id, "CARE_COORDINATION").await, Value::Null, "another purpose");
    // The receipt.
    let shown = network.consents(&network.ann, &id).await["consents"][0].take();
    assert_eq!(
        (&shown["state"], &shown["method"], &shown["witness"]),
        (&json!("ACTIVE"), &json!("SPOKEN"), &json!("Bea Moon"))
    );
    let receipt: Vec<&str> = shown["receipt"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
    assert!(receipt.contains(&"You said yes on 21 November 2026 face to face."), "{receipt:#?}");
    assert!(
        receipt.iter().any(|line| line.starts_with("If you say yes, these teams may see it: An agency")),
        "{receipt:#?}"
    );
    assert!(shown["receiptHtml"].as_str().unwrap().starts_with("<!doctype html>"));
    // Suspended in mid-session; resumed.
    network.step(&other, &version, "SUSPEND").await;
    assert_eq!(network.seen_by(&network.cal, &id, "REFERRAL").await, Value::Null);
    network.step(&other, &version, "RESUME").await;
    assert_eq!(network.seen_by(&network.cal, &id, "REFERRAL").await["name"], "Ida Crow");
    // Withdrawn: the very next read.
    let withdraw = format!("withdrawConsent(id: {consent:?})");
    assert_eq!(network.change(&network.cal, &withdraw).await[0]["code"], "NOT_FOUND");
    assert_eq!(network.change(&network.ann, &withdraw).await, json!([]));
    assert_eq!(network.seen_by(&network.cal, &id, "REFERRAL").await, Value::Null);
    let ended = network.consents(&network.ann, &id).await["consents"][0].take();
    assert_eq!(ended["state"], "WITHDRAWN");
    assert!(ended["receipt"].to_string().contains("You ended it on 21 November 2026."));
}

#[tokio::test]
async fn who_is_asked_answers_and_a_no_is_kept() {
    let network = Network::new().await;
    let other = network.other_manager().await;
    let (first, second) = (Network::agency(0), Network::agency(1));
    network.agree(&network.manager, &other, terms(first, second)).await;
    let id = network.enter(&network.ann, json!({ "givenNames": "Sam" })).await;
    network.refer(&id, second).await;
    let sam = network.account(&network.sam).await;
    network.change(&network.ann, &format!("linkAccount(input: {{ serviceUser: {id:?}, account: {sam:?} }})")).await;
    let asked = json!({ "serviceUser": id, "kind": "PERMIT", "agencies": [agency(second)], "categories": ["IDENTITY"],
        "purposes": ["REFERRAL"], "until": UNTIL });
    let propose =
        "mutation($input: ProposeConsentInput!) { proposeConsent(input: $input) { id errors { code field } } }";
    let answer = "mutation($input: AnswerConsentInput!) { answerConsent(input: $input) { id errors { code field } } }";
    let ask = async || {
        let hash = network.preview(&network.ann, &asked).await["hash"].clone();
        let input = json!({ "input": { "terms": asked, "previewHash": hash } });
        network.ask(&network.ann, propose, input).await["proposeConsent"]["id"].clone()
    };
    let first_asked = ask().await;
    assert_eq!(network.seen_by(&network.cal, &id, "REFERRAL").await, Value::Null, "asked is not answered");
    let no = network.ask(&network.sam, answer, json!({ "input": { "proposal": first_asked } })).await;
    assert_eq!(no["answerConsent"], json!({ "id": null, "errors": [] }));
    let again = network.ask(&network.sam, answer, json!({ "input": { "proposal": first_asked } })).await;
    assert_eq!(again["answerConsent"]["errors"][0]["code"], "NOT_FOUND", "it is answered");
    assert_eq!(network.seen_by(&network.cal, &id, "REFERRAL").await, Value::Null);
    assert_eq!(network.consents(&network.sam, &id).await["proposals"][0]["state"], "REFUSED");
    let second_asked = ask().await;
    let hash = network.preview(&network.sam, &asked).await["hash"].clone();
    let yes = json!({ "input": { "proposal": second_asked, "yesToPreviewHash": hash } });
    let yes = network.ask(&network.sam, answer, yes).await["answerConsent"].take();
    assert_eq!(yes["errors"], json!([]));
    assert_eq!(network.seen_by(&network.cal, &id, "REFERRAL").await["name"], "Sam");
    let shown = network.consents(&network.sam, &id).await["consents"][0].take();
    assert_eq!((&shown["method"], &shown["id"]), (&json!("ONLINE"), &yes["id"]));
    // A no beats every yes; taken back, the yes holds again.
    let mut denied = asked.clone();
    denied["kind"] = json!("DENY");
    denied["until"] = Value::Null;
    assert_eq!(network.preview(&network.sam, &denied).await["seen"], json!([]), "nothing would be seen");
    let no = network.give(&network.sam, &denied, json!({})).await;
    assert_eq!(no["errors"], json!([]));
    assert_eq!(network.seen_by(&network.cal, &id, "REFERRAL").await, Value::Null);
    assert_eq!(network.change(&network.sam, &format!("withdrawConsent(id: {})", no["id"])).await, json!([]));
    assert_eq!(network.seen_by(&network.cal, &id, "REFERRAL").await["name"], "Sam");
    // It runs out by itself, to the millisecond.
    network.app.clock.advance(UNTIL.parse::<chrono::DateTime<chrono::Utc>>().unwrap() - network.app.clock.now());
    let cal = network.app.token("cal@example.org").await;
    assert_eq!(network.seen_by(&cal, &id, "REFERRAL").await, Value::Null);
    let sam = network.app.token("sam@example.org").await;
    let states: Vec<_> = network.consents(&sam, &id).await["consents"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["state"].clone())
        .collect();
    assert_eq!(states, ["WITHDRAWN", "EXPIRED"], "never called active");
}

#[tokio::test]
async fn an_empty_scope_and_a_permit_for_ever_are_refused() {
    let network = Network::new().await;
    let id = network.enter(&network.ann, json!({ "givenNames": "Sam" })).await;
    let whole = json!({ "serviceUser": id, "kind": "PERMIT", "agencies": [agency(Network::agency(1))], "categories": ["IDENTITY"],
        "purposes": ["REFERRAL"], "until": UNTIL });
    for (field, value) in [
        ("agencies", json!([])),
        ("agencies", json!([NodeId::Agency(AgencyId(uuid::Uuid::from_u128(77))).encode().0])),
        ("categories", json!([])),
        ("purposes", json!([])),
        ("until", Value::Null),
        ("until", json!("2026-11-21T20:00:00Z")),
        ("until", json!("2029-11-21T20:00:00Z")),
    ] {
        let mut asked = whole.clone();
        asked[field] = value;
        let refused = network.give_on(&network.ann, &asked, json!(""), json!({ "method": "SPOKEN" })).await;
        assert_eq!(refused["errors"][0]["field"], format!("input.terms.{field}"));
        let query = "query($input: ConsentTermsInput!) { disclosurePreview(input: $input) { hash } }";
        let (_, answer) = network.app.ask(As::token(&network.ann), query, json!({ "input": asked })).await;
        assert_eq!(answer["errors"][0]["extensions"]["field"], format!("input.{field}"));
    }
}

/// Syllables of an English word, as good as reckoned by its vowels.
fn syllables(word: &str) -> usize {
    let word = word.to_lowercase();
    let vowels = word.chars().collect::<Vec<_>>();
    let is_vowel = |letter: char| "aeiouy".contains(letter);
    let groups = vowels.windows(2).filter(|pair| !is_vowel(pair[0]) && is_vowel(pair[1])).count()
        + usize::from(vowels.first().is_some_and(|first| is_vowel(*first)));
    let silent = word.ends_with('e') && !word.ends_with("le") && groups > 1;
    (groups - usize::from(silent)).max(1)
}

/// The school grade that can read it (Kincaid and others, 1975), and its longest sentence in words.
fn grade(text: &str) -> (f64, usize) {
    let sentences: Vec<&str> =
        text.split(['.', ':', ';', '?', '!']).filter(|sentence| sentence.split_whitespace().next().is_some()).collect();
    let words: Vec<&str> = text.split_whitespace().collect();
    let each: usize = words.iter().map(|word| syllables(word)).sum();
    let (words_per, syllables_per) = (words.len() as f64 / sentences.len() as f64, each as f64 / words.len() as f64);
    let longest = sentences.iter().map(|sentence| sentence.split_whitespace().count()).max().unwrap();
    (0.39 * words_per + 11.8 * syllables_per - 15.59, longest)
}

/// What people under strain are read can be read by a child of ten, in short sentences; every category and purpose has words.
#[test]
fn the_words_are_easily_read() {
    assert!(grade("The institutional collaboration necessitates proportionate dissemination of information.").0 > 15.0);
    let words = words::embedded().unwrap();
    let asked = |kind| Asked {
        kind,
        agencies: [AgencyId(uuid::Uuid::nil())].into(),
        categories: DataCategory::ALL.iter().copied().collect(),
        purposes: Purpose::ALL.iter().copied().collect(),
        until: Some(Millis::from("2027-07-01T00:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap()).0),
    };
    assert_eq!(words.categories.len(), DataCategory::ALL.len());
    assert_eq!(words.purposes.len(), Purpose::ALL.len());
    let mut versions = std::collections::BTreeSet::new();
    for text in &words.text {
        assert!(versions.insert((&text.key, text.version)), "a version stands once");
        for kind in [ConsentKind::Permit, ConsentKind::Deny] {
            let read = words.read(text, &asked(kind), &["Hope House".to_owned()]).paragraphs.join("\n");
            assert!(!read.contains('{'), "{read}");
            let (grade, longest) = grade(&read);
            eprintln!(
                "{} {}, {}: grade {grade:.1}, longest sentence {longest} words",
                text.key,
                text.version,
                kind.as_str()
            );
            assert!(grade < 5.0, "grade {grade}: {read}");
            assert!(longest <= 15, "{longest} words in a sentence: {read}");
        }
    }
}

/// Who works with somebody is told in time that what they permit runs out; nobody else is, and of what was taken back nobody.
#[tokio::test]
async fn what_runs_out_soon_is_told_in_time() {
    let network = Network::new().await;
    let other = network.other_manager().await;
    network.agree(&network.manager, &other, terms(Network::agency(0), Network::agency(1))).await;
    let id = network.enter(&network.ann, json!({ "givenNames": "Ida" })).await;
    let mut ids = Vec::new();
    for until in ["2026-12-05T19:59:59Z", "2026-11-25T00:00:00Z", "2026-12-05T20:00:01Z"] {
        let asked = json!({ "serviceUser": id, "kind": "PERMIT", "agencies": [agency(Network::agency(1))],
            "categories": ["IDENTITY"], "purposes": ["REFERRAL"], "until": until });
        let given = network.give(&network.ann, &asked, json!({ "method": "SPOKEN" })).await;
        assert_eq!(given["errors"], json!([]));
        ids.push(given["id"].clone());
    }
    let told = async |token: &str| {
        let query = "{ consentsRunningOut { serviceUser { id name } consent { id } } }";
        let found = network.ask(token, query, json!({})).await["consentsRunningOut"].take();
        found.as_array().unwrap().iter().map(|it| it["consent"]["id"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(told(&network.ann).await, [ids[1].clone(), ids[0].clone()], "within fourteen days, the soonest first");
    assert_eq!(told(&network.bea).await, Vec::<Value>::new(), "not on a caseload of hers");
    assert_eq!(told(&network.cal).await, Vec::<Value>::new(), "nor of his");
    network.change(&network.ann, &format!("withdrawConsent(id: {})", ids[1])).await;
    assert_eq!(told(&network.ann).await, [ids[0].clone()]);
    let query = "{ consentsRunningOut(withinDays: 0) { consent { id } } }";
    let (_, refused) = network.app.ask(As::token(&network.ann), query, json!({})).await;
    assert_eq!(refused["errors"][0]["extensions"]["field"], "withinDays");
}
