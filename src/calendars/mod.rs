//! Calendars: appointments of an agency in people's own calendar programs, which read them at a secret address.
//!
//! | module | what |
//! |---|---|
//! | [`ical`] | a calendar as text, in the form of RFC 5545; no database |
//! | [`event`] | what of an appointment stands in a calendar; no database |
//! | [`feeds`] | a feed is made, in the place of the one before, and revoked; how often it may be looked at; whether an agency lets names stand in its own |
//! | [`reading`] | the one way in which appointments come into a calendar |
//! | [`graphql`] | all of it in the graph |
//!
//! Nobody signs in for an address. Whoever holds it reads what its owner might read at that very instant, and less: nobody's
//! name, but where the agency lets given names stand there and the owner wants them. A calendar in which names are wanted says
//! nothing of a place: together they would tell who is in prison.

pub mod event;
pub mod feeds;
pub mod graphql;
pub mod ical;
pub mod reading;

use crate::people::People;

/// Calendars, over a database. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Calendars {
    people: People,
    /// Where this server is reached from outside; empty where the settings do not say.
    address: String,
}

impl Calendars {
    /// Calendars of service users' appointments. Addresses begin with the one of this server, where it is known.
    #[must_use]
    pub fn new(people: People, address: &str) -> Self {
        Self { people, address: address.trim_end_matches('/').to_owned() }
    }

    /// The address of a code.
    fn address_of(&self, code: &str) -> String {
        format!("{}/calendar/{code}.ics", self.address)
    }
}
