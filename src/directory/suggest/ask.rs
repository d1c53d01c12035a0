//! The best of one suggester for what was typed.

use std::cmp::{Ordering, Reverse};
use std::collections::HashSet;
use std::ops::Range;

use super::hidden::Hidden;
use super::slips::{MOST_BRANCHES, joined, near};
use super::table::{BestFirst, Table, Text, Word, mark};
use super::typed::{MOST_WORDS, Typed, TypedWord};
use super::{Group, Kind, Suggester};

/// Of the texts that have the rarest of several words: looked at closely before it is enough.
const MOST_CHECKED: usize = 2_500;
/// Looked at in passing.
const MOST_PASSED: usize = 60_000;
/// Looked at first, the weightiest.
const MOST_OF_BEST: usize = 500;

/// What is forgiven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Forgiven {
    /// Nothing.
    Nothing,
    /// Slips after the first letter.
    Later,
    /// One in any letter, a second after the first.
    Anywhere,
}

/// How a word fits one that was typed, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    /// It is the word.
    Whole,
    /// It begins with it.
    Begun,
    /// It begins with it but for so many slips.
    Slips(u8),
}

/// How well a text matches, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Class {
    /// It is not just what was typed.
    part: bool,
    slips: u8,
    /// It is a place, of which there are tens of thousands with names of all sorts.
    place: bool,
    /// Words of which only the beginning was typed.
    begun: u8,
    alias: bool,
    /// No word typed is its first.
    inside: bool,
}

/// A group that matches.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hit {
    pub(super) class: Class,
    pub(super) kind: Kind,
    pub(super) group: Group,
    /// The alias by which it matches, if not by its label.
    pub(super) alias: Option<Text>,
    weight: u32,
    id: u32,
}

/// Which words of a table one typed word may mean.
#[derive(Debug, Default)]
struct Reach {
    whole: Option<Word>,
    begun: Range<Word>,
    one_slip: Vec<Range<Word>>,
    two_slips: Vec<Range<Word>>,
}

/// What the typed words mean in one table.
#[derive(Debug)]
struct Side<'a> {
    table: &'a Table,
    is_alias: bool,
    reaches: Vec<Reach>,
    /// All that was typed, if each word is known.
    sequence: Option<Vec<Word>>,
}

/// A question to one suggester.
#[derive(Debug)]
pub(super) struct Asked<'a> {
    pub(super) suggester: &'a Suggester,
    pub(super) hidden: &'a Hidden,
    typed: &'a Typed,
    forgiven: Forgiven,
    sides: [Side<'a>; 2],
}

/// The words of a text that the typed ones took: by typed word its position and how it fits.
pub(super) type Taken = [Option<(usize, Fit)>; MOST_WORDS];

impl Reach {
    fn new(table: &Table, word: &TypedWord) -> Self {
        let begun = table.beginning_with(&word.text);
        let whole = Some(begun.start).filter(|first| !begun.is_empty() && table.dictionary.get(*first) == word.text);
        Self { whole, begun, ..Self::default() }
    }

    /// Slips anywhere come upon those after the first letter.
    fn forgive(&mut self, table: &Table, word: &TypedWord, forgiven: Forgiven, left: &mut usize) {
        let Some(first) = word.letters.first() else { return };
        match forgiven {
            Forgiven::Nothing => {}
            Forgiven::Later => {
                let within = table.beginning_with(first.encode_utf8(&mut [0; 4]));
                let near = near(&table.dictionary, within, &word.letters, word.slips, left);
                (self.one_slip, self.two_slips) = (near.one, near.two);
            }
            Forgiven::Anywhere => {
                let near = near(&table.dictionary, table.all(), &word.letters, word.slips.min(1), left);
                self.two_slips.extend_from_slice(&near.one);
                self.two_slips = joined(std::mem::take(&mut self.two_slips));
                self.one_slip = near.one;
            }
        }
    }

    fn fit(&self, word: Word) -> Option<Fit> {
        let among = |ranges: &[Range<Word>]| {
            let after = ranges.partition_point(|range| range.start <= word);
            after.checked_sub(1).and_then(|at| ranges.get(at)).is_some_and(|range| word < range.end)
        };
        if self.begun.contains(&word) {
            return Some(if self.whole == Some(word) { Fit::Whole } else { Fit::Begun });
        }
        if among(&self.one_slip) {
            return Some(Fit::Slips(1));
        }
        among(&self.two_slips).then_some(Fit::Slips(2))
    }

    /// Ranges of the words that fit so or better.
    fn words(&self, fit: Fit) -> &[Range<Word>] {
        match fit {
            Fit::Whole | Fit::Begun => std::slice::from_ref(&self.begun),
            Fit::Slips(1) => &self.one_slip,
            Fit::Slips(_) => &self.two_slips,
        }
    }

    fn is_empty(&self) -> bool {
        self.widest().iter().all(Range::is_empty)
    }

    /// All words that fit.
    fn widest(&self) -> &[Range<Word>] {
        let widest = [Fit::Slips(2), Fit::Slips(1)].into_iter().map(|fit| self.words(fit));
        widest.into_iter().find(|words| !words.is_empty()).unwrap_or(self.words(Fit::Begun))
    }
}

impl<'a> Side<'a> {
    fn new(table: &'a Table, is_alias: bool, typed: &Typed) -> Self {
        let reaches = typed.words.iter().map(|word| Reach::new(table, word)).collect();
        let sequence = table.numbers(typed.sequence.iter().map(String::as_str));
        Self { table, is_alias, reaches, sequence }
    }

    /// Gives each typed word the best of a text's words that is left, and of these the first. `None` if there is none
    /// for one of them.
    fn take(&self, words: &[Word]) -> Option<Taken> {
        let mut taken: Taken = [None; MOST_WORDS];
        let mut used = 0_u32;
        for (reach, place) in self.reaches.iter().zip(&mut taken) {
            let mut best: Option<(Fit, usize)> = None;
            for (at, word) in words.iter().enumerate() {
                if used & (1 << at) == 0
                    && let Some(fit) = reach.fit(*word)
                    && best.is_none_or(|(before, _)| fit < before)
                {
                    best = Some((fit, at));
                }
            }
            let (fit, at) = best?;
            used |= 1 << at;
            *place = Some((at, fit));
        }
        Some(taken)
    }

    /// The best class that a text can have that is not just what was typed, where all may be places or not.
    fn best_class(&self, place: bool) -> Class {
        let begun = self.reaches.iter().filter(|reach| reach.whole.is_none() && !reach.begun.is_empty()).count();
        let slips = self.reaches.iter().filter(|reach| reach.begun.is_empty()).count();
        let count = |words: usize| u8::try_from(words).unwrap_or(u8::MAX);
        Class { part: true, slips: count(slips), place, begun: count(begun), alias: self.is_alias, inside: false }
    }

    fn class(&self, words: &[Word], taken: &Taken, place: bool) -> Class {
        let part = self.sequence.as_deref() != Some(words);
        let mut class = Class { part, slips: 0, place, begun: 0, alias: self.is_alias, inside: true };
        for (at, fit) in taken.iter().flatten() {
            class.inside &= *at != 0;
            match fit {
                Fit::Whole => {}
                Fit::Begun => class.begun += 1,
                Fit::Slips(slips) => class.slips += slips,
            }
        }
        class
    }

    /// The typed word with the fewest places to look, and how many these are.
    fn rarest(&self) -> Option<(usize, usize)> {
        let lists = [&self.table.first, &self.table.inside];
        let places = |reach: &Reach| -> usize {
            reach.widest().iter().flat_map(|words| lists.map(|list| list.of(words).len())).sum()
        };
        self.reaches.iter().map(places).enumerate().min_by_key(|(_, places)| *places)
    }
}

impl<'a> Asked<'a> {
    pub(super) fn new(suggester: &'a Suggester, hidden: &'a Hidden, typed: &'a Typed) -> Self {
        let sides = [Side::new(&suggester.names, false, typed), Side::new(&suggester.aliases, true, typed)];
        Self { suggester, hidden, typed, forgiven: Forgiven::Nothing, sides }
    }

    /// From now on slips are forgiven.
    pub(super) fn forgive(&mut self, forgiven: Forgiven) {
        self.forgiven = forgiven;
        for side in &mut self.sides {
            let mut left = MOST_BRANCHES;
            let mut pairs: Vec<_> = side.reaches.iter_mut().zip(&self.typed.words).collect();
            // Those that are surely wrong first.
            pairs.sort_by_key(|(reach, _)| !reach.begun.is_empty());
            for (reach, word) in pairs {
                reach.forgive(side.table, word, forgiven, &mut left);
                if reach.is_empty() {
                    // Without this word nothing matches.
                    break;
                }
            }
        }
    }

    /// The best matches, best first, each group once.
    pub(super) fn best(&self, limit: usize) -> Vec<Hit> {
        let mut best = Best { asked: self, limit, hits: Vec::new(), is_pruned: false };
        for side in &self.sides {
            for text in side.sequence.as_deref().map(|words| side.table.exactly(words)).unwrap_or_default() {
                best.check(side, *text);
            }
        }
        if self.typed.words.len() == 1 {
            best.prune();
            self.by_one_word(&mut best);
        } else {
            self.sides.iter().for_each(|side| self.by_words(side, &mut best));
        }
        best.prune();
        best.hits
    }

    /// For one word the classes can be gone through from the best on, and each of them from its best on.
    fn by_one_word(&self, best: &mut Best<'_, 'a>) {
        let mut met: HashSet<Group> = best.hits.iter().map(|hit| hit.group).collect();
        // Of groups with hidden members the order is not known beforehand: they do not count towards enough.
        let mut sure = met.iter().filter(|group| !self.hidden.touches(**group)).count();
        let fits: [&[Fit]; 3] = [&[Fit::Whole, Fit::Begun], &[Fit::Slips(1)], &[Fit::Slips(2)]];
        let classes = fits.into_iter().flat_map(|fits| [false, true].map(|place| (place, fits)));
        for (place, fit) in classes.flat_map(|(place, fits)| fits.iter().map(move |fit| (place, *fit))) {
            if !self.suggester.has_any(place) {
                continue;
            }
            for side in &self.sides {
                let Some(reach) = side.reaches.first() else { continue };
                let whole = reach.whole.map(|word| word..word + 1);
                let words = if fit == Fit::Whole { whole.as_slice() } else { reach.words(fit) };
                for list in [&side.table.first, &side.table.inside] {
                    let groups =
                        BestFirst::new([Some(list), None], words).map(|text| (text, self.group_of(side, text)));
                    // Places are the last kind, and so have the last numbers.
                    let before = |(_, group): &(Text, Group)| place && !self.suggester.is_place(*group);
                    let these = groups.skip_while(before);
                    for (text, group) in these.take_while(|(_, group)| self.suggester.is_place(*group) == place) {
                        if sure >= best.limit {
                            return;
                        }
                        if met.insert(group) && best.check(side, text).is_some() && !self.hidden.touches(group) {
                            sure += 1;
                        }
                    }
                }
            }
        }
    }

    /// For several words the texts of the rarest are looked through: first the weightiest, which is enough if they are
    /// as good as can be; then all.
    fn by_words(&self, side: &Side<'a>, best: &mut Best<'_, 'a>) {
        if side.reaches.iter().any(Reach::is_empty) {
            return;
        }
        let Some((rarest, places)) = side.rarest() else { return };
        let Some(words) = side.reaches.get(rarest).map(Reach::widest) else { return };
        let lists = [&side.table.first, &side.table.inside];
        let marks = self.typed.words.iter().map(|word| match (self.forgiven, word.slips) {
            (Forgiven::Nothing, _) | (Forgiven::Later | Forgiven::Anywhere, 0) => mark(&word.text, true),
            (Forgiven::Later, _) => mark(&word.text, false),
            (Forgiven::Anywhere, _) => 0,
        });
        let marks = marks.fold(0, |all, mark| all | mark);
        let best_class = side.best_class(!self.suggester.has_any(false));
        if places > MOST_OF_BEST {
            let mut sure = best.better_than(best_class);
            for text in BestFirst::new(lists.map(Some), words).take(MOST_OF_BEST) {
                if sure.len() >= best.limit {
                    return;
                }
                if side.table.may_have(text, marks) && best.check(side, text) == Some(best_class) {
                    sure.extend(Some(self.group_of(side, text)).filter(|group| !self.hidden.touches(*group)));
                }
            }
        }
        let texts = lists.into_iter().flat_map(|list| words.iter().flat_map(|words| list.of(words)));
        let likely = texts.take(MOST_PASSED).filter(|text| side.table.may_have(**text, marks));
        for text in likely.take(MOST_CHECKED) {
            best.check(side, *text);
        }
    }

    fn group_of(&self, side: &Side<'a>, text: Text) -> Group {
        if !side.is_alias {
            return text;
        }
        self.suggester.alias_of.get(text as usize).copied().unwrap_or_default()
    }

    /// Which words of a hit's text were typed, and how much of each: so many letters, or, where these are not the ones
    /// that were typed, all of it.
    pub(super) fn taken(&self, hit: &Hit) -> Vec<(usize, Option<usize>)> {
        let [names, aliases] = &self.sides;
        let (side, text) = hit.alias.map_or((names, hit.group), |alias| (aliases, alias));
        let taken = side.take(side.table.words_of(text)).unwrap_or_default();
        let typed = self.typed.words.iter().map(|word| word.letters.len());
        let letters = |fit| match fit {
            Fit::Whole | Fit::Begun => true,
            Fit::Slips(_) => false,
        };
        taken.iter().flatten().zip(typed).map(|((at, fit), typed)| (*at, letters(*fit).then_some(typed))).collect()
    }
}

/// The best so far.
struct Best<'b, 'a> {
    asked: &'b Asked<'a>,
    limit: usize,
    hits: Vec<Hit>,
    /// The first `limit` are the best of all before them and stand in order.
    is_pruned: bool,
}

impl<'a> Best<'_, 'a> {
    /// Adds a text if it matches and is not hidden; its class, if so.
    fn check(&mut self, side: &Side<'a>, text: Text) -> Option<Class> {
        let asked = self.asked;
        let words = side.table.words_of(text);
        let group = asked.group_of(side, text);
        let kind = asked.suggester.kind_of(group);
        let class = side.class(words, &side.take(words)?, kind == Kind::Place);
        let worst = self.limit.checked_sub(1).and_then(|at| self.hits.get(at)).filter(|_| self.is_pruned);
        let worst = worst.copied();
        if worst.is_some_and(|worst| worst.class < class) {
            return Some(class);
        }
        let left = asked.hidden.left(asked.suggester, group)?;
        let hit = Hit {
            class,
            kind,
            group,
            alias: side.is_alias.then_some(text),
            weight: asked.suggester.weight(left.best),
            id: asked.suggester.id(left.best),
        };
        if worst.is_none_or(|worst| self.order(&hit, &worst) == Ordering::Less) {
            self.hits.push(hit);
            if self.hits.len() > self.limit * 3 + 50 {
                self.prune();
            }
        }
        Some(class)
    }

    /// The groups that match better than this and whose order is known beforehand.
    fn better_than(&self, class: Class) -> HashSet<Group> {
        let better = self.hits.iter().filter(|hit| hit.class < class && !self.asked.hidden.touches(hit.group));
        better.map(|hit| hit.group).collect()
    }

    fn order(&self, a: &Hit, b: &Hit) -> Ordering {
        let words = |hit: &Hit| self.asked.suggester.names.words_of(hit.group);
        let key = |hit: &Hit| (hit.class, hit.kind, Reverse(hit.weight));
        let rest = |hit: &Hit| (hit.id, hit.group, hit.alias);
        key(a).cmp(&key(b)).then_with(|| words(a).cmp(words(b))).then_with(|| rest(a).cmp(&rest(b)))
    }

    fn prune(&mut self) {
        let mut hits = std::mem::take(&mut self.hits);
        hits.sort_unstable_by(|a, b| self.order(a, b));
        let mut met = HashSet::new();
        hits.retain(|hit| met.insert(hit.group));
        hits.truncate(self.limit);
        self.is_pruned = true;
        self.hits = hits;
    }
}
