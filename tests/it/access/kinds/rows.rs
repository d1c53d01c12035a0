//! Rows that stand beside the records of a world, made at random; instants and days are of the world's own small pool, so that
//! they fall on those of questions.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeZone};
use chrono_tz::Europe::London;
use entity::enums::{
    AppointmentState, DataCategory, EasementKind, GroupPlaceState, Purpose, RecordKind, ReferralState, ReferralStep,
    TaskKind, TaskState,
};
use entity::ids::{
    AppointmentEventId, AppointmentId, CohortId, CoverId, EasementId, GroupId, GroupPlaceEventId, GroupPlaceId,
    ReferralCategoryId, ReferralEventId, ReferralNeedId, ReleaseId, SignpostId, TaskEventId, TaskId,
};
use uuid::Uuid;

use crate::access::stored::Ids;
use crate::access::world::{ACCOUNTS, AGENCIES, Dice, Number, Record, Span, Word, World, instant};

/// Categories that agreements and consents of these worlds speak of beside those that there are records of.
const MORE: &[DataCategory] = &[
    DataCategory::Attendance,
    DataCategory::Benefits,
    DataCategory::CaseNotes,
    DataCategory::Offending,
    DataCategory::Safeguarding,
    DataCategory::SubstanceUse,
];

/// A world whose agreements and consents speak of more categories, now of this one, now of that. No agency shares with
/// itself: no agreement may say so.
pub(super) fn widened(mut world: World, dice: &mut Dice) -> World {
    for version in &mut world.versions {
        version.flows.retain(|flow| flow.from != flow.to);
        for flow in &mut version.flows {
            for category in MORE {
                for purpose in [Purpose::Referral, Purpose::CareCoordination] {
                    if !dice.one_in(4) {
                        flow.covers.push((*category, purpose));
                    }
                }
            }
        }
    }
    // Permits that run out, one way or another.
    for _ in 0..3 {
        let agencies = dice.of::<&[Number]>(&[&[0], &[1], &[2], &[0, 1], &[]]);
        world.words.push(Word {
            person: dice.of(&[0, 0, 1]),
            denies: false,
            agencies: agencies.to_vec(),
            categories: vec![DataCategory::Housing],
            purposes: vec![Purpose::Referral, Purpose::CareCoordination],
            span: Span { begins: instant(dice), ends: Some(instant(dice)) },
            withdrawn: Some(instant(dice)).filter(|_| dice.one_in(4)),
        });
    }
    for word in &mut world.words {
        word.categories.extend(MORE.iter().filter(|_| !dice.one_in(5)));
    }
    world
}

/// The day in London of an instant.
pub(super) fn day_of(at: i64) -> NaiveDate {
    DateTime::from_timestamp_millis(at).unwrap().with_timezone(&London).date_naive()
}

/// The first instant of a day in London.
pub(super) fn first_instant(day: NaiveDate) -> i64 {
    London.from_local_datetime(&day.and_time(NaiveTime::MIN)).earliest().unwrap().timestamp_millis()
}

/// A day of the pool.
pub(super) fn day(dice: &mut Dice) -> NaiveDate {
    day_of(instant(dice))
}

#[derive(Clone, Debug)]
pub(super) struct Meeting {
    pub(super) person: Number,
    pub(super) agency: Number,
    pub(super) with: Number,
    pub(super) starts: i64,
    pub(super) state: AppointmentState,
    /// The referral that it belongs to.
    pub(super) referral: Option<usize>,
}

#[derive(Clone, Debug)]
pub(super) struct Released {
    pub(super) person: Number,
    pub(super) agency: Number,
    pub(super) on: NaiveDate,
    pub(super) ended: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Eased {
    pub(super) person: Number,
    pub(super) agency: Number,
    pub(super) kind: EasementKind,
    pub(super) ends_on: NaiveDate,
    pub(super) ended: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Due {
    pub(super) person: Number,
    pub(super) agency: Number,
    pub(super) category: DataCategory,
    pub(super) kind: TaskKind,
    pub(super) release: Option<usize>,
    pub(super) on: NaiveDate,
    pub(super) state: TaskState,
    pub(super) owner: Number,
    pub(super) done_on: Option<NaiveDate>,
}

/// That one worker covers for another.
#[derive(Clone, Debug)]
pub(super) struct Covers {
    pub(super) agency: Number,
    pub(super) away: Number,
    pub(super) by: Number,
    pub(super) begins_on: NaiveDate,
    pub(super) ends_on: NaiveDate,
    pub(super) ended: bool,
}

/// That somebody was told of services; nobody in particular, where they gave no name.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub(super) person: Option<Number>,
    pub(super) agency: Number,
    pub(super) by: Number,
    pub(super) at: i64,
    pub(super) tells_of: BTreeSet<DataCategory>,
    pub(super) answered: bool,
}

/// A step of a referral; each has words.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) step: ReferralStep,
    /// For which agency; none for the service user.
    pub(super) agency: Option<Number>,
    pub(super) at: i64,
}

/// What else there is of a referral, whose header is the world's. It is about housing.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    pub(super) discloses: BTreeSet<DataCategory>,
    pub(super) state: ReferralState,
    pub(super) expires: i64,
    pub(super) released: NaiveDate,
    pub(super) owner: Number,
    pub(super) owner_agency: Number,
    pub(super) offered_to: Option<Number>,
    pub(super) steps: Vec<Step>,
}

/// What groups are for, and what that tells.
const FOR: &[Purposes] = &[
    (&["housing.hostel"], &[DataCategory::Housing]),
    (&["housing.hostel", "drugs-alcohol.alcohol"], &[DataCategory::Housing, DataCategory::SubstanceUse]),
    (&["mental-health.crisis"], &[DataCategory::MentalHealth]),
    (&[], &[DataCategory::CaseNotes]),
];

/// Needs, and categories.
type Purposes = (&'static [&'static str], &'static [DataCategory]);

/// A group with one cohort.
#[derive(Clone, Debug)]
pub(super) struct Gathering {
    pub(super) agency: Number,
    pub(super) needs: &'static [&'static str],
    pub(super) tells: &'static [DataCategory],
    /// Whether its cohort is over, long ago.
    pub(super) over: bool,
}

/// That somebody waits for a group, has a place in its cohort, or waited once. Whoever has a place passed others for it.
#[derive(Clone, Debug)]
pub(super) struct Seat {
    pub(super) person: Number,
    pub(super) group: usize,
    pub(super) joined: i64,
    pub(super) state: GroupPlaceState,
}

/// The rows.
#[derive(Clone, Debug)]
pub(super) struct Rows {
    pub(super) appointments: Vec<Meeting>,
    pub(super) releases: Vec<Released>,
    pub(super) easements: Vec<Eased>,
    pub(super) tasks: Vec<Due>,
    pub(super) covers: Vec<Covers>,
    pub(super) signposts: Vec<Told>,
    pub(super) groups: Vec<Gathering>,
    pub(super) seats: Vec<Seat>,
    /// One for each header of the world.
    pub(super) referrals: Vec<Sent>,
    /// Of each record of the world what it is, and when it was recorded.
    pub(super) records: Vec<(RecordKind, i64)>,
    /// Of each consent of the world the agency that wrote it down.
    pub(super) written_for: Vec<Option<Number>>,
}

fn whose(dice: &mut Dice) -> (Number, Number) {
    (dice.of(&[0, 0, 0, 1]), dice.of(&[0, 0, 0, 1, 2]))
}

fn some(dice: &mut Dice, all: &[DataCategory]) -> BTreeSet<DataCategory> {
    (0..=dice.below(3)).map(|_| dice.of(all)).collect()
}

impl Rows {
    pub(super) fn of(world: &World, dice: &mut Dice) -> Self {
        let releases: Vec<Released> = (0..5)
            .map(|_| {
                let (person, agency) = whose(dice);
                Released { person, agency, on: day(dice), ended: dice.one_in(4) }
            })
            .collect();
        Self {
            appointments: (0..8).map(|_| Meeting::of(world, dice)).collect(),
            tasks: (0..9).map(|_| Due::of(&releases, dice)).collect(),
            releases,
            easements: (0..7)
                .map(|_| {
                    let (person, agency) = whose(dice);
                    let kind = dice.of(EasementKind::ALL);
                    Eased { person, agency, kind, ends_on: day(dice), ended: dice.one_in(4) }
                })
                .collect(),
            covers: (0..4)
                .map(|_| {
                    let (away, by) = (dice.below(ACCOUNTS), dice.of(&[0, 0, 1, 2]));
                    let (one, other) = (day(dice), day(dice));
                    let (begins_on, ends_on) = (one.min(other), one.max(other));
                    Covers { agency: dice.of(&[0, 0, 1]), away, by, begins_on, ends_on, ended: dice.one_in(5) }
                })
                .collect(),
            signposts: (0..9).map(|_| Told::of(dice)).collect(),
            groups: Vec::new(),
            seats: Vec::new(),
            referrals: world.referrals.iter().map(|header| Sent::of(header, dice)).collect(),
            records: world
                .records
                .iter()
                .map(|_| (dice.of(&[RecordKind::Need, RecordKind::Assessment, RecordKind::Note]), instant(dice)))
                .collect(),
            written_for: world
                .words
                .iter()
                .map(|_| if dice.one_in(2) { None } else { Some(dice.below(AGENCIES)) })
                .collect(),
        }
    }
}

impl Rows {
    /// The same with groups, and places in them.
    pub(super) fn gathered(self, dice: &mut Dice) -> Self {
        let groups: Vec<Gathering> = (0..5)
            .map(|_| {
                let ((_, agency), (needs, tells)) = (whose(dice), dice.of(FOR));
                Gathering { agency, needs, tells, over: dice.one_in(3) }
            })
            .collect();
        let seats = (0..9)
            .map(|_| {
                let ((person, _), group) = (whose(dice), dice.below(groups.len()));
                Seat { person, group, joined: instant(dice), state: dice.of(GroupPlaceState::ALL) }
            })
            .collect();
        Self { groups, seats, ..self }
    }
}

impl Meeting {
    fn of(world: &World, dice: &mut Dice) -> Self {
        let (person, agency) = whose(dice);
        let referral = world.referrals.iter().position(|header| header.person == person).filter(|_| dice.one_in(2));
        let (with, starts) = (dice.below(ACCOUNTS), instant(dice));
        Self { person, agency, with, starts, state: dice.of(AppointmentState::ALL), referral }
    }
}

impl Due {
    fn of(releases: &[Released], dice: &mut Dice) -> Self {
        let (mut person, mut agency) = whose(dice);
        let release = Some(dice.below(releases.len())).filter(|_| !dice.one_in(3));
        if let Some(release) = release {
            (person, agency) = (releases[release].person, releases[release].agency);
        }
        let (kind, category) = match release {
            None => (
                TaskKind::Other,
                dice.of(&[DataCategory::CaseNotes, DataCategory::Housing, DataCategory::SubstanceUse]),
            ),
            Some(_) => dice.of(&[
                (TaskKind::HousingMet, DataCategory::Housing),
                (TaskKind::PrescribingContinuity, DataCategory::SubstanceUse),
                (TaskKind::FirstContact, DataCategory::CaseNotes),
                (TaskKind::FirstContact, DataCategory::CaseNotes),
            ]),
        };
        let state = dice.of(&[TaskState::Open, TaskState::Open, TaskState::Done, TaskState::Cancelled]);
        let done_on = Some(day(dice)).filter(|_| state == TaskState::Done);
        Self { person, agency, category, kind, release, on: day(dice), state, owner: dice.below(ACCOUNTS), done_on }
    }
}

impl Told {
    fn of(dice: &mut Dice) -> Self {
        let (person, agency) = whose(dice);
        let of = [
            DataCategory::Housing,
            DataCategory::MentalHealth,
            DataCategory::Benefits,
            DataCategory::SubstanceUse,
            DataCategory::CaseNotes,
        ];
        let person = Some(person).filter(|_| !dice.one_in(5));
        let (by, at, answered) = (dice.of(&[0, 0, 1, 2]), instant(dice), dice.one_in(2));
        Self { person, agency, by, at, tells_of: some(dice, &of), answered }
    }
}

impl Sent {
    fn of(header: &Record, dice: &mut Dice) -> Self {
        let step = |step, agency, dice: &mut Dice| Step { step, agency, at: instant(dice) };
        let sender = Some(header.agency);
        let mut steps = vec![step(ReferralStep::Drafted, sender, dice)];
        let mut state = ReferralState::Draft;
        if let Some(to) = header.party {
            state = dice.of(&[
                ReferralState::Submitted,
                ReferralState::Submitted,
                ReferralState::Waitlisted,
                ReferralState::InProgress,
                ReferralState::Closed,
                ReferralState::Rejected,
            ]);
            steps.push(step(ReferralStep::Submitted, sender, dice));
            steps.push(step(ReferralStep::InformationRequested, Some(to), dice));
            if dice.one_in(2) {
                steps.push(step(ReferralStep::Withdrawn, None, dice));
            }
            let by = dice.of(&[header.agency, to]);
            steps.push(step(ReferralStep::Offered, Some(by), dice));
        }
        let of = [DataCategory::Housing, DataCategory::MentalHealth, DataCategory::Offending];
        let offered_to = Some(dice.below(ACCOUNTS)).filter(|_| dice.one_in(2));
        let owner_agency = header.party.filter(|_| state == ReferralState::InProgress).unwrap_or(header.agency);
        Self {
            discloses: some(dice, &of),
            state,
            expires: instant(dice),
            released: day(dice),
            owner: dice.below(ACCOUNTS),
            owner_agency,
            offered_to,
            steps,
        }
    }
}

/// Ids of these rows; of one world, the later row has the greater.
impl Ids {
    fn numbered(self, kind: u8, number: usize) -> Uuid {
        Uuid::from_u64_pair(self.0, (u64::from(kind) << 48) | u64::try_from(number).unwrap())
    }

    pub(super) fn appointment(self, number: usize) -> AppointmentId {
        AppointmentId(self.numbered(20, number))
    }

    pub(super) fn appointment_event(self, number: usize) -> AppointmentEventId {
        AppointmentEventId(self.numbered(21, number))
    }

    pub(super) fn release(self, number: usize) -> ReleaseId {
        ReleaseId(self.numbered(22, number))
    }

    pub(super) fn easement(self, number: usize) -> EasementId {
        EasementId(self.numbered(23, number))
    }

    pub(super) fn task(self, number: usize) -> TaskId {
        TaskId(self.numbered(24, number))
    }

    pub(super) fn task_event(self, number: usize) -> TaskEventId {
        TaskEventId(self.numbered(25, number))
    }

    pub(super) fn signpost(self, number: usize) -> SignpostId {
        SignpostId(self.numbered(26, number))
    }

    /// Of a step of a referral, by the place of both.
    pub(super) fn step(self, referral: usize, step: usize) -> ReferralEventId {
        ReferralEventId(self.numbered(27, referral * 100 + step))
    }

    pub(super) fn need_of(self, referral: usize) -> ReferralNeedId {
        ReferralNeedId(self.numbered(28, referral))
    }

    pub(super) fn disclosed_by(self, referral: usize, place: usize) -> ReferralCategoryId {
        ReferralCategoryId(self.numbered(29, referral * 100 + place))
    }

    pub(super) fn cover(self, number: usize) -> CoverId {
        CoverId(self.numbered(30, number))
    }

    pub(super) fn group(self, number: usize) -> GroupId {
        GroupId(self.numbered(31, number))
    }

    /// The cohort of a group.
    pub(super) fn cohort(self, group: usize) -> CohortId {
        CohortId(self.numbered(32, group))
    }

    pub(super) fn seat(self, number: usize) -> GroupPlaceId {
        GroupPlaceId(self.numbered(33, number))
    }

    /// Of a step of a place, by the place of both.
    pub(super) fn seat_event(self, seat: usize, step: usize) -> GroupPlaceEventId {
        GroupPlaceEventId(self.numbered(34, seat * 100 + step))
    }
}
