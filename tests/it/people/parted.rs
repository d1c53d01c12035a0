//! What was said while two records were one that are two people's, or by an account that is somebody else's: parted, or taken back,
//! nothing that it opened stays open, what others denied and barred holds, and nobody is locked out for good.

use chrono::TimeDelta;
use entity::enums::{ConsentKind, Role};
use entity::ids::AssignmentId;
use entity::instants::Millis;
use entity::{assignment, consent, exclusion, service_user};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use signpost::api::ids::NodeId;

use super::consents::agency;
use super::graph::Network;
use super::left_behind::account;
use super::locked_out::{
    bad, end_proxy, keep_out, let_in, link, made, names, not_found, own, person, somebody, taken_on, unlink, whole,
};
use super::mergers::{joined, parted};
use crate::access::stored::insert;

const UNTIL: &str = "2027-06-01T00:00:00Z";

/// The bars of a service user that hold.
pub(super) async fn bars(network: &Network, of: &str) -> Vec<exclusion::Model> {
    exclusion::Entity::find()
        .filter(exclusion::Column::ServiceUserId.eq(person(of)))
        .filter(exclusion::Column::EndsAt.is_null())
        .all(network.app.db().connection())
        .await
        .unwrap()
}

/// How many consents of a sort hold of a service user.
pub(super) async fn holding(network: &Network, of: &str, kind: ConsentKind) -> usize {
    let all = consent::Entity::find()
        .filter(consent::Column::ServiceUserId.eq(person(of)))
        .filter(consent::Column::Kind.eq(kind))
        .filter(consent::Column::EndedAt.is_null());
    all.all(network.app.db().connection()).await.unwrap().len()
}

/// A permit or a denial to the second agency of one category, until a day, in a manner; its global id.
pub(super) async fn gives(
    network: &Network,
    token: &str,
    of: &str,
    (kind, category): (&str, &str),
    (until, manner): (Value, Value),
) -> Value {
    let asked = json!({ "serviceUser": of, "kind": kind, "agencies": [agency(Network::agency(1))],
        "categories": [category], "purposes": ["REFERRAL"], "until": until });
    let mut given = network.give(token, &asked, manner).await;
    assert_eq!(given["errors"], json!([]), "{kind} {category}");
    given["id"].take()
}

/// The same, a permit until next year and a denial for good; as workers hear it, or in the app.
pub(super) async fn says(network: &Network, token: &str, of: &str, kind: &str, category: &str) -> Value {
    let until = if kind == "PERMIT" { json!(UNTIL) } else { Value::Null };
    let manner = if token == network.ann { json!({ "method": "SPOKEN" }) } else { json!({}) };
    gives(network, token, of, (kind, category), (until, manner)).await
}

/// A permit until next spring that Ann writes down, for somebody who stands for them said it.
pub(super) async fn permitted_for_them(network: &Network, of: &str, category: &str) -> Value {
    let manner = json!({ "method": "SPOKEN", "byProxy": true });
    gives(network, &network.ann, of, ("PERMIT", category), (json!("2027-05-01T00:00:00Z"), manner)).await
}

/// How a consent stands, as Ann sees it.
pub(super) async fn state(network: &Network, of: &str, id: &Value) -> Value {
    let mut all = network.consents(&network.ann, of).await["consents"].take();
    let this = all.as_array_mut().unwrap().iter_mut().find(|one| one["id"] == *id);
    this.unwrap()["state"].take()
}

/// The denials of a service user that hold, as somebody sees them: each by its id and its categories.
pub(super) async fn denials(network: &Network, token: &str, of: &str) -> Vec<(Value, Value)> {
    let all = network.consents(token, of).await["consents"].take();
    let holding = all.as_array().unwrap().iter().filter(|one| one["kind"] == "DENY" && one["state"] == "ACTIVE");
    holding.map(|one| (one["id"].clone(), one["categories"].clone())).collect()
}

pub(super) fn withdraw(id: &Value) -> String {
    format!("withdrawConsent(id: {id})")
}

fn merge(keep: &str, other: &str) -> String {
    format!("mergeServiceUsers(input: {{ keep: {keep:?}, other: {other:?} }})")
}

/// A bar that was made and lifted while they were one is lifted: it locks nobody out of the one it was never said of.
#[tokio::test]
async fn a_bar_that_was_made_and_lifted_while_they_were_one_does_not_come_back() {
    let network = Network::new().await;
    let (one, two) = (network.person_called("Ada").await, network.person_called("Beth").await);
    made(&network, &network.ann, &link(&network, &two, &network.sam).await).await;
    let id = joined(&network, &one, &two).await;
    made(&network, &network.sam, &keep_out(&one, &whole(0))).await;
    assert_eq!(network.see(&network.ann, &one).await, Value::Null);
    made(&network, &network.sam, &let_in(&network, &network.sam, &one).await).await;
    parted(&network, &network.ann, &id).await;
    for of in [&one, &two] {
        assert!(bars(&network, of).await.is_empty());
        assert_eq!(network.see(&network.ann, of).await["id"], json!(of));
    }
}

/// Whom somebody keeps out does not become them: neither by a double record, whichever of both stands for both, nor by a link.
#[tokio::test]
async fn nobody_is_said_to_be_who_keeps_them_out() {
    let network = Network::new().await;
    let (one, two) = (network.person_called("Ada").await, network.person_called("Beth").await);
    let sam = network.account(&network.sam).await;
    made(&network, &network.ann, &keep_out(&one, &format!("account: {sam:?}"))).await;
    bad(&network, &network.ann, &link(&network, &one, &network.sam).await, "input.account").await;
    made(&network, &network.ann, &link(&network, &two, &network.sam).await).await;
    for (keep, other) in [(&one, &two), (&two, &one)] {
        bad(&network, &network.ann, &merge(keep, other), "input.other").await;
        assert_eq!(network.see(&network.sam, &one).await, Value::Null);
    }
    // Let in again there is nothing against it.
    made(&network, &network.ann, &let_in(&network, &network.ann, &one).await).await;
    made(&network, &network.ann, &merge(&one, &two)).await;
}

/// What the account of the other permitted while they were one, whom it named, what these permitted, and who stood for the other,
/// opens nothing of the one that stood for both.
#[tokio::test]
async fn what_was_opened_by_the_others_account_ends() {
    let network = Network::new().await;
    let (one, _) = network.agreed().await;
    let two = network.person_called("Beth").await;
    let (carer, friend) =
        (somebody(&network, "carer@example.org").await, somebody(&network, "friend@example.org").await);
    names(&network, &network.ann, &two, &carer, "ON_THEIR_WORD").await;
    made(&network, &network.ann, &link(&network, &two, &network.sam).await).await;
    let id = joined(&network, &one, &two).await;
    names(&network, &network.sam, &one, &friend, "NAMED").await;
    says(&network, &network.sam, &one, "PERMIT", "IDENTITY").await;
    says(&network, &friend, &one, "PERMIT", "HOUSING").await;
    says(&network, &carer, &one, "PERMIT", "OFFENDING").await;
    // Written down by Ann it may have been the carer who said it.
    permitted_for_them(&network, &one, "OFFENDING").await;
    // What was said to Ann by themselves stays with the one that stood for both.
    let spoken = (json!("2027-04-01T00:00:00Z"), json!({ "method": "SPOKEN" }));
    let told = gives(&network, &network.ann, &one, ("PERMIT", "OFFENDING"), spoken).await;
    assert_eq!(holding(&network, &one, ConsentKind::Permit).await, 6);
    parted(&network, &network.ann, &id).await;
    assert_eq!(holding(&network, &one, ConsentKind::Permit).await, 2, "and what she told Ann before");
    assert_eq!(state(&network, &one, &told).await, "ACTIVE");
    assert_eq!(holding(&network, &two, ConsentKind::Permit).await, 0);
    for (token, sees) in [(&friend, 0), (&carer, 1), (&network.sam, 1)] {
        assert_eq!(own(&network, token).await, sees);
        assert_eq!(network.see(token, &one).await, Value::Null);
    }
}

/// Who stands for both of their own right permits for the one what they permitted for both.
#[tokio::test]
async fn who_stands_for_both_permitted_it_for_both() {
    let network = Network::new().await;
    let (one, _) = network.agreed().await;
    let two = network.person_called("Beth").await;
    let carer = somebody(&network, "carer@example.org").await;
    for of in [&one, &two] {
        names(&network, &network.ann, of, &carer, "ON_THEIR_WORD").await;
    }
    let id = joined(&network, &one, &two).await;
    says(&network, &carer, &one, "PERMIT", "OFFENDING").await;
    permitted_for_them(&network, &one, "HOUSING").await;
    parted(&network, &network.ann, &id).await;
    assert_eq!(holding(&network, &one, ConsentKind::Permit).await, 3);
}

/// What an account ended that was not theirs holds again when it is taken back, and what those permitted ends whom it named.
#[tokio::test]
async fn what_a_wrong_account_ended_holds_again() {
    let network = Network::new().await;
    let (id, _) = network.agreed().await;
    let (wrong, friend) =
        (somebody(&network, "wrong@example.org").await, somebody(&network, "friend@example.org").await);
    let carer = somebody(&network, "carer@example.org").await;
    made(&network, &network.ann, &keep_out(&id, &whole(2))).await;
    let written = bars(&network, &id).await;
    let denial = says(&network, &network.ann, &id, "DENY", "OFFENDING").await;
    made(&network, &network.ann, &link(&network, &id, &wrong).await).await;
    made(&network, &wrong, &let_in(&network, &wrong, &id).await).await;
    made(&network, &wrong, &withdraw(&denial)).await;
    // What it said and took back itself is as if it had not been.
    let own_denial = says(&network, &wrong, &id, "DENY", "HOUSING").await;
    made(&network, &wrong, &withdraw(&own_denial)).await;
    names(&network, &wrong, &id, &friend, "NAMED").await;
    says(&network, &friend, &id, "PERMIT", "OFFENDING").await;
    made(&network, &wrong, &end_proxy(&network, &wrong, &id).await).await;
    network.app.clock.advance(TimeDelta::seconds(1));
    names(&network, &network.ann, &id, &carer, "ON_THEIR_WORD").await;
    let by_carer = says(&network, &carer, &id, "PERMIT", "HOUSING").await;
    assert_eq!((bars(&network, &id).await.len(), holding(&network, &id, ConsentKind::Deny).await), (0, 0));
    assert_eq!(holding(&network, &id, ConsentKind::Permit).await, 3);
    made(&network, &network.ann, &unlink(&id)).await;
    assert_eq!(bars(&network, &id).await, written, "as it was");
    let denied = denials(&network, &network.ann, &id).await;
    assert_eq!(denied.iter().map(|(_, what)| what).collect::<Vec<_>>(), [&json!(["OFFENDING"])]);
    assert_eq!(holding(&network, &id, ConsentKind::Permit).await, 2, "what she told Ann, and what the carer said");
    assert_eq!(state(&network, &id, &by_carer).await, "ACTIVE");
    assert_eq!(network.see(&carer, &id).await["id"], json!(id));
    // Written down by Ann it is lifted on her word, as ever.
    made(&network, &network.ann, &let_in(&network, &network.ann, &id).await).await;
}

/// So it is where the account came by a joining that is undone afterwards: each has what it had.
#[tokio::test]
async fn what_a_wrong_account_ended_of_joined_records_holds_again() {
    let network = Network::new().await;
    let (two, _) = network.agreed().await;
    let one = network.person_called("Ada").await;
    made(&network, &network.ann, &keep_out(&one, &whole(2))).await;
    let denial = says(&network, &network.ann, &two, "DENY", "OFFENDING").await;
    made(&network, &network.ann, &link(&network, &two, &network.sam).await).await;
    let id = joined(&network, &one, &two).await;
    made(&network, &network.sam, &let_in(&network, &network.sam, &one).await).await;
    made(&network, &network.sam, &withdraw(&denial)).await;
    made(&network, &network.ann, &unlink(&one)).await;
    parted(&network, &network.ann, &id).await;
    assert_eq!((bars(&network, &one).await.len(), holding(&network, &one, ConsentKind::Deny).await), (1, 0));
    assert_eq!((bars(&network, &two).await.len(), holding(&network, &two, ConsentKind::Deny).await), (0, 1));
}

/// What the other denied, and somebody else ended while they were one, is denied again; what they ended themselves is not. What the
/// one that stood for both denied before, and the other's account ended, is denied again too.
#[tokio::test]
async fn what_was_denied_before_is_denied_again() {
    let network = Network::new().await;
    let (two, _) = network.agreed().await;
    let one = network.person_called("Ada").await;
    let by_ann = says(&network, &network.ann, &two, "DENY", "IDENTITY").await;
    let by_sam = says(&network, &network.ann, &two, "DENY", "OFFENDING").await;
    let of_one = says(&network, &network.ann, &one, "DENY", "HOUSING").await;
    made(&network, &network.ann, &link(&network, &two, &network.sam).await).await;
    let id = joined(&network, &one, &two).await;
    made(&network, &network.ann, &withdraw(&by_ann)).await;
    for denial in [&by_sam, &of_one] {
        made(&network, &network.sam, &withdraw(denial)).await;
    }
    assert_eq!(holding(&network, &one, ConsentKind::Deny).await, 0);
    parted(&network, &network.ann, &id).await;
    let of = async |of: &str| {
        let denied = denials(&network, &network.ann, of).await;
        denied.into_iter().map(|(_, what)| what).collect::<Vec<_>>()
    };
    assert_eq!((of(&two).await, of(&one).await), (vec![json!(["IDENTITY"])], vec![json!(["HOUSING"])]));
}

/// Whom one of them kept out by an account of their own while they were one, and what they denied, holds of the other by who parts
/// them, where they have none: it is lifted on their word. The one with the account lifts their own.
#[tokio::test]
async fn what_holds_for_both_is_lifted_by_somebody() {
    for moves in [false, true] {
        let network = Network::new().await;
        let (one, _) = network.agreed().await;
        let two = network.person_called("Beth").await;
        let (theirs, other) = if moves { (&two, &one) } else { (&one, &two) };
        made(&network, &network.ann, &link(&network, theirs, &network.sam).await).await;
        let id = joined(&network, &one, &two).await;
        says(&network, &network.sam, &one, "DENY", "OFFENDING").await;
        made(&network, &network.sam, &keep_out(&one, &whole(1))).await;
        parted(&network, &network.ann, &id).await;
        for of in [&one, &two] {
            assert_eq!((bars(&network, of).await.len(), holding(&network, of, ConsentKind::Deny).await), (1, 1));
        }
        assert_eq!(network.see(&network.ann, theirs).await["keptOut"], json!([]), "it is theirs");
        made(&network, &network.ann, &let_in(&network, &network.ann, other).await).await;
        assert!(bars(&network, other).await.is_empty());
        made(&network, &network.sam, &let_in(&network, &network.sam, theirs).await).await;
        assert!(bars(&network, theirs).await.is_empty());
        let of_theirs = denials(&network, &network.ann, theirs).await.remove(0).0;
        let of_other = denials(&network, &network.ann, other).await.remove(0).0;
        not_found(&network, &network.ann, &withdraw(&of_theirs)).await;
        made(&network, &network.ann, &withdraw(&of_other)).await;
        made(&network, &network.sam, &withdraw(&of_theirs)).await;
    }
}

/// So it is of what somebody said while they were one who stands for the other alone: of the one for whom they never stood it is
/// left to who parts them. Of the other it is theirs, and nobody else's while they stand for them.
#[tokio::test]
async fn what_the_others_carer_said_is_lifted_by_somebody() {
    let network = Network::new().await;
    let (one, _) = network.agreed().await;
    let two = network.person_called("Beth").await;
    let carer = somebody(&network, "carer@example.org").await;
    names(&network, &network.ann, &two, &carer, "ON_THEIR_WORD").await;
    let id = joined(&network, &one, &two).await;
    made(&network, &carer, &keep_out(&one, &whole(2))).await;
    says(&network, &carer, &one, "DENY", "OFFENDING").await;
    parted(&network, &network.ann, &id).await;
    for of in [&one, &two] {
        assert_eq!((bars(&network, of).await.len(), holding(&network, of, ConsentKind::Deny).await), (1, 1));
    }
    made(&network, &network.ann, &let_in(&network, &network.ann, &one).await).await;
    let denial = denials(&network, &network.ann, &one).await.remove(0).0;
    made(&network, &network.ann, &withdraw(&denial)).await;
    assert_eq!(network.see(&network.ann, &two).await["keptOut"], json!([]), "it is the carer's");
    let denial = denials(&network, &network.ann, &two).await.remove(0).0;
    not_found(&network, &network.ann, &withdraw(&denial)).await;
    made(&network, &carer, &withdraw(&denial)).await;
    made(&network, &carer, &let_in(&network, &carer, &two).await).await;
    for of in [&one, &two] {
        assert_eq!((bars(&network, of).await.len(), holding(&network, of, ConsentKind::Deny).await), (0, 0));
    }
}

/// Who said it themselves while they were one keeps it, though a worker said the same.
#[tokio::test]
async fn what_they_said_themselves_is_theirs_beside_what_was_written_down() {
    let network = Network::new().await;
    let (one, two) = (network.person_called("Ada").await, network.person_called("Beth").await);
    made(&network, &network.ann, &link(&network, &two, &network.sam).await).await;
    let id = joined(&network, &one, &two).await;
    made(&network, &network.ann, &keep_out(&one, &whole(1))).await;
    made(&network, &network.sam, &keep_out(&one, &whole(1))).await;
    let written = let_in(&network, &network.ann, &one).await;
    parted(&network, &network.ann, &id).await;
    made(&network, &network.ann, &written).await;
    made(&network, &network.ann, &let_in(&network, &network.ann, &two).await).await;
    assert_eq!(bars(&network, &two).await.len(), 1, "it is Sam's");
    made(&network, &network.sam, &let_in(&network, &network.sam, &two).await).await;
    for of in [&one, &two] {
        assert!(bars(&network, of).await.is_empty());
    }
}

/// Whatever clock it was changed by before, what is said of joined records is said after they were joined: it holds for both.
#[tokio::test]
async fn nothing_that_is_said_of_joined_records_is_older_than_their_joining() {
    for kept in [0, 1] {
        let network = Network::new().await;
        let both = [network.person_called("Ada").await, network.person_called("Beth").await];
        let (keep, other) = (&both[kept], &both[1 - kept]);
        let ahead = Millis::from(network.app.clock.now() + TimeDelta::hours(1));
        service_user::Entity::update_many()
            .col_expr(service_user::Column::ChangedAt, Expr::value(ahead))
            .filter(service_user::Column::Id.eq(person(other)))
            .exec(network.app.db().connection())
            .await
            .unwrap();
        let id = joined(&network, keep, other).await;
        made(&network, &network.ann, &keep_out(keep, &whole(1))).await;
        parted(&network, &network.ann, &id).await;
        for of in [keep, other] {
            assert_eq!(bars(&network, of).await.len(), 1);
        }
    }
}

/// What two said of joined records each lifts for themselves, and who stands for them no more leaves theirs to a worker.
#[tokio::test]
async fn bars_of_two_writers_are_lifted_by_who_may_lift_each() {
    let network = Network::new().await;
    let (one, two) = (network.person_called("Ada").await, network.person_called("Beth").await);
    let carer = somebody(&network, "carer@example.org").await;
    names(&network, &network.ann, &one, &carer, "ON_THEIR_WORD").await;
    made(&network, &carer, &keep_out(&one, &whole(1))).await;
    made(&network, &network.ann, &keep_out(&two, &whole(1))).await;
    joined(&network, &one, &two).await;
    made(&network, &network.ann, &let_in(&network, &network.ann, &one).await).await;
    assert_eq!(bars(&network, &one).await.len(), 1, "the carer says so still");
    let of_carer = let_in(&network, &carer, &one).await;
    not_found(&network, &network.ann, &of_carer).await;
    made(&network, &network.ann, &end_proxy(&network, &network.ann, &one).await).await;
    made(&network, &network.ann, &of_carer).await;
    assert!(bars(&network, &one).await.is_empty());
}

/// What another agency wrote down is shown to the one that entered them, and lifted by it, once that other one has nothing to do
/// with them any more; by a third one never.
#[tokio::test]
async fn what_an_agency_wrote_down_that_is_gone_is_lifted() {
    let network = Network::new().await;
    let id = taken_on(&network).await;
    let dot = network.app.signed_in("dot@example.org", Role::LinkWorker, Some(Network::agency(2))).await;
    let on_caseload = assignment::Model {
        id: AssignmentId(network.app.clock.new_id()),
        service_user_id: person(&id),
        recorded_for: person(&id),
        agency_id: Network::agency(2),
        account_id: Some(account(&network.account(&dot).await)),
        team_id: None,
        begins_at: network.app.clock.now().into(),
        ends_at: None,
        named_by: None,
    };
    insert(network.app.db().connection(), vec![on_caseload]).await;
    let letting_in = |bar: &exclusion::Model| format!("letIn(id: {:?})", NodeId::Exclusion(bar.id).encode().0);
    // Dot acts for her too.
    let carer = somebody(&network, "carer@example.org").await;
    let of_carer = network.account(&carer).await;
    made(&network, &dot, &keep_out(&id, &format!("account: {of_carer:?}"))).await;
    made(&network, &dot, &letting_in(&bars(&network, &id).await[0])).await;
    let sam = network.account(&network.sam).await;
    made(&network, &network.cal, &keep_out(&id, &format!("account: {sam:?}"))).await;
    let bar = bars(&network, &id).await.remove(0);
    let lift = letting_in(&bar);
    for token in [&network.ann, &dot] {
        not_found(&network, token, &lift).await;
    }
    assert_eq!(network.see(&network.ann, &id).await["keptOut"], json!([]), "it is the second agency's to lift");
    assignment::Entity::update_many()
        .col_expr(assignment::Column::EndsAt, Expr::value(bar.begins_at))
        .filter(assignment::Column::AgencyId.eq(Network::agency(1)))
        .exec(network.app.db().connection())
        .await
        .unwrap();
    not_found(&network, &dot, &lift).await;
    assert_eq!(let_in(&network, &network.ann, &id).await, lift, "it is shown to whom it is left");
    made(&network, &network.ann, &lift).await;
    assert!(bars(&network, &id).await.is_empty());
}
