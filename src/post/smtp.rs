//! The dialogue with a mail server, step by step (RFC 5321): connect, encrypt, sign in, hand the letter over.
//!
//! Written out rather than left to the library's transport, whose time limit ends once it is connected, which tells an
//! operator less, and which takes a goodbye gone wrong for a letter not sent, so that it would be sent twice.

use std::{fmt, io, time::Duration};

use lettre::{
    address::Envelope,
    transport::smtp::{
        Error,
        authentication::{Credentials, DEFAULT_MECHANISMS},
        client::{AsyncSmtpConnection, TlsParameters},
        extension::ClientId,
    },
};
use tokio::time::timeout;

use super::{
    outbox::{NotSent, PostError},
    settings::{Privacy, Server},
};

/// How long each step may take.
pub(crate) const STEP: Duration = Duration::from_secs(10);

/// How long the goodbye may take; the letter is sent by then.
const GOODBYE: Duration = Duration::from_secs(1);

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

    /// Hands a letter over; it is the mail server's when this returns.
    pub(crate) async fn send(&self, envelope: &Envelope, letter: &[u8]) -> Result<(), NotSent> {
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
        step(connection.send(envelope, letter), at_handing_over).await.map_err(|error| {
            let answered = matches!(error, PostError::Refused { .. } | PostError::SignIn);
            NotSent { error, perhaps_there: !answered }
        })?;
        // Whether it says goodbye or not, it has the letter.
        let _: Result<_, _> = timeout(GOODBYE, connection.quit()).await;
        Ok(())
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

fn at_handing_over(error: &Error) -> PostError {
    match code(error) {
        // "Authentication required" and its kin (RFC 4954 section 6).
        Some(530 | 534 | 535 | 538) => PostError::SignIn,
        Some(code) => PostError::Refused { code },
        None => broken(error),
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
