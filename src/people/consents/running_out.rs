//! Permits that run out soon, of those whom somebody works with: to be asked for again while they are still in the room. The
//! rule is part of the statement.

use std::collections::BTreeMap;

use entity::enums::{ConsentKind, DataCategory};
use entity::ids::{ConsentId, ServiceUserId};
use entity::instants::Millis;
use entity::{agreement_flow, consent, consent_scope};
use sea_orm::sea_query::{Expr, Order, Query};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr};

use super::reading::ConsentSeen;
use crate::access::ledger::Pending;
use crate::access::rule::predicate::{Columns, condition};
use crate::access::rule::{Ask, WAYS};
use crate::people::around::ever_in_force;
use crate::people::contents::Wrong;
use crate::people::reading::{Reader, Seen, Wanted};
use crate::people::{People, Trouble};

/// Within how many days at the most.
pub const MOST_DAYS: i64 = 366;
/// How many are told at the most, the soonest first.
pub const MOST: usize = 200;

const DAY: i64 = 86_400_000;

/// A permit that runs out, and whose it is.
#[derive(Clone, Debug)]
pub struct RunningOut {
    /// Whose.
    pub person: Seen,
    /// The permit.
    pub consent: ConsentSeen,
}

impl People {
    /// The first permits that run out within so many days of 24 hours, of service users whom the reader works with, as far as
    /// the reader's agency wrote them down or they name it or one to which its rows may flow; the soonest first, each with
    /// whose it is; one more than asked for where more follow.
    ///
    /// # Errors
    /// [`Trouble::Wrong`] for a number of days that is none; the database failed.
    pub async fn page_running_out(
        &self,
        reader: Reader,
        days: i64,
        first: usize,
    ) -> Result<Vec<(ConsentId, ServiceUserId)>, Trouble> {
        if !(1..=MOST_DAYS).contains(&days) {
            return Err(Wrong::new("withinDays", format!("It is from 1 to {MOST_DAYS}.")).into());
        }
        let Reader { account, agency, purpose, operation: _ } = reader;
        let Some(agency) = agency else { return Ok(Vec::new()) };
        let at = Millis::from(self.clock.now());
        let ask = Ask { account, agency: Some(agency), purpose, at };
        // A row of their agency's about the service user: who works with them sees it, whatever it is of.
        let columns = Columns {
            service_user: consent::Column::ServiceUserId.into_expr(),
            agency: Expr::value(agency),
            category: Expr::value(DataCategory::Identity),
            party: None,
        };
        // What is not theirs to know of takes no place of what is.
        let partners = Query::select()
            .column(agreement_flow::Column::ToAgencyId)
            .from(agreement_flow::Entity)
            .and_where(agreement_flow::Column::FromAgencyId.eq(agency))
            .and_where(agreement_flow::Column::VersionId.in_subquery(ever_in_force()))
            .to_owned();
        let named = Condition::any()
            .add(consent_scope::Column::AgencyId.eq(agency))
            .add(consent_scope::Column::AgencyId.in_subquery(partners));
        let naming = Query::select()
            .column(consent_scope::Column::ConsentId)
            .from(consent_scope::Entity)
            .cond_where(named)
            .to_owned();
        let concerns =
            Condition::any().add(consent::Column::AgencyId.eq(agency)).add(consent::Column::Id.in_subquery(naming));
        let mut select = Query::select();
        select
            .expr_as(consent::Column::Id.into_expr(), "id")
            .expr_as(consent::Column::ServiceUserId.into_expr(), "service_user_id")
            .from(consent::Entity)
            .and_where(consent::Column::Kind.eq(ConsentKind::Permit))
            .and_where(consent::Column::EndedAt.is_null())
            .and_where(consent::Column::ExpiresAt.gt(at))
            .and_where(consent::Column::ExpiresAt.lte(Millis(at.0 + days * DAY)))
            .and_where(condition(&WAYS.own_agency, &ask, &columns))
            .cond_where(concerns)
            .order_by_expr(consent::Column::ExpiresAt.into_expr(), Order::Asc)
            .order_by_expr(consent::Column::Id.into_expr(), Order::Asc)
            .limit(u64::try_from(first).unwrap_or(u64::MAX).saturating_add(1));
        let rows = self.database.connection().query_all(&select).await?;
        let each = rows.iter().map(|row| Ok((row.try_get("", "id")?, row.try_get("", "service_user_id")?)));
        Ok(each.collect::<Result<_, DbErr>>()?)
    }

    /// These permits in their order, as far as they are the reader's to know of still. Each is opened as what stands around
    /// somebody is.
    ///
    /// # Errors
    /// [`Trouble::Changing`] where what it rests on keeps changing; the database, the ledger or the vault failed, and
    /// nothing is shown.
    pub async fn read_running_out(
        &self,
        reader: Reader,
        each: Vec<(ConsentId, ServiceUserId)>,
        wanted: Wanted,
        pending: Option<&Pending>,
    ) -> Result<Vec<RunningOut>, Trouble> {
        let mut whom: Vec<ServiceUserId> = each.iter().map(|(_, of)| *of).collect();
        whom.sort_unstable();
        whom.dedup();
        let wanted = Wanted { around: true, ..wanted };
        let people = self.read(reader, &whom, &wanted, pending).await?;
        let people: BTreeMap<ServiceUserId, Seen> = people.into_iter().map(|seen| (seen.service_user, seen)).collect();
        let running_out = |(id, of): (ConsentId, ServiceUserId)| {
            let person = people.get(&of)?;
            let consent = person.around.as_ref()?.consents.iter().find(|consent| consent.id == id)?.clone();
            Some(RunningOut { person: person.clone(), consent })
        };
        Ok(each.into_iter().filter_map(running_out).collect())
    }
}
