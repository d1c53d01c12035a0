//! What somebody asks for with a key of their own is done once: asked for again with the same key and the same input, it is the
//! same thing, and nothing new is made.
//!
//! A key's row is written in the transaction of what is made, so what was refused leaves none; of two at once the second waits
//! until the first has ended. It holds the id of what was made and no word of it: whoever asks again is shown it as they may see it
//! then. What the key and the input are kept as is for the room that asks: hashed, keyed where the input is about people.

use chrono::{DateTime, TimeDelta, Utc};
use entity::idempotency_key;
use entity::ids::AgencyId;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Most characters of a key.
pub const LONGEST_KEY: usize = 200;
/// For how many days of 24 hours a key is known; afterwards it is a new one.
pub const KEPT_DAYS: i64 = 30;

/// How often it is tried to take a key that another process forgets at the same moment.
const TURNS: usize = 3;

/// Why nothing is done.
#[derive(Debug, thiserror::Error)]
pub enum NotOnce {
    /// The key is none.
    #[error("An idempotency key has 1 to {} characters.", LONGEST_KEY)]
    Form,
    /// Something else was asked for with it.
    #[error("This key was used for something else, or with other input: what is new wants a new key.")]
    Used,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// Who asks for what: a key counts for one account or program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct By {
    /// The account, or the program's key.
    pub asker: Uuid,
    /// The agency that they act for; none where they act for none.
    pub agency: Option<AgencyId>,
    /// What is asked for.
    pub operation: &'static str,
}

/// What is asked for with a key. Of the key and the input it holds what is kept of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    asker: Uuid,
    /// None where it is not of the form that a key must have.
    key: Option<String>,
    operation: &'static str,
    input_hash: String,
}

impl Asked {
    /// With a key that counts for one agency and one operation. Key and input are kept as this hash has them, each bound to who
    /// asks and for what: of two rows nobody can tell whether the input was the same.
    #[must_use]
    pub fn hashed(by: By, key: &str, input: &str, hash: impl Fn(&str) -> String) -> Self {
        let By { asker, agency, operation } = by;
        let within = format!("{asker} {:?} {operation}", agency.map(|agency| agency.0));
        Self {
            asker,
            key: is_key(key).then(|| hash(&format!("once, key: {within} {key}"))),
            operation,
            input_hash: hash(&format!("once, input: {within} {key:?} {input}")),
        }
    }

    /// With a key that lies in the open and counts for whatever is asked for, and input that was hashed.
    #[must_use]
    pub fn in_the_open(by: By, key: &str, input_hash: String) -> Self {
        let key = is_key(key).then(|| key.to_owned());
        Self { asker: by.asker, key, operation: by.operation, input_hash }
    }
}

/// The hash of what may be guessed by whoever has the database: SHA-256, in hexadecimal.
#[must_use]
pub fn open_hash(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn is_key(key: &str) -> bool {
    (1..=LONGEST_KEY).contains(&key.chars().count())
}

/// Up to when a key was used that is known no more.
fn forgotten(now: DateTime<Utc>) -> DateTime<Utc> {
    now - TimeDelta::days(KEPT_DAYS)
}

/// Notes that something is being made of what is asked for; gives the ids of what was made of it before, where it is asked for
/// again. Where it is not known yet what will be made, [`made`] says so in the same transaction.
///
/// # Errors
/// [`NotOnce`].
pub async fn claim(
    db: &impl ConnectionTrait,
    asked: &Asked,
    makes: Uuid,
    now: DateTime<Utc>,
) -> Result<Option<Vec<Uuid>>, NotOnce> {
    let key = asked.key.as_ref().ok_or(NotOnce::Form)?;
    for _ in 0..TURNS {
        let row = idempotency_key::ActiveModel {
            asker_id: Set(asked.asker),
            key: Set(key.clone()),
            operation: Set(asked.operation.to_owned()),
            input_hash: Set(asked.input_hash.clone()),
            made_id: Set(makes),
            also: Set(None),
            made_at: Set(now),
        };
        let columns = [idempotency_key::Column::AskerId, idempotency_key::Column::Key];
        let unless_there = OnConflict::columns(columns).do_nothing().to_owned();
        // Of two at once the second waits here until the first has ended.
        let new = idempotency_key::Entity::insert(row).on_conflict(unless_there).exec_without_returning(db).await?;
        if new == 1 {
            return Ok(None);
        }
        if let Some(before) = known(db, asked, key, now).await? {
            return Ok(Some(before));
        }
        // It is too old to count, and gives way.
        idempotency_key::Entity::delete_many()
            .filter(idempotency_key::Column::AskerId.eq(asked.asker))
            .filter(idempotency_key::Column::Key.eq(key.as_str()))
            .filter(idempotency_key::Column::MadeAt.lte(forgotten(now)))
            .exec(db)
            .await?;
    }
    Err(DbErr::Custom("an idempotency key was taken and forgotten several times in a row".to_owned()).into())
}

/// The ids of what was made before of what is asked for; nothing is noted.
///
/// # Errors
/// As [`claim`].
pub async fn before(
    db: &impl ConnectionTrait,
    asked: &Asked,
    now: DateTime<Utc>,
) -> Result<Option<Vec<Uuid>>, NotOnce> {
    let key = asked.key.as_ref().ok_or(NotOnce::Form)?;
    known(db, asked, key, now).await
}

async fn known(
    db: &impl ConnectionTrait,
    asked: &Asked,
    key: &str,
    now: DateTime<Utc>,
) -> Result<Option<Vec<Uuid>>, NotOnce> {
    let found = idempotency_key::Entity::find_by_id((asked.asker, key.to_owned())).one(db).await?;
    match found.filter(|found| found.made_at > forgotten(now)) {
        None => Ok(None),
        Some(found) if found.operation == asked.operation && found.input_hash == asked.input_hash => {
            let also = found.also.unwrap_or_default();
            let also = also.split_whitespace().filter_map(|id| Uuid::parse_str(id).ok());
            Ok(Some(std::iter::once(found.made_id).chain(also).collect()))
        }
        Some(_) => Err(NotOnce::Used),
    }
}

/// Says what was made of what [`claim`] noted, in the same transaction: one thing at least.
///
/// # Errors
/// The database failed.
pub async fn made(db: &impl ConnectionTrait, asked: &Asked, ids: &[Uuid]) -> Result<(), DbErr> {
    let (Some(key), [first, also @ ..]) = (&asked.key, ids) else { return Ok(()) };
    let also: Vec<String> = also.iter().map(Uuid::to_string).collect();
    let row = idempotency_key::ActiveModel {
        made_id: Set(*first),
        also: Set((!also.is_empty()).then(|| also.join(" "))),
        ..Default::default()
    };
    idempotency_key::Entity::update_many()
        .set(row)
        .filter(idempotency_key::Column::AskerId.eq(asked.asker))
        .filter(idempotency_key::Column::Key.eq(key.as_str()))
        .exec(db)
        .await?;
    Ok(())
}

/// Forgets the keys that count no more; says how many.
///
/// # Errors
/// The database failed.
pub async fn forget(db: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<u64, DbErr> {
    let old = idempotency_key::Column::MadeAt.lte(forgotten(now));
    Ok(idempotency_key::Entity::delete_many().filter(old).exec(db).await?.rows_affected)
}
