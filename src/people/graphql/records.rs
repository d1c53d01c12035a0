//! What is recorded of a service user: each row with whose it is, and what it says.

use std::sync::Arc;

use async_graphql::parser::types::SelectionSet;
use async_graphql::{Context, Enum, ID, InputType, Object, Result, SimpleObject, Value};
use entity::enums as stored;
use entity::ids::{AgencyId, RecordId};
use entity::instants::Millis;

use super::enums::{FlagKind, SeenAs};
use crate::access::rule::Row;
use crate::access::rule::decide::Ground;
use crate::agreements::graphql::enums::DataCategory;
use crate::api::ids::NodeId;
use crate::api::leaves::{Inner, Leaf, Plain, reading};
use crate::api::scalars::{Date, DateTime};
use crate::directory::graphql::agency::Agency;
use crate::directory::graphql::life_enums::{Characteristic, Gender, OffenceType};
use crate::directory::graphql::listing_enums::AccessFeature;
use crate::directory::graphql::need::Need;
use crate::directory::graphql::nullable;
use crate::directory::loaders::AgencyKey;
use crate::directory::needs::NeedList;
use crate::people::contents::Contents;
use crate::people::contents::circumstances::{Said, SubstanceUse};
use crate::people::reading::{Opened, Seen};

/// Whose a row is, when and by whom it was recorded, and on what ground the viewer sees it.
#[derive(Clone, Debug)]
pub struct Record {
    id: RecordId,
    agency: AgencyId,
    category: stored::DataCategory,
    recorded_at: Millis,
    recorded_by: Option<String>,
    ground: Ground,
}

impl Record {
    fn of(opened: &Opened) -> Self {
        let Row { agency, category, service_user: _, party: _ } = opened.row;
        let recorded_by = opened.recorded_by.as_ref().map(|by| by.name.clone());
        Self { id: opened.id, agency, category, recorded_at: opened.recorded_at, recorded_by, ground: opened.ground }
    }
}

/// Whose a row about a service user is, when and by whom it was recorded, and on what ground the viewer sees it.
#[Object(name = "ServiceUserRecord")]
impl Record {
    /// Global id.
    async fn id(&self) -> ID {
        NodeId::Record(self.id).encode()
    }

    /// The source agency: it recorded this, and stays its controller.
    async fn source(&self, ctx: &Context<'_>) -> Option<Result<Agency>> {
        nullable(ctx, AgencyKey(self.agency), Agency).await
    }

    /// The category of personal data that it belongs to.
    async fn category(&self) -> DataCategory {
        self.category.into()
    }

    /// When it was recorded.
    async fn recorded_at(&self) -> DateTime {
        DateTime(self.recorded_at.to_utc())
    }

    /// The name of who recorded it; null where it was no person.
    async fn recorded_by(&self) -> Option<&str> {
        self.recorded_by.as_deref()
    }

    /// On what ground the viewer sees it.
    async fn seen_as(&self) -> SeenAs {
        match self.ground {
            Ground::OwnRecord => SeenAs::OwnRecord,
            Ground::Proxy => SeenAs::Proxy,
            Ground::OwnAgency => SeenAs::OwnAgency,
            Ground::Shared { .. } | Ground::Party { .. } => SeenAs::Shared,
        }
    }

    /// Whether the service user said no to it, and a duty makes it be shown all the same. Such a read is told to the
    /// data-protection officer.
    async fn despite_denial(&self) -> bool {
        matches!(self.ground, Ground::Shared { despite: Some(_), .. })
    }
}

/// A number by which others know somebody.
#[derive(Clone, Debug, SimpleObject)]
pub struct PersonIdentifier {
    /// Whose number it is: "NHS number", "prison number".
    pub scheme: String,
    /// The number.
    pub value: String,
}

/// Who somebody is, as one agency recorded it.
#[derive(Clone, Debug, SimpleObject)]
pub struct PersonIdentity {
    /// Whose row it is.
    pub record: Record,
    /// First names.
    pub given_names: String,
    /// Family name; empty where there is none.
    pub family_name: String,
    /// What they want to be called; null where that is their first name.
    pub known_as: Option<String>,
    /// Date of birth; null where nobody knows.
    pub born_on: Option<Date>,
    /// Numbers by which others know them.
    pub identifiers: Vec<PersonIdentifier>,
}

/// How to reach somebody, as one agency recorded it.
#[derive(Clone, Debug, SimpleObject)]
pub struct PersonContact {
    /// Whose row it is.
    pub record: Record,
    /// Telephone number, as it was given.
    pub telephone: Option<String>,
    /// E-mail address, as it was given.
    pub email: Option<String>,
    /// Lines of the address.
    pub address_lines: Vec<String>,
    /// Postcode, as it was given.
    pub postcode: Option<String>,
    /// What to mind: "text first", "never leave a message".
    pub safe_to: Option<String>,
}

/// Something that a service user wants help with, as one agency recorded it.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(complex)]
pub struct PersonNeed {
    /// Whose row it is.
    pub record: Record,
    /// How urgent it is to them, from 1, the most urgent, to 5.
    pub priority: i32,
    /// What there is to say of it.
    pub remark: Option<String>,
    #[graphql(skip)]
    listed: Option<Need>,
}

#[async_graphql::ComplexObject]
impl PersonNeed {
    /// The need; null where the list of needs has it no more.
    async fn need(&self) -> Option<&Need> {
        self.listed.as_ref()
    }
}

impl Plain for PersonNeed {
    fn leaf(name: &str) -> Option<Leaf<Self>> {
        match name {
            "priority" => Some(|it| it.priority.to_value()),
            "remark" => Some(|it| it.remark.to_value()),
            _ => None,
        }
    }

    fn inner(name: &str, set: &SelectionSet) -> Option<Inner<Self>> {
        if name != "need" {
            return None;
        }
        let read = reading::<Need>(set)?;
        Some(Box::new(move |it: &Self| match &it.listed {
            Some(need) => read(need),
            None => Value::Null,
        }))
    }
}

/// An answer of an assessment.
#[derive(Clone, Debug, SimpleObject)]
pub struct AssessmentAnswer {
    /// What was asked.
    pub question: String,
    /// What was answered.
    pub answer: String,
}

/// What somebody found out in a structured way, for others to use again instead of asking again.
#[derive(Clone, Debug, SimpleObject)]
pub struct PersonAssessment {
    /// Whose row it is.
    pub record: Record,
    /// What was used: "Outcomes Star", "AUDIT", "initial assessment".
    pub tool: String,
    /// The day of it.
    pub assessed_on: Date,
    /// What it comes to.
    pub summary: Option<String>,
    /// What was asked, and answered.
    pub answers: Vec<AssessmentAnswer>,
}

/// What everybody who meets somebody has to mind.
#[derive(Clone, Debug, SimpleObject)]
pub struct PersonFlag {
    /// Whose row it is.
    pub record: Record,
    /// What it is about.
    pub kind: FlagKind,
    /// What to mind.
    pub text: String,
    /// When it is to be looked at again; null where nobody said.
    pub review_on: Option<Date>,
}

/// A note.
#[derive(Clone, Debug, SimpleObject)]
pub struct PersonNote {
    /// Whose row it is.
    pub record: Record,
    /// What it says.
    pub text: String,
}

/// Somebody around a service user.
#[derive(Clone, Debug, SimpleObject)]
pub struct PersonAround {
    /// Whose row it is.
    pub record: Record,
    /// Their name.
    pub name: String,
    /// Who they are to the service user: "mother", "probation officer".
    pub relation: String,
    /// How to reach them.
    pub telephone: Option<String>,
    /// Whether they look after the service user, unpaid.
    pub is_carer: bool,
    /// What there is to know: "may be told of appointments".
    pub remark: Option<String>,
}

/// Where somebody stands with drink and drugs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum PersonSubstanceUse {
    /// Using or drinking now.
    Using,
    /// Not now, but there is a history.
    Abstinent,
    /// No history at all.
    Never,
}

/// What somebody's life is like, as far as signposting asks about it and the viewer may see it. Whatever is null or empty
/// was not said, or is withheld.
#[derive(Clone, Debug, SimpleObject)]
pub struct PersonCircumstances {
    /// Gender.
    pub gender: Option<Gender>,
    /// Drink and drugs.
    pub substance_use: Option<PersonSubstanceUse>,
    /// The day of the last use.
    pub abstinent_since: Option<Date>,
    /// Offences that a service may ask about.
    pub offences: Vec<OffenceType>,
    /// Whether anything was said of offences: where it was and the list is empty, there are none.
    pub offences_said: bool,
    /// What holds of them.
    pub has: Vec<Characteristic>,
    /// What was said not to hold of them.
    pub has_not: Vec<Characteristic>,
    /// Languages spoken well enough for an appointment, as BCP 47 tags.
    pub languages: Vec<String>,
    /// What they need in order to come at all.
    pub access: Vec<AccessFeature>,
}

impl From<Said> for PersonCircumstances {
    fn from(said: Said) -> Self {
        let Said { gender, substance_use, offences, characteristics, languages, access } = said;
        let (state, since) = match substance_use {
            None => (None, None),
            Some(SubstanceUse::Using) => (Some(PersonSubstanceUse::Using), None),
            Some(SubstanceUse::Abstinent { since }) => (Some(PersonSubstanceUse::Abstinent), since),
            Some(SubstanceUse::Never) => (Some(PersonSubstanceUse::Never), None),
        };
        let holding = |wanted: bool| -> Vec<Characteristic> {
            let those = characteristics.iter().filter(|(_, holds)| **holds == wanted);
            those.map(|(which, _): (&stored::Characteristic, _)| (*which).into()).collect()
        };
        Self {
            gender: gender.map(Into::into),
            substance_use: state,
            abstinent_since: since.map(Date),
            offences_said: offences.is_some(),
            offences: offences.unwrap_or_default().into_iter().map(Into::into).collect(),
            has: holding(true),
            has_not: holding(false),
            languages,
            access: access.into_iter().map(Into::into).collect(),
        }
    }
}

/// The rows that something can be made of, the newest first.
fn rows<T>(seen: &Seen, make: impl Fn(Record, &Contents) -> Option<T>) -> Vec<T> {
    seen.records.iter().rev().filter_map(|opened| make(Record::of(opened), &opened.contents)).collect()
}

pub(super) fn identity(seen: &Seen) -> Vec<PersonIdentity> {
    rows(seen, |record, contents| {
        let Contents::Identity(said) = contents else { return None };
        let identifiers = said.identifiers.iter();
        Some(PersonIdentity {
            record,
            given_names: said.given_names.clone(),
            family_name: said.family_name.clone(),
            known_as: said.known_as.clone(),
            born_on: said.born_on.map(Date),
            identifiers: identifiers
                .map(|it| PersonIdentifier { scheme: it.scheme.clone(), value: it.value.clone() })
                .collect(),
        })
    })
}

pub(super) fn contact(seen: &Seen) -> Vec<PersonContact> {
    rows(seen, |record, contents| {
        let Contents::Contact(said) = contents else { return None };
        Some(PersonContact {
            record,
            telephone: said.telephone.clone(),
            email: said.email.clone(),
            address_lines: said.address_lines.clone(),
            postcode: said.postcode.clone(),
            safe_to: said.safe_to.clone(),
        })
    })
}

impl PersonAssessment {
    /// The assessment that a row says; none of another row.
    pub(crate) fn of(opened: &Opened) -> Option<Self> {
        let Contents::Assessment(said) = &opened.contents else { return None };
        let answers = said.answers.iter();
        Some(Self {
            record: Record::of(opened),
            tool: said.tool.clone(),
            assessed_on: Date(said.assessed_on),
            summary: said.summary.clone(),
            answers: answers
                .map(|it| AssessmentAnswer { question: it.question.clone(), answer: it.answer.clone() })
                .collect(),
        })
    }
}

impl PersonNeed {
    /// The need that a row says, of this list of needs; none of another row.
    pub(crate) fn of(opened: &Opened, list: &Arc<NeedList>) -> Option<Self> {
        let Contents::Need(said) = &opened.contents else { return None };
        let (record, listed) = (Record::of(opened), Need::of_key(list, &said.key));
        Some(Self { record, priority: said.priority, remark: said.remark.clone(), listed })
    }
}

pub(super) fn assessments(seen: &Seen) -> Vec<PersonAssessment> {
    seen.records.iter().rev().filter_map(PersonAssessment::of).collect()
}

pub(super) fn flags(seen: &Seen) -> Vec<PersonFlag> {
    rows(seen, |record, contents| {
        let Contents::Flag(said) = contents else { return None };
        let review_on = said.review_on.map(Date);
        Some(PersonFlag { record, kind: said.of.into(), text: said.text.clone(), review_on })
    })
}

pub(super) fn notes(seen: &Seen) -> Vec<PersonNote> {
    rows(seen, |record, contents| {
        let Contents::Note(said) = contents else { return None };
        Some(PersonNote { record, text: said.text.clone() })
    })
}

pub(super) fn people_around(seen: &Seen) -> Vec<PersonAround> {
    rows(seen, |record, contents| {
        let Contents::PersonAround(said) = contents else { return None };
        Some(PersonAround {
            record,
            name: said.name.clone(),
            relation: said.relation.clone(),
            telephone: said.telephone.clone(),
            is_carer: said.is_carer,
            remark: said.remark.clone(),
        })
    })
}

pub(super) fn circumstance_records(seen: &Seen) -> Vec<Record> {
    rows(seen, |record, contents| matches!(contents, Contents::Circumstances(_)).then_some(record))
}

/// Needs, the most urgent first, and of those the newest.
pub(super) fn needs(seen: &Seen, list: &Arc<NeedList>) -> Vec<PersonNeed> {
    let of = |opened: &Opened| PersonNeed::of(opened, list);
    let mut needs: Vec<PersonNeed> = seen.records.iter().rev().filter_map(of).collect();
    needs.sort_by_key(|need| need.priority);
    needs
}

/// What their life is like, from all that is seen, the newest before the older.
pub(super) fn circumstances(seen: &Seen) -> PersonCircumstances {
    let mut said = Said::default();
    for opened in seen.records.iter().rev() {
        if let Contents::Circumstances(row) = &opened.contents {
            said.add(row);
        }
    }
    said.into()
}
