//! How fast sign-ins may be tried: who fails again and again waits longer and longer, and nobody is locked out for ever.
//!
//! Counted for the account, against guessing at one, and for the address, against trying one password at many. A wait
//! that ends by itself is the point: with a lock for ever, anybody could lock anybody out. (That the rate is limited at
//! all: NIST SP 800-63B-4, section 3.2.2.)
//!
//! Nothing is kept here: the caller stores [`Failures`] by account and by [`AddressKey`]. It counts an attempt as a
//! failure before it looks at the password, so that of many sent at once not all are let through; where the password
//! was right it drops the account's failures, and takes this one attempt back from the address's: dropping those would
//! let anybody with an account of their own begin anew. To count by something else, add a [`Pace`] to [`Rules`].

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

/// Failures in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failures {
    /// How many.
    pub count: u32,
    /// When the last of them was.
    pub last: DateTime<Utc>,
}

/// Whether somebody may try now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Throttle {
    /// Now.
    Go,
    /// Not before an instant, which is always still to come.
    Wait {
        /// The first instant at which they may.
        until: DateTime<Utc>,
    },
}

/// How long to wait after how many failures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// How many failures bring no wait.
    pub free: u32,
    /// The wait after the first failure that is not free; each one after it doubles the wait.
    pub first_wait: Duration,
    /// What the wait never grows beyond.
    pub longest_wait: Duration,
}

impl Pace {
    /// The wait after so many failures.
    #[must_use]
    pub fn wait(&self, count: u32) -> Duration {
        match count.saturating_sub(self.free) {
            0 => Duration::ZERO,
            over => self.first_wait.saturating_mul(2_u32.saturating_pow(over - 1)).min(self.longest_wait),
        }
    }

    /// The instant at which the wait ends, where it is still to come. One further off than the longest wait can only be
    /// from a clock that has since been put right, and does not count.
    fn until(&self, failures: Failures, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let wait = Some(self.wait(failures.count)).filter(|wait| !wait.is_zero())?;
        let until = failures.last.checked_add_signed(TimeDelta::from_std(wait).ok()?)?;
        let left = until.signed_duration_since(now).to_std().ok()?;
        (!left.is_zero() && left <= self.longest_wait).then_some(until)
    }
}

/// The rules of how fast sign-ins may be tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// For failures at one account.
    pub account: Pace,
    /// For failures from one address.
    pub address: Pace,
    /// How long after the last failure all are forgotten.
    pub forget_after: Duration,
}

/// For an account, five failures are free, for people mistype; then 2 s, doubling up to 15 minutes, which leaves a
/// guesser about a hundred tries a day. For an address, twenty are free, for a whole office may share one; then 1 s,
/// doubling up to 15 minutes. All are forgotten 24 hours after the last. The figures are this service's own.
impl Default for Rules {
    fn default() -> Self {
        let longest_wait = Duration::from_mins(15);
        Self {
            account: Pace { free: 5, first_wait: Duration::from_secs(2), longest_wait },
            address: Pace { free: 20, first_wait: Duration::from_secs(1), longest_wait },
            forget_after: Duration::from_hours(24),
        }
    }
}

impl Rules {
    /// Whether somebody may try now, by the failures at the account and from the address so far; `None` is none.
    pub fn judge(&self, account: Option<Failures>, address: Option<Failures>, now: DateTime<Utc>) -> Throttle {
        let ends = [(self.account, account), (self.address, address)].into_iter().filter_map(|(pace, failures)| {
            let remembered = failures.filter(|failures| !self.forgotten(*failures, now))?;
            pace.until(remembered, now)
        });
        ends.max().map_or(Throttle::Go, |until| Throttle::Wait { until })
    }

    /// The failures after one more, now.
    #[must_use]
    pub fn after_failure(&self, previous: Option<Failures>, now: DateTime<Utc>) -> Failures {
        let before = previous.filter(|failures| !self.forgotten(*failures, now)).map_or(0, |failures| failures.count);
        Failures { count: before.saturating_add(1), last: now }
    }

    /// Whether failures are so old that they no longer count; a store can drop them then.
    #[must_use]
    pub fn forgotten(&self, failures: Failures, now: DateTime<Utc>) -> bool {
        // A failure still to come, by this clock, has no age.
        now.signed_duration_since(failures.last).to_std().is_ok_and(|age| age > self.forget_after)
    }
}

/// What an address is counted under.
///
/// An IPv6 address counts by its first 64 bits, as one subscriber has all the addresses behind them (RFC 6177); an IPv4
/// address written as IPv6 (RFC 4291, section 2.5.5.2) counts as the IPv4 address it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AddressKey(IpAddr);

impl AddressKey {
    /// The key of an address.
    #[must_use]
    pub const fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self(IpAddr::V4(address)),
            IpAddr::V6(address) => Self(IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !(u64::MAX as u128)))),
        }
    }
}

/// `203.0.113.7`, or `2001:db8:1:2::/64`: what to store it under.
impl fmt::Display for AddressKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            IpAddr::V4(address) => write!(f, "{address}"),
            IpAddr::V6(network) => write!(f, "{network}/64"),
        }
    }
}
