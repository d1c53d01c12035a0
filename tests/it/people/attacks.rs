//! Ways by which somebody would see more than is theirs, or undo what a service user wished; each told as it was tried.

use entity::enums::DataCategory;
use entity::person_record;
use migration::{Migrator, MigratorTrait as _};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use serde_json::{Value, json};

use super::consents::{agency, terms};
use super::graph::Network;

const UNTIL: &str = "2027-06-01T00:00:00Z";

impl Network {
    /// Says whose an account is.
    async fn link(&self, of: &str, token: &str) {
        let account = self.account(token).await;
        let link = format!("linkAccount(input: {{ serviceUser: {of:?}, account: {account:?} }})");
        assert_eq!(self.change(&self.ann, &link).await, json!([]));
    }

    /// Keeps somebody out; gives the errors.
    async fn keep_out(&self, token: &str, of: &str, whom: &str) -> Value {
        self.change(token, &format!("keepOut(input: {{ serviceUser: {of:?}, whom: {{ {whom} }} }})")).await
    }

    async fn only_code(&self, token: &str, field: &str) -> Value {
        self.change(token, field).await[0]["code"].take()
    }

    async fn deny(&self, token: &str, of: &str, manner: Value) -> Value {
        let asked = json!({ "serviceUser": of, "kind": "DENY", "agencies": [agency(Self::agency(0))],
            "categories": ["IDENTITY"], "purposes": ["REFERRAL"] });
        self.give(token, &asked, manner).await
    }
}

#[tokio::test]
async fn who_is_kept_out_is_let_in_by_nobody_who_would_gain_by_it() {
    let network = Network::new().await;
    let id = network.enter(&network.ann, json!({ "givenNames": "Sam" })).await;
    network.link(&id, &network.sam).await;
    let bea = network.account(&network.bea).await;
    let assign = format!("assignServiceUser(input: {{ serviceUser: {id:?}, to: {{ account: {bea:?} }} }})");
    assert_eq!(network.change(&network.ann, &assign).await, json!([]));
    let own = network.account(&network.sam).await;
    assert_eq!(
        network.keep_out(&network.sam, &id, &format!("account: {own:?}")).await[0]["field"],
        "input.whom.account"
    );
    let kept = async |token: &str| network.see(token, &id).await["keptOut"].take();
    let lift = |kept: &Value| format!("letIn(id: {})", kept["id"]);
    // Sam keeps Bea out; neither her colleague nor who stands for Sam lets her in.
    assert_eq!(network.keep_out(&network.sam, &id, &format!("account: {bea:?}")).await, json!([]));
    let of_bea = kept(&network.sam).await[0].take();
    assert_eq!(kept(&network.ann).await, json!([]), "said by Sam, and Sam's to know");
    let carer = network.app.signed_in("carer@example.org", entity::enums::Role::ServiceUser, None).await;
    let carer_id = network.account(&carer).await;
    let name = format!(
        "nameProxy(input: {{ serviceUser: {id:?}, account: {carer_id:?}, authority: NAMED, until: {UNTIL:?} }})"
    );
    assert_eq!(network.change(&network.sam, &name).await, json!([]));
    assert_eq!(network.change(&network.sam, &name).await[0]["field"], "input.account", "once");
    for token in [&network.ann, &carer, &network.cal] {
        assert_eq!(network.only_code(token, &lift(&of_bea)).await, "NOT_FOUND");
    }
    assert_eq!(network.change(&network.sam, &lift(&of_bea)).await, json!([]));
    // Written down by Ann on Sam's word: of another agency Ann lifts it again, of her own never.
    let other = format!("agency: {:?}", agency(Network::agency(1)));
    assert_eq!(network.keep_out(&network.ann, &id, &other).await, json!([]));
    let of_other = kept(&network.ann).await[0].take();
    assert_eq!(network.change(&network.bea, &lift(&of_other)).await, json!([]));
    assert_eq!(network.keep_out(&network.ann, &id, &format!("account: {bea:?}")).await, json!([]));
    let of_colleague = kept(&network.ann).await[0].take();
    assert_eq!(network.only_code(&network.ann, &lift(&of_colleague)).await, "NOT_FOUND");
    // What Ann wrote down and Sam said too: each lifts their own, and Sam all of it at once.
    assert_eq!(network.keep_out(&network.ann, &id, &other).await, json!([]));
    assert_eq!(network.keep_out(&network.sam, &id, &other).await, json!([]));
    assert_eq!(kept(&network.ann).await.as_array().unwrap().len(), 2, "her colleague, and what she wrote of the other");
    let of_agency = |all: &Value| -> Vec<Value> {
        all.as_array().unwrap().iter().filter(|it| it["agency"] != Value::Null).cloned().collect()
    };
    let (of_ann, of_sam) = (of_agency(&kept(&network.ann).await), of_agency(&kept(&network.sam).await));
    assert_eq!((of_ann.len(), of_sam.len()), (1, 1), "each is told once, whoever said it");
    let lifted = network.change(&network.ann, &lift(&of_ann[0])).await;
    assert_eq!(lifted, json!([]), "she is not told that Sam says it too");
    let of_sam = of_agency(&kept(&network.sam).await);
    assert_eq!(of_sam.len(), 1, "he still does");
    for row in of_ann.iter().chain(&of_sam) {
        assert_eq!(network.only_code(&network.ann, &lift(row)).await, "NOT_FOUND");
    }
    assert_eq!(network.keep_out(&network.ann, &id, &other).await, json!([]));
    assert_eq!(network.change(&network.sam, &lift(&of_sam[0])).await, json!([]));
    assert_eq!(of_agency(&kept(&network.sam).await), Vec::<Value>::new(), "all of it");
    assert_eq!(of_agency(&kept(&network.ann).await), Vec::<Value>::new());
    // Who stands for Sam ends that of themselves, and of nobody else.
    let second = network.app.signed_in("second@example.org", entity::enums::Role::ServiceUser, None).await;
    let second_id = network.account(&second).await;
    let name_second = format!(
        "nameProxy(input: {{ serviceUser: {id:?}, account: {second_id:?}, authority: NAMED, until: {UNTIL:?} }})"
    );
    assert_eq!(network.change(&network.sam, &name_second).await, json!([]));
    let proxies = network.see(&network.sam, &id).await["proxies"].take();
    let of = |account: &str| {
        let all = proxies.as_array().unwrap();
        all.iter().find(|it| it["account"]["id"] == *account).unwrap()["id"].clone()
    };
    assert_eq!(network.only_code(&carer, &format!("endProxy(id: {})", of(&second_id))).await, "NOT_FOUND");
    assert_eq!(network.change(&carer, &format!("endProxy(id: {})", of(&carer_id))).await, json!([]));
}

#[tokio::test]
async fn a_no_is_taken_back_by_who_said_it() {
    let network = Network::new().await;
    let id = network.enter(&network.ann, json!({ "givenNames": "Sam" })).await;
    network.link(&id, &network.sam).await;
    let withdraw = |denied: &Value| format!("withdrawConsent(id: {})", denied["id"]);
    let own = network.deny(&network.sam, &id, json!({})).await;
    assert_eq!(own["errors"], json!([]));
    assert_eq!(network.only_code(&network.ann, &withdraw(&own)).await, "NOT_FOUND");
    let again = network.deny(&network.sam, &id, json!({})).await;
    assert_eq!(again["errors"][0]["field"], "input.previewHash", "it holds already");
    // Nor is another put in its place.
    let asked = json!({ "serviceUser": id, "kind": "PERMIT", "agencies": [agency(Network::agency(0))],
        "categories": ["IDENTITY"], "purposes": ["REFERRAL"], "until": UNTIL });
    let query = "query($input: ConsentTermsInput!, $before: ID!) { disclosurePreview(input: $input, supersedes: $before) { hash } }";
    let variables = json!({ "input": asked, "before": own["id"] });
    let hash = network.ask(&network.ann, query, variables).await["disclosurePreview"]["hash"].take();
    let give = "mutation($input: GiveConsentInput!) { giveConsent(input: $input) { errors { code } } }";
    let variables = json!({ "input": { "terms": asked, "previewHash": hash, "supersedes": own["id"], "manner": { "method": "SPOKEN" } } });
    assert_eq!(network.ask(&network.ann, give, variables).await["giveConsent"]["errors"][0]["code"], "NOT_FOUND");
    assert_eq!(network.change(&network.sam, &withdraw(&own)).await, json!([]));
    // Said to Ann, of her own agency: hers to write down, and not to lift.
    let told = network.deny(&network.ann, &id, json!({ "method": "SPOKEN" })).await;
    assert_eq!(told["errors"], json!([]));
    assert_eq!(network.only_code(&network.ann, &withdraw(&told)).await, "NOT_FOUND");
    assert_eq!(network.change(&network.sam, &withdraw(&told)).await, json!([]));
    let ended = network.consents(&network.ann, &id).await["consents"].take();
    assert!(ended.as_array().unwrap().iter().all(|it| it["state"] == "WITHDRAWN"), "{ended}");
}

#[tokio::test]
async fn what_was_refused_while_two_were_joined_holds_for_both_when_they_are_parted() {
    let network = Network::new().await;
    let one = network.enter(&network.ann, json!({ "givenNames": "Jo" })).await;
    let two = network.enter(&network.ann, json!({ "givenNames": "Joanna" })).await;
    let bea = network.account(&network.bea).await;
    for id in [&one, &two] {
        let assign = format!("assignServiceUser(input: {{ serviceUser: {id:?}, to: {{ account: {bea:?} }} }})");
        assert_eq!(network.change(&network.ann, &assign).await, json!([]));
    }
    let merge = format!("mergeServiceUsers(input: {{ keep: {one:?}, other: {two:?} }})");
    let query = format!("mutation {{ {merge} {{ id errors {{ code }} }} }}");
    let merged = network.ask(&network.ann, &query, json!({})).await["mergeServiceUsers"].take();
    assert_eq!(network.keep_out(&network.ann, &one, &format!("account: {bea:?}")).await, json!([]));
    assert_eq!(network.deny(&network.ann, &one, json!({ "method": "SPOKEN" })).await["errors"], json!([]));
    assert_eq!(network.change(&network.ann, &format!("undoMerge(id: {})", merged["id"])).await, json!([]));
    for id in [&one, &two] {
        assert_eq!(network.see(&network.bea, id).await, Value::Null, "kept out of both");
        let seen = network.see(&network.ann, id).await;
        assert_eq!(seen["keptOut"].as_array().unwrap().len(), 1);
        let said = network.consents(&network.ann, id).await["consents"].take();
        assert_eq!((said.as_array().unwrap().len(), &said[0]["kind"]), (1, &json!("DENY")));
    }
}

#[tokio::test]
async fn who_works_with_them_is_not_told_of_what_others_do_for_them() {
    let network = Network::new().await;
    let id = network.enter(&network.ann, json!({ "givenNames": "Sam" })).await;
    network.link(&id, &network.sam).await;
    network.refer(&id, Network::agency(1)).await;
    let asked = json!({ "serviceUser": id, "kind": "PERMIT", "agencies": [agency(Network::agency(1))],
        "categories": ["IDENTITY"], "purposes": ["REFERRAL"], "until": UNTIL });
    assert_eq!(network.preview(&network.ann, &asked).await["related"], json!([]));
    assert_eq!(network.preview(&network.sam, &asked).await["related"].as_array().unwrap().len(), 1);
}

/// Figures are reckoned, and never shown row by row: nobody sees somebody for them, but that person themselves.
#[tokio::test]
async fn for_figures_nobody_is_shown() {
    let network = Network::new().await;
    let id = network.enter(&network.ann, json!({ "givenNames": "Sam" })).await;
    network.link(&id, &network.sam).await;
    let query = format!("{{ serviceUser(id: {id:?}, purpose: EVALUATION) {{ name }} }}");
    assert_eq!(network.ask(&network.ann, &query, json!({})).await["serviceUser"], Value::Null);
    assert_eq!(network.ask(&network.sam, &query, json!({})).await["serviceUser"]["name"], "Sam");
    let list = "{ serviceUsers(purpose: EVALUATION) { totalCount nodes { id } } }";
    assert_eq!(network.ask(&network.ann, list, json!({})).await["serviceUsers"]["totalCount"], 0);
}

#[tokio::test]
async fn who_is_alone_on_a_caseload_is_there_whatever_sort_the_others_are_of() {
    let network = Network::new().await;
    let id = network.enter(&network.ann, json!({ "givenNames": "Sam" })).await;
    let made =
        network.ask(&network.manager, "mutation { createTeam(name: \"South\") { teams { id } } }", json!({})).await;
    let team = made["createTeam"]["teams"][0]["id"].clone();
    let bea = network.account(&network.bea).await;
    let add = format!("addToTeam(team: {team}, account: {bea:?})");
    assert_eq!(network.change(&network.manager, &add).await, json!([]));
    for (to, alone, places) in [
        (format!("team: {team}"), false, 2),
        (format!("account: {bea:?}"), true, 1),
        (format!("team: {team}"), false, 2),
    ] {
        let assign = format!("assignServiceUser(input: {{ serviceUser: {id:?}, to: {{ {to} }}, alone: {alone} }})");
        let by = if network.see(&network.ann, &id).await == Value::Null { &network.bea } else { &network.ann };
        assert_eq!(network.change(by, &assign).await, json!([]));
        let by = if network.see(&network.ann, &id).await == Value::Null { &network.bea } else { &network.ann };
        assert_eq!(network.see(by, &id).await["caseloads"].as_array().unwrap().len(), places, "{to}");
    }
    assert_eq!(network.see(&network.ann, &id).await, Value::Null, "on the caseload of another, alone");
}

/// What one side suspended comes into force by no other version, and what was ended by none that was begun before.
#[tokio::test]
async fn what_is_suspended_or_ended_does_not_come_back_by_another_version() {
    let network = Network::new().await;
    let other = network.other_manager().await;
    let (first, second) = (Network::agency(0), Network::agency(1));
    let version = network.agree(&network.manager, &other, terms(first, second)).await;
    let agreements = "{ agreements { id versions { id number state documentHash } } }";
    let id = network.ask(&network.ann, agreements, json!({})).await["agreements"][0]["id"].take();
    let revise = async |expected: i32| {
        let query = "mutation($agreement: ID!, $terms: AgreementTermsInput!, $expected: Int!) { reviseAgreement(input: \
            { agreement: $agreement, expectedVersion: $expected, terms: $terms }) { version { id documentHash } errors { code } } }";
        let variables = json!({ "agreement": id, "terms": terms(first, second), "expected": expected });
        network.ask(&other, query, variables).await["reviseAgreement"].take()
    };
    let next = revise(1).await["version"].take();
    let (next, hash) = (next["id"].as_str().unwrap(), next["documentHash"].as_str().unwrap());
    network.step(&other, next, "SUBMIT").await;
    assert_eq!(network.step(&other, next, "APPROVE").await["errors"][0]["code"], "NOT_NOW", "their own draft");
    network.step(&network.manager, next, "APPROVE").await;
    assert_eq!(network.sign(&network.manager, next, hash).await["errors"], json!([]));
    assert_eq!(network.step(&network.manager, &version, "SUSPEND").await["version"]["state"], "SUSPENDED");
    let signed = network.sign(&other, next, hash).await;
    assert_eq!(signed["version"]["isInForce"], false, "who suspended it has not signed since");
    assert_eq!(network.step(&network.manager, &version, "TERMINATE").await["errors"], json!([]));
    let signed = network.sign(&network.manager, next, hash).await;
    assert_eq!(signed["errors"][0]["code"], "NOT_NOW");
    let states = network.ask(&network.ann, agreements, json!({})).await["agreements"][0]["versions"].take();
    assert!(states.as_array().unwrap().iter().all(|it| it["state"] == "TERMINATED"), "{states}");
    assert_eq!(revise(2).await["errors"][0]["code"], "NOT_NOW");
    // A draft that is given up leaves what is in force open to be revised.
    network.agree(&network.manager, &other, terms(first, second)).await;
    let list = network.ask(&network.ann, agreements, json!({})).await["agreements"].take();
    let list = list.as_array().unwrap();
    let lives = list.iter().find(|it| it["versions"][0]["state"] == "ACTIVE").unwrap();
    let query = "mutation($agreement: ID!, $terms: AgreementTermsInput!, $expected: Int!) { reviseAgreement(input: \
        { agreement: $agreement, expectedVersion: $expected, terms: $terms }) { version { id } errors { code } } }";
    let again = async |expected: i32| {
        let variables = json!({ "agreement": lives["id"], "terms": terms(first, second), "expected": expected });
        network.ask(&other, query, variables).await["reviseAgreement"].take()
    };
    let draft = again(1).await["version"]["id"].take();
    assert_eq!(network.step(&other, draft.as_str().unwrap(), "TERMINATE").await["errors"], json!([]));
    assert_eq!(again(2).await["errors"], json!([]));
}

/// One pair of hands does not sign for both parties.
#[tokio::test]
async fn nobody_signs_for_two_parties() {
    use entity::enums::Role::AgencyManager;
    let network = Network::new().await;
    let (first, second) = (Network::agency(0), Network::agency(1));
    let other = network.other_manager().await;
    network.app.signed_in("mo@example.org", AgencyManager, Some(second)).await;
    let both = network.app.token("mo@example.org").await;
    let drafted = network.draft(&other, terms(first, second)).await["version"].take();
    let (version, hash) = (drafted["id"].as_str().unwrap(), drafted["documentHash"].as_str().unwrap());
    network.step(&other, version, "SUBMIT").await;
    let act = async |agency_id, query: String| {
        let acting = crate::support::accounts::As { token: Some(both.as_str()), agency: Some(agency_id) };
        network.app.data_as(acting, &query, json!({})).await
    };
    let step = format!(
        "mutation {{ moveAgreement(input: {{ version: {version:?}, move: APPROVE }}) {{ errors {{ code }} }} }}"
    );
    assert_eq!(act(first, step).await["moveAgreement"]["errors"], json!([]));
    let sign = format!(
        "mutation {{ signAgreement(input: {{ version: {version:?}, documentHash: {hash:?} }}) {{ errors {{ code }} }} }}"
    );
    assert_eq!(act(first, sign.clone()).await["signAgreement"]["errors"], json!([]));
    assert_eq!(act(second, sign).await["signAgreement"]["errors"][0]["code"], "NOT_NOW");
}

/// Who comes back is put on a caseload again by a manager, where the agency worked with them; nobody else can tell.
#[tokio::test]
async fn a_case_that_was_closed_is_opened_again_by_a_manager() {
    let network = Network::new().await;
    let id = network.enter(&network.ann, json!({ "givenNames": "Sam" })).await;
    network.link(&id, &network.sam).await;
    let bea = network.account(&network.bea).await;
    let reopen = format!("reopenCase(input: {{ serviceUser: {id:?}, to: {{ account: {bea:?} }} }})");
    assert_eq!(network.only_code(&network.manager, &reopen).await, "NOT_FOUND", "it is open");
    assert_eq!(network.change(&network.ann, &format!("closeCase(serviceUser: {id:?})")).await, json!([]));
    assert_eq!(network.see(&network.ann, &id).await, Value::Null);
    let other = network.other_manager().await;
    assert_eq!(network.only_code(&other, &reopen).await, "NOT_FOUND", "never theirs");
    let cal = network.account(&network.cal).await;
    let stranger = format!("reopenCase(input: {{ serviceUser: {id:?}, to: {{ account: {cal:?} }} }})");
    assert_eq!(network.change(&network.manager, &stranger).await[0]["field"], "input.to.account");
    let own = agency(Network::agency(0));
    assert_eq!(network.keep_out(&network.sam, &id, &format!("agency: {own:?}")).await, json!([]));
    assert_eq!(network.only_code(&network.manager, &reopen).await, "NOT_FOUND", "they keep the agency out");
    let kept = network.see(&network.sam, &id).await["keptOut"][0]["id"].take();
    assert_eq!(network.change(&network.sam, &format!("letIn(id: {kept})")).await, json!([]));
    assert_eq!(network.change(&network.manager, &reopen).await, json!([]));
    assert_eq!(network.see(&network.bea, &id).await["name"], "Sam");
    assert_eq!(network.see(&network.ann, &id).await, Value::Null, "on the other's caseload");
}

/// What can't be seen in a name is refused: it would look like another's.
#[tokio::test]
async fn signs_that_cannot_be_seen_are_refused() {
    let network = Network::new().await;
    let query = "mutation($input: EnterServiceUserInput!) { enterServiceUser(input: $input) { errors { field } } }";
    for sign in ["\u{202e}", "\u{200b}", "\u{feff}", "\u{2066}", "\u{ad}", "\u{7}"] {
        let input = json!({ "input": { "identity": { "givenNames": format!("Sa{sign}m") } } });
        let entered = network.ask(&network.ann, query, input).await["enterServiceUser"].take();
        assert_eq!(entered["errors"][0]["field"], "input.identity.givenNames", "{sign:?}");
    }
    network.enter(&network.ann, json!({ "givenNames": "\u{0645}\u{06cc}\u{200c}\u{0646}\u{0627}" })).await;
}

/// Nobody gives a consent for somebody for whom nobody stands; and that a preview was looked at stands in the ledger.
#[tokio::test]
async fn a_consent_by_proxy_needs_a_proxy() {
    let network = Network::new().await;
    let id = network.enter(&network.ann, json!({ "givenNames": "Sam" })).await;
    let asked = json!({ "serviceUser": id, "kind": "PERMIT", "agencies": [agency(Network::agency(1))],
        "categories": ["IDENTITY"], "purposes": ["REFERRAL"], "until": UNTIL });
    let manner = json!({ "method": "SPOKEN", "byProxy": true });
    let given = network.give(&network.ann, &asked, manner).await;
    assert_eq!(given["errors"][0]["field"], "input.manner.byProxy");
    let before = network.entries().await;
    network.preview(&network.ann, &asked).await;
    network.preview(&network.cal, &asked).await;
    assert_eq!(network.entries().await, before + 2, "looked at, and refused");
}

/// Where more answer to a name than are shown, the very name comes first.
#[tokio::test]
async fn the_very_name_is_found_among_many_like_it() {
    let network = Network::new().await;
    for _ in 0..55 {
        network.enter(&network.ann, json!({ "givenNames": "Dana", "familyName": "Moore" })).await;
    }
    let id = network.enter(&network.ann, json!({ "givenNames": "Dane", "familyName": "Moore" })).await;
    let find = "{ findServiceUsers(purpose: CARE_COORDINATION, input: { name: \"Dane Moore\" }) { id } }";
    let found = network.ask(&network.ann, find, json!({})).await["findServiceUsers"].take();
    assert_eq!((found.as_array().unwrap().len(), &found[0]["id"]), (50, &json!(id)));
}

/// That somebody looks for a refuge tells that they are hurt at home: whoever is shared their housing is not told, and those
/// of before the category was another are brought under it.
#[tokio::test]
async fn who_looks_for_a_refuge_does_not_tell_it_with_their_housing() {
    let network = Network::new().await;
    let id = network.enter(&network.ann, json!({ "givenNames": "Sam" })).await;
    for need in ["housing.refuge", "housing.emergency", "safety.domestic-abuse"] {
        network.record(&network.ann, &id, json!({ "need": { "need": need } })).await;
    }
    let categories = async || -> Vec<(Value, Value)> {
        let mut seen = network.see(&network.ann, &id).await;
        let needs = seen["needs"].as_array_mut().unwrap().iter_mut();
        let mut needs: Vec<_> =
            needs.map(|need| (need["need"]["key"].take(), need["record"]["category"].take())).collect();
        needs.sort_by_key(|(key, _)| key.to_string());
        needs
    };
    let wanted = [
        (json!("housing.emergency"), json!("HOUSING")),
        (json!("housing.refuge"), json!("SAFEGUARDING")),
        (json!("safety.domestic-abuse"), json!("SAFEGUARDING")),
    ];
    assert_eq!(categories().await, wanted);
    let all = Migrator::migrations();
    let place = all.iter().position(|one| one.name() == "m20261124_000028_refuge").unwrap();
    network.app.db().migrate_down(Some(u32::try_from(all.len() - place).unwrap())).await.unwrap();
    let before = person_record::Entity::find().select_only().column(person_record::Column::Category);
    let before = before.filter(person_record::Column::NeedKey.eq("housing.refuge")).into_tuple::<DataCategory>();
    assert_eq!(before.all(network.app.db().connection()).await.unwrap(), [DataCategory::Housing]);
    network.app.db().migrate_up().await.unwrap();
    assert_eq!(categories().await, wanted);
}

/// A team is called something that can be read.
#[tokio::test]
async fn a_team_without_a_name_to_read_is_refused() {
    let network = Network::new().await;
    for name in ["", "\\u3164", "\\u2800", "...", "\\u200B\\u200B"] {
        let create = format!("createTeam(name: \"{name}\")");
        let refused = network.change(&network.manager, &create).await;
        assert_eq!((&refused[0]["code"], &refused[0]["field"]), (&json!("BAD_VALUE"), &json!("name")), "{name}");
    }
}
