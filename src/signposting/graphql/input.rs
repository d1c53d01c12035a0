//! The question as it is asked, and its checking: whatever passes can be answered.

use std::collections::BTreeMap;

use async_graphql::{Context, Enum, ID, InputObject, Result};
use chrono::{DateTime as Instant, TimeDelta, Utc};

use crate::api::AskedAt;
use crate::api::errors::bad_input;
use crate::api::scalars::{DateTime, LocalTime};
use crate::directory::graphql::filters::{
    MOST_ENTRIES, check_entries, check_radius, expand_needs, find_place, place_if_any, search_words,
};
use crate::directory::graphql::languages::check_languages;
use crate::directory::graphql::life_enums::{Characteristic, Gender, OffenceType};
use crate::directory::graphql::listing_enums::{AccessFeature, DeliveryMode, SessionFormat};
use crate::directory::needs::NeedList;
use crate::hours::{WeekdaySet, Window};
use crate::signposting::circumstances::{Circumstances, SubstanceUse};
use crate::signposting::interpret::Interpretation;
use crate::signposting::query::{AskedNeed, SignpostQuery};

/// Oldest age that is believed, in years.
const OLDEST: f64 = 130.0;
/// How sure a need must be, in percent, for services to be looked for that meet it.
const SURE_ENOUGH: u8 = 45;
/// How sure it must be, in percent, that somebody can come then, for services that are shut at that time not to fit.
/// Times that are less sure are told with what was understood, and not used.
const SURE_OF_TIME: u8 = 60;
/// How far is looked where nobody says how far the person can travel, in kilometres.
const DEFAULT_KM: f64 = 10.0;
/// How many minutes of a time must be open where nobody says, and how many at the most.
const DEFAULT_MINUTES: i32 = 30;
const MOST_MINUTES: u16 = 720;
/// How far from now a question may be put, in days.
const MOST_DAYS_AWAY: i64 = 366;

/// A question: which needs, where, when, and what life is like. Every part may be left out.
#[derive(Clone, Debug, InputObject)]
pub struct SignpostInput {
    /// Needs to be met: keys (`housing.emergency`, or `housing` for the whole area), or ids. A service that meets one is found; one that meets more stands higher.
    #[graphql(default)]
    pub needs: Vec<ID>,
    /// The person's own words, or a worker's about them ("kicked out, sofa surfing, on a script"): needs are read from
    /// them, and circumstances, times, ways of being reached and a postcode where no field here says otherwise. The
    /// answer tells what was understood. At most 2,000 characters.
    pub text: Option<String>,
    /// Words to look for in names and descriptions: each must stand in the service's name, its agency's name, its description, or a need it meets. Beginnings, other forms of a word and slips of the hand are forgiven. Where no need is asked for, what has them in its name stands first within its group, then in its agency's, then in a need.
    pub search: Option<String>,
    /// Where the person is, and how far they can travel.
    #[graphql(name = "where")]
    pub place: Option<WhereInput>,
    /// When the person can come; any one of these will do.
    #[graphql(default)]
    pub when: Vec<WhenInput>,
    /// What the person's life is like, as far as they care to say.
    pub circumstances: Option<CircumstancesInput>,
    /// Ways of being reached that will do; empty: any.
    #[graphql(default)]
    pub delivery: Vec<DeliveryMode>,
    /// Forms of session that will do; empty: any.
    #[graphql(default)]
    pub formats: Vec<SessionFormat>,
    /// The instant to answer for; now where absent. At most a year from now.
    pub at: Option<DateTime>,
}

/// Where the person is, and how far they can travel.
#[derive(Clone, Debug, InputObject)]
pub struct WhereInput {
    /// A postcode (best: `M14 5RQ`), a part of one (`M14`), the name of a town (`Ashford, Kent`), or `latitude,longitude`.
    pub place: String,
    /// How far they can travel, in kilometres as the crow flies; more than 0, at most 1000. What needs no travel is found whatever it is.
    #[graphql(default_with = "DEFAULT_KM")]
    pub within_km: f64,
}

/// A time of the week at which the person can come.
#[derive(Clone, Debug, InputObject)]
pub struct WhenInput {
    /// Days of the week; empty: any.
    #[graphql(default)]
    pub days: Vec<Weekday>,
    /// From this time of the wall clock; the beginning of the day where absent.
    pub from: Option<LocalTime>,
    /// Until this time of the wall clock, on the next day where it is not later than `from`; the end of the day where absent.
    pub to: Option<LocalTime>,
    /// How many minutes of it must be open; from 1 to 720, and no more than there are from `from` to `to`. Where absent
    /// 30, or all of it where it is shorter.
    pub minimum_minutes: Option<i32>,
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "chrono::Weekday")]
pub enum Weekday {
    /// Monday.
    #[graphql(name = "MONDAY")]
    Mon,
    /// Tuesday.
    #[graphql(name = "TUESDAY")]
    Tue,
    /// Wednesday.
    #[graphql(name = "WEDNESDAY")]
    Wed,
    /// Thursday.
    #[graphql(name = "THURSDAY")]
    Thu,
    /// Friday.
    #[graphql(name = "FRIDAY")]
    Fri,
    /// Saturday.
    #[graphql(name = "SATURDAY")]
    Sat,
    /// Sunday.
    #[graphql(name = "SUNDAY")]
    Sun,
}

/// Where a person stands with drink and drugs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum SubstanceUseState {
    /// Using or drinking now.
    Using,
    /// Not now, but there is a history.
    Abstinent,
    /// No history at all.
    Never,
}

/// What a person's life is like. Whatever is left out was not said, and nobody guesses.
#[derive(Clone, Debug, Default, InputObject)]
pub struct CircumstancesInput {
    /// Age in years, from 0 to 130.
    pub age: Option<f64>,
    /// Gender.
    pub gender: Option<Gender>,
    /// Drink and drugs.
    pub substance_use: Option<SubstanceUseState>,
    /// Days since the last use; only beside `substanceUse: ABSTINENT`.
    pub abstinent_days: Option<i32>,
    /// Offences that a service may ask about; an empty list says: none.
    pub offences: Option<Vec<OffenceType>>,
    /// What holds of the person.
    #[graphql(default)]
    pub has: Vec<Characteristic>,
    /// What was said not to hold of the person.
    #[graphql(default)]
    pub has_not: Vec<Characteristic>,
    /// Languages spoken well enough for an appointment (BCP 47, as `en` or `ur`); empty: not said.
    #[graphql(default)]
    pub languages: Vec<String>,
    /// What the person needs in order to come at all.
    #[graphql(default)]
    pub access: Vec<AccessFeature>,
}

impl SignpostInput {
    /// The question, checked, with what its text was understood to say already put in.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` naming the field and what would be right.
    pub async fn into_query(
        self,
        ctx: &Context<'_>,
        list: &NeedList,
        understood: Option<&Interpretation>,
        at: Instant<Utc>,
    ) -> Result<SignpostQuery> {
        let now = ctx.data::<AskedAt>()?.0;
        if (at - now).abs() > TimeDelta::days(MOST_DAYS_AWAY) {
            return Err(bad_input("input.at", "The instant is too far away: at most a year from now."));
        }
        let mut needs: Vec<AskedNeed> = expand_needs(list, "input.needs", &self.needs)?
            .into_iter()
            .map(|(key, any_of)| AskedNeed { key, any_of, weight: 100 })
            .collect();
        let words = self.search.map_or_else(|| Ok(Vec::new()), |text| search_words("input.search", &text))?;
        check_entries("input.when", self.when.len())?;
        check_entries("input.delivery", self.delivery.len())?;
        check_entries("input.formats", self.formats.len())?;
        let mut windows: Vec<Window> =
            self.when.iter().enumerate().map(|(index, when)| window(index, when)).collect::<Result<_>>()?;
        let mut circumstances = self.circumstances.unwrap_or_default().checked()?;
        let mut delivery: Vec<_> = self.delivery.into_iter().map(Into::into).collect();
        let (mut place, mut within_km) = match self.place {
            None => (None, 0.0),
            Some(place) => {
                check_radius("input.where.withinKm", place.within_km)?;
                (Some(find_place(ctx, "input.where.place", &place.place).await?), place.within_km)
            }
        };
        let mut meaningless = false;
        if let Some(said) = understood {
            for need in said.needs.iter().filter(|need| need.confidence >= SURE_ENOUGH) {
                let known = needs.iter().any(|asked| asked.key == need.key);
                let index = list.index_of(&need.key).filter(|_| !known && needs.len() < MOST_ENTRIES);
                needs.extend(index.map(|index| AskedNeed {
                    key: need.key.clone(),
                    any_of: vec![index],
                    weight: weight(need.confidence),
                }));
            }
            circumstances.add(said.circumstances());
            if windows.is_empty() {
                let sure = said.when.iter().filter(|found| found.confidence >= SURE_OF_TIME);
                windows = sure.take(MOST_ENTRIES).map(|found| found.what.no_longer_than_itself()).collect();
            }
            if delivery.is_empty() {
                delivery = said.delivery.iter().map(|found| found.what).collect();
            }
            if let (None, Some(said)) = (&place, &said.place) {
                // A postcode that is none of today's was perhaps none at all: the text is no form to be sent back.
                place = place_if_any(ctx, &said.what.to_string()).await?;
                within_km = DEFAULT_KM;
            }
            meaningless = needs.is_empty() && words.is_empty();
        }
        Ok(SignpostQuery {
            needs,
            place,
            within_km,
            windows,
            circumstances,
            delivery,
            formats: self.formats.into_iter().map(Into::into).collect(),
            words,
            meaningless,
            at,
        })
    }
}

/// What a need counts that was read from a text, of 100: the square of how sure that is.
fn weight(confidence: u8) -> u8 {
    u8::try_from(u32::from(confidence).pow(2) / 100).unwrap_or(100)
}

fn window(index: usize, when: &WhenInput) -> Result<Window> {
    let field = |name: &str| format!("input.when[{index}].{name}");
    check_entries(&field("days"), when.days.len())?;
    let wanted = when.minimum_minutes.unwrap_or(DEFAULT_MINUTES);
    let min_minutes =
        u16::try_from(wanted).ok().filter(|minutes| (1..=MOST_MINUTES).contains(minutes)).ok_or_else(|| {
            bad_input(field("minimumMinutes"), format!("{wanted} is not from 1 to {MOST_MINUTES} minutes."))
        })?;
    let days = if when.days.is_empty() {
        WeekdaySet::ALL
    } else {
        when.days.iter().fold(WeekdaySet::EMPTY, |days, day| days.with((*day).into()))
    };
    let midnight = chrono::NaiveTime::MIN;
    let window = Window {
        days,
        from: when.from.map_or(midnight, |time| time.0),
        // Midnight as an end is the end of the day: not later than `from`, so on the next date.
        to: when.to.map_or(midnight, |time| time.0),
        min_minutes,
    };
    let long = window.minutes();
    if when.minimum_minutes.is_some() && long < min_minutes {
        let problem = format!("From `from` to `to` there are {long} minutes, so nothing is open {min_minutes} of them");
        return Err(bad_input(field("minimumMinutes"), format!("{problem}: from 1 to {long}, or leave it out.")));
    }
    Ok(window.no_longer_than_itself())
}

impl CircumstancesInput {
    fn checked(self) -> Result<Circumstances> {
        let field = |name: &str| format!("input.circumstances.{name}");
        if let Some(age) = self.age.filter(|age| !(age.is_finite() && (0.0..=OLDEST).contains(age))) {
            return Err(bad_input(field("age"), format!("{age} is not an age: from 0 to {OLDEST} years.")));
        }
        let days = match self.abstinent_days {
            None => None,
            Some(days) if self.substance_use == Some(SubstanceUseState::Abstinent) => {
                Some(u16::try_from(days).map_err(|_| {
                    bad_input(field("abstinentDays"), format!("{days} is not a number of days: from 0 to 65535."))
                })?)
            }
            Some(_) => {
                return Err(bad_input(
                    field("abstinentDays"),
                    "Days since the last use go with `substanceUse: ABSTINENT` only.",
                ));
            }
        };
        check_entries(&field("offences"), self.offences.as_ref().map_or(0, Vec::len))?;
        check_entries(&field("has"), self.has.len())?;
        check_entries(&field("hasNot"), self.has_not.len())?;
        check_languages(&field("languages"), &self.languages)?;
        check_entries(&field("access"), self.access.len())?;
        let mut characteristics = BTreeMap::new();
        for which in self.has {
            characteristics.insert(which.into(), true);
        }
        for which in self.has_not {
            if characteristics.insert(which.into(), false) == Some(true) {
                return Err(bad_input(field("hasNot"), "The same thing was said to hold and not to hold."));
            }
        }
        Ok(Circumstances {
            age: self.age,
            gender: self.gender.map(Into::into),
            substance_use: self.substance_use.map(|state| match state {
                SubstanceUseState::Using => SubstanceUse::Using,
                SubstanceUseState::Abstinent => SubstanceUse::Abstinent { days },
                SubstanceUseState::Never => SubstanceUse::Never,
            }),
            offences: self.offences.map(|offences| offences.into_iter().map(Into::into).collect()),
            characteristics,
            languages: self.languages,
            access: self.access.into_iter().map(Into::into).collect(),
        })
    }
}
