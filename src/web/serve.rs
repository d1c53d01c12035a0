//! Listening, and stopping without cutting anybody off.

use std::{io, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::{Extension, Router};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
    service::TowerToHyperService,
};
use thiserror::Error;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    task::JoinSet,
    time::{sleep, timeout},
};

use super::live::{Seat, Stopping};
use super::peer::Peer;
use crate::config::Server;

/// Bytes kept of what a connection has sent and nobody has read. Also bounds the head.
const BUFFER: usize = 64 * 1024;
/// Rest after the system would give no connection, which passes when others are closed.
const REST: Duration = Duration::from_millis(100);

/// Why there is no listening.
#[derive(Debug, Error)]
pub enum ServeError {
    /// Somebody else listens there.
    #[error("{address} is in use already; stop whatever listens there, or set server.listen to another port")]
    InUse {
        /// The address.
        address: SocketAddr,
    },
    /// The system does not allow it.
    #[error(
        "listening on {address} is not allowed: ports below 1024 need the right to it; set server.listen to another"
    )]
    NotAllowed {
        /// The address.
        address: SocketAddr,
    },
    /// This machine has no such address, or something else.
    #[error("listening on {address} failed: {error}")]
    Failed {
        /// The address.
        address: SocketAddr,
        /// Why.
        error: io::Error,
    },
}

/// How serving ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// Everything in flight was answered.
    Finished,
    /// The grace period ended first: so many connections were cut off.
    CutOff(usize),
}

/// Bounds on serving.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServeLimits {
    /// Most connections at once; more wait to be accepted.
    pub max_connections: usize,
    /// How long a client may take to send the head of a request.
    pub head_timeout: Duration,
    /// How long what is in flight may still take after the order to stop.
    pub grace: Duration,
}

/// What [`ServeLimits::head_timeout`] is from the settings: a slow telephone needs seconds.
const HEAD_TIMEOUT: Duration = Duration::from_secs(15);

impl From<&Server> for ServeLimits {
    fn from(settings: &Server) -> Self {
        Self {
            max_connections: usize::try_from(settings.max_connections).unwrap_or(usize::MAX),
            head_timeout: HEAD_TIMEOUT,
            grace: settings.shutdown_grace(),
        }
    }
}

/// Listens on an address.
///
/// # Errors
/// When it is in use or not to be had.
pub async fn bind(address: SocketAddr) -> Result<TcpListener, ServeError> {
    TcpListener::bind(address).await.map_err(|error| {
        if error.kind() == io::ErrorKind::AddrInUse {
            ServeError::InUse { address }
        } else if error.kind() == io::ErrorKind::PermissionDenied {
            ServeError::NotAllowed { address }
        } else {
            ServeError::Failed { address, error }
        }
    })
}

/// Waits for the order to stop: Ctrl-C, and on Unix SIGTERM, which is what service managers send.
pub async fn stop_signal() {
    let interrupt = async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::error!(%error, "Ctrl-C cannot be listened for");
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(error) => {
                tracing::error!(%error, "SIGTERM cannot be listened for");
                std::future::pending::<()>().await;
            }
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}

/// Serves until `shutdown` is there; then takes no more connections, finishes what is in flight,
/// and cuts off what is not done within the grace period.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    shutdown: impl Future<Output = ()>,
    limits: ServeLimits,
) -> Stopped {
    let places = Arc::new(Semaphore::new(limits.max_connections.clamp(1, Semaphore::MAX_PERMITS)));
    let (stop, stopping) = watch::channel(false);
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            (stream, place) = accept(&listener, &places) => {
                connections.spawn(connection(stream, place, router.clone(), stopping.clone(), limits.head_timeout));
            }
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
        }
    }
    drop(listener);
    tracing::info!(connections = connections.len(), "stopping: what is in flight is finished first");
    drop(stopping);
    stop.send_replace(true);
    // Those that became WebSockets are connections no more, and end by themselves.
    let all = async {
        while connections.join_next().await.is_some() {}
        stop.closed().await;
    };
    match timeout(limits.grace, all).await {
        Ok(()) => Stopped::Finished,
        Err(_) => {
            let left = connections.len().max(1);
            connections.shutdown().await;
            tracing::warn!(connections = left, "the grace period is over: what was left is cut off");
            Stopped::CutOff(left)
        }
    }
}

/// Waits for a place and then for somebody to take it.
async fn accept(listener: &TcpListener, places: &Arc<Semaphore>) -> (TcpStream, Option<OwnedSemaphorePermit>) {
    // The semaphore is never closed, so there always is a place in the end.
    let place = Arc::clone(places).acquire_owned().await.ok();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return (stream, place),
            // Gone before we came to it.
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::ConnectionAborted
                        | io::ErrorKind::ConnectionReset
                        | io::ErrorKind::ConnectionRefused
                ) => {}
            Err(error) => {
                tracing::error!(%error, "no connection could be accepted");
                sleep(REST).await;
            }
        }
    }
}

/// Serves one connection, request after request.
async fn connection(
    stream: TcpStream,
    place: Option<OwnedSemaphorePermit>,
    router: Router,
    mut stopping: watch::Receiver<bool>,
    head_timeout: Duration,
) {
    // Answers are small and whole; waiting for more to send with them only delays them.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection without TCP_NODELAY");
    }
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(head_timeout).max_buf_size(BUFFER);
    let seat = Seat::of(place);
    let router = router.layer(Extension(Stopping::when(stopping.clone()))).layer(Extension(seat.clone()));
    let router = match stream.peer_addr() {
        Ok(address) => router.layer(Extension(Peer(address.ip()))),
        // It is gone already.
        Err(_) => router,
    };
    let mut serving =
        pin!(builder.serve_connection_with_upgrades(TokioIo::new(stream), TowerToHyperService::new(router)));
    let ended = tokio::select! {
        ended = serving.as_mut() => ended,
        _ = async { stopping.wait_for(|stop| *stop).await.is_ok() } => {
            serving.as_mut().graceful_shutdown();
            serving.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(error, "a connection ended badly");
    }
    drop(seat);
}
