//! Calendars as calendar programs read them: by a secret address, as of the very instant, and nobody's name.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use chrono::TimeDelta;
use entity::enums::Role;
use entity::ids::{AccountId, CalendarFeedId};
use entity::{calendar_feed, ledger_entry};
use sea_orm::ActiveValue::Set;
use sea_orm::{EntityTrait, QueryOrder};
use serde_json::{Value, json};
use signpost::api::ids::NodeId;
use signpost::directory::listing::ServiceListing;
use tower::ServiceExt;

use super::graph::Network;
use crate::support::accounts::As;
use crate::support::listings::{at, location, service};

mod apart;

const HERE: &str = "https://signpost.example.org";

/// Makes a feed; the payload.
async fn makes(network: &Network, token: &str, input: Value) -> Value {
    let query = "mutation($input: MakeCalendarFeedInput!) { makeCalendarFeed(input: $input) \
        { feed { id isOfHub withNames showsNames madeAt hub { id } agency { id } } address errors { code message field } } }";
    network.ask(token, query, json!({ "input": input })).await["makeCalendarFeed"].take()
}

/// A feed that was made: its id and its address.
async fn made(network: &Network, token: &str, input: Value) -> (String, String) {
    let done = makes(network, token, input).await;
    assert_eq!(done["errors"], json!([]));
    (done["feed"]["id"].as_str().unwrap().to_owned(), done["address"].as_str().unwrap().to_owned())
}

/// The last look at any calendar is long ago: as if minutes had gone by, for tokens die sooner than these tests look.
async fn waits(network: &Network) {
    let never = calendar_feed::ActiveModel { looks_spent_until: Set(None), ..Default::default() };
    calendar_feed::Entity::update_many().set(never).exec(network.app.db().connection()).await.unwrap();
}

/// What a calendar program is given under an address at once.
async fn looks_again(network: &Network, address: &str) -> (StatusCode, String) {
    let path = address.strip_prefix(HERE).unwrap();
    let (status, body) = network.app.send(Request::get(path).body(Body::empty()).unwrap()).await;
    (status, String::from_utf8(body).unwrap())
}

/// What it is given where it looked long ago.
async fn looks(network: &Network, address: &str) -> (StatusCode, String) {
    waits(network).await;
    looks_again(network, address).await
}

/// The same, with how many statements it took.
async fn counted(network: &Network, address: &str) -> (StatusCode, String, u64) {
    waits(network).await;
    let before = network.app.db().statements();
    let (status, body) = looks_again(network, address).await;
    (status, body, network.app.db().statements() - before)
}

/// What a program is given, which must be there, put together where it was folded.
async fn calendar(network: &Network, address: &str) -> String {
    let (status, body) = looks(network, address).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    body.replace("\r\n ", "")
}

/// The values of a property, in the order of the events. What the time zone before them says is none of theirs.
fn values<'a>(calendar: &'a str, property: &str) -> Vec<&'a str> {
    let (_, events) = calendar.split_once("END:VTIMEZONE\r\n").unwrap();
    let of = |line: &'a str| line.strip_prefix(property)?.strip_prefix(':');
    events.split("\r\n").filter_map(of).collect()
}

/// Books an appointment at an hour of Monday, 23 November; its id.
async fn meets(network: &Network, token: &str, of: &str, hour: u32, more: Value) -> String {
    let mut input = json!({ "serviceUser": of, "kind": "ONE_TO_ONE", "delivery": "IN_PERSON",
        "startsAt": format!("2026-11-23T{hour}:00:00Z"), "endsAt": format!("2026-11-23T{hour}:45:00Z") });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let query = "mutation($input: BookAppointmentInput!) { bookAppointment(input: $input) \
        { appointment { id } errors { code message field } } }";
    let done = network.ask(token, query, json!({ "input": input })).await["bookAppointment"].take();
    assert_eq!(done["errors"], json!([]));
    done["appointment"]["id"].as_str().unwrap().to_owned()
}

/// A hub that a listed service uses; its location's id.
async fn hub(network: &Network, confidential: bool) -> String {
    let mut place = location("hub", "M14 5RQ", None);
    place.confidential = confidential;
    network.app.save(&[ServiceListing { places: vec![at(place)], ..service("hub", "Drop-in", "housing") }]).await;
    let listed = "{ services(first: 5) { nodes { places { location { id } } } } }";
    let listed = network.ask(&network.ann, listed, json!({})).await["services"]["nodes"].take();
    listed[0]["places"][0]["location"]["id"].as_str().unwrap().to_owned()
}

async fn somebody(network: &Network, token: &str, given: &str) -> String {
    network.enter(token, json!({ "givenNames": given, "familyName": "Crow" })).await
}

async fn keeps_out(network: &Network, by: &str, of: &str, whom: &str) {
    let whom = network.account(whom).await;
    let out = format!("keepOut(input: {{ serviceUser: {of:?}, whom: {{ account: {whom:?} }} }})");
    assert_eq!(network.change(by, &out).await, json!([]));
}

async fn goes_to(network: &Network, of: &str, whom: &str) {
    let whom = network.account(whom).await;
    let assign = format!("assignServiceUser(input: {{ serviceUser: {of:?}, to: {{ account: {whom:?} }} }})");
    assert_eq!(network.change(&network.ann, &assign).await, json!([]));
}

async fn account_id(network: &Network, token: &str) -> AccountId {
    match NodeId::decode(&network.account(token).await) {
        Some(NodeId::Account(id)) => id,
        other => panic!("{other:?}"),
    }
}

async fn allows(network: &Network, allowed: bool) {
    let query = format!("mutation {{ allowNamesInCalendars(allowed: {allowed}) {{ allowed errors {{ code }} }} }}");
    let done = network.ask(&network.manager, &query, json!({})).await["allowNamesInCalendars"].take();
    assert_eq!(done, json!({ "allowed": allowed, "errors": [] }));
}

/// What a worker reads: when, what sort, how, where; of nobody. Each look stands in the ledger as theirs.
#[tokio::test]
async fn a_worker_reads_their_own_appointments_and_nobodys_name() {
    let network = Network::new().await;
    let (hub, ida) = (hub(&network, false).await, somebody(&network, &network.ann, "Ida").await);
    let booked = meets(&network, &network.ann, &ida, 10, json!({ "location": hub, "words": "Bring papers." })).await;
    // With a colleague: that is not the worker's own.
    goes_to(&network, &ida, &network.bea).await;
    meets(&network, &network.ann, &ida, 12, json!({ "with": network.account(&network.bea).await })).await;
    let (_, address) = made(&network, &network.ann, json!({})).await;
    let code = address.strip_prefix(&format!("{HERE}/calendar/")).unwrap().strip_suffix(".ics").unwrap();
    assert!(code.len() * 6 >= 128, "{code}");
    let before = network.entries().await;
    let seen = calendar(&network, &address).await;
    for (property, value) in [
        ("DTSTART", "20261123T100000Z"),
        ("DTEND", "20261123T104500Z"),
        // When it was looked at.
        ("DTSTAMP", "20261121T200000Z"),
        ("SEQUENCE", "0"),
        ("SUMMARY", "One-to-one\\, in person"),
        ("LOCATION", "hub house"),
        ("STATUS", "CONFIRMED"),
        ("CLASS", "PRIVATE"),
    ] {
        assert_eq!(values(&seen, property), [value], "{property}: {seen}");
    }
    let Some(NodeId::Appointment(id)) = NodeId::decode(&booked) else { panic!("{booked}") };
    let id = id.0.to_string();
    let secret = ["Ida", "Crow", "papers", "hub street", "M14 5RQ", ida.as_str(), booked.as_str(), id.as_str()];
    assert!(!secret.iter().any(|secret| seen.contains(*secret)), "{seen}");
    assert_eq!(calendar(&network, &address).await, seen, "the same appointments are the same bytes");
    let entries = ledger_entry::Entity::find().order_by_asc(ledger_entry::Column::Id);
    let entries = entries.all(network.app.db().connection()).await.unwrap();
    assert_eq!(entries.len(), before + 2, "one for each look");
    let last = entries.last().unwrap();
    assert_eq!(last.account_id, account_id(&network, &network.ann).await);
    assert!(last.entry.contains("\"operation\":\"calendarFeed\"") && last.entry.contains("attendance"), "{last:?}");
    assert!(!last.entry.contains("identity"), "who it is was not looked at: {last:?}");
    let rows = calendar_feed::Entity::find().all(network.app.db().connection()).await.unwrap();
    assert!(rows.iter().all(|row| !format!("{row:?}").contains(code)), "only its hash is kept");
}

/// Nobody keeps it on the way, no page is told where somebody came from, and a program that has it is told so.
#[tokio::test]
async fn a_calendar_is_kept_by_nobody_on_the_way() {
    let network = Network::new().await;
    let (_, address) = made(&network, &network.ann, json!({})).await;
    let path = address.strip_prefix(HERE).unwrap();
    let router = network.app.app.router();
    let asked = async |path: &str, has: Option<&str>| {
        let mut request = Request::get(path);
        if let Some(has) = has {
            request = request.header(header::IF_NONE_MATCH, has);
        }
        router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    };
    let said = |response: &axum::response::Response, name: header::HeaderName| {
        response.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
    };
    let first = asked(path, None).await;
    assert_eq!(first.status(), StatusCode::OK);
    waits(&network).await;
    network.app.clock.advance(TimeDelta::seconds(1));
    assert_eq!(said(&first, header::CONTENT_TYPE), "text/calendar; charset=utf-8");
    let etag = said(&first, header::ETAG);
    assert!(etag.starts_with("W/\""), "{etag}");
    assert_eq!(asked(path, Some(&etag)).await.status(), StatusCode::NOT_MODIFIED);
    let ida = somebody(&network, &network.ann, "Ida").await;
    meets(&network, &network.ann, &ida, 10, json!({})).await;
    waits(&network).await;
    let changed = asked(path, Some(&etag)).await;
    assert_eq!(changed.status(), StatusCode::OK);
    // As of a later instant it is no other calendar.
    let etag = said(&changed, header::ETAG);
    waits(&network).await;
    network.app.clock.advance(TimeDelta::seconds(1));
    assert_eq!(asked(path, Some(&etag)).await.status(), StatusCode::NOT_MODIFIED);
    let gone = asked("/calendar/nothing.ics", None).await;
    assert_eq!(said(&gone, header::ETAG), "");
    for response in [first, changed, gone] {
        assert_eq!(said(&response, header::CACHE_CONTROL), "private, no-store");
        assert_eq!(said(&response, header::REFERRER_POLICY), "no-referrer");
    }
}

/// A feed that has ended, whatever ended it, is one that never was: in answer and in statements. It does not begin again.
#[tokio::test]
async fn a_feed_ends_at_once_and_for_good() {
    let network = Network::new().await;
    let (ann, home) = (account_id(&network, &network.ann).await, Network::agency(0));
    let accounts = &network.app.app.accounts;
    let (first, renewed) = made(&network, &network.ann, json!({})).await;
    let (id, revoked) = made(&network, &network.ann, json!({})).await;
    assert_ne!(first, id);
    assert_eq!(looks(&network, &renewed).await.0, StatusCode::NOT_FOUND, "another was made in its place");
    assert_eq!(looks(&network, &revoked).await.0, StatusCode::OK);
    let mine = "{ myCalendarFeeds { id isOfHub } }";
    let seen = network.ask(&network.ann, mine, json!({})).await;
    assert_eq!(seen["myCalendarFeeds"], json!([{ "id": id, "isOfHub": false }]));
    let nobody = NodeId::CalendarFeed(CalendarFeedId(uuid::Uuid::from_u128(99))).encode().0;
    for (token, feed) in [(&network.bea, &id), (&network.manager, &id), (&network.ann, &nobody), (&network.ann, &first)]
    {
        let refused = network.change(token, &format!("revokeCalendarFeed(id: {feed:?})")).await;
        assert_eq!(refused[0]["code"], "NOT_FOUND");
    }
    assert_eq!(looks(&network, &revoked).await.0, StatusCode::OK);
    assert_eq!(network.change(&network.ann, &format!("revokeCalendarFeed(id: {id:?})")).await, json!([]));
    let unknown = format!("{HERE}/calendar/AAAAAAAAAAAAAAAAAAAAAA.ics");
    let nothing = counted(&network, &unknown).await;
    assert_eq!(nothing.0, StatusCode::NOT_FOUND);
    for address in [&revoked, &renewed] {
        assert_eq!(counted(&network, address).await, nothing, "{address}");
    }
    assert_eq!(network.ask(&network.ann, mine, json!({})).await["myCalendarFeeds"], json!([]));

    let (_, disabled) = made(&network, &network.ann, json!({})).await;
    accounts.set_disabled(None, ann, true).await.unwrap();
    assert_eq!(counted(&network, &disabled).await, nothing);
    accounts.set_disabled(None, ann, false).await.unwrap();
    assert_eq!(counted(&network, &disabled).await, nothing, "with the account it does not come back");

    let ann_again = network.app.token("ann@example.org").await;
    let (_, left) = made(&network, &ann_again, json!({})).await;
    assert_eq!(looks(&network, &left).await.0, StatusCode::OK);
    assert!(accounts.end_role(ann, Some(home), Role::LinkWorker).await.unwrap());
    assert_eq!(counted(&network, &left).await, nothing);
    accounts.grant(None, ann, Some(home), Role::LinkWorker, None).await.unwrap();
    assert_eq!(counted(&network, &left).await, nothing, "another membership is another");
    assert_eq!(network.ask(&ann_again, mine, json!({})).await["myCalendarFeeds"], json!([]));
    let (_, new) = made(&network, &ann_again, json!({})).await;
    assert_eq!(looks(&network, &new).await.0, StatusCode::OK);
    // What no address of ours looks like is not even looked for.
    let long = format!("{HERE}/calendar/{}.ics", "a".repeat(500));
    let without = new.strip_suffix(".ics").unwrap().to_owned();
    for address in [&long, &without] {
        assert_eq!(looks(&network, address).await, (nothing.0, nothing.1.clone()), "{address}");
    }
}

/// Who keeps somebody out is left out of whatever calendar they read; not even that there is something at that hour is told.
#[tokio::test]
async fn who_keeps_somebody_out_is_left_out() {
    let network = Network::new().await;
    let hub = hub(&network, false).await;
    let (ida, ned) = (somebody(&network, &network.ann, "Ida").await, somebody(&network, &network.ann, "Ned").await);
    for (of, hour) in [(&ida, 10), (&ned, 12)] {
        meets(&network, &network.ann, of, hour, json!({ "location": hub })).await;
    }
    let (_, own) = made(&network, &network.ann, json!({})).await;
    let (_, of_hub) = made(&network, &network.manager, json!({ "hub": hub })).await;
    let both = ["20261123T100000Z", "20261123T120000Z"];
    assert_eq!(values(&calendar(&network, &own).await, "DTSTART"), both);
    assert_eq!(values(&calendar(&network, &of_hub).await, "DTSTART"), both);
    goes_to(&network, &ida, &network.bea).await;
    keeps_out(&network, &network.bea, &ida, &network.ann).await;
    let seen = calendar(&network, &own).await;
    assert_eq!(values(&seen, "DTSTART"), both[1..], "{seen}");
    assert_eq!(values(&calendar(&network, &of_hub).await, "DTSTART"), both, "the manager is not kept out");
    keeps_out(&network, &network.ann, &ned, &network.manager).await;
    assert_eq!(values(&calendar(&network, &of_hub).await, "DTSTART"), both[..1]);
    assert_eq!(values(&calendar(&network, &own).await, "DTSTART"), both[1..]);
    // The whole agency is kept out, which he could let in again: then nobody of it reads of it.
    let sam = network.account(&network.sam).await;
    let link = format!("linkAccount(input: {{ serviceUser: {ned:?}, account: {sam:?} }})");
    assert_eq!(network.change(&network.ann, &link).await, json!([]));
    let home = NodeId::Agency(Network::agency(0)).encode().0;
    let out = format!("keepOut(input: {{ serviceUser: {ned:?}, whom: {{ agency: {home:?} }} }})");
    assert_eq!(network.change(&network.ann, &out).await, json!([]));
    assert_eq!(values(&calendar(&network, &own).await, "DTSTART"), [""; 0]);
}

/// Moved, it stands at its new time alone; called off, it stays and says so; what became of it changes nothing.
#[tokio::test]
async fn what_is_moved_and_called_off_is_told() {
    let network = Network::new().await;
    let ida = somebody(&network, &network.ann, "Ida").await;
    let booked = meets(&network, &network.ann, &ida, 10, json!({})).await;
    let walked_in = json!({ "startsAt": "2026-11-21T19:00:00Z", "endsAt": "2026-11-21T19:30:00Z" });
    let walked_in = meets(&network, &network.ann, &ida, 10, walked_in).await;
    let (_, address) = made(&network, &network.ann, json!({})).await;
    let before = calendar(&network, &address).await;
    let missed = format!(
        "recordDidNotAttend(input: {{ appointment: {walked_in:?}, isAcceptable: false, words: \"No call.\" }})"
    );
    assert_eq!(network.change(&network.ann, &missed).await, json!([]));
    assert_eq!(calendar(&network, &address).await, before, "what became of it is nobody's calendar's");
    let moved = format!(
        "mutation {{ rescheduleAppointment(input: {{ appointment: {booked:?}, startsAt: \"2026-11-24T14:00:00Z\", \
         endsAt: \"2026-11-24T15:00:00Z\" }}) {{ appointment {{ id }} errors {{ code }} }} }}"
    );
    let moved = network.ask(&network.ann, &moved, json!({})).await["rescheduleAppointment"]["appointment"].take();
    let seen = calendar(&network, &address).await;
    assert_eq!(values(&seen, "DTSTART"), ["20261121T190000Z", "20261124T140000Z"]);
    assert_eq!(values(&seen, "STATUS"), ["CONFIRMED", "CONFIRMED"]);
    assert_eq!(values(&seen, "UID")[0], values(&before, "UID")[0]);
    assert_ne!(values(&seen, "UID")[1], values(&before, "UID")[1], "it is another appointment");
    network.app.clock.advance(TimeDelta::minutes(1));
    let off = format!("cancelAppointment(input: {{ appointment: {} }})", moved["id"]);
    assert_eq!(network.change(&network.ann, &off).await, json!([]));
    let off = calendar(&network, &address).await;
    assert_eq!(values(&off, "UID"), values(&seen, "UID"), "a program knows it again");
    assert_eq!(values(&off, "STATUS"), ["CONFIRMED", "CANCELLED"]);
    assert_eq!(values(&off, "SEQUENCE"), ["0", "1"]);
    assert_eq!(values(&off, "DTSTAMP"), ["20261121T200100Z", "20261121T200100Z"], "as of the look");
}

/// From 30 days ago to 180 days ahead, to the millisecond.
#[tokio::test]
async fn a_calendar_has_its_window() {
    let network = Network::new().await;
    let ida = somebody(&network, &network.ann, "Ida").await;
    let at = |starts: &str, ends: &str| json!({ "startsAt": starts, "endsAt": ends });
    meets(&network, &network.ann, &ida, 10, json!({})).await;
    meets(&network, &network.ann, &ida, 10, at("2027-05-20T19:59:59Z", "2027-05-20T20:30:00Z")).await;
    meets(&network, &network.ann, &ida, 10, at("2027-05-20T20:00:00Z", "2027-05-20T20:30:00Z")).await;
    let (_, address) = made(&network, &network.ann, json!({})).await;
    let (near, last, far) = ("20261123T100000Z", "20270520T195959Z", "20270520T200000Z");
    assert_eq!(values(&calendar(&network, &address).await, "DTSTART"), [near, last]);
    network.app.clock.advance(TimeDelta::milliseconds(1));
    assert_eq!(values(&calendar(&network, &address).await, "DTSTART"), [near, last, far]);
    // Until the 23rd of December at ten.
    network.app.clock.advance(TimeDelta::days(31) + TimeDelta::hours(14) - TimeDelta::milliseconds(1));
    assert_eq!(values(&calendar(&network, &address).await, "DTSTART"), [near, last, far]);
    network.app.clock.advance(TimeDelta::milliseconds(1));
    assert_eq!(values(&calendar(&network, &address).await, "DTSTART"), [last, far]);
}

/// A given name stands there where the agency allows it, the owner wants it and may see the person; and is gone with the next
/// look where one of these is.
#[tokio::test]
async fn names_stand_there_only_where_they_are_allowed_and_wanted() {
    let network = Network::new().await;
    let hub = hub(&network, false).await;
    let identity = json!({ "givenNames": "Siân Mary", "familyName": "Crow", "knownAs": "Shan O'Hara" });
    let shan = network.enter(&network.ann, identity).await;
    meets(&network, &network.ann, &shan, 10, json!({ "location": hub })).await;
    meets(&network, &network.ann, &shan, 12, json!({ "location": hub, "delivery": "IN_CUSTODY" })).await;
    let done = makes(&network, &network.ann, json!({ "withNames": true })).await;
    assert_eq!((&done["feed"]["withNames"], &done["feed"]["showsNames"]), (&json!(true), &json!(false)));
    let wanted = done["address"].as_str().unwrap();
    let summaries = async |address: &str| {
        let seen = calendar(&network, address).await;
        assert!(!["Crow", "Hara", "Mary", "Siân"].iter().any(|name| seen.contains(name)), "{seen}");
        values(&seen, "SUMMARY").into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    // Where a name could stand tomorrow no place is told today: not by a word, not by the want of one, not by the hub.
    let unnamed = ["One-to-one", "One-to-one"];
    assert_eq!(summaries(wanted).await, unnamed, "the agency does not allow it");
    let known_by = values(&calendar(&network, wanted).await, "UID").join(" ");
    let refused = "mutation { allowNamesInCalendars(allowed: true) { allowed } }";
    assert_eq!(network.app.refused(As::token(&network.ann), refused, json!({})).await, "FORBIDDEN");
    allows(&network, true).await;
    let named = ["One-to-one (Shan)", "One-to-one (Shan)"];
    assert_eq!(summaries(wanted).await, named);
    let seen = calendar(&network, wanted).await;
    assert_eq!((values(&seen, "UID").join(" "), values(&seen, "LOCATION")), (known_by, vec![]));
    let last = ledger_entry::Entity::find().order_by_desc(ledger_entry::Column::Id);
    let last = last.one(network.app.db().connection()).await.unwrap().unwrap();
    assert!(last.entry.contains("\"identity\""), "that it was looked at stands in the ledger: {last:?}");
    let mine = network.ask(&network.ann, "{ myCalendarFeeds { showsNames } }", json!({})).await;
    assert_eq!(mine["myCalendarFeeds"], json!([{ "showsNames": true }]));
    // The manager sees nobody of them: the agency's yes is not enough.
    let (_, of_hub) = made(&network, &network.manager, json!({ "hub": hub, "withNames": true })).await;
    assert_eq!(summaries(&of_hub).await, unnamed);
    let mo = account_id(&network, &network.manager).await;
    let home = Some(Network::agency(0));
    network.app.app.accounts.grant(None, mo, home, Role::LinkWorker, None).await.unwrap();
    assert_eq!(summaries(&of_hub).await, unnamed, "she works with none of them");
    goes_to(&network, &shan, &network.manager).await;
    assert_eq!(summaries(&of_hub).await, named);
    allows(&network, false).await;
    for address in [wanted, &of_hub] {
        assert_eq!(summaries(address).await, unnamed, "taken back");
    }
    allows(&network, true).await;
    let (_, unwanted) = made(&network, &network.ann, json!({})).await;
    let placed = ["One-to-one\\, in person", "One-to-one\\, in custody"];
    assert_eq!(summaries(&unwanted).await, placed, "nobody wants it");
}

/// Of a hub its managers read what their agency has there; of nobody, and of no other agency.
#[tokio::test]
async fn a_manager_reads_what_the_agency_has_at_a_hub() {
    let network = Network::new().await;
    let place = hub(&network, false).await;
    let ida = somebody(&network, &network.ann, "Ida").await;
    let theirs = somebody(&network, &network.cal, "Ted").await;
    meets(&network, &network.ann, &ida, 10, json!({ "location": place, "kind": "GROUP" })).await;
    meets(&network, &network.ann, &ida, 11, json!({})).await;
    meets(&network, &network.cal, &theirs, 12, json!({ "location": place })).await;
    let before = network.entries().await;
    let done = makes(&network, &network.manager, json!({ "hub": place })).await;
    assert_eq!((&done["feed"]["isOfHub"], &done["feed"]["hub"]["id"]), (&json!(true), &json!(place)));
    let address = done["address"].as_str().unwrap();
    let seen = calendar(&network, address).await;
    assert_eq!((values(&seen, "SUMMARY"), values(&seen, "LOCATION")), (vec!["Group"], vec!["hub house"]));
    assert!(!seen.contains("Ida") && !seen.contains(&ida), "{seen}");
    assert_eq!(network.entries().await, before, "no row about anybody was shown");
    // It is a secret now, and with it when somebody is there: its calendar is one that never was, and nobody makes another.
    assert_eq!(hub(&network, true).await, place);
    let nothing = counted(&network, &format!("{HERE}/calendar/AAAAAAAAAAAAAAAAAAAAAA.ics")).await;
    assert_eq!(nothing.0, StatusCode::NOT_FOUND);
    assert_eq!(counted(&network, address).await, nothing);
    let nowhere = NodeId::Location(entity::ids::LocationId(uuid::Uuid::from_u128(99))).encode().0;
    for (token, input) in [
        (&network.manager, json!({ "hub": place })),
        (&network.manager, json!({ "hub": nowhere })),
        (&network.manager, json!({})),
        (&network.ann, json!({ "hub": place })),
    ] {
        let refused = makes(&network, token, input.clone()).await;
        assert_eq!((&refused["feed"], &refused["address"]), (&Value::Null, &Value::Null), "{input}");
        assert_eq!(refused["errors"][0]["field"], "input.hub", "{input}");
    }
    // It can still be revoked, for the secret may end.
    let mine = network.ask(&network.manager, "{ myCalendarFeeds { id isOfHub } }", json!({})).await;
    assert_eq!(mine["myCalendarFeeds"], json!([{ "id": done["feed"]["id"], "isOfHub": true }]));
    assert_eq!(hub(&network, false).await, place);
    assert_eq!(looks(&network, address).await.0, StatusCode::OK, "what is refused ends nothing");
}
