//! How a notice is signed: by the scheme of Standard Webhooks, over its id, the instant of the try and its body. Pure.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use standardwebhooks::{Webhook, WebhookError};

/// Random bytes of a secret.
pub const SECRET_BYTES: usize = 32;

/// What a secret begins with.
const PREFIX: &str = "whsec_";

/// A secret that notices are signed with. Printed, it shows nothing.
#[derive(Clone)]
pub struct SigningSecret(String);

impl SigningSecret {
    /// The secret of these random bytes.
    #[must_use]
    pub fn new(random: [u8; SECRET_BYTES]) -> Self {
        Self(format!("{PREFIX}{}", STANDARD.encode(random)))
    }

    /// The secret that was kept as this text.
    #[must_use]
    pub(super) fn kept(text: String) -> Self {
        Self(text)
    }

    /// The text itself, for the manager who is told it once.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("SigningSecret").finish_non_exhaustive()
    }
}

/// The signatures of a notice by each of these secrets, as its header holds them.
///
/// # Errors
/// A secret is not what it must be.
pub fn signatures(secrets: &[SigningSecret], id: &str, seconds: i64, body: &str) -> Result<String, WebhookError> {
    let sign = |secret: &SigningSecret| Webhook::new(secret.expose())?.sign(id, seconds, body.as_bytes());
    let all: Result<Vec<String>, WebhookError> = secrets.iter().map(sign).collect();
    Ok(all?.join(" "))
}
