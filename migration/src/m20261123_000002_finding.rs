//! How service users are found: by keyed hashes of what they are called, and, in the order of their ids, on caseloads and
//! among those with whom an agency has to do.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Indexes on tables that were there: the table, and the columns.
const INDEXES: &[(&str, &[&str])] = &[
    ("assignment", &["account_id", "service_user_id"]),
    ("assignment", &["team_id", "service_user_id"]),
    ("relationship", &["agency_id", "service_user_id"]),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::create().table("name_key").to_owned();
        table.col(big_integer("hash"));
        table.col(uuid("record_id"));
        table.col(uuid("service_user_id"));
        table.primary_key(Index::create().col("hash").col("record_id"));
        for (column, other) in [("record_id", "person_record"), ("service_user_id", "service_user")] {
            let mut key = ForeignKey::create().name(format!("fk_name_key_{column}")).to_owned();
            table.foreign_key(key.from("name_key", column).to(other, "id"));
        }
        manager.create_table(table).await?;
        for column in ["record_id", "service_user_id"] {
            let mut index = Index::create().name(format!("ix_name_key_{column}")).table("name_key").to_owned();
            manager.create_index(index.col(column).to_owned()).await?;
        }
        for (table, columns) in INDEXES {
            let mut index = Index::create().name(format!("ix_{table}_{}", columns.join("_"))).table(*table).to_owned();
            for column in *columns {
                index.col(*column);
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, columns) in INDEXES {
            let name = format!("ix_{table}_{}", columns.join("_"));
            manager.drop_index(Index::drop().name(name).table(*table).to_owned()).await?;
        }
        manager.drop_table(Table::drop().table("name_key").to_owned()).await
    }
}
