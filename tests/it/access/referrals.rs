//! The rule of referrals as SQL on whichever engine, against the oracle: in the list, its pages, its count, one by one.

use std::collections::BTreeSet;

use entity::enums::{ReferralState, ReferralUrgency};
use entity::ids::ReferralId;
use entity::instants::Millis;
use entity::referral;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use signpost::access::rule::Ask;
use signpost::access::rule::decide::ground_of_referral;
use signpost::access::rule::facts::Facts;
use signpost::access::rule::predicate::referral_visible;

use super::oracle::may_see_referral;
use super::stored::{Ids, ground as ground_of_all, insert, store};
use super::world::{Dice, PEOPLE, Question, World};
use crate::support::database::TestDatabase;

/// Worlds that lie in the database together.
const WORLDS: u64 = 60;
/// Questions asked of each.
const QUESTIONS: usize = 6;

/// Writes the referrals of a world beside what else of it lies in the database.
async fn store_referrals(world: &World, ids: Ids, db: &impl ConnectionTrait) {
    let row = |(number, header): (usize, &super::world::Record)| referral::Model {
        id: ids.referral(number),
        service_user_id: ids.person(header.person),
        recorded_for: ids.person(header.person),
        agency_id: ids.agency(header.agency),
        to_agency_id: ids.agency(header.party.unwrap_or(header.agency)),
        party_id: header.party.map(|party| ids.agency(party)),
        service_id: None,
        parent_id: None,
        relationship_id: None,
        state: if header.party.is_some() { ReferralState::Submitted } else { ReferralState::Draft },
        held_from: None,
        urgency: ReferralUrgency::Routine,
        release_on: None,
        owner_id: ids.account(0),
        owner_agency_id: ids.agency(header.agency),
        offered_to: None,
        created_by: ids.account(0),
        created_at: Millis(0),
        sent_at: None,
        expires_at: None,
        waitlisted_at: None,
        expected_on: None,
        reason: None,
        outcome: None,
        changed_at: Millis(0),
        version: 1,
        preview_hash: None,
    };
    insert(db, world.referrals.iter().enumerate().map(row).collect()).await;
}

async fn ids_of(ask: &Ask, page: Option<(usize, usize)>, db: &impl ConnectionTrait) -> BTreeSet<ReferralId> {
    let mut select = referral::Entity::find()
        .select_only()
        .column(referral::Column::Id)
        .filter(referral_visible(ask))
        .order_by_asc(referral::Column::Id);
    if let Some((from, to)) = page {
        select = select.offset(u64::try_from(from).unwrap()).limit(u64::try_from(to - from).unwrap());
    }
    let found: Vec<ReferralId> = select.into_tuple().all(db).await.unwrap();
    found.into_iter().collect()
}

#[tokio::test]
async fn the_rule_of_referrals_in_statements_is_the_oracles() {
    let test = TestDatabase::new().await;
    let database = test.open().await;
    let db = database.connection();
    let source = ground_of_all(db).await;
    let transaction = database.begin_write().await.unwrap();
    let mut all = Vec::new();
    for seed in 0..WORLDS {
        // Other worlds than elsewhere.
        let seed = seed | (1 << 40);
        let mut dice = Dice(seed);
        let (world, ids) = (World::of(&mut dice), Ids(seed));
        store(&world, ids, source, &transaction).await;
        store_referrals(&world, ids, &transaction).await;
        all.push((world, ids, dice));
    }
    transaction.commit().await.unwrap();
    let mut seen = 0;
    for (world, ids, mut dice) in all {
        for _ in 0..QUESTIONS {
            let question = Question::of(&mut dice);
            let ask = ids.ask(question);
            let told = || format!("world {:#x}: {question:?}\n{world:#?}", ids.0);
            let may = |number: &usize| may_see_referral(&world, question, &world.referrals[*number]);
            let wanted: BTreeSet<ReferralId> =
                (0..world.referrals.len()).filter(may).map(|number| ids.referral(number)).collect();
            seen += wanted.len();
            assert_eq!(ids_of(&ask, None, db).await, wanted, "{}", told());
            let half = wanted.len() / 2;
            let pages = [ids_of(&ask, Some((0, half)), db).await, ids_of(&ask, Some((half, wanted.len())), db).await];
            assert_eq!(pages.into_iter().flatten().collect::<BTreeSet<_>>(), wanted, "{}", told());
            let count = referral::Entity::find().filter(referral_visible(&ask)).count(db).await.unwrap();
            assert_eq!(usize::try_from(count).unwrap(), wanted.len(), "{}", told());
            let people: Vec<_> = (0..PEOPLE).map(|person| ids.person(person)).collect();
            let known = Facts::load(db, &ask, &people).await.unwrap();
            for (number, header) in world.referrals.iter().enumerate() {
                let one = referral::Column::Id.eq(ids.referral(number));
                let one = referral::Entity::find().filter(one).filter(referral_visible(&ask)).one(db).await.unwrap();
                assert_eq!(one.is_some(), wanted.contains(&ids.referral(number)), "{}", told());
                let apart = &known.apart(&people)[&ids.person(header.person)];
                assert_eq!(ground_of_referral(&ask, &ids.row(header), apart).is_some(), one.is_some(), "{}", told());
            }
        }
    }
    assert!(seen > 100, "worlds in which nothing may be seen show nothing: {seen}");
}
