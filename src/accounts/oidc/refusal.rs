//! Why a token was refused. To add a reason: a variant, and its line in [`Refusal::reason`].

use thiserror::Error;

/// Why a token was refused, for logs and tests. Whatever the reason, its `Display` is the one text
/// a caller may see, so that nobody learns from an answer which check a forged token came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
#[error("The sign-in token is not valid.")]
pub enum Refusal {
    /// Longer than [`super::token::MAX_TOKEN`].
    TooLong,
    /// Not three parts of base64url with JSON objects in the first two.
    Malformed,
    /// `alg` is none of [`crate::config::Algorithm`]: `none`, HMAC, an unknown name, or absent.
    AlgorithmUnknown,
    /// `alg` is a real one that the issuer's settings do not list.
    AlgorithmNotPinned,
    /// `typ` says that it is something else than a JWT or an access token.
    TypeWrong,
    /// `crit` asks for an extension; none is known here (RFC 7515 §4.1.11).
    CriticalExtension,
    /// The issuer has no key of this `kid`.
    KeyUnknown,
    /// The issuer has the key, but not for this algorithm.
    KeyDoesNotFit,
    /// More than one key fits, and nothing says which is meant.
    KeyAmbiguous,
    /// The issuer's keys could not be had, or not for so long that those at hand no longer count.
    KeysUnavailable,
    /// The signature is not that of the key.
    SignatureWrong,
    /// `iss` is absent, or is no issuer of the settings.
    IssuerWrong,
    /// `aud` is absent, or does not name us.
    AudienceWrong,
    /// An ID token for several audiences without `azp`, or one given to another client.
    PartyWrong,
    /// No `exp`, which every token must have.
    ExpiryMissing,
    /// Past `exp`.
    Expired,
    /// Before `nbf`.
    NotYetValid,
    /// `iat` is in the future.
    IssuedInFuture,
    /// No `iat`, where the settings bound a token's age.
    IssuedAtMissing,
    /// Issued longer ago than the settings allow.
    TooOld,
    /// No subject, or an empty one.
    SubjectMissing,
    /// The subject is too long, or has characters that no name has.
    SubjectUnusable,
    /// A claim that is checked here is of the wrong type or out of all bounds.
    ClaimMalformed,
}

impl Refusal {
    /// The reason in words, for logs only. It holds nothing of the token.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::TooLong => "the token is too long",
            Self::Malformed => "this is no signed JWT",
            Self::AlgorithmUnknown => "the algorithm is none that can be verified here",
            Self::AlgorithmNotPinned => "the algorithm is not among the issuer's `algorithms`",
            Self::TypeWrong => {
                "the header's `typ` is neither JWT nor at+jwt, or not the kind of the settings' `tokens`"
            }
            Self::CriticalExtension => "the header has `crit`, and no extension is known here",
            Self::KeyUnknown => "the issuer publishes no key of this `kid`",
            Self::KeyDoesNotFit => "the key is not one for this algorithm",
            Self::KeyAmbiguous => "more than one key fits",
            Self::KeysUnavailable => "the issuer's keys cannot be had",
            Self::SignatureWrong => "the signature is not the key's",
            Self::IssuerWrong => "`iss` is not an issuer of the settings",
            Self::AudienceWrong => "`aud` does not name the settings' `audience`",
            Self::PartyWrong => "`azp` does not name the settings' `audience`",
            Self::ExpiryMissing => "`exp` is missing",
            Self::Expired => "the token has expired",
            Self::NotYetValid => "`nbf` is in the future",
            Self::IssuedInFuture => "`iat` is in the future",
            Self::IssuedAtMissing => "`iat` is missing, and the settings have `max_token_age_s`",
            Self::TooOld => "the token is older than the settings' `max_token_age_s`",
            Self::SubjectMissing => "the subject is missing or empty",
            Self::SubjectUnusable => "the subject is too long or has control characters",
            Self::ClaimMalformed => "a claim is of the wrong type or out of bounds",
        }
    }
}
