//! Calendar feeds, of which only a hash of the address is kept; and whether an agency lets names stand in its own.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// What rows hang on: the table, the column, the other table.
const REFERENCES: &[(&str, &str, &str)] = &[
    ("calendar_feed", "account_id", "account"),
    ("calendar_feed", "agency_id", "agency"),
    ("calendar_feed", "membership_id", "membership"),
    ("calendar_choice", "agency_id", "agency"),
    ("calendar_choice", "chosen_by", "account"),
];

fn hang(table: &mut TableCreateStatement, name: &'static str) {
    for (_, column, other) in REFERENCES.iter().filter(|(table, ..)| *table == name) {
        let mut key = ForeignKey::create().name(format!("fk_{name}_{column}")).to_owned();
        table.foreign_key(key.from(name, *column).to(*other, "id"));
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut feeds = Table::create().table("calendar_feed").to_owned();
        feeds.col(uuid("id")).primary_key(Index::create().col("id"));
        feeds.col(uuid("account_id")).col(uuid("agency_id")).col(uuid("membership_id"));
        // A location can be listed no more, and the feed of it is still there.
        feeds.col(uuid_null("location_id")).col(boolean("with_names")).col(text_null("code_hash"));
        feeds.col(big_integer("made_at")).col(big_integer_null("ended_at"));
        hang(&mut feeds, "calendar_feed");
        manager.create_table(feeds).await?;
        let mut choices = Table::create().table("calendar_choice").to_owned();
        choices.col(uuid("agency_id")).primary_key(Index::create().col("agency_id"));
        choices.col(boolean("names_allowed")).col(uuid("chosen_by")).col(big_integer("chosen_at"));
        hang(&mut choices, "calendar_choice");
        manager.create_table(choices).await?;
        let mut of_account = Index::create().name("ix_calendar_feed_account_id_agency_id").to_owned();
        of_account.table("calendar_feed").col("account_id").col("agency_id");
        manager.create_index(of_account).await?;
        let mut of_hub = Index::create().name("ix_appointment_location_id_starts_at").to_owned();
        of_hub.table("appointment").col("location_id").col("starts_at");
        manager.create_index(of_hub).await?;
        let mut of_code = Index::create().name("ix_calendar_feed_code_hash").to_owned();
        of_code.table("calendar_feed").col("code_hash").unique();
        manager.create_index(of_code).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut of_hub = Index::drop().name("ix_appointment_location_id_starts_at").to_owned();
        manager.drop_index(of_hub.table("appointment").to_owned()).await?;
        manager.drop_table(Table::drop().table("calendar_choice").to_owned()).await?;
        manager.drop_table(Table::drop().table("calendar_feed").to_owned()).await
    }
}
