//! What may flow, kept so that a decision about a row looks only at what can bear on it. Pure.

use std::ops::Deref;
use std::sync::Arc;

use entity::enums::DataCategory;
use entity::ids::AgencyId;

use super::facts::Flow;
use super::{Clause, Rule};

/// Flows by whose rows they let flow, and of these by category; beside that in the order in which they were given. Clones
/// share them: everybody's facts of one load point at the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flows(Arc<[Flow]>);

impl FromIterator<Flow> for Flows {
    fn from_iter<I: IntoIterator<Item = Flow>>(flows: I) -> Self {
        let mut flows: Vec<Flow> = flows.into_iter().collect();
        flows.sort_by_key(|flow| (flow.from, flow.category));
        Self(flows.into())
    }
}

impl Deref for Flows {
    type Target = [Flow];

    fn deref(&self) -> &[Flow] {
        &self.0
    }
}

impl Flows {
    /// Those that let rows of an agency flow.
    #[must_use]
    pub fn from_agency(&self, from: AgencyId) -> &[Flow] {
        part(&self.0, |flow| flow.from < from, |flow| flow.from <= from)
    }

    /// Those that let rows of an agency and of a category flow.
    #[must_use]
    pub fn of_category(&self, from: AgencyId, category: DataCategory) -> &[Flow] {
        let of = (from, category);
        part(&self.0, |flow| (flow.from, flow.category) < of, |flow| (flow.from, flow.category) <= of)
    }

    /// Those of which a rule can hold that is asked of a row of this agency and category, and perhaps others. It is the rule
    /// that says which those are: a part of it that does not ask whose row it is, is held against every flow.
    #[must_use]
    pub fn that_bear_on(&self, rule: &Rule, agency: AgencyId, category: DataCategory) -> &[Flow] {
        match (demands(rule, Clause::FlowFromRow), demands(rule, Clause::FlowOfCategory)) {
            (true, true) => self.of_category(agency, category),
            (true, false) => self.from_agency(agency),
            (false, _) => &self.0,
        }
    }

    /// The agencies whose rows may flow, each once.
    pub fn sources(&self) -> impl Iterator<Item = AgencyId> {
        self.0.chunk_by(|one, next| one.from == next.from).filter_map(|same| Some(same.first()?.from))
    }

    /// What may flow: of which agency and category, each pair once.
    pub fn sorts(&self) -> impl Iterator<Item = (AgencyId, DataCategory)> {
        let same = |one: &Flow, next: &Flow| (one.from, one.category) == (next.from, next.category);
        self.0.chunk_by(same).filter_map(|same| same.first().map(|flow| (flow.from, flow.category)))
    }
}

/// What stands between those that come before and those that come behind.
fn part(flows: &[Flow], before: impl Fn(&Flow) -> bool, until: impl Fn(&Flow) -> bool) -> &[Flow] {
    let (begin, end) = (flows.partition_point(before), flows.partition_point(until));
    flows.get(begin..end).unwrap_or_default()
}

/// Whether a rule holds of no flow for which this clause does not: then only those need be looked at for which it does. What
/// this does not see through it says no to, which costs time and changes nothing.
fn demands(rule: &Rule, clause: Clause) -> bool {
    match rule {
        Rule::Is(it) => *it == clause,
        Rule::All(parts) => parts.iter().any(|part| demands(part, clause)),
        Rule::Some(_, part) => demands(part, clause),
        Rule::Any(_) | Rule::Not(_) => false,
    }
}
