//! What holds of every text.

use proptest::prelude::*;
use signpost::directory::needs::NeedList;
use signpost::signposting::interpret::{Interpretation, Span};

use super::{interpret, line, needs};

/// Words that meet each other in sentences, with odd ones among them.
const WORDS: &[&str] = &[
    "I",
    "I'm",
    "my",
    "son",
    "he",
    "client",
    "not",
    "never",
    "no",
    "don't",
    "need",
    "want",
    "housing",
    "using",
    "clean",
    "3",
    "months",
    "drinking",
    "and",
    "or",
    "but",
    ",",
    ".",
    "till",
    "homeless",
    "kids",
    "food",
    "19",
    "year",
    "old",
    "used",
    "to",
    "scared",
    "of",
    "prison",
    "in",
    "out",
    "M14",
    "Thursday",
    "evenings",
    "after",
    "5",
    "can't",
    "sleep",
    "script",
    "’",
    "é",
    "🏠",
    "sanctoined",
    "ID",
    "haven't",
    "got",
    "any",
    "worried",
    "partner",
];

fn spans(found: &Interpretation) -> impl Iterator<Item = (&'static str, &[Span])> {
    let needs = found.needs.iter().map(|need| ("need", need.words.as_slice()));
    let said = found.circumstances.iter().map(|said| ("said", said.words.as_slice()));
    let when = found.when.iter().map(|when| ("when", when.words.as_slice()));
    let delivery = found.delivery.iter().map(|mode| ("delivery", mode.words.as_slice()));
    let place = found.place.iter().map(|place| ("place", place.words.as_slice()));
    let left = std::iter::once(("left", found.not_understood.as_slice()));
    needs.chain(said).chain(when).chain(delivery).chain(place).chain(left)
}

fn sound(text: &str) -> Result<(), TestCaseError> {
    let found = interpret(text);
    for (what, spans) in spans(&found) {
        prop_assert!(what == "left" || !spans.is_empty(), "{what} of nothing in {text:?}");
        for span in spans {
            prop_assert!(span.start < span.end && text.get(span.start..span.end).is_some(), "{span:?} of {text:?}");
        }
        let sorted = spans.windows(2).all(|pair| pair[0].start <= pair[1].start);
        prop_assert!(what == "when" || sorted, "{what}: {spans:?}");
    }
    let order: Vec<_> =
        found.needs.iter().map(|need| (std::cmp::Reverse(need.confidence), need.words.clone())).collect();
    prop_assert!(order.is_sorted(), "{order:?}");
    prop_assert!(found.needs.iter().all(|need| (30..=99).contains(&need.confidence)));
    prop_assert_eq!(&found, &interpret(text), "the same in, the same out");
    Ok(())
}

proptest! {
    #[test]
    fn any_text_is_read(text in "\\PC{0,200}") {
        sound(&text)?;
    }

    #[test]
    fn any_bytes_that_are_text_are_read(text in any::<String>()) {
        sound(&text)?;
    }

    #[test]
    fn any_sentence_of_known_words_is_read(words in prop::collection::vec(prop::sample::select(WORDS), 0..40)) {
        sound(&words.join(" "))?;
        sound(&words.concat())?;
    }

    #[test]
    fn capitals_and_marks_at_the_end_do_not_matter(words in prop::collection::vec(prop::sample::select(WORDS), 1..20)) {
        let plain = words.join(" ");
        // Capitals make a postcode of m14, so places are left aside.
        let said = |text: &str| {
            let found = interpret(text);
            (needs(&found, 0).join(" "), line(&found.circumstances()))
        };
        prop_assert_eq!(said(&plain), said(&plain.to_uppercase()));
        prop_assert_eq!(said(&plain), said(&format!("  {plain}!!  ")));
        prop_assert_eq!(said(&plain), said(&plain.replace('’', "'")));
    }
}

#[test]
fn refusing_a_need_takes_it_away() {
    let mut kept = Vec::new();
    let mut tried = 0;
    for need in NeedList::embedded().unwrap().needs() {
        for word in &need.synonyms {
            if !needs(&interpret(&format!("I need {word}")), 0).contains(&need.key.as_str()) {
                continue;
            }
            for refusal in ["I don't need", "not looking for", "I do not need any", "dont need help with"] {
                tried += 1;
                if needs(&interpret(&format!("{refusal} {word}")), 0).contains(&need.key.as_str()) {
                    kept.push(format!("{refusal} {word}: {}", need.key));
                }
            }
        }
    }
    assert!(tried > 5_000, "{tried}");
    assert!(kept.is_empty(), "{} of {tried}:\n{}", kept.len(), kept.join("\n"));
}

#[test]
fn one_slip_in_a_long_word_leaves_the_need() {
    let mut missed = Vec::new();
    let mut tried = 0;
    for need in NeedList::embedded().unwrap().needs() {
        for word in need.synonyms.iter().filter(|word| word.len() >= 8 && word.bytes().all(|b| b.is_ascii_lowercase()))
        {
            if !needs(&interpret(word), 0).contains(&need.key.as_str()) {
                continue;
            }
            // A letter exchanged with the next, left out, and doubled, in the middle of the word.
            let (at, letters) = (word.len() / 2, word.as_bytes());
            let mut exchanged = letters.to_vec();
            exchanged.swap(at, at + 1);
            let mut short = letters.to_vec();
            short.remove(at);
            let mut long = letters.to_vec();
            long.insert(at, letters[at]);
            for slip in [exchanged, short, long] {
                let slip = String::from_utf8(slip).unwrap();
                tried += 1;
                if !needs(&interpret(&slip), 0).contains(&need.key.as_str()) {
                    missed.push(format!("{slip}: {}", need.key));
                }
            }
        }
    }
    assert!(tried > 500, "{tried}");
    assert!(missed.len() * 100 < tried * 3, "{} of {tried}:\n{}", missed.len(), missed.join("\n"));
}
