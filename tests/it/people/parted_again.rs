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
use super::locked_out::{
    bad, end_proxy, keep_out, let_in, link, made, names, not_found, person, somebody, unlink, whole,
};
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
