//! Whose caseload a service user is on: a key worker's, a team's. Whose it is sees what their agency recorded. Whoever has them
//! no longer hands on what was still to be done.

use std::collections::BTreeSet;

use entity::enums::{AppointmentState, ReferralState, RelationshipKind};
use entity::ids::{AccountId, AgencyId, AssignmentId, ServiceUserId, TeamId};
use entity::instants::Millis;
use entity::{appointment, assignment, referral, relationship, team_place};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter};

use super::acting::{Actor, Stands, at_work};
use super::contents::Wrong;
use super::entering::Worker;
use super::referrals::life::{OPEN, standing};
use super::referrals::moving::is_kept_out;
use super::teams::{assigned_at, of_agency, places_at};
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

/// What became of a whole caseload that was to be moved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CaseloadMoved {
    /// How many service users were moved.
    pub moved: u64,
    /// How many stayed where they were, for they keep out whoever was to have them. Nobody is told how many keep out
    /// themselves.
    pub stayed: Option<u64>,
}

/// What workers had still to do for somebody goes to another.
#[derive(Clone, Copy, Debug)]
pub(super) struct HandsOn<'a> {
    /// Who hands it on.
    pub(super) by: Worker,
    /// For whom it is to be done.
    pub(super) of: ServiceUserId,
    /// Who had it to do.
    pub(super) from: &'a BTreeSet<AccountId>,
    /// Who has it to do now: a link worker of the agency, whom the service user does not keep out.
    pub(super) to: AccountId,
    /// When.
    pub(super) at: Millis,
}

impl From<Worker> for Actor {
    fn from(worker: Worker) -> Self {
        Self { account: worker.account, agency: Some(worker.agency) }
    }
}

impl People {
    /// Puts a service user who is on the worker's caseload, or on that of a team of theirs, on another caseload of the
    /// agency besides; where they are on it already nothing changes. With `alone` they are taken off all others, and what
    /// these workers had still to do for them goes to the key worker; where they go to a team it is left to all of it.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] for anybody else; [`Trouble::Wrong`] for who is no link worker, or no team, of the agency, and for
    /// whom the service user keeps out; the database failed.
    pub async fn assign(&self, by: Worker, of: ServiceUserId, to: Whose, alone: bool) -> Result<(), Trouble> {
        let begun = self.begin_change(by.into(), of).await?;
        let Stands::Worker(agency) = begun.stands else { return Err(Trouble::NotFound) };
        let (transaction, of, at) = (begun.transaction, begun.of, begun.at);
        let working = takes_caseload(&transaction, agency, to, at).await?;
        is_let_in(&transaction, of, to, &working).await?;
        let mut taken_off = BTreeSet::new();
        if alone {
            taken_off = workers_of(&transaction, agency, of, to.others(), at).await?;
            end_assignments(&transaction, agency, of, to.others(), at).await?;
        }
        self.put_on(&transaction, by, (of, of), to, at).await?;
        if let Whose::Account(to) = to {
            taken_off.remove(&to);
            self.hand_on(&transaction, HandsOn { by, of, from: &taken_off, to, at }).await?;
        }
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
    /// of its groups. What it recorded stays its own, and is seen by nobody until they are assigned anew. Links of signposts that
    /// it gave them work until they run out: they are on the sheet or the phone of the service user, show what anybody may know
    /// of services, and are needed most by who is on their own from now on. They end them themselves.
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

    /// Moves a whole caseload of an agency to another one: when a worker leaves, when an area goes to another team. For its
    /// managers, who are not shown who is on it. Says how many were moved, and how many stayed.
    ///
    /// What is still to be done for them goes with them to a key worker: open tasks, appointments to come, referrals that are
    /// not over. Of a worker's caseload it is all that the worker had, of a team's what those of it had who have them on no
    /// other caseload. Who keeps out whoever was to have them stays: nobody would see them there.
    ///
    /// # Errors
    /// [`Trouble::Wrong`] for who is no link worker, or no team, of the agency; the database failed.
    pub async fn move_caseload(&self, by: Worker, from: Whose, to: Whose) -> Result<CaseloadMoved, Trouble> {
        let now = Millis::from(self.clock.now());
        let transaction = self.database.begin_write().await?;
        let working = takes_caseload(&transaction, by.agency, to, now).await?;
        if from == to {
            return Err(Wrong::new("to", "It is the same caseload.").into());
        }
        raise_service_users_of(&transaction, from.theirs(by.agency), now).await?;
        let lasts = Condition::any().add(assignment::Column::EndsAt.is_null()).add(assignment::Column::EndsAt.gt(now));
        let running = assignment::Entity::find().filter(from.theirs(by.agency)).filter(lasts).all(&transaction).await?;
        // Where double records were joined somebody may be on it twice.
        let (mut moved, mut stayed) = (BTreeSet::new(), BTreeSet::new());
        for row in &running {
            let of = row.service_user_id;
            let at = raise_service_user(&transaction, of, now).await?.unwrap_or(now);
            // As of their own last change: another process may have put them on it, or taken them off, by a clock that is ahead.
            if row.begins_at > at || row.ends_at.is_some_and(|ends| ends <= at) {
                continue;
            }
            if keeps_out(&transaction, of, &working).await? {
                stayed.insert(of);
                continue;
            }
            let this = Condition::all().add(assignment::Column::Id.eq(row.id));
            let had = workers_of(&transaction, by.agency, of, this.clone(), at).await?;
            end_assignments(&transaction, by.agency, of, this, at).await?;
            self.put_on(&transaction, by, (of, row.recorded_for), to, at).await?;
            if let Whose::Account(to) = to {
                let had = match from {
                    Whose::Account(_) => had,
                    Whose::Team(_) => {
                        let have = workers_of(&transaction, by.agency, of, Condition::all(), at).await?;
                        had.difference(&have).copied().collect()
                    }
                };
                self.hand_on(&transaction, HandsOn { by, of, from: &had, to, at }).await?;
            }
            moved.insert(of);
        }
        transaction.commit().await?;
        let number = |of: &BTreeSet<ServiceUserId>| u64::try_from(of.len()).unwrap_or(u64::MAX);
        let stayed = (to != Whose::Account(by.account)).then(|| number(&stayed));
        Ok(CaseloadMoved { moved: number(&moved), stayed })
    }

    /// Hands on what is still to be done for a service user, each with a step in its history.
    pub(super) async fn hand_on(&self, db: &impl ConnectionTrait, handing: HandsOn<'_>) -> Result<(), Trouble> {
        if handing.from.is_empty() {
            return Ok(());
        }
        self.hand_tasks_on(db, handing).await?;
        self.hand_appointments_on(db, handing).await?;
        self.hand_referrals_on(db, handing).await
    }

    /// Puts somebody on a caseload, where they are not on it already. Where double records were joined, each is on it for
    /// itself: parted, none is on a caseload less.
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
            .filter(assignment::Column::RecordedFor.eq(recorded_for))
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

/// Who would have a caseload and works there now: the worker, or everybody of the team. Somebody does: whoever is to have it is a
/// link worker of the agency, or a team of it in which one works; of whom nobody has nobody would see anything.
pub(super) async fn takes_caseload(
    db: &impl ConnectionTrait,
    agency: AgencyId,
    to: Whose,
    at: Millis,
) -> Result<BTreeSet<AccountId>, Trouble> {
    let each = match to {
        Whose::Account(account) => BTreeSet::from([account]),
        Whose::Team(team) => {
            match of_agency(db, agency, team).await {
                Err(Trouble::NotFound) => {
                    return Err(Wrong::new("to.team", "There is no such team of your agency.").into());
                }
                other => other.map(|_| ())?,
            }
            members_of(db, &[team], at).await?
        }
    };
    let working = at_work(db, &each, agency, at).await?;
    if !working.is_empty() {
        return Ok(working);
    }
    let (field, message) = match to {
        Whose::Account(_) => ("to.account", "They are no link worker of your agency."),
        Whose::Team(_) => {
            ("to.team", "Nobody in this team works for your agency now: add a link worker to it, or name another team.")
        }
    };
    Err(Wrong::new(field, message).into())
}

/// Whether a service user keeps out whoever would have them on their caseload and works there: every one of these. Nobody would see
/// them there.
async fn keeps_out(
    db: &impl ConnectionTrait,
    of: ServiceUserId,
    working: &BTreeSet<AccountId>,
) -> Result<bool, Trouble> {
    for account in working {
        if !is_kept_out(db, of, *account).await? {
            return Ok(false);
        }
    }
    Ok(!working.is_empty())
}

/// That a service user does not keep out whoever is to have them on their caseload and works there: every one of these. By whom
/// somebody is kept out is not told.
pub(super) async fn is_let_in(
    db: &impl ConnectionTrait,
    of: ServiceUserId,
    to: Whose,
    working: &BTreeSet<AccountId>,
) -> Result<(), Trouble> {
    if !keeps_out(db, of, working).await? {
        return Ok(());
    }
    let field = match to {
        Whose::Account(_) => "to.account",
        Whose::Team(_) => "to.team",
    };
    Err(Wrong::new(field, "They can't have this one on their caseload: name somebody else.").into())
}

/// Who belongs to these teams, be they still at work or not.
async fn members_of(db: &impl ConnectionTrait, teams: &[TeamId], at: Millis) -> Result<BTreeSet<AccountId>, Trouble> {
    let places = team_place::Entity::find()
        .filter(team_place::Column::TeamId.is_in(teams.iter().copied()))
        .filter(places_at(at))
        .all(db)
        .await?;
    Ok(places.into_iter().map(|place| place.account_id).collect())
}

/// Who has a service user on these caseloads of an agency: key workers, and who belongs to teams. Those who left, or are kept
/// out, are among them: what they had still to do is handed on.
pub(super) async fn workers_of(
    db: &impl ConnectionTrait,
    agency: AgencyId,
    of: ServiceUserId,
    which: Condition,
    at: Millis,
) -> Result<BTreeSet<AccountId>, Trouble> {
    let rows = assignment::Entity::find()
        .filter(assignment::Column::ServiceUserId.eq(of))
        .filter(assignment::Column::AgencyId.eq(agency))
        .filter(assigned_at(at))
        .filter(which)
        .all(db)
        .await?;
    let teams: Vec<TeamId> = rows.iter().filter_map(|row| row.team_id).collect();
    let mut workers = members_of(db, &teams, at).await?;
    workers.extend(rows.iter().filter_map(|row| row.account_id));
    Ok(workers)
}

/// Ends assignments of a service user in an agency that have not ended; says how many.
pub(super) async fn end_assignments(
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
