//! Media types: what a client sends, and what it wants back.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};

use super::{answer::Refusal, errors::BAD_USER_INPUT};

/// The form of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ResponseType {
    /// `application/graphql-response+json`: the status says how the request went.
    Graphql,
    /// `application/json`, for clients from before that: a success is always 200.
    Json,
}

impl ResponseType {
    /// Both, the preferred one first.
    const ALL: [Self; 2] = [Self::Graphql, Self::Json];

    const fn subtype(self) -> &'static str {
        match self {
            Self::Graphql => "graphql-response+json",
            Self::Json => "json",
        }
    }

    /// As `content-type` says it.
    pub(crate) const fn header(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Graphql => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        })
    }
}

/// A media type or range with its parameters.
struct Media<'a> {
    kind: &'a str,
    subtype: &'a str,
    parameters: Vec<(&'a str, &'a str)>,
}

impl<'a> Media<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let (kind, subtype) = parts.next()?.split_once('/')?;
        let parameters = parts
            .filter_map(|part| part.split_once('='))
            .map(|(name, value)| (name.trim(), value.trim().trim_matches('"')))
            .collect();
        Some(Self { kind, subtype, parameters })
    }

    fn parameter(&self, name: &str) -> Option<&'a str> {
        self.parameters.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }

    /// Whether the text is in UTF-8, as it is where nothing is said.
    fn is_utf8(&self) -> bool {
        self.parameter("charset").is_none_or(|charset| charset.eq_ignore_ascii_case("utf-8"))
    }

    /// How closely this range names a type: 3 the type itself, 1 anything at all, 0 not this one.
    fn closeness(&self, wanted: ResponseType) -> u8 {
        if !self.is_utf8() {
            return 0;
        }
        match (self.kind, self.subtype) {
            ("*", "*") => 1,
            (kind, "*") if kind.eq_ignore_ascii_case("application") => 2,
            (kind, subtype)
                if kind.eq_ignore_ascii_case("application") && subtype.eq_ignore_ascii_case(wanted.subtype()) =>
            {
                3
            }
            _ => 0,
        }
    }

    /// How much it is wanted, in thousandths.
    fn quality(&self) -> u16 {
        let Some(q) = self.parameter("q") else { return 1_000 };
        let (whole, rest) = q.split_once('.').unwrap_or((q, ""));
        let thousandths = rest
            .bytes()
            .chain(*b"000")
            .take(3)
            .try_fold(0_u16, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + u16::from(digit - b'0')));
        match (whole, thousandths) {
            ("1", _) => 1_000,
            ("0", Some(thousandths)) => thousandths,
            // What cannot be read is not wanted.
            _ => 0,
        }
    }
}

/// Which form of answer a client wants, by its `accept` (RFC 9110, 12.5.1). Where both are wanted
/// alike, or nothing is said, the one that is made for GraphQL.
pub(crate) fn negotiate(headers: &HeaderMap) -> Result<ResponseType, Refusal> {
    let said = headers.get_all(header::ACCEPT).iter();
    let text: Vec<&str> = said.map(|value| value.to_str().unwrap_or("unreadable")).collect();
    if text.iter().all(|value| value.trim().is_empty()) {
        return Ok(ResponseType::Graphql);
    }
    let ranges: Vec<Media<'_>> = text.iter().flat_map(|value| value.split(',')).filter_map(Media::parse).collect();
    let wanted = |form: ResponseType| {
        let closest = ranges.iter().map(|range| (range.closeness(form), range.quality())).filter(|(c, _)| *c > 0);
        closest.max().map_or(0, |(_, quality)| quality)
    };
    let mut best = None;
    for form in ResponseType::ALL {
        let quality = wanted(form);
        if quality > best.map_or(0, |(_, best)| best) {
            best = Some((form, quality));
        }
    }
    best.map(|(form, _)| form).ok_or_else(|| {
        Refusal::new(
            StatusCode::NOT_ACCEPTABLE,
            BAD_USER_INPUT,
            "The answer can be had as application/graphql-response+json or application/json, in UTF-8; \
             the accept header allows neither.",
        )
    })
}

/// Holds that a body is JSON in UTF-8, not compressed.
///
/// Nothing else is taken, forms least of all: a foreign website can make a browser send those
/// without asking first.
pub(crate) fn check_body_is_json(headers: &HeaderMap) -> Result<(), Refusal> {
    let refuse = |message: &str| Err(Refusal::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, BAD_USER_INPUT, message));
    let Some(content_type) = headers.get(header::CONTENT_TYPE) else {
        return refuse("Send the query as JSON and say so: content-type: application/json.");
    };
    let media = content_type.to_str().ok().and_then(Media::parse);
    match media {
        Some(media) if media.kind.eq_ignore_ascii_case("application") && media.subtype.eq_ignore_ascii_case("json") => {
            if !media.is_utf8() {
                return refuse("JSON is taken in UTF-8 only.");
            }
        }
        _ => return refuse("The query is taken as JSON only: content-type: application/json."),
    }
    match headers.get(header::CONTENT_ENCODING) {
        Some(encoding) if !encoding.as_bytes().eq_ignore_ascii_case(b"identity") => {
            refuse("A compressed body is not taken; send it without content-encoding.")
        }
        _ => Ok(()),
    }
}
