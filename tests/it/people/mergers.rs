//! Double records that were joined, and parted because that was a mistake: each is as it was, nobody is let in, nobody is left to
//! nobody, and whoever joined them finds the way back.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use entity::enums::Role;
use entity::ids::RecordId;
use entity::instants::Millis;
use entity::person_record;
use migration::{Migrator, MigratorTrait as _};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};

use super::consents::agency;
use super::graph::Network;
use super::locked_out::person;
use super::my_day::done;

/// Joins two; the global id of the joining, as it stands in a question. What is said next is said in the same millisecond.
pub(super) async fn joined_at_once(network: &Network, keep: &str, other: &str) -> Value {
    let merge = format!("mergeServiceUsers(input: {{ keep: {keep:?}, other: {other:?} }})");
    done(network, &network.ann, &merge, "id").await["id"].take()
}

/// The same, and a second passes.
pub(super) async fn joined(network: &Network, keep: &str, other: &str) -> Value {
    let id = joined_at_once(network, keep, other).await;
    network.app.clock.advance(TimeDelta::seconds(1));
    id
}

/// Parts two; the global ids of both, as far as whoever does it sees them.
pub(super) async fn parted(network: &Network, token: &str, id: &Value) -> [Value; 2] {
    let undo = format!("undoMerge(id: {id})");
    let mut both = done(network, token, &undo, "serviceUser { id } other { id }").await;
    [both["serviceUser"]["id"].take(), both["other"]["id"].take()]
}

/// Whom a search finds by a name.
async fn found(network: &Network, name: &str) -> Vec<Value> {
    let find = format!("{{ findServiceUsers(purpose: CARE_COORDINATION, input: {{ name: {name:?} }}) {{ id }} }}");
    let mut found = network.ask(&network.ann, &find, json!({})).await["findServiceUsers"].take();
    found.as_array_mut().unwrap().iter_mut().map(|one| one["id"].take()).collect()
}

/// Says everything of somebody that is said once of each.
async fn says_once(network: &Network, of: &str, said: [&str; 3]) {
    let [name, gender, telephone] = said;
    for contents in [
        json!({ "identity": { "givenNames": name } }),
        json!({ "contact": { "telephone": telephone } }),
        json!({ "circumstances": { "gender": gender } }),
        json!({ "need": { "need": "housing.emergency", "remark": name } }),
    ] {
        assert_eq!(network.record(&network.ann, of, contents).await["errors"], json!([]));
    }
}

/// Every row that is seen of somebody that is said once, by what it says.
fn said(seen: &Value) -> [Vec<&Value>; 4] {
    assert_eq!(seen["circumstanceRecords"].as_array().unwrap().len(), 1, "{seen:#}");
    [
        each(seen, "identity", "givenNames"),
        each(seen, "contact", "telephone"),
        vec![&seen["circumstances"]["gender"]],
        each(seen, "needs", "remark"),
    ]
}

fn each<'s>(seen: &'s Value, list: &str, field: &str) -> Vec<&'s Value> {
    seen[list].as_array().unwrap().iter().map(|row| &row[field]).collect()
}

fn says(all: &[Value; 3]) -> [Vec<&Value>; 4] {
    let [name, gender, telephone] = all;
    [vec![name], vec![telephone], vec![gender], vec![name]]
}

/// What is said anew while two are one is what is seen of them, and nothing else; parted, the one is as it was before, and the
/// other has what was said since. Whichever of both was entered first, and however often it is said.
#[tokio::test]
async fn what_is_said_anew_of_joined_records_takes_nothing_from_either() {
    for kept in [0, 1] {
        let network = Network::new().await;
        let both = [network.person_called("Beth").await, network.person_called("Olwen").await];
        says_once(&network, &both[0], ["Beth", "WOMAN", "01"]).await;
        says_once(&network, &both[1], ["Olwen", "MAN", "02"]).await;
        let (keep, other) = (&both[kept], &both[1 - kept]);
        let other_is_called = if kept == 0 { "Olwen" } else { "Beth" };
        let before = network.see(&network.ann, other).await;
        let id = joined(&network, keep, other).await;
        says_once(&network, keep, ["Cleo", "WOMAN", "03"]).await;
        let anew = ["Fflur", "MAN", "04"];
        says_once(&network, other, anew).await;
        let anew = anew.map(|word| json!(word));
        let seen = network.see(&network.ann, keep).await;
        assert_eq!(said(&seen), says(&anew), "joined, what was said last is all there is");
        assert_eq!(found(&network, other_is_called).await, Vec::<Value>::new());
        assert_eq!(found(&network, "Fflur").await, [json!(keep)]);
        assert_eq!(parted(&network, &network.ann, &id).await, [json!(keep), json!(other)]);
        assert_eq!(network.see(&network.ann, other).await, before, "as they were");
        let seen = network.see(&network.ann, keep).await;
        assert_eq!(said(&seen), says(&anew));
        assert_eq!(found(&network, other_is_called).await, [json!(other)]);
        assert_eq!(found(&network, "Fflur").await, [json!(keep)]);
        // And what is said from then on is said of one of them.
        says_once(&network, other, ["Gwen", "WOMAN", "05"]).await;
        assert_eq!(said(&network.see(&network.ann, other).await), says(&["Gwen", "WOMAN", "05"].map(|it| json!(it))));
        assert_eq!(said(&network.see(&network.ann, keep).await), says(&anew));
    }
}

/// The same of what is named to be replaced; what was taken back meanwhile stays so.
#[tokio::test]
async fn a_note_that_was_written_anew_is_there_again_and_one_that_was_taken_back_is_not() {
    let network = Network::new().await;
    let (one, two) = (network.person_called("Beth").await, network.person_called("Olwen").await);
    let note = async |text: &str| {
        let made = network.record(&network.ann, &two, json!({ "note": { "text": text } })).await;
        made["records"][0].clone()
    };
    let (first, second) = (note("First.").await, note("Second.").await);
    let id = joined(&network, &one, &two).await;
    let query = "mutation($input: RecordInput!) { recordOfServiceUser(input: $input) { errors { code message } } }";
    let input = json!({ "serviceUser": one, "contents": { "note": { "text": "Better." } }, "replaces": first });
    let done = network.ask(&network.ann, query, json!({ "input": input })).await;
    assert_eq!(done["recordOfServiceUser"]["errors"], json!([]));
    assert_eq!(network.change(&network.ann, &format!("takeBackRecord(id: {second})")).await, json!([]));
    // What holds no longer is neither said anew nor taken back.
    for gone in [&first, &second] {
        let anew = json!({ "serviceUser": one, "contents": { "note": { "text": "Again." } }, "replaces": gone });
        let refused = network.ask(&network.ann, query, json!({ "input": anew })).await["recordOfServiceUser"].take();
        assert_eq!(refused["errors"][0]["code"], "BAD_VALUE");
        let gone = network.change(&network.ann, &format!("takeBackRecord(id: {gone})")).await;
        assert_eq!(gone[0]["code"], "NOT_FOUND");
    }
    let notes = async |of: &str| -> Vec<Value> {
        let mut notes = network.see(&network.ann, of).await["notes"].take();
        notes.as_array_mut().unwrap().iter_mut().map(|note| note["text"].take()).collect()
    };
    assert_eq!(notes(&one).await, ["Better."]);
    parted(&network, &network.ann, &id).await;
    assert_eq!((notes(&one).await, notes(&two).await), (vec![json!("Better.")], vec![json!("First.")]));
}

/// What was said anew before they were joined is not there again when they are parted, whatever stands in its place.
#[tokio::test]
async fn what_was_said_anew_before_they_were_joined_stays_so() {
    let network = Network::new().await;
    let (one, two) = (network.person_called("Beth").await, network.person_called("Olwen").await);
    let id = joined(&network, &one, &two).await;
    says_once(&network, &one, ["Cleo", "WOMAN", "03"]).await;
    let before = network.app.clock.now() - TimeDelta::seconds(2);
    let replaced = person_record::Entity::update_many()
        .col_expr(person_record::Column::EndedAt, Expr::value(Millis::from(before)))
        .filter(person_record::Column::RecordedFor.eq(person(&two)))
        .filter(person_record::Column::ReplacedBy.is_not_null())
        .exec(network.app.db().connection())
        .await
        .unwrap();
    assert_eq!(replaced.rows_affected, 1, "the name");
    parted(&network, &network.ann, &id).await;
    let rows = person_record::Entity::find()
        .filter(person_record::Column::ServiceUserId.eq(person(&two)))
        .filter(person_record::Column::EndedAt.is_null());
    assert!(rows.all(network.app.db().connection()).await.unwrap().is_empty());
}

/// Of three that were joined one after the other, each parting gives back what the joining it undoes took.
#[tokio::test]
async fn three_that_were_joined_are_parted_one_after_the_other() {
    let network = Network::new().await;
    let [one, two, three] =
        [network.person_called("Ada").await, network.person_called("Beth").await, network.person_called("Cleo").await];
    let called = async |of: &str| -> Vec<Value> {
        let mut seen = network.see(&network.ann, of).await["identity"].take();
        seen.as_array_mut().unwrap().iter_mut().map(|identity| identity["givenNames"].take()).collect()
    };
    let says = async |of: &str, name: &str| {
        network.record(&network.ann, of, json!({ "identity": { "givenNames": name } })).await;
    };
    let first = joined(&network, &two, &one).await;
    says(&two, "Dilys").await;
    let second = joined(&network, &three, &two).await;
    assert_eq!(called(&three).await.len(), 2, "nobody said anything of both");
    says(&one, "Enid").await;
    assert_eq!(called(&three).await, ["Enid"]);
    assert_eq!(network.change(&network.ann, &format!("undoMerge(id: {first})")).await[0]["field"], "id");
    parted(&network, &network.ann, &second).await;
    assert_eq!((called(&three).await, called(&one).await), (vec![json!("Enid")], vec![json!("Dilys")]));
    parted(&network, &network.ann, &first).await;
    assert_eq!((called(&two).await, called(&one).await), (vec![json!("Dilys")], vec![json!("Ada")]));
}

/// Which row replaced which is told of rows from before it was kept, too.
#[tokio::test]
async fn rows_that_were_there_before_know_what_replaced_them() {
    let network = Network::new().await;
    let id = network.person_called("Ada").await;
    for name in ["Beth", "Cleo"] {
        network.record(&network.ann, &id, json!({ "identity": { "givenNames": name } })).await;
    }
    network.person_called("Dilys").await;
    let rows = async || -> BTreeMap<RecordId, Option<RecordId>> {
        let rows = person_record::Entity::find().all(network.app.db().connection()).await.unwrap();
        rows.into_iter().map(|row| (row.id, row.replaced_by)).collect()
    };
    let before = rows().await;
    assert_eq!(before.values().flatten().count(), 2);
    let all = Migrator::migrations();
    let place = all.iter().position(|one| one.name().ends_with("replaced_by")).unwrap();
    network.app.db().migrate_down(Some(u32::try_from(all.len() - place).unwrap())).await.unwrap();
    network.app.db().migrate_up().await.unwrap();
    assert_eq!(rows().await, before);
}

/// Whom somebody has on their own caseload, or on that of their teams, in the order in which they were entered.
async fn caseload(network: &Network, token: &str, whose: &str) -> Value {
    let query =
        format!("{{ serviceUsers(purpose: CARE_COORDINATION, caseload: {whose}) {{ totalCount nodes {{ id }} }} }}");
    network.ask(token, &query, json!({})).await["serviceUsers"].take()
}

fn just(ids: &[&String]) -> Value {
    json!({ "totalCount": ids.len(), "nodes": ids.iter().map(|id| json!({ "id": id })).collect::<Vec<_>>() })
}

/// A team of the first agency to which Ann belongs; its global id.
async fn team(network: &Network) -> Value {
    let ann = network.account(&network.ann).await;
    let made = done(network, &network.manager, "createTeam(name: \"South\")", "teams { id }").await;
    let team = made["teams"][0]["id"].clone();
    done(network, &network.manager, &format!("addToTeam(team: {team}, account: {ann:?})"), "teams { id }").await;
    team
}

async fn assign(network: &Network, by: &str, of: &str, to: &str, alone: bool) {
    let assign = format!("assignServiceUser(input: {{ serviceUser: {of:?}, to: {{ {to} }}, alone: {alone} }})");
    assert_eq!(network.change(by, &assign).await, json!([]));
}

/// Whoever had both on their caseload in the end has both when they are parted: given to a team alone, or moved with all others.
#[tokio::test]
async fn nobody_who_was_parted_is_on_no_caseload() {
    let network = Network::new().await;
    let (ann, bea) = (network.account(&network.ann).await, network.account(&network.bea).await);
    let (one, two) = (network.person_called("Ada").await, network.person_called("Beth").await);
    let id = joined(&network, &one, &two).await;
    let team = team(&network).await;
    assign(&network, &network.ann, &one, &format!("team: {team}"), true).await;
    assert_eq!(parted(&network, &network.ann, &id).await, [json!(one), json!(two)]);
    assert_eq!(caseload(&network, &network.ann, "TEAMS").await, just(&[&one, &two]));
    assert_eq!(caseload(&network, &network.ann, "MINE").await, just(&[]));
    assert_eq!(network.see(&network.cal, &two).await, Value::Null);
    // Moved by a manager, who sees neither.
    let (three, four) = (network.person_called("Cleo").await, network.person_called("Dilys").await);
    let id = joined(&network, &three, &four).await;
    let all = format!("moveCaseload(input: {{ from: {{ account: {ann:?} }}, to: {{ account: {bea:?} }} }})");
    let moved = done(&network, &network.manager, &all, "moved teams { caseload }").await;
    assert_eq!((&moved["moved"], &moved["teams"][0]["caseload"]), (&json!(1), &json!(2)));
    assert_eq!(caseload(&network, &network.bea, "MINE").await, just(&[&three]));
    assert_eq!(parted(&network, &network.bea, &id).await, [json!(three), json!(four)]);
    assert_eq!(caseload(&network, &network.bea, "MINE").await, just(&[&three, &four]));
    assert_eq!(network.see(&network.ann, &four).await, Value::Null, "they have them no longer");
}

/// Neither is the one that stood for both, where the caseload that was left to it was the other's.
#[tokio::test]
async fn nor_is_the_one_that_stood_for_both() {
    let network = Network::new().await;
    let bea = network.account(&network.bea).await;
    let (one, two) = (network.person_called("Ada").await, network.person_called("Beth").await);
    assign(&network, &network.ann, &two, &format!("account: {bea:?}"), false).await;
    let id = joined(&network, &one, &two).await;
    let caseloads = network.see(&network.ann, &one).await["caseloads"].take();
    assert_eq!(caseloads.as_array().unwrap().len(), 2, "each once: {caseloads:#}");
    let of_ann = caseloads.as_array().unwrap().iter().find(|on| on["keyWorker"]["id"] != json!(bea)).unwrap();
    assert_eq!(network.change(&network.ann, &format!("endAssignment(id: {})", of_ann["id"])).await, json!([]));
    assert_eq!(caseload(&network, &network.ann, "MINE").await, just(&[]));
    assert_eq!(parted(&network, &network.bea, &id).await, [json!(one), json!(two)]);
    assert_eq!(caseload(&network, &network.bea, "MINE").await, just(&[&one, &two]));
}

/// Another agency that has one of them keeps that one, and gets nothing of the other.
#[tokio::test]
async fn another_agency_has_the_one_that_it_had_and_not_the_other() {
    let network = Network::new().await;
    let (two, _) = network.agreed().await;
    let referral = network.sent(&two).await;
    let accepted = network.stepped(&network.cal, "acceptReferral", &referral, "").await;
    assert_eq!(accepted["errors"], json!([]));
    let one = network.person_called("Ada").await;
    let id = joined(&network, &one, &two).await;
    let merges = |of: &str| format!("{{ serviceUser(id: {of:?}, purpose: REFERRAL) {{ id merges {{ id }} }} }}");
    let seen = network.ask(&network.cal, &merges(&two), json!({})).await["serviceUser"].take();
    assert_eq!(seen, json!({ "id": one, "merges": [] }), "who joined them is Ann's agency's to know");
    parted(&network, &network.ann, &id).await;
    assert_eq!(network.seen_by(&network.cal, &one, "REFERRAL").await, Value::Null);
    assert_ne!(network.seen_by(&network.cal, &two, "REFERRAL").await, Value::Null);
}

async fn keeps_out(network: &Network, by: &str, of: &str) {
    let other = agency(Network::agency(1));
    let out = format!("keepOut(input: {{ serviceUser: {of:?}, whom: {{ agency: {other:?} }} }})");
    assert_eq!(network.change(by, &out).await, json!([]));
}

/// The ids of whom somebody keeps out, as one sees them.
async fn kept_out(network: &Network, by: &str, of: &str) -> Vec<Value> {
    let mut kept = network.see(by, of).await["keptOut"].take();
    kept.as_array_mut().unwrap().iter_mut().map(|kept| kept["id"].take()).collect()
}

/// Whom both keep out stands there once, and holds for each when they are parted, though one of them said it while they were one;
/// in the millisecond in which they were joined, or later.
#[tokio::test]
async fn a_bar_that_was_said_while_they_were_one_holds_for_both() {
    for at_once in [false, true] {
        for said_before in [false, true] {
            let network = Network::new().await;
            let (one, two) = (network.person_called("Ada").await, network.person_called("Beth").await);
            if said_before {
                keeps_out(&network, &network.ann, &two).await;
            }
            let id =
                if at_once { joined_at_once(&network, &one, &two).await } else { joined(&network, &one, &two).await };
            keeps_out(&network, &network.ann, &one).await;
            keeps_out(&network, &network.ann, &two).await;
            assert_eq!(kept_out(&network, &network.ann, &one).await.len(), 1);
            parted(&network, &network.ann, &id).await;
            for of in [&one, &two] {
                let kept = kept_out(&network, &network.ann, of).await;
                assert_eq!(kept.len(), 1, "of each");
                assert_eq!(network.change(&network.ann, &format!("letIn(id: {})", kept[0])).await, json!([]));
                assert_eq!(kept_out(&network, &network.ann, of).await, [] as [Value; 0], "and it is one bar");
            }
        }
    }
}

/// Let in while they are one, nobody is kept out by either; parted, the one of whom nobody said so keeps them out again.
#[tokio::test]
async fn who_is_let_in_by_joined_records_is_let_in_by_the_one_that_said_so() {
    let network = Network::new().await;
    let (one, two) = (network.person_called("Ada").await, network.person_called("Beth").await);
    for of in [&one, &two] {
        keeps_out(&network, &network.ann, of).await;
    }
    let id = joined(&network, &one, &two).await;
    let kept = kept_out(&network, &network.ann, &one).await;
    assert_eq!(kept.len(), 1, "once");
    let lift = format!("letIn(id: {})", kept[0]);
    assert_eq!(network.change(&network.ann, &lift).await, json!([]));
    assert_eq!(kept_out(&network, &network.ann, &one).await, [] as [Value; 0], "neither says it silently");
    assert_eq!(network.change(&network.ann, &lift).await[0]["code"], "NOT_FOUND", "it is lifted");
    parted(&network, &network.ann, &id).await;
    assert_eq!(kept_out(&network, &network.ann, &one).await, [] as [Value; 0]);
    assert_eq!(kept_out(&network, &network.ann, &two).await.len(), 1, "as it was");
}

/// What one of them said themselves a worker does not lift by what stands beside it; said by their own account it is theirs.
#[tokio::test]
async fn what_one_of_joined_records_said_themselves_is_theirs_to_lift() {
    let network = Network::new().await;
    let (one, two) = (network.person_called("Ada").await, network.person_called("Beth").await);
    let sam = network.account(&network.sam).await;
    let link = format!("linkAccount(input: {{ serviceUser: {two:?}, account: {sam:?} }})");
    assert_eq!(network.change(&network.ann, &link).await, json!([]));
    keeps_out(&network, &network.sam, &two).await;
    keeps_out(&network, &network.ann, &one).await;
    // In the same millisecond it was said before they were joined all the same.
    let id = joined_at_once(&network, &one, &two).await;
    let seen = network.see(&network.sam, &one).await;
    assert_eq!(seen["keptOut"].as_array().unwrap().len(), 1, "once: {seen:#}");
    let written = kept_out(&network, &network.ann, &one).await;
    assert_eq!(network.change(&network.ann, &format!("letIn(id: {})", written[0])).await, json!([]), "hers alone");
    assert_eq!(kept_out(&network, &network.sam, &one).await.len(), 1);
    keeps_out(&network, &network.ann, &one).await;
    let lift = format!("letIn(id: {})", seen["keptOut"][0]["id"]);
    assert_eq!(network.change(&network.sam, &lift).await, json!([]));
    assert_eq!(kept_out(&network, &network.sam, &one).await, [] as [Value; 0]);
    parted(&network, &network.ann, &id).await;
    assert_eq!(kept_out(&network, &network.sam, &two).await, [] as [Value; 0], "they said so themselves");
    assert_eq!(kept_out(&network, &network.ann, &one).await.len(), 1, "and that was another");
    assert_eq!(network.see(&network.sam, &one).await, Value::Null);
}

/// Which records were joined is told to who works with them for the agency that joined them, and to nobody else; asked again to
/// join them it gives the same joining.
#[tokio::test]
async fn a_joining_is_found_again_by_those_whose_it_is() {
    let network = Network::new().await;
    let (one, two) = (network.person_called("Ada").await, network.person_called("Beth").await);
    let (ann, sam) = (network.account(&network.ann).await, network.account(&network.sam).await);
    let link = format!("linkAccount(input: {{ serviceUser: {two:?}, account: {sam:?} }})");
    assert_eq!(network.change(&network.ann, &link).await, json!([]));
    let carer = network.app.signed_in("carer@example.org", Role::ServiceUser, None).await;
    let carer_id = network.account(&carer).await;
    let name = format!(
        "nameProxy(input: {{ serviceUser: {two:?}, account: {carer_id:?}, authority: ON_THEIR_WORD, \
         until: \"2027-06-01T00:00:00Z\" }})"
    );
    assert_eq!(network.change(&network.ann, &name).await, json!([]));
    let id = joined(&network, &one, &two).await;
    let query = "query($id: ID!) { serviceUser(id: $id, purpose: CARE_COORDINATION) \
        { merges { id other mergedAt mergedBy { id } } } }";
    let merges = async |token: &str| network.ask(token, query, json!({ "id": two })).await["serviceUser"].take();
    let told = merges(&network.ann).await;
    let at = &told["merges"][0]["mergedAt"];
    assert!(at.is_string(), "{told}");
    let one_joining = json!({ "id": id, "other": two, "mergedAt": at, "mergedBy": { "id": ann } });
    assert_eq!(told, json!({ "merges": [one_joining] }));
    for token in [&network.sam, &carer] {
        assert_eq!(merges(token).await, json!({ "merges": [] }), "it may be somebody else's");
    }
    for token in [&network.bea, &network.cal] {
        assert_eq!(merges(token).await, Value::Null);
    }
    let merge = |keep: &str, other: &str| format!("mergeServiceUsers(input: {{ keep: {keep:?}, other: {other:?} }})");
    assert_eq!(joined(&network, &one, &two).await, id, "once");
    let wrong = network.change(&network.ann, &merge(&two, &one)).await[0].take();
    assert_eq!((&wrong["code"], &wrong["field"]), (&json!("BAD_VALUE"), &json!("input.keep")));
    assert!(wrong["message"].as_str().unwrap().contains(id.as_str().unwrap()), "{wrong}");
    for token in [&network.bea, &network.cal] {
        for (keep, other) in [(&one, &two), (&two, &one)] {
            assert_eq!(network.change(token, &merge(keep, other)).await[0]["code"], "NOT_FOUND");
        }
    }
    let three = network.person_called("Cleo").await;
    assert_eq!(network.change(&network.ann, &merge(&three, &two)).await[0]["field"], "input.other");
    assert_eq!(merges(&network.ann).await, told, "nothing else was done");
    parted(&network, &network.ann, &id).await;
    assert_eq!(merges(&network.ann).await, json!({ "merges": [] }));
}

/// Who is on a caseload twice, for double records were joined, is one there.
#[tokio::test]
async fn who_was_joined_is_on_a_caseload_once() {
    let network = Network::new().await;
    let team = team(&network).await;
    let mut all = Vec::new();
    for name in ["Ada", "Beth", "Cleo"] {
        let id = network.person_called(name).await;
        assign(&network, &network.ann, &id, &format!("team: {team}"), false).await;
        all.push(id);
    }
    joined(&network, &all[0], &all[1]).await;
    let teams = network.ask(&network.ann, "{ teams { caseload } }", json!({})).await["teams"].take();
    assert_eq!(teams, json!([{ "caseload": 2 }]));
    assert_eq!(caseload(&network, &network.ann, "TEAMS").await, just(&[&all[0], &all[2]]));
    let on = network.see(&network.ann, &all[0]).await["caseloads"].take();
    let on: Vec<_> = on.as_array().unwrap().iter().map(|on| (&on["keyWorker"]["name"], &on["team"])).collect();
    assert_eq!(on.len(), 2, "Ann's, and the team's: {on:?}");
}
