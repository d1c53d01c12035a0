//! Passwords as people type them: how long they may be, in which form they are hashed, and which are too weak.
//!
//! The rules are those of NIST SP 800-63B-4, section 3.1.1: length and how easily it is guessed, and nothing about
//! which kinds of character it has. To add a reason to refuse one: a variant of [`WeakPassword`] whose message says
//! what would be right, and a check in [`check_strength`]; do not put it in [`Password::new`], which also reads
//! passwords that were chosen under older rules.

use std::fmt;

use thiserror::Error;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_public_assigned;
use zxcvbn::{Score, zxcvbn};

/// The fewest characters of a password.
pub const FEWEST_CHARACTERS: usize = 12;

/// The most characters of a password. NIST SP 800-63B-4 wants at least 64 to be allowed.
pub const MOST_CHARACTERS: usize = 128;

/// The most bytes of a password as it was sent: what is longer is not even looked at.
pub const MOST_BYTES: usize = 1024;

/// How many characters of a password its strength is judged by. By itself `zxcvbn` looks at a hundred, and needs more
/// than a second for a hundred signs that may stand for letters; for these it needs a quarter of one. What is strong
/// so far stays strong.
const JUDGED_CHARACTERS: usize = 48;

/// The most words of somebody's own that a password is compared with, and the most characters of each.
const MOST_OWN_WORDS: usize = 32;
const MOST_OWN_WORD_CHARACTERS: usize = 100;

/// The fewest characters that the first part of an e-mail address has, for its being in a password to matter.
const FEWEST_LOCAL_PART: usize = 4;

/// The fewest characters of a name of theirs that is cut out of a password before it is judged.
const FEWEST_OWN_WORD: usize = 3;

/// The fewest letters and digits that must then be left: NIST's least for any password.
const FEWEST_LEFT: usize = 8;

/// Why a text cannot be a password at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PasswordError {
    /// It has fewer than [`FEWEST_CHARACTERS`].
    #[error("The password is too short: it must have at least {FEWEST_CHARACTERS} characters.")]
    TooShort,
    /// It has more than [`MOST_CHARACTERS`], or more than [`MOST_BYTES`].
    #[error("The password is too long: it must have at most {MOST_CHARACTERS} characters.")]
    TooLong,
    /// It has a character that Unicode does not define, or not yet.
    #[error(
        "The password has a character that may look different on another device: use letters, digits, signs and spaces."
    )]
    Unassigned,
}

/// A password as somebody typed it, in the one form it is hashed in. It is never cut short.
///
/// The form is NFKC by the process for stabilised strings (Unicode Standard Annex #15, section 12.1, as NIST
/// SP 800-63B-4 has it): the same characters come as different bytes from different keyboards, and what is not yet
/// assigned may come to be normalised in another way.
#[derive(Clone)]
pub struct Password(String);

impl Password {
    /// Reads a password, be it to set one or to sign in. Its strength is another matter: [`check_strength`].
    ///
    /// Characters are code points (NIST SP 800-63B-4) of the normal form, so that two devices which send the same
    /// password in different forms are told the same.
    ///
    /// # Errors
    /// [`PasswordError`] where it is too short, too long, or of characters that are none.
    pub fn new(text: &str) -> Result<Self, PasswordError> {
        if text.len() > MOST_BYTES {
            return Err(PasswordError::TooLong);
        }
        if !text.chars().all(is_public_assigned) {
            return Err(PasswordError::Unassigned);
        }
        let normal: String = text.nfkc().collect();
        match normal.chars().count() {
            ..FEWEST_CHARACTERS => Err(PasswordError::TooShort),
            FEWEST_CHARACTERS..=MOST_CHARACTERS => Ok(Self(normal)),
            _ => Err(PasswordError::TooLong),
        }
    }

    /// The bytes that are hashed.
    pub(crate) fn bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

/// Why a password is too weak to be chosen.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum WeakPassword {
    /// It has the part before the `@` of their own e-mail address in it.
    #[error("The password has a part of your e-mail address in it: leave that out.")]
    OwnAddress,
    /// Little is left of it without their own names.
    #[error("The password is mostly your own name: use words that have nothing to do with you.")]
    OwnName,
    /// It would be guessed too soon.
    #[error("The password is easy to guess. {advice}")]
    Guessable {
        /// What would be better, in sentences. It never quotes the password.
        advice: String,
    },
}

/// Checks that a password which somebody wants to set is hard enough to guess: a score of 3 of 4 by `zxcvbn`, which is
/// "safely unguessable: moderate protection from offline slow-hash scenario", and no e-mail address of theirs in it.
///
/// `words_of_their_own` are what others know of them: names and e-mail addresses, whole and as they are, and the names
/// of this service and their agency. An e-mail address is known by its `@`.
///
/// It is work for a processor: a millisecond as a rule, and a quarter of a second for a long row of signs. So call it
/// by `spawn_blocking`, and only for somebody who may set a password. The first 48 characters are judged.
///
/// # Errors
/// [`WeakPassword`], whose message says what would be right.
pub fn check_strength(password: &Password, words_of_their_own: &[&str]) -> Result<(), WeakPassword> {
    let words: Vec<String> = words_of_their_own.iter().take(MOST_OWN_WORDS).map(|word| plain(word)).collect();
    let lower = password.0.to_lowercase();
    let in_it = |address: &String| {
        local_part(address).is_some_and(|part| part.chars().count() >= FEWEST_LOCAL_PART && lower.contains(part))
    };
    if words.iter().any(in_it) {
        return Err(WeakPassword::OwnAddress);
    }
    let judged: String = password.0.chars().take(JUDGED_CHARACTERS).collect();
    let parts: Vec<String> = words.iter().flat_map(|word| parts(word)).collect();
    if left_without(&lower, &parts) < FEWEST_LEFT {
        return Err(WeakPassword::OwnName);
    }
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let entropy = zxcvbn(&judged, &parts);
    if entropy.score() >= Score::Three {
        return Ok(());
    }
    let advice = entropy.feedback().map(|feedback| feedback.to_string().trim().to_owned());
    let advice = advice.filter(|advice| !advice.is_empty());
    Err(WeakPassword::Guessable {
        advice: advice.unwrap_or_else(|| "Use four or more words that have nothing to do with each other.".to_owned()),
    })
}

/// How many letters and digits are left of a password when their own words are cut out, the longest first; `zxcvbn`
/// takes a name that is repeated for many words.
fn left_without(password: &str, own: &[String]) -> usize {
    let mut own: Vec<&String> = own.iter().filter(|word| word.chars().count() >= FEWEST_OWN_WORD).collect();
    own.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let left = own.into_iter().fold(password.to_owned(), |left, word| left.replace(word.as_str(), " "));
    left.chars().filter(|character| character.is_alphanumeric()).count()
}

/// A word in the form passwords are compared in.
fn plain(word: &str) -> String {
    let bounded: String = word.chars().take(MOST_OWN_WORD_CHARACTERS).collect();
    bounded.nfkc().collect::<String>().trim().to_lowercase()
}

/// The part of an e-mail address that says who, without the tag behind a `+`.
fn local_part(word: &str) -> Option<&str> {
    let (local, _) = word.rsplit_once('@')?;
    Some(local.split_once('+').map_or(local, |(name, _)| name))
}

/// The word as a whole, what it is put together of, and that run together, as people do in passwords.
fn parts(word: &str) -> Vec<String> {
    let pieces: Vec<&str> = word.split(|character: char| !character.is_alphanumeric()).collect();
    let mut parts = vec![word.to_owned(), pieces.concat()];
    parts.extend(local_part(word).into_iter().chain(pieces).map(str::to_owned));
    parts.retain(|part| !part.is_empty());
    parts
}
