//! Closed sets of dated tasks and easements.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

closed_set! {
    /// What is to be done.
    TaskKind {
        /// Housing support has met them in prison.
        HousingMet = "housing_met",
        /// A claim of benefits is begun.
        BenefitClaimStarted = "benefit_claim_started",
        /// What they are prescribed goes on outside.
        PrescribingContinuity = "prescribing_continuity",
        /// Somebody meets them at the gate.
        MetAtTheGate = "met_at_the_gate",
        /// The first contact after release.
        FirstContact = "first_contact",
        /// An easement of benefits ends: what comes then is arranged.
        EasementEnds = "easement_ends",
        /// What the worker says in words.
        Other = "other",
    }
}

closed_set! {
    /// How far a task has come.
    TaskState {
        /// To be done.
        Open = "open",
        /// Done.
        Done = "done",
        /// A worker said that it need not be done.
        NotNeeded = "not_needed",
        /// What it came from was taken back.
        Cancelled = "cancelled",
    }
}

closed_set! {
    /// Something that was done with a task.
    TaskStep {
        /// Made.
        Added = "added",
        /// Done.
        Completed = "completed",
        /// It need not be done.
        Dropped = "dropped",
        /// To be done after all.
        Reopened = "reopened",
        /// Somebody else answers for it.
        HandedOver = "handed_over",
        /// It is due on another day, for the day of release has changed.
        Moved = "moved",
        /// What it came from was taken back.
        Cancelled = "cancelled",
    }
}

closed_set! {
    /// For what reason less is asked of somebody for their benefits.
    EasementKind {
        /// Released from prison, with a claim that was begun inside.
        PrisonLeaverPreReleaseClaim = "prison_leaver_pre_release_claim",
        /// In treatment for drink or drugs.
        DrugAlcoholTreatment = "drug_alcohol_treatment",
        /// Homeless.
        Homelessness = "homelessness",
        /// Surviving domestic abuse.
        DomesticAbuse = "domestic_abuse",
        /// Anything else.
        Other = "other",
    }
}
