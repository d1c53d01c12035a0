//! Whether the index has the words of a text: a print of them all, which costs one pass over the index whatever its
//! size, and for some the look itself. Pure.

use std::collections::BTreeMap;
use std::hash::BuildHasher;

use entity::service;
use foldhash::fast::FixedState;

use super::{Agreement, At, Thing};
use crate::directory::snapshot::postings::{Field, MOST_WORDS, Postings};
use crate::directory::snapshot::text::words;
use crate::directory::snapshot::{Part, Snapshot};

/// Of each text of a snapshot, a print of its words and where they stand: the sum of theirs, in whatever order.
pub(super) struct Prints([Vec<u64>; 2]);

impl Prints {
    /// The prints of the texts that an index has, so many in each part.
    pub(super) fn of(snapshot: &Snapshot, texts: impl for<'a> Fn(&'a Part) -> (&'a Postings, usize)) -> Self {
        Self(snapshot.views().map(|view| {
            let (postings, count) = texts(view.part);
            let mut prints = vec![0_u64; count];
            postings.each(|word, text, field| {
                if let Some(print) = prints.get_mut(text as usize) {
                    *print = print.wrapping_add(print_of(word, field));
                }
            });
            prints
        }))
    }

    /// The print of one.
    pub(super) fn at(&self, (part, index): At) -> u64 {
        self.0.get(part).and_then(|prints| prints.get(index as usize)).copied().unwrap_or_default()
    }
}

fn print_of(word: &str, field: Field) -> u64 {
    FixedState::with_seed(0).hash_one((word, field))
}

/// The print that a text must have.
pub(super) fn print<'a>(texts: impl IntoIterator<Item = (Field, &'a str)>) -> u64 {
    let mut best: BTreeMap<String, Field> = BTreeMap::new();
    for (field, text) in texts {
        for word in words(text) {
            best.entry(word).and_modify(|known| *known = field.min(*known)).or_insert(field);
        }
    }
    best.iter().fold(0, |sum, (word, field)| sum.wrapping_add(print_of(word, *field)))
}

/// Looks for a service as anybody would who knows its name.
pub(super) fn by_its_own_name(found: &mut Agreement, snapshot: &Snapshot, row: &service::Model, (part, index): At) {
    let mut asked = words(&row.name);
    asked.truncate(MOST_WORDS);
    if asked.is_empty() {
        return;
    }
    let asked = snapshot.understand(&asked, |part| &part.service_words, |view, service| view.holds(service));
    let hits = snapshot.views().get(part).map(|view| view.part.service_words.find(&asked)).unwrap_or_default();
    if hits.binary_search_by_key(&index, |hit| hit.text).is_err() {
        let name = format!("{:?}", row.name);
        found.tell(Thing::Service(row.id), "search by its name", "it is not found".to_owned(), name);
    }
}
