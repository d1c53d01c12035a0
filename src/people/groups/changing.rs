//! A group or a cohort becomes different, by who saw its last version. What was booked for the sessions to come goes with it: an
//! appointment that becomes different stays, superseded, with another in its place; one of a session that is dropped is called
//! off, and one of a new session is booked.

use std::collections::BTreeSet;

use entity::ids::{CohortId, GroupId, GroupSessionId, ServiceUserId};
use entity::instants::Millis;
use entity::lists::Words;
use entity::{exclusion, group_cohort, group_place, group_session, support_group};
use sea_orm::ActiveValue::Set;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect, SqlErr,
};

use super::ending::{in_cohort, no_such_cohort};
use super::holding::{Everybody, TURNS, is_open};
use super::joining::{Seat, hub_of};
use super::leaving::{booked_for, calls_off};
use super::making::{is_of_agency, taken};
use super::terms::{CohortEdit, CohortTerms, GroupEdit, GroupTerms, tells_less};
use crate::people::acting::{Stands, is_link_worker};
use crate::people::appointments::booking::may_be_at;
use crate::people::appointments::sessions::Follows;
use crate::people::contents::Wrong;
use crate::people::entering::Worker;
use crate::people::{People, Trouble};

/// Those whose cohort becomes different, all held.
struct Theirs<'a> {
    by: Worker,
    group: &'a support_group::Model,
    /// The cohort as it is from now on.
    cohort: &'a group_cohort::Model,
    places: &'a [group_place::Model],
    at: Millis,
}

impl People {
    /// Changes a group of an agency, where it is still the version that was seen. Another hub and another way of holding it are
    /// those of the sessions to come too. That they may is for who calls this: the operations table lets link workers and
    /// managers.
    ///
    /// # Errors
    /// [`Trouble::Wrong`] for a group of another agency, which is the same as none, for one that is closed, and what is not of the
    /// form; [`Trouble::Changed`] where it is of another version; [`Trouble::NothingChanges`]; [`Trouble::Changing`] where others
    /// join all the time; the database failed, and nothing is changed.
    pub async fn change_group(
        &self,
        by: Worker,
        id: GroupId,
        expected: i32,
        edit: &GroupEdit,
    ) -> Result<GroupId, Trouble> {
        for _ in 0..TURNS {
            if self.try_to_change_group(by, id, expected, edit).await? {
                return Ok(id);
            }
        }
        Err(Trouble::Changing)
    }

    async fn try_to_change_group(
        &self,
        by: Worker,
        id: GroupId,
        expected: i32,
        edit: &GroupEdit,
    ) -> Result<bool, Trouble> {
        let Some(everybody) = self.hold_everybody(by.agency, id).await? else { return Ok(false) };
        let Everybody { transaction, group, places, at, today: _ } = everybody;
        let db = &transaction;
        is_open(&group)?;
        is_version(expected, group.version)?;
        let before = terms_of(&group);
        let terms = edit.of(&before);
        if terms == before {
            return Err(Trouble::NothingChanges);
        }
        terms.check()?;
        may_become(db, by, &group, (&before, &terms)).await?;
        let next = support_group::ActiveModel {
            name: Set(terms.name.clone()),
            service_id: Set(terms.service),
            location_id: Set(terms.location),
            needs: Set(Words(terms.needs.clone())),
            delivery: Set(terms.delivery),
            places: Set(terms.places),
            version: Set(group.version + 1),
            ..Default::default()
        };
        let this = support_group::Column::Id.eq(id);
        let changed = support_group::Entity::update_many().set(next).filter(this).exec(db).await;
        // Of two who give groups one name at once, one is told.
        match changed.map_err(|error| (error.sql_err(), error)) {
            Ok(_) => {}
            Err((Some(SqlErr::UniqueConstraintViolation(_)), _)) => return Err(taken().into()),
            Err((_, error)) => return Err(error.into()),
        }
        let follows = Follows {
            delivery: (terms.delivery != before.delivery).then_some((before.delivery, terms.delivery)),
            location: (terms.location != before.location).then_some((before.location, terms.location)),
            with: None,
        };
        self.follow_booked(db, by, &places, &follows, at).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Changes a cohort of a group of an agency, where it is still the version that was seen; gives the group. Sessions that have
    /// begun stay as they are. The same holds of who may.
    ///
    /// # Errors
    /// [`Trouble::Wrong`] for a cohort of another agency, which is the same as none, for one that is called off or over, of a
    /// group that is closed, and what is not of the form: fewer places than are taken among it, a worker whom somebody in it
    /// keeps out, and new sessions with one who works there no more; [`Trouble::Changed`], [`Trouble::NothingChanges`] and
    /// [`Trouble::Changing`] as above; the database failed, and nothing is changed.
    pub async fn change_cohort(
        &self,
        by: Worker,
        id: CohortId,
        expected: i32,
        edit: &CohortEdit,
    ) -> Result<GroupId, Trouble> {
        let found = group_cohort::Entity::find_by_id(id).filter(group_cohort::Column::AgencyId.eq(by.agency));
        let found = found.one(self.database.connection()).await?.ok_or_else(no_such_cohort)?;
        for _ in 0..TURNS {
            if self.try_to_change_cohort(by, (found.group_id, id), expected, edit).await? {
                return Ok(found.group_id);
            }
        }
        Err(Trouble::Changing)
    }

    async fn try_to_change_cohort(
        &self,
        by: Worker,
        (group, id): (GroupId, CohortId),
        expected: i32,
        edit: &CohortEdit,
    ) -> Result<bool, Trouble> {
        let Some(everybody) = self.hold_everybody(by.agency, group).await? else { return Ok(false) };
        let Everybody { transaction, group, places, at, today } = everybody;
        let db = &transaction;
        is_open(&group)?;
        let cohort = group_cohort::Entity::find_by_id(id).lock_exclusive().one(db).await?.ok_or_else(no_such_cohort)?;
        if cohort.called_off_at.is_some() {
            return Err(Wrong::new("cohort", "It was called off: open another one.").into());
        }
        if cohort.ends_on < today {
            return Err(Wrong::new("cohort", "It is over: open another one.").into());
        }
        is_version(expected, cohort.version)?;
        let sessions = sessions_of(db, id).await?;
        let held = sessions.iter().filter(|session| session.called_off_at.is_none());
        let before = CohortTerms {
            group: group.id,
            begins_on: cohort.begins_on,
            ends_on: cohort.ends_on,
            places: Some(cohort.places),
            with: cohort.with_id,
            sessions: held.map(|session| (session.starts_at, session.ends_at)).collect(),
        };
        let terms = edit.of(&before, at)?;
        if terms == before {
            return Err(Trouble::NothingChanges);
        }
        let begins_anew = terms.begins_on != before.begins_on;
        let is_of_form = if begins_anew { terms.check(today) } else { terms.check_again(today) };
        is_of_form?;
        let places = in_cohort(places, id);
        let after = group_cohort::Model {
            begins_on: terms.begins_on,
            ends_on: terms.ends_on,
            places: terms.places.unwrap_or(cohort.places),
            with_id: terms.with,
            version: cohort.version + 1,
            ..cohort.clone()
        };
        let theirs = Theirs { by, group: &group, cohort: &after, places: &places, at };
        if i64::from(after.places) < i64::try_from(places.len()).unwrap_or(i64::MAX) {
            let message = format!("{} of its places are taken: it has as many at the least.", places.len());
            return Err(Wrong::new("places", message).into());
        }
        // Sessions that were not there before are booked with the worker as another one's would be.
        if after.with_id != cohort.with_id || terms.sessions.iter().any(|one| !before.sessions.contains(one)) {
            may_be_with(db, &theirs).await?;
        }
        let next = group_cohort::ActiveModel {
            begins_on: Set(after.begins_on),
            ends_on: Set(after.ends_on),
            places: Set(after.places),
            with_id: Set(after.with_id),
            version: Set(after.version),
            ..Default::default()
        };
        let this = group_cohort::Column::Id.eq(id);
        group_cohort::Entity::update_many().set(next).filter(this).exec(db).await?;
        self.change_sessions(db, &theirs, &sessions, &terms.sessions).await?;
        let with = (after.with_id != cohort.with_id).then_some((cohort.with_id, after.with_id));
        self.follow_booked(db, by, &places, &Follows { with, ..Follows::default() }, at).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Makes the sessions of a cohort that are to come these: those that are not among them are called off with what was booked
    /// for them, and for those that are new appointments are booked.
    async fn change_sessions(
        &self,
        db: &DatabaseTransaction,
        theirs: &Theirs<'_>,
        before: &[group_session::Model],
        wanted: &[(Millis, Millis)],
    ) -> Result<(), Trouble> {
        let Theirs { by, group, cohort, places, at } = *theirs;
        let time = |session: &group_session::Model| (session.starts_at, session.ends_at);
        let held = || before.iter().filter(|session| session.called_off_at.is_none());
        let dropped: Vec<GroupSessionId> =
            held().filter(|session| !wanted.contains(&time(session))).map(|session| session.id).collect();
        let stays: BTreeSet<(Millis, Millis)> = held().map(time).collect();
        let new: Vec<(Millis, Millis)> = wanted.iter().filter(|wanted| !stays.contains(*wanted)).copied().collect();
        if !dropped.is_empty() {
            let next = group_session::ActiveModel { called_off_at: Set(Some(at)), ..Default::default() };
            let these = group_session::Column::Id.is_in(dropped.iter().copied());
            group_session::Entity::update_many().set(next).filter(these).exec(db).await?;
            let who = calls_off(by.into(), Stands::Worker(by.agency));
            self.call_off_booked(db, places, Some(dropped.as_slice()), who, at).await?;
        }
        if new.is_empty() {
            return Ok(());
        }
        let mut made = Vec::with_capacity(new.len());
        for (starts_at, ends_at) in new {
            // One that begins when another did that was called off is that one again.
            let known = before.iter().find(|session| session.starts_at == starts_at).map(|session| session.id);
            let id = known.unwrap_or_else(|| GroupSessionId(self.clock.new_id()));
            if known.is_some() {
                let next = group_session::ActiveModel {
                    ends_at: Set(ends_at),
                    called_off_at: Set(None),
                    ..Default::default()
                };
                let this = group_session::Column::Id.eq(id);
                group_session::Entity::update_many().set(next).filter(this).exec(db).await?;
            } else {
                let row = group_session::ActiveModel {
                    id: Set(id),
                    cohort_id: Set(cohort.id),
                    starts_at: Set(starts_at),
                    ends_at: Set(ends_at),
                    called_off_at: Set(None),
                };
                group_session::Entity::insert(row).exec_without_returning(db).await?;
            }
            made.push(group_session::Model { id, cohort_id: cohort.id, starts_at, ends_at, called_off_at: None });
        }
        let location = hub_of(db, group).await?;
        for place in places {
            let (of, recorded_for) = (place.service_user_id, place.recorded_for);
            let seat = Seat { place: place.id, of, recorded_for, group, cohort };
            self.book_sessions_of(db, by, seat, (location, made.as_slice()), at).await?;
        }
        Ok(())
    }

    /// What was booked for these places and is still to come becomes different with the group.
    async fn follow_booked(
        &self,
        db: &impl ConnectionTrait,
        by: Worker,
        places: &[group_place::Model],
        follows: &Follows,
        at: Millis,
    ) -> Result<(), Trouble> {
        if *follows == Follows::default() {
            return Ok(());
        }
        for (of, ids) in booked_for(db, places, None).await? {
            self.follow(db, by, (of, ids.as_slice()), follows, at).await?;
        }
        Ok(())
    }
}

fn terms_of(group: &support_group::Model) -> GroupTerms {
    let Words(needs) = &group.needs;
    GroupTerms {
        name: group.name.clone(),
        service: group.service_id,
        location: group.location_id,
        needs: needs.clone(),
        delivery: group.delivery,
        places: group.places,
    }
}

/// That it is the version that was seen.
fn is_version(expected: i32, version: i32) -> Result<(), Trouble> {
    if expected == version { Ok(()) } else { Err(Trouble::changed(version)) }
}

/// That a group may become what it is to be.
async fn may_become(
    db: &impl ConnectionTrait,
    by: Worker,
    group: &support_group::Model,
    (before, terms): (&GroupTerms, &GroupTerms),
) -> Result<(), Trouble> {
    if terms.name != before.name {
        let same = support_group::Entity::find()
            .filter(support_group::Column::AgencyId.eq(by.agency))
            .filter(support_group::Column::Name.eq(terms.name.as_str()));
        if same.one(db).await?.is_some() {
            return Err(taken().into());
        }
    }
    if let Some(id) = terms.service.filter(|_| terms.service != before.service) {
        is_of_agency(db, by.agency, id).await?;
    }
    if let Some(id) = terms.location.filter(|_| terms.location != before.location) {
        may_be_at(db, id).await?;
    }
    if tells_less(&before.needs, &terms.needs) {
        // Whoever may see less of them would be shown that they are, or were, in it.
        let ever = group_place::Entity::find().filter(group_place::Column::GroupId.eq(group.id));
        if ever.one(db).await?.is_some() {
            let message = "Who joined it did so while it told of more: keep those needs, or make another group.";
            return Err(Wrong::new("needs", message).into());
        }
    }
    Ok(())
}

/// That the sessions of a cohort may be with its worker: whom nobody in it keeps out. Who does is not told.
async fn may_be_with(db: &impl ConnectionTrait, theirs: &Theirs<'_>) -> Result<(), Trouble> {
    let Theirs { by, cohort, places, at, group: _ } = *theirs;
    if !is_link_worker(db, cohort.with_id, by.agency, at).await? {
        return Err(Wrong::new("with", "They are no link worker of your agency.").into());
    }
    let whom: Vec<ServiceUserId> = places.iter().map(|place| place.service_user_id).collect();
    let keeping_out = exclusion::Entity::find()
        .filter(exclusion::Column::ServiceUserId.is_in(whom))
        .filter(exclusion::Column::AccountId.eq(cohort.with_id))
        .filter(exclusion::Column::EndsAt.is_null());
    if keeping_out.one(db).await?.is_some() {
        return Err(Wrong::new("with", "It can't be with them: name somebody else.").into());
    }
    Ok(())
}

/// The sessions of a cohort, those that are called off among them, in the order in which they begin.
async fn sessions_of(db: &impl ConnectionTrait, of: CohortId) -> Result<Vec<group_session::Model>, Trouble> {
    let all = group_session::Entity::find()
        .filter(group_session::Column::CohortId.eq(of))
        .order_by_asc(group_session::Column::StartsAt);
    Ok(all.all(db).await?)
}
