//! A plan for several needs, as a link worker's screen asks for it.

use serde_json::{Value, json};

use crate::support::TestApp;

const PLAN: &str = "query($input: SignpostInput!, $has: [PlanDocument!], $most: Int) {
    signpostPlan(input: $input, has: $has, mostSteps: $most) {
        summary agencies plannedFor
        understood { needs { need { key } } }
        uncovered { need { key } because words }
        steps {
            number why route earliest stillToAsk waitsFor { step what } bring { anyOf } missing { anyOf }
            covers { key } alsoCovers { key }
            result { group service { id name agency { id name } } criteria { outcome } }
            fallbacks { why covers { key } service { id agency { id } } }
        }
    }
}";

fn question() -> Value {
    json!({
        "needs": ["housing.emergency", "money.sanction", "digital.photo-id", "mental-health.someone-to-talk-to"],
        "where": { "place": "M14 5RQ", "withinKm": 10 },
        "circumstances": { "substanceUse": "USING", "age": 34, "gender": "MAN" },
    })
}

fn keys(needs: &Value) -> Vec<String> {
    needs.as_array().unwrap().iter().map(|need| need["key"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn every_need_has_one_step_or_a_reason_and_nobody_is_sent_where_they_fail() {
    let app = TestApp::demonstration().await;
    let data = app.data(PLAN, json!({ "input": question() })).await;
    let plan = &data["signpostPlan"];
    let steps = plan["steps"].as_array().unwrap();
    assert!(steps.len() >= 2, "{plan:#}");
    let mut told: Vec<String> = steps.iter().flat_map(|step| keys(&step["covers"])).collect();
    told.extend(
        plan["uncovered"].as_array().unwrap().iter().map(|gap| gap["need"]["key"].as_str().unwrap().to_owned()),
    );
    told.sort_unstable();
    let mut asked = ["housing.emergency", "money.sanction", "digital.photo-id", "mental-health.someone-to-talk-to"];
    asked.sort_unstable();
    assert_eq!(told, asked, "each once");
    let agencies: std::collections::BTreeSet<_> =
        steps.iter().map(|step| step["result"]["service"]["agency"]["id"].to_string()).collect();
    assert_eq!(plan["agencies"], json!(agencies.len()));
    let chosen: Vec<&Value> = steps.iter().map(|step| &step["result"]["service"]["id"]).collect();
    for (index, step) in steps.iter().enumerate() {
        assert_eq!(step["number"], json!(index + 1));
        assert_ne!(step["result"]["group"], "NO_BECAUSE", "{step:#}");
        assert!(step["result"]["criteria"].as_array().unwrap().iter().all(|found| found["outcome"] != "FAILS"));
        assert!(!step["why"].as_array().unwrap().is_empty(), "{step:#}");
        assert!(step["waitsFor"].as_array().unwrap().iter().all(|wait| wait["step"].as_i64().unwrap() <= index as i64));
        for fallback in step["fallbacks"].as_array().unwrap() {
            assert!(!chosen.contains(&&fallback["service"]["id"]), "no step of the plan: {fallback}");
            let covers = keys(&fallback["covers"]);
            assert!(!covers.is_empty() && covers.iter().all(|need| keys(&step["covers"]).contains(need)), "{fallback}");
        }
    }
    // Somewhere for tonight comes before what can wait.
    assert!(keys(&steps[0]["covers"]).contains(&"housing.emergency".to_owned()), "{plan:#}");
    assert_eq!(
        app.text(PLAN, json!({ "input": question() })).await,
        app.text(PLAN, json!({ "input": question() })).await
    );
}

#[tokio::test]
async fn a_plan_reads_words_counts_steps_and_says_what_stays_open() {
    let app = TestApp::demonstration().await;
    let input =
        json!({ "text": "nowhere to sleep tonight and been sanctioned, still using", "where": { "place": "M14 5RQ" } });
    let plan = app.data(PLAN, json!({ "input": input, "most": 1 })).await["signpostPlan"].clone();
    assert_eq!(plan["steps"].as_array().unwrap().len(), 1, "{plan:#}");
    assert!(plan["understood"]["needs"].as_array().unwrap().len() >= 2);
    // Nothing far away from everything, and the reason is said.
    let far = json!({ "needs": ["housing.emergency"], "where": { "place": "Lerwick", "withinKm": 5 } });
    let plan = app.data(PLAN, json!({ "input": far })).await["signpostPlan"].clone();
    assert_eq!((&plan["steps"], &plan["uncovered"][0]["because"]), (&json!([]), &json!("NOTHING")), "{plan:#}");

    for (variables, field) in [
        (json!({ "input": {} }), "input.needs"),
        (json!({ "input": { "text": "frobnicate the gostak" } }), "input.needs"),
        (json!({ "input": { "needs": ["housing.emergency"] }, "most": 0 }), "mostSteps"),
        (json!({ "input": { "needs": ["housing.emergency"] }, "most": 13 }), "mostSteps"),
    ] {
        let (code, at, message) = app.error(PLAN, variables).await;
        assert_eq!((code.as_str(), at.as_str()), ("BAD_USER_INPUT", field), "{message}");
    }
}
