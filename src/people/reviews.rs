//! Service users whose care is due to be looked at again: nobody assessed them anew in time. The rule is part of the statement.

use entity::enums::{DataCategory, RecordKind};
use entity::ids::ServiceUserId;
use entity::instants::Millis;
use entity::{assignment, person_record};
use sea_orm::sea_query::{Expr, ExprTrait, Func, Order, Query};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr};

use super::finding::{asked, has_visible, teams_of};
use super::reading::Reader;
use super::{People, Trouble};
use crate::access::rule::clause::DAY;
use crate::access::rule::predicate::{Columns, visible, works_with};

/// Within how many days of 24 hours somebody is to be assessed anew: twelve weeks. An assessment names no day of its own by
/// which it is to be made again. "Drug misuse and dependence: UK guidelines on clinical management" (Department of Health,
/// 2017) asks for a review of the care plan at least every three months; twelve weeks are never longer than these.
pub const REVIEWED_WITHIN_DAYS: i64 = 84;

/// Whose caseload somebody is on goes by this name in a statement.
const PLACED: &str = "placed";
/// The same of somebody's key worker.
const KEYED: &str = "keyed";

/// A place on a caseload of an agency that holds at an instant.
fn holds(name: &'static str, agency: entity::ids::AgencyId, at: Millis) -> Expr {
    let of = |column: assignment::Column| Expr::col((name, column));
    let lasts = of(assignment::Column::EndsAt).is_null().or(of(assignment::Column::EndsAt).gt(at));
    let begun = of(assignment::Column::BeginsAt).lte(at);
    of(assignment::Column::AgencyId).eq(agency).and(begun).and(lasts)
}

impl People {
    /// The first service users of the reader's own caseload, and of those of their teams who have no key worker, whom the
    /// reader's agency never assessed or not within [`REVIEWED_WITHIN_DAYS`]: who was never assessed first, then the longest
    /// ago; one more than asked for where more follow. Who left the agency, or is kept out, is nobody's key worker any more.
    ///
    /// It goes by the day on which an assessment was recorded: on which day it was made lies sealed. What other agencies found
    /// out and share is no review of what this one does.
    ///
    /// # Errors
    /// The database failed.
    pub async fn page_of_reviews(&self, reader: Reader, first: usize) -> Result<Vec<ServiceUserId>, Trouble> {
        let Some(agency) = reader.agency else { return Ok(Vec::new()) };
        let ask = asked(reader, self.clock.now().into());
        let placed = |column: assignment::Column| Expr::col((PLACED, column));
        let keyed = |column: assignment::Column| Expr::col((KEYED, column));
        let whom = placed(assignment::Column::ServiceUserId);
        let latest = Query::select()
            .expr(Func::max(person_record::Column::RecordedAt.into_expr()))
            .from(person_record::Entity)
            .and_where(person_record::Column::ServiceUserId.into_expr().eq(whom.clone()))
            .and_where(person_record::Column::AgencyId.eq(agency))
            .and_where(person_record::Column::Kind.eq(RecordKind::Assessment))
            .and_where(person_record::Column::EndedAt.is_null())
            .and_where(visible(&ask))
            .to_owned();
        // Before every other where there is none.
        let latest = Expr::expr(Func::coalesce([Expr::expr(latest), Expr::value(0_i64)]));
        // A row of theirs as it might be.
        let theirs = Columns {
            service_user: whom.clone(),
            agency: keyed(assignment::Column::AgencyId),
            category: Expr::value(DataCategory::Identity),
            party: None,
        };
        let has_key_worker = Query::select()
            .expr(Expr::value(1))
            .from_as(assignment::Entity, KEYED)
            .and_where(keyed(assignment::Column::ServiceUserId).eq(whom.clone()))
            .and_where(keyed(assignment::Column::AccountId).is_not_null())
            .and_where(holds(KEYED, agency, ask.at))
            .and_where(works_with(&ask, &theirs, &keyed(assignment::Column::AccountId)))
            .to_owned();
        let of_their_teams = placed(assignment::Column::TeamId).in_subquery(teams_of(&ask));
        let nobodys_else = of_their_teams.and(Expr::exists(has_key_worker).not());
        let mut select = Query::select();
        select
            .distinct()
            .expr_as(whom.clone(), "whom")
            .expr_as(latest.clone(), "latest")
            .from_as(assignment::Entity, PLACED)
            .and_where(holds(PLACED, agency, ask.at))
            .and_where(placed(assignment::Column::AccountId).eq(ask.account).or(nobodys_else))
            .and_where(has_visible(&ask, &whom, Condition::all()))
            .and_where(latest.lt(Millis(ask.at.0 - REVIEWED_WITHIN_DAYS * DAY)))
            .order_by("latest", Order::Asc)
            .order_by("whom", Order::Asc)
            .limit(u64::try_from(first).unwrap_or(u64::MAX).saturating_add(1));
        let rows = self.database.connection().query_all(&select).await?;
        Ok(rows.iter().map(|row| row.try_get("", "whom")).collect::<Result<_, DbErr>>()?)
    }
}
