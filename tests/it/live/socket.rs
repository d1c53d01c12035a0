//! Subscriptions over WebSockets, by the protocol `graphql-transport-ws`, over real sockets.

use entity::enums::{HappeningKind, Role};
use serde_json::{Value, json};
use signpost::config::Config;
use signpost::web::serve::Stopped;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;

use super::client::{Came, PROTOCOL, Server, WATCH, brief, changed, global, listing, of, soon};
use crate::support::TestApp;
use crate::support::accounts::As;

const EACH: [HappeningKind; 5] = [
    HappeningKind::Closed,
    HappeningKind::Reopened,
    HappeningKind::CapacityGone,
    HappeningKind::CapacityGained,
    HappeningKind::HoursChanged,
];

#[tokio::test]
async fn several_subscriptions_of_one_socket_are_told_what_concerns_each() {
    let app = TestApp::of(&[listing("a"), listing("b")]).await;
    let server = Server::start(app.app.router()).await;
    let mut socket = server.open().await;
    assert_eq!(socket.handshake.headers()["sec-websocket-protocol"], "graphql-transport-ws");
    socket.init(None).await;
    let cursor = app.data("{ happeningsCursor }", json!({})).await["happeningsCursor"].clone();
    socket.subscribe("mine", json!({ "services": [global("a")], "after": cursor })).await;
    let mut one = listing("a");
    let mut told = Vec::new();
    for kind in EACH {
        one = changed(one, kind);
        app.save(&[one.clone(), listing("b")]).await;
        let happening = socket.happening("mine").await;
        assert_eq!(brief(&happening), of(&kind.as_str().to_uppercase(), "a"));
        told.push(happening["cursor"].clone());
    }
    // A second over the same socket goes on from where the first was then.
    socket.subscribe("again", json!({ "services": [global("a")], "after": told[1] })).await;
    for cursor in &told[2..] {
        assert_eq!(socket.happening("again").await["cursor"], *cursor);
    }
    // One that is wanted no longer is told no more, and its id may be used again.
    socket.send(json!({ "id": "mine", "type": "complete" }).to_string()).await;
    socket.subscribe("mine", json!({ "services": [global("b")], "after": told[4] })).await;
    socket.send(json!({ "type": "ping", "payload": { "any": 1 } }).to_string()).await;
    assert_eq!(socket.message().await, json!({ "type": "pong" }));
    app.save(&[one.clone(), changed(listing("b"), HappeningKind::Closed)]).await;
    assert_eq!(brief(&socket.happening("mine").await), of("CLOSED", "b"));
    let open = "signpost_subscriptions_open{transport=\"websocket\"} 2";
    assert!(app.app.metrics.text().contains(open), "{}", app.app.metrics.text());
}

#[tokio::test]
async fn whatever_breaks_the_protocol_is_closed_with_its_code() {
    let mut config = Config::default();
    config.live.init_timeout_s = 1;
    config.server.body_limit_bytes = 2_000;
    let app = TestApp::with_config(config).await;
    let server = Server::start(app.app.router()).await;
    let init = json!({ "type": "connection_init" }).to_string();
    let subscribe = |id: Value| {
        let payload = json!({ "query": WATCH, "variables": { "search": {} } });
        json!({ "id": id, "type": "subscribe", "payload": payload }).to_string()
    };
    let texts = |texts: &[&str]| texts.iter().map(|text| Message::text((*text).to_owned())).collect::<Vec<_>>();
    let long = "x".repeat(129);
    let rows: Vec<(Vec<Message>, u16, &str)> = vec![
        (texts(&[]), 4408, "initialisation timeout"),
        (texts(&["nonsense"]), 4400, "JSON object"),
        (texts(&["[]"]), 4400, "JSON object"),
        (texts(&["{}"]), 4400, "one of connection_init"),
        (texts(&[r#"{"type":7}"#]), 4400, "one of"),
        (texts(&[r#"{"type":"connection_ack"}"#]), 4400, "one of"),
        (texts(&[&init, r#"{"type":"next","id":"1"}"#]), 4400, "one of"),
        (texts(&[r#"{"type":"connection_init","payload":7}"#]), 4400, "payload of connection_init"),
        (texts(&[r#"{"type":"connection_init","payload":{"authorization":7}}"#]), 4400, "authorization"),
        (texts(&["{\"type\":\"connection_init\",\"payload\":{\"authorization\":\"a\\nb\"}}"]), 4400, "authorization"),
        (texts(&[r#"{"type":"connection_init","payload":{"authorization":"nonsense"}}"#]), 4403, "Bearer"),
        (texts(&[r#"{"type":"connection_init","payload":{"authorization":"Bearer nonsense"}}"#]), 4403, ""),
        (texts(&[&subscribe(json!("1"))]), 4401, "Unauthorized"),
        (texts(&[&init, &init]), 4429, "Too many"),
        (texts(&[&init, &subscribe(json!("1")), &subscribe(json!("1"))]), 4409, "Subscriber for 1 already exists"),
        (texts(&[&init, &subscribe(json!(7))]), 4400, "id of a subscription"),
        (texts(&[&init, &subscribe(json!(""))]), 4400, "id of a subscription"),
        (texts(&[&init, &subscribe(json!(long))]), 4400, "id of a subscription"),
        (texts(&[&init, r#"{"type":"subscribe","id":"1"}"#]), 4400, "payload of subscribe"),
        (texts(&[&init, r#"{"type":"complete"}"#]), 4400, "id of a subscription"),
        (vec![Message::binary(vec![1, 2, 3])], 4400, "texts"),
        (vec![Message::binary(vec![0; 2_001])], 1009, "2000 bytes"),
        (texts(&[&"x".repeat(2_001)]), 1009, "2000 bytes"),
    ];
    for (messages, code, word) in rows {
        let mut socket = server.open().await;
        for message in messages.clone() {
            socket.send_raw(message).await;
        }
        let closed = loop {
            match socket.came().await {
                Came::Message(message) => assert_eq!(message["type"], "connection_ack", "{messages:?}"),
                Came::Closed(code, reason) => break (code, reason),
                Came::Gone => panic!("gone without a word: {messages:?}"),
            }
        };
        assert!(closed.0 == code && closed.1.contains(word), "{messages:?} {closed:?}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_one_subscription_ends_that_one_only() {
    let mut config = Config::default();
    config.live.max_subscriptions = 2;
    let app = TestApp::with_config(config).await;
    app.save(&[listing("a")]).await;
    let server = Server::start(app.app.router()).await;
    let mut socket = server.open().await;
    socket.init(None).await;
    let rows = [
        (json!({ "query": "{ happeningsCursor }" }), "GRAPHQL_VALIDATION_FAILED", "Only subscriptions"),
        (json!({ "query": "mutation { signOut { ended } }" }), "GRAPHQL_VALIDATION_FAILED", "Only subscriptions"),
        (json!({ "query": "subscription {" }), "GRAPHQL_VALIDATION_FAILED", "cannot be read"),
        (json!({ "query": 7 }), "BAD_USER_INPUT", "query must be a text"),
        (json!({}), "BAD_USER_INPUT", "no query"),
        (json!({ "query": WATCH }), "BAD_USER_INPUT", "Say what to watch"),
        (json!({ "query": WATCH, "variables": { "services": [] } }), "BAD_USER_INPUT", "at least 1"),
        (json!({ "documentId": "unheard-of" }), "PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound"),
        (json!({ "query": "subscription { dropEverything }" }), "GRAPHQL_VALIDATION_FAILED", "dropEverything"),
    ];
    for (payload, code, word) in rows {
        socket.send(json!({ "id": "1", "type": "subscribe", "payload": payload }).to_string()).await;
        let message = socket.message().await;
        assert_eq!((&message["type"], &message["id"]), (&json!("error"), &json!("1")), "{message:#}");
        let error = &message["payload"][0];
        assert_eq!(error["extensions"]["code"], code, "{message:#}");
        assert!(error["message"].as_str().unwrap().contains(word), "{message:#}");
    }
    for id in ["1", "2", "3"] {
        socket.subscribe(id, json!({ "services": [global("a")] })).await;
    }
    let message = socket.message().await;
    assert_eq!(
        (&message["id"], &message["payload"][0]["extensions"]["code"]),
        (&json!("3"), &json!("RESOURCE_EXHAUSTED"))
    );
}

#[tokio::test]
async fn who_asks_is_looked_up_for_each_message() {
    let app = TestApp::of(&[listing("a")]).await;
    let token = app.signed_in("robin@example.org", Role::Commissioner, None).await;
    let server = Server::start(app.app.router()).await;
    let mut socket = server.open().await;
    socket.init(Some(&token)).await;
    let cursor = app.data("{ happeningsCursor }", json!({})).await["happeningsCursor"].clone();
    socket.subscribe("1", json!({ "services": [global("a")], "after": cursor })).await;
    app.save(&[changed(listing("a"), HappeningKind::Closed)]).await;
    assert_eq!(brief(&socket.happening("1").await), of("CLOSED", "a"));
    app.data_as(As::token(&token), "mutation { signOut { ended } }", json!({})).await;
    app.save(&[listing("a")]).await;
    let message = socket.message().await;
    assert_eq!((&message["type"], &message["id"]), (&json!("error"), &json!("1")), "{message:#}");
    assert_eq!(message["payload"][0]["extensions"]["code"], "UNAUTHENTICATED", "{message:#}");
    // And whoever subscribes again is nobody.
    socket.subscribe("1", json!({ "services": [global("a")] })).await;
    assert_eq!(socket.message().await["payload"][0]["extensions"]["code"], "UNAUTHENTICATED");
}

#[tokio::test]
async fn websites_open_sockets_only_where_the_settings_let_them() {
    let mut config = Config::default();
    config.cors.allowed_origins = vec!["https://maps.example.org".to_owned()];
    let app = TestApp::with_config(config).await;
    let server = Server::start(app.app.router()).await;
    let ours = format!("http://{}", server.address);
    let rows = [
        (vec!["https://maps.example.org"], true),
        (vec![ours.as_str()], true),
        (vec!["https://evil.example"], false),
        (vec!["https://maps.example.org.evil.example"], false),
        (vec!["http://maps.example.org"], false),
        (vec!["null"], false),
        (vec![""], false),
        (vec!["https://maps.example.org", "https://evil.example"], false),
    ];
    for (origins, may) in rows {
        let mut headers = vec![PROTOCOL];
        headers.extend(origins.iter().map(|origin| ("origin", *origin)));
        match server.connect(&headers).await {
            Ok(_) => assert!(may, "{origins:?}"),
            Err((status, body)) => {
                assert!(!may && status == 403 && body.contains("\"FORBIDDEN\""), "{origins:?} {status} {body}");
            }
        }
    }
    let other = server.connect(&[("sec-websocket-protocol", "graphql-ws")]).await.err().unwrap();
    assert!(other.0 == 400 && other.1.contains("graphql-transport-ws"), "{other:?}");
    let none = server.connect(&[]).await.err().unwrap();
    assert_eq!(none.0, 400);
}

#[tokio::test]
async fn there_are_as_many_sockets_as_the_settings_say_and_idle_ones_are_asked_whether_they_live() {
    let mut config = Config::default();
    config.live.max_streams = 1;
    config.live.heartbeat_s = 1;
    let app = TestApp::with_config(config).await;
    let server = Server::start(app.app.router()).await;
    let mut first = server.open().await;
    first.init(None).await;
    let refused = server.connect(&[PROTOCOL]).await.err().unwrap();
    assert!(refused.0 == 503 && refused.1.contains("RESOURCE_EXHAUSTED"), "{refused:?}");
    // One that answers lives on.
    for _ in 0..4 {
        first.ping().await;
    }
    drop(first);
    let again = soon(async {
        loop {
            match server.connect(&[PROTOCOL]).await {
                Ok(socket) => break socket,
                Err(_) => tokio::task::yield_now().await,
            }
        }
    });
    again.await.init(None).await;
}

#[tokio::test]
async fn a_socket_that_gives_no_sign_of_life_is_let_go() {
    let mut config = Config::default();
    config.live.max_streams = 1;
    config.live.heartbeat_s = 1;
    let app = TestApp::with_config(config).await;
    let server = Server::start(app.app.router()).await;
    // Nobody reads from it, so nobody answers.
    let mut silent = server.open().await;
    silent.send(json!({ "type": "connection_init" }).to_string()).await;
    let again = soon(async {
        loop {
            match server.connect(&[PROTOCOL]).await {
                Ok(socket) => break socket,
                Err(_) => tokio::task::yield_now().await,
            }
        }
    });
    again.await.init(None).await;
    drop(silent);
}

#[tokio::test]
async fn stopping_ends_every_stream_and_waits_for_it() {
    let app = TestApp::of(&[listing("a")]).await;
    let server = Server::start(app.app.router()).await;
    let mut socket = server.open().await;
    socket.init(None).await;
    socket.subscribe("1", json!({ "services": [global("a")] })).await;
    let mut idle = server.open().await;
    let ended = server.stop();
    for socket in [&mut socket, &mut idle] {
        loop {
            match socket.came().await {
                Came::Message(message) => assert_eq!(message["type"], "complete"),
                Came::Closed(code, reason) => {
                    assert!(code == 1001 && reason.contains("last cursor"), "{code} {reason}");
                    break;
                }
                Came::Gone => panic!("gone without a word"),
            }
        }
    }
    assert_eq!(socket.came().await, Came::Gone);
    assert_eq!(idle.came().await, Came::Gone);
    assert_eq!(soon(ended).await.unwrap(), Stopped::Finished);
}

#[tokio::test]
async fn stopping_ends_streams_of_events() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let app = TestApp::of(&[listing("a")]).await;
    let server = Server::start(app.app.router()).await;
    let mut stream = tokio::net::TcpStream::connect(server.address).await.unwrap();
    let body = json!({ "query": WATCH, "variables": { "search": {} } }).to_string();
    let head =
        "POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\naccept: text/event-stream\r\n";
    let request = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut text = String::new();
    while !text.contains("\n\n:") {
        let mut some = [0; 1_000];
        let read = soon(stream.read(&mut some)).await.unwrap();
        assert!(read > 0, "{text}");
        text.push_str(std::str::from_utf8(&some[..read]).unwrap());
        if text.contains(":\nid: ") {
            break;
        }
    }
    assert!(text.starts_with("HTTP/1.1 200"), "{text}");
    let ended = server.stop();
    soon(stream.read_to_string(&mut text)).await.unwrap();
    assert!(text.contains("event: complete\ndata:\n\n"), "{text}");
    assert_eq!(soon(ended).await.unwrap(), Stopped::Finished);
}

/// Streams of events have places of their own: however many there are, whoever comes next is let in and answered.
#[tokio::test]
async fn streams_of_events_take_no_connections_from_others() {
    let app = TestApp::of(&[listing("a")]).await;
    let server = Server::with(app.app.router(), 2).await;
    let body = json!({ "query": WATCH, "variables": { "services": [global("a")] } }).to_string();
    let mut streams = Vec::new();
    for _ in 0..5 {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let head = format!(
            "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\naccept: text/event-stream\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut begun = vec![0; 1_024];
        let length = soon(stream.read(&mut begun)).await.unwrap();
        let begun = String::from_utf8_lossy(&begun[..length]).to_lowercase();
        assert!(begun.starts_with("http/1.1 200") && begun.contains("connection: close"), "{begun}");
        streams.push(stream);
    }
    let mut other = TcpStream::connect(server.address).await.unwrap();
    other.write_all(b"GET /health/live HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    soon(other.read_to_string(&mut answer)).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    drop(streams);
    soon(server.stop()).await.unwrap();
}
