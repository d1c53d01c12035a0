//! Worlds: a few agencies, accounts and service users, and everything that lies between them, made at random.
//!
//! A world begins as one in which everything that the rule asks for is there, and then a few things in it are changed, taken
//! away or added: so that most questions hang on one thing. Instants come from a small pool, so that ends, beginnings and
//! questions fall on the same millisecond, the one before and the one after it.

use entity::enums::{DataCategory, LawfulBasis, Purpose, Role};

/// A source of numbers that are the same for the same seed (splitmix64, Steele, Lea and Flood 2014).
#[derive(Clone, Debug)]
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below this one.
    pub(crate) fn below(&mut self, number: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(number).unwrap()).unwrap()
    }

    /// Whether one of so many fell.
    pub(crate) fn one_in(&mut self, number: usize) -> bool {
        self.below(number) == 0
    }

    pub(crate) fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }
}

pub(crate) const DAY: i64 = 86_400_000;

/// Instants around which things happen: both changes of the clocks in 2026, a midnight of summer in London, and an evening.
const AROUND: &[&str] =
    &["2026-03-29T01:00:00Z", "2026-10-25T01:00:00Z", "2026-07-14T23:00:00Z", "2026-11-19T18:30:00Z"];

/// An instant of the pool.
pub(crate) fn instant(dice: &mut Dice) -> i64 {
    let around: chrono::DateTime<chrono::Utc> = dice.of(AROUND).parse().unwrap();
    around.timestamp_millis() + dice.of(&[-30, -1, 0, 0, 0, 1, 30]) * DAY + dice.of(&[-1, 0, 0, 1])
}

/// From when until when, exclusive.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    pub(crate) begins: i64,
    pub(crate) ends: Option<i64>,
}

pub(crate) const LONG_AGO: i64 = 1_600_000_000_000;
pub(crate) const FAR_OFF: i64 = 1_900_000_000_000;

impl Span {
    pub(crate) const ALWAYS: Self = Self { begins: LONG_AGO, ends: None };

    fn any(dice: &mut Dice) -> Self {
        let begins = if dice.one_in(3) { LONG_AGO } else { instant(dice) };
        Self { begins, ends: if dice.one_in(2) { None } else { Some(instant(dice)) } }
    }
}

/// Agencies, accounts and service users go by their number.
pub(crate) type Number = usize;

pub(crate) const AGENCIES: usize = 3;
pub(crate) const ACCOUNTS: usize = 3;
pub(crate) const PEOPLE: usize = 2;
const TEAMS: usize = 2;
const CATEGORIES: &[DataCategory] = &[DataCategory::Housing, DataCategory::MentalHealth, DataCategory::Outcomes];
/// What referrals disclose.
const DISCLOSED: &[&[DataCategory]] = &[
    &[],
    &[DataCategory::Housing],
    &[DataCategory::MentalHealth],
    &[DataCategory::Housing, DataCategory::Outcomes],
    CATEGORIES,
];
const PURPOSES: &[Purpose] = &[Purpose::Referral, Purpose::CareCoordination, Purpose::Evaluation];
/// What is asked for: figures now and then, which show nobody anything.
const ASKED_FOR: &[Purpose] =
    &[Purpose::Referral, Purpose::Referral, Purpose::CareCoordination, Purpose::CareCoordination, Purpose::Evaluation];
const ROLES: &[Role] = &[
    Role::LinkWorker,
    Role::LinkWorker,
    Role::LinkWorker,
    Role::ListingEditor,
    Role::AgencyManager,
    Role::DataProtectionOfficer,
    Role::ServiceUser,
];
const BASES: &[LawfulBasis] = &[
    LawfulBasis::Consent,
    LawfulBasis::Consent,
    LawfulBasis::LegalObligation,
    LawfulBasis::SafeguardingDuty,
    LawfulBasis::PublicTask,
    LawfulBasis::LegitimateInterests,
    LawfulBasis::VitalInterests,
];

#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) account: Number,
    pub(crate) agency: Option<Number>,
    pub(crate) role: Role,
    pub(crate) span: Span,
}

#[derive(Clone, Debug)]
pub(crate) struct Team {
    pub(crate) agency: Number,
    pub(crate) places: Vec<(Number, Span)>,
}

/// Whose caseload: an account's or a team's.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Whose {
    Account(Number),
    Team(Number),
}

#[derive(Clone, Debug)]
pub(crate) struct OnCaseload {
    pub(crate) person: Number,
    pub(crate) agency: Number,
    pub(crate) whose: Whose,
    pub(crate) span: Span,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum KeptOut {
    Agency(Number),
    Account(Number),
}

#[derive(Clone, Debug)]
pub(crate) struct Bar {
    pub(crate) person: Number,
    pub(crate) whom: KeptOut,
    pub(crate) span: Span,
}

#[derive(Clone, Debug)]
pub(crate) struct Carer {
    pub(crate) person: Number,
    pub(crate) account: Number,
    pub(crate) span: Span,
}

#[derive(Clone, Debug)]
pub(crate) struct Flow {
    pub(crate) from: Number,
    pub(crate) to: Number,
    pub(crate) basis: LawfulBasis,
    pub(crate) covers: Vec<(DataCategory, Purpose)>,
}

/// A version of an agreement.
#[derive(Clone, Debug)]
pub(crate) struct Version {
    pub(crate) in_force: Vec<Span>,
    pub(crate) expires: i64,
    pub(crate) related_days: i32,
    pub(crate) flows: Vec<Flow>,
}

#[derive(Clone, Debug)]
pub(crate) struct Word {
    pub(crate) person: Number,
    pub(crate) denies: bool,
    pub(crate) agencies: Vec<Number>,
    pub(crate) categories: Vec<DataCategory>,
    pub(crate) purposes: Vec<Purpose>,
    pub(crate) span: Span,
    pub(crate) withdrawn: Option<i64>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Dealing {
    pub(crate) person: Number,
    pub(crate) agency: Number,
    pub(crate) opened: i64,
    pub(crate) closed: Option<i64>,
    /// What the referral discloses that brought it about; none where none did.
    pub(crate) discloses: Option<&'static [DataCategory]>,
}

#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) person: Number,
    pub(crate) agency: Number,
    pub(crate) category: DataCategory,
    /// Of a referral: to whom it was sent, where it was.
    pub(crate) party: Option<Number>,
}

/// Everything.
#[derive(Clone, Debug, Default)]
pub(crate) struct World {
    /// The account of each service user, where they have one.
    pub(crate) own_accounts: [Option<Number>; PEOPLE],
    pub(crate) members: Vec<Member>,
    pub(crate) teams: Vec<Team>,
    pub(crate) caseloads: Vec<OnCaseload>,
    pub(crate) bars: Vec<Bar>,
    pub(crate) carers: Vec<Carer>,
    pub(crate) versions: Vec<Version>,
    pub(crate) words: Vec<Word>,
    pub(crate) dealings: Vec<Dealing>,
    pub(crate) records: Vec<Record>,
    /// Headers of referrals.
    pub(crate) referrals: Vec<Record>,
}

/// A question.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Question {
    pub(crate) account: Number,
    pub(crate) agency: Option<Number>,
    pub(crate) purpose: Purpose,
    pub(crate) at: i64,
}

fn some_of<T: Copy>(dice: &mut Dice, all: &[T]) -> Vec<T> {
    all.iter().copied().filter(|_| !dice.one_in(3)).collect()
}

fn end_of_permit(dice: &mut Dice) -> Span {
    // A permit always says until when.
    let span = Span::any(dice);
    Span { ends: Some(span.ends.unwrap_or(FAR_OFF)), ..span }
}

impl World {
    /// A world in which agency 1's link worker 1 may see what agency 0 recorded of service user 0, and agency 0's link
    /// worker 0, by caseload and by team; service user 1 has an account of their own, 2, and cares for service user 0.
    pub(crate) fn whole() -> Self {
        let all = || CATEGORIES.iter().flat_map(|category| PURPOSES.iter().map(|purpose| (*category, *purpose)));
        let flow = |basis| Flow { from: 0, to: 1, basis, covers: all().collect() };
        let always = Span::ALWAYS;
        let records = (0..PEOPLE).flat_map(|person| {
            let of = move |agency| {
                CATEGORIES.iter().map(move |category| Record { person, agency, category: *category, party: None })
            };
            (0..AGENCIES).flat_map(of)
        });
        Self {
            own_accounts: [None, Some(2)],
            members: (0..2)
                .map(|number| Member { account: number, agency: Some(number), role: Role::LinkWorker, span: always })
                .collect(),
            teams: vec![Team { agency: 0, places: vec![(0, always)] }, Team { agency: 1, places: vec![(1, always)] }],
            caseloads: vec![OnCaseload { person: 0, agency: 0, whose: Whose::Account(0), span: always }],
            bars: Vec::new(),
            carers: vec![Carer { person: 0, account: 2, span: always }],
            versions: vec![Version {
                in_force: vec![always],
                expires: FAR_OFF,
                related_days: 30,
                flows: vec![flow(LawfulBasis::Consent)],
            }],
            words: vec![Word {
                person: 0,
                denies: false,
                agencies: vec![1],
                categories: CATEGORIES.to_vec(),
                purposes: PURPOSES.to_vec(),
                span: Span { ends: Some(FAR_OFF), ..always },
                withdrawn: None,
            }],
            dealings: vec![Dealing { person: 0, agency: 1, opened: LONG_AGO, closed: None, discloses: None }],
            records: records.collect(),
            referrals: vec![
                referral(0, 0, Some(1)),
                referral(1, 0, Some(1)),
                referral(0, 1, Some(0)),
                referral(0, 0, None),
            ],
        }
    }

    /// The world of a seed.
    pub(crate) fn of(dice: &mut Dice) -> Self {
        let mut world = Self::whole();
        for _ in 0..dice.below(6) {
            world.change(dice);
        }
        world
    }

    fn change(&mut self, dice: &mut Dice) {
        let (person, agency, account) = (dice.below(PEOPLE), dice.below(AGENCIES), dice.below(ACCOUNTS));
        match dice.below(32) {
            0 => {
                // An account is one person's own.
                self.own_accounts.iter_mut().filter(|own| **own == Some(account)).for_each(|own| *own = None);
                self.own_accounts[person] = if dice.one_in(2) { None } else { Some(account) };
            }
            1 => drop_one(dice, &mut self.members),
            2 => one(dice, &mut self.members, |member, dice| member.span = Span::any(dice)),
            3 => {
                let agency = if dice.one_in(4) { None } else { Some(agency) };
                self.members.push(Member { account, agency, role: dice.of(ROLES), span: Span::any(dice) });
            }
            4 => one(dice, &mut self.members, |member, dice| member.role = dice.of(ROLES)),
            5 => one(dice, &mut self.teams, |team, dice| team.places.push((dice.below(ACCOUNTS), Span::any(dice)))),
            6 => one(dice, &mut self.teams, |team, dice| {
                one(dice, &mut team.places, |place, dice| place.1 = Span::any(dice))
            }),
            7 => one(dice, &mut self.teams, |team, _| team.agency = agency),
            8 => drop_one(dice, &mut self.caseloads),
            9 => one(dice, &mut self.caseloads, |on, dice| on.span = Span::any(dice)),
            10 | 11 => {
                let whose = if dice.one_in(2) { Whose::Account(account) } else { Whose::Team(dice.below(TEAMS)) };
                self.caseloads.push(OnCaseload { person, agency, whose, span: Span::any(dice) });
            }
            12 => {
                let whom = if dice.one_in(2) { KeptOut::Agency(agency) } else { KeptOut::Account(account) };
                self.bars.push(Bar { person, whom, span: Span::any(dice) });
            }
            13 => self.carers.push(Carer { person, account, span: Span::any(dice) }),
            14 => one(dice, &mut self.carers, |carer, dice| carer.span = Span::any(dice)),
            15 => one(dice, &mut self.versions, |version, dice| {
                version.in_force = (0..dice.below(3)).map(|_| Span::any(dice)).collect();
            }),
            16 => one(dice, &mut self.versions, |version, dice| version.expires = instant(dice)),
            17 => one(dice, &mut self.versions, |version, dice| {
                one(dice, &mut version.flows, |flow, dice| flow.basis = dice.of(BASES));
            }),
            18 => one(dice, &mut self.versions, |version, dice| {
                one(dice, &mut version.flows, |flow, dice| flow.covers = some_of(dice, &flow.covers.clone()));
            }),
            19 => {
                let covers: Vec<_> = CATEGORIES
                    .iter()
                    .flat_map(|category| PURPOSES.iter().map(|purpose| (*category, *purpose)))
                    .collect();
                let flow = Flow {
                    from: dice.below(AGENCIES),
                    to: agency,
                    basis: dice.of(BASES),
                    covers: some_of(dice, &covers),
                };
                self.versions.push(Version {
                    in_force: vec![Span::any(dice)],
                    expires: FAR_OFF,
                    related_days: dice.of(&[0, 1, 30, 60]),
                    flows: vec![flow],
                });
            }
            20 => one(dice, &mut self.words, |word, dice| match dice.below(5) {
                0 => word.span = end_of_permit(dice),
                1 => word.withdrawn = Some(instant(dice)),
                2 => word.categories = some_of(dice, CATEGORIES),
                3 => word.purposes = some_of(dice, PURPOSES),
                _ => word.agencies = some_of(dice, &[0, 1, 2]),
            }),
            21 => {
                let denies = !dice.one_in(4);
                self.words.push(Word {
                    person,
                    denies,
                    agencies: some_of(dice, &[0, 1, 2]),
                    categories: some_of(dice, CATEGORIES),
                    purposes: some_of(dice, PURPOSES),
                    span: if denies { Span::any(dice) } else { end_of_permit(dice) },
                    withdrawn: if dice.one_in(2) { None } else { Some(instant(dice)) },
                });
            }
            22 => one(dice, &mut self.dealings, |dealing, dice| {
                dealing.opened = if dice.one_in(2) { LONG_AGO } else { instant(dice) };
                dealing.closed = if dice.one_in(3) { None } else { Some(instant(dice)) };
            }),
            23 => {
                // The caseload is the team's alone, and somebody is in it for a while.
                self.caseloads = vec![OnCaseload { person: 0, agency: 0, whose: Whose::Team(0), span: Span::ALWAYS }];
                one(dice, &mut self.teams[..1], |team, dice| team.places = vec![(0, Span::any(dice))]);
            }
            24 => {
                // A denial of all of it, and a basis that may bind.
                let said = Self::whole().words.remove(0);
                self.words.push(Word { denies: true, span: Span::any(dice), ..said });
                one(dice, &mut self.versions[..1], |version, dice| {
                    one(dice, &mut version.flows, |flow, dice| flow.basis = dice.of(BASES));
                });
            }
            25 => one(dice, &mut self.words, |word, dice| word.person = dice.below(PEOPLE)),
            26 => {
                // Whom the permit names is kept out.
                let whom = if dice.one_in(2) { KeptOut::Agency(1) } else { KeptOut::Account(1) };
                self.bars.push(Bar { person: 0, whom, span: Span::any(dice) });
            }
            27 => one(dice, &mut self.referrals, |referral, dice| {
                referral.party = if dice.one_in(3) { None } else { Some(dice.below(AGENCIES)) };
            }),
            28 => self.referrals.push(referral(person, agency, Some(dice.below(AGENCIES)))),
            29 => one(dice, &mut self.dealings, |dealing, dice| dealing.discloses = Some(dice.of(DISCLOSED))),
            30 => {
                let discloses = Some(dice.of(DISCLOSED));
                self.dealings.push(Dealing { person, agency, opened: instant(dice), closed: None, discloses });
            }
            _ => {
                self.dealings.push(Dealing { person, agency, opened: instant(dice), closed: None, discloses: None });
            }
        }
    }
}

/// The header of a referral of somebody, from an agency, to another where it was sent.
fn referral(person: Number, agency: Number, party: Option<Number>) -> Record {
    Record { person, agency, category: DataCategory::Outcomes, party }
}

fn one<T>(dice: &mut Dice, all: &mut [T], change: impl FnOnce(&mut T, &mut Dice)) {
    if !all.is_empty() {
        let at = dice.below(all.len());
        change(&mut all[at], dice);
    }
}

fn drop_one<T>(dice: &mut Dice, all: &mut Vec<T>) {
    if !all.is_empty() {
        all.remove(dice.below(all.len()));
    }
}

impl Question {
    pub(crate) fn of(dice: &mut Dice) -> Self {
        let account = dice.below(ACCOUNTS);
        let agency = match dice.below(6) {
            0 => None,
            1 => Some(dice.below(AGENCIES)),
            _ => Some(account),
        };
        Self { account, agency, purpose: dice.of(ASKED_FOR), at: instant(dice) }
    }
}
