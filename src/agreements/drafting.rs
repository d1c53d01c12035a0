//! Versions of agreements are written. An edit makes a new version: nothing that somebody may have read is changed.

use entity::enums::{AgreementState, AgreementStep};
use entity::ids::{
    AgencyId, AgreementEventId, AgreementFlowId, AgreementId, AgreementPartyId, AgreementVersionId, FlowScopeId,
};
use entity::instants::Millis;
use entity::{agency, agreement, agreement_event, agreement_flow, agreement_party, agreement_version, flow_scope};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::steps::of_party;
use super::terms::{Terms, Wrong};
use super::{Agreements, Hand, Side, Trouble};
use crate::hours::london;
use crate::once;

impl Agreements {
    /// Drafts an agreement. For managers of an agency that is party to it, and coordinators.
    ///
    /// # Errors
    /// [`Trouble::Wrong`]; [`Trouble::NotFound`] for whoever is no party; the database failed, and nothing is drafted.
    pub async fn draft(&self, by: Hand, terms: Terms) -> Result<AgreementVersionId, Trouble> {
        let now = self.checked(by, &terms)?;
        let transaction = self.database.begin_write().await?;
        if let Some(asked) = &self.asked
            && let Some(before) = once::claim(&transaction, asked, Uuid::nil(), self.clock.now()).await?
        {
            return before.first().map(|id| AgreementVersionId(*id)).ok_or(Trouble::NotFound);
        }
        known(&transaction, &terms).await?;
        let id = AgreementId(self.clock.new_id());
        let row = agreement::ActiveModel {
            id: Set(id),
            title: Set(terms.title.clone()),
            epoch: Set(0),
            changed_at: Set(now),
            created_at: Set(now),
        };
        agreement::Entity::insert(row).exec_without_returning(&transaction).await?;
        let version = self.put(&transaction, by, id, 1, &terms, now).await?;
        if let Some(asked) = &self.asked {
            once::made(&transaction, asked, &[version.0]).await?;
        }
        transaction.commit().await?;
        Ok(version)
    }

    /// Drafts a new version of an agreement. One in force stays so until every party has signed the new one; one that never
    /// came into force gives way at once.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] for an agreement of others; [`Trouble::NotNow`] where `expected` is not the number of its last
    /// version that is theirs, a newer draft that is not theirs is under way, or it has ended; [`Trouble::Wrong`]; the database
    /// failed, and nothing is drafted.
    pub async fn revise(
        &self,
        by: Hand,
        id: AgreementId,
        expected: i32,
        terms: Terms,
    ) -> Result<AgreementVersionId, Trouble> {
        let now = self.checked(by, &terms)?;
        let transaction = self.database.begin_write().await?;
        agreement::Entity::find_by_id(id).lock_exclusive().one(&transaction).await?;
        let last = agreement_version::Entity::find()
            .filter(agreement_version::Column::AgreementId.eq(id))
            .order_by_desc(agreement_version::Column::Number)
            .one(&transaction)
            .await?;
        let last = last.ok_or(Trouble::NotFound)?;
        let newest = match by.side {
            Side::Manager(agency) | Side::Member(agency) => newest_of_party(&transaction, agency, &last).await?,
            Side::Network => last.number,
        };
        if newest != expected {
            return Err(Trouble::NotNow(format!("It has version {newest} by now: look at that first.")));
        }
        known(&transaction, &terms).await?;
        match last.state {
            Some(AgreementState::Terminated) if !lives(&transaction, id).await? => {
                return Err(Trouble::NotNow("It has ended for good: draft a new agreement.".to_owned()));
            }
            Some(AgreementState::Draft | AgreementState::InReview | AgreementState::AwaitingSignatures) => {
                set_state(&transaction, last.id, AgreementState::Superseded).await?;
                self.note(&transaction, last.id, AgreementStep::Superseded, by, now, None).await?;
            }
            Some(
                AgreementState::Active
                | AgreementState::Suspended
                | AgreementState::Superseded
                | AgreementState::Terminated,
            )
            | None => {}
        }
        let version = self.put(&transaction, by, id, last.number + 1, &terms, now).await?;
        transaction.commit().await?;
        Ok(version)
    }

    fn checked(&self, by: Hand, terms: &Terms) -> Result<Millis, Trouble> {
        let now = self.clock.now();
        terms.check(now.into(), london(now).date())?;
        match by.side {
            Side::Manager(agency) if terms.parties.iter().any(|party| party.agency == agency) => Ok(now.into()),
            Side::Network => Ok(now.into()),
            Side::Manager(_) => Err(Wrong::new("parties", "Your agency is not among them.").into()),
            Side::Member(_) => Err(Trouble::NotFound),
        }
    }

    async fn put(
        &self,
        db: &impl ConnectionTrait,
        by: Hand,
        agreement: AgreementId,
        number: i32,
        terms: &Terms,
        now: Millis,
    ) -> Result<AgreementVersionId, Trouble> {
        let id = AgreementVersionId(self.clock.new_id());
        let row = agreement_version::ActiveModel {
            id: Set(id),
            agreement_id: Set(agreement),
            number: Set(number),
            expires_at: Set(Millis(terms.expires_at)),
            related_days: Set(terms.related_days),
            document: Set(Some(serde_json::to_string(&terms.clone().in_order())?)),
            document_hash: Set(Some(terms.hash(agreement, number)?)),
            state: Set(Some(AgreementState::Draft)),
            review_on: Set(Some(terms.review_on)),
            suspended_for: Set(None),
            drafted_by: Set(by.account),
            drafted_at: Set(Some(now)),
        };
        agreement_version::Entity::insert(row).exec_without_returning(db).await?;
        let party = |party: &super::terms::Party| agreement_party::ActiveModel {
            id: Set(AgreementPartyId(self.clock.new_id())),
            version_id: Set(id),
            agency_id: Set(party.agency),
            role: Set(party.role),
            contact: Set(party.contact.clone()),
            signed_at: Set(None),
            signed_by: Set(None),
        };
        agreement_party::Entity::insert_many(terms.parties.iter().map(party)).exec_without_returning(db).await?;
        for flow in &terms.flows {
            let flow_id = AgreementFlowId(self.clock.new_id());
            let row = agreement_flow::ActiveModel {
                id: Set(flow_id),
                version_id: Set(id),
                from_agency_id: Set(flow.from),
                to_agency_id: Set(flow.to),
                basis: Set(flow.basis),
            };
            agreement_flow::Entity::insert(row).exec_without_returning(db).await?;
            let scopes = flow.categories.iter().flat_map(|category| {
                flow.purposes.iter().map(|purpose| flow_scope::ActiveModel {
                    id: Set(FlowScopeId(self.clock.new_id())),
                    flow_id: Set(flow_id),
                    category: Set(*category),
                    purpose: Set(*purpose),
                })
            });
            flow_scope::Entity::insert_many(scopes).exec_without_returning(db).await?;
        }
        self.note(db, id, AgreementStep::Drafted, by, now, None).await?;
        Ok(id)
    }

    /// Writes a step into the history of a version.
    pub(super) async fn note(
        &self,
        db: &impl ConnectionTrait,
        version: AgreementVersionId,
        step: AgreementStep,
        by: Hand,
        at: Millis,
        reason: Option<String>,
    ) -> Result<(), Trouble> {
        let row = agreement_event::ActiveModel {
            id: Set(AgreementEventId(self.clock.new_id())),
            version_id: Set(version),
            step: Set(step),
            at: Set(at),
            by: Set(by.account),
            agency_id: Set(by.side.agency()),
            reason: Set(reason),
        };
        agreement_event::Entity::insert(row).exec_without_returning(db).await?;
        Ok(())
    }
}

/// That every party is an agency.
async fn known(db: &impl ConnectionTrait, terms: &Terms) -> Result<(), Trouble> {
    let ids: Vec<_> = terms.parties.iter().map(|party| party.agency).collect();
    let found = agency::Entity::find().filter(agency::Column::Id.is_in(ids.iter().copied())).all(db).await?.len();
    if found == ids.len() { Ok(()) } else { Err(Wrong::new("parties", "One of them is no agency.").into()) }
}

/// The number of the newest version of an agreement that an agency is party to, where it is party to the last one, or to what
/// is in force or suspended. A draft of others to take the place of that is in the way, and no more is told of it.
async fn newest_of_party(
    db: &impl ConnectionTrait,
    agency: AgencyId,
    last: &agreement_version::Model,
) -> Result<i32, Trouble> {
    if parties(db, last.id).await?.contains(&agency) {
        return Ok(last.number);
    }
    let theirs = agreement_version::Entity::find()
        .filter(agreement_version::Column::AgreementId.eq(last.agreement_id))
        .filter(agreement_version::Column::Id.in_subquery(of_party(agency)))
        .order_by_desc(agreement_version::Column::Number)
        .all(db)
        .await?;
    let is_alive = |version: &agreement_version::Model| {
        matches!(version.state, Some(AgreementState::Active | AgreementState::Suspended))
    };
    let newest = theirs.first().filter(|_| theirs.iter().any(is_alive)).ok_or(Trouble::NotFound)?;
    match last.state {
        Some(AgreementState::Draft | AgreementState::InReview | AgreementState::AwaitingSignatures) => {
            let message = "A newer draft is under way, to which your agency is no party: ask the other parties, or a \
                           coordinator.";
            Err(Trouble::NotNow(message.to_owned()))
        }
        Some(
            AgreementState::Active
            | AgreementState::Suspended
            | AgreementState::Superseded
            | AgreementState::Terminated,
        )
        | None => Ok(newest.number),
    }
}

/// Whether a version of an agreement is in force or suspended.
async fn lives(db: &impl ConnectionTrait, id: AgreementId) -> Result<bool, Trouble> {
    let found = agreement_version::Entity::find()
        .filter(agreement_version::Column::AgreementId.eq(id))
        .filter(agreement_version::Column::State.is_in([AgreementState::Active, AgreementState::Suspended]));
    Ok(found.one(db).await?.is_some())
}

/// The parties of a version.
pub(super) async fn parties(db: &impl ConnectionTrait, version: AgreementVersionId) -> Result<Vec<AgencyId>, Trouble> {
    let rows = agreement_party::Entity::find().filter(agreement_party::Column::VersionId.eq(version)).all(db).await?;
    Ok(rows.into_iter().map(|row| row.agency_id).collect())
}

pub(super) async fn set_state(
    db: &impl ConnectionTrait,
    version: AgreementVersionId,
    state: AgreementState,
) -> Result<(), Trouble> {
    agreement_version::Entity::update_many()
        .col_expr(agreement_version::Column::State, Expr::value(state))
        .filter(agreement_version::Column::Id.eq(version))
        .exec(db)
        .await?;
    Ok(())
}
