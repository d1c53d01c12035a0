//! The words: every sentence can be read aloud, and the whole reads as one.

use super::{Asking, candidate, candidates, planned, question, said};
use entity::enums::ReferralRoute;
use signpost::signposting::plan::{Document, Plan, plan};

fn read_aloud(plan: &Plan) -> String {
    let mut lines = vec![plan.summary.clone()];
    for (number, step) in (1..).zip(&plan.steps) {
        let why: Vec<_> = step.why.iter().map(|reason| reason.words.clone()).collect();
        lines.push(format!("{number}. {}", why.join(" ")));
        lines.extend(step.fallbacks.iter().map(|fallback| format!("   {}", fallback.why)));
    }
    lines.extend(plan.uncovered.iter().map(|one| one.words.clone()));
    lines.join("\n")
}

#[test]
fn a_plan_can_be_read_aloud() {
    let mut question = question("food,bank,id,work,choir,debt");
    question.most_steps = 4;
    let mut world = vec![
        candidate(&question, "a1 id fits 500 @1").giving(&[Document::PhotoId]),
        candidate(&question, "a2 bank fits 500 @1").asking(&[Document::PhotoId]),
        candidate(&question, "b1 food fits").asking(&[Document::FoodVoucher]),
        candidate(&question, "b2 food fits 400"),
        candidate(&question, "c1 work if2").asking(&[Document::PhotoId]).by(ReferralRoute::Gateway),
        candidate(&question, "d1 choir fits"),
    ];
    world[4].gateway = Some("the Jobs Desk".to_owned());
    world[4].wait_days = Some(20);
    let plan = plan(&question, &world).unwrap();
    let expected = "\
3 agencies help with 4 of the 6 things you need, in 4 steps.
1. Service b1 (Agency b) helps with “Food bank”. Do this today or tomorrow. They ask for a food bank voucher, which you \
do not have. Ring them before you go, and ask what else they take. You can ask for this yourself.
   If this does not work out, Service b2 (Agency b), from the same agency, helps with the same.
2. Service a1 (Agency a) helps with “Photo ID”. Go here before step 3: you need photo ID there. We know of nobody else \
within reach for “Photo ID”. You can ask for this yourself.
3. Service a2 (Agency a) helps with “Opening a bank account”. Go here after step 2: they ask for photo ID, and you get \
that there. This is the same agency as in step 2, so you should not have to tell your story again. It is in the same \
building as step 2. We know of nobody else within reach for “Opening a bank account”. You can ask for this yourself.
4. Service d1 (Agency d) helps with “Arts, music and writing”. We know of nobody else within reach for “Arts, music and \
writing”. You can ask for this yourself.
There is somebody for “Finding a job”, but not within 4 steps.
We know of nobody within reach for “Debt”.";
    assert_eq!(read_aloud(&plan), expected);

    question.most_steps = 5;
    let plan = signpost::signposting::plan::plan(&question, &world).unwrap();
    assert_eq!(
        said(&plan, 3, |_| true),
        "Service c1 (Agency c) helps with “Finding a job”. Go here after step 2: they ask for photo ID, and you get \
         that there. We know of nobody else within reach for “Finding a job”. You get in through the Jobs Desk: go \
         there first. 2 questions have to be asked before it is sure. From asking to starting takes about 3 weeks."
    );
}

#[test]
fn the_summary_counts_as_one_speaks() {
    let table = [
        ("food", "a1 food fits", "1 agency helps with what you need, in 1 step."),
        ("food,id", "a1 food,id fits", "1 agency helps with both things you need, in 1 step."),
        ("food,id", "a1 food fits\nb1 id fits", "2 agencies help with both things you need, in 2 steps."),
        ("food,id,bank", "a1 food,id fits\na2 bank fits", "1 agency helps with all 3 things you need, in 2 steps."),
        ("food,id", "a1 food fits", "1 agency helps with 1 of the 2 things you need, in 1 step."),
        ("food,id", "", "We know of nobody within reach who takes you for any of this."),
    ];
    for (needs, lines, expected) in table {
        assert_eq!(planned(&question(needs), lines).summary, expected);
    }
}

#[test]
fn what_is_second_best_for_want_of_steps_says_so() {
    let mut question = question("food,id");
    question.most_steps = 1;
    let plan = plan(&question, &candidates(&question, "a1 food,id if1\nb1 food fits")).unwrap();
    let words = read_aloud(&plan);
    assert!(
        words.contains("For “Food bank” there is a surer or a much better place, but that would take one step more."),
        "{words}"
    );
    assert!(words.contains("One question has to be asked before it is sure."), "{words}");
}

#[test]
fn a_service_named_like_its_agency_is_named_once() {
    let question = question("food");
    let mut world = candidates(&question, "a1 food fits");
    world[0].agency_name = world[0].service_name.clone();
    let plan = plan(&question, &world).unwrap();
    assert!(read_aloud(&plan).contains("1. Service a1 helps with “Food bank”."));
}
