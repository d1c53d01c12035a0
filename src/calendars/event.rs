//! What of an appointment stands in a calendar: what sort it is, how it is held, when, whether it was called off. Pure.
//!
//! What became of it does not: that somebody did not come is nobody's calendar's. An appointment that was moved to another time
//! is dropped, for the one in its place stands there too.

use entity::enums::{AppointmentDelivery, AppointmentKind, AppointmentState};
use entity::ids::AppointmentId;
use entity::instants::Millis;
use sha2::{Digest as _, Sha256};

use super::ical::{Event, Status};

/// An appointment, as far as a calendar may hold anything of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Which.
    pub id: AppointmentId,
    /// What for.
    pub kind: AppointmentKind,
    /// How it is held.
    pub delivery: AppointmentDelivery,
    /// How far it has come.
    pub state: AppointmentState,
    /// When it begins.
    pub starts: Millis,
    /// When it ends, exclusive.
    pub ends: Millis,
    /// When it was booked.
    pub booked: Millis,
    /// When it was called off, where it was.
    pub cancelled: Option<Millis>,
    /// The name of the hub; absent where it is at none, and where that may not be told.
    pub hub: Option<String>,
    /// The given name of whom it is with; absent where that may not stand there.
    pub with: Option<String>,
}

/// What an appointment is known by in calendars: the same in each, and no id that could be asked for anywhere.
#[must_use]
pub fn uid(id: AppointmentId) -> String {
    let digest = Sha256::digest(format!("an appointment in a calendar\n{}", id.0));
    let print = digest.iter().take(16).fold(String::new(), |print, byte| format!("{print}{byte:02x}"));
    format!("{print}@signpost")
}

const fn kind(kind: AppointmentKind) -> &'static str {
    match kind {
        AppointmentKind::InitialAssessment => "Initial assessment",
        AppointmentKind::OneToOne => "One-to-one",
        AppointmentKind::Group => "Group",
        AppointmentKind::Review => "Review",
        AppointmentKind::Exit => "Exit meeting",
    }
}

/// How it is held, in words. Beside a name it is not told that somebody is in custody.
const fn delivery(delivery: AppointmentDelivery, named: bool) -> Option<&'static str> {
    match delivery {
        AppointmentDelivery::InPerson => Some("in person"),
        AppointmentDelivery::Telephone => Some("by telephone"),
        AppointmentDelivery::Video => Some("by video"),
        AppointmentDelivery::Outreach => Some("outreach"),
        AppointmentDelivery::InCustody if named => None,
        AppointmentDelivery::InCustody => Some("in custody"),
    }
}

/// The event of an appointment; none where another appointment stands in its place.
#[must_use]
pub fn event(slot: &Slot) -> Option<Event> {
    let (status, sequence, stamp) = match slot.state {
        AppointmentState::Booked | AppointmentState::Attended | AppointmentState::DidNotAttend => {
            (Status::Confirmed, 0, slot.booked)
        }
        AppointmentState::Cancelled => (Status::Cancelled, 1, slot.cancelled.unwrap_or(slot.booked)),
        AppointmentState::Superseded => return None,
    };
    let mut summary = kind(slot.kind).to_owned();
    if let Some(held) = delivery(slot.delivery, slot.with.is_some()) {
        summary = format!("{summary}, {held}");
    }
    if let Some(with) = &slot.with {
        summary = format!("{summary} ({with})");
    }
    Some(Event {
        uid: uid(slot.id),
        sequence,
        stamp: stamp.to_utc(),
        starts: slot.starts.to_utc(),
        ends: slot.ends.to_utc(),
        summary,
        location: slot.hub.clone(),
        status,
    })
}
