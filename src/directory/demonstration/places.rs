//! The places of a service, and which hours hold at each.

use entity::enums::ScheduleKind;

use super::file::{ElsewhereFile, ServiceFile};
use super::hours_text;
use super::spot::{Authorities, Result, Spot};
use crate::directory::listing::{Area, LocationListing, Schedule, ServicePlace};

/// What a service says about time, in its parts.
pub(super) struct Times {
    hours: Vec<Schedule>,
    /// Bank holidays and dated exceptions, which hold at every place of the service.
    exceptions: Vec<Schedule>,
    events: Vec<Schedule>,
}

impl Times {
    pub(super) fn of(spot: &Spot<'_>, service: &ServiceFile) -> Result<Self> {
        let mut exceptions = spot.each("holidays", service.holidays.as_slice(), hours_text::holidays)?;
        exceptions.extend(spot.each("closures", &service.closures, hours_text::closure)?);
        Ok(Self {
            hours: spot.each("hours", &service.hours, hours_text::hours)?,
            exceptions,
            events: spot.each("events", &service.events, hours_text::event)?,
        })
    }

    pub(super) fn all(&self) -> Vec<Schedule> {
        [self.hours.as_slice(), &self.exceptions, &self.events].concat()
    }

    /// What holds at one location where the hours differ there: the bank holidays and exceptions
    /// of the service hold there too. Its events stay with the service: nobody said that they
    /// take place here.
    fn at(&self, elsewhere: &[Schedule]) -> Vec<Schedule> {
        if elsewhere.is_empty() { Vec::new() } else { [elsewhere, &self.exceptions].concat() }
    }
}

/// The pairs of a service and its locations.
pub(super) fn places(
    spot: &Spot<'_>,
    key: &str,
    service: &ServiceFile,
    times: &Times,
    locations: &[(String, LocationListing)],
    resolve_authority: Authorities<'_>,
) -> Result<Vec<ServicePlace>> {
    let mut places = Vec::new();
    for name in &service.at {
        let (_, location) = locations
            .iter()
            .find(|(key, _)| key == name)
            .ok_or_else(|| spot.wrong("at", format!("`{name}` must be the key of a `[[location]]` of this file")))?;
        let elsewhere = service.elsewhere.iter().find(|differs| differs.at == *name);
        let (hours, areas) = elsewhere
            .map_or_else(|| Ok((Vec::new(), Vec::new())), |differs| differences(spot, differs, resolve_authority))?;
        places.push(ServicePlace {
            key: format!("{key}@{name}"),
            location: location.clone(),
            description: None,
            areas,
            schedules: times.at(&hours),
            phones: Vec::new(),
            contacts: Vec::new(),
        });
    }
    let described: Vec<&str> = service.elsewhere.iter().map(|differs| differs.at.as_str()).collect();
    spot.check_unrepeated("elsewhere: at", &described)?;
    spot.check(described.iter().all(|name| service.at.iter().any(|at| at == name)), "elsewhere: at", || {
        "each must be one of the locations in the service's `at`".to_owned()
    })?;
    let without_hours = service.holidays.as_deref() == Some("as usual")
        && times.hours.is_empty()
        && places.iter().all(|place| place.schedules.iter().all(|row| row.kind != ScheduleKind::Hours));
    spot.check(!without_hours, "holidays", || {
        "`as usual` needs `hours` that could be the usual ones; write these, or leave `holidays` out".to_owned()
    })?;
    Ok(places)
}

fn differences(
    spot: &Spot<'_>,
    differs: &ElsewhereFile,
    resolve_authority: Authorities<'_>,
) -> Result<(Vec<Schedule>, Vec<Area>)> {
    let spot = Spot { file: spot.file, within: format!("{}elsewhere {}: ", spot.within, differs.at) };
    Ok((spot.each("hours", &differs.hours, hours_text::hours)?, spot.areas(&differs.areas, resolve_authority)?))
}
