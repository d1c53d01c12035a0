//! The questions that are asked: one need, near a place, on a Thursday evening, of a person of 34 who is using.

use std::fmt;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use signpost::directory::snapshot::Snapshot;
use signpost::hours::{WeekdaySet, Window};
use signpost::places::{Gazetteer, Point, ResolvedPlace, parse};
use signpost::signposting::circumstances::{Circumstances, SubstanceUse};
use signpost::signposting::query::{AskedNeed, SignpostQuery};

/// Services of a page.
pub(crate) const SIZE: usize = 20;
/// How many different questions of each kind.
const MANY: usize = 400;

/// The page: group, points, reasons, place, hours, agency and its named contact.
pub(crate) const PAGE: &str = "query($input: SignpostInput!) {
  signpost(input: $input, first: 20) {
    counts { fits fitsIf noBecause }
    nodes {
      group score distanceKm
      criteria { subject outcome reason ask }
      at { location { name address { lines town postcode } point { latitude longitude } }
           openingHours { byDay opensAt closesAt } }
      service { id name summary agency { name namedContact { role } } openingHours { byDay opensAt closesAt } }
    }
  }
}";

/// What sort of question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Within 10 km of where some service is.
    Typical,
    /// Within 25 km of the middle of London.
    Densest,
}

impl Kind {
    pub(crate) const ALL: &'static [Self] = &[Self::Typical, Self::Densest];
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(match self {
            Self::Typical => "typical",
            Self::Densest => "densest",
        })
    }
}

/// One question.
pub(crate) struct Question {
    pub(crate) kind: Kind,
    pub(crate) need: String,
    pub(crate) point: Point,
    pub(crate) km: f64,
    pub(crate) query: SignpostQuery,
}

impl Question {
    /// As a client asks it.
    pub(crate) fn variables(&self) -> Value {
        let place = format!("{:.5},{:.5}", self.point.lat(), self.point.lon());
        json!({ "input": {
            "needs": [self.need], "where": { "place": place, "withinKm": self.km },
            "when": [{ "days": ["THURSDAY"], "from": "17:00", "to": "21:00" }],
            "circumstances": { "age": 34, "substanceUse": "USING" },
        } })
    }
}

fn resolved(point: Point) -> Option<ResolvedPlace> {
    let typed = parse(&format!("{:.5},{:.5}", point.lat(), point.lon())).ok()?;
    Gazetteer::embedded().resolve(&typed, None, false).ok()
}

/// Questions by the services that there are, spread evenly over them: busy places and needs are asked about more.
pub(crate) fn questions(snapshot: &Snapshot, at: DateTime<Utc>) -> Vec<Question> {
    let all: Vec<_> = snapshot.services().collect();
    let step = (all.len() / (MANY * 2)).max(1);
    let mut asked = Vec::new();
    let with_place = all.iter().step_by(step).filter_map(|service| {
        let point = service.offers.iter().find_map(|offer| offer.point)?;
        Some((snapshot.need_list.at(*service.needs.first()?)?.key.clone(), point))
    });
    let london = Point::new(51.5155, -0.0922).ok();
    for (need, point) in with_place.take(MANY) {
        let kinds = [(Kind::Typical, Some(point), 10.0), (Kind::Densest, london, 25.0)];
        for (kind, point, km) in kinds {
            let Some((point, place)) = point.and_then(|point| Some((point, resolved(point)?))) else { continue };
            let any_of = snapshot.need_list.index_of(&need).into_iter().collect();
            let query = SignpostQuery {
                needs: vec![AskedNeed { key: need.clone(), any_of, weight: 100 }],
                place: Some(place),
                within_km: km,
                windows: vec![Window {
                    days: WeekdaySet::from_iter([chrono::Weekday::Thu]),
                    from: at_hour(17),
                    to: at_hour(21),
                    min_minutes: 30,
                }],
                circumstances: Circumstances {
                    age: Some(34.0),
                    substance_use: Some(SubstanceUse::Using),
                    ..Circumstances::default()
                },
                delivery: Vec::new(),
                formats: Vec::new(),
                words: Vec::new(),
                meaningless: false,
                at,
            };
            asked.push(Question { kind, need: need.clone(), point, km, query });
        }
    }
    asked
}

fn at_hour(hour: u32) -> chrono::NaiveTime {
    chrono::NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default()
}
