//! Double records of one service user are joined, and parted again where that was a mistake.
//!
//! Every row keeps for whom it was recorded, and goes by the one that stands for both. So what somebody denied or whom they
//! kept out under either name holds for both, and parting them gives each row back: what was said anew while they were one takes
//! nothing from the other, nobody is let in, and none of the two is left on no caseload.

use std::collections::BTreeSet;

use entity::enums::DataCategory;
use entity::ids::{AccountId, AgencyId, AssignmentId, ServiceUserId, ServiceUserMergeId};
use entity::instants::Millis;
use entity::{
    appointment, assignment, consent, consent_proposal, easement, exclusion, group_place, name_key, person_record,
    proxy, referral, relationship, release, service_user, service_user_merge, signpost, task,
};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
};

use super::acting::Stands;
use super::contents::Wrong;
use super::entering::Worker;
use super::parting::{MOST_AT_ONCE, Parting};
use super::recording::hold_again;
use super::referrals::moving::is_kept_out;
use super::teams::assigned_at;
use super::wishes::{KeptOut, is_proxy};
use super::{People, Trouble};
use crate::access::epochs::raise_service_user;
use crate::access::rule::load::among;
use crate::api::ids::NodeId;

/// Most joinings that are followed from one to the next; there are never so many.
const MOST_STEPS: usize = 20;

/// Two that were joined, and are parted again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parted {
    /// The one that stood for both.
    pub kept: ServiceUserId,
    /// The other.
    pub other: ServiceUserId,
}

impl People {
    /// Joins two records of one service user; both have to be on the worker's caseload, or on that of a team of theirs. Whom
    /// either keeps out, what is still to come with them is called off. Of two that the agency joined so already it is the
    /// joining that there is.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] for anybody else; [`Trouble::Wrong`] where they are the same, have an account each, one keeps out
    /// the account of the other, or it stands for them or did, or they are joined already in another way; the database failed.
    pub async fn merge(
        &self,
        by: Worker,
        keep: ServiceUserId,
        other: ServiceUserId,
    ) -> Result<ServiceUserMergeId, Trouble> {
        if keep == other {
            return Err(Wrong::new("other", "It is the same service user.").into());
        }
        // The one of the lower id first, so that two who join the same two wait for one another.
        let (first, second) = if keep < other { (keep, other) } else { (other, keep) };
        // Of somebody who was joined to another everything goes by that other.
        let for_second = self.stands_for(second).await?;
        let begun = self.begin_change(by.into(), first).await?;
        let (db, now) = (&begun.transaction, Millis::from(self.clock.now()));
        let raised = raise_service_user(db, second, now).await?;
        let Stands::Worker(agency) = begun.stands else { return Err(Trouble::NotFound) };
        self.works_with(db, by, for_second).await?;
        let at = Ord::max(begun.at, raised.ok_or(Trouble::NotFound)?);
        // What is told by when it was said is told from here on by the one that stands for both: all of it is later than this,
        // whatever any clock says.
        raise_service_user(db, keep, Millis(at.0.saturating_add(1))).await?;
        if begun.of == for_second {
            return joined_already(db, agency, keep, other).await;
        }
        let (kept, merged) = (one(db, keep).await?, one(db, other).await?);
        if kept.merged_into.is_some() || merged.merged_into.is_some() {
            return Err(Wrong::new("other", "One of them was joined to another already.").into());
        }
        // Joined, the rows of both are seen by whoever sees one of them: nobody does it with another agency's people.
        if kept.agency_id != agency || merged.agency_id != agency {
            return Err(
                Wrong::new("other", "Your agency did not enter both of them: only its own are its to join.").into()
            );
        }
        if kept.account_id.is_some() && merged.account_id.is_some() {
            return Err(Wrong::new("other", "They have an account each, and so are not one person.").into());
        }
        // Who is kept out by one of them would see all of both as their own, and who stands for one of them would be them. It is
        // not told that they are kept out.
        for (of, account) in [(keep, merged.account_id), (other, kept.account_id)] {
            if let Some(account) = account
                && (is_proxy(db, account, of).await? || is_kept_out(db, of, account).await?)
            {
                let message = "The account of one of them is that of somebody else than the other, or of who stands for \
                               them: they are not one person.";
                return Err(Wrong::new("other", message).into());
            }
        }
        let moved_account = match (kept.account_id, merged.account_id) {
            (None, Some(account)) => {
                set_account(db, other, None).await?;
                set_account(db, keep, Some(account)).await?;
                true
            }
            (Some(_), _) | (None, None) => false,
        };
        hand_over(db, &BTreeSet::from([other]), None, keep).await?;
        stand_for(db, other, Some(keep)).await?;
        let id = ServiceUserMergeId(self.clock.new_id());
        let row = service_user_merge::ActiveModel {
            id: Set(id),
            kept_id: Set(keep),
            merged_id: Set(other),
            agency_id: Set(agency),
            moved_account: Set(moved_account),
            merged_at: Set(at),
            merged_by: Set(Some(by.account)),
            undone_at: Set(None),
            undone_by: Set(None),
        };
        service_user_merge::Entity::insert(row).exec_without_returning(db).await?;
        // Whom one of them keeps out the other is not to meet either.
        self.part_from(db, keep, &kept_out_by(db, keep).await?, (by.into(), begun.stands), at).await?;
        // What one of them denied, or whom they keep out, is in the way of the other's referrals now.
        self.hold_without_route(db, keep, at).await?;
        begun.transaction.commit().await?;
        Ok(id)
    }

    /// Parts two records again that were joined by mistake: every row goes back to whom it was recorded for; what was
    /// recorded since they were joined stays with the one that stood for both, and what it said anew of the other holds again.
    /// But whom they kept out since, and what they denied, holds for both from then on: nobody is let in by it, nor by what was
    /// said since of the other; and what the account of the other opened of the one that stood for both ends. Of the two none is
    /// left on no caseload.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] where they are not joined, were joined by another agency, or are nobody's whom the worker works
    /// with; [`Trouble::Wrong`] where the one that stood for both was itself joined to another since; the database failed.
    pub async fn undo_merge(&self, by: Worker, id: ServiceUserMergeId) -> Result<Parted, Trouble> {
        let found = service_user_merge::Entity::find_by_id(id).one(self.database.connection()).await?;
        let of = found.as_ref().map_or(ServiceUserId(id.0), |found| found.kept_id);
        let begun = self.begin_change(by.into(), of).await?;
        let Stands::Worker(_) = begun.stands else { return Err(Trouble::NotFound) };
        let db = &begun.transaction;
        // Read again, now that nobody else changes it.
        let found = service_user_merge::Entity::find_by_id(id).one(db).await?.filter(|row| row.undone_at.is_none());
        let found = found.filter(|row| row.agency_id == by.agency).ok_or(Trouble::NotFound)?;
        let (kept, merged) = (found.kept_id, found.merged_id);
        let at = Ord::max(begun.at, raise_service_user(db, merged, begun.at).await?.ok_or(Trouble::NotFound)?);
        // Nor is anything said of either from here on older than this.
        raise_service_user(db, kept, at).await?;
        if one(db, kept).await?.merged_into.is_some() {
            return Err(Wrong::new("id", "The other was joined to a third since: part those first.").into());
        }
        hand_over(db, &joined_to(db, merged).await?, Some(kept), merged).await?;
        hold_again(db, merged, kept, found.merged_at).await?;
        stand_for(db, merged, None).await?;
        let account = if found.moved_account { one(db, kept).await?.account_id } else { None };
        if account.is_some() {
            set_account(db, kept, None).await?;
            set_account(db, merged, account).await?;
        }
        self.part_wishes(db, Parting { joining: &found, account, by, at }).await?;
        for (of, other) in [(merged, kept), (kept, merged)] {
            self.stay_on_caseloads(db, by.agency, (of, other), found.merged_at, at).await?;
        }
        let undone = service_user_merge::ActiveModel {
            undone_at: Set(Some(at)),
            undone_by: Set(Some(by.account)),
            ..Default::default()
        };
        let this = service_user_merge::Column::Id.eq(id);
        service_user_merge::Entity::update_many().set(undone).filter(this).exec(db).await?;
        for id in [kept, merged] {
            self.part_from(db, id, &kept_out_by(db, id).await?, (by.into(), begun.stands), at).await?;
            self.hold_without_route(db, id, at).await?;
        }
        begun.transaction.commit().await?;
        Ok(Parted { kept, other: merged })
    }

    /// Puts one of two who are parted on the caseloads of the other in agencies that would have them on none: in the one that
    /// joined them, and in those whose caseload they left while they were one.
    async fn stay_on_caseloads(
        &self,
        db: &DatabaseTransaction,
        joined_by: AgencyId,
        (of, other): (ServiceUserId, ServiceUserId),
        since: Millis,
        at: Millis,
    ) -> Result<(), Trouble> {
        let all = |id: ServiceUserId| assignment::Entity::find().filter(assignment::Column::ServiceUserId.eq(id));
        let left = all(of).filter(assignment::Column::EndsAt.gte(since)).filter(assignment::Column::EndsAt.lte(at));
        let mut agencies: BTreeSet<AgencyId> = left.all(db).await?.into_iter().map(|row| row.agency_id).collect();
        agencies.insert(joined_by);
        for row in all(of).filter(assigned_at(at)).all(db).await? {
            agencies.remove(&row.agency_id);
        }
        let of_other = all(other).filter(assigned_at(at)).order_by_asc(assignment::Column::Id).all(db).await?;
        let mut each = BTreeSet::new();
        let mut same: Vec<assignment::ActiveModel> = Vec::new();
        for row in of_other.into_iter().filter(|row| agencies.contains(&row.agency_id)) {
            if each.insert((row.agency_id, row.account_id, row.team_id)) {
                let id = AssignmentId(self.clock.new_id());
                let row = assignment::Model { id, service_user_id: of, recorded_for: of, begins_at: at, ..row };
                same.push(row.into_active_model());
            }
        }
        for some in same.chunks(MOST_AT_ONCE) {
            assignment::Entity::insert_many(some.iter().cloned()).exec_without_returning(db).await?;
        }
        Ok(())
    }

    /// The account that a joining moved is theirs no more: where it is undone, another one that is stays where it is.
    pub(super) async fn keep_account_where_parted(
        &self,
        db: &DatabaseTransaction,
        of: ServiceUserId,
    ) -> Result<(), Trouble> {
        let joined = joined_to(db, of).await?;
        service_user_merge::Entity::update_many()
            .col_expr(service_user_merge::Column::MovedAccount, Expr::value(false))
            .filter(service_user_merge::Column::KeptId.is_in(joined.iter().copied()))
            .filter(service_user_merge::Column::UndoneAt.is_null())
            .exec(db)
            .await?;
        Ok(())
    }

    /// That a service user is on the caseload of a worker.
    async fn works_with(&self, db: &DatabaseTransaction, by: Worker, of: ServiceUserId) -> Result<(), Trouble> {
        let facts = self.facts_of_writer(db, by, of).await?;
        self.may_write(by, of, DataCategory::Identity, &facts)
    }

    /// Whoever stands for each of these service users now, in the same order: they themselves, where they were not joined
    /// to others.
    pub(crate) async fn standing(&self, of: &[ServiceUserId]) -> Result<Vec<ServiceUserId>, Trouble> {
        let db = self.database.connection();
        let mut standing = of.to_vec();
        for _ in 0..MOST_STEPS {
            let joined = service_user::Entity::find()
                .filter(among(db.get_database_backend(), service_user::Column::Id, standing.iter().map(|id| id.0)))
                .filter(service_user::Column::MergedInto.is_not_null())
                .all(db)
                .await?;
            if joined.is_empty() {
                break;
            }
            for id in &mut standing {
                let to = joined.iter().find(|row| row.id == *id).and_then(|row| row.merged_into);
                *id = to.unwrap_or(*id);
            }
        }
        let mut each = BTreeSet::new();
        standing.retain(|id| each.insert(*id));
        Ok(standing)
    }

    /// Whoever stands for one service user now.
    pub(crate) async fn stands_for(&self, of: ServiceUserId) -> Result<ServiceUserId, Trouble> {
        Ok(self.standing(&[of]).await?.pop().unwrap_or(of))
    }
}

/// The joining of two that are joined already, where an agency joined them the same way.
async fn joined_already(
    db: &impl ConnectionTrait,
    agency: AgencyId,
    keep: ServiceUserId,
    other: ServiceUserId,
) -> Result<ServiceUserMergeId, Trouble> {
    let found = service_user_merge::Entity::find()
        .filter(service_user_merge::Column::KeptId.is_in([keep, other]))
        .filter(service_user_merge::Column::MergedId.is_in([keep, other]))
        .filter(service_user_merge::Column::AgencyId.eq(agency))
        .filter(service_user_merge::Column::UndoneAt.is_null())
        .one(db)
        .await?;
    match found {
        Some(row) if row.kept_id == keep => Ok(row.id),
        Some(row) => {
            let id = NodeId::ServiceUserMerge(row.id).encode().0;
            let message =
                format!("They are joined already, and the other stands for both: undoMerge(id: {id:?}) parts them.");
            Err(Wrong::new("keep", message).into())
        }
        None => Err(Wrong::new("other", "They are joined already, by way of others.").into()),
    }
}

async fn one(db: &impl ConnectionTrait, id: ServiceUserId) -> Result<service_user::Model, Trouble> {
    service_user::Entity::find_by_id(id).one(db).await?.ok_or(Trouble::NotFound)
}

/// Whom a service user keeps out, each once, however many say it.
///
/// # Errors
/// The database failed.
pub(super) async fn kept_out_by(db: &impl ConnectionTrait, of: ServiceUserId) -> Result<BTreeSet<KeptOut>, Trouble> {
    let bars = exclusion::Entity::find()
        .filter(exclusion::Column::ServiceUserId.eq(of))
        .filter(exclusion::Column::EndsAt.is_null())
        .order_by_asc(exclusion::Column::Id)
        .all(db)
        .await?;
    let whom = |bar: exclusion::Model| bar.agency_id.map(KeptOut::Agency).or(bar.account_id.map(KeptOut::Account));
    Ok(bars.into_iter().filter_map(whom).collect())
}

async fn set_account(db: &impl ConnectionTrait, of: ServiceUserId, account: Option<AccountId>) -> Result<(), Trouble> {
    let set = service_user::ActiveModel { account_id: Set(account), ..Default::default() };
    service_user::Entity::update_many().set(set).filter(service_user::Column::Id.eq(of)).exec(db).await?;
    Ok(())
}

async fn stand_for(
    db: &impl ConnectionTrait,
    merged: ServiceUserId,
    into: Option<ServiceUserId>,
) -> Result<(), Trouble> {
    let set = service_user::ActiveModel { merged_into: Set(into), ..Default::default() };
    service_user::Entity::update_many().set(set).filter(service_user::Column::Id.eq(merged)).exec(db).await?;
    Ok(())
}

/// A service user, and everybody who was joined to them or to one of those.
async fn joined_to(db: &impl ConnectionTrait, root: ServiceUserId) -> Result<BTreeSet<ServiceUserId>, Trouble> {
    let mut all = BTreeSet::from([root]);
    loop {
        let next = service_user::Entity::find()
            .filter(service_user::Column::MergedInto.is_in(all.iter().copied()))
            .filter(service_user::Column::Id.is_not_in(all.iter().copied()))
            .all(db)
            .await?;
        if next.is_empty() {
            return Ok(all);
        }
        all.extend(next.into_iter().map(|row| row.id));
    }
}

/// Gives every row about somebody to another: all that go by the name of one of these where nobody is given whose they are
/// now, else those that were recorded for one of these and go by that name.
async fn hand_over(
    db: &impl ConnectionTrait,
    of: &BTreeSet<ServiceUserId>,
    now_of: Option<ServiceUserId>,
    to: ServiceUserId,
) -> Result<(), Trouble> {
    macro_rules! each {
        ($($table:ident),+) => { $({
            use $table::Column;
            let those = match now_of {
                None => Column::ServiceUserId.is_in(of.iter().copied()),
                Some(now_of) => Column::RecordedFor.is_in(of.iter().copied()).and(Column::ServiceUserId.eq(now_of)),
            };
            $table::Entity::update_many()
                .col_expr(Column::ServiceUserId, Expr::value(to))
                .filter(those)
                .exec(db)
                .await?;
        })+ };
    }
    each!(
        person_record,
        assignment,
        relationship,
        exclusion,
        proxy,
        consent,
        consent_proposal,
        referral,
        signpost,
        appointment,
        release,
        easement,
        task,
        group_place
    );
    // What somebody is found by follows the row that says it.
    let of_row = Query::select()
        .column(person_record::Column::Id)
        .from(person_record::Entity)
        .and_where(person_record::Column::ServiceUserId.eq(to))
        .to_owned();
    name_key::Entity::update_many()
        .col_expr(name_key::Column::ServiceUserId, Expr::value(to))
        .filter(name_key::Column::RecordId.in_subquery(of_row))
        .exec(db)
        .await?;
    Ok(())
}
