//! The rule over facts, and as SQL on whichever engine, against the oracle.
//!
//! `SIGNPOST_TEST_WORLDS=1000000 cargo test --release --test it access::worlds -- --nocapture` looks at as many; half of a
//! hundredth of them lie in a database.

use std::collections::BTreeSet;

use entity::enums::Purpose;
use entity::ids::RecordId;
use entity::person_record;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use signpost::access::rule::decide::{ground, ground_of_referral, holds};
use signpost::access::rule::facts::Facts;
use signpost::access::rule::predicate::visible;
use signpost::access::rule::sight::{flowing_from_others, shared_by_others, sight};
use signpost::access::rule::{Ask, REFERRAL_VISIBLE, VISIBLE};

use super::oracle::{may_see, may_see_referral};
use super::stored::{Ids, facts, ground as ground_of_all, store};
use super::world::{Dice, PEOPLE, Question, World};
use crate::support::database::TestDatabase;

/// Worlds that are looked at, without a database.
const WORLDS: u64 = 4_000;
/// Questions asked of a world.
const QUESTIONS: usize = 6;
/// Worlds that lie in one database together.
const TOGETHER: u64 = 25;

fn worlds() -> u64 {
    std::env::var("SIGNPOST_TEST_WORLDS").ok().map_or(WORLDS, |number| number.parse().expect("a number of worlds"))
}

#[test]
fn the_rule_over_facts_is_the_oracles() {
    let (mut seen, mut unseen) = (0_u64, 0_u64);
    for seed in 0..worlds() {
        let mut dice = Dice(seed);
        let world = World::of(&mut dice);
        let ids = Ids(seed);
        let known = facts(&world, ids);
        for _ in 0..QUESTIONS {
            let question = Question::of(&mut dice);
            let ask = ids.ask(question);
            for record in &world.records {
                let (row, wanted) = (ids.row(record), may_see(&world, question, record));
                let told = format!("world {seed}: {question:?} {record:?}\n{world:#?}");
                assert_eq!(holds(&VISIBLE, &ask, &row, &known), wanted, "{told}");
                assert_eq!(ground(&ask, &row, &known).is_some(), wanted, "a ground where it may be seen: {told}");
                *(if wanted { &mut seen } else { &mut unseen }) += 1;
            }
            for referral in &world.referrals {
                let (row, wanted) = (ids.row(referral), may_see_referral(&world, question, referral));
                let told = format!("world {seed}: {question:?} {referral:?}\n{world:#?}");
                assert_eq!(holds(&REFERRAL_VISIBLE, &ask, &row, &known), wanted, "{told}");
                assert_eq!(
                    ground_of_referral(&ask, &row, &known).is_some(),
                    wanted,
                    "a ground where it may be seen: {told}"
                );
            }
        }
    }
    eprintln!("{seen} seen, {unseen} not");
    assert!(seen * 12 > unseen, "worlds in which next to nothing may be seen show nothing: {seen}, {unseen}");
}

/// Every way in which a statement asks: what may be seen is the same in the list, in each of its pages, in its count and
/// one by one, whatever else lies in the tables; and the facts that are read give the same again.
#[tokio::test]
async fn the_rule_in_statements_is_the_oracles() {
    let test = TestDatabase::new().await;
    let database = test.open().await;
    let db = database.connection();
    let source = ground_of_all(db).await;
    for batch in 0..(worlds() / 200 / TOGETHER).max(2) {
        let mut all = Vec::new();
        let transaction = database.begin_write().await.unwrap();
        for seed in batch * TOGETHER..(batch + 1) * TOGETHER {
            // Other worlds than those above.
            let mut dice = Dice(!seed);
            let (world, ids) = (World::of(&mut dice), Ids(!seed));
            store(&world, ids, source, &transaction).await;
            all.push((world, ids, dice));
        }
        transaction.commit().await.unwrap();
        for (world, ids, mut dice) in all {
            for _ in 0..QUESTIONS {
                let question = Question::of(&mut dice);
                let ask = ids.ask(question);
                let records = || world.records.iter().enumerate();
                let wanted: BTreeSet<RecordId> = records()
                    .filter(|(_, record)| may_see(&world, question, record))
                    .map(|(number, _)| ids.record(number))
                    .collect();
                let told = || format!("world {:#x}: {question:?}\n{world:#?}", ids.0);
                // Nothing narrows it: whatever lies in the table is asked about.
                assert_eq!(ids_of(&ask, None, None, db).await, wanted, "{}", told());
                let half = wanted.len() / 2;
                let pages = [
                    ids_of(&ask, None, Some((0, half)), db).await,
                    ids_of(&ask, None, Some((half, wanted.len())), db).await,
                ];
                assert_eq!(pages.into_iter().flatten().collect::<BTreeSet<_>>(), wanted, "{}", told());
                let count = person_record::Entity::find().filter(visible(&ask)).count(db).await.unwrap();
                assert_eq!(usize::try_from(count).unwrap(), wanted.len(), "{}", told());
                let (number, _) = dice_one(&mut dice, records().collect());
                let one = ids_of(&ask, Some(ids.record(number)), None, db).await;
                assert_eq!(!one.is_empty(), wanted.contains(&ids.record(number)), "{}", told());
                let people: Vec<_> = (0..PEOPLE).map(|person| ids.person(person)).collect();
                let known = Facts::load(db, &ask, &people).await.unwrap();
                // What is read for other purposes beside it bears on nothing.
                let more = Facts::load_for(db, &ask, Purpose::ALL, &people).await.unwrap();
                for (number, record) in records() {
                    let seen = ground(&ask, &ids.row(record), &known);
                    assert_eq!(seen.is_some(), wanted.contains(&ids.record(number)), "{record:?} {}", told());
                    assert_eq!(ground(&ask, &ids.row(record), &more), seen, "{record:?} {}", told());
                }
                for person in &people {
                    let of = |facts: &Facts| (sight(&ask, *person, facts), shared_by_others(&ask, *person, facts));
                    assert_eq!(of(&more), of(&known), "{}", told());
                    assert_eq!(flowing_from_others(&ask, &more), flowing_from_others(&ask, &known), "{}", told());
                }
            }
        }
    }
}

fn dice_one<T>(dice: &mut Dice, mut all: Vec<T>) -> T {
    let at = dice.below(all.len());
    all.swap_remove(at)
}

/// The records that a statement gives: all, one, or a page.
async fn ids_of(
    ask: &Ask,
    one: Option<RecordId>,
    page: Option<(usize, usize)>,
    db: &impl sea_orm::ConnectionTrait,
) -> BTreeSet<RecordId> {
    let mut select = person_record::Entity::find()
        .select_only()
        .column(person_record::Column::Id)
        .filter(visible(ask))
        .order_by_asc(person_record::Column::Id);
    if let Some(one) = one {
        select = select.filter(person_record::Column::Id.eq(one));
    }
    if let Some((from, to)) = page {
        select = select.offset(u64::try_from(from).unwrap()).limit(u64::try_from(to - from).unwrap());
    }
    let found: Vec<RecordId> = select.into_tuple().all(db).await.unwrap();
    found.into_iter().collect()
}
