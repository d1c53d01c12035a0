//! Notices: where agencies' own systems are told, and the outbox of what they are told.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut endpoint = Table::create().table("notice_endpoint").to_owned();
        endpoint.col(uuid("id")).primary_key(Index::create().col("id"));
        endpoint.col(uuid("agency_id")).col(text("url")).col(text("secret"));
        endpoint.col(text_null("old_secret")).col(big_integer_null("old_until"));
        endpoint.col(boolean("is_on")).col(text_null("off_reason"));
        endpoint.col(uuid("created_by")).col(big_integer("created_at"));
        endpoint.col(big_integer_null("failing_since")).col(text_null("last_error")).col(integer_null("last_status"));
        endpoint.col(big_integer_null("busy_until"));
        for (column, other) in [("agency_id", "agency"), ("created_by", "account")] {
            let mut key = ForeignKey::create().name(format!("fk_notice_endpoint_{column}")).to_owned();
            endpoint.foreign_key(key.from("notice_endpoint", column).to(other, "id"));
        }
        manager.create_table(endpoint).await?;
        let mut notice = Table::create().table("notice").to_owned();
        notice.col(uuid("id")).primary_key(Index::create().col("id"));
        notice.col(uuid("endpoint_id")).col(uuid("event_id")).col(uuid("subject_id")).col(integer("number"));
        notice.col(text("kind")).col(text("body")).col(big_integer("created_at"));
        notice.col(text("state")).col(integer("attempts")).col(big_integer("due_at"));
        notice.col(integer_null("last_status")).col(text_null("last_error")).col(big_integer_null("delivered_at"));
        let mut key = ForeignKey::create().name("fk_notice_endpoint_id").to_owned();
        notice.foreign_key(key.from("notice", "endpoint_id").to("notice_endpoint", "id"));
        manager.create_table(notice).await?;
        for (table, columns, unique) in [
            ("notice_endpoint", &["agency_id"][..], false),
            ("notice", &["endpoint_id", "event_id"], true),
            ("notice", &["endpoint_id", "subject_id", "number"], false),
            ("notice", &["state", "due_at"], false),
        ] {
            let mut index = Index::create().name(format!("ix_{table}_{}", columns.join("_"))).table(table).to_owned();
            for column in columns {
                index.col(*column);
            }
            if unique {
                index.unique();
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("notice").to_owned()).await?;
        manager.drop_table(Table::drop().table("notice_endpoint").to_owned()).await
    }
}
