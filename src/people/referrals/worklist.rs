//! What waits at an agency, on either side of it, and for how long. The rule is part of the statements.
//!
//! A page is read in arms, one for each state, each in its order from an index of that state: of rows that may be seen no more
//! are looked at than a page of each state has, however many there are. An order or a condition that no index of an agency's
//! referrals begins with makes it sort all of them.

use std::collections::BTreeSet;

use entity::enums::{ReferralState, ReferralUrgency};
use entity::ids::{AgencyId, ReferralId, ServiceId, ServiceUserId};
use entity::instants::Millis;
use entity::referral;
use sea_orm::sea_query::{
    CaseStatement, Expr, ExprTrait, Func, JoinType, Order as SqlOrder, Query, SelectStatement, UnionType, ValueTuple,
};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbBackend, DbErr, QueryResult};

use super::life::{OVER, UNANSWERED};
use super::reading::ask_of;
use crate::access::rule::Ask;
use crate::access::rule::predicate::{Columns, left_to_all, referral_visible};
use crate::database::united;
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
    /// Of one of these ages; empty: of any.
    pub ages: Vec<Age>,
    /// As urgent as one of these; empty: however urgent.
    pub urgencies: Vec<ReferralUrgency>,
    /// To this service alone.
    pub service: Option<ServiceId>,
    /// Only those for which the reader answers.
    pub mine: bool,
}

/// In which order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// As they were written.
    Written,
    /// Who has waited longest first: those that were sent first, and drafts by when they were written.
    Waiting,
}

/// A row of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Where it stands.
    pub place: Place,
    /// Whom it was about when it was listed.
    pub of: ServiceUserId,
}

/// Where a row of a page stands: from when on it waits, and which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// When it was sent; of a draft, when it was written.
    pub since: Millis,
    /// Which.
    pub id: ReferralId,
}

/// How long ago it was sent, in days of 24 hours. Five days is what treatment services reached on average, from the referral to
/// the first appointment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Age {
    /// Under two days.
    UnderTwoDays,
    /// Two days and more, under five.
    UnderFiveDays,
    /// Five days and more, under a week.
    UnderAWeek,
    /// A week and more, under four.
    UnderFourWeeks,
    /// Four weeks and more.
    Older,
}

impl Age {
    /// All of them, the youngest first, with the days from which the next begins.
    pub const ALL: &'static [(Self, i64)] = &[
        (Self::UnderTwoDays, 2),
        (Self::UnderFiveDays, 5),
        (Self::UnderAWeek, 7),
        (Self::UnderFourWeeks, 28),
        (Self::Older, i64::MAX),
    ];

    /// From how many days on it is of this age.
    pub(super) fn least_days(self) -> i64 {
        let place = Self::ALL.iter().position(|(age, _)| *age == self).unwrap_or(0);
        place.checked_sub(1).and_then(|before| Self::ALL.get(before)).map_or(0, |(_, days)| *days)
    }

    /// Until how many days, exclusive; none where there is no end.
    pub(super) fn until_days(self) -> Option<i64> {
        let days = Self::ALL.iter().find(|(age, _)| *age == self).map(|(_, days)| *days);
        days.filter(|days| *days < i64::MAX)
    }
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
    /// Their agency sent it and was asked something; they answer for it, or cover today for who does, or it is left to all who
    /// work with whom it is about.
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
    /// Whom it was about when it was listed.
    pub of: ServiceUserId,
    /// What it waits for: one thing at least.
    pub waits_for: Vec<WaitsFor>,
}

/// Milliseconds of a day of 24 hours.
pub(super) const DAY: i64 = 86_400_000;

/// The state of a row now, as text: what nobody answered in time has expired.
fn state_now(at: Millis) -> Expr {
    let unanswered = referral::Column::State.is_in(UNANSWERED.iter().copied());
    let expired = unanswered.and(referral::Column::ExpiresAt.lte(at));
    CaseStatement::new()
        .case(expired, Expr::value(ReferralState::Expired.as_str()))
        .finally(referral::Column::State.into_expr())
        .into()
}

/// When it was sent; of a draft, when it was written.
pub(super) fn since() -> Expr {
    let sent = Func::coalesce([referral::Column::SentAt.into_expr(), referral::Column::CreatedAt.into_expr()]);
    Expr::expr(sent)
}

/// Whom it is about.
fn whom() -> Expr {
    referral::Column::ServiceUserId.into_expr()
}

/// That a row is of an age.
fn is_of_age(age: Age, at: Millis) -> Condition {
    let begun = since().lte(at.0 - age.least_days() * DAY);
    let over = age.until_days().map(|days| since().gt(at.0 - days * DAY));
    // What was written a moment ahead of this clock is of the youngest.
    let begun = (age.least_days() > 0).then_some(begun);
    Condition::all().add_option(begun).add_option(over)
}

/// The states as which is stored what is looked for: what has expired is stored as what it was before.
pub(super) fn stored(work: &Work) -> BTreeSet<ReferralState> {
    let asked = if work.states.is_empty() { ReferralState::ALL } else { work.states.as_slice() };
    let expired = asked.contains(&ReferralState::Expired);
    let before = UNANSWERED.iter().filter(|_| expired);
    asked.iter().chain(before).copied().filter(|state| *state != ReferralState::Expired).collect()
}

/// What is looked for, in whichever state it is stored.
fn those(ask: &Ask, agency: AgencyId, work: &Work) -> SelectStatement {
    let mut select = whichever(ask, agency, work, referral_visible(ask));
    if !work.states.is_empty() {
        select.and_where(state_now(ask.at).is_in(work.states.iter().map(|state| state.as_str())));
    }
    if !work.ages.is_empty() {
        let one_of = work.ages.iter().fold(Condition::any(), |any, age| any.add(is_of_age(*age, ask.at)));
        select.cond_where(one_of);
    }
    select
}

/// What is looked for of what may be seen, in whichever state and of whichever age.
pub(super) fn whichever(ask: &Ask, agency: AgencyId, work: &Work, may_be_seen: Expr) -> SelectStatement {
    let side = match work.direction {
        Direction::Sent => referral::Column::AgencyId.eq(agency),
        Direction::Received => referral::Column::PartyId.eq(agency),
    };
    let mut select = Query::select();
    select.from(referral::Entity).and_where(side).and_where(may_be_seen);
    if !work.urgencies.is_empty() {
        select.and_where(referral::Column::Urgency.is_in(work.urgencies.iter().copied()));
    }
    if let Some(service) = work.service {
        select.and_where(referral::Column::ServiceId.eq(service));
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

/// Which page of what is looked for.
#[derive(Clone, Copy, Debug)]
struct Sought {
    order: Order,
    after: Option<Place>,
    limit: u64,
}

impl Sought {
    /// The rows of a page that are stored in one state, in its order.
    fn arm(self, ask: &Ask, agency: AgencyId, work: &Work, state: Expr) -> SelectStatement {
        let id = referral::Column::Id;
        let mut arm = those(ask, agency, work);
        arm.expr_as(id.into_expr(), "id").expr_as(since(), "since").expr_as(whom(), "whom");
        arm.and_where(referral::Column::State.into_expr().eq(state));
        match (self.order, self.after) {
            (_, None) => {}
            (Order::Written, Some(after)) => {
                arm.and_where(id.gt(after.id));
            }
            (Order::Waiting, Some(after)) => {
                // Said first for SQLite, which begins there in an index of an expression; it does not by two together.
                arm.and_where(since().gte(after.since.0));
                let behind = Expr::tuple([Expr::value(after.since.0), Expr::value(after.id)]);
                arm.and_where(Expr::tuple([since(), id.into_expr()]).gt(behind));
            }
        }
        if self.order == Order::Waiting {
            arm.order_by_expr(since(), SqlOrder::Asc);
        }
        arm.order_by_expr(id.into_expr(), SqlOrder::Asc).limit(self.limit).to_owned()
    }

    /// The page. PostgreSQL is told the arm once, for each state of a list, and looks up once what the rule rests on whatever
    /// the row; SQLite knows no such joins, and is told an arm for each state.
    fn page(self, engine: DbBackend, ask: &Ask, agency: AgencyId, work: &Work) -> SelectStatement {
        let states = stored(work).into_iter().map(ReferralState::as_str);
        let mut page = Query::select();
        if engine == DbBackend::Postgres {
            let arm = self.arm(ask, agency, work, Expr::col(("stored", "column1")));
            page.from_values(states.map(|state| ValueTuple::One(state.into())), "stored");
            page.join_lateral(JoinType::InnerJoin, arm, "page", Condition::all());
        } else {
            let arms = states.map(|state| self.arm(ask, agency, work, Expr::value(state)));
            if let Some(arms) = united(arms.collect(), &["id", "since", "whom"], UnionType::All) {
                page.from_subquery(arms, "page");
            }
        }
        page.column(("page", "id")).column(("page", "since")).column(("page", "whom"));
        if self.order == Order::Waiting {
            page.order_by(("page", "since"), SqlOrder::Asc);
        }
        page.order_by(("page", "id"), SqlOrder::Asc).limit(self.limit).to_owned()
    }
}

/// Whether a row waits for this of who asks.
fn waits(what: WaitsFor, ask: &Ask, agency: AgencyId) -> Expr {
    let is_now = |state: ReferralState| state_now(ask.at).eq(state.as_str());
    match what {
        WaitsFor::Answer => referral::Column::PartyId.eq(agency).and(is_now(ReferralState::Submitted)),
        WaitsFor::Information => {
            let today = london(ask.at.to_utc()).date();
            let covered = referral::Column::OwnerId.in_subquery(covers_for(agency, ask.account, today));
            let left = left_to_all(ask, &Columns::of_referrals(), &referral::Column::OwnerId.into_expr());
            let theirs = referral::Column::OwnerId.eq(ask.account).or(covered).or(left);
            referral::Column::AgencyId.eq(agency).and(is_now(ReferralState::InfoRequested)).and(theirs)
        }
        WaitsFor::TakingOver => {
            let over = state_now(ask.at).is_in(OVER.iter().map(|state| state.as_str()));
            let offered = referral::Column::OfferedTo.eq(ask.account);
            offered.and(referral::Column::OwnerAgencyId.eq(agency)).and(over.not())
        }
    }
}

/// The first rows that wait for this of who asks, each with whether it waits for that and for the others.
fn waiting(what: WaitsFor, ask: &Ask, agency: AgencyId, limit: u64) -> SelectStatement {
    let mut arm = Query::select();
    arm.expr_as(referral::Column::Id.into_expr(), "id").expr_as(since(), "since").expr_as(whom(), "whom");
    arm.from(referral::Entity);
    for (other, name) in WaitsFor::ALL {
        let case = CaseStatement::new().case(waits(other, ask, agency), Expr::value(1_i32));
        let case: Expr = case.finally(Expr::value(0_i32)).into();
        arm.expr_as(case, name);
    }
    // An index can hold what is stored.
    let stored = match what {
        WaitsFor::Answer => Some(ReferralState::Submitted),
        WaitsFor::Information => Some(ReferralState::InfoRequested),
        WaitsFor::TakingOver => None,
    };
    if let Some(state) = stored {
        arm.and_where(referral::Column::State.eq(state));
    }
    arm.and_where(waits(what, ask, agency))
        .and_where(referral_visible(ask))
        .order_by_expr(since(), SqlOrder::Asc)
        .order_by_expr(referral::Column::Id.into_expr(), SqlOrder::Asc)
        .limit(limit)
        .to_owned()
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
        let limit = u64::try_from(first).unwrap_or(u64::MAX).saturating_add(1);
        let arms = WaitsFor::ALL.iter().map(|(what, _)| waiting(*what, &ask, agency, limit));
        let columns = ["id", "since", "whom"].into_iter().chain(WaitsFor::ALL.iter().map(|(_, name)| *name));
        let columns: Vec<&'static str> = columns.collect();
        // What waits for two things is in two arms, and the same in both.
        let Some(arms) = united(arms.collect(), &columns, UnionType::Distinct) else { return Ok(Vec::new()) };
        let mut select = Query::select();
        select.columns(columns).from_subquery(arms, "waiting");
        select.order_by("since", SqlOrder::Asc).order_by("id", SqlOrder::Asc).limit(limit);
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
            all.push(Waiting { id: row.try_get("", "id")?, of: row.try_get("", "whom")?, waits_for });
        }
        Ok(all)
    }

    /// A page of an agency's referrals that somebody may see, in an order, behind one of them; one more than asked for where
    /// more follow.
    ///
    /// # Errors
    /// The database failed.
    pub async fn page_of_referrals(
        &self,
        reader: Reader,
        work: &Work,
        order: Order,
        after: Option<Place>,
        first: usize,
    ) -> Result<Vec<Listed>, Trouble> {
        let Some(agency) = reader.agency else { return Ok(Vec::new()) };
        let limit = u64::try_from(first).unwrap_or(u64::MAX).saturating_add(1);
        let (ask, db) = (ask_of(reader, self.clock.now().into()), self.database.connection());
        let select = Sought { order, after, limit }.page(db.get_database_backend(), &ask, agency, work);
        let rows = db.query_all(&select).await?;
        let listed = |row: &QueryResult| {
            let place = Place { since: row.try_get("", "since")?, id: row.try_get("", "id")? };
            Ok(Listed { place, of: row.try_get("", "whom")? })
        };
        Ok(rows.iter().map(listed).collect::<Result<_, DbErr>>()?)
    }
}
