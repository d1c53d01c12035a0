//! The HTTP client for whatever this server asks or tells others: one set-up, so that no caller forgets a part of it.
//!
//! It trusts the system's certificates, so that an organisation's own authority counts; it follows no redirect, goes
//! through no proxy, and keeps no connection for later. How long it waits is for who asks.

use std::fmt;
use std::sync::Arc;

use reqwest::ClientBuilder;
use reqwest::redirect::Policy;
use rustls::ClientConfig;
use rustls_platform_verifier::BuilderVerifierExt;
use thiserror::Error;

/// Why there is no client.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("HTTPS cannot be set up ({0}): see that the system's certificates are installed (ca-certificates)")]
pub struct NoClient(String);

impl NoClient {
    /// For this reason.
    pub(crate) fn because(reason: &dyn fmt::Display) -> Self {
        Self(reason.to_string())
    }
}

/// A client that lacks nothing but its timeouts.
///
/// # Errors
/// [`NoClient`] where the system has no certificates to trust.
pub fn client() -> Result<ClientBuilder, NoClient> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(BuilderVerifierExt::with_platform_verifier)
        .map_err(|error| NoClient::because(&error))?
        .with_no_client_auth();
    Ok(reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(Policy::none())
        .no_proxy()
        .referer(false)
        .pool_max_idle_per_host(0)
        .user_agent("signpost"))
}
