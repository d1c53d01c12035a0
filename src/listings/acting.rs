//! Who changes a listing, and whether it is theirs to change. Pure.
//!
//! An agency's listings are changed by its editors, its managers and its programs, and by nobody else: a coordinator
//! joins, parts and hands over, and changes what is nobody's.

use entity::enums::{ListingKind, Role};
use entity::ids::{AccountId, AgencyId, ApiKeyId};
use entity::listing_version;
use uuid::Uuid;

use crate::access::Viewer;

/// Who asks for a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asker {
    /// A person.
    Person(AccountId),
    /// A program of an agency.
    Program(ApiKeyId),
}

impl Asker {
    /// The id under which their idempotency keys are kept.
    #[must_use]
    pub const fn uuid(self) -> Uuid {
        match self {
            Self::Person(AccountId(id)) | Self::Program(ApiKeyId(id)) => id,
        }
    }

    /// The account, where it is a person.
    #[must_use]
    pub const fn account(self) -> Option<AccountId> {
        match self {
            Self::Person(id) => Some(id),
            Self::Program(_) => None,
        }
    }

    /// The key, where it is a program.
    #[must_use]
    pub const fn key(self) -> Option<ApiKeyId> {
        match self {
            Self::Program(id) => Some(id),
            Self::Person(_) => None,
        }
    }
}

/// Who acts, for whom, as what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Who.
    pub asker: Asker,
    /// The agency whose listings they keep; absent where they keep none.
    pub agency: Option<AgencyId>,
    /// Whether they answer for that agency.
    pub manages: bool,
    /// Whether they coordinate the network.
    pub coordinates: bool,
}

/// Whether a listing is somebody's to change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theirs {
    /// It is.
    Yes,
    /// To them it is as if it were not there.
    No,
}

impl Actor {
    /// Who acts, where it is anybody who may have something to do with listings.
    #[must_use]
    pub fn of(viewer: &Viewer) -> Option<Self> {
        let asker = match viewer {
            Viewer::Person(person) => Asker::Person(person.account),
            Viewer::Program(program) => Asker::Program(program.key),
            Viewer::Anyone => return None,
        };
        let manages = viewer.holds(Role::AgencyManager);
        let keeps = manages || viewer.holds(Role::ListingEditor);
        let agency = viewer.agency().filter(|_| keeps);
        Some(Self { asker, agency, manages, coordinates: viewer.holds(Role::Coordinator) })
    }

    /// An agency itself, at the hour for which one of its people planned a change.
    #[must_use]
    pub fn on_behalf_of(planned: &listing_version::Model) -> Self {
        let program = planned.made_by_key.map(Asker::Program);
        let person = planned.made_by.map(Asker::Person);
        Self {
            asker: person.or(program).unwrap_or(Asker::Person(AccountId(Uuid::nil()))),
            agency: planned.agency_id,
            manages: true,
            coordinates: planned.agency_id.is_none(),
        }
    }

    /// Whether all that a listing says is theirs to see: what they change, and for coordinators what agencies and services
    /// say. What a place says may be a secret that is its agency's alone.
    #[must_use]
    pub fn sees(&self, kind: ListingKind, owner: Option<AgencyId>) -> bool {
        let told = match kind {
            ListingKind::Agency | ListingKind::Service => self.coordinates,
            ListingKind::Location => false,
        };
        told || self.keeps(owner) == Theirs::Yes
    }

    /// Whether a listing of this agency, or of none, is theirs to change.
    #[must_use]
    pub fn keeps(&self, owner: Option<AgencyId>) -> Theirs {
        let theirs = match owner {
            Some(owner) => self.agency == Some(owner),
            None => self.coordinates,
        };
        if theirs { Theirs::Yes } else { Theirs::No }
    }
}
