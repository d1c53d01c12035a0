//! Who is asked to keep an agency's listings true. Pure.
//!
//! It is reckoned anew each time, from who was named and who belongs to what at that instant: when somebody leaves, the
//! duty has passed on at once, and nobody has to think of it.

use chrono::{DateTime, Utc};
use entity::enums::{DutyRank, Role};
use entity::ids::{AccountId, AgencyId};

/// That somebody was named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named {
    /// Who.
    pub account: AccountId,
    /// As what.
    pub rank: DutyRank,
    /// From when.
    pub begins_at: DateTime<Utc>,
    /// Until when, exclusive.
    pub ends_at: Option<DateTime<Utc>>,
}

/// That somebody holds a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Belongs {
    /// Who.
    pub account: AccountId,
    /// In which agency; absent for the network.
    pub agency: Option<AgencyId>,
    /// As what.
    pub role: Role,
    /// From when.
    pub begins_at: DateTime<Utc>,
    /// Until when, exclusive.
    pub ends_at: Option<DateTime<Utc>>,
    /// When their account was disabled; absent while it is not.
    pub disabled_at: Option<DateTime<Utc>>,
}

/// Somebody who is asked, and as what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Who.
    pub account: AccountId,
    /// As what.
    pub rank: DutyRank,
}

fn lasts(begins_at: DateTime<Utc>, ends_at: Option<DateTime<Utc>>, at: DateTime<Utc>) -> bool {
    begins_at <= at && ends_at.is_none_or(|ends_at| at < ends_at)
}

impl Belongs {
    fn holds(&self, at: DateTime<Utc>) -> bool {
        lasts(self.begins_at, self.ends_at, at) && self.disabled_at.is_none_or(|disabled_at| at < disabled_at)
    }
}

/// Everybody who answers for an agency's listings at an instant, each once, in the order in which they are asked: the
/// named contact and the deputy, where they belong to the agency still; its managers; the network's coordinators. Of
/// several managers or coordinators the one who has been it longest comes first: whom all are to look after, nobody does.
#[must_use]
pub fn line(agency: AgencyId, named: &[Named], belongs: &[Belongs], at: DateTime<Utc>) -> Vec<Asked> {
    let is_member = |account: AccountId| {
        belongs.iter().any(|one| one.account == account && one.agency == Some(agency) && one.holds(at))
    };
    let of_rank = |rank: DutyRank| {
        let mut now: Vec<&Named> = named.iter().filter(|one| one.rank == rank).collect();
        now.retain(|one| lasts(one.begins_at, one.ends_at, at) && is_member(one.account));
        // Whoever was named last.
        now.sort_by_key(|one| (one.begins_at, one.account));
        now.into_iter().rev().map(|one| one.account)
    };
    let holders = |role: Role, within: Option<AgencyId>| {
        let mut now: Vec<&Belongs> =
            belongs.iter().filter(|one| one.role == role && one.agency == within && one.holds(at)).collect();
        now.sort_by_key(|one| (one.begins_at, one.account));
        now.into_iter().map(|one| one.account)
    };
    let mut all: Vec<Asked> = Vec::new();
    let as_what = |rank| move |account| Asked { account, rank };
    let everybody = of_rank(DutyRank::NamedContact)
        .map(as_what(DutyRank::NamedContact))
        .chain(of_rank(DutyRank::Deputy).map(as_what(DutyRank::Deputy)))
        .chain(holders(Role::AgencyManager, Some(agency)).map(as_what(DutyRank::Manager)))
        .chain(holders(Role::Coordinator, None).map(as_what(DutyRank::Coordinator)));
    for one in everybody {
        if !all.iter().any(|known| known.account == one.account) {
            all.push(one);
        }
    }
    all
}
