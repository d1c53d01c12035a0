//! Keys of programs: front-ends and feeds that act for an agency.

use chrono::{DateTime, TimeDelta, Utc};
use entity::api_key;
use entity::enums::{AccountHappening, KeyScope};
use entity::ids::{AccountId, AgencyId, ApiKeyId};
use entity::lists::KeyScopes;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::events::Event;
use super::secret::{Secret, SecretKind};
use super::{Accounts, Done, Refused, Why, name_of};

/// Most keys that an agency has at a time.
const MOST_KEYS: usize = 50;

/// A key that is to be made.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// The agency it acts for.
    pub agency: AgencyId,
    /// What its maker calls it.
    pub name: String,
    /// What it is for.
    pub scopes: Vec<KeyScope>,
    /// Until when it works, exclusive; as long as the settings allow where absent.
    pub expires_at: Option<DateTime<Utc>>,
}

impl Accounts {
    /// Makes a key; the secret is told this once.
    ///
    /// # Errors
    /// [`Why::BadValue`].
    pub async fn make_key(&self, by: AccountId, new: NewKey) -> Done<(api_key::Model, Secret)> {
        let now = self.now();
        let name = name_of("input.name", &new.name)?;
        let mut scopes = new.scopes;
        scopes.sort_unstable();
        scopes.dedup();
        if scopes.is_empty() {
            let message = "A key without a scope is for nothing: name at least one.";
            return Err(Refused::field(Why::BadValue, "input.scopes", message));
        }
        let longest = now + TimeDelta::days(self.settings.key_days.into());
        let expires_at = new.expires_at.unwrap_or(longest);
        if expires_at <= now || expires_at > longest {
            let message = format!("A key ends after now, and after {} days at the latest.", self.settings.key_days);
            return Err(Refused::field(Why::BadValue, "input.expiresAt", message));
        }
        let secret = self.new_secret(SecretKind::ApiKey)?;
        let row = api_key::Model {
            id: ApiKeyId(self.clock.new_id()),
            agency_id: new.agency,
            name: name.clone(),
            hash: secret.hash().to_hex(),
            scopes: KeyScopes(scopes),
            made_by: by,
            created_at: now,
            expires_at,
            revoked_at: None,
        };
        let transaction = self.database.begin_write().await?;
        let there = api_key::Entity::find().filter(api_key::Column::AgencyId.eq(new.agency));
        let there = there.filter(api_key::Column::RevokedAt.is_null()).filter(api_key::Column::ExpiresAt.gt(now));
        if there.all(&transaction).await?.len() >= MOST_KEYS {
            let message = format!("An agency has at most {MOST_KEYS} keys at a time: revoke one that is not used.");
            return Err(Refused::whole(Why::BadValue, message));
        }
        let inserted = api_key::ActiveModel {
            id: Set(row.id),
            agency_id: Set(row.agency_id),
            name: Set(row.name.clone()),
            hash: Set(row.hash.clone()),
            scopes: Set(row.scopes.clone()),
            made_by: Set(row.made_by),
            created_at: Set(row.created_at),
            expires_at: Set(row.expires_at),
            revoked_at: Set(None),
        };
        api_key::Entity::insert(inserted).exec_without_returning(&transaction).await?;
        let event = Event { detail: Some(name), ..Event::own(by, AccountHappening::KeyMade) };
        self.note(&transaction, event, now).await?;
        transaction.commit().await?;
        Ok((row, secret))
    }

    /// Revokes a key of an agency: it works no more from the next request on.
    ///
    /// # Errors
    /// [`Why::NotFound`]: another agency's is as good as none; [`Why::Already`].
    pub async fn revoke_key(&self, by: AccountId, agency: AgencyId, id: ApiKeyId) -> Done<api_key::Model> {
        let now = self.now();
        let transaction = self.database.begin_write().await?;
        let found = api_key::Entity::find_by_id(id).one(&transaction).await?;
        let found = found.filter(|found| found.agency_id == agency);
        let mut found = found.ok_or_else(|| Refused::field(Why::NotFound, "id", "There is no such key."))?;
        if found.revoked_at.is_some() {
            return Err(Refused::field(Why::Already, "id", "This key is revoked already."));
        }
        api_key::Entity::update_many()
            .col_expr(api_key::Column::RevokedAt, Expr::value(now))
            .filter(api_key::Column::Id.eq(id))
            .exec(&transaction)
            .await?;
        let event = Event { detail: Some(found.name.clone()), ..Event::own(by, AccountHappening::KeyRevoked) };
        self.note(&transaction, event, now).await?;
        transaction.commit().await?;
        found.revoked_at = Some(now);
        Ok(found)
    }

    /// The keys of an agency, those that work no more among them, the latest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn keys(&self, agency: AgencyId) -> Done<Vec<api_key::Model>> {
        let of_agency = api_key::Entity::find().filter(api_key::Column::AgencyId.eq(agency));
        let ordered = of_agency.order_by_desc(api_key::Column::CreatedAt).order_by_desc(api_key::Column::Id);
        Ok(ordered.all(self.database.connection()).await?)
    }
}
