//! An issuer's published keys (RFC 7517): reading a set, and choosing the key of a token.
//!
//! A key that is of no use here — for encryption, of a kind not known, too short, published with
//! its private part — is left out, as RFC 7517 §5 says; the others stay.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use thiserror::Error;

use super::Refusal;
use super::json::Object;
use super::signature::Material;
use super::token::{MAX_KID, Token};
use crate::config::Algorithm;

/// Most keys a set may have, usable or not. Issuers publish two or three.
pub const MAX_KEYS: usize = 100;

/// A key to verify signatures with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    kid: Option<String>,
    /// The one algorithm it is for, where the issuer says so.
    algorithm: Option<Algorithm>,
    material: Material,
}

/// An issuer's keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeySet(Vec<Key>);

/// Why a document is no key set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum KeySetProblem {
    /// No JSON object with a list `keys`.
    #[error("it is no JSON object with a list `keys`")]
    Malformed,
    /// More than [`MAX_KEYS`].
    #[error("it has more than {MAX_KEYS} keys")]
    TooMany,
}

impl KeySet {
    /// Reads a set. One without a usable key is a set too: its issuer has withdrawn them all.
    ///
    /// # Errors
    /// [`KeySetProblem`].
    pub fn read(bytes: &[u8]) -> Result<Self, KeySetProblem> {
        let document = Object::read(bytes).ok_or(KeySetProblem::Malformed)?;
        let keys = document.get("keys").and_then(Value::as_array).ok_or(KeySetProblem::Malformed)?;
        if keys.len() > MAX_KEYS {
            return Err(KeySetProblem::TooMany);
        }
        Ok(Self(keys.iter().filter_map(Key::read).collect()))
    }

    /// How many keys of the set are usable.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether no key of the set is usable.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The one key that can have signed a token: that of its `kid`, or without one the only key
    /// that fits its algorithm.
    ///
    /// # Errors
    /// [`Refusal::KeyUnknown`], [`Refusal::KeyDoesNotFit`] and [`Refusal::KeyAmbiguous`].
    pub fn choose(&self, token: &Token<'_>) -> Result<&Key, Refusal> {
        let named = || self.0.iter().filter(|key| token.kid.is_none() || key.kid == token.kid);
        let mut fitting = named().filter(|key| key.fits(token.algorithm));
        match (fitting.next(), fitting.next()) {
            (Some(key), None) => Ok(key),
            (Some(_), Some(_)) => Err(Refusal::KeyAmbiguous),
            (None, _) if named().next().is_some() => Err(Refusal::KeyDoesNotFit),
            (None, _) => Err(Refusal::KeyUnknown),
        }
    }
}

impl Key {
    fn read(value: &Value) -> Option<Self> {
        let text = |name: &str| value.get(name).and_then(Value::as_str);
        if value.get("use").is_some_and(|usage| usage != "sig") || value.get("d").is_some() {
            return None;
        }
        if let Some(operations) = value.get("key_ops")
            && !operations.as_array()?.iter().any(|one| one == "verify")
        {
            return None;
        }
        let kid = match value.get("kid") {
            None => None,
            Some(kid) => Some(kid.as_str().filter(|kid| kid.len() <= MAX_KID)?.to_owned()),
        };
        let algorithm = match value.get("alg") {
            None => None,
            Some(name) => Some(Algorithm::by_name(name.as_str()?)?),
        };
        let material = match (text("kty")?, text("crv")) {
            ("RSA", _) => rsa(&bytes(text("n")?)?, &bytes(text("e")?)?)?,
            ("EC", Some("P-256")) => Material::P256(point(text("x")?, text("y")?, 32)?),
            ("EC", Some("P-384")) => Material::P384(point(text("x")?, text("y")?, 48)?),
            ("OKP", Some("Ed25519")) => Material::Ed25519(bytes(text("x")?).filter(|key| key.len() == 32)?),
            _ => return None,
        };
        Some(Self { kid, algorithm, material })
    }

    fn fits(&self, algorithm: Algorithm) -> bool {
        self.algorithm.is_none_or(|own| own == algorithm) && self.material.fits(algorithm)
    }

    /// Verifies a token's signature.
    ///
    /// # Errors
    /// [`Refusal::KeyDoesNotFit`] and [`Refusal::SignatureWrong`].
    pub fn verify(&self, token: &Token<'_>) -> Result<(), Refusal> {
        if !self.fits(token.algorithm) {
            return Err(Refusal::KeyDoesNotFit);
        }
        self.material.verify(token.algorithm, token.signed, &token.signature)
    }
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// At least 2048 bits (NIST SP 800-131A, RFC 7518 §3.3); at most the 8192 that `ring` takes.
fn rsa(n: &[u8], e: &[u8]) -> Option<Material> {
    // Some issuers write the sign byte of their library's integers.
    let plain = |number: &[u8]| number.iter().copied().skip_while(|&byte| byte == 0).collect::<Vec<u8>>();
    let (n, e) = (plain(n), plain(e));
    ((256..=1024).contains(&n.len()) && (1..=8).contains(&e.len())).then_some(Material::Rsa { n, e })
}

fn point(x: &str, y: &str, size: usize) -> Option<Vec<u8>> {
    let (x, y) = (bytes(x)?, bytes(y)?);
    (x.len() == size && y.len() == size).then(|| [vec![4], x, y].concat())
}
