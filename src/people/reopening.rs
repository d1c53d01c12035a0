//! A case is opened again: of somebody who comes back, or whom nobody of the agency sees any more, for whoever had them left, or
//! is kept out.

use entity::enums::RelationshipKind;
use entity::ids::{AgencyId, ServiceUserId};
use entity::instants::Millis;
use entity::{agreement_version, assignment, exclusion, referral, referral_category, relationship, service_user};
use sea_orm::sea_query::{ExprTrait, Query};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter};

use super::acting::at_work;
use super::caseload::{HandsOn, Whose, end_assignments, is_let_in, takes_caseload, workers_of};
use super::contents::Wrong;
use super::entering::Worker;
use super::teams::assigned_at;
use super::{People, Trouble};
use crate::access::epochs::raise_service_user;
use crate::access::rule::clause::DAY;

impl People {
    /// Puts somebody on one of an agency's caseloads again whom nobody there sees: whose case it closed, when they come back;
    /// and who is on caseloads only of those who work there no more or whom they keep out. These end, and what was to be done
    /// goes to the key worker. For its managers, who are not shown them either.
    ///
    /// The agency that entered them has to do with them again by it. Another one has only by a referral, and by no more than
    /// that discloses: it opens a case again while one still counts, and nothing more is shared with it for that.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] for anybody who never was on a caseload of the agency, whom somebody there sees now, and who keeps
    /// out the agency or who asks; [`Trouble::Wrong`] for who is no link worker, or no team, of the agency, for whom the service
    /// user keeps out, and where the agency did not enter them, its case is closed and what they were referred for is over; the
    /// database failed.
    pub async fn reopen_case(&self, by: Worker, of: ServiceUserId, to: Whose) -> Result<(), Trouble> {
        let now = Millis::from(self.clock.now());
        let of = self.stands_for(of).await?;
        let transaction = self.database.begin_write().await?;
        let raised = raise_service_user(&transaction, of, now).await?;
        let at = raised.unwrap_or(now);
        let at_agency = || {
            assignment::Entity::find()
                .filter(assignment::Column::ServiceUserId.eq(of))
                .filter(assignment::Column::AgencyId.eq(by.agency))
        };
        let was_on = at_agency().one(&transaction).await?.is_some();
        let is_open = at_agency().filter(assigned_at(at)).one(&transaction).await?.is_some();
        let mut had = workers_of(&transaction, by.agency, of, Condition::all(), at).await?;
        let working = at_work(&transaction, &had, by.agency, at).await?;
        let bars = exclusion::Entity::find()
            .filter(exclusion::Column::ServiceUserId.eq(of))
            .filter(exclusion::Column::EndsAt.is_null())
            .all(&transaction)
            .await?;
        let is_barred = |account| bars.iter().any(|bar| bar.account_id == Some(account));
        let is_seen = working.iter().any(|account| !is_barred(*account));
        // Who is kept out themselves is not told that it is so, nor of whom.
        let kept_out = bars.iter().any(|bar| bar.agency_id == Some(by.agency)) || is_barred(by.account);
        if raised.is_none() || !was_on || is_seen || kept_out {
            return Err(Trouble::NotFound);
        }
        let taking = takes_caseload(&transaction, by.agency, to, at).await?;
        is_let_in(&transaction, of, to, &taking).await?;
        let person = service_user::Entity::find_by_id(of).one(&transaction).await?.ok_or(Trouble::NotFound)?;
        // A case that was never closed is what it was: the agency has to do with them still, as far as it had.
        if !is_open && person.agency_id == by.agency {
            self.deal(&transaction, of, by.agency, RelationshipKind::Assignment, at).await?;
        } else if !is_open && !is_referred(&transaction, by.agency, of, at).await? {
            let message = "Another agency entered them, and what they were referred to yours for is over: a case of them is \
                           opened by a new referral.";
            return Err(Wrong::new("serviceUser", message).into());
        }
        end_assignments(&transaction, by.agency, of, Condition::all(), at).await?;
        self.put_on(&transaction, by, (of, of), to, at).await?;
        if let Whose::Account(to) = to {
            had.remove(&to);
            self.hand_on(&transaction, HandsOn { by, of, from: &had, to, at }).await?;
        }
        Ok(transaction.commit().await?)
    }
}

/// Whether a referral of a service user to an agency still counts for it: it is not over, or has been for less than the days of
/// the agreement on which it was sent.
async fn is_referred(
    db: &impl ConnectionTrait,
    agency: AgencyId,
    of: ServiceUserId,
    at: Millis,
) -> Result<bool, Trouble> {
    let days = agreement_version::Column::RelatedDays.into_expr().mul(DAY);
    let lately = relationship::Column::ClosedAt.into_expr().add(days).gt(at);
    let open = relationship::Column::ClosedAt.is_null().or(relationship::Column::ClosedAt.gt(at));
    let dealings = Query::select()
        .expr_as(relationship::Column::Id.into_expr(), "id")
        .from(relationship::Entity)
        .left_join(
            referral::Entity,
            referral::Column::RelationshipId.into_expr().eq(relationship::Column::Id.into_expr()),
        )
        .left_join(
            referral_category::Entity,
            referral_category::Column::ReferralId.into_expr().eq(referral::Column::Id.into_expr()),
        )
        .left_join(
            agreement_version::Entity,
            agreement_version::Column::Id.into_expr().eq(referral_category::Column::VersionId.into_expr()),
        )
        .and_where(relationship::Column::ServiceUserId.eq(of))
        .and_where(relationship::Column::AgencyId.eq(agency))
        .and_where(relationship::Column::Kind.eq(RelationshipKind::Referral))
        .and_where(open.or(lately))
        .limit(1)
        .to_owned();
    Ok(db.query_one(&dealings).await?.is_some())
}
