//! Who else sees of releases, tasks and easements what; and what becomes of them where records are joined.

use entity::task;
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use super::{days, told};
use crate::people::consents::{agency, terms};
use crate::people::graph::Network;

/// Another agency sees a task while its category may flow to it for the coordination of care, and no word of it.
#[tokio::test]
async fn what_is_shared_is_a_task_of_its_category_and_no_word_of_it() {
    let network = Network::new().await;
    let other = network.other_manager().await;
    let mut shares = terms(Network::agency(0), Network::agency(1));
    shares["flows"][0]["categories"] = json!(["IDENTITY", "HOUSING", "OFFENDING"]);
    shares["flows"][0]["purposes"] = json!(["CARE_COORDINATION"]);
    network.agree(&network.manager, &other, shares).await;
    let id = network.eve().await;
    network.refer(&id, Network::agency(1)).await;
    network.released(&network.ann, &id, "2027-01-10", "").await;
    network.adds(&network.ann, &id, json!({ "need": "housing.hostel" })).await;
    assert_eq!(network.tasks_of(&network.cal, &id).await, Vec::<Value>::new(), "nothing is permitted");
    let asked = json!({ "serviceUser": id, "kind": "PERMIT", "agencies": [agency(Network::agency(1))],
        "categories": ["HOUSING"], "purposes": ["CARE_COORDINATION"], "until": "2027-11-01T00:00:00Z" });
    let given = network.give(&network.ann, &asked, json!({ "method": "SPOKEN" })).await;
    assert_eq!(given["errors"], json!([]));
    let seen = network.tasks_of(&network.cal, &id).await;
    let own = ("OTHER", "2026-11-25", "OPEN");
    assert_eq!(days(&seen), told(&[own]), "what a release made tells of it, by its kind and its day");
    let mut of_custody = asked.clone();
    of_custody["categories"] = json!(["OFFENDING"]);
    let of_custody = network.give(&network.ann, &of_custody, json!({ "method": "SPOKEN" })).await;
    assert_eq!(of_custody["errors"], json!([]));
    let seen = network.tasks_of(&network.cal, &id).await;
    assert_eq!(days(&seen)[..2], told(&[own, ("HOUSING_MET", "2026-12-13", "OPEN")]));
    for task in &seen {
        assert_eq!((&task["words"], &task["owner"], &task["release"]), (&Value::Null, &Value::Null, &Value::Null));
        assert_eq!((&task["history"][0]["by"], &task["serviceUser"]["name"]), (&Value::Null, &Value::Null));
    }
    assert_eq!(network.releases_of(&network.cal, &id).await[0]["releaseOn"], "2027-01-10");
    let done = network.does(&network.cal, "completeTask", seen[0]["id"].as_str().unwrap(), "").await;
    assert_eq!(done["errors"][0]["code"], "NOT_FOUND", "seen, and not theirs to do");
    assert_eq!(network.mine(&network.cal, true).await["totalCount"], 0);
    for (consent, left) in [(&of_custody, vec![own]), (&given, vec![])] {
        let withdraw = format!("withdrawConsent(id: {})", consent["id"]);
        assert_eq!(network.change(&network.ann, &withdraw).await, json!([]));
        assert_eq!(days(&network.tasks_of(&network.cal, &id).await), told(&left), "from the very next read on");
    }
}

/// Another agency sees an easement while it may see benefits and what this one is for.
#[tokio::test]
async fn what_an_easement_is_for_is_shared_with_who_may_see_that() {
    let network = Network::new().await;
    let other = network.other_manager().await;
    let mut shares = terms(Network::agency(0), Network::agency(1));
    shares["flows"][0]["categories"] = json!(["BENEFITS", "SAFEGUARDING", "SUBSTANCE_USE"]);
    shares["document"]["specialCategoryCondition"] =
        json!("Data Protection Act 2018, schedule 1, paragraph 2: social care.");
    shares["flows"][0]["purposes"] = json!(["CARE_COORDINATION"]);
    network.agree(&network.manager, &other, shares).await;
    let id = network.eve().await;
    network.refer(&id, Network::agency(1)).await;
    for kind in ["DOMESTIC_ABUSE", "DRUG_ALCOHOL_TREATMENT", "OTHER"] {
        let ease = format!(
            "addEasement(input: {{ serviceUser: {id:?}, kind: {kind}, beginsOn: \"2026-11-21\", endsOn: \"2026-12-21\" }})"
        );
        assert_eq!(network.change(&network.ann, &ease).await, json!([]));
    }
    let list = "query($id: ID!) { easementsOf(serviceUser: $id) { kind } }";
    let seen = async || {
        let seen = network.ask(&network.cal, list, json!({ "id": id })).await["easementsOf"].take();
        let mut kinds: Vec<String> = seen.as_array().unwrap().iter().map(|one| one["kind"].to_string()).collect();
        kinds.sort();
        kinds.join(" ")
    };
    assert_eq!(seen().await, "");
    for (category, wanted) in [
        ("SUBSTANCE_USE", ""),
        ("BENEFITS", r#""DRUG_ALCOHOL_TREATMENT" "OTHER""#),
        ("SAFEGUARDING", r#""DOMESTIC_ABUSE" "DRUG_ALCOHOL_TREATMENT" "OTHER""#),
    ] {
        let asked = json!({ "serviceUser": id, "kind": "PERMIT", "agencies": [agency(Network::agency(1))],
            "categories": [category], "purposes": ["CARE_COORDINATION"], "until": "2027-11-01T00:00:00Z" });
        let given = network.give(&network.ann, &asked, json!({ "method": "SPOKEN" })).await;
        assert_eq!(given["errors"], json!([]));
        assert_eq!(seen().await, wanted, "{category}");
    }
}

/// Joined records bring their releases, easements and tasks with them, and parted take them back.
#[tokio::test]
async fn joined_records_carry_tasks() {
    let network = Network::new().await;
    let (one, two) = (network.eve().await, network.eve().await);
    network.released(&network.ann, &two, "2027-01-10", ", fromPlace: \"HMP Somewhere\"").await;
    let ease =
        format!("addEasement(input: {{ serviceUser: {two:?}, kind: DOMESTIC_ABUSE, beginsOn: \"2026-11-21\" }})");
    assert_eq!(network.change(&network.ann, &ease).await, json!([]));
    let merge = format!(
        "mutation {{ mergeServiceUsers(input: {{ keep: {one:?}, other: {two:?} }}) {{ id errors {{ code }} }} }}"
    );
    let merged = network.ask(&network.ann, &merge, json!({})).await["mergeServiceUsers"].take();
    assert_eq!(merged["errors"], json!([]));
    for asked in [&one, &two] {
        assert_eq!(network.tasks_of(&network.ann, asked).await.len(), 6);
        let releases = network.releases_of(&network.ann, asked).await;
        assert_eq!(
            (&releases[0]["serviceUser"]["id"], &releases[0]["fromPlace"]),
            (&json!(one), &json!("HMP Somewhere"))
        );
    }
    network.released(&network.ann, &one, "2027-02-10", "").await;
    assert_eq!(network.change(&network.ann, &format!("undoMerge(id: {})", merged["id"])).await, json!([]));
    assert_eq!(network.tasks_of(&network.ann, &one).await, Vec::<Value>::new());
    assert_eq!(network.tasks_of(&network.ann, &two).await.len(), 6);
    assert_eq!(
        network.releases_of(&network.ann, &two).await[0]["releaseOn"],
        "2027-02-10",
        "said anew it goes with it"
    );
    let rows = task::Entity::find().all(network.app.db().connection()).await.unwrap();
    assert!(rows.iter().all(|row| row.service_user_id == row.recorded_for));
}
