//! The one way in which a pathway leaves the tables: decided, written into the ledger, opened. In this order. One decision
//! covers all of a page, whatever its entries are.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use entity::enums::{Purpose, RecordKind};
use entity::ids::ServiceUserId;

use super::Pathways;
use super::decided::{Decided, Shown};
use super::standing::Stands;
use super::timeline::{Key, Kind, Sought};
use crate::access::ledger::Pending;
use crate::people::Trouble;
use crate::people::appointments::reading::AppointmentSeen;
use crate::people::deciding::{Again, Deciding};
use crate::people::groups::reading::GroupPlaceSeen;
use crate::people::reading::{Opened, Reader, TRIES, Withheld};
use crate::people::referrals::reading::{Besides, ReferralSeen, StepSeen};
use crate::people::tasks::dates::{EasementSeen, ReleaseSeen};
use crate::people::tasks::reading::TaskSeen;
use crate::people::teams::names_of;
use crate::signposts::reading::SignpostSeen;

/// What is asked about a pathway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Which entries.
    pub sought: Sought,
    /// Behind which.
    pub after: Option<Key>,
    /// How many.
    pub first: usize,
    /// Whether also how it stands: whether it is open, who answers for it, what comes next.
    pub standing: bool,
    /// Whether also what is withheld.
    pub withheld: bool,
}

/// What an entry is, opened.
#[derive(Clone, Debug)]
pub enum Item {
    /// A row: a need, an assessment.
    Record(Opened),
    /// They were told of services.
    Signpost(SignpostSeen),
    /// Something was done with a referral.
    ReferralStep(Arc<ReferralSeen>, StepSeen),
    /// They were to meet.
    Appointment(AppointmentSeen),
    /// They are released from prison, or were; with whether the first contact was made.
    Release(ReleaseSeen),
    /// Something is to be done for them, or was.
    Task(TaskSeen),
    /// Less is asked of them for their benefits.
    Easement(EasementSeen),
    /// They wait for a place in a group, have one, or had one.
    GroupPlace(Arc<GroupPlaceSeen>),
}

/// An entry of a timeline.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Where it stands.
    pub key: Key,
    /// What it is.
    pub item: Item,
}

/// A pathway, as far as somebody may see it.
#[derive(Clone, Debug)]
pub struct PathwaySeen {
    /// Whose.
    pub service_user: ServiceUserId,
    /// The entries of the page, the latest first.
    pub entries: Vec<Entry>,
    /// Whether more follow.
    pub more: bool,
    /// How it stands, where that was asked for.
    pub stands: Stands,
    /// Categories of which other agencies may hold something that is not shown, where that was asked for.
    pub withheld: Vec<Withheld>,
}

impl Pathways {
    /// A page of somebody's pathway; none for whoever may see nothing of them, as if there were nobody. Every decision stands
    /// in the ledger before this comes back, or is put to those of the request that are written before its answer leaves.
    ///
    /// # Errors
    /// [`Trouble::Changing`] where what it rests on keeps changing; the database, the ledger or the vault failed, and
    /// nothing is shown.
    pub async fn read(
        &self,
        reader: Reader,
        of: ServiceUserId,
        asked: &Asked,
        pending: Option<&Pending>,
    ) -> Result<Option<PathwaySeen>, Trouble> {
        for _ in 0..TRIES {
            if let Ok(seen) = self.try_to_read(reader, of, asked, pending).await? {
                return Ok(seen);
            }
        }
        Err(Trouble::Changing)
    }

    async fn try_to_read(
        &self,
        reader: Reader,
        of: ServiceUserId,
        asked: &Asked,
        pending: Option<&Pending>,
    ) -> Result<Result<Option<PathwaySeen>, Again>, Trouble> {
        let db = self.people.database().connection();
        let Ok(decided) = self.decide(reader, of, asked).await? else { return Ok(Err(Again)) };
        let Decided { of, at, care, keys, more, shown, mut stands, withheld, known, decisions, sights: _ } = decided;
        if Deciding::release_all(decisions, db, pending).await? == Err(Again) {
            return Ok(Err(Again));
        }
        if !known {
            return Ok(Ok(None));
        }
        let people = &self.people;
        let Shown { records, signposts, referrals, appointments, releases, tasks, easements, places, groups } = shown;
        let mut items: HashMap<(Kind, uuid::Uuid), Item> = HashMap::with_capacity(keys.len());
        for opened in people.opened(records, true).await? {
            let kind = match opened.contents.kind() {
                RecordKind::Assessment => Kind::Assessment,
                RecordKind::Identity
                | RecordKind::Contact
                | RecordKind::Circumstances
                | RecordKind::Need
                | RecordKind::Flag
                | RecordKind::Note
                | RecordKind::PersonAround => Kind::Need,
            };
            items.insert((kind, opened.id.0), Item::Record(opened));
        }
        for seen in self.signposts.opened(signposts).await? {
            items.insert((Kind::Signpost, seen.id.0), Item::Signpost(seen));
        }
        let reader = Reader { purpose: Purpose::Referral, ..reader };
        let besides = Besides { history: true, ..Besides::default() };
        let steps = keys.iter().filter(|key| key.kind == Kind::ReferralStep);
        let steps: HashSet<uuid::Uuid> = steps.map(|key| key.id).collect();
        for seen in people.opened_referrals(reader, referrals, besides, at).await? {
            let seen = Arc::new(seen);
            for step in seen.history.iter().filter(|step| steps.contains(&step.id.0)) {
                items.insert((Kind::ReferralStep, step.id.0), Item::ReferralStep(Arc::clone(&seen), step.clone()));
            }
        }
        for seen in people.opened_appointments(appointments).await? {
            items.insert((Kind::Appointment, seen.id.0), Item::Appointment(seen));
        }
        for seen in people.opened_releases(&care, &releases).await? {
            items.insert((Kind::Release, seen.id.0), Item::Release(seen));
        }
        for seen in people.opened_tasks(tasks).await? {
            items.insert((Kind::Task, seen.id.0), Item::Task(seen));
        }
        for seen in easements {
            items.insert((Kind::Easement, seen.id.0), Item::Easement(seen));
        }
        for seen in people.opened_group_places(reader, places, groups, true).await? {
            items.insert((Kind::GroupPlace, seen.id.0), Item::GroupPlace(Arc::new(seen)));
        }
        if let Some(owner) = &mut stands.owner {
            let names = names_of(db, std::iter::once(owner.account.0)).await?;
            owner.account.1 = names.get(&owner.account.0).cloned().unwrap_or_default();
        }
        let entry = |key: Key| Some(Entry { key, item: items.remove(&(key.kind, key.id))? });
        let entries = keys.into_iter().filter_map(entry).collect();
        Ok(Ok(Some(PathwaySeen { service_user: of, entries, more, stands, withheld })))
    }
}
