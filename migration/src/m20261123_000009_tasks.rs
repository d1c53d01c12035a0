//! Through the gate: days of release, the dated tasks that follow from them with their history, easements of benefits, and
//! who covers for whom.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Puts a table's columns into it.
type Columns = fn(&mut TableCreateStatement);

/// New tables with their columns beside the id.
const TABLES: &[(&str, Columns)] = &[
    ("release", |table| {
        table.col(uuid("service_user_id"));
        table.col(uuid("recorded_for"));
        table.col(uuid("agency_id"));
        table.col(date("release_on"));
        table.col(big_integer("day_begins_at"));
        table.col(text_null("sealed"));
        table.col(uuid("recorded_by"));
        table.col(big_integer("recorded_at"));
        table.col(big_integer_null("ended_at"));
        table.col(uuid_null("replaces_id"));
    }),
    ("easement", |table| {
        table.col(uuid("service_user_id"));
        table.col(uuid("recorded_for"));
        table.col(uuid("agency_id"));
        table.col(text("kind"));
        table.col(date("begins_on"));
        table.col(date("ends_on"));
        table.col(uuid("recorded_by"));
        table.col(big_integer("recorded_at"));
        table.col(big_integer_null("ended_at"));
    }),
    ("task", |table| {
        table.col(uuid("service_user_id"));
        table.col(uuid("recorded_for"));
        table.col(uuid("agency_id"));
        table.col(text("category"));
        table.col(text("kind"));
        table.col(uuid_null("release_id"));
        table.col(uuid_null("easement_id"));
        table.col(date("due_on"));
        table.col(text("state"));
        table.col(uuid("owner_id"));
        table.col(text_null("sealed"));
        table.col(date_null("done_on"));
        table.col(uuid_null("done_by"));
        table.col(uuid("created_by"));
        table.col(big_integer("created_at"));
        table.col(big_integer("changed_at"));
    }),
    ("task_event", |table| {
        table.col(uuid("task_id"));
        table.col(integer("number"));
        table.col(text("step"));
        table.col(text("state"));
        table.col(big_integer("at"));
        table.col(uuid("by"));
        table.col(uuid("agency_id"));
        table.col(text_null("sealed"));
    }),
    ("cover", |table| {
        table.col(uuid("agency_id"));
        table.col(uuid("account_id"));
        table.col(uuid("covered_by"));
        table.col(date("begins_on"));
        table.col(date("ends_on"));
        table.col(uuid("created_by"));
        table.col(big_integer("created_at"));
        table.col(big_integer_null("ended_at"));
    }),
];

/// What rows hang on: the table, the column, the other table.
const REFERENCES: &[(&str, &str, &str)] = &[
    ("release", "service_user_id", "service_user"),
    ("release", "recorded_for", "service_user"),
    ("release", "agency_id", "agency"),
    ("release", "recorded_by", "account"),
    ("easement", "service_user_id", "service_user"),
    ("easement", "recorded_for", "service_user"),
    ("easement", "agency_id", "agency"),
    ("easement", "recorded_by", "account"),
    ("task", "service_user_id", "service_user"),
    ("task", "recorded_for", "service_user"),
    ("task", "agency_id", "agency"),
    ("task", "release_id", "release"),
    ("task", "easement_id", "easement"),
    ("task", "owner_id", "account"),
    ("task", "created_by", "account"),
    ("task_event", "task_id", "task"),
    ("cover", "agency_id", "agency"),
    ("cover", "account_id", "account"),
    ("cover", "covered_by", "account"),
];

/// Indexes: the table, the columns, whether no two rows have the same.
const INDEXES: &[(&str, &[&str], bool)] = &[
    ("release", &["service_user_id"], false),
    ("release", &["recorded_for"], false),
    ("release", &["agency_id", "release_on"], false),
    ("easement", &["service_user_id"], false),
    ("easement", &["recorded_for"], false),
    ("task", &["service_user_id", "due_on"], false),
    ("task", &["recorded_for"], false),
    ("task", &["owner_id", "state", "due_on"], false),
    ("task", &["release_id"], false),
    ("task", &["easement_id"], false),
    ("task_event", &["task_id", "number"], true),
    ("cover", &["agency_id", "ends_on"], false),
    ("cover", &["covered_by", "ends_on"], false),
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
