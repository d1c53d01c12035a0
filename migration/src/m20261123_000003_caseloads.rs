//! Who named whom to stand for a service user, and on what authority; who keeps whom out at whose word; double records that
//! were joined, so that they can be parted again.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// The index by which an account is one service user's own.
const OWN: &str = "uq_service_user_account_id";

/// Columns of tables that were there.
fn columns() -> Vec<(&'static str, ColumnDef)> {
    vec![
        ("proxy", uuid_null("named_by")),
        ("proxy", text_null("authority")),
        ("exclusion", uuid_null("named_by")),
        ("exclusion", uuid_null("ended_by")),
        ("exclusion", uuid_null("written_for")),
        ("service_user", uuid_null("linked_by")),
        ("assignment", uuid_null("named_by")),
        ("team", big_integer_null("closed_at")),
    ]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, mut column) in columns() {
            manager.alter_table(Table::alter().table(table).add_column(&mut column).to_owned()).await?;
        }
        let mut table = Table::create().table("service_user_merge").to_owned();
        table.col(uuid("id")).primary_key(Index::create().col("id"));
        table.col(uuid("kept_id"));
        table.col(uuid("merged_id"));
        table.col(uuid("agency_id"));
        table.col(boolean("moved_account"));
        table.col(big_integer("merged_at"));
        table.col(uuid_null("merged_by"));
        table.col(big_integer_null("undone_at"));
        table.col(uuid_null("undone_by"));
        let references = [("kept_id", "service_user"), ("merged_id", "service_user"), ("agency_id", "agency")];
        for (column, other) in references {
            let mut key = ForeignKey::create().name(format!("fk_service_user_merge_{column}")).to_owned();
            table.foreign_key(key.from("service_user_merge", column).to(other, "id"));
        }
        manager.create_table(table).await?;
        for column in ["kept_id", "merged_id"] {
            let name = format!("ix_service_user_merge_{column}");
            let mut index = Index::create().name(name).table("service_user_merge").to_owned();
            manager.create_index(index.col(column).to_owned()).await?;
        }
        // An account is one service user's own, and nobody else's.
        let mut one = Index::create().name(OWN).table("service_user").to_owned();
        manager.create_index(one.col("account_id").unique().to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name(OWN).table("service_user").to_owned()).await?;
        manager.drop_table(Table::drop().table("service_user_merge").to_owned()).await?;
        for (table, column) in columns() {
            let name = column.get_column_name();
            manager.alter_table(Table::alter().table(table).drop_column(name).to_owned()).await?;
        }
        Ok(())
    }
}
