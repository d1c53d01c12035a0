//! Names, summaries and descriptions.

use super::needs::Subject;
use super::random::Random;
use super::{phrases, stock};

/// What every name of an agency and a service ends with.
pub(super) const LABEL: &str = " (synthetic)";
/// Longest summary, in bytes, which is no fewer than its characters.
const LONGEST_SUMMARY: usize = 200;
/// Shortest summary, in bytes.
const SHORTEST_SUMMARY: usize = 70;
/// Longest description, in bytes.
const LONGEST_DESCRIPTION: usize = 1_500;

/// An invented name: of a house, a street, an agency.
pub(super) fn invented(random: &mut Random) -> String {
    let (start, middle, end) = (random.word(stock::STARTS), random.word(stock::MIDDLES), random.word(stock::ENDS));
    // Some don't go together: `Cobble` and `er`.
    let clumsy = start.ends_with('e') || middle.starts_with(|letter| start.ends_with(letter));
    [start, if clumsy { "" } else { middle }, end].concat()
}

/// Somebody's name.
pub(super) fn person(random: &mut Random) -> String {
    let first = random.word(stock::FIRST_NAMES);
    [first, " ", random.word(stock::SURNAMES), random.word(stock::SURNAME_ENDS)].concat()
}

/// A street.
pub(super) fn street(random: &mut Random) -> String {
    [&invented(random), " ", random.word(stock::STREETS)].concat()
}

/// What a text is about.
pub(super) struct Matter<'a> {
    /// The needs, the first of them the main one. Never empty.
    pub(super) subjects: &'a [&'a Subject<'a>],
    /// The agency's own name, without label.
    pub(super) agency: &'a str,
    /// The building.
    pub(super) house: &'a str,
    /// The street.
    pub(super) street: &'a str,
    /// The town.
    pub(super) town: &'a str,
}

/// Writes about one service.
pub(super) struct Writer<'a> {
    matter: &'a Matter<'a>,
    random: Random,
    /// The worker whom the text names.
    person: &'static str,
    kind: &'static str,
    /// Which practical sentence was the last.
    practical: usize,
}

impl<'a> Writer<'a> {
    pub(super) fn new(matter: &'a Matter<'a>, mut random: Random) -> Self {
        let (person, kind) = (random.word(stock::FIRST_NAMES), random.word(phrases::KINDS));
        let practical = random.index(phrases::PRACTICAL.len());
        Self { matter, random, person, kind, practical }
    }

    /// The service's name. `only` is for whom it is, where not everybody is taken.
    pub(super) fn name(&mut self, only: Option<&str>) -> String {
        let mut name = String::with_capacity(80);
        let pattern = match self.random.below(8) {
            0 => "{Main}",
            1 => "{Main}: {town}",
            2 => "{Main} at {house}",
            3 => "{Syn} {Service}",
            4 => "{house} {Service}",
            5 => "{Agency} {syn} {Service}",
            _ => "{invented} {Service}",
        };
        self.fill(pattern, &mut name);
        if let Some(only) = only {
            name.push_str(" for ");
            name.push_str(only);
        }
        name.push_str(LABEL);
        name
    }

    /// One or two sentences, 60 to 200 characters.
    pub(super) fn summary(&mut self) -> String {
        for _ in 0..4 {
            let mut summary = String::with_capacity(LONGEST_SUMMARY + 60);
            let pattern = self.random.word(phrases::SUMMARIES);
            self.fill(pattern, &mut summary);
            while summary.len() < SHORTEST_SUMMARY {
                self.fill(" {Practical}", &mut summary);
            }
            if summary.len() <= LONGEST_SUMMARY {
                return summary;
            }
        }
        // Long names all the way: what has always room.
        let mut summary = "A synthetic listing, made for measuring, about what its needs say.".to_owned();
        self.fill(" {Practical}", &mut summary);
        summary
    }

    /// 200 to 1,500 characters, 600 in the mean: what the needs are, what happens, how to come.
    pub(super) fn description(&mut self) -> String {
        let mut length = 210 + self.random.below(600);
        if self.random.chance(280) {
            length += self.random.below(550);
        }
        let length = length as usize;
        let mut text = String::with_capacity(length + 200);
        self.sentence(phrases::OPENINGS, &mut text);
        for subject in self.matter.subjects {
            text.push(' ');
            text.push_str(&subject.need.summary);
        }
        let mut used: u128 = 0;
        // A limit, so that a short stock of sentences comes to an end too.
        for _ in 0..4 * phrases::SENTENCES.len() {
            if text.len() >= length {
                break;
            }
            let place = self.random.index(phrases::SENTENCES.len().min(128));
            if used & (1 << place) == 0 {
                used |= 1 << place;
                text.push(' ');
                self.fill(phrases::SENTENCES[place], &mut text);
            }
        }
        text.push(' ');
        self.sentence(phrases::CLOSINGS, &mut text);
        shortened(&mut text, LONGEST_DESCRIPTION);
        text
    }

    fn sentence(&mut self, stock: &[&'static str], text: &mut String) {
        let pattern = self.random.word(stock);
        self.fill(pattern, text);
    }

    /// Adds a pattern to a text, its words in braces filled in. `{Word}` begins with a capital.
    fn fill(&mut self, pattern: &str, text: &mut String) {
        let mut rest = pattern;
        while let Some((before, after)) = rest.split_once('{') {
            let (word, after) = after.split_once('}').unwrap_or((after, ""));
            text.push_str(before);
            let begins = text.len();
            self.put(word, text);
            if word.starts_with(|letter: char| letter.is_ascii_uppercase())
                && let Some(first) = text.get_mut(begins..begins + 1)
            {
                first.make_ascii_uppercase();
            }
            rest = after;
        }
        text.push_str(rest);
    }

    fn put(&mut self, word: &str, text: &mut String) {
        let matter = self.matter;
        let subjects = matter.subjects;
        let random = &mut self.random;
        // The last is kept for `other`, so that the two differ.
        let (main, any) = (subjects[0], subjects[random.index(subjects.len().max(2) - 1)]);
        let one_of = |random: &mut Random, words: &[&'a str]| words[random.index(words.len())];
        match word {
            "Main" => text.push_str(&main.need.name),
            "need" | "Need" => text.push_str(&any.within),
            "other" => match subjects {
                [_, .., last] => text.push_str(&last.within),
                [] | [_] => text.push_str(random.word(phrases::BESIDES)),
            },
            "invented" => text.push_str(&invented(random)),
            "Service" => text.push_str(random.word(stock::SERVICES)),
            "syn" | "Syn" => text.push_str(one_of(random, &any.synonyms)),
            "say" => text.push_str(one_of(random, &any.phrases)),
            "town" => text.push_str(matter.town),
            "house" | "House" => text.push_str(matter.house),
            "street" => text.push_str(matter.street),
            "agency" | "Agency" => text.push_str(matter.agency),
            "person" | "Person" => text.push_str(self.person),
            "kind" => text.push_str(self.kind),
            "Practical" => {
                // The next one each time, so that none comes twice in a text.
                self.practical += 1;
                let place = self.practical % phrases::PRACTICAL.len();
                text.push_str(phrases::PRACTICAL[place]);
            }
            "staff" | "Staff" => text.push_str(random.word(phrases::STAFF)),
            "day" => text.push_str(random.word(phrases::DAYS)),
            "adj" => text.push_str(random.word(phrases::ADJECTIVES)),
            "room" => text.push_str(random.word(phrases::ROOMS)),
            "activity" | "Activity" => text.push_str(random.word(phrases::ACTIVITIES)),
            "snack" => text.push_str(random.word(phrases::SNACKS)),
            "paper" => text.push_str(random.word(phrases::PAPERS)),
            "official" => text.push_str(random.word(phrases::OFFICIALS)),
            "animal" => text.push_str(random.word(phrases::ANIMALS)),
            "thing" => text.push_str(random.word(phrases::THINGS)),
            "n" => text.push_str(random.word(phrases::NUMBERS)),
            // A word that is not known stays in its braces, where a test finds it.
            unknown => text.extend(["{", unknown, "}"]),
        }
    }
}

/// Cuts a text at the end of its last sentence within so many bytes.
fn shortened(text: &mut String, most: usize) {
    if text.len() > most {
        let end = text.char_indices().take_while(|(at, _)| *at < most).filter(|(_, letter)| *letter == '.').last();
        text.truncate(end.map_or(0, |(at, _)| at + 1));
    }
}
