//! What an account said of a service user that was not theirs, and those whom it named: taken back, it opens nothing, and takes
//! nothing from what others said. What those said who stand for them of their own right is as it was.

use serde_json::json;

use super::graph::Network;
use super::locked_out::{keep_out, let_in, link, made, not_found, somebody, unlink, whole};
use super::parted::bars;

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
    not_found(&network, &network.ann, &lift).await;
    made(&network, &wrong, &let_in(&network, &wrong, &id).await).await;
    assert!(bars(&network, &id).await.is_empty());
    made(&network, &network.ann, &unlink(&id)).await;
    assert_eq!(bars(&network, &id).await, [written]);
    made(&network, &network.ann, &lift).await;
    assert_eq!(network.see(&network.ann, &id).await["keptOut"], json!([]));
}
