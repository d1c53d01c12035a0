//! Writes a listing as a service document that both HSDS 3.1 and its UK profile 3.0 accept.
//!
//! Over an original, everything that still reads as the listing has it stays as it is, known to
//! us or not. What the standard has no field for goes into facts ([`super::facts`]).

use serde_json::{Value, json};

use super::{
    NotExported, areas,
    draft::{Draft, merged},
    eligibility,
    facts::{Fact, Group, derived_id, identify},
    from_hsds::{self, CHARITIES, COMPANIES, NEEDS, listing_from, read_language, read_term, written_instant},
    languages,
    people::{self, Persons},
    places_out,
    read::{Node, Object, Remarks},
    schedules, schedules_out, secrets, vocabulary, withheld,
};
use crate::{
    directory::listing::{AgencyListing, Assurance, Capacity, Schedule, ServiceListing, Term},
    open_referral::formats::{is_date_time, is_email, is_uri, is_uuid},
};
use entity::enums::{AccessFeature, CostKind, ServiceStatus, Visibility};

/// Writes a listing as a document, afresh or over the document it came from.
///
/// Never written, and taken out of the original: what is known of a confidential place but its
/// hours, the areas it serves and the area the public may be told; contacts that are not for
/// everyone, or for one other agency only; who reported an assurance.
///
/// # Errors
/// A listing that is internal.
pub fn document_from(listing: &ServiceListing, original: Option<&Value>) -> Result<Value, NotExported> {
    match listing.visibility {
        Visibility::Public => {}
        Visibility::Internal => return Err(NotExported::Internal { key: listing.key.clone() }),
    }
    let now = withheld::public_form(listing);
    let original = original.and_then(Value::as_object).map(|members| withheld::without_persons(members.clone()));
    let was = original.as_ref().map(|members| {
        let read = listing_from(&Value::Object(members.clone())).listing;
        withheld::public_form(&read)
    });
    let over = original.as_ref().zip(was.as_ref());
    let document = Value::Object(service(&now, over));
    Ok(secrets::scrubbed(document, listing, original.as_ref()))
}

/// The id of something in a document: its key where that is a UUID, else one derived from it.
pub(super) fn id_of(kind: &str, key: &str) -> String {
    if is_uuid(key) { key.to_owned() } else { derived_id(&format!("{kind}:{key}")) }
}

/// Writes a text that a schema wants where there may be none.
pub(super) fn text(text: &str) -> Option<Value> {
    Some(Value::String(text.to_owned()))
}

/// A number without a fraction where it has none.
pub(super) fn number(number: f64) -> Option<Value> {
    let whole = number.fract() == 0.0 && number.abs() < 1e9;
    if whole { Some(json!(number as i64)) } else { serde_json::Number::from_f64(number).map(Value::Number) }
}

fn service(now: &ServiceListing, over: Option<(&Object, &ServiceListing)>) -> Object {
    let id = id_of("service", &now.key);
    let mut draft = Draft::new(now, over);
    draft.put("id", |l| &l.key, |_| text(&id));
    draft.put("name", |l| &l.name, |name| text(name));
    draft.text("alternate_name", |l| &l.alternate_name);
    draft.text("description", |l| &l.description);
    draft.formatted("url", |l| &l.url, is_uri);
    draft.formatted("email", |l| &l.email, is_email);
    draft.put("status", |l| l.status, |status| text(status_word(status)));
    draft.text("alert", |l| &l.alert);
    draft.text("application_process", |l| &l.how_to_apply);
    draft.put_all(
        &["fees_description", "fees"],
        &["cost_options"],
        |l| (l.cost, &l.cost_note),
        |(cost, note)| match (note, cost) {
            (Some(note), _) => text(note),
            (None, Some(CostKind::Free)) => text("Free"),
            (None, Some(CostKind::Sometimes | CostKind::Paid) | None) => None,
        },
    );
    draft.put(
        "eligibility_description",
        |l| eligibility::without_stated_ages(&l.eligibility),
        |told| eligibility::words(told).map(Value::String),
    );
    draft.put("minimum_age", |l| eligibility::stated_ages(l.eligibility.age.as_ref()).min, |age| age.and_then(number));
    draft.put("maximum_age", |l| eligibility::stated_ages(l.eligibility.age.as_ref()).max, |age| age.and_then(number));
    draft.put(
        "interpretation_services",
        |l| l.access_offered.contains(&AccessFeature::Interpreter),
        |offered| offered.then(|| vocabulary::offered_sentence(AccessFeature::Interpreter).into()),
    );
    draft.put(
        "wait_time",
        |l| l.capacity.and_then(|capacity| capacity.wait_days),
        |days| days.map(|days| format!("{days} days").into()),
    );
    draft.put(
        "assured_date",
        |l| &l.assurances,
        |assured| assured.iter().map(|one| one.at.date_naive()).min().map(|date| date.to_string().into()),
    );
    draft.put(
        "assurer_email",
        |l| &l.assurances,
        |assured| {
            let by = assured.iter().find_map(|one| one.by.as_deref().filter(|by| is_email(by)));
            by.map(Value::from)
        },
    );
    draft.put(
        "last_modified",
        |l| l.source_changed_at,
        |at| at.map(written_instant).filter(|at| is_date_time(at)).map(Value::String),
    );
    draft.list(
        "funding",
        |l| &l.funding,
        |row| row.text("source").into_iter().collect(),
        |source| part(&id, "funding", "source", source),
    );
    draft.list(
        "required_documents",
        |l| &l.documents,
        |row| row.text("document").or_else(|| row.text("uri")).into_iter().collect(),
        |document| part(&id, "document", "document", document),
    );
    draft.list(
        "phones",
        |l| &l.phones,
        |row| people::read_phone(row).into_iter().collect(),
        |phone| people::write_phone(phone, &id),
    );
    draft.list(
        "contacts",
        |l| &l.contacts,
        |row| people::read_contact(row).into_iter().collect(),
        |contact| people::write_contact(contact, &id),
    );
    draft.list(
        "service_areas",
        |l| &l.areas,
        |row| areas::read_area(row, &mut Remarks::default()),
        |area| areas::write(area, &id),
    );
    hours(&mut draft, |l| &l.schedules, &id);
    if draft.changed(|l| (&l.terms, &l.needs)) {
        draft.members().remove("taxonomy_terms");
        let written = terms_anew(draft.members().remove("attributes"), now, &id);
        draft.members().extend((!written.is_empty()).then(|| ("attributes".to_owned(), Value::Array(written))));
    }
    agency(&mut draft, now, over);
    places_out::write(&mut draft, over, &id);
    if draft.changed(|l| &l.languages) {
        languages_anew(draft.members(), &now.languages, &id);
    }
    let read = |members: &Object| withheld::public_form(&listing_from(&Value::Object(members.clone())).listing);
    let mut members = draft.settle("service", GROUPS, read);
    let read_as = read(&members);
    places_out::settle_secrets(&mut members, now, &read_as);
    members
}

/// The table of hours of an object, with the holiday tables of earlier versions in it.
pub(super) fn hours<'a, T>(draft: &mut Draft<'a, T>, get: impl Fn(&'a T) -> &'a Vec<Schedule>, owner: &str) {
    if !draft.changed(&get) {
        return;
    }
    draft.members().remove("holiday_schedules");
    let read = |row: &Node<'_>| schedules::read_row(row, &mut Remarks::default()).schedule.into_iter().collect();
    let write = |row: &_| schedules_out::write(std::slice::from_ref(row), owner).into_iter().next().unwrap_or_default();
    draft.list("schedules", |from| get(from).as_slice(), read, write);
    let now = get(draft.now());
    let rows = draft.members().get("schedules").and_then(Value::as_array).map_or(&[] as &[Value], Vec::as_slice);
    if schedules_out::read_back(rows) != *now {
        // Rows that speak of each other, as of bank holidays: written all anew.
        draft.members().remove("schedules");
        let written = schedules_out::write(now, owner);
        draft.members().extend((!written.is_empty()).then(|| ("schedules".to_owned(), Value::Array(written))));
    }
}

const fn status_word(status: ServiceStatus) -> &'static str {
    match status {
        ServiceStatus::Active => "active",
        ServiceStatus::Inactive => "inactive",
        ServiceStatus::Defunct => "defunct",
        ServiceStatus::TemporarilyClosed => "temporarily closed",
    }
}

/// An object of one text field.
fn part(owner: &str, kind: &str, field: &str, value: &str) -> Value {
    let mut members = Object::new();
    members.insert(field.to_owned(), value.into());
    identify(&mut members, owner, kind);
    Value::Object(members)
}

/// The languages of the service, now said at the service alone: those at its locations were
/// read as its own.
fn languages_anew(members: &mut Object, now: &[String], id: &str) {
    let old = match members.remove("languages") {
        Some(Value::Array(rows)) => rows,
        _ => Vec::new(),
    };
    for place in members.get_mut("service_at_locations").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(location) = place.get_mut("location").and_then(Value::as_object_mut) {
            location.remove("languages");
        }
    }
    let written: Vec<Value> = now
        .iter()
        .map(|tag| {
            let kept = old.iter().find(|row| {
                row.as_object().and_then(|row| read_language(&Node::of(row))).is_some_and(|read| read == [tag.clone()])
            });
            kept.cloned().unwrap_or_else(|| {
                let mut row = Object::new();
                row.insert("code".to_owned(), tag.as_str().into());
                row.extend(languages::name(tag).map(|name| ("name".to_owned(), name.into())));
                identify(&mut row, id, "language");
                Value::Object(row)
            })
        })
        .collect();
    members.extend((!written.is_empty()).then(|| ("languages".to_owned(), Value::Array(written))));
}

/// The attributes with the terms and needs of the listing; facts and whatever is no term stay.
fn terms_anew(original: Option<Value>, now: &ServiceListing, id: &str) -> Vec<Value> {
    let need = |key: &String| Term { taxonomy: NEEDS.to_owned(), code: key.clone(), name: key.clone() };
    let wanted: Vec<Term> = now.terms.iter().cloned().chain(now.needs.iter().map(need)).collect();
    let original = match original {
        Some(Value::Array(attributes)) => attributes,
        _ => Vec::new(),
    };
    merged(original, &wanted, |node| read_term(node).into_iter().collect(), |term| write_term(term, id))
}

fn write_term(term: &Term, id: &str) -> Value {
    let mut inner = Object::new();
    inner.insert("id".to_owned(), derived_id(&format!("term/{}/{}", term.taxonomy, term.code)).into());
    for (field, value) in
        [("name", &term.name), ("description", &term.name), ("term", &term.name), ("code", &term.code)]
    {
        inner.insert(field.to_owned(), value.as_str().into());
    }
    if !term.taxonomy.is_empty() {
        inner.insert("taxonomy".to_owned(), term.taxonomy.as_str().into());
    }
    json!({
        "id": derived_id(&format!("{id}/term/{}/{}", term.taxonomy, term.code)),
        "link_id": id,
        "link_entity": "service",
        "link_type": "service_type",
        "taxonomy_term": inner,
    })
}

fn agency(draft: &mut Draft<'_, ServiceListing>, now: &ServiceListing, over: Option<(&Object, &ServiceListing)>) {
    let original = over.and_then(|(members, was)| Some((members.get("organization")?.as_object()?, &was.agency)));
    if original.is_some() || draft.changed(|l| &l.agency) {
        let written = organization(&now.agency, original);
        draft.members().insert("organization".to_owned(), Value::Object(written));
    }
}

fn organization(now: &AgencyListing, over: Option<(&Object, &AgencyListing)>) -> Object {
    let id = id_of("agency", &now.key);
    let mut draft = Draft::new(now, over);
    draft.put("id", |a| &a.key, |_| text(&id));
    draft.put("name", |a| &a.name, |name| text(name));
    draft.text("alternate_name", |a| &a.alternate_name);
    draft.put(
        "description",
        |a| (&a.description, &a.name),
        |(description, name)| text(description.as_ref().unwrap_or(name)),
    );
    draft.formatted("email", |a| &a.email, is_email);
    draft.formatted("website", |a| &a.website, is_uri);
    draft.text("legal_status", |a| &a.legal_status);
    draft.put("parent_organization_id", |a| &a.parent_key, |key| key.as_ref().map(|key| id_of("agency", key).into()));
    draft.put_all(
        &["organization_identifiers"],
        &["tax_id"],
        |a| (&a.charity_number, &a.company_number, &a.identifiers),
        |(charity, company, others)| {
            let known = [(charity, CHARITIES[0], "Charity number"), (company, COMPANIES, "Company number")];
            let known = known.into_iter().filter_map(|(value, scheme, kind)| Some((scheme, kind, value.as_deref()?)));
            let others =
                others.iter().map(|other| (other.scheme.as_str(), other.scheme.as_str(), other.value.as_str()));
            let rows: Vec<Value> =
                known.chain(others).map(|(scheme, kind, value)| write_identifier(&id, scheme, kind, value)).collect();
            (!rows.is_empty()).then_some(Value::Array(rows))
        },
    );
    draft.list(
        "phones",
        |a| &a.phones,
        |row| people::read_phone(row).into_iter().collect(),
        |phone| people::write_phone(phone, &id),
    );
    draft.list(
        "contacts",
        |a| &a.contacts,
        |row| people::read_contact(row).into_iter().collect(),
        |contact| people::write_contact(contact, &id),
    );
    draft.settle("organization", AGENCY_GROUPS, |members| {
        from_hsds::read_agency(&Node::of(members), &Persons::default(), &mut Remarks::default())
    })
}

fn write_identifier(owner: &str, scheme: &str, kind: &str, value: &str) -> Value {
    // Scottish and Northern Irish charities say by their number whose it is.
    let scheme = match value.get(..2) {
        Some("SC") if scheme == CHARITIES[0] => CHARITIES[1],
        Some("NI") if scheme == CHARITIES[0] => CHARITIES[2],
        _ => scheme,
    };
    let mut row = Object::new();
    row.insert("identifier".to_owned(), value.into());
    row.insert("identifier_scheme".to_owned(), scheme.into());
    row.insert("identifier_type".to_owned(), kind.into());
    identify(&mut row, owner, "identifier");
    Value::Object(row)
}

fn one(code: &'static str, value: Option<&String>) -> Vec<Fact> {
    value.map(|value| (code, value.clone())).into_iter().collect()
}

/// A key that the standard's ids cannot hold.
pub(super) fn odd_key(key: &str) -> Vec<Fact> {
    if is_uuid(key) { Vec::new() } else { vec![("key", key.to_owned())] }
}

const AGENCY_GROUPS: &[Group<AgencyListing>] = &[
    Group { name: "key", facts: |a| odd_key(&a.key) },
    Group {
        name: "parent_key",
        facts: |a| {
            a.parent_key
                .as_ref()
                .filter(|key| !is_uuid(key))
                .map(|key| ("parent_key", key.clone()))
                .into_iter()
                .collect()
        },
    },
    Group { name: "email", facts: |a| one("email", a.email.as_ref()) },
    Group { name: "website", facts: |a| one("website", a.website.as_ref()) },
];

const GROUPS: &[Group<ServiceListing>] = &[
    Group { name: "key", facts: |l| odd_key(&l.key) },
    Group { name: "summary", facts: |l| one("summary", l.summary.as_ref()) },
    Group { name: "url", facts: |l| one("url", l.url.as_ref()) },
    Group { name: "email", facts: |l| one("email", l.email.as_ref()) },
    Group {
        name: "reopens_on",
        facts: |l| l.reopens_on.map(|date| ("reopens_on", date.to_string())).into_iter().collect(),
    },
    Group { name: "route", facts: |l| l.routes.iter().map(|route| ("route", route.as_str().to_owned())).collect() },
    Group { name: "gateway", facts: |l| one("gateway", l.gateway.as_ref()) },
    Group { name: "eligibility", facts: |l| eligibility::all_facts(&l.eligibility) },
    Group { name: "cost", facts: |l| l.cost.map(|cost| ("cost", cost.as_str().to_owned())).into_iter().collect() },
    Group { name: "cost_note", facts: |l| one("cost_note", l.cost_note.as_ref()) },
    Group {
        name: "delivery",
        facts: |l| l.delivery.iter().map(|mode| ("delivery", mode.as_str().to_owned())).collect(),
    },
    Group {
        name: "format",
        facts: |l| l.formats.iter().map(|format| ("format", format.as_str().to_owned())).collect(),
    },
    Group {
        name: "access_offered",
        facts: |l| l.access_offered.iter().map(|f| ("access_offered", f.as_str().to_owned())).collect(),
    },
    Group {
        name: "access_missing",
        facts: |l| l.access_missing.iter().map(|f| ("access_missing", f.as_str().to_owned())).collect(),
    },
    Group { name: "capacity", facts: |l| l.capacity.as_ref().map(capacity).unwrap_or_default() },
    Group {
        name: "identifier",
        facts: |l| l.identifiers.iter().map(|id| ("identifier", format!("{}={}", id.scheme, id.value))).collect(),
    },
    Group { name: "assured", facts: assured },
];

fn capacity(capacity: &Capacity) -> Vec<Fact> {
    let mut facts: Vec<Fact> = Vec::new();
    let mut put = |code, value: Option<String>| facts.extend(value.map(|value| (code, value)));
    put("capacity.funded", capacity.funded.map(|n| n.to_string()));
    put("capacity.maximum", capacity.maximum.map(|n| n.to_string()));
    put("capacity.available", capacity.available.map(|n| n.to_string()));
    put("capacity.wait_days", capacity.wait_days.map(|n| n.to_string()));
    put("capacity.waiting_list", capacity.waiting_list.map(|list| list.as_str().to_owned()));
    put("capacity.updated_at", capacity.updated_at.map(written_instant));
    facts
}

fn assured(listing: &ServiceListing) -> Vec<Fact> {
    let one = |assured: &Assurance| {
        let by = assured.by.as_deref().map_or(String::new(), |by| format!(" {by}"));
        (
            "assured",
            format!("{} {} {}{by}", assured.group.as_str(), written_instant(assured.at), assured.evidence.as_str()),
        )
    };
    listing.assurances.iter().map(one).collect()
}
