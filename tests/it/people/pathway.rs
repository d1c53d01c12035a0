//! The pathway as clients see it: one timeline, in order, filtered, in pages; and nothing on it that its viewer is not shown
//! elsewhere. That it has changed is told to whoever may see that.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::consents::agency;
use super::graph::Network;
use crate::support::accounts::As;
use crate::support::listings::service;

mod changed;
mod groups;

const ITEMS: &str = "at kind item { __typename ... on PersonNeed { record { id } need { key } } \
    ... on PersonAssessment { record { id } tool } ... on SignpostGiven { id services { name reasons { reason } } } \
    ... on PathwayReferralStep { referral event { step words } } ... on Appointment { id state history { words } }";
/// What is asked of a task, a day of release and an easement, on a pathway as elsewhere. What would be of another type by the
/// same name has a name of its own.
const TASK: &str = "id todo: kind dueOn words release owner { id } taskState: state history { step words by { id } }";
const RELEASE: &str = "id releaseOn fromPlace recordedBy { id } firstContact { state dueBy madeOn }";
const EASEMENT: &str = "id reason: kind beginsOn endsOn";

impl Network {
    async fn pathway(&self, token: &str, of: &str, purpose: &str, with: &str) -> Value {
        let query = format!(
            "query($id: ID!) {{ pathway(serviceUser: $id, purpose: {purpose} {with}) {{ serviceUserId isOpen \
             owner {{ account {{ id }} agency {{ id }} }} next {{ kind at id }} withheld {{ category reason }} \
             entries {{ pageInfo {{ hasNextPage endCursor }} nodes {{ {ITEMS} ... on Task {{ {TASK} }} \
             ... on Release {{ {RELEASE} }} ... on Easement {{ {EASEMENT} }} }} }} }} }} }}"
        );
        self.ask(token, &query, json!({ "id": of })).await["pathway"].take()
    }

    async fn kinds(&self, token: &str, of: &str, purpose: &str, with: &str) -> Vec<String> {
        let pathway = self.pathway(token, of, purpose, with).await;
        let nodes = pathway["entries"]["nodes"].as_array().cloned().unwrap_or_default();
        nodes.iter().map(|node| node["kind"].as_str().unwrap().to_owned()).collect()
    }

    /// Ida, who wants a hostel, was assessed, told of one, referred to the second agency, and is to come on Tuesday; a minute
    /// lies between each. Her id, and her referral's.
    async fn way(&self) -> (String, String) {
        self.app.save(&[service("beds", "Beds", "housing.hostel")]).await;
        let minute = || self.app.clock.advance(TimeDelta::minutes(1));
        let other = self.other_manager().await;
        let mut terms = super::consents::terms(Self::agency(0), Self::agency(1));
        let flows = ["IDENTITY", "HOUSING", "ATTENDANCE", "OFFENDING", "BENEFITS", "SUBSTANCE_USE"];
        terms["flows"][0]["categories"] = json!(flows);
        terms["flows"][0]["purposes"] = json!(["REFERRAL", "CARE_COORDINATION"]);
        terms["document"]["specialCategoryCondition"] = json!("Schedule 1, paragraph 2.");
        self.agree(&self.manager, &other, terms).await;
        let id = self.enter(&self.ann, json!({ "givenNames": "Ida", "familyName": "Crow" })).await;
        minute();
        self.record(&self.ann, &id, json!({ "need": { "need": "housing.hostel" } })).await;
        minute();
        let assessed = json!({ "assessment": { "category": "MENTAL_HEALTH", "tool": "PHQ-9", "assessedOn": "2026-11-20", "summary": "12" } });
        self.record(&self.ann, &id, assessed).await;
        minute();
        let listed = self.ask(&self.ann, "{ services(first: 1) { nodes { id } } }", json!({})).await;
        let beds = &listed["services"]["nodes"][0]["id"];
        let give = format!(
            "giveSignpost(input: {{ needs: [\"housing.hostel\"] }}, giving: {{ serviceUser: {id:?}, services: [{{ service: {beds} }}] }})"
        );
        assert_eq!(self.change(&self.ann, &give).await, json!([]));
        minute();
        self.permits(&id).await;
        let drafted = self.drafted(&id, json!(["IDENTITY", "HOUSING"])).await;
        let referral = drafted["referral"]["id"].as_str().unwrap().to_owned();
        let sent = self.stepped(&self.ann, "submitReferral", &referral, ", words: \"In confidence.\"").await;
        assert_eq!(sent["errors"], json!([]));
        minute();
        let ann = self.account(&self.ann).await;
        let book = format!(
            "bookAppointment(input: {{ serviceUser: {id:?}, kind: REVIEW, delivery: IN_PERSON, with: {ann:?}, \
             startsAt: \"2026-11-24T10:00:00Z\", endsAt: \"2026-11-24T11:00:00Z\", words: \"Bring the letter.\" }})"
        );
        assert_eq!(self.change(&self.ann, &book).await, json!([]));
        (id, referral)
    }

    /// She is to be released in January, has two easements, and a task of her own.
    async fn gate(&self, id: &str) {
        for change in [
            format!(
                "setReleaseDate(input: {{ serviceUser: {id:?}, releaseOn: \"2027-01-10\", fromPlace: \"HMP Somewhere\" }})"
            ),
            format!(
                "addEasement(input: {{ serviceUser: {id:?}, kind: DRUG_ALCOHOL_TREATMENT, beginsOn: \"2026-11-21\" }})"
            ),
            format!(
                "addEasement(input: {{ serviceUser: {id:?}, kind: OTHER, beginsOn: \"2026-11-22\", endsOn: \"2027-06-01\" }})"
            ),
            format!(
                "addTask(input: {{ serviceUser: {id:?}, words: \"Ring the hostel.\", dueOn: \"2026-11-23\", need: \"housing.hostel\" }})"
            ),
        ] {
            assert_eq!(self.change(&self.ann, &change).await, json!([]), "{change}");
        }
    }
}

#[tokio::test]
async fn everything_stands_on_one_timeline_the_latest_first() {
    let network = Network::new().await;
    let (id, referral) = network.way().await;
    let (ann, cal) = (network.account(&network.ann).await, network.account(&network.cal).await);
    let seen = network.pathway(&network.ann, &id, "CARE_COORDINATION", ", first: 50").await;
    let nodes = seen["entries"]["nodes"].as_array().unwrap();
    let kinds: Vec<_> = nodes.iter().map(|node| node["kind"].as_str().unwrap()).collect();
    let all = ["APPOINTMENT", "REFERRAL_STEP", "REFERRAL_STEP", "SIGNPOST", "ASSESSMENT", "NEED"];
    assert_eq!(kinds, all);
    assert_eq!(nodes[0]["item"]["history"][0]["words"], "Bring the letter.");
    assert_eq!(nodes[1]["item"]["event"]["step"], "SUBMITTED");
    assert_eq!(nodes[3]["item"]["services"][0]["name"], "Beds");
    assert_eq!(
        (&nodes[4]["item"]["tool"], &nodes[5]["item"]["need"]["key"]),
        (&json!("PHQ-9"), &json!("housing.hostel"))
    );
    // It is open; Ann answers for it until the other agency takes it on; what comes next is what comes first.
    assert_eq!((&seen["isOpen"], &seen["owner"]["account"]["id"]), (&json!(true), &json!(ann)));
    assert_eq!((&seen["next"]["kind"], &seen["next"]["at"]), (&json!("APPOINTMENT"), &json!("2026-11-24T10:00:00Z")));
    assert_eq!(network.stepped(&network.cal, "acceptReferral", &referral, "").await["errors"], json!([]));
    let owner = network.pathway(&network.ann, &id, "REFERRAL", "").await["owner"].take();
    assert_eq!((&owner["account"]["id"], &owner["agency"]["id"]), (&json!(cal), &json!(agency(Network::agency(1)))));
    // Of a kind, of a time.
    assert_eq!(network.kinds(&network.ann, &id, "REFERRAL", ", kinds: [NEED, SIGNPOST]").await, ["SIGNPOST", "NEED"]);
    assert_eq!(network.kinds(&network.ann, &id, "REFERRAL", ", from: \"2026-11-24T10:00:00Z\"").await, ["APPOINTMENT"]);
    let before = network.kinds(&network.ann, &id, "REFERRAL", ", until: \"2026-11-24T10:00:00Z\"").await;
    assert_eq!((before.len(), before.contains(&"APPOINTMENT".to_owned())), (6, false));
    let backwards = ", from: \"2026-11-24T10:00:00Z\", until: \"2026-11-24T10:00:00Z\"";
    let query = format!("{{ pathway(serviceUser: {id:?}, purpose: REFERRAL {backwards}) {{ isOpen }} }}");
    let (_, refused) = network.app.ask(As::token(&network.ann), &query, json!({})).await;
    assert_eq!(refused["errors"][0]["extensions"]["field"], "until");
}

/// What is of a day stands at its beginning: days of release, tasks, easements; of a kind, of a time, and next.
#[tokio::test]
async fn what_leads_through_the_gate_is_on_the_timeline() {
    let network = Network::new().await;
    let (id, _) = network.way().await;
    network.gate(&id).await;
    let with = ", first: 50, kinds: [RELEASE, TASK, EASEMENT]";
    let seen = network.pathway(&network.ann, &id, "CARE_COORDINATION", with).await;
    let nodes = seen["entries"]["nodes"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let what = |node: &Value| match node["kind"].as_str() {
        Some("TASK") => text(&node["item"]["todo"]),
        Some("EASEMENT") => text(&node["item"]["reason"]),
        _ => text(&node["item"]["fromPlace"]),
    };
    let days: Vec<(String, String)> = nodes.iter().map(|node| (text(&node["at"]), what(node))).collect();
    let wanted = [
        ("2027-05-18T00:00:00Z", "EASEMENT_ENDS"),
        ("2027-05-06T00:00:00Z", "EASEMENT_ENDS"),
        ("2027-01-11T00:00:00Z", "FIRST_CONTACT"),
        ("2027-01-10T00:00:00Z", "HMP Somewhere"),
        ("2027-01-10T00:00:00Z", "MET_AT_THE_GATE"),
        ("2027-01-03T00:00:00Z", "PRESCRIBING_CONTINUITY"),
        ("2026-12-27T00:00:00Z", "BENEFIT_CLAIM_STARTED"),
        ("2026-12-13T00:00:00Z", "HOUSING_MET"),
        ("2026-11-23T00:00:00Z", "OTHER"),
        ("2026-11-22T00:00:00Z", "OTHER"),
        ("2026-11-21T00:00:00Z", "DRUG_ALCOHOL_TREATMENT"),
    ];
    assert_eq!(days, wanted.map(|(at, what)| (at.to_owned(), what.to_owned())));
    let release = nodes.iter().find(|node| node["kind"] == "RELEASE").unwrap();
    assert_eq!(release["item"]["firstContact"]["state"], "NOT_YET_DUE");
    // The task of Monday comes before the appointment of Tuesday, until it is done.
    assert_eq!((&seen["next"]["kind"], &seen["next"]["at"]), (&json!("TASK"), &json!("2026-11-23T00:00:00Z")));
    let task = text(&seen["next"]["id"]);
    let done = format!("completeTask(input: {{ task: {task:?} }})");
    assert_eq!(network.change(&network.ann, &done).await, json!([]));
    let next = network.pathway(&network.ann, &id, "CARE_COORDINATION", "").await["next"].take();
    assert_eq!(next["kind"], "APPOINTMENT");
    let january = ", kinds: [RELEASE, TASK], from: \"2027-01-04T00:00:00Z\", until: \"2027-01-11T00:00:00Z\"";
    assert_eq!(network.kinds(&network.ann, &id, "SIGNPOSTING", january).await, ["RELEASE", "TASK"]);
    // What was taken back is on it no longer, but for its tasks, which say so.
    let back = format!("takeBackReleaseDate(id: {})", release["item"]["id"]);
    assert_eq!(network.change(&network.ann, &back).await, json!([]));
    assert_eq!(network.kinds(&network.ann, &id, "SIGNPOSTING", january).await, ["TASK"]);
}

/// Pages of a timeline are disjoint and complete, also where several entries are of one instant.
#[tokio::test]
async fn pages_of_a_timeline_leave_nothing_out() {
    let network = Network::new().await;
    let (id, _) = network.way().await;
    for key in ["work.finding-work", "money.benefits-advice", "housing.emergency"] {
        network.record(&network.ann, &id, json!({ "need": { "need": key } })).await;
    }
    network.gate(&id).await;
    let whole = network.pathway(&network.ann, &id, "REFERRAL", ", first: 50").await["entries"]["nodes"].take();
    let mut found = Vec::new();
    let mut after = String::new();
    loop {
        let mut page = network.pathway(&network.ann, &id, "REFERRAL", &format!(", first: 2 {after}")).await;
        let entries = page["entries"].take();
        found.extend(entries["nodes"].as_array().unwrap().clone());
        if entries["pageInfo"]["hasNextPage"] == json!(false) {
            break;
        }
        after = format!(", after: {}", entries["pageInfo"]["endCursor"]);
    }
    assert_eq!(json!(found), whole);
}

/// What stands on a pathway is what its viewer is shown elsewhere, whoever it is and for whichever purpose; and as much.
#[tokio::test]
async fn a_pathway_shows_what_is_shown_elsewhere() {
    let network = Network::new().await;
    let (id, referral) = network.way().await;
    network.gate(&id).await;
    let sam = network.account(&network.sam).await;
    let link = format!("linkAccount(input: {{ serviceUser: {id:?}, account: {sam:?} }})");
    let asked = json!({ "serviceUser": id, "kind": "PERMIT", "agencies": [agency(Network::agency(1))],
        "categories": ["HOUSING", "ATTENDANCE"], "purposes": ["REFERRAL", "CARE_COORDINATION"], "until": "2027-11-01T00:00:00Z" });
    let mut of_custody = asked.clone();
    of_custody["categories"] = json!(["OFFENDING", "BENEFITS"]);
    let mut seen_by_cal = Vec::new();
    for phase in 0..6 {
        match phase {
            0 => {}
            1 => {
                assert_eq!(
                    network.give(&network.ann, &asked, json!({ "method": "SPOKEN" })).await["errors"],
                    json!([])
                );
                // By way of the referral nothing is seen but what it discloses, whatever is permitted.
                let widened = network.stepped(&network.ann, "widenReferral", &referral, ", discloses: [ATTENDANCE]");
                assert_eq!(widened.await["errors"], json!([]));
            }
            2 => {
                let given = network.give(&network.ann, &of_custody, json!({ "method": "SPOKEN" })).await;
                assert_eq!(given["errors"], json!([]));
                let more = ", discloses: [OFFENDING, BENEFITS]";
                let widened = network.stepped(&network.ann, "widenReferral", &referral, more).await;
                assert_eq!(widened["errors"], json!([]));
            }
            3 => {
                let accepted = network.stepped(&network.cal, "acceptReferral", &referral, "").await;
                assert_eq!(accepted["errors"], json!([]));
                network.record(&network.cal, &id, json!({ "need": { "need": "work.finding-work" } })).await;
            }
            4 => assert_eq!(network.change(&network.ann, &link).await, json!([])),
            _ => {
                let keep_out = format!(
                    "keepOut(input: {{ serviceUser: {id:?}, whom: {{ agency: {:?} }} }})",
                    agency(Network::agency(1))
                );
                assert_eq!(network.change(&network.sam, &keep_out).await, json!([]));
            }
        }
        for token in [&network.ann, &network.bea, &network.cal, &network.sam, &network.manager] {
            if *token == network.manager {
                continue;
            }
            for purpose in ["REFERRAL", "CARE_COORDINATION", "SIGNPOSTING"] {
                let pathway = network.pathway(token, &id, purpose, ", first: 50").await;
                let on_it = |kind: &str, what: &dyn Fn(&Value) -> Value| -> BTreeSet<String> {
                    let nodes = pathway["entries"]["nodes"].as_array().cloned().unwrap_or_default();
                    nodes
                        .iter()
                        .filter(|node| node["kind"] == kind)
                        .map(|node| what(&node["item"]).to_string())
                        .collect()
                };
                let query = format!(
                    "{{ serviceUser(id: {id:?}, purpose: {purpose}) {{ withheld {{ category reason }} needs {{ record {{ id }} }} assessments {{ record {{ id }} }} }} \
                     signpostsGivenTo(serviceUser: {id:?}, purpose: {purpose}) {{ id }} \
                     referralsOf(serviceUser: {id:?}) {{ id history {{ step words }} }} appointmentsOf(serviceUser: {id:?}) {{ id }} \
                     tasksOf(serviceUser: {id:?}) {{ {TASK} }} releasesOf(serviceUser: {id:?}) {{ {RELEASE} }} \
                     easementsOf(serviceUser: {id:?}) {{ {EASEMENT} }} }}"
                );
                let elsewhere = network.ask(token, &query, json!({})).await;
                let of = |list: &Value, what: &dyn Fn(&Value) -> Value| -> BTreeSet<String> {
                    list.as_array().cloned().unwrap_or_default().iter().map(|it| what(it).to_string()).collect()
                };
                let (record, own): (&dyn Fn(&Value) -> Value, &dyn Fn(&Value) -> Value) =
                    (&|it| it["record"]["id"].clone(), &|it| it["id"].clone());
                let told = format!("phase {phase}, {purpose}: {pathway:#}");
                let person = &elsewhere["serviceUser"];
                assert_eq!(on_it("NEED", record), of(&person["needs"], record), "{told}");
                assert_eq!(on_it("ASSESSMENT", record), of(&person["assessments"], record), "{told}");
                assert_eq!(on_it("SIGNPOST", own), of(&elsewhere["signpostsGivenTo"], own), "{told}");
                if !pathway.is_null() {
                    let withheld = if person.is_null() { json!([]) } else { person["withheld"].clone() };
                    assert_eq!(pathway["withheld"], withheld, "{told}");
                }
                let steps =
                    elsewhere["referralsOf"].as_array().unwrap().iter().flat_map(|referral| {
                        referral["history"].as_array().unwrap().iter().map(|step| step.to_string())
                    });
                let mut steps: Vec<String> = steps.collect();
                let nodes = pathway["entries"]["nodes"].as_array().cloned().unwrap_or_default();
                let on_pathway = nodes.iter().filter(|node| node["kind"] == "REFERRAL_STEP");
                let mut on_pathway: Vec<String> = on_pathway.map(|node| node["item"]["event"].to_string()).collect();
                steps.sort_unstable();
                on_pathway.sort_unstable();
                assert_eq!(on_pathway, steps, "word for word: {told}");
                assert_eq!(on_it("APPOINTMENT", own), of(&elsewhere["appointmentsOf"], own), "{told}");
                for (kind, list) in [("TASK", "tasksOf"), ("RELEASE", "releasesOf"), ("EASEMENT", "easementsOf")] {
                    assert_eq!(on_it(kind, &whole), of(&elsewhere[list], &whole), "{list}, word for word: {told}");
                }
                if *token == network.cal && purpose == "CARE_COORDINATION" {
                    seen_by_cal.push(network.kinds(token, &id, purpose, ", first: 50").await);
                }
            }
        }
    }
    let many = |phase: usize| {
        let of = |kind: &str| seen_by_cal[phase].iter().filter(|seen| *seen == kind).count();
        (of("APPOINTMENT"), of("TASK"), of("RELEASE"), of("EASEMENT"))
    };
    assert_eq!(many(0), (0, 0, 0, 0), "{seen_by_cal:?}");
    assert_eq!(many(1), (1, 1, 0, 0), "what was permitted, and nothing that tells of prison: {seen_by_cal:?}");
    // Not what tells of treatment, nor the first contact, which stands among case notes.
    assert_eq!(many(2), (1, 6, 1, 1), "{seen_by_cal:?}");
    assert!(seen_by_cal[5].is_empty(), "whoever is kept out sees none of it: {seen_by_cal:?}");
}

/// Something as it was told, without its type.
fn whole(told: &Value) -> Value {
    let fields = told.as_object().into_iter().flatten().filter(|(name, _)| *name != "__typename");
    json!(fields.collect::<BTreeMap<_, _>>())
}

/// What is said with a referral goes by what flows for referrals, for whatever purpose a pathway is asked for; and there is a
/// pathway for who sees no more of somebody than that, whatever is on the page.
#[tokio::test]
async fn what_was_taken_back_is_on_no_pathway() {
    let network = Network::new().await;
    let (id, _) = network.way().await;
    let asked = json!({ "serviceUser": id, "kind": "PERMIT", "agencies": [agency(Network::agency(1))],
        "categories": ["IDENTITY", "HOUSING"], "purposes": ["CARE_COORDINATION"], "until": "2027-11-01T00:00:00Z" });
    network.give(&network.ann, &asked, json!({ "method": "SPOKEN" })).await;
    let words = async || network.pathway(&network.cal, &id, "CARE_COORDINATION", ", first: 50").await.to_string();
    assert!(words().await.contains("In confidence."));
    let consents = network.consents(&network.ann, &id).await;
    let of_referrals = consents["consents"].as_array().unwrap_or_else(|| panic!("{consents:#}")).iter();
    let of_referrals = of_referrals.filter(|it| it["purposes"] == json!(["REFERRAL"])).map(|it| it["id"].clone());
    for consent in of_referrals.collect::<Vec<_>>() {
        assert_eq!(network.change(&network.ann, &format!("withdrawConsent(id: {consent})")).await, json!([]));
    }
    let seen = words().await;
    assert!(seen.contains("REFERRAL_STEP") && !seen.contains("In confidence."), "the header, and no word: {seen}");
    // The header alone: somebody is there all the same, on every page and of every kind; nothing is told to be withheld.
    let only = network.pathway(&network.cal, &id, "SIGNPOSTING", ", kinds: [NEED]").await;
    assert_eq!((&only["entries"]["nodes"], &only["withheld"]), (&json!([]), &json!([])), "{only:#}");
}

/// Of somebody else there is no pathway, as if there were nobody, in as many statements; and of whom nothing was done yet there
/// is an empty one for who works with them.
#[tokio::test]
async fn a_pathway_of_somebody_else_is_not_there() {
    let network = Network::new().await;
    let (id, _) = network.way().await;
    let nobody = nobodys_id(77);
    let mut statements = Vec::new();
    for asked in [&id, &nobody] {
        let before = network.app.db().statements();
        assert_eq!(network.pathway(&network.bea, asked, "CARE_COORDINATION", "").await, Value::Null);
        assert_eq!(network.pathway(&network.sam, asked, "CARE_COORDINATION", "").await, Value::Null);
        statements.push(network.app.db().statements() - before);
    }
    assert_eq!(statements[0], statements[1]);
    let new = network.enter(&network.ann, json!({ "givenNames": "Noor" })).await;
    let empty = network.pathway(&network.ann, &new, "CARE_COORDINATION", "").await;
    assert_eq!(
        (&empty["entries"]["nodes"], &empty["isOpen"], &empty["next"]),
        (&json!([]), &json!(true), &Value::Null)
    );
    // Steps of referrals cost what appointments do, and one statement more: what the referrals are about and disclose.
    let cost = async |kind: &str| {
        let before = network.app.db().statements();
        assert_eq!(network.kinds(&network.ann, &id, "CARE_COORDINATION", &format!(", kinds: [{kind}]")).await[0], kind);
        network.app.db().statements() - before
    };
    assert_eq!(cost("REFERRAL_STEP").await, cost("APPOINTMENT").await + 1);
    // However much is on a page, the statements are as many.
    let mut counts = BTreeSet::new();
    for first in [3, 6] {
        for key in ["work.finding-work", "money.benefits-advice", "housing.emergency"] {
            network.record(&network.ann, &id, json!({ "need": { "need": key } })).await;
        }
        let before = network.app.db().statements();
        network.pathway(&network.ann, &id, "CARE_COORDINATION", &format!(", kinds: [NEED], first: {first}")).await;
        counts.insert(network.app.db().statements() - before);
    }
    assert_eq!(counts.len(), 1, "{counts:?}");
}

fn nobodys_id(number: u128) -> String {
    let id = entity::ids::ServiceUserId(uuid::Uuid::from_u128(number));
    ::signpost::api::ids::NodeId::ServiceUser(id).encode().0
}
