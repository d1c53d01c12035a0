//! Every path of the schema that shows service users, over random worlds, against the oracle: by id, in lists and their
//! pages, by edge and by node, counted, by name, of oneself, by the global id alone; and the ledger, which has to tell of each
//! what was released.
//!
//! The viewer comes with every role that lets a question through: what is not to be seen is held back by the rule alone.

use std::collections::BTreeSet;

use async_graphql::{Executor, Request, Variables};
use chrono::TimeDelta;
use entity::enums::{RecordKind, Role};
use entity::ids::RecordId;
use entity::{ledger_entry, name_key, person_record};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};
use signpost::access::Viewer;
use signpost::access::viewer::{Acts, Held, Person};
use signpost::api::AskedAt;
use signpost::api::horizon::Horizon;
use signpost::api::ids::NodeId;
use signpost::directory::loaders::Loaders;
use signpost::people::contents::{Contents, Identity};
use signpost::people::names;
use signpost::schema::Guarded;
use signpost::vault::sealed::Place;

use super::oracle::may_see;
use super::stored::{Ids, ground, store};
use super::world::{Dice, KeptOut, Number, PEOPLE, Question, Record, Whose, World};
use crate::support::TestApp;

/// Worlds, and questions asked of each.
const WORLDS: u64 = 12;
const QUESTIONS: usize = 4;

/// What a record is called: it is found by this name, and by no other's, for which six letters would have to be wrong.
fn called(ids: Ids, number: Number) -> String {
    let letter = |at: usize| char::from(b'a' + u8::try_from(at).unwrap());
    let digits = format!("{:04x}", ids.0 & 0xffff);
    let of_world: String =
        digits.chars().map(|digit| letter(usize::try_from(digit.to_digit(16).unwrap()).unwrap())).collect();
    format!("{of_world}{}", letter(number).to_string().repeat(6))
}

/// Gives every record of a world contents that can be opened: an identity, by whose name it is known again and found.
async fn fill(app: &TestApp, world: &World, ids: Ids) {
    let db = app.db().connection();
    let vault = &app.app.vault;
    let (key, index) = (vault.new_key(db).await.unwrap(), vault.index_key(db).await.unwrap());
    for (number, record) in world.records.iter().enumerate() {
        let id = ids.record(number);
        let identity = Identity { given_names: called(ids, number), ..Identity::default() };
        let text = serde_json::to_string(&Contents::Identity(identity.clone())).unwrap();
        let place = Place { column: "person_record.sealed", row: id.0 };
        let row = person_record::ActiveModel {
            kind: Set(RecordKind::Identity),
            sealed: Set(vault.seal(&key, place, &text).unwrap()),
            ..Default::default()
        };
        person_record::Entity::update_many().set(row).filter(person_record::Column::Id.eq(id)).exec(db).await.unwrap();
        let hashes: BTreeSet<i64> = names::keys(&identity).iter().map(|key| index.hash(key)).collect();
        let entries = hashes.into_iter().map(|hash| name_key::ActiveModel {
            hash: Set(hash),
            record_id: Set(id),
            service_user_id: Set(ids.person(record.person)),
        });
        name_key::Entity::insert_many(entries).exec_without_returning(db).await.unwrap();
    }
}

/// A request of whoever asks a question, with every role that lets it through.
pub(super) fn request(app: &TestApp, ids: Ids, question: Question, query: &str, variables: Value) -> Request {
    let Question { account, agency, .. } = question;
    let agency = agency.map(|agency| ids.agency(agency));
    let mut roles = vec![Held { agency: None, role: Role::ServiceUser }];
    roles.extend(agency.map(|agency| Held { agency: Some(agency), role: Role::LinkWorker }));
    let acts = agency.map_or(Acts::ForNone, Acts::For);
    let person = Person { account: ids.account(account), session: None, acts, roles };
    let loaders = Loaders::new(app.db().clone(), Horizon::default(), &app.app.live);
    Request::new(query)
        .variables(Variables::from_json(variables))
        .data(Viewer::Person(person.into()))
        .data(AskedAt(app.clock.now()))
        .data(Horizon::default())
        .data(loaders)
}

/// The schema that answers them.
pub(super) fn executor(app: &TestApp) -> Guarded {
    let parts = &app.app;
    Guarded::new(
        &parts.config,
        parts.database.clone(),
        parts.live.clone(),
        parts.interpreter.clone(),
        parts.accounts.clone(),
        parts.listings.clone(),
        parts.people.clone(),
    )
}

struct Asking<'a> {
    app: &'a TestApp,
    executor: &'a Guarded,
    world: &'a World,
    ids: Ids,
    question: Question,
}

impl Asking<'_> {
    fn person(&self, person: Number) -> String {
        NodeId::ServiceUser(self.ids.person(person)).encode().0
    }

    /// The answer to a query; what it released, and what the ledger says it did, are the same.
    async fn ask(&self, query: &str, variables: Value) -> Value {
        let request = request(self.app, self.ids, self.question, query, variables);
        let db = self.app.db().connection();
        let last = ledger_entry::Entity::find().order_by_desc(ledger_entry::Column::Id).one(db).await.unwrap();
        let answer = self.executor.execute(request).await;
        assert!(answer.errors.is_empty(), "{query}: {:?} {:#?}", answer.errors, self.told());
        let answer = answer.data.into_json().unwrap();
        let mut since = ledger_entry::Entity::find();
        if let Some(last) = last {
            since = since.filter(ledger_entry::Column::Id.gt(last.id));
        }
        let written = since.all(db).await.unwrap();
        let shown: BTreeSet<(String, String)> = written
            .iter()
            .flat_map(|entry| {
                let entry: Value = serde_json::from_str(&entry.entry).unwrap();
                assert_eq!(entry["account"], json!(self.ids.account(self.question.account)));
                let shown = entry["shown"].as_array().unwrap().clone();
                shown.into_iter().map(|it| (it["category"].to_string().to_uppercase(), it["source"].to_string()))
            })
            .collect();
        assert_eq!(shown, released(&answer), "{query}: the ledger tells what was released: {}", self.told());
        answer
    }

    fn told(&self) -> String {
        format!("world {:#x}: {:?}\n{:#?}", self.ids.0, self.question, self.world)
    }

    fn seen(&self, question: Question, person: Number) -> BTreeSet<RecordId> {
        let theirs = |(_, record): &(usize, &Record)| record.person == person && may_see(self.world, question, record);
        self.world.records.iter().enumerate().filter(theirs).map(|(number, _)| self.ids.record(number)).collect()
    }

    /// The records that stand in a service user's identities, by the ids of their rows.
    fn records(node: &Value) -> BTreeSet<RecordId> {
        let id = |identity: &Value| match NodeId::decode(identity["record"]["id"].as_str().unwrap()) {
            Some(NodeId::Record(id)) => id,
            other => panic!("{other:?}"),
        };
        node["identity"].as_array().map(|all| all.iter().map(id).collect()).unwrap_or_default()
    }

    /// Those whom a list may name, by who they are to the viewer.
    fn candidates(&self, caseload: &str) -> BTreeSet<Number> {
        let Question { account, agency, at, .. } = self.question;
        let Some(agency) = agency else { return BTreeSet::new() };
        let holds = |span: super::world::Span| span.begins <= at && span.ends.is_none_or(|end| at < end);
        let in_team = |team: Number| {
            self.world.teams[team].places.iter().any(|(member, span)| *member == account && holds(*span))
        };
        let on = |teams: bool| {
            let theirs = self.world.caseloads.iter().filter(move |on| on.agency == agency && holds(on.span));
            let fits = theirs.filter(move |on| match on.whose {
                Whose::Account(whose) => !teams && whose == account,
                Whose::Team(team) => teams && in_team(team),
            });
            fits.map(|on| on.person).collect()
        };
        match caseload {
            "MINE" => on(false),
            "TEAMS" => on(true),
            _ => self.world.dealings.iter().filter(|it| it.agency == agency).map(|it| it.person).collect(),
        }
    }
}

/// What an answer shows: the category and source of every record in it, wherever it stands.
fn released(answer: &Value) -> BTreeSet<(String, String)> {
    let mut all = BTreeSet::new();
    match answer {
        Value::Object(fields) => {
            if let (Some(category), Some(source)) = (fields.get("category"), fields.get("source")) {
                let agency = match NodeId::decode(source["id"].as_str().unwrap()) {
                    Some(NodeId::Agency(id)) => json!(id).to_string(),
                    other => panic!("{other:?}"),
                };
                all.insert((category.to_string().to_uppercase(), agency));
            }
            fields.values().for_each(|value| all.extend(released(value)));
        }
        Value::Array(values) => values.iter().for_each(|value| all.extend(released(value))),
        _ => {}
    }
    all
}

const SHOWN: &str = "id identity { givenNames record { id category source { id } } }";

#[tokio::test]
async fn every_path_shows_what_the_oracle_says_and_writes_it_down() {
    let app = TestApp::new().await;
    let source = ground(app.db().connection()).await;
    let executor = executor(&app);
    let worlds = std::env::var("SIGNPOST_TEST_WORLDS").ok().map_or(WORLDS, |all| all.parse::<u64>().unwrap() / 200);
    let (mut seen, mut unseen) = (0, 0);
    for seed in 0..worlds {
        let ids = Ids(0xa0_0000_0000 + seed);
        let mut dice = Dice(ids.0);
        let world = World::of(&mut dice);
        let transaction = app.db().begin_write().await.unwrap();
        store(&world, ids, source, &transaction).await;
        transaction.commit().await.unwrap();
        fill(&app, &world, ids).await;
        app.refresh().await;
        for _ in 0..QUESTIONS {
            let question = Question::of(&mut dice);
            let now = app.clock.now().timestamp_millis();
            app.clock.advance(TimeDelta::milliseconds(question.at - now));
            let asking = Asking { app: &app, executor: &executor, world: &world, ids, question };
            let purpose = question.purpose.as_str().to_uppercase();
            let told = || asking.told();
            // By id, and by the global id alone, for which no purpose was said.
            for person in 0..PEOPLE {
                let query = format!(
                    "query($id: ID!) {{ serviceUser(id: $id, purpose: {purpose}) {{ {SHOWN} }} node(id: $id) {{ __typename }} }}"
                );
                let answer = asking.ask(&query, json!({ "id": asking.person(person) })).await;
                let wanted = asking.seen(question, person);
                assert_eq!(Asking::records(&answer["serviceUser"]), wanted, "{}", told());
                assert_eq!(
                    answer["serviceUser"].is_null(),
                    wanted.is_empty(),
                    "nobody, where nothing may be seen: {}",
                    told()
                );
                assert!(answer["node"].is_null());
                *(if wanted.is_empty() { &mut unseen } else { &mut seen }) += 1;
            }
            // In lists: whole, page by page, by node and by edge, counted.
            for caseload in ["MINE", "TEAMS", "AGENCY"] {
                if question.agency.is_none() {
                    continue;
                }
                let mut wanted: Vec<Number> = asking.candidates(caseload).into_iter().collect();
                wanted.retain(|person| !asking.seen(question, *person).is_empty());
                let mut wanted: Vec<String> = wanted.into_iter().map(|person| asking.person(person)).collect();
                wanted.sort_by_key(|id| NodeId::decode(id).map(|id| format!("{id:?}")));
                let query = format!(
                    "query($first: Int, $after: String) {{ serviceUsers(purpose: {purpose}, caseload: {caseload}, first: $first, after: $after) \
                     {{ totalCount pageInfo {{ hasNextPage endCursor }} nodes {{ {SHOWN} }} edges {{ node {{ {SHOWN} }} }} }} }}"
                );
                let (mut found, mut after) = (Vec::new(), Value::Null);
                loop {
                    let page = asking.ask(&query, json!({ "first": 1, "after": after })).await["serviceUsers"].take();
                    assert_eq!(page["totalCount"], wanted.len(), "{caseload}: {}", told());
                    for (node, edge) in page["nodes"].as_array().unwrap().iter().zip(page["edges"].as_array().unwrap())
                    {
                        assert_eq!(*node, edge["node"]);
                        let id = node["id"].as_str().unwrap().to_owned();
                        let person = (0..PEOPLE).find(|person| asking.person(*person) == id).unwrap();
                        assert_eq!(Asking::records(node), asking.seen(question, person), "{caseload}: {}", told());
                        found.push(id);
                    }
                    after = page["pageInfo"]["endCursor"].clone();
                    if page["pageInfo"]["hasNextPage"] == false {
                        break;
                    }
                }
                assert_eq!(found, wanted, "{caseload}: {}", told());
            }
            // By name: whoever's name is on a row that may be seen.
            let number = dice.below(world.records.len());
            let record = &world.records[number];
            let find = format!(
                "query($name: String!) {{ findServiceUsers(purpose: {purpose}, input: {{ name: $name }}) {{ {SHOWN} }} }}"
            );
            if question.agency.is_some() {
                let answer = asking.ask(&find, json!({ "name": called(ids, number) })).await;
                let found: Vec<&str> = answer["findServiceUsers"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|it| it["id"].as_str().unwrap())
                    .collect();
                let person = asking.person(record.person);
                let wanted = may_see(&world, question, record);
                assert_eq!(found.contains(&person.as_str()), wanted, "{record:?}: {found:?} {}", told());
            }
            // Of oneself, and of whom one stands for.
            let own = Question { purpose: signpost::people::finding::OWN, ..question };
            let holds = |span: super::world::Span| span.begins <= own.at && span.ends.is_none_or(|end| own.at < end);
            let is_own = |person: &Number| {
                let stands =
                    world.carers.iter().any(|it| it.person == *person && it.account == own.account && holds(it.span));
                let kept_out = world.bars.iter().any(|bar| {
                    bar.person == *person
                        && holds(bar.span)
                        && matches!(bar.whom, KeptOut::Account(whom) if whom == own.account)
                });
                world.own_accounts[*person] == Some(own.account) || (stands && !kept_out)
            };
            let wanted: BTreeSet<String> = (0..PEOPLE).filter(is_own).map(|person| asking.person(person)).collect();
            let answer = asking.ask(&format!("{{ myRecords {{ {SHOWN} }} }}"), json!({})).await;
            let found = answer["myRecords"].as_array().unwrap();
            let whole: BTreeSet<String> = found
                .iter()
                .filter(|node| {
                    let person = (0..PEOPLE).find(|person| asking.person(*person) == node["id"]).unwrap();
                    assert_eq!(Asking::records(node), asking.seen(own, person), "{}", told());
                    is_own(&person)
                })
                .map(|node| node["id"].as_str().unwrap().to_owned())
                .collect();
            assert_eq!(whole, wanted, "{}", told());
        }
    }
    eprintln!("{seen} seen, {unseen} not");
    assert!(
        seen * 12 > unseen && seen > 0,
        "worlds in which next to nothing may be seen show nothing: {seen}, {unseen}"
    );
}
