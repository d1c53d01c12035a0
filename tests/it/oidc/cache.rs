//! The life of an issuer's keys: rotation, cooldown, one fetch for many, and an issuer that is away.

use std::sync::Arc;

use serde_json::{Value, json};
use signpost::accounts::oidc::{FetchProblem, Refusal};

use super::fixtures::{
    DISCOVERY, JWKS, OTHER_RSA, Provider, RSA, after, b64, claims_with, header, issuer, key_set, now, settings,
};

/// Claims that are good for a week.
fn lasting() -> Value {
    claims_with("exp", json!(after(7 * 86_400).timestamp()))
}

fn old() -> String {
    RSA.token(&header("RS256", "rsa"), &lasting())
}

fn new() -> String {
    OTHER_RSA.token(&header("RS256", "new"), &lasting())
}

/// Its key is looked for before its signature is, so that it needs none.
fn unknown(number: usize) -> String {
    let header = header("RS256", &format!("unknown-{number}")).to_string();
    format!("{}.{}.AAAA", b64(header), b64(lasting().to_string()))
}

fn set(keys: &[Value]) -> Value {
    json!({ "keys": keys })
}

#[tokio::test]
async fn rotation() {
    let provider = Provider::issuer(&set(&[RSA.published("rsa")]));
    let issuer = issuer(settings(), &provider);
    assert_eq!(issuer.verify(&old(), now()).await.err(), None);

    // Both for a while: the new kid fetches, once the cooldown is over.
    provider.publish(&set(&[RSA.published("rsa"), OTHER_RSA.published("new")]));
    assert_eq!(issuer.verify(&new(), after(29)).await.err(), Some(Refusal::KeyUnknown));
    assert_eq!(issuer.verify(&new(), after(30)).await.err(), None);
    assert_eq!(issuer.verify(&old(), after(30)).await.err(), None);
    assert_eq!(provider.asked(JWKS), 2);

    // The old one goes: it is refused from the next fetch on.
    provider.publish(&set(&[OTHER_RSA.published("new")]));
    assert_eq!(issuer.verify(&old(), after(30 + 600)).await.err(), None);
    assert_eq!(issuer.verify(&old(), after(30 + 601)).await.err(), Some(Refusal::KeyUnknown));
    assert_eq!(issuer.verify(&new(), after(30 + 601)).await.err(), None);
    assert_eq!(provider.asked(JWKS), 3);
}

#[tokio::test]
async fn empty_set_withdraws_all() {
    let provider = Provider::issuer(&key_set());
    let issuer = issuer(settings(), &provider);
    assert_eq!(issuer.verify(&old(), now()).await.err(), None);
    provider.publish(&set(&[]));
    assert_eq!(issuer.verify(&old(), after(601)).await.err(), Some(Refusal::KeyUnknown));
}

#[tokio::test]
async fn cooldown() {
    let provider = Provider::issuer(&key_set());
    let issuer = issuer(settings(), &provider);
    // From nothing, and again after each cooldown: one fetch, whatever comes.
    for (start, fetches) in [(0, 1), (30, 2), (60, 3)] {
        for number in 0..1_000 {
            let at = after(start + i64::try_from(number % 30).expect("small"));
            assert_eq!(issuer.verify(&unknown(number), at).await.err(), Some(Refusal::KeyUnknown));
        }
        assert_eq!((provider.asked(DISCOVERY), provider.asked(JWKS)), (fetches, fetches));
    }
    assert_eq!(issuer.verify(&old(), after(89)).await.err(), None);
}

#[tokio::test]
async fn cooldown_holds_for_an_issuer_that_is_away_too() {
    let provider = Provider::default();
    let issuer = issuer(settings(), &provider);
    for _ in 0..100 {
        assert_eq!(issuer.verify(&old(), now()).await.err(), Some(Refusal::KeysUnavailable));
    }
    assert_eq!(provider.asked(DISCOVERY), 1);
    provider.publish(&key_set());
    assert_eq!(issuer.verify(&old(), after(30)).await.err(), None);
}

#[tokio::test]
async fn instants_out_of_order() {
    let provider = Provider::issuer(&key_set());
    let issuer = issuer(settings(), &provider);
    assert_eq!(issuer.verify(&old(), after(1_000)).await.err(), None);
    // A request that came earlier and arrives later does not get round the cooldown.
    assert_eq!(issuer.verify(&unknown(1), after(971)).await.err(), Some(Refusal::KeyUnknown));
    assert_eq!(provider.asked(JWKS), 1);
    // A clock that was put back by hours does not stop fetching for hours.
    assert_eq!(issuer.verify(&old(), after(0)).await.err(), None);
    assert_eq!(provider.asked(JWKS), 2);
}

#[tokio::test]
async fn many_at_once_fetch_once() {
    let provider = Provider::closed(&key_set());
    let issuer = Arc::new(issuer(settings(), &provider));
    let tasks: Vec<_> = (0..100)
        .map(|number| {
            let issuer = Arc::clone(&issuer);
            // Half of them are good, and all of these wait for the keys; a second apart at most.
            tokio::spawn(async move {
                let token = if number % 2 == 0 { old() } else { unknown(number) };
                issuer.verify(&token, after(i64::from(number % 3 == 0))).await.is_ok()
            })
        })
        .collect();
    // The runtime has one thread: this lets every task come to where it waits.
    while provider.asked(DISCOVERY) == 0 {
        tokio::task::yield_now().await;
    }
    provider.open();
    let mut good = 0;
    for task in tasks {
        good += usize::from(task.await.expect("a task"));
    }
    assert_eq!(good, 50);
    assert_eq!((provider.asked(DISCOVERY), provider.asked(JWKS)), (1, 1));
}

#[tokio::test]
async fn many_at_once_fetch_once_with_the_shortest_cooldown() {
    let provider = Provider::closed(&key_set());
    let mut settings = settings();
    settings.key_cooldown_s = 1;
    let issuer = Arc::new(issuer(settings, &provider));
    // As if each came longer than the cooldown after the one before.
    let ask = |number: i64| {
        let issuer = Arc::clone(&issuer);
        tokio::spawn(async move { issuer.verify(&old(), after(number * 5)).await.is_ok() })
    };
    let mut tasks: Vec<_> = (0..10).map(ask).collect();
    while provider.asked(DISCOVERY) == 0 {
        tokio::task::yield_now().await;
    }
    // These come while the fetch is under way.
    tasks.extend((10..20).map(ask));
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    provider.open();
    for task in tasks {
        assert!(task.await.expect("a task"));
    }
    assert_eq!(provider.asked(JWKS), 1);
}

#[tokio::test]
async fn caller_that_hangs_up_does_not_stop_the_fetch() {
    let provider = Provider::closed(&key_set());
    let issuer = Arc::new(issuer(settings(), &provider));
    let caller = {
        let issuer = Arc::clone(&issuer);
        tokio::spawn(async move { issuer.verify(&old(), now()).await.is_ok() })
    };
    while provider.asked(DISCOVERY) == 0 {
        tokio::task::yield_now().await;
    }
    caller.abort();
    assert!(caller.await.expect_err("stopped").is_cancelled());
    provider.open();
    // Within the cooldown nobody may fetch anew: the keys are there only if that fetch went on.
    assert_eq!(issuer.verify(&old(), after(1)).await.err(), None);
    assert_eq!(provider.asked(JWKS), 1);
}

#[tokio::test]
async fn issuer_that_is_away() {
    let provider = Provider::issuer(&key_set());
    let issuer = issuer(settings(), &provider);
    assert_eq!(issuer.verify(&old(), now()).await.err(), None);
    provider.put(DISCOVERY, Err(FetchProblem::Unreachable));
    let day = 86_400;
    for (at, right) in [
        (601, None),
        (3_600, None),
        (day, None),
        (day + 1, Some(Refusal::KeysUnavailable)),
        (2 * day, Some(Refusal::KeysUnavailable)),
    ] {
        assert_eq!(issuer.verify(&old(), after(at)).await.err(), right, "{at}");
    }
    provider.publish(&key_set());
    assert_eq!(issuer.verify(&old(), after(2 * day + 30)).await.err(), None);
}

#[tokio::test]
async fn nonsense_in_place_of_keys_leaves_the_old_ones() {
    for nonsense in ["", "<html>", "{}", "{\"keys\":null}"] {
        let provider = Provider::issuer(&key_set());
        let issuer = issuer(settings(), &provider);
        assert_eq!(issuer.verify(&old(), now()).await.err(), None);
        provider.put(JWKS, Ok(nonsense.as_bytes().to_vec()));
        assert_eq!(issuer.verify(&old(), after(601)).await.err(), None, "{nonsense}");
        assert_eq!(provider.asked(JWKS), 2);
    }
}
