//! What coordinators do: join two listings of one thing, part them again, and hand a service over to another agency.
//! Nothing is lost by it: the one that is not shown any more stays as it is, and every step is a version.

use chrono::{DateTime, Utc};
use entity::enums::{ListingKind, VersionAction, VersionState, Visibility};
use entity::ids::{AgencyId, ListingMergeId, ListingVersionId, LocationId, ServiceId};
use entity::{agency, listing_merge, listing_version, location, service};
use sea_orm::ActiveValue::{Set, Unchanged};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, ExprTrait, QueryFilter,
    QueryOrder, QuerySelect,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::acting::Actor;
use super::changes;
use super::editing::said;
use super::store::{self, Held, NewVersion};
use super::subject::{Listing, Subject};
use super::{Done, Listings, Refused, Trouble, Why};
use crate::directory::store::changes as directory_changes;
use crate::directory::store::changes::Touched;

/// What was moved when two were joined.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moved {
    /// Services that went from one agency to the other.
    #[serde(default)]
    pub services: Vec<ServiceId>,
    /// Places that the one kept, and the other keeps now.
    #[serde(default)]
    pub locations: Vec<LocationId>,
    /// Who saw the service that is not shown any more.
    #[serde(default)]
    pub visibility: Option<Visibility>,
}

fn not_found(field: &'static str, kind: ListingKind) -> Trouble {
    store::there_is_none(field, kind)
}

fn must(reason: Option<&str>) -> Done<String> {
    said("input.reason", reason)?
        .ok_or_else(|| Refused::field(Why::BadValue, "input.reason", "Say why: both agencies will read it."))
}

impl Listings {
    /// Changes a service as coordinators do; says what that touched.
    async fn coordinate(
        &self,
        db: &DatabaseTransaction,
        actor: &Actor,
        held: &Held,
        action: VersionAction,
        reason: &str,
        does: impl FnOnce(&mut crate::directory::listing::StoredService),
    ) -> Done<Touched> {
        let Listing::Service(before) = &held.listing else {
            return Err(Trouble::Failed("a service of another kind".to_owned()));
        };
        let mut after = before.clone();
        does(&mut after);
        let listing = Listing::Service(after);
        let changes = changes::between(&held.listing.to_show()?, &listing.to_show()?);
        let new = NewVersion {
            number: None,
            base: held.version,
            state: VersionState::Published,
            action,
            changes,
            document: None,
            reason: Some(reason.to_owned()),
            publish_at: None,
            undoes: None,
        };
        let id = ListingVersionId(self.clock.new_id());
        self.publish(db, held, &listing, Some((actor, id, new)), self.now()).await
    }

    /// Gives a service to another agency, with its history.
    ///
    /// # Errors
    /// [`Why::NotFound`]; [`Why::NothingChanges`] where it is that agency's already; [`Why::Changed`].
    pub async fn hand_over(
        &self,
        actor: &Actor,
        id: ServiceId,
        to: AgencyId,
        expected: i32,
        reason: Option<&str>,
    ) -> Done<ServiceId> {
        let reason = must(reason)?;
        let transaction = self.database.begin_write().await?;
        let none = || not_found("input.service", ListingKind::Service);
        // Agencies before services, as imports hold them too.
        standing_agency(&transaction, to, "input.to").await?;
        let held = store::find(&transaction, Subject::Service(id), true).await?.ok_or_else(none)?;
        self.is_expected(&transaction, actor, &held, expected).await?;
        if held.owner == Some(to) {
            return Err(Refused::field(Why::NothingChanges, "input.to", "The service is this agency's already."));
        }
        let mut touched = Touched::default();
        touched.agencies.extend(held.owner);
        touched.agencies.insert(to);
        let action = VersionAction::HandedOver;
        touched.add(self.coordinate(&transaction, actor, &held, action, &reason, |service| service.agency = to).await?);
        if let (Some(from), Listing::Service(service)) = (held.owner, &held.listing) {
            let places: Vec<LocationId> = service.places.iter().map(|place| place.location).collect();
            let left = left_by(&transaction, from, &places).await?;
            move_places(&transaction, &left, to).await?;
        }
        // What its old agency meant to change is for the new one to look at.
        become_drafts(&transaction, id, to, "It was begun before the service was handed over.").await?;
        directory_changes::note(&transaction, "handed over", Some(&touched), self.now()).await?;
        transaction.commit().await?;
        self.show().await;
        Ok(id)
    }

    /// Joins two listings of one service: one stays, the other is shown to nobody any more.
    ///
    /// # Errors
    /// [`Why::NotFound`]; [`Why::BadValue`] where both are one; [`Why::NothingChanges`] where it was joined already.
    pub async fn join_services(
        &self,
        actor: &Actor,
        keep: ServiceId,
        other: ServiceId,
        reason: Option<&str>,
    ) -> Done<ListingMergeId> {
        let reason = must(reason)?;
        if keep == other {
            return Err(Refused::field(Why::BadValue, "input.duplicate", "A service is no duplicate of itself."));
        }
        let transaction = self.database.begin_write().await?;
        // In the order of their ids, so that two who join the same two do not wait for each other for ever.
        let mut ids = [keep, other];
        ids.sort_unstable();
        for id in ids {
            let field = if id == keep { "input.keep" } else { "input.duplicate" };
            let held = store::find(&transaction, Subject::Service(id), true).await?;
            held.ok_or_else(|| not_found(field, ListingKind::Service))?;
        }
        not_joined(&transaction, [keep.0, other.0]).await?;
        let none = || not_found("input.duplicate", ListingKind::Service);
        let held = store::find(&transaction, Subject::Service(other), true).await?.ok_or_else(none)?;
        let Listing::Service(before) = &held.listing else { return Err(none()) };
        let moved = Moved { visibility: Some(before.visibility), ..Moved::default() };
        let hide = |service: &mut crate::directory::listing::StoredService| service.visibility = Visibility::Internal;
        let touched = if before.visibility == Visibility::Internal {
            Touched::default()
        } else {
            self.coordinate(&transaction, actor, &held, VersionAction::Merged, &reason, hide).await?
        };
        let id = self.note_joined(&transaction, actor, ListingKind::Service, [keep.0, other.0], &moved, reason).await?;
        directory_changes::note(&transaction, "joined", Some(&touched), self.now()).await?;
        transaction.commit().await?;
        self.show().await;
        Ok(id)
    }

    /// Joins two listings of one agency: the services of the other become those of the one that stays.
    ///
    /// # Errors
    /// As [`Self::join_services`].
    pub async fn join_agencies(
        &self,
        actor: &Actor,
        keep: AgencyId,
        other: AgencyId,
        reason: Option<&str>,
    ) -> Done<ListingMergeId> {
        let reason = must(reason)?;
        if keep == other {
            return Err(Refused::field(Why::BadValue, "input.duplicate", "An agency is no duplicate of itself."));
        }
        let transaction = self.database.begin_write().await?;
        let mut ids = [keep, other];
        ids.sort_unstable();
        for id in ids {
            let field = if id == keep { "input.keep" } else { "input.duplicate" };
            standing_agency(&transaction, id, field).await?;
        }
        not_joined(&transaction, [keep.0, other.0]).await?;
        let services = service::Entity::find().filter(service::Column::AgencyId.eq(other));
        let services = services.order_by_asc(service::Column::Id).select_only().column(service::Column::Id);
        let services: Vec<ServiceId> = services.into_tuple().all(&transaction).await?;
        let mut touched = Touched::default();
        touched.agencies.extend([keep, other]);
        touched.add(self.move_all(&transaction, actor, &services, keep, VersionAction::Merged, &reason).await?);
        mark_merged(&transaction, other, Some(keep), self.now()).await?;
        let locations = location::Entity::find().filter(location::Column::AgencyId.eq(other));
        let locations: Vec<LocationId> =
            locations.select_only().column(location::Column::Id).into_tuple().all(&transaction).await?;
        move_places(&transaction, &locations, keep).await?;
        let moved = Moved { services, locations, visibility: None };
        let id = self.note_joined(&transaction, actor, ListingKind::Agency, [keep.0, other.0], &moved, reason).await?;
        directory_changes::note(&transaction, "joined", Some(&touched), self.now()).await?;
        transaction.commit().await?;
        self.show().await;
        Ok(id)
    }

    /// Parts what was joined: what was moved goes back, what has been changed since stays changed.
    ///
    /// # Errors
    /// [`Why::NotFound`]; [`Why::Decided`] where it was parted already.
    pub async fn part(&self, actor: &Actor, id: ListingMergeId, reason: Option<&str>) -> Done<ListingMergeId> {
        let reason = must(reason)?;
        let none = || Refused::field(Why::NotFound, "input.id", "There is no such joining.");
        let transaction = self.database.begin_write().await?;
        let row = listing_merge::Entity::find_by_id(id).lock_exclusive().one(&transaction).await?.ok_or_else(none)?;
        if row.undone_at.is_some() {
            return Err(Refused::field(Why::Decided, "input.id", "They were parted already."));
        }
        let moved: Moved = serde_json::from_str(&row.moved)?;
        let mut touched = Touched::default();
        match row.kind {
            ListingKind::Agency => {
                let (keep, other) = (AgencyId(row.kept_id), AgencyId(row.merged_id));
                touched.agencies.extend([keep, other]);
                let kept = agency::Entity::find_by_id(keep).lock_exclusive().one(&transaction).await?;
                if kept.is_some_and(|kept| kept.merged_into.is_some()) {
                    let message = "The one that stayed was itself joined to another since: part those two first.";
                    return Err(Refused::field(Why::Decided, "input.id", message));
                }
                // Those that nobody moved, for they came later, are shown again too.
                let come = service::Entity::find().filter(service::Column::AgencyId.eq(other)).select_only();
                let come: Vec<ServiceId> = come.column(service::Column::Id).into_tuple().all(&transaction).await?;
                touched.services.extend(come);
                // What was handed on to a third since is not theirs to take back.
                let still = service::Entity::find().filter(service::Column::Id.is_in(moved.services.clone()));
                let still = still.filter(service::Column::AgencyId.eq(keep)).order_by_asc(service::Column::Id);
                let still: Vec<ServiceId> =
                    still.select_only().column(service::Column::Id).into_tuple().all(&transaction).await?;
                touched.add(self.move_all(&transaction, actor, &still, other, VersionAction::Parted, &reason).await?);
                mark_merged(&transaction, other, None, self.now()).await?;
                move_places(&transaction, &moved.locations, other).await?;
            }
            ListingKind::Service => {
                let other = ServiceId(row.merged_id);
                let held = store::find(&transaction, Subject::Service(other), true).await?.ok_or_else(none)?;
                let was = moved.visibility.unwrap_or(Visibility::Public);
                let shown = matches!(&held.listing, Listing::Service(service) if service.visibility == was);
                if !shown {
                    let action = VersionAction::Parted;
                    let show = |service: &mut crate::directory::listing::StoredService| service.visibility = was;
                    touched.add(self.coordinate(&transaction, actor, &held, action, &reason, show).await?);
                }
            }
            ListingKind::Location => return Err(none()),
        }
        let undone = listing_merge::ActiveModel {
            id: Unchanged(id),
            undone_by: Set(actor.asker.account()),
            undone_at: Set(Some(self.now())),
            ..Default::default()
        };
        undone.update(&transaction).await?;
        directory_changes::note(&transaction, "parted", Some(&touched), self.now()).await?;
        transaction.commit().await?;
        self.show().await;
        Ok(id)
    }

    async fn move_all(
        &self,
        db: &DatabaseTransaction,
        actor: &Actor,
        services: &[ServiceId],
        to: AgencyId,
        action: VersionAction,
        reason: &str,
    ) -> Done<Touched> {
        let mut touched = Touched::default();
        for id in services {
            let Some(held) = store::find(db, Subject::Service(*id), true).await? else { continue };
            touched.add(self.coordinate(db, actor, &held, action, reason, |service| service.agency = to).await?);
            become_drafts(db, *id, to, "It was begun before two agencies were joined or parted.").await?;
        }
        Ok(touched)
    }

    async fn note_joined(
        &self,
        db: &DatabaseTransaction,
        actor: &Actor,
        kind: ListingKind,
        [kept, merged]: [Uuid; 2],
        moved: &Moved,
        reason: String,
    ) -> Done<ListingMergeId> {
        let id = ListingMergeId(self.clock.new_id());
        let row = listing_merge::ActiveModel {
            id: Set(id),
            kind: Set(kind),
            kept_id: Set(kept),
            merged_id: Set(merged),
            moved: Set(serde_json::to_string(moved)?),
            reason: Set(reason),
            made_by: Set(actor.asker.account()),
            made_at: Set(self.now()),
            undone_by: Set(None),
            undone_at: Set(None),
        };
        listing_merge::Entity::insert(row).exec_without_returning(db).await?;
        Ok(id)
    }

    /// That two were joined, by its id.
    ///
    /// # Errors
    /// [`Why::NotFound`].
    pub async fn joining(&self, id: ListingMergeId) -> Done<listing_merge::Model> {
        let found = listing_merge::Entity::find_by_id(id).one(self.database.connection()).await?;
        found.ok_or_else(|| Refused::field(Why::NotFound, "id", "There is no such joining."))
    }

    /// What was joined to a listing, or it to what, the latest first; what was parted again among it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn joinings(&self, subject: Subject) -> Done<Vec<listing_merge::Model>> {
        let kept = listing_merge::Column::KeptId.eq(subject.uuid());
        let of = listing_merge::Entity::find().filter(kept.or(listing_merge::Column::MergedId.eq(subject.uuid())));
        let latest = of.order_by_desc(listing_merge::Column::MadeAt).order_by_desc(listing_merge::Column::Id);
        Ok(latest.all(self.database.connection()).await?)
    }
}

impl Listings {
    /// Refuses to show what another listing is shown in place of.
    pub(super) async fn is_not_joined(&self, db: &DatabaseTransaction, id: Uuid) -> Done<()> {
        let joined = listing_merge::Entity::find()
            .filter(listing_merge::Column::MergedId.eq(id))
            .filter(listing_merge::Column::UndoneAt.is_null());
        if joined.one(db).await?.is_none() {
            return Ok(());
        }
        let message = "It was joined to another listing, which is shown in its place: ask a coordinator to part them.";
        Err(Refused::field(Why::Decided, "input.fields.visibility", message))
    }
}

/// An agency that is there and was not joined to another, held until the end of the transaction.
async fn standing_agency(db: &DatabaseTransaction, id: AgencyId, field: &'static str) -> Done<agency::Model> {
    let found = agency::Entity::find_by_id(id).lock_exclusive().one(db).await?;
    found.filter(|row| row.merged_into.is_none()).ok_or_else(|| not_found(field, ListingKind::Agency))
}

/// Makes drafts of what an agency meant to change of a service, for the one whose it is now.
async fn become_drafts(db: &DatabaseTransaction, service: ServiceId, of: AgencyId, note: &str) -> Done<()> {
    let waiting = [VersionState::Draft, VersionState::AwaitingApproval, VersionState::Scheduled];
    let draft = listing_version::ActiveModel {
        agency_id: Set(Some(of)),
        state: Set(VersionState::Draft),
        publish_at: Set(None),
        decision_note: Set(Some(note.to_owned())),
        ..Default::default()
    };
    listing_version::Entity::update_many()
        .set(draft)
        .filter(listing_version::Column::ListingId.eq(service.0))
        .filter(listing_version::Column::State.is_in(waiting))
        .exec(db)
        .await?;
    Ok(())
}

/// Of these places those that an agency keeps and offers nothing at any more.
async fn left_by(db: &DatabaseTransaction, agency: AgencyId, places: &[LocationId]) -> Done<Vec<LocationId>> {
    let theirs = location::Entity::find()
        .filter(location::Column::Id.is_in(places.iter().copied()))
        .filter(location::Column::AgencyId.eq(agency))
        .select_only()
        .column(location::Column::Id);
    let mut left = Vec::new();
    for place in theirs.into_tuple::<LocationId>().all(db).await? {
        if !store::users_of(db, place).await?.contains(&agency) {
            left.push(place);
        }
    }
    Ok(left)
}

/// Makes places an agency's to keep.
async fn move_places(db: &impl ConnectionTrait, places: &[LocationId], to: AgencyId) -> Done<()> {
    location::Entity::update_many()
        .set(location::ActiveModel { agency_id: Set(Some(to)), ..Default::default() })
        .filter(location::Column::Id.is_in(places.iter().copied()))
        .exec(db)
        .await?;
    Ok(())
}

async fn mark_merged(db: &impl ConnectionTrait, id: AgencyId, into: Option<AgencyId>, now: DateTime<Utc>) -> Done<()> {
    let row =
        agency::ActiveModel { id: Unchanged(id), merged_into: Set(into), updated_at: Set(now), ..Default::default() };
    row.update(db).await?;
    Ok(())
}

/// Refuses what is joined to something already.
async fn not_joined(db: &DatabaseTransaction, ids: [Uuid; 2]) -> Done<()> {
    let of = listing_merge::Entity::find()
        .filter(listing_merge::Column::MergedId.is_in(ids))
        .filter(listing_merge::Column::UndoneAt.is_null());
    match of.one(db).await? {
        None => Ok(()),
        Some(_) => {
            let message = "One of them was joined to another listing already: part them first.";
            Err(Refused::field(Why::NothingChanges, "input.duplicate", message))
        }
    }
}
