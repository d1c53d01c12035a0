//! Criteria about the service itself: language, access, status, coverage, time, capacity.

use chrono::{DateTime, NaiveDate, Utc};
use entity::enums::{AccessFeature, AreaKind, ServiceStatus, WaitingList};
use signpost::directory::listing::Capacity;
use signpost::hours::{Unknown, WindowAnswer};
use signpost::places::{self, Coverage, CoveredArea, Gazetteer, WhyUnknown};
use signpost::signposting::rules::criteria::{self, Outcome, Subject};

use super::{check_row, letter};

fn tags(list: &[&str]) -> Vec<String> {
    list.iter().map(|tag| (*tag).to_owned()).collect()
}

#[test]
fn languages() {
    let people: [&[&str]; 8] =
        [&[], &["en"], &["ur"], &["UR"], &["ur-PK", "pa"], &["zh-Hant"], &["en-GB", "pl"], &["pl"]];
    let rows: [(&[&str], bool, &str); 8] = [
        //                         not said, en, ur, UR, ur-PK+pa, zh-Hant, en-GB+pl, pl
        (&[], false, "- - s s s s - s"),
        (&[], true, "- m m m m m m m"),
        (&["en"], false, "- m s s s s m s"),
        (&["en"], true, "- m m m m m m m"),
        (&["en", "ur"], false, "- m m m m s m s"),
        (&["ur"], false, "- s m m m s s s"),
        (&["zh"], false, "- s s s s m s s"),
        (&["pl-PL", "zh-Hans"], true, "- m m m m m m m"),
    ];
    for (stated, interpreter, expected) in rows {
        let offered: &[_] = if interpreter { &[AccessFeature::Interpreter] } else { &[AccessFeature::Creche] };
        check_row(&format!("{stated:?} {interpreter}"), &people, expected, |person| {
            letter(criteria::language::<true>(&tags(stated), offered, &tags(person)).as_ref(), Subject::Language)
        });
    }
}

#[test]
fn what_somebody_needs_in_order_to_come_each_of_it() {
    for which in AccessFeature::ALL {
        let other = AccessFeature::ALL.iter().find(|other| *other != which).unwrap();
        let (this, that) = ([*which], [*other]);
        let rows: [(&[AccessFeature], &[AccessFeature], char); 7] = [
            (&[], &[], 's'),
            (&this, &[], 'm'),
            (&[], &this, 'f'),
            (&that, &that, 's'),
            (&that, &this, 'f'),
            // One building has it and another has not, or the service brings it along: it is there.
            (&this, &this, 'm'),
            (&this, &that, 'm'),
        ];
        for (offered, missing, expected) in rows {
            let found = criteria::access::<true>(*which, offered, missing);
            assert_eq!(letter(Some(&found), Subject::Access(*which)), expected, "{which:?}: {offered:?}, {missing:?}");
        }
    }
}

#[test]
fn whether_it_runs() {
    let day = |day| NaiveDate::from_ymd_opt(2026, 11, day).unwrap();
    let dates = [None, Some(day(20)), Some(day(21)), Some(day(22))];
    let rows = [
        //                                     back: not said, yesterday, today, tomorrow
        (ServiceStatus::Active, "- - - -"),
        (ServiceStatus::TemporarilyClosed, "f s s f"),
        (ServiceStatus::Inactive, "f f f f"),
        (ServiceStatus::Defunct, "f f f f"),
    ];
    assert_eq!(rows.len(), ServiceStatus::ALL.len());
    for (status, expected) in rows {
        check_row(status.as_str(), &dates, expected, |back| {
            letter(criteria::status::<true>(status, *back, day(21)).as_ref(), Subject::Status)
        });
    }
}

#[test]
fn whether_it_covers_the_place() {
    let unknown = |why| Coverage::Unknown { why };
    let rows = [
        (Coverage::Inside { by: 0 }, 'm', "Manchester"),
        (Coverage::Outside, 'f', "M14 5RQ"),
        (unknown(WhyUnknown::NeedFullPostcode), 'p', "M14 5RQ"),
        (unknown(WhyUnknown::Imprecise), 'p', "M14 5RQ"),
        (unknown(WhyUnknown::TextOnly), 's', "Manchester"),
        (unknown(WhyUnknown::NotStated), 's', "They do not say"),
    ];
    for (answer, expected, told) in rows {
        let found = criteria::coverage::<true>(&answer, "M14 5RQ", Some("Manchester"));
        assert_eq!(letter(Some(&found), Subject::Coverage), expected, "{answer:?}");
        assert!(found.reason.contains(told), "{answer:?}: {}", found.reason);
        let without_name = criteria::coverage::<true>(&answer, "M14 5RQ", None);
        assert_eq!(without_name.outcome, found.outcome, "the name of the area decides nothing");
    }
}

/// Coverage is containment: a place next door to an area is outside it, and one that may lie in it asks.
#[test]
fn an_area_nearby_is_not_an_area_that_covers() {
    let place = |words: &str| Gazetteer::embedded().resolve(&places::parse(words).unwrap(), None, false).unwrap();
    let rows = [
        ("M14 5RQ", AreaKind::District, "M14", 'm'),
        ("M14 5RQ", AreaKind::District, "M13", 'f'),
        ("M14", AreaKind::District, "M14", 'm'),
        ("M14", AreaKind::Sector, "M14 5", 'p'),
        ("M", AreaKind::District, "M14", 'p'),
        ("LS1", AreaKind::CombinedAuthority, "GMCA", 'f'),
        ("M14 5RQ", AreaKind::Text, "wherever we are needed", 's'),
    ];
    for (words, kind, value, expected) in rows {
        let area = CoveredArea::compile(kind, value).unwrap();
        let answer = places::covers(std::slice::from_ref(&area), &place(words));
        let found = criteria::coverage::<true>(&answer, words, Some(area.label()));
        assert_eq!(letter(Some(&found), Subject::Coverage), expected, "{words} in {value}");
    }
}

#[test]
fn whether_it_is_open_then() {
    let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
    let (from, to) = (at("2026-11-26T18:00:00Z"), at("2026-11-26T20:00:00Z"));
    let mut rows =
        vec![(WindowAnswer::Open { from, to }, 'm'), (WindowAnswer::Never, 'f'), (WindowAnswer::NotStated, 's')];
    for why in [Unknown::BankHoliday, Unknown::Contradiction, Unknown::Unreliable, Unknown::NotStated] {
        rows.push((WindowAnswer::Unknown { from, to, why }, 's'));
    }
    for (answer, expected) in rows {
        let found = criteria::time::<true>(&answer);
        assert_eq!(letter(Some(&found), Subject::Time), expected, "{answer:?}");
        if let Outcome::Unknown { ask, .. } = &found.outcome {
            assert!(ask.contains("Thursday 26 November, 18:00 to 20:00") || ask == "When are you open?", "{ask}");
        }
    }
    // In July London is an hour ahead of UTC, and a night ends on another day.
    let night = WindowAnswer::Open { from: at("2026-07-02T21:00:00Z"), to: at("2026-07-03T05:00:00Z") };
    assert_eq!(criteria::time::<true>(&night).reason, "Open Thursday 2 July, 22:00 to 06:00 on Friday.");
}

#[test]
fn whether_there_is_a_place() {
    let lists = [None, Some(WaitingList::None), Some(WaitingList::Open), Some(WaitingList::Closed)];
    let rows = [
        //                    waiting list: not said, none, open, closed
        (None, true, "- - - s"),
        (None, false, "- - - s"),
        (Some(0), true, "s s p f"),
        (Some(0), false, "s s p s"),
        (Some(1), true, "m m m m"),
        (Some(1), false, "s s s s"),
        (Some(u32::MAX), true, "m m m m"),
    ];
    for wait_days in [None, Some(0), Some(20), Some(u32::MAX)] {
        for (available, fresh, expected) in rows {
            check_row(&format!("{available:?} {fresh} {wait_days:?}"), &lists, expected, |waiting_list| {
                let stated = Capacity { available, wait_days, waiting_list: *waiting_list, ..Capacity::default() };
                letter(criteria::capacity::<true>(Some(&stated), fresh).as_ref(), Subject::Capacity)
            });
        }
    }
    assert_eq!(criteria::capacity::<true>(None, true), None);
    let queue = Capacity {
        available: Some(0),
        wait_days: Some(20),
        waiting_list: Some(WaitingList::Open),
        ..Capacity::default()
    };
    let found = criteria::capacity::<true>(Some(&queue), true).unwrap();
    assert!(
        matches!(&found.outcome, Outcome::Unknown { ask, .. } if ask == "Could you wait about 3 weeks?"),
        "{found:?}"
    );
}
