//! Rows that hang on agencies, locations and services: removed before their owner is written again, and written with it.

use std::collections::BTreeSet;

use entity::ids::{AgencyId, LocationId, ServiceId, SourceId};
use entity::{
    area_covered, assurance, capacity, characteristic_rule, contact, eligibility, external_identifier, phone, schedule,
    service_need, service_place, service_term,
};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

use super::place_id;
use super::rows::{self, NamesAgency, NamesLocation, Owner};
use super::save::{MOST_VALUES, insert};
use crate::directory::listing::{AgencyListing, LocationListing, ServiceListing};

/// Removes what hangs on agencies that are about to be written again.
pub(super) async fn clear_agencies(db: &impl ConnectionTrait, ids: &[AgencyId]) -> Result<(), DbErr> {
    for ids in ids.chunks(MOST_VALUES) {
        let ids = || ids.iter().copied();
        phone::Entity::delete_many().filter(phone::Column::AgencyId.is_in(ids())).exec(db).await?;
        contact::Entity::delete_many().filter(contact::Column::AgencyId.is_in(ids())).exec(db).await?;
        let identifiers = external_identifier::Entity::delete_many();
        identifiers.filter(external_identifier::Column::AgencyId.is_in(ids())).exec(db).await?;
    }
    Ok(())
}

/// Removes what hangs on locations that are about to be written again.
pub(super) async fn clear_locations(db: &impl ConnectionTrait, ids: &[LocationId]) -> Result<(), DbErr> {
    for ids in ids.chunks(MOST_VALUES) {
        let ids = || ids.iter().copied();
        phone::Entity::delete_many().filter(phone::Column::LocationId.is_in(ids())).exec(db).await?;
        schedule::Entity::delete_many().filter(schedule::Column::LocationId.is_in(ids())).exec(db).await?;
        let identifiers = external_identifier::Entity::delete_many();
        identifiers.filter(external_identifier::Column::LocationId.is_in(ids())).exec(db).await?;
    }
    Ok(())
}

/// Removes what hangs on services that are about to be written again, but for when it was assured.
pub(super) async fn clear_services(db: &impl ConnectionTrait, ids: &[ServiceId]) -> Result<(), DbErr> {
    macro_rules! clear {
        ($($table:ident),+) => { for ids in ids.chunks(MOST_VALUES) { $(
            $table::Entity::delete_many().filter($table::Column::ServiceId.is_in(ids.iter().copied())).exec(db).await?;
        )+ } };
    }
    // Rows of pairs go with their pair.
    clear!(
        service_place,
        area_covered,
        schedule,
        phone,
        contact,
        external_identifier,
        eligibility,
        characteristic_rule,
        capacity,
        service_need,
        service_term
    );
    Ok(())
}

/// Rows that hang on agencies, locations and services, gathered so that a batch costs one
/// statement a table.
#[derive(Default)]
pub(super) struct Children {
    places: Vec<service_place::ActiveModel>,
    areas: Vec<area_covered::ActiveModel>,
    schedules: Vec<schedule::ActiveModel>,
    phones: Vec<phone::ActiveModel>,
    contacts: Vec<contact::ActiveModel>,
    identifiers: Vec<external_identifier::ActiveModel>,
    eligibilities: Vec<eligibility::ActiveModel>,
    characteristics: Vec<characteristic_rule::ActiveModel>,
    capacities: Vec<capacity::ActiveModel>,
    needs: Vec<service_need::ActiveModel>,
    terms: Vec<service_term::ActiveModel>,
    pub(super) assurances: Vec<assurance::ActiveModel>,
}

impl Children {
    pub(super) fn take_service<A>(
        &mut self,
        id: ServiceId,
        source: SourceId,
        listing: &ServiceListing<A, impl NamesLocation, impl NamesAgency>,
    ) {
        let owner = Owner::Service(id);
        self.areas.extend(rows::areas(id, None, &listing.areas));
        self.schedules.extend(rows::schedules(owner, &listing.schedules));
        self.phones.extend(rows::phones(owner, &listing.phones));
        self.contacts.extend(rows::contacts(owner, source, &listing.contacts));
        self.identifiers.extend(rows::identifiers(owner, &listing.identifiers));
        self.eligibilities.extend(rows::eligibility(id, &listing.eligibility));
        self.characteristics.extend(rows::characteristics(id, &listing.eligibility));
        self.capacities.extend(listing.capacity.map(|capacity| rows::capacity(id, &capacity)));
        self.needs.extend(rows::needs(id, &listing.needs));
        self.terms.extend(rows::terms(id, &listing.terms));
        let mut seen = BTreeSet::new();
        for (position, place) in listing.places.iter().enumerate() {
            let pair = place_id(id, &place.key);
            if !seen.insert(pair) {
                continue;
            }
            self.places.push(rows::place(pair, id, place.location.location_id(source), position, place));
            let owner = Owner::Place(pair);
            self.areas.extend(rows::areas(id, Some(pair), &place.areas));
            self.schedules.extend(rows::schedules(owner, &place.schedules));
            self.phones.extend(rows::phones(owner, &place.phones));
            self.contacts.extend(rows::contacts(owner, source, &place.contacts));
        }
    }

    /// What hangs on an agency.
    pub(super) fn take_agency(&mut self, id: AgencyId, source: SourceId, listing: &AgencyListing<impl NamesAgency>) {
        let owner = Owner::Agency(id);
        self.phones.extend(rows::phones(owner, &listing.phones));
        self.contacts.extend(rows::contacts(owner, source, &listing.contacts));
        self.identifiers.extend(rows::identifiers(owner, &listing.identifiers));
    }

    /// What hangs on a location.
    pub(super) fn take_location(&mut self, id: LocationId, listing: &LocationListing) {
        let owner = Owner::Location(id);
        self.phones.extend(rows::phones(owner, &listing.phones));
        self.schedules.extend(rows::schedules(owner, &listing.schedules));
        self.identifiers.extend(rows::identifiers(owner, &listing.identifiers));
    }

    pub(super) async fn insert(self, db: &impl ConnectionTrait) -> Result<(), DbErr> {
        insert(db, self.places, None).await?;
        insert(db, self.areas, None).await?;
        insert(db, self.schedules, None).await?;
        insert(db, self.phones, None).await?;
        insert(db, self.contacts, None).await?;
        insert(db, self.identifiers, None).await?;
        insert(db, self.eligibilities, None).await?;
        insert(db, self.characteristics, None).await?;
        insert(db, self.capacities, None).await?;
        insert(db, self.needs, None).await?;
        insert(db, self.terms, None).await?;
        insert(db, self.assurances, None).await
    }
}
