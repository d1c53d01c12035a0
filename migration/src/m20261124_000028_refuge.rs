//! That somebody looks for a refuge tells that they are hurt at home: such a need is of the category that domestic abuse is of,
//! and not of housing.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// The table of what is known of service users.
const TABLE: &str = "person_record";

fn of_refuge() -> Expr {
    Expr::col("need_key").eq("housing.refuge")
}

/// Counts such needs in another category.
async fn become_of(manager: &SchemaManager<'_>, category: &str) -> Result<(), DbErr> {
    // First the counts of whom they are about: whoever discloses meanwhile decides again.
    let theirs = Query::select().column("service_user_id").from(TABLE).and_where(of_refuge()).to_owned();
    let raised = Query::update()
        .table("service_user")
        .value("epoch", Expr::col("epoch").add(1))
        .and_where(Expr::col("id").in_subquery(theirs))
        .to_owned();
    manager.execute(raised).await?;
    let needs = Query::update().table(TABLE).value("category", category).and_where(of_refuge()).to_owned();
    manager.execute(needs).await
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        become_of(manager, "safeguarding").await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        become_of(manager, "housing").await
    }
}
