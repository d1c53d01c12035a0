//! Referrals under random hands, one after another and at once, against a model written from the words of the design alone.

use std::sync::Arc;

use entity::enums::{
    Achievement, DataCategory, ReferralReason, ReferralState as S, ReferralStep as T, ReferralUrgency,
};
use entity::ids::{AccountId, AgencyId, ReferralId, ServiceUserId};
use entity::{referral, referral_event};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use signpost::api::ids::NodeId;
use signpost::people::acting::Actor;
use signpost::people::entering::Worker;
use signpost::people::referrals::drafting::Draft;
use signpost::people::referrals::editing::{Change, Edit};
use signpost::people::referrals::moving::Doing;

use super::graph::Network;
use crate::access::world::Dice;

/// Whose hands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hand {
    Sender,
    Receiver,
    Themselves,
}

const HANDS: &[Hand] = &[Hand::Sender, Hand::Receiver, Hand::Receiver, Hand::Themselves];

/// Where a step leads by the words of the design; none where it may not be done.
///
/// "DRAFT → SUBMITTED → { INFO_REQUESTED ↔ SUBMITTED, WAITLISTED, ACCEPTED, REJECTED, WITHDRAWN, EXPIRED, REROUTED };
/// WAITLISTED → { ACCEPTED, WITHDRAWN, EXPIRED }; ACCEPTED → IN_PROGRESS ↔ ON_HOLD → OUTCOME_RECORDED → CLOSED;
/// ENTERED_IN_ERROR from any. Only a referral whose outcome is recorded can close."
fn model(hand: Hand, doing: Doing, state: S) -> Option<S> {
    use Hand::{Receiver, Sender, Themselves};
    match (doing, hand, state) {
        (Doing::Submit { .. }, Sender, S::Draft) => Some(S::Submitted),
        (Doing::AskForInformation, Receiver, S::Submitted) => Some(S::InfoRequested),
        (Doing::GiveInformation, Sender, S::InfoRequested) => Some(S::Submitted),
        (Doing::Waitlist { .. }, Receiver, S::Submitted | S::Waitlisted) => Some(S::Waitlisted),
        (Doing::Accept { .. }, Receiver, S::Submitted | S::Waitlisted) => Some(S::Accepted),
        (Doing::Reject { .. }, Receiver, S::Submitted) => Some(S::Rejected),
        (Doing::Withdraw { .. }, Sender | Themselves, S::Draft | S::Submitted | S::InfoRequested | S::Waitlisted) => {
            Some(S::Withdrawn)
        }
        (Doing::Start, Receiver, S::Accepted) => Some(S::InProgress),
        (Doing::Hold, Receiver | Sender, S::InProgress) => Some(S::OnHold),
        (Doing::Resume, Receiver | Sender, S::OnHold) => Some(S::InProgress),
        (Doing::RecordOutcome { .. }, Receiver, S::InProgress | S::OnHold) => Some(S::OutcomeRecorded),
        (Doing::Close, Receiver | Sender, S::OutcomeRecorded) => Some(S::Closed),
        (Doing::EnterInError, Sender, state) if state != S::EnteredInError => Some(S::EnteredInError),
        _ => None,
    }
}

struct Ground {
    network: Network,
    of: ServiceUserId,
    sender: Worker,
    receiver: Worker,
    themselves: AccountId,
}

impl Ground {
    async fn new() -> Self {
        let network = Network::new().await;
        let (id, _) = network.agreed().await;
        let sam = network.account(&network.sam).await;
        let link = format!("linkAccount(input: {{ serviceUser: {id:?}, account: {sam:?} }})");
        assert_eq!(network.change(&network.ann, &link).await, serde_json::json!([]));
        let account = async |token: &str| match NodeId::decode(&network.account(token).await) {
            Some(NodeId::Account(id)) => id,
            other => panic!("{other:?}"),
        };
        let (ann, cal, themselves) =
            (account(&network.ann).await, account(&network.cal).await, account(&network.sam).await);
        let Some(NodeId::ServiceUser(of)) = NodeId::decode(&id) else { panic!("{id}") };
        let worker = |account, agency: AgencyId| Worker { account, agency };
        let (sender, receiver) = (worker(ann, Network::agency(0)), worker(cal, Network::agency(1)));
        Self { network, of, sender, receiver, themselves }
    }

    fn actor(&self, hand: Hand) -> Actor {
        match hand {
            Hand::Sender => self.sender.into(),
            Hand::Receiver => self.receiver.into(),
            Hand::Themselves => Actor { account: self.themselves, agency: None },
        }
    }

    async fn draft(&self) -> ReferralId {
        let draft = Draft {
            to: self.receiver.agency,
            service: None,
            needs: ["housing.hostel".to_owned()].into(),
            discloses: [DataCategory::Identity, DataCategory::Housing].into(),
            urgency: ReferralUrgency::Soon,
            release_on: None,
        };
        self.network.app.app.people.draft_referral(self.sender, self.of, &draft).await.unwrap()
    }

    fn doing(&self, dice: &mut Dice) -> Doing {
        let within = dice.of(&[1, 30]);
        let last = if dice.one_in(6) { Doing::EnterInError } else { Doing::Start };
        dice.of(&[
            Doing::Submit { within },
            Doing::Submit { within },
            Doing::AskForInformation,
            Doing::GiveInformation,
            Doing::Waitlist { expected_on: None },
            Doing::Accept { owner: self.receiver.account },
            Doing::Reject { reason: ReferralReason::NoCapacity },
            Doing::Withdraw { reason: None },
            Doing::Start,
            Doing::Start,
            Doing::Hold,
            Doing::Resume,
            Doing::RecordOutcome { achieved: Achievement::Fully, reason: None },
            Doing::Close,
            last,
        ])
    }

    async fn does(&self, hand: Hand, id: ReferralId, doing: Doing) -> bool {
        let words = Some("So it is.".to_owned());
        let done = self.network.app.app.people.move_referral(self.actor(hand), id, doing, words).await;
        if let Err(error) = &done {
            assert!(
                matches!(error, signpost::people::Trouble::NotFound | signpost::people::Trouble::Wrong(_)),
                "{error}"
            );
        }
        done.is_ok()
    }

    /// Writes a draft anew, as it was in that version; whether that was done.
    async fn edits(&self, hand: Hand, id: ReferralId, expected: i32, urgency: ReferralUrgency) -> bool {
        let by = match hand {
            Hand::Sender => self.sender,
            Hand::Receiver => self.receiver,
            // For no agency nobody writes a draft.
            Hand::Themselves => return false,
        };
        let edit = Edit {
            to: None,
            service: Change::Keep,
            needs: None,
            discloses: None,
            urgency: Some(urgency),
            release_on: Change::Keep,
        };
        let done = self.network.app.app.people.edit_referral_draft(by, id, expected, &edit, None).await;
        if let Err(error) = &done {
            use signpost::people::Trouble;
            let refused =
                matches!(error, Trouble::NotFound | Trouble::Wrong(_) | Trouble::Changed(_) | Trouble::NothingChanges);
            assert!(refused, "{error}");
        }
        done.is_ok()
    }

    /// Everything that was done with a referral leads from one state to the next by the model; what stands in its row is
    /// where the last of it led, and who answers for it is of the side that has it.
    async fn holds_together(&self, id: ReferralId) -> usize {
        let db = self.network.app.db().connection();
        let row = referral::Entity::find_by_id(id).one(db).await.unwrap().unwrap();
        let events = referral_event::Entity::find()
            .filter(referral_event::Column::ReferralId.eq(id))
            .order_by_asc(referral_event::Column::Number)
            .all(db)
            .await
            .unwrap();
        let mut state = S::Draft;
        let mut version = 1;
        let mut at = row.created_at;
        for (place, event) in events.iter().enumerate() {
            assert_eq!(usize::try_from(event.number).unwrap(), place + 1, "{events:#?}");
            assert!(event.at >= at, "time goes on: {events:#?}");
            at = event.at;
            let hand = match event.agency_id {
                Some(agency) if agency == self.sender.agency => Hand::Sender,
                Some(_) => Hand::Receiver,
                None => Hand::Themselves,
            };
            if place == 0 {
                assert_eq!((event.step, event.state), (T::Drafted, S::Draft));
                continue;
            }
            if event.step == T::Edited {
                // "only DRAFT": by the sender, and it stays one.
                assert_eq!((hand, state, event.state), (Hand::Sender, S::Draft, S::Draft), "{events:#?}");
                version += 1;
                continue;
            }
            let doing = [
                Doing::Submit { within: 1 },
                Doing::AskForInformation,
                Doing::GiveInformation,
                Doing::Waitlist { expected_on: None },
                Doing::Accept { owner: self.receiver.account },
                Doing::Reject { reason: ReferralReason::Age },
                Doing::Withdraw { reason: None },
                Doing::Start,
                Doing::Hold,
                Doing::Resume,
                Doing::RecordOutcome { achieved: Achievement::Not, reason: None },
                Doing::Close,
                Doing::EnterInError,
            ]
            .into_iter()
            .find(|doing| doing.step() == event.step)
            .unwrap();
            assert_eq!(model(hand, doing, state), Some(event.state), "{events:#?}");
            state = event.state;
        }
        assert_eq!((row.state, row.version), (state, version));
        let accepted = events.iter().any(|event| event.step == T::Accepted);
        let owner = if accepted { self.receiver } else { self.sender };
        assert_eq!((row.owner_id, row.owner_agency_id), (owner.account, owner.agency));
        events.len()
    }
}

/// What may be done is done, and what may not is not, whoever tries it and however far it has come.
#[tokio::test]
async fn random_steps_are_those_of_the_model() {
    let ground = Ground::new().await;
    let mut dice = Dice(6);
    let (mut done, mut refused) = (0, 0);
    for _ in 0..40 {
        let id = ground.draft().await;
        let (mut state, mut expires) = (S::Draft, None);
        let (mut version, mut urgency) = (1, ReferralUrgency::Soon);
        for _ in 0..dice.below(4) {
            let (hand, expected) = (dice.of(HANDS), version + dice.of(&[0, 0, 0, 1, -1]));
            let now = dice.of(&[ReferralUrgency::Soon, ReferralUrgency::Urgent]);
            let wanted = hand == Hand::Sender && expected == version && now != urgency;
            assert_eq!(ground.edits(hand, id, expected, now).await, wanted, "{hand:?} {expected} {version}");
            if wanted {
                (version, urgency) = (version + 1, now);
            }
        }
        for step in 0..30 {
            ground.network.app.clock.advance(chrono::TimeDelta::hours(dice.of(&[0, 0, 0, 1, 12, 24])));
            let now = ground.network.app.clock.now().timestamp_millis();
            let (hand, doing) = match step {
                0 => (Hand::Sender, Doing::Submit { within: dice.of(&[1, 30]) }),
                _ => (dice.of(HANDS), ground.doing(&mut dice)),
            };
            let unanswered = matches!(state, S::Submitted | S::InfoRequested | S::Waitlisted);
            let stands = if unanswered && expires.is_some_and(|at| at <= now) { S::Expired } else { state };
            // A draft is seen by its side and by the service user; so is what was entered in error.
            let hidden = hand == Hand::Receiver && matches!(stands, S::Draft | S::EnteredInError);
            let wanted = if hidden { None } else { model(hand, doing, stands) };
            let did = ground.does(hand, id, doing).await;
            assert_eq!(did, wanted.is_some(), "{hand:?} {doing:?} {stands:?}");
            if let (Some(next), Doing::Submit { within }) = (wanted, doing) {
                (state, expires) = (next, Some(now + within * 86_400_000));
            }
            state = wanted.unwrap_or(state);
            if state != S::Draft && dice.one_in(4) {
                let told = "what is no draft any more is not edited";
                assert!(!ground.edits(hand, id, version, ReferralUrgency::Routine).await, "{told}: {hand:?} {state:?}");
            }
            *(if did { &mut done } else { &mut refused }) += 1;
        }
        ground.holds_together(id).await;
    }
    assert!(done > 60 && refused > 200, "{done} {refused}");
}

/// Many hands at once: no step is lost, none is done twice, and each leads on from the one before.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_hands_at_once_leave_one_history() {
    let ground = Arc::new(Ground::new().await);
    for round in 0..6_u64 {
        let ids = [ground.draft().await, ground.draft().await];
        for id in ids {
            assert!(ground.does(Hand::Sender, id, Doing::Submit { within: 30 }).await);
        }
        let tasks = (0..6_u64).map(|number| {
            let ground = Arc::clone(&ground);
            tokio::spawn(async move {
                let mut dice = Dice(round * 100 + number);
                let mut done = [0, 0];
                for _ in 0..8 {
                    let which = dice.below(2);
                    let (hand, doing) = (dice.of(HANDS), ground.doing(&mut dice));
                    // What ends everything ends the test.
                    if doing.step() != T::EnteredInError && ground.does(hand, ids[which], doing).await {
                        done[which] += 1;
                    }
                }
                done
            })
        });
        let mut done = [0, 0];
        for task in tasks.collect::<Vec<_>>() {
            let some = task.await.unwrap();
            done = [done[0] + some[0], done[1] + some[1]];
        }
        for (id, done) in ids.into_iter().zip(done) {
            assert_eq!(ground.holds_together(id).await, done + 2, "drafted, sent, and what was done");
        }
    }
}

/// Drafts that several write anew while one sends them: no edit is lost or done twice, and none is made of what was sent.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn edits_and_sending_at_once_leave_one_history() {
    let ground = Arc::new(Ground::new().await);
    for round in 0..8_u64 {
        let id = ground.draft().await;
        let tasks = (0..6_u64).map(|number| {
            let ground = Arc::clone(&ground);
            tokio::spawn(async move {
                let mut dice = Dice(round * 100 + number);
                let mut done = 0;
                for _ in 0..6 {
                    let did = if number == 0 && dice.one_in(4) {
                        ground.does(Hand::Sender, id, Doing::Submit { within: 30 }).await
                    } else {
                        let expected = i32::try_from(dice.below(4)).unwrap() + 1;
                        let urgency = dice.of(&[ReferralUrgency::Soon, ReferralUrgency::Urgent]);
                        ground.edits(Hand::Sender, id, expected, urgency).await
                    };
                    done += usize::from(did);
                }
                done
            })
        });
        let mut done = 0;
        for task in tasks.collect::<Vec<_>>() {
            done += task.await.unwrap();
        }
        assert_eq!(ground.holds_together(id).await, done + 1, "drafted, and what was done");
    }
}
