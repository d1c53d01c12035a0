//! Appointments as clients see them: booked, kept or missed, moved, called off; who else sees of it what.

use chrono::TimeDelta;
use entity::appointment_event;
use entity::enums::{AppointmentState as S, AppointmentStep as T};
use entity::ids::AppointmentId;
use entity::instants::Millis;
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use signpost::api::ids::NodeId;
use signpost::people::appointments::life::{Refused, Side, check_time, notice_hours, transition};

use super::consents::{agency, terms};
use super::graph::Network;
use crate::support::accounts::As;
use crate::support::listings::{at, location, service};

const APPOINTMENT: &str = "id kind delivery startsAt endsAt state isLate isAcceptable delivered cancelledBy noticeHours \
    bookedAt referral replaces location { id } agency { id } with { id } serviceUser { id name } \
    history { step state words by { id } agency { id } }";

/// Instants of the test stand still at this one.
const NOW: i64 = 1_795_291_200_000;
const HOUR: i64 = 3_600_000;

impl Network {
    /// Somebody of Ann's caseload.
    async fn ida(&self) -> String {
        self.enter(&self.ann, json!({ "givenNames": "Ida", "familyName": "Crow" })).await
    }

    /// Books; gives the payload.
    async fn books(&self, token: &str, of: &str, more: Value) -> Value {
        let mut input = json!({ "serviceUser": of, "kind": "ONE_TO_ONE", "delivery": "IN_PERSON",
            "startsAt": "2026-11-23T10:00:00Z", "endsAt": "2026-11-23T11:00:00Z" });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let query = format!(
            "mutation($input: BookAppointmentInput!) {{ bookAppointment(input: $input) {{ appointment {{ {APPOINTMENT} }} \
             errors {{ code message field }} }} }}"
        );
        self.ask(token, &query, json!({ "input": input })).await["bookAppointment"].take()
    }

    /// An appointment that was booked, from ten to eleven on the day after the next; its id.
    async fn booked(&self, of: &str) -> String {
        let done = self.books(&self.ann, of, json!({ "words": "Bring your papers." })).await;
        assert_eq!(done["errors"], json!([]));
        done["appointment"]["id"].as_str().unwrap().to_owned()
    }

    /// A step of an appointment, with what stands in its input beside the id; the payload.
    async fn keeps(&self, token: &str, step: &str, id: &str, input: &str) -> Value {
        let query = format!(
            "mutation {{ {step}(input: {{ appointment: {id:?} {input} }}) {{ appointment {{ {APPOINTMENT} }} \
             errors {{ code message field }} }} }}"
        );
        self.ask(token, &query, json!({})).await[step].take()
    }

    async fn appointment(&self, token: &str, id: &str) -> Value {
        let query = format!("query($id: ID!) {{ appointment(id: $id) {{ {APPOINTMENT} }} }}");
        self.ask(token, &query, json!({ "id": id })).await["appointment"].take()
    }

    async fn appointments_of(&self, token: &str, of: &str) -> Value {
        let query = format!("query($id: ID!) {{ appointmentsOf(serviceUser: $id) {{ {APPOINTMENT} }} }}");
        self.ask(token, &query, json!({ "id": of })).await["appointmentsOf"].take()
    }

    async fn link_sam(&self, of: &str) -> String {
        let sam = self.account(&self.sam).await;
        let link = format!("linkAccount(input: {{ serviceUser: {of:?}, account: {sam:?} }})");
        assert_eq!(self.change(&self.ann, &link).await, json!([]));
        sam
    }
}

/// The steps of a history.
fn steps(seen: &Value) -> Vec<String> {
    seen["history"].as_array().unwrap().iter().map(|it| it["step"].as_str().unwrap().to_owned()).collect()
}

/// Booked; nothing is said of it before it begins; then once, and put right with a reason.
#[tokio::test]
async fn an_appointment_is_booked_kept_and_put_right() {
    let network = Network::new().await;
    let id = network.ida().await;
    let ann = network.account(&network.ann).await;
    let booked = network.booked(&id).await;
    let seen = network.appointment(&network.ann, &booked).await;
    assert_eq!((&seen["state"], &seen["with"]["id"]), (&json!("BOOKED"), &json!(ann)));
    assert_eq!((&seen["kind"], &seen["delivery"]), (&json!("ONE_TO_ONE"), &json!("IN_PERSON")));
    assert_eq!((&seen["serviceUser"]["name"], &seen["delivered"]), (&json!("Ida Crow"), &Value::Null));
    assert_eq!(seen["agency"]["id"], json!(agency(Network::agency(0))));
    assert_eq!(seen["history"][0]["words"], "Bring your papers.");
    let begins = TimeDelta::hours(38);
    network.app.clock.advance(begins - TimeDelta::milliseconds(1));
    let token = network.app.token("ann@example.org").await;
    for (step, input) in [("recordAttended", ""), ("recordDidNotAttend", ", isAcceptable: true")] {
        let early = network.keeps(&token, step, &booked, input).await;
        assert_eq!(early["errors"][0]["field"], "input.appointment", "{step} before it begins");
    }
    let amend = ", to: { didNotAttend: { isAcceptable: true, delivered: false } }";
    let with_reason = format!("{amend}, words: \"It was another day.\"");
    let early = network.keeps(&token, "amendAttendance", &booked, &with_reason).await;
    assert_eq!(early["errors"][0]["code"], "BAD_VALUE", "there is nothing to put right");
    network.app.clock.advance(TimeDelta::milliseconds(1));
    let late = network.keeps(&token, "cancelAppointment", &booked, "").await;
    assert_eq!(late["errors"][0]["field"], "input.appointment", "it has begun");
    let moved = ", startsAt: \"2026-11-24T10:00:00Z\", endsAt: \"2026-11-24T11:00:00Z\"";
    let late = network.keeps(&token, "rescheduleAppointment", &booked, moved).await;
    assert_eq!(late["errors"][0]["field"], "input.appointment", "it has begun");
    let came = network.keeps(&token, "recordAttended", &booked, ", isLate: true").await["appointment"].take();
    assert_eq!((&came["state"], &came["isLate"], &came["delivered"]), (&json!("ATTENDED"), &json!(true), &json!(true)));
    for (step, input) in [("recordAttended", ""), ("recordDidNotAttend", ", isAcceptable: true")] {
        let again = network.keeps(&token, step, &booked, input).await;
        assert_eq!(again["errors"][0]["code"], "BAD_VALUE", "{step}: once");
    }
    let without = format!("{amend}, words: \"\"");
    let without = network.keeps(&token, "amendAttendance", &booked, &without).await;
    assert_eq!(without["errors"][0]["field"], "input.words");
    let right = network.keeps(&token, "amendAttendance", &booked, &with_reason).await["appointment"].take();
    assert_eq!((&right["state"], &right["isLate"]), (&json!("DID_NOT_ATTEND"), &Value::Null));
    assert_eq!((&right["isAcceptable"], &right["delivered"]), (&json!(true), &json!(false)));
    assert_eq!(steps(&right), ["BOOKED", "ATTENDED", "AMENDED"]);
    assert_eq!(
        (&right["history"][1]["state"], &right["history"][2]["words"]),
        (&json!("ATTENDED"), &json!("It was another day."))
    );
    // What was recorded before stands in its history.
    let query = format!("{{ appointment(id: {booked:?}) {{ history {{ isLate isAcceptable delivered }} }} }}");
    let history = network.ask(&token, &query, json!({})).await["appointment"]["history"].take();
    assert_eq!(history[1], json!({ "isLate": true, "isAcceptable": null, "delivered": true }));
    assert_eq!(history[2], json!({ "isLate": null, "isAcceptable": true, "delivered": false }));
    // What was said lies sealed.
    let events = appointment_event::Entity::find().all(network.app.db().connection()).await.unwrap();
    assert_eq!(events.iter().map(|event| event.number).collect::<Vec<_>>(), [1, 2, 3]);
    assert!(!format!("{events:?}").contains("another day"));
}

/// Moved to another time it is not written over: both are there.
#[tokio::test]
async fn a_moved_appointment_stays_beside_the_other() {
    let network = Network::new().await;
    let id = network.ida().await;
    let booked = network.booked(&id).await;
    let moved = ", startsAt: \"2026-11-24T14:00:00Z\", endsAt: \"2026-11-24T15:00:00Z\", delivery: TELEPHONE, words: \"She rang.\"";
    let other = network.keeps(&network.ann, "rescheduleAppointment", &booked, moved).await["appointment"].take();
    assert_eq!((&other["state"], &other["replaces"]), (&json!("BOOKED"), &json!(booked)));
    assert_eq!((&other["kind"], &other["delivery"]), (&json!("ONE_TO_ONE"), &json!("TELEPHONE")));
    let all = network.appointments_of(&network.ann, &id).await;
    assert_eq!(all.as_array().unwrap().len(), 2);
    assert_eq!((&all[0]["id"], &all[0]["state"]), (&json!(booked), &json!("SUPERSEDED")));
    assert_eq!((&all[0]["startsAt"], &all[0]["delivery"]), (&json!("2026-11-23T10:00:00Z"), &json!("IN_PERSON")));
    assert_eq!(steps(&all[0]), ["BOOKED", "RESCHEDULED"]);
    assert_eq!((&all[0]["history"][1]["words"], &all[1]["id"]), (&json!("She rang."), &other["id"]));
    for step in ["rescheduleAppointment", "cancelAppointment"] {
        let input = if step == "cancelAppointment" { "" } else { moved };
        let again = network.keeps(&network.ann, step, &booked, input).await;
        assert_eq!(again["errors"][0]["field"], "input.appointment", "{step}: another stands in its place");
    }
}

/// The service user calls it off themselves; who did, and with how much notice, follows.
#[tokio::test]
async fn a_service_user_calls_it_off_with_notice() {
    let network = Network::new().await;
    let id = network.ida().await;
    let sam = network.link_sam(&id).await;
    let (one, two) = (network.booked(&id).await, network.booked(&id).await);
    let own = network.appointments_of(&network.sam, &id).await;
    assert_eq!((own.as_array().unwrap().len(), &own[0]["history"][0]["words"]), (2, &json!("Bring your papers.")));
    let refused = network.app.refused(
        As::token(&network.sam),
        "mutation($id: ID!) { recordAttended(input: { appointment: $id }) { errors { code } } }",
        json!({ "id": one }),
    );
    assert_eq!(refused.await, "FORBIDDEN", "for who works with them");
    let off =
        network.keeps(&network.sam, "cancelAppointment", &one, ", words: \"I am ill.\"").await["appointment"].take();
    assert_eq!(
        (&off["state"], &off["cancelledBy"], &off["noticeHours"]),
        (&json!("CANCELLED"), &json!("SERVICE_USER"), &json!(38))
    );
    assert_eq!((&off["history"][1]["by"]["id"], &off["history"][1]["agency"]), (&json!(sam), &Value::Null));
    let again = network.keeps(&network.sam, "cancelAppointment", &one, "").await;
    assert_eq!(again["errors"][0]["code"], "BAD_VALUE", "once");
    assert_eq!(network.appointment(&network.ann, &one).await["history"][1]["words"], "I am ill.");
    network.app.clock.advance(TimeDelta::hours(37) + TimeDelta::minutes(30));
    let ann = network.app.token("ann@example.org").await;
    let off = network.keeps(&ann, "cancelAppointment", &two, "").await["appointment"].take();
    assert_eq!(
        (&off["cancelledBy"], &off["noticeHours"]),
        (&json!("AGENCY"), &json!(0)),
        "half an hour is no whole one"
    );
}

/// What can't be booked is told with its field, and nobody books with whom they do not work.
#[tokio::test]
async fn what_can_not_be_booked_is_told_with_its_field() {
    let network = Network::new().await;
    let id = network.ida().await;
    let (bea, cal) = (network.account(&network.bea).await, network.account(&network.cal).await);
    let out = format!("keepOut(input: {{ serviceUser: {id:?}, whom: {{ account: {bea:?} }} }})");
    assert_eq!(network.change(&network.ann, &out).await, json!([]));
    let nowhere = NodeId::Location(entity::ids::LocationId(uuid::Uuid::from_u128(99))).encode().0;
    let nothing = NodeId::Referral(entity::ids::ReferralId(uuid::Uuid::from_u128(99))).encode().0;
    for (more, field) in [
        (json!({ "endsAt": "2026-11-23T10:00:00Z" }), "input.endsAt"),
        (json!({ "endsAt": "2026-11-24T10:00:01Z" }), "input.endsAt"),
        (json!({ "startsAt": "2026-11-20T19:59:59Z", "endsAt": "2026-11-20T20:59:59Z" }), "input.startsAt"),
        (json!({ "startsAt": "2029-01-01T10:00:00Z", "endsAt": "2029-01-01T11:00:00Z" }), "input.startsAt"),
        (json!({ "with": cal }), "input.with"),
        (json!({ "with": bea }), "input.with"),
        (json!({ "location": nowhere }), "input.location"),
        (json!({ "referral": nothing }), "input.referral"),
        (json!({ "words": " " }), "input.words"),
    ] {
        let refused = network.books(&network.ann, &id, more.clone()).await;
        assert_eq!(refused["errors"][0]["field"], json!(field), "{more}");
        assert_eq!(refused["appointment"], Value::Null);
    }
    for token in [&network.bea, &network.cal] {
        assert_eq!(network.books(token, &id, json!({})).await["errors"][0]["code"], "NOT_FOUND");
    }
    assert_eq!(network.appointments_of(&network.ann, &id).await, json!([]));
    // Who walked in is written down afterwards.
    let walked_in =
        json!({ "startsAt": "2026-11-20T20:00:00Z", "endsAt": "2026-11-20T20:30:00Z", "kind": "INITIAL_ASSESSMENT" });
    let done = network.books(&network.ann, &id, walked_in).await;
    assert_eq!(done["errors"], json!([]));
    let came = network.keeps(&network.ann, "recordAttended", done["appointment"]["id"].as_str().unwrap(), "").await;
    assert_eq!(came["appointment"]["state"], "ATTENDED");
}

/// An appointment is at a hub, and belongs to a referral of which the agency is a side.
#[tokio::test]
async fn an_appointment_is_at_a_hub_and_belongs_to_a_referral() {
    let network = Network::new().await;
    let (id, _) = network.agreed().await;
    let referral = network.sent(&id).await;
    assert_eq!(network.stepped(&network.cal, "acceptReferral", &referral, "").await["errors"], json!([]));
    let mut used = service("hub", "Drop-in", "housing");
    used.places = vec![at(location("hub", "M14 5RQ", None))];
    network.app.save(&[used]).await;
    let of_all = "{ services(first: 5) { nodes { places { location { id } } } } }";
    let listed = network.ask(&network.ann, of_all, json!({})).await["services"]["nodes"].take();
    let hub = listed[0]["places"][0]["location"]["id"].clone();
    for token in [&network.ann, &network.cal] {
        let done =
            network.books(token, &id, json!({ "referral": referral, "location": hub })).await["appointment"].take();
        assert_eq!((&done["referral"], &done["location"]["id"]), (&json!(referral), &hub));
    }
    // Each its own: nothing of it is shared by the referral.
    assert_eq!(network.appointments_of(&network.ann, &id).await.as_array().unwrap().len(), 1);
    assert_eq!(network.appointments_of(&network.cal, &id).await.as_array().unwrap().len(), 1);
    let other = network.ida().await;
    let refused = network.books(&network.ann, &other, json!({ "referral": referral })).await;
    assert_eq!(refused["errors"][0]["field"], "input.referral", "of somebody else");
}

/// Another agency sees it while attendance may flow to it for the coordination of care, and then not what was said, nor by
/// whom; and it changes nothing.
#[tokio::test]
async fn what_is_shared_is_that_they_met_and_no_word_of_it() {
    let network = Network::new().await;
    let other = network.other_manager().await;
    let mut shares = terms(Network::agency(0), Network::agency(1));
    shares["flows"][0]["categories"] = json!(["IDENTITY", "ATTENDANCE"]);
    shares["flows"][0]["purposes"] = json!(["CARE_COORDINATION"]);
    network.agree(&network.manager, &other, shares).await;
    let id = network.ida().await;
    network.refer(&id, Network::agency(1)).await;
    let booked = network.booked(&id).await;
    assert_eq!(network.appointment(&network.cal, &booked).await, Value::Null, "nothing is permitted");
    let asked = json!({ "serviceUser": id, "kind": "PERMIT", "agencies": [agency(Network::agency(1))],
        "categories": ["ATTENDANCE"], "purposes": ["CARE_COORDINATION"], "until": "2027-11-01T00:00:00Z" });
    let given = network.give(&network.ann, &asked, json!({ "method": "SPOKEN" })).await;
    assert_eq!(given["errors"], json!([]));
    let seen = network.appointment(&network.cal, &booked).await;
    assert_eq!((&seen["state"], &seen["startsAt"]), (&json!("BOOKED"), &json!("2026-11-23T10:00:00Z")));
    assert_eq!((&seen["history"][0]["words"], &seen["history"][0]["by"]), (&Value::Null, &Value::Null));
    assert_eq!(seen["serviceUser"]["name"], Value::Null, "who they are is of another category");
    assert_eq!(network.appointments_of(&network.cal, &id).await.as_array().unwrap().len(), 1);
    let diary =
        "{ appointments(from: \"2026-11-01T00:00:00Z\", until: \"2026-12-31T00:00:00Z\") { totalCount nodes { id } } }";
    let theirs = network.ask(&network.cal, diary, json!({})).await;
    assert_eq!(theirs["appointments"], json!({ "totalCount": 0, "nodes": [] }), "a diary is of one's own agency");
    let off = network.keeps(&network.cal, "cancelAppointment", &booked, "").await;
    assert_eq!(off["errors"][0]["code"], "NOT_FOUND", "seen, and not theirs to call off");
    let consent = given["id"].as_str().unwrap();
    assert_eq!(network.change(&network.ann, &format!("withdrawConsent(id: {consent:?})")).await, json!([]));
    assert_eq!(network.appointment(&network.cal, &booked).await, Value::Null, "from the very next read on");
}

/// An appointment of others is not there, in answer and in statements.
#[tokio::test]
async fn an_appointment_of_others_is_not_there() {
    let network = Network::new().await;
    let id = network.ida().await;
    let booked = network.booked(&id).await;
    let nobody = NodeId::Appointment(AppointmentId(network.app.clock.new_id())).encode().0;
    for token in [&network.bea, &network.cal, &network.sam] {
        let mut counted = Vec::new();
        for of in [&booked, &nobody] {
            let before = network.app.db().statements();
            assert_eq!(network.appointment(token, of).await, Value::Null);
            counted.push(network.app.db().statements() - before);
            let off = network.keeps(token, "cancelAppointment", of, "").await;
            assert_eq!((&off["errors"][0]["code"], &off["errors"][0]["field"]), (&json!("NOT_FOUND"), &Value::Null));
        }
        assert_eq!(counted[0], counted[1]);
        assert_eq!(network.appointments_of(token, &id).await, json!([]));
    }
    let entries = network.entries().await;
    network.ask(&network.ann, &format!("{{ appointment(id: {booked:?}) {{ id }} }}"), json!({})).await;
    assert_eq!(network.entries().await, entries + 1);
}

/// Joined records bring their appointments with them, and parted take them back.
#[tokio::test]
async fn joined_records_carry_appointments() {
    let network = Network::new().await;
    let (one, two) = (network.ida().await, network.ida().await);
    let booked = network.booked(&two).await;
    let merge = format!(
        "mutation {{ mergeServiceUsers(input: {{ keep: {one:?}, other: {two:?} }}) {{ id errors {{ code }} }} }}"
    );
    let merged = network.ask(&network.ann, &merge, json!({})).await["mergeServiceUsers"].take();
    assert_eq!(merged["errors"], json!([]));
    let moved = ", startsAt: \"2026-11-24T14:00:00Z\", endsAt: \"2026-11-24T15:00:00Z\"";
    let other = network.keeps(&network.ann, "rescheduleAppointment", &booked, moved).await["appointment"].take();
    for asked in [&one, &two] {
        let all = network.appointments_of(&network.ann, asked).await;
        assert_eq!((&all[0]["id"], &all[1]["id"]), (&json!(booked), &other["id"]));
        assert_eq!(all[0]["serviceUser"]["id"], json!(one), "the one stands for both");
        assert_eq!(all[0]["history"][0]["words"], "Bring your papers.");
    }
    assert_eq!(network.change(&network.ann, &format!("undoMerge(id: {})", merged["id"])).await, json!([]));
    assert_eq!(network.appointments_of(&network.ann, &one).await, json!([]));
    let all = network.appointments_of(&network.ann, &two).await;
    assert_eq!(all.as_array().unwrap().len(), 2, "what was booked in its place goes with it");
}

/// The diary holds what the viewer may see of the agency's own, in the order in which it begins, in pages.
#[tokio::test]
async fn the_diary_is_read_in_pages() {
    let network = Network::new().await;
    let id = network.ida().await;
    let mut wanted = Vec::new();
    // Two begin at one time.
    for hour in [12, 10, 11, 11, 13] {
        let times =
            json!({ "startsAt": format!("2026-11-23T{hour}:00:00Z"), "endsAt": format!("2026-11-23T{hour}:30:00Z") });
        let done = network.books(&network.ann, &id, times).await["appointment"].take();
        wanted.push((hour, done["id"].as_str().unwrap().to_owned()));
    }
    wanted.sort_by_key(|(hour, _)| *hour);
    let query = "query($until: DateTime!, $mine: Boolean!, $after: String) { appointments(from: \"2026-11-23T10:00:00Z\", \
        until: $until, mine: $mine, first: 2, after: $after) { totalCount pageInfo { hasNextPage endCursor } nodes { id } } }";
    let (mut after, mut found) = (Value::Null, Vec::new());
    loop {
        let page = json!({ "until": "2026-11-23T13:00:00Z", "mine": true, "after": after });
        let page = network.ask(&network.ann, query, page).await["appointments"].take();
        assert_eq!(page["totalCount"], 4, "what begins at the end is not in it");
        found.extend(page["nodes"].as_array().unwrap().iter().map(|node| node["id"].as_str().unwrap().to_owned()));
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
    let wanted: Vec<String> = wanted.into_iter().take(4).map(|(_, id)| id).collect();
    assert_eq!(found, wanted);
    // With Bea, who does not work with her: not Ann's own, and yet in her day, for else it would be in nobody's.
    let with_bea = json!({ "with": network.account(&network.bea).await });
    assert_eq!(network.books(&network.ann, &id, with_bea).await["errors"], json!([]));
    let count = async |token: &str, mine: bool| {
        let asked = json!({ "until": "2026-11-23T13:00:00Z", "mine": mine });
        network.ask(token, query, asked).await["appointments"]["totalCount"].clone()
    };
    assert_eq!((count(&network.ann, true).await, count(&network.ann, false).await), (json!(5), json!(5)));
    assert_eq!((count(&network.bea, true).await, count(&network.cal, false).await), (json!(0), json!(0)));
    let (_, answer) =
        network.app.ask(As::token(&network.ann), query, json!({ "until": "2026-11-23T10:00:00Z", "mine": true })).await;
    assert_eq!(answer["errors"][0]["extensions"]["field"], "until");
}

/// Every step from every state by either side, to every state, against the words of the design.
#[test]
fn the_table_of_steps_is_that_of_the_design() {
    let oracle = |by: Side, step: T, from: S, to: S| {
        matches!(
            (step, by, from, to),
            (T::Attended, Side::Worker, S::Booked, S::Attended)
                | (T::DidNotAttend, Side::Worker, S::Booked, S::DidNotAttend)
                | (T::Cancelled, Side::Worker | Side::ServiceUser, S::Booked, S::Cancelled)
                | (T::Rescheduled, Side::Worker, S::Booked, S::Superseded)
                | (T::Amended, Side::Worker, S::Attended | S::DidNotAttend, S::Attended | S::DidNotAttend)
        )
    };
    for by in [Side::Worker, Side::ServiceUser] {
        for step in T::ALL {
            for from in S::ALL {
                for to in S::ALL {
                    let found = transition(by, *step, *from, *to);
                    let told = format!("{by:?} {step:?} {from:?} {to:?}");
                    assert_eq!(found.is_ok(), oracle(by, *step, *from, *to), "{told}");
                    let theirs = S::ALL.iter().any(|from| S::ALL.iter().any(|to| oracle(by, *step, *from, *to)));
                    let why = if theirs { Refused::NotNow(*from) } else { Refused::NotTheirs };
                    match found {
                        Ok(found) => assert_eq!(found.wants_words, *step == T::Amended, "{told}"),
                        Err(refused) => assert_eq!(refused, why, "{told}"),
                    }
                }
            }
        }
    }
}

#[test]
fn times_are_held_to_the_millisecond() {
    let now = Millis(NOW);
    let field = |starts: i64, ends: i64| check_time(Millis(starts), Millis(ends), now).err().map(|wrong| wrong.field);
    let (starts, ends) = (Some("startsAt".to_owned()), Some("endsAt".to_owned()));
    assert_eq!(field(NOW, NOW + 1), None);
    assert_eq!(field(NOW, NOW), ends);
    assert_eq!(field(NOW, NOW + 24 * HOUR), None);
    assert_eq!(field(NOW, NOW + 24 * HOUR + 1), ends);
    assert_eq!(field(NOW - 24 * HOUR, NOW), None);
    assert_eq!(field(NOW - 24 * HOUR - 1, NOW - 1), starts);
    let far = NOW + 732 * 24 * HOUR;
    assert_eq!(field(far, far + 1), None);
    assert_eq!(field(far + 1, far + 2), starts);
    assert_eq!(field(i64::MIN, i64::MAX), ends, "no number is too large to be told");
    let notice = |hours: i64, more: i64| notice_hours(Millis(NOW + hours * HOUR + more), now);
    assert_eq!((notice(48, 0), notice(48, -1), notice(0, 0), notice(-1, 0)), (48, 47, 0, 0));
}
