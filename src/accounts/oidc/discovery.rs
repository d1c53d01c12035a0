//! From an issuer's name to its keys: the discovery document (`OpenID` Connect Discovery 1.0 §4),
//! and the key set it points to.

use thiserror::Error;
use url::Url;

use super::fetch::{Fetch, FetchProblem};
use super::json::Object;
use super::keys::{KeySet, KeySetProblem};
use crate::config::Issuer;

/// Largest document taken, in bytes. A hundred keys with certificates are some 250 kB.
pub const MAX_DOCUMENT: usize = 256 * 1024;
/// Longest address taken, in bytes.
const MAX_URL: usize = 2_000;

/// Why an issuer's keys could not be had. For logs; nothing in it is the issuer's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum DiscoveryProblem {
    /// The setting is no address.
    #[error("`issuer` is no address an issuer can have")]
    NoAddress,
    /// The discovery document could not be fetched.
    #[error("fetching /.well-known/openid-configuration: {0}")]
    Discovery(#[source] FetchProblem),
    /// The discovery document is no JSON object.
    #[error("the discovery document is no JSON object")]
    Malformed,
    /// The document is another issuer's.
    #[error("the discovery document's `issuer` is not exactly the setting's: correct the setting, to the last slash")]
    IssuerWrong,
    /// The keys are nowhere, or where they must not be fetched from.
    #[error("the discovery document's `jwks_uri` is missing or no https address")]
    KeysAddress,
    /// The key set could not be fetched.
    #[error("fetching the keys from `jwks_uri`: {0}")]
    Keys(#[source] FetchProblem),
    /// The key set is none.
    #[error("the key set at `jwks_uri`: {0}")]
    KeySet(#[source] KeySetProblem),
}

/// Fetches an issuer's keys.
///
/// # Errors
/// [`DiscoveryProblem`].
pub async fn keys<F: Fetch>(settings: &Issuer, fetch: &F) -> Result<KeySet, DiscoveryProblem> {
    if settings.url().is_none() {
        return Err(DiscoveryProblem::NoAddress);
    }
    // One slash at the end goes (§4.1).
    let base = settings.issuer.strip_suffix('/').unwrap_or(&settings.issuer);
    let place = format!("{base}/.well-known/openid-configuration");
    let place = Url::parse(&place).map_err(|_| DiscoveryProblem::NoAddress)?;
    let document = bounded(fetch, &place).await.map_err(DiscoveryProblem::Discovery)?;
    let document = Object::read(&document).ok_or(DiscoveryProblem::Malformed)?;
    if document.text("issuer") != Some(&settings.issuer) {
        return Err(DiscoveryProblem::IssuerWrong);
    }
    let place = document.text("jwks_uri").filter(|text| text.len() <= MAX_URL);
    let place = place.and_then(|text| settings.address(text)).ok_or(DiscoveryProblem::KeysAddress)?;
    let set = bounded(fetch, &place).await.map_err(DiscoveryProblem::Keys)?;
    KeySet::read(&set).map_err(DiscoveryProblem::KeySet)
}

async fn bounded<F: Fetch>(fetch: &F, url: &Url) -> Result<Vec<u8>, FetchProblem> {
    let document = fetch.get(url, MAX_DOCUMENT).await?;
    if document.len() > MAX_DOCUMENT { Err(FetchProblem::TooLarge) } else { Ok(document) }
}
