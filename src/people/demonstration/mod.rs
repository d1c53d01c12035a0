//! Service users of the demonstration: fictional, each of them a case of who may see what; two whole pathways, and a group.

mod groups;
mod pathways;

use std::collections::BTreeSet;

use chrono::TimeDelta;
use entity::enums::{
    Characteristic, ConsentKind, ConsentMethod, DataCategory, FlagKind, LawfulBasis, PartyRole, ProxyAuthority,
    Purpose, RelationshipKind,
};
use entity::ids::{AccountId, AgencyId, ServiceUserId};
use entity::instants::Millis;
use entity::{agreement_version, assignment, consent, relationship};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::acting::Actor;
use super::caseload::Whose;
use super::consents::asked::Asked;
use super::consents::giving::Manner;
use super::contents::circumstances::{Said, SubstanceUse};
use super::contents::{Contact, Contents, Flag, Identity, Need, Note};
use super::entering::Worker;
use super::wishes::KeptOut;
use super::{People, Trouble};
use crate::agreements::life::Move;
use crate::agreements::terms::{Document, Flow, Party, Terms};
use crate::agreements::{Hand, Side};

/// Who works where in the demonstration.
#[derive(Clone, Copy, Debug)]
pub struct Cast {
    /// Who knows everybody first: a link worker of an advice agency.
    pub advice: Worker,
    /// A link worker of a housing agency.
    pub housing: Worker,
    /// A link worker of a treatment agency.
    pub treatment: Worker,
    /// The account of the first service user.
    pub own: AccountId,
    /// The account of somebody's carer.
    pub carer: AccountId,
}

/// How many days ago the demonstration's story begins: its agreements are as old.
const PAST: i64 = 130;

use DataCategory as C;
use Purpose as P;

impl People {
    /// Makes the demonstration's service users, where they are not there yet; gives the id of the first.
    ///
    /// # Errors
    /// The database or the vault failed.
    pub async fn demonstrate(&self, cast: &Cast) -> Result<ServiceUserId, Trouble> {
        let known = assignment::Entity::find().filter(assignment::Column::AccountId.eq(cast.advice.account));
        let first = known.all(self.database.connection()).await?.into_iter().map(|row| row.service_user_id).min();
        if let Some(first) = first {
            return Ok(first);
        }
        let began = self.clock.now() - TimeDelta::days(PAST);
        let then = Self::new(self.database.clone(), self.clock.set_to(began), self.vault.clone());
        then.demonstrate_agreements(cast).await?;
        let (housing, treatment) = (cast.housing.agency, cast.treatment.agency);
        let sam = self.demonstrate_first(cast).await?;

        // Said no to everything; where somebody is in danger it is told all the same, and marked.
        let ruth = self.person(cast, "Ruth", "Adeleke", treatment).await?;
        let flag =
            Flag { of: FlagKind::Safeguarding, text: "Her brother takes her money.".to_owned(), review_on: None };
        self.record(cast.advice, ruth, &[Contents::Flag(flag)], None).await?;
        self.say(cast, ruth, ConsentKind::Deny, treatment, C::ALL, P::ALL).await?;

        // Was asked, and said no.
        let dorothy = self.person(cast, "Dorothy", "Finch", housing).await?;
        let asked = self.asked(ConsentKind::Permit, housing, &[C::Identity, C::Housing], &[P::Referral]);
        let hash = self.preview(cast.advice.into(), dorothy, &asked, None, None).await?.hash;
        let proposal = self.propose(cast.advice, dorothy, &asked, &hash).await?;
        self.answer(cast.advice.into(), proposal, None, &Manner::default()).await?;

        // Said yes for a month, which is over.
        let kwame = self.person(cast, "Kwame", "Boateng", housing).await?;
        let asked = self.asked(ConsentKind::Permit, housing, &[C::Identity, C::Housing], &[P::Referral]);
        let over = self.give_spoken(cast, kwame, &asked).await?;
        let ago = |days| Millis::from(self.clock.now() - TimeDelta::days(days));
        let set =
            consent::ActiveModel { begins_at: Set(ago(61)), expires_at: Set(Some(ago(31))), ..Default::default() };
        let this = consent::Column::Id.eq(over);
        consent::Entity::update_many().set(set).filter(this).exec(self.database.connection()).await?;

        // Said yes, and took it back.
        let niamh = self.person(cast, "Niamh", "Doyle", housing).await?;
        let asked = self.asked(ConsentKind::Permit, housing, &[C::Identity, C::Housing], &[P::Referral]);
        let consent = self.give_spoken(cast, niamh, &asked).await?;
        self.withdraw(cast.advice.into(), consent).await?;

        // Said yes, and nobody has referred him.
        let tomasz = self.entered(cast, "Tomasz", "Wrona").await?;
        self.say(cast, tomasz, ConsentKind::Permit, housing, &[C::Identity, C::Housing], &[P::Referral]).await?;

        // Said yes, and keeps the whole agency out since.
        let aisha = self.person(cast, "Aisha", "Rahmani", housing).await?;
        self.say(cast, aisha, ConsentKind::Permit, housing, &[C::Identity, C::Housing], &[P::Referral]).await?;
        self.keep_out(cast.advice.into(), aisha, KeptOut::Agency(housing)).await?;

        // His aunt stands for him.
        let leon = self.person(cast, "Leon", "Carter", housing).await?;
        let until = (self.clock.now() + TimeDelta::days(180)).into();
        self.name_proxy(cast.advice.into(), leon, cast.carer, ProxyAuthority::OnTheirWord, until).await?;

        // Was entered twice.
        let pat = self.entered(cast, "Patricia", "Mbeki").await?;
        let double = self.entered(cast, "Pat", "Mbeki").await?;
        self.merge(cast.advice, pat, double).await?;

        // The housing agency closed their cases: one lately enough to count, one not.
        for (given, family, days) in [("Bryn", "Howells", 10), ("Grace", "Obi", 200)] {
            let id = self.entered(cast, given, family).await?;
            self.say(cast, id, ConsentKind::Permit, housing, &[C::Identity, C::Housing], &[P::Referral]).await?;
            let closed = self.clock.now() - TimeDelta::days(days);
            self.dealt(id, housing, closed - TimeDelta::days(30), Some(closed)).await?;
        }

        // On a team's caseload alone.
        let imran = self.entered(cast, "Imran", "Yusuf").await?;
        let team = self.create_team(cast.advice, "Outreach").await?;
        self.add_to_team(cast.advice, team, cast.advice.account).await?;
        self.assign(cast.advice, imran, Whose::Team(team), true).await?;

        // Another agency's, which shares where she lives with the first.
        let ffion = self.enter(cast.housing, named("Ffion", "Pryce")).await?;
        let hostel = Need { key: "housing.social-housing".to_owned(), priority: 2, remark: None };
        self.record(cast.housing, ffion, &[Contents::Need(hostel)], None).await?;
        self.dealt(ffion, cast.advice.agency, self.clock.now(), None).await?;
        let asked =
            self.asked(ConsentKind::Permit, cast.advice.agency, &[C::Identity, C::Housing], &[P::CareCoordination]);
        let actor = Actor::from(cast.housing);
        let hash = self.preview(actor, ffion, &asked, None, None).await?.hash;
        let signed = Manner { method: Some(ConsentMethod::Signed), ..Manner::default() };
        self.give(actor, ffion, &asked, &hash, &signed, None).await?;
        self.demonstrate_pathways(cast, began + TimeDelta::days(1)).await?;
        self.demonstrate_group(cast, &[kwame, tomasz, niamh]).await?;
        Ok(sam)
    }

    /// The first: with much to say, seen by three agencies and by themselves.
    async fn demonstrate_first(&self, cast: &Cast) -> Result<ServiceUserId, Trouble> {
        let (housing, treatment) = (cast.housing.agency, cast.treatment.agency);
        let identity = Identity {
            known_as: Some("Sam".to_owned()),
            born_on: chrono::NaiveDate::from_ymd_opt(1991, 8, 14),
            ..named("Samuel", "Okoro")
        };
        let sam = self.enter(cast.advice, identity).await?;
        let need = |key: &str, priority| Contents::Need(Need { key: key.to_owned(), priority, remark: None });
        let mut said = Said { substance_use: Some(SubstanceUse::Using), ..Said::default() };
        said.characteristics.extend([(Characteristic::Homeless, true), (Characteristic::PrisonLeaver, true)]);
        let contact = Contact {
            telephone: Some("07700 900461".to_owned()),
            safe_to: Some("text first".to_owned()),
            ..Contact::default()
        };
        let note = Note { text: "Sleeps at a friend's. Wants to see his daughter again.".to_owned() };
        let mut all = vec![
            Contents::Contact(contact),
            need("housing.emergency", 1),
            need("money.benefits-advice", 2),
            need("drugs-alcohol.drug-treatment", 2),
            Contents::Note(note),
        ];
        all.extend(said.by_category().into_iter().map(Contents::Circumstances));
        self.record(cast.advice, sam, &all, None).await?;
        self.link_account(cast.advice, sam, cast.own).await?;
        for agency in [housing, treatment] {
            self.dealt(sam, agency, self.clock.now(), None).await?;
        }
        let home = &[C::Identity, C::Contact, C::Housing];
        self.say(cast, sam, ConsentKind::Permit, housing, home, &[P::Referral, P::CareCoordination]).await?;
        let health = &[C::Identity, C::SubstanceUse];
        self.say(cast, sam, ConsentKind::Permit, treatment, health, &[P::Referral, P::CareCoordination]).await?;
        Ok(sam)
    }

    /// What the three agencies agree on.
    async fn demonstrate_agreements(&self, cast: &Cast) -> Result<(), Trouble> {
        let (advice, housing, treatment) = (cast.advice.agency, cast.housing.agency, cast.treatment.agency);
        let both = [P::Referral, P::CareCoordination];
        let of_home = [C::Identity, C::Contact, C::Housing, C::Benefits];
        let of_health = [C::Identity, C::Contact, C::SubstanceUse, C::Risk];
        let danger = [C::Identity, C::Contact, C::Safeguarding];
        let by_consent = LawfulBasis::Consent;
        for (title, other, flows) in [
            (
                "Brightmoor Advice and Canalside Homes",
                housing,
                vec![
                    flow(advice, housing, by_consent, &of_home, &both),
                    flow(housing, advice, by_consent, &[C::Identity, C::Housing], &both),
                ],
            ),
            (
                "Brightmoor Advice and Clearway Manchester",
                treatment,
                vec![
                    flow(advice, treatment, by_consent, &of_health, &both),
                    flow(advice, treatment, LawfulBasis::SafeguardingDuty, &danger, &[P::Safeguarding]),
                ],
            ),
        ] {
            let drafted = self.agree(title, advice, other, flows).await;
            drafted.map_err(|error| Trouble::Failed(error.to_string()))?;
        }
        Ok(())
    }

    /// Two agencies agree, and both sign.
    async fn agree(
        &self,
        title: &str,
        first: AgencyId,
        second: AgencyId,
        flows: Vec<Flow>,
    ) -> Result<(), crate::agreements::Trouble> {
        let party = |agency, contact: &str| Party { agency, role: PartyRole::Controller, contact: contact.to_owned() };
        let expires = self.clock.now() + TimeDelta::days(730);
        let terms = Terms {
            title: title.to_owned(),
            document: document(),
            parties: vec![party(first, "Dara Quinn"), party(second, "data.protection@example.org")],
            flows,
            expires_at: expires.timestamp_millis(),
            review_on: (self.clock.now() + TimeDelta::days(365)).date_naive(),
            related_days: 30,
        };
        let side = |agency| Hand { account: None, side: Side::Manager(agency) };
        let version = self.agreements.draft(side(first), terms).await?;
        let drafted = agreement_version::Entity::find_by_id(version).one(self.database.connection()).await?;
        let hash = drafted.and_then(|drafted| drafted.document_hash).unwrap_or_default();
        self.agreements.make(side(first), version, Move::Submit, None).await?;
        self.agreements.make(side(second), version, Move::Approve, None).await?;
        self.agreements.sign(side(first), version, &hash).await?;
        self.agreements.sign(side(second), version, &hash).await
    }

    /// Somebody of the advice agency with a need.
    async fn entered(&self, cast: &Cast, given: &str, family: &str) -> Result<ServiceUserId, Trouble> {
        let id = self.enter(cast.advice, named(given, family)).await?;
        let need = Need { key: "housing.emergency".to_owned(), priority: 1, remark: None };
        self.record(cast.advice, id, &[Contents::Need(need)], None).await?;
        Ok(id)
    }

    /// The same, with whom another agency has to do.
    async fn person(&self, cast: &Cast, given: &str, family: &str, with: AgencyId) -> Result<ServiceUserId, Trouble> {
        let id = self.entered(cast, given, family).await?;
        self.dealt(id, with, self.clock.now(), None).await?;
        Ok(id)
    }

    /// An agency has, or had, to do with somebody.
    async fn dealt(
        &self,
        of: ServiceUserId,
        agency: AgencyId,
        since: chrono::DateTime<chrono::Utc>,
        closed: Option<chrono::DateTime<chrono::Utc>>,
    ) -> Result<(), Trouble> {
        let db = self.database.connection();
        let id = self.deal(db, of, agency, RelationshipKind::Referral, since.into()).await?;
        if let Some(closed) = closed {
            let set = relationship::ActiveModel { closed_at: Set(Some(Millis::from(closed))), ..Default::default() };
            relationship::Entity::update_many().set(set).filter(relationship::Column::Id.eq(id)).exec(db).await?;
        }
        Ok(())
    }

    fn asked(&self, kind: ConsentKind, agency: AgencyId, categories: &[C], purposes: &[P]) -> Asked {
        Asked {
            kind,
            agencies: BTreeSet::from([agency]),
            categories: categories.iter().copied().collect(),
            purposes: purposes.iter().copied().collect(),
            until: Some((self.clock.now() + TimeDelta::days(365)).timestamp_millis()),
        }
    }

    /// Somebody says yes, or no, to the worker of the advice agency.
    async fn say(
        &self,
        cast: &Cast,
        of: ServiceUserId,
        kind: ConsentKind,
        agency: AgencyId,
        categories: &[C],
        purposes: &[P],
    ) -> Result<(), Trouble> {
        let asked = self.asked(kind, agency, categories, purposes);
        self.give_spoken(cast, of, &asked).await.map(|_| ())
    }

    async fn give_spoken(
        &self,
        cast: &Cast,
        of: ServiceUserId,
        asked: &Asked,
    ) -> Result<entity::ids::ConsentId, Trouble> {
        let actor = Actor::from(cast.advice);
        let hash = self.preview(actor, of, asked, None, None).await?.hash;
        let spoken = Manner { method: Some(ConsentMethod::Spoken), ..Manner::default() };
        self.give(actor, of, asked, &hash, &spoken, None).await
    }
}

fn named(given: &str, family: &str) -> Identity {
    Identity { given_names: given.to_owned(), family_name: family.to_owned(), ..Identity::default() }
}

fn flow(from: AgencyId, to: AgencyId, basis: LawfulBasis, categories: &[C], purposes: &[P]) -> Flow {
    let (categories, purposes) = (categories.iter().copied().collect(), purposes.iter().copied().collect());
    Flow { from, to, basis, categories, purposes }
}

fn document() -> Document {
    let text = |text: &str| text.to_owned();
    Document {
        necessity: text("So that nobody has to tell their story three times to be housed and treated."),
        special_category_condition: Some(text("Data Protection Act 2018, schedule 1, paragraph 2: social care.")),
        criminal_offence_condition: None,
        retention: text("What was received is destroyed a year after the case was closed."),
        security: text("It is read here, sealed, by those who work with the person, and copied nowhere else."),
        rights_requests: text("Whoever is asked answers within a month, and tells the other."),
        breach_contact: text("data.protection@example.org, within 24 hours."),
        ending: text("Each party may end it at any time; what was received is destroyed within 30 days."),
    }
}
