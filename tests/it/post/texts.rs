//! The letters, word for word, and names of agencies that would be more than names.

use chrono::{DateTime, Utc};
use proptest::prelude::*;
use signpost::post::texts::{
    DueListings, MOST_OF_NAME, Told, WhyAsked, agency_in_quotes, invitation, listings_due, notice_code, notices,
    password_reset, uk_time,
};
use signpost::post::{Letter, LinkError, SecretLink};

use super::{ann, link, noon, utc};

#[test]
fn the_invitation_word_for_word() {
    let letter = invitation(ann(), "Harbour House", &link(), utc("2026-11-22T10:31:59Z"));
    assert_eq!(letter.to(), &ann());
    assert_eq!(letter.subject(), "An invitation to Signpost");
    assert_eq!(
        letter.expose_text(),
        r#"Hello,

"Harbour House" has invited you to open an account on Signpost.

To accept, open this link and choose a password:

https://signpost.example.org/reset#s3cr3t-t0ken-Zyxmoor

The link works once, until 10:31 on Sunday 22 November 2026 (UK time, GMT). If it has stopped working, ask the agency for a new one.

This link is only for you. Please do not send it on. Nobody from Signpost will ever ask you for it, or for your password.

If you did not expect this letter, you can leave it. Nothing happens unless you open the link.

Signpost
"#
    );
}

#[test]
fn the_password_reset_word_for_word() {
    let letter = password_reset(ann(), &link(), noon());
    assert_eq!(letter.subject(), "Choose a new password for Signpost");
    assert_eq!(
        letter.expose_text(),
        r"Hello,

Somebody, probably you, asked for a new password for your account on Signpost.

To choose a new password, open this link:

https://signpost.example.org/reset#s3cr3t-t0ken-Zyxmoor

The link works once, until 13:00 on Monday 1 June 2026 (UK time, BST). If it has stopped working, ask for another where you sign in.

This link is only for you. Please do not send it on. Nobody from Signpost will ever ask you for it, or for your password.

If it was not you, you can leave this letter. Your password stays as it is.

Signpost
"
    );
}

#[test]
fn what_is_due_word_for_word() {
    let due = |agency, overdue, soon, longest: &[&'static str]| DueListings {
        agency,
        overdue,
        soon,
        longest: longest.to_vec(),
    };
    let one = [due("Harbour House", 1, 2, &["Beds\r\nBcc: bob@evil.example", "\u{202e}"])];
    let letter = listings_due(ann(), WhyAsked::Deputy, &one, "month", None);
    assert_eq!((letter.to(), letter.subject()), (&ann(), "Listings to confirm on Signpost"));
    assert_eq!(
        letter.expose_text(),
        r#"Hello,

Some listings on Signpost are due to be confirmed. The ones that have waited longest are named.

"Harbour House": 1 listing is due, 2 more soon.
- "Beds Bcc: bob at evil. example"
- A service

To confirm them, open your worklist on Signpost.

Please look at each, put right what is wrong, and confirm what is true. People are sent to these services by what their listings say.

You are asked as the deputy at "Harbour House": its named contact cannot be. You get this letter once a month at most.

Signpost
"#
    );
    let told = |why, about: &[DueListings<'_>]| {
        listings_due(ann(), why, about, "week", Some(&link())).expose_text().to_owned()
    };
    let many: Vec<DueListings<'_>> = (0..23).map(|_| due("Harbour House", 2, 0, &[])).collect();
    let text = told(WhyAsked::Coordinator, &many);
    assert_eq!(text.matches("\"Harbour House\": 2 listings are due.").count(), 20);
    assert!(text.contains("And 3 more of the agencies.") && text.contains(link().expose()), "{text}");
    assert!(text.contains("as a coordinator: nobody at the agencies below can be. You get this letter once a week"));
    for (overdue, soon, shown) in [
        (0, 1, "1 listing is due soon."),
        (0, 3, "3 listings are due soon."),
        (3, 1, "3 listings are due, 1 more soon."),
    ] {
        let text = told(WhyAsked::NamedContact, &[due("", overdue, soon, &[])]);
        assert!(
            text.contains(&format!("An agency: {shown}")) && text.contains("the named contact of your agency."),
            "{text}"
        );
    }
}

#[test]
fn times_are_those_of_a_clock_in_london() {
    let table = [
        ("2026-03-29T00:59:59Z", "00:59 on Sunday 29 March 2026 (UK time, GMT)"),
        ("2026-03-29T01:00:00Z", "02:00 on Sunday 29 March 2026 (UK time, BST)"),
        ("2026-10-25T00:30:00Z", "01:30 on Sunday 25 October 2026 (UK time, BST)"),
        ("2026-10-25T01:30:00Z", "01:30 on Sunday 25 October 2026 (UK time, GMT)"),
        ("2026-12-31T23:59:00Z", "23:59 on Thursday 31 December 2026 (UK time, GMT)"),
        ("2026-06-30T23:00:00Z", "00:00 on Wednesday 1 July 2026 (UK time, BST)"),
    ];
    for (at, shown) in table {
        assert_eq!(uk_time(utc(at)), shown);
    }
    for end in [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC] {
        assert!(uk_time(end).contains("UK time"));
    }
}

#[test]
fn names_of_agencies_stay_names() {
    let long = "Home ".repeat(100);
    let cut = format!("\"{}...\"", "Home ".repeat(16)[..77].trim_end());
    let table: &[(&str, Option<&str>)] = &[
        ("Harbour House", Some("\"Harbour House\"")),
        ("  St. Mary's \t Centre ", Some("\"St. Mary's Centre\"")),
        ("Tŷ Gobaith ac Eryr", Some("\"Tŷ Gobaith ac Eryr\"")),
        ("مرکز امید", Some("\"مرکز امید\"")),
        ("24/7 Help & Advice (Leeds)", Some("\"24/7 Help & Advice (Leeds)\"")),
        ("Mind.org.uk", Some("\"Mind. org. uk\"")),
        ("House\r\n\r\nBcc: bob@evil.example", Some("\"House Bcc: bob at evil. example\"")),
        ("A\u{2028}B\u{2029}C\u{85}D\u{0}E\u{1b}[31mF", Some("\"A B C D E [31mF\"")),
        ("Click https://evil.example/x", Some("\"Click https: //evil. example/x\"")),
        ("http\u{ff1a}//evil\u{3002}example", Some("\"http: //evil. example\"")),
        ("www.evil\u{200b}.example", Some("\"www. evil. example\"")),
        ("mailto:bob@evil", Some("\"mailto: bob at evil\"")),
        ("@ evil", Some("\"at evil\"")),
        ("House\" says: pay \u{201d}now\u{ff02}", Some("\"House' says: pay 'now'\"")),
        ("\u{202e}esuoH\u{202c} \u{2066}x\u{2069}", Some("\"esuoH x\"")),
        ("Zero\u{200b}\u{200d}\u{feff}\u{ad}Width", Some("\"ZeroWidth\"")),
        (&long, Some(&cut)),
        ("", None),
        (" \r\n\t", None),
        ("\u{200b}\u{202e}", None),
        ("... !!! \"\"", None),
    ];
    for (name, shown) in table {
        assert_eq!(agency_in_quotes(name).as_deref(), *shown, "{name:?}");
    }
    let exactly = "n".repeat(MOST_OF_NAME);
    assert_eq!(agency_in_quotes(&exactly), Some(format!("\"{exactly}\"")), "cut too early");
    let nameless = invitation(ann(), "\r\n", &link(), noon());
    assert!(nameless.expose_text().contains("\n\nAn agency has invited you"), "{}", nameless.expose_text());
}

#[test]
fn the_code_for_notices_word_for_word() {
    let letter = notice_code(ann(), "Harbour House", "0a1b-2c3d-4e5f-6071-8293", utc("2026-11-22T10:31:59Z"));
    assert_eq!(letter.to(), &ann());
    assert_eq!(letter.subject(), "A code for notices from Signpost");
    assert_eq!(
        letter.expose_text(),
        r#"Hello,

"Harbour House" would like to send notices from Signpost to this address: that something happened to one of its referrals or appointments. They tell nothing of anybody.

If you want them, give this code to the manager who asked you:

0a1b-2c3d-4e5f-6071-8293

The code works until 10:31 on Sunday 22 November 2026 (UK time, GMT).

If you did not expect this letter, you can leave it. Nothing is sent here unless somebody uses the code.

Signpost
"#
    );
}

#[test]
fn the_notice_word_for_word() {
    let made = Told {
        said: "A referral was made. Open Signpost to see it.",
        at: noon(),
        id: Some("UmVm".to_owned()),
        link: None,
    };
    let letter = notices(ann(), &[made], 0);
    assert_eq!(letter.subject(), "A notice from Signpost");
    assert_eq!(
        letter.expose_text(),
        r"Hello,

A referral was made. Open Signpost to see it.
When: 13:00 on Monday 1 June 2026 (UK time, BST)
Its id: UmVm

No names stand in this letter. Please do not answer it.

You get it because your agency has its notices sent to this address. To stop them, ask a manager of your agency.

Signpost
"
    );
}

#[test]
fn several_notices_word_for_word() {
    let page = SecretLink::new("https://app.example.org/open/UmVm".to_owned()).unwrap();
    let told = [
        Told {
            said: "A referral was made. Open Signpost to see it.",
            at: noon(),
            id: Some("UmVm".to_owned()),
            link: Some(page),
        },
        Told { said: "This is a test.", at: noon(), id: None, link: None },
    ];
    let letter = notices(ann(), &told, 3);
    assert_eq!(letter.to(), &ann());
    assert_eq!(letter.subject(), "2 notices from Signpost");
    assert_eq!(
        letter.expose_text(),
        r"Hello,

There are 2 notices.

A referral was made. Open Signpost to see it.
When: 13:00 on Monday 1 June 2026 (UK time, BST)
Its id: UmVm
https://app.example.org/open/UmVm

This is a test.
When: 13:00 on Monday 1 June 2026 (UK time, BST)

And 3 more, which come in another letter.

No names stand in this letter. Please do not answer it.

You get it because your agency has its notices sent to this address. To stop them, ask a manager of your agency.

Signpost
"
    );
    assert!(
        notices(ann(), &told, 1).expose_text().contains("\n\nAnd 1 more, which comes in another letter.\n\nNo names")
    );
    assert!(!notices(ann(), &told, 0).expose_text().contains("more"));
}

proptest! {
    #[test]
    fn whatever_an_agency_is_called_the_letter_keeps_its_form(
        name in prop_oneof![".{0,300}", "[a-z.:/@\"\r\n\u{200b}\u{ff0e}\u{ff20} ]{0,120}", "(?s).{0,100}"]
    ) {
        let plain = invitation(ann(), "x", &link(), noon());
        let letter = invitation(ann(), &name, &link(), noon());
        prop_assert_eq!(letter.subject(), plain.subject());
        prop_assert_eq!(letter.expose_text().lines().count(), plain.expose_text().lines().count());
        prop_assert!(!letter.expose_text().contains(|c: char| c.is_control() && c != '\n'));
        prop_assert_eq!(letter.expose_text().matches("://").count(), 1);
        if let Some(shown) = agency_in_quotes(&name) {
            prop_assert!(shown.chars().count() <= MOST_OF_NAME + 2);
            prop_assert_eq!(shown.matches('"').count(), 2);
            let inside = &shown[1..shown.len() - 1];
            prop_assert!(!inside.contains('@'));
            let signs: Vec<char> = inside.trim_end_matches("...").chars().collect();
            for pair in signs.windows(2) {
                prop_assert!(!(matches!(pair[0], '.' | ':') && pair[1] != ' '), "{:?}", shown);
            }
        }
    }

    #[test]
    fn whatever_it_is_made_of_a_letter_has_one_line_of_subject(subject in "(?s).{0,300}", text in "(?s).{0,300}") {
        let letter = Letter::new(ann(), &subject, &text);
        prop_assert!(!letter.subject().contains(|c: char| c.is_control()));
        prop_assert!(letter.subject().chars().count() <= 150);
        prop_assert!(!letter.expose_text().contains(|c: char| c.is_control() && !matches!(c, '\n' | '\t')));
    }
}

#[test]
fn long_texts_are_cut_between_letters() {
    let letter = Letter::new(ann(), "", &"é".repeat(100_000));
    assert_eq!(letter.expose_text().len(), 64 * 1024);
    assert_eq!(Letter::new(ann(), "", "a\r\nb\rc\u{2028}d").expose_text(), "a\nb\nc\nd");
}

#[test]
fn only_links_are_links() {
    let longest = format!("https://{}", "x".repeat(892));
    for good in ["https://a.example/b#c", "http://localhost:8000/x", &longest] {
        assert_eq!(SecretLink::new(good.to_owned()).expect(good).expose(), good);
    }
    let bad = [
        ("", LinkError::Scheme),
        ("https://", LinkError::Scheme),
        ("javascript:alert(1)", LinkError::Scheme),
        ("HTTPS://a.example", LinkError::Scheme),
        ("https://a b", LinkError::Sign),
        ("https://a\r\nBcc:x", LinkError::Sign),
        ("https://é.example", LinkError::Sign),
        (&format!("{longest}x"), LinkError::TooLong),
    ];
    for (text, why) in bad {
        assert_eq!(SecretLink::new(text.to_owned()).expect_err(text), why, "{text:?}");
    }
}
