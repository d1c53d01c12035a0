//! What notices are signed with, kept sealed under a key of the endpoint's own: whoever has it can tell an agency's system
//! anything in our name.

use entity::ids::NoticeEndpointId;
use entity::instants::Millis;
use entity::notice_endpoint;
use sea_orm::ConnectionTrait;

use super::signing::{SECRET_BYTES, SigningSecret};
use super::{Notices, Trouble};
use crate::vault::VaultError;
use crate::vault::sealed::{DataKey, NotOpened, Place, key_of};

/// Where the secret of an endpoint stands.
fn place(id: NoticeEndpointId) -> Place {
    Place { column: "notice_endpoint.secret", row: id.0 }
}

/// Where the one before it stands.
fn place_of_old(id: NoticeEndpointId) -> Place {
    Place { column: "notice_endpoint.old_secret", row: id.0 }
}

/// A secret that takes the place of another, and both as they are kept.
pub(super) struct Rotated {
    pub(super) secret: SigningSecret,
    pub(super) kept: String,
    pub(super) old: String,
}

impl Notices {
    /// A new secret, and the same sealed under a new key.
    pub(super) async fn new_secret(
        &self,
        db: &impl ConnectionTrait,
        id: NoticeEndpointId,
    ) -> Result<(SigningSecret, String), Trouble> {
        let secret = SigningSecret::new(self.clock.random::<SECRET_BYTES>()?);
        let key = self.vault.new_key(db).await?;
        let kept = self.sealed(&key, place(id), &secret)?;
        Ok((secret, kept))
    }

    fn sealed(&self, key: &DataKey, place: Place, secret: &SigningSecret) -> Result<String, Trouble> {
        Ok(self.vault.seal(key, place, secret.expose())?)
    }

    /// A new secret in the place of the one there is, which is moved to where the old one stands.
    pub(super) async fn rotated(
        &self,
        db: &impl ConnectionTrait,
        row: &notice_endpoint::Model,
    ) -> Result<Rotated, Trouble> {
        let key = self.key_of_secret(db, row).await?;
        let current = key.open(place(row.id), &row.secret).map_err(VaultError::from)?;
        let secret = SigningSecret::new(self.clock.random::<SECRET_BYTES>()?);
        let kept = self.sealed(&key, place(row.id), &secret)?;
        let old = self.sealed(&key, place_of_old(row.id), &SigningSecret::kept(current))?;
        Ok(Rotated { secret, kept, old })
    }

    /// What a notice of an endpoint is signed with at an instant: its secret, and the one before it for as long as that is
    /// good.
    pub(super) async fn secrets(
        &self,
        db: &impl ConnectionTrait,
        row: &notice_endpoint::Model,
        at: Millis,
    ) -> Result<Vec<SigningSecret>, Trouble> {
        let key = self.key_of_secret(db, row).await?;
        let current = key.open(place(row.id), &row.secret).map_err(VaultError::from)?;
        let mut all = vec![SigningSecret::kept(current)];
        if let Some(old) = &row.old_secret
            && row.old_until.is_some_and(|until| at < until)
        {
            let old = key.open(place_of_old(row.id), old).map_err(VaultError::from)?;
            all.push(SigningSecret::kept(old));
        }
        Ok(all)
    }

    async fn key_of_secret(&self, db: &impl ConnectionTrait, row: &notice_endpoint::Model) -> Result<DataKey, Trouble> {
        let key = key_of(&row.secret).ok_or(VaultError::NotOpened(NotOpened))?;
        Ok(self.vault.key(db, key).await?)
    }
}
