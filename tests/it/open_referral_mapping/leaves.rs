//! What of a listing may leave, written down once more by the tests, and the official schemas.

use std::{fs::File, path::Path};

use entity::enums::{AssuranceEvidence, ContactVisibility};
use jsonschema::Validator;
use serde_json::Value;
use signpost::directory::listing::{Contact, ServiceListing};

/// A listing without what the mapping says does not come back. A confidential location has
/// another key in a document; it is blanked by [`same_keys`].
pub(super) fn what_may_leave(listing: &ServiceListing) -> ServiceListing {
    let mut listing = listing.clone();
    let public = |contacts: &mut Vec<Contact>| {
        contacts.retain(|contact| contact.visibility == ContactVisibility::Public && contact.for_agency_key.is_none());
    };
    public(&mut listing.contacts);
    public(&mut listing.agency.contacts);
    for place in &mut listing.places {
        public(&mut place.contacts);
        if let Some(address) = &mut place.location.address {
            address.country.get_or_insert("GB".to_owned());
        }
        if place.location.confidential {
            place.description = None;
            place.phones.clear();
            place.contacts.clear();
            place.schedules.iter_mut().for_each(|row| row.note = None);
            let location = &mut place.location;
            location.schedules.iter_mut().for_each(|row| row.note = None);
            (location.name, location.alternate_name, location.description, location.transport) =
                (None, None, None, None);
            (location.address, location.point) = (None, None);
            location.phones.clear();
            location.identifiers.clear();
        }
    }
    for assured in &mut listing.assurances {
        assured.by = match (assured.evidence, assured.by.take()) {
            (AssuranceEvidence::WorkerReported, _) => None,
            (_, Some(by)) if by.starts_with("jane@") || by.starts_with("j.smith@") => {
                by.split('@').nth(1).map(str::to_owned)
            }
            (_, by) => by,
        };
    }
    same_keys(listing)
}

/// Confidential locations under one key.
pub(super) fn same_keys(mut listing: ServiceListing) -> ServiceListing {
    for place in &mut listing.places {
        if place.location.confidential {
            place.location.key = "withheld".to_owned();
        }
    }
    listing
}

/// The official schemas of both profiles.
pub(super) struct Schemas {
    both: Vec<(&'static str, Validator)>,
}

impl Schemas {
    pub(super) fn load(shared: &Path) -> Self {
        let load = |profile: &'static str| {
            let path = shared.join("open-referral").join(profile).join("service.json");
            let schema: Value = serde_json::from_reader(File::open(path).unwrap()).unwrap();
            (profile, jsonschema::options().should_validate_formats(true).build(&schema).unwrap())
        };
        Self { both: vec![load("uk-3.0"), load("hsds-3.1")] }
    }

    pub(super) fn check(&self, document: &Value) {
        for (profile, schema) in &self.both {
            let errors: Vec<String> = schema
                .iter_errors(document)
                .take(5)
                .map(|error| format!("{} at {}", error, error.instance_path()))
                .collect();
            assert!(errors.is_empty(), "{profile}: {errors:#?}\n{document:#}");
        }
    }
}

/// Where two values first differ when written out, line by line; empty when nowhere.
pub(super) fn difference<T: std::fmt::Debug + PartialEq>(found: &T, expected: &T) -> String {
    if found == expected {
        return String::new();
    }
    let (found, expected) = (format!("{found:#?}"), format!("{expected:#?}"));
    let (found, expected): (Vec<&str>, Vec<&str>) = (found.lines().collect(), expected.lines().collect());
    let first =
        found.iter().zip(&expected).position(|(one, other)| one != other).unwrap_or(found.len().min(expected.len()));
    let around =
        |lines: &[&str]| lines[first.saturating_sub(6).min(lines.len())..(first + 8).min(lines.len())].join("\n");
    format!("found\n{}\nexpected\n{}", around(&found), around(&expected))
}
