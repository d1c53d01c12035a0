//! Who asks: nobody in particular, a person who signed in, or an agency's program with its key.
//!
//! A viewer is made anew for every request, from what the database says at that instant: a membership that ended is not
//! among its roles, and so ends access with the next request.

use std::collections::BTreeSet;
use std::sync::Arc;

use entity::enums::{KeyScope, Role};
use entity::ids::{AccountId, AgencyId, ApiKeyId, SessionId};

/// Who asks. Cheap to clone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Viewer {
    /// Somebody who has not signed in.
    #[default]
    Anyone,
    /// A person who signed in.
    Person(Arc<Person>),
    /// A program with a key.
    Program(Arc<Program>),
}

/// A role that is held at this instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Held {
    /// In which agency; absent for the network.
    pub agency: Option<AgencyId>,
    /// As what.
    pub role: Role,
}

/// A person who signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Their account.
    pub account: AccountId,
    /// The sign-in that the request came with; absent where an identity provider vouches for each request.
    pub session: Option<SessionId>,
    /// For whom they act in this request.
    pub acts: Acts,
    /// Every role they hold at this instant, in whichever agency.
    pub roles: Vec<Held>,
}

/// A program with a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// The key.
    pub key: ApiKeyId,
    /// The agency it acts for.
    pub agency: AgencyId,
    /// What it may do.
    pub scopes: Vec<KeyScope>,
}

/// For which agency somebody acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acts {
    /// For this one, of which they are a member.
    For(AgencyId),
    /// They belong to several and did not say which.
    Unsaid,
    /// They belong to none.
    ForNone,
}

/// That somebody wants to act for an agency they have no role in. An agency that does not exist is none they have a
/// role in either.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAMember;

impl Acts {
    /// For whom somebody with these roles acts, who named this agency or none.
    ///
    /// # Errors
    /// [`NotAMember`] of the agency they named.
    pub fn of(roles: &[Held], named: Option<AgencyId>) -> Result<Self, NotAMember> {
        let agencies: BTreeSet<AgencyId> = roles.iter().filter_map(|held| held.agency).collect();
        match (named, agencies.first(), agencies.len()) {
            (Some(named), ..) if agencies.contains(&named) => Ok(Self::For(named)),
            (Some(_), ..) => Err(NotAMember),
            (None, Some(only), 1) => Ok(Self::For(*only)),
            (None, Some(_), _) => Ok(Self::Unsaid),
            (None, None, _) => Ok(Self::ForNone),
        }
    }
}

/// Whether a role is held in an agency; the others are the network's.
#[must_use]
pub const fn is_of_an_agency(role: Role) -> bool {
    match role {
        Role::LinkWorker | Role::ListingEditor | Role::AgencyManager | Role::DataProtectionOfficer => true,
        Role::Coordinator | Role::Commissioner | Role::Auditor | Role::Administrator | Role::ServiceUser => false,
    }
}

/// The role in its agency that a scope of a key comes to; none for what everybody may.
#[must_use]
pub const fn role_of(scope: KeyScope) -> Option<Role> {
    match scope {
        KeyScope::Directory => None,
        KeyScope::Listings => Some(Role::ListingEditor),
    }
}

impl Viewer {
    /// The agency they act for.
    #[must_use]
    pub fn agency(&self) -> Option<AgencyId> {
        match self {
            Self::Person(person) => match person.acts {
                Acts::For(agency) => Some(agency),
                Acts::Unsaid | Acts::ForNone => None,
            },
            Self::Program(program) => Some(program.agency),
            Self::Anyone => None,
        }
    }

    /// Whether it is a person who signed in and works in the network, in whichever role: they are told whom to ask in
    /// other agencies by name. A service user is not, nor is a program, whose readers may be anybody.
    #[must_use]
    pub fn works_in_the_network(&self) -> bool {
        self.person().is_some_and(|person| person.roles.iter().any(|held| held.role != Role::ServiceUser))
    }

    /// The person, where it is one.
    #[must_use]
    pub fn person(&self) -> Option<&Person> {
        match self {
            Self::Person(person) => Some(person),
            Self::Anyone | Self::Program(_) => None,
        }
    }

    /// Whether they hold a role now: one of the network, or one in the agency they act for.
    #[must_use]
    pub fn holds(&self, role: Role) -> bool {
        match self {
            Self::Anyone => false,
            Self::Person(person) => {
                let within = if is_of_an_agency(role) { self.agency() } else { None };
                // An agency's role without an agency is none.
                (within.is_some() || !is_of_an_agency(role)) && person.roles.contains(&Held { agency: within, role })
            }
            Self::Program(program) => program.scopes.iter().any(|scope| role_of(*scope) == Some(role)),
        }
    }

    /// Whether they would hold one of these roles if they said for which agency they act.
    #[must_use]
    pub fn would_hold(&self, any_of: &[Role]) -> bool {
        self.person().is_some_and(|person| {
            person.acts == Acts::Unsaid
                && person.roles.iter().any(|held| held.agency.is_some() && any_of.contains(&held.role))
        })
    }
}
