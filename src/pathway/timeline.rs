//! Which entries stand on a page of a timeline: one statement over all the tables that they come from. What of a service user
//! somebody may see is reckoned beforehand, over facts; it is part of the statement, so that a page is full. There is no total: how much there is of what one may see tells of it
//! without showing it.

use std::collections::BTreeSet;

use entity::enums::{DataCategory, RecordKind};
use entity::ids::{AgencyId, ServiceUserId};
use entity::instants::Millis;
use entity::{appointment, person_record, referral, referral_event, signpost};
use sea_orm::sea_query::{Expr, ExprTrait, Order, Query, SelectStatement, UnionType};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr};
use uuid::Uuid;

use crate::people::deciding::Sight;
use crate::signposts::giving::bits;

/// What an entry is. The order is that of entries of one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Something they want help with.
    Need,
    /// Something was found out.
    Assessment,
    /// They were told of services.
    Signpost,
    /// Something was done with a referral.
    ReferralStep,
    /// They were to meet.
    Appointment,
}

impl Kind {
    /// Every kind.
    pub const ALL: &'static [Self] =
        &[Self::Need, Self::Assessment, Self::Signpost, Self::ReferralStep, Self::Appointment];

    /// Its place in the order.
    #[must_use]
    pub fn place(self) -> i32 {
        Self::ALL.iter().position(|kind| *kind == self).and_then(|at| i32::try_from(at).ok()).unwrap_or(i32::MAX)
    }

    fn at(place: i32) -> Option<Self> {
        Self::ALL.get(usize::try_from(place).ok()?).copied()
    }
}

/// The key of an entry: the latest stands first, then by kind, then the later written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// When it was, or is to be.
    pub at: Millis,
    /// What it is.
    pub kind: Kind,
    /// The id of what it is.
    pub id: Uuid,
}

/// What of a service user somebody may see, for the purpose for which each kind is shown: as everywhere else referrals are
/// shown for referrals, and appointments for the coordination of care.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sights {
    /// For the purpose that was said.
    pub(crate) said: Sight,
    /// For referrals.
    pub(crate) referrals: Sight,
    /// For the coordination of care.
    pub(crate) care: Sight,
}

impl Sights {
    fn of(&self, kind: Kind) -> &Sight {
        match kind {
            Kind::Need | Kind::Assessment | Kind::Signpost => &self.said,
            Kind::ReferralStep => &self.referrals,
            Kind::Appointment => &self.care,
        }
    }
}

/// Which entries are looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sought {
    /// Of these kinds; empty: of all.
    pub kinds: BTreeSet<Kind>,
    /// At this instant or later.
    pub from: Option<Millis>,
    /// Before this instant.
    pub until: Option<Millis>,
}

/// Where a row stands on the timeline: its instant and its id.
type Columns = (Expr, Expr);

/// The rows of a kind about a service user, as far as they may be seen; none where nothing of it may.
fn rows(kind: Kind, of: ServiceUserId, sight: &Sight) -> Option<(SelectStatement, Columns)> {
    let mut select = Query::select();
    let columns = match kind {
        Kind::Need => records(&mut select, RecordKind::Need, of, sight)?,
        Kind::Assessment => records(&mut select, RecordKind::Assessment, of, sight)?,
        Kind::Signpost => {
            let seen = by_agency(sight, |agency, categories| {
                let tells_beyond =
                    Expr::col((signpost::Entity, signpost::Column::TellsOf)).bit_and(Expr::value(!bits(categories)));
                Condition::all().add(signpost::Column::AgencyId.eq(agency)).add(tells_beyond.eq(0))
            })?;
            select.from(signpost::Entity).and_where(signpost::Column::ServiceUserId.eq(of)).cond_where(seen);
            (signpost::Column::GivenAt.into_expr(), signpost::Column::Id.into_expr())
        }
        Kind::ReferralStep => {
            select
                .from(referral_event::Entity)
                .inner_join(
                    referral::Entity,
                    Expr::col((referral::Entity, referral::Column::Id))
                        .equals((referral_event::Entity, referral_event::Column::ReferralId)),
                )
                .and_where(referral::Column::ServiceUserId.eq(of))
                .cond_where(referrals(sight)?);
            (referral_event::Column::At.into_expr(), referral_event::Column::Id.into_expr())
        }
        Kind::Appointment => {
            let seen = by_agency(sight, |agency, categories| {
                let shown = if categories.contains(&crate::access::rule::APPOINTMENT) { Some(agency) } else { None };
                Condition::all().add(appointment::Column::AgencyId.is_in(shown))
            })?;
            select.from(appointment::Entity).and_where(appointment::Column::ServiceUserId.eq(of)).cond_where(seen);
            (appointment::Column::StartsAt.into_expr(), appointment::Column::Id.into_expr())
        }
    };
    Some((select, columns))
}

fn records(select: &mut SelectStatement, kind: RecordKind, of: ServiceUserId, sight: &Sight) -> Option<Columns> {
    let seen = by_agency(sight, |agency, categories| {
        let categories = categories.iter().copied();
        Condition::all()
            .add(person_record::Column::AgencyId.eq(agency))
            .add(person_record::Column::Category.is_in(categories))
    })?;
    select
        .from(person_record::Entity)
        .and_where(person_record::Column::ServiceUserId.eq(of))
        .and_where(person_record::Column::Kind.eq(kind))
        .and_where(person_record::Column::EndedAt.is_null())
        .cond_where(seen);
    Some((person_record::Column::RecordedAt.into_expr(), person_record::Column::Id.into_expr()))
}

/// A condition for each agency of whose rows somebody may see something; none where there is no such agency.
fn by_agency(sight: &Sight, of: impl Fn(AgencyId, &BTreeSet<DataCategory>) -> Condition) -> Option<Condition> {
    match sight {
        Sight::Everything => Some(Condition::all()),
        Sight::Of { rows, .. } if rows.is_empty() => None,
        Sight::Of { rows, .. } => {
            Some(rows.iter().fold(Condition::any(), |any, (agency, categories)| any.add(of(*agency, categories))))
        }
    }
}

fn referrals(sight: &Sight) -> Option<Condition> {
    match sight {
        Sight::Everything => Some(Condition::all()),
        Sight::Of { sent, received, .. } => {
            let mut any = Condition::any();
            if let Some(agency) = sent {
                any = any.add(referral::Column::AgencyId.eq(*agency));
            }
            for (from, to) in received {
                any = any.add(referral::Column::AgencyId.eq(*from).and(referral::Column::PartyId.eq(*to)));
            }
            (!any.is_empty()).then_some(any)
        }
    }
}

/// The entries of one kind that are looked for, with their keys.
fn arm(kind: Kind, of: ServiceUserId, sight: &Sight, sought: &Sought) -> Option<(SelectStatement, Columns)> {
    if !sought.kinds.is_empty() && !sought.kinds.contains(&kind) {
        return None;
    }
    let (mut select, (at, id)) = rows(kind, of, sight)?;
    if let Some(from) = sought.from {
        select.and_where(at.clone().gte(from));
    }
    if let Some(until) = sought.until {
        select.and_where(at.clone().lt(until));
    }
    select.expr_as(at.clone(), "at").expr_as(Expr::value(kind.place()), "kind").expr_as(id.clone(), "id");
    Some((select, (at, id)))
}

/// All of these, one after the other; none where there are none.
fn all(arms: Vec<SelectStatement>) -> Option<SelectStatement> {
    let each = arms.into_iter().map(|arm| {
        let mut select = Query::select();
        // An arm with an order of its own has to stand within a select on SQLite.
        select.column("at").column("kind").column("id").from_subquery(arm, "arm");
        select
    });
    each.reduce(|mut all, arm| {
        all.union(UnionType::All, arm);
        all
    })
}

/// The keys of a page, the latest first, behind one of them; one more than asked for where more follow.
///
/// # Errors
/// The database failed.
pub(crate) async fn page(
    db: &impl ConnectionTrait,
    of: ServiceUserId,
    sights: &Sights,
    sought: &Sought,
    (after, first): (Option<Key>, usize),
) -> Result<Vec<Key>, DbErr> {
    let limit = u64::try_from(first).unwrap_or(u64::MAX).saturating_add(1);
    let arms = Kind::ALL.iter().filter_map(|kind| {
        let (mut select, (at, id)) = arm(*kind, of, sights.of(*kind), sought)?;
        if let Some(after) = after {
            let same = at.clone().eq(after.at);
            let behind = match kind.cmp(&after.kind) {
                std::cmp::Ordering::Less => Condition::any().add(at.clone().lt(after.at)),
                std::cmp::Ordering::Equal => {
                    Condition::any().add(at.clone().lt(after.at)).add(same.and(id.clone().lt(after.id)))
                }
                std::cmp::Ordering::Greater => Condition::any().add(at.clone().lte(after.at)),
            };
            select.cond_where(behind);
        }
        select.order_by_expr(at, Order::Desc).order_by_expr(id, Order::Desc).limit(limit);
        Some(select)
    });
    let Some(union) = all(arms.collect()) else { return Ok(Vec::new()) };
    let mut page = Query::select();
    page.column("at").column("kind").column("id").from_subquery(union, "entries");
    page.order_by("at", Order::Desc).order_by("kind", Order::Asc).order_by("id", Order::Desc).limit(limit);
    let rows = db.query_all(&page).await?;
    let key = |row: &sea_orm::QueryResult| {
        let kind: i32 = row.try_get("", "kind")?;
        let kind = Kind::at(kind).ok_or_else(|| DbErr::Custom(format!("there is no kind of entry {kind}")))?;
        Ok(Key { at: row.try_get("", "at")?, kind, id: row.try_get("", "id")? })
    };
    rows.iter().map(key).collect()
}
