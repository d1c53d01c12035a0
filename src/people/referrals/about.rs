//! What referrals are about and what they disclose: of many of them, in one statement.

use std::collections::{BTreeSet, HashMap};

use entity::enums::DataCategory;
use entity::ids::{ReferralEventId, ReferralId};
use entity::{referral_category, referral_need};
use sea_orm::sea_query::{Expr, Query, UnionType};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, QueryResult};
use uuid::Uuid;

use crate::access::rule::load::among;

/// Of a row of the statement, that it is a category that is disclosed.
const DISCLOSED: i32 = 0;
/// Of a row of the statement, that it is a need.
const NEED: i32 = 1;

/// A referral, a category that it discloses, and the step by which it does.
pub(super) type Disclosed = (ReferralId, DataCategory, Option<ReferralEventId>);

/// What some referrals are about, and what they disclose.
#[derive(Debug, Default)]
pub(super) struct AboutEach {
    /// The keys of the needs that each is about.
    pub(super) needs: HashMap<ReferralId, BTreeSet<String>>,
    /// What they disclose.
    pub(super) disclosed: Vec<Disclosed>,
}

impl AboutEach {
    /// That of these referrals. It may be shown of those alone that may be shown.
    ///
    /// # Errors
    /// The database failed.
    pub(super) async fn of(db: &impl ConnectionTrait, ids: &[ReferralId]) -> Result<Self, DbErr> {
        let mut about = Self::default();
        if ids.is_empty() {
            return Ok(about);
        }
        let backend = db.get_database_backend();
        let ids = || ids.iter().map(|id| id.0);
        // The columns of both are of the same types, in the same order.
        let mut both = Query::select()
            .expr(Expr::value(DISCLOSED))
            .expr(referral_category::Column::ReferralId.into_expr())
            .expr(referral_category::Column::Category.into_expr())
            .expr(referral_category::Column::EventId.into_expr())
            .from(referral_category::Entity)
            .and_where(among(backend, referral_category::Column::ReferralId, ids()))
            .to_owned();
        let needs = Query::select()
            .expr(Expr::value(NEED))
            .expr(referral_need::Column::ReferralId.into_expr())
            .expr(referral_need::Column::NeedKey.into_expr())
            .expr(Expr::value(None::<Uuid>))
            .from(referral_need::Entity)
            .and_where(among(backend, referral_need::Column::ReferralId, ids()))
            .to_owned();
        both.union(UnionType::All, needs);
        for row in db.query_all(&both).await? {
            about.add(&row)?;
        }
        Ok(about)
    }

    fn add(&mut self, row: &QueryResult) -> Result<(), DbErr> {
        let (kind, of): (i32, ReferralId) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        if kind == NEED {
            self.needs.entry(of).or_default().insert(row.try_get_by_index(2)?);
        } else {
            self.disclosed.push((of, row.try_get_by_index(2)?, row.try_get_by_index(3)?));
        }
        Ok(())
    }
}
