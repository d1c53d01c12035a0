//! The pathway in the graph. Thin: who sees what is decided by the rule, in `pathway::decided`.

pub mod changed;

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject, Union};
use entity::instants::Millis;
use serde::{Deserialize, Serialize};

use super::Pathways;
use super::reading::{Asked, Entry, Item, PathwaySeen};
use super::standing::Next;
use super::timeline::{self, Key, Sought};
use crate::agreements::graphql::enums::Purpose;
use crate::api::AskedAt;
use crate::api::errors::bad_input;
use crate::api::ids::{self, NodeId};
use crate::api::paging::{Cursor, PageArgs, PageInfo, PageSize};
use crate::api::scalars::DateTime;
use crate::directory::graphql::agency::Agency;
use crate::directory::graphql::filters::print_of;
use crate::directory::graphql::nullable;
use crate::directory::loaders::AgencyKey;
use crate::directory::needs::NeedList;
use crate::directory::snapshot::refresh::Live;
use crate::people::graphql::appointments::Appointment;
use crate::people::graphql::caseloads::{NamedAccount, named};
use crate::people::graphql::groups::GroupPlace;
use crate::people::graphql::records::{PersonAssessment, PersonNeed};
use crate::people::graphql::referrals::ReferralEvent;
use crate::people::graphql::service_user::Withheld;
use crate::people::graphql::tasks::{Easement, Release, Task};
use crate::people::graphql::{found, pending, reader};
use crate::signposts::graphql::SignpostGiven;

/// What an entry of a pathway is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Enum)]
#[graphql(remote = "timeline::Kind")]
pub enum PathwayEntryKind {
    /// Something they want help with, at the instant at which it was recorded.
    Need,
    /// Something was found out, at the instant at which it was recorded.
    Assessment,
    /// They were told of services.
    Signpost,
    /// Something was done with a referral.
    ReferralStep,
    /// They were to meet, or are to: at the instant at which it begins.
    Appointment,
    /// A day of release that holds: at the beginning of that day, in UTC.
    Release,
    /// Something is to be done for them, or was: at the beginning of the day by which it is due, in UTC.
    Task,
    /// Less is asked of them for their benefits: at the beginning of its first day, in UTC.
    Easement,
    /// They asked for a place in a group, at the instant at which they did: they wait, have one, or had one.
    GroupPlace,
}

/// Something that was done with a referral, on a pathway.
#[derive(Clone, Debug, SimpleObject)]
pub struct PathwayReferralStep {
    /// Global id of the referral.
    pub referral: ID,
    /// What was done.
    pub event: ReferralEvent,
}

/// What stands on a pathway.
#[derive(Clone, Debug, Union)]
pub enum PathwayItem {
    /// Something they want help with.
    Need(PersonNeed),
    /// Something was found out.
    Assessment(PersonAssessment),
    /// They were told of services.
    Signpost(SignpostGiven),
    /// Something was done with a referral.
    ReferralStep(PathwayReferralStep),
    /// They were to meet, or are to.
    Appointment(Appointment),
    /// A day of release, with whether the first contact after it was made.
    Release(Release),
    /// Something is to be done for them, or was.
    Task(Task),
    /// Less is asked of them for their benefits.
    Easement(Easement),
    /// They wait for a place in a group, have one, or had one.
    GroupPlace(GroupPlace),
}

/// An entry of a pathway.
#[derive(Clone, Debug, SimpleObject)]
pub struct PathwayEntry {
    /// When it was, or is to be. Of a task, a release or an easement it is midnight UTC of its day: of a task the day by which it
    /// is due, of an easement its first.
    pub at: DateTime,
    /// What it is.
    pub kind: PathwayEntryKind,
    /// The thing itself.
    pub item: PathwayItem,
    #[graphql(skip)]
    key: Key,
}

/// An entry of a pathway, with its cursor.
#[derive(Clone, Debug, SimpleObject)]
pub struct PathwayEdge {
    /// What stands here.
    pub node: PathwayEntry,
    /// Its cursor: give it as `after` to begin behind it.
    pub cursor: String,
}

/// A page of a pathway. There is no total: how much there is would tell of what is not shown on the page.
#[derive(Clone, Debug, SimpleObject)]
pub struct PathwayPage {
    /// The entries of this page, each with its cursor.
    pub edges: Vec<PathwayEdge>,
    /// The entries of this page.
    pub nodes: Vec<PathwayEntry>,
    /// Where this page stands in the whole.
    pub page_info: PageInfo,
}

/// Who answers for a pathway.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct PathwayOwner {
    /// The account.
    pub account: NamedAccount,
    #[graphql(skip)]
    agency: entity::ids::AgencyId,
}

#[async_graphql::ComplexObject]
impl PathwayOwner {
    /// The agency that they answer for; null where it is not shown.
    async fn agency(&self, ctx: &Context<'_>) -> Option<Result<Agency>> {
        nullable(ctx, AgencyKey(self.agency), Agency).await
    }
}

/// What comes next on a pathway.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum PathwayNextKind {
    /// They are to meet.
    Appointment,
    /// A referral is to be answered.
    ReferralAnswer,
    /// They are released from prison.
    Release,
    /// Something is to be done for them.
    Task,
    /// The last day on which less is asked of them for their benefits.
    EasementEnd,
}

/// What comes next on a pathway.
#[derive(Clone, Debug, SimpleObject)]
pub struct PathwayNext {
    /// What.
    pub kind: PathwayNextKind,
    /// When, or by when; of what is of a day the beginning of that day, in UTC.
    pub at: DateTime,
    /// Global id of the appointment, the referral, the release, the task, or the easement.
    pub id: ID,
}

/// A service user's way through the network, as far as the viewer may see it for the purpose that they said.
#[derive(Debug)]
pub struct Pathway {
    seen: PathwaySeen,
    entries: PathwayPage,
}

/// A service user's way through the network, as far as the viewer may see it for the purpose that they said.
#[Object]
impl Pathway {
    /// Global id of whose it is.
    async fn service_user_id(&self) -> ID {
        NodeId::ServiceUser(self.seen.service_user).encode()
    }

    /// Whether anything is still to come: somebody works with them, a referral is open, they wait for a place in a group or have
    /// one in a cohort that is not over, or something comes next; as far as the viewer may see that.
    async fn is_open(&self) -> bool {
        self.seen.stands.open
    }

    /// Who answers for it: for the referral that was last taken on; where there is none, the key worker on whose caseload
    /// they are the longest. Null where the viewer may see neither.
    async fn owner(&self) -> Option<PathwayOwner> {
        let owner = self.seen.stands.owner.as_ref()?;
        Some(PathwayOwner { account: named(&owner.account), agency: owner.agency })
    }

    /// What comes next: the next appointment, a day of release, what is to be done by a day, the end of an easement, or the day
    /// by which a referral that was sent is to be answered; null where the viewer may see none of them. What was due before
    /// today does not come next.
    async fn next(&self) -> Option<PathwayNext> {
        let (at, next) = self.seen.stands.next?;
        let (kind, id) = match next {
            Next::Appointment(id) => (PathwayNextKind::Appointment, NodeId::Appointment(id)),
            Next::ReferralAnswer(id) => (PathwayNextKind::ReferralAnswer, NodeId::Referral(id)),
            Next::Release(id) => (PathwayNextKind::Release, NodeId::Release(id)),
            Next::Task(id) => (PathwayNextKind::Task, NodeId::Task(id)),
            Next::EasementEnd(id) => (PathwayNextKind::EasementEnd, NodeId::Easement(id)),
        };
        Some(PathwayNext { kind, at: DateTime(at.to_utc()), id: id.encode() })
    }

    /// Everything on it, the latest first.
    async fn entries(&self) -> &PathwayPage {
        &self.entries
    }

    /// Categories of which other agencies may hold something that the viewer is not shown, whether or not they do; empty
    /// for the service user themselves and for who stands for them.
    #[graphql(complexity = "crate::api::limits::list_cost(16, child_complexity)")]
    async fn withheld(&self) -> Vec<Withheld> {
        let withheld = self.seen.withheld.iter();
        withheld.map(|it| Withheld { category: it.category.into(), reason: it.reason.into() }).collect()
    }
}

/// The key of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct RowKey(i64, i32, uuid::Uuid);

impl RowKey {
    fn key(self) -> Option<Key> {
        let kind = timeline::Kind::ALL.iter().copied().find(|kind| kind.place() == self.1)?;
        Some(Key { at: Millis(self.0), kind, id: self.2 })
    }
}

fn entry(entry: Entry, needs: &Arc<NeedList>) -> Option<PathwayEntry> {
    let key = entry.key;
    let item = match entry.item {
        Item::Record(opened) => match PersonAssessment::of(&opened) {
            Some(assessment) => PathwayItem::Assessment(assessment),
            None => PathwayItem::Need(PersonNeed::of(&opened, needs)?),
        },
        Item::Signpost(seen) => PathwayItem::Signpost(SignpostGiven::from(seen)),
        Item::ReferralStep(referral, step) => PathwayItem::ReferralStep(PathwayReferralStep {
            referral: NodeId::Referral(referral.id).encode(),
            event: ReferralEvent::from(&step),
        }),
        Item::Appointment(seen) => PathwayItem::Appointment(Appointment::alone(seen)),
        Item::Release(seen) => PathwayItem::Release(Release::alone(seen)),
        Item::Task(seen) => PathwayItem::Task(Task::alone(seen)),
        Item::Easement(seen) => PathwayItem::Easement(Easement::alone(seen)),
        Item::GroupPlace(seen) => PathwayItem::GroupPlace(GroupPlace::alone(seen)),
    };
    Some(PathwayEntry { at: DateTime(key.at.to_utc()), kind: key.kind.into(), item, key })
}

/// Root fields that ask for pathways.
#[derive(Clone, Copy, Debug, Default)]
pub struct PathwayQuery;

/// Root fields that ask for pathways.
#[Object]
impl PathwayQuery {
    /// A service user's way through the network on one timeline: what they want help with, what they were told of, what was
    /// done with their referrals, when they met whom, when they are released, what is to be done by when, which easements they
    /// have, which groups they wait for or have a place in; as far as the viewer may see it for this purpose, and, as everywhere
    /// else, referrals for referrals and appointments, releases, tasks, easements and places in groups for the coordination of
    /// care. Null where that is nothing, and where there is nobody of that id, which is the same. For link workers, service users
    /// and those who stand for them. Inside of it the service user of an appointment, a release, a task, an easement or a place
    /// is null: it is who was asked about.
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    #[graphql(complexity = "crate::api::limits::page_cost(first, 20, child_complexity)")]
    async fn pathway(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id of the service user.")] service_user: ID,
        #[graphql(desc = "What they are looked at for.")] purpose: Purpose,
        #[graphql(desc = "Only entries of these kinds; empty: all.", default)] kinds: Vec<PathwayEntryKind>,
        #[graphql(desc = "Only entries of this instant or later.")] from: Option<DateTime>,
        #[graphql(desc = "Only entries before this instant.")] until: Option<DateTime>,
        #[graphql(desc = "How many entries; the settings say how many at the most.")] first: Option<i32>,
        #[graphql(desc = "Cursor behind which to begin.")] after: Option<String>,
    ) -> Result<Option<Pathway>> {
        let id = ids::service_user("serviceUser", &service_user)?;
        let reader = reader(ctx, purpose.into(), "pathway")?;
        let instant = |at: Option<DateTime>| at.map(|at| Millis::from(at.0));
        let sought =
            Sought { kinds: kinds.into_iter().map(Into::into).collect(), from: instant(from), until: instant(until) };
        if let (Some(from), Some(until)) = (sought.from, sought.until)
            && until <= from
        {
            return Err(bad_input("until", "It is not after `from`: name a later instant."));
        }
        let args = PageArgs::<RowKey>::check(first, after.as_deref(), *ctx.data::<PageSize>()?)?;
        let print = print_of(&[b"pathway", format!("{id:?}{:?}{sought:?}", reader.purpose).as_bytes()]);
        args.belongs_to(print, ctx.data::<AskedAt>()?.0)?;
        let has_previous_page = args.after.is_some();
        let asked = ctx.look_ahead();
        let asks = |field: &str| asked.field(field).exists();
        let asked = Asked {
            sought,
            after: args.after.and_then(|after| after.key.key()),
            first: args.first,
            standing: asks("isOpen") || asks("owner") || asks("next"),
            withheld: asks("withheld"),
        };
        let seen = found(ctx, ctx.data::<Pathways>()?.read(reader, id, &asked, pending(ctx)).await)?;
        let Some(mut seen) = seen else { return Ok(None) };
        let (entries, needs) = (std::mem::take(&mut seen.entries), ctx.data::<Live>()?.needs());
        let nodes: Vec<PathwayEntry> = entries.into_iter().filter_map(|row| entry(row, needs)).collect();
        let cursor = |key: Key| Cursor::timeless(print, RowKey(key.at.0, key.kind.place(), key.id)).encode();
        let cursors: Vec<String> = nodes.iter().map(|node| cursor(node.key)).collect();
        let page_info = PageInfo {
            has_next_page: seen.more,
            has_previous_page,
            start_cursor: cursors.first().cloned(),
            end_cursor: cursors.last().cloned(),
        };
        let pairs = nodes.iter().cloned().zip(cursors);
        let edges = pairs.map(|(node, cursor)| PathwayEdge { node, cursor }).collect();
        Ok(Some(Pathway { seen, entries: PathwayPage { edges, nodes, page_info } }))
    }
}
