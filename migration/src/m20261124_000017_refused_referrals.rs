//! What drafts of corrections say of referrals that were refused; and by what referrals are found that were refused for one
//! reason.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// The index of referrals by why they came to nothing.
const INDEX: &str = "ix_referral_reason_state_changed_at";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut column = ColumnDef::new("referrals");
        column.text().null();
        manager.alter_table(Table::alter().table("correction").add_column(column).to_owned()).await?;
        let mut index = Index::create().name(INDEX).table("referral").to_owned();
        for column in ["reason", "state", "changed_at"] {
            index.col(column);
        }
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name(INDEX).table("referral").to_owned()).await?;
        manager.alter_table(Table::alter().table("correction").drop_column("referrals").to_owned()).await
    }
}
