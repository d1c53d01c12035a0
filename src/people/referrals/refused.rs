//! Which services refuse people again and again for one reason: what the directory may learn of referrals. Counted in SQL, by
//! people and not by referrals; neither a person nor a number leaves this, and nothing that few people stand behind.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Days;
use entity::enums::{Purpose, ReferralReason, ReferralState};
use entity::ids::{AccountId, AgencyId, ServiceId};
use entity::instants::Millis;
use entity::referral;
use sea_orm::sea_query::{Expr, ExprTrait, Func, Order, Query, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait};

use super::suppressing::LEAST;
use crate::access::rule::Ask;
use crate::access::rule::predicate::counted_visible;
use crate::hours::{london, midnight};
use crate::people::{People, Trouble};

/// That enough people were refused by a service, for the reason and in the time that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OftenRefused {
    /// The service.
    pub service: ServiceId,
    /// The agency that refused them.
    pub agency: AgencyId,
    /// Since when there are enough, counted back from the last: from this instant on so many were refused, and later fewer.
    pub since: Millis,
}

impl People {
    /// The services whose agency refused referrals of at least so many people for a reason, within so many days of London that
    /// are over; of fewer than [`LEAST`] people nothing is told, whatever is asked for. Who was refused several times counts
    /// once, by the last time; double records that were joined are one person. Those count whose header may flow to the agency
    /// now, as in its figures: nobody who keeps it out.
    ///
    /// # Errors
    /// The database failed.
    pub async fn often_refused(
        &self,
        reason: ReferralReason,
        people: u32,
        days: u32,
    ) -> Result<Vec<OftenRefused>, Trouble> {
        let db = self.database.connection();
        let now = self.clock.now();
        let today = london(now).date();
        let first = today.checked_sub_days(Days::new(days.into())).unwrap_or(today);
        // Days that are over: when somebody hears of it points at no referral.
        let (from, until) = (Millis::from(midnight(first)), Millis::from(midnight(today)));
        let people = Ord::max(u64::from(people), LEAST);
        let rows = db.query_all(&refusing(reason, from, until, people)).await?;
        let mut candidates: BTreeMap<AgencyId, BTreeSet<ServiceId>> = BTreeMap::new();
        for row in rows {
            candidates.entry(row.try_get("", "refused_by")?).or_default().insert(row.try_get("", "refused_service")?);
        }
        let mut found = Vec::new();
        for (agency, services) in candidates {
            // No account: who works there is not asked for what is only counted.
            let account = AccountId(uuid::Uuid::nil());
            let ask = Ask { account, agency: Some(agency), purpose: Purpose::Referral, at: now.into() };
            let select = last_refused(&ask, agency, &services, those(reason, from, until));
            let mut last: BTreeMap<ServiceId, Vec<Millis>> = BTreeMap::new();
            for row in db.query_all(&select).await? {
                let at: i64 = row.try_get("", "last_at")?;
                last.entry(row.try_get("", "refused_service")?).or_default().push(Millis(at));
            }
            found.extend(last.into_iter().filter_map(|(service, last)| {
                let since = *last.get(usize::try_from(people - 1).ok()?)?;
                Some(OftenRefused { service, agency, since })
            }));
        }
        Ok(found)
    }
}

/// Referrals to a service that were refused for a reason. What was refused is over: nothing is done with it any more.
fn those(reason: ReferralReason, from: Millis, until: Millis) -> SelectStatement {
    Query::select()
        .from(referral::Entity)
        .and_where(referral::Column::Reason.eq(reason))
        .and_where(referral::Column::State.eq(ReferralState::Rejected))
        .and_where(referral::Column::ChangedAt.gte(from))
        .and_where(referral::Column::ChangedAt.lt(until))
        .and_where(referral::Column::PartyId.is_not_null())
        .and_where(referral::Column::ServiceId.is_not_null())
        .to_owned()
}

/// The services that may be among them, whoever keeps whom out.
fn refusing(reason: ReferralReason, from: Millis, until: Millis, people: u64) -> SelectStatement {
    let number = Func::count_distinct(referral::Column::ServiceUserId.into_expr());
    those(reason, from, until)
        .expr_as(referral::Column::PartyId.into_expr(), "refused_by")
        .expr_as(referral::Column::ServiceId.into_expr(), "refused_service")
        .group_by_columns(["refused_by", "refused_service"])
        .and_having(Expr::expr(number).gte(i64::try_from(people).unwrap_or(i64::MAX)))
        .to_owned()
}

/// When each was refused last by services of an agency, the latest first, by nothing that says who.
fn last_refused(
    ask: &Ask,
    agency: AgencyId,
    services: &BTreeSet<ServiceId>,
    mut those: SelectStatement,
) -> SelectStatement {
    those
        .and_where(referral::Column::PartyId.eq(agency))
        .and_where(referral::Column::ServiceId.is_in(services.iter().copied()))
        .and_where(counted_visible(ask))
        .expr_as(referral::Column::ServiceId.into_expr(), "refused_service")
        .expr_as(Func::max(referral::Column::ChangedAt.into_expr()), "last_at")
        .group_by_columns(["refused_service"])
        .add_group_by([referral::Column::ServiceUserId.into_expr()])
        .order_by("last_at", Order::Desc)
        .to_owned()
}
