//! By which row each row about a service user was said anew: where double records are parted, what was recorded for the one holds
//! again if what replaced it stays with the other.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const TABLE: &str = "person_record";
const ANEW: &str = "anew";
const COLUMN: &str = "replaced_by";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table(TABLE).add_column(uuid_null(COLUMN)).to_owned()).await?;
        // Of what was said anew before, the new row tells which it was.
        let known = Query::update()
            .table(TABLE)
            .value(COLUMN, Expr::col((ANEW, "id")))
            .from(TABLE.into_table_ref().alias(ANEW))
            .and_where(Expr::col((ANEW, "replaces")).eq(Expr::col((TABLE, "id"))))
            .to_owned();
        manager.execute(known).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table(TABLE).drop_column(COLUMN).to_owned()).await
    }
}
