//! Writing to those who are asked to keep listings true: once in a period for each agency, and once to each coordinator
//! for all agencies that have nobody of their own.
//!
//! That somebody is being written to is committed before the letter is sent, so of several processes one sends it, and
//! nobody is written to twice in a period, whatever ends the process in between. The price is paid knowingly: a process
//! that dies between the two has written to nobody, and that agency's letter is missing until the next period, as it is
//! where a mail server hangs up on a letter that it may have taken. The worklist shows what is due all the while. Where a
//! letter surely did not go, the row is taken back and the next run tries again; where the mail server says that there is
//! no such mailbox, the next in line is asked instead.
//!
//! Nothing is kept of periods in which nobody ran: what is due now is asked for now, once.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use entity::enums::DutyRank;
use entity::ids::{AccountId, AgencyId};
use entity::reminder;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::due::{DueRules, Period, is_due_now};
use super::duty::Asked;
use super::keeping::Known;
use super::{DueKey, due_of};
use crate::database::one_at_a_time;
use crate::directory::snapshot::Snapshot;
use crate::listings::{Done, Listings};
use crate::post::texts::{DueListings, WhyAsked, listings_due};
use crate::post::{Letter, MailAddress, Patience, Post, SecretLink};

/// An advisory lock of PostgreSQL under which it is noted who is written to. Any constant does.
const REMINDING: i64 = 0x7265_6d69_6e64_0001;
/// Services of an agency that are named.
const MOST_NAMED: usize = 5;

/// How people are reminded.
#[derive(Clone, Debug)]
pub struct Reminding {
    /// What is due.
    pub rules: DueRules,
    /// How often somebody is asked.
    pub period: Period,
    /// The page with the worklist.
    pub link: Option<SecretLink>,
}

/// What came of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reminded {
    /// Letters that were sent.
    pub sent: u64,
    /// Letters that the next run tries again.
    pub later: u64,
    /// Letters of which nobody can say whether they went.
    pub unclear: u64,
    /// Agencies with something due that nobody can be asked about.
    pub unanswered: u64,
}

/// What is due of an agency.
#[derive(Clone, Debug, Default)]
struct AgencyDue {
    name: String,
    overdue: u32,
    soon: u32,
    /// Those due longest, by name.
    longest: Vec<(DueKey, String)>,
}

/// A letter that is to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Planned {
    to: Asked,
    agencies: Vec<AgencyId>,
}

/// What is due of each agency, as the directory in process knows it.
fn due_by_agency(snapshot: &Snapshot, rules: &DueRules, at: DateTime<Utc>) -> BTreeMap<AgencyId, AgencyDue> {
    let mut all: BTreeMap<AgencyId, AgencyDue> = BTreeMap::new();
    for service in snapshot.services() {
        let due = due_of(rules, service, at);
        let Some(longest) = due.first() else { continue };
        let of_agency = all.entry(service.agency).or_default();
        if is_due_now(&due) {
            of_agency.overdue += 1;
        } else {
            of_agency.soon += 1;
        }
        let key = DueKey::of(service.id, longest);
        let position = of_agency.longest.partition_point(|(known, _)| *known < key);
        if position < MOST_NAMED {
            of_agency.longest.insert(position, (key, service.name.to_string()));
            of_agency.longest.truncate(MOST_NAMED);
        }
    }
    for (id, due) in &mut all {
        due.name = snapshot.agency(*id).map(|agency| agency.name.to_string()).unwrap_or_default();
    }
    all
}

/// Who is to be written to about which agencies; and about how many nobody can be. A person of an agency is written to
/// about that agency; a coordinator about all that have nobody, once in a period.
fn plan(
    due: &BTreeMap<AgencyId, AgencyDue>,
    asked: &[reminder::Model],
    put_off: &BTreeSet<AgencyId>,
    lines: impl Fn(AgencyId) -> Vec<Asked>,
    can_be_written_to: impl Fn(AccountId) -> bool,
) -> (Vec<Planned>, u64) {
    let mut asked_about = put_off.clone();
    asked_about.extend(asked.iter().map(|row| row.agency_id));
    let coordinators: BTreeSet<AccountId> =
        asked.iter().filter(|row| row.asked_as == DutyRank::Coordinator).map(|row| row.account_id).collect();
    let (mut planned, mut unanswered) = (Vec::new(), 0);
    let mut for_coordinators: BTreeMap<AccountId, Vec<AgencyId>> = BTreeMap::new();
    for agency in due.keys().filter(|agency| !asked_about.contains(agency)) {
        match lines(*agency).into_iter().find(|one| can_be_written_to(one.account)) {
            None => unanswered += 1,
            Some(Asked { account, rank: DutyRank::Coordinator }) => {
                if !coordinators.contains(&account) {
                    for_coordinators.entry(account).or_default().push(*agency);
                }
            }
            Some(to) => planned.push(Planned { to, agencies: vec![*agency] }),
        }
    }
    let rank = DutyRank::Coordinator;
    let for_coordinators = for_coordinators.into_iter();
    planned.extend(for_coordinators.map(|(account, agencies)| Planned { to: Asked { account, rank }, agencies }));
    (planned, unanswered)
}

fn count(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

impl Listings {
    /// Writes to everybody who is to be asked in this period and was not yet. Several processes may do so at once, and as
    /// often as they like.
    ///
    /// # Errors
    /// The database failed.
    pub async fn remind_due(&self, post: &Post, how: &Reminding) -> Done<Reminded> {
        let (db, now) = (self.database.connection(), self.now());
        let period = how.period.key(now);
        let due = due_by_agency(&self.live.current(), &how.rules, now);
        let mut reminded = Reminded::default();
        let mut dead: BTreeSet<AccountId> = BTreeSet::new();
        let mut put_off: BTreeSet<AgencyId> = BTreeSet::new();
        loop {
            let asked = reminder::Entity::find().filter(reminder::Column::Period.eq(&period)).all(db).await?;
            let known = Known::read(db, None, now).await?;
            let addresses: HashMap<AccountId, MailAddress> =
                known.accounts.values().filter_map(|row| Some((row.id, address(row.email.as_deref())?))).collect();
            let can_be = |account: AccountId| addresses.contains_key(&account) && !dead.contains(&account);
            let (planned, unanswered) = plan(&due, &asked, &put_off, |agency| known.line(agency, now), can_be);
            reminded.unanswered = unanswered;
            let mut died = false;
            for one in planned {
                let Some(to) = addresses.get(&one.to.account) else { continue };
                let claimed = self.claim(&period, &one, &due, now).await?;
                let Some((first, _)) = claimed.first() else { continue };
                let about: Vec<&AgencyDue> = claimed.iter().filter_map(|(_, agency)| due.get(agency)).collect();
                let letter = letter(to.clone(), one.to.rank, &about, how);
                let ids: Vec<Uuid> = claimed.iter().map(|(id, _)| *id).collect();
                match post.hand_over(&letter, now, *first, Patience::Long).await {
                    Ok(()) => {
                        self.mark_sent(ids).await?;
                        reminded.sent += 1;
                    }
                    Err(not_sent) if not_sent.perhaps_there => {
                        tracing::warn!(error = %not_sent.error, "listings.reminder: unclear whether it was sent");
                        reminded.unclear += 1;
                        // Whoever gives no word of this one may be waited for as long with each of the others.
                        return Ok(reminded);
                    }
                    Err(not_sent) => {
                        self.take_back(ids).await?;
                        if not_sent.error.is_final() {
                            tracing::warn!(error = %not_sent.error, "listings.reminder: the next in line is asked");
                            died |= dead.insert(one.to.account);
                            continue;
                        }
                        tracing::warn!(error = %not_sent.error, "listings.reminder: later");
                        reminded.later += 1;
                        put_off.extend(one.agencies);
                        if !not_sent.error.is_about_the_letter() {
                            // Whoever can't send this one can't send the others.
                            return Ok(reminded);
                        }
                    }
                }
            }
            if !died {
                return Ok(reminded);
            }
        }
    }

    /// Notes that somebody is being written to about those of these agencies about which nobody is yet; gives these.
    async fn claim(
        &self,
        period: &str,
        planned: &Planned,
        due: &BTreeMap<AgencyId, AgencyDue>,
        now: DateTime<Utc>,
    ) -> Done<Vec<(Uuid, AgencyId)>> {
        let transaction = self.database.begin_write().await?;
        // Of two processes at once the second sees here what the first has noted.
        one_at_a_time(&transaction, REMINDING).await?;
        let asked = reminder::Entity::find().filter(reminder::Column::Period.eq(period)).all(&transaction).await?;
        let asked_already =
            |row: &reminder::Model| row.asked_as == DutyRank::Coordinator && row.account_id == planned.to.account;
        if planned.to.rank == DutyRank::Coordinator && asked.iter().any(asked_already) {
            return Ok(Vec::new());
        }
        let asked_about: BTreeSet<AgencyId> = asked.iter().map(|row| row.agency_id).collect();
        let free = planned.agencies.iter().filter(|agency| !asked_about.contains(agency));
        let claimed: Vec<(Uuid, AgencyId)> = free.map(|agency| (self.clock.new_id(), *agency)).collect();
        for (id, agency) in &claimed {
            let of_agency = due.get(agency);
            let row = reminder::ActiveModel {
                id: Set(*id),
                agency_id: Set(*agency),
                period: Set(period.to_owned()),
                account_id: Set(planned.to.account),
                asked_as: Set(planned.to.rank),
                overdue: Set(of_agency.map_or(0, |due| count(due.overdue))),
                soon: Set(of_agency.map_or(0, |due| count(due.soon))),
                begun_at: Set(now),
                sent_at: Set(None),
            };
            reminder::Entity::insert(row).exec_without_returning(&transaction).await?;
        }
        transaction.commit().await?;
        Ok(claimed)
    }

    async fn mark_sent(&self, ids: Vec<Uuid>) -> Done<()> {
        for ids in ids.chunks(1_000) {
            reminder::Entity::update_many()
                .col_expr(reminder::Column::SentAt, Expr::value(self.now()))
                .filter(reminder::Column::Id.is_in(ids.iter().copied()))
                .exec(self.database.connection())
                .await?;
        }
        Ok(())
    }

    async fn take_back(&self, ids: Vec<Uuid>) -> Done<()> {
        for ids in ids.chunks(1_000) {
            let these = reminder::Column::Id.is_in(ids.iter().copied());
            reminder::Entity::delete_many().filter(these).exec(self.database.connection()).await?;
        }
        Ok(())
    }
}

fn address(email: Option<&str>) -> Option<MailAddress> {
    MailAddress::parse(email?).ok()
}

fn letter(to: MailAddress, rank: DutyRank, about: &[&AgencyDue], how: &Reminding) -> Letter {
    let why = match rank {
        DutyRank::NamedContact => WhyAsked::NamedContact,
        DutyRank::Deputy => WhyAsked::Deputy,
        DutyRank::Manager => WhyAsked::Manager,
        DutyRank::Coordinator => WhyAsked::Coordinator,
    };
    let about: Vec<DueListings<'_>> = about
        .iter()
        .map(|due| DueListings {
            agency: &due.name,
            overdue: due.overdue,
            soon: due.soon,
            longest: due.longest.iter().map(|(_, name)| name.as_str()).collect(),
        })
        .collect();
    let often = match how.period {
        Period::Week => "week",
        Period::Month => "month",
    };
    listings_due(to, why, &about, often, how.link.as_ref())
}
