//! Notices without a database: where they may go, what they say, how they are signed, when they are tried again.

use std::collections::BTreeSet;
use std::net::IpAddr;

use axum::http::HeaderMap;
use entity::enums::{AppointmentState, AppointmentStep, ReferralState, ReferralStep};
use entity::ids::{AppointmentEventId, AppointmentId, NoticeId, ReferralEventId, ReferralId};
use entity::instants::Millis;
use serde_json::Value;
use signpost::clock::Clock;
use signpost::notices::backoff::{WAITS, wait};
use signpost::notices::code::{CODE_BYTES, Code};
use signpost::notices::event::{Event, Happened, TEST};
use signpost::notices::signing::{SigningSecret, signatures};
use signpost::notices::target::{is_refused, read};
use signpost::notices::wording::{is_kind, said};
use standardwebhooks::Webhook;
use uuid::Uuid;

#[test]
fn only_public_addresses_are_let_through() {
    let refused = [
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "10.255.255.255",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.0.1",
        "198.18.0.1",
        "198.19.255.255",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "239.255.255.255",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::8.8.8.8",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "64:ff9b::7f00:1",
        "64:ff9b::808:808",
        "64:ff9b:1::1",
        "100::1",
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
        "2001::1",
        "2001:1ff::1",
        "2001:db8::1",
        "2002:7f00:1::",
        "3fff::1",
        "3fff:fff::1",
    ];
    let public = [
        "1.1.1.1",
        "8.8.8.8",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.0.0.1",
        "128.0.0.1",
        "169.253.0.1",
        "172.15.255.255",
        "172.32.0.0",
        "192.0.1.1",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.0.1",
        "198.20.0.1",
        "223.255.255.255",
        "2001:200::1",
        "2001:4860:4860::8888",
        "2606:4700:4700::1111",
        "2a00:1450::1",
        "3ffe::1",
    ];
    for (all, expected) in [(&refused[..], true), (&public[..], false)] {
        for text in all {
            assert_eq!(is_refused(text.parse::<IpAddr>().unwrap()), expected, "{text}");
        }
    }
}

#[test]
fn what_may_be_named() {
    // Whether it may be named, and whether it may where private ones are allowed.
    for (text, strict, allowing) in [
        ("https://systems.example.org/signpost?key=7", true, true),
        ("https://systems.example.org:8443/", true, true),
        ("https://8.8.8.8/", true, true),
        // Its name is looked at when something is sent.
        ("https://localhost/", true, true),
        ("https://127.0.0.1/", false, true),
        ("https://2130706433/", false, true),
        ("https://0x7f.1/", false, true),
        ("https://[::1]/", false, true),
        ("https://[::ffff:8.8.8.8]/", false, true),
        ("http://systems.example.org/", false, true),
        ("http://127.0.0.1:8080/", false, true),
        ("ftp://systems.example.org/", false, false),
        ("file:///etc/passwd", false, false),
        ("javascript:alert(1)", false, false),
        ("systems.example.org", false, false),
        ("https://", false, false),
        ("", false, false),
        ("https://robin@systems.example.org/", false, false),
        ("https://robin:vale@systems.example.org/", false, false),
        ("https://systems.example.org/#part", false, false),
        // No names.
        ("https://./", false, false),
        ("https://../", false, false),
        ("https://a..b/", false, false),
        ("https://.example.org/", false, false),
        ("https://example.org../", false, false),
        (&format!("https://{}.example.org/", "a".repeat(64)), false, false),
        (&format!("https://{}.example.org/", "a".repeat(63)), true, true),
        ("https://example.org./", true, true),
        // Ports of a machine's own services.
        ("https://example.org:443/", true, true),
        ("https://example.org:1024/", true, true),
        ("https://example.org:65535/", true, true),
        ("https://example.org:0/", false, false),
        ("https://example.org:22/", false, true),
        ("https://example.org:25/", false, true),
        ("https://example.org:80/", false, true),
        ("https://example.org:1023/", false, true),
        ("https://8.8.8.8:25/", false, true),
        ("http://example.org:80/", false, true),
    ] {
        assert_eq!(read(text, false).is_ok(), strict, "{text}");
        assert_eq!(read(text, true).is_ok(), allowing, "{text}");
    }
    let of_length = |length: usize| format!("https://a.example/{}", "x".repeat(length - 18));
    assert!(read(&of_length(500), false).is_ok());
    assert!(read(&of_length(501), false).is_err());
}

/// Every notice that can be, and all that stands in it.
#[test]
fn a_notice_says_what_happened_and_nothing_of_anybody() {
    let at = Millis(1_795_291_200_123);
    let mut events = Vec::new();
    for step in ReferralStep::ALL {
        for state in ReferralState::ALL {
            let (event, referral) = (ReferralEventId(Uuid::from_u128(1)), ReferralId(Uuid::from_u128(2)));
            let happened = Happened::Referral { event, referral, step: *step, state: *state };
            events.push((happened, "referral", step.as_str(), state.as_str()));
        }
    }
    for step in AppointmentStep::ALL {
        for state in AppointmentState::ALL {
            let (event, appointment) = (AppointmentEventId(Uuid::from_u128(1)), AppointmentId(Uuid::from_u128(2)));
            let happened = Happened::Appointment { event, appointment, step: *step, state: *state };
            events.push((happened, "appointment", step.as_str(), state.as_str()));
        }
    }
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<BTreeSet<String>>();
    for (happened, of, step, state) in events {
        let event = Event { happened, number: 7, at };
        assert_eq!((event.id(), event.subject()), (Uuid::from_u128(1), Uuid::from_u128(2)));
        let body: Value = serde_json::from_str(&event.body()).unwrap();
        assert_eq!(keys(&body), ["data", "timestamp", "type"].map(str::to_owned).into());
        assert_eq!(keys(&body["data"]), [of, "number", "state"].map(str::to_owned).into());
        assert_eq!(body["type"], format!("{of}.{step}"));
        assert_eq!(body["timestamp"], at.to_utc().to_rfc3339_opts(chrono::SecondsFormat::Millis, true));
        assert_eq!(body["data"]["state"], state.to_uppercase());
        assert_eq!(body["data"]["number"], 7);
    }
}

/// The library's own `verify` goes by the machine's time, and so does this.
#[test]
fn a_receiver_verifies_with_either_secret() {
    let (clock, body) = (Clock::system(), "{\"type\":\"notice.test\"}");
    let (old, new) = (SigningSecret::new([1; 32]), SigningSecret::new([2; 32]));
    let other = SigningSecret::new([3; 32]);
    let seconds = clock.now().timestamp();
    let both = signatures(&[new.clone(), old.clone()], "0190", seconds, body).unwrap();
    let mut headers = HeaderMap::new();
    headers.insert("webhook-id", "0190".parse().unwrap());
    headers.insert("webhook-timestamp", seconds.to_string().parse().unwrap());
    headers.insert("webhook-signature", both.parse().unwrap());
    let verifies = |secret: &SigningSecret, body: &str, headers: &HeaderMap| {
        Webhook::new(secret.expose()).unwrap().verify(body.as_bytes(), headers).is_ok()
    };
    assert!(verifies(&old, body, &headers) && verifies(&new, body, &headers));
    assert!(!verifies(&other, body, &headers), "another secret");
    assert!(!verifies(&new, "{}", &headers), "another body");
    headers.insert("webhook-id", "0191".parse().unwrap());
    assert!(!verifies(&new, body, &headers), "another id");
    assert!(new.expose().starts_with("whsec_"));
    assert!(!format!("{new:?}").contains(&new.expose()[6..]), "{new:?}");
}

#[test]
fn it_is_waited_ever_longer_and_then_no_more() {
    for (number, id) in [0, 57, 99, 100, u128::from(u64::MAX)].into_iter().enumerate() {
        let id = NoticeId(Uuid::from_u128(id));
        let waits: Vec<i64> = (1..=8).map(|tries| wait(id, tries).unwrap()).collect();
        for (wait, least) in waits.iter().zip(WAITS) {
            assert!((least..=least + least / 10).contains(wait), "{number}: {wait} {least}");
        }
        assert!(waits.is_sorted(), "{waits:?}");
        assert_eq!(wait(id, 9), None);
        assert_eq!(wait(id, i32::MAX), None);
    }
    let together = (0..50).map(|id| wait(NoticeId(Uuid::from_u128(id)), 8)).collect::<BTreeSet<_>>();
    assert_eq!(together.len(), 50, "what failed together does not come back together");
}

/// Every sort of notice has a sentence, and the sentence names nothing but what happened.
#[test]
fn each_sort_of_notice_has_a_sentence_of_its_own() {
    let referrals = ReferralStep::ALL.iter().map(|step| format!("referral.{}", step.as_str()));
    let appointments = AppointmentStep::ALL.iter().map(|step| format!("appointment.{}", step.as_str()));
    let all: Vec<String> = referrals.chain(appointments).collect();
    let nothing_known = said("referral.nonsense");
    for kind in &all {
        assert!(is_kind(kind), "{kind}");
        let said = said(kind);
        assert!(said != nothing_known && said.len() < 100 && said.is_ascii() && !said.contains('\n'), "{kind}: {said}");
        assert!(said.ends_with('.') && said.contains("Open Signpost to see"), "{kind}: {said}");
    }
    // Whether they came is not told.
    let sentences: BTreeSet<&str> = all.iter().map(|kind| said(kind)).collect();
    assert_eq!(sentences.len(), all.len() - 1);
    assert_eq!(said("appointment.attended"), said("appointment.did_not_attend"));
    for other in ["", "referral", "referral.", "referral.accepted ", "Referral.accepted", "task.done", TEST] {
        assert!(!is_kind(other), "{other:?}");
    }
    assert_ne!(said(TEST), nothing_known);
}

#[test]
fn a_code_is_known_again_however_it_is_typed() {
    let mut random = [0; CODE_BYTES];
    random[0] = 0x0a;
    random[9] = 0xf1;
    let code = Code::new(random);
    assert_eq!(code.expose(), "0a00-0000-0000-0000-00f1");
    for typed in ["0a00-0000-0000-0000-00f1", " 0A00 0000 0000 0000 00F1\n", "0a0000000000000000f1"] {
        assert_eq!(Code::parse(typed).map(|code| code.hash()), Some(code.hash()), "{typed:?}");
    }
    let other = Code::parse("0a00-0000-0000-0000-00f2").unwrap();
    assert_ne!(other.hash(), code.hash());
    let too_long = format!("{}{}", code.expose(), " ".repeat(100));
    for nothing in ["", "0a00-0000-0000-0000-00f", "0a00-0000-0000-0000-00f10", &too_long] {
        assert!(Code::parse(nothing).is_none(), "{nothing:?}");
    }
    assert!(!format!("{code:?}").contains("0a00") && !code.hash().contains("00000"));
}
