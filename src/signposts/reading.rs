//! The one way in which signposts leave the tables: decided, written into the ledger, opened. In this order. Of who gave no
//! name there is nothing to decide about: such a signpost is its agency's.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use entity::enums::Helped;
use entity::ids::{AccountId, AgencyId, SealingKeyId, ServiceUserId, SignpostId};
use entity::instants::Millis;
use entity::{agency, signpost, signpost_need};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select};

use super::Signposts;
use super::giving::{LINK_DAYS, Sealed, Why, categories, hash, place};
use super::sheet::{Entry, Sheet, Then};
use super::telling::{Door, told};
use crate::access::ledger::Pending;
use crate::access::rule::clause::DAY;
use crate::access::rule::decide::Ground;
use crate::access::rule::load::among;
use crate::access::rule::predicate::signpost_visible_to_worker;
use crate::access::rule::{Ask, Row};
use crate::api::horizon::Horizon;
use crate::directory::loaders::Loaders;
use crate::hours::london;
use crate::people::Trouble;
use crate::people::deciding::{Again, Deciding};
use crate::people::reading::{Reader, TRIES};
use crate::people::teams::names_of;
use crate::vault::sealed::{DataKey, key_of};

/// Within how many days of 24 hours the link of a signpost runs out that is to be looked after.
pub const RUNS_OUT_WITHIN_DAYS: i64 = 3;
/// For how many days of 24 hours a signpost is to be looked after once it was said not to have helped: as long as a link is good
/// where nobody says how long.
pub const FOLLOWED_UP_WITHIN_DAYS: i64 = LINK_DAYS;

/// Which signposts are looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhichSignposts {
    /// These.
    Of(Vec<SignpostId>),
    /// All of this service user.
    To(ServiceUserId),
}

/// A signpost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignpostSeen {
    /// Id.
    pub id: SignpostId,
    /// Who was told; none for somebody who gave no name.
    pub service_user: Option<ServiceUserId>,
    /// The agency whose worker told them.
    pub agency: AgencyId,
    /// The worker, with their name; none for whoever works elsewhere.
    pub given_by: Option<(AccountId, String)>,
    /// When.
    pub given_at: Millis,
    /// For which needs.
    pub needs: BTreeSet<String>,
    /// Of which services, and why: for who was told and for the agency that told them.
    pub services: Vec<(Then, Option<Why>)>,
    /// Until when its link is good; none where there is none.
    pub link_until: Option<Millis>,
    /// Whether it helped.
    pub helped: Option<Helped>,
    /// When that was said.
    pub helped_at: Option<Millis>,
}

impl SignpostSeen {
    /// The doors that it tells of.
    #[must_use]
    pub fn doors(&self) -> Vec<Door> {
        self.services.iter().map(|(then, _)| (then.service, then.at)).collect()
    }

    /// What stands in the prints of it alone.
    #[must_use]
    pub fn salt(&self) -> String {
        self.id.0.to_string()
    }
}

impl Signposts {
    /// The signposts that somebody may see of those that are looked for, in the order in which they were given; the others
    /// are not among them, as if they were not there. Every decision stands in the ledger before this comes back, or is put
    /// to those of the request that are written before its answer leaves.
    ///
    /// # Errors
    /// [`Trouble::Changing`] where what it rests on keeps changing; the database, the ledger or the vault failed, and
    /// nothing is shown.
    pub async fn read(
        &self,
        reader: Reader,
        which: &WhichSignposts,
        pending: Option<&Pending>,
    ) -> Result<Vec<SignpostSeen>, Trouble> {
        for _ in 0..TRIES {
            if let Some(seen) = self.try_to_read(reader, which, pending).await? {
                return Ok(seen);
            }
        }
        Err(Trouble::Changing)
    }

    async fn try_to_read(
        &self,
        reader: Reader,
        which: &WhichSignposts,
        pending: Option<&Pending>,
    ) -> Result<Option<Vec<SignpostSeen>>, Trouble> {
        let db = self.database.connection();
        let find =
            || signpost::Entity::find().order_by_asc(signpost::Column::GivenAt).order_by_asc(signpost::Column::Id);
        let (rows, of) = match which {
            WhichSignposts::To(of) => {
                let of = self.people.stands_for(*of).await?;
                (find().filter(signpost::Column::ServiceUserId.eq(of)).all(db).await?, vec![of])
            }
            WhichSignposts::Of(ids) => {
                let these = among(self.database.engine(), signpost::Column::Id, ids.iter().map(|id| id.0));
                let rows = find().filter(these).all(db).await?;
                let known: HashMap<SignpostId, Option<ServiceUserId>> =
                    rows.iter().map(|row| (row.id, row.service_user_id)).collect();
                // Of one that is not there somebody who is not there is asked about: the statements are the same.
                let of = ids.iter().filter_map(|id| known.get(id).copied().unwrap_or(Some(ServiceUserId(id.0))));
                (rows, of.collect::<BTreeSet<_>>().into_iter().collect())
            }
        };
        let mut deciding = Deciding::begin(&self.people, db, reader, &of).await?;
        let mut shown: Vec<(signpost::Model, bool)> = Vec::with_capacity(rows.len());
        for row in rows {
            let Some(of) = row.service_user_id else {
                if Some(row.agency_id) == reader.agency {
                    shown.push((row, true));
                }
                continue;
            };
            match shows(&mut deciding, of, &row) {
                Ok(Some(close)) => shown.push((row, close)),
                Ok(None) => {}
                Err(Again) => return Ok(None),
            }
        }
        if deciding.release(db, pending).await? == Err(Again) {
            return Ok(None);
        }
        self.opened(shown).await.map(Some)
    }

    /// Opens signposts about which is decided, and written; each with whether whoever sees it was told, or works with them
    /// where they were.
    pub(crate) async fn opened(&self, shown: Vec<(signpost::Model, bool)>) -> Result<Vec<SignpostSeen>, Trouble> {
        if shown.is_empty() {
            return Ok(Vec::new());
        }
        let db = self.database.connection();
        let mut needs: HashMap<SignpostId, BTreeSet<String>> = HashMap::new();
        let ids = shown.iter().map(|(row, _)| row.id.0);
        let these = among(self.database.engine(), signpost_need::Column::SignpostId, ids);
        for row in signpost_need::Entity::find().filter(these).all(db).await? {
            needs.entry(row.signpost_id).or_default().insert(row.need_key);
        }
        let sealed: Vec<_> = shown.iter().filter_map(|(row, _)| key_of(row.sealed.as_deref()?)).collect();
        let keys = self.people.vault().keys(db, &sealed).await?;
        let workers: BTreeSet<AccountId> = shown.iter().map(|(row, _)| row.given_by).collect();
        let names = names_of(db, workers.into_iter()).await?;
        let mut all = Vec::with_capacity(shown.len());
        for (row, close) in shown {
            let (then, why) = match contents(&row, &keys)? {
                Contents::Named(Sealed { told, why }) => {
                    let why: Vec<Option<Why>> = why.into_iter().map(|why| Some(why).filter(|_| close)).collect();
                    (told, why)
                }
                Contents::Nameless(told) => {
                    let none = vec![None; told.len()];
                    (told, none)
                }
            };
            all.push(SignpostSeen {
                id: row.id,
                service_user: row.service_user_id,
                agency: row.agency_id,
                given_by: close.then(|| (row.given_by, names.get(&row.given_by).cloned().unwrap_or_default())),
                given_at: row.given_at,
                needs: needs.remove(&row.id).unwrap_or_default(),
                services: then.into_iter().zip(why).collect(),
                link_until: row.link_until.filter(|_| close),
                helped: row.helped,
                helped_at: row.helped_at,
            });
        }
        Ok(all)
    }

    /// Ids of the signposts that a worker gave for their agency, the latest first, behind one of them; one more than asked
    /// for where more follow. With `unanswered` those alone of which nobody said whether they helped.
    ///
    /// # Errors
    /// The database failed.
    pub async fn given_by(
        &self,
        reader: Reader,
        unanswered: bool,
        after: Option<SignpostId>,
        first: usize,
    ) -> Result<Vec<SignpostId>, Trouble> {
        let mut select = self
            .given(reader, unanswered)
            .select_only()
            .column(signpost::Column::Id)
            .order_by_desc(signpost::Column::Id)
            .limit(u64::try_from(first).unwrap_or(u64::MAX).saturating_add(1));
        if let Some(after) = after {
            select = select.filter(signpost::Column::Id.lt(after));
        }
        Ok(select.into_tuple().all(self.database.connection()).await?)
    }

    /// Ids of the first signposts that a worker gave for their agency and has to look after: those whose link runs out within
    /// [`RUNS_OUT_WITHIN_DAYS`], and those that were said not to have helped within [`FOLLOWED_UP_WITHIN_DAYS`], where the
    /// service user was told of nothing else by the agency since. In the order in which they were given; one more than asked
    /// for where more follow.
    ///
    /// # Errors
    /// The database failed.
    pub async fn to_follow_up(&self, reader: Reader, first: usize) -> Result<Vec<SignpostId>, Trouble> {
        let now = Millis::from(self.clock.now());
        let later = |column: signpost::Column| Expr::col(("later", column));
        // Of two at the same instant the later has the higher id. Who gave no name is nobody who could be told of anything.
        let told_since = Query::select()
            .expr(Expr::value(1))
            .from_as(signpost::Entity, "later")
            .and_where(later(signpost::Column::ServiceUserId).eq(signpost::Column::ServiceUserId.into_expr()))
            .and_where(later(signpost::Column::AgencyId).eq(signpost::Column::AgencyId.into_expr()))
            .and_where(later(signpost::Column::GivenAt).gte(signpost::Column::HelpedAt.into_expr()))
            .and_where(later(signpost::Column::Id).gt(signpost::Column::Id.into_expr()))
            .to_owned();
        let soon = Condition::all()
            .add(signpost::Column::LinkUntil.gt(now))
            .add(signpost::Column::LinkUntil.lte(Millis(now.0 + RUNS_OUT_WITHIN_DAYS * DAY)));
        let in_vain = Condition::all()
            .add(signpost::Column::Helped.eq(Helped::No))
            .add(signpost::Column::HelpedAt.gt(Millis(now.0 - FOLLOWED_UP_WITHIN_DAYS * DAY)))
            .add(Expr::exists(told_since).not());
        let select = self
            .given(reader, false)
            .filter(Condition::any().add(soon).add(in_vain))
            .select_only()
            .column(signpost::Column::Id)
            .order_by_asc(signpost::Column::GivenAt)
            .order_by_asc(signpost::Column::Id)
            .limit(u64::try_from(first).unwrap_or(u64::MAX).saturating_add(1));
        Ok(select.into_tuple().all(self.database.connection()).await?)
    }

    /// How many signposts a worker gave for their agency; with `unanswered` those alone of which nobody said whether they
    /// helped.
    ///
    /// # Errors
    /// The database failed.
    pub async fn count_given_by(&self, reader: Reader, unanswered: bool) -> Result<u64, Trouble> {
        Ok(self.given(reader, unanswered).count(self.database.connection()).await?)
    }

    /// The signposts that a worker gave for their agency, to who gave no name, or to whom they still work with.
    fn given(&self, reader: Reader, unanswered: bool) -> Select<signpost::Entity> {
        let Reader { account, agency, purpose, operation: _ } = reader;
        let ask = Ask { account, agency, purpose, at: self.clock.now().into() };
        let nameless = Condition::any().add(signpost::Column::ServiceUserId.is_null());
        let mut select = signpost::Entity::find()
            .filter(signpost::Column::GivenBy.eq(account))
            .filter(signpost::Column::AgencyId.is_in(agency))
            .filter(nameless.add(signpost_visible_to_worker(&ask)));
        if unanswered {
            select = select.filter(signpost::Column::Helped.is_null());
        }
        select
    }

    /// The sheet of a signpost, as it is today.
    ///
    /// # Errors
    /// The database failed.
    pub async fn sheet(&self, loaders: &Loaders, seen: &SignpostSeen) -> Result<Sheet, Trouble> {
        let services: Vec<Then> = seen.services.iter().map(|(then, _)| then.clone()).collect();
        self.sheet_of(loaders, seen.agency, seen.given_at, &services, &seen.salt()).await
    }

    /// The sheet that a code leads to; none for a code that never was, has run out, or was revoked, which is the same. It
    /// shows what anybody may know of services, and nothing of who was told.
    ///
    /// # Errors
    /// The database failed.
    pub async fn sheet_by_code(&self, code: &str) -> Result<Option<Sheet>, Trouble> {
        let db = self.database.connection();
        let now = Millis::from(self.clock.now());
        let found = signpost::Entity::find()
            .filter(signpost::Column::LinkHash.eq(hash(code)))
            .filter(signpost::Column::LinkUntil.gt(now))
            .one(db)
            .await?;
        let Some(found) = found else { return Ok(None) };
        let keys: Vec<_> = found.sealed.as_deref().and_then(key_of).into_iter().collect();
        // What is sealed opens no more once the person's key is destroyed, and then there is no sheet.
        let keys = self.people.vault().keys(db, &keys).await?;
        let then = match contents(&found, &keys)? {
            Contents::Named(Sealed { told, why: _ }) | Contents::Nameless(told) => told,
        };
        let loaders = Loaders::new(self.database.clone(), Horizon::default(), &self.live);
        let sheet = self.sheet_of(&loaders, found.agency_id, found.given_at, &then, &found.id.0.to_string()).await?;
        Ok(Some(sheet))
    }

    async fn sheet_of(
        &self,
        loaders: &Loaders,
        by: AgencyId,
        given_at: Millis,
        then: &[Then],
        salt: &str,
    ) -> Result<Sheet, Trouble> {
        let now = self.clock.now();
        let doors: Vec<Door> = then.iter().map(|then| (then.service, then.at)).collect();
        let found = told(loaders, &doors, now).await.map_err(|error| Trouble::Failed(error.to_string()))?;
        let entry = |then: &Then| Entry::new(then, found.get(&(then.service, then.at)).cloned(), salt);
        let services: Vec<Entry> = then.iter().map(entry).collect();
        let by = agency::Entity::find_by_id(by).one(self.database.connection()).await?;
        let given_on: NaiveDate = london(given_at.to_utc()).date();
        let agency = by.map(|by| by.name).unwrap_or_default();
        Ok(Sheet { agency, given_on, services, today: london(now).date() })
    }
}

/// What a row says.
enum Contents {
    /// To a service user.
    Named(Sealed),
    /// To somebody who gave no name.
    Nameless(Vec<Then>),
}

fn contents(row: &signpost::Model, keys: &HashMap<SealingKeyId, DataKey>) -> Result<Contents, Trouble> {
    let Some(sealed) = &row.sealed else {
        return Ok(Contents::Nameless(serde_json::from_str(row.told.as_deref().unwrap_or("[]"))?));
    };
    let key = key_of(sealed).and_then(|id| keys.get(&id)).ok_or(Trouble::NotFound)?;
    let opened = key.open(place(row.id), sealed).map_err(crate::vault::VaultError::from)?;
    Ok(Contents::Named(serde_json::from_str(&opened)?))
}

/// Whether a signpost may be shown, and whether to whoever it was given to or who works with them where it was. It tells of
/// all of its needs at once, and is seen by who may see all of that.
///
/// # Errors
/// It is about somebody who was not asked about.
pub(crate) fn shows(deciding: &mut Deciding, of: ServiceUserId, row: &signpost::Model) -> Result<Option<bool>, Again> {
    let rows: Vec<Row> = categories(row.tells_of).map(|category| Row::of(of, row.agency_id, category)).collect();
    if rows.is_empty() || rows.iter().any(|row| deciding.ground(row).is_none()) {
        return Ok(None);
    }
    let mut close = true;
    for of_category in &rows {
        match deciding.shows(of_category)? {
            Some(Ground::OwnRecord | Ground::Proxy | Ground::OwnAgency) => {}
            Some(Ground::Shared { .. } | Ground::Party { .. }) => close = false,
            None => return Err(Again),
        }
    }
    Ok(Some(close))
}
