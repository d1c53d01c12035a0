//! E-mail addresses, checked once when they come in.
//!
//! Narrower than RFC 5322 on purpose: what is left out (quoted names, addresses of bare numbers, letters beyond ASCII)
//! hardly any agency uses, and each has let somebody pass for somebody else when an account was looked up by it.

use std::fmt;

use lettre::Address;
use thiserror::Error;

/// Most characters of an address: what fits into the path of an SMTP command (RFC 5321 section 4.5.3.1.3, RFC 3696
/// erratum 1690).
pub const MOST: usize = 254;

/// An e-mail address. It holds letters, digits and a few signs of ASCII only: no blank, no control character, nothing
/// that could begin a new header or a second recipient. `Debug` does not show it, and there is no `Display`: an address
/// tells who somebody is.
#[derive(Clone)]
pub struct MailAddress(Address);

/// Why a text is not an address we send to. Never holds the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum AddressError {
    /// Longer than [`MOST`].
    #[error("it is longer than {MOST} characters")]
    TooLong,
    /// A letter outside ASCII. A domain can be written with `xn--` instead.
    #[error("it holds a letter with an accent, or one of another script; use the plain form of the address")]
    NotAscii,
    /// A blank, a control character, a quotation mark or a bracket.
    #[error("it holds a blank, or a sign that addresses do not have")]
    Sign,
    /// No `@`, or nothing on one side of it, or dots in the wrong place.
    #[error("it has not the form name@example.org")]
    Form,
    /// A domain without a dot, of numbers only, or with signs that domains do not have.
    #[error("what stands behind the @ is no domain, as example.org is one")]
    Domain,
}

impl MailAddress {
    /// Checks an address. Blanks around it are dropped, and its domain is put in small letters.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        // Before trimming, so that the work is bounded whatever comes.
        if text.len() > 4 * MOST {
            return Err(AddressError::TooLong);
        }
        let text = text.trim_matches(' ');
        if text.len() > MOST {
            return Err(AddressError::TooLong);
        }
        if !text.is_ascii() {
            return Err(AddressError::NotAscii);
        }
        if text.contains(|c: char| !c.is_ascii_graphic() || "\"()<>[]\\,;:".contains(c)) {
            return Err(AddressError::Sign);
        }
        let (name, domain) = text.split_once('@').ok_or(AddressError::Form)?;
        if domain.contains('@') {
            return Err(AddressError::Form);
        }
        let domain = domain.to_ascii_lowercase();
        if !is_domain(&domain) {
            return Err(if domain.is_empty() { AddressError::Form } else { AddressError::Domain });
        }
        Address::new(name, domain).map(Self).map_err(|_| AddressError::Form)
    }

    /// The address itself: for the mail server, the database, and the person whose it is.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_ref()
    }

    /// What accounts are looked up by: the whole address in small letters. A mail server may tell `Ann@` from `ann@`
    /// (RFC 5321 section 2.4), but none in use does, and people write both.
    #[must_use]
    pub fn key(&self) -> String {
        self.as_str().to_ascii_lowercase()
    }

    /// The mailbox that letters to it lie in, as far as its form tells: in small letters, and without what stands behind a
    /// `+`, as which many servers let people tell letters apart that go into the same mailbox (RFC 5233).
    #[must_use]
    pub fn mailbox(&self) -> String {
        let key = self.key();
        match key.split_once('@') {
            Some((name, domain)) => match name.split_once('+') {
                Some((before, _)) if !before.is_empty() => format!("{before}@{domain}"),
                Some(_) | None => key,
            },
            None => key,
        }
    }

    /// What stands behind the `@`.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.0.domain()
    }

    pub(crate) fn to_lettre(&self) -> Address {
        self.0.clone()
    }
}

/// Whether a text is a domain with at least two parts, of letters, digits and hyphens, whose last is no number.
fn is_domain(domain: &str) -> bool {
    let is_part = |part: &str| {
        (1..=63).contains(&part.len())
            && !part.starts_with('-')
            && !part.ends_with('-')
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let last_is_a_name = |(_, last): (&str, &str)| !last.bytes().all(|b| b.is_ascii_digit());
    domain.split('.').all(is_part) && domain.rsplit_once('.').is_some_and(last_is_a_name)
}

impl PartialEq for MailAddress {
    /// Whether both lead to the same account.
    fn eq(&self, other: &Self) -> bool {
        self.as_str().eq_ignore_ascii_case(other.as_str())
    }
}

impl Eq for MailAddress {}

impl fmt::Debug for MailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MailAddress(***)")
    }
}
