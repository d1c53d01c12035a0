//! The sending of letters: to a mail server, or into a folder.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use chrono::{DateTime, Utc};
use lettre::{
    Message,
    message::{
        Body, Mailbox,
        header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue, MIME_VERSION_1_0},
    },
};
use thiserror::Error;
use uuid::Uuid;

use super::{
    address::MailAddress,
    folder,
    letter::Letter,
    settings::{Plan, PostSettingsError, SettingProblem, Way},
    smtp::{GOODBYE, STEP, STEPS, Smtp},
};
use crate::config;

/// Sends letters. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Post {
    from: MailAddress,
    by: By,
}

#[derive(Clone, Debug)]
enum By {
    Folder(PathBuf),
    Smtp(Arc<Smtp>),
}

/// How long a mail server that was told a whole letter is waited for, until it says whether it takes it. Whoever goes before
/// does not know, and would send it again though it arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patience {
    /// Somebody waits meanwhile, and is not kept waiting for ever: twenty seconds.
    Short,
    /// Nobody does: the ten minutes that RFC 5321 asks for (section 4.5.3.2.6).
    Long,
}

impl Patience {
    /// How long that is.
    #[must_use]
    pub const fn limit(self) -> Duration {
        match self {
            Self::Short => Duration::from_secs(20),
            Self::Long => Duration::from_secs(600),
        }
    }
}

/// The longest that it takes to hand a letter over, in seconds.
pub const LONGEST_S: u64 = STEPS * STEP.as_secs() + Patience::Long.limit().as_secs() + GOODBYE.as_secs();

/// Why a letter was not sent. For an operator: holds no address, no secret, nothing of the letter, and no words of the
/// mail server, which may repeat them.
#[derive(Debug, Error)]
pub enum PostError {
    /// The folder took no file.
    #[error("letters can't be kept in the folder {} (post.outbox_folder): {}", folder.display(), why(source))]
    NotKept {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// No connection, or it broke off.
    #[error(
        "there was no connection to the mail server, or it broke off ({kind}): see whether host and port in \
             post.smtp_url are right, and whether the server runs"
    )]
    NoConnection {
        /// What the system said.
        kind: io::ErrorKind,
    },
    /// No answer in time.
    #[error("the mail server did not answer within {} seconds: see whether host and port in post.smtp_url are right, \
             and smtps:// for a port that begins with TLS", STEP.as_secs())]
    TooSlow,
    /// No answer in time to the whole letter, which it may have all the same.
    #[error(
        "the mail server was told the whole letter, and did not say within {seconds} seconds whether it takes it: it may \
             have gone"
    )]
    NoWord {
        /// How long it was waited for.
        seconds: u64,
    },
    /// No TLS that holds. Nothing of the letter and no password was said.
    #[error(
        "the mail server offers no encryption (STARTTLS), or its certificate does not hold for the host in \
             post.smtp_url; nothing was sent to it"
    )]
    NotEncrypted,
    /// User and password are not taken, or it wants them and there are none.
    #[error("the mail server does not let us sign in: see whether user and password in post.smtp_url are right")]
    SignIn,
    /// It does not speak with us at all, or not now.
    #[error("the mail server turned us away with code {code}")]
    TurnedAway {
        /// Its code (RFC 5321 section 4.2).
        code: u16,
    },
    /// It takes no letter from us.
    #[error(
        "the mail server takes no letters from post.from, with code {code}: see whether it may send for that address"
    )]
    NotFromUs {
        /// Its code (RFC 5321 section 4.2).
        code: u16,
    },
    /// It does not take this letter: the recipient or the text.
    #[error(
        "the mail server refused the letter with code {code}: see whether it may send for post.from, and whether \
             the recipient's address exists"
    )]
    Refused {
        /// Its code (RFC 5321 section 4.2): 4xx for now, 5xx for good.
        code: u16,
    },
    /// It hung up in the middle, or what it says is not SMTP.
    #[error(
        "the mail server hung up, or answered with what is not SMTP: see whether host and port in post.smtp_url \
             are those of a mail server"
    )]
    NotUnderstood,
    /// The letter could not be put into the form of an e-mail.
    #[error("the letter could not be put into the form of an e-mail")]
    Form,
}

/// A letter that was not sent, as far as anybody knows.
#[derive(Debug, Error)]
#[error("{error}")]
pub struct NotSent {
    /// What went wrong.
    pub error: PostError,
    /// Whether the mail server may have it all the same: it was being handed over, and no answer came.
    pub perhaps_there: bool,
}

impl From<PostError> for NotSent {
    fn from(error: PostError) -> Self {
        Self { error, perhaps_there: false }
    }
}

impl PostError {
    /// Whether it is this letter that does not go, and another might.
    #[must_use]
    pub const fn is_about_the_letter(&self) -> bool {
        matches!(self, Self::Refused { .. } | Self::Form)
    }

    /// Whether the mail server has said so, and speaks with us still.
    pub(super) const fn is_answer(&self) -> bool {
        matches!(self, Self::Refused { .. } | Self::NotFromUs { .. } | Self::TurnedAway { .. } | Self::SignIn)
    }

    /// Whether it is of no use to try again: the mail server refused this letter for good.
    #[must_use]
    pub const fn is_final(&self) -> bool {
        matches!(self, Self::Refused { code: 500..=599 } | Self::Form)
    }
}

/// What to do about a folder that takes no file.
fn why(error: &io::Error) -> String {
    use io::ErrorKind as Kind;
    let kind = error.kind();
    if matches!(kind, Kind::StorageFull | Kind::QuotaExceeded) {
        "the disk is full".to_owned()
    } else if kind == Kind::PermissionDenied {
        "the user who runs Signpost has no right to write there".to_owned()
    } else if kind == Kind::ReadOnlyFilesystem {
        "its disk can only be read".to_owned()
    } else if matches!(kind, Kind::NotADirectory | Kind::AlreadyExists) {
        "something stands there that is no folder".to_owned()
    } else {
        kind.to_string()
    }
}

impl Post {
    /// The post that the settings ask for. Nothing is connected to or written yet.
    ///
    /// # Errors
    /// Everything that is wrong with the settings.
    pub fn new(settings: &config::Post) -> Result<Self, PostSettingsError> {
        let Plan { from, way } = Plan::of(settings)?;
        let by = match way {
            Way::Folder(folder) => By::Folder(folder),
            Way::Smtp(server) => By::Smtp(Arc::new(Smtp::new(server).ok_or_else(|| {
                PostSettingsError(vec![SettingProblem {
                    setting: "post.smtp_url",
                    wrong: "TLS cannot be set up for its host",
                    right: "its host must be a name or an IP address",
                }])
            })?)),
        };
        Ok(Self { from, by })
    }

    /// Whether letters go to a mail server, and are not kept in a folder.
    #[must_use]
    pub fn is_mail(&self) -> bool {
        match &self.by {
            By::Folder(_) => false,
            By::Smtp(_) => true,
        }
    }

    /// Makes the folder for letters where there is to be one and is none, and tries whether it takes a file, so that a
    /// missing right shows at the start. A mail server is not asked: it may be away at this moment.
    ///
    /// # Errors
    /// [`PostError::NotKept`].
    pub async fn prepare(&self) -> Result<(), PostError> {
        match &self.by {
            By::Folder(folder) => on_disk(folder, folder::prepare).await,
            By::Smtp(_) => Ok(()),
        }
    }

    /// Sends a letter while somebody waits. `at` is the instant it is dated by, `id` names it for good: in a folder they make
    /// up its name.
    ///
    /// # Errors
    /// Says what an operator can do.
    pub async fn send(&self, letter: &Letter, at: DateTime<Utc>, id: Uuid) -> Result<(), PostError> {
        self.hand_over(letter, at, id, Patience::Short).await.map_err(|not_sent| not_sent.error)
    }

    /// The same for a letter that must not go twice: says too whether it may have gone all the same.
    ///
    /// # Errors
    /// [`NotSent`].
    pub async fn hand_over(
        &self,
        letter: &Letter,
        at: DateTime<Utc>,
        id: Uuid,
        patience: Patience,
    ) -> Result<(), NotSent> {
        let content = self.message(letter, at, id)?.formatted();
        match &self.by {
            By::Folder(folder) => {
                let name = format!("{}-{id}.eml", at.format("%Y%m%dT%H%M%S%.3fZ"));
                Ok(on_disk(folder, move |folder| folder::keep(folder, &name, &content)).await?)
            }
            By::Smtp(smtp) => {
                let (from, to) = (self.from.to_lettre(), letter.to().to_lettre());
                smtp.send(from, to, &content, patience).await
            }
        }
    }

    fn message(&self, letter: &Letter, at: DateTime<Utc>, id: Uuid) -> Result<Message, PostError> {
        // Asks other machines not to answer that somebody is away (RFC 3834).
        let no_answer = HeaderName::new_from_ascii_str("Auto-Submitted");
        Message::builder()
            .from(Mailbox::new(Some("Signpost".to_owned()), self.from.to_lettre()))
            .to(Mailbox::new(None, letter.to().to_lettre()))
            .subject(letter.subject())
            .date(system_time(at))
            .message_id(Some(format!("<{id}@{}>", self.from.domain())))
            .raw_header(HeaderValue::new(no_answer, "auto-generated".to_owned()))
            .header(MIME_VERSION_1_0)
            .header(ContentType::TEXT_PLAIN)
            .body(body(letter.expose_text()))
            .map_err(|_| PostError::Form)
    }
}

/// A text as it stands in the e-mail: as it is where mail can carry that (lines of ASCII, at most 998 long, RFC 5322
/// section 2.1.1), so that a link can be copied out of the file; the library would already encode lines of 76.
fn body(text: &str) -> Body {
    if text.is_ascii() && text.lines().all(|line| line.len() <= 998) {
        Body::dangerous_pre_encoded(text.replace('\n', "\r\n").into_bytes(), ContentTransferEncoding::SevenBit)
    } else {
        Body::new(text.to_owned())
    }
}

/// An instant for the header `Date`, held within the years 1970 to 9999 that it can say.
fn system_time(at: DateTime<Utc>) -> SystemTime {
    const LAST: u64 = 253_402_300_799;
    SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(at.timestamp()).unwrap_or(0).min(LAST))
}

/// Does something with the folder where it may block.
async fn on_disk(folder: &Path, what: impl FnOnce(&Path) -> io::Result<()> + Send + 'static) -> Result<(), PostError> {
    let inside = folder.to_owned();
    let done = tokio::task::spawn_blocking(move || what(&inside)).await;
    done.unwrap_or_else(|broken| Err(broken.into()))
        .map_err(|source| PostError::NotKept { folder: folder.to_owned(), source })
}
