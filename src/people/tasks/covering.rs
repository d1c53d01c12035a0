//! Who covers for a worker who is away. Whoever covers is shown what the other answers for, as far as the rule lets them see
//! it themselves: who is not on their caseload, nor on that of a team of theirs, is not shown. Cover widens nothing.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use entity::cover;
use entity::enums::Role;
use entity::ids::{AccountId, AgencyId, CoverId};
use entity::instants::Millis;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, Query, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};

use super::gate::check_span;
use crate::hours::london;
use crate::people::acting::{holds_role, is_link_worker};
use crate::people::contents::Wrong;
use crate::people::entering::Worker;
use crate::people::reading::Reader;
use crate::people::teams::names_of;
use crate::people::{People, Trouble};

/// Who is to cover for whom, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Away {
    /// Who is away.
    pub account: AccountId,
    /// Who covers for them.
    pub covered_by: AccountId,
    /// The first day.
    pub begins_on: NaiveDate,
    /// The last day.
    pub ends_on: NaiveDate,
}

/// That somebody covers for a worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoverSeen {
    /// Id.
    pub id: CoverId,
    /// Who is away, with their name.
    pub away: (AccountId, String),
    /// Who covers for them, with their name.
    pub covered_by: (AccountId, String),
    /// The first day.
    pub begins_on: NaiveDate,
    /// The last day.
    pub ends_on: NaiveDate,
}

impl People {
    /// Says that somebody covers for a worker who is away: for the worker themselves, and for managers of the agency.
    ///
    /// # Errors
    /// [`Trouble::Wrong`]; the database failed.
    pub async fn set_cover(&self, by: Worker, away: &Away) -> Result<CoverId, Trouble> {
        let now = self.clock.now();
        let at = Millis::from(now);
        let transaction = self.database.begin_write().await?;
        if away.account != by.account
            && !holds_role(&transaction, by.account, by.agency, Role::AgencyManager, at).await?
        {
            return Err(Wrong::new("away", "Say it of yourself, or have a manager of your agency say it.").into());
        }
        if let Some(before) = self.made_before(&transaction).await? {
            return Ok(CoverId(before));
        }
        check_span(away.begins_on, away.ends_on, london(now).date())?;
        if away.covered_by == away.account {
            return Err(Wrong::new("coveredBy", "It is who is away: name somebody else.").into());
        }
        for (field, account) in [("away", away.account), ("coveredBy", away.covered_by)] {
            if !is_link_worker(&transaction, account, by.agency, at).await? {
                return Err(Wrong::new(field, "They are no link worker of your agency.").into());
            }
        }
        let id = CoverId(self.clock.new_id());
        let row = cover::ActiveModel {
            id: Set(id),
            agency_id: Set(by.agency),
            account_id: Set(away.account),
            covered_by: Set(away.covered_by),
            begins_on: Set(away.begins_on),
            ends_on: Set(away.ends_on),
            created_by: Set(by.account),
            created_at: Set(at),
            ended_at: Set(None),
        };
        cover::Entity::insert(row).exec_without_returning(&transaction).await?;
        self.made(&transaction, &[id.0]).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Ends a cover at once: for the worker who is away, and for managers of the agency.
    ///
    /// # Errors
    /// [`Trouble::NotFound`] for one of another agency, of another worker, and for one that was ended; the database failed.
    pub async fn end_cover(&self, by: Worker, id: CoverId) -> Result<(), Trouble> {
        let at = Millis::from(self.clock.now());
        let transaction = self.database.begin_write().await?;
        let found = cover::Entity::find_by_id(id).one(&transaction).await?;
        let is_manager = holds_role(&transaction, by.account, by.agency, Role::AgencyManager, at).await?;
        found
            .filter(|row| row.agency_id == by.agency && (is_manager || row.account_id == by.account))
            .ok_or(Trouble::NotFound)?;
        let done = cover::Entity::update_many()
            .col_expr(cover::Column::EndedAt, Expr::value(at))
            .filter(cover::Column::Id.eq(id))
            .filter(cover::Column::EndedAt.is_null())
            .exec(&transaction)
            .await?;
        if done.rows_affected == 0 {
            return Err(Trouble::NotFound);
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Who covers for whom in an agency now and later, the first first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn covers(&self, agency: AgencyId) -> Result<Vec<CoverSeen>, Trouble> {
        let db = self.database.connection();
        let rows = cover::Entity::find()
            .filter(cover::Column::AgencyId.eq(agency))
            .filter(cover::Column::EndedAt.is_null())
            .filter(cover::Column::EndsOn.gte(london(self.clock.now()).date()))
            .order_by_asc(cover::Column::BeginsOn)
            .order_by_asc(cover::Column::Id)
            .all(db)
            .await?;
        let accounts: BTreeSet<AccountId> = rows.iter().flat_map(|row| [row.account_id, row.covered_by]).collect();
        let names = names_of(db, accounts.into_iter()).await?;
        let named = |account: AccountId| (account, names.get(&account).cloned().unwrap_or_default());
        let seen = rows.into_iter().map(|row| CoverSeen {
            id: row.id,
            away: named(row.account_id),
            covered_by: named(row.covered_by),
            begins_on: row.begins_on,
            ends_on: row.ends_on,
        });
        Ok(seen.collect())
    }

    /// For whom the reader covers today; nobody, where they act for no agency.
    ///
    /// # Errors
    /// The database failed.
    pub async fn covered_by(&self, reader: Reader) -> Result<BTreeSet<AccountId>, Trouble> {
        let Some(agency) = reader.agency else { return Ok(BTreeSet::new()) };
        let today = london(self.clock.now()).date();
        let rows = self.database.connection().query_all(&covers_for(agency, reader.account, today)).await?;
        Ok(rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, DbErr>>()?)
    }
}

/// For whom an account of an agency covers on a day, as a statement.
pub(in crate::people) fn covers_for(agency: AgencyId, account: AccountId, today: NaiveDate) -> SelectStatement {
    Query::select()
        .column(cover::Column::AccountId)
        .from(cover::Entity)
        .and_where(cover::Column::AgencyId.eq(agency))
        .and_where(cover::Column::CoveredBy.eq(account))
        .and_where(cover::Column::BeginsOn.lte(today))
        .and_where(cover::Column::EndsOn.gte(today))
        .and_where(cover::Column::EndedAt.is_null())
        .to_owned()
}
