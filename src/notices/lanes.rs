//! Who waits for whom: each endpoint has its turns in one of four lanes, and each lane has so many places. Whoever takes up
//! places for long does so among their like, so that those that take what they are sent at once do not wait for them.
//!
//! A place that comes free goes to the next at once. Nobody waits for a round to end, which would last as long as the slowest
//! of it.
//!
//! That a system is slow shows in the midst of a try. It then gives its place to the next, goes on beside the lane, and has its
//! turns among the slow ones for a while.

use std::collections::HashSet;
use std::mem;
use std::pin::pin;
use std::time::Duration;

use entity::enums::{NoticeChannel, NoticeState};
use entity::ids::NoticeEndpointId;
use entity::instants::Millis;
use entity::{notice, notice_endpoint};
use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt};
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::sleep;

use super::gathering::ripe;
use super::sending::{Round, Sender};

/// Endpoints of a lane that are sent to at once.
pub const AT_ONCE: usize = 8;
/// Systems that are waited for beside the lane of those that are well, for they were found slow in the midst of a try. Where
/// there are more, they keep their places.
pub(super) const BESIDE: usize = 32;

/// Which endpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Systems that took the last notice that they were sent, and soon, or were sent none yet.
    Well,
    /// Systems that took it, and were slow lately.
    Slow,
    /// Systems that did not take it.
    Failing,
    /// E-mail addresses.
    Letters,
}

impl Lane {
    /// By which way its endpoints are told.
    #[must_use]
    pub const fn channel(self) -> NoticeChannel {
        match self {
            Self::Well | Self::Slow | Self::Failing => NoticeChannel::Webhook,
            Self::Letters => NoticeChannel::Email,
        }
    }

    /// That an endpoint is one of its.
    fn holds(self, now: Millis) -> Condition {
        let failing = notice_endpoint::Column::FailingSince;
        let slow = notice_endpoint::Column::SlowUntil;
        let its = Condition::all().add(notice_endpoint::Column::Channel.eq(self.channel()));
        match self {
            Self::Well => {
                let is_quick = Condition::any().add(slow.is_null()).add(slow.lte(now));
                its.add(failing.is_null()).add(is_quick)
            }
            Self::Slow => its.add(failing.is_null()).add(slow.gt(now)),
            Self::Failing => its.add(failing.is_not_null()),
            Self::Letters => its,
        }
    }
}

/// An endpoint, and what came of its turn.
type Turned = (NoticeEndpointId, Result<Round, DbErr>);

/// A place in a lane, for as long as a turn lasts.
pub(super) struct Place<'a> {
    pub(super) lane: Lane,
    held: SemaphorePermit<'a>,
    beside: &'a Semaphore,
    is_over: bool,
}

impl Place<'_> {
    /// Who has it was found slow: among those that are well it makes room for the next, if there is room for it beside them, and
    /// its turn ends with this try.
    pub(super) fn is_slow(&mut self) {
        if self.lane == Lane::Well {
            self.is_over = true;
            if let Ok(beside) = self.beside.try_acquire() {
                drop(mem::replace(&mut self.held, beside));
            }
        }
    }

    /// Whether the turn ends with the try that is under way.
    pub(super) const fn is_over(&self) -> bool {
        self.is_over
    }
}

impl Sender {
    /// Sends what is due now, to all endpoints.
    ///
    /// # Errors
    /// The database failed.
    pub async fn send_due(&self) -> Result<Round, DbErr> {
        // Asked for first, so that one that fails now is not tried again in the same round.
        let (well, slow) = (self.due(Lane::Well).await?, self.due(Lane::Slow).await?);
        let (failing, letters) = (self.due(Lane::Failing).await?, self.due(Lane::Letters).await?);
        let (well, slow, failing, letters) = tokio::join!(
            self.turns(Lane::Well, well),
            self.turns(Lane::Slow, slow),
            self.turns(Lane::Failing, failing),
            self.turns(Lane::Letters, letters),
        );
        Ok(well?.and(slow?).and(failing?).and(letters?))
    }

    /// Sends what is due now, to the endpoints of a lane.
    ///
    /// # Errors
    /// The database failed.
    pub async fn send_lane(&self, lane: Lane) -> Result<Round, DbErr> {
        self.turns(lane, self.due(lane).await?).await
    }

    /// Sends what is due in a lane for ever, and looks for it every so often. What becomes due while others have their turns is
    /// sent beside them, as far as there are places.
    pub async fn send_for_ever(&self, lane: Lane, every: Duration) {
        let places = Semaphore::new(AT_ONCE);
        let mut under_way: HashSet<NoticeEndpointId> = HashSet::new();
        let mut turns: FuturesUnordered<BoxFuture<'_, Turned>> = FuturesUnordered::new();
        let mut pause = Duration::ZERO;
        loop {
            let mut looked = pin!(async move {
                sleep(pause).await;
                self.due(lane).await
            });
            let due = loop {
                tokio::select! {
                    due = &mut looked => break due,
                    Some((id, done)) = turns.next() => {
                        under_way.remove(&id);
                        tell(&done);
                    }
                }
            };
            match due {
                Ok(due) => {
                    for id in due {
                        if under_way.insert(id) {
                            turns.push(Box::pin(self.placed(id, lane, &places)));
                        }
                    }
                }
                Err(error) => tell(&Err(error)),
            }
            pause = every;
        }
    }

    /// Gives each of these endpoints a turn.
    async fn turns(&self, lane: Lane, due: Vec<NoticeEndpointId>) -> Result<Round, DbErr> {
        let places = Semaphore::new(AT_ONCE);
        let turns = FuturesUnordered::new();
        for id in due {
            turns.push(self.placed(id, lane, &places));
        }
        let done: Vec<Turned> = turns.collect().await;
        // What failed of one is told once the others had theirs.
        done.into_iter().try_fold(Round::default(), |all, (_, turn)| Ok(all.and(turn?)))
    }

    /// Waits for a place, and has a turn of an endpoint there.
    async fn placed(&self, id: NoticeEndpointId, lane: Lane, places: &Semaphore) -> Turned {
        // Places are never closed.
        let Ok(held) = places.acquire().await else { return (id, Ok(Round::default())) };
        let mut place = Place { lane, held, beside: &self.beside, is_over: false };
        // Many may wait, and few have a turn: what one takes is not held for all.
        (id, Box::pin(self.turn(id, &mut place)).await)
    }

    /// Endpoints of a lane with something due that no other process sends to.
    async fn due(&self, lane: Lane) -> Result<Vec<NoticeEndpointId>, DbErr> {
        let now = self.notices.now();
        let due =
            Condition::all().add(notice::Column::State.eq(NoticeState::Pending)).add(notice::Column::DueAt.lte(now));
        let due = match lane.channel() {
            NoticeChannel::Webhook => due,
            NoticeChannel::Email => due.add(ripe(now)),
        };
        let of_due = Query::select()
            .column((notice::Entity, notice::Column::EndpointId))
            .from(notice::Entity)
            .cond_where(due)
            .to_owned();
        notice_endpoint::Entity::find()
            .select_only()
            .column(notice_endpoint::Column::Id)
            .filter(lane.holds(now))
            .filter(free(now))
            .filter(notice_endpoint::Column::Id.in_subquery(of_due))
            .order_by_asc(notice_endpoint::Column::Id)
            .into_tuple()
            .all(self.notices.database.connection())
            .await
    }
}

/// Tells an operator what came of a turn.
fn tell(turn: &Result<Round, DbErr>) {
    match turn {
        Ok(round) if *round == Round::default() => {}
        Ok(Round { delivered, later, dead, switched_off }) => {
            tracing::debug!(delivered, later, dead, switched_off, "notices.sent");
        }
        Err(error) => tracing::warn!(%error, "notices.sent: not now"),
    }
}

/// Endpoints that are on and that nobody sends to.
pub(super) fn free(now: Millis) -> Condition {
    let nobody = Condition::any()
        .add(notice_endpoint::Column::BusyUntil.is_null())
        .add(notice_endpoint::Column::BusyUntil.lte(now));
    Condition::all().add(notice_endpoint::Column::IsOn.eq(true)).add(nobody)
}
