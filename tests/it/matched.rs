//! Why a service was found by words: what is told is what the index found, and stands where it is said to stand.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};
use signpost::directory::needs::NeedIndex;
use signpost::directory::snapshot::postings::{Field, How, PostingsBuilder, Understood};
use signpost::directory::snapshot::reasons::{Place, Reason, reasons};
use signpost::directory::snapshot::text::{words, written};
use signpost::directory::store::load;
use signpost::signposting::rules::score;

use crate::support::TestApp;
use crate::support::listings::{at, location, service};

/// The excerpt with what is highlighted in brackets.
fn marked(reason: &Reason) -> String {
    let mut text = reason.excerpt.clone();
    for span in reason.spans.iter().rev() {
        text.insert(span.end, ']');
        text.insert(span.start, '[');
    }
    text
}

fn one(word: &str, understood: Understood, texts: &[(Place, &str)]) -> Option<Reason> {
    let mut found = reasons(&[(word.to_owned(), understood)], texts);
    assert!(found.len() <= 1);
    found.pop()
}

#[test]
fn each_way_of_standing_for_a_word_is_told_with_its_place() {
    let need = NeedIndex(7);
    let texts = [
        (Place::Name, "Women’s Café 💔 Élan"),
        (Place::Agency, "The Bridge Trust"),
        (Place::Need(need), "A bed for tonight"),
        (Place::Synonym(need), "night shelter"),
        (Place::Summary, "Advice on benefits, at night too: <b>beds</b>, hostel & more."),
        (Place::Description, "Women only. Shelters of the bridge, a hostel, hostels, ½ price."),
    ];
    let written = Understood::AsWritten;
    let cases: &[(&str, Understood, Option<(Place, How, &str)>)] = &[
        ("cafe", written, Some((Place::Name, How::Exact, "Women’s [Café] 💔 Élan"))),
        ("womens", written, Some((Place::Name, How::Exact, "[Women’s] Café 💔 Élan"))),
        ("elan", written, Some((Place::Name, How::Exact, "Women’s Café 💔 [Élan]"))),
        // The name before the description, though there it stands plainer.
        ("women", written, Some((Place::Name, How::Form, "[Women’s] Café 💔 Élan"))),
        ("bridge", written, Some((Place::Agency, How::Exact, "The [Bridge] Trust"))),
        ("bed", written, Some((Place::Need(need), How::Exact, "A [bed] for tonight"))),
        ("shelter", written, Some((Place::Synonym(need), How::Exact, "night [shelter]"))),
        // A need before the summary, in the same way.
        ("beds", written, Some((Place::Need(need), How::Form, "A [bed] for tonight"))),
        // Among texts that count alike the plainest: "hostels" stands for it better than "hostel" does.
        (
            "hostels",
            written,
            Some((
                Place::Description,
                How::Exact,
                "Women only. Shelters of the bridge, a [hostel], [hostels], ½ price.",
            )),
        ),
        (
            "benefit",
            written,
            Some((Place::Summary, How::Form, "Advice on [benefits], at night too: <b>beds</b>, hostel & more.")),
        ),
        (
            "adv",
            written,
            Some((Place::Summary, How::Beginning, "[Advice] on benefits, at night too: <b>beds</b>, hostel & more.")),
        ),
        (
            "hotsel",
            Understood::Slips(1),
            Some((Place::Summary, How::Spelling, "Advice on benefits, at night too: <b>beds</b>, [hostel] & more.")),
        ),
        ("brigde", Understood::Slips(1), Some((Place::Agency, How::Spelling, "The [Bridge] Trust"))),
        // One letter that is two words once folded is highlighted once.
        (
            "1",
            written,
            Some((Place::Description, How::Exact, "Women only. Shelters of the bridge, a hostel, hostels, [½] price.")),
        ),
        (
            "2",
            written,
            Some((Place::Description, How::Exact, "Women only. Shelters of the bridge, a hostel, hostels, [½] price.")),
        ),
        ("brigde", written, None),
        ("cafe", Understood::Unknown, None),
        ("gostak", Understood::Slips(1), None),
        ("💔", written, None),
    ];
    for (word, understood, expected) in cases {
        let found = one(word, *understood, &texts);
        let shown = found.as_ref().map(|reason| (reason.place, reason.how, marked(reason)));
        let expected = expected.map(|(place, how, text)| (place, how, text.to_owned()));
        assert_eq!(shown, expected, "{word} {understood:?}");
    }
    // A word that is asked for twice is explained once, and the order is the question's.
    let asked: Vec<_> = ["trust", "cafe", "trust"].iter().map(|word| ((*word).to_owned(), written)).collect();
    let found: Vec<String> = reasons(&asked, &texts).into_iter().map(|reason| reason.word).collect();
    assert_eq!(found, ["trust", "cafe"]);
}

#[test]
fn an_excerpt_is_cut_between_words_around_what_was_found() {
    let filler = "lorem 💔 ipsum dolor sit amet consectetur ".repeat(20);
    let long = format!("{filler}beds, warm beds {filler}a last bed");
    let found = one("beds", Understood::AsWritten, &[(Place::Description, &long)]).unwrap();
    let text = marked(&found);
    assert!(text.contains("[beds], warm [beds] lorem"), "{text}");
    assert!(text.starts_with('…') && text.ends_with('…') && text.chars().count() < 175, "{text}");
    let inner = found.excerpt.trim_matches('…');
    assert!(long.contains(inner) && inner.trim() == inner, "{text}");
    assert!(inner.split_whitespace().all(|word| long.split_whitespace().any(|whole| whole == word)), "{text}");

    // At the beginning and at the end nothing is left out on that side.
    let found = one("lorem", Understood::AsWritten, &[(Place::Description, &long)]).unwrap();
    assert!(marked(&found).starts_with("[lorem] 💔 ipsum") && found.excerpt.ends_with('…'));
    let found = one("last", Understood::AsWritten, &[(Place::Description, &long)]).unwrap();
    assert!(found.excerpt.starts_with('…') && marked(&found).ends_with("a [last] bed"), "{}", marked(&found));

    // A word without an end is cut with the excerpt, and never between the bytes of a letter.
    for letter in ["x", "é", "字"] {
        let endless = format!("{} {}", "y".repeat(300), letter.repeat(5_000));
        let found = one(&words(letter)[0], Understood::AsWritten, &[(Place::Description, &endless)]).unwrap();
        assert_eq!(found.spans.len(), 1);
        assert!(found.excerpt.len() < 175 && found.excerpt[found.spans[0].clone()].starts_with(letter), "{found:?}");
    }
}

/// Initials with full stops are what they are without.
#[test]
fn initials_with_full_stops_are_one_word() {
    let table: &[(&str, &[&str])] = &[
        ("N.A.", &["na"]),
        ("N.A", &["na"]),
        ("C.A.B. Leeds", &["cab", "leeds"]),
        ("the C.A.B", &["the", "cab"]),
        ("(É.’A.)", &["ea"]),
        ("J.R. Smith", &["jr", "smith"]),
        // Neither words nor sentences nor numbers are, nor letters that stand apart.
        ("A. B.", &["a", "b"]),
        ("N..A", &["n", "a"]),
        ("N-A", &["n", "a"]),
        ("Plan B.A bed", &["plan", "ba", "bed"]),
        ("A.bed", &["a", "bed"]),
        ("bed.A.B", &["bed", "ab"]),
        ("1.2", &["1", "2"]),
        ("v.2", &["v", "2"]),
        (".A.", &["a"]),
        ("...", &[]),
    ];
    for (text, expected) in table {
        assert_eq!(words(text), *expected, "{text}");
        let found = written(text);
        assert_eq!(found.iter().map(|word| word.text.as_str()).collect::<Vec<_>>(), *expected, "{text}");
    }
    assert_eq!(written("in N.A. too")[1].span(), 3..6);
}

/// Whatever a name has stands above whatever an agency's has, and so on; the plainer above what is less plain.
#[test]
fn the_points_for_words_go_by_where_they_stand_and_then_by_how() {
    let all = Field::ALL.iter().flat_map(|field| How::ALL.iter().map(|how| score::words([(*field, *how)])));
    let points: Vec<u32> = all.collect();
    assert!(points.is_sorted_by(|better, worse| better > worse), "{points:?}");
    assert_eq!(points[0], score::ScorePart::Words.most());
}

proptest! {
    #[test]
    fn words_as_written_are_the_words_of_the_text(text in ".{0,60}|([a-zé'’ ½💔ﬁ\u{301}]{0,30})|([aé1. \u{301}½ﬁ'-]{0,20})") {
        let found = written(&text);
        prop_assert_eq!(found.iter().map(|word| word.text.clone()).collect::<Vec<_>>(), words(&text));
        for word in &found {
            prop_assert_eq!(word.letters.len(), word.text.chars().count());
            let slice = &text[word.span()];
            prop_assert!(words(slice).contains(&word.text), "{slice:?} is {:?}", word.text);
        }
    }

    #[test]
    fn what_the_index_finds_is_explained_and_nothing_else(
        texts in prop::collection::vec(prop::collection::vec((0..4_usize, "[abes]{1,5}|[abe]{3,9}(s|ing|ed)?"), 1..4), 1..12),
        asked in prop::collection::vec("[abes]{1,5}|[abe]{3,9}(s|ing)?", 1..3),
    ) {
        let place = |number: usize| [Place::Name, Place::Agency, Place::Synonym(NeedIndex(1)), Place::Description][number];
        let mut builder = PostingsBuilder::default();
        for text in &texts {
            builder.add(text.iter().map(|(number, word)| (place(*number).field(), word.as_str())));
        }
        let postings = builder.finish();
        let asked: Vec<(String, Understood)> =
            asked.into_iter().map(|word| { let meant = postings.understand(&word, |_| true); (word, meant) }).collect();
        let hits = postings.find(&asked);
        for (number, text) in (0..).zip(&texts) {
            let places: Vec<(Place, &str)> = text.iter().map(|(number, word)| (place(*number), word.as_str())).collect();
            let told = |word: &str| {
                let of_word: Vec<_> = asked.iter().filter(|(asked, _)| asked == word).take(1).cloned().collect();
                reasons(&of_word, &places).first().map(|reason| (reason.place.field(), reason.how))
            };
            let told: Option<Vec<(Field, How)>> = asked.iter().map(|(word, _)| told(word)).collect();
            let found = hits.iter().find(|hit| hit.text == number).map(|hit| hit.found(asked.len()).collect::<Vec<_>>());
            prop_assert_eq!(told, found, "{:?} of {:?}", asked, text);
        }
    }
}

const SEARCH: &str = "query($search: String!) { signpost(input: { search: $search }, first: 100) { nodes {
    service { name } scoreParts { part points }
    matched { word field how need { key } excerpt spans { start end text } }
} } }";

/// Holds one reason against the question and against itself.
fn check(reason: &Value, asked: &BTreeSet<String>) {
    let word = reason["word"].as_str().unwrap();
    assert!(asked.contains(word), "{reason:#}");
    let units: Vec<u16> = reason["excerpt"].as_str().unwrap().encode_utf16().collect();
    let spans = reason["spans"].as_array().unwrap();
    assert!(!spans.is_empty(), "{reason:#}");
    let mut plainest = false;
    for span in spans {
        let at = |name: &str| usize::try_from(span[name].as_i64().unwrap()).unwrap();
        let text = span["text"].as_str().unwrap();
        assert_eq!(String::from_utf16(&units[at("start")..at("end")]).unwrap(), text, "{reason:#}");
        let found = words(text);
        plainest |= match reason["how"].as_str().unwrap() {
            "EXACT" => found.iter().any(|found| found == word),
            "BEGINNING" => found.iter().any(|found| found.starts_with(word) && found != word),
            "FORM" => found.iter().any(|found| found != word && found.get(..2) == word.get(..2)),
            "SPELLING" => found.iter().any(|found| found.chars().count().abs_diff(word.chars().count()) <= 2),
            other => panic!("{other}"),
        };
    }
    assert!(plainest, "one of them stands for it as it is said: {reason:#}");
    let of_need = matches!(reason["field"].as_str().unwrap(), "NEED" | "SYNONYM");
    assert_eq!(reason["need"].is_object(), of_need, "{reason:#}");
}

#[tokio::test]
async fn every_result_of_any_word_search_says_why_and_its_points_agree() {
    let app = TestApp::demonstration().await;
    let rows = load::services_after(app.db().connection(), None, 1_000).await.unwrap();
    let texts: Vec<Vec<String>> = rows
        .services
        .iter()
        .map(|row| {
            let texts = [Some(row.name.as_str()), row.summary.as_deref(), row.description.as_deref()];
            texts.into_iter().flatten().flat_map(words).filter(|word| word.chars().count() > 2).collect()
        })
        .collect();
    // Numbers that look like chance and are the same every time.
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut chance = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    let (mut results, mut fields, mut hows) = (0, BTreeSet::new(), BTreeSet::new());
    for _ in 0..90 {
        let of = &texts[chance(texts.len())];
        let question: Vec<String> = (0..=chance(3))
            .map(|_| {
                let mut letters: Vec<char> = of[chance(of.len())].chars().collect();
                let at = chance(letters.len() - 1);
                match chance(6) {
                    0 => letters.truncate(3),
                    1 if letters.len() > 4 => letters.swap(at, at + 1),
                    2 if letters.len() > 4 => drop(letters.remove(at)),
                    3 => letters.extend("ing".chars()),
                    _ => {}
                }
                letters.into_iter().collect()
            })
            .collect();
        let asked: BTreeSet<String> = question.iter().cloned().collect();
        let question = question.join(" ");
        let data = app.data(SEARCH, json!({ "search": question })).await;
        for node in data["signpost"]["nodes"].as_array().unwrap() {
            results += 1;
            let matched = node["matched"].as_array().unwrap();
            let told: BTreeSet<String> =
                matched.iter().map(|reason| reason["word"].as_str().unwrap().to_owned()).collect();
            assert_eq!((&told, matched.len()), (&asked, asked.len()), "{question}: {node:#}");
            for reason in matched {
                check(reason, &asked);
                fields.insert(reason["field"].to_string());
                hows.insert(reason["how"].to_string());
            }
            if asked.len() == question.split(' ').count() {
                let points = score::words(matched.iter().map(|reason| {
                    let field = match reason["field"].as_str().unwrap() {
                        "NAME" => Field::Name,
                        "AGENCY" => Field::Agency,
                        "NEED" | "SYNONYM" => Field::Need,
                        _ => Field::Other,
                    };
                    let how = match reason["how"].as_str().unwrap() {
                        "EXACT" => How::Exact,
                        "FORM" => How::Form,
                        "BEGINNING" => How::Beginning,
                        _ => How::Spelling,
                    };
                    (field, how)
                }));
                let parts = node["scoreParts"].as_array().unwrap();
                let given = parts.iter().find(|part| part["part"] == "WORDS").unwrap();
                assert_eq!(given["points"], json!(points), "{question}: {node:#}");
            }
        }
    }
    assert!(results > 300 && fields.len() == 6 && hows.len() == 4, "{results} {fields:?} {hows:?}");
}

#[tokio::test]
async fn reasons_stand_beside_services_too_and_tell_no_secret() {
    let mut hostel = service("1", "💔 Hôstel for women", "essentials.hot-meal");
    hostel.description = Some("Nobody says where it is.".to_owned());
    let mut house = location("hidden", "M14 5RQ", Some((53.45, -2.22)));
    house.confidential = true;
    hostel.places = vec![at(house)];
    let app = TestApp::of(&[hostel, service("2", "Other", "essentials.hot-meal")]).await;
    let data = app.data(SEARCH, json!({ "search": "HOSTLE, womens" })).await;
    let nodes = data["signpost"]["nodes"].as_array().unwrap();
    assert_eq!(nodes.len(), 1);
    let span = |start: i32, end: i32, text: &str| json!([{ "start": start, "end": end, "text": text }]);
    let expected = json!([
        { "word": "hostle", "field": "NAME", "how": "SPELLING", "need": null, "excerpt": "💔 Hôstel for women",
          "spans": span(3, 9, "Hôstel") },
        { "word": "womens", "field": "NAME", "how": "FORM", "need": null, "excerpt": "💔 Hôstel for women",
          "spans": span(14, 19, "women") },
    ]);
    assert_eq!(nodes[0]["matched"], expected);

    let edges = "query($filter: ServiceFilter) { services(filter: $filter) { edges { node { name } matched {
        word field how need { key } excerpt spans { start end text } } } } }";
    let data = app.data(edges, json!({ "filter": { "text": "HOSTLE, womens" } })).await;
    assert_eq!(data["services"]["edges"][0]["matched"], expected);
    // By a need that it meets, and without words nothing is told.
    let data = app.data(edges, json!({ "filter": { "text": "soup" } })).await;
    let reason = &data["services"]["edges"][0]["matched"][0];
    assert_eq!((&reason["field"], &reason["need"]["key"]), (&json!("SYNONYM"), &json!("essentials.hot-meal")));
    let data = app.data(edges, json!({})).await;
    assert_eq!(data["services"]["edges"][0]["matched"], json!([]));
    // What is known of the house finds nothing and so explains nothing.
    for secret in ["hidden", "M14", "5RQ"] {
        let answer = app.text(SEARCH, json!({ "search": secret })).await;
        assert!(answer.contains("\"nodes\":[]"), "{secret}: {answer}");
    }
}
