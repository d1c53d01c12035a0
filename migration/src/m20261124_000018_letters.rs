//! Which letter each notice by e-mail went in: several go in one, and letters are counted.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const TABLE: &str = "notice";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::alter().table(TABLE).add_column(uuid_null("letter_id")).to_owned();
        manager.alter_table(table).await?;
        // Until now each was a letter of its own. Of webhooks, which are none, nobody counts letters.
        let each_its_own = Query::update()
            .table(TABLE)
            .value("letter_id", Expr::col("id"))
            .and_where(Expr::col("delivered_at").is_not_null())
            .to_owned();
        manager.execute(each_its_own).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table(TABLE).drop_column("letter_id").to_owned()).await
    }
}
