//! Closed sets about service users, as the schema shows them. The compiler holds each against the stored set.

use async_graphql::Enum;
use entity::enums as stored;

/// A category of personal data. Everything that is recorded of a service user belongs to one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::DataCategory")]
pub enum DataCategory {
    /// Name, date of birth, identifiers.
    Identity,
    /// Telephone, e-mail, address, and how to reach them safely.
    Contact,
    /// Where they live.
    Housing,
    /// Work and training.
    Employment,
    /// Benefits, money and debt.
    Benefits,
    /// Drink and drugs.
    SubstanceUse,
    /// Mental health.
    MentalHealth,
    /// Physical health.
    PhysicalHealth,
    /// Offences, sentences, licence.
    Offending,
    /// What may happen to them or through them.
    Risk,
    /// Safeguarding of adults and children.
    Safeguarding,
    /// Family, carers, children.
    Family,
    /// Characteristics that the Equality Act 2010 protects.
    Equality,
    /// What workers write.
    CaseNotes,
    /// What became of it.
    Outcomes,
    /// Appointments kept and missed.
    Attendance,
}

/// What somebody looks at a service user for. Nothing is shown for a purpose that was not said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::Purpose")]
pub enum Purpose {
    /// To find who takes them.
    Signposting,
    /// To refer them, or to answer a referral.
    Referral,
    /// To work with others for them.
    CareCoordination,
    /// To keep somebody safe.
    Safeguarding,
    /// To reckon figures.
    Evaluation,
}

/// What a flag is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::FlagKind")]
pub enum FlagKind {
    /// What may happen to them or through them.
    Risk,
    /// Safeguarding of adults and children.
    Safeguarding,
}

/// Whose service users.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Enum)]
#[graphql(remote = "crate::people::finding::Caseload")]
pub enum Caseload {
    /// Those on the viewer's own caseload.
    #[default]
    Mine,
    /// Those on the caseloads of the viewer's teams.
    Teams,
    /// Those with whom the agency has to do in any way, as far as the viewer may see them.
    Agency,
}

/// Why something is not shown, whether or not it is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "crate::people::reading::Reason")]
pub enum WithheldReason {
    /// No agreement in force lets it flow to the viewer's agency for the purpose.
    NoAgreement,
    /// An agreement would; what the service user permits, or what the agency has to do with them, does not.
    NotPermitted,
}

/// On what ground something is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum SeenAs {
    /// It is about the viewer themselves.
    OwnRecord,
    /// The viewer stands for whom it is about.
    Proxy,
    /// It is the viewer's agency's, and the service user on a caseload of theirs.
    OwnAgency,
    /// Another agency shares it.
    Shared,
}
