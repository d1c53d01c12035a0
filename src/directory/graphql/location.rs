//! Locations, and services at them.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use entity::service_place;

use super::contacts::{Contact, contacts};
use super::listing_enums::{AccessFeature, LocationKind, PlacedBy};
use super::parts::{OpenState, OpeningHours, Phone, opening_hours};
use super::service::{Service, area_of};
use super::{load_list, load_one, nullable};
use crate::api::AskedAt;
use crate::api::horizon::Horizon;
use crate::api::ids::NodeId;
use crate::api::leaves::{AtHand, Leaves};
use crate::connection;
use crate::directory::door::Door;
use crate::directory::graphql::parts::AreaCovered;
use crate::directory::loaders::{
    AreasOf, ContactsOfPlace, LocationKey, Pair, PhonesOfLocation, PhonesOfPlace, SchedulesOfLocation,
    SchedulesOfPlace, ServiceKey,
};
use crate::directory::store::contacts::Whose;
use crate::directory::store::edges::{OpenLocation, PublicLocation};
use crate::places::{Gazetteer, LadCode};
use crate::plain;

/// Somewhere that services are offered.
#[derive(Clone, Debug)]
pub struct Location(pub(crate) Arc<PublicLocation>);

impl Location {
    fn open(&self) -> Option<&OpenLocation> {
        self.0.open.as_ref()
    }
}

/// Somewhere that services are offered. Of a confidential place the public is told only that
/// there is one, and the area that its agency chose to name: every other field is null or empty.
#[Object]
impl Location {
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        NodeId::Location(self.0.id).encode()
    }

    /// What sort of place.
    async fn kind(&self) -> LocationKind {
        self.0.kind.into()
    }

    /// Whether the address is a secret. Reach the service through its contacts.
    async fn confidential(&self) -> bool {
        self.0.confidential
    }

    /// The area that the agency chose to name for a confidential place; null where there is none.
    async fn public_area(&self) -> Option<&str> {
        self.0.public_area.as_deref()
    }

    /// Name; null where there is none or it is withheld.
    async fn name(&self) -> Option<&str> {
        self.open()?.name.as_deref()
    }

    /// Another name it goes by; null where there is none or it is withheld.
    async fn alternate_name(&self) -> Option<&str> {
        self.open()?.alternate_name.as_deref()
    }

    /// How to find it; null where nobody said or it is withheld.
    async fn description(&self) -> Option<&str> {
        self.open()?.description.as_deref()
    }

    /// Address; null where there is none or it is withheld.
    async fn address(&self) -> Option<AtHand<Address>> {
        let open = self.open()?;
        Some(AtHand(Address {
            lines: open.address_lines.clone(),
            town: open.town.clone(),
            region: open.region.clone(),
            postcode: open.postcode.clone(),
            country: open.country.clone(),
        }))
    }

    /// Where it is; null where nobody knows or it is withheld.
    async fn point(&self) -> Option<AtHand<GeoPoint>> {
        let open = self.open()?;
        let point = open.point?;
        let placed_by = open.placed_by?.into();
        Some(AtHand(GeoPoint { latitude: point.lat(), longitude: point.lon(), placed_by }))
    }

    /// Its local authority; null where the postcode does not settle it or it is withheld.
    async fn local_authority(&self) -> Option<LocalAuthority> {
        let code = LadCode::parse(self.open()?.authority_code.as_deref()?)?;
        let found = Gazetteer::embedded().authority(code)?;
        Some(LocalAuthority { code: found.code.as_str().to_owned(), name: found.name.to_owned() })
    }

    /// How to get there; null where nobody said or it is withheld.
    async fn transport(&self) -> Option<&str> {
        self.open()?.transport.as_deref()
    }

    /// Barriers removed here; empty where nobody said or it is withheld.
    async fn access_offered(&self) -> Vec<AccessFeature> {
        self.open()
            .map(|open| open.access_offered.0.iter().map(|feature| (*feature).into()).collect())
            .unwrap_or_default()
    }

    /// Barriers that are there; empty where nobody said or it is withheld.
    async fn access_missing(&self) -> Vec<AccessFeature> {
        self.open()
            .map(|open| open.access_missing.0.iter().map(|feature| (*feature).into()).collect())
            .unwrap_or_default()
    }

    /// When the building is open, which need not be when a service in it is; empty where nobody said or it is withheld.
    async fn opening_hours(&self, ctx: &Context<'_>) -> Result<Leaves<'static, OpeningHours>> {
        if self.0.confidential {
            return Ok(Vec::new().into());
        }
        let rows = load_one(ctx, SchedulesOfLocation(self.0.id)).await?;
        Ok(rows.map_or_else(|| Vec::new().into(), |rows| opening_hours(&rows)))
    }

    /// Telephone numbers of the building; empty where there are none or they are withheld.
    async fn phones(&self, ctx: &Context<'_>) -> Result<Vec<Phone>> {
        if self.0.confidential {
            return Ok(Vec::new());
        }
        load_list(ctx, PhonesOfLocation(self.0.id), |row| Phone::from(row)).await
    }
}

/// A postal address.
#[derive(Clone, Debug, SimpleObject)]
pub struct Address {
    /// Lines above the town.
    pub lines: Vec<String>,
    /// Town or city; null where not said.
    pub town: Option<String>,
    /// County, or what the source has there; null where not said.
    pub region: Option<String>,
    /// Postcode, as the source writes it; null where not said.
    pub postcode: Option<String>,
    /// Two-letter country code; null where not said.
    pub country: Option<String>,
}

plain!(Address {
    "lines" => lines,
    "town" => town,
    "region" => region,
    "postcode" => postcode,
    "country" => country,
});

/// A point on the map.
#[derive(Clone, Debug, SimpleObject)]
pub struct GeoPoint {
    /// Degrees north (WGS 84).
    pub latitude: f64,
    /// Degrees east (WGS 84).
    pub longitude: f64,
    /// How the point was found, and so how exact it is.
    pub placed_by: PlacedBy,
}

plain!(GeoPoint { "latitude" => latitude, "longitude" => longitude, "placedBy" => placed_by });

/// A local authority.
#[derive(Clone, Debug, SimpleObject)]
pub struct LocalAuthority {
    /// Code of the Office for National Statistics.
    pub code: String,
    /// Name.
    pub name: String,
}

/// A service at a location.
#[derive(Clone, Debug)]
pub struct ServiceAtLocation(pub(crate) Arc<service_place::Model>);

impl ServiceAtLocation {
    fn pair(&self) -> Pair {
        Pair { service: self.0.service_id, place: self.0.id }
    }

    async fn place(&self, ctx: &Context<'_>) -> Result<Option<Arc<PublicLocation>>> {
        load_one(ctx, LocationKey(self.0.location_id)).await
    }

    async fn is_open_place(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(self.place(ctx).await?.is_some_and(|location| !location.confidential))
    }
}

/// A service at a location: what is particular to the pair.
#[Object]
impl ServiceAtLocation {
    /// Global id.
    pub(crate) async fn id(&self) -> ID {
        NodeId::ServiceAtLocation(self.0.id).encode()
    }

    /// The service; null where it went away a moment ago.
    async fn service(&self, ctx: &Context<'_>) -> Option<Result<Service>> {
        nullable(ctx, ServiceKey(self.0.service_id), Service).await
    }

    /// The location; null where it went away a moment ago.
    async fn location(&self, ctx: &Context<'_>) -> Option<Result<Location>> {
        nullable(ctx, LocationKey(self.0.location_id), Location).await
    }

    /// What is different here; null where nothing is, or the place is confidential.
    async fn description(&self, ctx: &Context<'_>) -> Option<Result<&str>> {
        let shown = self.is_open_place(ctx).await;
        shown.map(|open| self.0.description.as_deref().filter(|_| open)).transpose()
    }

    /// Areas that are covered from here, where they differ from the service's; empty: the service's hold.
    async fn areas(&self, ctx: &Context<'_>) -> Result<Vec<AreaCovered>> {
        let id = self.0.id;
        let all = load_one(ctx, AreasOf(self.0.service_id)).await?;
        Ok(all
            .map(|all| all.iter().filter(|(place, _)| *place == Some(id)).map(|(_, area)| area_of(area)).collect())
            .unwrap_or_default())
    }

    /// When it is open here, where that differs from the service's hours; empty: the service's hold.
    async fn opening_hours(&self, ctx: &Context<'_>) -> Result<Leaves<'static, OpeningHours>> {
        let rows = load_one(ctx, SchedulesOfPlace(self.pair())).await?;
        Ok(rows.map_or_else(|| Vec::new().into(), |rows| opening_hours(&rows)))
    }

    /// Whether it is open here now, at the instant of the question.
    async fn open_now(&self, ctx: &Context<'_>) -> Result<OpenState> {
        let snapshot = &super::snapshot(ctx)?;
        let door = snapshot.service(self.0.service_id).and_then(|service| {
            let offer = service.offers.iter().find(|offer| offer.place == Some(self.0.id))?;
            Some(service.door(offer))
        });
        let at = ctx.data::<AskedAt>()?.0;
        // Of what is not there nothing is stated, at any instant.
        let Some(door) = door else { return Ok(OpenState::of(&Door::not_stated(), at)) };
        Horizon::of(ctx).until(door.shown_until(at));
        Ok(OpenState::of(&door, at))
    }

    /// Telephone numbers here; empty where there are none or the place is confidential.
    async fn phones(&self, ctx: &Context<'_>) -> Result<Vec<Phone>> {
        if !self.is_open_place(ctx).await? {
            return Ok(Vec::new());
        }
        load_list(ctx, PhonesOfPlace(self.pair()), |row| Phone::from(row)).await
    }

    /// People to ask here; empty where there are none or the place is confidential.
    async fn contacts(&self, ctx: &Context<'_>) -> Result<Vec<Contact>> {
        if !self.is_open_place(ctx).await? {
            return Ok(Vec::new());
        }
        contacts(ctx, Whose::Place(self.0.id), ContactsOfPlace(self.pair())).await
    }
}

connection!(LocationConnection, LocationEdge, Location, "locations");
