//! An answer holds as long as it says: asked again before that instant, everything is weighed the same, in the same
//! words.

use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use signpost::directory::snapshot::Snapshot;
use signpost::hours::{WeekdaySet, Window};
use signpost::places::{Gazetteer, parse};
use signpost::schema::freshness_rules;
use signpost::signposting::circumstances::Circumstances;
use signpost::signposting::query::SignpostQuery;
use signpost::signposting::rules::assess::{Assessment, Assessor};
use signpost::signposting::search::search;

use super::for_all;
use super::world::worlds;
use crate::support::{TestApp, now};

fn question(windows: Vec<Window>, at: DateTime<Utc>) -> SignpostQuery {
    let place = Gazetteer::embedded().resolve(&parse("Manchester").unwrap(), None, false).unwrap();
    SignpostQuery {
        needs: Vec::new(),
        place: Some(place),
        within_km: 100.0,
        windows,
        circumstances: Circumstances::default(),
        delivery: Vec::new(),
        formats: Vec::new(),
        words: Vec::new(),
        meaningless: false,
        at,
    }
}

/// Everything that is found, in words, and until when it holds.
fn weighed(snapshot: &Snapshot, query: &SignpostQuery) -> (Vec<String>, DateTime<Utc>) {
    let rules = freshness_rules(&signpost::config::Config::default().freshness);
    let mut assessor = Assessor::new(query, &rules);
    let found = search(snapshot, query, &mut assessor);
    let mut told: Vec<String> = found
        .iter()
        .map(|found| {
            let assessment = assessor.assess(found.service, found.word_points).unwrap();
            // Whoever can come at once comes at the instant of the question.
            let opens = assessment.opens.filter(|opens| *opens != query.at);
            format!("{:?} {:?}", found.service.id, Assessment { opens, ..assessment })
        })
        .collect();
    told.sort_unstable();
    (told, assessor.holds_until())
}

#[test]
fn an_answer_holds_until_it_says() {
    let windows = prop::collection::vec((prop::collection::vec(0_u8..7, 0..4), 0_u32..24, 1_u32..12, 0_u16..90), 0..3);
    let (held, cases) = (AtomicUsize::new(0), AtomicUsize::new(0));
    for_all(40, &(worlds(), windows, 0_i64..60 * 24 * 14), async |(world, windows, minutes)| {
        let app = TestApp::of(&[world.earlier, world.later].concat()).await;
        let snapshot = app.app.live.current();
        let windows: Vec<Window> = windows
            .into_iter()
            .map(|(days, from, hours, min_minutes)| Window {
                days: if days.is_empty() {
                    WeekdaySet::parse("MO,TU,WE,TH,FR,SA,SU").unwrap()
                } else {
                    days.into_iter().map(|day| chrono::Weekday::try_from(day).unwrap()).collect()
                },
                from: chrono::NaiveTime::from_hms_opt(from, 0, 0).unwrap(),
                to: chrono::NaiveTime::from_hms_opt((from + hours) % 24, 30, 0).unwrap(),
                min_minutes,
            })
            .collect();
        let at = now() + TimeDelta::minutes(minutes);
        let (first, until) = weighed(&snapshot, &question(windows.clone(), at));
        cases.fetch_add(1, Ordering::Relaxed);
        if until <= at {
            return;
        }
        held.fetch_add(usize::from(until > at + TimeDelta::minutes(1)), Ordering::Relaxed);
        // Further than any date of a world nothing is looked at.
        let until = until.min(at + TimeDelta::days(400));
        for later in [until - TimeDelta::milliseconds(1), at + (until - at) / 2, at + TimeDelta::milliseconds(1)] {
            let later = later.min(until - TimeDelta::milliseconds(1));
            let (then, _) = weighed(&snapshot, &question(windows.clone(), later));
            assert_eq!(first, then, "at {at}, said to hold until {until}, asked at {later}: {windows:?}");
        }
    });
    let (held, cases) = (held.into_inner(), cases.into_inner());
    assert!(held * 20 > cases, "{held} of {cases} held for more than a minute");
}
