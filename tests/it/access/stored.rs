//! A world as the code sees it: as facts, and as rows of a database.

use entity::enums::{ConsentKind, DataCategory, RecordKind, RelationshipKind};
use entity::ids::{
    AccountId, AgencyId, AgreementFlowId, AgreementPeriodId, AssignmentId, ConsentScopeId, ExclusionId, FlowScopeId,
    MembershipId, ProxyId, SealingKeyId, SourceId, TeamId, TeamPlaceId,
};
use entity::instants::Millis;
use entity::{
    account, agency, agreement, agreement_flow, agreement_period, agreement_version, assignment, consent,
    consent_scope, exclusion, flow_scope, membership, person_record, proxy, relationship, sealing_key, service_user,
    team, team_place,
};
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel};
use signpost::access::rule::facts::{self, Facts};
use signpost::directory::store::save_source;
use uuid::Uuid;

pub(crate) use super::ids::Ids;
use super::world::{ACCOUNTS, AGENCIES, KeptOut, Number, PEOPLE, Whose, World};
use crate::support::source;

fn kind(denies: bool) -> ConsentKind {
    if denies { ConsentKind::Deny } else { ConsentKind::Permit }
}

/// A world as facts, without any database.
pub(crate) fn facts(world: &World, ids: Ids) -> Facts {
    let mut facts = Facts::default();
    for member in &world.members {
        facts.memberships.push(facts::Membership {
            account: ids.account(member.account),
            agency: member.agency.map(|agency| ids.agency(agency)),
            role: member.role,
            begins: Millis(member.span.begins),
            ends: member.span.ends.map(Millis),
        });
    }
    for (person, account) in world.own_accounts.iter().enumerate() {
        let account = account.map(|account| ids.account(account));
        facts.themselves.push(facts::Themselves {
            service_user: ids.person(person),
            epoch: 0,
            changed: Millis(0),
            account,
            is_joined: false,
        });
    }
    for carer in &world.carers {
        facts.proxies.push(facts::Proxy {
            service_user: ids.person(carer.person),
            account: ids.account(carer.account),
            begins: Millis(carer.span.begins),
            ends: carer.span.ends.map(Millis),
        });
    }
    for bar in &world.bars {
        let (agency, account) = kept_out(bar.whom, ids);
        facts.exclusions.push(facts::Exclusion {
            service_user: ids.person(bar.person),
            agency,
            account,
            begins: Millis(bar.span.begins),
            ends: bar.span.ends.map(Millis),
        });
    }
    for on in &world.caseloads {
        let (account, team) = whose(on.whose, ids);
        facts.assignments.push(facts::Assignment {
            service_user: ids.person(on.person),
            agency: ids.agency(on.agency),
            account,
            team,
            begins: Millis(on.span.begins),
            ends: on.span.ends.map(Millis),
        });
    }
    for (number, team) in world.teams.iter().enumerate() {
        facts.team_places.extend(team.places.iter().map(|(account, span)| facts::TeamPlace {
            team: ids.team(number),
            account: ids.account(*account),
            begins: Millis(span.begins),
            ends: span.ends.map(Millis),
        }));
    }
    let mut flows = Vec::new();
    for (number, version) in world.versions.iter().enumerate() {
        for flow in &version.flows {
            for (category, purpose) in &flow.covers {
                flows.extend(version.in_force.iter().map(|span| facts::Flow {
                    agreement: ids.agreement(number),
                    epoch: 0,
                    changed: Millis(0),
                    version: ids.version(number),
                    from: ids.agency(flow.from),
                    to: ids.agency(flow.to),
                    basis: flow.basis,
                    category: *category,
                    purpose: *purpose,
                    related_days: version.related_days,
                    begins: Millis(span.begins),
                    ends: span.ends.map(Millis),
                    expires: Millis(version.expires),
                }));
            }
        }
    }
    facts.flows = flows.into_iter().collect();
    for (number, word) in world.words.iter().enumerate() {
        for (agency, category, purpose) in scopes(word) {
            facts.consents.push(facts::Consent {
                consent: ids.consent(number),
                service_user: ids.person(word.person),
                kind: kind(word.denies),
                agency: ids.agency(agency),
                category,
                purpose,
                begins: Millis(word.span.begins),
                expires: word.span.ends.map(Millis),
                ended: word.withdrawn.map(Millis),
            });
        }
    }
    for dealing in &world.dealings {
        facts.relationships.extend(super::disclosing::counts_for(dealing).map(|only| facts::Relationship {
            service_user: ids.person(dealing.person),
            agency: ids.agency(dealing.agency),
            only,
            opened: Millis(dealing.opened),
            closed: dealing.closed.map(Millis),
        }));
    }
    facts
}

fn kept_out(whom: KeptOut, ids: Ids) -> (Option<AgencyId>, Option<AccountId>) {
    match whom {
        KeptOut::Agency(agency) => (Some(ids.agency(agency)), None),
        KeptOut::Account(account) => (None, Some(ids.account(account))),
    }
}

fn whose(whose: Whose, ids: Ids) -> (Option<AccountId>, Option<TeamId>) {
    match whose {
        Whose::Account(account) => (Some(ids.account(account)), None),
        Whose::Team(team) => (None, Some(ids.team(team))),
    }
}

fn scopes(word: &super::world::Word) -> Vec<(Number, DataCategory, entity::enums::Purpose)> {
    let pairs =
        word.agencies.iter().flat_map(|agency| word.categories.iter().map(move |category| (*agency, *category)));
    pairs.flat_map(|(agency, category)| word.purposes.iter().map(move |purpose| (agency, category, *purpose))).collect()
}

/// Inserts rows.
pub(crate) async fn insert<M>(db: &impl ConnectionTrait, rows: Vec<M>)
where
    M: IntoActiveModel<<M::Entity as EntityTrait>::ActiveModel> + sea_orm::ModelTrait,
    <M::Entity as EntityTrait>::ActiveModel: ActiveModelTrait<Entity = M::Entity>,
{
    if !rows.is_empty() {
        let rows = rows.into_iter().map(IntoActiveModel::into_active_model);
        M::Entity::insert_many(rows).exec_without_returning(db).await.unwrap();
    }
}

/// What all worlds of a database hang on: a source of agencies, and a key that opens nothing.
pub(crate) async fn ground(db: &impl ConnectionTrait) -> SourceId {
    let key = sealing_key::Model {
        id: SealingKeyId(Uuid::nil()),
        master: "none".to_owned(),
        wrapped: None,
        made_at: Millis(0).to_utc(),
        destroyed_at: None,
    };
    insert(db, vec![key]).await;
    save_source(db, &source(), Millis(0).to_utc()).await.unwrap()
}

/// Writes a world into a database, beside whatever worlds are there.
pub(crate) async fn store(world: &World, ids: Ids, source: SourceId, db: &impl ConnectionTrait) {
    let mut last = 0;
    let mut new = || {
        last += 1;
        ids.id(99, last)
    };
    let span = |span: &super::world::Span| (Millis(span.begins), span.ends.map(Millis));
    let agencies = (0..AGENCIES).map(|number| agency::Model {
        id: ids.agency(number),
        source_id: source,
        source_key: ids.agency(number).0.to_string(),
        content_hash: String::new(),
        name: "An agency".to_owned(),
        alternate_name: None,
        description: None,
        email: None,
        website: None,
        legal_status: None,
        charity_number: None,
        company_number: None,
        parent_id: None,
        created_at: Millis(0).to_utc(),
        updated_at: Millis(0).to_utc(),
        merged_into: None,
        needs_approval: false,
        version: 1,
        kept_at: None,
    });
    insert(db, agencies.collect()).await;
    let accounts = (0..ACCOUNTS).map(|number| account::Model {
        id: ids.account(number),
        email: None,
        email_key: None,
        name: "Somebody".to_owned(),
        password_hash: None,
        totp_seed: None,
        totp_confirmed_at: None,
        totp_last_step: None,
        created_at: Millis(0).to_utc(),
        disabled_at: None,
    });
    insert(db, accounts.collect()).await;
    let people = (0..PEOPLE).map(|person| service_user::Model {
        id: ids.person(person),
        account_id: world.own_accounts[person].map(|account| ids.account(account)),
        linked_by: None,
        unlinked_by: None,
        unlinked_at: None,
        agency_id: ids.agency(0),
        key_id: SealingKeyId(Uuid::nil()),
        epoch: 0,
        changed_at: Millis(0),
        merged_into: None,
        created_at: Millis(0),
    });
    insert(db, people.collect()).await;
    let records = world.records.iter().enumerate().map(|(number, record)| person_record::Model {
        id: ids.record(number),
        service_user_id: ids.person(record.person),
        recorded_for: ids.person(record.person),
        agency_id: ids.agency(record.agency),
        category: record.category,
        kind: RecordKind::Note,
        need_key: None,
        priority: None,
        sealed: String::new(),
        recorded_at: Millis(0),
        recorded_by: None,
        replaces: None,
        replaced_by: None,
        ended_at: None,
    });
    insert(db, records.collect()).await;
    let members = world.members.iter().map(|member| membership::Model {
        id: MembershipId(new()),
        account_id: ids.account(member.account),
        agency_id: member.agency.map(|agency| ids.agency(agency)),
        role: member.role,
        begins_at: Millis(member.span.begins).to_utc(),
        ends_at: member.span.ends.map(|end| Millis(end).to_utc()),
        granted_by: None,
        granted_at: Millis(0).to_utc(),
    });
    insert(db, members.collect()).await;
    let carers = world.carers.iter().map(|carer| {
        let (begins_at, ends_at) = span(&carer.span);
        let person = ids.person(carer.person);
        let account_id = ids.account(carer.account);
        proxy::Model {
            id: ProxyId(new()),
            service_user_id: person,
            recorded_for: person,
            account_id,
            begins_at,
            ends_at,
            ended_by: None,
            named_until: None,
            authority: None,
            named_by: None,
        }
    });
    insert(db, carers.collect()).await;
    let bars = world.bars.iter().map(|bar| {
        let ((begins_at, ends_at), (agency_id, account_id)) = (span(&bar.span), kept_out(bar.whom, ids));
        let person = ids.person(bar.person);
        let id = ExclusionId(new());
        exclusion::Model {
            id,
            service_user_id: person,
            recorded_for: person,
            agency_id,
            account_id,
            begins_at,
            ends_at,
            named_by: None,
            written_for: None,
            ended_by: None,
        }
    });
    insert(db, bars.collect()).await;
    let (mut teams, mut places) = (Vec::new(), Vec::new());
    for (number, one) in world.teams.iter().enumerate() {
        teams.push(team::Model {
            id: ids.team(number),
            agency_id: ids.agency(one.agency),
            name: "A team".to_owned(),
            closed_at: None,
        });
        for (account, when) in &one.places {
            let (begins_at, ends_at) = span(when);
            let (team_id, account_id) = (ids.team(number), ids.account(*account));
            places.push(team_place::Model { id: TeamPlaceId(new()), team_id, account_id, begins_at, ends_at });
        }
    }
    insert(db, teams).await;
    insert(db, places).await;
    let caseloads = world.caseloads.iter().map(|on| {
        let ((begins_at, ends_at), (account_id, team_id)) = (span(&on.span), whose(on.whose, ids));
        let (id, person, agency_id) = (AssignmentId(new()), ids.person(on.person), ids.agency(on.agency));
        assignment::Model {
            id,
            service_user_id: person,
            recorded_for: person,
            agency_id,
            account_id,
            team_id,
            begins_at,
            ends_at,
            named_by: None,
        }
    });
    insert(db, caseloads.collect()).await;
    store_agreements(world, ids, db, &mut new).await;
    let (mut consents, mut covered) = (Vec::new(), Vec::new());
    for (number, word) in world.words.iter().enumerate() {
        let consent_id = ids.consent(number);
        consents.push(consent::Model {
            id: consent_id,
            service_user_id: ids.person(word.person),
            recorded_for: ids.person(word.person),
            kind: kind(word.denies),
            begins_at: Millis(word.span.begins),
            expires_at: word.span.ends.map(Millis),
            ended_at: word.withdrawn.map(Millis),
            text_key: None,
            text_version: None,
            method: None,
            given_by: None,
            recorded_by: None,
            agency_id: None,
            preview_hash: None,
            sealed: None,
            ended_as: None,
            ended_by: None,
            superseded_by: None,
        });
        covered.extend(scopes(word).into_iter().map(|(agency, category, purpose)| consent_scope::Model {
            id: ConsentScopeId(new()),
            consent_id,
            agency_id: ids.agency(agency),
            category,
            purpose,
        }));
    }
    insert(db, consents).await;
    insert(db, covered).await;
    let dealings = world.dealings.iter().enumerate().map(|(number, dealing)| relationship::Model {
        id: ids.dealing(number),
        service_user_id: ids.person(dealing.person),
        recorded_for: ids.person(dealing.person),
        agency_id: ids.agency(dealing.agency),
        kind: RelationshipKind::Referral,
        opened_at: Millis(dealing.opened),
        closed_at: dealing.closed.map(Millis),
    });
    insert(db, dealings.collect()).await;
    super::disclosing::store_disclosing(world, ids, db).await;
}

async fn store_agreements(world: &World, ids: Ids, db: &impl ConnectionTrait, new: &mut impl FnMut() -> Uuid) {
    let (mut agreements, mut versions, mut periods) = (Vec::new(), Vec::new(), Vec::new());
    let (mut flows, mut covered) = (Vec::new(), Vec::new());
    for (number, version) in world.versions.iter().enumerate() {
        let (agreement_id, version_id) = (ids.agreement(number), ids.version(number));
        agreements.push(agreement::Model {
            id: agreement_id,
            title: "An agreement".to_owned(),
            epoch: 0,
            changed_at: Millis(0),
            created_at: Millis(0),
        });
        versions.push(agreement_version::Model {
            id: version_id,
            agreement_id,
            number: 1,
            expires_at: Millis(version.expires),
            related_days: version.related_days,
            document: None,
            document_hash: None,
            state: None,
            review_on: None,
            suspended_for: None,
            drafted_by: None,
            drafted_at: None,
        });
        periods.extend(version.in_force.iter().map(|span| agreement_period::Model {
            id: AgreementPeriodId(new()),
            version_id,
            begins_at: Millis(span.begins),
            ends_at: span.ends.map(Millis),
        }));
        for flow in &version.flows {
            let flow_id = AgreementFlowId(new());
            flows.push(agreement_flow::Model {
                id: flow_id,
                version_id,
                from_agency_id: ids.agency(flow.from),
                to_agency_id: ids.agency(flow.to),
                basis: flow.basis,
            });
            let scope = |(category, purpose): &_| flow_scope::Model {
                id: FlowScopeId(new()),
                flow_id,
                category: *category,
                purpose: *purpose,
            };
            covered.extend(flow.covers.iter().map(scope));
        }
    }
    insert(db, agreements).await;
    insert(db, versions).await;
    insert(db, periods).await;
    insert(db, flows).await;
    insert(db, covered).await;
}
