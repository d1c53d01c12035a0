//! Scalars: instants, dates, wall times, addresses on the web.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::{NaiveDate, NaiveTime, SecondsFormat, Utc};

/// An instant, in RFC 3339 and UTC, as `2026-11-26T18:00:00Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateTime(pub chrono::DateTime<Utc>);

/// An instant, in RFC 3339. Answers are in UTC, as `2026-11-26T18:00:00Z`; questions may carry any offset.
#[Scalar(name = "DateTime")]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        chrono::DateTime::parse_from_rfc3339(text)
            .map(|at| Self(at.with_timezone(&Utc)))
            .map_err(|_| InputValueError::custom("an instant is written as 2026-11-26T18:00:00Z, with its offset"))
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
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        NaiveDate::parse_from_str(text, "%Y-%m-%d")
            .map(Self)
            .map_err(|_| InputValueError::custom("a date is written as 2026-11-26"))
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
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        NaiveTime::parse_from_str(text, "%H:%M")
            .map(Self)
            .map_err(|_| InputValueError::custom("a time is written as 18:30, from 00:00 to 23:59"))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.format("%H:%M").to_string())
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
        if lower.starts_with("http://") || lower.starts_with("https://") {
            return Some(Self(text.to_owned()));
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
        Self::safe(text).ok_or_else(|| InputValueError::custom("an address on the web begins with http:// or https://"))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}
