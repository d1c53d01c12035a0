//! Telephones and contacts, both ways. A person's name and direct lines are never made public
//! by us, whatever a feed has done with them.

use std::collections::HashSet;

use entity::enums::ContactVisibility;
use serde_json::{Value, json};

use super::{
    facts::{self, Fact, identify},
    read::{Node, Object, Remarks},
    vocabulary::{is_function, is_function_mailbox},
};
use crate::{
    directory::listing::{Contact, Phone},
    open_referral::formats::is_email,
};

/// Ids of the contacts of a document that name a person; their telephones are theirs alone.
#[derive(Debug, Default)]
pub(super) struct Persons<'a>(HashSet<&'a str>);

impl<'a> Persons<'a> {
    /// Looks through the whole document.
    pub(super) fn of(document: &'a Value) -> Self {
        let mut found = HashSet::new();
        let mut left = vec![document];
        while let Some(value) = left.pop() {
            match value {
                Value::Array(items) => left.extend(items),
                Value::Object(members) => {
                    for contact in Node::of(members).list("contacts") {
                        let personal = read_contact(&contact).is_some_and(|contact| !is_public(&contact));
                        found.extend(contact.str("id").filter(|_| personal));
                    }
                    left.extend(members.values());
                }
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
            }
        }
        Self(found)
    }

    /// Whether a telephone belongs to one of them.
    pub(super) fn own(&self, phone: &Object) -> bool {
        phone.get("contact_id").and_then(Value::as_str).is_some_and(|contact| self.0.contains(contact))
    }
}

/// Whether a contact may be shown to anyone.
pub(super) fn is_public(contact: &Contact) -> bool {
    match contact.visibility {
        ContactVisibility::Public => true,
        ContactVisibility::SignedIn => false,
    }
}

/// The telephones of an object, but for those of persons.
pub(super) fn read_phones(owner: &Node<'_>, persons: &Persons<'_>, remarks: &mut Remarks) -> Vec<Phone> {
    let mut found = Vec::new();
    for node in owner.list("phones") {
        match read_phone(&node) {
            _ if persons.own(node.members) => {}
            Some(phone) if found.contains(&phone) => {}
            Some(phone) => found.push(phone),
            None => remarks.tell(node.path("number"), "is missing; the telephone is left out"),
        }
    }
    found
}

/// One telephone, if it has a number.
pub(super) fn read_phone(node: &Node<'_>) -> Option<Phone> {
    let facts = node.facts();
    Some(Phone {
        number: node.text("number")?,
        extension: facts.value("extension").map(str::to_owned).or_else(|| node.label("extension")),
        kind: node.text("type"),
        description: node.text("description"),
    })
}

/// A telephone as the standard has it.
pub(super) fn write_phone(phone: &Phone, owner: &str) -> Value {
    let mut written = Object::new();
    written.insert("number".to_owned(), phone.number.as_str().into());
    for (field, value) in [("type", &phone.kind), ("description", &phone.description)] {
        if let Some(value) = value {
            written.insert(field.to_owned(), value.as_str().into());
        }
    }
    // The standard has a number here, which loses what leads it and what is no digit.
    let number = |extension: &String| extension.parse::<u32>().ok().filter(|number| number.to_string() == *extension);
    if let Some(number) = phone.extension.as_ref().and_then(number) {
        written.insert("extension".to_owned(), json!(number));
    }
    identify(&mut written, owner, "phone");
    if let Some(extension) = phone.extension.as_ref().filter(|extension| number(extension).is_none()) {
        facts::replace(&mut written, "phone", "extension", vec![("extension", extension.clone())], false);
    }
    Value::Object(written)
}

/// The contacts of an object.
pub(super) fn read_contacts(owner: &Node<'_>) -> Vec<Contact> {
    let mut found = Vec::new();
    for contact in owner.list("contacts").filter_map(|node| read_contact(&node)) {
        if !found.contains(&contact) {
            found.push(contact);
        }
    }
    found
}

/// One contact, if it says anything. Public only where neither its name nor its mailbox can be
/// a person's: "Reception", "Housing Options Team", `referrals@…`.
pub(super) fn read_contact(node: &Node<'_>) -> Option<Contact> {
    let facts = node.facts();
    let title = node.text("title");
    let department = node.text("department").filter(|department| title.as_ref() != Some(department));
    let role = match (title, department) {
        (Some(title), Some(department)) => Some(format!("{title}, {department}")),
        (title, department) => title.or(department),
    };
    let contact = Contact {
        name: node.text("name"),
        role,
        email: facts.value("contact.email").map(str::to_owned).or_else(|| node.text("email")),
        phone: node.list("phones").find_map(|phone| phone.text("number")),
        visibility: ContactVisibility::SignedIn,
        named: facts.value("contact.named").is_some(),
        deputy: facts.value("contact.deputy").is_some(),
        for_agency_key: None,
    };
    if contact.name.is_none() && contact.role.is_none() && contact.email.is_none() && contact.phone.is_none() {
        return None;
    }
    let function =
        contact.name.as_deref().is_none_or(is_function) && contact.email.as_deref().is_none_or(is_function_mailbox);
    let stated = facts.value("contact.visibility").and_then(ContactVisibility::parse);
    let read = if function { ContactVisibility::Public } else { ContactVisibility::SignedIn };
    Some(Contact { visibility: stated.unwrap_or(read), ..contact })
}

/// A public contact as the standard has it.
pub(super) fn write_contact(contact: &Contact, owner: &str) -> Value {
    let mut written = Object::new();
    let (email, odd_email) = contact
        .email
        .clone()
        .map_or((None, None), |email| if is_email(&email) { (Some(email), None) } else { (None, Some(email)) });
    for (field, value) in [("name", &contact.name), ("title", &contact.role), ("email", &email)] {
        if let Some(value) = value {
            written.insert(field.to_owned(), value.as_str().into());
        }
    }
    let phone = contact.phone.as_ref().map(|number| Phone { number: number.clone(), ..Phone::default() });
    if let Some(phone) = &phone {
        written.insert("phones".to_owned(), Value::Array(vec![write_phone(phone, owner)]));
    }
    identify(&mut written, owner, "contact");
    let mut said: Vec<Fact> = odd_email.map(|email| ("contact.email", email)).into_iter().collect();
    said.extend(contact.named.then(|| ("contact.named", "true".to_owned())));
    said.extend(contact.deputy.then(|| ("contact.deputy", "true".to_owned())));
    facts::replace(&mut written, "contact", "contact", said.clone(), false);
    if read_contact(&Node::of(&written)).is_some_and(|read| read.visibility != contact.visibility) {
        said.push(("contact.visibility", contact.visibility.as_str().to_owned()));
        facts::replace(&mut written, "contact", "contact", said, false);
    }
    Value::Object(written)
}
