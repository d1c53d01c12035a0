//! What can be a password, and which are too weak.

use proptest::prelude::*;
use signpost::accounts::password::{Password, PasswordError, WeakPassword, check_strength};

fn password(text: &str) -> Password {
    Password::new(text).expect(text)
}

fn strength(text: &str, own: &[&str]) -> Result<(), WeakPassword> {
    check_strength(&password(text), own)
}

#[test]
fn the_length_is_bounded() {
    for (text, error) in [
        (String::new(), Some(PasswordError::TooShort)),
        ("a".repeat(11), Some(PasswordError::TooShort)),
        ("a".repeat(12), None),
        ("a".repeat(128), None),
        ("a".repeat(129), Some(PasswordError::TooLong)),
        // Characters, not bytes.
        ("é".repeat(11), Some(PasswordError::TooShort)),
        ("🦊".repeat(12), None),
        ("🦊".repeat(128), None),
        ("🦊".repeat(129), Some(PasswordError::TooLong)),
        // 1024 bytes and one more; and one that normalising would make eighteen times as long.
        ("🦊".repeat(256), Some(PasswordError::TooLong)),
        ("a".repeat(1_000_000), Some(PasswordError::TooLong)),
        ("\u{fdfa}".repeat(300), Some(PasswordError::TooLong)),
        // Six characters, however many code points a keyboard makes of them.
        ("e\u{301}".repeat(6), Some(PasswordError::TooShort)),
        ("e\u{301}".repeat(128), None),
        // A hundred syllables of three letters each, and more of them than there may be bytes.
        ("\u{1100}\u{1161}\u{11a8}".repeat(100), None),
        ("\u{1100}\u{1161}\u{11a8}".repeat(128), Some(PasswordError::TooLong)),
        // Assigned by no version of Unicode, and for private use.
        ("correct horse \u{0378}".to_owned(), Some(PasswordError::Unassigned)),
        ("correct horse \u{e000}".to_owned(), Some(PasswordError::Unassigned)),
    ] {
        assert_eq!(Password::new(&text).err(), error, "{} bytes of {:?}", text.len(), text.chars().next());
    }
}

#[test]
fn nothing_of_it_is_shown() {
    assert_eq!(format!("{:?}", password("correct horse")), "Password(..)");
}

#[test]
fn what_is_easy_to_guess_is_refused_with_advice() {
    for (text, own, advice) in [
        ("password1234", &[][..], "common"),
        ("qwertyuiop[]", &[], "keys"),
        ("abcabcabcabcabc", &[], "Repeats"),
        ("aaaaaaaaaaaaaaaaaaaaaaaa", &[], "Repeats"),
        ("123456789012", &[], "Sequences"),
        // A score of 2, which is not enough.
        ("thursdaygravel", &[], "word"),
    ] {
        match strength(text, own) {
            Err(WeakPassword::Guessable { advice: given }) => {
                assert!(given.contains(advice), "{text}: {given}");
                assert!(!given.contains(text), "{text}: {given}");
            }
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn what_is_hard_to_guess_is_taken() {
    for text in
        ["gravel lantern oboe thursday", "9vX!q2Lp#zR7mW", "дом кошка велосипед облако", "nineteen Violet kettles hum"]
    {
        assert_eq!(strength(text, &["Margaret O'Connor", "m.oconnor@northside.example"]), Ok(()), "{text}");
    }
}

/// Strong but for what is known of its owner.
#[test]
fn their_own_words_make_it_weaker() {
    let (text, own) = ("oluwaseunadebayo!", ["Oluwaseun Adebayo"]);
    assert_eq!(strength(text, &[]), Ok(()));
    assert_eq!(strength(text, &own), Err(WeakPassword::OwnName));
    for (text, own) in [
        ("margaretoconnor", "Margaret O'Connor"),
        ("Robin Vale Robin Vale", "Robin Vale"),
        ("vale.robin.vale.2024", "Robin Vale"),
        ("northside2024!!!", "Northside Housing"),
    ] {
        assert_eq!(strength(text, &[own]), Err(WeakPassword::OwnName), "{text}");
    }
    let left = "robin vale kettle oboe thursday";
    assert_eq!(strength(left, &["Robin Vale"]), Ok(()), "enough is left without the name");
}

#[test]
fn the_first_part_of_their_address_is_not_in_it() {
    for (address, refused) in [
        ("thurs@x.example", true),
        ("Thursday@x.example", true),
        ("thursday+signpost@x.example", true),
        ("ｔｈｕｒｓｄａｙ@x.example", true),
        ("oboe@x.example", true),
        ("obo@x.example", false),
        ("friday@x.example", false),
        // Not an address: such words are for the estimate alone.
        ("thursday", false),
        ("@x.example", false),
        ("gravel@", true),
    ] {
        let refusal = strength("gravel lantern oboe THURSDAY", &["Jo", address]).err();
        assert_eq!(refusal == Some(WeakPassword::OwnAddress), refused, "{address}: {refusal:?}");
    }
}

/// What `zxcvbn` takes longest for, with words without end: it comes back, which it would not if it saw all of it.
#[test]
fn the_work_is_bounded() {
    let signs = " .,?!'-/_:;+()@$\"#&*<>=[]\\~%^{}|1234567890";
    let long: String = signs.chars().cycle().take(128).collect();
    let words = vec!["w".repeat(1_000_000); 1_000];
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    assert_eq!(strength(&long, &words), Ok(()));
    // Beyond the 48th character nothing is judged.
    let repeated = format!("{}gravel lantern oboe thursday", "a".repeat(48));
    assert!(matches!(strength(&repeated, &[]), Err(WeakPassword::Guessable { .. })));
}

#[test]
fn messages_say_what_would_be_right() {
    for (message, part) in [
        (PasswordError::TooShort.to_string(), "at least 12 characters"),
        (PasswordError::TooLong.to_string(), "at most 128 characters"),
        (WeakPassword::OwnAddress.to_string(), "leave that out"),
        (strength("password1234", &[]).expect_err("weak").to_string(), "Add another word or two"),
    ] {
        assert!(message.contains(part), "{message}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_can_be_tried(text in "\\PC{0,140}", own in proptest::collection::vec("\\PC{0,20}", 0..4)) {
        if let Ok(password) = Password::new(&text) {
            let own: Vec<&str> = own.iter().map(String::as_str).collect();
            let _ = check_strength(&password, &own);
        }
    }
}
