//! Closed sets about what is shared, as the schema shows them. The compiler holds each against the stored set.

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

/// On which basis a flow of an agreement is lawful: article 6(1) of the UK GDPR, where a duty to safeguard is told apart from
/// other legal obligations and public tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::LawfulBasis")]
pub enum LawfulBasis {
    /// The person's consent, article 6(1)(a).
    Consent,
    /// A legal obligation, article 6(1)(c). It binds whatever the person says.
    LegalObligation,
    /// A duty to safeguard, as the Care Act 2014 and the Children Act 2004 put it on agencies. It binds whatever the person
    /// says.
    SafeguardingDuty,
    /// Somebody's vital interests, article 6(1)(d).
    VitalInterests,
    /// A public task, article 6(1)(e).
    PublicTask,
    /// Legitimate interests, article 6(1)(f).
    LegitimateInterests,
}

/// As what a party handles data (articles 4(7), 4(8) and 26 of the UK GDPR).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::PartyRole")]
pub enum PartyRole {
    /// It decides by itself.
    Controller,
    /// It decides together with others.
    JointController,
    /// It does as another says.
    Processor,
}

/// How far a version of an agreement has come. That it ran out, or that its review is overdue, time brings alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::AgreementState")]
pub enum AgreementState {
    /// Being written.
    Draft,
    /// Being looked at.
    InReview,
    /// Approved; not signed by every party.
    AwaitingSignatures,
    /// Signed by every party, and in force unless it has run out.
    Active,
    /// Out of force for a while.
    Suspended,
    /// Another version stands in its place.
    Superseded,
    /// Ended for good.
    Terminated,
}

/// What was done with a version of an agreement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::AgreementStep")]
pub enum AgreementStep {
    /// It was written.
    Drafted,
    /// It is to be looked at.
    Submitted,
    /// It goes back to be written anew.
    Returned,
    /// It is as it should be: the parties may sign.
    Approved,
    /// A party signed.
    Signed,
    /// Every party has signed: it is in force.
    Activated,
    /// It is out of force for a while.
    Suspended,
    /// It is in force again.
    Resumed,
    /// Another version stands in its place.
    Superseded,
    /// It ended for good.
    Terminated,
}

/// What is to be done with a version of an agreement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "crate::agreements::life::Move")]
pub enum AgreementMove {
    /// To be looked at: DRAFT to IN_REVIEW.
    Submit,
    /// Back to be written anew, from IN_REVIEW or AWAITING_SIGNATURES; whoever signed signs anew.
    Return,
    /// As it should be: IN_REVIEW to AWAITING_SIGNATURES. By another side than that which drafted it.
    Approve,
    /// Out of force for a while: nothing flows under it from the next read on.
    Suspend,
    /// In force again; by the side that suspended it.
    Resume,
    /// Ended for good.
    Terminate,
}
