//! From a token of an identity provider to a person with an account: whom it lets in, when it links the two, and whom
//! it never does.

use std::sync::Arc;

use chrono::TimeDelta;
use entity::enums::{AccountHappening, Role};
use entity::ids::{AccountId, AgencyId};
use serde_json::{Value, json};
use signpost::access::Viewer;
use signpost::accounts::credentials::Unknown;
use signpost::accounts::links::Invitee;
use signpost::accounts::{Accounts, Trouble, Why};
use signpost::clock::Clock;
use signpost::config::{self, Issuer};
use signpost::post::Post;
use signpost::vault::Vault;
use uuid::Uuid;

use super::fixtures::{OTHER_RSA, RSA, claims, header, now, settings};
use super::http::{ok, serve};
use crate::support::database::TestDatabase;
use crate::support::{logs, vault};

/// An identity provider on loopback, and accounts that take its tokens.
struct World {
    issuer: String,
    accounts: Accounts,
    _database: TestDatabase,
}

/// A provider that publishes one key.
async fn provider() -> String {
    serve(|base, path| match path {
        "/.well-known/openid-configuration" => {
            ok(json!({"issuer": base, "jwks_uri": format!("{base}/keys")}).to_string().as_bytes())
        }
        _ => ok(json!({"keys": [RSA.published("rsa")]}).to_string().as_bytes()),
    })
    .await
}

async fn world(change: impl Fn(&mut Issuer)) -> World {
    world_of(vec![provider().await], change).await
}

/// The first of the issuers is the one whose tokens are shown.
async fn world_of(issuers: Vec<String>, change: impl Fn(&mut Issuer)) -> World {
    logs::keep();
    let database = TestDatabase::new().await;
    let issuer = issuers.first().cloned().unwrap_or_default();
    let of = |issuer| {
        let mut settings = Issuer { issuer, email_claim: "email".to_owned(), ..settings() };
        change(&mut settings);
        settings
    };
    let settings = config::Accounts { issuers: issuers.into_iter().map(of).collect(), ..config::Accounts::default() };
    assert_eq!(Issuer::check_all(&settings.issuers), []);
    let post = Post::new(&config::Post::default()).unwrap();
    let clock = Clock::manual(now());
    let vault = Vault::open(vault().keys_file().unwrap(), clock.clone()).unwrap();
    let accounts = Accounts::new(database.open().await, clock, settings, post, vault).unwrap();
    World { issuer, accounts, _database: database }
}

fn linking(issuer: &mut Issuer) {
    issuer.link_by_email = true;
}

impl World {
    async fn account(&self, email: &str) -> AccountId {
        let invitee =
            Invitee { email: email.to_owned(), name: "Ann".to_owned(), role: Role::Administrator, agency: None };
        self.accounts.invite_quietly(invitee).await.unwrap().account
    }

    /// A token for a person, with these claims besides.
    fn token(&self, subject: &str, more: &Value) -> String {
        let mut claims = claims();
        claims["iss"] = json!(self.issuer);
        claims["sub"] = json!(subject);
        for (name, value) in more.as_object().expect("claims") {
            claims[name] = value.clone();
        }
        RSA.token(&header("RS256", "rsa"), &claims)
    }

    /// A token whose issuer says that it has verified this address.
    fn vouched(&self, subject: &str, email: &str) -> String {
        self.token(subject, &json!({"email": email, "email_verified": true}))
    }

    async fn viewer(&self, token: &str) -> Result<Viewer, Unknown> {
        self.accounts.viewer(token, None, now()).await
    }

    /// Whose account a token opens, if it is good.
    async fn whose(&self, token: &str) -> Option<AccountId> {
        match self.viewer(token).await {
            Ok(viewer) => Some(viewer.person().expect("a person").account),
            Err(Unknown::Token) => None,
            Err(unknown) => panic!("{unknown}"),
        }
    }

    /// The subjects that an account is linked with.
    async fn subjects(&self, account: AccountId) -> Vec<String> {
        self.accounts.identities(account).await.unwrap().into_iter().map(|one| one.subject).collect()
    }

    /// What happened to an account by way of the issuer, the latest first.
    async fn happened(&self, account: AccountId) -> Vec<AccountHappening> {
        let events = self.accounts.events(account).await.unwrap();
        events.into_iter().filter(|one| one.detail.as_ref() == Some(&self.issuer)).map(|one| one.what).collect()
    }
}

/// Why it was refused, and for which field.
fn refused(done: Result<(), Trouble>) -> Option<(Why, Option<&'static str>)> {
    match done {
        Ok(()) => None,
        Err(Trouble::Refused(refused)) => Some((refused.why, refused.field)),
        Err(Trouble::Failed(reason)) => panic!("{reason}"),
    }
}

#[tokio::test]
async fn somebody_who_is_linked_is_let_in_with_their_roles() {
    let world = world(|_| {}).await;
    let ann = world.account("ann@example.org").await;
    let token = world.token("4f2a", &json!({}));
    assert_eq!(world.whose(&token).await, None);
    world.accounts.link_identity(ann, &world.issuer, "4f2a").await.unwrap();
    let viewer = world.viewer(&token).await.unwrap();
    let person = viewer.person().expect("a person");
    assert_eq!((person.account, person.session), (ann, None));
    assert!(viewer.holds(Role::Administrator) && !viewer.holds(Role::Auditor));
    assert_eq!(world.happened(ann).await, [AccountHappening::IdentityLinked]);
    // Case and neighbours count.
    for subject in ["4F2A", "4f2", "4f2a "] {
        assert_eq!(world.whose(&world.token(subject, &json!({}))).await, None, "{subject}");
    }
}

#[tokio::test]
async fn a_token_that_is_not_good_opens_nothing() {
    let world = world(linking).await;
    let ann = world.account("ann@example.org").await;
    world.accounts.link_identity(ann, &world.issuer, "4f2a").await.unwrap();
    let good = world.token("4f2a", &json!({}));
    assert_eq!(world.whose(&good).await, Some(ann));
    let mut of_another = claims();
    of_another["iss"] = json!(world.issuer);
    of_another["sub"] = json!("4f2a");
    for (what, token) in [
        ("expired", world.token("4f2a", &json!({"exp": (now() - TimeDelta::hours(1)).timestamp()}))),
        ("for another", world.token("4f2a", &json!({"aud": "elsewhere"}))),
        ("of another issuer", world.token("4f2a", &json!({"iss": "https://id.example.org"}))),
        ("by another key", OTHER_RSA.token(&header("RS256", "rsa"), &of_another)),
        ("unsigned", good.rsplit_once('.').expect("parts").0.to_owned() + "."),
        ("nothing", String::new()),
        ("a key of ours that is none", format!("spk_{}", "A".repeat(43))),
    ] {
        assert_eq!(world.whose(&token).await, None, "{what}");
    }
    assert_eq!(world.subjects(ann).await, ["4f2a"]);
}

#[tokio::test]
async fn without_issuers_no_token_of_theirs_is_good() {
    let there = world(|_| {}).await;
    let nowhere = world_of(Vec::new(), |_| {}).await;
    assert_eq!(nowhere.whose(&there.token("4f2a", &json!({}))).await, None);
}

#[tokio::test]
async fn one_issuers_subject_is_not_anothers() {
    let (first, second) = (provider().await, provider().await);
    let world = world_of(vec![first, second.clone()], |_| {}).await;
    let ann = world.account("ann@example.org").await;
    world.accounts.link_identity(ann, &world.issuer, "4f2a").await.unwrap();
    assert_eq!(world.whose(&world.token("4f2a", &json!({}))).await, Some(ann));
    let of_second = world.token("4f2a", &json!({"iss": second}));
    assert_eq!(world.whose(&of_second).await, None);
    // And it may be another person there.
    let bea = world.account("bea@example.org").await;
    world.accounts.link_identity(bea, &second, "4f2a").await.unwrap();
    assert_eq!(world.whose(&of_second).await, Some(bea));
}

#[tokio::test]
async fn the_first_token_links_by_a_verified_address_where_the_settings_let_it() {
    let world = world(linking).await;
    let ann = world.account("ann@example.org").await;
    assert_eq!(world.whose(&world.vouched("4f2a", "Ann@Example.ORG")).await, Some(ann));
    assert_eq!(world.subjects(ann).await, ["4f2a"]);
    assert_eq!(world.happened(ann).await, [AccountHappening::IdentityLinked]);
    // From then on the subject counts, and the address no more: it may become somebody else's.
    let bea = world.account("bea@example.org").await;
    assert_eq!(world.whose(&world.token("4f2a", &json!({}))).await, Some(ann));
    assert_eq!(world.whose(&world.vouched("4f2a", "bea@example.org")).await, Some(ann));
    assert_eq!(world.subjects(bea).await, Vec::<String>::new());
    assert_eq!(world.happened(ann).await, [AccountHappening::IdentityLinked]);
}

/// Each row: the settings, the claims, and why nobody is linked by them.
#[tokio::test]
async fn nobody_is_linked_by_an_address_that_proves_nothing() {
    let rows: &[(fn(&mut Issuer), Value, &str)] = &[
        (|_| {}, json!({"email": "ann@example.org", "email_verified": true}), "not in the settings"),
        (linking, json!({"email": "ann@example.org"}), "not said to be verified"),
        (linking, json!({"email": "ann@example.org", "email_verified": false}), "not verified"),
        (linking, json!({"email": "bea@example.org", "email_verified": true}), "nobody's here"),
        (linking, json!({"email": "ann@example.org.attacker.example", "email_verified": true}), "another's"),
        (linking, json!({"email": "ann@example.org\u{0}", "email_verified": true}), "no address"),
        (linking, json!({"email_verified": true}), "no address at all"),
        (linking, json!({"upn": "ann@example.org", "email_verified": true}), "another claim"),
    ];
    for (change, claims, why) in rows {
        let world = world(change).await;
        let ann = world.account("ann@example.org").await;
        assert_eq!(world.whose(&world.token("4f2a", claims)).await, None, "{why}");
        assert_eq!(world.subjects(ann).await, Vec::<String>::new(), "{why}");
    }
}

#[tokio::test]
async fn an_account_is_linked_by_its_address_once_for_each_issuer() {
    let world = world(linking).await;
    let ann = world.account("ann@example.org").await;
    assert_eq!(world.whose(&world.vouched("first", "ann@example.org")).await, Some(ann));
    assert_eq!(world.whose(&world.vouched("second", "ann@example.org")).await, None);
    assert_eq!(world.subjects(ann).await, ["first"]);
    // An operator may do it all the same.
    world.accounts.link_identity(ann, &world.issuer, "second").await.unwrap();
    assert_eq!(world.whose(&world.vouched("second", "ann@example.org")).await, Some(ann));
}

#[tokio::test]
async fn a_disabled_account_is_neither_opened_nor_linked() {
    let world = world(linking).await;
    let ann = world.account("ann@example.org").await;
    world.accounts.set_disabled(None, ann, true).await.unwrap();
    assert_eq!(world.whose(&world.vouched("4f2a", "ann@example.org")).await, None);
    assert_eq!(world.subjects(ann).await, Vec::<String>::new());
    world.accounts.set_disabled(None, ann, false).await.unwrap();
    assert_eq!(world.whose(&world.vouched("4f2a", "ann@example.org")).await, Some(ann));
    world.accounts.set_disabled(None, ann, true).await.unwrap();
    assert_eq!(world.whose(&world.vouched("4f2a", "ann@example.org")).await, None);
}

#[tokio::test]
async fn many_first_requests_at_once_link_once_and_are_all_let_in() {
    let world = Arc::new(world(linking).await);
    let ann = world.account("ann@example.org").await;
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let world = Arc::clone(&world);
            tokio::spawn(async move { world.whose(&world.vouched("4f2a", "ann@example.org")).await })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap(), Some(ann));
    }
    assert_eq!(world.subjects(ann).await, ["4f2a"]);
    assert_eq!(world.happened(ann).await, [AccountHappening::IdentityLinked]);
}

#[tokio::test]
async fn of_many_who_come_at_once_with_one_address_one_is_linked() {
    let world = Arc::new(world(linking).await);
    let ann = world.account("ann@example.org").await;
    let tasks: Vec<_> = (0..20)
        .map(|number| {
            let world = Arc::clone(&world);
            tokio::spawn(async move { world.whose(&world.vouched(&number.to_string(), "ann@example.org")).await })
        })
        .collect();
    let mut let_in = 0;
    for task in tasks {
        let_in += usize::from(task.await.unwrap() == Some(ann));
    }
    assert_eq!((let_in, world.subjects(ann).await.len()), (1, 1));
}

#[tokio::test]
async fn what_one_issuer_may_another_may_not() {
    let (first, second) = (provider().await, provider().await);
    let linking = second.clone();
    let world = world_of(vec![first, second.clone()], move |one| one.link_by_email = one.issuer == linking).await;
    let ann = world.account("ann@example.org").await;
    let proof = json!({"email": "ann@example.org", "email_verified": true});
    assert_eq!(world.whose(&world.token("4f2a", &proof)).await, None);
    let mut of_second = proof;
    of_second["iss"] = json!(second);
    assert_eq!(world.whose(&world.token("4f2a", &of_second)).await, Some(ann));
}

#[tokio::test]
async fn a_subject_is_one_accounts_at_most_and_can_be_taken_back() {
    let world = world(|_| {}).await;
    let (ann, bea) = (world.account("ann@example.org").await, world.account("bea@example.org").await);
    let (accounts, issuer) = (&world.accounts, world.issuer.as_str());
    let long = "x".repeat(256);
    for (account, issuer, subject, right) in [
        (ann, issuer, "4f2a", None),
        (ann, issuer, "4f2a", Some((Why::Already, Some("subject")))),
        (bea, issuer, "4f2a", Some((Why::Already, Some("subject")))),
        (bea, "https://id.example.org", "5a", Some((Why::BadValue, Some("issuer")))),
        (bea, &format!("{issuer}/"), "5a", Some((Why::BadValue, Some("issuer")))),
        (bea, issuer, "", Some((Why::BadValue, Some("subject")))),
        (bea, issuer, "a\nb", Some((Why::BadValue, Some("subject")))),
        (bea, issuer, &long, Some((Why::BadValue, Some("subject")))),
        (AccountId(Uuid::from_u128(99_999)), issuer, "5a", Some((Why::NotFound, Some("account")))),
    ] {
        assert_eq!(refused(accounts.link_identity(account, issuer, subject).await), right, "{issuer} {subject:?}");
    }
    assert_eq!(world.subjects(ann).await, ["4f2a"]);
    assert_eq!(world.subjects(bea).await, Vec::<String>::new());

    let not_linked = Some((Why::NotFound, Some("subject")));
    for (account, issuer, subject) in [(bea, issuer, "4f2a"), (ann, issuer, "4f2b"), (ann, "https://x.example", "4f2a")]
    {
        assert_eq!(refused(accounts.unlink_identity(account, issuer, subject).await), not_linked, "{issuer} {subject}");
    }
    let token = world.token("4f2a", &json!({}));
    assert_eq!(world.whose(&token).await, Some(ann));
    accounts.unlink_identity(ann, issuer, "4f2a").await.unwrap();
    assert_eq!(world.whose(&token).await, None);
    assert_eq!(refused(accounts.unlink_identity(ann, issuer, "4f2a").await), not_linked);
    assert_eq!(world.happened(ann).await, [AccountHappening::IdentityUnlinked, AccountHappening::IdentityLinked]);
    // It is free again.
    accounts.link_identity(bea, issuer, "4f2a").await.unwrap();
    assert_eq!(world.whose(&token).await, Some(bea));
}

#[tokio::test]
async fn nobody_acts_for_an_agency_they_have_no_role_in() {
    let world = world(|_| {}).await;
    let ann = world.account("ann@example.org").await;
    world.accounts.link_identity(ann, &world.issuer, "4f2a").await.unwrap();
    let named = Some(AgencyId(Uuid::from_u128(7)));
    let unknown = world.accounts.viewer(&world.token("4f2a", &json!({})), named, now()).await;
    assert!(matches!(unknown, Err(Unknown::Agency)), "{unknown:?}");
}
