//! The one way in which appointments come into a calendar: looked up, decided, written into the ledger, opened. In this order,
//! and all of it anew at each look, as a reading of the owner's.
//!
//! Of their own appointments somebody's calendar holds those that the rule shows them, as their diary does. Who keeps them out
//! is left out of it altogether: a "busy" in its place would tell when and where somebody is to be met who does not want that.
//!
//! The calendar of a hub holds the times at which the agency meets people there, which is what a manager plans by, and nothing
//! of whom. No row about a service user is shown by it, so nothing is decided; yet who keeps the owner or the agency out is left
//! out of it too. Names stand there only beside appointments that the rule shows the owner, decided as anywhere. Of a hub whose
//! address is a secret there is no calendar, nor is there any more where it became one.

use std::collections::{BTreeSet, HashMap, HashSet};

use entity::enums::{AppointmentState, Purpose, RecordKind};
use entity::ids::{AppointmentId, LocationId, ServiceUserId};
use entity::instants::Millis;
use entity::{appointment, calendar_feed, person_record};
use sea_orm::sea_query::ExprTrait;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, Select};

use super::Calendars;
use super::event::{Scope, Slot, event};
use super::feeds::{are_names_allowed, look, of_code};
use super::ical::{Event, calendar};
use crate::access::rule::predicate::{Columns, appointment_visible, condition};
use crate::access::rule::{Ask, KEPT_OUT};
use crate::directory::store::edges::{PublicLocation, locations};
use crate::people::Trouble;
use crate::people::appointments::keeping::as_row;
use crate::people::contents::{Contents, Identity};
use crate::people::deciding::{Again, Deciding};
use crate::people::reading::{Reader, SealedRecord, TRIES};

/// From how many days ago on appointments stand in a calendar.
pub const DAYS_BACK: i64 = 30;
/// For how many days ahead.
pub const DAYS_AHEAD: i64 = 180;

const DAY: i64 = 86_400_000;
/// As what a look stands in the ledger: it comes by no root field.
const OPERATION: &str = "calendarFeed";
/// What every calendar is called: nothing that tells of anybody or of a place.
const NAME: &str = "Appointments";

/// What comes of a look at an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Looked {
    /// The calendar, as text.
    Calendar(String),
    /// Another look was taken just before: the next may be after so many seconds.
    TooSoon(u64),
    /// There is none.
    Nothing,
}

impl Calendars {
    /// Whether a code leads to a calendar. Nothing of it is told, so this is no look at it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn is_there(&self, code: &str) -> Result<bool, Trouble> {
        let at = Millis::from(self.people.clock().now());
        Ok(of_code(self.people.database().connection(), code, at).await?.is_some())
    }

    /// The calendar that a code leads to; none for a code that never was, and for one that leads to none any more, which is the
    /// same. After the first few, looks at it are apart from one another, and only one that is gives anything, or costs more than a statement. Every
    /// decision about a service user stands in the ledger before this comes back.
    ///
    /// # Errors
    /// [`Trouble::Changing`] where what it rests on keeps changing; the database, the ledger or the vault failed, and nothing
    /// is shown.
    pub async fn by_code(&self, code: &str) -> Result<Looked, Trouble> {
        let db = self.people.database().connection();
        let at = Millis::from(self.people.clock().now());
        let Some(feed) = of_code(db, code, at).await? else { return Ok(Looked::Nothing) };
        if let Some(seconds) = look(db, &feed, at).await? {
            return Ok(Looked::TooSoon(seconds));
        }
        for _ in 0..TRIES {
            let at = Millis::from(self.people.clock().now());
            if let Ok(seen) = self.try_to_read(code, at).await? {
                let text = seen.map(|events| calendar(NAME, &events, at.to_utc()));
                return Ok(text.map_or(Looked::Nothing, Looked::Calendar));
            }
        }
        Err(Trouble::Changing)
    }

    async fn try_to_read(&self, code: &str, at: Millis) -> Result<Result<Option<Vec<Event>>, Again>, Trouble> {
        let db = self.people.database().connection();
        let Some(feed) = of_code(db, code, at).await? else { return Ok(Ok(None)) };
        let names = feed.with_names && are_names_allowed(db, feed.agency_id).await?;
        let ask =
            Ask { account: feed.account_id, agency: Some(feed.agency_id), purpose: Purpose::CareCoordination, at };
        // Decided about is what is shown as a row about somebody: of a hub, what gets a name.
        let decides = feed.location_id.is_none() || names;
        let seen =
            if decides { within(&feed, at).filter(appointment_visible(&ask)).all(db).await? } else { Vec::new() };
        let rows = if feed.location_id.is_some() {
            let kept_out = condition(&KEPT_OUT, &ask, &Columns::of_appointments());
            within(&feed, at).filter(kept_out.not()).all(db).await?
        } else {
            seen.clone()
        };
        let Ok(called) = self.decided(&feed, &seen, names).await? else { return Ok(Err(Again)) };
        let named: HashSet<AppointmentId> = seen.iter().map(|row| row.id).collect();
        let hubs: BTreeSet<LocationId> = rows.iter().filter_map(|row| row.location_id).collect();
        let hubs: Vec<LocationId> = hubs.into_iter().collect();
        let hubs = if hubs.is_empty() { HashMap::new() } else { locations(db, &hubs).await? };
        let events = rows.iter().filter_map(|row| {
            let with = called.get(&row.service_user_id).filter(|_| named.contains(&row.id));
            event(&slot(&feed, row, with.cloned(), row.location_id.and_then(|hub| hubs.get(&hub))))
        });
        Ok(Ok(Some(events.collect())))
    }

    /// Decides about appointments and, where names are wanted, about who it is; all of it is written before this comes back.
    /// Gives the given names that the owner may see, of those whose appointments these are.
    async fn decided(
        &self,
        feed: &calendar_feed::Model,
        seen: &[appointment::Model],
        names: bool,
    ) -> Result<Result<HashMap<ServiceUserId, String>, Again>, Trouble> {
        let of: BTreeSet<ServiceUserId> = seen.iter().map(|row| row.service_user_id).collect();
        let of: Vec<ServiceUserId> = of.into_iter().collect();
        if of.is_empty() {
            return Ok(Ok(HashMap::new()));
        }
        let db = self.people.database().connection();
        let reader = Reader {
            account: feed.account_id,
            agency: Some(feed.agency_id),
            purpose: Purpose::CareCoordination,
            operation: OPERATION,
        };
        let mut deciding = Deciding::begin(&self.people, db, reader, &of).await?;
        for row in seen {
            // Both readings of the rule have to agree; where they do not, one saw what the other did not see yet.
            let Ok(Some(_)) = deciding.shows(&as_row(row)) else { return Ok(Err(Again)) };
        }
        let records = if names { identities(db, &of).await? } else { Vec::new() };
        let mut shown = Vec::with_capacity(records.len());
        for record in records {
            let record = SealedRecord::from(record);
            match deciding.shows(&record.row) {
                Ok(Some(ground)) => shown.push((record, ground)),
                Ok(None) => {}
                Err(Again) => return Ok(Err(Again)),
            }
        }
        if deciding.release(db, None).await? == Err(Again) {
            return Ok(Err(Again));
        }
        if shown.is_empty() {
            return Ok(Ok(HashMap::new()));
        }
        let mut opened = self.people.opened(shown, false).await?;
        // What the agency itself knows them by comes last, and is what is taken.
        opened.sort_by_key(|opened| opened.row.agency == feed.agency_id);
        let called = opened.iter().filter_map(|opened| match &opened.contents {
            Contents::Identity(identity) => Some((opened.row.service_user, given_name(identity)?)),
            Contents::Contact(_)
            | Contents::Circumstances(_)
            | Contents::Need(_)
            | Contents::Assessment(_)
            | Contents::Flag(_)
            | Contents::Note(_)
            | Contents::PersonAround(_) => None,
        });
        Ok(Ok(called.collect()))
    }
}

/// The appointments of a feed, in the order in which they begin. Which may be shown is for the rule.
fn within(feed: &calendar_feed::Model, at: Millis) -> Select<appointment::Entity> {
    let of_feed = match feed.location_id {
        Some(hub) => appointment::Column::LocationId.eq(hub),
        None => appointment::Column::WithId.eq(feed.account_id),
    };
    appointment::Entity::find()
        .filter(appointment::Column::AgencyId.eq(feed.agency_id))
        .filter(of_feed)
        .filter(appointment::Column::StartsAt.gte(Millis(at.0 - DAYS_BACK * DAY)))
        .filter(appointment::Column::StartsAt.lt(Millis(at.0 + DAYS_AHEAD * DAY)))
        .filter(appointment::Column::State.ne(AppointmentState::Superseded))
        .order_by_asc(appointment::Column::StartsAt)
        .order_by_asc(appointment::Column::Id)
}

/// Who service users are, sealed as it lies. Which of it may be seen is for the rule.
async fn identities(db: &impl ConnectionTrait, of: &[ServiceUserId]) -> Result<Vec<person_record::Model>, Trouble> {
    let rows = person_record::Entity::find()
        .filter(person_record::Column::ServiceUserId.is_in(of.iter().copied()))
        .filter(person_record::Column::Kind.eq(RecordKind::Identity))
        .filter(person_record::Column::EndedAt.is_null())
        .order_by_asc(person_record::Column::RecordedAt)
        .order_by_asc(person_record::Column::Id);
    Ok(rows.all(db).await?)
}

/// What somebody is called, without their family name and whatever else they are called.
fn given_name(identity: &Identity) -> Option<String> {
    let called = identity.known_as.as_deref().unwrap_or(&identity.given_names);
    called.split_whitespace().next().map(str::to_owned)
}

fn slot(
    feed: &calendar_feed::Model,
    row: &appointment::Model,
    with: Option<String>,
    hub: Option<&PublicLocation>,
) -> Slot {
    let scope = match (feed.with_names, feed.location_id) {
        (true, _) => Scope::Named,
        (false, Some(_)) => Scope::Hub,
        (false, None) => Scope::Own,
    };
    Slot {
        feed: feed.id,
        scope,
        id: row.id,
        kind: row.kind,
        delivery: row.delivery,
        state: row.state,
        starts: row.starts_at,
        ends: row.ends_at,
        // Of a place that is a secret there is no name in what the public may see.
        hub: hub.and_then(|hub| hub.open.as_ref()?.name.clone()),
        with,
    }
}
