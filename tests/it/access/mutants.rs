//! The rule, broken in each of its parts: the oracle must tell each time.

use signpost::access::rule::decide::{ground_by, ground_of_referral_by, holds};
use signpost::access::rule::{Clause, Over, Rule, WAYS, Ways};

use super::oracle::{may_see, may_see_referral};
use super::stored::{Ids, facts};
use super::world::{Dice, Question, World};

/// Most worlds that a broken rule may take to be found.
const MOST: u64 = 20_000;

/// What says the same though it is broken: where a denial is taken for a permit, that denial stands against the flow all the
/// same, for no basis is both consent and binding.
const SAME: &[&str] = &["shared: dropped: ConsentPermits"];

/// What always holds, and what never does.
fn always() -> Rule {
    Rule::All(Vec::new())
}

fn never() -> Rule {
    Rule::Any(Vec::new())
}

/// Every way to break a rule in one place, with what was done.
fn broken(rule: &Rule) -> Vec<(String, Rule)> {
    let parts = |parts: &[Rule], whole: fn(Vec<Rule>) -> Rule| {
        let mut all = Vec::new();
        for at in 0..parts.len() {
            for (what, part) in broken(&parts[at]) {
                let mut parts = parts.to_vec();
                parts[at] = part;
                all.push((what, whole(parts)));
            }
        }
        all
    };
    let mut all = match rule {
        Rule::All(of) => parts(of, Rule::All),
        Rule::Any(of) => parts(of, Rule::Any),
        Rule::Not(of) => broken(of).into_iter().map(|(what, of)| (what, Rule::Not(Box::new(of)))).collect(),
        Rule::Some(over, of) => {
            let over = *over;
            broken(of).into_iter().map(|(what, of)| (what, Rule::Some(over, Box::new(of)))).collect()
        }
        Rule::Is(_) => Vec::new(),
    };
    match rule {
        Rule::All(of) if of.len() > 1 => {
            all.push((format!("any instead of all: {}", name(rule)), Rule::Any(of.clone())))
        }
        Rule::Any(of) if of.len() > 1 => {
            all.push((format!("all instead of any: {}", name(rule)), Rule::All(of.clone())))
        }
        Rule::All(_) | Rule::Any(_) => {}
        Rule::Not(of) => {
            all.push((format!("without its not: {}", name(of)), (**of).clone()));
            all.push((format!("dropped: not {}", name(of)), always()));
        }
        Rule::Some(over, _) => {
            all.push((format!("any of {over:?} will do: {}", name(rule)), always()));
            all.push((format!("no {over:?} will do: {}", name(rule)), never()));
        }
        Rule::Is(clause) => {
            all.push((format!("turned round: {clause:?}"), Rule::Not(Box::new(Rule::Is(*clause)))));
            all.push((format!("dropped: {clause:?}"), always()));
            all.push((format!("never: {clause:?}"), never()));
        }
    }
    all
}

/// The first clause of a part, which names it well enough.
fn name(rule: &Rule) -> String {
    match rule {
        Rule::All(of) | Rule::Any(of) => of.first().map(name).unwrap_or_default(),
        Rule::Not(of) => format!("not {}", name(of)),
        Rule::Some(over, of) => format!("{over:?} {}", name(of)),
        Rule::Is(clause) => format!("{clause:?}"),
    }
}

/// Every way to break the rule, with the way of seeing that it breaks.
fn all_broken() -> Vec<(String, Ways)> {
    let ways = &*WAYS;
    let mut all = Vec::new();
    let mut of = |way: &str, rule: &Rule, put: fn(&mut Ways, Rule)| {
        for (what, rule) in broken(rule) {
            let mut broken = ways.clone();
            put(&mut broken, rule);
            all.push((format!("{way}: {what}"), broken));
        }
    };
    of("own record", &ways.own_record, |ways, rule| ways.own_record = rule);
    of("proxy", &ways.proxy, |ways, rule| ways.proxy = rule);
    of("own agency", &ways.own_agency, |ways, rule| ways.own_agency = rule);
    of("shared", &ways.shared, |ways, rule| ways.shared = rule);
    of("party", &ways.party, |ways, rule| ways.party = rule);
    all
}

/// How many worlds it takes until the oracle tells that a rule is broken.
fn worlds_until_told(ways: &Ways) -> Option<u64> {
    let (rule, rule_of_referrals) = (ways.rule(), ways.rule_of_referrals());
    (0..MOST).find(|seed| {
        let mut dice = Dice(*seed);
        let (world, ids) = (World::of(&mut dice), Ids(*seed));
        let known = facts(&world, ids);
        let question = Question::of(&mut dice);
        let ask = ids.ask(question);
        let told = |record| {
            let (row, wanted) = (ids.row(record), may_see(&world, question, record));
            holds(&rule, &ask, &row, &known) != wanted || ground_by(ways, &ask, &row, &known).is_some() != wanted
        };
        let told_of_referral = |header| {
            let (row, wanted) = (ids.row(header), may_see_referral(&world, question, header));
            holds(&rule_of_referrals, &ask, &row, &known) != wanted
                || ground_of_referral_by(ways, &ask, &row, &known).is_some() != wanted
        };
        world.records.iter().any(told) || world.referrals.iter().any(told_of_referral)
    })
}

fn count(rule: &Rule, clauses: &mut Vec<Clause>, kinds: &mut Vec<Over>) {
    match rule {
        Rule::All(of) | Rule::Any(of) => of.iter().for_each(|of| count(of, clauses, kinds)),
        Rule::Not(of) => count(of, clauses, kinds),
        Rule::Some(over, of) => {
            kinds.push(*over);
            count(of, clauses, kinds);
        }
        Rule::Is(clause) => clauses.push(*clause),
    }
}

/// `cargo test --test it access::mutants -- --nocapture` prints the table.
#[test]
fn whichever_part_of_the_rule_is_broken_it_is_told() {
    let (mut clauses, mut kinds) = (Vec::new(), Vec::new());
    count(&WAYS.rule(), &mut clauses, &mut kinds);
    count(&WAYS.party, &mut clauses, &mut kinds);
    for clause in Clause::ALL {
        assert!(clauses.contains(clause), "{clause:?} stands nowhere in the rule");
    }
    for over in Over::ALL {
        assert!(kinds.contains(over), "the rule never looks at {over:?}");
    }
    let all = all_broken();
    assert!(all.len() > 3 * clauses.len(), "{}", all.len());
    let mut untold = Vec::new();
    for (what, ways) in &all {
        match worlds_until_told(ways) {
            Some(worlds) => eprintln!("{:>6} worlds  {what}", worlds + 1),
            None => untold.push(what.as_str()),
        }
    }
    assert_eq!(untold, SAME, "of {}", all.len());
}
