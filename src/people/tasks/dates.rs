//! The one way in which days of release and easements leave the tables: decided, written into the ledger, opened. In this
//! order. Beside a release stands whether the first contact was made, reckoned at the instant at which it is read.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use entity::enums::{AppointmentState, DataCategory, EasementKind, TaskKind, TaskState};
use entity::ids::{AccountId, AgencyId, EasementId, ReleaseId, ServiceUserId};
use entity::instants::Millis;
use entity::{appointment, easement, release, task};
use sea_orm::sea_query::ExprTrait;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::gate::{FirstContact, first_contact};
use super::place_of_release;
use super::reading::{is_theirs, named, opened_words};
use crate::access::ledger::Pending;
use crate::access::rule::decide::Ground;
use crate::access::rule::load::among;
use crate::access::rule::predicate::{appointment_visible, easement_visible, release_visible, task_visible};
use crate::access::rule::{APPOINTMENT, Ask, EASEMENT, RELEASE, Row};
use crate::people::deciding::{Again, Deciding, whom};
use crate::people::reading::{Reader, TRIES};
use crate::people::teams::names_of;
use crate::people::{People, Trouble};
use crate::vault::sealed::key_of;

/// Which days of release are looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhichReleases {
    /// These, be they said anew or taken back since.
    Of(Vec<ReleaseId>),
    /// Those of these service users that hold.
    About(Vec<ServiceUserId>),
}

/// Which easements are looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhichEasements {
    /// These, be they taken back since.
    Of(Vec<EasementId>),
    /// Those of these service users that were not taken back.
    About(Vec<ServiceUserId>),
}

/// A day of release, as far as somebody sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleaseSeen {
    /// Id.
    pub id: ReleaseId,
    /// Whom.
    pub service_user: ServiceUserId,
    /// Whose it is.
    pub agency: AgencyId,
    /// The day.
    pub release_on: NaiveDate,
    /// From where; absent for whom it is only shared with.
    pub from_place: Option<String>,
    /// Who recorded it, with their name; absent for whom it is only shared with.
    pub recorded_by: Option<(AccountId, String)>,
    /// When it was recorded.
    pub recorded_at: Millis,
    /// Until when it held; absent while it holds.
    pub ended_at: Option<Millis>,
    /// The one that it says anew.
    pub replaces: Option<ReleaseId>,
    /// The first contact after it; absent for whom it is only shared with.
    pub first_contact: Option<FirstContact>,
    /// On which ground it is seen.
    pub ground: Ground,
}

/// An easement, as far as somebody sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EasementSeen {
    /// Id.
    pub id: EasementId,
    /// Whom.
    pub service_user: ServiceUserId,
    /// Whose it is.
    pub agency: AgencyId,
    /// For what reason.
    pub kind: EasementKind,
    /// The first day.
    pub begins_on: NaiveDate,
    /// The last day.
    pub ends_on: NaiveDate,
    /// When it was recorded.
    pub recorded_at: Millis,
    /// When it was taken back; absent while it stands.
    pub ended_at: Option<Millis>,
    /// On which ground it is seen.
    pub ground: Ground,
}

/// A day of release that is shown, on which ground, and whether what its first contact rests on is shown too.
pub(crate) type ShownRelease = (release::Model, Ground, bool);

/// What the rule has to know of a day of release.
pub(crate) fn release_as_row(row: &release::Model) -> Row {
    Row::of(row.service_user_id, row.agency_id, RELEASE)
}

/// Decides about a day of release, and about what the first contact after it rests on; none where it may not be seen.
///
/// # Errors
/// It is about somebody who was not asked about.
pub(crate) fn shows_release(deciding: &mut Deciding, row: release::Model) -> Result<Option<ShownRelease>, Again> {
    let Some(ground) = deciding.shows(&release_as_row(&row))? else { return Ok(None) };
    // The first contact tells of a task and of appointments.
    let mut tells = is_theirs(ground);
    for category in [DataCategory::CaseNotes, APPOINTMENT] {
        tells = tells && deciding.shows(&Row::of(row.service_user_id, row.agency_id, category))?.is_some();
    }
    Ok(Some((row, ground, tells)))
}

/// The rows that an easement tells of, its own first: it is shown to who may see both. What it is for tells of more than of
/// money.
pub(crate) fn easement_as_rows(row: &easement::Model) -> [Row; 2] {
    [EASEMENT, tells_of(row.kind)].map(|category| Row::of(row.service_user_id, row.agency_id, category))
}

/// An easement about which is decided.
pub(crate) fn seen_easement(row: &easement::Model, ground: Ground) -> EasementSeen {
    EasementSeen {
        id: row.id,
        service_user: row.service_user_id,
        agency: row.agency_id,
        kind: row.kind,
        begins_on: row.begins_on,
        ends_on: row.ends_on,
        recorded_at: row.recorded_at,
        ended_at: row.ended_at,
        ground,
    }
}

impl People {
    /// The days of release that somebody may see of those that are looked for, in their order; the others are not among them,
    /// as if they were not there. Every decision stands in the ledger before this comes back, or is put to those of the
    /// request that are written before its answer leaves; refusals too.
    ///
    /// # Errors
    /// [`Trouble::Changing`] where what it rests on keeps changing; the database, the ledger or the vault failed, and
    /// nothing is shown.
    pub async fn read_releases(
        &self,
        reader: Reader,
        which: &WhichReleases,
        pending: Option<&Pending>,
    ) -> Result<Vec<ReleaseSeen>, Trouble> {
        for _ in 0..TRIES {
            if let Some(seen) = self.try_to_read_releases(reader, which, pending).await? {
                return Ok(seen);
            }
        }
        Err(Trouble::Changing)
    }

    async fn try_to_read_releases(
        &self,
        reader: Reader,
        which: &WhichReleases,
        pending: Option<&Pending>,
    ) -> Result<Option<Vec<ReleaseSeen>>, Trouble> {
        let db = self.database.connection();
        let backend = self.database.engine();
        let of = match which {
            WhichReleases::About(of) => self.standing(of).await?,
            WhichReleases::Of(ids) => {
                let these = among(backend, release::Column::Id, ids.iter().map(|id| id.0));
                let rows = release::Entity::find().filter(these).all(db);
                let rows = rows.await?.into_iter().map(|row| (row.id.0, row.service_user_id));
                whom(ids.iter().map(|id| id.0), rows)
            }
        };
        if of.is_empty() {
            return Ok(Some(Vec::new()));
        }
        let mut deciding = Deciding::begin(self, db, reader, &of).await?;
        let ask = deciding.ask;
        let these = match which {
            WhichReleases::Of(ids) => among(backend, release::Column::Id, ids.iter().map(|id| id.0)),
            WhichReleases::About(_) => {
                let holds = release::Column::EndedAt.is_null();
                among(backend, release::Column::ServiceUserId, of.iter().map(|id| id.0)).and(holds)
            }
        };
        let rows = release::Entity::find()
            .filter(these)
            .filter(release_visible(&ask))
            .order_by_asc(release::Column::ReleaseOn)
            .order_by_asc(release::Column::Id)
            .all(db)
            .await?;
        let mut shown: Vec<ShownRelease> = Vec::with_capacity(rows.len());
        for row in rows {
            // Both readings of the rule have to agree; where they do not, one saw what the other did not see yet.
            let Ok(Some(release)) = shows_release(&mut deciding, row) else { return Ok(None) };
            shown.push(release);
        }
        if deciding.release(db, pending).await? == Err(Again) {
            return Ok(None);
        }
        Ok(Some(self.opened_releases(&ask, &shown).await?))
    }

    /// Opens days of release about which is decided, and written; the first contact as of the instant of the decision.
    pub(crate) async fn opened_releases(&self, ask: &Ask, shown: &[ShownRelease]) -> Result<Vec<ReleaseSeen>, Trouble> {
        if shown.is_empty() {
            return Ok(Vec::new());
        }
        let db = self.database.connection();
        let own = || shown.iter().filter(|(_, ground, _)| is_theirs(*ground)).map(|(row, ..)| row);
        // What is not theirs to see is not opened either.
        let keys: Vec<_> = own().filter_map(|row| key_of(row.sealed.as_deref()?)).collect();
        let keys = self.vault.keys(db, &keys).await?;
        let accounts: BTreeSet<AccountId> = own().map(|row| row.recorded_by).collect();
        let names = names_of(db, accounts.into_iter()).await?;
        let contacts = self.first_contacts(ask, shown).await?;
        let mut all = Vec::with_capacity(shown.len());
        for (row, ground, _) in shown {
            let own = is_theirs(*ground);
            let sealed = row.sealed.as_deref().filter(|_| own);
            let found = sealed.and_then(|sealed| Some((keys.get(&key_of(sealed)?)?, sealed)));
            let from_place = found.map(|(key, sealed)| opened_words(key, place_of_release(row.id), sealed));
            all.push(ReleaseSeen {
                id: row.id,
                service_user: row.service_user_id,
                agency: row.agency_id,
                release_on: row.release_on,
                from_place: from_place.transpose()?,
                recorded_by: own.then(|| named(&names, row.recorded_by)),
                recorded_at: row.recorded_at,
                ended_at: row.ended_at,
                replaces: row.replaces_id.filter(|_| own),
                first_contact: contacts.get(&row.id).copied(),
                ground: *ground,
            });
        }
        Ok(all)
    }

    /// The first contact after each release of which it may be told.
    async fn first_contacts(
        &self,
        ask: &Ask,
        shown: &[ShownRelease],
    ) -> Result<HashMap<ReleaseId, FirstContact>, Trouble> {
        let told: Vec<&release::Model> = shown.iter().filter(|(.., tells)| *tells).map(|(row, ..)| row).collect();
        if told.is_empty() {
            return Ok(HashMap::new());
        }
        let db = self.database.connection();
        let backend = self.database.engine();
        let tasks = task::Entity::find()
            .filter(among(backend, task::Column::ReleaseId, told.iter().map(|row| row.id.0)))
            .filter(task::Column::Kind.eq(TaskKind::FirstContact))
            .filter(task::Column::State.eq(TaskState::Done))
            .filter(task_visible(ask))
            .all(db)
            .await?;
        let came = appointment::Entity::find()
            .filter(among(backend, appointment::Column::ServiceUserId, told.iter().map(|row| row.service_user_id.0)))
            .filter(appointment::Column::State.eq(AppointmentState::Attended))
            .filter(appointment_visible(ask))
            .all(db)
            .await?;
        let contact = |row: &&release::Model| {
            let done: Vec<NaiveDate> = tasks
                .iter()
                .filter(|task| task.release_id == Some(row.id) && task.service_user_id == row.service_user_id)
                .filter_map(|task| task.done_on)
                .collect();
            let theirs = |came: &&appointment::Model| {
                came.service_user_id == row.service_user_id && came.agency_id == row.agency_id
            };
            let came: Vec<Millis> = came.iter().filter(theirs).map(|came| came.starts_at).collect();
            (row.id, first_contact(row.release_on, &done, &came, ask.at))
        };
        Ok(told.iter().map(contact).collect())
    }

    /// The easements that somebody may see of those that are looked for, in the order in which they end; the others are not
    /// among them, as if they were not there. Every decision stands in the ledger before this comes back, or is put to those
    /// of the request that are written before its answer leaves; refusals too.
    ///
    /// # Errors
    /// [`Trouble::Changing`] where what it rests on keeps changing; the database or the ledger failed, and nothing is shown.
    pub async fn read_easements(
        &self,
        reader: Reader,
        which: &WhichEasements,
        pending: Option<&Pending>,
    ) -> Result<Vec<EasementSeen>, Trouble> {
        for _ in 0..TRIES {
            if let Some(seen) = self.try_to_read_easements(reader, which, pending).await? {
                return Ok(seen);
            }
        }
        Err(Trouble::Changing)
    }

    async fn try_to_read_easements(
        &self,
        reader: Reader,
        which: &WhichEasements,
        pending: Option<&Pending>,
    ) -> Result<Option<Vec<EasementSeen>>, Trouble> {
        let db = self.database.connection();
        let backend = self.database.engine();
        let of = match which {
            WhichEasements::About(of) => self.standing(of).await?,
            WhichEasements::Of(ids) => {
                let these = among(backend, easement::Column::Id, ids.iter().map(|id| id.0));
                let rows = easement::Entity::find().filter(these).all(db);
                let rows = rows.await?.into_iter().map(|row| (row.id.0, row.service_user_id));
                whom(ids.iter().map(|id| id.0), rows)
            }
        };
        if of.is_empty() {
            return Ok(Some(Vec::new()));
        }
        let mut deciding = Deciding::begin(self, db, reader, &of).await?;
        let these = match which {
            WhichEasements::Of(ids) => among(backend, easement::Column::Id, ids.iter().map(|id| id.0)),
            WhichEasements::About(_) => {
                let stands = easement::Column::EndedAt.is_null();
                among(backend, easement::Column::ServiceUserId, of.iter().map(|id| id.0)).and(stands)
            }
        };
        let rows = easement::Entity::find()
            .filter(these)
            .filter(easement_visible(&deciding.ask))
            .order_by_asc(easement::Column::EndsOn)
            .order_by_asc(easement::Column::Id)
            .all(db)
            .await?;
        let mut shown = Vec::with_capacity(rows.len());
        for row in rows {
            let rows = easement_as_rows(&row);
            if rows.iter().skip(1).any(|also| deciding.ground(also).is_none()) {
                continue;
            }
            let Ok(Some(ground)) = deciding.shows_all(&rows) else { return Ok(None) };
            shown.push(seen_easement(&row, ground));
        }
        if deciding.release(db, pending).await? == Err(Again) {
            return Ok(None);
        }
        Ok(Some(shown))
    }
}

/// What an easement tells of by what it is for, beside benefits.
pub(crate) fn tells_of(kind: EasementKind) -> DataCategory {
    match kind {
        EasementKind::PrisonLeaverPreReleaseClaim => DataCategory::Offending,
        EasementKind::DrugAlcoholTreatment => DataCategory::SubstanceUse,
        EasementKind::Homelessness => DataCategory::Housing,
        EasementKind::DomesticAbuse => DataCategory::Safeguarding,
        EasementKind::Other => EASEMENT,
    }
}
