//! Service users as clients see them, over HTTP: entered, recorded, found, put on caseloads, kept from others.

use entity::enums::{RelationshipKind, Role};
use entity::ids::{AccountId, AgencyId, RelationshipId};
use entity::{ledger_entry, relationship};
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use signpost::api::ids::NodeId;
use signpost::config::Config;

use crate::access::stored::{self, Ids, store};
use crate::access::world::World;
use crate::support::TestApp;
use crate::support::accounts::As;

const IDS: Ids = Ids(9);

const EVERYTHING: &str = "id name seenFor withheld { category reason } \
    identity { givenNames familyName knownAs bornOn identifiers { scheme value } record { id category seenAs recordedBy recordedAt despiteDenial source { id } } } \
    contact { telephone email addressLines postcode safeTo record { category } } \
    circumstances { gender substanceUse abstinentSince offences offencesSaid has hasNot languages access } \
    circumstanceRecords { category } \
    needs { need { key } priority remark record { id category } } \
    assessments { tool assessedOn summary answers { question answer } record { category } } \
    flags { kind text reviewOn record { category } } notes { text record { id category } } \
    peopleAround { name relation telephone isCarer remark record { category } } \
    caseloads { id keyWorker { id name } team agency { id } } keptOut { id account { id } agency { id } } proxies { id account { id } authority }";

/// Two agencies; link workers Ann and Bea of the first, Cal of the second, a manager of the first, and Sam, who is nobody's
/// worker.
pub(super) struct Network {
    pub(super) app: TestApp,
    pub(super) ann: String,
    pub(super) bea: String,
    pub(super) cal: String,
    pub(super) manager: String,
    pub(super) sam: String,
}

impl Network {
    pub(super) async fn new() -> Self {
        let mut config = Config::default();
        config.server.public_address = "https://signpost.example.org/".to_owned();
        // Receivers of notices listen on loopback.
        config.notices.allow_private = true;
        // Whoever watches a pathway is told soon, and hears of it soon where there is nothing.
        (config.live.look_every_s, config.live.heartbeat_s) = (1, 1);
        Self::over(TestApp::with_config(config).await).await
    }

    /// The same over an application with settings of its own.
    pub(super) async fn over(app: TestApp) -> Self {
        let transaction = app.db().begin_write().await.unwrap();
        let source = stored::ground(&transaction).await;
        store(&World::default(), IDS, source, &transaction).await;
        transaction.commit().await.unwrap();
        app.refresh().await;
        let worker = async |email: &str, agency| app.signed_in(email, Role::LinkWorker, Some(IDS.agency(agency))).await;
        let (ann, bea) = (worker("ann@example.org", 0).await, worker("bea@example.org", 0).await);
        let cal = worker("cal@example.org", 1).await;
        let manager = app.signed_in("mo@example.org", Role::AgencyManager, Some(IDS.agency(0))).await;
        let sam = app.signed_in("sam@example.org", Role::ServiceUser, None).await;
        Self { app, ann, bea, cal, manager, sam }
    }

    pub(super) fn agency(number: usize) -> AgencyId {
        IDS.agency(number)
    }

    /// A manager of the second agency.
    pub(super) async fn other_manager(&self) -> String {
        self.app.signed_in("max@example.org", Role::AgencyManager, Some(IDS.agency(1))).await
    }

    /// A manager of the third agency.
    pub(super) async fn third_manager(&self) -> String {
        self.app.signed_in("may@example.org", Role::AgencyManager, Some(IDS.agency(2))).await
    }

    /// A referral to an agency.
    pub(super) async fn refer(&self, of: &str, agency_id: AgencyId) {
        let Some(NodeId::ServiceUser(of)) = NodeId::decode(of) else { panic!("{of}") };
        let dealing = relationship::Model {
            id: RelationshipId(self.app.clock.new_id()),
            service_user_id: of,
            recorded_for: of,
            agency_id,
            kind: RelationshipKind::Referral,
            opened_at: self.app.clock.now().into(),
            closed_at: None,
        };
        stored::insert(self.app.db().connection(), vec![dealing]).await;
    }

    pub(super) async fn ask(&self, token: &str, query: &str, variables: Value) -> Value {
        self.app.data_as(As::token(token), query, variables).await
    }

    /// The global id of an account.
    pub(super) async fn account(&self, token: &str) -> String {
        let viewer = self.ask(token, "{ viewer { account { id } } }", json!({})).await;
        viewer["viewer"]["account"]["id"].as_str().unwrap().to_owned()
    }

    /// Enters somebody; gives their global id.
    pub(super) async fn enter(&self, token: &str, identity: Value) -> String {
        let query = "mutation($input: EnterServiceUserInput!) { enterServiceUser(input: $input) \
            { serviceUser { id } errors { code message field } } }";
        let entered = self.ask(token, query, json!({ "input": { "identity": identity } })).await;
        assert_eq!(entered["enterServiceUser"]["errors"], json!([]));
        entered["enterServiceUser"]["serviceUser"]["id"].as_str().unwrap().to_owned()
    }

    /// Records something; gives the payload.
    pub(super) async fn record(&self, token: &str, of: &str, contents: Value) -> Value {
        let query = "mutation($input: RecordInput!) { recordOfServiceUser(input: $input) \
            { records serviceUser { id } errors { code message field } } }";
        let input = json!({ "input": { "serviceUser": of, "contents": contents } });
        self.ask(token, query, input).await["recordOfServiceUser"].take()
    }

    pub(super) async fn see(&self, token: &str, of: &str) -> Value {
        let query =
            format!("query($id: ID!) {{ serviceUser(id: $id, purpose: CARE_COORDINATION) {{ {EVERYTHING} }} }}");
        self.ask(token, &query, json!({ "id": of })).await["serviceUser"].take()
    }

    /// Does something that gives a service user's payload; gives its errors.
    pub(super) async fn change(&self, token: &str, field: &str) -> Value {
        let query = format!("mutation {{ {field} {{ errors {{ code message field }} }} }}");
        let mut done = self.ask(token, &query, json!({})).await;
        done.as_object_mut().unwrap().values_mut().next().unwrap()["errors"].take()
    }

    pub(super) async fn entries(&self) -> usize {
        ledger_entry::Entity::find().all(self.app.db().connection()).await.unwrap().len()
    }
}

/// An account's id from its global id.
fn account_of(id: &str) -> AccountId {
    match NodeId::decode(id) {
        Some(NodeId::Account(id)) => id,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_is_recorded_is_shown_whole_to_who_works_with_them() {
    let network = Network::new().await;
    let identity = json!({ "givenNames": "Siân", "familyName": "O'Hara-Price", "knownAs": "Shan", "bornOn": "1984-02-29",
        "identifiers": [{ "scheme": "prison number", "value": "A1234BC" }] });
    let id = network.enter(&network.ann, identity).await;
    let recorded = [
        json!({ "contact": { "telephone": "07700 900123", "addressLines": ["The hostel", "1 Any Street"], "postcode": "M14 5RQ", "safeTo": "text first" } }),
        json!({ "circumstances": { "gender": "WOMAN", "substanceUse": "ABSTINENT", "abstinentSince": "2026-11-01",
            "offences": [], "has": ["HOMELESS", "PRISON_LEAVER"], "hasNot": ["PET"], "languages": ["en", "cy"] } }),
        json!({ "need": { "need": "housing.emergency", "priority": 1, "remark": "tonight" } }),
        json!({ "need": { "need": "money.benefits-advice" } }),
        json!({ "assessment": { "category": "MENTAL_HEALTH", "tool": "PHQ-9", "assessedOn": "2026-11-20",
            "answers": [{ "question": "Sleep", "answer": "badly" }] } }),
        json!({ "flag": { "kind": "RISK", "text": "Never visit alone.", "reviewOn": "2027-01-01" } }),
        json!({ "note": { "text": "Came in.\nWants to talk." } }),
        json!({ "personAround": { "name": "Gwen", "relation": "mother", "isCarer": true } }),
    ];
    for contents in recorded {
        let done = network.record(&network.ann, &id, contents.clone()).await;
        assert_eq!(done["errors"], json!([]), "{contents}");
    }
    let seen = network.see(&network.ann, &id).await;
    assert_eq!(seen["name"], "Shan O'Hara-Price");
    assert_eq!(seen["identity"][0]["identifiers"][0]["value"], "A1234BC");
    assert_eq!(seen["identity"][0]["record"]["seenAs"], "OWN_AGENCY");
    assert_eq!(seen["identity"][0]["record"]["recordedBy"], "Robin Vale");
    assert_eq!(seen["contact"][0]["postcode"], "M14 5RQ");
    let life = &seen["circumstances"];
    assert_eq!((&life["gender"], &life["substanceUse"]), (&json!("WOMAN"), &json!("ABSTINENT")));
    assert_eq!(life["abstinentSince"], "2026-11-01");
    assert_eq!((&life["offencesSaid"], &life["offences"]), (&json!(true), &json!([])), "asked, and none");
    assert_eq!((&life["has"], &life["hasNot"]), (&json!(["PRISON_LEAVER", "HOMELESS"]), &json!(["PET"])));
    let parts: Vec<_> =
        seen["circumstanceRecords"].as_array().unwrap().iter().map(|it| it["category"].clone()).collect();
    assert_eq!(parts, ["EQUALITY", "OFFENDING", "SUBSTANCE_USE", "HOUSING"]);
    let needs: Vec<_> = seen["needs"].as_array().unwrap().iter().map(|it| it["need"]["key"].clone()).collect();
    assert_eq!(needs, ["housing.emergency", "money.benefits-advice"]);
    assert_eq!(seen["assessments"][0]["record"]["category"], "MENTAL_HEALTH");
    assert_eq!(seen["flags"][0]["record"]["category"], "RISK");
    assert_eq!(seen["notes"][0]["text"], "Came in.\nWants to talk.");
    assert_eq!(seen["peopleAround"][0]["record"]["category"], "FAMILY");
    assert_eq!(seen["withheld"].as_array().unwrap().len(), 16, "of other agencies, whether they hold anything or not");
    // Said once, said anew: it replaces. Only what is seen now is there.
    network.record(&network.ann, &id, json!({ "need": { "need": "housing.emergency", "priority": 2 } })).await;
    network.record(&network.ann, &id, json!({ "circumstances": { "has": ["PET"] } })).await;
    let seen = network.see(&network.ann, &id).await;
    assert_eq!(seen["needs"].as_array().unwrap().len(), 2);
    assert_eq!(seen["needs"][0]["priority"], 2);
    assert_eq!(seen["circumstances"]["has"], json!(["PRISON_LEAVER", "PET"]), "what was said of housing was said anew");
    // Taken back: gone.
    let note = seen["notes"][0]["record"]["id"].as_str().unwrap();
    assert_eq!(network.change(&network.ann, &format!("takeBackRecord(id: {note:?})")).await, json!([]));
    assert_eq!(network.see(&network.ann, &id).await["notes"], json!([]));
    let again = network.change(&network.ann, &format!("takeBackRecord(id: {note:?})")).await;
    assert_eq!(again[0]["code"], "NOT_FOUND");
}

#[tokio::test]
async fn what_is_wrong_is_told_with_its_field() {
    let network = Network::new().await;
    let id = network.enter(&network.ann, json!({ "givenNames": "Ann" })).await;
    for (contents, field) in [
        (json!({ "contact": { "addressLines": [] } }), "input.contents.contact.telephone"),
        (json!({ "note": { "text": "" } }), "input.contents.note.text"),
        (json!({ "need": { "need": "housing.emergency", "priority": 6 } }), "input.contents.need.priority"),
        (json!({ "flag": { "kind": "RISK", "text": "x", "reviewOn": "2020-01-01" } }), "input.contents.flag.reviewOn"),
        (
            json!({ "assessment": { "category": "HOUSING", "tool": "x", "assessedOn": "2027-01-01", "summary": "y" } }),
            "input.contents.assessment.assessedOn",
        ),
        (json!({ "personAround": { "name": "", "relation": "x" } }), "input.contents.personAround.name"),
        (json!({ "circumstances": { "languages": ["not a tag"] } }), "input.contents.circumstances.languages"),
    ] {
        let done = network.record(&network.ann, &id, contents.clone()).await;
        assert_eq!((&done["errors"][0]["code"], &done["errors"][0]["field"]), (&json!("BAD_VALUE"), &json!(field)));
        assert_eq!(done["records"], json!([]));
    }
    let unknown = json!({ "input": { "serviceUser": id, "contents": { "need": { "need": "housing.emergancy" } } } });
    let query = "mutation($input: RecordInput!) { recordOfServiceUser(input: $input) { records } }";
    let (_, answer) = network.app.ask(As::token(&network.ann), query, unknown).await;
    assert_eq!(answer["errors"][0]["extensions"]["field"], "input.contents.need.need");
    assert!(answer["errors"][0]["message"].as_str().unwrap().contains("housing.emergency"), "{answer}");
    assert_eq!(network.see(&network.ann, &id).await["needs"], json!([]));
}

/// Somebody of another agency, and somebody without a purpose, sees nobody; as if there were nobody.
#[tokio::test]
async fn who_has_nothing_to_do_with_them_sees_nobody() {
    let network = Network::new().await;
    let id = network.enter(&network.ann, json!({ "givenNames": "Ann" })).await;
    assert_ne!(network.see(&network.ann, &id).await, Value::Null);
    let nobody = NodeId::ServiceUser(entity::ids::ServiceUserId(uuid::Uuid::from_u128(99))).encode().0;
    for token in [&network.bea, &network.cal, &network.sam] {
        let mut statements = Vec::new();
        for asked in [&id, &nobody] {
            let before = network.app.db().statements();
            assert_eq!(network.see(token, asked).await, Value::Null);
            statements.push(network.app.db().statements() - before);
        }
        assert_eq!(statements[0], statements[1], "the same work for somebody and for nobody");
        let list = "{ serviceUsers(purpose: CARE_COORDINATION, caseload: AGENCY) { totalCount nodes { id } } }";
        if token != &network.sam {
            let list = network.ask(token, list, json!({})).await;
            assert_eq!(list["serviceUsers"], json!({ "totalCount": 0, "nodes": [] }));
        }
    }
    // An id alone names nobody, for no purpose was said.
    let node = network.ask(&network.ann, "query($id: ID!) { node(id: $id) { __typename } }", json!({ "id": id })).await;
    assert_eq!(node["node"], Value::Null);
    let no_purpose = "query($id: ID!) { serviceUser(id: $id) { id } }";
    let (_, answer) = network.app.ask(As::token(&network.ann), no_purpose, json!({ "id": id })).await;
    assert!(answer["errors"][0]["message"].as_str().unwrap().contains("purpose"), "{answer}");
}

/// Every question is one insert into the ledger, whatever it asks for, and what is not asked for is not opened.
#[tokio::test]
async fn a_question_writes_its_decisions_once() {
    let network = Network::new().await;
    let mut ids = Vec::new();
    for name in ["Ann", "Ben", "Cat"] {
        ids.push(network.enter(&network.ann, json!({ "givenNames": name })).await);
    }
    let before = network.entries().await;
    let query = "query($a: ID!, $b: ID!) { a: serviceUser(id: $a, purpose: CARE_COORDINATION) { name } \
        b: serviceUser(id: $b, purpose: REFERRAL) { id } \
        serviceUsers(purpose: SIGNPOSTING) { nodes { id needs { priority } } } }";
    network.ask(&network.ann, query, json!({ "a": ids[0], "b": ids[1] })).await;
    let entries = ledger_entry::Entity::find().all(network.app.db().connection()).await.unwrap();
    assert_eq!(entries.len() - before, 5, "two that were asked for, and three of the list");
    let told: Vec<Value> =
        entries.iter().skip(before).map(|entry| serde_json::from_str(&entry.entry).unwrap()).collect();
    let shown = |entry: &Value| entry["shown"].as_array().unwrap().len();
    let opened: usize = told.iter().map(shown).sum();
    assert_eq!(opened, 1, "only the name of one was asked for: {told:#?}");
    assert!(told.iter().all(|entry| entry["decision"] == "allowed"));
    // The number of statements is that of the question, not of the rows.
    let list = "{ serviceUsers(purpose: CARE_COORDINATION) { nodes { name needs { priority } caseloads { id } } } }";
    let count = async || {
        let before = network.app.db().statements();
        network.ask(&network.ann, list, json!({})).await;
        network.app.db().statements() - before
    };
    let few = count().await;
    for name in ["Dee", "Eve", "Fay", "Gil"] {
        network.enter(&network.ann, json!({ "givenNames": name })).await;
    }
    assert_eq!(count().await, few);
}

#[tokio::test]
async fn lists_are_paged_and_counted_by_what_may_be_seen() {
    let network = Network::new().await;
    let mut ids = Vec::new();
    for name in ["Ann", "Ben", "Cat", "Dan", "Eve"] {
        ids.push(network.enter(&network.ann, json!({ "givenNames": name })).await);
    }
    network.enter(&network.cal, json!({ "givenNames": "Other" })).await;
    network.record(&network.ann, &ids[3], json!({ "need": { "need": "housing.hostel" } })).await;
    let query = "query($first: Int, $after: String, $needs: [ID!]!, $whose: Caseload!) { serviceUsers(purpose: REFERRAL, \
        caseload: $whose, needs: $needs, first: $first, after: $after) { totalCount pageInfo { hasNextPage endCursor } nodes { id } } }";
    let (mut after, mut found) = (Value::Null, Vec::new());
    loop {
        let page = json!({ "first": 2, "after": after, "needs": [], "whose": "MINE" });
        let page = network.ask(&network.ann, query, page).await["serviceUsers"].take();
        assert_eq!(page["totalCount"], 5);
        found.extend(page["nodes"].as_array().unwrap().iter().map(|node| node["id"].as_str().unwrap().to_owned()));
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
    assert_eq!(found, ids);
    let of_need = json!({ "needs": ["housing"], "whose": "AGENCY" });
    let of_need = network.ask(&network.ann, query, of_need).await;
    assert_eq!(of_need["serviceUsers"]["nodes"], json!([{ "id": ids[3] }]));
    assert_eq!(of_need["serviceUsers"]["totalCount"], 1);
    let others = network.ask(&network.bea, query, json!({ "needs": [], "whose": "AGENCY" })).await;
    assert_eq!(others["serviceUsers"]["totalCount"], 0, "of the agency, and on nobody's caseload of hers");
    let teams = network.ask(&network.ann, query, json!({ "needs": [], "whose": "TEAMS" })).await;
    assert_eq!(teams["serviceUsers"]["totalCount"], 0);
}

#[tokio::test]
async fn somebody_is_found_by_what_was_heard() {
    let network = Network::new().await;
    let identity = json!({ "givenNames": "Zoë Marie", "familyName": "Kowalczyk", "knownAs": "Bunny", "bornOn": "1979-05-04",
        "identifiers": [{ "scheme": "NHS number", "value": "943 476 5919" }] });
    let id = network.enter(&network.ann, identity).await;
    let other = network.enter(&network.ann, json!({ "givenNames": "Zoe", "familyName": "Kowalska" })).await;
    let query = "query($input: FindServiceUsersInput!) { findServiceUsers(purpose: CARE_COORDINATION, input: $input) { id name } }";
    let find = async |token: &str, input: Value| -> Vec<String> {
        let found = network.ask(token, query, json!({ "input": input })).await["findServiceUsers"].take();
        found.as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect()
    };
    for input in [
        json!({ "name": "zoe kowalczyk" }),
        json!({ "name": "Kowalcyk" }),
        json!({ "name": "kowalzcyk" }),
        json!({ "name": "KOWALCZIK, Maria" }),
        json!({ "name": "buny" }),
        json!({ "bornOn": "1979-05-04" }),
        json!({ "identifier": "9434765919" }),
        json!({ "name": "Zoe", "bornOn": "1979-05-04" }),
    ] {
        assert_eq!(find(&network.ann, input.clone()).await, std::slice::from_ref(&id), "{input}");
        assert_eq!(find(&network.cal, input.clone()).await, Vec::<String>::new(), "{input}: of another agency");
        assert_eq!(
            find(&network.bea, input.clone()).await,
            Vec::<String>::new(),
            "{input}: on nobody's caseload of hers"
        );
    }
    assert_eq!(find(&network.ann, json!({ "name": "Zoe" })).await, [id.clone(), other.clone()]);
    assert_eq!(find(&network.ann, json!({ "name": "Zoe", "bornOn": "1979-05-05" })).await, Vec::<String>::new());
    assert_eq!(find(&network.ann, json!({ "name": "Smith" })).await, Vec::<String>::new());
    let (_, answer) = network.app.ask(As::token(&network.ann), query, json!({ "input": {} })).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    // Said anew: found by the new name, and not by the old one.
    network.record(&network.ann, &id, json!({ "identity": { "givenNames": "Zoë", "familyName": "Nowak" } })).await;
    assert_eq!(find(&network.ann, json!({ "name": "Nowack" })).await, [id]);
    assert_eq!(find(&network.ann, json!({ "name": "Bunny" })).await, Vec::<String>::new());
}

#[tokio::test]
async fn caseloads_go_by_worker_and_team() {
    let network = Network::new().await;
    let id = network.enter(&network.ann, json!({ "givenNames": "Ann" })).await;
    let bea = network.account(&network.bea).await;
    let teams = network
        .ask(
            &network.manager,
            "mutation { createTeam(name: \"South\") { teams { id name } errors { code } } }",
            json!({}),
        )
        .await;
    let team = teams["createTeam"]["teams"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(network.change(&network.manager, "createTeam(name: \"South\")").await[0]["field"], "name");
    let add = format!("addToTeam(team: {team:?}, account: {bea:?})");
    assert_eq!(network.change(&network.manager, &add).await, json!([]));
    let cal = network.account(&network.cal).await;
    let stranger = format!("addToTeam(team: {team:?}, account: {cal:?})");
    assert_eq!(network.change(&network.manager, &stranger).await[0]["code"], "BAD_VALUE");
    assert_eq!(network.see(&network.bea, &id).await, Value::Null);
    let assign = format!("assignServiceUser(input: {{ serviceUser: {id:?}, to: {{ team: {team:?} }} }})");
    assert_eq!(network.change(&network.cal, &assign).await[0]["code"], "NOT_FOUND");
    assert_eq!(network.change(&network.bea, &assign).await[0]["code"], "NOT_FOUND");
    assert_eq!(network.change(&network.ann, &assign).await, json!([]));
    let seen = network.see(&network.bea, &id).await;
    assert_eq!(seen["caseloads"].as_array().unwrap().len(), 2);
    let seen_teams =
        network.ask(&network.bea, "{ teams { name caseload members { account { id } } } }", json!({})).await;
    let south = json!({ "name": "South", "caseload": 1, "members": [{ "account": { "id": bea } }] });
    assert_eq!(seen_teams["teams"], json!([south]));
    assert_eq!(network.change(&network.manager, &format!("closeTeam(id: {team:?})")).await[0]["code"], "BAD_VALUE");
    // Ann hands her caseload to Bea alone.
    let ann = network.account(&network.ann).await;
    let all = format!("moveCaseload(input: {{ from: {{ account: {ann:?} }}, to: {{ account: {bea:?} }} }})");
    assert_eq!(network.change(&network.manager, &all).await, json!([]));
    assert_eq!(network.see(&network.ann, &id).await, Value::Null, "from the very next read on");
    let of_bea = network.see(&network.bea, &id).await["caseloads"].take();
    let of_team = of_bea.as_array().unwrap().iter().find(|on| on["team"] == "South").unwrap();
    let end = format!("endAssignment(id: {})", of_team["id"]);
    assert_eq!(network.change(&network.bea, &end).await, json!([]));
    let last = network.see(&network.bea, &id).await["caseloads"][0]["id"].clone();
    assert_eq!(network.change(&network.bea, &format!("endAssignment(id: {last})")).await[0]["code"], "BAD_VALUE");
    assert_eq!(network.change(&network.manager, &format!("closeTeam(id: {team:?})")).await, json!([]));
    assert_eq!(network.change(&network.bea, &format!("closeCase(serviceUser: {id:?})")).await, json!([]));
    assert_eq!(network.see(&network.bea, &id).await, Value::Null);
}

#[tokio::test]
async fn a_service_user_sees_their_own_and_says_who_may_not() {
    let network = Network::new().await;
    let id = network.enter(&network.ann, json!({ "givenNames": "Sam" })).await;
    network.record(&network.ann, &id, json!({ "note": { "text": "Came in." } })).await;
    let (sam, bea, ann) =
        (network.account(&network.sam).await, network.account(&network.bea).await, network.account(&network.ann).await);
    let link = |account: &str| format!("linkAccount(input: {{ serviceUser: {id:?}, account: {account:?} }})");
    assert_eq!(network.change(&network.ann, &link(&bea)).await[0]["code"], "BAD_VALUE", "an account for work");
    assert_eq!(network.change(&network.cal, &link(&sam)).await[0]["code"], "NOT_FOUND");
    assert_eq!(network.change(&network.ann, &link(&sam)).await, json!([]));
    assert_eq!(network.change(&network.ann, &link(&sam)).await[0]["code"], "BAD_VALUE", "they have one");
    let own = network.ask(&network.sam, &format!("{{ myRecords {{ {EVERYTHING} }} }}"), json!({})).await;
    let own = &own["myRecords"][0];
    assert_eq!(own["notes"][0]["text"], "Came in.");
    assert_eq!(own["identity"][0]["record"]["seenAs"], "OWN_RECORD");
    assert_eq!(own["withheld"], json!([]));
    // They keep a worker out; the worker sees nobody from the next read on, and can't undo it.
    let out = |account: &str| format!("keepOut(input: {{ serviceUser: {id:?}, whom: {{ account: {account:?} }} }})");
    assert_eq!(network.change(&network.sam, &out(&ann)).await, json!([]));
    assert_eq!(network.see(&network.ann, &id).await, Value::Null);
    let kept = network.see(&network.sam, &id).await["keptOut"][0].clone();
    assert_eq!(kept["account"]["id"], json!(ann));
    let lift = format!("letIn(id: {})", kept["id"]);
    assert_eq!(network.change(&network.ann, &lift).await[0]["code"], "NOT_FOUND");
    assert_eq!(network.change(&network.sam, &lift).await, json!([]));
    assert_ne!(network.see(&network.ann, &id).await, Value::Null);
    // Somebody stands for them, by their own word; nobody for work can, and no proxy names another.
    let name = |account: &str, authority: &str| {
        format!(
            "nameProxy(input: {{ serviceUser: {id:?}, account: {account:?}, authority: {authority}, until: \"2027-06-01T00:00:00Z\" }})"
        )
    };
    let carer = network.app.signed_in("carer@example.org", Role::ServiceUser, None).await;
    let carer_id = network.account(&carer).await;
    assert_eq!(network.change(&network.sam, &name(&bea, "NAMED")).await[0]["field"], "input.account");
    assert_eq!(network.change(&network.ann, &name(&carer_id, "NAMED")).await[0]["field"], "input.authority");
    assert_eq!(network.change(&network.sam, &name(&carer_id, "NAMED")).await, json!([]));
    let seen = network.see(&carer, &id).await;
    assert_eq!(seen["notes"][0]["record"]["category"], "CASE_NOTES");
    let third = network.app.signed_in("third@example.org", Role::ServiceUser, None).await;
    let third = network.account(&third).await;
    assert_eq!(network.change(&carer, &name(&third, "NAMED")).await[0]["code"], "NOT_FOUND");
    let end = format!("endProxy(id: {})", seen["proxies"][0]["id"]);
    assert_eq!(network.change(&network.sam, &end).await, json!([]));
    assert_eq!(network.see(&carer, &id).await, Value::Null);
    assert_ne!(account_of(&carer_id), account_of(&third));
}

#[tokio::test]
async fn double_records_are_joined_and_parted() {
    let network = Network::new().await;
    let one = network.enter(&network.ann, json!({ "givenNames": "Jo", "familyName": "Bell" })).await;
    let two = network.enter(&network.ann, json!({ "givenNames": "Joanna", "familyName": "Bell" })).await;
    network.record(&network.ann, &two, json!({ "note": { "text": "Of the second." } })).await;
    let alien = network.enter(&network.cal, json!({ "givenNames": "Jo" })).await;
    let merge = "mutation($keep: ID!, $other: ID!) { mergeServiceUsers(input: { keep: $keep, other: $other }) \
        { id serviceUser { id notes { text } identity { givenNames } } errors { code field } } }";
    let refused = network.ask(&network.ann, merge, json!({ "keep": one, "other": alien })).await;
    assert_eq!(refused["mergeServiceUsers"]["errors"][0]["code"], "NOT_FOUND");
    let same = network.ask(&network.ann, merge, json!({ "keep": one, "other": one })).await;
    assert_eq!(same["mergeServiceUsers"]["errors"][0]["field"], "input.other");
    let joined = network.ask(&network.ann, merge, json!({ "keep": one, "other": two })).await;
    let joined = &joined["mergeServiceUsers"];
    assert_eq!(joined["serviceUser"]["notes"], json!([{ "text": "Of the second." }]));
    assert_eq!(joined["serviceUser"]["identity"].as_array().unwrap().len(), 2);
    assert_eq!(network.see(&network.ann, &two).await["id"], json!(one), "the other is seen as the one");
    let list = "{ serviceUsers(purpose: CARE_COORDINATION) { totalCount nodes { id } } }";
    assert_eq!(network.ask(&network.ann, list, json!({})).await["serviceUsers"]["totalCount"], 1);
    network.record(&network.ann, &two, json!({ "note": { "text": "Since." } })).await;
    let undo = format!("undoMerge(id: {})", joined["id"]);
    assert_eq!(network.change(&network.cal, &undo).await[0]["code"], "NOT_FOUND");
    assert_eq!(network.change(&network.ann, &undo).await, json!([]));
    let texts = |seen: &Value| -> Vec<String> {
        seen["notes"].as_array().unwrap().iter().map(|note| note["text"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(texts(&network.see(&network.ann, &one).await), ["Since."]);
    assert_eq!(texts(&network.see(&network.ann, &two).await), ["Of the second."]);
    assert_eq!(network.ask(&network.ann, list, json!({})).await["serviceUsers"]["totalCount"], 2);
    assert_eq!(network.change(&network.ann, &undo).await[0]["code"], "NOT_FOUND");
}
