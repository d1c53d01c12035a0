//! Groups and cohorts are changed, closed and called off: which writing of them it is, and since when and why they are no more;
//! and which sessions of a cohort are called off.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Of what type a new column is.
#[derive(Clone, Copy)]
enum Type {
    Version,
    Instant,
    Account,
    Reason,
}

/// New columns.
const NEW: &[(&str, &str, Type)] = &[
    ("support_group", "version", Type::Version),
    ("support_group", "closed_at", Type::Instant),
    ("support_group", "closed_by", Type::Account),
    ("support_group", "end_reason", Type::Reason),
    ("group_cohort", "version", Type::Version),
    ("group_cohort", "called_off_at", Type::Instant),
    ("group_cohort", "called_off_by", Type::Account),
    ("group_cohort", "end_reason", Type::Reason),
    ("group_session", "called_off_at", Type::Instant),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, name, of) in NEW {
            let mut column = ColumnDef::new(*name);
            match of {
                Type::Version => column.integer().not_null().default(1),
                Type::Instant => column.big_integer().null(),
                Type::Account => column.uuid().null(),
                Type::Reason => column.text().null(),
            };
            // SQLite adds one column at a time.
            manager.alter_table(Table::alter().table(*table).add_column(column).to_owned()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, name, _) in NEW.iter().rev() {
            manager.alter_table(Table::alter().table(*table).drop_column(*name).to_owned()).await?;
        }
        Ok(())
    }
}
