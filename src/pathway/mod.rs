//! The pathway: a service user's whole way through the network on one timeline, as far as somebody may see it.
//!
//! | module | what |
//! |---|---|
//! | [`timeline`] | which entries stand on a page, as one statement over all the tables that they come from |
//! | [`standing`] | whether it is open, who answers for it, what comes next |
//! | `decided` | what is decided about a page, before anything of it is opened |
//! | [`reading`] | the one way in which a pathway leaves the tables |
//! | [`watching`] | whether it has changed since, which is all that is told of it there |
//! | [`graphql`] | all of it in the graph |
//!
//! To put something new on it: a [`timeline::Kind`] with its arm there, how it is decided about in `decided` and opened in
//! [`reading`], what it is in [`graphql`].

mod decided;
pub mod graphql;
pub mod reading;
pub mod standing;
pub mod timeline;
pub mod watching;

use crate::people::People;
use crate::signposts::Signposts;

/// Pathways, of service users and what was done for them. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Pathways {
    people: People,
    signposts: Signposts,
}

impl Pathways {
    /// Pathways of these.
    #[must_use]
    pub fn new(people: People, signposts: Signposts) -> Self {
        Self { people, signposts }
    }
}
