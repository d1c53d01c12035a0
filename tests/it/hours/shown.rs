//! How long what is shown of hours stays as it is: never longer than it does.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use entity::enums::ServiceStatus;
use proptest::prelude::*;
use signpost::directory::{door::Door, graphql::parts::OpenState, opening::shown_until};
use signpost::hours::{Days, Exception, Hours, Instead, OnHolidays, State};

use super::{date, rule, span, stated::cases, utc};

fn door(status: ServiceStatus, reopens_on: Option<&str>, hours: &Hours) -> Door {
    Door::of(status, reopens_on.map(date), Arc::new(hours.clone()))
}

fn shown(hours: &Hours, at: DateTime<Utc>) -> String {
    format!("{:?}", OpenState::of(&door(ServiceStatus::Active, None, hours), at))
}

/// A closed door is never called open, whatever the hours say, nor is an opening promised before it is back.
#[test]
fn the_door_of_a_service_that_does_not_run_is_shut() {
    let weekly = Hours::new(
        vec![rule(Days::weekly("MO,TU,WE,TH,FR", 1, None).unwrap(), "09:00-17:00")],
        vec![],
        OnHolidays::AsUsual,
        None,
    );
    let always = Hours::new(vec![rule(Days::Every, "all day")], vec![], OnHolidays::AsUsual, None);
    let (closed, at) = (ServiceStatus::TemporarilyClosed, "2026-11-23 12:00");
    let rows = [
        // (what, status, back, hours, at, next)
        ("nobody says when", closed, None, &weekly, at, None),
        ("ended", ServiceStatus::Defunct, None, &always, at, None),
        ("not running, whatever day is left there", ServiceStatus::Inactive, Some("2026-11-25"), &weekly, at, None),
        ("back on Wednesday", closed, Some("2026-11-25"), &weekly, at, Some("2026-11-25 09:00")),
        ("back on a Saturday", closed, Some("2026-11-28"), &weekly, at, Some("2026-11-30 09:00")),
        ("back in a year", closed, Some("2027-11-24"), &weekly, at, Some("2027-11-24 09:00")),
        ("open day and night from then on", closed, Some("2026-11-25"), &always, at, Some("2026-11-25 00:00")),
        // In summer London's day begins an hour earlier.
        ("in summer", closed, Some("2027-07-01"), &always, at, Some("2027-06-30 23:00")),
        ("back today, later", closed, Some("2026-11-23"), &weekly, "2026-11-23 08:00", Some("2026-11-23 09:00")),
        ("back today, and that is past", closed, Some("2026-11-23"), &weekly, at, Some("2026-11-24 09:00")),
        ("was to be back yesterday", closed, Some("2026-11-22"), &weekly, at, None),
    ];
    for (what, status, back, hours, at, next) in rows {
        let door = door(status, back, hours);
        assert_eq!(door.state(utc(at)), State::Closed, "{what}");
        let shown = OpenState::of(&door, utc(at));
        assert_eq!(shown.next_opens.map(|at| at.0), next.map(utc), "{what}");
        assert!(door.shown_until(utc(at)) <= utc("2026-11-24 00:00"), "{what}: the day may be past tomorrow");
    }
}

const MS: TimeDelta = TimeDelta::milliseconds(1);

#[test]
fn what_is_shown_ends_when_it_opens_closes_or_something_comes_into_sight() {
    let working = || Days::weekly("MO,TU,WE,TH,FR", 1, None).unwrap();
    let weekly = Hours::new(vec![rule(working(), "09:00-17:00")], vec![], OnHolidays::AsUsual, None);
    let always = |exceptions| Hours::new(vec![rule(Days::Every, "all day")], exceptions, OnHolidays::AsUsual, None);
    let closed = |from| Exception::new(date(from), date(from), Instead::Closed).unwrap();
    let open = |from| Exception::new(date(from), date(from), Instead::Open(vec![span("09:00-10:00")])).unwrap();
    let never = |exceptions| Hours::new(vec![], exceptions, OnHolidays::AsUsual, None);
    let rows = [
        // (what, hours, at, until)
        ("shut, opens at nine", weekly.clone(), "2026-11-23 08:30", "2026-11-23 09:00"),
        ("open, shuts at five", weekly.clone(), "2026-11-23 09:00", "2026-11-23 17:00"),
        // Nothing changes within a day: looked at again tomorrow.
        ("a Saturday morning", weekly, "2026-11-21 08:00", "2026-11-22 08:00"),
        ("always", always(vec![]), "2026-11-23 12:00", "2026-11-24 12:00"),
        // The closing of the 8th is shown from fourteen days before it.
        ("a closing comes into sight", always(vec![closed("2026-12-08")]), "2026-11-23 20:00", "2026-11-24 00:00"),
        ("a closing is in sight", always(vec![closed("2026-12-08")]), "2026-11-24 20:00", "2026-11-25 20:00"),
        // The opening of the 29th, at nine, from thirty-five days before it.
        ("an opening comes into sight", never(vec![open("2026-12-29")]), "2026-11-24 08:59", "2026-11-24 09:00"),
        ("nobody said", never(vec![]), "2026-11-24 08:59", "2026-11-25 08:59"),
    ];
    for (what, hours, at, until) in rows {
        assert_eq!(shown_until(&hours, utc(at)), utc(until), "{what}");
    }
    // To the millisecond: what is shown changes there, and not before.
    let far = never(vec![open("2026-12-29")]);
    let comes = utc("2026-11-24 09:00");
    assert_eq!(shown(&far, utc("2026-11-24 08:00")), shown(&far, comes));
    assert_ne!(shown(&far, comes), shown(&far, comes + MS));
    // Exactly there it holds for no longer than the instant itself.
    assert_eq!(shown_until(&far, comes), comes);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// Against the slow and obvious: what is shown is looked at again and again until the end.
    #[test]
    fn until_then_the_same_is_shown(
        (first, stated) in cases(),
        minute in 0..10_080_i64,
        odd in prop_oneof![Just(0), -1..=1_i64, 0..60_000_i64],
        looks in proptest::collection::vec(0.0..1.0_f64, 12),
    ) {
        let hours = stated.hours();
        let at = first.and_time(chrono::NaiveTime::MIN).and_utc() + TimeDelta::minutes(minute) + TimeDelta::milliseconds(odd);
        let end = shown_until(&hours, at);
        prop_assert!(end >= at && end <= at + TimeDelta::days(1), "{at} {end}");
        let length = (end - at).num_milliseconds();
        let before = shown(&hours, at);
        #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "a part of a day")]
        let somewhere = looks.iter().map(|part| (length as f64 * part) as i64);
        for later in somewhere.chain([1, length / 2, length - 1]).filter(|later| (0..length).contains(later)) {
            let then = at + TimeDelta::milliseconds(later);
            prop_assert_eq!(&shown(&hours, then), &before, "{} and {}, though it holds until {}", at, then, end);
        }
    }
}
