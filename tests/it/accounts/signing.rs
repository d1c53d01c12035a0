//! Passwords and tries.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, header};
use chrono::TimeDelta;
use entity::enums::Role;
use entity::{account, account_event, failed_sign_in, session};
use futures_util::future::join_all;
use sea_orm::sea_query::Expr;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::json;
use signpost::accounts::links::Invitee;
use signpost::accounts::signing_in::SignIn;
use signpost::accounts::{Trouble, Why};
use signpost::web::serve::{ServeLimits, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tower::ServiceExt;

use super::{code, sign_in, works};
use crate::support::TestApp;
use crate::support::accounts::{As, PASSWORD};

const ANN: &str = "ann@example.org";

async fn app() -> TestApp {
    let app = TestApp::new().await;
    app.account(ANN, Role::Administrator, None).await;
    app
}

async fn sessions(app: &TestApp) -> u64 {
    session::Entity::find().count(app.db().connection()).await.unwrap()
}

#[tokio::test]
async fn the_right_password_lets_in_and_the_token_says_who_it_is() {
    let app = app().await;
    let payload = sign_in(&app, " Ann@Example.ORG ", PASSWORD, None).await;
    assert_eq!(payload["errors"], json!([]));
    let token = payload["tokens"]["accessToken"].as_str().unwrap();
    assert_eq!(payload["tokens"]["accessExpiresAt"], "2026-11-21T20:15:00Z");
    assert_eq!(payload["tokens"]["refreshExpiresAt"], "2026-11-22T08:00:00Z");
    let asked = "{ viewer { kind account { name email hasPassword hasSecondFactor disabledAt } roles actsFor { name }
                   memberships { role agency { name } } sessions { device expiresAt } events { what detail } } }";
    let me = app.data_as(As::token(token), asked, json!({})).await;
    assert_eq!(
        me["viewer"],
        json!({
            "kind": "PERSON",
            "account": { "name": "Robin Vale", "email": ANN, "hasPassword": true, "hasSecondFactor": false,
                         "disabledAt": null },
            "roles": ["ADMINISTRATOR"],
            "actsFor": null,
            "memberships": [{ "role": "ADMINISTRATOR", "agency": null }],
            "sessions": [{ "device": null, "expiresAt": "2026-11-22T08:00:00Z" }],
            "events": [
                { "what": "SIGNED_IN", "detail": null },
                { "what": "TAKEN_UP", "detail": null },
                { "what": "INVITED", "detail": null },
                { "what": "ROLE_GRANTED", "detail": "administrator" },
                { "what": "CREATED", "detail": null },
            ],
        })
    );
    assert_eq!(app.data("{ viewer { kind } }", json!({})).await, json!({ "viewer": null }));
}

#[tokio::test]
async fn an_unknown_account_and_a_wrong_password_are_told_the_same_after_the_same_work() {
    let app = app().await;
    app.account("gone@example.org", Role::Auditor, None).await;
    let gone = app.app.accounts.all().await.unwrap();
    let gone = gone.iter().find(|one| one.email.as_deref() == Some("gone@example.org")).unwrap().id;
    app.app.accounts.set_disabled(None, gone, true).await.unwrap();
    // Never taken up: there is no password.
    let invitee =
        Invitee { email: "new@example.org".to_owned(), name: "New".to_owned(), role: Role::Auditor, agency: None };
    app.app.accounts.invite_quietly(invitee).await.unwrap();
    let mut told = Vec::new();
    let tries = [
        (ANN, "seven lemons under 42 bridges"),
        ("nobody@example.org", PASSWORD),
        ("no address at all", PASSWORD),
        ("gone@example.org", PASSWORD),
        ("new@example.org", PASSWORD),
    ];
    let before = sessions(&app).await;
    for (email, password) in tries {
        let (hashes, statements) = (app.app.accounts.hasher().hashes_done(), app.db().statements());
        let payload = sign_in(&app, email, password, None).await;
        let work = app.app.accounts.hasher().hashes_done() - hashes;
        told.push((payload, work, email.contains('@').then(|| app.db().statements() - statements)));
    }
    assert_eq!(code(&told[0].0), "WRONG_CREDENTIALS");
    assert_eq!(told[0].1, 1, "one hash");
    for other in &told[1..] {
        assert_eq!((&other.0, other.1), (&told[0].0, told[0].1));
        assert!(other.2.is_none() || other.2 == told[0].2, "the same statements: {told:?}");
    }
    assert_eq!(sessions(&app).await, before, "and nobody is in");
}

#[tokio::test]
async fn after_five_wrong_passwords_the_right_one_has_to_wait_too() {
    let app = app().await;
    for _ in 0..6 {
        assert_eq!(code(&sign_in(&app, ANN, "wrong but long enough", None).await), "WRONG_CREDENTIALS");
    }
    let hashes = app.app.accounts.hasher().hashes_done();
    let payload = sign_in(&app, ANN, PASSWORD, None).await;
    assert_eq!(code(&payload), "TRY_LATER");
    assert_eq!(payload["errors"][0]["retryAt"], "2026-11-21T20:00:02Z");
    assert_eq!(app.app.accounts.hasher().hashes_done(), hashes, "and no work is done for it");
    // Somebody else's account is not slower for it.
    app.account("bob@example.org", Role::Auditor, None).await;
    assert_eq!(sign_in(&app, "bob@example.org", PASSWORD, None).await["errors"], json!([]));
    app.clock.advance(TimeDelta::seconds(2));
    assert_eq!(sign_in(&app, ANN, PASSWORD, None).await["errors"], json!([]));
    // What failed before a success is forgotten.
    for _ in 0..5 {
        assert_eq!(code(&sign_in(&app, ANN, "wrong but long enough", None).await), "WRONG_CREDENTIALS");
    }
    assert_eq!(sign_in(&app, ANN, PASSWORD, None).await["errors"], json!([]));
}

#[tokio::test]
async fn an_unknown_account_has_to_wait_like_a_known_one() {
    let app = app().await;
    let mut told = Vec::new();
    for email in [ANN, "nobody@example.org"] {
        let mut of_one = Vec::new();
        for _ in 0..8 {
            of_one.push(sign_in(&app, email, "wrong but long enough", None).await);
        }
        told.push(of_one);
    }
    assert_eq!(told[0], told[1]);
    assert_eq!(code(&told[1][7]), "TRY_LATER");
}

#[tokio::test]
async fn of_many_tries_at_once_no_more_get_through_than_of_many_in_a_row() {
    let app = app().await;
    let with = |number: usize| SignIn {
        email: ANN.to_owned(),
        password: format!("wrong but long enough {number}"),
        code: None,
        device: None,
        from: None,
    };
    let before = app.app.accounts.hasher().hashes_done();
    let tries = join_all((0..30).map(|number| app.app.accounts.sign_in(with(number)))).await;
    let tried = app.app.accounts.hasher().hashes_done() - before;
    assert_eq!(tried, 6, "the clock stands still: five are free, the sixth brings the wait");
    let refused = tries.iter().filter(|one| matches!(one, Err(Trouble::Refused(_)))).count();
    assert_eq!(refused, 30);
}

#[tokio::test]
async fn more_than_the_door_has_room_for_are_told_to_come_again_and_not_counted_as_failed() {
    const ROOM: usize = 32;
    let app = app().await;
    let accounts = &app.app.accounts;
    let email = |number: usize| format!("guest{number}@example.org");
    for number in 0..ROOM + 8 {
        let (name, role) = ("Guest".to_owned(), Role::Auditor);
        accounts.invite_quietly(Invitee { email: email(number), name, role, agency: None }).await.unwrap();
    }
    // One hash for all: each would be the work of a sign-in.
    let all = accounts.all().await.unwrap();
    let hash = all.iter().find_map(|one| one.password_hash.clone()).unwrap();
    let given = account::Entity::update_many().col_expr(account::Column::PasswordHash, Expr::value(hash));
    given.exec(app.db().connection()).await.unwrap();
    let sign_in = |number: usize| {
        let from = Some(format!("198.51.100.{number}").parse().unwrap());
        accounts.sign_in(SignIn { email: email(number), password: PASSWORD.to_owned(), code: None, device: None, from })
    };
    let before = accounts.hasher().hashes_done();
    let done = join_all((0..ROOM + 8).map(sign_in)).await;
    assert_eq!(accounts.hasher().hashes_done() - before, ROOM as u64);
    let later = app.clock.now() + TimeDelta::seconds(1);
    let mut turned_away = 0;
    for refused in done.into_iter().filter_map(Result::err) {
        let Trouble::Refused(refused) = refused else { panic!("{refused:?}") };
        assert_eq!((refused.why, refused.field, refused.until), (Why::TryLater, None, Some(later)));
        assert!(refused.message.starts_with("Too many people sign in at this moment."), "{}", refused.message);
        turned_away += 1;
    }
    assert_eq!((turned_away, sessions(&app).await), (8, ROOM as u64));
    let rows = failed_sign_in::Entity::find().all(app.db().connection()).await.unwrap();
    assert_eq!(rows.iter().filter(|row| row.count > 0).count(), 0);
    // Nobody has to wait for it, and no place at the door is lost.
    for half in [0..20, 20..ROOM + 8] {
        for done in join_all(half.map(sign_in)).await {
            done.unwrap();
        }
    }
}

#[tokio::test]
async fn many_failures_from_one_address_slow_that_address_down_and_no_other() {
    let app = TestApp::new().await;
    let from = |address: &str| Some(address.parse().unwrap());
    let with = |number: usize, address: &str| SignIn {
        email: format!("guess{number}@example.org"),
        password: PASSWORD.to_owned(),
        code: None,
        device: None,
        from: from(address),
    };
    let why = |done: Result<_, Trouble>| match done {
        Err(Trouble::Refused(refused)) => refused.why,
        other => panic!("{other:?}"),
    };
    for number in 0..21 {
        let address = if number % 2 == 0 { "2001:db8:1:2::7" } else { "2001:db8:1:2:ffff::8" };
        let told = why(app.app.accounts.sign_in(with(number, address)).await.map(|_| ()));
        assert_eq!(told, Why::WrongCredentials, "{number}");
    }
    let told = why(app.app.accounts.sign_in(with(99, "2001:db8:1:2::9")).await.map(|_| ()));
    assert_eq!(told, Why::TryLater);
    let told = why(app.app.accounts.sign_in(with(99, "2001:db8:1:3::9")).await.map(|_| ()));
    assert_eq!(told, Why::WrongCredentials);
    // Addresses and accounts are not kept as they were typed, and go when they count no more.
    let rows = failed_sign_in::Entity::find().all(app.db().connection()).await.unwrap();
    assert!(rows.iter().all(|row| !row.key.contains("guess")), "{rows:?}");
    app.clock.advance(TimeDelta::hours(25));
    app.app.accounts.forget_old_tries().await.unwrap();
    assert_eq!(failed_sign_in::Entity::find().count(app.db().connection()).await.unwrap(), 0);
}

#[tokio::test]
async fn a_password_is_changed_by_whoever_knows_the_old_one_and_other_sign_ins_end() {
    let app = app().await;
    let (here, elsewhere) = (app.token(ANN).await, app.token(ANN).await);
    let change = "mutation($input: ChangePasswordInput!) { changePassword(input: $input) {
        account { name } errors { code field message } } }";
    let asked = |old: &str, new: &str| json!({ "input": { "password": old, "newPassword": new } });
    let cases = [
        ("another that is wrong", "forty herons read 3 maps", "WRONG_CREDENTIALS", None),
        (PASSWORD, "short", "WEAK_PASSWORD", Some("input.newPassword")),
        (PASSWORD, "password1234", "WEAK_PASSWORD", Some("input.newPassword")),
        (PASSWORD, "Robin Vale Robin Vale", "WEAK_PASSWORD", Some("input.newPassword")),
    ];
    for (old, new, expected, field) in cases {
        let payload = app.data_as(As::token(&here), change, asked(old, new)).await["changePassword"].take();
        assert_eq!((code(&payload), payload["errors"][0]["field"].as_str()), (expected, field), "{new}");
        assert_eq!(payload["account"], json!(null));
    }
    assert!(works(&app, &elsewhere).await, "nothing changed");
    assert_eq!(sign_in(&app, ANN, PASSWORD, None).await["errors"], json!([]));
    let done = app.data_as(As::token(&here), change, asked(PASSWORD, "forty herons read 3 maps")).await;
    assert_eq!(done["changePassword"]["errors"], json!([]));
    assert!(works(&app, &here).await, "whoever changed it stays in");
    assert!(!works(&app, &elsewhere).await);
    assert_eq!(code(&sign_in(&app, ANN, PASSWORD, None).await), "WRONG_CREDENTIALS");
    assert_eq!(sign_in(&app, ANN, "forty herons read 3 maps", None).await["errors"], json!([]));
    let events = account_event::Entity::find().all(app.db().connection()).await.unwrap();
    assert!(events.iter().any(|event| event.what == entity::enums::AccountHappening::PasswordChanged));
}

#[tokio::test]
async fn a_token_that_is_none_turns_the_whole_request_away() {
    let app = app().await;
    let token = app.token(ANN).await;
    let mut other = token.clone();
    other.replace_range(10..11, if &token[10..11] == "A" { "B" } else { "A" });
    for bad in ["", "x", &other, &token[..token.len() - 1], &format!("{token}A"), &token.replace("sps_", "spk_")] {
        let (status, answer) = app.ask(As::token(bad), "{ needs(first: 1) { nodes { key } } }", json!({})).await;
        assert!([400, 401].contains(&status.as_u16()), "{bad}: {status}");
        assert_eq!(answer.get("data"), None, "{bad}");
        assert!(token.is_empty() || !answer.to_string().contains(&token[4..]), "the token is not repeated");
    }
    assert!(works(&app, &token).await);
}

#[tokio::test]
async fn whoever_is_not_known_is_told_what_to_show() {
    let app = app().await;
    let token = app.token(ANN).await;
    let asked = |token: Option<&str>, query: &str| {
        let mut request = Request::post("/graphql")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/graphql-response+json");
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        app.app.router().oneshot(request.body(Body::from(json!({ "query": query }).to_string())).unwrap())
    };
    let other = token.replace("sps_", "spr_");
    let table = [
        ("a token that is none", Some("x"), "{ needs(first: 1) { nodes { key } } }", 401),
        ("one of another kind", Some(other.as_str()), "{ viewer { kind } }", 401),
        ("a field for those who signed in", None, "mutation { signOut { ended } }", 401),
        ("one for everybody", None, "{ needs(first: 1) { nodes { key } } }", 200),
        ("a good one", Some(token.as_str()), "{ viewer { kind } }", 200),
    ];
    for (what, token, query, expected) in table {
        let response = asked(token, query).await.unwrap();
        let shown = response.headers().get(header::WWW_AUTHENTICATE).map(|value| value.to_str().unwrap());
        assert_eq!((response.status().as_u16(), shown), (expected, (expected == 401).then_some("Bearer")), "{what}");
    }
}

#[tokio::test]
async fn over_a_real_connection_failures_are_counted_by_its_address() {
    let app = app().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let limits =
        ServeLimits { max_connections: 4, head_timeout: Duration::from_secs(60), grace: Duration::from_secs(60) };
    let served = tokio::spawn(serve(listener, app.app.router(), async { drop(stopped.await) }, limits));
    let input = json!({ "email": ANN, "password": "wrong but long enough" });
    let body = json!({ "query": super::SIGN_IN, "variables": { "input": input } }).to_string();
    let request = format!(
        "POST /graphql HTTP/1.1\r\nhost: x\r\nconnection: close\r\nx-forwarded-for: 198.51.100.1\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.contains("WRONG_CREDENTIALS"), "{answer}");
    stop.send(()).unwrap();
    served.await.unwrap();
    let rows = failed_sign_in::Entity::find().all(app.db().connection()).await.unwrap();
    let counted: Vec<&str> = rows.iter().filter_map(|row| row.key.strip_prefix("address:")).collect();
    assert_eq!(counted, ["127.0.0.1"], "and not what anybody writes in a header");
}
