//! People to ask, as those see them who work in the network: by name, and with those who are there for their own agency.

use std::collections::HashMap;

use entity::contact;
use entity::ids::{AgencyId, PlaceId, ServiceId};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};

/// Whose people they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Whose {
    /// An agency's.
    Agency(AgencyId),
    /// A service's.
    Service(ServiceId),
    /// A service's at one of its places.
    Place(PlaceId),
}

/// The people to ask, each with those first who are there for the agency that asks, and without those who are there for
/// another.
///
/// # Errors
/// The database failed.
pub async fn contacts_of(
    db: &impl ConnectionTrait,
    whose: &[Whose],
    asking: Option<AgencyId>,
) -> Result<HashMap<Whose, Vec<contact::Model>>, DbErr> {
    let agencies = whose.iter().filter_map(|whose| match whose {
        Whose::Agency(id) => Some(*id),
        Whose::Service(_) | Whose::Place(_) => None,
    });
    let services = whose.iter().filter_map(|whose| match whose {
        Whose::Service(id) => Some(*id),
        Whose::Agency(_) | Whose::Place(_) => None,
    });
    let places = whose.iter().filter_map(|whose| match whose {
        Whose::Place(id) => Some(*id),
        Whose::Agency(_) | Whose::Service(_) => None,
    });
    let theirs = Condition::any()
        .add(contact::Column::AgencyId.is_in(agencies))
        .add(contact::Column::ServiceId.is_in(services))
        .add(contact::Column::PlaceId.is_in(places));
    let for_asking = asking.map(|agency| contact::Column::ForAgencyId.eq(agency));
    let rows = contact::Entity::find()
        .filter(theirs)
        .filter(Condition::any().add(contact::Column::ForAgencyId.is_null()).add_option(for_asking))
        .order_by_asc(contact::Column::Position)
        .order_by_asc(contact::Column::Id)
        .all(db)
        .await?;
    let mut found: HashMap<Whose, Vec<contact::Model>> = HashMap::new();
    for row in rows {
        let agency = row.agency_id.map(Whose::Agency);
        let whose = agency.or(row.service_id.map(Whose::Service)).or(row.place_id.map(Whose::Place));
        if let Some(whose) = whose {
            found.entry(whose).or_default().push(row);
        }
    }
    for rows in found.values_mut() {
        rows.sort_by_key(|row| row.for_agency_id.is_none());
    }
    Ok(found)
}
