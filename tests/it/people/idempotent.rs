//! What is created with a key is created once: twice in one request, several times at once, a month later; with another input, by
//! somebody else, by who may do it no more.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::TimeDelta;
use entity::idempotency_key;
use entity::ids::ServiceUserId;
use sea_orm::{ConnectionTrait, EntityTrait, Statement};
use serde_json::{Value, json};
use signpost::api::ids::NodeId;
use uuid::Uuid;

use super::consents::{agency, terms};
use super::graph::Network;
use crate::support::listings::service;

const KEY: &str = "zora-neale-1980";

/// Something that is created: by which field, of which input, what is shown of it, and how many rows it makes in which table.
#[derive(Clone)]
struct Creation {
    field: &'static str,
    of: &'static str,
    shows: &'static str,
    input: Value,
    makes: (&'static str, i64),
}

fn entering(name: &str) -> Creation {
    let input = json!({ "identity": { "givenNames": name, "familyName": "Crow" } });
    let makes = ("service_user", 1);
    Creation { field: "enterServiceUser", of: "EnterServiceUserInput", shows: "serviceUser { id }", input, makes }
}

fn booking(of: &str) -> Creation {
    let input = json!({ "serviceUser": of, "kind": "ONE_TO_ONE", "delivery": "IN_PERSON", "words": "Bring your papers.",
        "startsAt": "2026-11-23T10:00:00Z", "endsAt": "2026-11-23T11:00:00Z" });
    let makes = ("appointment", 1);
    Creation { field: "bookAppointment", of: "BookAppointmentInput", shows: "appointment { id }", input, makes }
}

fn task(of: &str) -> Creation {
    let input = json!({ "serviceUser": of, "words": "Ring the hostel.", "dueOn": "2026-11-25" });
    Creation { field: "addTask", of: "AddTaskInput", shows: "task { id }", input, makes: ("task", 1) }
}

impl Network {
    /// Asks for something, with a key where one is given; the payload.
    async fn creates(&self, token: &str, what: &Creation, key: Option<&str>) -> Value {
        let Creation { field, of, shows, input, makes: _ } = what;
        let mut input = input.clone();
        if let Some(key) = key {
            input["idempotencyKey"] = json!(key);
        }
        let query = format!(
            "mutation($input: {of}!) {{ {field}(input: $input) {{ {shows} errors {{ code message field }} }} }}"
        );
        self.ask(token, &query, json!({ "input": input })).await[*field].take()
    }

    async fn rows(&self, table: &str) -> i64 {
        let db = self.app.db();
        let count = Statement::from_string(db.engine(), format!("SELECT COUNT(*) AS n FROM \"{table}\""));
        db.connection().query_one_raw(count).await.unwrap().unwrap().try_get("", "n").unwrap()
    }

    /// Asks for something twice with one key: it is made once, and both are told of the same.
    async fn creates_once(&self, token: &str, what: &Creation) -> Value {
        let (table, makes) = what.makes;
        let before = self.rows(table).await;
        let first = self.creates(token, what, Some(KEY)).await;
        assert_eq!(first["errors"], json!([]), "{}", what.field);
        assert_eq!(self.rows(table).await, before + makes, "{}", what.field);
        let second = self.creates(token, what, Some(KEY)).await;
        assert_eq!(second, first, "{}", what.field);
        assert_eq!(self.rows(table).await, before + makes, "{}: nothing more", what.field);
        first
    }
}

/// The code and the field of what it was refused for.
fn refused(payload: &Value) -> (&str, &str) {
    let error = &payload["errors"][0];
    (error["code"].as_str().unwrap(), error["field"].as_str().unwrap_or_default())
}

/// Each creation by itself, all of them with the same key: a key counts for one operation.
#[tokio::test]
async fn each_creation_is_made_once() {
    let network = Network::new().await;
    let entered = network.creates_once(&network.ann, &entering("Ida")).await;
    let ida = entered["serviceUser"]["id"].as_str().unwrap().to_owned();
    let (sam, bea) = (network.account(&network.sam).await, network.account(&network.bea).await);
    let (group, _) = network.group_of(2).await;
    let second = agency(Network::agency(1));
    let asked = json!({ "serviceUser": ida, "kind": "PERMIT", "agencies": [second], "categories": ["IDENTITY"],
        "purposes": ["REFERRAL"], "until": "2027-11-01T00:00:00Z" });
    let hash = network.preview(&network.ann, &asked).await["hash"].clone();
    let new = |field, of, shows, input, makes| Creation { field, of, shows, input, makes };
    let by_ann = [
        new(
            "proposeConsent",
            "ProposeConsentInput",
            "id",
            json!({ "terms": asked, "previewHash": hash }),
            ("consent_proposal", 1),
        ),
        new(
            "giveConsent",
            "GiveConsentInput",
            "id",
            json!({ "terms": asked, "previewHash": hash, "manner": { "method": "SPOKEN" } }),
            ("consent", 1),
        ),
        new(
            "recordOfServiceUser",
            "RecordInput",
            "records",
            json!({ "serviceUser": ida,
                "contents": { "circumstances": { "gender": "WOMAN", "has": ["HOMELESS"], "languages": ["en"] } } }),
            ("person_record", 2),
        ),
        new(
            "draftReferral",
            "DraftReferralInput",
            "referral { id }",
            json!({ "serviceUser": ida, "receiver": second, "needs": ["housing.hostel"], "discloses": ["HOUSING"] }),
            ("referral", 1),
        ),
        booking(&ida),
        task(&ida),
        new(
            "addEasement",
            "AddEasementInput",
            "easement { id }",
            json!({ "serviceUser": ida, "kind": "DOMESTIC_ABUSE", "beginsOn": "2026-11-21" }),
            ("easement", 1),
        ),
        new(
            "setReleaseDate",
            "SetReleaseDateInput",
            "release { id }",
            json!({ "serviceUser": ida, "releaseOn": "2027-01-10", "anew": true }),
            ("release", 1),
        ),
        new(
            "nameProxy",
            "NameProxyInput",
            "serviceUser { proxies { id } }",
            json!({ "serviceUser": ida, "account": sam, "authority": "ON_THEIR_WORD", "until": "2027-05-01T00:00:00Z" }),
            ("proxy", 1),
        ),
        new(
            "setCover",
            "SetCoverInput",
            "cover { id }",
            json!({ "coveredBy": bea, "beginsOn": "2026-11-21", "endsOn": "2026-11-30" }),
            ("cover", 1),
        ),
        new(
            "makeGroup",
            "MakeGroupInput",
            "group { id }",
            json!({ "name": "Cooking", "delivery": "IN_PERSON", "placesPerCohort": 5 }),
            ("support_group", 1),
        ),
        new(
            "openCohort",
            "OpenCohortInput",
            "group { cohorts { id } }",
            json!({ "group": group, "beginsOn": "2026-11-24", "endsOn": "2026-11-24",
                "sessions": [{ "startsAt": "2026-11-24T10:00:00Z", "endsAt": "2026-11-24T12:00:00Z" }] }),
            ("group_cohort", 1),
        ),
        new(
            "joinGroup",
            "JoinGroupInput",
            "groupPlace { id }",
            json!({ "serviceUser": ida, "group": group }),
            ("group_place", 1),
        ),
    ];
    let mut made = Vec::new();
    for what in &by_ann {
        made.push(network.creates_once(&network.ann, what).await);
    }
    assert_eq!(made[2]["records"].as_array().unwrap().len(), 2, "all of what was made at once");
    let moved = new(
        "rescheduleAppointment",
        "RescheduleAppointmentInput",
        "appointment { id replaces }",
        json!({ "appointment": made[4]["appointment"]["id"], "startsAt": "2026-11-25T10:00:00Z",
            "endsAt": "2026-11-25T11:00:00Z" }),
        ("appointment", 1),
    );
    network.creates_once(&network.ann, &moved).await;
    // Two whose key stands beside the input.
    let team = "mutation($key: String) { createTeam(name: \"North\", idempotencyKey: $key) \
        { teams { id name } errors { code message field } } }";
    let first = network.ask(&network.manager, team, json!({ "key": KEY })).await;
    assert_eq!(first["createTeam"]["errors"], json!([]));
    assert_eq!(network.ask(&network.manager, team, json!({ "key": KEY })).await, first);
    let taken = network.ask(&network.manager, team, json!({ "key": "another" })).await["createTeam"].take();
    assert_eq!(refused(&taken), ("BAD_VALUE", "name"));
    assert_eq!(network.rows("team").await, 1);
    let agreement = "mutation($input: AgreementTermsInput!, $key: String) { draftAgreement(input: $input, idempotencyKey: $key) \
        { agreement { id } version { id } errors { code message field } } }";
    let mut said = json!({ "input": terms(Network::agency(0), Network::agency(1)), "key": KEY });
    let first = network.ask(&network.manager, agreement, said.clone()).await;
    assert_eq!(first["draftAgreement"]["errors"], json!([]));
    assert_eq!(network.ask(&network.manager, agreement, said.clone()).await, first);
    assert_eq!(network.rows("agreement").await, 1);
    said["input"]["title"] = json!("Another");
    // As with the name of a team, the field is told as it stands: beside the input.
    for key in [KEY, ""] {
        said["key"] = json!(key);
        let other = network.ask(&network.manager, agreement, said.clone()).await["draftAgreement"].take();
        assert_eq!(refused(&other), ("BAD_VALUE", "idempotencyKey"));
    }
}

/// A place that was given to who was first in line is not given to the next one by the same asking.
#[tokio::test]
async fn a_place_is_given_away_once() {
    let network = Network::new().await;
    let (group, cohort) = network.group_of(1).await;
    let mut places = Vec::new();
    for name in ["Ada", "Bo", "Cy"] {
        let of = network.person_called(name).await;
        let joined = network.joins_group(&network.ann, &of, &group, "").await;
        places.push(joined["groupPlace"]["id"].as_str().unwrap().to_owned());
    }
    let leave = |place: &str| format!("leaveGroup(input: {{ groupPlace: {place:?} }})");
    assert_eq!(network.change(&network.ann, &leave(&places[0])).await, json!([]));
    let (field, of, shows) = ("offerPlace", "OfferPlaceInput", "groupPlace { id }");
    let offer = Creation { field, of, shows, input: json!({ "cohort": cohort }), makes: ("group_place", 0) };
    let first = network.creates_once(&network.ann, &offer).await;
    assert_eq!(first["groupPlace"]["id"], json!(places[1]));
    // There is room again, and somebody waits: it was asked for before all the same.
    assert_eq!(network.change(&network.ann, &leave(&places[1])).await, json!([]));
    assert_eq!(network.creates(&network.ann, &offer, Some(KEY)).await, first);
    assert_eq!(network.group_place(&network.ann, &places[2]).await["state"], "WAITING");
    let next = network.creates(&network.ann, &offer, Some("another")).await;
    assert_eq!(next["groupPlace"]["id"], json!(places[2]));
}

/// Two aliases in one request; in another order, in the document itself, with what is null; and without a key each anew.
#[tokio::test]
async fn the_same_is_the_same_however_it_is_written() {
    let network = Network::new().await;
    let before = network.rows("service_user").await;
    let twice = "mutation($input: EnterServiceUserInput!) { a: enterServiceUser(input: $input) { serviceUser { id } } \
        b: enterServiceUser(input: $input) { serviceUser { id } } }";
    let mut input = entering("Ida").input;
    input["idempotencyKey"] = json!("k");
    let both = network.ask(&network.ann, twice, json!({ "input": input })).await;
    assert_eq!(both["a"], both["b"]);
    assert_ne!(both["a"]["serviceUser"]["id"], Value::Null);
    let written = "mutation { a: enterServiceUser(input: { idempotencyKey: \"k\", \
        identity: { bornOn: null, familyName: \"Crow\", givenNames: \"Ida\" } }) { serviceUser { id } } }";
    assert_eq!(network.ask(&network.ann, written, json!({})).await["a"], both["a"]);
    assert_eq!(network.rows("service_user").await, before + 1);
    for number in 2..4 {
        network.creates(&network.ann, &entering("Ida"), None).await;
        assert_eq!(network.rows("service_user").await, before + number, "without a key it is another one each time");
    }
    // What is null is as if it were left out; what was said before and is left out now is something else.
    let of = network.person_called("Una").await;
    let mut said = booking(&of);
    said.input["location"] = Value::Null;
    let first = network.creates(&network.ann, &said, Some("k")).await;
    assert_eq!(network.creates(&network.ann, &booking(&of), Some("k")).await, first);
    said.input["words"] = Value::Null;
    assert_eq!(refused(&network.creates(&network.ann, &said, Some("k")).await), ("BAD_VALUE", "input.idempotencyKey"));
}

#[tokio::test]
async fn another_input_is_told_so_and_another_asker_has_keys_of_their_own() {
    let network = Network::new().await;
    let before = network.rows("service_user").await;
    let first = network.creates(&network.ann, &entering("Zora"), Some(KEY)).await;
    let other = network.creates(&network.ann, &entering("Nora"), Some(KEY)).await;
    assert_eq!((refused(&other), &other["serviceUser"]), (("BAD_VALUE", "input.idempotencyKey"), &Value::Null));
    assert_eq!(network.rows("service_user").await, before + 1);
    // No other is told what the first one's key was used for.
    for token in [&network.bea, &network.cal] {
        let theirs = network.creates(token, &entering("Nora"), Some(KEY)).await;
        assert_eq!(theirs["errors"], json!([]));
        assert_ne!(theirs["serviceUser"], first["serviceUser"]);
    }
    assert_eq!(network.rows("service_user").await, before + 3);
    for none in [String::new(), "k".repeat(201)] {
        let refusal = network.creates(&network.ann, &entering("Nora"), Some(&none)).await;
        assert_eq!(refused(&refusal), ("BAD_VALUE", "input.idempotencyKey"), "{} characters", none.len());
    }
    let longest = network.creates(&network.ann, &entering("Nora"), Some(&"é".repeat(200))).await;
    assert_eq!(longest["errors"], json!([]));
    // Of what is recorded, too, the key is named where it stands.
    let of = first["serviceUser"]["id"].clone();
    let note = |text: &str| Creation {
        field: "recordOfServiceUser",
        of: "RecordInput",
        shows: "records",
        input: json!({ "serviceUser": of, "contents": { "note": { "text": text } } }),
        makes: ("person_record", 1),
    };
    network.creates_once(&network.ann, &note("Came in.")).await;
    let other = network.creates(&network.ann, &note("Went out."), Some(KEY)).await;
    assert_eq!((refused(&other), &other["records"]), (("BAD_VALUE", "input.idempotencyKey"), &json!([])));
}

/// What was refused leaves no key, be it refused before anything was written or in the midst of it.
#[tokio::test]
async fn what_was_refused_may_be_put_right_with_the_same_key() {
    let network = Network::new().await;
    let of = network.person_called("Ida").await;
    let cal = network.account(&network.cal).await;
    let mut wrong = task(&of);
    wrong.input["owner"] = json!(cal);
    assert_eq!(refused(&network.creates(&network.ann, &wrong, Some("k")).await), ("BAD_VALUE", "input.owner"));
    let mut empty = task(&of);
    empty.input["words"] = json!("");
    assert_eq!(refused(&network.creates(&network.ann, &empty, Some("k")).await), ("BAD_VALUE", "input.words"));
    // Whoever may not is told so, whatever the key was used for.
    assert_eq!(refused(&network.creates(&network.bea, &task(&of), Some("k")).await).0, "NOT_FOUND");
    assert_eq!(network.rows("idempotency_key").await, 0);
    assert_eq!(network.creates(&network.ann, &task(&of), Some("k")).await["errors"], json!([]));
    assert_eq!((network.rows("task").await, network.rows("idempotency_key").await), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_several_at_once_one_is_made() {
    let network = Arc::new(Network::new().await);
    let of = network.person_called("Ida").await;
    for what in [entering("Zora"), booking(&of), task(&of)] {
        let (table, makes) = what.makes;
        let before = network.rows(table).await;
        let hands: Vec<_> = (0..6)
            .map(|_| {
                let (network, what) = (Arc::clone(&network), what.clone());
                tokio::spawn(async move { network.creates(&network.ann, &what, Some(KEY)).await })
            })
            .collect();
        let mut told = BTreeSet::new();
        for hand in hands {
            told.insert(hand.await.unwrap().to_string());
        }
        assert_eq!(told.len(), 1, "all are told of the same: {told:?}");
        assert!(told.first().unwrap().contains("\"errors\":[]"), "{told:?}");
        assert_eq!(network.rows(table).await, before + makes, "{}", what.field);
    }
}

/// Asked again it is shown as whoever asks may see it by then.
#[tokio::test]
async fn a_consent_that_was_withdrawn_is_not_given_by_asking_again() {
    let network = Network::new().await;
    let (ida, consent) = network.agreed().await;
    network.refer(&ida, Network::agency(1)).await;
    let withdraw = |id: &str| format!("withdrawConsent(id: {id:?})");
    assert_eq!(network.change(&network.ann, &withdraw(&consent)).await, json!([]));
    let asked = json!({ "serviceUser": ida, "kind": "PERMIT", "agencies": [agency(Network::agency(1))],
        "categories": ["IDENTITY"], "purposes": ["REFERRAL"], "until": "2027-11-01T00:00:00Z" });
    let hash = network.preview(&network.ann, &asked).await["hash"].clone();
    let input = json!({ "terms": asked, "previewHash": hash, "manner": { "method": "SPOKEN" } });
    let give = Creation {
        field: "giveConsent",
        of: "GiveConsentInput",
        shows: "id serviceUser { consents { id state } }",
        input,
        makes: ("consent", 1),
    };
    let given = network.creates_once(&network.ann, &give).await;
    assert_eq!(network.seen_by(&network.cal, &ida, "REFERRAL").await["name"], "Ida Crow");
    assert_eq!(network.change(&network.ann, &withdraw(given["id"].as_str().unwrap())).await, json!([]));
    let before = network.rows("consent").await;
    let again = network.creates(&network.ann, &give, Some(KEY)).await;
    assert_eq!((&again["id"], &again["errors"]), (&given["id"], &json!([])));
    let states = again["serviceUser"]["consents"].as_array().unwrap();
    assert!(states.iter().all(|consent| consent["state"] == "WITHDRAWN"), "as it stands now: {states:?}");
    assert_eq!(network.rows("consent").await, before);
    assert_eq!(network.seen_by(&network.cal, &ida, "REFERRAL").await, Value::Null);
}

/// Whoever is kept out by now is told what is told of nobody, in as many statements.
#[tokio::test]
async fn who_is_kept_out_by_now_learns_nothing_by_asking_again() {
    let network = Network::new().await;
    let entered = network.creates_once(&network.ann, &entering("Ida")).await;
    let ida = entered["serviceUser"]["id"].as_str().unwrap().to_owned();
    network.creates_once(&network.ann, &booking(&ida)).await;
    let (ann, sam) = (network.account(&network.ann).await, network.account(&network.sam).await);
    let link = format!("linkAccount(input: {{ serviceUser: {ida:?}, account: {sam:?} }})");
    assert_eq!(network.change(&network.ann, &link).await, json!([]));
    let out = format!("keepOut(input: {{ serviceUser: {ida:?}, whom: {{ account: {ann:?} }} }})");
    assert_eq!(network.change(&network.sam, &out).await, json!([]));
    let nobody = NodeId::ServiceUser(ServiceUserId(Uuid::from_u128(99))).encode().0;
    let mut told = Vec::new();
    for of in [&ida, &nobody] {
        let before = network.app.db().statements();
        let again = network.creates(&network.ann, &booking(of), Some(KEY)).await;
        told.push((again, network.app.db().statements() - before));
    }
    assert_eq!(told[0], told[1]);
    assert_eq!(refused(&told[0].0).0, "NOT_FOUND");
    assert_eq!(network.rows("appointment").await, 1);
    // That they entered somebody they know; whom they do not see any more.
    let before = network.rows("service_user").await;
    let again = network.creates(&network.ann, &entering("Ida"), Some(KEY)).await;
    assert_eq!(again, json!({ "serviceUser": null, "errors": [] }));
    assert_eq!(network.rows("service_user").await, before);
}

/// Whoever was joined to another is the other.
#[tokio::test]
async fn who_was_joined_to_another_is_not_entered_again() {
    let network = Network::new().await;
    let one = network.person_called("Ida").await;
    let entered = network.creates_once(&network.ann, &entering("Ida")).await;
    let two = entered["serviceUser"]["id"].as_str().unwrap().to_owned();
    let merge = format!("mergeServiceUsers(input: {{ keep: {one:?}, other: {two:?} }})");
    assert_eq!(network.change(&network.ann, &merge).await, json!([]));
    let before = network.rows("service_user").await;
    let again = network.creates(&network.ann, &entering("Ida"), Some(KEY)).await;
    assert_eq!(again["errors"], json!([]));
    assert_eq!(again["serviceUser"]["id"], network.see(&network.ann, &two).await["id"], "as a reader is told now");
    assert_eq!(network.rows("service_user").await, before);
}

/// A key is known for thirty days, and forgotten when accounts are tidied.
#[tokio::test]
async fn a_key_is_forgotten_after_thirty_days() {
    let network = Network::new().await;
    let first = network.creates(&network.ann, &entering("Ida"), Some("a")).await;
    network.creates(&network.ann, &entering("Una"), Some("b")).await;
    network.app.clock.advance(TimeDelta::days(30) - TimeDelta::milliseconds(1));
    let ann = network.app.token("ann@example.org").await;
    assert_eq!(network.creates(&ann, &entering("Ida"), Some("a")).await, first);
    assert_eq!(network.app.app.people.forget_old_keys().await.unwrap(), 0);
    network.app.clock.advance(TimeDelta::milliseconds(1));
    let anew = network.creates(&ann, &entering("Ida"), Some("a")).await;
    assert_eq!(anew["errors"], json!([]));
    assert_ne!(anew, first);
    assert_eq!(network.app.app.people.forget_old_keys().await.unwrap(), 1);
    assert_eq!(network.rows("idempotency_key").await, 1);
    assert_eq!(network.creates(&ann, &entering("Ida"), Some("a")).await, anew);
}

/// Neither the key nor the input can be told from a row, nor whether two inputs were the same.
#[tokio::test]
async fn what_is_kept_of_a_key_tells_nothing() {
    let network = Network::new().await;
    for (token, key) in [(&network.ann, KEY), (&network.ann, "another"), (&network.bea, KEY)] {
        network.creates(token, &entering("Zora"), Some(key)).await;
    }
    let rows = idempotency_key::Entity::find().all(network.app.db().connection()).await.unwrap();
    let hashes: BTreeSet<&String> = rows.iter().flat_map(|row| [&row.key, &row.input_hash]).collect();
    assert_eq!((rows.len(), hashes.len()), (3, 6));
    assert!(hashes.iter().all(|hash| hash.len() == 16), "keyed, and cut: {hashes:?}");
    let printed = format!("{rows:?}").to_lowercase();
    assert!(!printed.contains("zora") && !printed.contains("crow") && !printed.contains("another"), "{printed}");
}

/// Of a signpost the link is told once; asked again it is the same signpost without it.
#[tokio::test]
async fn a_signpost_is_given_once() {
    let network = Network::new().await;
    network.app.save(&[service("advice", "Debt advice", "money.debt")]).await;
    let listed = network.ask(&network.ann, "{ services(first: 50) { nodes { id name } } }", json!({})).await;
    let advice = listed["services"]["nodes"].as_array().unwrap().iter().find(|it| it["name"] == "Debt advice").unwrap();
    let of = network.person_called("Ida").await;
    let query = "mutation($giving: GiveSignpostInput!) { giveSignpost(input: { needs: [\"money.debt\"] }, giving: $giving) \
        { signpost { id } link errors { code message field } } }";
    let giving = json!({ "serviceUser": of, "idempotencyKey": KEY,
        "services": [{ "service": advice["id"] }] });
    let mut said = json!({ "giving": giving });
    let first = network.ask(&network.ann, query, said.clone()).await["giveSignpost"].take();
    assert_eq!(first["errors"], json!([]));
    assert_ne!(first["link"], Value::Null);
    let again = network.ask(&network.ann, query, said.clone()).await["giveSignpost"].take();
    assert_eq!((&again["signpost"], &again["link"]), (&first["signpost"], &Value::Null));
    assert_eq!((&again["errors"], network.rows("signpost").await), (&json!([]), 1));
    said["giving"]["linkDays"] = json!(7);
    let other = network.ask(&network.ann, query, said).await["giveSignpost"].take();
    assert_eq!(refused(&other), ("BAD_VALUE", "giving.idempotencyKey"));
}
