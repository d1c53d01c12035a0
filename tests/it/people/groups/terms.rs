//! Of what form groups and cohorts must be, and how long one waits: without a database.

use chrono::NaiveDate;
use entity::enums::{AppointmentDelivery, DataCategory};
use entity::ids::{AccountId, GroupId};
use entity::instants::Millis;
use proptest::prelude::*;
use signpost::people::groups::terms::{CohortTerms, ExpectedWait, FEWEST, GroupTerms, expected_wait, tells_of};
use uuid::Uuid;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn at(text: &str) -> Millis {
    text.parse::<chrono::DateTime<chrono::Utc>>().unwrap().into()
}

/// Sessions of an hour, from these instants on.
fn cohort(begins_on: &str, ends_on: &str, sessions: &[&str]) -> CohortTerms {
    CohortTerms {
        group: GroupId(Uuid::nil()),
        begins_on: day(begins_on),
        ends_on: day(ends_on),
        places: None,
        with: AccountId(Uuid::nil()),
        sessions: sessions.iter().map(|text| (at(text), Millis(at(text).0 + HOUR))).collect(),
    }
}

#[test]
fn a_cohort_is_held_against_its_form() {
    let today = day("2026-11-21");
    let field = |terms: &CohortTerms| terms.check(today).err().map(|wrong| wrong.field);
    let one = &["2026-11-23T10:00:00Z"][..];
    for (terms, wanted) in [
        (cohort("2026-11-23", "2026-11-23", one), None),
        (cohort("2026-11-24", "2026-11-23", one), Some("endsOn")),
        (cohort("2026-11-01", "2026-11-20", &["2026-11-02T10:00:00Z"]), Some("endsOn")),
        (cohort("2026-11-01", "2026-11-21", &["2026-11-02T10:00:00Z"]), None),
        (cohort("2025-11-20", "2026-11-23", one), None),
        (cohort("2025-11-19", "2026-11-23", one), Some("beginsOn")),
        (cohort("2026-11-23", "2028-11-20", one), None),
        (cohort("2026-11-23", "2028-11-21", one), Some("endsOn")),
        (cohort("2026-11-24", "2026-11-30", one), Some("sessions")),
        (cohort("2026-11-01", "2026-11-22", one), Some("sessions")),
        (cohort("2026-11-23", "2026-11-30", &[]), Some("sessions")),
        (cohort("2026-11-23", "2026-11-30", &[one[0], "2026-11-23T11:00:00Z"]), None),
        (cohort("2026-11-23", "2026-11-30", &[one[0], "2026-11-23T10:59:59Z"]), Some("sessions")),
        // In summer the day begins an hour earlier than in UTC.
        (cohort("2027-07-02", "2027-07-02", &["2027-07-01T23:00:00Z"]), None),
        (cohort("2027-07-02", "2027-07-02", &["2027-07-01T22:59:59Z"]), Some("sessions")),
    ] {
        assert_eq!(field(&terms), wanted.map(str::to_owned), "{terms:?}");
    }
    let mut terms = cohort("2026-11-23", "2027-11-23", one);
    for (places, wanted) in [(0, Some("places")), (1, None), (200, None), (201, Some("places"))] {
        terms.places = Some(places);
        assert_eq!(field(&terms), wanted.map(str::to_owned), "{places}");
    }
    let start = at(one[0]).0;
    terms.places = None;
    for (length, wanted) in [(0, Some("sessions")), (1, None), (DAY, None), (DAY + 1, Some("sessions"))] {
        terms.sessions = vec![(Millis(start), Millis(start + length))];
        assert_eq!(field(&terms), wanted.map(str::to_owned), "{length}");
    }
    for (number, wanted) in [(60, None), (61, Some("sessions"))] {
        let session = |place: i64| (Millis(start + place * DAY), Millis(start + place * DAY + HOUR));
        terms.sessions = (0..number).map(session).collect();
        assert_eq!(field(&terms), wanted.map(str::to_owned), "{number}");
    }
}

#[test]
fn a_group_is_held_against_its_form() {
    let group = |name: &str, places: i32, needs: usize| {
        let needs = vec!["housing.hostel".to_owned(); needs];
        let (service, location, delivery) = (None, None, AppointmentDelivery::InPerson);
        let terms = GroupTerms { name: name.to_owned(), service, location, needs, delivery, places };
        terms.check().err().map(|wrong| wrong.field)
    };
    assert_eq!(group("Moving on", 12, 1), None);
    assert_eq!(group("", 12, 1), Some("name".to_owned()));
    assert_eq!(group(&"x".repeat(101), 12, 1), Some("name".to_owned()));
    assert_eq!(group("Moving on", 0, 1), Some("placesPerCohort".to_owned()));
    assert_eq!(group("Moving on", 12, 51), Some("needs".to_owned()));
}

/// Each need tells of its category; of a group that says none nobody knows what it tells.
#[test]
fn a_group_tells_of_what_its_needs_are_of() {
    let of = |needs: &[&str]| tells_of(&needs.iter().map(|need| (*need).to_owned()).collect::<Vec<_>>());
    assert_eq!(of(&[]), [DataCategory::CaseNotes]);
    assert_eq!(of(&["housing.hostel", "housing.emergency"]), [DataCategory::Housing]);
    assert_eq!(of(&["drugs-alcohol.support", "housing.hostel"]), [DataCategory::Housing, DataCategory::SubstanceUse]);
}

#[test]
fn the_wait_is_the_median_of_enough() {
    let wait = |hours: &[i64]| {
        let waits = hours.iter().map(|hours| hours * HOUR).collect();
        expected_wait(waits).map(|wait| (format!("{:.1}", wait.median_days), wait.number))
    };
    let told = |days: &str, number: usize| Some((days.to_owned(), number));
    assert_eq!(wait(&[]), None);
    assert_eq!(wait(&[24, 48, 72, 96]), None, "of four one could tell too much");
    assert_eq!(wait(&[240, 24, 72, 48, 96]), told("3.0", 5));
    assert_eq!(wait(&[240, 24, 72, 48, 96, 144]), told("3.5", 6));
    assert_eq!(wait(&[0, 0, 6, 24, 24]), told("0.3", 5), "to a tenth");
    assert_eq!(wait(&[0, 0, 5, 24, 24]), told("0.2", 5), "to a tenth");
    assert_eq!(wait(&[0; 5]), told("0.0", 5));
}

/// Who is told no counts is told as many weeks as have begun.
#[test]
fn the_wait_is_told_in_weeks() {
    for (median_days, told) in [(0.0, "0.0"), (0.1, "7.0"), (3.0, "7.0"), (7.0, "7.0"), (7.1, "14.0"), (182.0, "182.0")]
    {
        let wait = ExpectedWait { median_days, number: FEWEST };
        assert_eq!(format!("{:.1}", wait.days_of_weeks()), told, "{median_days}");
    }
}

proptest! {
    /// Half of them waited no longer, and half no shorter, up to what was rounded.
    #[test]
    fn half_wait_no_longer_and_half_no_shorter(waits in prop::collection::vec(0_i64..400 * DAY, 0..40)) {
        let found = expected_wait(waits.clone());
        prop_assert_eq!(found.is_some(), waits.len() >= FEWEST);
        if let Some(found) = found {
            let days = |wait: i64| f64::from(i32::try_from(wait / 1_000).unwrap()) / 86_400.0;
            let no_longer = waits.iter().filter(|wait| days(**wait) <= found.median_days + 0.051).count();
            let no_shorter = waits.iter().filter(|wait| days(**wait) >= found.median_days - 0.051).count();
            prop_assert!(2 * no_longer >= waits.len() && 2 * no_shorter >= waits.len());
            prop_assert_eq!(found.number, waits.len());
        }
    }
}
