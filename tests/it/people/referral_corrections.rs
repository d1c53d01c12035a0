//! Referrals that are refused again and again as out of the area teach the directory: a correction of the listing is drafted for
//! the agency that refuses them, and tells of nobody.

use chrono::TimeDelta;
use entity::correction;
use entity::enums::{CorrectionKind, CorrectionState, ReferralReason};
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use super::consents::{agency, terms};
use super::graph::Network;

const SAID: &str = "At least 5 people who were referred to it within 90 days were refused, because it does not cover where \
    people came from.";

/// Two agencies that agreed, and a service of the second, which refuses.
struct Refusing {
    network: Network,
    service: String,
    /// A manager of the second.
    max: String,
}

impl Refusing {
    async fn new() -> Self {
        let network = Network::new().await;
        let max = network.other_manager().await;
        network.agree(&network.manager, &max, terms(Network::agency(0), Network::agency(1))).await;
        let make = "mutation($input: CreateServiceInput!) { createService(input: $input) \
            { listing { service { id } } errors { code field message } } }";
        let input = json!({ "fields": { "name": "Beds", "needs": ["housing.hostel"] } });
        let made = network.ask(&max, make, json!({ "input": input })).await["createService"].take();
        assert_eq!(made["errors"], json!([]));
        let service = made["listing"]["service"]["id"].as_str().unwrap().to_owned();
        Self { network, service, max }
    }

    /// So many days go by; everybody signs in again.
    async fn days(&mut self, days: i64) {
        let app = &self.network.app;
        app.clock.advance(TimeDelta::days(days));
        let (ann, cal) = (app.token("ann@example.org").await, app.token("cal@example.org").await);
        self.max = app.token("max@example.org").await;
        self.network.manager = app.token("mo@example.org").await;
        (self.network.ann, self.network.cal) = (ann, cal);
    }

    /// Somebody who can be referred to the second agency.
    async fn person(&self, name: &str) -> String {
        let network = &self.network;
        let id = network.enter(&network.ann, json!({ "givenNames": name })).await;
        let need = json!({ "need": { "need": "housing.hostel" } });
        assert_eq!(network.record(&network.ann, &id, need).await["errors"], json!([]));
        network.permits(&id).await;
        id
    }

    /// Somebody is referred to the service, and refused; the referral.
    async fn refused(&self, of: &str, reason: &str) -> String {
        let network = &self.network;
        let query = "mutation($input: DraftReferralInput!) { draftReferral(input: $input) \
            { referral { id } errors { code field message } } }";
        let input = json!({ "serviceUser": of, "receiver": agency(Network::agency(1)), "service": self.service,
            "needs": ["housing.hostel"], "discloses": ["IDENTITY", "HOUSING"] });
        let drafted = network.ask(&network.ann, query, json!({ "input": input })).await["draftReferral"].take();
        assert_eq!(drafted["errors"], json!([]));
        let id = drafted["referral"]["id"].as_str().unwrap().to_owned();
        for (by, step, said) in [
            (&network.ann, "submitReferral", String::new()),
            (&network.cal, "rejectReferral", format!(", reason: {reason}")),
        ] {
            assert_eq!(network.stepped(by, step, &id, &said).await["errors"], json!([]), "{step}");
        }
        id
    }

    /// So many people are refused as out of the area, one referral each.
    async fn refused_people(&self, names: &[&str]) -> Vec<String> {
        let mut people = Vec::new();
        for name in names {
            let id = self.person(name).await;
            self.refused(&id, "OUT_OF_AREA").await;
            people.push(id);
        }
        people
    }

    /// What the loop does once.
    async fn look(&self) -> u64 {
        self.network.app.app.draft_of_referrals().await.unwrap()
    }

    /// The corrections that a manager sees.
    async fn seen(&self, token: &str) -> Vec<Value> {
        let query = "{ corrections { totalCount nodes { id kind state words reason about happenedOn serviceName \
            proposed { field } authorName authorAgency { id } viewerCanAnswer } } }";
        let seen = self.network.ask(token, query, json!({})).await["corrections"]["nodes"].take();
        seen.as_array().unwrap().clone()
    }

    async fn answer(&self, id: &Value, verdict: &str) {
        let query =
            "mutation($input: AnswerCorrectionInput!) { answerCorrection(input: $input) { errors { code message } } }";
        let input = json!({ "id": id, "verdict": verdict, "reply": "We help all of the county." });
        let answered = self.network.ask(&self.max, query, json!({ "input": input })).await;
        assert_eq!(answered["answerCorrection"]["errors"], json!([]));
    }

    /// Somebody tells that the service turned people away.
    async fn reports(&self, token: &str, key: &str) {
        let query =
            "mutation($input: ReportRefusalInput!) { reportRefusal(input: $input) { errors { code message } } }";
        let input = json!({ "service": self.service, "reason": "AREA_NOT_COVERED", "idempotencyKey": key });
        let told = self.network.ask(token, query, json!({ "input": input })).await;
        assert_eq!(told["reportRefusal"]["errors"], json!([]));
    }

    /// Every draft there is, as it is stored.
    async fn drafts(&self) -> Vec<correction::Model> {
        let mut rows = correction::Entity::find().all(self.network.app.db().connection()).await.unwrap();
        rows.retain(|row| row.kind == CorrectionKind::Drafted);
        rows.sort_by_key(|row| (row.made_at, row.id));
        rows
    }
}

/// Five people: a draft, once, for the manager of the agency that refused them; and it never says more than that.
#[tokio::test]
async fn five_people_out_of_the_area_become_a_draft_for_the_agency() {
    let mut refusing = Refusing::new().await;
    refusing.refused_people(&["Ada", "Ben", "Cyd", "Dan"]).await;
    let fifth = refusing.person("Eve").await;
    refusing.refused(&fifth, "NO_CAPACITY").await;
    refusing.days(1).await;
    assert_eq!(refusing.look().await, 0, "four people, and one for another reason");
    refusing.refused(&fifth, "OUT_OF_AREA").await;
    assert_eq!(refusing.look().await, 0, "the day is not over: a draft of this hour would point at Eve");
    assert_eq!(refusing.seen(&refusing.max).await, Vec::<Value>::new());
    refusing.days(1).await;
    let (one, two) = tokio::join!(refusing.look(), refusing.look());
    assert_eq!(one + two, 1, "two processes at once");
    assert_eq!(refusing.look().await, 0, "and again");
    let seen = refusing.seen(&refusing.max).await;
    let id = seen[0]["id"].clone();
    let expected = json!([{ "id": id, "kind": "DRAFTED", "state": "OPEN", "words": SAID, "reason": "AREA_NOT_COVERED",
        "about": "PLACE", "happenedOn": null, "serviceName": "Beds", "proposed": [], "authorName": null,
        "authorAgency": null, "viewerCanAnswer": true }]);
    assert_eq!(json!(seen), expected);
    assert_eq!(refusing.seen(&refusing.network.manager).await, Vec::<Value>::new(), "not for who referred them");
    // One more changes nothing: what would be told between two looks would be told of one person.
    let before = refusing.drafts().await;
    refusing.refused_people(&["Flo"]).await;
    refusing.days(1).await;
    assert_eq!(refusing.look().await, 0);
    assert_eq!(refusing.drafts().await, before);
}

/// Four people are too few, however often each was refused, and whatever is asked for.
#[tokio::test]
async fn one_person_refused_again_and_again_is_one_person() {
    let mut refusing = Refusing::new().await;
    let people = refusing.refused_people(&["Ada", "Ben", "Cyd", "Dan"]).await;
    for _ in 0..4 {
        refusing.refused(&people[0], "OUT_OF_AREA").await;
    }
    refusing.days(1).await;
    assert_eq!(refusing.look().await, 0);
    let people = &refusing.network.app.app.people;
    let asked = people.often_refused(ReferralReason::OutOfArea, 1, 90).await.unwrap();
    assert!(asked.is_empty(), "not even where fewer are asked for: {asked:?}");
    assert!(refusing.drafts().await.is_empty());
}

#[tokio::test]
async fn ninety_days_count_and_no_more() {
    for (days, drafted) in [(90, 1), (91, 0)] {
        let mut refusing = Refusing::new().await;
        refusing.refused_people(&["Ada", "Ben", "Cyd", "Dan", "Eve"]).await;
        refusing.days(days).await;
        assert_eq!(refusing.look().await, drafted, "after {days} days");
        assert_eq!(refusing.drafts().await.len(), usize::try_from(drafted).unwrap());
    }
}

/// Who keeps the agency out, and what should never have been, does not count.
#[tokio::test]
async fn who_keeps_the_agency_out_does_not_count() {
    let mut refusing = Refusing::new().await;
    let people = refusing.refused_people(&["Ada", "Ben", "Cyd", "Dan", "Eve"]).await;
    let sixth = refusing.person("Flo").await;
    let wrong = refusing.refused(&sixth, "OUT_OF_AREA").await;
    let network = &refusing.network;
    let words = ", words: \"Another Flo.\"";
    let undone = network.stepped(&network.ann, "enterReferralInError", &wrong, words).await;
    assert_eq!(undone["errors"], json!([]));
    let whom = agency(Network::agency(1));
    let out = format!("keepOut(input: {{ serviceUser: {:?}, whom: {{ agency: {whom:?} }} }})", people[0]);
    assert_eq!(network.change(&network.ann, &out).await, json!([]));
    refusing.days(1).await;
    assert_eq!(refusing.look().await, 0);
    refusing.refused_people(&["Gus"]).await;
    refusing.days(1).await;
    assert_eq!(refusing.look().await, 1, "five who do not keep it out");
}

/// An answer is the answer to all that was refused until then: it takes as many again.
#[tokio::test]
async fn what_was_answered_is_not_drafted_again_but_of_new_refusals() {
    let mut refusing = Refusing::new().await;
    let people = refusing.refused_people(&["Ada", "Ben", "Cyd", "Dan", "Eve"]).await;
    refusing.days(1).await;
    assert_eq!(refusing.look().await, 1);
    // Refused before the answer, on the day of it: answered with the others.
    refusing.refused_people(&["Flo"]).await;
    refusing.network.app.clock.advance(TimeDelta::minutes(1));
    let draft = refusing.seen(&refusing.max).await[0]["id"].clone();
    refusing.answer(&draft, "DECLINE").await;
    refusing.network.app.clock.advance(TimeDelta::minutes(1));
    for days in [0, 1] {
        refusing.days(days).await;
        assert_eq!(refusing.look().await, 0, "the same refusals, {days} days later");
    }
    refusing.refused_people(&["Gus", "Hal", "Ivy", "Jon"]).await;
    refusing.days(1).await;
    assert_eq!(refusing.look().await, 0, "four since");
    // Somebody who was refused before is refused again.
    refusing.refused(&people[0], "OUT_OF_AREA").await;
    refusing.days(1).await;
    assert_eq!(refusing.look().await, 1);
    let states: Vec<_> = refusing.drafts().await.iter().map(|row| row.state).collect();
    assert_eq!(states, [CorrectionState::Declined, CorrectionState::Open]);
    let seen = refusing.seen(&refusing.max).await;
    let open = seen.iter().find(|one| one["state"] == "OPEN").unwrap();
    refusing.answer(&open["id"], "DONE_BY_HAND").await;
    refusing.days(1).await;
    assert_eq!(refusing.look().await, 0);
    assert_eq!(refusing.drafts().await.len(), 2);
}

/// What workers tell of and what is refused is one draft, and neither takes the other's words away.
#[tokio::test]
async fn reports_and_referrals_are_one_draft() {
    let mut refusing = Refusing::new().await;
    let network = &refusing.network;
    for (token, key) in [(&network.ann, "1"), (&network.ann, "2"), (&network.bea, "3")] {
        refusing.reports(token, key).await;
    }
    let told = "2 workers of 1 agency were turned away 3 times since 21 November 2026, because it does not cover where people \
        came from.";
    let words = async |refusing: &Refusing| {
        let seen = refusing.seen(&refusing.max).await;
        let drafted: Vec<&Value> = seen.iter().filter(|one| one["kind"] == "DRAFTED").collect();
        assert_eq!(drafted.len(), 1, "{drafted:?}");
        drafted[0]["words"].as_str().unwrap().to_owned()
    };
    assert_eq!(words(&refusing).await, told);
    refusing.refused_people(&["Ada", "Ben", "Cyd", "Dan", "Eve"]).await;
    refusing.days(1).await;
    assert_eq!(refusing.look().await, 1);
    assert_eq!(words(&refusing).await, format!("{told} {SAID}"));
    refusing.reports(&refusing.network.ann, "4").await;
    let renewed = told.replace("3 times", "4 times");
    assert_eq!(words(&refusing).await, format!("{renewed} {SAID}"));
    assert_eq!(refusing.look().await, 0);
}
