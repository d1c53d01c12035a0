//! Codes from an authenticator app, as the second proof of who somebody is.
//!
//! RFC 6238 with the only figures that all apps know: SHA-1, six digits, thirty seconds. SHA-1 is no weakness here: HMAC
//! does not need a hash without collisions. To offer other codes, make a type like [`TotpSeed`] for them; a seed says
//! nothing of its figures, so those of a seed in use cannot be changed.

use std::fmt;

use chrono::{DateTime, Utc};
use thiserror::Error;
use totp_rs::{Algorithm, Builder, Secret};

/// How many random bytes a seed has: as many as the output of SHA-1 (RFC 4226, section 4, requirement 6).
pub const SEED_BYTES: usize = 20;

/// How long a code holds, in seconds (RFC 6238, section 5.2).
pub const STEP_SECONDS: u64 = 30;

/// How many digits a code has.
pub const DIGITS: u8 = 6;

/// The longest code that is looked at, in bytes: room for spaces between all digits.
const MOST_CODE_BYTES: usize = 64;

/// A name that cannot be shown in an app.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("A name to be shown in an authenticator app must not be empty, and have no colon in it.")]
pub struct NameError;

/// The secret that an app and this service share.
#[derive(Clone)]
pub struct TotpSeed([u8; SEED_BYTES]);

impl TotpSeed {
    /// The seed with these bytes: random ones for a new seed, or those that were kept.
    #[must_use]
    pub const fn new(bytes: [u8; SEED_BYTES]) -> Self {
        Self(bytes)
    }

    /// Its bytes, to be kept. Whoever reads them can make codes, so keep them encrypted.
    #[must_use]
    pub const fn expose(&self) -> &[u8; SEED_BYTES] {
        &self.0
    }

    /// The seed that [`Self::base32`] wrote.
    #[must_use]
    pub fn from_base32(text: &str) -> Option<Self> {
        let bytes = Secret::try_from_base32(text).ok()?;
        bytes.as_bytes().try_into().ok().map(Self)
    }

    /// The text to type into an app that cannot scan: 32 characters of base32 (RFC 4648, section 6), in capitals.
    #[must_use]
    pub fn base32(&self) -> String {
        Secret::new_stack(self.0).to_base32()
    }

    /// The address that an app scans (`otpauth://totp/…`), with the names it will show.
    ///
    /// # Errors
    /// [`NameError`] where a name is empty or has a colon, which parts the two in the address.
    pub fn otpauth_url(&self, issuer: &str, account: &str) -> Result<String, NameError> {
        if issuer.is_empty() {
            return Err(NameError);
        }
        let named = self.builder().with_issuer(Some(issuer)).with_account_name(account);
        named.build().and_then(|totp| totp.to_url()).map_err(|_| NameError)
    }

    /// Checks a code as it was typed, with or without spaces.
    ///
    /// The code of now is right, and the one before and the one after, for clocks that differ and people who are slow.
    /// A step up to the last one used is not looked at, for a code holds once (RFC 6238, section 5.2).
    ///
    /// Returns the step of the code, which is to be stored as the last one used in one go with the sign-in, and only
    /// where what is stored is still less: of two who send the same code at once, one is let in.
    #[must_use]
    pub fn check(&self, code: &str, at: DateTime<Utc>, last_used_step: Option<u64>) -> Option<u64> {
        if code.len() > MOST_CODE_BYTES {
            return None;
        }
        let code: String = code.chars().filter(|character| !character.is_whitespace()).collect();
        let now = u64::try_from(at.timestamp()).ok()? / STEP_SECONDS;
        let totp = self.builder().build_noncompliant();
        // All three are computed, so that the time taken does not say which one was right; the comparison within
        // `check` takes the same time for every code.
        (now.saturating_sub(1)..=now.saturating_add(1))
            .filter(|step| last_used_step.is_none_or(|last| *step > last))
            .filter(|step| totp.check(&code, step.saturating_mul(STEP_SECONDS)).is_some())
            .max()
    }

    /// Every figure is stated, so that none changes with the library. Only the step asked for is looked at: which
    /// others are right is said in [`Self::check`].
    fn builder(&self) -> Builder {
        Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_digits(DIGITS)
            .with_step_duration(STEP_SECONDS)
            .with_skew(0)
            .with_secret(Secret::new_stack(self.0))
    }
}

impl fmt::Debug for TotpSeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TotpSeed(..)")
    }
}
