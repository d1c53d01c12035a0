//! Freshness: confirming that a listing is true, what is due to be confirmed, and who is asked to.
//!
//! | module | what |
//! |---|---|
//! | [`due`] | which parts are due, since when; no database |
//! | [`duty`] | who is asked; no database |
//! | [`keeping`] | naming who is asked, and finding out |
//! | [`reminding`] | writing to them |
//!
//! Confirming is not editing: it makes no version, and changes nothing but when its parts were last looked at. Of two who
//! speak of one part the later holds, whether it is an agency here or its feed (`directory::store::assurances`).

pub mod due;
pub mod duty;
pub mod keeping;
pub mod reminding;

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use entity::enums::FieldGroup;
use entity::ids::{AccountId, AgencyId, ServiceId};
use entity::{account, agency, assurance};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use self::due::{Due, DueRules, is_due_now};
use super::acting::{Actor, Theirs};
use super::editing::said;
use super::store::{self, Asked};
use super::subject::Subject;
use super::{Done, Listings, Refused, Trouble, Why};
use crate::directory::snapshot::facts::ServiceFacts;
use crate::directory::store::assurances::{self, Confirmation};
use crate::directory::store::changes as directory_changes;
use crate::directory::store::changes::Touched;

/// What somebody confirms.
#[derive(Clone, Debug)]
pub struct Confirm {
    /// Of which service.
    pub service: ServiceId,
    /// Which parts; at least one.
    pub groups: Vec<FieldGroup>,
    /// What they looked at.
    pub note: Option<String>,
    /// The version that they looked at.
    pub expected: i32,
    /// A key under which it is confirmed once, however often it is asked for.
    pub key: Option<String>,
}

/// When a part of a service was last confirmed, as its agency's own people see it.
#[derive(Clone, Debug, PartialEq)]
pub struct Confirmed {
    /// Which part, when, by whom in everybody's words.
    pub row: assurance::Model,
    /// What the person is called who did it here; absent where a program or a source did.
    pub account: Option<String>,
}

/// A service of which something is due: what puts it in order, and which it is. What was never confirmed comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct DueKey(Option<i64>, ServiceId);

impl DueKey {
    /// The key of a service with this due longest.
    fn of(service: ServiceId, longest: &Due) -> Self {
        Self(longest.due_at.map(|at| at.timestamp_millis()), service)
    }

    /// The service.
    #[must_use]
    pub const fn service(&self) -> ServiceId {
        self.1
    }
}

/// What is due of a public service, as the directory in process knows it.
fn due_of(rules: &DueRules, service: &ServiceFacts, at: DateTime<Utc>) -> Vec<Due> {
    rules.due(service.status, entity::enums::Visibility::Public, |group| service.assured.at(group), at)
}

/// The services of an agency of which something is due, in no order.
pub fn due_services<'s>(
    services: impl Iterator<Item = &'s ServiceFacts>,
    agency: AgencyId,
    rules: &DueRules,
    at: DateTime<Utc>,
) -> Vec<DueKey> {
    services
        .filter(|service| service.agency == agency)
        .filter_map(|service| Some(DueKey::of(service.id, due_of(rules, service, at).first()?)))
        .collect()
}

/// The services of an agency of which something is due now, and not only soon, in no order.
pub fn overdue_services<'s>(
    services: impl Iterator<Item = &'s ServiceFacts>,
    agency: AgencyId,
    rules: &DueRules,
    at: DateTime<Utc>,
) -> Vec<DueKey> {
    services
        .filter(|service| service.agency == agency)
        .map(|service| (service.id, due_of(rules, service, at)))
        .filter(|(_, due)| is_due_now(due))
        .filter_map(|(service, due)| Some(DueKey::of(service, due.first()?)))
        .collect()
}

impl Listings {
    /// Confirms that parts of a service are true now. Nobody confirms what they have not seen: it is refused where the
    /// listing has changed since the version that was looked at.
    ///
    /// # Errors
    /// [`Why::NotFound`] for what is not theirs; [`Why::BadValue`]; [`Why::Changed`].
    pub async fn confirm(&self, actor: &Actor, wanted: Confirm) -> Done<ServiceId> {
        let groups: BTreeSet<FieldGroup> = wanted.groups.iter().copied().collect();
        if groups.is_empty() || wanted.groups.len() > FieldGroup::ALL.len() {
            let message = "Name the parts that you looked at, each once: nothing is confirmed that is not named.";
            return Err(Refused::field(Why::BadValue, "input.groups", message));
        }
        let note = said("input.note", wanted.note.as_deref())?;
        let groups: Vec<FieldGroup> = groups.into_iter().collect();
        let id = wanted.service;
        let input = format!("{id:?} {groups:?} {note:?} {}", wanted.expected);
        let now = self.now();
        let transaction = self.database.begin_write().await?;
        let asked = Asked { actor, key: wanted.key.as_deref(), operation: "confirm", input: &input };
        if let Some(before) = store::once(&transaction, &asked, id.0, now).await? {
            return Ok(ServiceId(before));
        }
        let subject = Subject::Service(id);
        let none = || store::there_is_none("input.service", subject.kind());
        let held = store::find(&transaction, subject, true).await?.ok_or_else(none)?;
        if held.theirs(actor) == Theirs::No {
            return Err(none());
        }
        self.is_expected(&transaction, actor, &held, wanted.expected).await?;
        let by = match held.owner {
            Some(owner) => agency::Entity::find_by_id(owner).one(&transaction).await?.map(|row| row.name),
            None => None,
        };
        let by = by.ok_or_else(|| Trouble::Failed("a service without its agency".to_owned()))?;
        let confirmation = Confirmation { by, account: actor.asker.account(), key: actor.asker.key(), note };
        assurances::confirm(&transaction, id, &groups, &confirmation, now).await?;
        let mut touched = Touched::default();
        touched.services.insert(id);
        directory_changes::note(&transaction, "confirmed", Some(&touched), now).await?;
        transaction.commit().await?;
        self.show().await;
        Ok(id)
    }

    /// When the parts of services were last confirmed, by whom and with which words. Whose they are was asked before.
    ///
    /// # Errors
    /// The database failed.
    pub async fn confirmations(&self, services: &[ServiceId]) -> Done<HashMap<ServiceId, Vec<Confirmed>>> {
        let of_these = assurance::Column::ServiceId.is_in(services.iter().copied());
        let rows = assurance::Entity::find().filter(of_these).all(self.database.connection()).await?;
        let accounts: BTreeSet<AccountId> = rows.iter().filter_map(|row| row.confirmed_by).collect();
        let called = self.names_of(accounts).await?;
        let mut found: HashMap<ServiceId, Vec<Confirmed>> = HashMap::new();
        for row in rows {
            let account = row.confirmed_by.and_then(|id| called.get(&id).cloned());
            found.entry(row.service_id).or_default().push(Confirmed { row, account });
        }
        Ok(found)
    }

    /// What people are called.
    async fn names_of(&self, accounts: BTreeSet<AccountId>) -> Done<HashMap<AccountId, String>> {
        let of_these = account::Entity::find().filter(account::Column::Id.is_in(accounts)).select_only();
        let of_these = of_these.column(account::Column::Id).column(account::Column::Name);
        let rows: Vec<(AccountId, String)> = of_these.into_tuple().all(self.database.connection()).await?;
        Ok(rows.into_iter().collect())
    }
}
