//! Who ended it that somebody stands for a service user, and until when they were named to: what an account ended that was not the
//! service user's is put right where it is taken back.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const PROXY: &str = "proxy";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in [uuid_null("ended_by"), big_integer_null("named_until")] {
            manager.alter_table(Table::alter().table(PROXY).add_column(column).to_owned()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in ["named_until", "ended_by"] {
            manager.alter_table(Table::alter().table(PROXY).drop_column(column).to_owned()).await?;
        }
        Ok(())
    }
}
