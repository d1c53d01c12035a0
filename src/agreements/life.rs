//! How far a version of an agreement has come, and what may be done with it by whom. Pure.
//!
//! DRAFT → IN_REVIEW → AWAITING_SIGNATURES → ACTIVE ↔ SUSPENDED; any of them → TERMINATED; a new version that comes into
//! force, or that is drafted in the place of one that never was, leaves SUPERSEDED behind. What time alone brings is
//! reckoned when it is read.

use chrono::NaiveDate;
use entity::enums::{AgreementState, AgreementStep};
use entity::ids::AgencyId;
use entity::instants::Millis;

use super::Side;

/// What time brings to a version, beside how far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// How far it has come.
    pub state: AgreementState,
    /// Whether it has run out.
    pub expired: bool,
    /// Whether the day by which it was to be looked at again is past.
    pub review_overdue: bool,
}

impl Standing {
    /// How a version stands at an instant that falls on a day.
    #[must_use]
    pub fn at(state: AgreementState, expires: Millis, review_on: NaiveDate, now: Millis, today: NaiveDate) -> Self {
        let lives = matches!(state, AgreementState::Active | AgreementState::Suspended);
        Self { state, expired: expires <= now, review_overdue: lives && review_on < today }
    }

    /// Whether anything flows under it.
    #[must_use]
    pub fn is_in_force(self) -> bool {
        self.state == AgreementState::Active && !self.expired
    }
}

/// What is asked for to be done; signing is something else, for it names what is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// To be looked at.
    Submit,
    /// Back to be written anew.
    Return,
    /// As it should be: the parties may sign.
    Approve,
    /// Out of force for a while.
    Suspend,
    /// In force again.
    Resume,
    /// Ended for good.
    Terminate,
}

impl Move {
    /// All of them.
    pub const ALL: &'static [Self] =
        &[Self::Submit, Self::Return, Self::Approve, Self::Suspend, Self::Resume, Self::Terminate];

    /// From where it goes where, and as what it stands in the history.
    #[must_use]
    pub fn from_to(self, state: AgreementState) -> Option<(AgreementState, AgreementStep)> {
        use AgreementState as S;
        use AgreementStep as T;
        match (self, state) {
            (Self::Submit, S::Draft) => Some((S::InReview, T::Submitted)),
            (Self::Return, S::InReview | S::AwaitingSignatures) => Some((S::Draft, T::Returned)),
            (Self::Approve, S::InReview) => Some((S::AwaitingSignatures, T::Approved)),
            (Self::Suspend, S::Active) => Some((S::Suspended, T::Suspended)),
            (Self::Resume, S::Suspended) => Some((S::Active, T::Resumed)),
            (Self::Terminate, S::Draft | S::InReview | S::AwaitingSignatures | S::Active | S::Suspended) => {
                Some((S::Terminated, T::Terminated))
            }
            (Self::Submit | Self::Return | Self::Approve | Self::Suspend | Self::Resume | Self::Terminate, _) => None,
        }
    }
}

/// Why somebody may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotTheirs {
    /// Only managers of parties, and coordinators, do that.
    NotAManager,
    /// Whoever drafted it does not approve it.
    OwnDraft,
    /// Only whoever suspended it resumes it.
    SuspendedByAnother,
}

/// Whether somebody may make a move: managers of parties and coordinators may, but nobody approves for the agency that
/// drafted it, and whoever suspended it alone resumes it.
///
/// # Errors
/// Why not.
pub fn may(
    side: Side,
    asked: Move,
    parties: &[AgencyId],
    drafted_for: Option<AgencyId>,
    suspended_for: Option<AgencyId>,
) -> Result<(), NotTheirs> {
    let agency = match side {
        Side::Manager(agency) if parties.contains(&agency) => Some(agency),
        Side::Network => None,
        Side::Manager(_) | Side::Member(_) => return Err(NotTheirs::NotAManager),
    };
    match asked {
        Move::Approve if agency == drafted_for => Err(NotTheirs::OwnDraft),
        Move::Resume if agency != suspended_for => Err(NotTheirs::SuspendedByAnother),
        Move::Submit | Move::Return | Move::Approve | Move::Suspend | Move::Resume | Move::Terminate => Ok(()),
    }
}
