//! The suggester against the naive one, and several against one of the same entries.

use std::collections::BTreeSet;

use proptest::prelude::*;
use signpost::directory::snapshot::text::{fold, words};
use signpost::directory::suggest::{Hidden, Kind, Suggester, Suggestion, suggest, suggest_over};

use super::naive::{self, Answer, Thing};
use super::service;

const WORDS: &[&str] = &[
    "Housing",
    "house",
    "Hostel",
    "help",
    "Helpline",
    "Shelter",
    "St",
    "Mary’s",
    "Café",
    "Recovery",
    "recover",
    "the",
    "A",
    "Men",
    "Women's",
    "naïve",
    "accommodation",
    "Accomodation",
    "accord",
    "support",
    "supported",
    "s",
    "é",
    "N.A.",
    "A.B.C",
];
const ALIASES: &[&[&str]] = &[
    &[],
    &[],
    &[],
    &["sleeping rough"],
    &["shelter", "Sofa"],
    &["help line", "Helping"],
    &["recovery house", "house"],
];

fn label() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(WORDS), 0..5).prop_map(|words| words.join(" "))
}

fn thing() -> impl Strategy<Value = Thing> {
    let kind = prop::sample::select(Kind::ALL.to_vec());
    (kind, label(), prop::sample::select(ALIASES), 0_u32..4).prop_map(|(kind, label, also, weight)| Thing {
        kind,
        id: 0,
        label,
        also: also.to_vec(),
        weight,
    })
}

fn world(most: usize) -> impl Strategy<Value = Vec<Thing>> {
    prop::collection::vec(thing(), 0..most).prop_map(|mut things| {
        (0..).zip(&mut things).for_each(|(id, thing)| thing.id = id);
        things
    })
}

/// Words of the world, cut short, with letters changed.
fn typed() -> impl Strategy<Value = String> {
    let slip = prop_oneof![
        4 => Just(None),
        3 => (0_usize..12, 0_u8..4, prop::sample::select(vec!['h', 'o', 'e', 'x'])).prop_map(Some),
    ];
    let word = (prop::sample::select(WORDS), 1_usize..16, prop::collection::vec(slip, 0..3));
    prop::collection::vec(word, 0..4).prop_map(|words| {
        let typed = words.into_iter().map(|(word, letters, slips)| {
            let mut word: Vec<char> = word.chars().take(letters).collect();
            for (at, how, letter) in slips.into_iter().flatten().filter(|(at, ..)| *at < 12) {
                let at = at % word.len().max(1);
                match how {
                    0 if word.len() > 1 => drop(word.remove(at)),
                    1 if at + 1 < word.len() => word.swap(at, at + 1),
                    2 if at < word.len() => word[at] = letter,
                    _ => word.insert(at, letter),
                }
            }
            word.into_iter().collect::<String>()
        });
        typed.collect::<Vec<_>>().join(" ")
    })
}

fn answers(found: Vec<Suggestion>) -> Vec<Answer> {
    found.into_iter().map(|found| (found.kind, found.id, found.label, found.alias, found.count)).collect()
}

fn build(things: &[Thing]) -> Suggester {
    Suggester::build(things.iter().map(Thing::entry))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn it_answers_as_the_naive_one_does(things in world(40), typed in typed(), limit in 1_usize..12) {
        prop_assert_eq!(answers(suggest(&build(&things), &typed, limit)), naive::suggest(&things, &typed, limit));
    }

    #[test]
    fn several_answer_as_one_of_the_same_entries(
        base in world(30),
        changes in prop::collection::vec((0_usize..30, prop::option::of(thing())), 0..12),
        added in world(6),
        typed in typed(),
        limit in 1_usize..12,
    ) {
        // Each change removes an entry or puts another in its place; some add new ones.
        let mut hidden = BTreeSet::new();
        let mut new: Vec<Thing> = Vec::new();
        for (at, change) in changes {
            let Some(old) = base.get(at) else { continue };
            if hidden.insert((old.kind, old.id)) {
                new.extend(change.map(|thing| Thing { id: old.id, kind: old.kind, ..thing }));
            }
        }
        new.extend(added.into_iter().map(|thing| Thing { id: thing.id + 1_000, ..thing }));
        let left = base.iter().filter(|thing| !hidden.contains(&(thing.kind, thing.id))).chain(&new).cloned();
        let together: Vec<Thing> = left.collect();
        let (below, above) = (build(&base), build(&new));
        let hidden = Hidden::of(&below, hidden);
        let none = Hidden::default();
        let over = suggest_over(&[(&below, &hidden), (&above, &none)], &typed, limit);
        let swapped = suggest_over(&[(&above, &none), (&below, &hidden)], &typed, limit);
        prop_assert_eq!(&over, &suggest(&build(&together), &typed, limit));
        prop_assert_eq!(&over, &swapped);
        prop_assert_eq!(answers(over), naive::suggest(&together, &typed, limit));
    }

    #[test]
    fn each_word_of_any_label_finds_it_and_is_highlighted(label in "\\PC{0,24}", cut in 0_usize..6) {
        let suggester = Suggester::build([service(1, &label)]);
        for word in words(&label).into_iter().take(24).filter(|word| word.chars().count() < 60) {
            let keep = word.chars().count().saturating_sub(cut).max(1);
            let typed: String = word.chars().take(keep).collect();
            // Some letters fold to several words when they are folded once more.
            if words(&typed) != [typed.clone()] {
                continue;
            }
            let found = suggest(&suggester, &typed, 10);
            prop_assert_eq!(found.len(), 1, "{}", typed);
            let [range] = found[0].ranges.as_slice() else { return Err(TestCaseError::fail("one range")) };
            prop_assert!(label.is_char_boundary(range.start) && label.is_char_boundary(range.end));
            prop_assert!(fold(&label[range.clone()]).replace('.', "").contains(&typed));
        }
    }

    #[test]
    fn nothing_typed_hurts(things in world(12), typed in "\\PC{0,200}", odd in any::<String>()) {
        let suggester = build(&things);
        for typed in [typed, odd] {
            for found in suggest(&suggester, &typed, 10) {
                let text = found.alias.as_ref().unwrap_or(&found.label);
                prop_assert!(!found.ranges.is_empty());
                prop_assert!(found.ranges.iter().all(|range| text.get(range.clone()).is_some_and(|text| !text.is_empty())));
                prop_assert!(found.ranges.windows(2).all(|pair| pair[0].end <= pair[1].start));
            }
        }
    }
}

/// More names under each word than are looked at before all are, and the best of them among the last.
#[test]
fn many_names_of_common_words_are_answered_as_the_naive_one_does() {
    let (first, second) = (["Support", "Supported", "House", "Night"], ["housing", "shelter", "help", "support"]);
    let thing = |number: u32| {
        let (one, two) = (first[number as usize % 4], second[number as usize / 4 % 4]);
        let label =
            if number.is_multiple_of(3) { format!("{number} {two} {one}") } else { format!("{one} {number} {two}") };
        Thing { kind: Kind::Service, id: number, label, also: Vec::new(), weight: number % 50 }
    };
    let mut things: Vec<Thing> = (0..2_000).map(thing).collect();
    things.push(Thing { kind: Kind::Service, id: 9_999, label: "Housing Night".into(), also: Vec::new(), weight: 0 });
    let suggester = build(&things);
    for typed in
        ["support housing", "sup hou", "night housing", "hou nig", "s", "support", "suport housing", "h n", "1 s"]
    {
        assert_eq!(answers(suggest(&suggester, typed, 10)), naive::suggest(&things, typed, 10), "{typed}");
    }
}
