//! Suggestions while somebody types: tables for each rule, and a slow, obvious oracle for all of them together.

#[path = "suggest/naive.rs"]
mod naive;
#[path = "suggest/properties.rs"]
mod properties;

use signpost::directory::suggest::{
    Entry, Hidden, Kind, MOST_SUGGESTED, Suggester, Suggestion, places, suggest, suggest_over,
};
use signpost::places::{Gazetteer, parse};

/// A service with a weight of one.
fn service(id: u32, label: &str) -> Entry<'_> {
    Entry { kind: Kind::Service, id, label, also: &[], weight: 1 }
}

fn services(labels: &[&'static str]) -> Suggester {
    Suggester::build((0..).zip(labels).map(|(id, label)| service(id, label)))
}

fn shown(found: &[Suggestion]) -> Vec<String> {
    found.iter().map(|found| found.shown().0).collect()
}

fn labels(suggester: &Suggester, typed: &str) -> Vec<String> {
    shown(&suggest(suggester, typed, 10))
}

/// What is shown with what is highlighted in brackets.
fn marked(found: &Suggestion) -> String {
    let (mut text, ranges) = found.shown();
    for range in ranges.iter().rev() {
        text.insert(range.end, ']');
        text.insert(range.start, '[');
    }
    text
}

#[test]
fn each_rule_of_matching_finds_and_refuses() {
    let cases: &[(&str, &str, bool)] = &[
        // Beginnings, in any order, each word in one of its own.
        ("hou", "Housing Advice", true),
        ("adv hou", "Housing Advice", true),
        ("sing", "Housing Advice", false),
        ("housing debt", "Housing Advice", false),
        ("support sup", "Support Group", false),
        ("support sup", "Support Supper", true),
        ("sup support", "Support Supper", true),
        ("support support", "Support Group", true),
        // Case, accents, apostrophes, marks.
        ("CAFE", "Café Élan", true),
        ("élan", "Cafe Elan", true),
        ("womens", "Women’s Centre", true),
        ("women's", "Womens Centre", true),
        ("drop in", "Drop-in", true),
        ("  drop--in! ", "Drop-in", true),
        // Initials, with full stops and without.
        ("na", "Meetings: A.A., N.A.", true),
        ("N.A", "Meetings: AA, NA", true),
        ("n.a. meet", "Meetings: AA, NA", true),
        ("c.a.b.", "CAB Leeds", true),
        ("n. a.", "Meetings: NA", false),
        // One slip in four letters and more.
        ("shleter", "Shelter", true),
        ("sheltr", "Shelter", true),
        ("sheltter", "Shelter", true),
        ("shalter", "Shelter", true),
        ("shaltr", "Shelter", false),
        ("meb", "Men", false),
        ("hlp", "Help", false),
        ("hepl", "Help", true),
        // In a beginning too.
        ("accomo", "Accommodation", true),
        // Two in eight.
        ("recoverry", "Recovery", true),
        ("accomodaton", "Accommodation", true),
        ("acommodatoin", "Accommodation", true),
        ("acomodatoin", "Accommodation", false),
        // The first letter only if nothing else is found: and then as one slip of at most one.
        ("xhelter", "Shelter", true),
        ("hselter", "Shelter", true),
        ("helter", "Shelter", true),
        ("xecovrey", "Recovery", false),
        // Nothing to look for.
        ("", "Shelter", false),
        (" -!? ", "Shelter", false),
        ("'", "Shelter", false),
    ];
    for (typed, label, is_found) in cases {
        let suggester = services(&[label]);
        assert_eq!(!labels(&suggester, typed).is_empty(), *is_found, "{typed:?} in {label:?}");
    }
}

#[test]
fn a_wrong_first_letter_is_forgiven_only_where_nothing_else_is_found() {
    let suggester = services(&["Felt Workshop", "Melt"]);
    assert_eq!(labels(&suggester, "melt"), ["Melt"]);
    assert_eq!(labels(&suggester, "zelt"), ["Felt Workshop", "Melt"]);
}

#[test]
fn the_better_match_comes_first() {
    // Each pair the other way round in every respect that counts for less.
    let entry = |kind, label, also, weight| Entry { kind, id: 9, label, also, weight };
    let better = |typed: &str, first: Entry<'_>, then: Entry<'_>| {
        let found = suggest(&Suggester::build([then, first]), typed, 10);
        let found: Vec<&str> = found.iter().map(|found| found.label.as_str()).collect();
        assert_eq!(found, [first.label, then.label], "{typed}");
    };
    let (need, agency, service, place) = (Kind::Need, Kind::Agency, Kind::Service, Kind::Place);
    // The whole label, even of an alias.
    better("rehab", entry(service, "Treatment", &["Rehab"], 0), entry(need, "Rehab Unit", &[], 9));
    better("shelter", entry(agency, "Shelter", &[], 0), entry(need, "Shelter Place", &[], 9));
    // A whole word before a beginning, and that before a slip.
    better("food", entry(service, "Free Food", &[], 0), entry(need, "Foodbank", &[], 9));
    better("food", entry(service, "Free Foodbank", &[], 0), entry(need, "Foot Care", &[], 9));
    better("counsellng", entry(service, "The Counselling", &[], 0), entry(need, "Councelling", &[], 9));
    // The label before an alias.
    better("bank", entry(service, "A Banker", &[], 0), entry(need, "Food", &["Banking"], 9));
    // Its beginning before its inside.
    better("debt", entry(service, "Debt Help", &[], 0), entry(need, "About Debt", &[], 9));
    // Kinds.
    better("debt", entry(need, "Debt Help", &[], 0), entry(agency, "Debt Advice", &[], 9));
    better("debt", entry(agency, "Debt Help", &[], 0), entry(service, "Debt Advice", &[], 9));
    better("debt", entry(service, "Debt Help", &[], 0), entry(place, "Debt Advice", &[], 9));
    // Of so many places one always has a few letters for its whole name: they come last, whatever is as it was typed.
    better("ho", entry(need, "Hostel", &[], 0), entry(place, "Westward Ho!", &[], 9));
    better("na", entry(need, "Meetings: AA, NA", &[], 0), entry(place, "Na Hearadh", &[], 9));
    better("na", entry(service, "Food", &["Nappies"], 0), entry(place, "Na Hearadh", &[], 9));
    better("leeds", entry(agency, "Law Centre Leeds", &[], 0), entry(place, "Leeds, West Yorkshire", &[], 9));
    // But for what is the whole of their name, and for what is spelt as they are.
    better("leeds", entry(place, "Leeds", &[], 0), entry(agency, "Leeds Law Centre", &[], 9));
    better("todmorden", entry(place, "Todmorden, Calderdale", &[], 0), entry(service, "Todmordon Help", &[], 9));
    // Weight, then label.
    better("debt", entry(service, "Debt Help", &[], 2), entry(service, "Debt Advice", &[], 1));
    better("debt", entry(service, "debt advice", &[], 1), entry(service, "Debt Help", &[], 1));
}

#[test]
fn names_that_are_written_alike_are_one_with_a_count() {
    let entry = |id, label, weight| Entry { weight, ..service(id, label) };
    let suggester = Suggester::build([
        entry(5, "FOODBANK", 3),
        entry(2, "Food-bank", 9),
        entry(7, "Foodbank", 4),
        entry(3, "Foodbank", 4),
        // Given twice.
        entry(3, "Foodbank", 4),
    ]);
    let found = suggest(&suggester, "foodb", 10);
    // Two words are another name than one, however heavy; here it matches by a slip only.
    let found: Vec<_> = found.iter().map(|found| (found.id, found.label.as_str(), found.count)).collect();
    assert_eq!(found, [(3, "Foodbank", 3), (2, "Food-bank", 1)]);
    assert_eq!((suggester.len(), suggester.names(), suggester.is_empty()), (4, 2, false));
    // Of another kind, or with other aliases, they are not the same.
    let other = Entry { kind: Kind::Agency, ..entry(3, "Foodbank", 4) };
    let aliased = Entry { also: &["Larder"], ..entry(8, "Foodbank", 4) };
    let suggester = Suggester::build([entry(3, "Foodbank", 4), other, aliased]);
    assert_eq!(suggest(&suggester, "foodb", 10).iter().map(|found| found.count).collect::<Vec<_>>(), [1, 1, 1]);
}

#[test]
fn what_matched_is_highlighted() {
    let cases: &[(&str, &str, &[&'static str], &str)] = &[
        ("hou", "Housing Advice", &[], "[Hou]sing Advice"),
        ("adv hou", "Housing Advice", &[], "[Hou]sing [Adv]ice"),
        ("cafe el", "Café Élan", &[], "[Café] [Él]an"),
        ("cafe", "Cafe\u{301}teria", &[], "[Cafe\u{301}]teria"),
        ("womens", "The Women’s Centre", &[], "The [Women’s] Centre"),
        ("women", "The Women’s Centre", &[], "The [Women]’s Centre"),
        // What was not typed so is highlighted whole.
        ("shleter", "Night Shelter", &[], "Night [Shelter]"),
        ("shel", "Night Shelter", &["Shelf"], "Night [Shel]ter"),
        // In the alias where that matched.
        ("rough", "Homelessness", &["sofa", "sleeping rough"], "Homelessness (sleeping [rough])"),
        ("fi", "ﬁne", &[], "[ﬁ]ne"),
        ("f", "ﬁne", &[], "[ﬁ]ne"),
        ("1 2", "½ day", &[], "[½] day"),
        ("日", "日本語", &[], "[日]本語"),
        ("na", "The N.A. line", &[], "The [N.A]. line"),
        ("n", "The N.A. line", &[], "The [N].A. line"),
        ("ss", "SS Straße", &[], "[SS] Straße"),
    ];
    for (typed, label, also, expected) in cases {
        let also: Vec<&str> = also.to_vec();
        let suggester = Suggester::build([Entry { also: &also, ..service(1, label) }]);
        let found = suggest(&suggester, typed, 10);
        assert_eq!(found.iter().map(marked).collect::<Vec<_>>(), [*expected], "{typed}");
    }
}

#[test]
fn a_change_is_laid_over_a_large_base() {
    let entry = |id, label, weight| Entry { weight, ..service(id, label) };
    let base =
        Suggester::build([entry(1, "Recovery Hub", 9), entry(2, "Recovery Hub", 5), entry(3, "Recovery House", 5)]);
    let edited = Suggester::build([entry(1, "Rehab Hub", 9), entry(4, "recovery hub", 7)]);
    let hidden = Hidden::of(&base, [(Kind::Service, 1), (Kind::Service, 77), (Kind::Need, 2)]);
    let found = suggest_over(&[(&base, &hidden), (&edited, &Hidden::default())], "re hu", 10);
    let found: Vec<_> = found.iter().map(|found| (found.id, found.label.as_str(), found.count)).collect();
    assert_eq!(found, [(1, "Rehab Hub", 1), (4, "recovery hub", 2)]);
    let none = Hidden::of(&base, [1, 2, 3].map(|id| (Kind::Service, id)));
    assert!(suggest_over(&[(&base, &none)], "re", 10).is_empty());
    // A name that only hidden entries have does not keep slips from being forgiven.
    assert_eq!(shown(&suggest_over(&[(&base, &none), (&edited, &Hidden::default())], "rexab", 10)), ["Rehab Hub"]);
}

#[test]
fn the_number_asked_for_is_kept_within_bounds() {
    let many: Vec<String> = (0..300).map(|number| format!("Room {number}")).collect();
    let suggester = Suggester::build((0..).zip(&many).map(|(id, label)| service(id, label)));
    for (limit, expected) in [(0, 0), (1, 1), (7, 7), (MOST_SUGGESTED, 100), (usize::MAX, 100)] {
        assert_eq!(suggest(&suggester, "room", limit).len(), expected);
    }
    assert!(suggest(&Suggester::default(), "room", 10).is_empty());
    assert!(suggest_over(&[], "room", 10).is_empty());
}

#[test]
fn only_the_beginning_of_what_is_typed_is_read() {
    let suggester = services(&["a b c d e f g h"]);
    assert_eq!(labels(&suggester, "a b c d e f g h nonsense").len(), 1);
    assert_eq!(labels(&suggester, &format!("a{}nonsense", " ".repeat(80))).len(), 1);
    assert!(labels(&suggester, "a nonsense").is_empty());
    // Words past the twenty-fourth of a label are shown, not found.
    let long = format!("{} last", vec!["word"; 24].join(" "));
    let suggester = Suggester::build([service(1, &long)]);
    assert_eq!((labels(&suggester, "word").len(), labels(&suggester, "last").len()), (1, 0));
}

#[test]
fn hostile_input_is_answered() {
    let marks: String = std::iter::repeat_n('\u{301}', 5_000).collect();
    let long = "ab".repeat(50_000);
    let texts = [
        "ﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺ",
        "\u{202e}\u{0}\u{feff}",
        "🏠🏠",
        marks.as_str(),
        long.as_str(),
        "İİİİ ǅ ﬃ ½⅓¾",
        "\u{1100}\u{1161}",
    ];
    let suggester = Suggester::build((0..).zip(texts).map(|(id, label)| Entry { also: &texts, ..service(id, label) }));
    for typed in texts {
        for found in suggest(&suggester, typed, 10) {
            let (text, ranges) = found.shown();
            assert!(ranges.iter().all(|range| text.get(range.clone()).is_some()));
        }
    }
}

#[test]
fn places_are_offered_by_names_that_resolve() {
    let gazetteer = Gazetteer::embedded();
    let places = places(gazetteer);
    let newport = suggest(&places, "newport", 10);
    assert!(newport.len() > 3);
    let all: Vec<_> = gazetteer.places().collect();
    for found in &newport {
        assert_eq!((found.kind, found.count), (Kind::Place, 1));
        let place = &all[found.id as usize];
        assert_eq!(place.key, found.label);
        let query = parse(&found.label).unwrap();
        assert_eq!(gazetteer.resolve(&query, None, false).unwrap().point, place.point, "{}", found.label);
    }
    assert!(labels(&places, "manchester")[0].starts_with("Manchester, "));
    assert!(labels(&places, "notingham")[0].starts_with("Nottingham"));
}
