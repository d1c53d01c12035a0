//! Master keys: they wrap the keys under which things are sealed, and nothing else. Pure.
//!
//! The first wraps; all of them open.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::aead::{AES_256_GCM, LessSafeKey, UnboundKey};

/// Bytes of a key of AES-256.
pub const KEY_BYTES: usize = 32;
/// Most characters of a key's name.
const LONGEST_NAME: usize = 32;

/// Why text holds no master keys. Never holds the text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeysError {
    /// There is none.
    #[error("there is no key: make one with `signpost vault new-key`")]
    None,
    /// A line is not of the form.
    #[error("line {0} is not a name and a key: a line is as `signpost vault new-key` writes it")]
    NoKey(usize),
    /// Two have one name.
    #[error("line {0} has the name of a key before it")]
    Twice(usize),
}

/// One master key.
pub(super) struct MasterKey {
    pub(super) name: String,
    pub(super) key: LessSafeKey,
}

/// Master keys, the one that wraps first. Printed, it shows their names.
pub struct MasterKeys {
    pub(super) first: MasterKey,
    others: Vec<MasterKey>,
}

impl fmt::Debug for MasterKeys {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_list().entries(self.names()).finish()
    }
}

impl MasterKeys {
    /// Reads keys, one a line: its name, a blank, and 32 bytes in base64url. Empty lines and those that begin with `#`
    /// say nothing.
    ///
    /// # Errors
    /// The first line that is none.
    pub fn parse(text: &str) -> Result<Self, KeysError> {
        let mut all: Vec<MasterKey> = Vec::new();
        for (at, line) in (1..).zip(text.lines()) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let key = read(line).ok_or(KeysError::NoKey(at))?;
            if all.iter().any(|known| known.name == key.name) {
                return Err(KeysError::Twice(at));
            }
            all.push(key);
        }
        let mut all = all.into_iter();
        let first = all.next().ok_or(KeysError::None)?;
        Ok(Self { first, others: all.collect() })
    }

    /// Their names, the one that wraps first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.first).chain(&self.others).map(|key| key.name.as_str())
    }

    pub(super) fn named(&self, name: &str) -> Option<&MasterKey> {
        std::iter::once(&self.first).chain(&self.others).find(|key| key.name == name)
    }
}

fn read(line: &str) -> Option<MasterKey> {
    let (name, key) = line.split_once(' ')?;
    let fits = |letter: u8| letter.is_ascii_alphanumeric() || letter == b'-';
    let named = (1..=LONGEST_NAME).contains(&name.len()) && name.bytes().all(fits);
    let bytes = URL_SAFE_NO_PAD.decode(key.trim()).ok().filter(|_| named)?;
    Some(MasterKey { name: name.to_owned(), key: aead_key(&bytes)? })
}

/// The key of these bytes, where there are as many as it takes.
pub(super) fn aead_key(bytes: &[u8]) -> Option<LessSafeKey> {
    UnboundKey::new(&AES_256_GCM, bytes).ok().map(LessSafeKey::new)
}

/// A line for a new key with these random bytes.
#[must_use]
pub fn new_line(name: &str, bytes: [u8; KEY_BYTES]) -> String {
    format!("{name} {}", URL_SAFE_NO_PAD.encode(bytes))
}
