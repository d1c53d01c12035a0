//! How far a correction may come, act by act. Pure: one table.
//!
//! To add an act: a variant; the compiler asks what it does in every state.

use entity::enums::CorrectionState;

/// What is done with a correction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Act {
    /// The owner takes what it proposes over into the listing.
    Apply,
    /// The owner says that they changed the listing themselves.
    DoneByHand,
    /// The owner does not take it over.
    Decline,
    /// Its author takes it back.
    Withdraw,
    /// The change that it became was not made after all: a manager said no, or an editor gave it up.
    Return,
}

impl Act {
    /// Every act.
    pub const ALL: &'static [Self] = &[Self::Apply, Self::DoneByHand, Self::Decline, Self::Withdraw, Self::Return];
}

/// The state after an act; `None` where the act may not be done.
#[must_use]
pub const fn after(state: CorrectionState, act: Act) -> Option<CorrectionState> {
    match (state, act) {
        (CorrectionState::Open, Act::Apply | Act::DoneByHand) => Some(CorrectionState::Applied),
        (CorrectionState::Open, Act::Decline) => Some(CorrectionState::Declined),
        (CorrectionState::Open, Act::Withdraw) => Some(CorrectionState::Withdrawn),
        (CorrectionState::Applied, Act::Return) => Some(CorrectionState::Open),
        (CorrectionState::Open, Act::Return)
        | (CorrectionState::Applied, Act::Apply | Act::DoneByHand | Act::Decline | Act::Withdraw)
        | (
            CorrectionState::Declined | CorrectionState::Withdrawn,
            Act::Apply | Act::DoneByHand | Act::Decline | Act::Withdraw | Act::Return,
        ) => None,
    }
}
