//! The files inside the binary hold together: keys, needs, secrets, and nothing that leads to anybody real.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;

use signpost::directory::demonstration::{embedded, read};

use super::awkward::street;
use super::{embedded_listings, loaded_at};

/// Raise these as cities are added.
const FEWEST_AGENCIES: usize = 26;
const FEWEST_SERVICES: usize = 110;

/// The keys of all needs, by area.
fn needs() -> BTreeMap<String, BTreeSet<String>> {
    let table: toml::Table = include_str!("../../../data/needs.toml").parse().unwrap();
    let key = |value: &toml::Value| value["key"].as_str().unwrap().to_owned();
    let keys = |area: &toml::Value| {
        area["need"].as_array().unwrap().iter().map(|need| format!("{}.{}", key(area), key(need))).collect()
    };
    table["area"].as_array().unwrap().iter().map(|area| (key(area), keys(area))).collect()
}

#[test]
fn every_file_is_read_and_named_after_its_agency() {
    let listings = embedded_listings();
    let agencies: BTreeSet<&str> = listings.iter().map(|listing| listing.agency.key.as_str()).collect();
    assert_eq!(agencies.len(), embedded().len());
    assert!(agencies.len() >= FEWEST_AGENCIES, "{} agencies", agencies.len());
    assert!(listings.len() >= FEWEST_SERVICES, "{} services", listings.len());
    for (name, _) in embedded() {
        let key = name.rsplit('/').next().and_then(|file| file.strip_suffix(".toml")).unwrap();
        assert!(name.contains('/') && agencies.contains(key), "{name} must be <city>/<agency key>.toml");
    }
    let unique = |keys: Vec<&str>| assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len());
    unique(listings.iter().map(|listing| listing.key.as_str()).collect());
    unique(listings.iter().flat_map(|listing| listing.places.iter().map(|place| place.key.as_str())).collect());
}

#[test]
fn needs_exist_and_nearly_all_are_met() {
    let needs = needs();
    let all: BTreeSet<&String> = needs.values().flatten().collect();
    let mut met: BTreeMap<&String, usize> = BTreeMap::new();
    let listings = embedded_listings();
    for listing in &listings {
        for need in &listing.needs {
            assert!(all.contains(need), "{}: `{need}` is not in data/needs.toml", listing.key);
            *met.entry(need).or_default() += 1;
        }
    }
    for (area, keys) in &needs {
        assert!(keys.iter().filter_map(|key| met.get(key)).sum::<usize>() >= 4, "hardly any service for {area}");
    }
    let unmet: Vec<_> = all.iter().filter(|key| !met.contains_key(**key)).collect();
    assert!(unmet.len() * 20 <= all.len(), "too many needs that nobody meets: {unmet:?}");
}

#[test]
fn the_public_texts_do_not_name_a_confidential_street() {
    let listings = embedded_listings();
    let secrets: BTreeSet<String> = listings
        .iter()
        .flat_map(|listing| &listing.places)
        .filter(|place| place.location.confidential)
        .flat_map(|place| {
            street(place)
                .into_iter()
                .chain(place.location.address.as_ref().and_then(|address| address.postcode.clone()))
        })
        .collect();
    assert!(secrets.len() >= 3);
    for listing in &listings {
        let texts = [
            Some(&listing.name),
            listing.summary.as_ref(),
            listing.description.as_ref(),
            listing.how_to_apply.as_ref(),
            listing.alert.as_ref(),
            listing.agency.description.as_ref(),
        ];
        let open = listing.places.iter().filter(|place| !place.location.confidential);
        let open = open.filter_map(|place| place.location.address.as_ref());
        let addresses = open.flat_map(|address| address.lines.iter().chain(&address.postcode));
        for text in texts.into_iter().flatten().chain(addresses) {
            assert!(!secrets.iter().any(|secret| text.contains(secret)), "{}: {text}", listing.key);
        }
    }
}

#[test]
fn nothing_leads_to_anybody_real() {
    // Numbers that Ofcom keeps for drama, without spaces (020 7946 0xxx may be spaced as one likes).
    let ranges = ["01614960", "01134960", "01174960", "08081570", "02079460", "07700900"];
    for listing in embedded_listings() {
        let agency = &listing.agency;
        let places = listing.places.iter();
        let numbers = agency.phones.iter().chain(&listing.phones).map(|phone| &phone.number);
        let numbers = numbers.chain(agency.contacts.iter().filter_map(|contact| contact.phone.as_ref()));
        let numbers = numbers.chain(places.flat_map(|place| &place.location.phones).map(|phone| &phone.number));
        for number in numbers {
            let digits = number.replace(' ', "");
            let drama = ranges.iter().any(|range| digits.starts_with(range));
            assert!(drama && digits.len() == 11 && digits.bytes().all(|byte| byte.is_ascii_digit()), "{number}");
        }
        let hosts = agency.website.iter().chain(&listing.url).map(|url| {
            let rest = url.strip_prefix("https://").unwrap_or_else(|| panic!("{url}"));
            rest.split('/').next().unwrap_or_default()
        });
        let emails = agency.email.iter().chain(&listing.email);
        let emails = emails.chain(agency.contacts.iter().filter_map(|contact| contact.email.as_ref()));
        for host in hosts.chain(emails.map(|email| email.rsplit('@').next().unwrap_or_default())) {
            assert!(host.ends_with(".example"), "{}: {host}", listing.key);
        }
        for number in agency.charity_number.iter().chain(&agency.company_number) {
            assert!(number.starts_with('X'), "{}: {number}", agency.key);
        }
    }
}

#[test]
fn authorities_and_postcodes_are_real() {
    let Some(shared) = std::env::var_os("SIGNPOST_TEST_SHARED").map(std::path::PathBuf::from) else {
        eprintln!("SKIPPED authorities_and_postcodes_are_real: SIGNPOST_TEST_SHARED is not set");
        return;
    };
    let geo = shared.join("data/geo");
    let authorities = std::fs::read_to_string(geo.join("local_authorities.csv")).unwrap();
    let authorities: BTreeMap<&str, &str> = authorities
        .lines()
        .filter_map(|line| {
            let (code, rest) = line.split_once(',')?;
            Some((rest.split(',').next()?, code))
        })
        .collect();
    let resolve = |name: &str| authorities.get(name).map(|code| (*code).to_owned());
    let listings = read(embedded().iter().copied(), loaded_at(), resolve).unwrap_or_else(|error| panic!("{error}"));

    let mut text = String::new();
    let file = std::fs::File::open(geo.join("postcodes_live.csv.gz")).unwrap();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).unwrap();
    let live: BTreeSet<&str> = text.lines().filter_map(|line| line.split(',').next()).collect();
    for place in listings.iter().flat_map(|listing| &listing.places) {
        if let Some(postcode) = place.location.address.as_ref().and_then(|address| address.postcode.as_deref()) {
            assert!(live.contains(postcode), "{}: {postcode} is not live", place.location.key);
        }
    }
}
