//! Keys by which duplicates are found. Rows that are there already get theirs from the program, which knows how they
//! are written (`directory::store::duplicate_keys::fill`).

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Owners, each with its table.
const OWNERS: &[(&str, &str)] = &[("agency_id", "agency"), ("service_id", "service"), ("location_id", "location")];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::create().table("duplicate_key").col(big_pk_auto("id")).to_owned();
        table.col(text("kind"));
        table.col(text("value"));
        for (column, owner) in OWNERS {
            table.col(uuid_null(*column));
            let mut key = ForeignKey::create().name(format!("fk_duplicate_key_{column}")).to_owned();
            key.from("duplicate_key", *column).to(*owner, "id").on_delete(ForeignKeyAction::Cascade);
            table.foreign_key(&mut key);
        }
        manager.create_table(table).await?;
        let by_value = Index::create().name("ix_duplicate_key_kind_value").table("duplicate_key").to_owned();
        manager.create_index(by_value.clone().col("kind").col("value").to_owned()).await?;
        for (column, _) in OWNERS {
            // Of the three most rows have one: the others stand in no index.
            let index = Index::create().name(format!("ix_duplicate_key_{column}")).table("duplicate_key").to_owned();
            let index = index.clone().col(*column).and_where(Expr::col(*column).is_not_null()).to_owned();
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("duplicate_key").to_owned()).await
    }
}
