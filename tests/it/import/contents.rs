//! Everything that a database holds, as text that can be compared with another's of one engine.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, DbBackend, Statement};
use signpost::database::Database;

/// Rows by their table, each as text, in an order of their own.
pub(crate) type Contents = BTreeMap<String, Vec<String>>;

/// When something was stored.
const TIMES: &[&str] = &["created_at", "updated_at", "first_imported_at", "changed_at"];
/// What tells of runs and not of the directory.
const OF_RUNS: &[&str] = &["import_run", "directory_change", "seaql_migrations"];

/// All of it, to the last timestamp; but what tells of runs.
pub(crate) async fn everything(database: &Database) -> Contents {
    read(database, |_, _| true).await
}

/// What two databases have in common that came to the same by different ways: all but serial
/// numbers and times of storing.
pub(crate) async fn content(database: &Database) -> Contents {
    read(database, |column, kind| !(TIMES.contains(&column) || column == "id" && kind.contains("int"))).await
}

/// The tables, by name.
pub(crate) async fn tables(database: &Database) -> Vec<String> {
    let query = if database.engine() == DbBackend::Sqlite {
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    } else {
        "SELECT table_name::text AS name FROM information_schema.tables WHERE table_schema = 'public'"
    };
    let mut names: Vec<String> = strings(database, query).await.into_iter().map(|row| row[0].clone()).collect();
    names.sort();
    names
}

/// The one number that a query comes to.
pub(crate) async fn number(database: &Database, query: &str) -> i64 {
    let statement = Statement::from_string(database.engine(), query);
    let row = database.connection().query_one_raw(statement).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

/// The rows of a table.
pub(crate) async fn count(database: &Database, table: &str) -> i64 {
    number(database, &format!("SELECT COUNT(*) FROM {table}")).await
}

/// A query's rows, all of whose columns are text.
pub(crate) async fn strings(database: &Database, query: &str) -> Vec<Vec<String>> {
    let statement = Statement::from_string(database.engine(), query);
    let rows = database.connection().query_all_raw(statement).await.unwrap();
    let text = |row: &sea_orm::QueryResult| {
        (0..row.column_names().len())
            .map(|at| row.try_get_by_index::<Option<String>>(at).unwrap().unwrap_or_default())
            .collect()
    };
    rows.iter().map(text).collect()
}

async fn read(database: &Database, wanted: impl Fn(&str, &str) -> bool) -> Contents {
    let sqlite = database.engine() == DbBackend::Sqlite;
    let mut all = Contents::new();
    for table in tables(database).await {
        if OF_RUNS.contains(&table.as_str()) {
            continue;
        }
        let columns = if sqlite {
            format!("SELECT name, lower(type) AS type FROM pragma_table_info('{table}')")
        } else {
            format!(
                "SELECT column_name::text AS name, data_type::text AS type FROM information_schema.columns \
                 WHERE table_schema = 'public' AND table_name = '{table}' ORDER BY ordinal_position"
            )
        };
        let columns = strings(database, &columns).await;
        let shown = columns.iter().filter(|column| wanted(&column[0], &column[1])).map(|column| {
            let name = &column[0];
            let quoted =
                if sqlite { format!("quote(\"{name}\")") } else { format!("quote_nullable(\"{name}\"::text)") };
            format!("'{name}=' || {quoted}")
        });
        let shown = shown.collect::<Vec<_>>().join(" || ' ' || ");
        let mut rows: Vec<String> =
            strings(database, &format!("SELECT {shown} AS line FROM {table}")).await.into_iter().flatten().collect();
        rows.sort();
        all.insert(table, rows);
    }
    all
}

/// Compares two databases table by table, and shows the first row that differs.
pub(crate) fn assert_same(left: &Contents, right: &Contents) {
    assert_eq!(left.keys().collect::<Vec<_>>(), right.keys().collect::<Vec<_>>());
    for (table, rows) in left {
        let others = &right[table];
        let differs = rows.iter().zip(others).find(|(one, other)| one != other);
        assert_eq!(differs, None, "{table}");
        assert_eq!(rows.len(), others.len(), "rows of {table}");
    }
}
