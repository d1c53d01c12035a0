//! A token's outside: its length, its three parts (RFC 7515 §7.1), and its header.
//!
//! `jwk`, `jku`, `x5u` and `x5c` in a header are not read at all: a key comes from the issuer's
//! published set and from nowhere else.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::Refusal;
use super::json::Object;
use crate::config::{Algorithm, TokenKind};

/// Longest token, in bytes. Real ones have some hundreds, with many groups some thousands; HTTP
/// servers commonly take no header field longer than this.
pub const MAX_TOKEN: usize = 8 * 1024;
/// Longest `kid`, in bytes, on either side.
pub const MAX_KID: usize = 256;

/// A token that looks like one. Nothing in it is known to be true.
pub struct Token<'t> {
    /// What is signed: the first two parts as they were sent.
    pub signed: &'t [u8],
    /// The signature.
    pub signature: Vec<u8>,
    /// The algorithm the header names.
    pub algorithm: Algorithm,
    /// The key the header names.
    pub kid: Option<String>,
    /// Whether the header says that this is an access token (RFC 9068 §2.1).
    pub says_access: bool,
    /// What it claims; to be read only through [`super::claims::check`], or to find the issuer.
    pub claims: Object,
}

impl<'t> Token<'t> {
    /// Takes a token apart.
    ///
    /// # Errors
    /// A [`Refusal`] for what is too long, is no signed JWT, or has a header that is not taken here.
    pub fn read(token: &'t str) -> Result<Self, Refusal> {
        if token.len() > MAX_TOKEN {
            return Err(Refusal::TooLong);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(Refusal::Malformed)?;
        // A dot too many stays in the claims' part, where base64url has none.
        let (header, claims) = signed.split_once('.').ok_or(Refusal::Malformed)?;
        let header = object(header)?;
        let algorithm = header.text("alg").and_then(Algorithm::by_name).ok_or(Refusal::AlgorithmUnknown)?;
        if header.get("crit").is_some() {
            return Err(Refusal::CriticalExtension);
        }
        let says_access = match header.get("typ") {
            None => false,
            Some(typ) => says_access(typ.as_str().ok_or(Refusal::TypeWrong)?)?,
        };
        let kid = match header.get("kid") {
            None => None,
            Some(kid) => {
                let kid = kid.as_str().ok_or(Refusal::Malformed)?;
                if kid.len() > MAX_KID {
                    return Err(Refusal::KeyUnknown);
                }
                Some(kid.to_owned())
            }
        };
        let claims = object(claims)?;
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| Refusal::Malformed)?;
        Ok(Self { signed: signed.as_bytes(), signature, algorithm, kid, says_access, claims })
    }

    /// Whether the header is one that an issuer of these settings gives.
    ///
    /// # Errors
    /// A [`Refusal`] for an algorithm that is not pinned, and for an access token in place of an ID
    /// token.
    pub fn suits(&self, algorithms: &[Algorithm], kind: TokenKind) -> Result<(), Refusal> {
        if !algorithms.contains(&self.algorithm) {
            return Err(Refusal::AlgorithmNotPinned);
        }
        match kind {
            TokenKind::Id if self.says_access => Err(Refusal::TypeWrong),
            TokenKind::Id | TokenKind::Access => Ok(()),
        }
    }
}

fn object(part: &str) -> Result<Object, Refusal> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| Refusal::Malformed)?;
    Object::read(&bytes).ok_or(Refusal::Malformed)
}

/// Media types are written in any case, and `application/` may be left out (RFC 7515 §4.1.9).
fn says_access(typ: &str) -> Result<bool, Refusal> {
    let typ = typ.to_ascii_lowercase();
    match typ.strip_prefix("application/").unwrap_or(&typ) {
        "jwt" => Ok(false),
        "at+jwt" => Ok(true),
        _ => Err(Refusal::TypeWrong),
    }
}
