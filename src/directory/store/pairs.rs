//! What hangs on a service at a location, read by both ids.

use std::collections::HashMap;

use entity::ids::{PlaceId, ServiceId};
use entity::{contact, phone};
use sea_orm::{ConnectionTrait, DbErr};

use super::edges;
use crate::directory::listing::Schedule;

/// A service at a location, by both ids: what the snapshot keeps of a pair it keeps with its service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pair {
    /// The service.
    pub service: ServiceId,
    /// The pair.
    pub place: PlaceId,
}

macro_rules! of_pairs {
    ($($(#[$meta:meta])* $function:ident => $value:ty: $read:path;)+) => { $(
        $(#[$meta])*
        ///
        /// # Errors
        /// The database failed.
        pub async fn $function(db: &impl ConnectionTrait, pairs: &[Pair]) -> Result<HashMap<Pair, $value>, DbErr> {
            let places: Vec<PlaceId> = pairs.iter().map(|pair| pair.place).collect();
            let mut found = $read(db, &places).await?;
            Ok(pairs.iter().filter_map(|pair| Some((*pair, found.remove(&pair.place)?))).collect())
        }
    )+ };
}

of_pairs! {
    /// Hours and events of each pair.
    schedules_of_pairs => Vec<Schedule>: edges::schedules_of_places;
    /// Telephone numbers of each pair.
    phones_of_pairs => Vec<phone::Model>: edges::phones_of_places;
    /// People to ask at each pair.
    contacts_of_pairs => Vec<contact::Model>: edges::contacts_of_places;
}
