//! Sign-in by an identity provider: the tokens that are taken, a table of hostile ones, the keys' life in the cache,
//! discovery, the fetch over a real loopback server, and, where there is one, a real provider.
//!
//! The RSA keys in `keys/` were made with `openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048`, for these
//! tests alone; making them anew on each run would be slow. The other keys are made on each run.

mod cache;
mod claims;
mod discovery;
mod fixtures;
mod good;
mod hostile;
mod http;
mod keys;
mod people;
mod provider;
mod settings;
