//! The same rows as clients ask for them: each by its global id, in lists, page by page and counted, by node and by edge, nested
//! in a pathway; and by the global id alone, for which there is nobody.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use async_graphql::Executor;
use entity::enums::{GroupPlaceState, Purpose};
use entity::ids::{AppointmentId, GroupPlaceId, SignpostId};
use entity::instants::Millis;
use serde_json::{Value, json};
use signpost::api::ids::NodeId;
use signpost::config::Config;
use signpost::pathway::timeline::Kind;
use signpost::schema::Guarded;
use uuid::Uuid;

use super::{Asking, asking, laid_down, questions, worlds};
use crate::access::paths::{executor, request};
use crate::access::stored::ground;
use crate::access::world::{FAR_OFF, LONG_AGO, PEOPLE, Question};
use crate::support::TestApp;

const WORLDS: u64 = 6;
/// Questions asked of a world: those of the two whom most hangs on, and another.
const QUESTIONS: usize = 3;

/// What is asked for by ids: a field, and for each row its global id and whether it is seen.
type Ones = (&'static str, String, Vec<(String, bool)>);
/// A list: a field with its arguments, and the global ids that stand in it.
type Lists = Vec<(String, Vec<String>)>;

impl Asking<'_> {
    async fn answer(&self, executor: &Guarded, query: &str, variables: Value) -> Value {
        let answer = executor.execute(request(self.app, self.ids, self.question, query, variables)).await;
        assert!(answer.errors.is_empty(), "{query}: {:?} {}", answer.errors, self.told());
        answer.data.into_json().unwrap()
    }

    /// The same viewer, as rows of most kinds are looked at.
    fn for_care(&self) -> Question {
        Question { purpose: Purpose::CareCoordination, ..self.question }
    }

    fn said(&self) -> String {
        self.question.purpose.as_str().to_uppercase()
    }

    /// Every row, by its global id: one behind the last is not there, and not seen.
    fn ones(&self) -> Vec<Ones> {
        let (asked, care, ids, oracle) = (self.question, self.for_care(), self.ids, self.oracle);
        let rows = &oracle.rows;
        let one = |id: NodeId, seen: bool| (id.encode().0, seen);
        vec![
            (
                "appointment",
                String::new(),
                (0..=rows.appointments.len())
                    .map(|at| {
                        let seen = rows.appointments.get(at).is_some_and(|row| oracle.appointment(care, row));
                        one(NodeId::Appointment(ids.appointment(at)), seen)
                    })
                    .collect(),
            ),
            (
                "task",
                String::new(),
                (0..=rows.tasks.len())
                    .map(|at| {
                        let seen = rows.tasks.get(at).is_some_and(|row| oracle.task(care, row));
                        one(NodeId::Task(ids.task(at)), seen)
                    })
                    .collect(),
            ),
            (
                "groupPlace",
                String::new(),
                (0..=rows.seats.len())
                    .map(|at| {
                        let seen = rows.seats.get(at).is_some_and(|row| oracle.seat(care, row));
                        one(NodeId::GroupPlace(ids.seat(at)), seen)
                    })
                    .collect(),
            ),
            (
                "referral",
                String::new(),
                (0..=rows.referrals.len())
                    .map(|at| {
                        let seen = at < rows.referrals.len() && oracle.referral(asked, at);
                        one(NodeId::Referral(ids.referral(at)), seen)
                    })
                    .collect(),
            ),
            (
                "signpostGiven",
                format!(", purpose: {}", self.said()),
                (0..=rows.signposts.len())
                    .map(|at| {
                        let seen = rows.signposts.get(at).is_some_and(|row| oracle.signpost(asked, row));
                        one(NodeId::SignpostGiven(ids.signpost(at)), seen)
                    })
                    .collect(),
            ),
        ]
    }

    /// Each by its id; gives how many were seen.
    async fn one_by_one(&self, executor: &Guarded) -> usize {
        let (mut query, mut wanted) = ("{".to_owned(), Vec::new());
        for (field, more, rows) in self.ones() {
            for (number, (id, seen)) in rows.into_iter().enumerate() {
                let name = format!("{field}{number}");
                write!(query, " {name}: {field}(id: {id:?}{more}) {{ id }}").unwrap();
                // For the id alone no purpose was said.
                write!(query, " {name}alone: node(id: {id:?}) {{ __typename }}").unwrap();
                wanted.push((name, id, seen));
            }
        }
        query.push_str(" }");
        let answer = self.answer(executor, &query, json!({})).await;
        for (name, id, seen) in &wanted {
            let shown = if *seen { json!({ "id": id }) } else { Value::Null };
            assert_eq!(answer[name], shown, "{name}: {}", self.told());
            assert!(answer[format!("{name}alone")].is_null(), "{name}: {}", self.told());
        }
        wanted.iter().filter(|(.., seen)| *seen).count()
    }

    /// The lists about a service user.
    fn about(&self, person: usize) -> Lists {
        let (asked, care, ids, oracle) = (self.question, self.for_care(), self.ids, self.oracle);
        let (rows, of) = (&oracle.rows, NodeId::ServiceUser(ids.person(person)).encode().0);
        let of = format!("serviceUser: {of:?}");
        let id = |id: NodeId| id.encode().0;
        let appointments = oracle.appointments(care).into_iter().filter(|at| rows.appointments[*at].person == person);
        let tasks = oracle.tasks(care).into_iter().filter(|at| rows.tasks[*at].person == person);
        let releases = oracle.releases(care, true).into_iter().filter(|at| rows.releases[*at].person == person);
        let easements = oracle.easements(care, true).into_iter().filter(|at| rows.easements[*at].person == person);
        let signposts = oracle.signposts(asked).into_iter().filter(|at| rows.signposts[*at].person == Some(person));
        let referrals = oracle.referrals(asked).into_iter();
        let referrals = referrals.filter(|at| oracle.world.referrals[*at].person == person);
        let seats = oracle.seats(care).into_iter().filter(|at| rows.seats[*at].person == person);
        vec![
            (
                format!("appointmentsOf({of})"),
                appointments.map(|at| id(NodeId::Appointment(ids.appointment(at)))).collect(),
            ),
            (format!("tasksOf({of})"), tasks.map(|at| id(NodeId::Task(ids.task(at)))).collect()),
            (format!("releasesOf({of})"), releases.map(|at| id(NodeId::Release(ids.release(at)))).collect()),
            (format!("easementsOf({of})"), easements.map(|at| id(NodeId::Easement(ids.easement(at)))).collect()),
            (
                format!("signpostsGivenTo({of}, purpose: {})", self.said()),
                signposts.map(|at| id(NodeId::SignpostGiven(ids.signpost(at)))).collect(),
            ),
            (format!("referralsOf({of})"), referrals.map(|at| id(NodeId::Referral(ids.referral(at)))).collect()),
            (format!("groupPlacesOf({of})"), seats.map(|at| id(NodeId::GroupPlace(ids.seat(at)))).collect()),
        ]
    }

    async fn lists_about(&self, executor: &Guarded) -> usize {
        let mut listed = 0;
        for person in 0..PEOPLE {
            let lists = self.about(person);
            let fields = lists.iter().enumerate().map(|(number, (field, _))| format!("l{number}: {field} {{ id }}"));
            let query = format!("{{ {} }}", fields.collect::<Vec<_>>().join(" "));
            let answer = self.answer(executor, &query, json!({})).await;
            for (number, (field, wanted)) in lists.iter().enumerate() {
                let found = answer[format!("l{number}")].as_array().unwrap();
                let found: Vec<&str> = found.iter().map(|node| node["id"].as_str().unwrap()).collect();
                assert_eq!(found, *wanted, "{field}: {}", self.told());
                listed += wanted.len();
            }
        }
        listed
    }

    /// What a worker is shown of their agency's, in pages: two on each, by node and by edge, with the number of all.
    async fn worklists_shown(&self, executor: &Guarded) -> usize {
        let (care, ids, oracle) = (self.for_care(), self.ids, self.oracle);
        let id = |id: NodeId| id.encode().0;
        let until = Millis(FAR_OFF).to_utc().date_naive();
        let appointments = oracle.diary(care, (LONG_AGO, FAR_OFF), false).into_iter();
        let tasks = oracle.my_tasks(care, until, true).into_iter();
        let referrals = oracle.worklist(care, false, &[], false).into_iter();
        let signposts = oracle.given(care, true).into_iter();
        let mut lists: Lists = vec![
            (
                "appointments(from: \"2020-10-01T00:00:00Z\", until: \"2030-01-01T00:00:00Z\",".to_owned(),
                appointments.map(|at| id(NodeId::Appointment(ids.appointment(at)))).collect(),
            ),
            (format!("myTasks(until: \"{until}\","), tasks.map(|at| id(NodeId::Task(ids.task(at)))).collect()),
            (
                "referrals(direction: RECEIVED,".to_owned(),
                referrals.map(|at| id(NodeId::Referral(ids.referral(at)))).collect(),
            ),
            (
                "mySignposts(unanswered: true,".to_owned(),
                signposts.map(|at| id(NodeId::SignpostGiven(ids.signpost(at)))).collect(),
            ),
        ];
        for group in 0..oracle.rows.groups.len() {
            let (whole, cohort) = (id(NodeId::Group(ids.group(group))), id(NodeId::Cohort(ids.cohort(group))));
            for (more, state) in
                [(String::new(), GroupPlaceState::Waiting), (format!("cohort: {cohort:?},"), GroupPlaceState::Placed)]
            {
                let seats = oracle.in_group(care, group, state).into_iter();
                let seats = seats.map(|at| id(NodeId::GroupPlace(ids.seat(at)))).collect();
                lists.push((format!("groupPlaces(group: {whole:?}, {more}"), seats));
            }
        }
        let mut listed = 0;
        for (field, wanted) in lists {
            let query = format!(
                "query($after: String) {{ list: {field} first: 2, after: $after) {{ totalCount pageInfo {{ hasNextPage endCursor }} \
                 nodes {{ id }} edges {{ node {{ id }} }} }} }}"
            );
            let (mut found, mut after) = (Vec::new(), Value::Null);
            loop {
                let page = self.answer(executor, &query, json!({ "after": after })).await["list"].take();
                assert_eq!(page["totalCount"], wanted.len(), "{field}: {}", self.told());
                let (nodes, edges) = (page["nodes"].as_array().unwrap(), page["edges"].as_array().unwrap());
                assert!(nodes.iter().eq(edges.iter().map(|edge| &edge["node"])), "{field}: {page}");
                found.extend(nodes.iter().map(|node| node["id"].as_str().unwrap().to_owned()));
                after = page["pageInfo"]["endCursor"].clone();
                if page["pageInfo"]["hasNextPage"] == false {
                    break;
                }
            }
            assert_eq!(found, wanted, "{field}: {}", self.told());
            listed += wanted.len();
        }
        let alerts = self.answer(executor, "{ firstContactAlerts { id } }", json!({})).await;
        let alerts: Vec<&str> =
            alerts["firstContactAlerts"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap()).collect();
        let wanted: Vec<String> =
            oracle.alerts(care).into_iter().map(|at| id(NodeId::Release(ids.release(at)))).collect();
        assert_eq!(alerts, wanted, "{}", self.told());
        listed
    }

    /// What stands on a pathway is what is shown elsewhere.
    async fn nested(&self, executor: &Guarded) -> usize {
        let (asked, ids, oracle) = (self.question, self.ids, self.oracle);
        let mut listed = 0;
        for person in 0..PEOPLE {
            let of = NodeId::ServiceUser(ids.person(person)).encode().0;
            let query = format!(
                "{{ pathway(serviceUser: {of:?}, purpose: {}, first: 100) {{ entries {{ nodes {{ kind item {{ \
                 ... on Appointment {{ id }} ... on SignpostGiven {{ id }} ... on PathwayReferralStep {{ referral }} \
                 ... on GroupPlace {{ id }} }} }} }} }} }}",
                self.said()
            );
            let pathway = self.answer(executor, &query, json!({})).await["pathway"].take();
            assert_eq!(!pathway.is_null(), oracle.knows(asked, person, ids), "{person}: {}", self.told());
            let entries = oracle.entries(asked, person, ids);
            let empty = Vec::new();
            let nodes = pathway["entries"]["nodes"].as_array().unwrap_or(&empty);
            assert_eq!(nodes.len(), entries.len(), "{person}: {}", self.told());
            let of_kind = |kind: &str, field: &str| -> BTreeSet<String> {
                let these = nodes.iter().filter(|node| node["kind"] == kind);
                these.map(|node| node["item"][field].as_str().unwrap().to_owned()).collect()
            };
            let stand = |kind: Kind, id: &dyn Fn(Uuid) -> NodeId| -> BTreeSet<String> {
                entries.iter().filter(|(_, of, _)| *of == kind).map(|(.., it)| id(*it).encode().0).collect()
            };
            let appointments = stand(Kind::Appointment, &|id| NodeId::Appointment(AppointmentId(id)));
            assert_eq!(of_kind("APPOINTMENT", "id"), appointments, "{person}: {}", self.told());
            let signposts = stand(Kind::Signpost, &|id| NodeId::SignpostGiven(SignpostId(id)));
            assert_eq!(of_kind("SIGNPOST", "id"), signposts, "{person}: {}", self.told());
            let seats = stand(Kind::GroupPlace, &|id| NodeId::GroupPlace(GroupPlaceId(id)));
            assert_eq!(of_kind("GROUP_PLACE", "id"), seats, "{person}: {}", self.told());
            let theirs = |number: &usize| oracle.world.referrals[*number].person == person;
            let referrals = oracle.referrals(asked).into_iter().filter(theirs);
            let referrals: BTreeSet<String> =
                referrals.map(|number| NodeId::Referral(ids.referral(number)).encode().0).collect();
            assert_eq!(of_kind("REFERRAL_STEP", "referral"), referrals, "{person}: {}", self.told());
            listed += entries.len();
        }
        listed
    }
}

#[tokio::test]
async fn every_field_shows_what_the_oracle_says() {
    let mut config = Config::default();
    // Everything there is, in one question.
    (config.graphql.max_root_fields, config.graphql.max_aliases) = (500, 500);
    (config.graphql.max_tokens, config.graphql.max_cost) = (50_000, 1_000_000);
    (config.graphql.max_page_size, config.graphql.max_depth) = (100, 20);
    let app = TestApp::with_config(config).await;
    let source = ground(app.db().connection()).await;
    let executor = executor(&app);
    let mut found = [0; 4];
    for seed in 0..worlds(WORLDS) {
        let (oracle, ids, mut dice) = laid_down(&app, source, 0xe0_0000_0000 + seed).await;
        app.refresh().await;
        for question in questions(&mut dice).into_iter().take(QUESTIONS) {
            let asking = asking(&app, &oracle, ids, question);
            found[0] += asking.one_by_one(&executor).await;
            found[1] += asking.lists_about(&executor).await;
            if question.agency.is_some() {
                found[2] += asking.worklists_shown(&executor).await;
            }
            found[3] += asking.nested(&executor).await;
        }
    }
    eprintln!("one by one, in lists, in worklists, on pathways: {found:?}");
    assert!(found.iter().all(|number| *number > 0), "worlds in which nothing may be seen show nothing: {found:?}");
}
