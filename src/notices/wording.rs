//! What a notice says in a letter: one short sentence of ours for each sort of thing that happens, the same for whoever reads
//! it. Pure.

use entity::enums::{AppointmentStep, ReferralStep};

use super::event::TEST;

/// What is said of a sort that there is no sentence for.
const SOMETHING: &str = "Something happened. Open Signpost to see it.";

/// The sentence for a sort of notice, as `referral.submitted`.
#[must_use]
pub fn said(kind: &str) -> &'static str {
    known(kind).unwrap_or(SOMETHING)
}

/// Whether there is such a sort of notice that somebody may ask to be told of. The test is none: it goes to who asks for it.
#[must_use]
pub fn is_kind(kind: &str) -> bool {
    kind != TEST && known(kind).is_some()
}

fn known(kind: &str) -> Option<&'static str> {
    if kind == TEST {
        return Some("This is a test: notices arrive at this address. Nothing happened.");
    }
    match kind.split_once('.')? {
        ("referral", step) => ReferralStep::parse(step).map(of_referral),
        ("appointment", step) => AppointmentStep::parse(step).map(of_appointment),
        _ => None,
    }
}

const fn of_referral(step: ReferralStep) -> &'static str {
    match step {
        ReferralStep::Drafted => "A referral was drafted. Open Signpost to see it.",
        ReferralStep::Submitted => "A referral was made. Open Signpost to see it.",
        ReferralStep::InformationRequested => "More was asked about a referral. Open Signpost to see it.",
        ReferralStep::InformationGiven => "A question about a referral was answered. Open Signpost to see it.",
        ReferralStep::Waitlisted => "A referral was put on the waiting list. Open Signpost to see it.",
        ReferralStep::Accepted => "A referral was accepted. Open Signpost to see it.",
        ReferralStep::Rejected => "A referral was not accepted. Open Signpost to see why.",
        ReferralStep::Withdrawn => "A referral was taken back. Open Signpost to see it.",
        ReferralStep::Rerouted => "Another referral was drafted in the place of one. Open Signpost to see it.",
        ReferralStep::Started => "Support began after a referral. Open Signpost to see it.",
        ReferralStep::Held => "A referral rests. Open Signpost to see it.",
        ReferralStep::Resumed => "A referral that rested goes on. Open Signpost to see it.",
        ReferralStep::OutcomeRecorded => "It was recorded what came of a referral. Open Signpost to see it.",
        ReferralStep::Closed => "A referral was closed. Open Signpost to see it.",
        ReferralStep::EnteredInError => {
            "A referral should never have been, and was marked so. Open Signpost to see it."
        }
        ReferralStep::Offered => "A referral was offered to another worker. Open Signpost to see it.",
        ReferralStep::Edited => "A draft of a referral was changed. Open Signpost to see it.",
        ReferralStep::Widened => "A referral discloses more than before. Open Signpost to see it.",
        ReferralStep::TakenOver => "A referral was taken over by another worker. Open Signpost to see it.",
        ReferralStep::HandedOver => "A referral went to another worker with a caseload. Open Signpost to see it.",
    }
}

const fn of_appointment(step: AppointmentStep) -> &'static str {
    match step {
        AppointmentStep::Booked => "An appointment was booked. Open Signpost to see it.",
        // Whether they came is nobody's who reads this.
        AppointmentStep::Attended | AppointmentStep::DidNotAttend => {
            "It was recorded what came of an appointment. Open Signpost to see it."
        }
        AppointmentStep::Cancelled => "An appointment was called off. Open Signpost to see it.",
        AppointmentStep::Rescheduled => "An appointment was moved to another time. Open Signpost to see it.",
        AppointmentStep::Amended => "What was recorded of an appointment was put right. Open Signpost to see it.",
        AppointmentStep::HandedOver => "An appointment is with another worker now. Open Signpost to see it.",
    }
}
