//! What happened to places in groups, each step a row. Of places that are there already the steps are those that they tell of.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;
use sea_orm_migration::sea_orm::prelude::Uuid;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const TABLE: &str = "group_place_event";

/// What rows hang on: the column, the other table.
const REFERENCES: &[(&str, &str)] =
    &[("place_id", "group_place"), ("by", "account"), ("agency_id", "agency"), ("cohort_id", "group_cohort")];

/// The columns that a step of a place that is there already has, in this order.
const TOLD: [&str; 8] = ["id", "place_id", "number", "step", "at", "by", "agency_id", "cohort_id"];

/// What a place that is there already tells of: what happened, when, by whom, for which agency, in which cohort. Why they passed
/// others stays beside the place: sealed for it, it opens nowhere else.
fn steps(row: &sea_orm::QueryResult) -> Result<Vec<[Expr; 5]>, DbErr> {
    let instant = |column: &str| row.try_get::<Option<i64>>("", column);
    let account = |column: &str| row.try_get::<Option<Uuid>>("", column);
    let (agency, cohort): (Uuid, Option<Uuid>) = (row.try_get("", "agency_id")?, row.try_get("", "cohort_id")?);
    let passed = row.try_get::<Option<String>>("", "sealed")?.is_some();
    let (joined_at, joined_by): (i64, Uuid) = (row.try_get("", "joined_at")?, row.try_get("", "joined_by")?);
    let (placed_at, offered_by) = (instant("placed_at")?, account("offered_by")?);
    let (left_at, left_by) = (instant("left_at")?, account("left_by")?);
    let step = |step: &str, at: i64, by: Uuid, agency: Option<Uuid>, cohort: Option<Uuid>| {
        [Expr::value(step), Expr::value(at), Expr::value(by), Expr::value(agency), Expr::value(cohort)]
    };
    let given = placed_at.is_some() && offered_by.is_none();
    let first = if given { "given" } else { "asked" };
    let mut steps = vec![step(first, joined_at, joined_by, Some(agency), cohort.filter(|_| given))];
    if let (Some(at), Some(by)) = (placed_at, offered_by) {
        steps.push(step(if passed { "preferred" } else { "moved_up" }, at, by, Some(agency), cohort));
    }
    if let (Some(at), Some(by)) = (left_at, left_by) {
        // For whom they did it who wrote it down is not known any more.
        steps.push(step("left", at, by, None, cohort));
    }
    Ok(steps)
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut table = Table::create().table(TABLE).to_owned();
        table.col(uuid("id")).primary_key(Index::create().col("id"));
        table.col(uuid("place_id")).col(integer("number")).col(text("step")).col(big_integer("at")).col(uuid("by"));
        table.col(uuid_null("agency_id")).col(uuid_null("cohort_id")).col(text_null("reason")).col(text_null("sealed"));
        for (column, other) in REFERENCES {
            let mut key = ForeignKey::create().name(format!("fk_{TABLE}_{column}")).to_owned();
            table.foreign_key(key.from(TABLE, *column).to(*other, "id"));
        }
        manager.create_table(table).await?;
        let mut index = Index::create().name("ix_group_place_event_place_id_number").table(TABLE).to_owned();
        manager.create_index(index.col("place_id").col("number").unique().to_owned()).await?;
        let db = manager.get_connection();
        let mut places = Query::select();
        for column in ["id", "agency_id", "cohort_id", "sealed", "joined_at", "joined_by", "placed_at", "offered_by"] {
            places.column(column);
        }
        places.column("left_at").column("left_by").from("group_place");
        let mut rows = Vec::new();
        for row in db.query_all(&places).await? {
            let place: Uuid = row.try_get("", "id")?;
            for (number, [step, at, by, agency, cohort]) in (1_i32..).zip(steps(&row)?) {
                // An id begins with the instant at which it was made: at such a one none of ours was.
                let id = Uuid::from_u128(place.as_u128() ^ (u128::from(number.unsigned_abs()) << 120));
                rows.push([Expr::value(id), Expr::value(place), Expr::value(number), step, at, by, agency, cohort]);
            }
        }
        for values in rows {
            let mut insert = Query::insert();
            insert.into_table(TABLE).columns(TOLD);
            insert.values(values).map_err(|error| DbErr::Migration(error.to_string()))?;
            db.execute(&insert).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(TABLE).to_owned()).await
    }
}
