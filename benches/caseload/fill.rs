//! A database of very many service users. All but a page of them are rows without contents; those of the page are entered as
//! they are by the program, so that they can be opened.

use entity::enums::{ConsentKind, ConsentMethod, DataCategory, Purpose};
use entity::ids::{AccountId, AgencyId};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use signpost::app::App;
use signpost::people::acting::Actor;
use signpost::people::consents::asked::Asked;
use signpost::people::consents::giving::Manner;
use signpost::people::contents::{Contents, Identity, Need};
use signpost::people::entering::Worker;

use crate::measuring::Outcome;
use crate::network::{agree, id};

/// Agencies, link workers of each, and those of the page.
const AGENCIES: u32 = 500;
const WORKERS: u32 = 10;
const PAGE: u32 = 50;

/// What the agreements let flow, and what for.
const SHARED: &[DataCategory] = &[DataCategory::Identity, DataCategory::Housing, DataCategory::MentalHealth];
const PURPOSES: &[Purpose] = &[Purpose::Referral, Purpose::CareCoordination];

/// What lies in the database, and who looks at it.
pub(crate) struct Filled {
    pub(crate) people: i64,
    pub(crate) consents: i64,
    pub(crate) agencies: i64,
    /// Whose caseload the page is.
    pub(crate) own: (AccountId, AgencyId),
    /// With whom it is shared.
    pub(crate) shared: (AccountId, AgencyId),
}

/// The same as [`id`] in SQL, of a number that a statement reckons.
fn sql(kind: u128, number: &str) -> String {
    format!("('{kind:08x}-0000-8000-8000-' || lpad(to_hex({number}), 12, '0'))::uuid")
}

async fn count(app: &App, table: &str) -> Outcome<i64> {
    let text = format!("SELECT count(*) AS n FROM {table}");
    let row = app.database.connection().query_one_raw(Statement::from_string(DbBackend::Postgres, text)).await?;
    Ok(row.map_or(Ok(0), |row| row.try_get("", "n"))?)
}

pub(crate) async fn fill(app: &App, people: u32) -> Outcome<Filled> {
    let agency = |number| AgencyId(id(1, number));
    let own = (AccountId(id(2, 0)), agency(0));
    let shared = (AccountId(id(2, WORKERS)), agency(1));
    if count(app, "service_user").await? == 0 {
        bulk(app, people).await?;
        page(app, own, shared).await?;
        app.database.connection().execute_unprepared("ANALYZE").await?;
    }
    let (people, consents) = (count(app, "service_user").await?, count(app, "consent").await?);
    Ok(Filled { people, consents, agencies: count(app, "agency").await?, own, shared })
}

async fn bulk(app: &App, people: u32) -> Outcome<()> {
    let db = app.database.connection();
    let (long_ago, far_off) = (1_600_000_000_000_i64, 1_900_000_000_000_i64);
    let (agency, account, user, key) = (sql(1, "n"), sql(2, "n"), sql(3, "n"), id(9, 0));
    let of = |number: &str| sql(1, number);
    let (last_agency, last_worker, last) = (AGENCIES - 1, AGENCIES * WORKERS - 1, people - 1);
    // As superuser: references were made to hold, and are not looked up one by one.
    let mut statements = vec![
        format!("INSERT INTO source (id, key, name, created_at) VALUES ('{key}', 'bench', 'Bench', now())"),
        format!("INSERT INTO sealing_key (id, master, made_at) VALUES ('{key}', 'none', now())"),
        format!(
            "INSERT INTO agency (id, source_id, source_key, content_hash, name, created_at, updated_at, needs_approval, version) \
             SELECT {agency}, '{key}', n::text, '', 'Agency ' || n, now(), now(), false, 1 FROM generate_series(0, {last_agency}) n"
        ),
        format!(
            "INSERT INTO account (id, name, created_at) SELECT {account}, 'Worker ' || n, now() FROM generate_series(0, {last_worker}) n"
        ),
        format!(
            "INSERT INTO membership (id, account_id, agency_id, role, begins_at, granted_at) SELECT {}, {account}, {}, 'link_worker', \
             now() - interval '1 year', now() FROM generate_series(0, {last_worker}) n",
            sql(10, "n"),
            of(&format!("n / {WORKERS}"))
        ),
        format!(
            "INSERT INTO service_user (id, agency_id, key_id, epoch, changed_at, created_at) SELECT {user}, {}, '{key}', 0, 0, {long_ago} \
             FROM generate_series(0, {last}) n",
            of(&format!("n % {AGENCIES}"))
        ),
    ];
    for (part, category, kind) in [(0, "identity", "identity"), (1, "housing", "need"), (2, "mental_health", "need")] {
        statements.push(format!(
            "INSERT INTO person_record (id, service_user_id, recorded_for, agency_id, category, kind, sealed, recorded_at) \
             SELECT {}, {user}, {user}, {}, '{category}', '{kind}', '', {long_ago} FROM generate_series(0, {last}) n",
            sql(20 + part, "n"),
            of(&format!("n % {AGENCIES}"))
        ));
        statements.push(format!(
            "INSERT INTO consent (id, service_user_id, recorded_for, kind, begins_at, expires_at) \
             SELECT {}, {user}, {user}, 'permit', {long_ago}, {far_off} FROM generate_series(0, {last}) n",
            sql(30 + part, "n"),
        ));
        statements.push(format!(
            "INSERT INTO consent_scope (id, consent_id, agency_id, category, purpose) \
             SELECT {}, {}, {}, '{category}', 'referral' FROM generate_series(0, {last}) n",
            sql(40 + part, "n"),
            sql(30 + part, "n"),
            of(&format!("(n + 1) % {AGENCIES}"))
        ));
    }
    statements.extend([
        format!(
            "INSERT INTO assignment (id, service_user_id, recorded_for, agency_id, account_id, begins_at) \
             SELECT {}, {user}, {user}, {}, {}, {long_ago} FROM generate_series(0, {last}) n",
            sql(50, "n"),
            of(&format!("n % {AGENCIES}")),
            sql(2, &format!("(n % {AGENCIES}) * {WORKERS} + 1 + n % {}", WORKERS - 1))
        ),
        format!(
            "INSERT INTO relationship (id, service_user_id, recorded_for, agency_id, kind, opened_at) \
             SELECT {}, {user}, {user}, {}, 'referral', {long_ago} FROM generate_series(0, {last}) n WHERE n % {AGENCIES} <> 0",
            sql(60, "n"),
            of(&format!("(n + 1) % {AGENCIES}"))
        ),
    ]);
    for statement in statements {
        let short: String = statement.chars().take(60).collect();
        println!("{short}…");
        db.execute_unprepared(&format!(
            "SET session_replication_role = replica; {statement}; SET session_replication_role = origin"
        ))
        .await?;
    }
    Ok(())
}

/// Fifty whom one worker works with, who are shared with the next agency; and what every agency agrees on with the next.
async fn page(app: &App, own: (AccountId, AgencyId), shared: (AccountId, AgencyId)) -> Outcome<()> {
    let worker = Worker { account: own.0, agency: own.1 };
    for number in 0..AGENCIES {
        let pair = (AgencyId(id(1, number)), AgencyId(id(1, (number + 1) % AGENCIES)));
        agree(app, pair, SHARED, PURPOSES).await?;
    }
    let db = app.database.connection();
    for number in 0..PAGE {
        let identity =
            Identity { given_names: format!("Given {number}"), family_name: "Name".to_owned(), ..Identity::default() };
        let of = app.people.enter(worker, identity).await?;
        let need = |key: &str| Contents::Need(Need { key: key.to_owned(), priority: 2, remark: None });
        app.people.record(worker, of, &[need("housing.emergency"), need("mental-health.crisis")], None).await?;
        let referral = format!(
            "INSERT INTO relationship (id, service_user_id, recorded_for, agency_id, kind, opened_at) \
             VALUES ('{}', '{}', '{}', '{}', 'referral', 0)",
            id(61, number),
            of.0,
            of.0,
            shared.1.0
        );
        db.execute_unprepared(&referral).await?;
        let asked = Asked {
            kind: ConsentKind::Permit,
            agencies: [shared.1].into(),
            categories: SHARED.iter().copied().collect(),
            purposes: [Purpose::Referral].into(),
            until: Some((app.clock.now() + chrono::TimeDelta::days(300)).timestamp_millis()),
        };
        let actor = Actor::from(worker);
        let hash = app.people.preview(actor, of, &asked, None, None).await?.hash;
        let spoken = Manner { method: Some(ConsentMethod::Spoken), ..Manner::default() };
        app.people.give(actor, of, &asked, &hash, &spoken, None).await?;
    }
    Ok(())
}
