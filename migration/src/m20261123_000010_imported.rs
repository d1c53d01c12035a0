//! Rows of imported caseloads, by which they are known again.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::create().table("imported_row").to_owned();
        table.col(uuid("id")).primary_key(Index::create().col("id"));
        table.col(uuid("agency_id")).col(text("kind")).col(text("key_hash"));
        table.col(uuid("target_id")).col(text("digest")).col(big_integer("imported_at"));
        let mut key = ForeignKey::create().name("fk_imported_row_agency_id").to_owned();
        table.foreign_key(key.from("imported_row", "agency_id").to("agency", "id"));
        manager.create_table(table).await?;
        let mut index =
            Index::create().name("ix_imported_row_agency_id_kind_key_hash").table("imported_row").to_owned();
        index.col("agency_id").col("kind").col("key_hash").unique();
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("imported_row").to_owned()).await
    }
}
