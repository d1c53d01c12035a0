//! Whether a listing is of the form it must have. Pure: what there must be elsewhere (a location, an agency) is asked
//! where it is written.
//!
//! To add a rule: a line here, with the words that tell what would be right.

use entity::enums::{AreaKind, ListingKind, ReferralRoute, ScheduleDays, ScheduleEffect};

use super::subject::Listing;
use crate::accounts::shows_itself;
use crate::api::scalars::Url;
use crate::directory::listing::{
    AgeRule, Area, Contact, Eligibility, Identifier, LocationListing, Phone, Schedule, StoredAgency, StoredService,
};
use crate::directory::needs::NeedList;
use crate::directory::opening::{self, Standing};
use crate::places::{CoveredArea, Point, Postcode};
use crate::post::MailAddress;

/// Longest name, in characters.
pub const LONGEST_NAME: usize = 200;
/// Longest line: a summary, a note, a quote, in characters.
pub const LONGEST_LINE: usize = 1_000;
/// Longest list of days in one line of hours, in characters: every day of five weeks fits.
const LONGEST_DAYS: usize = 200;
/// Longest text, in characters.
pub const LONGEST_TEXT: usize = 20_000;
/// Most entries of any list.
pub const MOST_ENTRIES: usize = 100;
/// Oldest age a rule may name, in years.
const OLDEST: f64 = 130.0;
/// Most places or days a capacity may name.
const MOST_COUNTED: u32 = 100_000;

/// What is wrong with a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    /// The field, as `phones[0].number`.
    pub field: String,
    /// What would be right.
    pub message: String,
}

/// Looks at a listing and gathers what is wrong, all of it: a form is mended once.
struct Looking<'n> {
    needs: &'n NeedList,
    flaws: Vec<Flaw>,
}

/// Everything that is wrong with a listing; nothing where it may be kept.
#[must_use]
pub fn flaws(listing: &Listing, needs: &NeedList) -> Vec<Flaw> {
    let mut looking = Looking { needs, flaws: Vec::new() };
    match listing {
        Listing::Agency(agency) => looking.agency(agency),
        Listing::Service(service) => looking.service(service),
        Listing::Location(location) => looking.location(location),
    }
    looking.flaws
}

/// What a kind of listing is called.
#[must_use]
pub const fn called(kind: ListingKind) -> &'static str {
    match kind {
        ListingKind::Agency => "agency",
        ListingKind::Service => "service",
        ListingKind::Location => "location",
    }
}

fn is_alphabetic(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphabetic())
}

impl Looking<'_> {
    fn wrong(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.flaws.push(Flaw { field: field.into(), message: message.into() });
    }

    fn agency(&mut self, agency: &StoredAgency) {
        self.name("name", &agency.name);
        self.line("alternateName", agency.alternate_name.as_deref(), LONGEST_NAME);
        self.text("description", agency.description.as_deref());
        self.email("email", agency.email.as_deref());
        self.url("website", agency.website.as_deref());
        self.line("legalStatus", agency.legal_status.as_deref(), LONGEST_NAME);
        self.line("charityNumber", agency.charity_number.as_deref(), 30);
        self.line("companyNumber", agency.company_number.as_deref(), 30);
        self.phones("phones", &agency.phones);
        self.contacts("contacts", &agency.contacts);
        self.identifiers(&agency.identifiers);
    }

    fn service(&mut self, service: &StoredService) {
        self.name("name", &service.name);
        self.line("alternateName", service.alternate_name.as_deref(), LONGEST_NAME);
        self.line("summary", service.summary.as_deref(), LONGEST_LINE);
        self.text("description", service.description.as_deref());
        self.line("alert", service.alert.as_deref(), LONGEST_LINE);
        self.url("url", service.url.as_deref());
        self.email("email", service.email.as_deref());
        self.text("howToApply", service.how_to_apply.as_deref());
        self.line("gateway", service.gateway.as_deref(), LONGEST_NAME);
        if service.gateway.is_some() && !service.routes.contains(&ReferralRoute::Gateway) {
            self.wrong(
                "gateway",
                "A gateway is named, but none of the routes is GATEWAY: add it, or leave the name out.",
            );
        }
        self.needs(&service.needs);
        self.eligibility(&service.eligibility);
        self.line("costNote", service.cost_note.as_deref(), LONGEST_LINE);
        self.words("languages", &service.languages, 35);
        for (at, tag) in service.languages.iter().take(MOST_ENTRIES).enumerate() {
            let mut parts = tag.split('-');
            let first = parts.next().is_some_and(|part| (2..=8).contains(&part.len()) && is_alphabetic(part));
            let rest =
                parts.all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()));
            if !first || !rest {
                self.wrong(format!("languages[{at}]"), "A language is a tag of BCP 47: \"en\", \"cy\", \"pt-BR\".");
            }
        }
        self.words("funding", &service.funding, LONGEST_LINE);
        self.words("documents", &service.documents, LONGEST_LINE);
        self.capacity(service);
        self.areas("areas", &service.areas);
        self.schedules("schedules", &service.schedules, Standing::OfTheService);
        self.phones("phones", &service.phones);
        self.contacts("contacts", &service.contacts);
        self.identifiers(&service.identifiers);
        self.few("places", service.places.len());
        for (at, place) in service.places.iter().enumerate() {
            let within = |field: &str| format!("places[{at}].{field}");
            self.text(&within("description"), place.description.as_deref());
            self.areas(&within("areas"), &place.areas);
            self.schedules(&within("schedules"), &place.schedules, Standing::OfTheService);
            self.phones(&within("phones"), &place.phones);
            self.contacts(&within("contacts"), &place.contacts);
        }
    }

    fn location(&mut self, location: &LocationListing) {
        self.line("name", location.name.as_deref(), LONGEST_NAME);
        self.line("alternateName", location.alternate_name.as_deref(), LONGEST_NAME);
        self.text("description", location.description.as_deref());
        self.text("transport", location.transport.as_deref());
        self.line("publicArea", location.public_area.as_deref(), LONGEST_NAME);
        if let Some(address) = &location.address {
            self.words("address.lines", &address.lines, LONGEST_NAME);
            self.line("address.town", address.town.as_deref(), LONGEST_NAME);
            self.line("address.region", address.region.as_deref(), LONGEST_NAME);
            if address.postcode.as_deref().is_some_and(|text| Postcode::parse(text).is_err()) {
                self.wrong("address.postcode", "This is no postcode; one is written as M14 5RQ.");
            }
            let is_code = |code: &str| code.len() == 2 && code.bytes().all(|letter| letter.is_ascii_uppercase());
            if address.country.as_deref().is_some_and(|code| !is_code(code)) {
                self.wrong("address.country", "A country is written as its two-letter code, as GB.");
            }
        }
        if location.point.is_some_and(|(lat, lon)| Point::new(lat, lon).is_err()) {
            self.wrong("point", "This is no point in or near the United Kingdom, in degrees north and east (WGS 84).");
        }
        self.schedules("schedules", &location.schedules, Standing::OfTheBuilding);
        self.phones("phones", &location.phones);
        self.identifiers(&location.identifiers);
    }

    fn name(&mut self, field: &str, name: &str) {
        if name.trim().is_empty() {
            return self.wrong(field, "It must have a name.");
        }
        self.line(field, Some(name), LONGEST_NAME);
    }

    /// A text of one line.
    fn line(&mut self, field: &str, text: Option<&str>, longest: usize) {
        let Some(text) = text else { return };
        if !shows_itself(text) {
            self.wrong(field, "It must be one line, without signs that can't be seen.");
        }
        self.fits(field, text, longest);
    }

    /// A text of any number of lines.
    fn text(&mut self, field: &str, text: Option<&str>) {
        let Some(text) = text else { return };
        if text.chars().any(|letter| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t')) {
            self.wrong(field, "It must have no control characters but line breaks and tabs.");
        }
        self.fits(field, text, LONGEST_TEXT);
    }

    fn fits(&mut self, field: &str, text: &str, longest: usize) {
        if text.chars().count() > longest {
            self.wrong(field, format!("It is longer than {longest} characters, which is the most."));
        }
        if text.trim().is_empty() {
            self.wrong(field, "It is empty: leave it out, or set it to null.");
        }
    }

    fn few(&mut self, field: &str, entries: usize) {
        if entries > MOST_ENTRIES {
            self.wrong(field, format!("It has more than {MOST_ENTRIES} entries, which is the most."));
        }
    }

    fn words(&mut self, field: &str, words: &[String], longest: usize) {
        self.few(field, words.len());
        for (at, word) in words.iter().take(MOST_ENTRIES).enumerate() {
            self.line(&format!("{field}[{at}]"), Some(word), longest);
        }
    }

    fn email(&mut self, field: &str, email: Option<&str>) {
        if let Some(Err(error)) = email.map(MailAddress::parse) {
            self.wrong(field, error.to_string());
        }
    }

    fn url(&mut self, field: &str, url: Option<&str>) {
        self.line(field, url, LONGEST_LINE);
        if url.is_some_and(|url| Url::safe(url).is_none()) {
            self.wrong(field, "An address on the web begins with http:// or https://.");
        }
    }

    fn phones(&mut self, field: &str, phones: &[Phone]) {
        self.few(field, phones.len());
        for (at, phone) in phones.iter().take(MOST_ENTRIES).enumerate() {
            let number = format!("{field}[{at}].number");
            let digits = phone.number.chars().filter(char::is_ascii_digit).count();
            let fits = |letter: char| letter.is_ascii_digit() || " +()-./".contains(letter);
            if !(3..=20).contains(&digits) || !phone.number.chars().all(fits) {
                self.wrong(
                    &number,
                    "A telephone number has 3 to 20 digits, with blanks, +, (, ), - and . between them.",
                );
            }
            self.line(&number, Some(&phone.number), 40);
            self.line(&format!("{field}[{at}].extension"), phone.extension.as_deref(), 20);
            self.line(&format!("{field}[{at}].kind"), phone.kind.as_deref(), 40);
            self.line(&format!("{field}[{at}].description"), phone.description.as_deref(), LONGEST_LINE);
        }
    }

    fn contacts<K>(&mut self, field: &str, contacts: &[Contact<K>]) {
        self.few(field, contacts.len());
        for (at, contact) in contacts.iter().take(MOST_ENTRIES).enumerate() {
            let within = |part: &str| format!("{field}[{at}].{part}");
            self.line(&within("name"), contact.name.as_deref(), LONGEST_NAME);
            self.line(&within("role"), contact.role.as_deref(), LONGEST_NAME);
            self.email(&within("email"), contact.email.as_deref());
            self.line(&within("phone"), contact.phone.as_deref(), 40);
        }
        for (flag, what) in [(true, "named contact"), (false, "deputy")] {
            let many = contacts.iter().filter(|one| one.for_agency_key.is_none());
            if many.filter(|one| if flag { one.named } else { one.deputy }).count() > 1 {
                self.wrong(field, format!("More than one is the {what}: one person answers for the listing."));
            }
        }
    }

    fn identifiers(&mut self, identifiers: &[Identifier]) {
        self.few("identifiers", identifiers.len());
        for (at, identifier) in identifiers.iter().take(MOST_ENTRIES).enumerate() {
            self.line(&format!("identifiers[{at}].scheme"), Some(&identifier.scheme), LONGEST_NAME);
            self.line(&format!("identifiers[{at}].value"), Some(&identifier.value), LONGEST_NAME);
        }
    }

    fn needs(&mut self, needs: &[String]) {
        self.few("needs", needs.len());
        for (at, key) in needs.iter().take(MOST_ENTRIES).enumerate() {
            if self.needs.need(key).is_none() {
                self.wrong(format!("needs[{at}]"), "There is no such need; the query `needs` lists them.");
            }
            if needs.iter().take(at).any(|before| before == key) {
                self.wrong(format!("needs[{at}]"), "It is named already: name each need once.");
            }
        }
    }

    fn capacity(&mut self, service: &StoredService) {
        let Some(capacity) = service.capacity else { return };
        let counts = [
            ("capacity.funded", capacity.funded),
            ("capacity.maximum", capacity.maximum),
            ("capacity.available", capacity.available),
            ("capacity.waitDays", capacity.wait_days),
        ];
        for (field, count) in counts {
            if count.is_some_and(|count| count > MOST_COUNTED) {
                self.wrong(field, format!("It is more than {MOST_COUNTED}, which is the most."));
            }
        }
        if capacity.available.zip(capacity.maximum).is_some_and(|(free, most)| free > most) {
            self.wrong("capacity.available", "More places are free than there are.");
        }
    }

    fn areas(&mut self, field: &str, areas: &[Area]) {
        self.few(field, areas.len());
        for (at, area) in areas.iter().take(MOST_ENTRIES).enumerate() {
            let value = format!("{field}[{at}].value");
            self.fits(&value, &area.value, if area.kind == AreaKind::Geojson { 200_000 } else { LONGEST_LINE });
            if let Err(problem) = CoveredArea::compile(area.kind, &area.value) {
                self.wrong(value, problem.to_string());
            }
            self.line(&format!("{field}[{at}].name"), area.name.as_deref(), LONGEST_NAME);
        }
    }

    fn schedules(&mut self, field: &str, schedules: &[Schedule], standing: Standing) {
        self.few(field, schedules.len());
        for (at, line) in schedules.iter().take(MOST_ENTRIES).enumerate() {
            let within = |part: &str| format!("{field}[{at}].{part}");
            if let Err(error) = opening::compile(std::slice::from_ref(line), None, standing) {
                self.wrong(format!("{field}[{at}]"), error.to_string());
            }
            for (part, days) in [("byDay", &line.by_day), ("byMonthDay", &line.by_month_day)] {
                self.line(&within(part), days.as_deref(), LONGEST_DAYS);
            }
            if line.opens_at.is_some() != line.closes_at.is_some() {
                self.wrong(within("closesAt"), "Opening and closing come together: give both, or neither.");
            }
            if line.effect != ScheduleEffect::Opens && line.opens_at.is_some() {
                self.wrong(within("opensAt"), "Only a line that OPENS has times.");
            }
            if line.days == ScheduleDays::Weekly && line.by_day.is_none() {
                self.wrong(within("byDay"), "Name the days of the week: \"MO,TU,WE,TH,FR,SA,SU\" for every day.");
            }
            let dated = line.valid_from.or(line.anchor).is_some();
            if line.days == ScheduleDays::Dates && !dated {
                self.wrong(within("validFrom"), "Dates begin with a first date.");
            }
            if line.valid_from.zip(line.valid_to).is_some_and(|(from, to)| to < from) {
                self.wrong(within("validTo"), "It ends before it begins.");
            }
            self.line(&within("note"), line.note.as_deref(), LONGEST_LINE);
        }
    }

    fn eligibility(&mut self, stated: &Eligibility) {
        if let Some(age) = &stated.age {
            let AgeRule { min, max } = age.rule;
            let fits = |years: f64| (0.0..=OLDEST).contains(&years);
            if ![min, max].into_iter().flatten().all(fits) {
                self.wrong("eligibility.age", format!("An age lies between 0 and {OLDEST} years."));
            }
            if min.zip(max).is_some_and(|(min, max)| max < min) {
                self.wrong("eligibility.age", "The oldest taken are younger than the youngest.");
            }
        }
        if stated.genders.as_ref().is_some_and(|genders| genders.rule.is_empty()) {
            self.wrong(
                "eligibility.genders",
                "No gender is taken: name those that are, or set it to null for not stated.",
            );
        }
        if let Some(offences) = &stated.offences
            && offences.rule.excluded.iter().any(|offence| offences.rule.considered.contains(offence))
        {
            self.wrong("eligibility.offences", "One offence can't both exclude and be looked at one by one.");
        }
        let mut which: Vec<_> = stated.characteristics.iter().map(|(which, _)| *which).collect();
        which.sort_unstable();
        if which.windows(2).any(|two| two.first() == two.last()) {
            self.wrong("eligibility.characteristics", "There is one rule about each characteristic at most.");
        }
        self.text("eligibility.other", stated.other.as_deref());
    }
}
