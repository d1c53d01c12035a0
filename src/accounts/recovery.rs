//! Recovery codes: for who has lost the authenticator app. Each holds once, and is kept as its hash.
//!
//! They are made ten at a time; new ones take the place of all that are left. To change how they are written, mind
//! that the hash is of the text in [`RecoveryCode::expose`]: codes on paper would no longer be known.

use std::fmt;

use super::secret::SecretHash;

/// How many codes are made at a time.
pub const CODES: usize = 10;

/// How many random bytes a code has.
pub const CODE_BYTES: usize = 10;

/// How many characters those bytes are, at five bits each.
const CHARACTERS: usize = 16;

/// How many characters stand together.
const GROUP: usize = 4;

/// The longest text that is looked at, in bytes: room for whatever people put between the characters.
const MOST_TEXT_BYTES: usize = 96;

/// Crockford's base32, which leaves out I, L, O and U: <https://www.crockford.com/base32.html>.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// One recovery code, in the clear. It is shown to its holder once, and kept nowhere: keep [`Self::hash`].
#[derive(Clone)]
pub struct RecoveryCode([u8; CODE_BYTES]);

impl RecoveryCode {
    /// Ten new codes, of random bytes.
    #[must_use]
    pub fn ten(random: [[u8; CODE_BYTES]; CODES]) -> [Self; CODES] {
        random.map(Self)
    }

    /// Reads a code as somebody typed it: in capitals or not, with or without spaces and hyphens, and with the letters
    /// O, I and L where 0 and 1 are meant.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > MOST_TEXT_BYTES {
            return None;
        }
        let mut bits: u128 = 0;
        let mut read = 0;
        for character in text.chars().filter(|character| !is_between(*character)) {
            bits = bits << 5 | value(character)?;
            read += 1;
        }
        let [_, _, _, _, _, _, bytes @ ..] = bits.to_be_bytes();
        (read == CHARACTERS).then_some(Self(bytes))
    }

    /// The code as `xxxx-xxxx-xxxx-xxxx`, to be shown to its holder and to nobody else.
    #[must_use]
    pub fn expose(&self) -> String {
        let bits = self.0.iter().fold(0_u128, |bits, byte| bits << 8 | u128::from(*byte));
        let mut text = String::with_capacity(CHARACTERS + CHARACTERS / GROUP);
        for place in 0..CHARACTERS {
            if place > 0 && place % GROUP == 0 {
                text.push('-');
            }
            let value = bits >> (5 * (CHARACTERS - 1 - place)) & 31;
            text.extend(
                usize::try_from(value).ok().and_then(|value| ALPHABET.get(value)).map(|byte| char::from(*byte)),
            );
        }
        text
    }

    /// What is kept of it, and looked up by among its owner's codes.
    ///
    /// Plain SHA-256, as for [`Secret::hash`](super::secret::Secret::hash), though a code has 80 random bits only, as
    /// many as people will type, where NIST SP 800-63B (2017, section 5.1.2.2) would have 112: at ten thousand million
    /// guesses a second it takes two million years to find one code, and each is of use once.
    #[must_use]
    pub fn hash(&self) -> SecretHash {
        SecretHash::of(&self.expose())
    }
}

impl fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryCode(..)")
    }
}

/// Whether people put it between the characters: a space, a hyphen, or the dash that a word processor made of one.
fn is_between(character: char) -> bool {
    character.is_whitespace() || matches!(character, '-' | '\u{2010}'..='\u{2014}')
}

/// The five bits that a character stands for.
fn value(character: char) -> Option<u128> {
    let meant = match character.to_ascii_lowercase() {
        'o' => '0',
        'i' | 'l' => '1',
        other => other,
    };
    let at = ALPHABET.iter().position(|byte| char::from(*byte) == meant)?;
    u128::try_from(at).ok()
}
