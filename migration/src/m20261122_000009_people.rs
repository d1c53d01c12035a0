//! Service users, what makes somebody close to them, and what agreements and consents allow: everything that the rule of who
//! sees what rests on.
//!
//! Instants are whole milliseconds since 1970, so that they are compared and added to alike on both engines.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Puts a table's columns into it.
type Columns = fn(&mut TableCreateStatement);

/// Every table with its columns beside the id, from the first that is made.
const TABLES: &[(&str, Columns)] = &[
    ("service_user", |table| {
        table.col(uuid_null("account_id"));
        table.col(uuid("agency_id"));
        table.col(uuid("key_id"));
        table.col(big_integer("epoch"));
        table.col(uuid_null("merged_into"));
        table.col(big_integer("created_at"));
    }),
    ("person_record", |table| {
        table.col(uuid("service_user_id"));
        table.col(uuid("recorded_for"));
        table.col(uuid("agency_id"));
        table.col(text("category"));
        table.col(text("kind"));
        table.col(text_null("need_key"));
        table.col(integer_null("priority"));
        table.col(text("sealed"));
        table.col(big_integer("recorded_at"));
        table.col(uuid_null("recorded_by"));
        table.col(uuid_null("replaces"));
        table.col(big_integer_null("ended_at"));
    }),
    ("team", |table| {
        table.col(uuid("agency_id"));
        table.col(text("name"));
    }),
    ("team_place", |table| {
        table.col(uuid("team_id"));
        table.col(uuid("account_id"));
        table.col(big_integer("begins_at"));
        table.col(big_integer_null("ends_at"));
    }),
    ("assignment", |table| {
        table.col(uuid("service_user_id"));
        table.col(uuid("recorded_for"));
        table.col(uuid("agency_id"));
        table.col(uuid_null("account_id"));
        table.col(uuid_null("team_id"));
        table.col(big_integer("begins_at"));
        table.col(big_integer_null("ends_at"));
        one_of(table, "account_id", "team_id");
    }),
    ("relationship", |table| {
        table.col(uuid("service_user_id"));
        table.col(uuid("recorded_for"));
        table.col(uuid("agency_id"));
        table.col(text("kind"));
        table.col(big_integer("opened_at"));
        table.col(big_integer_null("closed_at"));
    }),
    ("exclusion", |table| {
        table.col(uuid("service_user_id"));
        table.col(uuid("recorded_for"));
        table.col(uuid_null("agency_id"));
        table.col(uuid_null("account_id"));
        table.col(big_integer("begins_at"));
        table.col(big_integer_null("ends_at"));
        one_of(table, "agency_id", "account_id");
    }),
    ("proxy", |table| {
        table.col(uuid("service_user_id"));
        table.col(uuid("recorded_for"));
        table.col(uuid("account_id"));
        table.col(big_integer("begins_at"));
        table.col(big_integer_null("ends_at"));
    }),
    ("agreement", |table| {
        table.col(text("title"));
        table.col(big_integer("epoch"));
        table.col(big_integer("created_at"));
    }),
    ("agreement_version", |table| {
        table.col(uuid("agreement_id"));
        table.col(integer("number"));
        table.col(big_integer("expires_at"));
        table.col(integer("related_days"));
    }),
    ("agreement_period", |table| {
        table.col(uuid("version_id"));
        table.col(big_integer("begins_at"));
        table.col(big_integer_null("ends_at"));
    }),
    ("agreement_flow", |table| {
        table.col(uuid("version_id"));
        table.col(uuid("from_agency_id"));
        table.col(uuid("to_agency_id"));
        table.col(text("basis"));
    }),
    ("flow_scope", |table| {
        table.col(uuid("flow_id"));
        table.col(text("category"));
        table.col(text("purpose"));
    }),
    ("consent", |table| {
        table.col(uuid("service_user_id"));
        table.col(uuid("recorded_for"));
        table.col(text("kind"));
        table.col(big_integer("begins_at"));
        table.col(big_integer_null("expires_at"));
        table.col(big_integer_null("ended_at"));
        // Nobody permits for ever.
        let denied = Expr::col("kind").eq("deny");
        table.check(denied.or(Expr::col("expires_at").is_not_null()));
    }),
    ("consent_scope", |table| {
        table.col(uuid("consent_id"));
        table.col(uuid("agency_id"));
        table.col(text("category"));
        table.col(text("purpose"));
    }),
];

/// What rows hang on: the table, the column, the other table. Nothing that they hang on can be taken away under them.
const REFERENCES: &[(&str, &str, &str)] = &[
    ("service_user", "account_id", "account"),
    ("service_user", "agency_id", "agency"),
    ("service_user", "key_id", "sealing_key"),
    ("service_user", "merged_into", "service_user"),
    ("person_record", "service_user_id", "service_user"),
    ("person_record", "recorded_for", "service_user"),
    ("person_record", "agency_id", "agency"),
    ("person_record", "recorded_by", "account"),
    ("person_record", "replaces", "person_record"),
    ("team", "agency_id", "agency"),
    ("team_place", "team_id", "team"),
    ("team_place", "account_id", "account"),
    ("assignment", "service_user_id", "service_user"),
    ("assignment", "recorded_for", "service_user"),
    ("assignment", "agency_id", "agency"),
    ("assignment", "account_id", "account"),
    ("assignment", "team_id", "team"),
    ("relationship", "service_user_id", "service_user"),
    ("relationship", "recorded_for", "service_user"),
    ("relationship", "agency_id", "agency"),
    ("exclusion", "service_user_id", "service_user"),
    ("exclusion", "recorded_for", "service_user"),
    ("exclusion", "agency_id", "agency"),
    ("exclusion", "account_id", "account"),
    ("proxy", "service_user_id", "service_user"),
    ("proxy", "recorded_for", "service_user"),
    ("proxy", "account_id", "account"),
    ("agreement_version", "agreement_id", "agreement"),
    ("agreement_period", "version_id", "agreement_version"),
    ("agreement_flow", "version_id", "agreement_version"),
    ("agreement_flow", "from_agency_id", "agency"),
    ("agreement_flow", "to_agency_id", "agency"),
    ("flow_scope", "flow_id", "agreement_flow"),
    ("consent", "service_user_id", "service_user"),
    ("consent", "recorded_for", "service_user"),
    ("consent_scope", "consent_id", "consent"),
    ("consent_scope", "agency_id", "agency"),
];

/// Indexes: the table, and the columns.
const INDEXES: &[(&str, &[&str])] = &[
    ("service_user", &["account_id"]),
    ("service_user", &["merged_into"]),
    ("person_record", &["service_user_id", "category", "agency_id"]),
    ("person_record", &["agency_id", "recorded_at"]),
    ("team", &["agency_id"]),
    ("team_place", &["account_id", "team_id"]),
    ("team_place", &["team_id"]),
    ("assignment", &["service_user_id", "agency_id"]),
    ("assignment", &["account_id", "agency_id"]),
    ("assignment", &["team_id"]),
    ("relationship", &["service_user_id", "agency_id"]),
    ("relationship", &["agency_id", "opened_at"]),
    ("exclusion", &["service_user_id"]),
    ("proxy", &["account_id"]),
    ("proxy", &["service_user_id"]),
    ("agreement_version", &["agreement_id"]),
    ("agreement_period", &["version_id"]),
    ("agreement_flow", &["to_agency_id", "from_agency_id"]),
    ("agreement_flow", &["version_id"]),
    ("flow_scope", &["flow_id", "category", "purpose"]),
    ("consent", &["service_user_id"]),
    ("consent_scope", &["consent_id", "agency_id", "category", "purpose"]),
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
        Ok(())
    }
}

/// One of the two is there, never both, never none.
fn one_of(table: &mut TableCreateStatement, one: &'static str, other: &'static str) {
    let (one, other) = (Expr::col(one), Expr::col(other));
    let first = one.clone().is_not_null().and(other.clone().is_null());
    table.check(first.or(one.is_null().and(other.is_not_null())));
}
