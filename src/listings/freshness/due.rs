//! Which parts of a listing are due to be confirmed, since when, and in which period somebody is asked. Pure.

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use chrono_tz::Europe::London;
use entity::enums::{FieldGroup, ServiceStatus, Visibility};

use crate::directory::freshness::FreshnessRules;

/// How long confirmations count, and how long before their end they are asked for anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueRules {
    fresh: FreshnessRules,
    lead_days: u32,
}

/// How due a part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DueState {
    /// Nobody ever confirmed it.
    NeverConfirmed,
    /// It was confirmed, too long ago.
    Overdue,
    /// It is fresh, and will not be for long.
    Soon,
}

/// A part of a listing that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// Which part.
    pub group: FieldGroup,
    /// How due it is.
    pub state: DueState,
    /// When it was last confirmed; absent where it never was.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// The last instant at which it is fresh; absent where it never was confirmed, which is longer ago than any.
    pub due_at: Option<DateTime<Utc>>,
}

/// In which periods somebody is asked once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// Weeks, from Monday on.
    Week,
    /// Calendar months.
    Month,
}

impl DueRules {
    /// Rules by which a part is due soon so many days before it is stale, but never for more than half of its days: what
    /// was just confirmed is not due.
    #[must_use]
    pub const fn new(fresh: FreshnessRules, lead_days: u32) -> Self {
        Self { fresh, lead_days }
    }

    /// For how many days before it is stale a part is due soon.
    #[must_use]
    pub fn lead_days(&self, group: FieldGroup) -> u32 {
        self.lead_days.min(self.fresh.days(group) / 2)
    }

    /// The parts of a service that are due, those that have been so longest first. A service that ended, or that nobody
    /// outside its agency sees, needs nothing confirmed.
    #[must_use]
    pub fn due(
        &self,
        status: ServiceStatus,
        visibility: Visibility,
        confirmed: impl Fn(FieldGroup) -> Option<DateTime<Utc>>,
        at: DateTime<Utc>,
    ) -> Vec<Due> {
        let needs = match (status, visibility) {
            (ServiceStatus::Defunct, _) | (_, Visibility::Internal) => false,
            (
                ServiceStatus::Active | ServiceStatus::Inactive | ServiceStatus::TemporarilyClosed,
                Visibility::Public,
            ) => true,
        };
        if !needs {
            return Vec::new();
        }
        let mut due: Vec<Due> =
            FieldGroup::ALL.iter().filter_map(|group| self.group(*group, confirmed(*group), at)).collect();
        due.sort_by_key(|due| (due.due_at, due.group));
        due
    }

    fn group(&self, group: FieldGroup, confirmed_at: Option<DateTime<Utc>>, at: DateTime<Utc>) -> Option<Due> {
        let Some(confirmed) = confirmed_at else {
            return Some(Due { group, state: DueState::NeverConfirmed, confirmed_at, due_at: None });
        };
        // Where there is no such date, it is fresh as long as there are dates.
        let last = confirmed.checked_add_signed(TimeDelta::days(i64::from(self.fresh.days(group))))?;
        let soon = last.checked_sub_signed(TimeDelta::days(i64::from(self.lead_days(group))))?;
        let state = if at > last {
            DueState::Overdue
        } else if at >= soon {
            DueState::Soon
        } else {
            return None;
        };
        Some(Due { group, state, confirmed_at, due_at: Some(last) })
    }
}

/// Whether more than a coming end is the matter: something is due now.
#[must_use]
pub fn is_due_now(due: &[Due]) -> bool {
    due.iter().any(|due| match due.state {
        DueState::NeverConfirmed | DueState::Overdue => true,
        DueState::Soon => false,
    })
}

impl Period {
    /// What the period is called in which an instant lies, by the calendar of London: `2026-W47`, `2026-11`. Two instants
    /// lie in one period where it is called the same.
    #[must_use]
    pub fn key(self, at: DateTime<Utc>) -> String {
        let day = at.with_timezone(&London).date_naive();
        match self {
            Self::Week => format!("{:04}-W{:02}", day.iso_week().year(), day.iso_week().week()),
            Self::Month => format!("{:04}-{:02}", day.year(), day.month()),
        }
    }
}
