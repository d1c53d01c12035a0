//! A keyed hash, by which things are found without lying anywhere in the open: HMAC-SHA-256 under a key of its own, cut to
//! 63 bits. Whoever has the database and not the master key can tell which entries are alike, and of none what it says.

use std::fmt;

use ring::hmac;

/// The key of the hash.
#[derive(Clone)]
pub struct IndexKey(pub(super) hmac::Key);

impl fmt::Debug for IndexKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("IndexKey(..)")
    }
}

impl IndexKey {
    pub(super) fn of(bytes: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, bytes))
    }

    /// The hash of a text, never below zero.
    #[must_use]
    pub fn hash(&self, text: &str) -> i64 {
        let tag = hmac::sign(&self.0, text.as_bytes());
        let first = tag.as_ref().first_chunk::<8>().copied().unwrap_or_default();
        i64::from_be_bytes(first) & i64::MAX
    }
}
