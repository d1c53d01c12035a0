//! One service user's way through the network: needs, assessments, steps of referrals, appointments and signposts, evenly over
//! five years, as several agencies wrote them down. Of any ten that follow one another there is each kind.

use entity::enums::{
    AppointmentDelivery, AppointmentKind, AppointmentState, AppointmentStep, DataCategory, Helped, ReferralState,
    ReferralStep, RelationshipKind, ServiceStatus,
};
use entity::ids::{
    AppointmentEventId, AppointmentId, ReferralId, ServiceId, ServiceUserId, SignpostId, SignpostNeedId,
};
use entity::instants::Millis;
use entity::signpost as given;
use entity::{appointment, appointment_event, signpost_need};
use serde_json::json;
use signpost::people::contents::work::{Answer, category_of};
use signpost::people::contents::{Assessment, Contents, Need};
use signpost::signposts::giving::{Group, Why, WhyCriterion};
use signpost::signposts::sheet::{Then, Told};
use signpost::vault::sealed::DataKey;

use crate::fill::{DAY, Filling, HUB, Made, NEEDS, OTHER, OWN, SHARED, SOURCES, Step, agency, of, worker};
use crate::measuring::Outcome;
use crate::rows::Rows;

/// Over how long it goes.
const LENGTH: i64 = 5 * 365 * DAY;

/// What is done with a referral, one after the other.
const STEPS: &[(ReferralState, ReferralStep)] = &[
    (ReferralState::Draft, ReferralStep::Drafted),
    (ReferralState::Submitted, ReferralStep::Submitted),
    (ReferralState::Waitlisted, ReferralStep::Waitlisted),
    (ReferralState::Accepted, ReferralStep::Accepted),
    (ReferralState::InProgress, ReferralStep::Started),
    (ReferralState::OutcomeRecorded, ReferralStep::OutcomeRecorded),
    (ReferralState::Closed, ReferralStep::Closed),
];
/// How far the last one has come: it waits.
const LAST: usize = 3;

/// To whom they are referred, in turn.
const TO: &[u32] = &[OTHER, HUB, 2];

/// Whom it is written about, and their key.
type Whom<'a> = (ServiceUserId, &'a DataKey);

/// Writes somebody with so many events.
pub(crate) async fn way(filling: &mut Filling<'_>, whom: ServiceUserId, events: u32) -> Outcome<()> {
    println!("a pathway of {events} events…");
    let between = LENGTH / i64::from(events.max(1));
    let since = Millis(filling.now.0 - LENGTH - DAY);
    let db = filling.app.database.begin_write().await?;
    let mut rows = Rows::default();
    let key = filling.somebody(&db, &mut rows, whom, OWN, since).await?;
    for other in [OTHER, HUB] {
        filling.deal(&mut rows, whom, other, RelationshipKind::Referral, since);
    }
    filling.permit(&mut rows, whom, &[OWN, OTHER, HUB], SHARED, since);
    let of_them = (whom, &key);
    let mut steps = Vec::new();
    for number in 0..events {
        let at = Millis(filling.now.0 - i64::from(number + 1) * between);
        // Half of it is of their own agency, half of the others that hold something about them.
        let by = if (number / 10).is_multiple_of(2) { OWN } else { 1 + (number / 20) % SOURCES };
        match number % 10 {
            0 => {
                let need = Need { key: of(NEEDS, number / 10)?.to_owned(), priority: 2, remark: None };
                filling.record(&mut rows, of_them, by, &Contents::Need(need), at)?;
            }
            2 | 8 => meet(filling, &mut rows, of_them, by, at)?,
            4 => tell(filling, &mut rows, of_them, by, (number, at))?,
            6 => filling.record(&mut rows, of_them, by, &Contents::Assessment(assessed(at)), at)?,
            _ => steps.push(at),
        }
    }
    refer(filling, &mut rows, of_them, &steps)?;
    for days in [30, 60] {
        let at = Millis(filling.now.0 + days * DAY);
        meet(filling, &mut rows, of_them, OWN, at)?;
    }
    rows.write(&db).await?;
    db.commit().await?;
    Ok(())
}

fn assessed(at: Millis) -> Assessment {
    let answer =
        |question: &str| Answer { question: question.to_owned(), answer: "More than half the days.".to_owned() };
    Assessment {
        category: DataCategory::MentalHealth,
        tool: "Initial assessment".to_owned(),
        assessed_on: at.to_utc().date_naive(),
        summary: Some(
            "They sleep badly, and would like somebody to talk to who does not change every month.".to_owned(),
        ),
        answers: ["Sleep", "Appetite", "Worry"].into_iter().map(answer).collect(),
    }
}

/// An appointment with an agency: one that was, and they came; or one that is to be.
fn meet(filling: &mut Filling<'_>, rows: &mut Rows, (whom, key): Whom<'_>, by: u32, at: Millis) -> Outcome<()> {
    let id = AppointmentId(filling.id());
    let booked = Millis(at.0.min(filling.now.0) - 7 * DAY);
    let is_over = at <= filling.now;
    let (booked_state, attended) = (AppointmentState::Booked, AppointmentState::Attended);
    rows.appointments.push(appointment::Model {
        id,
        service_user_id: whom,
        recorded_for: whom,
        agency_id: agency(by),
        kind: AppointmentKind::OneToOne,
        delivery: AppointmentDelivery::InPerson,
        location_id: None,
        starts_at: at,
        ends_at: Millis(at.0 + DAY / 24),
        with_id: worker(by),
        referral_id: None,
        replaces_id: None,
        state: if is_over { attended } else { booked_state },
        is_late: is_over.then_some(false),
        is_acceptable: None,
        delivered: is_over.then_some(true),
        cancelled_by: None,
        cancelled_at: None,
        booked_by: worker(by),
        booked_at: booked,
        changed_at: if is_over { at } else { booked },
    });
    let done = [(AppointmentStep::Booked, booked_state, booked), (AppointmentStep::Attended, attended, at)];
    for (number, (step, state, when)) in (1..).zip(done).take(if is_over { 2 } else { 1 }) {
        let event = AppointmentEventId(filling.id());
        let words = "Ring the bell at the side, and ask for the quiet room.";
        rows.appointment_steps.push(appointment_event::Model {
            id: event,
            appointment_id: id,
            number,
            step,
            state,
            at: when,
            by: Some(worker(by)),
            agency_id: Some(agency(by)),
            is_late: (state == attended).then_some(false),
            is_acceptable: None,
            delivered: (state == attended).then_some(true),
            sealed: Some(filling.seal(key, "appointment_event.sealed", event.0, words)?),
        });
    }
    Ok(())
}

/// A signpost to three services.
fn tell(
    filling: &mut Filling<'_>,
    rows: &mut Rows,
    (whom, key): Whom<'_>,
    by: u32,
    (number, at): (u32, Millis),
) -> Outcome<()> {
    let id = SignpostId(filling.id());
    let need = of(NEEDS, number / 10)?;
    let salt = id.0.to_string();
    let told: Vec<Then> = (0..3).map(|service| service_told(service, at).then(&salt)).collect();
    let why: Vec<Why> = told.iter().map(|_| why()).collect();
    let text = json!({ "told": told, "why": why }).to_string();
    let category = category_of(need);
    // A bit for each category, in their order.
    let tells_of: i32 = DataCategory::ALL.iter().position(|one| *one == category).map_or(0, |at| 1 << at);
    rows.signposts.push(given::Model {
        id,
        service_user_id: Some(whom),
        recorded_for: Some(whom),
        agency_id: agency(by),
        given_by: worker(by),
        given_at: at,
        tells_of,
        told: None,
        sealed: Some(filling.seal(key, "signpost.sealed", id.0, &text)?),
        link_hash: None,
        link_until: None,
        helped: Some(Helped::Partly),
        helped_at: Some(at),
        helped_by: Some(worker(by)),
    });
    rows.signpost_needs.push(signpost_need::Model {
        id: SignpostNeedId(filling.id()),
        signpost_id: id,
        need_key: need.to_owned(),
    });
    Ok(())
}

fn service_told(number: u32, at: Millis) -> Told {
    Told {
        service: ServiceId(crate::network::id(6, number)),
        at: None,
        name: format!("Service {number}"),
        agency: "An agency".to_owned(),
        status: ServiceStatus::Active,
        reopens_on: None,
        alert: None,
        phones: vec!["0300 123 4567".to_owned()],
        address: vec!["1 High Street".to_owned(), "Anytown".to_owned()],
        week: Vec::new(),
        hours: "Mo 10-16".to_owned(),
        how_to_apply: None,
        documents: Vec::new(),
        confirmed_on: Some(at.to_utc().date_naive()),
    }
}

fn why() -> Why {
    let met = |reason: &str| WhyCriterion { met: Some(true), reason: reason.to_owned(), ask: None };
    Why { group: Group::Fits, criteria: vec![met("It takes people of their age."), met("It is open on Mondays.")] }
}

/// Referrals by their own agency, from the instants of all their steps, the latest first: the last one waits, all before it
/// are over. Of the oldest, what is less than a whole referral is left out.
fn refer(filling: &mut Filling<'_>, rows: &mut Rows, (whom, key): Whom<'_>, latest_first: &[Millis]) -> Outcome<()> {
    let (last, before) = latest_first.split_at(LAST.min(latest_first.len()));
    let all = std::iter::once(last).chain(before.chunks_exact(STEPS.len()));
    for (number, of_one) in (0..).zip(all) {
        let referral = ReferralId(filling.id());
        let to = of(TO, number)?;
        let steps: Vec<_> = STEPS.iter().copied().zip(of_one.iter().rev().copied()).collect();
        let (Some(((state, _), _)), Some((_, sent))) = (steps.last().copied(), steps.get(1).copied()) else { continue };
        filling.refer(rows, whom, &Made { id: referral, from: OWN, to, state, sent });
        filling.about(rows, referral, of(NEEDS, number)?, None);
        for (place, (done, at)) in (1..).zip(steps) {
            let is_theirs = matches!(done.1, ReferralStep::Drafted | ReferralStep::Submitted);
            let by = if is_theirs { OWN } else { to };
            let words = (done.1 == ReferralStep::Submitted).then_some("They asked to be rung, not written to.");
            filling.step(rows, referral, key, &Step { number: place, done, at, by, words })?;
        }
    }
    Ok(())
}
