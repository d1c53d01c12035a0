//! A consent is withdrawn: in one call, without a reason, from the very next read on.

use entity::consent;
use entity::ids::ConsentId;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::{People, Trouble};
use crate::access::epochs::raise_service_user;

impl People {
    /// Withdraws a consent. One that is withdrawn already stays as it is. That whoever asks for it may is for who calls
    /// this: the person themselves, or a worker on their word.
    ///
    /// # Errors
    /// [`Trouble::NotFound`]; the database failed, and nothing is withdrawn.
    pub async fn withdraw(&self, id: ConsentId) -> Result<(), Trouble> {
        let transaction = self.database.begin_write().await?;
        let found = consent::Entity::find_by_id(id).one(&transaction).await?.ok_or(Trouble::NotFound)?;
        // First the count, which makes whoever disclosed on it wait or decide again; then the end.
        let now = self.clock.now().into();
        let at = raise_service_user(&transaction, found.service_user_id, now).await?.ok_or(Trouble::NotFound)?;
        consent::Entity::update_many()
            .col_expr(consent::Column::EndedAt, Expr::value(at))
            .filter(consent::Column::Id.eq(id))
            .filter(consent::Column::EndedAt.is_null())
            .exec(&transaction)
            .await?;
        Ok(transaction.commit().await?)
    }
}
