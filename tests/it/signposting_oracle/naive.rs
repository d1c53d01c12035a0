//! The slow and obvious answer, straight from listings: every service is held against the whole
//! question by itself. Opening hours, places and containment are taken as they are; they have
//! oracles of their own.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, NaiveTime, Utc};
use entity::enums::{
    AccessFeature, AreaKind, CharacteristicRule, DeliveryMode, FieldGroup, Gender, ScheduleDays, ScheduleEffect,
    ScheduleKind, ServiceStatus, SubstanceUseRule, WaitingList,
};
use signpost::directory::listing::{Area, LocationListing, Schedule, ServiceListing, ServicePlace};
use signpost::directory::needs::NeedList;
use signpost::hours::{
    Days, Exception, Hours, Instead, Nation, OnHolidays, Rule, Span, WeekdaySet, Window, WindowAnswer,
};
use signpost::places::{
    self, Coverage, CoveredArea, Gazetteer, Point, Postcode, ResolvedPlace, covers, distance_km, resolve_words,
};

use super::question::{Person, Question, Slot, Using, spelt};
use super::spelling::speaks_of;
use super::taken::{age, gender, life, offences, using};
use super::world::TERM;

/// What a criterion, or a whole service, comes to; the worse the later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    Yes,
    Ask,
    No,
}

impl Verdict {
    /// The group of this name.
    pub(crate) fn group(self) -> &'static str {
        ["FITS", "FITS_IF", "NO_BECAUSE"][self as usize]
    }

    /// The outcome of this name.
    pub(crate) fn outcome(self) -> &'static str {
        ["MEETS", "UNKNOWN", "FAILS"][self as usize]
    }
}

impl From<bool> for Verdict {
    fn from(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }
}

/// What is about what: `AGE`, `CHARACTERISTIC PET`.
pub(crate) type Verdicts = BTreeSet<(String, Verdict)>;

/// One way to use a service: at one of its places, or without any.
#[derive(Clone, Debug)]
pub(crate) struct Way<'a> {
    pub(crate) place: Option<&'a ServicePlace>,
    pub(crate) modes: BTreeSet<String>,
    pub(crate) point: Option<Point>,
    pub(crate) areas: Vec<CoveredArea>,
    pub(crate) hours: Hours,
    pub(crate) offered: Vec<AccessFeature>,
    pub(crate) missing: Vec<AccessFeature>,
}

/// All the ways to use a service. Whoever is visited there is somebody who comes in person; what
/// is said of a confidential building is used for nothing.
pub(crate) fn ways(listing: &ServiceListing) -> Vec<Way<'_>> {
    let without_place = |modes: Vec<DeliveryMode>| Way {
        place: None,
        modes: modes.iter().map(|mode| spelt(mode.as_str())).collect(),
        point: None,
        areas: compiled(&listing.areas),
        hours: hours(&listing.schedules, false, nation_of_service(listing)),
        offered: listing.access_offered.clone(),
        missing: listing.access_missing.clone(),
    };
    let stated = |some: &[DeliveryMode]| -> Vec<DeliveryMode> {
        listing.delivery.iter().copied().filter(|mode| some.contains(mode)).collect()
    };
    let in_person = listing.delivery.is_empty() || listing.delivery.contains(&DeliveryMode::InPerson);
    let mut ways = Vec::new();
    if in_person && listing.places.is_empty() {
        ways.push(without_place(stated(&[DeliveryMode::InPerson])));
    }
    if in_person {
        ways.extend(listing.places.iter().map(|place| at_place(listing, place)));
    }
    for together in [
        stated(&[DeliveryMode::Telephone, DeliveryMode::Video, DeliveryMode::Online]),
        stated(&[DeliveryMode::Outreach, DeliveryMode::InCustody]),
    ] {
        if !together.is_empty() {
            ways.push(without_place(together));
        }
    }
    ways
}

fn at_place<'a>(listing: &'a ServiceListing, place: &'a ServicePlace) -> Way<'a> {
    let building = &place.location;
    let known = !building.confidential;
    let areas = if place.areas.is_empty() { &listing.areas } else { &place.areas };
    let nation = nation_of_building(building).filter(|_| known).or_else(|| nation_of_areas(areas));
    let doors = |rows: &[Schedule]| rows.iter().any(|row| row.kind == ScheduleKind::Hours);
    let hours = if doors(&place.schedules) {
        hours(&place.schedules, false, nation)
    } else if doors(&listing.schedules) || !known {
        hours(&listing.schedules, false, nation)
    } else {
        hours(&building.schedules, true, nation)
    };
    let with_building = |own: &[AccessFeature], its: &[AccessFeature]| {
        let its = if known { its } else { &[] };
        own.iter().chain(its).copied().collect()
    };
    Way {
        place: Some(place),
        modes: listing
            .delivery
            .iter()
            .filter(|mode| **mode == DeliveryMode::InPerson)
            .map(|mode| spelt(mode.as_str()))
            .collect(),
        point: point(building).filter(|_| known),
        areas: compiled(areas),
        hours,
        offered: with_building(&listing.access_offered, &building.access_offered),
        missing: with_building(&listing.access_missing, &building.access_missing),
    }
}

fn postcode(building: &LocationListing) -> Option<Postcode> {
    Postcode::parse(building.address.as_ref()?.postcode.as_deref()?).ok()
}

/// Where a building is: as its source says, else the middle of its sector. (These tests load no
/// table of postcodes, and every sector in them exists.)
pub(crate) fn point(building: &LocationListing) -> Option<Point> {
    match building.point {
        Some((lat, lon)) => Point::new(lat, lon).ok(),
        None => Gazetteer::embedded().sector(postcode(building)?.sector()).map(|ground| ground.point),
    }
}

/// The code of a building's authority, where its district lies in no other.
pub(crate) fn authority(building: &LocationListing) -> Option<&'static str> {
    match Gazetteer::embedded().authorities_of_district(postcode(building)?.district()) {
        [one] => Some(Gazetteer::embedded().authority(one.code)?.code.as_str()),
        _ => None,
    }
}

/// The nation whose holidays a building keeps: no district in these tests lies in two.
fn nation_of_building(building: &LocationListing) -> Option<Nation> {
    let code = postcode(building)?;
    Some(if code.as_str().starts_with("EH") { Nation::Scotland } else { Nation::EnglandAndWales })
}

/// The nations whose holidays are kept in each of these areas that anybody can place, by the table of areas that worlds
/// are drawn from; `None` where nobody can tell.
fn nations_of_areas(areas: &[Area]) -> Option<BTreeSet<&'static str>> {
    let mut nations = BTreeSet::new();
    for area in areas {
        match (area.kind, area.value.as_str()) {
            (AreaKind::Nation, "Scotland") => drop(nations.insert("Scotland")),
            (AreaKind::UnitedKingdom | AreaKind::Geojson, _) => return None,
            (AreaKind::Text, "wherever we are needed") | (_, "not a district") => {}
            _ => drop(nations.insert("England")),
        }
    }
    Some(nations)
}

fn nation_of_areas(areas: &[Area]) -> Option<Nation> {
    let nations = nations_of_areas(areas)?;
    let one = nations.iter().next().filter(|_| nations.len() == 1)?;
    Some(if *one == "Scotland" { Nation::Scotland } else { Nation::EnglandAndWales })
}

/// The nation whose holidays a service keeps that is used without going anywhere: that of the areas it covers, or, where it
/// names none, of the buildings that it has.
fn nation_of_service(listing: &ServiceListing) -> Option<Nation> {
    if nations_of_areas(&listing.areas).is_some_and(|nations| nations.is_empty()) {
        let open = listing.places.iter().map(|place| &place.location).filter(|building| !building.confidential);
        let nations: Vec<Nation> = open.filter_map(nation_of_building).collect();
        let first = *nations.first()?;
        return nations.iter().all(|nation| *nation == first).then_some(first);
    }
    nation_of_areas(&listing.areas)
}

fn compiled(areas: &[Area]) -> Vec<CoveredArea> {
    let words = |value: &str| CoveredArea::compile(AreaKind::Text, value).unwrap();
    areas
        .iter()
        .flat_map(|area| match area.kind {
            AreaKind::Text => resolve_words(&area.value).unwrap_or_else(|| vec![words(&area.value)]),
            kind => vec![CoveredArea::compile(kind, &area.value).unwrap_or_else(|_| words(&area.value))],
        })
        .collect()
}

/// The hours that lines state; of a building they say only when it is shut.
fn hours(rows: &[Schedule], of_building: bool, nation: Option<Nation>) -> Hours {
    let (mut rules, mut exceptions, mut holidays) = (Vec::new(), Vec::new(), OnHolidays::NotStated);
    for row in rows.iter().filter(|row| row.kind == ScheduleKind::Hours) {
        let between = row.opens_at.zip(row.closes_at).map(|(opens, closes)| Span::Between { opens, closes });
        let instead = || match row.effect {
            ScheduleEffect::Closes => Instead::Closed,
            ScheduleEffect::Unknown => Instead::Unknown,
            _ if of_building => Instead::Unknown,
            _ => Instead::Open(between.into_iter().collect()),
        };
        let days = match row.days {
            ScheduleDays::Weekly => Days::Weekly {
                days: WeekdaySet::parse(row.by_day.as_deref().unwrap()).unwrap(),
                interval: row.interval,
                anchor: row.anchor,
            },
            ScheduleDays::Monthly => Days::monthly(row.by_day.as_deref(), None, row.interval, row.anchor).unwrap(),
            ScheduleDays::Dates => {
                exceptions.push(Exception::new(row.valid_from.unwrap(), row.valid_to.unwrap(), instead()).unwrap());
                continue;
            }
            ScheduleDays::BankHolidays => {
                let as_usual = row.effect == ScheduleEffect::Opens && between.is_none();
                holidays = if as_usual { OnHolidays::AsUsual } else { OnHolidays::Instead(instead()) };
                continue;
            }
        };
        let reliable = !of_building && row.effect != ScheduleEffect::Unknown;
        rules.push(Rule::new(days, between.unwrap_or(Span::AllDay), row.valid_from, row.valid_to, reliable).unwrap());
    }
    Hours::new(rules, exceptions, holidays, nation)
}

/// The place that a question names.
pub(crate) fn find(words: &str) -> ResolvedPlace {
    Gazetteer::embedded().resolve(&places::parse(words).unwrap(), None, false).unwrap()
}

/// The needs a service meets: stated ones and those its term means.
pub(crate) fn needs(listing: &ServiceListing) -> BTreeSet<&str> {
    let of_terms = listing.terms.iter().filter(|term| (term.taxonomy.as_str(), term.code.as_str()) == (TERM.0, TERM.1));
    listing.needs.iter().map(String::as_str).chain(of_terms.map(|_| TERM.2)).collect()
}

/// Whether a service meets a need, or a need of an area.
pub(crate) fn meets(listing: &ServiceListing, asked: &str) -> bool {
    needs(listing).iter().any(|need| *need == asked || need.starts_with(&format!("{asked}.")))
}

/// The texts in which words are looked for.
pub(crate) fn texts(listing: &ServiceListing) -> Vec<String> {
    let list = NeedList::embedded().unwrap();
    let mut texts = vec![listing.name.clone(), listing.agency.name.clone()];
    texts.extend(listing.summary.clone());
    texts.extend(listing.description.clone());
    for need in needs(listing) {
        let need = list.need(need).unwrap();
        texts.push(need.name.clone());
        texts.extend(need.synonyms.clone());
    }
    texts
}

/// Whether a service is of any interest: it runs or will again, meets a need, has the form, holds the words.
pub(crate) fn of_interest(listing: &ServiceListing, question: &Question, vocabulary: &BTreeSet<String>) -> bool {
    let texts = texts(listing);
    matches!(listing.status, ServiceStatus::Active | ServiceStatus::TemporarilyClosed)
        && (question.needs.is_empty() || question.needs.iter().any(|need| meets(listing, need)))
        && (question.formats.is_empty() || listing.formats.iter().any(|format| question.formats.contains(format)))
        && question.text.is_none_or(|text| speaks_of(texts.iter().map(String::as_str), text, vocabulary))
}

/// The kilometres to a way's place, where both are known.
pub(crate) fn kilometres(way: &Way<'_>, question: &Question) -> Option<f64> {
    Some(distance_km(find(question.place?.0).point, way.point?))
}

/// Whether a way is one that will do and can be got to.
pub(crate) fn within_reach(way: &Way<'_>, question: &Question) -> bool {
    let in_person = spelt(DeliveryMode::InPerson.as_str());
    let will_do = question.delivery.is_empty()
        || question
            .delivery
            .iter()
            .map(|mode| spelt(mode.as_str()))
            .any(|mode| way.modes.contains(&mode) || (way.modes.is_empty() && mode == in_person));
    let Some((place, within)) = question.place else { return will_do };
    will_do
        && match kilometres(way, question) {
            Some(km) => km <= within,
            None => covers(&way.areas, &find(place)) != Coverage::Outside,
        }
}

/// Every criterion of one way to use a service, with what it comes to.
pub(crate) fn verdicts(listing: &ServiceListing, way: &Way<'_>, question: &Question) -> Verdicts {
    let person = &question.person;
    let mut all: Vec<(String, Option<Verdict>)> = vec![
        ("STATUS".to_owned(), status(listing, question.instant())),
        (
            "COVERAGE".to_owned(),
            question.place.map(|(words, _)| match covers(&way.areas, &find(words)) {
                Coverage::Inside { .. } => Verdict::Yes,
                Coverage::Unknown { .. } => Verdict::Ask,
                Coverage::Outside => Verdict::No,
            }),
        ),
        ("TIME".to_owned(), time(way, question)),
        ("AGE".to_owned(), age(listing, person)),
        ("GENDER".to_owned(), gender(listing, person)),
        ("SUBSTANCE_USE".to_owned(), using(listing, person)),
        ("OFFENCES".to_owned(), offences(listing, person)),
        ("LANGUAGE".to_owned(), language(listing, way, person)),
        ("CAPACITY".to_owned(), capacity(listing, question.instant())),
        ("OTHER".to_owned(), listing.eligibility.other.as_ref().map(|_| Verdict::Ask)),
    ];
    for which in entity::enums::Characteristic::ALL {
        let rule = listing.eligibility.characteristics.iter().find(|(of, _)| of == which).map(|(_, ruled)| ruled.rule);
        let said = person.lives.iter().find(|(of, _)| of == which).map(|(_, holds)| *holds);
        all.push((format!("CHARACTERISTIC {}", spelt(which.as_str())), life(rule, said)));
    }
    for which in &person.access {
        let verdict = if way.offered.contains(which) {
            Verdict::Yes
        } else if way.missing.contains(which) {
            Verdict::No
        } else {
            Verdict::Ask
        };
        all.push((format!("ACCESS {}", spelt(which.as_str())), Some(verdict)));
    }
    all.into_iter().filter_map(|(about, verdict)| Some((about, verdict?))).collect()
}

/// What several verdicts come to.
pub(crate) fn worst(verdicts: &Verdicts) -> Verdict {
    verdicts.iter().map(|(_, verdict)| *verdict).max().unwrap_or(Verdict::Yes)
}

fn status(listing: &ServiceListing, at: DateTime<Utc>) -> Option<Verdict> {
    // The clocks of November to January show the same in London and in UTC.
    let today = at.date_naive();
    match listing.status {
        ServiceStatus::Active => None,
        _ if listing.reopens_on.is_some_and(|date| date <= today) => Some(Verdict::Ask),
        _ => Some(Verdict::No),
    }
}

fn time(way: &Way<'_>, question: &Question) -> Option<Verdict> {
    let answers = question.times.iter().map(|slot| match way.hours.within(&slot.window(), question.instant(), 35) {
        WindowAnswer::Open { .. } => Verdict::Yes,
        WindowAnswer::Unknown { .. } | WindowAnswer::NotStated => Verdict::Ask,
        WindowAnswer::Never => Verdict::No,
    });
    answers.min()
}

impl Slot {
    fn window(&self) -> Window {
        let midnight = NaiveTime::MIN;
        Window {
            days: if self.days.is_empty() { WeekdaySet::ALL } else { self.days.iter().copied().collect() },
            from: self.from.unwrap_or(midnight),
            to: self.to.unwrap_or(midnight),
            min_minutes: self.minutes,
        }
    }
}

fn language(listing: &ServiceListing, way: &Way<'_>, person: &Person) -> Option<Verdict> {
    let base = |tag: &str| tag[..2].to_owned();
    let common = || listing.languages.iter().any(|tag| person.languages.iter().any(|other| base(tag) == base(other)));
    if person.languages.is_empty() {
        None
    } else if common() || way.offered.contains(&AccessFeature::Interpreter) {
        Some(Verdict::Yes)
    } else if listing.languages.is_empty() && person.languages.iter().any(|tag| base(tag) == "en") {
        None
    } else {
        Some(Verdict::Ask)
    }
}

fn capacity(listing: &ServiceListing, at: DateTime<Utc>) -> Option<Verdict> {
    let stated = listing.capacity?;
    let assured = listing.assurances.iter().filter(|one| one.group == FieldGroup::Capacity).map(|one| one.at);
    let said = assured.chain(stated.updated_at).max();
    let believed = said.is_some_and(|said| at <= said + Duration::days(14));
    match (stated.available, stated.waiting_list) {
        (Some(0), Some(WaitingList::Closed)) if believed => Some(Verdict::No),
        (Some(0), _) => Some(Verdict::Ask),
        (Some(_), _) if believed => Some(Verdict::Yes),
        (Some(_), _) | (None, Some(WaitingList::Closed)) => Some(Verdict::Ask),
        (None, _) => None,
    }
}

/// Whether a service, as it is offered at a place, is known to turn away this person: one plain
/// sentence for each thing that a service can be hard about, and no more.
pub(crate) fn turns_away(listing: &ServiceListing, way: &Way<'_>, question: &Question) -> Vec<&'static str> {
    let (person, stated) = (&question.person, &listing.eligibility);
    let mut why = Vec::new();
    let mut hard = |reason, holds: bool| why.extend(holds.then_some(reason));
    if let (Some(ruled), Some(age)) = (&stated.age, person.age) {
        hard("too young", ruled.rule.min.is_some_and(|min| age < min));
        hard("too old", ruled.rule.max.is_some_and(|max| age >= max + 1.0 || (max.fract() > 0.0 && age > max)));
    }
    if let (Some(ruled), Some(gender @ (Gender::Woman | Gender::Man))) = (&stated.genders, person.gender) {
        hard("gender", !ruled.rule.contains(&gender));
    }
    if let (Some(ruled), Some(using)) = (&stated.substance_use, person.using) {
        hard("uses", using == Using::Now && ruled.rule.rule == SubstanceUseRule::AbstinenceRequired);
        hard("has used", using != Using::Never && ruled.rule.rule == SubstanceUseRule::HistoryExcluded);
        hard(
            "not clean for long enough",
            match (using, ruled.rule.abstinent_days) {
                (Using::NotFor(Some(days)), Some(needed)) => days < needed,
                _ => false,
            },
        );
    }
    if let (Some(ruled), Some(convicted)) = (&stated.offences, &person.offences) {
        hard("offence", convicted.iter().any(|offence| ruled.rule.excluded.contains(offence)));
    }
    for (which, ruled) in &stated.characteristics {
        hard(
            "lacks what is required",
            ruled.rule == CharacteristicRule::Required && person.lives.contains(&(*which, false)),
        );
        hard(
            "is what is excluded",
            ruled.rule == CharacteristicRule::Excluded && person.lives.contains(&(*which, true)),
        );
    }
    for need in &person.access {
        hard("cannot get in", way.missing.contains(need) && !way.offered.contains(need));
    }
    hard(
        "does not run",
        listing.status != ServiceStatus::Active
            && listing.reopens_on.is_none_or(|date| date > question.instant().date_naive()),
    );
    hard(
        "full",
        listing
            .capacity
            .is_some_and(|stated| stated.available == Some(0) && stated.waiting_list == Some(WaitingList::Closed)),
    );
    if let Some((words, _)) = question.place {
        hard("elsewhere", covers(&way.areas, &find(words)) == Coverage::Outside);
    }
    hard(
        "shut then",
        !question.times.is_empty()
            && question
                .times
                .iter()
                .all(|slot| way.hours.within(&slot.window(), question.instant(), 35) == WindowAnswer::Never),
    );
    why
}
