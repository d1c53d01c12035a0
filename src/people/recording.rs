//! Something is recorded of a service user, said anew, or taken back. Nothing that was recorded is ever changed: it ends.

use std::collections::BTreeSet;

use entity::enums::{DataCategory, Purpose};
use entity::ids::{RecordId, ServiceUserId};
use entity::instants::Millis;
use entity::{name_key, person_record, service_user};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::contents::{Contents, Wrong};
use super::entering::Worker;
use super::{People, Trouble, names};
use crate::access::rule::facts::Facts;
use crate::access::rule::{Ask, Row, WAYS, decide};
use crate::hours::london;
use crate::vault::index::IndexKey;
use crate::vault::sealed::{DataKey, Place};

/// Where what a row says stands.
pub(super) fn place(row: RecordId) -> Place {
    Place { column: "person_record.sealed", row: row.0 }
}

/// Somebody about whom something is written: nobody else does meanwhile.
pub(crate) struct Writing {
    pub(crate) transaction: DatabaseTransaction,
    /// Whoever stands for whom was named, where they were joined to another.
    pub(crate) of: ServiceUserId,
    pub(crate) key: DataKey,
}

impl People {
    /// Records several things of a service user who is on the worker's caseload, or on that of a team of theirs: all of
    /// them or none. What an agency says once of somebody replaces what it said before, of whichever of double records that were
    /// joined; of anything else a row may be named that it replaces.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] for anybody else; [`Trouble::Wrong`]; the database or the vault failed.
    pub async fn record(
        &self,
        by: Worker,
        of: ServiceUserId,
        contents: &[Contents],
        replaces: Option<RecordId>,
    ) -> Result<Vec<RecordId>, Trouble> {
        let now = self.clock.now();
        let today = london(now).date();
        contents.iter().try_for_each(|contents| contents.check(today))?;
        let index = self.vault.index_key(self.database.connection()).await?;
        let of = self.stands_for(of).await?;
        let transaction = self.database.begin_write().await?;
        let made = self.record_in(&transaction, by, of, &index, (contents, replaces), now.into()).await?;
        transaction.commit().await?;
        Ok(made)
    }

    /// The same within a transaction, of whom nobody else stands for. That the contents are of the form they must have is for
    /// who calls this.
    ///
    /// # Errors
    /// As of [`Self::record`].
    pub(super) async fn record_in(
        &self,
        transaction: &DatabaseTransaction,
        by: Worker,
        of: ServiceUserId,
        index: &IndexKey,
        (contents, replaces): (&[Contents], Option<RecordId>),
        at: Millis,
    ) -> Result<Vec<RecordId>, Trouble> {
        // Held, so that of two who say the same thing anew one replaces what the other said.
        let person = service_user::Entity::find_by_id(of).lock_exclusive().one(transaction).await?;
        // Never before the last change, whatever the clock says: what was said since two were joined is told by when it was.
        let at = person.as_ref().map_or(at, |person| Ord::max(person.changed_at, at));
        let facts = self.facts_of_writer(transaction, by, of).await?;
        for contents in contents {
            self.may_write(by, of, contents.category(), &facts)?;
        }
        if let Some(before) = self.all_made_before(transaction).await? {
            return Ok(before.into_iter().map(RecordId).collect());
        }
        let key = self.vault.key(transaction, person.ok_or(Trouble::NotFound)?.key_id).await?;
        let mut made = Vec::with_capacity(contents.len());
        for contents in contents {
            let before = match (contents.is_said_once(), replaces) {
                (true, None) => said_before(transaction, by, of, contents).await?,
                (true, Some(_)) => {
                    let message = "This is said once of somebody, and replaces what was said: leave it out.";
                    return Err(Wrong::new("replaces", message).into());
                }
                (false, None) => Vec::new(),
                (false, Some(id)) => vec![named(transaction, by, of, contents, id).await?],
            };
            let replaces = before.first().map(|row| row.id);
            let anew = self.put(transaction, by, of, &key, index, contents, replaces, at).await?;
            replace(transaction, of, &before, anew, at).await?;
            made.push(anew);
        }
        let ids: Vec<Uuid> = made.iter().map(|id| id.0).collect();
        self.made(transaction, &ids).await?;
        Ok(made)
    }

    /// Begins to write about somebody whom the worker works with: they are held against other changes, and their key is there.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] for anybody else; the statements are the same where there is nobody. The database or the vault
    /// failed.
    pub(crate) async fn begin_writing(&self, by: Worker, of: ServiceUserId) -> Result<Writing, Trouble> {
        let of = self.stands_for(of).await?;
        let transaction = self.database.begin_write().await?;
        let person = service_user::Entity::find_by_id(of).lock_exclusive().one(&transaction).await?;
        let facts = self.facts_of_writer(&transaction, by, of).await?;
        self.may_write(by, of, DataCategory::Identity, &facts)?;
        let key = self.vault.key(&transaction, person.ok_or(Trouble::NotFound)?.key_id).await?;
        Ok(Writing { transaction, of, key })
    }

    /// Takes back a row of the worker's own agency: it holds no longer, and nobody is shown it. It is kept, sealed.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] for a row of another agency, of somebody on nobody's caseload of theirs, and for one that holds
    /// no longer; the database failed.
    pub async fn take_back(&self, by: Worker, id: RecordId) -> Result<ServiceUserId, Trouble> {
        let transaction = self.database.begin_write().await?;
        let found = person_record::Entity::find_by_id(id).one(&transaction).await?;
        // Whoever is told that it is not there has had the same done as whoever may not.
        let of = found.as_ref().map_or(ServiceUserId(id.0), |found| found.service_user_id);
        let facts = self.facts_of_writer(&transaction, by, of).await?;
        let found = found.filter(|found| found.agency_id == by.agency && found.ended_at.is_none());
        let found = found.ok_or(Trouble::NotFound)?;
        self.may_write(by, of, found.category, &facts)?;
        end(&transaction, id, self.clock.now().into()).await?;
        transaction.commit().await?;
        Ok(of)
    }

    /// What it rests on whether a worker may write about somebody.
    pub(super) async fn facts_of_writer(
        &self,
        db: &DatabaseTransaction,
        by: Worker,
        of: ServiceUserId,
    ) -> Result<Facts, Trouble> {
        Ok(Facts::load(db, &self.ask_of_writer(by), &[of]).await?)
    }

    fn ask_of_writer(&self, by: Worker) -> Ask {
        let (account, agency) = (by.account, Some(by.agency));
        Ask { account, agency, purpose: Purpose::CareCoordination, at: self.clock.now().into() }
    }

    /// Who writes for an agency is who reads its own rows: the same part of the rule, asked of the row to be.
    pub(super) fn may_write(
        &self,
        by: Worker,
        of: ServiceUserId,
        category: DataCategory,
        facts: &Facts,
    ) -> Result<(), Trouble> {
        let mut ask = self.ask_of_writer(by);
        ask.at = facts.now(ask.at);
        let row = Row::of(of, by.agency, category);
        decide::holds(&WAYS.own_agency, &ask, &row, facts).then_some(()).ok_or(Trouble::NotFound)
    }

    #[expect(clippy::too_many_arguments, reason = "everything that a row is made of")]
    pub(super) async fn put(
        &self,
        db: &impl ConnectionTrait,
        by: Worker,
        of: ServiceUserId,
        key: &DataKey,
        index: &IndexKey,
        contents: &Contents,
        replaces: Option<RecordId>,
        at: Millis,
    ) -> Result<RecordId, Trouble> {
        let id = RecordId(self.clock.new_id());
        let (need_key, priority) = need_of(contents);
        let row = person_record::ActiveModel {
            id: Set(id),
            service_user_id: Set(of),
            recorded_for: Set(of),
            agency_id: Set(by.agency),
            category: Set(contents.category()),
            kind: Set(contents.kind()),
            need_key: Set(need_key.map(ToOwned::to_owned)),
            priority: Set(priority),
            sealed: Set(self.vault.seal(key, place(id), &serde_json::to_string(contents)?)?),
            recorded_at: Set(at),
            recorded_by: Set(Some(by.account)),
            replaces: Set(replaces),
            replaced_by: Set(None),
            ended_at: Set(None),
        };
        person_record::Entity::insert(row).exec_without_returning(db).await?;
        if let Contents::Identity(identity) = contents {
            let hashes: BTreeSet<i64> = names::keys(identity).iter().map(|key| index.hash(key)).collect();
            let entries = hashes.into_iter().map(|hash| name_key::ActiveModel {
                hash: Set(hash),
                record_id: Set(id),
                service_user_id: Set(of),
            });
            name_key::Entity::insert_many(entries).exec_without_returning(db).await?;
        }
        Ok(id)
    }
}

/// The key of a need and how urgent it is, of a need.
fn need_of(contents: &Contents) -> (Option<&str>, Option<i32>) {
    let Contents::Need(need) = contents else { return (None, None) };
    (Some(&need.key), Some(need.priority))
}

/// What the agency says already of that which it says once. Where double records were joined it may say it of both: what was
/// recorded for the one that stands for them comes first.
async fn said_before(
    db: &impl ConnectionTrait,
    by: Worker,
    of: ServiceUserId,
    contents: &Contents,
) -> Result<Vec<person_record::Model>, Trouble> {
    let (need_key, _) = need_of(contents);
    let mut same = person_record::Entity::find()
        .filter(person_record::Column::ServiceUserId.eq(of))
        .filter(person_record::Column::AgencyId.eq(by.agency))
        .filter(person_record::Column::Category.eq(contents.category()))
        .filter(person_record::Column::Kind.eq(contents.kind()))
        .filter(person_record::Column::EndedAt.is_null());
    if let Some(key) = need_key {
        same = same.filter(person_record::Column::NeedKey.eq(key));
    }
    let latest = same.order_by_desc(person_record::Column::RecordedAt).order_by_desc(person_record::Column::Id);
    let mut rows = latest.all(db).await?;
    rows.sort_by_key(|row| row.recorded_for != of);
    Ok(rows)
}

/// The row that is to be replaced: of the same service user, agency and kind, and one that holds.
async fn named(
    db: &impl ConnectionTrait,
    by: Worker,
    of: ServiceUserId,
    contents: &Contents,
    id: RecordId,
) -> Result<person_record::Model, Trouble> {
    let found = person_record::Entity::find_by_id(id).one(db).await?.filter(|row| {
        row.service_user_id == of
            && row.agency_id == by.agency
            && row.kind == contents.kind()
            && row.category == contents.category()
            && row.ended_at.is_none()
    });
    let message = "There is no such row of your agency's about them that holds and is of the same kind and category.";
    found.ok_or_else(|| Wrong::new("replaces", message).into())
}

/// Rows about somebody hold no longer, for another says them anew. What a row is found by that was recorded for a double stays,
/// for it holds again when they are parted; of what holds no longer nobody is found meanwhile.
async fn replace(
    db: &impl ConnectionTrait,
    of: ServiceUserId,
    rows: &[person_record::Model],
    anew: RecordId,
    at: Millis,
) -> Result<(), Trouble> {
    if rows.is_empty() {
        return Ok(());
    }
    let ids: Vec<RecordId> = rows.iter().map(|row| row.id).collect();
    let for_good: Vec<RecordId> = rows.iter().filter(|row| row.recorded_for == of).map(|row| row.id).collect();
    let replaced =
        person_record::ActiveModel { ended_at: Set(Some(at)), replaced_by: Set(Some(anew)), ..Default::default() };
    // What was taken back meanwhile stays so: nothing stands in its place.
    person_record::Entity::update_many()
        .set(replaced)
        .filter(person_record::Column::Id.is_in(ids))
        .filter(person_record::Column::EndedAt.is_null())
        .exec(db)
        .await?;
    name_key::Entity::delete_many().filter(name_key::Column::RecordId.is_in(for_good)).exec(db).await?;
    Ok(())
}

/// What is about somebody who was parted from another holds again, where it was said anew while they were one, since an instant:
/// what says it anew stays with the other, and tells no longer that it does. Whoever calls this holds both, and has parted their
/// rows. What somebody was found by in a row that was replaced before migration 30 is gone: they are found once it is said anew.
///
/// # Errors
/// The database failed.
pub(super) async fn hold_again(
    db: &impl ConnectionTrait,
    of: ServiceUserId,
    other: ServiceUserId,
    since: Millis,
) -> Result<(), Trouble> {
    let with_the_other = Query::select()
        .column(person_record::Column::Id)
        .from(person_record::Entity)
        .and_where(person_record::Column::ServiceUserId.eq(other))
        .to_owned();
    let again: Vec<RecordId> = person_record::Entity::find()
        .select_only()
        .column(person_record::Column::Id)
        .filter(person_record::Column::ServiceUserId.eq(of))
        .filter(person_record::Column::ReplacedBy.in_subquery(with_the_other))
        .filter(person_record::Column::EndedAt.gte(since))
        .into_tuple()
        .all(db)
        .await?;
    let told_no_longer = person_record::ActiveModel { replaces: Set(None), ..Default::default() };
    person_record::Entity::update_many()
        .set(told_no_longer)
        .filter(person_record::Column::ServiceUserId.eq(other))
        .filter(person_record::Column::Replaces.is_in(again.iter().copied()))
        .exec(db)
        .await?;
    let holding = person_record::ActiveModel { ended_at: Set(None), replaced_by: Set(None), ..Default::default() };
    person_record::Entity::update_many().set(holding).filter(person_record::Column::Id.is_in(again)).exec(db).await?;
    Ok(())
}

/// A row holds no longer, and nobody is found by it.
async fn end(db: &impl ConnectionTrait, id: RecordId, at: Millis) -> Result<(), Trouble> {
    person_record::Entity::update_many()
        .col_expr(person_record::Column::EndedAt, Expr::value(at))
        .filter(person_record::Column::Id.eq(id))
        .filter(person_record::Column::EndedAt.is_null())
        .exec(db)
        .await?;
    name_key::Entity::delete_many().filter(name_key::Column::RecordId.eq(id)).exec(db).await?;
    Ok(())
}
