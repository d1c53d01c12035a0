//! The stem of an English word, by a few rules about its end.
//!
//! Both sides, the lexicon's words and the asker's, go through the same rules, so a stem need not be a word; it need
//! only be the same for `evicted`, `evicting` and `eviction`. A stem is always the beginning of its word, so nothing
//! is allocated. The full Snowball rules are not used: they also join words that mean different things here
//! (`organ` and `organise`, `probation` and `probate`), and what these few rules miss (`slept`, `threw`) the
//! lexicon lists.

/// Words of fewer letters are left as they are.
const SHORTEST: usize = 4;

/// The stem of a folded word.
pub(super) fn stem(word: &str) -> &str {
    if word.len() < SHORTEST || !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return word;
    }
    let word = without(word, "ness", 5).unwrap_or(word);
    let word = plural(word);
    let word = verb(word);
    let word = match without(word, "ion", 4) {
        Some(rest) if rest.ends_with(['s', 't']) => rest,
        Some(_) | None => word,
    };
    let word = ["e", "y", "i"].iter().find_map(|end| without(word, end, 4)).unwrap_or(word);
    undoubled(word)
}

/// A word without its end, if enough is left.
fn without<'a>(word: &'a str, end: &str, least: usize) -> Option<&'a str> {
    word.strip_suffix(end).filter(|rest| rest.len() >= least)
}

fn plural(word: &str) -> &str {
    if let Some(rest) = without(word, "ies", 4) {
        return rest;
    }
    if let Some(rest) = without(word, "es", 3)
        && ["sh", "ch", "x", "z", "s"].iter().any(|end| rest.ends_with(end))
    {
        return rest;
    }
    match without(word, "s", 3) {
        Some(rest) if !rest.ends_with(['s', 'u', 'i']) => rest,
        Some(_) | None => word,
    }
}

fn verb(word: &str) -> &str {
    let vowel = |byte: &u8| b"aeiouy".contains(byte);
    // Of three letters like "car" it is open whether an e was lost: caring is no car.
    let whole = |rest: &&str| match rest.as_bytes() {
        [a, b, c] => vowel(a) || (vowel(b) && vowel(c)),
        letters => letters.iter().any(vowel),
    };
    if let Some(rest) = without(word, "ing", 3).filter(whole) {
        return rest;
    }
    if word.ends_with("eed") {
        return word;
    }
    without(word, "ied", 4).or_else(|| without(word, "ed", 3)).filter(whole).unwrap_or(word)
}

/// Without the second of two equal consonants at the end: `stopp`, `sell`.
fn undoubled(word: &str) -> &str {
    match word.as_bytes() {
        [.., a, b] if a == b && !b"aeiou".contains(b) && word.len() > 3 => word.get(..word.len() - 1).unwrap_or(word),
        _ => word,
    }
}
