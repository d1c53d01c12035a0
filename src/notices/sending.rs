//! What is due is sent. A round asks which endpoints have something due, and gives each a turn: its notices one after
//! another, of each referral in their order, until one is not taken or the turn is over. So a receiver takes up no more than
//! one of the places there are, and for no longer than a turn and a try.
//!
//! Endpoints that fail have places of their own, in a lane beside that of the others: however many are dead or slow, those
//! that take what they are sent do not wait for them. Letters have a third lane: all of them go by one mail server, and where
//! that is slow or dead, no system waits for it.
//!
//! Several processes may send at once. An endpoint is taken for a while by a condition in the statement that takes it, so
//! one process alone sends to it; a notice is counted as tried, and put off, before it is sent, so one that ends its process
//! is not the first of every round. What goes in one letter (see [`super::gathering`]) is counted so, each by itself, and
//! what came of the letter came of each.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use entity::enums::{NoticeChannel, NoticeFailure, NoticeOff, NoticeState};
use entity::ids::{NoticeEndpointId, NoticeId};
use entity::instants::Millis;
use entity::{notice, notice_endpoint};
use futures_util::stream::{self, StreamExt};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::Notices;
use super::backoff::wait;
use super::gathering::{letter_id, ripe};
use super::posting::{NotTaken, Poster};
use crate::outgoing::NoClient;

/// Endpoints of a lane that are sent to at once.
const AT_ONCE: usize = 8;
/// How long a turn of an endpoint lasts; what was begun in it is ended.
const TURN: Duration = Duration::from_secs(5);
/// For how long a process takes an endpoint, in milliseconds: longer than any try lasts.
const TAKEN_FOR: i64 = 60_000;
/// After how long an endpoint that took nothing is switched off, in milliseconds: five days.
pub const OFF_AFTER: i64 = 5 * 86_400_000;

/// Which endpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Systems that took the last notice that they were sent, or were sent none yet.
    Well,
    /// Systems that did not.
    Failing,
    /// E-mail addresses.
    Letters,
}

/// What came of a round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Round {
    /// Notices that were taken.
    pub delivered: u64,
    /// Notices that were not, and will be tried again.
    pub later: u64,
    /// Notices that will not.
    pub dead: u64,
    /// Endpoints that were switched off.
    pub switched_off: u64,
}

impl Round {
    fn and(self, other: Self) -> Self {
        Self {
            delivered: self.delivered + other.delivered,
            later: self.later + other.later,
            dead: self.dead + other.dead,
            switched_off: self.switched_off + other.switched_off,
        }
    }
}

/// Sends notices. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Sender {
    notices: Notices,
    poster: Poster,
}

impl Sender {
    /// Sends these.
    ///
    /// # Errors
    /// [`NoClient`] where the system has no certificates to trust.
    pub fn new(notices: Notices) -> Result<Self, NoClient> {
        let poster = Poster::new(notices.allow_private)?;
        Ok(Self { notices, poster })
    }

    /// Sends what is due now, to all endpoints.
    ///
    /// # Errors
    /// The database failed.
    pub async fn send_due(&self) -> Result<Round, DbErr> {
        // Asked for first, so that one that fails now is not tried again in the same round.
        let (well, failing) = (self.due(Lane::Well).await?, self.due(Lane::Failing).await?);
        let letters = self.due(Lane::Letters).await?;
        let (well, failing, letters) = tokio::join!(self.turns(well), self.turns(failing), self.turns(letters));
        Ok(well?.and(failing?).and(letters?))
    }

    /// Sends what is due now, to the endpoints of a lane.
    ///
    /// # Errors
    /// The database failed.
    pub async fn send_lane(&self, lane: Lane) -> Result<Round, DbErr> {
        self.turns(self.due(lane).await?).await
    }

    async fn turns(&self, due: Vec<NoticeEndpointId>) -> Result<Round, DbErr> {
        let turns = stream::iter(due).map(|id| self.turn(id)).buffer_unordered(AT_ONCE);
        let done: Vec<Result<Round, DbErr>> = turns.collect().await;
        // What failed of one is told once the others had theirs.
        done.into_iter().try_fold(Round::default(), |all, turn| Ok(all.and(turn?)))
    }

    /// Endpoints of a lane with something due that no other process sends to.
    async fn due(&self, lane: Lane) -> Result<Vec<NoticeEndpointId>, DbErr> {
        let now = self.notices.now();
        let due =
            Condition::all().add(notice::Column::State.eq(NoticeState::Pending)).add(notice::Column::DueAt.lte(now));
        let due = match lane {
            Lane::Well | Lane::Failing => due,
            Lane::Letters => due.add(ripe(now)),
        };
        let of_due = Query::select()
            .column((notice::Entity, notice::Column::EndpointId))
            .from(notice::Entity)
            .cond_where(due)
            .to_owned();
        let by = |channel: NoticeChannel| Condition::all().add(notice_endpoint::Column::Channel.eq(channel));
        let in_lane = match lane {
            Lane::Well => by(NoticeChannel::Webhook).add(notice_endpoint::Column::FailingSince.is_null()),
            Lane::Failing => by(NoticeChannel::Webhook).add(notice_endpoint::Column::FailingSince.is_not_null()),
            Lane::Letters => by(NoticeChannel::Email),
        };
        notice_endpoint::Entity::find()
            .select_only()
            .column(notice_endpoint::Column::Id)
            .filter(in_lane)
            .filter(free(now))
            .filter(notice_endpoint::Column::Id.in_subquery(of_due))
            .order_by_asc(notice_endpoint::Column::Id)
            .into_tuple()
            .all(self.notices.database.connection())
            .await
    }

    async fn turn(&self, id: NoticeEndpointId) -> Result<Round, DbErr> {
        let over = AtomicBool::new(false);
        let until_over = async {
            tokio::time::sleep(TURN).await;
            over.store(true, Ordering::Relaxed);
            std::future::pending::<Result<Round, DbErr>>().await
        };
        tokio::select! {
            done = self.send_to(id, &over) => done,
            never = until_over => never,
        }
    }

    /// Sends an endpoint what is due to it.
    async fn send_to(&self, id: NoticeEndpointId, over: &AtomicBool) -> Result<Round, DbErr> {
        let db = self.notices.database.connection();
        let mut round = Round::default();
        let Some(mut taken) = self.take(id, None).await? else { return Ok(round) };
        loop {
            // Read again: it may have been switched off, or been given another secret.
            let Some(endpoint) = notice_endpoint::Entity::find_by_id(id).one(db).await? else { break };
            if self.notices.has_had_enough(&endpoint).await? {
                break;
            }
            let next = self.notices.next(&endpoint).await?;
            if next.is_empty() {
                break;
            }
            let once = self.try_once(&endpoint, next).await?;
            round = round.and(once);
            if once.delivered == 0 || over.load(Ordering::Relaxed) {
                break;
            }
            match self.take(id, Some(taken)).await? {
                Some(again) => taken = again,
                // Another process took it, or it was switched off.
                None => return Ok(round),
            }
        }
        self.give_back(id, taken).await?;
        Ok(round)
    }

    /// Takes an endpoint that is free, or that was taken here before, for a while; gives until when. None where it is
    /// another's, or off.
    async fn take(&self, id: NoticeEndpointId, before: Option<Millis>) -> Result<Option<Millis>, DbErr> {
        let now = self.notices.now();
        let until = Millis(now.0 + TAKEN_FOR);
        let may = match before {
            None => free(now),
            Some(before) => Condition::all()
                .add(notice_endpoint::Column::IsOn.eq(true))
                .add(notice_endpoint::Column::BusyUntil.eq(before)),
        };
        let taken = notice_endpoint::ActiveModel { busy_until: Set(Some(until)), ..Default::default() };
        let result = notice_endpoint::Entity::update_many()
            .set(taken)
            .filter(notice_endpoint::Column::Id.eq(id))
            .filter(may)
            .exec(self.notices.database.connection())
            .await?;
        Ok((result.rows_affected == 1).then_some(until))
    }

    async fn give_back(&self, id: NoticeEndpointId, taken: Millis) -> Result<(), DbErr> {
        notice_endpoint::Entity::update_many()
            .set(notice_endpoint::ActiveModel { busy_until: Set(None), ..Default::default() })
            .filter(notice_endpoint::Column::Id.eq(id))
            .filter(notice_endpoint::Column::BusyUntil.eq(taken))
            .exec(self.notices.database.connection())
            .await?;
        Ok(())
    }

    /// Tries what an endpoint is sent next once: one notice, or all of a letter.
    async fn try_once(&self, to: &notice_endpoint::Model, next: Vec<notice::Model>) -> Result<Round, DbErr> {
        let at = self.notices.now();
        let spent: Vec<NoticeId> =
            next.iter().filter(|notice| wait(notice.id, notice.attempts).is_none()).map(|notice| notice.id).collect();
        if !spent.is_empty() {
            // Whoever tried them for the last time never came back to say what became of them.
            return self.not_taken(to, &spent, &[], NotTaken::because(NoticeFailure::Interrupted)).await;
        }
        // What fails together in a letter comes back together.
        let Some(waits_as) = next.first().map(|notice| notice.id) else { return Ok(Round::default()) };
        let mut tried = Vec::new();
        for notice in next {
            // Another process has it, and what comes after it of the same subject may not go before it.
            if !self.counted(&notice, waits_as, at).await? {
                break;
            }
            tried.push(notice);
        }
        let sent = match (to.channel, tried.as_slice()) {
            (_, []) => return Ok(Round::default()),
            (NoticeChannel::Webhook, [notice, ..]) => self.post(to, notice, at).await,
            (NoticeChannel::Email, letter) => {
                let more = self.notices.beyond(to.id, letter).await?;
                self.notices.mail(to, letter, more).await
            }
        };
        match sent {
            Ok(()) => self.taken(to, &tried).await,
            Err(why) => {
                let (mut last, mut later) = (Vec::new(), Vec::new());
                for notice in &tried {
                    let was_last = why.is_final || wait(notice.id, notice.attempts + 1).is_none();
                    if was_last { last.push(notice.id) } else { later.push(notice.id) }
                }
                self.not_taken(to, &last, &later, why).await
            }
        }
    }

    /// Counts a notice as tried, and puts it off as long as this other one would be; whether nobody else did before.
    async fn counted(&self, notice: &notice::Model, waits_as: NoticeId, at: Millis) -> Result<bool, DbErr> {
        let tries = notice.attempts + 1;
        let counted = notice::ActiveModel {
            attempts: Set(tries),
            due_at: Set(Millis(at.0 + wait(waits_as, tries).unwrap_or(TAKEN_FOR))),
            ..Default::default()
        };
        let result = notice::Entity::update_many()
            .set(counted)
            .filter(notice::Column::Id.eq(notice.id))
            .filter(notice::Column::State.eq(NoticeState::Pending))
            .filter(notice::Column::Attempts.eq(notice.attempts))
            .exec(self.notices.database.connection())
            .await?;
        Ok(result.rows_affected == 1)
    }

    async fn post(&self, to: &notice_endpoint::Model, notice: &notice::Model, at: Millis) -> Result<(), NotTaken> {
        match self.notices.secrets(self.notices.database.connection(), to, at).await {
            Ok(secrets) => self.poster.post(to, &secrets, notice, at).await,
            Err(error) => {
                tracing::error!(endpoint = %to.id.0, %error, "notices.secret");
                Err(NotTaken::because(NoticeFailure::NotSigned))
            }
        }
    }

    async fn taken(&self, to: &notice_endpoint::Model, notices: &[notice::Model]) -> Result<Round, DbErr> {
        let db = self.notices.database.connection();
        let letter = match to.channel {
            NoticeChannel::Webhook => None,
            NoticeChannel::Email => Some(letter_id(notices)),
        };
        let row = notice::ActiveModel {
            state: Set(NoticeState::Delivered),
            delivered_at: Set(Some(self.notices.now())),
            letter_id: Set(letter),
            last_status: Set(None),
            last_error: Set(None),
            ..Default::default()
        };
        let ids: Vec<NoticeId> = notices.iter().map(|notice| notice.id).collect();
        let these = notice::Column::Id.is_in(ids.iter().copied());
        notice::Entity::update_many().set(row).filter(these).exec(db).await?;
        if to.failing_since.is_some() || to.last_error.is_some() {
            let well = notice_endpoint::ActiveModel {
                failing_since: Set(None),
                last_error: Set(None),
                last_status: Set(None),
                ..Default::default()
            };
            let this = notice_endpoint::Column::Id.eq(to.id);
            notice_endpoint::Entity::update_many().set(well).filter(this).exec(db).await?;
        }
        Ok(Round { delivered: notices.len() as u64, ..Round::default() })
    }

    /// Writes down that these were not taken: some for the last time, others to be tried again.
    async fn not_taken(
        &self,
        to: &notice_endpoint::Model,
        last: &[NoticeId],
        later: &[NoticeId],
        why: NotTaken,
    ) -> Result<Round, DbErr> {
        let (db, now) = (self.notices.database.connection(), self.notices.now());
        for (state, these) in [(NoticeState::Dead, last), (NoticeState::Pending, later)] {
            if these.is_empty() {
                continue;
            }
            let row = notice::ActiveModel {
                state: Set(state),
                last_status: Set(why.status),
                last_error: Set(Some(why.why)),
                ..Default::default()
            };
            notice::Entity::update_many()
                .set(row)
                .filter(notice::Column::Id.is_in(these.iter().copied()))
                .filter(notice::Column::State.eq(NoticeState::Pending))
                .exec(db)
                .await?;
        }
        // An address is not to blame for our mail server, and is not switched off for it.
        let is_ours = why.why == NoticeFailure::MailServer;
        let since = if is_ours { to.failing_since } else { to.failing_since.or(Some(now)) };
        let is_over = !is_ours && since.is_some_and(|since| now.0 - since.0 >= OFF_AFTER);
        let mut failing = notice_endpoint::ActiveModel {
            failing_since: Set(since),
            last_error: Set(Some(why.why)),
            last_status: Set(why.status),
            ..Default::default()
        };
        if is_over {
            failing.is_on = Set(false);
            failing.off_reason = Set(Some(NoticeOff::Failing));
            tracing::warn!(endpoint = %to.id.0, why = why.why.as_str(), "notices.switched_off");
        }
        let this = notice_endpoint::Column::Id.eq(to.id);
        notice_endpoint::Entity::update_many().set(failing).filter(this).exec(db).await?;
        tracing::debug!(endpoint = %to.id.0, why = why.why.as_str(), dead = last.len(), "notices.not_taken");
        Ok(Round {
            later: later.len() as u64,
            dead: last.len() as u64,
            switched_off: u64::from(is_over),
            ..Round::default()
        })
    }
}

/// Endpoints that are on and that nobody sends to.
fn free(now: Millis) -> Condition {
    let nobody = Condition::any()
        .add(notice_endpoint::Column::BusyUntil.is_null())
        .add(notice_endpoint::Column::BusyUntil.lte(now));
    Condition::all().add(notice_endpoint::Column::IsOn.eq(true)).add(nobody)
}
