//! Signposting: this person, with these needs and this life, here, on a Thursday evening: who
//! will really take them, what is there to ask, and why not?
//!
//! `interpret` reads people's own words; `query` is the question, `circumstances` the person's part of it; `rules` decides for one
//! service, purely; `search` puts the decisions in order; `watching` says whom what happens concerns; `graphql` speaks.

pub mod circumstances;
pub mod facets;
pub mod graphql;
pub mod interpret;
pub mod nearest;
pub mod plan;
pub mod planning;
pub mod query;
pub mod rules;
pub mod search;
pub mod watching;
