//! An issuer of our own: its keys, its tokens, and its documents.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use ring::rand::SystemRandom;
use ring::signature::{self as ring_signature, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RsaKeyPair};
use serde_json::{Value, json};
use signpost::accounts::oidc::{Fetch, FetchProblem, Keys, Refusal, Verified};
use signpost::config::{Algorithm, Issuer};
use tokio::sync::Semaphore;
use url::Url;

pub(super) const ISSUER: &str = "https://id.example.org";
pub(super) const DISCOVERY: &str = "https://id.example.org/.well-known/openid-configuration";
pub(super) const JWKS: &str = "https://id.example.org/keys";

pub(super) const ISSUER_PEM: &str = include_str!("keys/issuer_rsa.pem");
pub(super) const ISSUER_PUBLIC_PEM: &str = include_str!("keys/issuer_rsa_public.pem");
const OTHER_PEM: &str = include_str!("keys/other_rsa.pem");

pub(super) fn now() -> DateTime<Utc> {
    "2026-01-15T12:00:00Z".parse().expect("an instant")
}

pub(super) fn after(seconds: i64) -> DateTime<Utc> {
    now() + TimeDelta::seconds(seconds)
}

pub(super) fn b64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(super) fn der(pem: &str) -> Vec<u8> {
    STANDARD.decode(pem.lines().filter(|line| !line.starts_with('-')).collect::<String>()).expect("a PEM")
}

pub(super) enum Private {
    Rsa(RsaKeyPair),
    P256(EcdsaKeyPair),
    P384(EcdsaKeyPair),
    Ed(Ed25519KeyPair),
}

impl Private {
    fn rsa(pem: &str) -> Self {
        Self::Rsa(RsaKeyPair::from_pkcs8(&der(pem)).expect("an RSA key"))
    }

    pub(super) fn ec(curve: &'static ring_signature::EcdsaSigningAlgorithm) -> EcdsaKeyPair {
        let random = SystemRandom::new();
        let key = EcdsaKeyPair::generate_pkcs8(curve, &random).expect("a key");
        EcdsaKeyPair::from_pkcs8(curve, key.as_ref(), &random).expect("a key")
    }

    /// The public half, as an issuer publishes it, without `kid`, `alg` and `use`.
    pub(super) fn public(&self) -> Value {
        match self {
            Self::Rsa(key) => {
                let public = ring_signature::RsaPublicKeyComponents::<Vec<u8>>::from(key.public_key());
                json!({"kty": "RSA", "n": b64(public.n), "e": b64(public.e)})
            }
            Self::P256(key) => point("P-256", key.public_key().as_ref()),
            Self::P384(key) => point("P-384", key.public_key().as_ref()),
            Self::Ed(key) => json!({"kty": "OKP", "crv": "Ed25519", "x": b64(key.public_key())}),
        }
    }

    /// A key of a set.
    pub(super) fn published(&self, kid: &str) -> Value {
        let mut key = self.public();
        key["kid"] = json!(kid);
        key["use"] = json!("sig");
        key
    }

    /// Signs by the algorithm of this name; the name is for RSA keys, which have several.
    pub(super) fn sign(&self, algorithm: &str, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match self {
            Self::Rsa(key) => {
                let padding: &dyn ring_signature::RsaEncoding = match algorithm {
                    "RS384" => &ring_signature::RSA_PKCS1_SHA384,
                    "RS512" => &ring_signature::RSA_PKCS1_SHA512,
                    "PS256" => &ring_signature::RSA_PSS_SHA256,
                    "PS384" => &ring_signature::RSA_PSS_SHA384,
                    "PS512" => &ring_signature::RSA_PSS_SHA512,
                    _ => &ring_signature::RSA_PKCS1_SHA256,
                };
                let mut signature = vec![0; key.public().modulus_len()];
                key.sign(padding, &random, message, &mut signature).expect("a signature");
                signature
            }
            Self::P256(key) | Self::P384(key) => key.sign(&random, message).expect("a signature").as_ref().to_vec(),
            Self::Ed(key) => key.sign(message).as_ref().to_vec(),
        }
    }

    /// A token with this header and these claims; the signature is by the header's `alg` where the
    /// key can.
    pub(super) fn token(&self, header: &Value, claims: &Value) -> String {
        let signed = format!("{}.{}", b64(header.to_string()), b64(claims.to_string()));
        let signature = self.sign(header["alg"].as_str().unwrap_or_default(), signed.as_bytes());
        format!("{signed}.{}", b64(signature))
    }
}

fn point(curve: &str, point: &[u8]) -> Value {
    let (x, y) = point[1..].split_at((point.len() - 1) / 2);
    json!({"kty": "EC", "crv": curve, "x": b64(x), "y": b64(y)})
}

pub(super) static RSA: LazyLock<Private> = LazyLock::new(|| Private::rsa(ISSUER_PEM));
pub(super) static OTHER_RSA: LazyLock<Private> = LazyLock::new(|| Private::rsa(OTHER_PEM));
pub(super) static P256: LazyLock<Private> =
    LazyLock::new(|| Private::P256(Private::ec(&ring_signature::ECDSA_P256_SHA256_FIXED_SIGNING)));
pub(super) static P384: LazyLock<Private> =
    LazyLock::new(|| Private::P384(Private::ec(&ring_signature::ECDSA_P384_SHA384_FIXED_SIGNING)));
pub(super) static ED: LazyLock<Private> = LazyLock::new(|| {
    let key = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).expect("a key");
    Private::Ed(Ed25519KeyPair::from_pkcs8(key.as_ref()).expect("a key"))
});

/// The issuer's key set: `rsa`, `p256`, `p384` and `ed`.
pub(super) fn key_set() -> Value {
    json!({"keys": [RSA.published("rsa"), P256.published("p256"), P384.published("p384"), ED.published("ed")]})
}

pub(super) fn header(algorithm: &str, kid: &str) -> Value {
    json!({"alg": algorithm, "kid": kid, "typ": "JWT"})
}

/// Claims that are good for an hour from [`now`].
pub(super) fn claims() -> Value {
    let at = now().timestamp();
    json!({"iss": ISSUER, "aud": "signpost", "sub": "a-person", "iat": at, "exp": at + 3600})
}

/// The good claims with one of them changed, or with `null` taken out.
pub(super) fn claims_with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    if value.is_null() {
        claims.as_object_mut().expect("an object").remove(name);
    } else {
        claims[name] = value;
    }
    claims
}

/// A token of the issuer's RSA key.
pub(super) fn signed(claims: &Value) -> String {
    RSA.token(&header("RS256", "rsa"), claims)
}

pub(super) fn settings() -> Issuer {
    Issuer { issuer: ISSUER.to_owned(), audience: "signpost".to_owned(), ..Issuer::default() }
}

/// Settings that pin every algorithm.
pub(super) fn settings_for_all() -> Issuer {
    Issuer { algorithms: Algorithm::ALL.to_vec(), ..settings() }
}

type Documents = BTreeMap<String, Result<Vec<u8>, FetchProblem>>;

/// Documents by address; counts how often each was asked for.
#[derive(Clone, Default)]
pub(super) struct Provider(Arc<Shelf>);

#[derive(Default)]
struct Shelf {
    documents: Mutex<Documents>,
    asked: Mutex<Vec<String>>,
    /// Where there is one, each fetch waits for a permit.
    gate: Option<Semaphore>,
}

impl Provider {
    /// An issuer that publishes this key set.
    pub(super) fn issuer(keys: &Value) -> Self {
        let documents = Self::default();
        documents.publish(keys);
        documents
    }

    /// The same, but no fetch goes on before [`Self::open`].
    pub(super) fn closed(keys: &Value) -> Self {
        let documents = Self(Arc::new(Shelf { gate: Some(Semaphore::new(0)), ..Shelf::default() }));
        documents.publish(keys);
        documents
    }

    pub(super) fn open(&self) {
        self.0.gate.as_ref().expect("a gate").add_permits(1_000);
    }

    pub(super) fn publish(&self, keys: &Value) {
        self.put(DISCOVERY, Ok(json!({"issuer": ISSUER, "jwks_uri": JWKS}).to_string().into_bytes()));
        self.put(JWKS, Ok(keys.to_string().into_bytes()));
    }

    pub(super) fn put(&self, url: &str, document: Result<Vec<u8>, FetchProblem>) {
        self.0.documents.lock().expect("documents").insert(url.to_owned(), document);
    }

    /// Every address that was asked for, in order.
    pub(super) fn all(&self) -> Vec<String> {
        self.0.asked.lock().expect("asked").clone()
    }

    /// How often an address was asked for.
    pub(super) fn asked(&self, url: &str) -> usize {
        self.0.asked.lock().expect("asked").iter().filter(|one| *one == url).count()
    }
}

impl Fetch for Provider {
    async fn get(&self, url: &Url, _: usize) -> Result<Vec<u8>, FetchProblem> {
        self.0.asked.lock().expect("asked").push(url.to_string());
        if let Some(gate) = &self.0.gate {
            gate.acquire().await.expect("a permit").forget();
        }
        let documents = self.0.documents.lock().expect("documents");
        documents.get(url.as_str()).cloned().unwrap_or(Err(FetchProblem::Status(404)))
    }
}

pub(super) fn issuer(settings: Issuer, documents: &Provider) -> Keys<Provider> {
    Keys::new(settings, Arc::new(documents.clone()))
}

/// What becomes of a token at an issuer with [`key_set`].
pub(super) async fn verify_by(settings: Issuer, token: &str) -> Result<Verified, Refusal> {
    issuer(settings, &Provider::issuer(&key_set())).verify(token, now()).await
}

/// The same with the plain settings.
pub(super) async fn verify(token: &str) -> Result<Verified, Refusal> {
    verify_by(settings(), token).await
}
