//! How many referrals wait at an agency: in which state and of which age. The rule is part of the statement.
//!
//! They are counted for each state and age by themselves, as an index has them, so that nothing is sorted; and what the rule
//! rests on is looked up once for all of them. Each row is held against it all the same: counts grow with the rows.

use std::collections::BTreeMap;

use entity::enums::ReferralState;
use entity::ids::AgencyId;
use entity::instants::Millis;
use entity::referral;
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait, Func, JoinType, Query, SelectStatement, Value, ValueTuple};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbBackend};

use super::life::UNANSWERED;
use super::reading::ask_of;
use super::worklist::{Age, Count, DAY, Work, since, stored, whichever};
use crate::access::rule::Ask;
use crate::access::rule::predicate::referral_visible_of_many;
use crate::people::reading::Reader;
use crate::people::{People, Trouble};

/// Of one age: after which instant it was sent, and at which at the latest. What was written a moment ahead of this clock is of
/// the youngest.
fn span(age: Age, at: Millis) -> (i64, i64) {
    let after = age.until_days().map_or(i64::MIN, |days| at.0 - days * DAY);
    let until = if age.least_days() > 0 { at.0 - age.least_days() * DAY } else { i64::MAX };
    (after, until)
}

/// The ages that are asked for, each with its place in [`Age::ALL`].
fn ages(work: &Work) -> impl Iterator<Item = (i32, Age)> {
    let all = (0..).zip(Age::ALL.iter().map(|(age, _)| *age));
    all.filter(move |(_, age)| work.ages.is_empty() || work.ages.contains(age))
}

/// The counts by state, as it is stored, and age. PostgreSQL is told each state and age, and reads their rows alone; SQLite knows
/// no such joins, and groups all of them.
fn counted(engine: DbBackend, ask: &Ask, agency: AgencyId, work: &Work) -> SelectStatement {
    let mut rows = whichever(ask, agency, work, referral_visible_of_many(ask));
    // Of those that nobody answered in time; what is answered has a day for an answer that is over too.
    let expired: Expr = CaseStatement::new().case(referral::Column::ExpiresAt.lte(ask.at), Expr::value(1_i32)).into();
    rows.expr_as(Func::count(referral::Column::Id.into_expr()), "number").expr_as(Func::count(expired), "expired");
    let state = || referral::Column::State.into_expr();
    if engine == DbBackend::Postgres {
        let of_cell = |place: &'static str| Expr::col(("cell", place));
        rows.and_where(state().eq(of_cell("column1")))
            .and_where(since().gt(of_cell("column3")))
            .and_where(since().lte(of_cell("column4")));
        let cells = stored(work).into_iter().flat_map(|state| {
            ages(work).map(move |(place, age)| {
                let (after, until) = span(age, ask.at);
                let cell: Vec<Value> = vec![state.as_str().into(), place.into(), after.into(), until.into()];
                ValueTuple::Many(cell)
            })
        });
        let mut all = Query::select();
        all.expr_as(of_cell("column1"), "state").expr_as(of_cell("column2"), "age");
        all.column(("counted", "number")).column(("counted", "expired"));
        all.from_values(cells.collect::<Vec<_>>(), "cell");
        return all.join_lateral(JoinType::InnerJoin, rows, "counted", Condition::all()).to_owned();
    }
    let is_of = |age: Age| {
        let (after, until) = span(age, ask.at);
        since().gt(after).and(since().lte(until))
    };
    let one_of = ages(work).fold(Condition::any(), |any, (_, age)| any.add(is_of(age)));
    let age = ages(work).fold(CaseStatement::new(), |case, (place, age)| case.case(is_of(age), Expr::value(place)));
    let age: Expr = age.into();
    rows.and_where(referral::Column::State.is_in(stored(work))).cond_where(one_of);
    rows.expr_as(state(), "state").expr_as(age, "age").group_by_columns(["state", "age"]).to_owned()
}

impl People {
    /// How many of an agency's referrals that somebody may see are in which state and of which age.
    ///
    /// # Errors
    /// The database failed.
    pub async fn count_referrals(&self, reader: Reader, work: &Work) -> Result<Vec<Count>, Trouble> {
        let Some(agency) = reader.agency else { return Ok(Vec::new()) };
        let (ask, db) = (ask_of(reader, self.clock.now().into()), self.database.connection());
        let select = counted(db.get_database_backend(), &ask, agency, work);
        let is_asked = |state: ReferralState| work.states.is_empty() || work.states.contains(&state);
        let mut counts: BTreeMap<(&'static str, Age), Count> = BTreeMap::new();
        for row in db.query_all(&select).await? {
            let state: String = row.try_get("", "state")?;
            let (age, number, expired): (i32, i64, i64) =
                (row.try_get("", "age")?, row.try_get("", "number")?, row.try_get("", "expired")?);
            let age = usize::try_from(age).ok().and_then(|age| Age::ALL.get(age));
            let (Some(state), Some((age, _))) = (ReferralState::parse(&state), age) else { continue };
            let expired = if UNANSWERED.contains(&state) { expired } else { 0 };
            for (state, number) in [(state, number - expired), (ReferralState::Expired, expired)] {
                if number > 0 && is_asked(state) {
                    let none = Count { state, age: *age, number: 0 };
                    counts.entry((state.as_str(), *age)).or_insert(none).number += number.unsigned_abs();
                }
            }
        }
        Ok(counts.into_values().collect())
    }
}
