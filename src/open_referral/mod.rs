//! Exchange with other directories by the Open Referral standard (HSDS 3.0 and 3.1, and its UK
//! profile).
//!
//! `reader` streams documents out of whatever shape a feed has, `validate` holds each against the
//! standard, `mapping` turns documents into listings and back, `import` puts these together and
//! stores what is good, with a report of what is not.

mod csv_package;
mod csv_table;
mod csv_zip;
mod documents;
mod formats;
pub mod from_text;
pub mod import;
mod item;
pub mod mapping;
pub mod reader;
pub mod report;
mod scanner;
mod schema;
mod unpack;
pub mod validate;
