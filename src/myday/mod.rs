//! A worker's day: what is due to them, as one question. What each thing is, who may see it and how it is read is said in the
//! rooms whose it is; here it is only put together, so that a list of the day and the list of its room can't drift apart.

pub mod graphql;

/// How many of each sort are told: a day has no room for more, and what is beyond is in the lists of the rooms.
pub const MOST: usize = 50;

/// Within how many days of 24 hours a permit runs out that is told of: time to meet once before, and ask again.
pub const CONSENTS_WITHIN_DAYS: i64 = 14;
