//! Key sets: what is read of them, and which key is chosen.

use serde_json::{Value, json};
use signpost::accounts::oidc::Refusal;
use signpost::accounts::oidc::keys::{KeySet, KeySetProblem, MAX_KEYS};

use super::fixtures::{ED, OTHER_RSA, P256, Provider, RSA, b64, claims, header, issuer, now, settings_for_all};

fn read(keys: &Value) -> Result<usize, KeySetProblem> {
    KeySet::read(json!({ "keys": keys }).to_string().as_bytes()).map(|set| set.len())
}

fn with(name: &str, value: Value) -> Value {
    let mut key = RSA.published("rsa");
    key[name] = value;
    key
}

#[test]
fn keys_that_are_left_out() {
    let small = b64([0xc1; 255]);
    let mut far = P256.published("p256");
    far["x"] = json!(b64([1; 31]));
    let mut wide = ED.published("ed");
    wide["x"] = json!(b64([1; 33]));
    let table = [
        ("as it is", RSA.published("rsa"), 1),
        ("of no said use", RSA.public(), 1),
        ("with a sign byte", with("n", json!(b64([vec![0], vec![0xc1; 256]].concat()))), 1),
        ("for encryption", with("use", json!("enc")), 0),
        ("of null use", with("use", Value::Null), 0),
        ("with operations but not ours", with("key_ops", json!(["encrypt"])), 0),
        ("with its private part", with("d", json!("AAAA")), 0),
        ("for an algorithm of encryption", with("alg", json!("RSA-OAEP")), 0),
        ("for HMAC", with("alg", json!("HS256")), 0),
        ("too short", with("n", json!(small)), 0),
        ("too long", with("n", json!(b64(vec![0xc1; 1025]))), 0),
        ("no base64url", with("n", json!("++//")), 0),
        ("no exponent", with("e", Value::Null), 0),
        ("long kid", with("kid", json!("k".repeat(257))), 0),
        ("kid that is a number", with("kid", json!(1)), 0),
        ("secret", json!({"kty": "oct", "k": "AAAA", "kid": "rsa"}), 0),
        ("unknown kind", json!({"kty": "AKP", "pub": "AAAA"}), 0),
        ("unknown curve", json!({"kty": "EC", "crv": "secp256k1", "x": b64([1; 32]), "y": b64([1; 32])}), 0),
        ("point too short", far, 0),
        ("Ed25519 too long", wide, 0),
        ("no object", json!("key"), 0),
    ];
    for (what, key, right) in table {
        assert_eq!(read(&json!([key])), Ok(right), "{what}");
        // A key beside it stays.
        assert_eq!(read(&json!([key, ED.published("ed")])), Ok(right + 1), "{what}");
    }
}

#[test]
fn sets() {
    assert_eq!(read(&json!(vec![RSA.published("rsa"); MAX_KEYS])), Ok(MAX_KEYS));
    assert_eq!(read(&json!(vec![Value::Null; MAX_KEYS + 1])), Err(KeySetProblem::TooMany));
    assert_eq!(read(&json!([])), Ok(0));
    for text in ["", "[]", "{}", "{\"keys\":{}}", "{\"keys\":[],\"keys\":[]}", "<html>"] {
        assert_eq!(KeySet::read(text.as_bytes()), Err(KeySetProblem::Malformed), "{text}");
    }
}

#[tokio::test]
async fn choice() {
    let (rsa, other, p256) = (|kid| RSA.published(kid), |kid| OTHER_RSA.published(kid), |kid| P256.published(kid));
    let named = RSA.token(&header("RS256", "one"), &claims());
    let nameless = RSA.token(&json!({"alg": "RS256"}), &claims());
    let table = [
        ("named", vec![rsa("one"), other("two")], &named, None),
        ("named twice, one fits", vec![rsa("one"), p256("one")], &named, None),
        ("named twice, both fit", vec![rsa("one"), other("one")], &named, Some(Refusal::KeyAmbiguous)),
        ("named key does not fit", vec![p256("one"), rsa("two")], &named, Some(Refusal::KeyDoesNotFit)),
        ("named key of no name", vec![RSA.public()], &named, Some(Refusal::KeyUnknown)),
        ("no name, one fits", vec![rsa("one"), p256("two")], &nameless, None),
        ("no name, key of no name", vec![RSA.public()], &nameless, None),
        ("no name, two fit", vec![rsa("one"), other("two")], &nameless, Some(Refusal::KeyAmbiguous)),
        ("no name, none fits", vec![p256("one")], &nameless, Some(Refusal::KeyDoesNotFit)),
        ("no keys", vec![], &nameless, Some(Refusal::KeyUnknown)),
    ];
    for (what, keys, token, right) in table {
        let issuer = issuer(settings_for_all(), &Provider::issuer(&json!({ "keys": keys })));
        assert_eq!(issuer.verify(token, now()).await.err(), right, "{what}");
    }
}
