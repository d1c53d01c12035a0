//! Pages: of whatever size, one behind the other they are the whole list, and they stay so while
//! the directory changes under them.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::Duration;
use entity::enums::Visibility;
use entity::{agency, location, service};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use signpost::api::ids::NodeId;
use signpost::directory::listing::{AgencyListing, ServiceListing};
use signpost::directory::store::changes::{self, Touched};
use signpost::directory::store::{agency_id, location_id, service_id};

use super::filters::{Narrow, filter, narrowings};
use super::question::{Question, questions};
use super::world::{World, worlds};
use super::{for_all, id_of, text};
use crate::support::{TestApp, source};

/// A list, and what of each of its answers has to be the same on every page.
#[derive(Clone, Debug)]
struct List {
    field: &'static str,
    arguments: &'static str,
    constant: &'static str,
    node: &'static str,
    variables: Value,
}

fn lists(question: &Question, narrow: &Narrow, way: (&'static str, &'static str)) -> Vec<List> {
    let order = json!({ "orderBy": { "field": way.0, "direction": way.1 }, "filter": {} });
    let narrowed = json!({ "orderBy": { "field": way.0, "direction": way.1 }, "filter": filter(&[narrow]) });
    let plain = |field, arguments, variables| List { field, arguments, constant: "totalCount", node: "id", variables };
    vec![
        List {
            field: "signpost",
            arguments: "$input: SignpostInput!",
            constant: "totalCount counts { fits fitsIf noBecause } answeredFor where { label }",
            node: "service { id } group score distanceKm needsMet { key } criteria { outcome reason }",
            variables: json!({ "input": question.input() }),
        },
        plain("services", "$filter: ServiceFilter, $orderBy: ServiceOrder", order.clone()),
        plain("services", "$filter: ServiceFilter, $orderBy: ServiceOrder", narrowed),
        plain("agencies", "$filter: AgencyFilter, $orderBy: AgencyOrder", order),
        plain("locations", "$filter: LocationFilter", json!({ "filter": {} })),
        plain("needs", "$filter: NeedFilter", json!({ "filter": { "area": "housing" } })),
    ]
}

impl List {
    /// The id of what a node of the list is about.
    fn id<'a>(&self, node: &'a Value) -> &'a str {
        if self.field == "signpost" { text(&node["service"], "id") } else { text(node, "id") }
    }

    async fn page(&self, app: &TestApp, first: usize, after: Option<&str>) -> Value {
        let passed: String =
            self.variables.as_object().unwrap().keys().map(|name| format!("{name}: ${name}, ")).collect();
        let query = format!(
            "query($first: Int, $after: String, {}) {{ {}({passed} first: $first, after: $after) {{
                {} nodes {{ {} }} edges {{ cursor node {{ {} }} }}
                pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}",
            self.arguments, self.field, self.constant, self.node, self.node
        );
        let mut variables = self.variables.clone();
        variables["first"] = json!(first);
        variables["after"] = json!(after);
        app.data(&query, variables).await[self.field].take()
    }

    /// Every page, one behind the other, each of the next size in turn; before each page that is
    /// not the first `between` is run with its number.
    async fn walk(&self, app: &TestApp, sizes: &[usize], mut between: impl AsyncFnMut(usize)) -> Vec<Value> {
        let mut pages: Vec<Value> = Vec::new();
        let mut after: Option<String> = None;
        for (number, first) in sizes.iter().cycle().enumerate() {
            if number > 0 {
                between(number).await;
            }
            let page = self.page(app, *first, after.as_deref()).await;
            let nodes = page["nodes"].as_array().unwrap();
            assert!(nodes.len() <= *first, "{page:#}");
            let edges = page["edges"].as_array().unwrap();
            assert!(nodes.iter().eq(edges.iter().map(|edge| &edge["node"])), "{page:#}");
            let info = &page["pageInfo"];
            let cursor = |edge: Option<&Value>| edge.map_or(Value::Null, |edge| edge["cursor"].clone());
            assert_eq!((&info["startCursor"], &info["endCursor"]), (&cursor(edges.first()), &cursor(edges.last())));
            let more = info["hasNextPage"] == true;
            assert!(nodes.len() == *first || !more, "a page with more behind it is full: {page:#}");
            after = info["endCursor"].as_str().map(str::to_owned);
            pages.push(page);
            if !more {
                break;
            }
        }
        pages
    }

    fn ids(&self, pages: &[Value]) -> Vec<String> {
        let nodes = pages.iter().flat_map(|page| page["nodes"].as_array().unwrap());
        nodes.map(|node| self.id(node).to_owned()).collect()
    }

    fn constants(&self, page: &Value) -> Value {
        let mut constants = page.clone();
        for varying in ["nodes", "edges", "pageInfo"] {
            constants.as_object_mut().unwrap().remove(varying);
        }
        constants
    }
}

fn orders() -> impl Strategy<Value = (&'static str, &'static str)> {
    (select(&["NAME", "UPDATED_AT"][..]), select(&["ASC", "DESC"][..]))
}

fn sizes() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(prop_oneof![4 => 1..6_usize, 1 => 6..40_usize], 1..=4)
}

fn narrow() -> impl Strategy<Value = Narrow> {
    (narrowings(), any::<Index>()).prop_map(|(all, which)| which.get(&all).clone())
}

#[test]
fn pages_of_any_size_are_the_whole_list_in_its_order() {
    let asked = (questions(), narrow(), orders(), sizes());
    for_all(12, &(worlds(), prop::collection::vec(asked, 2)), async |(world, asked)| {
        let world = apart(world);
        let app = world.app().await;
        for (question, narrow, order, sizes) in asked {
            for list in lists(&question, &narrow, order) {
                let whole = list.walk(&app, &[100], async |_| ()).await;
                let pages = list.walk(&app, &sizes, async |_| ()).await;
                let nodes = |pages: &[Value]| -> Vec<Value> {
                    pages.iter().flat_map(|page| page["nodes"].as_array().unwrap().clone()).collect()
                };
                assert_eq!(nodes(&pages), nodes(&whole), "{list:?} by {sizes:?}\n{world:#?}");
                let ids = list.ids(&whole);
                assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{ids:?}");
                assert_eq!(whole[0]["totalCount"], json!(ids.len()));
                for (number, page) in pages.iter().enumerate() {
                    assert_eq!(list.constants(page), list.constants(&whole[0]), "{list:?} by {sizes:?}");
                    assert_eq!(page["pageInfo"]["hasPreviousPage"], number > 0, "{list:?} by {sizes:?}");
                }
            }
        }
    });
}

/// What becomes of a service and of everything around it while somebody turns pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Stays,
    Changes,
    Goes,
}

fn fates() -> impl Strategy<Value = Vec<Fate>> {
    prop::collection::vec(prop_oneof![2 => Just(Fate::Stays), 1 => Just(Fate::Changes), 1 => Just(Fate::Goes)], 14)
}

/// A world in which no two services share an agency or a building, so that each has a fate of its own.
fn apart(mut world: World) -> World {
    for listing in world.earlier.iter_mut().chain(&mut world.later) {
        own(listing, "");
    }
    world
}

fn own(listing: &mut ServiceListing, mark: &str) {
    listing.key = format!("{}{mark}", listing.key);
    let name = format!("{} of {}", listing.agency.name, listing.name);
    listing.agency = AgencyListing { key: format!("a {}", listing.key), name, ..listing.agency.clone() };
    for place in &mut listing.places {
        place.location.key = format!("{} {}", listing.key, place.location.key);
    }
}

/// The change: what is saved (new, or another listing under the same keys), and the keys of what is removed.
fn change(before: &World, after: World, fates: &[Fate]) -> (Vec<ServiceListing>, Vec<String>, Vec<ServiceListing>) {
    let (mut saved, mut removed, mut staying) = (Vec::new(), Vec::new(), Vec::new());
    let mut others: Vec<ServiceListing> = after.all().cloned().collect();
    for (listing, fate) in before.all().zip(fates) {
        match (fate, others.pop()) {
            (Fate::Changes, Some(mut other)) => {
                // Another listing, at another agency and in other buildings, all under the keys of the old ones.
                other.key.clone_from(&listing.key);
                other.agency.key.clone_from(&listing.agency.key);
                for (place, old) in other.places.iter_mut().zip(&listing.places) {
                    place.location.key.clone_from(&old.location.key);
                }
                saved.push(other);
            }
            (Fate::Goes, _) => removed.push(listing.key.clone()),
            (Fate::Stays | Fate::Changes, other) => {
                staying.push(listing.clone());
                saved.extend(other.map(|mut other| {
                    own(&mut other, " new");
                    other
                }));
            }
        }
    }
    (saved, removed, staying)
}

/// What of a world a list holds of these services, by id.
fn ids_in(list: &List, listings: &[ServiceListing]) -> BTreeSet<String> {
    let source = source().id();
    let public = listings.iter().filter(|listing| listing.visibility == Visibility::Public);
    match list.field {
        "agencies" => {
            listings.iter().map(|listing| NodeId::Agency(agency_id(source, &listing.agency.key)).encode().0).collect()
        }
        "locations" => public
            .flat_map(|listing| &listing.places)
            .filter(|place| !place.location.confidential)
            .map(|place| NodeId::Location(location_id(source, &place.location.key)).encode().0)
            .collect(),
        _ => public.map(|listing| id_of(&listing.key)).collect(),
    }
}

async fn remove(app: &TestApp, keys: &[String]) {
    let source = source().id();
    let db = app.db().connection();
    let mut touched = Touched::default();
    for key in keys {
        touched.services.insert(service_id(source, key));
        touched.agencies.insert(agency_id(source, &format!("a {key}")));
        service::Entity::delete_by_id(service_id(source, key)).exec(db).await.unwrap();
        agency::Entity::delete_by_id(agency_id(source, &format!("a {key}"))).exec(db).await.unwrap();
        location::Entity::delete_many()
            .filter(location::Column::SourceKey.starts_with(format!("{key} ")))
            .exec(db)
            .await
            .unwrap();
    }
    changes::note(db, "test", Some(&touched), app.clock.now()).await.unwrap();
}

#[test]
fn what_stays_as_it_was_stands_on_exactly_one_page_whatever_else_comes_goes_and_changes() {
    let asked = (questions(), narrow(), orders(), sizes());
    let (turned, stayed) = (AtomicUsize::new(0), AtomicUsize::new(0));
    for_all(24, &(worlds(), worlds(), fates(), asked, 0..6_usize), async |(world, other, fates, asked, which)| {
        let world = apart(world);
        let (question, narrow, order, sizes) = asked;
        let list = lists(&question, &narrow, order).swap_remove(which);
        let app = world.app().await;
        let before = list.ids(&list.walk(&app, &[100], async |_| ()).await);
        let (saved, removed, staying) = change(&world, other, &fates);
        let pages = list
            .walk(&app, &sizes, async |number| {
                app.clock.advance(Duration::minutes(7));
                if number == 1 {
                    remove(&app, &removed).await;
                    app.save(&saved).await;
                }
            })
            .await;
        let seen = list.ids(&pages);
        let staying = if list.field == "needs" { before.iter().cloned().collect() } else { ids_in(&list, &staying) };
        let expected: Vec<&String> = before.iter().filter(|id| staying.contains(*id)).collect();
        let found: Vec<&String> = seen.iter().filter(|id| staying.contains(*id)).collect();
        assert_eq!(found, expected, "each once, in the order it had: {list:?} by {sizes:?}, {fates:?}\n{world:#?}");
        turned.fetch_add(pages.len() - 1, Ordering::Relaxed);
        stayed.fetch_add(found.len(), Ordering::Relaxed);
        if list.field == "signpost" {
            assert!(
                pages.iter().all(|page| page["answeredFor"] == pages[0]["answeredFor"]),
                "one instant for all pages"
            );
        }
    });
    let seen = [turned, stayed].map(|count| count.load(Ordering::Relaxed));
    assert!(seen.iter().all(|count| *count >= 24), "{seen:?}");
}
