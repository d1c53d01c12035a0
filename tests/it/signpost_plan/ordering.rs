//! In which order: what gives before what asks, what cannot wait, what opens first.

use super::{Asking, at, candidate, candidates, planned, question, said, short, words};
use chrono::TimeDelta;
use entity::enums::ReferralRoute;
use signpost::signposting::plan::{
    Candidate, Document, Documents, Plan, PlanQuestion, Urgency, Waits, Why, keys_with_a_rank, needs_that_provide,
    plan, provides, urgency,
};

fn in_order(question: &PlanQuestion, plan: &Plan) -> String {
    plan.steps.iter().map(|step| words(question, step.covers)).collect::<Vec<_>>().join(" ")
}

#[test]
fn urgent_needs_come_first_then_what_opens_first_then_what_is_near() {
    let table = [
        (
            "choir,work,debt,food,bed",
            "a1 choir fits\nb1 work fits\nc1 debt fits\nd1 food fits\ne1 bed fits",
            "bed food debt choir work",
        ),
        ("debt,bank", "a1 debt fits 500 +5h\nb1 bank fits 500 +2h", "bank debt"),
        // What opened in the past is open now, and what nobody can tell comes last.
        ("debt,bank,post", "a1 debt fits\nb1 bank fits 500 +0h 90m\nc1 post fits 500 +-3h 80m", "post bank debt"),
        ("debt,bank", "a1 debt fits 500 +2h 900m\nb1 bank fits 500 +2h 300m", "bank debt"),
        ("debt,bank", "a1 debt fits 500 +2h\nb1 bank fits 500 +2h 300m", "bank debt"),
        ("debt,bank", "b1 debt fits\na1 bank fits", "bank debt"),
    ];
    for (needs, lines, expected) in table {
        let question = question(needs);
        assert_eq!(in_order(&question, &planned(&question, lines)), expected, "{lines}");
    }
}

#[test]
fn a_service_that_needs_no_travel_is_near() {
    let question = question("debt,bank");
    let mut world = candidates(&question, "a1 debt fits 500 +2h 10m\nb1 bank fits 500 +2h");
    world[1].remote = true;
    assert_eq!(in_order(&question, &plan(&question, &world).unwrap()), "bank debt");
}

/// A world in which the bank and the job ask for photo ID, and the ID office gives it.
fn id_first(question: &PlanQuestion) -> Vec<Candidate> {
    vec![
        candidate(question, "a1 work fits 500 +1h").asking(&[Document::PhotoId]),
        candidate(question, "b1 bank fits 500 +1h").asking(&[Document::PhotoId, Document::BirthCertificate]),
        candidate(question, "c1 id fits 500 +9h").giving(&[Document::PhotoId]),
    ]
}

#[test]
fn what_gives_a_paper_comes_before_what_asks_for_it() {
    let mut question = question("work,bank,id");
    let found = plan(&question, &id_first(&question)).unwrap();
    assert_eq!(in_order(&question, &found), "id bank work");
    let waits = Waits { step: 0, what: Document::PhotoId };
    assert_eq!((&found.steps[0].waits_for, &found.steps[1].waits_for), (&vec![], &vec![waits]));
    assert_eq!(
        said(&found, 0, |why| matches!(why, Why::Gives { .. })),
        "Go here first: you need photo ID for the others."
    );
    assert_eq!(
        said(&found, 1, |why| matches!(why, Why::After(_))),
        "Go here after step 1: they ask for photo ID, and you get that there."
    );
    // They open in an hour, but what they ask for is to be had in nine.
    assert_eq!(found.steps[1].earliest, Some(at() + TimeDelta::hours(9)));
    assert_eq!(found.steps[2].bring, [Documents::of(&[Document::PhotoId])]);

    // Who has it already need not wait, and one of the alternatives is enough.
    question.has = Documents::of(&[Document::BirthCertificate]);
    let found = plan(&question, &id_first(&question)).unwrap();
    assert_eq!(in_order(&question, &found), "bank id work");
    assert_eq!(found.steps[0].waits_for, []);
    question.has = Documents::of(&[Document::PhotoId]);
    let found = plan(&question, &id_first(&question)).unwrap();
    assert_eq!(in_order(&question, &found), "bank id work");
    assert_eq!(said(&found, 1, |why| matches!(why, Why::Gives { .. })), "");
}

#[test]
fn what_holds_up_something_urgent_is_as_urgent() {
    let question = question("debt,food,choir");
    let world = [
        candidate(&question, "a1 debt fits 500 +1h"),
        candidate(&question, "b1 food fits 500 +1h").asking(&[Document::FoodVoucher]),
        candidate(&question, "c1 choir fits 500 +1h").giving(&[Document::FoodVoucher]),
    ];
    assert_eq!(in_order(&question, &plan(&question, &world).unwrap()), "choir food debt");
}

#[test]
fn chains_are_followed_to_their_beginning() {
    let question = question("work,bank,id,post");
    let world = [
        candidate(&question, "a1 work fits").asking(&[Document::BankAccount]),
        candidate(&question, "b1 bank fits")
            .asking(&[Document::PhotoId])
            .asking(&[Document::ProofOfAddress])
            .giving(&[Document::BankAccount]),
        candidate(&question, "c1 id fits").asking(&[Document::ProofOfAddress]).giving(&[Document::PhotoId]),
        candidate(&question, "d1 post fits").giving(&[Document::ProofOfAddress]),
    ];
    let found = plan(&question, &world).unwrap();
    assert_eq!(in_order(&question, &found), "post id bank work");
    assert_eq!(
        found.steps[2].waits_for,
        [Waits { step: 0, what: Document::ProofOfAddress }, Waits { step: 1, what: Document::PhotoId }]
    );
    let said = said(&found, 0, |why| matches!(why, Why::Gives { .. }));
    assert_eq!(said, "Go here first: you need proof of address for steps 2 and 3.");
}

#[test]
fn nobody_waits_outside_for_a_paper() {
    let question = question("bed,id");
    let world = [
        candidate(&question, "a1 bed fits").asking(&[Document::PhotoId]),
        candidate(&question, "b1 id fits").giving(&[Document::PhotoId]),
    ];
    let found = plan(&question, &world).unwrap();
    assert_eq!(in_order(&question, &found), "bed id");
    assert_eq!(found.steps[0].waits_for, []);
    assert_eq!(found.steps[0].missing, [Documents::of(&[Document::PhotoId])]);
    assert_eq!(
        said(&found, 0, |why| matches!(why, Why::DoNotWait(_))),
        "They ask for photo ID. Do not wait for it: go now, and tell them that it is on its way."
    );
}

#[test]
fn circles_are_broken_where_they_are_and_say_so() {
    let question = question("debt,bank,id,work,post");
    let world = [
        // This hangs on the circle and is not in it, so it waits, though it is the nearest.
        candidate(&question, "a1 debt fits 500 +1h 1m").asking(&[Document::PhotoId]),
        candidate(&question, "b1 bank fits 500 +2h").asking(&[Document::PhotoId]).giving(&[Document::BankAccount]),
        candidate(&question, "c1 id fits 500 +1h").asking(&[Document::BankAccount]).giving(&[Document::PhotoId]),
        // What nothing holds up keeps its turn: before the circle, or after it.
        candidate(&question, "d1 work fits 500 +0h"),
        candidate(&question, "e1 post fits 500 +0h"),
    ];
    let found = plan(&question, &world).unwrap();
    assert_eq!(in_order(&question, &found), "post id debt bank work");
    assert_eq!(found.steps[1].missing, [Documents::of(&[Document::BankAccount])]);
    assert_eq!(
        said(&found, 1, |why| matches!(why, Why::Circle(Waits { step: 3, what: Document::BankAccount }))),
        "They ask for a bank account, which you get in step 4; but something you get here is asked for on the way \
         there. Go here first, and tell them what you are waiting for."
    );
}

#[test]
fn a_referral_is_a_paper_like_any_other() {
    let mut question = question("work,debt");
    let world = [
        candidate(&question, "a1 work fits").giving(&[Document::Referral]),
        candidate(&question, "b1 debt fits").by(ReferralRoute::AgencyReferral),
    ];
    let found = plan(&question, &world).unwrap();
    assert_eq!(in_order(&question, &found), "work debt");
    assert_eq!(found.steps[1].route, Some(ReferralRoute::AgencyReferral));
    assert_eq!(
        said(&found, 0, |why| matches!(why, Why::Gives { .. })),
        "Go here first: they can refer you, or write for you, for step 2."
    );
    // Nobody there who can.
    let found = plan(&question, &world[1..]).unwrap();
    assert_eq!(found.steps[0].missing, [Documents::of(&[Document::Referral])]);
    assert_eq!(
        said(&found, 0, |why| matches!(why, Why::Missing(_))),
        "Nobody in this plan can refer you: ask a worker or a doctor who knows you."
    );
    // An agency that can refer is asking.
    question.has = Documents::of(&[Document::Referral]);
    assert_eq!(in_order(&question, &plan(&question, &world).unwrap()), "debt work");
}

#[test]
fn the_way_in_that_needs_nobody_else_comes_first() {
    use ReferralRoute::{AgencyReferral, Gateway, SelfReferral};
    let table: [(&[ReferralRoute], Option<ReferralRoute>); 5] = [
        (&[Gateway, AgencyReferral, SelfReferral], Some(SelfReferral)),
        (&[Gateway, AgencyReferral], Some(AgencyReferral)),
        (&[Gateway], Some(Gateway)),
        (&[SelfReferral], Some(SelfReferral)),
        (&[], None),
    ];
    let question = question("debt");
    for (routes, expected) in table {
        let mut world = candidates(&question, "a1 debt fits");
        world[0].routes = routes.to_vec();
        let found = plan(&question, &world).unwrap();
        assert_eq!(found.steps[0].route, expected, "{routes:?}");
        assert_eq!(short(&question, &found), "a1:debt");
    }
}

/// Every key of the list of needs, and of its areas.
fn known_keys() -> Vec<String> {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/data/needs.toml")).unwrap();
    let (mut area, mut keys, mut of_area) = (String::new(), Vec::new(), false);
    for line in text.lines() {
        if let Some(key) = line.strip_prefix("key = ").map(|key| key.trim_matches('"').to_owned()) {
            if of_area {
                area.clone_from(&key);
            }
            keys.push(if of_area { key } else { format!("{area}.{key}") });
        }
        of_area = line == "[[area]]" || of_area && !line.starts_with('[');
    }
    keys
}

#[test]
fn the_tables_know_the_needs() {
    let known = known_keys();
    assert!(known.len() > 150 && known.iter().any(|key| key == "digital.photo-id"));
    for key in
        keys_with_a_rank().into_iter().chain(Document::ALL.iter().flat_map(|document| needs_that_provide(*document)))
    {
        assert!(known.iter().any(|known| known == key), "{key} is no need");
    }
    for document in Document::ALL {
        for key in needs_that_provide(*document) {
            assert!(provides(key).contains(*document), "{key} {document:?}");
        }
    }
    assert_eq!(provides("digital.photo-id"), Documents::of(&[Document::PhotoId]));
    assert_eq!(provides("work.finding-work"), Documents::NONE);
    let table = [
        ("housing.emergency", Urgency::Now),
        ("mental-health.crisis", Urgency::Now),
        ("safety", Urgency::Now),
        ("drugs-alcohol.prescribing", Urgency::Today),
        ("essentials.food-bank", Urgency::Today),
        ("digital.photo-id", Urgency::Soon),
        ("housing", Urgency::Soon),
        ("belonging.support-worker", Urgency::Soon),
        ("no.such-need", Urgency::Soon),
        ("work", Urgency::Later),
        ("work.learning-a-trade", Urgency::Later),
        ("belonging.sport", Urgency::Later),
    ];
    for (key, expected) in table {
        assert_eq!(urgency(key), expected, "{key}");
    }
}
