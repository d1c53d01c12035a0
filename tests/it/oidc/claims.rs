//! The rules of every claim, each just inside and just outside its bound.

use serde_json::{Value, json};
use signpost::accounts::oidc::Refusal;
use signpost::accounts::oidc::claims::{MAX_EMAIL, MAX_SUBJECT};
use signpost::config::{Issuer, TokenKind};

use super::fixtures::{ISSUER, RSA, after, claims, claims_with, header, settings, signed, verify, verify_by};

/// Seconds since 1970, so many from now.
fn at(seconds: i64) -> Value {
    json!(after(seconds).timestamp())
}

#[tokio::test]
async fn single_claims() {
    use Refusal::{
        AudienceWrong, ClaimMalformed, Expired, ExpiryMissing, IssuedInFuture, IssuerWrong, NotYetValid,
        SubjectMissing, SubjectUnusable,
    };
    let past_date = json!(253_402_300_800_i64);
    // The skew is 60 seconds.
    let table = [
        ("iss", json!(format!("{ISSUER}/")), Some(IssuerWrong)),
        ("iss", json!("HTTPS://id.example.org"), Some(IssuerWrong)),
        ("iss", json!([ISSUER]), Some(IssuerWrong)),
        ("iss", Value::Null, Some(IssuerWrong)),
        ("aud", json!("elsewhere"), Some(AudienceWrong)),
        ("aud", json!("signpost2"), Some(AudienceWrong)),
        ("aud", json!("Signpost"), Some(AudienceWrong)),
        ("aud", json!(["elsewhere", "nowhere"]), Some(AudienceWrong)),
        ("aud", json!([]), Some(AudienceWrong)),
        ("aud", json!([["signpost"]]), Some(AudienceWrong)),
        ("aud", json!({"signpost": true}), Some(AudienceWrong)),
        ("aud", json!("elsewhere signpost"), Some(AudienceWrong)),
        ("aud", Value::Null, Some(AudienceWrong)),
        ("exp", at(-59), None),
        ("exp", at(-60), Some(Expired)),
        ("exp", at(-61), Some(Expired)),
        ("exp", json!(0), Some(Expired)),
        ("exp", json!(after(10).timestamp().to_string()), Some(ClaimMalformed)),
        ("exp", json!(-1), Some(ClaimMalformed)),
        ("exp", json!(1e300), Some(ClaimMalformed)),
        ("exp", past_date.clone(), Some(ClaimMalformed)),
        ("exp", json!(u64::MAX), Some(ClaimMalformed)),
        ("exp", json!([1]), Some(ClaimMalformed)),
        ("exp", json!(1_768_478_400.5), None),
        ("exp", Value::Null, Some(ExpiryMissing)),
        ("nbf", at(60), None),
        ("nbf", at(61), Some(NotYetValid)),
        ("nbf", json!("now"), Some(ClaimMalformed)),
        ("nbf", past_date, Some(ClaimMalformed)),
        ("iat", at(60), None),
        ("iat", at(61), Some(IssuedInFuture)),
        ("iat", at(-1_000_000), None),
        ("iat", json!(true), Some(ClaimMalformed)),
        ("iat", Value::Null, None),
        ("sub", json!("x".repeat(MAX_SUBJECT)), None),
        ("sub", json!("x".repeat(MAX_SUBJECT + 1)), Some(SubjectUnusable)),
        ("sub", json!("a\0b"), Some(SubjectUnusable)),
        ("sub", json!("a\nb"), Some(SubjectUnusable)),
        ("sub", json!(""), Some(SubjectMissing)),
        ("sub", json!(17), Some(SubjectMissing)),
        ("sub", Value::Null, Some(SubjectMissing)),
        // What nobody asked for is left alone.
        ("groups", json!([{"deep": ["list"]}]), None),
        ("azp", json!("a-program"), None),
    ];
    for (name, value, right) in table {
        let refused = verify(&signed(&claims_with(name, value.clone()))).await.err();
        assert_eq!(refused, right, "{name}: {value}");
    }
}

#[tokio::test]
async fn skew_of_the_settings() {
    for (skew, exp, good) in [(0, 1, true), (0, 0, false), (300, -299, true), (300, -300, false)] {
        let settings = Issuer { clock_skew_s: skew, ..settings() };
        let verified = verify_by(settings, &signed(&claims_with("exp", at(exp)))).await;
        assert_eq!(verified.is_ok(), good, "skew {skew}, exp {exp}");
    }
}

#[tokio::test]
async fn age_of_the_settings() {
    let table = [
        (at(0), None),
        (at(-660), None),
        (at(-661), Some(Refusal::TooOld)),
        (Value::Null, Some(Refusal::IssuedAtMissing)),
    ];
    for (iat, right) in table {
        let settings = Issuer { max_token_age_s: 600, ..settings() };
        assert_eq!(verify_by(settings, &signed(&claims_with("iat", iat.clone()))).await.err(), right, "{iat}");
    }
}

#[tokio::test]
async fn party_of_an_id_token() {
    use Refusal::PartyWrong;
    let several = || json!(["signpost", "elsewhere"]);
    let table = [
        (json!("signpost"), Value::Null, None),
        (json!("signpost"), json!("signpost"), None),
        (json!("signpost"), json!("elsewhere"), Some(PartyWrong)),
        (json!("signpost"), json!(["signpost"]), Some(PartyWrong)),
        (json!(["signpost"]), Value::Null, None),
        (several(), json!("signpost"), None),
        (several(), json!("elsewhere"), Some(PartyWrong)),
        (several(), Value::Null, Some(PartyWrong)),
    ];
    for (aud, azp, right) in table {
        let mut claims = claims_with("aud", aud);
        if !azp.is_null() {
            claims["azp"] = azp;
        }
        let settings = Issuer { tokens: TokenKind::Id, ..settings() };
        assert_eq!(verify_by(settings, &signed(&claims)).await.err(), right, "{claims}");
        // In an access token it is the program that asked.
        assert!(verify(&signed(&claims)).await.is_ok(), "{claims}");
    }
}

#[tokio::test]
async fn access_token_in_place_of_an_id_token() {
    let mut head = header("RS256", "rsa");
    head["typ"] = json!("at+jwt");
    let settings = Issuer { tokens: TokenKind::Id, ..settings() };
    assert_eq!(verify_by(settings, &RSA.token(&head, &claims())).await, Err(Refusal::TypeWrong));
}

#[tokio::test]
async fn email() {
    let long = format!("{}@x.org", "x".repeat(MAX_EMAIL));
    let table = [
        (json!("ann@example.org"), Value::Null, false),
        (json!("ann@example.org"), json!(true), true),
        (json!("ann@example.org"), json!("true"), true),
        (json!("ann@example.org"), json!(false), false),
        (json!("ann@example.org"), json!("false"), false),
        (json!("ann@example.org"), json!(1), false),
        (json!("ann"), json!(true), false),
        (json!("@example.org"), json!(true), false),
        (json!("ann@"), json!(true), false),
        (json!("ann@example.org\r\nBcc: x"), json!(true), false),
        (json!(long), json!(true), false),
        (json!(["ann@example.org"]), json!(true), false),
        (Value::Null, json!(true), false),
    ];
    for (email, verified, taken) in table {
        let mut claims = claims_with("email", email.clone());
        if !verified.is_null() {
            claims["email_verified"] = verified.clone();
        }
        let settings = Issuer { email_claim: "email".to_owned(), ..settings() };
        let found = verify_by(settings, &signed(&claims)).await.expect("verified").email;
        assert_eq!(found.as_deref(), taken.then_some("ann@example.org"), "{email}, {verified}");
        // Not asked for, not given.
        assert_eq!(verify(&signed(&claims)).await.expect("verified").email, None);
    }
}
