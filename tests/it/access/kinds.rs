//! What else than records is shown by the rule, in the worlds that are made at random: appointments, tasks, days of release,
//! easements, signposts, referrals with their steps, places in groups, consents, and the timeline of it all. Every way to each
//! of them is held against an oracle that is written from the words of the rule.

mod faces;
mod listings;
mod lists;
mod oracle;
mod pathways;
mod rows;
mod stored;

use std::collections::BTreeSet;

use chrono::TimeDelta;
use entity::enums::{DataCategory, Purpose};
use entity::ids::{AgencyId, LedgerEntryId, ServiceUserId, SourceId};
use entity::ledger_entry;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::Value;
use signpost::people::reading::Reader;
use signpost::signposts::Signposts;

use self::oracle::Oracle;
use self::rows::{Rows, widened};
use self::stored::store_rows;
use super::stored::{Ids, store};
use super::world::{Dice, PEOPLE, Question, World, instant};
use crate::support::TestApp;

/// Questions of random viewers that are asked of a world, beside those of the two whom most of it hangs on.
const QUESTIONS: usize = 4;

/// How many worlds are looked at, where so many are without being told.
fn worlds(unsaid: u64) -> u64 {
    let told = std::env::var("SIGNPOST_TEST_WORLDS").ok();
    told.map_or(unsaid, |number| (number.parse::<u64>().expect("a number of worlds") / 400).max(1))
}

/// What the ledger says that was shown: by which operation, of whom, of which category, whose.
type Disclosed = BTreeSet<(String, ServiceUserId, DataCategory, AgencyId)>;

/// A question about a world that lies in a database, and what the oracle knows of it.
struct Asking<'a> {
    app: &'a TestApp,
    oracle: &'a Oracle,
    ids: Ids,
    question: Question,
}

impl Asking<'_> {
    fn reader(&self, purpose: Purpose, operation: &'static str) -> Reader {
        let Question { account, agency, .. } = self.question;
        let agency = agency.map(|agency| self.ids.agency(agency));
        Reader { account: self.ids.account(account), agency, purpose, operation }
    }

    fn everybody(&self) -> Vec<ServiceUserId> {
        (0..PEOPLE).map(|person| self.ids.person(person)).collect()
    }

    fn signposts(&self) -> Signposts {
        Signposts::new(self.app.app.people.clone(), self.app.app.live.clone(), "")
    }

    fn told(&self) -> String {
        let (world, rows) = (&self.oracle.world, &self.oracle.rows);
        format!("world {:#x}: {:?}\n{world:#?}\n{rows:#?}", self.ids.0, self.question)
    }
}

/// A world in the database, with all its rows.
async fn laid_down(app: &TestApp, source: SourceId, seed: u64) -> (Oracle, Ids, Dice) {
    let (mut dice, ids) = (Dice(seed), Ids(seed));
    let world = World::of(&mut dice);
    let world = widened(world, &mut dice);
    let rows = Rows::of(&world, &mut dice).gathered(&mut Dice(!seed));
    let transaction = app.db().begin_write().await.unwrap();
    store(&world, ids, source, &transaction).await;
    store_rows(&app.app.vault, &world, &rows, ids, &transaction).await;
    transaction.commit().await.unwrap();
    (Oracle::new(world, rows), ids, dice)
}

/// What is asked of a world: by the two whom most of it hangs on, and by anybody.
fn questions(dice: &mut Dice) -> Vec<Question> {
    let purpose = Purpose::CareCoordination;
    // The worker with whom something is shared, and the one who recorded it.
    let mut all: Vec<Question> =
        [1, 0].iter().map(|who| Question { account: *who, agency: Some(*who), purpose, at: instant(dice) }).collect();
    all.extend((0..QUESTIONS).map(|_| Question::of(dice)));
    all
}

/// A question, at whose instant the clock stands from now on.
fn asking<'a>(app: &'a TestApp, oracle: &'a Oracle, ids: Ids, question: Question) -> Asking<'a> {
    let now = app.clock.now().timestamp_millis();
    app.clock.advance(TimeDelta::milliseconds(question.at - now));
    Asking { app, oracle, ids, question }
}

/// All of a list, in pages of this size, each behind the last of the one before.
async fn whole<K: Copy>(size: usize, page: impl AsyncFn(Option<K>) -> Vec<K>) -> Vec<K> {
    let mut all: Vec<K> = Vec::new();
    loop {
        let mut some = page(all.last().copied()).await;
        let more = some.len() > size;
        assert!(some.len() <= size + 1, "one more than asked for, at the most");
        some.truncate(size);
        all.extend(some);
        assert!(all.len() < 1_000, "a list that begins anew behind each page");
        if !more {
            return all;
        }
    }
}

/// What the ledger says that was shown since an entry.
async fn disclosed(app: &TestApp, since: Option<LedgerEntryId>) -> Disclosed {
    let mut entries = ledger_entry::Entity::find();
    if let Some(since) = since {
        entries = entries.filter(ledger_entry::Column::Id.gt(since));
    }
    let mut all = Disclosed::new();
    for row in entries.all(app.db().connection()).await.unwrap() {
        let entry: Value = serde_json::from_str(&row.entry).unwrap();
        let operation = entry["operation"].as_str().unwrap();
        for shown in entry["shown"].as_array().unwrap() {
            let category = DataCategory::parse(shown["category"].as_str().unwrap()).unwrap();
            let source: AgencyId = serde_json::from_value(shown["source"].clone()).unwrap();
            all.insert((operation.to_owned(), row.service_user_id, category, source));
        }
    }
    all
}

/// The last entry of the ledger.
async fn last_entry(app: &TestApp) -> Option<LedgerEntryId> {
    let last = ledger_entry::Entity::find().order_by_desc(ledger_entry::Column::Id).one(app.db().connection());
    last.await.unwrap().map(|entry| entry.id)
}
