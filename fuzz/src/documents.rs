//! What holds of every service document, whatever is in it.

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta};
use entity::enums::ContactVisibility;
use serde_json::Value;
use signpost::directory::listing::{Contact, ServiceListing, ServicePlace};
use signpost::directory::opening::{Standing, hours_of};
use signpost::hours::Nation;
use signpost::open_referral::mapping::{document_from, listing_from};
use signpost::open_referral::validate::validate;

/// Checks one document, accepted or not.
pub fn check(document: &Value) {
    let verdict = validate(document);
    assert_eq!(verdict, validate(document), "the same document, another verdict");
    match &verdict {
        Ok(accepted) => assert!(accepted.by.any() && accepted.remarks.len() <= 51),
        Err(problems) => assert!((1..=51).contains(&problems.len()), "{problems:?}"),
    }
    let told = verdict.as_ref().map_or_else(Vec::as_slice, |accepted| accepted.remarks.as_slice());
    for problem in told {
        assert!(problem.reason.len() < 2_000, "{problem:?}");
        let path = problem.path.chars().count();
        assert!(path == 0 || problem.path.starts_with('/'), "{problem:?}");
    }

    let mapped = listing_from(document);
    assert!(mapped.remarks.len() <= 101);
    hours(&mapped.listing);
    let age = mapped.listing.eligibility.age.as_ref().map(|age| age.rule).unwrap_or_default();
    assert!([age.min, age.max].into_iter().flatten().all(|years| (0.0..=130.0).contains(&years)), "{age:?}");
    if verdict.is_ok() {
        written(document, &mapped.listing);
    }
}

/// Whatever hours were read, they are answered.
fn hours(listing: &ServiceListing) {
    let at = DateTime::from_timestamp(1_780_000_000, 0).expect("an instant");
    let places = listing.places.iter().flat_map(|place| [&place.schedules, &place.location.schedules]);
    for rows in std::iter::once(&listing.schedules).chain(places) {
        let hours = hours_of(rows, Some(Nation::EnglandAndWales), Standing::OfTheService);
        assert!(hours.next_change(at, 7).is_none_or(|change| at < change), "{:?}", hours.state(at));
        assert!(hours.intervals(at, at + TimeDelta::days(7)).iter().all(|one| one.from < one.to));
    }
}

/// Written and read again it is the same; and once it is ours it stays as it is.
fn written(document: &Value, listing: &ServiceListing) {
    let over = document_from(listing, Some(document)).expect("what was read is public");
    assert!(validate(&over).is_ok(), "what is written is refused: {:?}\n{over:#}\nfrom\n{document:#}", validate(&over));
    let again = listing_from(&over).listing;
    let twice = document_from(&again, Some(&over)).expect("what was read is public");
    assert_eq!(twice, over, "another document the second time, from\n{document:#}");
    if keeps_nothing(listing) && can_be_told(listing) {
        assert_eq!(&again, listing, "{over:#}\nfrom\n{document:#}");
        let afresh = document_from(listing, None).expect("what was read is public");
        assert_eq!(&listing_from(&afresh).listing, listing, "{afresh:#}\nfrom\n{document:#}");
    }
}

/// Whether all of a listing may leave.
fn keeps_nothing(listing: &ServiceListing) -> bool {
    let public = |contacts: &[Contact]| contacts.iter().all(|contact| contact.visibility == ContactVisibility::Public);
    public(&listing.contacts)
        && public(&listing.agency.contacts)
        && listing.places.iter().all(|place| public(&place.contacts) && !place.location.confidential)
}

/// Whether it has what every document needs: ids, names, and dates of four figures; and a country, which is written as GB
/// where it is not stated.
fn can_be_told(listing: &ServiceListing) -> bool {
    let year = |date: NaiveDate| (0..=9_999).contains(&date.year());
    let schedules = listing.places.iter().flat_map(|place| place.schedules.iter().chain(&place.location.schedules));
    let dates = schedules.chain(&listing.schedules).flat_map(|row| [row.anchor, row.valid_from, row.valid_to]);
    let instants = listing.assurances.iter().map(|assured| Some(assured.at));
    let instants =
        instants.chain([listing.source_changed_at, listing.capacity.and_then(|capacity| capacity.updated_at)]);
    let address =
        |place: &ServicePlace| place.location.address.as_ref().is_none_or(|address| address.country.is_some());
    let places = listing.places.iter().flat_map(|place| [&place.key, &place.location.key]);
    let mut keys = places.chain([&listing.key, &listing.agency.key]);
    !keys.any(String::is_empty)
        && !listing.name.is_empty()
        && !listing.agency.name.is_empty()
        && dates.chain(instants.map(|at| at.map(|at| at.date_naive()))).flatten().all(year)
        && listing.reopens_on.is_none_or(year)
        && listing.places.iter().all(address)
}
