//! Hashing of passwords: slow on purpose, so few at once, and the same work whether the account exists or not.
//!
//! Argon2id (RFC 9106), kept as PHC strings that name their own cost. To make it dearer, change the [`Cost`] in the
//! settings: hashes made before are told to be stale when their owners next sign in, and are then made anew.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use argon2::password_hash::phc::{self, Output, ParamsString, Salt};
use argon2::{ARGON2ID_IDENT, Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use thiserror::Error;
use tokio::sync::Semaphore;

use super::password::Password;

/// The longest PHC string that is looked at, in bytes. Ours have about a hundred.
const MOST_HASH_BYTES: usize = 256;

/// What one hash takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Memory, in KiB.
    pub memory_kib: u32,
    /// Passes over that memory.
    pub passes: u32,
    /// Lanes that could be filled at the same time.
    pub lanes: u32,
}

impl Cost {
    /// The most that is ever computed, whatever the settings or a stored hash say: far above the 64 MiB, 3 passes and
    /// 4 lanes of RFC 9106, section 4, and still a few seconds.
    pub const MOST: Self = Self { memory_kib: 256 * 1024, passes: 8, lanes: 8 };

    fn params(self) -> Result<Params, CostError> {
        let most = Self::MOST;
        let within = self.memory_kib <= most.memory_kib && self.passes <= most.passes && self.lanes <= most.lanes;
        let params = Params::new(self.memory_kib, self.passes, self.lanes, None).ok();
        params.filter(|_| within).ok_or(CostError)
    }
}

/// OWASP's Password Storage Cheat Sheet: 19 MiB, 2 passes, 1 lane.
impl Default for Cost {
    fn default() -> Self {
        Self { memory_kib: 19 * 1024, passes: 2, lanes: 1 }
    }
}

/// A cost that Argon2 has not, or that is beyond [`Cost::MOST`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(
    "A password hash must take 1 to {} passes, 1 to {} lanes, and from 8 KiB a lane up to {} KiB of memory.",
    Cost::MOST.passes,
    Cost::MOST.lanes,
    Cost::MOST.memory_kib
)]
pub struct CostError;

/// Why a stored text is no password hash of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum StoredHashError {
    /// It is not a PHC string of Argon2id, version 19, with salt and hash.
    #[error("The stored password hash is not one of Argon2id: the account needs a new password.")]
    Malformed,
    /// It asks for more work than is ever done.
    #[error("The stored password hash asks for more than is ever computed: the account needs a new password.")]
    TooCostly,
}

/// Why a hash could not be computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum HashingError {
    /// There is no memory for it.
    #[error("The password could not be hashed: the machine has not enough memory. Try again later.")]
    NoMemory,
    /// The process is stopping.
    #[error("The password could not be hashed: the work was broken off. Try again.")]
    BrokenOff,
}

/// A password's hash, as it is kept. It is always one whose computation is bounded.
#[derive(Clone)]
pub struct PasswordHash {
    phc: phc::PasswordHash,
    cost: Cost,
}

impl PasswordHash {
    /// Reads a hash as it was kept.
    ///
    /// # Errors
    /// [`StoredHashError`] for what a [`Hasher`] did not write, and for what would cost more than [`Cost::MOST`].
    pub fn parse(text: &str) -> Result<Self, StoredHashError> {
        if text.len() > MOST_HASH_BYTES {
            return Err(StoredHashError::Malformed);
        }
        let phc = phc::PasswordHash::new(text).map_err(|_| StoredHashError::Malformed)?;
        let ours = phc.algorithm == ARGON2ID_IDENT && phc.version == Some(Version::V0x13.into());
        if !ours || phc.salt.is_none() || phc.hash.is_none() {
            return Err(StoredHashError::Malformed);
        }
        let params = Params::try_from(&phc).map_err(|_| StoredHashError::Malformed)?;
        let cost = Cost { memory_kib: params.m_cost(), passes: params.t_cost(), lanes: params.p_cost() };
        cost.params().map_err(|_| StoredHashError::TooCostly)?;
        Ok(Self { phc, cost })
    }

    /// The PHC string, to be kept.
    #[must_use]
    pub fn to_phc(&self) -> String {
        self.phc.to_string()
    }

    /// What it took to make.
    #[must_use]
    pub const fn cost(&self) -> Cost {
        self.cost
    }
}

/// Its cost alone: a hash can be guessed at by whoever reads it.
impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PasswordHash").field("cost", &self.cost).finish_non_exhaustive()
    }
}

/// What came of trying a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Verified {
    /// Whether it is the right one.
    pub matches: bool,
    /// Whether the stored hash was made at another cost: where the password matches, hash it anew and keep that.
    pub stale: bool,
}

/// Hashes passwords, so many at once. A clone shares the places and the count.
#[derive(Clone, Debug)]
pub struct Hasher {
    cost: Cost,
    argon2: Argon2<'static>,
    places: Arc<Semaphore>,
    stand_in: PasswordHash,
    done: Arc<AtomicU64>,
}

impl Hasher {
    /// A hasher of this cost that computes at most `at_once` hashes at the same time; each takes its memory and a
    /// processor. Who finds no place free waits in line, and leaves it when the caller gives up.
    ///
    /// # Errors
    /// [`CostError`] for a cost out of bounds.
    pub fn new(cost: Cost, at_once: NonZeroU32) -> Result<Self, CostError> {
        let params = cost.params()?;
        let places = usize::try_from(at_once.get()).unwrap_or(usize::MAX).min(Semaphore::MAX_PERMITS);
        Ok(Self {
            cost,
            stand_in: stand_in(cost, &params)?,
            argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, params),
            places: Arc::new(Semaphore::new(places)),
            done: Arc::default(),
        })
    }

    /// The hash of a password. The salt is random, and of this hash alone.
    ///
    /// # Errors
    /// [`HashingError`] where the machine cannot.
    pub async fn hash(&self, password: &Password, salt: [u8; 16]) -> Result<PasswordHash, HashingError> {
        let password = password.clone();
        let phc = self
            .compute(move |argon2| argon2.hash_password_with_salt(password.bytes(), &salt))
            .await?
            .map_err(|_| HashingError::NoMemory)?;
        Ok(PasswordHash { phc, cost: self.cost })
    }

    /// Whether a password is the one with this hash.
    ///
    /// `None` stands for an account that is unknown or has no password. The same work is then done against a hash that
    /// no password has, so that the time taken does not say which accounts exist. A hash that is stale takes its own
    /// time until it is made anew.
    ///
    /// # Errors
    /// [`HashingError`] where the machine cannot.
    pub async fn verify(&self, password: &Password, hash: Option<&PasswordHash>) -> Result<Verified, HashingError> {
        let tried = hash.unwrap_or(&self.stand_in).clone();
        let stale = tried.cost != self.cost;
        let password = password.clone();
        let outcome = self.compute(move |argon2| argon2.verify_password(password.bytes(), &tried.phc)).await?;
        let matches = match outcome {
            Ok(()) => true,
            Err(argon2::password_hash::Error::PasswordInvalid) => false,
            Err(_) => return Err(HashingError::NoMemory),
        };
        Ok(Verified { matches: matches && hash.is_some(), stale })
    }

    /// How many hashes were computed so far, for passwords set and tried alike.
    #[must_use]
    pub fn hashes_done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// Computes one hash where it keeps nobody else waiting, once there is a place.
    async fn compute<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Argon2<'static>) -> T + Send + 'static,
    ) -> Result<T, HashingError> {
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(|_| HashingError::BrokenOff)?;
        let (argon2, done) = (self.argon2.clone(), Arc::clone(&self.done));
        let computed = tokio::task::spawn_blocking(move || {
            // A caller who gives up does not end the work, so the place is given back here and not by the caller.
            let _place = place;
            done.fetch_add(1, Ordering::Relaxed);
            work(&argon2)
        });
        computed.await.map_err(|_| HashingError::BrokenOff)
    }
}

/// A hash that takes the same work as a true one. Its salt and hash are zeros: nobody has to find a password for it,
/// and one that somebody found would not be let in.
fn stand_in(cost: Cost, params: &Params) -> Result<PasswordHash, CostError> {
    let phc = phc::PasswordHash {
        algorithm: ARGON2ID_IDENT,
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(params).map_err(|_| CostError)?,
        salt: Some(Salt::new(&[0; 16]).map_err(|_| CostError)?),
        hash: Some(Output::new(&[0; Params::DEFAULT_OUTPUT_LEN]).map_err(|_| CostError)?),
    };
    Ok(PasswordHash { phc, cost })
}
