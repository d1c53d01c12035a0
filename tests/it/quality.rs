//! How good the answers are, as a number: the questions of `tests/quality/`, asked as a client asks them, over the
//! demonstration network here and over real feeds in `real`.
//!
//! The report is printed by `cargo test --test it quality -- --nocapture`; `docs/QUALITY.md` has the figures. Half of the
//! questions ("dev") are there to tune on, the other half ("test") only to report: whoever changes a rule for the sake
//! of a question takes it from the first. What the lists of a question mean stands at the head of its file.

mod measure;
mod questions;
mod real;

use serde_json::{Value, json};
use signpost::api::ids::NodeId;
use signpost::directory::demonstration;
use signpost::directory::postcodes::{PostcodesImport, import};
use signpost::directory::store::{Source, service_id};

use self::measure::{Answer, Floor, Half, Said, report};
use self::questions::{Kind, Question};
use crate::support::TestApp;

const ASK: &str = "query($input: SignpostInput!, $after: String) { signpost(input: $input, first: 100, after: $after) {
    understood { needs { need { key } confidence } circumstances { kind } }
    nodes { group service { id } }
    pageInfo { hasNextPage endCursor }
} }";

/// Asks a question as it was typed and reads the answer as far as services fit.
async fn ask(app: &TestApp, question: &Question, perfectly: bool) -> Answer {
    let mut answer = Answer::default();
    let mut after = Value::Null;
    loop {
        let variables = json!({ "input": question.input(perfectly), "after": after });
        let data = app.data(ASK, variables).await;
        let page = &data["signpost"];
        if let Some(needs) = page["understood"]["needs"].as_array() {
            answer.said = needs
                .iter()
                .map(|need| Said {
                    key: need["need"]["key"].as_str().unwrap().to_owned(),
                    confidence: need["confidence"].as_u64().unwrap(),
                })
                .collect();
        }
        for node in page["nodes"].as_array().unwrap() {
            let id = node["service"]["id"].as_str().unwrap().to_owned();
            match node["group"].as_str().unwrap() {
                "FITS" => {
                    answer.fitting.insert(id.clone());
                    answer.offered.push(id);
                }
                "FITS_IF" => answer.offered.push(id),
                _ => return answer,
            }
        }
        if page["pageInfo"]["hasNextPage"] == json!(false) {
            return answer;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

/// An empty directory that knows the exact postcodes which the demonstration's services and all questions have.
async fn with_postcodes() -> TestApp {
    let app = TestApp::new().await;
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/quality/postcodes.csv");
    import(app.db(), &app.clock, PostcodesImport::open(&file).unwrap()).await.unwrap();
    app
}

/// The network of the demonstration.
async fn demonstration_network() -> TestApp {
    let app = with_postcodes().await;
    demonstration::load(app.db(), &app.clock).await.unwrap();
    app.refresh().await;
    app
}

fn id_of(source: &str, key: &str) -> String {
    let source = Source { key: source.to_owned(), name: String::new(), licence: None, attribution: None };
    NodeId::Service(service_id(source.id(), key)).encode().0
}

/// Asks all questions, half by half, as typed and as if every word had been understood; prints what comes of it, and
/// holds it against the floors: dev as typed, dev perfectly understood, then both of test.
async fn asked(what: &str, app: &TestApp, questions: Vec<Question>, floors: [Floor; 4]) {
    let (dev, test): (Vec<_>, Vec<_>) = questions.into_iter().partition(Question::is_dev);
    let mut all = Vec::new();
    for (name, questions) in [("dev", &dev), ("test", &test)] {
        for (how, perfectly) in [("as typed", false), ("perfectly understood", true)] {
            let mut half = Half::default();
            for question in questions {
                half.add(question, &ask(app, question, perfectly).await);
            }
            eprintln!("{}", report(&format!("{what}, {name}, {how}"), &half));
            all.push(half);
        }
    }
    for (half, floor) in all.iter().zip(floors) {
        floor.hold(half);
    }
}

/// The floors are what was reached when they were last raised, less what one question more or less makes.
#[tokio::test]
async fn answers_over_the_demonstration_network_are_as_good_as_they_were() {
    let questions = questions::read(include_str!("../quality/demonstration.toml"), |key| id_of("demonstration", key));
    assert!(questions.len() >= 120, "{} questions", questions.len());
    asked("demonstration", &demonstration_network().await, questions, FLOORS).await;
}

/// What each half reaches at the least: as typed, and perfectly understood.
const FLOORS: [Floor; 4] = [
    Floor { recall: 0.95, precision: 0.72, ndcg: 0.77, silent: 0.07, violations: 0 },
    Floor { recall: 0.96, precision: 0.67, ndcg: 0.79, silent: 0.07, violations: 0 },
    Floor { recall: 0.72, precision: 0.59, ndcg: 0.60, silent: 0.11, violations: 0 },
    Floor { recall: 0.93, precision: 0.69, ndcg: 0.80, silent: 0.07, violations: 0 },
];

/// Every question can be asked: a search has a text to search for, and what was typed is no secret of the file.
#[test]
fn questions_of_both_kinds_and_halves_are_there() {
    let questions = questions::read(include_str!("../quality/demonstration.toml"), str::to_owned);
    for kind in [Kind::OwnWords, Kind::Search] {
        let of_kind = questions.iter().filter(|question| question.kind == kind);
        let (dev, test): (Vec<_>, Vec<_>) = of_kind.partition(|question| question.is_dev());
        assert!(dev.len() >= 5 && test.len().abs_diff(dev.len()) <= 5, "{kind:?}: {} and {}", dev.len(), test.len());
    }
}
