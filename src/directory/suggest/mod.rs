//! What somebody who is typing may mean: needs, agencies, services and places whose names begin like the words so far.
//!
//! Pure, and small enough to stand beside the index: names that are written alike are one [`Suggestion`] with a count.
//! [`Suggester::build`] makes one, [`suggest`] asks it, [`suggest_over`] asks several as if they were one: a large
//! base, what has changed since, and the [`places`], which never change.
//!
//! Every word typed must be found in the label or in one alias, each in a word of its own, in any order, whole or as a
//! beginning. Case, accents and apostrophes do not matter, nor full stops between initials. A word of four letters forgives one slip (a letter wrong,
//! missing, too many, or exchanged with its neighbour), one of eight forgives two; the first letter must be right unless
//! nothing else is found: then it may be one slip. What comes first:
//! 1. what is typed being the whole of a label or alias;
//! 2. fewer slips;
//! 3. whatever is no place before places: there are so many of these that a few letters are always the whole name of one;
//! 4. fewer words that are only begun;
//! 5. labels before aliases;
//! 6. beginnings of the label before its inside;
//! 7. needs, agencies, services; 8. the greater weight; 9. the folded label, then the id, then the aliases.
//!
//! `strings` and `table` hold, `slips` forgives, `typed` is the question, `ask` answers it for one suggester, `over` for
//! several, `highlight` shows why. To add another kind: a variant of [`Kind`], at its place in the order.

mod ask;
mod build;
mod hidden;
mod highlight;
mod over;
mod places;
mod slips;
mod strings;
mod table;
mod typed;

use std::ops::Range;

use serde::{Deserialize, Serialize};

pub use hidden::Hidden;
pub use over::{MOST_SUGGESTED, suggest, suggest_over};
pub use places::places;

use strings::Strings;
use table::Table;

/// What a suggestion is, in the order in which equal matches are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A need.
    Need,
    /// An agency.
    Agency,
    /// A service.
    Service,
    /// A place.
    Place,
}

impl Kind {
    /// All, in order.
    pub const ALL: [Self; 4] = [Self::Need, Self::Agency, Self::Service, Self::Place];
}

/// Something to suggest.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// What it is.
    pub kind: Kind,
    /// The caller's number for it.
    pub id: u32,
    /// The name that is shown and matched.
    pub label: &'a str,
    /// Other names by which it is found.
    pub also: &'a [&'a str],
    /// How much it is asked for, in any unit; more comes first.
    pub weight: u32,
}

/// A name to offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// What it is.
    pub kind: Kind,
    /// The caller's number for it; where several have the name, of the one with the greatest weight, then least number.
    pub id: u32,
    /// Its name.
    pub label: String,
    /// The other name that matched, where the label itself did not match as well.
    pub alias: Option<String>,
    /// What to highlight, in bytes of the alias if there is one, else of the label; in order, not touching each other
    /// unless by a space.
    pub ranges: Vec<Range<usize>>,
    /// How many have this kind, name and other names.
    pub count: u32,
}

impl Suggestion {
    /// What to show, with what to highlight in it: the label, and in brackets the alias that matched.
    #[must_use]
    pub fn shown(&self) -> (String, Vec<Range<usize>>) {
        let Some(alias) = &self.alias else { return (self.label.clone(), self.ranges.clone()) };
        let by = self.label.len() + " (".len();
        let moved = self.ranges.iter().map(|range| range.start + by..range.end + by).collect();
        (format!("{} ({alias})", self.label), moved)
    }
}

/// Whether these are the ends of lists that lie one behind the other in so many values.
fn rises_to(ends: &[u32], values: usize) -> bool {
    ends.is_sorted() && ends.last().is_some_and(|last| *last as usize == values)
}

/// The number of a group: entries of one kind, folded label and list of aliases. Groups are numbered best first.
type Group = u32;
/// The number of an entry among all, group by group and within a group best first.
type Member = u32;

/// Names to suggest, arranged for looking up. Never changes; see [`Hidden`] and [`suggest_over`] for how changes show.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Suggester {
    /// The labels as they are written, each once.
    labels: Strings,
    /// By member: the caller's number, the weight, the label.
    ids: Vec<u32>,
    weights: Vec<u32>,
    written: Vec<u32>,
    /// The members in the order of kind and the caller's number.
    by_id: Vec<Member>,
    /// Group `g` has the members from `groups[g]` to `groups[g + 1]`.
    groups: Vec<Member>,
    /// The first group of each kind, in order.
    kinds: [Group; Kind::ALL.len()],
    /// The labels by their words; text `g` is the label of group `g`.
    names: Table,
    /// The aliases by their words, as they are written, and whose they are.
    aliases: Table,
    alias_labels: Strings,
    alias_of: Vec<Group>,
}

impl Suggester {
    /// Whether every list is as long as those that count it say; what was read from a file may be otherwise.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let members = self.ids.len();
        let alike = [&self.weights, &self.written, &self.by_id].into_iter().all(|list| list.len() == members);
        let counted = self.is_empty() || rises_to(&self.groups, members);
        let tables = [(&self.names, self.names()), (&self.aliases, self.alias_of.len())];
        let strings = [&self.labels, &self.alias_labels].into_iter().all(Strings::is_sound);
        alike && counted && strings && tables.into_iter().all(|(table, texts)| table.is_sound(texts))
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// How many different names there are.
    #[must_use]
    pub fn names(&self) -> usize {
        self.groups.len().saturating_sub(1)
    }

    /// Memory that it holds, in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let members = [&self.ids, &self.weights, &self.written, &self.by_id, &self.groups, &self.alias_of];
        let numbers: usize = members.into_iter().map(Vec::capacity).sum();
        let tables = self.names.bytes() + self.aliases.bytes();
        self.labels.bytes() + self.alias_labels.bytes() + tables + numbers * size_of::<u32>()
    }

    fn kind_of(&self, group: Group) -> Kind {
        let kinds = Kind::ALL.into_iter().zip(self.kinds);
        kinds.rev().find(|(_, first)| *first <= group).map_or(Kind::Need, |(kind, _)| kind)
    }

    /// Whether a group is one of places, which are the last kind.
    fn is_place(&self, group: Group) -> bool {
        self.first_place() <= group
    }

    /// Whether it has any place, or anything else.
    fn has_any(&self, place: bool) -> bool {
        let first = self.first_place() as usize;
        if place { first < self.names() } else { first > 0 }
    }

    fn first_place(&self) -> Group {
        let [.., first] = self.kinds;
        first
    }

    fn members_of(&self, group: Group) -> Range<Member> {
        let end = |at: usize| self.groups.get(at).copied().unwrap_or_default();
        end(group as usize)..end(group as usize + 1)
    }

    fn group_of(&self, member: Member) -> Group {
        let after = self.groups.partition_point(|first| *first <= member);
        Group::try_from(after.saturating_sub(1)).unwrap_or_default()
    }

    fn id(&self, member: Member) -> u32 {
        self.ids.get(member as usize).copied().unwrap_or_default()
    }

    fn weight(&self, member: Member) -> u32 {
        self.weights.get(member as usize).copied().unwrap_or_default()
    }

    fn label(&self, member: Member) -> &str {
        self.labels.get(self.written.get(member as usize).copied().unwrap_or(u32::MAX))
    }

    /// The numbers of a group's aliases.
    fn aliases_of(&self, group: Group) -> Range<u32> {
        let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        number(self.alias_of.partition_point(|of| *of < group))
            ..number(self.alias_of.partition_point(|of| *of <= group))
    }

    /// The folded words and the aliases of a group.
    fn name_of(&self, group: Group) -> (Vec<&str>, Vec<&str>) {
        let words = self.names.words_of(group).iter().map(|word| self.names.dictionary.get(*word)).collect();
        (words, self.aliases_of(group).map(|alias| self.alias_labels.get(alias)).collect())
    }

    /// The group of this kind, folded label and list of aliases.
    fn group_called(&self, kind: Kind, words: &[&str], aliases: &[&str]) -> Option<Group> {
        let next = self.kinds.get(kind as usize + 1).copied().map_or(self.names(), |first| first as usize);
        if self.kinds.get(kind as usize).is_none_or(|first| *first as usize >= next) {
            return None;
        }
        let words = self.names.numbers(words.iter().copied())?;
        let called = self.names.exactly(&words).iter().copied();
        let same = |group: &Group| {
            self.aliases_of(*group).map(|alias| self.alias_labels.get(alias)).eq(aliases.iter().copied())
        };
        called.filter(|group| self.kind_of(*group) == kind).find(same)
    }
}
