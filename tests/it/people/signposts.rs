//! Signposts that were given, as clients see them: told, shown again under a link, changed since, said to have helped.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use chrono::TimeDelta;
use entity::signpost as signpost_table;
use proptest::prelude::*;
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use signpost::directory::listing::{Phone, ServiceListing};
use signpost::signposts::sheet::{Entry, ONE_MESSAGE, Sheet, Told, message};

use super::consents::agency;
use super::graph::Network;
use crate::support::accounts::As;
use crate::support::listings::{at, location, service, weekly};

const SEEN: &str = "id serviceUserId givenBy { name } agency { id } needs { key } linkUntil helped \
    services { name agencyName confirmedOn group reasons { met reason ask } changes service { name } } \
    text: sheet(form: TEXT) html: sheet(form: HTML)";

fn phone(number: &str) -> Phone {
    Phone { number: number.to_owned(), extension: None, kind: None, description: None }
}

/// Beds with a number, a house and hours.
fn beds(number: &str) -> ServiceListing {
    let mut place = at(location("beds", "M14 5RQ", Some((53.45, -2.22))));
    place.schedules = vec![weekly("MO,TU", "09:00", "17:00")];
    ServiceListing {
        places: vec![place],
        phones: vec![phone(number)],
        ..service("beds", "Beds for <tonight>", "housing.hostel")
    }
}

fn advice() -> ServiceListing {
    ServiceListing { phones: vec![phone("0161 496 0002")], ..service("advice", "Debt advice", "money.debt") }
}

impl Network {
    async fn services(&self, named: &[&str]) -> Vec<String> {
        let data = self.ask(&self.ann, "{ services(first: 50) { nodes { id name } } }", json!({})).await;
        let nodes = data["services"]["nodes"].as_array().unwrap().clone();
        let id =
            |name: &&str| nodes.iter().find(|node| node["name"] == **name).unwrap()["id"].as_str().unwrap().to_owned();
        named.iter().map(id).collect()
    }

    /// Tells somebody of services; the payload.
    async fn tell(&self, token: &str, giving: Value) -> Value {
        let query = format!(
            "mutation($giving: GiveSignpostInput!, $input: SignpostInput!) {{ giveSignpost(input: $input, giving: $giving) \
             {{ signpost {{ {SEEN} }} link textMessage errors {{ code message field }} }} }}"
        );
        let input = json!({ "needs": ["housing", "money.debt"], "circumstances": { "substanceUse": "USING" } });
        self.ask(token, &query, json!({ "input": input, "giving": giving })).await["giveSignpost"].take()
    }

    async fn signpost(&self, token: &str, id: &Value, purpose: &str) -> Value {
        let query = format!("query($id: ID!) {{ signpostGiven(id: $id, purpose: {purpose}) {{ {SEEN} }} }}");
        self.ask(token, &query, json!({ "id": id })).await["signpostGiven"].take()
    }

    /// What stands under a link, as text.
    async fn follow(&self, link: &str) -> (StatusCode, String) {
        let path = link.strip_prefix("https://signpost.example.org").unwrap();
        let request = Request::get(path).header(header::ACCEPT, "text/plain").body(Body::empty()).unwrap();
        let (status, body) = self.app.send(request).await;
        (status, String::from_utf8(body).unwrap())
    }

    /// Ida, told of both services; her id, the payload.
    async fn told(&self) -> (String, Value) {
        self.app.save(&[beds("0161 496 0001"), advice()]).await;
        let services = self.services(&["Beds for <tonight>", "Debt advice"]).await;
        let id = self.enter(&self.ann, json!({ "givenNames": "Ida", "familyName": "Crow" })).await;
        let services: Vec<Value> = services.iter().map(|id| json!({ "service": id })).collect();
        let told = self.tell(&self.ann, json!({ "serviceUser": id, "services": services })).await;
        assert_eq!(told["errors"], json!([]));
        (id, told)
    }
}

#[tokio::test]
async fn somebody_is_told_and_sees_it_again_with_what_has_changed() {
    let network = Network::new().await;
    let (id, told) = network.told().await;
    let signpost = &told["signpost"];
    assert_eq!((&signpost["serviceUserId"], &signpost["givenBy"]["name"]), (&json!(id), &json!("Robin Vale")));
    assert_eq!(signpost["needs"], json!([{ "key": "housing" }, { "key": "money.debt" }]));
    assert_eq!(signpost["linkUntil"], "2026-12-19T20:00:00Z");
    let first = &signpost["services"][0];
    assert_eq!((&first["name"], &first["agencyName"]), (&json!("Beds for <tonight>"), &json!("The Agency")));
    assert_eq!((&first["group"], &first["changes"]), (&json!("FITS_IF"), &json!([])));
    let reasons = first["reasons"].as_array().unwrap();
    assert!(reasons.iter().any(|reason| reason["met"] == Value::Null && reason["ask"] != Value::Null), "{reasons:?}");
    // One message, with the number to ring first, and the link.
    let message = told["textMessage"].as_str().unwrap();
    let link = told["link"].as_str().unwrap();
    assert_eq!(message, format!("Beds for tonight 0161 496 0001. Debt advice 0161 496 0002. More: {link}"));
    // The sheet: what anybody may know, nothing of her, nothing of why.
    let (text, html) = (signpost["text"].as_str().unwrap(), signpost["html"].as_str().unwrap());
    for said in ["0161 496 0001", "1 beds street", "M14 5RQ", "Monday 23 November, 09:00 to 17:00"] {
        assert!(text.contains(said) && html.contains(said), "{said}: {text}");
    }
    assert!(html.contains("<h2>Beds for &lt;tonight&gt;</h2>") && !html.contains("<tonight>"));
    for (what, sheet) in [("text", text), ("page", html)] {
        let secret = ["Ida", "Crow", "using", id.as_str()];
        assert!(!secret.iter().any(|secret| sheet.contains(secret)), "{what}: {sheet}");
    }
    let (status, page) = network.follow(link).await;
    assert_eq!((status, page.as_str()), (StatusCode::OK, text));
    // Another number, no hours any more; the advice is gone.
    let mut changed = beds("0161 496 0009");
    changed.places[0].schedules.clear();
    network.app.save(&[changed, ServiceListing { visibility: entity::enums::Visibility::Internal, ..advice() }]).await;
    let (_, page) = network.follow(link).await;
    for said in [
        "! The telephone number has changed.",
        "! The opening hours have changed.",
        "Ring: 0161 496 0009",
        "Nobody has said when it is open: ring first.",
        "! This is no longer listed. Do not go there before you have asked.",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(!page.contains("0161 496 0001") && !page.contains("0161 496 0002"), "nothing old is said again: {page}");
    let seen = network.signpost(&network.ann, &signpost["id"], "CARE_COORDINATION").await;
    assert_eq!(
        seen["services"][1]["changes"],
        json!(["This is no longer listed. Do not go there before you have asked."])
    );
    assert_eq!((&seen["services"][1]["service"], &seen["services"][1]["name"]), (&Value::Null, &json!("Debt advice")));
}

#[tokio::test]
async fn a_link_runs_out_is_revoked_and_is_given_anew() {
    let network = Network::new().await;
    let (_, told) = network.told().await;
    let (id, first) = (told["signpost"]["id"].as_str().unwrap(), told["link"].as_str().unwrap());
    let renew = format!(
        "mutation {{ renewSignpostLink(input: {{ signpost: {id:?}, linkDays: 2 }}) {{ link signpost {{ linkUntil }} }} }}"
    );
    let renewed = network.ask(&network.ann, &renew, json!({})).await["renewSignpostLink"].take();
    let second = renewed["link"].as_str().unwrap();
    assert_eq!(network.follow(first).await.0, StatusCode::NOT_FOUND, "the one before is good no more");
    assert_eq!(network.follow(second).await.0, StatusCode::OK);
    network.app.clock.advance(TimeDelta::days(2) - TimeDelta::milliseconds(1));
    assert_eq!(network.follow(second).await.0, StatusCode::OK, "until the last millisecond");
    network.app.clock.advance(TimeDelta::milliseconds(1));
    let (status, ended) = network.follow(second).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let ann = network.app.token("ann@example.org").await;
    let third = network.ask(&ann, &renew, json!({})).await["renewSignpostLink"]["link"].as_str().unwrap().to_owned();
    assert_eq!(network.follow(&third).await.0, StatusCode::OK);
    let revoke =
        format!("mutation {{ revokeSignpostLink(id: {id:?}) {{ signpost {{ linkUntil }} link errors {{ code }} }} }}");
    let revoked = network.ask(&ann, &revoke, json!({})).await["revokeSignpostLink"].take();
    assert_eq!(revoked, json!({ "signpost": { "linkUntil": null }, "link": null, "errors": [] }));
    assert_eq!(network.follow(&third).await, (StatusCode::NOT_FOUND, ended.clone()));
    // What never was says the same.
    assert_eq!(network.follow("https://signpost.example.org/s/nothing").await, (StatusCode::NOT_FOUND, ended.clone()));
    let long = format!("https://signpost.example.org/s/{}", "a".repeat(500));
    assert_eq!(network.follow(&long).await, (StatusCode::NOT_FOUND, ended));
    // A page that nobody keeps and nobody finds.
    let path = third.strip_prefix("https://signpost.example.org").unwrap();
    let rows = signpost_table::Entity::find().all(network.app.db().connection()).await.unwrap();
    assert!(
        rows.iter().all(|row| !format!("{row:?}").contains(path.trim_start_matches("/s/"))),
        "only its hash is kept"
    );
}

/// Who gave no name is told too: then nothing is kept of why, and it is the agency's.
#[tokio::test]
async fn somebody_without_a_name_is_told_too() {
    let network = Network::new().await;
    network.app.save(&[beds("0161 496 0001")]).await;
    let service = network.services(&["Beds for <tonight>"]).await.remove(0);
    let told = network.tell(&network.ann, json!({ "services": [{ "service": service }] })).await;
    assert_eq!(told["errors"], json!([]));
    let signpost = &told["signpost"];
    assert_eq!((&signpost["serviceUserId"], &signpost["services"][0]["reasons"]), (&Value::Null, &json!([])));
    assert_eq!(network.follow(told["link"].as_str().unwrap()).await.0, StatusCode::OK);
    let rows = signpost_table::Entity::find().all(network.app.db().connection()).await.unwrap();
    assert_eq!((rows[0].service_user_id, &rows[0].sealed), (None, &None));
    // Her colleague sees it, another agency's worker does not, nor changes it.
    let id = signpost["id"].clone();
    assert_eq!(network.signpost(&network.bea, &id, "CARE_COORDINATION").await["id"], id);
    assert_eq!(network.signpost(&network.cal, &id, "CARE_COORDINATION").await, Value::Null);
    let helped = format!("saySignpostHelped(input: {{ signpost: {id}, helped: YES }})");
    assert_eq!(network.change(&network.cal, &helped).await[0]["code"], "NOT_FOUND");
    assert_eq!(network.change(&network.sam, &helped).await[0]["code"], "NOT_FOUND");
    let mine = "{ mySignposts(unanswered: true) { totalCount nodes { id helped } } }";
    let before = network.ask(&network.ann, mine, json!({})).await;
    assert_eq!(before["mySignposts"], json!({ "totalCount": 1, "nodes": [{ "id": id, "helped": null }] }));
    assert_eq!(network.change(&network.bea, &helped).await, json!([]));
    let after = network.ask(&network.ann, mine, json!({})).await;
    assert_eq!(after["mySignposts"], json!({ "totalCount": 0, "nodes": [] }));
}

/// A place that becomes a secret later stands on no sheet that was given before.
#[tokio::test]
async fn what_became_a_secret_is_on_no_sheet() {
    let network = Network::new().await;
    let (_, told) = network.told().await;
    let rows = signpost_table::Entity::find().all(network.app.db().connection()).await.unwrap();
    assert!(rows[0].told.is_none(), "what a service user was told lies sealed");
    let mut secret = beds("0161 496 0001");
    secret.places[0].location.confidential = true;
    network.app.save(&[secret, advice()]).await;
    let (_, page) = network.follow(told["link"].as_str().unwrap()).await;
    assert!(page.contains("! Where to go has changed.") && page.contains("Ring: 0161 496 0001"), "{page}");
    let seen = network.signpost(&network.ann, &told["signpost"]["id"], "CARE_COORDINATION").await.to_string();
    for secret in ["beds street", "beds house", "M14 5RQ"] {
        assert!(!page.contains(secret) && !seen.contains(secret), "{secret}: {page}");
    }
}

/// Another agency sees it where everything that its needs tell of is shared with it, and never why; a stranger sees nothing,
/// and the person all of it.
#[tokio::test]
async fn a_signpost_is_seen_by_who_may_see_all_that_it_tells_of() {
    let network = Network::new().await;
    let (id, told) = network.told().await;
    let signpost = told["signpost"]["id"].clone();
    let mut terms = super::consents::terms(Network::agency(0), Network::agency(1));
    terms["flows"][0]["categories"] = json!(["IDENTITY", "HOUSING", "BENEFITS"]);
    let other = network.other_manager().await;
    network.agree(&network.manager, &other, terms).await;
    network.refer(&id, Network::agency(1)).await;
    let permit = async |categories: Value| {
        let asked = json!({ "serviceUser": id, "kind": "PERMIT", "agencies": [agency(Network::agency(1))],
            "categories": categories, "purposes": ["REFERRAL"], "until": "2027-11-01T00:00:00Z" });
        assert_eq!(network.give(&network.ann, &asked, json!({ "method": "SPOKEN" })).await["errors"], json!([]));
    };
    permit(json!(["HOUSING"])).await;
    assert_eq!(network.signpost(&network.cal, &signpost, "REFERRAL").await, Value::Null, "it tells of money too");
    permit(json!(["HOUSING", "BENEFITS"])).await;
    let seen = network.signpost(&network.cal, &signpost, "REFERRAL").await;
    assert_eq!(seen["id"], signpost);
    assert_eq!((&seen["givenBy"], &seen["linkUntil"]), (&Value::Null, &Value::Null));
    assert_eq!((&seen["services"][0]["reasons"], &seen["services"][0]["group"]), (&json!([]), &Value::Null));
    assert_eq!(
        network.signpost(&network.cal, &signpost, "CARE_COORDINATION").await,
        Value::Null,
        "for another purpose"
    );
    assert_eq!(network.signpost(&network.bea, &signpost, "REFERRAL").await, Value::Null, "not on a caseload of hers");
    assert_eq!(network.signpost(&network.sam, &signpost, "REFERRAL").await, Value::Null);
    for revoke in [&network.cal, &network.bea, &network.sam] {
        let revoked = network.change(revoke, &format!("revokeSignpostLink(id: {signpost})")).await;
        assert_eq!(revoked[0]["code"], "NOT_FOUND");
    }
    let sam = network.account(&network.sam).await;
    network.change(&network.ann, &format!("linkAccount(input: {{ serviceUser: {id:?}, account: {sam:?} }})")).await;
    let own = network.signpost(&network.sam, &signpost, "CARE_COORDINATION").await;
    assert_ne!(own["services"][0]["reasons"], json!([]));
    let helped = format!("saySignpostHelped(input: {{ signpost: {signpost}, helped: NO }})");
    assert_eq!(network.change(&network.sam, &helped).await, json!([]));
    let all = format!("{{ signpostsGivenTo(serviceUser: {id:?}, purpose: SIGNPOSTING) {{ id helped }} }}");
    let all = network.ask(&network.ann, &all, json!({})).await;
    assert_eq!(all["signpostsGivenTo"], json!([{ "id": signpost, "helped": "NO" }]));
    // What is not there takes as many statements as what is another's.
    let mut statements = Vec::new();
    let nothing =
        json!(signpost::api::ids::NodeId::SignpostGiven(entity::ids::SignpostId(uuid::Uuid::from_u128(77))).encode().0);
    for asked in [&signpost, &nothing] {
        let before = network.app.db().statements();
        assert_eq!(network.signpost(&network.bea, asked, "REFERRAL").await, Value::Null);
        statements.push(network.app.db().statements() - before);
    }
    assert_eq!(statements[0], statements[1]);
}

/// What services are called tells of all that they are for, whatever was asked; and who is kept out learns nothing of it any more,
/// not even how many there were.
#[tokio::test]
async fn a_signpost_tells_of_what_its_services_are_for() {
    let network = Network::new().await;
    let refuge = ServiceListing {
        needs: vec!["housing.hostel".to_owned(), "safety.domestic-abuse".to_owned()],
        ..service("refuge", "Refuge for women", "housing.hostel")
    };
    network.app.save(&[refuge]).await;
    let service = network.services(&["Refuge for women"]).await.remove(0);
    let id = network.enter(&network.ann, json!({ "givenNames": "Ida" })).await;
    let other = network.other_manager().await;
    network.agree(&network.manager, &other, super::consents::terms(Network::agency(0), Network::agency(1))).await;
    network.refer(&id, Network::agency(1)).await;
    network.permits(&id).await;
    let query = "mutation($giving: GiveSignpostInput!) { giveSignpost(input: { needs: [\"housing\"] }, giving: $giving) \
        { signpost { id needs { key } } errors { code field } } }";
    let twice = json!({ "serviceUser": id, "services": [{ "service": service }, { "service": service }] });
    let twice = network.ask(&network.ann, query, json!({ "giving": twice })).await["giveSignpost"].take();
    assert_eq!(twice["errors"], json!([{ "code": "BAD_VALUE", "field": "giving.services.1.service" }]));
    let once = json!({ "serviceUser": id, "services": [{ "service": service }] });
    let given = network.ask(&network.ann, query, json!({ "giving": once })).await["giveSignpost"]["signpost"].take();
    assert_eq!(given["needs"], json!([{ "key": "housing" }]));
    assert_eq!(network.signpost(&network.cal, &given["id"], "REFERRAL").await, Value::Null, "it tells of danger too");
    let rows = signpost_table::Entity::find().all(network.app.db().connection()).await.unwrap();
    assert!(!format!("{rows:?}").contains("Refuge"), "the name beside a person lies sealed");
    let mine = "{ mySignposts { totalCount pageInfo { hasNextPage endCursor } nodes { id } } }";
    assert_eq!(network.ask(&network.ann, mine, json!({})).await["mySignposts"]["totalCount"], 1);
    let ann = network.account(&network.ann).await;
    let bea = network.account(&network.bea).await;
    let assign = format!("assignServiceUser(input: {{ serviceUser: {id:?}, to: {{ account: {bea:?} }} }})");
    assert_eq!(network.change(&network.ann, &assign).await, json!([]));
    let out = format!("keepOut(input: {{ serviceUser: {id:?}, whom: {{ account: {ann:?} }} }})");
    assert_eq!(network.change(&network.bea, &out).await, json!([]));
    let nothing = json!({ "totalCount": 0, "pageInfo": { "hasNextPage": false, "endCursor": null }, "nodes": [] });
    assert_eq!(network.ask(&network.ann, mine, json!({})).await["mySignposts"], nothing);
}

/// A name that a telephone can't show does not take the number with it, nor what comes behind it.
#[test]
fn a_message_holds_the_number_of_who_has_no_plain_name() {
    let told =
        |name: &str, number: &str| Told { name: name.to_owned(), phones: vec![number.to_owned()], ..plain_service() };
    let all = [told("Café Zoë", "0161 1"), told("مركز", "0161 2"), told("Loan shark line", "0161 3")];
    assert_eq!(message(&all, None), "Cafe Zoe 0161 1. 0161 2. Loan shark line 0161 3.");
}

fn plain_service() -> Told {
    Told {
        service: entity::ids::ServiceId(uuid::Uuid::nil()),
        at: None,
        name: String::new(),
        agency: String::new(),
        status: entity::enums::ServiceStatus::Active,
        reopens_on: None,
        alert: None,
        phones: Vec::new(),
        address: Vec::new(),
        week: Vec::new(),
        hours: String::new(),
        how_to_apply: None,
        documents: Vec::new(),
        confirmed_on: None,
    }
}

/// It goes with the person where double records are joined, and comes back where they are parted.
#[tokio::test]
async fn a_signpost_goes_with_whom_it_was_given_to() {
    let network = Network::new().await;
    let (id, told) = network.told().await;
    let kept = network.enter(&network.ann, json!({ "givenNames": "Ida" })).await;
    let merge = format!("mergeServiceUsers(input: {{ keep: {kept:?}, other: {id:?} }})");
    assert_eq!(network.change(&network.ann, &merge).await, json!([]));
    let all = format!(
        "{{ signpostsGivenTo(serviceUser: {id:?}, purpose: SIGNPOSTING) {{ id serviceUserId services {{ reasons {{ reason }} }} }} }}"
    );
    let all = network.ask(&network.ann, &all, json!({})).await["signpostsGivenTo"].take();
    assert_eq!((&all[0]["id"], &all[0]["serviceUserId"]), (&told["signpost"]["id"], &json!(kept)));
    assert_ne!(all[0]["services"][0]["reasons"], json!([]), "what lies sealed still opens");
}

#[tokio::test]
async fn what_is_wrong_is_told_and_nothing_is_given() {
    let network = Network::new().await;
    network.app.save(&[beds("0161 496 0001"), service("food", "Hot food", "essentials.hot-meal")]).await;
    let services = network.services(&["Beds for <tonight>", "Hot food"]).await;
    let (beds, food) = (&services[0], &services[1]);
    let id = network.enter(&network.ann, json!({ "givenNames": "Ida" })).await;
    let query = "mutation($giving: GiveSignpostInput!) { giveSignpost(input: { needs: [\"housing\"] }, giving: $giving) { link } }";
    let ask =
        async |giving: Value| network.app.ask(As::token(&network.ann), query, json!({ "giving": giving })).await.1;
    let elsewhere = network.ask(&network.ann, "{ services(first: 50) { nodes { places { id } } } }", json!({})).await;
    assert!(elsewhere.to_string().len() > 10);
    for (giving, field) in [
        (json!({ "services": [] }), "giving.services"),
        (json!({ "services": vec![json!({ "service": beds }); 11] }), "giving.services"),
        (json!({ "services": [{ "service": beds }, { "service": food }] }), "giving.services.1.service"),
        (json!({ "services": [{ "service": id }] }), "giving.services.0.service"),
        (json!({ "services": [{ "service": beds, "at": beds }] }), "giving.services.0.at"),
        (json!({ "serviceUser": beds, "services": [{ "service": beds }] }), "giving.serviceUser"),
    ] {
        let answer = ask(giving.clone()).await;
        assert_eq!(answer["errors"][0]["extensions"]["field"], field, "{giving}: {answer}");
    }
    let days = network.tell(&network.ann, json!({ "services": [{ "service": beds }], "linkDays": 181 })).await;
    assert_eq!(days["errors"][0]["field"], "giving.linkDays");
    let not_hers = network.tell(&network.cal, json!({ "serviceUser": id, "services": [{ "service": beds }] })).await;
    assert_eq!(not_hers["errors"][0]["code"], "NOT_FOUND");
    assert!(signpost_table::Entity::find().all(network.app.db().connection()).await.unwrap().is_empty());
}

fn a_service() -> impl Strategy<Value = Told> {
    let texts = prop::collection::vec("\\PC{0,60}", 0..4);
    let status = prop::sample::select(entity::enums::ServiceStatus::ALL.to_vec());
    (("\\PC{1,80}", "\\PC{1,80}"), texts.clone(), texts, prop::option::of("\\PC{0,300}"), status).prop_map(
        |((name, agency), phones, address, alert, status)| Told {
            name,
            agency,
            status,
            alert,
            phones,
            address,
            ..plain_service()
        },
    )
}

proptest! {
    /// Whatever a listing holds, a message is one message in letters that every telephone has, and its link is whole.
    #[test]
    fn a_message_is_one_message(told in prop::collection::vec(a_service(), 0..6), code in "[A-Za-z0-9_-]{16}") {
        let link = format!("https://signpost.example.org/s/{code}");
        for link in [Some(link.as_str()), None] {
            let message = message(&told, link);
            prop_assert!(message.len() <= ONE_MESSAGE, "{message}");
            prop_assert!(message.is_ascii());
            prop_assert!(link.is_none_or(|link| message.ends_with(link)), "{message}");
        }
    }

    /// Whatever a listing holds, a page has no tag but its own; and what has not changed is not said to have.
    #[test]
    fn a_page_holds_no_tag_of_a_listing(told in a_service()) {
        let entry = Entry::new(&told.then("salt"), Some(told.clone()), "salt");
        prop_assert_eq!(&entry.changes, &Vec::<String>::new());
        let day = chrono::NaiveDate::from_ymd_opt(2026, 11, 23).unwrap();
        let sheet = Sheet { agency: told.agency.clone(), given_on: day, services: vec![entry], today: day };
        let html = sheet.html();
        let body = html.split_once("<body>").unwrap().1;
        let own = ["<h1>", "</h1>", "<p>", "</p>", "<p class=\"warns\">", "<section>", "</section>", "<h2>", "</h2>", "<b>", "</b>", "<br>", "</body>", "</html>"];
        let rest = own.iter().fold(body.to_owned(), |rest, tag| rest.replace(tag, ""));
        prop_assert!(!rest.contains('<') && !rest.contains('>'), "{rest}");
    }
}

/// The link is theirs who was told: that a case is closed takes nothing from them that anybody may know.
#[tokio::test]
async fn a_link_outlives_the_case() {
    let network = Network::new().await;
    let (id, told) = network.told().await;
    assert_eq!(network.change(&network.ann, &format!("closeCase(serviceUser: {id:?})")).await, json!([]));
    assert_eq!(network.follow(told["link"].as_str().unwrap()).await.0, StatusCode::OK);
}
