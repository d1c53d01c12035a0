//! Objects of leaves are answered in one go, and as the engine answers them itself: through a fragment it does.

use serde_json::{Value, json};

use crate::support::TestApp;

/// Each object of leaves with all of its fields.
const OBJECTS: &[(&str, &str)] = &[
    ("Criterion", "subject characteristic access outcome reason ask askOf evidence quote"),
    ("OpeningHours", "days effect byDay byMonthDay interval anchor validFrom validTo opensAt closesAt note __typename"),
    ("Address", "lines town region postcode country"),
    ("GeoPoint", "latitude longitude placedBy"),
];

/// The question, with the fields of each such object as they are written.
fn asking(written: impl Fn(&str, &str) -> String) -> String {
    let [criterion, hours, address, point] =
        [0, 1, 2, 3].map(|place: usize| written(OBJECTS[place].0, OBJECTS[place].1));
    format!(
        "{{ signpost(input: {{ needs: [\"housing\"] }}, first: 50) {{ nodes {{
            criteria {{ {criterion} }}
            service {{ openingHours {{ {hours} }} events {{ {hours} }} }}
            at {{ openingHours {{ {hours} }}
                  location {{ address {{ {address} }} point {{ {point} }} openingHours {{ {hours} }} }} }}
        }} }} }}"
    )
}

/// How many values stand in an answer under a name.
fn number(of: &Value, name: &str) -> usize {
    match of {
        Value::Object(fields) => fields.iter().map(|(key, value)| usize::from(key == name) + number(value, name)).sum(),
        Value::Array(all) => all.iter().map(|one| number(one, name)).sum(),
        _ => 0,
    }
}

#[tokio::test]
async fn leaves_are_answered_as_the_engine_answers_them() {
    let app = TestApp::demonstration().await;
    let at_hand = app.data(&asking(|_, fields| fields.replace("__typename", "")), json!({})).await;
    let by_fragment = |of: &str, fields: &str| format!("... on {of} {{ {} }}", fields.replace("__typename", ""));
    let by_engine = app.data(&asking(by_fragment), json!({})).await;
    assert_eq!(at_hand, by_engine);
    // One that is none of them takes all beside it the engine's way.
    let named = app.data(&asking(|_, fields| fields.to_owned()), json!({})).await;
    assert_eq!(number(&named, "opensAt"), number(&at_hand, "opensAt"));
    assert!(number(&named, "__typename") > 0);
    for name in ["reason", "opensAt", "postcode", "latitude"] {
        assert!(number(&at_hand, name) > 0, "{name} is nowhere");
    }
    // Under another name, and twice.
    let twice = app
        .data(
            &asking(|_, fields| {
                format!("{} again: {}", fields.replace("__typename", ""), fields.split(' ').next().unwrap())
            }),
            json!({}),
        )
        .await;
    assert_eq!(
        number(&twice, "again"),
        number(&at_hand, "reason")
            + number(&at_hand, "interval")
            + number(&at_hand, "postcode")
            + number(&at_hand, "latitude")
    );
}
