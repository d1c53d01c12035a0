//! One way of writing for what is written in many: numbers of registers, telephone numbers, websites and names. Pure.
//!
//! What can't be read comes to nothing: a number that is guessed would make strangers look alike. To add a host that
//! many organisations share: a line in [`SHARED_HOSTS`].

use std::collections::BTreeSet;

use entity::enums::DuplicateKeyKind;
use url::{Host, Url};

use crate::directory::snapshot::text::words;

/// Longest text that is read, in characters; what is longer is no number and no address.
pub const MOST_READ: usize = 500;

/// A value in its one way of writing, and what it is a value of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// What it is.
    pub kind: DuplicateKeyKind,
    /// The value.
    pub value: String,
}

impl Key {
    /// The charity numbers that a text names.
    pub fn charities(text: &str) -> impl Iterator<Item = Self> {
        charity_numbers(text).into_iter().map(|value| Self { kind: DuplicateKeyKind::CharityNumber, value })
    }

    /// The company number that a text is.
    #[must_use]
    pub fn company(text: &str) -> Option<Self> {
        company_number(text).map(|value| Self { kind: DuplicateKeyKind::CompanyNumber, value })
    }

    /// The UPRN that a text is.
    #[must_use]
    pub fn uprn(text: &str) -> Option<Self> {
        uprn(text).map(|value| Self { kind: DuplicateKeyKind::Uprn, value })
    }

    /// The telephone number that a text is.
    #[must_use]
    pub fn phone(text: &str) -> Option<Self> {
        phone(text).map(|value| Self { kind: DuplicateKeyKind::Phone, value })
    }

    /// The website that a text is the address of.
    #[must_use]
    pub fn website(text: &str) -> Option<Self> {
        website(text).map(|value| Self { kind: DuplicateKeyKind::Website, value })
    }
}

fn is_short(text: &str) -> bool {
    text.chars().nth(MOST_READ).is_none()
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Noughts and other rows of one digit stand where somebody had to fill in something.
fn is_filler(digits: &str) -> bool {
    let mut bytes = digits.bytes();
    let first = bytes.next();
    bytes.all(|byte| Some(byte) == first)
}

/// Capital letters and digits in runs, as they stand between whatever else there is.
fn runs(text: &str) -> Vec<String> {
    let capitals = text.to_ascii_uppercase();
    let runs = capitals.split(|letter: char| !letter.is_ascii_alphanumeric());
    runs.filter(|run| !run.is_empty()).map(str::to_owned).collect()
}

/// Digits that are written in groups (`1 089 464`, `10.001.234`), put together; `None` where there is anything else.
fn grouped(text: &str) -> Option<String> {
    let separates = |letter: char| letter.is_whitespace() || matches!(letter, '.' | ',');
    let together: String = text.chars().filter(|letter| !separates(*letter)).collect();
    is_digits(&together).then_some(together)
}

/// The charity numbers that a text names, each once: of England and Wales six or seven digits (the number of a linked
/// charity, `1234567-1`, counts as that of the one that it is linked to, which answers for it), of Scotland `SC` and six
/// digits, of Northern Ireland `NIC` and six. An O for the first nought, a space behind the letters and words around
/// the number are what people write.
#[must_use]
pub fn charity_numbers(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    if !is_short(text) {
        return found;
    }
    let bare = |digits: &str| matches!(digits.len(), 6 | 7) && is_digits(digits) && !is_filler(digits);
    if let Some(digits) = grouped(text) {
        found.extend(Some(digits).filter(|digits| bare(digits)));
        return found;
    }
    let runs = runs(text);
    let mut before = "";
    for run in &runs {
        // "SC 012345" is two runs of one number.
        let whole = if matches!(before, "SC" | "NIC") { format!("{before}{run}") } else { run.clone() };
        let registered = ["NIC", "SC"].into_iter().find_map(|prefix| {
            let digits = whole.strip_prefix(prefix)?.replace('O', "0");
            (digits.len() == 6 && is_digits(&digits) && !is_filler(&digits)).then(|| format!("{prefix}{digits}"))
        });
        found.extend(registered.or_else(|| bare(&whole).then_some(whole)));
        before = run;
    }
    found
}

/// Letters before the digits of company numbers: registers and kinds of company that Companies House lists.
const COMPANY_PREFIXES: &[&str] = &[
    "AC", "CE", "CS", "FC", "FE", "GE", "GN", "GS", "IC", "IP", "LP", "NA", "NC", "NF", "NI", "NL", "NO", "NP", "NR",
    "NV", "NZ", "OC", "OE", "PC", "R", "RC", "RS", "SA", "SC", "SE", "SF", "SG", "SI", "SL", "SO", "SP", "SR", "SZ",
    "ZC",
];

/// The company number that a text is, in eight characters: letters of the register and digits, noughts before them where
/// they were left out. Fewer than four digits are no number that anybody can mean.
#[must_use]
pub fn company_number(text: &str) -> Option<String> {
    if !is_short(text) {
        return None;
    }
    if let Some(digits) = grouped(text) {
        return of_company(&digits);
    }
    let runs = runs(text);
    let mut before = "";
    for run in &runs {
        // The NO of "no. 1234567" is no register.
        let is_apart = before != "NO" && COMPANY_PREFIXES.contains(&before);
        let joined = is_apart.then(|| format!("{before}{run}"));
        before = run;
        let found = of_company(run).filter(|_| !is_digits(run) || joined.is_none()).or_else(|| of_company(&joined?));
        if found.is_some() {
            return found;
        }
    }
    None
}

/// The number that one run of letters and digits is.
fn of_company(run: &str) -> Option<String> {
    let letters = run.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (prefix, rest) = run.split_at(letters);
    // Societies end in an R: IP12345R.
    let (digits, suffix) = rest.strip_suffix('R').filter(|_| prefix == "IP").map_or((rest, ""), |rest| (rest, "R"));
    let least = match prefix {
        "" => 4,
        _ if COMPANY_PREFIXES.contains(&prefix) => 3,
        _ => return None,
    };
    let room = 8 - prefix.len() - suffix.len();
    let right = is_digits(digits) && !is_filler(digits) && (least..=room).contains(&digits.len());
    right.then(|| format!("{prefix}{digits:0>room$}{suffix}"))
}

/// The unique property reference number that a text is: up to twelve digits, without the noughts before them.
#[must_use]
pub fn uprn(text: &str) -> Option<String> {
    if !is_short(text) {
        return None;
    }
    let text = text.trim();
    let after = text.get(..4).filter(|start| start.eq_ignore_ascii_case("uprn")).and_then(|_| text.get(4..));
    let digits = grouped(after.unwrap_or(text).trim_start_matches([':', '=', ' ', '-']))?;
    let digits = digits.trim_start_matches('0');
    ((1..=12).contains(&digits.len()) && !(digits.len() > 1 && is_filler(digits))).then(|| digits.to_owned())
}

/// The telephone number that a text begins with, as E.164 writes it: `+441614960000`.
///
/// Read are numbers of the United Kingdom as people write them (with and without the country's code, the nought in
/// brackets, groups, the nought lost to a spreadsheet) and any number behind a `+` or `00`. What follows the number (an
/// extension, a second number, opening times) is cut off. Short codes and helplines of three to six digits (111, 116 123)
/// come to nothing: every listing may give them, and they never make two listings alike.
#[must_use]
pub fn phone(text: &str) -> Option<String> {
    if !is_short(text) {
        return None;
    }
    let begin = text.find(|letter: char| letter.is_ascii_digit() || letter == '+')?;
    let rest = text.get(begin..)?;
    let is_part =
        |letter: char| letter.is_ascii_digit() || letter.is_whitespace() || "()+-–.\u{2010}\u{2011}".contains(letter);
    let end = rest.find(|letter| !is_part(letter)).unwrap_or(rest.len());
    let written: String = rest.get(..end)?.chars().filter(|letter| !letter.is_whitespace()).collect();
    let is_abroad = written.starts_with('+') || written.starts_with("00");
    // The nought in brackets is for those who call within the country.
    let written = if is_abroad { written.replacen("(0)", "", 1) } else { written };
    let digits: String = written.chars().filter(char::is_ascii_digit).collect();
    if is_abroad {
        let digits = if written.starts_with('+') { &digits } else { digits.get(2..)? };
        return match digits.strip_prefix("44") {
            Some(national) => british(national.strip_prefix('0').unwrap_or(national)),
            None => ((8..=15).contains(&digits.len()) && !digits.starts_with('0') && !is_filler(digits))
                .then(|| format!("+{digits}")),
        };
    }
    match digits.strip_prefix('0') {
        Some(national) => british(national),
        None if digits.len() == 12 => digits.strip_prefix("44").and_then(british),
        None if digits.len() == 10 => british(&digits),
        None => None,
    }
}

/// A number within the United Kingdom, without its nought: nine or ten digits, and a few old ones of seven (0800 1111).
fn british(national: &str) -> Option<String> {
    let right = match national.len() {
        9 | 10 => national.starts_with(['1', '2', '3', '5', '7', '8', '9']),
        7 => national.starts_with("800"),
        _ => false,
    };
    (right && !is_filler(national)).then(|| format!("+44{national}"))
}

/// Whether a text is a short code or a helpline of three to six digits, which is a good number that tells nothing of
/// whose it is.
#[must_use]
pub fn is_short_code(text: &str) -> bool {
    is_short(text) && grouped(text).is_some_and(|digits| (3..=6).contains(&digits.len()))
}

/// Hosts that many organisations share, with all below them: what stands there is told apart by its page alone.
pub const SHARED_HOSTS: &[&str] = &[
    "bit.ly",
    "eventbrite.co.uk",
    "eventbrite.com",
    "facebook.com",
    "fb.com",
    "forms.gle",
    "google.com",
    "gov.scot",
    "gov.uk",
    "gov.wales",
    "hscni.net",
    "instagram.com",
    "justgiving.com",
    "linkedin.com",
    "linktr.ee",
    "meetup.com",
    "nhs.net",
    "nhs.scot",
    "nhs.uk",
    "nhs.wales",
    "tiktok.com",
    "tinyurl.com",
    "twitter.com",
    "wixsite.com",
    "x.com",
    "youtube.com",
];

/// Those of them that are one site under many names (`m.facebook.com`); the others are families of sites.
const ONE_SITE: &[&str] = &[
    "eventbrite.co.uk",
    "eventbrite.com",
    "facebook.com",
    "instagram.com",
    "linkedin.com",
    "meetup.com",
    "tiktok.com",
    "twitter.com",
    "x.com",
    "youtube.com",
];

/// The website that a text is the address of: its host, in small letters and ASCII, without `www.`; where many
/// organisations share the host ([`SHARED_HOSTS`]) with the page, and nothing where no page is named. Of a page's query
/// only `id` counts, by which some such sites tell their pages apart.
#[must_use]
pub fn website(text: &str) -> Option<String> {
    let text = text.trim();
    if !is_short(text) || text.contains('@') {
        return None;
    }
    let url = if text.contains("://") { Url::parse(text) } else { Url::parse(&format!("https://{text}")) }.ok()?;
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    let Some(Host::Domain(domain)) = url.host() else { return None };
    let domain = domain.trim_end_matches('.');
    let host = domain.strip_prefix("www.").unwrap_or(domain);
    if !host.contains('.') || host.len() > 253 || host.split('.').any(str::is_empty) {
        return None;
    }
    let below = |shared: &&&str| host.strip_suffix(**shared).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
    if !SHARED_HOSTS.iter().any(|shared| below(&shared)) {
        return Some(host.to_owned());
    }
    let site = ONE_SITE.iter().find(below).map_or(host, |site| site);
    let page = url.path().trim_matches('/').to_lowercase();
    let id = url.query().into_iter().flat_map(|query| query.split('&')).find(|pair| pair.starts_with("id="));
    (!page.is_empty()).then(|| id.map_or_else(|| format!("{site}/{page}"), |id| format!("{site}/{page}?{id}")))
}

/// Words of names that tell nothing: what organisations are in law, and what joins words together.
const COMMON: &[&str] = &[
    "a",
    "an",
    "and",
    "at",
    "by",
    "charity",
    "cic",
    "cio",
    "company",
    "co",
    "for",
    "in",
    "inc",
    "limited",
    "llp",
    "ltd",
    "of",
    "on",
    "organisation",
    "plc",
    "project",
    "registered",
    "scio",
    "service",
    "services",
    "the",
    "to",
    "uk",
    "with",
];

/// Words that tell two names apart however alike the rest is; words with a digit in them do too.
const TELLING: &[&str] = &[
    "adult",
    "adults",
    "boys",
    "central",
    "child",
    "children",
    "childrens",
    "day",
    "east",
    "eastern",
    "family",
    "families",
    "female",
    "girls",
    "ladies",
    "male",
    "men",
    "mens",
    "night",
    "north",
    "northern",
    "older",
    "south",
    "southern",
    "west",
    "western",
    "women",
    "womens",
    "young",
    "youth",
];

/// A name, ready to be held against others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    words: Vec<String>,
    telling: Vec<String>,
    grams: Vec<u64>,
}

impl Name {
    /// A name's words that tell it from others, whatever their order, case and accents; `None` where there is no word.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        let all = words(&name.chars().take(MOST_READ).collect::<String>().replace('&', " and "));
        let mut kept: Vec<String> = all.iter().filter(|word| !COMMON.contains(&word.as_str())).cloned().collect();
        // "The Project" has nothing else to be told by.
        if kept.is_empty() {
            kept = all;
        }
        // "community interest company" is a form in law, "community" alone is not.
        if let Some(at) = kept.windows(2).position(|pair| pair == ["community", "interest"]).filter(|_| kept.len() > 2)
        {
            kept.drain(at..at + 2);
        }
        kept.sort_unstable();
        let is_telling = |word: &&String| TELLING.contains(&word.as_str()) || word.chars().any(char::is_numeric);
        let telling = kept.iter().filter(is_telling).cloned().collect();
        let mut grams: Vec<u64> = kept.iter().flat_map(|word| grams_of(word)).collect();
        grams.sort_unstable();
        (!kept.is_empty()).then_some(Self { words: kept, telling, grams })
    }

    /// Its words in order, as one text: the same for names that are the same.
    #[must_use]
    pub fn text(&self) -> String {
        self.words.join(" ")
    }

    /// How its words begin, each once: two names that are similar have, all but always, one in common.
    #[must_use]
    pub fn beginnings(&self) -> BTreeSet<String> {
        self.words.iter().map(|word| word.chars().take(3).collect()).collect()
    }

    /// How alike two names are, from 0 to 1: the share of groups of three letters that they have in common (Dice), words
    /// taken by themselves; 0 where a word that tells names apart stands in one only.
    #[must_use]
    pub fn similarity(&self, other: &Self) -> f64 {
        if self.words == other.words {
            return 1.0;
        }
        if self.telling != other.telling {
            return 0.0;
        }
        let (mut mine, mut theirs, mut common) = (self.grams.iter().peekable(), other.grams.iter().peekable(), 0_u16);
        while let (Some(one), Some(two)) = (mine.peek(), theirs.peek()) {
            let order = one.cmp(two);
            common += u16::from(order.is_eq());
            mine.next_if(|_| order.is_le());
            theirs.next_if(|_| order.is_ge());
        }
        let all = u16::try_from(self.grams.len() + other.grams.len()).unwrap_or(u16::MAX);
        // Other words of the same letters are not the same name.
        (2.0 * f64::from(common) / f64::from(all)).min(0.99)
    }
}

/// A word's groups of three letters, its beginning and its end among them; each as one number, which no other group is.
fn grams_of(word: &str) -> Vec<u64> {
    let letters: Vec<char> = std::iter::once('^').chain(word.chars()).chain(std::iter::once('$')).collect();
    let number = |group: &[char]| group.iter().fold(0, |number, letter| number << 21 | u64::from(u32::from(*letter)));
    letters.windows(3).map(number).collect()
}
