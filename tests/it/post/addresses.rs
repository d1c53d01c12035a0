//! Addresses, good and hostile.

use proptest::prelude::*;
use signpost::post::AddressError::{self, Domain, Form, NotAscii, Sign, TooLong};
use signpost::post::MailAddress;

#[test]
fn good_addresses_are_taken_and_looked_up_in_small_letters() {
    let longest = format!("{}@{}.{}.{}.org", "n".repeat(64), "d".repeat(61), "d".repeat(61), "d".repeat(60));
    assert_eq!(longest.len(), 253);
    let good = [
        ("ann@example.org", "ann@example.org", "ann@example.org"),
        ("  Ann.O'Neil+work@Example.ORG ", "Ann.O'Neil+work@example.org", "ann.o'neil+work@example.org"),
        ("a@b.co", "a@b.co", "a@b.co"),
        ("x_y-z@sub.domain.gov.uk", "x_y-z@sub.domain.gov.uk", "x_y-z@sub.domain.gov.uk"),
        ("ann@xn--caf-dma.example", "ann@xn--caf-dma.example", "ann@xn--caf-dma.example"),
        ("ann@3.example.org", "ann@3.example.org", "ann@3.example.org"),
        (&longest, &longest, &longest),
    ];
    for (given, kept, key) in good {
        let address = MailAddress::parse(given).expect(given);
        assert_eq!((address.as_str(), address.key().as_str()), (kept, key), "{given}");
    }
    let parse = |text| MailAddress::parse(text).expect(text);
    assert_eq!(parse("ANN@example.org"), parse("ann@EXAMPLE.org"));
    assert_ne!(parse("ann@example.org"), parse("anna@example.org"));
}

#[test]
fn addresses_of_one_mailbox_are_known_as_such() {
    for (given, mailbox) in [
        ("ann@example.org", "ann@example.org"),
        ("Ann+work@Example.ORG", "ann@example.org"),
        ("ann+work+more@example.org", "ann@example.org"),
        ("ann+@example.org", "ann@example.org"),
        ("+ann@example.org", "+ann@example.org"),
        ("ann.work@example.org", "ann.work@example.org"),
    ] {
        assert_eq!(MailAddress::parse(given).expect(given).mailbox(), mailbox, "{given}");
    }
}

#[test]
fn hostile_addresses_are_refused_and_said_why() {
    let long_domain = format!("a@{}.org", "d".repeat(64));
    let too_long = format!("{}@example.org", "n".repeat(243));
    let far_too_long = " ".repeat(100_000);
    let long_name = format!("{}@example.org", "n".repeat(65));
    let bad: &[(&str, AddressError)] = &[
        ("", Form),
        ("ann", Form),
        ("@example.org", Form),
        ("ann@", Form),
        ("ann@b@example.org", Form),
        (".ann@example.org", Form),
        ("ann.@example.org", Form),
        ("an..n@example.org", Form),
        (&long_name, Form),
        ("ann@example", Domain),
        ("ann@localhost", Domain),
        ("ann@127.0.0.1", Domain),
        ("ann@.org", Domain),
        ("ann@example.", Domain),
        ("ann@exa_mple.org", Domain),
        ("ann@exa!mple.org", Domain),
        ("ann@-example.org", Domain),
        ("ann@example-.org", Domain),
        (&long_domain, Domain),
        ("ann@[127.0.0.1]", Sign),
        ("\"ann\"@example.org", Sign),
        ("\"a@b\"@example.org", Sign),
        ("Ann <ann@example.org>", Sign),
        ("ann@example.org,bob@example.org", Sign),
        ("ann@example.org\r\nBcc: bob@example.org", Sign),
        ("ann@example.org\n", Sign),
        ("ann\t@example.org", Sign),
        ("ann\0@example.org", Sign),
        ("an n@example.org", Sign),
        ("ann\x7f@example.org", Sign),
        ("ann(comment)@example.org", Sign),
        ("ann\\@example.org", Sign),
        ("ánn@example.org", NotAscii),
        ("ann@exämple.org", NotAscii),
        ("\u{212a}ate@example.org", NotAscii),
        ("ann@example.org\u{2028}", NotAscii),
        ("ann\u{85}@example.org", NotAscii),
        (&too_long, TooLong),
        (&far_too_long, TooLong),
    ];
    for (text, why) in bad {
        assert_eq!(MailAddress::parse(text).expect_err(text), *why, "{text:?}");
    }
}

proptest! {
    #[test]
    fn whatever_is_taken_is_one_plain_address(text in "[ -~]{0,12}@[a-zA-Z0-9.\\-\r\n \u{e9}]{0,12}|\\PC{0,40}|.{0,40}") {
        if let Ok(address) = MailAddress::parse(&text) {
            let kept = address.as_str();
            prop_assert!(kept.len() <= 254);
            prop_assert!(kept.bytes().all(|b| b.is_ascii_graphic()));
            prop_assert_eq!(kept.matches('@').count(), 1);
            prop_assert!(!kept.contains(['<', '>', ',', ';', '"', '(', ':']));
            let again = MailAddress::parse(kept).expect("its own form");
            prop_assert_eq!(again.as_str(), kept);
            prop_assert_eq!(MailAddress::parse(&address.key()).expect("its key").key(), address.key());
        }
    }
}
