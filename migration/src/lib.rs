//! Signpost's schema history. A released migration is frozen: correct it with the next one.
//! Migrations never import `entity`, so that old ones keep meaning what they meant.
//!
//! To add one: a file named by date and number, a line in [`Migrator::migrations`]. It must run
//! up and down on SQLite and PostgreSQL alike; a test does both.

pub use sea_orm_migration::{MigratorTrait, prelude};

use sea_orm_migration::MigrationTrait;

mod m20261121_000001_directory;
mod m20261122_000001_touched;
mod m20261122_000002_accounts;
mod m20261122_000003_listings;
mod m20261122_000004_happenings;
mod m20261122_000005_duplicate_keys;
mod m20261122_000006_freshness;
mod m20261122_000007_corrections;
mod m20261122_000008_vault;
mod m20261122_000009_people;
mod m20261122_000010_ledger;
mod m20261123_000001_changed;
mod m20261123_000002_finding;
mod m20261123_000003_caseloads;
mod m20261123_000004_agreements;
mod m20261123_000005_referrals;
mod m20261123_000006_appointments;
mod m20261123_000007_signposts;
mod m20261123_000008_notices;
mod m20261123_000009_tasks;
mod m20261123_000010_imported;
mod m20261123_000011_calendars;
mod m20261123_000012_groups;
mod m20261123_000014_notice_addresses;
mod m20261123_000016_disclosed;
mod m20261124_000017_refused_referrals;
mod m20261124_000018_letters;
mod m20261124_000019_place_history;
mod m20261124_000020_groups_end;
mod m20261124_000021_worklists;
mod m20261124_000024_reopened;
mod m20261124_000025_calendar_looks;
mod m20261124_000026_notice_bounds;
mod m20261124_000027_looks_spent;
mod m20261124_000028_refuge;
mod m20261124_000030_replaced_by;
mod m20261124_000031_unlinked;
mod m20261124_000032_taken_back;
mod m20261124_000033_keys;
mod m20261124_000034_proxies_ended;

/// All migrations, in order.
#[derive(Debug)]
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261121_000001_directory::Migration),
            Box::new(m20261122_000001_touched::Migration),
            Box::new(m20261122_000002_accounts::Migration),
            Box::new(m20261122_000003_listings::Migration),
            Box::new(m20261122_000004_happenings::Migration),
            Box::new(m20261122_000005_duplicate_keys::Migration),
            Box::new(m20261122_000006_freshness::Migration),
            Box::new(m20261122_000007_corrections::Migration),
            Box::new(m20261122_000008_vault::Migration),
            Box::new(m20261122_000009_people::Migration),
            Box::new(m20261122_000010_ledger::Migration),
            Box::new(m20261123_000001_changed::Migration),
            Box::new(m20261123_000002_finding::Migration),
            Box::new(m20261123_000003_caseloads::Migration),
            Box::new(m20261123_000004_agreements::Migration),
            Box::new(m20261123_000005_referrals::Migration),
            Box::new(m20261123_000006_appointments::Migration),
            Box::new(m20261123_000007_signposts::Migration),
            Box::new(m20261123_000008_notices::Migration),
            Box::new(m20261123_000009_tasks::Migration),
            Box::new(m20261123_000010_imported::Migration),
            Box::new(m20261123_000011_calendars::Migration),
            Box::new(m20261123_000012_groups::Migration),
            Box::new(m20261123_000014_notice_addresses::Migration),
            Box::new(m20261123_000016_disclosed::Migration),
            Box::new(m20261124_000017_refused_referrals::Migration),
            Box::new(m20261124_000018_letters::Migration),
            Box::new(m20261124_000019_place_history::Migration),
            Box::new(m20261124_000020_groups_end::Migration),
            Box::new(m20261124_000021_worklists::Migration),
            Box::new(m20261124_000024_reopened::Migration),
            Box::new(m20261124_000025_calendar_looks::Migration),
            Box::new(m20261124_000026_notice_bounds::Migration),
            Box::new(m20261124_000027_looks_spent::Migration),
            Box::new(m20261124_000028_refuge::Migration),
            Box::new(m20261124_000030_replaced_by::Migration),
            Box::new(m20261124_000031_unlinked::Migration),
            Box::new(m20261124_000032_taken_back::Migration),
            Box::new(m20261124_000033_keys::Migration),
            Box::new(m20261124_000034_proxies_ended::Migration),
        ]
    }
}
