//! The parts beside needs and circumstances: spans, confidence, times, ways of being reached, places, contradictions,
//! what is refused.

use chrono::{NaiveTime, Weekday};
use entity::enums::{DeliveryMode, Gender};
use signpost::directory::needs::NeedList;
use signpost::signposting::circumstances::SubstanceUse;
use signpost::signposting::interpret::{Found, Interpretation, Interpreter, MAX_TEXT, Said};

use super::{interpret, needs};

fn spoken<'a>(text: &'a str, found: &Interpretation, key: &str) -> Vec<&'a str> {
    let need = found.needs.iter().find(|need| need.key == key).unwrap_or_else(|| panic!("{key} in {found:?}"));
    need.words.iter().map(|span| span.of(text)).collect()
}

#[test]
fn each_finding_has_its_words() {
    let text = "Kicked OUT – sleeping on mates’ sofas; “sanctoined”, nobody will see me till I’m clean…";
    let found = interpret(text);
    assert_eq!(spoken(text, &found, "housing.emergency"), ["Kicked OUT"]);
    assert_eq!(spoken(text, &found, "housing.council-duty"), ["sleeping on mates’ sofas"]);
    assert_eq!(spoken(text, &found, "money.sanction"), ["sanctoined"]);
    let using = Said::SubstanceUse(SubstanceUse::Using);
    let said = found.circumstances.iter().find(|said| said.what == using).unwrap();
    assert_eq!(said.words.iter().map(|span| span.of(text)).collect::<Vec<_>>(), ["till I’m clean"]);
}

#[test]
fn confidence_is_reckoned_as_the_module_says() {
    let sure = |text: &str| interpret(text).needs.first().map(|need| (need.key.clone(), need.confidence));
    // An entry of the lexicon at 86; a wish takes away three tenths of the doubt; a slip takes a tenth.
    assert_eq!(sure("bailiffs"), Some(("money.debt".to_owned(), 86)));
    assert_eq!(sure("baliffs"), Some(("money.debt".to_owned(), 77)));
    assert_eq!(sure("need laundry"), Some(("essentials.laundry".to_owned(), 90)));
    // Two pieces of evidence, and one piece from a phrase of three words.
    assert_eq!(sure("bailiffs. in debt"), Some(("money.debt".to_owned(), 98)));
    assert_eq!(sure("robbing Peter to pay Paul"), Some(("money.debt".to_owned(), 92)));
}

#[test]
fn what_nobody_can_make_anything_of_is_said() {
    let text = "need a food bank and a helicopter for zork";
    let left = interpret(text).not_understood;
    assert_eq!(left.iter().map(|span| span.of(text)).collect::<Vec<_>>(), ["helicopter", "zork"]);
    assert!(interpret("need a food bank").not_understood.is_empty());
}

#[test]
fn times_of_the_week() {
    let week = "Mon Tue Wed Thu Fri Sat Sun";
    for (text, expected) in [
        ("Thursday evenings", vec![("Thu", "17:00", "22:00")]),
        ("weekends only", vec![("Sat Sun", "00:00", "00:00")]),
        ("can only do Mondays and Wednesdays after 5pm", vec![("Mon Wed", "17:00", "00:00")]),
        ("after 5", vec![(week, "17:00", "00:00")]),
        ("mornings please, not Fridays", vec![("Mon Tue Wed Thu Sat Sun", "06:00", "12:00")]),
        ("between 9 and 12 weekdays", vec![("Mon Tue Wed Thu Fri", "09:00", "12:00")]),
        ("Monday to Friday", vec![("Mon Tue Wed Thu Fri", "00:00", "00:00")]),
        ("Monday mornings or Tuesday afternoons", vec![("Mon", "06:00", "12:00"), ("Tue", "12:00", "17:00")]),
        ("any day except Tuesdays", vec![("Mon Wed Thu Fri Sat Sun", "00:00", "00:00")]),
        ("from 10:30 to 2pm", vec![(week, "10:30", "14:00")]),
        ("in court on Thursday", vec![]),
        ("released this morning", vec![]),
        ("relapsed after 2 years", vec![]),
        ("sleeping rough for 3 nights", vec![]),
        ("I work nights", vec![]),
        ("relapsed at the weekend", vec![]),
        ("weekend appointments please", vec![("Sat Sun", "00:00", "00:00")]),
        ("any day but Friday", vec![("Mon Tue Wed Thu Sat Sun", "00:00", "00:00")]),
        ("can't do mornings", vec![(week, "12:00", "00:00")]),
        ("not before 11", vec![(week, "11:00", "00:00")]),
        ("can't come in the evenings", vec![(week, "00:00", "17:00")]),
        ("not sleeping nights", vec![]),
        ("needs a hostel, curfew from 7pm", vec![]),
        ("works 9-5 mon-fri", vec![]),
        ("had a drink on Saturday", vec![]),
        ("sentenced on Monday", vec![]),
        ("contact on Saturdays", vec![]),
        ("sign on every other Thursday", vec![]),
        ("probation tuesdays at 2", vec![]),
        ("on shift Friday nights", vec![]),
        ("probation on Tuesdays so Thursdays are best", vec![("Thu", "00:00", "00:00")]),
        // What is refused beside a day.
        ("Mondays not before 11", vec![("Mon", "11:00", "00:00")]),
        ("Mondays and Wednesdays, not before 11", vec![("Mon Wed", "11:00", "00:00")]),
        ("Tuesdays but not mornings", vec![("Tue", "12:00", "00:00")]),
        ("can do Mondays, can't do mornings", vec![("Mon", "12:00", "00:00")]),
        ("not before 11 on Mondays", vec![("Mon", "11:00", "00:00")]),
        ("Thursdays but not after 5pm", vec![("Thu", "00:00", "17:00")]),
        ("can't do Mondays and Tuesdays", vec![("Wed Thu Fri Sat Sun", "00:00", "00:00")]),
        // What is said of two.
        ("evenings and weekends", vec![(week, "17:00", "22:00"), ("Sat Sun", "00:00", "00:00")]),
        ("Saturdays and evenings", vec![("Sat", "00:00", "00:00"), (week, "17:00", "22:00")]),
        ("I work mon-fri 9-5 so evenings or Saturdays", vec![(week, "17:00", "22:00"), ("Sat", "00:00", "00:00")]),
        ("mornings or Wednesday afternoons", vec![(week, "06:00", "12:00"), ("Wed", "12:00", "17:00")]),
        ("mornings on weekdays", vec![("Mon Tue Wed Thu Fri", "06:00", "12:00")]),
        // Days and times that are no good, and what they are like.
        ("sundays are bad for me", vec![("Mon Tue Wed Thu Fri Sat", "00:00", "00:00")]),
        ("busy on Mondays", vec![("Tue Wed Thu Fri Sat Sun", "00:00", "00:00")]),
        ("unavailable Thursdays", vec![("Mon Tue Wed Fri Sat Sun", "00:00", "00:00")]),
        ("mornings are difficult with my meds", vec![(week, "12:00", "00:00")]),
        ("nights are the worst", vec![]),
        ("weekends are a nightmare for me", vec![]),
        ("lonely at weekends", vec![]),
        ("he hits me on Saturdays when he's been drinking", vec![]),
        ("I'm a nurse on nights", vec![]),
        ("tag means I have to be in evenings", vec![]),
        ("the food bank is shut on Fridays, is there another", vec![]),
        ("hostel closed between 10 and 4 where can I go", vec![]),
        ("mosque on Friday afternoon otherwise free", vec![]),
        ("have physio on Tuesday mornings", vec![]),
        ("need counselling in the evenings", vec![(week, "17:00", "22:00")]),
        ("carer comes mornings so after 12", vec![(week, "12:00", "00:00")]),
        // Figures that are no times of the day.
        ("been waiting 9-12 months", vec![]),
        ("youth club for 13-15 year olds", vec![]),
        ("I need 2-3 bed house", vec![]),
        ("3-5 times a week", vec![]),
        ("DOB 01-02-99", vec![]),
        ("my assessment is 10am on Tuesday", vec![]),
        // What takes up a day takes its time with it, and no more.
        ("I work at Tesco on Monday evenings", vec![]),
        ("I work Monday and Tuesday evenings", vec![]),
        ("in court on Thursday morning", vec![]),
        ("sign on Thursday mornings so afternoons are best", vec![(week, "12:00", "17:00")]),
        ("I work Mondays, can come Thursdays", vec![("Thu", "00:00", "00:00")]),
        ("I work Mondays, evenings are best", vec![(week, "17:00", "22:00")]),
        ("I go to AA on Monday nights", vec![]),
        ("working Mondays free Tuesdays", vec![("Tue", "00:00", "00:00")]),
        ("I only work weekends so weekdays are fine", vec![("Mon Tue Wed Thu Fri", "00:00", "00:00")]),
        ("contact with kids on Saturdays", vec![]),
        // What only looks as if it took up a day.
        ("contact me after 5pm", vec![(week, "17:00", "00:00")]),
        ("please contact me on Thursdays", vec![("Thu", "00:00", "00:00")]),
        ("can come after work from 6pm", vec![(week, "17:30", "22:00"), (week, "18:00", "00:00")]),
        ("on probation can do Thursdays", vec![("Thu", "00:00", "00:00")]),
        ("help with drinking on Tuesday evenings", vec![("Tue", "17:00", "22:00")]),
        ("need help with my drinking on Saturday mornings", vec![("Sat", "06:00", "12:00")]),
        ("stop drinking Thursday evenings", vec![("Thu", "17:00", "22:00")]),
        ("group that works evenings", vec![(week, "17:00", "22:00")]),
        ("I've got the kids Monday to Wednesday so only Thursdays", vec![("Thu", "00:00", "00:00")]),
        ("not eaten since Tuesday", vec![]),
        ("I get paid on Fridays", vec![]),
        ("pick up my script Mondays and Thursdays", vec![]),
        ("can't come in before 10 or after 3", vec![(week, "10:00", "15:00")]),
        ("mornings are no good, on meds", vec![(week, "12:00", "00:00")]),
        ("Fridays are no good, Thursdays ok", vec![("Thu", "00:00", "00:00")]),
        ("I'm at college Mon to Wed, free Thursday and Friday", vec![("Thu Fri", "00:00", "00:00")]),
        // When somebody uses, or comes out, is not when they can come.
        ("cocaine at weekends only", vec![]),
        ("drinks at weekends", vec![]),
        ("drink only on Fridays", vec![]),
        ("smokes weed evenings", vec![]),
        ("coming out of HMP Manchester on Friday", vec![]),
        // What is denied there is none of the days on which somebody can come.
        ("there's no bus on Sundays", vec![]),
        ("not a penny till Friday", vec![]),
    ] {
        let found = interpret(text).when;
        let time = |time: NaiveTime| time.format("%H:%M").to_string();
        let days = |found: &signpost::hours::Window| {
            found.days.iter().map(|day: Weekday| day.to_string()).collect::<Vec<_>>().join(" ")
        };
        let actual: Vec<_> =
            found.iter().map(|one| (days(&one.what), time(one.what.from), time(one.what.to))).collect();
        let expected: Vec<_> =
            expected.into_iter().map(|(days, from, to)| (days.to_owned(), from.to_owned(), to.to_owned())).collect();
        assert_eq!(actual, expected, "{text}");
    }
}

#[test]
fn a_single_day_is_sure_where_the_words_say_so() {
    for (text, sure) in [
        ("Friday", 50),
        ("hostel place ends Friday", 50),
        ("Thursday please", 70),
        ("can only come Friday", 80),
        ("I can come Monday", 80),
        ("can do Thursday", 80),
        ("can I come in on Friday", 80),
        ("free Friday", 80),
        ("Fridays", 80),
        ("Friday evening", 85),
        // A regular day or time, where it is said when somebody can come or nothing else is.
        ("I can do Mondays", 80),
        ("M14 5RQ thursday evenings", 85),
        ("need help with housing, Mondays or Tuesdays", 80),
        ("weekdays only", 80),
        ("evenings are best for me", 85),
        ("I work Mondays, evenings are best", 85),
        ("I'm busy on Mondays", 75),
        ("not Mondays", 75),
        // Where it is only told of: less than a question goes by.
        ("is the advice centre busy on Mondays?", 55),
        ("do you open Saturdays?", 55),
        ("we get chips on Fridays", 55),
        ("nobody's home on Mondays", 55),
        ("my ex shouts in the evenings", 55),
        ("Drinks: weekends", 55),
    ] {
        let found = interpret(text).when;
        assert_eq!(found.iter().map(|one| one.confidence).collect::<Vec<_>>(), [sure], "{text}");
    }
}

#[test]
fn ways_of_being_reached() {
    use DeliveryMode::{InPerson, Online, Outreach, Telephone, Video};
    let from_afar = vec![Telephone, Video, Online, Outreach];
    for (text, expected) in [
        ("over the phone only", vec![Telephone]),
        ("can't travel", from_afar.clone()),
        ("housebound", from_afar),
        ("want to see someone face to face", vec![InPerson]),
        ("not over the phone, need it in person", vec![InPerson]),
        ("on zoom", vec![Video]),
        ("can somebody do a home visit", vec![Outreach]),
        ("lost my phone", vec![]),
    ] {
        let mut actual: Vec<DeliveryMode> = interpret(text).delivery.iter().map(|found| found.what).collect();
        actual.sort_unstable();
        let mut expected = expected;
        expected.sort_unstable();
        assert_eq!(actual, expected, "{text}");
    }
}

#[test]
fn places_are_postcodes_that_exist() {
    for (text, expected) in [
        ("homeless in M14 5RQ", Some("M14 5RQ")),
        ("homeless m145rq please", Some("M14 5RQ")),
        ("live in ls6", Some("LS6")),
        ("Hulme M15, need food", Some("M15")),
        ("ls6 may be anything", None),
        ("need an HC2 form", None),
        ("no postcode", None),
        ("in ZZ99", None),
        ("need a hostel, but not in M14", None),
        ("banned from M14, staying in M15", Some("M15")),
        ("B12 injection due", None),
        ("homeless in B12", Some("B12")),
    ] {
        let place = interpret(text).place.map(|found| found.what.to_string());
        assert_eq!(place.as_deref(), expected, "{text}");
    }
}

#[test]
fn of_two_that_contradict_the_less_certain_is_left_out_and_of_equals_both() {
    let found = |what: Said, confidence: u8| Found { what, confidence, words: Vec::new() };
    let using = Said::SubstanceUse(SubstanceUse::Using);
    let stopped = |days| Said::SubstanceUse(SubstanceUse::Abstinent { days });
    let merged = |circumstances| Interpretation { circumstances, ..Interpretation::default() }.circumstances();
    let state = |said: Vec<Found<Said>>| merged(said).substance_use;
    assert_eq!(state(vec![found(using.clone(), 80), found(stopped(None), 79)]), Some(SubstanceUse::Using));
    assert_eq!(state(vec![found(using.clone(), 80), found(stopped(None), 80)]), None);
    let longer = SubstanceUse::Abstinent { days: Some(90) };
    assert_eq!(state(vec![found(stopped(None), 95), found(stopped(Some(90)), 60)]), Some(longer));
    assert_eq!(state(vec![found(stopped(Some(90)), 60), found(stopped(None), 95)]), Some(longer));
    assert_eq!(state(vec![found(stopped(Some(90)), 60), found(stopped(Some(7)), 60)]), None);
    let ages = vec![found(Said::Age(19.0), 85), found(Said::Age(42.0), 84)];
    assert_eq!(merged(ages).age, Some(19.0));
    let genders = vec![found(Said::Gender(Gender::Man), 70), found(Said::Gender(Gender::Woman), 70)];
    assert_eq!(merged(genders).gender, None);
    let offences = vec![found(Said::NoOffences, 90), found(Said::Offence(entity::enums::OffenceType::Arson), 60)];
    assert_eq!(merged(offences).offences, Some(Vec::new()));
}

#[test]
fn too_long_a_text_is_refused() {
    let interpreter = &super::INTERPRETER;
    let most = "é".repeat(MAX_TEXT);
    assert!(interpreter.interpret(&most).is_ok());
    let error = interpreter.interpret(&(most + "x")).unwrap_err();
    assert_eq!(error.to_string(), "the text has more than 2000 characters; say it in 2000 or fewer");
}

#[test]
fn the_lexicon_and_the_list_of_needs_fit_together() {
    let list = NeedList::embedded().unwrap();
    let interpreter = Interpreter::new(&list).unwrap();
    assert_eq!(interpreter.unknown_needs(), [] as [String; 0]);
    assert_eq!(interpreter.too_little(), [] as [String; 0]);
    // Every word of the list leads to its need, but for those that the lexicon passes over and says why.
    let mut missed = Vec::new();
    let mut all = 0;
    for need in list.needs() {
        for phrase in need.words() {
            all += 1;
            let found = interpreter.interpret(phrase).unwrap();
            if !needs(&found, 0).contains(&need.key.as_str()) {
                missed.push(format!("{}: {phrase:?} gives {:?}", need.key, needs(&found, 0)));
            }
        }
    }
    let share = missed.len() * 100 / all;
    assert!(share < 2, "{} of {all} missed:\n{}", missed.len(), missed.join("\n"));
}

#[test]
fn a_family_is_said_with_any_word_in_each_of_its_places() {
    for (text, key) in [
        ("owe my landlord weeks of rent", "housing.rent-arrears"),
        ("owing the council rent", "housing.rent-arrears"),
        ("hit me with the bus pass prices", "travel.fares"),
        ("who takes on ex cons", "work.fair-chance-employers"),
        ("firms that hire people with a record", "work.fair-chance-employers"),
    ] {
        assert!(needs(&interpret(text), 45).contains(&key), "{text}: {:?}", needs(&interpret(text), 45));
    }
    // To whom it is done is part of what is said.
    assert!(!needs(&interpret("my ex hits the bottle"), 0).contains(&"safety.domestic-abuse"));
    // Of phrases over the same words the one that passes over fewer counts.
    assert!(!needs(&interpret("get me out the house"), 0).contains(&"housing.council-duty"));
}

#[test]
fn a_wrong_family_is_refused_by_its_name() {
    let list = NeedList::embedded().unwrap();
    let words = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/words.toml"));
    let read = |families: &str| Interpreter::with_families(&list, words, families);
    let many = |ways: usize| (0..ways).map(|way| format!("word{way}")).collect::<Vec<_>>().join(",");
    let wide = format!("owe rent {{{}}} {{{}}} {{{}}}", many(40), many(40), many(40));
    let long = "owe {a} {b} {c} {d} {e} {f} {g} {h} rent".to_owned();
    for (need, family, reason) in [
        ("housing.rent-arrears", wide.as_str(), "too wide, 64000 phrases of 4 places"),
        ("housing.rent-arrears", long.as_str(), "too wide, 1 phrases of 10 places"),
        ("housing.rent-arrears", "{with,for} the {,my}", "says too little"),
        ("housing.rent-arrears", "rent {,arrears}", "says too little"),
        ("housing.rent-arrears", "owe {rent", "a brace is not closed"),
        ("housing.rent-ares", "owe {rent,the landlord}", "the list of needs has no \"housing.rent-ares\""),
    ] {
        let error = read(&format!("\"{need}\" = [{family:?}]")).unwrap_err();
        let begins: String = family.chars().take(60).collect();
        assert_eq!(error.entry, format!("the family of {need} {begins:?}"));
        assert!(error.reason.contains(reason), "{error}");
    }
    assert!(read("owe {rent").unwrap_err().to_string().contains("the families"));
    let found = read("\"housing.rent-arrears\" = [\"{flummoxed,bamboozled} by the {landlord,council}\"]").unwrap();
    let found = found.interpret("bamboozled by my landlord").unwrap();
    assert_eq!(needs(&found, 80), ["housing.rent-arrears"]);
}

#[test]
fn ordinary_words_give_no_need_on_their_own() {
    let all = "fall falling straight login levels john shot formed book dragged foot bugs cut adults bases confession \
        transition roman guide decay rock cracked smacked slamming withdraw wipe custody send popped bonding flashing \
        victim voice rope headway prep glassed terminated screen steel same believe busy number copy insurance sorry \
        wait breathing spending notes gate wing yesterday battered punched sue warden plastered";
    for word in all.split_whitespace() {
        let found = interpret(word);
        assert!(needs(&found, 45).is_empty(), "{word}: {:?}", needs(&found, 45));
    }
    assert!(needs(&interpret("had a fall"), 45).contains(&"physical-health.mobility"));
    assert!(needs(&interpret("want to go straight"), 45).contains(&"justice.behaviour-programmes"));
}

#[test]
fn a_wrong_lexicon_is_refused_with_the_place_and_the_reason() {
    let list = NeedList::embedded().unwrap();
    let good = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/words.toml"));
    for (from, to, entry, reason) in [
        ("things = [", "thinks = [", "line", "unknown field"),
        ("says = [\"has homeless\"]", "says = [\"has homles\"]", "the phrases from \"homeless\" on", "has homles"),
        ("sure = 82", "sure = 100", "the phrases from \"using\" on", "from 1 to 99"),
        ("light = [", "lite = [", "roles.lite", "there is no such role"),
        ("light = [\n", "light = [\"two words\",\n", "roles.light", "[[same]]"),
        ("phrases = [\"using\"", "phrases = [\" \", \"using\"", "\" \"", "1 to 80 characters"),
        ("phrases = [\"using\"", "phrases = [\"he'd like to\", \"using\"", "\"he'd like to\"", "in every sentence"),
        ("phrases = [\"using\"", "phrases = [\"we are with you\", \"using\"", "\"we are with you\"", "say more"),
        ("phrases = [\"using\"", "phrases = [\"using\", \"Using\"", "\"Using\"", "it says \"using\" in two places"),
        ("phrases = [\"using drugs\"", "phrases = [\"using\", \"using drugs\"", "\"using\"", "leave the surer"),
        ("owner = [", "owners = [", "forms.owners", "there is no such list"),
        ("owner = [\"my\"", "owner = [\"my\", \"my\"", "forms.owner", "stands there twice"),
        ("owner = [\"my\"", "owner = [\"my own\", \"my\"", "forms.owner", "is not one word"),
        ("owner = [\"my\"", "owner = [\"I'm\", \"my\"", "forms.owner", "is not one word"),
    ] {
        let changed = good.replacen(from, to, 1);
        assert_ne!(changed, good, "{from}");
        let error = Interpreter::with_words(&list, &changed).unwrap_err();
        assert!(error.entry.starts_with(entry) && error.reason.contains(reason), "{error}");
    }
    assert!(Interpreter::with_words(&list, &"#".repeat(600_000)).unwrap_err().reason.contains("at most"));
}
