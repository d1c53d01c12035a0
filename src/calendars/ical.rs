//! A calendar as text, in the form of RFC 5545, as far as a feed of appointments needs it. Pure.
//!
//! Written by hand: it is one component with a dozen properties, all instants in UTC. What of it can go wrong (what is escaped,
//! where a line is folded, that the same appointments give the same bytes) wants tests of ours with any library.

use chrono::{DateTime, Utc};

/// Most octets of a line, without its break.
pub const LONGEST_LINE: usize = 75;

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
    /// When it was last changed so.
    pub stamp: DateTime<Utc>,
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

/// A calendar of this name with these events, in their order.
#[must_use]
pub fn calendar(name: &str, events: &[Event]) -> String {
    let mut out = String::new();
    let name = format!("X-WR-CALNAME:{}", escaped(name));
    for line in [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Signpost//Appointments//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        name.as_str(),
        // Every look is a line in the ledger for each service user: once an hour is enough.
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
    ] {
        put(&mut out, line);
    }
    for event in events {
        put_event(&mut out, event);
    }
    put(&mut out, "END:VCALENDAR");
    out
}

fn put_event(out: &mut String, event: &Event) {
    let (starts, ends) = (instant(event.starts), instant(event.ends));
    let (status, shows_as) = match event.status {
        Status::Confirmed => ("CONFIRMED", "OPAQUE"),
        Status::Cancelled => ("CANCELLED", "TRANSPARENT"),
    };
    put(out, "BEGIN:VEVENT");
    put(out, &format!("UID:{}", escaped(&event.uid)));
    put(out, &format!("DTSTAMP:{}", instant(event.stamp)));
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
            sign if sign.is_control() => {}
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
