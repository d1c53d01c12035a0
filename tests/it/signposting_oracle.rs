//! Signposting, and the directory's filters, held against a slow and obvious answer: random
//! directories, random questions, asked through the graph and answered again straight from the
//! listings, without a line in common with what is tested.

mod filters;
mod holds;
mod naive;
mod pages;
pub(crate) mod question;
mod spelling;
mod taken;
pub(crate) mod world;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};

use entity::enums::ServiceStatus;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use signpost::api::ids::NodeId;
use signpost::directory::listing::ServiceListing;
use signpost::directory::store::{place_id, service_id};
use signpost::hours::State;

use self::naive::{Verdict, Verdicts, Way, ways};
use self::question::{Often, Question, questions, questions_that};
use self::world::{World, welcoming, worlds, worlds_of};
use crate::support::{TestApp, source};

/// Runs a test over random cases, each in a runtime of its own.
pub(crate) fn for_all<S: Strategy>(cases: u32, strategy: &S, test: impl AsyncFn(S::Value)) {
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 200, ..Config::default() };
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let run = |value| {
        runtime().block_on(test(value));
        Ok(())
    };
    TestRunner::new(config).run(strategy, run).unwrap_or_else(|failure| panic!("{failure}"));
}

/// The global id of a service, by its key.
pub(crate) fn id_of(key: &str) -> String {
    NodeId::Service(service_id(source().id(), key)).encode().0
}

const ASK: &str = "query($input: SignpostInput!) {
    signpost(input: $input, first: 100) {
        totalCount counts { fits fitsIf noBecause } answeredFor where { label precision }
        nodes {
            service { id } group distanceKm waitDays delivery score
            at { id }
            openNow { state }
            needsMet { key } needsNotMet { key }
            scoreParts { part points most }
            criteria { subject characteristic access outcome ask askOf evidence quote }
        }
    }
}";

async fn ask(app: &TestApp, question: &Question) -> Value {
    app.data(ASK, json!({ "input": question.input() })).await["signpost"].take()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|need| text(need, "key")).collect()
}

/// Which of the ways a node is about: by its place, or where it has none by what it is made of.
fn way_of<'w, 'a>(listing: &ServiceListing, ways: &'w [Way<'a>], node: &Value) -> &'w Way<'a> {
    let service = service_id(source().id(), &listing.key);
    let delivery: BTreeSet<String> =
        node["delivery"].as_array().unwrap().iter().map(|mode| mode.as_str().unwrap().to_owned()).collect();
    let place = node["at"]["id"].as_str();
    let found = ways.iter().find(|way| {
        let id = way.place.map(|place| NodeId::ServiceAtLocation(place_id(service, &place.key)).encode().0);
        id.as_deref() == place && way.modes == delivery
    });
    found.unwrap_or_else(|| panic!("there is no such way to use {}: {node:#}", listing.key))
}

fn told(node: &Value) -> Verdicts {
    let outcomes = [Verdict::Yes, Verdict::Ask, Verdict::No];
    let criteria = node["criteria"].as_array().unwrap();
    let told: Verdicts = criteria
        .iter()
        .map(|criterion| {
            let about = [text(criterion, "subject"), text(criterion, "characteristic"), text(criterion, "access")];
            let verdict = outcomes.into_iter().find(|verdict| verdict.outcome() == text(criterion, "outcome"));
            let verdict = verdict.unwrap();
            // A question stands where something is unknown, and nowhere else.
            assert_eq!(criterion["ask"].is_string(), verdict == Verdict::Ask, "{criterion}");
            assert_eq!(criterion["askOf"].is_string(), verdict == Verdict::Ask, "{criterion}");
            (about.iter().copied().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" "), verdict)
        })
        .collect();
    assert_eq!(told.len(), criteria.len(), "each criterion is told once: {node:#}");
    told
}

/// Holds one service's part of the answer against its listing.
fn check_node(listing: &ServiceListing, question: &Question, node: &Value) {
    let all = ways(listing);
    let reached: Vec<&Way<'_>> = all.iter().filter(|way| naive::within_reach(way, question)).collect();
    let best = reached.iter().map(|way| naive::worst(&naive::verdicts(listing, way, question))).min().unwrap();
    let context = || format!("{question:#?}\n{listing:#?}\n{node:#}");
    assert_eq!(text(node, "group"), best.group(), "{}", context());

    let way = way_of(listing, &all, node);
    assert!(naive::within_reach(way, question), "out of reach: {}", context());
    let expected = naive::verdicts(listing, way, question);
    assert_eq!(told(node), expected, "{}", context());
    assert_eq!(naive::worst(&expected), best, "it is the best way that is told of: {}", context());

    let shown = node["distanceKm"].as_f64();
    match naive::kilometres(way, question) {
        None => assert_eq!(shown, None, "{}", context()),
        Some(km) => assert!((shown.unwrap() - km).abs() < 0.0511, "{km} km: {}", context()),
    }
    // Whatever its hours say, nobody is let in where the service does not run.
    let open = match way.hours.state(question.instant()) {
        _ if listing.status != ServiceStatus::Active => "CLOSED",
        State::Open { .. } => "OPEN",
        State::Closed => "CLOSED",
        State::Unknown(_) => "UNKNOWN",
    };
    assert_eq!(text(&node["openNow"], "state"), open, "{}", context());
    assert_eq!(node["waitDays"], json!(listing.capacity.and_then(|capacity| capacity.wait_days)), "{}", context());

    let (met, unmet): (Vec<&str>, Vec<&str>) = question.needs.iter().partition(|need| naive::meets(listing, need));
    assert_eq!((keys(&node["needsMet"]), keys(&node["needsNotMet"])), (met, unmet), "{}", context());
    check_evidence(listing, node);
}

/// What is told of where a rule comes from is what the listing says of it.
fn check_evidence(listing: &ServiceListing, node: &Value) {
    let stated = &listing.eligibility;
    for criterion in node["criteria"].as_array().unwrap() {
        let life = || {
            stated
                .characteristics
                .iter()
                .find(|(which, _)| question::spelt(which.as_str()) == text(criterion, "characteristic"))
        };
        let source = match text(criterion, "subject") {
            "AGE" => stated.age.as_ref().map(|ruled| (ruled.evidence, &ruled.quote)),
            "GENDER" => stated.genders.as_ref().map(|ruled| (ruled.evidence, &ruled.quote)),
            "SUBSTANCE_USE" => stated.substance_use.as_ref().map(|ruled| (ruled.evidence, &ruled.quote)),
            "OFFENCES" => stated.offences.as_ref().map(|ruled| (ruled.evidence, &ruled.quote)),
            "CHARACTERISTIC" => life().map(|(_, ruled)| (ruled.evidence, &ruled.quote)),
            _ => None,
        };
        let evidence = source.map(|(evidence, _)| question::spelt(evidence.as_str()));
        assert_eq!(criterion["evidence"], json!(evidence), "{criterion}\n{listing:#?}");
        assert_eq!(criterion["quote"], json!(source.and_then(|(_, quote)| quote.clone())), "{criterion}\n{listing:#?}");
    }
}

/// Best first: by group, then, where words are looked for and no need, by the points for these, then by all points, then by
/// distance; and the points are the sum of their parts.
fn check_order(question: &Question, nodes: &[Value]) {
    let groups = ["FITS", "FITS_IF", "NO_BECAUSE"];
    let rank = |node: &Value| {
        let group = groups.iter().position(|group| *group == text(node, "group")).unwrap();
        let parts = node["scoreParts"].as_array().unwrap();
        let of_words = parts.iter().find(|part| part["part"] == "WORDS").unwrap()["points"].as_i64().unwrap();
        assert!(question.text.is_some() || of_words == 0, "{node:#}");
        let words_decide = question.text.is_some() && question.needs.is_empty();
        (group, if words_decide { -of_words } else { 0 }, -node["score"].as_i64().unwrap())
    };
    for pair in nodes.windows(2) {
        let [one, other] = pair else { continue };
        assert!(rank(one) <= rank(other), "{one:#}\n{other:#}");
        if rank(one) == rank(other) {
            let far = |node: &Value| node["distanceKm"].as_f64().unwrap_or(f64::MAX);
            assert!(far(one) <= far(other), "{one:#}\n{other:#}");
        }
    }
    for node in nodes {
        let parts = node["scoreParts"].as_array().unwrap();
        assert_eq!(
            parts.iter().map(|part| part["points"].as_i64().unwrap()).sum::<i64>(),
            node["score"].as_i64().unwrap()
        );
        assert!(
            parts.iter().all(|part| (0..=part["most"].as_i64().unwrap()).contains(&part["points"].as_i64().unwrap()))
        );
    }
}

fn check_answer(world: &World, question: &Question, answer: &Value) {
    let nodes = answer["nodes"].as_array().unwrap();
    let by_id: BTreeMap<String, &ServiceListing> = world.all().map(|listing| (id_of(&listing.key), listing)).collect();
    let vocabulary = spelling::vocabulary(world.public().flat_map(naive::texts));
    let expected: BTreeSet<&str> = world
        .public()
        .filter(|listing| naive::of_interest(listing, question, &vocabulary))
        .filter(|listing| ways(listing).iter().any(|way| naive::within_reach(way, question)))
        .map(|listing| listing.key.as_str())
        .collect();
    let found: Vec<&str> = nodes.iter().map(|node| by_id[text(&node["service"], "id")].key.as_str()).collect();
    assert_eq!(found.iter().copied().collect::<BTreeSet<_>>(), expected, "{question:#?}\n{world:#?}");
    assert_eq!(found.len(), expected.len(), "each service stands once: {found:?}");
    for node in nodes {
        check_node(by_id[text(&node["service"], "id")], question, node);
    }
    check_order(question, nodes);
    let in_group = |group: &str| nodes.iter().filter(|node| text(node, "group") == group).count();
    let counts =
        json!({ "fits": in_group("FITS"), "fitsIf": in_group("FITS_IF"), "noBecause": in_group("NO_BECAUSE") });
    assert_eq!((&answer["counts"], &answer["totalCount"]), (&counts, &json!(nodes.len())));
    let asked = question.place.map(|(words, _)| naive::find(words).label);
    assert_eq!(answer["where"]["label"], json!(asked));
}

#[test]
fn the_answer_is_what_the_listings_say_no_more_and_no_less() {
    let groups = [(); 3].map(|()| AtomicUsize::new(0));
    for_all(24, &(worlds(), prop::collection::vec(questions(), 12)), async |(world, questions)| {
        let app = world.app().await;
        for question in questions {
            let answer = ask(&app, &question).await;
            check_answer(&world, &question, &answer);
            for (count, group) in groups.iter().zip(["fits", "fitsIf", "noBecause"]) {
                count.fetch_add(usize::try_from(answer["counts"][group].as_u64().unwrap()).unwrap(), Ordering::Relaxed);
            }
        }
    });
    // Whatever is drawn, every group is seen often enough for the comparison to mean something.
    let seen = groups.map(|count| count.load(Ordering::Relaxed));
    assert!(seen.iter().all(|count| *count >= 20), "{seen:?}");
}

#[test]
fn nothing_that_fails_a_stated_hard_criterion_ever_stands_among_what_fits() {
    let (fitting, turned_away) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let often = Often { narrowing: 2, person: 7 };
    for_all(
        24,
        &(worlds_of(welcoming()), prop::collection::vec(questions_that(often), 12)),
        async |(world, questions)| {
            let app = world.app().await;
            for question in questions {
                let answer = ask(&app, &question).await;
                for node in answer["nodes"].as_array().unwrap() {
                    let listing =
                        world.all().find(|listing| id_of(&listing.key) == text(&node["service"], "id")).unwrap();
                    let all = ways(listing);
                    let why = naive::turns_away(listing, way_of(listing, &all, node), &question);
                    if text(node, "group") == "FITS" {
                        assert!(why.is_empty(), "{why:?}: {question:#?}\n{listing:#?}\n{node:#}");
                        fitting.fetch_add(1, Ordering::Relaxed);
                    }
                    turned_away.fetch_add(usize::from(!why.is_empty()), Ordering::Relaxed);
                }
            }
        },
    );
    let seen = [fitting, turned_away].map(|count| count.load(Ordering::Relaxed));
    assert!(seen.iter().all(|count| *count >= 20), "{seen:?}");
}

#[test]
fn the_same_question_has_the_same_answer_to_the_letter() {
    for_all(6, &(worlds(), prop::collection::vec(questions(), 6)), async |(world, questions)| {
        let (app, again) = (world.app().await, world.app().await);
        for question in questions {
            let input = json!({ "input": question.input() });
            let first = app.text(ASK, input.clone()).await;
            assert_eq!(first, app.text(ASK, input.clone()).await);
            assert_eq!(first, again.text(ASK, input).await, "another server over the same listings");
        }
    });
}
