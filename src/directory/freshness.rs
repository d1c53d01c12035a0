//! How long an answer stays fresh. Editing is not assuring: only a confirmation counts.

use chrono::{DateTime, TimeDelta, Utc};
use entity::enums::FieldGroup;

/// Days for which each field group stays fresh after it was assured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FreshnessRules([u32; FieldGroup::ALL.len()]);

/// How fresh a field group is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Freshness {
    /// Confirmed within its days.
    Fresh,
    /// Confirmed, too long ago.
    Stale,
    /// Never confirmed.
    NeverConfirmed,
}

impl FreshnessRules {
    /// Rules from the days of each group.
    #[must_use]
    pub fn new(days: impl Fn(FieldGroup) -> u32) -> Self {
        let mut rules = [0; FieldGroup::ALL.len()];
        for group in FieldGroup::ALL {
            rules[*group as usize] = days(*group);
        }
        Self(rules)
    }

    /// The days of a group.
    #[must_use]
    pub fn days(&self, group: FieldGroup) -> u32 {
        self.0[group as usize]
    }

    /// How fresh a group is that was last assured then.
    #[must_use]
    pub fn state(&self, group: FieldGroup, assured: Option<DateTime<Utc>>, at: DateTime<Utc>) -> Freshness {
        match assured {
            None => Freshness::NeverConfirmed,
            Some(assured) if at - assured <= TimeDelta::days(i64::from(self.days(group))) => Freshness::Fresh,
            Some(_) => Freshness::Stale,
        }
    }

    /// The last instant at which a group that is fresh then still is; `None` where it is not, or
    /// will be as long as there are dates.
    #[must_use]
    pub fn fresh_through(
        &self,
        group: FieldGroup,
        assured: Option<DateTime<Utc>>,
        at: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        let last = assured?.checked_add_signed(TimeDelta::days(i64::from(self.days(group))))?;
        (at <= last).then_some(last)
    }

    /// How many of the groups are fresh, and the last instant at which all of those still are, if that ends.
    #[must_use]
    pub fn fresh_groups(
        &self,
        assured: impl Fn(FieldGroup) -> Option<DateTime<Utc>>,
        at: DateTime<Utc>,
    ) -> (u32, Option<DateTime<Utc>>) {
        let mut fresh = (0, None);
        for group in FieldGroup::ALL {
            let Some(assured) = assured(*group) else { continue };
            // Where there is no such date, it is fresh as long as there are dates.
            let last = assured.checked_add_signed(TimeDelta::days(i64::from(self.days(*group))));
            if last.is_none_or(|last| at <= last) {
                fresh = (fresh.0 + 1, fresh.1.into_iter().chain(last).min());
            }
        }
        fresh
    }

    /// Whether a group is fresh.
    #[must_use]
    pub fn is_fresh(&self, group: FieldGroup, assured: Option<DateTime<Utc>>, at: DateTime<Utc>) -> bool {
        self.state(group, assured, at) == Freshness::Fresh
    }
}
