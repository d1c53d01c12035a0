//! From a question to what a plan is made of: the services that fit, as candidates. Pure.

use super::plan::{self, Candidate, Document, Documents, NeedSet, PlanNeed, PlanQuestion, Standing};
use super::query::SignpostQuery;
use super::rules::assess::{Assessor, Group};
use super::rules::score::ScorePart;
use super::search::{Found, search};
use crate::directory::needs::NeedList;
use crate::directory::snapshot::{ServiceFacts, Snapshot};
use entity::enums::DeliveryMode;

/// What is planned, and from what.
#[derive(Debug)]
pub struct Planning<'a> {
    /// What is asked of the planner.
    pub question: PlanQuestion,
    /// The services it may use.
    pub candidates: Vec<Candidate>,
    /// The same services as they were found, to be shown.
    pub found: Vec<Found<'a>>,
}

/// Everything that the planner is asked with.
#[must_use]
pub fn planning<'a>(
    snapshot: &'a Snapshot,
    query: &SignpostQuery,
    assessor: &mut Assessor<'_>,
    has: Documents,
    most_steps: usize,
) -> Planning<'a> {
    let (fitting, other): (Vec<Found<'a>>, Vec<Found<'a>>) = search(snapshot, query, assessor)
        .into_iter()
        .partition(|found| matches!(found.rank.group, Group::Fits | Group::FitsIf));
    let list = &snapshot.need_list;
    let needs = query
        .needs
        .iter()
        .map(|asked| PlanNeed {
            key: asked.key.clone(),
            name: name_of(list, &asked.key),
            nearly: other.iter().any(|found| asked.any_of.iter().any(|need| found.service.needs.contains(need))),
        })
        .collect();
    let candidates = fitting.iter().filter_map(|found| candidate(snapshot, query, assessor, found)).collect();
    Planning { question: PlanQuestion { needs, at: query.at, has, most_steps }, candidates, found: fitting }
}

fn name_of(list: &NeedList, key: &str) -> String {
    let named = list.need(key).map(|need| &need.name).or_else(|| list.area(key).map(|area| &area.name));
    named.map_or_else(|| key.to_owned(), String::clone)
}

fn candidate(
    snapshot: &Snapshot,
    query: &SignpostQuery,
    assessor: &mut Assessor<'_>,
    found: &Found<'_>,
) -> Option<Candidate> {
    let service = found.service;
    let weighed = assessor.weigh(service, found.word_points)?;
    let offer = service.offers.get(weighed.offer)?;
    let manner = &service.manner;
    Some(Candidate {
        service: service.id,
        service_name: service.name.to_string(),
        agency: service.agency,
        agency_name: snapshot.agency(service.agency).map_or_else(String::new, |agency| agency.name.to_string()),
        // A place without a point is one that nobody knows or that is a secret: nothing is told of either.
        location: offer.location.filter(|_| offer.point.is_some()),
        needs: (0..query.needs.len()).filter(|place| weighed.needs_met.contains(*place)).collect::<NeedSet>(),
        standing: match weighed.group {
            Group::Fits => Standing::Fits,
            Group::FitsIf | Group::NoBecause => Standing::FitsIf { questions: weighed.questions },
        },
        // How many needs a service meets the plan reckons itself.
        score: weighed.score.total() - weighed.score.part(ScorePart::Needs),
        distance_m: weighed.distance_m,
        remote: !offer.way.modes.is_empty() && !offer.way.modes.iter().any(|mode| needs_going(*mode)),
        opens: weighed.opens,
        wait_days: service.capacity.as_ref().and_then(|capacity| capacity.wait_days),
        routes: manner.routes.clone(),
        gateway: manner.gateway.clone(),
        asks: plan::asked_for(manner.documents.iter().map(String::as_str), &offer.way.access_offered),
        provides: provided(&snapshot.need_list, service),
    })
}

fn needs_going(mode: DeliveryMode) -> bool {
    match mode {
        DeliveryMode::InPerson => true,
        DeliveryMode::Telephone
        | DeliveryMode::Video
        | DeliveryMode::Online
        | DeliveryMode::Outreach
        | DeliveryMode::InCustody => false,
    }
}

/// What a visit gives, by the needs that a service meets.
fn provided(list: &NeedList, service: &ServiceFacts) -> Documents {
    let needs = service.needs.iter().filter_map(|need| list.at(*need));
    needs.fold(Documents::NONE, |all, need| all.or(plan::provides(&need.key)))
}

/// Documents as a set.
#[must_use]
pub fn documents(list: &[Document]) -> Documents {
    Documents::of(list)
}
