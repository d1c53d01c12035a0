//! Whose caseload a service user is on: a key worker's, a team's. Whose it is sees what their agency recorded.

use entity::enums::{AppointmentState, ReferralState, RelationshipKind};
use entity::ids::{AccountId, AgencyId, AssignmentId, RelationshipId, ServiceUserId, TeamId};
use entity::instants::Millis;
use entity::{appointment, assignment, exclusion, referral, relationship};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter};

use super::acting::{Actor, Stands, is_link_worker};
use super::contents::Wrong;
use super::entering::Worker;
use super::referrals::life::{OPEN, standing};
use super::teams::{assigned_at, of_agency};
use super::{People, Trouble};
use crate::access::epochs::{raise_service_user, raise_service_users_of};

/// Whose caseload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// A key worker's.
    Account(AccountId),
    /// A team's.
    Team(TeamId),
}

impl Whose {
    /// Assignments that are theirs.
    fn theirs(self, agency: AgencyId) -> Condition {
        let whose = match self {
            Self::Account(account) => assignment::Column::AccountId.eq(account),
            Self::Team(team) => assignment::Column::TeamId.eq(team),
        };
        Condition::all().add(assignment::Column::AgencyId.eq(agency)).add(whose)
    }

    /// Assignments that are somebody else's, of whichever sort.
    fn others(self) -> Condition {
        let (account, team) = (assignment::Column::AccountId, assignment::Column::TeamId);
        match self {
            Self::Account(id) => Condition::any().add(account.is_null()).add(account.ne(id)),
            Self::Team(id) => Condition::any().add(team.is_null()).add(team.ne(id)),
        }
    }

    fn columns(self) -> (Option<AccountId>, Option<TeamId>) {
        match self {
            Self::Account(account) => (Some(account), None),
            Self::Team(team) => (None, Some(team)),
        }
    }
}

impl From<Worker> for Actor {
    fn from(worker: Worker) -> Self {
        Self { account: worker.account, agency: Some(worker.agency) }
    }
}

impl People {
    /// Puts a service user who is on the worker's caseload, or on that of a team of theirs, on another caseload of the
    /// agency besides; where they are on it already nothing changes. With `alone` they are taken off all others.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] for anybody else; [`Trouble::Wrong`] for who is no link worker, or no team, of the agency; the
    /// database failed.
    pub async fn assign(&self, by: Worker, of: ServiceUserId, to: Whose, alone: bool) -> Result<(), Trouble> {
        let begun = self.begin_change(by.into(), of).await?;
        let Stands::Worker(agency) = begun.stands else { return Err(Trouble::NotFound) };
        let (transaction, of, at) = (begun.transaction, begun.of, begun.at);
        takes_caseload(&transaction, agency, to, at).await?;
        if alone {
            let others = to.others();
            end_assignments(&transaction, agency, of, others, at).await?;
        }
        self.put_on(&transaction, by, (of, of), to, at).await?;
        Ok(transaction.commit().await?)
    }

    /// Takes a service user off one caseload of the worker's agency; never off the last.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] for one of another agency, or of anybody whom the worker does not work with; [`Trouble::Wrong`]
    /// for the last; the database failed.
    pub async fn end_assignment(&self, by: Worker, id: AssignmentId) -> Result<ServiceUserId, Trouble> {
        let found = assignment::Entity::find_by_id(id).one(self.database.connection()).await?;
        let of = found.as_ref().map_or(ServiceUserId(id.0), |found| found.service_user_id);
        let begun = self.begin_change(by.into(), of).await?;
        let Stands::Worker(agency) = begun.stands else { return Err(Trouble::NotFound) };
        let (transaction, of, at) = (begun.transaction, begun.of, begun.at);
        let whose = match found.map(|found| (found.account_id, found.team_id)) {
            Some((Some(account), _)) => Whose::Account(account),
            Some((None, Some(team))) => Whose::Team(team),
            Some((None, None)) | None => return Err(Trouble::NotFound),
        };
        // Where double records were joined they may be on it twice.
        let this = whose.theirs(agency);
        if end_assignments(&transaction, agency, of, this, at).await? == 0 {
            return Err(Trouble::NotFound);
        }
        let rest = assignment::Entity::find()
            .filter(assignment::Column::ServiceUserId.eq(of))
            .filter(assignment::Column::AgencyId.eq(agency))
            .filter(assigned_at(at));
        if rest.one(&transaction).await?.is_none() {
            let message =
                "It is the last caseload of your agency that they are on: assign them first, or close the case.";
            return Err(Wrong::new("id", message).into());
        }
        transaction.commit().await?;
        Ok(of)
    }

    /// Ends all that the worker's agency does for a service user: they are on none of its caseloads any more, and wait for none
    /// of its groups. What it recorded stays its own, and is seen by nobody until they are assigned anew.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] for anybody whom the worker does not work with; [`Trouble::Wrong`] while the agency answers for
    /// a referral of them that is not over, or has an appointment with them to come; the database failed.
    pub async fn close_case(&self, by: Worker, of: ServiceUserId) -> Result<(), Trouble> {
        let begun = self.begin_change(by.into(), of).await?;
        let Stands::Worker(agency) = begun.stands else { return Err(Trouble::NotFound) };
        let (transaction, of, at) = (begun.transaction, begun.of, begun.at);
        let open = referral::Entity::find()
            .filter(referral::Column::ServiceUserId.eq(of))
            .filter(referral::Column::OwnerAgencyId.eq(agency))
            .filter(referral::Column::State.is_in(OPEN.iter().copied()))
            .all(&transaction)
            .await?;
        if open.iter().any(|row| standing(row.state, row.expires_at, at) != ReferralState::Expired) {
            let message =
                "Your agency answers for a referral of them that is not over: withdraw it, or close it, first.";
            return Err(Wrong::new("serviceUser", message).into());
        }
        let booked = appointment::Entity::find()
            .filter(appointment::Column::ServiceUserId.eq(of))
            .filter(appointment::Column::AgencyId.eq(agency))
            .filter(appointment::Column::State.eq(AppointmentState::Booked))
            .filter(appointment::Column::StartsAt.gt(at));
        if booked.one(&transaction).await?.is_some() {
            let message = "Your agency has an appointment with them that is still to come: cancel it first.";
            return Err(Wrong::new("serviceUser", message).into());
        }
        self.leave_groups_of(&transaction, of, (by.into(), agency), at).await?;
        end_assignments(&transaction, agency, of, Condition::all(), at).await?;
        relationship::Entity::update_many()
            .col_expr(relationship::Column::ClosedAt, Expr::value(at))
            .filter(relationship::Column::ServiceUserId.eq(of))
            .filter(relationship::Column::AgencyId.eq(agency))
            .filter(relationship::Column::Kind.eq(RelationshipKind::Assignment))
            .filter(relationship::Column::ClosedAt.is_null())
            .exec(&transaction)
            .await?;
        Ok(transaction.commit().await?)
    }

    /// Puts somebody whose case an agency closed on one of its caseloads again: when they come back. For its managers, for
    /// nobody of the agency sees them meanwhile, and they are not shown them either.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] for anybody who never was on a caseload of the agency, who is on one now, and who keeps the
    /// agency out; [`Trouble::Wrong`] for who is no link worker, or no team, of the agency; the database failed.
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
        let is_on = at_agency().filter(assigned_at(at)).one(&transaction).await?.is_some();
        let kept_out = exclusion::Entity::find()
            .filter(exclusion::Column::ServiceUserId.eq(of))
            .filter(exclusion::Column::AgencyId.eq(by.agency))
            .filter(exclusion::Column::EndsAt.is_null())
            .one(&transaction)
            .await?
            .is_some();
        if raised.is_none() || !was_on || is_on || kept_out {
            return Err(Trouble::NotFound);
        }
        takes_caseload(&transaction, by.agency, to, at).await?;
        self.put_on(&transaction, by, (of, of), to, at).await?;
        relationship::Entity::insert(relationship::ActiveModel {
            id: Set(RelationshipId(self.clock.new_id())),
            service_user_id: Set(of),
            recorded_for: Set(of),
            agency_id: Set(by.agency),
            kind: Set(RelationshipKind::Assignment),
            opened_at: Set(at),
            closed_at: Set(None),
        })
        .exec_without_returning(&transaction)
        .await?;
        Ok(transaction.commit().await?)
    }

    /// Moves a whole caseload of an agency to another one: when a worker leaves, when an area goes to another team. For its
    /// managers, who are not shown who is on it. Says how many were moved.
    ///
    /// # Errors
    /// [`Trouble::Wrong`] for who is no link worker, or no team, of the agency; the database failed.
    pub async fn move_caseload(&self, by: Worker, from: Whose, to: Whose) -> Result<u64, Trouble> {
        let now = Millis::from(self.clock.now());
        let transaction = self.database.begin_write().await?;
        takes_caseload(&transaction, by.agency, to, now).await?;
        if from == to {
            return Err(Wrong::new("to", "It is the same caseload.").into());
        }
        raise_service_users_of(&transaction, from.theirs(by.agency), now).await?;
        let running = assignment::Entity::find().filter(from.theirs(by.agency)).filter(assigned_at(now));
        let running = running.all(&transaction).await?;
        for row in &running {
            end_assignments(
                &transaction,
                by.agency,
                row.service_user_id,
                Condition::all().add(assignment::Column::Id.eq(row.id)),
                now,
            )
            .await?;
            self.put_on(&transaction, by, (row.service_user_id, row.recorded_for), to, now).await?;
            if let (Whose::Account(from), Whose::Account(to)) = (from, to) {
                // Who has them answers for what they are referred to.
                referral::Entity::update_many()
                    .col_expr(referral::Column::OwnerId, Expr::value(to))
                    .col_expr(referral::Column::OfferedTo, Expr::value(None::<uuid::Uuid>))
                    .filter(referral::Column::ServiceUserId.eq(row.service_user_id))
                    .filter(referral::Column::OwnerAgencyId.eq(by.agency))
                    .filter(referral::Column::OwnerId.eq(from))
                    .exec(&transaction)
                    .await?;
            }
        }
        transaction.commit().await?;
        Ok(u64::try_from(running.len()).unwrap_or(u64::MAX))
    }

    /// Puts somebody on a caseload, where they are not on it already.
    pub(super) async fn put_on(
        &self,
        db: &impl ConnectionTrait,
        by: Worker,
        (of, recorded_for): (ServiceUserId, ServiceUserId),
        to: Whose,
        at: Millis,
    ) -> Result<(), Trouble> {
        let same = assignment::Entity::find()
            .filter(assignment::Column::ServiceUserId.eq(of))
            .filter(to.theirs(by.agency))
            .filter(assigned_at(at));
        if same.one(db).await?.is_some() {
            return Ok(());
        }
        let (account, team) = to.columns();
        let row = assignment::ActiveModel {
            id: Set(AssignmentId(self.clock.new_id())),
            service_user_id: Set(of),
            recorded_for: Set(recorded_for),
            agency_id: Set(by.agency),
            account_id: Set(account),
            team_id: Set(team),
            begins_at: Set(at),
            ends_at: Set(None),
            named_by: Set(Some(by.account)),
        };
        assignment::Entity::insert(row).exec_without_returning(db).await?;
        Ok(())
    }
}

/// That whoever is to have a caseload is a link worker, or a team, of the agency.
async fn takes_caseload(db: &impl ConnectionTrait, agency: AgencyId, to: Whose, at: Millis) -> Result<(), Trouble> {
    match to {
        Whose::Account(account) => {
            let message = "They are no link worker of your agency.";
            let is_one = is_link_worker(db, account, agency, at).await?;
            if is_one { Ok(()) } else { Err(Wrong::new("to.account", message).into()) }
        }
        Whose::Team(team) => match of_agency(db, agency, team).await {
            Err(Trouble::NotFound) => Err(Wrong::new("to.team", "There is no such team of your agency.").into()),
            other => other.map(|_| ()),
        },
    }
}

/// Ends assignments of a service user in an agency that have not ended; says how many.
async fn end_assignments(
    db: &impl ConnectionTrait,
    agency: AgencyId,
    of: ServiceUserId,
    which: Condition,
    at: Millis,
) -> Result<u64, Trouble> {
    let done = assignment::Entity::update_many()
        .col_expr(assignment::Column::EndsAt, Expr::value(at))
        .filter(assignment::Column::ServiceUserId.eq(of))
        .filter(assignment::Column::AgencyId.eq(agency))
        .filter(assigned_at(at))
        .filter(which)
        .exec(db)
        .await?;
    Ok(done.rows_affected)
}
