//! A group is made; a cohort of it is opened, and closed. For those who work for the agency: nobody is named here.

use entity::ids::{AgencyId, CohortId, GroupId, GroupSessionId, ServiceId};
use entity::instants::Millis;
use entity::lists::Words;
use entity::{group_cohort, group_session, service, support_group};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, SqlErr};

use super::holding::{held_group, is_open};
use super::listing::{is_told, told_since};
use super::terms::{CohortTerms, GroupTerms, MOST_COHORTS, MOST_COHORTS_TOLD, MOST_GROUPS, MOST_GROUPS_TOLD};
use crate::hours::london;
use crate::people::acting::is_link_worker;
use crate::people::appointments::booking::may_be_at;
use crate::people::contents::Wrong;
use crate::people::entering::Worker;
use crate::people::{People, Trouble};

impl People {
    /// Makes a group of an agency. That they may is for who calls this: the operations table lets link workers and managers.
    ///
    /// # Errors
    /// [`Trouble::Wrong`]; the database failed, and nothing is made.
    pub async fn make_group(&self, by: Worker, terms: GroupTerms) -> Result<GroupId, Trouble> {
        terms.check()?;
        let at = Millis::from(self.clock.now());
        let transaction = self.database.begin_write().await?;
        if let Some(before) = self.made_before(&transaction).await? {
            return Ok(GroupId(before));
        }
        let known = support_group::Entity::find().filter(support_group::Column::AgencyId.eq(by.agency));
        let known = known.all(&transaction).await?;
        if known.iter().any(|group| group.name == terms.name) {
            return Err(taken().into());
        }
        if known.iter().filter(|group| group.closed_at.is_none()).count() >= MOST_GROUPS {
            return Err(Wrong::new("name", format!("There are {MOST_GROUPS} groups already.")).into());
        }
        if known.iter().filter(|group| group.closed_at.is_none_or(|closed| closed > told_since(at))).count()
            >= MOST_GROUPS_TOLD
        {
            let message = format!("{MOST_GROUPS_TOLD} are open or were closed in the last 26 weeks: use one of them.");
            return Err(Wrong::new("name", message).into());
        }
        if let Some(id) = terms.service {
            is_of_agency(&transaction, by.agency, id).await?;
        }
        if let Some(id) = terms.location {
            may_be_at(&transaction, id).await?;
        }
        let id = GroupId(self.clock.new_id());
        let row = support_group::ActiveModel {
            id: Set(id),
            agency_id: Set(by.agency),
            name: Set(terms.name),
            service_id: Set(terms.service),
            location_id: Set(terms.location),
            needs: Set(Words(terms.needs)),
            delivery: Set(terms.delivery),
            places: Set(terms.places),
            made_by: Set(by.account),
            made_at: Set(at),
            version: Set(1),
            closed_at: Set(None),
            closed_by: Set(None),
            end_reason: Set(None),
        };
        let made = support_group::Entity::insert(row).exec_without_returning(&transaction).await;
        // Of two who make groups of one name at once, one is told.
        match made.map_err(|error| (error.sql_err(), error)) {
            Ok(_) => {}
            Err((Some(SqlErr::UniqueConstraintViolation(_)), _)) => return Err(taken().into()),
            Err((_, error)) => return Err(error.into()),
        }
        self.made(&transaction, &[id.0]).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Opens a cohort of a group of the agency, with its sessions. The same holds of who may.
    ///
    /// # Errors
    /// [`Trouble::Wrong`], for a group of another agency too, which is the same as none, and for one that has as many cohorts as
    /// it may; the database failed, and nothing is opened.
    pub async fn open_cohort(&self, by: Worker, terms: &CohortTerms) -> Result<CohortId, Trouble> {
        let now = self.clock.now();
        let at = Millis::from(now);
        let transaction = self.database.begin_write().await?;
        if let Some(before) = self.made_before(&transaction).await? {
            return Ok(CohortId(before));
        }
        terms.check(london(now).date())?;
        let group = held_group(&transaction, by.agency, terms.group).await?;
        is_open(&group)?;
        may_have_another(&transaction, group.id, at).await?;
        if !is_link_worker(&transaction, terms.with, by.agency, at).await? {
            return Err(Wrong::new("with", "They are no link worker of your agency.").into());
        }
        let id = CohortId(self.clock.new_id());
        let row = group_cohort::ActiveModel {
            id: Set(id),
            group_id: Set(group.id),
            agency_id: Set(by.agency),
            begins_on: Set(terms.begins_on),
            ends_on: Set(terms.ends_on),
            places: Set(terms.places.unwrap_or(group.places)),
            with_id: Set(terms.with),
            opened_by: Set(by.account),
            opened_at: Set(at),
            closed_at: Set(None),
            version: Set(1),
            called_off_at: Set(None),
            called_off_by: Set(None),
            end_reason: Set(None),
        };
        group_cohort::Entity::insert(row).exec_without_returning(&transaction).await?;
        let sessions: Vec<group_session::ActiveModel> = terms
            .sessions
            .iter()
            .map(|(starts_at, ends_at)| group_session::ActiveModel {
                id: Set(GroupSessionId(self.clock.new_id())),
                cohort_id: Set(id),
                starts_at: Set(*starts_at),
                ends_at: Set(*ends_at),
                called_off_at: Set(None),
            })
            .collect();
        group_session::Entity::insert_many(sessions).exec_without_returning(&transaction).await?;
        self.made(&transaction, &[id.0]).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Closes a cohort: nobody is taken into it any more. Whoever has a place keeps it, with its appointments. Gives the group.
    /// The same holds of who may.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] for a cohort of another agency, and for one that is closed; the database failed.
    pub async fn close_cohort(&self, by: Worker, id: CohortId) -> Result<GroupId, Trouble> {
        let at = Millis::from(self.clock.now());
        let transaction = self.database.begin_write().await?;
        let found = group_cohort::Entity::find_by_id(id).filter(group_cohort::Column::AgencyId.eq(by.agency));
        let found = found.one(&transaction).await?.ok_or(Trouble::NotFound)?;
        // Whoever gives a place of it away at this moment holds the group, and is waited for.
        held_group(&transaction, by.agency, found.group_id).await?;
        let done = group_cohort::Entity::update_many()
            .col_expr(group_cohort::Column::ClosedAt, Expr::value(at))
            .filter(group_cohort::Column::Id.eq(id))
            .filter(group_cohort::Column::ClosedAt.is_null())
            .exec(&transaction)
            .await?;
        if done.rows_affected == 0 {
            return Err(Trouble::NotFound);
        }
        transaction.commit().await?;
        Ok(found.group_id)
    }
}

/// That a group may have another cohort. Whoever calls this holds the group, so that no two are let in at once.
async fn may_have_another(db: &impl ConnectionTrait, group: GroupId, at: Millis) -> Result<(), Trouble> {
    let of_group = || Condition::all().add(group_cohort::Column::GroupId.eq(group));
    let running = of_group()
        .add(group_cohort::Column::EndsOn.gte(london(at.to_utc()).date()))
        .add(group_cohort::Column::CalledOffAt.is_null());
    if number_of(db, running).await? >= MOST_COHORTS {
        let message =
            format!("{MOST_COHORTS} of its cohorts run or are to come: wait until one is over, or call one off.");
        return Err(Wrong::new("group", message).into());
    }
    if number_of(db, of_group().add(is_told(at))).await? >= MOST_COHORTS_TOLD {
        let message = format!(
            "It has {MOST_COHORTS_TOLD} cohorts that run, or were over or called off in the last 26 weeks: make another group."
        );
        return Err(Wrong::new("group", message).into());
    }
    Ok(())
}

/// How many cohorts there are of these.
async fn number_of(db: &impl ConnectionTrait, which: Condition) -> Result<usize, Trouble> {
    let number: Option<i64> = group_cohort::Entity::find()
        .select_only()
        .column_as(group_cohort::Column::Id.count(), "number")
        .filter(which)
        .into_tuple()
        .one(db)
        .await?;
    Ok(usize::try_from(number.unwrap_or(0)).unwrap_or(usize::MAX))
}

/// That another group has a name; one that is closed keeps its own.
pub(super) fn taken() -> Wrong {
    Wrong::new("name", "There is, or was, a group of this name: give another one.")
}

/// That a service is the agency's.
pub(super) async fn is_of_agency(db: &impl ConnectionTrait, agency: AgencyId, id: ServiceId) -> Result<(), Trouble> {
    let found = service::Entity::find_by_id(id).filter(service::Column::AgencyId.eq(agency)).one(db).await?;
    found.map(|_| ()).ok_or_else(|| Wrong::new("service", "Your agency has no such service.").into())
}
