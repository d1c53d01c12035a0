//! What happened lately, as far as the snapshot shows it: what subscriptions are told from. Only what is older than this
//! holds is read from the table again.

use std::collections::VecDeque;

use crate::directory::happenings::Happening;
use crate::directory::store::load::Version;

/// Happenings held in memory: a day of a busy region, some 50 bytes each.
const MOST: usize = 20_000;

/// What happened lately.
#[derive(Debug, Default)]
pub struct Lately {
    /// All that happened behind this number is here.
    floor: i64,
    /// The last number that the snapshot shows.
    last: i64,
    /// The version of the directory that was looked at when it was told.
    version: Version,
    happened: VecDeque<Happening>,
}

impl Lately {
    /// Nothing, behind this number.
    #[must_use]
    pub fn since(last: i64, version: Version) -> Self {
        Self { floor: last, last, version, happened: VecDeque::new() }
    }

    /// The last number that may be told of.
    #[must_use]
    pub fn last(&self) -> i64 {
        self.last
    }

    /// The version at which it was last added to.
    #[must_use]
    pub fn version(&self) -> Version {
        self.version
    }

    /// Adds what happened behind [`Self::last`] and up to a number, all of it and in its order. A number that lies
    /// before is of another history: then nothing of this one is kept.
    pub fn add(&mut self, happened: Vec<Happening>, last: i64, version: Version) {
        if last < self.last {
            *self = Self::since(last, version);
            return;
        }
        self.happened.extend(happened);
        (self.last, self.version) = (last, version);
        while self.happened.len() > MOST {
            self.floor = self.happened.pop_front().map_or(self.floor, |first| first.id);
        }
    }

    /// Says that what happened up to a number was too much to be held.
    pub fn skip(&mut self, last: i64, version: Version) {
        *self = Self::since(last, version);
    }

    /// What happened behind one number and up to another, so much at the most; `None` where not all of it is here.
    #[must_use]
    pub fn between(&self, behind: i64, through: i64, most: usize) -> Option<Vec<Happening>> {
        if behind < self.floor {
            return None;
        }
        let from = self.happened.partition_point(|happening| happening.id <= behind);
        let these = self.happened.iter().skip(from).take_while(|happening| happening.id <= through);
        Some(these.take(most).copied().collect())
    }
}

/// Most that are read at once to be added; more are left to the table.
pub(crate) const MOST_ADDED: usize = MOST;
