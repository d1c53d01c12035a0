//! The same page as one statement of SQL that returns the finished JSON, by hand and as well as we can, on PostgreSQL:
//! a table made for it with everything that is filtered by, a spatial index over need and position, reasons as text.
//!
//! It does less than a page of Signpost: it knows no service without an address, no areas, no holidays, no exceptions to
//! hours, no freshness and no points. Where its figures are compared, that is in its favour.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DbBackend, Statement};

use super::Outcome;
use super::cpu::{of_process, of_processes};
use super::http::{CONNECTIONS, Throughput};
use super::questions::Question;

const PREPARE: &[&str] = &[
    "CREATE EXTENSION IF NOT EXISTS cube",
    "CREATE EXTENSION IF NOT EXISTS earthdistance",
    "CREATE EXTENSION IF NOT EXISTS btree_gist",
    "DROP TABLE IF EXISTS bench_near",
    "CREATE TABLE bench_near AS
     SELECT n.need_key, ll_to_earth(l.latitude, l.longitude) AS position, s.id AS service_id, p.id AS place_id,
            l.id AS location_id, s.agency_id, s.status, e.age_min, e.age_max, e.substance_use, c.available
     FROM service_need n JOIN service s ON s.id = n.service_id AND s.visibility = 'public'
     JOIN service_place p ON p.service_id = s.id JOIN location l ON l.id = p.location_id AND NOT l.confidential
     LEFT JOIN eligibility e ON e.service_id = s.id LEFT JOIN capacity c ON c.service_id = s.id
     WHERE l.latitude IS NOT NULL",
    "CREATE INDEX bench_near_index ON bench_near USING gist (need_key, position)",
    "CREATE INDEX IF NOT EXISTS bench_contact ON contact (agency_id) WHERE named",
    "ANALYZE",
];

const PAGE: &str = "
WITH asked AS (SELECT ll_to_earth($2::float8, $3::float8) AS here),
found AS (
  SELECT b.*, earth_distance(b.position, asked.here) AS metres,
    CASE WHEN b.status = 'active' THEN 0 ELSE 2 END AS runs,
    CASE WHEN b.age_min IS NULL AND b.age_max IS NULL THEN 0
         WHEN 34 >= coalesce(b.age_min, 0) AND 34 <= coalesce(b.age_max, 200) THEN 0 ELSE 2 END AS age,
    CASE WHEN b.substance_use IS NULL THEN 1 WHEN b.substance_use IN ('abstinence_required', 'history_excluded') THEN 2 ELSE 0 END AS still_using,
    CASE WHEN b.available IS NULL THEN 1 WHEN b.available > 0 THEN 0 ELSE 1 END AS room,
    coalesce((SELECT min(CASE WHEN h.by_day LIKE '%TH%' AND h.opens_at < '21:00' AND h.closes_at > '17:00' THEN 0 ELSE 2 END)
       FROM schedule h WHERE h.place_id = b.place_id AND h.kind = 'hours'),
      (SELECT min(CASE WHEN h.by_day LIKE '%TH%' AND h.opens_at < '21:00' AND h.closes_at > '17:00' THEN 0 ELSE 2 END)
       FROM schedule h WHERE h.service_id = b.service_id AND h.kind = 'hours'), 1) AS evening
  FROM bench_near b, asked
  WHERE b.need_key = $1 AND earth_box(asked.here, $4::float8) @> b.position
    AND earth_distance(b.position, asked.here) <= $4::float8),
grouped AS (SELECT *, greatest(runs, age, still_using, room, evening) AS standing FROM found),
page AS (SELECT * FROM grouped ORDER BY standing, metres, service_id LIMIT 20)
SELECT json_build_object(
  'counts', (SELECT json_build_object('fits', count(*) FILTER (WHERE standing = 0),
     'fitsIf', count(*) FILTER (WHERE standing = 1), 'noBecause', count(*) FILTER (WHERE standing = 2)) FROM grouped),
  'nodes', (SELECT json_agg(json_build_object(
    'group', CASE g.standing WHEN 0 THEN 'FITS' WHEN 1 THEN 'FITS_IF' ELSE 'NO_BECAUSE' END,
    'distanceKm', round((g.metres / 1000)::numeric, 1),
    'criteria', json_build_array(
      json_build_object('subject', 'STATUS', 'outcome', CASE g.runs WHEN 0 THEN 'MEETS' ELSE 'FAILS' END,
        'reason', CASE g.runs WHEN 0 THEN 'It runs.' ELSE 'It is closed for now.' END, 'ask', NULL),
      json_build_object('subject', 'AGE', 'outcome', CASE g.age WHEN 0 THEN 'MEETS' ELSE 'FAILS' END,
        'reason', 'It takes people from ' || coalesce(g.age_min::text, '0') || ' to ' || coalesce(g.age_max::text, 'any age') || '.', 'ask', NULL),
      json_build_object('subject', 'SUBSTANCE_USE', 'outcome', CASE g.still_using WHEN 0 THEN 'MEETS' WHEN 1 THEN 'UNKNOWN' ELSE 'FAILS' END,
        'reason', 'Drink and drugs: ' || coalesce(g.substance_use, 'nobody has said') || '.',
        'ask', CASE g.still_using WHEN 1 THEN 'Do you take people who are using?' END),
      json_build_object('subject', 'TIME', 'outcome', CASE g.evening WHEN 0 THEN 'MEETS' WHEN 1 THEN 'UNKNOWN' ELSE 'FAILS' END,
        'reason', CASE g.evening WHEN 0 THEN 'It is open on Thursday evening.' WHEN 1 THEN 'Its hours are not stated.' ELSE 'It is not open then.' END,
        'ask', CASE g.evening WHEN 1 THEN 'Are you open on Thursday evening?' END),
      json_build_object('subject', 'CAPACITY', 'outcome', CASE g.room WHEN 0 THEN 'MEETS' ELSE 'UNKNOWN' END,
        'reason', CASE g.room WHEN 0 THEN 'It has room for ' || g.available || '.' ELSE 'Nobody has said whether there is room.' END,
        'ask', CASE g.room WHEN 1 THEN 'Is there a place?' END)),
    'at', json_build_object('location', json_build_object('name', l.name,
        'address', json_build_object('lines', l.address_lines, 'town', l.town, 'postcode', l.postcode),
        'point', json_build_object('latitude', l.latitude, 'longitude', l.longitude)),
      'openingHours', (SELECT coalesce(json_agg(json_build_object('byDay', h.by_day, 'opensAt', h.opens_at, 'closesAt', h.closes_at) ORDER BY h.position), '[]')
        FROM schedule h WHERE h.place_id = g.place_id AND h.kind = 'hours')),
    'service', json_build_object('id', s.id, 'name', s.name, 'summary', s.summary,
      'agency', json_build_object('name', a.name, 'namedContact',
        (SELECT json_build_object('role', k.role) FROM contact k WHERE k.agency_id = a.id AND k.named AND k.for_agency_id IS NULL ORDER BY k.position LIMIT 1)),
      'openingHours', (SELECT coalesce(json_agg(json_build_object('byDay', h.by_day, 'opensAt', h.opens_at, 'closesAt', h.closes_at) ORDER BY h.position), '[]')
        FROM schedule h WHERE h.service_id = g.service_id AND h.kind = 'hours'))
  ) ORDER BY g.standing, g.metres, g.service_id)
  FROM page g JOIN service s ON s.id = g.service_id JOIN agency a ON a.id = g.agency_id JOIN location l ON l.id = g.location_id)
)::text";

/// Asks for so long, over as many connections as the pages over HTTP.
pub(crate) async fn throughput(url: &str, asked: &[&Question], time: Duration) -> Outcome<Throughput> {
    let mut options = ConnectOptions::new(url);
    let most = u32::try_from(CONNECTIONS)?;
    options.max_connections(most).min_connections(most).sqlx_logging(false);
    let database = Database::connect(options).await?;
    let made: Option<String> = match database
        .query_one_raw(Statement::from_string(
            DbBackend::Postgres,
            "SELECT to_regclass('bench_near_index')::text AS made",
        ))
        .await?
    {
        Some(row) => row.try_get("", "made")?,
        None => None,
    };
    if made.is_none() {
        for statement in PREPARE {
            database.execute_unprepared(statement).await?;
        }
    }
    let values: Arc<Vec<_>> = Arc::new(
        asked
            .iter()
            .map(|question| -> Vec<sea_orm::Value> {
                let (lat, lon) = (question.point.lat(), question.point.lon());
                vec![question.need.clone().into(), lat.into(), lon.into(), (question.km * 1_000.0).into()]
            })
            .collect(),
    );
    let (next, answered, bytes) =
        (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicU64::new(0)), Arc::new(AtomicUsize::new(0)));
    let (mut cpu, mut seconds) = (Duration::ZERO, 0.0);
    for length in [time / 4, time] {
        answered.store(0, Ordering::Relaxed);
        bytes.store(0, Ordering::Relaxed);
        let used = || of_processes("postgres") + of_process(std::process::id());
        let (began, before) = (Instant::now(), used());
        let end = began + length;
        let workers: Vec<_> = (0..CONNECTIONS)
            .map(|_| {
                let (database, values) = (database.clone(), Arc::clone(&values));
                let (next, answered, bytes) = (Arc::clone(&next), Arc::clone(&answered), Arc::clone(&bytes));
                tokio::spawn(async move {
                    while Instant::now() < end {
                        let Some(values) = values.get(next.fetch_add(1, Ordering::Relaxed) % values.len()) else {
                            break;
                        };
                        let statement = Statement::from_sql_and_values(DbBackend::Postgres, PAGE, values.clone());
                        if let Some(row) = database.query_one_raw(statement).await? {
                            let page: String = row.try_get_by_index(0)?;
                            bytes.fetch_add(page.len(), Ordering::Relaxed);
                        }
                        answered.fetch_add(1, Ordering::Relaxed);
                    }
                    Ok::<_, sea_orm::DbErr>(())
                })
            })
            .collect();
        for worker in workers {
            worker.await??;
        }
        cpu = used().saturating_sub(before);
        seconds = began.elapsed().as_secs_f64();
    }
    let pages = answered.load(Ordering::Relaxed);
    let average = bytes.load(Ordering::Relaxed) / usize::try_from(pages.max(1))?;
    #[expect(clippy::cast_precision_loss, reason = "a count of pages is far below")]
    let pages = pages as f64;
    Ok(Throughput {
        per_second: pages / seconds,
        cpu_ms: cpu.as_secs_f64() * 1e3 / pages,
        note: format!(", {average} bytes each"),
    })
}
