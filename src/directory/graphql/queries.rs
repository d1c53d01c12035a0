//! Root fields of the directory.

use std::cmp::Ordering;

use async_graphql::{Context, Enum, ID, InputObject, Interface, Object, Result};
use serde::{Deserialize, Serialize};

use super::agency::{Agency, AgencyConnection};
use super::filters::{
    AgencyFilter, AgencyTest, LocationFilter, LocationTest, NeedFilter, OrderDirection, ServiceFilter, ServiceTest,
    print_of, search_words,
};
use super::location::{Location, LocationConnection, ServiceAtLocation};
use super::matched::{ServiceConnection, Sought};
use super::need::{Need, NeedConnection};
use super::service::Service;
use super::{load_page, nullable};
use crate::api::AskedAt;
use crate::api::errors::bad_input;
use crate::api::ids::{self, NodeId, wrong_kind};
use crate::api::paging::{Cursor, PageArgs, PageInfo, PageSize, page};
use crate::directory::loaders::{AgencyKey, LocationKey, PlaceKey, ServiceKey};
use crate::directory::snapshot::ServiceFacts;
use crate::directory::snapshot::refresh::Live;
use crate::directory::snapshot::text::words;

/// What can be fetched by its id alone.
#[derive(Clone, Debug, Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Global id."))]
pub enum Node {
    /// An agency.
    Agency(Agency),
    /// A service.
    Service(Service),
    /// A location.
    Location(Location),
    /// A service at a location.
    ServiceAtLocation(ServiceAtLocation),
    /// A need.
    Need(Need),
}

/// What services and agencies are ordered by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum ListingOrderField {
    /// By name, whatever its case and accents.
    #[default]
    Name,
    /// By when it last changed here.
    UpdatedAt,
}

/// An order of services. Rows that are equal in it stand in an order of their own that stays.
#[derive(Clone, Copy, Debug, Default, InputObject)]
pub struct ServiceOrder {
    /// What by.
    pub field: ListingOrderField,
    /// Which way.
    #[graphql(default)]
    pub direction: OrderDirection,
}

/// An order of agencies. Rows that are equal in it stand in an order of their own that stays.
#[derive(Clone, Copy, Debug, Default, InputObject)]
pub struct AgencyOrder {
    /// What by.
    pub field: ListingOrderField,
    /// Which way.
    #[graphql(default)]
    pub direction: OrderDirection,
}

/// The key of a row in its list's order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum RowKey {
    Name(String, uuid::Uuid),
    UpdatedAt(i64, uuid::Uuid),
    Position(u32),
}

fn directed(direction: OrderDirection, ordering: Ordering) -> Ordering {
    match direction {
        OrderDirection::Asc => ordering,
        OrderDirection::Desc => ordering.reverse(),
    }
}

/// What is asked of a page: the arguments, checked, and the print of the question.
struct Asked {
    args: PageArgs<RowKey>,
    print: [u8; 8],
    direction: OrderDirection,
}

impl Asked {
    fn check(
        ctx: &Context<'_>,
        first: Option<i32>,
        after: Option<&str>,
        direction: OrderDirection,
        question: &[&[u8]],
    ) -> Result<Self> {
        // Only to refuse a cursor that none of ours can be: a page itself is the same at every instant.
        let now = ctx.data::<AskedAt>()?.0;
        let args = PageArgs::check(first, after, *ctx.data::<PageSize>()?)?;
        let print = print_of(question);
        args.belongs_to(print, now)?;
        Ok(Self { args, print, direction })
    }

    /// The page of these rows: the rows, their cursors, and where the page stands.
    fn cut<T>(&self, rows: Vec<T>, key: impl Fn(&T) -> RowKey) -> (Vec<T>, Vec<String>, PageInfo, usize) {
        let order = |one: &T, other: &T| directed(self.direction, key(one).cmp(&key(other)));
        let behind = |row: &T| {
            self.args.after.as_ref().is_none_or(|after| directed(self.direction, key(row).cmp(&after.key)).is_gt())
        };
        let page = page(rows, order, behind, self.args.first);
        let cursors: Vec<String> =
            page.rows.iter().map(|row| Cursor::timeless(self.print, key(row)).encode()).collect();
        let info = PageInfo::of(&page, &cursors);
        (page.rows, cursors, info, page.total)
    }
}

/// Keeps nodes that are still there, with their cursors.
fn still_there<T>(nodes: Vec<Option<T>>, cursors: Vec<String>) -> (Vec<T>, Vec<String>) {
    nodes.into_iter().zip(cursors).filter_map(|(node, cursor)| Some((node?, cursor))).unzip()
}

/// A page of the public services that were selected.
pub(crate) async fn services_page(
    ctx: &Context<'_>,
    first: Option<i32>,
    after: Option<String>,
    order: ServiceOrder,
    question: &[u8],
    selected: impl Fn(&ServiceFacts) -> bool,
) -> Result<ServiceConnection> {
    let kind = format!("services {:?}", order);
    let asked = Asked::check(ctx, first, after.as_deref(), order.direction, &[kind.as_bytes(), question])?;
    let snapshot = &super::snapshot(ctx)?;
    let rows: Vec<&ServiceFacts> = snapshot.services().filter(|service| selected(service)).collect();
    let (rows, cursors, page_info, total) = asked.cut(rows, |row| match order.field {
        ListingOrderField::Name => RowKey::Name(row.sort_key.to_string(), row.id.0),
        ListingOrderField::UpdatedAt => RowKey::UpdatedAt(row.updated_at.timestamp_millis(), row.id.0),
    });
    let nodes = load_page(ctx, rows.iter().map(|row| ServiceKey(row.id)).collect()).await?;
    let (nodes, cursors) = still_there(nodes.into_iter().map(|node| node.map(Service)).collect(), cursors);
    Ok(ServiceConnection { nodes, cursors, page_info, total, sought: None })
}

fn need_of(ctx: &Context<'_>, key: &str) -> Option<Result<Need>> {
    match ctx.data::<Live>() {
        Ok(live) => Need::of_key(live.needs(), key).map(Ok),
        Err(error) => Some(Err(error)),
    }
}

/// Root fields of the directory.
#[derive(Clone, Copy, Debug, Default)]
pub struct DirectoryQuery;

/// Root fields of the directory.
#[Object]
impl DirectoryQuery {
    /// Anything by its global id; null where there is no such thing, or none that this viewer may see.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A global id, as an answer gave it.")] id: ID,
    ) -> Option<Result<Node>> {
        match NodeId::parse("id", &id) {
            Ok(NodeId::Agency(id)) => nullable(ctx, AgencyKey(id), |found| Node::Agency(Agency(found))).await,
            Ok(NodeId::Service(id)) => nullable(ctx, ServiceKey(id), |found| Node::Service(Service(found))).await,
            Ok(NodeId::Location(id)) => nullable(ctx, LocationKey(id), |found| Node::Location(Location(found))).await,
            Ok(NodeId::ServiceAtLocation(id)) => {
                nullable(ctx, PlaceKey(id), |found| Node::ServiceAtLocation(ServiceAtLocation(found))).await
            }
            Ok(NodeId::Need(key)) => need_of(ctx, &key).map(|found| found.map(Node::Need)),
            // Found where they belong, by those who may see them.
            Ok(
                NodeId::Account(_)
                | NodeId::Membership(_)
                | NodeId::Session(_)
                | NodeId::ApiKey(_)
                | NodeId::ListingVersion(_)
                | NodeId::ListingMerge(_)
                | NodeId::Correction(_)
                | NodeId::ServiceUser(_)
                | NodeId::ServiceUserMerge(_)
                | NodeId::Record(_)
                | NodeId::Team(_)
                | NodeId::Assignment(_)
                | NodeId::Exclusion(_)
                | NodeId::Proxy(_)
                | NodeId::Agreement(_)
                | NodeId::AgreementVersion(_)
                | NodeId::ConsentProposal(_)
                | NodeId::Consent(_)
                | NodeId::Referral(_)
                | NodeId::SignpostGiven(_)
                | NodeId::NoticeEndpoint(_)
                | NodeId::Appointment(_)
                | NodeId::Release(_)
                | NodeId::Task(_)
                | NodeId::Easement(_)
                | NodeId::Cover(_)
                | NodeId::CalendarFeed(_)
                | NodeId::Group(_)
                | NodeId::Cohort(_)
                | NodeId::GroupPlace(_),
            ) => None,
            Err(error) => Some(Err(error)),
        }
    }

    /// One service; null where there is none, or none that this viewer may see.
    async fn service(&self, ctx: &Context<'_>, #[graphql(desc = "Its global id.")] id: ID) -> Option<Result<Service>> {
        match ids::service("id", &id) {
            Ok(id) => nullable(ctx, ServiceKey(id), Service).await,
            Err(error) => Some(Err(error)),
        }
    }

    /// One agency; null where there is none.
    async fn agency(&self, ctx: &Context<'_>, #[graphql(desc = "Its global id.")] id: ID) -> Option<Result<Agency>> {
        match ids::agency("id", &id) {
            Ok(id) => nullable(ctx, AgencyKey(id), Agency).await,
            Err(error) => Some(Err(error)),
        }
    }

    /// One location; null where there is none, or none that this viewer may see.
    async fn location(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its global id.")] id: ID,
    ) -> Option<Result<Location>> {
        match ids::location("id", &id) {
            Ok(id) => nullable(ctx, LocationKey(id), Location).await,
            Err(error) => Some(Err(error)),
        }
    }

    /// One need, or area of needs, by its key; null where there is none.
    async fn need(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its key, as `housing.emergency`, or its global id.")] key: ID,
    ) -> Option<Result<Need>> {
        match NodeId::decode(&key) {
            Some(NodeId::Need(key)) => need_of(ctx, &key),
            Some(other) => Some(Err(wrong_kind("key", "Need", &other))),
            None => need_of(ctx, &key),
        }
    }

    /// Public services. For "who will really take this person" ask `signpost` instead.
    #[graphql(complexity = "crate::api::limits::page_cost(first, 20, child_complexity)")]
    async fn services(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to narrow by.")] filter: Option<ServiceFilter>,
        #[graphql(desc = "What to order by; by name where absent.")] order_by: Option<ServiceOrder>,
        #[graphql(desc = "How many; the settings say how many at the most.")] first: Option<i32>,
        #[graphql(desc = "Cursor behind which to begin.")] after: Option<String>,
    ) -> Result<ServiceConnection> {
        let live = ctx.data::<Live>()?;
        let test = ServiceTest::of(ctx, live.needs(), filter.unwrap_or_default()).await?;
        let snapshot = &super::snapshot(ctx)?;
        let selected: std::collections::HashSet<_> =
            test.select(snapshot).into_iter().map(|service| service.id).collect();
        let print = test.print();
        let selected = |service: &ServiceFacts| selected.contains(&service.id);
        let page = services_page(ctx, first, after, order_by.unwrap_or_default(), &print, selected).await?;
        Ok(ServiceConnection { sought: Sought::of(snapshot, test.words()), ..page })
    }

    /// Agencies.
    #[graphql(complexity = "crate::api::limits::page_cost(first, 20, child_complexity)")]
    async fn agencies(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to narrow by.")] filter: Option<AgencyFilter>,
        #[graphql(desc = "What to order by; by name where absent.")] order_by: Option<AgencyOrder>,
        #[graphql(desc = "How many; the settings say how many at the most.")] first: Option<i32>,
        #[graphql(desc = "Cursor behind which to begin.")] after: Option<String>,
    ) -> Result<AgencyConnection> {
        let live = ctx.data::<Live>()?;
        let test = AgencyTest::of(live.needs(), filter.unwrap_or_default())?;
        let order = order_by.unwrap_or_default();
        let kind = format!("agencies {order:?}");
        let asked = Asked::check(ctx, first, after.as_deref(), order.direction, &[kind.as_bytes(), &test.print()])?;
        let snapshot = &super::snapshot(ctx)?;
        let (rows, cursors, page_info, total) = asked.cut(test.select(snapshot), |row| match order.field {
            ListingOrderField::Name => RowKey::Name(row.sort_key.to_string(), row.id.0),
            ListingOrderField::UpdatedAt => RowKey::UpdatedAt(row.updated_at.timestamp_millis(), row.id.0),
        });
        let nodes = load_page(ctx, rows.iter().map(|row| AgencyKey(row.id)).collect()).await?;
        let (nodes, cursors) = still_there(nodes.into_iter().map(|node| node.map(Agency)).collect(), cursors);
        Ok(AgencyConnection { nodes, cursors, page_info, total })
    }

    /// Places where public services are offered, by name. Confidential ones are not listed.
    #[graphql(complexity = "crate::api::limits::page_cost(first, 20, child_complexity)")]
    async fn locations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to narrow by.")] filter: Option<LocationFilter>,
        #[graphql(desc = "How many; the settings say how many at the most.")] first: Option<i32>,
        #[graphql(desc = "Cursor behind which to begin.")] after: Option<String>,
    ) -> Result<LocationConnection> {
        let live = ctx.data::<Live>()?;
        let test = LocationTest::of(ctx, live.needs(), filter.unwrap_or_default()).await?;
        let direction = OrderDirection::Asc;
        let asked = Asked::check(ctx, first, after.as_deref(), direction, &[b"locations", &test.print()])?;
        let snapshot = &super::snapshot(ctx)?;
        let (rows, cursors, page_info, total) =
            asked.cut(test.select(snapshot), |row| RowKey::Name(row.sort_key.to_string(), row.id.0));
        let nodes = load_page(ctx, rows.iter().map(|row| LocationKey(row.id)).collect()).await?;
        // What became confidential since it was selected is no longer one of this list.
        let nodes = nodes.into_iter().map(|node| node.filter(|found| !found.confidential).map(Location)).collect();
        let (nodes, cursors) = still_there(nodes, cursors);
        Ok(LocationConnection { nodes, cursors, page_info, total })
    }

    /// Needs of both levels, each area before the needs within it.
    #[graphql(complexity = "crate::api::limits::page_cost(first, 20, child_complexity)")]
    async fn needs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to narrow by.")] filter: Option<NeedFilter>,
        #[graphql(desc = "How many; the settings say how many at the most.")] first: Option<i32>,
        #[graphql(desc = "Cursor behind which to begin.")] after: Option<String>,
    ) -> Result<NeedConnection> {
        let list = ctx.data::<Live>()?.needs();
        let filter = filter.unwrap_or_default();
        let area = match &filter.area {
            None => None,
            Some(id) => {
                let key = match NodeId::decode(id) {
                    Some(NodeId::Need(key)) => key,
                    Some(other) => return Err(wrong_kind("filter.area", "Need", &other)),
                    None => id.to_string(),
                };
                if list.area(&key).is_none() {
                    let known: Vec<&str> = list.areas().iter().map(|area| area.key.as_str()).collect();
                    return Err(bad_input(
                        "filter.area",
                        format!("There is no such area; there are {}.", known.join(", ")),
                    ));
                }
                Some(key)
            }
        };
        let asked_words = filter.text.as_deref().map(|text| search_words("filter.text", text)).transpose()?;
        let question = format!("{area:?} {asked_words:?}");
        let asked = Asked::check(ctx, first, after.as_deref(), OrderDirection::Asc, &[b"needs", question.as_bytes()])?;
        let speaks = |texts: Vec<&str>| {
            let known: Vec<String> = texts.into_iter().flat_map(words).collect();
            asked_words
                .as_ref()
                .is_none_or(|asked| asked.iter().all(|word| known.iter().any(|known| known.starts_with(word))))
        };
        let mut rows = Vec::new();
        let mut position = 0_u32;
        for known in list.areas() {
            let inside = area.as_ref().is_none_or(|wanted| *wanted == known.key);
            position += 1;
            if inside && speaks(vec![&known.name]) {
                rows.push((position, known.key.clone()));
            }
            for need in &known.needs {
                position += 1;
                let texts = std::iter::once(need.name.as_str())
                    .chain(need.synonyms.iter().map(String::as_str))
                    .chain(need.phrases.iter().map(String::as_str));
                if inside && speaks(texts.collect()) {
                    rows.push((position, need.key.clone()));
                }
            }
        }
        let (rows, cursors, page_info, total) = asked.cut(rows, |row| RowKey::Position(row.0));
        let nodes = rows.iter().filter_map(|(_, key)| Need::of_key(list, key)).collect();
        Ok(NeedConnection { nodes, cursors, page_info, total })
    }
}
