//! An account that was said to be a service user's own is taken back.

use entity::enums::{ConsentEnd, ConsentGiver, ConsentKind};
use entity::ids::ServiceUserId;
use entity::{consent, proxy, service_user};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter};

use super::acting::Stands;
use super::contents::Wrong;
use super::entering::Worker;
use super::wishes::NOT_OURS;
use super::{People, Trouble};

impl People {
    /// Takes back that an account is the service user's own: from the next read on they see nothing by it, and another one can
    /// be named. For workers of the agency that entered them.
    ///
    /// Whose it was may have been somebody else. So what opens something and was said by it as themselves ends with it: what they
    /// permitted, and whom they named to stand for them; it is said anew. What they denied, and whom they keep out, stays: a
    /// worker would let somebody in by it.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] for anybody whom the worker does not work with; [`Trouble::Wrong`] where another agency entered
    /// them, and where they have no account; the database failed.
    pub async fn unlink_account(&self, by: Worker, of: ServiceUserId) -> Result<(), Trouble> {
        let begun = self.begin_change(by.into(), of).await?;
        let Stands::Worker(agency) = begun.stands else { return Err(Trouble::NotFound) };
        let (db, of, at) = (&begun.transaction, begun.of, begun.at);
        let person = service_user::Entity::find_by_id(of).one(db).await?.ok_or(Trouble::NotFound)?;
        if person.agency_id != agency {
            return Err(Wrong::new("serviceUser", NOT_OURS).into());
        }
        let Some(account) = person.account_id else {
            return Err(Wrong::new("serviceUser", "They have no account: there is nothing to take back.").into());
        };
        let unlinked = service_user::ActiveModel {
            account_id: Set(None),
            unlinked_by: Set(Some(by.account)),
            unlinked_at: Set(Some(at)),
            ..Default::default()
        };
        service_user::Entity::update_many().set(unlinked).filter(service_user::Column::Id.eq(of)).exec(db).await?;
        self.keep_account_where_parted(db, of).await?;
        let ended = consent::ActiveModel {
            ended_at: Set(Some(at)),
            ended_as: Set(Some(ConsentEnd::Withdrawn)),
            ended_by: Set(Some(by.account)),
            ..Default::default()
        };
        consent::Entity::update_many()
            .set(ended)
            .filter(consent::Column::ServiceUserId.eq(of))
            .filter(consent::Column::Kind.eq(ConsentKind::Permit))
            .filter(consent::Column::GivenBy.eq(ConsentGiver::Themselves))
            .filter(consent::Column::RecordedBy.eq(account))
            .filter(consent::Column::EndedAt.is_null())
            .exec(db)
            .await?;
        let lasts = proxy::Column::EndsAt.is_null().or(proxy::Column::EndsAt.gt(at));
        proxy::Entity::update_many()
            .col_expr(proxy::Column::EndsAt, Expr::value(at))
            .filter(proxy::Column::ServiceUserId.eq(of))
            .filter(proxy::Column::NamedBy.eq(account))
            .filter(lasts)
            .exec(db)
            .await?;
        self.hold_without_route(db, of, at).await?;
        Ok(begun.transaction.commit().await?)
    }
}
