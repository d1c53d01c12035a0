//! Reads the file of needs and checks it, so that what is wrong is told with its line.

use std::collections::BTreeSet;

use serde::Deserialize;
use toml::Spanned;

use super::{Need, NeedArea, TermCode, fold};

/// Longest list that is read, in bytes: some five times the one that comes with Signpost.
const MAX_BYTES: usize = 512 * 1024;
/// Most areas in a list.
const MAX_AREAS: usize = 50;
/// Most needs in a list, over all areas.
const MAX_NEEDS: usize = 1_000;
/// Most entries in one list of words or codes.
const MAX_ENTRIES: usize = 60;
/// Longest key of an area, and of a need without its area's, in bytes.
const MAX_KEY: usize = 40;
/// Longest name, word, phrase or code, in characters.
const MAX_WORD: usize = 80;
/// Longest summary, in characters.
const MAX_SUMMARY: usize = 200;

/// What is wrong with a list of needs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the list of needs, line {line}, {entry}: {field} {reason}")]
pub struct NeedListError {
    /// The line where it is, from 1.
    pub line: usize,
    /// The area or need it is about, as far as that is known.
    pub entry: String,
    /// The field.
    pub field: String,
    /// What is wrong with the field, and what would be right.
    pub reason: String,
}

/// Reads and checks a file.
pub(super) fn read(text: &str) -> Result<Vec<NeedArea>, NeedListError> {
    let whole = |line, field: &str, reason: String| NeedListError {
        line,
        entry: "the file".to_owned(),
        field: field.to_owned(),
        reason,
    };
    if text.len() > MAX_BYTES {
        return Err(whole(1, "length", format!("is {} bytes; at most {MAX_BYTES} are read", text.len())));
    }
    let file: File = toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| line_of(text, span.start));
        whole(line, "syntax", format!("is not as it should be: {}", error.message()))
    })?;
    let needs: usize = file.area.iter().map(|area| area.get_ref().need.len()).sum();
    for (field, count, most) in [("area", file.area.len(), MAX_AREAS), ("area.need", needs, MAX_NEEDS)] {
        if count == 0 || count > most {
            return Err(whole(1, field, format!("stands {count} times; between 1 and {most} are right")));
        }
    }
    let mut keys = BTreeSet::new();
    file.area.into_iter().map(|entry| area(text, entry, &mut keys)).collect()
}

fn area(text: &str, read: Spanned<Entry>, keys: &mut BTreeSet<String>) -> Result<NeedArea, NeedListError> {
    let line = line_of(text, read.span().start);
    let entry = read.into_inner();
    let check = Check { line, entry: format!("area {:?}", entry.key) };
    check.common(&entry)?;
    check.that(keys.insert(entry.key.clone()), "key", "is used twice; every key is unique")?;
    for (field, words) in [("synonyms", &entry.synonyms), ("phrases", &entry.phrases)] {
        check.that(words.is_empty(), field, "belong to needs, not to an area")?;
    }
    check.that(!entry.need.is_empty(), "need", "is missing: an area has at least one [[area.need]]")?;
    let needs = entry.need.into_iter().map(|inner| need(text, &entry.key, inner, keys)).collect::<Result<_, _>>()?;
    Ok(NeedArea {
        open_eligibility: codes(&entry.open_eligibility),
        lgsl: codes(&entry.lgsl),
        key: entry.key,
        name: entry.name,
        summary: entry.summary,
        needs,
    })
}

fn need(text: &str, area_key: &str, read: Spanned<Entry>, keys: &mut BTreeSet<String>) -> Result<Need, NeedListError> {
    let line = line_of(text, read.span().start);
    let entry = read.into_inner();
    let key = format!("{area_key}.{}", entry.key);
    let check = Check { line, entry: format!("need {key:?}") };
    check.common(&entry)?;
    check.that(keys.insert(key.clone()), "key", "is used twice; every key is unique")?;
    check.that(entry.need.is_empty(), "need", "stands inside a need; there are two levels only")?;
    for (field, words) in [("synonyms", &entry.synonyms), ("phrases", &entry.phrases)] {
        check.that(!words.is_empty(), field, "is missing: give at least one")?;
    }
    let need = Need {
        key,
        open_eligibility: codes(&entry.open_eligibility),
        lgsl: codes(&entry.lgsl),
        name: entry.name,
        summary: entry.summary,
        synonyms: entry.synonyms,
        phrases: entry.phrases,
    };
    check.words_differ(&need)?;
    Ok(need)
}

/// The file as TOML has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    area: Vec<Spanned<Entry>>,
}

/// An area or a need as TOML has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    key: String,
    name: String,
    summary: String,
    #[serde(default)]
    synonyms: Vec<String>,
    #[serde(default)]
    phrases: Vec<String>,
    #[serde(default)]
    open_eligibility: Vec<String>,
    #[serde(default)]
    lgsl: Vec<String>,
    #[serde(default)]
    need: Vec<Spanned<Entry>>,
}

/// Checks of one entry, which know where it stands.
struct Check {
    line: usize,
    entry: String,
}

impl Check {
    fn that(&self, right: bool, field: &str, reason: impl Into<String>) -> Result<(), NeedListError> {
        if right {
            return Ok(());
        }
        let entry = self.entry.chars().take(2 * MAX_WORD).collect();
        Err(NeedListError { line: self.line, entry, field: field.to_owned(), reason: reason.into() })
    }

    /// What holds for areas and needs alike.
    fn common(&self, entry: &Entry) -> Result<(), NeedListError> {
        self.that(
            is_kebab(&entry.key) && entry.key.len() <= MAX_KEY,
            "key",
            format!("is small letters and digits joined by single hyphens, at most {MAX_KEY} of them: dry-house"),
        )?;
        self.text("name", &entry.name, MAX_WORD)?;
        self.text("summary", &entry.summary, MAX_SUMMARY)?;
        for (field, texts) in [
            ("synonyms", &entry.synonyms),
            ("phrases", &entry.phrases),
            ("open_eligibility", &entry.open_eligibility),
            ("lgsl", &entry.lgsl),
        ] {
            self.that(texts.len() <= MAX_ENTRIES, field, format!("has more than {MAX_ENTRIES} entries"))?;
            for text in texts {
                self.text(field, text, MAX_WORD)?;
            }
            let once: BTreeSet<&String> = texts.iter().collect();
            self.that(once.len() == texts.len(), field, "has one entry twice")?;
        }
        Ok(())
    }

    fn text(&self, field: &str, text: &str, longest: usize) -> Result<(), NeedListError> {
        self.that(!text.trim().is_empty(), field, "is empty")?;
        self.that(text.trim() == text, field, format!("begins or ends with a space: {text:?}"))?;
        self.that(!text.chars().any(char::is_control), field, format!("has a line break or other control: {text:?}"))?;
        self.that(text.chars().count() <= longest, field, format!("is longer than {longest} characters"))
    }

    fn words_differ(&self, need: &Need) -> Result<(), NeedListError> {
        let mut seen = BTreeSet::new();
        for word in need.words() {
            self.that(seen.insert(fold(word)), "name, synonyms or phrases", format!("say {word:?} twice"))?;
        }
        Ok(())
    }
}

fn codes(texts: &[String]) -> Vec<TermCode> {
    texts.iter().map(|text| TermCode::read(text)).collect()
}

fn line_of(text: &str, byte: usize) -> usize {
    1 + text.bytes().take(byte).filter(|byte| *byte == b'\n').count()
}

fn is_kebab(key: &str) -> bool {
    key.split('-').all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()))
}
