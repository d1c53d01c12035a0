//! Hostile tokens, each with the reason for which it is refused.

use proptest::prelude::*;
use ring::hmac;
use serde_json::{Value, json};
use signpost::accounts::oidc::token::MAX_TOKEN;
use signpost::accounts::oidc::{Issuers, Refusal};

use super::fixtures::{
    DISCOVERY, ISSUER, ISSUER_PUBLIC_PEM, JWKS, OTHER_RSA, P256, Provider, RSA, b64, claims, claims_with, der, header,
    issuer, key_set, now, settings, settings_for_all, signed, verify, verify_by,
};

/// A token without a signature, or with one of another making.
fn with_signature(header: &Value, claims: &Value, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let signed = format!("{}.{}", b64(header.to_string()), b64(claims.to_string()));
    let signature = b64(sign(signed.as_bytes()));
    format!("{signed}.{signature}")
}

fn hmac_with(secret: &[u8], algorithm: &str) -> String {
    with_signature(&header(algorithm, "rsa"), &claims(), |message| {
        hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message).as_ref().to_vec()
    })
}

#[tokio::test]
async fn algorithms() {
    use Refusal::{AlgorithmNotPinned, AlgorithmUnknown, KeyDoesNotFit, SignatureWrong};
    let unsigned = |name: &str| with_signature(&header(name, "rsa"), &claims(), |_| Vec::new());
    let public = ISSUER_PUBLIC_PEM.as_bytes();
    let table = [
        ("none", unsigned("none"), AlgorithmUnknown),
        ("None", unsigned("None"), AlgorithmUnknown),
        ("nOnE", unsigned("nOnE"), AlgorithmUnknown),
        ("NONE", unsigned("NONE"), AlgorithmUnknown),
        ("empty", unsigned(""), AlgorithmUnknown),
        ("RS256 in lower case", RSA.token(&header("rs256", "rsa"), &claims()), AlgorithmUnknown),
        ("none at all", RSA.token(&json!({"kid": "rsa"}), &claims()), AlgorithmUnknown),
        ("a list", RSA.token(&json!({"alg": ["RS256"], "kid": "rsa"}), &claims()), AlgorithmUnknown),
        ("HMAC with the public key's PEM", hmac_with(public, "HS256"), AlgorithmUnknown),
        ("HMAC with the public key's DER", hmac_with(&der(ISSUER_PUBLIC_PEM), "HS256"), AlgorithmUnknown),
        ("HMAC under the name of RS256", hmac_with(public, "RS256"), SignatureWrong),
        ("no signature under the name of RS256", unsigned("RS256"), SignatureWrong),
        ("a real one that is not pinned", RSA.token(&header("RS384", "rsa"), &claims()), AlgorithmNotPinned),
        ("ES256, not pinned", P256.token(&header("ES256", "p256"), &claims()), AlgorithmNotPinned),
        ("RS256 by the EC key", P256.token(&header("RS256", "p256"), &claims()), KeyDoesNotFit),
    ];
    for (what, token, why) in table {
        assert_eq!(verify(&token).await, Err(why), "{what}");
    }
    // The same where everything is pinned, so that only key and algorithm are against it.
    let table = [
        ("RS256 by the EC key", P256.token(&header("RS256", "p256"), &claims()), KeyDoesNotFit),
        ("ES256 by the RSA key", RSA.token(&header("ES256", "rsa"), &claims()), KeyDoesNotFit),
        ("ES384 by the P-256 key", P256.token(&header("ES384", "p256"), &claims()), KeyDoesNotFit),
        ("EdDSA by the P-256 key", P256.token(&header("EdDSA", "p256"), &claims()), KeyDoesNotFit),
        ("HMAC with the public key", hmac_with(public, "HS256"), AlgorithmUnknown),
        ("none", unsigned("none"), AlgorithmUnknown),
    ];
    for (what, token, why) in table {
        assert_eq!(verify_by(settings_for_all(), &token).await, Err(why), "{what}");
    }
}

#[tokio::test]
async fn signatures() {
    use Refusal::{Malformed, SignatureWrong};
    let good = signed(&claims());
    let parts: Vec<&str> = good.split('.').collect();
    let other = b64(claims_with("sub", json!("somebody-else")).to_string());
    let short = |message: &[u8]| RSA.sign("RS256", message)[..255].to_vec();
    let zeros = |size| with_signature(&header("ES256", "p256"), &claims(), |_| vec![0; size]);
    let table = [
        ("another's key under the same kid", OTHER_RSA.token(&header("RS256", "rsa"), &claims()), SignatureWrong),
        ("changed claims", format!("{}.{other}.{}", parts[0], parts[2]), SignatureWrong),
        (
            "changed header",
            format!("{}.{}.{}", b64(json!({"alg": "RS256"}).to_string()), parts[1], parts[2]),
            SignatureWrong,
        ),
        ("truncated signature", with_signature(&header("RS256", "rsa"), &claims(), short), SignatureWrong),
        ("half a base64 group", good[..good.len() - 1].to_owned(), Malformed),
        ("empty signature", format!("{}.{}.", parts[0], parts[1]), SignatureWrong),
        ("no signature", format!("{}.{}", parts[0], parts[1]), Malformed),
        ("padding", format!("{good}=="), Malformed),
        (
            "PKCS#1 under the name of PSS",
            with_signature(&header("PS256", "rsa"), &claims(), |m| RSA.sign("RS256", m)),
            SignatureWrong,
        ),
        // CVE-2022-21449: r and s of nought.
        ("nought as ECDSA signature", zeros(64), SignatureWrong),
    ];
    for (what, token, why) in table {
        assert_eq!(verify_by(settings_for_all(), &token).await, Err(why), "{what}");
    }
}

#[tokio::test]
async fn shapes() {
    use Refusal::{Malformed, TooLong};
    let good = signed(&claims());
    let twice = r#"{"alg":"RS256","kid":"rsa","alg":"none"}"#;
    let long = signed(&claims_with("groups", json!("x".repeat(MAX_TOKEN))));
    let deep = format!("{}{}", "[".repeat(4_000), "]".repeat(4_000));
    let raw = |header: &str, claims: &str| {
        let signed = format!("{}.{}", b64(header), b64(claims));
        let signature = b64(RSA.sign("RS256", signed.as_bytes()));
        format!("{signed}.{signature}")
    };
    let head = header("RS256", "rsa").to_string();
    let table = [
        ("nothing", String::new(), Malformed),
        ("dots", "..".to_owned(), Malformed),
        ("garbage", "not a token".to_owned(), Malformed),
        ("other signs", "é.ü.\u{0}".to_owned(), Malformed),
        ("five parts, as encrypted ones have", format!("{good}.AAAA.AAAA"), Malformed),
        ("a space before", format!(" {good}"), Malformed),
        ("a line end", format!("{good}\n"), Malformed),
        ("huge", long, TooLong),
        ("huge garbage", "x".repeat(10_000_000), TooLong),
        ("header with a name twice", raw(twice, &claims().to_string()), Malformed),
        ("claims with a name twice", raw(&head, "{\"sub\":\"a\",\"sub\":\"b\"}"), Malformed),
        ("claims that are a list", raw(&head, "[]"), Malformed),
        ("header that is a list", raw("[\"RS256\"]", "{}"), Malformed),
        ("claims that are text", raw(&head, "\"sub\""), Malformed),
        ("deep claims", raw(&head, &deep[..5_000]), Malformed),
        ("no UTF-8", format!("{}.{}.AAAA", b64(&head), b64([b'{', 0xff, b'}'])), Malformed),
    ];
    for (what, token, why) in table {
        assert_eq!(verify(&token).await, Err(why), "{what}");
    }
}

#[tokio::test]
async fn headers() {
    use Refusal::{CriticalExtension, KeyUnknown, Malformed, SignatureWrong, TypeWrong};
    let plus = |name: &str, value: Value| {
        let mut header = header("RS256", "rsa");
        header[name] = value;
        header
    };
    let by_us = |name: &str, value: Value| RSA.token(&plus(name, value), &claims());
    let by_other = |name: &str, value: Value| OTHER_RSA.token(&plus(name, value), &claims());
    let mut embedded = header("RS256", "attacker");
    embedded["jwk"] = OTHER_RSA.published("attacker");
    let table = [
        ("attacker's key in the header, own kid", OTHER_RSA.token(&embedded, &claims()), KeyUnknown),
        ("attacker's key in the header, our kid", by_other("jwk", OTHER_RSA.published("rsa")), SignatureWrong),
        ("jku", by_other("jku", json!("https://attacker.example/keys")), SignatureWrong),
        ("x5u", by_other("x5u", json!("https://attacker.example/cert")), SignatureWrong),
        ("x5c", by_other("x5c", json!(["AAAA"])), SignatureWrong),
        ("crit", by_us("crit", json!(["exp"])), CriticalExtension),
        ("crit with b64", by_us("crit", json!(["b64"])), CriticalExtension),
        ("empty crit", by_us("crit", json!([])), CriticalExtension),
        ("null crit", by_us("crit", Value::Null), CriticalExtension),
        ("path", by_us("kid", json!("../../../../etc/passwd")), KeyUnknown),
        ("query", by_us("kid", json!("rsa' OR '1'='1")), KeyUnknown),
        ("kid in other case", by_us("kid", json!("RSA")), KeyUnknown),
        ("kid with nought", by_us("kid", json!("rsa\0")), KeyUnknown),
        ("empty kid", by_us("kid", json!("")), KeyUnknown),
        ("long kid", by_us("kid", json!("k".repeat(257))), KeyUnknown),
        ("null kid", by_us("kid", Value::Null), Malformed),
        ("kid that is a number", by_us("kid", json!(1)), Malformed),
        ("logout token", by_us("typ", json!("logout+jwt")), TypeWrong),
        ("DPoP proof", by_us("typ", json!("dpop+jwt")), TypeWrong),
        ("typ that is no text", by_us("typ", json!(1)), TypeWrong),
        ("empty typ", by_us("typ", json!("")), TypeWrong),
    ];
    for (what, token, why) in table {
        assert_eq!(verify(&token).await, Err(why), "{what}");
    }
}

#[tokio::test]
async fn nothing_a_header_names_is_fetched() {
    let provider = Provider::issuer(&key_set());
    let issuer = issuer(settings(), &provider);
    for name in ["jku", "x5u"] {
        let mut header = header("RS256", "unknown");
        header[name] = json!("https://attacker.example/keys");
        issuer.verify(&OTHER_RSA.token(&header, &claims()), now()).await.expect_err(name);
    }
    assert_eq!(provider.all(), [DISCOVERY, JWKS]);
}

#[tokio::test]
async fn keys_of_another_issuer() {
    const SECOND: &str = "https://second.example.org";
    let provider = Provider::issuer(&json!({"keys": [RSA.published("rsa")]}));
    let place = format!("{SECOND}/.well-known/openid-configuration");
    let keys = format!("{SECOND}/keys");
    provider.put(&place, Ok(json!({"issuer": SECOND, "jwks_uri": keys}).to_string().into_bytes()));
    provider.put(&keys, Ok(json!({"keys": [OTHER_RSA.published("second")]}).to_string().into_bytes()));
    let mut second = settings();
    second.issuer = SECOND.to_owned();
    let issuers = Issuers::new(vec![settings(), second], provider);

    let of_second = claims_with("iss", json!(SECOND));
    let table = [
        ("first", signed(&claims()), Ok(ISSUER)),
        ("second", OTHER_RSA.token(&header("RS256", "second"), &of_second), Ok(SECOND)),
        (
            "second's key, first's name",
            OTHER_RSA.token(&header("RS256", "second"), &claims()),
            Err(Refusal::KeyUnknown),
        ),
        (
            "second's key, first's name and kid",
            OTHER_RSA.token(&header("RS256", "rsa"), &claims()),
            Err(Refusal::SignatureWrong),
        ),
        (
            "second's key, no kid, first's name",
            OTHER_RSA.token(&json!({"alg": "RS256"}), &claims()),
            Err(Refusal::SignatureWrong),
        ),
        ("neither's", signed(&claims_with("iss", json!("https://third.example"))), Err(Refusal::IssuerWrong)),
        ("with a slash", signed(&claims_with("iss", json!(format!("{ISSUER}/")))), Err(Refusal::IssuerWrong)),
        ("nobody's", signed(&claims_with("iss", Value::Null)), Err(Refusal::IssuerWrong)),
        ("a list", signed(&claims_with("iss", json!([ISSUER]))), Err(Refusal::IssuerWrong)),
    ];
    for (what, token, right) in table {
        let verified = issuers.verify(&token, now()).await.map(|verified| verified.issuer);
        assert_eq!(verified, right.map(str::to_owned), "{what}");
    }
}

#[test]
fn refusals_look_alike() {
    let texts: Vec<String> =
        [Refusal::TooLong, Refusal::Expired, Refusal::KeysUnavailable].iter().map(ToString::to_string).collect();
    assert!(texts.windows(2).all(|pair| pair[0] == pair[1]), "{texts:?}");
    assert_ne!(Refusal::TooLong.reason(), Refusal::Expired.reason());
}

proptest! {
    /// Whatever is changed in a good token, it is good no more.
    #[test]
    fn any_change_is_seen(place in any::<prop::sample::Index>(), sign in "[A-Za-z0-9_.-]") {
        let mut token = signed(&claims());
        let at = place.index(token.len());
        prop_assume!(&token[at..=at] != sign.as_str());
        token.replace_range(at..=at, &sign);
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        prop_assert!(runtime.block_on(verify(&token)).is_err());
    }

    /// No text is taken, and none does harm.
    #[test]
    fn any_text_is_refused(token in "\\PC{0,60}(\\.\\PC{0,60}){0,4}") {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        prop_assert!(runtime.block_on(verify(&token)).is_err());
    }
}
