//! What a page of a caseload costs: 50 service users with their names and needs, of 1,000,000 with 3,000,000 consents and 500
//! agencies in PostgreSQL; once for their own agency, once for one that they are shared with. Beside it, in the same run, the
//! same rows by a statement without any rule, and opened.
//!
//! ```text
//! createdb caseloads
//! cargo bench --bench caseload -- --postgres postgres://…/caseloads [--people 1000000] [--rounds 200]
//! ```
//!
//! The database is filled where it is empty, which takes some minutes and asks for a superuser; it is of no other use.
//! CPU is what the kernel reckons for this process and for the database's (Linux, on the same machine).

#![expect(clippy::print_stdout, reason = "figures are what it is for")]

mod fill;
#[path = "../shared/measuring.rs"]
mod measuring;
#[path = "../shared/network.rs"]
mod network;

use entity::ids::{AccountId, AgencyId};
use sea_orm::ConnectionTrait;
use serde_json::json;

use self::fill::{Filled, fill};
use self::measuring::{Bench, Outcome};

/// The same as the program's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const PAGE: &str = "{ serviceUsers(purpose: REFERRAL, caseload: CASELOAD, first: 50) { nodes { id name needs { priority need { key } } } } }";

struct Args {
    postgres: String,
    people: u32,
    rounds: u32,
}

fn args() -> Outcome<Option<Args>> {
    let mut args = Args { postgres: String::new(), people: 1_000_000, rounds: 200 };
    let mut given = std::env::args().skip(1);
    while let Some(name) = given.next() {
        let mut value = || given.next().ok_or(format!("{name} wants a value"));
        match name.as_str() {
            "--postgres" => args.postgres = value()?,
            "--people" => args.people = value()?.parse()?,
            "--rounds" => args.rounds = value()?.parse()?,
            // What cargo itself adds.
            "--bench" => {}
            other => return Err(format!("{other} is not known").into()),
        }
    }
    Ok((!args.postgres.is_empty()).then_some(args))
}

impl Bench {
    /// How many of a page are shown with their names.
    async fn page(&self, who: (AccountId, AgencyId), caseload: &str) -> Outcome<usize> {
        let answer = self.answer(who, &PAGE.replace("CASELOAD", caseload), json!({})).await?;
        let nodes = answer.pointer("/serviceUsers/nodes").and_then(|nodes| nodes.as_array());
        let named = nodes.into_iter().flatten().filter(|node| node["name"].is_string());
        Ok(named.count())
    }

    /// The rows of the same page by a statement that holds no rule against anything; opened all the same.
    async fn bare(&self, filled: &Filled) -> Outcome<usize> {
        let statement = format!(
            "SELECT r.id, r.service_user_id, r.kind, r.sealed FROM person_record r JOIN (SELECT DISTINCT service_user_id FROM assignment \
             WHERE account_id = '{}' ORDER BY service_user_id LIMIT 50) a USING (service_user_id) \
             WHERE r.kind IN ('identity', 'need') AND r.ended_at IS NULL",
            filled.own.0.0
        );
        let db = self.app.database.connection();
        let rows = db.query_all_raw(sea_orm::Statement::from_string(sea_orm::DbBackend::Postgres, statement)).await?;
        let mut sealed = Vec::with_capacity(rows.len());
        for row in rows {
            sealed.push((row.try_get::<uuid::Uuid>("", "id")?, row.try_get::<String>("", "sealed")?));
        }
        let keys: Vec<_> = sealed.iter().filter_map(|(_, text)| signpost::vault::sealed::key_of(text)).collect();
        let keys = self.app.vault.keys(db, &keys).await?;
        let mut opened = 0;
        for (row, text) in sealed {
            let Some(key) = signpost::vault::sealed::key_of(&text).and_then(|id| keys.get(&id)) else { continue };
            let place = signpost::vault::sealed::Place { column: "person_record.sealed", row };
            opened += usize::from(!key.open(place, &text)?.is_empty());
        }
        Ok(opened)
    }
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let Some(args) = args()? else {
        println!("Nothing is measured without a database: --postgres postgres://…");
        return Ok(());
    };
    let bench = Bench::open(&args.postgres, "target/caseload-bench.keys", args.rounds).await?;
    let filled = fill(&bench.app, args.people).await?;
    bench.app.live.refresh(&bench.app.database).await?;
    println!("{} service users, {} consents, {} agencies", filled.people, filled.consents, filled.agencies);
    let (own, other) = (filled.own, filled.shared);
    let seen = (bench.page(own, "MINE").await?, bench.page(other, "AGENCY").await?);
    println!(
        "seen by their own worker {}, by another agency's {}, bare rows {}",
        seen.0,
        seen.1,
        bench.bare(&filled).await?
    );
    bench.measured("own caseload", bench.rounds, async || bench.page(own, "MINE").await).await?;
    bench.measured("shared with another", bench.rounds, async || bench.page(other, "AGENCY").await).await?;
    bench.measured("bare rows, no rule", bench.rounds, async || bench.bare(&filled).await).await?;
    Ok(())
}
