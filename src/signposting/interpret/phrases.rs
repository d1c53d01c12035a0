//! Phrases in a trie over words, and where they occur in a text.

use std::collections::BTreeMap;

use super::families::Place;
use super::gist::is_doer;
use super::tokens::Gap;
use super::vocabulary::{BY, CANT, DENIES, LACK, LIGHT, NEVER, NOT, SEMI, SKIP, Sym, WANT, Word};

/// Most words passed over between two of a phrase.
const MAX_PASSED: u8 = 5;
/// Most of them that say something, if little: "my" does not count, "on" does.
const MAX_COUNTED: u8 = 2;

/// A trie being filled.
#[derive(Debug, Default)]
pub(super) struct TrieBuilder {
    edges: BTreeMap<(u32, Sym), u32>,
    /// Edges of families, which part and meet again.
    parting: Vec<(u32, Sym, u32)>,
    ends: BTreeMap<u32, Vec<u32>>,
    nodes: u32,
}

impl TrieBuilder {
    /// Adds a phrase that means `which`. One without words is left out.
    pub(super) fn add(&mut self, phrase: &[Sym], which: u32) {
        let mut node = 0;
        for sym in phrase {
            node = *self.edges.entry((node, *sym)).or_insert_with(|| {
                self.nodes += 1;
                self.nodes
            });
        }
        if node != 0 {
            self.ends.entry(node).or_default().push(which);
        }
    }

    /// Adds a family of phrases that all mean `which`.
    pub(super) fn family(&mut self, places: &[Place], which: u32) {
        let mut from = vec![0];
        for place in places {
            self.nodes += 1;
            let to = self.nodes;
            let mut between: BTreeMap<(u32, Sym), u32> = BTreeMap::new();
            for start in &from {
                for way in &place.ways {
                    let Some((last, before)) = way.split_last() else { continue };
                    let mut node = *start;
                    for sym in before {
                        node = *between.entry((node, *sym)).or_insert_with(|| {
                            self.nodes += 1;
                            self.nodes
                        });
                    }
                    self.parting.push((node, *last, to));
                }
            }
            self.parting.extend(between.into_iter().map(|((node, sym), next)| (node, sym, next)));
            if !place.optional {
                from.clear();
            }
            from.push(to);
        }
        for node in from.into_iter().filter(|node| *node != 0) {
            self.ends.entry(node).or_default().push(which);
        }
    }

    /// The trie as it is asked.
    pub(super) fn build(self) -> Trie {
        let mut trie = Trie::default();
        let mut from = 0;
        let edges = self.edges.into_iter().map(|((node, sym), to)| (node, sym, to));
        let mut edges: Vec<(u32, Sym, u32)> = edges.chain(self.parting).collect();
        edges.sort_unstable();
        edges.dedup();
        let mut edges = edges.into_iter().peekable();
        for node in 0..=self.nodes {
            while let Some((_, sym, to)) = edges.next_if(|(of, ..)| *of == node) {
                trie.edges.push((sym, to));
            }
            let to = u32::try_from(trie.edges.len()).unwrap_or(u32::MAX);
            let ends = u32::try_from(trie.ends.len()).unwrap_or(u32::MAX);
            trie.ends.extend(self.ends.get(&node).into_iter().flatten());
            let ends_to = u32::try_from(trie.ends.len()).unwrap_or(u32::MAX);
            trie.nodes.push(Node { edges: (from, to), ends: (ends, ends_to) });
            from = to;
        }
        trie
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Node {
    edges: (u32, u32),
    ends: (u32, u32),
}

/// A trie over words.
#[derive(Debug, Default)]
pub(super) struct Trie {
    nodes: Vec<Node>,
    edges: Vec<(Sym, u32)>,
    ends: Vec<u32>,
}

/// A phrase that occurs in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Match {
    /// What it means.
    pub(super) which: u32,
    /// Its first word.
    pub(super) first: usize,
    /// Its last.
    pub(super) last: usize,
    /// How many words of it there are, without those passed over.
    pub(super) words: u8,
}

/// How far a phrase has been followed.
#[derive(Clone, Copy, Debug)]
struct Path {
    node: u32,
    first: usize,
    last: usize,
    words: u8,
    /// Words passed over since the last one, and how many of them say something.
    passed: (u8, u8),
}

impl Trie {
    /// Where this word leads; of families to several places.
    fn nexts(&self, node: u32, sym: Sym) -> impl Iterator<Item = u32> {
        let node = self.nodes.get(node as usize).copied().unwrap_or_default();
        let edges = self.edges.get(node.edges.0 as usize..node.edges.1 as usize).unwrap_or_default();
        let from = edges.partition_point(|edge| edge.0 < sym);
        edges.iter().skip(from).take_while(move |edge| edge.0 == sym).map(|edge| edge.1)
    }

    fn ends(&self, node: u32) -> &[u32] {
        let node = self.nodes.get(node as usize).copied().unwrap_or_default();
        self.ends.get(node.ends.0 as usize..node.ends.1 as usize).unwrap_or_default()
    }

    /// The longest phrase with which these words begin, without any word between: its length and what it means.
    pub(super) fn longest(&self, words: &[Word]) -> Option<(usize, u32)> {
        let (mut node, mut found) = (0, None);
        for (at, word) in words.iter().enumerate() {
            if at > 0 && word.gap != Gap::None {
                break;
            }
            let Some(next) = self.nexts(node, word.sym).next() else { break };
            node = next;
            if let Some(which) = self.ends(node).first() {
                found = Some((at + 1, *which));
            }
        }
        found
    }

    /// Adds every phrase that occurs in a text, with words that say little passed over, to `found`.
    pub(super) fn matches(&self, words: &[Word], found: &mut Vec<Match>) {
        for (first, word) in words.iter().enumerate() {
            for node in self.nexts(0, word.sym) {
                self.follow(words, Path { node, first, last: first, words: 1, passed: (0, 0) }, found);
            }
        }
    }

    /// From a node, reached with the word at `last`. How many words are passed over is bounded, so is the depth.
    fn follow(&self, words: &[Word], path: Path, found: &mut Vec<Match>) {
        let Path { node, first, last, passed, .. } = path;
        if passed == (0, 0) {
            let ends = self.ends(node).iter();
            found.extend(ends.map(|which| Match { which: *which, first, last, words: path.words }));
        }
        let at = last + 1 + usize::from(passed.0);
        let Some(word) = words.get(at).filter(|word| word.gap == Gap::None) else { return };
        for next in self.nexts(node, word.sym) {
            let words_so_far = path.words.saturating_add(1);
            self.follow(words, Path { node: next, last: at, words: words_so_far, passed: (0, 0), ..path }, found);
        }
        let counted = passed.1 + u8::from(!word.is(LIGHT));
        // "Don't need sleep" is not "don't sleep".
        let wish = word.is(WANT) && words.get(last).is_some_and(|word| word.is(NOT | NEVER | LACK | CANT | DENIES));
        // "Hit by my partner" is not "hit my partner".
        let doer = word.is(BY) && is_doer(words, at);
        if word.is(LIGHT | SEMI | SKIP) && !wish && !doer && passed.0 < MAX_PASSED && counted <= MAX_COUNTED {
            self.follow(words, Path { passed: (passed.0 + 1, counted), ..path }, found);
        }
    }
}
