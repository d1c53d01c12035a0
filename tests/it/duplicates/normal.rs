//! One way of writing for what is written in many.

use proptest::prelude::*;
use signpost::directory::duplicates::normal::{
    Name, SHARED_HOSTS, charity_numbers, company_number, is_short_code, phone, uprn, website,
};
use signpost::directory::duplicates::score::SIMILAR;

#[test]
fn charity_numbers_are_read_however_they_are_written() {
    for (written, expected) in [
        ("1089464", &["1089464"][..]),
        ("234567", &["234567"]),
        ("1234567-1", &["1234567"]),
        (" 1 089 464 ", &["1089464"]),
        ("1,089,464", &["1089464"]),
        ("Registered charity no. 1089464", &["1089464"]),
        ("SC012345", &["SC012345"]),
        ("sc 012345", &["SC012345"]),
        ("SCO12345", &["SC012345"]),
        ("NIC100123", &["NIC100123"]),
        ("NIC 100123", &["NIC100123"]),
        ("1089464 (England and Wales), SC038731 (Scotland)", &["1089464", "SC038731"]),
        ("01089464", &[]),
        ("12345", &[]),
        ("0000000", &[]),
        ("1111111", &[]),
        ("SC000000", &[]),
        ("SC12345", &[]),
        ("exempt", &[]),
        ("", &[]),
    ] {
        let found = charity_numbers(written);
        assert_eq!(found.iter().map(String::as_str).collect::<Vec<_>>(), expected, "{written}");
    }
    assert!(charity_numbers(&"1089464 ".repeat(100)).is_empty(), "what is too long is not read");
}

#[test]
fn company_numbers_are_eight_characters() {
    for (written, expected) in [
        ("01234567", Some("01234567")),
        ("1234567", Some("01234567")),
        ("4096229", Some("04096229")),
        ("0409 6229", Some("04096229")),
        ("SC123456", Some("SC123456")),
        ("sc 123456", Some("SC123456")),
        ("NI 12345", Some("NI012345")),
        ("OC301234", Some("OC301234")),
        ("CE012345", Some("CE012345")),
        ("R0000123", Some("R0000123")),
        ("IP12345R", Some("IP12345R")),
        ("Company number 01234567", Some("01234567")),
        ("Registered in England no. SC123456", Some("SC123456")),
        ("Company no. 1234567", Some("01234567")),
        ("NO123456", Some("NO123456")),
        ("123456789", None),
        ("123", None),
        ("00000000", None),
        ("XX123456", None),
        ("SC1234567", None),
        ("none", None),
        ("", None),
    ] {
        assert_eq!(company_number(written).as_deref(), expected, "{written}");
    }
}

#[test]
fn uprns_are_up_to_twelve_digits() {
    for (written, expected) in [
        ("100012345678", Some("100012345678")),
        ("010001234567", Some("10001234567")),
        ("10001234567", Some("10001234567")),
        ("UPRN 10001234567", Some("10001234567")),
        ("uprn:10001234567", Some("10001234567")),
        ("10 0012 34567", Some("10001234567")),
        ("1000123456789", None),
        ("0", None),
        ("111111111111", None),
        ("10001234567A", None),
        ("", None),
    ] {
        assert_eq!(uprn(written).as_deref(), expected, "{written}");
    }
}

#[test]
fn telephone_numbers_are_read_from_any_usual_writing() {
    for (written, expected) in [
        ("0161 496 0000", Some("+441614960000")),
        ("(0161) 4960000", Some("+441614960000")),
        ("0161-496-0000", Some("+441614960000")),
        ("0161.496.0000", Some("+441614960000")),
        ("+44 161 496 0000", Some("+441614960000")),
        ("+44 (0)161 496 0000", Some("+441614960000")),
        ("+44 (0) 161 496 0000", Some("+441614960000")),
        ("+44 0161 496 0000", Some("+441614960000")),
        ("0044 161 496 0000", Some("+441614960000")),
        ("0044 (0)161 496 0000", Some("+441614960000")),
        ("44 161 496 0000", Some("+441614960000")),
        ("1614960000", Some("+441614960000")),
        ("Tel: 0161 496 0000", Some("+441614960000")),
        ("0161 496 0000 ext. 12", Some("+441614960000")),
        ("0161 496 0000 x12", Some("+441614960000")),
        ("0161 496 0000 / 0161 496 0001", Some("+441614960000")),
        ("0161 496 0000 (option 2)", Some("+441614960000")),
        ("0161\u{a0}496\u{a0}0000", Some("+441614960000")),
        ("(0)20 7946 0000", Some("+442079460000")),
        ("020 7946 0000", Some("+442079460000")),
        ("07700 900123", Some("+447700900123")),
        ("0800 123456", Some("+44800123456")),
        ("0800 1111", Some("+448001111")),
        ("016977 3555", Some("+44169773555")),
        ("+353 1 234 5678", Some("+35312345678")),
        ("00 353 1 234 5678", Some("+35312345678")),
        ("111", None),
        ("116 123", None),
        ("116123", None),
        ("62277", None),
        ("00000000000", None),
        ("0161 496", None),
        ("0461 496 0000", None),
        ("+44 161 496 00000", None),
        ("call us", None),
        ("+", None),
        ("", None),
    ] {
        assert_eq!(phone(written).as_deref(), expected, "{written}");
    }
    for (written, expected) in [("111", true), ("116 123", true), ("12", false), ("1161234", false), ("abc", false)] {
        assert_eq!(is_short_code(written), expected, "{written}");
    }
}

#[test]
fn websites_are_their_hosts_and_where_many_share_one_their_pages() {
    for (written, expected) in [
        ("https://www.Example.org/services/?a=b", Some("example.org")),
        ("http://example.org", Some("example.org")),
        ("www.example.org", Some("example.org")),
        ("example.org/contact", Some("example.org")),
        ("EXAMPLE.ORG.", Some("example.org")),
        ("https://example.org:8443/", Some("example.org")),
        ("https://bücher.example", Some("xn--bcher-kva.example")),
        ("https://advice.example.org", Some("advice.example.org")),
        ("https://www.facebook.com/TheKettle/", Some("facebook.com/thekettle")),
        ("https://m.facebook.com/TheKettle", Some("facebook.com/thekettle")),
        ("https://www.facebook.com/profile.php?id=1000&ref=x", Some("facebook.com/profile.php?id=1000")),
        ("https://www.facebook.com/", None),
        ("https://sites.google.com/view/kettle", Some("sites.google.com/view/kettle")),
        ("https://kettle.wixsite.com/home", Some("kettle.wixsite.com/home")),
        ("https://www.gov.uk/find-a-job", Some("gov.uk/find-a-job")),
        ("https://www.manchester.gov.uk", None),
        ("https://www.manchester.gov.uk/Homelessness/", Some("manchester.gov.uk/homelessness")),
        ("https://www.nhs.uk", None),
        ("https://www.notgov.uk", Some("notgov.uk")),
        ("https://www.eventbrite.co.uk/e/kettle-1", Some("eventbrite.co.uk/e/kettle-1")),
        ("ftp://example.org", None),
        ("mailto:kettle@example.org", None),
        ("kettle@example.org", None),
        ("https://127.0.0.1/", None),
        ("localhost", None),
        ("not a website", None),
        ("", None),
    ] {
        assert_eq!(website(written).as_deref(), expected, "{written}");
    }
    for host in SHARED_HOSTS {
        assert_eq!(website(host), None, "{host} alone");
        assert!(website(&format!("https://{host}/page")).is_some(), "{host} with a page");
    }
}

fn similarity(one: &str, other: &str) -> f64 {
    Name::of(one).unwrap().similarity(&Name::of(other).unwrap())
}

#[test]
fn names_are_alike_whatever_their_order_and_form_in_law() {
    for (one, other) in [
        ("The Kettle Trust Ltd", "Kettle Trust"),
        ("KETTLE TRUST", "Trust, Kettle"),
        ("Kettle Community Interest Company", "Kettle CIC"),
        ("Kettle & Cup Service", "Kettle and Cup"),
        ("Café Élan", "cafe elan"),
        ("St Mary's Centre", "St Marys Centre"),
    ] {
        assert!((similarity(one, other) - 1.0).abs() < f64::EPSILON, "{one} / {other}: {}", similarity(one, other));
    }
    for (one, other) in [
        ("Manchester Citizens Advice", "Manchester Citizen Advice"),
        ("Barnabus Homeless Charity", "Barnabas Homeless"),
        ("Greenhead Pharmacy", "Green Head Pharmacy"),
        ("Booth Centre", "The Booth Center"),
    ] {
        let found = similarity(one, other);
        assert!((SIMILAR - 0.2..1.0).contains(&found), "{one} / {other}: {found}");
    }
    for (one, other) in [
        ("Kettle on, number 1", "Kettle on, number 2"),
        ("Men's group", "Women's group"),
        ("Bolton North surgery", "Bolton South surgery"),
        ("Youth club", "Club"),
        ("Salford drop-in", "Bolton drop-in"),
        ("Shelter", "Samaritans"),
    ] {
        let found = similarity(one, other);
        assert!(found < SIMILAR, "{one} / {other}: {found}");
    }
    assert!(Name::of(" – ").is_none());
    assert_eq!(Name::of("The Service").unwrap().text(), "service the", "where there is nothing else these count");
}

proptest! {
    #[test]
    fn similarity_is_symmetric_and_from_0_to_1(one in "[\\PC]{0,40}", other in "[\\PC]{0,40}") {
        let (Some(first), Some(second)) = (Name::of(&one), Name::of(&other)) else { return Ok(()) };
        let found = first.similarity(&second);
        prop_assert!((0.0..=1.0).contains(&found));
        prop_assert_eq!(found.to_bits(), second.similarity(&first).to_bits());
        prop_assert_eq!(first.similarity(&first).to_bits(), 1.0_f64.to_bits());
        prop_assert_eq!(found >= 1.0, first.text() == second.text());
    }

    #[test]
    fn what_is_written_in_one_way_stays_so(text in "[\\PC]{0,30}|[0-9+() .-]{0,20}|(SC|NI|NIC|IP)?[0-9]{4,8}R?|[a-z.]{3,20}/[a-z?=]{0,9}") {
        for number in charity_numbers(&text) {
            prop_assert!(charity_numbers(&number).contains(&number), "{}", number);
        }
        if let Some(number) = company_number(&text) {
            prop_assert_eq!(number.len(), 8);
            prop_assert_eq!(company_number(&number), Some(number));
        }
        if let Some(number) = uprn(&text) {
            prop_assert_eq!(uprn(&number), Some(number));
        }
        if let Some(number) = phone(&text) {
            prop_assert!(number.starts_with('+') && (8..=16).contains(&number.len()), "{}", number);
            prop_assert_eq!(phone(&number), Some(number));
        }
        if let Some(site) = website(&text) {
            prop_assert_eq!(website(&site), Some(site));
        }
    }
}
