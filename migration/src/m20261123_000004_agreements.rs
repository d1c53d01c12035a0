//! What parties agree on, word for word; who signed which version; what was done with it. And how consents were given, on
//! which words, and what was asked of whom and refused.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Puts a table's columns into it.
type Columns = fn(&mut TableCreateStatement);

/// New tables with their columns beside the id.
const TABLES: &[(&str, Columns)] = &[
    ("agreement_party", |table| {
        table.col(uuid("version_id"));
        table.col(uuid("agency_id"));
        table.col(text("role"));
        table.col(text("contact"));
        table.col(big_integer_null("signed_at"));
        table.col(uuid_null("signed_by"));
    }),
    ("agreement_event", |table| {
        table.col(uuid("version_id"));
        table.col(text("step"));
        table.col(big_integer("at"));
        table.col(uuid_null("by"));
        table.col(uuid_null("agency_id"));
        table.col(text_null("reason"));
    }),
    ("consent_proposal", |table| {
        table.col(uuid("service_user_id"));
        table.col(uuid("recorded_for"));
        table.col(uuid_null("agency_id"));
        table.col(uuid_null("proposed_by"));
        table.col(text("state"));
        table.col(text("asked"));
        table.col(text("preview_hash"));
        table.col(big_integer("proposed_at"));
        table.col(big_integer_null("answered_at"));
        table.col(uuid_null("answered_by"));
    }),
];

/// New columns of tables that were there.
fn columns() -> Vec<(&'static str, ColumnDef)> {
    vec![
        ("agreement_version", text_null("document")),
        ("agreement_version", text_null("document_hash")),
        ("agreement_version", text_null("state")),
        ("agreement_version", date_null("review_on")),
        ("agreement_version", uuid_null("suspended_for")),
        ("agreement_version", uuid_null("drafted_by")),
        ("agreement_version", big_integer_null("drafted_at")),
        ("consent", text_null("text_key")),
        ("consent", integer_null("text_version")),
        ("consent", text_null("method")),
        ("consent", text_null("given_by")),
        ("consent", uuid_null("recorded_by")),
        ("consent", uuid_null("agency_id")),
        ("consent", text_null("preview_hash")),
        ("consent", text_null("sealed")),
        ("consent", text_null("ended_as")),
        ("consent", uuid_null("ended_by")),
        ("consent", uuid_null("superseded_by")),
    ]
}

/// What rows hang on: the table, the column, the other table.
const REFERENCES: &[(&str, &str, &str)] = &[
    ("agreement_party", "version_id", "agreement_version"),
    ("agreement_party", "agency_id", "agency"),
    ("agreement_event", "version_id", "agreement_version"),
    ("consent_proposal", "service_user_id", "service_user"),
    ("consent_proposal", "recorded_for", "service_user"),
    ("consent_proposal", "agency_id", "agency"),
];

/// Indexes: the table, and the columns.
const INDEXES: &[(&str, &[&str])] = &[
    ("agreement_party", &["version_id", "agency_id"]),
    ("agreement_party", &["agency_id"]),
    ("agreement_event", &["version_id"]),
    ("consent_proposal", &["service_user_id"]),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, mut column) in columns() {
            manager.alter_table(Table::alter().table(table).add_column(&mut column).to_owned()).await?;
        }
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
        for (table, columns) in INDEXES {
            let mut index = Index::create().name(format!("ix_{table}_{}", columns.join("_"))).table(*table).to_owned();
            for column in *columns {
                index.col(*column);
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, _) in TABLES.iter().rev() {
            manager.drop_table(Table::drop().table(*table).to_owned()).await?;
        }
        for (table, column) in columns() {
            let name = column.get_column_name();
            manager.alter_table(Table::alter().table(table).drop_column(name).to_owned()).await?;
        }
        Ok(())
    }
}
