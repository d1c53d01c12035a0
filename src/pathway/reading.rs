//! The one way in which a pathway leaves the tables: decided, written into the ledger, opened. In this order. One decision
//! covers all of a page, whatever its entries are.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use entity::enums::{AppointmentState, Purpose, ReferralState, ReferralStep};
use entity::ids::{
    AccountId, AgencyId, AppointmentId, RecordId, ReferralEventId, ReferralId, ServiceUserId, SignpostId,
};
use entity::instants::Millis;
use entity::{appointment, assignment, person_record, referral, referral_event, signpost};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};

use super::Pathways;
use super::timeline::{self, Key, Kind, Sights, Sought};
use crate::access::ledger::Pending;
use crate::access::rule::Row;
use crate::people::Trouble;
use crate::people::appointments::keeping::as_row;
use crate::people::appointments::reading::AppointmentSeen;
use crate::people::deciding::{Again, Deciding, Sight};
use crate::people::reading::{Opened, Reader, TRIES, Withheld, sorts};
use crate::people::referrals::life::{OPEN, standing};
use crate::people::referrals::moving::header;
use crate::people::referrals::reading::{self as referrals, ReferralSeen, StepSeen};
use crate::people::teams::names_of;
use crate::signposts::reading::{self as signposts, SignpostSeen};

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
}

/// An entry of a timeline.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Where it stands.
    pub key: Key,
    /// What it is.
    pub item: Item,
}

/// Who answers for a pathway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The account, with its name.
    pub account: (AccountId, String),
    /// The agency that they answer for.
    pub agency: AgencyId,
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// They are to meet.
    Appointment(AppointmentId),
    /// A referral is to be answered.
    ReferralAnswer(ReferralId),
}

/// How a pathway stands, as far as somebody may see it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stands {
    /// Whether there is anything still to come: somebody works with them, a referral is open, or they are to meet.
    pub open: bool,
    /// Whether whose caseloads they are on bore on it.
    pub(super) caseloads: bool,
    /// Who answers for it: for the referral that was last taken on; where there is none, the key worker whose caseload they
    /// are on the longest.
    pub owner: Option<Owner>,
    /// What comes next, and when.
    pub next: Option<(Millis, Next)>,
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
    /// Categories of which other agencies may hold something that is not shown.
    pub withheld: Vec<Withheld>,
}

/// The rows of a page, about which is to be decided.
#[derive(Default)]
struct Rows {
    records: Vec<person_record::Model>,
    signposts: Vec<signpost::Model>,
    steps: HashMap<ReferralEventId, (ReferralId, i32)>,
    referrals: Vec<referral::Model>,
    appointments: Vec<appointment::Model>,
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
        let people = &self.people;
        let db = people.database().connection();
        let of = people.stands_for(of).await?;
        // As everywhere else: referrals are looked at for referrals, appointments for the coordination of care.
        let for_purpose = |purpose| Reader { purpose, ..reader };
        let mut said = Deciding::begin(people, db, reader, &[of]).await?;
        let mut of_referrals = Deciding::begin(people, db, for_purpose(Purpose::Referral), &[of]).await?;
        let mut care = Deciding::begin(people, db, for_purpose(Purpose::CareCoordination), &[of]).await?;
        if said.has_joined() {
            return Ok(Err(Again));
        }
        let at = said.ask.at;
        let sights = Sights { said: said.sight(of), referrals: of_referrals.sight(of), care: care.sight(of) };
        let mut keys = timeline::page(db, of, &sights, &asked.sought, (asked.after, asked.first)).await?;
        let more = keys.len() > asked.first;
        keys.truncate(asked.first);
        let rows = rows(db, &keys).await?;
        let mut records = Vec::new();
        for record in rows.records {
            let row = Row::of(record.service_user_id, record.agency_id, record.category);
            let Ok(Some(ground)) = said.shows(&row) else { return Ok(Err(Again)) };
            records.push((record, row, ground));
        }
        let mut given = Vec::new();
        for row in rows.signposts {
            let Ok(Some(close)) = signposts::shows(&mut said, of, &row) else { return Ok(Err(Again)) };
            given.push((row, close));
        }
        let decided = referrals::decided(db, &mut of_referrals, rows.referrals).await?;
        let Ok(decided) = decided else { return Ok(Err(Again)) };
        let mut appointments = Vec::new();
        for row in rows.appointments {
            let Ok(Some(ground)) = care.shows(&as_row(&row)) else { return Ok(Err(Again)) };
            appointments.push((row, ground));
        }
        let stands = if asked.standing {
            stands(db, (&mut of_referrals, &mut care), of, &sights, at).await?
        } else {
            Ok(Stands::default())
        };
        let Ok(mut stands) = stands else { return Ok(Err(Again)) };
        // Where nothing stands on the page there may be something else of them to see, whatever was asked for.
        if !said.knows(of) {
            for row in sorts(db, &[of]).await? {
                let Some(ground) = said.ground(&row) else { continue };
                if !said.decisions.known(&row, ground) {
                    return Ok(Err(Again));
                }
            }
        }
        // Who is told nothing of them for the purpose is not told what is withheld either.
        let withheld = if said.knows(of) { said.withheld(of) } else { Vec::new() };
        let mut known = [&said, &of_referrals, &care].iter().any(|deciding| deciding.knows(of));
        if !known {
            let any = timeline::page(db, of, &sights, &Sought::default(), (None, 1)).await?;
            let rows = self::rows(db, &any).await?;
            for row in &rows.referrals {
                let ground = of_referrals.ground_of_referral(&header(row));
                known |= ground.is_some_and(|ground| of_referrals.decisions.known(&header(row), ground));
            }
            for row in &rows.appointments {
                let ground = care.ground(&as_row(row));
                known |= ground.is_some_and(|ground| care.decisions.known(&as_row(row), ground));
            }
            for row in &rows.signposts {
                known |= matches!(signposts::shows(&mut said, of, row), Ok(Some(_)));
            }
        }
        if known && stands.caseloads {
            said.decisions.around(of);
        }
        // What shows nothing beside what does is no refusal.
        let all = if known { vec![said, of_referrals, care] } else { vec![said] };
        let all = all.into_iter().filter(|deciding| !known || deciding.knows(of)).collect();
        if Deciding::release_all(all, db, pending).await? == Err(Again) {
            return Ok(Err(Again));
        }
        if !known {
            return Ok(Ok(None));
        }
        let mut items: HashMap<(Kind, uuid::Uuid), Item> = HashMap::with_capacity(keys.len());
        for opened in people.opened(records, true).await? {
            let kind = match opened.contents.kind() {
                entity::enums::RecordKind::Assessment => Kind::Assessment,
                entity::enums::RecordKind::Identity
                | entity::enums::RecordKind::Contact
                | entity::enums::RecordKind::Circumstances
                | entity::enums::RecordKind::Need
                | entity::enums::RecordKind::Flag
                | entity::enums::RecordKind::Note
                | entity::enums::RecordKind::PersonAround => Kind::Need,
            };
            items.insert((kind, opened.id.0), Item::Record(opened));
        }
        for seen in self.signposts.opened(given).await? {
            items.insert((Kind::Signpost, seen.id.0), Item::Signpost(seen));
        }
        let reader = Reader { purpose: Purpose::Referral, ..reader };
        let seen = people.opened_referrals(reader, decided, at).await?;
        let seen: HashMap<ReferralId, Arc<ReferralSeen>> =
            seen.into_iter().map(|seen| (seen.id, Arc::new(seen))).collect();
        for (event, (referral, number)) in rows.steps {
            let Some(referral) = seen.get(&referral) else { continue };
            let place = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
            let Some(step) = place.and_then(|place| referral.history.get(place)).cloned() else { continue };
            items.insert((Kind::ReferralStep, event.0), Item::ReferralStep(Arc::clone(referral), step));
        }
        for seen in people.opened_appointments(appointments).await? {
            items.insert((Kind::Appointment, seen.id.0), Item::Appointment(seen));
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

/// The rows behind keys.
async fn rows(db: &impl ConnectionTrait, keys: &[Key]) -> Result<Rows, Trouble> {
    let of = |kind: Kind| keys.iter().filter(move |key| key.kind == kind).map(|key| key.id);
    let mut rows = Rows::default();
    let records: Vec<RecordId> = of(Kind::Need).chain(of(Kind::Assessment)).map(RecordId).collect();
    if !records.is_empty() {
        let these = person_record::Column::Id.is_in(records);
        rows.records = person_record::Entity::find().filter(these).all(db).await?;
    }
    let given: Vec<SignpostId> = of(Kind::Signpost).map(SignpostId).collect();
    if !given.is_empty() {
        rows.signposts = signpost::Entity::find().filter(signpost::Column::Id.is_in(given)).all(db).await?;
    }
    let steps: Vec<ReferralEventId> = of(Kind::ReferralStep).map(ReferralEventId).collect();
    if !steps.is_empty() {
        let these = referral_event::Column::Id.is_in(steps);
        for event in referral_event::Entity::find().filter(these).all(db).await? {
            rows.steps.insert(event.id, (event.referral_id, event.number));
        }
        let referrals: BTreeSet<ReferralId> = rows.steps.values().map(|(referral, _)| *referral).collect();
        rows.referrals = referral::Entity::find().filter(referral::Column::Id.is_in(referrals)).all(db).await?;
    }
    let appointments: Vec<AppointmentId> = of(Kind::Appointment).map(AppointmentId).collect();
    if !appointments.is_empty() {
        let these = appointment::Column::Id.is_in(appointments);
        rows.appointments = appointment::Entity::find().filter(these).all(db).await?;
    }
    Ok(rows)
}

/// How a pathway stands, by what of it somebody may see.
async fn stands(
    db: &impl ConnectionTrait,
    (of_referrals, care): (&mut Deciding, &mut Deciding),
    of: ServiceUserId,
    sights: &Sights,
    at: Millis,
) -> Result<Result<Stands, Again>, Trouble> {
    let mut stands = Stands::default();
    let open = referral::Entity::find()
        .filter(referral::Column::ServiceUserId.eq(of))
        .filter(referral::Column::State.is_in(OPEN.iter().copied()))
        .order_by_asc(referral::Column::Id)
        .all(db)
        .await?;
    let is_open = |row: &referral::Model| OPEN.contains(&standing(row.state, row.expires_at, at));
    let open: Vec<referral::Model> = open
        .into_iter()
        .filter(|row| is_open(row) && of_referrals.ground_of_referral(&header(row)).is_some())
        .collect();
    let accepted = referral_event::Entity::find()
        .filter(referral_event::Column::ReferralId.is_in(open.iter().map(|row| row.id)))
        .filter(referral_event::Column::Step.eq(ReferralStep::Accepted))
        .order_by_asc(referral_event::Column::At)
        .order_by_asc(referral_event::Column::Id)
        .all(db)
        .await?;
    for row in &open {
        let Ok(Some(_)) = of_referrals.shows_referral(&header(row)) else { return Ok(Err(Again)) };
        stands.open = true;
        if let (ReferralState::Submitted, Some(by)) = (row.state, row.expires_at) {
            stands.sooner(by, Next::ReferralAnswer(row.id));
        }
    }
    let last = accepted.last().and_then(|event| open.iter().find(|row| row.id == event.referral_id));
    if let Some(row) = last {
        stands.owner = Some(Owner { account: (row.owner_id, String::new()), agency: row.owner_agency_id });
    }
    // Whose caseloads they are on is for who works with them, of their own agency, and for themselves.
    let whose = match &sights.care {
        Sight::Everything => Some(Condition::all()),
        Sight::Of { sent: Some(agency), .. } => Some(Condition::all().add(assignment::Column::AgencyId.eq(*agency))),
        Sight::Of { sent: None, .. } => None,
    };
    if let Some(whose) = whose {
        let holds = Condition::any().add(assignment::Column::EndsAt.is_null()).add(assignment::Column::EndsAt.gt(at));
        let on = assignment::Entity::find()
            .filter(assignment::Column::ServiceUserId.eq(of))
            .filter(assignment::Column::BeginsAt.lte(at))
            .filter(holds)
            .filter(whose)
            .order_by_asc(assignment::Column::BeginsAt)
            .order_by_asc(assignment::Column::Id)
            .all(db)
            .await?;
        (stands.open, stands.caseloads) = (stands.open || !on.is_empty(), !on.is_empty());
        let key_worker = on.iter().find_map(|on| Some((on.account_id?, on.agency_id)));
        if let (None, Some((account, agency))) = (&stands.owner, key_worker) {
            stands.owner = Some(Owner { account: (account, String::new()), agency });
        }
    }
    let booked = appointment::Entity::find()
        .filter(appointment::Column::ServiceUserId.eq(of))
        .filter(appointment::Column::State.eq(AppointmentState::Booked))
        .filter(appointment::Column::StartsAt.gte(at))
        .order_by_asc(appointment::Column::StartsAt)
        .order_by_asc(appointment::Column::Id)
        .all(db)
        .await?;
    if let Some(row) = booked.iter().find(|row| care.ground(&as_row(row)).is_some()) {
        let Ok(Some(_)) = care.shows(&as_row(row)) else { return Ok(Err(Again)) };
        stands.open = true;
        stands.sooner(row.starts_at, Next::Appointment(row.id));
    }
    Ok(Ok(stands))
}

impl Stands {
    /// Keeps what comes sooner.
    fn sooner(&mut self, at: Millis, next: Next) {
        if self.next.is_none_or(|(before, _)| at < before) {
            self.next = Some((at, next));
        }
    }
}
