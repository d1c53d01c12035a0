//! Which service users somebody may see: those of a caseload, of a team, of an agency; those of a name. The rule is part of
//! the statements.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use entity::enums::{Purpose, RecordKind};
use entity::ids::{AgencyId, ServiceUserId};
use entity::instants::Millis;
use entity::{assignment, name_key, person_record, proxy, relationship, service_user, team_place};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Func, Query, SelectStatement, UnionType};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, Order, QueryFilter, QueryOrder, QuerySelect,
};

use super::contents::{Contents, LONGEST_LINE, Wrong, is_readable};
use super::names::Term;
use super::reading::{Reader, Seen, Wanted};
use super::{People, Trouble, names};
use crate::access::ledger::Pending;
use crate::access::rule::Ask;
use crate::access::rule::predicate::visible;
use crate::vault::index::IndexKey;

/// Most that are found by name.
pub const MOST_FOUND: u64 = 50;

/// Whose service users.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caseload {
    /// On the reader's own caseload.
    Mine,
    /// On the caseload of a team of theirs.
    Teams,
    /// With whom the agency has to do in any way.
    Agency,
}

/// Which service users are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Which {
    /// Of whom.
    pub caseload: Caseload,
    /// Only those with one of these needs, where the reader may see that they have it; empty: all.
    pub needs: Vec<String>,
}

/// What somebody is looked for by; what is absent says nothing.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct LookedFor {
    /// A name, as it was heard.
    pub name: Option<String>,
    /// Date of birth.
    pub born_on: Option<NaiveDate>,
    /// A number by which others know them.
    pub identifier: Option<String>,
}

/// The candidates go by this name in a statement.
const CANDIDATE: &str = "candidate";

/// An end, exclusive, that is later than an instant, or none.
fn lasts(ends: impl ColumnTrait, at: Millis) -> Condition {
    Condition::any().add(ends.is_null()).add(ends.gt(at))
}

/// The teams that somebody belongs to, as a statement.
pub(super) fn teams_of(ask: &Ask) -> SelectStatement {
    Query::select()
        .column(team_place::Column::TeamId)
        .from(team_place::Entity)
        .and_where(team_place::Column::AccountId.eq(ask.account))
        .and_where(team_place::Column::BeginsAt.lte(ask.at))
        .cond_where(lasts(team_place::Column::EndsAt, ask.at))
        .to_owned()
}

/// The statement of a source of candidates, with the column that says who they are.
fn candidates(ask: &Ask, agency: AgencyId, caseload: Caseload) -> (SelectStatement, Expr) {
    let mut select = Query::select();
    let of_candidate = |column: &'static str| Expr::col((Alias::new(CANDIDATE), Alias::new(column)));
    let is_on = |select: &mut SelectStatement| {
        let ends = || of_candidate("ends_at");
        select
            .from_as(assignment::Entity, CANDIDATE)
            .and_where(of_candidate("agency_id").eq(agency))
            .and_where(of_candidate("begins_at").lte(ask.at))
            .and_where(ends().is_null().or(ends().gt(ask.at)));
    };
    match caseload {
        Caseload::Mine => {
            is_on(&mut select);
            select.and_where(of_candidate("account_id").eq(ask.account));
        }
        Caseload::Teams => {
            is_on(&mut select);
            select.and_where(of_candidate("team_id").in_subquery(teams_of(ask)));
        }
        Caseload::Agency => {
            select.from_as(relationship::Entity, CANDIDATE).and_where(of_candidate("agency_id").eq(agency));
        }
    }
    (select, of_candidate("service_user_id"))
}

/// That there is a row about whom a column names which may be seen.
pub(super) fn has_visible(ask: &Ask, whom: &Expr, further: Condition) -> Expr {
    let row = Query::select()
        .expr(Expr::value(1))
        .from(person_record::Entity)
        .and_where(person_record::Column::ServiceUserId.into_expr().eq(whom.clone()))
        .and_where(person_record::Column::EndedAt.is_null())
        .cond_where(further)
        .and_where(visible(ask))
        .to_owned();
    Expr::exists(row)
}

/// Those that may be seen.
fn those(ask: &Ask, agency: AgencyId, which: &Which) -> (SelectStatement, Expr) {
    let (mut select, whom) = candidates(ask, agency, which.caseload);
    select.and_where(has_visible(ask, &whom, Condition::all()));
    if !which.needs.is_empty() {
        let needs = Condition::all()
            .add(person_record::Column::Kind.eq(RecordKind::Need))
            .add(person_record::Column::NeedKey.is_in(which.needs.iter().map(String::as_str)));
        select.and_where(has_visible(ask, &whom, needs));
    }
    (select, whom)
}

/// What a reader asks at an instant.
pub(super) fn asked(reader: Reader, at: Millis) -> Ask {
    Ask { account: reader.account, agency: reader.agency, purpose: reader.purpose, at }
}

impl People {
    /// A page of those whom somebody may see, in the order in which they were entered, behind one of them; one more than
    /// asked for where more follow. Whoever acts for no agency has no caseload.
    ///
    /// # Errors
    /// The database failed.
    pub async fn page(
        &self,
        reader: Reader,
        which: &Which,
        after: Option<ServiceUserId>,
        first: usize,
    ) -> Result<Vec<ServiceUserId>, Trouble> {
        let Some(agency) = reader.agency else { return Ok(Vec::new()) };
        let ask = asked(reader, self.clock.now().into());
        let (mut select, whom) = those(&ask, agency, which);
        select.expr_as(whom.clone(), "id").distinct();
        if let Some(after) = after {
            select.and_where(whom.clone().gt(after));
        }
        let limit = u64::try_from(first).unwrap_or(u64::MAX).saturating_add(1);
        select.order_by_expr(whom, Order::Asc).limit(limit);
        let rows = self.database.connection().query_all(&select).await?;
        Ok(rows.iter().map(|row| row.try_get("", "id")).collect::<Result<_, DbErr>>()?)
    }

    /// How many there are.
    ///
    /// # Errors
    /// The database failed.
    pub async fn count(&self, reader: Reader, which: &Which) -> Result<u64, Trouble> {
        let Some(agency) = reader.agency else { return Ok(0) };
        let ask = asked(reader, self.clock.now().into());
        let (mut select, whom) = those(&ask, agency, which);
        select.expr_as(Func::count_distinct(whom), "number");
        let row = self.database.connection().query_one(&select).await?;
        let number: i64 = row.map_or(Ok(0), |row| row.try_get("", "number"))?;
        Ok(number.unsigned_abs())
    }

    /// Those whose own account it is, and those whom it stands for; whether their rows may be seen is for the rule.
    ///
    /// # Errors
    /// The database failed.
    pub async fn own(&self, reader: Reader) -> Result<Vec<ServiceUserId>, Trouble> {
        let now = Millis::from(self.clock.now());
        let mut select = Query::select()
            .column(service_user::Column::Id)
            .from(service_user::Entity)
            .and_where(service_user::Column::AccountId.eq(reader.account))
            .to_owned();
        let carers = Query::select()
            .column(proxy::Column::ServiceUserId)
            .from(proxy::Entity)
            .and_where(proxy::Column::AccountId.eq(reader.account))
            .and_where(proxy::Column::BeginsAt.lte(now))
            .cond_where(lasts(proxy::Column::EndsAt, now))
            .to_owned();
        select.union(UnionType::Distinct, carers);
        let rows = self.database.connection().query_all(&select).await?;
        let mut own: Vec<ServiceUserId> =
            rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, DbErr>>()?;
        own.sort_unstable();
        Ok(own)
    }

    /// Those whom somebody may see who answer to a name, a date of birth, an identifier, the likeliest first. A name may
    /// be misspelt by a letter a word, and written with or without apostrophes and dashes. Only they stand in the ledger:
    /// nothing is opened of anybody whom the index does not name.
    ///
    /// # Errors
    /// [`Wrong`] where nothing is looked for, or by something that nobody is found by; the database, the ledger or the vault
    /// failed, and nothing is shown.
    pub async fn find(
        &self,
        reader: Reader,
        looked_for: &LookedFor,
        wanted: &Wanted,
        pending: Option<&Pending>,
    ) -> Result<Vec<Seen>, Trouble> {
        let terms = terms_of(looked_for)?;
        let mut exact: Vec<String> = looked_for.born_on.map(names::key_of_birth).into_iter().collect();
        exact.extend(looked_for.identifier.as_deref().map(names::key_of_identifier));
        if terms.is_empty() && exact.is_empty() {
            return Err(
                Wrong::new("name", "Nothing is looked for: give a name, a date of birth, or an identifier.").into()
            );
        }
        let db = self.database.connection();
        let index = self.vault.index_key(db).await?;
        let ask = asked(reader, self.clock.now().into());
        let mut select = person_record::Entity::find()
            .select_only()
            .column(person_record::Column::ServiceUserId)
            .filter(person_record::Column::Kind.eq(RecordKind::Identity))
            .filter(person_record::Column::EndedAt.is_null());
        for key in &exact {
            select = select.filter(is_indexed(vec![index.hash(key)]));
        }
        for term in &terms {
            select = select.filter(answers(&index, term));
        }
        // Where more answer than are shown, those whose names are the very words come first.
        let words = terms.iter().flat_map(|term| &term.readings).flatten();
        let said: BTreeSet<i64> = words.map(|sought| index.hash(&names::key_of_name(&sought.word))).collect();
        let very = Query::select()
            .expr(Func::count(Expr::col(name_key::Column::Hash)))
            .from(name_key::Entity)
            .and_where(name_key::Column::RecordId.into_expr().eq(person_record::Column::Id.into_expr()))
            .and_where(name_key::Column::Hash.is_in(said))
            .to_owned();
        let found: Vec<ServiceUserId> = select
            .filter(visible(&ask))
            .group_by(person_record::Column::ServiceUserId)
            .order_by(Func::max(Expr::expr(very)), Order::Desc)
            .order_by_asc(person_record::Column::ServiceUserId)
            .limit(MOST_FOUND)
            .into_tuple()
            .all(db)
            .await?;
        let mut wanted = wanted.clone();
        wanted.kinds.insert(RecordKind::Identity);
        let mut seen = self.read(reader, &found, &wanted, pending).await?;
        let by: BTreeMap<ServiceUserId, usize> =
            seen.iter().map(|seen| (seen.service_user, nearest(&terms, seen))).collect();
        seen.sort_by_key(|seen| (by.get(&seen.service_user).copied(), seen.service_user));
        Ok(seen)
    }
}

/// What is looked for by a name; that everything that is said can be looked for.
fn terms_of(looked_for: &LookedFor) -> Result<Vec<Term>, Wrong> {
    let nothing = "It has neither a letter nor a digit.";
    if looked_for.identifier.as_deref().is_some_and(|value| !is_readable(value)) {
        return Err(Wrong::new("identifier", nothing));
    }
    let Some(name) = looked_for.name.as_deref() else { return Ok(Vec::new()) };
    if name.chars().count() > LONGEST_LINE {
        return Err(Wrong::new("name", format!("It has more than {LONGEST_LINE} characters.")));
    }
    let terms = names::terms(name);
    if terms.is_empty() { Err(Wrong::new("name", nothing)) } else { Ok(terms) }
}

/// That a row has one of these in the index.
fn is_indexed(hashes: Vec<i64>) -> Condition {
    let found = Query::select()
        .column(name_key::Column::RecordId)
        .from(name_key::Entity)
        .and_where(name_key::Column::Hash.is_in(hashes))
        .to_owned();
    Condition::all().add(person_record::Column::Id.in_subquery(found))
}

/// That a row has every word of one of the readings.
fn answers(index: &IndexKey, term: &Term) -> Condition {
    term.readings.iter().fold(Condition::any(), |any, reading| {
        let words = reading.iter().fold(Condition::all(), |all, sought| {
            all.add(is_indexed(sought.keys.iter().map(|key| index.hash(key)).collect()))
        });
        any.add(words)
    })
}

/// How far the nearest of somebody's identities is from what was looked for.
fn nearest(terms: &[Term], seen: &Seen) -> usize {
    let distance = |contents: &Contents| {
        let Contents::Identity(identity) = contents else { return None };
        Some(names::distance(terms, identity))
    };
    seen.records.iter().filter_map(|record| distance(&record.contents)).min().unwrap_or(usize::MAX)
}

/// The purpose for which people see what is their own.
pub const OWN: Purpose = Purpose::CareCoordination;
