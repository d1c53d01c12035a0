//! What happens to public services, in its order: what subscriptions tell of.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Numbers are never given twice: they are what clients go on from. A service that is removed leaves what
        // happened to it, so no row hangs on another.
        let mut table = Table::create().table("service_happening").to_owned();
        table.col(ColumnDef::new("id").big_integer().not_null().auto_increment().primary_key());
        table.col(uuid("service_id"));
        table.col(text("kind"));
        table.col(timestamp_with_time_zone("at"));
        manager.create_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("service_happening").to_owned()).await
    }
}
