//! Signing in: what it is made of, table by table, and the whole of it as a client meets it.

mod factor;
mod hasher;
mod invited;
mod keys;
mod matrix;
mod members;
mod names;
mod password;
mod recovery;
mod secrecy;
mod secret;
mod sessions;
mod signing;
mod throttle;
mod totp;

use serde_json::{Value, json};

use crate::support::TestApp;
use crate::support::accounts::As;

const SIGN_IN: &str = "mutation($input: SignInInput!) { signIn(input: $input) {
    tokens { accessToken accessExpiresAt refreshToken refreshExpiresAt } errors { code message field retryAt } } }";

/// What comes of signing in.
async fn sign_in(app: &TestApp, email: &str, password: &str, code: Option<&str>) -> Value {
    let input = json!({ "email": email, "password": password, "code": code });
    app.data_as(As::default(), SIGN_IN, json!({ "input": input })).await["signIn"].take()
}

/// The code of the one error of a payload.
fn code(payload: &Value) -> &str {
    assert_eq!(payload["errors"].as_array().map(Vec::len), Some(1), "{payload:#}");
    payload["errors"][0]["code"].as_str().unwrap()
}

/// Whether a token lets somebody in.
async fn works(app: &TestApp, token: &str) -> bool {
    let (status, answer) = app.ask(As::token(token), "{ viewer { kind } }", json!({})).await;
    let code = answer["errors"][0]["extensions"]["code"].as_str();
    match status.as_u16() {
        200 => {
            assert_eq!(answer["data"]["viewer"]["kind"], "PERSON");
            true
        }
        401 => {
            assert_eq!((code, answer.get("data")), (Some("UNAUTHENTICATED"), None));
            false
        }
        other => panic!("{other}: {answer:#}"),
    }
}
