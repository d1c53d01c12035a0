//! What was said of two records that were joined by mistake, where several say the same, others than they speak, and clocks differ:
//! parted, each has what was said of it, somebody can lift it, and neither hears of the other.

use entity::enums::ConsentKind;
use entity::ids::ServiceUserMergeId;
use entity::service_user_merge;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use signpost::api::ids::NodeId;
use uuid::Uuid;

use super::graph::Network;
use super::locked_out::{bad, end_proxy, keep_out, let_in, link, made, names, person, somebody, unlink, whole};
use super::mergers::{joined, joined_at_once, parted};
use super::parted::{bars, denials, holding, says, withdraw};

/// A process whose clock is ahead joined them, and made the id of the joining by it: what another one says next is said since.
#[tokio::test]
async fn what_is_said_since_is_not_told_by_ids() {
    let network = Network::new().await;
    let (one, two) = (network.person_called("Ada").await, network.person_called("Beth").await);
    joined_at_once(&network, &one, &two).await;
    let ahead = ServiceUserMergeId(Uuid::from_u128(u128::MAX / 2));
    let joining = service_user_merge::Column::KeptId.eq(person(&one));
    service_user_merge::Entity::update_many()
        .col_expr(service_user_merge::Column::Id, Expr::value(ahead))
        .filter(joining)
        .exec(network.app.db().connection())
        .await
        .unwrap();
    made(&network, &network.ann, &keep_out(&one, &whole(1))).await;
    parted(&network, &network.ann, &json!(NodeId::ServiceUserMerge(ahead).encode().0)).await;
    for of in [&one, &two] {
        assert_eq!(bars(&network, of).await.len(), 1, "it holds for both");
    }
}

/// What others said while they were one, and the other's account ended, holds of the one that stood for both, but for a bar that
/// nobody could lift; the other ended it for themselves. What the account said and took back itself is gone.
#[tokio::test]
async fn what_others_said_meanwhile_is_put_again() {
    let network = Network::new().await;
    let (one, _) = network.agreed().await;
    let two = network.person_called("Beth").await;
    made(&network, &network.ann, &link(&network, &two, &network.sam).await).await;
    let id = joined(&network, &one, &two).await;
    made(&network, &network.ann, &keep_out(&one, &whole(2))).await;
    let denial = says(&network, &network.ann, &one, "DENY", "OFFENDING").await;
    made(&network, &network.sam, &let_in(&network, &network.sam, &one).await).await;
    made(&network, &network.sam, &withdraw(&denial)).await;
    made(&network, &network.ann, &keep_out(&one, &whole(0))).await;
    made(&network, &network.sam, &let_in(&network, &network.sam, &one).await).await;
    made(&network, &network.sam, &keep_out(&one, &whole(1))).await;
    made(&network, &network.sam, &let_in(&network, &network.sam, &one).await).await;
    let own = says(&network, &network.sam, &one, "DENY", "HOUSING").await;
    made(&network, &network.sam, &withdraw(&own)).await;
    parted(&network, &network.ann, &id).await;
    let kept = bars(&network, &one).await;
    assert_eq!((kept.len(), kept[0].agency_id), (1, Some(Network::agency(2))));
    let denied = denials(&network, &network.ann, &one).await;
    assert_eq!(denied.iter().map(|(_, what)| what).collect::<Vec<_>>(), [&json!(["OFFENDING"])]);
    assert_eq!((bars(&network, &two).await.len(), holding(&network, &two, ConsentKind::Deny).await), (0, 0));
    made(&network, &network.ann, &let_in(&network, &network.ann, &one).await).await;
}

/// What a third said before it was joined is of that one: neither given to the other, nor ended by the other's account.
#[tokio::test]
async fn what_a_third_said_is_not_the_others() {
    let network = Network::new().await;
    let (one, _) = network.agreed().await;
    let (two, three) = (network.person_called("Beth").await, network.person_called("Cleo").await);
    made(&network, &network.ann, &link(&network, &two, &network.sam).await).await;
    let id = joined(&network, &one, &two).await;
    for number in [1, 2] {
        made(&network, &network.ann, &keep_out(&three, &whole(number))).await;
    }
    let mut said = Vec::new();
    for category in ["HOUSING", "OFFENDING"] {
        said.push(says(&network, &network.ann, &three, "DENY", category).await);
    }
    joined(&network, &one, &three).await;
    made(&network, &network.sam, &let_in(&network, &network.sam, &one).await).await;
    made(&network, &network.sam, &withdraw(&said[0])).await;
    assert_eq!((bars(&network, &one).await.len(), holding(&network, &one, ConsentKind::Deny).await), (1, 1));
    parted(&network, &network.ann, &id).await;
    assert_eq!((bars(&network, &one).await.len(), holding(&network, &one, ConsentKind::Deny).await), (2, 2));
    assert_eq!((bars(&network, &two).await.len(), holding(&network, &two, ConsentKind::Deny).await), (0, 0));
}

/// Who stands for one of them, or did, is not said to be them by a double record with an account, whichever stands for both.
#[tokio::test]
async fn who_stands_for_one_of_them_does_not_become_them() {
    let network = Network::new().await;
    let (one, two) = (network.person_called("Ada").await, network.person_called("Beth").await);
    names(&network, &network.ann, &one, &network.sam, "ON_THEIR_WORD").await;
    made(&network, &network.ann, &link(&network, &two, &network.sam).await).await;
    let merges = [(&one, &two), (&two, &one)]
        .map(|(keep, other)| format!("mergeServiceUsers(input: {{ keep: {keep:?}, other: {other:?} }})"));
    for merge in &merges {
        bad(&network, &network.ann, merge, "input.other").await;
    }
    made(&network, &network.ann, &end_proxy(&network, &network.ann, &one).await).await;
    for merge in &merges {
        bad(&network, &network.ann, merge, "input.other").await;
    }
}

/// What they said and took back themselves does not come back, though the account was taken back before they were parted.
#[tokio::test]
async fn what_they_took_back_themselves_does_not_come_back() {
    let network = Network::new().await;
    let (two, _) = network.agreed().await;
    let one = network.person_called("Ada").await;
    made(&network, &network.ann, &link(&network, &two, &network.sam).await).await;
    made(&network, &network.sam, &keep_out(&two, &whole(2))).await;
    let denial = says(&network, &network.sam, &two, "DENY", "OFFENDING").await;
    let id = joined(&network, &one, &two).await;
    made(&network, &network.sam, &let_in(&network, &network.sam, &one).await).await;
    made(&network, &network.sam, &withdraw(&denial)).await;
    made(&network, &network.ann, &unlink(&one)).await;
    parted(&network, &network.ann, &id).await;
    for of in [&one, &two] {
        assert_eq!((bars(&network, of).await.len(), holding(&network, of, ConsentKind::Deny).await), (0, 0));
    }
}

/// What it said while they were one, and was taken back with nothing lifted, is left to who parts them, of either.
#[tokio::test]
async fn what_an_account_said_that_was_taken_back_is_lifted_by_somebody() {
    let network = Network::new().await;
    let (one, _) = network.agreed().await;
    let two = network.person_called("Beth").await;
    made(&network, &network.ann, &link(&network, &two, &network.sam).await).await;
    let id = joined(&network, &one, &two).await;
    made(&network, &network.sam, &keep_out(&one, &whole(2))).await;
    says(&network, &network.sam, &one, "DENY", "OFFENDING").await;
    made(&network, &network.ann, &unlink(&one)).await;
    parted(&network, &network.ann, &id).await;
    for of in [&one, &two] {
        assert_eq!((bars(&network, of).await.len(), holding(&network, of, ConsentKind::Deny).await), (1, 1));
        made(&network, &network.ann, &let_in(&network, &network.ann, of).await).await;
        let denial = denials(&network, &network.ann, of).await.remove(0).0;
        made(&network, &network.ann, &withdraw(&denial)).await;
    }
}

/// Whom of the workers there somebody keeps out is not told to the agency that parts them: it could not lift it.
#[tokio::test]
async fn a_bar_on_a_colleague_is_not_handed_on() {
    for moves in [false, true] {
        let network = Network::new().await;
        let (one, two) = (network.person_called("Ada").await, network.person_called("Beth").await);
        let (theirs, other) = if moves { (&two, &one) } else { (&one, &two) };
        let bea = network.account(&network.bea).await;
        made(&network, &network.ann, &link(&network, theirs, &network.sam).await).await;
        let id = joined(&network, &one, &two).await;
        made(&network, &network.sam, &keep_out(&one, &format!("account: {bea:?}"))).await;
        parted(&network, &network.ann, &id).await;
        let kept = bars(&network, other).await;
        assert_eq!((kept.len(), kept[0].written_for), (1, None), "it holds");
        assert_eq!(network.see(&network.ann, other).await["keptOut"], json!([]));
    }
}

/// What a carer denied for the other is theirs again, though a worker says the same by now.
#[tokio::test]
async fn a_carers_denial_is_not_taken_over_by_a_workers() {
    let network = Network::new().await;
    let (one, _) = network.agreed().await;
    let two = network.person_called("Beth").await;
    let (first, second) =
        (somebody(&network, "first@example.org").await, somebody(&network, "second@example.org").await);
    for (of, carer) in [(&one, &first), (&two, &second)] {
        names(&network, &network.ann, of, carer, "LEGAL").await;
    }
    let denial = says(&network, &second, &two, "DENY", "HOUSING").await;
    let id = joined(&network, &one, &two).await;
    made(&network, &first, &withdraw(&denial)).await;
    says(&network, &network.ann, &one, "DENY", "HOUSING").await;
    parted(&network, &network.ann, &id).await;
    let both = denials(&network, &network.ann, &two).await;
    assert_eq!(both.len(), 2, "Ann's, and the carer's");
    for (denial, _) in &both {
        network.change(&network.ann, &withdraw(denial)).await;
    }
    let left = denials(&network, &second, &two).await;
    assert_eq!(left.len(), 1, "Ann ended hers alone");
    made(&network, &second, &withdraw(&left[0].0)).await;
    assert_eq!(holding(&network, &two, ConsentKind::Deny).await, 0);
}

/// Each denial of a service user as somebody sees it: what it covers, whether it has ended, and whether they are told who wrote it
/// down and who ended it.
async fn told(network: &Network, token: &str, of: &str) -> Vec<(String, bool, bool, bool)> {
    let query = "query($id: ID!) { serviceUser(id: $id, purpose: CARE_COORDINATION) \
        { consents { kind state categories recordedBy endedBy } } }";
    let all = network.ask(token, query, json!({ "id": of })).await["serviceUser"]["consents"].take();
    let each = |one: &Value| {
        let category = one["categories"][0].as_str().unwrap().to_owned();
        (category, one["state"] != "ACTIVE", one["recordedBy"].is_string(), one["endedBy"].is_string())
    };
    let mut told: Vec<_> = all.as_array().unwrap().iter().filter(|one| one["kind"] == "DENY").map(each).collect();
    told.sort();
    told
}

/// From whom somebody was parted they do not hear by name: neither who said it, nor who ended it by an account of the other's.
#[tokio::test]
async fn the_other_is_not_named_to_who_was_parted_from_them() {
    let network = Network::new().await;
    let (two, _) = network.agreed().await;
    let one = network.person_called("Ada").await;
    made(&network, &network.ann, &link(&network, &one, &network.sam).await).await;
    let denial = says(&network, &network.ann, &two, "DENY", "OFFENDING").await;
    let id = joined(&network, &one, &two).await;
    says(&network, &network.sam, &one, "DENY", "HOUSING").await;
    made(&network, &network.sam, &withdraw(&denial)).await;
    parted(&network, &network.ann, &id).await;
    let right = somebody(&network, "right@example.org").await;
    made(&network, &network.ann, &link(&network, &two, &right).await).await;
    let row = |category: &str, ended, recorder, ender| (category.to_owned(), ended, recorder, ender);
    let offending = row("OFFENDING", false, true, false);
    assert_eq!(
        told(&network, &right, &two).await,
        [row("HOUSING", false, false, false), offending.clone(), row("OFFENDING", true, true, false)]
    );
    assert_eq!(
        told(&network, &network.ann, &two).await,
        [row("HOUSING", false, true, false), offending, row("OFFENDING", true, true, true)],
        "with the workers there it is as it was"
    );
    // What they say and end themselves is told to them.
    let own = says(&network, &right, &two, "DENY", "IDENTITY").await;
    made(&network, &right, &withdraw(&own)).await;
    assert!(told(&network, &right, &two).await.contains(&row("IDENTITY", true, true, true)));
    assert_eq!(told(&network, &network.sam, &one).await, [row("HOUSING", false, true, false)]);
}
