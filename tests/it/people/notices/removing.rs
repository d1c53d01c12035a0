//! Endpoints are removed with all that is theirs, and there are not endlessly many.

use entity::ids::NoticeEndpointId;
use entity::{notice_endpoint, sealing_key};
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use signpost::notices::endpoints::MOST_IN_ALL;
use signpost::notices::sending::Round;
use signpost::vault::sealed::key_of;
use uuid::Uuid;

use super::letters::{TEAM, network as with_mail};
use super::mail::MailServer;
use super::receiver::Receiver;
use super::{ENDPOINT, endpoint_of, global};
use crate::people::graph::Network;

impl Network {
    async fn removes(&self, manager: &str, id: NoticeEndpointId) -> Value {
        let id = global(id);
        self.manages(manager, &format!("removeNoticeEndpoint(id: {id:?}) {{ endpoints {{ id }} errors {{ code }} }}"))
            .await
    }

    async fn counts_endpoints(&self) -> u64 {
        notice_endpoint::Entity::find().count(self.app.db().connection()).await.unwrap()
    }
}

#[tokio::test]
async fn an_endpoint_is_removed_with_all_that_is_its() {
    let network = Network::new().await;
    let (id, _) = network.agreed().await;
    let max = network.app.token("max@example.org").await;
    let receiver = Receiver::new(200).await;
    let (to, _) = network.tells(&network.manager, &receiver).await;
    let (stays, _) = network.tells(&network.manager, &receiver).await;
    let sender = network.sender();
    network.happens(to, 0..2, 1).await;
    network.happens(stays, 10..11, 1).await;
    assert_eq!(sender.send_due().await.unwrap(), Round { delivered: 3, ..Round::default() });
    network.happens(to, 2..5, 1).await;
    let row = network.endpoint(to).await;
    let key = key_of(&row.secret).unwrap();
    // Whose it is not learns nothing, and changes nothing.
    let nobody = NoticeEndpointId(Uuid::from_u128(99_999));
    let answers = [network.removes(&max, to).await, network.removes(&max, nobody).await];
    assert_eq!(answers[0], json!({ "endpoints": [], "errors": [] }));
    assert_eq!(answers[0], answers[1]);
    assert_eq!((network.counts_endpoints().await, network.notices(to).await.len()), (2, 5));
    // Twice is as good as once.
    for _ in 0..2 {
        let removed = network.removes(&network.manager, to).await;
        assert_eq!(removed, json!({ "endpoints": [{ "id": global(stays) }], "errors": [] }));
    }
    assert!(network.notices(to).await.is_empty());
    assert_eq!((network.counts_endpoints().await, network.notices(stays).await.len()), (1, 1));
    let key = sealing_key::Entity::find_by_id(key).one(network.app.db().connection()).await.unwrap().unwrap();
    assert!(key.wrapped.is_none() && key.destroyed_at.is_some(), "{key:?}");
    assert_eq!(sender.send_due().await.unwrap(), Round::default(), "what was to be sent is not");
    let switch = format!("switchNoticeEndpoint(input: {{ endpoint: {:?}, on: true }}) {{ {ENDPOINT} }}", global(to));
    assert_eq!(network.manages(&network.manager, &switch).await["errors"][0]["code"], "NOT_FOUND");
    // What happens is told to those that there are.
    network.sent(&id).await;
    assert_eq!(network.notices(stays).await.len(), 3);
}

/// Named and switched off in turn, they come to an end; one that is removed makes room.
#[tokio::test]
async fn an_agency_has_so_many_endpoints_and_no_more() {
    let mail = MailServer::new().await;
    let network = with_mail(&mail).await;
    let name = async |number: u64| network.named(&network.manager, &format!("https://a.example/{number}")).await;
    let mut last = None;
    for number in 0..MOST_IN_ALL {
        let named = name(number).await;
        assert_eq!(named["errors"], json!([]), "{number}");
        let to = endpoint_of(&named);
        let off = format!("switchNoticeEndpoint(input: {{ endpoint: {:?}, on: false }}) {{ {ENDPOINT} }}", global(to));
        assert_eq!(network.manages(&network.manager, &off).await["errors"], json!([]));
        last = Some(to);
    }
    let keys = async || sealing_key::Entity::find().count(network.app.db().connection()).await.unwrap();
    let before = keys().await;
    assert_eq!(name(MOST_IN_ALL).await["errors"][0]["code"], "BAD_VALUE");
    assert_eq!(network.names_address(&network.manager, TEAM, &[]).await["errors"][0]["code"], "BAD_VALUE");
    assert_eq!((network.counts_endpoints().await, mail.letters().len()), (MOST_IN_ALL, 0));
    assert!(keys().await <= before + 1, "no key is made for what is refused, but the one that mailboxes are known by");
    network.removes(&network.manager, last.unwrap()).await;
    assert_eq!(name(MOST_IN_ALL).await["errors"], json!([]));
}
