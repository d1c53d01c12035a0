//! `signpost migrate`.

use clap::{Args, Subcommand};

use super::{Outcome, say};
use crate::config::Config;
use crate::database::{Database, Settings};
use crate::telemetry;

/// Arguments of `migrate`.
#[derive(Debug, Args)]
pub(super) struct MigrateArgs {
    #[command(subcommand)]
    direction: Direction,
}

#[derive(Debug, Subcommand)]
enum Direction {
    /// Runs every migration the database lacks.
    Up,
    /// Takes migrations back, and with them the data they hold.
    Down {
        /// How many, the newest first.
        #[arg(long, default_value_t = 1)]
        steps: u32,
        /// Yes, the data may go.
        #[arg(long)]
        yes: bool,
    },
    /// Says how many migrations the database lacks.
    Status,
}

pub(super) async fn run(config: &Config, args: MigrateArgs) -> Outcome {
    telemetry::init(&config.log)?;
    let create = match args.direction {
        Direction::Up => true,
        Direction::Down { .. } | Direction::Status => false,
    };
    let database = Database::connect(&Settings { create, ..Settings::from(config) }).await?;
    match args.direction {
        Direction::Up => {
            let pending = database.pending_migrations().await?;
            database.migrate_up().await?;
            super::fill_keys(&database).await?;
            say(format_args!("{pending} migration(s) run; the schema is up to date."))?;
        }
        Direction::Down { steps, yes: true } => {
            let before = database.pending_migrations().await?;
            database.migrate_down(Some(steps)).await?;
            let taken_back = database.pending_migrations().await?.saturating_sub(before);
            say(format_args!("{taken_back} migration(s) taken back."))?;
        }
        Direction::Down { yes: false, .. } => {
            return Err("taking a migration back loses the data it holds; say --yes if that is meant".into());
        }
        Direction::Status => say(format_args!("{} migration(s) to run.", database.pending_migrations().await?))?,
    }
    database.close().await?;
    Ok(())
}
