//! How many services of an answer have what, over all its pages: what a screen offers to narrow by. Pure.

use std::collections::BTreeMap;

use entity::enums::{CostKind, DeliveryMode, ReferralRoute, SessionFormat};

use super::search::{Counts, Found};
use crate::directory::needs::NeedIndex;

/// How many services have each value, by where they stand. A service that has several counts for each of them once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facets {
    /// By need that they meet, asked for or not.
    pub needs: BTreeMap<NeedIndex, Counts>,
    /// By how they reach people.
    pub delivery: BTreeMap<DeliveryMode, Counts>,
    /// By form of session.
    pub formats: BTreeMap<SessionFormat, Counts>,
    /// By cost.
    pub cost: BTreeMap<CostKind, Counts>,
    /// By way in.
    pub routes: BTreeMap<ReferralRoute, Counts>,
}

/// Counts an answer.
#[must_use]
pub fn facets(found: &[Found<'_>]) -> Facets {
    let mut facets = Facets::default();
    for found in found {
        let (service, group) = (found.service, found.rank.group);
        let manner = &service.manner;
        each(&mut facets.needs, &service.needs, |counts| counts.add(group));
        each(&mut facets.delivery, &manner.delivery, |counts| counts.add(group));
        each(&mut facets.formats, &manner.formats, |counts| counts.add(group));
        each(&mut facets.cost, manner.cost.as_slice(), |counts| counts.add(group));
        each(&mut facets.routes, &manner.routes, |counts| counts.add(group));
    }
    facets
}

/// Counts each value once, however often a listing repeats it.
fn each<T: Copy + Ord>(counts: &mut BTreeMap<T, Counts>, values: &[T], add: impl Fn(&mut Counts)) {
    for (place, value) in values.iter().enumerate() {
        if !values.iter().take(place).any(|before| before == value) {
            add(counts.entry(*value).or_default());
        }
    }
}
