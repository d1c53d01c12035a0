//! The keys under which what is personal is sealed, wrapped by a master key that is in no database.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::create().table("sealing_key").to_owned();
        table.col(uuid("id")).primary_key(Index::create().col("id"));
        table.col(text("master"));
        table.col(blob_null("wrapped"));
        table.col(timestamp_with_time_zone("made_at"));
        table.col(timestamp_with_time_zone_null("destroyed_at"));
        manager.create_table(table).await?;
        let mut index = Index::create().name("ix_sealing_key_master").table("sealing_key").to_owned();
        manager.create_index(index.col("master").to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("sealing_key").to_owned()).await
    }
}
