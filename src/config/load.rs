//! Reading the settings from file, environment and command line, and saying what is wrong.
//!
//! Each source is broken into single settings, each with the place it came from; each of these is
//! checked by itself, so that all that is wrong is told at once, and by its own name.

use std::{collections::BTreeMap, fmt, fs, path::Path};

use thiserror::Error;
use toml::{Table, Value, de::DeTable, de::DeValue};
use tracing_subscriber::EnvFilter;

use super::{Config, RANGES, SECRET_IN_LINK, issuer};

/// What every environment variable of ours starts with.
const ENV_PREFIX: &str = "SIGNPOST_";
/// Variables for the tests, which are no settings.
const ENV_TEST_PREFIX: &str = "SIGNPOST_TEST_";
/// Largest settings file that is read, in bytes.
const FILE_LIMIT: u64 = 1024 * 1024;
/// Longest link for a letter, in bytes.
const LONGEST_LINK: usize = 900;
/// The one setting that is a list of tables; [`issuer`] looks into it.
const ISSUERS: &str = "accounts.issuers";

/// A setting given on the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    /// The flag as it was written, `--listen`.
    pub flag: String,
    /// The setting it sets, `server.listen`.
    pub setting: String,
    /// The value, as text.
    pub value: String,
}

/// Where a setting came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The settings file.
    File {
        /// Its path.
        path: String,
        /// The line, counted from 1.
        line: usize,
    },
    /// An environment variable, by name.
    Environment(String),
    /// A flag on the command line.
    Flag(String),
    /// Nobody set it.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line } => write!(f, "{path}, line {line}"),
            Self::Environment(name) => write!(f, "environment variable {name}"),
            Self::Flag(flag) => write!(f, "{flag} on the command line"),
            Self::Default => f.write_str("the default"),
        }
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The setting, `server.listen`.
    pub setting: String,
    /// Where it came from.
    pub origin: Origin,
    /// What is wrong.
    pub wrong: String,
    /// What would be right.
    pub right: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}): {}; {}", self.setting, self.origin, self.wrong, self.right)
    }
}

/// Why the settings cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("the settings file {path} cannot be read: {reason}")]
    Unreadable {
        /// Its path.
        path: String,
        /// Why.
        reason: String,
    },
    /// The file is not TOML. The line itself is not shown: it may hold a password.
    #[error("the settings file {path} is not TOML, at line {line}: {reason}; see signpost.example.toml for the form")]
    Syntax {
        /// Its path.
        path: String,
        /// The line, counted from 1.
        line: usize,
        /// What the reader stumbled on.
        reason: String,
    },
    /// Settings are wrong.
    #[error("{}", list(.0))]
    Wrong(Vec<Problem>),
}

fn list(problems: &[Problem]) -> String {
    let mut text = "the settings are wrong:".to_owned();
    for problem in problems {
        text.push_str("\n  ");
        text.push_str(&problem.to_string());
    }
    text
}

/// One setting as one source gives it.
struct Given {
    section: String,
    name: String,
    value: Value,
    origin: Origin,
}

impl Given {
    fn key(&self) -> String {
        if self.name.is_empty() { self.section.clone() } else { format!("{}.{}", self.section, self.name) }
    }
}

impl Config {
    /// Loads the settings: defaults, overruled by the file (where one is named), overruled by the
    /// environment (`SIGNPOST_<SECTION>__<NAME>`; `SIGNPOST_TEST_…` is left alone), overruled by
    /// the command line.
    ///
    /// # Errors
    /// Names everything that is wrong, never a password.
    pub fn load(
        file: Option<&Path>,
        env: impl IntoIterator<Item = (String, String)>,
        overrides: impl IntoIterator<Item = Override>,
    ) -> Result<Self, ConfigError> {
        let known = Known::new();
        let mut given = match file {
            Some(path) => read_file(path)?,
            None => Vec::new(),
        };
        given.extend(env.into_iter().filter_map(|(name, value)| from_env(&known, name, &value)));
        given.extend(overrides.into_iter().map(|o| known.given(&o.setting, &o.value, Origin::Flag(o.flag))));

        let mut problems: Vec<Problem> = given.iter().flat_map(|one| known.problems_with(one)).collect();
        if problems.is_empty() {
            let mut origins = BTreeMap::new();
            let mut table = Table::new();
            for one in given {
                origins.insert(one.key(), one.origin);
                let section = table.entry(one.section).or_insert_with(|| Value::Table(Table::new()));
                if let Some(section) = section.as_table_mut() {
                    section.insert(one.name, one.value);
                }
            }
            match table.try_into::<Self>() {
                Ok(config) => {
                    problems = config.problems(&origins);
                    if problems.is_empty() {
                        return Ok(config);
                    }
                }
                // Each setting was checked alone; nothing is left that could fail together.
                Err(error) => problems.push(Problem {
                    setting: "settings".to_owned(),
                    origin: Origin::Default,
                    wrong: error.message().to_owned(),
                    right: "see signpost.example.toml".to_owned(),
                }),
            }
        }
        Err(ConfigError::Wrong(problems))
    }

    /// What only shows once the settings stand together, or once a text is looked into.
    fn problems(&self, origins: &BTreeMap<String, Origin>) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut wrong = |setting: &str, wrong: String, right: &str| {
            let origin = origins.get(setting).cloned().unwrap_or(Origin::Default);
            problems.push(Problem { setting: setting.to_owned(), origin, wrong, right: right.to_owned() });
        };
        if self.graphql.default_page_size > self.graphql.max_page_size {
            wrong(
                "graphql.default_page_size",
                format!(
                    "{} is more than graphql.max_page_size, which is {}",
                    self.graphql.default_page_size, self.graphql.max_page_size
                ),
                "it must be at most as large",
            );
        }
        if self.persisted.only_listed && self.persisted.operations_file().is_none() {
            wrong(
                "persisted.only_listed",
                "true, and there is no list: nothing at all could be asked".to_owned(),
                "persisted.operations_file must name the list",
            );
        }
        for origin in &self.cors.allowed_origins {
            if origin != "*" && !is_origin(origin) {
                wrong(
                    "cors.allowed_origins",
                    format!("{origin:?} is no origin"),
                    "an origin is scheme, host and port without a path, as \"https://www.example.org\", or \"*\" alone",
                );
            }
        }
        if self.cors.allows_any() && self.cors.allowed_origins.len() > 1 {
            wrong(
                "cors.allowed_origins",
                "\"*\" stands beside other origins".to_owned(),
                "\"*\" allows every website and must stand alone",
            );
        }
        let links = [
            ("accounts.invitation_url", &self.accounts.invitation_url),
            ("accounts.reset_url", &self.accounts.reset_url),
        ];
        for (setting, url) in links {
            if url.matches(SECRET_IN_LINK).count() != 1 || !(url.starts_with("https://") || url.starts_with("http://"))
            {
                wrong(
                    setting,
                    format!("{url:?} is no address that a secret can be put into"),
                    "it must begin with https:// or http:// and hold {secret} once, as \"https://app.example.org/welcome#{secret}\"",
                );
            }
        }
        let is_link = |link: &str| {
            (link.starts_with("https://") || link.starts_with("http://"))
                && link.len() <= LONGEST_LINK
                && link.bytes().all(|byte| byte.is_ascii_graphic())
        };
        let address = &self.server.public_address;
        if !address.is_empty() && (!is_link(address) || address.contains(['?', '#'])) {
            wrong(
                "server.public_address",
                format!("{address:?} is no address that a link can begin with"),
                "it must begin with https:// or http:// and hold neither blanks nor ? nor #, as \"https://signpost.example.org\"; \
                 empty for none",
            );
        }
        let worklist = &self.freshness.worklist_url;
        if !worklist.is_empty() && !is_link(worklist) {
            wrong(
                "freshness.worklist_url",
                format!("{worklist:?} is no address that can stand in a letter"),
                "it must begin with https:// or http:// and hold no blanks, as \"https://app.example.org/worklist\"; \
                 empty for none",
            );
        }
        if let Some((what, right)) = self.notices.wrong_page() {
            wrong("notices.page_url", what, right);
        }
        if let Err(error) = EnvFilter::try_new(&self.log.filter) {
            wrong(
                "log.filter",
                format!("{:?} is no filter ({error})", self.log.filter),
                "it must be a level (error, warn, info, debug, trace), or levels by module as \"info,signpost::web=debug\"",
            );
        }
        problems
    }
}

/// Whether a text is an origin as browsers send it.
fn is_origin(text: &str) -> bool {
    let Some(host) = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")) else {
        return false;
    };
    !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':' | b'[' | b']'))
}

/// Every setting there is, with its default: what the defaults serialise to.
struct Known(Table);

impl Known {
    fn new() -> Self {
        Self(Table::try_from(Config::default()).unwrap_or_default())
    }

    fn default_of(&self, section: &str, name: &str) -> Option<&Value> {
        self.0.get(section)?.get(name)
    }

    fn all(&self) -> impl Iterator<Item = String> {
        self.0.iter().flat_map(|(section, settings)| {
            settings.as_table().into_iter().flatten().map(move |(name, _)| format!("{section}.{name}"))
        })
    }

    /// A setting written as text, read as what its default is; a list is separated by commas, one of tables written as in
    /// the file.
    fn given(&self, key: &str, text: &str, origin: Origin) -> Given {
        let (section, name) = key.split_once('.').unwrap_or((key, ""));
        let as_text = || Value::String(text.to_owned());
        let value = match self.default_of(section, name) {
            Some(Value::Integer(_)) => text.trim().parse().map_or_else(|_| as_text(), Value::Integer),
            Some(Value::Boolean(_)) => text.trim().parse().map_or_else(|_| as_text(), Value::Boolean),
            Some(Value::Array(_)) if key == ISSUERS => issuer::from_text(text),
            Some(Value::Array(_)) => {
                let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
                Value::Array(items.map(|item| Value::String(item.to_owned())).collect())
            }
            Some(Value::String(_) | Value::Float(_) | Value::Datetime(_) | Value::Table(_)) | None => as_text(),
        };
        Given { section: section.to_owned(), name: name.to_owned(), value, origin }
    }

    /// Everything that is wrong with one setting, looked at by itself.
    fn problems_with(&self, given: &Given) -> Vec<Problem> {
        if given.key() != ISSUERS {
            return self.problem_with(given).into_iter().collect();
        }
        let told = |(place, wrong, right)| {
            let setting = format!("{ISSUERS}{place}");
            Problem { setting, origin: given.origin.clone(), wrong, right }
        };
        issuer::wrong_in(&given.value).into_iter().map(told).collect()
    }

    /// What is wrong with one setting that is no list of tables.
    fn problem_with(&self, given: &Given) -> Option<Problem> {
        let problem = |wrong: String, right: String| {
            Some(Problem { setting: given.key(), origin: given.origin.clone(), wrong, right })
        };
        let Some(default) = self.default_of(&given.section, &given.name) else {
            if given.name.is_empty() && self.0.contains_key(&given.section) {
                let names: Vec<String> =
                    self.all().filter(|key| key.starts_with(&format!("{}.", given.section))).collect();
                return problem(
                    "it is a section, not a setting".to_owned(),
                    format!("its settings are {}", names.join(", ")),
                );
            }
            let nearest = self.nearest(&given.key());
            return problem("there is no such setting".to_owned(), format!("did you mean {nearest}?"));
        };
        if !given.value.same_type(default) {
            return problem(format!("it is {}", kind(&given.value)), format!("it must be {}", should_be(default)));
        }
        if let (Value::Integer(number), Some((_, range))) =
            (&given.value, RANGES.iter().find(|(key, _)| *key == given.key()))
            && !range.contains(number)
        {
            let right = format!("it must be a whole number from {} to {}", range.start(), range.end());
            return problem(format!("{number} is out of range"), right);
        }
        let alone = Table::from_iter([(
            given.section.clone(),
            Value::Table(Table::from_iter([(given.name.clone(), given.value.clone())])),
        )]);
        match alone.try_into::<Config>() {
            Ok(_) => None,
            Err(error) => problem(error.message().to_owned(), format!("it must be {}", form(&given.key(), default))),
        }
    }

    /// The known setting whose name takes the fewest changes to get to.
    fn nearest(&self, key: &str) -> String {
        let key: String = key.chars().take(100).collect();
        let name = |key: &str| key.rsplit('.').next().unwrap_or_default().to_owned();
        // A right name in the wrong section is nearer than anything misspelt.
        self.all().min_by_key(|known| (name(known) != name(&key), changes(known, &key))).unwrap_or_default()
    }
}

/// How many characters must be changed, put in or taken out to get from one to the other.
pub(super) fn changes(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.chars().enumerate() {
        let mut next = vec![i + 1];
        for ((b, &above_left), (&above, j)) in to.iter().zip(&row).zip(row.iter().skip(1).zip(0..)) {
            let left = next.get(j).copied().unwrap_or_default();
            next.push((above_left + usize::from(a != *b)).min(above + 1).min(left + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

/// What a value is, in words. Never the value itself, which may be a password gone astray.
pub(super) const fn kind(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "text",
        Value::Integer(_) => "a whole number",
        Value::Float(_) => "a number with a point",
        Value::Boolean(_) => "true or false",
        Value::Datetime(_) => "a date or time",
        Value::Array(_) => "a list",
        Value::Table(_) => "a table",
    }
}

/// What a setting must be, told from its default.
pub(super) fn should_be(default: &Value) -> String {
    match default {
        Value::String(text) => format!("text in quotation marks, as {text:?}"),
        Value::Integer(number) => format!("a whole number, as {number}"),
        Value::Boolean(_) => "true or false".to_owned(),
        Value::Array(_) => "a list of texts, as [\"one\", \"two\"]".to_owned(),
        Value::Float(_) | Value::Datetime(_) | Value::Table(_) => kind(default).to_owned(),
    }
}

/// What a text must look like, for the texts that have a form.
fn form(key: &str, default: &Value) -> String {
    match key {
        "database.url" => "as \"sqlite://signpost.sqlite\" or \"postgres://user:password@host/database\"".to_owned(),
        "server.listen" => "an address and a port, as \"127.0.0.1:8000\" or \"[::1]:8000\"".to_owned(),
        "sqlite.synchronous" => "\"normal\", \"full\" or \"extra\"".to_owned(),
        "freshness.remind_every" => "\"week\" or \"month\"".to_owned(),
        "log.format" => "\"pretty\" or \"json\"".to_owned(),
        _ => should_be(default),
    }
}

/// The settings of a file, each with its line.
fn read_file(path: &Path) -> Result<Vec<Given>, ConfigError> {
    let shown = path.display().to_string();
    let unreadable = |reason: String| ConfigError::Unreadable { path: shown.clone(), reason };
    let size = fs::metadata(path).map_err(|error| unreadable(error.to_string()))?.len();
    if size > FILE_LIMIT {
        return Err(unreadable(format!("it is larger than {FILE_LIMIT} bytes and is no settings file")));
    }
    let text = fs::read_to_string(path).map_err(|error| unreadable(error.to_string()))?;
    let line_of = |offset: usize| 1 + text.bytes().take(offset).filter(|&b| b == b'\n').count();
    let table = DeTable::parse(&text).map_err(|error| ConfigError::Syntax {
        path: shown.clone(),
        line: error.span().map_or(1, |span| line_of(span.start)),
        reason: error.message().to_owned(),
    })?;
    let origin = |offset: usize| Origin::File { path: shown.clone(), line: line_of(offset) };
    let mut given = Vec::new();
    for (section, content) in table.into_inner() {
        let (at, section) = (section.span().start, section.into_inner().into_owned());
        let content = content.into_inner();
        if let DeValue::Table(settings) = content {
            given.extend(settings.into_iter().map(|(name, value)| Given {
                section: section.clone(),
                origin: origin(name.span().start),
                name: name.into_inner().into_owned(),
                value: plain(value.into_inner()),
            }));
        } else {
            given.push(Given { section, name: String::new(), value: plain(content), origin: origin(at) });
        }
    }
    // The table comes sorted by name; whoever mends the file reads it from the top.
    given.sort_by_key(|one| match &one.origin {
        Origin::File { line, .. } => *line,
        Origin::Environment(_) | Origin::Flag(_) | Origin::Default => 0,
    });
    Ok(given)
}

/// A value without its place in the file. A number too large for TOML becomes text, and is then
/// told to be none.
fn plain(value: DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => Value::String(text.into_owned()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or_else(|_| Value::String(number.to_string()), Value::Integer),
        DeValue::Float(number) => Value::Float(number.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(truth) => Value::Boolean(truth),
        DeValue::Datetime(time) => Value::Datetime(time),
        DeValue::Array(items) => Value::Array(items.into_iter().map(|item| plain(item.into_inner())).collect()),
        DeValue::Table(entries) => Value::Table(
            entries
                .into_iter()
                .map(|(name, value)| (name.into_inner().into_owned(), plain(value.into_inner())))
                .collect(),
        ),
    }
}

/// A setting out of the environment; nothing where the variable is not ours.
fn from_env(known: &Known, name: String, value: &str) -> Option<Given> {
    let key = name.strip_prefix(ENV_PREFIX).filter(|_| !name.starts_with(ENV_TEST_PREFIX))?;
    let key = key.to_ascii_lowercase().replacen("__", ".", 1);
    Some(known.given(&key, value, Origin::Environment(name)))
}
