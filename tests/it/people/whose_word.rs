//! At whose word something holds is who ends it: each agency what it wrote down, nobody by another agency that they work for, and
//! what an account ended or said again that was not theirs takes nothing from whoever said it.

use chrono::TimeDelta;
use entity::enums::{ConsentKind, ProxyAuthority, Role};
use entity::ids::AgencyId;
use entity::instants::Millis;
use entity::{exclusion, proxy};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use signpost::api::ids::NodeId;

use super::consents::agency;
use super::graph::Network;
use super::left_behind::{account, assign};
use super::locked_out::{
    end_proxy, keep_out, let_in, link, made, names, not_found, own, person, somebody, taken_on, unlink, whole,
};
use super::mergers::{joined, parted};
use super::parted::{bars, denials, holding, says, withdraw};
use crate::support::accounts::As;

/// A second passes: what is said next is said later.
fn later(network: &Network) {
    network.app.clock.advance(TimeDelta::seconds(1));
}

/// The rows of those who stand for a service user, or did, the first first.
async fn proxies(network: &Network, of: &str) -> Vec<proxy::Model> {
    let mut all = proxy::Entity::find()
        .filter(proxy::Column::ServiceUserId.eq(person(of)))
        .all(network.app.db().connection())
        .await
        .unwrap();
    all.sort_by_key(|row| row.id);
    all
}

fn in_order(mut bars: Vec<exclusion::Model>) -> Vec<exclusion::Model> {
    bars.sort_by_key(|bar| bar.id);
    bars
}

fn letting_in(bar: &exclusion::Model) -> String {
    format!("letIn(id: {:?})", NodeId::Exclusion(bar.id).encode().0)
}

/// Who stands for somebody by law does so again where a wrong account ended it: what they said is theirs to lift, and not a
/// worker's. Whom the service user named, or told a worker to, is named anew.
#[tokio::test]
async fn who_stands_for_them_by_law_does_so_again() {
    let network = Network::new().await;
    let id = network.person_called("Ida").await;
    let (carer, friend) =
        (somebody(&network, "carer@example.org").await, somebody(&network, "friend@example.org").await);
    let wrong = somebody(&network, "wrong@example.org").await;
    names(&network, &network.ann, &id, &carer, "LEGAL").await;
    names(&network, &network.ann, &id, &friend, "ON_THEIR_WORD").await;
    let before = proxies(&network, &id).await;
    made(&network, &carer, &keep_out(&id, &whole(2))).await;
    let lift = let_in(&network, &carer, &id).await;
    later(&network);
    made(&network, &network.ann, &link(&network, &id, &wrong).await).await;
    for _ in 0..2 {
        made(&network, &wrong, &end_proxy(&network, &wrong, &id).await).await;
    }
    let ended = proxies(&network, &id).await;
    let by = Some(account(&network.account(&wrong).await));
    for (ended, before) in ended.iter().zip(&before) {
        assert_eq!((ended.ended_by, ended.named_until), (by, before.ends_at), "who did, and until when it was to be");
    }
    assert_eq!((own(&network, &carer).await, own(&network, &friend).await), (0, 0));
    later(&network);
    made(&network, &network.ann, &unlink(&id)).await;
    assert_eq!((own(&network, &carer).await, own(&network, &friend).await), (1, 0));
    assert_eq!(proxies(&network, &id).await, [before[0].clone(), ended[1].clone()], "until the same day");
    not_found(&network, &network.ann, &lift).await;
    made(&network, &carer, &lift).await;
    assert!(bars(&network, &id).await.is_empty());
}

/// What a worker ended stays ended, though an account is taken back. Whom that account named by itself is not named again by it; and
/// whom a worker named again since stands for them once.
#[tokio::test]
async fn what_became_of_who_stands_for_them_since_is_what_counts() {
    for (by_wrong, named_again) in [(false, false), (true, false), (true, true)] {
        let network = Network::new().await;
        let id = network.person_called("Ida").await;
        let carer = somebody(&network, "carer@example.org").await;
        let wrong = somebody(&network, "wrong@example.org").await;
        names(&network, &network.ann, &id, &carer, "LEGAL").await;
        made(&network, &network.ann, &link(&network, &id, &wrong).await).await;
        let by = if by_wrong { &wrong } else { &network.ann };
        made(&network, by, &end_proxy(&network, by, &id).await).await;
        later(&network);
        if by_wrong {
            names(&network, &wrong, &id, &carer, "NAMED").await;
            later(&network);
        }
        if named_again {
            made(&network, &wrong, &end_proxy(&network, &wrong, &id).await).await;
            later(&network);
            names(&network, &network.ann, &id, &carer, "LEGAL").await;
        }
        made(&network, &network.ann, &unlink(&id)).await;
        let now = Millis::from(network.app.clock.now());
        let all = proxies(&network, &id).await;
        let stand: Vec<_> = all.iter().filter(|row| row.ends_at.is_none_or(|ends| ends > now)).collect();
        assert_eq!(stand.len(), usize::from(by_wrong));
        assert!(stand.iter().all(|row| row.authority == Some(ProxyAuthority::Legal)));
    }
}

/// So it is of joined records: the account of the other ended it of the one that stood for both, and they are parted.
#[tokio::test]
async fn who_stands_by_law_for_one_of_joined_records_does_so_again() {
    let network = Network::new().await;
    let (one, two) = (network.person_called("Ada").await, network.person_called("Beth").await);
    let carer = somebody(&network, "carer@example.org").await;
    names(&network, &network.ann, &one, &carer, "LEGAL").await;
    made(&network, &network.ann, &link(&network, &two, &network.sam).await).await;
    let id = joined(&network, &one, &two).await;
    made(&network, &network.sam, &end_proxy(&network, &network.sam, &one).await).await;
    assert_eq!(own(&network, &carer).await, 0);
    later(&network);
    parted(&network, &network.ann, &id).await;
    assert_eq!(own(&network, &carer).await, 1);
    assert_eq!(network.see(&carer, &one).await["id"], json!(one));
}

/// Does something as whoever acts for one of their agencies; gives the errors.
async fn change_for(network: &Network, token: &str, agency: AgencyId, field: &str) -> Value {
    let query = format!("mutation {{ {field} {{ errors {{ code }} }} }}");
    let who = As { token: Some(token), agency: Some(agency) };
    let mut done = network.app.data_as(who, &query, json!({})).await;
    done.as_object_mut().unwrap().values_mut().next().unwrap()["errors"].take()
}

/// Who works for two agencies does not let in the one by acting for the other, nor ends what is denied to it. A colleague who does
/// not gain by it does; and they themselves once they work there no more.
#[tokio::test]
async fn nobody_lets_in_another_agency_that_they_work_for() {
    let network = Network::new().await;
    let (id, _) = network.agreed().await;
    let (first, second) = (Network::agency(0), Network::agency(1));
    let (ann, bea) = (network.account(&network.ann).await, network.account(&network.bea).await);
    assert_eq!(assign(&network, &network.ann, &id, &format!("account: {bea:?}"), false).await, json!([]));
    for number in [1, 2] {
        made(&network, &network.ann, &keep_out(&id, &whole(number))).await;
    }
    let written = bars(&network, &id).await;
    let of = |number: usize| {
        let on = Some(Network::agency(number));
        letting_in(written.iter().find(|bar| bar.agency_id == on).unwrap())
    };
    let denied: Vec<String> = [
        says(&network, &network.ann, &id, "DENY", "HOUSING").await,
        says(&network, &network.ann, &id, "DENY", "OFFENDING").await,
    ]
    .iter()
    .map(withdraw)
    .collect();
    let accounts = &network.app.app.accounts;
    accounts.grant(None, account(&ann), Some(second), Role::LinkWorker, None).await.unwrap();
    let refused = json!([{ "code": "NOT_FOUND" }]);
    for field in [&of(1), &denied[0], &denied[1]] {
        assert_eq!(change_for(&network, &network.ann, first, field).await, refused, "{field}");
    }
    assert_eq!(change_for(&network, &network.ann, first, &of(2)).await, json!([]), "of a third she does");
    made(&network, &network.bea, &denied[0]).await;
    made(&network, &network.bea, &of(1)).await;
    assert!(accounts.end_role(account(&ann), Some(second), Role::LinkWorker).await.unwrap());
    made(&network, &network.ann, &denied[1]).await;
}

/// What two agencies wrote down that both work with them each lifts for itself: who is kept out is so until none says it any
/// more, and neither is told that the other did.
#[tokio::test]
async fn what_two_agencies_wrote_down_each_lifts_for_itself() {
    let network = Network::new().await;
    let id = taken_on(&network).await;
    for token in [&network.ann, &network.cal] {
        for _ in 0..2 {
            made(&network, token, &keep_out(&id, &whole(2))).await;
        }
    }
    let written = bars(&network, &id).await;
    assert_eq!(written.len(), 2, "each once");
    let of = |number: usize| {
        let by = Some(Network::agency(number));
        letting_in(written.iter().find(|bar| bar.written_for == by).unwrap())
    };
    made(&network, &network.ann, &of(0)).await;
    assert_eq!(bars(&network, &id).await.len(), 1, "the other agency says it still");
    assert_eq!(network.see(&network.ann, &id).await["keptOut"], json!([]));
    for field in [of(0), of(1)] {
        not_found(&network, &network.ann, &field).await;
    }
    made(&network, &network.cal, &of(1)).await;
    assert!(bars(&network, &id).await.is_empty());
}

/// What a wrong account, and whom it named, say again and lift, or leave, takes nothing from what others had said, they themselves of
/// their own right among them.
#[tokio::test]
async fn a_bar_that_was_said_again_by_mistake_comes_back_as_it_was() {
    for lifted_again in [true, false] {
        let network = Network::new().await;
        let id = network.person_called("Ida").await;
        let (wrong, friend) =
            (somebody(&network, "wrong@example.org").await, somebody(&network, "friend@example.org").await);
        names(&network, &network.ann, &id, &friend, "ON_THEIR_WORD").await;
        made(&network, &friend, &keep_out(&id, &whole(2))).await;
        made(&network, &network.ann, &keep_out(&id, &whole(2))).await;
        let said = in_order(bars(&network, &id).await);
        made(&network, &network.ann, &end_proxy(&network, &network.ann, &id).await).await;
        later(&network);
        made(&network, &network.ann, &link(&network, &id, &wrong).await).await;
        names(&network, &wrong, &id, &friend, "NAMED").await;
        for by in [&wrong, &friend] {
            later(&network);
            made(&network, &wrong, &let_in(&network, &wrong, &id).await).await;
            later(&network);
            made(&network, by, &keep_out(&id, &whole(2))).await;
        }
        if lifted_again {
            later(&network);
            made(&network, &wrong, &let_in(&network, &wrong, &id).await).await;
            assert!(bars(&network, &id).await.is_empty());
        }
        later(&network);
        made(&network, &network.ann, &unlink(&id)).await;
        assert_eq!(in_order(bars(&network, &id).await), said, "as they were");
    }
}

/// What somebody denies stands beside what a wrong account denied before: it is kept as theirs, and is not lost with the other's.
#[tokio::test]
async fn a_denial_is_kept_beside_the_same_of_a_wrong_account() {
    let network = Network::new().await;
    let (id, _) = network.agreed().await;
    let (wrong, carer) = (somebody(&network, "wrong@example.org").await, somebody(&network, "carer@example.org").await);
    names(&network, &network.ann, &id, &carer, "LEGAL").await;
    made(&network, &network.ann, &link(&network, &id, &wrong).await).await;
    let of_wrong = says(&network, &wrong, &id, "DENY", "OFFENDING").await;
    for token in [&carer, &network.ann] {
        later(&network);
        says(&network, token, &id, "DENY", "OFFENDING").await;
    }
    assert_eq!(holding(&network, &id, ConsentKind::Deny).await, 3);
    let asked = json!({ "serviceUser": id, "kind": "DENY", "agencies": [agency(Network::agency(1))],
        "categories": ["OFFENDING"], "purposes": ["REFERRAL"], "until": null });
    let again = network.give(&carer, &asked, json!({})).await;
    assert_eq!(again["errors"][0]["field"], "input.previewHash", "at one word it is said once");
    made(&network, &wrong, &withdraw(&of_wrong)).await;
    made(&network, &network.ann, &unlink(&id)).await;
    assert_eq!(holding(&network, &id, ConsentKind::Deny).await, 2);
}

/// What an account denied that was taken back is lifted on their word by the agency that entered them, while they have no account to
/// do it by: by another worker than who took it back, and not of what is denied to the agency itself.
#[tokio::test]
async fn what_an_account_denied_that_was_taken_back_is_lifted_on_their_word() {
    let network = Network::new().await;
    let id = taken_on(&network).await;
    let wrong = somebody(&network, "wrong@example.org").await;
    let bea = network.account(&network.bea).await;
    assert_eq!(assign(&network, &network.ann, &id, &format!("account: {bea:?}"), false).await, json!([]));
    made(&network, &network.ann, &link(&network, &id, &wrong).await).await;
    let denies = async |number: usize| -> String {
        let asked = json!({ "serviceUser": id, "kind": "DENY", "agencies": [agency(Network::agency(number))],
            "categories": ["OFFENDING"], "purposes": ["REFERRAL"], "until": null });
        let given = network.give(&wrong, &asked, json!({})).await;
        assert_eq!(given["errors"], json!([]));
        withdraw(&given["id"])
    };
    let (of_own, of_second, of_third) = (denies(0).await, denies(1).await, denies(2).await);
    for field in [&of_own, &of_second, &of_third] {
        not_found(&network, &network.bea, field).await;
    }
    made(&network, &network.ann, &unlink(&id)).await;
    for (token, field) in [
        // Who took the account back would get rid of it alone.
        (&network.ann, &of_second),
        // Another agency did not enter her.
        (&network.cal, &of_third),
        (&network.bea, &of_own),
    ] {
        not_found(&network, token, field).await;
    }
    made(&network, &network.bea, &of_second).await;
    made(&network, &network.bea, &of_third).await;
    assert_eq!(denials(&network, &network.bea, &id).await.len(), 1, "what is denied to the agency itself");
    // With an account again it is theirs.
    made(&network, &network.ann, &link(&network, &id, &network.sam).await).await;
    not_found(&network, &network.bea, &of_own).await;
    made(&network, &network.sam, &of_own).await;
}
