//! Non-interference: two directories that differ in nothing but what is secret about them give
//! the same answers, to the letter, to everything that anybody can ask.

use std::collections::{BTreeMap, BTreeSet};

use chrono::Duration;
use entity::enums::{AccessFeature, ContactVisibility, Visibility};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};
use signpost::api::ids::NodeId;
use signpost::config::Config;
use signpost::directory::duplicates::Compared;
use signpost::directory::listing::{
    Address, Contact, Identifier, LocationListing, Phone, ServiceListing, ServicePlace,
};
use signpost::directory::store::{location_id, place_id, service_id};

use crate::signposting_oracle::for_all;
use crate::signposting_oracle::question::{Question, questions};
use crate::signposting_oracle::world::{World, worlds};
use crate::support::listings::{at, location, weekly};
use crate::support::{TestApp, source};

/// What is secret about a place, in words that stand nowhere else.
#[derive(Clone, Debug, PartialEq)]
struct Secret {
    word: &'static str,
    postcode: &'static str,
    point: Option<(f64, f64)>,
    digits: &'static str,
    days: &'static str,
    access: Vec<AccessFeature>,
}

/// Secrets of one directory, and quite other ones of another.
const WORDS: [[&str; 2]; 2] = [["Zyxmoor", "Qwelthorpe"], ["Vroxham", "Jindlestead"]];
const DIGITS: [[&str; 2]; 2] = [["7313517", "7353713"], ["9191873", "9737191"]];

/// Points of one town each, and places all over to ask from.
const SPOTS: &[(&str, (f64, f64))] = &[
    ("M21 9WQ", (53.4381, -2.2731)),
    ("M14 5RQ", (53.4479, -2.2263)),
    ("BS3 3NB", (51.4391, -2.6037)),
    ("EH1 1BB", (55.9513, -3.1937)),
    ("LS2 9JT", (53.8031, -1.5463)),
];

fn secrets(of: usize) -> impl Strategy<Value = Vec<Secret>> {
    // The first place of the one lies in England, of the other in Scotland.
    let spots = |which| match (of, which) {
        (0, 0) => &SPOTS[..3],
        (1, 0) => &SPOTS[3..4],
        _ => SPOTS,
    };
    let one = move |which: usize| {
        let access = prop::sample::subsequence(
            &[AccessFeature::StepFree, AccessFeature::Interpreter, AccessFeature::QuietSpace][..],
            0..=3,
        );
        (select(spots(which)), any::<bool>(), select(&["MO,TU", "SA,SU"][..]), access).prop_map(
            move |((postcode, point), placed, days, access)| Secret {
                word: WORDS[of][which],
                postcode,
                point: placed.then_some(point),
                digits: DIGITS[of][which],
                days,
                access,
            },
        )
    };
    (one(0), one(1)).prop_map(|(one, other)| vec![one, other])
}

impl Secret {
    /// The same place with everything secret about it as it is here.
    fn hidden_in(&self, place: &ServicePlace) -> ServicePlace {
        let word = |of: &str| Some(format!("{} {of}", self.word));
        let phones =
            |kind: &str| vec![Phone { number: format!("0161 {}", self.digits), kind: word(kind), ..Phone::default() }];
        let building = &place.location;
        ServicePlace {
            description: word("back gate"),
            phones: phones("pair"),
            contacts: vec![Contact {
                name: word("Keeper"),
                role: word("keeper"),
                email: Some(format!("{}@example.org", self.word)),
                phone: Some(self.digits.to_owned()),
                visibility: ContactVisibility::Public,
                named: true,
                deputy: false,
                for_agency_key: None,
            }],
            location: LocationListing {
                key: building.key.clone(),
                kind: building.kind,
                confidential: true,
                public_area: Some("the north of the city".to_owned()),
                name: word("house"),
                alternate_name: word("lodge"),
                description: word("behind the mill"),
                address: Some(Address {
                    lines: vec![format!("{} {} Road", self.digits, self.word)],
                    town: word("Town"),
                    region: word("shire"),
                    postcode: Some(self.postcode.to_owned()),
                    country: Some("GB".to_owned()),
                }),
                point: self.point,
                transport: word("bus"),
                access_offered: self.access.clone(),
                access_missing: [AccessFeature::StepFree, AccessFeature::QuietSpace]
                    .into_iter()
                    .filter(|one| !self.access.contains(one))
                    .collect(),
                schedules: vec![weekly(self.days, "08:00", "23:00")],
                phones: phones("building"),
                identifiers: vec![Identifier { scheme: "uprn".to_owned(), value: format!("10{}", self.digits) }],
            },
            ..place.clone()
        }
    }
}

/// The world with these secrets about its confidential buildings, by their keys.
fn keeping(world: &World, secrets: &[Secret]) -> Vec<ServiceListing> {
    let mut all: Vec<ServiceListing> = world.all().cloned().collect();
    for (number, listing) in all.iter_mut().enumerate() {
        if number < 2 {
            // There are always two public services of one name in one confidential place, open all
            // week (so that the place's bank holidays would show) and saying no more of where they are.
            let refuge = at(location("l0", "M14 5RQ", None));
            listing.visibility = Visibility::Public;
            listing.name = "Bread and Beds".to_owned();
            listing.delivery.clear();
            listing.areas.clear();
            listing.schedules = vec![weekly("MO,TU,WE,TH,FR,SA,SU", "09:00", "17:00")];
            listing.places.retain(|place| place.location.key != "l0");
            listing.places.insert(0, ServicePlace { key: "refuge".to_owned(), ..refuge });
        }
        for place in &mut listing.places {
            let which = match place.location.key.as_str() {
                "l0" => 0,
                _ if place.location.confidential => 1,
                _ => continue,
            };
            *place = secrets[which].hidden_in(place);
        }
    }
    all
}

async fn directory(listings: &[ServiceListing]) -> TestApp {
    let mut config = Config::default();
    config.graphql.max_cost = 100_000_000;
    config.graphql.max_tokens = 100_000;
    config.graphql.max_depth = 32;
    config.graphql.max_aliases = 1_000;
    config.graphql.max_root_fields = 1_000;
    let app = TestApp::with_config(config).await;
    app.save(listings).await;
    app
}

/// The fields of every type, as the schema itself tells them.
struct Schema(BTreeMap<String, Vec<(String, String)>>);

impl Schema {
    async fn of(app: &TestApp) -> Self {
        let query = "{ __schema { types { name kind fields { name args { type { kind } }
            type { name kind ofType { name kind ofType { name kind ofType { name kind } } } } } } } }";
        let data = app.data(query, json!({})).await;
        let named = |mut of: &Value| {
            while !of["ofType"].is_null() {
                of = &of["ofType"];
            }
            of["name"].as_str().unwrap().to_owned()
        };
        let types = data["__schema"]["types"].as_array().unwrap();
        let fields = |one: &Value| {
            let all = one["fields"].as_array().into_iter().flatten();
            let free = all
                .filter(|field| field["args"].as_array().unwrap().iter().all(|arg| arg["type"]["kind"] != "NON_NULL"));
            free.map(|field| (field["name"].as_str().unwrap().to_owned(), named(&field["type"]))).collect()
        };
        Self(types.iter().map(|one| (one["name"].as_str().unwrap().to_owned(), fields(one))).collect())
    }

    /// Every field of a type, and of what these hold so many levels down.
    fn all(&self, of: &str, levels: usize) -> String {
        let fields = self.0[of].iter().filter_map(|(name, holds)| {
            if self.0[holds].is_empty() {
                return Some(name.clone());
            }
            // Needs are the same for everybody, and there are many of them; edges hold what nodes hold.
            let inside = (levels > 0 && holds != "Need" && name != "edges").then(|| self.all(holds, levels - 1))?;
            (!inside.is_empty()).then(|| format!("{name} {{ {inside} }}"))
        });
        fields.collect::<Vec<_>>().join(" ")
    }
}

/// Everything that is asked of both directories, each question with its answer.
async fn battery(app: &TestApp, listings: &[ServiceListing], questions: &[Question]) -> Vec<(String, String)> {
    let mut answers = Vec::new();
    let mut ask = async |query: &str, variables: Value| {
        let answer = app.text(query, variables.clone()).await;
        assert!(!answer.contains("\"errors\""), "{query} {variables}: {answer}");
        answers.push((format!("{query} {variables}"), answer));
    };
    let schema = Schema::of(app).await;
    let deep = schema.all("Service", 3);
    assert!(
        ["transport", "postcode", "latitude", "accessMissing", "localAuthority"]
            .iter()
            .all(|field| deep.contains(field))
    );
    ask(&format!("{{ services(first: 100) {{ totalCount edges {{ cursor node {{ {deep} }} }} }} }}"), json!({})).await;
    ask(
        &format!(
            "{{ agencies(first: 100) {{ totalCount edges {{ cursor node {{ {} }} }} }} }}",
            schema.all("Agency", 5)
        ),
        json!({}),
    )
    .await;
    ask(
        &format!(
            "{{ locations(first: 100) {{ totalCount edges {{ cursor node {{ {} }} }} }} }}",
            schema.all("Location", 3)
        ),
        json!({}),
    )
    .await;
    ask("{ needs(first: 100) { nodes { key serviceCount } } }", json!({})).await;
    let fields = [("Service", 2), ("ServiceAtLocation", 2), ("Location", 1)]
        .map(|(kind, levels)| format!("... on {kind} {{ {} }}", schema.all(kind, levels)))
        .join(" ");
    let ids = nodes(listings);
    let each: String =
        ids.iter().enumerate().map(|(n, id)| format!("n{n}: node(id: \"{id}\") {{ ...all }} ")).collect();
    ask(&format!("{{ {each} }} fragment all on Node {{ id {fields} }}"), json!({})).await;
    for (field, direction) in [("NAME", "DESC"), ("UPDATED_AT", "ASC")] {
        let query = "query($order: ServiceOrder) { services(first: 3, orderBy: $order) { nodes { id } pageInfo { endCursor hasNextPage } } }";
        ask(query, json!({ "order": { "field": field, "direction": direction } })).await;
    }
    let lists = "query($services: ServiceFilter, $locations: LocationFilter, $agencies: AgencyFilter) {
        services(filter: $services, first: 100) { totalCount nodes { id places { openNow { state nextOpens } } } }
        locations(filter: $locations, first: 100) { totalCount nodes { id } }
        agencies(filter: $agencies, first: 100) { totalCount nodes { id } }
    }";
    let words = WORDS.iter().flatten().chain(DIGITS.iter().flatten()).copied();
    let fields = ["house", "road", "shire", "M21 9WQ", "BS3", "keeper", "bread", "north of the city", "mill"];
    for word in words.chain(fields) {
        let text = json!({ "text": word });
        ask(lists, json!({ "services": text, "locations": text, "agencies": text })).await;
    }
    for feature in ["STEP_FREE", "INTERPRETER", "QUIET_SPACE"] {
        ask(lists, json!({ "services": { "accessOffered": [feature] } })).await;
    }
    for hours in [0, 14, 38, 206] {
        let at = (app.clock.now() + Duration::hours(hours)).to_rfc3339();
        ask(lists, json!({ "services": { "openAt": at } })).await;
        ask(lists, json!({ "services": { "openAt": at, "accessOffered": ["STEP_FREE"] } })).await;
    }
    for code in ["E08000003", "E06000023", "S12000036", "E08000035"] {
        ask(lists, json!({ "locations": { "localAuthority": code } })).await;
    }
    for (postcode, (lat, lon)) in SPOTS {
        for (place, km) in [(*postcode, 6.0), (&format!("{lat},{lon}"), 0.05)] {
            let near = json!({ "near": { "place": place, "withinKm": km } });
            ask(lists, json!({ "services": near, "locations": near })).await;
            let question = json!({ "where": { "place": place, "withinKm": km }, "circumstances": { "access": ["STEP_FREE", "QUIET_SPACE"] } });
            ask(SIGNPOST, json!({ "input": question })).await;
        }
        let when = json!([{ "days": ["SATURDAY"], "from": "09:00", "to": "12:00" }]);
        ask(SIGNPOST, json!({ "input": { "where": { "place": postcode, "withinKm": 3 }, "when": when } })).await;
    }
    for question in questions {
        ask(SIGNPOST, json!({ "input": question.input() })).await;
    }
    let compared = Compared::services(app.db().connection(), &app.app.live.current()).await.unwrap();
    answers.push(("doctor".to_owned(), format!("{:?}", compared.groups())));
    answers
}

const SIGNPOST: &str = "query($input: SignpostInput!) { signpost(input: $input, first: 100) {
    totalCount counts { fits fitsIf noBecause } pageInfo { hasNextPage endCursor }
    edges { cursor node {
        service { id name } group distanceKm delivery score waitDays
        scoreParts { part points } needsMet { key } openNow { state doubt until nextOpens perhapsOpens }
        criteria { subject characteristic access outcome reason ask askOf evidence quote }
        at { id description phones { number } contacts { role name } openNow { state until nextOpens }
            location { id confidential publicArea name point { latitude } accessOffered openingHours { byDay } phones { number } } }
    } }
} }";

/// The ids of everything there is, whether or not it may be seen.
fn nodes(listings: &[ServiceListing]) -> BTreeSet<String> {
    let source = source().id();
    let mut ids = BTreeSet::new();
    for listing in listings {
        let service = service_id(source, &listing.key);
        ids.insert(NodeId::Service(service).encode().0);
        for place in &listing.places {
            ids.insert(NodeId::ServiceAtLocation(place_id(service, &place.key)).encode().0);
            ids.insert(NodeId::Location(location_id(source, &place.location.key)).encode().0);
        }
    }
    ids
}

fn assert_same(one: &[(String, String)], other: &[(String, String)]) {
    assert_eq!(one.len(), other.len());
    for ((question, answer), (_, other)) in one.iter().zip(other) {
        assert_eq!(answer, other, "the answers to this differ: {question}");
    }
}

#[test]
fn what_is_secret_about_a_place_changes_no_answer_and_stands_in_none() {
    let asked = prop::collection::vec(questions(), 6);
    for_all(6, &(worlds(), secrets(0), secrets(1), asked), async |(world, one, other, asked)| {
        let (one, other) = (keeping(&world, &one), keeping(&world, &other));
        let first = battery(&directory(&one).await, &one, &asked).await;
        let second = battery(&directory(&other).await, &other, &asked).await;
        assert_same(&first, &second);
        let told = first.iter().map(|(question, answer)| (question, answer.to_lowercase()));
        for (question, answer) in told {
            for secret in WORDS.iter().flatten().chain(DIGITS.iter().flatten()) {
                assert!(
                    !answer.contains(&secret.to_lowercase()),
                    "{secret} stands in the answer to {question}: {answer}"
                );
            }
        }
        // The battery would notice: there is such a place, it is told of, and it is not told where.
        assert!(
            first[0].1.contains("\"confidential\":true,") && first[0].1.contains("the north of the city"),
            "{}",
            first[0].1
        );
    });
}

/// The world's internal services, marked in every word of theirs; and the world without them.
fn with_and_without(world: &World, buildings: &Index) -> (Vec<ServiceListing>, Vec<ServiceListing>) {
    let mut all: Vec<ServiceListing> = world.all().cloned().collect();
    all[0].visibility = Visibility::Public;
    all[1].visibility = Visibility::Internal;
    let (open, _) = all.split_at(1);
    let agency = open[0].agency.clone();
    let staff_room = || at(location("staffroom zyxmoor", SPOTS[buildings.index(SPOTS.len())].0, Some((53.44, -2.27))));
    for listing in all.iter_mut().filter(|listing| listing.visibility == Visibility::Internal) {
        // Its agency has a public service too: an agency is public by itself.
        listing.agency = agency.clone();
        listing.name = "Zyxmoor team".to_owned();
        listing.description = Some("Qwelthorpe among ourselves".to_owned());
        listing.phones = vec![Phone { number: DIGITS[0][0].to_owned(), ..Phone::default() }];
        listing.places.push(staff_room());
    }
    let without = all.iter().filter(|listing| listing.visibility == Visibility::Public).cloned().collect();
    (all, without)
}

#[test]
fn what_is_internal_changes_no_answer_and_stands_in_none() {
    let asked = prop::collection::vec(questions(), 6);
    for_all(4, &(worlds(), any::<Index>(), asked), async |(world, buildings, asked)| {
        let (with, without) = with_and_without(&world, &buildings);
        let first = battery(&directory(&with).await, &with, &asked).await;
        let second = battery(&directory(&without).await, &with, &asked).await;
        assert_same(&first, &second);
        for (question, answer) in &first {
            for secret in ["zyxmoor", "qwelthorpe", DIGITS[0][0]] {
                assert!(
                    !answer.to_lowercase().contains(secret),
                    "{secret} stands in the answer to {question}: {answer}"
                );
            }
        }
    });
}
