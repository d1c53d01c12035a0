//! Closed sets of rules about people, as the schema shows them. The compiler holds each against the stored set.

use async_graphql::Enum;
use entity::enums as stored;

/// Gender, as services' rules and people's own statements use the word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::Gender")]
pub enum Gender {
    /// Woman.
    Woman,
    /// Man.
    Man,
    /// Non-binary, or another gender.
    NonBinary,
}

/// A service's rule about drink and drugs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::SubstanceUseRule")]
pub enum SubstanceUseRule {
    /// People who are using or drinking now are accepted.
    ActiveUseAccepted,
    /// Accepted, but not when intoxicated at the appointment.
    NotWhenIntoxicated,
    /// Only people who are abstinent now.
    AbstinenceRequired,
    /// Anyone with a history of use is turned away. It happens, and must be seen.
    HistoryExcluded,
}

/// Something about a person's life that services make rules about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::Characteristic")]
pub enum Characteristic {
    /// Has served in the armed forces.
    Veteran,
    /// Was in the care of a council as a child.
    CareLeaver,
    /// Under probation supervision in the community.
    UnderSupervision,
    /// In prison now.
    InCustody,
    /// Has left prison (within the last year, unless the service says otherwise).
    PrisonLeaver,
    /// Both a mental-health and a substance-use problem at once.
    DualDiagnosis,
    /// On a substitute prescription (methadone, buprenorphine).
    SubstitutePrescribing,
    /// Has children living with them.
    DependentChildren,
    /// Pregnant.
    Pregnant,
    /// No recourse to public funds.
    NoRecourse,
    /// Seeking asylum, or a refugee.
    AsylumOrRefugee,
    /// Homeless, or about to be.
    Homeless,
    /// Surviving domestic abuse.
    DomesticAbuse,
    /// Has sold sex.
    SexWork,
    /// Looks after somebody.
    Carer,
    /// A learning disability.
    LearningDisability,
    /// Physically disabled.
    PhysicalDisability,
    /// Lesbian, gay, bisexual or transgender.
    Lgbt,
    /// Out of work.
    Unemployed,
    /// Brings a pet.
    Pet,
}

/// What a service says about a characteristic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::CharacteristicRule")]
pub enum CharacteristicRule {
    /// Only people with it.
    Required,
    /// People with it are welcome; so are others.
    Accepted,
    /// People with it are turned away.
    Excluded,
}

/// Kinds of offence that services make rules about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::OffenceType")]
pub enum OffenceType {
    /// Sexual offences.
    Sexual,
    /// Arson.
    Arson,
    /// Violence against the person.
    Violence,
    /// Domestic abuse.
    DomesticAbuse,
    /// Offences against children.
    AgainstChildren,
    /// Supplying drugs.
    DrugSupply,
    /// Weapons.
    Weapons,
    /// Theft, burglary, robbery or fraud.
    Acquisitive,
    /// Hate crime.
    HateCrime,
    /// Terrorism.
    Terrorism,
    /// Anything else.
    Other,
}

/// Where a rule in a listing comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::RuleEvidence")]
pub enum RuleEvidence {
    /// The agency, or its feed's own structured field, says so.
    Stated,
    /// Read by us from a text that says so outright.
    ReadFromText,
}
