//! Where the network did not help: referrals of an agency that were refused, that nobody answered in time, that were put on a
//! waiting list; by reason and by need, in a quarter that is over. Counted in SQL; no row leaves the tables, and what few people
//! stand behind is held back.
//!
//! Quarters never overlap, and what has happened in one that is over changes no more: so two answers, one taken from the other,
//! tell no more than either.

use std::collections::BTreeMap;

use chrono::TimeZone;
use chrono_tz::Europe::London;
use entity::enums::{Purpose, ReferralReason, ReferralState};
use entity::ids::AgencyId;
use entity::instants::Millis;
use entity::{referral, referral_need};
use sea_orm::sea_query::{Expr, ExprTrait, Func, Query, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr};

use super::life::UNANSWERED;
use super::suppressing::{Told, nothing, overlapping, whole};
use super::worklist::Direction;
use crate::access::rule::Ask;
use crate::access::rule::predicate::counted_visible;
use crate::people::contents::Wrong;
use crate::people::entering::Worker;
use crate::people::{People, Trouble};

/// A quarter of a year, in London.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quarter {
    /// The year.
    pub year: i32,
    /// Which of it, from 1.
    pub number: u32,
}

impl Quarter {
    /// From when until when, exclusive; none for what is no quarter.
    #[must_use]
    pub fn span(self) -> Option<(Millis, Millis)> {
        let begins = |year: i32, number: u32| {
            let at = London.with_ymd_and_hms(year, 3 * number - 2, 1, 0, 0, 0).earliest()?;
            Some(Millis(at.timestamp_millis()))
        };
        if !(1..=4).contains(&self.number) || !(2000..=9000).contains(&self.year) {
            return None;
        }
        let (year, next) = if self.number == 4 { (self.year + 1, 1) } else { (self.year, self.number + 1) };
        Some((begins(self.year, self.number)?, begins(year, next)?))
    }
}

/// How many, by reason and by need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// How many referrals; absent where it is held back, and with it everything.
    pub total: Option<u64>,
    /// By reason, the most first; absent numbers are held back. Empty for what has no reason.
    pub reasons: Vec<(ReferralReason, Option<u64>)>,
    /// By need, the most first; absent numbers are held back. A referral about two is in both.
    pub needs: Vec<(String, Option<u64>)>,
}

/// What an agency's referrals came to that came to nothing, or not yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusalFigures {
    /// From when.
    pub from: Millis,
    /// Until when, exclusive.
    pub until: Millis,
    /// Those that were refused then.
    pub refused: Figure,
    /// Those whose day for an answer passed then.
    pub expired: Figure,
    /// Those that were put on a waiting list then, whatever became of them.
    pub waitlisted: Figure,
}

/// What became of a referral.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Became {
    Refused,
    Expired,
    Waitlisted,
}

/// Whose figures, of which time.
#[derive(Clone, Copy, Debug)]
struct Asked {
    ask: Ask,
    agency: AgencyId,
    direction: Direction,
    from: Millis,
    until: Millis,
}

impl Asked {
    fn those(&self, became: Became) -> SelectStatement {
        let mut select = Query::select();
        select.from(referral::Entity);
        match self.direction {
            // What was entered in error has no party any more.
            Direction::Sent => {
                select.and_where(referral::Column::AgencyId.eq(self.agency));
                select.and_where(referral::Column::PartyId.is_not_null());
            }
            Direction::Received => {
                select.and_where(referral::Column::PartyId.eq(self.agency));
                select.and_where(counted_visible(&self.ask));
            }
        }
        // What was refused is over: nothing is done with it any more.
        let at = match became {
            Became::Refused => referral::Column::ChangedAt,
            Became::Expired => referral::Column::ExpiresAt,
            Became::Waitlisted => referral::Column::WaitlistedAt,
        };
        select.and_where(at.gte(self.from)).and_where(at.lt(self.until));
        let is_in = match became {
            Became::Refused => Some(&[ReferralState::Rejected][..]),
            Became::Expired => Some(UNANSWERED),
            Became::Waitlisted => None,
        };
        if let Some(states) = is_in {
            select.and_where(referral::Column::State.is_in(states.iter().copied()));
        }
        select
    }
}

impl People {
    /// The figures of an agency of a quarter that is over, of what it sent or of what was sent to it; for its managers. Of what
    /// was sent to it those count whose header may flow to it now.
    ///
    /// # Errors
    /// [`Trouble::Wrong`] for what is no quarter, and one that is not over; the database failed.
    pub async fn refusal_figures(
        &self,
        by: Worker,
        direction: Direction,
        quarter: Quarter,
    ) -> Result<RefusalFigures, Trouble> {
        let at = Millis::from(self.clock.now());
        let span = quarter.span();
        let (from, until) = span.ok_or_else(|| Wrong::new("quarter", "Name a quarter of a year, from 1 to 4."))?;
        if until > at {
            let message = "It is not over yet: figures are told of quarters that are over.";
            return Err(Wrong::new("quarter", message).into());
        }
        let ask = Ask { account: by.account, agency: Some(by.agency), purpose: Purpose::Referral, at };
        let asked = Asked { ask, agency: by.agency, direction, from, until };
        let db = self.database.connection();
        Ok(RefusalFigures {
            from,
            until,
            refused: figure(db, &asked, Became::Refused).await?,
            expired: figure(db, &asked, Became::Expired).await?,
            waitlisted: figure(db, &asked, Became::Waitlisted).await?,
        })
    }
}

async fn figure(db: &impl ConnectionTrait, asked: &Asked, became: Became) -> Result<Figure, Trouble> {
    let needs = counted(db, by_need(asked.those(became))).await?;
    let by_reason = counted(db, by_reason(asked.those(became))).await?;
    let total: u64 = by_reason.values().sum();
    let mut needs_told = overlapping(total, &needs);
    let mut reasons_told = Told { total: needs_told.total, cells: Vec::new() };
    if became == Became::Refused {
        let of_reason = |(reason, number): (String, u64)| Some((ReferralReason::parse(&reason)?, number));
        let reasons: BTreeMap<ReferralReason, u64> = by_reason.into_iter().filter_map(of_reason).collect();
        reasons_told = whole(&reasons);
        // One of the two would give away the total that the other holds back.
        if reasons_told.total.is_none() || needs_told.total.is_none() {
            (reasons_told, needs_told) = (nothing(&reasons), nothing(&needs));
        }
    }
    Ok(Figure { total: needs_told.total, reasons: reasons_told.cells, needs: needs_told.cells })
}

fn by_need(mut those: SelectStatement) -> SelectStatement {
    those
        .inner_join(
            referral_need::Entity,
            referral_need::Column::ReferralId.into_expr().eq(referral::Column::Id.into_expr()),
        )
        .expr_as(referral_need::Column::NeedKey.into_expr(), "counted_by")
        .expr_as(Func::count(referral::Column::Id.into_expr()), "number")
        .group_by_columns(["counted_by"])
        .to_owned()
}

/// Of what has no reason all of it stands under none.
fn by_reason(mut those: SelectStatement) -> SelectStatement {
    let reason = Func::coalesce([referral::Column::Reason.into_expr(), Expr::value("")]);
    those
        .expr_as(Expr::expr(reason), "counted_by")
        .expr_as(Func::count(referral::Column::Id.into_expr()), "number")
        .group_by_columns(["counted_by"])
        .to_owned()
}

async fn counted(db: &impl ConnectionTrait, select: SelectStatement) -> Result<BTreeMap<String, u64>, DbErr> {
    let rows = db.query_all(&select).await?;
    let count = rows.iter().map(|row| {
        let number: i64 = row.try_get("", "number")?;
        Ok((row.try_get("", "counted_by")?, number.unsigned_abs()))
    });
    count.collect()
}
