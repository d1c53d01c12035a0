//! The run of an import: everything that can be told without a row is told first; then row by row, each in a transaction of
//! its own. A run that breaks off leaves whole rows, and the next one finds them and goes on.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use chrono::NaiveDate;
use entity::enums::{ImportedKind, Role};
use entity::ids::{AccountId, AgencyId, ServiceUserId};
use entity::instants::Millis;
use entity::{account, membership};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::doubles::marks;
use super::mapping::{Flaw, Mapping};
use super::reading::Sheet;
use super::report::{Came, Report};
use super::rows;
use crate::hours::london;
use crate::people::contents::Identity;
use crate::people::entering::Worker;
use crate::people::{People, Trouble};
use crate::post::MailAddress;
use crate::vault::index::IndexKey;

/// What the report says of referrals.
const KEPT_AS_NOTES: &str =
    "referrals are kept as case notes: a live referral needs a lawful route between the agencies, send it anew.";

/// What is imported, and how.
#[derive(Clone, Copy, Debug)]
pub struct Job<'a> {
    /// Which column is what.
    pub mapping: &'a Mapping,
    /// Where the files lie.
    pub folder: &'a Path,
    /// Whether anything is written; otherwise it is tried only.
    pub write: bool,
}

/// Why an import did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The mapping or a file is not as it must be: no row was read.
    #[error("{}", all_of(.0))]
    Flaws(Vec<Flaw>),
    /// The database or the vault failed: the rows before stay written.
    #[error(transparent)]
    Trouble(#[from] Trouble),
}

/// Flaws, a line each.
#[must_use]
pub fn all_of(flaws: &[Flaw]) -> String {
    flaws.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n  ")
}

/// Somebody whom a row is about.
#[derive(Clone, Copy, Debug)]
pub(super) enum Whom {
    /// They are here.
    Here(ServiceUserId),
    /// They would be, if it were written.
    ToCome,
}

/// A run.
pub(super) struct Run<'a> {
    pub(super) people: &'a People,
    pub(super) mapping: &'a Mapping,
    /// Who takes the caseload over.
    pub(super) acting: Worker,
    pub(super) index: IndexKey,
    pub(super) write: bool,
    /// Link workers of the agency, by their address.
    workers: BTreeMap<String, AccountId>,
    /// People of this run, by the hash of their key.
    pub(super) taken: HashMap<String, Whom>,
    /// Those of this run who were not known before, by what they are known again by.
    newcomers: HashMap<BTreeSet<i64>, u64>,
    report: Report,
}

/// Keys of a file that came already, with their rows.
type Keys = HashMap<String, u64>;

impl People {
    /// Takes a caseload over, or tries it.
    ///
    /// # Errors
    /// [`ImportError::Flaws`] before any row is read; the database or the vault failed.
    pub async fn import_caseload(&self, job: &Job<'_>) -> Result<Report, ImportError> {
        let Job { mapping, folder, write } = *job;
        let workers = self.link_workers_of(mapping.agency).await?;
        let acting = account_of(&workers, &mapping.worker);
        let mut flaws = Vec::new();
        if acting.is_none() {
            flaws.push(Flaw::new("worker", "there is no link worker of that agency now with this e-mail address"));
        }
        let mut open = |part: &'static str, file: &str, columns: &[super::mapping::Column<'_>]| {
            let sheet = Sheet::open(folder, (part, file), mapping.separator, columns);
            sheet.map_err(|found| flaws.extend(found)).ok()
        };
        let people = mapping.people.as_ref().and_then(|file| open("people", &file.file, &file.columns()));
        let referrals = mapping.referrals.as_ref().and_then(|file| open("referrals", &file.file, &file.columns()));
        let appointments =
            mapping.appointments.as_ref().and_then(|file| open("appointments", &file.file, &file.columns()));
        let (Some(account), true) = (acting, flaws.is_empty()) else { return Err(ImportError::Flaws(flaws)) };
        let mut run = Run {
            people: self,
            mapping,
            acting: Worker { account, agency: mapping.agency },
            index: self.index_of_import(write).await?,
            write,
            workers,
            taken: HashMap::new(),
            newcomers: HashMap::new(),
            report: Report { written: write, ..Report::default() },
        };
        if let Some(sheet) = people {
            run.all_people(sheet).await?;
        }
        if let Some(sheet) = referrals {
            run.all_referrals(sheet).await?;
        }
        if let Some(sheet) = appointments {
            run.all_appointments(sheet).await?;
        }
        Ok(run.report)
    }

    /// The key of the index. Where there is none yet, whoever only tries makes none.
    async fn index_of_import(&self, write: bool) -> Result<IndexKey, Trouble> {
        let db = self.database().connection();
        if write {
            return Ok(self.vault().index_key(db).await?);
        }
        match self.vault().index_key_if_made(db).await? {
            Some(key) => Ok(key),
            None => Ok(self.vault().passing_index_key()?),
        }
    }

    /// Link workers of an agency now, by what their addresses are looked up by.
    async fn link_workers_of(&self, agency: AgencyId) -> Result<BTreeMap<String, AccountId>, Trouble> {
        let (db, now) = (self.database().connection(), self.clock().now());
        let held = membership::Entity::find()
            .filter(membership::Column::AgencyId.eq(agency))
            .filter(membership::Column::Role.eq(Role::LinkWorker))
            .filter(membership::Column::BeginsAt.lte(now))
            .all(db)
            .await?;
        let held = held.into_iter().filter(|row| row.ends_at.is_none_or(|ends| ends > now));
        let mut workers = BTreeMap::new();
        for id in held.map(|row| row.account_id).collect::<BTreeSet<_>>() {
            let found = account::Entity::find_by_id(id).one(db).await?;
            let found = found.filter(|found| found.disabled_at.is_none());
            workers.extend(found.and_then(|found| Some((found.email_key?, found.id))));
        }
        Ok(workers)
    }
}

fn account_of(workers: &BTreeMap<String, AccountId>, address: &str) -> Option<AccountId> {
    workers.get(&MailAddress::parse(address).ok()?.key()).copied()
}

impl Run<'_> {
    pub(super) fn now(&self) -> Millis {
        self.people.clock().now().into()
    }

    fn today(&self) -> NaiveDate {
        london(self.people.clock().now()).date()
    }

    /// The worker whom a row names; the mapping's where it names none.
    pub(super) fn worker(&self, named: Option<&String>) -> Result<AccountId, Came> {
        let Some(address) = named else { return Ok(self.acting.account) };
        let message = "there is no link worker of the agency now with this e-mail address";
        account_of(&self.workers, address).ok_or_else(|| Came::refused("worker", message))
    }

    /// The hash of a key of a row. It is refused where an earlier row of the file has it too.
    fn key_of(&self, keys: &mut Keys, kind: ImportedKind, key: &str, row: u64) -> Result<String, Came> {
        let hash = self.hash_of_key(kind, key);
        match keys.get(&hash) {
            Some(first) => Err(Came::refused("key", format!("row {first} has the same: each row has one of its own"))),
            None => {
                keys.insert(hash.clone(), row);
                Ok(hash)
            }
        }
    }

    async fn all_people(&mut self, mut sheet: Sheet) -> Result<(), Trouble> {
        let mapping = self.mapping;
        let Some(file) = &mapping.people else { return Ok(()) };
        self.report.begin(&sheet.name, None);
        let mut keys = Keys::new();
        while let Some((row, cells)) = sheet.next_row()? {
            let read = rows::person(mapping, file, cells, self.today());
            let came = match read {
                Err(faults) => Came::Refused(faults),
                Ok(person) => match self.key_of(&mut keys, ImportedKind::Person, &person.key, row) {
                    Err(refused) => refused,
                    Ok(hash) => {
                        let remark = self.remark_of(&hash, &person.identity, row).await?;
                        let came = self.person(&hash, &person).await?;
                        if came == Came::New
                            && let Some(remark) = remark
                        {
                            self.report.remark(row, remark);
                        }
                        came
                    }
                },
            };
            self.report.count(row, came);
        }
        Ok(())
    }

    /// What there is to say of somebody who is not known yet, and looks like somebody who is.
    async fn remark_of(&mut self, hash: &str, identity: &Identity, row: u64) -> Result<Option<String>, Trouble> {
        if self.known(ImportedKind::Person, hash).await?.is_some() {
            return Ok(None);
        }
        let Some(marks) = marks(&self.index, identity) else { return Ok(None) };
        if let Some(first) = self.newcomers.get(&marks) {
            return Ok(Some(format!("may be the same as row {first}: of one name, and born on one day")));
        }
        let is_known = self.people.is_known_by(self.acting.agency, &marks).await?;
        self.newcomers.insert(marks, row);
        let message = "may be the same as somebody you have: of one name, and born on one day; join them here if so";
        Ok(is_known.then(|| message.to_owned()))
    }

    async fn all_referrals(&mut self, mut sheet: Sheet) -> Result<(), Trouble> {
        let mapping = self.mapping;
        let Some(file) = &mapping.referrals else { return Ok(()) };
        self.report.begin(&sheet.name, Some(KEPT_AS_NOTES));
        let mut keys = Keys::new();
        while let Some((row, cells)) = sheet.next_row()? {
            let read = rows::referral(mapping, file, cells, self.today());
            let came = match read {
                Err(faults) => Came::Refused(faults),
                Ok(referral) => match self.key_of(&mut keys, ImportedKind::Referral, &referral.key, row) {
                    Err(refused) => refused,
                    Ok(hash) => self.referral(&hash, &referral).await?,
                },
            };
            self.report.count(row, came);
        }
        Ok(())
    }

    async fn all_appointments(&mut self, mut sheet: Sheet) -> Result<(), Trouble> {
        let mapping = self.mapping;
        let Some(file) = &mapping.appointments else { return Ok(()) };
        self.report.begin(&sheet.name, None);
        let mut keys = Keys::new();
        while let Some((row, cells)) = sheet.next_row()? {
            let read = rows::meeting(mapping, file, cells, self.now());
            let came = match read {
                Err(faults) => Came::Refused(faults),
                Ok(meeting) => match self.key_of(&mut keys, ImportedKind::Appointment, &meeting.key, row) {
                    Err(refused) => refused,
                    Ok(hash) => self.meeting(&hash, &meeting).await?,
                },
            };
            self.report.count(row, came);
        }
        Ok(())
    }
}
