//! Decisions about rows of service users, over facts, gathered for the ledger: what every reader of such rows goes through.
//!
//! A reader begins ([`Deciding::begin`]), asks of each row whether it may be shown ([`Deciding::shows`]), and lets nothing out
//! before what it decided is written, or put to what is written before the answer leaves ([`Deciding::release`]).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use entity::enums::DataCategory;
use entity::ids::{AgencyId, LedgerEntryId, ServiceUserId};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::reading::{Reader, Withheld, withheld};
use super::{People, Trouble};
use crate::access::ledger::entry::Decisions;
use crate::access::ledger::{NotWritten, Pending, append};
use crate::access::rule::decide::{self, Ground};
use crate::access::rule::facts::Facts;
use crate::access::rule::{Ask, REFERRAL_HEADER, Row, WAYS};

/// What it was decided on has changed, or another was read than was asked about: decide again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Again;

/// What of a service user somebody may see, whatever there is: by whose rows are, and by their categories.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sight {
    /// All of it: it is about themselves, or they stand for them.
    Everything,
    /// This of it.
    Of {
        /// Rows of these agencies in these categories.
        rows: BTreeMap<AgencyId, BTreeSet<DataCategory>>,
        /// Referrals that this agency sends: theirs, where they work with the service user.
        sent: Option<AgencyId>,
        /// Referrals from one agency to another: theirs.
        received: Vec<(AgencyId, AgencyId)>,
    },
}

/// What is decided about rows of some service users.
pub(crate) struct Deciding {
    /// What is asked, as of the instant at which it is decided.
    pub(crate) ask: Ask,
    apart: HashMap<ServiceUserId, Facts>,
    joined: BTreeSet<ServiceUserId>,
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
        let Reader { account, agency, purpose, operation } = reader;
        let mut ask = Ask { account, agency, purpose, at: people.clock.now().into() };
        let facts = Facts::load(db, &ask, of).await?;
        ask.at = facts.now(ask.at);
        let mut decisions = Decisions::new(ask, operation);
        for id in of {
            let epoch = facts.themselves.iter().find(|them| them.service_user == *id).map(|them| them.epoch);
            decisions.asked_about(*id, epoch, LedgerEntryId(people.clock.new_id()));
        }
        let joined = facts.themselves.iter().filter(|them| them.is_joined).map(|them| them.service_user).collect();
        Ok(Self { ask, apart: facts.apart(of), joined, decisions })
    }

    /// Whether one of them was joined to another, who is to be looked for.
    pub(crate) fn has_joined(&self) -> bool {
        !self.joined.is_empty()
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
        let nothing = Sight::Of { rows: BTreeMap::new(), sent: None, received: Vec::new() };
        let Some(facts) = self.facts(of) else { return nothing };
        let theirs = Row::of(of, AgencyId(uuid::Uuid::nil()), DataCategory::Identity);
        let holds = |way| decide::holds(way, &self.ask, &theirs, facts);
        if holds(&WAYS.own_record) || holds(&WAYS.proxy) {
            return Sight::Everything;
        }
        let Some(own) = self.ask.agency else { return nothing };
        let sources: BTreeSet<AgencyId> = facts.flows.iter().map(|flow| flow.from).chain([own]).collect();
        let seen = |agency: &AgencyId| {
            let may = |category: &DataCategory| self.ground(&Row::of(of, *agency, *category)).is_some();
            let categories: BTreeSet<DataCategory> = DataCategory::ALL.iter().copied().filter(may).collect();
            (!categories.is_empty()).then_some((*agency, categories))
        };
        let header = |agency: AgencyId, party: Option<AgencyId>| {
            let row = Row { service_user: of, agency, category: REFERRAL_HEADER, party };
            self.ground_of_referral(&row).is_some()
        };
        Sight::Of {
            rows: sources.iter().filter_map(seen).collect(),
            sent: header(own, None).then_some(own),
            received: sources.iter().filter(|from| header(**from, Some(own))).map(|from| (*from, own)).collect(),
        }
    }

    /// Whether anything that was noted as shown is about one of them: whether they are told that there is such a person.
    pub(crate) fn knows(&self, of: ServiceUserId) -> bool {
        self.decisions.service_users().any(|(id, _)| id == of)
    }

    /// Categories of which other agencies may hold something about one of them that is not shown; none where it is about
    /// themselves, or they stand for them.
    pub(crate) fn withheld(&self, of: ServiceUserId) -> Vec<Withheld> {
        match (self.sight(of), self.facts(of)) {
            (Sight::Of { .. }, Some(facts)) => withheld(of, &self.ask, facts),
            (Sight::Everything, _) | (_, None) => Vec::new(),
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
