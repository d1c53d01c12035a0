//! The one way in which rows about service users leave the tables: decided, written into the ledger, opened. In this order.

use entity::enums::{DataCategory, Purpose};
use entity::ids::{AccountId, AgencyId, LedgerEntryId, RecordId, ServiceUserId};
use entity::instants::Millis;
use entity::person_record;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::contents::Contents;
use super::entering::place;
use super::{People, Trouble};
use crate::access::ledger::entry::Decisions;
use crate::access::ledger::{NotWritten, append};
use crate::access::rule::decide::{self, Ground};
use crate::access::rule::facts::Facts;
use crate::access::rule::predicate::visible;
use crate::access::rule::{Ask, Row};
use crate::vault::sealed::key_of;

/// How often it is decided again where what it rests on changes meanwhile.
const TRIES: usize = 5;

/// Who reads, for which agency, what for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reader {
    /// The account.
    pub account: AccountId,
    /// The agency they act for; none for service users and carers.
    pub agency: Option<AgencyId>,
    /// What for.
    pub purpose: Purpose,
    /// The root field that it is read for.
    pub operation: &'static str,
}

/// A row, opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// Id.
    pub id: RecordId,
    /// Whom it is about, whose it is, its category.
    pub row: Row,
    /// What it says.
    pub contents: Contents,
    /// When it was recorded.
    pub recorded_at: Millis,
    /// By whom.
    pub recorded_by: Option<AccountId>,
    /// On which ground it is seen.
    pub ground: Ground,
}

/// What somebody may see of a service user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Who.
    pub service_user: ServiceUserId,
    /// Every row that holds, the oldest first.
    pub records: Vec<Opened>,
    /// Categories of which other agencies may hold something that is not shared, whether or not they do.
    pub withheld: Vec<DataCategory>,
}

impl People {
    /// What somebody may see of these service users now; those of whom it is nothing are not among them, as if they were
    /// not there. Every decision stands in the ledger before this comes back, refusals too.
    ///
    /// The statements are the same for whoever is asked about, be there anybody or not.
    ///
    /// # Errors
    /// [`Trouble::Changing`] where what it rests on keeps changing; the database, the ledger or the vault failed, and
    /// nothing is shown.
    pub async fn read(&self, reader: Reader, of: &[ServiceUserId]) -> Result<Vec<Seen>, Trouble> {
        for _ in 0..TRIES {
            if let Some(seen) = self.try_to_read(reader, of).await? {
                return Ok(seen);
            }
        }
        Err(Trouble::Changing)
    }

    /// None where something changed meanwhile.
    async fn try_to_read(&self, reader: Reader, of: &[ServiceUserId]) -> Result<Option<Vec<Seen>>, Trouble> {
        let db = self.database.connection();
        let Reader { account, agency, purpose, operation } = reader;
        let ask = Ask { account, agency, purpose, at: self.clock.now().into() };
        let facts = Facts::load(db, &ask, of).await?;
        let rows = person_record::Entity::find()
            .filter(person_record::Column::ServiceUserId.is_in(of.iter().copied()))
            .filter(person_record::Column::EndedAt.is_null())
            .filter(visible(&ask))
            .order_by_asc(person_record::Column::RecordedAt)
            .order_by_asc(person_record::Column::Id)
            .all(db)
            .await?;
        let mut decisions = Decisions::new(ask, operation);
        for id in of {
            let epoch = facts.themselves.iter().find(|them| them.service_user == *id).map(|them| them.epoch);
            decisions.asked_about(*id, epoch, LedgerEntryId(self.clock.new_id()));
        }
        let mut shown = Vec::with_capacity(rows.len());
        for record in rows {
            let (service_user, agency, category) = (record.service_user_id, record.agency_id, record.category);
            let row = Row { service_user, agency, category };
            // Both readings of the rule have to agree; where they do not, one saw what the other did not see yet.
            let Some(ground) = decide::ground(&ask, &row, &facts) else { return Ok(None) };
            if !decisions.shown(&row, ground) {
                return Ok(None);
            }
            shown.push((record, row, ground));
        }
        match append(db, &decisions).await {
            Ok(()) => {}
            Err(NotWritten::Changed) => return Ok(None),
            Err(NotWritten::Database(error)) => return Err(error.into()),
        }
        let opened = self.opened(shown).await?;
        Ok(Some(of.iter().filter_map(|id| seen(*id, &opened, &ask, &facts)).collect()))
    }

    async fn opened(&self, shown: Vec<(person_record::Model, Row, Ground)>) -> Result<Vec<Opened>, Trouble> {
        let keys: Vec<_> = shown.iter().filter_map(|(record, ..)| key_of(&record.sealed)).collect();
        let keys = self.vault.keys(self.database.connection(), &keys).await?;
        let mut all = Vec::with_capacity(shown.len());
        for (record, row, ground) in shown {
            // Whose key was destroyed is gone: there is nothing to show.
            let Some(key) = key_of(&record.sealed).and_then(|id| keys.get(&id)) else { continue };
            let text = key.open(place(record.id), &record.sealed).map_err(crate::vault::VaultError::from)?;
            all.push(Opened {
                id: record.id,
                row,
                contents: serde_json::from_str(&text)?,
                recorded_at: record.recorded_at,
                recorded_by: record.recorded_by,
                ground,
            });
        }
        Ok(all)
    }
}

fn seen(id: ServiceUserId, opened: &[Opened], ask: &Ask, facts: &Facts) -> Option<Seen> {
    let records: Vec<Opened> = opened.iter().filter(|row| row.row.service_user == id).cloned().collect();
    let theirs = |row: &Opened| matches!(row.ground, Ground::OwnRecord | Ground::Proxy);
    let whole = records.first().is_some_and(theirs);
    let is_shared = |category: DataCategory| {
        let others = facts.flows.iter().map(|flow| flow.from).filter(|from| Some(*from) != ask.agency);
        others.into_iter().any(|agency| {
            let row = Row { service_user: id, agency, category };
            matches!(decide::ground(ask, &row, facts), Some(Ground::Shared { .. }))
        })
    };
    let withheld = DataCategory::ALL.iter().copied().filter(|category| !whole && !is_shared(*category)).collect();
    (!records.is_empty()).then_some(Seen { service_user: id, records, withheld })
}
