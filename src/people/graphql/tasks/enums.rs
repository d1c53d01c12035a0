//! Closed sets of tasks, releases and easements, as the schema shows them. The compiler holds each against the stored set.

use async_graphql::Enum;
use entity::enums as stored;

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::TaskKind")]
pub enum TaskKind {
    /// Housing support has met them in prison.
    HousingMet,
    /// A claim of benefits is begun.
    BenefitClaimStarted,
    /// What they are prescribed goes on outside.
    PrescribingContinuity,
    /// Somebody meets them at the gate.
    MetAtTheGate,
    /// The first contact after release.
    FirstContact,
    /// An easement of benefits ends: what comes then is arranged.
    EasementEnds,
    /// What the worker says in words.
    Other,
}

/// How far a task has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::TaskState")]
pub enum TaskState {
    /// To be done.
    Open,
    /// Done.
    Done,
    /// A worker said that it need not be done.
    NotNeeded,
    /// What it came from was taken back.
    Cancelled,
}

/// Something that was done with a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::TaskStep")]
pub enum TaskStep {
    /// Made.
    Added,
    /// Done.
    Completed,
    /// It need not be done.
    Dropped,
    /// To be done after all.
    Reopened,
    /// Somebody else answers for it.
    HandedOver,
    /// It is due on another day, for the day of release has changed.
    Moved,
    /// What it came from was taken back.
    Cancelled,
}

/// For what reason less is asked of somebody for their benefits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::EasementKind")]
pub enum EasementKind {
    /// Released from prison, with a claim that was begun inside.
    PrisonLeaverPreReleaseClaim,
    /// In treatment for drink or drugs: usually up to six months.
    DrugAlcoholTreatment,
    /// Homeless.
    Homelessness,
    /// Surviving domestic abuse: usually thirteen weeks.
    DomesticAbuse,
    /// Anything else.
    Other,
}

/// Whether the first contact after a release was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "crate::people::tasks::gate::Contact")]
pub enum FirstContactState {
    /// They are not released yet.
    NotYetDue,
    /// It is to be made.
    Due,
    /// It was made, in time or late.
    Made,
    /// It was not made by the end of the day after release, and not since.
    Overdue,
}
