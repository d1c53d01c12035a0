//! What is due, and in which period somebody is asked: tables and properties.

use chrono::{DateTime, TimeDelta, Utc};
use entity::enums::{FieldGroup, ServiceStatus, Visibility};
use proptest::prelude::*;
use signpost::directory::freshness::{Freshness, FreshnessRules};
use signpost::listings::freshness::due::{Due, DueRules, DueState, Period, is_due_now};

use crate::support::now;

const PUBLIC: Visibility = Visibility::Public;

fn rules(days: u32, lead: u32) -> DueRules {
    DueRules::new(FreshnessRules::new(|_| days), lead)
}

/// What is due of a running service whose parts were all confirmed then.
fn due(rules: &DueRules, confirmed: Option<DateTime<Utc>>, at: DateTime<Utc>) -> Vec<Due> {
    rules.due(ServiceStatus::Active, PUBLIC, |_| confirmed, at)
}

#[test]
fn a_part_is_due_soon_before_it_is_stale_and_overdue_after() {
    let (day, tick) = (TimeDelta::days(1), TimeDelta::milliseconds(1));
    let table = [
        // (days it counts, lead asked for, time since it was confirmed, what it is)
        (90, 14, TimeDelta::zero(), None),
        (90, 14, day * 76 - tick, None),
        (90, 14, day * 76, Some(DueState::Soon)),
        (90, 14, day * 90, Some(DueState::Soon)),
        (90, 14, day * 90 + tick, Some(DueState::Overdue)),
        (90, 14, day * 4_000, Some(DueState::Overdue)),
        // Never for more than half of its days: what was just confirmed is not due.
        (14, 14, TimeDelta::zero(), None),
        (14, 14, day * 7 - tick, None),
        (14, 14, day * 7, Some(DueState::Soon)),
        (1, 14, day, Some(DueState::Soon)),
        (1, 14, day - tick, None),
        (90, 0, day * 90 - tick, None),
        (90, 0, day * 90, Some(DueState::Soon)),
        // Somebody's clock was ahead.
        (90, 14, -day, None),
    ];
    for (days, lead, since, wanted) in table {
        let found = due(&rules(days, lead), Some(now() - since), now());
        let states: Vec<Option<DueState>> = found.iter().map(|due| Some(due.state)).collect();
        assert_eq!(states, vec![wanted; if wanted.is_some() { 6 } else { 0 }], "{days} {lead} {since}");
        assert!(found.iter().all(|due| due.due_at == Some(now() - since + day * days as i32)));
        assert_eq!(is_due_now(&found), wanted == Some(DueState::Overdue), "{days} {lead} {since}");
    }
    let never = due(&rules(90, 14), None, now());
    let all: Vec<(FieldGroup, DueState)> = never.iter().map(|due| (due.group, due.state)).collect();
    assert_eq!(all, FieldGroup::ALL.iter().map(|group| (*group, DueState::NeverConfirmed)).collect::<Vec<_>>());
    assert!(is_due_now(&never) && never.iter().all(|due| due.due_at.is_none() && due.confirmed_at.is_none()));
    // As long as there are dates.
    assert_eq!(due(&rules(90, 14), Some(DateTime::<Utc>::MAX_UTC), now()), []);
}

#[test]
fn a_service_that_ended_or_is_internal_needs_nothing() {
    let table = [
        (ServiceStatus::Active, PUBLIC, 6),
        (ServiceStatus::Inactive, PUBLIC, 6),
        (ServiceStatus::TemporarilyClosed, PUBLIC, 6),
        (ServiceStatus::Defunct, PUBLIC, 0),
        (ServiceStatus::Active, Visibility::Internal, 0),
        (ServiceStatus::Defunct, Visibility::Internal, 0),
    ];
    for (status, visibility, wanted) in table {
        let found = rules(90, 14).due(status, visibility, |_| None, now());
        assert_eq!(found.len(), wanted, "{status:?} {visibility:?}");
    }
}

#[test]
fn what_has_been_due_longest_comes_first() {
    let confirmed = |group| match group {
        FieldGroup::Place => None,
        FieldGroup::Hours => Some(now() - TimeDelta::days(300)),
        FieldGroup::Contact => Some(now() - TimeDelta::days(100)),
        FieldGroup::Eligibility => Some(now() - TimeDelta::days(80)),
        FieldGroup::Description | FieldGroup::Capacity => Some(now()),
    };
    let found = rules(90, 14).due(ServiceStatus::Active, PUBLIC, confirmed, now());
    let order: Vec<FieldGroup> = found.iter().map(|due| due.group).collect();
    assert_eq!(order, [FieldGroup::Place, FieldGroup::Hours, FieldGroup::Contact, FieldGroup::Eligibility]);
}

#[test]
fn weeks_and_months_are_those_of_london() {
    let table = [
        ("2026-11-21T20:00:00Z", "2026-W47", "2026-11"),
        ("2026-11-22T23:59:59.999Z", "2026-W47", "2026-11"),
        ("2026-11-23T00:00:00Z", "2026-W48", "2026-11"),
        // In summer Monday begins an hour before it does in UTC.
        ("2026-06-07T22:59:59.999Z", "2026-W23", "2026-06"),
        ("2026-06-07T23:00:00Z", "2026-W24", "2026-06"),
        ("2026-06-30T23:00:00Z", "2026-W27", "2026-07"),
        // A week belongs to the year of its Thursday.
        ("2027-01-01T12:00:00Z", "2026-W53", "2027-01"),
        ("2027-01-04T00:00:00Z", "2027-W01", "2027-01"),
    ];
    for (at, week, month) in table {
        let at = at.parse().unwrap();
        assert_eq!((Period::Week.key(at).as_str(), Period::Month.key(at).as_str()), (week, month), "{at}");
    }
}

proptest! {
    #[test]
    fn due_agrees_with_what_the_public_is_told(
        days in 1_u32..400,
        lead in 0_u32..400,
        since in proptest::option::of(-5_000_000_i64..5_000_000),
    ) {
        let fresh = FreshnessRules::new(|_| days);
        let rules = rules(days, lead);
        // In units of ten minutes, so that bounds are met now and then.
        let confirmed = since.map(|since| now() - TimeDelta::seconds(since * 600 / 60));
        let found = due(&rules, confirmed, now()).first().map(|due| due.state);
        let told = fresh.state(FieldGroup::Hours, confirmed, now());
        prop_assert_eq!(found == Some(DueState::Overdue), told == Freshness::Stale);
        prop_assert_eq!(found == Some(DueState::NeverConfirmed), told == Freshness::NeverConfirmed);
        prop_assert!(found != Some(DueState::Soon) || told == Freshness::Fresh);
        // Once due it stays so, until somebody confirms.
        if found.is_some() {
            prop_assert!(!due(&rules, confirmed, now() + TimeDelta::days(1)).is_empty());
        }
        prop_assert!(due(&rules, Some(now()), now()).is_empty(), "what was confirmed just now is not due");
    }
}
