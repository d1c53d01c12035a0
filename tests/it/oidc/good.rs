//! The tokens that are taken.

use serde_json::{Value, json};
use signpost::accounts::oidc::Verified;
use signpost::config::Algorithm;

use super::fixtures::{
    ED, ISSUER, P256, P384, Provider, RSA, after, claims, claims_with, header, issuer, key_set, now, settings,
    settings_for_all, signed, verify, verify_by,
};

#[tokio::test]
async fn every_algorithm_with_its_key() {
    let table = [
        ("RS256", "rsa", &RSA),
        ("RS384", "rsa", &RSA),
        ("RS512", "rsa", &RSA),
        ("PS256", "rsa", &RSA),
        ("PS384", "rsa", &RSA),
        ("PS512", "rsa", &RSA),
        ("ES256", "p256", &P256),
        ("ES384", "p384", &P384),
        ("EdDSA", "ed", &ED),
    ];
    for (algorithm, kid, key) in table {
        let token = key.token(&header(algorithm, kid), &claims());
        let verified = verify_by(settings_for_all(), &token).await;
        let right = Verified {
            issuer: ISSUER.to_owned(),
            subject: "a-person".to_owned(),
            email: None,
            expires_at: after(3600),
        };
        assert_eq!(verified, Ok(right), "{algorithm}");
    }
}

/// Tokens and keys that another implementation made, the npm package `jose` 6.2: one key and one token for each algorithm.
#[tokio::test]
async fn tokens_of_another_implementation() {
    let vectors: Value = serde_json::from_str(include_str!("keys/vectors.json")).expect("vectors");
    let issuer = issuer(settings_for_all(), &Provider::issuer(&vectors["jwks"]));
    for algorithm in Algorithm::ALL {
        let token = vectors["tokens"][algorithm.name()].as_str().expect("a token");
        assert!(issuer.verify(token, now()).await.is_ok(), "{}", algorithm.name());
        // The first sign of the signature: whatever it was, it is another now.
        let (signed, signature) = token.rsplit_once('.').expect("three parts");
        let other = if signature.starts_with('A') { "B" } else { "A" };
        let forged = format!("{signed}.{other}{}", &signature[1..]);
        assert!(issuer.verify(&forged, now()).await.is_err(), "{}", algorithm.name());
    }
}

#[tokio::test]
async fn headers_that_are_taken() {
    let typs = [json!("JWT"), json!("jwt"), json!("at+jwt"), json!("application/at+jwt"), json!("application/JWT")];
    for typ in typs {
        let token = RSA.token(&json!({"alg": "RS256", "kid": "rsa", "typ": typ}), &claims());
        assert!(verify(&token).await.is_ok(), "{typ}");
    }
    // Neither typ nor kid: the set has one key for RS256.
    assert!(verify(&RSA.token(&json!({"alg": "RS256"}), &claims())).await.is_ok());
    // A chain beside the key that counts; it is not looked at.
    let token = RSA.token(&json!({"alg": "RS256", "kid": "rsa", "x5c": ["AAAA"], "x5t": "AAAA"}), &claims());
    assert!(verify(&token).await.is_ok());
}

#[tokio::test]
async fn key_with_its_algorithm_named() {
    let mut set = key_set();
    set["keys"][0]["alg"] = json!("PS256");
    set["keys"][0]["key_ops"] = json!(["verify"]);
    let issuer = issuer(settings_for_all(), &Provider::issuer(&set));
    assert!(issuer.verify(&RSA.token(&header("PS256", "rsa"), &claims()), now()).await.is_ok());
    assert!(issuer.verify(&RSA.token(&header("RS256", "rsa"), &claims()), now()).await.is_err());
}

#[tokio::test]
async fn list_of_audiences_and_other_subject() {
    let token = signed(&claims_with("aud", json!(["elsewhere", "signpost"])));
    assert!(verify(&token).await.is_ok());
    let mut settings = settings();
    settings.subject_claim = "oid".to_owned();
    let token = signed(&claims_with("oid", json!("4f2a")));
    assert_eq!(verify_by(settings, &token).await.expect("verified").subject, "4f2a");
}

#[tokio::test]
async fn nothing_of_a_person_is_shown() {
    let verified = verify(&signed(&claims())).await.expect("verified");
    assert!(!format!("{verified:?}").contains("a-person"));
}
