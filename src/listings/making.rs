//! Making a listing: an agency by a coordinator, a service or a place by those of its agency.

use entity::agency;
use entity::enums::{VersionAction, VersionState, Visibility};
use entity::ids::{AgencyId, ListingVersionId, LocationId, ServiceId};
use sea_orm::{EntityTrait, QuerySelect};
use uuid::Uuid;

use super::acting::Actor;
use super::editing::{bad, said};
use super::store::{self, Asked, Held, NewVersion};
use super::subject::{Listing, Subject};
use super::{Done, Listings, Refused, Trouble, Why, changes, check};
use crate::directory::listing::{LocationListing, StoredAgency, StoredService};
use crate::directory::store::changes as directory_changes;
use crate::directory::store::write::Standing;
use crate::directory::store::{Source, agency_id, location_id, save_source, service_id};

/// Where listings come from that were made here.
fn made_here() -> Source {
    Source { key: "agencies".to_owned(), name: "The agencies themselves".to_owned(), licence: None, attribution: None }
}

impl Listings {
    /// Makes an agency.
    ///
    /// # Errors
    /// [`Why::BadValue`] for what is not of its form.
    pub async fn make_agency(&self, actor: &Actor, made: Made, mut agency: StoredAgency) -> Done<AgencyId> {
        let key = self.clock.new_id().to_string();
        let id = agency_id(made_here().id(), &key);
        agency.key = key;
        let made = self.make(actor, Some(id), Subject::Agency(id), made, Listing::Agency(agency)).await?;
        Ok(AgencyId(made))
    }

    /// Makes a service of an agency.
    ///
    /// # Errors
    /// [`Why::BadValue`] for what is not of its form; [`Why::NotFound`] for a place that is not theirs to use.
    pub async fn make_service(&self, actor: &Actor, made: Made, mut service: StoredService) -> Done<ServiceId> {
        let key = self.clock.new_id().to_string();
        let id = service_id(made_here().id(), &key);
        service.key = key;
        let owner = Some(service.agency);
        let made = self.make(actor, owner, Subject::Service(id), made, Listing::Service(Box::new(service))).await?;
        Ok(ServiceId(made))
    }

    /// Makes a location.
    ///
    /// # Errors
    /// [`Why::BadValue`] for what is not of its form.
    pub async fn make_location(&self, actor: &Actor, made: Made, mut location: LocationListing) -> Done<LocationId> {
        let key = self.clock.new_id().to_string();
        let id = location_id(made_here().id(), &key);
        location.key = key;
        let made = self.make(actor, actor.agency, Subject::Location(id), made, Listing::Location(location)).await?;
        Ok(LocationId(made))
    }

    async fn make(
        &self,
        actor: &Actor,
        owner: Option<AgencyId>,
        subject: Subject,
        made: Made,
        mut listing: Listing,
    ) -> Done<Uuid> {
        let reason = said("input.reason", made.reason.as_deref())?;
        let now = self.now();
        let transaction = self.database.begin_write().await?;
        let operation = check::called(subject.kind());
        let asked = Asked { actor, key: made.key.as_deref(), operation, input: &made.input };
        if let Some(before) = store::once(&transaction, &asked, subject.uuid(), now).await? {
            return Ok(before);
        }
        if let (Some(owner), Subject::Service(_) | Subject::Location(_)) = (owner, subject) {
            let agency = agency::Entity::find_by_id(owner).lock_exclusive().one(&transaction).await?;
            if agency.is_none_or(|agency| agency.merged_into.is_some()) {
                let message = "Your agency was joined to another, whose people keep its listings now.";
                return Err(Refused::whole(Why::Decided, message));
            }
        }
        let flaws = check::flaws(&listing, self.needs());
        let mut refused: Vec<Refused> = flaws.into_iter().map(bad).collect();
        if let Listing::Service(service) = &listing {
            refused.extend(self.not_to_use(&transaction, actor, service, &[]).await?);
        }
        if !refused.is_empty() {
            return Err(Trouble::Refused(refused));
        }
        // Where the agency wants a manager to look, nobody sees it before.
        let mut shown_to = None;
        if let (Listing::Service(service), Some(owner)) = (&mut listing, owner)
            && service.visibility != Visibility::Internal
            && !actor.manages
            && store::needs_approval(&transaction, owner).await?
        {
            shown_to = Some(std::mem::replace(&mut service.visibility, Visibility::Internal));
        }
        let source = save_source(&transaction, &made_here(), now).await?;
        let held =
            Held { subject, source, version: 0, kept_at: None, owner, used_by: Vec::new(), updated_at: now, listing };
        let touched = Box::pin(store::write(&transaction, &held, &held.listing, Standing::New, now)).await?;
        let new = NewVersion {
            number: Some(1),
            base: 0,
            state: VersionState::Published,
            action: VersionAction::Created,
            changes: Vec::new(),
            document: Some(held.listing.to_show()?.to_string()),
            reason,
            publish_at: None,
            undoes: None,
        };
        let id = ListingVersionId(self.clock.new_id());
        store::add_version(&transaction, id, &held, Some(actor), new, now).await?;
        if let Some(shown_to) = shown_to {
            let mut shown = held.listing.clone();
            if let Listing::Service(service) = &mut shown {
                service.visibility = shown_to;
            }
            let new = NewVersion {
                number: None,
                base: 1,
                state: VersionState::AwaitingApproval,
                action: VersionAction::Edited,
                changes: changes::between(&held.listing.to_show()?, &shown.to_show()?),
                document: None,
                reason: None,
                publish_at: None,
                undoes: None,
            };
            let id = ListingVersionId(self.clock.new_id());
            store::add_version(&transaction, id, &held, Some(actor), new, now).await?;
        }
        directory_changes::note(&transaction, VersionAction::Created.as_str(), Some(&touched), now).await?;
        transaction.commit().await?;
        self.show().await;
        Ok(subject.uuid())
    }
}

/// What is told of a listing that is made, beside what it says.
#[derive(Clone, Debug)]
pub struct Made {
    /// Why.
    pub reason: Option<String>,
    /// A key under which it is made once, however often it is asked for.
    pub key: Option<String>,
    /// What was given, in any form that is the same for the same: what the key stands for.
    pub input: String,
}
