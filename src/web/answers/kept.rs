//! One kept answer: its bytes, as they go over the wire.

use std::io::Write;
use std::sync::OnceLock;

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use flate2::{Compression, write::GzEncoder};
use sha2::{Digest as _, Sha256};

use super::super::media::{self, ResponseType};

/// What `vary` says of a kept answer: the same address gives other bytes to whoever takes others.
const VARY: HeaderValue = HeaderValue::from_static("accept, accept-encoding");
/// An answer by GET may be stored by its client, who asks each time whether it still holds.
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");
/// An answer by POST is stored nowhere on the way.
const NOWHERE: HeaderValue = HeaderValue::from_static("no-store");
/// Bodies below this gain nothing by compression; as the compression layer has it.
const SMALL: usize = 32;

/// A compressed form of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    /// Brotli.
    Brotli,
    /// Gzip.
    Gzip,
}

impl Coding {
    const fn header(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        })
    }
}

/// How somebody wants to be answered.
#[derive(Debug)]
pub(crate) struct Wanted<'a> {
    pub(crate) media: ResponseType,
    pub(crate) by_get: bool,
    pub(crate) headers: &'a HeaderMap,
}

/// A whole answer without errors.
#[derive(Debug)]
pub(crate) struct Kept {
    /// The first instant at which it holds, and the first at which it may not, in milliseconds.
    pub(crate) holds: std::ops::Range<i64>,
    /// Whether it may be given by GET: nothing that it answers is private.
    pub(crate) over_get: bool,
    body: Bytes,
    etag: HeaderValue,
    brotli: OnceLock<Bytes>,
    gzip: OnceLock<Bytes>,
}

impl Kept {
    pub(crate) fn new(body: Bytes, holds: std::ops::Range<i64>, over_get: bool) -> Self {
        // Weak: the compressed forms have the same.
        let print: String = Sha256::digest(&body).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        let etag = HeaderValue::from_str(&format!("W/\"{print}\"")).unwrap_or(HeaderValue::from_static("W/\"\""));
        Self { holds, over_get, body, etag, brotli: OnceLock::new(), gzip: OnceLock::new() }
    }

    /// The bytes of the answer, not compressed.
    pub(super) fn len(&self) -> usize {
        self.body.len()
    }

    /// The compressed form that is wanted, if one is and it is not there yet.
    pub(super) fn missing(&self, wanted: &Wanted<'_>) -> Option<(Coding, Bytes)> {
        let coding = media::coding(wanted.headers).filter(|_| self.body.len() >= SMALL)?;
        if self.form(coding).get().is_some() {
            return None;
        }
        Some((coding, compressed(&self.body, coding)?))
    }

    /// Adds a compressed form; says by how much the answer has grown.
    pub(super) fn add(&self, coding: Coding, bytes: Bytes) -> usize {
        let length = bytes.len();
        self.form(coding).set(bytes).map_or(0, |()| length)
    }

    const fn form(&self, coding: Coding) -> &OnceLock<Bytes> {
        match coding {
            Coding::Brotli => &self.brotli,
            Coding::Gzip => &self.gzip,
        }
    }

    /// The answer for somebody.
    pub(crate) fn response(&self, wanted: &Wanted<'_>) -> Response {
        let unchanged = wanted.by_get && media::has_etag(wanted.headers, &self.etag);
        let mut response = if unchanged {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            let form = media::coding(wanted.headers).and_then(|coding| Some((coding, self.form(coding).get()?)));
            let body = form.map_or(&self.body, |(_, bytes)| bytes).clone();
            let mut response = Body::from(body).into_response();
            response.headers_mut().insert(header::CONTENT_TYPE, wanted.media.header());
            if let Some((coding, _)) = form {
                response.headers_mut().insert(header::CONTENT_ENCODING, coding.header());
            }
            response
        };
        let headers = response.headers_mut();
        headers.insert(header::VARY, VARY);
        if wanted.by_get {
            headers.insert(header::ETAG, self.etag.clone());
            headers.insert(header::CACHE_CONTROL, ASK_AGAIN);
        } else {
            headers.insert(header::CACHE_CONTROL, NOWHERE);
        }
        response
    }
}

/// Compressed with more care than a single answer gets: it is done once.
fn compressed(body: &[u8], coding: Coding) -> Option<Bytes> {
    let bytes = match coding {
        Coding::Gzip => {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::new(6));
            encoder.write_all(body).ok()?;
            encoder.finish().ok()?
        }
        Coding::Brotli => {
            let mut bytes = Vec::new();
            let mut encoder = brotli::CompressorWriter::new(&mut bytes, 4096, 5, 20);
            encoder.write_all(body).ok()?;
            encoder.flush().ok()?;
            drop(encoder);
            bytes
        }
    };
    Some(bytes.into())
}
