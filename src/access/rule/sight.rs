//! What of a service user somebody may see, whatever there is: the rule over facts, of every agency and category. Pure.

use std::collections::{BTreeMap, BTreeSet};

use entity::enums::DataCategory;
use entity::ids::{AgencyId, ServiceUserId};
use uuid::Uuid;

use super::decide::{self, Ground};
use super::facts::{Facts, Flow};
use super::{Ask, REFERRAL_HEADER, Row, WAYS};

/// What of a service user somebody may see, whatever there is: by whose rows are, and by their categories.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sight {
    /// All of it: it is about themselves, or they stand for them.
    Everything,
    /// This of it.
    Of {
        /// Rows of these agencies in these categories.
        rows: BTreeMap<AgencyId, BTreeSet<DataCategory>>,
        /// Referrals that this agency sends: theirs, where they work with the service user.
        sent: Option<AgencyId>,
        /// Referrals from one agency to another: theirs.
        received: Vec<(AgencyId, AgencyId)>,
    },
}

impl Sight {
    /// Nothing at all.
    #[must_use]
    pub fn nothing() -> Self {
        Self::Of { rows: BTreeMap::new(), sent: None, received: Vec::new() }
    }
}

/// Whether somebody sees a service user as themselves, or for them.
#[must_use]
pub fn is_theirs(ask: &Ask, of: ServiceUserId, facts: &Facts) -> bool {
    let row = Row::of(of, AgencyId(Uuid::nil()), DataCategory::Identity);
    let holds = |way| decide::holds(way, ask, &row, facts);
    holds(&WAYS.own_record) || holds(&WAYS.proxy)
}

/// What of a service user somebody may see. Asked is of their own agency's rows, and of what may ever flow: of nothing else
/// anything is seen.
#[must_use]
pub fn sight(ask: &Ask, of: ServiceUserId, facts: &Facts) -> Sight {
    if is_theirs(ask, of, facts) {
        return Sight::Everything;
    }
    let Some(own) = ask.agency else { return Sight::nothing() };
    let mut rows: BTreeMap<AgencyId, BTreeSet<DataCategory>> = BTreeMap::new();
    for (agency, category) in DataCategory::ALL.iter().map(|category| (own, *category)).chain(facts.flows.sorts()) {
        if decide::ground(ask, &Row::of(of, agency, category), facts).is_some() {
            rows.entry(agency).or_default().insert(category);
        }
    }
    let header = |agency: AgencyId, party: Option<AgencyId>| {
        let row = Row { service_user: of, agency, category: REFERRAL_HEADER, party };
        decide::ground_of_referral(ask, &row, facts).is_some()
    };
    let sources: BTreeSet<AgencyId> = facts.flows.sources().chain([own]).collect();
    Sight::Of {
        rows,
        sent: header(own, None).then_some(own),
        received: sources.into_iter().filter(|from| header(*from, Some(own))).map(|from| (from, own)).collect(),
    }
}

/// Categories of which another agency shares rows about a service user.
#[must_use]
pub fn shared_by_others(ask: &Ask, of: ServiceUserId, facts: &Facts) -> BTreeSet<DataCategory> {
    let mut shared = BTreeSet::new();
    for (agency, category) in facts.flows.sorts().filter(|(agency, _)| Some(*agency) != ask.agency) {
        if shared.contains(&category) {
            continue;
        }
        if let Some(Ground::Shared { .. }) = decide::ground(ask, &Row::of(of, agency, category), facts) {
            shared.insert(category);
        }
    }
    shared
}

/// Categories of which rows of another agency may flow for the purpose at the instant, under whichever agreement.
#[must_use]
pub fn flowing_from_others(ask: &Ask, facts: &Facts) -> BTreeSet<DataCategory> {
    let flows = |flow: &&Flow| {
        let in_force = flow.begins <= ask.at && flow.ends.is_none_or(|ends| ask.at < ends) && ask.at < flow.expires;
        let to_them = Some(flow.to) == ask.agency && Some(flow.from) != ask.agency;
        in_force && to_them && flow.purpose == ask.purpose
    };
    facts.flows.iter().filter(flows).map(|flow| flow.category).collect()
}
