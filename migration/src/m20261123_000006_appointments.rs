//! Appointments: who is to meet whom, when and how, what became of it; and everything that was done with them.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Puts a table's columns into it.
type Columns = fn(&mut TableCreateStatement);

/// New tables with their columns beside the id.
const TABLES: &[(&str, Columns)] = &[
    ("appointment", |table| {
        table.col(uuid("service_user_id"));
        table.col(uuid("recorded_for"));
        table.col(uuid("agency_id"));
        table.col(text("kind"));
        table.col(text("delivery"));
        table.col(uuid_null("location_id"));
        table.col(big_integer("starts_at"));
        table.col(big_integer("ends_at"));
        table.col(uuid("with_id"));
        table.col(uuid_null("referral_id"));
        table.col(uuid_null("replaces_id"));
        table.col(text("state"));
        table.col(boolean_null("is_late"));
        table.col(boolean_null("is_acceptable"));
        table.col(boolean_null("delivered"));
        table.col(text_null("cancelled_by"));
        table.col(big_integer_null("cancelled_at"));
        table.col(uuid("booked_by"));
        table.col(big_integer("booked_at"));
        table.col(big_integer("changed_at"));
    }),
    ("appointment_event", |table| {
        table.col(uuid("appointment_id"));
        table.col(integer("number"));
        table.col(text("step"));
        table.col(text("state"));
        table.col(big_integer("at"));
        table.col(uuid_null("by"));
        table.col(uuid_null("agency_id"));
        table.col(boolean_null("is_late"));
        table.col(boolean_null("is_acceptable"));
        table.col(boolean_null("delivered"));
        table.col(text_null("sealed"));
    }),
];

/// What rows hang on: the table, the column, the other table.
const REFERENCES: &[(&str, &str, &str)] = &[
    ("appointment", "service_user_id", "service_user"),
    ("appointment", "recorded_for", "service_user"),
    ("appointment", "agency_id", "agency"),
    ("appointment", "with_id", "account"),
    ("appointment", "referral_id", "referral"),
    ("appointment", "booked_by", "account"),
    ("appointment_event", "appointment_id", "appointment"),
];

/// Indexes: the table, the columns, whether no two rows have the same.
const INDEXES: &[(&str, &[&str], bool)] = &[
    ("appointment", &["service_user_id", "starts_at"], false),
    ("appointment", &["recorded_for"], false),
    ("appointment", &["agency_id", "starts_at"], false),
    ("appointment", &["with_id", "starts_at"], false),
    ("appointment_event", &["appointment_id", "number"], true),
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
