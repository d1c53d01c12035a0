//! The rows of a world in a database, every word of them sealed so that it can be opened.

use ::signpost::people::contents::{Assessment, Contents, Need};
use ::signpost::vault::Vault;
use ::signpost::vault::sealed::{DataKey, Place};
use entity::enums::{
    AppointmentDelivery, AppointmentKind, AppointmentStep, DataCategory, GroupPlaceState, GroupPlaceStep, Helped,
    RecordKind, ReferralUrgency, TaskStep,
};
use entity::ids::{AccountId, SignpostId};
use entity::instants::Millis;
use entity::lists::Words;
use entity::{
    appointment, appointment_event, consent, cover, easement, group_cohort, group_place, group_place_event,
    person_record, referral, referral_category, referral_event, referral_need, release, signpost, support_group, task,
    task_event,
};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::rows::{Rows, Told, first_instant};
use crate::access::stored::{Ids, insert};
use crate::access::world::{FAR_OFF, LONG_AGO, World};

const HOUR: i64 = 3_600_000;
/// What referrals and needs are about: housing.
const NEED: &str = "housing.hostel";

/// What words are sealed with, of a world.
struct Sealing<'a> {
    vault: &'a Vault,
    key: DataKey,
}

impl Sealing<'_> {
    fn seal(&self, column: &'static str, row: Uuid, text: &str) -> Option<String> {
        Some(self.vault.seal(&self.key, Place { column, row }, text).unwrap())
    }
}

/// Writes the rows of a world, which lies in the database already.
pub(super) async fn store_rows(vault: &Vault, world: &World, rows: &Rows, ids: Ids, db: &impl ConnectionTrait) {
    let sealing = Sealing { vault, key: vault.new_key(db).await.unwrap() };
    store_records(world, rows, ids, &sealing, db).await;
    store_referrals(world, rows, ids, &sealing, db).await;
    store_appointments(rows, ids, &sealing, db).await;
    store_tasks(rows, ids, &sealing, db).await;
    store_groups(rows, ids, db).await;
    store_seats(rows, ids, &sealing, db).await;
    let told = |(number, told)| signpost_of(ids, number, told, &sealing);
    insert(db, rows.signposts.iter().enumerate().map(told).collect()).await;
    for (number, agency) in rows.written_for.iter().enumerate() {
        let row = consent::ActiveModel { agency_id: Set(agency.map(|it| ids.agency(it))), ..Default::default() };
        let this = consent::Column::Id.eq(ids.consent(number));
        consent::Entity::update_many().set(row).filter(this).exec(db).await.unwrap();
    }
}

/// What the records of the world are, from now on.
async fn store_records(world: &World, rows: &Rows, ids: Ids, sealing: &Sealing<'_>, db: &impl ConnectionTrait) {
    for (number, (record, (kind, at))) in world.records.iter().zip(&rows.records).enumerate() {
        let contents = match kind {
            RecordKind::Need => Contents::Need(Need { key: NEED.to_owned(), priority: 1, remark: None }),
            RecordKind::Assessment => Contents::Assessment(Assessment {
                category: record.category,
                tool: "AUDIT".to_owned(),
                assessed_on: Millis(*at).to_utc().date_naive(),
                summary: None,
                answers: Vec::new(),
            }),
            // Notes stand on no timeline.
            _ => continue,
        };
        let id = ids.record(number);
        let text = serde_json::to_string(&contents).unwrap();
        let row = person_record::ActiveModel {
            kind: Set(*kind),
            sealed: Set(sealing.seal("person_record.sealed", id.0, &text).unwrap()),
            recorded_at: Set(Millis(*at)),
            ..Default::default()
        };
        person_record::Entity::update_many().set(row).filter(person_record::Column::Id.eq(id)).exec(db).await.unwrap();
    }
}

async fn store_referrals(world: &World, rows: &Rows, ids: Ids, sealing: &Sealing<'_>, db: &impl ConnectionTrait) {
    let (mut all, mut needs, mut disclosed, mut events) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (number, (header, sent)) in world.referrals.iter().zip(&rows.referrals).enumerate() {
        let (referral_id, to) = (ids.referral(number), header.party.unwrap_or(header.agency));
        all.push(referral::Model {
            id: referral_id,
            service_user_id: ids.person(header.person),
            recorded_for: ids.person(header.person),
            agency_id: ids.agency(header.agency),
            to_agency_id: ids.agency(to),
            party_id: header.party.map(|party| ids.agency(party)),
            service_id: None,
            parent_id: None,
            relationship_id: None,
            state: sent.state,
            held_from: None,
            urgency: ReferralUrgency::Routine,
            release_on: Some(sent.released),
            owner_id: ids.account(sent.owner),
            owner_agency_id: ids.agency(sent.owner_agency),
            offered_to: sent.offered_to.map(|to| ids.account(to)),
            created_by: ids.account(0),
            created_at: Millis(0),
            sent_at: header.party.map(|_| Millis(0)),
            expires_at: header.party.map(|_| Millis(sent.expires)),
            waitlisted_at: None,
            expected_on: None,
            reason: None,
            outcome: None,
            changed_at: Millis(0),
            version: 1,
            preview_hash: None,
        });
        needs.push(referral_need::Model { id: ids.need_of(number), referral_id, need_key: NEED.to_owned() });
        disclosed.extend(sent.discloses.iter().enumerate().map(|(place, category)| referral_category::Model {
            id: ids.disclosed_by(number, place),
            referral_id,
            category: *category,
            version_id: None,
            consent_id: None,
            event_id: None,
        }));
        events.extend(sent.steps.iter().enumerate().map(|(place, step)| {
            let id = ids.step(number, place);
            referral_event::Model {
                id,
                referral_id,
                number: i32::try_from(place).unwrap() + 1,
                step: step.step,
                state: sent.state,
                at: Millis(step.at),
                by: Some(ids.account(step.agency.unwrap_or(2))),
                agency_id: step.agency.map(|agency| ids.agency(agency)),
                reason: None,
                sealed: sealing.seal("referral_event.sealed", id.0, "Said in confidence."),
            }
        }));
    }
    insert(db, all).await;
    insert(db, needs).await;
    insert(db, disclosed).await;
    insert(db, events).await;
}

async fn store_appointments(rows: &Rows, ids: Ids, sealing: &Sealing<'_>, db: &impl ConnectionTrait) {
    let (mut all, mut events) = (Vec::new(), Vec::new());
    for (number, row) in rows.appointments.iter().enumerate() {
        let (id, event) = (ids.appointment(number), ids.appointment_event(number));
        let (starts_at, by) = (Millis(row.starts), ids.account(row.with));
        all.push(appointment::Model {
            id,
            service_user_id: ids.person(row.person),
            recorded_for: ids.person(row.person),
            agency_id: ids.agency(row.agency),
            kind: AppointmentKind::OneToOne,
            delivery: AppointmentDelivery::InPerson,
            location_id: None,
            starts_at,
            ends_at: Millis(row.starts + HOUR),
            with_id: by,
            referral_id: row.referral.map(|referral| ids.referral(referral)),
            replaces_id: None,
            state: row.state,
            is_late: None,
            is_acceptable: None,
            delivered: None,
            cancelled_by: None,
            cancelled_at: None,
            booked_by: by,
            booked_at: Millis(0),
            changed_at: Millis(0),
        });
        events.push(appointment_event::Model {
            id: event,
            appointment_id: id,
            number: 1,
            step: AppointmentStep::Booked,
            state: row.state,
            at: Millis(0),
            by: Some(by),
            agency_id: Some(ids.agency(row.agency)),
            is_late: None,
            is_acceptable: None,
            delivered: None,
            sealed: sealing.seal("appointment_event.sealed", event.0, "Bring your papers."),
        });
    }
    insert(db, all).await;
    insert(db, events).await;
}

async fn store_tasks(rows: &Rows, ids: Ids, sealing: &Sealing<'_>, db: &impl ConnectionTrait) {
    let ended = |ended: bool| ended.then_some(Millis(1));
    let by: AccountId = ids.account(0);
    let releases = rows.releases.iter().enumerate().map(|(number, row)| release::Model {
        id: ids.release(number),
        service_user_id: ids.person(row.person),
        recorded_for: ids.person(row.person),
        agency_id: ids.agency(row.agency),
        release_on: row.on,
        day_begins_at: Millis(first_instant(row.on)),
        sealed: sealing.seal("release.sealed", ids.release(number).0, "HMP Somewhere"),
        recorded_by: by,
        recorded_at: Millis(0),
        ended_at: ended(row.ended),
        replaces_id: None,
    });
    insert(db, releases.collect()).await;
    let easements = rows.easements.iter().enumerate().map(|(number, row)| easement::Model {
        id: ids.easement(number),
        service_user_id: ids.person(row.person),
        recorded_for: ids.person(row.person),
        agency_id: ids.agency(row.agency),
        kind: row.kind,
        begins_on: row.ends_on,
        ends_on: row.ends_on,
        recorded_by: by,
        recorded_at: Millis(0),
        ended_at: ended(row.ended),
    });
    insert(db, easements.collect()).await;
    let tasks = rows.tasks.iter().enumerate().map(|(number, row)| task::Model {
        id: ids.task(number),
        service_user_id: ids.person(row.person),
        recorded_for: ids.person(row.person),
        agency_id: ids.agency(row.agency),
        category: row.category,
        kind: row.kind,
        release_id: row.release.map(|release| ids.release(release)),
        easement_id: None,
        due_on: row.on,
        state: row.state,
        owner_id: ids.account(row.owner),
        sealed: sealing.seal("task.sealed", ids.task(number).0, "Ring the hostel."),
        done_on: row.done_on,
        done_by: row.done_on.map(|_| by),
        created_by: by,
        created_at: Millis(0),
        changed_at: Millis(0),
    });
    insert(db, tasks.collect()).await;
    let events = rows.tasks.iter().enumerate().map(|(number, row)| {
        let id = ids.task_event(number);
        task_event::Model {
            id,
            task_id: ids.task(number),
            number: 1,
            step: TaskStep::Added,
            state: row.state,
            at: Millis(0),
            by,
            agency_id: ids.agency(row.agency),
            sealed: sealing.seal("task_event.sealed", id.0, "For tonight."),
        }
    });
    insert(db, events.collect()).await;
    let covers = rows.covers.iter().enumerate().map(|(number, row)| cover::Model {
        id: ids.cover(number),
        agency_id: ids.agency(row.agency),
        account_id: ids.account(row.away),
        covered_by: ids.account(row.by),
        begins_on: row.begins_on,
        ends_on: row.ends_on,
        created_by: by,
        created_at: Millis(0),
        ended_at: ended(row.ended),
    });
    insert(db, covers.collect()).await;
}

async fn store_groups(rows: &Rows, ids: Ids, db: &impl ConnectionTrait) {
    let by: AccountId = ids.account(0);
    let groups = rows.groups.iter().enumerate().map(|(number, row)| support_group::Model {
        id: ids.group(number),
        agency_id: ids.agency(row.agency),
        name: format!("Group {number}"),
        service_id: None,
        location_id: None,
        needs: Words(row.needs.iter().map(|need| (*need).to_owned()).collect()),
        delivery: AppointmentDelivery::InPerson,
        places: 20,
        made_by: by,
        made_at: Millis(0),
        version: 1,
        closed_at: None,
        closed_by: None,
        end_reason: None,
    });
    insert(db, groups.collect()).await;
    let cohorts = rows.groups.iter().enumerate().map(|(number, row)| group_cohort::Model {
        id: ids.cohort(number),
        group_id: ids.group(number),
        agency_id: ids.agency(row.agency),
        begins_on: Millis(LONG_AGO).to_utc().date_naive(),
        ends_on: Millis(if row.over { LONG_AGO } else { FAR_OFF }).to_utc().date_naive(),
        places: 20,
        with_id: by,
        opened_by: by,
        opened_at: Millis(0),
        closed_at: None,
        version: 1,
        called_off_at: None,
        called_off_by: None,
        end_reason: None,
    });
    insert(db, cohorts.collect()).await;
}

async fn store_seats(rows: &Rows, ids: Ids, sealing: &Sealing<'_>, db: &impl ConnectionTrait) {
    let by: AccountId = ids.account(0);
    let (mut all, mut events) = (Vec::new(), Vec::new());
    for (number, row) in rows.seats.iter().enumerate() {
        let (id, agency) = (ids.seat(number), ids.agency(rows.groups[row.group].agency));
        let (placed, left) = (row.state == GroupPlaceState::Placed, row.state == GroupPlaceState::Left);
        let (at, cohort) = (Millis(row.joined), Some(ids.cohort(row.group)).filter(|_| placed));
        all.push(group_place::Model {
            id,
            service_user_id: ids.person(row.person),
            recorded_for: ids.person(row.person),
            agency_id: agency,
            group_id: ids.group(row.group),
            number: i32::try_from(number).unwrap() + 1,
            cohort_id: cohort,
            state: row.state,
            joined_at: at,
            joined_by: by,
            placed_at: placed.then_some(at),
            offered_by: placed.then_some(by),
            sealed: sealing.seal("group_place.sealed", id.0, "Worse off.").filter(|_| placed),
            left_at: left.then_some(at),
            left_by: left.then_some(by),
        });
        let mut steps = vec![GroupPlaceStep::Asked];
        steps.extend(placed.then_some(GroupPlaceStep::Preferred));
        steps.extend(left.then_some(GroupPlaceStep::Left));
        for (place, step) in steps.into_iter().enumerate() {
            let event = ids.seat_event(number, place);
            let passes = step == GroupPlaceStep::Preferred;
            events.push(group_place_event::Model {
                id: event,
                place_id: id,
                number: i32::try_from(place).unwrap() + 1,
                step,
                at,
                by,
                agency_id: Some(agency),
                cohort_id: cohort.filter(|_| passes),
                reason: None,
                sealed: sealing.seal("group_place_event.sealed", event.0, "Worse off.").filter(|_| passes),
            });
        }
    }
    insert(db, all).await;
    insert(db, events).await;
}

/// "A set of categories, a bit each, in the order of all of them."
fn bits(row: &Told) -> i32 {
    let bit = |category: &DataCategory| 1_i32 << DataCategory::ALL.iter().position(|one| one == category).unwrap();
    row.tells_of.iter().map(bit).sum()
}

fn signpost_of(ids: Ids, number: usize, row: &Told, sealing: &Sealing<'_>) -> signpost::Model {
    let id: SignpostId = ids.signpost(number);
    let person = row.person.map(|person| ids.person(person));
    signpost::Model {
        id,
        service_user_id: person,
        recorded_for: person,
        agency_id: ids.agency(row.agency),
        given_by: ids.account(row.by),
        given_at: Millis(row.at),
        tells_of: bits(row),
        told: person.is_none().then(|| "[]".to_owned()),
        sealed: person.and_then(|_| sealing.seal("signpost.sealed", id.0, r#"{"told":[],"why":[]}"#)),
        link_hash: None,
        link_until: None,
        helped: row.answered.then_some(Helped::Partly),
        helped_at: row.answered.then_some(Millis(row.at)),
        helped_by: None,
    }
}
