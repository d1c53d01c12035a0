//! What the standard says of each kind of object, as a table: which fields it has, what may
//! stand in them, which are required, and whether HSDS 3.1, its UK profile or both say so.
//!
//! Read by the checker ([`super::validate`]) and by the CSV package reader, which types its
//! cells and joins its tables by it. Neither specification forbids further fields, so a field
//! that is not here may hold anything. The kinds never refer back to themselves, so whatever
//! follows the table down comes to an end.
//!
//! To add a field: add its line. Source: the `service` schemas of HSDS 3.1 and of the UK
//! profile 3.0 (Open Referral, CC BY-SA 4.0); a test compares verdicts with the originals.

use super::validate::Profiles;

/// A kind of object, such as a phone.
pub(super) struct Kind {
    /// Its name in the standard, in the singular. Foreign keys to it are this and `_id`.
    pub(super) name: &'static str,
    /// Its CSV table.
    pub(super) table: &'static str,
    /// Its fields, in the order of the standard.
    pub(super) fields: &'static [Field],
}

/// A field of a kind.
pub(super) struct Field {
    /// Its name.
    pub(super) name: &'static str,
    /// What may stand in it.
    pub(super) shape: Shape,
    /// Whether it must be there.
    pub(super) required: bool,
    /// Which of the two specifications know the field.
    pub(super) profiles: Profiles,
}

/// What may stand in a field.
#[derive(Clone, Copy)]
pub(super) enum Shape {
    /// Any text.
    Text,
    /// Text that is a UUID.
    Uuid,
    /// Text that is an absolute URI.
    Uri,
    /// Text that is an e-mail address.
    Email,
    /// Text that is an instant with its offset.
    DateTime,
    /// One of these words.
    Word(&'static [&'static str]),
    /// Any number.
    Number,
    /// One object of a kind.
    One(&'static Kind),
    /// A list of objects of a kind.
    Many(&'static Kind),
}

impl Field {
    const fn required(self) -> Self {
        Self { required: true, ..self }
    }
}

/// A field that both specifications know.
const fn both(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, required: false, profiles: Profiles { hsds: true, uk: true } }
}

/// A field that HSDS knows and the UK profile does not.
const fn hsds(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, required: false, profiles: Profiles { hsds: true, uk: false } }
}

/// A field that the UK profile adds.
const fn uk(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, required: false, profiles: Profiles { hsds: false, uk: true } }
}

use Shape::{DateTime, Email, Many, Number, One, Text, Uri, Uuid, Word};

const STATUS: Shape = Word(&["active", "inactive", "defunct", "temporarily closed"]);
const PLACE_TYPE: Shape = Word(&["physical", "postal", "virtual"]);
const WEEKDAY: Shape = Word(&["MO", "TU", "WE", "TH", "FR", "SA", "SU"]);
const FREQUENCY: Shape = Word(&["WEEKLY", "MONTHLY"]);

/// A service: the document that a feed is made of.
pub(super) static SERVICE: Kind = Kind {
    name: "service",
    table: "services",
    fields: &[
        both("id", Uuid).required(),
        both("organization_id", Uuid),
        hsds("program_id", Uuid),
        both("name", Text).required(),
        hsds("alternate_name", Text),
        both("description", Text),
        both("url", Uri),
        both("email", Email),
        both("status", STATUS).required(),
        hsds("interpretation_services", Text),
        hsds("application_process", Text),
        hsds("fees_description", Text),
        hsds("wait_time", Text),
        both("fees", Text),
        both("accreditations", Text),
        hsds("eligibility_description", Text),
        both("minimum_age", Number),
        both("maximum_age", Number),
        both("assured_date", Text),
        both("assurer_email", Email),
        hsds("licenses", Text),
        both("alert", Text),
        both("last_modified", DateTime),
        hsds("phones", Many(&PHONE)),
        both("schedules", Many(&SCHEDULE)),
        both("service_areas", Many(&SERVICE_AREA)),
        both("service_at_locations", Many(&SERVICE_AT_LOCATION)),
        both("languages", Many(&LANGUAGE)),
        both("organization", One(&ORGANIZATION)),
        both("funding", Many(&FUNDING)),
        both("cost_options", Many(&COST_OPTION)),
        hsds("program", One(&PROGRAM)),
        hsds("required_documents", Many(&REQUIRED_DOCUMENT)),
        both("contacts", Many(&CONTACT)),
        both("attributes", Many(&ATTRIBUTE)),
        hsds("metadata", Many(&METADATA)),
    ],
};

/// A telephone number.
pub(super) static PHONE: Kind = Kind {
    name: "phone",
    table: "phones",
    fields: &[
        hsds("id", Uuid).required(),
        hsds("location_id", Uuid),
        hsds("service_id", Uuid),
        hsds("organization_id", Uuid),
        hsds("contact_id", Uuid),
        hsds("service_at_location_id", Uuid),
        hsds("number", Text).required(),
        hsds("extension", Number),
        hsds("type", Text),
        hsds("description", Text),
        hsds("languages", Many(&LANGUAGE)),
        hsds("attributes", Many(&ATTRIBUTE)),
        hsds("metadata", Many(&METADATA)),
    ],
};

/// A language spoken.
pub(super) static LANGUAGE: Kind = Kind {
    name: "language",
    table: "languages",
    fields: &[
        both("id", Uuid).required(),
        both("service_id", Uuid),
        hsds("location_id", Uuid),
        both("phone_id", Uuid),
        hsds("name", Text),
        hsds("code", Text),
        hsds("note", Text),
        hsds("attributes", Many(&ATTRIBUTE)),
        hsds("metadata", Many(&METADATA)),
    ],
};

/// A link from any object to a term of a taxonomy.
pub(super) static ATTRIBUTE: Kind = Kind {
    name: "attribute",
    table: "attributes",
    fields: &[
        both("id", Uuid).required(),
        both("link_id", Uuid),
        both("taxonomy_term_id", Uuid),
        both("link_type", Text),
        hsds("link_entity", Text),
        hsds("value", Text),
        both("taxonomy_term", One(&TAXONOMY_TERM)),
        hsds("metadata", Many(&METADATA)),
    ],
};

/// A term of a taxonomy.
pub(super) static TAXONOMY_TERM: Kind = Kind {
    name: "taxonomy_term",
    table: "taxonomy_terms",
    fields: &[
        both("id", Uuid).required(),
        hsds("code", Text),
        both("name", Text).required(),
        both("description", Text).required(),
        both("parent_id", Uuid),
        both("taxonomy", Text),
        hsds("taxonomy_detail", One(&TAXONOMY)),
        hsds("language", Text),
        both("taxonomy_id", Uuid),
        both("term_uri", Uri),
        hsds("metadata", Many(&METADATA)),
        uk("term", Text),
    ],
};

/// A taxonomy.
pub(super) static TAXONOMY: Kind = Kind {
    name: "taxonomy",
    table: "taxonomies",
    fields: &[
        hsds("id", Uuid).required(),
        hsds("name", Text).required(),
        hsds("description", Text).required(),
        hsds("uri", Uri),
        hsds("version", Text),
        hsds("metadata", Many(&METADATA)),
    ],
};

/// A change that was made to an object.
pub(super) static METADATA: Kind = Kind {
    name: "metadata",
    table: "metadata",
    fields: &[
        hsds("id", Uuid).required(),
        hsds("resource_id", Uuid),
        hsds("resource_type", Text),
        hsds("last_action_date", Text).required(),
        hsds("last_action_type", Text).required(),
        hsds("field_name", Text).required(),
        hsds("previous_value", Text).required(),
        hsds("replacement_value", Text).required(),
        hsds("updated_by", Text).required(),
    ],
};

/// Opening hours or sessions.
pub(super) static SCHEDULE: Kind = Kind {
    name: "schedule",
    table: "schedules",
    fields: &[
        both("id", Uuid).required(),
        both("service_id", Uuid),
        hsds("location_id", Uuid),
        both("service_at_location_id", Uuid),
        both("valid_from", Text),
        both("valid_to", Text),
        both("dtstart", Text),
        hsds("timezone", Number),
        hsds("until", Text),
        hsds("count", Number),
        hsds("wkst", WEEKDAY),
        both("freq", FREQUENCY),
        both("interval", Number),
        both("byday", Text),
        hsds("byweekno", Text),
        both("bymonthday", Text),
        hsds("byyearday", Text),
        both("description", Text),
        both("opens_at", Text),
        both("closes_at", Text),
        both("schedule_link", Uri),
        both("attending_type", Text),
        both("notes", Text),
        hsds("attributes", Many(&ATTRIBUTE)),
        hsds("metadata", Many(&METADATA)),
    ],
};

/// Where a service is offered.
pub(super) static SERVICE_AREA: Kind = Kind {
    name: "service_area",
    table: "service_areas",
    fields: &[
        both("id", Uuid).required(),
        both("service_id", Uuid),
        both("name", Text),
        hsds("description", Text),
        both("extent", Text),
        both("extent_type", Text),
        both("uri", Text),
        hsds("attributes", Many(&ATTRIBUTE)),
        hsds("metadata", Many(&METADATA)),
        uk("service_area", Text),
    ],
};

/// A service at a place.
pub(super) static SERVICE_AT_LOCATION: Kind = Kind {
    name: "service_at_location",
    table: "service_at_location",
    fields: &[
        both("id", Uuid).required(),
        both("service_id", Uuid),
        both("location_id", Uuid),
        hsds("description", Text),
        hsds("contacts", Many(&CONTACT)),
        hsds("phones", Many(&PHONE)),
        hsds("schedules", Many(&SCHEDULE)),
        both("location", One(&LOCATION)),
        hsds("attributes", Many(&ATTRIBUTE)),
        hsds("metadata", Many(&METADATA)),
    ],
};

/// Somebody to ask.
pub(super) static CONTACT: Kind = Kind {
    name: "contact",
    table: "contacts",
    fields: &[
        both("id", Uuid).required(),
        hsds("organization_id", Uuid),
        both("service_id", Uuid),
        hsds("service_at_location_id", Uuid),
        hsds("location_id", Uuid),
        both("name", Text),
        both("title", Text),
        hsds("department", Text),
        hsds("email", Email),
        hsds("phones", Many(&PHONE)),
        both("attributes", Many(&ATTRIBUTE)),
        hsds("metadata", Many(&METADATA)),
    ],
};

/// A place, which may be virtual.
pub(super) static LOCATION: Kind = Kind {
    name: "location",
    table: "locations",
    fields: &[
        both("id", Uuid).required(),
        both("location_type", PLACE_TYPE).required(),
        hsds("url", Uri),
        hsds("organization_id", Uuid),
        both("name", Text),
        hsds("alternate_name", Text),
        both("description", Text),
        hsds("transportation", Text),
        both("latitude", Number),
        both("longitude", Number),
        both("external_identifier", Text),
        both("external_identifier_type", Text),
        hsds("languages", Many(&LANGUAGE)),
        both("addresses", Many(&ADDRESS)),
        hsds("contacts", Many(&CONTACT)),
        both("accessibility", Many(&ACCESSIBILITY)),
        hsds("phones", Many(&PHONE)),
        hsds("schedules", Many(&SCHEDULE)),
        both("attributes", Many(&ATTRIBUTE)),
        hsds("metadata", Many(&METADATA)),
    ],
};

/// A postal address.
pub(super) static ADDRESS: Kind = Kind {
    name: "address",
    table: "addresses",
    fields: &[
        both("id", Uuid).required(),
        both("location_id", Uuid),
        both("attention", Text),
        both("address_1", Text).required(),
        hsds("address_2", Text),
        both("city", Text).required(),
        both("region", Text),
        both("state_province", Text).required(),
        both("postal_code", Text).required(),
        both("country", Text).required(),
        both("address_type", PLACE_TYPE).required(),
        both("attributes", Many(&ATTRIBUTE)),
        hsds("metadata", Many(&METADATA)),
    ],
};

/// How a place can be got into and used.
pub(super) static ACCESSIBILITY: Kind = Kind {
    name: "accessibility",
    table: "accessibility",
    fields: &[
        both("id", Uuid).required(),
        both("location_id", Uuid),
        both("description", Text),
        both("details", Text),
        both("url", Uri),
        both("attributes", Many(&ATTRIBUTE)),
        hsds("metadata", Many(&METADATA)),
        uk("accessibility", Text),
    ],
};

/// Who offers it.
pub(super) static ORGANIZATION: Kind = Kind {
    name: "organization",
    table: "organizations",
    fields: &[
        both("id", Uuid).required(),
        both("name", Text).required(),
        hsds("alternate_name", Text),
        both("description", Text).required(),
        both("email", Email),
        both("website", Uri),
        hsds("tax_status", Text),
        hsds("tax_id", Text),
        hsds("year_incorporated", Number),
        hsds("legal_status", Text),
        both("logo", Text),
        both("uri", Uri),
        both("parent_organization_id", Uuid),
        hsds("funding", Many(&FUNDING)),
        hsds("contacts", Many(&CONTACT)),
        hsds("phones", Many(&PHONE)),
        hsds("locations", Many(&LOCATION)),
        hsds("programs", Many(&PROGRAM)),
        both("organization_identifiers", Many(&ORGANIZATION_IDENTIFIER)),
        both("attributes", Many(&ATTRIBUTE)),
        hsds("metadata", Many(&METADATA)),
    ],
};

/// Who pays.
pub(super) static FUNDING: Kind = Kind {
    name: "funding",
    table: "funding",
    fields: &[
        both("id", Uuid).required(),
        hsds("organization_id", Uuid),
        both("service_id", Uuid),
        both("source", Text),
        hsds("attributes", Many(&ATTRIBUTE)),
        hsds("metadata", Many(&METADATA)),
    ],
};

/// A programme that a service runs under.
pub(super) static PROGRAM: Kind = Kind {
    name: "program",
    table: "programs",
    fields: &[
        hsds("id", Uuid).required(),
        hsds("organization_id", Uuid),
        hsds("name", Text).required(),
        hsds("alternate_name", Text),
        hsds("description", Text).required(),
        hsds("attributes", Many(&ATTRIBUTE)),
        hsds("metadata", Many(&METADATA)),
    ],
};

/// An id in a register of organisations.
pub(super) static ORGANIZATION_IDENTIFIER: Kind = Kind {
    name: "organization_identifier",
    table: "organization_identifiers",
    fields: &[
        both("id", Uuid).required(),
        both("organization_id", Uuid),
        both("identifier_scheme", Text),
        both("identifier_type", Text).required(),
        both("identifier", Text).required(),
        both("attributes", Many(&ATTRIBUTE)),
        hsds("metadata", Many(&METADATA)),
    ],
};

/// What it costs.
pub(super) static COST_OPTION: Kind = Kind {
    name: "cost_option",
    table: "cost_options",
    fields: &[
        both("id", Uuid).required(),
        both("service_id", Uuid),
        both("valid_from", Text),
        both("valid_to", Text),
        both("option", Text),
        hsds("currency", Text),
        both("amount", Number),
        both("amount_description", Text),
        hsds("attributes", Many(&ATTRIBUTE)),
        hsds("metadata", Many(&METADATA)),
    ],
};

/// A paper to bring.
pub(super) static REQUIRED_DOCUMENT: Kind = Kind {
    name: "required_document",
    table: "required_documents",
    fields: &[
        hsds("id", Uuid).required(),
        hsds("service_id", Uuid),
        hsds("document", Text),
        hsds("uri", Uri),
        hsds("attributes", Many(&ATTRIBUTE)),
        hsds("metadata", Many(&METADATA)),
    ],
};
