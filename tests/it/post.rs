//! Letters: their words, their way into a folder and to a mail server, and that nothing secret of them is ever shown.

mod addresses;
mod folder;
mod secrecy;
mod server;
mod settings;
mod smtp;
mod texts;

use chrono::{DateTime, Utc};
use signpost::config;
use signpost::post::{Letter, MailAddress, Post, SecretLink, SettingProblem, password_reset};
use uuid::Uuid;

/// What must never be shown.
const SECRET: &str = "s3cr3t-t0ken-Zyxmoor";
const PASSWORD: &str = "hunter2-Qwelthorpe";
const SOMEBODY: &str = "ann.vroxham@people.example.org";

fn utc(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).expect(text).to_utc()
}

fn noon() -> DateTime<Utc> {
    utc("2026-06-01T12:00:00.250Z")
}

fn id() -> Uuid {
    Uuid::from_u128(7)
}

fn ann() -> MailAddress {
    MailAddress::parse(SOMEBODY).expect("an address")
}

fn link() -> SecretLink {
    SecretLink::new(format!("https://signpost.example.org/reset#{SECRET}")).expect("a link")
}

fn letter() -> Letter {
    password_reset(ann(), &link(), noon())
}

fn by(smtp_url: &str, outbox_folder: &str) -> config::Post {
    config::Post {
        from: "post@signpost.example.org".to_owned(),
        smtp_url: smtp_url.to_owned(),
        outbox_folder: outbox_folder.to_owned(),
    }
}

/// What is wrong with settings.
fn problems(settings: &config::Post) -> Vec<SettingProblem> {
    Post::new(settings).err().map(|error| error.0).unwrap_or_default()
}

fn post(smtp_url: &str, outbox_folder: &str) -> Post {
    Post::new(&by(smtp_url, outbox_folder)).expect("a post")
}
