//! Referrals: who sends whom to whom, for which needs, on which lawful route; and everything that was done with them.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Puts a table's columns into it.
type Columns = fn(&mut TableCreateStatement);

/// New tables with their columns beside the id.
const TABLES: &[(&str, Columns)] = &[
    ("referral", |table| {
        table.col(uuid("service_user_id"));
        table.col(uuid("recorded_for"));
        table.col(uuid("agency_id"));
        table.col(uuid("to_agency_id"));
        table.col(uuid_null("party_id"));
        table.col(uuid_null("service_id"));
        table.col(uuid_null("parent_id"));
        table.col(uuid_null("relationship_id"));
        table.col(text("state"));
        table.col(text_null("held_from"));
        table.col(text("urgency"));
        table.col(date_null("release_on"));
        table.col(uuid("owner_id"));
        table.col(uuid("owner_agency_id"));
        table.col(uuid_null("offered_to"));
        table.col(uuid("created_by"));
        table.col(big_integer("created_at"));
        table.col(big_integer_null("sent_at"));
        table.col(big_integer_null("expires_at"));
        table.col(big_integer_null("waitlisted_at"));
        table.col(date_null("expected_on"));
        table.col(text_null("reason"));
        table.col(text_null("outcome"));
        table.col(big_integer("changed_at"));
    }),
    ("referral_need", |table| {
        table.col(uuid("referral_id"));
        table.col(text("need_key"));
    }),
    ("referral_category", |table| {
        table.col(uuid("referral_id"));
        table.col(text("category"));
        table.col(uuid_null("version_id"));
        table.col(uuid_null("consent_id"));
    }),
    ("referral_event", |table| {
        table.col(uuid("referral_id"));
        table.col(integer("number"));
        table.col(text("step"));
        table.col(text("state"));
        table.col(big_integer("at"));
        table.col(uuid_null("by"));
        table.col(uuid_null("agency_id"));
        table.col(text_null("reason"));
        table.col(text_null("sealed"));
    }),
];

/// What rows hang on: the table, the column, the other table.
const REFERENCES: &[(&str, &str, &str)] = &[
    ("referral", "service_user_id", "service_user"),
    ("referral", "recorded_for", "service_user"),
    ("referral", "agency_id", "agency"),
    ("referral", "to_agency_id", "agency"),
    ("referral", "party_id", "agency"),
    ("referral", "owner_id", "account"),
    ("referral", "owner_agency_id", "agency"),
    ("referral_need", "referral_id", "referral"),
    ("referral_category", "referral_id", "referral"),
    ("referral_event", "referral_id", "referral"),
];

/// Indexes: the table, the columns, whether no two rows have the same.
const INDEXES: &[(&str, &[&str], bool)] = &[
    ("referral", &["service_user_id"], false),
    ("referral", &["recorded_for"], false),
    ("referral", &["party_id", "state", "id"], false),
    ("referral", &["agency_id", "state", "id"], false),
    ("referral", &["owner_id"], false),
    ("referral_need", &["referral_id", "need_key"], true),
    ("referral_category", &["referral_id", "category"], true),
    ("referral_event", &["referral_id", "number"], true),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, columns) in TABLES {
            let mut table = Table::create().table(*name).to_owned();
            table.col(uuid("id")).primary_key(Index::create().col("id"));
            columns(&mut table);
            for (_, column, other) in REFERENCES.iter().filter(|(table, ..)| table == name) {
                let mut key = ForeignKey::create().name(format!("fk_{name}_{column}")).to_owned();
                table.foreign_key(key.from(*name, *column).to(*other, "id"));
            }
            manager.create_table(table).await?;
        }
        for (table, columns, unique) in INDEXES {
            let mut index = Index::create().name(format!("ix_{table}_{}", columns.join("_"))).table(*table).to_owned();
            for column in *columns {
                index.col(*column);
            }
            if *unique {
                index.unique();
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, _) in TABLES.iter().rev() {
            manager.drop_table(Table::drop().table(*table).to_owned()).await?;
        }
        Ok(())
    }
}
