//! The signposting query, as a link worker's screen asks it.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::{Value, json};
use signpost::app::EXAMPLE_QUERY;

use crate::support::TestApp;

const SIGNPOST: &str = "query($input: SignpostInput!, $first: Int, $after: String) {
    signpost(input: $input, first: $first, after: $after) {
        totalCount counts { fits fitsIf noBecause } pageInfo { hasNextPage endCursor } answeredFor
        where { label precision localAuthorities errorKm notes }
        nodes {
            group distanceKm score scoreParts { part points most }
            service { name } needsMet { key } needsNotMet { key }
            criteria { subject characteristic outcome reason ask askOf evidence quote }
            openNow { state nextOpens } at { location { name } }
        }
    }
}";

/// The question at the top of the issue: somewhere to live and help with benefits, M14 5RQ,
/// free on Thursday evening, still using.
fn question() -> Value {
    json!({
        "needs": ["housing", "money.benefits-advice"],
        "where": { "place": "M14 5RQ", "withinKm": 10.0 },
        "when": [{ "days": ["THURSDAY"], "from": "17:00", "to": "21:00" }],
        "circumstances": { "substanceUse": "USING" },
    })
}

fn result<'a>(data: &'a Value, name: &str) -> &'a Value {
    let nodes = data["signpost"]["nodes"].as_array().unwrap();
    nodes.iter().find(|node| node["service"]["name"] == name).unwrap_or_else(|| panic!("no {name} in {data:#}"))
}

#[tokio::test]
async fn the_question_has_an_answer_that_says_why() {
    let app = TestApp::demonstration().await;
    let data = app.data(SIGNPOST, json!({ "input": question(), "first": 100 })).await;
    let answer = &data["signpost"];

    // Both needs at once, everything met: first of all.
    let first = &answer["nodes"][0];
    assert_eq!((&first["group"], &first["service"]["name"]), (&json!("FITS"), &json!("Evening advice drop-in")));
    assert_eq!(first["needsMet"], json!([{ "key": "housing" }, { "key": "money.benefits-advice" }]));
    assert_eq!(first["needsNotMet"], json!([]));
    let reasons: Vec<_> = first["criteria"].as_array().unwrap().iter().map(|found| found["reason"].clone()).collect();
    assert_eq!(
        reasons,
        [
            "They cover Manchester.",
            "Open Thursday 26 November, 17:00 to 20:30.",
            "They take people who are using or drinking."
        ]
    );

    // What fits outright, for each of the needs.
    for need in ["housing", "money.benefits-advice"] {
        let fits = answer["nodes"].as_array().unwrap().iter().filter(|node| {
            node["group"] == "FITS" && node["needsMet"].as_array().unwrap().contains(&json!({ "key": need }))
        });
        assert!(fits.count() >= 2, "two services that fit for {need}: {answer:#}");
    }

    // What fits if the person is old enough: the question to ask, and of whom.
    let hostel = result(&data, "Lock House hostel");
    assert_eq!(hostel["group"], "FITS_IF");
    let open: Vec<_> =
        hostel["criteria"].as_array().unwrap().iter().filter(|found| found["outcome"] == "UNKNOWN").collect();
    assert_eq!(open.len(), 1);
    assert_eq!((&open[0]["ask"], &open[0]["askOf"]), (&json!("How old are you?"), &json!("PERSON")));

    // Groups stand in their order, and the best of each first.
    let order: Vec<(usize, i64)> = answer["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| {
            let group = ["FITS", "FITS_IF", "NO_BECAUSE"].iter().position(|group| node["group"] == *group).unwrap();
            (group, -node["score"].as_i64().unwrap())
        })
        .collect();
    assert!(order.is_sorted(), "{order:?}");
    // Each "no" says what would have to give; each "if" says what to ask; a "yes" leaves nothing open.
    for node in answer["nodes"].as_array().unwrap() {
        let of = |outcome: &str| {
            node["criteria"].as_array().unwrap().iter().filter(|found| found["outcome"] == outcome).count()
        };
        match node["group"].as_str().unwrap() {
            "FITS" => assert_eq!((of("FAILS"), of("UNKNOWN")), (0, 0), "{node:#}"),
            "FITS_IF" => assert!(of("FAILS") == 0 && of("UNKNOWN") > 0, "{node:#}"),
            _ => assert!(of("FAILS") > 0, "{node:#}"),
        }
        let parts = node["scoreParts"].as_array().unwrap();
        assert_eq!(
            parts.iter().map(|part| part["points"].as_i64().unwrap()).sum::<i64>(),
            node["score"].as_i64().unwrap()
        );
    }
    // Without the postcode table the place is honest about how it was found.
    assert_eq!(answer["where"]["precision"], "SECTOR");
    assert_eq!(answer["where"]["localAuthorities"], json!(["Manchester"]));
    assert!(answer["where"]["notes"][0].as_str().unwrap().contains("not loaded"), "{:#}", answer["where"]);
}

#[tokio::test]
async fn circumstances_move_services_between_the_groups() {
    let app = TestApp::demonstration().await;
    let group_of = async |name: &str, circumstances: Value| {
        let mut input = question();
        input["circumstances"] = circumstances;
        let data = app.data(SIGNPOST, json!({ "input": input, "first": 100 })).await;
        result(&data, name)["group"].clone()
    };
    let rows = [
        ("Lock House hostel", json!({ "substanceUse": "USING" }), "FITS_IF"),
        ("Lock House hostel", json!({ "substanceUse": "USING", "age": 30 }), "FITS"),
        ("Lock House hostel", json!({ "substanceUse": "USING", "age": 17 }), "NO_BECAUSE"),
        ("The Nest", json!({ "substanceUse": "USING", "age": 25.9 }), "FITS"),
        ("The Nest", json!({ "substanceUse": "USING", "age": 26 }), "NO_BECAUSE"),
        ("Thursday evening for women", json!({ "substanceUse": "USING", "gender": "WOMAN" }), "FITS"),
        ("Thursday evening for women", json!({ "substanceUse": "USING", "gender": "MAN" }), "NO_BECAUSE"),
        ("Thursday evening for women", json!({ "substanceUse": "USING", "gender": "NON_BINARY" }), "FITS_IF"),
    ];
    for (name, circumstances, expected) in rows {
        assert_eq!(group_of(name, circumstances.clone()).await, expected, "{name} {circumstances}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_question_is_told_by_its_field() {
    let app = TestApp::demonstration().await;
    let with = |path: &[&str], value: Value| {
        let mut input = question();
        let mut at = &mut input;
        for step in path {
            at = &mut at[*step];
        }
        *at = value;
        json!({ "input": input })
    };
    let cursor = {
        let data = app.data(SIGNPOST, json!({ "input": question(), "first": 1 })).await;
        data["signpost"]["pageInfo"]["endCursor"].clone()
    };
    let mut other = with(&["where", "withinKm"], json!(9.0));
    other["after"] = cursor;
    let rows = [
        (with(&["needs"], json!(["housing.castle"])), "input.needs[0]", "housing.castle"),
        (with(&["where", "withinKm"], json!(0)), "input.where.withinKm", "more than 0"),
        (with(&["where", "withinKm"], json!(-3)), "input.where.withinKm", "more than 0"),
        (with(&["where", "withinKm"], json!(10_000)), "input.where.withinKm", "at most 1000"),
        (with(&["where", "place"], json!("M14 5R")), "input.where.place", "M14 5"),
        (with(&["where", "place"], json!("ZZ99 9ZZ")), "input.where.place", ""),
        (with(&["where", "place"], json!("IM1 1AA")), "input.where.place", "Isle of Man"),
        (with(&["where", "place"], json!("")), "input.where.place", ""),
        (with(&["where", "place"], json!("x".repeat(10_000))), "input.where.place", ""),
        (with(&["circumstances", "age"], json!(-1)), "input.circumstances.age", "from 0 to 130"),
        (with(&["circumstances", "age"], json!(131)), "input.circumstances.age", "from 0 to 130"),
        (with(&["circumstances", "abstinentDays"], json!(3)), "input.circumstances.abstinentDays", "ABSTINENT"),
        (
            with(&["circumstances"], json!({ "has": ["VETERAN"], "hasNot": ["VETERAN"] })),
            "input.circumstances.hasNot",
            "not to hold",
        ),
        (
            with(&["circumstances", "languages"], json!(["en", "not a tag"])),
            "input.circumstances.languages[1]",
            "BCP 47",
        ),
        (with(&["when"], json!([{ "minimumMinutes": 0 }])), "input.when[0].minimumMinutes", "from 1 to 720"),
        (with(&["at"], json!("2030-01-01T00:00:00Z")), "input.at", "a year"),
        (with(&["search"], json!("…")), "input.search", "no word"),
        (with(&["text"], json!(" ")), "input.text", "nothing in the text"),
        (with(&["text"], json!("a".repeat(2_001))), "input.text", "at most 2000"),
        (other, "after", "another question"),
    ];
    for (variables, field, words) in rows {
        let (code, named, message) = app.error(SIGNPOST, variables.clone()).await;
        assert_eq!((code.as_str(), named.as_str()), ("BAD_USER_INPUT", field), "{variables}: {message}");
        assert!(message.contains(words), "{variables}: {message}");
    }
}

/// Within a group the place of the words decides where no need is asked for: the name, the agency's, a need, the rest.
#[tokio::test]
async fn words_that_are_looked_for_decide_where_no_need_is_asked_for() {
    let app = TestApp::demonstration().await;
    let query = "query($input: SignpostInput!, $after: String) { signpost(input: $input, first: 7, after: $after) {
        pageInfo { hasNextPage endCursor }
        nodes { group score scoreParts { part points } service { name } matched { field how } }
    } }";
    for search in ["hostel", "advice", "bramble", "hous", "night benefits"] {
        let (mut nodes, mut after) = (Vec::new(), Value::Null);
        loop {
            let data = app.data(query, json!({ "input": { "search": search }, "after": after })).await;
            nodes.extend(data["signpost"]["nodes"].as_array().unwrap().clone());
            if data["signpost"]["pageInfo"]["hasNextPage"] == json!(false) {
                break;
            }
            after = data["signpost"]["pageInfo"]["endCursor"].clone();
        }
        let place = |node: &Value, name: &str, order: &[&[&str]]| {
            order.iter().position(|alike| alike.iter().any(|one| node["matched"][0][name] == *one)).unwrap()
        };
        let fields: &[&[&str]] = &[&["NAME"], &["AGENCY"], &["NEED", "SYNONYM"], &["SUMMARY", "DESCRIPTION"]];
        let rank = |node: &Value| {
            let group = ["FITS", "FITS_IF", "NO_BECAUSE"].iter().position(|group| node["group"] == *group).unwrap();
            let of_words = node["scoreParts"].as_array().unwrap().iter().find(|part| part["part"] == "WORDS").unwrap();
            let of_words = -of_words["points"].as_i64().unwrap();
            let matched = (place(node, "field", fields), place(node, "how", &[&["EXACT"], &["FORM"], &["BEGINNING"]]));
            // Of one word where it stands is all there is.
            let matched = if search.contains(' ') { (0, 0) } else { matched };
            (group, matched, of_words, -node["score"].as_i64().unwrap())
        };
        let order: Vec<_> = nodes.iter().map(rank).collect();
        assert!(nodes.len() > 3 && order.is_sorted(), "{search}: {order:?}");
        let by_points = order.iter().map(|(group, .., points)| (*group, *points));
        assert!(search.contains(' ') || !by_points.is_sorted(), "{search}: the points alone would give another order");
    }
    // The word before one that begins with it: Bramble House before Brambleside.
    let data = app.data(query, json!({ "input": { "search": "Bramble" } })).await;
    let names: Vec<&str> = data["signpost"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| node["service"]["name"].as_str().unwrap())
        .collect();
    let first = |name: &str| names.iter().position(|other| other.contains(name)).unwrap_or(usize::MAX);
    assert!(first("Bramble ") < first("Brambleside"), "{names:?}");
    // With a need beside them they are points like others.
    let input = json!({ "needs": ["housing"], "search": "hostel" });
    let data = app.data(query, json!({ "input": input })).await;
    let ranks = data["signpost"]["nodes"].as_array().unwrap().iter().map(|node| {
        (
            ["FITS", "FITS_IF", "NO_BECAUSE"].iter().position(|group| node["group"] == *group),
            -node["score"].as_i64().unwrap(),
        )
    });
    assert!(ranks.collect::<Vec<_>>().is_sorted(), "{data:#}");
}

/// Ten minutes are enough where there are no more; more than there are is an error.
#[tokio::test]
async fn a_short_time_is_asked_for_as_a_whole() {
    let app = TestApp::demonstration().await;
    let counts = async |when: Value| {
        let data = app.data(SIGNPOST, json!({ "input": { "when": [when] } })).await;
        data["signpost"]["counts"].clone()
    };
    let short = counts(json!({ "from": "10:00", "to": "10:10" })).await;
    assert!(short["fits"].as_i64().unwrap() > 0, "{short}");
    assert_eq!(short, counts(json!({ "from": "10:00", "to": "10:10", "minimumMinutes": 10 })).await);
    assert_eq!(short, counts(json!({ "from": "10:00", "to": "10:10", "minimumMinutes": null })).await);
    // Where there is more time it is half an hour, as it always was.
    let hour = counts(json!({ "from": "10:00", "to": "11:00" })).await;
    assert_eq!(hour, counts(json!({ "from": "10:00", "to": "11:00", "minimumMinutes": 30 })).await);

    let plan = "query($input: SignpostInput!) { signpostPlan(input: $input) { steps { number } } }";
    let wrong = json!([{}, { "from": "23:55", "to": "00:05", "minimumMinutes": 11 }]);
    for query in [SIGNPOST, plan] {
        let input = json!({ "needs": ["money"], "when": wrong });
        let (code, field, message) = app.error(query, json!({ "input": input })).await;
        assert_eq!((code.as_str(), field.as_str()), ("BAD_USER_INPUT", "input.when[1].minimumMinutes"), "{message}");
        assert!(message.contains("from 1 to 10"), "{message}");
    }
    let input = json!({ "needs": ["money"], "when": [{ "from": "10:00", "to": "10:10" }] });
    let data = app.data(plan, json!({ "input": input })).await;
    assert!(!data["signpostPlan"]["steps"].as_array().unwrap().is_empty(), "{data:#}");
}

/// However many steps somebody writes, what is wrong is told, and not what it would cost.
#[tokio::test]
async fn too_many_steps_are_refused_with_how_many_there_may_be() {
    let app = TestApp::demonstration().await;
    let query = "query($most: Int) { signpostPlan(input: { needs: [\"money\"] }, mostSteps: $most) { steps {
        result { service { name agency { name } places { location { name } } } criteria { reason ask } matched { word } }
        fallbacks { service { name } }
    } } }";
    for most in [13, 1_000, i32::MAX, 0, -1] {
        let (code, field, message) = app.error(query, json!({ "most": most })).await;
        assert_eq!((code.as_str(), field.as_str()), ("BAD_USER_INPUT", "mostSteps"), "{most}: {message}");
        assert!(message.contains("from 1 to 12"), "{message}");
    }
}

#[tokio::test]
async fn languages_are_looked_at_alike_wherever_they_are_asked_for() {
    let app = TestApp::demonstration().await;
    let services = "query($tags: [String!]!) { services(filter: { languages: $tags }) { totalCount } }";
    let signpost =
        "query($tags: [String!]!) { signpost(input: { circumstances: { languages: $tags } }) { totalCount } }";
    for (query, field) in [(services, "filter.languages"), (signpost, "input.circumstances.languages")] {
        for wrong in ["!!", "", "en_GB", "a-b-", "toolongatag"] {
            let (code, named, message) = app.error(query, json!({ "tags": ["en", wrong] })).await;
            assert_eq!((code, named), ("BAD_USER_INPUT".to_owned(), format!("{field}[1]")), "{wrong:?}: {message}");
            assert!(message.contains("BCP 47"), "{message}");
        }
        app.data(query, json!({ "tags": ["en", "zh-Hant"] })).await;
    }
}

#[tokio::test]
async fn two_places_of_one_name_are_a_question_with_the_answers_to_choose_from() {
    let app = TestApp::demonstration().await;
    let mut input = question();
    input["where"]["place"] = json!("Ashford");
    let answer = app.answer(SIGNPOST, json!({ "input": input })).await;
    let extensions = &answer["errors"][0]["extensions"];
    assert_eq!(extensions["reason"], "AMBIGUOUS_PLACE");
    let choices = extensions["suggestions"].as_array().unwrap();
    assert!(choices.len() >= 2, "{answer:#}");
    // Each choice, sent back as it is, is an answer.
    for choice in choices {
        input["where"]["place"] = choice.clone();
        let data = app.data(SIGNPOST, json!({ "input": input })).await;
        assert!(data["signpost"]["where"]["label"].as_str().unwrap().contains("Ashford"), "{choice}");
    }
}

#[tokio::test]
async fn a_page_answers_for_the_instant_of_the_first() {
    let app = TestApp::demonstration().await;
    let all = app.data(SIGNPOST, json!({ "input": question(), "first": 100 })).await;
    let first = app.data(SIGNPOST, json!({ "input": question(), "first": 3 })).await;
    app.clock.advance(chrono::TimeDelta::days(3));
    let cursor = &first["signpost"]["pageInfo"]["endCursor"];
    let second = app.data(SIGNPOST, json!({ "input": question(), "first": 100, "after": cursor })).await;
    assert_eq!(second["signpost"]["answeredFor"], first["signpost"]["answeredFor"]);
    let mut together = first["signpost"]["nodes"].as_array().unwrap().clone();
    together.extend(second["signpost"]["nodes"].as_array().unwrap().iter().cloned());
    assert_eq!(&together, all["signpost"]["nodes"].as_array().unwrap());
}

#[tokio::test]
async fn the_example_of_the_explorer_works_and_is_refused_as_an_address() {
    let app = TestApp::demonstration().await;
    let data = app.data(EXAMPLE_QUERY, json!({})).await;
    assert!(data["signpost"]["counts"]["fits"].as_i64().unwrap() >= 4, "{data:#}");
    let encoded: String = EXAMPLE_QUERY.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let request = Request::get(format!("/graphql?query={encoded}")).header(header::ACCEPT, "application/json");
    let (status, body) = app.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(!String::from_utf8(body).unwrap().contains("Harbour"));
}

#[tokio::test]
async fn an_instant_finer_than_a_cursor_is_the_same_on_every_page() {
    let app = TestApp::demonstration().await;
    let mut input = question();
    input["at"] = json!("2026-11-22T09:00:00.001999Z");
    let first = app.data(SIGNPOST, json!({ "input": input, "first": 3 })).await;
    let cursor = &first["signpost"]["pageInfo"]["endCursor"];
    let second = app.data(SIGNPOST, json!({ "input": input, "first": 3, "after": cursor })).await;
    assert_eq!(first["signpost"]["answeredFor"], "2026-11-22T09:00:00.001Z");
    assert_eq!(second["signpost"]["answeredFor"], first["signpost"]["answeredFor"]);
}
