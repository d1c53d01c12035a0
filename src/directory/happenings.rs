//! What of a change to a service matters to somebody who waits for it or counts on it: it closes, runs again, has
//! places, is open at other times, takes other people, comes or goes. Pure: what is known before and after comes in,
//! kinds of happenings come out.
//!
//! To add a kind: a variant of `HappeningKind`, what it takes to tell it among the [`Facts`], a line in [`between`].

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use entity::enums::{
    Characteristic, CharacteristicRule, Gender, HappeningKind, OffenceType, ScheduleKind, ServiceStatus,
    SubstanceUseRule,
};
use entity::ids::{LocationId, PlaceId, ServiceId};

use super::listing::{Eligibility, Schedule};

/// Something that happened to a public service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Happening {
    /// Its number: the order of happening.
    pub id: i64,
    /// To which service.
    pub service: ServiceId,
    /// What.
    pub kind: HappeningKind,
    /// When.
    pub at: DateTime<Utc>,
}

/// What decides whether anything happened, of one service at one time.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    /// Whether the public sees it. A service that is not there is seen by nobody.
    pub public: bool,
    /// Whether it runs.
    pub status: ServiceStatus,
    /// When it is open, by whom the table is.
    pub hours: BTreeMap<Whose, Vec<Line>>,
    /// Places free; absent where nobody said.
    pub available: Option<u32>,
    /// Whom it takes.
    pub takes: Takes,
}

/// Whose table of hours it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Whose {
    /// The service's.
    Service,
    /// That of the service at one location.
    Place(PlaceId),
    /// A building's, where neither service nor pair says anything.
    Building(LocationId),
}

/// One line of a table of hours, without its words, in a form that can be put in order.
pub type Line = String;

/// Whom a service takes: its rules, without where they come from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Takes {
    age: Option<(Option<f64>, Option<f64>)>,
    genders: Option<Vec<Gender>>,
    substance_use: Option<(SubstanceUseRule, Option<u16>)>,
    offences: Option<(Vec<OffenceType>, Vec<OffenceType>)>,
    characteristics: Vec<(Characteristic, CharacteristicRule)>,
    other: Option<String>,
}

impl From<&Eligibility> for Takes {
    fn from(stated: &Eligibility) -> Self {
        let sorted = |list: &[OffenceType]| in_order(list.to_vec());
        let rules = stated.characteristics.iter().map(|(which, ruled)| (*which, ruled.rule));
        Self {
            age: stated.age.as_ref().map(|ruled| (ruled.rule.min, ruled.rule.max)),
            genders: stated.genders.as_ref().map(|ruled| in_order(ruled.rule.clone())),
            substance_use: stated.substance_use.as_ref().map(|ruled| (ruled.rule.rule, ruled.rule.abstinent_days)),
            offences: stated
                .offences
                .as_ref()
                .map(|ruled| (sorted(&ruled.rule.excluded), sorted(&ruled.rule.considered))),
            characteristics: in_order(rules.collect()),
            other: stated.other.clone(),
        }
    }
}

fn in_order<T: Ord>(mut list: Vec<T>) -> Vec<T> {
    list.sort_unstable();
    list.dedup();
    list
}

impl Facts {
    /// Of a service that is not there.
    #[must_use]
    pub fn absent() -> Self {
        Self {
            public: false,
            status: ServiceStatus::Defunct,
            hours: BTreeMap::new(),
            available: None,
            takes: Takes::default(),
        }
    }

    /// Whether it has a place for certain, or none for certain.
    fn has_place(&self) -> Option<bool> {
        self.available.map(|free| free > 0)
    }
}

/// The lines of a table in which it differs from another, in an order of their own: events open no doors, and a remark
/// is no hour.
#[must_use]
pub fn lines(rows: &[Schedule]) -> Vec<Line> {
    let hours = rows.iter().filter(|row| row.kind == ScheduleKind::Hours);
    in_order(hours.map(|row| format!("{:?}", Schedule { note: None, ..row.clone() })).collect())
}

/// How far a service is from running.
const fn away(status: ServiceStatus) -> u8 {
    match status {
        ServiceStatus::Active => 0,
        ServiceStatus::TemporarilyClosed => 1,
        ServiceStatus::Inactive => 2,
        ServiceStatus::Defunct => 3,
    }
}

/// What happened between two looks at a service, in the order in which it is told.
#[must_use]
pub fn between(before: &Facts, after: &Facts) -> Vec<HappeningKind> {
    match (before.public, after.public) {
        (false, false) => return Vec::new(),
        (false, true) => return vec![HappeningKind::Listed],
        (true, false) => return vec![HappeningKind::Withdrawn],
        (true, true) => {}
    }
    let mut happened = Vec::new();
    if away(after.status) > away(before.status) {
        happened.push(HappeningKind::Closed);
    } else if after.status == ServiceStatus::Active && before.status != ServiceStatus::Active {
        happened.push(HappeningKind::Reopened);
    }
    match (before.has_place(), after.has_place()) {
        (None | Some(false), Some(true)) => happened.push(HappeningKind::CapacityGained),
        (Some(true), Some(false)) => happened.push(HappeningKind::CapacityGone),
        (None | Some(false), Some(false)) | (Some(true), Some(true)) | (_, None) => {}
    }
    if before.hours != after.hours {
        happened.push(HappeningKind::HoursChanged);
    }
    if before.takes != after.takes {
        happened.push(HappeningKind::EligibilityChanged);
    }
    happened
}
