//! Why referrals come to nothing, as figures: counted, of quarters that are over, and small numbers held back so that nothing
//! else gives them away.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};
use signpost::people::referrals::figures::Quarter;
use signpost::people::referrals::suppressing::{LEAST, Told, overlapping, whole};

use super::consents::agency;
use super::graph::Network;
use crate::support::accounts::As;

const FIGURE: &str = "{ total reasons { reason number } needs { need { key } number } }";

impl Network {
    async fn refusals(&self, token: &str, direction: &str, quarter: &str) -> Value {
        let query = format!(
            "{{ refusalFigures(direction: {direction}, {quarter}) {{ from until refused {FIGURE} expired {FIGURE} waitlisted {FIGURE} }} }}"
        );
        self.app.ask(As::token(token), &query, json!({})).await.1
    }

    async fn rejected(&self, of: &str, reason: &str) {
        let referral = self.sent(of).await;
        let done = self.stepped(&self.cal, "rejectReferral", &referral, &format!(", reason: {reason}")).await;
        assert_eq!(done["errors"], json!([]));
    }
}

/// Both sides see what was refused, the same numbers; what few people stand behind neither.
#[tokio::test]
async fn what_was_refused_is_counted_for_both_sides() {
    let network = Network::new().await;
    let (id, _) = network.agreed().await;
    for _ in 0..6 {
        network.rejected(&id, "NO_CAPACITY").await;
    }
    for _ in 0..5 {
        network.rejected(&id, "OUT_OF_AREA").await;
    }
    // Sent and not answered; put on a waiting list, five of them; a draft, and one that should never have been.
    let drafted = network.drafted(&id, json!(["IDENTITY", "HOUSING"])).await["referral"]["id"].take();
    network.stepped(&network.ann, "submitReferral", drafted.as_str().unwrap(), ", answerWithinDays: 1").await;
    for _ in 0..5 {
        let waits = network.sent(&id).await;
        let done = network.stepped(&network.cal, "waitlistReferral", &waits, "").await;
        assert_eq!(done["errors"], json!([]));
    }
    network.drafted(&id, json!(["IDENTITY", "HOUSING"])).await;
    let wrong = network.sent(&id).await;
    network.stepped(&network.cal, "waitlistReferral", &wrong, "").await;
    let words = ", words: \"Another Ida.\"";
    let done = network.stepped(&network.ann, "enterReferralInError", &wrong, words).await;
    assert_eq!(done["errors"], json!([]));
    for (quarter, field) in [
        ("year: 2026, quarter: 4", "quarter"),
        ("year: 2026, quarter: 0", "quarter"),
        ("year: 2026, quarter: 5", "quarter"),
        ("year: 2026, quarter: -1", "quarter"),
        ("year: 0, quarter: 1", "quarter"),
    ] {
        let refused = network.refusals(&network.manager, "SENT", quarter).await;
        assert_eq!(refused["errors"][0]["extensions"]["field"], field, "{quarter}: {refused}");
    }
    let refused = network.refusals(&network.ann, "SENT", "year: 2026, quarter: 3").await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN", "for managers");

    network.app.clock.advance(chrono::TimeDelta::days(60));
    let (mo, max) = (network.app.token("mo@example.org").await, network.app.token("max@example.org").await);
    let of_quarter = async |token: &str, direction: &str| {
        let told = network.refusals(token, direction, "year: 2026, quarter: 4").await;
        told["data"]["refusalFigures"].clone()
    };
    for (token, direction) in [(&mo, "SENT"), (&max, "RECEIVED")] {
        let told = of_quarter(token, direction).await;
        assert_eq!((&told["from"], &told["until"]), (&json!("2026-09-30T23:00:00Z"), &json!("2027-01-01T00:00:00Z")));
        assert_eq!(
            told["refused"],
            json!({ "total": 11, "reasons": [{ "reason": "NO_CAPACITY", "number": 6 }, { "reason": "OUT_OF_AREA", "number": 5 }],
                "needs": [{ "need": { "key": "housing.hostel" }, "number": 11 }] }),
            "{direction}"
        );
        // What waited was not answered either, by now: its day has passed, in the quarter too.
        assert_eq!((&told["expired"]["total"], &told["waitlisted"]["total"]), (&json!(6), &json!(5)), "{told}");
    }
    let nothing = json!({ "total": 0, "reasons": [], "needs": [] });
    for (token, direction) in [(&mo, "RECEIVED"), (&max, "SENT")] {
        assert_eq!(of_quarter(token, direction).await["refused"], nothing, "{direction}");
    }
    // Whom it is kept out by, the receiver does not count; the sender counts its own.
    let ann = network.app.token("ann@example.org").await;
    let out =
        format!("keepOut(input: {{ serviceUser: {id:?}, whom: {{ agency: {:?} }} }})", agency(Network::agency(1)));
    assert_eq!(network.change(&ann, &out).await, json!([]));
    assert_eq!(of_quarter(&max, "RECEIVED").await["refused"], nothing);
    assert_eq!(of_quarter(&mo, "SENT").await["refused"]["total"], 11);
}

/// One refusal for a reason of its own is not to be reckoned from the others.
#[tokio::test]
async fn a_single_refusal_is_not_given_away() {
    let network = Network::new().await;
    let (id, _) = network.agreed().await;
    for reason in
        ["NO_CAPACITY", "NO_CAPACITY", "NO_CAPACITY", "NO_CAPACITY", "NO_CAPACITY", "NO_CAPACITY", "ACTIVE_USE"]
    {
        network.rejected(&id, reason).await;
    }
    network.app.clock.advance(chrono::TimeDelta::days(60));
    let mo = network.app.token("mo@example.org").await;
    let told =
        network.refusals(&mo, "SENT", "year: 2026, quarter: 4").await["data"]["refusalFigures"]["refused"].take();
    assert_eq!(told["total"], 7);
    assert_eq!(
        told["reasons"],
        json!([{ "reason": "NO_CAPACITY", "number": null }, { "reason": "ACTIVE_USE", "number": null }])
    );
}

#[test]
fn quarters_are_of_london() {
    let span = |year, number| Quarter { year, number }.span().map(|(from, until)| (from.to_utc(), until.to_utc()));
    let utc = |text: &str| text.parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    assert_eq!(span(2026, 1), Some((utc("2026-01-01T00:00:00Z"), utc("2026-03-31T23:00:00Z"))));
    assert_eq!(span(2026, 2), Some((utc("2026-03-31T23:00:00Z"), utc("2026-06-30T23:00:00Z"))));
    assert_eq!(span(2026, 3), Some((utc("2026-06-30T23:00:00Z"), utc("2026-09-30T23:00:00Z"))));
    assert_eq!(span(2026, 4), Some((utc("2026-09-30T23:00:00Z"), utc("2027-01-01T00:00:00Z"))));
    for (year, number) in [(2026, 0), (2026, 5), (1999, 1), (i32::MAX, 4), (2026, u32::MAX)] {
        assert_eq!(span(year, number), None, "{year} {number}");
    }
}

/// Every table of so many counts, each below a number.
fn tables(many: usize, below: u64) -> Vec<Vec<u64>> {
    (0..many).fold(vec![Vec::new()], |tables, _| {
        let longer = |table: Vec<u64>| (0..below).map(move |next| table.iter().copied().chain([next]).collect());
        tables.into_iter().flat_map(longer).collect()
    })
}

fn of(table: &[u64]) -> BTreeMap<usize, u64> {
    table.iter().copied().enumerate().collect()
}

/// What is told is so, what is small is not told, and what is held back may be several things, to whoever knows how it is done.
fn holds_back(told: &HashMap<Told<usize>, Vec<Vec<u64>>>) {
    for (answer, tables) in told {
        for table in tables {
            let there: Vec<usize> = (0..table.len()).filter(|at| table[*at] > 0).collect();
            let mut shown: Vec<usize> = answer.cells.iter().map(|(at, _)| *at).collect();
            shown.sort_unstable();
            assert_eq!(shown, there, "{answer:?} {table:?}");
            for (at, number) in &answer.cells {
                assert!(number.is_none_or(|number| number == table[*at] && number >= LEAST), "{answer:?} {table:?}");
            }
        }
        assert!(answer.cells.is_sorted_by_key(|(_, number)| std::cmp::Reverse(*number)), "{answer:?}");
        for (at, _) in answer.cells.iter().filter(|(_, number)| number.is_none()) {
            let may_be: std::collections::BTreeSet<u64> = tables.iter().map(|table| table[*at]).collect();
            assert!(may_be.len() > 1, "{answer:?} can be nothing but {tables:?}");
        }
    }
}

#[test]
fn what_is_held_back_of_a_whole_may_be_several_things() {
    for (many, below) in [(1, 13), (2, 13), (3, 13), (4, 11)] {
        let mut told: HashMap<Told<usize>, Vec<Vec<u64>>> = HashMap::new();
        for table in tables(many, below) {
            let answer = whole(&of(&table));
            let sum = table.iter().sum::<u64>();
            assert!(answer.total.is_none_or(|total| total == sum && (sum == 0 || sum >= LEAST)), "{answer:?}");
            told.entry(answer).or_default().push(table);
        }
        holds_back(&told);
    }
    let large: BTreeMap<usize, u64> = of(&[5, 0, 9]);
    assert_eq!(
        whole(&large),
        Told { total: Some(14), cells: vec![(2, Some(9)), (0, Some(5))] },
        "nothing to hold back"
    );
}

#[test]
fn what_is_held_back_of_what_overlaps_may_be_several_things() {
    for (many, below) in [(1, 10), (2, 10), (3, 10)] {
        let mut told: HashMap<Told<usize>, Vec<Vec<u64>>> = HashMap::new();
        for table in tables(many, below) {
            // Nobody is in one twice, and everybody in one at least.
            let (most, sum) = (table.iter().copied().max().unwrap_or(0), table.iter().sum::<u64>());
            for total in most..=sum {
                told.entry(overlapping(total, &of(&table))).or_default().push(table.clone());
            }
        }
        holds_back(&told);
    }
    let large: BTreeMap<usize, u64> = of(&[5, 9, 3]);
    let cells = vec![(1, Some(9)), (0, Some(5)), (2, None)];
    assert_eq!(overlapping(10, &large), Told { total: Some(10), cells }, "the third are among the others, or not");
}
