//! Which needs a service meets: a few needs are met by many services, many by few.

use super::random::Random;
use crate::directory::needs::{Need, NeedList};

/// A need, with the words for it that a text may use.
pub(super) struct Subject<'n> {
    pub(super) need: &'n Need,
    /// Its name as it stands within a sentence.
    pub(super) within: String,
    /// Other names; its own where it has none that would do.
    pub(super) synonyms: Vec<&'n str>,
    /// What people say; its name where there is nothing.
    pub(super) phrases: Vec<&'n str>,
    area: usize,
}

/// The needs, commonest first, each with a weight.
pub(super) struct Subjects<'n> {
    all: Vec<Subject<'n>>,
    everywhere: Weights,
    /// The same for the needs of each area alone.
    areas: Vec<Weights>,
}

/// Places of needs, and their weights added up.
#[derive(Default)]
struct Weights {
    places: Vec<usize>,
    ends: Vec<u32>,
}

impl<'n> Subjects<'n> {
    /// What stands first in its area is taken to be the commonest there. The weights fall with the
    /// cube of the rank: over some 190 needs and 2.5 needs a service the commonest is met by
    /// about 5% of the services and the rarest by a few in 100,000.
    pub(super) fn new(list: &'n NeedList) -> Self {
        let mut ranked: Vec<(usize, usize, &'n Need)> = Vec::new();
        for (area, needs) in list.areas().iter().enumerate() {
            ranked.extend(needs.needs.iter().enumerate().map(|(rank, need)| (rank, area, need)));
        }
        ranked.sort_by_key(|(rank, area, _)| (*rank, *area));
        let count = ranked.len() as u32;
        let mut subjects = Self { all: Vec::new(), everywhere: Weights::default(), areas: Vec::new() };
        subjects.areas.resize_with(list.areas().len(), Weights::default);
        for (place, (_, area, need)) in ranked.into_iter().enumerate() {
            // At most 1,000 needs: their cubes added up stay below 2^32 only when scaled to 200.
            let height = ((count - place as u32 + count / 11) * 200 / count).max(1);
            subjects.everywhere.add(place, height.pow(3));
            subjects.areas[area].add(place, height.pow(3));
            subjects.all.push(Subject::new(need, area));
        }
        subjects
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    pub(super) fn get(&self, place: usize) -> &Subject<'n> {
        &self.all[place]
    }

    /// The need of this key, if there is one.
    pub(super) fn keyed(&self, key: &str) -> Option<usize> {
        self.all.iter().position(|subject| subject.need.key == key)
    }

    /// An area, by how much its needs weigh: what an agency is mostly about.
    pub(super) fn theme(&self, random: &mut Random) -> usize {
        self.get(self.everywhere.drawn(random)).area
    }

    /// One to six needs, mostly of one area: the theme's, where there is one. All of `given` are among them.
    pub(super) fn some(&self, random: &mut Random, theme: Option<usize>, given: &[usize]) -> Vec<usize> {
        let wanted = random.weighted(&[(28, 1), (30, 2), (22, 3), (11, 4), (6, 5), (3, 6)]);
        let mut chosen = given.to_vec();
        // Tries, so that a list of few needs comes to an end too.
        for _ in 0..4 * wanted {
            if chosen.len() >= wanted {
                break;
            }
            let area = match chosen.first() {
                Some(first) => random.chance(650).then(|| self.get(*first).area),
                None => theme.filter(|_| random.chance(600)),
            };
            let weights = area.and_then(|area| self.areas.get(area)).unwrap_or(&self.everywhere);
            let place = weights.drawn(random);
            if !chosen.contains(&place) {
                chosen.push(place);
            }
        }
        chosen
    }
}

impl Weights {
    fn add(&mut self, place: usize, weight: u32) {
        self.ends.push(self.ends.last().copied().unwrap_or(0) + weight);
        self.places.push(place);
    }

    fn drawn(&self, random: &mut Random) -> usize {
        let drawn = random.below(self.ends.last().copied().unwrap_or(0));
        let at = self.ends.partition_point(|end| *end <= drawn);
        self.places.get(at).copied().unwrap_or_default()
    }
}

impl<'n> Subject<'n> {
    fn new(need: &'n Need, area: usize) -> Self {
        let plain = |words: &'n [String]| -> Vec<&'n str> {
            let found: Vec<&str> = words.iter().map(String::as_str).filter(|word| is_plain(word)).collect();
            if found.is_empty() { vec![&need.name] } else { found }
        };
        Self {
            need,
            within: within_a_sentence(&need.name),
            synonyms: plain(&need.synonyms),
            phrases: plain(&need.phrases),
            area,
        }
    }
}

/// Whether a word of the list may stand in a synthetic text: none with capitals but for "I", which would be names of
/// organisations and schemes, or abbreviations of them.
fn is_plain(word: &str) -> bool {
    word.split(|letter: char| letter.is_whitespace() || letter == '\'')
        .all(|part| part == "I" || !part.chars().any(char::is_uppercase))
}

/// A name without its first capital, unless that belongs to it.
fn within_a_sentence(name: &str) -> String {
    let mut letters = name.chars();
    match letters.next() {
        Some(first) if !letters.as_str().chars().any(char::is_uppercase) => {
            first.to_lowercase().chain(letters).collect()
        }
        Some(_) | None => name.to_owned(),
    }
}
