//! Tasks and days of release under random hands, one after another and at once, against a model written from the words of the
//! design alone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{Days, NaiveDate, TimeDelta};
use entity::enums::{DataCategory, Purpose, TaskKind as K, TaskState as S, TaskStep as T};
use entity::ids::{AccountId, ReleaseId, TaskId};
use entity::{release, task, task_event};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use signpost::people::reading::Reader;
use signpost::people::tasks::doing::Doing;
use signpost::people::tasks::making::{FreeTask, ReleaseSaid};
use signpost::people::tasks::reading::WhichTasks;

use super::hands::{Ground, HANDS, Hand, done};
use crate::access::world::Dice;

/// The tasks that a day of release makes, and by how many days from it each is due.
const GATE: &[(K, i64)] = &[
    (K::HousingMet, -28),
    (K::BenefitClaimStarted, -14),
    (K::PrescribingContinuity, -7),
    (K::MetAtTheGate, 0),
    (K::FirstContact, 1),
];

/// A day so many days from another.
fn from(day: NaiveDate, days: i64) -> NaiveDate {
    let moved = TimeDelta::days(days);
    day.checked_add_signed(moved).unwrap()
}

/// By which day a task of a release is due: today, where that is past.
fn due(kind: K, release_on: NaiveDate, today: NaiveDate) -> Option<NaiveDate> {
    GATE.iter().find(|(one, _)| *one == kind).map(|(_, days)| from(release_on, *days).max(today))
}

/// Something that is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    Add { owner: AccountId, days: i64 },
    Release { owner: AccountId, days: i64, anew: bool },
    TakeBack(ReleaseId),
    Do(TaskId, Doing, bool),
}

/// What was made by it, where it was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Made {
    Nothing,
    Task(TaskId),
    Release(ReleaseId),
}

/// A task as the model has it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Task {
    kind: K,
    state: S,
    due: NaiveDate,
    owner: AccountId,
    release: Option<ReleaseId>,
    done_on: Option<NaiveDate>,
    history: Vec<(T, S)>,
}

impl Task {
    fn new(kind: K, due: NaiveDate, owner: AccountId, release: Option<ReleaseId>) -> Self {
        Self { kind, state: S::Open, due, owner, release, done_on: None, history: vec![(T::Added, S::Open)] }
    }

    fn step(&mut self, step: T, state: S) {
        self.state = state;
        self.history.push((step, state));
    }
}

/// Where a step of a task leads by the words of the design: what is open is done, need not be done, is handed over, moves with
/// its release, is cancelled with it; what is done or need not be done is to be done after all; nothing else.
fn leads(step: T, state: S) -> Option<S> {
    match (step, state) {
        (T::Completed, S::Open) => Some(S::Done),
        (T::Dropped, S::Open) => Some(S::NotNeeded),
        (T::Reopened, S::Done | S::NotNeeded) | (T::HandedOver | T::Moved, S::Open) => Some(S::Open),
        (T::Cancelled, S::Open) => Some(S::Cancelled),
        _ => None,
    }
}

/// What the model knows: every task, and the day of release that holds.
#[derive(Default)]
struct Model {
    tasks: BTreeMap<TaskId, Task>,
    holds: Option<(ReleaseId, NaiveDate)>,
}

impl Model {
    /// Whether something may be done.
    fn may(&self, gate: &Gate, hand: Hand, act: Act) -> bool {
        let workers = [gate.ground.worker.account, gate.ground.colleague.account];
        let may = match act {
            Act::Add { owner, days } => workers.contains(&owner) && (0..=700).contains(&days),
            // Who comes in after release is written down afterwards, for thirty days.
            Act::Release { owner, days, .. } => workers.contains(&owner) && (-30..=700).contains(&days),
            Act::TakeBack(id) => self.holds.is_some_and(|(holds, _)| holds == id),
            Act::Do(id, doing, words) => {
                let from = leads(doing.step(), self.tasks[&id].state).is_some();
                let fits = match doing {
                    Doing::Complete { done_on } => {
                        let today = gate.today();
                        done_on.is_none_or(|day| day <= today && day >= from_day(today))
                    }
                    Doing::Drop => words,
                    Doing::Reopen => true,
                    Doing::HandOver { to } => workers.contains(&to),
                };
                from && fits
            }
        };
        may && hand == Hand::Worker
    }

    /// What becomes of it.
    fn done(&mut self, gate: &Gate, act: Act, made: Made, new: &BTreeMap<K, TaskId>) {
        let today = gate.today();
        match (act, made) {
            (Act::Add { owner, days }, Made::Task(id)) => {
                self.tasks.insert(id, Task::new(K::Other, from(today, days), owner, None));
            }
            (Act::Release { owner, days, anew }, Made::Release(id)) => {
                let on = from(today, days);
                let former = self.holds.replace((id, on)).map(|(former, _)| former);
                let mut there = BTreeSet::new();
                for task in self.tasks.values_mut().filter(|task| former.is_some() && task.release == former) {
                    if anew {
                        // Another release: what is open of the former one's is cancelled.
                        if task.state == S::Open {
                            task.step(T::Cancelled, S::Cancelled);
                        }
                        continue;
                    }
                    // The same on another day: what is still open moves, what was done stays.
                    there.insert(task.kind);
                    task.release = Some(id);
                    let due = due(task.kind, on, today).unwrap();
                    if task.state == S::Open && task.due != due {
                        task.due = due;
                        task.step(T::Moved, S::Open);
                    }
                }
                let wanted: BTreeSet<K> = GATE.iter().map(|(kind, _)| *kind).filter(|it| !there.contains(it)).collect();
                assert_eq!(new.keys().copied().collect::<BTreeSet<_>>(), wanted, "{act:?}");
                for (kind, task) in new {
                    self.tasks.insert(*task, Task::new(*kind, due(*kind, on, today).unwrap(), owner, Some(id)));
                }
            }
            (Act::TakeBack(id), Made::Nothing) => {
                self.holds = None;
                for task in self.tasks.values_mut().filter(|task| task.release == Some(id) && task.state == S::Open) {
                    task.step(T::Cancelled, S::Cancelled);
                }
            }
            (Act::Do(id, doing, _), Made::Nothing) => {
                let task = self.tasks.get_mut(&id).unwrap();
                task.step(doing.step(), leads(doing.step(), task.state).unwrap());
                match doing {
                    Doing::Complete { done_on } => task.done_on = Some(done_on.unwrap_or(today)),
                    Doing::Reopen => task.done_on = None,
                    Doing::HandOver { to } => task.owner = to,
                    Doing::Drop => {}
                }
            }
            other => panic!("{other:?}"),
        }
    }
}

/// The first day on which something may have been done: within a year, leap days and all.
fn from_day(today: NaiveDate) -> NaiveDate {
    today.checked_sub_days(Days::new(366)).unwrap()
}

/// A service user who is to be released, and everybody.
struct Gate {
    ground: Ground,
}

impl Gate {
    async fn new() -> Self {
        Self { ground: Ground::new().await }
    }

    fn today(&self) -> NaiveDate {
        let today = self.ground.network.app.clock.now().date_naive();
        // In winter London's days are those of UTC.
        assert!(today < NaiveDate::from_ymd_opt(2027, 3, 28).unwrap(), "{today}");
        today
    }

    fn owner(&self, dice: &mut Dice) -> AccountId {
        let Ground { worker, colleague, partner, .. } = &self.ground;
        dice.of(&[worker.account, worker.account, colleague.account, colleague.account, partner.account])
    }

    fn doing(&self, dice: &mut Dice) -> Doing {
        let today = self.today();
        let done_on = dice.of(&[None, None, Some(0), Some(-3), Some(-366), Some(1), Some(-367)]);
        let to = self.owner(dice);
        dice.of(&[
            Doing::Complete { done_on: done_on.map(|days| from(today, days)) },
            Doing::Drop,
            Doing::Reopen,
            Doing::Reopen,
            Doing::HandOver { to },
        ])
    }

    /// What is done next, with what there is.
    fn act(&self, tasks: &[TaskId], releases: &[ReleaseId], dice: &mut Dice) -> Act {
        let owner = self.owner(dice);
        let days = dice.of(&[-31, -30, -5, 0, 10, 40, 800]);
        match dice.below(12) {
            0 => Act::Add { owner, days: dice.of(&[-1, 0, 3]) },
            1 | 2 => Act::Release { owner, days, anew: dice.one_in(4) },
            3 if !releases.is_empty() => Act::TakeBack(dice.of(releases)),
            _ if tasks.is_empty() => Act::Add { owner, days: 0 },
            _ => Act::Do(dice.of(tasks), self.doing(dice), dice.one_in(2)),
        }
    }

    async fn does(&self, hand: Hand, act: Act) -> Option<Made> {
        let (people, by, of) = (self.ground.people(), self.ground.as_worker(hand), self.ground.of);
        match act {
            Act::Add { owner, days } => {
                let words = "Ring the hostel.".to_owned();
                let free = FreeTask { words, due_on: from(self.today(), days), owner, need: None };
                done(people.add_task(by, of, &free).await).map(Made::Task)
            }
            Act::Release { owner, days, anew } => {
                let release_on = from(self.today(), days);
                let said = ReleaseSaid { release_on, from_place: Some("HMP Somewhere".to_owned()), owner, anew };
                done(people.set_release_date(by, of, &said).await).map(Made::Release)
            }
            Act::TakeBack(id) => done(people.take_back_release(by, id).await).map(|_| Made::Nothing),
            Act::Do(id, doing, words) => {
                let words = words.then(|| "So it is.".to_owned());
                done(people.do_task(by, id, doing, words).await).map(|_| Made::Nothing)
            }
        }
    }

    async fn rows(&self) -> Vec<task::Model> {
        let theirs = task::Entity::find().filter(task::Column::ServiceUserId.eq(self.ground.of));
        let rows = theirs.order_by_asc(task::Column::Id).all(self.ground.network.app.db().connection());
        rows.await.unwrap()
    }

    async fn releases(&self) -> Vec<release::Model> {
        let theirs = release::Column::ServiceUserId.eq(self.ground.of);
        release::Entity::find().filter(theirs).all(self.ground.network.app.db().connection()).await.unwrap()
    }

    /// What was done with a task: each leads on from the one before, none twice, time goes on.
    async fn history(&self, row: &task::Model) -> Vec<(T, S)> {
        let events = task_event::Entity::find()
            .filter(task_event::Column::TaskId.eq(row.id))
            .order_by_asc(task_event::Column::Number)
            .all(self.ground.network.app.db().connection())
            .await
            .unwrap();
        let (mut state, mut at) = (S::Open, row.created_at);
        for (place, event) in events.iter().enumerate() {
            assert_eq!(usize::try_from(event.number).unwrap(), place + 1, "{events:#?}");
            assert!(event.at >= at, "time goes on: {events:#?}");
            assert_eq!((event.by, event.agency_id), (self.ground.worker.account, self.ground.worker.agency));
            let wanted =
                if place == 0 { (event.step == T::Added).then_some(S::Open) } else { leads(event.step, state) };
            assert_eq!(Some(event.state), wanted, "{events:#?}");
            assert!(event.step != T::Dropped || event.sealed.is_some(), "why is said: {events:#?}");
            (state, at) = (event.state, event.at);
        }
        assert_eq!((row.state, row.changed_at), (state, at), "{events:#?}");
        assert_eq!(row.done_on.is_some(), row.state == S::Done, "{row:?}");
        assert_eq!(row.done_by, row.done_on.map(|_| self.ground.worker.account), "{row:?}");
        events.iter().map(|event| (event.step, event.state)).collect()
    }

    /// The tables say what the model says.
    async fn is(&self, model: &Model) {
        let mut tasks = BTreeMap::new();
        for row in self.rows().await {
            let history = self.history(&row).await;
            let task = Task {
                kind: row.kind,
                state: row.state,
                due: row.due_on,
                owner: row.owner_id,
                release: row.release_id,
                done_on: row.done_on,
                history,
            };
            tasks.insert(row.id, task);
        }
        assert_eq!(tasks, model.tasks);
        let holding = self.releases().await.into_iter().filter(|row| row.ended_at.is_none());
        let holding: Vec<_> = holding.map(|row| (row.id, row.release_on)).collect();
        assert_eq!(holding, model.holds.into_iter().collect::<Vec<_>>());
    }
}

/// What may be done is done, and what may not is not, whoever tries it; tasks follow from days of release as the model says.
#[tokio::test]
async fn random_steps_are_those_of_the_model() {
    let gate = Gate::new().await;
    let mut dice = Dice(7);
    let mut model = Model::default();
    let (mut releases, mut carried_out, mut refused) = (Vec::new(), 0, 0);
    for number in 0..400 {
        gate.ground.network.app.clock.advance(TimeDelta::hours(dice.of(&[0, 0, 0, 1, 12])));
        let tasks: Vec<TaskId> = model.tasks.keys().copied().collect();
        // The latest are what most is done with.
        let tasks = &tasks[tasks.len().saturating_sub(12)..];
        let (hand, act) = (dice.of(HANDS), gate.act(tasks, &releases, &mut dice));
        let may = model.may(&gate, hand, act);
        let did = gate.does(hand, act).await;
        assert_eq!(did.is_some(), may, "{hand:?} {act:?}");
        match did {
            None => refused += 1,
            Some(made) => {
                let mut new = BTreeMap::new();
                if let Made::Release(id) = made {
                    releases.push(id);
                    let rows = gate.rows().await.into_iter();
                    let rows = rows.filter(|row| row.release_id == Some(id) && !model.tasks.contains_key(&row.id));
                    new.extend(rows.map(|row| (row.kind, row.id)));
                }
                model.done(&gate, act, made, &new);
                carried_out += 1;
            }
        }
        if number % 20 == 0 {
            gate.is(&model).await;
        }
    }
    gate.is(&model).await;
    let (account, agency) = (gate.ground.partner.account, Some(gate.ground.partner.agency));
    let reader = Reader { account, agency, purpose: Purpose::CareCoordination, operation: "tasksOf" };
    let shared = WhichTasks::About(vec![gate.ground.of]);
    let shared = gate.ground.people().read_tasks(reader, &shared, None).await.unwrap();
    let flows = [DataCategory::CaseNotes, DataCategory::Housing, DataCategory::Offending];
    let wanted = gate.rows().await.iter().filter(|row| flows.contains(&row.category)).count();
    assert_eq!(shared.len(), wanted, "who can't do anything sees them");
    assert_eq!(gate.ground.put_out().await, 0, "of tasks nobody's system is told");
    let all: BTreeSet<T> = model.tasks.values().flat_map(|task| &task.history).map(|(step, _)| *step).collect();
    assert_eq!(all.len(), T::ALL.len(), "everything was done: {all:?}");
    assert!(carried_out > 50 && refused > 80, "{carried_out} {refused}");
}

/// Many hands at once: no step is lost, none is done twice, each leads on from the one before; one day of release holds at the
/// most, and what is open of its tasks is due by it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_hands_at_once_leave_one_history() {
    let gate = Arc::new(Gate::new().await);
    let said = Act::Release { owner: gate.ground.worker.account, days: 10, anew: false };
    let mut by_hand: BTreeMap<TaskId, usize> = BTreeMap::new();
    let (mut set, mut added) = (0, 0);
    for round in 0..4_u64 {
        assert!(gate.does(Hand::Worker, said).await.is_some());
        set += 1;
        let tasks: Vec<TaskId> = gate.rows().await.iter().map(|row| row.id).collect();
        let tasks = Arc::new(tasks[tasks.len().saturating_sub(5)..].to_vec());
        let hands = (0..6_u64).map(|number| {
            let (gate, tasks) = (Arc::clone(&gate), Arc::clone(&tasks));
            tokio::spawn(async move {
                let mut dice = Dice(round * 100 + number);
                let mut did = Vec::new();
                for _ in 0..8 {
                    let holds: Vec<ReleaseId> = gate.releases().await.iter().map(|row| row.id).collect();
                    let (hand, act) = (dice.of(HANDS), gate.act(&tasks, &holds, &mut dice));
                    if gate.does(hand, act).await.is_some() {
                        did.push(act);
                    }
                }
                did
            })
        });
        for hand in hands.collect::<Vec<_>>() {
            for act in hand.await.unwrap() {
                match act {
                    Act::Do(id, ..) => *by_hand.entry(id).or_default() += 1,
                    Act::Release { .. } => set += 1,
                    Act::Add { .. } => added += 1,
                    Act::TakeBack(_) => {}
                }
            }
        }
        let releases = gate.releases().await;
        assert_eq!(releases.len(), set, "each that was said, and no other");
        let holds: Vec<_> = releases.iter().filter(|row| row.ended_at.is_none()).collect();
        assert!(holds.len() <= 1, "{holds:?}");
        for row in &releases {
            let anew = releases.iter().filter(|other| other.replaces_id == Some(row.id)).count();
            assert!(anew == 0 || (anew == 1 && row.ended_at.is_some()), "said anew once, and over since: {row:?}");
        }
        let rows = gate.rows().await;
        assert_eq!(rows.iter().filter(|row| row.kind == K::Other).count(), added);
        for row in &rows {
            let history = gate.history(row).await;
            let hands = [T::Completed, T::Dropped, T::Reopened, T::HandedOver];
            let steps = history.iter().filter(|(step, _)| hands.contains(step)).count();
            assert_eq!(steps, by_hand.get(&row.id).copied().unwrap_or(0), "{row:?} {history:?}");
            let reopened = history.iter().any(|(step, _)| *step == T::Reopened);
            if row.state != S::Open || row.release_id.is_none() || reopened {
                continue;
            }
            let release = holds.first().filter(|release| row.release_id == Some(release.id));
            let release = release.unwrap_or_else(|| panic!("open, and its release is over: {row:?}"));
            assert_eq!(Some(row.due_on), due(row.kind, release.release_on, gate.today()), "{row:?}");
        }
        for release in &holds {
            let kinds: Vec<K> =
                rows.iter().filter(|row| row.release_id == Some(release.id)).map(|row| row.kind).collect();
            let each: BTreeSet<K> = kinds.iter().copied().collect();
            assert_eq!((kinds.len(), each.len()), (GATE.len(), GATE.len()), "each of its tasks once: {kinds:?}");
        }
    }
    let steps: usize = by_hand.values().sum();
    assert!(steps > 5 && set > 5, "{steps} {set}");
    assert_eq!(gate.ground.put_out().await, 0);
}
