//! When parts of services were assured, written: by sources that say so, and by agencies that confirm here. Of two that
//! speak of one part the later holds.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use entity::assurance;
use entity::enums::{AssuranceEvidence, FieldGroup};
use entity::ids::{AccountId, ApiKeyId, ServiceId};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter};

use super::load::group;
use super::save::MOST_VALUES;
use crate::directory::listing::Assurance;

/// That an agency looked at a listing and found it true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirmation {
    /// By whom, in the words that everybody sees: the agency's name.
    pub by: String,
    /// Who it was, where it was a person.
    pub account: Option<AccountId>,
    /// Which key, where it was a program.
    pub key: Option<ApiKeyId>,
    /// What was looked at.
    pub note: Option<String>,
}

/// Notes that an agency confirmed parts of a service now. Whoever calls this holds the service's row.
///
/// # Errors
/// The database failed.
pub async fn confirm(
    db: &impl ConnectionTrait,
    service: ServiceId,
    groups: &[FieldGroup],
    confirmation: &Confirmation,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let row = |group: &FieldGroup| assurance::ActiveModel {
        service_id: Set(service),
        field_group: Set(*group),
        assured_at: Set(now),
        assured_by: Set(Some(confirmation.by.clone())),
        evidence: Set(AssuranceEvidence::AgencyConfirmed),
        confirmed_by: Set(confirmation.account),
        confirmed_by_key: Set(confirmation.key),
        note: Set(confirmation.note.clone()),
    };
    use assurance::Column::{AssuredAt, AssuredBy, ConfirmedBy, ConfirmedByKey, Evidence, Note};
    let key = [assurance::Column::ServiceId, assurance::Column::FieldGroup];
    let anew = [AssuredAt, AssuredBy, Evidence, ConfirmedBy, ConfirmedByKey, Note];
    let replace = OnConflict::columns(key).update_columns(anew).to_owned();
    assurance::Entity::insert_many(groups.iter().map(row)).on_conflict(replace).exec_without_returning(db).await?;
    Ok(())
}

/// The same as everybody is told it: without who it was, and what they wrote to themselves.
pub(super) fn told(row: assurance::Model) -> assurance::Model {
    assurance::Model { confirmed_by: None, confirmed_by_key: None, note: None, ..row }
}

/// When parts of services were assured that are about to be written again; removes it.
pub(super) async fn take(
    db: &impl ConnectionTrait,
    ids: &[ServiceId],
) -> Result<HashMap<ServiceId, Vec<assurance::Model>>, DbErr> {
    let mut taken = HashMap::new();
    for ids in ids.chunks(MOST_VALUES) {
        let of_these = || assurance::Column::ServiceId.is_in(ids.iter().copied());
        let rows = assurance::Entity::find().filter(of_these()).all(db).await?;
        taken.extend(group(rows, |row| row.service_id, |row| row));
        assurance::Entity::delete_many().filter(of_these()).exec(db).await?;
    }
    Ok(taken)
}

/// When the parts of a service were assured, by what its source says now and by what is known already: the later of each
/// part. What was confirmed here stays where the source says nothing of it; what the source itself said once and says no
/// more is gone. An instant to come is a slip: it holds up nothing.
pub(super) fn merged(
    service: ServiceId,
    said: &[Assurance],
    known: Vec<assurance::Model>,
    now: DateTime<Utc>,
) -> impl Iterator<Item = assurance::ActiveModel> {
    let mut latest: BTreeMap<FieldGroup, &Assurance> = BTreeMap::new();
    for one in said {
        let kept = latest.entry(one.group).or_insert(one);
        if one.at > kept.at {
            *kept = one;
        }
    }
    let mut rows: BTreeMap<FieldGroup, assurance::ActiveModel> = BTreeMap::new();
    for row in known {
        let here = row.confirmed_by.is_some() || row.confirmed_by_key.is_some();
        let holds = match latest.get(&row.field_group) {
            Some(said) => {
                let is_later = row.assured_at > said.at || (here && (row.assured_at == said.at || said.at > now));
                is_later && row.assured_at <= now
            }
            None => here,
        };
        if holds {
            // All of it is written anew: the row itself is gone.
            rows.insert(row.field_group, row.into_active_model().reset_all());
        }
    }
    for (group, said) in latest {
        rows.entry(group).or_insert_with(|| assurance::ActiveModel {
            service_id: Set(service),
            field_group: Set(group),
            assured_at: Set(said.at),
            assured_by: Set(said.by.clone()),
            evidence: Set(said.evidence),
            confirmed_by: Set(None),
            confirmed_by_key: Set(None),
            note: Set(None),
        });
    }
    rows.into_values()
}
