//! The settings of an identity provider, and everything that can be wrong with them. Nothing here asks anybody.
//!
//! To add a setting of an issuer: a field with its default, its bounds in [`Issuer::check`], and its line in the example
//! of `signpost.example.toml`.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use toml::{Table, Value};
use url::{Host, Url};

use super::load::{changes, kind, should_be};

/// Most issuers.
pub const MAX_ISSUERS: usize = 50;
/// Longest issuer and audience, in bytes.
const MAX_NAME: usize = 500;
/// Longest name of a claim, in bytes.
const MAX_CLAIM: usize = 200;
/// What a list of issuers looks like.
const FORM: &str = "a list of tables, each begun by [[accounts.issuers]], or written as [{ issuer = \"https://…\", \
                    audience = \"…\" }]";

/// One thing that is wrong: the field, what is wrong with it, and what would be right.
pub type WrongField = (&'static str, &'static str, &'static str);

/// An asymmetric signature algorithm: those of RFC 7518 §3.1 and RFC 8037 §3.1 whose keys can be published. There is no
/// variant for HMAC and none for `none`, so neither can be pinned, chosen or verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Algorithm {
    /// RSA PKCS#1 v1.5 with SHA-256.
    #[serde(rename = "RS256")]
    Rs256,
    /// RSA PKCS#1 v1.5 with SHA-384.
    #[serde(rename = "RS384")]
    Rs384,
    /// RSA PKCS#1 v1.5 with SHA-512.
    #[serde(rename = "RS512")]
    Rs512,
    /// RSA-PSS with SHA-256.
    #[serde(rename = "PS256")]
    Ps256,
    /// RSA-PSS with SHA-384.
    #[serde(rename = "PS384")]
    Ps384,
    /// RSA-PSS with SHA-512.
    #[serde(rename = "PS512")]
    Ps512,
    /// ECDSA on P-256 with SHA-256.
    #[serde(rename = "ES256")]
    Es256,
    /// ECDSA on P-384 with SHA-384.
    #[serde(rename = "ES384")]
    Es384,
    /// Ed25519.
    #[serde(rename = "EdDSA")]
    EdDsa,
}

impl Algorithm {
    /// Every one of them.
    pub const ALL: [Self; 9] = [
        Self::Rs256,
        Self::Rs384,
        Self::Rs512,
        Self::Ps256,
        Self::Ps384,
        Self::Ps512,
        Self::Es256,
        Self::Es384,
        Self::EdDsa,
    ];

    /// Its name in a header's or a key's `alg`, and in the settings.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
            Self::Ps256 => "PS256",
            Self::Ps384 => "PS384",
            Self::Ps512 => "PS512",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::EdDsa => "EdDSA",
        }
    }

    /// The one of exactly this name; names are case-sensitive (RFC 7515 §4.1.1).
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

/// Which tokens of an issuer are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenKind {
    /// Access tokens (RFC 9068, and those of issuers that do not yet mark them): `audience` is the name this server has
    /// at the issuer.
    #[default]
    Access,
    /// ID tokens: `audience` is the client's id, and the rules for `azp` hold.
    Id,
}

/// One identity provider whose tokens are taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Issuer {
    /// Its name, which is where it is found: an https URL, exactly as it stands in its tokens' `iss`; http for a
    /// loopback address only.
    pub issuer: String,
    /// Who its tokens are for: what their `aud` must contain.
    pub audience: String,
    /// Which of its tokens are taken.
    pub tokens: TokenKind,
    /// The algorithms it signs with; a token with any other is refused.
    pub algorithms: Vec<Algorithm>,
    /// How far its clock and ours may differ, in seconds. At most 300.
    pub clock_skew_s: u32,
    /// The claim that tells one person from another, and stays theirs.
    pub subject_claim: String,
    /// The claim with the e-mail address; empty where it is not wanted.
    pub email_claim: String,
    /// Whether somebody it has not sent before is let into the account with their e-mail address, where it says that it
    /// has verified that. It can then open every account that is not yet linked with it.
    pub link_by_email: bool,
    /// How long after its `iat` a token is taken at most, in seconds, whatever its `exp`; 0 for no bound.
    pub max_token_age_s: u32,
    /// How long to wait between two fetches of its keys at least, in seconds. 1 to 3600.
    pub key_cooldown_s: u32,
    /// How old its keys may become before they are fetched anew, in seconds. 1 to 86400.
    pub key_max_age_s: u32,
}

impl Default for Issuer {
    fn default() -> Self {
        Self {
            issuer: String::new(),
            audience: String::new(),
            tokens: TokenKind::default(),
            algorithms: vec![Algorithm::Rs256],
            clock_skew_s: 60,
            subject_claim: "sub".to_owned(),
            email_claim: String::new(),
            link_by_email: false,
            max_token_age_s: 0,
            key_cooldown_s: 30,
            key_max_age_s: 600,
        }
    }
}

impl Issuer {
    /// Everything that is wrong with it; empty where nothing is.
    #[must_use]
    pub fn check(&self) -> Vec<WrongField> {
        let mut problems = Vec::new();
        let mut hold = |holds: bool, field, wrong, right| {
            if !holds {
                problems.push((field, wrong, right));
            }
        };
        hold(
            self.issuer.len() <= MAX_NAME && self.url().is_some(),
            "issuer",
            "it is missing, or no address an issuer can have",
            "it must be an https URL without query and fragment, as the issuer's tokens have it; http for loopback only",
        );
        let named = |text: &str, most| !text.is_empty() && text.len() <= most && !text.chars().any(char::is_control);
        let (wrong, right) = ("it is missing, empty or too long", "it must be the name that the issuer's tokens have");
        hold(named(&self.audience, MAX_NAME), "audience", wrong, right);
        hold(named(&self.subject_claim, MAX_CLAIM), "subject_claim", wrong, right);
        let plausible = self.email_claim().is_none_or(|claim| named(claim, MAX_CLAIM));
        hold(plausible, "email_claim", "it is too long", right);
        let wrong = "true, and there is no email_claim to link by";
        hold(!self.link_by_email || self.email_claim().is_some(), "link_by_email", wrong, "email_claim must name one");
        let twice =
            (1..).zip(&self.algorithms).any(|(next, one)| self.algorithms.iter().skip(next).any(|two| two == one));
        let wrong = "it is empty or names one twice";
        hold(!self.algorithms.is_empty() && !twice, "algorithms", wrong, "it must name each once");
        let mut within = |field, range: std::ops::RangeInclusive<u32>, number: u32, right| {
            hold(range.contains(&number), field, "it is out of range", right);
        };
        within("clock_skew_s", 0..=300, self.clock_skew_s, "it must be a whole number from 0 to 300");
        within("key_cooldown_s", 1..=3_600, self.key_cooldown_s, "it must be a whole number from 1 to 3600");
        within("key_max_age_s", 1..=86_400, self.key_max_age_s, "it must be a whole number from 1 to 86400");
        problems
    }

    /// Everything that is wrong with issuers that stand together, each with the place of the issuer in the list.
    #[must_use]
    pub fn check_all(issuers: &[Self]) -> Vec<(usize, WrongField)> {
        if issuers.len() > MAX_ISSUERS {
            return vec![(MAX_ISSUERS, ("issuer", "it is one too many", "there may be 50 at most"))];
        }
        let mut problems = Vec::new();
        for (place, one) in issuers.iter().enumerate() {
            problems.extend(one.check().into_iter().map(|wrong| (place, wrong)));
            if !one.issuer.is_empty() && issuers.iter().take(place).any(|before| before.issuer == one.issuer) {
                problems.push((place, ("issuer", "it stands twice in the list", "an issuer has one audience here")));
            }
        }
        problems
    }

    /// The issuer as an address, where it can be one.
    #[must_use]
    pub fn url(&self) -> Option<Url> {
        address(&self.issuer, true).filter(|url| url.query().is_none())
    }

    /// An address that something of this issuer may be fetched from: https; or http on this machine, for an issuer that
    /// is there itself.
    #[must_use]
    pub fn address(&self, text: &str) -> Option<Url> {
        // An issuer elsewhere has no business on this machine.
        address(text, self.url().is_some_and(|own| own.scheme() == "http"))
    }

    /// The claim with the e-mail address, where it is wanted.
    #[must_use]
    pub fn email_claim(&self) -> Option<&str> {
        (!self.email_claim.is_empty()).then_some(self.email_claim.as_str())
    }

    /// [`Self::clock_skew_s`] as a duration.
    #[must_use]
    pub fn clock_skew(&self) -> TimeDelta {
        seconds(self.clock_skew_s)
    }

    /// The greatest age of a token, where there is one.
    #[must_use]
    pub fn max_token_age(&self) -> Option<TimeDelta> {
        (self.max_token_age_s > 0).then(|| seconds(self.max_token_age_s))
    }

    /// [`Self::key_cooldown_s`] as a duration.
    #[must_use]
    pub fn key_cooldown(&self) -> TimeDelta {
        seconds(self.key_cooldown_s)
    }

    /// [`Self::key_max_age_s`] as a duration.
    #[must_use]
    pub fn key_max_age(&self) -> TimeDelta {
        seconds(self.key_max_age_s)
    }
}

fn seconds(number: u32) -> TimeDelta {
    TimeDelta::seconds(number.into())
}

/// An address that may be fetched from: https, or, where `loopback` says so, http on this machine.
fn address(text: &str, loopback: bool) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let safe = match url.scheme() {
        "https" => true,
        "http" => loopback && is_loopback(&url),
        _ => false,
    };
    let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    (safe && plain).then_some(url)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// A list of issuers that was given as text: as in the file, behind `issuers =`.
pub(super) fn from_text(text: &str) -> Value {
    let read = format!("issuers = {text}").parse::<Table>().ok().and_then(|mut table| {
        let alone = table.len() == 1;
        table.remove("issuers").filter(|_| alone)
    });
    read.unwrap_or_else(|| Value::String(text.to_owned()))
}

/// Everything that is wrong with a list of issuers as it was written: where in it, as `[0].audience`, what is wrong, and
/// what would be right.
pub(super) fn wrong_in(list: &Value) -> Vec<(String, String, String)> {
    let no_list = |at: String, value: &Value| (at, format!("it is {}", kind(value)), format!("it must be {FORM}"));
    let Value::Array(items) = list else { return vec![no_list(String::new(), list)] };
    let known = Table::try_from(example()).unwrap_or_default();
    let mut problems = Vec::new();
    for (place, item) in items.iter().enumerate() {
        let Value::Table(fields) = item else {
            problems.push(no_list(format!("[{place}]"), item));
            continue;
        };
        let wrong = fields.iter().filter_map(|(name, value)| {
            let (wrong, right) = wrong_field(&known, name, value)?;
            Some((format!("[{place}].{name}"), wrong, right))
        });
        problems.extend(wrong);
    }
    if !problems.is_empty() {
        return problems;
    }
    match list.clone().try_into::<Vec<Issuer>>() {
        Ok(issuers) => {
            let told = |(place, (field, wrong, right)): (usize, WrongField)| {
                (format!("[{place}].{field}"), wrong.to_owned(), right.to_owned())
            };
            Issuer::check_all(&issuers).into_iter().map(told).collect()
        }
        // Each field was read alone; nothing is left that could fail together.
        Err(error) => vec![(String::new(), error.message().to_owned(), format!("it must be {FORM}"))],
    }
}

/// An issuer with all its fields, to tell by it what each must be.
fn example() -> Issuer {
    Issuer {
        issuer: "https://id.example.org".to_owned(),
        audience: "https://signpost.example.org".to_owned(),
        email_claim: "email".to_owned(),
        ..Issuer::default()
    }
}

/// What is wrong with one field, looked at by itself, and what would be right.
fn wrong_field(known: &Table, name: &str, value: &Value) -> Option<(String, String)> {
    let Some(like) = known.get(name) else {
        let name: String = name.chars().take(100).collect();
        let nearest = known.keys().min_by_key(|known| changes(known, &name)).cloned().unwrap_or_default();
        return Some(("there is no such setting".to_owned(), format!("did you mean {nearest}?")));
    };
    let right = || match name {
        "tokens" => "it must be \"access\" or \"id\"".to_owned(),
        "algorithms" => format!("it must be a list of names out of {}", Algorithm::ALL.map(Algorithm::name).join(", ")),
        _ => format!("it must be {}", should_be(like)),
    };
    if !value.same_type(like) {
        return Some((format!("it is {}", kind(value)), right()));
    }
    let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
    if let Some(other) = items.iter().find(|item| !item.is_str()) {
        return Some((format!("it holds {}", kind(other)), right()));
    }
    let alone = Table::from_iter([(name.to_owned(), value.clone())]);
    alone.try_into::<Issuer>().err().map(|error| (error.message().to_owned(), right()))
}
