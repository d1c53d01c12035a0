//! The settings of issuers: what may be written, and what is said of the rest.

use std::fs;
use std::path::Path;

use signpost::config::{Algorithm, Config, ConfigError, Issuer, MAX_ISSUERS, Origin, TokenKind};

use super::fixtures::{ISSUER, settings};

const START: &str = "[[accounts.issuers]]\nissuer = \"https://id.example.org\"\naudience = \"signpost\"\n";

fn load(text: &str) -> Result<Config, ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("signpost.toml");
    fs::write(&path, text).unwrap();
    Config::load(Some(&path), [], [])
}

/// An issuer with these lines besides the two it must have.
fn read(lines: &str) -> Result<Issuer, ConfigError> {
    Ok(load(&format!("{START}{lines}"))?.accounts.issuers.remove(0))
}

/// What is wrong with settings: the setting, what is wrong, what would be right.
fn wrong(error: ConfigError) -> Vec<(String, String, String)> {
    let ConfigError::Wrong(problems) = error else { panic!("{error}") };
    problems.into_iter().map(|one| (one.setting, one.wrong, one.right)).collect()
}

fn names(problems: &[(String, String, String)]) -> Vec<&str> {
    problems.iter().map(|(setting, ..)| setting.as_str()).collect()
}

#[test]
fn defaults() {
    let settings = read("").expect("settings");
    assert_eq!(settings.algorithms, [Algorithm::Rs256]);
    assert_eq!((settings.clock_skew_s, settings.key_cooldown_s, settings.key_max_age_s), (60, 30, 600));
    assert_eq!((settings.subject_claim.as_str(), settings.email_claim()), ("sub", None));
    assert_eq!((settings.tokens, settings.max_token_age()), (TokenKind::Access, None));
    assert!(!settings.link_by_email);
    assert_eq!(Config::default().accounts.issuers, []);
}

#[test]
fn names_of_algorithms() {
    for algorithm in Algorithm::ALL {
        let settings = read(&format!("algorithms = [\"{}\"]", algorithm.name())).expect("settings");
        assert_eq!(settings.algorithms, [algorithm]);
    }
    for name in ["none", "HS256", "HS384", "HS512", "rs256", "ES512", "RSA-OAEP", ""] {
        read(&format!("algorithms = [\"{name}\"]")).expect_err(name);
    }
}

/// Each row: lines of an issuer, the field that is wrong, and what its one problem must say.
#[test]
fn what_is_wrong_is_told_by_name() {
    let table = [
        ("secret = 'hunter2'", "secret", "no such setting", "did you mean"),
        ("clock_skew = 1", "clock_skew", "no such setting", "clock_skew_s"),
        ("clock_skew_s = '1'", "clock_skew_s", "text", "a whole number, as 60"),
        ("clock_skew_s = 1.5", "clock_skew_s", "a number with a point", "a whole number"),
        ("clock_skew_s = -1", "clock_skew_s", "-1", "a whole number"),
        ("clock_skew_s = 5000000000", "clock_skew_s", "5000000000", "a whole number"),
        ("clock_skew_s = 301", "clock_skew_s", "out of range", "0 to 300"),
        ("tokens = 'refresh'", "tokens", "refresh", "\"access\" or \"id\""),
        ("algorithms = 'RS256'", "algorithms", "text", "RS256, RS384"),
        ("algorithms = [1]", "algorithms", "it holds a whole number", "RS256, RS384"),
        ("algorithms = ['HS256']", "algorithms", "HS256", "RS256, RS384"),
        ("algorithms = []", "algorithms", "empty", "once"),
        ("algorithms = ['RS256', 'ES256', 'RS256']", "algorithms", "twice", "once"),
        ("link_by_email = 'yes'", "link_by_email", "text", "true or false"),
        ("link_by_email = true", "link_by_email", "email_claim", "email_claim"),
        ("subject_claim = ''", "subject_claim", "empty", "tokens have"),
        ("subject_claim = 7", "subject_claim", "a whole number", "text in quotation marks"),
        ("key_cooldown_s = 0", "key_cooldown_s", "out of range", "1 to 3600"),
        ("key_cooldown_s = 3601", "key_cooldown_s", "out of range", "1 to 3600"),
        ("key_max_age_s = 0", "key_max_age_s", "out of range", "1 to 86400"),
        ("key_max_age_s = 86401", "key_max_age_s", "out of range", "1 to 86400"),
    ];
    for (line, field, says, would_be_right) in table {
        let problems = wrong(read(line).expect_err(line));
        let [(setting, wrong, right)] = problems.as_slice() else { panic!("{line}: {problems:?}") };
        assert_eq!(*setting, format!("accounts.issuers[0].{field}"), "{line}");
        assert!(wrong.contains(says) && right.contains(would_be_right), "{line}: {wrong}; {right}");
        assert!(!format!("{problems:?}").contains("hunter2"), "{problems:?}");
    }
    for line in [
        "clock_skew_s = 300",
        "clock_skew_s = 0",
        "algorithms = ['RS256', 'ES256']",
        "email_claim = 'email'",
        "email_claim = 'email'\nlink_by_email = true",
        "max_token_age_s = 1",
        "tokens = 'id'",
    ] {
        read(line).expect(line);
    }
}

#[test]
fn an_issuer_that_is_not_said_whole_is_told_what_is_missing() {
    let problems = wrong(load("[[accounts.issuers]]\naudience = 'x'\n[[accounts.issuers]]").unwrap_err());
    let missing = ["accounts.issuers[0].issuer", "accounts.issuers[1].issuer", "accounts.issuers[1].audience"];
    assert_eq!(names(&problems), missing);
}

#[test]
fn lists_are_tables_in_whatever_form_toml_has() {
    let one = "{ issuer = 'https://id.example.org', audience = 'signpost' }";
    for text in [START.to_owned(), format!("[accounts]\nissuers = [{one}]"), format!("accounts.issuers = [{one}]")] {
        assert_eq!(load(&text).expect(&text).accounts.issuers, [settings()], "{text}");
    }
    for (text, setting) in [
        ("[accounts]\nissuers = 'https://id.example.org'", "accounts.issuers"),
        ("[accounts.issuers]\nissuer = 'https://id.example.org'", "accounts.issuers"),
        ("[accounts]\nissuers = ['https://id.example.org']", "accounts.issuers[0]"),
        ("[accounts]\nissuers = [{}, 7]", "accounts.issuers[1]"),
    ] {
        let problems = wrong(load(text).expect_err(text));
        assert_eq!(names(&problems), [setting], "{text}");
        assert!(problems[0].2.contains("[[accounts.issuers]]"), "{problems:?}");
    }
}

#[test]
fn the_line_is_told_and_other_wrong_settings_too() {
    let error = load(&format!("[server]\nlistn = 'x'\n{START}clock_skew_s = 301\n")).unwrap_err();
    let ConfigError::Wrong(problems) = error else { panic!("{error}") };
    let lines: Vec<usize> = problems
        .iter()
        .map(|one| match &one.origin {
            Origin::File { line, .. } => *line,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(lines, [2, 3]);
}

#[test]
fn the_environment_has_them_as_the_file_does() {
    let by = |text: &str| Config::load(None, [("SIGNPOST_ACCOUNTS__ISSUERS".to_owned(), text.to_owned())], []);
    let two = "[{ issuer = 'https://id.example.org', audience = 'signpost' }, { issuer = 'https://a.example', \
               audience = 'b', algorithms = ['ES256', 'EdDSA'] }]";
    let issuers = by(two).unwrap().accounts.issuers;
    assert_eq!(issuers[0], settings());
    assert_eq!(issuers[1].algorithms, [Algorithm::Es256, Algorithm::EdDsa]);
    assert_eq!(by("[]").unwrap().accounts.issuers, []);
    for (text, setting) in [
        ("", "accounts.issuers"),
        ("https://id.example.org", "accounts.issuers"),
        ("[]\nother = 1", "accounts.issuers"),
        ("[{ issuer = 'https://id.example.org' }]", "accounts.issuers[0].audience"),
    ] {
        assert_eq!(names(&wrong(by(text).expect_err(text))), [setting], "{text}");
    }
}

#[test]
fn names_and_claims_have_a_length() {
    let long = "x".repeat(501);
    for audience in ["", &long, "a\nb"] {
        let settings = Issuer { audience: audience.to_owned(), ..settings() };
        assert_eq!(settings.check().first().map(|(field, ..)| *field), Some("audience"), "{audience}");
    }
    let claims = Issuer { subject_claim: long.clone(), email_claim: long, ..settings() };
    assert_eq!(claims.check().iter().map(|(field, ..)| *field).collect::<Vec<_>>(), ["subject_claim", "email_claim"]);
}

#[test]
fn addresses() {
    let long = format!("https://id.example.org/{}", "x".repeat(500));
    let table = [
        ("https://id.example.org", true),
        ("https://id.example.org/tenant/v2.0", true),
        ("https://id.example.org:8443/", true),
        ("http://127.0.0.1:9400", true),
        ("http://127.9.9.9", true),
        ("http://[::1]:9400", true),
        ("http://localhost:9400", true),
        ("http://id.example.org", false),
        ("http://localhost.example.org", false),
        ("http://127.0.0.1.example.org", false),
        ("http://10.0.0.1", false),
        ("http://0.0.0.0", false),
        ("ftp://id.example.org", false),
        ("file:///etc/passwd", false),
        ("https://id.example.org?tenant=1", false),
        ("https://id.example.org#top", false),
        ("https://user@id.example.org", false),
        ("https://:secret@id.example.org", false),
        ("id.example.org", false),
        ("", false),
        (&long, false),
    ];
    for (issuer, good) in table {
        let settings = Issuer { issuer: issuer.to_owned(), ..settings() };
        let problems: Vec<_> = settings.check().iter().map(|(field, ..)| *field).collect();
        assert_eq!(problems, if good { vec![] } else { vec!["issuer"] }, "{issuer}");
    }
}

#[test]
fn lists() {
    let place = |list: Vec<Issuer>| Issuer::check_all(&list).first().map(|(place, _)| *place);
    let number = |number: usize| Issuer { issuer: format!("https://id{number}.example.org"), ..settings() };
    assert_eq!(place((0..MAX_ISSUERS).map(number).collect()), None);
    assert_eq!(place((0..=MAX_ISSUERS).map(number).collect()), Some(MAX_ISSUERS));
    assert_eq!(place(vec![settings(), settings()]), Some(1));
    assert_eq!(place(vec![settings(), Issuer { clock_skew_s: 500, ..number(1) }]), Some(1));
}

/// The example that stands behind `#` in `signpost.example.toml`: from its `[[accounts.issuers]]` to the first line that
/// is not indented.
fn example() -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("signpost.example.toml");
    let text = fs::read_to_string(file).unwrap();
    let begins = "#   [[accounts.issuers]]";
    let lines = text.lines().skip_while(|line| *line != begins).map_while(|line| line.strip_prefix("#   "));
    lines.flat_map(|line| [line, "\n"]).collect()
}

#[test]
fn the_example_of_an_issuer_names_every_field_with_its_default_and_explains_it() {
    let text = example();
    let own = Issuer { issuer: ISSUER.to_owned(), audience: "https://signpost.example.org".to_owned(), ..settings() };
    assert_eq!(load(&text).unwrap().accounts.issuers, std::slice::from_ref(&own));
    let written = text.parse::<toml::Table>().unwrap()["accounts"]["issuers"][0].clone();
    assert_eq!(written, toml::Value::try_from(own).unwrap());
    let lines: Vec<&str> = text.lines().collect();
    for (above, line) in lines.iter().zip(&lines[1..]) {
        if line.contains(" = ") && !line.starts_with('#') {
            assert!(above.starts_with("# "), "nothing explains {line:?}");
        }
    }
}
