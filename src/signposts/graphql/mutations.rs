//! Mutations about signposts.

use std::collections::BTreeSet;

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use entity::enums::Purpose;
use entity::ids::{PlaceId, ServiceId, SignpostId};

use super::{Helped, SignpostGiven, shown};
use crate::api::AskedAt;
use crate::api::errors::{bad_input, internal};
use crate::api::ids;
use crate::directory::freshness::FreshnessRules;
use crate::directory::graphql::snapshot;
use crate::directory::loaders::Loaders;
use crate::directory::snapshot::refresh::Live;
use crate::people::Trouble;
use crate::people::graphql::wishes::actor;
use crate::people::graphql::{ServiceUserError, keyed, parted_within, reader, worker};
use crate::signposting::graphql::input::SignpostInput;
use crate::signposting::graphql::understood::Understood;
use crate::signposting::rules::assess::{Assessment, Assessor, Group};
use crate::signposting::rules::criteria::Outcome;
use crate::signposts::giving::{self, Giving, LINK_DAYS, MOST_SERVICES, Why, WhyCriterion};
use crate::signposts::reading::WhichSignposts;
use crate::signposts::sheet::{Told, message};
use crate::signposts::{Signposts, telling};

/// A service that somebody is told of.
#[derive(Clone, Debug, InputObject)]
pub struct SignpostedServiceInput {
    /// The service, by its global id.
    pub service: ID,
    /// Where of its places, by the global id of the service at the location; where nothing is said, the best for the question,
    /// which may be by telephone. Why is kept of the place that is named.
    pub at: Option<ID>,
}

/// Who is told of what.
#[derive(Clone, Debug, InputObject)]
pub struct GiveSignpostInput {
    /// Who, by their global id; where nothing is said, somebody who gave no name: then nothing is kept of why.
    pub service_user: Option<ID>,
    /// Of which services, in this order: 1 to 10, each of them once, and each an answer to the question.
    pub services: Vec<SignpostedServiceInput>,
    /// For how many days the link is good, 1 to 180; 28 where nothing is said.
    pub link_days: Option<i32>,
    /// A key of your own, of 1 to 200 characters: with the same key and input it is made once within 30 days.
    pub idempotency_key: Option<String>,
}

/// The link of a signpost is given anew.
#[derive(Clone, Debug, InputObject)]
pub struct RenewSignpostLinkInput {
    /// Which signpost, by its global id.
    pub signpost: ID,
    /// For how many days the link is good, 1 to 180; 28 where nothing is said.
    pub link_days: Option<i32>,
}

/// It is said whether a signpost helped.
#[derive(Clone, Debug, InputObject)]
pub struct SignpostHelpedInput {
    /// Which signpost, by its global id.
    pub signpost: ID,
    /// Whether it did.
    pub helped: Helped,
}

/// What became of a signpost.
#[derive(Clone, Debug, SimpleObject)]
pub struct SignpostGivenPayload {
    /// The signpost; null where nothing was done.
    pub signpost: Option<SignpostGiven>,
    /// The link under which whoever was told sees it again, with what has changed; it is told here and never again. Null
    /// where none was made, where the settings do not say where this server is reached, and where it is asked again with the
    /// same key: `renewSignpostLink` makes another.
    pub link: Option<String>,
    /// The same as one text message of at most 160 plain letters: names, numbers, and the link where there is one; of a link
    /// that was made anew the link alone. Null where neither was asked for.
    pub text_message: Option<String>,
    /// What it was refused for; empty where it was done.
    pub errors: Vec<ServiceUserError>,
}

/// A link, and a text message with it.
type Links = (Option<String>, Option<String>);

async fn payload(
    ctx: &Context<'_>,
    done: std::result::Result<(SignpostId, Links), Trouble>,
    (operation, within): (&'static str, &str),
) -> Result<SignpostGivenPayload> {
    let (done, errors) = parted_within(ctx, done, within)?;
    let Some((id, (link, text_message))) = done else {
        return Ok(SignpostGivenPayload { signpost: None, link: None, text_message: None, errors });
    };
    let signpost = if ctx.look_ahead().field("signpost").exists() {
        let reader = reader(ctx, Purpose::CareCoordination, operation)?;
        Box::pin(shown(ctx, reader, &WhichSignposts::Of(vec![id]))).await?.pop()
    } else {
        None
    };
    Ok(SignpostGivenPayload { signpost, link, text_message, errors })
}

/// What spoke for a service and against it.
fn why(assessment: &Assessment) -> Why {
    let group = match assessment.group {
        Group::Fits => giving::Group::Fits,
        Group::FitsIf => giving::Group::FitsIf,
        Group::NoBecause => giving::Group::NoBecause,
    };
    let criteria = assessment.criteria.iter().map(|criterion| {
        let (met, ask) = match &criterion.outcome {
            Outcome::Meets => (Some(true), None),
            Outcome::Fails => (Some(false), None),
            Outcome::Unknown { ask, of: _ } => (None, Some(ask.clone().into_owned())),
        };
        WhyCriterion { met, reason: criterion.reason.clone().into_owned(), ask }
    });
    Why { group, criteria: criteria.collect() }
}

/// What is to be told, weighed.
struct Weighed {
    /// The needs that were asked about.
    needs: BTreeSet<String>,
    /// Those that the services meet.
    met: BTreeSet<String>,
    /// The services, each with where and why.
    services: Vec<(telling::Door, Why)>,
}

/// The services that are named, each with where and why, and what they tell of.
async fn weighed(ctx: &Context<'_>, question: SignpostInput, services: &[SignpostedServiceInput]) -> Result<Weighed> {
    let live = ctx.data::<Live>()?;
    let understood = question.text.as_deref().map(|text| Understood::of(ctx, "input.text", text)).transpose()?;
    let at = question.at.map_or(ctx.data::<AskedAt>()?.0, |at| at.0);
    let query = question.into_query(ctx, live.needs(), understood.as_ref().map(Understood::found), at).await?;
    let rules = *ctx.data::<FreshnessRules>()?;
    let snapshot = snapshot(ctx)?;
    let mut assessor = Assessor::new(&query, &rules);
    let (mut all, mut met) = (Vec::with_capacity(services.len()), BTreeSet::new());
    for (index, given) in services.iter().enumerate() {
        let field = format!("giving.services.{index}.service");
        let id: ServiceId = ids::service(&field, &given.service)?;
        let facts = snapshot.service(id).ok_or_else(|| bad_input(&field, "There is no such service."))?;
        let assessment = if assessor.of_interest(facts) { assessor.assess(facts, 0) } else { None };
        let Some(assessment) = assessment else {
            let message = "It is no answer to this question: it meets none of its needs, or is out of reach.";
            return Err(bad_input(field, message));
        };
        let field = format!("giving.services.{index}.at");
        let at: Option<PlaceId> = given.at.as_ref().map(|at| ids::place(&field, at)).transpose()?;
        if at.is_some_and(|at| !facts.offers.iter().any(|offer| offer.place == Some(at))) {
            return Err(bad_input(field, "The service is not offered there."));
        }
        let (place, why) = match at {
            None => (facts.offers.get(assessment.offer).and_then(|offer| offer.place), why(&assessment)),
            // Why is of the place that is named, not of the best one.
            Some(at) => {
                let mut there = None;
                assessor.each_way(facts, 0, |offer, assessment| {
                    if offer.place == Some(at) && there.as_ref().is_none_or(|(group, _)| assessment.group < *group) {
                        there = Some((assessment.group, why(assessment)));
                    }
                });
                let Some((_, why)) = there else {
                    return Err(bad_input(field, "It is out of reach there for this question."));
                };
                (Some(at), why)
            }
        };
        met.extend(facts.needs.iter().filter_map(|need| live.needs().at(*need)).map(|need| need.key.clone()));
        all.push(((id, place), why));
    }
    let needs = query.needs.iter().map(|need| need.key.clone()).collect();
    Ok(Weighed { needs, met, services: all })
}

/// Mutations about signposts.
#[derive(Clone, Copy, Debug, Default)]
pub struct SignpostGivenMutation;

/// Mutations about signposts.
#[Object]
impl SignpostGivenMutation {
    /// Notes that somebody was told of services, and gives them a link under which they see these again, with what has
    /// changed since. No agency is sent anything. Of the question the needs are kept, and, sealed, why each service was an
    /// answer; the rest is not. For link workers: about service users whom they work with, and about people who gave no name.
    #[graphql(complexity = "50 + child_complexity")]
    async fn give_signpost(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The question, as it was asked of `signpost`.")] input: SignpostInput,
        #[graphql(desc = "Who is told of what.")] giving: GiveSignpostInput,
    ) -> Result<SignpostGivenPayload> {
        if giving.services.is_empty() || giving.services.len() > MOST_SERVICES {
            return Err(bad_input("giving.services", format!("Say which: 1 to {MOST_SERVICES} services.")));
        }
        let to = giving.service_user.as_ref();
        let to = to.map(|id| ids::service_user("giving.serviceUser", id)).transpose()?;
        let Weighed { needs, met, services: weighed } = weighed(ctx, input, &giving.services).await?;
        let doors: Vec<telling::Door> = weighed.iter().map(|(door, _)| *door).collect();
        let (loaders, now) = (ctx.data::<Loaders>()?, ctx.data::<AskedAt>()?.0);
        let told = telling::told(loaders, &doors, now).await.map_err(|error| internal(ctx, &error))?;
        let mut services: Vec<(Told, Why)> = Vec::with_capacity(weighed.len());
        for (index, (door, why)) in weighed.into_iter().enumerate() {
            // What went away a moment ago.
            let gone = || bad_input(format!("giving.services.{index}.service"), "There is no such service.");
            services.push((told.get(&door).cloned().ok_or_else(gone)?, why));
        }
        let link_days = giving.link_days.map_or(LINK_DAYS, i64::from);
        let people = keyed(ctx, giving.idempotency_key.as_deref(), "giveSignpost").await?;
        let giving = Giving { to, needs, met, services, link_days };
        let signposts = ctx.data::<Signposts>()?.of(people);
        let done = Box::pin(signposts.give(worker(ctx)?, &giving)).await;
        let done = done.map(|given| {
            let told: Vec<Told> = giving.services.into_iter().map(|(told, _)| told).collect();
            let message = message(&told, given.link.as_deref());
            (given.id, (given.link, Some(message)))
        });
        payload(ctx, done, ("giveSignpost", "giving")).await
    }

    /// Gives a signpost a new link; the one before is good no more. For link workers of the agency that gave it, who work
    /// with whoever was told.
    async fn renew_signpost_link(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: RenewSignpostLinkInput,
    ) -> Result<SignpostGivenPayload> {
        let id = ids::signpost_given("input.signpost", &input.signpost)?;
        let days = input.link_days.map_or(LINK_DAYS, i64::from);
        let done = Box::pin(ctx.data::<Signposts>()?.renew_link(worker(ctx)?, id, days)).await;
        let done = done.map(|given| {
            let message = given.link.as_deref().map(|link| message(&[], Some(link)));
            (given.id, (given.link, message))
        });
        payload(ctx, done, ("renewSignpostLink", "input")).await
    }

    /// Ends the link of a signpost at once. For link workers of the agency that gave it, who work with whoever was told; for
    /// the service user, and who stands for them.
    async fn revoke_signpost_link(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of the signpost.")] id: ID,
    ) -> Result<SignpostGivenPayload> {
        let id = ids::signpost_given("id", &id)?;
        let done = Box::pin(ctx.data::<Signposts>()?.revoke_link(actor(ctx)?, id)).await;
        payload(ctx, done.map(|()| (id, (None, None))), ("revokeSignpostLink", "")).await
    }

    /// Notes whether a signpost helped. For link workers of the agency that gave it, who work with whoever was told; for the
    /// service user, and who stands for them.
    async fn say_signpost_helped(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whether it did.")] input: SignpostHelpedInput,
    ) -> Result<SignpostGivenPayload> {
        let id = ids::signpost_given("input.signpost", &input.signpost)?;
        let done = Box::pin(ctx.data::<Signposts>()?.say_helped(actor(ctx)?, id, input.helped.into())).await;
        payload(ctx, done.map(|()| (id, (None, None))), ("saySignpostHelped", "input")).await
    }
}
