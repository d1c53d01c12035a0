//! The dialogue with a mail server, step by step (RFC 5321): connect, encrypt, sign in, say from whom and to whom, hand the
//! letter over.
//!
//! Written out rather than left to the library's transport, whose time limit ends once it is connected, which tells an
//! operator less, and which takes a goodbye gone wrong for a letter not sent, so that it would be sent twice. Nor does it say
//! at which step it was refused: what is wrong with us is no fault of whom we write to. And the last step is not like the
//! others: a server that looks through the letter before it takes it may need minutes, and whoever goes before it answers does
//! not know whether it did.

use std::{fmt, io, time::Duration};

use lettre::{
    Address,
    transport::smtp::{
        Error,
        authentication::{Credentials, DEFAULT_MECHANISMS},
        client::{AsyncSmtpConnection, TlsParameters},
        commands::{Data, Mail, Rcpt},
        extension::ClientId,
    },
};
use tokio::time::timeout;

use super::{
    outbox::{NotSent, Patience, PostError},
    settings::{Privacy, Server},
};

/// How long each step may take, but for the last.
pub(crate) const STEP: Duration = Duration::from_secs(10);

/// How many such steps there are at the most: connecting, encrypting, signing in, from whom, to whom, and the letter's
/// announcement.
pub(crate) const STEPS: u64 = 6;

/// How long the goodbye may take; the letter is sent by then.
pub(crate) const GOODBYE: Duration = Duration::from_secs(1);

/// A mail server we can speak to.
pub(crate) struct Smtp {
    server: Server,
    tls: TlsParameters,
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Smtp").field("server", &self.server).finish_non_exhaustive()
    }
}

impl Smtp {
    /// None where its name can stand in no certificate.
    pub(crate) fn new(server: Server) -> Option<Self> {
        let tls = TlsParameters::new(server.host.clone()).ok()?;
        Some(Self { server, tls })
    }

    /// Hands a letter over, whose text is of ASCII; it is the mail server's when this returns.
    pub(crate) async fn send(
        &self,
        from: Address,
        to: Address,
        letter: &[u8],
        patience: Patience,
    ) -> Result<(), NotSent> {
        let Server { host, port, privacy, login } = &self.server;
        let hello = ClientId::default();
        let tls_first = (*privacy == Privacy::Tls).then(|| self.tls.clone());
        let connect = AsyncSmtpConnection::connect_tokio1((host.as_str(), *port), None, &hello, tls_first, None);
        let mut connection = step(connect, at_connecting).await?;
        if *privacy == Privacy::StartTls {
            if !connection.can_starttls() {
                return Err(PostError::NotEncrypted.into());
            }
            step(connection.starttls(self.tls.clone(), &hello), |_| PostError::NotEncrypted).await?;
        }
        if let Some(login) = login {
            let credentials = Credentials::new(login.user.clone(), login.password.clone());
            step(connection.auth(DEFAULT_MECHANISMS, &credentials), at_signing_in).await?;
        }
        let done = handed_over(&mut connection, from, to, letter, patience).await;
        // Whoever has answered is told goodbye. Whether it says so too or not, it has the letter, or has refused it.
        if done.as_ref().map_or_else(|not_sent| not_sent.error.is_answer(), |()| true) {
            let _: Result<_, _> = timeout(GOODBYE, connection.quit()).await;
        }
        done
    }
}

async fn handed_over(
    connection: &mut AsyncSmtpConnection,
    from: Address,
    to: Address,
    letter: &[u8],
    patience: Patience,
) -> Result<(), NotSent> {
    step(connection.command(Mail::new(Some(from), Vec::new())), at_sender).await?;
    step(connection.command(Rcpt::new(to, Vec::new())), at_letter).await?;
    step(connection.command(Data), at_announcing).await?;
    let limit = patience.limit();
    match timeout(limit, connection.message(letter)).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(NotSent { perhaps_there: code(&error).is_none(), error: at_letter(&error) }),
        Err(_) => Err(NotSent { error: PostError::NoWord { seconds: limit.as_secs() }, perhaps_there: true }),
    }
}

async fn step<T>(
    what: impl Future<Output = Result<T, Error>>,
    why: impl FnOnce(&Error) -> PostError,
) -> Result<T, PostError> {
    match timeout(STEP, what).await {
        Ok(done) => done.map_err(|error| why(&error)),
        Err(_) => Err(PostError::TooSlow),
    }
}

/// Only codes and kinds are taken over from an answer: its words may repeat the address, or what we signed in with.
fn code(error: &Error) -> Option<u16> {
    error.status().map(u16::from)
}

fn at_connecting(error: &Error) -> PostError {
    match code(error) {
        Some(code) => PostError::TurnedAway { code },
        None => broken(error),
    }
}

fn at_signing_in(error: &Error) -> PostError {
    match code(error) {
        Some(code @ 400..=499) => PostError::TurnedAway { code },
        Some(_) => PostError::SignIn,
        // It offers no way of signing in that we have.
        None if error.is_client() => PostError::SignIn,
        None => broken(error),
    }
}

/// What it says of whom a letter is from, who is the same for every letter.
fn at_sender(error: &Error) -> PostError {
    match said(error) {
        Ok(code @ 500..=599) => PostError::NotFromUs { code },
        Ok(code) => PostError::TurnedAway { code },
        Err(error) => error,
    }
}

/// What it says of whom a letter goes to, and of the letter itself. Some mail servers say only here what they have against whom
/// it is from, of which whom it goes to is not to blame.
fn at_letter(error: &Error) -> PostError {
    match said(error) {
        Ok(_) if is_about_us(error) => at_sender(error),
        Ok(code) => PostError::Refused { code },
        Err(error) => error,
    }
}

/// Enhanced status codes, without their class, that are about whom a letter is from or what sends it: the sender's address
/// (RFC 3463 section 3.2), its signature, its origin (RFC 7372), that nobody can answer it (RFC 7505).
const OF_THE_SENDER: [&str; 10] = ["1.7", "1.8", "7.20", "7.21", "7.22", "7.23", "7.24", "7.25", "7.26", "7.27"];

/// Enhanced status codes that are of whoever the words name: it is not allowed.
const OF_EITHER: [&str; 2] = ["7.0", "7.1"];

/// How the usual mail servers say that it is the sender, or the one who connects. No address holds any of them.
const NAMES_THE_SENDER: [&str; 8] = [
    "sender address rejected",
    "sender rejected",
    "sender denied",
    "not owned by user",
    "client host rejected",
    "relay access denied",
    "relaying denied",
    "unable to relay",
];

/// Whether an answer is about whom a letter is from, or about what sends it. Nothing of its words is kept.
fn is_about_us(error: &Error) -> bool {
    let words = std::error::Error::source(error).map(|words| words.to_string().to_ascii_lowercase());
    let words = words.unwrap_or_default();
    let first = words.split_whitespace().next().unwrap_or_default();
    let Some((_, status)) = first.split_once('.') else { return false };
    OF_THE_SENDER.contains(&status)
        || OF_EITHER.contains(&status) && NAMES_THE_SENDER.iter().any(|name| words.contains(name))
}

/// What it says before it was told anything of the letter.
fn at_announcing(error: &Error) -> PostError {
    said(error).map_or_else(|error| error, |code| PostError::TurnedAway { code })
}

/// The code of an answer that is about this letter, or what it is where it is none.
fn said(error: &Error) -> Result<u16, PostError> {
    match code(error) {
        // "Authentication required" and its kin (RFC 4954 section 6).
        Some(530 | 534 | 535 | 538) => Err(PostError::SignIn),
        // It closes the connection, whatever it was asked (RFC 5321 section 3.8).
        Some(code @ 421) => Err(PostError::TurnedAway { code }),
        Some(code) => Ok(code),
        None => Err(broken(error)),
    }
}

/// What went wrong where there was no proper answer.
fn broken(error: &Error) -> PostError {
    if error.is_response() || error.is_client() {
        return PostError::NotUnderstood;
    }
    match kind(error) {
        // As which the TLS library reports that a certificate does not hold, and that the other side speaks no TLS.
        Some(io::ErrorKind::InvalidData) => PostError::NotEncrypted,
        kind => PostError::NoConnection { kind: kind.unwrap_or(io::ErrorKind::Other) },
    }
}

fn kind(error: &Error) -> Option<io::ErrorKind> {
    let mut cause = std::error::Error::source(error);
    while let Some(one) = cause {
        if let Some(error) = one.downcast_ref::<io::Error>() {
            return Some(error.kind());
        }
        cause = one.source();
    }
    None
}
