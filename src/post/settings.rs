//! What the settings under `post` come to. The address of the mail server among them may hold a password, and is shown
//! by nothing.
//!
//! To add a setting: a field in `config`, and what can be wrong with it in [`Plan::of`].

use std::{fmt, net::IpAddr, path::PathBuf};

use percent_encoding::percent_decode_str;
use url::Url;

use super::address::MailAddress;
use crate::config;

/// Most characters of a setting.
const MOST: usize = 2_000;

/// The port for letters handed in, unless another is named (RFC 6409).
const SUBMISSION: u16 = 587;

/// The same where TLS comes first (RFC 8314).
const SUBMISSIONS: u16 = 465;

/// Everything that is wrong with the settings.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct PostSettingsError(pub Vec<SettingProblem>);

/// One thing that is wrong with a setting. Never holds what was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SettingProblem {
    /// The setting, `post.from`.
    pub setting: &'static str,
    /// What is wrong.
    pub wrong: &'static str,
    /// What would be right.
    pub right: &'static str,
}

impl fmt::Display for SettingProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.setting, self.wrong, self.right)
    }
}

/// The settings, checked.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) from: MailAddress,
    pub(crate) way: Way,
}

/// By which way letters go.
#[derive(Clone, Debug)]
pub(crate) enum Way {
    Folder(PathBuf),
    Smtp(Server),
}

/// A mail server.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) privacy: Privacy,
    pub(crate) login: Option<Login>,
}

/// What keeps a letter private on its way to the mail server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Privacy {
    /// TLS from the first byte.
    Tls,
    /// TLS after STARTTLS, and nothing is said before.
    StartTls,
    /// It does not leave the machine.
    SameMachine,
}

/// How we sign in.
#[derive(Clone)]
pub(crate) struct Login {
    pub(crate) user: String,
    pub(crate) password: String,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Login(***)")
    }
}

impl Plan {
    pub(crate) fn of(settings: &config::Post) -> Result<Self, PostSettingsError> {
        let mut problems = Vec::new();
        let mut wrong = |setting, wrong, right| problems.push(SettingProblem { setting, wrong, right });

        let from = MailAddress::parse(&settings.from);
        if from.is_err() {
            wrong("post.from", "it is no e-mail address", "it must be one, as signpost@example.org, without a name");
        }
        let never_mail = |from: &MailAddress| from.domain().ends_with(".invalid");
        if !settings.smtp_url.is_empty() && from.as_ref().is_ok_and(never_mail) {
            wrong(
                "post.from",
                "it ends in .invalid, and no mail server takes letters from there",
                "it must be an address of your own that the mail server may send from",
            );
        }

        let way = if settings.smtp_url.is_empty() {
            let folder = &settings.outbox_folder;
            if folder.trim().is_empty() {
                wrong(
                    "post.outbox_folder",
                    "it is empty, and post.smtp_url too: there is no way to send a letter",
                    "set one of the two",
                );
            } else if folder.len() > MOST || folder.contains(char::is_control) {
                wrong("post.outbox_folder", "it is no path", "it must be a folder, as /var/lib/signpost/outbox");
            }
            Some(Way::Folder(PathBuf::from(folder)))
        } else {
            let server = Server::parse(&settings.smtp_url);
            server.map_err(|(what, right)| wrong("post.smtp_url", what, right)).ok().map(Way::Smtp)
        };

        match (from, way) {
            (Ok(from), Some(way)) if problems.is_empty() => Ok(Self { from, way }),
            _ => Err(PostSettingsError(problems)),
        }
    }
}

const FORM: &str = "it must be smtps://user:password@host:port or smtp://host:port";

impl Server {
    /// Reads an address; otherwise what is wrong with it, and what would be right.
    fn parse(text: &str) -> Result<Self, (&'static str, &'static str)> {
        if text.len() > MOST {
            return Err(("it is too long", FORM));
        }
        // The URL parser would drop some of them in silence.
        if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err(("it holds a blank or a control character", "write them as %20 and so on"));
        }
        let escaped = "signs such as / ? # @ : % in a password must be written %2F %3F %23 %40 %3A %25";
        let url = Url::parse(text).map_err(|_| ("it is no URL, or its password holds a sign it must not", escaped))?;
        let tls_first = match url.scheme() {
            "smtps" => true,
            "smtp" => false,
            _ => return Err(("it starts with neither smtps:// nor smtp://", FORM)),
        };
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err(("something stands behind its host and port", escaped));
        }
        let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']').to_owned();
        let address: Option<IpAddr> = host.parse().ok();
        if address.is_none() && !is_host_name(&host) {
            return Err(("it names no host", FORM));
        }
        let port = url.port().unwrap_or(if tls_first { SUBMISSIONS } else { SUBMISSION });
        if port == 0 {
            return Err(("port 0 is none", FORM));
        }
        let here = address.map_or_else(|| host.eq_ignore_ascii_case("localhost"), |address| address.is_loopback());
        let privacy = match (tls_first, here) {
            (true, _) => Privacy::Tls,
            (false, false) => Privacy::StartTls,
            (false, true) => Privacy::SameMachine,
        };
        Ok(Self { host, port, privacy, login: login(&url, escaped)? })
    }
}

fn login(url: &Url, escaped: &'static str) -> Result<Option<Login>, (&'static str, &'static str)> {
    let plain = |text: &str| percent_decode_str(text).decode_utf8().map(std::borrow::Cow::into_owned);
    match (plain(url.username()), plain(url.password().unwrap_or_default())) {
        (Ok(user), Ok(password)) if user.is_empty() && password.is_empty() => Ok(None),
        (Ok(user), Ok(password)) if user.is_empty() || password.is_empty() => {
            Err(("it names one of user and password without the other", FORM))
        }
        // Signing in by PLAIN sets the two apart by NUL (RFC 4616).
        (Ok(user), Ok(password)) if user.contains('\0') || password.contains('\0') => {
            Err(("its user or its password holds %00", escaped))
        }
        (Ok(user), Ok(password)) => Ok(Some(Login { user, password })),
        _ => Err(("its user or its password is not UTF-8", escaped)),
    }
}

/// Whether a text can be the name of a machine (RFC 1123), where `_` is seen too.
fn is_host_name(host: &str) -> bool {
    let is_part = |part: &str| {
        (1..=63).contains(&part.len())
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
            && !part.starts_with('-')
    };
    host.len() <= 253 && host.strip_suffix('.').unwrap_or(host).split('.').all(is_part)
}
