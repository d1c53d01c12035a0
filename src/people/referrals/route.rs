//! Whether there is a lawful route for what a referral discloses: agreement, and consent or another basis, as the rule has
//! it for whoever works at the receiver. That the receiver has to do with the service user is what the referral itself
//! brings about.

use entity::enums::{DataCategory, Purpose, Role};
use entity::ids::{AccountId, AgencyId, AgreementVersionId, ConsentId, ServiceUserId};
use entity::instants::Millis;
use sea_orm::{ConnectionTrait, DbErr};
use uuid::Uuid;

use crate::access::rule::decide::{self, Ground};
use crate::access::rule::facts::{Facts, Membership, Relationship};
use crate::access::rule::{Ask, Row};

/// On what a category goes from one agency to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    /// The category.
    pub category: DataCategory,
    /// The version of the agreement.
    pub version: AgreementVersionId,
    /// The consent; absent where the basis is another.
    pub consent: Option<ConsentId>,
}

/// From whom to whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Between {
    /// Whose rows.
    pub from: AgencyId,
    /// Who is to see them.
    pub to: AgencyId,
}

/// The routes of these categories; of one that has none, that category.
///
/// # Errors
/// The database failed.
pub async fn routes(
    db: &impl ConnectionTrait,
    of: ServiceUserId,
    between: Between,
    categories: &[DataCategory],
    at: Millis,
) -> Result<Result<Vec<Route>, DataCategory>, DbErr> {
    let ask = Ask { account: AccountId(Uuid::nil()), agency: Some(between.to), purpose: Purpose::Referral, at };
    let mut facts = Facts::load(db, &ask, &[of]).await?;
    facts.memberships.push(Membership {
        account: ask.account,
        agency: ask.agency,
        role: Role::LinkWorker,
        begins: at,
        ends: None,
    });
    facts.relationships.push(Relationship {
        service_user: of,
        agency: between.to,
        only: None,
        opened: at,
        closed: None,
    });
    let route = |category: &DataCategory| {
        let row = Row::of(of, between.from, *category);
        match decide::ground(&ask, &row, &facts) {
            Some(Ground::Shared { version, consent, .. }) => Ok(Route { category: *category, version, consent }),
            Some(Ground::OwnRecord | Ground::Proxy | Ground::OwnAgency | Ground::Party { .. }) | None => Err(*category),
        }
    };
    Ok(categories.iter().map(route).collect())
}
