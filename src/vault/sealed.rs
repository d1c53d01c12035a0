//! Text that only its key opens, and only where it was put. Pure.
//!
//! AES-256-GCM by `ring`, under a key that seals the few fields of one person or account: nonces are random, and of so
//! few no two are alike (NIST SP 800-38D, section 8.3, allows 2³² under one key). What a sealed text says of itself (its
//! place) is sealed with it: moved to another row or column, it does not open.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::ids::SealingKeyId;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce};
use uuid::Uuid;

/// What every sealed text begins with: the form of what follows.
const FORM: &str = "v1";

/// Where a sealed text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The table and column, as `account.totp_seed`.
    pub column: &'static str,
    /// The row.
    pub row: Uuid,
}

/// It does not open: it was sealed under another key or for another place, was changed, or is no sealed text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("what is sealed does not open")]
pub struct NotOpened;

/// A key under which things are sealed. Printed, it shows which it is.
pub struct DataKey {
    pub(super) id: SealingKeyId,
    pub(super) key: LessSafeKey,
}

impl fmt::Debug for DataKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("DataKey").field(&self.id.0).finish()
    }
}

impl DataKey {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> SealingKeyId {
        self.id
    }
}

/// The key that a sealed text was sealed under; `None` for what is no sealed text.
#[must_use]
pub fn key_of(sealed: &str) -> Option<SealingKeyId> {
    parts(sealed).map(|(id, _)| id)
}

fn parts(sealed: &str) -> Option<(SealingKeyId, &str)> {
    let (form, rest) = sealed.split_once('.')?;
    let (id, bytes) = rest.split_once('.')?;
    // Written as it is written here: what else may be read as the same id was changed.
    let is_written_so = |key: &Uuid| *key.hyphenated().encode_lower(&mut Uuid::encode_buffer()) == *id;
    let key = Uuid::parse_str(id).ok().filter(|key| form == FORM && is_written_so(key))?;
    Some((SealingKeyId(key), bytes))
}

/// What is sealed along with a text.
fn bound(key: SealingKeyId, place: Place) -> Aad<String> {
    Aad::from(format!("{FORM}|{}|{}|{}", key.0, place.column, place.row))
}

impl DataKey {
    /// Seals a text for a place. The nonce must be random.
    ///
    /// # Errors
    /// The text is longer than a cipher takes, some 64 GiB.
    pub fn seal(&self, place: Place, text: &str, nonce: [u8; NONCE_LEN]) -> Result<String, NotOpened> {
        let bytes = seal(&self.key, bound(self.id, place), text.as_bytes(), nonce)?;
        Ok(format!("{FORM}.{}.{}", self.id.0, URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// Opens a text at its place.
    ///
    /// # Errors
    /// [`NotOpened`].
    pub fn open(&self, place: Place, sealed: &str) -> Result<String, NotOpened> {
        let (_, bytes) = parts(sealed).filter(|(id, _)| *id == self.id).ok_or(NotOpened)?;
        let bytes = URL_SAFE_NO_PAD.decode(bytes).map_err(|_| NotOpened)?;
        String::from_utf8(open(&self.key, bound(self.id, place), bytes)?).map_err(|_| NotOpened)
    }
}

/// The nonce, and behind it what it was sealed to.
pub(super) fn seal<A: AsRef<[u8]>>(
    key: &LessSafeKey,
    bound: Aad<A>,
    text: &[u8],
    nonce: [u8; NONCE_LEN],
) -> Result<Vec<u8>, NotOpened> {
    let mut bytes = text.to_vec();
    key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), bound, &mut bytes).map_err(|_| NotOpened)?;
    Ok([&nonce, bytes.as_slice()].concat())
}

/// What [`seal`] sealed.
pub(super) fn open<A: AsRef<[u8]>>(key: &LessSafeKey, bound: Aad<A>, bytes: Vec<u8>) -> Result<Vec<u8>, NotOpened> {
    let (nonce, text) = bytes.split_at_checked(NONCE_LEN).ok_or(NotOpened)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| NotOpened)?;
    let mut text = text.to_vec();
    if text.len() < AES_256_GCM.tag_len() {
        return Err(NotOpened);
    }
    Ok(key.open_in_place(nonce, bound, &mut text).map_err(|_| NotOpened)?.to_vec())
}
