//! Engagement figures in the graph. Thin: they are counted in `people::appointments::figures`.

use std::collections::BTreeSet;

use async_graphql::{ComplexObject, Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use entity::ids::{AgencyId, LocationId};

use super::enums::AppointmentKind;
use crate::api::ids;
use crate::api::scalars::DateTime;
use crate::directory::graphql::agency::Agency;
use crate::directory::graphql::location::Location;
use crate::directory::graphql::nullable;
use crate::directory::loaders::{AgencyKey, LocationKey};
use crate::people::appointments::figures::{Compared, Counts, FigureBy, Of, Period};
use crate::people::graphql::{found, people, worker};

/// By what engagement figures are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum EngagementBy {
    /// By what appointments were for.
    Type,
    /// By the hub at which they were.
    Hub,
}

/// A time with which engagement figures are compared: whole days of London.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct EngagementPeriodInput {
    /// Appointments that begin at this instant or later: a midnight of Europe/London.
    pub from: DateTime,
    /// And before this one: a later midnight there.
    pub until: DateTime,
}

impl From<EngagementPeriodInput> for Period {
    fn from(input: EngagementPeriodInput) -> Self {
        Self { from: input.from.0.into(), until: input.until.0.into() }
    }
}

/// How many appointments there were, and what became of them. Shares are from 0 to 1, and null of none.
#[derive(Clone, Copy, Debug)]
pub struct EngagementCounts(Counts, Counts);

fn whole(number: u64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// How many appointments there were, and what became of them. Shares are from 0 to 1, and null of none. One that was moved to
/// another time is not counted: the one in its place is.
#[Object]
impl EngagementCounts {
    /// All that were booked and are not still to come: they came, did not come, it was called off, or nobody has said yet.
    async fn booked(&self) -> i32 {
        whole(self.0.booked())
    }

    /// They came.
    async fn attended(&self) -> i32 {
        whole(self.0.attended)
    }

    /// They did not come.
    async fn did_not_attend(&self) -> i32 {
        whole(self.0.did_not_attend)
    }

    /// It was called off.
    async fn cancelled(&self) -> i32 {
        whole(self.0.cancelled)
    }

    /// It has begun, and nobody has said what became of it.
    async fn not_recorded(&self) -> i32 {
        whole(self.0.not_recorded)
    }

    /// Booked, and not begun: in no other number here, and in no share.
    async fn to_come(&self) -> i32 {
        whole(self.0.to_come)
    }

    /// The share that these bookings are of all bookings of the same time.
    async fn share_of_booked(&self) -> Option<f64> {
        self.0.share_of(&self.1)
    }

    /// The share of those who came among all that were booked, those that were called off among them.
    async fn attended_of_booked(&self) -> Option<f64> {
        self.0.attended_of_booked()
    }

    /// The share of those who did not come among all that were booked, those that were called off among them.
    async fn did_not_attend_of_booked(&self) -> Option<f64> {
        self.0.did_not_attend_of_booked()
    }

    /// The share of those that were called off among all that were booked.
    async fn cancelled_of_booked(&self) -> Option<f64> {
        self.0.cancelled_of_booked()
    }

    /// The share of those who came among those that were not called off: the higher of the two rates that are published of the
    /// same numbers.
    async fn attended_of_not_cancelled(&self) -> Option<f64> {
        self.0.attended_of_not_cancelled()
    }
}

/// Engagement figures of a sort of appointments, at a hub, or both.
#[derive(Clone, Copy, Debug, SimpleObject)]
#[graphql(complex)]
pub struct EngagementRow {
    /// What the appointments were for; null unless told apart by it.
    pub kind: Option<AppointmentKind>,
    /// Whether they were at a hub; null unless told apart by it. A hub whose address is a secret counts as none.
    pub is_at_hub: Option<bool>,
    /// Of the time that was asked for.
    pub counts: EngagementCounts,
    /// Of the time with which it is compared; null where there is none.
    pub compared: Option<EngagementCounts>,
    #[graphql(skip)]
    hub: Option<LocationId>,
}

#[ComplexObject]
impl EngagementRow {
    /// The hub; null unless told apart by it, for those at none, and where it is not shown any more.
    async fn location(&self, ctx: &Context<'_>) -> Option<Result<Location>> {
        nullable(ctx, LocationKey(self.hub?), Location).await
    }
}

/// Engagement figures of an agency: how many of its appointments were booked, kept, missed and called off. These are its whole
/// counts of its own for its managers: no number is held back for being small. Only who keeps the viewer or the agency out is in
/// none of them.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct EngagementFigures {
    /// All appointments together, of the time that was asked for.
    pub total: EngagementCounts,
    /// The same of the time with which it is compared; null where there is none.
    pub compared: Option<EngagementCounts>,
    /// Told apart by what was asked for, by type before hub; empty where that is nothing. What there was in neither time has no
    /// row.
    pub rows: Vec<EngagementRow>,
    #[graphql(skip)]
    agency: AgencyId,
}

#[ComplexObject]
impl EngagementFigures {
    /// Whose appointments; null where it is not shown.
    async fn agency(&self, ctx: &Context<'_>) -> Option<Result<Agency>> {
        nullable(ctx, AgencyKey(self.agency), Agency).await
    }
}

/// Counts of both times beside all of them.
fn both(part: Compared, total: Compared) -> (EngagementCounts, Option<EngagementCounts>) {
    let before = part.before.zip(total.before).map(|(part, total)| EngagementCounts(part, total));
    (EngagementCounts(part.now, total.now), before)
}

fn row((of, part): (Of, Compared), total: Compared) -> EngagementRow {
    let (counts, compared) = both(part, total);
    EngagementRow {
        kind: of.kind.map(Into::into),
        is_at_hub: of.hub.map(|hub| hub.is_some()),
        counts,
        compared,
        hub: of.hub.flatten(),
    }
}

/// Root fields that ask for engagement figures.
#[derive(Clone, Copy, Debug, Default)]
pub struct FigureQuery;

/// Root fields that ask for engagement figures.
#[Object]
impl FigureQuery {
    /// Engagement figures of the agency that the viewer manages, over its own appointments that begin in a time; null for every
    /// other agency, be there one of that id or not. The time is whole days of London. For managers.
    #[graphql(complexity = "crate::api::limits::list_cost(20, child_complexity)")]
    async fn engagement_figures(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of the agency.")] agency: ID,
        #[graphql(desc = "Appointments that begin at this instant or later: a midnight of Europe/London.")]
        from: DateTime,
        #[graphql(desc = "And before this one: a later midnight there.")] until: DateTime,
        #[graphql(desc = "By what they are told apart; together only where nothing is said.", default)] by: Vec<
            EngagementBy,
        >,
        #[graphql(desc = "A time with which they are compared.")] compared_with: Option<EngagementPeriodInput>,
    ) -> Result<Option<EngagementFigures>> {
        let (agency, asks) = (ids::agency("agency", &agency)?, worker(ctx)?);
        if asks.agency != agency {
            return Ok(None);
        }
        let period = Period { from: from.0.into(), until: until.0.into() };
        let by: BTreeSet<FigureBy> = by
            .into_iter()
            .map(|by| match by {
                EngagementBy::Type => FigureBy::Kind,
                EngagementBy::Hub => FigureBy::Hub,
            })
            .collect();
        let figures = people(ctx)?.engagement_figures(asks, period, &by, compared_with.map(Into::into)).await;
        let figures = found(ctx, figures)?;
        let (total, compared) = both(figures.total, figures.total);
        let rows = figures.parts.into_iter().map(|part| row(part, figures.total)).collect();
        Ok(Some(EngagementFigures { total, compared, rows, agency }))
    }
}
