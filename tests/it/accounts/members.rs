//! Who belongs to which agency, and for which they act.

use chrono::TimeDelta;
use entity::enums::Role;
use entity::ids::AgencyId;
use entity::{account, membership};
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use signpost::api::ids::NodeId;
use signpost::directory::store::agency_id;

use super::{code, works};
use crate::support::accounts::{As, global};
use crate::support::listings::service;
use crate::support::{TestApp, source};

const GRANT: &str = "mutation($input: GrantRoleInput!) { grantRole(input: $input) {
    membership { id role agency { id } endsAt } errors { code field message } } }";
const END: &str = "mutation($id: ID!) { endMembership(id: $id) { membership { role } errors { code field } } }";

async fn two() -> (TestApp, [AgencyId; 2]) {
    let mut listings = [service("one", "Beds", "housing.emergency"), service("two", "Advice", "money.benefits-advice")];
    listings[1].agency.key = "other".to_owned();
    let ids = listings.clone().map(|listing| agency_id(source().id(), &listing.agency.key));
    (TestApp::of(&listings).await, ids)
}

async fn asked(app: &TestApp, who: As<'_>, mutation: &str, variables: Value) -> Value {
    let mut data = app.data_as(who, mutation, variables).await;
    data.as_object_mut().unwrap().values_mut().next().unwrap().take()
}

async fn memberships(app: &TestApp) -> Vec<membership::Model> {
    membership::Entity::find().all(app.db().connection()).await.unwrap()
}

#[tokio::test]
async fn who_belongs_to_two_agencies_says_for_which_they_act() {
    let (app, [one, two]) = two().await;
    app.account("mo@example.org", Role::AgencyManager, Some(one)).await;
    let id = app.account("mo@example.org", Role::LinkWorker, Some(two)).await;
    app.app.accounts.grant(None, id, None, Role::Auditor, None).await.unwrap();
    let token = app.token("mo@example.org").await;
    let me = "{ viewer { roles actsFor { id } agencies { id } } }";
    let acting = |agency| As { token: Some(&token), agency };
    let of = |shown: Value| (shown["viewer"]["roles"].clone(), shown["viewer"]["actsFor"]["id"].clone());
    assert_eq!(of(app.data_as(acting(None), me, json!({})).await), (json!(["AUDITOR"]), json!(null)));
    let as_one = of(app.data_as(acting(Some(one)), me, json!({})).await);
    assert_eq!(as_one, (json!(["AGENCY_MANAGER", "AUDITOR"]), json!(global(one))));
    let as_two = of(app.data_as(acting(Some(two)), me, json!({})).await);
    assert_eq!(as_two, (json!(["LINK_WORKER", "AUDITOR"]), json!(global(two))));

    let members = "{ agencyMembers { role } }";
    let (_, answer) = app.ask(acting(None), members, json!({})).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN");
    assert!(answer["errors"][0]["message"].as_str().unwrap().contains("signpost-agency"), "{answer:#}");
    assert_eq!(app.refused(acting(Some(two)), members, json!({})).await, "FORBIDDEN", "there they are no manager");
    let shown = app.data_as(acting(Some(one)), members, json!({})).await;
    assert_eq!(shown["agencyMembers"], json!([{ "role": "AGENCY_MANAGER" }]));

    // An agency of others, one that there is not, and no agency at all.
    for agency in [AgencyId(uuid::Uuid::from_u128(7))] {
        let (status, answer) = app.ask(acting(Some(agency)), me, json!({})).await;
        assert_eq!((status.as_u16(), answer.get("data")), (403, None));
    }
    let lone = app.signed_in("lo@example.org", Role::LinkWorker, Some(one)).await;
    let elsewhere = app.ask(As { token: Some(&lone), agency: Some(two) }, me, json!({})).await;
    let nowhere = app.ask(As { token: Some(&lone), agency: Some(AgencyId(uuid::Uuid::from_u128(7))) }, me, json!({}));
    assert_eq!(elsewhere, nowhere.await, "an agency of others answers as one that does not exist");
}

#[tokio::test]
async fn a_membership_that_ends_ends_access_with_the_next_request() {
    let (app, [one, _]) = two().await;
    let id = app.account("mo@example.org", Role::AgencyManager, Some(one)).await;
    let token = app.token("mo@example.org").await;
    let members = "{ agencyMembers { id role } }";
    assert_eq!(app.ask(As::token(&token), members, json!({})).await.0, 200);
    assert!(app.app.accounts.end_role(id, Some(one), Role::AgencyManager).await.unwrap());
    assert_eq!(app.refused(As::token(&token), members, json!({})).await, "FORBIDDEN");
    assert!(works(&app, &token).await, "they are still themselves");
    let (status, _) = app.ask(As { token: Some(&token), agency: Some(one) }, members, json!({})).await;
    assert_eq!(status, 403);
    assert!(!app.app.accounts.end_role(id, Some(one), Role::AgencyManager).await.unwrap());

    // One with an end ends by itself, at the instant.
    let ends_at = app.clock.now() + TimeDelta::minutes(5);
    app.app.accounts.grant(None, id, Some(one), Role::AgencyManager, Some(ends_at)).await.unwrap();
    app.clock.advance(TimeDelta::minutes(5) - TimeDelta::milliseconds(1));
    assert_eq!(app.data_as(As::token(&token), members, json!({})).await["agencyMembers"][0]["role"], "AGENCY_MANAGER");
    app.clock.advance(TimeDelta::milliseconds(1));
    assert_eq!(app.refused(As::token(&token), members, json!({})).await, "FORBIDDEN");
    assert_eq!(memberships(&app).await.len(), 2, "none is deleted");
}

#[tokio::test]
async fn a_manager_gives_and_ends_roles_in_their_own_agency_and_nowhere_else() {
    let (app, [one, two]) = two().await;
    let manager = app.signed_in("mo@example.org", Role::AgencyManager, Some(one)).await;
    let bo = app.account("bo@example.org", Role::LinkWorker, Some(two)).await;
    let account = NodeId::Account(bo).encode().0;
    let before = memberships(&app).await;
    let nowhere = global(AgencyId(uuid::Uuid::from_u128(7)));
    let table = [
        (json!({ "account": account, "role": "LINK_WORKER", "agency": global(two) }), "NOT_FOUND", "input.agency"),
        (json!({ "account": account, "role": "LINK_WORKER", "agency": nowhere }), "NOT_FOUND", "input.agency"),
        (json!({ "account": account, "role": "ADMINISTRATOR" }), "BAD_VALUE", "input.role"),
        (json!({ "account": account, "role": "COORDINATOR", "agency": global(one) }), "BAD_VALUE", "input.role"),
        (
            json!({ "account": account, "role": "LINK_WORKER", "endsAt": "2026-11-21T20:00:00Z" }),
            "BAD_VALUE",
            "input.endsAt",
        ),
        (
            json!({ "account": NodeId::Account(entity::ids::AccountId(uuid::Uuid::from_u128(7))).encode().0,
                 "role": "LINK_WORKER" }),
            "NOT_FOUND",
            "input.account",
        ),
    ];
    for (input, expected, field) in table {
        let refused = asked(&app, As::token(&manager), GRANT, json!({ "input": input })).await;
        assert_eq!((code(&refused), refused["errors"][0]["field"].as_str()), (expected, Some(field)), "{input}");
    }
    assert_eq!(memberships(&app).await, before, "nothing changed");
    let input = json!({ "account": account, "role": "LINK_WORKER" });
    let granted = asked(&app, As::token(&manager), GRANT, json!({ "input": input })).await;
    assert_eq!(granted["membership"]["agency"]["id"], global(one), "their own, where none is named");
    assert_eq!(code(&asked(&app, As::token(&manager), GRANT, json!({ "input": input })).await), "ALREADY");

    let theirs = memberships(&app).await.iter().find(|row| row.agency_id == Some(two)).unwrap().id;
    let theirs = asked(&app, As::token(&manager), END, json!({ "id": NodeId::Membership(theirs).encode().0 })).await;
    let none = NodeId::Membership(entity::ids::MembershipId(uuid::Uuid::from_u128(7))).encode().0;
    let none = asked(&app, As::token(&manager), END, json!({ "id": none })).await;
    assert_eq!((code(&theirs), &theirs), ("NOT_FOUND", &none), "another agency's is as one that does not exist");
    assert!(memberships(&app).await.iter().all(|row| row.ends_at.is_none()));
    let ended = asked(&app, As::token(&manager), END, json!({ "id": granted["membership"]["id"] })).await;
    assert_eq!(ended["membership"]["role"], "LINK_WORKER");
}

#[tokio::test]
async fn a_disabled_account_is_out_at_once_and_nobody_disables_their_own() {
    let (app, _) = two().await;
    let ada = app.signed_in("ada@example.org", Role::Administrator, None).await;
    let bo = app.account("bo@example.org", Role::Auditor, None).await;
    let token = app.token("bo@example.org").await;
    let set = |what: &str| {
        format!("mutation($id: ID!) {{ {what}(id: $id) {{ account {{ disabledAt }} errors {{ code }} }} }}")
    };
    let id = |account| json!({ "id": NodeId::Account(account).encode().0 });
    let disabled = asked(&app, As::token(&ada), &set("disableAccount"), id(bo)).await;
    assert_eq!(disabled["account"]["disabledAt"], "2026-11-21T20:00:00Z");
    assert!(!works(&app, &token).await);
    assert_eq!(code(&asked(&app, As::token(&ada), &set("disableAccount"), id(bo)).await), "ALREADY");
    let enabled = asked(&app, As::token(&ada), &set("enableAccount"), id(bo)).await;
    assert_eq!(enabled, json!({ "account": { "disabledAt": null }, "errors": [] }));
    assert!(!works(&app, &token).await, "the sign-in stays ended");
    assert!(works(&app, &app.token("bo@example.org").await).await);
    let rows = account::Entity::find().all(app.db().connection()).await.unwrap();
    let own = rows.iter().find(|row| row.email.as_deref() == Some("ada@example.org")).unwrap().id;
    assert_eq!(app.refused(As::token(&ada), &set("disableAccount"), id(own)).await, "BAD_USER_INPUT");
    assert!(works(&app, &ada).await);
}

#[tokio::test]
async fn the_network_keeps_an_administrator_and_nobody_raises_themselves() {
    let (app, [one, _]) = two().await;
    let ada = app.signed_in("ada@example.org", Role::Administrator, None).await;
    let own = "{ viewer { account { id } memberships { id } } }";
    let mine = app.data_as(As::token(&ada), own, json!({})).await;
    let membership = &mine["viewer"]["memberships"][0]["id"];
    let refused = asked(&app, As::token(&ada), END, json!({ "id": membership })).await;
    assert_eq!(code(&refused), "BAD_VALUE");
    let cora = app.signed_in("cora@example.org", Role::Coordinator, None).await;
    let hers = app.data_as(As::token(&cora), own, json!({})).await;
    let input = json!({ "account": hers["viewer"]["account"]["id"], "role": "AGENCY_MANAGER", "agency": global(one) });
    assert_eq!(app.refused(As::token(&cora), GRANT, json!({ "input": input })).await, "BAD_USER_INPUT");
    // With another one there, it ends.
    app.account("ed@example.org", Role::Administrator, None).await;
    let ended = asked(&app, As::token(&ada), END, json!({ "id": membership })).await;
    assert_eq!(ended["errors"], json!([]));
}

#[tokio::test]
async fn of_many_who_give_the_same_role_at_once_one_does() {
    let (app, [one, _]) = two().await;
    let id = app.account("bo@example.org", Role::LinkWorker, Some(one)).await;
    let accounts = &app.app.accounts;
    let given = (0..6).map(|_| accounts.grant(None, id, Some(one), Role::ListingEditor, None));
    let given = futures_util::future::join_all(given).await;
    assert_eq!(given.iter().filter(|one| one.is_ok()).count(), 1);
    let invitee = || signpost::accounts::links::Invitee {
        email: "new@example.org".to_owned(),
        name: "New".to_owned(),
        role: Role::Auditor,
        agency: None,
    };
    let invited = futures_util::future::join_all((0..6).map(|_| accounts.invite_quietly(invitee()))).await;
    assert!(invited.iter().all(Result::is_ok), "{invited:?}");
    let links = entity::secret_link::Entity::find().all(app.db().connection()).await.unwrap();
    assert_eq!(links.iter().filter(|link| link.used_at.is_none()).count(), 1);
}
