//! How a listing is kept: whether the service runs, how full it is, who confirmed what and when.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use entity::enums::{AssuranceEvidence, FieldGroup, ServiceStatus, WaitingList};

use super::hours;
use super::random::Random;
use crate::directory::listing::{Assurance, Capacity};

/// Whether it runs, and when it is expected back.
pub(super) fn status(random: &mut Random, today: NaiveDate) -> (ServiceStatus, Option<NaiveDate>) {
    let status = random.weighted(&[
        (973, ServiceStatus::Active),
        (10, ServiceStatus::TemporarilyClosed),
        (10, ServiceStatus::Inactive),
        (7, ServiceStatus::Defunct),
    ]);
    let expected = status == ServiceStatus::TemporarilyClosed && random.chance(700);
    (status, expected.then(|| hours::after(today, random.within(1..=120))))
}

/// Places and waiting time, of three services in ten.
pub(super) fn capacity(random: &mut Random, now: DateTime<Utc>) -> Option<Capacity> {
    if !random.chance(300) {
        return None;
    }
    let maximum = random.chance(500).then(|| random.within(4..=60));
    let available = maximum
        .filter(|_| random.chance(700))
        .map(|maximum| if random.chance(450) { 0 } else { random.below(1 + maximum / 3) });
    let waits = random.chance(650);
    Some(Capacity {
        funded: maximum.filter(|_| random.chance(400)),
        maximum,
        available,
        wait_days: waits.then(|| random.weighted(&[(15, 0), (20, 3), (20, 7), (15, 14), (12, 30), (10, 60), (8, 180)])),
        waiting_list: random.weighted(&[
            (35, Some(WaitingList::Open)),
            (20, Some(WaitingList::None)),
            (10, Some(WaitingList::Closed)),
            (35, None),
        ]),
        updated_at: days_before(now, random.within(0..=90)).filter(|_| random.chance(800)),
    })
}

/// When each part was last confirmed: some yesterday, some years ago, one service in ten never.
pub(super) fn assurances(random: &mut Random, now: DateTime<Utc>) -> Vec<Assurance> {
    if random.chance(100) {
        return Vec::new();
    }
    let age = days(random);
    let (evidence, by) = random.weighted(&[
        (60, (AssuranceEvidence::AgencyConfirmed, "the agency")),
        (28, (AssuranceEvidence::Feed, "a synthetic feed")),
        (12, (AssuranceEvidence::WorkerReported, "a worker of another agency")),
    ]);
    let mut assurances = Vec::new();
    for group in FieldGroup::ALL {
        let age = if random.chance(700) { age } else { days(random) };
        if let Some(at) = days_before(now, age).filter(|_| random.chance(850)) {
            assurances.push(Assurance { group: *group, at, by: Some(by.to_owned()), evidence });
        }
    }
    assurances
}

fn days(random: &mut Random) -> u32 {
    let (from, to) = random.weighted(&[(35, (0, 30)), (25, (31, 90)), (25, (91, 365)), (15, (366, 1_500))]);
    random.within(from..=to)
}

/// So many days ago; nothing before the calendar begins.
pub(super) fn days_before(now: DateTime<Utc>, days: u32) -> Option<DateTime<Utc>> {
    now.checked_sub_signed(TimeDelta::days(days.into()))
}
