//! Services that may be one and the same: found and told, never merged. Pure.

use std::collections::BTreeMap;

use super::snapshot::Snapshot;
use super::snapshot::text::sort_key;

/// Services that look like one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PossibleDuplicate {
    /// Why they look so.
    pub reason: &'static str,
    /// What they share.
    pub shared: String,
    /// Their names, each with its id.
    pub services: Vec<(entity::ids::ServiceId, String)>,
}

/// Services of one name (whatever its case, accents and punctuation) at one postcode, in the
/// order of what they share. Confidential places are left out: the snapshot does not know them.
#[must_use]
pub fn find(snapshot: &Snapshot) -> Vec<PossibleDuplicate> {
    let mut groups: BTreeMap<String, Vec<(entity::ids::ServiceId, String)>> = BTreeMap::new();
    for (_, _, location) in snapshot.locations() {
        let Some(postcode) = &location.postcode else { continue };
        for service in snapshot.services_at(location.id) {
            let members = groups.entry(format!("{}, {postcode}", sort_key(&service.name))).or_default();
            if members.iter().all(|(id, _)| *id != service.id) {
                members.push((service.id, service.name.to_string()));
            }
        }
    }
    groups
        .into_iter()
        .filter(|(_, services)| services.len() > 1)
        .map(|(shared, services)| PossibleDuplicate { reason: "one name at one postcode", shared, services })
        .collect()
}
