//! Calendars as text, and what of an appointment stands in one: tables, and properties of whatever anybody writes.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc, Weekday};
use entity::enums::{AppointmentDelivery as D, AppointmentKind as K, AppointmentState as S};
use entity::ids::{AppointmentId, CalendarFeedId};
use entity::instants::Millis;
use proptest::prelude::*;
use signpost::api::ids::NodeId;
use signpost::calendars::event::{Scope, Slot, event, uid};
use signpost::calendars::ical::{Event, LONGEST_LINE, Status, calendar, escaped};
use signpost::post::is_invisible;
use uuid::Uuid;

/// Monday 23 November 2026, 10:00 in UTC.
const TEN: i64 = 1_795_428_000_000;
const HOUR: i64 = 3_600_000;

/// In which calendar they stand.
const FEED: CalendarFeedId = CalendarFeedId(Uuid::from_u128(5));

/// When it is looked at.
fn looked() -> DateTime<Utc> {
    Millis(TEN - 48 * HOUR).to_utc()
}

fn slot() -> Slot {
    Slot {
        feed: FEED,
        scope: Scope::Own,
        id: AppointmentId(Uuid::from_u128(7)),
        kind: K::OneToOne,
        delivery: D::InPerson,
        state: S::Booked,
        starts: Millis(TEN),
        ends: Millis(TEN + HOUR),
        hub: None,
        with: None,
    }
}

fn an_event(summary: &str, location: Option<&str>) -> Event {
    Event { summary: summary.to_owned(), location: location.map(str::to_owned), ..event(&slot()).unwrap() }
}

/// What a program reads: the lines of a calendar, put together again where they were folded.
fn lines(text: &str) -> Vec<String> {
    let whole = text.replace("\r\n ", "");
    whole.strip_suffix("\r\n").unwrap().split("\r\n").map(str::to_owned).collect()
}

/// The value of a text, read back (3.3.11).
fn read_back(value: &str) -> String {
    let mut signs = value.chars();
    let mut out = String::new();
    while let Some(sign) = signs.next() {
        match sign {
            '\\' => match signs.next().unwrap() {
                'n' | 'N' => out.push('\n'),
                other => out.push(other),
            },
            ',' | ';' => panic!("{sign} is not escaped in {value}"),
            sign => out.push(sign),
        }
    }
    out
}

#[test]
fn a_calendar_word_for_word() {
    let events = [an_event("One-to-one, in person", Some("Hub; the back door"))];
    let known_by = format!("UID:{}", uid(FEED, slot().id));
    let expected = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Signpost//Appointments//EN",
        "CALSCALE:GREGORIAN",
        "X-WR-CALNAME:Appointments",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
        "BEGIN:VTIMEZONE",
        "TZID:Europe/London",
        "BEGIN:DAYLIGHT",
        "DTSTART:19960331T010000",
        "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
        "TZOFFSETFROM:+0000",
        "TZOFFSETTO:+0100",
        "TZNAME:BST",
        "END:DAYLIGHT",
        "BEGIN:STANDARD",
        "DTSTART:19961027T020000",
        "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
        "TZOFFSETFROM:+0100",
        "TZOFFSETTO:+0000",
        "TZNAME:GMT",
        "END:STANDARD",
        "END:VTIMEZONE",
        "BEGIN:VEVENT",
        known_by.as_str(),
        "DTSTAMP:20261121T100000Z",
        "DTSTART:20261123T100000Z",
        "DTEND:20261123T110000Z",
        "SEQUENCE:0",
        "SUMMARY:One-to-one\\, in person",
        "LOCATION:Hub\\; the back door",
        "STATUS:CONFIRMED",
        "TRANSP:OPAQUE",
        "CLASS:PRIVATE",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ];
    assert_eq!(calendar("Appointments", &events, looked()), expected.join("\r\n"));
}

/// A calendar has at least one component, be there no appointment in it (3.6), and is no message about a meeting.
#[test]
fn an_empty_calendar_is_one() {
    let text = calendar("Appointments", &[], looked());
    let lines = lines(&text);
    let begun: Vec<&str> = lines.iter().filter_map(|line| line.strip_prefix("BEGIN:")).collect();
    assert_eq!(begun, ["VCALENDAR", "VTIMEZONE", "DAYLIGHT", "STANDARD"]);
    assert!(!lines.iter().any(|line| line.starts_with("METHOD:")), "{text}");
}

/// The rules of the time zone that a calendar brings are those of the wall of London: on the last Sundays of March and
/// October, at one in UTC.
#[test]
fn the_time_zone_is_that_of_the_wall() {
    let ahead = |at: DateTime<Utc>| (signpost::hours::london(at) - at.naive_utc()).num_hours();
    for year in 1996..=2099 {
        for (month, after) in [(3, 1), (10, 0)] {
            let mut days = (25..=31).map(|day| NaiveDate::from_ymd_opt(year, month, day).unwrap());
            let sunday = days.find(|day| day.weekday() == Weekday::Sun).unwrap();
            let begins = sunday.and_hms_opt(1, 0, 0).unwrap().and_utc();
            let told = (ahead(begins - TimeDelta::seconds(1)), ahead(begins));
            assert_eq!(told, (1 - after, after), "{begins}");
        }
    }
}

/// What was taken away of an appointment is taken away in programs that have it: it is told as of a later instant.
#[test]
fn what_is_told_later_is_told_as_of_later() {
    let told = |hub: Option<&str>, at: DateTime<Utc>| {
        let event = event(&Slot { hub: hub.map(str::to_owned), ..slot() }).unwrap();
        let text = calendar("c", &[event], at);
        let value =
            |property: &str| lines(&text).iter().find_map(|line| line.strip_prefix(property).map(str::to_owned));
        (value("DTSTAMP:").unwrap(), value("SEQUENCE:").unwrap(), value("LOCATION:"))
    };
    let (first, sequence, place) = told(Some("Hub"), looked());
    assert_eq!(place.as_deref(), Some("Hub"));
    let (then, same, gone) = told(None, looked() + TimeDelta::hours(1));
    assert_eq!((gone, same), (None, sequence));
    assert_eq!((first.as_str(), then.as_str()), ("20261121T100000Z", "20261121T110000Z"));
}

#[test]
fn texts_are_escaped() {
    for (text, value) in [
        ("plain", "plain"),
        ("a,b;c\\d", "a\\,b\\;c\\\\d"),
        ("one\ntwo", "one\\ntwo"),
        ("one\r\ntwo", "one\\ntwo"),
        ("\u{0}a\tb\u{7f}\u{85}", "ab"),
        ("x\r\nATTENDEE:mailto:a@example.org", "x\\nATTENDEE:mailto:a@example.org"),
        ("colon: \"quoted\"", "colon: \"quoted\""),
        ("Siân 🙂", "Siân 🙂"),
        // What breaks a line elsewhere, turns the direction of what follows, or can't be seen.
        ("a\u{2028}b\u{2029}c", "abc"),
        ("a\u{202e}b\u{2066}c\u{200f}d\u{200b}e\u{feff}f", "abcdef"),
        ("نمی\u{200c}خواهم", "نمی\u{200c}خواهم"),
    ] {
        assert_eq!(escaped(text), value, "{text:?}");
    }
}

/// A line of exactly as many octets as it may have is whole; with one more it is folded, and never within a sign.
#[test]
fn lines_are_folded_at_their_octet() {
    let room = LONGEST_LINE - "SUMMARY:".len();
    let folded = |summary: &str| {
        let text = calendar("c", &[an_event(summary, None)], looked());
        let begins = text.find("SUMMARY:").unwrap();
        let ends = text.find("\r\nSTATUS:").unwrap();
        text[begins..ends].split("\r\n").map(str::len).collect::<Vec<_>>()
    };
    assert_eq!(folded(&"a".repeat(room)), [75]);
    assert_eq!(folded(&"a".repeat(room + 1)), [75, 2]);
    assert_eq!(folded(&"a".repeat(room + 74)), [75, 75]);
    assert_eq!(folded(&"a".repeat(room + 75)), [75, 75, 2]);
    let beside = format!("{}🙂", "a".repeat(room - 3));
    assert_eq!(folded(&beside), [72, 5], "four octets stay together");
}

/// An end that is not later in whole seconds is none.
#[test]
fn an_end_is_later_than_the_beginning() {
    let ends_after = |millis: i64| {
        let event = event(&Slot { ends: Millis(TEN + millis), ..slot() }).unwrap();
        calendar("c", &[event], looked()).contains("DTEND:")
    };
    assert_eq!([0, 1, 999, 1_000].map(ends_after), [false, false, false, true]);
}

#[test]
fn an_appointment_is_told_by_its_sort_and_how_it_is_held() {
    for (kind, delivery, scope, summary) in [
        (K::InitialAssessment, D::InPerson, Scope::Own, "Initial assessment, in person"),
        (K::OneToOne, D::Telephone, Scope::Own, "One-to-one, by telephone"),
        (K::Group, D::Video, Scope::Own, "Group, by video"),
        (K::Review, D::Outreach, Scope::Own, "Review, outreach"),
        (K::Exit, D::InCustody, Scope::Own, "Exit meeting, in custody"),
        (K::OneToOne, D::Telephone, Scope::Hub, "One-to-one, by telephone"),
        (K::OneToOne, D::InCustody, Scope::Hub, "One-to-one"),
    ] {
        let told = event(&Slot { kind, delivery, scope, hub: Some("Hub".to_owned()), ..slot() }).unwrap();
        assert_eq!((told.summary.as_str(), told.location.as_deref()), (summary, Some("Hub")));
    }
}

/// Beside a name, and in the whole of a calendar in which names are wanted, nobody can tell who is met in custody from who is
/// met anywhere else: by no word, by the want of none, and by no hub.
#[test]
fn beside_a_name_no_place_is_told() {
    for with in [Some("Ida"), None] {
        let named = |delivery, hub: Option<&str>| {
            let (with, hub) = (with.map(str::to_owned), hub.map(str::to_owned));
            event(&Slot { scope: Scope::Named, delivery, hub, with, ..slot() }).unwrap()
        };
        let in_custody = named(D::InCustody, None);
        for delivery in [D::InPerson, D::Outreach, D::InCustody] {
            for hub in [None, Some("HMP Somewhere")] {
                assert_eq!(named(delivery, hub), in_custody, "{delivery:?} {hub:?}");
            }
        }
        let tail = with.map_or(String::new(), |name| format!(" ({name})"));
        assert_eq!(in_custody.summary, format!("One-to-one{tail}"));
        assert_eq!(named(D::Telephone, None).summary, format!("One-to-one, by telephone{tail}"));
        assert_eq!(named(D::Video, None).summary, format!("One-to-one, by video{tail}"));
    }
    // Nor where a calendar says of itself that nobody is named in it.
    for scope in [Scope::Own, Scope::Hub] {
        for delivery in [D::InPerson, D::Outreach, D::InCustody] {
            let (with, hub) = (Some("Ida".to_owned()), Some("Hub".to_owned()));
            let told = event(&Slot { scope, delivery, hub, with, ..slot() }).unwrap();
            assert_eq!((told.summary.as_str(), told.location), ("One-to-one (Ida)", None));
        }
    }
    // Of a hub nobody can tell it either: its hours are those of other calendars.
    let of_hub = |delivery| event(&Slot { scope: Scope::Hub, delivery, ..slot() }).unwrap();
    assert_eq!(of_hub(D::InCustody), of_hub(D::InPerson));
    assert_eq!(of_hub(D::InCustody), of_hub(D::Outreach));
}

/// Called off it stays and says so; moved it is dropped; what became of it is not told.
#[test]
fn states_are_told_as_far_as_they_matter() {
    let of = |state| event(&Slot { state, ..slot() });
    let booked = of(S::Booked);
    for state in [S::Attended, S::DidNotAttend] {
        assert_eq!(of(state), booked, "{state:?}");
    }
    assert_eq!(of(S::Superseded), None);
    let off = of(S::Cancelled).unwrap();
    assert_eq!((off.status, off.sequence), (Status::Cancelled, 1));
    let booked = booked.unwrap();
    assert_eq!((&off.uid, booked.sequence), (&booked.uid, 0));
    let text = calendar("c", &[off], looked());
    assert!(text.contains("\r\nSTATUS:CANCELLED\r\n") && text.contains("\r\nTRANSP:TRANSPARENT\r\n"), "{text}");
}

#[test]
fn an_event_is_known_by_nothing_that_can_be_asked_for() {
    let all: BTreeSet<String> = (0..1_000).map(|id| uid(FEED, AppointmentId(Uuid::from_u128(id)))).collect();
    assert_eq!(all.len(), 1_000);
    let id = AppointmentId(Uuid::from_u128(0x0192_aaaa_bbbb_7ccc_8ddd_eeee_ffff_0001));
    let known = uid(FEED, id);
    assert_eq!(known, uid(FEED, id), "the same each time");
    let other = CalendarFeedId(Uuid::from_u128(6));
    assert_ne!(known, uid(other, id), "in another calendar it is another: the two can't be put together by it");
    assert!(!known.contains(&id.0.to_string()) && !known.contains(&id.0.simple().to_string()));
    assert!(NodeId::decode(&known).is_none() && NodeId::decode(known.split('@').next().unwrap()).is_none());
}

fn texts() -> impl Strategy<Value = String> {
    let odd = prop::sample::select(vec![
        '\\', ';', ',', ':', '\n', '\r', '\t', ' ', '\u{0}', 'é', '\u{2028}', '\u{202e}', '\u{200d}', '🙂',
    ]);
    prop::collection::vec(prop_oneof![any::<char>(), odd], 0..300).prop_map(|signs| signs.into_iter().collect())
}

proptest! {
    /// Whatever stands in a text, no line is too long, nothing of it is lost, and it makes no line of its own.
    #[test]
    fn a_calendar_is_read_back(all in prop::collection::vec((texts(), prop::option::of(texts())), 0..4), name in texts()) {
        let events: Vec<Event> =
            all.iter().map(|(summary, location)| an_event(summary, location.as_deref())).collect();
        let text = calendar(&name, &events, looked());
        prop_assert!(text.ends_with("\r\n"));
        for line in text.strip_suffix("\r\n").unwrap().split("\r\n") {
            prop_assert!(line.len() <= LONGEST_LINE, "{line:?}");
            prop_assert!(!line.contains(['\r', '\n']), "{line:?}");
        }
        let lines = lines(&text);
        let begun = lines.iter().filter(|line| line.starts_with("BEGIN:")).count();
        prop_assert_eq!(begun, events.len() + 4);
        let values = |property: &str| -> Vec<String> {
            lines.iter().filter_map(|line| line.strip_prefix(property)).map(read_back).collect()
        };
        let is_seen = |sign: &char| match *sign {
            '\n' | '\u{200c}' | '\u{200d}' => true,
            '\u{2028}' | '\u{2029}' => false,
            sign => !sign.is_control() && !is_invisible(sign),
        };
        let seen = |text: &String| -> String { text.chars().filter(is_seen).collect() };
        let summaries: Vec<String> = all.iter().map(|(summary, _)| seen(summary)).collect();
        prop_assert_eq!(values("SUMMARY:"), summaries);
        let locations: Vec<String> = all.iter().filter_map(|(_, location)| location.as_ref().map(&seen)).collect();
        prop_assert_eq!(values("LOCATION:"), locations);
        prop_assert_eq!(values("X-WR-CALNAME:"), vec![seen(&name)]);
    }
}
