//! `signpost vault`: master keys, and their change.

use clap::{Args, Subcommand};

use super::{Outcome, open_migrated, open_vault, say};
use crate::clock::Clock;
use crate::config::Config;
use crate::vault::file::{FileError, add_key};

/// Arguments of `vault`.
#[derive(Debug, Args)]
pub(super) struct VaultArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Clone, Copy, Debug, Subcommand)]
enum What {
    /// Puts a new master key before the others of the settings' `vault.keys_file`, which is made where it is not there.
    /// From then on it wraps, and every running server takes it up by itself.
    NewKey,
    /// Wraps by the first master key whatever another one wraps, while everything goes on; then tells which may be taken
    /// out of the file.
    Rewrap,
}

pub(super) async fn run(config: &Config, args: VaultArgs) -> Outcome {
    let clock = Clock::system();
    match args.what {
        What::NewKey => {
            let path = config.vault.keys_file().ok_or(FileError::Unnamed)?;
            let name = add_key(path, &clock)?;
            say(format_args!("The master key {name} is the first of {}.", path.display()))?;
            say(
                "Keep that file apart from the database's backups: whoever has both reads everything, and without it nobody does.",
            )?;
        }
        What::Rewrap => {
            let vault = open_vault(config, &clock)?;
            let database = open_migrated(config).await?;
            let done = vault.rewrap(database.connection()).await?;
            say(format_args!("Wrapped anew: {done}."))?;
            for (name, keys) in vault.in_use(database.connection()).await? {
                // The first wraps whatever comes next.
                let unused =
                    if keys == 0 && name != vault.wraps_by() { ": it may be taken out of the file" } else { "" };
                say(format_args!("{name} wraps {keys}{unused}."))?;
            }
            database.close().await?;
        }
    }
    Ok(())
}
