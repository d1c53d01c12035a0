//! Groups under random hands, one after another and at once: a cohort never has more than its places, and who waits stands in
//! the order in which they joined. And how long they waited.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{NaiveDate, TimeDelta};
use entity::enums::{AppointmentDelivery, AppointmentState, GroupEndReason, GroupPlaceState, GroupPlaceStep};
use entity::ids::{CohortId, GroupId, GroupPlaceId, ServiceUserId};
use entity::{appointment, group_cohort, group_place, group_place_event};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use signpost::api::ids::NodeId;
use signpost::people::entering::Worker;
use signpost::people::groups::terms::{CohortEdit, CohortTerms, GroupTerms, leads_to};
use signpost::people::{People, Trouble};

use crate::access::world::Dice;
use crate::people::graph::Network;

pub(super) struct Ground {
    pub(super) network: Network,
    pub(super) ann: Worker,
    pub(super) manager: Worker,
    pub(super) group: GroupId,
    pub(super) people: Vec<ServiceUserId>,
}

impl Ground {
    /// A group of Ann's agency, and so many service users of her caseload.
    pub(super) async fn new(people: usize) -> Self {
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

    pub(super) fn all(&self) -> &People {
        &self.network.app.app.people
    }

    /// A cohort of so many places that lasts a year and meets once.
    pub(super) async fn cohort(&self, places: i32) -> CohortId {
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

    pub(super) async fn places(&self) -> Vec<group_place::Model> {
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
        // The history of each leads to where it is.
        let mut last = BTreeMap::new();
        let events = group_place_event::Entity::find().order_by_asc(group_place_event::Column::Number);
        for event in events.all(self.network.app.db().connection()).await.unwrap() {
            let before: Option<(i32, GroupPlaceState)> =
                last.insert(event.place_id, (event.number, leads_to(event.step)));
            assert_eq!(before.map_or(0, |(number, _)| number) + 1, event.number, "one after another");
            assert_ne!(before.map(|(_, state)| state), Some(GroupPlaceState::Left), "nothing comes after the end");
        }
        let led: BTreeMap<GroupPlaceId, GroupPlaceState> =
            last.into_iter().map(|(id, (_, state))| (id, state)).collect();
        let now: BTreeMap<GroupPlaceId, GroupPlaceState> = rows.iter().map(|row| (row.id, row.state)).collect();
        assert_eq!(led, now, "{}", told());
    }

    /// How many writings of a cohort there are by now.
    async fn version(&self, cohort: CohortId) -> i32 {
        let found = group_cohort::Entity::find_by_id(cohort).one(self.network.app.db().connection());
        found.await.unwrap().unwrap().version
    }
}

/// What a model of lists knows of a group.
struct Model {
    /// Who waits, in the order in which they joined; each with the how manieth they were.
    line: Vec<(usize, ServiceUserId, GroupPlaceId)>,
    /// Who has a place, and where.
    placed: Vec<(usize, ServiceUserId, GroupPlaceId, CohortId)>,
    /// The cohorts that are not called off, with their places.
    cohorts: Vec<(CohortId, usize)>,
}

impl Model {
    fn taken(&self, cohort: CohortId) -> usize {
        self.placed.iter().filter(|(.., taken)| *taken == cohort).count()
    }

    fn is_free(&self, cohort: CohortId) -> bool {
        let places = self.cohorts.iter().find(|(id, _)| *id == cohort).map_or(0, |(_, places)| *places);
        self.taken(cohort) < places
    }

    /// The place of somebody, where they wait or have one.
    fn place_of(&self, of: ServiceUserId) -> Option<GroupPlaceId> {
        let waits = self.line.iter().map(|(_, one, place)| (*one, *place));
        let has = self.placed.iter().map(|(_, one, place, _)| (*one, *place));
        waits.chain(has).find(|(one, _)| *one == of).map(|(_, place)| place)
    }

    fn leaves(&mut self, of: ServiceUserId) {
        self.line.retain(|(_, one, _)| *one != of);
        self.placed.retain(|(_, one, ..)| *one != of);
    }

    /// Whoever had a place in a cohort waits again, where they stood.
    fn called_off(&mut self, cohort: CohortId) {
        let back = self.placed.extract_if(.., |(.., taken)| *taken == cohort);
        self.line.extend(back.map(|(number, one, place, _)| (number, one, place)));
        self.line.sort_unstable_by_key(|(number, ..)| *number);
        self.cohorts.retain(|(id, _)| *id != cohort);
    }
}

/// What a model of lists says happens, happens: who joins, who waits where, who gets the place that is free; what becomes of
/// them where a cohort has more or fewer places or is called off, and where the group is closed in the end.
#[tokio::test]
async fn random_hands_are_those_of_the_model() {
    let ground = Ground::new(7).await;
    let cohorts = vec![(ground.cohort(1).await, 1_usize), (ground.cohort(2).await, 2)];
    let mut model = Model { line: Vec::new(), placed: Vec::new(), cohorts };
    let mut dice = Dice(11);
    let (mut joined, mut given, mut changed, mut refused, mut off) = (0, 0, 0, 0, 0);
    for _ in 0..350 {
        let of = dice.of(&ground.people);
        let (cohort, places) = dice.of(&model.cohorts);
        match dice.below(12) {
            0..=4 => {
                let named = dice.one_in(2).then_some(cohort);
                let done = ground.all().join_group(ground.ann, of, ground.group, named).await;
                assert_eq!(done.is_err(), model.place_of(of).is_some(), "{done:?}");
                let Ok(place) = done else { continue };
                joined += 1;
                let mut may = model.cohorts.iter().filter(|(id, _)| {
                    named.is_none_or(|named| named == *id) && model.line.is_empty() && model.is_free(*id)
                });
                match may.next().copied() {
                    Some((cohort, _)) => model.placed.push((joined, of, place, cohort)),
                    None => model.line.push((joined, of, place)),
                }
            }
            5..=7 => {
                let Some(place) = model.place_of(of) else { continue };
                ground.all().leave_group(ground.ann.into(), place).await.unwrap();
                model.leaves(of);
            }
            8 | 9 => {
                let may = model.is_free(cohort);
                let named = dice.one_in(3).then(|| model.line.iter().position(|(_, one, _)| *one == of)).flatten();
                let done = match named {
                    Some(at) => {
                        let to = Some(model.line[at].2);
                        ground.all().offer_place(ground.ann, cohort, to, Some("So it is.")).await
                    }
                    None => ground.all().offer_place(ground.manager, cohort, None, None).await,
                };
                assert_eq!(done.is_ok(), may && !model.line.is_empty(), "{done:?}");
                if let Ok(place) = done {
                    given += 1;
                    let (number, of, first) = model.line.remove(named.unwrap_or(0));
                    assert_eq!(place, first, "who is first, or named");
                    model.placed.push((number, of, place, cohort));
                }
            }
            10 => {
                let wanted = 1 + dice.below(3);
                let edit = CohortEdit { places: Some(i32::try_from(wanted).unwrap()), ..CohortEdit::default() };
                let version = ground.version(cohort).await;
                let done = ground.all().change_cohort(ground.manager, cohort, version, &edit).await;
                let may = wanted != places && wanted >= model.taken(cohort);
                assert_eq!(done.is_ok(), may, "{done:?} {places} {wanted}");
                if may {
                    changed += 1;
                    model.cohorts.iter_mut().filter(|(id, _)| *id == cohort).for_each(|(_, places)| *places = wanted);
                } else {
                    refused += 1;
                }
            }
            _ => {
                if !dice.one_in(3) {
                    continue;
                }
                off += 1;
                let done = ground.all().call_off_cohort(ground.ann, cohort, GroupEndReason::NoWorker).await;
                assert_eq!(done.unwrap(), ground.group);
                model.called_off(cohort);
                model.cohorts.push((ground.cohort(i32::try_from(places).unwrap()).await, places));
            }
        }
        ground.holds_together(&model.cohorts).await;
        let waiting = ground.places().await.into_iter().filter(|row| row.state == GroupPlaceState::Waiting);
        let waiting: Vec<GroupPlaceId> = waiting.map(|row| row.id).collect();
        assert_eq!(
            waiting,
            model.line.iter().map(|(.., place)| *place).collect::<Vec<_>>(),
            "the line keeps its order"
        );
    }
    let done = [joined > 20, given > 5, changed > 2, refused > 2, off > 2];
    assert!(done.iter().all(|so| *so), "{joined} {given} {changed} {refused} {off}");
    let still = model.line.len() + model.placed.len();
    ground.all().close_group(ground.manager, ground.group, GroupEndReason::Done).await.unwrap();
    ground.holds_together(&model.cohorts).await;
    let ended = group_place_event::Entity::find().filter(group_place_event::Column::Step.eq(GroupPlaceStep::Ended));
    assert_eq!(ended.all(ground.network.app.db().connection()).await.unwrap().len(), still);
    for of in &ground.people {
        let refused = ground.all().join_group(ground.ann, *of, ground.group, None).await;
        assert!(matches!(refused, Err(Trouble::Wrong(wrong)) if wrong.field == "group"));
    }
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
    let wait = async || {
        let group = ground.all().group(ground.ann, ground.group, false).await.unwrap().unwrap();
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
