//! What a notice says: what sort of thing happened, to which referral or appointment, how far that has come, and when. No
//! name, no need, no category, no reason and no word of anybody; nor whose it is. Whoever wants to know more asks for it by
//! its id, and is shown what the rule lets them see. Pure.

use chrono::SecondsFormat;
use entity::enums::{AppointmentState, AppointmentStep, ReferralState, ReferralStep};
use entity::ids::{AppointmentEventId, AppointmentId, NoticeEndpointId, ReferralEventId, ReferralId};
use entity::instants::Millis;
use serde_json::json;
use uuid::Uuid;

use crate::api::ids::NodeId;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happened {
    /// Something was done with a referral.
    Referral {
        /// The row of its history.
        event: ReferralEventId,
        /// The referral.
        referral: ReferralId,
        /// What was done.
        step: ReferralStep,
        /// How far it has come by it.
        state: ReferralState,
    },
    /// Something was done with an appointment.
    Appointment {
        /// The row of its history.
        event: AppointmentEventId,
        /// The appointment.
        appointment: AppointmentId,
        /// What was done.
        step: AppointmentStep,
        /// How far it has come by it.
        state: AppointmentState,
    },
    /// Nothing: a manager wants to see whether notices arrive.
    Test {
        /// Its own id.
        event: Uuid,
        /// Where.
        endpoint: NoticeEndpointId,
    },
}

/// An event that agencies' own systems are told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// What happened.
    pub happened: Happened,
    /// The how manieth of what it happened to, from 1.
    pub number: i32,
    /// When.
    pub at: Millis,
}

/// The sort of notice that tells of nothing.
pub const TEST: &str = "notice.test";

impl Event {
    /// Its id, which no other event has.
    #[must_use]
    pub const fn id(&self) -> Uuid {
        match self.happened {
            Happened::Referral { event, .. } => event.0,
            Happened::Appointment { event, .. } => event.0,
            Happened::Test { event, .. } => event,
        }
    }

    /// What it happened to.
    #[must_use]
    pub const fn subject(&self) -> Uuid {
        match self.happened {
            Happened::Referral { referral, .. } => referral.0,
            Happened::Appointment { appointment, .. } => appointment.0,
            // Each by itself: none waits for another.
            Happened::Test { event, .. } => event,
        }
    }

    /// What sort of thing happened, as `referral.submitted`.
    #[must_use]
    pub fn kind(&self) -> String {
        match self.happened {
            Happened::Referral { step, .. } => format!("referral.{}", step.as_str()),
            Happened::Appointment { step, .. } => format!("appointment.{}", step.as_str()),
            Happened::Test { .. } => TEST.to_owned(),
        }
    }

    /// What is sent, as JSON in the form of Standard Webhooks. Ids are the global ones of the graph, states its words.
    #[must_use]
    pub fn body(&self) -> String {
        let number = self.number;
        let data = match self.happened {
            Happened::Referral { referral, state, .. } => json!({
                "referral": NodeId::Referral(referral).encode().0,
                "state": state.as_str().to_uppercase(),
                "number": number,
            }),
            Happened::Appointment { appointment, state, .. } => json!({
                "appointment": NodeId::Appointment(appointment).encode().0,
                "state": state.as_str().to_uppercase(),
                "number": number,
            }),
            Happened::Test { endpoint, .. } => json!({ "endpoint": NodeId::NoticeEndpoint(endpoint).encode().0 }),
        };
        let timestamp = self.at.to_utc().to_rfc3339_opts(SecondsFormat::Millis, true);
        json!({ "type": self.kind(), "timestamp": timestamp, "data": data }).to_string()
    }
}
