//! Texts by their words: a dictionary in which "begins with" is a range, and for each of its words the texts that
//! have it, best first, so that the best of all texts under a whole range of words are found without reading the rest.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::strings::Strings;

/// The number of a word in the dictionary.
pub(super) type Word = u32;
/// The number of a text. Texts are numbered best first.
pub(super) type Text = u32;

/// Words of a text that are indexed; those that follow are shown only.
pub(super) const MOST_WORDS: usize = 24;

/// Texts by their words.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Table {
    /// Every word, in order.
    pub(super) dictionary: Strings,
    /// The words of each text, one after the other: text `t` has those from `starts[t]` to `starts[t + 1]`.
    starts: Vec<u32>,
    words: Vec<Word>,
    /// The texts in the order of their words, for finding one that is known in full.
    sorted: Vec<Text>,
    /// Which letters the words of each text begin with, see [`mark`].
    marks: Vec<u64>,
    /// The texts that begin with each word.
    pub(super) first: Lists,
    /// The texts that have each word further in.
    pub(super) inside: Lists,
}

/// For each word the texts that have it, in order.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Lists {
    starts: Vec<u32>,
    texts: Vec<Text>,
    /// A tree of the least text under each word: leaf `w + words` is the first of the word's list, node `n` the lesser
    /// of `2n` and `2n + 1`.
    least: Vec<Text>,
}

/// No text.
const NONE: Text = Text::MAX;

impl Table {
    /// A table of texts, given the ordered dictionary, each text's words in the order of the texts, and the place of each
    /// in the order of their words. `None` if there are more words than can be numbered.
    pub(super) fn build<'a>(
        dictionary: Strings,
        texts: impl Iterator<Item = &'a [Word]> + Clone,
        ranks: &[u32],
    ) -> Option<Self> {
        let words_of = |text: &'a [Word]| text.get(..MOST_WORDS).unwrap_or(text);
        let total: usize = texts.clone().map(|text| words_of(text).len()).sum();
        u32::try_from(total).ok()?;
        let mut table = Self { words: Vec::with_capacity(total), ..Self::default() };
        table.starts.push(0);
        let marks: Vec<u64> =
            (0..dictionary.len()).map(|word| mark(dictionary.get(u32::try_from(word).unwrap_or(NONE)), true)).collect();
        for text in texts.clone() {
            let words = words_of(text);
            table.words.extend_from_slice(words);
            table.starts.push(u32::try_from(table.words.len()).ok()?);
            let marked = words.iter().filter_map(|word| marks.get(*word as usize)).fold(0, |all, mark| all | mark);
            table.marks.push(marked);
        }
        table.starts.shrink_to_fit();
        table.marks.shrink_to_fit();
        table.sorted = (0..u32::try_from(table.marks.len()).ok()?).collect();
        let mut sorted = std::mem::take(&mut table.sorted);
        sorted.sort_unstable_by_key(|text| (ranks.get(*text as usize), *text));
        table.sorted = sorted;
        let (known, texts) = (dictionary.len(), texts.map(words_of));
        table.first = Lists::build(known, texts.clone().map(|text| text.get(..1).unwrap_or_default()));
        table.inside = Lists::build(known, texts.map(|text| text.get(1..).unwrap_or_default()));
        table.dictionary = dictionary;
        Some(table)
    }

    /// Whether every list of a table of so many texts is as long as those that count it say.
    pub(super) fn is_sound(&self, texts: usize) -> bool {
        let empty = self.starts.is_empty() && texts == 0;
        let counted = self.starts.len() == texts + 1 && super::rises_to(&self.starts, self.words.len());
        let alike = self.marks.len() == texts && self.sorted.len() == texts && self.dictionary.is_sound();
        let lists = [&self.first, &self.inside].into_iter().all(|lists| lists.is_sound(self.dictionary.len()));
        empty || (counted && alike && lists)
    }

    /// The words of a text.
    pub(super) fn words_of(&self, text: Text) -> &[Word] {
        let at = text as usize;
        let end = |at: usize| self.starts.get(at).copied().unwrap_or_default() as usize;
        self.words.get(end(at)..end(at + 1)).unwrap_or_default()
    }

    /// Whether a text may have words that begin as `mark` says. That it may is not that it has.
    pub(super) fn may_have(&self, text: Text, mark: u64) -> bool {
        self.marks.get(text as usize).is_some_and(|marks| marks & mark == mark)
    }

    /// The texts with exactly these words in this order.
    pub(super) fn exactly(&self, words: &[Word]) -> &[Text] {
        let from = self.sorted.partition_point(|text| self.words_of(*text) < words);
        let rest = self.sorted.get(from..).unwrap_or_default();
        rest.get(..rest.partition_point(|text| self.words_of(*text) == words)).unwrap_or_default()
    }

    /// The numbers of words, if all are in the dictionary.
    pub(super) fn numbers<'a>(&self, words: impl IntoIterator<Item = &'a str>) -> Option<Vec<Word>> {
        words.into_iter().map(|word| self.dictionary.find(word)).collect()
    }

    /// All words.
    pub(super) fn all(&self) -> Range<Word> {
        0..u32::try_from(self.dictionary.len()).unwrap_or(NONE)
    }

    /// The words that begin with a text.
    pub(super) fn beginning_with(&self, start: &str) -> Range<Word> {
        let all = self.all();
        let from = self.dictionary.first_not(0, all.end, |word| word < start);
        from..self.dictionary.first_not(from, all.end, |word| word.starts_with(start))
    }

    /// Bytes of memory.
    pub(super) fn bytes(&self) -> usize {
        let numbers = self.starts.capacity() + self.words.capacity() + self.sorted.capacity();
        let lists = self.first.bytes() + self.inside.bytes();
        self.dictionary.bytes() + numbers * size_of::<u32>() + self.marks.capacity() * size_of::<u64>() + lists
    }
}

impl Lists {
    /// Lists of texts for so many words.
    fn build<'a>(known: usize, texts: impl Iterator<Item = &'a [Word]> + Clone) -> Self {
        // Each text once for each of its words.
        let each_once = |words: &'a [Word]| {
            words.iter().enumerate().filter(|(at, word)| !words.iter().take(*at).any(|other| other == *word))
        };
        let mut starts = vec![0_u32; known + 1];
        for (_, word) in texts.clone().flat_map(each_once) {
            if let Some(count) = starts.get_mut(*word as usize + 1) {
                *count += 1;
            }
        }
        let mut total = 0;
        for start in &mut starts {
            total += *start;
            *start = total;
        }
        let mut lists = vec![NONE; total as usize];
        let mut next = starts.clone();
        for (text, words) in (0_u32..).zip(texts) {
            for (_, word) in each_once(words) {
                let Some(next) = next.get_mut(*word as usize) else { continue };
                if let Some(place) = lists.get_mut(*next as usize) {
                    *place = text;
                }
                *next += 1;
            }
        }
        let mut least = vec![NONE; known * 2];
        for word in 0..known {
            let list = starts.get(word).zip(starts.get(word + 1));
            let head = list.and_then(|(from, to)| lists.get(*from as usize..*to as usize)?.first().copied());
            if let Some(leaf) = least.get_mut(known + word) {
                *leaf = head.unwrap_or(NONE);
            }
        }
        for node in (1..known).rev() {
            let of = |node: usize| least.get(node).copied().unwrap_or(NONE);
            let lesser = of(node * 2).min(of(node * 2 + 1));
            if let Some(place) = least.get_mut(node) {
                *place = lesser;
            }
        }
        Self { starts, texts: lists, least }
    }

    fn is_sound(&self, known: usize) -> bool {
        self.starts.len() == known + 1
            && super::rises_to(&self.starts, self.texts.len())
            && self.least.len() == known * 2
    }

    fn start(&self, word: Word) -> u32 {
        self.starts.get(word as usize).copied().unwrap_or_default()
    }

    /// The texts of all words of a range, word by word: a text that has several stands there as often.
    pub(super) fn of(&self, words: &Range<Word>) -> &[Text] {
        self.texts.get(self.start(words.start) as usize..self.start(words.end) as usize).unwrap_or_default()
    }

    fn bytes(&self) -> usize {
        (self.starts.capacity() + self.texts.capacity() + self.least.capacity()) * size_of::<u32>()
    }
}

/// The texts of many words, best first, each once.
pub(super) struct BestFirst<'a> {
    lists: [Option<&'a Lists>; 2],
    waiting: BinaryHeap<Reverse<(Text, Source)>>,
    last: Text,
}

/// Where more texts come from, of the list of that number: all beneath a node of the tree, or the rest of one list.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Source {
    Node(u8, u32),
    Rest(u8, u32, u32),
}

impl<'a> BestFirst<'a> {
    /// The texts of these words in one list or two.
    pub(super) fn new(lists: [Option<&'a Lists>; 2], words: &[Range<Word>]) -> Self {
        let mut found = Self { lists, waiting: BinaryHeap::new(), last: NONE };
        for (list, lists) in (0_u8..).zip(lists) {
            let Some(known) = lists.map(|lists| u32::try_from(lists.least.len() / 2).unwrap_or(NONE)) else { continue };
            for words in words {
                // The nodes that between them cover the range and nothing else.
                let (mut from, mut to) = (words.start.saturating_add(known), words.end.saturating_add(known));
                while from < to {
                    if from % 2 == 1 {
                        found.wait_for_node(list, from);
                        from += 1;
                    }
                    if to % 2 == 1 {
                        to -= 1;
                        found.wait_for_node(list, to);
                    }
                    (from, to) = (from / 2, to / 2);
                }
            }
        }
        found
    }

    fn lists(&self, list: u8) -> Option<&'a Lists> {
        self.lists.get(usize::from(list)).copied().flatten()
    }

    fn wait_for_node(&mut self, list: u8, node: u32) {
        let least = self.lists(list).and_then(|lists| lists.least.get(node as usize)).copied().unwrap_or(NONE);
        if least != NONE {
            self.waiting.push(Reverse((least, Source::Node(list, node))));
        }
    }
}

impl Iterator for BestFirst<'_> {
    type Item = Text;

    fn next(&mut self) -> Option<Text> {
        while let Some(Reverse((text, source))) = self.waiting.pop() {
            let (list, from, to) = match source {
                Source::Node(list, node) => {
                    let lists = self.lists(list)?;
                    let known = u32::try_from(lists.least.len() / 2).ok()?;
                    let Some(word) = node.checked_sub(known) else {
                        self.wait_for_node(list, node * 2);
                        self.wait_for_node(list, node * 2 + 1);
                        continue;
                    };
                    (list, lists.start(word), lists.start(word + 1))
                }
                Source::Rest(list, from, to) => (list, from, to),
            };
            if from + 1 < to
                && let Some(next) = self.lists(list).and_then(|lists| lists.texts.get(from as usize + 1))
            {
                self.waiting.push(Reverse((*next, Source::Rest(list, from + 1, to))));
            }
            if text != self.last {
                self.last = text;
                return Some(text);
            }
        }
        None
    }
}

/// How a word begins, as bits: one for its first letter and, if `two` letters are to count, one for its first two.
/// Different beginnings can share a bit, so that a bit rules out but never proves.
pub(super) fn mark(word: &str, two: bool) -> u64 {
    let mut letters = word.chars().map(u32::from);
    let Some(first) = letters.next() else { return 0 };
    let second = letters.next().filter(|_| two);
    let of_two =
        second.map_or(0, |second| 1 << (32 + first.wrapping_mul(31).wrapping_add(second.wrapping_mul(7)) % 32));
    (1 << (first % 32)) | of_two
}
