//! From entries to a [`Suggester`].

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use super::strings::Strings;
use super::table::{Table, Word};
use super::{Entry, Kind, Suggester};
use crate::directory::snapshot::text::words;

/// The words of many texts: the ordered dictionary, and by text the numbers of its words.
struct Worded {
    dictionary: Strings,
    starts: Vec<usize>,
    words: Vec<Word>,
}

/// An entry with its label by number.
struct Member<'a> {
    kind: Kind,
    /// The place of the folded label in the order of folded labels.
    rank: u32,
    also: &'a [&'a str],
    weight: u32,
    id: u32,
    written: u32,
}

impl Suggester {
    /// Arranges entries for looking up. An entry that is given twice alike counts once. What does not fit the numbering
    /// (4 GiB of labels, 4 billion words) is left out.
    #[must_use]
    pub fn build<'a>(entries: impl IntoIterator<Item = Entry<'a>>) -> Self {
        Self::arrange(entries).unwrap_or_default()
    }

    fn arrange<'a>(entries: impl IntoIterator<Item = Entry<'a>>) -> Option<Self> {
        let mut labels = Strings::default();
        let mut numbers: HashMap<&str, u32> = HashMap::new();
        let mut written: Vec<&str> = Vec::new();
        let mut members: Vec<Member<'a>> = Vec::new();
        for Entry { kind, id, label, also, weight } in entries {
            let number = match numbers.get(label) {
                Some(number) => *number,
                None => {
                    let Some(number) = labels.push(label) else { continue };
                    numbers.insert(label, number);
                    written.push(label);
                    number
                }
            };
            members.push(Member { kind, rank: 0, also, weight, id, written: number });
        }
        drop(numbers);
        let worded = Worded::read(written.iter().copied())?;
        drop(written);
        let ranks = worded.ranks();
        for member in &mut members {
            member.rank = ranks.get(member.written as usize).copied().unwrap_or_default();
        }
        // Members of a group together, best first; then the groups in their own order.
        members.sort_unstable_by_key(|member| {
            (member.kind, member.rank, member.also, Reverse(member.weight), member.id, member.written)
        });
        let same = |a: &Member<'_>, b: &Member<'_>| (a.kind, a.rank, a.also) == (b.kind, b.rank, b.also);
        let mut groups: Vec<&[Member<'a>]> = members.chunk_by(same).collect();
        groups.sort_unstable_by_key(|group| {
            group.first().map(|best| (best.kind, Reverse(best.weight), best.rank, best.id, best.also))
        });
        Self::of_groups(labels, worded, &groups)
    }

    fn of_groups(mut labels: Strings, mut worded: Worded, groups: &[&[Member<'_>]]) -> Option<Self> {
        labels.shrink();
        let members = groups.iter().map(|group| group.len()).sum();
        let mut made = Self {
            ids: Vec::with_capacity(members),
            weights: Vec::with_capacity(members),
            written: Vec::with_capacity(members),
            groups: Vec::with_capacity(groups.len() + 1),
            ..Self::default()
        };
        made.groups.push(0);
        let mut met = HashSet::new();
        let mut aliases: Vec<&str> = Vec::new();
        for (number, group) in (0_u32..).zip(groups) {
            met.clear();
            for member in *group {
                if met.insert(member.id) {
                    made.ids.push(member.id);
                    made.weights.push(member.weight);
                    made.written.push(member.written);
                }
            }
            made.groups.push(u32::try_from(made.ids.len()).ok()?);
            for alias in group.first().map(|best| best.also).unwrap_or_default() {
                aliases.push(alias);
                made.alias_labels.push(alias)?;
                made.alias_of.push(number);
            }
        }
        for (kind, first) in Kind::ALL.into_iter().zip(&mut made.kinds) {
            let before = groups.partition_point(|group| group.first().is_some_and(|best| best.kind < kind));
            *first = u32::try_from(before).ok()?;
        }
        let mut by_id: Vec<u32> = (0..u32::try_from(made.ids.len()).ok()?).collect();
        // The groups stand by kind, and so do their members.
        let ends = made.kinds.iter().skip(1).map(|first| made.members_of(*first).start).chain([u32::MAX]);
        let mut from = 0;
        for end in ends {
            let to = (end as usize).clamp(from, by_id.len());
            if let Some(of_kind) = by_id.get_mut(from..to) {
                of_kind.sort_unstable_by_key(|member| (made.id(*member), *member));
            }
            from = to;
        }
        made.by_id = by_id;
        let best_written = |group: &&[Member<'_>]| group.first().map_or(0, |best| best.written as usize);
        let dictionary = std::mem::take(&mut worded.dictionary);
        let group_ranks: Vec<u32> = groups.iter().filter_map(|group| group.first()).map(|best| best.rank).collect();
        made.names = Table::build(dictionary, groups.iter().map(|group| worded.of(best_written(group))), &group_ranks)?;
        let mut also = Worded::read(aliases.into_iter())?;
        let dictionary = std::mem::take(&mut also.dictionary);
        made.aliases = Table::build(dictionary, (0..made.alias_of.len()).map(|alias| also.of(alias)), &also.ranks())?;
        made.labels = labels;
        made.ids.shrink_to_fit();
        made.weights.shrink_to_fit();
        made.written.shrink_to_fit();
        made.alias_of.shrink_to_fit();
        made.alias_labels.shrink();
        Some(made)
    }
}

impl Worded {
    fn read<'a>(texts: impl Iterator<Item = &'a str>) -> Option<Self> {
        let mut met: HashMap<String, Word> = HashMap::new();
        let (mut starts, mut numbers) = (vec![0], Vec::new());
        for text in texts {
            for word in words(text) {
                let next = Word::try_from(met.len()).ok()?;
                numbers.push(*met.entry(word).or_insert(next));
            }
            starts.push(numbers.len());
        }
        let mut ordered: Vec<(&String, Word)> = met.iter().map(|(word, number)| (word, *number)).collect();
        ordered.sort_unstable();
        let mut dictionary = Strings::default();
        let mut renumbered = vec![0; ordered.len()];
        for (word, number) in ordered {
            let place = renumbered.get_mut(number as usize)?;
            *place = dictionary.push(word)?;
        }
        for number in &mut numbers {
            *number = renumbered.get(*number as usize).copied()?;
        }
        dictionary.shrink();
        Some(Self { dictionary, starts, words: numbers })
    }

    fn of(&self, text: usize) -> &[Word] {
        let span = self.starts.get(text).zip(self.starts.get(text + 1));
        span.and_then(|(from, to)| self.words.get(*from..*to)).unwrap_or_default()
    }

    /// The place of each text in the order of their words; texts of the same words have the same.
    fn ranks(&self) -> Vec<u32> {
        let mut order: Vec<usize> = (0..self.starts.len().saturating_sub(1)).collect();
        order.sort_unstable_by_key(|text| self.of(*text));
        let mut ranks = vec![0; order.len()];
        for (rank, alike) in (0_u32..).zip(order.chunk_by(|a, b| self.of(*a) == self.of(*b))) {
            for text in alike {
                if let Some(place) = ranks.get_mut(*text) {
                    *place = rank;
                }
            }
        }
        ranks
    }
}
