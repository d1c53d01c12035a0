//! Decisions about rows of service users, over facts, gathered for the ledger: what every reader of such rows goes through.
//!
//! A reader begins ([`Deciding::begin`]), asks of each row whether it may be shown ([`Deciding::shows`]), and lets nothing out
//! before what it decided is written, or put to what is written before the answer leaves ([`Deciding::release`]).

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use entity::enums::Purpose;
use entity::ids::{LedgerEntryId, ServiceUserId};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::reading::{Reader, Withheld, withheld};
use super::{People, Trouble};
use crate::access::ledger::entry::Decisions;
use crate::access::ledger::{NotWritten, Pending, append};
use crate::access::rule::decide::{self, Ground};
use crate::access::rule::facts::Facts;
use crate::access::rule::sight::{Sight, is_theirs, sight};
use crate::access::rule::{Ask, Row};

/// What it was decided on has changed, or another was read than was asked about: decide again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Again;

/// What is decided about rows of some service users.
pub(crate) struct Deciding {
    /// What is asked, as of the instant at which it is decided.
    pub(crate) ask: Ask,
    /// The facts about each of them: of several purposes the same.
    apart: Arc<HashMap<ServiceUserId, Facts>>,
    has_joined: bool,
    pub(crate) decisions: Decisions,
}

/// Whom it is asked about where rows are looked for by their ids, by those that were found; of one that is not there, nobody:
/// the statements that follow are the same.
pub(crate) fn whom(
    ids: impl IntoIterator<Item = Uuid>,
    found: impl IntoIterator<Item = (Uuid, ServiceUserId)>,
) -> Vec<ServiceUserId> {
    let found: HashMap<_, _> = found.into_iter().collect();
    let whom: BTreeSet<_> = ids.into_iter().map(|id| found.get(&id).copied().unwrap_or(ServiceUserId(id))).collect();
    whom.into_iter().collect()
}

impl Deciding {
    /// Begins to decide about rows of these service users: everything that the rule rests on is read here.
    ///
    /// # Errors
    /// The database failed.
    pub(crate) async fn begin(
        people: &People,
        db: &impl ConnectionTrait,
        reader: Reader,
        of: &[ServiceUserId],
    ) -> Result<Self, Trouble> {
        let [only] = Self::begin_each(people, db, reader, [reader.purpose], of).await?;
        Ok(only)
    }

    /// The same for several purposes, in their order: all of them on the same facts and as of the same instant. What the reader
    /// says that it is for counts for nothing here.
    ///
    /// # Errors
    /// The database failed.
    pub(crate) async fn begin_each<const N: usize>(
        people: &People,
        db: &impl ConnectionTrait,
        reader: Reader,
        purposes: [Purpose; N],
        of: &[ServiceUserId],
    ) -> Result<[Self; N], Trouble> {
        let Reader { account, agency, purpose, operation } = reader;
        let mut ask = Ask { account, agency, purpose, at: people.clock.now().into() };
        let facts = Facts::load_for(db, &ask, &purposes, of).await?;
        ask.at = facts.now(ask.at);
        let epochs: HashMap<ServiceUserId, i64> =
            facts.themselves.iter().map(|them| (them.service_user, them.epoch)).collect();
        let has_joined = facts.themselves.iter().any(|them| them.is_joined);
        let apart = Arc::new(facts.apart(of));
        Ok(purposes.map(|purpose| {
            let ask = Ask { purpose, ..ask };
            let mut decisions = Decisions::new(ask, operation);
            for id in of {
                decisions.asked_about(*id, epochs.get(id).copied(), LedgerEntryId(people.clock.new_id()));
            }
            Self { ask, apart: Arc::clone(&apart), has_joined, decisions }
        }))
    }

    /// Decides about something else of some of them: on the same facts, as of the same instant, and as decisions of its own.
    pub(crate) fn beside(&self, people: &People, operation: &'static str, of: &[ServiceUserId]) -> Self {
        let mut decisions = Decisions::new(self.ask, operation);
        for id in of {
            let themselves = self.facts(*id).and_then(|facts| facts.themselves.first());
            let epoch = themselves.map(|them| them.epoch);
            decisions.asked_about(*id, epoch, LedgerEntryId(people.clock.new_id()));
        }
        Self { ask: self.ask, apart: Arc::clone(&self.apart), has_joined: self.has_joined, decisions }
    }

    /// Whether one of them was joined to another, who is to be looked for.
    pub(crate) fn has_joined(&self) -> bool {
        self.has_joined
    }

    /// The facts about one of them.
    pub(crate) fn facts(&self, of: ServiceUserId) -> Option<&Facts> {
        self.apart.get(&of)
    }

    /// On what ground a row may be seen; none where it may not. Nothing is noted of it.
    pub(crate) fn ground(&self, row: &Row) -> Option<Ground> {
        decide::ground(&self.ask, row, self.apart.get(&row.service_user)?)
    }

    /// The same of the header of a referral.
    pub(crate) fn ground_of_referral(&self, row: &Row) -> Option<Ground> {
        decide::ground_of_referral(&self.ask, row, self.apart.get(&row.service_user)?)
    }

    /// What of one of them may be seen. Rows are noted as shown when they are, one by one.
    pub(crate) fn sight(&self, of: ServiceUserId) -> Sight {
        self.facts(of).map_or_else(Sight::nothing, |facts| sight(&self.ask, of, facts))
    }

    /// Whether anything that was noted as shown is about one of them: whether they are told that there is such a person.
    pub(crate) fn knows(&self, of: ServiceUserId) -> bool {
        self.decisions.service_users().any(|(id, _)| id == of)
    }

    /// Categories of which other agencies may hold something about one of them that is not shown; none where it is about
    /// themselves, or they stand for them.
    pub(crate) fn withheld(&self, of: ServiceUserId) -> Vec<Withheld> {
        match self.facts(of) {
            Some(facts) if !is_theirs(&self.ask, of, facts) => withheld(of, &self.ask, facts),
            Some(_) | None => Vec::new(),
        }
    }

    /// On what ground a row may be seen, noted as shown; none where it may not.
    ///
    /// # Errors
    /// It is about somebody who was not asked about.
    pub(crate) fn shows(&mut self, row: &Row) -> Result<Option<Ground>, Again> {
        let ground = self.ground(row);
        self.note(row, ground)
    }

    /// The same of the header of a referral.
    ///
    /// # Errors
    /// It is about somebody who was not asked about.
    pub(crate) fn shows_referral(&mut self, row: &Row) -> Result<Option<Ground>, Again> {
        let ground = self.ground_of_referral(row);
        self.note(row, ground)
    }

    /// On what ground something may be seen that tells of several rows at once, which is by who may see them all: that of the
    /// first. All are noted as shown, or none.
    ///
    /// # Errors
    /// It is about somebody who was not asked about.
    pub(crate) fn shows_all(&mut self, rows: &[Row]) -> Result<Option<Ground>, Again> {
        let Some(grounds) = self.grounds(rows) else { return Ok(None) };
        for (row, ground) in rows.iter().zip(&grounds) {
            self.note(row, Some(*ground))?;
        }
        Ok(grounds.first().copied())
    }

    /// Whether such a thing may be seen. That there is somebody of whom it tells is noted, and nothing as shown.
    pub(crate) fn knows_by(&mut self, rows: &[Row]) -> bool {
        let Some(grounds) = self.grounds(rows) else { return false };
        rows.iter().zip(grounds).all(|(row, ground)| self.decisions.known(row, ground))
    }

    fn grounds(&self, rows: &[Row]) -> Option<Vec<Ground>> {
        rows.iter().map(|row| self.ground(row)).collect()
    }

    fn note(&mut self, row: &Row, ground: Option<Ground>) -> Result<Option<Ground>, Again> {
        match ground {
            Some(ground) if !self.decisions.shown(row, ground) => Err(Again),
            ground => Ok(ground),
        }
    }

    /// Lets out what was decided: it is written, or put to what is written before the answer leaves. Before this came back
    /// nothing of it may be shown.
    ///
    /// # Errors
    /// The database failed.
    pub(crate) async fn release(
        self,
        db: &impl ConnectionTrait,
        pending: Option<&Pending>,
    ) -> Result<Result<(), Again>, Trouble> {
        Self::release_all(vec![self], db, pending).await
    }

    /// The same for several purposes: all of it, or nothing.
    ///
    /// # Errors
    /// The database failed.
    pub(crate) async fn release_all(
        all: Vec<Self>,
        db: &impl ConnectionTrait,
        pending: Option<&Pending>,
    ) -> Result<Result<(), Again>, Trouble> {
        let decisions: Vec<Decisions> = all.into_iter().map(|deciding| deciding.decisions).collect();
        match pending {
            Some(pending) => decisions.into_iter().for_each(|of_one| pending.put(of_one)),
            None => match append(db, &decisions).await {
                Ok(()) => {}
                Err(NotWritten::Changed) => return Ok(Err(Again)),
                Err(NotWritten::Database(error)) => return Err(error.into()),
            },
        }
        Ok(Ok(()))
    }
}
