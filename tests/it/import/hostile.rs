//! Feeds that nobody honest would write. One record must never stop the rest, on either engine.

use serde_json::{Value, json};
use signpost::clock::Clock;

use super::contents::{count, strings};
use super::feeds::{BATCH, id, record, run};
use crate::support::database::TestDatabase;
use crate::support::now;

/// Long, and not to be compressed: an index of PostgreSQL takes some 2,700 bytes of a value.
fn long(seed: &str) -> String {
    (0..300).map(|at| id(&format!("{seed} {at}"))).collect()
}

/// Imports a good record, the odd one and another good one; the odd one must come in or be told.
async fn among_good_ones(what: &str, odd: Value) {
    let test = TestDatabase::new().await;
    let (database, clock) = (test.open().await, Clock::manual(now()));
    for unchanged in [0, 1] {
        let (done, report) = run(&database, &clock, &[record(10), odd.clone(), record(20)]).await;
        assert_eq!(done.counts.read, 3, "{what}");
        assert_eq!(done.counts.rejected > 0, !report.is_empty(), "{what}: {report:?}");
        let names =
            strings(&database, "SELECT name FROM service WHERE name LIKE 'Kettle on, number _0' ORDER BY name").await;
        assert_eq!(names, [["Kettle on, number 10"], ["Kettle on, number 20"]], "{what}");
        assert_eq!(done.saved.unchanged, done.counts.accepted * unchanged, "{what}");
    }
    signpost::directory::snapshot::refresh::Live::open(
        &database,
        signpost::app::need_list(&signpost::config::Config::default()).unwrap(),
    )
    .await
    .unwrap();
}

#[tokio::test]
async fn a_key_or_a_value_of_any_length() {
    let places: [&[&str]; 9] = [
        &["/id"],
        &["/organization/id"],
        &["/service_at_locations/0/id"],
        &["/service_at_locations/0/location/id"],
        &["/service_at_locations/0/location/external_identifier"],
        &["/service_at_locations/0/location/addresses/0/postal_code"],
        &[
            "/organization/organization_identifiers/0/identifier",
            "/organization/organization_identifiers/0/identifier_type",
        ],
        &["/attributes/0/taxonomy_term/code", "/attributes/0/taxonomy_term/taxonomy"],
        &["/name", "/organization/name", "/description", "/service_areas/0/name"],
    ];
    for pointers in places {
        let mut odd = record(11);
        for pointer in pointers {
            *odd.pointer_mut(pointer).unwrap() = json!(long(pointer));
        }
        among_good_ones(&format!("{pointers:?}"), odd).await;
    }
}

/// All agencies without an id would be one.
#[tokio::test]
async fn a_blank_key() {
    for pointer in ["/id", "/organization/id", "/service_at_locations/0/location/id"] {
        for blank in ["", " \t"] {
            let mut odd = record(11);
            *odd.pointer_mut(pointer).unwrap() = json!(blank);
            among_good_ones(pointer, odd.clone()).await;
            let test = TestDatabase::new().await;
            let (done, report) = run(&test.open().await, &Clock::manual(now()), &[odd]).await;
            assert_eq!((done.counts.read, done.counts.rejected), (1, 1), "{pointer}: {report:?}");
            assert!(format!("{report:?}").contains("is blank"), "{pointer}: {report:?}");
        }
    }
}

#[tokio::test]
async fn a_need_of_any_length() {
    let mut odd = record(11);
    odd["attributes"][0]["taxonomy_term"] = json!({ "id": id("need"), "code": long("need"), "name": "Need", "description": "", "taxonomy": "signpostNeeds" });
    among_good_ones("a need", odd).await;
}

#[tokio::test]
async fn dates_and_numbers_beyond_all_use() {
    for date in ["-9999-01-01", "0000-01-01", "9999-12-31", "+262142-12-31", "-262143-01-01", "2026-02-30"] {
        let mut odd = record(11);
        for field in ["valid_from", "valid_to", "dtstart"] {
            odd["schedules"][0][field] = json!(date);
        }
        odd["last_modified"] = json!(format!("{date}T00:00:00Z"));
        odd["assured_date"] = json!(date);
        among_good_ones(date, odd).await;
    }
    for date in ["-999-01-01", "+99999-1-1"] {
        let mut odd = record(11);
        odd["schedules"][0]["valid_from"] = json!(date);
        among_good_ones(date, odd).await;
    }
    for number in [json!(1e300), json!(-1e300), json!(u64::MAX), json!(i64::MIN), json!(5e-324)] {
        let mut odd = record(11);
        odd["minimum_age"] = number.clone();
        odd["schedules"][0]["interval"] = number.clone();
        odd["service_at_locations"][0]["location"]["latitude"] = number.clone();
        odd["service_at_locations"][0]["location"]["longitude"] = number.clone();
        odd["phones"][0]["extension"] = number.clone();
        odd["cost_options"] = json!([{ "id": id("cost"), "amount": number }]);
        among_good_ones(&number.to_string(), odd).await;
    }
    let mut odd = record(11);
    odd["schedules"][0]["opens_at"] = json!("24:00");
    odd["schedules"][0]["closes_at"] = json!("23:59:60");
    odd["wait_time"] = json!("99999999999 weeks");
    among_good_ones("times", odd).await;
}

/// More places in one batch than either engine takes values in a statement.
#[tokio::test]
async fn a_batch_of_a_great_many_places() {
    let records: Vec<Value> = (0..BATCH)
        .map(|index| {
            let places = (0..170).map(|at| {
                let key = format!("place {index} {at}");
                json!({ "id": id(&key), "location": { "id": id(&format!("location {key}")), "location_type": "physical" } })
            });
            json!({ "id": id(&format!("many {index}")), "name": "Everywhere", "status": "active",
                "service_at_locations": places.collect::<Vec<_>>() })
        })
        .collect();
    let test = TestDatabase::new().await;
    let (database, clock) = (test.open().await, Clock::manual(now()));
    let (done, _) = run(&database, &clock, &records).await;
    assert_eq!(done.saved.created, BATCH as u64);
    assert_eq!(count(&database, "service_place").await, 170 * BATCH as i64);
    let (again, _) = run(&database, &clock, &records).await;
    assert_eq!((again.saved.unchanged, again.saved.around), (BATCH as u64, 0));
}
