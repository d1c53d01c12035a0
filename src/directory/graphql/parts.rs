//! Small parts that hang on agencies, services and locations.

use async_graphql::{Enum, SimpleObject};
use chrono::{DateTime as Instant, Utc};
use entity::enums::ScheduleKind;
use entity::{external_identifier, phone, source};

use super::listing_enums::{AreaKind, AssuranceEvidence, FieldGroup, ScheduleDays, ScheduleEffect, WaitingList};
use crate::api::leaves::Leaves;
use crate::api::scalars::{Date, DateTime, LocalTime};
use crate::directory::door::Door;
use crate::directory::freshness;
use crate::directory::listing;
use crate::hours::{self, NextOpening, State};
use crate::plain;

/// A telephone number.
#[derive(Clone, Debug, SimpleObject)]
pub struct Phone {
    /// As the agency writes it.
    pub number: String,
    /// Extension; null where there is none.
    pub extension: Option<String>,
    /// Voice, text, fax, textphone…, in words; null where nobody said.
    pub kind: Option<String>,
    /// What it is for; null where nobody said.
    pub description: Option<String>,
}

impl From<&phone::Model> for Phone {
    fn from(row: &phone::Model) -> Self {
        Self {
            number: row.number.clone(),
            extension: row.extension.clone(),
            kind: row.kind.clone(),
            description: row.description.clone(),
        }
    }
}

/// An id in somebody else's register.
#[derive(Clone, Debug, SimpleObject)]
pub struct ExternalIdentifier {
    /// Whose: `charity-commission`, `companies-house`, `uprn`…
    pub scheme: String,
    /// The id there.
    pub value: String,
}

impl From<&external_identifier::Model> for ExternalIdentifier {
    fn from(row: &external_identifier::Model) -> Self {
        Self { scheme: row.scheme.clone(), value: row.value.clone() }
    }
}

/// Where a listing comes from, with the words its licence asks to be shown.
#[derive(Clone, Debug, SimpleObject)]
pub struct Source {
    /// Short name.
    pub key: String,
    /// Name.
    pub name: String,
    /// Licence of the data; null where nobody said.
    pub licence: Option<String>,
    /// Words to show beside the data; null where none are asked for.
    pub attribution: Option<String>,
}

impl From<&source::Model> for Source {
    fn from(row: &source::Model) -> Self {
        Self {
            key: row.key.clone(),
            name: row.name.clone(),
            licence: row.licence.clone(),
            attribution: row.attribution.clone(),
        }
    }
}

/// One line of an hours table, in the wall time of Europe/London.
#[derive(Clone, Debug, SimpleObject)]
pub struct OpeningHours {
    /// Which days it names.
    pub days: ScheduleDays,
    /// What it does to them.
    pub effect: ScheduleEffect,
    /// Days of the week in RFC 5545's `BYDAY`: `MO,TU`, or with a place in the month `2MO,-1FR`; null where it names none.
    pub by_day: Option<String>,
    /// Days of the month in RFC 5545's `BYMONTHDAY`, as `1,15,-1`; null where it names none.
    pub by_month_day: Option<String>,
    /// Every how many weeks or months.
    pub interval: i32,
    /// A date on which it takes place, which the interval counts from; null where none is needed.
    pub anchor: Option<Date>,
    /// First date on which it holds; null for no beginning.
    pub valid_from: Option<Date>,
    /// Last date on which it holds; null for no end.
    pub valid_to: Option<Date>,
    /// Opening; null where it names no time.
    pub opens_at: Option<LocalTime>,
    /// Closing, on the next day where it is at or before the opening; null where it names no time.
    pub closes_at: Option<LocalTime>,
    /// What takes place, or a remark; null where there is none.
    pub note: Option<String>,
}

plain!(OpeningHours {
    "days" => days,
    "effect" => effect,
    "byDay" => by_day,
    "byMonthDay" => by_month_day,
    "interval" => interval,
    "anchor" => anchor,
    "validFrom" => valid_from,
    "validTo" => valid_to,
    "opensAt" => opens_at,
    "closesAt" => closes_at,
    "note" => note,
});

impl From<&listing::Schedule> for OpeningHours {
    fn from(row: &listing::Schedule) -> Self {
        Self {
            days: row.days.into(),
            effect: row.effect.into(),
            by_day: row.by_day.clone(),
            by_month_day: row.by_month_day.clone(),
            interval: i32::from(row.interval),
            anchor: row.anchor.map(Date),
            valid_from: row.valid_from.map(Date),
            valid_to: row.valid_to.map(Date),
            opens_at: row.opens_at.map(LocalTime),
            closes_at: row.closes_at.map(LocalTime),
            note: row.note.clone(),
        }
    }
}

/// The lines of a table that say when a door is open.
#[must_use]
pub fn opening_hours(rows: &[listing::Schedule]) -> Leaves<'static, OpeningHours> {
    let hours = rows.iter().filter(|row| row.kind == ScheduleKind::Hours);
    hours.map(OpeningHours::from).collect::<Vec<_>>().into()
}

/// The lines of a table that say when something takes place.
#[must_use]
pub fn events(rows: &[listing::Schedule]) -> Leaves<'static, OpeningHours> {
    let events = rows.iter().filter(|row| row.kind == ScheduleKind::Event);
    events.map(OpeningHours::from).collect::<Vec<_>>().into()
}

/// Whether a door is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum OpenStateKind {
    /// Open.
    Open,
    /// Closed.
    Closed,
    /// Nobody can say; ask before going.
    Unknown,
}

/// Why nobody can say whether a door is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "hours::Unknown")]
pub enum OpenDoubt {
    /// It is a bank holiday, and they do not say what they do then.
    BankHoliday,
    /// What they say about that day contradicts itself.
    Contradiction,
    /// What they say about that time can't be relied upon.
    Unreliable,
    /// They do not say when they are open.
    NotStated,
}

/// Whether a door is open at the instant of the question, and when it opens next.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct OpenState {
    /// Open, closed, or unknown.
    pub state: OpenStateKind,
    /// Why it is unknown; null where it is not.
    pub doubt: Option<OpenDoubt>,
    /// Until when it is open; null where it is not, and where no closing is in sight.
    pub until: Option<DateTime>,
    /// The next opening that is certain, within 35 days, and not before a service that is closed is expected back; null
    /// where there is none, or nobody says when it will be back.
    pub next_opens: Option<DateTime>,
    /// An earlier opening that may be one, for whoever asks them; null where there is none.
    pub perhaps_opens: Option<DateTime>,
}

impl OpenState {
    /// The state of a door at an instant.
    #[must_use]
    pub fn of(door: &Door, at: Instant<Utc>) -> Self {
        let (state, doubt, until) = match door.state(at) {
            State::Open { until } => (OpenStateKind::Open, None, until),
            State::Closed => (OpenStateKind::Closed, None, None),
            State::Unknown(why) => (OpenStateKind::Unknown, Some(why), None),
        };
        let (next_opens, perhaps_opens) = match door.next_opening(at) {
            NextOpening::At(at) => (Some(at), None),
            NextOpening::PerhapsAt { at, why: _, certain } => (certain, Some(at)),
            NextOpening::None | NextOpening::NotStated => (None, None),
        };
        Self {
            state,
            doubt: doubt.map(OpenDoubt::from),
            until: until.map(DateTime),
            next_opens: next_opens.map(DateTime),
            perhaps_opens: perhaps_opens.map(DateTime),
        }
    }
}

/// An area that a service covers.
#[derive(Clone, Debug, SimpleObject)]
pub struct AreaCovered {
    /// What sort of area.
    pub kind: AreaKind,
    /// Its name, in words to show.
    pub name: String,
    /// Its code, or the GeoJSON geometry; null where the name says it all.
    pub code: Option<String>,
}

/// Places and waiting time, as the agency last said.
#[derive(Clone, Debug, SimpleObject)]
pub struct Capacity {
    /// Places that are paid for; null where not said.
    pub funded: Option<i32>,
    /// Most places; null where not said.
    pub maximum: Option<i32>,
    /// Places free; null where not said.
    pub available: Option<i32>,
    /// Days from referral to start; null where not said.
    pub wait_days: Option<i32>,
    /// Whether one can go on a waiting list; null where not said.
    pub waiting_list: Option<WaitingList>,
    /// When this was said; null where nobody noted it.
    pub updated_at: Option<DateTime>,
}

impl From<&listing::Capacity> for Capacity {
    fn from(row: &listing::Capacity) -> Self {
        let count = |number: Option<u32>| number.map(|number| i32::try_from(number).unwrap_or(i32::MAX));
        Self {
            funded: count(row.funded),
            maximum: count(row.maximum),
            available: count(row.available),
            wait_days: count(row.wait_days),
            waiting_list: row.waiting_list.map(WaitingList::from),
            updated_at: row.updated_at.map(DateTime),
        }
    }
}

/// How fresh a part of a listing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "freshness::Freshness")]
pub enum Freshness {
    /// Confirmed lately enough.
    Fresh,
    /// Confirmed, but too long ago to rely upon: ask.
    Stale,
    /// Nobody ever confirmed it: ask.
    NeverConfirmed,
}

/// When a part of a listing was last confirmed. Editing is not confirming.
#[derive(Clone, Debug, SimpleObject)]
pub struct FieldFreshness {
    /// Which part.
    pub group: FieldGroup,
    /// How fresh it is.
    pub freshness: Freshness,
    /// When it was last confirmed; null where it never was.
    pub confirmed_at: Option<DateTime>,
    /// By whom, in words; null where nobody said.
    pub confirmed_by: Option<String>,
    /// On what evidence; null where it never was.
    pub evidence: Option<AssuranceEvidence>,
    /// For how many days a confirmation counts, by the settings.
    pub counts_for_days: i32,
}
