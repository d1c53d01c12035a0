//! Text cut into sentences, sentences into words, and a small language of patterns over words.

/// A sentence: as it stands in the text, and its words in lower case.
#[derive(Debug)]
pub(super) struct Sentence<'a> {
    /// As written, its full stop included.
    pub(super) written: &'a str,
    /// Words, numbers, and the signs `, : ( ) / + - &`.
    pub(super) words: Vec<String>,
}

/// The sentences of a text. Lines and the bullets of a list end one as a full stop does.
pub(super) fn sentences(text: &str) -> Vec<Sentence<'_>> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut rest = text.char_indices().peekable();
    while let Some((at, sign)) = rest.next() {
        let end = at + sign.len_utf8();
        let next = rest.peek().map(|(_, next)| *next);
        let ends = match sign {
            '\n' | '\r' | '\t' | '•' | '·' | '|' | ';' => true,
            '.' | '!' | '?' => next.is_none_or(char::is_whitespace),
            _ => false,
        };
        if ends {
            found.push(&text[start..end]);
            start = end;
        }
    }
    found.push(&text[start..]);
    let bare = |piece: &'_ str| piece.trim_matches(|c: char| c.is_whitespace() || "•·|;*-–—".contains(c)).len();
    found.into_iter().filter(|piece| bare(piece) > 0).map(sentence).collect()
}

fn sentence(piece: &str) -> Sentence<'_> {
    let written =
        piece.trim().trim_start_matches(['•', '·', '*', '-', '–', '—']).trim_end_matches(['•', '·', '|', ';']);
    let written = written.trim();
    Sentence { written, words: words(written) }
}

/// The words of a sentence. A hyphen within a word is a space (`ex-service` is two words), one
/// between numbers stays, one that stands alone is a comma; numbers are cut from letters
/// (`18s` is `18 s`); shortened negations are written out.
pub(super) fn words(text: &str) -> Vec<String> {
    let signs: Vec<char> = text.chars().flat_map(char::to_lowercase).collect();
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    for (at, &sign) in signs.iter().enumerate() {
        let digit_beside = |at: Option<&char>| at.is_some_and(char::is_ascii_digit);
        match sign {
            '.' if digit_beside(word.chars().last().as_ref()) && digit_beside(signs.get(at + 1)) => word.push('.'),
            '\'' | '’' | '‘' if !word.is_empty() && signs.get(at + 1).is_some_and(|next| next.is_alphabetic()) => {
                if digit_beside(word.chars().last().as_ref()) {
                    flush(&mut words, &mut word)
                } else {
                    word.push('\'')
                }
            }
            '-' | '–' | '—' => {
                flush(&mut words, &mut word);
                let before = signs[..at].iter().rev().find(|c| !c.is_whitespace());
                let after = signs[at + 1..].iter().find(|c| !c.is_whitespace());
                let spaced =
                    at > 0 && signs[at - 1].is_whitespace() && signs.get(at + 1).is_some_and(|c| c.is_whitespace());
                if digit_beside(before) && digit_beside(after) {
                    words.push("-".to_owned());
                } else if spaced {
                    words.push(",".to_owned());
                }
            }
            ',' | ':' | '(' | ')' | '/' | '+' | '&' => {
                flush(&mut words, &mut word);
                words.push(sign.to_string());
            }
            _ if sign.is_alphanumeric() => {
                let numeral = |c: char| c.is_ascii_digit() || c == '.';
                if word.chars().last().is_some_and(|last| numeral(last) != numeral(sign)) {
                    flush(&mut words, &mut word);
                }
                word.push(sign);
            }
            _ => flush(&mut words, &mut word),
        }
    }
    flush(&mut words, &mut word);
    words
}

fn flush(words: &mut Vec<String>, word: &mut String) {
    let done = std::mem::take(word);
    match done.as_str() {
        "" => {}
        "can't" => words.push("cannot".to_owned()),
        "not" if words.last().is_some_and(|last| last == "can") => {
            words.pop();
            words.push("cannot".to_owned());
        }
        "sixteen" => words.push("16".to_owned()),
        "eighteen" => words.push("18".to_owned()),
        "won't" => words.extend(["will", "not"].map(str::to_owned)),
        "don't" => words.extend(["do", "not"].map(str::to_owned)),
        "doesn't" => words.extend(["does", "not"].map(str::to_owned)),
        "aren't" => words.extend(["are", "not"].map(str::to_owned)),
        "isn't" => words.extend(["is", "not"].map(str::to_owned)),
        "it's" => words.extend(["it", "is"].map(str::to_owned)),
        _ => words.push(done),
    }
}

/// A place in a list of words.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a> {
    words: &'a [String],
}

impl<'a> Reader<'a> {
    pub(super) fn new(words: &'a [String]) -> Self {
        Self { words }
    }

    pub(super) fn is_done(&self) -> bool {
        self.words.is_empty()
    }

    pub(super) fn rest(&self) -> &'a [String] {
        self.words
    }

    pub(super) fn peek(&self) -> Option<&'a str> {
        self.words.first().map(String::as_str)
    }

    /// Goes past `pattern` if it stands here: words apart by spaces, alternatives by `|`, with
    /// `?` after a word that may be missing.
    pub(super) fn take(&mut self, pattern: &str) -> bool {
        let mut here = *self;
        for slot in pattern.split_ascii_whitespace() {
            let (alternatives, optional) = slot.strip_suffix('?').map_or((slot, false), |slot| (slot, true));
            match here.peek() {
                Some(word) if alternatives.split('|').any(|wanted| wanted == word) => here.words = &here.words[1..],
                _ if optional => {}
                _ => return false,
            }
        }
        // A pattern of nothing but missing words is not there.
        let moved = here.words.len() < self.words.len();
        *self = here;
        moved
    }

    /// Goes past the first of `patterns` that stands here and tells which.
    pub(super) fn take_any<T: Copy>(&mut self, patterns: &[(&str, T)]) -> Option<T> {
        patterns.iter().find(|(pattern, _)| self.take(pattern)).map(|(_, meaning)| *meaning)
    }

    /// Goes past one of `patterns` if it stands here.
    pub(super) fn take_one_of(&mut self, patterns: &[&str]) -> bool {
        patterns.iter().any(|pattern| self.take(pattern))
    }

    /// Goes past a number if one stands here.
    pub(super) fn take_number(&mut self) -> Option<f64> {
        let word = self.peek().filter(|word| word.starts_with(|first: char| first.is_ascii_digit()))?;
        let number = word.parse::<f64>().ok()?;
        self.words = &self.words[1..];
        Some(number)
    }
}
