//! One answer of several suggesters.

use std::cmp::{Ordering, Reverse};

use super::ask::{Asked, Forgiven, Hit};
use super::hidden::Hidden;
use super::highlight::highlight;
use super::typed::Typed;
use super::{Kind, Suggester, Suggestion};

/// The most suggestions given at a time, whatever is asked for.
pub const MOST_SUGGESTED: usize = 100;

/// The best suggestions of one suggester for what was typed, best first, at most [`MOST_SUGGESTED`].
///
/// Of what was typed the first 80 letters and 8 words are read. Where several common words are typed that are together
/// in more than some ten thousand names, the weightiest of these are looked at rather than all.
#[must_use]
pub fn suggest(suggester: &Suggester, typed: &str, limit: usize) -> Vec<Suggestion> {
    suggest_over(&[(suggester, &Hidden::default())], typed, limit)
}

/// The best suggestions of several suggesters, each without what is hidden of it: the same as [`suggest`] would give of
/// one suggester of all their entries that are not hidden. No entry should be shown by two of them.
#[must_use]
pub fn suggest_over(layers: &[(&Suggester, &Hidden)], typed: &str, limit: usize) -> Vec<Suggestion> {
    let (typed, limit) = (Typed::read(typed), limit.min(MOST_SUGGESTED));
    if typed.words.is_empty() || limit == 0 {
        return Vec::new();
    }
    let mut asked: Vec<Asked<'_>> =
        layers.iter().map(|(suggester, hidden)| Asked::new(suggester, hidden, &typed)).collect();
    let mut found = united(&asked, limit);
    for forgiven in [Forgiven::Later, Forgiven::Anywhere] {
        let is_enough = match forgiven {
            Forgiven::Nothing | Forgiven::Later => found.len() >= limit,
            Forgiven::Anywhere => !found.is_empty(),
        };
        if is_enough || typed.words.iter().all(|word| word.slips == 0) {
            break;
        }
        asked.iter_mut().for_each(|asked| asked.forgive(forgiven));
        found = united(&asked, limit);
    }
    found.iter().filter_map(|named| suggestion(&asked, named)).collect()
}

/// A name that matches, in whichever suggesters have it.
struct Named<'a> {
    kind: Kind,
    words: Vec<&'a str>,
    aliases: Vec<&'a str>,
    count: u32,
    /// Where it was found.
    hit: Hit,
    hit_layer: usize,
    /// The best entry of that name, and where it is.
    best: Best<'a>,
}

/// An entry to show for all of its name.
struct Best<'a> {
    weight: u32,
    id: u32,
    label: &'a str,
}

impl Named<'_> {
    fn order(&self, other: &Self) -> Ordering {
        let key = |named: &Self| (named.hit.class, named.kind, Reverse(named.best.weight));
        key(self)
            .cmp(&key(other))
            .then_with(|| self.words.cmp(&other.words))
            .then_with(|| self.best.id.cmp(&other.best.id))
            .then_with(|| self.aliases.cmp(&other.aliases))
    }
}

/// The best of all, best first, each name once.
fn united<'a>(asked: &[Asked<'a>], limit: usize) -> Vec<Named<'a>> {
    let mut found: Vec<Named<'a>> = Vec::new();
    for (hit_layer, layer) in asked.iter().enumerate() {
        for hit in layer.best(limit) {
            let (words, aliases) = layer.suggester.name_of(hit.group);
            let has_name =
                |named: &Named<'_>| named.kind == hit.kind && named.words == words && named.aliases == aliases;
            if found.iter().any(has_name) {
                continue;
            }
            if let Some((count, best)) = shown_of(asked, (hit_layer, &hit), &words, &aliases) {
                found.push(Named { kind: hit.kind, words, aliases, count, hit, hit_layer, best });
            }
        }
    }
    found.sort_unstable_by(Named::order);
    found.truncate(limit);
    found
}

/// How many of a name all of them show, and the best of these.
fn shown_of<'a>(
    asked: &[Asked<'a>],
    found: (usize, &Hit),
    words: &[&str],
    aliases: &[&str],
) -> Option<(u32, Best<'a>)> {
    let (found_in, hit) = found;
    let mut count = 0_u32;
    let mut best: Option<Best<'a>> = None;
    for (layer, Asked { suggester, hidden, .. }) in asked.iter().enumerate() {
        let is_here = layer == found_in;
        let group = if is_here { Some(hit.group) } else { suggester.group_called(hit.kind, words, aliases) };
        let Some(left) = group.and_then(|group| hidden.left(suggester, group)) else { continue };
        count = count.saturating_add(left.count);
        let (weight, id) = (suggester.weight(left.best), suggester.id(left.best));
        if best.as_ref().is_none_or(|best| (Reverse(weight), id) < (Reverse(best.weight), best.id)) {
            best = Some(Best { weight, id, label: suggester.label(left.best) });
        }
    }
    best.map(|best| (count, best))
}

fn suggestion(asked: &[Asked<'_>], named: &Named<'_>) -> Option<Suggestion> {
    let layer = asked.get(named.hit_layer)?;
    let alias = named.hit.alias.map(|alias| layer.suggester.alias_labels.get(alias));
    let ranges = highlight(alias.unwrap_or(named.best.label), &layer.taken(&named.hit));
    Some(Suggestion {
        kind: named.kind,
        id: named.best.id,
        label: named.best.label.to_owned(),
        alias: alias.map(str::to_owned),
        ranges,
        count: named.count,
    })
}
