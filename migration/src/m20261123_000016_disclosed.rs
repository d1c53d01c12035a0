//! Which writing of a draft a referral is, what was shown of it before it was sent, by which step each category was disclosed;
//! and what the referral is found by that brought a relationship about.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// New columns.
const NEW: &[(&str, &str)] =
    &[("referral", "version"), ("referral", "preview_hash"), ("referral_category", "event_id")];

/// The index of referrals by what they brought about.
const INDEX: &str = "ix_referral_relationship_id";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, name) in NEW {
            let mut column = ColumnDef::new(*name);
            match *name {
                "version" => column.integer().not_null().default(1),
                "preview_hash" => column.text().null(),
                _ => column.uuid().null(),
            };
            // SQLite adds one column at a time.
            manager.alter_table(Table::alter().table(*table).add_column(column).to_owned()).await?;
        }
        let mut index = Index::create().name(INDEX).table("referral").to_owned();
        manager.create_index(index.col("relationship_id").to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name(INDEX).table("referral").to_owned()).await?;
        for (table, name) in NEW.iter().rev() {
            manager.alter_table(Table::alter().table(*table).drop_column(*name).to_owned()).await?;
        }
        Ok(())
    }
}
