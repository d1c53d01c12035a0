//! Phrases in a trie over words, and where they occur in a text.

use std::collections::BTreeMap;

use super::tokens::Gap;
use super::vocabulary::{CANT, DENIES, LACK, LIGHT, NEVER, NOT, SEMI, SKIP, Sym, WANT, Word};

/// Most words passed over between two of a phrase.
const MAX_PASSED: u8 = 5;
/// Most of them that say something, if little: "my" does not count, "on" does.
const MAX_COUNTED: u8 = 2;

/// A trie being filled.
#[derive(Debug, Default)]
pub(super) struct TrieBuilder {
    edges: BTreeMap<(u32, Sym), u32>,
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

    /// The trie as it is asked.
    pub(super) fn build(self) -> Trie {
        let mut trie = Trie::default();
        let mut from = 0;
        let mut edges = self.edges.into_iter().peekable();
        for node in 0..=self.nodes {
            while let Some(((_, sym), to)) = edges.next_if(|((of, _), _)| *of == node) {
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
}

impl Trie {
    fn next(&self, node: u32, sym: Sym) -> Option<u32> {
        let node = self.nodes.get(node as usize)?;
        let edges = self.edges.get(node.edges.0 as usize..node.edges.1 as usize)?;
        edges.binary_search_by_key(&sym, |edge| edge.0).ok().and_then(|at| edges.get(at)).map(|edge| edge.1)
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
            let Some(next) = self.next(node, word.sym) else { break };
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
            if let Some(node) = self.next(0, word.sym) {
                self.follow(words, node, first, first, (0, 0), found);
            }
        }
    }

    /// From `node`, reached with the word at `last`. How many words are passed over is bounded, so is the depth.
    fn follow(&self, words: &[Word], node: u32, first: usize, last: usize, passed: (u8, u8), found: &mut Vec<Match>) {
        if passed == (0, 0) {
            found.extend(self.ends(node).iter().map(|which| Match { which: *which, first, last }));
        }
        let at = last + 1 + usize::from(passed.0);
        let Some(word) = words.get(at).filter(|word| word.gap == Gap::None) else { return };
        if let Some(next) = self.next(node, word.sym) {
            self.follow(words, next, first, at, (0, 0), found);
        }
        let counted = passed.1 + u8::from(!word.is(LIGHT));
        // "Don't need sleep" is not "don't sleep".
        let wish = word.is(WANT) && words.get(last).is_some_and(|word| word.is(NOT | NEVER | LACK | CANT | DENIES));
        if word.is(LIGHT | SEMI | SKIP) && !wish && passed.0 < MAX_PASSED && counted <= MAX_COUNTED {
            self.follow(words, node, first, last, (passed.0 + 1, counted), found);
        }
    }
}
