//! What somebody is told of services: as a page that prints well, as text, short enough for a text message; and what of it has
//! changed since. Pure. It is read by people under strain: short lines, plain words, the number to ring first.

use std::fmt::Write as _;

use chrono::NaiveDate;
use entity::enums::ServiceStatus;
use entity::ids::{PlaceId, ServiceId};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use unicode_normalization::UnicodeNormalization as _;

use crate::api::html::escaped;
use crate::directory::words::date;

/// Most characters of a text message that is sent as one, of letters that every telephone has (GSM 03.38).
pub const ONE_MESSAGE: usize = 160;

/// What is told of a service, as it is now. Everything of it is for anybody to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The service.
    pub service: ServiceId,
    /// Where of its places, where it is for a certain one.
    pub at: Option<PlaceId>,
    /// Its name.
    pub name: String,
    /// The agency that offers it.
    pub agency: String,
    /// Whether it runs.
    pub status: ServiceStatus,
    /// When it is expected back, where it is closed for a time.
    pub reopens_on: Option<NaiveDate>,
    /// Something people must know now.
    pub alert: Option<String>,
    /// Telephone numbers, the first the one to ring.
    pub phones: Vec<String>,
    /// Where to go, line by line; empty where there is no such place, or it is a secret.
    pub address: Vec<String>,
    /// When it is open in the days from now, a line each; empty where nobody says, and while it does not run.
    pub week: Vec<String>,
    /// The rules behind these lines, for comparing.
    pub hours: String,
    /// How to get in.
    pub how_to_apply: Option<String>,
    /// What to bring.
    pub documents: Vec<String>,
    /// The day on which somebody last confirmed when it is open; absent where nobody ever did.
    pub confirmed_on: Option<NaiveDate>,
}

/// What is kept of what was told: enough to know a service again and to tell what has changed. Of numbers, addresses and
/// hours only prints, for what is a secret later must not stand in what was told before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Then {
    /// The service.
    pub service: ServiceId,
    /// Where of its places, where it was for a certain one.
    pub at: Option<PlaceId>,
    /// Its name.
    pub name: String,
    /// The agency that offered it.
    pub agency: String,
    /// Whether it ran.
    pub status: ServiceStatus,
    /// When it was expected back.
    pub reopens_on: Option<NaiveDate>,
    /// The day on which somebody had last confirmed when it is open.
    pub confirmed_on: Option<NaiveDate>,
    prints: Prints,
}

/// Prints of what may change; empty where there was nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Prints {
    alert: String,
    phones: String,
    address: String,
    hours: String,
    how_to_apply: String,
    documents: String,
}

impl Prints {
    fn of(told: &Told, salt: &str) -> Self {
        let print = |said: &str| {
            if said.is_empty() {
                return String::new();
            }
            let digest = Sha256::digest(format!("{salt}\n{said}"));
            digest.iter().take(8).fold(String::new(), |print, byte| format!("{print}{byte:02x}"))
        };
        Self {
            alert: print(told.alert.as_deref().unwrap_or_default()),
            phones: print(&told.phones.join("\n")),
            address: print(&told.address.join("\n")),
            hours: print(&told.hours),
            how_to_apply: print(told.how_to_apply.as_deref().unwrap_or_default()),
            documents: print(&told.documents.join("\n")),
        }
    }
}

impl Told {
    /// What is kept of it, with something in the prints that no other signpost has.
    #[must_use]
    pub fn then(&self, salt: &str) -> Then {
        Then {
            service: self.service,
            at: self.at,
            name: self.name.clone(),
            agency: self.agency.clone(),
            status: self.status,
            reopens_on: self.reopens_on,
            confirmed_on: self.confirmed_on,
            prints: Prints::of(self, salt),
        }
    }

    /// What there is to say where it does not run.
    fn standstill(&self) -> Option<String> {
        match (self.status, self.reopens_on) {
            (ServiceStatus::Active, _) => None,
            (ServiceStatus::TemporarilyClosed, Some(on)) => Some(format!("It is closed for now, until {}.", date(on))),
            (ServiceStatus::TemporarilyClosed, None) => Some("It is closed for now.".to_owned()),
            (ServiceStatus::Inactive | ServiceStatus::Defunct, _) => Some("It has closed.".to_owned()),
        }
    }
}

/// What became of a service since somebody was told of it, in short sentences; nothing where nothing did.
#[must_use]
pub fn changes(then: &Then, now: Option<&Told>, salt: &str) -> Vec<String> {
    let Some(now) = now else {
        return vec!["This is no longer listed. Do not go there before you have asked.".to_owned()];
    };
    let mut all = Vec::new();
    if then.status != now.status || then.reopens_on != now.reopens_on {
        all.push(now.standstill().unwrap_or_else(|| "It is open again.".to_owned()));
    }
    let prints = Prints::of(now, salt);
    for (changed, what) in [
        (then.name != now.name || then.agency != now.agency, "It has another name."),
        (then.prints.phones != prints.phones, "The telephone number has changed."),
        (then.prints.address != prints.address, "Where to go has changed."),
        (then.prints.hours != prints.hours, "The opening hours have changed."),
        (then.prints.how_to_apply != prints.how_to_apply, "How to get in has changed."),
        (then.prints.documents != prints.documents, "What to bring has changed."),
        (now.alert.is_some() && then.prints.alert != prints.alert, "There is something new to know."),
    ] {
        if changed {
            all.push(what.to_owned());
        }
    }
    all
}

/// A sheet: what somebody was told, by whom, when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// The agency whose worker told them.
    pub agency: String,
    /// The day of it.
    pub given_on: NaiveDate,
    /// Each service that somebody was told of.
    pub services: Vec<Entry>,
    /// The day as of which this holds.
    pub today: NaiveDate,
}

/// A service on a sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name; where it is gone, as it was.
    pub name: String,
    /// As it is now; absent where it is gone: nothing that was said of it then is said again.
    pub now: Option<Told>,
    /// What has changed since.
    pub changes: Vec<String>,
}

impl Entry {
    /// What was told then, as it is now.
    #[must_use]
    pub fn new(then: &Then, now: Option<Told>, salt: &str) -> Self {
        let changes = changes(then, now.as_ref(), salt);
        let name = now.as_ref().map_or(&then.name, |now| &now.name).clone();
        Self { name, now, changes }
    }
}

impl Sheet {
    fn given(&self) -> String {
        format!(
            "{} told you of these on {}. This is how they are on {}.",
            self.agency,
            date(self.given_on),
            date(self.today)
        )
    }

    /// As text.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = format!("PLACES THAT MAY HELP\n\n{}\n", self.given());
        for entry in &self.services {
            let _ = write!(text, "\n{}\n", entry.name.to_uppercase());
            for line in lines(entry) {
                text.push_str(&line.text());
                text.push('\n');
            }
        }
        text
    }

    /// As a page that prints well: no script, nothing from elsewhere.
    #[must_use]
    pub fn html(&self) -> String {
        let mut body = String::new();
        for entry in &self.services {
            let _ = write!(body, "<section>\n<h2>{}</h2>\n", escaped(&entry.name));
            for line in lines(entry) {
                let class = if line.warns { " class=\"warns\"" } else { "" };
                let label = line.label.map(|label| format!("<b>{label}:</b> ")).unwrap_or_default();
                let said: Vec<String> = line.said.iter().map(|said| escaped(said)).collect();
                let _ = writeln!(body, "<p{class}>{label}{}</p>", said.join("<br>"));
            }
            body.push_str("</section>\n");
        }
        PAGE.replace("<!-- given -->", &escaped(&self.given())).replace("<!-- services -->", &body)
    }
}

const PAGE: &str = include_str!("sheet.html");

/// A line of what is told of a service.
struct Line {
    label: Option<&'static str>,
    said: Vec<String>,
    warns: bool,
}

impl Line {
    fn text(&self) -> String {
        let said = self.said.join(if self.said.len() > 2 { "\n  " } else { ", " });
        match self.label {
            Some(label) if self.said.len() > 2 => format!("{label}:\n  {said}"),
            Some(label) => format!("{label}: {said}"),
            None if self.warns => format!("! {said}"),
            None => said,
        }
    }
}

fn lines(entry: &Entry) -> Vec<Line> {
    let warns = |said: &str| Line { label: None, said: vec![said.to_owned()], warns: true };
    let plainly = |said: String| Line { label: None, said: vec![said], warns: false };
    let labelled = |label, said: &[String]| {
        (!said.is_empty()).then(|| Line { label: Some(label), said: said.to_vec(), warns: false })
    };
    let mut all: Vec<Line> = entry.changes.iter().map(|change| warns(change)).collect();
    let Some(told) = &entry.now else { return all };
    all.extend(told.standstill().filter(|said| !entry.changes.contains(said)).map(|said| warns(&said)));
    all.extend(told.alert.iter().map(|alert| warns(alert)));
    if told.agency != told.name {
        all.push(plainly(told.agency.clone()));
    }
    all.extend(labelled("Ring", &told.phones));
    all.extend(labelled("Go to", &told.address));
    all.extend(labelled("Open", &told.week));
    if told.status == ServiceStatus::Active {
        all.push(plainly(match (told.week.is_empty(), told.confirmed_on) {
            (true, _) => "Nobody has said when it is open: ring first.".to_owned(),
            (false, None) => "Nobody has confirmed these hours: ring first.".to_owned(),
            (false, Some(on)) => format!("Hours confirmed on {}.", date(on)),
        }));
    }
    all.extend(labelled("Getting in", told.how_to_apply.as_slice()));
    all.extend(labelled("Bring", &told.documents));
    all
}

/// As a text message that is sent as one: the names and numbers of as many as there is room for beside the link.
#[must_use]
pub fn message(told: &[Told], link: Option<&str>) -> String {
    let link = link.map(|link| format!("More: {link}")).filter(|link| link.len() <= ONE_MESSAGE).unwrap_or_default();
    let mut said = String::new();
    for told in told.iter().filter(|told| told.status == ServiceStatus::Active) {
        let number = told.phones.first().map(|number| format!(" {}", plain(number))).unwrap_or_default();
        let room = ONE_MESSAGE.saturating_sub(said.len() + link.len() + number.len() + 2);
        let whole = plain(&told.name);
        let whole = whole.trim();
        let name = whole.get(..room.min(40)).map_or(whole, str::trim_end);
        // So little of a name says nothing: there is no room for more.
        if name.len() < 12 && name.len() < whole.len() {
            break;
        }
        // A name without any letter that every telephone has is left out, and its number is not.
        let entry = format!("{name}{number}");
        let entry = entry.trim();
        if !entry.is_empty() && said.len() + entry.len() + 2 + link.len() <= ONE_MESSAGE {
            let _ = write!(said, "{entry}. ");
        }
    }
    said.push_str(&link);
    said.trim_end().to_owned()
}

/// The same in letters that every telephone has: accents are left out, and what has no such letter.
fn plain(text: &str) -> String {
    let dashes = |sign: char| if matches!(sign, '\u{2010}'..='\u{2015}') { '-' } else { sign };
    let quotes = |sign: char| if matches!(sign, '\u{2018}' | '\u{2019}') { '\'' } else { sign };
    text.nfkd()
        .map(|sign| quotes(dashes(sign)))
        .filter(|sign| sign.is_ascii_alphanumeric() || " .,:;/+-()&'!?".contains(*sign))
        .collect()
}
