//! Signpost's tables, one file each: columns and nothing else. No logic, no GraphQL.
//!
//! To add a table: a migration that makes it, a file here in SeaORM's dense format, a line below.

pub mod enums;
pub mod ids;
pub mod lists;

pub mod agency;
pub mod area_covered;
pub mod assurance;
pub mod capacity;
pub mod characteristic_rule;
pub mod contact;
pub mod directory_change;
pub mod eligibility;
pub mod external_identifier;
pub mod import_run;
pub mod location;
pub mod phone;
pub mod postcode;
pub mod schedule;
pub mod service;
pub mod service_need;
pub mod service_place;
pub mod service_term;
pub mod source;
pub mod source_record;
