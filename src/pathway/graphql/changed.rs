//! That a pathway has changed, in the graph: a subscription that tells nothing of what it is.
//!
//! It is answered in short runs (see [`Course`]): each looks once, by the rule as it stands then, and ends. Nothing wakes it;
//! it is run again after [`LookEvery`], from what it told last.

use std::time::Duration;

use async_graphql::{Context, ID, Result, SimpleObject, Subscription};
use futures_util::stream::{self, Stream, StreamExt};

use crate::agreements::graphql::enums::Purpose;
use crate::api::AskedAt;
use crate::api::course::Course;
use crate::api::errors::bad_input;
use crate::api::ids;
use crate::api::paging::Cursor;
use crate::api::scalars::DateTime;
use crate::directory::graphql::filters::print_of;
use crate::pathway::Pathways;
use crate::pathway::watching::{Looked, Watch};
use crate::people::graphql::{found, reader};

/// How often it is looked whether a pathway that somebody watches has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LookEvery(pub Duration);

/// That something on a pathway which the viewer may see has changed, or may have: read the pathway again. Nothing of what it
/// is stands here.
#[derive(Clone, Debug, SimpleObject)]
pub struct PathwayChange {
    /// When that was seen, which is later than it happened.
    pub at: DateTime,
    /// Where to go on: give it as `after` to be told at once where anything has changed since.
    pub cursor: String,
}

/// Root field of changes of pathways.
#[derive(Clone, Copy, Debug, Default)]
pub struct PathwaySubscription;

/// Root field of changes of pathways.
#[Subscription]
impl PathwaySubscription {
    /// Tells that something on a service user's pathway has changed, as far as the viewer may see it for this purpose; never
    /// what. It tells once at the beginning, so that whoever reads the pathway behind that misses nothing; with `after` only
    /// where something has changed since. It is looked every few seconds, as the settings say; who may see what is decided
    /// anew each time. Null, and then the end, where the viewer may see nothing of them, also where they could before, and
    /// where there is nobody of that id, which is the same. For link workers, service users and those who stand for them.
    async fn pathway_changed<'c>(
        &self,
        ctx: &Context<'c>,
        #[graphql(desc = "Global id of the service user.")] service_user: ID,
        #[graphql(desc = "What they are looked at for.")] purpose: Purpose,
        #[graphql(desc = "Cursor of what was told last: nothing is told until something has changed since.")]
        after: Option<String>,
    ) -> Result<impl Stream<Item = Option<PathwayChange>> + use<'c>> {
        let course = ctx.data_opt::<Course>().cloned().unwrap_or_default();
        let id = ids::service_user("serviceUser", &service_user)?;
        let reader = reader(ctx, purpose.into(), "pathwayChanged")?;
        let print = print_of(&[b"pathwayChanged", format!("{id:?}{:?}", reader.purpose).as_bytes()]);
        let number = |field: &str, text: &str| {
            Cursor::<i64>::key_of(text, print).ok_or_else(|| {
                bad_input(field, "This is no cursor of this pathway: use `cursor` of what was told, unchanged.")
            })
        };
        let before = match (course.reached(), course.resumed(), after) {
            (Some(reached), ..) => Some(reached),
            // What the transport remembers is newer than what the client once began with.
            (None, Some(resumed), _) => Some(number("Last-Event-ID", &resumed)?),
            (None, None, Some(after)) => Some(number("after", &after)?),
            (None, None, None) => None,
        };
        let watch = Watch { before, begins: course.reached().is_none() };
        let looked = found(ctx, ctx.data::<Pathways>()?.look(reader, id, watch).await)?;
        course.rest(ctx.data::<LookEvery>()?.0);
        let at = DateTime(ctx.data::<AskedAt>()?.0);
        let cursor = move |number: i64| Cursor::timeless(print, number).encode();
        let told = match looked {
            Looked::Nobody => {
                course.end();
                Some(None)
            }
            Looked::Same(number) => {
                course.reach(number, cursor(number));
                None
            }
            Looked::Changed(number) => Some(Some(number)),
        };
        // The course is reached as it is told: cut short before, it is told again.
        Ok(stream::iter(told).map(move |told: Option<i64>| {
            told.map(|number| {
                course.reach(number, cursor(number));
                PathwayChange { at, cursor: cursor(number) }
            })
        }))
    }
}
