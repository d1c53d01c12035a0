//! The address of the database, which may hold a password and therefore never shows itself whole.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The address of the database. Printed, logged or serialised, its password is left out.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct DatabaseUrl(String);

/// Which database engine an address leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// The embedded one.
    Sqlite,
    /// PostgreSQL.
    Postgres,
}

/// Why an address is not one. Never holds the address, which may hold a password.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DatabaseUrlError {
    /// It starts with neither engine's name.
    #[error("it starts with neither `sqlite:` nor `postgres://`")]
    Scheme,
    /// SQLite without a file.
    #[error("it names no file after `sqlite:`")]
    NoFile,
    /// PostgreSQL without a host.
    #[error("it names no host after `postgres://`")]
    NoHost,
    /// A blank or a control character, which would have to be written `%20` and so on.
    #[error("it holds a blank or a control character")]
    Blank,
}

impl DatabaseUrl {
    /// The whole address, password included: for the database driver and for nothing else.
    #[must_use]
    pub fn expose_with_password(&self) -> &str {
        &self.0
    }

    /// Which engine it leads to.
    #[must_use]
    pub fn engine(&self) -> Engine {
        if self.0.starts_with("sqlite:") { Engine::Sqlite } else { Engine::Postgres }
    }

    /// The address as it may be shown: without password and without options, among which
    /// PostgreSQL also takes a password. One that could be read in two ways (a password with an
    /// unescaped `@`, `/` or `?`) is not shown at all.
    fn redacted(&self) -> String {
        let Some((scheme, rest)) = self.0.split_once("://").filter(|_| self.engine() == Engine::Postgres) else {
            return self.0.clone();
        };
        let (authority, path) = authority_and_path(rest);
        let (login, host) = authority.rsplit_once('@').map_or((None, authority), |(login, host)| (Some(login), host));
        let is_port = |port: &str| port.bytes().all(|b| b.is_ascii_digit());
        let port_is_one = host.ends_with(']') || host.rsplit_once(':').is_none_or(|(_, port)| is_port(port));
        if path.contains('@') || login.is_some_and(|login| login.contains('@')) || !port_is_one {
            return format!("{scheme}://***");
        }
        let path = path.split(['?', '#']).next().unwrap_or_default();
        match login.map(|login| login.split(':').next().unwrap_or_default()) {
            Some(user) => format!("{scheme}://{user}:***@{host}{path}"),
            None => format!("{scheme}://{host}{path}"),
        }
    }
}

/// What stands before the first `/`, `?` or `#`, and the rest with that sign.
fn authority_and_path(rest: &str) -> (&str, &str) {
    rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()))
}

impl Default for DatabaseUrl {
    fn default() -> Self {
        Self("sqlite://signpost.sqlite".to_owned())
    }
}

impl TryFrom<String> for DatabaseUrl {
    type Error = DatabaseUrlError;

    fn try_from(url: String) -> Result<Self, Self::Error> {
        if let Some(file) = url.strip_prefix("sqlite:") {
            // A file may have blanks in its name.
            let file = file.trim_start_matches("//");
            return if file.is_empty() || file.starts_with('?') {
                Err(DatabaseUrlError::NoFile)
            } else if file.contains(char::is_control) {
                Err(DatabaseUrlError::Blank)
            } else {
                Ok(Self(url))
            };
        }
        let rest = url
            .strip_prefix("postgres://")
            .or_else(|| url.strip_prefix("postgresql://"))
            .ok_or(DatabaseUrlError::Scheme)?;
        if url.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err(DatabaseUrlError::Blank);
        }
        let (authority, path) = authority_and_path(rest);
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        // `?host=/run/postgresql` is how a socket is named.
        if (host.is_empty() || host.starts_with(':')) && !path.contains("host=") {
            return Err(DatabaseUrlError::NoHost);
        }
        Ok(Self(url))
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.redacted())
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.redacted(), f)
    }
}

impl Serialize for DatabaseUrl {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.redacted())
    }
}
