//! Where the network did not help, as figures.

use async_graphql::{Context, Object, Result, SimpleObject};

use super::enums::{ReferralDirection, ReferralReason};
use crate::api::scalars::DateTime;
use crate::directory::graphql::need::Need;
use crate::directory::snapshot::refresh::Live;
use crate::people::graphql::{found, people, worker};
use crate::people::referrals::figures::{self, Figure, Quarter};

/// How many referrals there were for a reason.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct ReferralReasonFigure {
    /// The reason.
    pub reason: ReferralReason,
    /// How many; null where that is held back.
    pub number: Option<i32>,
}

/// How many referrals there were about a need.
#[derive(Clone, Debug, SimpleObject)]
pub struct ReferralNeedFigure {
    /// The need.
    pub need: Need,
    /// How many; null where that is held back.
    pub number: Option<i32>,
}

/// How many referrals, by reason and by need. A number of 1 to 4 is held back, and whatever would give it away.
#[derive(Clone, Debug)]
pub struct ReferralFigure(Figure);

/// How many referrals, by reason and by need. A number of 1 to 4 is held back, and whatever would give it away: larger ones too,
/// and the total.
#[Object]
impl ReferralFigure {
    /// How many; null where that is held back.
    async fn total(&self) -> Option<i32> {
        shown(self.0.total)
    }

    /// By reason, the most first, those that are held back last. Empty for what has no reason.
    #[graphql(complexity = "crate::api::limits::list_cost(14, child_complexity)")]
    async fn reasons(&self) -> Vec<ReferralReasonFigure> {
        let figure = |(reason, number): &(entity::enums::ReferralReason, Option<u64>)| ReferralReasonFigure {
            reason: (*reason).into(),
            number: shown(*number),
        };
        self.0.reasons.iter().map(figure).collect()
    }

    /// By need, the most first, those that are held back last. A referral about two needs is in both.
    #[graphql(complexity = "crate::api::limits::list_cost(40, child_complexity)")]
    async fn needs(&self, ctx: &Context<'_>) -> Result<Vec<ReferralNeedFigure>> {
        let list = ctx.data::<Live>()?.needs();
        let figure = |(key, number): &(String, Option<u64>)| {
            Some(ReferralNeedFigure { need: Need::of_key(list, key)?, number: shown(*number) })
        };
        Ok(self.0.needs.iter().filter_map(figure).collect())
    }
}

/// What an agency's referrals came to that came to nothing, or not yet, in a quarter that is over.
#[derive(Clone, Debug, SimpleObject)]
pub struct RefusalFigures {
    /// From when.
    pub from: DateTime,
    /// Until when, exclusive.
    pub until: DateTime,
    /// Those that were refused then.
    pub refused: ReferralFigure,
    /// Those whose day for an answer passed then.
    pub expired: ReferralFigure,
    /// Those that were put on a waiting list then, whatever became of them.
    pub waitlisted: ReferralFigure,
}

fn shown(number: Option<u64>) -> Option<i32> {
    number.map(|number| i32::try_from(number).unwrap_or(i32::MAX))
}

/// Root fields that ask for figures of referrals.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReferralFiguresQuery;

/// Root fields that ask for figures of referrals.
#[Object]
impl ReferralFiguresQuery {
    /// Referrals of the viewer's agency that were refused, that nobody answered in time, and that were put on a waiting list, by
    /// reason and by need, in a quarter of a year that is over, in London. Numbers of 1 to 4 are held back, and whatever would
    /// give them away. For managers of the agency.
    #[graphql(complexity = "30 + child_complexity")]
    async fn refusal_figures(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "On which side the agency stands.")] direction: ReferralDirection,
        #[graphql(desc = "The year.")] year: i32,
        #[graphql(desc = "Which quarter of it, 1 to 4.")] quarter: i32,
    ) -> Result<RefusalFigures> {
        let quarter = Quarter { year, number: u32::try_from(quarter).unwrap_or(0) };
        let told = found(ctx, people(ctx)?.refusal_figures(worker(ctx)?, direction.into(), quarter).await)?;
        let figures::RefusalFigures { from, until, refused, expired, waitlisted } = told;
        Ok(RefusalFigures {
            from: DateTime(from.to_utc()),
            until: DateTime(until.to_utc()),
            refused: ReferralFigure(refused),
            expired: ReferralFigure(expired),
            waitlisted: ReferralFigure(waitlisted),
        })
    }
}
