//! Calendars as text, and what of an appointment stands in one: tables, and properties of whatever anybody writes.

use std::collections::BTreeSet;

use entity::enums::{AppointmentDelivery as D, AppointmentKind as K, AppointmentState as S};
use entity::ids::AppointmentId;
use entity::instants::Millis;
use proptest::prelude::*;
use signpost::api::ids::NodeId;
use signpost::calendars::event::{Slot, event, uid};
use signpost::calendars::ical::{Event, LONGEST_LINE, Status, calendar, escaped};
use uuid::Uuid;

/// Monday 23 November 2026, 10:00 in UTC.
const TEN: i64 = 1_795_428_000_000;
const HOUR: i64 = 3_600_000;

fn slot() -> Slot {
    Slot {
        id: AppointmentId(Uuid::from_u128(7)),
        kind: K::OneToOne,
        delivery: D::InPerson,
        state: S::Booked,
        starts: Millis(TEN),
        ends: Millis(TEN + HOUR),
        booked: Millis(TEN - 48 * HOUR),
        cancelled: None,
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
    let known_by = format!("UID:{}", uid(slot().id));
    let expected = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Signpost//Appointments//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "X-WR-CALNAME:Appointments",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
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
    assert_eq!(calendar("Appointments", &events), expected.join("\r\n"));
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
    ] {
        assert_eq!(escaped(text), value, "{text:?}");
    }
}

/// A line of exactly as many octets as it may have is whole; with one more it is folded, and never within a sign.
#[test]
fn lines_are_folded_at_their_octet() {
    let room = LONGEST_LINE - "SUMMARY:".len();
    let folded = |summary: &str| {
        let text = calendar("c", &[an_event(summary, None)]);
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
        calendar("c", &[event]).contains("DTEND:")
    };
    assert_eq!([0, 1, 999, 1_000].map(ends_after), [false, false, false, true]);
}

#[test]
fn an_appointment_is_told_by_its_sort_and_how_it_is_held() {
    for (kind, delivery, with, summary) in [
        (K::InitialAssessment, D::InPerson, None, "Initial assessment, in person"),
        (K::OneToOne, D::Telephone, None, "One-to-one, by telephone"),
        (K::Group, D::Video, None, "Group, by video"),
        (K::Review, D::Outreach, None, "Review, outreach"),
        (K::Exit, D::InCustody, None, "Exit meeting, in custody"),
        (K::OneToOne, D::Telephone, Some("Ida"), "One-to-one, by telephone (Ida)"),
        // Beside a name it would tell that they are in prison.
        (K::OneToOne, D::InCustody, Some("Ida"), "One-to-one (Ida)"),
    ] {
        let slot = Slot { kind, delivery, with: with.map(str::to_owned), ..slot() };
        assert_eq!(event(&slot).unwrap().summary, summary);
    }
}

/// Called off it stays and says so; moved it is dropped; what became of it is not told.
#[test]
fn states_are_told_as_far_as_they_matter() {
    let of = |state, cancelled| event(&Slot { state, cancelled, ..slot() });
    let booked = of(S::Booked, None);
    for state in [S::Attended, S::DidNotAttend] {
        assert_eq!(of(state, None), booked, "{state:?}");
    }
    assert_eq!(of(S::Superseded, None), None);
    let off = of(S::Cancelled, Some(Millis(TEN - HOUR))).unwrap();
    assert_eq!((off.status, off.sequence, off.stamp), (Status::Cancelled, 1, Millis(TEN - HOUR).to_utc()));
    assert_eq!(off.uid, booked.unwrap().uid);
    // Another system may not have said when.
    assert_eq!(of(S::Cancelled, None).unwrap().stamp, slot().booked.to_utc());
    let text = calendar("c", &[off]);
    assert!(text.contains("\r\nSTATUS:CANCELLED\r\n") && text.contains("\r\nTRANSP:TRANSPARENT\r\n"), "{text}");
}

#[test]
fn an_event_is_known_by_nothing_that_can_be_asked_for() {
    let all: BTreeSet<String> = (0..1_000).map(|id| uid(AppointmentId(Uuid::from_u128(id)))).collect();
    assert_eq!(all.len(), 1_000);
    let id = AppointmentId(Uuid::from_u128(0x0192_aaaa_bbbb_7ccc_8ddd_eeee_ffff_0001));
    let known = uid(id);
    assert_eq!(known, uid(id), "the same each time");
    assert!(!known.contains(&id.0.to_string()) && !known.contains(&id.0.simple().to_string()));
    assert!(NodeId::decode(&known).is_none() && NodeId::decode(known.split('@').next().unwrap()).is_none());
}

fn texts() -> impl Strategy<Value = String> {
    let odd = prop::sample::select(vec!['\\', ';', ',', ':', '\n', '\r', '\t', ' ', '\u{0}', 'é', '\u{2028}', '🙂']);
    prop::collection::vec(prop_oneof![any::<char>(), odd], 0..300).prop_map(|signs| signs.into_iter().collect())
}

proptest! {
    /// Whatever stands in a text, no line is too long, nothing of it is lost, and it makes no line of its own.
    #[test]
    fn a_calendar_is_read_back(all in prop::collection::vec((texts(), prop::option::of(texts())), 0..4), name in texts()) {
        let events: Vec<Event> =
            all.iter().map(|(summary, location)| an_event(summary, location.as_deref())).collect();
        let text = calendar(&name, &events);
        prop_assert!(text.ends_with("\r\n"));
        for line in text.strip_suffix("\r\n").unwrap().split("\r\n") {
            prop_assert!(line.len() <= LONGEST_LINE, "{line:?}");
            prop_assert!(!line.contains(['\r', '\n']), "{line:?}");
        }
        let lines = lines(&text);
        let begun = lines.iter().filter(|line| line.starts_with("BEGIN:")).count();
        prop_assert_eq!(begun, events.len() + 1);
        let values = |property: &str| -> Vec<String> {
            lines.iter().filter_map(|line| line.strip_prefix(property)).map(read_back).collect()
        };
        let seen = |text: &String| -> String { text.chars().filter(|sign| *sign == '\n' || !sign.is_control()).collect() };
        let summaries: Vec<String> = all.iter().map(|(summary, _)| seen(summary)).collect();
        prop_assert_eq!(values("SUMMARY:"), summaries);
        let locations: Vec<String> = all.iter().filter_map(|(_, location)| location.as_ref().map(&seen)).collect();
        prop_assert_eq!(values("LOCATION:"), locations);
        prop_assert_eq!(values("X-WR-CALNAME:"), vec![seen(&name)]);
    }
}
