//! The rule over facts. Pure.

use entity::enums::LawfulBasis;
use entity::ids::{AgreementId, AgreementVersionId, ConsentId};
use serde::Serialize;

use super::clause::Bound;
use super::facts::{Facts, Flow};
use super::{Ask, DENIED, Over, PERMITTED, Row, Rule, WAYS, Ways};

/// On what ground a row may be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "ground", rename_all = "snake_case")]
pub enum Ground {
    /// It is about themselves.
    OwnRecord,
    /// They stand for whom it is about.
    Proxy,
    /// It is their agency's, and the service user on a caseload of theirs.
    OwnAgency,
    /// Another agency shares it.
    Shared {
        /// The agreement that it rests on.
        agreement: AgreementId,
        /// The count of the agreement's changes that it was decided on.
        epoch: i64,
        /// The version of it.
        version: AgreementVersionId,
        /// On which basis.
        basis: LawfulBasis,
        /// The permit that it rests on; absent where the basis is another.
        consent: Option<ConsentId>,
        /// The denial that the basis does not bow to: such a read is marked and told.
        despite: Option<ConsentId>,
    },
    /// The header of a referral that was sent to their agency.
    Party {
        /// The agreement under which it may flow.
        agreement: AgreementId,
        /// The count of the agreement's changes that it was decided on.
        epoch: i64,
        /// The version of it.
        version: AgreementVersionId,
    },
}

/// Whether a rule holds of a row.
#[must_use]
pub fn holds(rule: &Rule, ask: &Ask, row: &Row, facts: &Facts) -> bool {
    within(rule, &Bound::new(ask, row), facts)
}

/// On what ground a row may be seen; none where it may not.
#[must_use]
pub fn ground(ask: &Ask, row: &Row, facts: &Facts) -> Option<Ground> {
    ground_by(&WAYS, ask, row, facts)
}

/// The same by other ways than the rule's own.
#[must_use]
pub fn ground_by(ways: &Ways, ask: &Ask, row: &Row, facts: &Facts) -> Option<Ground> {
    let bound = Bound::new(ask, row);
    if let Some(ground) = close(ways, &bound, facts) {
        return Some(ground);
    }
    if !within(&ways.shared, &bound, facts) {
        return None;
    }
    // Of several flows that allow it the one is told that asks the least of the service user: consent before what binds,
    // nothing denied before what was.
    let flows = facts.flows.that_bear_on(&ways.shared, row.agency, row.category);
    let allow = flows.iter().filter(|flow| within(&ways.shared, &Bound { flow: Some(flow), ..bound }, facts));
    let told = allow.map(|flow| {
        let bound = Bound { flow: Some(flow), ..bound };
        let by = |says: &Rule| {
            let found = facts.consents.iter().find(|it| within(says, &Bound { consent: Some(it), ..bound }, facts));
            found.map(|consent| consent.consent)
        };
        let consent = if flow.basis == LawfulBasis::Consent { by(&PERMITTED) } else { None };
        let despite = by(&DENIED);
        let order = (despite.is_some(), flow.basis, flow.version);
        (
            order,
            Ground::Shared {
                agreement: flow.agreement,
                epoch: flow.epoch,
                version: flow.version,
                basis: flow.basis,
                consent,
                despite,
            },
        )
    });
    told.min_by_key(|(order, _)| *order).map(|(_, ground)| ground)
}

/// What needs no agreement: as themselves, for them, as who works with them.
fn close(ways: &Ways, bound: &Bound<'_>, facts: &Facts) -> Option<Ground> {
    let each =
        [(&ways.own_record, Ground::OwnRecord), (&ways.proxy, Ground::Proxy), (&ways.own_agency, Ground::OwnAgency)];
    each.into_iter().find(|(way, _)| within(way, bound, facts)).map(|(_, ground)| ground)
}

/// On what ground the header of a referral may be seen; none where it may not.
#[must_use]
pub fn ground_of_referral(ask: &Ask, row: &Row, facts: &Facts) -> Option<Ground> {
    ground_of_referral_by(&WAYS, ask, row, facts)
}

/// The same by other ways than the rule's own.
#[must_use]
pub fn ground_of_referral_by(ways: &Ways, ask: &Ask, row: &Row, facts: &Facts) -> Option<Ground> {
    let bound = Bound::new(ask, row);
    close(ways, &bound, facts).or_else(|| party(ways, &bound, facts))
}

/// As whom a referral was sent to.
fn party(ways: &Ways, bound: &Bound<'_>, facts: &Facts) -> Option<Ground> {
    let allows = |flow: &&Flow| within(&ways.party, &Bound { flow: Some(*flow), ..*bound }, facts);
    let flows = facts.flows.that_bear_on(&ways.party, bound.row.agency, bound.row.category);
    let flow = flows.iter().filter(allows).min_by_key(|flow| flow.version)?;
    Some(Ground::Party { agreement: flow.agreement, epoch: flow.epoch, version: flow.version })
}

/// Whether a part of the rule holds where these facts are chosen already; of the other kinds there has to be one.
fn within(rule: &Rule, bound: &Bound<'_>, facts: &Facts) -> bool {
    match rule {
        Rule::All(parts) => parts.iter().all(|part| within(part, bound, facts)),
        Rule::Any(parts) => parts.iter().any(|part| within(part, bound, facts)),
        Rule::Not(part) => !within(part, bound, facts),
        Rule::Is(clause) => clause.holds(bound),
        Rule::Some(over, part) => {
            let bound = *bound;
            let each = |bound: Bound<'_>| within(part, &bound, facts);
            match over {
                Over::Memberships => {
                    some(bound.membership, &facts.memberships, |it| each(Bound { membership: it, ..bound }))
                }
                Over::ServiceUsers => {
                    some(bound.themselves, &facts.themselves, |it| each(Bound { themselves: it, ..bound }))
                }
                Over::Proxies => some(bound.proxy, &facts.proxies, |it| each(Bound { proxy: it, ..bound })),
                Over::Exclusions => {
                    some(bound.exclusion, &facts.exclusions, |it| each(Bound { exclusion: it, ..bound }))
                }
                Over::Assignments => {
                    some(bound.assignment, &facts.assignments, |it| each(Bound { assignment: it, ..bound }))
                }
                Over::TeamPlaces => {
                    some(bound.team_place, &facts.team_places, |it| each(Bound { team_place: it, ..bound }))
                }
                Over::Flows => {
                    let flows: &[Flow] = match bound.flow {
                        Some(_) => &[],
                        None => facts.flows.that_bear_on(part, bound.row.agency, bound.row.category),
                    };
                    some(bound.flow, flows, |it| each(Bound { flow: it, ..bound }))
                }
                Over::Consents => some(bound.consent, &facts.consents, |it| each(Bound { consent: it, ..bound })),
                Over::Relationships => {
                    some(bound.relationship, &facts.relationships, |it| each(Bound { relationship: it, ..bound }))
                }
            }
        }
    }
}

/// Whether it holds of the fact that is chosen, or else of any of them.
fn some<'a, T>(chosen: Option<&'a T>, all: &'a [T], holds: impl Fn(Option<&'a T>) -> bool) -> bool {
    match chosen {
        Some(_) => holds(chosen),
        None => all.iter().any(|one| holds(Some(one))),
    }
}
