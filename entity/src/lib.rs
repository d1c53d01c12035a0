//! Signpost's tables, one file each: columns and nothing else. No logic, no GraphQL.
//!
//! To add a table: a migration that makes it, a file here in SeaORM's dense format, a line below.

pub mod enums;
pub mod ids;
pub mod lists;

pub mod account;
pub mod account_event;
pub mod agency;
pub mod agency_duty;
pub mod api_key;
pub mod area_covered;
pub mod assurance;
pub mod capacity;
pub mod characteristic_rule;
pub mod contact;
pub mod correction;
pub mod directory_change;
pub mod duplicate_key;
pub mod eligibility;
pub mod external_identifier;
pub mod external_identity;
pub mod failed_sign_in;
pub mod idempotency_key;
pub mod import_run;
pub mod listing_merge;
pub mod listing_version;
pub mod location;
pub mod membership;
pub mod phone;
pub mod postcode;
pub mod recovery_code;
pub mod reminder;
pub mod schedule;
pub mod sealing_key;
pub mod secret_link;
pub mod service;
pub mod service_happening;
pub mod service_need;
pub mod service_place;
pub mod service_term;
pub mod session;
pub mod source;
pub mod source_record;
pub mod spent_refresh;
