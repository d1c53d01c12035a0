//! Engagement figures: how many appointments of an agency were kept, missed and called off, by what they were for and at which
//! hub, in one time and in another. Counted in SQL; nobody is named by them.
//!
//! They are an agency's whole counts of its own appointments, for those who manage it: no number is held back for being small,
//! for it is nobody else's data. Figures for others than the agency want their small counts held back, and are not these.
//!
//! But a count of one in a narrow window tells when somebody comes, and by hub where. So a window is whole days of London, who
//! keeps the one who asks out, or the agency, is in no count, and a hub whose address is a secret is told as none.
//!
//! Two rates of those who came go by name, for both are published of the same numbers: of all that were booked, those that
//! were called off among them, and of those that were not called off. One that was moved to another time is no booking of its
//! own: the one in its place is.

use std::collections::{BTreeMap, BTreeSet};

use entity::enums::{AppointmentKind, AppointmentState, Purpose};
use entity::ids::LocationId;
use entity::instants::Millis;
use entity::{appointment, location};
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait, Func, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};

use crate::access::rule::predicate::{Columns, condition};
use crate::access::rule::{Ask, KEPT_OUT};
use crate::hours::{london, midnight};
use crate::people::contents::Wrong;
use crate::people::entering::Worker;
use crate::people::{People, Trouble};

/// By what figures are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FigureBy {
    /// By what appointments were for.
    Kind,
    /// By the hub.
    Hub,
}

/// A time in which appointments begin: whole days of London.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// Those that begin at this instant or later, a midnight of London.
    pub from: Millis,
    /// And before this one, a midnight of London too.
    pub until: Millis,
}

impl Period {
    /// That it is whole days, and at least one; the fields that say when it begins and ends are named for who is told.
    fn check(self, from: &'static str, until: &'static str) -> Result<(), Wrong> {
        for (at, field) in [(self.from, from), (self.until, until)] {
            if Millis::from(midnight(london(at.to_utc()).date())) != at {
                let message = "It is no midnight of Europe/London: figures are of whole days, so name the midnight at \
                               which a day begins there.";
                return Err(Wrong::new(field, message));
            }
        }
        if self.until <= self.from {
            return Err(Wrong::new(until, "It is not after `from`: name a later instant."));
        }
        Ok(())
    }
}

/// How many appointments there were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// They came.
    pub attended: u64,
    /// They did not come.
    pub did_not_attend: u64,
    /// Called off.
    pub cancelled: u64,
    /// Begun, and nobody has said what became of them.
    pub not_recorded: u64,
    /// Booked, and not begun: these are in no other number.
    pub to_come: u64,
}

/// What figures are of: each is absent unless they are told apart by it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Of {
    /// What the appointments were for.
    pub kind: Option<AppointmentKind>,
    /// The hub; none inside: at no hub, or at one whose address is a secret.
    pub hub: Option<Option<LocationId>>,
}

/// The figures of one period and, where it was asked for, of another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// Of the period.
    pub now: Counts,
    /// Of the one that it is compared with; absent where there is none.
    pub before: Option<Counts>,
}

/// Engagement figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figures {
    /// All of them together.
    pub total: Compared,
    /// Told apart, in order.
    pub parts: Vec<(Of, Compared)>,
}

fn share(some: u64, of: u64) -> Option<f64> {
    // Counts that no double holds exactly are farther off than any table of ours goes.
    let number = |count: u64| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    (of > 0).then(|| number(some) / number(of))
}

impl Counts {
    /// All that were booked and are not still to come: those that were called off among them, and those of which nobody has
    /// said anything yet.
    #[must_use]
    pub const fn booked(&self) -> u64 {
        self.attended + self.did_not_attend + self.cancelled + self.not_recorded
    }

    /// All that were booked, are not still to come, and were not called off.
    #[must_use]
    pub const fn not_cancelled(&self) -> u64 {
        self.attended + self.did_not_attend + self.not_recorded
    }

    /// The share of those who came among all that were booked, from 0 to 1; none of none.
    #[must_use]
    pub fn attended_of_booked(&self) -> Option<f64> {
        share(self.attended, self.booked())
    }

    /// The share of those who did not come among all that were booked.
    #[must_use]
    pub fn did_not_attend_of_booked(&self) -> Option<f64> {
        share(self.did_not_attend, self.booked())
    }

    /// The share of those that were called off among all that were booked.
    #[must_use]
    pub fn cancelled_of_booked(&self) -> Option<f64> {
        share(self.cancelled, self.booked())
    }

    /// The share of those who came among those that were not called off.
    #[must_use]
    pub fn attended_of_not_cancelled(&self) -> Option<f64> {
        share(self.attended, self.not_cancelled())
    }

    /// The share that all that were booked here are of all that were booked there.
    #[must_use]
    pub fn share_of(&self, all: &Self) -> Option<f64> {
        share(self.booked(), all.booked())
    }

    fn add(&mut self, state: AppointmentState, is_to_come: bool, number: u64) {
        let count = match (state, is_to_come) {
            (AppointmentState::Attended, _) => &mut self.attended,
            (AppointmentState::DidNotAttend, _) => &mut self.did_not_attend,
            (AppointmentState::Cancelled, _) => &mut self.cancelled,
            (AppointmentState::Booked, false) => &mut self.not_recorded,
            (AppointmentState::Booked, true) => &mut self.to_come,
            (AppointmentState::Superseded, _) => return,
        };
        *count += number;
    }
}

/// Which of two periods counts are of.
fn side(compared: &mut Compared, is_other: bool) -> &mut Counts {
    if is_other { compared.before.get_or_insert_default() } else { &mut compared.now }
}

impl People {
    /// Engagement figures of the agency that somebody acts for, over the appointments that begin in a period, compared with
    /// those of another where that is asked for; without whoever keeps them out, or the agency. That they may is for who calls
    /// this: for managers of the agency.
    ///
    /// # Errors
    /// [`Trouble::Wrong`] for a period that is not whole days of London, or ends before it begins; the database failed.
    pub async fn engagement_figures(
        &self,
        asks: Worker,
        period: Period,
        by: &BTreeSet<FigureBy>,
        compared_with: Option<Period>,
    ) -> Result<Figures, Trouble> {
        period.check("from", "until")?;
        if let Some(other) = compared_with {
            other.check("comparedWith.from", "comparedWith.until")?;
        }
        let now = Millis::from(self.clock.now());
        let empty = Compared { now: Counts::default(), before: compared_with.map(|_| Counts::default()) };
        let mut total = empty;
        let mut parts: BTreeMap<Of, Compared> = BTreeMap::new();
        for (period, is_other) in [(Some(period), false), (compared_with, true)] {
            let Some(period) = period else { continue };
            for (of, state, is_to_come, number) in self.count_states(asks, period, by, now).await? {
                side(&mut total, is_other).add(state, is_to_come, number);
                let part = parts.entry(of).or_insert(empty);
                side(part, is_other).add(state, is_to_come, number);
            }
        }
        let parts = if by.is_empty() { Vec::new() } else { parts.into_iter().collect() };
        Ok(Figures { total, parts })
    }

    /// How many appointments of an agency that begin in a period are in which state, told apart.
    async fn count_states(
        &self,
        asks: Worker,
        period: Period,
        by: &BTreeSet<FigureBy>,
        now: Millis,
    ) -> Result<Vec<(Of, AppointmentState, bool, u64)>, Trouble> {
        let (by_kind, by_hub) = (by.contains(&FigureBy::Kind), by.contains(&FigureBy::Hub));
        let ask = Ask { account: asks.account, agency: Some(asks.agency), purpose: Purpose::CareCoordination, at: now };
        let kept_out = condition(&KEPT_OUT, &ask, &Columns::of_appointments());
        let to_come = CaseStatement::new()
            .case(appointment::Column::StartsAt.gt(now), Expr::value(1_i32))
            .finally(Expr::value(0_i32));
        let mut select = Query::select();
        select
            .from(appointment::Entity)
            .and_where(appointment::Column::AgencyId.eq(asks.agency))
            .and_where(appointment::Column::StartsAt.gte(period.from))
            .and_where(appointment::Column::StartsAt.lt(period.until))
            .and_where(appointment::Column::State.ne(AppointmentState::Superseded))
            .and_where(kept_out.not())
            .expr_as(appointment::Column::State.into_expr(), "in_state")
            .expr_as(to_come, "is_to_come")
            .expr_as(Func::count(appointment::Column::Id.into_expr()), "number")
            .group_by_columns(["in_state", "is_to_come"]);
        if by_kind {
            select.expr_as(appointment::Column::Kind.into_expr(), "of_kind").group_by_columns(["of_kind"]);
        }
        if by_hub {
            select.expr_as(appointment::Column::LocationId.into_expr(), "at_hub").group_by_columns(["at_hub"]);
        }
        let db = self.database.connection();
        let rows = db.query_all(&select).await?;
        let mut counted = Vec::with_capacity(rows.len());
        for row in rows {
            let kind: Option<AppointmentKind> = if by_kind { Some(row.try_get("", "of_kind")?) } else { None };
            let hub: Option<Option<LocationId>> = if by_hub { Some(row.try_get("", "at_hub")?) } else { None };
            let state: AppointmentState = row.try_get("", "in_state")?;
            let (is_to_come, number): (i32, i64) = (row.try_get("", "is_to_come")?, row.try_get("", "number")?);
            counted.push((Of { kind, hub }, state, is_to_come == 1, number.unsigned_abs()));
        }
        let hubs: BTreeSet<LocationId> = counted.iter().filter_map(|(of, ..)| of.hub.flatten()).collect();
        let secret = secrets(db, hubs).await?;
        for (of, ..) in &mut counted {
            of.hub = of.hub.map(|hub| hub.filter(|hub| !secret.contains(hub)));
        }
        Ok(counted)
    }
}

/// Those of these hubs whose addresses are secrets, as they may have become since they were booked.
async fn secrets(db: &impl ConnectionTrait, hubs: BTreeSet<LocationId>) -> Result<BTreeSet<LocationId>, Trouble> {
    if hubs.is_empty() {
        return Ok(BTreeSet::new());
    }
    let rows = location::Entity::find()
        .filter(location::Column::Id.is_in(hubs))
        .filter(location::Column::Confidential.eq(true))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}
