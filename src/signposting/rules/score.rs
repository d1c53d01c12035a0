//! The score: whole points, the same for the same question, with its parts.

use chrono::{DateTime, TimeDelta, Utc};
use entity::enums::FieldGroup;

use super::criterion::Tally;
use crate::directory::listing::Capacity;
use crate::directory::snapshot::postings::{Field, How};

/// What points are given for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ScorePart {
    /// How many of the needs asked about it meets.
    Needs,
    /// How near it is.
    Distance,
    /// How soon the person can come.
    Time,
    /// How little is left to ask.
    Certainty,
    /// How soon there is a place.
    Waiting,
    /// How fresh the listing is.
    Freshness,
    /// Where the words were found: name before agency before needs before description; and how plainly.
    Words,
}

impl ScorePart {
    /// Every part, in the order in which they are shown.
    pub const ALL: &'static [Self] =
        &[Self::Needs, Self::Distance, Self::Time, Self::Certainty, Self::Waiting, Self::Freshness, Self::Words];

    /// The most points of this part.
    #[must_use]
    pub const fn most(self) -> u32 {
        match self {
            Self::Needs | Self::Words => 300,
            Self::Distance => 200,
            Self::Time | Self::Certainty => 150,
            Self::Waiting | Self::Freshness => 100,
        }
    }
}

/// Points by part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Score([u32; ScorePart::ALL.len()]);

impl Score {
    /// The points of a part.
    #[must_use]
    pub fn part(&self, part: ScorePart) -> u32 {
        self.0[part as usize]
    }

    /// All points.
    #[must_use]
    pub fn total(&self) -> u32 {
        self.0.iter().sum()
    }

    /// The same, with so many points for a part, no more than its most.
    #[must_use]
    pub fn with(mut self, part: ScorePart, points: u32) -> Self {
        self.0[part as usize] = points.min(part.most());
        self
    }
}

/// A share of a part's points: `of` of `all`, rounded down; everything where `all` is nothing.
#[must_use]
pub fn share(part: ScorePart, of: u32, all: u32) -> u32 {
    (part.most() * of.min(all)).checked_div(all).unwrap_or(part.most())
}

/// Nearness: all points at the door, none at the limit. What needs no travel gets three
/// quarters; what is somewhere that nobody can tell, a quarter.
#[must_use]
pub fn distance(metres: Option<u32>, limit_metres: u32, travel: bool) -> u32 {
    let most = ScorePart::Distance.most();
    match metres {
        Some(metres) => most * (limit_metres.saturating_sub(metres)) / limit_metres.max(1),
        None if travel => most / 4,
        None => most * 3 / 4,
    }
}

/// How soon the person can come: all points within a day, fewer by the day for a week, then few.
#[must_use]
pub fn soon(at: DateTime<Utc>, opens: Option<DateTime<Utc>>) -> u32 {
    let most = ScorePart::Time.most();
    match opens.map(|opens| opens - at) {
        None => most / 5,
        Some(wait) if wait <= TimeDelta::days(1) => most,
        Some(wait) if wait <= TimeDelta::days(8) => {
            let days = u32::try_from(wait.num_days()).unwrap_or(8);
            most - (most / 16) * days.min(8)
        }
        Some(_) => most * 2 / 5,
    }
}

/// How little is left to ask: a fifth of the points goes with each open question.
#[must_use]
pub fn certainty(tally: &Tally) -> u32 {
    let most = ScorePart::Certainty.most();
    most.saturating_sub(most / 5 * u32::from(tally.questions))
}

/// How soon there is a place, as far as anybody said.
#[must_use]
pub fn waiting(capacity: Option<&Capacity>, tally: &Tally) -> u32 {
    let most = ScorePart::Waiting.most();
    if tally.has_place {
        return most;
    }
    match capacity.and_then(|capacity| capacity.wait_days) {
        Some(days) => most * 4 / 5 * 28_u32.saturating_sub(days.min(28)) / 28,
        None => most / 2,
    }
}

/// How much of the listing was confirmed lately: the share of field groups that are fresh.
#[must_use]
pub fn freshness(fresh_groups: u32) -> u32 {
    share(ScorePart::Freshness, fresh_groups, u32::try_from(FieldGroup::ALL.len()).unwrap_or(1))
}

/// Where the words were found, word by word: name before agency before needs before the rest; within each of these the
/// word itself before another form of it, a word that begins with it, and one that is spelt nearly like it.
#[must_use]
pub fn words(found: impl IntoIterator<Item = (Field, How)>) -> u32 {
    let most = ScorePart::Words.most();
    let each = |(field, how)| {
        let best = match field {
            Field::Name => most,
            Field::Agency => most * 3 / 4,
            Field::Need => most / 2,
            Field::Other => most / 4,
        };
        let less = match how {
            How::Exact => 0,
            How::Form => most / 30,
            How::Beginning => most / 15,
            How::Spelling => most / 10,
        };
        best - less
    };
    let (points, words) = found.into_iter().fold((0, 0), |(points, words), found| (points + each(found), words + 1));
    points / words.max(1)
}
