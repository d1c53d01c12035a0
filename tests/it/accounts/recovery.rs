//! Recovery codes, as they are written and typed.

use proptest::prelude::*;
use signpost::accounts::recovery::RecoveryCode;

/// Ten codes, of which the first is this one.
fn code(first: [u8; 10]) -> RecoveryCode {
    let mut random = [[0; 10]; 10];
    random[0] = first;
    let [code, ..] = RecoveryCode::ten(random);
    code
}

#[test]
fn codes_are_written_in_crockfords_base32() {
    for (bytes, text) in [
        ([0; 10], "0000-0000-0000-0000"),
        ([0xff; 10], "zzzz-zzzz-zzzz-zzzz"),
        ([0, 0, 0, 0, 0, 0, 0, 0, 0, 1], "0000-0000-0000-0001"),
        // Five bits each: 0, 1, 2 … 15, and 16 … 31, so every character once.
        ([0x00, 0x44, 0x32, 0x14, 0xc7, 0x42, 0x54, 0xb6, 0x35, 0xcf], "0123-4567-89ab-cdef"),
        ([0x84, 0x65, 0x3a, 0x56, 0xd7, 0xc6, 0x75, 0xbe, 0x77, 0xdf], "ghjk-mnpq-rstv-wxyz"),
    ] {
        assert_eq!(code(bytes).expose(), text);
        assert_eq!(RecoveryCode::parse(text).expect(text).expose(), text);
    }
}

#[test]
fn all_ten_are_of_their_own_bytes() {
    let random = std::array::from_fn(|at| [u8::try_from(at).expect("a byte"); 10]);
    for (code, bytes) in RecoveryCode::ten(random).iter().zip(random) {
        assert_eq!(code.expose(), self::code(bytes).expose());
    }
}

#[test]
fn codes_are_read_as_people_type_them_and_no_other_way() {
    let meant = "0123-4567-89ab-cdef";
    for (typed, right) in [
        ("0123-4567-89ab-cdef", true),
        ("0123456789abcdef", true),
        ("0123456789ABCDEF", true),
        (" 0123 4567  89AB\tcdef\n", true),
        ("O123-4567-89ab-cdef", true),
        ("oI23-4567-89ab-cdef", true),
        ("0i23-4567-89ab-cdef", true),
        ("0L23-4567-89ab-cdef", true),
        ("0l23-4567-89ab-cdef", true),
        ("0123–4567—89ab‑cdef", true),
        ("0123-4567-89ab-cde", false),
        ("0123-4567-89ab-cdef0", false),
        ("00123-4567-89ab-cdef", false),
        ("u123-4567-89ab-cdef", false),
        ("0123_4567_89ab_cdef", false),
        ("０123-4567-89ab-cdef", false),
        ("", false),
        ("----", false),
    ] {
        let read = RecoveryCode::parse(typed).map(|code| code.expose());
        assert_eq!(read.as_deref(), right.then_some(meant), "{typed:?}");
    }
    assert!(RecoveryCode::parse(&format!("{meant}{}", " ".repeat(1_000_000))).is_none());
}

#[test]
fn the_hash_is_of_the_code_however_it_is_typed() {
    let hash = RecoveryCode::parse("0123-4567-89ab-cdef").expect("a code").hash();
    // By `printf %s 0123-4567-89ab-cdef | sha256sum`.
    assert_eq!(hash.to_hex(), "84c758f13a821a4087fd1687740ffc64429fdddd54b77117db6bf536be94faa5");
    assert_eq!(RecoveryCode::parse("OI23 4567 89AB CDEF").expect("a code").hash(), hash);
    assert_ne!(RecoveryCode::parse("0123-4567-89ab-cdeg").expect("a code").hash(), hash);
}

#[test]
fn nothing_of_it_is_shown() {
    assert_eq!(format!("{:?}", code([3; 10])), "RecoveryCode(..)");
}

proptest! {
    #[test]
    fn every_code_is_read_as_it_is_written(bytes: [u8; 10]) {
        let written = code(bytes);
        let read = RecoveryCode::parse(&written.expose()).expect("a code");
        prop_assert_eq!(read.expose(), written.expose());
        prop_assert_eq!(read.hash(), written.hash());
    }

    #[test]
    fn two_codes_are_two_texts(one: [u8; 10], other: [u8; 10]) {
        prop_assert_eq!(code(one).expose() == code(other).expose(), one == other);
    }

    #[test]
    fn any_text_can_be_tried(text in any::<String>()) {
        let _ = RecoveryCode::parse(&text);
    }
}
