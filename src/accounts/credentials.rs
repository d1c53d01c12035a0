//! Who a request comes from: the bearer token it carries, and the agency it names.

use chrono::{DateTime, Utc};
use entity::ids::{AccountId, AgencyId, SessionId};
use entity::{account, api_key, session};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use std::sync::Arc;

use super::secret::{Secret, SecretKind};
use super::{Accounts, Trouble};
use crate::access::Viewer;
use crate::access::viewer::{Acts, Person, Program};

/// Why it can't be said who a request comes from.
#[derive(Debug, thiserror::Error)]
pub enum Unknown {
    /// The token is not, or no longer, good.
    #[error("The token is not, or no longer, good: renew it, or sign in again.")]
    Token,
    /// They have no role in the agency they want to act for.
    #[error("You have no role in the agency that `signpost-agency` names.")]
    Agency,
    /// Something on this side failed.
    #[error("{0}")]
    Failed(String),
}

impl From<Trouble> for Unknown {
    fn from(trouble: Trouble) -> Self {
        Self::Failed(trouble.to_string())
    }
}

impl From<sea_orm::DbErr> for Unknown {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Failed(error.to_string())
    }
}

impl Accounts {
    /// Who shows this token, and acts for this agency, at an instant: decided by what the database says now, for every
    /// request anew.
    ///
    /// # Errors
    /// [`Unknown`]; of a token no more is told than that it is not good.
    pub async fn viewer(&self, token: &str, agency: Option<AgencyId>, at: DateTime<Utc>) -> Result<Viewer, Unknown> {
        // What is none of ours may be an identity provider's.
        let Some(secret) = Secret::parse(token) else { return self.viewer_by_issuer(token, agency, at).await };
        match secret.kind() {
            SecretKind::Session => {
                let found = session::Entity::find()
                    .filter(session::Column::AccessHash.eq(secret.hash().to_hex()))
                    .filter(session::Column::EndedAt.is_null())
                    .filter(session::Column::AccessExpiresAt.gt(at));
                let found = found.one(self.database.connection()).await?.ok_or(Unknown::Token)?;
                self.person(found.account_id, Some(found.id), agency, at).await
            }
            SecretKind::ApiKey => {
                let found = api_key::Entity::find()
                    .filter(api_key::Column::Hash.eq(secret.hash().to_hex()))
                    .filter(api_key::Column::RevokedAt.is_null())
                    .filter(api_key::Column::ExpiresAt.gt(at));
                let found = found.one(self.database.connection()).await?.ok_or(Unknown::Token)?;
                if agency.is_some_and(|agency| agency != found.agency_id) {
                    return Err(Unknown::Agency);
                }
                let program = Program { key: found.id, agency: found.agency_id, scopes: found.scopes.0 };
                Ok(Viewer::Program(Arc::new(program)))
            }
            // They are for one place each, and this is not it.
            SecretKind::Refresh | SecretKind::Link => Err(Unknown::Token),
        }
    }

    /// A person whose account is known to be theirs.
    pub(super) async fn person(
        &self,
        id: AccountId,
        session: Option<SessionId>,
        agency: Option<AgencyId>,
        at: DateTime<Utc>,
    ) -> Result<Viewer, Unknown> {
        let enabled = account::Entity::find_by_id(id).filter(account::Column::DisabledAt.is_null());
        enabled.one(self.database.connection()).await?.ok_or(Unknown::Token)?;
        let roles = self.held(id, at).await?;
        let acts = Acts::of(&roles, agency).map_err(|_| Unknown::Agency)?;
        Ok(Viewer::Person(Arc::new(Person { account: id, session, acts, roles })))
    }
}
