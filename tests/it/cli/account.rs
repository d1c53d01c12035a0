//! Accounts from the command line: the first administrator, roles, and help for who can't sign in.

use std::path::Path;
use std::process::Command;

use entity::agency;
use entity::ids::{AgencyId, ServiceId};
use sea_orm::{EntityTrait, QueryOrder};
use serde_json::{Value, json};
use signpost::api::ids::NodeId;
use uuid::Uuid;

use super::program::{Server, failed, said, signpost};
use crate::import::contents::{assert_same, everything};
use crate::import::feeds::feed;
use crate::support::accounts::{PASSWORD, global, secret_of};
use crate::support::database::TestDatabase;

const ADA: &str = "ada@example.org";

/// `signpost account` and these words, on a database.
fn account(folder: &Path, test: &TestDatabase, words: &[&str]) -> Command {
    let mut command = signpost(folder);
    command.args(["--database", test.url(), "account"]).args(words);
    command
}

/// Invites somebody to a role in the network; gives the link.
fn invited(folder: &Path, test: &TestDatabase, email: &str, name: &str, role: &str) -> String {
    let words = ["invite", "--email", email, "--name", name, "--role", role];
    let text = said(&mut account(folder, test, &words));
    let (told, link) = text.trim_end().split_once('\n').unwrap();
    assert!(told.starts_with("They take up their account here, until 20") && told.ends_with(", once:"), "{text}");
    link.to_owned()
}

fn serve(folder: &Path, test: &TestDatabase) -> Server {
    let mut command = signpost(folder);
    command.args(["--database", test.url(), "serve"]);
    Server::start(command)
}

/// Takes up an account with a link; what comes of it.
fn take_up(server: &Server, link: &str, name: &str) -> Value {
    let asked = "mutation($input: AcceptInvitationInput!) { acceptInvitation(input: $input) {
        account { name email hasPassword } errors { code } } }";
    let input = json!({ "secret": secret_of(link), "name": name, "password": PASSWORD });
    server.data_as(None, asked, &json!({ "input": input }))["acceptInvitation"].take()
}

/// Signs somebody in; gives the access token, or the code of what is wrong.
fn sign_in(server: &Server, email: &str) -> Result<String, String> {
    let asked = "mutation($input: SignInInput!) { signIn(input: $input) { tokens { accessToken } errors { code } } }";
    let input = json!({ "email": email, "password": PASSWORD });
    let payload = server.data_as(None, asked, &json!({ "input": input }))["signIn"].take();
    let word = |value: &Value| value.as_str().map(str::to_owned);
    word(&payload["tokens"]["accessToken"]).ok_or_else(|| word(&payload["errors"][0]["code"]).unwrap())
}

/// Their roles, and the agency they act for.
fn viewer(server: &Server, token: &str) -> Value {
    server.data_as(Some(token), "{ viewer { roles actsFor { name } } }", &json!({}))["viewer"].take()
}

/// The status of an answer to whoever shows a token.
fn status(server: &Server, token: &str) -> u16 {
    server.send_as(Some(token), "POST /graphql", r#"{"query":"{ viewer { kind } }"}"#).0
}

async fn agencies(test: &TestDatabase) -> Vec<agency::Model> {
    let ordered = agency::Entity::find().order_by_asc(agency::Column::Name);
    ordered.all(test.open().await.connection()).await.unwrap()
}

#[tokio::test]
async fn the_first_administrator_is_invited_and_takes_the_account_up_once() {
    let test = TestDatabase::bare().await;
    let folder = tempfile::tempdir().unwrap();
    let run = |words: &[&str]| said(&mut account(folder.path(), &test, words));
    assert_eq!(run(&["list"]), "", "a database without a table is made ready first");
    let lost = invited(folder.path(), &test, " Ada@Example.org ", " Ada Winter ", "administrator");
    assert_eq!(run(&["list"]), "Ada@example.org · Ada Winter · administrator\n");
    // The link got lost: the same once more, and the first one works no more.
    let link = invited(folder.path(), &test, ADA, "Ada Winter", "administrator");
    assert_eq!(run(&["list"]).lines().count(), 1);

    let server = serve(folder.path(), &test);
    assert_eq!(take_up(&server, &lost, "Mallory")["errors"][0]["code"], "NOT_GOOD");
    assert_eq!(sign_in(&server, ADA).unwrap_err(), "WRONG_CREDENTIALS", "not taken up yet");
    let expected = json!({ "name": "Ada Frost", "email": "Ada@example.org", "hasPassword": true });
    assert_eq!(take_up(&server, &link, "Ada Frost"), json!({ "account": expected, "errors": [] }));
    assert_eq!(take_up(&server, &link, "Mallory")["errors"][0]["code"], "NOT_GOOD");
    let token = sign_in(&server, ADA).unwrap();
    assert_eq!(viewer(&server, &token), json!({ "roles": ["ADMINISTRATOR"], "actsFor": null }));
    assert_eq!(run(&["list"]), "Ada@example.org · Ada Frost · administrator\n");

    // Whoever has an account needs no link to another role.
    let words = ["invite", "--email", ADA, "--name", "Ada", "--role", "auditor"];
    assert_eq!(run(&words), "They have an account, and the role is theirs from now on.\n");
    assert_eq!(viewer(&server, &token)["roles"], json!(["AUDITOR", "ADMINISTRATOR"]));
    assert!(folder.path().join("outbox").is_dir(), "made at the start of the server");
    assert_eq!(std::fs::read_dir(folder.path().join("outbox")).unwrap().count(), 0, "and no letter was sent");
}

#[tokio::test]
async fn roles_are_given_and_ended_and_accounts_disabled_from_the_next_request_on() {
    let test = TestDatabase::new().await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("town.ndjson"), feed(11)).unwrap();
    said(signpost(folder.path()).args(["--database", test.url(), "import", "open-referral", "town.ndjson"]));
    let [first, second] = &agencies(&test).await[..] else { panic!("two agencies") };
    let (first, second) = ((&first.name, global(first.id)), (&second.name, global(second.id)));
    let run = |words: &[&str]| said(&mut account(folder.path(), &test, words));
    let link = invited(folder.path(), &test, ADA, "Ada", "auditor");
    let server = serve(folder.path(), &test);
    assert_eq!(take_up(&server, &link, "Ada")["errors"], json!([]));
    let token = sign_in(&server, ADA).unwrap();

    let within =
        |what, agency| [what, "--email", ADA, "--role", "link_worker", "--agency", agency].map(str::to_owned).to_vec();
    let run_all = |words: Vec<String>| run(&words.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(run_all(within("grant", &first.1)), "The role is theirs from now on.\n");
    assert_eq!(run(&["list"]), format!("{ADA} · Ada · auditor · link_worker at {}\n", first.1));
    let held = json!({ "roles": ["LINK_WORKER", "AUDITOR"], "actsFor": { "name": first.0 } });
    assert_eq!(viewer(&server, &token), held);
    // Another agency is another role.
    let before = everything(&test.open().await).await;
    assert_eq!(run_all(within("end", &second.1)), "They do not hold that role.\n");
    assert_eq!(run(&["end", "--email", ADA, "--role", "administrator"]), "They do not hold that role.\n");
    assert_same(&before, &everything(&test.open().await).await);
    assert_eq!(run_all(within("end", &first.1)), "The role has ended.\n");
    assert_eq!(viewer(&server, &token), json!({ "roles": ["AUDITOR"], "actsFor": null }));
    assert_eq!(run_all(within("end", &first.1)), "They do not hold that role.\n", "once");

    let elsewhere = sign_in(&server, ADA).unwrap();
    assert_eq!(run(&["sign-out", "--email", "ADA@example.org"]), "2 sign-in(s) ended.\n", "in whatever letters");
    assert_eq!((status(&server, &token), status(&server, &elsewhere)), (401, 401));
    assert_eq!(run(&["sign-out", "--email", ADA]), "0 sign-in(s) ended.\n");
    let token = sign_in(&server, ADA).unwrap();
    assert_eq!(status(&server, &token), 200);
    assert_eq!(run(&["disable", "--email", ADA]), "The account is disabled.\n");
    assert_eq!(status(&server, &token), 401);
    assert_eq!(sign_in(&server, ADA).unwrap_err(), "WRONG_CREDENTIALS");
    let listed = run(&["list"]);
    assert!(listed.starts_with(&format!("{ADA} · Ada · auditor · disabled since 20")), "{listed}");
    assert_eq!(run(&["enable", "--email", ADA]), "The account is enabled.\n");
    assert_eq!(status(&server, &token), 401, "what ended stays so");
    assert_eq!(status(&server, &sign_in(&server, ADA).unwrap()), 200);
}

#[tokio::test]
async fn what_is_wrong_is_named_and_nothing_changes() {
    let test = TestDatabase::new().await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("town.ndjson"), feed(1)).unwrap();
    said(signpost(folder.path()).args(["--database", test.url(), "import", "open-referral", "town.ndjson"]));
    let link = invited(folder.path(), &test, ADA, "Ada", "administrator");
    let server = serve(folder.path(), &test);
    assert_eq!(take_up(&server, &link, "Ada")["errors"], json!([]));
    let known = global(agencies(&test).await[0].id);
    let unknown = global(AgencyId(Uuid::from_u128(7)));
    let service = NodeId::Service(ServiceId(Uuid::from_u128(7))).encode().0;
    let before = everything(&test.open().await).await;
    let tried = |words: &[&str], told: &[&str]| {
        let error = failed(&mut account(folder.path(), &test, words));
        assert!(told.iter().all(|told| error.contains(told)), "{words:?}, {told:?}: {error}");
    };

    let bo = |role| ["invite", "--email", "bo@example.org", "--name", "Bo", "--role", role];
    tried(&bo("wizard"), &["--role", "no such role", "link_worker", "administrator"]);
    tried(&bo("link_worker"), &["--agency: ", "held in an agency"]);
    tried(&["invite", "--email", "bo@example.org", "--role", "auditor"], &["--name"]);
    for (agency, told) in
        [("Kettle Trust 0", "not an agency's id"), (&service, "not an agency's id"), (&unknown, "no such agency")]
    {
        for what in [&["invite", "--name", "Bo", "--email", "bo@example.org"][..], &["grant", "--email", ADA]] {
            tried(&[what, &["--role", "link_worker", "--agency", agency]].concat(), &["--agency", told]);
        }
    }
    let of_network = ["--role", "auditor", "--agency", &known];
    tried(&[&["grant", "--email", ADA][..], &of_network].concat(), &["--agency: ", "leave the agency out"]);
    tried(&["grant", "--email", ADA, "--role", "administrator"], &["--role: ", "already"]);
    tried(&["invite", "--email", ADA, "--name", "Ada", "--role", "administrator"], &["--role: ", "already"]);
    for name in ["  ", "B\u{202e}o", "B\no"] {
        let words = ["invite", "--email", "bo@example.org", "--name", name, "--role", "auditor"];
        tried(&words, &["--name: ", "1 to 100 characters"]);
    }

    let role = ["--role", "auditor"];
    let identity = ["--issuer", "https://id.example.org", "--subject", "7"];
    let commands: [(&str, &[&str]); 9] = [
        ("invite", &["--name", "Bo", "--role", "auditor"]),
        ("grant", &role),
        ("end", &role),
        ("sign-out", &[]),
        ("disable", &[]),
        ("enable", &[]),
        ("remove-second-factor", &[]),
        ("link", &identity),
        ("unlink", &identity),
    ];
    for (what, rest) in commands {
        tried(&[&[what, "--email", "no address"][..], rest].concat(), &["--email: ", "blank"]);
        tried(&[&[what, "--email", "ada"][..], rest].concat(), &["--email: ", "name@example.org"]);
        tried(&[&[what][..], rest].concat(), &["--email"]);
        if what != "invite" {
            let words = [&[what, "--email", "nobody@example.org"][..], rest].concat();
            tried(&words, &["--email: ", "no account with this address"]);
        }
    }
    tried(&["enable", "--email", ADA], &["enabled already"]);
    tried(&["remove-second-factor", "--email", ADA], &["no second factor"]);
    tried(&[&["link", "--email", ADA][..], &identity].concat(), &["no such issuer", "accounts.issuers"]);
    tried(&[&["unlink", "--email", ADA][..], &identity].concat(), &["not linked"]);
    tried(&["sing-out", "--email", ADA], &["sign-out"]);
    assert_same(&before, &everything(&test.open().await).await);
}
