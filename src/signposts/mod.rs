//! Signposts: somebody is told of services, and nobody else is told of them.
//!
//! | module | what |
//! |---|---|
//! | [`sheet`] | what is told of a service, as a page, as text, as a text message; what has changed since; no database |
//! | [`telling`] | what may be told of a service now, from the directory |
//! | [`giving`] | somebody is told; the link under which they see it again; whether it helped |
//! | [`reading`] | the one way in which signposts leave the tables |
//! | [`graphql`] | all of it in the graph |
//!
//! Who gave no name can be told too: then there is no row about anybody, only what one agency told somebody. What a sheet and
//! its link show is what anybody may know of services; who was told, for which needs and why stands on neither.

pub mod giving;
pub mod graphql;
pub mod reading;
pub mod sheet;
pub mod telling;

use crate::clock::Clock;
use crate::database::Database;
use crate::directory::snapshot::refresh::Live;
use crate::people::People;

/// Signposts, over a database. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Signposts {
    database: Database,
    clock: Clock,
    live: Live,
    people: People,
    /// Where this server is reached from outside; absent where the settings do not say.
    address: Option<String>,
}

impl Signposts {
    /// Signposts for service users, to services as a directory has them. Links begin with the address, where there is one.
    #[must_use]
    pub fn new(people: People, live: Live, address: &str) -> Self {
        let (database, clock) = (people.database().clone(), people.clock().clone());
        let address = address.trim_end_matches('/');
        let address = (!address.is_empty()).then(|| address.to_owned());
        Self { database, clock, live, people, address }
    }

    /// The same, of these service users: what is given next with their key is given once.
    #[must_use]
    pub(crate) fn of(&self, people: People) -> Self {
        Self { people, ..self.clone() }
    }

    /// The link of a code; none where nobody said where this server is reached.
    fn link(&self, code: &str) -> Option<String> {
        self.address.as_ref().map(|address| format!("{address}/s/{code}"))
    }
}
