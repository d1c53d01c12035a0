//! The rules of suggesting, written down once more and without any haste: every entry is looked at.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use signpost::directory::snapshot::text::words;
use signpost::directory::suggest::{Entry, Kind};

/// Something to suggest.
#[derive(Clone, Debug)]
pub(super) struct Thing {
    pub(super) kind: Kind,
    pub(super) id: u32,
    pub(super) label: String,
    pub(super) also: Vec<&'static str>,
    pub(super) weight: u32,
}

impl Thing {
    pub(super) fn entry(&self) -> Entry<'_> {
        Entry { kind: self.kind, id: self.id, label: &self.label, also: &self.also, weight: self.weight }
    }
}

/// A suggestion, without its highlights.
pub(super) type Answer = (Kind, u32, String, Option<String>, u32);

#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Sound,
    Later,
    Anywhere,
}

/// The fewest letters wrong, missing, too many or exchanged between what was typed and any beginning of a word.
fn slips(typed: &[char], word: &[char]) -> usize {
    let mut table = vec![vec![0; word.len() + 1]; typed.len() + 1];
    for i in 0..=typed.len() {
        for j in 0..=word.len() {
            table[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let wrong = table[i - 1][j - 1] + usize::from(typed[i - 1] != word[j - 1]);
                wrong.min(table[i - 1][j] + 1).min(table[i][j - 1] + 1)
            };
            if i > 1 && j > 1 && typed[i - 1] == word[j - 2] && typed[i - 2] == word[j - 1] {
                table[i][j] = table[i][j].min(table[i - 2][j - 2] + 1);
            }
        }
    }
    table[typed.len()].iter().min().copied().unwrap()
}

/// How a typed word fits a word: slips, and whether it was only begun.
fn fit(typed: &str, word: &str, mode: Mode) -> Option<(usize, bool)> {
    if word.starts_with(typed) {
        return Some((0, word != typed));
    }
    let (typed, word): (Vec<char>, Vec<char>) = (typed.chars().collect(), word.chars().collect());
    let allowed = match typed.len() {
        0..=3 => 0,
        4..=7 => 1,
        _ => 2,
    };
    let fewest = slips(&typed, &word);
    let same_first = typed.first() == word.first();
    let is_forgiven = match mode {
        Mode::Sound => false,
        Mode::Later => same_first && fewest <= allowed,
        Mode::Anywhere => fewest <= allowed.min(1) || same_first && fewest <= allowed,
    };
    is_forgiven.then_some((fewest, false))
}

/// What comes first: part, slips, begun, inside.
fn class(typed: &[String], text: &str, mode: Mode) -> Option<(bool, usize, usize, bool)> {
    let text = words(text);
    let mut longest_first: Vec<&String> = Vec::new();
    for word in typed {
        if !longest_first.contains(&word) {
            longest_first.push(word);
        }
    }
    longest_first.sort_by_key(|word| Reverse(word.chars().count()));
    let mut free: Vec<usize> = (0..text.len()).collect();
    let (mut slips, mut begun) = (0, 0);
    for word in longest_first {
        let fits = free.iter().filter_map(|at| fit(word, &text[*at], mode).map(|fit| (fit, *at)));
        let ((slipped, is_begun), at) = fits.min()?;
        slips += slipped;
        begun += usize::from(is_begun);
        free.retain(|other| *other != at);
    }
    Some((text != typed, slips, begun, free.contains(&0)))
}

/// The best of all things for what was typed.
pub(super) fn suggest(things: &[Thing], typed: &str, limit: usize) -> Vec<Answer> {
    let typed = words(typed);
    let mut names: BTreeMap<_, Vec<&Thing>> = BTreeMap::new();
    for thing in things {
        names.entry((thing.kind, words(&thing.label), thing.also.clone())).or_default().push(thing);
    }
    let mut found = Vec::new();
    for mode in [Mode::Sound, Mode::Later, Mode::Anywhere] {
        if typed.is_empty() || found.len() >= limit || mode == Mode::Anywhere && !found.is_empty() {
            break;
        }
        found.clear();
        for ((kind, folded, also), alike) in &names {
            let best = alike.iter().min_by_key(|thing| (Reverse(thing.weight), thing.id)).unwrap();
            let of_label = class(&typed, &best.label, mode).map(|class| (class, None));
            let of_aliases =
                also.iter().enumerate().filter_map(|(at, alias)| Some((class(&typed, alias, mode)?, Some(at))));
            let matching = of_label.into_iter().chain(of_aliases);
            let classes = matching.map(|((part, slips, begun, inside), alias)| {
                ((part, slips, *kind == Kind::Place, begun, alias.is_some(), inside), alias)
            });
            if let Some((class, alias)) = classes.min() {
                let alias = alias.map(|at| also[at].to_owned());
                let answer = (*kind, best.id, best.label.clone(), alias, alike.len() as u32);
                found.push(((class, *kind, Reverse(best.weight), folded, best.id, also), answer));
            }
        }
    }
    found.sort();
    found.into_iter().map(|(_, answer)| answer).take(limit).collect()
}
