//! When who may see somebody last changed, and when what an agreement allows did: nothing is decided as of an earlier instant.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const TABLES: [&str; 2] = ["service_user", "agreement"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES {
            let mut column = big_integer("changed_at");
            manager.alter_table(Table::alter().table(table).add_column(column.default(0)).to_owned()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES {
            manager.alter_table(Table::alter().table(table).drop_column("changed_at").to_owned()).await?;
        }
        Ok(())
    }
}
