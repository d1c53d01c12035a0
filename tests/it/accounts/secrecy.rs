//! Nothing secret is ever said: not in a log at its most talkative, not in a metric, not in an error, not in debug output.
//!
//! Every secret of ours can be told by its prefix, so that the same look is taken at the logs of the whole suite: see
//! `support::logs`.

use axum::body::Body;
use axum::http::Request;
use entity::enums::Role;
use sea_orm::ConnectionTrait;
use serde_json::json;
use signpost::config::{Log, LogFormat};
use signpost::post::MailAddress;
use signpost::telemetry::subscriber;
use tracing::instrument::WithSubscriber;

use super::sign_in;
use crate::support::TestApp;
use crate::support::accounts::{As, PASSWORD};
use crate::support::logs::{Lines, keep, secrets_in};

const WRONG: &str = "Wrong-but-long-enough-9";
const NEXT: &str = "forty herons read 3 maps";

/// A day of signing in, well and badly; gives every secret that was about.
async fn day(app: &TestApp) -> Vec<String> {
    let mut secrets = vec![PASSWORD.to_owned(), WRONG.to_owned(), NEXT.to_owned()];
    app.account("ann@example.org", Role::Administrator, None).await;
    for password in [PASSWORD, WRONG, "short", NEXT] {
        let payload = sign_in(app, "ann@example.org", password, Some("00 11 22 33")).await;
        secrets.extend(payload["tokens"]["accessToken"].as_str().map(str::to_owned));
        secrets.extend(payload["tokens"]["refreshToken"].as_str().map(str::to_owned));
        assert!(!payload["errors"].to_string().contains(password), "{payload}");
    }
    let (access, refresh) = (secrets[3].clone(), secrets[4].clone());
    let refreshed = "mutation($t: String!) { refreshSession(refreshToken: $t) { tokens { accessToken refreshToken } errors { message } } }";
    for _ in 0..2 {
        let answer = app.data_as(As::default(), refreshed, json!({ "t": refresh })).await;
        secrets.extend(answer["refreshSession"]["tokens"]["accessToken"].as_str().map(str::to_owned));
        assert!(!answer["refreshSession"]["errors"].to_string().contains(&refresh));
    }
    // Out for good: the refresh token came twice.
    assert_eq!(app.ask(As::token(&access), "{ viewer { kind } }", json!({})).await.0, 401);
    let access = app.token("ann@example.org").await;
    let begin = "mutation($p: String!) { beginSecondFactor(password: $p) { secondFactor { seed } errors { code } } }";
    let begun = app.data_as(As::token(&access), begin, json!({ "p": PASSWORD })).await;
    secrets.push(begun["beginSecondFactor"]["secondFactor"]["seed"].as_str().unwrap().to_owned());
    let invite = "mutation($input: InviteInput!) { invite(input: $input) { errors { message } } }";
    let input = json!({ "input": { "email": "bo@example.org", "name": "Bo", "role": "AUDITOR" } });
    app.data_as(As::token(&access), invite, input).await;
    app.app.accounts.send_new_password(MailAddress::parse("ann@example.org").unwrap()).await.unwrap();
    for letter in app.letters() {
        secrets.extend(secrets_in(&letter));
    }
    // What goes wrong inside is logged, and shows no more.
    secrets.push(access.clone());
    app.db().connection().execute_unprepared("ALTER TABLE session RENAME TO gone").await.unwrap();
    let (status, answer) = app.ask(As::token(&access), "{ viewer { kind } }", json!({})).await;
    assert_eq!(status, 500);
    assert!(!answer.to_string().contains(&access[4..]));
    secrets
}

#[tokio::test]
async fn no_log_metric_or_debug_output_holds_a_secret() {
    let lines = Lines::default();
    let written = lines.clone();
    let log = Log { format: LogFormat::Json, filter: "trace".to_owned() };
    let all = subscriber(&log, move || written.clone(), false).unwrap();
    // With one subscriber only, the thread that first comes by an event says whether it is wanted, and that may be
    // another test's.
    let _another = tracing::Dispatch::new(subscriber(&log, std::io::sink, false).unwrap());
    let app = TestApp::new().await;
    // Where the whole suite's logs are kept, these are among them, and are looked through with them.
    let of_suite = keep();
    let secrets = if of_suite { day(&app).await } else { day(&app).with_subscriber(all).await };
    assert!(secrets.len() >= 10, "{}", secrets.len());
    let (_, metrics) = app.send(Request::get("/metrics").body(Body::empty()).unwrap()).await;
    let logged = lines.text();
    assert!(of_suite || logged.contains("\"answered\""), "the log was heard");
    let shown = format!("{logged} {} {:?}", String::from_utf8_lossy(&metrics), app.app);
    for secret in &secrets {
        assert!(!shown.contains(secret.as_str()), "a secret of {} characters was said", secret.len());
    }
    assert_eq!(secrets_in(&shown), [""; 0]);
    assert!(!shown.contains("$argon2"), "nor a hash of a password");
}

#[test]
fn the_look_for_secrets_finds_them() {
    let secret = format!("spl_{}", "aB3-_".repeat(9)[..43].to_owned());
    assert_eq!(secrets_in(&format!("a letter with {secret}.")), vec![secret.clone()]);
    assert_eq!(secrets_in(&format!("{}x", &secret[..46])), [format!("{}x", &secret[..46])]);
    assert_eq!(secrets_in("spl_short sps_ spk_").len(), 0);
}
