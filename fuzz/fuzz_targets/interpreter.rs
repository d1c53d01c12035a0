//! People's own words: any text, and any sentence of words that mean something to the interpreter.

#![no_main]

use std::cmp::Reverse;
use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use signpost::directory::needs::NeedList;
use signpost::signposting::interpret::{Interpretation, Interpreter, LEAST_CONFIDENCE, MAX_TEXT, Span};

static NEEDS: LazyLock<Arc<NeedList>> = LazyLock::new(|| NeedList::embedded().unwrap());
static INTERPRETER: LazyLock<Interpreter> = LazyLock::new(|| Interpreter::new(&NEEDS).unwrap());

/// What separates words, and figures: half of all that is drawn.
const BETWEEN: [&str; 32] = [
    ", ",
    ". ",
    "-",
    "'",
    "’",
    "/",
    " & ",
    "\n",
    ": ",
    "! ",
    " 3 ",
    "19",
    "5pm",
    "10:30",
    "m14",
    "M14 5RQ",
    " 6wks",
    "é",
    "\u{301}",
    "🏠",
    "İ",
    "ﬁ",
    " to ",
    " no ",
    " not ",
    " my ",
    " I'm ",
    " and ",
    " Mondays ",
    " after ",
    "8000",
    " years",
];

/// Every word of the lexicon and of the list of needs.
static WORDS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let texts = [include_str!("../../data/words.toml"), include_str!("../../data/needs.toml")];
    let mut words: Vec<&str> =
        texts.iter().flat_map(|text| text.split(|c: char| !c.is_alphanumeric() && c != '\'')).collect();
    words.sort_unstable();
    words.dedup();
    words
});

/// The text that some bytes stand for: themselves, or words by their numbers.
fn text_of(data: &[u8]) -> String {
    let Some((form, rest)) = data.split_first() else { return String::new() };
    if form % 2 == 0 {
        return String::from_utf8_lossy(rest).into_owned();
    }
    let mut text = String::new();
    for pair in rest.chunks_exact(2) {
        let number = usize::from(u16::from_le_bytes([pair[0], pair[1]]));
        if number % 2 == 0 {
            text.push_str(BETWEEN[number / 2 % BETWEEN.len()]);
        } else {
            text.push(' ');
            text.push_str(WORDS[number / 2 % WORDS.len()]);
        }
    }
    text
}

/// Every list of spans, with what it is of.
fn spans(found: &Interpretation) -> Vec<(&'static str, &[Span])> {
    let mut all: Vec<(&'static str, &[Span])> = Vec::new();
    all.extend(found.needs.iter().map(|one| ("need", one.words.as_slice())));
    all.extend(found.circumstances.iter().map(|one| ("circumstance", one.words.as_slice())));
    all.extend(found.when.iter().map(|one| ("when", one.words.as_slice())));
    all.extend(found.delivery.iter().map(|one| ("delivery", one.words.as_slice())));
    all.extend(found.place.iter().map(|one| ("place", one.words.as_slice())));
    all
}

fn check_spans(text: &str, found: &Interpretation) {
    let all = spans(found);
    for (what, spans) in &all {
        assert!(!spans.is_empty(), "{what} of no words");
    }
    for (what, spans) in all.iter().chain(&[("left", found.not_understood.as_slice())]) {
        for span in *spans {
            let words = text.get(span.start..span.end).unwrap_or_else(|| panic!("{what}: {span:?} cuts a character"));
            assert_eq!(words, span.of(text));
            let first = words.chars().next().unwrap_or_else(|| panic!("{what}: an empty span"));
            assert!(first.is_alphanumeric() || first == '&' || first == '+', "{what}: {words:?} begins between words");
            assert!(words.trim_end() == words, "{what}: {words:?} ends between words");
        }
        if *what != "when" {
            assert!(spans.is_sorted_by(|one, next| one.start < next.start && one.end < next.end), "{what}: {spans:?}");
        }
    }
    // What was not understood is in nothing that was.
    for left in &found.not_understood {
        for (what, span) in all.iter().flat_map(|(what, spans)| spans.iter().map(move |span| (what, span))) {
            assert!(span.start > left.start || left.end > span.end, "{left:?} is left over, and in {what} {span:?}");
        }
    }
}

fn check_findings(text: &str, found: &Interpretation) {
    let least = LEAST_CONFIDENCE;
    assert!(found.needs.iter().all(|one| (least..=99).contains(&one.confidence)), "{:?}", found.needs);
    assert!(found.circumstances.iter().all(|one| (least..=99).contains(&one.confidence)), "{:?}", found.circumstances);
    assert!(found.delivery.iter().all(|one| (least..=99).contains(&one.confidence)), "{:?}", found.delivery);
    assert!(found.when.iter().all(|one| (least..=99).contains(&one.confidence)), "{:?}", found.when);
    assert!(found.place.iter().all(|one| (least..=99).contains(&one.confidence)), "{:?}", found.place);

    assert!(found.needs.iter().all(|one| NEEDS.index_of(&one.key).is_some()), "a need that is not on the list");
    assert!(found.needs.is_sorted_by_key(|one| (Reverse(one.confidence), one.words.clone())), "{:?}", found.needs);
    for (at, one) in found.needs.iter().enumerate() {
        assert!(found.needs[..at].iter().all(|other| other.key != one.key), "{} twice", one.key);
    }
    for (at, one) in found.circumstances.iter().enumerate() {
        assert!(found.circumstances[..at].iter().all(|other| other.what != one.what), "{:?} twice", one.what);
    }
    for (at, one) in found.delivery.iter().enumerate() {
        assert!(found.delivery[..at].iter().all(|other| other.what != one.what), "{:?} twice", one.what);
    }
    // No more findings than there are letters to read them from.
    let findings = found.circumstances.len() + found.when.len() + found.not_understood.len();
    assert!(findings <= 8 * text.len(), "{findings} findings");
    assert!(found.when.iter().all(|one| !one.what.days.is_empty()), "a window on no day");
    let life = found.circumstances();
    assert!(life.age.is_none_or(|age| (1.0..=110.0).contains(&age)), "{:?}", life.age);
}

/// The same findings, so many bytes further on.
fn shifted(found: &Interpretation, by: usize) -> Interpretation {
    let mut found = found.clone();
    let move_all = |spans: &mut Vec<Span>| {
        for span in spans {
            *span = Span { start: span.start + by, end: span.end + by };
        }
    };
    found.needs.iter_mut().for_each(|one| move_all(&mut one.words));
    found.circumstances.iter_mut().for_each(|one| move_all(&mut one.words));
    found.when.iter_mut().for_each(|one| move_all(&mut one.words));
    found.delivery.iter_mut().for_each(|one| move_all(&mut one.words));
    found.place.iter_mut().for_each(|one| move_all(&mut one.words));
    move_all(&mut found.not_understood);
    found
}

fuzz_target!(|data: &[u8]| {
    let text = text_of(data);
    let chars = text.chars().count();
    let found = match INTERPRETER.interpret(&text) {
        Ok(found) => found,
        Err(refused) => {
            assert!(chars > MAX_TEXT && refused.limit == MAX_TEXT, "{chars} characters were refused");
            return;
        }
    };
    assert!(chars <= MAX_TEXT, "{chars} characters were read");
    check_spans(&text, &found);
    check_findings(&text, &found);
    assert_eq!(found, INTERPRETER.interpret(&text).unwrap(), "the same in, the same out");
    // Where a text begins makes no difference.
    if chars < MAX_TEXT {
        let further = INTERPRETER.interpret(&format!(" {text}")).unwrap();
        assert_eq!(further, shifted(&found, 1), "a space before it");
    }
});
