//! Sign-in by an organisation's own identity provider: `OpenID` Connect bearer tokens, verified against the keys their
//! issuer publishes. Nothing here knows of accounts: [`super::organisations`] says whose a verified token is.
//!
//! A token goes through [`token`] (shape and header), [`keys`] (which key, and does it fit), [`signature`] (the one call
//! that decides), and only then [`claims`] (who, for whom, until when). [`cache`] holds an issuer's keys and fetches them
//! anew by [`discovery`] and [`fetch`]. [`Issuers`] puts these together for all issuers of the settings.
//!
//! To add a signature algorithm: a variant of `config::Algorithm` and its lines there, the kind of key in
//! [`signature::Material`], and its line in the one table that joins the two, `signature::scheme`. To add a reason to
//! refuse: a variant of [`Refusal`], and its line in [`Refusal::reason`].

pub mod cache;
pub mod claims;
pub mod discovery;
pub mod fetch;
pub mod issuers;
pub mod json;
pub mod keys;
pub mod refusal;
pub mod signature;
pub mod token;

pub use self::cache::Keys;
pub use self::claims::Verified;
pub use self::fetch::{Fetch, FetchProblem, HttpFetch, NoClient};
pub use self::issuers::Issuers;
pub use self::refusal::Refusal;
