//! What a real directory has and a tidy one forgets, and the question that the README asks.

use chrono::{Datelike as _, NaiveTime};
use entity::enums::{
    AccessFeature, AreaKind, Characteristic, CharacteristicRule, CostKind, DeliveryMode, FieldGroup, Gender,
    LocationKind, OffenceType, ReferralRoute, ScheduleDays, ScheduleEffect, ScheduleKind, ServiceStatus, SessionFormat,
    SubstanceUseRule, Visibility, WaitingList,
};
use signpost::directory::listing::{Schedule, ServiceListing, ServicePlace};

use super::{embedded_listings, loaded_at};

fn rows(listing: &ServiceListing) -> impl Iterator<Item = &Schedule> {
    listing.schedules.iter().chain(listing.places.iter().flat_map(|place| &place.schedules))
}

fn regular(listing: &ServiceListing, holds: impl Fn(&Schedule) -> bool) -> bool {
    let usual = |days| days == ScheduleDays::Weekly || days == ScheduleDays::Monthly;
    rows(listing).any(|row| row.kind == ScheduleKind::Hours && usual(row.days) && holds(row))
}

fn holidays(listing: &ServiceListing, holds: impl Fn(&Schedule) -> bool) -> bool {
    rows(listing).any(|row| row.days == ScheduleDays::BankHolidays && holds(row))
}

fn says(listing: &ServiceListing, of: Characteristic, rule: CharacteristicRule) -> bool {
    listing.eligibility.characteristics.iter().any(|(about, ruled)| *about == of && ruled.rule == rule)
}

fn only(listing: &ServiceListing, gender: Gender) -> bool {
    listing.eligibility.genders.as_ref().is_some_and(|genders| genders.rule == [gender])
}

fn using(listing: &ServiceListing) -> Option<SubstanceUseRule> {
    listing.eligibility.substance_use.as_ref().map(|ruled| ruled.rule.rule)
}

fn abstinent(listing: &ServiceListing, days: u16) -> bool {
    using(listing) == Some(SubstanceUseRule::AbstinenceRequired)
        && listing.eligibility.substance_use.as_ref().and_then(|ruled| ruled.rule.abstinent_days) == Some(days)
}

fn ages(listing: &ServiceListing) -> Option<(Option<f64>, Option<f64>)> {
    listing.eligibility.age.as_ref().map(|age| (age.rule.min, age.rule.max))
}

fn excludes(listing: &ServiceListing, offence: OffenceType) -> bool {
    listing.eligibility.offences.as_ref().is_some_and(|ruled| ruled.rule.excluded.contains(&offence))
}

fn considers(listing: &ServiceListing) -> bool {
    listing.eligibility.offences.as_ref().is_some_and(|ruled| !ruled.rule.considered.is_empty())
}

fn never_excludes(listing: &ServiceListing) -> bool {
    let rule = listing.eligibility.offences.as_ref().map(|ruled| &ruled.rule);
    rule.is_some_and(|rule| rule.excluded.is_empty() && rule.considered.is_empty())
}

fn reaches_only(listing: &ServiceListing, mode: DeliveryMode) -> bool {
    listing.delivery == [mode] && listing.places.is_empty()
}

fn list(listing: &ServiceListing, list: WaitingList) -> bool {
    listing.capacity.is_some_and(|capacity| capacity.available == Some(0) && capacity.waiting_list == Some(list))
}

fn confirmed_days(listing: &ServiceListing) -> Vec<i64> {
    listing.assurances.iter().map(|assurance| (loaded_at() - assurance.at).num_days()).collect()
}

fn confidential(listing: &ServiceListing) -> Option<&ServicePlace> {
    listing.places.iter().find(|place| place.location.confidential)
}

/// Street of a place, without the number.
pub(super) fn street(place: &ServicePlace) -> Option<String> {
    let line =
        place.location.address.as_ref()?.lines.iter().find(|line| line.starts_with(|c: char| c.is_ascii_digit()))?;
    Some(line.trim_start_matches(|c: char| !c.is_alphabetic()).to_owned())
}

/// What a real directory has and a tidy one forgets, each with how to tell it.
type Awkward = (&'static str, fn(&ServiceListing) -> bool);

#[test]
fn the_awkward_real_things_are_there() {
    use Characteristic as C;
    use CharacteristicRule::{Accepted, Excluded, Required};
    let awkward: &[Awkward] = &[
        ("refuge with a confidential address", |s| {
            confidential(s).is_some_and(|place| place.location.public_area.is_some())
        }),
        ("confidential place whose own directions name the street", |s| {
            confidential(s).is_some_and(|place| {
                let told = place.location.description.as_deref().unwrap_or_default();
                street(place).is_some_and(|street| told.contains(&street))
            })
        }),
        ("overnight shelter", |s| {
            regular(s, |row| {
                row.opens_at == NaiveTime::from_hms_opt(21, 0, 0) && row.closes_at == NaiveTime::from_hms_opt(8, 0, 0)
            })
        }),
        ("24-hour helpline", |s| {
            reaches_only(s, DeliveryMode::Telephone) && regular(s, |row| row.effect == ScheduleEffect::OpensAllDay)
        }),
        ("women only", |s| only(s, Gender::Woman)),
        ("men only", |s| only(s, Gender::Man)),
        ("under-25s only", |s| ages(s).is_some_and(|(_, max)| max.is_some_and(|max| (24.0..=25.0).contains(&max)))),
        ("over-50s", |s| ages(s).is_some_and(|(min, _)| min == Some(50.0))),
        ("every age welcome", |s| ages(s) == Some((None, None))),
        ("abstinent for 14 days", |s| abstinent(s, 14)),
        ("abstinent for 28 days", |s| abstinent(s, 28)),
        ("active use accepted", |s| using(s) == Some(SubstanceUseRule::ActiveUseAccepted)),
        ("not when intoxicated", |s| using(s) == Some(SubstanceUseRule::NotWhenIntoxicated)),
        ("history of use excluded", |s| using(s) == Some(SubstanceUseRule::HistoryExcluded)),
        ("arson excluded", |s| excludes(s, OffenceType::Arson)),
        ("sexual offences excluded", |s| excludes(s, OffenceType::Sexual)),
        ("offences looked at one by one", considers),
        ("offences never exclude", never_excludes),
        ("funded for one borough", |s| {
            !s.funding.is_empty() && matches!(s.areas.as_slice(), [area] if area.kind == AreaKind::LocalAuthority)
        }),
        ("telephone only", |s| reaches_only(s, DeliveryMode::Telephone)),
        ("online only", |s| reaches_only(s, DeliveryMode::Online)),
        ("outreach", |s| s.delivery.contains(&DeliveryMode::Outreach)),
        ("in custody", |s| s.delivery == [DeliveryMode::InCustody] && says(s, C::InCustody, Required)),
        ("temporarily closed", |s| s.status == ServiceStatus::TemporarilyClosed && s.reopens_on.is_some()),
        ("inactive", |s| s.status == ServiceStatus::Inactive),
        ("defunct", |s| s.status == ServiceStatus::Defunct),
        ("full, with a waiting list", |s| list(s, WaitingList::Open)),
        ("full, and the waiting list closed", |s| list(s, WaitingList::Closed)),
        ("long wait", |s| s.capacity.is_some_and(|capacity| capacity.wait_days.is_some_and(|days| days >= 90))),
        ("confirmed more than 400 days ago", |s| {
            !s.assurances.is_empty() && confirmed_days(s).iter().all(|days| *days >= 400)
        }),
        ("one part stale, the rest fresh", |s| {
            let days = confirmed_days(s);
            days.iter().any(|days| *days >= 180) && days.iter().any(|days| *days <= 40)
        }),
        ("never confirmed", |s| s.assurances.is_empty()),
        ("first Tuesday", |s| rows(s).any(|row| row.by_day.as_deref() == Some("1TU"))),
        ("a monthly session", |s| regular(s, |row| row.by_day.as_deref() == Some("2TH"))),
        ("last Friday", |s| regular(s, |row| row.by_day.as_deref() == Some("-1FR"))),
        ("fortnightly", |s| regular(s, |row| row.interval == 2 && row.anchor.is_some())),
        ("events apart from hours", |s| rows(s).any(|row| row.kind == ScheduleKind::Event)),
        ("closed on bank holidays", |s| holidays(s, |row| row.effect == ScheduleEffect::Closes)),
        ("as usual on bank holidays", |s| {
            holidays(s, |row| row.effect == ScheduleEffect::Opens && row.opens_at.is_none())
        }),
        ("other hours on bank holidays", |s| holidays(s, |row| row.opens_at.is_some())),
        ("hours stated, bank holidays not", |s| regular(s, |_| true) && !holidays(s, |_| true)),
        ("Christmas closure", |s| {
            rows(s).any(|row| {
                row.days == ScheduleDays::Dates
                    && row.effect == ScheduleEffect::Closes
                    && row.valid_from.is_some_and(|day| day.month() == 12)
            })
        }),
        ("other hours on one date", |s| rows(s).any(|row| row.days == ScheduleDays::Dates && row.opens_at.is_some())),
        ("several sites with differing hours", |s| {
            s.places.len() > 1
                && s.places.iter().any(|place| !place.schedules.is_empty() && place.schedules != s.schedules)
        }),
        ("one site covers another area", |s| s.places.iter().any(|place| !place.areas.is_empty())),
        ("hours of the building only", |s| {
            !regular_own(s) && s.places.iter().any(|place| !place.location.schedules.is_empty())
        }),
        ("outreach behind a head office", |s| {
            s.delivery.contains(&DeliveryMode::Outreach)
                && s.places.iter().any(|place| place.location.kind == LocationKind::Postal)
        }),
        ("under several agencies' roof", |s| {
            s.places.iter().any(|place| place.location.access_offered.contains(&AccessFeature::SeveralAgencies))
        }),
        ("a part of another agency", |s| s.agency.parent_key.is_some()),
        ("a contact for one other agency", |s| {
            s.agency.contacts.iter().any(|contact| contact.for_agency_key.is_some())
        }),
        ("no recourse excluded", |s| says(s, C::NoRecourse, Excluded)),
        ("dependent children required", |s| says(s, C::DependentChildren, Required)),
        ("dependent children excluded", |s| says(s, C::DependentChildren, Excluded)),
        ("dual diagnosis excluded", |s| says(s, C::DualDiagnosis, Excluded)),
        ("substitute prescribing excluded", |s| says(s, C::SubstitutePrescribing, Excluded)),
        ("substitute prescribing accepted", |s| says(s, C::SubstitutePrescribing, Accepted)),
        ("veterans only", |s| says(s, C::Veteran, Required)),
        ("care leavers only", |s| says(s, C::CareLeaver, Required)),
        ("LGBT people only", |s| says(s, C::Lgbt, Required)),
        ("pets accepted", |s| says(s, C::Pet, Accepted) && s.access_offered.contains(&AccessFeature::PetsWelcome)),
        ("papers needed", |s| s.documents.iter().any(|paper| paper.contains("Photo ID"))),
        ("no papers needed", |s| s.access_offered.contains(&AccessFeature::NoIdNeeded)),
        ("a rule in words only", |s| s.eligibility.other.is_some()),
        ("internal only", |s| s.visibility == Visibility::Internal),
        ("winter only", |s| {
            regular(s, |row| {
                row.valid_from.zip(row.valid_to).is_some_and(|(from, to)| from.month() == 12 && to.month() == 2)
            })
        }),
        ("gateway only", |s| s.routes == [ReferralRoute::Gateway] && s.gateway.is_some()),
        ("area not stated", |s| s.areas.is_empty()),
        ("area in words only", |s| !s.areas.is_empty() && s.areas.iter().all(|area| area.kind == AreaKind::Text)),
        ("hours not stated", |s| {
            !regular(s, |_| true) && s.places.iter().all(|place| place.location.schedules.is_empty())
        }),
        ("nothing said of who is taken", |s| s.eligibility == Default::default()),
        ("paid", |s| s.cost == Some(CostKind::Paid)),
        ("residential", |s| s.formats.contains(&SessionFormat::Residential)),
    ];
    let listings = embedded_listings();
    for (what, is_there) in awkward {
        assert!(listings.iter().any(is_there), "no service is: {what}");
    }
}

fn regular_own(listing: &ServiceListing) -> bool {
    listing.schedules.iter().any(|row| row.kind == ScheduleKind::Hours && row.days != ScheduleDays::BankHolidays)
}

/// Whether everything about a service is stated, and says yes to somebody of any age and gender who lives at
/// M14 5RQ in Manchester, is still using, and is free on Thursdays from 17:00 to 21:00.
fn fits_outright(listing: &ServiceListing) -> bool {
    let covers = listing.areas.iter().any(|area| match area.kind {
        AreaKind::Postcode => area.value == "M14 5RQ",
        AreaKind::Sector => area.value == "M14 5",
        AreaKind::District => area.value == "M14",
        AreaKind::LocalAuthority => area.value == "Manchester",
        AreaKind::CombinedAuthority => area.value == "GMCA",
        AreaKind::Region => area.value == "North West",
        AreaKind::Nation => area.value == "England",
        AreaKind::UnitedKingdom => true,
        AreaKind::Geojson | AreaKind::Text => false,
    });
    let at = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
    let thursday = regular(listing, |row| {
        let named = row.days == ScheduleDays::Weekly && row.by_day.as_ref().is_some_and(|days| days.contains("TH"));
        let evening = row
            .opens_at
            .zip(row.closes_at)
            .is_some_and(|(opens, closes)| opens < closes && opens < at(21) && closes > at(17));
        named && row.valid_from.is_none() && (evening || row.effect == ScheduleEffect::OpensAllDay)
    });
    let adult = ages(listing).is_some_and(|(min, max)| min.is_none_or(|min| min <= 18.0) && max.is_none());
    let anyone = listing.eligibility.genders.as_ref().is_some_and(|genders| genders.rule.len() == Gender::ALL.len());
    let turned_away =
        listing.eligibility.characteristics.iter().any(|(_, ruled)| ruled.rule != CharacteristicRule::Accepted);
    let room = listing.capacity.is_none_or(|capacity| {
        capacity.available != Some(0)
            && capacity.waiting_list == Some(WaitingList::None)
            && capacity.wait_days == Some(0)
    });
    let fresh = confirmed_days(listing).len() == FieldGroup::ALL.len()
        && confirmed_days(listing).iter().all(|days| *days <= 90);
    listing.status == ServiceStatus::Active
        && listing.visibility == Visibility::Public
        && listing.routes.contains(&ReferralRoute::SelfReferral)
        && using(listing) == Some(SubstanceUseRule::ActiveUseAccepted)
        && never_excludes(listing)
        && (covers, thursday, adult, anyone, turned_away, room, fresh) == (true, true, true, true, false, true, true)
}

#[test]
fn the_question_of_the_readme_has_a_good_answer() {
    let listings = embedded_listings();
    let housing = |listing: &&ServiceListing| listing.needs.iter().any(|need| need.starts_with("housing."));
    let benefits = |listing: &&ServiceListing| listing.needs.iter().any(|need| need == "money.benefits-advice");
    // Another city's national service may fit too; these are the ones that the answer is about.
    let manchester = listings.iter().filter(|listing| listing.key.starts_with("gm-"));
    let fits: Vec<&ServiceListing> = manchester.filter(|listing| fits_outright(listing)).collect();
    let keys = |of: &dyn Fn(&&ServiceListing) -> bool| -> Vec<&str> {
        fits.iter().copied().filter(of).map(|listing| listing.key.as_str()).collect()
    };
    assert_eq!(
        keys(&housing),
        ["gm-canalside-homes/lock-house-hostel", "gm-harbour-lane/evening-drop-in", "gm-lamplight-nights/bed-line"]
    );
    assert_eq!(
        keys(&benefits),
        [
            "gm-brightmoor-advice/evening-benefits",
            "gm-brightmoor-advice/benefits-line",
            "gm-harbour-lane/evening-drop-in"
        ]
    );
    for need in ["housing.emergency", "housing.hostel"] {
        assert!(keys(&|listing| listing.needs.iter().any(|met| met == need)).len() >= 2, "{need}");
    }

    // Beside them some that fit if a question is answered, and some that clearly don't.
    let others: &[Awkward] = &[
        ("gm-canalside-homes/tenancy-support", |s| using(s).is_none()),
        ("gm-canalside-homes/ferry-court-flats", |s| list(s, WaitingList::Open)),
        ("gm-brightmoor-advice/appeals", |s| list(s, WaitingList::Open)),
        ("gm-brightmoor-advice/debt-appointments", |s| using(s).is_none()),
        ("gm-lavender-row/home-and-hearth", |s| says(s, Characteristic::Lgbt, CharacteristicRule::Required)),
        ("gm-windfall-houses/mens-house", |s| abstinent(s, 28)),
        ("gm-windfall-houses/womens-house", |s| only(s, Gender::Woman)),
        ("gm-wren-womens-centre/thursday-women", |s| only(s, Gender::Woman)),
        ("gm-crescent-hub/salford-evening-advice", |s| s.areas.iter().all(|area| area.value == "Salford")),
        ("gm-sparrow-youth/the-nest", |s| ages(s) == Some((Some(16.0), Some(25.0)))),
        ("gm-canalside-homes/housing-first", |s| list(s, WaitingList::Closed)),
    ];
    for (key, why) in others {
        let listing = listings.iter().find(|listing| listing.key == *key).expect(key);
        assert!(
            (housing(&listing) || listing.needs.iter().any(|need| need.starts_with("money."))) && why(listing),
            "{key}"
        );
        assert!(!fits_outright(listing), "{key}");
    }
}
