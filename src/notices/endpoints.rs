//! Where an agency is told: its managers name the address of a system, switch it off and on, give it another secret, try it,
//! have sent again what was never taken, and remove it.

use std::collections::HashMap;

use entity::enums::{NoticeChannel, NoticeOff, NoticeState};
use entity::ids::{AccountId, AgencyId, NoticeEndpointId};
use entity::instants::Millis;
use entity::{notice, notice_endpoint};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

use super::event::{Event, Happened, TEST};
use super::signing::SigningSecret;
use super::{Notices, Trouble, outbox, target};
use crate::database::one_at_a_time;
use crate::vault::destroy;
use crate::vault::sealed::key_of;

/// Most endpoints of an agency that are on.
pub const MOST_ENDPOINTS: u64 = 5;
/// Most of an agency, on or off.
pub const MOST_IN_ALL: u64 = 50;
/// How long the secret before the last is signed with too, in milliseconds: a day.
pub const OLD_SECRET_FOR: i64 = 86_400_000;
/// An advisory lock of PostgreSQL under which endpoints are counted and switched on. Any constant does.
pub(super) const COUNTING: i64 = 0x6e6f_7469_6365_0001;

/// How many notices of an endpoint have come how far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// To be sent.
    pub pending: u64,
    /// Taken, and still kept.
    pub delivered: u64,
    /// Not taken, and tried no more.
    pub dead: u64,
}

/// An endpoint as its managers see it. What its secret is stays sealed.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Its row.
    pub row: notice_endpoint::Model,
    /// Its notices.
    pub counts: Counts,
}

impl Notices {
    /// Names an address at which an agency is told from now on; the secret is told this once.
    ///
    /// # Errors
    /// [`Trouble::Wrong`] for an address that may not be named, and where there are enough; the database or the vault failed.
    pub async fn create_endpoint(
        &self,
        by: AccountId,
        agency: AgencyId,
        url: &str,
    ) -> Result<(Seen, SigningSecret), Trouble> {
        let url = target::read(url, self.allow_private)
            .map_err(|message| Trouble::Wrong { field: Some("url"), message: message.to_owned() })?;
        let transaction = self.database.begin_write().await?;
        room_for_another(&transaction, agency).await?;
        room_in_all(&transaction, agency).await?;
        let id = NoticeEndpointId(self.clock.new_id());
        let (secret, kept) = self.new_secret(&transaction, id).await?;
        let row = notice_endpoint::ActiveModel {
            id: Set(id),
            agency_id: Set(agency),
            url: Set(url.into()),
            secret: Set(kept),
            old_secret: Set(None),
            old_until: Set(None),
            is_on: Set(true),
            off_reason: Set(None),
            created_by: Set(by),
            created_at: Set(self.now()),
            failing_since: Set(None),
            last_error: Set(None),
            last_status: Set(None),
            busy_until: Set(None),
            channel: Set(NoticeChannel::Webhook),
            kinds: Set(None),
            confirm_hash: Set(None),
            confirm_sent_at: Set(None),
            slow_until: Set(None),
        };
        notice_endpoint::Entity::insert(row).exec_without_returning(&transaction).await?;
        transaction.commit().await?;
        Ok((self.endpoint(agency, id).await?, secret))
    }

    /// Switches an endpoint off, or on again. While it is off nothing is put out for it, and what was put out before waits.
    ///
    /// # Errors
    /// [`Trouble::NotFound`]; [`Trouble::Wrong`] where there are enough that are on, and for an e-mail address that has not
    /// agreed; the database failed.
    pub async fn switch_endpoint(&self, agency: AgencyId, id: NoticeEndpointId, on: bool) -> Result<Seen, Trouble> {
        let transaction = self.database.begin_write().await?;
        let row = theirs(&transaction, agency, id).await?;
        if row.is_on != on {
            if on {
                if row.confirm_hash.is_some() {
                    let message = "It has to be confirmed first, by the code that was sent there.".to_owned();
                    return Err(Trouble::Wrong { field: None, message });
                }
                room_for_another(&transaction, agency).await?;
            }
            let next = notice_endpoint::ActiveModel {
                is_on: Set(on),
                off_reason: Set((!on).then_some(NoticeOff::Manager)),
                // It begins anew, with as many days as any.
                failing_since: Set(None),
                last_error: Set(None),
                last_status: Set(None),
                ..Default::default()
            };
            change(&transaction, id, next).await?;
        }
        transaction.commit().await?;
        self.endpoint(agency, id).await
    }

    /// Gives an endpoint another secret, which is told this once. For a day notices are signed with both.
    ///
    /// # Errors
    /// [`Trouble::NotFound`]; [`Trouble::Wrong`] for an e-mail address; the database or the vault failed.
    pub async fn rotate_secret(
        &self,
        agency: AgencyId,
        id: NoticeEndpointId,
    ) -> Result<(Seen, SigningSecret), Trouble> {
        let transaction = self.database.begin_write().await?;
        let row = theirs(&transaction, agency, id).await?;
        match row.channel {
            NoticeChannel::Webhook => {}
            NoticeChannel::Email => {
                let message = "Letters are not signed: an e-mail address has no secret.".to_owned();
                return Err(Trouble::Wrong { field: None, message });
            }
        }
        let rotated = self.rotated(&transaction, &row).await?;
        let next = notice_endpoint::ActiveModel {
            secret: Set(rotated.kept),
            old_secret: Set(Some(rotated.old)),
            old_until: Set(Some(Millis(self.now().0 + OLD_SECRET_FOR))),
            ..Default::default()
        };
        change(&transaction, id, next).await?;
        transaction.commit().await?;
        Ok((self.endpoint(agency, id).await?, rotated.secret))
    }

    /// Removes an endpoint with all of its notices, sent or not, and destroys what they were signed with. One that there is not
    /// is removed already, whosever it is.
    ///
    /// # Errors
    /// The database failed.
    pub async fn remove_endpoint(&self, agency: AgencyId, id: NoticeEndpointId) -> Result<(), Trouble> {
        let transaction = self.database.begin_write().await?;
        // Whoever puts out a notice for it at this moment ends first (see `outbox`), and that notice goes too.
        let found = notice_endpoint::Entity::find_by_id(id).lock_exclusive().one(&transaction).await?;
        let Some(row) = found.filter(|row| row.agency_id == agency) else { return Ok(()) };
        notice::Entity::delete_many().filter(notice::Column::EndpointId.eq(id)).exec(&transaction).await?;
        notice_endpoint::Entity::delete_by_id(id).exec(&transaction).await?;
        if let Some(key) = key_of(&row.secret) {
            destroy(&transaction, key, self.clock.now()).await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Puts out again every notice of an endpoint that is dead; says how many.
    ///
    /// # Errors
    /// [`Trouble::NotFound`]; the database failed.
    pub async fn replay(&self, agency: AgencyId, id: NoticeEndpointId) -> Result<(Seen, u64), Trouble> {
        let transaction = self.database.begin_write().await?;
        theirs(&transaction, agency, id).await?;
        let again = notice::ActiveModel {
            state: Set(NoticeState::Pending),
            attempts: Set(0),
            due_at: Set(self.now()),
            // It is asked for anew: whether it may have arrived once has nothing to do with it.
            perhaps_at: Set(None),
            ..Default::default()
        };
        let result = notice::Entity::update_many()
            .set(again)
            .filter(notice::Column::EndpointId.eq(id))
            .filter(notice::Column::State.eq(NoticeState::Dead))
            .exec(&transaction)
            .await?;
        transaction.commit().await?;
        Ok((self.endpoint(agency, id).await?, result.rows_affected))
    }

    /// Puts out a notice that tells of nothing, to see whether it arrives.
    ///
    /// # Errors
    /// [`Trouble::NotFound`]; [`Trouble::Wrong`] where it is off, or another is still to come; the database failed.
    pub async fn send_test(&self, agency: AgencyId, id: NoticeEndpointId) -> Result<Seen, Trouble> {
        let wrong = |message: &str| Trouble::Wrong { field: None, message: message.to_owned() };
        let transaction = self.database.begin_write().await?;
        if !theirs(&transaction, agency, id).await?.is_on {
            return Err(wrong("It is off: switch it on first."));
        }
        let waiting = notice::Entity::find()
            .filter(notice::Column::EndpointId.eq(id))
            .filter(notice::Column::Kind.eq(TEST))
            .filter(notice::Column::State.eq(NoticeState::Pending));
        if waiting.one(&transaction).await?.is_some() {
            return Err(wrong("A test is on its way already: look at what became of it first."));
        }
        let happened = Happened::Test { event: self.clock.new_id(), endpoint: id };
        let event = Event { happened, number: 1, at: self.now() };
        outbox::put(&transaction, &self.clock, &event, &[id]).await?;
        transaction.commit().await?;
        self.endpoint(agency, id).await
    }

    /// The endpoints of an agency, the latest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn endpoints(&self, agency: AgencyId) -> Result<Vec<Seen>, Trouble> {
        let db = self.database.connection();
        let rows = notice_endpoint::Entity::find()
            .filter(notice_endpoint::Column::AgencyId.eq(agency))
            .order_by_desc(notice_endpoint::Column::CreatedAt)
            .order_by_desc(notice_endpoint::Column::Id)
            .all(db)
            .await?;
        let ids: Vec<NoticeEndpointId> = rows.iter().map(|row| row.id).collect();
        let mut counts = counts(db, &ids).await?;
        Ok(rows.into_iter().map(|row| Seen { counts: counts.remove(&row.id).unwrap_or_default(), row }).collect())
    }

    pub(super) async fn endpoint(&self, agency: AgencyId, id: NoticeEndpointId) -> Result<Seen, Trouble> {
        let db = self.database.connection();
        let row = theirs(db, agency, id).await?;
        let counts = counts(db, &[id]).await?.remove(&id).unwrap_or_default();
        Ok(Seen { row, counts })
    }
}

pub(super) async fn theirs(
    db: &impl ConnectionTrait,
    agency: AgencyId,
    id: NoticeEndpointId,
) -> Result<notice_endpoint::Model, Trouble> {
    let found = notice_endpoint::Entity::find_by_id(id).one(db).await?;
    found.filter(|row| row.agency_id == agency).ok_or(Trouble::NotFound)
}

pub(super) async fn change(
    db: &impl ConnectionTrait,
    id: NoticeEndpointId,
    next: notice_endpoint::ActiveModel,
) -> Result<(), DbErr> {
    let this = notice_endpoint::Column::Id.eq(id);
    notice_endpoint::Entity::update_many().set(next).filter(this).exec(db).await?;
    Ok(())
}

/// That one more of an agency may be on. Of two at once the second counts the first.
pub(super) async fn room_for_another(db: &impl ConnectionTrait, agency: AgencyId) -> Result<(), Trouble> {
    one_at_a_time(db, COUNTING).await?;
    let on = notice_endpoint::Entity::find()
        .filter(notice_endpoint::Column::AgencyId.eq(agency))
        .filter(notice_endpoint::Column::IsOn.eq(true))
        .count(db)
        .await?;
    if on >= MOST_ENDPOINTS {
        let message =
            format!("An agency has at most {MOST_ENDPOINTS} endpoints that are on: switch one off, or remove one.");
        return Err(Trouble::Wrong { field: None, message });
    }
    Ok(())
}

/// That an agency may have one more, which is off. Of two at once the caller sees to it that the second counts the first.
pub(super) async fn room_in_all(db: &impl ConnectionTrait, agency: AgencyId) -> Result<(), Trouble> {
    let this = notice_endpoint::Column::AgencyId.eq(agency);
    if notice_endpoint::Entity::find().filter(this).count(db).await? >= MOST_IN_ALL {
        let message =
            format!("An agency has at most {MOST_IN_ALL} endpoints: remove one that is off (removeNoticeEndpoint).");
        return Err(Trouble::Wrong { field: None, message });
    }
    Ok(())
}

/// How far the notices of endpoints have come, in one statement.
async fn counts(
    db: &impl ConnectionTrait,
    ids: &[NoticeEndpointId],
) -> Result<HashMap<NoticeEndpointId, Counts>, DbErr> {
    let rows: Vec<(NoticeEndpointId, NoticeState, i64)> = notice::Entity::find()
        .select_only()
        .column(notice::Column::EndpointId)
        .column(notice::Column::State)
        .column_as(notice::Column::Id.count(), "notices")
        .filter(notice::Column::EndpointId.is_in(ids.iter().copied()))
        .group_by(notice::Column::EndpointId)
        .group_by(notice::Column::State)
        .into_tuple()
        .all(db)
        .await?;
    let mut all: HashMap<NoticeEndpointId, Counts> = HashMap::new();
    for (endpoint, state, number) in rows {
        let counts = all.entry(endpoint).or_default();
        let number = number.unsigned_abs();
        match state {
            NoticeState::Pending => counts.pending = number,
            NoticeState::Delivered => counts.delivered = number,
            NoticeState::Dead => counts.dead = number,
        }
    }
    Ok(all)
}
