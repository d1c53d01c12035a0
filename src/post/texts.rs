//! The words of every letter: pure functions, short sentences, one thing asked of the reader.
//!
//! Rules for all of them. The subject names neither an agency nor a person: it shows on locked screens, where others
//! read it too. The link stands on a line of its own. What was said by others (the name of an agency) stands in quotes
//! and has gone through [`agency_in_quotes`]. Our own words are ASCII, so that a letter can be read in its file as it
//! is. Times are those of a clock in the UK, with the date and the name of the zone.

use chrono::{DateTime, Utc};
use chrono_tz::Europe::London;
use unicode_normalization::char::is_combining_mark;

use super::{
    address::MailAddress,
    letter::{Letter, SecretLink},
};

/// Most characters of an agency's name in a letter; a longer one is cut and ends in `...`.
pub const MOST_OF_NAME: usize = 80;

/// An invitation to open an account, in the name of an agency.
#[must_use]
pub fn invitation(to: MailAddress, agency_name: &str, link: &SecretLink, expires_at: DateTime<Utc>) -> Letter {
    let who = agency_in_quotes(agency_name).unwrap_or_else(|| "An agency".to_owned());
    let (link, until) = (link.expose(), uk_time(expires_at));
    let text = format!(
        "Hello,

{who} has invited you to open an account on Signpost.

To accept, open this link and choose a password:

{link}

The link works once, until {until}. If it has stopped working, ask the agency for a new one.

This link is only for you. Please do not send it on. Nobody from Signpost will ever ask you for it, or for your \
password.

If you did not expect this letter, you can leave it. Nothing happens unless you open the link.

Signpost
"
    );
    Letter::new(to, "An invitation to Signpost", &text)
}

/// A way back in for somebody who has forgotten a password.
#[must_use]
pub fn password_reset(to: MailAddress, link: &SecretLink, expires_at: DateTime<Utc>) -> Letter {
    let (link, until) = (link.expose(), uk_time(expires_at));
    let text = format!(
        "Hello,

Somebody, probably you, asked for a new password for your account on Signpost.

To choose a new password, open this link:

{link}

The link works once, until {until}. If it has stopped working, ask for another where you sign in.

This link is only for you. Please do not send it on. Nobody from Signpost will ever ask you for it, or for your \
password.

If it was not you, you can leave this letter. Your password stays as it is.

Signpost
"
    );
    Letter::new(to, "Choose a new password for Signpost", &text)
}

/// Why somebody is asked to confirm listings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhyAsked {
    /// They are the agency's named contact.
    NamedContact,
    /// They stand in for the named contact.
    Deputy,
    /// They manage the agency, and nobody who was named can be asked.
    Manager,
    /// They coordinate the network, and nobody of the agency can be asked.
    Coordinator,
}

/// What is due of an agency.
#[derive(Clone, Debug)]
pub struct DueListings<'a> {
    /// Its name.
    pub agency: &'a str,
    /// How many listings are due.
    pub overdue: u32,
    /// How many more soon will be.
    pub soon: u32,
    /// The names of those that have been due longest.
    pub longest: Vec<&'a str>,
}

/// Most agencies that are told one by one.
const MOST_AGENCIES: usize = 20;

/// That listings are due to be confirmed. `often` is the period in which nobody is asked twice.
#[must_use]
pub fn listings_due(
    to: MailAddress,
    why: WhyAsked,
    about: &[DueListings<'_>],
    often: &str,
    link: Option<&SecretLink>,
) -> Letter {
    let named = |name: &str, otherwise: &str| agency_in_quotes(name).unwrap_or_else(|| otherwise.to_owned());
    let agency = about.first().map_or_else(|| "your agency".to_owned(), |due| named(due.agency, "your agency"));
    let why = match why {
        WhyAsked::NamedContact => format!("You are asked as the named contact of {agency}."),
        WhyAsked::Deputy => format!("You are asked as the deputy at {agency}: its named contact cannot be."),
        WhyAsked::Manager => format!("You are asked as a manager of {agency}: nobody who was named for it can be."),
        WhyAsked::Coordinator => "You are asked as a coordinator: nobody at the agencies below can be.".to_owned(),
    };
    let mut told = String::new();
    for due in about.iter().take(MOST_AGENCIES) {
        told.push_str(&format!("{}: {}.\n", named(due.agency, "An agency"), how_many(due)));
        for name in &due.longest {
            told.push_str(&format!("- {}\n", named(name, "A service")));
        }
        told.push('\n');
    }
    if let Some(more @ 1..) = about.len().checked_sub(MOST_AGENCIES) {
        told.push_str(&format!("And {more} more of the agencies.\n\n"));
    }
    let where_to = match link {
        Some(link) => format!("To confirm them, open your worklist:\n\n{}\n", link.expose()),
        None => "To confirm them, open your worklist on Signpost.\n".to_owned(),
    };
    let text = format!(
        "Hello,

Some listings on Signpost are due to be confirmed. The ones that have waited longest are named.

{told}{where_to}
Please look at each, put right what is wrong, and confirm what is true. People are sent to these services by what their \
listings say.

{why} You get this letter once a {often} at most.

Signpost
"
    );
    Letter::new(to, "Listings to confirm on Signpost", &text)
}

/// Whether an address agrees to get an agency's notices: a letter with a code, which whoever reads it hands on or leaves.
#[must_use]
pub fn notice_code(to: MailAddress, agency_name: &str, code: &str, expires_at: DateTime<Utc>) -> Letter {
    let who = agency_in_quotes(agency_name).unwrap_or_else(|| "An agency".to_owned());
    let until = uk_time(expires_at);
    let text = format!(
        "Hello,

{who} would like to send notices from Signpost to this address: that something happened to one of its referrals or \
appointments. They tell nothing of anybody.

If you want them, give this code to the manager who asked you:

{code}

The code works until {until}.

If you did not expect this letter, you can leave it. Nothing is sent here unless somebody uses the code.

Signpost
"
    );
    Letter::new(to, "A code for notices from Signpost", &text)
}

/// What a letter tells that happened. No name, and nothing that anybody said.
#[derive(Clone, Debug)]
pub struct Told {
    /// What, in words of ours.
    pub said: &'static str,
    /// When.
    pub at: DateTime<Utc>,
    /// To what, by its global id; absent where it is nothing that can be asked for.
    pub id: Option<String>,
    /// Where whoever may see it does; absent where nobody says so.
    pub link: Option<SecretLink>,
}

/// Notices: one, or several that waited for the same address, and how many more come in the next letter.
#[must_use]
pub fn notices(to: MailAddress, told: &[Told], more: u64) -> Letter {
    let (subject, mut all) = match told.len() {
        1 => ("A notice from Signpost".to_owned(), String::new()),
        number => (format!("{number} notices from Signpost"), format!("There are {number} notices.\n\n")),
    };
    for one in told {
        all.push_str(&format!("{}\nWhen: {}\n", one.said, uk_time(one.at)));
        if let Some(id) = &one.id {
            all.push_str(&format!("Its id: {id}\n"));
        }
        if let Some(link) = &one.link {
            all.push_str(&format!("{}\n", link.expose()));
        }
        all.push('\n');
    }
    match more {
        0 => {}
        1 => all.push_str("And 1 more, which comes in another letter.\n\n"),
        _ => all.push_str(&format!("And {more} more, which come in another letter.\n\n")),
    }
    let text = format!(
        "Hello,

{all}No names stand in this letter. Please do not answer it.

You get it because your agency has its notices sent to this address. To stop them, ask a manager of your agency.

Signpost
"
    );
    Letter::new(to, &subject, &text)
}

fn how_many(due: &DueListings<'_>) -> String {
    let are = |number: u32, what: &str| match number {
        1 => format!("1 listing is {what}"),
        _ => format!("{number} listings are {what}"),
    };
    match (due.overdue, due.soon) {
        (overdue, 0) => are(overdue, "due"),
        (0, soon) => are(soon, "due soon"),
        (overdue, 1) => format!("{}, 1 more soon", are(overdue, "due")),
        (overdue, soon) => format!("{}, {soon} more soon", are(overdue, "due")),
    }
}

/// An instant as a reader in the UK says it: `10:31 on Sunday 22 November 2026 (UK time, GMT)`. By 24 hours, for 12:00am
/// is misread; seconds are dropped, so that it is never later than the truth.
#[must_use]
pub fn uk_time(at: DateTime<Utc>) -> String {
    at.with_timezone(&London).format("%H:%M on %A %-d %B %Y (UK time, %Z)").to_string()
}

/// An agency's name as it may stand in a letter: in quotes that it cannot leave, on one line, without invisible signs
/// or ones that turn the direction of writing, at most [`MOST_OF_NAME`] characters, and so broken up that no mail
/// program makes a link of it. None where nothing is left.
#[must_use]
pub fn agency_in_quotes(name: &str) -> Option<String> {
    let mut shown = String::new();
    // Far more than is shown, so that a name is cut by what is seen of it, and yet bounded.
    let mut signs = name.chars().take(20 * MOST_OF_NAME).filter(|c| !is_invisible(*c)).map(plain).peekable();
    while let Some(sign) = signs.next() {
        let goes_on = signs.peek().is_some_and(|next| *next != ' ');
        match sign {
            ' ' if shown.is_empty() || shown.ends_with(' ') => {}
            // A link needs a dot, a colon or an @ with no blank behind it.
            '.' | ':' if goes_on => shown.extend([sign, ' ']),
            '@' => shown.push_str(if shown.is_empty() || shown.ends_with(' ') { "at " } else { " at " }),
            _ => shown.push(sign),
        }
    }
    let shown = shown.trim_end();
    if !shown.contains(char::is_alphanumeric) {
        return None;
    }
    if shown.chars().nth(MOST_OF_NAME).is_none() {
        return Some(format!("\"{shown}\""));
    }
    let cut: String = shown.chars().take(MOST_OF_NAME - 3).collect();
    Some(format!("\"{}...\"", cut.trim_end()))
}

/// Blanks and control characters as one kind of blank, quotation marks as one that does not end the name, and what
/// looks like a dot, a colon or an @ as itself.
fn plain(c: char) -> char {
    match c {
        c if c.is_whitespace() || c.is_control() => ' ',
        '"'
        | '\u{ab}'
        | '\u{bb}'
        | '\u{201c}'..='\u{201f}'
        | '\u{2033}'
        | '\u{2036}'
        | '\u{301d}'..='\u{301f}'
        | '\u{2ba}'
        | '\u{2dd}'
        | '\u{2ee}'
        | '\u{ff02}' => '\'',
        '\u{2024}' | '\u{3002}' | '\u{fe52}' | '\u{ff0e}' | '\u{ff61}' => '.',
        '\u{2236}' | '\u{a789}' | '\u{fe13}' | '\u{fe55}' | '\u{ff1a}' => ':',
        '\u{fe6b}' | '\u{ff20}' => '@',
        c => c,
    }
}

/// Signs that show nothing, or that change what stands around them: Unicode's format characters (general category Cf),
/// variation selectors, and the fillers that are letters only in name.
#[must_use]
pub const fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}'..='\u{891}'
        | '\u{8e2}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffd}' | '\u{110bd}' | '\u{110cd}'
        | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// Signs that show nothing themselves and can make others read as something else: blanks without width, changes of the
/// direction, tags. Joiners are none of them, for Persian and the scripts of India are written with them.
#[must_use]
pub const fn is_unseen(sign: char) -> bool {
    matches!(
        sign,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
    )
}

/// Whether a text shows anything at all. Accents by themselves do not.
#[must_use]
pub fn shows(text: &str) -> bool {
    let is_seen =
        |sign: char| !sign.is_whitespace() && !sign.is_control() && !is_invisible(sign) && !is_combining_mark(sign);
    text.chars().any(is_seen)
}
