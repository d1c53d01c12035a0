//! How fast sign-ins may be tried: tables, and whole histories against a slow oracle.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use signpost::accounts::throttle::{AddressKey, Failures, Pace, Rules, Throttle};

/// So many seconds after some midnight.
fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_780_000_000 + seconds, 0).expect("an instant")
}

fn failed(count: u32, seconds: i64) -> Option<Failures> {
    Some(Failures { count, last: at(seconds) })
}

/// Until when to wait, in seconds after the last failure, asked at the instant of it.
fn wait(account: Option<Failures>, address: Option<Failures>, now: i64) -> Option<i64> {
    match Rules::default().judge(account, address, at(now)) {
        Throttle::Go => None,
        Throttle::Wait { until } => Some((until - at(0)).num_seconds()),
    }
}

#[test]
fn at_an_account_five_are_free_and_then_the_wait_doubles() {
    for (count, seconds) in [
        (0, None),
        (1, None),
        (5, None),
        (6, Some(2)),
        (7, Some(4)),
        (8, Some(8)),
        (9, Some(16)),
        (13, Some(256)),
        (14, Some(512)),
        (15, Some(900)),
        (16, Some(900)),
        (37, Some(900)),
        (38, Some(900)),
        (u32::MAX, Some(900)),
    ] {
        assert_eq!(wait(failed(count, 0), None, 0), seconds, "{count}");
    }
}

#[test]
fn from_an_address_twenty_are_free_and_then_the_wait_doubles() {
    for (count, seconds) in [
        (0, None),
        (20, None),
        (21, Some(1)),
        (22, Some(2)),
        (23, Some(4)),
        (30, Some(512)),
        (31, Some(900)),
        (u32::MAX, Some(900)),
    ] {
        assert_eq!(wait(None, failed(count, 0), 0), seconds, "{count}");
    }
}

#[test]
fn the_wait_ends_at_its_instant() {
    for (now, until) in [(0, Some(900)), (899, Some(900)), (900, None), (901, None), (86_400, None), (1_000_000, None)]
    {
        assert_eq!(wait(failed(100, 0), None, now), until, "{now}");
    }
}

#[test]
fn of_two_waits_the_longer_counts() {
    assert_eq!(wait(None, None, 0), None);
    assert_eq!(wait(failed(7, 0), failed(21, 0), 0), Some(4));
    assert_eq!(wait(failed(6, 0), failed(23, 0), 0), Some(4));
    // It is the end that counts, and not the length.
    assert_eq!(wait(failed(8, 0), failed(21, 7), 7), Some(8));
    assert_eq!(wait(failed(8, 0), failed(22, 7), 7), Some(9));
    assert_eq!(wait(failed(5, 0), failed(23, 0), 0), Some(4));
}

#[test]
fn failures_are_forgotten_a_day_after_the_last() {
    let rules = Rules::default();
    let day = 24 * 60 * 60;
    for (previous, now, count) in [
        (None, 0, 1),
        (failed(1, 0), 0, 2),
        (failed(7, 0), day, 8),
        (failed(7, 0), day + 1, 1),
        (failed(u32::MAX, 0), 1, u32::MAX),
        // A clock put back.
        (failed(7, 10), 0, 8),
        (failed(7, 1_000_000), 0, 8),
    ] {
        assert_eq!(rules.after_failure(previous, at(now)), Failures { count, last: at(now) }, "{previous:?} {now}");
    }
    // A store can ask.
    assert!(!rules.forgotten(Failures { count: 7, last: at(0) }, at(day)));
    assert!(rules.forgotten(Failures { count: 7, last: at(0) }, at(day + 1)));
    // Also in judging, where a wait may last longer than the memory.
    let slow = Pace { free: 0, first_wait: Duration::from_secs(1_000), longest_wait: Duration::from_secs(1_000) };
    let rules = Rules { account: slow, address: slow, forget_after: Duration::from_secs(10) };
    assert_eq!(rules.judge(failed(1, 0), None, at(10)), Throttle::Wait { until: at(1_000) });
    assert_eq!(rules.judge(failed(1, 0), None, at(11)), Throttle::Go);
}

#[test]
fn a_clock_that_was_wrong_locks_nobody_out() {
    // Two servers that differ by a little.
    assert_eq!(wait(failed(6, 1), None, 0), Some(3));
    assert_eq!(wait(failed(5, 1), None, 0), None);
    // A clock that was a year ahead.
    assert_eq!(wait(failed(100, 365 * 86_400), None, 0), None);
    let rules = Rules::default();
    for last in [DateTime::<Utc>::MAX_UTC, DateTime::<Utc>::MIN_UTC] {
        assert_eq!(rules.judge(Some(Failures { count: 100, last }), None, at(0)), Throttle::Go);
        assert_eq!(rules.judge(failed(100, 0), None, last), Throttle::Go);
    }
}

#[test]
fn addresses_count_by_who_has_them() {
    for (address, key) in [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::", "2001:db8:1:3::/64"),
        ("::1", "::/64"),
    ] {
        assert_eq!(AddressKey::of(address.parse().expect(address)).to_string(), key, "{address}");
    }
    let key = |address: &str| AddressKey::of(address.parse().expect(address));
    assert_eq!(key("2001:db8:1:2::1"), key("2001:db8:1:2:8000::1"));
    assert_ne!(key("2001:db8:1:2::1"), key("2001:db8:1:3::1"));
    assert_ne!(key("203.0.113.7"), key("203.0.113.8"));
}

/// The same rules told slowly: seconds counted one doubling after the other.
fn oracle_wait(free: u32, first: i64, longest: i64, count: u32) -> i64 {
    let mut wait = 0;
    for failure in 1..=count {
        wait = match failure {
            _ if failure <= free => 0,
            _ if failure == free + 1 => first.min(longest),
            _ => (wait * 2).min(longest),
        };
    }
    wait
}

/// Of failures at these seconds, how many are in a row with no gap of more than so long before the last.
fn oracle_count(seconds: &[i64], forget_after: i64) -> u32 {
    let mut count = 0;
    let mut later: Option<i64> = None;
    for second in seconds.iter().rev() {
        if later.is_some_and(|later| later - second > forget_after) {
            break;
        }
        count += 1;
        later = Some(*second);
    }
    count
}

fn pace() -> impl Strategy<Value = (u32, u32, u32)> {
    (0_u32..8, 1_u32..20, 1_u32..2_000)
}

fn made((free, first, longest): (u32, u32, u32)) -> Pace {
    let seconds = |seconds: u32| Duration::from_secs(u64::from(seconds));
    Pace { free, first_wait: seconds(first), longest_wait: seconds(longest) }
}

proptest! {
    #[test]
    fn a_history_is_judged_as_by_the_slow_rules(
        account in pace(),
        address in pace(),
        forget_after in 1_u32..3_000,
        // Seconds from one failure to the next, most of them short.
        gaps in proptest::collection::vec(prop_oneof![9 => 0_i64..40, 1 => 0_i64..4_000], 0..40),
        // How many of the failures, from the last back, were from this address.
        from_here in 0_usize..40,
        after in 0_i64..4_000,
    ) {
        let rules = Rules {
            account: made(account),
            address: made(address),
            forget_after: Duration::from_secs(u64::from(forget_after)),
        };
        let seconds: Vec<i64> = gaps.iter().scan(0, |sum, gap| { *sum += gap; Some(*sum) }).collect();
        let here = &seconds[seconds.len().saturating_sub(from_here)..];
        let counted = |seconds: &[i64]| seconds.iter().fold(None, |sum, second| Some(rules.after_failure(sum, at(*second))));
        let now = seconds.last().copied().unwrap_or(0) + after;

        let slow = [(&seconds[..], account), (here, address)].into_iter().filter_map(|(seconds, (free, first, longest))| {
            let last = *seconds.last()?;
            if now - last > i64::from(forget_after) {
                return None;
            }
            let count = oracle_count(seconds, i64::from(forget_after));
            let until = last + oracle_wait(free, i64::from(first), i64::from(longest), count);
            (until > now).then_some(until)
        });
        let slow = slow.max().map_or(Throttle::Go, |until| Throttle::Wait { until: at(until) });
        prop_assert_eq!(rules.judge(counted(&seconds), counted(here), at(now)), slow);
    }

    /// Whatever is stored, who is told to wait is told an instant to come, and not a far one.
    #[test]
    fn nobody_waits_for_ever(count: u32, last in -2_000_000_i64..2_000_000, now in -2_000_000_i64..2_000_000) {
        for (account, address) in [(failed(count, last), None), (None, failed(count, last))] {
            if let Throttle::Wait { until } = Rules::default().judge(account, address, at(now)) {
                prop_assert!(until > at(now) && until <= at(now) + TimeDelta::minutes(15));
                prop_assert_eq!(Rules::default().judge(account, address, until), Throttle::Go);
            }
        }
    }
}
