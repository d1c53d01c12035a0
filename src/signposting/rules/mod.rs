//! The rules of matching: pure decisions over facts. No database, no GraphQL, no clock.
//!
//! `criteria` says for one service and one question *meets / fails / unknown, ask this* for each
//! thing a service makes rules about. `assess` puts them together into a group and a score.
//! To add a criterion: a variant of [`criteria::Subject`], a function in `criteria`, a line in
//! `assess`, a row in the tables of `tests/it/signposting_rules.rs`.

pub mod assess;
mod case;
pub mod criteria;
pub mod criterion;
pub mod score;
mod times;
