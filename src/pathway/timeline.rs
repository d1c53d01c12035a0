//! Which entries stand on a page of a timeline: one statement over all the tables that they come from. What of a service user
//! somebody may see is reckoned beforehand, over facts; it is part of the statement, so that a page is full. There is no total:
//! how much there is of what one may see tells of it without showing it.
//!
//! What is of a day and of no instant stands at the beginning of that day in UTC, which is an instant of the same day in
//! London, in summer too.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{NaiveDate, NaiveTime};
use entity::enums::{DataCategory, EasementKind, RecordKind};
use entity::ids::{AgencyId, GroupId, ServiceUserId};
use entity::instants::Millis;
use entity::{
    appointment, appointment_event, easement, group_place, group_place_event, person_record, referral, referral_event,
    release, signpost, task, task_event,
};
use sea_orm::sea_query::{
    Asterisk, Expr, ExprTrait, Func, IntoTableRef, Order, Query, SelectStatement, UnionType, WindowStatement,
};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbBackend, DbErr, QueryResult};
use uuid::Uuid;

use crate::access::rule::load::{among, among_words};
use crate::access::rule::sight::Sight;
use crate::access::rule::{APPOINTMENT, EASEMENT, RELEASE};
use crate::database::united;
use crate::people::tasks::dates::tells_of;
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
    /// They are released from prison, or were.
    Release,
    /// Something is to be done for them, or was.
    Task,
    /// Less is asked of them for their benefits.
    Easement,
    /// They asked for a place in a group.
    GroupPlace,
}

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

impl Kind {
    /// Every kind.
    pub const ALL: &'static [Self] = &[
        Self::Need,
        Self::Assessment,
        Self::Signpost,
        Self::ReferralStep,
        Self::Appointment,
        Self::Release,
        Self::Task,
        Self::Easement,
        Self::GroupPlace,
    ];

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

/// A group in which somebody has, or had, a place, and what it tells of them that they have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OfGroup {
    /// The group.
    pub(crate) group: GroupId,
    /// Whose it is.
    pub(crate) agency: AgencyId,
    /// Categories, beside that of appointments.
    pub(crate) tells: Vec<DataCategory>,
}

/// What of a service user somebody may see, for the purpose for which each kind is shown: as everywhere else referrals are
/// shown for referrals, and appointments, releases, tasks, easements and places in groups for the coordination of care.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sights {
    /// For the purpose that was said.
    pub(crate) said: Arc<Sight>,
    /// For referrals.
    pub(crate) referrals: Arc<Sight>,
    /// For the coordination of care.
    pub(crate) care: Arc<Sight>,
    /// The groups of whom it is about: what a group is for stands in it, and not in the places.
    pub(crate) groups: Vec<OfGroup>,
}

impl Sights {
    fn of(&self, kind: Kind) -> &Sight {
        match kind {
            Kind::Need | Kind::Assessment | Kind::Signpost => &self.said,
            Kind::ReferralStep => &self.referrals,
            Kind::Appointment | Kind::Release | Kind::Task | Kind::Easement | Kind::GroupPlace => &self.care,
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

/// Where a row stands on the timeline, and how it is told from the same row before something was done with it.
struct Columns {
    /// Its instant.
    at: Expr,
    /// Its id.
    id: Expr,
    /// When something was last done with it.
    changed: Expr,
    /// How much was done with it since it was made.
    steps: Expr,
}

impl Columns {
    /// Of a row that is never written over.
    fn fixed(at: Expr, id: Expr, changed: Expr) -> Self {
        Self { at, id, changed, steps: Expr::value(0_i64) }
    }
}

/// The instant at which what is of a day stands.
pub(crate) fn instant_of(day: NaiveDate) -> Millis {
    day.and_time(NaiveTime::MIN).and_utc().into()
}

/// The same of a column.
fn day(engine: DbBackend, column: Expr) -> Expr {
    if engine == DbBackend::Postgres {
        column.sub(Expr::value(NaiveDate::default())).cast_as("bigint").mul(DAY)
    } else {
        Expr::from(Func::cust("unixepoch").arg(column)).mul(1_000_i64)
    }
}

/// How many rows of a history there are of which this holds.
fn number_of(history: impl IntoTableRef, of: Expr) -> Expr {
    let mut count = Query::select();
    count.expr(Func::count(Expr::col(Asterisk))).from(history).and_where(of);
    Expr::expr(count)
}

/// The last instant of a history of which this holds; none where there is nothing in it.
fn last_of(history: impl IntoTableRef, at: Expr, of: Expr) -> Expr {
    let mut last = Query::select();
    last.expr(Func::max(at)).from(history).and_where(of);
    Expr::expr(last)
}

/// The rows of a kind about a service user, as far as they may be seen; none where nothing of it may.
fn rows(kind: Kind, of: ServiceUserId, sights: &Sights, engine: DbBackend) -> Option<(SelectStatement, Columns)> {
    let (mut select, sight) = (Query::select(), sights.of(kind));
    let columns = match kind {
        Kind::Need => records(&mut select, RecordKind::Need, of, sight, engine)?,
        Kind::Assessment => records(&mut select, RecordKind::Assessment, of, sight, engine)?,
        Kind::Signpost => {
            let seen = by_agencies(sight, |agencies, categories| {
                let tells_beyond =
                    Expr::col((signpost::Entity, signpost::Column::TellsOf)).bit_and(Expr::value(!bits(categories)));
                Condition::all().add(among(engine, signpost::Column::AgencyId, agencies)).add(tells_beyond.eq(0))
            })?;
            select.from(signpost::Entity).and_where(signpost::Column::ServiceUserId.eq(of)).cond_where(seen);
            let at = signpost::Column::GivenAt.into_expr();
            let changed = Func::coalesce([signpost::Column::HelpedAt.into_expr(), at.clone()]);
            Columns::fixed(at, signpost::Column::Id.into_expr(), changed.into())
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
                .cond_where(referrals(sight, engine)?);
            let at = referral_event::Column::At.into_expr();
            Columns::fixed(at.clone(), referral_event::Column::Id.into_expr(), at)
        }
        Kind::Appointment => {
            let seen = by_agencies(sight, |agencies, categories| {
                let shown = if categories.contains(&APPOINTMENT) { agencies } else { Vec::new() };
                Condition::all().add(among(engine, appointment::Column::AgencyId, shown))
            })?;
            select.from(appointment::Entity).and_where(appointment::Column::ServiceUserId.eq(of)).cond_where(seen);
            Columns {
                at: appointment::Column::StartsAt.into_expr(),
                id: appointment::Column::Id.into_expr(),
                changed: appointment::Column::ChangedAt.into_expr(),
                steps: number_of(
                    appointment_event::Entity,
                    appointment_event::Column::AppointmentId.into_expr().eq(appointment::Column::Id.into_expr()),
                ),
            }
        }
        Kind::Release => {
            let seen = by_agencies(sight, |agencies, categories| {
                let shown = if categories.contains(&RELEASE) { agencies } else { Vec::new() };
                Condition::all().add(among(engine, release::Column::AgencyId, shown))
            })?;
            select
                .from(release::Entity)
                .and_where(release::Column::ServiceUserId.eq(of))
                .and_where(release::Column::EndedAt.is_null())
                .cond_where(seen);
            let at = day(engine, release::Column::ReleaseOn.into_expr());
            Columns::fixed(at, release::Column::Id.into_expr(), release::Column::RecordedAt.into_expr())
        }
        Kind::Task => {
            let seen =
                by_agencies(sight, |agencies, categories| {
                    let theirs = Condition::all()
                        .add(among(engine, task::Column::AgencyId, agencies))
                        .add(among_words(engine, task::Column::Category, categories.iter().map(|one| one.as_str())));
                    // What follows from a release is for who may see that as well.
                    if categories.contains(&RELEASE) { theirs } else { theirs.add(task::Column::ReleaseId.is_null()) }
                })?;
            select.from(task::Entity).and_where(task::Column::ServiceUserId.eq(of)).cond_where(seen);
            Columns {
                at: day(engine, task::Column::DueOn.into_expr()),
                id: task::Column::Id.into_expr(),
                changed: task::Column::ChangedAt.into_expr(),
                steps: number_of(
                    task_event::Entity,
                    task_event::Column::TaskId.into_expr().eq(task::Column::Id.into_expr()),
                ),
            }
        }
        Kind::Easement => {
            let seen = by_agencies(sight, |agencies, categories| {
                let shown = if categories.contains(&EASEMENT) { agencies } else { Vec::new() };
                // What it is for is for who may see that as well.
                let kinds = EasementKind::ALL.iter().copied().filter(|kind| categories.contains(&tells_of(*kind)));
                let kinds = among_words(engine, easement::Column::Kind, kinds.map(EasementKind::as_str));
                Condition::all().add(among(engine, easement::Column::AgencyId, shown)).add(kinds)
            })?;
            select
                .from(easement::Entity)
                .and_where(easement::Column::ServiceUserId.eq(of))
                .and_where(easement::Column::EndedAt.is_null())
                .cond_where(seen);
            let at = day(engine, easement::Column::BeginsOn.into_expr());
            Columns::fixed(at, easement::Column::Id.into_expr(), easement::Column::RecordedAt.into_expr())
        }
        Kind::GroupPlace => {
            let seen = by_agencies(sight, |agencies, categories| {
                // What the group is for is for who may see that as well.
                let sees = |group: &&OfGroup| {
                    agencies.contains(&group.agency.0) && group.tells.iter().all(|one| categories.contains(one))
                };
                let groups = sights.groups.iter().filter(sees).map(|group| group.group.0);
                let groups = among(engine, group_place::Column::GroupId, groups);
                let shown = if categories.contains(&APPOINTMENT) { agencies } else { Vec::new() };
                Condition::all().add(among(engine, group_place::Column::AgencyId, shown)).add(groups)
            })?;
            select.from(group_place::Entity).and_where(group_place::Column::ServiceUserId.eq(of)).cond_where(seen);
            let of_place = || group_place_event::Column::PlaceId.into_expr().eq(group_place::Column::Id.into_expr());
            let at = group_place::Column::JoinedAt.into_expr();
            let last = last_of(group_place_event::Entity, group_place_event::Column::At.into_expr(), of_place());
            Columns {
                at: at.clone(),
                id: group_place::Column::Id.into_expr(),
                changed: Func::coalesce([last, at]).into(),
                steps: number_of(group_place_event::Entity, of_place()),
            }
        }
    };
    Some((select, columns))
}

fn records(
    select: &mut SelectStatement,
    kind: RecordKind,
    of: ServiceUserId,
    sight: &Sight,
    engine: DbBackend,
) -> Option<Columns> {
    let seen = by_agencies(sight, |agencies, categories| {
        let only = among_words(engine, person_record::Column::Category, categories.iter().map(|one| one.as_str()));
        Condition::all().add(among(engine, person_record::Column::AgencyId, agencies)).add(only)
    })?;
    select
        .from(person_record::Entity)
        .and_where(person_record::Column::ServiceUserId.eq(of))
        .and_where(person_record::Column::Kind.eq(kind))
        .and_where(person_record::Column::EndedAt.is_null())
        .cond_where(seen);
    let at = person_record::Column::RecordedAt.into_expr();
    Some(Columns::fixed(at.clone(), person_record::Column::Id.into_expr(), at))
}

/// A condition for those agencies of whose rows somebody may see the same categories, and for each such set of categories; none
/// where there is no such agency. One for each agency would grow with them, deeper than an engine takes.
fn by_agencies(sight: &Sight, of: impl Fn(Vec<Uuid>, &BTreeSet<DataCategory>) -> Condition) -> Option<Condition> {
    match sight {
        Sight::Everything => Some(Condition::all()),
        Sight::Of { rows, .. } if rows.is_empty() => None,
        Sight::Of { rows, .. } => {
            let mut alike: BTreeMap<&BTreeSet<DataCategory>, Vec<Uuid>> = BTreeMap::new();
            for (agency, categories) in rows {
                alike.entry(categories).or_default().push(agency.0);
            }
            let each = alike.into_iter();
            Some(each.fold(Condition::any(), |any, (categories, agencies)| any.add(of(agencies, categories))))
        }
    }
}

fn referrals(sight: &Sight, engine: DbBackend) -> Option<Condition> {
    match sight {
        Sight::Everything => Some(Condition::all()),
        Sight::Of { sent, received, .. } => {
            let mut any = Condition::any();
            if let Some(agency) = sent {
                any = any.add(referral::Column::AgencyId.eq(*agency));
            }
            let mut senders: BTreeMap<AgencyId, Vec<Uuid>> = BTreeMap::new();
            for (from, to) in received {
                senders.entry(*to).or_default().push(from.0);
            }
            for (to, from) in senders {
                any = any.add(referral::Column::PartyId.eq(to).and(among(engine, referral::Column::AgencyId, from)));
            }
            (!any.is_empty()).then_some(any)
        }
    }
}

/// The entries of one kind that are looked for, with their keys.
fn arm(
    kind: Kind,
    of: ServiceUserId,
    sights: &Sights,
    sought: &Sought,
    engine: DbBackend,
) -> Option<(SelectStatement, Columns)> {
    if !sought.kinds.is_empty() && !sought.kinds.contains(&kind) {
        return None;
    }
    let (mut select, columns) = rows(kind, of, sights, engine)?;
    if let Some(from) = sought.from {
        select.and_where(columns.at.clone().gte(from));
    }
    if let Some(until) = sought.until {
        select.and_where(columns.at.clone().lt(until));
    }
    let (at, id) = (columns.at.clone(), columns.id.clone());
    select.expr_as(at, "at").expr_as(Expr::value(kind.place()), "kind").expr_as(id, "id");
    Some((select, columns))
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
    let engine = db.get_database_backend();
    let arms = Kind::ALL.iter().filter_map(|kind| {
        let (mut select, Columns { at, id, .. }) = arm(*kind, of, sights, sought, engine)?;
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
    let Some(union) = united(arms.collect(), &["at", "kind", "id"], UnionType::All) else { return Ok(Vec::new()) };
    let mut page = Query::select();
    page.column("at").column("kind").column("id").from_subquery(union, "entries");
    page.order_by("at", Order::Desc).order_by("kind", Order::Asc).order_by("id", Order::Desc).limit(limit);
    let rows = db.query_all(&page).await?;
    let key = |row: &QueryResult| Ok(Key { at: row.try_get("", "at")?, kind: kind(row)?, id: row.try_get("", "id")? });
    rows.iter().map(key).collect()
}

fn kind(row: &QueryResult) -> Result<Kind, DbErr> {
    let place: i32 = row.try_get("", "kind")?;
    Kind::at(place).ok_or_else(|| DbErr::Custom(format!("there is no kind of entry {place}")))
}

/// What was last done of all that somebody may see: for knowing whether it has changed, and never shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Newest {
    /// How many entries there are, which is one less where something was taken back.
    total: i64,
    /// With what something was done last: when, how much until then, which.
    rows: Vec<(Millis, i64, Kind, Uuid)>,
}

impl Newest {
    /// All of it as text, which is another as soon as any of it is.
    pub(crate) fn text(&self) -> String {
        format!("{} {:?}", self.total, self.rows)
    }
}

/// With which entries something was done last, so many of them, the last first: the same arms as those of a page.
///
/// # Errors
/// The database failed.
pub(crate) async fn newest(
    db: &impl ConnectionTrait,
    of: ServiceUserId,
    sights: &Sights,
    most: u64,
) -> Result<Newest, DbErr> {
    let (engine, every) = (db.get_database_backend(), Sought::default());
    let arms = Kind::ALL.iter().filter_map(|kind| {
        let (mut select, Columns { changed, steps, .. }) = arm(*kind, of, sights, &every, engine)?;
        select.expr_as(changed, "changed").expr_as(steps, "steps");
        Some(select)
    });
    let columns = ["changed", "steps", "kind", "id"];
    let Some(union) = united(arms.collect(), &columns, UnionType::All) else { return Ok(Newest::default()) };
    let mut select = Query::select();
    for column in columns {
        select.column(column);
    }
    select
        .expr_window_as(Func::count(Expr::col(Asterisk)), WindowStatement::new(), "total")
        .from_subquery(union, "entries")
        .order_by("changed", Order::Desc)
        .order_by("kind", Order::Asc)
        .order_by("id", Order::Desc)
        .limit(most);
    let mut newest = Newest::default();
    for row in db.query_all(&select).await? {
        newest.total = row.try_get("", "total")?;
        let (changed, steps) = (row.try_get("", "changed")?, row.try_get("", "steps")?);
        newest.rows.push((changed, steps, kind(&row)?, row.try_get("", "id")?));
    }
    Ok(newest)
}
