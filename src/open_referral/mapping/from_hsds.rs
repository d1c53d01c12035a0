//! Reads a service document of the standard as a listing: HSDS 3.0 and 3.1, its UK profile 3.0,
//! and those fields of earlier versions that feeds still carry.
//!
//! To map another field: read it here (or in `from_place`), write it in `to_hsds` (`to_place`),
//! and let the round-trip tests fill it.

use chrono::{DateTime, Utc};
use entity::enums::{
    AccessFeature, AssuranceEvidence, CostKind, DeliveryMode, FieldGroup, LocationKind, ReferralRoute, ScheduleEffect,
    ServiceStatus, SessionFormat, Visibility, WaitingList,
};
use serde_json::Value;

use super::{
    Mapped, areas, eligibility,
    facts::{self, Facts, is_fact},
    from_place::{identifier, key, read_places},
    languages,
    people::{self, Persons},
    read::{Node, Remarks, instant, once},
    schedules, vocabulary,
    withheld::assurer,
};
use crate::directory::listing::{AgencyListing, Assurance, Capacity, Identifier, ServiceListing, ServicePlace, Term};

/// The taxonomy under which our own needs are written.
pub(super) const NEEDS: &str = "signpostNeeds";

/// Schemes of <http://org-id.guide> for the registers that we have a field for.
pub(super) const CHARITIES: [&str; 3] = ["GB-CHC", "GB-SC", "GB-NIC"];

/// Companies House.
pub(super) const COMPANIES: &str = "GB-COH";

/// Reads a document that the standard's schemas accept; any other gives what can be read of it.
/// What has no place in a listing stays in the document alone; what should have one and could
/// not be read is told in the remarks.
#[must_use]
pub fn listing_from(document: &Value) -> Mapped {
    let mut remarks = Remarks::default();
    let service = Node::root(document);
    let persons = Persons::of(document);
    let listing = read_service(&service, &persons, &mut remarks);
    service.tell_of_long_lists(&mut remarks);
    Mapped { listing, remarks: remarks.into_list() }
}

fn read_service(service: &Node<'_>, persons: &Persons<'_>, remarks: &mut Remarks) -> ServiceListing {
    let facts = service.facts();
    let name = service.text("name").unwrap_or_default();
    let places = read_places(service, persons, remarks);
    let schedules = schedules::read(service, remarks);
    let (cost, cost_note) = cost(service, &facts);
    let (needs, terms) = terms(service);
    let languages = languages(service, remarks);
    let mut listing = ServiceListing {
        key: key(service, &facts),
        agency: agency(service, &name, persons, remarks),
        name,
        alternate_name: service.text("alternate_name"),
        summary: facts.value("summary").map(str::to_owned),
        description: service.text("description"),
        status: status(service, remarks),
        reopens_on: facts.value("reopens_on").and_then(|date| date.parse().ok()),
        alert: service.text("alert"),
        visibility: Visibility::Public,
        url: facts.value("url").map(str::to_owned).or_else(|| service.text("url")),
        email: facts.value("email").map(str::to_owned).or_else(|| service.text("email")),
        how_to_apply: service.text("application_process"),
        routes: facts.stated("route", ReferralRoute::parse).unwrap_or_default(),
        gateway: facts.value("gateway").map(str::to_owned),
        needs,
        terms,
        eligibility: eligibility::read(service, remarks),
        cost,
        cost_note,
        access_offered: facts
            .stated("access_offered", AccessFeature::parse)
            .unwrap_or_else(|| access(service, &languages)),
        access_missing: facts.stated("access_missing", AccessFeature::parse).unwrap_or_default(),
        languages,
        delivery: facts.stated("delivery", DeliveryMode::parse).unwrap_or_else(|| delivery(service)),
        formats: facts.stated("format", SessionFormat::parse).unwrap_or_default(),
        capacity: capacity(service, &facts),
        areas: areas::read(service, remarks),
        schedules,
        phones: people::read_phones(service, persons, remarks),
        contacts: people::read_contacts(service),
        funding: once(service.list("funding").filter_map(|row| row.text("source"))),
        documents: once(
            service.list("required_documents").filter_map(|row| row.text("document").or_else(|| row.text("uri"))),
        ),
        identifiers: facts.values("identifier").filter_map(identifier).collect(),
        places,
        assurances: Vec::new(),
        source_changed_at: service.instant("last_modified", remarks),
    };
    listing.assurances = assurances(service, &facts, &listing, remarks);
    listing
}

fn status(service: &Node<'_>, remarks: &mut Remarks) -> ServiceStatus {
    let said = service.str("status").map(|status| status.to_lowercase().replace(' ', "_"));
    said.as_deref().and_then(ServiceStatus::parse).unwrap_or_else(|| {
        remarks.tell(service.path("status"), "is none of the standard's; read as inactive");
        ServiceStatus::Inactive
    })
}

/// The agency. Without one the service's own name stands in, as small agencies are often known.
fn agency(service: &Node<'_>, service_name: &str, persons: &Persons<'_>, remarks: &mut Remarks) -> AgencyListing {
    let Some(node) = service.object("organization") else {
        remarks.tell(service.path("organization"), "is missing; the service's own name stands in");
        let key = service.text("organization_id").or_else(|| service.text("id")).unwrap_or_default();
        return AgencyListing::new(key, service_name.to_owned());
    };
    read_agency(&node, persons, remarks)
}

/// An organization of the standard.
pub(super) fn read_agency(node: &Node<'_>, persons: &Persons<'_>, remarks: &mut Remarks) -> AgencyListing {
    let facts = node.facts();
    let name = node.text("name").unwrap_or_default();
    let mut agency = AgencyListing {
        key: key(node, &facts),
        alternate_name: node.text("alternate_name"),
        // The standard asks for one; who has none repeats the name.
        description: node.text("description").filter(|description| *description != name),
        email: facts.value("email").map(str::to_owned).or_else(|| node.text("email")),
        website: facts.value("website").map(str::to_owned).or_else(|| node.text("website")),
        legal_status: node.text("legal_status"),
        charity_number: None,
        company_number: None,
        parent_key: facts.value("parent_key").map(str::to_owned).or_else(|| node.text("parent_organization_id")),
        phones: people::read_phones(node, persons, remarks),
        contacts: people::read_contacts(node),
        identifiers: Vec::new(),
        name,
    };
    for row in node.list("organization_identifiers") {
        let Some(value) = row.text("identifier") else { continue };
        let kind = row.text("identifier_type").unwrap_or_default();
        let scheme = row.text("identifier_scheme").unwrap_or_else(|| kind.clone());
        let is_charity = CHARITIES.contains(&scheme.as_str()) || kind.eq_ignore_ascii_case("charity number");
        let is_company = scheme == COMPANIES || kind.eq_ignore_ascii_case("company number");
        match scheme {
            _ if is_charity && agency.charity_number.is_none() => agency.charity_number = Some(value),
            _ if is_company && agency.company_number.is_none() => agency.company_number = Some(value),
            scheme => agency.identifiers.push(Identifier { scheme, value }),
        }
    }
    agency.identifiers.extend(node.text("tax_id").map(|value| Identifier { scheme: "tax".to_owned(), value }));
    agency.identifiers = once(agency.identifiers);
    agency
}

/// What it costs, and the words on it. An option that ends says nothing of today, so only one
/// without an end says what kind of cost it is.
fn cost(service: &Node<'_>, facts: &Facts<'_>) -> (Option<CostKind>, Option<String>) {
    let fees = service.str("fees_description").or_else(|| service.str("fees"));
    let read = fees.and_then(vocabulary::cost);
    let mut words: Vec<String> =
        fees.filter(|_| read.is_none_or(|(_, all)| !all)).map(str::to_owned).into_iter().collect();
    let mut amounts = Vec::new();
    for option in service.list("cost_options") {
        let amount = option.number("amount").filter(|amount| *amount >= 0.0);
        let condition = option.str("option");
        if let (Some(amount), None) = (amount, option.str("valid_to")) {
            amounts.push((amount > 0.0, condition.is_some()));
        }
        let currency = option.str("currency").unwrap_or("GBP").to_uppercase();
        let price = amount.map(|amount| if amount == 0.0 { "free".to_owned() } else { format!("{currency} {amount}") });
        let price = [price, option.text("amount_description")].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let line = [condition.unwrap_or_default(), price.as_str()]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>();
        let ends = option.str("valid_to").map_or(String::new(), |until| format!(" (until {until})"));
        if !line.is_empty() && line != ["free"] {
            words.push(format!("{}{ends}", line.join(": ")));
        }
    }
    let (paid, conditional) = (amounts.iter().any(|(paid, _)| *paid), amounts.iter().all(|(_, only_some)| *only_some));
    let by_options = match amounts.as_slice() {
        [] => None,
        _ if !paid => (!conditional).then_some(CostKind::Free),
        _ if conditional || amounts.iter().any(|(paid, _)| !paid) => Some(CostKind::Sometimes),
        _ => Some(CostKind::Paid),
    };
    let read = read.map(|(kind, _)| kind);
    let agreed = match (read, by_options) {
        (Some(one), Some(other)) if one != other => None,
        (one, other) => one.or(other),
    };
    let kind = if facts.has("cost") { facts.value("cost").and_then(CostKind::parse) } else { agreed };
    let note = (!words.is_empty()).then(|| words.join("; "));
    (kind, if facts.has("cost_note") { facts.value("cost_note").map(str::to_owned) } else { note })
}

/// Our needs, and the terms of other taxonomies, wherever the service or its links carry them.
fn terms(service: &Node<'_>) -> (Vec<String>, Vec<Term>) {
    let (mut needs, mut terms) = (Vec::new(), Vec::new());
    let attributes = service.list("attributes").filter_map(|node| read_term(&node));
    // Earlier versions and some feeds have the terms themselves in a list.
    let listed = service.list("taxonomy_terms").filter_map(|node| term(&node));
    for term in attributes.chain(listed) {
        if term.taxonomy == NEEDS { needs.push(term.code) } else { terms.push(term) }
    }
    (once(needs), once(terms))
}

/// The term of an attribute, if it is not a fact of ours.
pub(super) fn read_term(attribute: &Node<'_>) -> Option<Term> {
    if is_fact(attribute.members) {
        return None;
    }
    term(&attribute.object("taxonomy_term")?)
}

fn term(node: &Node<'_>) -> Option<Term> {
    let name = node.text("name").or_else(|| node.text("term"))?;
    let detail = || node.object("taxonomy_detail").and_then(|detail| detail.text("name"));
    let code = node
        .label("code")
        .or_else(|| node.text("term_uri"))
        .or_else(|| node.text("term"))
        .unwrap_or_else(|| name.clone());
    let taxonomy = node.text("taxonomy").or_else(detail).unwrap_or_default();
    // A fact without its code is none, and no term either: written again it would be a fact.
    (taxonomy != facts::TAXONOMY).then_some(Term { taxonomy, code, name })
}

/// The languages of the service and of its locations.
fn languages(service: &Node<'_>, remarks: &mut Remarks) -> Vec<String> {
    let mut found = languages_of(service, remarks);
    for location in service.list("service_at_locations").filter_map(|place| place.object("location")) {
        found.extend(languages_of(&location, remarks));
    }
    once(found)
}

fn languages_of(owner: &Node<'_>, remarks: &mut Remarks) -> Vec<String> {
    let mut found = Vec::new();
    for row in owner.list("languages") {
        match read_language(&row) {
            Some(tags) => found.extend(tags),
            None => remarks.tell(row.path("code"), "and name are no language that we know; left out"),
        }
    }
    found
}

/// The tags of one row.
pub(super) fn read_language(row: &Node<'_>) -> Option<Vec<String>> {
    let by_code = row.str("code").and_then(languages::tag).map(|tag| vec![tag]);
    by_code.or_else(|| row.str("name").and_then(languages::tags_named))
}

fn access(service: &Node<'_>, languages: &[String]) -> Vec<AccessFeature> {
    let signs = languages.iter().any(|tag| tag == "bfi").then_some(AccessFeature::BritishSignLanguage);
    let interprets = service.str("interpretation_services").is_some_and(vocabulary::offers_interpreters);
    signs.into_iter().chain(interprets.then_some(AccessFeature::Interpreter)).collect()
}

/// Delivery as far as it is stated: how a schedule says that one attends, and the web address
/// of a virtual location.
fn delivery(service: &Node<'_>) -> Vec<DeliveryMode> {
    let places: Vec<Node<'_>> = service.list("service_at_locations").collect();
    let locations: Vec<Node<'_>> = places.iter().filter_map(|place| place.object("location")).collect();
    let owners = std::iter::once(service).chain(&places).chain(&locations);
    let mut found: Vec<DeliveryMode> = owners
        .flat_map(|owner| owner.list("schedules"))
        .filter_map(|row| row.str("attending_type").map(vocabulary::delivery))
        .flatten()
        .collect();
    let on_the_web = locations.iter().any(|location| {
        location.str("location_type") == Some(LocationKind::Virtual.as_str()) && location.str("url").is_some()
    });
    found.extend(on_the_web.then_some(DeliveryMode::Online));
    once(found)
}

fn capacity(service: &Node<'_>, facts: &Facts<'_>) -> Option<Capacity> {
    let number = |code: &str| facts.value(code)?.parse().ok();
    let capacity = if facts.has("capacity") {
        Capacity {
            funded: number("capacity.funded"),
            maximum: number("capacity.maximum"),
            available: number("capacity.available"),
            wait_days: number("capacity.wait_days"),
            waiting_list: facts.value("capacity.waiting_list").and_then(WaitingList::parse),
            updated_at: facts.value("capacity.updated_at").and_then(instant),
        }
    } else {
        Capacity { wait_days: service.str("wait_time").and_then(vocabulary::wait_days), ..Capacity::default() }
    };
    (capacity != Capacity::default()).then_some(capacity)
}

/// That the feed carried each group it states, when it was last checked or, failing that,
/// changed.
fn assurances(
    service: &Node<'_>,
    facts: &Facts<'_>,
    listing: &ServiceListing,
    remarks: &mut Remarks,
) -> Vec<Assurance> {
    if facts.has("assured") {
        return facts.values("assured").filter_map(assurance).collect();
    }
    let Some(at) = service.instant("assured_date", remarks).or(listing.source_changed_at) else { return Vec::new() };
    let by = service.text("assurer_email").map(assurer);
    let group = |group: &FieldGroup| Assurance { group: *group, at, by: by.clone(), evidence: AssuranceEvidence::Feed };
    FieldGroup::ALL.iter().filter(|group| states(listing, **group)).map(group).collect()
}

/// `group instant evidence by`, as a fact has it.
fn assurance(value: &str) -> Option<Assurance> {
    let mut words = value.splitn(4, ' ');
    Some(Assurance {
        group: FieldGroup::parse(words.next()?)?,
        at: words.next().and_then(instant)?,
        evidence: AssuranceEvidence::parse(words.next()?)?,
        by: words.next().map(str::to_owned),
    })
}

/// Whether a listing says anything of a group.
fn states(listing: &ServiceListing, group: FieldGroup) -> bool {
    let place = |says: fn(&ServicePlace) -> bool| listing.places.iter().any(says);
    match group {
        // Name and status are always there.
        FieldGroup::Description => true,
        FieldGroup::Contact => {
            listing.url.is_some()
                || listing.email.is_some()
                || !listing.phones.is_empty()
                || !listing.contacts.is_empty()
                || place(|place| {
                    !place.phones.is_empty() || !place.contacts.is_empty() || !place.location.phones.is_empty()
                })
        }
        FieldGroup::Hours => {
            let known = |row: &crate::directory::listing::Schedule| row.effect != ScheduleEffect::Unknown;
            let here = |place: &ServicePlace| place.schedules.iter().chain(&place.location.schedules).any(known);
            listing.schedules.iter().any(known) || listing.places.iter().any(here)
        }
        FieldGroup::Eligibility => listing.eligibility != Default::default(),
        FieldGroup::Capacity => listing.capacity.is_some(),
        FieldGroup::Place => {
            !listing.areas.is_empty()
                || place(|place| place.location.address.is_some() || place.location.point.is_some())
        }
    }
}

/// An instant as facts and `last_modified` have it; no more exact than it has to be.
pub(super) fn written_instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
}
