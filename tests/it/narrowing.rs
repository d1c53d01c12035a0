//! Facets agree with the answer at every page, and what is said to have to give is what makes it fit.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::TestApp;

const ASK: &str = "query($input: SignpostInput!, $first: Int, $after: String) {
    signpost(input: $input, first: $first, after: $after) {
        counts { fits fitsIf noBecause } totalCount pageInfo { hasNextPage endCursor }
        facets {
            needs { need { key } counts { fits fitsIf noBecause } }
            delivery { delivery counts { fits fitsIf noBecause } }
            formats { format counts { fits fitsIf noBecause } }
            cost { cost counts { fits fitsIf noBecause } }
            referralRoutes { referralRoute counts { fits fitsIf noBecause } }
        }
        nodes {
            group criteria { subject outcome }
            service { id delivery formats cost referralRoutes needs { key } }
        }
    }
}";

/// The facets of a kind as a table.
fn table(facets: &Value, kind: &str, name: &str) -> BTreeMap<String, [i64; 3]> {
    let count = |counts: &Value| ["fits", "fitsIf", "noBecause"].map(|group| counts[group].as_i64().unwrap());
    let value = |facet: &Value| match &facet[name] {
        Value::Object(need) => need["key"].as_str().unwrap().to_owned(),
        other => other.as_str().unwrap().to_owned(),
    };
    facets[kind].as_array().unwrap().iter().map(|facet| (value(facet), count(&facet["counts"]))).collect()
}

fn values(service: &Value, name: &str) -> Vec<String> {
    match &service[name] {
        Value::Array(all) => all.iter().map(|one| one.get("key").unwrap_or(one).as_str().unwrap().to_owned()).collect(),
        Value::String(one) => vec![one.clone()],
        _ => Vec::new(),
    }
}

#[tokio::test]
async fn facets_count_the_whole_answer_on_every_page() {
    let app = TestApp::demonstration().await;
    for input in [
        json!({ "needs": ["housing", "money"], "where": { "place": "M14 5RQ", "withinKm": 10 }, "circumstances": { "age": 19 } }),
        json!({ "search": "advice", "where": { "place": "Leeds", "withinKm": 20 }, "delivery": ["TELEPHONE", "IN_PERSON"] }),
        json!({ "text": "cant stop drinking, nowhere to live", "where": { "place": "Bristol", "withinKm": 25 } }),
    ] {
        let (mut after, mut first_facets, mut nodes) = (Value::Null, None, Vec::new());
        loop {
            let data = app.data(ASK, json!({ "input": input, "first": 3, "after": after })).await;
            let answer = &data["signpost"];
            nodes.extend(answer["nodes"].as_array().unwrap().clone());
            let facets = first_facets.get_or_insert_with(|| answer["facets"].clone());
            assert_eq!(*facets, answer["facets"], "the same on every page");
            if answer["pageInfo"]["hasNextPage"] == json!(false) {
                assert_eq!(answer["totalCount"], json!(nodes.len()));
                break;
            }
            after = answer["pageInfo"]["endCursor"].clone();
        }
        assert!(nodes.len() > 3, "more than one page: {input}");
        let facets = first_facets.unwrap();
        for (kind, name, field) in [
            ("needs", "need", "needs"),
            ("delivery", "delivery", "delivery"),
            ("formats", "format", "formats"),
            ("cost", "cost", "cost"),
            ("referralRoutes", "referralRoute", "referralRoutes"),
        ] {
            let mut expected: BTreeMap<String, [i64; 3]> = BTreeMap::new();
            for node in &nodes {
                let group =
                    ["FITS", "FITS_IF", "NO_BECAUSE"].iter().position(|group| node["group"] == **group).unwrap();
                let mut of_service = values(&node["service"], field);
                of_service.sort_unstable();
                of_service.dedup();
                for value in of_service {
                    expected.entry(value).or_default()[group] += 1;
                }
            }
            assert_eq!(table(&facets, kind, name), expected, "{kind}: {input}");
        }
    }
}

const NEAREST: &str = "query($input: SignpostInput!, $first: Int) { signpost(input: $input, first: 60) {
    counts { fits fitsIf noBecause }
    nodes { group criteria { subject outcome } service { id } }
    nearest(first: $first) {
        gives criterion beyondKm words
        result { group distanceKm criteria { subject outcome reason } service { id name } }
    }
} }";

/// Where a service stands in the answer to a question, if it does.
async fn stands(app: &TestApp, input: &Value, id: &Value) -> Option<Value> {
    let data = app.data(NEAREST, json!({ "input": input, "first": 1 })).await;
    data["signpost"]["nodes"].as_array().unwrap().iter().find(|node| node["service"]["id"] == *id).cloned()
}

#[tokio::test]
async fn what_is_said_to_have_to_give_is_all_that_stands_in_the_way() {
    let app = TestApp::demonstration().await;
    let mut seen = BTreeMap::<String, usize>::new();
    for input in [
        // Nothing near.
        json!({ "needs": ["housing.emergency"], "where": { "place": "M14 5RQ", "withinKm": 1 } }),
        // One thing of the person's life.
        json!({ "needs": ["housing"], "where": { "place": "M14 5RQ", "withinKm": 8 }, "circumstances": { "gender": "MAN", "age": 40, "substanceUse": "USING" } }),
        // A way, and a form, that few have.
        json!({ "needs": ["mental-health"], "where": { "place": "M14 5RQ", "withinKm": 10 }, "delivery": ["VIDEO"] }),
        json!({ "needs": ["drugs-alcohol"], "where": { "place": "LS1 4AP", "withinKm": 10 }, "formats": ["GROUP"] }),
    ] {
        let data = app.data(NEAREST, json!({ "input": input, "first": 10 })).await;
        let misses = data["signpost"]["nearest"].as_array().unwrap();
        assert!(!misses.is_empty(), "{input}");
        for miss in misses {
            let id = &miss["result"]["service"]["id"];
            let gives = miss["gives"].as_str().unwrap();
            *seen.entry(gives.to_owned()).or_default() += 1;
            assert!(!miss["words"].as_str().unwrap().is_empty(), "{miss:#}");
            let strict = stands(&app, &input, id).await;
            assert!(strict.as_ref().is_none_or(|node| node["group"] == "NO_BECAUSE"), "it does not fit: {miss:#}");
            let fails: Vec<&Value> = miss["result"]["criteria"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|criterion| criterion["outcome"] == "FAILS")
                .collect();
            let mut looser = input.clone();
            match gives {
                "CRITERION" => {
                    assert_eq!(fails.len(), 1, "{miss:#}");
                    assert_eq!(fails[0]["subject"], miss["criterion"]);
                    assert_eq!(fails[0]["reason"], miss["words"]);
                    continue;
                }
                "DISTANCE" => {
                    let km = input["where"]["withinKm"].as_f64().unwrap() + miss["beyondKm"].as_f64().unwrap();
                    looser["where"]["withinKm"] = json!(km);
                }
                "DELIVERY" => looser["delivery"] = json!([]),
                "FORMAT" => looser["formats"] = json!([]),
                other => panic!("{other}"),
            }
            assert_eq!((fails.len(), &miss["criterion"]), (0, &json!(null)), "{miss:#}");
            let then = stands(&app, &looser, id).await.unwrap_or_else(|| panic!("{looser} does not find {miss:#}"));
            assert_ne!(then["group"], "NO_BECAUSE", "{miss:#}");
        }
    }
    for gives in ["CRITERION", "DISTANCE", "DELIVERY", "FORMAT"] {
        assert!(seen.contains_key(gives), "{gives} was seen: {seen:?}");
    }
    for first in [0, 21] {
        let input = json!({ "needs": ["housing"] });
        let (code, field, _) = app.error(NEAREST, json!({ "input": input, "first": first })).await;
        assert_eq!((code.as_str(), field.as_str()), ("BAD_USER_INPUT", "first"));
    }
}
