//! What to narrow an answer by, and what would have to give where nothing fits, in the graph.

use std::sync::Arc;

use async_graphql::{Context, Enum, Result, SimpleObject};

use super::output::{CriterionSubject, SignpostCounts, SignpostResult};
use crate::directory::freshness::FreshnessRules;
use crate::directory::graphql::listing_enums::{CostKind, DeliveryMode, ReferralRoute, SessionFormat};
use crate::directory::graphql::load_these;
use crate::directory::graphql::matched::Sought;
use crate::directory::graphql::need::Need;
use crate::directory::graphql::service::Service;
use crate::directory::loaders::ServiceKey;
use crate::directory::needs::NeedList;
use crate::directory::snapshot::Snapshot;
use crate::signposting::facets::Facets;
use crate::signposting::nearest::{Gives, nearest};
use crate::signposting::query::SignpostQuery;

/// How many services of the whole answer have what, over all pages. A service that has several values counts for each.
#[derive(Clone, Debug, SimpleObject)]
pub struct SignpostFacets {
    /// By need that they meet, asked for or not; in the order of the list of needs.
    pub needs: Vec<NeedFacet>,
    /// By how they reach people.
    pub delivery: Vec<DeliveryFacet>,
    /// By form of session.
    pub formats: Vec<FormatFacet>,
    /// By cost.
    pub cost: Vec<CostFacet>,
    /// By way in.
    pub referral_routes: Vec<RouteFacet>,
}

/// How many meet a need.
#[derive(Clone, Debug, SimpleObject)]
pub struct NeedFacet {
    /// The need.
    pub need: Need,
    /// How many of each group.
    pub counts: SignpostCounts,
}

/// How many reach people in a way.
#[derive(Clone, Debug, SimpleObject)]
pub struct DeliveryFacet {
    /// The way.
    pub delivery: DeliveryMode,
    /// How many of each group.
    pub counts: SignpostCounts,
}

/// How many have a form of session.
#[derive(Clone, Debug, SimpleObject)]
pub struct FormatFacet {
    /// The form.
    pub format: SessionFormat,
    /// How many of each group.
    pub counts: SignpostCounts,
}

/// How many cost that.
#[derive(Clone, Debug, SimpleObject)]
pub struct CostFacet {
    /// The cost.
    pub cost: CostKind,
    /// How many of each group.
    pub counts: SignpostCounts,
}

/// How many have a way in.
#[derive(Clone, Debug, SimpleObject)]
pub struct RouteFacet {
    /// The way in.
    pub referral_route: ReferralRoute,
    /// How many of each group.
    pub counts: SignpostCounts,
}

impl SignpostFacets {
    /// The facets as the schema shows them.
    #[must_use]
    pub fn of(facets: &Facets, list: &Arc<NeedList>) -> Self {
        let needs = facets.needs.iter().filter_map(|(need, counts)| {
            Some(NeedFacet { need: Need::of_key(list, &list.at(*need)?.key)?, counts: (*counts).into() })
        });
        let delivery = facets.delivery.iter();
        let formats = facets.formats.iter();
        let cost = facets.cost.iter();
        let routes = facets.routes.iter();
        Self {
            needs: needs.collect(),
            delivery: delivery
                .map(|(one, counts)| DeliveryFacet { delivery: (*one).into(), counts: (*counts).into() })
                .collect(),
            formats: formats
                .map(|(one, counts)| FormatFacet { format: (*one).into(), counts: (*counts).into() })
                .collect(),
            cost: cost.map(|(one, counts)| CostFacet { cost: (*one).into(), counts: (*counts).into() }).collect(),
            referral_routes: routes
                .map(|(one, counts)| RouteFacet { referral_route: (*one).into(), counts: (*counts).into() })
                .collect(),
        }
    }
}

/// What would have to give.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum WhatGives {
    /// The person would have to travel farther than they said: `beyondKm`.
    Distance,
    /// Another way of being reached would have to do.
    Delivery,
    /// Another form of session would have to do.
    Format,
    /// A criterion fails: `criterion`.
    Criterion,
}

/// A service that would fit, or might, but for one thing.
#[derive(Clone, Debug, SimpleObject)]
pub struct NearMiss {
    /// The service, with its criteria, place and times as if the one thing had given.
    pub result: SignpostResult,
    /// What would have to give.
    pub gives: WhatGives,
    /// Which criterion; null where it is something else.
    pub criterion: Option<CriterionSubject>,
    /// How much farther than the person said, in kilometres to 0.1; null where it is something else.
    pub beyond_km: Option<f64>,
    /// The same in a sentence.
    pub words: String,
}

/// A question that was answered, to be asked again more loosely.
#[derive(Clone, Debug)]
pub struct Answered {
    /// The directory it was asked of.
    pub snapshot: Arc<Snapshot>,
    /// The question.
    pub query: SignpostQuery,
    /// The days for which confirmations count.
    pub rules: FreshnessRules,
}

impl Answered {
    /// What is nearest to fitting.
    ///
    /// # Errors
    /// The database failed.
    pub async fn nearest(&self, ctx: &Context<'_>, most: usize) -> Result<Vec<NearMiss>> {
        let misses = nearest(&self.snapshot, &self.query, &self.rules, most);
        let keys = misses.iter().map(|miss| ServiceKey(miss.service.id)).collect();
        let services = load_these(ctx, keys).await?;
        let asked: Vec<String> = self.query.needs.iter().map(|need| need.key.clone()).collect();
        let sought = Sought::of(&self.snapshot, &self.query.words);
        let shown = misses.iter().zip(services).filter_map(|(miss, service)| {
            let service = Service(service?);
            let list = &self.snapshot.need_list;
            let (gives, criterion, beyond_km) = match miss.gives {
                Gives::Distance { beyond_m } => (WhatGives::Distance, None, Some(tenths(beyond_m))),
                Gives::Delivery => (WhatGives::Delivery, None, None),
                Gives::Format => (WhatGives::Format, None, None),
                Gives::Criterion(subject) => (WhatGives::Criterion, Some(subject.into()), None),
            };
            let failed = miss.assessment.criteria.iter().find(|found| miss.gives == Gives::Criterion(found.subject));
            let words = match (miss.gives, failed) {
                (Gives::Distance { beyond_m }, _) => {
                    format!("It is {:.1} km farther than was said.", tenths(beyond_m))
                }
                (Gives::Delivery, _) => "It can be reached in another way than was asked for.".to_owned(),
                (Gives::Format, _) => "Its sessions have another form than was asked for.".to_owned(),
                (Gives::Criterion(_), Some(failed)) => failed.reason.clone().into_owned(),
                (Gives::Criterion(_), None) => String::new(),
            };
            let result = SignpostResult::of(miss.service, &miss.assessment, Some(service), &asked, self.query.at, list);
            let result = result.found_by(sought.clone());
            Some(NearMiss { result, gives, criterion, beyond_km, words })
        });
        Ok(shown.collect())
    }
}

/// Kilometres to a tenth, rounded up: nobody is told that it is nearer than it is.
fn tenths(metres: u32) -> f64 {
    f64::from(metres.div_ceil(100)) / 10.0
}
