//! Tokens of a real provider, npm's `oidc-provider` as `tests/oidc-provider/server.mjs` starts it. Runs where
//! `SIGNPOST_TEST_OIDC` holds its address, `http://127.0.0.1:9400`; says so where it does not.

use std::time::SystemTime;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use signpost::accounts::oidc::{HttpFetch, Issuers, Refusal};
use signpost::config::{Algorithm, Issuer};

/// The issuer's address, or `None` with a word about what is skipped.
fn provider(what: &str) -> Option<String> {
    let issuer = std::env::var("SIGNPOST_TEST_OIDC").ok();
    if issuer.is_none() {
        eprintln!("SKIPPED {what}: SIGNPOST_TEST_OIDC is not set");
    }
    issuer
}

#[expect(clippy::disallowed_methods, reason = "the provider goes by the real time")]
fn now() -> DateTime<Utc> {
    SystemTime::now().into()
}

/// An access token for this audience, by the client's own name and secret.
async fn token(issuer: &str, audience: &str) -> String {
    let body = format!(
        "grant_type=client_credentials&client_id=signpost-test&client_secret=for-tests-on-loopback-only&resource={audience}"
    );
    let client = reqwest::Client::builder().tls_backend_preconfigured(no_tls()).no_proxy().build().expect("a client");
    let request = client.post(format!("{issuer}/token")).header("content-type", "application/x-www-form-urlencoded");
    let answer = request.body(body).send().await.expect("an answer").bytes().await.expect("a body");
    let answer: Value = serde_json::from_slice(&answer).expect("JSON");
    answer["access_token"].as_str().unwrap_or_else(|| panic!("no token for {audience}: {answer}")).to_owned()
}

/// The provider speaks plain HTTP; the client wants a configuration all the same.
fn no_tls() -> rustls::ClientConfig {
    rustls::ClientConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth()
}

fn issuers(issuer: &str, audience: &str, algorithms: Vec<Algorithm>) -> Issuers<HttpFetch> {
    let settings = Issuer { issuer: issuer.to_owned(), audience: audience.to_owned(), algorithms, ..Issuer::default() };
    assert_eq!(settings.check(), []);
    Issuers::new(vec![settings], HttpFetch::new().expect("a client"))
}

#[tokio::test]
async fn tokens_for_us_are_taken() {
    let Some(issuer) = provider("tokens of a real identity provider") else { return };
    for (audience, algorithm) in [
        ("https://signpost.test/api", Algorithm::Rs256),
        ("https://signpost.test/ps256", Algorithm::Ps256),
        ("https://signpost.test/es256", Algorithm::Es256),
        ("https://signpost.test/eddsa", Algorithm::EdDsa),
    ] {
        let issuers = issuers(&issuer, audience, vec![algorithm]);
        let verified = issuers.verify(&token(&issuer, audience).await, now()).await;
        let verified = verified.unwrap_or_else(|refusal| panic!("{audience}: {}", refusal.reason()));
        assert_eq!((verified.issuer, verified.subject.as_str()), (issuer.clone(), "signpost-test"));
    }
}

#[tokio::test]
async fn other_tokens_are_refused() {
    let Some(issuer) = provider("other tokens of a real identity provider") else { return };
    let ours = "https://signpost.test/api";
    let elsewhere = token(&issuer, "https://elsewhere.test/api").await;
    let good = token(&issuer, ours).await;
    let taken = issuers(&issuer, ours, vec![Algorithm::Rs256]);
    assert_eq!(taken.verify(&elsewhere, now()).await, Err(Refusal::AudienceWrong));
    assert_eq!(taken.verify(&good, now() + TimeDelta::hours(1)).await, Err(Refusal::Expired));
    let other = issuers(&issuer, ours, vec![Algorithm::Es256]);
    assert_eq!(other.verify(&good, now()).await, Err(Refusal::AlgorithmNotPinned));
}
