//! People of the demonstration: one for each role, fictional, signed in without a password.

use chrono::TimeDelta;
use entity::enums::Role;
use entity::ids::{AccountId, AgencyId};
use entity::membership;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::sessions::Tokens;
use super::{Accounts, Done, Trouble, Why, by_email, email_of};
use crate::access::viewer::is_of_an_agency;

/// What the person of a role is called.
const fn name(role: Role) -> &'static str {
    match role {
        Role::LinkWorker => "Lena Lyle",
        Role::ListingEditor => "Edie Marsh",
        Role::AgencyManager => "Mo Adeyemi",
        Role::DataProtectionOfficer => "Dara Quinn",
        Role::Coordinator => "Cora Field",
        Role::Commissioner => "Con Rahman",
        Role::Auditor => "Audrey Poole",
        Role::Administrator => "Ada Winter",
        Role::ServiceUser => "Sam Okoro",
    }
}

impl Accounts {
    /// Signs in the demonstration's person of each role; agencies' roles are held in this agency.
    ///
    /// # Errors
    /// The database failed, or there is no such agency.
    pub async fn demonstrate(&self, agency: AgencyId) -> Done<Vec<(Role, &'static str, Tokens)>> {
        let mut signed_in = Vec::new();
        for role in Role::ALL.iter().copied() {
            let within = is_of_an_agency(role).then_some(agency);
            let called = role.as_str().replace('_', "-");
            let (_, tokens) = self.demonstrate_one(&called, name(role), role, within).await?;
            signed_in.push((role, name(role), tokens));
        }
        Ok(signed_in)
    }

    /// Signs in one person of the demonstration, who is made where they are not there yet.
    ///
    /// # Errors
    /// The database failed, or there is no such agency.
    pub async fn demonstrate_one(
        &self,
        called: &str,
        name: &str,
        role: Role,
        within: Option<AgencyId>,
    ) -> Done<(AccountId, Tokens)> {
        let email = email_of("email", &format!("{called}@demonstration.invalid"))?;
        let transaction = self.database.begin_write().await?;
        let id = match by_email(&transaction, &email).await? {
            Some(known) => known.id,
            None => self.create_in(&transaction, None, Some(&email), name).await?,
        };
        match self.grant_in(&transaction, None, id, within, role, None).await {
            Ok(_) => {}
            Err(Trouble::Refused(refused)) if refused.why == Why::Already => {}
            Err(trouble) => return Err(trouble),
        }
        // As long as the demonstration's story goes back.
        let since = self.clock.now() - TimeDelta::days(365);
        membership::Entity::update_many()
            .col_expr(membership::Column::BeginsAt, Expr::value(since))
            .filter(membership::Column::AccountId.eq(id))
            .filter(membership::Column::BeginsAt.gt(since))
            .exec(&transaction)
            .await?;
        let tokens = self.begin_session(&transaction, id, Some("demonstration".to_owned())).await?;
        transaction.commit().await?;
        Ok((id, tokens))
    }
}
