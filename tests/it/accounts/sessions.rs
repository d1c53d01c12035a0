//! The life of a sign-in.

use std::time::Duration;

use chrono::TimeDelta;
use entity::enums::{Role, SessionEnd};
use entity::{session, spent_refresh};
use futures_util::future::join_all;
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use super::{code, works};
use crate::support::TestApp;
use crate::support::accounts::{As, PASSWORD};

const ANN: &str = "ann@example.org";

async fn app() -> TestApp {
    let app = TestApp::new().await;
    app.account(ANN, Role::Administrator, None).await;
    app
}

/// Both tokens of a new sign-in.
async fn tokens(app: &TestApp) -> (String, String) {
    let payload = super::sign_in(app, ANN, PASSWORD, None).await;
    both(&payload)
}

fn both(payload: &Value) -> (String, String) {
    let word = |name: &str| payload["tokens"][name].as_str().unwrap().to_owned();
    (word("accessToken"), word("refreshToken"))
}

async fn refresh(app: &TestApp, token: &str) -> Value {
    let asked = "mutation($token: String!) { refreshSession(refreshToken: $token) {
        tokens { accessToken refreshToken accessExpiresAt refreshExpiresAt } errors { code field message } } }";
    app.data_as(As::default(), asked, json!({ "token": token })).await["refreshSession"].take()
}

async fn ends(app: &TestApp) -> Vec<Option<SessionEnd>> {
    session::Entity::find().all(app.db().connection()).await.unwrap().iter().map(|row| row.ended_why).collect()
}

#[tokio::test]
async fn an_access_token_works_for_a_quarter_of_an_hour_and_not_at_its_end() {
    let app = app().await;
    let (access, _) = tokens(&app).await;
    app.clock.advance(TimeDelta::minutes(15) - TimeDelta::milliseconds(1));
    assert!(works(&app, &access).await);
    app.clock.advance(TimeDelta::milliseconds(1));
    assert!(!works(&app, &access).await);
}

#[tokio::test]
async fn a_refresh_token_gets_the_next_pair_once() {
    let app = app().await;
    let (access, refresh_token) = tokens(&app).await;
    assert!(!works(&app, &refresh_token).await, "it is for nothing else");
    assert_eq!(code(&refresh(&app, &access).await), "NOT_GOOD", "and nothing else is for it");
    app.clock.advance(TimeDelta::minutes(20));
    let payload = refresh(&app, &refresh_token).await;
    assert_eq!(payload["errors"], json!([]));
    assert_eq!(payload["tokens"]["accessExpiresAt"], "2026-11-21T20:35:00Z");
    let (next, next_refresh) = both(&payload);
    assert!(works(&app, &next).await);
    assert!(!works(&app, &access).await, "the earlier one is replaced");
    let (_, last_refresh) = both(&refresh(&app, &next_refresh).await);
    assert_eq!(ends(&app).await, [None]);

    // A copy comes back: whoever has the newer pair is out too.
    assert_eq!(code(&refresh(&app, &refresh_token).await), "NOT_GOOD");
    assert_eq!(ends(&app).await, [Some(SessionEnd::RefreshReused)]);
    assert!(!works(&app, &next).await);
    assert_eq!(code(&refresh(&app, &last_refresh).await), "NOT_GOOD");
}

#[tokio::test]
async fn of_many_who_renew_at_once_one_gets_a_pair() {
    let app = app().await;
    let (_, token) = tokens(&app).await;
    let done = join_all((0..8).map(|_| app.app.accounts.refresh(&token))).await;
    assert_eq!(done.iter().filter(|one| one.is_ok()).count(), 1);
}

#[tokio::test]
async fn a_sign_in_ends_when_it_rests_and_in_the_end_however_often_it_is_renewed() {
    let app = app().await;
    let (_, token) = tokens(&app).await;
    app.clock.advance(TimeDelta::hours(12));
    assert_eq!(code(&refresh(&app, &token).await), "NOT_GOOD", "it rested for twelve hours");
    let (_, mut token) = tokens(&app).await;
    let mut renewed = 0;
    let last = loop {
        app.clock.advance(TimeDelta::hours(11));
        let payload = refresh(&app, &token).await;
        if payload["errors"] != json!([]) {
            break payload;
        }
        renewed += 1;
        token = both(&payload).1;
    };
    assert_eq!(code(&last), "NOT_GOOD");
    assert_eq!(renewed, 7 * 24 / 11, "seven days");
}

#[tokio::test]
async fn its_owner_ends_it_here_elsewhere_and_everywhere_and_nobody_elses() {
    let app = app().await;
    let bob = app.signed_in("bob@example.org", Role::Auditor, None).await;
    let (here, there, third) = (tokens(&app).await.0, tokens(&app).await.0, tokens(&app).await.0);
    let mine = app.data_as(As::token(&there), "{ viewer { sessions { id } } }", json!({})).await;
    let mine: Vec<&str> =
        mine["viewer"]["sessions"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(mine.len(), 3);
    let end = "mutation($id: ID!) { endSession(id: $id) { ended errors { code field } } }";
    for id in &mine {
        let told = app.data_as(As::token(&bob), end, json!({ "id": id })).await["endSession"].take();
        let unknown = signpost::api::ids::NodeId::Session(entity::ids::SessionId(uuid::Uuid::from_u128(7))).encode();
        let of_unknown = app.data_as(As::token(&bob), end, json!({ "id": unknown.0 })).await["endSession"].take();
        assert_eq!((code(&told), &told), ("NOT_FOUND", &of_unknown));
    }
    assert!(works(&app, &here).await && works(&app, &there).await && works(&app, &third).await);
    let out = app.data_as(As::token(&here), "mutation { signOut { ended errors { code } } }", json!({})).await;
    assert_eq!(out["signOut"], json!({ "ended": 1, "errors": [] }));
    assert!(!works(&app, &here).await && works(&app, &there).await);
    let all = app.data_as(As::token(&there), "mutation { endOtherSessions { ended errors { code } } }", json!({}));
    assert_eq!(all.await["endOtherSessions"]["ended"], 1);
    assert!(!works(&app, &third).await && works(&app, &there).await && works(&app, &bob).await);
}

/// Sign-ins and spent tokens that are kept.
async fn kept(app: &TestApp) -> (usize, usize) {
    let db = app.db().connection();
    (session::Entity::find().all(db).await.unwrap().len(), spent_refresh::Entity::find().all(db).await.unwrap().len())
}

#[tokio::test]
async fn what_is_over_is_kept_for_thirty_days_and_goes_with_the_tokens_it_spent() {
    let app = app().await;
    let accounts = &app.app.accounts;
    let renewed = |token: String| {
        let app = &app;
        async move { both(&refresh(app, &token).await) }
    };
    let (access, spent) = renewed(tokens(&app).await.1).await;
    let out = app.data_as(As::token(&access), "mutation { signOut { ended errors { code } } }", json!({})).await;
    assert_eq!(out["signOut"]["ended"], 1);
    // Left alone: it runs out in twelve hours.
    renewed(tokens(&app).await.1).await;
    assert_eq!(kept(&app).await, (2, 2));

    app.clock.advance(TimeDelta::days(30));
    assert_eq!((accounts.forget_old_sessions().await.unwrap(), kept(&app).await), (0, (2, 2)), "to the instant");
    app.clock.advance(TimeDelta::milliseconds(1));
    assert_eq!((accounts.forget_old_sessions().await.unwrap(), kept(&app).await), (1, (1, 1)), "what was ended");
    assert_eq!(code(&refresh(&app, &spent).await), "NOT_GOOD");
    app.clock.advance(TimeDelta::hours(12) - TimeDelta::milliseconds(1));
    assert_eq!((accounts.forget_old_sessions().await.unwrap(), kept(&app).await), (0, (1, 1)));
    app.clock.advance(TimeDelta::milliseconds(1));
    let (access, _) = renewed(tokens(&app).await.1).await;
    assert_eq!(kept(&app).await, (2, 2));
    // What the server does for ever.
    let gone = async {
        while kept(&app).await != (1, 1) {
            tokio::task::yield_now().await;
        }
    };
    let tidied = tokio::time::timeout(Duration::from_secs(60), async {
        tokio::select! { () = app.app.clone().tidy_accounts() => {}, () = gone => {} }
    });
    tidied.await.expect("what ran out is gone");
    let me = app.data_as(As::token(&access), "{ viewer { sessions { id } } }", json!({})).await;
    assert_eq!(me["viewer"]["sessions"].as_array().map(Vec::len), Some(1), "what lasts stays");
}

#[tokio::test]
async fn tokens_are_kept_as_hashes_only() {
    let app = app().await;
    let (access, refresh_token) = tokens(&app).await;
    let rows = format!("{:?}", session::Entity::find().all(app.db().connection()).await.unwrap());
    for token in [&access, &refresh_token] {
        assert!(!rows.contains(&token[4..]), "{rows}");
    }
}
