//! A plan for several needs, in the graph.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::{Context, Enum, Object, Result, SimpleObject};
use chrono::SubsecRound;
use entity::ids::ServiceId;

use super::input::SignpostInput;
use super::output::SignpostResult;
use super::understood::Understood;
use crate::api::AskedAt;
use crate::api::errors::bad_input;
use crate::api::horizon::Horizon;
use crate::api::scalars::DateTime;
use crate::directory::freshness::FreshnessRules;
use crate::directory::graphql::listing_enums::ReferralRoute;
use crate::directory::graphql::matched::Sought;
use crate::directory::graphql::need::Need;
use crate::directory::graphql::service::Service;
use crate::directory::graphql::{load_these, snapshot};
use crate::directory::loaders::ServiceKey;
use crate::directory::needs::NeedList;
use crate::directory::snapshot::refresh::Live;
use crate::signposting::plan::{self, Document, Documents, MOST_NEEDS, NeedSet, NoStep, PlanError};
use crate::signposting::planning::{documents, planning};
use crate::signposting::rules::assess::Assessor;

/// A paper, or a thing as good as one, that a service may ask for or give.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Document")]
pub enum PlanDocument {
    /// A passport, driving licence or other card with a photo.
    PhotoId,
    /// A birth certificate.
    BirthCertificate,
    /// A National Insurance number, or proof of it.
    NationalInsurance,
    /// Something with name and address on it.
    ProofOfAddress,
    /// An award letter or a benefit statement.
    ProofOfBenefits,
    /// Payslips.
    Payslips,
    /// A bank account: its details, a card, statements.
    BankAccount,
    /// A doctor (GP) one is registered with.
    Gp,
    /// Another agency's referral, or a letter from a worker or a doctor. An agency that asks for somebody has it to give.
    Referral,
    /// A food bank voucher.
    FoodVoucher,
    /// A prescription, or something that shows the dose.
    Prescription,
    /// A telephone one can be reached on.
    Phone,
    /// An e-mail address.
    Email,
}

/// Why a need has no step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "NoStep")]
pub enum PlanGap {
    /// Nothing within reach meets it.
    Nothing,
    /// Something does, but not as things are: `signpost` says what would have to give.
    SomethingHasToGive,
    /// Something does, but the plan has no step left for it.
    TooFewSteps,
}

/// A plan: few agencies for all the needs, in an order that works.
#[derive(Clone, Debug, SimpleObject)]
pub struct SignpostPlan {
    /// The whole in a sentence or two.
    pub summary: String,
    /// What to do, in order.
    pub steps: Vec<PlanStep>,
    /// Needs that no step meets.
    pub uncovered: Vec<PlanUncovered>,
    /// How many agencies the steps lead to.
    pub agencies: i32,
    /// What the question's text was understood to say; null where it had none.
    pub understood: Option<Understood>,
    /// The instant for which this was planned.
    pub planned_for: DateTime,
}

/// One step: a service to go to.
#[derive(Clone, Debug, SimpleObject)]
pub struct PlanStep {
    /// Its number, from 1.
    pub number: i32,
    /// The service, with its criteria, place and times as `signpost` tells them.
    pub result: SignpostResult,
    /// The needs for which it is in the plan; each need is so in one step at most.
    pub covers: Vec<Need>,
    /// Needs it meets besides, for which another step is in the plan.
    pub also_covers: Vec<Need>,
    /// Why, and what to know: sentences to be read aloud to the person.
    pub why: Vec<String>,
    /// What earlier steps have to give first.
    pub waits_for: Vec<PlanWait>,
    /// What to bring.
    pub bring: Vec<PlanPapers>,
    /// What it asks for that the person will not have by then.
    pub missing: Vec<PlanPapers>,
    /// How to get in; null where nobody says.
    pub route: Option<ReferralRoute>,
    /// Not before this; null where nobody knows.
    pub earliest: Option<DateTime>,
    /// How many questions are to be asked before it is sure.
    pub still_to_ask: i32,
    /// Other ways, should this fail; from another agency first.
    pub fallbacks: Vec<PlanFallback>,
}

/// That a step comes after another, and for what.
#[derive(Clone, Debug, SimpleObject)]
pub struct PlanWait {
    /// Number of the earlier step.
    pub step: i32,
    /// What it gives.
    pub what: PlanDocument,
}

/// One thing that is asked for.
#[derive(Clone, Debug, SimpleObject)]
pub struct PlanPapers {
    /// Any one of these will do.
    pub any_of: Vec<PlanDocument>,
}

/// Another way to meet what a step meets.
#[derive(Clone, Debug, SimpleObject)]
pub struct PlanFallback {
    /// The service.
    pub service: Service,
    /// Those of the step's needs that it meets.
    pub covers: Vec<Need>,
    /// Why this one, in a sentence.
    pub why: String,
}

/// A need without a step.
#[derive(Clone, Debug, SimpleObject)]
pub struct PlanUncovered {
    /// The need.
    pub need: Need,
    /// Why.
    pub because: PlanGap,
    /// The same in a sentence.
    pub words: String,
}

fn whole(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

fn papers(all: &[Documents]) -> Vec<PlanPapers> {
    all.iter().map(|set| PlanPapers { any_of: set.iter().map(PlanDocument::from).collect() }).collect()
}

/// Root field of plans.
#[derive(Clone, Copy, Debug, Default)]
pub struct PlanQuery;

/// Root field of plans.
#[Object]
impl PlanQuery {
    /// Several needs together: few agencies that meet them all, in an order in which each door finds what it asks for,
    /// with other ways for each step and the needs that stay uncovered. The same question always has the same plan.
    /// Public; nothing of the question is stored. Not to be asked by GET.
    #[graphql(
        complexity = "crate::api::limits::page_cost(most_steps.map(|steps| steps.min(12)), 12, child_complexity)"
    )]
    async fn signpost_plan(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The question; at least one need, at most 12, in fields or in its text.")]
        input: SignpostInput,
        #[graphql(desc = "What the person has already.", default)] has: Vec<PlanDocument>,
        #[graphql(
            desc = "The most steps the person can manage, from 1 to 12; as many as there are needs where absent."
        )]
        most_steps: Option<i32>,
    ) -> Result<SignpostPlan> {
        Horizon::of(ctx).now_only();
        let now = ctx.data::<AskedAt>()?.0;
        let at = input.at.map_or(now, |at| at.0.trunc_subsecs(3));
        let live = ctx.data::<Live>()?;
        let text = input.text.as_deref();
        let understood = text.map(|text| Understood::of(ctx, "input.text", text)).transpose()?;
        let said = understood.as_ref().map(Understood::found);
        let query = input.clone().into_query(ctx, live.needs(), said, at).await?;
        let steps = match most_steps {
            None => MOST_NEEDS,
            Some(steps) => usize::try_from(steps)
                .ok()
                .filter(|steps| (1..=MOST_NEEDS).contains(steps))
                .ok_or_else(|| bad_input("mostSteps", format!("{steps} is not from 1 to {MOST_NEEDS} steps.")))?,
        };
        let has: Vec<Document> = has.into_iter().map(Document::from).collect();
        let rules = *ctx.data::<FreshnessRules>()?;
        let snapshot = &snapshot(ctx)?;
        let mut assessor = Assessor::new(&query, &rules);
        let planning = planning(snapshot, &query, &mut assessor, documents(&has), steps);
        let plan = plan::plan(&planning.question, &planning.candidates).map_err(|error| match error {
            PlanError::NoNeeds => bad_input("input.needs", "Name at least one need, or say it in the text."),
            PlanError::TooManyNeeds { given } => bad_input(
                "input.needs",
                format!("{given} needs are too many for one plan: at most {MOST_NEEDS}, those that can't wait first."),
            ),
            PlanError::NoSteps => bad_input("mostSteps", "A plan has at least 1 step."),
        })?;

        let shown = plan.steps.iter().flat_map(|step| {
            std::iter::once(step.service).chain(step.fallbacks.iter().map(|fallback| fallback.service))
        });
        let services: HashMap<ServiceId, Service> = load_these(ctx, shown.map(ServiceKey).collect())
            .await?
            .into_iter()
            .flatten()
            .map(|row| (row.id, Service(row)))
            .collect();
        let asked: Vec<String> = query.needs.iter().map(|need| need.key.clone()).collect();
        let needs = |set: NeedSet| named(live.needs(), &asked, set);
        let sought = Sought::of(snapshot, &query.words);
        let mut steps = Vec::with_capacity(plan.steps.len());
        for (index, step) in plan.steps.iter().enumerate() {
            let Some(found) = planning.found.iter().find(|found| found.service.id == step.service) else { continue };
            let Some(assessment) = assessor.assess(found.service, found.word_points) else { continue };
            let service = services.get(&step.service).cloned();
            steps.push(PlanStep {
                number: whole(index + 1),
                result: SignpostResult::of(found.service, &assessment, service, &asked, query.at, live.needs())
                    .found_by(sought.clone()),
                covers: needs(step.covers),
                also_covers: needs(step.also_covers),
                why: step.why.iter().map(|reason| reason.words.clone()).collect(),
                waits_for: step
                    .waits_for
                    .iter()
                    .map(|waits| PlanWait { step: whole(waits.step + 1), what: waits.what.into() })
                    .collect(),
                bring: papers(&step.bring),
                missing: papers(&step.missing),
                route: step.route.map(ReferralRoute::from),
                earliest: step.earliest.map(DateTime),
                still_to_ask: i32::from(step.still_to_ask),
                fallbacks: step
                    .fallbacks
                    .iter()
                    .filter_map(|fallback| {
                        Some(PlanFallback {
                            service: services.get(&fallback.service)?.clone(),
                            covers: needs(fallback.covers),
                            why: fallback.why.clone(),
                        })
                    })
                    .collect(),
            });
        }
        Ok(SignpostPlan {
            summary: plan.summary,
            steps,
            uncovered: plan
                .uncovered
                .into_iter()
                .filter_map(|gap| {
                    Some(PlanUncovered {
                        need: Need::of_key(live.needs(), asked.get(gap.need)?)?,
                        because: gap.because.into(),
                        words: gap.words,
                    })
                })
                .collect(),
            agencies: whole(plan.agencies),
            understood,
            planned_for: DateTime(query.at),
        })
    }
}

/// The asked needs of a set.
fn named(list: &Arc<NeedList>, asked: &[String], set: NeedSet) -> Vec<Need> {
    set.iter().filter_map(|index| Need::of_key(list, asked.get(index)?)).collect()
}
