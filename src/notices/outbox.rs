//! A notice is put out: a row for each endpoint that is told, in the transaction in which it happened. So nobody is told of
//! what was taken back, and nothing that happened goes untold.

use entity::enums::NoticeState;
use entity::ids::{AgencyId, NoticeEndpointId, NoticeId};
use entity::instants::Millis;
use entity::{notice, notice_endpoint};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{LockType, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::event::Event;
use crate::clock::Clock;

/// An endpoint that is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listener {
    /// The endpoint.
    pub endpoint: NoticeEndpointId,
    /// Whose it is.
    pub agency: AgencyId,
}

/// The endpoints of these agencies that are on and are told this sort of notice, as `referral.submitted`. None of them is
/// removed before the transaction ends: what is put out for it would have nowhere to stand.
///
/// # Errors
/// The database failed.
pub async fn listeners(db: &impl ConnectionTrait, agencies: &[AgencyId], kind: &str) -> Result<Vec<Listener>, DbErr> {
    let rows: Vec<(NoticeEndpointId, AgencyId, Option<String>)> = notice_endpoint::Entity::find()
        .select_only()
        .column(notice_endpoint::Column::Id)
        .column(notice_endpoint::Column::AgencyId)
        .column(notice_endpoint::Column::Kinds)
        .filter(notice_endpoint::Column::AgencyId.is_in(agencies.iter().copied()))
        .filter(notice_endpoint::Column::IsOn.eq(true))
        .order_by_asc(notice_endpoint::Column::Id)
        .lock(LockType::KeyShare)
        .into_tuple()
        .all(db)
        .await?;
    let is_told = |kinds: &Option<String>| kinds.as_ref().is_none_or(|kinds| kinds.split(' ').any(|one| one == kind));
    let told = rows.into_iter().filter(|(.., kinds)| is_told(kinds));
    Ok(told.map(|(endpoint, agency, _)| Listener { endpoint, agency }).collect())
}

/// Most notices of one statement: none grows beyond what an engine takes.
const AT_ONCE: usize = 500;

/// Puts out a notice of an event for each of these endpoints. One that stands there already stays as it is.
///
/// # Errors
/// The database failed.
pub async fn put(
    db: &impl ConnectionTrait,
    clock: &Clock,
    event: &Event,
    to: &[NoticeEndpointId],
) -> Result<(), DbErr> {
    let each: Vec<(Event, NoticeEndpointId)> = to.iter().map(|endpoint| (*event, *endpoint)).collect();
    put_each(db, clock, &each).await
}

/// The same of several events, each for an endpoint.
///
/// # Errors
/// The database failed.
pub async fn put_each(
    db: &impl ConnectionTrait,
    clock: &Clock,
    each: &[(Event, NoticeEndpointId)],
) -> Result<(), DbErr> {
    let now = Millis::from(clock.now());
    for some in each.chunks(AT_ONCE) {
        let row = |(event, endpoint): &(Event, NoticeEndpointId)| notice::ActiveModel {
            id: Set(NoticeId(clock.new_id())),
            endpoint_id: Set(*endpoint),
            event_id: Set(event.id()),
            subject_id: Set(event.subject()),
            number: Set(event.number),
            kind: Set(event.kind()),
            body: Set(event.body()),
            created_at: Set(now),
            state: Set(NoticeState::Pending),
            attempts: Set(0),
            due_at: Set(now),
            last_status: Set(None),
            last_error: Set(None),
            delivered_at: Set(None),
            letter_id: Set(None),
            perhaps_at: Set(None),
            perhaps_letter_id: Set(None),
        };
        let rows: Vec<notice::ActiveModel> = some.iter().map(row).collect();
        let once = OnConflict::columns([notice::Column::EndpointId, notice::Column::EventId]).do_nothing().to_owned();
        notice::Entity::insert_many(rows).on_conflict(once).exec_without_returning(db).await?;
    }
    Ok(())
}
