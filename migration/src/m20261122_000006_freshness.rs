//! Freshness: who confirmed what, who is asked to, and what they were written.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// What is new of a confirmation.
const NEW_OF_ASSURANCE: &[&str] = &["confirmed_by", "confirmed_by_key", "note"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut by = ColumnDef::new("confirmed_by");
        let mut by_key = ColumnDef::new("confirmed_by_key");
        let mut note = ColumnDef::new("note");
        // SQLite adds one column at a time.
        for column in [by.uuid().null(), by_key.uuid().null(), note.text().null()] {
            let table = Table::alter().table("assurance").add_column(column.to_owned()).to_owned();
            manager.alter_table(table).await?;
        }
        duties(manager).await?;
        reminders(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in ["reminder", "agency_duty"] {
            manager.drop_table(Table::drop().table(name).to_owned()).await?;
        }
        for column in NEW_OF_ASSURANCE.iter().rev() {
            manager.alter_table(Table::alter().table("assurance").drop_column(*column).to_owned()).await?;
        }
        Ok(())
    }
}

fn new(name: &'static str) -> TableCreateStatement {
    Table::create().table(name).col(uuid("id")).primary_key(Index::create().col("id")).to_owned()
}

async fn duties(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    // Who is to keep an agency's listings true, from when until when; never deleted.
    let mut table = new("agency_duty");
    table.col(uuid("agency_id"));
    table.col(uuid("account_id"));
    table.col(text("rank"));
    table.col(timestamp_with_time_zone("begins_at"));
    table.col(timestamp_with_time_zone_null("ends_at"));
    table.col(uuid_null("set_by"));
    manager.create_table(table).await?;
    let mut index = Index::create().name("ix_agency_duty_agency_id").table("agency_duty").to_owned();
    manager.create_index(index.col("agency_id").to_owned()).await
}

async fn reminders(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    // That somebody was asked, in a period, to confirm what is due of an agency.
    let mut table = new("reminder");
    table.col(uuid("agency_id"));
    table.col(text("period"));
    table.col(uuid("account_id"));
    table.col(text("asked_as"));
    table.col(integer("overdue"));
    table.col(integer("soon"));
    table.col(timestamp_with_time_zone("begun_at"));
    // Absent while it is being sent, and for good where nobody can say whether it was.
    table.col(timestamp_with_time_zone_null("sent_at"));
    manager.create_table(table).await?;
    // An agency is asked once in a period: of two processes one is refused here at the latest.
    let mut once = Index::create().name("uq_reminder_period_agency_id").table("reminder").unique().to_owned();
    manager.create_index(once.col("period").col("agency_id").to_owned()).await
}
