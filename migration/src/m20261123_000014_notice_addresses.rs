//! Notices by e-mail: by which way an endpoint is told, which sorts of notice, and how its address is confirmed.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const TABLE: &str = "notice_endpoint";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut channel = text("channel");
        channel.default("webhook");
        let columns = [
            channel,
            text_null("kinds"),
            text_null("confirm_hash"),
            big_integer_null("confirm_sent_at"),
            integer_null("confirm_letters"),
        ];
        for column in columns {
            manager.alter_table(Table::alter().table(TABLE).add_column(column).to_owned()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in ["confirm_letters", "confirm_sent_at", "confirm_hash", "kinds", "channel"] {
            manager.alter_table(Table::alter().table(TABLE).drop_column(column).to_owned()).await?;
        }
        Ok(())
    }
}
