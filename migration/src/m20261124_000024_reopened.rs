//! Agencies that opened a case again of somebody whom another entered had to do with them by it as if they had entered them: in
//! every category that flows, and without an end. They have by the referral alone, as far as it goes.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// The table of what makes agencies somebody to service users.
const TABLE: &str = "relationship";

/// What such a case made: by no referral, of an agency that did not enter whom it was recorded for. When somebody is entered it
/// is always the agency that enters them, and stays so where records are joined or parted.
fn made_by_a_case() -> Expr {
    let entered_by_another = Query::select()
        .expr(Expr::value(1))
        .from("service_user")
        .and_where(Expr::col(("service_user", "id")).eq(Expr::col((TABLE, "recorded_for"))))
        .and_where(Expr::col(("service_user", "agency_id")).ne(Expr::col((TABLE, "agency_id"))))
        .to_owned();
    Expr::col((TABLE, "kind")).eq("assignment").and(Expr::exists(entered_by_another))
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // First the counts of whom they are about: whoever discloses meanwhile decides again.
        let theirs =
            Query::select().column((TABLE, "service_user_id")).from(TABLE).and_where(made_by_a_case()).to_owned();
        let raised = Query::update()
            .table("service_user")
            .value("epoch", Expr::col("epoch").add(1))
            .and_where(Expr::col("id").in_subquery(theirs))
            .to_owned();
        manager.execute(raised).await?;
        // Not closed but gone: what was closed lately still counts. On a caseload of theirs they stay, and with it what the
        // agency recorded itself.
        let made = Query::delete().from_table(TABLE).and_where(made_by_a_case()).to_owned();
        manager.execute(made).await
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        // What should never have been is not brought back.
        Ok(())
    }
}
