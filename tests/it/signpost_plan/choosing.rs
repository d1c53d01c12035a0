//! Which services: one table of small worlds for each rule, from the rule that is asked first.

use super::{candidates, name_of, planned, question, service, short, words};
use signpost::signposting::plan::{MOST_NEEDS, NoStep, PlanError, plan};

/// Worlds with the plan that is right, and why.
const TABLE: &[(&str, &str, &str, &str)] = &[
    // As many needs as possible.
    ("a plan of one", "food", "a1 food fits", "a1:food"),
    ("nobody", "food", "", ""),
    ("what is not asked is not planned", "food", "a1 debt fits", ""),
    ("two agencies when one cannot do it", "food,id", "a1 food fits\nb1 id fits", "a1:food b1:id"),
    ("a maybe when there is nothing else", "food", "a1 food if9 1", "a1:food"),
    // As few agencies as possible.
    ("one agency for two", "food,id", "a1 food fits\nb1 id fits\nc1 food,id fits 400", "c1:food,id"),
    (
        "also with two services",
        "food,id",
        "a1 food fits\nb1 id fits\nc1 food fits 400\nc2 id fits 400",
        "c1:food c2:id",
    ),
    (
        "two for four rather than three",
        "food,id,bank,work",
        "a1 food,id,bank fits 900\nb1 work fits 900\nc1 food,id fits\nd1 bank fits\ne1 work fits",
        "a1:food,id,bank b1:work",
    ),
    (
        "the greedy choice is not the best",
        "food,id,bank,work,debt,post",
        "a1 food,id,bank,work fits\nb1 food,id,debt fits\nc1 bank,work,post fits\nd1 debt fits\ne1 post fits",
        "b1:food,id,debt c1:bank,work,post",
    ),
    // But not at any price: nobody is sent to a maybe while there is a yes,
    ("sure before few", "food,id", "a1 food,id if1 900\nb1 food fits\nc1 id fits", "b1:food c1:id"),
    ("sure where it can be", "food,id", "a1 food,id if1\nb1 food fits\nc1 id if1", "b1:food a1:id"),
    ("one maybe for two maybes", "food,id", "a1 food,id if3 400\nb1 food if1\nc1 id if1", "a1:food,id"),
    ("no maybe of the same agency", "food,id", "a1 food fits\na2 id if1\nb1 id fits", "a1:food b1:id"),
    // nor to a place that is not half as good.
    ("far and poor", "food,id", "a1 food,id fits 249\nb1 food fits\nc1 id fits", "b1:food c1:id"),
    ("half as good will do", "food,id", "a1 food,id fits 250\nb1 food fits\nc1 id fits", "a1:food,id"),
    ("poor for one of two", "food,id", "a1 food,id fits 300\nb1 food fits 900", "b1:food a1:id"),
    // Fewer questions.
    ("fewer questions", "food", "a1 food if3 900\nb1 food if1 600", "b1:food"),
    // Fewer visits, then fewer steps.
    (
        "one building of one agency",
        "food,id",
        "a1 food fits 900 @1\na2 id fits 900 @2\na3 food fits 600 @2",
        "a3:food a2:id",
    ),
    (
        "one building of two agencies",
        "food,id",
        "a1 food fits 900 @1\nb1 id fits 900 @2\nc1 id fits 600 @1",
        "a1:food c1:id",
    ),
    (
        "the building decides among many ways that are as good before it",
        "food,id,bank",
        "a1 food,id fits 500 @1\nb1 food,id fits 500 @2\nc1 food,id fits 500 @3\nd1 food,id fits 500 @4\n\
         e1 bank fits 500 @5\nf1 food fits 900 @6\ng1 id,bank fits 500 @6",
        "f1:food g1:id,bank",
    ),
    (
        "one service rather than two in the building",
        "food,id",
        "a1 food fits 900 @1\na2 id fits 900 @1\na3 food,id fits 600 @1",
        "a3:food,id",
    ),
    ("no building is not one building", "food,id", "a1 food fits\na2 id fits\na3 food,id fits 300", "a3:food,id"),
    // More points, then the lower id.
    ("more points", "food", "a1 food fits 500\nb1 food fits 501", "b1:food"),
    ("points for each need", "food,id", "a1 food,id fits 500\nb1 food,id fits 501", "b1:food,id"),
    ("the lower id", "food", "b1 food fits\na2 food fits\na1 food fits", "a1:food"),
];

#[test]
fn each_rule_decides_what_the_ones_before_it_leave_open() {
    for (rule, needs, lines, expected) in TABLE {
        let question = question(needs);
        let plan = planned(&question, lines);
        assert_eq!(short(&question, &plan), *expected, "{rule}");
    }
}

#[test]
fn when_steps_are_scarce_the_most_needs_win_and_of_as_many_the_urgent_ones() {
    let table = [
        // Three needs in one step, though of a maybe, rather than two that are sure.
        (1, "food,id,bank", "a1 food,id fits\nb1 food,id,bank if2", "b1:food,id,bank"),
        (1, "work,food", "a1 work fits 900\nb1 food fits", "b1:food"),
        (1, "work,bed,food,id", "a1 work,id fits\nb1 food,work fits\nc1 bed,work fits", "c1:work,bed"),
        (2, "work,bed,food", "a1 work fits\nb1 food fits\nc1 bed fits", "c1:bed b1:food"),
        // As many needs, and sure ones, before fewer agencies.
        (2, "food,id,bank", "a1 food,id if1\nb1 food,id fits\nc1 bank fits\na2 bank if1", "b1:food,id c1:bank"),
        // One maybe has to be, so as few as can be.
        (2, "food,id,bank", "a1 food,id if1\nb1 food fits\nc1 bank fits\nd1 id fits", "a1:food,id c1:bank"),
    ];
    for (steps, needs, lines, expected) in table {
        let mut question = question(needs);
        question.most_steps = steps;
        let plan = planned(&question, lines);
        assert_eq!(short(&question, &plan), expected, "{steps} steps, {lines}");
    }
}

#[test]
fn what_stays_uncovered_says_why() {
    let mut question = question("food,id,bank");
    question.needs[1].nearly = true;
    question.most_steps = 1;
    let plan = planned(&question, "a1 food fits");
    let found: Vec<_> = plan.uncovered.iter().map(|one| (one.need, one.because)).collect();
    assert_eq!(found, [(1, NoStep::SomethingHasToGive), (2, NoStep::Nothing)]);
    let plan = planned(&question, "a1 food fits\nb1 id fits\nb2 id fits");
    let found: Vec<_> = plan.uncovered.iter().map(|one| (one.need, one.because)).collect();
    assert_eq!(found, [(1, NoStep::TooFewSteps), (2, NoStep::Nothing)]);
    assert_eq!(plan.uncovered[0].words, "There is somebody for “Photo ID”, but not within 1 step.");
    assert_eq!(plan.uncovered[1].words, "We know of nobody within reach for “Opening a bank account”.");
}

#[test]
fn a_need_has_one_step_and_others_that_meet_it_too_say_so() {
    let question = question("food,id,bank");
    let plan = planned(&question, "a1 food,id fits 500\nb1 id,bank fits 600");
    assert_eq!(short(&question, &plan), "a1:food b1:id,bank");
    assert_eq!(words(&question, plan.steps[0].also_covers), "id");
    assert_eq!(words(&question, plan.steps[1].also_covers), "");
    assert_eq!(plan.agencies, 2);
}

#[test]
fn fallbacks_come_from_another_agency_first_and_are_never_steps() {
    let question = question("food,id");
    let plan = planned(
        &question,
        "a1 food,id fits 900\na2 food,id fits 890\na3 food fits 880\nb1 food fits 600\nc1 food,id fits 500\nd1 id if2 800\nb2 debt fits",
    );
    assert_eq!(short(&question, &plan), "a1:food,id");
    let fallbacks: Vec<_> = plan.steps[0]
        .fallbacks
        .iter()
        .map(|one| format!("{}:{}", name_of(one.service), words(&question, one.covers)))
        .collect();
    // Most of the same needs, then merit: fits before fits if.
    assert_eq!(fallbacks, ["c1:food,id", "b1:food", "d1:id"]);
    assert_eq!(
        plan.steps[0].fallbacks[2].why,
        "If this does not work out, Service d1 (Agency d) helps with “Photo ID”. 2 questions have to be asked first."
    );
    let plan = planned(&question, "a1 food fits\na2 id fits\na3 id fits 400\nb1 food fits 400");
    let fallbacks = |step: usize| plan.steps[step].fallbacks.iter().map(|one| name_of(one.service)).collect::<Vec<_>>();
    assert_eq!(short(&question, &plan), "a1:food a2:id");
    assert_eq!((fallbacks(0), fallbacks(1)), (vec!["b1".to_owned()], vec!["a3".to_owned()]));
}

#[test]
fn of_two_candidates_for_one_service_the_better_counts() {
    let question = question("food,id");
    let mut both = candidates(&question, "a1 food if1 900\na1 food,id fits 500\nb1 food fits 800");
    let one_way = plan(&question, &both).unwrap();
    both.reverse();
    assert_eq!(one_way, plan(&question, &both).unwrap());
    assert_eq!(short(&question, &one_way), "a1:food,id");
    assert!(one_way.steps[0].fallbacks.iter().all(|one| one.service != service("a1")));
}

#[test]
fn what_is_no_question_is_refused() {
    let mut asked = question("food");
    asked.most_steps = 0;
    assert_eq!(plan(&asked, &[]).unwrap_err(), PlanError::NoSteps);
    asked.most_steps = usize::MAX;
    asked.needs = vec![asked.needs[0].clone(); MOST_NEEDS];
    assert_eq!(plan(&asked, &[]).unwrap().uncovered.len(), MOST_NEEDS);
    asked.needs.push(asked.needs[0].clone());
    assert_eq!(plan(&asked, &[]).unwrap_err(), PlanError::TooManyNeeds { given: MOST_NEEDS + 1 });
    asked.needs.clear();
    assert_eq!(plan(&asked, &[]).unwrap_err(), PlanError::NoNeeds);
}
