//! Flows are kept so that a decision looks at those only that bear on a row: it comes to the same as looking at all of them.

use std::collections::{BTreeMap, BTreeSet};

use entity::enums::{DataCategory, LawfulBasis, Purpose};
use entity::ids::{AgencyId, AgreementId, AgreementVersionId};
use entity::instants::Millis;
use signpost::access::rule::decide::{Ground, ground, ground_by, ground_of_referral, ground_of_referral_by};
use signpost::access::rule::facts::{Facts, Flow};
use signpost::access::rule::flows::Flows;
use signpost::access::rule::sight::{Sight, flowing_from_others, is_theirs, shared_by_others, sight};
use signpost::access::rule::{Ask, Clause, Over, REFERRAL_HEADER, Row, Rule, WAYS, Ways};
use uuid::Uuid;

use super::stored::{Ids, facts};
use super::world::{AGENCIES, Dice, PEOPLE, Question, World};

/// Worlds that are looked at.
const WORLDS: u64 = 2_000;

fn agency(number: usize) -> AgencyId {
    AgencyId(Uuid::from_u128(u128::try_from(number).unwrap() + 1))
}

/// Any flows at all, in any order.
fn any_flows(dice: &mut Dice) -> Vec<Flow> {
    let flow = |dice: &mut Dice, number: usize| Flow {
        agreement: AgreementId(Uuid::from_u128(u128::try_from(number).unwrap())),
        epoch: 0,
        changed: Millis(0),
        version: AgreementVersionId(Uuid::from_u128(u128::try_from(number).unwrap())),
        from: agency(dice.below(4)),
        to: agency(dice.below(4)),
        basis: LawfulBasis::Consent,
        category: dice.of(&DataCategory::ALL[..5]),
        purpose: dice.of(Purpose::ALL),
        related_days: 30,
        begins: Millis(0),
        ends: None,
        expires: Millis(1),
    };
    (0..dice.below(40)).map(|number| flow(dice, number)).collect()
}

#[test]
fn what_is_looked_up_is_what_a_look_at_each_finds() {
    let mut found = 0;
    for seed in 0..500 {
        let given = any_flows(&mut Dice(seed));
        let kept: Flows = given.iter().copied().collect();
        assert_eq!(kept.len(), given.len());
        for from in (0..5).map(agency) {
            let mut theirs: Vec<Flow> = given.iter().copied().filter(|flow| flow.from == from).collect();
            for category in DataCategory::ALL {
                let wanted: Vec<Flow> = theirs.iter().copied().filter(|flow| flow.category == *category).collect();
                assert_eq!(kept.of_category(from, *category), wanted, "{given:#?}");
                found += wanted.len();
            }
            theirs.sort_by_key(|flow| flow.category);
            assert_eq!(kept.from_agency(from), theirs, "{given:#?}");
        }
        let sources: Vec<AgencyId> = kept.sources().collect();
        let wanted: BTreeSet<AgencyId> = given.iter().map(|flow| flow.from).collect();
        assert_eq!(sources, wanted.into_iter().collect::<Vec<_>>());
        let sorts: Vec<(AgencyId, DataCategory)> = kept.sorts().collect();
        let wanted: BTreeSet<(AgencyId, DataCategory)> = given.iter().map(|flow| (flow.from, flow.category)).collect();
        assert_eq!(sorts, wanted.into_iter().collect::<Vec<_>>());
    }
    assert!(found > 1_000, "{found}");
}

/// What a part of a rule demands of a flow is what is looked up, and nothing more.
#[test]
fn the_rule_says_which_flows_bear_on_a_row() {
    let flows: Flows = any_flows(&mut Dice(7)).into_iter().collect();
    let (from, category) = flows.sorts().next().unwrap();
    let is = Rule::Is;
    let both = Rule::All(vec![is(Clause::FlowOfCategory), is(Clause::FlowFromRow)]);
    let bear = |rule: &Rule| flows.that_bear_on(rule, from, category).to_vec();
    assert_eq!(bear(&both), flows.of_category(from, category));
    assert_eq!(bear(&Rule::Some(Over::Flows, Box::new(both.clone()))), flows.of_category(from, category));
    assert_eq!(bear(&WAYS.shared), flows.of_category(from, category));
    assert_eq!(bear(&WAYS.party), flows.from_agency(from));
    assert_eq!(bear(&is(Clause::FlowFromRow)), flows.from_agency(from));
    let loose = [
        is(Clause::FlowOfCategory),
        is(Clause::FlowToAgency),
        Rule::Any(vec![both.clone(), is(Clause::FlowBegun)]),
        Rule::Not(Box::new(both)),
        Rule::All(Vec::new()),
        Rule::Any(Vec::new()),
    ];
    for rule in loose {
        assert_eq!(bear(&rule), flows.to_vec(), "{rule:?}");
    }
}

/// The same rule, so written that every flow is looked at.
fn looking_at_all(rule: &Rule) -> Rule {
    let each = |parts: &[Rule]| -> Vec<Rule> { parts.iter().map(looking_at_all).collect() };
    match rule {
        Rule::All(parts) => Rule::All(each(parts)),
        Rule::Any(parts) => Rule::Any(each(parts)),
        Rule::Not(part) => Rule::Not(Box::new(looking_at_all(part))),
        Rule::Some(Over::Flows, part) => Rule::Some(Over::Flows, Box::new(Rule::Any(vec![looking_at_all(part)]))),
        Rule::Some(over, part) => Rule::Some(*over, Box::new(looking_at_all(part))),
        Rule::Is(clause) => Rule::Is(*clause),
    }
}

/// What may be seen, by a look at every agency and category there is.
fn sight_by_each(ask: &Ask, of: &Row, agencies: &[AgencyId], known: &Facts) -> Sight {
    if is_theirs(ask, of.service_user, known) {
        return Sight::Everything;
    }
    let Some(own) = ask.agency else { return Sight::nothing() };
    let mut rows: BTreeMap<AgencyId, BTreeSet<DataCategory>> = BTreeMap::new();
    for agency in agencies {
        for category in DataCategory::ALL {
            if ground(ask, &Row::of(of.service_user, *agency, *category), known).is_some() {
                rows.entry(*agency).or_default().insert(*category);
            }
        }
    }
    let header = |agency: AgencyId, party: Option<AgencyId>| {
        let row = Row { service_user: of.service_user, agency, category: REFERRAL_HEADER, party };
        ground_of_referral(ask, &row, known).is_some()
    };
    let received = agencies.iter().filter(|from| header(**from, Some(own))).map(|from| (*from, own)).collect();
    Sight::Of { rows, sent: header(own, None).then_some(own), received }
}

#[test]
fn a_decision_comes_to_the_same_as_one_that_looks_at_every_flow() {
    let all = Ways { shared: looking_at_all(&WAYS.shared), party: looking_at_all(&WAYS.party), ..(*WAYS).clone() };
    assert_ne!(all, *WAYS);
    let (mut shared, mut parties, mut withheld) = (0, 0, 0);
    for seed in 0..WORLDS {
        let mut dice = Dice(seed | (1 << 41));
        let (world, ids) = (World::of(&mut dice), Ids(seed));
        let known = facts(&world, ids);
        let question = Question::of(&mut dice);
        let ask = ids.ask(question);
        let told = || format!("world {seed}: {question:?}\n{world:#?}");
        for record in &world.records {
            let row = ids.row(record);
            let seen = ground(&ask, &row, &known);
            assert_eq!(seen, ground_by(&all, &ask, &row, &known), "{record:?} {}", told());
            shared += usize::from(matches!(seen, Some(Ground::Shared { .. })));
        }
        for header in &world.referrals {
            let row = ids.row(header);
            let seen = ground_of_referral(&ask, &row, &known);
            assert_eq!(seen, ground_of_referral_by(&all, &ask, &row, &known), "{header:?} {}", told());
            parties += usize::from(matches!(seen, Some(Ground::Party { .. })));
        }
        // In the order of their ids, as what is received stands.
        let agencies: Vec<AgencyId> = (0..=AGENCIES).map(|number| ids.agency(number)).collect();
        for person in (0..PEOPLE).map(|number| ids.person(number)) {
            let row = Row::of(person, agencies[0], DataCategory::Identity);
            assert_eq!(sight(&ask, person, &known), sight_by_each(&ask, &row, &agencies, &known), "{}", told());
            let others = || agencies.iter().filter(|agency| Some(**agency) != ask.agency);
            let is_shared = |category: &DataCategory| {
                let of = |agency: &AgencyId| ground(&ask, &Row::of(person, *agency, *category), &known);
                others().any(|agency| matches!(of(agency), Some(Ground::Shared { .. })))
            };
            let wanted: BTreeSet<DataCategory> = DataCategory::ALL.iter().copied().filter(is_shared).collect();
            assert_eq!(shared_by_others(&ask, person, &known), wanted, "{}", told());
            // What is shared flows, and is not withheld.
            let flowing = flowing_from_others(&ask, &known);
            assert!(wanted.is_subset(&flowing), "{}", told());
            withheld += flowing.difference(&wanted).count();
        }
    }
    assert!(shared > 50 && parties > 20 && withheld > 50, "{shared}, {parties}, {withheld}");
}
