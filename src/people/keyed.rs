//! What is created with a key is created once, however often it is asked for.
//!
//! Whoever creates something asks `People::made_before` in its transaction, once it is known that whoever asks may do it, and
//! says what was made (`People::made`) before it commits: so there is no key of what was refused, and whoever may do it no more
//! is told the same as whoever never might. Without a key both do nothing.

use std::sync::Arc;

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr};
use uuid::Uuid;

use super::acting::Actor;
use super::contents::Wrong;
use super::{People, Trouble};
use crate::once::{self, Asked, By, NotOnce};

/// The field of an input that holds the key.
pub(super) const FIELD: &str = "idempotencyKey";

impl From<NotOnce> for Trouble {
    fn from(error: NotOnce) -> Self {
        match error {
            wrong @ (NotOnce::Form | NotOnce::Used) => Wrong::new(FIELD, wrong.to_string()).into(),
            NotOnce::Database(error) => error.into(),
        }
    }
}

impl People {
    /// The same service users, where what is created next is created once with this key and this input: it counts for one
    /// account, agency and operation. Of both keyed hashes are kept, for the input may be guessed.
    ///
    /// # Errors
    /// The vault or the database failed.
    pub async fn keyed(&self, by: Actor, operation: &'static str, key: &str, input: &str) -> Result<Self, Trouble> {
        let index = self.vault.index_key(self.database.connection()).await?;
        let by = By { asker: by.account.0, agency: by.agency, operation };
        let asked = Asked::hashed(by, key, input, |text| format!("{:016x}", index.hash(text)));
        Ok(Self { asked: Some(Arc::new(asked)), ..self.clone() })
    }

    /// What was made before of what is asked for, where it was, all of it in its order; otherwise notes that it is being made.
    ///
    /// # Errors
    /// [`Trouble::Wrong`] where the key is none, or something else was asked for with it; the database failed.
    pub(crate) async fn all_made_before(&self, db: &DatabaseTransaction) -> Result<Option<Vec<Uuid>>, Trouble> {
        match &self.asked {
            Some(asked) => Ok(once::claim(db, asked, Uuid::nil(), self.clock.now()).await?),
            None => Ok(None),
        }
    }

    /// The same of what is one thing.
    ///
    /// # Errors
    /// As of [`Self::all_made_before`].
    pub(crate) async fn made_before(&self, db: &DatabaseTransaction) -> Result<Option<Uuid>, Trouble> {
        Ok(self.all_made_before(db).await?.and_then(|made| made.first().copied()))
    }

    /// What was made before, where it was; notes nothing. For what can't be begun again once it was done.
    ///
    /// # Errors
    /// As of [`Self::all_made_before`].
    pub(super) async fn was_made(&self, db: &impl ConnectionTrait) -> Result<Option<Uuid>, Trouble> {
        match &self.asked {
            Some(asked) => Ok(once::before(db, asked, self.clock.now()).await?.and_then(|made| made.first().copied())),
            None => Ok(None),
        }
    }

    /// Says what was made of what is asked for: nothing is said where it was asked for without a key.
    ///
    /// # Errors
    /// The database failed.
    pub(crate) async fn made(&self, db: &DatabaseTransaction, ids: &[Uuid]) -> Result<(), Trouble> {
        if let Some(asked) = &self.asked {
            once::made(db, asked, ids).await?;
        }
        Ok(())
    }

    /// Forgets the keys that count no more, those of listings too; says how many.
    ///
    /// # Errors
    /// The database failed.
    pub async fn forget_old_keys(&self) -> Result<u64, DbErr> {
        once::forget(self.database.connection(), self.clock.now()).await
    }
}
