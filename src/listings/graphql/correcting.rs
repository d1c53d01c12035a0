//! Mutations by which workers say what is wrong with a listing, and its owner answers.

use async_graphql::{Context, Enum, ID, InputObject, MaybeUndefined, Object, Result, SimpleObject};
use entity::ids::CorrectionId;

use super::corrections::{Correction, RefusalReason, as_it_is};
use super::{ListingError, actor, listings, parted};
use crate::access::Viewer;
use crate::api::ids;
use crate::api::scalars::{Date, LocalTime};
use crate::directory::graphql::listing_enums::ServiceStatus;
use crate::listings::corrections::Author;
use crate::listings::corrections::answering::{Answer, Verdict};
use crate::listings::corrections::proposing::{HoursLine, Proposed};
use crate::listings::corrections::telling::{Report, Suggestion};
use crate::listings::{Done, Refused, Why};

/// What a listing should say. What is absent is not spoken of; what is null should be taken away. What has no field here
/// (an address, hours at one place, who is taken) is said in words.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ProposedCorrectionInput {
    /// Its name.
    name: Option<String>,
    /// One or two plain sentences.
    summary: MaybeUndefined<String>,
    /// Its own page.
    url: MaybeUndefined<String>,
    /// Its own e-mail address.
    email: MaybeUndefined<String>,
    /// Its telephone numbers, all of them.
    phones: Option<Vec<String>>,
    /// Its regular weekly hours, all of them. Bank holidays, closures and events stay as they are.
    hours: Option<Vec<ProposedHoursInput>>,
    /// Places free now.
    available: Option<i32>,
    /// Days from referral to start.
    wait_days: Option<i32>,
    /// Whether it runs: closed for a while, or gone.
    status: Option<ServiceStatus>,
}

/// One line of weekly hours.
#[derive(Clone, Debug, InputObject)]
pub struct ProposedHoursInput {
    /// Days of the week as RFC 5545 `BYDAY`: `MO,TU`.
    by_day: String,
    /// Opening.
    opens_at: LocalTime,
    /// Closing; at or before the opening it lies on the next day.
    closes_at: LocalTime,
}

/// What is wrong with a listing.
#[derive(Clone, Debug, InputObject)]
pub struct SuggestCorrectionInput {
    /// Which service's, by its global id.
    service: ID,
    /// What is wrong and what would be right, in at most 2,000 characters. About the service, never about a person who
    /// is supported.
    words: String,
    /// What would be right, where it can be made in one step.
    proposed: Option<ProposedCorrectionInput>,
    /// A key of your own, up to 200 characters: sent again with the same input it is said once within 30 days.
    idempotency_key: String,
}

/// That a service turned somebody away. Nothing about whoever was turned away belongs in it.
#[derive(Clone, Debug, InputObject)]
pub struct ReportRefusalInput {
    /// Which service, by its global id.
    service: ID,
    /// At which of its places, by the global id of the service at the location.
    place: Option<ID>,
    /// What they said.
    reason: RefusalReason,
    /// More about what they said, in at most 2,000 characters; never anything about the person who was turned away. What
    /// looks like an e-mail address, a telephone number, a National Insurance number or a date of birth is refused.
    words: Option<String>,
    /// On which day, today where absent; up to a year back.
    on: Option<Date>,
    /// A key of your own, up to 200 characters: sent again with the same input it is told once within 30 days.
    idempotency_key: String,
}

/// What the owner makes of a correction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Verdict")]
pub enum CorrectionVerdict {
    /// What it proposes is made in the listing, as a version.
    Apply,
    /// You changed the listing yourselves.
    DoneByHand,
    /// The listing stays as it is.
    Decline,
}

/// The answer to a correction.
#[derive(Clone, Debug, InputObject)]
pub struct AnswerCorrectionInput {
    /// Which correction, by its global id.
    id: ID,
    /// What you make of it.
    verdict: CorrectionVerdict,
    /// What you say to its author, in at most 2,000 characters. Of a draft, to all whose refusals it stands for.
    reply: String,
    /// The version of the listing that you have seen; for `APPLY` alone, which must have it.
    expected_version: Option<i32>,
    /// Why the listing changes, for its history; for `APPLY` alone.
    reason: Option<String>,
}

/// What came of something done with a correction.
#[derive(Clone, Debug, SimpleObject)]
pub struct CorrectionPayload {
    /// The correction; null where it was refused.
    correction: Option<Correction>,
    /// What it was refused for; empty where it was done.
    errors: Vec<ListingError>,
}

impl CorrectionPayload {
    async fn of(ctx: &Context<'_>, done: Done<CorrectionId>) -> Result<Self> {
        let (id, errors) = parted(ctx, done)?;
        Ok(Self { correction: as_it_is(ctx, id).await?, errors })
    }
}

fn author(ctx: &Context<'_>) -> Result<Author> {
    Ok(Author { actor: actor(ctx)?, agency: ctx.data::<Viewer>()?.agency() })
}

fn known<T>(value: MaybeUndefined<T>) -> Option<Option<T>> {
    match value {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(value) => Some(Some(value)),
    }
}

/// A number that can't be below nothing.
fn count(field: &str, value: Option<i32>) -> Done<Option<u32>> {
    let below = |_| Refused::field(Why::BadValue, format!("input.proposed.{field}"), "It can't be less than none.");
    value.map(u32::try_from).transpose().map_err(below)
}

impl ProposedCorrectionInput {
    fn read(self) -> Done<Proposed> {
        let line = |line: ProposedHoursInput| HoursLine {
            days: line.by_day,
            opens_at: line.opens_at.0,
            closes_at: line.closes_at.0,
        };
        Ok(Proposed {
            name: self.name,
            summary: known(self.summary),
            url: known(self.url),
            email: known(self.email),
            phones: self.phones,
            hours: self.hours.map(|lines| lines.into_iter().map(line).collect()),
            available: count("available", self.available)?,
            wait_days: count("waitDays", self.wait_days)?,
            status: self.status.map(Into::into),
        })
    }
}

/// Mutations about corrections.
#[derive(Clone, Copy, Debug, Default)]
pub struct CorrectionMutation;

/// Mutations about corrections.
#[Object]
impl CorrectionMutation {
    /// Says what is wrong with a service's listing, and what would be right. It reaches whoever keeps the listing, and
    /// `myCorrections` tells what came of it. For every worker of an agency, and for coordinators.
    async fn suggest_correction(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is wrong with which listing.")] input: SuggestCorrectionInput,
    ) -> Result<CorrectionPayload> {
        let given = format!("{input:?}");
        let service = ids::service("input.service", &input.service)?;
        let done = match input.proposed.unwrap_or_default().read() {
            Ok(proposed) => {
                let (words, key) = (input.words, input.idempotency_key);
                let suggestion = Suggestion { service, words, proposed, key, input: given };
                listings(ctx)?.suggest_correction(&author(ctx)?, suggestion).await
            }
            Err(refused) => Err(refused),
        };
        CorrectionPayload::of(ctx, done).await
    }

    /// Tells that a service turned somebody away, and what it said. It reaches whoever keeps the listing and is never
    /// shown publicly; nothing about the person who was turned away belongs in it. Where several tell of one reason, a
    /// correction is drafted of it. For every worker of an agency, and for coordinators.
    async fn report_refusal(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which service, and what it said.")] input: ReportRefusalInput,
    ) -> Result<CorrectionPayload> {
        let given = format!("{input:?}");
        let report = Report {
            service: ids::service("input.service", &input.service)?,
            place: input.place.as_ref().map(|id| ids::place("input.place", id)).transpose()?,
            reason: input.reason.into(),
            words: input.words,
            on: input.on.map(|day| day.0),
            key: input.idempotency_key,
            input: given,
        };
        let done = listings(ctx)?.report_refusal(&author(ctx)?, report).await;
        CorrectionPayload::of(ctx, done).await
    }

    /// Answers a correction of a service that is the agency's now. `APPLY` makes what it proposes in the listing, as a
    /// version, where the listing has not changed there since; where the agency wants a manager to look at changes it
    /// waits for one. With a draft every refusal is answered that it stands for. For editors and managers of the agency.
    async fn answer_correction(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What you make of which correction.")] input: AnswerCorrectionInput,
    ) -> Result<CorrectionPayload> {
        let id = ids::correction("input.id", &input.id)?;
        let answer = Answer {
            verdict: input.verdict.into(),
            reply: input.reply,
            expected: input.expected_version,
            reason: input.reason,
        };
        CorrectionPayload::of(ctx, listings(ctx)?.answer_correction(&actor(ctx)?, id, answer).await).await
    }

    /// Takes back a correction that nobody answered yet. For its author.
    async fn withdraw_correction(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: ID,
    ) -> Result<CorrectionPayload> {
        let id = ids::correction("id", &id)?;
        CorrectionPayload::of(ctx, listings(ctx)?.withdraw_correction(&actor(ctx)?, id).await).await
    }
}
