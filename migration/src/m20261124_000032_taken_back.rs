//! Whoever asked a service user takes it back: when, and who did.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const PROPOSAL: &str = "consent_proposal";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in [big_integer_null("taken_back_at"), uuid_null("taken_back_by")] {
            manager.alter_table(Table::alter().table(PROPOSAL).add_column(column).to_owned()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in ["taken_back_by", "taken_back_at"] {
            manager.alter_table(Table::alter().table(PROPOSAL).drop_column(column).to_owned()).await?;
        }
        Ok(())
    }
}
