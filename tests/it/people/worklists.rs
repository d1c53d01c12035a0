//! Worklists of referrals, against rows that are sorted and counted one by one: several states and instants that many share, page
//! by page; who stands where in which line; and in how many statements.

use entity::enums::{ReferralState, ReferralUrgency};
use entity::ids::{AccountId, AgencyId, ReferralId, ServiceId, ServiceUserId};
use entity::instants::Millis;
use entity::referral;
use serde_json::{Value, json};
use signpost::api::ids::NodeId;
use signpost::people::referrals::life::UNANSWERED;
use uuid::Uuid;

use super::graph::Network;
use crate::access::stored::insert;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// As which they are stored, in turn.
const STORED: [ReferralState; 6] = [
    ReferralState::Submitted,
    ReferralState::Waitlisted,
    ReferralState::InfoRequested,
    ReferralState::Waitlisted,
    ReferralState::Accepted,
    ReferralState::Draft,
];

/// Made-up referrals of a service user, and as of when.
struct Made {
    rows: Vec<referral::Model>,
    at: Millis,
}

/// A number of a few, which has nothing to do with the place of what it is of.
fn turn(number: u32, step: u32, of: u32) -> i64 {
    i64::from(number * step % of)
}

fn made(
    number: u32,
    of: ServiceUserId,
    by: AccountId,
    (from, to): (AgencyId, AgencyId),
    at: Millis,
) -> referral::Model {
    let state = STORED[usize::try_from(number).unwrap() % STORED.len()];
    let is_sent = state != ReferralState::Draft;
    let since = Millis(at.0 - turn(number, 7, 4) * DAY);
    // To the instant, long over, and still to come.
    let expires = Millis(at.0 + [0, -DAY, 5 * DAY, 9 * DAY, 1][usize::try_from(turn(number, 3, 5)).unwrap()]);
    let service = turn(number, 5, 3);
    referral::Model {
        // In another order than that in which they are made.
        id: ReferralId(Uuid::from_u128((0x77 << 96) | u128::from(number * 37 % 101))),
        service_user_id: of,
        recorded_for: of,
        agency_id: from,
        to_agency_id: to,
        party_id: is_sent.then_some(to),
        service_id: (service > 0).then(|| ServiceId(Uuid::from_u128(u128::from(service.unsigned_abs())))),
        parent_id: None,
        relationship_id: None,
        state,
        held_from: None,
        urgency: ReferralUrgency::Routine,
        release_on: None,
        owner_id: by,
        owner_agency_id: from,
        offered_to: None,
        created_by: by,
        created_at: if is_sent { Millis(0) } else { since },
        sent_at: is_sent.then_some(since),
        expires_at: is_sent.then_some(expires),
        waitlisted_at: (state == ReferralState::Waitlisted).then(|| Millis(at.0 - turn(number, 11, 4) * HOUR)),
        expected_on: None,
        reason: None,
        outcome: None,
        changed_at: at,
        version: 1,
        preview_hash: None,
    }
}

impl Made {
    async fn of(network: &Network) -> Self {
        let (id, _) = network.agreed().await;
        let Some(NodeId::ServiceUser(of)) = NodeId::decode(&id) else { panic!("{id}") };
        let account = network.account(&network.ann).await;
        let Some(NodeId::Account(by)) = NodeId::decode(&account) else { panic!("{account}") };
        let at = Millis::from(network.app.clock.now());
        let sides = (Network::agency(0), Network::agency(1));
        let rows: Vec<_> = (0..60).map(|number| made(number, of, by, sides, at)).collect();
        insert(network.app.db().connection(), rows.clone()).await;
        Self { rows, at }
    }

    /// What it is by now.
    fn state(&self, row: &referral::Model) -> ReferralState {
        let expired = row.expires_at.is_some_and(|end| end <= self.at);
        if expired && UNANSWERED.contains(&row.state) { ReferralState::Expired } else { row.state }
    }

    /// How manieth it is at its door, of those that are on the list; null for what is not.
    fn place(&self, row: &referral::Model) -> Value {
        let waits = |row: &referral::Model| self.state(row) == ReferralState::Waitlisted;
        let turn = |row: &referral::Model| (row.party_id, row.service_id, row.waitlisted_at, row.id);
        let door = |row: &referral::Model| (row.party_id, row.service_id);
        let before =
            self.rows.iter().filter(|other| waits(other) && door(other) == door(row) && turn(other) < turn(row));
        if waits(row) { json!(before.count() + 1) } else { Value::Null }
    }

    /// A whole worklist: ids, states and places.
    fn worklist(&self, sent: bool, states: &[ReferralState], longest_first: bool) -> Vec<Value> {
        let side = |row: &&referral::Model| sent || row.party_id.is_some();
        let state = |row: &&referral::Model| states.is_empty() || states.contains(&self.state(row));
        let mut rows: Vec<_> = self.rows.iter().filter(side).filter(state).collect();
        rows.sort_by_key(|row| (if longest_first { row.sent_at.unwrap_or(row.created_at).0 } else { 0 }, row.id));
        let told = |row: &referral::Model| {
            json!([NodeId::Referral(row.id).encode().0, self.state(row).as_str().to_uppercase(), self.place(row)])
        };
        rows.into_iter().map(told).collect()
    }
}

impl Network {
    /// A whole worklist page by page, with the number above each.
    async fn worklist(&self, token: &str, arguments: &str, first: usize) -> Vec<Value> {
        let query = format!(
            "query($after: String) {{ referrals({arguments}, first: {first}, after: $after) {{ totalCount \
             nodes {{ id state placeInLine }} pageInfo {{ hasNextPage endCursor }} }} }}"
        );
        let (mut after, mut all) = (Value::Null, Vec::new());
        loop {
            let mut page = self.ask(token, &query, json!({ "after": after })).await["referrals"].take();
            let nodes = page["nodes"].as_array().unwrap();
            let more = page["pageInfo"]["hasNextPage"] == true;
            assert!(nodes.len() == first || !more, "{arguments}: {page}");
            all.extend(nodes.iter().map(|node| json!([node["id"], node["state"], node["placeInLine"]])));
            assert!(all.len() <= 60, "{arguments}: a list that begins anew behind each page");
            if !more {
                assert_eq!(page["totalCount"], all.len(), "{arguments}");
                return all;
            }
            after = page["pageInfo"]["endCursor"].take();
        }
    }

    /// In how many statements a worklist is answered.
    async fn statements(&self, token: &str, arguments: &str, fields: &str) -> u64 {
        let query = format!("{{ referrals(direction: RECEIVED, {arguments}) {{ nodes {{ {fields} }} }} }}");
        let before = self.app.db().statements();
        let page = self.ask(token, &query, json!({})).await;
        assert_ne!(page["referrals"]["nodes"], json!([]), "{arguments}");
        self.app.db().statements() - before
    }
}

/// Each state is looked for by itself: together they are one list all the same, in one order, whatever they were asked for by.
#[tokio::test]
async fn a_worklist_of_several_states_is_one_list() {
    let network = Network::new().await;
    let made = Made::of(&network).await;
    let asked: [&[ReferralState]; 6] = [
        &[],
        &[ReferralState::Submitted, ReferralState::InfoRequested, ReferralState::Waitlisted, ReferralState::Accepted],
        &[ReferralState::Submitted, ReferralState::Expired],
        &[ReferralState::Expired],
        &[ReferralState::Waitlisted, ReferralState::Draft, ReferralState::Waitlisted],
        &[ReferralState::Closed],
    ];
    let mut listed = 0;
    for (direction, sent, token) in [("RECEIVED", false, &network.cal), ("SENT", true, &network.ann)] {
        for states in asked {
            for (longest_first, first) in [(false, 7), (true, 7), (true, 4)] {
                let names: Vec<_> = states.iter().map(|state| state.as_str().to_uppercase()).collect();
                let arguments = format!(
                    "direction: {direction}, states: [{}], longestWaitingFirst: {longest_first}",
                    names.join(", ")
                );
                let wanted = made.worklist(sent, states, longest_first);
                assert_eq!(network.worklist(token, &arguments, first).await, wanted, "{arguments}");
                listed += wanted.len();
            }
        }
    }
    assert!(listed > 300, "{listed}");
    // Some share their door and their instant, and some that wait there no more stand before others.
    let places: Vec<_> = made.rows.iter().map(|row| made.place(row)).collect();
    assert!(places.iter().filter(|place| **place == json!(3)).count() > 1, "{places:?}");
}

/// Those before somebody in a line are counted where that is asked for, and for all of a page at once; what was said is read where
/// the history is.
#[tokio::test]
async fn what_is_not_asked_for_is_not_looked_up() {
    let network = Network::new().await;
    Made::of(&network).await;
    let all = "states: [WAITLISTED], first: 40";
    // What is made once for all is made by the first.
    network.statements(&network.cal, all, "id").await;
    let plain = network.statements(&network.cal, all, "id state waitlistedAt owner { account { name } }").await;
    let placed = network.statements(&network.cal, all, "id state placeInLine owner { account { name } }").await;
    assert_eq!(placed, plain + 1);
    let fragment = "... on Referral { id placeInLine }";
    assert_eq!(network.statements(&network.cal, all, fragment).await, placed);
    let one = network.statements(&network.cal, "states: [WAITLISTED], first: 1", "id state placeInLine").await;
    assert_eq!(one, placed, "as many for one as for many");
    let none = network.statements(&network.cal, "states: [ACCEPTED], first: 40", "id state placeInLine").await;
    assert_eq!(none, plain, "nobody of them is in a line");
    let told = network.statements(&network.cal, all, "id history { step words }").await;
    assert!(told > plain, "{told} {plain}");
    // Whom they are about is decided on the same facts: what is read besides is their rows, which sorts of rows there are of
    // whom nothing of it is shown, and keys.
    let named = network.statements(&network.cal, all, "id owner { account { name } } serviceUser { id name }").await;
    assert_eq!(named, plain + 3);
    let counted = {
        let before = network.app.db().statements();
        network.ask(&network.cal, "{ referralCounts(direction: RECEIVED) { number } }", json!({})).await;
        network.app.db().statements() - before
    };
    // The list takes the place of the counts: beside it facts, rows, what they are about, names, the ledger.
    assert_eq!(plain, counted + 5);
}
