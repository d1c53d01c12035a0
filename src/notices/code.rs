//! The code by which an e-mail address is confirmed: it is sent there, and kept as its hash. Pure.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

/// How many random bytes a code has: too many for anybody to try.
pub const CODE_BYTES: usize = 10;

/// How many hexadecimal digits those bytes are.
const DIGITS: usize = 2 * CODE_BYTES;

/// How many digits stand together.
const GROUP: usize = 4;

/// The longest text that is looked at, in bytes: room for whatever people put between the digits.
const MOST_TEXT_BYTES: usize = 96;

/// A code. Printed, it shows nothing.
#[derive(Clone)]
pub struct Code(String);

impl Code {
    /// The code of these random bytes.
    #[must_use]
    pub fn new(random: [u8; CODE_BYTES]) -> Self {
        let bits = random.iter().fold(0_u128, |bits, byte| bits << 8 | u128::from(*byte));
        Self(format!("{bits:020x}"))
    }

    /// Reads a code as somebody typed it: in capitals or not, with whatever between the digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > MOST_TEXT_BYTES {
            return None;
        }
        let digits: String =
            text.chars().filter(char::is_ascii_alphanumeric).map(|digit| digit.to_ascii_lowercase()).collect();
        (digits.len() == DIGITS).then_some(Self(digits))
    }

    /// The code in groups of four, for the letter and for nothing else.
    #[must_use]
    pub fn expose(&self) -> String {
        let digits: Vec<char> = self.0.chars().collect();
        let groups: Vec<String> = digits.chunks(GROUP).map(|group| group.iter().collect()).collect();
        groups.join("-")
    }

    /// What is kept of it. Its 80 random bits are its own, so that a fast hash is enough.
    #[must_use]
    pub fn hash(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(&self.0))
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("Code").finish_non_exhaustive()
    }
}
