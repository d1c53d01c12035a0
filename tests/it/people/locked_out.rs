//! Nothing that one person says or does puts a service user out of everybody's reach for good: an account linked by mistake is taken
//! back, whom nobody could let in again is not kept out, and whoever has to do with them still can take over from who can't.

use chrono::TimeDelta;
use entity::enums::Role;
use entity::ids::ServiceUserId;
use entity::service_user;
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use signpost::api::ids::NodeId;

use super::consents::{agency, terms};
use super::graph::Network;
use super::left_behind::{account, assign, team, works_there};
use super::my_day::done;

const UNTIL: &str = "2027-06-01T00:00:00Z";

/// What a change was refused for: code and field.
async fn refused(network: &Network, token: &str, field: &str) -> (Value, Value) {
    let mut errors = network.change(token, field).await;
    assert_eq!(errors.as_array().unwrap().len(), 1, "{field}: {errors}");
    (errors[0]["code"].take(), errors[0]["field"].take())
}

/// That a change is refused as of what is not there.
pub(super) async fn not_found(network: &Network, token: &str, field: &str) {
    assert_eq!(refused(network, token, field).await, (json!("NOT_FOUND"), Value::Null), "{field}");
}

/// That a change is refused for a field.
pub(super) async fn bad(network: &Network, token: &str, field: &str, told: &str) {
    assert_eq!(refused(network, token, field).await, (json!("BAD_VALUE"), json!(told)), "{field}");
}

/// That a change is made.
pub(super) async fn made(network: &Network, token: &str, field: &str) {
    assert_eq!(network.change(token, field).await, json!([]), "{field}");
}

pub(super) async fn link(network: &Network, of: &str, token: &str) -> String {
    let account = network.account(token).await;
    format!("linkAccount(input: {{ serviceUser: {of:?}, account: {account:?} }})")
}

pub(super) fn unlink(of: &str) -> String {
    format!("unlinkAccount(input: {{ serviceUser: {of:?} }})")
}

pub(super) fn keep_out(of: &str, whom: &str) -> String {
    format!("keepOut(input: {{ serviceUser: {of:?}, whom: {{ {whom} }} }})")
}

pub(super) fn whole(number: usize) -> String {
    format!("agency: {:?}", agency(Network::agency(number)))
}

fn reopen(of: &str, to: &str) -> String {
    format!("reopenCase(input: {{ serviceUser: {of:?}, to: {{ account: {to:?} }} }})")
}

/// Somebody who signs in for themselves.
pub(super) async fn somebody(network: &Network, email: &str) -> String {
    network.app.signed_in(email, Role::ServiceUser, None).await
}

/// Somebody stands for a service user.
pub(super) async fn names(network: &Network, by: &str, of: &str, whom: &str, authority: &str) {
    let whom = network.account(whom).await;
    let name = format!(
        "nameProxy(input: {{ serviceUser: {of:?}, account: {whom:?}, authority: {authority}, until: {UNTIL:?} }})"
    );
    made(network, by, &name).await;
}

/// Ends that somebody stands for a service user, as a change.
pub(super) async fn end_proxy(network: &Network, token: &str, of: &str) -> String {
    format!("endProxy(id: {})", network.see(token, of).await["proxies"][0]["id"])
}

/// Whom a service user keeps out, as a change that lets the last of them in.
pub(super) async fn let_in(network: &Network, token: &str, of: &str) -> String {
    let kept = network.see(token, of).await["keptOut"].take();
    format!("letIn(id: {})", kept.as_array().unwrap().last().unwrap()["id"])
}

/// How many people are somebody's own, or those for whom they stand.
pub(super) async fn own(network: &Network, token: &str) -> usize {
    network.ask(token, "{ myRecords { id } }", json!({})).await["myRecords"].as_array().unwrap().len()
}

pub(super) fn person(id: &str) -> ServiceUserId {
    match NodeId::decode(id) {
        Some(NodeId::ServiceUser(id)) => id,
        other => panic!("{other:?}"),
    }
}

/// The second agency has taken Ida on: she is on Cal's caseload, and on Ann's.
pub(super) async fn taken_on(network: &Network) -> String {
    let (id, _) = network.agreed().await;
    let referral = network.sent(&id).await;
    assert_eq!(network.stepped(&network.cal, "acceptReferral", &referral, "").await["errors"], json!([]));
    id
}

/// From the next read on they see nothing by it, nor does whom they named; what they permitted is withdrawn. Then it is said
/// which account is the right one.
#[tokio::test]
async fn an_account_that_is_not_theirs_is_taken_back() {
    let network = Network::new().await;
    let id = taken_on(&network).await;
    let (wrong, friend) =
        (somebody(&network, "wrong@example.org").await, somebody(&network, "friend@example.org").await);
    bad(&network, &network.ann, &unlink(&id), "input.serviceUser").await;
    made(&network, &network.ann, &link(&network, &id, &wrong).await).await;
    names(&network, &wrong, &id, &friend, "NAMED").await;
    network.permit(&wrong, &id, json!({})).await;
    let bea = network.account(&network.bea).await;
    made(&network, &wrong, &keep_out(&id, &format!("account: {bea:?}"))).await;
    for token in [&wrong, &friend] {
        assert_eq!(own(&network, token).await, 1);
        assert_eq!(network.see(token, &id).await["name"], "Ida Crow");
    }
    let states = async || -> Vec<Value> {
        let all = network.consents(&network.ann, &id).await["consents"].take();
        all.as_array().unwrap().iter().map(|one| one["state"].clone()).collect()
    };
    assert_eq!(states().await, ["ACTIVE", "ACTIVE"]);
    // Neither who did not enter her, nor who has nothing to do with her, nor they themselves.
    bad(&network, &network.cal, &unlink(&id), "input.serviceUser").await;
    not_found(&network, &network.bea, &unlink(&id)).await;
    let epoch = async || {
        let found = service_user::Entity::find_by_id(person(&id)).one(network.app.db().connection()).await.unwrap();
        found.unwrap().epoch
    };
    let before = epoch().await;
    made(&network, &network.ann, &unlink(&id)).await;
    assert_eq!(epoch().await, before + 1, "whoever discloses meanwhile decides again");
    for token in [&wrong, &friend] {
        assert_eq!(own(&network, token).await, 0);
        assert_eq!(network.see(token, &id).await, Value::Null);
    }
    assert_eq!(states().await, ["WITHDRAWN", "ACTIVE"], "what was told to Ann holds");
    let row = service_user::Entity::find_by_id(person(&id)).one(network.app.db().connection()).await.unwrap().unwrap();
    let ann = account(&network.account(&network.ann).await);
    assert_eq!((row.account_id, row.unlinked_by), (None, Some(ann)));
    assert_eq!(row.unlinked_at, Some(network.app.clock.now().into()));
    bad(&network, &network.ann, &unlink(&id), "input.serviceUser").await;
    // Whom it kept out is let in by nobody but Ida, by an account that is hers.
    made(&network, &network.ann, &link(&network, &id, &network.sam).await).await;
    assert_eq!(own(&network, &network.sam).await, 1);
    assert_eq!(network.see(&network.ann, &id).await["keptOut"], json!([]));
    made(&network, &network.sam, &let_in(&network, &network.sam, &id).await).await;
}

/// What a joining moved is not moved back once it was taken back: another account stays where it is.
#[tokio::test]
async fn an_account_taken_back_does_not_come_back_where_records_are_parted() {
    let network = Network::new().await;
    let one = network.enter(&network.ann, json!({ "givenNames": "Jo" })).await;
    let two = network.enter(&network.ann, json!({ "givenNames": "Joanna" })).await;
    let right = somebody(&network, "right@example.org").await;
    made(&network, &network.ann, &link(&network, &two, &network.sam).await).await;
    let merge = format!("mergeServiceUsers(input: {{ keep: {one:?}, other: {two:?} }})");
    let merged = done(&network, &network.ann, &merge, "id").await;
    assert_eq!(own(&network, &network.sam).await, 1);
    made(&network, &network.ann, &unlink(&two)).await;
    assert_eq!(own(&network, &network.sam).await, 0);
    made(&network, &network.ann, &link(&network, &one, &right).await).await;
    made(&network, &network.ann, &format!("undoMerge(id: {})", merged["id"])).await;
    assert_eq!(network.see(&right, &one).await["id"], json!(one));
    assert_eq!(network.see(&right, &two).await, Value::Null);
    assert_eq!(own(&network, &network.sam).await, 0);
}

/// Where nobody could let it in again a worker keeps out neither their own agency nor the one that entered them; by an account
/// of their own the service user can, of records that were joined too.
#[tokio::test]
async fn an_agency_that_nobody_could_let_in_again_is_not_kept_out() {
    let network = Network::new().await;
    let id = taken_on(&network).await;
    let double = network.enter(&network.ann, json!({ "givenNames": "Ida", "familyName": "Crow" })).await;
    done(&network, &network.ann, &format!("mergeServiceUsers(input: {{ keep: {id:?}, other: {double:?} }})"), "id")
        .await;
    let field = "input.whom.agency";
    for of in [&id, &double] {
        bad(&network, &network.ann, &keep_out(of, &whole(0)), field).await;
        bad(&network, &network.cal, &keep_out(of, &whole(0)), field).await;
        bad(&network, &network.cal, &keep_out(of, &whole(1)), field).await;
    }
    assert_eq!(network.see(&network.ann, &id).await["name"], "Ida Crow");
    assert_eq!(network.see(&network.ann, &id).await["keptOut"], json!([]));
    // Another agency, and whoever works there, are kept out as ever.
    made(&network, &network.cal, &keep_out(&id, &whole(2))).await;
    let bea = network.account(&network.bea).await;
    made(&network, &network.ann, &keep_out(&id, &format!("account: {bea:?}"))).await;
    // An account that nobody can sign in by lifts nothing.
    made(&network, &network.ann, &link(&network, &id, &network.sam).await).await;
    let sam = account(&network.account(&network.sam).await);
    let accounts = &network.app.app.accounts;
    accounts.set_disabled(None, sam, true).await.unwrap();
    bad(&network, &network.ann, &keep_out(&id, &whole(0)), field).await;
    accounts.set_disabled(None, sam, false).await.unwrap();
    let sam = network.app.token("sam@example.org").await;
    made(&network, &network.cal, &keep_out(&double, &whole(0))).await;
    assert_eq!(network.see(&network.ann, &id).await, Value::Null);
    made(&network, &sam, &let_in(&network, &sam, &id).await).await;
    assert_eq!(network.see(&network.ann, &id).await["name"], "Ida Crow");
    made(&network, &network.ann, &keep_out(&id, &whole(0))).await;
    assert_eq!(network.see(&network.ann, &id).await, Value::Null);
    made(&network, &sam, &let_in(&network, &sam, &id).await).await;
}

/// Who stands for them keeps out the agency that entered them as little, and lifts what was said by somebody who stands for them;
/// afterwards a worker lifts it on their word. What the service user said themselves is theirs.
#[tokio::test]
async fn what_was_said_for_them_is_lifted_without_them() {
    let network = Network::new().await;
    let id = network.enter(&network.ann, json!({ "givenNames": "Ida" })).await;
    let carer = somebody(&network, "carer@example.org").await;
    names(&network, &network.ann, &id, &carer, "ON_THEIR_WORD").await;
    bad(&network, &carer, &keep_out(&id, &whole(0)), "input.whom.agency").await;
    assert_eq!(network.see(&network.ann, &id).await["name"], "Ida");
    made(&network, &carer, &keep_out(&id, &whole(1))).await;
    made(&network, &carer, &let_in(&network, &carer, &id).await).await;
    assert_eq!(network.see(&carer, &id).await["keptOut"], json!([]));
    // What Ann wrote down on her word is not the carer's to lift.
    made(&network, &network.ann, &keep_out(&id, &whole(2))).await;
    not_found(&network, &carer, &let_in(&network, &carer, &id).await).await;
    made(&network, &network.ann, &let_in(&network, &network.ann, &id).await).await;

    let bea = network.account(&network.bea).await;
    made(&network, &carer, &keep_out(&id, &whole(1))).await;
    let of_agency = let_in(&network, &carer, &id).await;
    made(&network, &carer, &keep_out(&id, &format!("account: {bea:?}"))).await;
    let of_bea = let_in(&network, &carer, &id).await;
    not_found(&network, &network.ann, &of_agency).await;
    assert_eq!(network.see(&network.ann, &id).await["keptOut"], json!([]), "it is the carer's to lift");
    made(&network, &network.ann, &end_proxy(&network, &network.ann, &id).await).await;
    not_found(&network, &carer, &of_agency).await;
    not_found(&network, &network.ann, &of_bea).await;
    // Of both it is shown what is hers to lift.
    assert_eq!(network.see(&network.ann, &id).await["keptOut"].as_array().unwrap().len(), 1);
    assert_eq!(let_in(&network, &network.ann, &id).await, of_agency);
    made(&network, &network.ann, &of_agency).await;

    // Said by Ida too it is hers.
    names(&network, &network.ann, &id, &carer, "ON_THEIR_WORD").await;
    made(&network, &network.ann, &link(&network, &id, &network.sam).await).await;
    made(&network, &carer, &keep_out(&id, &whole(1))).await;
    let of_agency = let_in(&network, &carer, &id).await;
    made(&network, &network.sam, &keep_out(&id, &whole(1))).await;
    made(&network, &carer, &of_agency).await;
    not_found(&network, &carer, &let_in(&network, &network.sam, &id).await).await;
    made(&network, &network.sam, &let_in(&network, &network.sam, &id).await).await;
}

/// A no that was said for somebody ends on their word once nobody stands for them; but not by who would gain by it.
#[tokio::test]
async fn a_no_said_for_them_ends_on_their_word_once_nobody_stands_for_them() {
    let network = Network::new().await;
    let (id, _) = network.agreed().await;
    let carer = somebody(&network, "carer@example.org").await;
    names(&network, &network.ann, &id, &carer, "ON_THEIR_WORD").await;
    let asked = |kind: &str, of: usize, category: &str| {
        let until = if kind == "PERMIT" { json!(UNTIL) } else { Value::Null };
        json!({ "serviceUser": id, "kind": kind, "agencies": [agency(Network::agency(of))], "categories": [category],
            "purposes": ["REFERRAL"], "until": until })
    };
    let denies = async |of: usize, category: &str| {
        let given = network.give(&carer, &asked("DENY", of, category), json!({})).await;
        assert_eq!(given["errors"], json!([]));
        given["id"].clone()
    };
    let withdraw = |id: &Value| format!("withdrawConsent(id: {id})");
    let (one, two, own) = (denies(1, "IDENTITY").await, denies(1, "OFFENDING").await, denies(0, "IDENTITY").await);
    not_found(&network, &network.ann, &withdraw(&one)).await;
    made(&network, &network.ann, &end_proxy(&network, &network.ann, &id).await).await;
    made(&network, &network.ann, &withdraw(&one)).await;
    let yes = asked("PERMIT", 1, "OFFENDING");
    let query = "query($input: ConsentTermsInput!, $before: ID!) { disclosurePreview(input: $input, supersedes: $before) { hash } }";
    let variables = json!({ "input": yes, "before": two });
    let hash = network.ask(&network.ann, query, variables).await["disclosurePreview"]["hash"].take();
    let give = "mutation($input: GiveConsentInput!) { giveConsent(input: $input) { errors { code } } }";
    let variables =
        json!({ "input": { "terms": yes, "previewHash": hash, "supersedes": two, "manner": { "method": "SPOKEN" } } });
    assert_eq!(network.ask(&network.ann, give, variables).await["giveConsent"]["errors"], json!([]));
    not_found(&network, &network.ann, &withdraw(&own)).await;
}

/// Whose only key worker is kept out are put on another's caseload by a manager, with what was to be done for them. Who is kept
/// out themselves is told nothing by it.
#[tokio::test]
async fn whose_only_worker_is_kept_out_gets_another() {
    let network = Network::new().await;
    let id = network.enter(&network.ann, json!({ "givenNames": "Ida" })).await;
    let (ann, bea) = (network.account(&network.ann).await, network.account(&network.bea).await);
    made(&network, &network.ann, &link(&network, &id, &network.sam).await).await;
    let add = format!("addTask(input: {{ serviceUser: {id:?}, words: \"Ring.\", dueOn: \"2026-11-24\" }})");
    let task = done(&network, &network.ann, &add, "task { id }").await["task"]["id"].take();
    not_found(&network, &network.manager, &reopen(&id, &bea)).await;
    made(&network, &network.sam, &keep_out(&id, &format!("account: {ann:?}"))).await;
    assert_eq!(network.see(&network.ann, &id).await, Value::Null);
    let other = network.other_manager().await;
    not_found(&network, &other, &reopen(&id, &network.account(&network.cal).await)).await;
    bad(&network, &network.manager, &reopen(&id, &ann), "input.to.account").await;
    made(&network, &network.manager, &reopen(&id, &bea)).await;
    let seen = network.see(&network.bea, &id).await;
    let places = seen["caseloads"].as_array().unwrap();
    assert_eq!((places.len(), &places[0]["keyWorker"]["id"]), (1, &json!(bea)), "the other has ended");
    let query = "{ myDay(on: \"2026-11-24\") { tasks { nodes { id owner { id } } } } }";
    let tasks = network.ask(&network.bea, query, json!({})).await["myDay"]["tasks"]["nodes"].take();
    assert_eq!(tasks, json!([{ "id": task, "owner": { "id": bea } }]));
    not_found(&network, &network.manager, &reopen(&id, &bea)).await;

    // The manager is kept out, and so is the only worker: it is as of nobody.
    let una = network.enter(&network.ann, json!({ "givenNames": "Una" })).await;
    let manager = network.account(&network.manager).await;
    made(&network, &network.ann, &keep_out(&una, &format!("account: {manager:?}"))).await;
    made(&network, &network.ann, &keep_out(&una, &format!("account: {ann:?}"))).await;
    let refused = network.change(&network.manager, &reopen(&una, &bea)).await;
    let nobody = NodeId::ServiceUser(ServiceUserId(uuid::Uuid::from_u128(99))).encode().0;
    assert_eq!(refused[0]["code"], "NOT_FOUND");
    assert_eq!(refused, network.change(&network.manager, &reopen(&nobody, &bea)).await);
    let second = network.app.signed_in("mia@example.org", Role::AgencyManager, Some(Network::agency(0))).await;
    made(&network, &second, &reopen(&una, &bea)).await;
    assert_eq!(network.see(&network.bea, &una).await["name"], "Una");
}

/// The members of the only team of the first agency.
async fn members(network: &Network) -> Value {
    network.ask(&network.manager, "{ teams { members { account { id } } } }", json!({})).await["teams"][0]["members"]
        .take()
}

/// Who works there no more belongs to no team, and does not come back to one by working there again; a team of nobody takes
/// nobody, and whom it had is put elsewhere.
#[tokio::test]
async fn who_left_belongs_to_no_team() {
    let network = Network::new().await;
    let id = network.enter(&network.ann, json!({ "givenNames": "Ida" })).await;
    let una = network.enter(&network.ann, json!({ "givenNames": "Una" })).await;
    let (ann, bea) = (network.account(&network.ann).await, network.account(&network.bea).await);
    let south = team(&network, &[&bea]).await;
    let to = format!("team: {south}");
    assert_eq!(members(&network).await, json!([{ "account": { "id": bea } }]));
    assert_eq!(assign(&network, &network.ann, &id, &to, true).await, json!([]));
    assert_eq!(network.see(&network.bea, &id).await["name"], "Ida");
    not_found(&network, &network.manager, &reopen(&id, &ann)).await;
    works_there(&network, &bea, false).await;
    assert_eq!(members(&network).await, json!([]));
    bad(
        &network,
        &network.ann,
        &format!("assignServiceUser(input: {{ serviceUser: {una:?}, to: {{ {to} }}, alone: true }})"),
        "input.to.team",
    )
    .await;
    let all = format!("moveCaseload(input: {{ from: {{ account: {ann:?} }}, to: {{ {to} }} }})");
    bad(&network, &network.manager, &all, "input.to.team").await;
    bad(&network, &network.manager, &reopen(&id, &bea), "input.to.account").await;
    works_there(&network, &bea, true).await;
    assert_eq!(members(&network).await, json!([]), "they do not come back to it");
    assert_eq!(network.see(&network.bea, &id).await, Value::Null);
    made(&network, &network.manager, &reopen(&id, &ann)).await;
    assert_eq!(network.see(&network.ann, &id).await["caseloads"].as_array().unwrap().len(), 1);
    // Nor where it ran out by itself.
    works_there(&network, &bea, false).await;
    let soon = network.app.clock.now() + TimeDelta::minutes(2);
    let accounts = &network.app.app.accounts;
    let home = Some(Network::agency(0));
    accounts.grant(None, account(&bea), home, Role::LinkWorker, Some(soon)).await.unwrap();
    done(&network, &network.manager, &format!("addToTeam(team: {south}, account: {bea:?})"), "teams { id }").await;
    assert_eq!(assign(&network, &network.ann, &una, &to, false).await, json!([]));
    assert_eq!(network.see(&network.bea, &una).await["name"], "Una");
    network.app.clock.advance(TimeDelta::minutes(3));
    assert_eq!(members(&network).await, json!([]));
    works_there(&network, &bea, true).await;
    assert_eq!(members(&network).await, json!([]));
    assert_eq!(network.see(&network.bea, &una).await, Value::Null);
}

/// Who stands for somebody is told to another agency as far as it may know of their family, and ended by none but the one that
/// could name somebody again.
#[tokio::test]
async fn who_stands_for_them_is_not_every_agencys_to_know_or_to_end() {
    let network = Network::new().await;
    let id = taken_on(&network).await;
    let carer = somebody(&network, "carer@example.org").await;
    names(&network, &network.ann, &id, &carer, "ON_THEIR_WORD").await;
    let end = end_proxy(&network, &network.ann, &id).await;
    let proxies = async |token: &str| {
        let query = format!("{{ serviceUser(id: {id:?}, purpose: REFERRAL) {{ proxies {{ account {{ id }} }} }} }}");
        let seen = network.ask(token, &query, json!({})).await["serviceUser"].take();
        seen["proxies"].as_array().unwrap().len()
    };
    assert_eq!((proxies(&network.ann).await, proxies(&carer).await), (1, 1));
    assert_eq!(proxies(&network.cal).await, 0, "the referral discloses who she is and how she lives");
    not_found(&network, &network.cal, &end).await;
    assert_eq!(network.see(&carer, &id).await["name"], "Ida Crow");
    // Once what the first knows of her family is the second's to see.
    let other = network.app.token("max@example.org").await;
    let mut family = terms(Network::agency(0), Network::agency(1));
    family["flows"][0]["categories"] = json!(["FAMILY"]);
    network.agree(&network.manager, &other, family).await;
    network.refer(&id, Network::agency(1)).await;
    assert_eq!(proxies(&network.cal).await, 0, "she has not permitted it");
    let asked = json!({ "serviceUser": id, "kind": "PERMIT", "agencies": [agency(Network::agency(1))],
        "categories": ["FAMILY"], "purposes": ["REFERRAL"], "until": UNTIL });
    assert_eq!(network.give(&network.ann, &asked, json!({ "method": "SPOKEN" })).await["errors"], json!([]));
    assert_eq!(proxies(&network.cal).await, 1);
    not_found(&network, &network.cal, &end).await;
    made(&network, &network.ann, &end).await;
    assert_eq!(network.see(&carer, &id).await, Value::Null);
}
