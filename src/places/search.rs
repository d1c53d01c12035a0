//! Which place a name means: the only one, the one that dwarfs the rest, or a question.

use super::authority::{Authority, LadCode};
use super::fold::{fold, has_words};
use super::gazetteer::Gazetteer;
use super::geo::{Point, distance_km};
use super::names::{Candidate, Named, PlaceKind};
use super::parse::{PlaceQuery, suggestion};
use super::postcode::{District, PostcodeText};
use super::problem::{CrownDependency, PlaceProblem};

/// A place this many times as large as the next of its name is what people mean by the name.
const DWARFS: u32 = 10;
/// "Hucknall, Nottingham": a place may be told by a city or town this near, km.
const NEIGHBOUR_KM: f64 = 20.0;
/// The most places offered to choose from, and names suggested.
const MOST_OFFERED: usize = 12;
const MOST_SUGGESTED: usize = 5;

/// Something that a name may mean.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found<'a> {
    pub(super) what: What<'a>,
    /// Its name in the spelling that was asked for.
    pub(super) name: &'a str,
    /// Whether this is the name that was asked for, or one for which it is short.
    exact: bool,
}

/// What was found.
#[derive(Clone, Copy, Debug)]
pub(super) enum What<'a> {
    /// A place of the list.
    Place(Named<'a>),
    /// All of an authority.
    Authority(&'a Authority),
}

/// The place that a name means, and the others that it might have meant.
pub(super) struct Chosen<'a> {
    pub(super) found: Found<'a>,
    pub(super) others: Vec<Found<'a>>,
}

impl<'a> Found<'a> {
    fn size(&self) -> u32 {
        match self.what {
            What::Place(place) => place.postcodes(),
            What::Authority(authority) => authority.postcodes,
        }
    }

    fn kind(&self) -> PlaceKind {
        match self.what {
            What::Place(place) => place.kind(),
            What::Authority(_) => PlaceKind::Authority,
        }
    }

    fn is_city_or_town(&self) -> bool {
        matches!(self.kind(), PlaceKind::City | PlaceKind::Town)
    }

    fn is_large(&self) -> bool {
        matches!(self.kind(), PlaceKind::City | PlaceKind::Town | PlaceKind::Authority)
    }

    fn code(&self) -> Option<LadCode> {
        match self.what {
            What::Place(place) => place.authority(),
            What::Authority(authority) => Some(authority.code),
        }
    }

    fn point(&self) -> Option<Point> {
        match self.what {
            What::Place(place) => place.point(),
            What::Authority(authority) => Some(authority.point),
        }
    }

    fn district(&self) -> Option<District> {
        match self.what {
            What::Place(place) => Some(place.district()),
            What::Authority(_) => None,
        }
    }

    fn dwarfs(&self, other: &Self) -> bool {
        self.size() >= other.size().max(1).saturating_mul(DWARFS)
    }
}

impl Gazetteer {
    /// Every place of the list, as it would be offered to choose from.
    pub fn places(&self) -> impl Iterator<Item = Candidate> + '_ {
        self.names
            .iter()
            .filter_map(|place| self.candidate(&Found { what: What::Place(place), name: place.name(), exact: true }))
    }

    /// The place that a name means.
    pub(super) fn search<'a>(&'a self, query: &'a PlaceQuery) -> Result<Chosen<'a>, PlaceProblem> {
        let alone = query.within.is_empty() && query.code.is_none();
        if let Some(which) = crown_dependency(&query.name).filter(|_| alone) {
            return Err(PlaceProblem::CrownDependency { which });
        }
        // A name with commas of its own: "Newry, Mourne and Down".
        let whole = format!("{} {}", query.name, query.within.join(" "));
        let authority = self.authorities_named(whole.trim_end()).next().filter(|_| !query.within.is_empty());
        if let Some(authority) = authority {
            let found = Found { what: What::Authority(authority), name: authority.name, exact: true };
            return Ok(Chosen { found, others: Vec::new() });
        }
        let all = self.called(&query.name);
        if alone
            && !all.iter().any(|found| found.exact && found.is_large())
            && let Some(name) = self.broad_area(&query.name)
        {
            return Err(PlaceProblem::TooBroad { name });
        }
        let mut within: Vec<&str> = query.within.iter().map(String::as_str).collect();
        let code = match query.code {
            Some(PostcodeText::District(district)) => Some(fold(district.as_str())),
            Some(PostcodeText::Sector(sector)) => Some(fold(sector.district().as_str())),
            Some(PostcodeText::Full(_) | PostcodeText::Area(_)) | None => None,
        };
        within.extend(code.as_deref());
        let matching = within.iter().fold(all.clone(), |left, words| self.only_within(left, words));
        if !matching.is_empty() {
            return self.choose(query, matching);
        }
        // Without commas: "Ashford Kent", "Newport in Shropshire".
        if all.is_empty() && query.within.is_empty() {
            for (at, _) in query.name.rmatch_indices(' ') {
                let (name, words) = query.name.split_at(at);
                let matching = self.only_within(self.called(name), words);
                if !matching.is_empty() {
                    return self.choose(query, matching);
                }
            }
        }
        Err(PlaceProblem::UnknownPlace { text: query.text.clone(), suggestions: self.suggest(query, &all) })
    }

    /// Everything that a folded name may mean, in the order of the list.
    fn called<'a>(&'a self, name: &str) -> Vec<Found<'a>> {
        let place =
            |exact| move |place: Named<'a>| Found { what: What::Place(place), name: place.name_as(name), exact };
        let authority = |exact| move |of: &'a Authority| Found { what: What::Authority(of), name: of.name, exact };
        let mut found: Vec<Found<'a>> = self.names.exactly(name).map(place(true)).collect();
        // The town that gave an authority its name, or shares it, says more than the authority does.
        let same_ground = |found: &[Found<'a>], new: &Found<'a>| found.iter().any(|other| other.code() == new.code());
        for new in self.authorities_named(name).map(authority(true)) {
            if !same_ground(&found, &new) {
                found.push(new);
            }
        }
        // A longer name is what is meant only if nothing there or as large has the name as it stands.
        let largest = found.iter().map(Found::size).max().unwrap_or_default();
        let exact = found.clone();
        let in_full = self.names.in_full(name).map(place(false));
        let long: Vec<Found<'a>> = in_full.filter(|new| !same_ground(&exact, new) && new.size() > largest).collect();
        found.extend(long);
        for new in self.authorities_in_full(name).map(authority(false)) {
            if !same_ground(&found, &new) && new.size() > largest {
                found.push(new);
            }
        }
        found
    }

    /// Those that lie where the words say. The strictest reading that leaves any counts: the name of the authority;
    /// then of the county, region or nation, or the postcode district; then part of such a name; then a town nearby.
    fn only_within<'a>(&self, found: Vec<Found<'a>>, words: &str) -> Vec<Found<'a>> {
        let mut words = words.trim();
        for small in ["in ", "near ", "county ", "co "] {
            words = words.strip_prefix(small).unwrap_or(words);
        }
        let area_names = |found: &Found<'a>| {
            let authority = found.code().and_then(|code| self.authority(code));
            authority.into_iter().flat_map(Authority::area_names).map(fold)
        };
        let own_names = |found: &Found<'a>| {
            let authority = found.code().and_then(|code| self.authority(code));
            authority.into_iter().flat_map(Authority::names).map(fold)
        };
        let district = |found: &Found<'a>| found.district().is_some_and(|district| fold(district.as_str()) == words);
        let keep = |test: &dyn Fn(&Found<'a>) -> bool| -> Vec<Found<'a>> {
            found.iter().copied().filter(|found| test(found)).collect()
        };
        let named =
            keep(&|found| own_names(found).any(|name| name == words || name.strip_prefix("county ") == Some(words)));
        if !named.is_empty() {
            return named;
        }
        let within = keep(&|found| district(found) || area_names(found).any(|name| name == words));
        if !within.is_empty() {
            return within;
        }
        let partly = keep(&|found| area_names(found).any(|name| has_words(&name, words)));
        if !partly.is_empty() {
            return partly;
        }
        let mut towns = self.called(words);
        towns.retain(|town| town.exact && town.is_city_or_town());
        let is_near =
            |point| towns.iter().filter_map(Found::point).any(|town| distance_km(point, town) <= NEIGHBOUR_KM);
        keep(&|found| found.point().is_some_and(is_near))
    }

    /// One of several, or the question which.
    fn choose<'a>(&self, query: &PlaceQuery, mut found: Vec<Found<'a>>) -> Result<Chosen<'a>, PlaceProblem> {
        let any_exact = found.iter().any(|found| found.exact);
        if !query.within.is_empty() && any_exact {
            found.retain(|found| found.exact);
        }
        found.sort_by_key(|found| std::cmp::Reverse(found.size()));
        let wins = |at: usize, one: &Found<'a>| {
            let mut others = found.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, other)| other);
            // A city wins over villages of its name, whatever their size.
            let by_rank = |other: &Found<'a>| one.exact && one.kind() == PlaceKind::City && !other.is_large();
            (one.exact || !any_exact) && others.all(|other| by_rank(other) || one.dwarfs(other))
        };
        match found.iter().enumerate().position(|(at, one)| wins(at, one)) {
            Some(at) => {
                let winner = found.remove(at);
                Ok(Chosen { found: winner, others: found })
            }
            None => Err(PlaceProblem::Ambiguous {
                text: query.text.clone(),
                candidates: found.iter().take(MOST_OFFERED).filter_map(|found| self.candidate(found)).collect(),
            }),
        }
    }

    /// Names that may have been meant.
    fn suggest(&self, query: &PlaceQuery, elsewhere: &[Found<'_>]) -> Vec<String> {
        if !elsewhere.is_empty() {
            return elsewhere.iter().take(MOST_SUGGESTED).map(|found| self.key_of(found)).collect();
        }
        let near = self.names.near(&query.name, MOST_SUGGESTED).into_iter().map(str::to_owned);
        suggestion(&query.text).into_iter().chain(near).take(MOST_SUGGESTED).collect()
    }

    /// A county, combined authority, region or nation of this folded name, or the whole country.
    fn broad_area(&self, name: &str) -> Option<String> {
        const WHOLE: [&str; 5] = ["uk", "united kingdom", "great britain", "britain", "gb"];
        if WHOLE.contains(&name) {
            return Some("The United Kingdom".to_owned());
        }
        let combined = self.combined().iter().flat_map(|combined| combined.names.iter().copied());
        let of_authorities = self.authorities().iter().flat_map(|authority| {
            authority
                .counties
                .iter()
                .chain(&authority.former_counties)
                .copied()
                .chain([authority.region, authority.nation.name()])
        });
        combined.chain(of_authorities).find(|area| fold(area) == name).map(str::to_owned)
    }

    /// What to type to mean this one and no other: its name with the smallest area in which there is no other.
    pub(super) fn key_of(&self, found: &Found<'_>) -> String {
        let (name, authority) = (fold(found.name), found.code().and_then(|code| self.authority(code)));
        let place = match (found.what, authority) {
            (What::Place(place), Some(_)) => place,
            // The council's full name names nothing else.
            (What::Authority(authority), _) => {
                return authority.names().max_by_key(|name| name.len()).unwrap_or(authority.name).to_owned();
            }
            (What::Place(_), None) => return found.name.to_owned(),
        };
        let mut namesakes = self.called(&name);
        namesakes.retain(|other| other.exact);
        let areas = authority.into_iter().flat_map(|authority| {
            std::iter::once(authority.name).chain(authority.counties.iter().copied()).chain([authority.region])
        });
        let alone_in = |area: &str| matches!(self.only_within(namesakes.clone(), area).as_slice(), [one] if one.point() == found.point());
        let district = place.district().to_string();
        let area =
            areas.filter(|area| fold(area) != name).chain([district.as_str()]).find(|area| alone_in(&fold(area)));
        match (area, authority) {
            (None, Some(authority)) => format!("{}, {}, {district}", found.name, authority.name),
            (Some(area), _) => format!("{}, {area}", found.name),
            (None, None) => found.name.to_owned(),
        }
    }

    fn candidate(&self, found: &Found<'_>) -> Option<Candidate> {
        let authority = self.authority(found.code()?)?;
        let mut district = authority.name.to_owned();
        if let Some(county) = authority.counties.first().filter(|county| **county != authority.name) {
            district = format!("{district}, {county}");
        }
        Some(Candidate {
            name: found.name.to_owned(),
            district,
            kind: found.kind(),
            point: found.point()?,
            key: self.key_of(found),
        })
    }
}

fn crown_dependency(name: &str) -> Option<CrownDependency> {
    match name {
        "jersey" => Some(CrownDependency::Jersey),
        "guernsey" | "alderney" | "sark" => Some(CrownDependency::Guernsey),
        "isle of man" => Some(CrownDependency::IsleOfMan),
        _ => None,
    }
}
