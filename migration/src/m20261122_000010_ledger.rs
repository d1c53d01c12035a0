//! The ledger: what was decided about service users, and what was disclosed of them.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // It hangs on nothing: it stays, whatever becomes of what it names, and names what never was.
        let mut table = Table::create().table("ledger_entry").to_owned();
        table.col(uuid("id")).primary_key(Index::create().col("id"));
        table.col(uuid("service_user_id"));
        table.col(uuid("account_id"));
        table.col(uuid_null("agency_id"));
        table.col(text("decision"));
        table.col(boolean("despite_denial"));
        table.col(big_integer("decided_at"));
        table.col(text("entry"));
        manager.create_table(table).await?;
        for columns in [["service_user_id", "decided_at"], ["account_id", "decided_at"], ["agency_id", "decided_at"]] {
            let name = format!("ix_ledger_entry_{}", columns.join("_"));
            let mut index = Index::create().name(name).table("ledger_entry").to_owned();
            for column in columns {
                index.col(column);
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("ledger_entry").to_owned()).await
    }
}
