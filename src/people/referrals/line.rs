//! How manieth a referral is in the line at its door: that of a service, or that of an agency, of those to no certain service.
//! Those who wait there are counted, whoever may see them; nothing else is told of them.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use entity::enums::ReferralState;
use entity::ids::{AgencyId, ReferralId, ServiceId};
use entity::instants::Millis;
use entity::referral;
use sea_orm::sea_query::{Expr, ExprTrait, Func, Query, SelectStatement, UnionType, Value, ValueTuple};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, QueryResult};
use uuid::Uuid;

/// Where one waits: whose door, and of which service.
type Door = (AgencyId, Option<ServiceId>);

/// Since when, and which: the order of a line.
type Turn = (Millis, ReferralId);

/// For each of these, which are on a waiting list, how many wait longer at the same door, and one. However many they are, no one
/// of the line is counted twice: between one of them and the next of the same door, and then summed.
///
/// # Errors
/// The database failed.
pub(super) async fn places_in_line(
    db: &impl ConnectionTrait,
    waiting: &[&referral::Model],
    at: Millis,
) -> Result<HashMap<ReferralId, u64>, DbErr> {
    let mut doors: BTreeMap<Door, BTreeSet<Turn>> = BTreeMap::new();
    let mut places = HashMap::with_capacity(waiting.len());
    for row in waiting {
        match (row.party_id, row.waitlisted_at) {
            (Some(party), Some(since)) => {
                doors.entry((party, row.service_id)).or_default().insert((since, row.id));
            }
            (None, _) | (_, None) => {
                places.insert(row.id, 1);
            }
        }
    }
    let Some(statement) = line(&doors, at) else { return Ok(places) };
    let number_of = |row: &QueryResult| {
        let number: i64 = row.try_get("", "number")?;
        Ok((row.try_get("", "id")?, number.unsigned_abs()))
    };
    let rows = db.query_all(&statement).await?;
    let before: HashMap<ReferralId, u64> = rows.iter().map(number_of).collect::<Result<_, DbErr>>()?;
    for turns in doors.values() {
        let mut place = 1;
        for (_, id) in turns {
            place += before.get(id).copied().unwrap_or(0);
            places.insert(*id, place);
        }
    }
    Ok(places)
}

/// How many stand in each line before each of these, from the one of these before it on; none where there are none of them.
fn line(doors: &BTreeMap<Door, BTreeSet<Turn>>, at: Millis) -> Option<SelectStatement> {
    let of_service = |wanted: bool| {
        let these = doors.iter().filter(move |((_, service), _)| service.is_some() == wanted);
        these.flat_map(|(door, turns)| steps(*door, turns)).collect::<Vec<ValueTuple>>()
    };
    // An absent service equals nothing, itself neither: those doors are asked about apart.
    let arms = [true, false].into_iter().filter_map(|wanted| {
        let steps = of_service(wanted);
        (!steps.is_empty()).then(|| counted(steps, wanted, at))
    });
    arms.reduce(|mut all, arm| {
        all.union(UnionType::All, arm);
        all
    })
}

/// Each of a line with the one before it: its id, whose door, from where, until when, and of which service.
fn steps((party, service): Door, turns: &BTreeSet<Turn>) -> Vec<ValueTuple> {
    let mut from: Turn = (Millis(i64::MIN), ReferralId(Uuid::nil()));
    let mut steps = Vec::with_capacity(turns.len());
    for turn in turns {
        let (since, id) = *turn;
        let mut step: Vec<Value> = vec![id.into(), party.into(), from.0.into(), from.1.into(), since.into()];
        step.extend(service.map(Value::from));
        steps.push(ValueTuple::Many(step));
        from = *turn;
    }
    steps
}

fn counted(steps: Vec<ValueTuple>, of_service: bool, at: Millis) -> SelectStatement {
    let step = |place: &'static str| Expr::col(("step", place));
    let since = || referral::Column::WaitlistedAt.into_expr();
    let turn = || Expr::tuple([since(), referral::Column::Id.into_expr()]);
    let service = if of_service {
        referral::Column::ServiceId.into_expr().eq(step("column6"))
    } else {
        referral::Column::ServiceId.is_null()
    };
    let between = Query::select()
        .expr(Func::count(referral::Column::Id.into_expr()))
        .from(referral::Entity)
        .and_where(referral::Column::PartyId.into_expr().eq(step("column2")))
        .and_where(referral::Column::State.eq(ReferralState::Waitlisted))
        .and_where(service)
        // The index is of those alone who ever waited.
        .and_where(referral::Column::WaitlistedAt.is_not_null())
        .and_where(turn().gte(Expr::tuple([step("column3"), step("column4")])))
        .and_where(turn().lt(Expr::tuple([step("column5"), step("column1")])))
        .and_where(referral::Column::ExpiresAt.gt(at))
        .to_owned();
    Query::select()
        .expr_as(step("column1"), "id")
        .expr_as(Expr::expr(between), "number")
        .from_values(steps, "step")
        .to_owned()
}
