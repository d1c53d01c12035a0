//! Reads Rust as far as the house rules need: files without their comments and texts, and the
//! paths they name. No compiler: macros are read as they stand.

use std::path::{Path, PathBuf};

/// A file of ours.
pub(super) struct Source {
    /// Its path below the repository, with `/`.
    pub(super) name: String,
    /// Its module, as `["directory", "store", "save"]`; empty for the crate's root.
    pub(super) module: Vec<String>,
    /// The whole of it.
    pub(super) text: String,
    /// The same without comments, and with nothing inside its texts.
    pub(super) code: String,
}

/// The top of the repository.
pub(super) fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every Rust file below a folder of the repository, by name.
pub(super) fn sources(folder: &str) -> Vec<Source> {
    let mut files = Vec::new();
    collect(&repository().join(folder), &mut files);
    files.sort();
    assert!(!files.is_empty(), "nothing below {folder}");
    files
        .into_iter()
        .map(|file| {
            let text = std::fs::read_to_string(&file).unwrap();
            let name = file.strip_prefix(repository()).unwrap().to_string_lossy().replace('\\', "/");
            let module = module_of(name.strip_prefix(folder).unwrap().trim_start_matches('/'));
            Source { code: code_of(&text), name, module, text }
        })
        .collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

fn module_of(name: &str) -> Vec<String> {
    let mut parts: Vec<String> = name.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    if parts.last().is_some_and(|last| ["mod", "lib", "main"].contains(&last.as_str())) {
        parts.pop();
    }
    parts
}

/// Rust without comments, and with nothing inside its texts. Lines stay where they are.
pub(super) fn code_of(text: &str) -> String {
    let all: Vec<char> = text.chars().collect();
    let mut code = String::with_capacity(text.len());
    let mut at = 0;
    while at < all.len() {
        let (end, instead) = match all[at] {
            '/' if all.get(at + 1) == Some(&'/') => (find(&all, at, |rest| rest[0] == '\n'), ""),
            '/' if all.get(at + 1) == Some(&'*') => (end_of_comment(&all, at), ""),
            '"' => (end_of_text(&all, at + 1, '"'), "\"\""),
            'r' if raw_text(&all, at).is_some() => (raw_text(&all, at).unwrap(), "\"\""),
            // A lifetime has no second apostrophe behind its one letter.
            '\'' if all.get(at + 1) == Some(&'\\') || all.get(at + 2) == Some(&'\'') => {
                (end_of_text(&all, at + 1, '\''), "' '")
            }
            other => {
                code.push(other);
                at += 1;
                continue;
            }
        };
        code.push_str(instead);
        code.extend(all[at..end].iter().filter(|letter| **letter == '\n'));
        at = end;
    }
    code
}

fn is_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

fn find(all: &[char], from: usize, holds: impl Fn(&[char]) -> bool) -> usize {
    (from..all.len()).find(|at| holds(&all[*at..])).unwrap_or(all.len())
}

fn end_of_comment(all: &[char], from: usize) -> usize {
    let (mut at, mut depth) = (from, 0);
    while at < all.len() {
        match all[at..] {
            ['/', '*', ..] => (depth, at) = (depth + 1, at + 2),
            ['*', '/', ..] => (depth, at) = (depth - 1, at + 2),
            [..] => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

fn end_of_text(all: &[char], from: usize, quote: char) -> usize {
    let mut at = from;
    while at < all.len() && all[at] != quote {
        at += if all[at] == '\\' { 2 } else { 1 };
    }
    (at + 1).min(all.len())
}

/// The end of a raw text, if one begins here: `r"…"`, `r#"…"#`, and so on. A word that ends in r
/// is not followed by a quotation mark, `br` apart.
fn raw_text(all: &[char], from: usize) -> Option<usize> {
    let quote = find(all, from + 1, |rest| rest[0] != '#');
    let hashes = quote - from - 1;
    if all.get(quote) != Some(&'"') {
        return None;
    }
    let closes = |rest: &[char]| rest[0] == '"' && rest[1..].iter().take_while(|c| **c == '#').count() >= hashes;
    Some((find(all, quote + 1, closes) + 1 + hashes).min(all.len()))
}

/// Every path of two or more parts that code names, with its groups written out: `a::{b, c::d}`
/// gives `a::b` and `a::c::d`. `$crate` is `crate`.
pub(super) fn paths(code: &str) -> Vec<Vec<String>> {
    let all: Vec<char> = code.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < all.len() {
        let begins = is_word(all[at]) && !(at > 0 && is_word(all[at - 1])) && !ends_with(&all[..at], &[':', ':']);
        if begins {
            at = tree(&all, at, &[], &mut found).max(at + 1);
        } else {
            at += 1;
        }
    }
    found.retain(|path| path.len() > 1);
    found
}

fn ends_with(all: &[char], end: &[char]) -> bool {
    all.iter().rev().filter(|letter| !letter.is_whitespace()).take(end.len()).eq(end.iter().rev())
}

/// Reads a path, or a tree of them, that begins here; gives where it ends.
fn tree(all: &[char], from: usize, above: &[String], found: &mut Vec<Vec<String>>) -> usize {
    let blank = |at: usize| find(all, at, |rest| !rest[0].is_whitespace());
    let mut path = above.to_vec();
    let mut at = from;
    loop {
        match all.get(at) {
            Some('{') => {
                at = blank(at + 1);
                while at < all.len() && all[at] != '}' {
                    at = tree(all, at, &path, found);
                    // Past `as another_name`, to what follows.
                    at = find(all, at, |rest| [',', '}'].contains(&rest[0]));
                    if all.get(at) == Some(&',') {
                        at = blank(at + 1);
                    }
                }
                return (at + 1).min(all.len());
            }
            Some(letter) if is_word(*letter) => {
                let end = find(all, at, |rest| !is_word(rest[0]));
                path.push(all[at..end].iter().collect());
                at = end;
            }
            Some('*') if !above.is_empty() || path.len() > 1 => {
                path.push("*".to_owned());
                at += 1;
            }
            Some(_) | None => break,
        }
        let next = blank(at);
        if all[next..].starts_with(&[':', ':']) {
            at = blank(next + 2);
        } else {
            break;
        }
    }
    found.push(path);
    at.max(from + 1).min(all.len())
}
