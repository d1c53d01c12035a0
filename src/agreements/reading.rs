//! Agreements as those see them whom they concern: everybody who works for a party, and coordinators.

use std::collections::BTreeMap;

use entity::enums::AgreementState;
use entity::ids::{AccountId, AgreementId, AgreementVersionId};
use entity::{account, agreement_event, agreement_party, agreement_version};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::life::Standing;
use super::steps::of_party;
use super::terms::Terms;
use super::{Agreements, Side, Trouble};
use crate::hours::london;

/// A version, as it stands now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionSeen {
    /// The row.
    pub row: agreement_version::Model,
    /// All that it says.
    pub terms: Terms,
    /// How it stands now.
    pub standing: Standing,
    /// Its parties, with who signed.
    pub parties: Vec<agreement_party::Model>,
    /// What was done with it, the oldest first.
    pub events: Vec<agreement_event::Model>,
    /// The names of those who did.
    pub names: BTreeMap<AccountId, String>,
}

/// An agreement with its versions, the newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgreementSeen {
    /// Id.
    pub id: AgreementId,
    /// Its versions.
    pub versions: Vec<VersionSeen>,
}

impl Agreements {
    /// Agreements that concern somebody, the newest first; those named alone, where any are.
    ///
    /// # Errors
    /// The database failed.
    pub async fn seen(&self, side: Side, named: Option<&[AgreementId]>) -> Result<Vec<AgreementSeen>, Trouble> {
        let (db, now) = (self.database.connection(), self.clock.now());
        let mut ids = self.concerning(side).await?;
        ids.retain(|id| named.is_none_or(|named| named.contains(id)));
        let versions = agreement_version::Entity::find()
            .filter(agreement_version::Column::AgreementId.is_in(ids))
            .filter(agreement_version::Column::Document.is_not_null())
            .order_by_desc(agreement_version::Column::AgreementId)
            .order_by_desc(agreement_version::Column::Number)
            .all(db)
            .await?;
        let of: Vec<AgreementVersionId> = versions.iter().map(|version| version.id).collect();
        let parties = agreement_party::Entity::find()
            .filter(agreement_party::Column::VersionId.is_in(of.iter().copied()))
            .order_by_asc(agreement_party::Column::AgencyId)
            .all(db)
            .await?;
        let events = agreement_event::Entity::find()
            .filter(agreement_event::Column::VersionId.is_in(of))
            .order_by_asc(agreement_event::Column::At)
            .order_by_asc(agreement_event::Column::Id)
            .all(db)
            .await?;
        let who = parties.iter().filter_map(|row| row.signed_by).chain(events.iter().filter_map(|row| row.by));
        let names: BTreeMap<AccountId, String> = account::Entity::find()
            .select_only()
            .column(account::Column::Id)
            .column(account::Column::Name)
            .filter(account::Column::Id.is_in(who))
            .into_tuple::<(AccountId, String)>()
            .all(db)
            .await?
            .into_iter()
            .collect();
        let mut all: Vec<AgreementSeen> = Vec::new();
        for row in versions {
            let terms: Terms = serde_json::from_str(row.document.as_deref().unwrap_or_default())?;
            let (state, today) = (row.state.unwrap_or(AgreementState::Draft), london(now).date());
            let standing = Standing::at(state, row.expires_at, terms.review_on, now.into(), today);
            let seen = VersionSeen {
                parties: parties.iter().filter(|party| party.version_id == row.id).cloned().collect(),
                events: events.iter().filter(|event| event.version_id == row.id).cloned().collect(),
                names: names.clone(),
                terms,
                standing,
                row,
            };
            // Who is no party of a version has nothing to do with it.
            if side.agency().is_some_and(|agency| !seen.parties.iter().any(|party| party.agency_id == agency)) {
                continue;
            }
            match all.last_mut().filter(|last| last.id == seen.row.agreement_id) {
                Some(last) => last.versions.push(seen),
                None => all.push(AgreementSeen { id: seen.row.agreement_id, versions: vec![seen] }),
            }
        }
        Ok(all)
    }

    /// The first versions whose day of review is past, of agreements that are somebody's to revise: as long as they are in force
    /// or suspended, run out or not; the longest first, each with its agreement; one more than asked for where more follow.
    ///
    /// # Errors
    /// The database failed.
    pub async fn page_of_reviews(
        &self,
        side: Side,
        first: usize,
    ) -> Result<Vec<(AgreementId, AgreementVersionId)>, Trouble> {
        let parties = match side {
            Side::Manager(agency) => Condition::all().add(agreement_version::Column::Id.in_subquery(of_party(agency))),
            Side::Network => Condition::all(),
            Side::Member(_) => return Ok(Vec::new()),
        };
        let today = london(self.clock.now()).date();
        let select = agreement_version::Entity::find()
            .select_only()
            .column(agreement_version::Column::AgreementId)
            .column(agreement_version::Column::Id)
            .filter(parties)
            .filter(agreement_version::Column::State.is_in([AgreementState::Active, AgreementState::Suspended]))
            .filter(agreement_version::Column::Document.is_not_null())
            .filter(agreement_version::Column::ReviewOn.lt(today))
            .order_by_asc(agreement_version::Column::ReviewOn)
            .order_by_asc(agreement_version::Column::Id)
            .limit(u64::try_from(first).unwrap_or(u64::MAX).saturating_add(1));
        Ok(select.into_tuple().all(self.database.connection()).await?)
    }

    /// The agreement that a version is of, where it concerns somebody.
    ///
    /// # Errors
    /// [`Trouble::NotFound`]; the database failed.
    pub async fn of_version(&self, side: Side, id: AgreementVersionId) -> Result<AgreementSeen, Trouble> {
        let version = agreement_version::Entity::find_by_id(id).one(self.database.connection()).await?;
        let agreement = version.ok_or(Trouble::NotFound)?.agreement_id;
        self.seen(side, Some(&[agreement])).await?.pop().ok_or(Trouble::NotFound)
    }
}
