//! Appointments under random hands, one after another and at once, against a model written from the words of the design alone.

use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use entity::enums::{
    AppointmentDelivery, AppointmentKind, AppointmentState as S, AppointmentStep as T, CancelledBy, Purpose,
};
use entity::ids::{AccountId, AppointmentId};
use entity::instants::Millis;
use entity::{appointment, appointment_event};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use signpost::people::appointments::booking::{Booking, Moved};
use signpost::people::appointments::keeping::{Doing, Outcome};
use signpost::people::appointments::reading::WhichAppointments;
use signpost::people::reading::Reader;

use super::hands::{Ground, HANDS, Hand, done};
use crate::access::world::Dice;

const HOUR: i64 = 3_600_000;

/// Something that is done with an appointment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    Keep(Doing),
    /// Moved to so many hours from now, for so many.
    Move {
        from_now: i64,
        lasts: i64,
    },
}

impl Act {
    fn of(dice: &mut Dice) -> Self {
        let (late, delivered) = (dice.one_in(2), dice.one_in(2));
        let outcome = if dice.one_in(2) {
            Outcome::Attended { late, delivered }
        } else {
            Outcome::DidNotAttend { acceptable: late, delivered }
        };
        let to = Self::Move { from_now: dice.of(&[-25, -24, 1, 5, 30]), lasts: dice.of(&[0, 1, 1, 24, 25]) };
        dice.of(&[
            Self::Keep(Doing::Cancel),
            Self::Keep(Doing::Record(outcome)),
            Self::Keep(Doing::Record(outcome)),
            Self::Keep(Doing::Amend(outcome)),
            to,
        ])
    }
}

/// Where something leads by the words of the design; none where it may not be done.
///
/// "BOOKED → ATTENDED | DID_NOT_ATTEND | CANCELLED (by whom) | SUPERSEDED (rescheduled; never overwritten). No attendance on a
/// future appointment; recorded once, amended with a reason."
fn model(hand: Hand, act: Act, state: S, begun: bool, words: bool) -> Option<S> {
    let came = |outcome| match outcome {
        Outcome::Attended { .. } => S::Attended,
        Outcome::DidNotAttend { .. } => S::DidNotAttend,
    };
    match (act, hand, state) {
        (Act::Keep(Doing::Cancel), Hand::Worker | Hand::Themselves, S::Booked) if !begun => Some(S::Cancelled),
        (Act::Keep(Doing::Record(outcome)), Hand::Worker, S::Booked) if begun => Some(came(outcome)),
        (Act::Keep(Doing::Amend(outcome)), Hand::Worker, S::Attended | S::DidNotAttend) if begun && words => {
            Some(came(outcome))
        }
        // Who walks in is written down up to a day afterwards; nothing lasts longer than a day.
        (Act::Move { from_now, lasts }, Hand::Worker, S::Booked) if !begun => {
            (from_now >= -24 && (1..=24).contains(&lasts)).then_some(S::Superseded)
        }
        _ => None,
    }
}

impl Ground {
    fn now(&self) -> i64 {
        self.network.app.clock.now().timestamp_millis()
    }

    /// Books one that begins so many hours from now.
    async fn books(&self, from_now: i64) -> AppointmentId {
        let starts = self.now() + from_now * HOUR;
        let booking = Booking {
            kind: AppointmentKind::OneToOne,
            delivery: AppointmentDelivery::Telephone,
            location: None,
            starts_at: Millis(starts),
            ends_at: Millis(starts + HOUR),
            with: self.worker.account,
            referral: None,
        };
        self.people().book_appointment(self.worker, self.of, &booking, None).await.unwrap()
    }

    /// Whether it was done; the other appointment, where one was booked in its place.
    async fn acts(&self, hand: Hand, id: AppointmentId, act: Act, words: bool) -> Option<Option<AppointmentId>> {
        let words = words.then(|| "So it is.".to_owned());
        match act {
            Act::Keep(doing) => {
                let kept = self.people().keep_appointment(self.actor(hand), id, doing, words).await;
                done(kept).map(|_| None)
            }
            Act::Move { from_now, lasts } => {
                let starts = self.now() + from_now * HOUR;
                let (starts_at, ends_at) = (Millis(starts), Millis(starts + lasts * HOUR));
                let moved = Moved { starts_at, ends_at, delivery: None, location: None, with: None };
                let moved = self.people().reschedule_appointment(self.as_worker(hand), id, &moved, words).await;
                done(moved).map(Some)
            }
        }
    }

    async fn row(&self, id: AppointmentId) -> appointment::Model {
        appointment::Entity::find_by_id(id).one(self.network.app.db().connection()).await.unwrap().unwrap()
    }

    /// Everything that was done with an appointment leads from one state to the next by the model; its row stands where the
    /// last of it led, and says what was recorded last; and of each of it both endpoints were told, once and in order.
    async fn holds_together(&self, id: AppointmentId) -> usize {
        let row = self.row(id).await;
        let events = appointment_event::Entity::find()
            .filter(appointment_event::Column::AppointmentId.eq(id))
            .order_by_asc(appointment_event::Column::Number)
            .all(self.network.app.db().connection())
            .await
            .unwrap();
        let (mut state, mut at) = (S::Booked, row.booked_at);
        let (mut said, mut cancelled) = ((None, None, None), None);
        for (place, event) in events.iter().enumerate() {
            assert_eq!(usize::try_from(event.number).unwrap(), place + 1, "{events:#?}");
            assert!(event.at >= at, "time goes on: {events:#?}");
            at = event.at;
            if place == 0 {
                assert_eq!((event.step, event.state, event.at), (T::Booked, S::Booked, row.booked_at));
                continue;
            }
            let hand = self.hand_of(event.by, event.agency_id.is_some());
            let outcome = || match event.state {
                S::Attended => Outcome::Attended { late: event.is_late.unwrap(), delivered: event.delivered.unwrap() },
                _ => Outcome::DidNotAttend {
                    acceptable: event.is_acceptable.unwrap(),
                    delivered: event.delivered.unwrap(),
                },
            };
            let act = match event.step {
                T::Attended | T::DidNotAttend => Act::Keep(Doing::Record(outcome())),
                T::Amended => Act::Keep(Doing::Amend(outcome())),
                T::Cancelled => Act::Keep(Doing::Cancel),
                T::Rescheduled => Act::Move { from_now: 1, lasts: 1 },
                T::Booked => panic!("booked once: {events:#?}"),
                T::HandedOver => panic!("no caseload was handed over: {events:#?}"),
            };
            let begun = event.at >= row.starts_at;
            assert_eq!(model(hand, act, state, begun, event.sealed.is_some()), Some(event.state), "{events:#?}");
            state = event.state;
            match event.step {
                T::Attended | T::DidNotAttend | T::Amended => {
                    said = (event.is_late, event.is_acceptable, event.delivered);
                }
                T::Cancelled => {
                    let by = if hand == Hand::Worker { CancelledBy::Agency } else { CancelledBy::ServiceUser };
                    cancelled = Some((by, event.at));
                }
                T::Booked | T::Rescheduled | T::HandedOver => {}
            }
        }
        assert_eq!((row.state, row.changed_at), (state, at), "{events:#?}");
        assert_eq!((row.is_late, row.is_acceptable, row.delivered), said, "{events:#?}");
        assert_eq!(row.cancelled_by.zip(row.cancelled_at), cancelled, "{events:#?}");
        let wanted: Vec<_> = events
            .iter()
            .map(|event| (event.id.0, event.number, format!("appointment.{}", event.step.as_str())))
            .collect();
        for endpoint in self.told {
            let notices = self.notices(endpoint, id.0).await;
            let told: Vec<_> = notices.iter().map(|one| (one.event_id, one.number, one.kind.clone())).collect();
            assert_eq!(told, wanted, "each once, in the order in which it happened");
            for (notice, event) in notices.iter().zip(&events) {
                assert!(notice.body.contains(&event.state.as_str().to_uppercase()), "{}", notice.body);
            }
        }
        events.len()
    }

    fn hand_of(&self, by: Option<AccountId>, for_agency: bool) -> Hand {
        match by {
            Some(by) if by == self.worker.account && for_agency => Hand::Worker,
            Some(by) if by == self.themselves && !for_agency => Hand::Themselves,
            _ => panic!("whose hand was it? {by:?}"),
        }
    }

    /// All appointments of the service user.
    async fn all(&self) -> Vec<appointment::Model> {
        let theirs = appointment::Column::ServiceUserId.eq(self.of);
        let rows = appointment::Entity::find().filter(theirs).all(self.network.app.db().connection());
        rows.await.unwrap()
    }

    /// In the place of each that was moved stands one other, and of no other one; both are as they were booked. Nobody was
    /// told but who is to be told. Gives how much was done in all.
    async fn all_hold_together(&self) -> usize {
        let all = self.all().await;
        for row in &all {
            let instead = all.iter().filter(|other| other.replaces_id == Some(row.id)).count();
            assert_eq!(instead, usize::from(row.state == S::Superseded), "{row:?}");
        }
        let mut events = 0;
        for row in &all {
            events += self.holds_together(row.id).await;
        }
        assert_eq!(self.put_out().await, events * self.told.len(), "and nobody else was told of anything");
        events
    }
}

/// What may be done is done, and what may not is not, whoever tries it and however far it has come; and only then somebody is
/// told.
#[tokio::test]
async fn random_steps_are_those_of_the_model() {
    let ground = Ground::new().await;
    let mut dice = Dice(60);
    let (mut carried_out, mut refused, mut booked) = (0, 0, 0);
    for round in 0..30 {
        let mut id = ground.books(dice.of(&[-20, 0, 1, 12, 30])).await;
        (booked, carried_out) = (booked + 1, carried_out + 1);
        if round == 0 {
            let (account, agency) = (ground.partner.account, Some(ground.partner.agency));
            let reader = Reader { account, agency, purpose: Purpose::CareCoordination, operation: "appointment" };
            let seen = ground.people().read_appointments(reader, &WhichAppointments::Of(vec![id]), None).await;
            assert_eq!(seen.unwrap().len(), 1, "who can't do anything sees it");
        }
        let (mut state, mut starts) = (S::Booked, ground.row(id).await.starts_at.0);
        for _ in 0..14 {
            ground.network.app.clock.advance(TimeDelta::hours(dice.of(&[0, 0, 0, 1, 6])));
            let (hand, act, words) = (dice.of(HANDS), Act::of(&mut dice), dice.one_in(2));
            let begun = starts <= ground.now();
            let wanted = model(hand, act, state, begun, words);
            let did = ground.acts(hand, id, act, words).await;
            assert_eq!(did.is_some(), wanted.is_some(), "{hand:?} {act:?} {state:?} {begun} {words}");
            state = wanted.unwrap_or(state);
            assert_eq!(ground.row(id).await.state, state);
            match did {
                None => refused += 1,
                Some(None) => carried_out += 1,
                Some(Some(other)) => {
                    // Moved, and booked anew.
                    carried_out += 2;
                    booked += 1;
                    let (before, after) = (ground.row(id).await, ground.row(other).await);
                    assert_eq!(before.starts_at.0, starts, "never overwritten");
                    assert_eq!(
                        (after.replaces_id, after.kind, after.delivery),
                        (Some(id), before.kind, before.delivery)
                    );
                    if dice.one_in(2) {
                        (id, state, starts) = (other, after.state, after.starts_at.0);
                        assert_eq!(state, S::Booked);
                    }
                }
            }
        }
    }
    assert_eq!(ground.all().await.len(), booked);
    assert_eq!(ground.all_hold_together().await, carried_out);
    assert!(carried_out > 50 && refused > 100 && booked > 30, "{carried_out} {refused} {booked}");
}

/// Many hands at once, while the hour of some of them comes: no step is lost, none is done twice, each leads on from the one
/// before, and of each somebody is told once.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_hands_at_once_leave_one_history() {
    let ground = Arc::new(Ground::new().await);
    let mut carried_out = 0;
    for round in 0..5_u64 {
        let ids = Arc::new(Mutex::new(Vec::new()));
        for from_now in [-1, 3, 10] {
            let id = ground.books(from_now).await;
            ids.lock().unwrap().push(id);
            carried_out += 1;
        }
        let tasks = (0..6_u64).map(|number| {
            let (ground, ids) = (Arc::clone(&ground), Arc::clone(&ids));
            tokio::spawn(async move {
                let mut dice = Dice(round * 100 + number);
                let mut did = 0;
                for _ in 0..8 {
                    if number == 0 {
                        ground.network.app.clock.advance(TimeDelta::hours(1));
                    }
                    let id = {
                        let ids = ids.lock().unwrap();
                        ids[dice.below(ids.len())]
                    };
                    let (hand, act, words) = (dice.of(HANDS), Act::of(&mut dice), dice.one_in(2));
                    match ground.acts(hand, id, act, words).await {
                        None => {}
                        Some(None) => did += 1,
                        Some(Some(other)) => {
                            did += 2;
                            ids.lock().unwrap().push(other);
                        }
                    }
                }
                did
            })
        });
        for task in tasks.collect::<Vec<_>>() {
            carried_out += task.await.unwrap();
        }
        assert_eq!(ground.all_hold_together().await, carried_out, "booked, and what was done");
    }
    assert!(carried_out > 30, "{carried_out}");
}
