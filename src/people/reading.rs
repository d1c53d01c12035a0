//! The one way in which rows about service users leave the tables: decided, written into the ledger, opened. In this order.
//!
//! Where a request is answered as a whole, its decisions are gathered ([`Pending`]) and written by whoever lets the answer
//! out; everything else is written here, before anything comes back.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use entity::enums::{DataCategory, Purpose, RecordKind};
use entity::ids::{AccountId, AgencyId, RecordId, SealingKeyId, ServiceUserId};
use entity::instants::Millis;
use entity::person_record;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::around::{Around, Sharing, around, found_proxies, sharing};
use super::contents::Contents;
use super::deciding::{Again, Deciding};
use super::recording::place;
use super::teams::names_of;
use super::{People, Trouble};
use crate::access::ledger::Pending;
use crate::access::rule::decide::{Ground, holds};
use crate::access::rule::facts::Facts;
use crate::access::rule::load::among;
use crate::access::rule::sight::{flowing_from_others, is_theirs, shared_by_others};
use crate::access::rule::{Ask, Row, WAYS};
use crate::vault::sealed::key_of;

/// How often it is decided again where what it rests on changes meanwhile.
pub const TRIES: usize = 5;

/// Who reads, for which agency, what for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reader {
    /// The account.
    pub account: AccountId,
    /// The agency they act for; none for service users and carers.
    pub agency: Option<AgencyId>,
    /// What for.
    pub purpose: Purpose,
    /// The root field that it is read for.
    pub operation: &'static str,
}

/// What is read. What is not asked for is neither opened nor told to have been.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The kinds of rows.
    pub kinds: BTreeSet<RecordKind>,
    /// Whether also what stands around them.
    pub around: bool,
    /// Whether also who stands for them, which is of what stands around them.
    pub proxies: bool,
    /// Whether also what is withheld.
    pub withheld: bool,
    /// Whether also who recorded each.
    pub recorders: bool,
}

impl Wanted {
    /// All there is.
    #[must_use]
    pub fn everything() -> Self {
        let kinds = RecordKind::ALL.iter().copied().collect();
        Self { kinds, around: true, proxies: true, withheld: true, recorders: true }
    }

    /// Adds what is wanted elsewhere.
    pub fn add(&mut self, other: Self) {
        self.kinds.extend(other.kinds);
        self.around |= other.around;
        self.proxies |= other.proxies;
        self.withheld |= other.withheld;
        self.recorders |= other.recorders;
    }
}

/// A row, opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// Id.
    pub id: RecordId,
    /// Whom it is about, whose it is, its category.
    pub row: Row,
    /// What it says.
    pub contents: Contents,
    /// When it was recorded.
    pub recorded_at: Millis,
    /// By whom.
    pub recorded_by: Option<Recorder>,
    /// The row that it says anew.
    pub replaces: Option<RecordId>,
    /// On which ground it is seen.
    pub ground: Ground,
}

/// A row about which is decided, still sealed.
#[derive(Clone, Debug)]
pub(crate) struct SealedRecord {
    /// Id.
    pub(crate) id: RecordId,
    /// Whom it is about, whose it is, its category.
    pub(crate) row: Row,
    sealed: String,
    recorded_at: Millis,
    recorded_by: Option<AccountId>,
    replaces: Option<RecordId>,
}

/// What is read of a row, in the order of [`COLUMNS`].
type Columns = (RecordId, ServiceUserId, AgencyId, DataCategory, String, Millis, Option<AccountId>, Option<RecordId>);

/// The columns of a row that are read of it: what else stands there is for statements.
const COLUMNS: [person_record::Column; 8] = [
    person_record::Column::Id,
    person_record::Column::ServiceUserId,
    person_record::Column::AgencyId,
    person_record::Column::Category,
    person_record::Column::Sealed,
    person_record::Column::RecordedAt,
    person_record::Column::RecordedBy,
    person_record::Column::Replaces,
];

impl From<Columns> for SealedRecord {
    fn from((id, of, agency, category, sealed, recorded_at, recorded_by, replaces): Columns) -> Self {
        Self { id, row: Row::of(of, agency, category), sealed, recorded_at, recorded_by, replaces }
    }
}

impl From<person_record::Model> for SealedRecord {
    fn from(row: person_record::Model) -> Self {
        Self {
            id: row.id,
            row: Row::of(row.service_user_id, row.agency_id, row.category),
            sealed: row.sealed,
            recorded_at: row.recorded_at,
            recorded_by: row.recorded_by,
            replaces: row.replaces,
        }
    }
}

/// Who recorded something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorder {
    /// Their account.
    pub account: AccountId,
    /// Their name.
    pub name: String,
}

/// Why something is not shown, whether or not it is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// No agreement in force lets it flow to the agency for the purpose.
    NoAgreement,
    /// An agreement would; what the service user permits, or what the agency has to do with them, does not.
    NotPermitted,
}

/// A category of which other agencies may hold something that is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Withheld {
    /// The category.
    pub category: DataCategory,
    /// Why.
    pub reason: Reason,
}

/// What somebody may see of a service user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Who.
    pub service_user: ServiceUserId,
    /// Every row that holds and was asked for, the oldest first.
    pub records: Vec<Opened>,
    /// Categories of which other agencies may hold something that is not shared, whether or not they do.
    pub withheld: Vec<Withheld>,
    /// Whether they see it as the service user themselves, or for them.
    pub theirs: bool,
    /// Whether the service user is on their caseload.
    pub on_caseload: bool,
    /// What stands around them, where that was asked for, for who is them, stands for them or works with them.
    pub around: Option<Around>,
}

/// What became of a try.
enum Decided {
    /// This may be shown; it is written, or put to what is written before it leaves.
    Released(Vec<Seen>),
    /// Something changed meanwhile.
    Again,
    /// One of them was joined to another, who is to be looked for.
    Joined,
}

impl People {
    /// What somebody may see of these service users now; those of whom it is nothing are not among them, as if they were
    /// not there. Who was joined to another is seen as that one. Every decision stands in the ledger before this comes back, or is put to those of the request that are
    /// written before its answer leaves; refusals too.
    ///
    /// The statements are the same for whoever is asked about, be there anybody or not.
    ///
    /// # Errors
    /// [`Trouble::Changing`] where what it rests on keeps changing; the database, the ledger or the vault failed, and
    /// nothing is shown.
    pub async fn read(
        &self,
        reader: Reader,
        of: &[ServiceUserId],
        wanted: &Wanted,
        pending: Option<&Pending>,
    ) -> Result<Vec<Seen>, Trouble> {
        if of.is_empty() {
            return Ok(Vec::new());
        }
        let mut of = of.to_vec();
        for _ in 0..TRIES {
            match self.try_to_read(reader, &of, wanted, pending).await? {
                Decided::Released(seen) => return Ok(seen),
                Decided::Again => {}
                Decided::Joined => of = self.standing(&of).await?,
            }
        }
        Err(Trouble::Changing)
    }

    async fn try_to_read(
        &self,
        reader: Reader,
        of: &[ServiceUserId],
        wanted: &Wanted,
        pending: Option<&Pending>,
    ) -> Result<Decided, Trouble> {
        let deciding = Deciding::begin(self, self.database.connection(), reader, of).await?;
        self.read_by(deciding, of, wanted, pending).await
    }

    /// What [`People::read`] gives, of service users about whom something else was decided just now: on the same facts, which
    /// are read anew where they have changed meanwhile.
    ///
    /// # Errors
    /// Those of [`People::read`].
    pub(crate) async fn read_beside(
        &self,
        deciding: Deciding,
        reader: Reader,
        of: &[ServiceUserId],
        wanted: &Wanted,
        pending: Option<&Pending>,
    ) -> Result<Vec<Seen>, Trouble> {
        match self.read_by(deciding, of, wanted, pending).await? {
            Decided::Released(seen) => Ok(seen),
            Decided::Again | Decided::Joined => self.read(reader, of, wanted, pending).await,
        }
    }

    async fn read_by(
        &self,
        mut deciding: Deciding,
        of: &[ServiceUserId],
        wanted: &Wanted,
        pending: Option<&Pending>,
    ) -> Result<Decided, Trouble> {
        let db = self.database.connection();
        if deciding.has_joined() {
            return Ok(Decided::Joined);
        }
        let ask = deciding.ask;
        let agency = ask.agency;
        let mut shown = Vec::new();
        let mut known: BTreeSet<ServiceUserId> = BTreeSet::new();
        for record in records(db, of, wanted).await? {
            match deciding.shows(&record.row) {
                Ok(Some(ground)) => {
                    known.insert(record.row.service_user);
                    shown.push((record, ground));
                }
                Ok(None) => {}
                Err(Again) => return Ok(Decided::Again),
            }
        }
        // Of whom nothing that was asked for may be seen there may be something else.
        let rest: Vec<ServiceUserId> = of.iter().copied().filter(|id| !known.contains(id)).collect();
        for row in sorts(db, &rest).await? {
            let Some(ground) = deciding.ground(&row) else { continue };
            if !deciding.decisions.known(&row, ground) {
                return Ok(Decided::Again);
            }
            known.insert(row.service_user);
        }
        let stands: BTreeMap<ServiceUserId, Standing> =
            known.iter().filter_map(|id| Some((*id, Standing::of(*id, &ask, deciding.facts(*id)?)))).collect();
        let close: Vec<ServiceUserId> =
            stands.iter().filter(|(_, stands)| stands.is_close()).map(|(id, _)| *id).collect();
        if wanted.around {
            close.iter().for_each(|id| deciding.decisions.around(*id));
        }
        let mut proxies = Vec::new();
        if wanted.around && wanted.proxies {
            for found in found_proxies(db, &close, ask.at).await? {
                match deciding.shows(&found.row) {
                    Ok(Some(_)) => proxies.push(found),
                    Ok(None) => {}
                    Err(Again) => return Ok(Decided::Again),
                }
            }
        }
        let mut withheld_of: HashMap<ServiceUserId, Vec<Withheld>> = HashMap::new();
        for (id, _) in stands.iter().filter(|(_, stands)| wanted.withheld && !stands.theirs) {
            if let Some(facts) = deciding.facts(*id) {
                withheld_of.insert(*id, withheld(*id, &ask, facts));
            }
        }
        if deciding.release(db, pending).await? == Err(Again) {
            return Ok(Decided::Again);
        }
        let shares = match agency {
            Some(agency) if wanted.around && !close.is_empty() => sharing(db, agency).await?,
            Some(_) | None => Sharing::default(),
        };
        let mut around_of =
            if wanted.around { around(self, db, &close, ask.at, proxies).await? } else { HashMap::new() };
        let mut records: HashMap<ServiceUserId, Vec<Opened>> = HashMap::new();
        for opened in self.opened(shown, wanted.recorders).await? {
            records.entry(opened.row.service_user).or_default().push(opened);
        }
        let seen = of.iter().filter_map(|id| {
            let stands = stands.get(id)?;
            Some(Seen {
                service_user: *id,
                records: records.remove(id).unwrap_or_default(),
                withheld: withheld_of.remove(id).unwrap_or_default(),
                theirs: stands.theirs,
                on_caseload: stands.on_caseload,
                around: (wanted.around && stands.is_close()).then(|| {
                    let all = around_of.remove(id).unwrap_or_default();
                    if stands.theirs { all.of_themselves() } else { all.of_agency(agency, &shares) }
                }),
            })
        });
        Ok(Decided::Released(seen.collect()))
    }

    /// Opens rows about which is decided, and written.
    pub(crate) async fn opened(
        &self,
        shown: Vec<(SealedRecord, Ground)>,
        recorders: bool,
    ) -> Result<Vec<Opened>, Trouble> {
        let db = self.database.connection();
        let under: Vec<Option<SealingKeyId>> = shown.iter().map(|(record, _)| key_of(&record.sealed)).collect();
        let keys: Vec<SealingKeyId> = under.iter().flatten().copied().collect();
        let keys = self.vault.keys(db, &keys).await?;
        let by: BTreeSet<AccountId> =
            shown.iter().filter(|_| recorders).filter_map(|(record, _)| record.recorded_by).collect();
        let names = names_of(db, by.into_iter()).await?;
        let mut all = Vec::with_capacity(shown.len());
        for ((record, ground), under) in shown.into_iter().zip(under) {
            // Whose key was destroyed is gone: there is nothing to show.
            let Some(key) = under.and_then(|id| keys.get(&id)) else { continue };
            let text = key.open(place(record.id), &record.sealed).map_err(crate::vault::VaultError::from)?;
            let recorder = |account: AccountId| Some(Recorder { account, name: names.get(&account)?.clone() });
            all.push(Opened {
                id: record.id,
                row: record.row,
                contents: serde_json::from_str(&text)?,
                recorded_at: record.recorded_at,
                recorded_by: record.recorded_by.and_then(recorder),
                replaces: record.replaces,
                ground,
            });
        }
        Ok(all)
    }
}

/// As what somebody sees a service user of whom they see anything.
#[derive(Clone, Copy)]
struct Standing {
    /// As themselves, or for them.
    theirs: bool,
    /// As who works with them.
    on_caseload: bool,
}

impl Standing {
    fn of(id: ServiceUserId, ask: &Ask, facts: &Facts) -> Self {
        let own = |agency| Row::of(id, agency, DataCategory::Identity);
        let on_caseload = ask.agency.is_some_and(|agency| holds(&WAYS.own_agency, ask, &own(agency), facts));
        Self { theirs: is_theirs(ask, id, facts), on_caseload }
    }

    /// Whether they see what stands around the service user.
    fn is_close(self) -> bool {
        self.theirs || self.on_caseload
    }
}

/// Of which agencies and categories there are rows about these service users. Which may be seen is for the rule.
pub(crate) async fn sorts(db: &impl ConnectionTrait, of: &[ServiceUserId]) -> Result<Vec<Row>, Trouble> {
    if of.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<(ServiceUserId, AgencyId, DataCategory)> = person_record::Entity::find()
        .select_only()
        .column(person_record::Column::ServiceUserId)
        .column(person_record::Column::AgencyId)
        .column(person_record::Column::Category)
        .distinct()
        .filter(among(db.get_database_backend(), person_record::Column::ServiceUserId, of.iter().map(|id| id.0)))
        .filter(person_record::Column::EndedAt.is_null())
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|(service_user, agency, category)| Row::of(service_user, agency, category)).collect())
}

/// The rows about these service users of the kinds that are wanted, sealed as they are. Which may be seen is for the rule.
async fn records(
    db: &impl ConnectionTrait,
    of: &[ServiceUserId],
    wanted: &Wanted,
) -> Result<Vec<SealedRecord>, Trouble> {
    if wanted.kinds.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<Columns> = person_record::Entity::find()
        .select_only()
        .columns(COLUMNS)
        .filter(among(db.get_database_backend(), person_record::Column::ServiceUserId, of.iter().map(|id| id.0)))
        .filter(person_record::Column::Kind.is_in(wanted.kinds.iter().copied()))
        .filter(person_record::Column::EndedAt.is_null())
        .order_by_asc(person_record::Column::RecordedAt)
        .order_by_asc(person_record::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(SealedRecord::from).collect())
}

/// What is withheld from somebody: told from agreements, consent and relationship alone, never from what is there.
pub(crate) fn withheld(id: ServiceUserId, ask: &Ask, facts: &Facts) -> Vec<Withheld> {
    let (shared, flowing) = (shared_by_others(ask, id, facts), flowing_from_others(ask, facts));
    let told = |category: DataCategory| {
        let reason = if flowing.contains(&category) { Reason::NotPermitted } else { Reason::NoAgreement };
        (!shared.contains(&category)).then_some(Withheld { category, reason })
    };
    DataCategory::ALL.iter().copied().filter_map(told).collect()
}
