//! Invitations and new passwords, by letters with links that work once.

use std::time::Duration;

use chrono::TimeDelta;
use entity::enums::Role;
use entity::secret_link;
use futures_util::future::join_all;
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use signpost::post::MailAddress;

use super::{code, sign_in, works};
use crate::support::TestApp;
use crate::support::accounts::{As, PASSWORD, global};
use crate::support::listings::service;
use signpost::directory::store::agency_id;

const INVITE: &str = "mutation($input: InviteInput!) { invite(input: $input) {
    account { id name email hasPassword } letterSent errors { code field message } } }";
const ACCEPT: &str = "mutation($input: AcceptInvitationInput!) { acceptInvitation(input: $input) {
    account { name hasPassword } errors { code field message } } }";
const RESET: &str = "mutation($input: ResetPasswordInput!) { resetPassword(input: $input) {
    account { name } errors { code field message } } }";

async fn asked(app: &TestApp, token: Option<&str>, mutation: &str, input: Value) -> Value {
    let mut data = app.data_as(As { token, agency: None }, mutation, json!({ "input": input })).await;
    data.as_object_mut().unwrap().values_mut().next().unwrap().take()
}

/// The secret of the link in a letter.
fn secret_in(letter: &str) -> String {
    let from = letter.find("spl_").unwrap_or_else(|| panic!("no link: {letter}"));
    letter[from..].chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect()
}

async fn administered() -> (TestApp, String) {
    let app = TestApp::of(&[service("s", "Beds", "housing.emergency")]).await;
    let token = app.signed_in("ada@example.org", Role::Administrator, None).await;
    (app, token)
}

#[tokio::test]
async fn somebody_invited_gets_a_letter_takes_the_account_up_and_signs_in() {
    let (app, ada) = administered().await;
    let source = crate::support::source().id();
    let agency = agency_id(source, &service("s", "Beds", "housing.emergency").agency.key);
    let input = json!({ "email": "Bo@Example.org", "name": "Bo", "role": "LISTING_EDITOR", "agency": global(agency) });
    let invited = asked(&app, Some(&ada), INVITE, input.clone()).await;
    assert_eq!(invited["errors"], json!([]));
    assert_eq!((&invited["letterSent"], &invited["account"]["hasPassword"]), (&json!(true), &json!(false)));
    let letters = app.letters();
    assert_eq!(letters.len(), 1);
    assert!(letters[0].to_lowercase().contains("to: bo@example.org"), "{}", letters[0]);
    let secret = secret_in(&letters[0]);
    let rows = format!("{:?}", secret_link::Entity::find().all(app.db().connection()).await.unwrap());
    assert!(!rows.contains(&secret[4..]), "kept as a hash");

    let weak = json!({ "secret": secret, "name": "Bo Lind", "password": "bo@example.org" });
    let refused = asked(&app, None, ACCEPT, weak).await;
    assert_eq!((code(&refused), refused["errors"][0]["field"].as_str()), ("WEAK_PASSWORD", Some("input.password")));
    let good = json!({ "secret": secret, "name": "Bo Lind", "password": PASSWORD });
    let taken = asked(&app, None, ACCEPT, good.clone()).await;
    assert_eq!(taken, json!({ "account": { "name": "Bo Lind", "hasPassword": true }, "errors": [] }));
    assert_eq!(code(&asked(&app, None, ACCEPT, good).await), "NOT_GOOD", "once");
    let token = app.token("bo@example.org").await;
    let me = app.data_as(As::token(&token), "{ viewer { roles actsFor { name } } }", json!({})).await;
    assert_eq!(me["viewer"]["roles"], json!(["LISTING_EDITOR"]));
    assert!(me["viewer"]["actsFor"]["name"].is_string());

    // Invited again to the same, now that it is taken up: it is so already. To something else: no letter is needed.
    assert_eq!(code(&asked(&app, Some(&ada), INVITE, input).await), "ALREADY");
    let more = json!({ "email": "bo@example.org", "name": "Bo", "role": "AUDITOR" });
    let again = asked(&app, Some(&ada), INVITE, more).await;
    assert_eq!((&again["letterSent"], &again["errors"]), (&json!(false), &json!([])));
    assert_eq!(app.letters().len(), 1);
}

#[tokio::test]
async fn wrong_input_is_named_and_leaves_nothing() {
    let (app, ada) = administered().await;
    let before = app.app.accounts.all().await.unwrap().len();
    let unknown = global(entity::ids::AgencyId(uuid::Uuid::from_u128(7)));
    let table = [
        (json!({ "email": "no address", "name": "Bo", "role": "AUDITOR" }), "BAD_VALUE", "input.email"),
        (
            json!({ "email": "a@b.example\r\nBcc: x@y.example", "name": "Bo", "role": "AUDITOR" }),
            "BAD_VALUE",
            "input.email",
        ),
        (json!({ "email": "bo@example.org", "name": "  ", "role": "AUDITOR" }), "BAD_VALUE", "input.name"),
        (json!({ "email": "bo@example.org", "name": "Bo\u{202e}", "role": "AUDITOR" }), "BAD_VALUE", "input.name"),
        (json!({ "email": "bo@example.org", "name": "x".repeat(101), "role": "AUDITOR" }), "BAD_VALUE", "input.name"),
        (json!({ "email": "bo@example.org", "name": "Bo", "role": "LINK_WORKER" }), "BAD_VALUE", "input.agency"),
        (
            json!({ "email": "bo@example.org", "name": "Bo", "role": "AUDITOR", "agency": unknown }),
            "BAD_VALUE",
            "input.agency",
        ),
        (
            json!({ "email": "bo@example.org", "name": "Bo", "role": "LINK_WORKER", "agency": unknown }),
            "NOT_FOUND",
            "input.agency",
        ),
    ];
    for (input, expected, field) in table {
        let refused = asked(&app, Some(&ada), INVITE, input.clone()).await;
        assert_eq!((code(&refused), refused["errors"][0]["field"].as_str()), (expected, Some(field)), "{input}");
        assert_eq!(refused["account"], json!(null));
    }
    assert_eq!(app.app.accounts.all().await.unwrap().len(), before);
    assert_eq!(app.letters().len(), 0);
}

#[tokio::test]
async fn an_invitation_ends_with_its_time_and_with_the_next_one() {
    let (app, ada) = administered().await;
    let invite = |role: &str| json!({ "email": "bo@example.org", "name": "Bo", "role": role });
    asked(&app, Some(&ada), INVITE, invite("AUDITOR")).await;
    asked(&app, Some(&ada), INVITE, invite("COMMISSIONER")).await;
    let mut secrets: Vec<String> = app.letters().iter().map(|letter| secret_in(letter)).collect();
    secrets.dedup();
    assert_eq!(secrets.len(), 2);
    let take = |secret: &str| json!({ "secret": secret, "name": "Bo", "password": PASSWORD });
    // The same again, for a letter that was lost.
    assert_eq!(asked(&app, Some(&ada), INVITE, invite("AUDITOR")).await["letterSent"], true);
    let rows = secret_link::Entity::find().all(app.db().connection()).await.unwrap();
    assert_eq!(rows.iter().filter(|row| row.used_at.is_none()).count(), 1, "the later one puts the earlier out of use");
    app.clock.advance(TimeDelta::days(7));
    for secret in &secrets {
        assert_eq!(code(&asked(&app, None, ACCEPT, take(secret)).await), "NOT_GOOD");
    }
    for bad in ["", "spl_", "x", &secrets[0].replace("spl_", "sps_"), &"spl_x".repeat(10_000)] {
        assert_eq!(code(&asked(&app, None, ACCEPT, take(bad)).await), "NOT_GOOD");
    }
}

#[tokio::test]
async fn of_many_who_use_a_link_at_once_one_does() {
    let (app, ada) = administered().await;
    let input = json!({ "email": "bo@example.org", "name": "Bo", "role": "AUDITOR" });
    asked(&app, Some(&ada), INVITE, input).await;
    let secret = secret_in(&app.letters()[0]);
    let accept = |_| app.app.accounts.accept_invitation(&secret, "Bo", PASSWORD);
    let done = join_all((0..6).map(accept)).await;
    assert_eq!(done.iter().filter(|one| one.is_ok()).count(), 1);
}

#[tokio::test]
async fn a_forgotten_password_is_replaced_by_a_letter_and_every_sign_in_ends() {
    let (app, ada) = administered().await;
    let ask = "mutation($email: String!) { requestPasswordReset(email: $email) { message } }";
    let mut told = Vec::new();
    for email in ["nobody@example.org", "no address", "ada@example.org"] {
        told.push(app.data(ask, json!({ "email": email })).await);
    }
    assert!(told.iter().all(|one| *one == told[0]), "{told:?}");
    // The letter is sent behind the answer; here it is waited for. Asked for again and again, there is one.
    let address = MailAddress::parse("ada@example.org").unwrap();
    let again = (0..5).map(|_| app.app.accounts.send_new_password(address.clone()));
    join_all(again).await.into_iter().for_each(|sent| sent.unwrap());
    let waited_for = async |letters: usize| {
        for _ in 0..3_000 {
            if app.letters().len() >= letters {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    waited_for(1).await;
    assert_eq!(app.letters().len(), 1);
    app.clock.advance(TimeDelta::minutes(5));
    app.app.accounts.send_new_password(address).await.unwrap();
    // It may be the one behind the first answer that sends it, where that was slow.
    waited_for(2).await;
    assert_eq!(app.letters().len(), 2, "later there is another");
    let letters = app.letters();
    let mut works_now = 0;
    for letter in &letters {
        let input = json!({ "secret": secret_in(letter), "password": "forty herons read 3 maps" });
        let payload = asked(&app, None, RESET, input).await;
        works_now += usize::from(payload["errors"] == json!([]));
    }
    assert_eq!(works_now, 1, "the latest one, once");
    assert!(!works(&app, &ada).await);
    assert_eq!(code(&sign_in(&app, "ada@example.org", PASSWORD, None).await), "WRONG_CREDENTIALS");
    assert_eq!(sign_in(&app, "ada@example.org", "forty herons read 3 maps", None).await["errors"], json!([]));
    // An invitation's link is none for a new password, and the other way round.
    let input = json!({ "email": "bo@example.org", "name": "Bo", "role": "AUDITOR" });
    let ada = sign_in(&app, "ada@example.org", "forty herons read 3 maps", None).await;
    asked(&app, ada["tokens"]["accessToken"].as_str(), INVITE, input).await;
    let secret =
        secret_in(app.letters().iter().find(|letter| letter.to_lowercase().contains("bo@example.org")).unwrap());
    let crossed = asked(&app, None, RESET, json!({ "secret": secret, "password": PASSWORD })).await;
    assert_eq!(code(&crossed), "NOT_GOOD");
}

#[tokio::test]
async fn where_the_letter_can_not_be_sent_that_is_said() {
    let (app, ada) = administered().await;
    std::fs::remove_dir_all(app.outbox.path()).unwrap();
    std::fs::write(app.outbox.path(), "in the way").unwrap();
    let input = json!({ "email": "bo@example.org", "name": "Bo", "role": "AUDITOR" });
    assert_eq!(code(&asked(&app, Some(&ada), INVITE, input).await), "NOT_SENT");
    std::fs::remove_file(app.outbox.path()).unwrap();
    std::fs::create_dir(app.outbox.path()).unwrap();
}

#[tokio::test]
async fn a_new_password_puts_every_link_out_of_use_and_is_not_undone_by_who_knew_the_old() {
    let (app, ada) = administered().await;
    let accounts = &app.app.accounts;
    // Taken up by a link to a new password: the invitation is then no way in.
    let input = json!({ "email": "bo@example.org", "name": "Bo", "role": "AUDITOR" });
    asked(&app, Some(&ada), INVITE, input.clone()).await;
    let invitation = secret_in(&app.letters()[0]);
    accounts.send_new_password(MailAddress::parse("bo@example.org").unwrap()).await.unwrap();
    let reset = app.letters().iter().map(|letter| secret_in(letter)).find(|secret| *secret != invitation).unwrap();
    let payload = asked(&app, None, RESET, json!({ "secret": reset, "password": PASSWORD })).await;
    assert_eq!(payload["errors"], json!([]));
    let mallory = json!({ "secret": invitation, "name": "Mallory", "password": "forty herons read 3 maps" });
    assert_eq!(code(&asked(&app, None, ACCEPT, mallory).await), "NOT_GOOD");
    assert_eq!(sign_in(&app, "bo@example.org", PASSWORD, None).await["errors"], json!([]));

    // Somebody who knew the old password changes it while the owner chooses a new one: the owner's stands.
    let bo = accounts.by_email(&MailAddress::parse("bo@example.org").unwrap()).await.unwrap().unwrap().id;
    for round in 0..4 {
        app.clock.advance(TimeDelta::minutes(6));
        let before = app.letters();
        accounts.send_new_password(MailAddress::parse("bo@example.org").unwrap()).await.unwrap();
        let letter = app.letters().into_iter().find(|letter| !before.contains(letter)).unwrap();
        let (old, new) = (
            if round == 0 { PASSWORD.to_owned() } else { format!("herons {} maps owner", round - 1) },
            format!("herons {round} maps owner"),
        );
        let secret = secret_in(&letter);
        let (reset, changed) = tokio::join!(
            accounts.reset_password(&secret, &new),
            accounts.change_password(bo, signpost::accounts::sessions::Which::All, &old, "seven thieves in 9 cellars"),
        );
        // The thief may have been first; never last.
        if reset.is_ok() {
            let owner = sign_in(&app, "bo@example.org", &new, None).await;
            assert_eq!(owner["errors"], json!([]), "{changed:?}");
        } else {
            panic!("the owner's link is good: {reset:?}");
        }
    }
}
