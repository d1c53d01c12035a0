//! Who is asked: by table, and as clients meet it.

use chrono::TimeDelta;
use entity::agency_duty;
use entity::enums::{DutyRank, Role};
use entity::ids::{AccountId, AgencyId};
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use signpost::api::ids::NodeId;
use signpost::listings::freshness::duty::{Asked, Belongs, Named, line};
use uuid::Uuid;

use super::{agency, of_agency, refusal};
use crate::support::accounts::{As, global};
use crate::support::{TestApp, now};

const HERE: AgencyId = AgencyId(Uuid::from_u128(1));
const THERE: AgencyId = AgencyId(Uuid::from_u128(2));

fn person(number: u128) -> AccountId {
    AccountId(Uuid::from_u128(number))
}

fn named(number: u128, rank: DutyRank, from: i64, until: Option<i64>) -> Named {
    let at = |days: i64| now() + TimeDelta::days(days);
    Named { account: person(number), rank, begins_at: at(from), ends_at: until.map(at) }
}

/// Somebody's role: from and until so many days from now.
fn belongs(number: u128, agency: Option<AgencyId>, role: Role, from: i64, until: Option<i64>) -> Belongs {
    let at = |days: i64| now() + TimeDelta::days(days);
    let (begins_at, ends_at) = (at(from), until.map(at));
    Belongs { account: person(number), agency, role, begins_at, ends_at, disabled_at: None }
}

#[test]
fn the_duty_passes_to_the_next_who_can_be_asked() {
    use DutyRank::{Coordinator, Deputy, Manager, NamedContact};
    let both = [named(1, NamedContact, -9, None), named(2, Deputy, -9, None)];
    let editor = |number, until| belongs(number, Some(HERE), Role::ListingEditor, -20, until);
    let manager = |number, from, until| belongs(number, Some(HERE), Role::AgencyManager, from, until);
    let coordinator = |number, from| belongs(number, None, Role::Coordinator, from, None);
    let disabled = |one: Belongs, days| Belongs { disabled_at: Some(now() + TimeDelta::days(days)), ..one };
    let all = [editor(1, None), editor(2, None), manager(3, -5, None), coordinator(4, -5)];
    let without = |number: usize, instead: Option<Belongs>| {
        let mut some: Vec<Belongs> = all.to_vec();
        match instead {
            Some(instead) => some[number - 1] = instead,
            None => {
                some.remove(number - 1);
            }
        }
        some
    };
    let table: Vec<(&str, Vec<Named>, Vec<Belongs>, &[(u128, DutyRank)])> = vec![
        (
            "all are there",
            both.to_vec(),
            all.to_vec(),
            &[(1, NamedContact), (2, Deputy), (3, Manager), (4, Coordinator)],
        ),
        ("it left", both.to_vec(), without(1, None), &[(2, Deputy), (3, Manager), (4, Coordinator)]),
        (
            "it leaves now",
            both.to_vec(),
            without(1, Some(editor(1, Some(0)))),
            &[(2, Deputy), (3, Manager), (4, Coordinator)],
        ),
        (
            "it leaves tomorrow",
            both.to_vec(),
            without(1, Some(editor(1, Some(1)))),
            &[(1, NamedContact), (2, Deputy), (3, Manager), (4, Coordinator)],
        ),
        (
            "it is disabled",
            both.to_vec(),
            without(1, Some(disabled(editor(1, None), 0))),
            &[(2, Deputy), (3, Manager), (4, Coordinator)],
        ),
        (
            "it will be",
            both.to_vec(),
            without(1, Some(disabled(editor(1, None), 1))),
            &[(1, NamedContact), (2, Deputy), (3, Manager), (4, Coordinator)],
        ),
        (
            "it went to another agency",
            both.to_vec(),
            without(1, Some(belongs(1, Some(THERE), Role::ListingEditor, -20, None))),
            &[(2, Deputy), (3, Manager), (4, Coordinator)],
        ),
        ("the deputy left", both.to_vec(), without(2, None), &[(1, NamedContact), (3, Manager), (4, Coordinator)]),
        ("nobody was named", Vec::new(), all.to_vec(), &[(3, Manager), (4, Coordinator)]),
        (
            "it was named in time past",
            vec![named(1, NamedContact, -9, Some(0)), named(2, NamedContact, 0, None)],
            all.to_vec(),
            &[(2, NamedContact), (3, Manager), (4, Coordinator)],
        ),
        (
            "it is named from tomorrow on",
            vec![named(1, NamedContact, 1, None)],
            all.to_vec(),
            &[(3, Manager), (4, Coordinator)],
        ),
        ("a manager is named: once", vec![named(3, Deputy, -9, None)], all.to_vec(), &[(3, Deputy), (4, Coordinator)]),
        (
            "of several the one who has been it longest",
            Vec::new(),
            vec![
                manager(6, -3, None),
                manager(5, -3, None),
                manager(7, -4, None),
                coordinator(9, -1),
                coordinator(8, -2),
            ],
            &[(7, Manager), (5, Manager), (6, Manager), (8, Coordinator), (9, Coordinator)],
        ),
        (
            "another agency's manager, and roles in the wrong place",
            Vec::new(),
            vec![
                belongs(5, Some(THERE), Role::AgencyManager, -9, None),
                belongs(6, None, Role::AgencyManager, -9, None),
                belongs(7, Some(HERE), Role::Coordinator, -9, None),
                coordinator(8, -9),
            ],
            &[(8, Coordinator)],
        ),
        ("nobody at all", both.to_vec(), Vec::new(), &[]),
    ];
    for (what, named, belongs, wanted) in table {
        let wanted: Vec<Asked> =
            wanted.iter().map(|(number, rank)| Asked { account: person(*number), rank: *rank }).collect();
        assert_eq!(line(HERE, &named, &belongs, now()), wanted, "{what}");
    }
}

const SET: &str = "mutation($input: SetListingDutyInput!) { setListingDuty(input: $input) {
    duty { agency { id } asked { account name rank answers } namedContact { account answers } deputy { account answers }
        viewerCanSet }
    errors { code field message } } }";
const SEE: &str = "query($agency: ID) { listingDuty(agency: $agency) {
    agency { id } asked { account rank } namedContact { account answers } deputy { answers } viewerCanSet } }";

fn account(id: AccountId) -> String {
    NodeId::Account(id).encode().0
}

async fn set(app: &TestApp, token: &str, input: Value) -> Value {
    app.data_as(As::token(token), SET, json!({ "input": input })).await["setListingDuty"].take()
}

async fn asked(app: &TestApp, token: &str) -> (String, String) {
    let seen = app.data_as(As::token(token), SEE, json!({})).await["listingDuty"].take();
    let word = |name: &str| seen["asked"][name].as_str().unwrap_or_default().to_owned();
    (word("account"), word("rank"))
}

#[tokio::test]
async fn who_leaves_is_asked_no_more_and_nothing_falls_between() {
    let app = TestApp::of(&[of_agency("one", "a", "Beds")]).await;
    let one = Some(agency("one"));
    let contact = app.account("contact@example.org", Role::ListingEditor, one).await;
    let deputy = app.account("deputy@example.org", Role::LinkWorker, one).await;
    let manager = app.account("manager@example.org", Role::AgencyManager, one).await;
    let coordinator = app.account("cora@example.org", Role::Coordinator, None).await;
    let (by_manager, by_cora) = (app.token("manager@example.org").await, app.token("cora@example.org").await);
    assert_eq!(asked(&app, &by_manager).await, (account(manager), "MANAGER".to_owned()));

    let payload = set(&app, &by_manager, json!({ "namedContact": account(contact), "deputy": account(deputy) })).await;
    assert_eq!(payload["errors"], json!([]));
    let robin = json!({ "account": account(contact), "name": "Robin Vale", "rank": "NAMED_CONTACT", "answers": true });
    assert_eq!((&payload["duty"]["asked"], &payload["duty"]["viewerCanSet"]), (&robin, &json!(true)));
    assert_eq!(payload["duty"]["agency"]["id"], global(agency("one")));
    // The same again notes nothing anew.
    set(&app, &by_manager, json!({ "namedContact": account(contact), "deputy": account(deputy) })).await;
    let rows = agency_duty::Entity::find().all(app.db().connection()).await.unwrap();
    assert_eq!(rows.iter().map(|row| (row.set_by, row.ends_at)).collect::<Vec<_>>(), vec![(Some(manager), None); 2]);

    let accounts = &app.app.accounts;
    accounts.end_role(contact, one, Role::ListingEditor).await.unwrap();
    assert_eq!(asked(&app, &by_manager).await, (account(deputy), "DEPUTY".to_owned()));
    let seen = app.data_as(As::token(&by_manager), SEE, json!({})).await["listingDuty"].take();
    assert_eq!(seen["namedContact"], json!({ "account": account(contact), "answers": false }), "it is told");
    accounts.set_disabled(None, deputy, true).await.unwrap();
    assert_eq!(asked(&app, &by_manager).await, (account(manager), "MANAGER".to_owned()));
    accounts.set_disabled(None, deputy, false).await.unwrap();
    assert_eq!(asked(&app, &by_manager).await, (account(deputy), "DEPUTY".to_owned()));
    accounts.end_role(deputy, one, Role::LinkWorker).await.unwrap();
    accounts.end_role(manager, one, Role::AgencyManager).await.unwrap();
    let seen = app.data_as(As::token(&by_cora), SEE, json!({ "agency": global(agency("one")) })).await;
    let wanted = json!({ "account": account(coordinator), "rank": "COORDINATOR" });
    assert_eq!(seen["listingDuty"]["asked"], wanted);
}

#[tokio::test]
async fn the_duty_is_set_by_those_whose_it_is_for_members_alone() {
    let app = TestApp::of(&[of_agency("one", "a", "Beds"), of_agency("two", "b", "Food")]).await;
    let (one, two) = (agency("one"), agency("two"));
    let editor = app.account("editor@example.org", Role::ListingEditor, Some(one)).await;
    let other = app.account("other@example.org", Role::ListingEditor, Some(two)).await;
    let gone = app.account("gone@example.org", Role::ListingEditor, Some(one)).await;
    app.app.accounts.end_role(gone, Some(one), Role::ListingEditor).await.unwrap();
    let off = app.account("off@example.org", Role::ListingEditor, Some(one)).await;
    app.app.accounts.set_disabled(None, off, true).await.unwrap();
    let manager = app.signed_in("manager@example.org", Role::AgencyManager, Some(one)).await;
    let cora = app.signed_in("cora@example.org", Role::Coordinator, None).await;
    let nobody = AccountId(Uuid::from_u128(77));
    let nowhere = global(AgencyId(Uuid::from_u128(78)));
    let contact = |id: AccountId| json!({ "namedContact": account(id) });
    let of = |agency: &str, id: AccountId| json!({ "agency": agency, "namedContact": account(id) });
    let table = [
        (&manager, contact(other), ("NOT_FOUND", "input.namedContact")),
        (&manager, contact(nobody), ("NOT_FOUND", "input.namedContact")),
        (&manager, contact(gone), ("NOT_FOUND", "input.namedContact")),
        (&manager, contact(off), ("NOT_FOUND", "input.namedContact")),
        (&manager, json!({ "namedContact": account(editor), "deputy": account(other) }), ("NOT_FOUND", "input.deputy")),
        (
            &manager,
            json!({ "namedContact": account(editor), "deputy": account(editor) }),
            ("BAD_VALUE", "input.deputy"),
        ),
        (&manager, of(&global(two), other), ("NOT_FOUND", "input.agency")),
        (&manager, of(&nowhere, other), ("NOT_FOUND", "input.agency")),
        (&cora, of(&nowhere, other), ("NOT_FOUND", "input.agency")),
        (&cora, contact(other), ("BAD_VALUE", "input.agency")),
    ];
    let mut said = Vec::new();
    for (token, input, wanted) in table {
        let payload = set(&app, token, input.clone()).await;
        assert_eq!((refusal(&payload), &payload["duty"]), (wanted, &json!(null)), "{input}");
        said.push(payload["errors"][0]["message"].clone());
    }
    assert_eq!((&said[0], &said[6]), (&said[1], &said[7]), "of others and of none: word for word the same");
    let noted = agency_duty::Entity::find().all(app.db().connection()).await.unwrap();
    assert!(noted.is_empty(), "{noted:?}");

    // A coordinator may, in any agency; its members see it, others see none.
    let payload = set(&app, &cora, of(&global(two), other)).await;
    assert_eq!(payload["duty"]["asked"]["account"], account(other));
    let see = |token: String, agency: String| {
        let app = &app;
        async move { app.data_as(As::token(&token), SEE, json!({ "agency": agency })).await["listingDuty"].take() }
    };
    let by_other = app.token("other@example.org").await;
    let seen = see(by_other, global(two)).await;
    assert_eq!((&seen["asked"]["account"], &seen["viewerCanSet"]), (&json!(account(other)), &json!(false)));
    assert_eq!(see(manager.clone(), global(two)).await, json!(null));
    assert_eq!(see(manager, nowhere.clone()).await, json!(null));
    assert_eq!(see(cora, nowhere).await, json!(null));
    assert_eq!(app.refused(As::default(), SEE, json!({})).await, "UNAUTHENTICATED");
}
