//! Where a notice may go. An address is looked at when it is named, and what its name resolves to at each sending, by the
//! resolver of the connection itself: between looking and connecting there is nothing that could change.
//!
//! Only what is public is let through, not all that is not on a list of what is private: a form of address that nobody
//! thought of is refused.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// Longest address.
const LONGEST: usize = 500;
/// The port of HTTPS.
const HTTPS: u16 = 443;
/// The first port that no common service of a machine's own listens at: mail, sign-ins and the like are below it.
const FIRST_FREE: u16 = 1024;

/// Blocks of IPv4 that are not public, each with the length of its prefix (RFC 6890 and what came after).
const NOT_PUBLIC: &[(Ipv4Addr, u32)] = &[
    // This network.
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    // Private.
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    // Shared by a carrier's customers.
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    // Loopback.
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    // Link-local, where clouds tell machines their secrets.
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    // Assigned to protocols; relays from IPv6.
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    // Documentation, measurement.
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    // Multicast; reserved, and broadcast.
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

/// Whether an address is refused where only public ones are let through.
#[must_use]
pub fn is_refused(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_refused_v4(address),
        IpAddr::V6(address) => is_refused_v6(address),
    }
}

fn is_refused_v4(address: Ipv4Addr) -> bool {
    let bits = address.to_bits();
    NOT_PUBLIC.iter().any(|(block, length)| (bits ^ block.to_bits()) >> (32 - length) == 0)
}

/// What lies outside of 2000::/3 is loopback, private, local, multicast, or a form of an IPv4 address (mapped, NAT64), of
/// which none is let through.
fn is_refused_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    let is_unicast = first & 0xe000 == 0x2000;
    // Assigned to protocols (Teredo among them), documentation, 6to4, documentation again.
    let is_special = (first == 0x2001 && (second < 0x200 || second == 0xdb8))
        || first == 0x2002
        || (first == 0x3fff && second < 0x1000);
    !is_unicast || is_special
}

/// Reads an address that somebody named; what is wrong with it, and what would be right, where something is.
///
/// # Errors
/// In words.
pub fn read(text: &str, allow_private: bool) -> Result<Url, &'static str> {
    const FORM: &str = "This is no address on the web: write it as https://systems.example.org/signpost.";
    if text.chars().count() > LONGEST {
        return Err("It is too long: an address has at most 500 characters.");
    }
    let url = Url::parse(text).map_err(|_| FORM)?;
    match url.scheme() {
        "https" => {}
        "http" if allow_private => {}
        _ => return Err("It must begin with https://."),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("It holds a name or a password: leave them out; each notice is signed.");
    }
    if url.fragment().is_some() {
        return Err("It holds a #, and what follows is never sent: leave it out.");
    }
    let literal = match url.host().ok_or(FORM)? {
        Host::Domain(name) if !is_name(name) => return Err(FORM),
        Host::Domain(_) => None,
        Host::Ipv4(address) => Some(IpAddr::V4(address)),
        Host::Ipv6(address) => Some(IpAddr::V6(address)),
    };
    // No resolver is asked about one of these.
    if !allow_private && literal.is_some_and(is_refused) {
        return Err("It is an address that is not public: name one that is.");
    }
    match url.port_or_known_default() {
        Some(HTTPS | FIRST_FREE..) => Ok(url),
        Some(1..) if allow_private => Ok(url),
        Some(_) | None => Err("Its port must be 443, or one from 1024 on."),
    }
}

/// Whether a name can be one of a machine: parts of 1 to 63 characters, 253 in all, with a dot at its end or without.
fn is_name(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name.len() <= 253 && name.split('.').all(|part| (1..=63).contains(&part.len()))
}
