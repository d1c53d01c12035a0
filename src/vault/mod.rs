//! Sealing of what is personal. Each person and each account has a key of its own, and the keys are kept wrapped by a
//! master key that is in no database: what lies in a file, a log of writes or a backup is not read without it, and what
//! was sealed under a key that has been destroyed is never read again.
//!
//! [`master`] reads master keys, [`file`] keeps them, [`sealed`] seals and opens, [`index`] hashes; here keys are made,
//! found, wrapped anew and destroyed.
//!
//! A master key is changed while everything goes on: the file is read anew before a key is wrapped and whenever a key was
//! wrapped by a master key that is not known yet. So a new one is put into the file (`signpost vault new-key`), everything
//! is wrapped by it (`signpost vault rewrap`), and the old one is taken out.

pub mod file;
pub mod index;
pub mod master;
pub mod sealed;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use chrono::{DateTime, Utc};
use entity::ids::SealingKeyId;
use entity::sealing_key;
use ring::aead::{Aad, NONCE_LEN};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::extension::postgres::PgFunc;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, DbBackend, DbErr, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use uuid::Uuid;

use self::file::FileError;
use self::index::IndexKey;
use self::master::{KEY_BYTES, MasterKeys, aead_key};
use self::sealed::{DataKey, NotOpened, Place};
use crate::clock::Clock;

/// The id of the key of the index, of which there is one: it stands among the others, and is wrapped anew with them.
const INDEX: SealingKeyId = SealingKeyId(uuid::uuid!("5e000000-0000-8000-8000-000000000001"));

/// Keys that are wrapped anew in one go.
const AT_ONCE: u64 = 500;

/// Why a key can't be had.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
    /// The operating system has no random bytes.
    #[error("no random bytes: {0}")]
    Random(#[from] getrandom::Error),
    /// None of the master keys opens it: one is missing in the settings, or the row was changed.
    #[error("sealing key {} is not opened by any master key of the settings (it was wrapped by \"{}\")", .0.0, .1)]
    Unopened(SealingKeyId, String),
    /// It is not there, or was destroyed: what was sealed under it is gone.
    #[error("sealing key {} is gone, and what was sealed under it", .0.0)]
    Gone(SealingKeyId),
    /// Sealing failed.
    #[error(transparent)]
    NotOpened(#[from] NotOpened),
    /// The master keys cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
}

/// Makes, finds and destroys the keys under which things are sealed. Cheap to clone; clones share what they know.
#[derive(Clone, Debug)]
pub struct Vault {
    path: PathBuf,
    known: Arc<RwLock<Arc<MasterKeys>>>,
    index: Arc<OnceLock<IndexKey>>,
    clock: Clock,
}

/// What is wrapped along with a key.
fn bound(id: SealingKeyId, master: &str) -> Aad<String> {
    Aad::from(format!("sealing_key|{}|{master}", id.0))
}

impl Vault {
    /// A vault with the master keys of a file.
    ///
    /// # Errors
    /// The file cannot be read, or holds something else.
    pub fn open(path: &Path, clock: Clock) -> Result<Self, FileError> {
        let known = Arc::new(RwLock::new(Arc::new(file::read(path)?)));
        Ok(Self { path: path.to_owned(), known, index: Arc::default(), clock })
    }

    fn known(&self) -> Arc<MasterKeys> {
        Arc::clone(&self.known.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The name of the master key that wraps.
    #[must_use]
    pub fn wraps_by(&self) -> String {
        self.known().first.name.clone()
    }

    /// The master keys as they stand in the file now.
    fn read_anew(&self) -> Result<Arc<MasterKeys>, FileError> {
        let read = Arc::new(file::read(&self.path)?);
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&read);
        Ok(read)
    }

    /// A new key, kept wrapped.
    ///
    /// # Errors
    /// The database, or the operating system.
    pub async fn new_key(&self, db: &impl ConnectionTrait) -> Result<DataKey, VaultError> {
        let id = SealingKeyId(self.clock.new_id());
        let bytes = self.clock.random::<KEY_BYTES>()?;
        let master = self.read_anew()?;
        let row = sealing_key::ActiveModel {
            id: Set(id),
            master: Set(master.first.name.clone()),
            wrapped: Set(Some(self.wrap(&master, id, &bytes)?)),
            made_at: Set(self.clock.now()),
            destroyed_at: Set(None),
        };
        sealing_key::Entity::insert(row).exec_without_returning(db).await?;
        Ok(DataKey { id, key: aead_key(&bytes).ok_or(NotOpened)? })
    }

    /// The key of the index, which is made where there is none yet; never within a transaction, which might take it back.
    ///
    /// # Errors
    /// [`VaultError::Unopened`]; the database failed.
    pub async fn index_key(&self, db: &DatabaseConnection) -> Result<IndexKey, VaultError> {
        if let Some(known) = self.index.get() {
            return Ok(known.clone());
        }
        let find = || sealing_key::Entity::find_by_id(INDEX).one(db);
        let row = match find().await? {
            Some(row) => row,
            None => {
                let master = self.read_anew()?;
                let row = sealing_key::ActiveModel {
                    id: Set(INDEX),
                    master: Set(master.first.name.clone()),
                    wrapped: Set(Some(self.wrap(&master, INDEX, &self.clock.random::<KEY_BYTES>()?)?)),
                    made_at: Set(self.clock.now()),
                    destroyed_at: Set(None),
                };
                // Of two that make it at once both go on with the first.
                let first = OnConflict::column(sealing_key::Column::Id).do_nothing().to_owned();
                sealing_key::Entity::insert(row).on_conflict(first).exec_without_returning(db).await?;
                find().await?.ok_or(VaultError::Gone(INDEX))?
            }
        };
        let key = IndexKey::of(&self.unwrap(&row)?);
        Ok(self.index.get_or_init(|| key).clone())
    }

    /// The key of the index where there is one already; none is made.
    ///
    /// # Errors
    /// [`VaultError::Unopened`]; the database failed.
    pub async fn index_key_if_made(&self, db: &DatabaseConnection) -> Result<Option<IndexKey>, VaultError> {
        if let Some(known) = self.index.get() {
            return Ok(Some(known.clone()));
        }
        let Some(row) = sealing_key::Entity::find_by_id(INDEX).one(db).await? else { return Ok(None) };
        let key = IndexKey::of(&self.unwrap(&row)?);
        Ok(Some(self.index.get_or_init(|| key).clone()))
    }

    /// A key of an index that nobody keeps: to tell things apart for a moment, where there is no index yet.
    ///
    /// # Errors
    /// The operating system has no random bytes.
    pub fn passing_index_key(&self) -> Result<IndexKey, VaultError> {
        Ok(IndexKey::of(&self.clock.random::<KEY_BYTES>()?))
    }

    /// Seals a text for a place, under a key of this vault.
    ///
    /// # Errors
    /// The operating system has no random bytes; the text is longer than a cipher takes.
    pub fn seal(&self, key: &DataKey, place: Place, text: &str) -> Result<String, VaultError> {
        Ok(key.seal(place, text, self.clock.random()?)?)
    }

    fn wrap(&self, master: &MasterKeys, id: SealingKeyId, bytes: &[u8]) -> Result<Vec<u8>, VaultError> {
        let (master, nonce) = (&master.first, self.clock.random::<NONCE_LEN>()?);
        Ok(sealed::seal(&master.key, bound(id, &master.name), bytes, nonce)?)
    }

    fn unwrap(&self, row: &sealing_key::Model) -> Result<Vec<u8>, VaultError> {
        self.unwrap_one(row.id, &row.master, row.wrapped.clone().ok_or(VaultError::Gone(row.id))?)
    }

    /// A key that was wrapped by the master key of this name.
    fn unwrap_one(&self, id: SealingKeyId, by: &str, wrapped: Vec<u8>) -> Result<Vec<u8>, VaultError> {
        let unopened = || VaultError::Unopened(id, by.to_owned());
        let mut known = self.known();
        if known.named(by).is_none() {
            known = self.read_anew()?;
        }
        let master = known.named(by).ok_or_else(unopened)?;
        sealed::open(&master.key, bound(id, by), wrapped).map_err(|_| unopened())
    }

    /// A key.
    ///
    /// # Errors
    /// [`VaultError::Gone`]; [`VaultError::Unopened`]; the database failed.
    pub async fn key(&self, db: &impl ConnectionTrait, id: SealingKeyId) -> Result<DataKey, VaultError> {
        self.keys(db, &[id]).await?.remove(&id).ok_or(VaultError::Gone(id))
    }

    /// Keys, in one statement, each once however often it is named; those that are gone are not among them.
    ///
    /// # Errors
    /// [`VaultError::Unopened`]; the database failed.
    pub async fn keys(
        &self,
        db: &impl ConnectionTrait,
        ids: &[SealingKeyId],
    ) -> Result<HashMap<SealingKeyId, DataKey>, VaultError> {
        let ids: BTreeSet<Uuid> = ids.iter().map(|id| id.0).collect();
        let column = sealing_key::Column::Id;
        // On PostgreSQL as one list: however many there are, none too, the statement is the same text.
        let these = if db.get_database_backend() == DbBackend::Postgres {
            column.into_expr().eq(PgFunc::any(Expr::val(ids.into_iter().collect::<Vec<_>>())))
        } else {
            column.is_in(ids)
        };
        let rows: Vec<(SealingKeyId, String, Vec<u8>)> = sealing_key::Entity::find()
            .select_only()
            .columns([sealing_key::Column::Id, sealing_key::Column::Master, sealing_key::Column::Wrapped])
            .filter(these)
            .filter(sealing_key::Column::Wrapped.is_not_null())
            .into_tuple()
            .all(db)
            .await?;
        let open = |(id, by, wrapped): (SealingKeyId, String, Vec<u8>)| {
            let key = aead_key(&self.unwrap_one(id, &by, wrapped)?).ok_or(NotOpened)?;
            Ok((id, DataKey { id, key }))
        };
        rows.into_iter().map(open).collect()
    }

    /// Wraps every key by the first master key that is not yet; says how many. It may run beside everything else, and as
    /// often as one likes: a key that was destroyed meanwhile stays destroyed.
    ///
    /// # Errors
    /// [`VaultError::Unopened`] for the first that no master key opens; the database failed.
    pub async fn rewrap(&self, db: &impl ConnectionTrait) -> Result<u64, VaultError> {
        let master = self.read_anew()?;
        let mut done = 0;
        let mut after: Option<SealingKeyId> = None;
        loop {
            let mut next = sealing_key::Entity::find()
                .filter(sealing_key::Column::Master.ne(master.first.name.as_str()))
                .filter(sealing_key::Column::Wrapped.is_not_null());
            if let Some(after) = after {
                next = next.filter(sealing_key::Column::Id.gt(after));
            }
            let rows = next.order_by_asc(sealing_key::Column::Id).limit(AT_ONCE).all(db).await?;
            let Some(last) = rows.last() else { return Ok(done) };
            after = Some(last.id);
            for row in rows {
                let wrapped = self.wrap(&master, row.id, &self.unwrap(&row)?)?;
                let anew = sealing_key::ActiveModel {
                    master: Set(master.first.name.clone()),
                    wrapped: Set(Some(wrapped)),
                    ..Default::default()
                };
                let result = sealing_key::Entity::update_many()
                    .set(anew)
                    .filter(sealing_key::Column::Id.eq(row.id))
                    .filter(sealing_key::Column::Wrapped.is_not_null())
                    .exec(db)
                    .await?;
                done += result.rows_affected;
            }
        }
    }

    /// How many keys each master key opens that wraps any, by its name; those of the file that wrap none stand with none.
    ///
    /// # Errors
    /// The database failed; the file cannot be read.
    pub async fn in_use(&self, db: &impl ConnectionTrait) -> Result<BTreeMap<String, u64>, VaultError> {
        let mut counts: BTreeMap<String, u64> = self.read_anew()?.names().map(|name| (name.to_owned(), 0)).collect();
        let rows: Vec<(String, i64)> = sealing_key::Entity::find()
            .select_only()
            .column(sealing_key::Column::Master)
            .column_as(sealing_key::Column::Id.count(), "keys")
            .filter(sealing_key::Column::Wrapped.is_not_null())
            .group_by(sealing_key::Column::Master)
            .into_tuple()
            .all(db)
            .await?;
        counts.extend(rows.into_iter().map(|(name, keys)| (name, keys.unsigned_abs())));
        Ok(counts)
    }
}

/// Destroys a key: what was sealed under it is gone for good. The row stays, and says when. It takes no master key.
///
/// # Errors
/// The database failed.
pub async fn destroy(db: &impl ConnectionTrait, id: SealingKeyId, now: DateTime<Utc>) -> Result<(), DbErr> {
    sealing_key::Entity::update_many()
        .set(sealing_key::ActiveModel { wrapped: Set(None), destroyed_at: Set(Some(now)), ..Default::default() })
        .filter(sealing_key::Column::Id.eq(id))
        .filter(sealing_key::Column::Wrapped.is_not_null())
        .exec(db)
        .await?;
    Ok(())
}
