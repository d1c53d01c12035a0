//! One binary for all tests: what is compiled once need not be compiled per file.
//!
//! Tests that need a database take one of their own from `support::database`: on SQLite, or on
//! PostgreSQL where `SIGNPOST_TEST_POSTGRES` names a server (`postgres://user@host/postgres`).
//! Tests over the real data find it by `SIGNPOST_TEST_SHARED`, those with a real identity provider by
//! `SIGNPOST_TEST_OIDC`; they say so where it is absent. `SIGNPOST_TEST_LOGS` keeps the suite's logs in a file.

#![expect(clippy::print_stderr, reason = "a test that has nothing to run on says so")]
#![expect(
    clippy::type_complexity,
    clippy::wildcard_enum_match_arm,
    reason = "tables of tests say what matters to them and no more"
)]

#[cfg(test)]
mod access;
#[cfg(test)]
mod accounts;
#[cfg(test)]
mod agreement;
#[cfg(test)]
mod architecture;
#[cfg(test)]
mod briefs;
#[cfg(test)]
mod calendars;
#[cfg(test)]
mod caseload_import;
#[cfg(test)]
mod cli;
#[cfg(test)]
mod config;
#[cfg(test)]
mod database;
#[cfg(test)]
mod demonstration;
#[cfg(test)]
mod directory_queries;
#[cfg(test)]
mod duplicates;
#[cfg(test)]
mod following;
#[cfg(test)]
mod hours;
#[cfg(test)]
mod import;
#[cfg(test)]
mod interpret;
#[cfg(test)]
mod kept_index;
#[cfg(test)]
mod leaves;
#[cfg(test)]
mod listings;
#[cfg(test)]
mod live;
#[cfg(test)]
mod matched;
#[cfg(test)]
mod narrowing;
#[cfg(test)]
mod needs;
#[cfg(test)]
mod notices;
#[cfg(test)]
mod oidc;
#[cfg(test)]
mod open_referral_csv;
#[cfg(test)]
mod open_referral_feed;
#[cfg(test)]
mod open_referral_hostile;
#[cfg(test)]
mod open_referral_mapping;
#[cfg(test)]
mod open_referral_reader;
#[cfg(test)]
mod open_referral_validate;
#[cfg(test)]
mod own_words;
#[cfg(test)]
mod people;
#[cfg(test)]
mod places;
#[cfg(test)]
mod planned;
#[cfg(test)]
mod post;
#[cfg(test)]
mod postcodes;
#[cfg(test)]
mod quality;
#[cfg(test)]
mod query_limits;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod secrecy;
#[cfg(test)]
mod shown;
#[cfg(test)]
mod signpost_plan;
#[cfg(test)]
mod signpost_query;
#[cfg(test)]
mod signposting_oracle;
#[cfg(test)]
mod signposting_rules;
#[cfg(test)]
mod suggest;
#[cfg(test)]
mod support;
#[cfg(test)]
mod synthetic;
#[cfg(test)]
mod vault;
#[cfg(test)]
mod web;
