//! Cursor connections: forward, by key, stable when something is inserted between two pages.
//!
//! A cursor holds the key of a row in the list's own order, a print of the question it belongs
//! to, and the instant at which the question was asked, so that "open now" means the same on
//! every page; where nothing of the answer depends on the instant it holds none, and the same page
//! has the same cursors whenever it is asked for. To page something: [`PageArgs::check`], [`page`], and [`connection!`] for its types.

use std::cmp::Ordering;

use async_graphql::{Error, SimpleObject};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::errors::bad_input;

/// How many rows a page has, by the settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageSize {
    /// Where the caller names none.
    pub default: u32,
    /// The most; more is an error, never quietly less.
    pub most: u32,
}

/// Where to go on in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor<K> {
    /// Print of the question.
    #[serde(rename = "q")]
    print: [u8; 8],
    /// The instant of its first page, in milliseconds; 0 where it does not matter.
    #[serde(rename = "t")]
    at: i64,
    /// Key of the last row shown.
    #[serde(rename = "k")]
    pub key: K,
}

impl<K: Serialize + DeserializeOwned> Cursor<K> {
    /// A cursor after the row with this key.
    #[must_use]
    pub fn new(print: [u8; 8], at: DateTime<Utc>, key: K) -> Self {
        Self { print, at: at.timestamp_millis(), key }
    }

    /// A cursor after the row with this key, in a list that is the same at every instant.
    #[must_use]
    pub fn timeless(print: [u8; 8], key: K) -> Self {
        Self { print, at: 0, key }
    }

    /// As the caller sees it.
    #[must_use]
    pub fn encode(&self) -> String {
        // A key is plain data of ours; it always has a JSON form.
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(self).unwrap_or_default())
    }

    fn decode(text: &str) -> Option<Self> {
        // Our cursors are short; anything long is not one.
        let text = Some(text).filter(|text| text.len() <= 2_000)?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
    }

    /// The key of a cursor made by [`Self::timeless`] with this print; `None` for anything else.
    #[must_use]
    pub fn key_of(text: &str, print: [u8; 8]) -> Option<K> {
        Self::decode(text).filter(|cursor| cursor.print == print && cursor.at == 0).map(|cursor| cursor.key)
    }
}

/// A page asked for, checked.
#[derive(Clone, Debug)]
pub struct PageArgs<K> {
    /// Rows wanted.
    pub first: usize,
    /// The row after which to begin.
    pub after: Option<Cursor<K>>,
}

impl<K: Serialize + DeserializeOwned> PageArgs<K> {
    /// Checks the arguments of a page. The print is checked by [`Self::belongs_to`], once the
    /// question is known.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for a size out of bounds and for what is no cursor of ours.
    pub fn check(first: Option<i32>, after: Option<&str>, size: PageSize) -> Result<Self, Error> {
        let first = match first {
            None => size.default,
            Some(asked) => {
                u32::try_from(asked).ok().filter(|asked| (1..=size.most).contains(asked)).ok_or_else(|| {
                    bad_input("first", format!("`first` is {asked}; it must be from 1 to {}.", size.most))
                })?
            }
        };
        let after = after
            .map(|text| {
                Cursor::decode(text).ok_or_else(|| {
                    bad_input("after", "This is not a cursor of ours: use `endCursor` of the page before, unchanged.")
                })
            })
            .transpose()?;
        Ok(Self { first: first as usize, after })
    }

    /// The instant of the question: that of its first page.
    #[must_use]
    pub fn asked_at(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        self.after.as_ref().and_then(|cursor| DateTime::from_timestamp_millis(cursor.at)).unwrap_or(now)
    }

    /// Checks that the cursor is one of this question's, and of no time to come.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for a cursor of another question.
    pub fn belongs_to(&self, print: [u8; 8], now: DateTime<Utc>) -> Result<(), Error> {
        match &self.after {
            Some(cursor) if cursor.print != print => Err(bad_input(
                "after",
                "This cursor belongs to another question: use one of the same list, with the same arguments.",
            )),
            Some(cursor) if cursor.at > now.timestamp_millis() => {
                Err(bad_input("after", "This cursor is of a time to come: use one that an answer gave."))
            }
            Some(_) | None => Ok(()),
        }
    }
}

/// One page of an ordered list.
#[derive(Debug)]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// How many rows the whole list has.
    pub total: usize,
    /// Whether more follow.
    pub has_next: bool,
    /// Whether there are any before.
    pub has_previous: bool,
}

/// Cuts a page out of a list. `order` is a total order in which no two rows are equal; `behind`
/// says whether a row stands behind the cursor. Only the page itself is put in order.
pub fn page<T>(
    mut rows: Vec<T>,
    order: impl Fn(&T, &T) -> Ordering,
    behind: impl Fn(&T) -> bool,
    first: usize,
) -> Page<T> {
    let total = rows.len();
    rows.retain(behind);
    let has_previous = rows.len() < total;
    let has_next = rows.len() > first;
    if has_next {
        rows.select_nth_unstable_by(first, &order);
        rows.truncate(first);
    }
    rows.sort_unstable_by(order);
    Page { rows, total, has_next, has_previous }
}

/// The first rows of a list, which is not gone through in pages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct First<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Whether there are more.
    pub more: bool,
}

impl<T> First<T> {
    /// So many of a list that was read with one more than that where more follow.
    #[must_use]
    pub fn of(mut rows: Vec<T>, first: usize) -> Self {
        let more = rows.len() > first;
        rows.truncate(first);
        Self { rows, more }
    }

    /// None, and no more.
    #[must_use]
    pub const fn none() -> Self {
        Self { rows: Vec::new(), more: false }
    }
}

/// Where a page stands in its list.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
#[graphql(name = "PageInfo")]
pub struct PageInfo {
    /// Whether more follow: ask again with `after: endCursor`.
    pub has_next_page: bool,
    /// Whether there are any before this page.
    pub has_previous_page: bool,
    /// Cursor of the first row; null where there are none.
    pub start_cursor: Option<String>,
    /// Cursor of the last row; null where there are none.
    pub end_cursor: Option<String>,
}

impl PageInfo {
    /// The page information of a page with these cursors.
    #[must_use]
    pub fn of<T>(page: &Page<T>, cursors: &[String]) -> Self {
        Self {
            has_next_page: page.has_next,
            has_previous_page: page.has_previous,
            start_cursor: cursors.first().cloned(),
            end_cursor: cursors.last().cloned(),
        }
    }
}

/// Makes the two types of a plain connection: `connection!(Connection, Edge, Node, "services")`.
/// The whole list's length is known to the connection, and told only when asked for.
#[macro_export]
macro_rules! connection {
    ($connection:ident, $edge:ident, $node:ty, $what:literal) => {
        #[doc = concat!("A page of ", $what, ".")]
        #[derive(Debug)]
        pub struct $connection {
            pub(crate) nodes: Vec<$node>,
            pub(crate) cursors: Vec<String>,
            pub(crate) page_info: $crate::api::paging::PageInfo,
            pub(crate) total: usize,
        }

        #[doc = concat!("A page of ", $what, ".")]
        #[async_graphql::Object]
        impl $connection {
            #[doc = concat!("The ", $what, " of this page, each with its cursor.")]
            async fn edges(&self) -> Vec<$edge> {
                self.nodes
                    .iter()
                    .zip(&self.cursors)
                    .map(|(node, cursor)| $edge { node: node.clone(), cursor: cursor.clone() })
                    .collect()
            }

            #[doc = concat!("The ", $what, " of this page.")]
            async fn nodes(&self) -> &[$node] {
                &self.nodes
            }

            /// Where this page stands in the whole list.
            async fn page_info(&self) -> &$crate::api::paging::PageInfo {
                &self.page_info
            }

            #[doc = concat!("How many ", $what, " the whole list has, over all pages.")]
            async fn total_count(&self) -> i32 {
                i32::try_from(self.total).unwrap_or(i32::MAX)
            }
        }

        #[doc = concat!("One of the ", $what, " of a page, with its cursor.")]
        #[derive(Clone, Debug, async_graphql::SimpleObject)]
        pub struct $edge {
            /// What stands here.
            pub node: $node,
            /// Its cursor: give it as `after` to begin behind it.
            pub cursor: String,
        }
    };
}
