//! The form that a listing must have.

use entity::enums::{AreaKind, ContactVisibility, Gender, OffenceType, RuleEvidence, ScheduleDays, ScheduleEffect};
use entity::ids::{AgencyId, LocationId};
use signpost::directory::listing::{
    Address, AgeRule, Capacity, Contact, LocationListing, OffenceRule, Phone, Ruled, ServiceListing, ServicePlace,
    StoredService,
};
use signpost::directory::needs::NeedList;
use signpost::listings::check::{LONGEST_TEXT, flaws};
use signpost::listings::subject::Listing;

use crate::support::listings::{area, location, weekly};

fn stored() -> StoredService {
    ServiceListing {
        needs: vec!["housing.emergency".to_owned()],
        places: vec![ServicePlace {
            key: "p".to_owned(),
            location: LocationId(uuid::Uuid::nil()),
            description: None,
            areas: Vec::new(),
            schedules: vec![weekly("MO", "09:00", "17:00")],
            phones: Vec::new(),
            contacts: Vec::new(),
        }],
        ..ServiceListing::new("s".to_owned(), AgencyId(uuid::Uuid::nil()), "Beds".to_owned())
    }
}

fn contact() -> Contact<AgencyId> {
    Contact {
        name: Some("Ann Reeve".to_owned()),
        role: Some("Manager".to_owned()),
        email: None,
        phone: None,
        visibility: ContactVisibility::SignedIn,
        named: true,
        deputy: false,
        for_agency_key: None,
    }
}

fn phone(number: &str) -> Phone {
    Phone { number: number.to_owned(), ..Phone::default() }
}

fn stated<T>(rule: T) -> Ruled<T> {
    Ruled { rule, evidence: RuleEvidence::Stated, quote: None }
}

#[test]
fn each_flaw_of_a_service_names_its_field() {
    let needs = NeedList::embedded().unwrap();
    assert_eq!(flaws(&Listing::Service(Box::new(stored())), &needs), []);
    let table: Vec<(&str, Box<dyn Fn(&mut StoredService)>)> = vec![
        ("name", Box::new(|s| s.name = "  ".to_owned())),
        ("name", Box::new(|s| s.name = "x".repeat(201))),
        ("name", Box::new(|s| s.name = "two\nlines".to_owned())),
        ("name", Box::new(|s| s.name = "\u{200b}\u{200b}".to_owned())),
        ("name", Box::new(|s| s.name = "Beds\u{202e}sdeB".to_owned())),
        ("summary", Box::new(|s| s.summary = Some("two\u{2028}lines".to_owned()))),
        ("url", Box::new(|s| s.url = Some("https://".to_owned()))),
        ("needs[1]", Box::new(|s| s.needs.push(s.needs[0].clone()))),
        ("languages[0]", Box::new(|s| s.languages = vec!["nonsense!!".to_owned()])),
        ("languages[1]", Box::new(|s| s.languages = vec!["pt-BR".to_owned(), "e".to_owned()])),
        ("schedules[0].byDay", Box::new(|s| s.schedules = vec![weekly(&vec!["MO"; 300].join(","), "09:00", "17:00")])),
        ("summary", Box::new(|s| s.summary = Some(String::new()))),
        ("description", Box::new(|s| s.description = Some("x".repeat(LONGEST_TEXT + 1)))),
        ("description", Box::new(|s| s.description = Some("a\u{0}b".to_owned()))),
        ("url", Box::new(|s| s.url = Some("javascript:alert(1)".to_owned()))),
        ("email", Box::new(|s| s.email = Some("not an address".to_owned()))),
        ("gateway", Box::new(|s| s.gateway = Some("The council".to_owned()))),
        ("needs[1]", Box::new(|s| s.needs.push("housing.castles".to_owned()))),
        ("phones[0].number", Box::new(|s| s.phones = vec![phone("call us")])),
        ("phones[0].number", Box::new(|s| s.phones = vec![phone("12")])),
        ("contacts[0].email", Box::new(|s| s.contacts = vec![Contact { email: Some("@".to_owned()), ..contact() }])),
        ("contacts", Box::new(|s| s.contacts = vec![contact(), contact()])),
        ("areas[0].value", Box::new(|s| s.areas = vec![area(AreaKind::LocalAuthority, "Narnia")])),
        ("areas[0].value", Box::new(|s| s.areas = vec![area(AreaKind::Postcode, "M999")])),
        ("schedules[0]", Box::new(|s| s.schedules = vec![weekly("XX", "09:00", "17:00")])),
        (
            "schedules[0].byDay",
            Box::new(|s| {
                s.schedules = vec![weekly("MO", "09:00", "17:00")];
                s.schedules[0].by_day = None;
            }),
        ),
        (
            "schedules[0].closesAt",
            Box::new(|s| {
                s.schedules = vec![weekly("MO", "09:00", "17:00")];
                s.schedules[0].closes_at = None;
            }),
        ),
        (
            "schedules[0].opensAt",
            Box::new(|s| {
                s.schedules = vec![weekly("MO", "09:00", "17:00")];
                s.schedules[0].effect = ScheduleEffect::Closes;
            }),
        ),
        (
            "schedules[0].validFrom",
            Box::new(|s| {
                s.schedules = vec![weekly("MO", "09:00", "17:00")];
                s.schedules[0].days = ScheduleDays::Dates;
            }),
        ),
        ("places[0].schedules[0]", Box::new(|s| s.places[0].schedules = vec![weekly("9", "09:00", "17:00")])),
        (
            "capacity.available",
            Box::new(|s| s.capacity = Some(Capacity { maximum: Some(3), available: Some(4), ..Capacity::default() })),
        ),
        (
            "capacity.waitDays",
            Box::new(|s| s.capacity = Some(Capacity { wait_days: Some(u32::MAX), ..Capacity::default() })),
        ),
        (
            "eligibility.age",
            Box::new(|s| s.eligibility.age = Some(stated(AgeRule { min: Some(25.0), max: Some(18.0) }))),
        ),
        ("eligibility.age", Box::new(|s| s.eligibility.age = Some(stated(AgeRule { min: Some(f64::NAN), max: None })))),
        ("eligibility.genders", Box::new(|s| s.eligibility.genders = Some(stated(Vec::<Gender>::new())))),
        (
            "eligibility.offences",
            Box::new(|s| {
                let arson = vec![OffenceType::Arson];
                s.eligibility.offences = Some(stated(OffenceRule { excluded: arson.clone(), considered: arson }));
            }),
        ),
        ("documents", Box::new(|s| s.documents = vec!["passport".to_owned(); 101])),
    ];
    for (field, spoil) in table {
        let mut listing = stored();
        spoil(&mut listing);
        let found = flaws(&Listing::Service(Box::new(listing)), &needs);
        let fields: Vec<&str> = found.iter().map(|flaw| flaw.field.as_str()).collect();
        assert_eq!(fields, [field], "{found:?}");
        assert!(found[0].message.len() > 10, "{found:?}");
    }
}

#[test]
fn each_flaw_of_a_place_names_its_field() {
    let needs = NeedList::embedded().unwrap();
    let here = || location("here", "M14 5RQ", Some((53.45, -2.22)));
    assert_eq!(flaws(&Listing::Location(here()), &needs), []);
    let table: [(&str, fn(&mut LocationListing)); 4] = [
        ("address.postcode", |l| l.address.as_mut().unwrap().postcode = Some("nowhere".to_owned())),
        ("address.country", |l| l.address = Some(Address { country: Some("Wales".to_owned()), ..Address::default() })),
        ("point", |l| l.point = Some((200.0, 0.0))),
        ("publicArea", |l| l.public_area = Some("x".repeat(300))),
    ];
    for (field, spoil) in table {
        let mut listing = here();
        spoil(&mut listing);
        let found = flaws(&Listing::Location(listing), &needs);
        let fields: Vec<&str> = found.iter().map(|flaw| flaw.field.as_str()).collect();
        assert_eq!(fields, [field], "{found:?}");
    }
}
