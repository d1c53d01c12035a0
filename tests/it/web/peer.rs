//! Where a request came from, behind proxies of one's own and of others.

use std::net::IpAddr;

use axum::http::HeaderMap;
use signpost::web::peer::{Peer, address};

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn only_what_our_own_proxies_wrote_is_believed() {
    let ours = [ip("10.0.0.1"), ip("10.0.0.2"), ip("fd00::1")];
    let long = "9.9.9.9,".repeat(1_000);
    let table: &[(&str, &[&str], &str)] = &[
        ("203.0.113.7", &[], "203.0.113.7"),
        ("203.0.113.7", &["198.51.100.1"], "203.0.113.7"),
        ("10.0.0.1", &[], "10.0.0.1"),
        ("10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", &["1.1.1.1, 198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", &["1.1.1.1, 198.51.100.1, 10.0.0.2"], "198.51.100.1"),
        ("10.0.0.1", &["1.1.1.1", "198.51.100.1", "10.0.0.2"], "198.51.100.1"),
        ("10.0.0.1", &["1.1.1.1,10.0.0.2"], "1.1.1.1"),
        ("10.0.0.1", &["10.0.0.2"], "10.0.0.2"),
        ("fd00::1", &["2001:db8::9"], "2001:db8::9"),
        ("::ffff:10.0.0.1", &["::ffff:198.51.100.1"], "198.51.100.1"),
        ("::ffff:203.0.113.7", &[], "203.0.113.7"),
        ("10.0.0.1", &["unknown"], "10.0.0.1"),
        ("10.0.0.1", &["198.51.100.1, unknown"], "10.0.0.1"),
        ("10.0.0.1", &["198.51.100.1:4711"], "10.0.0.1"),
        ("10.0.0.1", &[""], "10.0.0.1"),
        ("10.0.0.1", &[&long], "10.0.0.1"),
    ];
    for (peer, forwarded, expected) in table {
        let mut headers = HeaderMap::new();
        for value in *forwarded {
            headers.append("x-forwarded-for", value.parse().unwrap());
        }
        let found = address(Some(Peer(ip(peer))), &headers, &ours);
        assert_eq!(found, Some(ip(expected)), "{peer} {forwarded:?}");
        assert_eq!(address(None, &headers, &ours), None);
        assert_eq!(address(Some(Peer(ip(peer))), &headers, &[]), Some(ip(peer).to_canonical()), "no proxy is ours");
    }
}
