//! The second factor, from its beginning to its loss.

use chrono::TimeDelta;
use entity::enums::Role;
use entity::{account, sealing_key};
use sea_orm::ActiveValue::Set;
use sea_orm::{EntityTrait, QueryOrder};
use serde_json::{Value, json};
use signpost::vault::sealed::key_of;

use super::{code, sign_in, works};
use crate::support::TestApp;
use crate::support::accounts::{As, PASSWORD};

const ANN: &str = "ann@example.org";

/// The code that an app shows after so many seconds, by the library alone.
fn shown(app: &TestApp, seed: &str, later: i64) -> String {
    let at = app.clock.now() + TimeDelta::seconds(later);
    let secret = totp_rs::Secret::try_from_base32(seed).unwrap();
    let app = totp_rs::Builder::new().with_secret(secret).build_noncompliant();
    app.generate(u64::try_from(at.timestamp()).unwrap()).to_string()
}

async fn asked(app: &TestApp, token: &str, mutation: &str, variables: Value) -> Value {
    let mut data = app.data_as(As::token(token), mutation, variables).await;
    data.as_object_mut().unwrap().values_mut().next().unwrap().take()
}

/// Somebody with a second factor: their token, the seed, the recovery codes.
async fn with_factor(app: &TestApp) -> (String, String, Vec<String>) {
    let token = app.signed_in(ANN, Role::Administrator, None).await;
    let begin = "mutation($p: String!) { beginSecondFactor(password: $p) {
        secondFactor { seed otpauthUrl } errors { code } } }";
    let begun = asked(app, &token, begin, json!({ "p": PASSWORD })).await;
    let seed = begun["secondFactor"]["seed"].as_str().unwrap().to_owned();
    let url = begun["secondFactor"]["otpauthUrl"].as_str().unwrap();
    assert!(url.starts_with("otpauth://totp/Signpost:ann%40example.org?") && url.contains(&seed), "{url}");
    let confirm = "mutation($c: String!) { confirmSecondFactor(code: $c) { recoveryCodes { codes } errors { code } } }";
    assert_eq!(code(&asked(app, &token, confirm, json!({ "c": "000000" })).await), "WRONG_CODE");
    assert_eq!(sign_in(app, ANN, PASSWORD, None).await["errors"], json!([]), "not asked for before it is confirmed");
    let confirmed = asked(app, &token, confirm, json!({ "c": shown(app, &seed, 0) })).await;
    assert_eq!(confirmed["errors"], json!([]));
    let codes: Vec<String> = serde_json::from_value(confirmed["recoveryCodes"]["codes"].clone()).unwrap();
    assert_eq!(codes.len(), 10);
    (token, seed, codes)
}

#[tokio::test]
async fn a_code_is_wanted_and_works_once() {
    let app = TestApp::new().await;
    let (token, seed, _) = with_factor(&app).await;
    let payload = sign_in(&app, ANN, PASSWORD, None).await;
    assert_eq!((code(&payload), payload["errors"][0]["field"].as_str()), ("CODE_NEEDED", Some("input.code")));
    assert_eq!(code(&sign_in(&app, ANN, "wrong but long enough", None).await), "WRONG_CREDENTIALS", "not told before");
    let used = shown(&app, &seed, 0);
    assert_eq!(code(&sign_in(&app, ANN, PASSWORD, Some(&used)).await), "WRONG_CODE", "it confirmed, and holds once");
    app.clock.advance(TimeDelta::seconds(30));
    let next = shown(&app, &seed, 0);
    assert_eq!(sign_in(&app, ANN, PASSWORD, Some(&next)).await["errors"], json!([]));
    assert_eq!(code(&sign_in(&app, ANN, PASSWORD, Some(&next)).await), "WRONG_CODE");
    assert!(works(&app, &token).await);
}

#[tokio::test]
async fn wrong_codes_count_as_wrong_passwords_do_and_being_asked_for_one_does_not() {
    let app = TestApp::new().await;
    let (_, seed, _) = with_factor(&app).await;
    app.clock.advance(TimeDelta::seconds(60));
    for _ in 0..20 {
        assert_eq!(code(&sign_in(&app, ANN, PASSWORD, None).await), "CODE_NEEDED");
    }
    for _ in 0..6 {
        assert_eq!(code(&sign_in(&app, ANN, PASSWORD, Some("000000")).await), "WRONG_CODE");
    }
    let right = shown(&app, &seed, 0);
    assert_eq!(code(&sign_in(&app, ANN, PASSWORD, Some(&right)).await), "TRY_LATER");
}

#[tokio::test]
async fn a_recovery_code_stands_in_once_and_is_kept_as_a_hash() {
    let app = TestApp::new().await;
    let (_, _, codes) = with_factor(&app).await;
    assert_eq!(sign_in(&app, ANN, PASSWORD, Some(&codes[3].to_uppercase())).await["errors"], json!([]));
    assert_eq!(code(&sign_in(&app, ANN, PASSWORD, Some(&codes[3])).await), "WRONG_CODE");
    assert_eq!(sign_in(&app, ANN, PASSWORD, Some(&codes[4])).await["errors"], json!([]));
    let rows = entity::recovery_code::Entity::find().all(app.db().connection()).await.unwrap();
    assert_eq!(rows.iter().filter(|row| row.used_at.is_some()).count(), 2);
    assert!(rows.iter().all(|row| codes.iter().all(|code| !row.hash.contains(code))));
}

#[tokio::test]
async fn new_recovery_codes_put_the_old_out_of_use() {
    let app = TestApp::new().await;
    let (token, _, old) = with_factor(&app).await;
    let renew =
        "mutation($p: String!) { renewRecoveryCodes(password: $p) { recoveryCodes { codes } errors { code } } }";
    assert_eq!(code(&asked(&app, &token, renew, json!({ "p": "not their password" })).await), "WRONG_CREDENTIALS");
    let renewed = asked(&app, &token, renew, json!({ "p": PASSWORD })).await;
    let new: Vec<String> = serde_json::from_value(renewed["recoveryCodes"]["codes"].clone()).unwrap();
    assert_eq!(code(&sign_in(&app, ANN, PASSWORD, Some(&old[0])).await), "WRONG_CODE");
    assert_eq!(sign_in(&app, ANN, PASSWORD, Some(&new[0])).await["errors"], json!([]));
}

#[tokio::test]
async fn it_is_removed_with_the_password_and_not_begun_twice() {
    let app = TestApp::new().await;
    let (token, _, codes) = with_factor(&app).await;
    let begin = "mutation($p: String!) { beginSecondFactor(password: $p) { secondFactor { seed } errors { code } } }";
    assert_eq!(code(&asked(&app, &token, begin, json!({ "p": PASSWORD })).await), "ALREADY");
    let elsewhere = sign_in(&app, ANN, PASSWORD, Some(&codes[0])).await;
    let elsewhere = elsewhere["tokens"]["accessToken"].as_str().unwrap().to_owned();
    let remove = "mutation($p: String!) { removeSecondFactor(password: $p) {
        account { hasSecondFactor } errors { code } } }";
    assert_eq!(code(&asked(&app, &token, remove, json!({ "p": "not their password" })).await), "WRONG_CREDENTIALS");
    assert_eq!(code(&sign_in(&app, ANN, PASSWORD, None).await), "CODE_NEEDED", "nothing changed");
    let removed = asked(&app, &token, remove, json!({ "p": PASSWORD })).await;
    assert_eq!(removed, json!({ "account": { "hasSecondFactor": false }, "errors": [] }));
    assert_eq!(sign_in(&app, ANN, PASSWORD, None).await["errors"], json!([]));
    assert!(works(&app, &token).await && !works(&app, &elsewhere).await);
    assert_eq!(code(&asked(&app, &token, remove, json!({ "p": PASSWORD })).await), "NOT_FOUND");
}

/// The seed as it lies in the database.
async fn stored(app: &TestApp) -> Option<String> {
    account::Entity::find().one(app.db().connection()).await.unwrap().unwrap().totp_seed
}

async fn keys(app: &TestApp) -> Vec<bool> {
    let keys = sealing_key::Entity::find().order_by_asc(sealing_key::Column::Id).all(app.db().connection()).await;
    keys.unwrap().into_iter().map(|key| key.wrapped.is_some()).collect()
}

#[tokio::test]
async fn a_seed_lies_sealed_and_its_key_goes_with_it() {
    let app = TestApp::new().await;
    let (token, seed, _) = with_factor(&app).await;
    let sealed = stored(&app).await.unwrap();
    assert!(key_of(&sealed).is_some() && !sealed.contains(&seed), "{sealed}");
    assert_eq!(app.app.accounts.seal_old_seeds().await.unwrap(), 0);
    // As it lay there before there was a vault.
    let owner = account::Entity::find().one(app.db().connection()).await.unwrap().unwrap();
    let open = account::ActiveModel { id: Set(owner.id), totp_seed: Set(Some(seed.clone())), ..Default::default() };
    account::Entity::update(open).exec(app.db().connection()).await.unwrap();
    assert_eq!(app.app.accounts.seal_old_seeds().await.unwrap(), 1);
    assert!(!stored(&app).await.unwrap().contains(&seed));
    app.clock.advance(TimeDelta::seconds(30));
    let right = shown(&app, &seed, 0);
    assert_eq!(sign_in(&app, ANN, PASSWORD, Some(&right)).await["errors"], json!([]));
    let remove = "mutation($p: String!) { removeSecondFactor(password: $p) { errors { code } } }";
    assert_eq!(asked(&app, &token, remove, json!({ "p": PASSWORD })).await["errors"], json!([]));
    assert_eq!((stored(&app).await, keys(&app).await), (None, vec![true, false]), "the first never lost its row");
    // One that is begun anew takes the place, and the key, of the one before.
    let begin = "mutation($p: String!) { beginSecondFactor(password: $p) { secondFactor { seed } errors { code } } }";
    for wanted in [vec![true, false, true], vec![true, false, false, true]] {
        assert_eq!(asked(&app, &token, begin, json!({ "p": PASSWORD })).await["errors"], json!([]));
        assert_eq!(keys(&app).await, wanted);
    }
}

#[tokio::test]
async fn to_be_asked_for_a_code_does_not_forgive_wrong_ones() {
    let app = TestApp::new().await;
    with_factor(&app).await;
    app.clock.advance(TimeDelta::seconds(60));
    let mut told = Vec::new();
    for _ in 0..3 {
        for _ in 0..4 {
            told.push(code(&sign_in(&app, ANN, PASSWORD, Some("000000")).await).to_owned());
        }
        told.push(code(&sign_in(&app, ANN, PASSWORD, None).await).to_owned());
    }
    assert_eq!(told.iter().filter(|code| *code == "WRONG_CODE").count(), 6, "{told:?}");
    assert!(told[7..].iter().all(|code| code == "TRY_LATER"), "{told:?}");
}

#[tokio::test]
async fn whoever_signs_in_while_it_is_confirmed_needs_a_code_or_is_out() {
    let app = TestApp::new().await;
    let id = app.account(ANN, Role::Administrator, None).await;
    let accounts = &app.app.accounts;
    let begun = accounts.begin_second_factor(id, PASSWORD).await.unwrap();
    let right = shown(&app, &begun.seed.base32(), 0);
    let with = || signpost::accounts::signing_in::SignIn {
        email: ANN.to_owned(),
        password: PASSWORD.to_owned(),
        code: None,
        device: None,
        from: None,
    };
    let (confirmed, one, two, three) = tokio::join!(
        async {
            // While the others hash.
            tokio::task::yield_now().await;
            accounts.confirm_second_factor(id, None, &right).await
        },
        accounts.sign_in(with()),
        accounts.sign_in(with()),
        accounts.sign_in(with()),
    );
    assert!(confirmed.is_ok());
    for tokens in [one, two, three].into_iter().flatten() {
        assert!(!works(&app, tokens.access.expose()).await, "it began before, and is ended");
    }
}

/// The same with the instant chosen: the one thread for what blocks is taken, so that whoever signs in waits to hash.
#[test]
fn a_factor_confirmed_while_a_password_is_hashed_is_asked_for_after_it() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().max_blocking_threads(1).build().unwrap();
    runtime.block_on(async {
        let app = TestApp::new().await;
        let id = app.account(ANN, Role::Administrator, None).await;
        let accounts = &app.app.accounts;
        let begun = accounts.begin_second_factor(id, PASSWORD).await.unwrap();
        let right = shown(&app, &begun.seed.base32(), 0);
        // A wrong password's statements are those before the hash.
        let before = app.db().statements();
        assert_eq!(code(&sign_in(&app, ANN, "wrong but long enough", None).await), "WRONG_CREDENTIALS");
        let read = app.db().statements() + (app.db().statements() - before);

        let (go_on, told) = std::sync::mpsc::channel();
        let taken = tokio::task::spawn_blocking(move || told.recv());
        let hashes = accounts.hasher().hashes_done();
        let confirmed = async {
            while app.db().statements() < read {
                tokio::task::yield_now().await;
            }
            accounts.confirm_second_factor(id, None, &right).await.unwrap();
            assert_eq!(accounts.hasher().hashes_done(), hashes, "in between");
            go_on.send(()).unwrap();
        };
        let both = async { tokio::join!(sign_in(&app, ANN, PASSWORD, None), confirmed) };
        let (payload, ()) = tokio::time::timeout(std::time::Duration::from_secs(60), both).await.unwrap();
        assert_eq!(code(&payload), "CODE_NEEDED");
        assert!(entity::session::Entity::find().all(app.db().connection()).await.unwrap().is_empty());
        taken.await.unwrap().unwrap();
    });
}
