//! Scalars: instants, dates, wall times, addresses on the web. A value that one would not take is refused while the question is
//! held against the schema, for only there its field is known (`api::limits` says by [`right`] what would be right).

use std::ops::RangeInclusive;

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::{Datelike, NaiveDate, NaiveTime, SecondsFormat, Timelike, Utc};

/// The first year that dates may lie in: nobody who is alive was born before it, and nothing here is older than a person.
pub const FIRST_YEAR: i32 = 1900;
/// The years that dates may lie in: what lies farther ahead is a slip. Databases hold fewer years than the calendar has.
const YEARS: RangeInclusive<i32> = FIRST_YEAR..=2200;

const INSTANT: &str =
    "An instant is written as \"2026-11-26T18:00:00Z\", with its offset, and lies between the years 1900 and 2200.";
const DATE: &str = "A date is written as \"2026-11-26\", and lies between the years 1900 and 2200.";
const LOCAL_TIME: &str = "A time is written as \"18:30\", from 00:00 to 23:59.";
const URL: &str = "An address on the web begins with http:// or https://.";

/// How values of a scalar are written, by its name in the schema; none of one that is not ours.
#[must_use]
pub fn right(scalar: &str) -> Option<&'static str> {
    match scalar {
        "DateTime" => Some(INSTANT),
        "Date" => Some(DATE),
        "LocalTime" => Some(LOCAL_TIME),
        "Url" => Some(URL),
        _ => None,
    }
}

fn is_near(date: NaiveDate) -> bool {
    YEARS.contains(&date.year())
}

/// An instant, in RFC 3339 and UTC, as `2026-11-26T18:00:00Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateTime(pub chrono::DateTime<Utc>);

/// An instant, in RFC 3339. Answers are in UTC, as `2026-11-26T18:00:00Z`; questions may carry any offset.
#[Scalar(name = "DateTime")]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let at = if let Value::String(text) = &value { chrono::DateTime::parse_from_rfc3339(text).ok() } else { None };
        let at = at.map(|at| at.with_timezone(&Utc)).filter(|at| is_near(at.date_naive()));
        at.map(Self).ok_or_else(|| InputValueError::custom(INSTANT))
    }

    fn is_valid(value: &Value) -> bool {
        Self::parse(value.clone()).is_ok()
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

/// A date, as `2026-11-26`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date(pub NaiveDate);

/// A date of the calendar, as `2026-11-26`.
#[Scalar(name = "Date")]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        let date =
            if let Value::String(text) = &value { NaiveDate::parse_from_str(text, "%Y-%m-%d").ok() } else { None };
        date.filter(|date| is_near(*date)).map(Self).ok_or_else(|| InputValueError::custom(DATE))
    }

    fn is_valid(value: &Value) -> bool {
        Self::parse(value.clone()).is_ok()
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.format("%Y-%m-%d").to_string())
    }
}

/// A time of the wall clock in Europe/London, as `18:30`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalTime(pub NaiveTime);

/// A time of the wall clock in Europe/London, as `18:30`.
#[Scalar(name = "LocalTime")]
impl ScalarType for LocalTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let time = if let Value::String(text) = &value { NaiveTime::parse_from_str(text, "%H:%M").ok() } else { None };
        time.map(Self).ok_or_else(|| InputValueError::custom(LOCAL_TIME))
    }

    fn is_valid(value: &Value) -> bool {
        Self::parse(value.clone()).is_ok()
    }

    fn to_value(&self) -> Value {
        Value::String(format!("{:02}:{:02}", self.0.hour(), self.0.minute()))
    }
}

/// An address on the web.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Url(pub String);

impl Url {
    /// The address as a link that is safe to follow, or `None` where a listing has something else
    /// there (a feed may carry anything, `javascript:` among it). An address without a scheme is
    /// taken for `https`.
    #[must_use]
    pub fn safe(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() || text.chars().any(|letter| letter.is_control() || letter.is_whitespace()) {
            return None;
        }
        let lower = text.to_ascii_lowercase();
        if let Some(rest) = lower.strip_prefix("http://").or_else(|| lower.strip_prefix("https://")) {
            let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
            return host.contains('.').then(|| Self(text.to_owned()));
        }
        let host = lower.split(['/', '?', '#']).next().unwrap_or_default();
        (host.contains('.') && !host.contains(':')).then(|| Self(format!("https://{text}")))
    }
}

/// An address on the web, always `http` or `https`.
#[Scalar(name = "Url")]
impl ScalarType for Url {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        Self::safe(text).ok_or_else(|| InputValueError::custom(URL))
    }

    fn is_valid(value: &Value) -> bool {
        Self::parse(value.clone()).is_ok()
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}
