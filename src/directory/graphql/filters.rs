//! What lists can be narrowed by, and how that is decided over the snapshot.

use std::collections::HashSet;

use async_graphql::{Context, Enum, Error, ID, InputObject, Result};
use chrono::{DateTime as Instant, Utc};
use entity::ids::AgencyId;
use sha2::{Digest, Sha256};

use super::languages::{check_languages, primary};
use super::listing_enums::{AccessFeature, CostKind, DeliveryMode, ReferralRoute, ServiceStatus, SessionFormat};
use crate::api::errors::{bad_input, internal};
use crate::api::horizon::Horizon;
use crate::api::ids::{self, NodeId};
use crate::api::scalars::DateTime;
use crate::database::Database;
use crate::directory::needs::{NeedIndex, NeedList};
use crate::directory::placing::{self, WhereError};
use crate::directory::snapshot::postings::{Hit, MOST_WORDS};
use crate::directory::snapshot::text::words;
use crate::directory::snapshot::{AgencyFacts, LocationFacts, Part, ServiceFacts, Snapshot, View};
use crate::hours::State;
use crate::places::{self, Gazetteer, LadCode, Point, ResolvedPlace};

/// Longest text that is searched for, in characters.
pub const MOST_TEXT: usize = 200;
/// Most entries of a list in a question.
pub const MOST_ENTRIES: usize = 50;
/// Farthest that is searched, in kilometres: the length of the country.
pub const FARTHEST_KM: f64 = 1000.0;

/// Near a place, as the crow flies.
#[derive(Clone, Debug, InputObject)]
pub struct NearInput {
    /// A postcode, a part of one, the name of a town, or `latitude,longitude`.
    pub place: String,
    /// How far, in kilometres; more than 0, at most 1000.
    #[graphql(default = 10.0)]
    pub within_km: f64,
}

/// What services are narrowed by. Every field that is there must hold; what is not there does not narrow.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ServiceFilter {
    /// Meets one of these needs: keys (`housing.emergency`, or `housing` for the whole area), or ids.
    pub needs: Option<Vec<ID>>,
    /// Is offered by this agency.
    pub agency: Option<ID>,
    /// Has one of these states.
    pub status: Option<Vec<ServiceStatus>>,
    /// Says that it reaches people in one of these ways.
    pub delivery: Option<Vec<DeliveryMode>>,
    /// Says that it has one of these forms of session.
    pub formats: Option<Vec<SessionFormat>>,
    /// Says that one of these is a way in.
    pub referral_routes: Option<Vec<ReferralRoute>>,
    /// Says that it costs this.
    pub cost: Option<CostKind>,
    /// Removes all of these barriers, itself or at one of its places.
    pub access_offered: Option<Vec<AccessFeature>>,
    /// Says that one of these languages is spoken (BCP 47; `en` finds `en-GB`).
    pub languages: Option<Vec<String>>,
    /// Has a place so near. Confidential places, and those that nobody could place, are never near.
    pub near: Option<NearInput>,
    /// Is certain to be open then, at one of its places or without one.
    pub open_at: Option<DateTime>,
    /// Each of these words begins a word of its name, its agency's name, its description, or a need it meets.
    pub text: Option<String>,
    /// Changed here at or after this instant.
    pub updated_since: Option<DateTime>,
}

/// What agencies are narrowed by. Every field that is there must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct AgencyFilter {
    /// Each of these words begins a word of its name, other name or description.
    pub text: Option<String>,
    /// Has a public service that meets one of these needs: keys or ids.
    pub needs: Option<Vec<ID>>,
    /// Changed here at or after this instant.
    pub updated_since: Option<DateTime>,
}

/// What locations are narrowed by. Every field that is there must hold. Confidential locations are not listed at all.
#[derive(Clone, Debug, Default, InputObject)]
pub struct LocationFilter {
    /// Each of these words begins a word of its name or address.
    pub text: Option<String>,
    /// Is so near.
    pub near: Option<NearInput>,
    /// Lies in this local authority, by the code of the Office for National Statistics.
    pub local_authority: Option<String>,
    /// Has a public service that meets one of these needs: keys or ids.
    pub needs: Option<Vec<ID>>,
}

/// What needs are narrowed by. Every field that is there must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct NeedFilter {
    /// Belongs to this area: a key or an id.
    pub area: Option<ID>,
    /// Each of these words begins a word of its name, a synonym, or what people say.
    pub text: Option<String>,
}

/// Which way a list is ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
pub enum OrderDirection {
    /// Smallest, earliest, or A first.
    #[default]
    Asc,
    /// Largest, latest, or Z first.
    Desc,
}

/// A place and how far around it.
#[derive(Clone, Debug)]
pub struct Near {
    place: ResolvedPlace,
    within_km: f64,
}

impl Near {
    async fn of(ctx: &Context<'_>, field: &str, input: Option<NearInput>) -> Result<Option<Self>> {
        let Some(input) = input else { return Ok(None) };
        check_radius(&format!("{field}.withinKm"), input.within_km)?;
        let place = find_place(ctx, &format!("{field}.place"), &input.place).await?;
        Ok(Some(Self { place, within_km: input.within_km }))
    }

    fn holds(&self, point: Option<Point>) -> bool {
        point.is_some_and(|point| places::distance_km(self.place.point, point) <= self.within_km)
    }
}

/// Checks a radius.
///
/// # Errors
/// `BAD_USER_INPUT` for one that is no length, or longer than the country.
pub fn check_radius(field: &str, km: f64) -> Result<()> {
    if km.is_finite() && km > 0.0 && km <= FARTHEST_KM {
        return Ok(());
    }
    Err(bad_input(field, format!("{km} km is not a distance to search: more than 0 and at most {FARTHEST_KM}.")))
}

/// The place that words name.
///
/// # Errors
/// `BAD_USER_INPUT` with what would help; an internal error where the database failed.
pub async fn find_place(ctx: &Context<'_>, field: &str, words: &str) -> Result<ResolvedPlace> {
    Horizon::of(ctx).rows_were_read();
    match placing::find(ctx.data::<Database>()?.connection(), words).await {
        Ok(place) => Ok(place),
        Err(WhereError::Words(problem)) => Err(place_problem(field, &problem)),
        Err(WhereError::Database(error)) => Err(internal(ctx, &error)),
    }
}

/// The place that words name, where they name one: for words that nobody put into a field for places.
///
/// # Errors
/// An internal error where the database failed: without the place it would be another question.
pub async fn place_if_any(ctx: &Context<'_>, words: &str) -> Result<Option<ResolvedPlace>> {
    match placing::find(ctx.data::<Database>()?.connection(), words).await {
        Ok(place) => Ok(Some(place)),
        Err(WhereError::Words(_)) => Ok(None),
        Err(WhereError::Database(error)) => Err(internal(ctx, &error)),
    }
}

fn place_problem(field: &str, problem: &places::PlaceProblem) -> Error {
    use async_graphql::ErrorExtensions;
    let code = problem.code();
    let suggestions: Vec<async_graphql::Value> = problem.suggestions().into_iter().map(Into::into).collect();
    bad_input(field, problem.to_string()).extend_with(|_, extensions| {
        extensions.set("reason", code);
        if !suggestions.is_empty() {
            extensions.set("suggestions", async_graphql::Value::List(suggestions));
        }
    })
}

/// The keys of second-level needs that keys or ids stand for; an area stands for all its needs.
///
/// # Errors
/// `BAD_USER_INPUT` naming the entry, with what may have been meant.
pub fn expand_needs(list: &NeedList, field: &str, asked: &[ID]) -> Result<Vec<(String, Vec<NeedIndex>)>> {
    check_entries(field, asked.len())?;
    asked
        .iter()
        .enumerate()
        .map(|(index, id)| {
            let key = match NodeId::decode(id) {
                Some(NodeId::Need(key)) => key,
                Some(other) => return Err(ids::wrong_kind(&format!("{field}[{index}]"), "Need", &other)),
                None => id.to_string(),
            };
            match list.expand(&key) {
                Ok(needs) => Ok((key, needs.iter().filter_map(|need| list.index_of(&need.key)).collect())),
                Err(unknown) => Err(bad_input(format!("{field}[{index}]"), unknown.to_string())),
            }
        })
        .collect()
}

/// Checks the length of a list in a question.
///
/// # Errors
/// `BAD_USER_INPUT` for one that is too long.
pub fn check_entries(field: &str, entries: usize) -> Result<()> {
    if entries <= MOST_ENTRIES {
        return Ok(());
    }
    Err(bad_input(field, format!("{entries} entries are too many: at most {MOST_ENTRIES}.")))
}

/// The folded words of a text that is searched for.
///
/// # Errors
/// `BAD_USER_INPUT` for a text that is too long or has no word in it.
pub fn search_words(field: &str, text: &str) -> Result<Vec<String>> {
    if text.chars().count() > MOST_TEXT {
        return Err(bad_input(field, format!("The text is too long: at most {MOST_TEXT} characters.")));
    }
    let mut found = words(text);
    found.dedup();
    if found.len() > MOST_WORDS {
        return Err(bad_input(field, format!("{} words are too many to look for: at most {MOST_WORDS}.", found.len())));
    }
    if found.is_empty() {
        return Err(bad_input(field, "There is no word in the text: give letters or digits, or leave it out."));
    }
    Ok(found)
}

fn optional_words(field: &str, text: Option<&str>) -> Result<Vec<String>> {
    text.map_or_else(|| Ok(Vec::new()), |text| search_words(field, text))
}

/// A print of a list's question: cursors of another are told by it.
#[must_use]
pub fn print_of(parts: &[&[u8]]) -> [u8; 8] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    let mut print = [0; 8];
    print.copy_from_slice(&hasher.finalize()[..8]);
    print
}

/// A service filter, checked.
#[derive(Clone, Debug)]
pub struct ServiceTest {
    needs: Option<Vec<NeedIndex>>,
    agency: Option<AgencyId>,
    status: Option<Vec<entity::enums::ServiceStatus>>,
    delivery: Option<Vec<entity::enums::DeliveryMode>>,
    formats: Option<Vec<entity::enums::SessionFormat>>,
    routes: Option<Vec<entity::enums::ReferralRoute>>,
    cost: Option<entity::enums::CostKind>,
    access: Vec<entity::enums::AccessFeature>,
    languages: Option<Vec<String>>,
    near: Option<Near>,
    open_at: Option<Instant<Utc>>,
    words: Vec<String>,
    updated_since: Option<Instant<Utc>>,
}

fn stored<A, B: From<A>>(list: Option<Vec<A>>) -> Option<Vec<B>> {
    list.map(|list| list.into_iter().map(B::from).collect())
}

impl ServiceTest {
    /// Checks a filter.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` naming the field.
    pub async fn of(ctx: &Context<'_>, list: &NeedList, filter: ServiceFilter) -> Result<Self> {
        let needs = filter
            .needs
            .map(|asked| expand_needs(list, "filter.needs", &asked))
            .transpose()?
            .map(|expanded| expanded.into_iter().flat_map(|(_, keys)| keys).collect());
        let languages = filter.languages;
        check_languages("filter.languages", languages.as_deref().unwrap_or_default())?;
        Ok(Self {
            needs,
            agency: filter.agency.map(|id| ids::agency("filter.agency", &id)).transpose()?,
            status: stored(filter.status),
            delivery: stored(filter.delivery),
            formats: stored(filter.formats),
            routes: stored(filter.referral_routes),
            cost: filter.cost.map(Into::into),
            access: stored(filter.access_offered).unwrap_or_default(),
            languages: languages.map(|tags| tags.iter().map(|tag| primary(tag)).collect()),
            near: Near::of(ctx, "filter.near", filter.near).await?,
            open_at: filter.open_at.map(|at| at.0),
            words: optional_words("filter.text", filter.text.as_deref())?,
            updated_since: filter.updated_since.map(|at| at.0),
        })
    }

    /// Bytes that tell this question from another.
    #[must_use]
    pub fn print(&self) -> Vec<u8> {
        format!("{self:?}").into_bytes()
    }

    /// The words that are looked for.
    #[must_use]
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// The services that pass.
    #[must_use]
    pub fn select<'a>(&self, snapshot: &'a Snapshot) -> Vec<&'a ServiceFacts> {
        let words = snapshot.understand(&self.words, |part| &part.service_words, |view, service| view.holds(service));
        let mut selected = Vec::new();
        for view in snapshot.views() {
            let hits = (!words.is_empty()).then(|| view.part.service_words.find(&words));
            let passes =
                |(index, service): &(u32, &ServiceFacts)| is_hit(hits.as_deref(), *index) && self.holds(service);
            selected.extend(view.services().filter(passes).map(|(_, service)| service));
        }
        selected
    }

    fn holds(&self, service: &ServiceFacts) -> bool {
        let one_of = |needs: &Vec<NeedIndex>| needs.iter().any(|need| service.needs.contains(need));
        let manner = &service.manner;
        self.needs.as_ref().is_none_or(one_of)
            && self.agency.is_none_or(|agency| service.agency == agency)
            && self.status.as_ref().is_none_or(|states| states.contains(&service.status))
            && any_in(self.delivery.as_deref(), &manner.delivery)
            && any_in(self.formats.as_deref(), &manner.formats)
            && any_in(self.routes.as_deref(), &manner.routes)
            && self.cost.is_none_or(|cost| manner.cost == Some(cost))
            && self
                .languages
                .as_ref()
                .is_none_or(|wanted| manner.languages.iter().any(|tag| wanted.contains(&primary(tag))))
            && self.updated_since.is_none_or(|since| service.updated_at >= since)
            && self.one_offer(service)
    }

    /// Near, open and accessible are asked of offers: each of one, not of one each.
    fn one_offer(&self, service: &ServiceFacts) -> bool {
        (self.near.is_none() && self.open_at.is_none() && self.access.is_empty())
            || service.offers.iter().any(|offer| {
                self.near.as_ref().is_none_or(|near| near.holds(offer.point))
                    && self.access.iter().all(|feature| offer.way.access_offered.contains(feature))
                    && self.open_at.is_none_or(|at| matches!(service.door(offer).state(at), State::Open { .. }))
            })
    }
}

fn any_in<T: PartialEq>(wanted: Option<&[T]>, stated: &[T]) -> bool {
    wanted.is_none_or(|wanted| stated.iter().any(|one| wanted.contains(one)))
}

/// A location filter, checked.
#[derive(Clone, Debug)]
pub struct LocationTest {
    words: Vec<String>,
    near: Option<Near>,
    authority: Option<LadCode>,
    needs: Option<Vec<NeedIndex>>,
}

impl LocationTest {
    /// Checks a filter.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` naming the field.
    pub async fn of(ctx: &Context<'_>, list: &NeedList, filter: LocationFilter) -> Result<Self> {
        let known = |code: &str| Some(Gazetteer::embedded().authority(LadCode::parse(code)?)?.code);
        let authority = match filter.local_authority {
            None => None,
            Some(code) => Some(known(&code).ok_or_else(|| {
                let shown: String = code.chars().take(20).collect();
                bad_input(
                    "filter.localAuthority",
                    format!("{shown:?} is no local authority; a code looks like E08000003 (Manchester)."),
                )
            })?),
        };
        Ok(Self {
            words: optional_words("filter.text", filter.text.as_deref())?,
            near: Near::of(ctx, "filter.near", filter.near).await?,
            authority,
            needs: needs_of(list, filter.needs)?,
        })
    }

    /// Bytes that tell this question from another.
    #[must_use]
    pub fn print(&self) -> Vec<u8> {
        format!("{self:?}").into_bytes()
    }

    /// The locations that pass.
    #[must_use]
    pub fn select<'a>(&self, snapshot: &'a Snapshot) -> Vec<&'a LocationFacts> {
        let shown = |view: &View<'_>, index: u32| {
            let facts = view.part.locations.get(index as usize);
            facts.is_some_and(|facts| view.holds_location(facts.id) && snapshot.services_at(facts.id).next().is_some())
        };
        let words = snapshot.understand(&self.words, |part| &part.location_words, shown);
        let hits = |part: &Part| (!words.is_empty()).then(|| part.location_words.find(&words));
        let hits = snapshot.views().map(|view| (std::ptr::from_ref(view.part), hits(view.part)));
        let is_hit = |view: View<'_>, index| {
            let of_part = hits.iter().find(|(part, _)| std::ptr::eq(*part, view.part));
            of_part.is_some_and(|(_, hits)| is_hit(hits.as_deref(), index))
        };
        let passes = |facts: &LocationFacts| {
            self.near.as_ref().is_none_or(|near| near.holds(facts.point))
                && self.authority.is_none_or(|code| facts.authority == Some(code))
                && self.needs.as_ref().is_none_or(|needs| {
                    snapshot.services_at(facts.id).any(|service| needs.iter().any(|need| service.needs.contains(need)))
                })
        };
        let locations = snapshot.locations();
        locations
            .filter(|(view, index, facts)| is_hit(*view, *index) && passes(facts))
            .map(|(_, _, facts)| facts)
            .collect()
    }
}

/// An agency filter, checked.
#[derive(Clone, Debug)]
pub struct AgencyTest {
    words: Vec<String>,
    needs: Option<Vec<NeedIndex>>,
    updated_since: Option<Instant<Utc>>,
}

impl AgencyTest {
    /// Checks a filter.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` naming the field.
    pub fn of(list: &NeedList, filter: AgencyFilter) -> Result<Self> {
        Ok(Self {
            words: optional_words("filter.text", filter.text.as_deref())?,
            needs: needs_of(list, filter.needs)?,
            updated_since: filter.updated_since.map(|at| at.0),
        })
    }

    /// Bytes that tell this question from another.
    #[must_use]
    pub fn print(&self) -> Vec<u8> {
        format!("{self:?}").into_bytes()
    }

    /// The agencies that pass.
    #[must_use]
    pub fn select<'a>(&self, snapshot: &'a Snapshot) -> Vec<&'a AgencyFacts> {
        let meeting = self.needs.as_ref().map(|needs| {
            let meets = |service: &&ServiceFacts| needs.iter().any(|need| service.needs.contains(need));
            snapshot.services().filter(meets).map(|service| service.agency).collect::<HashSet<_>>()
        });
        let words =
            snapshot.understand(&self.words, |part| &part.agency_words, |view, agency| view.holds_agency(agency));
        let mut selected = Vec::new();
        for view in snapshot.views() {
            let hits = (!words.is_empty()).then(|| view.part.agency_words.find(&words));
            let passes = |(index, agency): &(u32, &AgencyFacts)| {
                is_hit(hits.as_deref(), *index)
                    && self.updated_since.is_none_or(|since| agency.updated_at >= since)
                    && meeting.as_ref().is_none_or(|meeting| meeting.contains(&agency.id))
            };
            selected.extend(view.agencies().filter(passes).map(|(_, agency)| agency));
        }
        selected
    }
}

/// Whether a text is one of those that were found; every text is where none was looked for.
fn is_hit(hits: Option<&[Hit]>, text: u32) -> bool {
    hits.is_none_or(|hits| hits.binary_search_by_key(&text, |hit| hit.text).is_ok())
}

fn needs_of(list: &NeedList, asked: Option<Vec<ID>>) -> Result<Option<Vec<NeedIndex>>> {
    let expanded = asked.map(|asked| expand_needs(list, "filter.needs", &asked)).transpose()?;
    Ok(expanded.map(|expanded| expanded.into_iter().flat_map(|(_, keys)| keys).collect()))
}
