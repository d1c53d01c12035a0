//! Small random worlds against a planner that tries every set of services, and what holds of any plan.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use chrono::TimeDelta;
use entity::enums::ReferralRoute;
use entity::ids::{LocationId, ServiceId};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use signpost::signposting::plan::{
    Candidate, Document, Documents, MOST_FALLBACKS, NeedSet, Plan, PlanQuestion, Standing, Step, Urgency, Why, plan,
    urgency,
};
use uuid::Uuid;

use super::{NEEDS, agency, at, question};

/// What one service of a random world is made of.
type Made = (u8, u16, Option<u8>, u8, Option<u8>, (u8, u8), Option<u8>, u8);

fn made() -> impl Strategy<Value = Made> {
    (
        0..4_u8,
        1..1024_u16,
        prop::option::weighted(0.4, 0..3_u8),
        0..6_u8,
        prop::option::weighted(0.7, 0..3_u8),
        (0..16_u8, 0..16_u8),
        prop::option::weighted(0.7, 0..4_u8),
        0..4_u8,
    )
}

/// The documents that services of a random world ask for and give.
const PAPERS: [Document; 4] = [Document::PhotoId, Document::BankAccount, Document::ProofOfAddress, Document::Referral];

fn papers(bits: u8) -> Documents {
    (0..4).filter(|bit| bits & (1 << bit) != 0).map(|bit| PAPERS[bit]).collect()
}

fn world(made: &[Made]) -> Vec<Candidate> {
    let candidate = |(number, made): (u128, &Made)| {
        let (of, needs, questions, score, building, (asks, gives), opens, ways) = *made;
        let agency = agency(char::from(b'a' + of));
        Candidate {
            service: ServiceId(Uuid::from_u128(agency.0.as_u128() * 100 + number)),
            service_name: format!("Service {number}"),
            agency,
            agency_name: format!("Agency {of}"),
            location: building.map(|building| LocationId(Uuid::from_u128(u128::from(building)))),
            // Three of four services meet one need or two, as in life.
            needs: (0..NEEDS.len()).filter(|need| needs & (1 << need) != 0).take(1 + usize::from(score % 3)).collect(),
            standing: questions.map_or(Standing::Fits, |questions| Standing::FitsIf { questions }),
            score: 100 + 90 * u32::from(score),
            distance_m: (score > 2).then_some(u32::from(score) * 100),
            remote: building.is_none() && score > 3,
            opens: opens.map(|days| at() + TimeDelta::days(i64::from(days))),
            wait_days: None,
            routes: match ways {
                0 => vec![ReferralRoute::AgencyReferral],
                1 => vec![ReferralRoute::Gateway, ReferralRoute::AgencyReferral],
                2 => vec![],
                _ => vec![ReferralRoute::AgencyReferral, ReferralRoute::SelfReferral],
            },
            gateway: None,
            // Two of three ask for nothing.
            asks: if asks < 11 { Vec::new() } else { vec![papers(asks & 3 | 1), papers(asks & 12 | 4)] },
            provides: papers(if gives < 8 { 0 } else { gives }),
        }
    };
    (1..).zip(made).map(candidate).collect()
}

fn asked() -> impl Strategy<Value = (usize, usize, u8, u8)> {
    (1..6_usize, prop_oneof![Just(12_usize), 1..4_usize], 0..16_u8, 0..4_u8)
}

fn asking((needs, most_steps, has, turned): (usize, usize, u8, u8)) -> PlanQuestion {
    let words: Vec<&str> = NEEDS.iter().map(|need| need.0).cycle().skip(usize::from(turned)).take(needs).collect();
    PlanQuestion { has: papers(if has < 8 { 0 } else { has }), most_steps, ..question(&words.join(",")) }
}

/// Whether a service fits, and its open questions where it only fits if.
fn questions(candidate: &Candidate) -> Option<u8> {
    match candidate.standing {
        Standing::Fits => None,
        Standing::FitsIf { questions } => Some(questions),
    }
}

fn meets(candidate: &Candidate, need: usize) -> bool {
    candidate.needs.contains(need)
}

/// Whether a service is good enough for a need, straight from the rule.
fn good_enough(world: &[Candidate], candidate: &Candidate, need: usize) -> bool {
    let others: Vec<&Candidate> = world.iter().filter(|other| meets(other, need)).collect();
    let sure = |one: &Candidate| questions(one).is_none();
    let surer = others.iter().any(|other| sure(other) && !sure(candidate));
    let twice_as_good = others.iter().any(|other| sure(other) == sure(candidate) && other.score > candidate.score * 2);
    meets(candidate, need) && !surer && !twice_as_good
}

/// What a set of services is worth: first what has to be exact, then the rest. Less is better.
type Worth = ((usize, Vec<usize>, usize, usize, usize, u32), (usize, usize, Reverse<u32>, Vec<ServiceId>));

fn worth(asked: &PlanQuestion, world: &[Candidate], set: &[&Candidate]) -> Worth {
    let (mut left_out, mut settled, mut maybes, mut score) = (Vec::new(), 0, 0, 0);
    for need in 0..asked.needs.len() {
        let key = |one: &&&Candidate| (!good_enough(world, one, need), one.standing, Reverse(one.score));
        match set.iter().filter(|one| meets(one, need)).min_by_key(key) {
            None => left_out.push(need),
            Some(by) => {
                settled += usize::from(!good_enough(world, by, need));
                maybes += usize::from(questions(by).is_some());
                score += by.score;
            }
        }
    }
    let of = |rank: Urgency| left_out.iter().filter(|need| urgency(&asked.needs[**need].key) == rank).count();
    let urgent = [Urgency::Now, Urgency::Today, Urgency::Soon, Urgency::Later].map(of).to_vec();
    let agencies: BTreeSet<_> = set.iter().map(|one| one.agency).collect();
    let buildings: BTreeSet<_> = set.iter().filter_map(|one| one.location).collect();
    let outside = set.iter().filter(|one| one.location.is_none()).count();
    let mut ids: Vec<ServiceId> = set.iter().map(|one| one.service).collect();
    ids.sort_unstable();
    let open = set.iter().filter_map(|one| questions(one)).map(u32::from).sum();
    (
        (left_out.len(), urgent, settled, agencies.len(), maybes, open),
        (buildings.len() + outside, set.len(), Reverse(score), ids),
    )
}

/// The best there is, by trying all sets.
fn best(asked: &PlanQuestion, world: &[Candidate]) -> Worth {
    let sets =
        (0..1_u32 << world.len()).filter(|set| set.count_ones() as usize <= asked.most_steps.min(asked.needs.len()));
    let set =
        |bits: u32| (0..world.len()).filter(|one| bits & (1 << one) != 0).map(|one| &world[one]).collect::<Vec<_>>();
    sets.map(|bits| worth(asked, world, &set(bits))).min().unwrap()
}

fn found<'a>(world: &'a [Candidate], plan: &Plan) -> Vec<&'a Candidate> {
    world.iter().filter(|one| plan.steps.iter().any(|step| step.service == one.service)).collect()
}

fn of_step<'a>(world: &'a [Candidate], step: &Step) -> &'a Candidate {
    world.iter().find(|one| one.service == step.service).unwrap()
}

proptest! {
    // The same worlds each time: what is exact by construction is asked of random ones below. That
    // the few ways that are kept hold the best to the last line too is seen, not proved.
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(2026), ..ProptestConfig::with_cases(1500) })]

    #[test]
    fn a_plan_is_the_best_of_all_sets_to_the_last_line(asked in asked(), made in prop::collection::vec(made(), 0..9)) {
        let (asked, world) = (asking(asked), world(&made));
        let plan = plan(&asked, &world).unwrap();
        prop_assert_eq!(worth(&asked, &world, &found(&world, &plan)), best(&asked, &world));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn a_plan_is_the_best_of_all_sets(asked in asked(), made in prop::collection::vec(made(), 0..9)) {
        let (asked, world) = (asking(asked), world(&made));
        let plan = plan(&asked, &world).unwrap();
        prop_assert_eq!(worth(&asked, &world, &found(&world, &plan)).0, best(&asked, &world).0);
    }

    /// With more needs fewer ways are kept, which must not touch what is exact.
    #[test]
    fn many_needs_are_met_as_well_by_as_few(
        (needs, most_steps) in (7..=NEEDS.len(), prop_oneof![Just(12_usize), 2..6_usize]),
        made in prop::collection::vec(made(), 0..10),
    ) {
        let (asked, world) = (asking((needs, most_steps, 0, 0)), world(&made));
        let plan = plan(&asked, &world).unwrap();
        prop_assert_eq!(worth(&asked, &world, &found(&world, &plan)).0, best(&asked, &world).0);
    }

    #[test]
    fn every_need_is_met_once_or_named(asked in asked(), made in prop::collection::vec(made(), 0..30)) {
        let (asked, world) = (asking(asked), world(&made));
        let plan = plan(&asked, &world).unwrap();
        let mut seen = vec![0; asked.needs.len()];
        for step in &plan.steps {
            prop_assert!(!step.covers.is_empty());
            prop_assert_eq!(step.covers.and(step.also_covers), NeedSet::default());
            let all: NeedSet = (0..asked.needs.len()).collect();
            prop_assert_eq!(step.covers.or(step.also_covers), of_step(&world, step).needs.and(all));
            step.covers.iter().for_each(|need| seen[need] += 1);
        }
        plan.uncovered.iter().for_each(|one| seen[one.need] += 1);
        prop_assert_eq!(seen, vec![1; asked.needs.len()]);
        prop_assert!(plan.steps.len() <= asked.most_steps);
        let agencies: BTreeSet<_> = plan.steps.iter().map(|step| step.agency).collect();
        prop_assert_eq!(agencies.len(), plan.agencies);
    }

    #[test]
    fn what_gives_comes_before_what_asks(asked in asked(), made in prop::collection::vec(made(), 0..14)) {
        let (asked, world) = (asking(asked), world(&made));
        let plan = plan(&asked, &world).unwrap();
        for (index, step) in plan.steps.iter().enumerate() {
            let candidate = of_step(&world, step);
            let urgent = step.covers.iter().any(|need| urgency(&asked.needs[need].key) == Urgency::Now);
            let circles = step.why.iter().filter(|reason| matches!(reason.about, Why::Circle(_))).count();
            let mut wants = candidate.asks.clone();
            if step.route == Some(ReferralRoute::AgencyReferral) {
                wants.push(Documents::of(&[Document::Referral]));
            }
            wants.retain(|any_of| any_of.and(asked.has.or(candidate.provides)).is_empty());
            wants.sort_unstable();
            wants.dedup();
            let mut against = 0;
            for any_of in wants {
                let gives = |other: &usize| !of_step(&world, &plan.steps[*other]).provides.and(any_of).is_empty();
                let before = (0..index).any(|other| gives(&other));
                let after = (index + 1..plan.steps.len()).any(|other| gives(&other));
                let told = step.waits_for.iter().any(|waits| any_of.contains(waits.what) && waits.step < index && gives(&waits.step));
                prop_assert_eq!(before, told);
                prop_assert_eq!(!before, step.missing.contains(&any_of));
                against += usize::from(!before && after && !urgent);
            }
            prop_assert_eq!(against, circles, "what does not wait is urgent or says that it is in a circle");
        }
    }

    #[test]
    fn a_circle_is_one(asked in asked(), made in prop::collection::vec(made(), 0..14)) {
        let (asked, world) = (asking(asked), world(&made));
        let plan = plan(&asked, &world).unwrap();
        for (index, step) in plan.steps.iter().enumerate() {
            for reason in &step.why {
                let Why::Circle(waits) = &reason.about else { continue };
                prop_assert!(waits.step > index);
                // From what it goes without one comes back to it by what waits for what.
                let mut reached = BTreeSet::from([waits.step]);
                for _ in 0..plan.steps.len() {
                    for from in reached.clone() {
                        reached.extend(plan.steps[from].waits_for.iter().map(|waits| waits.step));
                        reached.extend(plan.steps[from].why.iter().filter_map(|reason| match &reason.about {
                            Why::Circle(waits) => Some(waits.step),
                            _ => None,
                        }));
                    }
                }
                prop_assert!(reached.contains(&index), "{:?}", plan.steps);
            }
        }
    }

    #[test]
    fn the_order_of_the_candidates_does_not_matter(
        asked in asked(),
        (made, shuffled) in prop::collection::vec(made(), 0..25).prop_flat_map(|made| {
            let order = Just((0..made.len()).collect::<Vec<_>>()).prop_shuffle();
            (Just(made), order)
        }),
    ) {
        let (asked, world) = (asking(asked), world(&made));
        let turned: Vec<Candidate> = shuffled.iter().map(|index| world[*index].clone()).collect();
        prop_assert_eq!(plan(&asked, &world).unwrap(), plan(&asked, &turned).unwrap());
    }

    #[test]
    fn one_more_candidate_never_takes_a_need_away(asked in asked(), made in prop::collection::vec(made(), 1..25)) {
        let (asked, world) = (asking(asked), world(&made));
        let fewer = plan(&asked, &world[1..]).unwrap().uncovered.len();
        prop_assert!(plan(&asked, &world).unwrap().uncovered.len() <= fewer);
    }

    #[test]
    fn fallbacks_are_others_for_the_same(asked in asked(), made in prop::collection::vec(made(), 0..25)) {
        let (asked, world) = (asking(asked), world(&made));
        let plan = plan(&asked, &world).unwrap();
        for step in &plan.steps {
            let others = world.iter().filter(|one| {
                !one.needs.and(step.covers).is_empty() && plan.steps.iter().all(|step| step.service != one.service)
            });
            prop_assert_eq!(step.fallbacks.len(), others.count().min(MOST_FALLBACKS));
            let own: Vec<bool> = step.fallbacks.iter().map(|one| one.agency == step.agency).collect();
            prop_assert!(own.is_sorted(), "another agency first");
            for fallback in &step.fallbacks {
                prop_assert!(plan.steps.iter().all(|step| step.service != fallback.service));
                prop_assert!(!fallback.covers.is_empty() && fallback.covers.and(step.covers) == fallback.covers);
            }
        }
    }

    #[test]
    fn every_sentence_is_one(asked in asked(), made in prop::collection::vec(made(), 0..14)) {
        let (asked, world) = (asking(asked), world(&made));
        let plan = plan(&asked, &world).unwrap();
        let reasons = plan.steps.iter().flat_map(|step| {
            step.why.iter().map(|reason| &reason.words).chain(step.fallbacks.iter().map(|fallback| &fallback.why))
        });
        for words in reasons.chain(plan.uncovered.iter().map(|one| &one.words)).chain([&plan.summary]) {
            prop_assert!(words.starts_with(|first: char| first.is_uppercase() || first.is_ascii_digit()) && words.ends_with('.'), "{words}");
            prop_assert!(!words.contains("  ") && !words.contains("step 0") && !words.contains(" ."), "{words}");
        }
    }
}
