//! What is there already that looks like something about to be entered.

use std::collections::BTreeSet;

use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};
use entity::ids::{AgencyId, ServiceId};

use super::agency::Agency;
use super::filters::{MOST_ENTRIES, MOST_TEXT, check_entries, find_place};
use super::load_these;
use super::service::Service;
use crate::api::errors::{bad_input, internal};
use crate::api::horizon::Horizon;
use crate::api::ids;
use crate::database::Database;
use crate::directory::duplicates::guard::{self, Found, MOST_FOUND, Proposed, Thing};
use crate::directory::duplicates::normal::{Key, Name, is_short_code};
use crate::directory::duplicates::score::{ReasonKind, Spot};
use crate::directory::loaders::{AgencyKey, ServiceKey};
use crate::places::{Postcode, Precision};

/// How many are told where nobody says.
const DEFAULT: i32 = 10;

/// What is about to be entered, as far as it is known; something of it must be said.
#[derive(Clone, Debug, Default, InputObject)]
pub struct PossibleDuplicatesInput {
    /// The agency it is entered for, where that is there already: then only services are looked for, and what that
    /// agency's services have in common does not count.
    pub agency: Option<ID>,
    /// The agency's name.
    pub agency_name: Option<String>,
    /// The service's name; services are looked for where it is said.
    pub service_name: Option<String>,
    /// Charity number: `1234567`, `SC012345` or `NIC100123`.
    pub charity_number: Option<String>,
    /// Company number: `01234567`, `SC123456`.
    pub company_number: Option<String>,
    /// Telephone numbers, however they are written. Short codes (`111`, `116 123`) are good and tell nothing.
    pub phones: Option<Vec<String>>,
    /// Address of the website.
    pub website: Option<String>,
    /// Unique property reference number of where it is.
    pub uprn: Option<String>,
    /// Full postcode of where it is.
    pub postcode: Option<String>,
    /// Where it is more exactly: `latitude,longitude`.
    pub near: Option<String>,
}

/// How sure it is that two are one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum DuplicateLikelihood {
    /// Look at it before you enter anything: a score of 80 or more.
    Likely,
    /// Worth a look: a score from 50 to 79.
    Possible,
}

/// What two have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "ReasonKind")]
pub enum DuplicateReasonKind {
    /// A charity number.
    CharityNumber,
    /// A company number.
    CompanyNumber,
    /// A unique property reference number: both are in one building.
    Uprn,
    /// A telephone number.
    Phone,
    /// A website: its host, or the page where many share the host.
    Website,
    /// A similar name, nearby or along with a number or address that is equal.
    Name,
}

/// A reason to take two for one.
#[derive(Clone, Debug, SimpleObject)]
pub struct DuplicateReason {
    /// What they have in common.
    pub kind: DuplicateReasonKind,
    /// The number or address in its one way of writing; for names how alike they are, and how near.
    pub shared: String,
}

/// Something that is there already and looks the same. Nothing is refused or merged for it.
#[derive(Clone, Debug, SimpleObject)]
pub struct PossibleDuplicate {
    /// The agency that looks the same, or whose service does; null where it went away a moment ago.
    pub agency: Option<Agency>,
    /// The service that looks the same; null where it is the agency that does.
    pub service: Option<Service>,
    /// How much it looks the same, from 50 to 100.
    pub score: i32,
    /// What the score means.
    pub likelihood: DuplicateLikelihood,
    /// Why; never empty.
    pub reasons: Vec<DuplicateReason>,
}

/// Root field of the duplicate guard.
#[derive(Clone, Copy, Debug, Default)]
pub struct DuplicateQuery;

/// Root field of the duplicate guard.
#[Object]
impl DuplicateQuery {
    /// What is there already that looks like something about to be entered, best first. For whoever may enter listings:
    /// listing editors and agency managers, coordinators and administrators. Only what is public is told of, and nothing
    /// of a confidential place counts, whoever asks.
    #[graphql(complexity = "crate::api::limits::page_cost(first, 10, child_complexity)")]
    async fn possible_duplicates(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is about to be entered.")] input: PossibleDuplicatesInput,
        #[graphql(desc = "How many at the most, from 1 to 50; 10 where absent.")] first: Option<i32>,
    ) -> Result<Vec<PossibleDuplicate>> {
        let wanted = first.unwrap_or(DEFAULT);
        let limit = usize::try_from(wanted).ok().filter(|limit| (1..=MOST_FOUND).contains(limit));
        let limit = limit.ok_or_else(|| bad_input("first", format!("{wanted} is not from 1 to {MOST_FOUND}.")))?;
        let proposed = proposed(ctx, input).await?;
        let snapshot = super::snapshot(ctx)?;
        Horizon::of(ctx).rows_were_read();
        let found = guard::guard(ctx.data::<Database>()?.connection(), &snapshot, &proposed).await;
        let mut found = found.map_err(|error| internal(ctx, &error))?;
        found.truncate(limit);
        told(ctx, found).await
    }
}

/// What was there before that looks like a service which was just entered.
pub(crate) async fn like_service(ctx: &Context<'_>, id: ServiceId) -> Result<Vec<PossibleDuplicate>> {
    let snapshot = super::snapshot(ctx)?;
    let found = guard::like_service(ctx.data::<Database>()?.connection(), &snapshot, id).await;
    told(ctx, found.map_err(|error| internal(ctx, &error))?).await
}

/// The same of an agency.
pub(crate) async fn like_agency(ctx: &Context<'_>, id: AgencyId) -> Result<Vec<PossibleDuplicate>> {
    let snapshot = super::snapshot(ctx)?;
    let found = guard::like_agency(ctx.data::<Database>()?.connection(), &snapshot, id).await;
    told(ctx, found.map_err(|error| internal(ctx, &error))?).await
}

/// What was found, as it is shown.
async fn told(ctx: &Context<'_>, found: Vec<Found>) -> Result<Vec<PossibleDuplicate>> {
    let of = |thing: Thing| match thing {
        Thing::Agency(agency) => (AgencyKey(agency), None),
        Thing::Service(service, agency) => (AgencyKey(agency), Some(ServiceKey(service))),
    };
    let agencies = load_these(ctx, found.iter().map(|found| of(found.thing).0).collect()).await?;
    let services = load_these(ctx, found.iter().filter_map(|found| of(found.thing).1).collect()).await?;
    let mut services = services.into_iter();
    let mut told = Vec::new();
    for (found, agency) in found.into_iter().zip(agencies) {
        let service = match found.thing {
            Thing::Agency(_) if agency.is_none() => continue,
            Thing::Agency(_) => None,
            Thing::Service(..) => match services.next().flatten() {
                Some(service) => Some(Service(service)),
                // Gone since it was found.
                None => continue,
            },
        };
        let likelihood = match found.found.is_likely() {
            true => DuplicateLikelihood::Likely,
            false => DuplicateLikelihood::Possible,
        };
        let reasons = found.found.reasons.into_iter();
        let reasons = reasons.map(|reason| DuplicateReason { kind: reason.kind.into(), shared: reason.shared });
        told.push(PossibleDuplicate {
            agency: agency.map(Agency),
            service,
            score: found.found.score.into(),
            likelihood,
            reasons: reasons.collect(),
        });
    }
    Ok(told)
}

/// A text of the input that says something, not too long.
fn said<'t>(field: &str, text: Option<&'t str>) -> Result<Option<&'t str>> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    if text.chars().count() > MOST_TEXT {
        return Err(bad_input(
            format!("input.{field}"),
            format!("The text is too long: at most {MOST_TEXT} characters."),
        ));
    }
    Ok(Some(text))
}

/// The input, checked.
async fn proposed(ctx: &Context<'_>, input: PossibleDuplicatesInput) -> Result<Proposed> {
    let wrong = |field: &str, right: &str| bad_input(format!("input.{field}"), right.to_owned());
    let names = |field, text: Option<&str>| -> Result<Vec<Name>> {
        let Some(text) = said(field, text)? else { return Ok(Vec::new()) };
        let name = Name::of(text).ok_or_else(|| wrong(field, "There is no letter and no digit in it."))?;
        Ok(vec![name])
    };
    let mut keys = BTreeSet::new();
    let mut tells_nothing = false;
    if let Some(text) = said("charityNumber", input.charity_number.as_deref())? {
        let before = keys.len();
        keys.extend(Key::charities(text));
        if keys.len() == before {
            let right = "It is no charity number: six or seven digits, SC and six digits, or NIC and six digits.";
            return Err(wrong("charityNumber", right));
        }
    }
    if let Some(text) = said("companyNumber", input.company_number.as_deref())? {
        let right = "It is no company number: eight digits, or letters and digits that make eight (SC123456).";
        keys.insert(Key::company(text).ok_or_else(|| wrong("companyNumber", right))?);
    }
    if let Some(text) = said("website", input.website.as_deref())? {
        match Key::website(text) {
            Some(key) => drop(keys.insert(key)),
            // A host that many share without a page is a good address that tells nothing.
            None if Key::website(&format!("{}/a", text.trim_end_matches('/'))).is_some() => tells_nothing = true,
            None => return Err(wrong("website", "It is no address of a website, as `https://example.org`.")),
        }
    }
    if let Some(text) = said("uprn", input.uprn.as_deref())? {
        let right = "It is no UPRN: up to twelve digits.";
        keys.insert(Key::uprn(text).ok_or_else(|| wrong("uprn", right))?);
    }
    let phones = input.phones.unwrap_or_default();
    check_entries("input.phones", phones.len())?;
    for (index, text) in phones.iter().enumerate().take(MOST_ENTRIES) {
        let field = format!("phones[{index}]");
        let Some(text) = said(&field, Some(text))? else { continue };
        match Key::phone(text) {
            Some(key) => drop(keys.insert(key)),
            None if is_short_code(text) => tells_nothing = true,
            None => {
                return Err(wrong(&field, "It is no telephone number, as `0161 496 0000` or `+44 161 496 0000`."));
            }
        }
    }
    let postcode = said("postcode", input.postcode.as_deref())?;
    let stated = postcode.map(|text| Postcode::parse(text).map_err(|problem| wrong("postcode", &problem.to_string())));
    let stated = stated.transpose()?;
    let mut spots = Vec::new();
    let exact = match said("near", input.near.as_deref())? {
        Some(text) => {
            let place = find_place(ctx, "input.near", text).await?;
            if place.precision != Precision::Coordinates {
                return Err(wrong("near", "It is not exact enough: give `latitude,longitude`, or `postcode` instead."));
            }
            Some(place.point)
        }
        // A postcode that nobody has loaded says where by itself: it is held against others.
        None => match postcode {
            Some(text) => Some(find_place(ctx, "input.postcode", text).await?)
                .filter(|place| place.precision == Precision::Postcode)
                .map(|place| place.point),
            None => None,
        },
    };
    if stated.is_some() || exact.is_some() {
        spots.push(Spot::of(stated, exact));
    }
    let proposed = Proposed {
        agency: input.agency.map(|id| ids::agency("input.agency", &id)).transpose()?,
        agency_names: names("agencyName", input.agency_name.as_deref())?,
        service_names: names("serviceName", input.service_name.as_deref())?,
        keys,
        spots,
        except: None,
    };
    let is_empty = proposed.agency_names.is_empty() && proposed.service_names.is_empty() && proposed.keys.is_empty();
    if is_empty && !tells_nothing {
        return Err(bad_input("input", "Say at least a name, a number or an address of what is about to be entered."));
    }
    Ok(proposed)
}
