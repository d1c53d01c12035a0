//! Groups and points: what is better never has fewer points, and no part has more than its most.

use chrono::{DateTime, Duration, TimeDelta, Utc};
use entity::enums::{AreaKind, AssuranceEvidence, FieldGroup, WaitingList};
use proptest::prelude::*;
use serde_json::{Value, json};
use signpost::config::Freshness;
use signpost::directory::listing::{Assurance, Capacity, ServiceListing};
use signpost::directory::snapshot::Assured;
use signpost::schema::freshness_rules;
use signpost::signposting::rules::assess::{Group, group, metres};
use signpost::signposting::rules::criteria::{Asked, Criterion, Outcome, Subject, Tally, capacity};
use signpost::signposting::rules::score::{self, Score, ScorePart};

use crate::support::listings::{area, at, location, service, weekly};
use crate::support::{TestApp, now};

fn outcomes() -> impl Strategy<Value = Vec<Criterion>> {
    let one = prop_oneof![
        3 => Just(Outcome::Meets),
        1 => Just(Outcome::Fails),
        1 => Just(Outcome::Unknown { ask: "Is it so?".into(), of: Asked::Service }),
    ];
    prop::collection::vec(one.prop_map(criterion), 0..7)
}

fn criterion(outcome: Outcome) -> Criterion {
    Criterion { subject: Subject::Age, outcome, reason: "They say so.".into(), evidence: None, quote: None }
}

fn assured() -> impl Strategy<Value = Vec<Option<i64>>> {
    prop::collection::vec(prop::option::of(-10_i64..400), FieldGroup::ALL.len())
}

fn days_ago(days: &[Option<i64>]) -> Assured {
    FieldGroup::ALL.iter().zip(days).fold(Assured::default(), |all, (group, days)| match days {
        Some(days) => all.with(*group, now() - Duration::days(*days)),
        None => all,
    })
}

fn fresh_points(assured: &Assured) -> u32 {
    let rules = freshness_rules(&Freshness::default());
    score::freshness(rules.fresh_groups(|group| assured.at(group), now()).0)
}

fn waiting_points(stated: &Capacity) -> u32 {
    score::waiting(Some(stated), &tally(capacity::<true>(Some(stated), true)))
}

fn tally(criteria: impl IntoIterator<Item = Criterion>) -> Tally {
    let mut tally = Tally::default();
    tally.extend(criteria);
    tally
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_group_is_the_worst_of_its_criteria(criteria in outcomes()) {
        let any = |test: fn(&Outcome) -> bool| criteria.iter().any(|criterion| test(&criterion.outcome));
        let expected = if any(|outcome| *outcome == Outcome::Fails) {
            Group::NoBecause
        } else if any(|outcome| matches!(outcome, Outcome::Unknown { .. })) {
            Group::FitsIf
        } else {
            Group::Fits
        };
        prop_assert_eq!(group(&tally(criteria.clone())), expected);
        let mut turned = criteria.clone();
        turned.reverse();
        prop_assert_eq!(group(&tally(turned.clone())), expected, "whatever their order");
        for worse in criteria {
            turned.push(worse);
            prop_assert!(group(&tally(turned.clone())) >= expected, "one more criterion never makes it better");
        }
    }

    #[test]
    fn the_more_needs_are_met_the_more_points(all in 0..50_u32, of in 0..60_u32) {
        let points = |of| score::share(ScorePart::Needs, of, all);
        prop_assert!(points(of) <= points(of + 1) && points(of + 1) <= ScorePart::Needs.most());
        prop_assert_eq!(points(all), ScorePart::Needs.most());
        prop_assert!(all == 0 || points(0) == 0);
    }

    #[test]
    fn the_nearer_the_more_points(limit in 1..=1_000_000_u32, near in 0..=1_100_000_u32, more in 0..1_000_000_u32, travel: bool) {
        let points = |metres| score::distance(Some(metres), limit, travel);
        prop_assert!(points(near) >= points(near + more));
        prop_assert!(points(near) <= ScorePart::Distance.most());
        prop_assert_eq!((points(0), points(limit)), (ScorePart::Distance.most(), 0));
        prop_assert!(score::distance(None, limit, true) < score::distance(None, limit, false), "what needs no travel is nearer than nobody knows where");
    }

    #[test]
    fn the_sooner_the_more_points(first in -3_000_i64..60_000, more in 0..60_000_i64) {
        let points = |minutes| score::soon(now(), Some(now() + TimeDelta::minutes(minutes)));
        prop_assert!(points(first) >= points(first + more));
        prop_assert!(points(first) <= ScorePart::Time.most());
        prop_assert!(points(first) > score::soon(now(), None), "any time is better than none");
    }

    #[test]
    fn the_less_there_is_to_ask_the_more_points(criteria in outcomes()) {
        let points = score::certainty(&tally(criteria.clone()));
        prop_assert!(points <= ScorePart::Certainty.most());
        let mut more = criteria;
        more.push(criterion(Outcome::Meets));
        prop_assert_eq!(score::certainty(&tally(more.clone())), points);
        more.push(criterion(Outcome::Unknown { ask: "Is it?".into(), of: Asked::Person }));
        prop_assert!(score::certainty(&tally(more.clone())) <= points);
    }

    #[test]
    fn the_shorter_the_wait_the_more_points(days in 0..400_u32, more in 0..400_u32) {
        let wait = |days| waiting_points(&Capacity { wait_days: Some(days), ..Capacity::default() });
        prop_assert!(wait(days) >= wait(days + more));
        let free = waiting_points(&Capacity { available: Some(1), wait_days: Some(days), ..Capacity::default() });
        prop_assert!(free == ScorePart::Waiting.most() && free > wait(0));
        let full = waiting_points(&Capacity { available: Some(0), wait_days: Some(days), waiting_list: Some(WaitingList::Open), ..Capacity::default() });
        prop_assert_eq!(full, wait(days));
    }

    #[test]
    fn the_fresher_the_more_points(days in assured(), which in 0..6_usize, newer in 0..400_i64) {
        let points = fresh_points(&days_ago(&days));
        let mut confirmed = days.clone();
        confirmed[which] = Some(confirmed[which].map_or(newer, |days| days.min(newer)));
        prop_assert!(fresh_points(&days_ago(&confirmed)) >= points, "{:?} {:?}", days, confirmed);
        prop_assert!(points <= ScorePart::Freshness.most());
    }

    #[test]
    fn no_part_has_more_than_its_most_and_all_of_them_are_the_whole(points in prop::collection::vec(0..1_000_u32, 7)) {
        let score = ScorePart::ALL.iter().zip(&points).fold(Score::default(), |score, (part, points)| score.with(*part, *points));
        for (part, points) in ScorePart::ALL.iter().zip(&points) {
            prop_assert_eq!(score.part(*part), (*points).min(part.most()));
        }
        prop_assert_eq!(score.total(), ScorePart::ALL.iter().map(|part| score.part(*part)).sum::<u32>());
        prop_assert!(score.total() <= ScorePart::ALL.iter().map(|part| part.most()).sum());
    }

    #[test]
    fn metres_are_never_negative_and_keep_the_order(one in -10.0..30_000.0_f64, more in 0.0..1e9_f64) {
        prop_assert!(metres(one) <= metres(one + more));
        prop_assert_eq!(metres(f64::NAN), 0);
    }
}

/// A service that fits, with everything that earns points halfway.
fn plain(key: &str) -> ServiceListing {
    let mut listing = service(key, "Plain", "housing.emergency");
    listing.key = key.to_owned();
    listing.areas = vec![area(AreaKind::UnitedKingdom, "")];
    listing.schedules = vec![weekly("TH", "09:00", "17:00")];
    listing.capacity = Some(Capacity { wait_days: Some(9), ..Capacity::default() });
    listing.places = vec![at(location(key, "M14 5RQ", Some((53.46, -2.22))))];
    listing
}

fn confirmed(group: FieldGroup, at: DateTime<Utc>) -> Assurance {
    Assurance { group, at, by: None, evidence: AssuranceEvidence::AgencyConfirmed }
}

const QUESTION: &str = "query($input: SignpostInput!) { signpost(input: $input) {
    nodes { service { name } score scoreParts { part points } }
} }";

type Change = fn(&mut ServiceListing);

/// Of two services that differ in one thing the better one has more points for that thing, as
/// many for everything else, and stands above the other.
#[tokio::test]
async fn one_thing_that_is_better_puts_a_service_above_its_twin() {
    let rows: [(&str, Change, Change); 7] = [
        ("NEEDS", |better| better.needs.push("money.debt".to_owned()), |_| ()),
        ("DISTANCE", |better| better.places[0].location.point = Some((53.45, -2.225)), |_| ()),
        ("TIME", |better| better.schedules.push(weekly("SU", "09:00", "17:00")), |_| ()),
        ("CERTAINTY", |_| (), |worse| worse.eligibility.other = Some("Ask us.".to_owned())),
        ("WAITING", |better| better.capacity = Some(Capacity { wait_days: Some(2), ..Capacity::default() }), |_| ()),
        (
            "FRESHNESS",
            |better| better.assurances = vec![confirmed(FieldGroup::Contact, now())],
            |worse| worse.assurances = vec![confirmed(FieldGroup::Contact, now() - Duration::days(91))],
        ),
        (
            "WORDS",
            |better| better.name = "Harbour".to_owned(),
            |worse| worse.description = Some("By the harbour.".to_owned()),
        ),
    ];
    for (part, improve, worsen) in rows {
        // The worse one has the id that would stand first.
        for (first, second) in [("a", "b"), ("b", "a")] {
            let (mut better, mut worse) = (plain(first), plain(second));
            improve(&mut better);
            worsen(&mut worse);
            better.alternate_name = Some("better".to_owned());
            let app = TestApp::of(&[better, worse]).await;
            let mut input = json!({ "needs": ["housing", "money"], "where": { "place": "M14 5RQ", "withinKm": 5 } });
            if part == "WORDS" {
                input["search"] = json!("harb");
            }
            let query = QUESTION.replace("name }", "alternateName }");
            let data = app.data(&query, json!({ "input": input })).await;
            let nodes = data["signpost"]["nodes"].as_array().unwrap();
            let [above, below] = nodes.as_slice() else { panic!("{part}: {data:#}") };
            assert_eq!(above["service"]["alternateName"], "better", "{part}: {data:#}");
            for (one, other) in parts(above).zip(parts(below)) {
                let more = if one.0 == part { one.1 > other.1 } else { one.1 == other.1 };
                assert!(more, "{part}: {one:?}, {other:?}");
            }
        }
    }
}

fn parts(node: &Value) -> impl Iterator<Item = (&str, i64)> {
    let parts = node["scoreParts"].as_array().unwrap().iter();
    parts.map(|part| (part["part"].as_str().unwrap(), part["points"].as_i64().unwrap()))
}
