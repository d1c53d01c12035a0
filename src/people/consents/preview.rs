//! Exactly what each agency would see if a service user said so: the rule itself, asked as if they had. Its hash stands in
//! the consent: nobody says yes to something else than they were shown.
//!
//! The service user and who stands for them are shown all of it. Who works with them is shown what their own agency would see,
//! and what others would see of its rows: what a third agency shares with a fourth would tell what is permitted to that one.
//! The hash is of what was shown and of no more, for one that changed with the rest would tell of it all the same.

use std::collections::BTreeSet;

use entity::enums::{DataCategory, Purpose, Role};
use entity::ids::{AccountId, AgencyId, ConsentId, RecordId, ServiceUserId};
use entity::instants::Millis;
use entity::{agency, person_record};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::asked::Asked;
use super::words::{self, Read, SHARING};
use crate::access::ledger::Pending;
use crate::access::rule::facts::{Consent, Facts, Membership, Relationship};
use crate::access::rule::predicate::visible;
use crate::access::rule::{Ask, Row, WAYS, decide};
use crate::people::acting::{Actor, Stands};
use crate::people::contents::Wrong;
use crate::people::finding::OWN;
use crate::people::reading::{Reader, Wanted};
use crate::people::{People, Trouble};

/// What an agency would see of one category for one purpose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WouldSee {
    /// The agency.
    pub agency: AgencyId,
    /// The purpose.
    pub purpose: Purpose,
    /// The category.
    pub category: DataCategory,
    /// Whose rows, as far as that is for whoever asks to know; never nobody's.
    pub sources: BTreeSet<AgencyId>,
    /// The rows that there are, of those that whoever asks may see themselves.
    pub records: BTreeSet<RecordId>,
}

/// What each agency would see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// The words that are read to the service user.
    pub words: Read,
    /// What each would see, in the order of agencies, purposes and categories, as far as it is for whoever asks to know. Of
    /// what an agency would not see there is nothing here: no agreement lets it flow, or the service user says no to it.
    pub seen: Vec<WouldSee>,
    /// Agencies that have to do with the service user already, as far as that is for whoever asks to know; the others would
    /// see it once they have.
    pub related: BTreeSet<AgencyId>,
    /// Its hash: SHA-256, in hexadecimal.
    pub hash: String,
}

/// What the hash is of; its fields in this order for ever. In form 1 nobody stood there for whom it is, and it was of everything.
#[derive(Serialize)]
struct Hashed<'a> {
    form: u32,
    /// The agency whose worker it was shown to; none for the service user and who stands for them. So that whoever gives the
    /// same is not told that somebody else did.
    shown_to: Option<AgencyId>,
    service_user: ServiceUserId,
    asked: &'a Asked,
    supersedes: Option<ConsentId>,
    text: (&'a str, i32),
    seen: &'a [WouldSee],
}

impl People {
    /// What each agency would see if the service user said this now, in the place of a consent of theirs, where one is named;
    /// to who works with them as far as their own agency sees it, or it is of its rows. That it was looked at stands in the
    /// ledger, though nothing is opened.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] for whoever neither is them, nor stands for them, nor works with them; [`Trouble::Wrong`]; the
    /// database or the ledger failed.
    pub async fn preview(
        &self,
        actor: Actor,
        of: ServiceUserId,
        asked: &Asked,
        supersedes: Option<ConsentId>,
        pending: Option<&Pending>,
    ) -> Result<Preview, Trouble> {
        let now = Millis::from(self.clock.now());
        asked.check(now)?;
        let of = self.stands_for(of).await?;
        let db = self.database.connection();
        let Actor { account, agency } = actor;
        let reader = Reader { account, agency, purpose: OWN, operation: "disclosurePreview" };
        if self.read(reader, &[of], &Wanted::default(), pending).await?.is_empty() {
            return Err(Trouble::NotFound);
        }
        let stands = self.stands(db, actor, of, now).await?.ok_or(Trouble::NotFound)?;
        let mut preview = self.preview_in(db, (actor, stands), of, asked, supersedes, now).await?;
        // With whom somebody has to do is nobody's to know but theirs, and of a worker's own agency.
        if let Stands::Worker(own) = stands {
            preview.related.retain(|agency| *agency == own);
        }
        Ok(preview)
    }

    /// The same within a transaction that holds the service user.
    pub(super) async fn preview_in(
        &self,
        db: &impl ConnectionTrait,
        (actor, stands): (Actor, Stands),
        of: ServiceUserId,
        asked: &Asked,
        supersedes: Option<ConsentId>,
        now: Millis,
    ) -> Result<Preview, Trouble> {
        let shown_to = match stands {
            Stands::Worker(own) => Some(own),
            Stands::Themselves | Stands::Proxy => None,
        };
        let names = names(db, asked).await?;
        let theirs = rows_they_see(db, actor, of, now).await?;
        let (mut seen, mut related) = (Vec::new(), BTreeSet::new());
        for agency in &asked.agencies {
            for purpose in &asked.purposes {
                // Somebody who works there with service users, whoever it may be.
                let account = AccountId(Uuid::nil());
                let ask = Ask { account, agency: Some(*agency), purpose: *purpose, at: now };
                let mut facts = Facts::load(db, &ask, &[of]).await?;
                let counts = |dealing: &Relationship| dealing.opened <= now && dealing.closed.is_none();
                if facts.relationships.iter().any(counts) {
                    related.insert(*agency);
                }
                facts.consents.retain(|consent| Some(consent.consent) != supersedes);
                suppose(&mut facts, &ask, of, asked);
                seen.extend(would_see(&ask, of, &facts, &theirs, shown_to));
            }
        }
        let words = words::embedded().map_err(Trouble::Failed)?;
        let text = words.newest(SHARING).ok_or_else(|| Trouble::Failed("there are no words".to_owned()))?;
        let read = words.read(text, asked, &names);
        let text = (read.key.as_str(), read.version);
        let hashed = Hashed { form: 2, shown_to, service_user: of, asked, supersedes, text, seen: &seen };
        let digest = Sha256::digest(serde_json::to_vec(&hashed)?);
        let hash = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Preview { words: read, seen, related, hash })
    }
}

/// Supposes that somebody works there, that the agency has to do with the service user, and that they said what is asked.
fn suppose(facts: &mut Facts, ask: &Ask, of: ServiceUserId, asked: &Asked) {
    let (Some(agency), begins) = (ask.agency, ask.at) else { return };
    facts.memberships.push(Membership {
        account: ask.account,
        agency: Some(agency),
        role: Role::LinkWorker,
        begins,
        ends: None,
    });
    facts.relationships.push(Relationship { service_user: of, agency, only: None, opened: begins, closed: None });
    let said = |category: &DataCategory| Consent {
        consent: ConsentId(Uuid::nil()),
        service_user: of,
        kind: asked.kind,
        agency,
        category: *category,
        purpose: ask.purpose,
        begins,
        expires: asked.until.map(Millis),
        ended: None,
    };
    facts.consents.extend(asked.categories.iter().map(said));
}

/// What an agency would see for a purpose; of a permit only what is permitted, of a denial what it would still see. To who works
/// with them for another agency only what it would see of the rows of that one.
fn would_see(
    ask: &Ask,
    of: ServiceUserId,
    facts: &Facts,
    theirs: &[(RecordId, Row)],
    shown_to: Option<AgencyId>,
) -> Vec<WouldSee> {
    let Some(agency) = ask.agency else { return Vec::new() };
    let is_theirs_to_know = |from: &AgencyId| shown_to.is_none_or(|own| own == agency || own == *from);
    let from: BTreeSet<AgencyId> = facts.flows.iter().map(|flow| flow.from).filter(is_theirs_to_know).collect();
    let of_category = |category: &DataCategory| {
        let flows = |source: &AgencyId| {
            let row = Row::of(of, *source, *category);
            decide::holds(&WAYS.shared, ask, &row, facts)
        };
        let sources: BTreeSet<AgencyId> = from.iter().copied().filter(flows).collect();
        let records = theirs
            .iter()
            .filter(|(_, row)| row.category == *category && sources.contains(&row.agency))
            .map(|(id, _)| *id)
            .collect();
        (!sources.is_empty()).then_some(WouldSee {
            agency,
            purpose: ask.purpose,
            category: *category,
            sources,
            records,
        })
    };
    DataCategory::ALL.iter().filter_map(of_category).collect()
}

/// The rows about a service user that somebody may see, by id alone: nothing of them is opened.
async fn rows_they_see(
    db: &impl ConnectionTrait,
    actor: Actor,
    of: ServiceUserId,
    at: Millis,
) -> Result<Vec<(RecordId, Row)>, Trouble> {
    let ask = Ask { account: actor.account, agency: actor.agency, purpose: Purpose::CareCoordination, at };
    let rows: Vec<(RecordId, AgencyId, DataCategory)> = person_record::Entity::find()
        .select_only()
        .column(person_record::Column::Id)
        .column(person_record::Column::AgencyId)
        .column(person_record::Column::Category)
        .filter(person_record::Column::ServiceUserId.eq(of))
        .filter(person_record::Column::EndedAt.is_null())
        .filter(visible(&ask))
        .order_by_asc(person_record::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|(id, agency, category)| (id, Row::of(of, agency, category))).collect())
}

/// What the agencies are called, in their order.
async fn names(db: &impl ConnectionTrait, asked: &Asked) -> Result<Vec<String>, Trouble> {
    let names: Vec<String> = agency::Entity::find()
        .select_only()
        .column(agency::Column::Name)
        .filter(agency::Column::Id.is_in(asked.agencies.iter().copied()))
        .order_by_asc(agency::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    if names.len() == asked.agencies.len() {
        Ok(names)
    } else {
        Err(Wrong::new("agencies", "One of the agencies is none.").into())
    }
}
