//! The directory: agencies, services, locations, and all that hangs on them.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Every table, in the order in which they are made; dropped in the reverse order.
const TABLES: &[&str] = &[
    "source",
    "import_run",
    "agency",
    "service",
    "location",
    "service_place",
    "source_record",
    "area_covered",
    "schedule",
    "eligibility",
    "characteristic_rule",
    "capacity",
    "service_need",
    "service_term",
    "phone",
    "contact",
    "external_identifier",
    "assurance",
    "postcode",
    "directory_change",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        listings(manager).await?;
        hours_and_areas(manager).await?;
        rules(manager).await?;
        contacts(manager).await?;
        reference(manager).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in TABLES.iter().rev() {
            manager.drop_table(Table::drop().table(*name).to_owned()).await?;
        }
        Ok(())
    }
}

fn new(name: &'static str) -> TableCreateStatement {
    Table::create().table(name).to_owned()
}

fn pk_auto_big(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).big_integer().not_null().auto_increment().primary_key().to_owned()
}

/// Rows that hang on another go with it.
fn cascade(from: &'static str, column: &'static str, to: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .name(format!("fk_{from}_{column}"))
        .from(from, column)
        .to(to, "id")
        .on_delete(ForeignKeyAction::Cascade)
        .to_owned()
}

fn index(table: &'static str, column: &'static str) -> IndexCreateStatement {
    Index::create().name(format!("ix_{table}_{column}")).table(table).col(column).to_owned()
}

fn unique(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create().name(format!("uq_{table}_{}", columns.join("_"))).table(table).unique().to_owned();
    for column in columns {
        index.col(*column);
    }
    index
}

/// A row belongs to one thing, never to none and never to two.
fn exactly_one_of(columns: &[&'static str]) -> SimpleExpr {
    let stated: Vec<String> =
        columns.iter().map(|column| format!("(CASE WHEN {column} IS NULL THEN 0 ELSE 1 END)")).collect();
    Expr::cust(format!("{} = 1", stated.join(" + ")))
}

async fn listings(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    // Where listings come from.
    let mut table = new("source");
    table.col(uuid("id"));
    table.col(text("key"));
    table.col(text("name"));
    table.col(text_null("licence"));
    table.col(text_null("attribution"));
    table.col(timestamp_with_time_zone("created_at"));
    table.primary_key(Index::create().col("id"));
    manager.create_table(table).await?;
    manager.create_index(unique("source", &["key"])).await?;

    // One run of an import, finished or not.
    let mut table = new("import_run");
    table.col(uuid("id"));
    table.col(uuid("source_id"));
    table.col(timestamp_with_time_zone("started_at"));
    table.col(timestamp_with_time_zone_null("finished_at"));
    table.col(big_integer("records_read"));
    table.col(big_integer("records_rejected"));
    table.col(big_integer("services_created"));
    table.col(big_integer("services_changed"));
    table.col(big_integer("services_unchanged"));
    table.primary_key(Index::create().col("id"));
    table.foreign_key(&mut cascade("import_run", "source_id", "source"));
    manager.create_table(table).await?;

    // An agency.
    let mut table = new("agency");
    table.col(uuid("id"));
    table.col(uuid("source_id"));
    table.col(text("source_key"));
    table.col(text("content_hash"));
    table.col(text("name"));
    table.col(text_null("alternate_name"));
    table.col(text_null("description"));
    table.col(text_null("email"));
    table.col(text_null("website"));
    table.col(text_null("legal_status"));
    table.col(text_null("charity_number"));
    table.col(text_null("company_number"));
    table.col(uuid_null("parent_id"));
    table.col(timestamp_with_time_zone("created_at"));
    table.col(timestamp_with_time_zone("updated_at"));
    table.primary_key(Index::create().col("id"));
    table.foreign_key(&mut cascade("agency", "source_id", "source"));
    manager.create_table(table).await?;
    manager.create_index(unique("agency", &["source_id", "source_key"])).await?;

    // A service.
    let mut table = new("service");
    table.col(uuid("id"));
    table.col(uuid("agency_id"));
    table.col(uuid("source_id"));
    table.col(text("source_key"));
    table.col(text("content_hash"));
    table.col(text("name"));
    table.col(text_null("alternate_name"));
    table.col(text_null("summary"));
    table.col(text_null("description"));
    table.col(text("status"));
    table.col(date_null("reopens_on"));
    table.col(text_null("alert"));
    table.col(text("visibility"));
    table.col(text_null("url"));
    table.col(text_null("email"));
    table.col(text_null("how_to_apply"));
    table.col(json_binary("routes"));
    table.col(text_null("gateway"));
    table.col(text_null("cost"));
    table.col(text_null("cost_note"));
    table.col(json_binary("languages"));
    table.col(json_binary("delivery"));
    table.col(json_binary("formats"));
    table.col(json_binary("access_offered"));
    table.col(json_binary("access_missing"));
    table.col(json_binary("funding"));
    table.col(json_binary("documents"));
    table.col(timestamp_with_time_zone_null("source_changed_at"));
    table.col(timestamp_with_time_zone("created_at"));
    table.col(timestamp_with_time_zone("updated_at"));
    table.primary_key(Index::create().col("id"));
    table.foreign_key(&mut cascade("service", "agency_id", "agency"));
    table.foreign_key(&mut cascade("service", "source_id", "source"));
    manager.create_table(table).await?;
    manager.create_index(unique("service", &["source_id", "source_key"])).await?;
    manager.create_index(index("service", "agency_id")).await?;

    // A location. Everything but `public_area` is withheld from the public while `confidential` holds.
    let mut table = new("location");
    table.col(uuid("id"));
    table.col(uuid("source_id"));
    table.col(text("source_key"));
    table.col(text("content_hash"));
    table.col(text_null("name"));
    table.col(text_null("alternate_name"));
    table.col(text_null("description"));
    table.col(text("kind"));
    table.col(json_binary("address_lines"));
    table.col(text_null("town"));
    table.col(text_null("region"));
    table.col(text_null("postcode"));
    table.col(text_null("country"));
    table.col(double_null("stated_latitude"));
    table.col(double_null("stated_longitude"));
    table.col(double_null("latitude"));
    table.col(double_null("longitude"));
    table.col(text_null("placed_by"));
    table.col(text_null("authority_code"));
    table.col(boolean("confidential"));
    table.col(text_null("public_area"));
    table.col(text_null("transport"));
    table.col(json_binary("access_offered"));
    table.col(json_binary("access_missing"));
    table.col(timestamp_with_time_zone("created_at"));
    table.col(timestamp_with_time_zone("updated_at"));
    table.primary_key(Index::create().col("id"));
    table.foreign_key(&mut cascade("location", "source_id", "source"));
    manager.create_table(table).await?;
    manager.create_index(unique("location", &["source_id", "source_key"])).await?;
    manager.create_index(index("location", "postcode")).await?;

    // A service at a location.
    let mut table = new("service_place");
    table.col(uuid("id"));
    table.col(text("source_key"));
    table.col(uuid("service_id"));
    table.col(uuid("location_id"));
    table.col(integer("position"));
    table.col(text_null("description"));
    table.primary_key(Index::create().col("id"));
    table.foreign_key(&mut cascade("service_place", "service_id", "service"));
    table.foreign_key(&mut cascade("service_place", "location_id", "location"));
    manager.create_table(table).await?;
    manager.create_index(index("service_place", "service_id")).await?;
    manager.create_index(index("service_place", "location_id")).await?;

    // One record of a feed, to the letter: what has no column of its own is kept here.
    let mut table = new("source_record");
    table.col(uuid("source_id"));
    table.col(text("record_key"));
    table.col(uuid("service_id"));
    table.col(text("content_hash"));
    table.col(text("document"));
    table.col(timestamp_with_time_zone("first_imported_at"));
    table.col(timestamp_with_time_zone("changed_at"));
    table.primary_key(Index::create().col("source_id").col("record_key"));
    table.foreign_key(&mut cascade("source_record", "source_id", "source"));
    table.foreign_key(&mut cascade("source_record", "service_id", "service"));
    manager.create_table(table).await?;
    manager.create_index(index("source_record", "service_id")).await?;
    Ok(())
}

async fn hours_and_areas(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    // An area that a service, or a service at one location, covers.
    let mut table = new("area_covered");
    table.col(pk_auto_big("id"));
    table.col(uuid("service_id"));
    table.col(uuid_null("place_id"));
    table.col(integer("position"));
    table.col(text("kind"));
    table.col(text("value"));
    table.col(text_null("name"));
    table.foreign_key(&mut cascade("area_covered", "service_id", "service"));
    table.foreign_key(&mut cascade("area_covered", "place_id", "service_place"));
    manager.create_table(table).await?;
    manager.create_index(index("area_covered", "service_id")).await?;
    manager.create_index(index("area_covered", "place_id")).await?;

    // One line of an hours table; belongs to exactly one of service, pair and location.
    let mut table = new("schedule");
    table.col(pk_auto_big("id"));
    table.col(uuid_null("service_id"));
    table.col(uuid_null("place_id"));
    table.col(uuid_null("location_id"));
    table.col(integer("position"));
    table.col(text("kind"));
    table.col(text("days"));
    table.col(text("effect"));
    table.col(text_null("by_day"));
    table.col(text_null("by_month_day"));
    table.col(integer("interval"));
    table.col(date_null("anchor"));
    table.col(date_null("valid_from"));
    table.col(date_null("valid_to"));
    table.col(time_null("opens_at"));
    table.col(time_null("closes_at"));
    table.col(text_null("note"));
    table.foreign_key(&mut cascade("schedule", "service_id", "service"));
    table.foreign_key(&mut cascade("schedule", "place_id", "service_place"));
    table.foreign_key(&mut cascade("schedule", "location_id", "location"));
    table.check(exactly_one_of(&["service_id", "place_id", "location_id"]));
    manager.create_table(table).await?;
    manager.create_index(index("schedule", "service_id")).await?;
    manager.create_index(index("schedule", "place_id")).await?;
    manager.create_index(index("schedule", "location_id")).await?;
    Ok(())
}

async fn rules(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    // The rules of a service about who is taken; a rule is stated when its evidence is there.
    let mut table = new("eligibility");
    table.col(uuid("service_id"));
    table.col(double_null("age_min"));
    table.col(double_null("age_max"));
    table.col(text_null("age_evidence"));
    table.col(text_null("age_quote"));
    table.col(json_binary("genders"));
    table.col(text_null("genders_evidence"));
    table.col(text_null("genders_quote"));
    table.col(text_null("substance_use"));
    table.col(integer_null("abstinent_days"));
    table.col(text_null("substance_use_evidence"));
    table.col(text_null("substance_use_quote"));
    table.col(json_binary("offences_excluded"));
    table.col(json_binary("offences_considered"));
    table.col(text_null("offences_evidence"));
    table.col(text_null("offences_quote"));
    table.col(text_null("other"));
    table.primary_key(Index::create().col("service_id"));
    table.foreign_key(&mut cascade("eligibility", "service_id", "service"));
    manager.create_table(table).await?;

    // What a service says about one characteristic.
    let mut table = new("characteristic_rule");
    table.col(uuid("service_id"));
    table.col(text("characteristic"));
    table.col(text("rule"));
    table.col(text("evidence"));
    table.col(text_null("quote"));
    table.primary_key(Index::create().col("service_id").col("characteristic"));
    table.foreign_key(&mut cascade("characteristic_rule", "service_id", "service"));
    manager.create_table(table).await?;

    // Places and waiting time of a service.
    let mut table = new("capacity");
    table.col(uuid("service_id"));
    table.col(integer_null("funded"));
    table.col(integer_null("maximum"));
    table.col(integer_null("available"));
    table.col(integer_null("wait_days"));
    table.col(text_null("waiting_list"));
    table.col(timestamp_with_time_zone_null("updated_at"));
    table.primary_key(Index::create().col("service_id"));
    table.foreign_key(&mut cascade("capacity", "service_id", "service"));
    manager.create_table(table).await?;

    // That a service says it meets a need.
    let mut table = new("service_need");
    table.col(uuid("service_id"));
    table.col(text("need_key"));
    table.col(integer("position"));
    table.primary_key(Index::create().col("service_id").col("need_key"));
    table.foreign_key(&mut cascade("service_need", "service_id", "service"));
    manager.create_table(table).await?;

    // A term of another taxonomy that a source gave a service; needs are derived from it by the needs file.
    let mut table = new("service_term");
    table.col(uuid("service_id"));
    table.col(text("taxonomy"));
    table.col(text("code"));
    table.col(text("name"));
    table.primary_key(Index::create().col("service_id").col("taxonomy").col("code"));
    table.foreign_key(&mut cascade("service_term", "service_id", "service"));
    manager.create_table(table).await?;
    Ok(())
}

async fn contacts(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    // A telephone number; belongs to exactly one of agency, service, pair and location.
    let mut table = new("phone");
    table.col(pk_auto_big("id"));
    table.col(uuid_null("agency_id"));
    table.col(uuid_null("service_id"));
    table.col(uuid_null("place_id"));
    table.col(uuid_null("location_id"));
    table.col(integer("position"));
    table.col(text("number"));
    table.col(text_null("extension"));
    table.col(text_null("kind"));
    table.col(text_null("description"));
    table.foreign_key(&mut cascade("phone", "agency_id", "agency"));
    table.foreign_key(&mut cascade("phone", "service_id", "service"));
    table.foreign_key(&mut cascade("phone", "place_id", "service_place"));
    table.foreign_key(&mut cascade("phone", "location_id", "location"));
    table.check(exactly_one_of(&["agency_id", "service_id", "place_id", "location_id"]));
    manager.create_table(table).await?;
    manager.create_index(index("phone", "agency_id")).await?;
    manager.create_index(index("phone", "service_id")).await?;
    manager.create_index(index("phone", "place_id")).await?;
    manager.create_index(index("phone", "location_id")).await?;

    // Somebody to ask; belongs to exactly one of agency, service and pair.
    let mut table = new("contact");
    table.col(pk_auto_big("id"));
    table.col(uuid_null("agency_id"));
    table.col(uuid_null("service_id"));
    table.col(uuid_null("place_id"));
    table.col(integer("position"));
    table.col(text_null("name"));
    table.col(text_null("role"));
    table.col(text_null("email"));
    table.col(text_null("phone"));
    table.col(text("visibility"));
    table.col(boolean("named"));
    table.col(boolean("deputy"));
    table.col(uuid_null("for_agency_id"));
    table.foreign_key(&mut cascade("contact", "agency_id", "agency"));
    table.foreign_key(&mut cascade("contact", "service_id", "service"));
    table.foreign_key(&mut cascade("contact", "place_id", "service_place"));
    table.check(exactly_one_of(&["agency_id", "service_id", "place_id"]));
    manager.create_table(table).await?;
    manager.create_index(index("contact", "agency_id")).await?;
    manager.create_index(index("contact", "service_id")).await?;
    manager.create_index(index("contact", "place_id")).await?;

    // An id in somebody else's register; belongs to exactly one of agency, service and location.
    let mut table = new("external_identifier");
    table.col(pk_auto_big("id"));
    table.col(uuid_null("agency_id"));
    table.col(uuid_null("service_id"));
    table.col(uuid_null("location_id"));
    table.col(text("scheme"));
    table.col(text("value"));
    table.foreign_key(&mut cascade("external_identifier", "agency_id", "agency"));
    table.foreign_key(&mut cascade("external_identifier", "service_id", "service"));
    table.foreign_key(&mut cascade("external_identifier", "location_id", "location"));
    table.check(exactly_one_of(&["agency_id", "service_id", "location_id"]));
    manager.create_table(table).await?;
    manager.create_index(index("external_identifier", "agency_id")).await?;
    manager.create_index(index("external_identifier", "service_id")).await?;
    manager.create_index(index("external_identifier", "location_id")).await?;
    manager.create_index(index("external_identifier", "value")).await?;

    // When a part of a listing was last assured.
    let mut table = new("assurance");
    table.col(uuid("service_id"));
    table.col(text("field_group"));
    table.col(timestamp_with_time_zone("assured_at"));
    table.col(text_null("assured_by"));
    table.col(text("evidence"));
    table.primary_key(Index::create().col("service_id").col("field_group"));
    table.foreign_key(&mut cascade("assurance", "service_id", "service"));
    manager.create_table(table).await?;
    Ok(())
}

async fn reference(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    // A live postcode of the United Kingdom, where the table was imported.
    let mut table = new("postcode");
    table.col(text("postcode"));
    table.col(double("latitude"));
    table.col(double("longitude"));
    table.col(text("authority_code"));
    table.primary_key(Index::create().col("postcode"));
    manager.create_table(table).await?;

    // That the directory changed: what tells processes to renew their snapshots.
    let mut table = new("directory_change");
    table.col(pk_auto_big("id"));
    table.col(timestamp_with_time_zone("changed_at"));
    table.col(text("what"));
    manager.create_table(table).await?;
    Ok(())
}
