//! The directory's root fields, as a client meets them.

use entity::enums::{ContactVisibility, Role};
use serde_json::json;
use signpost::api::ids::NodeId;
use signpost::directory::listing::Contact;
use signpost::directory::store::{agency_id, service_id};

use crate::support::accounts::As;
use crate::support::listings::{at, location, service};
use crate::support::{TestApp, source};

const SERVICES: &str = "query($filter: ServiceFilter, $orderBy: ServiceOrder, $first: Int, $after: String) {
    services(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
        nodes { name } pageInfo { hasNextPage hasPreviousPage endCursor } totalCount
    }
}";

/// Three services whose names test the order.
fn three() -> Vec<signpost::directory::listing::ServiceListing> {
    ["Élan housing", "bread and beds", "Attic rooms"]
        .iter()
        .enumerate()
        .map(|(index, name)| service(&format!("s{index}"), name, "housing.emergency"))
        .collect()
}

#[tokio::test]
async fn services_stand_in_order_of_their_names_whatever_case_and_accents() {
    let app = TestApp::of(&three()).await;
    let names = |data: &serde_json::Value| {
        let nodes = data["services"]["nodes"].as_array().unwrap();
        nodes.iter().map(|node| node["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let data = app.data(SERVICES, json!({})).await;
    assert_eq!(names(&data), ["Attic rooms", "bread and beds", "Élan housing"]);
    assert_eq!(data["services"]["totalCount"], 3);
    let data = app.data(SERVICES, json!({ "orderBy": { "field": "NAME", "direction": "DESC" } })).await;
    assert_eq!(names(&data), ["Élan housing", "bread and beds", "Attic rooms"]);
    let data = app.data(SERVICES, json!({ "filter": { "text": "elan" } })).await;
    assert_eq!(names(&data), ["Élan housing"]);
}

#[tokio::test]
async fn a_page_goes_on_where_the_last_one_ended_whatever_was_inserted() {
    let app = TestApp::of(&three()).await;
    let first = app.data(SERVICES, json!({ "first": 2 })).await;
    let cursor = first["services"]["pageInfo"]["endCursor"].clone();
    assert_eq!(first["services"]["pageInfo"]["hasNextPage"], true);
    app.save(&[service("new", "Aardvark", "housing.emergency"), service("newer", "Cellar", "housing.emergency")]).await;
    let second = app.data(SERVICES, json!({ "first": 5, "after": cursor })).await;
    let nodes = &second["services"]["nodes"];
    assert_eq!(nodes, &json!([{ "name": "Cellar" }, { "name": "Élan housing" }]));
    assert_eq!(second["services"]["pageInfo"]["hasPreviousPage"], true);
}

#[tokio::test]
async fn what_is_wrong_with_a_question_is_told_by_its_field() {
    let app = TestApp::of(&three()).await;
    let cursor = app.data(SERVICES, json!({ "first": 1 })).await["services"]["pageInfo"]["endCursor"].clone();
    let agency = app.data("{ agencies { nodes { id } } }", json!({})).await["agencies"]["nodes"][0]["id"].clone();
    let rows = [
        (json!({ "first": 0 }), "first", "from 1 to 100"),
        (json!({ "first": 101 }), "first", "from 1 to 100"),
        (json!({ "first": 100_000 }), "first", "from 1 to 100"),
        (json!({ "first": -1 }), "first", "from 1 to 100"),
        (json!({ "after": "x" }), "after", "not a cursor"),
        (json!({ "after": cursor, "filter": { "text": "beds" } }), "after", "another question"),
        (json!({ "filter": { "needs": ["housing.emergncy"] } }), "filter.needs[0]", "housing.emergency"),
        (json!({ "filter": { "needs": [agency] } }), "filter.needs[0]", "here: Need"),
        (json!({ "filter": { "agency": "zzz" } }), "filter.agency", "not an id"),
        (json!({ "filter": { "near": { "place": "M14 5RQ", "withinKm": 0 } } }), "filter.near.withinKm", "more than 0"),
        (
            json!({ "filter": { "near": { "place": "M14 5RQ", "withinKm": 10_000 } } }),
            "filter.near.withinKm",
            "at most 1000",
        ),
        (json!({ "filter": { "near": { "place": "JE2 3AB" } } }), "filter.near.place", "Jersey"),
        (json!({ "filter": { "near": { "place": "Ashford" } } }), "filter.near.place", "Ashford"),
        (json!({ "filter": { "text": "!!!" } }), "filter.text", "no word"),
        (json!({ "filter": { "text": "a".repeat(201) } }), "filter.text", "at most 200"),
    ];
    for (variables, field, words) in rows {
        let (code, named, message) = app.error(SERVICES, variables.clone()).await;
        assert_eq!((code.as_str(), named.as_str()), ("BAD_USER_INPUT", field), "{variables}");
        assert!(message.contains(words), "{variables}: {message}");
    }
}

#[tokio::test]
async fn a_node_is_found_by_its_id_and_an_unknown_one_is_null() {
    let mut listing = service("s", "Beds", "housing.emergency");
    listing.places = vec![at(location("here", "M14 5RQ", None))];
    let app = TestApp::of(&[listing]).await;
    let query = "{ services { nodes { id agency { id } places { id location { id } } needs { id } } } }";
    let node = app.data(query, json!({})).await["services"]["nodes"][0].clone();
    let ids = [
        ("Service", &node["id"]),
        ("Agency", &node["agency"]["id"]),
        ("ServiceAtLocation", &node["places"][0]["id"]),
        ("Location", &node["places"][0]["location"]["id"]),
        ("Need", &node["needs"][0]["id"]),
    ];
    for (kind, id) in ids {
        let data = app.data("query($id: ID!) { node(id: $id) { __typename id } }", json!({ "id": id })).await;
        assert_eq!(data["node"], json!({ "__typename": kind, "id": id }));
    }
    let nobody = signpost::api::ids::NodeId::Service(entity::ids::ServiceId(app.clock.new_id())).encode();
    let data = app.data("query($id: ID!) { node(id: $id) { id } }", json!({ "id": nobody.as_str() })).await;
    assert_eq!(data["node"], json!(null));
}

#[tokio::test]
async fn what_is_internal_to_an_agency_is_nowhere() {
    let mut secret = service("internal", "Staff room", "housing.emergency");
    secret.visibility = entity::enums::Visibility::Internal;
    secret.places = vec![at(location("backroom", "M14 5RQ", Some((53.455, -2.22))))];
    let app = TestApp::of(&[secret, service("open", "Front door", "housing.emergency")]).await;
    let id = signpost::directory::store::service_id(crate::support::source().id(), "internal");
    let node = signpost::api::ids::NodeId::Service(id).encode();
    let data = app
        .data(
            "query($id: ID!) {
                node(id: $id) { id } service(id: $id) { id }
                services { nodes { name } totalCount }
                locations { totalCount }
                found: services(filter: { text: \"staff\" }) { totalCount }
                near: services(filter: { near: { place: \"M14 5RQ\" } }) { totalCount }
                signpost(input: { needs: [\"housing\"] }) { totalCount }
                need(key: \"housing.emergency\") { serviceCount }
                agencies { nodes { services { totalCount } } }
            }",
            json!({ "id": node.as_str() }),
        )
        .await;
    assert_eq!(
        data,
        json!({
            "node": null, "service": null,
            "services": { "nodes": [{ "name": "Front door" }], "totalCount": 1 },
            "locations": { "totalCount": 0 },
            "found": { "totalCount": 0 }, "near": { "totalCount": 0 },
            "signpost": { "totalCount": 1 },
            "need": { "serviceCount": 1 },
            "agencies": { "nodes": [{ "services": { "totalCount": 1 } }] },
        })
    );
}

#[tokio::test]
async fn statements_do_not_grow_with_rows() {
    let query = "query($first: Int) {
        services(first: $first) { nodes {
            id name agency { id name phones { number } contacts { role } namedContact { role } source { name }
                identifiers { value } parent { name } }
            needs { key name area { name } } areas { name } eligibility { other } capacity { available }
            phones { number } contacts { role } openingHours { byDay } events { note } freshness { group freshness }
            identifiers { value } source { name }
            places { id description openNow { state } openingHours { byDay } phones { number } contacts { role } areas { name }
                location { id name phones { number } openingHours { byDay } address { postcode } } }
        } }
        signpost(input: { needs: [\"housing\"], where: { place: \"M14\", withinKm: 50 } }, first: $first) {
            nodes { service { name agency { name } eligibility { other } } at { location { name } } criteria { reason } }
        }
    }";
    let listings: Vec<_> = (0..50)
        .map(|index| {
            let mut listing = service(&format!("s{index}"), &format!("Beds {index}"), "housing.emergency");
            listing.agency.key = format!("agency {index}");
            listing.agency.parent_key = Some(format!("agency {}", (index + 1) % 50));
            listing.places = vec![at(location(&format!("l{index}"), "M14 5RQ", Some((53.45, -2.22))))];
            listing
        })
        .collect();
    let app = TestApp::of(&listings).await;
    // What is read where the snapshot does not show it.
    app.app.live.set_in_touch(false);
    let mut counted = Vec::new();
    for first in [1, 50] {
        let before = app.db().statements();
        let data = app.data(query, json!({ "first": first })).await;
        assert_eq!(data["services"]["nodes"].as_array().unwrap().len(), first);
        assert_eq!(data["signpost"]["nodes"].as_array().unwrap().len(), first);
        counted.push(app.db().statements() - before);
    }
    // A statement a parent would add 49. What two edges ask of one table goes together or apart as the machine is quick
    // or slow, so that there may be some more or fewer.
    assert!(counted[1] < counted[0] + 25, "statements for 1 and for 50 parents: {counted:?}");
    assert!(counted[0] > 10, "the edges were read: {counted:?}");
}

#[tokio::test]
async fn fields_come_in_the_order_of_the_query() {
    let app = TestApp::demonstration().await;
    let query = "{ services(first: 2) { totalCount nodes { updatedAt name agency { website id name } id places { id }
        phones { number } summary } } need(key: \"housing\") { name key } agencies(first: 1) { nodes { name id } } }";
    let text = app.text(query, json!({})).await;
    let order = [
        "\"services\"",
        "\"totalCount\"",
        "\"nodes\"",
        "\"updatedAt\"",
        "\"name\"",
        "\"agency\"",
        "\"website\"",
        "\"id\"",
        "\"name\"",
        "\"id\"",
        "\"places\"",
        "\"phones\"",
        "\"summary\"",
    ];
    let mut from = 0;
    for key in order {
        let at = text[from..].find(key).unwrap_or_else(|| panic!("{key} is not behind byte {from} of {text}"));
        from += at + key.len();
    }
    assert!(
        text.find("\"need\"").unwrap() > from && text.find("\"agencies\"").unwrap() > text.find("\"need\"").unwrap()
    );
}

#[tokio::test]
async fn names_are_for_those_signed_in_and_what_two_agencies_share_is_between_them() {
    let contact = |name: &str, for_agency: Option<&str>| signpost::directory::listing::Contact {
        name: Some(name.to_owned()),
        role: Some(format!("{name}'s role")),
        email: Some(format!("{name}@agency.example")),
        phone: Some("0161 496 0000".to_owned()),
        visibility: entity::enums::ContactVisibility::SignedIn,
        named: name == "Asha",
        deputy: name == "Ben",
        for_agency_key: for_agency.map(str::to_owned),
    };
    let mut listing = service("s", "Beds", "housing.emergency");
    listing.agency.contacts = vec![contact("Asha", None), contact("Ben", None), contact("Cora", Some("other"))];
    let app = TestApp::of(&[listing]).await;
    let query =
        "{ agencies { nodes { contacts { role name email phone isNamedContact isDeputy isForYourAgency withheld }
        namedContact { role name } } } }";
    let data = app.data(query, json!({})).await;
    let shown = |role: &str, named: bool, deputy: bool| {
        json!({ "role": role, "name": null, "email": null, "phone": null,
                "isNamedContact": named, "isDeputy": deputy, "isForYourAgency": false, "withheld": true })
    };
    assert_eq!(
        data["agencies"]["nodes"],
        json!([{
            "contacts": [shown("Asha's role", true, false), shown("Ben's role", false, true)],
            "namedContact": { "role": "Asha's role", "name": null },
        }])
    );
}

/// Who works in the network is told whom to ask by name, and the people of an agency whom another one named for them;
/// a service user is not, nor is a program, whose readers may be anybody.
#[tokio::test]
async fn whoever_works_in_the_network_is_told_whom_to_ask() {
    let contact = |name: &str, visibility: ContactVisibility, for_agency: Option<&str>| Contact {
        name: Some(name.to_owned()),
        role: Some("Worker".to_owned()),
        email: Some(format!("{}@example.org", name.to_lowercase())),
        phone: None,
        visibility,
        named: name == "Asha",
        deputy: false,
        for_agency_key: for_agency.map(str::to_owned),
    };
    let (kept, open) = (ContactVisibility::SignedIn, ContactVisibility::Public);
    let mut listing = service("s", "Beds", "housing.emergency");
    listing.agency.contacts =
        vec![contact("Asha", kept, None), contact("Ben", open, None), contact("Cora", kept, Some("other"))];
    listing.contacts = vec![contact("Dan", kept, None)];
    let mut house = at(location("house", "M14 5RQ", None));
    house.contacts = vec![contact("Eve", kept, None)];
    let mut secret = at(location("secret", "M14 5RQ", None));
    secret.location.confidential = true;
    secret.contacts = vec![contact("Fay", kept, None)];
    listing.places = vec![house, secret];
    let mut other = service("o", "Advice", "money.debt");
    other.agency.key = "other".to_owned();
    let app = TestApp::of(&[listing, other]).await;
    let source = source().id();
    let (own, others) = (agency_id(source, "agency"), agency_id(source, "other"));
    let editor = app.signed_in("ed@example.org", Role::ListingEditor, Some(own)).await;
    let worker = app.signed_in("lena@example.org", Role::LinkWorker, Some(others)).await;
    let network = app.signed_in("cora@example.org", Role::Coordinator, None).await;
    let user = app.signed_in("sam@example.org", Role::ServiceUser, None).await;
    let query = "query($id: ID!) { service(id: $id) { contacts { name }
        agency { contacts { name email isForYourAgency withheld } namedContact { name } } places { contacts { name } } } }";
    let id = json!({ "id": NodeId::Service(service_id(source, "s")).encode().0 });
    let told = |name: &str, for_yours: bool| {
        let email = format!("{}@example.org", name.to_lowercase());
        json!({ "name": name, "email": email, "isForYourAgency": for_yours, "withheld": false })
    };
    let withheld = json!({ "name": null, "email": null, "isForYourAgency": false, "withheld": true });
    let nobody = json!({ "name": null });
    let rows = [
        (None, vec![withheld.clone(), told("Ben", false)], &nobody, &nobody),
        (Some(&user), vec![withheld, told("Ben", false)], &nobody, &nobody),
        (
            Some(&editor),
            vec![told("Asha", false), told("Ben", false)],
            &json!({ "name": "Asha" }),
            &json!({ "name": "Eve" }),
        ),
        (
            Some(&worker),
            vec![told("Cora", true), told("Asha", false), told("Ben", false)],
            &json!({ "name": "Cora" }),
            &json!({ "name": "Eve" }),
        ),
        (
            Some(&network),
            vec![told("Asha", false), told("Ben", false)],
            &json!({ "name": "Asha" }),
            &json!({ "name": "Eve" }),
        ),
    ];
    // Twice: what one is told is kept for nobody else.
    for (token, contacts, named, here) in rows.iter().chain(&rows) {
        let who = As { token: token.map(String::as_str), agency: None };
        let data = app.data_as(who, query, id.clone()).await;
        let shown = &data["service"];
        assert_eq!(shown["agency"], json!({ "contacts": contacts, "namedContact": named }), "{token:?}");
        let of_service = if *named == &nobody { &nobody } else { &json!({ "name": "Dan" }) };
        assert_eq!(shown["contacts"], json!([of_service]));
        assert_eq!(
            shown["places"],
            json!([{ "contacts": [here] }, { "contacts": [] }]),
            "nobody is told of a secret place"
        );
    }
}

#[tokio::test]
async fn a_link_that_is_not_one_is_not_shown() {
    let rows = [
        ("https://agency.example/a", json!("https://agency.example/a")),
        ("agency.example", json!("https://agency.example")),
        ("javascript:alert(1)", json!(null)),
        ("data:text/html,x", json!(null)),
        ("see our page", json!(null)),
        ("", json!(null)),
    ];
    let listings: Vec<_> = rows
        .iter()
        .enumerate()
        .map(|(index, (url, _))| {
            let mut listing = service(&format!("s{index}"), &format!("{index}"), "housing.emergency");
            listing.url = Some((*url).to_owned());
            listing
        })
        .collect();
    let app = TestApp::of(&listings).await;
    let data = app.data("{ services { nodes { url } } }", json!({})).await;
    let shown: Vec<_> = data["services"]["nodes"].as_array().unwrap().iter().map(|node| node["url"].clone()).collect();
    assert_eq!(shown, rows.map(|(_, shown)| shown));
}
