//! Listings and their lives: who keeps them, their versions, what was joined, and what was asked for twice.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Tables of things that are listed.
const LISTED: &[&str] = &["agency", "service", "location"];
/// Every new table, in the order in which they are made; dropped in the reverse order.
const TABLES: &[&str] = &["listing_version", "listing_merge", "idempotency_key"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in LISTED {
            add(manager, table, ColumnDef::new("version").integer().not_null().default(1)).await?;
            add(manager, table, ColumnDef::new("kept_at").timestamp_with_time_zone().null()).await?;
        }
        add(manager, "agency", ColumnDef::new("needs_approval").boolean().not_null().default(false)).await?;
        // Another listing of the same agency, that is shown in its place.
        add(manager, "agency", ColumnDef::new("merged_into").uuid().null()).await?;
        // The agency that made it here; absent for what a feed brought.
        add(manager, "location", ColumnDef::new("agency_id").uuid().null()).await?;
        versions(manager).await?;
        merges(manager).await?;
        idempotency(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in TABLES.iter().rev() {
            manager.drop_table(Table::drop().table(*name).to_owned()).await?;
        }
        remove(manager, "location", "agency_id").await?;
        remove(manager, "agency", "merged_into").await?;
        remove(manager, "agency", "needs_approval").await?;
        for table in LISTED {
            remove(manager, table, "kept_at").await?;
            remove(manager, table, "version").await?;
        }
        Ok(())
    }
}

async fn add(manager: &SchemaManager<'_>, table: &'static str, column: &mut ColumnDef) -> Result<(), DbErr> {
    manager.alter_table(Table::alter().table(table).add_column(column.to_owned()).to_owned()).await
}

async fn remove(manager: &SchemaManager<'_>, table: &'static str, column: &'static str) -> Result<(), DbErr> {
    manager.alter_table(Table::alter().table(table).drop_column(column).to_owned()).await
}

fn new(name: &'static str) -> TableCreateStatement {
    Table::create().table(name).col(uuid("id")).primary_key(Index::create().col("id")).to_owned()
}

fn index(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create().name(format!("ix_{table}_{}", columns.join("_"))).table(table).to_owned();
    for column in columns {
        index.col(*column);
    }
    index
}

async fn versions(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    // One change of a listing: made, waiting, or given up.
    let mut table = new("listing_version");
    table.col(text("kind"));
    table.col(uuid("listing_id"));
    // Whose it was when the change was made; absent where it was nobody's.
    table.col(uuid_null("agency_id"));
    table.col(integer_null("number"));
    table.col(integer("base"));
    table.col(text("state"));
    table.col(text("action"));
    table.col(text("changes"));
    table.col(text_null("document"));
    table.col(text_null("reason"));
    table.col(uuid_null("made_by"));
    table.col(uuid_null("made_by_key"));
    table.col(timestamp_with_time_zone("made_at"));
    table.col(timestamp_with_time_zone_null("publish_at"));
    table.col(uuid_null("decided_by"));
    table.col(timestamp_with_time_zone_null("decided_at"));
    table.col(text_null("decision_note"));
    table.col(uuid_null("undoes"));
    manager.create_table(table).await?;
    // A version has one number, and a number one version: of two writers one is refused here at the latest.
    let mut one_each = Index::create().name("uq_listing_version_number").table("listing_version").unique().to_owned();
    manager.create_index(one_each.col("listing_id").col("number").to_owned()).await?;
    manager.create_index(index("listing_version", &["agency_id", "state"])).await?;
    manager.create_index(index("listing_version", &["state", "publish_at"])).await
}

async fn merges(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    // Two listings of one thing that were joined, and what it takes to part them again.
    let mut table = new("listing_merge");
    table.col(text("kind"));
    table.col(uuid("kept_id"));
    table.col(uuid("merged_id"));
    table.col(text("moved"));
    table.col(text("reason"));
    table.col(uuid_null("made_by"));
    table.col(timestamp_with_time_zone("made_at"));
    table.col(uuid_null("undone_by"));
    table.col(timestamp_with_time_zone_null("undone_at"));
    manager.create_table(table).await?;
    manager.create_index(index("listing_merge", &["merged_id"])).await?;
    manager.create_index(index("listing_merge", &["kept_id"])).await
}

async fn idempotency(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    // What somebody asked for with a key of their own, so that asking again does it once.
    let mut table = Table::create().table("idempotency_key").to_owned();
    // An account, or a program's key.
    table.col(uuid("asker_id"));
    table.col(text("key"));
    table.col(text("operation"));
    table.col(text("input_hash"));
    table.col(uuid("made_id"));
    table.col(timestamp_with_time_zone("made_at"));
    table.primary_key(Index::create().col("asker_id").col("key"));
    manager.create_table(table).await?;
    manager.create_index(index("idempotency_key", &["made_at"])).await
}
