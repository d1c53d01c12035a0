//! What is due is sent. Each endpoint that has something due is given a turn (see [`super::lanes`]): its notices one after
//! another, of each referral in their order, until one is not taken or the turn is over. So a receiver takes up no more than
//! one of the places there are, and for no longer than a turn and a try.
//!
//! Several processes may send at once. An endpoint is taken for a while by a condition in the statement that takes it, so
//! one process alone sends to it; a notice is counted as tried, and put off, before it is sent, so one that ends its process
//! is not the first of every round. What goes in one letter (see [`super::gathering`]) is counted so, each by itself, and
//! what came of the letter came of each.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use entity::enums::{NoticeChannel, NoticeFailure, NoticeOff, NoticeState};
use entity::ids::{NoticeEndpointId, NoticeId};
use entity::instants::Millis;
use entity::{notice, notice_endpoint};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter};
use tokio::sync::Semaphore;
use tokio::time::sleep;

use super::Notices;
use super::backoff::wait;
use super::gathering::letter_id;
use super::lanes::{BESIDE, Lane, Place, free};
use super::posting::{NotTaken, Poster};
use crate::outgoing::NoClient;

/// How long a turn of an endpoint lasts; what was begun in it is ended.
const TURN: Duration = Duration::from_secs(5);
/// For how long a process takes a system, in milliseconds: longer than any try lasts.
const TAKEN_FOR: i64 = 60_000;
/// The same of an e-mail address: a mail server that was told a whole letter is waited for.
pub const LETTER_TAKEN_FOR: i64 = 12 * 60_000;
/// How long a system may take a try before it is slow.
const SLOW: Duration = Duration::from_secs(2);
/// For how long it is slow from then on, in milliseconds: ten minutes.
pub const SLOW_FOR: i64 = 10 * 60_000;
/// How long is waited until what came of a try is written again, where the database failed. All of it is over before another
/// process may take the endpoint, whose letter would go twice.
const AGAIN: [Duration; 5] = [
    Duration::from_millis(250),
    Duration::from_secs(1),
    Duration::from_secs(4),
    Duration::from_secs(10),
    Duration::from_secs(20),
];
/// After how long an endpoint that took nothing is switched off, in milliseconds: five days.
pub const OFF_AFTER: i64 = 5 * 86_400_000;

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
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            delivered: self.delivered + other.delivered,
            later: self.later + other.later,
            dead: self.dead + other.dead,
            switched_off: self.switched_off + other.switched_off,
        }
    }
}

/// An endpoint that is taken here.
struct Taken {
    id: NoticeEndpointId,
    /// Until when; none where another process has it by now, or it was switched off.
    until: Option<Millis>,
    /// Until when nobody has to look at it.
    rests_until: Option<Millis>,
}

/// Sends notices. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Sender {
    pub(super) notices: Notices,
    poster: Poster,
    /// Places beside the lane of systems that are well.
    pub(super) beside: Arc<Semaphore>,
}

impl Sender {
    /// Sends these.
    ///
    /// # Errors
    /// [`NoClient`] where the system has no certificates to trust.
    pub fn new(notices: Notices) -> Result<Self, NoClient> {
        let poster = Poster::new(notices.allow_private)?;
        Ok(Self { notices, poster, beside: Arc::new(Semaphore::new(BESIDE)) })
    }

    /// A turn of an endpoint.
    pub(super) async fn turn(&self, id: NoticeEndpointId, place: &mut Place<'_>) -> Result<Round, DbErr> {
        let over = AtomicBool::new(false);
        let until_over = async {
            sleep(TURN).await;
            over.store(true, Ordering::Relaxed);
            std::future::pending::<Result<Round, DbErr>>().await
        };
        tokio::select! {
            done = self.send_to(id, &over, place) => done,
            never = until_over => never,
        }
    }

    /// Sends an endpoint what is due to it. It is given back whatever fails meanwhile: else nobody would send to it for as long
    /// as it was taken for.
    async fn send_to(&self, id: NoticeEndpointId, over: &AtomicBool, place: &mut Place<'_>) -> Result<Round, DbErr> {
        let until = self.take(id, place.lane, None).await?;
        let mut taken = Taken { id, until, rests_until: None };
        let sent = self.send_taken(&mut taken, over, place).await;
        let given_back = self.give_back(&taken).await;
        let round = sent?;
        given_back.map(|()| round)
    }

    /// The same to one that is taken, for as long as it is.
    async fn send_taken(&self, taken: &mut Taken, over: &AtomicBool, place: &mut Place<'_>) -> Result<Round, DbErr> {
        let db = self.notices.database.connection();
        let mut round = Round::default();
        while let Some(until) = taken.until {
            // Read again: it may have been switched off, or been given another secret.
            let Some(endpoint) = notice_endpoint::Entity::find_by_id(taken.id).one(db).await? else { break };
            taken.rests_until = self.notices.full_until(&endpoint).await?;
            if taken.rests_until.is_some() {
                break;
            }
            let next = self.notices.next(&endpoint).await?;
            if next.is_empty() {
                break;
            }
            let once = self.try_once(&endpoint, next, place).await?;
            round = round.and(once);
            if once.delivered == 0 || place.is_over() || over.load(Ordering::Relaxed) {
                break;
            }
            taken.until = self.take(taken.id, place.lane, Some(until)).await?;
        }
        Ok(round)
    }

    /// Takes an endpoint that is free, or that was taken here before, for a while; gives until when. None where it is
    /// another's, or off.
    async fn take(&self, id: NoticeEndpointId, lane: Lane, before: Option<Millis>) -> Result<Option<Millis>, DbErr> {
        let now = self.notices.now();
        let until = Millis(now.0 + taken_for(lane.channel()));
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

    /// Gives an endpoint back, or lets it rest.
    async fn give_back(&self, taken: &Taken) -> Result<(), DbErr> {
        let Some(until) = taken.until else { return Ok(()) };
        let mut again = AGAIN.into_iter();
        loop {
            let given_back = notice_endpoint::ActiveModel { busy_until: Set(taken.rests_until), ..Default::default() };
            let done = notice_endpoint::Entity::update_many()
                .set(given_back)
                .filter(notice_endpoint::Column::Id.eq(taken.id))
                .filter(notice_endpoint::Column::BusyUntil.eq(until))
                .exec(self.notices.database.connection())
                .await;
            match (done, again.next()) {
                (Ok(_), _) => return Ok(()),
                (Err(error), None) => return Err(error),
                (Err(error), Some(wait)) => {
                    tracing::warn!(endpoint = %taken.id.0, %error, "notices.given_back: not now");
                    sleep(wait).await;
                }
            }
        }
    }

    /// Tries what an endpoint is sent next once: one notice, or all of a letter.
    async fn try_once(
        &self,
        to: &notice_endpoint::Model,
        next: Vec<notice::Model>,
        place: &mut Place<'_>,
    ) -> Result<Round, DbErr> {
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
            if !self.counted(&notice, waits_as, at, to.channel).await? {
                break;
            }
            tried.push(notice);
        }
        let sent = match (to.channel, tried.as_slice()) {
            (_, []) => return Ok(Round::default()),
            (NoticeChannel::Webhook, [notice, ..]) => self.post(to, notice, at, place).await,
            (NoticeChannel::Email, letter) => {
                let more = self.notices.beyond(to.id, letter).await?;
                self.notices.mail(to, letter, more).await
            }
        };
        // Only here it is known what came of it.
        let mut again = AGAIN.into_iter();
        loop {
            match (self.came_of(to, &tried, sent).await, again.next()) {
                (Err(error), Some(wait)) => {
                    tracing::warn!(endpoint = %to.id.0, %error, "notices.outcome: not written yet");
                    sleep(wait).await;
                }
                (written, _) => return written,
            }
        }
    }

    /// Writes down what came of a try; to write it twice is to write it once.
    async fn came_of(
        &self,
        to: &notice_endpoint::Model,
        tried: &[notice::Model],
        sent: Result<(), NotTaken>,
    ) -> Result<Round, DbErr> {
        match sent {
            Ok(()) => self.taken(to, tried).await,
            Err(why) if why.perhaps_there => self.perhaps_taken(to, tried, why).await,
            Err(why) => {
                let (last, later) = parted(tried, why);
                self.not_taken(to, &last, &later, why).await
            }
        }
    }

    /// Counts a notice as tried, and puts it off as long as this other one would be; whether nobody else did before.
    async fn counted(
        &self,
        notice: &notice::Model,
        waits_as: NoticeId,
        at: Millis,
        by: NoticeChannel,
    ) -> Result<bool, DbErr> {
        let tries = notice.attempts + 1;
        let counted = notice::ActiveModel {
            attempts: Set(tries),
            due_at: Set(Millis(at.0 + wait(waits_as, tries).unwrap_or(taken_for(by)))),
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

    async fn post(
        &self,
        to: &notice_endpoint::Model,
        notice: &notice::Model,
        at: Millis,
        place: &mut Place<'_>,
    ) -> Result<(), NotTaken> {
        let secrets = match self.notices.secrets(self.notices.database.connection(), to, at).await {
            Ok(secrets) => secrets,
            Err(error) => {
                tracing::error!(endpoint = %to.id.0, %error, "notices.secret");
                return Err(NotTaken::because(NoticeFailure::NotSigned));
            }
        };
        let mut posted = pin!(self.poster.post(to, &secrets, notice, at));
        tokio::select! {
            biased;
            done = &mut posted => return done,
            () = sleep(SLOW) => {}
        }
        place.is_slow();
        let (done, ()) = tokio::join!(posted, self.note_slow(to.id));
        done
    }

    /// Writes down that a system is slow.
    async fn note_slow(&self, id: NoticeEndpointId) {
        let until = Millis(self.notices.now().0 + SLOW_FOR);
        let noted = notice_endpoint::Entity::update_many()
            .set(notice_endpoint::ActiveModel { slow_until: Set(Some(until)), ..Default::default() })
            .filter(notice_endpoint::Column::Id.eq(id))
            .exec(self.notices.database.connection())
            .await;
        if let Err(error) = noted {
            // It is found slow again.
            tracing::warn!(endpoint = %id.0, %error, "notices.slow: not noted");
        }
    }

    /// Writes down that these were taken, in a letter where they go in one.
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

    /// Writes down that a letter may have been taken. It is tried once more, for it may be lost, and no more than that, for it
    /// may not be: what may have arrived twice is dead, as what nobody can say of whether it arrived.
    async fn perhaps_taken(
        &self,
        to: &notice_endpoint::Model,
        letter: &[notice::Model],
        why: NotTaken,
    ) -> Result<Round, DbErr> {
        let (db, at) = (self.notices.database.connection(), self.notices.now());
        let (again, first): (Vec<notice::Model>, Vec<notice::Model>) =
            letter.iter().cloned().partition(|notice| notice.perhaps_at.is_some());
        let mut round = Round::default();
        if !again.is_empty() {
            // By which it counts among the letters of the hour.
            let row = notice::ActiveModel {
                letter_id: Set(Some(letter_id(letter))),
                delivered_at: Set(Some(at)),
                ..Default::default()
            };
            let ids: Vec<NoticeId> = again.iter().map(|notice| notice.id).collect();
            let these = notice::Column::Id.is_in(ids.iter().copied());
            notice::Entity::update_many().set(row).filter(these).exec(db).await?;
            let unclear = NotTaken::because(NoticeFailure::Unclear);
            round = round.and(self.not_taken(to, &ids, &[], unclear).await?);
        }
        if !first.is_empty() {
            let row = notice::ActiveModel {
                perhaps_at: Set(Some(at)),
                perhaps_letter_id: Set(Some(letter_id(letter))),
                ..Default::default()
            };
            let these = notice::Column::Id.is_in(first.iter().map(|notice| notice.id));
            notice::Entity::update_many().set(row).filter(these).exec(db).await?;
            let (last, later) = parted(&first, why);
            round = round.and(self.not_taken(to, &last, &later, why).await?);
        }
        Ok(round)
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
        let is_ours = matches!(why.why, NoticeFailure::MailServer | NoticeFailure::Unclear);
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

/// Of those that were not taken, which were tried for the last time, and which come again.
fn parted(tried: &[notice::Model], why: NotTaken) -> (Vec<NoticeId>, Vec<NoticeId>) {
    let is_last = |notice: &notice::Model| why.is_final || wait(notice.id, notice.attempts + 1).is_none();
    let (last, later): (Vec<&notice::Model>, Vec<&notice::Model>) = tried.iter().partition(|notice| is_last(notice));
    let ids = |notices: Vec<&notice::Model>| notices.into_iter().map(|notice| notice.id).collect();
    (ids(last), ids(later))
}

/// For how long a process takes an endpoint, in milliseconds.
const fn taken_for(by: NoticeChannel) -> i64 {
    match by {
        NoticeChannel::Webhook => TAKEN_FOR,
        NoticeChannel::Email => LETTER_TAKEN_FOR,
    }
}
