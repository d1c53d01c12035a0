//! Groups with their cohorts and sessions, who waits for a place or has one, and the appointments that follow from it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Puts a table's columns into it.
type Columns = fn(&mut TableCreateStatement);

/// New tables with their columns beside the id.
const TABLES: &[(&str, Columns)] = &[
    ("support_group", |table| {
        table.col(uuid("agency_id"));
        table.col(text("name"));
        table.col(uuid_null("service_id"));
        table.col(uuid_null("location_id"));
        table.col(json_binary("needs"));
        table.col(text("delivery"));
        table.col(integer("places"));
        table.col(uuid("made_by"));
        table.col(big_integer("made_at"));
    }),
    ("group_cohort", |table| {
        table.col(uuid("group_id"));
        table.col(uuid("agency_id"));
        table.col(date("begins_on"));
        table.col(date("ends_on"));
        table.col(integer("places"));
        table.col(uuid("with_id"));
        table.col(uuid("opened_by"));
        table.col(big_integer("opened_at"));
        table.col(big_integer_null("closed_at"));
    }),
    ("group_session", |table| {
        table.col(uuid("cohort_id"));
        table.col(big_integer("starts_at"));
        table.col(big_integer("ends_at"));
    }),
    ("group_place", |table| {
        table.col(uuid("service_user_id"));
        table.col(uuid("recorded_for"));
        table.col(uuid("agency_id"));
        table.col(uuid("group_id"));
        table.col(integer("number"));
        table.col(uuid_null("cohort_id"));
        table.col(text("state"));
        table.col(big_integer("joined_at"));
        table.col(uuid("joined_by"));
        table.col(big_integer_null("placed_at"));
        table.col(uuid_null("offered_by"));
        table.col(text_null("sealed"));
        table.col(big_integer_null("left_at"));
        table.col(uuid_null("left_by"));
    }),
    ("group_booking", |table| {
        table.col(uuid("place_id"));
        table.col(uuid("session_id"));
        table.col(uuid("appointment_id"));
    }),
];

/// What rows hang on: the table, the column, the other table.
const REFERENCES: &[(&str, &str, &str)] = &[
    ("support_group", "agency_id", "agency"),
    ("support_group", "made_by", "account"),
    ("group_cohort", "group_id", "support_group"),
    ("group_cohort", "agency_id", "agency"),
    ("group_cohort", "with_id", "account"),
    ("group_cohort", "opened_by", "account"),
    ("group_session", "cohort_id", "group_cohort"),
    ("group_place", "service_user_id", "service_user"),
    ("group_place", "recorded_for", "service_user"),
    ("group_place", "agency_id", "agency"),
    ("group_place", "group_id", "support_group"),
    ("group_place", "cohort_id", "group_cohort"),
    ("group_place", "joined_by", "account"),
    ("group_booking", "place_id", "group_place"),
    ("group_booking", "session_id", "group_session"),
    ("group_booking", "appointment_id", "appointment"),
];

/// Indexes: the table, the columns, whether no two rows have the same.
const INDEXES: &[(&str, &[&str], bool)] = &[
    ("support_group", &["agency_id", "name"], true),
    ("group_cohort", &["group_id", "ends_on"], false),
    ("group_cohort", &["with_id", "ends_on"], false),
    ("group_session", &["cohort_id", "starts_at"], true),
    ("group_place", &["service_user_id"], false),
    ("group_place", &["recorded_for"], false),
    ("group_place", &["group_id", "number"], true),
    ("group_place", &["group_id", "state", "number"], false),
    ("group_place", &["cohort_id", "state"], false),
    ("group_booking", &["place_id"], false),
    ("group_booking", &["appointment_id"], true),
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
