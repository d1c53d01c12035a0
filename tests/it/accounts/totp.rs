//! Codes from a telephone, against the RFC's own table.

use chrono::{DateTime, Utc};
use signpost::accounts::totp::{NameError, TotpSeed};

/// The seed of RFC 6238, appendix B.
fn seed() -> TotpSeed {
    TotpSeed::new(*b"12345678901234567890")
}

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).expect("an instant")
}

/// RFC 6238, appendix B, the rows of SHA-1: the last six of the eight digits.
#[test]
fn the_codes_are_those_of_the_rfc() {
    for (seconds, step, code) in [
        (59, 1, "287082"),
        (1_111_111_109, 0x0235_23EC, "081804"),
        (1_111_111_111, 0x0235_23ED, "050471"),
        (1_234_567_890, 0x0273_EF07, "005924"),
        (2_000_000_000, 0x03F9_40AA, "279037"),
        (20_000_000_000, 0x27BC_86AA, "353130"),
    ] {
        assert_eq!(seed().check(code, at(seconds), None), Some(step), "{seconds}");
    }
}

/// The code of 59 s holds from 0 s, which is a step before its own, to 89 s, the end of the step after it.
#[test]
fn a_code_holds_one_step_either_side() {
    for (seconds, found) in [
        (-1, None),
        (0, Some(1)),
        (29, Some(1)),
        (30, Some(1)),
        (59, Some(1)),
        (60, Some(1)),
        (89, Some(1)),
        (90, None),
    ] {
        assert_eq!(seed().check("287082", at(seconds), None), found, "{seconds}");
    }
    let (code, step) = ("005924", 41_152_263);
    for (steps, found) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
        let seconds = (41_152_263 + steps) * 30;
        for second in [seconds, seconds + 29] {
            assert_eq!(seed().check(code, at(second), None), found.then_some(step), "{second}");
        }
    }
}

#[test]
fn a_code_holds_once() {
    let (code, step, now) = ("005924", 41_152_263, at(1_234_567_890));
    for (last, found) in [
        (None, true),
        (Some(0), true),
        (Some(step - 1), true),
        (Some(step), false),
        (Some(step + 1), false),
        (Some(u64::MAX), false),
    ] {
        assert_eq!(seed().check(code, now, last), found.then_some(step), "{last:?}");
    }
    // Nor in the steps in which it would still be taken.
    assert_eq!(seed().check(code, at(1_234_567_890 + 30), Some(step)), None);
    assert_eq!(seed().check(code, at(1_234_567_890 - 30), Some(step)), None);
}

#[test]
fn codes_are_read_as_people_type_them_and_no_other_way() {
    for (code, right) in [
        ("005924", true),
        ("005 924", true),
        (" 0 0 5 9 2 4 ", true),
        ("005\u{a0}924\n", true),
        ("5924", false),
        ("0005924", false),
        ("+05924", false),
        ("-05924", false),
        ("00592４", false),
        ("94005924", false),
        ("", false),
        ("      ", false),
    ] {
        assert_eq!(seed().check(code, at(1_234_567_890), None).is_some(), right, "{code:?}");
    }
    assert_eq!(seed().check(&format!("{}005924", " ".repeat(1_000_000)), at(1_234_567_890), None), None);
    assert_eq!(seed().check("005924", DateTime::<Utc>::MAX_UTC, None), None);
    assert_eq!(seed().check("005924", DateTime::<Utc>::MIN_UTC, None), None);
}

#[test]
fn another_seed_has_other_codes() {
    assert_eq!(TotpSeed::new(*b"12345678901234567891").check("005924", at(1_234_567_890), None), None);
}

#[test]
fn an_app_is_told_the_seed_and_the_names() {
    assert_eq!(seed().base32(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    assert_eq!(seed().expose(), b"12345678901234567890");
    for (issuer, account, url) in [
        (
            "Signpost",
            "jo@x.example",
            Ok("otpauth://totp/Signpost:jo%40x.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Signpost"),
        ),
        (
            "Sign post & Söhne",
            "jo?a=b#c",
            Ok("otpauth://totp/Sign%20post%20%26%20S%C3%B6hne:jo%3Fa%3Db%23c\
                ?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Sign%20post%20%26%20S%C3%B6hne"),
        ),
        ("Sign:post", "jo", Err(NameError)),
        ("Signpost", "j:o", Err(NameError)),
        ("", "jo", Err(NameError)),
        ("Signpost", "", Err(NameError)),
    ] {
        assert_eq!(seed().otpauth_url(issuer, account), url.map(str::to_owned), "{issuer}, {account}");
    }
}

#[test]
fn nothing_of_it_is_shown() {
    assert_eq!(format!("{:?}", seed()), "TotpSeed(..)");
}
