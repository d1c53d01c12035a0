//! The questions over real feeds: the health services of England, and Greater Manchester with the rehabilitative
//! services of the country, as they are, taken in by the importer.
//!
//! The feeds are no part of the project: they are found by `SIGNPOST_TEST_SHARED`, and without it nothing is asked. Of
//! the large one only what lies within reach of some question is imported, with a ring of what does not around it, and
//! what says of itself no point: whatever is further away can be no answer, and all of it would take minutes.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

use flate2::read::GzDecoder;
use serde::Deserialize;
use signpost::clock::Clock;
use signpost::database::Database;
use signpost::directory::placing;
use signpost::directory::store::Source;
use signpost::open_referral::import::{Import, import};
use signpost::open_referral::reader::{Limits, Progress};
use signpost::places::{Point, distance_km};

use super::measure::Floor;
use super::questions::{self, Question};
use super::{asked, id_of, with_postcodes};
use crate::support::{TestApp, shared};

/// The feeds, by the letter with which the ids of their services begin in the questions.
const FEEDS: [(&str, &str); 2] = [("h", "england-health-2014"), ("g", "greater-manchester-and-justice")];
/// How much further than the questions reach records are taken, in kilometres.
const RING_KM: f64 = 1.0;

/// What of a record says where it is.
#[derive(Debug, Deserialize)]
struct Record {
    #[serde(default)]
    service_at_locations: Vec<AtLocation>,
}

#[derive(Debug, Deserialize)]
struct AtLocation {
    location: Location,
}

#[derive(Debug, Deserialize)]
struct Location {
    latitude: Option<f64>,
    longitude: Option<f64>,
}

impl Record {
    /// Whether it says no point, or one near enough to a question.
    fn near(&self, questions: &[(Point, f64)]) -> bool {
        let point = |at: &AtLocation| Point::new(at.location.latitude?, at.location.longitude?).ok();
        let points: Vec<Point> = self.service_at_locations.iter().filter_map(point).collect();
        let near = |point: &Point| questions.iter().any(|(asked, km)| distance_km(*asked, *point) <= km + RING_KM);
        points.is_empty() || points.iter().any(near)
    }
}

/// Writes those records of a feed that lie near a question into a file of the same format; how many there are.
fn near_ones(feed: &Path, questions: &[(Point, f64)], to: &Path) -> usize {
    let lines = BufReader::new(GzDecoder::new(File::open(feed).unwrap())).lines();
    let mut out = BufWriter::new(File::create(to).unwrap());
    let mut count = 0;
    for line in lines {
        let line = line.unwrap();
        if serde_json::from_str::<Record>(&line).unwrap().near(questions) {
            writeln!(out, "{line}").unwrap();
            count += 1;
        }
    }
    out.flush().unwrap();
    count
}

/// Where the questions are asked from, and how far they reach from there.
async fn reach(app: &TestApp, questions: &[Question]) -> Vec<(Point, f64)> {
    let mut furthest: BTreeMap<&str, f64> = BTreeMap::new();
    for question in questions {
        let held = furthest.entry(question.place.as_deref().unwrap()).or_default();
        *held = held.max(question.within_km());
    }
    let mut reach = Vec::new();
    for (place, km) in furthest {
        reach.push((placing::find(app.db().connection(), place).await.unwrap().point, km));
    }
    reach
}

async fn take_in(database: &Database, clock: &Clock, key: &str, path: &Path) {
    let source = Source { key: key.to_owned(), name: key.to_owned(), licence: None, attribution: None };
    let job = Import { path: path.to_owned(), source, limits: Limits::default() };
    import(database, clock, job, Arc::new(Progress::default()), std::io::sink()).await.unwrap();
}

#[tokio::test]
async fn answers_over_real_feeds_are_as_good_as_they_were() {
    let Some(shared) = shared("the questions over real feeds") else { return };
    let questions = questions::read(include_str!("../../quality/real.toml"), |id| {
        let (letter, key) = id.split_once(':').unwrap();
        let (_, feed) = FEEDS.iter().find(|feed| feed.0 == letter).unwrap();
        id_of(feed, key)
    });
    let app = with_postcodes().await;
    let reach = reach(&app, &questions).await;
    let folder = tempfile::tempdir().unwrap();
    for (_, feed) in FEEDS {
        let near = folder.path().join(format!("{feed}.ndjson"));
        let all = shared.join(format!("data/open-referral/{feed}.ndjson.gz"));
        let count = near_ones(&all, &reach, &near);
        assert!(count >= 500, "{count} records of {feed} are near the questions");
        take_in(app.db(), &app.clock, feed, &near).await;
    }
    app.refresh().await;
    asked("real feeds", &app, questions, FLOORS).await;
}

/// What each half reaches at the least: as typed, and perfectly understood.
const FLOORS: [Floor; 4] = [
    Floor { recall: 0.69, precision: 0.69, ndcg: 0.71, silent: 0.09, violations: 0 },
    Floor { recall: 0.70, precision: 0.70, ndcg: 0.72, silent: 0.09, violations: 0 },
    Floor { recall: 0.74, precision: 0.76, ndcg: 0.72, silent: 0.11, violations: 0 },
    Floor { recall: 0.70, precision: 0.74, ndcg: 0.71, silent: 0.11, violations: 0 },
];
