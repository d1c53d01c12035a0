//! Sealing: what only its key opens, and only where it was put; and the keys themselves.

use entity::ids::SealingKeyId;
use entity::sealing_key;
use proptest::prelude::*;
use sea_orm::ActiveValue::Set;
use sea_orm::EntityTrait;
use signpost::clock::Clock;
use signpost::vault::file::{self, add_key, make_if_absent};
use signpost::vault::master::{KeysError, MasterKeys, new_line};
use signpost::vault::sealed::{DataKey, Place, key_of};
use signpost::vault::{Vault, VaultError};
use tempfile::NamedTempFile;
use uuid::Uuid;

use crate::support::database::TestDatabase;

fn line(name: &str, byte: u8) -> String {
    new_line(name, [byte; 32])
}

/// A vault with these keys, and its file.
fn vault(lines: &[String]) -> (Vault, NamedTempFile) {
    let file = NamedTempFile::new().unwrap();
    std::fs::write(file.path(), lines.join("\n")).unwrap();
    (Vault::open(file.path(), Clock::system()).unwrap(), file)
}

const HERE: Place = Place { column: "account.totp_seed", row: Uuid::from_u128(7) };

#[test]
fn master_keys_are_read_line_by_line() {
    let (one, two) = (line("one", 1), line("two", 2));
    let good = MasterKeys::parse(&format!("# of the autumn\n\n  {two}\n{one}\n")).unwrap();
    assert_eq!(format!("{good:?}"), "[\"two\", \"one\"]", "names, and nothing of the keys");
    let rows = [
        (String::new(), KeysError::None),
        ("# nothing".to_owned(), KeysError::None),
        ("AAAA".to_owned(), KeysError::NoKey(1)),
        (format!("{one}\nthree AAAA"), KeysError::NoKey(2)),
        (format!("{one}A"), KeysError::NoKey(1)),
        (line("", 1), KeysError::NoKey(1)),
        (line("with_sign", 1), KeysError::NoKey(1)),
        (line(&"n".repeat(33), 1), KeysError::NoKey(1)),
        (format!("{one}\n{two}\n{}", line("one", 3)), KeysError::Twice(3)),
    ];
    for (text, wanted) in rows {
        let found = MasterKeys::parse(&text).map(|_| ()).unwrap_err();
        assert_eq!(found, wanted);
        assert!(!found.to_string().contains("AAAA"), "what stands there is never shown");
    }
}

/// Two keys of one vault, as the database keeps them.
async fn two_keys(test: &TestDatabase) -> (DataKey, DataKey) {
    let (database, (vault, _file)) = (test.open().await, vault(&[line("one", 1)]));
    let db = database.connection();
    (vault.new_key(db).await.unwrap(), vault.new_key(db).await.unwrap())
}

#[tokio::test]
async fn what_is_sealed_opens_with_its_key_at_its_place_and_nowhere_else() {
    let (key, other) = two_keys(&TestDatabase::new().await).await;
    let strategy = ("\\PC{0,200}", any::<[u8; 12]>(), any::<prop::sample::Index>(), 0..8_u8);
    proptest!(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }, |((text, nonce, at, bit) in strategy)| {
        let sealed = key.seal(HERE, &text, nonce).unwrap();
        prop_assert_eq!(key.open(HERE, &sealed).unwrap(), text.clone());
        prop_assert!(text.len() < 4 || !sealed.contains(text.as_str()));
        prop_assert!(key_of(&sealed).is_some());
        let elsewhere = [Place { row: Uuid::from_u128(8), ..HERE }, Place { column: "person.name", ..HERE }];
        for place in elsewhere {
            prop_assert!(key.open(place, &sealed).is_err());
        }
        prop_assert!(other.open(HERE, &sealed).is_err());
        // One bit of it another one.
        let mut bytes = sealed.clone().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        if let Ok(changed) = String::from_utf8(bytes) {
            // The last sign of base64 may hold bits that say nothing; then it is refused as no base64 of ours.
            prop_assert!(key.open(HERE, &changed).is_err(), "{} {}", sealed, changed);
        }
    });
    for no_seal in ["", "v1", "v1.", "v1..", "JBSWY3DPEHPK3PXP", "v1.00000000-0000-0000-0000-000000000000.", "v2.x.y"] {
        assert!(key.open(HERE, no_seal).is_err());
    }
    assert_eq!(key_of("JBSWY3DPEHPK3PXP"), None);
    assert!(!format!("{key:?}").contains("LessSafeKey"));
}

#[tokio::test]
async fn keys_are_kept_wrapped_and_a_destroyed_one_takes_with_it_what_it_sealed() {
    let test = TestDatabase::new().await;
    let database = test.open().await;
    let (db, (vault, _file)) = (database.connection(), vault(&[line("one", 1)]));
    let key = vault.new_key(db).await.unwrap();
    let sealed = vault.seal(&key, HERE, "JBSWY3DPEHPK3PXP").unwrap();
    assert_ne!(sealed, vault.seal(&key, HERE, "JBSWY3DPEHPK3PXP").unwrap(), "twice the same is not seen to be");
    let id = key_of(&sealed).unwrap();
    assert_eq!(vault.key(db, id).await.unwrap().open(HERE, &sealed).unwrap(), "JBSWY3DPEHPK3PXP");
    // Without the master key, or with one that only has its name, it is not opened.
    let (stranger, _file) = self::vault(&[line("two", 2)]);
    assert!(matches!(stranger.key(db, id).await, Err(VaultError::Unopened(found, by)) if found == id && by == "one"));
    let (namesake, _file) = self::vault(&[line("one", 2)]);
    assert!(matches!(namesake.key(db, id).await, Err(VaultError::Unopened(..))));
    // Nor in the row of another key.
    let other = key_of(&vault.seal(&vault.new_key(db).await.unwrap(), HERE, "").unwrap()).unwrap();
    let row = sealing_key::Entity::find_by_id(id).one(db).await.unwrap().unwrap();
    let moved = sealing_key::ActiveModel { id: Set(other), wrapped: Set(row.wrapped), ..Default::default() };
    sealing_key::Entity::update(moved).exec(db).await.unwrap();
    assert!(matches!(vault.key(db, other).await, Err(VaultError::Unopened(..))));
    let then = "2026-11-21T20:00:00Z".parse().unwrap();
    signpost::vault::destroy(db, id, then).await.unwrap();
    assert!(matches!(vault.key(db, id).await, Err(VaultError::Gone(gone)) if gone == id));
    let row = sealing_key::Entity::find_by_id(id).one(db).await.unwrap().unwrap();
    assert_eq!((row.wrapped, row.destroyed_at), (None, Some(then)));
    let never = SealingKeyId(Uuid::from_u128(1));
    assert!(matches!(vault.key(db, never).await, Err(VaultError::Gone(_))));
    assert!(vault.keys(db, &[id, never]).await.unwrap().is_empty());
}

/// A new master key is put into the file, everything is wrapped by it, and the old one is taken out, while another process
/// goes on: at each step all of it opens, and what is new is wrapped by the first.
#[tokio::test]
async fn master_keys_are_changed_while_everything_goes_on() {
    let test = TestDatabase::new().await;
    let database = test.open().await;
    let db = database.connection();
    let (vault, file) = vault(&[line("one", 1)]);
    let mut sealed = Vec::new();
    let seal = async || {
        let key = vault.new_key(db).await.unwrap();
        vault.seal(&key, HERE, "x").unwrap()
    };
    for _ in 0..3 {
        sealed.push(seal().await);
    }
    signpost::vault::destroy(db, key_of(&sealed[2]).unwrap(), Clock::system().now()).await.unwrap();
    let opens = async |sealed: &[String]| {
        let ids: Vec<SealingKeyId> = sealed.iter().map(|one| key_of(one).unwrap()).collect();
        let keys = vault.keys(db, &ids).await?;
        let open = |one: &String| keys.get(&key_of(one)?)?.open(HERE, one).ok();
        Ok::<_, VaultError>(sealed.iter().filter_map(open).count())
    };
    assert_eq!(opens(&sealed).await.unwrap(), 2);
    let new = add_key(file.path(), &Clock::system()).unwrap();
    let text = std::fs::read_to_string(file.path()).unwrap();
    assert!(text.starts_with(&new) && text.ends_with(&line("one", 1)), "before the old one");
    let used = async |other: &Vault| other.in_use(db).await.unwrap().into_iter().collect::<Vec<_>>();
    // Another process wraps anew; this one has not looked at the file yet.
    let elsewhere = Vault::open(file.path(), Clock::system()).unwrap();
    assert_eq!(used(&elsewhere).await, [(new.clone(), 0), ("one".to_owned(), 2)]);
    assert_eq!(elsewhere.rewrap(db).await.unwrap(), 2);
    assert_eq!(opens(&sealed).await.unwrap(), 2);
    sealed.push(seal().await);
    assert_eq!(used(&elsewhere).await, [(new.clone(), 3), ("one".to_owned(), 0)]);
    std::fs::write(file.path(), text.lines().next().unwrap()).unwrap();
    assert_eq!(opens(&sealed).await.unwrap(), 3);
    sealed.push(seal().await);
    assert_eq!(opens(&sealed).await.unwrap(), 4);
    assert_eq!(elsewhere.rewrap(db).await.unwrap(), 0, "once");
    let gone = vault.key(db, key_of(&sealed[2]).unwrap()).await;
    assert!(matches!(gone, Err(VaultError::Gone(_))), "what is gone does not come back");
    // A file that holds no keys wraps nothing, and what is known still opens.
    std::fs::write(file.path(), "AAAA").unwrap();
    assert!(matches!(vault.new_key(db).await, Err(VaultError::File(_))));
    assert_eq!(opens(&sealed).await.unwrap(), 4);
}

#[test]
fn a_file_of_keys_is_whole_at_every_moment_and_nobody_elses_to_read() {
    let folder = tempfile::tempdir().unwrap();
    let (path, clock) = (folder.path().join("keys"), Clock::system());
    let wrong = || file::read(&path).unwrap_err().to_string();
    assert!(wrong().contains("vault.keys_file") && wrong().contains("can't be read"), "{}", wrong());
    make_if_absent(&path, &clock).unwrap();
    let first = std::fs::read_to_string(&path).unwrap();
    make_if_absent(&path, &clock).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), first, "it is made once");
    let second = add_key(&path, &clock).unwrap();
    let names: Vec<String> = file::read(&path).unwrap().names().map(str::to_owned).collect();
    assert_eq!((names.len(), &names[0]), (2, &second));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    // Somebody else is at it, or was stopped while they were.
    let beside = folder.path().join("keys.new");
    std::fs::write(&beside, "").unwrap();
    let told = add_key(&path, &clock).unwrap_err().to_string();
    assert!(told.contains("keys.new") && told.contains("remove"), "{told}");
    assert!(beside.exists(), "what is not ours stays");
    std::fs::remove_file(&beside).unwrap();
    // What is no file of keys is left as it is, and never shown.
    for text in ["geheim", "\u{feff}", &"#".repeat(70_000)] {
        std::fs::write(&path, text).unwrap();
        let told = [wrong(), add_key(&path, &clock).unwrap_err().to_string()].concat();
        assert!(told.contains("vault.keys_file") && !told.contains("geheim"), "{told}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        assert!(!beside.exists());
    }
}
