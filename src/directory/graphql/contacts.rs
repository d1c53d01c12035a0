//! People to ask. The public is told their roles; who works in the network is told who they are.

use std::sync::Arc;

use async_graphql::dataloader::Loader;
use async_graphql::{Context, Result, SimpleObject};
use entity::contact;
use entity::enums::ContactVisibility;

use super::load_list;
use crate::access::viewer::Viewer;
use crate::api::errors::{LoadError, internal};
use crate::directory::loaders::{ContactsFor, Known, Loaders, Reader};
use crate::directory::store::contacts::Whose;

/// Somebody to ask. The role is public; a name and direct lines may be kept for those who signed in and work in the
/// network.
#[derive(Clone, Debug, SimpleObject)]
pub struct Contact {
    /// Their role; null where nobody said.
    pub role: Option<String>,
    /// Their name; null where withheld or not said.
    pub name: Option<String>,
    /// Their direct e-mail address; null where withheld or not said.
    pub email: Option<String>,
    /// Their direct number; null where withheld or not said.
    pub phone: Option<String>,
    /// Whether this is the one who answers for the listing.
    pub is_named_contact: bool,
    /// Whether this is their deputy.
    pub is_deputy: bool,
    /// Whether this is who the agency named for the viewer's own agency. Nobody else is told of them.
    pub is_for_your_agency: bool,
    /// Whether name, e-mail and number are withheld from this viewer, whether or not there are any.
    pub withheld: bool,
}

impl Contact {
    /// As it is told to everybody.
    fn public(row: &contact::Model) -> Self {
        match row.visibility {
            ContactVisibility::Public => Self::told(row),
            ContactVisibility::SignedIn => {
                Self { name: None, email: None, phone: None, withheld: true, ..Self::told(row) }
            }
        }
    }

    /// All of it.
    fn told(row: &contact::Model) -> Self {
        Self {
            role: row.role.clone(),
            name: row.name.clone(),
            email: row.email.clone(),
            phone: row.phone.clone(),
            is_named_contact: row.named,
            is_deputy: row.deputy,
            is_for_your_agency: row.for_agency_id.is_some(),
            withheld: false,
        }
    }

    /// Of several the one to ask first: who was named for the viewer's agency, else who answers for the listing.
    pub(super) fn named(all: Vec<Self>) -> Option<Self> {
        let (theirs, others): (Vec<_>, Vec<_>) = all.into_iter().partition(|contact| contact.is_for_your_agency);
        theirs.into_iter().next().or_else(|| others.into_iter().find(|contact| contact.is_named_contact))
    }
}

/// The people to ask, as this viewer is told of them; `public` is where they are found for everybody.
pub(super) async fn contacts<K>(ctx: &Context<'_>, whose: Whose, public: K) -> Result<Vec<Contact>>
where
    K: Known<Shown = Vec<contact::Model>>,
    Reader: Loader<K, Value = Arc<Vec<contact::Model>>, Error = LoadError>,
{
    let viewer = ctx.data::<Viewer>()?;
    if !viewer.works_in_the_network() {
        return load_list(ctx, public, Contact::public).await;
    }
    let key = ContactsFor { whose, asking: viewer.agency() };
    let rows = ctx.data::<Loaders>()?.row::<ContactsFor>(key).await.map_err(|error| internal(ctx, &error))?;
    Ok(rows.map(|rows| rows.iter().map(Contact::told).collect()).unwrap_or_default())
}
