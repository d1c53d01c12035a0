//! Corrections from the field: what workers say of listings that are not theirs, and what was answered.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // No row here hangs on the service's: what somebody said stays, whatever becomes of the service.
        let mut table = Table::create().table("correction").to_owned();
        table.col(uuid("id")).primary_key(Index::create().col("id"));
        table.col(uuid("service_id"));
        // What it was called, and whose it was, when this was said.
        table.col(text("service_name"));
        table.col(uuid("agency_id"));
        table.col(uuid_null("place_id"));
        table.col(text("state"));
        table.col(text("kind"));
        // Absent for what was drafted here of several refusals.
        table.col(uuid_null("author_id"));
        table.col(uuid_null("author_agency_id"));
        table.col(timestamp_with_time_zone("made_at"));
        table.col(text_null("words"));
        table.col(text_null("proposed"));
        table.col(text_null("reason"));
        table.col(date_null("happened_on"));
        // Of a draft that is open: the service and the reason, of which there is one at a time.
        table.col(text_null("open_key"));
        table.col(text_null("reply"));
        table.col(uuid_null("answered_by"));
        table.col(uuid_null("answered_for"));
        table.col(timestamp_with_time_zone_null("answered_at"));
        table.col(uuid_null("version_id"));
        table.col(timestamp_with_time_zone("updated_at"));
        manager.create_table(table).await?;
        let mut one_each = Index::create().name("uq_correction_open_key").table("correction").unique().to_owned();
        manager.create_index(one_each.col("open_key").to_owned()).await?;
        // The owner's list, by way of the agency's services, and the author's own.
        manager.create_index(index(&["service_id", "made_at"])).await?;
        manager.create_index(index(&["author_id", "made_at"])).await?;
        manager.create_index(index(&["version_id"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("correction").to_owned()).await
    }
}

fn index(columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create().name(format!("ix_correction_{}", columns.join("_"))).table("correction").to_owned();
    for column in columns {
        index.col(*column);
    }
    index
}
