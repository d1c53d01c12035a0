//! Settings of signing in, and of the letters that it takes.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::issuer::Issuer;

/// Signing in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Accounts {
    /// How long an access token works, in minutes; then it is renewed with the refresh token.
    pub access_minutes: u32,
    /// How long a sign-in lasts that is not renewed, in hours.
    pub idle_hours: u32,
    /// How long a sign-in lasts however often it is renewed, in days.
    pub session_days: u32,
    /// How long an invitation works, in days.
    pub invitation_days: u32,
    /// How long a link to a new password works, in minutes.
    pub reset_minutes: u32,
    /// Longest life of a key for a program, in days.
    pub key_days: u32,
    /// The page of the front-end where an invitation is taken up; `{secret}` stands for the secret.
    pub invitation_url: String,
    /// The page of the front-end where a new password is chosen; `{secret}` stands for the secret.
    pub reset_url: String,
    /// Identity providers of organisations, whose tokens let people in.
    pub issuers: Vec<Issuer>,
}

/// What stands for the secret in a link.
pub const SECRET_IN_LINK: &str = "{secret}";

impl Default for Accounts {
    fn default() -> Self {
        Self {
            access_minutes: 15,
            idle_hours: 12,
            session_days: 7,
            invitation_days: 7,
            reset_minutes: 60,
            key_days: 365,
            invitation_url: "http://localhost:3000/invitation#{secret}".to_owned(),
            reset_url: "http://localhost:3000/new-password#{secret}".to_owned(),
            issuers: Vec::new(),
        }
    }
}

/// Letters by e-mail.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Post {
    /// The address that letters come from.
    pub from: String,
    /// The server that takes them, with name and password where it wants them; empty for none: then letters are written
    /// into the outbox.
    pub smtp_url: String,
    /// The folder for letters where there is no server.
    pub outbox_folder: String,
}

impl Default for Post {
    fn default() -> Self {
        Self {
            from: "signpost@signpost.invalid".to_owned(),
            smtp_url: String::new(),
            outbox_folder: "outbox".to_owned(),
        }
    }
}

impl fmt::Debug for Post {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The address of the server may hold a password.
        let server = if self.smtp_url.is_empty() { "none" } else { "one" };
        let Self { from, outbox_folder, .. } = self;
        write!(out, "Post {{ from: {from:?}, server: {server}, outbox_folder: {outbox_folder:?} }}")
    }
}
