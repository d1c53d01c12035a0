//! The one way in which appointments leave the tables: decided, written into the ledger, opened. In this order. And the diary
//! of an agency, where the rule is part of the statement.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use entity::enums::{AppointmentDelivery, AppointmentKind, AppointmentState, AppointmentStep, CancelledBy};
use entity::ids::{AccountId, AgencyId, AppointmentEventId, AppointmentId, LocationId, ReferralId, ServiceUserId};
use entity::instants::Millis;
use entity::{appointment, appointment_event};
use sea_orm::sea_query::{ExprTrait, Func, Order, Query, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use super::keeping::as_row;
use super::life::notice_hours;
use super::place;
use crate::access::ledger::Pending;
use crate::access::rule::Ask;
use crate::access::rule::decide::Ground;
use crate::access::rule::load::among;
use crate::access::rule::predicate::{Columns, appointment_visible, left_to_all};
use crate::people::deciding::{Again, Deciding, whom};
use crate::people::reading::{Reader, TRIES};
use crate::people::teams::names_of;
use crate::people::{People, Trouble};
use crate::vault::VaultError;
use crate::vault::sealed::{DataKey, key_of};

/// Which appointments are looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhichAppointments {
    /// These.
    Of(Vec<AppointmentId>),
    /// All of these service users.
    About(Vec<ServiceUserId>),
}

/// Which appointments of an agency stand in its diary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Diary {
    /// Those that begin at this instant or later.
    pub from: Millis,
    /// And before this one.
    pub until: Millis,
    /// Only those that are with the reader, and those that are left to all who work with whom they are with.
    pub mine: bool,
    /// Only those of which nothing was said since they were booked.
    pub booked: bool,
}

/// A step of an appointment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppointmentStepSeen {
    /// What.
    pub step: AppointmentStep,
    /// How far it had come by it.
    pub state: AppointmentState,
    /// When.
    pub at: Millis,
    /// Who, with their name; absent for whom it is only shared with.
    pub by: Option<(AccountId, String)>,
    /// For which agency.
    pub agency: Option<AgencyId>,
    /// Whether they came late, where that was recorded by it.
    pub is_late: Option<bool>,
    /// Whether there was a good reason not to come, where that was recorded by it.
    pub is_acceptable: Option<bool>,
    /// Whether the session was delivered, where that was recorded by it.
    pub delivered: Option<bool>,
    /// What was said; absent for whom it is only shared with.
    pub words: Option<String>,
}

/// An appointment, as far as somebody sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppointmentSeen {
    /// Id.
    pub id: AppointmentId,
    /// Whom.
    pub service_user: ServiceUserId,
    /// Whose it is.
    pub agency: AgencyId,
    /// What for.
    pub kind: AppointmentKind,
    /// How it is held.
    pub delivery: AppointmentDelivery,
    /// The hub.
    pub location: Option<LocationId>,
    /// When it begins.
    pub starts_at: Millis,
    /// When it ends.
    pub ends_at: Millis,
    /// The worker with whom it is, with their name.
    pub with: (AccountId, String),
    /// The referral that it belongs to; absent for whom it is only shared with.
    pub referral: Option<ReferralId>,
    /// In whose place it stands.
    pub replaces: Option<AppointmentId>,
    /// How far it has come.
    pub state: AppointmentState,
    /// Whether they came late.
    pub is_late: Option<bool>,
    /// Whether there was a good reason not to come.
    pub is_acceptable: Option<bool>,
    /// Whether the session was delivered.
    pub delivered: Option<bool>,
    /// Who called it off.
    pub cancelled_by: Option<CancelledBy>,
    /// How much notice was given when it was called off, in whole hours.
    pub notice_hours: Option<i64>,
    /// When it was booked.
    pub booked_at: Millis,
    /// Everything that was done with it, the first first.
    pub history: Vec<AppointmentStepSeen>,
    /// On which ground it is seen.
    pub ground: Ground,
}

/// Whether what was said of an appointment, by whom, and what it belongs to, is theirs to see: the agency's whose it is, and
/// the service user's. What is shared is that they were to meet, and what became of it.
fn is_theirs(ground: Ground) -> bool {
    match ground {
        Ground::OwnRecord | Ground::Proxy | Ground::OwnAgency => true,
        Ground::Shared { .. } | Ground::Party { .. } => false,
    }
}

impl People {
    /// The appointments that somebody may see of those that are looked for, in the order in which they begin; the others are
    /// not among them, as if they were not there. Every decision stands in the ledger before this comes back, or is put to
    /// those of the request that are written before its answer leaves; refusals too.
    ///
    /// # Errors
    /// [`Trouble::Changing`] where what it rests on keeps changing; the database, the ledger or the vault failed, and
    /// nothing is shown.
    pub async fn read_appointments(
        &self,
        reader: Reader,
        which: &WhichAppointments,
        pending: Option<&Pending>,
    ) -> Result<Vec<AppointmentSeen>, Trouble> {
        for _ in 0..TRIES {
            if let Some(seen) = self.try_to_read_appointments(reader, which, pending).await? {
                return Ok(seen);
            }
        }
        Err(Trouble::Changing)
    }

    async fn try_to_read_appointments(
        &self,
        reader: Reader,
        which: &WhichAppointments,
        pending: Option<&Pending>,
    ) -> Result<Option<Vec<AppointmentSeen>>, Trouble> {
        let db = self.database.connection();
        let of = self.whom_appointments_are_about(which).await?;
        if of.is_empty() {
            return Ok(Some(Vec::new()));
        }
        let mut deciding = Deciding::begin(self, db, reader, &of).await?;
        let backend = self.database.engine();
        let these = match which {
            WhichAppointments::Of(ids) => among(backend, appointment::Column::Id, ids.iter().map(|id| id.0)),
            WhichAppointments::About(_) => among(backend, appointment::Column::ServiceUserId, of.iter().map(|id| id.0)),
        };
        let rows = appointment::Entity::find()
            .filter(these)
            .filter(appointment_visible(&deciding.ask))
            .order_by_asc(appointment::Column::StartsAt)
            .order_by_asc(appointment::Column::Id)
            .all(db)
            .await?;
        let mut shown = Vec::with_capacity(rows.len());
        for row in rows {
            // Both readings of the rule have to agree; where they do not, one saw what the other did not see yet.
            let Ok(Some(ground)) = deciding.shows(&as_row(&row)) else { return Ok(None) };
            shown.push((row, ground));
        }
        if deciding.release(db, pending).await? == Err(Again) {
            return Ok(None);
        }
        Ok(Some(self.opened_appointments(shown).await?))
    }

    /// Whom these appointments are about, joined records as the one that stands for them; of an appointment that is not
    /// there, nobody: the statements that follow are the same.
    async fn whom_appointments_are_about(&self, which: &WhichAppointments) -> Result<Vec<ServiceUserId>, Trouble> {
        match which {
            WhichAppointments::About(of) => self.standing(of).await,
            WhichAppointments::Of(ids) if ids.is_empty() => Ok(Vec::new()),
            WhichAppointments::Of(ids) => {
                let these = among(self.database.engine(), appointment::Column::Id, ids.iter().map(|id| id.0));
                let rows = appointment::Entity::find().filter(these).all(self.database.connection()).await?;
                let found = rows.into_iter().map(|row| (row.id.0, row.service_user_id));
                Ok(whom(ids.iter().map(|id| id.0), found))
            }
        }
    }

    /// Opens appointments about which is decided, and written.
    pub(crate) async fn opened_appointments(
        &self,
        shown: Vec<(appointment::Model, Ground)>,
    ) -> Result<Vec<AppointmentSeen>, Trouble> {
        if shown.is_empty() {
            return Ok(Vec::new());
        }
        let db = self.database.connection();
        let theirs: BTreeMap<AppointmentId, bool> =
            shown.iter().map(|(row, ground)| (row.id, is_theirs(*ground))).collect();
        let (backend, column) = (self.database.engine(), appointment_event::Column::AppointmentId);
        let events = appointment_event::Entity::find()
            .filter(among(backend, column, theirs.keys().map(|id| id.0)))
            .order_by_asc(appointment_event::Column::Number)
            .all(db)
            .await?;
        // What is not theirs to see is not opened either.
        let is_open = |event: &appointment_event::Model| theirs.get(&event.appointment_id).copied().unwrap_or(false);
        let opens: Vec<_> = events.iter().filter(|event| is_open(event)).collect();
        let keys: Vec<_> = opens.iter().filter_map(|event| key_of(event.sealed.as_deref()?)).collect();
        let mut accounts: BTreeSet<AccountId> = opens.iter().filter_map(|event| event.by).collect();
        accounts.extend(shown.iter().map(|(row, _)| row.with_id));
        let keys = self.vault.keys(db, &keys).await?;
        let names = names_of(db, accounts.into_iter()).await?;
        let mut history: HashMap<AppointmentId, Vec<AppointmentStepSeen>> = HashMap::new();
        for event in events {
            let open = is_open(&event);
            let sealed = event.sealed.as_deref().filter(|_| open);
            let words = match sealed.and_then(|sealed| Some((keys.get(&key_of(sealed)?)?, sealed))) {
                Some((key, sealed)) => Some(opened_words(key, event.id, sealed)?),
                None => None,
            };
            history.entry(event.appointment_id).or_default().push(AppointmentStepSeen {
                step: event.step,
                state: event.state,
                at: event.at,
                by: event.by.filter(|_| open).map(|by| named(&names, by)),
                agency: event.agency_id,
                is_late: event.is_late,
                is_acceptable: event.is_acceptable,
                delivered: event.delivered,
                words,
            });
        }
        let seen = shown.into_iter().map(|(row, ground)| AppointmentSeen {
            id: row.id,
            service_user: row.service_user_id,
            agency: row.agency_id,
            kind: row.kind,
            delivery: row.delivery,
            location: row.location_id,
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            with: named(&names, row.with_id),
            referral: row.referral_id.filter(|_| is_theirs(ground)),
            replaces: row.replaces_id,
            state: row.state,
            is_late: row.is_late,
            is_acceptable: row.is_acceptable,
            delivered: row.delivered,
            cancelled_by: row.cancelled_by,
            notice_hours: row.cancelled_at.map(|cancelled| notice_hours(row.starts_at, cancelled)),
            booked_at: row.booked_at,
            history: history.remove(&row.id).unwrap_or_default(),
            ground,
        });
        Ok(seen.collect())
    }

    /// A page of the diary of the reader's agency: its appointments that the reader may see, those that begin first first,
    /// behind one of them, each with when it begins; one more than asked for where more follow.
    ///
    /// # Errors
    /// The database failed.
    pub async fn page_of_appointments(
        &self,
        reader: Reader,
        diary: &Diary,
        after: Option<(Millis, AppointmentId)>,
        first: usize,
    ) -> Result<Vec<(Millis, AppointmentId)>, Trouble> {
        let Some(agency) = reader.agency else { return Ok(Vec::new()) };
        let mut select = those(&ask_of(reader, self.clock.now().into()), agency, diary);
        select
            .expr_as(appointment::Column::StartsAt.into_expr(), "starts_at")
            .expr_as(appointment::Column::Id.into_expr(), "id");
        if let Some((at, id)) = after {
            let later = appointment::Column::StartsAt.gt(at);
            let behind = appointment::Column::StartsAt.eq(at).and(appointment::Column::Id.gt(id));
            select.and_where(later.or(behind));
        }
        let limit = u64::try_from(first).unwrap_or(u64::MAX).saturating_add(1);
        select
            .order_by_expr(appointment::Column::StartsAt.into_expr(), Order::Asc)
            .order_by_expr(appointment::Column::Id.into_expr(), Order::Asc)
            .limit(limit);
        let rows = self.database.connection().query_all(&select).await?;
        let mut page = Vec::with_capacity(rows.len());
        for row in rows {
            page.push((row.try_get("", "starts_at")?, row.try_get("", "id")?));
        }
        Ok(page)
    }

    /// How many appointments stand in the diary of the reader's agency, of those that the reader may see.
    ///
    /// # Errors
    /// The database failed.
    pub async fn count_appointments(&self, reader: Reader, diary: &Diary) -> Result<u64, Trouble> {
        let Some(agency) = reader.agency else { return Ok(0) };
        let mut select = those(&ask_of(reader, self.clock.now().into()), agency, diary);
        select.expr_as(Func::count(appointment::Column::Id.into_expr()), "number");
        let Some(row) = self.database.connection().query_one(&select).await? else { return Ok(0) };
        let number: i64 = row.try_get("", "number")?;
        Ok(number.unsigned_abs())
    }
}

/// The appointments of a diary that somebody may see; only those of the agency itself, whatever others share with it.
fn those(ask: &Ask, agency: AgencyId, diary: &Diary) -> SelectStatement {
    let Diary { from, until, mine, booked } = *diary;
    let mut select = Query::select();
    select
        .from(appointment::Entity)
        .and_where(appointment::Column::AgencyId.eq(agency))
        .and_where(appointment::Column::StartsAt.gte(from))
        .and_where(appointment::Column::StartsAt.lt(until))
        .and_where(appointment_visible(ask));
    if mine {
        let with = appointment::Column::WithId;
        let left = left_to_all(ask, &Columns::of_appointments(), &with.into_expr());
        select.and_where(with.eq(ask.account).or(left));
    }
    if booked {
        select.and_where(appointment::Column::State.eq(AppointmentState::Booked));
    }
    select
}

fn ask_of(reader: Reader, at: Millis) -> Ask {
    let Reader { account, agency, purpose, operation: _ } = reader;
    Ask { account, agency, purpose, at }
}

fn named(names: &BTreeMap<AccountId, String>, account: AccountId) -> (AccountId, String) {
    (account, names.get(&account).cloned().unwrap_or_default())
}

fn opened_words(key: &DataKey, event: AppointmentEventId, sealed: &str) -> Result<String, Trouble> {
    Ok(key.open(place(event), sealed).map_err(VaultError::from)?)
}
