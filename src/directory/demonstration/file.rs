//! The format of a demonstration file, as structs: one agency, its locations and its services.
//!
//! Absent means *not stated*. Closed sets are written in the `snake_case` of `entity::enums`.
//! Text in the grammars of `hours_text` (hours, holidays, closures, events) and `terms_text`
//! (ages, areas) stays text here. To add a field: add it here and use it in `assemble`.

use std::ops::Range;

use entity::enums::{
    AccessFeature, Characteristic, CostKind, DeliveryMode, FieldGroup, Gender, LocationKind, OffenceType,
    ReferralRoute, ServiceStatus, SessionFormat, SubstanceUseRule, Visibility, WaitingList,
};
use serde::Deserialize;
use toml::value::Datetime;

use super::DemonstrationError;

/// How much of a line an error repeats, in characters.
const LONGEST_KEY: usize = 60;

/// A whole file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgencyFile {
    /// Key, unique over all files: small letters, digits and hyphens.
    pub key: String,
    /// Name.
    pub name: String,
    /// What it does, in plain words.
    pub description: String,
    /// Charity, company, council…, in words.
    pub legal_status: Option<String>,
    /// Charity number; fictional ones start with X.
    pub charity_number: Option<String>,
    /// Company number; fictional ones start with X.
    pub company_number: Option<String>,
    /// Website.
    pub website: Option<String>,
    /// General e-mail address.
    pub email: Option<String>,
    /// General telephone number.
    pub phone: Option<String>,
    /// Key of the agency it is a part of.
    pub parent: Option<String>,
    /// Who keeps its listings true.
    pub named_contact: Option<ContactFile>,
    /// Who stands in for them.
    pub deputy: Option<ContactFile>,
    /// Contacts kept for one other agency each.
    #[serde(default)]
    pub contact_for: Vec<ContactForFile>,
    /// Places.
    #[serde(default)]
    pub location: Vec<LocationFile>,
    /// Services; at least one.
    #[serde(default)]
    pub service: Vec<ServiceFile>,
}

/// Somebody to ask.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContactFile {
    /// Name.
    pub name: String,
    /// Role.
    pub role: String,
    /// Direct e-mail address.
    pub email: Option<String>,
    /// Direct number.
    pub phone: Option<String>,
}

/// Somebody to ask, for one other agency.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContactForFile {
    /// Key of the other agency.
    pub agency: String,
    /// Name.
    pub name: String,
    /// Role.
    pub role: String,
    /// Direct e-mail address.
    pub email: Option<String>,
    /// Direct number.
    pub phone: Option<String>,
}

/// A place.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LocationFile {
    /// Key, unique within the file.
    pub key: String,
    /// Name.
    pub name: Option<String>,
    /// What sort of place; somewhere one can go unless stated.
    pub kind: Option<LocationKind>,
    /// Lines above the town.
    #[serde(default)]
    pub address: Vec<String>,
    /// Town or city.
    pub town: Option<String>,
    /// Postcode.
    pub postcode: Option<String>,
    /// Whether the address is a secret.
    #[serde(default)]
    pub confidential: bool,
    /// The area the public may be told; needed when the address is a secret.
    pub public_area: Option<String>,
    /// How to find it.
    pub description: Option<String>,
    /// How to get there.
    pub transport: Option<String>,
    /// Barriers removed.
    #[serde(default)]
    pub access_offered: Vec<AccessFeature>,
    /// Barriers that are there.
    #[serde(default)]
    pub access_missing: Vec<AccessFeature>,
    /// The building's hours.
    #[serde(default)]
    pub hours: Vec<String>,
}

/// A service.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceFile {
    /// Key, unique within the file.
    pub key: String,
    /// Name.
    pub name: String,
    /// One or two plain sentences, 200 characters at most.
    pub summary: String,
    /// The whole of it.
    pub description: Option<String>,
    /// Whether it runs; active unless stated.
    pub status: Option<ServiceStatus>,
    /// When it is expected back; only with `temporarily_closed`.
    pub reopens_on: Option<Datetime>,
    /// Something people must know today.
    pub alert: Option<String>,
    /// Who may see it; everybody unless stated.
    pub visibility: Option<Visibility>,
    /// Its own page.
    pub url: Option<String>,
    /// Its own e-mail address.
    pub email: Option<String>,
    /// Telephone numbers.
    #[serde(default)]
    pub phones: Vec<String>,
    /// How to get in, in words.
    pub how_to_apply: Option<String>,
    /// How to get in, as routes.
    #[serde(default)]
    pub routes: Vec<ReferralRoute>,
    /// Name of the gateway; with the route `gateway`, and only then.
    pub gateway: Option<String>,
    /// Keys of needs; one to six.
    pub needs: Vec<String>,
    /// What it costs the person.
    pub cost: Option<CostKind>,
    /// The cost in words.
    pub cost_note: Option<String>,
    /// Languages, as BCP 47 tags.
    #[serde(default)]
    pub languages: Vec<String>,
    /// How it reaches people.
    #[serde(default)]
    pub delivery: Vec<DeliveryMode>,
    /// The form of its sessions.
    #[serde(default)]
    pub formats: Vec<SessionFormat>,
    /// Barriers removed.
    #[serde(default)]
    pub access_offered: Vec<AccessFeature>,
    /// Barriers that are there.
    #[serde(default)]
    pub access_missing: Vec<AccessFeature>,
    /// Areas covered.
    #[serde(default)]
    pub areas: Vec<String>,
    /// Keys of the locations where it is offered.
    #[serde(default)]
    pub at: Vec<String>,
    /// Opening hours.
    #[serde(default)]
    pub hours: Vec<String>,
    /// What happens on bank holidays.
    pub holidays: Option<String>,
    /// Dated exceptions.
    #[serde(default)]
    pub closures: Vec<String>,
    /// What takes place, apart from being open.
    #[serde(default)]
    pub events: Vec<String>,
    /// Who pays for it, for which area.
    #[serde(default)]
    pub funding: Vec<String>,
    /// Papers to bring.
    #[serde(default)]
    pub documents: Vec<String>,
    /// Who is taken and who is not.
    #[serde(default)]
    pub eligibility: EligibilityFile,
    /// Places and waiting time.
    pub capacity: Option<CapacityFile>,
    /// How many days before loading each part was confirmed.
    #[serde(default)]
    pub confirmed_days_ago: ConfirmedFile,
    /// What differs at one of its locations.
    #[serde(default)]
    pub elsewhere: Vec<ElsewhereFile>,
}

/// Who is taken and who is not.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EligibilityFile {
    /// `any`, `18+`, `16-25`, `up to 25`.
    pub age: Option<String>,
    /// Genders taken; all three for anyone.
    pub genders: Option<Vec<Gender>>,
    /// The rule about drink and drugs.
    pub substance_use: Option<SubstanceUseRule>,
    /// Days of abstinence; only with `abstinence_required`.
    pub abstinent_days: Option<u16>,
    /// Offences that exclude.
    pub offences_excluded: Option<Vec<OffenceType>>,
    /// Offences that are looked at one by one. Both lists empty: offences never exclude.
    pub offences_considered: Option<Vec<OffenceType>>,
    /// Only people with these.
    #[serde(default)]
    pub required: Vec<Characteristic>,
    /// People with these are welcome.
    #[serde(default)]
    pub accepted: Vec<Characteristic>,
    /// People with these are turned away.
    #[serde(default)]
    pub excluded: Vec<Characteristic>,
    /// The rest, in words.
    pub other: Option<String>,
}

/// Places and waiting time.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CapacityFile {
    /// Places that are paid for.
    pub funded: Option<u32>,
    /// Most that can be held.
    pub maximum: Option<u32>,
    /// Free now.
    pub available: Option<u32>,
    /// Days from referral to start.
    pub wait_days: Option<u32>,
    /// Whether one can go on a waiting list.
    pub waiting_list: Option<WaitingList>,
}

/// How many days before loading each part was confirmed by the agency; absent: never.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConfirmedFile {
    /// Every part not named.
    pub all: Option<u16>,
    /// Name, summary, needs, status, cost.
    pub description: Option<u16>,
    /// Telephone, e-mail, website, contacts.
    pub contact: Option<u16>,
    /// Hours and events.
    pub hours: Option<u16>,
    /// Who is taken.
    pub eligibility: Option<u16>,
    /// Places and waiting time.
    pub capacity: Option<u16>,
    /// Where it is and the area it covers.
    pub place: Option<u16>,
}

impl ConfirmedFile {
    /// The days for one part.
    pub(super) fn days(&self, group: FieldGroup) -> Option<u16> {
        let own = match group {
            FieldGroup::Description => self.description,
            FieldGroup::Contact => self.contact,
            FieldGroup::Hours => self.hours,
            FieldGroup::Eligibility => self.eligibility,
            FieldGroup::Capacity => self.capacity,
            FieldGroup::Place => self.place,
        };
        own.or(self.all)
    }
}

/// What differs at one location of a service.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ElsewhereFile {
    /// Key of the location; it must stand in the service's `at`.
    pub at: String,
    /// Hours there, in place of the service's.
    #[serde(default)]
    pub hours: Vec<String>,
    /// Areas covered from there, in place of the service's.
    #[serde(default)]
    pub areas: Vec<String>,
}

/// Reads the form; what the values mean is checked later.
pub(super) fn parse(name: &str, text: &str) -> Result<AgencyFile, DemonstrationError> {
    toml::from_str(text).map_err(|error| DemonstrationError {
        file: name.to_owned(),
        field: error.span().map_or_else(|| "the file".to_owned(), |span| field_at(text, span)),
        reason: error.message().to_owned(),
    })
}

/// The line a problem starts on, and the key or table that stands there.
fn field_at(text: &str, span: Range<usize>) -> String {
    let (before, after) = text.split_at(text.floor_char_boundary(span.start));
    let number = before.matches('\n').count() + 1;
    let start = before.rsplit('\n').next().unwrap_or_default();
    let line = format!("{start}{}", after.lines().next().unwrap_or_default());
    let key: String = line.split('=').next().unwrap_or_default().trim().chars().take(LONGEST_KEY).collect();
    if key.is_empty() { format!("line {number}") } else { format!("line {number}: {key}") }
}
