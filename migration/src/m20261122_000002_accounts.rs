//! Accounts: who signs in, as what, for which agency.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Every table, in the order in which they are made; dropped in the reverse order.
const TABLES: &[&str] = &[
    "account",
    "external_identity",
    "membership",
    "session",
    "spent_refresh",
    "recovery_code",
    "secret_link",
    "api_key",
    "failed_sign_in",
    "account_event",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        accounts(manager).await?;
        sessions(manager).await?;
        secrets(manager).await?;
        happenings(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in TABLES.iter().rev() {
            manager.drop_table(Table::drop().table(*name).to_owned()).await?;
        }
        Ok(())
    }
}

fn new(name: &'static str) -> TableCreateStatement {
    Table::create().table(name).col(uuid("id")).primary_key(Index::create().col("id")).to_owned()
}

/// A row that can't be there without the other.
fn refers(from: &'static str, column: &'static str, to: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create().name(format!("fk_{from}_{column}")).from(from, column).to(to, "id").to_owned()
}

/// Rows that hang on another go with it.
fn cascade(from: &'static str, column: &'static str, to: &'static str) -> ForeignKeyCreateStatement {
    refers(from, column, to).on_delete(ForeignKeyAction::Cascade).to_owned()
}

fn index(table: &'static str, column: &'static str) -> IndexCreateStatement {
    Index::create().name(format!("ix_{table}_{column}")).table(table).col(column).to_owned()
}

fn unique(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create().name(format!("uq_{table}_{}", columns.join("_"))).table(table).unique().to_owned();
    for column in columns {
        index.col(*column);
    }
    index
}

async fn accounts(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    // A person who signs in.
    let mut table = new("account");
    table.col(text_null("email"));
    table.col(text_null("email_key"));
    table.col(text("name"));
    table.col(text_null("password_hash"));
    table.col(text_null("totp_seed"));
    table.col(timestamp_with_time_zone_null("totp_confirmed_at"));
    table.col(big_integer_null("totp_last_step"));
    table.col(timestamp_with_time_zone("created_at"));
    table.col(timestamp_with_time_zone_null("disabled_at"));
    manager.create_table(table).await?;
    manager.create_index(unique("account", &["email_key"])).await?;

    // The same person, as an identity provider of an organisation knows them.
    let mut table = new("external_identity");
    table.col(uuid("account_id"));
    table.col(text("issuer"));
    table.col(text("subject"));
    table.col(timestamp_with_time_zone("created_at"));
    table.foreign_key(&mut cascade("external_identity", "account_id", "account"));
    manager.create_table(table).await?;
    manager.create_index(unique("external_identity", &["issuer", "subject"])).await?;
    manager.create_index(index("external_identity", "account_id")).await?;

    // A role that an account holds in an agency, or, without one, in the network. Never deleted: ended.
    let mut table = new("membership");
    table.col(uuid("account_id"));
    table.col(uuid_null("agency_id"));
    table.col(text("role"));
    table.col(timestamp_with_time_zone("begins_at"));
    table.col(timestamp_with_time_zone_null("ends_at"));
    table.col(uuid_null("granted_by"));
    table.col(timestamp_with_time_zone("granted_at"));
    table.foreign_key(&mut cascade("membership", "account_id", "account"));
    // An agency that people belong to can't be taken away under them.
    table.foreign_key(&mut refers("membership", "agency_id", "agency"));
    manager.create_table(table).await?;
    manager.create_index(index("membership", "account_id")).await?;
    manager.create_index(index("membership", "agency_id")).await
}

async fn sessions(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    // One sign-in, from its beginning to its end.
    let mut table = new("session");
    table.col(uuid("account_id"));
    table.col(text_null("device"));
    table.col(text("access_hash"));
    table.col(timestamp_with_time_zone("access_expires_at"));
    table.col(text("refresh_hash"));
    table.col(timestamp_with_time_zone("refresh_expires_at"));
    table.col(timestamp_with_time_zone("created_at"));
    table.col(timestamp_with_time_zone("refreshed_at"));
    table.col(timestamp_with_time_zone_null("ended_at"));
    table.col(text_null("ended_why"));
    table.foreign_key(&mut cascade("session", "account_id", "account"));
    manager.create_table(table).await?;
    manager.create_index(unique("session", &["access_hash"])).await?;
    manager.create_index(unique("session", &["refresh_hash"])).await?;
    manager.create_index(index("session", "account_id")).await?;

    // Refresh tokens that were used: one that comes back was stolen, from us or from its owner.
    let mut table = Table::create().table("spent_refresh").to_owned();
    table.col(text("hash")).primary_key(Index::create().col("hash"));
    table.col(uuid("session_id"));
    table.col(timestamp_with_time_zone("spent_at"));
    table.foreign_key(&mut cascade("spent_refresh", "session_id", "session"));
    manager.create_table(table).await?;
    manager.create_index(index("spent_refresh", "session_id")).await
}

async fn secrets(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    // For when the second factor is lost. Used once each.
    let mut table = new("recovery_code");
    table.col(uuid("account_id"));
    table.col(text("hash"));
    table.col(timestamp_with_time_zone_null("used_at"));
    table.foreign_key(&mut cascade("recovery_code", "account_id", "account"));
    manager.create_table(table).await?;
    manager.create_index(unique("recovery_code", &["account_id", "hash"])).await?;

    // A link that lets somebody in once: an invitation, or a new password.
    let mut table = new("secret_link");
    table.col(text("kind"));
    table.col(text("hash"));
    table.col(uuid("account_id"));
    table.col(uuid_null("made_by"));
    table.col(timestamp_with_time_zone("created_at"));
    table.col(timestamp_with_time_zone("expires_at"));
    table.col(timestamp_with_time_zone_null("used_at"));
    table.foreign_key(&mut cascade("secret_link", "account_id", "account"));
    manager.create_table(table).await?;
    manager.create_index(unique("secret_link", &["hash"])).await?;
    manager.create_index(index("secret_link", "account_id")).await?;

    // What a program shows in place of a person.
    let mut table = new("api_key");
    table.col(uuid("agency_id"));
    table.col(text("name"));
    table.col(text("hash"));
    table.col(json_binary("scopes"));
    table.col(uuid("made_by"));
    table.col(timestamp_with_time_zone("created_at"));
    table.col(timestamp_with_time_zone("expires_at"));
    table.col(timestamp_with_time_zone_null("revoked_at"));
    table.foreign_key(&mut cascade("api_key", "agency_id", "agency"));
    manager.create_table(table).await?;
    manager.create_index(unique("api_key", &["hash"])).await?;
    manager.create_index(index("api_key", "agency_id")).await
}

async fn happenings(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    // Sign-ins that failed, by account or address, since the last that did not.
    let mut table = Table::create().table("failed_sign_in").to_owned();
    table.col(text("key")).primary_key(Index::create().col("key"));
    table.col(integer("count"));
    table.col(timestamp_with_time_zone("last_at"));
    manager.create_table(table).await?;

    // What happened to an account, for its owner and for auditors. Only added to.
    let mut table = new("account_event");
    table.col(uuid("account_id"));
    table.col(uuid_null("by_account_id"));
    table.col(text("what"));
    table.col(text_null("detail"));
    table.col(timestamp_with_time_zone("at"));
    table.foreign_key(&mut cascade("account_event", "account_id", "account"));
    manager.create_table(table).await?;
    manager.create_index(index("account_event", "account_id")).await
}
