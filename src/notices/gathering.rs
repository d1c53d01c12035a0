//! What goes together. To a system each notice goes alone; those to an e-mail address are gathered, and go in one letter: a
//! burst is one letter, and not thirty. Each keeps its row, its tries and its end; a letter is only their way.
//!
//! The first notice after quiet waits as any other. Were it sent at once, each burst would be two letters, its first notice
//! by itself; and whoever is written to by e-mail looks there now and then, and loses nothing by a minute. A test goes at once,
//! for somebody waits for it. What is due when a letter is made goes in it, however new it is, and tried again or not; what
//! waits to be tried again later does not.

use std::collections::HashSet;

use entity::enums::{NoticeChannel, NoticeState};
use entity::ids::NoticeEndpointId;
use entity::instants::Millis;
use entity::{notice, notice_endpoint};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::Notices;
use super::backoff::MOST_TRIES;
use super::event::TEST;

/// How long a notice to an e-mail address waits for others, in milliseconds: a minute. The figure is ours: steps that are done
/// in one sitting lie seconds apart.
pub const GATHERING: i64 = 60_000;
/// Most notices in a letter; what is beyond that goes in the next. The figure is ours: about what is read to the end.
pub const MOST_IN_A_LETTER: usize = 20;
/// Most letters that an e-mail address gets in an hour, or may have got; what is due beyond that waits.
pub const MOST_LETTERS_AN_HOUR: usize = 30;
const HOUR: i64 = 3_600_000;
/// What an earlier notice is called in a statement about notices.
const EARLIER: &str = "earlier";

/// That a notice to an e-mail address has waited long enough for others.
pub(super) fn ripe(now: Millis) -> Condition {
    Condition::any().add(notice::Column::CreatedAt.lte(Millis(now.0 - GATHERING))).add(notice::Column::Kind.eq(TEST))
}

/// The same of one that was read.
fn is_ripe(notice: &notice::Model, now: Millis) -> bool {
    now.0 - notice.created_at.0 >= GATHERING || notice.kind == TEST
}

/// The id of the letter that these go in: of one alone its own, else one made of the ids of all. So it is the same where the
/// same are tried again, and another where one is among them that was not.
pub(super) fn letter_id(letter: &[notice::Model]) -> Uuid {
    let mut ids: Vec<Uuid> = letter.iter().map(|notice| notice.id.0).collect();
    ids.sort_unstable();
    match ids.as_slice() {
        [one] => *one,
        all => all.iter().fold(Uuid::nil(), |made, id| Uuid::new_v5(&made, id.as_bytes())),
    }
}

/// A column of an earlier notice.
fn of_earlier(column: notice::Column) -> Expr {
    Expr::col((Alias::new(EARLIER), column))
}

/// An earlier notice of the same subject to an endpoint that is still to come and is none of these; part of a statement about
/// notices.
fn earlier_pending(to: NoticeEndpointId, beside: &[Uuid]) -> SelectStatement {
    Query::select()
        .expr(Expr::value(1))
        .from_as(notice::Entity, Alias::new(EARLIER))
        .and_where(of_earlier(notice::Column::EndpointId).eq(Expr::value(to)))
        .and_where(of_earlier(notice::Column::SubjectId).eq(notice::Column::SubjectId.into_expr()))
        .and_where(of_earlier(notice::Column::State).eq(Expr::value(NoticeState::Pending)))
        .and_where(of_earlier(notice::Column::Number).lt(notice::Column::Number.into_expr()))
        .and_where(of_earlier(notice::Column::Id).is_not_in(beside.iter().copied()))
        .to_owned()
}

impl Notices {
    /// What an endpoint is sent next, in one try: of a system one notice, of an e-mail address all of a letter; nothing where
    /// nothing is due, or nothing of it has waited long enough.
    pub(super) async fn next(&self, to: &notice_endpoint::Model) -> Result<Vec<notice::Model>, DbErr> {
        match to.channel {
            NoticeChannel::Webhook => self.foremost(to.id, &[], 1).await,
            NoticeChannel::Email => {
                let letter = self.gathered(to.id).await?;
                let now = self.now();
                Ok(if letter.iter().any(|notice| is_ripe(notice, now)) { letter } else { Vec::new() })
            }
        }
    }

    /// What is due to an e-mail address, as much as goes in a letter; what happened to one thing stands together, in its order.
    async fn gathered(&self, to: NoticeEndpointId) -> Result<Vec<notice::Model>, DbErr> {
        let mut all: Vec<notice::Model> = Vec::new();
        while all.len() < MOST_IN_A_LETTER {
            // One comes once all before it of the same subject are there.
            let more = self.foremost(to, &all, MOST_IN_A_LETTER - all.len()).await?;
            if more.is_empty() {
                break;
            }
            all.extend(more);
        }
        let mut subjects: Vec<Uuid> = Vec::new();
        for notice in &all {
            if !subjects.contains(&notice.subject_id) {
                subjects.push(notice.subject_id);
            }
        }
        all.sort_by_key(|notice| (subjects.iter().position(|one| *one == notice.subject_id), notice.number));
        Ok(all)
    }

    /// The oldest that are due to an endpoint, beside these, and before which nothing of the same subject is still to come but
    /// these.
    async fn foremost(
        &self,
        to: NoticeEndpointId,
        beside: &[notice::Model],
        most: usize,
    ) -> Result<Vec<notice::Model>, DbErr> {
        let beside: Vec<Uuid> = beside.iter().map(|notice| notice.id.0).collect();
        let an_earlier = earlier_pending(to, &beside);
        notice::Entity::find()
            .filter(notice::Column::EndpointId.eq(to))
            .filter(notice::Column::State.eq(NoticeState::Pending))
            .filter(notice::Column::DueAt.lte(self.now()))
            .filter(notice::Column::Id.is_not_in(beside.iter().copied()))
            .filter(Expr::exists(an_earlier).not())
            .order_by_asc(notice::Column::CreatedAt)
            .order_by_asc(notice::Column::Id)
            .limit(most as u64)
            .all(self.database.connection())
            .await
    }

    /// How many more are due to an e-mail address than go in a letter that is full: they go in the next. What waits for an
    /// earlier one of the same subject, which is to be tried again later, is not among them: it does not come in the next.
    pub(super) async fn beyond(&self, to: NoticeEndpointId, letter: &[notice::Model]) -> Result<u64, DbErr> {
        if letter.len() < MOST_IN_A_LETTER {
            return Ok(0);
        }
        let these: Vec<Uuid> = letter.iter().map(|notice| notice.id.0).collect();
        let is_awaited =
            earlier_pending(to, &these).and_where(of_earlier(notice::Column::DueAt).gt(self.now())).to_owned();
        notice::Entity::find()
            .filter(notice::Column::EndpointId.eq(to))
            .filter(notice::Column::State.eq(NoticeState::Pending))
            .filter(notice::Column::DueAt.lte(self.now()))
            // What was tried for the last time is dead, though nobody has said so yet.
            .filter(notice::Column::Attempts.lt(MOST_TRIES))
            .filter(notice::Column::Id.is_not_in(these.iter().copied()))
            .filter(Expr::exists(is_awaited).not())
            .count(self.database.connection())
            .await
    }

    /// From when on an address gets letters again, where it had as many in the last hour as it gets in one; none where it gets
    /// them now.
    pub(super) async fn full_until(&self, to: &notice_endpoint::Model) -> Result<Option<Millis>, DbErr> {
        match to.channel {
            NoticeChannel::Webhook => Ok(None),
            NoticeChannel::Email => {
                let taken =
                    self.letters_of_the_hour(to.id, notice::Column::LetterId, notice::Column::DeliveredAt).await?;
                let perhaps = (notice::Column::PerhapsLetterId, notice::Column::PerhapsAt);
                let perhaps = self.letters_of_the_hour(to.id, perhaps.0, perhaps.1).await?;
                // The same that went twice is two; one of which part was taken, as far as anybody knows, is one.
                let letters: HashSet<(Uuid, Millis)> = taken.into_iter().chain(perhaps).collect();
                let mut instants: Vec<Millis> = letters.into_iter().map(|(_, at)| at).collect();
                instants.sort_unstable();
                // There is room once this one is longer ago than an hour, and all before it.
                let last = instants.len().checked_sub(MOST_LETTERS_AN_HOUR).and_then(|place| instants.get(place));
                Ok(last.map(|at| Millis(at.0 + HOUR)))
            }
        }
    }

    /// The letters of an address in the last hour, each with its instant, as these columns tell.
    async fn letters_of_the_hour(
        &self,
        to: NoticeEndpointId,
        letter: notice::Column,
        at: notice::Column,
    ) -> Result<Vec<(Uuid, Millis)>, DbErr> {
        notice::Entity::find()
            .select_only()
            .column(letter)
            .column(at)
            .distinct()
            .filter(notice::Column::EndpointId.eq(to))
            .filter(at.gt(Millis(self.now().0 - HOUR)))
            .filter(letter.is_not_null())
            .into_tuple()
            .all(self.database.connection())
            .await
    }
}
