//! What of an appointment stands in a calendar: what sort it is, how it is held, when, whether it was called off. Pure.
//!
//! Beside a name stands nothing of a place, and that is not told by saying nothing of one place alone: who is met in person, on
//! outreach and in custody reads the same there. So it is in the whole of a calendar in which names are wanted, be one there or
//! not: what it said of a place yesterday would be put together with the name of today. A calendar of a hub says nothing of it
//! either, for its owner may have one with names besides, and the hours are the same.
//!
//! What became of it does not: that somebody did not come is nobody's calendar's. An appointment that was moved to another time
//! is dropped, for the one in its place stands there too.

use entity::enums::{AppointmentDelivery, AppointmentKind, AppointmentState};
use entity::ids::{AppointmentId, CalendarFeedId};
use entity::instants::Millis;
use sha2::{Digest as _, Sha256};

use super::ical::{Event, Status};

/// Of what a calendar is, as far as it decides what may be told of places in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Of somebody's own appointments, never with a name: how each is held is told, and the hub.
    Own,
    /// Of those at a hub, never with a name: the hub is told.
    Hub,
    /// Of either, and names are wanted in it: of places nothing is told.
    Named,
}

/// An appointment, as far as a calendar may hold anything of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// In which calendar.
    pub feed: CalendarFeedId,
    /// Of what that is.
    pub scope: Scope,
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
    /// The name of the hub; absent where it is at none, and where that is a secret.
    pub hub: Option<String>,
    /// The given name of whom it is with; absent where that may not stand there.
    pub with: Option<String>,
}

/// What an appointment is known by in a calendar: the same at each look, and no id that could be asked for anywhere. In another
/// calendar it is another, so that by it nothing of the two can be put together.
#[must_use]
pub fn uid(feed: CalendarFeedId, id: AppointmentId) -> String {
    let digest = Sha256::digest(format!("an appointment in a calendar\n{}\n{}", feed.0, id.0));
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

/// How it is held, in words; where that is a place, only where places may be told.
fn delivery(delivery: AppointmentDelivery, tells_places: bool) -> Option<&'static str> {
    let place = match delivery {
        AppointmentDelivery::Telephone => return Some("by telephone"),
        AppointmentDelivery::Video => return Some("by video"),
        AppointmentDelivery::InPerson => "in person",
        AppointmentDelivery::Outreach => "outreach",
        AppointmentDelivery::InCustody => "in custody",
    };
    tells_places.then_some(place)
}

/// The event of an appointment; none where another appointment stands in its place.
#[must_use]
pub fn event(slot: &Slot) -> Option<Event> {
    let (status, sequence) = match slot.state {
        AppointmentState::Booked | AppointmentState::Attended | AppointmentState::DidNotAttend => {
            (Status::Confirmed, 0)
        }
        AppointmentState::Cancelled => (Status::Cancelled, 1),
        AppointmentState::Superseded => return None,
    };
    // Beside a name neither, whatever the calendar says of itself.
    let (tells_places, tells_hub) = match (slot.scope, &slot.with) {
        (Scope::Own, None) => (true, true),
        (Scope::Hub, None) => (false, true),
        (Scope::Own | Scope::Hub, Some(_)) | (Scope::Named, _) => (false, false),
    };
    let mut summary = kind(slot.kind).to_owned();
    if let Some(held) = delivery(slot.delivery, tells_places) {
        summary = format!("{summary}, {held}");
    }
    if let Some(with) = &slot.with {
        summary = format!("{summary} ({with})");
    }
    Some(Event {
        uid: uid(slot.feed, slot.id),
        sequence,
        starts: slot.starts.to_utc(),
        ends: slot.ends.to_utc(),
        summary,
        location: slot.hub.clone().filter(|_| tells_hub),
        status,
    })
}
