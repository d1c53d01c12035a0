//! Settings of notices to agencies' own systems.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What stands for the global id in a link.
pub const ID_IN_LINK: &str = "{id}";

/// Longest address of a page, in bytes: with an id in it, it still is a link that a letter takes.
const LONGEST_PAGE: usize = 700;

/// Notices to agencies' own systems, and by e-mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NoticeSettings {
    /// Whether this process sends any; what is not sent waits.
    pub enabled: bool,
    /// Whether plain HTTP, addresses that are not public and ports below 1024 other than 443 may be named.
    pub allow_private: bool,
    /// How often it is looked for what is due, in seconds.
    pub look_every_s: u32,
    /// For how many days what was delivered is kept.
    pub keep_days: u32,
    /// The page of the front-end that shows a referral or an appointment, for letters; `{id}` stands for its global id.
    /// Empty for none.
    pub page_url: String,
}

impl Default for NoticeSettings {
    fn default() -> Self {
        Self { enabled: true, allow_private: false, look_every_s: 5, keep_days: 30, page_url: String::new() }
    }
}

impl NoticeSettings {
    /// [`Self::look_every_s`] as a duration.
    #[must_use]
    pub const fn look_every(&self) -> Duration {
        Duration::from_secs(self.look_every_s as u64)
    }

    /// [`Self::page_url`], where it is named.
    #[must_use]
    pub fn page_url(&self) -> Option<&str> {
        (!self.page_url.is_empty()).then_some(self.page_url.as_str())
    }

    /// What is wrong with [`Self::page_url`], and what would be right; none where nothing is. The address is not shown: it
    /// may hold a password that does not belong there.
    pub(super) fn wrong_page(&self) -> Option<(String, &'static str)> {
        let page = self.page_url()?;
        let rest = page.strip_prefix("https://").or_else(|| page.strip_prefix("http://")).unwrap_or_default();
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let is_page = !host.is_empty()
            && !host.contains(['@', '{', '}'])
            && page.matches(ID_IN_LINK).count() == 1
            && page.len() <= LONGEST_PAGE
            && page.bytes().all(|byte| byte.is_ascii_graphic());
        (!is_page).then(|| {
            let right = "it must begin with https:// or http://, have at most 700 characters, hold neither blanks nor a name or \
                         password, and {id} once behind the host, as \"https://app.example.org/open/{id}\"; empty for none";
            ("it is no address of a page that an id can be put into".to_owned(), right)
        })
    }
}
