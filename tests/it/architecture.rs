//! The house rules that no compiler and no lint holds: which room may see which, what stays out
//! of pure code, who writes the tables. `docs/ARCHITECTURE.md` gives the reasons.

mod source;
mod tables;

use std::collections::{BTreeMap, BTreeSet};

use source::{Source, code_of, paths, repository, sources};
use tables::{COUNTERS, CRATES, FORBIDDEN, IMPURE, PERSONAL, PURE, ROOMS, WRITERS};

/// Most lines of a file: longer ones are two things.
const MOST_LINES: usize = 500;

fn is_within(module: &[String], any_of: &[&str]) -> bool {
    let module = module.join("::");
    any_of.iter().any(|one| module == *one || module.starts_with(&format!("{one}::")))
}

/// The room of a file: `main.rs` is one of its own, `lib.rs` none.
fn room(source: &Source) -> Option<&str> {
    if source.name == "src/main.rs" { Some("main") } else { source.module.first().map(String::as_str) }
}

/// The paths a file names that lead into this crate, from its root on; `super` and `self` are followed.
fn inner_paths(source: &Source, macros: &BTreeMap<String, String>) -> Vec<Vec<String>> {
    paths(&source.code)
        .into_iter()
        .filter_map(|path| {
            let mut rest = path.as_slice();
            let mut full = match rest[0].as_str() {
                "crate" => Vec::new(),
                "signpost" if source.name == "src/main.rs" => Vec::new(),
                "self" | "super" => source.module.clone(),
                _ => return None,
            };
            while let [first, others @ ..] = rest {
                match first.as_str() {
                    "super" => drop(full.pop()),
                    "crate" | "signpost" | "self" => {}
                    _ => break,
                }
                rest = others;
            }
            full.extend_from_slice(rest);
            // A macro that is exported stands at the crate's root, wherever it was written.
            if let Some(written_in) = full.first().and_then(|first| macros.get(first)) {
                full.insert(0, written_in.clone());
            }
            Some(full)
        })
        .collect()
}

/// Macros that stand at the crate's root, and the rooms they were written in.
fn exported_macros(sources: &[Source]) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for source in sources {
        for after in source.code.split("#[macro_export]").skip(1) {
            let name = after.trim_start().trim_start_matches("macro_rules!").trim_start();
            let name: String = name.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
            found.insert(name, room(source).unwrap_or_default().to_owned());
        }
    }
    found
}

fn assert_none(rule: &str, found: &BTreeSet<String>) {
    let list: Vec<&str> = found.iter().map(String::as_str).collect();
    assert!(found.is_empty(), "{rule}:\n  {}\n", list.join("\n  "));
}

#[test]
fn rooms_see_each_other_in_one_direction_only() {
    let files = sources("src");
    let macros = exported_macros(&files);
    let table: BTreeMap<&str, &[&str]> = ROOMS.iter().copied().collect();
    let mut seen = BTreeSet::new();
    let mut wrong = BTreeSet::new();
    for file in &files {
        let Some(from) = room(file) else { continue };
        for path in inner_paths(file, &macros) {
            let Some(to) = path.first().filter(|to| *to != from) else { continue };
            if table.get(from).is_some_and(|allowed| allowed.contains(&to.as_str())) {
                seen.insert((from.to_owned(), to.clone()));
            } else {
                wrong.insert(format!("{} names {}", file.name, path.join("::")));
            }
        }
    }
    assert_none("rooms that these must not see (see ROOMS in tests/it/architecture.rs)", &wrong);
    let unused: BTreeSet<String> = ROOMS
        .iter()
        .flat_map(|(from, allowed)| allowed.iter().map(move |to| ((*from).to_owned(), (*to).to_owned())))
        .filter(|pair| !seen.contains(pair))
        .map(|(from, to)| format!("{from} sees {to}"))
        .collect();
    assert_none("allowed in ROOMS and no longer so: take it out", &unused);
}

#[test]
fn the_table_of_rooms_is_whole_and_has_no_way_round() {
    let files = sources("src");
    let there: BTreeSet<&str> = files.iter().filter_map(room).collect();
    let listed: BTreeSet<&str> = ROOMS.iter().map(|(room, _)| *room).collect();
    assert_eq!(there, listed, "every room of src/ stands in ROOMS, and nothing else");
    for (position, (room, allowed)) in ROOMS.iter().enumerate() {
        for seen in *allowed {
            assert!(ROOMS[..position].iter().any(|(above, _)| above == seen), "{room} sees {seen}, which stands below");
        }
    }
}

#[test]
fn what_speaks_graphql_is_used_by_its_like_only() {
    let files = sources("src");
    let macros = exported_macros(&files);
    let mut wrong = BTreeSet::new();
    for file in files.iter().filter(|file| !file.module.iter().any(|part| part == "graphql" || part == "schema")) {
        for path in inner_paths(file, &macros).iter().filter(|path| path.iter().any(|part| part == "graphql")) {
            wrong.insert(format!("{} names {}", file.name, path.join("::")));
        }
    }
    assert_none("rules, stores and snapshots know nothing of GraphQL: only its own modules and the schema may", &wrong);
}

#[test]
fn layers_keep_their_crates() {
    let mut wrong = BTreeSet::new();
    let mut seen = BTreeSet::new();
    for file in sources("src") {
        for path in paths(&file.code) {
            let Some((name, allowed)) = CRATES.iter().find(|(name, _)| path[0] == *name) else { continue };
            match allowed.iter().find(|module| is_within(&file.module, &[module])) {
                Some(module) => drop(seen.insert((*name, *module))),
                None => drop(wrong.insert(format!("{} names {}", file.name, path.join("::")))),
            }
        }
    }
    assert_none("crates that do not belong in these modules (see CRATES)", &wrong);
    let unused = CRATES.iter().flat_map(|(name, allowed)| allowed.iter().map(move |module| (*name, *module)));
    let unused = unused.filter(|pair| !seen.contains(pair)).map(|(name, module)| format!("{module} uses {name}"));
    assert_none("allowed in CRATES and no longer so: take it out", &unused.collect());
}

#[test]
fn pure_code_stays_pure() {
    let files = sources("src");
    for module in PURE {
        assert!(files.iter().any(|file| is_within(&file.module, &[module])), "there is no {module} any more");
    }
    let mut wrong = BTreeSet::new();
    for file in files.iter().filter(|file| is_within(&file.module, PURE)) {
        let inner = inner_paths(file, &BTreeMap::new()).into_iter().map(|path| format!("crate::{}", path.join("::")));
        let outer = paths(&file.code).into_iter().map(|path| path.join("::"));
        for path in inner.chain(outer) {
            if IMPURE.iter().any(|impure| path == *impure || path.starts_with(&format!("{impure}::"))) {
                wrong.insert(format!("{} names {path}", file.name));
            }
        }
    }
    assert_none("pure code that knows a database, GraphQL, a clock, files or the net", &wrong);
}

/// Modules that read the instant of a question without showing anything by it: `input` for its caller, which
/// says so, and `queries` to refuse a cursor of a time to come.
const SHOW_NOTHING_BY_IT: &[&str] = &["directory::graphql::queries", "signposting::graphql::input"];

#[test]
fn whoever_reads_the_time_or_rows_says_how_long_the_answer_holds() {
    let mut wrong = BTreeSet::new();
    for file in sources("src") {
        let shows = is_within(&file.module, &["directory::graphql", "directory::loaders", "signposting::graphql"]);
        let reads = paths(&file.code).iter().flatten().any(|part| part == "AskedAt" || part == "Database");
        if shows && reads && !file.code.contains("Horizon") && !is_within(&file.module, SHOW_NOTHING_BY_IT) {
            wrong.insert(file.name);
        }
    }
    assert_none("these read the instant or the database and say nothing to api::horizon::Horizon", &wrong);
}

#[test]
fn tables_are_written_by_those_whose_they_are() {
    let (words, writers) = WRITERS;
    let mut wrong = BTreeSet::new();
    for file in sources("src").iter().filter(|file| !is_within(&file.module, writers)) {
        for word in words.iter().filter(|word| file.code.contains(**word)) {
            wrong.insert(format!("{} holds {word}", file.name));
        }
    }
    assert_none("rows are written elsewhere than in WRITERS; listings go through store::save", &wrong);
}

/// Whoever reads rows about service users does it by the rule's own condition, or writes only: a new way to them is a line in
/// [`PERSONAL`], and either names `visible` or stands there among the writers. Whoever only counts them stands in [`COUNTERS`].
#[test]
fn rows_about_service_users_are_read_by_the_rule_alone() {
    let (readers, writers) = PERSONAL;
    let mut wrong = BTreeSet::new();
    for file in sources("src") {
        let names_them = [
            "person_record",
            "name_key",
            "ledger_entry",
            "referral::Entity",
            "signpost::Entity",
            "appointment::Entity",
            "task::Entity",
            "release::Entity",
            "easement::Entity",
            "group_place::Entity",
        ]
        .iter()
        .any(|table| file.code.contains(table));
        if !names_them || is_within(&file.module, &["access"]) || is_within(&file.module, writers) {
            continue;
        }
        if is_within(&file.module, COUNTERS) {
            // Whoever only counts names nobody, and opens nothing.
            let names = ["ServiceUser", "service_user", "vault"].iter().any(|name| file.code.contains(name));
            if names {
                wrong.insert(format!("{} counts, and names service users", file.name));
            }
            continue;
        }
        if !is_within(&file.module, readers)
            || !["visible(", "decide::ground(", "Deciding::begin(", "Deciding::begin_each(", "&Sight"]
                .iter()
                .any(|decides| file.code.contains(decides))
        {
            wrong.insert(file.name);
        }
    }
    assert_none("these read rows about service users past the rule (see PERSONAL)", &wrong);
    let sealed = |file: &Source| file.code.contains(".sealed") && !is_within(&file.module, &["vault"]);
    let opens: Vec<String> = sources("src").into_iter().filter(sealed).map(|file| file.name).collect();
    assert_eq!(
        opens,
        [
            "src/accounts/second_factor.rs",
            "src/notices/secrets.rs",
            "src/people/appointments/reading.rs",
            "src/people/consents/reading.rs",
            "src/people/groups/reading.rs",
            "src/people/reading.rs",
            "src/people/referrals/reading.rs",
            "src/people/tasks/dates.rs",
            "src/people/tasks/reading.rs",
            "src/signposts/reading.rs"
        ],
        "what is sealed is opened there alone"
    );
}

#[test]
fn nothing_forbidden_stands_in_the_program() {
    let mut wrong = BTreeSet::new();
    for file in sources("src").iter().chain(&sources("entity/src")).chain(&sources("migration/src")) {
        for (number, line) in file.code.lines().enumerate() {
            for (word, allowed) in FORBIDDEN {
                if line.contains(word) && !is_within(&file.module, allowed) {
                    wrong.insert(format!("{}:{} holds {word}", file.name, number + 1));
                }
            }
        }
        for (number, expectation) in file.code.split("#[expect(").enumerate().skip(1) {
            if !expectation.split(")]").next().unwrap_or_default().contains("reason") {
                wrong.insert(format!("{}: expectation {number} gives no reason", file.name));
            }
        }
    }
    assert_none("forbidden, or forbidden there (see FORBIDDEN)", &wrong);
}

#[test]
fn migrations_know_no_entities_and_entities_nothing_above() {
    for (folder, strangers) in
        [("migration", &["entity", "signpost"][..]), ("entity", &["signpost", "migration", "async_graphql"][..])]
    {
        let manifest = std::fs::read_to_string(repository().join(folder).join("Cargo.toml")).unwrap();
        for stranger in strangers {
            let depends = manifest.lines().any(|line| {
                line.replace('-', "_").trim_start_matches('"').strip_prefix(stranger).is_some_and(|rest| {
                    rest.starts_with(|letter: char| letter.is_whitespace() || ['.', '=', '"'].contains(&letter))
                })
            });
            assert!(!depends, "{folder}/Cargo.toml depends on {stranger}");
            for file in sources(&format!("{folder}/src")) {
                let names = paths(&file.code).into_iter().any(|path| path[0] == *stranger);
                assert!(!names, "{} names {stranger}", file.name);
            }
        }
    }
}

#[test]
fn files_say_what_they_are_and_are_one_thing() {
    let mut wrong = BTreeSet::new();
    for folder in ["src", "entity/src", "migration/src", "tests"] {
        for file in sources(folder) {
            let lines = file.text.lines().count();
            if lines > MOST_LINES {
                wrong.insert(format!("{} has {lines} lines, more than {MOST_LINES}: split it by meaning", file.name));
            }
            if !file.text.starts_with("//! ") {
                wrong.insert(format!("{} does not begin by saying what it is (`//! …`)", file.name));
            }
        }
    }
    assert_none("files to look at", &wrong);
}

#[test]
fn the_reader_of_these_rules_can_read() {
    let text = r####"
//! Not [`crate::in_a_comment`].
/* nor /* crate::in_a */ crate::nested_one */
use crate::{api::{ids, paging::Page as P}, clock, places::*};
pub(crate) use super::sibling::Thing;
fn f<'a>(x: &'a str) -> char {
    let _ = ("crate::in_a_text \" crate::still", r#"crate::"raw" crate::x"#, '"', '\'', 'c', b'"');
    $crate::api::made::<u8>(crate::config :: Config::new(), Self::X)
}
"####;
    let code = code_of(text);
    assert_eq!(code.lines().count(), text.lines().count(), "{code}");
    let found: BTreeSet<String> = paths(&code).into_iter().map(|path| path.join("::")).collect();
    let expected = [
        "crate::api::ids",
        "crate::api::paging::Page",
        "crate::clock",
        "crate::places::*",
        "super::sibling::Thing",
        "crate::api::made",
        "crate::config::Config::new",
        "Self::X",
    ];
    assert_eq!(found, expected.iter().map(ToString::to_string).collect::<BTreeSet<_>>(), "{code}");
}
