//! Offers in brief hold what the services hold, and what is near is found.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use entity::enums::{AreaKind, ServiceStatus};
use entity::ids::{AgencyId, ServiceId};
use proptest::prelude::*;
use signpost::directory::needs::NeedIndex;
use signpost::directory::snapshot::briefs::Briefs;
use signpost::directory::snapshot::{Assured, Manner, Offer, ServiceFacts, Way};
use signpost::hours::Hours;
use signpost::places::{CoveredArea, Point, distance_km};
use uuid::Uuid;

/// A service with its needs and, for each of its offers, a point or a set of areas.
type Told = (BTreeSet<u16>, Vec<Result<Point, usize>>);

fn point() -> impl Strategy<Value = Point> {
    // Mostly close together; also at the poles. Where the degrees begin anew, in the Pacific, nobody asks.
    let near = (51.3_f64..51.7, -0.4_f64..0.2);
    let anywhere = (prop_oneof![Just(-90.0), Just(90.0), -90.0_f64..90.0], -150.0_f64..150.0);
    prop_oneof![4 => near, 1 => anywhere].prop_map(|(lat, lon)| Point::new(lat, lon).unwrap())
}

fn services() -> impl Strategy<Value = Vec<Told>> {
    let offer = prop_oneof![3 => point().prop_map(Ok), 1 => (0_usize..3).prop_map(Err)];
    let needs = prop::collection::btree_set(0_u16..5, 0..4);
    prop::collection::vec((needs, prop::collection::vec(offer, 1..4)), 0..30)
}

/// The services, and the sets of areas that they cover.
fn facts(told: &[Told]) -> (Vec<ServiceFacts>, Vec<Arc<[CoveredArea]>>) {
    let sets: Vec<Arc<[CoveredArea]>> = ["M1", "M2", "M3"]
        .map(|district| CoveredArea::compile(AreaKind::District, district).into_iter().collect())
        .into_iter()
        .collect();
    let (way, hours) = (Arc::new(Way::default()), Arc::new(Hours::not_stated()));
    let (eligibility, manner, assured) = (Arc::default(), Arc::new(Manner::default()), Arc::new(Assured::default()));
    let service = |(index, (needs, offers)): (usize, &Told)| ServiceFacts {
        id: ServiceId(Uuid::from_u128(index as u128)),
        agency: AgencyId(Uuid::nil()),
        name: "Somewhere".into(),
        sort_key: "somewhere".into(),
        status: if index % 7 == 3 { ServiceStatus::Inactive } else { ServiceStatus::Active },
        reopens_on: None,
        needs: needs.iter().copied().map(NeedIndex).collect(),
        eligibility: Arc::clone(&eligibility),
        manner: Arc::clone(&manner),
        capacity: None,
        assured: Arc::clone(&assured),
        updated_at: DateTime::<Utc>::UNIX_EPOCH,
        offers: offers
            .iter()
            .map(|at| Offer {
                way: Arc::clone(&way),
                place: None,
                location: None,
                point: at.ok(),
                areas: Arc::clone(&sets[at.err().unwrap_or(index % 3)]),
                hours: Arc::clone(&hours),
            })
            .collect(),
    };
    (told.iter().enumerate().map(service).collect(), sets)
}

proptest! {
    #[test]
    fn what_is_near_is_found(told in services(), from in point(), km in 0.0_f64..60.0, need in prop::option::of(0_u16..6)) {
        let (services, sets) = facts(&told);
        let briefs = Briefs::of(&services);
        let offers = || services.iter().enumerate().flat_map(|(index, facts)| {
            let meets = need.is_none_or(|need| facts.needs.contains(&NeedIndex(need)));
            facts.offers.iter().enumerate().filter(move |_| meets).map(move |(number, offer)| (index, number, offer))
        });
        let of = |row| {
            let brief = briefs.at(row).unwrap();
            (brief.service as usize, brief.offer as usize)
        };
        // All of it, each once, as the services have it.
        let (mut all, mut seen) = (Vec::new(), BTreeSet::new());
        briefs.each(need.map(NeedIndex), |row| all.push(row));
        prop_assert!(all.is_sorted());
        for row in all {
            let brief = briefs.at(row).unwrap();
            let facts = &services[brief.service as usize];
            let offer = &facts.offers[brief.offer as usize];
            prop_assert!(seen.insert(of(row)));
            prop_assert_eq!((brief.id, brief.status, brief.point), (facts.id, facts.status, offer.point));
            prop_assert_eq!(briefs.areas(brief.areas).unwrap().as_ptr(), offer.areas.as_ptr());
            prop_assert!(std::ptr::eq(briefs.hours(brief).unwrap(), &raw const *offer.hours));
            prop_assert!(std::ptr::eq(briefs.eligibility(brief).unwrap(), &raw const *facts.eligibility));
        }
        prop_assert_eq!(&seen, &offers().map(|(index, number, _)| (index, number)).collect());
        let of_needs: BTreeSet<usize> = offers().map(|(index, ..)| index).collect();
        let listed: BTreeSet<usize> = briefs.services(need.map(NeedIndex)).into_iter().map(|index| index as usize).collect();
        prop_assert_eq!(listed, of_needs);
        // Whatever is near, once; nothing without a place, and nothing that is far.
        let (mut near, mut found) = (Vec::new(), BTreeSet::new());
        briefs.near(need.map(NeedIndex), from, km, |row| near.push(of(row)));
        let count = near.len();
        found.extend(near);
        prop_assert_eq!(found.len(), count);
        for (index, number, offer) in offers() {
            match offer.point {
                Some(point) if distance_km(from, point) <= km => prop_assert!(found.contains(&(index, number))),
                Some(point) if (from.lat() - point.lat()).abs() > (km + 12.0) / 111.0 => {
                    prop_assert!(!found.contains(&(index, number)));
                }
                Some(_) => {}
                None => prop_assert!(!found.contains(&(index, number))),
            }
        }
        // What has no place, by its areas.
        let mut without = BTreeSet::new();
        let is_second = |set| briefs.areas(set).unwrap().as_ptr() == sets[1].as_ptr();
        briefs.unplaced(need.map(NeedIndex), |_| true, is_second, |row| {
            without.insert(of(row));
        });
        let second = offers().filter(|(.., offer)| offer.point.is_none() && offer.areas.as_ptr() == sets[1].as_ptr());
        prop_assert_eq!(without, second.map(|(index, number, _)| (index, number)).collect());
    }
}
