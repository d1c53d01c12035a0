//! The one way in which referrals leave the tables: decided, written into the ledger, opened. In this order.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use entity::enums::{Achievement, DataCategory, Purpose, ReferralReason, ReferralState, ReferralStep, ReferralUrgency};
use entity::ids::{AccountId, AgencyId, ReferralEventId, ReferralId, ServiceId, ServiceUserId};
use entity::instants::Millis;
use entity::{referral, referral_event, referral_need};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::about::AboutEach;
use super::life::{UNANSWERED, standing};
use super::line::places_in_line;
use super::moving::header;
use super::place;
use crate::access::ledger::Pending;
use crate::access::rule::decide::Ground;
use crate::access::rule::load::among;
use crate::access::rule::{Ask, Row};
use crate::people::contents::work::category_of;
use crate::people::deciding::{Again, Deciding, whom};
use crate::people::reading::{Reader, Seen, TRIES, Wanted};
use crate::people::teams::names_of;
use crate::people::{People, Trouble};
use crate::vault::sealed::key_of;

/// Milliseconds of a day of 24 hours.
const DAY: i64 = 86_400_000;

/// Which referrals are looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhichReferrals {
    /// These.
    Of(Vec<ReferralId>),
    /// These, of a list that was read just now: with whom each was about then.
    Listed(Vec<(ReferralId, ServiceUserId)>),
    /// All of these service users.
    About(Vec<ServiceUserId>),
}

impl WhichReferrals {
    /// The same, whomever they are about by now.
    fn anew(&self) -> Self {
        match self {
            Self::Listed(listed) => Self::Of(listed.iter().map(|(id, _)| *id).collect()),
            Self::Of(_) | Self::About(_) => self.clone(),
        }
    }
}

/// What of referrals is asked for beside what stands in their rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Besides {
    /// What was done with them, with what was said, which is opened for it.
    pub history: bool,
    /// How manieth they are on a waiting list, for which those before them are counted.
    pub place_in_line: bool,
}

impl Besides {
    /// All of it.
    pub const ALL: Self = Self { history: true, place_in_line: true };
}

/// A step of a referral.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepSeen {
    /// Id.
    pub id: ReferralEventId,
    /// What.
    pub step: ReferralStep,
    /// How far it had come by it.
    pub state: ReferralState,
    /// When.
    pub at: Millis,
    /// Who, with their name; absent where it followed of itself, and for the receiver where it was neither of the parties.
    pub by: Option<(AccountId, String)>,
    /// For which agency.
    pub agency: Option<AgencyId>,
    /// Why.
    pub reason: Option<ReferralReason>,
    /// What was said.
    pub words: Option<String>,
    /// What was disclosed by it.
    pub discloses: BTreeSet<DataCategory>,
}

/// A referral, as far as both its parties and the service user see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReferralSeen {
    /// Id.
    pub id: ReferralId,
    /// Whom.
    pub service_user: ServiceUserId,
    /// Who sends.
    pub from: AgencyId,
    /// To whom.
    pub to: AgencyId,
    /// To which service of theirs.
    pub service: Option<ServiceId>,
    /// In whose place it stands; absent for the receiver.
    pub parent: Option<ReferralId>,
    /// How far it has come by now.
    pub state: ReferralState,
    /// How soon it matters.
    pub urgency: ReferralUrgency,
    /// The day of release from custody.
    pub release_on: Option<NaiveDate>,
    /// Who answers for it, with their name, and the agency.
    pub owner: (AccountId, String, AgencyId),
    /// Who was asked to take it over.
    pub offered_to: Option<(AccountId, String)>,
    /// When it was written.
    pub created_at: Millis,
    /// When it was sent.
    pub sent_at: Option<Millis>,
    /// By when it is to be answered.
    pub expires_at: Option<Millis>,
    /// Since when it is on the waiting list.
    pub waitlisted_at: Option<Millis>,
    /// How manieth it is there, from 1; absent where it is not on it, and where that was not asked for.
    pub place_in_line: Option<u64>,
    /// When a place is expected to be free.
    pub expected_on: Option<NaiveDate>,
    /// Why it was not taken on, or came to nothing.
    pub reason: Option<ReferralReason>,
    /// How far what was wanted came about.
    pub outcome: Option<Achievement>,
    /// What it is about.
    pub needs: BTreeSet<String>,
    /// What it discloses.
    pub discloses: BTreeSet<DataCategory>,
    /// Everything that was done with it, the first first; nothing where that was not asked for.
    pub history: Vec<StepSeen>,
    /// The how manieth writing of the draft it is, from 1.
    pub version: i32,
    /// The hash of what the receiver would see of the sender's rows by way of it, as it was when it was sent or widened; absent
    /// for the receiver.
    pub preview_hash: Option<String>,
    /// For how many whole days of 24 hours it has waited for an answer by now; absent where it waits for none.
    pub waited_days: Option<i64>,
    /// On which ground it is seen.
    pub ground: Ground,
}

impl ReferralSeen {
    /// Leaves of what the receiver sees only what may flow to it now: needs and the day of release by their categories, what
    /// was said while everything that it discloses flows. Who they are is no part of a header; nor is who had to do with them
    /// before, in whose place it stands; nor the hash of what it would see, which tells what was shown to the sender.
    fn keep_what_flows(&mut self, flows: &BTreeSet<(ReferralId, DataCategory)>) {
        let id = self.id;
        let may = |category: DataCategory| flows.contains(&(id, category));
        let everything = self.discloses.iter().all(|category| may(*category));
        self.discloses.retain(|category| may(*category));
        self.needs.retain(|key| may(category_of(key)));
        self.release_on = self.release_on.filter(|_| may(DataCategory::Offending));
        self.parent = None;
        self.preview_hash = None;
        let parties = [self.from, self.to];
        for step in &mut self.history {
            // Of a third agency: whoever had it before sent it on.
            if step.agency.is_some_and(|agency| !parties.contains(&agency)) {
                step.agency = None;
                step.words = None;
            }
            if step.agency.is_none() {
                step.by = None;
            }
            step.discloses.retain(|category| may(*category));
            if !everything && step.agency != Some(self.to) {
                step.words = None;
            }
        }
    }
}

impl ReferralSeen {
    /// To whom it is offered, and what is said with it, is for the agency alone that answers for it.
    fn keep_offers_of(&mut self, agency: AgencyId) {
        if self.owner.2 != agency {
            self.offered_to = None;
        }
        for step in self.history.iter_mut().filter(|step| step.agency != Some(agency)) {
            if matches!(step.step, ReferralStep::Offered | ReferralStep::TakenOver) {
                step.words = None;
            }
        }
    }
}

/// Whether it is seen as whom it was sent to, and as nothing else.
fn is_party(ground: Ground) -> bool {
    matches!(ground, Ground::Party { .. })
}

/// Referrals that may be shown, what they are about and disclose, and what of that may flow to who sees them as the receiver.
pub(crate) struct DecidedReferrals {
    shown: Vec<(referral::Model, Ground)>,
    about: AboutEach,
    flows: BTreeSet<(ReferralId, DataCategory)>,
}

/// Decides what of referrals goes with their headers, of which is decided that they may be shown.
///
/// # Errors
/// The database failed.
pub(crate) async fn decided(
    db: &impl ConnectionTrait,
    deciding: &mut Deciding,
    shown: Vec<(referral::Model, Ground)>,
) -> Result<Result<DecidedReferrals, Again>, Trouble> {
    // What a referral is about tells of the service user as a row of theirs would, and is decided as one.
    let mut flows: BTreeSet<(ReferralId, DataCategory)> = BTreeSet::new();
    let ids: Vec<ReferralId> = shown.iter().map(|(row, _)| row.id).collect();
    let about = AboutEach::of(db, &ids).await?;
    for (id, category, _) in &about.disclosed {
        let received = shown.iter().find(|(row, ground)| row.id == *id && is_party(*ground));
        let Some((row, _)) = received else { continue };
        match deciding.shows(&Row::of(row.service_user_id, row.agency_id, *category)) {
            Ok(Some(_)) => flows.insert((*id, *category)),
            Ok(None) => false,
            Err(Again) => return Ok(Err(Again)),
        };
    }
    Ok(Ok(DecidedReferrals { shown, about, flows }))
}

impl People {
    /// The referrals that somebody may see of those that are looked for, in the order in which they were written; the others
    /// are not among them, as if they were not there. Every decision stands in the ledger before this comes back, or is put
    /// to those of the request that are written before its answer leaves; refusals too.
    ///
    /// # Errors
    /// [`Trouble::Changing`] where what it rests on keeps changing; the database, the ledger or the vault failed, and
    /// nothing is shown.
    pub async fn read_referrals(
        &self,
        reader: Reader,
        which: &WhichReferrals,
        besides: Besides,
        pending: Option<&Pending>,
    ) -> Result<Vec<ReferralSeen>, Trouble> {
        Ok(self.read_referrals_of(reader, which, besides, None, pending).await?.0)
    }

    /// The same, with what is wanted of whom they are about, as [`People::read`] gives it for referrals.
    ///
    /// # Errors
    /// Those of [`People::read_referrals`].
    pub async fn read_referrals_of(
        &self,
        reader: Reader,
        which: &WhichReferrals,
        besides: Besides,
        wanted: Option<&Wanted>,
        pending: Option<&Pending>,
    ) -> Result<(Vec<ReferralSeen>, Vec<Seen>), Trouble> {
        let reader = Reader { purpose: Purpose::Referral, ..reader };
        let anew = which.anew();
        for which in std::iter::once(which).chain(std::iter::repeat_n(&anew, TRIES - 1)) {
            if let Some(seen) = self.try_to_read_referrals(reader, which, besides, wanted, pending).await? {
                return Ok(seen);
            }
        }
        Err(Trouble::Changing)
    }

    async fn try_to_read_referrals(
        &self,
        reader: Reader,
        which: &WhichReferrals,
        besides: Besides,
        wanted: Option<&Wanted>,
        pending: Option<&Pending>,
    ) -> Result<Option<(Vec<ReferralSeen>, Vec<Seen>)>, Trouble> {
        let db = self.database.connection();
        let of = self.whom_they_are_about(which).await?;
        if of.is_empty() {
            return Ok(Some((Vec::new(), Vec::new())));
        }
        let mut deciding = Deciding::begin(self, db, reader, &of).await?;
        let mut shown = Vec::new();
        for row in rows_of(db, which, &of).await? {
            match deciding.shows_referral(&header(&row)) {
                Ok(Some(ground)) => shown.push((row, ground)),
                Ok(None) if deciding.facts(row.service_user_id).is_some() => {}
                // It is about another by now than was asked about: they were joined, or parted.
                Ok(None) | Err(Again) => return Ok(None),
            }
        }
        let whom: BTreeSet<ServiceUserId> = shown.iter().map(|(row, _)| row.service_user_id).collect();
        let whom: Vec<ServiceUserId> = whom.into_iter().collect();
        let Ok(decided) = decided(db, &mut deciding, shown).await? else { return Ok(None) };
        let wanted = wanted.filter(|_| !whom.is_empty());
        let beside = wanted.map(|wanted| (wanted, deciding.beside(self, reader.operation, &whom)));
        let at = deciding.ask.at;
        if deciding.release(db, pending).await? == Err(Again) {
            return Ok(None);
        }
        let seen = self.opened_referrals(reader, decided, besides, at).await?;
        let people = match beside {
            Some((wanted, beside)) => Box::pin(self.read_beside(beside, reader, &whom, wanted, pending)).await?,
            None => Vec::new(),
        };
        Ok(Some((seen, people)))
    }

    /// Whom these referrals are about, joined records as the one that stands for them; of a referral that is not there,
    /// nobody: the statements that follow are the same.
    async fn whom_they_are_about(&self, which: &WhichReferrals) -> Result<Vec<ServiceUserId>, Trouble> {
        match which {
            WhichReferrals::About(of) => self.standing(of).await,
            WhichReferrals::Listed(listed) => {
                let of: BTreeSet<ServiceUserId> = listed.iter().map(|(_, of)| *of).collect();
                Ok(of.into_iter().collect())
            }
            WhichReferrals::Of(ids) if ids.is_empty() => Ok(Vec::new()),
            WhichReferrals::Of(ids) => {
                let db = self.database.connection();
                let found: Vec<(Uuid, ServiceUserId)> = referral::Entity::find()
                    .select_only()
                    .columns([referral::Column::Id, referral::Column::ServiceUserId])
                    .filter(among(db.get_database_backend(), referral::Column::Id, ids.iter().map(|id| id.0)))
                    .into_tuple()
                    .all(db)
                    .await?;
                Ok(whom(ids.iter().map(|id| id.0), found))
            }
        }
    }

    /// Opens referrals about which is decided, and written: to each side what is for it.
    pub(crate) async fn opened_referrals(
        &self,
        reader: Reader,
        decided: DecidedReferrals,
        besides: Besides,
        at: Millis,
    ) -> Result<Vec<ReferralSeen>, Trouble> {
        let DecidedReferrals { shown, about, flows } = decided;
        let mut seen = self.opened_each(shown, about, besides, at).await?;
        seen.iter_mut().filter(|seen| is_party(seen.ground)).for_each(|seen| seen.keep_what_flows(&flows));
        if let Some(agency) = reader.agency {
            let others = seen.iter_mut().filter(|seen| !matches!(seen.ground, Ground::OwnRecord | Ground::Proxy));
            others.for_each(|seen| seen.keep_offers_of(agency));
        }
        Ok(seen)
    }

    async fn opened_each(
        &self,
        shown: Vec<(referral::Model, Ground)>,
        about: AboutEach,
        besides: Besides,
        at: Millis,
    ) -> Result<Vec<ReferralSeen>, Trouble> {
        if shown.is_empty() {
            return Ok(Vec::new());
        }
        let db = self.database.connection();
        let ids: Vec<ReferralId> = shown.iter().map(|(row, _)| row.id).collect();
        let AboutEach { mut needs, disclosed } = about;
        let mut discloses: HashMap<ReferralId, BTreeSet<DataCategory>> = HashMap::new();
        let mut disclosed_by: HashMap<ReferralEventId, BTreeSet<DataCategory>> = HashMap::new();
        for (id, category, event) in disclosed {
            discloses.entry(id).or_default().insert(category);
            if let Some(event) = event {
                disclosed_by.entry(event).or_default().insert(category);
            }
        }
        let events = if besides.history { events_of(db, &ids).await? } else { Vec::new() };
        let keys: Vec<_> = events.iter().filter_map(|event| key_of(event.sealed.as_deref()?)).collect();
        let keys = if besides.history { self.vault.keys(db, &keys).await? } else { HashMap::new() };
        let mut accounts: BTreeSet<AccountId> = events.iter().filter_map(|event| event.by).collect();
        accounts.extend(shown.iter().flat_map(|(row, _)| [Some(row.owner_id), row.offered_to]).flatten());
        let names = names_of(db, accounts.into_iter()).await?;
        let mut history: HashMap<ReferralId, Vec<StepSeen>> = HashMap::new();
        for event in events {
            let words = match event.sealed.as_deref().and_then(|sealed| Some((keys.get(&key_of(sealed)?)?, sealed))) {
                Some((key, sealed)) => Some(self.opened_words(key, event.id, sealed)?),
                None => None,
            };
            history.entry(event.referral_id).or_default().push(StepSeen {
                id: event.id,
                step: event.step,
                state: event.state,
                at: event.at,
                by: event.by.map(|by| named(&names, by)),
                agency: event.agency_id,
                reason: event.reason,
                words,
                discloses: disclosed_by.remove(&event.id).unwrap_or_default(),
            });
        }
        let waits = |row: &&referral::Model| standing(row.state, row.expires_at, at) == ReferralState::Waitlisted;
        let rows = shown.iter().map(|(row, _)| row).filter(|_| besides.place_in_line);
        let lines = places_in_line(db, &rows.filter(waits).collect::<Vec<_>>(), at).await?;
        let seen = shown.into_iter().map(|(row, ground)| ReferralSeen {
            id: row.id,
            service_user: row.service_user_id,
            from: row.agency_id,
            to: row.to_agency_id,
            service: row.service_id,
            parent: row.parent_id,
            state: standing(row.state, row.expires_at, at),
            urgency: row.urgency,
            release_on: row.release_on,
            owner: {
                let (account, name) = named(&names, row.owner_id);
                (account, name, row.owner_agency_id)
            },
            offered_to: row.offered_to.map(|to| named(&names, to)),
            created_at: row.created_at,
            sent_at: row.sent_at,
            expires_at: row.expires_at,
            waitlisted_at: row.waitlisted_at,
            place_in_line: lines.get(&row.id).copied(),
            expected_on: row.expected_on,
            reason: row.reason,
            outcome: row.outcome,
            needs: needs.remove(&row.id).unwrap_or_default(),
            discloses: discloses.remove(&row.id).unwrap_or_default(),
            history: history.remove(&row.id).unwrap_or_default(),
            version: row.version,
            preview_hash: row.preview_hash.clone(),
            waited_days: waited_days(&row, at),
            ground,
        });
        Ok(seen.collect())
    }

    fn opened_words(
        &self,
        key: &crate::vault::sealed::DataKey,
        event: ReferralEventId,
        sealed: &str,
    ) -> Result<String, Trouble> {
        Ok(key.open(place(event), sealed).map_err(crate::vault::VaultError::from)?)
    }
}

/// Headers of referrals are looked at for referrals, whatever else is looked at for.
pub(super) fn ask_of(reader: Reader, at: Millis) -> Ask {
    Ask { account: reader.account, agency: reader.agency, purpose: Purpose::Referral, at }
}

/// For how many whole days a referral has waited for an answer.
fn waited_days(row: &referral::Model, at: Millis) -> Option<i64> {
    let waits = UNANSWERED.contains(&standing(row.state, row.expires_at, at));
    row.sent_at.filter(|_| waits).map(|sent| (at.0 - sent.0).max(0) / DAY)
}

fn named(names: &BTreeMap<AccountId, String>, account: AccountId) -> (AccountId, String) {
    (account, names.get(&account).cloned().unwrap_or_default())
}

/// The rows of these referrals, or of all that are about these service users, in the order in which they were written. Which
/// may be shown is for the rule.
async fn rows_of(
    db: &impl ConnectionTrait,
    which: &WhichReferrals,
    of: &[ServiceUserId],
) -> Result<Vec<referral::Model>, Trouble> {
    let backend = db.get_database_backend();
    let these = |ids: Vec<Uuid>| among(backend, referral::Column::Id, ids);
    let these = match which {
        WhichReferrals::Of(ids) => these(ids.iter().map(|id| id.0).collect()),
        WhichReferrals::Listed(listed) => these(listed.iter().map(|(id, _)| id.0).collect()),
        WhichReferrals::About(_) => among(backend, referral::Column::ServiceUserId, of.iter().map(|id| id.0)),
    };
    Ok(referral::Entity::find().filter(these).order_by_asc(referral::Column::Id).all(db).await?)
}

/// What was done with these referrals, the first first, still sealed.
async fn events_of(db: &impl ConnectionTrait, of: &[ReferralId]) -> Result<Vec<referral_event::Model>, Trouble> {
    let column = referral_event::Column::ReferralId;
    let these = among(db.get_database_backend(), column, of.iter().map(|id| id.0));
    Ok(referral_event::Entity::find().filter(these).order_by_asc(referral_event::Column::Number).all(db).await?)
}

/// What a referral is about.
pub(super) async fn needs_of(db: &impl ConnectionTrait, id: ReferralId) -> Result<BTreeSet<String>, Trouble> {
    let rows = referral_need::Entity::find().filter(referral_need::Column::ReferralId.eq(id)).all(db).await?;
    Ok(rows.into_iter().map(|row| row.need_key).collect())
}
