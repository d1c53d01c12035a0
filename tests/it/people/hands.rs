//! Whose hands do something at random: a worker's, those of a colleague who does not work with the service user, of somebody
//! with whom it is shared, and the service user's own; and what agencies' systems are told of it.

use entity::enums::NoticeChannel;
use entity::ids::{AccountId, AgencyId, NoticeEndpointId, ServiceUserId};
use entity::instants::Millis;
use entity::{notice, notice_endpoint};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;
use signpost::api::ids::NodeId;
use signpost::people::acting::Actor;
use signpost::people::entering::Worker;
use signpost::people::{People, Trouble};
use uuid::Uuid;

use super::consents::{agency, terms};
use super::graph::Network;
use crate::access::stored::insert;

/// Whose hands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hand {
    /// Of who works with the service user.
    Worker,
    /// Of somebody of the same agency, who does not.
    Colleague,
    /// Of somebody of another agency, who sees what there is.
    Partner,
    /// Of the service user.
    Themselves,
}

/// The worker's most of the time.
pub(super) const HANDS: &[Hand] =
    &[Hand::Worker, Hand::Worker, Hand::Worker, Hand::Worker, Hand::Colleague, Hand::Partner, Hand::Themselves];

/// A service user, and everybody.
pub(super) struct Ground {
    pub(super) network: Network,
    pub(super) of: ServiceUserId,
    pub(super) worker: Worker,
    pub(super) colleague: Worker,
    pub(super) partner: Worker,
    pub(super) themselves: AccountId,
    /// Where the worker's agency is told what happens.
    pub(super) told: [NoticeEndpointId; 2],
}

impl Ground {
    pub(super) async fn new() -> Self {
        let network = Network::new().await;
        let other = network.other_manager().await;
        let categories = json!(["ATTENDANCE", "CASE_NOTES", "HOUSING", "OFFENDING"]);
        let mut shares = terms(Network::agency(0), Network::agency(1));
        shares["flows"][0]["categories"] = categories.clone();
        shares["flows"][0]["purposes"] = json!(["CARE_COORDINATION"]);
        network.agree(&network.manager, &other, shares).await;
        let id = network.enter(&network.ann, json!({ "givenNames": "Ida", "familyName": "Crow" })).await;
        network.refer(&id, Network::agency(1)).await;
        let asked = json!({ "serviceUser": id, "kind": "PERMIT", "agencies": [agency(Network::agency(1))],
            "categories": categories, "purposes": ["CARE_COORDINATION"], "until": "2027-11-01T00:00:00Z" });
        let given = network.give(&network.ann, &asked, json!({ "method": "SPOKEN" })).await;
        assert_eq!(given["errors"], json!([]));
        let sam = network.account(&network.sam).await;
        let link = format!("linkAccount(input: {{ serviceUser: {id:?}, account: {sam:?} }})");
        assert_eq!(network.change(&network.ann, &link).await, json!([]));
        let Some(NodeId::ServiceUser(of)) = NodeId::decode(&id) else { panic!("{id}") };
        let account = async |token: &str| match NodeId::decode(&network.account(token).await) {
            Some(NodeId::Account(id)) => id,
            other => panic!("{other:?}"),
        };
        let (ann, bea, cal) = (account(&network.ann).await, account(&network.bea).await, account(&network.cal).await);
        let themselves = account(&network.sam).await;
        let (first, second) = (Network::agency(0), Network::agency(1));
        let endpoint = |agency_id: AgencyId, is_on: bool| notice_endpoint::Model {
            id: NoticeEndpointId(network.app.clock.new_id()),
            agency_id,
            url: "https://notices.example.org/".to_owned(),
            secret: String::new(),
            old_secret: None,
            old_until: None,
            is_on,
            channel: NoticeChannel::Webhook,
            kinds: None,
            confirm_hash: None,
            confirm_sent_at: None,
            slow_until: None,
            off_reason: None,
            created_by: ann,
            created_at: Millis(0),
            failing_since: None,
            last_error: None,
            last_status: None,
            busy_until: None,
        };
        // The worker's agency is told twice; one that is off is not, nor is the agency with which it is shared.
        let rows = vec![endpoint(first, true), endpoint(first, true), endpoint(first, false), endpoint(second, true)];
        let told = [rows[0].id, rows[1].id];
        insert(network.app.db().connection(), rows).await;
        let worker = |account, agency| Worker { account, agency };
        let (worker, colleague, partner) = (worker(ann, first), worker(bea, first), worker(cal, second));
        Self { of, worker, colleague, partner, themselves, told, network }
    }

    pub(super) fn people(&self) -> &People {
        &self.network.app.app.people
    }

    pub(super) fn actor(&self, hand: Hand) -> Actor {
        match hand {
            Hand::Worker => self.worker.into(),
            Hand::Colleague => self.colleague.into(),
            Hand::Partner => self.partner.into(),
            Hand::Themselves => Actor { account: self.themselves, agency: None },
        }
    }

    /// The same where only workers may: the service user is none, whatever agency they name.
    pub(super) fn as_worker(&self, hand: Hand) -> Worker {
        match hand {
            Hand::Worker => self.worker,
            Hand::Colleague => self.colleague,
            Hand::Partner => self.partner,
            Hand::Themselves => Worker { account: self.themselves, agency: self.worker.agency },
        }
    }

    /// Everything that an endpoint was told of something, in the order in which it was put out.
    pub(super) async fn notices(&self, endpoint: NoticeEndpointId, subject: Uuid) -> Vec<notice::Model> {
        notice::Entity::find()
            .filter(notice::Column::EndpointId.eq(endpoint))
            .filter(notice::Column::SubjectId.eq(subject))
            .order_by_asc(notice::Column::Id)
            .all(self.network.app.db().connection())
            .await
            .unwrap()
    }

    /// How many notices there are, of whatever, to whomever.
    pub(super) async fn put_out(&self) -> usize {
        notice::Entity::find().all(self.network.app.db().connection()).await.unwrap().len()
    }
}

/// What was done; nothing where it was refused, which it may be for two reasons alone.
pub(super) fn done<T>(done: Result<T, Trouble>) -> Option<T> {
    match done {
        Ok(done) => Some(done),
        Err(Trouble::NotFound | Trouble::Wrong(_)) => None,
        Err(other) => panic!("{other}"),
    }
}
