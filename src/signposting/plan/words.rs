//! The plan in plain words, as a worker reads them to the person: short sentences, steps counted
//! from one, needs by their names.

use entity::enums::ReferralRoute;

use super::documents::{Document, Documents};
use super::fallbacks::{fallbacks, nobody_else};
use super::field::Field;
use super::order::Placed;
use super::urgency::Urgency;
use super::{Candidate, Fallback, NeedSet, NoStep, Plan, PlanQuestion, Reason, Standing, Step, Uncovered, Waits, Why};

/// The finished plan: the ordered steps with what there is to say about each.
pub(super) fn tell(question: &PlanQuestion, field: &Field<'_>, placed: &[Placed<'_>]) -> Plan {
    let covered = placed.iter().fold(NeedSet::default(), |set, step| set.or(step.chosen.covers));
    let steps: Vec<Step> =
        (0..).zip(placed).map(|(index, step)| step_of(question, field, placed, index, step)).collect();
    let mut agencies: Vec<_> = steps.iter().map(|step| step.agency).collect();
    agencies.sort_unstable();
    agencies.dedup();
    let uncovered: Vec<Uncovered> = NeedSet::first(question.needs.len())
        .without(covered)
        .iter()
        .map(|need| uncovered(question, field, need))
        .collect();
    let summary = summary(question, agencies.len(), steps.len(), covered.len());
    Plan { steps, uncovered, agencies: agencies.len(), summary }
}

fn step_of(question: &PlanQuestion, field: &Field<'_>, placed: &[Placed<'_>], index: usize, step: &Placed<'_>) -> Step {
    let Candidate { service, agency, needs, standing, asks, .. } = step.chosen.candidate;
    let covers = step.chosen.covers;
    let is_step = |other: &Candidate| placed.iter().any(|one| one.chosen.candidate.service == other.service);
    let fallbacks = fallbacks(field, &step.chosen, is_step)
        .into_iter()
        .map(|(other, met)| Fallback {
            service: other.service,
            agency: other.agency,
            covers: met,
            why: fallback_words(question, step, other, met),
        })
        .collect();
    let circle = step.circle.iter().map(|(any_of, _)| *any_of);
    let missing = step.missing.iter().chain(&step.hurried).copied().chain(circle);
    let about = reasons(field, placed, index, step);
    let why = about.into_iter().map(|about| Reason { words: words(question, placed, index, step, &about), about });
    Step {
        service: *service,
        agency: *agency,
        covers,
        also_covers: needs.and(NeedSet::first(question.needs.len())).without(covers),
        why: why.collect(),
        waits_for: step.waits_for.clone(),
        missing: missing.collect(),
        route: step.route,
        earliest: step.earliest,
        bring: asks.clone(),
        still_to_ask: match standing {
            Standing::Fits => 0,
            Standing::FitsIf { questions } => *questions,
        },
        fallbacks,
    }
}

/// What there is to say about a step, in the order in which one says it.
fn reasons(field: &Field<'_>, placed: &[Placed<'_>], index: usize, step: &Placed<'_>) -> Vec<Why> {
    let candidate = step.chosen.candidate;
    let mut why = vec![Why::Covers(step.chosen.covers)];
    match step.urgency {
        Urgency::Now | Urgency::Today => why.push(Why::Urgent(step.urgency)),
        Urgency::Soon | Urgency::Later => {}
    }
    for what in candidate.provides.iter() {
        let waits = |other: &usize| {
            placed.get(*other).is_some_and(|other| other.waits_for.contains(&Waits { step: index, what }))
        };
        let to: Vec<usize> = (0..placed.len()).filter(waits).collect();
        if !to.is_empty() {
            why.push(Why::Gives { what, to });
        }
    }
    why.extend(step.waits_for.iter().copied().map(Why::After));
    why.extend(step.hurried.iter().copied().map(Why::DoNotWait));
    why.extend(step.circle.iter().map(|(_, waits)| Why::Circle(*waits)));
    why.extend(step.missing.iter().copied().map(Why::Missing));
    let earlier = placed.get(..index).unwrap_or_default();
    let same = |test: &dyn Fn(&Candidate) -> bool| earlier.iter().position(|other| test(other.chosen.candidate));
    why.extend(same(&|other| other.agency == candidate.agency).map(Why::SameAgency));
    why.extend(same(&|other| other.location.is_some() && other.location == candidate.location).map(Why::SameBuilding));
    let alone = nobody_else(field, &step.chosen);
    why.extend((!alone.is_empty()).then_some(Why::NobodyElse(alone)));
    why.extend((!step.chosen.settled.is_empty()).then_some(Why::SecondBest(step.chosen.settled)));
    why.push(Why::Route(step.route));
    match candidate.standing {
        Standing::Fits | Standing::FitsIf { questions: 0 } => {}
        Standing::FitsIf { questions } => why.push(Why::StillToAsk(questions)),
    }
    why.extend(candidate.wait_days.filter(|days| *days > 0).map(Why::Wait));
    why
}

fn words(question: &PlanQuestion, placed: &[Placed<'_>], index: usize, step: &Placed<'_>, about: &Why) -> String {
    let Candidate { service_name, agency_name, gateway, .. } = step.chosen.candidate;
    match about {
        Why::Covers(needs) => {
            format!("{} helps with {}.", named(service_name, agency_name), names(question, *needs))
        }
        Why::Urgent(Urgency::Now) => "This cannot wait: go, or ring, now.".to_owned(),
        Why::Urgent(Urgency::Today | Urgency::Soon | Urgency::Later) => "Do this today or tomorrow.".to_owned(),
        Why::Gives { what, to } => gives(*what, to, index, placed.len()),
        Why::After(Waits { step, what: Document::Referral }) => {
            format!("Go here after step {}: someone has to refer you or write for you, and they can.", step + 1)
        }
        Why::After(Waits { step, what }) => {
            format!("Go here after step {}: they ask for {}, and you get that there.", step + 1, what.words())
        }
        Why::DoNotWait(any_of) => format!(
            "They ask for {}. Do not wait for it: go now, and tell them that it is on its way.",
            documents(*any_of)
        ),
        Why::Circle(Waits { step, what }) => format!(
            "They ask for {}, which you get in step {}; but something you get here is asked for on the way there. \
             Go here first, and tell them what you are waiting for.",
            what.words(),
            step + 1
        ),
        Why::Missing(any_of) => missing(*any_of, step.route),
        Why::SameAgency(other) => format!(
            "This is the same agency as in step {}, so you should not have to tell your story again.",
            other + 1
        ),
        Why::SameBuilding(other) => format!("It is in the same building as step {}.", other + 1),
        Why::NobodyElse(needs) => format!("We know of nobody else within reach for {}.", names(question, *needs)),
        Why::SecondBest(needs) => format!(
            "For {} there is a surer or a much better place, but that would take one step more.",
            names(question, *needs)
        ),
        Why::Route(Some(ReferralRoute::SelfReferral)) => "You can ask for this yourself.".to_owned(),
        Why::Route(Some(ReferralRoute::AgencyReferral)) => {
            "You cannot ask for this yourself: an agency has to refer you.".to_owned()
        }
        Why::Route(Some(ReferralRoute::Gateway)) => match gateway {
            Some(gateway) => format!("You get in through {gateway}: go there first."),
            None => "You get in through another office only: ring them and ask which.".to_owned(),
        },
        Why::Route(None) => "They do not say how to get in: ring them and ask.".to_owned(),
        Why::StillToAsk(1) => "One question has to be asked before it is sure.".to_owned(),
        Why::StillToAsk(questions) => format!("{questions} questions have to be asked before it is sure."),
        Why::Wait(days) => format!("From asking to starting takes about {}.", days_words(*days)),
    }
}

/// That later steps need what this one gives.
fn gives(what: Document, to: &[usize], index: usize, all: usize) -> String {
    let go = if index == 0 { "Go here first".to_owned() } else { format!("Go here before {}", steps(to)) };
    let need = if what == Document::Referral {
        "they can refer you, or write for you,".to_owned()
    } else {
        format!("you need {}", what.words())
    };
    let others = all - 1;
    match index {
        0 if to.len() == others && others > 1 => format!("{go}: {need} for the others."),
        0 => format!("{go}: {need} for {}.", steps(to)),
        _ if what == Document::Referral => format!("{go}: they can refer you, or write for you."),
        _ => format!("{go}: {need} there."),
    }
}

fn missing(any_of: Documents, route: Option<ReferralRoute>) -> String {
    let referral = Documents::of(&[Document::Referral]);
    if any_of == referral && route == Some(ReferralRoute::AgencyReferral) {
        return "Nobody in this plan can refer you: ask a worker or a doctor who knows you.".to_owned();
    }
    format!(
        "They ask for {}, which you do not have. Ring them before you go, and ask what else they take.",
        documents(any_of)
    )
}

fn fallback_words(question: &PlanQuestion, step: &Placed<'_>, other: &Candidate, met: NeedSet) -> String {
    let what = if met == step.chosen.covers { "the same".to_owned() } else { names(question, met) };
    let who = named(&other.service_name, &other.agency_name);
    let agency = if other.agency == step.chosen.candidate.agency { ", from the same agency," } else { "" };
    let sure = match other.standing {
        Standing::Fits | Standing::FitsIf { questions: 0 } => String::new(),
        Standing::FitsIf { questions: 1 } => " One question has to be asked first.".to_owned(),
        Standing::FitsIf { questions } => format!(" {questions} questions have to be asked first."),
    };
    format!("If this does not work out, {who}{agency} helps with {what}.{sure}")
}

fn uncovered(question: &PlanQuestion, field: &Field<'_>, need: usize) -> Uncovered {
    let nearly = question.needs.get(need).is_some_and(|need| need.nearly);
    let because = if field.coverable().contains(need) {
        NoStep::TooFewSteps
    } else if nearly {
        NoStep::SomethingHasToGive
    } else {
        NoStep::Nothing
    };
    let name = names(question, [need].into_iter().collect());
    let words = match because {
        NoStep::Nothing => format!("We know of nobody within reach for {name}."),
        NoStep::SomethingHasToGive => {
            format!("Nobody takes you for {name} as things are: something would have to give.")
        }
        NoStep::TooFewSteps => {
            format!("There is somebody for {name}, but not within {}.", counted(question.most_steps, "step", "steps"))
        }
    };
    Uncovered { need, because, words }
}

fn summary(question: &PlanQuestion, agencies: usize, steps: usize, covered: usize) -> String {
    let all = question.needs.len();
    if covered == 0 {
        return "We know of nobody within reach who takes you for any of this.".to_owned();
    }
    let met = match (covered == all, all) {
        (true, 1) => "what you need".to_owned(),
        (true, 2) => "both things you need".to_owned(),
        (true, _) => format!("all {all} things you need"),
        (false, _) => format!("{covered} of the {all} things you need"),
    };
    let who = counted(agencies, "agency", "agencies");
    let verb = if agencies == 1 { "helps" } else { "help" };
    format!("{who} {verb} with {met}, in {}.", counted(steps, "step", "steps"))
}

/// "Bridge House (Bridge Trust)", or only the one where both are called the same.
fn named(service: &str, agency: &str) -> String {
    if service == agency { service.to_owned() } else { format!("{service} ({agency})") }
}

fn names(question: &PlanQuestion, needs: NeedSet) -> String {
    let names = needs.iter().filter_map(|need| question.needs.get(need));
    listed(&names.map(|need| format!("“{}”", need.name)).collect::<Vec<_>>(), "and")
}

/// "photo ID or a birth certificate".
fn documents(any_of: Documents) -> String {
    listed(&any_of.iter().map(|document| document.words().to_owned()).collect::<Vec<_>>(), "or")
}

/// "step 2", "steps 2 and 4".
fn steps(indexes: &[usize]) -> String {
    let noun = if indexes.len() == 1 { "step" } else { "steps" };
    format!("{noun} {}", listed(&indexes.iter().map(|index| (index + 1).to_string()).collect::<Vec<_>>(), "and"))
}

/// "a", "a and b", "a, b and c".
fn listed(items: &[String], word: &str) -> String {
    match items.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} {word} {last}", before.join(", ")),
    }
}

/// "1 day", "12 days"; from two weeks on in weeks.
fn days_words(days: u32) -> String {
    match days {
        0..=13 => counted(days as usize, "day", "days"),
        _ => counted(days.div_ceil(7) as usize, "week", "weeks"),
    }
}

fn counted(number: usize, one: &str, many: &str) -> String {
    if number == 1 { format!("1 {one}") } else { format!("{number} {many}") }
}
