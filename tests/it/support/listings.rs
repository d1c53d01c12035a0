//! Listings to fill a directory with: a plain one, and ways to change it.

use entity::enums::{AreaKind, ScheduleDays, ScheduleEffect, ScheduleKind};
use signpost::directory::listing::{
    Address, AgencyListing, Area, LocationListing, Schedule, ServiceListing, ServicePlace,
};

/// An active public service with a name and one need, and nothing else stated.
pub(crate) fn service(key: &str, name: &str, need: &str) -> ServiceListing {
    let agency = AgencyListing::new("agency".to_owned(), "The Agency".to_owned());
    ServiceListing { needs: vec![need.to_owned()], ..ServiceListing::new(key.to_owned(), agency, name.to_owned()) }
}

/// A location with this postcode and, where it is given, this point.
pub(crate) fn location(key: &str, postcode: &str, point: Option<(f64, f64)>) -> LocationListing {
    LocationListing {
        name: Some(format!("{key} house")),
        address: Some(Address {
            lines: vec![format!("1 {key} street")],
            town: Some("Manchester".to_owned()),
            region: None,
            postcode: Some(postcode.to_owned()),
            country: Some("GB".to_owned()),
        }),
        point,
        ..LocationListing::new(key.to_owned())
    }
}

/// A service's being at a location.
pub(crate) fn at(location: LocationListing) -> ServicePlace {
    ServicePlace {
        key: format!("at {}", location.key),
        location,
        description: None,
        areas: Vec::new(),
        schedules: Vec::new(),
        phones: Vec::new(),
        contacts: Vec::new(),
    }
}

/// An area.
pub(crate) fn area(kind: AreaKind, value: &str) -> Area {
    Area { kind, value: value.to_owned(), name: None }
}

/// Weekly hours: `weekly("MO,TU", "09:00", "17:00")`.
pub(crate) fn weekly(by_day: &str, opens: &str, closes: &str) -> Schedule {
    Schedule {
        kind: ScheduleKind::Hours,
        days: ScheduleDays::Weekly,
        effect: ScheduleEffect::Opens,
        by_day: Some(by_day.to_owned()),
        by_month_day: None,
        interval: 1,
        anchor: None,
        valid_from: None,
        valid_to: None,
        opens_at: Some(opens.parse().unwrap()),
        closes_at: Some(closes.parse().unwrap()),
        note: None,
    }
}
