//! A letter: to one person, with a subject and a plain text. No HTML, no attachments, no pictures: nothing that could
//! tell anybody that it was opened.

use std::fmt;

use thiserror::Error;

use super::address::MailAddress;

/// Most characters of a subject. Phones show some 40.
pub const MOST_OF_SUBJECT: usize = 150;

/// Most bytes of a text; what goes beyond is cut. Ours have about 1000.
pub const MOST_OF_TEXT: usize = 64 * 1024;

/// Most bytes of a link: with it, a line stays below the 998 that mail may have (RFC 5322 section 2.1.1).
pub const MOST_OF_LINK: usize = 900;

/// A letter. Whatever it is made of, its subject is one line without control characters, and its text has none but
/// line feeds and tabs. `Debug` shows neither recipient nor text.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    to: MailAddress,
    subject: String,
    text: String,
}

impl Letter {
    /// A letter of these words. Control characters are taken out of them, and what is too long is cut.
    #[must_use]
    pub fn new(to: MailAddress, subject: &str, text: &str) -> Self {
        let one_line = |c: char| if c.is_control() || is_line_end(c) { ' ' } else { c };
        let subject: String = subject.chars().take(MOST_OF_SUBJECT).map(one_line).collect();
        let text: String = text
            .get(..text.floor_char_boundary(MOST_OF_TEXT))
            .unwrap_or_default()
            .replace("\r\n", "\n")
            .chars()
            .map(|c| if c == '\r' || is_line_end(c) { '\n' } else { c })
            .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
            .collect();
        Self { to, subject: subject.trim().to_owned(), text }
    }

    /// To whom.
    #[must_use]
    pub const fn to(&self) -> &MailAddress {
        &self.to
    }

    /// The subject: one line.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The text, its lines ended by `\n`. It may hold a secret: for sending and for nothing else.
    #[must_use]
    pub fn expose_text(&self) -> &str {
        &self.text
    }
}

/// The two of Unicode's line ends that are no control characters.
const fn is_line_end(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}')
}

impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Letter").field("subject", &self.subject).finish_non_exhaustive()
    }
}

/// A link that holds a secret: whoever has it can use it. Never printed.
#[derive(Clone)]
pub struct SecretLink(String);

/// Why a text is no link for a letter. Never holds the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum LinkError {
    /// It starts with neither `https://` nor `http://`.
    #[error("a link in a letter must start with https:// or http://")]
    Scheme,
    /// A blank, a control character or a letter outside ASCII, at which a mail program would end the link.
    #[error("a link in a letter must be of ASCII, without blanks")]
    Sign,
    /// Longer than [`MOST_OF_LINK`].
    #[error("a link in a letter must have at most {MOST_OF_LINK} characters")]
    TooLong,
}

impl SecretLink {
    /// Checks a link.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn new(link: String) -> Result<Self, LinkError> {
        if link.len() > MOST_OF_LINK {
            return Err(LinkError::TooLong);
        }
        if !link.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(LinkError::Sign);
        }
        let rest = link.strip_prefix("https://").or_else(|| link.strip_prefix("http://"));
        if rest.is_none_or(str::is_empty) {
            return Err(LinkError::Scheme);
        }
        Ok(Self(link))
    }

    /// The link itself, secret included: for the letter and for nothing else.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretLink(***)")
    }
}
