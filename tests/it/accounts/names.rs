//! Names of people, devices and keys.

use signpost::accounts::{Refused, Trouble, Why, name_of};

#[test]
fn a_name_is_taken_without_the_blanks_around_it() {
    for name in [
        "Ada Winter",
        "Siân Ó Súilleabháin",
        "陳大文",
        "O’Brien-Łukasz",
        // Persian and Sinhala as they are written, and emoji of several parts.
        "علی\u{200c}رضا",
        "ශ්\u{200d}රී",
        "Phone of 👩\u{200d}👩\u{200d}👧",
        "My ❤\u{fe0f}\u{200d}🔥 phone",
        &"é".repeat(100),
    ] {
        for typed in [name.to_owned(), format!(" \t{name}\u{a0}\n")] {
            assert_eq!(name_of("input.name", &typed).unwrap(), name);
        }
    }
}

#[test]
fn what_could_pass_for_another_name_or_for_none_is_refused() {
    for (name, what) in [
        ("", "nothing"),
        (" \u{a0}\u{3000}", "blanks"),
        (&"é".repeat(101), "too long"),
        ("Ada\nWinter", "a line break"),
        ("Ada\u{85}Winter", "a line break of another kind"),
        ("Ada\u{2028}Winter", "a line separator"),
        ("Ada\0", "a control character"),
        ("Ada\u{200b}Winter", "a blank of no width"),
        ("\u{200b}", "nothing but that"),
        ("Ada\u{feff}", "a byte order mark"),
        ("A\u{ad}da", "a soft hyphen"),
        ("\u{202e}retniW adA", "writing turned round"),
        ("Ada \u{2066}Winter\u{2069}", "writing set apart"),
        ("Ada\u{200f}", "a mark of direction"),
        ("Ada\u{61c}", "an Arabic one"),
        ("\u{200d}", "nothing but a joiner"),
        ("Ada\u{200d}", "a joiner behind ASCII"),
        ("Zoé\u{200c}\u{200d}", "a joiner behind a joiner"),
        ("Ada\u{fe0f}", "a variant of an ASCII letter"),
        ("Zoé\u{fe0f}\u{fe0e}", "a variant of a variant"),
        ("\u{2800}", "a Braille blank"),
        ("\u{3164}", "a Hangul filler"),
        ("Ada\u{e0041}", "a tag"),
    ] {
        match name_of("input.device", name) {
            Err(Trouble::Refused(Refused { why: Why::BadValue, field: Some("input.device"), message, .. })) => {
                assert!(message.contains("1 to 100") && message.contains("can't be seen"), "{message}");
            }
            other => panic!("{what}: {other:?}"),
        }
    }
}
