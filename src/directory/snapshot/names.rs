//! The names of the directory, for suggesting them while somebody types.

use std::sync::{Arc, LazyLock};

use entity::ids::{AgencyId, ServiceId};

use super::facts::{AgencyFacts, ServiceFacts};
use super::part::Part;
use crate::directory::needs::{NeedIndex, NeedList};
use crate::directory::suggest::{Entry, Hidden, Kind, Suggester, Suggestion, places, suggest_over};
use crate::places::Gazetteer;

/// Marks numbers of what changed since the base was built, so that one number means one thing.
const SINCE: u32 = 1 << 31;

/// What a suggested name is the name of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// A need.
    Need(NeedIndex),
    /// An agency.
    Agency(AgencyId),
    /// A service.
    Service(ServiceId),
    /// A place, which is known by its name alone.
    Place,
}

/// Names that do not change with the directory: needs, and the places of the country.
#[derive(Clone, Debug)]
pub struct FixedNames {
    needs: Arc<Suggester>,
    places: &'static Suggester,
}

/// The places of the country; a second's work, once in the life of a process.
static PLACES: LazyLock<Suggester> = LazyLock::new(|| places(Gazetteer::embedded()));

impl FixedNames {
    /// The names of these needs, and of all places.
    #[must_use]
    pub fn of(list: &NeedList) -> Self {
        let needs: Vec<(u32, &str, Vec<&str>)> = list
            .needs()
            .zip(0..)
            .map(|(need, index)| (index, need.name.as_str(), need.words().skip(1).collect()))
            .collect();
        let entries = needs.iter().map(|(id, label, also)| Entry { kind: Kind::Need, id: *id, label, also, weight: 1 });
        Self { needs: Arc::new(Suggester::build(entries)), places: &PLACES }
    }
}

/// The names of a part's agencies and services.
pub(super) fn of_part(services: &[ServiceFacts], agencies: &[AgencyFacts], since: bool) -> Suggester {
    let mark = if since { SINCE } else { 0 };
    let of_agencies = agencies.iter().zip(0_u32..).map(|(agency, index)| (Kind::Agency, index, &*agency.name));
    let of_services = services.iter().zip(0_u32..).map(|(service, index)| (Kind::Service, index, &*service.name));
    let named = of_agencies.chain(of_services);
    Suggester::build(named.map(|(kind, id, label)| Entry { kind, id: id | mark, label, also: &[], weight: 1 }))
}

/// The best suggestions of both parts and of the fixed names.
pub(super) fn suggest(
    [base, since]: [&Part; 2],
    hidden: &Hidden,
    fixed: &FixedNames,
    typed: &str,
    limit: usize,
) -> Vec<(Named, Suggestion)> {
    let nothing = Hidden::default();
    let layers = [(&base.names, hidden), (&since.names, &nothing), (&*fixed.needs, &nothing), (fixed.places, &nothing)];
    let named = |found: &Suggestion| {
        let part = if found.id & SINCE == 0 { base } else { since };
        let index = (found.id & !SINCE) as usize;
        match found.kind {
            Kind::Need => Some(Named::Need(NeedIndex(u16::try_from(found.id).ok()?))),
            Kind::Agency => part.agencies.get(index).map(|agency| Named::Agency(agency.id)),
            Kind::Service => part.services.get(index).map(|service| Named::Service(service.id)),
            Kind::Place => Some(Named::Place),
        }
    };
    let found = suggest_over(&layers, typed, limit);
    found.into_iter().filter_map(|found| Some((named(&found)?, found))).collect()
}
