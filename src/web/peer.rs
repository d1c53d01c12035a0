//! The address that a request came from, where there are servers of our own in between.

use std::net::IpAddr;

use axum::http::HeaderMap;

/// The header in which a proxy writes down whom it speaks for.
const FORWARDED_FOR: &str = "x-forwarded-for";
/// Longest that is read of it, in bytes.
const LONGEST: usize = 2_000;

/// The other end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer(pub IpAddr);

/// The address that a request came from: the connection's, unless that is one of our own proxies; then the last one
/// that our proxies wrote down and that is none of them. Whatever stands before it, anybody may have written.
#[must_use]
pub fn address(peer: Option<Peer>, headers: &HeaderMap, proxies: &[IpAddr]) -> Option<IpAddr> {
    let mut from = peer?.0.to_canonical();
    let said: Vec<&str> = headers.get_all(FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok()).collect();
    let said = said.join(",");
    if said.len() > LONGEST {
        return Some(from);
    }
    for hop in said.rsplit(',') {
        if !proxies.contains(&from) {
            break;
        }
        match hop.trim().parse::<IpAddr>() {
            Ok(hop) => from = hop.to_canonical(),
            Err(_) => break,
        }
    }
    Some(from)
}
