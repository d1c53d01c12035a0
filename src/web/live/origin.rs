//! Which websites may open a WebSocket from a visitor's browser. Browsers ask nobody before they open one (there is no
//! CORS for it), so the server has to look.

use axum::http::{HeaderMap, header};

/// Whether a WebSocket may be opened from where it is: by no website at all, by our own, or by one on the list.
pub(super) fn may_come(headers: &HeaderMap, allowed: &[String]) -> bool {
    let mut origins = headers.get_all(header::ORIGIN).iter();
    let origin = match (origins.next(), origins.next()) {
        // No browser.
        (None, _) => return true,
        (Some(origin), None) => origin.to_str().unwrap_or_default(),
        (Some(_), Some(_)) => return false,
    };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).filter(|host| !host.is_empty());
    let ours = origin
        .split_once("://")
        .zip(host)
        .is_some_and(|((scheme, rest), host)| matches!(scheme, "http" | "https") && rest.eq_ignore_ascii_case(host));
    ours || allowed.iter().any(|one| one == "*" || one == origin)
}
