//! When the person could come, by a table of hours.

use chrono::{DateTime, Utc};

use crate::directory::opening;
use crate::hours::{self, Ahead, Hours, WindowAnswer};

/// How far ahead an opening is looked for where no time was asked for, in days.
const SOON_DAYS: u16 = 8;

/// When the person could come.
#[derive(Clone, Copy, Debug)]
pub(super) struct Times {
    /// What there is to say to the windows that were asked for.
    pub(super) answer: Option<WindowAnswer>,
    /// The first time that is certain.
    pub(super) first: Option<DateTime<Utc>>,
    /// The first instant at which either may be different.
    pub(super) until: DateTime<Utc>,
}

/// When the person could come, by a table of hours.
pub(super) fn times(hours: &Hours, windows: &[Ahead], at: DateTime<Utc>) -> Times {
    let answers: Vec<_> = windows.iter().map(|window| (window, hours.within_any(window))).collect();
    if let Some(answer) = best(&answers) {
        let first = match answer {
            WindowAnswer::Open { from, .. } => Some(from),
            WindowAnswer::Unknown { .. } | WindowAnswer::Never | WindowAnswer::NotStated => None,
        };
        let ends = answers.iter().map(|(window, answer)| window.holds_until(answer));
        return Times { answer: Some(answer), first, until: ends.min().unwrap_or(at) };
    }
    let first = match (hours.state(at), hours.next_opening(at, SOON_DAYS)) {
        (hours::State::Open { .. }, _) => Some(at),
        (_, hours::NextOpening::At(at)) => Some(at),
        (_, hours::NextOpening::PerhapsAt { .. } | hours::NextOpening::None | hours::NextOpening::NotStated) => None,
    };
    Times { answer: None, first, until: opening::holds_until(hours, at, SOON_DAYS) }
}

/// The best answer of the windows: the earliest certain one, else one that is unknown, else never.
fn best(answers: &[(&Ahead, WindowAnswer)]) -> Option<WindowAnswer> {
    let rank = |answer: &WindowAnswer| match answer {
        WindowAnswer::Open { from, .. } => (0, Some(*from)),
        WindowAnswer::Unknown { from, .. } => (1, Some(*from)),
        WindowAnswer::NotStated => (2, None),
        WindowAnswer::Never => (3, None),
    };
    answers.iter().map(|(_, answer)| *answer).min_by_key(rank)
}
