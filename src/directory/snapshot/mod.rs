//! The public part of the directory, held in process: compact, immutable, replaced whole.
//!
//! Matching needs answers that SQL gives badly and differently on each engine (three-valued
//! eligibility, opening hours across clock changes, ranking). So the facts that decide are read
//! from the database into a [`Snapshot`], and whatever is selected, counted or put in order is
//! selected there. What a public page *shows* of the selected is there too, in a segment of bytes
//! (see [`shown`]); whatever is not for everybody is read from the database.
//!
//! A snapshot is a large part, the base, that was built from the whole directory, and a small one
//! beside it with what changed since; what that replaces is hidden in the base. Both stand under
//! one pointer, so that a question sees one version throughout (see [`refresh`]).
//!
//! It holds public facts only. **Invariant: nothing of a confidential location but what the
//! agency chose to say is copied in** (see `build`), so that no rule above can leak what it
//! never had.

pub mod briefs;
pub mod build;
pub mod facts;
pub mod kept;
pub mod lately;
pub mod names;
pub mod near;
mod offers;
pub mod part;
pub mod postings;
pub mod reasons;
pub mod refresh;
pub mod segment;
pub mod shown;
pub mod text;

use std::collections::HashSet;
use std::sync::Arc;

use entity::ids::{AgencyId, LocationId, ServiceId, SourceId};
use entity::source;
use foldhash::fast::FixedState;

pub use self::facts::{AgencyFacts, Assured, LocationFacts, Manner, Offer, ServiceFacts, ServiceIndex, Way};
pub use self::part::{LocationIndex, Part};

use self::names::{FixedNames, Named};
use self::postings::{Postings, Understood};
use self::shown::{OfAgency, OfLocation, OfService, Record};
use super::needs::NeedList;
use super::store::changes::Touched;
use super::store::load::Version;
use super::suggest::{self, Kind, Suggestion};

/// The public directory at one version.
#[derive(Debug)]
pub struct Snapshot {
    /// The version it is of.
    pub version: Version,
    /// The list of needs it was built with.
    pub need_list: Arc<NeedList>,
    /// The version that the base is of.
    built: Version,
    base: Arc<Part>,
    since: Part,
    hidden: Hidden,
}

/// What of the base no longer holds: it was changed, and stands among what changed since or is gone.
#[derive(Debug, Default)]
pub struct Hidden {
    services: HashSet<ServiceIndex, FixedState>,
    agencies: HashSet<AgencyId, FixedState>,
    locations: HashSet<LocationId, FixedState>,
    names: suggest::Hidden,
}

/// One of a snapshot's parts, with what of it holds.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// The part.
    pub part: &'a Part,
    hidden: Option<&'a Hidden>,
}

impl<'a> View<'a> {
    /// Whether a service of the part holds.
    #[must_use]
    pub fn holds(&self, service: ServiceIndex) -> bool {
        self.hidden.is_none_or(|hidden| !hidden.services.contains(&service))
    }

    /// The services that hold.
    pub fn services(self) -> impl Iterator<Item = (ServiceIndex, &'a ServiceFacts)> {
        (0..).zip(&self.part.services).filter(move |(index, _)| self.holds(*index))
    }

    /// Whether an agency of the part holds.
    #[must_use]
    pub fn holds_agency(&self, agency: u32) -> bool {
        let facts = self.part.agencies.get(agency as usize);
        facts.is_some_and(|facts| self.hidden.is_none_or(|hidden| !hidden.agencies.contains(&facts.id)))
    }

    /// The agencies that hold, by their index.
    pub fn agencies(self) -> impl Iterator<Item = (u32, &'a AgencyFacts)> {
        (0..).zip(&self.part.agencies).filter(move |(index, _)| self.holds_agency(*index))
    }

    /// Whether what this part says of a location holds.
    #[must_use]
    pub fn holds_location(&self, location: LocationId) -> bool {
        self.hidden.is_none_or(|hidden| !hidden.locations.contains(&location))
    }
}

impl Snapshot {
    /// An empty directory.
    #[must_use]
    pub fn empty(need_list: Arc<NeedList>) -> Self {
        Self::whole(Version::default(), need_list, Arc::new(Part::empty()))
    }

    /// A directory that was just built.
    #[must_use]
    pub fn whole(version: Version, need_list: Arc<NeedList>, base: Arc<Part>) -> Self {
        Self { version, need_list, built: version, base, since: Part::empty(), hidden: Hidden::default() }
    }

    /// The same base with what changed since it was built: what was touched is as `since` has it, and gone where it has
    /// it not.
    #[must_use]
    pub fn with_changes(&self, version: Version, since: Part, touched: &Touched) -> Self {
        let services: HashSet<_, FixedState> =
            touched.services.iter().filter_map(|id| Some(self.base.service(*id)?.0)).collect();
        let agencies: HashSet<_, FixedState> =
            touched.agencies.iter().copied().chain(since.agencies.iter().map(|agency| agency.id)).collect();
        let of_services = services.iter().map(|index| (Kind::Service, *index));
        let of_agencies = agencies.iter().filter_map(|id| Some((Kind::Agency, self.base.agency_index(*id)?)));
        let names = suggest::Hidden::of(&self.base.names, of_services.chain(of_agencies));
        let hidden = Hidden {
            names,
            services,
            agencies,
            locations: touched.locations.iter().copied().chain(since.locations.iter().map(|place| place.id)).collect(),
        };
        let (need_list, base) = (Arc::clone(&self.need_list), Arc::clone(&self.base));
        Self { version, need_list, built: self.built, base, since, hidden }
    }

    /// Its parts.
    #[must_use]
    pub fn views(&self) -> [View<'_>; 2] {
        [View { part: &self.base, hidden: Some(&self.hidden) }, View { part: &self.since, hidden: None }]
    }

    /// How many services changed since the base was built.
    #[must_use]
    pub fn changed_since_built(&self) -> usize {
        self.hidden.services.len().max(self.since.services.len())
    }

    /// How many changes were noted since then.
    #[must_use]
    pub fn changes_since_built(&self) -> i64 {
        self.version.count - self.built.count
    }

    /// All public services.
    pub fn services(&self) -> impl Iterator<Item = &ServiceFacts> {
        self.views().into_iter().flat_map(View::services).map(|(_, service)| service)
    }

    /// How many public services there are.
    #[must_use]
    pub fn service_count(&self) -> usize {
        self.base.services.len() - self.hidden.services.len() + self.since.services.len()
    }

    /// All agencies.
    pub fn agencies(&self) -> impl Iterator<Item = &AgencyFacts> {
        self.views().into_iter().flat_map(View::agencies).map(|(_, agency)| agency)
    }

    /// The facts of a public service.
    #[must_use]
    pub fn service(&self, id: ServiceId) -> Option<&ServiceFacts> {
        self.views().into_iter().find_map(|view| {
            let (index, service) = view.part.service(id)?;
            view.holds(index).then_some(service)
        })
    }

    /// The facts of an agency.
    #[must_use]
    pub fn agency(&self, id: AgencyId) -> Option<&AgencyFacts> {
        let [base, since] = self.views();
        let before = || base.part.agency(id).filter(|_| !self.hidden.agencies.contains(&id));
        since.part.agency(id).or_else(before)
    }

    /// What pages show of a public service: `None` where there is no such service or it can't be read.
    #[must_use]
    pub fn shown_of_service(&self, id: ServiceId) -> Option<Record<OfService>> {
        self.views().into_iter().find_map(|view| {
            let (index, _) = view.part.service(id)?;
            view.holds(index).then(|| view.part.shown.service(index)).flatten()
        })
    }

    /// The same of an agency.
    #[must_use]
    pub fn shown_of_agency(&self, id: AgencyId) -> Option<Record<OfAgency>> {
        let [base, since] = self.views();
        match since.part.agency_index(id) {
            Some(index) => since.part.shown.agency(index),
            None if self.hidden.agencies.contains(&id) => None,
            None => base.part.shown.agency(base.part.agency_index(id)?),
        }
    }

    /// The same of a location that a public service uses; of a confidential one as little as there is.
    #[must_use]
    pub fn shown_of_location(&self, id: LocationId) -> Option<Record<OfLocation>> {
        let [base, since] = self.views();
        if let Some(index) = since.part.shown.location_index(id) {
            return since.part.shown.location(index);
        }
        if self.hidden.locations.contains(&id) {
            return None;
        }
        let used = self.services_at(id).next().is_some()
            || base.part.shown.services_at_secret(id).any(|service| base.holds(service));
        used.then(|| base.part.shown.location(base.part.shown.location_index(id)?)).flatten()
    }

    /// A source of listings.
    #[must_use]
    pub fn source(&self, id: SourceId) -> Option<&Arc<source::Model>> {
        self.views().into_iter().rev().find_map(|view| view.part.shown.source(id))
    }

    /// All locations without a secret at which there is a public service, each with its index in its part.
    pub fn locations(&self) -> impl Iterator<Item = (View<'_>, LocationIndex, &LocationFacts)> {
        self.views()
            .into_iter()
            .flat_map(|view| (0..).zip(&view.part.locations).map(move |(index, facts)| (view, index, facts)))
            .filter(|(view, _, facts)| view.holds_location(facts.id) && self.services_at(facts.id).next().is_some())
    }

    /// The facts of a location that is no secret and at which there is a public service.
    #[must_use]
    pub fn open_location(&self, id: LocationId) -> Option<&LocationFacts> {
        self.views().into_iter().rev().find_map(|view| {
            let (_, facts) = view.part.location(id)?;
            view.holds_location(id).then_some(facts)
        })
    }

    /// The public services at a location, in whichever part they are.
    pub fn services_at(&self, location: LocationId) -> impl Iterator<Item = &ServiceFacts> {
        self.views().into_iter().flat_map(move |view| {
            let here = view.part.location(location).map(|(index, _)| view.part.services_at(index));
            here.into_iter().flatten().filter(move |(index, _)| view.holds(*index)).map(|(_, service)| service)
        })
    }

    /// What somebody who is typing may mean, best first.
    #[must_use]
    pub fn suggest(&self, fixed: &FixedNames, typed: &str, limit: usize) -> Vec<(Named, Suggestion)> {
        names::suggest([&self.base, &self.since], &self.hidden.names, fixed, typed, limit)
    }

    /// How these words are understood, whichever part knows them.
    #[must_use]
    pub fn understand(
        &self,
        words: &[String],
        postings: impl for<'a> Fn(&'a Part) -> &'a Postings,
        holds: impl Fn(&View<'_>, u32) -> bool,
    ) -> Vec<(String, Understood)> {
        let best = |word: &String| {
            let parts = self.views().into_iter();
            parts.map(|view| postings(view.part).understand(word, |text| holds(&view, text))).min()
        };
        words.iter().map(|word| (word.clone(), best(word).unwrap_or(Understood::Unknown))).collect()
    }
}
