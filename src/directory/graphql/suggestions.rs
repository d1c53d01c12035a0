//! Suggestions while somebody types.

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};

use crate::api::errors::bad_input;
use crate::api::ids::NodeId;
use crate::directory::snapshot::names::Named;
use crate::directory::snapshot::refresh::Live;
use crate::directory::suggest::{Kind, MOST_SUGGESTED};

/// How many are suggested where nobody says.
const DEFAULT: i32 = 8;
/// Longest text for which anything is suggested, in characters.
const MOST_TYPED: usize = 200;

/// What a suggestion is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Kind")]
pub enum SuggestionKind {
    /// A need: `id` goes into `needs` of a question.
    Need,
    /// An agency.
    Agency,
    /// A service.
    Service,
    /// A place: `label` goes into `place` of a question.
    Place,
}

/// Something that may be meant.
#[derive(Clone, Debug, SimpleObject)]
pub struct NameSuggestion {
    /// What it is.
    pub kind: SuggestionKind,
    /// Its global id; null for a place, and of several with one name that of the first.
    pub id: Option<ID>,
    /// Its name.
    pub label: String,
    /// The other word for it that matched; null where the name itself did.
    pub alias: Option<String>,
    /// What to highlight: in `alias` where there is one, else in `label`.
    pub highlights: Vec<Highlight>,
    /// How many have this name.
    pub count: i32,
}

/// Letters to highlight. Positions count UTF-16 code units, as strings of JavaScript, Java and Swift's `NSString` do.
#[derive(Clone, Debug, SimpleObject)]
pub struct Highlight {
    /// Position of the first.
    pub start: i32,
    /// Position behind the last.
    pub end: i32,
}

impl Highlight {
    fn of(text: &str, range: &std::ops::Range<usize>) -> Self {
        let units = |to: usize| {
            let before = text.get(..to).unwrap_or_default();
            i32::try_from(before.encode_utf16().count()).unwrap_or(i32::MAX)
        };
        Self { start: units(range.start), end: units(range.end) }
    }
}

/// Root field of suggestions.
#[derive(Clone, Copy, Debug, Default)]
pub struct SuggestionQuery;

/// Root field of suggestions.
#[Object]
impl SuggestionQuery {
    /// What somebody who is typing may mean: needs, agencies, services and places whose names, or other words for them,
    /// begin like the words so far; slips of the hand are forgiven. Best first. Public; not to be asked by GET.
    #[graphql(complexity = "crate::api::limits::page_cost(first, 8, child_complexity)")]
    async fn suggestions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What was typed so far; at most 200 characters.")] typed: String,
        #[graphql(desc = "How many at the most, from 1 to 100; 8 where absent.")] first: Option<i32>,
    ) -> Result<Vec<NameSuggestion>> {
        if typed.chars().count() > MOST_TYPED {
            return Err(bad_input("typed", format!("The text is too long: at most {MOST_TYPED} characters.")));
        }
        let wanted = first.unwrap_or(DEFAULT);
        let limit = usize::try_from(wanted).ok().filter(|limit| (1..=MOST_SUGGESTED).contains(limit));
        let limit = limit.ok_or_else(|| bad_input("first", format!("{wanted} is not from 1 to {MOST_SUGGESTED}.")))?;
        let live = ctx.data::<Live>()?;
        let snapshot = &super::snapshot(ctx)?;
        let found = live.fixed_names().await.map(|fixed| snapshot.suggest(&fixed, &typed, limit));
        let list = live.needs();
        Ok(found
            .unwrap_or_default()
            .into_iter()
            .map(|(named, found)| {
                let text = found.alias.as_deref().unwrap_or(&found.label);
                NameSuggestion {
                    kind: found.kind.into(),
                    id: match named {
                        Named::Need(need) => list.at(need).map(|need| NodeId::Need(need.key.clone()).encode()),
                        Named::Agency(id) => Some(NodeId::Agency(id).encode()),
                        Named::Service(id) => Some(NodeId::Service(id).encode()),
                        Named::Place => None,
                    },
                    highlights: found.ranges.iter().map(|range| Highlight::of(text, range)).collect(),
                    count: i32::try_from(found.count).unwrap_or(i32::MAX),
                    alias: found.alias,
                    label: found.label,
                }
            })
            .collect())
    }
}
