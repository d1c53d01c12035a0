//! The parts of a listing as they are given: hours, telephone numbers, people to ask, who is taken.
//!
//! What is given is taken as it is; whether it is of its form is `listings::check`'s.

use async_graphql::{Enum, Error, ID, InputObject};
use entity::enums as stored;
use entity::ids::AgencyId;

use crate::api::ids;
use crate::api::scalars::{Date, LocalTime};
use crate::directory::graphql::life_enums::{
    Characteristic, CharacteristicRule, Gender, OffenceType, SubstanceUseRule,
};
use crate::directory::graphql::listing_enums::{AreaKind, ScheduleDays, ScheduleEffect, WaitingList};
use crate::directory::listing::{
    Address, AgeRule, Area, Capacity, Contact, Eligibility, Identifier, OffenceRule, Phone, Ruled, Schedule,
    SubstanceUse,
};
use crate::listings::{Done, Refused, Trouble, Why};

/// A value that is not of its form.
pub(super) fn bad(field: impl Into<String>, message: impl Into<String>) -> Trouble {
    Refused::field(Why::BadValue, field, message)
}

/// An id of the kind that is asked for.
pub(super) fn named<T>(field: &str, id: &ID, read: impl FnOnce(&str, &ID) -> Result<T, Error>) -> Done<T> {
    read(field, id).map_err(|error| bad(field, error.message))
}

/// Who may see a listing at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::Visibility")]
pub enum ListingVisibility {
    /// Anyone.
    Public,
    /// Only the agency itself.
    Internal,
}

/// Who may see a contact's name and direct lines. The role is always public.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::ContactVisibility")]
pub enum ContactVisibility {
    /// Anyone.
    Public,
    /// Those signed in.
    SignedIn,
}

/// Whether a line says when the door is open or when something takes place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::ScheduleKind")]
pub enum ScheduleKind {
    /// Opening hours.
    Hours,
    /// An event or session inside or beside them.
    Event,
}

/// One line of an hours table, in the wall time of Europe/London.
#[derive(Clone, Debug, InputObject)]
pub struct ScheduleInput {
    /// Opening hours, or an event.
    #[graphql(default_with = "ScheduleKind::Hours")]
    kind: ScheduleKind,
    /// Which days it names.
    days: ScheduleDays,
    /// What it does to them.
    effect: ScheduleEffect,
    /// Days of the week in RFC 5545's `BYDAY`: `MO,TU`, or with a place in the month `2MO,-1FR`.
    by_day: Option<String>,
    /// Days of the month in RFC 5545's `BYMONTHDAY`, as `1,15,-1`.
    by_month_day: Option<String>,
    /// Every how many weeks or months; 1 for every one.
    #[graphql(default = 1)]
    interval: i32,
    /// A date on which it takes place, which the interval counts from.
    anchor: Option<Date>,
    /// First date on which it holds; null for no beginning.
    valid_from: Option<Date>,
    /// Last date on which it holds; null for no end.
    valid_to: Option<Date>,
    /// Opening.
    opens_at: Option<LocalTime>,
    /// Closing, on the next day where it is at or before the opening.
    closes_at: Option<LocalTime>,
    /// What takes place, or a remark.
    note: Option<String>,
}

impl ScheduleInput {
    fn line(self, field: &str) -> Done<Schedule> {
        let interval = u16::try_from(self.interval);
        let interval = interval.map_err(|_| bad(format!("{field}.interval"), "It is a number from 1 to 65535."))?;
        Ok(Schedule {
            kind: self.kind.into(),
            days: self.days.into(),
            effect: self.effect.into(),
            by_day: self.by_day,
            by_month_day: self.by_month_day,
            interval,
            anchor: self.anchor.map(|date| date.0),
            valid_from: self.valid_from.map(|date| date.0),
            valid_to: self.valid_to.map(|date| date.0),
            opens_at: self.opens_at.map(|time| time.0),
            closes_at: self.closes_at.map(|time| time.0),
            note: self.note,
        })
    }
}

/// Lines of an hours table.
pub(super) fn schedules(field: &str, lines: Vec<ScheduleInput>) -> Done<Vec<Schedule>> {
    lines.into_iter().enumerate().map(|(at, line)| line.line(&format!("{field}[{at}]"))).collect()
}

/// A telephone number.
#[derive(Clone, Debug, InputObject)]
pub struct PhoneInput {
    /// As it is to be shown.
    number: String,
    /// Extension.
    extension: Option<String>,
    /// Voice, text, fax, textphone…, in words.
    kind: Option<String>,
    /// What it is for.
    description: Option<String>,
}

impl From<PhoneInput> for Phone {
    fn from(phone: PhoneInput) -> Self {
        let PhoneInput { number, extension, kind, description } = phone;
        Self { number, extension, kind, description }
    }
}

/// Somebody to ask.
#[derive(Clone, Debug, InputObject)]
pub struct ContactInput {
    /// Their name.
    name: Option<String>,
    /// Their role; always public.
    role: Option<String>,
    /// Their direct e-mail address.
    email: Option<String>,
    /// Their direct number.
    phone: Option<String>,
    /// Who may see name, e-mail and number.
    #[graphql(default_with = "ContactVisibility::SignedIn")]
    visibility: ContactVisibility,
    /// Whether this is the one who answers for the listing; one at most.
    #[graphql(default)]
    is_named_contact: bool,
    /// Whether this is their deputy; one at most.
    #[graphql(default)]
    is_deputy: bool,
    /// The agency this contact is for, by its global id, where it is between two agencies; null for everybody.
    for_agency: Option<ID>,
}

/// People to ask.
pub(super) fn contacts(field: &str, contacts: Vec<ContactInput>) -> Done<Vec<Contact<AgencyId>>> {
    let one = |(at, contact): (usize, ContactInput)| {
        let field = format!("{field}[{at}].forAgency");
        Ok(Contact {
            name: contact.name,
            role: contact.role,
            email: contact.email,
            phone: contact.phone,
            visibility: contact.visibility.into(),
            named: contact.is_named_contact,
            deputy: contact.is_deputy,
            for_agency_key: contact.for_agency.map(|id| named(&field, &id, ids::agency)).transpose()?,
        })
    };
    contacts.into_iter().enumerate().map(one).collect()
}

/// An area that is covered.
#[derive(Clone, Debug, InputObject)]
pub struct AreaInput {
    /// What sort of area.
    kind: AreaKind,
    /// The code (postcode, sector, district, ONS code), the name (region, nation), the GeoJSON geometry, or the words.
    value: String,
    /// Its name, where that is not the value.
    name: Option<String>,
}

impl From<AreaInput> for Area {
    fn from(area: AreaInput) -> Self {
        Self { kind: area.kind.into(), value: area.value, name: area.name }
    }
}

/// An id in somebody else's register.
#[derive(Clone, Debug, InputObject)]
pub struct IdentifierInput {
    /// Whose: `charity-commission`, `companies-house`, `uprn`…
    scheme: String,
    /// The id there.
    value: String,
}

impl From<IdentifierInput> for Identifier {
    fn from(identifier: IdentifierInput) -> Self {
        Self { scheme: identifier.scheme, value: identifier.value }
    }
}

/// A postal address.
#[derive(Clone, Debug, InputObject)]
pub struct AddressInput {
    /// Lines above the town.
    #[graphql(default)]
    lines: Vec<String>,
    /// Town or city.
    town: Option<String>,
    /// County.
    region: Option<String>,
    /// Postcode.
    postcode: Option<String>,
    /// Two-letter country code.
    #[graphql(default_with = "Some(String::from(\"GB\"))")]
    country: Option<String>,
}

impl From<AddressInput> for Address {
    fn from(address: AddressInput) -> Self {
        let AddressInput { lines, town, region, postcode, country } = address;
        Self { lines, town, region, postcode, country }
    }
}

/// Degrees north and east (WGS 84).
#[derive(Clone, Copy, Debug, InputObject)]
pub struct PointInput {
    /// Degrees north.
    pub(super) latitude: f64,
    /// Degrees east.
    pub(super) longitude: f64,
}

/// Places and waiting time, all of it: what is left out is not stated from then on.
#[derive(Clone, Debug, InputObject)]
pub struct CapacityInput {
    /// Places that are paid for.
    funded: Option<i32>,
    /// Most that can be held.
    maximum: Option<i32>,
    /// Free now.
    available: Option<i32>,
    /// Days from referral to start.
    wait_days: Option<i32>,
    /// Whether one can go on a waiting list.
    waiting_list: Option<WaitingList>,
}

impl CapacityInput {
    /// It, as said at an instant.
    pub(super) fn at(self, at: chrono::DateTime<chrono::Utc>) -> Done<Capacity> {
        let count = |field: &str, count: Option<i32>| {
            let wrong = |_| bad(format!("input.capacity.{field}"), "It is a count: nought or more.");
            count.map(u32::try_from).transpose().map_err(wrong)
        };
        Ok(Capacity {
            funded: count("funded", self.funded)?,
            maximum: count("maximum", self.maximum)?,
            available: count("available", self.available)?,
            wait_days: count("waitDays", self.wait_days)?,
            waiting_list: self.waiting_list.map(Into::into),
            updated_at: Some(at),
        })
    }
}

/// Who is taken and who is not, all of it: what is left out is *not stated* from then on, which is not the same as
/// *anyone*.
#[derive(Clone, Debug, Default, InputObject)]
pub struct EligibilityInput {
    /// Ages; null for not stated.
    age: Option<AgeRuleInput>,
    /// Genders taken, all of them where it is for anyone; null for not stated.
    genders: Option<Vec<Gender>>,
    /// The rule about drink and drugs; null for not stated.
    substance_use: Option<SubstanceUseInput>,
    /// The rule about offences; null for not stated.
    offences: Option<OffenceRuleInput>,
    /// Rules about other characteristics, one each.
    #[graphql(default)]
    characteristics: Vec<CharacteristicRuleInput>,
    /// The rest, in words: somebody has to ask.
    other: Option<String>,
}

/// Ages that are taken; neither bound: every age is welcome.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct AgeRuleInput {
    /// Youngest, in years; null for no lower bound.
    minimum: Option<f64>,
    /// Oldest, in years, until the next birthday; null for no upper bound.
    maximum: Option<f64>,
}

/// A rule about drink and drugs.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct SubstanceUseInput {
    /// The rule.
    rule: SubstanceUseRule,
    /// Days of abstinence asked for, where the rule asks for abstinence.
    abstinent_days: Option<i32>,
}

/// A rule about offences. Both lists empty: no offence excludes.
#[derive(Clone, Debug, InputObject)]
pub struct OffenceRuleInput {
    /// These exclude.
    #[graphql(default)]
    excluded: Vec<OffenceType>,
    /// These are looked at one by one.
    #[graphql(default)]
    considered: Vec<OffenceType>,
}

/// A rule about one characteristic.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct CharacteristicRuleInput {
    /// The characteristic.
    characteristic: Characteristic,
    /// The rule.
    rule: CharacteristicRule,
}

/// A rule that the agency states itself.
fn ruled<T>(rule: T) -> Ruled<T> {
    Ruled { rule, evidence: stored::RuleEvidence::Stated, quote: None }
}

impl EligibilityInput {
    /// It, as the agency states it.
    pub(super) fn stated(self) -> Done<Eligibility> {
        let days = self.substance_use.and_then(|rule| rule.abstinent_days).map(u16::try_from).transpose();
        let days = days.map_err(|_| {
            bad("input.eligibility.substanceUse.abstinentDays", "It is a number of days, from 0 to 65535.")
        })?;
        let offences = |list: Vec<OffenceType>| list.into_iter().map(Into::into).collect();
        Ok(Eligibility {
            age: self.age.map(|age| ruled(AgeRule { min: age.minimum, max: age.maximum })),
            genders: self.genders.map(|genders| ruled(genders.into_iter().map(Into::into).collect())),
            substance_use: self
                .substance_use
                .map(|rule| ruled(SubstanceUse { rule: rule.rule.into(), abstinent_days: days })),
            offences: self.offences.map(|rule| {
                ruled(OffenceRule { excluded: offences(rule.excluded), considered: offences(rule.considered) })
            }),
            characteristics: self
                .characteristics
                .into_iter()
                .map(|one| (one.characteristic.into(), ruled(one.rule.into())))
                .collect(),
            other: self.other,
        })
    }
}
