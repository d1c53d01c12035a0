//! Signposts: which services somebody was told of, by whom, for which needs; and the link under which they see it again.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::create().table("signpost").to_owned();
        table.col(uuid("id")).primary_key(Index::create().col("id"));
        table.col(uuid_null("service_user_id")).col(uuid_null("recorded_for"));
        table.col(uuid("agency_id")).col(uuid("given_by")).col(big_integer("given_at"));
        table.col(integer("tells_of")).col(text_null("told")).col(text_null("sealed"));
        table.col(text_null("link_hash")).col(big_integer_null("link_until"));
        table.col(text_null("helped")).col(big_integer_null("helped_at")).col(uuid_null("helped_by"));
        for (column, other) in [
            ("service_user_id", "service_user"),
            ("recorded_for", "service_user"),
            ("agency_id", "agency"),
            ("given_by", "account"),
        ] {
            let mut key = ForeignKey::create().name(format!("fk_signpost_{column}")).to_owned();
            table.foreign_key(key.from("signpost", column).to(other, "id"));
        }
        manager.create_table(table).await?;
        let mut needs = Table::create().table("signpost_need").to_owned();
        needs.col(uuid("id")).primary_key(Index::create().col("id"));
        needs.col(uuid("signpost_id")).col(text("need_key"));
        let mut key = ForeignKey::create().name("fk_signpost_need_signpost_id").to_owned();
        needs.foreign_key(key.from("signpost_need", "signpost_id").to("signpost", "id"));
        manager.create_table(needs).await?;
        for (table, columns, unique) in [
            ("signpost", &["service_user_id", "given_at"][..], false),
            ("signpost", &["recorded_for"], false),
            ("signpost", &["given_by", "id"], false),
            ("signpost", &["link_hash"], true),
            ("signpost_need", &["signpost_id", "need_key"], true),
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
        manager.drop_table(Table::drop().table("signpost_need").to_owned()).await?;
        manager.drop_table(Table::drop().table("signpost").to_owned()).await
    }
}
