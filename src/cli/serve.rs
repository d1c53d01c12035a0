//! `signpost serve`.

use std::time::Duration;

use clap::Args;
use tokio::time::timeout;

use super::{Outcome, open_migrated, open_vault, say};
use crate::app::{App, need_list};
use crate::clock::Clock;
use crate::config::Config;
use crate::database::{Database, Settings};
use crate::post::Post;
use crate::web::serve::{ServeLimits, Stopped, bind, serve};

/// How long the database may take to be closed at the end.
const CLOSING: Duration = Duration::from_secs(5);

/// Arguments of `serve`.
#[derive(Debug, Args)]
pub(super) struct ServeArgs {
    /// Leave the schema as it is: refuse to start where it is behind.
    #[arg(long)]
    no_migrate: bool,
}

pub(super) async fn run(config: Config, args: ServeArgs) -> Outcome {
    let needs = need_list(&config)?;
    open_vault(&config, &Clock::system())?;
    // Before anything else is written: what would go wrong with the first letter is told now.
    Post::new(&config.post)?.prepare().await?;
    let database = if args.no_migrate {
        crate::telemetry::init(&config.log)?;
        Database::connect(&Settings::from(&config)).await?
    } else {
        open_migrated(&config).await?
    };
    let app = App::with_database(config, Clock::system(), database, needs).await?;
    listen(app, "").await
}

/// Listens and serves until the process is told to stop. `more` is printed below the address.
pub(super) async fn listen(app: App, more: &str) -> Outcome {
    let limits = ServeLimits::from(&app.config.server);
    let listener = bind(app.config.server.listen).await?;
    let address = listener.local_addr()?;
    let services = app.live.current().service_count();
    say(format_args!("Signpost listens on http://{address}/graphql, with {services} public services."))?;
    if app.config.shows_explorer() {
        say(format_args!("Try it in a browser: http://{address}/explorer"))?;
    }
    if !more.is_empty() {
        say(more.replace("{address}", &address.to_string()))?;
    }
    let sealed = app.accounts.seal_old_seeds().await?;
    if sealed > 0 {
        tracing::info!(sealed, "accounts.old_seeds");
    }
    let follower = tokio::spawn(app.clone().follow_directory());
    let tidier = tokio::spawn(app.clone().tidy_accounts());
    let publisher = tokio::spawn(app.clone().publish_changes());
    let reminder = tokio::spawn(app.clone().remind());
    let teller = tokio::spawn(app.clone().send_notices());
    let drafter = tokio::spawn(app.clone().draft_corrections());
    let stopped = serve(listener, app.router(), told_to_stop(), limits).await;
    follower.abort();
    tidier.abort();
    publisher.abort();
    reminder.abort();
    teller.abort();
    drafter.abort();
    // Whoever was cut off may hold a connection for ever; SQLite sees to itself at the next start.
    let _ = timeout(CLOSING, app.database.close()).await;
    match stopped {
        Stopped::Finished => say("Stopped; everything in flight was answered.")?,
        Stopped::CutOff(connections) => {
            say(format_args!("Stopped; {connections} connection(s) were still busy after the grace period."))?;
        }
    }
    Ok(())
}

/// Ends when the process is told to stop: Ctrl-C, or SIGTERM.
async fn told_to_stop() {
    let interrupt = async {
        // Without the signal the process can still be ended otherwise.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending::<()>().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! { () = interrupt => {}, () = terminate => {} }
}
