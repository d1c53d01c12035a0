//! Versions of listings, read by those whose they are.

use entity::enums::VersionState;
use entity::ids::{AgencyId, ListingVersionId};
use entity::listing_version;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::acting::Actor;
use super::changes::{self, FieldChange};
use super::store::{self, Held};
use super::subject::Subject;
use super::{Done, Listings, Refused, Why, told};

/// A listing as whoever keeps it sees it.
#[derive(Clone, Debug)]
pub struct Seen {
    /// What it tells of.
    pub subject: Subject,
    /// Its version.
    pub version: i32,
    /// Since when its agency keeps it here; absent while its source does.
    pub kept_at: Option<chrono::DateTime<chrono::Utc>>,
    /// When it was last changed.
    pub updated_at: chrono::DateTime<chrono::Utc>,
    /// Whose it is; absent where it is nobody's, or several agencies'.
    pub owner: Option<AgencyId>,
    /// All that it says that the viewer is told of.
    pub document: serde_json::Value,
    /// Whether they are told all of it, and of every version.
    pub whole: bool,
}

impl Listings {
    async fn theirs(&self, actor: &Actor, subject: Subject) -> Done<Option<Held>> {
        let held = store::find(self.database.connection(), subject, false).await?;
        Ok(held.filter(|held| held.is_seen_by(actor)))
    }

    /// A listing as it stands; `None` where there is none, or it is not theirs.
    ///
    /// # Errors
    /// The database failed.
    pub async fn see(&self, actor: &Actor, subject: Subject) -> Done<Option<Seen>> {
        let Some(held) = self.theirs(actor, subject).await? else { return Ok(None) };
        Ok(Some(Seen {
            subject,
            version: held.version,
            kept_at: held.kept_at,
            updated_at: held.updated_at,
            owner: held.owner,
            document: told::document(held.is_told_whole(actor), held.listing.to_show()?),
            whole: held.is_told_whole(actor),
        }))
    }

    /// Published versions of a listing, the latest first: so many at the most, before a number, as whoever sees it is told
    /// of them. Whose the listing is was asked before.
    ///
    /// # Errors
    /// The database failed.
    pub async fn versions(&self, seen: &Seen, before: Option<i32>, most: u64) -> Done<Vec<listing_version::Model>> {
        let mut of = listing_version::Entity::find()
            .filter(listing_version::Column::ListingId.eq(seen.subject.uuid()))
            .filter(listing_version::Column::State.eq(VersionState::Published));
        if let Some(before) = before {
            of = of.filter(listing_version::Column::Number.lt(before));
        }
        let latest = of.order_by_desc(listing_version::Column::Number).limit(most);
        let rows = latest.all(self.database.connection()).await?.into_iter();
        Ok(rows.filter_map(|row| told::version(seen.whole, row).transpose()).collect::<Result<_, _>>()?)
    }

    /// How many published versions a listing has.
    ///
    /// # Errors
    /// The database failed.
    pub async fn version_count(&self, subject: Subject) -> Done<u64> {
        use sea_orm::PaginatorTrait;
        let of = listing_version::Entity::find()
            .filter(listing_version::Column::ListingId.eq(subject.uuid()))
            .filter(listing_version::Column::State.eq(VersionState::Published));
        Ok(of.count(self.database.connection()).await?)
    }

    /// Changes of an agency's listings that wait for somebody or for their hour, the oldest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn waiting(&self, agency: AgencyId, most: u64) -> Done<Vec<listing_version::Model>> {
        let waiting = [VersionState::Draft, VersionState::AwaitingApproval, VersionState::Scheduled];
        let of = listing_version::Entity::find()
            .filter(listing_version::Column::AgencyId.eq(agency))
            .filter(listing_version::Column::State.is_in(waiting));
        let ordered = of.order_by_asc(listing_version::Column::MadeAt).order_by_asc(listing_version::Column::Id);
        Ok(ordered.limit(most).all(self.database.connection()).await?)
    }

    /// A version of a listing that is theirs.
    ///
    /// # Errors
    /// [`Why::NotFound`].
    pub async fn find_version(&self, actor: &Actor, id: ListingVersionId) -> Done<listing_version::Model> {
        let none = || Refused::field(Why::NotFound, "id", "There is no such change.");
        let version = store::version(self.database.connection(), id, false).await?.ok_or_else(none)?;
        // What was done with a listing when it was another agency's is for those whose it is now.
        let held = self.theirs(actor, store::subject_of(&version)).await?.ok_or_else(none)?;
        told::version(held.is_told_whole(actor), version)?.ok_or_else(none)
    }

    /// What changed between two published versions of a listing, whichever of them is the later.
    ///
    /// # Errors
    /// [`Why::NotFound`] for a version that is not there.
    pub async fn difference(&self, seen: &Seen, from: i32, to: i32) -> Done<Vec<FieldChange>> {
        let mut documents = Vec::new();
        for (field, number) in [("from", from), ("to", to)] {
            let none =
                || Refused::field(Why::NotFound, field, format!("There is no version {number} of this listing."));
            let version = store::numbered(self.database.connection(), seen.subject.uuid(), number).await?;
            let version = version.map(|version| told::version(seen.whole, version)).transpose()?.flatten();
            let document = version.and_then(|version| version.document).ok_or_else(none)?;
            documents.push(serde_json::from_str(&document)?);
        }
        Ok(match documents.as_slice() {
            [from, to] => changes::between(from, to),
            _ => Vec::new(),
        })
    }
}
