//! Engagement figures as managers see them: the published example, to the number; in one time and in another, by type and hub.

use entity::appointment;
use entity::enums::{AppointmentDelivery, AppointmentKind as K, AppointmentState as S, Role};
use entity::ids::{AccountId, AgencyId, AppointmentId, LocationId, ServiceUserId};
use entity::instants::Millis;
use serde_json::{Value, json};
use signpost::api::ids::NodeId;
use signpost::people::appointments::figures::Counts;

use super::consents::agency;
use super::graph::Network;
use crate::access::stored::insert;
use crate::support::accounts::As;
use crate::support::listings::{at, location, service};

/// Instants of the test stand still at this one.
const NOW: i64 = 1_795_291_200_000;
const DAY: i64 = 86_400_000;
const HOUR: i64 = 3_600_000;
const FIGURES: &str = "query($agency: ID!, $from: DateTime!, $until: DateTime!, $by: [EngagementBy!]!, $with: EngagementPeriodInput) { \
    engagementFigures(agency: $agency, from: $from, until: $until, by: $by, comparedWith: $with) { \
    agency { id } total { ...C } compared { ...C } rows { kind isAtHub location { id } counts { ...C } compared { ...C } } } } \
    fragment C on EngagementCounts { booked attended didNotAttend cancelled notRecorded toCome shareOfBooked \
    attendedOfBooked didNotAttendOfBooked cancelledOfBooked attendedOfNotCancelled }";

/// Whose appointments, with whom, of whom.
struct Diary<'a> {
    network: &'a Network,
    agency: AgencyId,
    with: AccountId,
    of: ServiceUserId,
}

impl<'a> Diary<'a> {
    /// Of the first agency.
    async fn of_the_first(network: &'a Network) -> Self {
        let of = network.enter(&network.ann, json!({ "givenNames": "Ida" })).await;
        Self::of_somebody(network, &network.ann, &of, Network::agency(0)).await
    }

    async fn of_somebody(network: &'a Network, worker: &str, of: &str, agency: AgencyId) -> Self {
        let (Some(NodeId::ServiceUser(of)), Some(NodeId::Account(with))) =
            (NodeId::decode(of), NodeId::decode(&network.account(worker).await))
        else {
            panic!("{of}")
        };
        Self { network, agency, with, of }
    }

    /// Puts so many appointments into the tables, so many days from now, at a hub or at none.
    async fn put(&self, number: usize, kind: K, state: S, days: i64, location_id: Option<LocationId>) {
        self.put_at(number, kind, state, Millis(NOW + days * DAY), location_id).await;
    }

    /// The same, at an instant.
    async fn put_at(&self, number: usize, kind: K, state: S, starts_at: Millis, location_id: Option<LocationId>) {
        let clock = &self.network.app.clock;
        let row = || appointment::Model {
            id: AppointmentId(clock.new_id()),
            service_user_id: self.of,
            recorded_for: self.of,
            agency_id: self.agency,
            kind,
            delivery: AppointmentDelivery::InPerson,
            location_id,
            starts_at,
            ends_at: Millis(starts_at.0 + HOUR),
            with_id: self.with,
            referral_id: None,
            replaces_id: None,
            state,
            is_late: None,
            is_acceptable: None,
            delivered: None,
            cancelled_by: None,
            cancelled_at: None,
            booked_by: self.with,
            booked_at: Millis(NOW - 100 * DAY),
            changed_at: Millis(NOW - 100 * DAY),
        };
        let rows: Vec<_> = (0..number).map(|_| row()).collect();
        for some in rows.chunks(200) {
            insert(self.network.app.db().connection(), some.to_vec()).await;
        }
    }
}

impl Network {
    /// Figures of the first agency for its manager.
    async fn figures(&self, from: &str, until: &str, by: &[&str], with: Value) -> Value {
        let asked = json!({ "agency": agency(Self::agency(0)), "from": from, "until": until, "by": by, "with": with });
        self.ask(&self.manager, FIGURES, asked).await["engagementFigures"].take()
    }
}

impl Network {
    /// A hub that a listed service uses: its global id and its id.
    async fn hub_of_figures(&self, confidential: bool) -> (Value, LocationId) {
        let (mut used, mut place) = (service("hub", "Drop-in", "housing"), location("hub", "M14 5RQ", None));
        place.confidential = confidential;
        used.places = vec![at(place)];
        self.app.save(&[used]).await;
        let listed = "{ services(first: 5) { nodes { places { location { id } } } } }";
        let listed = self.ask(&self.ann, listed, json!({})).await["services"]["nodes"].take();
        let hub = listed[0]["places"][0]["location"]["id"].clone();
        let Some(NodeId::Location(hub_id)) = NodeId::decode(hub.as_str().unwrap()) else { panic!("{hub}") };
        (hub, hub_id)
    }
}

/// A share in whole per cent, as they are published.
fn per_cent(share: &Value) -> String {
    format!("{:.0}%", share.as_f64().unwrap() * 100.0)
}

/// The published example: 1,456 booked = 1,023 attended (70%), 270 not attended (19%), 163 cancelled (11%); initial
/// assessments 17% of bookings and 62% attended, one-to-ones 83% and 72%; leaving cancellations out gives 79.1%.
#[tokio::test]
async fn the_published_example_comes_out_to_the_number() {
    let network = Network::new().await;
    let diary = Diary::of_the_first(&network).await;
    for (kind, attended, not, cancelled) in [(K::InitialAssessment, 154, 58, 36), (K::OneToOne, 869, 212, 127)] {
        for (number, state) in [(attended, S::Attended), (not, S::DidNotAttend), (cancelled, S::Cancelled)] {
            diary.put(number, kind, state, -10, None).await;
        }
    }
    // What was moved is no booking of its own.
    diary.put(40, K::OneToOne, S::Superseded, -10, None).await;
    let figures = network.figures("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z", &["TYPE"], Value::Null).await;
    let total = &figures["total"];
    for (field, wanted) in [
        ("booked", 1456),
        ("attended", 1023),
        ("didNotAttend", 270),
        ("cancelled", 163),
        ("toCome", 0),
        ("notRecorded", 0),
    ] {
        assert_eq!(total[field], json!(wanted), "{field}");
    }
    assert_eq!(per_cent(&total["attendedOfBooked"]), "70%");
    assert_eq!(per_cent(&total["didNotAttendOfBooked"]), "19%");
    assert_eq!(per_cent(&total["cancelledOfBooked"]), "11%");
    assert_eq!(format!("{:.1}%", total["attendedOfNotCancelled"].as_f64().unwrap() * 100.0), "79.1%");
    assert_eq!((&figures["compared"], &figures["agency"]["id"]), (&Value::Null, &json!(agency(Network::agency(0)))));
    let rows = figures["rows"].as_array().unwrap();
    let told: Vec<(Value, Value, String, String)> = rows
        .iter()
        .map(|row| {
            let counts = &row["counts"];
            (
                row["kind"].clone(),
                counts["booked"].clone(),
                per_cent(&counts["shareOfBooked"]),
                per_cent(&counts["attendedOfBooked"]),
            )
        })
        .collect();
    let row = |kind: &str, booked: i32, share: &str, came: &str| {
        (json!(kind), json!(booked), share.to_owned(), came.to_owned())
    };
    assert_eq!(told, [row("INITIAL_ASSESSMENT", 248, "17%", "62%"), row("ONE_TO_ONE", 1208, "83%", "72%")]);
    assert_eq!(
        (&rows[0]["isAtHub"], &rows[0]["location"], &rows[0]["compared"]),
        (&Value::Null, &Value::Null, &Value::Null)
    );
}

/// What is to come stands apart, and so does what nobody has said anything of; both ends of the time are held.
#[tokio::test]
async fn what_is_to_come_stands_apart() {
    let network = Network::new().await;
    let diary = Diary::of_the_first(&network).await;
    diary.put(3, K::Group, S::Attended, -1, None).await;
    diary.put(2, K::Group, S::Booked, -1, None).await;
    // It begins now: it is not to come any more.
    diary.put(1, K::Group, S::Booked, 0, None).await;
    diary.put(4, K::Group, S::Booked, 1, None).await;
    // Called off it is no more to come.
    diary.put(1, K::Group, S::Cancelled, 1, None).await;
    // It begins with the day.
    diary.put_at(1, K::Group, S::Booked, Millis(NOW + 4 * HOUR), None).await;
    // Of another agency: none of these.
    let eli = network.enter(&network.cal, json!({ "givenNames": "Eli" })).await;
    let other = Diary::of_somebody(&network, &network.cal, &eli, Network::agency(1)).await;
    other.put(7, K::Group, S::Attended, -1, None).await;
    let counted = async |from: &str, until: &str| {
        let total = network.figures(from, until, &[], Value::Null).await["total"].take();
        ["booked", "attended", "notRecorded", "cancelled", "toCome"].map(|field| total[field].as_i64().unwrap())
    };
    assert_eq!(counted("2026-11-20T00:00:00Z", "2026-11-23T00:00:00Z").await, [7, 3, 3, 1, 5]);
    assert_eq!(counted("2026-11-20T00:00:00Z", "2026-11-22T00:00:00Z").await, [6, 3, 3, 0, 0], "exclusive");
    assert_eq!(counted("2026-11-21T00:00:00Z", "2026-11-22T00:00:00Z").await, [1, 0, 1, 0, 0]);
    assert_eq!(counted("2026-11-22T00:00:00Z", "2026-11-23T00:00:00Z").await, [1, 0, 0, 1, 5], "inclusive");
    let figures = network.figures("2026-11-20T00:00:00Z", "2026-11-23T00:00:00Z", &[], Value::Null).await;
    assert_eq!(figures["rows"], json!([]), "together only");
    let share = |field: &str| figures["total"][field].as_f64().unwrap();
    assert!((share("attendedOfBooked") - 3.0 / 7.0).abs() < 1e-9, "of what is to come nobody came yet");
    assert!((share("attendedOfNotCancelled") - 0.5).abs() < 1e-9);
    let none = network.figures("2027-11-20T00:00:00Z", "2027-11-23T00:00:00Z", &["TYPE", "HUB"], Value::Null).await;
    assert_eq!((&none["total"]["booked"], &none["rows"]), (&json!(0), &json!([])));
    assert_eq!(none["total"]["attendedOfBooked"], Value::Null, "a share of none is none");
}

/// By hub, by both, and beside another time.
#[tokio::test]
async fn two_times_stand_beside_each_other_by_type_and_hub() {
    let network = Network::new().await;
    let (hub, hub_id) = network.hub_of_figures(false).await;
    let diary = Diary::of_the_first(&network).await;
    diary.put(3, K::OneToOne, S::Attended, -5, Some(hub_id)).await;
    diary.put(1, K::OneToOne, S::DidNotAttend, -5, Some(hub_id)).await;
    diary.put(2, K::Review, S::Attended, -5, None).await;
    // A month before.
    diary.put(2, K::OneToOne, S::Attended, -35, Some(hub_id)).await;
    diary.put(5, K::Exit, S::Cancelled, -35, None).await;
    // In October the day begins an hour earlier there.
    let before = json!({ "from": "2026-09-30T23:00:00Z", "until": "2026-11-01T00:00:00Z" });
    let figures =
        async |by: &[&str]| network.figures("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z", by, before.clone()).await;
    let rows = |figures: &Value| -> Vec<Value> {
        let of = |row: &Value| {
            let (now, then) = (&row["counts"], &row["compared"]);
            json!([
                row["kind"],
                row["isAtHub"],
                row["location"]["id"],
                now["booked"],
                now["attended"],
                then["booked"],
                then["attended"]
            ])
        };
        figures["rows"].as_array().unwrap().iter().map(of).collect()
    };
    let by_hub = figures(&["HUB"]).await;
    assert_eq!(rows(&by_hub), [json!([null, false, null, 2, 2, 5, 0]), json!([null, true, hub, 4, 3, 2, 2])]);
    let both = [
        json!(["ONE_TO_ONE", true, hub, 4, 3, 2, 2]),
        json!(["REVIEW", false, null, 2, 2, 0, 0]),
        json!(["EXIT", false, null, 0, 0, 5, 0]),
    ];
    assert_eq!(rows(&figures(&["HUB", "TYPE", "TYPE"]).await), both);
    let total = (&by_hub["total"]["booked"], &by_hub["compared"]["booked"]);
    assert_eq!(total, (&json!(6), &json!(7)));
    assert_eq!(per_cent(&by_hub["rows"][1]["compared"]["shareOfBooked"]), "29%", "of the same time");
}

/// They are for who manages the agency, of that one alone.
#[tokio::test]
async fn figures_are_for_who_manages_the_agency() {
    let network = Network::new().await;
    let diary = Diary::of_the_first(&network).await;
    diary.put(1, K::OneToOne, S::Attended, -1, None).await;
    let from = "2026-11-01T00:00:00Z";
    let asked = |of: AgencyId, until: &str| json!({ "agency": agency(of), "from": from, "until": until, "by": [], "with": null });
    let until = "2026-12-01T00:00:00Z";
    let own = network.ask(&network.manager, FIGURES, asked(Network::agency(0), until)).await;
    assert_eq!(
        own["engagementFigures"]["total"]["attended"], 1,
        "an agency's own counts are held back from nobody there"
    );
    let mut counted = Vec::new();
    for of in [Network::agency(1), AgencyId(uuid::Uuid::from_u128(99))] {
        let before = network.app.db().statements();
        let none = network.ask(&network.manager, FIGURES, asked(of, until)).await;
        assert_eq!(none["engagementFigures"], Value::Null);
        counted.push(network.app.db().statements() - before);
    }
    assert_eq!(counted[0], counted[1]);
    for token in [&network.ann, &network.sam] {
        let refused = network.app.refused(As::token(token), FIGURES, asked(Network::agency(0), until));
        assert_eq!(refused.await, "FORBIDDEN");
    }
    let (_, answer) = network.app.ask(As::token(&network.manager), FIGURES, asked(Network::agency(0), from)).await;
    assert_eq!(answer["errors"][0]["extensions"]["field"], "until");
    let mut backwards = asked(Network::agency(0), until);
    backwards["with"] = json!({ "from": until, "until": from });
    let (_, answer) = network.app.ask(As::token(&network.manager), FIGURES, backwards).await;
    assert_eq!(answer["errors"][0]["extensions"]["field"], "comparedWith.until");
}

/// Who keeps the manager out, or the agency, is in no count of theirs: neither their hours nor their hubs can be told from it.
#[tokio::test]
async fn who_keeps_the_manager_out_is_counted_nowhere() {
    let network = Network::new().await;
    let (hub, hub_id) = network.hub_of_figures(false).await;
    let (ida, ned) = (Diary::of_the_first(&network).await, Diary::of_the_first(&network).await);
    ida.put(1, K::OneToOne, S::Attended, -1, Some(hub_id)).await;
    ned.put(2, K::Review, S::Attended, -1, None).await;
    let other = network.app.signed_in("mia@example.org", Role::AgencyManager, Some(Network::agency(0))).await;
    let until = "2026-11-22T00:00:00Z";
    let seen = async |token: &str| {
        let asked = json!({ "agency": agency(Network::agency(0)), "from": "2026-11-20T00:00:00Z", "until": until,
            "by": ["HUB"], "with": { "from": "2026-11-20T00:00:00Z", "until": until } });
        let figures = network.ask(token, FIGURES, asked).await["engagementFigures"].take();
        let of = |row: &Value| json!([row["location"]["id"], row["counts"]["attended"], row["compared"]["attended"]]);
        let rows: Vec<Value> = figures["rows"].as_array().unwrap().iter().map(of).collect();
        (figures["total"]["booked"].as_i64().unwrap(), figures["compared"]["booked"].as_i64().unwrap(), rows)
    };
    let (both, without) = ((3, 3, vec![json!([null, 2, 2]), json!([hub, 1, 1])]), (2, 2, vec![json!([null, 2, 2])]));
    assert_eq!(seen(&network.manager).await, both);
    let keeps_out = async |of: &Diary<'_>, whom: &str| {
        let of = NodeId::ServiceUser(of.of).encode().0;
        let out = format!("keepOut(input: {{ serviceUser: {of:?}, whom: {{ {whom} }} }})");
        assert_eq!(network.change(&network.ann, &out).await, json!([]));
    };
    keeps_out(&ida, &format!("account: {:?}", network.account(&network.manager).await)).await;
    assert_eq!(seen(&network.manager).await, without, "not even that there was somebody");
    assert_eq!(seen(&other).await, both, "she is not kept out");
    // By an account of his own he could let it in again.
    let (sam, of_ned) = (network.account(&network.sam).await, NodeId::ServiceUser(ned.of).encode().0);
    let link = format!("linkAccount(input: {{ serviceUser: {of_ned:?}, account: {sam:?} }})");
    assert_eq!(network.change(&network.ann, &link).await, json!([]));
    keeps_out(&ned, &format!("agency: {:?}", agency(Network::agency(0)))).await;
    assert_eq!(seen(&network.manager).await, (0, 0, vec![]));
    assert_eq!(seen(&other).await, (1, 1, vec![json!([hub, 1, 1])]));
}

/// A window is whole days of London, in winter and in summer: none closes around one appointment.
#[tokio::test]
async fn a_window_is_whole_days_of_london() {
    let network = Network::new().await;
    let (from, until) = ("2026-11-20T00:00:00Z", "2026-11-22T00:00:00Z");
    let good = [from, until, from, until];
    let asked = |of: [&str; 4]| {
        json!({ "agency": agency(Network::agency(0)), "from": of[0], "until": of[1], "by": [],
            "with": { "from": of[2], "until": of[3] } })
    };
    let fields = ["from", "until", "comparedWith.from", "comparedWith.until"];
    for (place, field) in fields.into_iter().enumerate() {
        for (instant, is_day) in [
            ("2026-11-21T00:00:00Z", true),
            ("2026-11-21T01:00:00+01:00", true),
            ("2026-11-21T00:00:00.001Z", false),
            ("2026-11-20T23:59:59.999Z", false),
            ("2026-11-21T10:00:00Z", false),
            ("2026-11-21T00:00:00+01:00", false),
        ] {
            let mut of = good;
            of[place] = instant;
            let (_, answer) = network.app.ask(As::token(&network.manager), FIGURES, asked(of)).await;
            let told = &answer["errors"][0]["extensions"]["field"];
            assert_eq!(told, &if is_day { Value::Null } else { json!(field) }, "{field} at {instant}: {answer}");
        }
    }
    for (from, is_day) in [("2026-06-30T23:00:00Z", true), ("2026-07-01T00:00:00Z", false)] {
        let of = asked([from, until, "2026-07-01T00:00:00+01:00", until]);
        let (_, answer) = network.app.ask(As::token(&network.manager), FIGURES, of).await;
        assert_eq!(answer.get("errors").is_none(), is_day, "summer time: {from}: {answer}");
    }
}

/// A hub whose address became a secret is told as none: when and how often people are there is a part of it.
#[tokio::test]
async fn a_hub_that_is_a_secret_is_told_as_none() {
    let network = Network::new().await;
    let (hub, hub_id) = network.hub_of_figures(false).await;
    let diary = Diary::of_the_first(&network).await;
    diary.put(2, K::OneToOne, S::Attended, -1, Some(hub_id)).await;
    diary.put(1, K::OneToOne, S::Attended, -1, None).await;
    let rows = async |by: &[&str]| {
        let figures = network.figures("2026-11-20T00:00:00Z", "2026-11-22T00:00:00Z", by, Value::Null).await;
        let of = |row: &Value| json!([row["isAtHub"], row["location"]["id"], row["counts"]["attended"]]);
        figures["rows"].as_array().unwrap().iter().map(of).collect::<Vec<_>>()
    };
    assert_eq!(rows(&["HUB"]).await, [json!([false, null, 1]), json!([true, hub, 2])]);
    assert_eq!(network.hub_of_figures(true).await.1, hub_id);
    assert_eq!(rows(&["HUB"]).await, [json!([false, null, 3])]);
    assert_eq!(rows(&["TYPE", "HUB"]).await, [json!([false, null, 3])]);
}

#[test]
fn a_share_is_of_what_it_says() {
    let counts = Counts { attended: 6, did_not_attend: 2, cancelled: 3, not_recorded: 1, to_come: 50 };
    assert_eq!((counts.booked(), counts.not_cancelled()), (12, 9));
    assert_eq!(counts.attended_of_booked(), Some(0.5));
    assert_eq!(counts.cancelled_of_booked(), Some(0.25));
    assert!((counts.attended_of_not_cancelled().unwrap() - 6.0 / 9.0).abs() < 1e-12);
    let none = Counts { to_come: 5, ..Counts::default() };
    assert_eq!((none.attended_of_booked(), none.attended_of_not_cancelled(), none.share_of(&none)), (None, None, None));
    let cancelled = Counts { cancelled: 2, ..Counts::default() };
    assert_eq!((cancelled.attended_of_booked(), cancelled.attended_of_not_cancelled()), (Some(0.0), None));
}
