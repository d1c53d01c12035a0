//! The lives of listings: changed by those whose they are and by nobody else, each change a version.

mod attacks;
mod changes;
mod check;
mod corrections;
mod corrections_apart;
mod corrections_drafted;
mod corrections_rules;
mod editing;
mod freshness;
mod joining;
mod others;
mod sources;
mod waiting;

use entity::enums::Role;
use entity::ids::{AgencyId, ServiceId};
use serde_json::{Value, json};
use signpost::api::ids::NodeId;
use signpost::directory::listing::ServiceListing;
use signpost::directory::store::{agency_id, location_id, service_id};

use crate::support::accounts::{As, global};
use crate::support::listings::{at, location, service, weekly};
use crate::support::{TestApp, source};

/// Two agencies with a service each at a place of its own, and people who keep them.
struct Two {
    app: TestApp,
    one: AgencyId,
    other: AgencyId,
    /// The service of the one.
    beds: ServiceId,
    /// The service of the other.
    advice: ServiceId,
    /// An editor of the one.
    editor: String,
    /// A manager of the one.
    manager: String,
    /// An editor of the other.
    stranger: String,
    /// A coordinator of the network.
    coordinator: String,
}

fn two_listings() -> [ServiceListing; 2] {
    let mut beds = service("beds", "Beds", "housing.emergency");
    beds.places = vec![at(location("here", "M14 5RQ", Some((53.45, -2.22))))];
    beds.schedules = vec![weekly("MO,TU,WE,TH,FR", "09:00", "17:00")];
    let mut advice = service("advice", "Advice", "money.benefits-advice");
    advice.agency.key = "other".to_owned();
    advice.agency.name = "The Other".to_owned();
    advice.places = vec![at(location("there", "M1 1AE", Some((53.48, -2.23))))];
    [beds, advice]
}

impl Two {
    async fn new() -> Self {
        let app = TestApp::of(&two_listings()).await;
        let source = source().id();
        let (one, other) = (agency_id(source, "agency"), agency_id(source, "other"));
        Self {
            editor: app.signed_in("ed@example.org", Role::ListingEditor, Some(one)).await,
            manager: app.signed_in("mo@example.org", Role::AgencyManager, Some(one)).await,
            stranger: app.signed_in("st@example.org", Role::ListingEditor, Some(other)).await,
            coordinator: app.signed_in("co@example.org", Role::Coordinator, None).await,
            beds: service_id(source, "beds"),
            advice: service_id(source, "advice"),
            one,
            other,
            app,
        }
    }

    /// What a mutation of somebody comes to: its payload.
    async fn does(&self, token: &str, name: &str, kind: &str, input: Value) -> Value {
        let mutation = format!("mutation($input: {kind}!) {{ {name}(input: $input) {{ {PAYLOAD} }} }}");
        let mut data = self.app.data_as(As::token(token), &mutation, json!({ "input": input })).await;
        data[name].take()
    }

    /// The same where it must be done.
    async fn done(&self, token: &str, name: &str, kind: &str, input: Value) -> Value {
        let payload = self.does(token, name, kind, input).await;
        assert_eq!(payload["errors"], json!([]), "{payload:#}");
        payload
    }

    /// The codes and fields of what it is refused for.
    async fn refused(&self, token: &str, name: &str, kind: &str, input: Value) -> Vec<(String, String)> {
        let payload = self.does(token, name, kind, input).await;
        assert_eq!(payload["listing"], Value::Null, "{payload:#}");
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let errors = payload["errors"].as_array().unwrap();
        errors.iter().map(|error| (text(&error["code"]), text(&error["field"]))).collect()
    }

    /// What everybody sees of a service.
    async fn shown(&self, id: ServiceId, fields: &str) -> Value {
        let query = format!("query($id: ID!) {{ service(id: $id) {{ {fields} }} }}");
        self.app.data(&query, json!({ "id": global_service(id) })).await["service"].take()
    }

    /// A listing as its editor sees it.
    async fn listing(&self, token: &str, id: &str, fields: &str) -> Value {
        let query = format!("query($id: ID!) {{ listing(id: $id) {{ {fields} }} }}");
        self.app.data_as(As::token(token), &query, json!({ "id": id })).await["listing"].take()
    }
}

const PAYLOAD: &str = "listing { id version document service { name status } }
    change { id version state action reason madeBy changes { field from to } }
    errors { code field message currentVersion changed { field from to } }";

fn global_service(id: ServiceId) -> String {
    NodeId::Service(id).encode().0
}

/// The global id of a location of the tests' source.
fn global_location(key: &str) -> String {
    NodeId::Location(location_id(source().id(), key)).encode().0
}

/// One refusal.
fn one(code: &str, field: &str) -> Vec<(String, String)> {
    vec![(code.to_owned(), field.to_owned())]
}

fn update(id: ServiceId, version: i32, fields: Value) -> Value {
    json!({ "id": global_service(id), "expectedVersion": version, "fields": fields })
}

fn agency(id: AgencyId) -> String {
    global(id)
}
