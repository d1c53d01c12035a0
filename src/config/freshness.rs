//! Settings of how long confirmations count, and of the letters that ask for them.

use serde::{Deserialize, Serialize};

/// For how many days after it was last assured each part of a listing counts as fresh, and how its agency is asked to
/// look at it again.
///
/// The figures are ours: what changes soonest is asked about soonest. Open Referral UK asks that a
/// listing be assured at least every three months, which is what the contact and the hours get.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Freshness {
    /// Name, summary, description, needs.
    pub description: u32,
    /// Telephone, e-mail, named contact.
    pub contact: u32,
    /// Hours, closures, events.
    pub hours: u32,
    /// Who is taken and who is not.
    pub eligibility: u32,
    /// Places and waiting time.
    pub capacity: u32,
    /// Where it is, and the area it covers.
    pub place: u32,
    /// How many days before a part is stale it is asked about; never more than half of its own days.
    pub remind_days_before: u32,
    /// Whether letters are sent to those who are to look at what is due.
    pub remind: bool,
    /// How often each is sent one at the most.
    pub remind_every: RemindEvery,
    /// The page of the front-end with the worklist; empty for none.
    pub worklist_url: String,
}

impl Default for Freshness {
    fn default() -> Self {
        Self {
            description: 180,
            contact: 90,
            hours: 90,
            eligibility: 180,
            capacity: 14,
            place: 180,
            remind_days_before: 14,
            remind: true,
            remind_every: RemindEvery::default(),
            worklist_url: String::new(),
        }
    }
}

/// How often somebody is written to about listings that are due.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RemindEvery {
    /// Once a week, from Monday on, by the calendar of London.
    #[default]
    Week,
    /// Once a calendar month.
    Month,
}
