//! Discovery documents, good and bad.

use serde_json::{Value, json};
use signpost::accounts::oidc::FetchProblem;
use signpost::accounts::oidc::discovery::{DiscoveryProblem, MAX_DOCUMENT, keys};
use signpost::accounts::oidc::keys::KeySetProblem;
use signpost::config::Issuer;

use super::fixtures::{DISCOVERY, ISSUER, JWKS, Provider, key_set, settings};

async fn problem(document: &Value) -> Option<DiscoveryProblem> {
    let provider = Provider::issuer(&key_set());
    provider.put(DISCOVERY, Ok(document.to_string().into_bytes()));
    keys(&settings(), &provider).await.err()
}

#[tokio::test]
async fn documents() {
    use DiscoveryProblem::{IssuerWrong, KeysAddress, Malformed};
    let of = |issuer: &str| json!({"issuer": issuer, "jwks_uri": JWKS});
    let at = |uri: &str| json!({"issuer": ISSUER, "jwks_uri": uri});
    let table = [
        (of(ISSUER), None),
        (of("https://id.example.org/"), Some(IssuerWrong)),
        (of("https://ID.example.org"), Some(IssuerWrong)),
        (of("https://attacker.example"), Some(IssuerWrong)),
        (json!({"jwks_uri": JWKS}), Some(IssuerWrong)),
        (json!({"issuer": [ISSUER], "jwks_uri": JWKS}), Some(IssuerWrong)),
        (json!({"issuer": ISSUER}), Some(KeysAddress)),
        (at("http://id.example.org/keys"), Some(KeysAddress)),
        (at("http://127.0.0.1/keys"), Some(KeysAddress)),
        (at("file:///etc/passwd"), Some(KeysAddress)),
        (at("https://user:secret@id.example.org/keys"), Some(KeysAddress)),
        (at("/keys"), Some(KeysAddress)),
        (at(&format!("https://id.example.org/{}", "k".repeat(2_000))), Some(KeysAddress)),
        (json!([]), Some(Malformed)),
        (json!("text"), Some(Malformed)),
    ];
    for (document, right) in table {
        assert_eq!(problem(&document).await, right, "{document}");
    }
}

#[tokio::test]
async fn issuer_in_a_folder() {
    for (issuer, place) in [
        ("https://id.example.org/tenant", "https://id.example.org/tenant/.well-known/openid-configuration"),
        ("https://id.example.org/tenant/", "https://id.example.org/tenant/.well-known/openid-configuration"),
    ] {
        let provider = Provider::issuer(&key_set());
        provider.put(place, Ok(json!({"issuer": issuer, "jwks_uri": JWKS}).to_string().into_bytes()));
        let settings = Issuer { issuer: issuer.to_owned(), ..settings() };
        assert_eq!(keys(&settings, &provider).await.err(), None, "{issuer}");
    }
}

#[tokio::test]
async fn key_sets() {
    let provider = Provider::issuer(&key_set());
    for (set, right) in [
        (Ok(vec![b' '; MAX_DOCUMENT + 1]), DiscoveryProblem::Keys(FetchProblem::TooLarge)),
        (Ok(b"{}".to_vec()), DiscoveryProblem::KeySet(KeySetProblem::Malformed)),
        (Err(FetchProblem::Redirected), DiscoveryProblem::Keys(FetchProblem::Redirected)),
    ] {
        provider.put(JWKS, set);
        assert_eq!(keys(&settings(), &provider).await.err(), Some(right));
    }
}
