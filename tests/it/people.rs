//! Service users in the tables: entered and recorded sealed, read by one way, which writes into the ledger first.

mod appointments;
mod appointments_at_random;
mod attacks;
mod calendars;
mod consents;
mod demonstrated;
mod figures;
mod graph;
mod groups;
mod hands;
mod idempotent;
mod keeping_out;
mod left_behind;
mod locked_out;
mod lying;
mod mergers;
mod my_day;
mod names;
mod notices;
mod parted;
mod parted_again;
mod pathway;
mod proposals;
mod racing;
mod referral_attacks;
mod referral_corrections;
mod referral_disclosures;
mod referral_figures;
mod referrals;
mod referrals_at_random;
mod revising;
mod signposts;
mod taken_back;
mod tasks;
mod tasks_at_random;
mod texts;
mod third_parties;
mod whose_word;
mod worklists;

use chrono::TimeDelta;
use entity::enums::{ConsentKind, DataCategory, LawfulBasis, Purpose, RelationshipKind};
use entity::ids::{
    AgreementFlowId, AgreementId, AgreementPeriodId, AgreementVersionId, ConsentId, ConsentScopeId, FlowScopeId,
    RelationshipId, ServiceUserId,
};
use entity::instants::Millis;
use entity::{
    agreement, agreement_flow, agreement_period, agreement_version, consent, consent_scope, flow_scope, ledger_entry,
    person_record, relationship,
};
use sea_orm::{ConnectionTrait, EntityTrait, QueryOrder};
use serde_json::{Value, json};
use signpost::clock::Clock;
use signpost::people::contents::{Contact, Contents, Identity, Note};
use signpost::people::entering::Worker;
use signpost::people::reading::{Reader, Reason, Seen, Wanted};
use signpost::people::{People, Trouble};
use uuid::Uuid;

use crate::access::stored::{self, Ids, insert, store};
use crate::access::world::{FAR_OFF, LONG_AGO, World};
use crate::support::TestApp;

const IDS: Ids = Ids(7);
/// Names that stand nowhere else.
const GIVEN: &str = "Zebedaia";
const FAMILY: &str = "Quuxworthy-Ashgrove";
const TELEPHONE: &str = "07700 900987";
const WORDS: &str = "Sleeps in the van behind the Plumage Works.";

/// Three agencies with a worker each; the second and the third have nobody yet.
pub(super) struct Agencies {
    pub(super) app: TestApp,
    pub(super) people: People,
}

impl Agencies {
    pub(super) async fn new() -> Self {
        let app = TestApp::new().await;
        let transaction = app.db().begin_write().await.unwrap();
        let source = stored::ground(&transaction).await;
        let mut world = World::whole();
        world.records.clear();
        world.versions.clear();
        store(&world, IDS, source, &transaction).await;
        transaction.commit().await.unwrap();
        let people = People::new(app.db().clone(), app.clock.clone(), app.app.vault.clone());
        Self { app, people }
    }

    /// The worker of an agency.
    pub(super) fn worker(number: usize) -> Worker {
        Worker { account: IDS.account(number), agency: IDS.agency(number) }
    }

    pub(super) async fn entered(&self) -> ServiceUserId {
        let identity =
            Identity { given_names: GIVEN.to_owned(), family_name: FAMILY.to_owned(), ..Identity::default() };
        let id = self.people.enter(Self::worker(0), identity).await.unwrap();
        let contact = Contact { telephone: Some(TELEPHONE.to_owned()), ..Contact::default() };
        self.people.record(Self::worker(0), id, &[Contents::Contact(contact)], None).await.unwrap();
        self.people
            .record(Self::worker(0), id, &[Contents::Note(Note { text: WORDS.to_owned() })], None)
            .await
            .unwrap();
        id
    }

    /// What they agreed on.
    pub(super) fn agreement() -> AgreementId {
        AgreementId(Uuid::from_u128(0xa901))
    }

    /// Agency 0 shares identity and contact with agency 1 for referrals, on this basis.
    pub(super) async fn agree(&self, basis: LawfulBasis) {
        let id = |number: u128| Uuid::from_u128(0xa900 + number);
        let db = self.app.db().connection();
        let (agreement_id, version_id) = (Self::agreement(), AgreementVersionId(id(2)));
        let title = "Between two agencies".to_owned();
        insert(
            db,
            vec![agreement::Model { id: agreement_id, title, epoch: 0, changed_at: Millis(0), created_at: Millis(0) }],
        )
        .await;
        let version = agreement_version::Model {
            id: version_id,
            agreement_id,
            number: 1,
            expires_at: Millis(FAR_OFF),
            related_days: 30,
            document: None,
            document_hash: None,
            state: None,
            review_on: None,
            suspended_for: None,
            drafted_by: None,
            drafted_at: None,
        };
        insert(db, vec![version]).await;
        let period = agreement_period::Model {
            id: AgreementPeriodId(id(3)),
            version_id,
            begins_at: Millis(LONG_AGO),
            ends_at: None,
        };
        insert(db, vec![period]).await;
        let flow_id = AgreementFlowId(id(4));
        let flow = agreement_flow::Model {
            id: flow_id,
            version_id,
            from_agency_id: IDS.agency(0),
            to_agency_id: IDS.agency(1),
            basis,
        };
        insert(db, vec![flow]).await;
        let covers = [(5, DataCategory::Identity), (6, DataCategory::Contact)];
        let scope = |(number, category)| flow_scope::Model {
            id: FlowScopeId(id(number)),
            flow_id,
            category,
            purpose: Purpose::Referral,
        };
        insert(db, covers.map(scope).to_vec()).await;
    }

    /// A referral to agency 1.
    pub(super) async fn refer(&self, of: ServiceUserId) {
        let dealing = relationship::Model {
            id: RelationshipId(self.app.clock.new_id()),
            service_user_id: of,
            recorded_for: of,
            agency_id: IDS.agency(1),
            kind: RelationshipKind::Referral,
            opened_at: Millis(LONG_AGO),
            closed_at: None,
        };
        insert(self.app.db().connection(), vec![dealing]).await;
    }

    /// The service user permits agency 1 identity and contact for referrals, or denies it.
    pub(super) async fn say(&self, of: ServiceUserId, kind: ConsentKind) -> ConsentId {
        let (db, consent_id) = (self.app.db().connection(), ConsentId(self.app.clock.new_id()));
        let said = consent::Model {
            id: consent_id,
            service_user_id: of,
            recorded_for: of,
            kind,
            begins_at: Millis(LONG_AGO),
            expires_at: Some(Millis(FAR_OFF)),
            ended_at: None,
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
        };
        insert(db, vec![said]).await;
        let scope = |category| consent_scope::Model {
            id: ConsentScopeId(self.app.clock.new_id()),
            consent_id,
            agency_id: IDS.agency(1),
            category,
            purpose: Purpose::Referral,
        };
        insert(db, [DataCategory::Identity, DataCategory::Contact].map(scope).to_vec()).await;
        consent_id
    }

    pub(super) fn reader(number: usize) -> Reader {
        Reader {
            account: IDS.account(number),
            agency: Some(IDS.agency(number)),
            purpose: Purpose::Referral,
            operation: "serviceUser",
        }
    }

    async fn read(&self, number: usize, of: ServiceUserId) -> Option<Seen> {
        self.people.read(Self::reader(number), &[of], &Wanted::everything(), None).await.unwrap().pop()
    }

    pub(super) async fn ledger(&self) -> Vec<Value> {
        let rows = ledger_entry::Entity::find().order_by_asc(ledger_entry::Column::Id);
        let rows = rows.all(self.app.db().connection()).await.unwrap();
        let entry = |row: ledger_entry::Model| {
            let entry: Value = serde_json::from_str(&row.entry).unwrap();
            assert_eq!(entry["id"], json!(row.id.0), "what stands beside the text is what the text says");
            assert_eq!(entry["service_user"], json!(row.service_user_id.0));
            assert_eq!(entry["decision"], json!(row.decision.as_str()));
            assert_eq!(entry["decided_at"], json!(row.decided_at.0));
            entry
        };
        rows.into_iter().map(entry).collect()
    }
}

fn categories(seen: Option<&Seen>) -> Vec<DataCategory> {
    seen.map(|seen| seen.records.iter().map(|record| record.row.category).collect()).unwrap_or_default()
}

#[tokio::test]
async fn a_service_user_is_seen_by_their_own_worker_and_by_nobody_else() {
    let agencies = Agencies::new().await;
    let id = agencies.entered().await;
    let own = agencies.read(0, id).await.unwrap();
    let all = [DataCategory::Identity, DataCategory::Contact, DataCategory::CaseNotes];
    assert_eq!(categories(Some(&own)), all);
    assert!(matches!(&own.records[0].contents, Contents::Identity(identity) if identity.family_name == FAMILY));
    let withheld: Vec<_> = own.withheld.iter().map(|it| it.category).collect();
    assert_eq!(withheld, DataCategory::ALL, "nobody else shares anything, whether they hold it or not");
    // A worker of another agency: the same as for nobody at all, in as many statements.
    let nobody = ServiceUserId(Uuid::from_u128(99));
    let mut statements = Vec::new();
    for asked in [id, nobody] {
        let before = agencies.app.db().statements();
        assert_eq!(agencies.read(1, asked).await, None);
        statements.push(agencies.app.db().statements() - before);
        let note = Contents::Note(Note { text: "x".to_owned() });
        let record = agencies.people.record(Agencies::worker(1), asked, &[note], None).await;
        assert!(matches!(record, Err(Trouble::NotFound)));
    }
    assert_eq!(statements[0], statements[1]);
    let ledger = agencies.ledger().await;
    let told: Vec<_> = ledger.iter().map(|entry| (&entry["decision"], &entry["epoch"])).collect();
    let (allowed, refused) = (json!("allowed"), json!("refused"));
    assert_eq!(told, [(&allowed, &json!(0)), (&refused, &json!(0)), (&refused, &Value::Null)]);
    let housing = json!({ "category": "identity", "source": IDS.agency(0), "ground": "own_agency" });
    assert_eq!(ledger[0]["shown"][0], housing);
}

#[tokio::test]
async fn what_is_shared_is_seen_until_the_consent_is_withdrawn() {
    let agencies = Agencies::new().await;
    let id = agencies.entered().await;
    agencies.agree(LawfulBasis::Consent).await;
    assert_eq!(agencies.read(1, id).await, None, "no relationship, no consent");
    agencies.refer(id).await;
    assert_eq!(agencies.read(1, id).await, None, "no consent");
    let consent = agencies.say(id, ConsentKind::Permit).await;
    let seen = agencies.read(1, id).await.unwrap();
    assert_eq!(categories(Some(&seen)), [DataCategory::Identity, DataCategory::Contact]);
    let withheld = |category| seen.withheld.iter().find(|it| it.category == category).map(|it| it.reason);
    assert_eq!(withheld(DataCategory::Identity), None);
    assert_eq!(withheld(DataCategory::CaseNotes), Some(Reason::NoAgreement));
    assert_eq!(agencies.read(2, id).await, None, "another agency");
    let elsewhere = Reader { purpose: Purpose::CareCoordination, ..Agencies::reader(1) };
    assert_eq!(
        agencies.people.read(elsewhere, &[id], &Wanted::everything(), None).await.unwrap(),
        [],
        "another purpose"
    );
    agencies.people.withdraw(Agencies::worker(0).into(), consent).await.unwrap();
    assert_eq!(agencies.read(1, id).await, None, "from the very next read on");
    assert!(agencies.read(0, id).await.is_some(), "what was recorded stays with whoever recorded it");
    agencies.people.withdraw(Agencies::worker(0).into(), consent).await.unwrap();
    let unknown = agencies.people.withdraw(Agencies::worker(0).into(), ConsentId(Uuid::from_u128(99))).await;
    assert!(matches!(unknown, Err(Trouble::NotFound)));
    let ledger = agencies.ledger().await;
    let shown = &ledger[2]["shown"][0];
    assert_eq!(
        (&shown["ground"], &shown["basis"], &shown["consent"], &shown["despite"]),
        (&json!("shared"), &json!("consent"), &json!(consent), &Value::Null)
    );
    assert_eq!(ledger.last().unwrap()["epoch"], 1);
}

/// What binds anyway is shown in spite of a denial, and marked.
#[tokio::test]
async fn a_read_in_spite_of_a_denial_is_marked() {
    let agencies = Agencies::new().await;
    let id = agencies.entered().await;
    agencies.agree(LawfulBasis::SafeguardingDuty).await;
    agencies.refer(id).await;
    let denial = agencies.say(id, ConsentKind::Deny).await;
    assert!(agencies.read(1, id).await.is_some());
    let row = ledger_entry::Entity::find().one(agencies.app.db().connection()).await.unwrap().unwrap();
    assert!(row.despite_denial);
    assert_eq!(agencies.ledger().await[0]["shown"][0]["despite"], json!(denial));
}

/// A process whose clock is behind honours what another one's clock dated.
#[tokio::test]
async fn a_withdrawal_holds_where_the_clock_is_behind() {
    let agencies = Agencies::new().await;
    let id = agencies.entered().await;
    agencies.agree(LawfulBasis::Consent).await;
    agencies.refer(id).await;
    let consent = agencies.say(id, ConsentKind::Permit).await;
    let behind = Clock::manual(agencies.app.clock.now() - TimeDelta::minutes(10));
    let there = People::new(agencies.app.db().clone(), behind, agencies.app.app.vault.clone());
    let read = async || there.read(Agencies::reader(1), &[id], &Wanted::everything(), None).await.unwrap();
    assert_eq!(read().await.len(), 1, "permitted long ago");
    agencies.people.withdraw(Agencies::worker(0).into(), consent).await.unwrap();
    assert_eq!(read().await, []);
}

/// Where the ledger cannot be written, nothing is released.
#[tokio::test]
async fn without_the_ledger_nothing_is_released() {
    let agencies = Agencies::new().await;
    let id = agencies.entered().await;
    agencies.app.db().connection().execute_unprepared("ALTER TABLE ledger_entry RENAME TO gone").await.unwrap();
    let read = agencies.people.read(Agencies::reader(0), &[id], &Wanted::everything(), None).await;
    assert!(matches!(read, Err(Trouble::Database(_))), "{read:?}");
}

/// Nothing that anybody said lies in the database in the open, nor is it printed.
#[tokio::test]
async fn what_is_said_lies_sealed() {
    let agencies = Agencies::new().await;
    let id = agencies.entered().await;
    let said = [GIVEN, FAMILY, TELEPHONE, WORDS];
    let records = person_record::Entity::find().all(agencies.app.db().connection()).await.unwrap();
    assert_eq!(records.len(), 3);
    let printed = format!("{records:?} {:?} {:?}", agencies.read(0, id).await, agencies.ledger().await);
    for words in said {
        assert!(!printed.contains(words), "{words}");
    }
    if let Some(file) = agencies.app.db().file().await.unwrap() {
        let mut log = file.clone().into_os_string();
        log.push("-wal");
        for file in [file, log.into()] {
            let bytes = std::fs::read(&file).unwrap();
            assert!(!bytes.is_empty(), "{file:?}");
            for words in said {
                assert!(!bytes.windows(words.len()).any(|found| found == words.as_bytes()), "{words} in {file:?}");
            }
        }
    }
    // What is moved to another row does not open there.
    let moved = person_record::ActiveModel {
        id: sea_orm::ActiveValue::Set(records[0].id),
        sealed: sea_orm::ActiveValue::Set(records[1].sealed.clone()),
        ..Default::default()
    };
    person_record::Entity::update(moved).exec(agencies.app.db().connection()).await.unwrap();
    let read = agencies.people.read(Agencies::reader(0), &[id], &Wanted::everything(), None).await;
    assert!(matches!(read, Err(Trouble::Vault(_))), "{read:?}");
}

#[tokio::test]
async fn what_is_not_of_the_form_is_told_and_not_kept() {
    let agencies = Agencies::new().await;
    let id = agencies.entered().await;
    let named = |given: &str| Identity { given_names: given.to_owned(), ..Identity::default() };
    let born = |year: i32| Identity { born_on: chrono::NaiveDate::from_ymd_opt(year, 1, 1), ..named("Ann") };
    let long = "a".repeat(101);
    for (identity, field) in [
        (named(""), "givenNames"),
        (named(" Ann"), "givenNames"),
        (named("An\u{0}n"), "givenNames"),
        (named(&long), "givenNames"),
        (Identity { family_name: long.clone(), ..named("Ann") }, "familyName"),
        (Identity { known_as: Some(String::new()), ..named("Ann") }, "knownAs"),
        (born(1850), "bornOn"),
        (born(2030), "bornOn"),
    ] {
        let wrong = agencies.people.enter(Agencies::worker(0), identity).await.unwrap_err();
        assert!(matches!(&wrong, Trouble::Wrong(wrong) if wrong.field == field), "{wrong}");
    }
    let contacts = [
        (Contact::default(), "telephone"),
        (Contact { email: Some(String::new()), ..Contact::default() }, "email"),
        (Contact { address_lines: vec!["a".to_owned(); 11], ..Contact::default() }, "addressLines"),
    ];
    for (contact, field) in contacts {
        let wrong =
            agencies.people.record(Agencies::worker(0), id, &[Contents::Contact(contact)], None).await.unwrap_err();
        assert!(matches!(&wrong, Trouble::Wrong(wrong) if wrong.field == field), "{wrong}");
    }
    assert_eq!(person_record::Entity::find().all(agencies.app.db().connection()).await.unwrap().len(), 3);
}
