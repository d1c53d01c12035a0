//! Changes of the directory say what they touched, so that it need not all be read again.

use sea_orm_migration::prelude::*;

/// Adds what a change touched.
#[derive(Debug, DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = ColumnDef::new("touched").text().null().to_owned();
        manager.alter_table(Table::alter().table("directory_change").add_column(column).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("directory_change").drop_column("touched").to_owned()).await
    }
}
