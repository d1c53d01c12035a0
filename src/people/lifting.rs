//! Who may lift it that a service user keeps somebody out, where it is not they themselves.

use std::collections::{BTreeMap, BTreeSet};

use entity::ids::{AccountId, AgencyId, ExclusionId, ServiceUserId};
use entity::instants::Millis;
use entity::{assignment, exclusion, membership, proxy, service_user};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::Trouble;
use super::acting::{Begun, Stands, agencies_of};
use super::teams::assigned_at;
use crate::access::rule::load::among;

/// What it rests on who may lift some bars.
pub(super) struct Lifting {
    /// As of when.
    at: Millis,
    /// Which agency entered each of the service users.
    entered: BTreeMap<ServiceUserId, AgencyId>,
    /// For which agencies those who are kept out work, or ever did.
    worked: BTreeSet<(AccountId, AgencyId)>,
    /// On the caseloads of which agencies the service users are.
    on_caseload: BTreeSet<(ServiceUserId, AgencyId)>,
    /// Who stands for the service users, or ever did.
    stood: Vec<proxy::Model>,
}

impl Lifting {
    /// What it rests on for these bars at an instant.
    ///
    /// # Errors
    /// The database failed.
    pub(super) async fn of(db: &impl ConnectionTrait, bars: &[exclusion::Model], at: Millis) -> Result<Self, Trouble> {
        let (mut entered, mut worked, mut on_caseload) = (BTreeMap::new(), BTreeSet::new(), BTreeSet::new());
        let mut stood = Vec::new();
        if !bars.is_empty() {
            let backend = db.get_database_backend();
            let of: BTreeSet<Uuid> = bars.iter().map(|bar| bar.service_user_id.0).collect();
            let kept_out: BTreeSet<Uuid> = bars.iter().filter_map(|bar| Some(bar.account_id?.0)).collect();
            let rows: Vec<(ServiceUserId, AgencyId)> = service_user::Entity::find()
                .select_only()
                .column(service_user::Column::Id)
                .column(service_user::Column::AgencyId)
                .filter(among(backend, service_user::Column::Id, of.iter().copied()))
                .into_tuple()
                .all(db)
                .await?;
            entered.extend(rows);
            let rows: Vec<(AccountId, AgencyId)> = membership::Entity::find()
                .select_only()
                .column(membership::Column::AccountId)
                .column(membership::Column::AgencyId)
                .filter(among(backend, membership::Column::AccountId, kept_out))
                .filter(membership::Column::AgencyId.is_not_null())
                .into_tuple()
                .all(db)
                .await?;
            worked.extend(rows);
            let rows: Vec<(ServiceUserId, AgencyId)> = assignment::Entity::find()
                .select_only()
                .column(assignment::Column::ServiceUserId)
                .column(assignment::Column::AgencyId)
                .filter(among(backend, assignment::Column::ServiceUserId, of.iter().copied()))
                .filter(assigned_at(at))
                .into_tuple()
                .all(db)
                .await?;
            on_caseload.extend(rows);
            let of_them = among(backend, proxy::Column::ServiceUserId, of);
            stood = proxy::Entity::find().filter(of_them).all(db).await?;
        }
        Ok(Self { at, entered, worked, on_caseload, stood })
    }

    /// Whether it was somebody who stood for the service user then who said that they keep somebody out.
    pub(super) fn is_by_proxy(&self, bar: &exclusion::Model) -> bool {
        let (None, Some(by)) = (bar.written_for, bar.named_by) else { return false };
        let mut stood = self.stood.iter().filter(|row| row.service_user_id == bar.service_user_id);
        let stood_then =
            |row: &proxy::Model| row.begins_at <= bar.begins_at && row.ends_at.is_none_or(|ends| ends >= bar.begins_at);
        stood.any(|row| row.account_id == by && stood_then(row))
    }

    /// Whether a bar is on an agency, or on somebody who works there, or ever did.
    pub(super) fn is_against(&self, agency: AgencyId, bar: &exclusion::Model) -> bool {
        let works_there = |account| self.worked.contains(&(account, agency));
        bar.agency_id == Some(agency) || bar.account_id.is_some_and(works_there)
    }

    /// Whether workers of an agency may lift a bar on the service user's word: one that it wrote down, or that nobody else is left
    /// to lift; and never one on the agency itself, or on somebody who works there.
    pub(super) fn is_for_workers_of(&self, agency: AgencyId, bar: &exclusion::Model) -> bool {
        if self.is_against(agency, bar) {
            return false;
        }
        let of = bar.service_user_id;
        match bar.written_for {
            Some(writer) if writer == agency => true,
            // Who wrote it down has nothing to do with them any more: nobody else could lift it.
            Some(writer) => self.entered.get(&of) == Some(&agency) && !self.on_caseload.contains(&(of, writer)),
            None => self.is_by_proxy(bar) && !self.has_proxy(of),
        }
    }

    /// The agency that entered the service user, where its workers may lift a bar.
    pub(super) fn entering(&self, bar: &exclusion::Model) -> Option<AgencyId> {
        let agency = self.entered.get(&bar.service_user_id).copied()?;
        self.is_for_workers_of(agency, bar).then_some(agency)
    }

    fn has_proxy(&self, of: ServiceUserId) -> bool {
        let lasts = |row: &proxy::Model| row.ends_at.is_none_or(|ends| ends > self.at);
        self.stood.iter().any(|row| row.service_user_id == of && lasts(row))
    }
}

/// Those of some bars of the service user that whoever acts may lift, where what others said stays: each lifts what their own said,
/// and who is kept out is so until nobody says it any more. A worker who works for several agencies gains by a bar on any of them
/// being lifted, and lifts none of these.
///
/// # Errors
/// The database failed.
pub(super) async fn liftable(
    begun: &Begun,
    by: AccountId,
    bars: &[exclusion::Model],
) -> Result<Vec<ExclusionId>, Trouble> {
    let (db, at) = (&begun.transaction, begun.at);
    let lifting = Lifting::of(db, bars, at).await?;
    let works_for = agencies_of(db, by, at).await?;
    let may = |bar: &exclusion::Model| match begun.stands {
        Stands::Themselves => true,
        Stands::Proxy => lifting.is_by_proxy(bar),
        Stands::Worker(agency) => {
            let gains = works_for.iter().any(|own| lifting.is_against(*own, bar));
            !gains && lifting.is_for_workers_of(agency, bar)
        }
    };
    Ok(bars.iter().filter(|bar| may(bar)).map(|bar| bar.id).collect())
}
