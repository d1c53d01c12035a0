//! That a pathway has changed, as clients are told: whoever may see the change, and nobody else; decided anew at every look.

use entity::enums::Role;
use entity::ledger_entry;
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use signpost::api::ids::NodeId;

use super::nobodys_id;
use crate::live::client::{Came, Events, Server};
use crate::people::consents::{agency, terms};
use crate::people::graph::Network;

const CHANGED: &str = "subscription($id: ID!, $purpose: Purpose!, $after: String) {
    pathwayChanged(serviceUser: $id, purpose: $purpose, after: $after) { at cursor }
}";

fn asked(of: &str, after: &Value) -> Value {
    json!({ "query": CHANGED, "variables": { "id": of, "purpose": "CARE_COORDINATION", "after": after } })
}

impl Network {
    /// Watches somebody's pathway; the code where that is refused.
    async fn tries_to_watch(&self, token: &str, of: &str, after: &Value) -> Result<Events, Value> {
        let bearer = format!("Bearer {token}");
        let opened = Events::ask(&self.app.app.router(), asked(of, after), &[("authorization", &bearer)]).await;
        opened.map_err(|(_, answer)| answer["errors"][0]["extensions"].clone())
    }

    async fn watch(&self, token: &str, of: &str, after: &Value) -> Events {
        self.tries_to_watch(token, of, after).await.map_err(|refused| format!("{refused}")).unwrap()
    }

    /// The texts of what the ledger has of such looks.
    async fn looks(&self) -> Vec<String> {
        let all = ledger_entry::Entity::find().all(self.app.db().connection()).await.unwrap();
        all.into_iter().map(|row| row.entry).filter(|entry| entry.contains("\"pathwayChanged\"")).collect()
    }

    /// Somebody of Ann's of whom the second agency may see housing, by consent; their id, and the consent's.
    async fn shared(&self) -> (String, Value) {
        let other = self.other_manager().await;
        let mut shares = terms(Self::agency(0), Self::agency(1));
        shares["flows"][0]["categories"] = json!(["IDENTITY", "HOUSING"]);
        shares["flows"][0]["purposes"] = json!(["CARE_COORDINATION"]);
        self.agree(&self.manager, &other, shares).await;
        let id = self.enter(&self.ann, json!({ "givenNames": "Eve", "familyName": "Gray" })).await;
        self.refer(&id, Self::agency(1)).await;
        self.record(&self.ann, &id, json!({ "need": { "need": "housing.hostel" } })).await;
        let asked = json!({ "serviceUser": id, "kind": "PERMIT", "agencies": [agency(Self::agency(1))],
            "categories": ["HOUSING"], "purposes": ["CARE_COORDINATION"], "until": "2027-11-01T00:00:00Z" });
        let given = self.give(&self.ann, &asked, json!({ "method": "SPOKEN" })).await;
        assert_eq!(given["errors"], json!([]));
        (id, given["id"].clone())
    }
}

/// The cursor of the next change, which stands there with its instant and nothing else.
async fn told(events: &mut Events) -> Value {
    let event = events.told().await;
    let body = event.json();
    assert_eq!((event.event.as_deref(), body.get("errors")), (Some("next"), None), "{body:#}");
    let change = &body["data"]["pathwayChanged"];
    assert_eq!((change["cursor"].as_str(), change["at"].is_string()), (event.id.as_deref(), true), "{body:#}");
    change["cursor"].clone()
}

/// It is looked several times, and nothing is told: looks and signs of life are a second apart, and two signs may lie ready.
async fn quiet(events: &mut Events) {
    for _ in 0..5 {
        let sign = events.event().await.unwrap();
        assert_eq!(sign.event, None, "{sign:?}");
    }
}

/// It ends as it does for nobody: with nothing, and no reason.
async fn ended(events: &mut Events) {
    let last = events.told().await;
    assert_eq!((last.event.as_deref(), last.json()), (Some("next"), json!({ "data": { "pathwayChanged": null } })));
    assert_eq!(events.told().await.event.as_deref(), Some("complete"));
    assert_eq!(events.event().await, None);
}

/// A step by another is told to whoever may see it; what is withheld is not; a look that finds nothing new is not written.
#[tokio::test]
async fn whoever_may_see_a_change_is_told_that_there_is_one_and_nobody_else() {
    let network = Network::new().await;
    let (id, referral) = network.way().await;
    let mut ann = network.watch(&network.ann, &id, &Value::Null).await;
    let begun = told(&mut ann).await;
    // The second agency sees the header of a referral, and nothing else of her.
    let mut cal = network.watch(&network.cal, &id, &Value::Null).await;
    told(&mut cal).await;
    let looks = network.looks().await;
    assert!(!looks.is_empty());
    quiet(&mut cal).await;
    assert_eq!(network.looks().await.len(), looks.len(), "nothing new is nothing told");
    network.record(&network.ann, &id, json!({ "need": { "need": "work.finding-work" } })).await;
    let recorded = told(&mut ann).await;
    assert_ne!(recorded, begun);
    let due = format!(
        "addTask(input: {{ serviceUser: {id:?}, words: \"Ring.\", dueOn: \"2026-11-25\", need: \"housing.hostel\" }})"
    );
    assert_eq!(network.change(&network.ann, &due).await, json!([]));
    told(&mut ann).await;
    quiet(&mut cal).await;
    assert_eq!(network.stepped(&network.cal, "acceptReferral", &referral, "").await["errors"], json!([]));
    let accepted = told(&mut ann).await;
    told(&mut cal).await;
    quiet(&mut ann).await;
    // Whoever comes back is told at once where something has changed since, and only then.
    drop(ann);
    let mut again = network.watch(&network.ann, &id, &accepted).await;
    quiet(&mut again).await;
    let mut late = network.watch(&network.ann, &id, &begun).await;
    assert_eq!(told(&mut late).await, accepted);
    // The ledger has that somebody was told of her, and that nothing was shown.
    let looks = network.looks().await;
    assert!(looks.iter().all(|entry| entry.contains("\"allowed\"") && entry.contains("\"shown\":[]")), "{looks:?}");
    // A cursor of something else is none.
    let refused = network.tries_to_watch(&network.ann, &nobodys_id(77), &accepted).await.err().unwrap();
    assert_eq!((&refused["code"], &refused["field"]), (&json!("BAD_USER_INPUT"), &json!("after")));
}

/// Tasks, days of release and easements are told of as whatever else is on it, each step of them.
#[tokio::test]
async fn each_step_is_told() {
    let network = Network::new().await;
    let id = network.enter(&network.ann, json!({ "givenNames": "Eve" })).await;
    network.gate(&id).await;
    let mut ann = network.watch(&network.ann, &id, &Value::Null).await;
    let mut last = told(&mut ann).await;
    let with = ", first: 50, kinds: [TASK]";
    let tasks = network.pathway(&network.ann, &id, "CARE_COORDINATION", with).await;
    let task = tasks["entries"]["nodes"][0]["item"]["id"].clone();
    let easement = network.pathway(&network.ann, &id, "CARE_COORDINATION", ", kinds: [EASEMENT]").await;
    let easement = easement["entries"]["nodes"][0]["item"]["id"].clone();
    for step in [
        format!("completeTask(input: {{ task: {task} }})"),
        format!("reopenTask(input: {{ task: {task} }})"),
        format!("dropTask(input: {{ task: {task}, words: \"Not now.\" }})"),
        format!("takeBackEasement(id: {easement})"),
        format!("setReleaseDate(input: {{ serviceUser: {id:?}, releaseOn: \"2027-01-11\" }})"),
    ] {
        assert_eq!(network.change(&network.ann, &step).await, json!([]), "{step}");
        let next = told(&mut ann).await;
        assert_ne!(next, last, "of the same instant, and another step: {step}");
        last = next;
    }
}

/// So is each step of a place in a group, to whoever may see what the group is for; and to nobody else.
#[tokio::test]
async fn each_step_of_a_place_is_told() {
    let network = Network::new().await;
    let (id, _) = network.shared().await;
    let (group, cohort) = network.group_of(1).await;
    let first = network.person_called("Ada").await;
    let taken = network.joins_group(&network.ann, &first, &group, "").await["groupPlace"]["id"].take();
    let mut ann = network.watch(&network.ann, &id, &Value::Null).await;
    let mut last = told(&mut ann).await;
    // Housing may flow to the second agency, and attendance may not.
    let mut cal = network.watch(&network.cal, &id, &Value::Null).await;
    told(&mut cal).await;
    let place = network.joins_group(&network.ann, &id, &group, "").await["groupPlace"]["id"].take();
    last = differs(&mut ann, &last).await;
    // What becomes of another's place is not hers.
    let leave = |place: &Value| format!("leaveGroup(input: {{ groupPlace: {place} }})");
    assert_eq!(network.change(&network.ann, &leave(&taken)).await, json!([]));
    quiet(&mut ann).await;
    for step in [
        format!("offerPlace(input: {{ cohort: {cohort:?} }})"),
        format!("callOffCohort(input: {{ cohort: {cohort:?}, reason: NO_ROOM }})"),
        leave(&place),
    ] {
        assert_eq!(network.change(&network.ann, &step).await, json!([]), "{step}");
        last = differs(&mut ann, &last).await;
    }
    quiet(&mut cal).await;
}

/// The next cursor, which is another.
async fn differs(events: &mut Events, last: &Value) -> Value {
    let next = told(events).await;
    assert_ne!(next, *last);
    next
}

/// A consent that is withdrawn ends it with the next look, and nothing tells why.
#[tokio::test]
async fn a_consent_that_is_withdrawn_ends_it() {
    let network = Network::new().await;
    let (id, consent) = network.shared().await;
    let mut cal = network.watch(&network.cal, &id, &Value::Null).await;
    told(&mut cal).await;
    network.record(&network.ann, &id, json!({ "need": { "need": "housing.emergency" } })).await;
    told(&mut cal).await;
    let before = network.looks().await;
    assert_eq!(network.change(&network.ann, &format!("withdrawConsent(id: {consent})")).await, json!([]));
    ended(&mut cal).await;
    let after = network.looks().await;
    assert_eq!(after.len(), before.len() + 1, "the refusal is written, once: {after:?}");
    assert!(after.iter().any(|entry| entry.contains("\"refused\"")), "{after:?}");
    ended(&mut network.watch(&network.cal, &id, &Value::Null).await).await;
}

/// So do an agency that is kept out, over a WebSocket, and a membership that ends.
#[tokio::test]
async fn whoever_is_kept_out_is_told_no_more() {
    let network = Network::new().await;
    let (id, _) = network.shared().await;
    let sam = network.account(&network.sam).await;
    let link = format!("linkAccount(input: {{ serviceUser: {id:?}, account: {sam:?} }})");
    assert_eq!(network.change(&network.ann, &link).await, json!([]));
    let server = Server::start(network.app.app.router()).await;
    let mut socket = server.open().await;
    socket.init(Some(&network.cal)).await;
    let subscribe = json!({ "id": "1", "type": "subscribe", "payload": asked(&id, &Value::Null) });
    socket.send(subscribe.to_string()).await;
    let first = socket.message().await;
    assert!(first["payload"]["data"]["pathwayChanged"]["cursor"].is_string(), "{first:#}");
    let whom = agency(Network::agency(1));
    let out = format!("keepOut(input: {{ serviceUser: {id:?}, whom: {{ agency: {whom:?} }} }})");
    let (last, done) = tokio::join!(socket.message(), network.change(&network.sam, &out));
    assert_eq!(done, json!([]));
    assert_eq!(last, json!({ "id": "1", "type": "next", "payload": { "data": { "pathwayChanged": null } } }));
    assert_eq!(socket.came().await, Came::Message(json!({ "id": "1", "type": "complete" })));
    // Whoever works there no more may not ask, of anybody.
    let mut ann = network.watch(&network.ann, &id, &Value::Null).await;
    told(&mut ann).await;
    let Some(NodeId::Account(account)) = NodeId::decode(&network.account(&network.ann).await) else { panic!() };
    let accounts = &network.app.app.accounts;
    assert!(accounts.end_role(account, Some(Network::agency(0)), Role::LinkWorker).await.unwrap());
    let last = ann.told().await.json();
    let of_nobody = network.tries_to_watch(&network.ann, &nobodys_id(77), &Value::Null).await.err().unwrap();
    assert_eq!((last.get("data"), &last["errors"][0]["extensions"]["code"]), (None, &of_nobody["code"]), "{last:#}");
    assert_eq!(ann.told().await.event.as_deref(), Some("complete"));
}

/// Of somebody else it is as of nobody, in as many statements.
#[tokio::test]
async fn somebody_elses_pathway_is_watched_as_nobodys() {
    let network = Network::new().await;
    let (id, _) = network.way().await;
    for token in [&network.bea, &network.sam] {
        let mut statements = Vec::new();
        for of in [&id, &nobodys_id(77)] {
            let before = network.app.db().statements();
            let mut events = network.watch(token, of, &Value::Null).await;
            ended(&mut events).await;
            statements.push(network.app.db().statements() - before);
            assert_eq!(events.last_id, None);
        }
        assert_eq!(statements[0], statements[1]);
    }
    // Nobody who has not signed in, and nobody without something to do with service users, watches anything.
    let refused = network.tries_to_watch(&network.manager, &id, &Value::Null).await.err().unwrap();
    assert_eq!(refused["code"], "FORBIDDEN");
    let nobody = Events::ask(&network.app.app.router(), asked(&id, &Value::Null), &[]).await.err().unwrap();
    assert_eq!(nobody.1["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
}
