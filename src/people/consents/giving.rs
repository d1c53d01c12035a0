//! A consent is given: by the service user, by who stands for them, or on their word to who works with them. Or they are
//! asked, and answer later; a refusal is kept.

use entity::enums::{ConsentEnd, ConsentGiver, ConsentKind, ConsentMethod, ProposalState};
use entity::ids::{ConsentId, ConsentProposalId, ConsentScopeId, ServiceUserId};
use entity::{consent, consent_proposal, consent_scope, proxy, service_user};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter};
use serde::{Deserialize, Serialize};

use super::asked::Asked;
use crate::people::acting::{Actor, Begun, Stands};
use crate::people::contents::{LONGEST_LINE, Wrong, if_any};
use crate::people::entering::Worker;
use crate::people::{People, Trouble};
use crate::vault::sealed::Place;

/// How a consent was given.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Manner {
    /// How; ONLINE by themselves, otherwise as whoever wrote it down heard it.
    pub method: Option<ConsentMethod>,
    /// Whether who stands for them gave it, to whom it was said.
    pub by_proxy: bool,
    /// Who bore witness.
    pub witness: Option<String>,
    /// What there is to say of their capacity to decide this now (Mental Capacity Act 2005, section 2).
    pub capacity_note: Option<String>,
}

/// What lies sealed beside a consent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beside {
    /// Who bore witness.
    pub witness: Option<String>,
    /// What there is to say of their capacity.
    pub capacity_note: Option<String>,
    /// The words that were read to them.
    pub title: String,
    /// Their paragraphs.
    pub paragraphs: Vec<String>,
}

/// Whether anybody stands for the service user now.
pub(in crate::people) async fn has_proxy(db: &impl ConnectionTrait, begun: &Begun) -> Result<bool, Trouble> {
    let lasts = proxy::Column::EndsAt.is_null().or(proxy::Column::EndsAt.gt(begun.at));
    let found = proxy::Entity::find().filter(proxy::Column::ServiceUserId.eq(begun.of)).filter(lasts);
    Ok(found.one(db).await?.is_some())
}

/// Where what lies sealed beside a consent stands.
pub(super) fn place(id: ConsentId) -> Place {
    Place { column: "consent.sealed", row: id.0 }
}

impl People {
    /// A service user permits or denies. What each agency would see must be what they were shown: the hash says so.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] for whoever neither is them, nor stands for them, nor works with them, and for a consent to be
    /// superseded that is not theirs to end; [`Trouble::Wrong`], for `previewHash` where what would be seen is
    /// something else by now; the database or the vault failed, and nothing is given.
    pub async fn give(
        &self,
        actor: Actor,
        of: ServiceUserId,
        asked: &Asked,
        preview_hash: &str,
        manner: &Manner,
        supersedes: Option<ConsentId>,
    ) -> Result<ConsentId, Trouble> {
        let begun = self.begin_change(actor, of).await?;
        if let Some(before) = self.made_before(&begun.transaction).await? {
            return Ok(ConsentId(before));
        }
        asked.check(begun.at)?;
        if let Some(before) = supersedes {
            self.may_end(&begun, actor.account, before).await?;
        }
        let id = self.put_consent(&begun, actor, asked, preview_hash, supersedes, manner).await?;
        if let Some(before) = supersedes {
            let ended = consent::ActiveModel {
                ended_at: Set(Some(begun.at)),
                ended_as: Set(Some(ConsentEnd::Superseded)),
                ended_by: Set(Some(actor.account)),
                superseded_by: Set(Some(id)),
                ..Default::default()
            };
            let done = consent::Entity::update_many()
                .set(ended)
                .filter(consent::Column::Id.eq(before))
                .filter(consent::Column::ServiceUserId.eq(begun.of))
                .filter(consent::Column::EndedAt.is_null())
                .exec(&begun.transaction)
                .await?;
            if done.rows_affected == 0 {
                return Err(Wrong::new("supersedes", "It is no consent of theirs that holds.").into());
            }
        }
        self.hold_without_route(&begun.transaction, begun.of, begun.at).await?;
        self.made(&begun.transaction, &[id.0]).await?;
        begun.transaction.commit().await?;
        Ok(id)
    }

    /// Asks a service user who is on the worker's caseload, and waits for their answer.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] for anybody else; [`Trouble::Wrong`], for `terms` where the worker's agency asked just that already
    /// and waits for the answer; the database failed.
    pub async fn propose(
        &self,
        by: Worker,
        of: ServiceUserId,
        asked: &Asked,
        preview_hash: &str,
    ) -> Result<ConsentProposalId, Trouble> {
        let begun = self.begin_change(by.into(), of).await?;
        let Stands::Worker(agency) = begun.stands else { return Err(Trouble::NotFound) };
        if let Some(before) = self.made_before(&begun.transaction).await? {
            return Ok(ConsentProposalId(before));
        }
        asked.check(begun.at)?;
        self.hold_against(&begun, by.into(), asked, preview_hash, None).await?;
        let asked = serde_json::to_string(asked)?;
        let same = consent_proposal::Entity::find()
            .filter(consent_proposal::Column::ServiceUserId.eq(begun.of))
            .filter(consent_proposal::Column::AgencyId.eq(agency))
            .filter(consent_proposal::Column::State.eq(ProposalState::Proposed))
            .filter(consent_proposal::Column::Asked.eq(asked.as_str()));
        if same.one(&begun.transaction).await?.is_some() {
            let message = "Your agency asked just this already, and it is not answered: take that back to ask anew.";
            return Err(Wrong::new("terms", message).into());
        }
        let id = ConsentProposalId(self.clock.new_id());
        let row = consent_proposal::ActiveModel {
            id: Set(id),
            service_user_id: Set(begun.of),
            recorded_for: Set(begun.of),
            agency_id: Set(Some(agency)),
            proposed_by: Set(Some(by.account)),
            state: Set(ProposalState::Proposed),
            asked: Set(asked),
            preview_hash: Set(preview_hash.to_owned()),
            proposed_at: Set(begun.at),
            answered_at: Set(None),
            answered_by: Set(None),
            taken_back_at: Set(None),
            taken_back_by: Set(None),
        };
        consent_proposal::Entity::insert(row).exec_without_returning(&begun.transaction).await?;
        self.made(&begun.transaction, &[id.0]).await?;
        begun.transaction.commit().await?;
        Ok(id)
    }

    /// A service user answers what they were asked: yes, after they were shown anew what each agency would see, or no. The
    /// consent where it is yes.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] where nothing was asked, it is answered or taken back, and for whoever may not answer for them;
    /// [`Trouble::Wrong`], for `proposal` where they would say yes to what has run out; the database or the vault failed, and
    /// it is not answered.
    pub async fn answer(
        &self,
        actor: Actor,
        id: ConsentProposalId,
        yes_to: Option<&str>,
        manner: &Manner,
    ) -> Result<(ServiceUserId, Option<ConsentId>), Trouble> {
        let found = consent_proposal::Entity::find_by_id(id).one(self.database.connection()).await?;
        let of = found.map_or(ServiceUserId(id.0), |found| found.service_user_id);
        let begun = self.begin_change(actor, of).await?;
        let db = &begun.transaction;
        // Read again, now that nobody else answers it.
        let open = consent_proposal::Entity::find_by_id(id)
            .filter(consent_proposal::Column::State.eq(ProposalState::Proposed))
            .one(db)
            .await?
            .ok_or(Trouble::NotFound)?;
        let (state, given) = match yes_to {
            Some(hash) => {
                let asked: Asked = serde_json::from_str(&open.asked)?;
                if asked.has_run_out(begun.at) {
                    let message = "What was asked would have ended by now: ask them anew, until a later day.";
                    return Err(Wrong::new("proposal", message).into());
                }
                asked.check(begun.at)?;
                (ProposalState::Accepted, Some(self.put_consent(&begun, actor, &asked, hash, None, manner).await?))
            }
            None => (ProposalState::Refused, None),
        };
        let answered = consent_proposal::ActiveModel {
            state: Set(state),
            answered_at: Set(Some(begun.at)),
            answered_by: Set(Some(actor.account)),
            ..Default::default()
        };
        let this = consent_proposal::Column::Id.eq(id);
        consent_proposal::Entity::update_many().set(answered).filter(this).exec(db).await?;
        let of = begun.of;
        self.hold_without_route(db, of, begun.at).await?;
        begun.transaction.commit().await?;
        Ok((of, given))
    }

    /// That what each agency would see is what was shown.
    async fn hold_against(
        &self,
        begun: &Begun,
        actor: Actor,
        asked: &Asked,
        hash: &str,
        supersedes: Option<ConsentId>,
    ) -> Result<super::preview::Preview, Trouble> {
        let preview =
            self.preview_in(&begun.transaction, (actor, begun.stands), begun.of, asked, supersedes, begun.at).await?;
        if preview.hash == hash {
            return Ok(preview);
        }
        let message = "What each agency would see is not what was shown: look at the preview again, and give its hash.";
        Err(Wrong::new("previewHash", message).into())
    }

    async fn put_consent(
        &self,
        begun: &Begun,
        actor: Actor,
        asked: &Asked,
        preview_hash: &str,
        supersedes: Option<ConsentId>,
        manner: &Manner,
    ) -> Result<ConsentId, Trouble> {
        if_any("witness", manner.witness.as_ref(), LONGEST_LINE)?;
        if_any("capacityNote", manner.capacity_note.as_ref(), LONGEST_LINE)?;
        let (method, given_by, agency) = match (begun.stands, manner.method) {
            (Stands::Themselves, None | Some(ConsentMethod::Online)) => {
                (ConsentMethod::Online, ConsentGiver::Themselves, None)
            }
            (Stands::Proxy, None | Some(ConsentMethod::Online)) => (ConsentMethod::Online, ConsentGiver::Proxy, None),
            (Stands::Themselves | Stands::Proxy, Some(_)) => {
                return Err(Wrong::new("method", "What you give yourself is given ONLINE.").into());
            }
            (Stands::Worker(agency), Some(method)) if method != ConsentMethod::Online => {
                let giver = if manner.by_proxy { ConsentGiver::Proxy } else { ConsentGiver::Themselves };
                (method, giver, Some(agency))
            }
            (Stands::Worker(_), _) => {
                let message = "Say how they gave it: SPOKEN, SIGNED or TELEPHONE. ONLINE is by themselves alone.";
                return Err(Wrong::new("method", message).into());
            }
        };
        if let (Some(own), ConsentKind::Permit) = (agency, asked.kind)
            && asked.agencies.contains(&own)
        {
            let message = "Nobody writes down a yes for their own agency: they say it themselves, or to somebody of another \
                           agency who works with them.";
            return Err(Wrong::new("agencies", message).into());
        }
        if manner.by_proxy && given_by == ConsentGiver::Proxy && !has_proxy(&begun.transaction, begun).await? {
            return Err(Wrong::new("byProxy", "Nobody stands for them now: name who does first.").into());
        }
        let preview = self.hold_against(begun, actor, asked, preview_hash, supersedes).await?;
        let mut same = consent::Entity::find()
            .filter(consent::Column::ServiceUserId.eq(begun.of))
            .filter(consent::Column::PreviewHash.eq(preview_hash))
            .filter(consent::Column::EndedAt.is_null());
        if asked.kind == ConsentKind::Deny {
            // At whose word is part of what a denial says: who ends theirs ends nobody else's. A permit holds once, so that who
            // takes it back has taken back all of it.
            let by_account = consent::Column::AgencyId.is_null().and(consent::Column::RecordedBy.eq(actor.account));
            same = same.filter(consent::Column::GivenBy.eq(given_by)).filter(match agency {
                Some(agency) => consent::Column::AgencyId.eq(agency),
                None => by_account,
            });
        }
        if same.one(&begun.transaction).await?.is_some() {
            return Err(Wrong::new("previewHash", "This was said already, and holds.").into());
        }
        let (db, id) = (&begun.transaction, ConsentId(self.clock.new_id()));
        let person = service_user::Entity::find_by_id(begun.of).one(db).await?.ok_or(Trouble::NotFound)?;
        let key = self.vault.key(db, person.key_id).await?;
        let beside = Beside {
            witness: manner.witness.clone(),
            capacity_note: manner.capacity_note.clone(),
            title: preview.words.title,
            paragraphs: preview.words.paragraphs,
        };
        let row = consent::ActiveModel {
            id: Set(id),
            service_user_id: Set(begun.of),
            recorded_for: Set(begun.of),
            kind: Set(asked.kind),
            begins_at: Set(begun.at),
            expires_at: Set(asked.until.map(entity::instants::Millis)),
            ended_at: Set(None),
            text_key: Set(Some(preview.words.key)),
            text_version: Set(Some(preview.words.version)),
            method: Set(Some(method)),
            given_by: Set(Some(given_by)),
            recorded_by: Set(Some(actor.account)),
            agency_id: Set(agency),
            preview_hash: Set(Some(preview.hash)),
            sealed: Set(Some(self.vault.seal(&key, place(id), &serde_json::to_string(&beside)?)?)),
            ended_as: Set(None),
            ended_by: Set(None),
            superseded_by: Set(None),
        };
        consent::Entity::insert(row).exec_without_returning(db).await?;
        let mut scopes = Vec::new();
        for agency in &asked.agencies {
            for category in &asked.categories {
                scopes.extend(asked.purposes.iter().map(|purpose| consent_scope::ActiveModel {
                    id: Set(ConsentScopeId(self.clock.new_id())),
                    consent_id: Set(id),
                    agency_id: Set(*agency),
                    category: Set(*category),
                    purpose: Set(*purpose),
                }));
            }
        }
        // No statement grows beyond what an engine takes.
        for some in scopes.chunks(500) {
            consent_scope::Entity::insert_many(some.iter().cloned()).exec_without_returning(db).await?;
        }
        Ok(id)
    }
}
