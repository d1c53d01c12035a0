//! A calendar as text, in the form of RFC 5545, as far as a feed of appointments needs it. Pure.
//!
//! Written by hand: it is one component with a dozen properties, all instants in UTC. What of it can go wrong (what is escaped,
//! where a line is folded, that the same appointments give the same bytes) wants tests of ours with any library.

use chrono::{DateTime, Utc};

use crate::post::is_invisible;

/// Most octets of a line, without its break.
pub const LONGEST_LINE: usize = 75;

/// The time zone of London, as it is since 1996. No instant of ours needs it, but a calendar has at least one component (3.6), and
/// of one without appointments this is it.
const LONDON: [&str; 17] = [
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
];

/// How an event stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It is to be, or was.
    Confirmed,
    /// It was called off.
    Cancelled,
}

/// An event of a calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// What it is known by, for ever.
    pub uid: String,
    /// How often it was changed in what matters to who comes.
    pub sequence: u32,
    /// When it begins.
    pub starts: DateTime<Utc>,
    /// When it ends, exclusive.
    pub ends: DateTime<Utc>,
    /// What it is.
    pub summary: String,
    /// Where it is; absent where nobody says.
    pub location: Option<String>,
    /// How it stands.
    pub status: Status,
}

/// A calendar of this name with these events, in their order, as of an instant.
///
/// It has no METHOD: it is a snapshot and no message about a meeting (3.7.2), and such a message would have to name an organizer
/// (RFC 5546, 3.2.1). Each event says that it is as of this instant (DTSTAMP, 3.8.7.2): where something of one was taken away, as
/// the place or a name, no count of changes says so, and of two with the same count a program keeps the later (RFC 5546, 2.1.5).
#[must_use]
pub fn calendar(name: &str, events: &[Event], at: DateTime<Utc>) -> String {
    let mut out = String::new();
    let name = format!("X-WR-CALNAME:{}", escaped(name));
    for line in [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Signpost//Appointments//EN",
        "CALSCALE:GREGORIAN",
        name.as_str(),
        // Every look is a line in the ledger for each service user: once an hour is enough.
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
    ] {
        put(&mut out, line);
    }
    for line in LONDON {
        put(&mut out, line);
    }
    for event in events {
        put_event(&mut out, event, at);
    }
    put(&mut out, "END:VCALENDAR");
    out
}

fn put_event(out: &mut String, event: &Event, at: DateTime<Utc>) {
    let (starts, ends) = (instant(event.starts), instant(event.ends));
    let (status, shows_as) = match event.status {
        Status::Confirmed => ("CONFIRMED", "OPAQUE"),
        Status::Cancelled => ("CANCELLED", "TRANSPARENT"),
    };
    put(out, "BEGIN:VEVENT");
    put(out, &format!("UID:{}", escaped(&event.uid)));
    put(out, &format!("DTSTAMP:{}", instant(at)));
    put(out, &format!("DTSTART:{starts}"));
    // An end must be later than the beginning, in whole seconds; without one it ends where it begins.
    if event.ends.timestamp() > event.starts.timestamp() {
        put(out, &format!("DTEND:{ends}"));
    }
    put(out, &format!("SEQUENCE:{}", event.sequence));
    put(out, &format!("SUMMARY:{}", escaped(&event.summary)));
    if let Some(location) = &event.location {
        put(out, &format!("LOCATION:{}", escaped(location)));
    }
    put(out, &format!("STATUS:{status}"));
    put(out, &format!("TRANSP:{shows_as}"));
    put(out, "CLASS:PRIVATE");
    put(out, "END:VEVENT");
}

/// An instant, to the second.
fn instant(at: DateTime<Utc>) -> String {
    at.format("%Y%m%dT%H%M%SZ").to_string()
}

/// Whether a sign shows nothing, or turns the direction of others. Joiners stay: Persian and scripts of India are written with them.
fn is_left_out(sign: char) -> bool {
    let is_joiner = matches!(sign, '\u{200c}' | '\u{200d}');
    let is_break = matches!(sign, '\u{2028}' | '\u{2029}');
    sign.is_control() || is_break || (is_invisible(sign) && !is_joiner)
}

/// Text as the value of a property (3.3.11). Signs that can't be seen are left out, but for breaks of lines.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '\\' | ';' | ',' => {
                out.push('\\');
                out.push(sign);
            }
            '\n' => out.push_str("\\n"),
            sign if is_left_out(sign) => {}
            sign => out.push(sign),
        }
    }
    out
}

/// Puts a line to the others, folded so that no part of it is longer than it may be, and none begins within a sign (3.1).
fn put(out: &mut String, line: &str) {
    let mut room = LONGEST_LINE;
    for sign in line.chars() {
        if sign.len_utf8() > room {
            out.push_str("\r\n ");
            room = LONGEST_LINE - 1;
        }
        out.push(sign);
        room -= sign.len_utf8();
    }
    out.push_str("\r\n");
}
