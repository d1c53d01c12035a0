//! Hashing of passwords: the same work for all, few at once, and nothing absurd.

use std::num::NonZeroU32;

use signpost::accounts::hasher::{Cost, CostError, Hasher, HashingError, PasswordHash, StoredHashError, Verified};
use signpost::accounts::password::Password;

/// As cheap as Argon2 gets.
const CHEAP: Cost = Cost { memory_kib: 8, passes: 1, lanes: 1 };

const RIGHT: Verified = Verified { matches: true, stale: false };
const WRONG: Verified = Verified { matches: false, stale: false };

fn hasher(cost: Cost) -> Hasher {
    Hasher::new(cost, NonZeroU32::new(2).expect("two")).expect("a cost within bounds")
}

fn password(text: &str) -> Password {
    Password::new(text).expect(text)
}

#[tokio::test]
async fn the_right_password_matches_and_no_other() -> Result<(), HashingError> {
    let hasher = hasher(CHEAP);
    let hash = hasher.hash(&password("correct horse battery"), [7; 16]).await?;
    let kept = PasswordHash::parse(&hash.to_phc()).expect("what was kept");
    assert_eq!(hasher.verify(&password("correct horse battery"), Some(&kept)).await?, RIGHT);
    assert_eq!(hasher.verify(&password("correct horse batterY"), Some(&kept)).await?, WRONG);
    assert_eq!(hasher.verify(&password("correct horse battery "), Some(&kept)).await?, WRONG);
    Ok(())
}

/// Where a password is cut short, two that differ at their ends are one.
#[tokio::test]
async fn every_character_counts() -> Result<(), HashingError> {
    let hasher = hasher(CHEAP);
    let long = "a".repeat(127);
    let hash = hasher.hash(&password(&format!("{long}x")), [7; 16]).await?;
    assert_eq!(hasher.verify(&password(&format!("{long}x")), Some(&hash)).await?, RIGHT);
    assert_eq!(hasher.verify(&password(&format!("{long}y")), Some(&hash)).await?, WRONG);
    Ok(())
}

/// The same characters from a keyboard that composes them and from one that does not.
#[tokio::test]
async fn one_password_in_two_forms_is_one() -> Result<(), HashingError> {
    let hasher = hasher(CHEAP);
    let hash = hasher.hash(&password("caf\u{e9} ﬁve Ångström"), [7; 16]).await?;
    let other = password("cafe\u{301} five A\u{30a}ngstro\u{308}m");
    assert_eq!(hasher.verify(&other, Some(&hash)).await?, RIGHT);
    Ok(())
}

/// Made by the reference implementation in C (by way of `argon2-cffi`): this password, `saltsaltsaltsalt`, 64 KiB, 2 passes.
#[tokio::test]
async fn others_hashes_are_understood() -> Result<(), HashingError> {
    let hash = PasswordHash::parse(
        "$argon2id$v=19$m=64,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$3LdjigVfI43W1yLDU7OB9OYHNFyPTzCNyXn74wNMrSU",
    )
    .expect("a hash");
    let (right, wrong) = (password("correct horse battery"), password("correct horse batterie"));
    let at = hasher(Cost { memory_kib: 64, passes: 2, lanes: 1 });
    assert_eq!(at.verify(&right, Some(&hash)).await?, RIGHT);
    assert_eq!(at.verify(&wrong, Some(&hash)).await?, WRONG);
    Ok(())
}

#[tokio::test]
async fn an_unknown_account_costs_what_a_wrong_password_does() -> Result<(), HashingError> {
    let hasher = hasher(CHEAP);
    assert_eq!(hasher.hashes_done(), 0);
    let hash = hasher.hash(&password("correct horse battery"), [7; 16]).await?;
    assert_eq!(hasher.hashes_done(), 1);
    for (tried, known, outcome) in [
        ("wrong horse battery", true, WRONG),
        ("wrong horse battery", false, WRONG),
        ("correct horse battery", true, RIGHT),
    ] {
        let before = hasher.hashes_done();
        assert_eq!(hasher.verify(&password(tried), known.then_some(&hash)).await?, outcome);
        assert_eq!(hasher.hashes_done() - before, 1, "{tried}, {known}");
    }
    Ok(())
}

#[tokio::test]
async fn a_hash_of_another_cost_is_stale() -> Result<(), HashingError> {
    let tried = password("correct horse battery");
    let hash = hasher(CHEAP).hash(&tried, [7; 16]).await?;
    for (cost, stale) in [
        (CHEAP, false),
        (Cost { memory_kib: 16, ..CHEAP }, true),
        (Cost { passes: 2, ..CHEAP }, true),
        (Cost { memory_kib: 16, lanes: 2, ..CHEAP }, true),
    ] {
        let hasher = hasher(cost);
        assert_eq!(hasher.verify(&tried, Some(&hash)).await?, Verified { matches: true, stale }, "{cost:?}");
        let anew = hasher.hash(&tried, [8; 16]).await?;
        assert_eq!(anew.cost(), cost);
        assert_eq!(hasher.verify(&tried, Some(&anew)).await?, RIGHT);
    }
    Ok(())
}

#[tokio::test]
async fn salt_makes_the_same_password_another_hash() -> Result<(), HashingError> {
    let hasher = hasher(CHEAP);
    let tried = password("correct horse battery");
    let (one, other) = (hasher.hash(&tried, [1; 16]).await?, hasher.hash(&tried, [2; 16]).await?);
    assert_ne!(one.to_phc(), other.to_phc());
    assert_eq!(one.to_phc(), hasher.hash(&tried, [1; 16]).await?.to_phc());
    Ok(())
}

/// Many callers, two places: all are served, and each once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_who_wait_are_served() {
    let hasher = hasher(CHEAP);
    let waiting: Vec<_> = (0..50)
        .map(|_| {
            let hasher = hasher.clone();
            tokio::spawn(async move { hasher.verify(&password("correct horse battery"), None).await })
        })
        .collect();
    for one in waiting {
        assert_eq!(one.await.expect("a task"), Ok(WRONG));
    }
    assert_eq!(hasher.hashes_done(), 50);
}

/// A caller who gives up, while a hash is computed or while waiting for a place, takes no place along.
#[tokio::test]
async fn who_gives_up_takes_no_place_along() {
    let hasher = Hasher::new(CHEAP, NonZeroU32::MIN).expect("a cost within bounds");
    let tried = password("correct horse battery");
    for _ in 0..20 {
        let asked = hasher.verify(&tried, None);
        // Polled once, so that it holds or waits for a place, and dropped.
        let _ = futures_now(asked).await;
    }
    assert_eq!(hasher.verify(&tried, None).await, Ok(WRONG));
}

/// Polls a future once and drops it.
async fn futures_now<F: Future>(future: F) -> Option<F::Output> {
    let mut future = Box::pin(future);
    std::future::poll_fn(|context| {
        std::task::Poll::Ready(match future.as_mut().poll(context) {
            std::task::Poll::Ready(output) => Some(output),
            std::task::Poll::Pending => None,
        })
    })
    .await
}

#[test]
fn the_cost_is_bounded() {
    let most = Cost::MOST;
    for (cost, fits) in [
        (Cost::default(), true),
        (CHEAP, true),
        (most, true),
        (Cost { memory_kib: most.memory_kib + 1, ..CHEAP }, false),
        (Cost { passes: most.passes + 1, ..CHEAP }, false),
        (Cost { memory_kib: 1024, lanes: most.lanes + 1, ..CHEAP }, false),
        (Cost { memory_kib: 7, ..CHEAP }, false),
        (Cost { memory_kib: 8, lanes: 2, ..CHEAP }, false),
        (Cost { passes: 0, ..CHEAP }, false),
        (Cost { lanes: 0, ..CHEAP }, false),
        (Cost { memory_kib: u32::MAX, passes: u32::MAX, lanes: u32::MAX }, false),
    ] {
        assert_eq!(Hasher::new(cost, NonZeroU32::MIN).err(), (!fits).then_some(CostError), "{cost:?}");
    }
    assert_eq!(Cost::default(), Cost { memory_kib: 19_456, passes: 2, lanes: 1 });
}

#[test]
fn a_stored_hash_that_asks_too_much_is_not_computed() {
    let end = "c2FsdHNhbHRzYWx0c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let malformed = Some(StoredHashError::Malformed);
    let costly = Some(StoredHashError::TooCostly);
    for (text, error) in [
        (format!("$argon2id$v=19$m=19456,t=2,p=1${end}"), None),
        (format!("$argon2id$v=19$m=262144,t=8,p=8${end}"), None),
        (format!("$argon2id$v=19$m=262145,t=2,p=1${end}"), costly),
        (format!("$argon2id$v=19$m=19456,t=9,p=1${end}"), costly),
        (format!("$argon2id$v=19$m=19456,t=2,p=9${end}"), costly),
        (format!("$argon2id$v=19$m=4294967295,t=4294967295,p=1${end}"), costly),
        (format!("$argon2id$v=19$m=99999999999,t=2,p=1${end}"), malformed),
        (format!("$argon2id$v=19$m=1,t=2,p=1${end}"), malformed),
        (format!("$argon2i$v=19$m=19456,t=2,p=1${end}"), malformed),
        (format!("$argon2d$v=19$m=19456,t=2,p=1${end}"), malformed),
        (format!("$argon2id$v=16$m=19456,t=2,p=1${end}"), malformed),
        (format!("$argon2id$m=19456,t=2,p=1${end}"), malformed),
        (format!("$argon2id$v=19$m=19456,t=2,p=1${end}$more"), malformed),
        ("$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA".to_owned(), malformed),
        ("$argon2id$v=19$m=19456,t=2,p=1".to_owned(), malformed),
        ("correct horse battery".to_owned(), malformed),
        (String::new(), malformed),
        (format!("$argon2id$v=19$m=19456,t=2,p=1${end}{}", "A".repeat(1_000_000)), malformed),
    ] {
        assert_eq!(PasswordHash::parse(&text).err(), error, "{}", &text[..text.len().min(80)]);
    }
}

#[test]
fn nothing_of_a_hash_is_shown() {
    let hash = PasswordHash::parse("$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$c2FsdHNhbHRzYWx0c2FsdA")
        .expect("a hash");
    let shown = format!("{hash:?} {:?}", hasher(CHEAP));
    assert!(!shown.contains("c2FsdHNhbHRzYWx0c2FsdA") && shown.contains("memory_kib: 8"), "{shown}");
}
