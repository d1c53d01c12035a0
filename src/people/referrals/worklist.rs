//! What waits at an agency, on either side of it, and for how long. The rule is part of the statements.

use entity::enums::ReferralState;
use entity::ids::{AgencyId, ReferralId};
use entity::instants::Millis;
use entity::referral;
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait, Func, Order, Query, SelectStatement};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr};

use super::life::{OVER, UNANSWERED};
use super::reading::ask_of;
use crate::access::rule::Ask;
use crate::access::rule::predicate::referral_visible;
use crate::hours::london;
use crate::people::reading::Reader;
use crate::people::tasks::covering::covers_for;
use crate::people::{People, Trouble};

/// On which side of a referral the agency stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// It sent it.
    Sent,
    /// It was sent to it.
    Received,
}

/// Which referrals of an agency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
    /// On which side it stands.
    pub direction: Direction,
    /// In one of these states; empty: in any.
    pub states: Vec<ReferralState>,
    /// Only those for which the reader answers.
    pub mine: bool,
}

/// How long ago it was sent, in days of 24 hours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Age {
    /// Under two days.
    UnderTwoDays,
    /// Two days and more, under a week.
    UnderAWeek,
    /// A week and more, under four.
    UnderFourWeeks,
    /// Four weeks and more.
    Older,
}

impl Age {
    /// All of them, the youngest first, with the days from which the next begins.
    pub const ALL: &'static [(Self, i64)] =
        &[(Self::UnderTwoDays, 2), (Self::UnderAWeek, 7), (Self::UnderFourWeeks, 28), (Self::Older, i64::MAX)];
}

/// How many are in a state and of an age.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// In which state.
    pub state: ReferralState,
    /// Of which age; of a draft, since it was written.
    pub age: Age,
    /// How many.
    pub number: u64,
}

/// What a referral waits for, of one worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WaitsFor {
    /// It was sent to their agency, which has not answered.
    Answer,
    /// Their agency sent it and was asked something; they answer for it, or cover today for who does.
    Information,
    /// They were asked to take it over.
    TakingOver,
}

impl WaitsFor {
    /// All of them, with what each is called in a statement.
    const ALL: [(Self, &'static str); 3] =
        [(Self::Answer, "answer"), (Self::Information, "information"), (Self::TakingOver, "taking_over")];
}

/// A referral that waits for somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Which.
    pub id: ReferralId,
    /// What it waits for: one thing at least.
    pub waits_for: Vec<WaitsFor>,
}

const DAY: i64 = 86_400_000;

/// The state of a row now, as text: what nobody answered in time has expired.
fn state_now(at: Millis) -> Expr {
    let unanswered = referral::Column::State.is_in(UNANSWERED.iter().copied());
    let expired = unanswered.and(referral::Column::ExpiresAt.lte(at));
    CaseStatement::new()
        .case(expired, Expr::value(ReferralState::Expired.as_str()))
        .finally(referral::Column::State.into_expr())
        .into()
}

/// Where a row falls in [`Age::ALL`].
fn age(at: Millis) -> Expr {
    let since = Func::coalesce([referral::Column::SentAt.into_expr(), referral::Column::CreatedAt.into_expr()]);
    let mut case = CaseStatement::new();
    let mut place: i32 = 0;
    for (_, days) in Age::ALL.iter().take(Age::ALL.len() - 1) {
        case = case.case(Expr::expr(since.clone()).gt(at.0 - days * DAY), Expr::value(place));
        place += 1;
    }
    case.finally(Expr::value(place)).into()
}

fn those(ask: &Ask, agency: AgencyId, work: &Work) -> SelectStatement {
    let side = match work.direction {
        Direction::Sent => referral::Column::AgencyId.eq(agency),
        Direction::Received => referral::Column::PartyId.eq(agency),
    };
    let mut select = Query::select();
    select.from(referral::Entity).and_where(side).and_where(referral_visible(ask));
    if !work.states.is_empty() {
        let stored = work.states.iter().copied();
        let expired = work.states.contains(&ReferralState::Expired);
        // An index can hold what is stored; what has expired is stored as what it was before.
        let stored = stored.chain(UNANSWERED.iter().copied().filter(|_| expired));
        select.and_where(referral::Column::State.is_in(stored));
        select.and_where(state_now(ask.at).is_in(work.states.iter().map(|state| state.as_str())));
    }
    if work.mine {
        select.cond_where(
            Condition::any()
                .add(referral::Column::OwnerId.eq(ask.account))
                .add(referral::Column::OfferedTo.eq(ask.account)),
        );
    }
    select
}

/// Whether a row waits for this of who asks.
fn waits(what: WaitsFor, ask: &Ask, agency: AgencyId) -> Expr {
    let is_now = |state: ReferralState| state_now(ask.at).eq(state.as_str());
    match what {
        WaitsFor::Answer => referral::Column::PartyId.eq(agency).and(is_now(ReferralState::Submitted)),
        WaitsFor::Information => {
            let today = london(ask.at.to_utc()).date();
            let covered = referral::Column::OwnerId.in_subquery(covers_for(agency, ask.account, today));
            let theirs = referral::Column::OwnerId.eq(ask.account).or(covered);
            referral::Column::AgencyId.eq(agency).and(is_now(ReferralState::InfoRequested)).and(theirs)
        }
        WaitsFor::TakingOver => {
            let over = state_now(ask.at).is_in(OVER.iter().map(|state| state.as_str()));
            let offered = referral::Column::OfferedTo.eq(ask.account);
            offered.and(referral::Column::OwnerAgencyId.eq(agency)).and(over.not())
        }
    }
}

impl People {
    /// The first referrals that wait for the reader and that they may see, those that were sent first first; one more than
    /// asked for where more follow.
    ///
    /// # Errors
    /// The database failed.
    pub async fn waiting_referrals(&self, reader: Reader, first: usize) -> Result<Vec<Waiting>, Trouble> {
        let Some(agency) = reader.agency else { return Ok(Vec::new()) };
        let ask = ask_of(reader, self.clock.now().into());
        let mut select = Query::select();
        select.expr_as(referral::Column::Id.into_expr(), "id").from(referral::Entity);
        let mut any = Condition::any();
        for (what, name) in WaitsFor::ALL {
            any = any.add(waits(what, &ask, agency));
            let case = CaseStatement::new().case(waits(what, &ask, agency), Expr::value(1_i32));
            let case: Expr = case.finally(Expr::value(0_i32)).into();
            select.expr_as(case, name);
        }
        let since = Func::coalesce([referral::Column::SentAt.into_expr(), referral::Column::CreatedAt.into_expr()]);
        select
            .cond_where(any)
            .and_where(referral_visible(&ask))
            .order_by_expr(Expr::expr(since), Order::Asc)
            .order_by_expr(referral::Column::Id.into_expr(), Order::Asc)
            .limit(u64::try_from(first).unwrap_or(u64::MAX).saturating_add(1));
        let rows = self.database.connection().query_all(&select).await?;
        let mut all = Vec::with_capacity(rows.len());
        for row in rows {
            let mut waits_for = Vec::with_capacity(WaitsFor::ALL.len());
            for (what, name) in WaitsFor::ALL {
                let it_does: i32 = row.try_get("", name)?;
                if it_does == 1 {
                    waits_for.push(what);
                }
            }
            all.push(Waiting { id: row.try_get("", "id")?, waits_for });
        }
        Ok(all)
    }

    /// A page of an agency's referrals that somebody may see, the longest first, behind one of them; one more than asked for
    /// where more follow.
    ///
    /// # Errors
    /// The database failed.
    pub async fn page_of_referrals(
        &self,
        reader: Reader,
        work: &Work,
        after: Option<ReferralId>,
        first: usize,
    ) -> Result<Vec<ReferralId>, Trouble> {
        let Some(agency) = reader.agency else { return Ok(Vec::new()) };
        let mut select = those(&ask_of(reader, self.clock.now().into()), agency, work);
        select.expr_as(referral::Column::Id.into_expr(), "id");
        if let Some(after) = after {
            select.and_where(referral::Column::Id.gt(after));
        }
        let limit = u64::try_from(first).unwrap_or(u64::MAX).saturating_add(1);
        select.order_by_expr(referral::Column::Id.into_expr(), Order::Asc).limit(limit);
        let rows = self.database.connection().query_all(&select).await?;
        Ok(rows.iter().map(|row| row.try_get("", "id")).collect::<Result<_, DbErr>>()?)
    }

    /// How many of an agency's referrals that somebody may see are in which state and of which age.
    ///
    /// # Errors
    /// The database failed.
    pub async fn count_referrals(&self, reader: Reader, work: &Work) -> Result<Vec<Count>, Trouble> {
        let Some(agency) = reader.agency else { return Ok(Vec::new()) };
        let ask = ask_of(reader, self.clock.now().into());
        let mut select = those(&ask, agency, work);
        let number = Func::count(referral::Column::Id.into_expr());
        select
            .expr_as(state_now(ask.at), "state_now")
            .expr_as(age(ask.at), "age")
            .expr_as(number, "number")
            .group_by_columns(["state_now", "age"])
            .order_by("state_now", Order::Asc)
            .order_by("age", Order::Asc);
        let rows = self.database.connection().query_all(&select).await?;
        let mut counts = Vec::with_capacity(rows.len());
        for row in rows {
            let state: String = row.try_get("", "state_now")?;
            let (age, number): (i32, i64) = (row.try_get("", "age")?, row.try_get("", "number")?);
            let age = usize::try_from(age).ok().and_then(|age| Age::ALL.get(age));
            let (Some(state), Some((age, _))) = (ReferralState::parse(&state), age) else { continue };
            counts.push(Count { state, age: *age, number: number.unsigned_abs() });
        }
        Ok(counts)
    }
}
