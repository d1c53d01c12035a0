//! What an account said of a service user that was not theirs, and those whom it named: taken back, it opens nothing, and takes
//! nothing from what others said. What those said who stand for them of their own right is as it was.

use chrono::TimeDelta;
use entity::enums::ConsentKind;
use serde_json::{Value, json};

use super::graph::Network;
use super::locked_out::{end_proxy, keep_out, let_in, link, made, names, not_found, somebody, unlink, whole};
use super::mergers::{joined, parted};
use super::parted::{bars, denials, gives, holding, permitted_for_them, says, state, withdraw};

/// A second passes: what is said next is said later.
fn later(network: &Network) {
    network.app.clock.advance(TimeDelta::seconds(1));
}

/// What the denials of a service user that hold cover.
async fn denied(network: &Network, of: &str) -> Vec<Value> {
    denials(network, &network.ann, of).await.into_iter().map(|(_, what)| what).collect()
}

/// What Ann wrote down on her word a wrong account does not take over by saying it too: lifted by it, it holds again as it was.
#[tokio::test]
async fn what_a_wrong_account_says_too_stays_whose_it_was() {
    let network = Network::new().await;
    let id = network.person_called("Ida").await;
    let wrong = somebody(&network, "wrong@example.org").await;
    made(&network, &network.ann, &keep_out(&id, &whole(2))).await;
    let written = bars(&network, &id).await.remove(0);
    made(&network, &network.ann, &link(&network, &id, &wrong).await).await;
    for _ in 0..2 {
        made(&network, &wrong, &keep_out(&id, &whole(2))).await;
    }
    let both = bars(&network, &id).await;
    assert_eq!((both.len(), both.contains(&written)), (2, true), "its own once, and hers as it was");
    assert_eq!(network.see(&wrong, &id).await["keptOut"].as_array().unwrap().len(), 1, "told once");
    let lift = let_in(&network, &network.ann, &id).await;
    made(&network, &wrong, &let_in(&network, &wrong, &id).await).await;
    assert!(bars(&network, &id).await.is_empty());
    made(&network, &network.ann, &unlink(&id)).await;
    assert_eq!(bars(&network, &id).await, [written]);
    made(&network, &network.ann, &lift).await;
    assert_eq!(network.see(&network.ann, &id).await["keptOut"], json!([]));
}

/// So it is the other way round: what Ann writes down stands beside what a wrong account said, and is not lost with it.
#[tokio::test]
async fn what_is_written_down_beside_a_wrong_account_is_not_lost() {
    let network = Network::new().await;
    let id = network.person_called("Ida").await;
    let wrong = somebody(&network, "wrong@example.org").await;
    made(&network, &network.ann, &link(&network, &id, &wrong).await).await;
    made(&network, &wrong, &keep_out(&id, &whole(2))).await;
    for _ in 0..2 {
        made(&network, &network.ann, &keep_out(&id, &whole(2))).await;
    }
    assert_eq!(bars(&network, &id).await.len(), 2, "each once");
    let lift = let_in(&network, &network.ann, &id).await;
    made(&network, &wrong, &let_in(&network, &wrong, &id).await).await;
    made(&network, &network.ann, &unlink(&id)).await;
    let kept = bars(&network, &id).await;
    assert_eq!((kept.len(), kept[0].written_for), (1, Some(Network::agency(0))), "as Ann wrote it down");
    made(&network, &network.ann, &lift).await;
    assert!(bars(&network, &id).await.is_empty());
}

/// What who stands for them says is theirs, though Ann wrote down the same before: she lifts what she wrote, and nobody is let in by
/// it.
#[tokio::test]
async fn what_a_carer_says_too_a_worker_does_not_lift() {
    let network = Network::new().await;
    let id = network.person_called("Ida").await;
    let carer = somebody(&network, "carer@example.org").await;
    names(&network, &network.ann, &id, &carer, "LEGAL").await;
    made(&network, &network.ann, &keep_out(&id, &whole(2))).await;
    for _ in 0..2 {
        made(&network, &carer, &keep_out(&id, &whole(2))).await;
    }
    assert_eq!(bars(&network, &id).await.len(), 2, "each once");
    made(&network, &network.ann, &let_in(&network, &network.ann, &id).await).await;
    assert_eq!(bars(&network, &id).await.len(), 1);
    assert_eq!(network.see(&network.ann, &id).await["keptOut"], json!([]), "she is not told who says so");
    let of_carer = let_in(&network, &carer, &id).await;
    not_found(&network, &network.ann, &of_carer).await;
    made(&network, &network.ann, &end_proxy(&network, &network.ann, &id).await).await;
    made(&network, &network.ann, &of_carer).await;
    assert!(bars(&network, &id).await.is_empty());
}

/// Where a wrong account says too what Ann wrote down, and is taken back with nothing lifted, it is Ann's alone again; what nobody
/// else says stays. Of records that are parted afterwards too.
#[tokio::test]
async fn what_a_wrong_account_says_too_goes_with_it() {
    let network = Network::new().await;
    let (one, two) = (network.person_called("Ada").await, network.person_called("Ida").await);
    let wrong = somebody(&network, "wrong@example.org").await;
    let bea = network.account(&network.bea).await;
    made(&network, &network.ann, &keep_out(&two, &whole(2))).await;
    let written = bars(&network, &two).await.remove(0);
    made(&network, &network.ann, &link(&network, &two, &wrong).await).await;
    made(&network, &wrong, &keep_out(&two, &whole(2))).await;
    made(&network, &wrong, &keep_out(&two, &format!("account: {bea:?}"))).await;
    let id = joined(&network, &one, &two).await;
    made(&network, &network.ann, &unlink(&one)).await;
    let left = bars(&network, &one).await;
    assert_eq!((left.len(), left.iter().any(|bar| bar.id == written.id)), (2, true), "hers, and of Bea");
    later(&network);
    parted(&network, &network.ann, &id).await;
    let left = bars(&network, &two).await;
    assert_eq!((left.len(), left.contains(&written)), (2, true));
    made(&network, &network.ann, &let_in(&network, &network.ann, &two).await).await;
    let left = bars(&network, &two).await;
    assert_eq!((left.len(), left[0].agency_id), (1, None), "Bea is kept out by whose account it is");
}

/// A bar that a wrong account lifted, and that was written down anew at the same word since, is not put again: what became of that
/// is what counts.
#[tokio::test]
async fn a_bar_that_was_written_down_anew_since_does_not_come_back() {
    for lifted_by_ann in [true, false] {
        let network = Network::new().await;
        let id = network.person_called("Ida").await;
        let wrong = somebody(&network, "wrong@example.org").await;
        made(&network, &network.ann, &keep_out(&id, &whole(2))).await;
        made(&network, &network.ann, &link(&network, &id, &wrong).await).await;
        made(&network, &wrong, &let_in(&network, &wrong, &id).await).await;
        later(&network);
        made(&network, &network.ann, &keep_out(&id, &whole(2))).await;
        later(&network);
        let by = if lifted_by_ann { &network.ann } else { &wrong };
        made(&network, by, &let_in(&network, by, &id).await).await;
        made(&network, &network.ann, &unlink(&id)).await;
        assert_eq!(bars(&network, &id).await.len(), usize::from(!lifted_by_ann));
    }
}

/// What those lifted and withdrew whom a wrong account named holds again, but for what they had said themselves; what they lifted
/// as whom Ann named stays lifted.
#[tokio::test]
async fn what_those_ended_whom_a_wrong_account_named_holds_again() {
    let network = Network::new().await;
    let (id, _) = network.agreed().await;
    let (wrong, friend) =
        (somebody(&network, "wrong@example.org").await, somebody(&network, "friend@example.org").await);
    let carer = somebody(&network, "carer@example.org").await;
    let (sam, bea) = (network.account(&network.sam).await, network.account(&network.bea).await);
    for whom in [&friend, &carer] {
        names(&network, &network.ann, &id, whom, "ON_THEIR_WORD").await;
    }
    made(&network, &carer, &keep_out(&id, &format!("account: {sam:?}"))).await;
    made(&network, &friend, &let_in(&network, &friend, &id).await).await;
    made(&network, &carer, &keep_out(&id, &whole(2))).await;
    let written = bars(&network, &id).await;
    let denial = says(&network, &carer, &id, "DENY", "OFFENDING").await;
    made(&network, &network.ann, &end_proxy(&network, &network.ann, &id).await).await;
    later(&network);
    made(&network, &network.ann, &link(&network, &id, &wrong).await).await;
    names(&network, &wrong, &id, &friend, "NAMED").await;
    later(&network);
    made(&network, &friend, &let_in(&network, &friend, &id).await).await;
    made(&network, &friend, &withdraw(&denial)).await;
    // Of what it and they said nothing is put again.
    made(&network, &friend, &keep_out(&id, &format!("account: {bea:?}"))).await;
    made(&network, &wrong, &let_in(&network, &wrong, &id).await).await;
    let of_friend = says(&network, &friend, &id, "DENY", "HOUSING").await;
    made(&network, &wrong, &withdraw(&of_friend)).await;
    assert_eq!((bars(&network, &id).await.len(), denied(&network, &id).await.len()), (0, 0));
    later(&network);
    made(&network, &network.ann, &unlink(&id)).await;
    assert_eq!(bars(&network, &id).await, written);
    assert_eq!(denied(&network, &id).await, [json!(["OFFENDING"])]);
}

/// What those permitted whom a wrong account named ends with it, as far as they stood for the service user by it: what they
/// permitted before and afterwards, as whom Ann named, holds.
#[tokio::test]
async fn what_they_permitted_of_their_own_right_holds() {
    let network = Network::new().await;
    let (id, _) = network.agreed().await;
    let (wrong, friend) =
        (somebody(&network, "wrong@example.org").await, somebody(&network, "friend@example.org").await);
    made(&network, &network.ann, &link(&network, &id, &wrong).await).await;
    let mut permits = Vec::new();
    for (by, authority, category) in [
        (&network.ann, "ON_THEIR_WORD", "IDENTITY"),
        (&wrong, "NAMED", "HOUSING"),
        (&network.ann, "ON_THEIR_WORD", "OFFENDING"),
    ] {
        names(&network, by, &id, &friend, authority).await;
        later(&network);
        permits.push(says(&network, &friend, &id, "PERMIT", category).await);
        later(&network);
        made(&network, by, &end_proxy(&network, by, &id).await).await;
        later(&network);
    }
    made(&network, &network.ann, &unlink(&id)).await;
    for (permit, told) in permits.iter().zip(["ACTIVE", "WITHDRAWN", "ACTIVE"]) {
        assert_eq!(state(&network, &id, permit).await, told);
    }
}

/// What a worker wrote down that was said for them may have been said by whom the wrong account named: it ends, where one of
/// these stood for them then.
#[tokio::test]
async fn what_was_said_for_them_to_a_worker_ends_with_it() {
    let network = Network::new().await;
    let (id, _) = network.agreed().await;
    let (wrong, friend) =
        (somebody(&network, "wrong@example.org").await, somebody(&network, "friend@example.org").await);
    let carer = somebody(&network, "carer@example.org").await;
    made(&network, &network.ann, &link(&network, &id, &wrong).await).await;
    names(&network, &wrong, &id, &friend, "NAMED").await;
    names(&network, &network.ann, &id, &carer, "ON_THEIR_WORD").await;
    let doubtful = permitted_for_them(&network, &id, "HOUSING").await;
    later(&network);
    made(&network, &wrong, &end_proxy(&network, &wrong, &id).await).await;
    later(&network);
    let of_carer = permitted_for_them(&network, &id, "OFFENDING").await;
    made(&network, &network.ann, &unlink(&id)).await;
    assert_eq!(state(&network, &id, &doubtful).await, "WITHDRAWN");
    assert_eq!(state(&network, &id, &of_carer).await, "ACTIVE");
}

/// A denial that was put again, and withdrawn since on their word, does not come back with the next account that is taken back;
/// one that the account withdrew again does, once.
#[tokio::test]
async fn a_denial_that_was_withdrawn_since_does_not_come_back() {
    let network = Network::new().await;
    let (id, _) = network.agreed().await;
    let wrong = somebody(&network, "wrong@example.org").await;
    for category in ["HOUSING", "OFFENDING"] {
        says(&network, &network.ann, &id, "DENY", category).await;
    }
    let both = [json!(["HOUSING"]), json!(["OFFENDING"])];
    for round in 0..3 {
        made(&network, &network.ann, &link(&network, &id, &wrong).await).await;
        for (denial, _) in denials(&network, &wrong, &id).await {
            made(&network, &wrong, &withdraw(&denial)).await;
        }
        later(&network);
        made(&network, &network.ann, &unlink(&id)).await;
        let mut told = denied(&network, &id).await;
        told.sort_by_key(Value::to_string);
        assert_eq!(told, if round == 0 { &both[..] } else { &both[..1] });
        for (denial, _) in denials(&network, &network.ann, &id).await.iter().filter(|(_, what)| *what == both[1]) {
            made(&network, &network.ann, &withdraw(denial)).await;
        }
        later(&network);
    }
}

/// Neither does one that has run out meanwhile, nor one that was said anew: that holds already.
#[tokio::test]
async fn a_denial_that_has_run_out_or_was_said_anew_is_not_put_again() {
    let network = Network::new().await;
    let (id, _) = network.agreed().await;
    let wrong = somebody(&network, "wrong@example.org").await;
    let soon = network.app.clock.now() + TimeDelta::minutes(3);
    let until_soon = (json!(soon.to_rfc3339()), json!({ "method": "SPOKEN" }));
    let short = gives(&network, &network.ann, &id, ("DENY", "OFFENDING"), until_soon).await;
    let long = says(&network, &network.ann, &id, "DENY", "HOUSING").await;
    made(&network, &network.ann, &link(&network, &id, &wrong).await).await;
    for denial in [&short, &long] {
        made(&network, &wrong, &withdraw(denial)).await;
    }
    later(&network);
    says(&network, &network.ann, &id, "DENY", "HOUSING").await;
    network.app.clock.advance(TimeDelta::minutes(4));
    made(&network, &network.ann, &unlink(&id)).await;
    assert_eq!(holding(&network, &id, ConsentKind::Deny).await, 1);
    assert_eq!(denied(&network, &id).await, [json!(["HOUSING"])]);
}

/// Taking an account back is as many statements whatever was said by it, and by however many it named.
#[tokio::test]
async fn taking_an_account_back_costs_the_same_whatever_it_ended() {
    let mut counted = Vec::new();
    for many in [1, 3] {
        let network = Network::new().await;
        let (id, _) = network.agreed().await;
        let wrong = somebody(&network, "wrong@example.org").await;
        let bea = network.account(&network.bea).await;
        made(&network, &network.ann, &keep_out(&id, &whole(2))).await;
        made(&network, &network.ann, &link(&network, &id, &wrong).await).await;
        made(&network, &wrong, &let_in(&network, &wrong, &id).await).await;
        for (number, category) in ["IDENTITY", "HOUSING", "OFFENDING"].into_iter().take(many).enumerate() {
            let denial = says(&network, &network.ann, &id, "DENY", category).await;
            made(&network, &wrong, &withdraw(&denial)).await;
            let friend = somebody(&network, &format!("friend{number}@example.org")).await;
            names(&network, &wrong, &id, &friend, "NAMED").await;
            says(&network, &friend, &id, "PERMIT", category).await;
            // However many keep out the same, they are parted from them once; and what Ann says too goes with the account.
            for whom in [whole(2), format!("account: {bea:?}")] {
                made(&network, &friend, &keep_out(&id, &whom)).await;
            }
        }
        let before = network.app.db().statements();
        made(&network, &network.ann, &unlink(&id)).await;
        counted.push(network.app.db().statements() - before);
        assert_eq!(holding(&network, &id, ConsentKind::Deny).await, many);
        assert_eq!(bars(&network, &id).await.len(), many + 1, "of Bea, and what Ann wrote down");
    }
    assert_eq!(counted[0], counted[1]);
}
