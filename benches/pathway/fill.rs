//! A network with one very long pathway and one very long worklist, and with short ones beside them. Rows are written many at
//! once, on either engine; what is personal is sealed as the program seals it, each person's under a key of their own.

use entity::enums::{
    ConsentGiver, ConsentKind, ConsentMethod, DataCategory, Purpose, ReferralState, ReferralStep, ReferralUrgency,
    RelationshipKind, Role,
};
use entity::ids::{
    AccountId, AgencyId, AssignmentId, ConsentId, ConsentScopeId, MembershipId, RecordId, ReferralCategoryId,
    ReferralEventId, ReferralId, ReferralNeedId, RelationshipId, ServiceUserId, SourceId,
};
use entity::instants::Millis;
use entity::{
    account, agency, assignment, consent, consent_scope, membership, person_record, referral, referral_category,
    referral_event, referral_need, relationship, service_user, source,
};
use sea_orm::{ConnectionTrait, EntityTrait, PaginatorTrait};
use signpost::app::App;
use signpost::people::contents::work::category_of;
use signpost::people::contents::{Contents, Identity};
use signpost::people::referrals::life::UNANSWERED;
use signpost::vault::sealed::{DataKey, Place};
use uuid::Uuid;

use crate::measuring::Outcome;
use crate::network::{agree, id};
use crate::rows::{Rows, put};
use crate::way::way;
use crate::worklist::worklist;

/// Agencies that refer to the one of the long worklist.
pub(crate) const SENDERS: u32 = 200;
/// The agency of the long worklist. The senders follow it.
pub(crate) const HUB: u32 = 0;
/// The agency that works with the two whose pathways are looked at: the first of the senders.
pub(crate) const OWN: u32 = 1;
/// The agencies that hold rows about them: as many of the senders, the first first.
pub(crate) const SOURCES: u32 = 5;
/// An agency that they are shared with.
pub(crate) const OTHER: u32 = SENDERS + 1;
/// The agency of the short worklist.
pub(crate) const SMALL: u32 = SENDERS + 2;
const AGENCIES: u32 = SENDERS + 3;

/// Events of the short pathway, and referrals of the short worklist: more than a page of either.
pub(crate) const FEW: u32 = 120;

pub(crate) const DAY: i64 = 86_400_000;

/// What flows under every agreement, and what everybody permits.
pub(crate) const SHARED: &[DataCategory] = &[
    DataCategory::Identity,
    DataCategory::Housing,
    DataCategory::Benefits,
    DataCategory::SubstanceUse,
    DataCategory::MentalHealth,
    DataCategory::Attendance,
];
const PURPOSES: &[Purpose] = &[Purpose::Referral, Purpose::CareCoordination];

/// What people want help with.
pub(crate) const NEEDS: &[&str] =
    &["housing.emergency", "money.benefits-advice", "drugs-alcohol.prescribing", "mental-health.crisis"];

/// Of a list, the so manieth, and from the first again behind the last.
pub(crate) fn of<T: Copy>(all: &[T], number: u32) -> Outcome<T> {
    let many = u32::try_from(all.len())?;
    Ok(usize::try_from(number % many.max(1)).ok().and_then(|at| all.get(at)).copied().ok_or("an empty list")?)
}

pub(crate) fn agency(number: u32) -> AgencyId {
    AgencyId(id(1, number))
}

pub(crate) fn worker(number: u32) -> AccountId {
    AccountId(id(2, number))
}

/// The worker of an agency, who acts for it.
pub(crate) fn who(number: u32) -> (AccountId, AgencyId) {
    (worker(number), agency(number))
}

/// Whose the long pathway is, and whose the short one.
pub(crate) fn long() -> ServiceUserId {
    ServiceUserId(id(3, 0))
}

pub(crate) fn short() -> ServiceUserId {
    ServiceUserId(id(3, 1))
}

/// How much there is to be.
#[derive(Clone, Copy)]
pub(crate) struct Sizes {
    pub(crate) events: u32,
    pub(crate) referrals: u32,
}

/// Fills a database where nobody is in it.
pub(crate) async fn fill(app: &App, sizes: Sizes) -> Outcome<()> {
    let db = app.database.connection();
    if service_user::Entity::find().count(db).await? > 0 {
        return Ok(());
    }
    network(app).await?;
    let mut filling = Filling { app, now: app.clock.now().into(), last: 0 };
    way(&mut filling, long(), sizes.events).await?;
    way(&mut filling, short(), FEW).await?;
    worklist(&mut filling, (SMALL, SOURCES), FEW).await?;
    worklist(&mut filling, (HUB, SENDERS), sizes.referrals).await?;
    db.execute_unprepared("ANALYZE").await?;
    Ok(())
}

/// Agencies, a worker of each, and what they agree on.
async fn network(app: &App) -> Outcome<()> {
    let now = app.clock.now();
    let db = app.database.connection();
    let source = source::Model {
        id: SourceId(id(9, 0)),
        key: "bench".to_owned(),
        name: "Bench".to_owned(),
        licence: None,
        attribution: None,
        created_at: now,
    };
    let source_id = source.id;
    put(db, vec![source]).await?;
    let listed = |number: u32| agency::Model {
        id: agency(number),
        source_id,
        source_key: number.to_string(),
        content_hash: String::new(),
        name: format!("Agency {number}"),
        alternate_name: None,
        description: None,
        email: None,
        website: None,
        legal_status: None,
        charity_number: None,
        company_number: None,
        parent_id: None,
        created_at: now,
        updated_at: now,
        merged_into: None,
        needs_approval: false,
        version: 1,
        kept_at: None,
    };
    put(db, (0..AGENCIES).map(listed).collect()).await?;
    let account = |number: u32| account::Model {
        id: worker(number),
        email: None,
        email_key: None,
        name: format!("Worker {number}"),
        password_hash: None,
        totp_seed: None,
        totp_confirmed_at: None,
        totp_last_step: None,
        created_at: now,
        disabled_at: None,
    };
    put(db, (0..AGENCIES).map(account).collect()).await?;
    let membership = |number: u32| membership::Model {
        id: MembershipId(id(10, number)),
        account_id: worker(number),
        agency_id: Some(agency(number)),
        role: Role::LinkWorker,
        begins_at: now - chrono::TimeDelta::days(365),
        ends_at: None,
        granted_by: None,
        granted_at: now,
    };
    put(db, (0..AGENCIES).map(membership).collect()).await?;
    println!("{AGENCIES} agencies agree…");
    let to_hub = (1..=SENDERS).map(|from| (from, HUB));
    let to_own = (1..=SOURCES).filter(|from| *from != OWN).map(|from| (from, OWN));
    let to_others = (1..=SOURCES).flat_map(|from| [(from, OTHER), (from, SMALL)]);
    for (from, to) in to_hub.chain(to_own).chain(to_others) {
        agree(app, (agency(from), agency(to)), SHARED, PURPOSES).await?;
    }
    Ok(())
}

/// What is done with a referral.
pub(crate) struct Step<'a> {
    pub(crate) number: i32,
    pub(crate) done: (ReferralState, ReferralStep),
    pub(crate) at: Millis,
    /// Which agency's worker does it.
    pub(crate) by: u32,
    pub(crate) words: Option<&'a str>,
}

/// A referral that is made up.
pub(crate) struct Made {
    pub(crate) id: ReferralId,
    pub(crate) from: u32,
    pub(crate) to: u32,
    pub(crate) state: ReferralState,
    pub(crate) sent: Millis,
}

/// A database that is being filled.
pub(crate) struct Filling<'a> {
    pub(crate) app: &'a App,
    pub(crate) now: Millis,
    last: u32,
}

impl Filling<'_> {
    /// An id that nothing else has; later ones sort after earlier ones.
    pub(crate) fn id(&mut self) -> Uuid {
        self.last += 1;
        id(11, self.last)
    }

    pub(crate) fn seal(&self, key: &DataKey, column: &'static str, row: Uuid, text: &str) -> Outcome<String> {
        Ok(self.app.vault.seal(key, Place { column, row }, text)?)
    }

    /// Somebody on the caseload of an agency's worker, with their name; gives their key.
    pub(crate) async fn somebody(
        &mut self,
        db: &impl ConnectionTrait,
        rows: &mut Rows,
        id: ServiceUserId,
        of: u32,
        since: Millis,
    ) -> Outcome<DataKey> {
        let key = self.app.vault.new_key(db).await?;
        rows.service_users.push(service_user::Model {
            id,
            account_id: None,
            linked_by: None,
            unlinked_by: None,
            unlinked_at: None,
            agency_id: agency(of),
            key_id: key.id(),
            epoch: 0,
            changed_at: since,
            merged_into: None,
            created_at: since,
        });
        rows.assignments.push(assignment::Model {
            id: AssignmentId(self.id()),
            service_user_id: id,
            recorded_for: id,
            agency_id: agency(of),
            account_id: Some(worker(of)),
            team_id: None,
            begins_at: since,
            ends_at: None,
            named_by: Some(worker(of)),
        });
        self.deal(rows, id, of, RelationshipKind::Assignment, since);
        let identity = Identity {
            given_names: format!("Given {}", self.last),
            family_name: "Name".to_owned(),
            ..Identity::default()
        };
        self.record(rows, (id, &key), of, &Contents::Identity(identity), since)?;
        Ok(key)
    }

    /// An agency has to do with somebody from then on.
    pub(crate) fn deal(
        &mut self,
        rows: &mut Rows,
        with: ServiceUserId,
        agency_number: u32,
        kind: RelationshipKind,
        since: Millis,
    ) {
        rows.relationships.push(relationship::Model {
            id: RelationshipId(self.id()),
            service_user_id: with,
            recorded_for: with,
            agency_id: agency(agency_number),
            kind,
            opened_at: since,
            closed_at: None,
        });
    }

    /// Somebody permits some agencies to see what flows.
    pub(crate) fn permit(
        &mut self,
        rows: &mut Rows,
        by: ServiceUserId,
        agencies: &[u32],
        categories: &[DataCategory],
        since: Millis,
    ) -> ConsentId {
        let id = ConsentId(self.id());
        rows.consents.push(consent::Model {
            id,
            service_user_id: by,
            recorded_for: by,
            kind: ConsentKind::Permit,
            begins_at: since,
            expires_at: Some(Millis(self.now.0 + 300 * DAY)),
            ended_at: None,
            text_key: None,
            text_version: None,
            method: Some(ConsentMethod::Spoken),
            given_by: Some(ConsentGiver::Themselves),
            recorded_by: None,
            agency_id: None,
            preview_hash: None,
            sealed: None,
            ended_as: None,
            ended_by: None,
            superseded_by: None,
        });
        for number in agencies {
            for category in categories {
                for purpose in PURPOSES {
                    rows.scopes.push(consent_scope::Model {
                        id: ConsentScopeId(self.id()),
                        consent_id: id,
                        agency_id: agency(*number),
                        category: *category,
                        purpose: *purpose,
                    });
                }
            }
        }
        id
    }

    /// Something that an agency recorded of somebody.
    pub(crate) fn record(
        &mut self,
        rows: &mut Rows,
        (of, key): (ServiceUserId, &DataKey),
        by: u32,
        contents: &Contents,
        at: Millis,
    ) -> Outcome<()> {
        let id = RecordId(self.id());
        let need = if let Contents::Need(need) = contents { Some(need) } else { None };
        rows.records.push(person_record::Model {
            id,
            service_user_id: of,
            recorded_for: of,
            agency_id: agency(by),
            category: contents.category(),
            kind: contents.kind(),
            need_key: need.map(|need| need.key.clone()),
            priority: need.map(|need| need.priority),
            sealed: self.seal(key, "person_record.sealed", id.0, &serde_json::to_string(contents)?)?,
            recorded_at: at,
            recorded_by: Some(worker(by)),
            replaces: None,
            replaced_by: None,
            ended_at: None,
        });
        Ok(())
    }

    /// A day after an instant, or now.
    pub(crate) fn after(&self, at: Millis) -> Millis {
        Millis((at.0 + DAY).min(self.now.0))
    }

    /// A referral, with nothing beside it.
    pub(crate) fn refer(&self, rows: &mut Rows, of: ServiceUserId, made: &Made) {
        let Made { id, from, to, state, sent } = *made;
        let owner = if UNANSWERED.contains(&state) { from } else { to };
        rows.referrals.push(referral::Model {
            id,
            service_user_id: of,
            recorded_for: of,
            agency_id: agency(from),
            to_agency_id: agency(to),
            party_id: Some(agency(to)),
            service_id: None,
            parent_id: None,
            relationship_id: None,
            state,
            held_from: None,
            urgency: ReferralUrgency::Routine,
            release_on: None,
            owner_id: worker(owner),
            owner_agency_id: agency(owner),
            offered_to: None,
            created_by: worker(from),
            created_at: sent,
            sent_at: Some(sent),
            // Longer than the oldest waits: nothing runs out while this is measured.
            expires_at: Some(Millis(sent.0 + 200 * DAY)),
            waitlisted_at: (state == ReferralState::Waitlisted).then_some(self.after(sent)),
            expected_on: None,
            reason: None,
            outcome: None,
            changed_at: sent,
            version: 1,
            preview_hash: None,
        });
    }

    /// What a referral is about and discloses: a need, and who they are.
    pub(crate) fn about(
        &mut self,
        rows: &mut Rows,
        referral_id: ReferralId,
        need: &str,
        consent_id: Option<ConsentId>,
    ) {
        rows.needs.push(referral_need::Model { id: ReferralNeedId(self.id()), referral_id, need_key: need.to_owned() });
        for category in [DataCategory::Identity, category_of(need)] {
            rows.categories.push(referral_category::Model {
                id: ReferralCategoryId(self.id()),
                referral_id,
                category,
                version_id: None,
                consent_id,
                event_id: None,
            });
        }
    }

    /// A step of a referral.
    pub(crate) fn step(
        &mut self,
        rows: &mut Rows,
        referral_id: ReferralId,
        key: &DataKey,
        step: &Step<'_>,
    ) -> Outcome<()> {
        let id = ReferralEventId(self.id());
        let sealed = match step.words {
            Some(words) => Some(self.seal(key, "referral_event.sealed", id.0, words)?),
            None => None,
        };
        let (state, done) = step.done;
        rows.steps.push(referral_event::Model {
            id,
            referral_id,
            number: step.number,
            step: done,
            state,
            at: step.at,
            by: Some(worker(step.by)),
            agency_id: Some(agency(step.by)),
            reason: None,
            sealed,
        });
        Ok(())
    }
}
