//! The list of stored operations: its forms, what is wrong with it, and a server that answers
//! nothing else.

use axum::{Router, body::Body, http::Response};
use serde_json::{Value, json};
use signpost::{
    app::{App, StartError, need_list},
    clock::Clock,
    config::Config,
    web::StoredOperations,
};

use super::{
    persisted::hash,
    site::{get, json_of, post, site, text},
};
use crate::support::{config, database::TestDatabase, now};

async fn told(response: Response<Body>) -> (u16, String) {
    let status = response.status().as_u16();
    let answer = json_of(response).await;
    (status, answer.pointer("/errors/0/extensions/code").map_or("", |code| code.as_str().unwrap()).to_owned())
}

async fn sent(site: &Router, body: Value) -> (u16, String) {
    told(post(site, body.to_string()).await).await
}

fn fine() -> (u16, String) {
    (200, String::new())
}

#[test]
fn a_list_is_read_as_the_tools_write_it() {
    let id = hash("{ hello }");
    let manifest = |format: &str, version: u64| {
        let operation = json!({ "id": id, "name": "Hello", "type": "query", "body": "{ hello }" });
        json!({ "format": format, "version": version, "operations": [operation] }).to_string()
    };
    let apollo = manifest("apollo-persisted-query-manifest", 1);
    let plain = json!({ "hello": "{ hello }", format!("sha256:{id}"): "{ hello }" }).to_string();
    assert_eq!(StoredOperations::read(&apollo).unwrap().all(), [(id.as_str(), "{ hello }")]);
    assert_eq!(StoredOperations::read(&plain).unwrap().all().len(), 2);
    // Other hashes are ids like any other: GraphQL Code Generator writes SHA-1, Relay MD5.
    let other = json!({ "e5f83b5cb2ec6cc2a1bc4a3c1d4b0aa2": "{ hello }", "x".repeat(64): "{ hello }" }).to_string();
    assert_eq!(StoredOperations::read(&other).unwrap().all().len(), 2);
    assert!(StoredOperations::read("{}").unwrap().is_empty());

    let rows = [
        ("", "not a list"),
        ("{ hello }", "not a list"),
        ("[]", "not a list"),
        ("7", "not a list"),
        (r#"{"a": 7}"#, "not a list"),
        (r#"{"a": {"body": "{ hello }"}}"#, "not a list"),
        (r#"{"a": "{ hello }", "b": "{ hello }", "a": "{ big }"}"#, "two operations have the id \"a\""),
        (&json!({ &id: "{ big }" }).to_string(), "is not the SHA-256"),
        (&json!({ "sha256:a": "{ big }" }).to_string(), "is not the SHA-256"),
        (&manifest("another", 1), "format is \"another\""),
        (&manifest("apollo-persisted-query-manifest", 2), "version 2"),
        (
            r#"{"format":"apollo-persisted-query-manifest","version":1,"operations":[{"id":"a"}]}"#,
            "missing field `body`",
        ),
    ];
    for (list, word) in rows {
        let error = StoredOperations::read(list).expect_err(list).to_string();
        assert!(error.contains(word), "{list}: {error}");
    }
}

const LIST: &[(&str, &str)] = &[
    ("hello", "query Hello { hello }"),
    ("number", "query Number($n: Int!) { number(value: $n) }"),
    ("change", "mutation { change }"),
    ("search", "query Search($about: String) { signpost(about: $about) }"),
    ("schema", "{ __schema { queryType { name } } }"),
    ("costly", "{ hello signpost big brought counted a: counted }"),
];

fn with_list(change: impl FnOnce(&mut Config)) -> Router {
    let mut site = site().with(change);
    let list: serde_json::Map<String, Value> = LIST.iter().map(|(id, text)| ((*id).to_owned(), json!(text))).collect();
    site.operations = StoredOperations::read(&Value::from(list).to_string()).unwrap();
    site.open()
}

#[tokio::test]
async fn a_listed_operation_is_called_by_its_id_or_its_hash() {
    let site = with_list(|config| config.persisted.automatic = 0);
    assert_eq!(sent(&site, json!({ "documentId": "hello" })).await, fine());
    assert_eq!(sent(&site, json!({ "documentId": "hello", "operationName": "Hello" })).await, fine());
    assert_eq!(told(get(&site, "/graphql?documentId=hello").await).await, fine());
    let by_hash = json!({ "persistedQuery": { "version": 1, "sha256Hash": hash(LIST[0].1) } });
    assert_eq!(sent(&site, json!({ "extensions": by_hash })).await, fine());
    assert_eq!(sent(&site, json!({ "documentId": format!("sha256:{}", hash(LIST[0].1)) })).await, fine());
    let answer = text(post(&site, json!({ "documentId": "number", "variables": { "n": 7 } }).to_string()).await).await;
    assert!(answer.contains(r#"{"number":7}"#), "{answer}");
    // Any other may be asked too, and every rule holds for those on the list.
    assert_eq!(sent(&site, json!({ "query": "{ big }" })).await, fine());
    let unknown = (200, "PERSISTED_QUERY_NOT_FOUND".to_owned());
    assert_eq!(sent(&site, json!({ "documentId": "goodbye" })).await, unknown);
    assert_eq!(sent(&site, json!({ "documentId": format!("sha256:{}", hash("{ big }")) })).await, unknown);
    assert_eq!(sent(&site, json!({ "documentId": "hello", "query": LIST[0].1 })).await.0, 422);
    assert_eq!(sent(&site, json!({ "documentId": "number" })).await, (422, "BAD_USER_INPUT".to_owned()));
    assert_eq!(sent(&site, json!({ "documentId": "hello", "operationName": "Bye" })).await.0, 422);
    for id in ["change", "search"] {
        assert_eq!(sent(&site, json!({ "documentId": id })).await, fine());
        assert_eq!(told(get(&site, &format!("/graphql?documentId={id}")).await).await.0, 405, "{id}");
    }
    let site = with_list(|config| config.graphql.max_cost = 5);
    assert_eq!(sent(&site, json!({ "documentId": "costly" })).await, (422, "RESOURCE_EXHAUSTED".to_owned()));
}

#[tokio::test]
async fn a_server_of_listed_operations_answers_nothing_else() {
    let site = with_list(|config| config.persisted.only_listed = true);
    let refused = (403, "PERSISTED_QUERY_NOT_IN_LIST".to_owned());
    assert_eq!(sent(&site, json!({ "documentId": "hello" })).await, fine());
    // The text of a listed operation is that operation; one blank more is another.
    assert_eq!(sent(&site, json!({ "query": LIST[0].1 })).await, fine());
    for query in [
        "{ hello }",
        "query Hello { hello } ",
        "{ __schema { types { name } } }",
        "{ __typename }",
        "mutation { change } ",
        "{",
    ] {
        assert_eq!(sent(&site, json!({ "query": query })).await, refused, "{query}");
        // Nor is it remembered.
        let extensions = json!({ "persistedQuery": { "version": 1, "sha256Hash": hash(query) } });
        assert_eq!(sent(&site, json!({ "query": query, "extensions": extensions })).await, refused, "{query}");
        assert_eq!(sent(&site, json!({ "extensions": extensions })).await.1, "PERSISTED_QUERY_NOT_FOUND", "{query}");
    }
    assert_eq!(told(get(&site, "/graphql?query={hello}").await).await, refused);
    // Introspection is there as far as it is listed, and the pages that ask or tell all are not.
    assert_eq!(sent(&site, json!({ "documentId": "schema" })).await, fine());
    for address in ["/schema.graphql", "/explorer", "/"] {
        assert_eq!(get(&site, address).await.status().as_u16(), 404, "{address}");
    }
    assert_eq!(get(&site, "/health/live").await.status().as_u16(), 200);
}

/// Starts the application with a list; what it says against it.
async fn started(list: &str, change: impl FnOnce(&mut Config)) -> Result<App, String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("operations.json");
    std::fs::write(&file, list).unwrap();
    let mut config = config();
    config.persisted.operations_file = file.display().to_string();
    change(&mut config);
    let database = TestDatabase::new().await;
    let needs = need_list(&config).unwrap();
    let app = App::with_database(config, Clock::manual(now()), database.open().await, needs).await;
    app.map_err(|error| {
        assert!(matches!(error, StartError::Operations(_)), "{error}");
        let error = error.to_string();
        let named = format!("persisted.operations_file: {}: ", file.display());
        error.strip_prefix(&named).unwrap_or_else(|| panic!("{error}")).to_owned()
    })
}

#[tokio::test]
async fn every_listed_operation_is_held_against_schema_and_limits_at_the_start() {
    let good = json!({
        "needs": "{ needs(first: 100) { nodes { key name serviceCount } } }",
        "page": "query Page($first: Int!, $after: String) { services(first: $first, after: $after) { nodes { name } pageInfo { endCursor } } }",
        "one": "query One($id: ID!) { service(id: $id) { ...s } } fragment s on Service { name agency { name } }",
        "ask": "query Ask($input: SignpostInput!, $first: Int) { signpost(input: $input, first: $first) { nodes { group service { name } } } }",
        "schema": "{ __schema { queryType { name } } }",
        "mine": "mutation { signOut { ended } }",
    });
    let app = started(&good.to_string(), |_| {}).await.unwrap();
    assert_eq!(app.operations.all().len(), 6);

    let rows = [
        ("{ nothing }", "Unknown field \"nothing\""),
        ("{ services { nodes { nome } } }", "line 1"),
        ("{", "cannot be read at line 1"),
        ("", "cannot be read"),
        ("{ service(id: 7.5) { name } }", "line 1"),
        ("{ service { name } }", "id"),
        ("query a { __typename } query b { __typename }", "several operations"),
        ("subscription { x }", "Unknown field \"x\""),
        ("mutation { change }", "Unknown field \"change\""),
        ("{ services(first: 100) { nodes { places { service { places { service { name } } } } } } }", ""),
        (
            "{ services(first: 100) { nodes { agency { services(first: 100) { nodes { agency { services(first: 100) { totalCount } } } } } } } }",
            "costs",
        ),
    ];
    for (text, word) in rows {
        let result = started(&json!({ "fine": "{ __typename }", "mine": text }).to_string(), |_| {}).await;
        match result {
            Ok(_) => assert_eq!(word, "", "{text}"),
            Err(error) => assert!(
                error.starts_with("the operation \"mine\": ") && error.contains(word) && !word.is_empty(),
                "{text}: {error}"
            ),
        }
    }
    // All that is wrong is told at once, and not without end.
    let many: serde_json::Map<String, Value> = (0..30).map(|n| (format!("op{n:02}"), json!("{ nothing }"))).collect();
    let error = started(&Value::from(many).to_string(), |_| {}).await.unwrap_err();
    assert!(error.contains("op00") && error.contains("op19") && !error.contains("op20"), "{error}");
    assert!(error.ends_with("and 10 more"), "{error}");
    // The settings count: what is switched off is not to be listed.
    let error = started(&good.to_string(), |config| config.graphql.introspection = false).await.unwrap_err();
    assert!(error.starts_with("the operation \"schema\": ") && error.contains("switched off"), "{error}");
    let error = started(&good.to_string(), |config| config.graphql.max_depth = 2).await.unwrap_err();
    assert!(error.contains("\"page\"") && error.contains("deep"), "{error}");
    assert!(started("[]", |_| {}).await.unwrap_err().contains("not a list of operations"));
    let absent = |config: &mut Config| {
        let there = config.persisted.operations_file.clone();
        std::fs::remove_file(there).unwrap();
    };
    assert!(started("{}", absent).await.unwrap_err().contains("can't be read"));
    let error = started(&" ".repeat(16 * 1024 * 1024 + 1), |_| {}).await.unwrap_err();
    assert!(error.contains("larger than 16777216 bytes"), "{error}");
}

#[test]
fn only_listed_needs_a_list() {
    let env = [("SIGNPOST_PERSISTED__ONLY_LISTED".to_owned(), "true".to_owned())];
    let error = Config::load(None, env, []).unwrap_err().to_string();
    assert!(error.contains("persisted.only_listed") && error.contains("persisted.operations_file"), "{error}");
}
