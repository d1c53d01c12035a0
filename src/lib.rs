//! Signpost: a GraphQL backend for the network of agencies around people who are putting their
//! lives back together.
//!
//! The map of the crate is `docs/ARCHITECTURE.md`. The dependency rule, which a test holds:
//! `cli → app → web, schema → rooms → api, access → entity`, and among the rooms one way only,
//! `hours, places ← directory ← signposting, open_referral`, `access, post, directory ← accounts`,
//! `access, directory ← listings, people`, `people, signposting ← signposts` and `people ← calendars`.

pub mod access;
pub mod accounts;
pub mod agreements;
pub mod api;
pub mod app;
pub mod calendars;
pub mod cli;
pub mod clock;
pub mod config;
pub mod database;
pub mod directory;
pub mod hours;
pub mod listings;
pub mod myday;
pub mod notices;
pub mod once;
pub mod open_referral;
pub mod outgoing;
pub mod pathway;
pub mod people;
pub mod places;
pub mod post;
pub mod schema;
pub mod signposting;
pub mod signposts;
pub mod telemetry;
pub mod vault;
pub mod web;
