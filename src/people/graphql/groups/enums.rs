//! Closed sets of groups, as the schema shows them. The compiler holds each against the stored set.

use async_graphql::Enum;
use entity::enums as stored;

/// How far somebody has come in a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::GroupPlaceState")]
pub enum GroupPlaceState {
    /// They wait for a place.
    Waiting,
    /// They have a place in a cohort.
    Placed,
    /// They wait no longer, or have given their place up.
    Left,
}

/// Something that happened to a place in a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::GroupPlaceStep")]
pub enum GroupPlaceStep {
    /// They asked for a place, and wait for one.
    Asked,
    /// They asked for a place, and got one that was free.
    Given,
    /// They were first in line, and got a place.
    MovedUp,
    /// They got a place before others who waited longer, for a reason. To agencies with which the place is only shared it is
    /// shown as `MOVED_UP`.
    Preferred,
    /// Their cohort was called off, and they wait again where they stood in line.
    PutBack,
    /// They gave it up.
    Left,
    /// It was ended: the group was closed, or their case at the agency.
    Ended,
}

/// Why a group is closed, or a cohort called off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "stored::GroupEndReason")]
pub enum GroupEndReason {
    /// It has done what it was for.
    Done,
    /// Too few came.
    TooFew,
    /// Nobody is there to hold it.
    NoWorker,
    /// There is nowhere to meet.
    NoRoom,
    /// It is paid for no longer.
    NoFunding,
    /// Another one stands in its place.
    Replaced,
    /// Anything else.
    Other,
}
