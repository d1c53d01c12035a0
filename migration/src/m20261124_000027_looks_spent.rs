//! Looks at a calendar feed are counted by until when they are spent, so that a few may come at once.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const TABLE: &str = "calendar_feed";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::alter().table(TABLE).rename_column("looked_at", "looks_spent_until").to_owned();
        manager.alter_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::alter().table(TABLE).rename_column("looks_spent_until", "looked_at").to_owned();
        manager.alter_table(table).await
    }
}
