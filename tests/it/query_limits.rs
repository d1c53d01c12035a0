//! What a query may ask for: each limit at its edge, and queries made to hurt.

use async_graphql::{EmptyMutation, EmptySubscription, Object, Request, Response, Schema, Value};
use proptest::prelude::*;
use signpost::api::limits::{QueryLimits, RejectionKind, limit, list_cost, page_cost, with_document};
use signpost::config::Config;

struct Query;
struct Service;

#[Object]
impl Query {
    /// One.
    async fn service(&self) -> Service {
        Service
    }

    /// Many.
    #[graphql(complexity = "page_cost(first, 20, child_complexity)")]
    async fn services(&self, first: Option<i32>) -> Vec<Service> {
        (0..first.unwrap_or(20).clamp(0, 3)).map(|_| Service).collect()
    }

    /// Text back.
    async fn echo(&self, text: String) -> String {
        text
    }

    /// Lists in lists.
    async fn lists(&self, #[graphql(default)] values: Vec<Vec<i32>>) -> i32 {
        values.into_iter().flatten().sum()
    }
}

#[Object]
impl Service {
    /// Its name.
    async fn name(&self) -> &str {
        "a"
    }

    /// Others like it.
    async fn like(&self) -> Service {
        Service
    }

    /// A page of others.
    #[graphql(complexity = "page_cost(first, 20, child_complexity)")]
    async fn many(&self, first: Option<i32>) -> Vec<Service> {
        (0..first.unwrap_or(20).clamp(0, 3)).map(|_| Service).collect()
    }
}

fn limits() -> QueryLimits {
    QueryLimits {
        max_depth: 5,
        max_cost: 1_000,
        max_aliases: 3,
        max_root_fields: 4,
        max_directives: 3,
        max_tokens: 400,
        introspection: true,
    }
}

fn schema(limits: QueryLimits) -> Schema<Query, EmptyMutation, EmptySubscription> {
    limit(Schema::build(Query, EmptyMutation, EmptySubscription), limits).finish()
}

async fn run(query: &str) -> Response {
    schema(limits()).execute(query).await
}

/// Code and message of the only error.
fn only_error(response: &Response) -> (String, String) {
    let [error] = response.errors.as_slice() else { panic!("{response:?}") };
    let code = error.extensions.as_ref().and_then(|extensions| extensions.get("code"));
    let Some(Value::String(code)) = code else { panic!("{response:?}") };
    (code.clone(), error.message.clone())
}

fn cost(response: &Response) -> Option<(u64, u64)> {
    let Value::Object(cost) = response.extensions.get("cost")? else { panic!("{response:?}") };
    let number = |name: &str| cost[name].to_string().parse().unwrap();
    Some((number("requested"), number("maximum")))
}

fn nested(field: &str, levels: usize) -> String {
    format!("{{ {} name {} }}", format!("{field} {{ ").repeat(levels), "} ".repeat(levels))
}

const EXHAUSTED: &str = "RESOURCE_EXHAUSTED";
const INVALID: &str = "GRAPHQL_VALIDATION_FAILED";

#[tokio::test]
async fn each_limit_lets_through_what_is_at_it_and_refuses_what_is_above() {
    let rows = [
        ("depth", "{ service { like { like { like { name } } } } }".to_owned(), None),
        (
            "depth",
            "{ service { like { like { like { like { name } } } } } }".to_owned(),
            Some((EXHAUSTED, "nests fields 6 deep; at most 5")),
        ),
        (
            "depth through fragments",
            "{ service { ...a } } fragment a on Service { like { ... on Service { like { like { like { name } } } } } }"
                .to_owned(),
            Some((EXHAUSTED, "nests fields 6 deep")),
        ),
        ("aliases", "{ service { a: name b: name c: name } }".to_owned(), None),
        ("aliases", "{ service { a: name b: name c: name d: name } }".to_owned(), Some((EXHAUSTED, "4 aliases; at most 3"))),
        (
            "aliases in a fragment spread twice",
            "{ service { ...a like { ...a } } } fragment a on Service { x: name y: name }".to_owned(),
            Some((EXHAUSTED, "4 aliases")),
        ),
        ("top", "{ __typename service { name } lists echo(text: \"\") }".to_owned(), None),
        (
            "top",
            "{ __typename service { name } lists echo(text: \"\") ...a } fragment a on Query { services { name } }".to_owned(),
            Some((EXHAUSTED, "5 fields at the top; at most 4")),
        ),
        (
            "directives",
            "{ lists @skip(if: false) service @include(if: true) { name @skip(if: false) } }".to_owned(),
            None,
        ),
        (
            "directives",
            "{ lists @skip(if: false) @include(if: true) service @include(if: true) { name @skip(if: false) } }".to_owned(),
            Some((EXHAUSTED, "4 directives; at most 3")),
        ),
        ("words", format!("{{ lists(values: [[{}]]) }}", "1 ".repeat(400 - 11)), None),
        (
            "words",
            format!("{{ lists(values: [[{}]]) }}", "1 ".repeat(401 - 11)),
            Some((EXHAUSTED, "more than 400 words and signs")),
        ),
        ("blanks, commas and comments are no words", format!("{{{} #{}\n lists }}", " ,\n".repeat(500), "{ ".repeat(500)), None),
        ("a string is one word", format!("{{ echo(text: \"{}\") }}", "{ \\\" [".repeat(100)), None),
        ("a block string is one word", format!("{{ echo(text: \"\"\"{}\"\"\") }}", "{ \\\"\"\" \" \n[".repeat(100)), None),
        (
            "what follows a string counts again",
            format!("{{ echo(text: \"\\\\\") {} }}", "name ".repeat(400)),
            Some((EXHAUSTED, "more than 400 words")),
        ),
    ];
    for (what, query, refused) in rows {
        let response = run(&query).await;
        match refused {
            None => assert!(response.is_ok(), "{what}: {query}: {:?}", response.errors),
            Some((code, message)) => {
                let (told_code, told) = only_error(&response);
                assert_eq!(told_code, code, "{what}: {query}");
                assert!(told.contains(message), "{what}: {told}");
                assert_eq!(response.data, Value::Null);
            }
        }
    }
}

#[tokio::test]
async fn the_cost_is_fields_times_page_sizes_and_is_told_with_the_answer() {
    let rows = [
        ("{ service { name } }", 2),
        ("{ services { name } }", 21),
        ("{ services(first: 7) { name } }", 8),
        ("{ services(first: 7) { name like { name } } }", 22),
        ("{ services(first: 10) { many(first: 10) { name } } }", 111),
        ("query($n: Int = 10) { services(first: $n) { name } }", 11),
        // A page of none, or fewer, still costs its row: whether it is allowed is decided elsewhere.
        ("{ services(first: 0) { name } }", 2),
        ("{ services(first: -5) { name } }", 2),
    ];
    for (query, expected) in rows {
        let response = run(query).await;
        assert!(response.is_ok(), "{query}: {:?}", response.errors);
        assert_eq!(cost(&response), Some((expected, 1_000)), "{query}");
    }
}

#[tokio::test]
async fn a_query_that_costs_too_much_is_refused_with_its_cost() {
    let response = run("{ services(first: 10) { many(first: 100) { name } } }").await;
    assert_eq!(only_error(&response).0, EXHAUSTED);
    assert!(only_error(&response).1.contains("costs 1011; at most 1000"), "{:?}", response.errors);
    assert_eq!(cost(&response), Some((1_011, 1_000)));
    // Four pages of two thousand million in one another do not come round to a small number.
    let huge = "many(first: 2147483647)";
    let response = run(&format!("{{ service {{ {huge} {{ {huge} {{ {huge} {{ name }} }} }} }} }}")).await;
    assert_eq!(only_error(&response).0, EXHAUSTED);
    let variables = Request::new("query($n: Int) { services(first: $n) { name } }")
        .variables(async_graphql::Variables::from_json(serde_json::json!({ "n": 5_000 })));
    assert_eq!(only_error(&schema(limits()).execute(variables).await).0, EXHAUSTED);
}

#[test]
fn no_cost_comes_near_the_largest_number() {
    assert_eq!(page_cost(Some(i32::MAX), 20, usize::MAX), list_cost(usize::MAX, usize::MAX));
    // As many of the dearest fields as a query can hold still add up.
    assert!(list_cost(usize::MAX, usize::MAX).checked_mul(100_000).is_some());
    assert_eq!(page_cost(None, 20, 3), 61);
    assert_eq!(page_cost(Some(4), 20, 3), 13);
}

#[tokio::test]
async fn queries_made_to_hurt_are_refused_at_once() {
    let many = QueryLimits { max_tokens: 1_000_000, max_aliases: 1_000_000, max_directives: 1_000_000, ..limits() };
    let bomb = |spreads: usize, levels: usize| {
        let spread = |level: usize| format!("...f{level} ").repeat(spreads);
        let mut text = format!("{{ service {{ {} }} }}", spread(0));
        for level in 0..levels {
            text.push_str(&format!(" fragment f{level} on Service {{ {} }}", spread(level + 1)));
        }
        text + &format!(" fragment f{levels} on Service {{ name }}")
    };
    let aliases: String = (0..10_000).map(|n| format!("a{n}: __typename ")).collect();
    let chain: String = (0..5_000).map(|n| format!("fragment f{n} on Service {{ ...f{} }} ", n + 1)).collect();
    let rows = [
        ("10,000 aliases", format!("{{ service {{ {aliases} }} }}"), limits(), EXHAUSTED),
        (
            "10,000 aliases, words unlimited",
            format!("{{ service {{ {aliases} }} }}"),
            QueryLimits { max_aliases: 3, ..many.clone() },
            EXHAUSTED,
        ),
        ("100,000 braces", "{ a ".repeat(100_000), many.clone(), EXHAUSTED),
        ("100,000 braces, closed", nested("like", 100_000), many.clone(), EXHAUSTED),
        ("100,000 lists", format!("{{ lists(values: {}) }}", "[".repeat(100_000)), many.clone(), EXHAUSTED),
        ("100,000 objects", format!("{{ lists(values: {}) }}", "{a:".repeat(100_000)), many.clone(), EXHAUSTED),
        ("100,000 list types", format!("query($a: {}Int) {{ lists }}", "[".repeat(100_000)), many.clone(), EXHAUSTED),
        ("60 selection sets", nested("like", 60), many.clone(), EXHAUSTED),
        (
            "a deep fragment, spread first high and then low",
            format!(
                "{{ service {{ ...a {} ...a {} }} }} fragment a on Service {{ {} name {} }}",
                "like { ".repeat(15),
                "} ".repeat(15),
                "like { ".repeat(20),
                "} ".repeat(20)
            ),
            QueryLimits { max_depth: 1_000, ..many.clone() },
            EXHAUSTED,
        ),
        ("fragments that double 30 times", bomb(2, 28), many.clone(), EXHAUSTED),
        ("fragments that grow a hundredfold", bomb(100, 10), many.clone(), EXHAUSTED),
        (
            "a chain of 5,000 fragments nobody spreads",
            format!("{{ lists }} {chain} fragment f5000 on Service {{ name }}"),
            many.clone(),
            EXHAUSTED,
        ),
        (
            "fragments in a circle",
            "{ service { ...a } } fragment a on Service { ...b } fragment b on Service { ...a }".to_owned(),
            many.clone(),
            INVALID,
        ),
        (
            "a circle nobody spreads",
            "{ lists } fragment a on Service { like { ...a } }".to_owned(),
            many.clone(),
            INVALID,
        ),
        (
            "10,000 directives",
            format!("{{ lists {} }}", "@skip(if: false) ".repeat(10_000)),
            QueryLimits { max_directives: 3, ..many.clone() },
            EXHAUSTED,
        ),
        ("10,000 operations", (0..10_000).map(|n| format!("query q{n} {{ lists }} ")).collect(), limits(), EXHAUSTED),
        ("a string that never ends", format!("{{ echo(text: \"{}", "\\\"".repeat(100_000)), many.clone(), INVALID),
        ("nothing", String::new(), many.clone(), INVALID),
        ("half a surrogate", "{ echo(text: \"\\ud83d\") }".to_owned(), many.clone(), INVALID),
        ("a number beyond numbers", "{ lists(values: [[1e999999]]) }".to_owned(), many.clone(), INVALID),
    ];
    for (what, query, limits, code) in rows {
        let response = schema(limits).execute(query).await;
        let (told, message) = only_error(&response);
        assert_eq!(told, code, "{what}: {message}");
        assert!(message.len() < 300, "{what}: {message}");
    }
}

#[tokio::test]
async fn a_query_that_cannot_be_read_is_told_where_in_one_line() {
    let (code, message) = only_error(&run("{ service {\n  name( }\n}").await);
    assert_eq!(code, INVALID);
    assert!(message.starts_with("The query cannot be read at line 2, column 9: "), "{message}");
    assert!(!message.contains('\n'), "{message}");
    assert_eq!(limits().parse("{").unwrap_err().kind, RejectionKind::Syntax);
}

#[tokio::test]
async fn validation_errors_have_their_code_and_are_not_told_by_the_hundred() {
    let response = run("{ service { nam } }").await;
    let (code, message) = only_error(&response);
    assert_eq!(code, INVALID);
    assert!(message.contains("Did you mean"), "{message}");

    let wrong: String = (0..100).map(|n| format!("wrong{n} ")).collect();
    let response = run(&format!("{{ service {{ {wrong} }} }}")).await;
    assert_eq!(response.errors.len(), 21);
    assert_eq!(response.errors[20].message, "There are 80 more errors like these.");
    for error in &response.errors {
        assert_eq!(error.extensions.as_ref().unwrap().get("code"), Some(&Value::from(INVALID)));
    }
}

/// What tools send to learn a schema, nested as deep as theirs.
fn introspection_query() -> String {
    let of_type = format!("{} name {}", "ofType { kind ".repeat(9), "} ".repeat(9));
    format!(
        "query IntrospectionQuery {{ __schema {{ description queryType {{ name kind }} mutationType {{ name kind }} \
         subscriptionType {{ name kind }} types {{ ...FullType }} \
         directives {{ name description locations args {{ ...InputValue }} }} }} }} \
         fragment FullType on __Type {{ kind name description \
         fields(includeDeprecated: true) {{ name description args {{ ...InputValue }} type {{ ...TypeRef }} isDeprecated deprecationReason }} \
         inputFields {{ ...InputValue }} interfaces {{ ...TypeRef }} \
         enumValues(includeDeprecated: true) {{ name description isDeprecated deprecationReason }} possibleTypes {{ ...TypeRef }} }} \
         fragment InputValue on __InputValue {{ name description type {{ ...TypeRef }} defaultValue }} \
         fragment TypeRef on __Type {{ kind name {of_type} }}"
    )
}

#[tokio::test]
async fn the_schema_can_be_asked_for_whole_and_not_over_and_over() {
    // With the limits as they come.
    let as_it_comes = schema(QueryLimits::from(&Config::default().graphql));
    let response = as_it_comes.execute(introspection_query()).await;
    assert!(response.is_ok(), "{:?}", response.errors);
    assert!(response.data.to_string().contains("Service"));

    let hurting = [
        "{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }"
            .to_owned(),
        "{ __type(name: \"Query\") { ...a } } fragment a on __Type { fields { type { ...b } } } \
         fragment b on __Type { fields { type { ...c } } } fragment c on __Type { fields { type { ...d } } } \
         fragment d on __Type { fields { type { fields { type { possibleTypes { name } } } } } }"
            .to_owned(),
        format!("{{ __schema {{ {} }} }}", "types { fields { args { type { name } } } } ".repeat(30)),
    ];
    for query in hurting {
        let (code, message) = only_error(&as_it_comes.execute(query.as_str()).await);
        assert_eq!(code, EXHAUSTED, "{query}: {message}");
        assert!(message.contains("over"), "{query}: {message}");
    }
}

#[tokio::test]
async fn without_introspection_nothing_of_the_schema_is_told() {
    let schema = schema(QueryLimits { introspection: false, ..limits() });
    for query in [
        "{ __schema { types { name } } }",
        "{ a: __type(name: \"Service\") { name } }",
        "{ ...a } fragment a on Query { __schema { types { name } } }",
    ] {
        let (code, message) = only_error(&schema.execute(query).await);
        assert_eq!(code, INVALID);
        assert!(message.contains("switched off"), "{message}");
    }
    let (_, message) = only_error(&schema.execute("{ service { nam } }").await);
    assert!(!message.contains("Did you mean") && !message.contains("\"name\""), "{message}");
    assert!(schema.execute("{ __typename service { __typename } }").await.is_ok());
}

#[tokio::test]
async fn a_document_read_before_is_not_read_again() {
    let query = "{ service { name } }";
    let document = limits().parse(query).unwrap();
    // The text is another one now: had it been read again, it would be refused.
    let request = with_document(Request::new("{"), document);
    assert!(schema(limits()).execute(request).await.is_ok());
}

proptest! {
    /// Whatever comes, an answer comes.
    #[test]
    fn no_heap_of_words_upsets_the_reading(words in prop::collection::vec(
        prop::sample::select(vec![
            "{", "}", "(", ")", "[", "]", "query", "mutation", "fragment", "on", "a", "b", "service", "...", "@skip",
            ":", "$", "!", "=", "\"", "\"\"\"", "\\", "\\u", "\\ud800", "#", "\n", "1", "-", "1.5e3", "é", "\u{feff}", "&", "|",
        ]),
        0..60,
    ), glue in prop::sample::select(vec!["", " "])) {
        let _ = limits().parse(&words.join(glue));
    }

    /// Fragments count as if they were written out, by whatever way they come to it.
    #[test]
    fn fragments_count_as_if_written_out(spreads in prop::collection::vec(1_usize..4, 1..6), max in 1_usize..400) {
        // The fragment at each level spreads the next one so many times; the last asks for a name.
        let mut text = "{ service { ...f0 } }".to_owned();
        let mut written_out = 0;
        let mut copies = 1;
        for (level, &count) in spreads.iter().enumerate() {
            text.push_str(&format!(" fragment f{level} on Service {{ {} }}", format!("...f{} ", level + 1).repeat(count)));
            written_out += copies;
            copies *= count;
        }
        text.push_str(&format!(" fragment f{} on Service {{ name }}", spreads.len()));
        // Each spread counts, each name, and `service`.
        let selections = written_out + copies * 2 + 1;
        let words = QueryLimits { max_tokens: max, ..limits() };
        let refused = words.parse(&text).is_err_and(|rejection| rejection.kind == RejectionKind::Exhausted);
        // Few words come to many fields; where the words alone are too many, that is refused first.
        let too_many_words = text.split_whitespace().count() > max;
        prop_assert_eq!(refused, selections > max || too_many_words);
    }
}
