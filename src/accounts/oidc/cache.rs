//! An issuer's keys, kept, and fetched anew when a token names one that is not there or when they
//! have grown old; never more often than the cooldown allows, and never twice at once.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::Mutex as Turn;

use super::fetch::Fetch;
use super::keys::KeySet;
use super::token::Token;
use super::{Refusal, Verified, claims, discovery};
use crate::config::Issuer;

/// How long keys serve while their issuer is away. After that they are refused: a key withdrawn in
/// the meantime must not live for ever.
pub const KEYS_SERVE: TimeDelta = TimeDelta::hours(24);

/// An issuer with its keys.
pub struct Keys<F> {
    shared: Arc<Shared<F>>,
}

struct Shared<F> {
    settings: Issuer,
    fetch: Arc<F>,
    state: Mutex<State>,
    /// Whoever holds this fetches; the others wait, and then look again.
    turn: Arc<Turn<()>>,
}

#[derive(Clone, Default)]
struct State {
    keys: Option<(Arc<KeySet>, DateTime<Utc>)>,
    /// When the last fetch began, successful or not.
    tried_at: Option<DateTime<Utc>>,
    /// How many fetches have ended, successful or not.
    ended: u64,
}

impl<F: Fetch> Keys<F> {
    /// An issuer of which no keys have been fetched yet.
    #[must_use]
    pub fn new(settings: Issuer, fetch: Arc<F>) -> Self {
        let shared = Shared { settings, fetch, state: Mutex::default(), turn: Arc::default() };
        Self { shared: Arc::new(shared) }
    }

    /// The issuer's settings.
    #[must_use]
    pub fn settings(&self) -> &Issuer {
        &self.shared.settings
    }

    /// Verifies a token of this issuer.
    ///
    /// # Errors
    /// The [`Refusal`] of the first rule that it does not keep.
    pub async fn verify(&self, token: &str, now: DateTime<Utc>) -> Result<Verified, Refusal> {
        self.verify_read(&Token::read(token)?, now).await
    }

    pub(super) async fn verify_read(&self, token: &Token<'_>, now: DateTime<Utc>) -> Result<Verified, Refusal> {
        let settings = self.settings();
        token.suits(&settings.algorithms, settings.tokens)?;
        let mut seen = self.shared.look();
        if !seen.serves(now, settings.key_max_age()) {
            self.refetch(&seen, now).await;
            seen = self.shared.look();
        }
        let mut keys = seen.keys(now)?;
        if keys.choose(token).err() == Some(Refusal::KeyUnknown) {
            self.refetch(&seen, now).await;
            keys = self.shared.look().keys(now)?;
        }
        keys.choose(token)?.verify(token)?;
        claims::check(&token.claims, settings, now)
    }

    /// Fetches the keys, unless somebody has since `seen`, or it is too soon.
    async fn refetch(&self, seen: &State, now: DateTime<Utc>) {
        let turn = Arc::clone(&self.shared.turn).lock_owned().await;
        if !self.shared.begin(seen.ended, now) {
            return;
        }
        let shared = Arc::clone(&self.shared);
        // A task of its own: a caller that hangs up must not take everybody's fetch with it.
        let task = tokio::spawn(async move {
            shared.fetch(now).await;
            drop(turn);
        });
        // Were it stopped with the program, the keys at hand are what there is.
        task.await.ok();
    }
}

impl<F: Fetch> Shared<F> {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing that holds it can leave it half changed, so a poisoned one is whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn look(&self) -> State {
        self.lock().clone()
    }

    /// Notes that a fetch begins, where one may. Called by whoever has the turn.
    fn begin(&self, ended_seen: u64, now: DateTime<Utc>) -> bool {
        let mut state = self.lock();
        if state.ended != ended_seen || state.cools(now, self.settings.key_cooldown()) {
            return false;
        }
        state.tried_at = Some(now);
        true
    }

    async fn fetch(&self, now: DateTime<Utc>) {
        let issuer = &self.settings.issuer;
        let fetched = discovery::keys(&self.settings, self.fetch.as_ref()).await;
        let mut state = self.lock();
        // Only now: whoever came while it was under way has waited for this one, and needs no other.
        state.ended += 1;
        match fetched {
            Ok(keys) => {
                tracing::debug!(issuer, keys = keys.len(), "fetched the keys of an identity provider");
                state.keys = Some((Arc::new(keys), now));
            }
            Err(problem) => tracing::warn!(issuer, %problem, "the keys of an identity provider cannot be had"),
        }
    }
}

impl State {
    /// Whether the keys need not be fetched anew for their age.
    fn serves(&self, now: DateTime<Utc>, max_age: TimeDelta) -> bool {
        self.keys.as_ref().is_some_and(|(_, fetched_at)| apart(now, *fetched_at) <= max_age)
    }

    /// Whether it is too soon after the last fetch.
    fn cools(&self, now: DateTime<Utc>, cooldown: TimeDelta) -> bool {
        self.tried_at.is_some_and(|tried_at| apart(now, tried_at) < cooldown)
    }

    fn keys(&self, now: DateTime<Utc>) -> Result<Arc<KeySet>, Refusal> {
        match &self.keys {
            Some((keys, fetched_at)) if apart(now, *fetched_at) <= KEYS_SERVE => Ok(Arc::clone(keys)),
            Some(_) | None => Err(Refusal::KeysUnavailable),
        }
    }
}

/// The time between two instants, whichever is first: requests arrive with instants a little out of
/// order, and a clock that is put back must not stop all fetching until it has caught up.
fn apart(one: DateTime<Utc>, other: DateTime<Utc>) -> TimeDelta {
    (one - other).abs()
}
