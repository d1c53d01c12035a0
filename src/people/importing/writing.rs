//! What is written of a row, in one transaction with that by which the row is known again. Whoever only tries goes the same
//! way over a transaction that reads.

use std::collections::BTreeSet;

use entity::enums::{AppointmentState, DataCategory, ImportedKind, RecordKind};
use entity::ids::{AccountId, AppointmentId, ImportedRowId, RecordId, ServiceUserId};
use entity::instants::Millis;
use entity::{appointment, assignment, imported_row, person_record};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::report::Came;
use super::rows::{Meeting, PastReferral, Person};
use super::running::{Run, Whom};
use crate::access::epochs::raise_service_user;
use crate::people::Trouble;
use crate::people::appointments::booking::Booking;
use crate::people::contents::{Contents, Need};
use crate::people::entering::Worker;
use crate::people::referrals::moving::is_kept_out;
use crate::people::teams::assigned_at;

/// What is said of a row about somebody of whom nothing may be written.
const NOT_THEIRS: &str =
    "nobody of the agency has them on a caseload now, or they keep the agency out: nothing is written of them";

impl Run<'_> {
    fn hash(&self, what: &str) -> String {
        // Two hashes of 63 bits, so that no two of many rows are ever taken for one.
        let half = |side: u8| self.index.hash(&format!("imported {side} {what}"));
        format!("{:016x}{:016x}", half(1), half(2))
    }

    /// The hash of a key of the old system, which is another one in each agency.
    pub(super) fn hash_of_key(&self, kind: ImportedKind, key: &str) -> String {
        self.hash(&format!("key {} {} {key}", self.acting.agency.0, kind.as_str()))
    }

    /// Hashes of what a row says, part by part.
    fn digest(&self, hash: &str, parts: &[String]) -> String {
        // The key's hash is a part of each, so that of two rows nobody can tell that they say the same.
        let hashes: Vec<String> = parts.iter().map(|part| self.hash(&format!("part {hash} {part}"))).collect();
        hashes.join(".")
    }

    /// What became of a row when it was last taken.
    pub(super) async fn known(&self, kind: ImportedKind, hash: &str) -> Result<Option<imported_row::Model>, Trouble> {
        let found = imported_row::Entity::find()
            .filter(imported_row::Column::AgencyId.eq(self.acting.agency))
            .filter(imported_row::Column::Kind.eq(kind))
            .filter(imported_row::Column::KeyHash.eq(hash));
        Ok(found.one(self.people.database().connection()).await?)
    }

    /// Notes what became of a row.
    async fn note(
        &self,
        db: &impl ConnectionTrait,
        known: Option<&imported_row::Model>,
        (kind, hash): (ImportedKind, &str),
        target: Uuid,
        digest: &str,
    ) -> Result<(), Trouble> {
        let row = imported_row::ActiveModel {
            target_id: Set(target),
            digest: Set(digest.to_owned()),
            imported_at: Set(self.now()),
            ..Default::default()
        };
        match known {
            Some(known) => {
                let this = imported_row::Column::Id.eq(known.id);
                imported_row::Entity::update_many().set(row).filter(this).exec(db).await?;
            }
            None => {
                let row = imported_row::ActiveModel {
                    id: Set(ImportedRowId(self.people.clock().new_id())),
                    agency_id: Set(self.acting.agency),
                    kind: Set(kind),
                    key_hash: Set(hash.to_owned()),
                    ..row
                };
                imported_row::Entity::insert(row).exec_without_returning(db).await?;
            }
        }
        Ok(())
    }

    async fn begin(&self) -> Result<DatabaseTransaction, Trouble> {
        let database = self.people.database();
        Ok(if self.write { database.begin_write().await? } else { database.begin_read().await? })
    }

    /// As whom something is written of somebody: as the worker of the mapping where they work with them, otherwise as whoever
    /// of the agency has them on their caseload. The rule is asked of each.
    async fn writer(&self, db: &DatabaseTransaction, of: ServiceUserId) -> Result<Option<Worker>, Trouble> {
        let on = assignment::Entity::find()
            .filter(assignment::Column::ServiceUserId.eq(of))
            .filter(assignment::Column::AgencyId.eq(self.acting.agency))
            .filter(assigned_at(self.now()))
            .all(db)
            .await?;
        let others = on.into_iter().filter_map(|row| row.account_id).collect::<BTreeSet<AccountId>>();
        for account in std::iter::once(self.acting.account).chain(others) {
            let by = Worker { account, ..self.acting };
            let facts = self.people.facts_of_writer(db, by, of).await?;
            if self.people.may_write(by, of, DataCategory::Identity, &facts).is_ok() {
                return Ok(Some(by));
            }
        }
        Ok(None)
    }

    /// Whom a row is about, by the old system's key.
    async fn whom(&self, key: &str) -> Result<Option<Whom>, Trouble> {
        let hash = self.hash_of_key(ImportedKind::Person, key);
        if let Some(whom) = self.taken.get(&hash) {
            return Ok(Some(*whom));
        }
        let known = self.known(ImportedKind::Person, &hash).await?;
        Ok(known.map(|row| Whom::Here(ServiceUserId(row.target_id))))
    }

    /// Takes somebody over.
    pub(super) async fn person(&mut self, hash: &str, person: &Person) -> Result<Came, Trouble> {
        let on = match self.worker(person.worker.as_ref()) {
            Ok(account) => account,
            Err(refused) => return Ok(refused),
        };
        let parts = [
            serde_json::to_string(&person.identity)?,
            serde_json::to_string(&person.contact)?,
            serde_json::to_string(&person.needs)?,
        ];
        let digest = self.digest(hash, &parts);
        let (came, whom) = match self.known(ImportedKind::Person, hash).await? {
            None if self.write => (Came::New, Some(Whom::Here(self.enter(hash, person, on, &digest).await?))),
            None => (Came::New, Some(Whom::ToCome)),
            Some(known) if known.digest == digest => {
                (Came::Unchanged, Some(Whom::Here(ServiceUserId(known.target_id))))
            }
            Some(known) => (self.renew(&known, person, &digest).await?, None),
        };
        if let Some(whom) = whom {
            self.taken.insert(hash.to_owned(), whom);
        }
        Ok(came)
    }

    async fn enter(&self, hash: &str, person: &Person, on: AccountId, digest: &str) -> Result<ServiceUserId, Trouble> {
        let (people, by, at) = (self.people, self.acting, self.now());
        let id = ServiceUserId(people.clock().new_id());
        let db = self.begin().await?;
        let identity = Contents::Identity(person.identity.clone());
        let key = people.enter_in(&db, by, (id, on), &self.index, &identity, at).await?;
        let contact = person.contact.clone().map(Contents::Contact);
        for contents in contact.into_iter().chain(person.needs.iter().cloned().map(Contents::Need)) {
            people.put(&db, by, id, &key, &self.index, &contents, None, at).await?;
        }
        self.note(&db, None, (ImportedKind::Person, hash), id.0, digest).await?;
        db.commit().await?;
        Ok(id)
    }

    /// Says anew what has changed of somebody. What the row no longer says is left as it is, and a need is added, never taken
    /// back: what workers wrote here since is theirs.
    async fn renew(&self, known: &imported_row::Model, person: &Person, digest: &str) -> Result<Came, Trouble> {
        let of = self.people.stands_for(ServiceUserId(known.target_id)).await?;
        let db = self.begin().await?;
        let Some(by) = self.writer(&db, of).await? else { return Ok(Came::refused("row", NOT_THEIRS)) };
        if self.write {
            let before: Vec<&str> = known.digest.split('.').collect();
            let differs: Vec<bool> =
                digest.split('.').enumerate().map(|(at, part)| before.get(at) != Some(&part)).collect();
            let has_changed = |at: usize| differs.get(at).copied().unwrap_or(true);
            let mut contents = Vec::new();
            if has_changed(0) {
                contents.push(Contents::Identity(person.identity.clone()));
            }
            contents.extend(person.contact.clone().filter(|_| has_changed(1)).map(Contents::Contact));
            if has_changed(2) {
                contents.extend(self.new_needs(&db, of, &person.needs).await?.into_iter().map(Contents::Need));
            }
            self.people.record_in(&db, by, of, &self.index, (contents.as_slice(), None), self.now()).await?;
            let which = (ImportedKind::Person, known.key_hash.as_str());
            self.note(&db, Some(known), which, known.target_id, digest).await?;
            db.commit().await?;
        }
        Ok(Came::Updated)
    }

    /// Those needs that the agency does not say of somebody yet.
    async fn new_needs(
        &self,
        db: &impl ConnectionTrait,
        of: ServiceUserId,
        needs: &[Need],
    ) -> Result<Vec<Need>, Trouble> {
        let said = person_record::Entity::find()
            .filter(person_record::Column::ServiceUserId.eq(of))
            .filter(person_record::Column::AgencyId.eq(self.acting.agency))
            .filter(person_record::Column::Kind.eq(RecordKind::Need))
            .filter(person_record::Column::EndedAt.is_null())
            .all(db)
            .await?;
        let said: BTreeSet<String> = said.into_iter().filter_map(|row| row.need_key).collect();
        Ok(needs.iter().filter(|need| !said.contains(&need.key)).cloned().collect())
    }

    /// Keeps a referral of the past as a note.
    pub(super) async fn referral(&self, hash: &str, referral: &PastReferral) -> Result<Came, Trouble> {
        let digest = self.digest(hash, &[referral.person.clone(), referral.note.text.clone()]);
        let known = self.known(ImportedKind::Referral, hash).await?;
        if known.as_ref().is_some_and(|known| known.digest == digest) {
            return Ok(Came::Unchanged);
        }
        let of = match self.whom(&referral.person).await? {
            None => return Ok(nobody()),
            Some(Whom::ToCome) => return Ok(Came::New),
            Some(Whom::Here(id)) => self.people.stands_for(id).await?,
        };
        let db = self.begin().await?;
        let Some(by) = self.writer(&db, of).await? else { return Ok(Came::refused("person", NOT_THEIRS)) };
        let before = known.as_ref().map(|known| RecordId(known.target_id));
        if let Some(id) = before {
            let found = person_record::Entity::find_by_id(id).one(&db).await?;
            if found.is_none_or(|row| row.ended_at.is_some() || row.service_user_id != of) {
                let message = "its note was changed here since it was taken: write what is new of it there";
                return Ok(Came::refused("row", message));
            }
        }
        if self.write {
            let note = [Contents::Note(referral.note.clone())];
            let made = self.people.record_in(&db, by, of, &self.index, (note.as_slice(), before), self.now()).await?;
            let target = made.first().ok_or(Trouble::NotFound)?.0;
            self.note(&db, known.as_ref(), (ImportedKind::Referral, hash), target, &digest).await?;
            db.commit().await?;
        }
        Ok(if known.is_some() { Came::Updated } else { Came::New })
    }

    /// Takes an appointment over; of one that was taken only what became of it since.
    pub(super) async fn meeting(&self, hash: &str, meeting: &Meeting) -> Result<Came, Trouble> {
        let with = match self.worker(meeting.worker.as_ref()) {
            Ok(account) => account,
            Err(refused) => return Ok(refused),
        };
        let Meeting { person, starts_at, ends_at, kind, delivery, state, .. } = meeting;
        let when = format!("{person} {} {} {} {}", starts_at.0, ends_at.0, kind.as_str(), delivery.as_str());
        let digest = self.digest(hash, &[when, state.as_str().to_owned()]);
        let known = self.known(ImportedKind::Appointment, hash).await?;
        if known.as_ref().is_some_and(|known| known.digest == digest) {
            return Ok(Came::Unchanged);
        }
        let of = match self.whom(person).await? {
            None => return Ok(nobody()),
            Some(Whom::ToCome) => return Ok(Came::New),
            Some(Whom::Here(id)) => self.people.stands_for(id).await?,
        };
        let (db, now) = (self.begin().await?, self.now());
        let at = if self.write { raise_service_user(&db, of, now).await?.unwrap_or(now) } else { now };
        let Some(by) = self.writer(&db, of).await? else { return Ok(Came::refused("person", NOT_THEIRS)) };
        if let Some(known) = &known {
            return self.bring(db, by, of, (known, *state), &digest, at).await;
        }
        if *starts_at > now && is_kept_out(&db, of, with).await? {
            return Ok(Came::refused("worker", "it can't be with them: name somebody else"));
        }
        if self.write {
            let (starts_at, ends_at, kind, delivery) = (*starts_at, *ends_at, *kind, *delivery);
            let booking = Booking { kind, delivery, location: None, starts_at, ends_at, with, referral: None };
            let id = self.people.take_over_appointment(&db, by, of, &booking, *state, at).await?;
            self.note(&db, None, (ImportedKind::Appointment, hash), id.0, &digest).await?;
            db.commit().await?;
        }
        Ok(Came::New)
    }

    /// Writes what became of an appointment that was taken while it was booked. Anything else of it is changed here, by hand:
    /// an appointment is never written over.
    async fn bring(
        &self,
        db: DatabaseTransaction,
        by: Worker,
        of: ServiceUserId,
        (known, state): (&imported_row::Model, AppointmentState),
        digest: &str,
        at: Millis,
    ) -> Result<Came, Trouble> {
        let id = AppointmentId(known.target_id);
        let found = appointment::Entity::find_by_id(id).one(&db).await?;
        let is_booked = found.is_some_and(|row| row.state == AppointmentState::Booked && row.service_user_id == of);
        let same_time = known.digest.split('.').next() == digest.split('.').next();
        if !is_booked || !same_time || state == AppointmentState::Booked {
            let message = "it was taken before, and says something else now: an appointment is changed here, by hand";
            return Ok(Came::refused("row", message));
        }
        if self.write {
            self.people.bring_appointment_to(&db, by, of, id, state, at).await?;
            let which = (ImportedKind::Appointment, known.key_hash.as_str());
            self.note(&db, Some(known), which, known.target_id, digest).await?;
            db.commit().await?;
        }
        Ok(Came::Updated)
    }
}

fn nobody() -> Came {
    Came::refused("person", "there is nobody with this key among the people who were taken")
}
