//! Groups under random hands, one after another and at once: a cohort never has more than its places, and who waits stands in
//! the order in which they joined. And how long they waited.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{NaiveDate, TimeDelta};
use entity::enums::{AppointmentDelivery, AppointmentState, GroupPlaceState};
use entity::ids::{CohortId, GroupId, GroupPlaceId, ServiceUserId};
use entity::{appointment, group_place};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use signpost::api::ids::NodeId;
use signpost::people::entering::Worker;
use signpost::people::groups::terms::{CohortTerms, GroupTerms};
use signpost::people::{People, Trouble};

use crate::access::world::Dice;
use crate::people::graph::Network;

struct Ground {
    network: Network,
    ann: Worker,
    manager: Worker,
    group: GroupId,
    people: Vec<ServiceUserId>,
}

impl Ground {
    /// A group of Ann's agency, and so many service users of her caseload.
    async fn new(people: usize) -> Self {
        let network = Network::new().await;
        let worker = async |token: &str| match NodeId::decode(&network.account(token).await) {
            Some(NodeId::Account(account)) => Worker { account, agency: Network::agency(0) },
            other => panic!("{other:?}"),
        };
        let (ann, manager) = (worker(&network.ann).await, worker(&network.manager).await);
        let mut ids = Vec::new();
        for number in 0..people {
            let id = network.person_called(&format!("Person {number}")).await;
            let Some(NodeId::ServiceUser(id)) = NodeId::decode(&id) else { panic!("{id}") };
            ids.push(id);
        }
        let terms = GroupTerms {
            name: "Moving on".to_owned(),
            service: None,
            location: None,
            needs: Vec::new(),
            delivery: AppointmentDelivery::InPerson,
            places: 2,
        };
        let group = network.app.app.people.make_group(manager, terms).await.unwrap();
        Self { network, ann, manager, group, people: ids }
    }

    fn all(&self) -> &People {
        &self.network.app.app.people
    }

    /// A cohort of so many places that lasts a year and meets once.
    async fn cohort(&self, places: i32) -> CohortId {
        let now = self.network.app.clock.now();
        let today = now.date_naive();
        let starts = now + TimeDelta::days(300);
        let terms = CohortTerms {
            group: self.group,
            begins_on: today,
            ends_on: today.checked_add_days(chrono::Days::new(365)).unwrap_or(NaiveDate::MAX),
            places: Some(places),
            with: self.ann.account,
            sessions: vec![(starts.into(), (starts + TimeDelta::hours(1)).into())],
        };
        self.all().open_cohort(self.manager, &terms).await.unwrap()
    }

    async fn places(&self) -> Vec<group_place::Model> {
        let all = group_place::Entity::find().order_by_asc(group_place::Column::Number);
        all.all(self.network.app.db().connection()).await.unwrap()
    }

    /// That no cohort has more than its places, that nobody is in the group twice, that numbers are given once, and that
    /// whoever has a place has its appointment, and nobody else.
    async fn holds_together(&self, cohorts: &[(CohortId, usize)]) {
        let rows = self.places().await;
        let told = || format!("{rows:#?}");
        for (cohort, places) in cohorts {
            let taken =
                rows.iter().filter(|row| row.cohort_id == Some(*cohort) && row.state == GroupPlaceState::Placed);
            assert!(taken.count() <= *places, "{}", told());
        }
        let held = || rows.iter().filter(|row| row.state != GroupPlaceState::Left);
        let each: BTreeSet<ServiceUserId> = held().map(|row| row.service_user_id).collect();
        assert_eq!(each.len(), held().count(), "{}", told());
        let numbers: Vec<i32> = rows.iter().map(|row| row.number).collect();
        assert_eq!(numbers, (1..).take(rows.len()).collect::<Vec<i32>>(), "{}", told());
        let booked = appointment::Entity::find()
            .filter(appointment::Column::State.eq(AppointmentState::Booked))
            .all(self.network.app.db().connection())
            .await
            .unwrap();
        let mut booked: Vec<ServiceUserId> = booked.into_iter().map(|row| row.service_user_id).collect();
        booked.sort_unstable();
        let placed = held().filter(|row| row.state == GroupPlaceState::Placed);
        let mut placed: Vec<ServiceUserId> = placed.map(|row| row.service_user_id).collect();
        placed.sort_unstable();
        assert_eq!(booked, placed, "{}", told());
    }
}

/// What a model of lists says happens, happens: who joins, who waits where, who gets the place that is free.
#[tokio::test]
async fn random_hands_are_those_of_the_model() {
    let ground = Ground::new(7).await;
    let cohorts = [(ground.cohort(1).await, 1_usize), (ground.cohort(2).await, 2)];
    let mut line: Vec<(ServiceUserId, GroupPlaceId)> = Vec::new();
    let mut placed: Vec<(ServiceUserId, GroupPlaceId, CohortId)> = Vec::new();
    let mut dice = Dice(11);
    let (mut joined, mut given) = (0, 0);
    for _ in 0..250 {
        let of = dice.of(&ground.people);
        let (cohort, places) = dice.of(&cohorts);
        let is_free = |placed: &[(ServiceUserId, GroupPlaceId, CohortId)], cohort: CohortId, places: usize| {
            placed.iter().filter(|(_, _, taken)| *taken == cohort).count() < places
        };
        let is_in = line.iter().any(|(one, _)| *one == of) || placed.iter().any(|(one, ..)| *one == of);
        match dice.below(4) {
            0 | 1 => {
                let named = dice.one_in(2).then_some(cohort);
                let done = ground.all().join_group(ground.ann, of, ground.group, named).await;
                assert_eq!(done.is_err(), is_in, "{done:?}");
                let Ok(place) = done else { continue };
                joined += 1;
                let mut may = cohorts.iter().filter(|(id, places)| {
                    named.is_none_or(|named| named == *id) && line.is_empty() && is_free(&placed, *id, *places)
                });
                match may.next() {
                    Some((cohort, _)) => placed.push((of, place, *cohort)),
                    None => line.push((of, place)),
                }
            }
            2 => {
                let Some(place) = line
                    .iter()
                    .map(|(one, place)| (*one, *place))
                    .chain(placed.iter().map(|(one, place, _)| (*one, *place)))
                    .find(|(one, _)| *one == of)
                else {
                    continue;
                };
                ground.all().leave_group(ground.ann.into(), place.1).await.unwrap();
                line.retain(|(one, _)| *one != of);
                placed.retain(|(one, ..)| *one != of);
            }
            _ => {
                let may = is_free(&placed, cohort, places);
                let named = dice.one_in(3).then(|| line.iter().position(|(one, _)| *one == of)).flatten();
                let done = match named {
                    Some(at) => ground.all().offer_place(ground.ann, cohort, Some(line[at].1), Some("So it is.")).await,
                    None => ground.all().offer_place(ground.manager, cohort, None, None).await,
                };
                assert_eq!(done.is_ok(), may && !line.is_empty(), "{done:?} {line:?} {placed:?}");
                if let Ok(place) = done {
                    given += 1;
                    let (of, first) = line.remove(named.unwrap_or(0));
                    assert_eq!(place, first, "who is first, or named");
                    placed.push((of, place, cohort));
                }
            }
        }
        ground.holds_together(&cohorts).await;
        let waiting = ground.places().await.into_iter().filter(|row| row.state == GroupPlaceState::Waiting);
        let waiting: Vec<GroupPlaceId> = waiting.map(|row| row.id).collect();
        assert_eq!(waiting, line.iter().map(|(_, place)| *place).collect::<Vec<_>>(), "the line keeps its order");
    }
    assert!(joined > 20 && given > 5, "{joined} {given}");
}

/// Of many who ask for the last place at once one gets it, and the others wait.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_at_once_one_gets_the_last_place() {
    const MANY: usize = 6;
    let ground = Arc::new(Ground::new(MANY).await);
    let cohort = ground.cohort(1).await;
    let joins = (0..MANY).map(|number| {
        let ground = Arc::clone(&ground);
        tokio::spawn(async move {
            let of = ground.people[number];
            ground.all().join_group(ground.ann, of, ground.group, Some(cohort)).await.unwrap()
        })
    });
    for join in joins.collect::<Vec<_>>() {
        join.await.unwrap();
    }
    ground.holds_together(&[(cohort, 1)]).await;
    let state = |rows: &[group_place::Model], state| rows.iter().filter(|row| row.state == state).count();
    let rows = ground.places().await;
    assert_eq!(
        (state(&rows, GroupPlaceState::Placed), state(&rows, GroupPlaceState::Waiting)),
        (1, MANY - 1),
        "{rows:#?}"
    );
    assert_eq!(rows[0].state, GroupPlaceState::Placed, "who came first");
    // The place is given up, and many give it away at once: it is given once, to who was first in line.
    ground.all().leave_group(ground.ann.into(), rows[0].id).await.unwrap();
    let offers = (0..MANY).map(|number| {
        let ground = Arc::clone(&ground);
        let by = if number % 2 == 0 { ground.ann } else { ground.manager };
        tokio::spawn(async move { ground.all().offer_place(by, cohort, None, None).await })
    });
    let mut given = Vec::new();
    for offer in offers.collect::<Vec<_>>() {
        match offer.await.unwrap() {
            Ok(place) => given.push(place),
            Err(Trouble::Wrong(wrong)) => assert_eq!(wrong.field, "cohort"),
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(given, [rows[1].id]);
    ground.holds_together(&[(cohort, 1)]).await;
}

/// Many hands at once, whatever they do: the places hold, and whoever was given one had waited longest.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_hands_at_once_hold_together() {
    let ground = Arc::new(Ground::new(6).await);
    let cohorts = [(ground.cohort(1).await, 1_usize), (ground.cohort(2).await, 2)];
    for round in 0..4_u64 {
        let hands = (0..4_u64).map(|number| {
            let ground = Arc::clone(&ground);
            tokio::spawn(async move {
                let mut dice = Dice(round * 100 + number);
                for _ in 0..8 {
                    let (of, (cohort, _)) = (dice.of(&ground.people), dice.of(&cohorts));
                    let done = match dice.below(3) {
                        0 => ground.all().join_group(ground.ann, of, ground.group, None).await.map(|_| ()),
                        1 => ground.all().offer_place(ground.manager, cohort, None, None).await.map(|_| ()),
                        _ => {
                            let rows = ground.places().await;
                            let place = rows.iter().rfind(|row| row.service_user_id == of).map(|row| row.id);
                            match place {
                                Some(place) => ground.all().leave_group(ground.ann.into(), place).await.map(|_| ()),
                                None => Ok(()),
                            }
                        }
                    };
                    match done {
                        Ok(()) | Err(Trouble::Wrong(_) | Trouble::Changing) => {}
                        Err(other) => panic!("{other}"),
                    }
                }
            })
        });
        for hand in hands.collect::<Vec<_>>() {
            hand.await.unwrap();
        }
        ground.holds_together(&cohorts).await;
    }
    assert!(ground.places().await.len() > 6, "something was done");
}

/// How long one waits is told of five and more, of the last 26 weeks, and of those who waited.
#[tokio::test]
async fn the_wait_is_told_of_those_who_were_given_a_place() {
    let ground = Ground::new(7).await;
    let cohort = ground.cohort(6).await;
    let own = ground.ann.agency;
    let wait = async || {
        let group = ground.all().group(own, ground.group).await.unwrap().unwrap();
        group.expected_wait.map(|wait| (format!("{:.1}", wait.median_days), wait.number))
    };
    let mut places = Vec::new();
    let at_once = ground.all().join_group(ground.ann, ground.people[0], ground.group, Some(cohort)).await.unwrap();
    // While the only cohort is closed, everybody waits.
    ground.all().close_cohort(ground.manager, cohort).await.unwrap();
    for of in &ground.people[1..] {
        places.push(ground.all().join_group(ground.ann, *of, ground.group, None).await.unwrap());
    }
    let open = ground.cohort(6).await;
    let told = |days: &str, number: usize| Some((days.to_owned(), number));
    for (days, place, wanted) in [
        (1, places[0], None),
        (1, places[1], None),
        (1, places[2], None),
        (1, places[3], None),
        // 1, 2, 3, 4 and 10 days.
        (6, places[4], told("3.0", 5)),
        // And 20.
        (10, places[5], told("3.5", 6)),
    ] {
        ground.network.app.clock.advance(TimeDelta::days(days));
        assert_eq!(ground.all().offer_place(ground.manager, open, None, None).await.unwrap(), place);
        assert_eq!(wait().await, wanted, "who got a place at once is not among them: {at_once:?}");
    }
    // What they left since counts all the same.
    ground.all().leave_group(ground.ann.into(), places[0]).await.unwrap();
    assert_eq!(wait().await, told("3.5", 6));
    // 26 weeks after the first got theirs, it counts no longer; and after the next they are too few.
    ground.network.app.clock.advance(TimeDelta::days(26 * 7 - 19) - TimeDelta::milliseconds(1));
    assert_eq!(wait().await, told("3.5", 6));
    ground.network.app.clock.advance(TimeDelta::milliseconds(1));
    assert_eq!(wait().await, told("4.0", 5));
    ground.network.app.clock.advance(TimeDelta::days(1));
    assert_eq!(wait().await, None);
}
