//! What a token claims: for whom it is, until when, and who it is about. Read only once its
//! signature has been verified.
//!
//! Sources: RFC 7519 §4.1 (registered claims), `OpenID` Connect Core 1.0 §3.1.3.7 (ID tokens).

use std::fmt;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::Refusal;
use super::json::Object;
use crate::config::{Issuer, TokenKind};

/// Longest subject, in bytes (`OpenID` Connect Core 1.0 §2: 255 ASCII characters).
pub const MAX_SUBJECT: usize = 255;
/// Longest e-mail address, in bytes (RFC 5321 §4.5.3.1.3, without the angle brackets).
pub const MAX_EMAIL: usize = 254;
/// The last second that has a date of four digits, 9999-12-31T23:59:59Z.
const LAST_SECOND: i64 = 253_402_300_799;

/// Who a valid token is about.
#[derive(Clone, PartialEq, Eq)]
pub struct Verified {
    /// The issuer, as in the settings. A subject is one person only together with it.
    pub issuer: String,
    /// The subject, by the settings' `subject_claim`.
    pub subject: String,
    /// The e-mail address, by the settings' `email_claim`; none unless the token says, by `email_verified`, that the
    /// issuer has verified it.
    pub email: Option<String>,
    /// When the token ends, without the skew.
    pub expires_at: DateTime<Utc>,
}

// Who signed in belongs into no log.
impl fmt::Debug for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified")
            .field("issuer", &self.issuer)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// Checks a token's claims.
///
/// # Errors
/// The [`Refusal`] of the first claim that does not hold.
pub fn check(claims: &Object, settings: &Issuer, now: DateTime<Utc>) -> Result<Verified, Refusal> {
    if claims.text("iss") != Some(&settings.issuer) {
        return Err(Refusal::IssuerWrong);
    }
    audience(claims, settings)?;
    let expires_at = times(claims, settings, now)?;
    let subject = claims.text(&settings.subject_claim).filter(|subject| !subject.is_empty());
    let subject = subject.ok_or(Refusal::SubjectMissing)?;
    if !is_subject(subject) {
        return Err(Refusal::SubjectUnusable);
    }
    Ok(Verified {
        issuer: settings.issuer.clone(),
        subject: subject.to_owned(),
        email: settings.email_claim().and_then(|claim| email(claims, claim)),
        expires_at,
    })
}

/// Whether a text can be a subject: neither empty nor too long, and without control characters.
#[must_use]
pub fn is_subject(text: &str) -> bool {
    (1..=MAX_SUBJECT).contains(&text.len()) && !text.chars().any(char::is_control)
}

fn audience(claims: &Object, settings: &Issuer) -> Result<(), Refusal> {
    let ours = settings.audience.as_str();
    let (named, several) = match claims.get("aud") {
        Some(Value::String(one)) => (one == ours, false),
        Some(Value::Array(all)) => (all.iter().any(|one| one == ours), all.len() > 1),
        _ => (false, false),
    };
    if !named {
        return Err(Refusal::AudienceWrong);
    }
    match (settings.tokens, claims.get("azp")) {
        // In an access token `azp` is the program that asked for it, never its audience.
        (TokenKind::Access, _) => Ok(()),
        (TokenKind::Id, None) if !several => Ok(()),
        (TokenKind::Id, Some(party)) if party == ours => Ok(()),
        (TokenKind::Id, _) => Err(Refusal::PartyWrong),
    }
}

/// Checks the times, and gives the end.
fn times(claims: &Object, settings: &Issuer, now: DateTime<Utc>) -> Result<DateTime<Utc>, Refusal> {
    let skew = settings.clock_skew();
    let expires_at = instant(claims, "exp")?.ok_or(Refusal::ExpiryMissing)?;
    if now - skew >= expires_at {
        return Err(Refusal::Expired);
    }
    if instant(claims, "nbf")?.is_some_and(|from| now + skew < from) {
        return Err(Refusal::NotYetValid);
    }
    let issued_at = instant(claims, "iat")?;
    if issued_at.is_some_and(|at| now + skew < at) {
        return Err(Refusal::IssuedInFuture);
    }
    if let Some(most) = settings.max_token_age()
        && now - skew - most > issued_at.ok_or(Refusal::IssuedAtMissing)?
    {
        return Err(Refusal::TooOld);
    }
    Ok(expires_at)
}

/// A `NumericDate` (RFC 7519 §2): seconds since 1970, with or without a fraction.
fn instant(claims: &Object, name: &str) -> Result<Option<DateTime<Utc>>, Refusal> {
    let Some(value) = claims.get(name) else { return Ok(None) };
    let seconds = value.as_i64().or_else(|| value.as_f64().and_then(whole)).ok_or(Refusal::ClaimMalformed)?;
    if !(0..=LAST_SECOND).contains(&seconds) {
        return Err(Refusal::ClaimMalformed);
    }
    DateTime::from_timestamp(seconds, 0).map(Some).ok_or(Refusal::ClaimMalformed)
}

/// The whole seconds of a number that a date can have. A fraction is dropped: it is less than any
/// two clocks differ by.
#[expect(clippy::cast_possible_truncation, reason = "in these bounds nothing but the fraction goes")]
fn whole(seconds: f64) -> Option<i64> {
    (0.0..253_402_300_800.0).contains(&seconds).then_some(seconds as i64)
}

/// Only one that is said to be verified: where that is left open, some issuers let people write any address of their own
/// choice, and somebody else's account would be one of them.
fn email(claims: &Object, claim: &str) -> Option<String> {
    match claims.get("email_verified") {
        Some(Value::Bool(true)) => {}
        // Some issuers write the truth value as text.
        Some(Value::String(text)) if text == "true" => {}
        Some(_) | None => return None,
    }
    let email = claims.text(claim)?;
    let plausible = email.len() <= MAX_EMAIL
        && email.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty())
        && !email.chars().any(|one| one.is_control() || one.is_whitespace());
    plausible.then(|| email.to_owned())
}
