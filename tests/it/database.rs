//! The database: its schema, many who write at once, and everything that can be wrong with it.

mod away;
mod full;
mod wrong;

use std::collections::BTreeMap;

use migration::{Migrator, MigratorTrait};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ConnectionTrait, DbBackend, EntityTrait, QuerySelect};
use signpost::clock::Clock;
use signpost::database::{Database, DatabaseError};
use signpost::directory::demonstration;
use signpost::directory::store::changes::{self, Touched};
use signpost::directory::store::duplicate_keys;
use signpost::directory::store::save::{Seen, save};
use signpost::directory::store::save_source;

use crate::import::contents::{count, everything, strings, tables};
use crate::support::database::TestDatabase;
use crate::support::listings::{at, location, service};
use crate::support::{now, source};

/// The whole schema as the engine tells it, table by table.
async fn schema(database: &Database) -> BTreeMap<String, Vec<String>> {
    let query = if database.engine() == DbBackend::Sqlite {
        "SELECT tbl_name, type || ' ' || name || ': ' || COALESCE(sql, '') FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
    } else {
        "SELECT table_name::text, 'column ' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || COALESCE(column_default, '')
           FROM information_schema.columns WHERE table_schema = 'public'
         UNION ALL SELECT tablename::text, 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
         UNION ALL SELECT conrelid::regclass::text, 'constraint ' || conname || ' ' || pg_get_constraintdef(oid)
           FROM pg_constraint WHERE connamespace = 'public'::regnamespace"
    };
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in strings(database, query).await {
        found.entry(row[0].clone()).or_default().push(row[1].clone());
    }
    found.values_mut().for_each(|parts| parts.sort());
    found
}

#[tokio::test]
async fn migrations_run_up_and_down_and_up_again() {
    let test = TestDatabase::bare().await;
    let database = test.open().await;
    let all = Migrator::migrations().len();
    assert_eq!(database.pending_migrations().await.unwrap(), all);
    assert_eq!(tables(&database).await, Vec::<String>::new(), "to look makes nothing");
    database.migrate_up().await.unwrap();
    assert_eq!(database.pending_migrations().await.unwrap(), 0);
    let up = schema(&database).await;
    assert!(up.len() >= 21, "{:?}", up.keys());
    database.migrate_up().await.unwrap();
    assert_eq!(schema(&database).await, up, "up again does nothing");

    let transaction = database.begin_write().await.unwrap();
    let id = save_source(&transaction, &source(), now()).await.unwrap();
    let mut listing = service("s", "Beds", "housing.emergency");
    listing.places = vec![at(location("here", "M14 5RQ", None))];
    save(&transaction, id, &[listing], &mut Seen::default(), &mut Touched::default(), now()).await.unwrap();
    transaction.commit().await.unwrap();
    database.migrate_down(None).await.unwrap();
    assert_eq!(tables(&database).await, ["seaql_migrations"], "full tables go too");
    assert_eq!(database.pending_migrations().await.unwrap(), all);

    // One step at a time comes to the same.
    database.migrate_up().await.unwrap();
    for left in 1..=all {
        database.migrate_down(Some(1)).await.unwrap();
        assert_eq!(database.pending_migrations().await.unwrap(), left);
    }
    assert_eq!(tables(&database).await, ["seaql_migrations"]);
    database.migrate_up().await.unwrap();
    assert_eq!(schema(&database).await, up, "the same as from nothing");
    assert_eq!(count(&database, "service").await, 0);
}

/// Whatever stood in the directory before a later migration stands there after it, column by column.
#[tokio::test]
async fn later_migrations_keep_every_row_of_the_directory() {
    let test = TestDatabase::bare().await;
    let database = test.open().await;
    database.migrate_up().await.unwrap();
    demonstration::load(&database, &Clock::manual(now())).await.unwrap();
    let keys = duplicate_keys::all(database.connection()).await.unwrap().len();
    let later = u32::try_from(Migrator::migrations().len() - 2).unwrap();
    database.migrate_down(Some(later)).await.unwrap();
    let before = everything(&database).await;
    assert!(before.values().map(Vec::len).sum::<usize>() > 1_000);
    assert!(!before.contains_key("account") && !before.contains_key("listing_version"));
    database.migrate_up().await.unwrap();
    let after = everything(&database).await;
    assert!(after.contains_key("account") && after.contains_key("listing_version"));
    assert_eq!(after["duplicate_key"].len(), 0);
    assert!(duplicate_keys::fill(&database).await.unwrap() > 0);
    assert_eq!(duplicate_keys::all(database.connection()).await.unwrap().len(), keys);
    for (table, rows) in &before {
        let now = &after[table];
        assert_eq!(now.len(), rows.len(), "{table}");
        // A column that was added stands behind those that were there.
        let lost = rows.iter().zip(now).find(|(before, after)| !after.starts_with(before.as_str()));
        assert_eq!(lost, None, "{table}");
    }
}

#[tokio::test]
async fn a_migration_that_fails_leaves_nothing_of_itself() {
    let test = TestDatabase::bare().await;
    let database = test.open().await;
    // In the way of a table that is made late.
    database.connection().execute_unprepared("CREATE TABLE contact (mine INT)").await.unwrap();
    let error = database.migrate_up().await.unwrap_err();
    assert!(matches!(error, DatabaseError::Migration(_)), "{error}");
    assert!(error.to_string().contains("contact"), "{error}");
    assert_eq!(tables(&database).await, ["contact"]);
    database.connection().execute_unprepared("DROP TABLE contact").await.unwrap();
    database.migrate_up().await.unwrap();
    assert_eq!(database.pending_migrations().await.unwrap(), 0);
}

#[tokio::test]
async fn of_many_that_migrate_at_once_none_fails() {
    let test = TestDatabase::bare().await;
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let settings = test.settings();
            tokio::spawn(async move {
                let database = Database::connect(&settings).await?;
                database.pending_migrations().await?;
                database.migrate_up().await?;
                database.pending_migrations().await
            })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap().unwrap(), 0);
    }
    let (database, alone) = (test.open().await, TestDatabase::new().await);
    assert_eq!(schema(&database).await, schema(&alone.open().await).await);
    assert_eq!(count(&database, "seaql_migrations").await, Migrator::migrations().len() as i64);
}

/// Ten, each with connections of its own, as ten processes would have.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ten_that_write_at_once_lose_nothing_and_none_is_turned_away() {
    const WRITERS: usize = 10;
    const EACH: usize = 25;
    let test = TestDatabase::new().await;
    let first = test.open().await;
    save_source(first.connection(), &source(), now()).await.unwrap();
    let counter =
        entity::source::ActiveModel { id: Set(source().id()), name: Set("0".to_owned()), ..Default::default() };
    counter.update(first.connection()).await.unwrap();
    let tasks: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let settings = test.settings();
            tokio::spawn(async move {
                let database = Database::connect(&settings).await?;
                let mut seen = Seen::default();
                for turn in 0..EACH {
                    let transaction = database.begin_write().await?;
                    // Reads, and writes what it read and one more.
                    let found = entity::source::Entity::find().lock_exclusive().one(&transaction).await?;
                    let counted: usize = found.unwrap().name.parse().unwrap();
                    let row = entity::source::ActiveModel {
                        id: Set(source().id()),
                        name: Set((counted + 1).to_string()),
                        ..Default::default()
                    };
                    row.update(&transaction).await?;
                    // One agency and one house are everybody's.
                    let mut listing = service(&format!("{writer} {turn}"), "Beds", "housing.emergency");
                    listing.agency.contacts = vec![entity_contact()];
                    listing.places = vec![at(location("here", "M14 5RQ", None))];
                    let mut touched = Touched::default();
                    save(&transaction, source().id(), &[listing], &mut seen, &mut touched, now()).await?;
                    changes::note(&transaction, "test", Some(&touched), now()).await?;
                    transaction.commit().await?;
                }
                Ok::<(), DatabaseError>(())
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    let all = (WRITERS * EACH) as i64;
    for (table, rows) in [
        ("service", all),
        ("service_place", all),
        ("directory_change", all),
        ("agency", 1),
        ("location", 1),
        ("contact", 1),
    ] {
        assert_eq!(count(&first, table).await, rows, "{table}");
    }
    assert_eq!(
        strings(&first, "SELECT name FROM source").await,
        [[all.to_string()]],
        "every one was read before the next"
    );
}

fn entity_contact() -> signpost::directory::listing::Contact {
    signpost::directory::listing::Contact {
        name: None,
        role: Some("Reception".to_owned()),
        email: None,
        phone: None,
        visibility: entity::enums::ContactVisibility::Public,
        named: false,
        deputy: false,
        for_agency_key: None,
    }
}

/// Without any lock of the caller's: a dozen first savers of one agency make it once.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_that_save_one_listing_at_once_save_it_once() {
    let (test, alone) = (TestDatabase::new().await, TestDatabase::new().await);
    let listing = || {
        let mut listing = service("s", "Beds", "housing.emergency");
        listing.agency.contacts = vec![entity_contact()];
        listing.places = vec![at(location("here", "M14 5RQ", None))];
        listing
    };
    let write = async |database: &Database| {
        save_source(database.connection(), &source(), now()).await?;
        let transaction = database.begin_write().await?;
        save(&transaction, source().id(), &[listing()], &mut Seen::default(), &mut Touched::default(), now()).await?;
        transaction.commit().await
    };
    let one = alone.open().await;
    write(&one).await.unwrap();

    let mut databases = Vec::new();
    for _ in 0..12 {
        databases.push(test.open().await);
    }
    let runs = databases.iter().map(&write);
    for done in futures_util::future::join_all(runs).await {
        done.unwrap();
    }
    let (one, many) = (everything(&one).await, everything(&test.open().await).await);
    for (table, rows) in &one {
        assert_eq!(rows.len(), many[table].len(), "{table}");
    }
}
