//! Listings and their versions in the tables.

use chrono::{DateTime, Utc};
use entity::enums::{ListingKind, VersionAction, VersionState};
use entity::ids::{AgencyId, ListingVersionId, LocationId, SourceId};
use entity::{agency, listing_version, location, service, service_place};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::acting::{Actor, Theirs};
use super::changes::FieldChange;
use super::subject::{Listing, Subject};
use super::{Done, Refused, Trouble, Why};
use crate::directory::store::changes::Touched;
use crate::directory::store::current;
use crate::directory::store::happenings::Before;
use crate::directory::store::save::hex;
use crate::directory::store::write::{self, Standing};
use crate::once::{self, NotOnce};

/// A listing as it stands, with what is known of it.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) subject: Subject,
    pub(super) source: SourceId,
    pub(super) version: i32,
    pub(super) kept_at: Option<DateTime<Utc>>,
    /// Whose it is; absent where it is nobody's, or several agencies'.
    pub(super) owner: Option<AgencyId>,
    /// The agencies that offer something at it, where it is a place.
    pub(super) used_by: Vec<AgencyId>,
    /// When it was last changed.
    pub(super) updated_at: DateTime<Utc>,
    pub(super) listing: Listing,
}

impl Held {
    /// Whether it is somebody's to change. What several agencies have in common is a coordinator's; but a place that is a
    /// secret, which no coordinator is shown, is the managers' of those agencies, who know it.
    pub(super) fn theirs(&self, actor: &Actor) -> Theirs {
        if self.owner.is_none() && self.is_secret() {
            return if actor.manages && self.is_used_by(actor) { Theirs::Yes } else { Theirs::No };
        }
        actor.keeps(self.owner)
    }

    /// Whether all that it says is somebody's to see.
    pub(super) fn is_seen_by(&self, actor: &Actor) -> bool {
        self.theirs(actor) == Theirs::Yes || actor.sees(self.subject.kind(), self.owner) && !self.is_secret()
    }

    /// Whether they are told all of what it says and said. A coordinator who does not keep it is not told of a service
    /// what it says at its places, some of which may be secrets, nor of a place what it said while it was one.
    pub(super) fn is_told_whole(&self, actor: &Actor) -> bool {
        match self.owner {
            Some(owner) => actor.agency == Some(owner),
            None => self.is_used_by(actor) || !matches!(self.listing, Listing::Location(_)),
        }
    }

    /// Whether the agency that somebody keeps listings for offers something at it, where it is a place.
    pub(super) fn is_used_by(&self, actor: &Actor) -> bool {
        actor.agency.is_some_and(|own| self.used_by.contains(&own))
    }

    /// Whether it is a place that is a secret.
    pub(super) fn is_secret(&self) -> bool {
        matches!(&self.listing, Listing::Location(place) if place.confidential)
    }
}

/// A listing as it stands. In a transaction that writes it is held until its end: of two that change it one waits for
/// the other.
pub(super) async fn find(db: &impl ConnectionTrait, subject: Subject, hold: bool) -> Done<Option<Held>> {
    macro_rules! row {
        ($table:ident, $id:expr) => {{
            let find = $table::Entity::find_by_id($id);
            let find = if hold { find.lock_exclusive() } else { find };
            match find.one(db).await? {
                Some(row) => row,
                None => return Ok(None),
            }
        }};
    }
    Ok(Some(match subject {
        Subject::Agency(id) => {
            let row = row!(agency, id);
            Held {
                subject,
                source: row.source_id,
                version: row.version,
                kept_at: row.kept_at,
                owner: Some(id),
                used_by: Vec::new(),
                updated_at: row.updated_at,
                listing: Listing::Agency(current::agency(db, row).await?),
            }
        }
        Subject::Service(id) => {
            let row = row!(service, id);
            Held {
                subject,
                source: row.source_id,
                version: row.version,
                kept_at: row.kept_at,
                owner: Some(row.agency_id),
                used_by: Vec::new(),
                updated_at: row.updated_at,
                listing: Listing::Service(Box::new(current::service(db, row).await?)),
            }
        }
        Subject::Location(id) => {
            let row = row!(location, id);
            let users = users_of(db, id).await?;
            // Whoever made it, or used it before anybody else, keeps it, whoever comes to it and stays there: what was once
            // said of it is theirs.
            let owner = match (row.agency_id, users.as_slice()) {
                (Some(first), _) => Some(first),
                (None, [only]) => Some(*only),
                (None, [..]) => None,
            };
            Held {
                subject,
                source: row.source_id,
                version: row.version,
                kept_at: row.kept_at,
                owner,
                used_by: users,
                updated_at: row.updated_at,
                listing: Listing::Location(current::location(db, row).await?),
            }
        }
    }))
}

/// The agencies that offer something at a location.
pub(super) async fn users_of(db: &impl ConnectionTrait, id: LocationId) -> Done<Vec<AgencyId>> {
    let at = service_place::Entity::find().filter(service_place::Column::LocationId.eq(id));
    let at = QuerySelect::query(&mut at.select_only().column(service_place::Column::ServiceId)).to_owned();
    let of = service::Entity::find().filter(service::Column::Id.in_subquery(at)).select_only();
    let of = of.column(service::Column::AgencyId).distinct().order_by_asc(service::Column::AgencyId);
    Ok(of.into_tuple().all(db).await?)
}

/// That an agency was at these places before those who come to them now.
pub(super) async fn keep_first(db: &impl ConnectionTrait, places: &[(LocationId, AgencyId)]) -> Done<()> {
    for (place, first) in places {
        location::Entity::update_many()
            .set(location::ActiveModel { agency_id: Set(Some(*first)), ..Default::default() })
            .filter(location::Column::Id.eq(*place))
            .filter(location::Column::AgencyId.is_null())
            .exec(db)
            .await?;
    }
    Ok(())
}

/// Writes a listing, its version and what tells everybody that it changed.
pub(super) async fn write(
    db: &DatabaseTransaction,
    held: &Held,
    listing: &Listing,
    standing: Standing,
    now: DateTime<Utc>,
) -> Done<Touched> {
    let mut touched = Touched::default();
    let mut before = Before::default();
    match held.subject {
        Subject::Agency(_) => {}
        Subject::Service(id) => before.of_services(db, vec![id]).await?,
        Subject::Location(id) => before.at_locations(db, &[id]).await?,
    }
    match (held.subject, listing) {
        (Subject::Agency(id), Listing::Agency(listing)) => {
            write::agency(db, id, held.source, listing, standing, now).await?;
            touched.agencies.insert(id);
        }
        (Subject::Service(id), Listing::Service(listing)) => {
            write::service(db, id, held.source, listing, standing, now).await?;
            touched.services.insert(id);
        }
        (Subject::Location(id), Listing::Location(listing)) => {
            write::location(db, id, held.source, held.owner, listing, standing, now).await?;
            touched.locations.insert(id);
        }
        (Subject::Agency(_) | Subject::Service(_) | Subject::Location(_), _) => {
            return Err(Trouble::Failed("a listing of another kind".to_owned()));
        }
    }
    before.note(db, now).await?;
    Ok(touched)
}

/// A version before it is stored.
#[derive(Clone, Debug)]
pub(super) struct NewVersion {
    pub(super) number: Option<i32>,
    pub(super) base: i32,
    pub(super) state: VersionState,
    pub(super) action: VersionAction,
    pub(super) changes: Vec<FieldChange>,
    pub(super) document: Option<String>,
    pub(super) reason: Option<String>,
    pub(super) publish_at: Option<DateTime<Utc>>,
    pub(super) undoes: Option<ListingVersionId>,
}

/// Stores a version, as an agency's or nobody's, made by somebody or by a source.
pub(super) async fn add_version(
    db: &impl ConnectionTrait,
    id: ListingVersionId,
    held: &Held,
    by: Option<&Actor>,
    new: NewVersion,
    made_at: DateTime<Utc>,
) -> Done<()> {
    let row = listing_version::ActiveModel {
        id: Set(id),
        kind: Set(held.subject.kind()),
        listing_id: Set(held.subject.uuid()),
        agency_id: Set(held.owner),
        number: Set(new.number),
        base: Set(new.base),
        state: Set(new.state),
        action: Set(new.action),
        changes: Set(serde_json::to_string(&new.changes)?),
        document: Set(new.document),
        reason: Set(new.reason),
        made_by: Set(by.and_then(|actor| actor.asker.account())),
        made_by_key: Set(by.and_then(|actor| actor.asker.key())),
        made_at: Set(made_at),
        publish_at: Set(new.publish_at),
        decided_by: Set(None),
        decided_at: Set((new.state == VersionState::Published).then_some(made_at)),
        decision_note: Set(None),
        undoes: Set(new.undoes),
    };
    listing_version::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

/// A published version of a listing by its number.
pub(super) async fn numbered(
    db: &impl ConnectionTrait,
    listing: Uuid,
    number: i32,
) -> Done<Option<listing_version::Model>> {
    let of = listing_version::Entity::find().filter(listing_version::Column::ListingId.eq(listing));
    Ok(of.filter(listing_version::Column::Number.eq(number)).one(db).await?)
}

/// A version, held where it is to be decided upon.
pub(super) async fn version(
    db: &impl ConnectionTrait,
    id: ListingVersionId,
    hold: bool,
) -> Done<Option<listing_version::Model>> {
    let find = listing_version::Entity::find_by_id(id);
    Ok(if hold { find.lock_exclusive() } else { find }.one(db).await?)
}

/// What a version changes.
pub(super) fn changes_of(row: &listing_version::Model) -> Done<Vec<FieldChange>> {
    Ok(serde_json::from_str(&row.changes)?)
}

/// What a row of `listing_version` is about.
pub(super) fn subject_of(row: &listing_version::Model) -> Subject {
    Subject::of(row.kind, row.listing_id)
}

/// Whether an agency's changes wait for a manager.
pub(super) async fn needs_approval(db: &impl ConnectionTrait, agency: AgencyId) -> Done<bool> {
    let row = agency::Entity::find_by_id(agency).one(db).await?;
    Ok(row.is_some_and(|row| row.needs_approval))
}

/// What somebody asks for with a key of their own.
pub(super) struct Asked<'a> {
    pub(super) actor: &'a Actor,
    pub(super) key: Option<&'a str>,
    pub(super) operation: &'static str,
    /// What they gave, in any form that is the same for the same.
    pub(super) input: &'a str,
}

/// Notes that something is being made of what somebody asked for with their key; says what was made of it before,
/// where it is asked for again.
pub(super) async fn once(
    db: &impl ConnectionTrait,
    asked: &Asked<'_>,
    makes: Uuid,
    now: DateTime<Utc>,
) -> Done<Option<Uuid>> {
    let Some(key) = asked.key else { return Ok(None) };
    // For another agency the same words are something else.
    let input_hash = hex(&Sha256::digest(format!("{:?} {}", asked.actor.agency, asked.input)));
    let by = once::By { asker: asked.actor.asker.uuid(), agency: asked.actor.agency, operation: asked.operation };
    let asked = once::Asked::in_the_open(by, key, input_hash);
    let refused = |why, message: String| Refused::field(why, "input.idempotencyKey", message);
    match once::claim(db, &asked, makes, now).await {
        Ok(before) => Ok(before.and_then(|made| made.first().copied())),
        Err(wrong @ NotOnce::Form) => Err(refused(Why::BadValue, wrong.to_string())),
        Err(used @ NotOnce::Used) => Err(refused(Why::KeyUsed, used.to_string())),
        Err(NotOnce::Database(error)) => Err(error.into()),
    }
}

/// The kind of listing in the words of a message.
pub(super) fn there_is_none(field: &str, kind: ListingKind) -> Trouble {
    Refused::field(Why::NotFound, field, format!("There is no such {}.", super::check::called(kind)))
}
