//! Closed sets of referrals.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

closed_set! {
    /// How far a referral has come.
    ReferralState {
        /// Written by the sender, seen by nobody else.
        Draft = "draft",
        /// Sent, and to be answered.
        Submitted = "submitted",
        /// The receiver has asked for something.
        InfoRequested = "info_requested",
        /// On the receiver's waiting list.
        Waitlisted = "waitlisted",
        /// Taken on by the receiver.
        Accepted = "accepted",
        /// Not taken on.
        Rejected = "rejected",
        /// Taken back by the sender or the service user.
        Withdrawn = "withdrawn",
        /// Nobody answered in time; never stored, for time alone brings it.
        Expired = "expired",
        /// Another referral stands in its place.
        Rerouted = "rerouted",
        /// Support has begun.
        InProgress = "in_progress",
        /// Support rests for a while.
        OnHold = "on_hold",
        /// It is said what came of it.
        OutcomeRecorded = "outcome_recorded",
        /// Over.
        Closed = "closed",
        /// It should never have been.
        EnteredInError = "entered_in_error",
    }
}

closed_set! {
    /// Something that was done with a referral.
    ReferralStep {
        /// Written.
        Drafted = "drafted",
        /// Sent.
        Submitted = "submitted",
        /// The receiver asked for something.
        InformationRequested = "information_requested",
        /// The sender answered.
        InformationGiven = "information_given",
        /// Put on the waiting list.
        Waitlisted = "waitlisted",
        /// Taken on.
        Accepted = "accepted",
        /// Not taken on.
        Rejected = "rejected",
        /// Taken back.
        Withdrawn = "withdrawn",
        /// Another was drafted in its place.
        Rerouted = "rerouted",
        /// Support began.
        Started = "started",
        /// It rests.
        Held = "held",
        /// It goes on.
        Resumed = "resumed",
        /// It was said what came of it.
        OutcomeRecorded = "outcome_recorded",
        /// It is over.
        Closed = "closed",
        /// It should never have been.
        EnteredInError = "entered_in_error",
        /// Offered to somebody else of the agency that answers for it.
        Offered = "offered",
        /// Taken over by them.
        TakenOver = "taken_over",
        /// A draft was written anew.
        Edited = "edited",
        /// It discloses more than before.
        Widened = "widened",
        /// Another of the agency answers for it, on whose caseload the service user is now.
        HandedOver = "handed_over",
    }
}

closed_set! {
    /// Why a referral was not taken on, or came to nothing.
    ReferralReason {
        /// They do not live where it helps.
        OutOfArea = "out_of_area",
        /// Too young or too old.
        Age = "age",
        /// It is for others.
        Gender = "gender",
        /// It is full.
        NoCapacity = "no_capacity",
        /// Nobody pays for people from there.
        NotFundedForArea = "not_funded_for_area",
        /// They use now.
        ActiveUse = "active_use",
        /// For what they did.
        OffenceType = "offence_type",
        /// The risk is too high there.
        RiskTooHigh = "risk_too_high",
        /// It does not help with that.
        NeedNotMetHere = "need_not_met_here",
        /// Somebody helps with it already.
        AlreadySupported = "already_supported",
        /// Nobody could reach them.
        CouldNotContact = "could_not_contact",
        /// They do not want it.
        DeclinedByServiceUser = "declined_by_service_user",
        /// What it discloses has a lawful route no more: something was taken back or denied, somebody is kept out, an agreement
        /// or a consent has ended. Never said by hand.
        NoLawfulRoute = "no_lawful_route",
        /// Something else, which is said in words.
        Other = "other",
    }
}

closed_set! {
    /// How soon it matters.
    ReferralUrgency {
        /// In the order in which they come.
        Routine = "routine",
        /// Within days.
        Soon = "soon",
        /// Today.
        Urgent = "urgent",
    }
}

closed_set! {
    /// How far what was wanted came about.
    Achievement {
        /// It did not.
        Not = "not",
        /// In part.
        Partially = "partially",
        /// All of it.
        Fully = "fully",
    }
}
