//! Listings to fill a directory with: a plain one, and ways to change it.

use entity::enums::{AreaKind, LocationKind, ScheduleDays, ScheduleEffect, ScheduleKind, ServiceStatus, Visibility};
use signpost::directory::listing::{
    Address, AgencyListing, Area, Eligibility, LocationListing, Schedule, ServiceListing, ServicePlace,
};

/// An active public service with a name and one need, and nothing else stated.
pub(crate) fn service(key: &str, name: &str, need: &str) -> ServiceListing {
    ServiceListing {
        key: key.to_owned(),
        agency: AgencyListing { key: "agency".to_owned(), name: "The Agency".to_owned(), ..AgencyListing::default() },
        name: name.to_owned(),
        alternate_name: None,
        summary: None,
        description: None,
        status: ServiceStatus::Active,
        reopens_on: None,
        alert: None,
        visibility: Visibility::Public,
        url: None,
        email: None,
        how_to_apply: None,
        routes: Vec::new(),
        gateway: None,
        needs: vec![need.to_owned()],
        terms: Vec::new(),
        eligibility: Eligibility::default(),
        cost: None,
        cost_note: None,
        languages: Vec::new(),
        delivery: Vec::new(),
        formats: Vec::new(),
        access_offered: Vec::new(),
        access_missing: Vec::new(),
        capacity: None,
        areas: Vec::new(),
        schedules: Vec::new(),
        phones: Vec::new(),
        contacts: Vec::new(),
        funding: Vec::new(),
        documents: Vec::new(),
        identifiers: Vec::new(),
        places: Vec::new(),
        assurances: Vec::new(),
        source_changed_at: None,
    }
}

/// A location with this postcode and, where it is given, this point.
pub(crate) fn location(key: &str, postcode: &str, point: Option<(f64, f64)>) -> LocationListing {
    LocationListing {
        key: key.to_owned(),
        name: Some(format!("{key} house")),
        alternate_name: None,
        description: None,
        kind: LocationKind::Physical,
        address: Some(Address {
            lines: vec![format!("1 {key} street")],
            town: Some("Manchester".to_owned()),
            region: None,
            postcode: Some(postcode.to_owned()),
            country: Some("GB".to_owned()),
        }),
        point,
        confidential: false,
        public_area: None,
        transport: None,
        access_offered: Vec::new(),
        access_missing: Vec::new(),
        schedules: Vec::new(),
        phones: Vec::new(),
        identifiers: Vec::new(),
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
