//! What can be wrong with a rule that somebody states.

use chrono::NaiveDate;

/// Why a rule, exception or list of days was refused: the field, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HoursError {
    /// An interval of nought.
    #[error("interval: 0 never comes round; use 1 for every week or month, 2 for every other")]
    ZeroInterval,
    /// A weekly or monthly rule without a day.
    #[error("days: no day is named; name at least one")]
    NoDays,
    /// A number of a weekday in a month that no month has.
    #[error("by_day: {0} does not number a weekday of a month; use 1 to 5, or -1 to -5 counting from the end")]
    Ordinal(i8),
    /// A day that no month has.
    #[error("by_month_day: {0} is not a day of a month; use 1 to 31, or -1 to -31 counting from the end")]
    MonthDay(i8),
    /// A piece of `BYDAY` that is not a day.
    #[error("by_day: {0:?} is not a day; write MO, TU, WE, TH, FR, SA or SU, separated by commas")]
    NotADay(String),
    /// A numbered weekday where whole weeks are meant.
    #[error("by_day: {0:?} numbers a weekday of the month, which only a monthly rule can do; write the day alone")]
    OrdinalInAWeek(String),
    /// A piece of `BYMONTHDAY` that is not a number.
    #[error("by_month_day: {0:?} is not a day of a month; write numbers such as 1 or -1, separated by commas")]
    NotAMonthDay(String),
    /// A period that is over before it begins.
    #[error("until: {until} lies before from, {from}; the last date must be the first or a later one")]
    EndsBeforeItBegins {
        /// First date.
        from: NaiveDate,
        /// Last date.
        until: NaiveDate,
    },
}

/// The start of somebody's text, short enough to repeat in a message.
pub(super) fn quoted(text: &str) -> String {
    text.chars().take(20).collect()
}
