//! What the first page of a long pathway costs (50 entries, of 10,000 over five years), and the first page of a long worklist
//! (50 referrals, of 100,000 open ones that 200 agencies sent to one): in PostgreSQL or SQLite, decided, opened and written into
//! the ledger. And whether a page takes as many statements whatever its size is and however much lies behind it.
//!
//! ```text
//! createdb pathways
//! cargo bench --bench pathway -- --database postgres://…/pathways [--events 10000] [--referrals 100000] [--rounds 200]
//! cargo bench --bench pathway -- --database sqlite://pathways.sqlite
//! ```
//!
//! The database is filled where it is empty, which takes some minutes; it is of no other use, and goes with
//! `target/pathway-bench.keys`. It grows old: what is to come passes, and referrals run out. Fill another after a month.

#![expect(clippy::print_stdout, reason = "figures are what it is for")]

mod fill;
#[path = "../shared/measuring.rs"]
mod measuring;
#[path = "../shared/network.rs"]
mod network;
mod rows;
mod way;
mod worklist;

use std::collections::BTreeSet;

use entity::ids::{AccountId, AgencyId, ServiceUserId};
use entity::{referral, signpost as given};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};
use signpost::api::ids::NodeId;

use self::fill::{FEW, HUB, OTHER, OWN, SMALL, Sizes, agency, fill, long, short, who};
use self::measuring::{Bench, Outcome};

/// The same as the program's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A pathway as a front-end shows it: how it stands, and the latest of it.
const PATHWAY: &str = "query($id: ID!, $first: Int!) {
  pathway(serviceUser: $id, purpose: CARE_COORDINATION, first: $first) {
    isOpen owner { account { name } } next { kind at id } withheld { category reason }
    entries {
      pageInfo { hasNextPage endCursor }
      nodes { at kind item { __typename
        ... on PersonNeed { priority need { key } }
        ... on PersonAssessment { tool assessedOn summary answers { question answer } }
        ... on SignpostGiven { helped needs { key } services { name agencyName } }
        ... on PathwayReferralStep { referral event { step state words } }
        ... on Appointment { state startsAt delivered with { name } history { step at words } } } }
    }
  }
}";

/// A worklist as a front-end shows it.
const WORKLIST: &str = "query($first: Int!) {
  referrals(direction: RECEIVED, states: [SUBMITTED, INFO_REQUESTED, WAITLISTED, ACCEPTED], first: $first) {
    pageInfo { hasNextPage endCursor }
    nodes { id state urgency sentAt answerBy placeInLine sender { name } owner { account { name } } needs { key }
      serviceUser { id name } }
  }
}";

/// What stands above it: how many there are in which state and of which age.
const COUNTS: &str = "{ referralCounts(direction: RECEIVED) { state age number } }";

/// Sizes of a page.
const SIZES: [u32; 2] = [10, 50];
const PAGE: u32 = 50;

type Who = (AccountId, AgencyId);

struct Args {
    database: String,
    sizes: Sizes,
    rounds: u32,
}

fn args() -> Outcome<Option<Args>> {
    let sizes = Sizes { events: 10_000, referrals: 100_000 };
    let mut args = Args { database: String::new(), sizes, rounds: 200 };
    let mut given = std::env::args().skip(1);
    while let Some(name) = given.next() {
        let mut value = || given.next().ok_or(format!("{name} wants a value"));
        match name.as_str() {
            "--database" => args.database = value()?,
            "--events" => args.sizes.events = value()?.parse()?,
            "--referrals" => args.sizes.referrals = value()?.parse()?,
            "--rounds" => args.rounds = value()?.parse()?,
            // What cargo itself adds.
            "--bench" => {}
            other => return Err(format!("{other} is not known").into()),
        }
    }
    Ok((!args.database.is_empty()).then_some(args))
}

/// The rows of a page, which has to be full.
fn nodes<'a>(answer: &'a Value, place: &str, first: u32) -> Outcome<&'a Vec<Value>> {
    let nodes = answer.pointer(place).and_then(Value::as_array).ok_or("there is no page")?;
    if nodes.len() == usize::try_from(first)? {
        return Ok(nodes);
    }
    Err(format!("a page of {first} has {} rows", nodes.len()).into())
}

impl Bench {
    /// The first page of a pathway; gives the kinds of what stands on it.
    async fn pathway(&self, who: Who, of: ServiceUserId, first: u32) -> Outcome<BTreeSet<String>> {
        let id = NodeId::ServiceUser(of).encode().0;
        let answer = self.answer(who, PATHWAY, json!({ "id": id, "first": first })).await?;
        let nodes = nodes(&answer, "/pathway/entries/nodes", first)?;
        Ok(nodes.iter().filter_map(|node| node["kind"].as_str()).map(str::to_owned).collect())
    }

    /// The first page of a worklist, with a name in each row; gives the states.
    async fn worklist(&self, who: Who, first: u32) -> Outcome<BTreeSet<String>> {
        let answer = self.answer(who, WORKLIST, json!({ "first": first })).await?;
        let nodes = nodes(&answer, "/referrals/nodes", first)?;
        if let Some(node) = nodes.iter().find(|node| !node["serviceUser"]["name"].is_string()) {
            return Err(format!("a row without a name: {node}").into());
        }
        Ok(nodes.iter().filter_map(|node| node["state"].as_str()).map(str::to_owned).collect())
    }

    /// Says how many statements a page takes, of little and of much, small and large, and whether they are as many.
    async fn told_statements(
        &self,
        what: &str,
        page: impl AsyncFn(bool, u32) -> Outcome<BTreeSet<String>>,
    ) -> Outcome<()> {
        let mut counts = Vec::new();
        for of_much in [false, true] {
            for first in SIZES {
                // Once before: what is made once for all is made then.
                let seen = page(of_much, first).await?;
                let before = self.app.database.statements();
                page(of_much, first).await?;
                counts.push((of_much, first, seen.len(), self.app.database.statements() - before));
            }
        }
        let different: BTreeSet<u64> = counts.iter().map(|(.., statements)| *statements).collect();
        let verdict = if different.len() == 1 { "the same" } else { "NOT THE SAME" };
        let each = |(of_much, first, sorts, statements): &(bool, u32, usize, u64)| {
            let much = if *of_much { "much" } else { "little" };
            format!("{first} of {much} {statements} ({sorts} sorts)")
        };
        let all: Vec<String> = counts.iter().map(each).collect();
        println!("{what:<26} statements: {}: {verdict}", all.join(", "));
        Ok(())
    }
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let Some(args) = args()? else {
        println!("Nothing is measured without a database: --database postgres://… or --database sqlite://…");
        return Ok(());
    };
    let bench = Bench::open(&args.database, "target/pathway-bench.keys", args.rounds).await?;
    fill(&bench.app, args.sizes).await?;
    bench.app.live.refresh(&bench.app.database).await?;
    let db = bench.app.database.connection();
    let received = referral::Entity::find().filter(referral::Column::PartyId.eq(agency(HUB))).count(db).await?;
    let signposts = given::Entity::find().filter(given::Column::ServiceUserId.eq(long())).count(db).await?;
    println!(
        "{received} referrals to one agency, open and over; {signposts} signposts on the long pathway, beside {FEW} of each"
    );

    // Who works with them; whom they are shared with; and the same at an agency that very many share with.
    let viewers = [("pathway, own worker", OWN), ("pathway, shared", OTHER), ("pathway, shared with hub", HUB)];
    for (what, number) in viewers {
        let page = async |of_much: bool, first: u32| {
            bench.pathway(who(number), if of_much { long() } else { short() }, first).await
        };
        bench.told_statements(what, page).await?;
    }
    let page = async |of_much: bool, first: u32| bench.worklist(who(if of_much { HUB } else { SMALL }), first).await;
    bench.told_statements("worklist", page).await?;

    for (what, number) in viewers {
        bench.measured(what, bench.rounds, async || bench.pathway(who(number), long(), PAGE).await).await?;
    }
    let of_little = async || bench.pathway(who(OWN), short(), PAGE).await;
    bench.measured("the same of a short one", bench.rounds, of_little).await?;
    bench.measured("worklist", bench.rounds, async || bench.worklist(who(HUB), PAGE).await).await?;
    bench.measured("the same of a short one", bench.rounds, async || bench.worklist(who(SMALL), PAGE).await).await?;
    // All rows are counted for it, whatever is shown: fewer rounds.
    let counts = async || bench.answer(who(HUB), COUNTS, json!({})).await;
    bench.measured("counts of the worklist", bench.rounds.div_ceil(10), counts).await
}
