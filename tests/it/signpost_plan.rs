//! Plans for several needs together: which services, in which order, in which words.
//!
//! A world is written line by line: `"a1 food,id fits 500"` is service 1 of agency a.

mod choosing;
mod ordering;
mod papers;
mod properties;
mod telling;

use chrono::{DateTime, TimeDelta, Utc};
use entity::enums::ReferralRoute;
use entity::ids::{AgencyId, LocationId, ServiceId};
use signpost::signposting::plan::{
    Candidate, Document, Documents, NeedSet, Plan, PlanNeed, PlanQuestion, Standing, Why, plan,
};
use uuid::Uuid;

/// The needs of these tests: a short word, the key, the name.
const NEEDS: &[(&str, &str, &str)] = &[
    ("bed", "housing.emergency", "Somewhere to stay tonight"),
    ("food", "essentials.food-bank", "Food bank"),
    ("id", "digital.photo-id", "Photo ID"),
    ("bank", "money.bank-account", "Opening a bank account"),
    ("post", "digital.address-for-post", "An address for letters"),
    ("work", "work.finding-work", "Finding a job"),
    ("debt", "money.debt", "Debt"),
    ("choir", "belonging.arts", "Arts, music and writing"),
    ("gp", "physical-health.gp", "A doctor (GP)"),
    ("pets", "essentials.pets", "Help with pets"),
];

fn at() -> DateTime<Utc> {
    "2026-11-23T09:00:00Z".parse().unwrap()
}

fn need(word: &str) -> PlanNeed {
    let (_, key, name) = NEEDS.iter().find(|(short, ..)| *short == word).unwrap();
    PlanNeed { key: (*key).to_owned(), name: (*name).to_owned(), nearly: false }
}

/// A question about these needs, in this order, by somebody who has nothing and can do all of it.
fn question(needs: &str) -> PlanQuestion {
    PlanQuestion { needs: needs.split(',').map(need).collect(), at: at(), has: Documents::NONE, most_steps: 12 }
}

/// Agency a is 1, b is 2, and so on.
fn agency(letter: char) -> AgencyId {
    AgencyId(Uuid::from_u128(u128::from(u32::from(letter) - u32::from('a') + 1)))
}

/// Service 3 of agency b is `b3`.
fn service(name: &str) -> ServiceId {
    let number: u128 = name[1..].parse().unwrap();
    ServiceId(Uuid::from_u128(agency(name.chars().next().unwrap()).0.as_u128() * 100 + number))
}

fn name_of(id: ServiceId) -> String {
    let number = id.0.as_u128();
    let letter = char::from(b'a' + u8::try_from(number / 100 - 1).unwrap());
    format!("{letter}{}", number % 100)
}

/// A candidate from its line: name, needs, `fits` or `if3`, points, and then as wanted `@7` for a
/// building, `+2h` for when it opens, `400m` for how far it is.
fn candidate(question: &PlanQuestion, line: &str) -> Candidate {
    let mut words = line.split_whitespace();
    let name = words.next().unwrap();
    let needs: Vec<&str> = words.next().unwrap().split(',').collect();
    let standing = match words.next().unwrap() {
        "fits" => Standing::Fits,
        fits_if => Standing::FitsIf { questions: fits_if.strip_prefix("if").unwrap().parse().unwrap() },
    };
    let meets = |asked: &PlanNeed| needs.iter().any(|word| need(word).key == asked.key);
    let mut candidate = Candidate {
        service: service(name),
        service_name: format!("Service {name}"),
        agency: agency(name.chars().next().unwrap()),
        agency_name: format!("Agency {}", &name[..1]),
        location: None,
        needs: question.needs.iter().enumerate().filter(|(_, asked)| meets(asked)).map(|(index, _)| index).collect(),
        standing,
        score: words.next().map_or(500, |score| score.parse().unwrap()),
        distance_m: None,
        remote: false,
        opens: None,
        wait_days: None,
        routes: vec![ReferralRoute::SelfReferral],
        gateway: None,
        asks: Vec::new(),
        provides: Documents::NONE,
    };
    for word in words {
        if let Some(building) = word.strip_prefix('@') {
            candidate.location = Some(LocationId(Uuid::from_u128(building.parse().unwrap())));
        } else if let Some(hours) = word.strip_prefix('+') {
            candidate.opens = Some(at() + TimeDelta::hours(hours.trim_end_matches('h').parse().unwrap()));
        } else {
            candidate.distance_m = Some(word.strip_suffix('m').unwrap().parse().unwrap());
        }
    }
    candidate
}

impl Asking for Candidate {
    fn asking(mut self, any_of: &[Document]) -> Self {
        self.asks.push(Documents::of(any_of));
        self
    }

    fn giving(mut self, documents: &[Document]) -> Self {
        self.provides = Documents::of(documents);
        self
    }

    fn by(mut self, route: ReferralRoute) -> Self {
        self.routes = vec![route];
        self
    }
}

/// What the tests add to a candidate.
trait Asking {
    /// It asks for one of these.
    fn asking(self, any_of: &[Document]) -> Self;
    /// A visit gives these.
    fn giving(self, documents: &[Document]) -> Self;
    /// One gets in this way only.
    fn by(self, route: ReferralRoute) -> Self;
}

fn candidates(question: &PlanQuestion, lines: &str) -> Vec<Candidate> {
    lines.lines().map(str::trim).filter(|line| !line.is_empty()).map(|line| candidate(question, line)).collect()
}

/// A plan in short: `"a1:id b2:food,bed"`.
fn short(question: &PlanQuestion, plan: &Plan) -> String {
    let steps = plan.steps.iter().map(|step| format!("{}:{}", name_of(step.service), words(question, step.covers)));
    steps.collect::<Vec<_>>().join(" ")
}

fn words(question: &PlanQuestion, needs: NeedSet) -> String {
    let word = |need: usize| NEEDS.iter().find(|(_, key, _)| *key == question.needs[need].key).unwrap().0;
    needs.iter().map(word).collect::<Vec<_>>().join(",")
}

/// The plan for a world in lines.
fn planned(question: &PlanQuestion, lines: &str) -> Plan {
    plan(question, &candidates(question, lines)).unwrap()
}

/// The words of the reasons of a step, all of them or those about one thing.
fn said(plan: &Plan, step: usize, about: impl Fn(&Why) -> bool) -> String {
    let why = plan.steps[step].why.iter().filter(|reason| about(&reason.about));
    why.map(|reason| reason.words.as_str()).collect::<Vec<_>>().join(" ")
}
