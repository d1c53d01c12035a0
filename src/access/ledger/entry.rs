//! What is written: the decisions of a request, and each as text that is never written anew. Pure.

use std::collections::{BTreeMap, BTreeSet};

use entity::enums::{DataCategory, LedgerDecision, Purpose};
use entity::ids::{AccountId, AgencyId, AgreementId, LedgerEntryId, ServiceUserId};
use entity::instants::Millis;
use serde::Serialize;

use crate::access::rule::decide::Ground;
use crate::access::rule::{Ask, Row};

/// The form of an entry's text; another one gets another number, and what was written stays as it is.
const FORM: u32 = 1;

/// Something that is shown, and why it may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Shown {
    /// Its category.
    pub category: DataCategory,
    /// Whose it is.
    pub source: AgencyId,
    /// On which ground.
    #[serde(flatten)]
    pub ground: Ground,
}

/// What was decided about one service user.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Decided {
    /// The entry to be.
    id: LedgerEntryId,
    /// The count it was decided on; absent where there is nobody of that number.
    epoch: Option<i64>,
    /// Whether it was told that there is somebody of that number.
    known: bool,
    /// Whether it was shown what stands around them: caseloads, consents, whom they keep out.
    around: bool,
    /// The agreements that it rests on, with their counts.
    rests_on: BTreeSet<(AgreementId, i64)>,
    shown: Vec<Shown>,
}

/// The decisions of a request: who asked, and what was decided of whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decisions {
    ask: Ask,
    operation: &'static str,
    decided: BTreeMap<ServiceUserId, Decided>,
}

/// A row of the ledger to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Id.
    pub id: LedgerEntryId,
    /// Who was asked about.
    pub service_user: ServiceUserId,
    /// Who asked.
    pub account: AccountId,
    /// For which agency.
    pub agency: Option<AgencyId>,
    /// What was decided.
    pub decision: LedgerDecision,
    /// Whether a denial stands against what was shown.
    pub despite_denial: bool,
    /// For which instant.
    pub decided_at: Millis,
    /// All of it, as text.
    pub entry: String,
}

/// The text of an entry; its fields in this order for ever. Allowed, and nothing shown: it was told that there is such a
/// service user, and nothing about them.
#[derive(Serialize)]
struct Text<'a> {
    form: u32,
    id: LedgerEntryId,
    decided_at: i64,
    account: AccountId,
    agency: Option<AgencyId>,
    purpose: Purpose,
    operation: &'a str,
    service_user: ServiceUserId,
    epoch: Option<i64>,
    decision: LedgerDecision,
    shown: &'a [Shown],
    around: bool,
}

impl Decisions {
    /// None yet, of a request by this operation.
    #[must_use]
    pub fn new(ask: Ask, operation: &'static str) -> Self {
        Self { ask, operation, decided: BTreeMap::new() }
    }

    /// Who asks, and when.
    #[must_use]
    pub fn ask(&self) -> &Ask {
        &self.ask
    }

    /// Takes note of somebody who was asked about, with the count of them that it is decided on; of none where there is
    /// nobody of that number. The id is that of the entry.
    pub fn asked_about(&mut self, service_user: ServiceUserId, epoch: Option<i64>, id: LedgerEntryId) {
        self.decided.entry(service_user).or_insert(Decided {
            id,
            epoch,
            known: false,
            around: false,
            rests_on: BTreeSet::new(),
            shown: Vec::new(),
        });
    }

    /// Takes note that it is told that there is such a service user, because a row may be seen. Of somebody who was not
    /// asked about it takes none, and says so.
    #[must_use]
    pub fn known(&mut self, row: &Row, ground: Ground) -> bool {
        let Some(decided) = self.decided.get_mut(&row.service_user) else { return false };
        decided.known = true;
        if let Ground::Shared { agreement, epoch, .. } | Ground::Party { agreement, epoch, .. } = ground {
            decided.rests_on.insert((agreement, epoch));
        }
        true
    }

    /// Takes note that it is shown what stands around a service user.
    pub fn around(&mut self, service_user: ServiceUserId) {
        if let Some(decided) = self.decided.get_mut(&service_user) {
            decided.around = true;
        }
    }

    /// Takes note of a row that is shown; the same category of the same agency once. Of somebody who was not asked about
    /// it takes none, and says so.
    #[must_use]
    pub fn shown(&mut self, row: &Row, ground: Ground) -> bool {
        if !self.known(row, ground) {
            return false;
        }
        let Some(decided) = self.decided.get_mut(&row.service_user) else { return false };
        let shown = Shown { category: row.category, source: row.agency, ground };
        if !decided.shown.contains(&shown) {
            decided.shown.push(shown);
        }
        true
    }

    /// Takes back what was noted as shown: it is told that there are such service users, and nothing about them. What that
    /// rests on stays.
    pub fn shows_nothing(&mut self) {
        for decided in self.decided.values_mut() {
            decided.around = false;
            decided.shown.clear();
        }
    }

    /// The service users of whom something is shown, with the counts it was decided on. A refusal rests on none: it is as
    /// good a moment later, and whoever is refused must not learn from it that somebody's count changes.
    pub fn service_users(&self) -> impl Iterator<Item = (ServiceUserId, i64)> {
        self.decided.iter().filter(|(_, decided)| decided.known).filter_map(|(id, decided)| Some((*id, decided.epoch?)))
    }

    /// The agreements it was decided on, with their counts. One that was read with two counts changed meanwhile, and
    /// neither will be found.
    pub fn agreements(&self) -> impl Iterator<Item = (AgreementId, i64)> {
        self.decided.values().flat_map(|decided| decided.rests_on.iter().copied())
    }

    /// The rows to be written, one for each service user.
    ///
    /// # Errors
    /// An entry is no text, which ids, numbers and closed sets always are.
    pub fn entries(&self) -> Result<Vec<Entry>, serde_json::Error> {
        self.decided.iter().map(|(service_user, decided)| self.entry(*service_user, decided)).collect()
    }

    fn entry(&self, service_user: ServiceUserId, decided: &Decided) -> Result<Entry, serde_json::Error> {
        let Ask { account, agency, purpose, at } = self.ask;
        let Decided { id, epoch, known, around, shown, .. } = decided;
        let (id, epoch, operation) = (*id, *epoch, self.operation);
        let decision = if *known { LedgerDecision::Allowed } else { LedgerDecision::Refused };
        let despite = |shown: &Shown| matches!(shown.ground, Ground::Shared { despite: Some(_), .. });
        let despite_denial = shown.iter().any(despite);
        let decided_at = at.0;
        let text = Text {
            form: FORM,
            id,
            decided_at,
            account,
            agency,
            purpose,
            operation,
            service_user,
            epoch,
            decision,
            shown,
            around: *around,
        };
        let entry = serde_json::to_string(&text)?;
        Ok(Entry { id, service_user, account, agency, decision, despite_denial, decided_at: at, entry })
    }
}
