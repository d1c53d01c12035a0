//! The hours engine: a table for every rule and edge, and in `oracle` a property test against
//! a slow answer that shares no code with it.

mod answers;
mod days;
mod holidays;
mod nations;
mod oracle;
mod shown;
mod stated;
mod times;
mod windows;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use signpost::hours::{Days, Exception, Hours, Instead, Nation, OnHolidays, Opening, Rule, Span};

/// An instant, as `2026-03-29 00:30` in UTC.
fn utc(text: &str) -> DateTime<Utc> {
    chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").expect(text).and_utc()
}

fn date(text: &str) -> NaiveDate {
    text.parse().expect(text)
}

fn time(text: &str) -> NaiveTime {
    NaiveTime::parse_from_str(text, "%H:%M").expect(text)
}

/// A span, as `09:00-17:00`, or `all day`.
fn span(text: &str) -> Span {
    match text.split_once('-') {
        Some((opens, closes)) => Span::Between { opens: time(opens), closes: time(closes) },
        None => Span::AllDay,
    }
}

fn spans(texts: &[&str]) -> Vec<Span> {
    texts.iter().map(|text| span(text)).collect()
}

/// A rule that always holds.
fn rule(days: Days, times: &str) -> Rule {
    Rule::new(days, span(times), None, None, true).expect("a rule")
}

fn weekly(by_day: &str, times: &str) -> Rule {
    rule(Days::weekly(by_day, 1, None).expect(by_day), times)
}

fn unreliable(by_day: &str, times: &str) -> Rule {
    Rule::new(Days::weekly(by_day, 1, None).expect(by_day), span(times), None, None, false).expect("a rule")
}

fn except(from: &str, until: &str, instead: Instead) -> Exception {
    Exception::new(date(from), date(until), instead).expect("an exception")
}

/// Hours in England that hold on holidays as on other days.
fn plain(rules: Vec<Rule>) -> Hours {
    with_exceptions(rules, Vec::new())
}

fn with_exceptions(rules: Vec<Rule>, exceptions: Vec<Exception>) -> Hours {
    Hours::new(rules, exceptions, OnHolidays::AsUsual, Some(Nation::EnglandAndWales))
}

/// The intervals between two instants, as text: `2026-06-01 08:00 to 2026-06-01 16:00`, with
/// the reason behind those that are unknown.
fn shown(hours: &Hours, from: &str, to: &str) -> Vec<String> {
    let minutes = |at: DateTime<Utc>| at.format("%m-%d %H:%M").to_string();
    hours
        .intervals(utc(from), utc(to))
        .iter()
        .map(|one| match one.opening {
            Opening::Certain => format!("{} to {}", minutes(one.from), minutes(one.to)),
            Opening::Unknown(why) => format!("{} to {} {why:?}", minutes(one.from), minutes(one.to)),
        })
        .collect()
}
