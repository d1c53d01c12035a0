//! What is given of an agency, a service or a location to change it: a field that is left out stays, one that is null is
//! taken away.

use async_graphql::{ID, InputObject, MaybeUndefined};
use entity::ids::{AgencyId, LocationId};

use super::inputs::{
    AddressInput, AreaInput, CapacityInput, ContactInput, EligibilityInput, IdentifierInput, ListingVisibility,
    PhoneInput, PointInput, ScheduleInput, bad, contacts, named, schedules,
};
use crate::api::ids;
use crate::directory::graphql::listing_enums::{
    AccessFeature, CostKind, DeliveryMode, LocationKind, ReferralRoute, SessionFormat,
};
use crate::directory::listing::{LocationListing, ServicePlace, StoredAgency, StoredService};
use crate::listings::Done;

/// A field that may be absent: left out it stays, null takes it away.
fn put<T, G: Into<T>>(field: &mut Option<T>, given: MaybeUndefined<G>) {
    match given {
        MaybeUndefined::Undefined => {}
        MaybeUndefined::Null => *field = None,
        MaybeUndefined::Value(given) => *field = Some(given.into()),
    }
}

/// A list: left out it stays, null empties it.
fn put_all<T, G: Into<T>>(field: &mut Vec<T>, given: MaybeUndefined<Vec<G>>) {
    match given {
        MaybeUndefined::Undefined => {}
        MaybeUndefined::Null => field.clear(),
        MaybeUndefined::Value(given) => *field = given.into_iter().map(Into::into).collect(),
    }
}

/// A field that is always there.
fn must<T, G: Into<T>>(name: &str, field: &mut T, given: MaybeUndefined<G>) -> Done<()> {
    match given {
        MaybeUndefined::Undefined => {}
        MaybeUndefined::Null => return Err(bad(name, "It is always there: give a value, or leave it out.")),
        MaybeUndefined::Value(given) => *field = given.into(),
    }
    Ok(())
}

/// What is given that can be wrong in itself.
fn made<T, G>(given: MaybeUndefined<G>, make: impl FnOnce(G) -> Done<T>) -> Done<MaybeUndefined<T>> {
    Ok(match given {
        MaybeUndefined::Undefined => MaybeUndefined::Undefined,
        MaybeUndefined::Null => MaybeUndefined::Null,
        MaybeUndefined::Value(given) => MaybeUndefined::Value(make(given)?),
    })
}

/// What an agency says of itself. A field that is left out stays as it is; null takes it away.
#[derive(Clone, Debug, Default, InputObject)]
pub struct AgencyFields {
    /// Name.
    pub(super) name: MaybeUndefined<String>,
    /// Another name it goes by.
    alternate_name: MaybeUndefined<String>,
    /// What it does, in plain words.
    description: MaybeUndefined<String>,
    /// General e-mail address.
    email: MaybeUndefined<String>,
    /// Website.
    website: MaybeUndefined<String>,
    /// Charity, company, council…, in words.
    legal_status: MaybeUndefined<String>,
    /// Charity number.
    charity_number: MaybeUndefined<String>,
    /// Company number.
    company_number: MaybeUndefined<String>,
    /// Telephone numbers, all of them.
    phones: MaybeUndefined<Vec<PhoneInput>>,
    /// People to ask, all of them.
    contacts: MaybeUndefined<Vec<ContactInput>>,
    /// Ids in other registers, all of them.
    identifiers: MaybeUndefined<Vec<IdentifierInput>>,
}

impl AgencyFields {
    /// Writes them into a listing.
    pub(super) fn onto(self, agency: &mut StoredAgency) -> Done<()> {
        must("input.fields.name", &mut agency.name, self.name)?;
        put(&mut agency.alternate_name, self.alternate_name);
        put(&mut agency.description, self.description);
        put(&mut agency.email, self.email);
        put(&mut agency.website, self.website);
        put(&mut agency.legal_status, self.legal_status);
        put(&mut agency.charity_number, self.charity_number);
        put(&mut agency.company_number, self.company_number);
        put_all(&mut agency.phones, self.phones);
        put_all(&mut agency.contacts, made(self.contacts, |all| contacts("input.fields.contacts", all))?);
        put_all(&mut agency.identifiers, self.identifiers);
        Ok(())
    }
}

/// A place where a service is offered.
#[derive(Clone, Debug, InputObject)]
pub struct ServicePlaceInput {
    /// The place itself, by its global id: a location of your own, or one that everybody sees.
    location: ID,
    /// What is different here, in words.
    description: Option<String>,
    /// Which areas are covered from here; empty: the service's.
    #[graphql(default)]
    areas: Vec<AreaInput>,
    /// When it is open here; empty: the service's hours.
    #[graphql(default)]
    schedules: Vec<ScheduleInput>,
    /// Telephone numbers here.
    #[graphql(default)]
    phones: Vec<PhoneInput>,
    /// People to ask here.
    #[graphql(default)]
    contacts: Vec<ContactInput>,
}

impl ServicePlaceInput {
    fn place(self, field: &str, before: &[Place]) -> Done<Place> {
        let location = named(&format!("{field}.location"), &self.location, ids::location)?;
        // A service that stays at a place stays the same pair, by which others may know it.
        let known = before.iter().find(|place| place.location == location).map(|place| place.key.clone());
        Ok(ServicePlace {
            key: known.unwrap_or_else(|| location.0.to_string()),
            location,
            description: self.description,
            areas: self.areas.into_iter().map(Into::into).collect(),
            schedules: schedules(&format!("{field}.schedules"), self.schedules)?,
            phones: self.phones.into_iter().map(Into::into).collect(),
            contacts: contacts(&format!("{field}.contacts"), self.contacts)?,
        })
    }
}

type Place = ServicePlace<LocationId, AgencyId>;

fn places(field: &str, given: Vec<ServicePlaceInput>, before: &[Place]) -> Done<Vec<Place>> {
    let mut places: Vec<Place> = Vec::new();
    for (at, place) in given.into_iter().enumerate() {
        let field = format!("{field}[{at}]");
        let place = place.place(&field, before)?;
        if places.iter().any(|known| known.location == place.location) {
            return Err(bad(format!("{field}.location"), "The service is at this place already: name it once."));
        }
        places.push(place);
    }
    Ok(places)
}

/// What an agency says of a service. A field that is left out stays as it is; null takes it away, an empty list is *not
/// stated*.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ServiceFields {
    /// Name.
    pub(super) name: MaybeUndefined<String>,
    /// Another name it goes by.
    alternate_name: MaybeUndefined<String>,
    /// One or two plain sentences.
    summary: MaybeUndefined<String>,
    /// All there is to say.
    description: MaybeUndefined<String>,
    /// Something people must know today.
    alert: MaybeUndefined<String>,
    /// Who may see it at all.
    visibility: MaybeUndefined<ListingVisibility>,
    /// Its own page.
    url: MaybeUndefined<String>,
    /// Its own e-mail address.
    email: MaybeUndefined<String>,
    /// How to get in, in words.
    how_to_apply: MaybeUndefined<String>,
    /// Ways in, all of them.
    routes: MaybeUndefined<Vec<ReferralRoute>>,
    /// Name of the gateway, where one of the ways is a gateway.
    gateway: MaybeUndefined<String>,
    /// Keys of the needs it meets, as `housing.emergency`, all of them.
    needs: MaybeUndefined<Vec<String>>,
    /// Who is taken and who is not, all of it.
    eligibility: MaybeUndefined<EligibilityInput>,
    /// What it costs the person.
    cost: MaybeUndefined<CostKind>,
    /// The cost in words.
    cost_note: MaybeUndefined<String>,
    /// Languages, as BCP 47 tags, all of them.
    languages: MaybeUndefined<Vec<String>>,
    /// How it reaches people, all of it.
    delivery: MaybeUndefined<Vec<DeliveryMode>>,
    /// Forms of its sessions, all of them.
    formats: MaybeUndefined<Vec<SessionFormat>>,
    /// Barriers removed, all of them.
    access_offered: MaybeUndefined<Vec<AccessFeature>>,
    /// Barriers that are there, all of them.
    access_missing: MaybeUndefined<Vec<AccessFeature>>,
    /// Places and waiting time, all of it.
    capacity: MaybeUndefined<CapacityInput>,
    /// Areas it covers wherever it is, all of them.
    areas: MaybeUndefined<Vec<AreaInput>>,
    /// When it is open where a place does not say otherwise: every line.
    schedules: MaybeUndefined<Vec<ScheduleInput>>,
    /// Telephone numbers, all of them.
    phones: MaybeUndefined<Vec<PhoneInput>>,
    /// People to ask, all of them.
    contacts: MaybeUndefined<Vec<ContactInput>>,
    /// Who pays for it, for which area: every line.
    funding: MaybeUndefined<Vec<String>>,
    /// Papers to bring, all of them.
    documents: MaybeUndefined<Vec<String>>,
    /// Ids in other registers, all of them.
    identifiers: MaybeUndefined<Vec<IdentifierInput>>,
    /// Where it is offered: every place.
    places: MaybeUndefined<Vec<ServicePlaceInput>>,
}

impl ServiceFields {
    /// Writes them into a listing, as said at an instant.
    pub(super) fn onto(self, service: &mut StoredService, at: chrono::DateTime<chrono::Utc>) -> Done<()> {
        must("input.fields.name", &mut service.name, self.name)?;
        put(&mut service.alternate_name, self.alternate_name);
        put(&mut service.summary, self.summary);
        put(&mut service.description, self.description);
        put(&mut service.alert, self.alert);
        must("input.fields.visibility", &mut service.visibility, self.visibility)?;
        put(&mut service.url, self.url);
        put(&mut service.email, self.email);
        put(&mut service.how_to_apply, self.how_to_apply);
        put_all(&mut service.routes, self.routes);
        put(&mut service.gateway, self.gateway);
        put_all(&mut service.needs, self.needs);
        match self.eligibility {
            MaybeUndefined::Undefined => {}
            MaybeUndefined::Null => service.eligibility = EligibilityInput::default().stated()?,
            MaybeUndefined::Value(given) => service.eligibility = given.stated()?,
        }
        put(&mut service.cost, self.cost);
        put(&mut service.cost_note, self.cost_note);
        put_all(&mut service.languages, self.languages);
        put_all(&mut service.delivery, self.delivery);
        put_all(&mut service.formats, self.formats);
        put_all(&mut service.access_offered, self.access_offered);
        put_all(&mut service.access_missing, self.access_missing);
        put(&mut service.capacity, made(self.capacity, |given| given.at(at))?);
        put_all(&mut service.areas, self.areas);
        put_all(&mut service.schedules, made(self.schedules, |all| schedules("input.fields.schedules", all))?);
        put_all(&mut service.phones, self.phones);
        put_all(&mut service.contacts, made(self.contacts, |all| contacts("input.fields.contacts", all))?);
        put_all(&mut service.funding, self.funding);
        put_all(&mut service.documents, self.documents);
        put_all(&mut service.identifiers, self.identifiers);
        let all = made(self.places, |all| places("input.fields.places", all, &service.places))?;
        put_all(&mut service.places, all);
        Ok(())
    }
}

/// What an agency says of a place. A field that is left out stays as it is; null takes it away.
#[derive(Clone, Debug, Default, InputObject)]
pub struct LocationFields {
    /// Name.
    name: MaybeUndefined<String>,
    /// Another name it goes by.
    alternate_name: MaybeUndefined<String>,
    /// How to find it, in words.
    description: MaybeUndefined<String>,
    /// What sort of place it is.
    kind: MaybeUndefined<LocationKind>,
    /// Its address.
    address: MaybeUndefined<AddressInput>,
    /// Where it is; where it is left out, its postcode places it.
    point: MaybeUndefined<PointInput>,
    /// Whether the address is a secret, as a refuge's is: the public is then shown `publicArea` and nothing else. Only a
    /// manager shows an address that was a secret.
    confidential: MaybeUndefined<bool>,
    /// What the public may be told of a secret place.
    public_area: MaybeUndefined<String>,
    /// How to get there.
    transport: MaybeUndefined<String>,
    /// Barriers removed, all of them.
    access_offered: MaybeUndefined<Vec<AccessFeature>>,
    /// Barriers that are there, all of them.
    access_missing: MaybeUndefined<Vec<AccessFeature>>,
    /// When the building is open: every line.
    schedules: MaybeUndefined<Vec<ScheduleInput>>,
    /// Telephone numbers of the place, all of them.
    phones: MaybeUndefined<Vec<PhoneInput>>,
    /// Ids in other registers (UPRN), all of them.
    identifiers: MaybeUndefined<Vec<IdentifierInput>>,
}

impl LocationFields {
    /// Writes them into a listing.
    pub(super) fn onto(self, location: &mut LocationListing) -> Done<()> {
        put(&mut location.name, self.name);
        put(&mut location.alternate_name, self.alternate_name);
        put(&mut location.description, self.description);
        must("input.fields.kind", &mut location.kind, self.kind)?;
        put(&mut location.address, self.address);
        match self.point {
            MaybeUndefined::Undefined => {}
            MaybeUndefined::Null => location.point = None,
            MaybeUndefined::Value(point) => location.point = Some((point.latitude, point.longitude)),
        }
        must("input.fields.confidential", &mut location.confidential, self.confidential)?;
        put(&mut location.public_area, self.public_area);
        put(&mut location.transport, self.transport);
        put_all(&mut location.access_offered, self.access_offered);
        put_all(&mut location.access_missing, self.access_missing);
        put_all(&mut location.schedules, made(self.schedules, |all| schedules("input.fields.schedules", all))?);
        put_all(&mut location.phones, self.phones);
        put_all(&mut location.identifiers, self.identifiers);
        Ok(())
    }
}
