//! Opaque secrets, both ways.

use proptest::prelude::*;
use signpost::accounts::secret::{Secret, SecretKind};

/// The bytes 0 to 31, in base64url.
const COUNTING: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

fn counting() -> [u8; 32] {
    std::array::from_fn(|at| u8::try_from(at).expect("a byte"))
}

#[test]
fn every_kind_is_written_with_its_prefix_and_read_back() {
    for (kind, prefix) in [
        (SecretKind::Session, "sps_"),
        (SecretKind::Refresh, "spr_"),
        (SecretKind::ApiKey, "spk_"),
        (SecretKind::Link, "spl_"),
    ] {
        let secret = Secret::new(kind, counting());
        assert_eq!(secret.expose(), format!("{prefix}{COUNTING}"));
        let read = Secret::parse(secret.expose()).expect(prefix);
        assert_eq!((read.kind(), read.expose()), (kind, secret.expose()));
        assert_eq!(read.hash(), secret.hash());
    }
}

#[test]
fn nothing_else_is_read() {
    for (text, why) in [
        (String::new(), "empty"),
        ("sps_".to_owned(), "nothing behind the prefix"),
        (COUNTING.to_owned(), "no prefix"),
        (format!("spx_{COUNTING}"), "a prefix of no kind"),
        (format!("SPS_{COUNTING}"), "a prefix in capitals"),
        (format!(" sps_{COUNTING}"), "a space before"),
        (format!("sps_{COUNTING}\n"), "a line's end behind"),
        (format!("sps_{COUNTING}="), "padding"),
        (format!("sps_{COUNTING}A"), "a character too many"),
        (format!("sps_{}", &COUNTING[1..]), "a character too few"),
        (format!("sps_{}9", &COUNTING[..42]), "bits left over"),
        (format!("sps_{}+", &COUNTING[..42]), "base64 that is not for addresses"),
        (format!("sps_{}é", &COUNTING[..41]), "not ASCII"),
        (format!("sps_{}", "A".repeat(1_000_000)), "far too long"),
    ] {
        assert!(Secret::parse(&text).is_none(), "{why}");
    }
}

#[test]
fn the_hash_is_sha_256_of_the_whole_text() {
    // By `printf %s sps_AAEC…Hh8 | sha256sum`.
    let hash = Secret::new(SecretKind::Session, counting()).hash();
    assert_eq!(hash.to_hex(), "36df02babd8747658cca52eab137d645766e8f9d92c372d29d8fa9f702f51ad6");
    // The prefix counts: the same bytes as another kind are another secret.
    assert_ne!(Secret::new(SecretKind::Refresh, counting()).hash(), hash);
}

#[test]
fn debug_shows_the_kind_and_nothing_of_the_text() {
    assert_eq!(format!("{:?}", Secret::new(SecretKind::ApiKey, counting())), "Secret { kind: ApiKey, .. }");
}

proptest! {
    #[test]
    fn what_is_read_is_what_is_written(random: [u8; 32], at in 0_usize..47, other in "[A-Za-z0-9_-]") {
        let written = Secret::new(SecretKind::Link, random);
        let mut changed = written.expose().to_owned();
        changed.replace_range(at..=at, &other);
        // No two texts are the same secret.
        if let Some(read) = Secret::parse(&changed) {
            prop_assert_eq!(read.expose(), changed.as_str());
            prop_assert_eq!(read.hash() == written.hash(), changed == written.expose());
        }
    }

    #[test]
    fn any_text_can_be_tried(text in any::<String>()) {
        prop_assert!(Secret::parse(&text).is_none());
    }
}
