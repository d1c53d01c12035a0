//! A feed is made, in the place of the one before, and revoked; how often it may be looked at; whether an agency lets names
//! stand in its own.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::enums::Role;
use entity::ids::{AgencyId, CalendarFeedId, LocationId};
use entity::instants::Millis;
use entity::{account, calendar_choice, calendar_feed, location, membership};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict, Query};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use sha2::{Digest as _, Sha256};

use super::Calendars;
use crate::database::one_at_a_time;
use crate::directory::store::edges::locations;
use crate::people::Trouble;
use crate::people::contents::Wrong;
use crate::people::entering::Worker;

/// Most feeds that somebody has of an agency at once.
pub const MOST_FEEDS: u64 = 20;

/// How many looks may come at once: a program that is given an address tries it first, and its owner looks again.
pub const LOOKS_AT_ONCE: i64 = 3;
/// Behind those, how long after a look the next one may come, in milliseconds. Each is a line in the ledger for each service
/// user, for ever: whoever has the address could fill it. Programs are told to ask once an hour.
pub const BETWEEN_LOOKS: i64 = 60_000;

/// Random bytes of a code. Nobody types it.
const CODE_BYTES: usize = 16;
/// An advisory lock of PostgreSQL under which feeds are made, so that of one sort there is one. Any constant does.
const MAKING: i64 = 0x6361_6c65_6e64_6172;

/// Of what a feed is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Making {
    /// The hub; none for the appointments that are with whoever makes it.
    pub hub: Option<LocationId>,
    /// Whether given names are wanted in it, where the agency lets them stand there.
    pub with_names: bool,
}

/// A feed, as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedSeen {
    /// Its row.
    pub row: calendar_feed::Model,
    /// Whether given names may stand in it now.
    pub names: bool,
}

/// A feed that was made. Its address is told this once.
pub struct Made {
    /// The feed.
    pub feed: FeedSeen,
    /// The address, with the secret in it; without a server before it where the settings do not say how this one is reached.
    pub address: String,
}

/// What is kept of a code.
fn hash(code: &str) -> String {
    Sha256::digest(code).iter().fold(String::new(), |hash, byte| format!("{hash}{byte:02x}"))
}

/// That a feed was not ended, that the account of its owner is open, and that the membership by which it was made holds. Part
/// of the statement that looks for it: whatever ended it, it is looked for by the same statement and not there.
fn living(at: Millis) -> Condition {
    let owner = Query::select()
        .from(account::Entity)
        .expr(Expr::value(1))
        .and_where(account::Column::Id.into_expr().eq(calendar_feed::Column::AccountId.into_expr()))
        .and_where(account::Column::DisabledAt.is_null())
        .to_owned();
    let held = Query::select()
        .from(membership::Entity)
        .expr(Expr::value(1))
        .and_where(membership::Column::Id.into_expr().eq(calendar_feed::Column::MembershipId.into_expr()))
        .and_where(membership::Column::BeginsAt.lte(at.to_utc()))
        .and_where(membership::Column::EndsAt.is_null().or(membership::Column::EndsAt.gt(at.to_utc())))
        .to_owned();
    let unended = Condition::all().add(calendar_feed::Column::EndedAt.is_null());
    unended.add(Expr::exists(owner)).add(Expr::exists(held))
}

/// That a feed is of no hub whose address is a secret now: when people are there is a part of the secret. It is part of the
/// same statement, so that such a feed is looked for as one that never was.
fn of_no_secret() -> Condition {
    let secret = Query::select()
        .from(location::Entity)
        .expr(Expr::value(1))
        .and_where(location::Column::Id.into_expr().eq(calendar_feed::Column::LocationId.into_expr()))
        .and_where(location::Column::Confidential.eq(true))
        .to_owned();
    Condition::all().add(Expr::exists(secret).not())
}

/// The feed that a code leads to at an instant; none for a code that never was, and for one that leads to none any more, be it
/// that its hub is a secret now.
pub(super) async fn of_code(
    db: &impl ConnectionTrait,
    code: &str,
    at: Millis,
) -> Result<Option<calendar_feed::Model>, Trouble> {
    let found = calendar_feed::Entity::find().filter(calendar_feed::Column::CodeHash.eq(hash(code)));
    Ok(found.filter(living(at)).filter(of_no_secret()).one(db).await?)
}

/// Takes a look at a feed; gives the whole seconds after which the next may be taken, where this one came too soon. Of two who
/// take the last one at once one has it.
pub(super) async fn look(
    db: &impl ConnectionTrait,
    feed: &calendar_feed::Model,
    at: Millis,
) -> Result<Option<u64>, Trouble> {
    let spent = calendar_feed::Column::LooksSpentUntil;
    // Spent farther ahead than they ever are they were before the clock was set right: that counts for nothing.
    let begins_anew = spent.is_null().or(spent.lt(at)).or(spent.gt(Millis(at.0 + LOOKS_AT_ONCE * BETWEEN_LOOKS)));
    let one_more = Expr::case(begins_anew.clone(), Expr::value(Millis(at.0 + BETWEEN_LOOKS)))
        .finally(spent.into_expr().add(BETWEEN_LOOKS));
    let taken = calendar_feed::Entity::update_many()
        .col_expr(spent, one_more.into())
        .filter(calendar_feed::Column::Id.eq(feed.id))
        .filter(begins_anew.or(spent.lte(Millis(at.0 + (LOOKS_AT_ONCE - 1) * BETWEEN_LOOKS))))
        .exec(db)
        .await?;
    if taken.rows_affected > 0 {
        return Ok(None);
    }
    // As it is by now: another look may have been taken at the same moment.
    let now = calendar_feed::Entity::find_by_id(feed.id).one(db).await?;
    let spent = now.and_then(|feed| feed.looks_spent_until).map_or(at.0, |until| until.0);
    let wait = spent - at.0 - (LOOKS_AT_ONCE - 1) * BETWEEN_LOOKS;
    Ok(Some(wait.clamp(1, BETWEEN_LOOKS).unsigned_abs().div_ceil(1_000)))
}

/// Whether an agency lets given names stand in calendar feeds.
pub(super) async fn are_names_allowed(db: &impl ConnectionTrait, agency: AgencyId) -> Result<bool, Trouble> {
    let chosen = calendar_choice::Entity::find_by_id(agency).one(db).await?;
    Ok(chosen.is_some_and(|chosen| chosen.names_allowed))
}

impl Calendars {
    /// Makes a feed: of the worker's own appointments, for a link worker; of a hub, for a manager. The one of the same sort
    /// that there was before ends with it.
    ///
    /// # Errors
    /// [`Trouble::Wrong`] for whoever has not the role, for a hub that is none or a secret, and where there are enough; the
    /// database failed, or there are no random bytes.
    pub async fn make(&self, by: Worker, making: Making) -> Result<Made, Trouble> {
        let random = self.people.clock().random::<CODE_BYTES>().map_err(|error| Trouble::Failed(error.to_string()))?;
        let code = URL_SAFE_NO_PAD.encode(random);
        let at = Millis::from(self.people.clock().now());
        let transaction = self.people.database().begin_write().await?;
        one_at_a_time(&transaction, MAKING).await?;
        let role = match making.hub {
            Some(_) => Role::AgencyManager,
            None => Role::LinkWorker,
        };
        let held = membership::Entity::find()
            .filter(membership::Column::AccountId.eq(by.account))
            .filter(membership::Column::AgencyId.eq(by.agency))
            .filter(membership::Column::Role.eq(role))
            .filter(membership::Column::BeginsAt.lte(at.to_utc()))
            .filter(membership::Column::EndsAt.is_null().or(membership::Column::EndsAt.gt(at.to_utc())))
            .order_by_asc(membership::Column::Id)
            .one(&transaction)
            .await?;
        let held = held.ok_or_else(|| not_theirs(making.hub))?;
        if let Some(hub) = making.hub {
            check_hub(&transaction, hub).await?;
        }
        let of_hub = match making.hub {
            Some(hub) => calendar_feed::Column::LocationId.eq(hub),
            None => calendar_feed::Column::LocationId.is_null(),
        };
        end(&transaction, theirs(by).add(of_hub), at).await?;
        let others = calendar_feed::Entity::find().filter(theirs(by)).filter(living(at)).count(&transaction).await?;
        if others >= MOST_FEEDS {
            return Err(Wrong::new("hub", format!("You have {MOST_FEEDS} calendars already: revoke one.")).into());
        }
        let row = calendar_feed::Model {
            id: CalendarFeedId(self.people.clock().new_id()),
            account_id: by.account,
            agency_id: by.agency,
            membership_id: held.id,
            location_id: making.hub,
            with_names: making.with_names,
            code_hash: Some(hash(&code)),
            made_at: at,
            ended_at: None,
            looks_spent_until: None,
        };
        let new = calendar_feed::ActiveModel {
            id: Set(row.id),
            account_id: Set(row.account_id),
            agency_id: Set(row.agency_id),
            membership_id: Set(row.membership_id),
            location_id: Set(row.location_id),
            with_names: Set(row.with_names),
            code_hash: Set(row.code_hash.clone()),
            made_at: Set(row.made_at),
            ended_at: Set(None),
            looks_spent_until: Set(None),
        };
        calendar_feed::Entity::insert(new).exec_without_returning(&transaction).await?;
        let names = row.with_names && are_names_allowed(&transaction, by.agency).await?;
        transaction.commit().await?;
        Ok(Made { feed: FeedSeen { row, names }, address: self.address_of(&code) })
    }

    /// Ends a feed of the worker's own at once.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] for one that is not theirs or has ended; the database failed.
    pub async fn revoke(&self, by: Worker, id: CalendarFeedId) -> Result<(), Trouble> {
        let at = Millis::from(self.people.clock().now());
        let this = theirs(by).add(calendar_feed::Column::Id.eq(id));
        if end(self.people.database().connection(), this, at).await? == 0 {
            return Err(Trouble::NotFound);
        }
        Ok(())
    }

    /// The worker's own feeds of the agency that they act for, as far as they were not ended, the first first. One of a hub
    /// that is a secret now is among them, to be revoked, and leads nowhere.
    ///
    /// # Errors
    /// The database failed.
    pub async fn mine(&self, by: Worker) -> Result<Vec<FeedSeen>, Trouble> {
        let (db, at) = (self.people.database().connection(), Millis::from(self.people.clock().now()));
        let rows = calendar_feed::Entity::find()
            .filter(theirs(by))
            .filter(living(at))
            .order_by_asc(calendar_feed::Column::MadeAt)
            .order_by_asc(calendar_feed::Column::Id)
            .all(db)
            .await?;
        let allowed = are_names_allowed(db, by.agency).await?;
        Ok(rows.into_iter().map(|row| FeedSeen { names: row.with_names && allowed, row }).collect())
    }

    /// Lets given names stand in the feeds of an agency whose owners want them, or not; from the next look on. That whoever
    /// does this is its manager is for who calls this: the operations table lets managers alone.
    ///
    /// # Errors
    /// The database failed.
    pub async fn allow_names(&self, by: Worker, allowed: bool) -> Result<(), Trouble> {
        let chosen = calendar_choice::ActiveModel {
            agency_id: Set(by.agency),
            names_allowed: Set(allowed),
            chosen_by: Set(by.account),
            chosen_at: Set(Millis::from(self.people.clock().now())),
        };
        let instead = OnConflict::column(calendar_choice::Column::AgencyId)
            .update_columns([
                calendar_choice::Column::NamesAllowed,
                calendar_choice::Column::ChosenBy,
                calendar_choice::Column::ChosenAt,
            ])
            .to_owned();
        let db = self.people.database().connection();
        calendar_choice::Entity::insert(chosen).on_conflict(instead).exec_without_returning(db).await?;
        Ok(())
    }
}

/// Feeds of somebody of an agency.
fn theirs(by: Worker) -> Condition {
    Condition::all()
        .add(calendar_feed::Column::AccountId.eq(by.account))
        .add(calendar_feed::Column::AgencyId.eq(by.agency))
}

/// Ends feeds that have not ended; says how many. Of their codes nothing is kept.
async fn end(db: &impl ConnectionTrait, which: Condition, at: Millis) -> Result<u64, Trouble> {
    let ended = calendar_feed::ActiveModel { code_hash: Set(None), ended_at: Set(Some(at)), ..Default::default() };
    let done = calendar_feed::Entity::update_many()
        .set(ended)
        .filter(which)
        .filter(calendar_feed::Column::EndedAt.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected)
}

fn not_theirs(hub: Option<LocationId>) -> Wrong {
    match hub {
        Some(_) => Wrong::new("hub", "The calendar of a hub is for managers of the agency: leave it out."),
        None => Wrong::new("hub", "You have no appointments of your own at the agency: name a hub."),
    }
}

/// That a hub is one of which there may be a calendar.
async fn check_hub(db: &impl ConnectionTrait, hub: LocationId) -> Result<(), Trouble> {
    match locations(db, &[hub]).await?.get(&hub) {
        Some(location) if location.confidential => {
            let message = "Its address is a secret, and so is who is there when: it has no calendar.";
            Err(Wrong::new("hub", message).into())
        }
        Some(_) => Ok(()),
        None => Err(Wrong::new("hub", "There is no location of that id that a listed service uses.").into()),
    }
}
