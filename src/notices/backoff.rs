//! When a notice that was not taken is tried again: soon at first, then ever later, and then no more. Pure.

use entity::ids::NoticeId;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

/// How long is waited after each try that failed, in milliseconds. After the last one it is dead.
pub const WAITS: [i64; 8] = [5 * SECOND, MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 6 * HOUR, 12 * HOUR, 24 * HOUR];

/// How often a notice is tried at the most: once more than it is waited.
pub const MOST_TRIES: i32 = WAITS.len() as i32 + 1;

/// How long is waited after so many tries, in milliseconds; none where that was the last. Up to a tenth longer, by the id:
/// what failed together does not come back together.
#[must_use]
pub fn wait(id: NoticeId, tries: i32) -> Option<i64> {
    let before = usize::try_from(tries.max(1) - 1).ok()?;
    let wait = WAITS.get(before)?;
    let (_, low) = id.0.as_u64_pair();
    let share = i64::try_from(low % 100).ok()?;
    Some(wait + wait * share / 1_000)
}
