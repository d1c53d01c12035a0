//! The demonstration data: fictional agencies at real places, written by hand in TOML files
//! that are compiled into the binary.
//!
//! To add an agency, write `data/demonstration/<city>/<agency key>.toml` after the structs of
//! [`file`]; the build finds it. Whatever is wrong with it is told with file, field and what
//! would be right. Names, numbers and addresses are invented: telephone numbers come from the
//! ranges that Ofcom keeps for drama, hosts end in `.example`, and only the postcodes are real.
//!
//! `hours_text` reads opening hours and `terms_text` ages and areas; `assemble` makes listings,
//! with `eligibility` and `places` for those parts.

mod assemble;
mod eligibility;
pub mod file;
mod hours_text;
mod loading;
mod places;
mod spot;
mod terms_text;

pub use self::loading::{LoadError, agency, load};

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use self::file::AgencyFile;
use crate::directory::listing::ServiceListing;

/// Something wrong in a demonstration file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {field}: {reason}")]
pub struct DemonstrationError {
    /// The file, as the caller named it.
    pub file: String,
    /// The field: a path such as `service evening-drop-in: hours`, or for text that is not of
    /// the format at all the line, as `line 12: statsu`.
    pub field: String,
    /// What is wrong and what would be right.
    pub reason: String,
}

/// The files inside the binary: path below `data/demonstration`, and text.
#[must_use]
pub const fn embedded() -> &'static [(&'static str, &'static str)] {
    include!(concat!(env!("OUT_DIR"), "/demonstration_files.rs"))
}

/// Reads demonstration files, each one agency with its services, into listings.
///
/// The keys are `<agency>` for agencies, `<agency>/<service>` for services,
/// `<agency>/<location>` for locations and `<agency>/<service>@<location>` for pairs.
/// `loaded_at` is what the files' days of freshness count back from. `resolve_authority`
/// gives the ONS code of a local authority of that exact name.
///
/// # Errors
/// The first thing wrong, in the order of the files: text that is not of the format, a value
/// that breaks a rule of it, or a key that is used twice or refers to nothing.
pub fn read<'a>(
    files: impl IntoIterator<Item = (&'a str, &'a str)>,
    loaded_at: DateTime<Utc>,
    resolve_authority: impl Fn(&str) -> Option<String>,
) -> Result<Vec<ServiceListing>, DemonstrationError> {
    let mut agencies = Vec::new();
    for (name, text) in files {
        agencies.push((name, file::parse(name, text)?));
    }
    check_agency_keys(&agencies)?;
    let mut listings = Vec::new();
    for (name, agency) in agencies {
        listings.extend(assemble::listings(name, agency, loaded_at, &resolve_authority)?);
    }
    Ok(listings)
}

/// The checks that need all the files: agency keys are unique, and whatever refers to an
/// agency finds it.
fn check_agency_keys(agencies: &[(&str, AgencyFile)]) -> Result<(), DemonstrationError> {
    let mut file_of = BTreeMap::new();
    let mut parent_of = BTreeMap::new();
    for (name, agency) in agencies {
        if let Some(other) = file_of.insert(agency.key.as_str(), *name) {
            let reason = format!("`{}` is the key of {other} already; write one that no other file has", agency.key);
            return Err(wrong(name, "key", reason));
        }
        if let Some(parent) = &agency.parent {
            parent_of.insert(agency.key.as_str(), parent.as_str());
        }
    }
    for (name, agency) in agencies {
        let contacts = agency.contact_for.iter().map(|contact| ("contact_for: agency", contact.agency.as_str()));
        for (field, key) in agency.parent.iter().map(|parent| ("parent", parent.as_str())).chain(contacts) {
            if key == agency.key || !file_of.contains_key(key) {
                return Err(wrong(name, field, format!("`{key}` must be the key of another agency's file")));
            }
        }
        let mut above = BTreeSet::from([agency.key.as_str()]);
        let mut next = parent_of.get(agency.key.as_str());
        while let Some(parent) = next {
            if !above.insert(parent) {
                return Err(wrong(name, "parent", "an agency can't be a part of itself, through others either".into()));
            }
            next = parent_of.get(parent);
        }
    }
    Ok(())
}

/// The error for one field of one file.
fn wrong(file: &str, field: &str, reason: String) -> DemonstrationError {
    DemonstrationError { file: file.to_owned(), field: field.to_owned(), reason }
}
