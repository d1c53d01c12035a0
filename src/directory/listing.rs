//! A listing as it comes from outside: what an agency, a feed or the demonstration files say,
//! checked for form and not yet stored. Every way into the directory (import, demonstration,
//! later the agencies' own edits) makes these; `store::save` is the one way they get in.
//!
//! Plain data, no database and no GraphQL. Ids here are the *source's* own keys; the stored
//! ids are derived from source and key, so that the same listing always gets the same id.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use entity::enums::{
    AccessFeature, AreaKind, AssuranceEvidence, Characteristic, CharacteristicRule, ContactVisibility, CostKind,
    DeliveryMode, FieldGroup, Gender, LocationKind, OffenceType, ReferralRoute, RuleEvidence, ScheduleDays,
    ScheduleEffect, ScheduleKind, ServiceStatus, SessionFormat, SubstanceUseRule, Visibility, WaitingList,
};
use entity::ids::{AgencyId, LocationId};
use serde::{Deserialize, Serialize};

mod blank;

/// One service with the agency that offers it and the places where it does.
///
/// From outside it comes with its agency and its locations whole, and names other agencies by its source's keys; as it
/// stands in the tables ([`StoredService`]) it names them by their ids.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceListing<A = AgencyListing, L = LocationListing, K = String> {
    /// The source's key of the service; unique among the source's services.
    pub key: String,
    /// Who offers it.
    pub agency: A,
    /// Its name, as the agency writes it.
    pub name: String,
    /// Another name it goes by.
    pub alternate_name: Option<String>,
    /// One or two plain sentences.
    pub summary: Option<String>,
    /// All there is to say.
    pub description: Option<String>,
    /// Whether it runs.
    pub status: ServiceStatus,
    /// When a temporarily closed service is expected back.
    pub reopens_on: Option<NaiveDate>,
    /// Something people must know today.
    pub alert: Option<String>,
    /// Who may see it at all.
    pub visibility: Visibility,
    /// Its own page.
    pub url: Option<String>,
    /// Its own e-mail address.
    pub email: Option<String>,
    /// How to get in, in words.
    pub how_to_apply: Option<String>,
    /// How to get in, as routes. Empty: not stated.
    pub routes: Vec<ReferralRoute>,
    /// The name of the gateway, where one of the routes is a gateway.
    pub gateway: Option<String>,
    /// Keys of our needs, as `housing.emergency`. Unknown keys are an error at storing.
    pub needs: Vec<String>,
    /// Terms of other taxonomies, to be mapped to needs at storing.
    pub terms: Vec<Term>,
    /// Who is taken and who is not.
    pub eligibility: Eligibility,
    /// What it costs the person; absent: not stated.
    pub cost: Option<CostKind>,
    /// The cost in words.
    pub cost_note: Option<String>,
    /// Languages spoken, as BCP 47 tags. Empty: not stated.
    pub languages: Vec<String>,
    /// How it reaches people. Empty: not stated.
    pub delivery: Vec<DeliveryMode>,
    /// The form of its sessions. Empty: not stated.
    pub formats: Vec<SessionFormat>,
    /// Barriers removed.
    pub access_offered: Vec<AccessFeature>,
    /// Barriers that it says are there.
    pub access_missing: Vec<AccessFeature>,
    /// Places and waiting time.
    pub capacity: Option<Capacity>,
    /// Which area it covers, wherever it is. Empty: not stated.
    pub areas: Vec<Area>,
    /// When it is open, where a place does not say otherwise. Empty: not stated.
    pub schedules: Vec<Schedule>,
    /// Telephone numbers.
    pub phones: Vec<Phone>,
    /// People to ask.
    pub contacts: Vec<Contact<K>>,
    /// Who pays for it, for which area.
    pub funding: Vec<String>,
    /// Papers to bring.
    pub documents: Vec<String>,
    /// Ids it has elsewhere.
    pub identifiers: Vec<Identifier>,
    /// Where it is offered. Empty for a service without a place.
    pub places: Vec<ServicePlace<L, K>>,
    /// When each part was last assured, and how.
    pub assurances: Vec<Assurance>,
    /// When the source last changed it.
    pub source_changed_at: Option<DateTime<Utc>>,
}

/// A service as it stands in the tables.
pub type StoredService = ServiceListing<AgencyId, LocationId, AgencyId>;
/// An agency as it stands in the tables.
pub type StoredAgency = AgencyListing<AgencyId>;

/// An agency.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AgencyListing<K = String> {
    /// The source's key of the agency; unique among the source's agencies.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Another name it goes by.
    pub alternate_name: Option<String>,
    /// What it does, in plain words.
    pub description: Option<String>,
    /// Its general e-mail address.
    pub email: Option<String>,
    /// Its website.
    pub website: Option<String>,
    /// Charity, company, council, NHS body…, in words.
    pub legal_status: Option<String>,
    /// Charity number.
    pub charity_number: Option<String>,
    /// Company number.
    pub company_number: Option<String>,
    /// The agency it is a part of.
    #[serde(rename = "parent")]
    pub parent_key: Option<K>,
    /// Telephone numbers.
    pub phones: Vec<Phone>,
    /// People to ask; the first whose `named` is true is the named contact, `deputy` the deputy.
    pub contacts: Vec<Contact<K>>,
    /// Ids it has elsewhere.
    pub identifiers: Vec<Identifier>,
}

/// A service at one location.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServicePlace<L = LocationListing, K = String> {
    /// The source's key of the pair; unique among the source's pairs.
    pub key: String,
    /// The location.
    pub location: L,
    /// What is different here, in words.
    pub description: Option<String>,
    /// Which area this pair covers, where that differs from the service's. Empty: the service's.
    pub areas: Vec<Area>,
    /// When it is open here. Empty: the service's own hours, and if it has none, nobody knows within the building's.
    pub schedules: Vec<Schedule>,
    /// Telephone numbers of the pair.
    pub phones: Vec<Phone>,
    /// People to ask here.
    pub contacts: Vec<Contact<K>>,
}

/// A location.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LocationListing {
    /// The source's key of the location; unique among the source's locations.
    pub key: String,
    /// Its name.
    pub name: Option<String>,
    /// Another name it goes by.
    pub alternate_name: Option<String>,
    /// How to find it, in words.
    pub description: Option<String>,
    /// What sort of place it is.
    pub kind: LocationKind,
    /// Its address.
    pub address: Option<Address>,
    /// Degrees north and east (WGS 84), where the source gives them.
    pub point: Option<(f64, f64)>,
    /// Whether the address is a secret (a refuge). Nothing from which the place could be
    /// derived is then shown to the public: no name, no address, no point, no distance.
    pub confidential: bool,
    /// The area the public may be told of a confidential place, in words the agency chose.
    pub public_area: Option<String>,
    /// How to get there.
    pub transport: Option<String>,
    /// Barriers removed at this place.
    pub access_offered: Vec<AccessFeature>,
    /// Barriers that are there.
    pub access_missing: Vec<AccessFeature>,
    /// When the place is open.
    pub schedules: Vec<Schedule>,
    /// Telephone numbers of the place.
    pub phones: Vec<Phone>,
    /// Ids it has elsewhere (UPRN).
    pub identifiers: Vec<Identifier>,
}

/// A postal address.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Address {
    /// Lines above the town.
    pub lines: Vec<String>,
    /// Town or city.
    pub town: Option<String>,
    /// County, or what the source has there.
    pub region: Option<String>,
    /// Postcode as the source writes it.
    pub postcode: Option<String>,
    /// Two-letter country code.
    pub country: Option<String>,
}

/// Who is taken and who is not. Everything absent is *not stated*, which is not the same as
/// *anyone*: an age rule with neither bound says that every age is welcome.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Eligibility {
    /// Age, in years.
    pub age: Option<Ruled<AgeRule>>,
    /// The genders that are taken; all of them when the service is for anyone.
    pub genders: Option<Ruled<Vec<Gender>>>,
    /// The rule about drink and drugs.
    pub substance_use: Option<Ruled<SubstanceUse>>,
    /// Offences that exclude, and offences that are looked at one by one.
    pub offences: Option<Ruled<OffenceRule>>,
    /// Rules about characteristics, at most one each.
    pub characteristics: Vec<(Characteristic, Ruled<CharacteristicRule>)>,
    /// Whatever else is said, in words. Somebody has to ask.
    pub other: Option<String>,
}

/// A rule and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Ruled<T> {
    /// The rule.
    pub rule: T,
    /// Where it comes from.
    pub evidence: RuleEvidence,
    /// The words it was read from, when it was.
    pub quote: Option<String>,
}

/// Ages taken, both bounds inclusive, in years; decimals are allowed. `max` of 25 means up to
/// and including the day before the 26th birthday, as services mean it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AgeRule {
    /// Youngest.
    pub min: Option<f64>,
    /// Oldest.
    pub max: Option<f64>,
}

/// Ages are numbers of years: what is no number is refused where it comes in, so equality is an equivalence.
impl Eq for AgeRule {}

impl std::hash::Hash for AgeRule {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        // Adding nothing makes one of the two zeros, which are equal.
        [self.min, self.max].map(|bound| bound.map(|years| (years + 0.0).to_bits())).hash(state);
    }
}

/// The rule about drink and drugs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SubstanceUse {
    /// The rule.
    pub rule: SubstanceUseRule,
    /// Days of abstinence asked for, where the rule asks for abstinence.
    pub abstinent_days: Option<u16>,
}

/// Offences a service makes rules about. Both empty: an offence never excludes here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct OffenceRule {
    /// These exclude.
    pub excluded: Vec<OffenceType>,
    /// These are looked at one by one.
    pub considered: Vec<OffenceType>,
}

/// Places and waiting time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Capacity {
    /// Places that are paid for.
    pub funded: Option<u32>,
    /// Most that can be held.
    pub maximum: Option<u32>,
    /// Free now.
    pub available: Option<u32>,
    /// Days from referral to start, as the agency reckons it.
    pub wait_days: Option<u32>,
    /// Whether one can go on a waiting list.
    pub waiting_list: Option<WaitingList>,
    /// When this was said.
    pub updated_at: Option<DateTime<Utc>>,
}

/// An area covered.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Area {
    /// What sort of area.
    pub kind: AreaKind,
    /// The code (postcode, sector, district, ONS code), the name (region, nation), the GeoJSON
    /// geometry, or the words.
    pub value: String,
    /// Its name, where that is not the value.
    pub name: Option<String>,
}

/// One line of an hours table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Schedule {
    /// Hours or event.
    pub kind: ScheduleKind,
    /// Which days.
    pub days: ScheduleDays,
    /// What it does to them.
    pub effect: ScheduleEffect,
    /// Days of the week as RFC 5545 `BYDAY`: `MO,TU`, or with an ordinal `2MO,-1FR` for `Monthly`.
    pub by_day: Option<String>,
    /// Days of the month as RFC 5545 `BYMONTHDAY`: `1,15,-1`.
    pub by_month_day: Option<String>,
    /// Every how many weeks or months; 1 unless the source says otherwise.
    pub interval: u16,
    /// A date on which it takes place: what `interval` counts from.
    pub anchor: Option<NaiveDate>,
    /// First date it holds.
    pub valid_from: Option<NaiveDate>,
    /// Last date it holds.
    pub valid_to: Option<NaiveDate>,
    /// Opening, wall time in Europe/London.
    pub opens_at: Option<NaiveTime>,
    /// Closing; at or before the opening it lies on the next day.
    pub closes_at: Option<NaiveTime>,
    /// What takes place, or a remark.
    pub note: Option<String>,
}

impl Schedule {
    /// A line that says nothing but these.
    #[must_use]
    pub const fn blank(kind: ScheduleKind, days: ScheduleDays, effect: ScheduleEffect) -> Self {
        Self {
            kind,
            days,
            effect,
            by_day: None,
            by_month_day: None,
            interval: 1,
            anchor: None,
            valid_from: None,
            valid_to: None,
            opens_at: None,
            closes_at: None,
            note: None,
        }
    }
}

/// A telephone number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Phone {
    /// As the source writes it.
    pub number: String,
    /// Extension.
    pub extension: Option<String>,
    /// Voice, text, fax, textphone…, in words.
    pub kind: Option<String>,
    /// What it is for.
    pub description: Option<String>,
}

/// Somebody to ask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Contact<K = String> {
    /// Their name.
    pub name: Option<String>,
    /// Their role, which is always public.
    pub role: Option<String>,
    /// Their direct e-mail address.
    pub email: Option<String>,
    /// Their direct number.
    pub phone: Option<String>,
    /// Who may see name, e-mail and number.
    pub visibility: ContactVisibility,
    /// Whether this is the one with the duty to keep the listing true.
    pub named: bool,
    /// Whether this is the deputy.
    pub deputy: bool,
    /// The agency this contact is for, where the contact is for one pair of agencies.
    #[serde(rename = "forAgency")]
    pub for_agency_key: Option<K>,
}

/// An id in somebody else's register.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Identifier {
    /// Whose: `charity-commission`, `companies-house`, `uprn`, `ods`…
    pub scheme: String,
    /// The id.
    pub value: String,
}

/// A term of another taxonomy.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Term {
    /// The taxonomy: `openEligibility`, `LGSL`…
    pub taxonomy: String,
    /// Its code there.
    pub code: String,
    /// Its name there.
    pub name: String,
}

/// That a part of a listing was true on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Assurance {
    /// Which part.
    pub group: FieldGroup,
    /// When.
    pub at: DateTime<Utc>,
    /// By whom, in words ("the agency", a feed's name).
    pub by: Option<String>,
    /// On what evidence.
    pub evidence: AssuranceEvidence,
}
