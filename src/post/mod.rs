//! Letters by e-mail that the program sends: invitations and password resets, each with a link that works once, what
//! listings are due to be confirmed, and notices to addresses that agreed to get them.
//!
//! [`texts`] writes a [`Letter`], [`Post`] sends it (by SMTP, or into a folder of files where no mail server is set).
//! Neither the clock nor chance is asked here.
//!
//! To add a letter: a function in [`texts`] that makes it, and its exact text in the tests. To add a way of sending:
//! a variant in [`outbox`], chosen by what stands in the settings.

pub mod address;
mod folder;
pub mod letter;
pub mod outbox;
pub mod settings;
mod smtp;
pub mod texts;

pub use self::{
    address::{AddressError, MailAddress},
    letter::{Letter, LinkError, SecretLink},
    outbox::{NotSent, Patience, Post, PostError},
    settings::{PostSettingsError, SettingProblem},
    texts::{invitation, is_invisible, is_unseen, password_reset, shows},
};
