//! Versions of agreements are reviewed, signed, suspended, ended. What changes what is in force raises the agreement's count
//! first: whoever disclosed on the old one waits, or decides again.

use entity::enums::{AgreementState, AgreementStep};
use entity::ids::{AgencyId, AgreementId, AgreementPeriodId, AgreementVersionId};
use entity::instants::Millis;
use entity::{agreement_event, agreement_party, agreement_period, agreement_version};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, Query, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect};

use super::drafting::{parties, set_state};
use super::life::{Move, NotTheirs, may};
use super::terms::Wrong;
use super::{Agreements, Hand, Side, Trouble};
use crate::access::epochs::raise_agreement;

/// Longest reason, in characters.
const LONGEST_REASON: usize = 500;

/// A version whose agreement nobody else changes meanwhile, for a party or the network.
struct Held {
    transaction: DatabaseTransaction,
    version: agreement_version::Model,
    parties: Vec<AgencyId>,
    /// From when the change is to hold.
    at: Millis,
}

impl Agreements {
    /// Makes a move with a version.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] for one of others; [`Trouble::NotNow`] where it has not come so far, or is not theirs to do;
    /// [`Trouble::Wrong`] for a reason that is too long; the database failed, and nothing is done.
    pub async fn make(
        &self,
        by: Hand,
        id: AgreementVersionId,
        asked: Move,
        reason: Option<String>,
    ) -> Result<(), Trouble> {
        if reason.as_ref().is_some_and(|reason| reason.chars().count() > LONGEST_REASON) {
            let message = format!("It has more than {LONGEST_REASON} characters.");
            return Err(Wrong::new("reason", message).into());
        }
        let Held { transaction, version, parties, at } = self.held(by, id).await?;
        let drafted = agreement_event::Entity::find()
            .filter(agreement_event::Column::VersionId.eq(id))
            .filter(agreement_event::Column::Step.eq(AgreementStep::Drafted))
            .one(&transaction)
            .await?;
        let drafted_for = drafted.and_then(|event| event.agency_id);
        may(by.side, asked, &parties, drafted_for, version.suspended_for).map_err(not_theirs)?;
        let state = version.state.unwrap_or(AgreementState::Active);
        let Some((next, step)) = asked.from_to(state) else {
            return Err(Trouble::NotNow(format!("It is {}: that can't be done with it.", state.as_str())));
        };
        if asked == Move::Approve && by.account.is_some() && by.account == version.drafted_by {
            return Err(Trouble::NotNow("You drafted it: somebody else approves it.".to_owned()));
        }
        match asked {
            Move::Suspend => {
                close_periods(&transaction, id, at).await?;
                // Nobody's signature from before brings in force, by a newer version, what was just suspended.
                for version in pending(&transaction, version.agreement_id).await? {
                    unsign(&transaction, version).await?;
                }
            }
            Move::Terminate => {
                close_periods(&transaction, id, at).await?;
                if matches!(state, AgreementState::Active | AgreementState::Suspended) {
                    for version in pending(&transaction, version.agreement_id).await? {
                        set_state(&transaction, version, AgreementState::Terminated).await?;
                        self.note(&transaction, version, AgreementStep::Terminated, by, at, reason.clone()).await?;
                    }
                }
            }
            Move::Resume => self.open_period(&transaction, id, at).await?,
            // Whoever signed before signs anew: it may be another text by then.
            Move::Return => unsign(&transaction, id).await?,
            Move::Submit | Move::Approve => {}
        }
        let suspended = agreement_version::ActiveModel {
            suspended_for: Set(if asked == Move::Suspend { by.side.agency() } else { None }),
            ..Default::default()
        };
        let this = agreement_version::Column::Id.eq(id);
        agreement_version::Entity::update_many().set(suspended).filter(this).exec(&transaction).await?;
        set_state(&transaction, id, next).await?;
        self.note(&transaction, id, step, by, at, reason).await?;
        Ok(transaction.commit().await?)
    }

    /// Signs a version for an agency. With the last signature it comes into force, and the version before it gives way.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] for one of others; [`Trouble::NotNow`] where it does not await signatures, has run out, or is
    /// not theirs to sign; [`Trouble::Wrong`] where the hash is not that of what they sign; the database failed, and nothing
    /// is signed.
    pub async fn sign(&self, by: Hand, id: AgreementVersionId, hash: &str) -> Result<(), Trouble> {
        let Held { transaction, version, at, .. } = self.held(by, id).await?;
        let Side::Manager(agency) = by.side else {
            return Err(Trouble::NotNow("Only a manager of a party signs for it.".to_owned()));
        };
        if version.state != Some(AgreementState::AwaitingSignatures) {
            return Err(Trouble::NotNow("It does not await signatures.".to_owned()));
        }
        if version.expires_at <= at {
            return Err(Trouble::NotNow("It has run out before it was signed: revise it.".to_owned()));
        }
        if version.document_hash.as_deref() != Some(hash) {
            let message = "It is not the hash of this version: read it, and give its `documentHash`.";
            return Err(Wrong::new("documentHash", message).into());
        }
        let of_it = agreement_version::Entity::find()
            .filter(agreement_version::Column::AgreementId.eq(version.agreement_id))
            .filter(agreement_version::Column::State.eq(AgreementState::Suspended))
            .filter(agreement_version::Column::SuspendedFor.is_null());
        if of_it.one(&transaction).await?.is_some() {
            return Err(Trouble::NotNow("The network suspended the agreement, and has to resume it first.".to_owned()));
        }
        let already = agreement_party::Entity::find()
            .filter(agreement_party::Column::VersionId.eq(id))
            .filter(agreement_party::Column::AgencyId.ne(agency))
            .filter(agreement_party::Column::SignedBy.eq(by.account));
        if by.account.is_some() && already.one(&transaction).await?.is_some() {
            return Err(Trouble::NotNow(
                "You signed it for another party: each has somebody of its own sign.".to_owned(),
            ));
        }
        let signed =
            agreement_party::ActiveModel { signed_at: Set(Some(at)), signed_by: Set(by.account), ..Default::default() };
        let done = agreement_party::Entity::update_many()
            .set(signed)
            .filter(agreement_party::Column::VersionId.eq(id))
            .filter(agreement_party::Column::AgencyId.eq(agency))
            .filter(agreement_party::Column::SignedAt.is_null())
            .exec(&transaction)
            .await?;
        if done.rows_affected == 0 {
            return Err(Trouble::NotNow("Your agency has signed it already.".to_owned()));
        }
        self.note(&transaction, id, AgreementStep::Signed, by, at, None).await?;
        let missing = agreement_party::Entity::find()
            .filter(agreement_party::Column::VersionId.eq(id))
            .filter(agreement_party::Column::SignedAt.is_null());
        if missing.one(&transaction).await?.is_none() {
            self.give_way(&transaction, version.agreement_id, id, by, at).await?;
            set_state(&transaction, id, AgreementState::Active).await?;
            self.open_period(&transaction, id, at).await?;
            self.note(&transaction, id, AgreementStep::Activated, by, at, None).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// Holds a version, and its agreement's count, for a party or the network.
    async fn held(&self, by: Hand, id: AgreementVersionId) -> Result<Held, Trouble> {
        let transaction = self.database.begin_write().await?;
        let found = agreement_version::Entity::find_by_id(id).one(&transaction).await?.ok_or(Trouble::NotFound)?;
        let parties = parties(&transaction, id).await?;
        if by.side.agency().is_some_and(|agency| !parties.contains(&agency)) {
            return Err(Trouble::NotFound);
        }
        let now = Millis::from(self.clock.now());
        let at = raise_agreement(&transaction, found.agreement_id, now).await?.ok_or(Trouble::NotFound)?;
        // Read again, now that nobody else changes it.
        let version = agreement_version::Entity::find_by_id(id).one(&transaction).await?.ok_or(Trouble::NotFound)?;
        Ok(Held { transaction, version, parties, at })
    }

    /// Versions of an agreement that are in force or suspended give way to another.
    async fn give_way(
        &self,
        db: &impl ConnectionTrait,
        agreement: AgreementId,
        to: AgreementVersionId,
        by: Hand,
        at: Millis,
    ) -> Result<(), Trouble> {
        let before = agreement_version::Entity::find()
            .filter(agreement_version::Column::AgreementId.eq(agreement))
            .filter(agreement_version::Column::Id.ne(to))
            .filter(agreement_version::Column::State.is_in([AgreementState::Active, AgreementState::Suspended]))
            .all(db)
            .await?;
        for version in before {
            close_periods(db, version.id, at).await?;
            set_state(db, version.id, AgreementState::Superseded).await?;
            self.note(db, version.id, AgreementStep::Superseded, by, at, None).await?;
        }
        Ok(())
    }

    async fn open_period(&self, db: &impl ConnectionTrait, id: AgreementVersionId, at: Millis) -> Result<(), Trouble> {
        let row = agreement_period::ActiveModel {
            id: Set(AgreementPeriodId(self.clock.new_id())),
            version_id: Set(id),
            begins_at: Set(at),
            ends_at: Set(None),
        };
        agreement_period::Entity::insert(row).exec_without_returning(db).await?;
        Ok(())
    }

    /// Agreements that an agency is party to, whichever version; of the network all.
    pub(super) async fn concerning(&self, side: Side) -> Result<Vec<AgreementId>, Trouble> {
        let mut select =
            agreement_version::Entity::find().select_only().column(agreement_version::Column::AgreementId).distinct();
        if let Some(agency) = side.agency() {
            select = select.filter(agreement_version::Column::Id.in_subquery(of_party(agency)));
        }
        Ok(select.into_tuple().all(self.database.connection()).await?)
    }
}

/// The versions to which an agency is party, as a statement.
pub(super) fn of_party(agency: AgencyId) -> SelectStatement {
    Query::select()
        .column(agreement_party::Column::VersionId)
        .from(agreement_party::Entity)
        .and_where(agreement_party::Column::AgencyId.eq(agency))
        .to_owned()
}

fn not_theirs(why: NotTheirs) -> Trouble {
    Trouble::NotNow(
        match why {
            NotTheirs::NotAManager => "Only managers of its parties, and coordinators, do that.",
            NotTheirs::OwnDraft => "Your side drafted it: somebody of another party approves it, or a coordinator.",
            NotTheirs::SuspendedByAnother => "Another side suspended it, and alone resumes it.",
        }
        .to_owned(),
    )
}

/// Versions of an agreement that may come into force yet.
async fn pending(db: &impl ConnectionTrait, agreement: AgreementId) -> Result<Vec<AgreementVersionId>, Trouble> {
    let pending = [AgreementState::Draft, AgreementState::InReview, AgreementState::AwaitingSignatures];
    let found = agreement_version::Entity::find()
        .filter(agreement_version::Column::AgreementId.eq(agreement))
        .filter(agreement_version::Column::State.is_in(pending))
        .all(db)
        .await?;
    Ok(found.into_iter().map(|version| version.id).collect())
}

/// Takes every signature off a version.
async fn unsign(db: &impl ConnectionTrait, id: AgreementVersionId) -> Result<(), Trouble> {
    let unsigned = agreement_party::ActiveModel { signed_at: Set(None), signed_by: Set(None), ..Default::default() };
    let of_version = agreement_party::Column::VersionId.eq(id);
    agreement_party::Entity::update_many().set(unsigned).filter(of_version).exec(db).await?;
    Ok(())
}

/// Closes the period in which a version is in force, where there is one.
async fn close_periods(db: &impl ConnectionTrait, id: AgreementVersionId, at: Millis) -> Result<(), Trouble> {
    agreement_period::Entity::update_many()
        .col_expr(agreement_period::Column::EndsAt, Expr::value(at))
        .filter(agreement_period::Column::VersionId.eq(id))
        .filter(agreement_period::Column::EndsAt.is_null())
        .exec(db)
        .await?;
    Ok(())
}
