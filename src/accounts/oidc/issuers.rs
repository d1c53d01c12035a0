//! All issuers of the settings: finds the one that a token claims to be of, and lets it decide.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::cache::Keys;
use super::fetch::Fetch;
use super::token::Token;
use super::{Refusal, Verified};
use crate::config::Issuer;

/// The issuers whose tokens are taken.
pub struct Issuers<F>(Vec<Keys<F>>);

impl<F: Fetch> Issuers<F> {
    /// Issuers of these settings, which must have been checked; none of their keys have been fetched yet.
    #[must_use]
    pub fn new(settings: Vec<Issuer>, fetch: F) -> Self {
        let fetch = Arc::new(fetch);
        Self(settings.into_iter().map(|one| Keys::new(one, Arc::clone(&fetch))).collect())
    }

    /// Verifies a token of any of them. Its `iss` only says whose keys to hold it against: it is
    /// checked again once the signature is.
    ///
    /// # Errors
    /// The [`Refusal`] of the first rule that it does not keep.
    pub async fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<Verified, Refusal> {
        let token = Token::read(token)?;
        let issuer = token.claims.text("iss").ok_or(Refusal::IssuerWrong)?;
        let issuer = self.0.iter().find(|one| one.settings().issuer == issuer).ok_or(Refusal::IssuerWrong)?;
        issuer.verify_read(&token, now).await
    }
}

impl<F: Fetch> fmt::Debug for Issuers<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|one| &one.settings().issuer)).finish()
    }
}
