//! Opaque bearer secrets: whoever shows one is let in, so only its hash is ever kept.
//!
//! A secret is 256 random bits behind a prefix that says what it is for, so that one found in a log or a
//! repository can be told for what it is. To add a kind: a variant of [`SecretKind`] with its prefix, and
//! its place in [`SecretKind::ALL`].

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

/// How many random bytes a secret has.
pub const RANDOM_BYTES: usize = 32;

/// How many characters those bytes are in base64url without padding (RFC 4648, section 5).
const RANDOM_CHARACTERS: usize = 43;

/// What a secret is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SecretKind {
    /// One sign-in, for as long as it lasts.
    Session,
    /// Renews a session.
    Refresh,
    /// A program's key.
    ApiKey,
    /// A link sent by e-mail: an invitation, a forgotten password.
    Link,
}

impl SecretKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Session, Self::Refresh, Self::ApiKey, Self::Link];

    /// What a secret of this kind begins with. No prefix begins another.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Session => "sps_",
            Self::Refresh => "spr_",
            Self::ApiKey => "spk_",
            Self::Link => "spl_",
        }
    }
}

/// A bearer secret in the clear. It is shown to its holder once, and kept nowhere: keep [`Self::hash`].
///
/// There is no `==`: two secrets are compared by their hashes, so that the time it takes says nothing.
#[derive(Clone)]
pub struct Secret {
    kind: SecretKind,
    text: String,
}

impl Secret {
    /// The secret of a kind with these random bytes, which must come from the operating system's generator.
    #[must_use]
    pub fn new(kind: SecretKind, random: [u8; RANDOM_BYTES]) -> Self {
        Self { kind, text: format!("{}{}", kind.prefix(), URL_SAFE_NO_PAD.encode(random)) }
    }

    /// Reads a secret of any kind. `None` for what [`Self::new`] could not have written: another length, another
    /// prefix, or base64 with bits left over at its end, which would be a second way to write the same bytes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        SecretKind::ALL.into_iter().find_map(|kind| {
            let random = text.strip_prefix(kind.prefix()).filter(|random| random.len() == RANDOM_CHARACTERS)?;
            // This engine takes neither padding nor bits left over.
            let bytes = URL_SAFE_NO_PAD.decode(random).ok()?;
            (bytes.len() == RANDOM_BYTES).then(|| Self { kind, text: text.to_owned() })
        })
    }

    /// What it is for.
    #[must_use]
    pub const fn kind(&self) -> SecretKind {
        self.kind
    }

    /// The text itself, to be handed to its holder and to nobody else.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// What is kept of it, and looked up by.
    ///
    /// Plain SHA-256 is enough here, and would not be for a password: the text has 256 random bits, so whoever
    /// steals the hashes can try guesses for ever and find none, however fast the hash is. A password is picked by
    /// a person from few enough that the hash has to be slow and salted: see [`super::hasher`].
    #[must_use]
    pub fn hash(&self) -> SecretHash {
        SecretHash::of(&self.text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secret").field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// The SHA-256 of a secret's text: what the database holds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SecretHash([u8; 32]);

impl SecretHash {
    /// The hash of a text with enough random bits of its own; see [`Secret::hash`].
    pub(crate) fn of(text: &str) -> Self {
        Self(Sha256::digest(text).into())
    }

    /// Its 64 hexadecimal digits, in lower case.
    #[must_use]
    pub fn to_hex(&self) -> String {
        format!("{self:?}")
    }
}

/// In hexadecimal: a hash lets nobody in.
impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
