//! The four text formats that the standard's schemas name, each as its RFC has it.
//!
//! To add one: a function from text to verdict, with its RFC, and a [`super::schema::Shape`].

use std::net::{Ipv4Addr, Ipv6Addr};

/// RFC 9562: five groups of hexadecimal digits, 8-4-4-4-12, joined by hyphens, in either case.
pub(super) fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// RFC 3339, `date-time`: `2026-03-01T09:00:00Z`, or with an offset in place of the `Z`. A leap
/// second is accepted where one can be: at 23:59:60 UTC.
pub(super) fn is_date_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    let (Some(date), Some(b'T' | b't'), Some(clock)) = (bytes.get(..10), bytes.get(10), bytes.get(11..19)) else {
        return false;
    };
    let fraction_and_offset = bytes.get(19..).unwrap_or_default();
    let offset = match fraction_and_offset.strip_prefix(b".") {
        None => fraction_and_offset,
        Some(rest) => match rest.iter().position(|byte| !byte.is_ascii_digit()) {
            None | Some(0) => return false,
            Some(digits) => rest.get(digits..).unwrap_or_default(),
        },
    };
    let (Some([hour, minute, second]), Some(offset)) = (time_of_day(clock), offset_minutes(offset)) else {
        return false;
    };
    let utc_minute = (i32::from(hour) * 60 + i32::from(minute) - offset).rem_euclid(24 * 60);
    is_date(date) && hour < 24 && minute < 60 && (second < 60 || (second == 60 && utc_minute == 24 * 60 - 1))
}

/// `YYYY-MM-DD`, a day that exists.
fn is_date(text: &[u8]) -> bool {
    let (Some(century), Some(year), Some(b'-'), Some(month), Some(b'-'), Some(day)) =
        (two(text, 0), two(text, 2), text.get(4), two(text, 5), text.get(7), two(text, 8))
    else {
        return false;
    };
    let leap = year % 4 == 0 && (year != 0 || century % 4 == 0);
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}

/// `HH:MM:SS` as numbers, not yet held against the clock.
fn time_of_day(text: &[u8]) -> Option<[u8; 3]> {
    let separated = text.get(2) == Some(&b':') && text.get(5) == Some(&b':');
    separated.then_some(())?;
    Some([two(text, 0)?, two(text, 3)?, two(text, 6)?])
}

/// `Z`, `+HH:MM` or `-HH:MM`, as minutes east of Greenwich.
fn offset_minutes(text: &[u8]) -> Option<i32> {
    let sign = match text {
        [b'Z' | b'z'] => return Some(0),
        [b'+', _, _, b':', _, _] => 1,
        [b'-', _, _, b':', _, _] => -1,
        _ => return None,
    };
    let (hours, minutes) = (two(text, 1)?, two(text, 4)?);
    (hours < 24 && minutes < 60).then(|| sign * (i32::from(hours) * 60 + i32::from(minutes)))
}

/// The number that two digits make.
fn two(text: &[u8], at: usize) -> Option<u8> {
    match text.get(at..at + 2)? {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => Some((tens - b'0') * 10 + (ones - b'0')),
        _ => None,
    }
}

/// RFC 3986, `URI`: with a scheme, so `example.org` is none.
pub(super) fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let scheme_is_right = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    let (rest, fragment) = rest.split_once('#').unwrap_or((rest, ""));
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, path) = match rest.strip_prefix("//") {
        None => (None, rest),
        Some(rest) => {
            let end = rest.find('/').unwrap_or(rest.len());
            (Some(&rest[..end]), &rest[end..])
        }
    };
    scheme_is_right
        && authority.is_none_or(is_authority)
        && made_of(path, ":@/")
        && made_of(query, ":@/?")
        && made_of(fragment, ":@/?")
}

/// `[ userinfo "@" ] host [ ":" port ]`.
fn is_authority(text: &str) -> bool {
    let (user, host) = text.split_once('@').unwrap_or(("", text));
    let (host_is_right, port) = match host.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((literal, port)) => (is_ip_literal(literal), port),
            None => (false, ""),
        },
        None => {
            let end = host.find(':').unwrap_or(host.len());
            (made_of(&host[..end], ""), &host[end..])
        }
    };
    let port_is_right =
        port.is_empty() || port.strip_prefix(':').is_some_and(|port| port.bytes().all(|b| b.is_ascii_digit()));
    made_of(user, ":") && host_is_right && port_is_right
}

/// What stands in brackets as a host: an IPv6 address, or one of a version to come.
fn is_ip_literal(text: &str) -> bool {
    match text.strip_prefix(['v', 'V']).and_then(|rest| rest.split_once('.')) {
        Some((version, address)) => {
            let hexadecimal = !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_hexdigit());
            hexadecimal && !address.is_empty() && !address.contains('%') && made_of(address, ":")
        }
        None => text.parse::<Ipv6Addr>().is_ok(),
    }
}

/// Whether `text` holds only what RFC 3986 allows everywhere (unreserved characters, sub-delimiters,
/// whole percent encodings) and the characters in `also`.
fn made_of(text: &str, also: &str) -> bool {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let allowed = match byte {
            b'%' => (0..2).all(|_| bytes.next().is_some_and(|digit| digit.is_ascii_hexdigit())),
            _ => byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=".contains(&byte) || also.as_bytes().contains(&byte),
        };
        if !allowed {
            return false;
        }
    }
    true
}

/// RFC 5321, `Mailbox`: `name@host`, the name plain or in quotes, the host a name or an address
/// in brackets. Without a display name, and in ASCII.
pub(super) fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let local_is_right = match local.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(quoted) => is_quoted(quoted),
        None => local.split('.').all(is_atom),
    };
    let domain_is_right = match domain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(literal) => match literal.get(..5) {
            Some(tag) if tag.eq_ignore_ascii_case("IPv6:") => literal[5..].parse::<Ipv6Addr>().is_ok(),
            Some(_) | None => literal.parse::<Ipv4Addr>().is_ok(),
        },
        None => domain.len() <= 253 && domain.split('.').all(is_host_label),
    };
    local.len() <= 64 && local_is_right && domain_is_right
}

fn is_atom(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte))
}

fn is_quoted(text: &str) -> bool {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let allowed = match byte {
            b'\\' => bytes.next().is_some_and(|escaped| escaped.is_ascii_graphic()),
            b'"' => false,
            b'\t' | b' ' => true,
            _ => byte.is_ascii_graphic(),
        };
        if !allowed {
            return false;
        }
    }
    true
}

/// A part of a host name. A hyphen in the third and the fourth place is kept for `xn--` (RFC 5891).
fn is_host_label(text: &str) -> bool {
    let bytes = text.as_bytes();
    let reserved = bytes.get(2..4) == Some(b"--") && !text.starts_with("xn");
    (1..=63).contains(&bytes.len())
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
        && !reserved
}
