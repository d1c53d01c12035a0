//! Media types: what a client sends, and what it wants back.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};

use super::{answer::Refusal, answers::Coding, errors::BAD_USER_INPUT};

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
        self.parameter("q").map_or(1_000, thousandths)
    }
}

/// A weight (RFC 9110, 12.4.2) in thousandths. What cannot be read is not wanted.
fn thousandths(q: &str) -> u16 {
    let (whole, rest) = q.split_once('.').unwrap_or((q, ""));
    let thousandths = rest
        .bytes()
        .chain(*b"000")
        .take(3)
        .try_fold(0_u16, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + u16::from(digit - b'0')));
    match (whole, thousandths) {
        ("1", _) => 1_000,
        ("0", Some(thousandths)) => thousandths,
        _ => 0,
    }
}

/// Whether a client takes `application/json`, by which a refusal may be 200.
pub(crate) fn takes_json(headers: &HeaderMap) -> bool {
    wanted(headers, ResponseType::Json) > 0
}

/// Which compressed form a client wants most, by what it names in its `accept-encoding` (RFC 9110,
/// 12.5.3). What it leaves open is left to the compression that stands around everything.
pub(crate) fn coding(headers: &HeaderMap) -> Option<Coding> {
    let said = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let named = said.flat_map(|value| value.split(',')).filter_map(|one| {
        let (name, rest) = one.split_once(';').unwrap_or((one, ""));
        let quality = rest.trim().strip_prefix("q=").map_or(1_000, thousandths);
        // In the order in which they are preferred where they are wanted alike.
        let (rank, coding) = match name.trim().to_ascii_lowercase().as_str() {
            "br" => (2, Some(Coding::Brotli)),
            "gzip" => (1, Some(Coding::Gzip)),
            "identity" => (0, None),
            _ => return None,
        };
        (quality > 0).then_some((quality, rank, coding))
    });
    named.max_by_key(|(quality, rank, _)| (*quality, *rank))?.2
}

/// Whether a client has the answer with this tag already, by its `if-none-match` (RFC 9110, 13.1.2).
pub(crate) fn has_etag(headers: &HeaderMap, etag: &HeaderValue) -> bool {
    let opaque = |tag: &str| tag.strip_prefix("W/").unwrap_or(tag).to_owned();
    let Ok(ours) = etag.to_str().map(opaque) else { return false };
    let said = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    said.flat_map(|value| value.split(',')).map(str::trim).any(|tag| tag == "*" || opaque(tag) == ours)
}

/// How much a client wants a form of answer, by its `accept` (RFC 9110, 12.5.1), in thousandths.
fn wanted(headers: &HeaderMap, form: ResponseType) -> u16 {
    let said = headers.get_all(header::ACCEPT).iter();
    let text: Vec<&str> = said.map(|value| value.to_str().unwrap_or("unreadable")).collect();
    if text.iter().all(|value| value.trim().is_empty()) {
        return 1_000;
    }
    let ranges = text.iter().flat_map(|value| value.split(',')).filter_map(Media::parse);
    let closest = ranges.map(|range| (range.closeness(form), range.quality())).filter(|(c, _)| *c > 0);
    closest.max().map_or(0, |(_, quality)| quality)
}

/// Whether a client wants a stream of server-sent events, and says so by name.
pub(crate) fn takes_stream(headers: &HeaderMap) -> bool {
    let said = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    said.flat_map(|value| value.split(',')).filter_map(Media::parse).any(|range| {
        let named = range.kind.eq_ignore_ascii_case("text") && range.subtype.eq_ignore_ascii_case("event-stream");
        named && range.is_utf8() && range.quality() > 0
    })
}

/// Which form of answer a client wants. Where both are wanted alike, or nothing is said, the one
/// that is made for GraphQL.
pub(crate) fn negotiate(headers: &HeaderMap) -> Result<ResponseType, Refusal> {
    let mut best = None;
    for form in ResponseType::ALL {
        let quality = wanted(headers, form);
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
