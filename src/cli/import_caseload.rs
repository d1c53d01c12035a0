//! `signpost import-caseload`: the people that an agency works with, from its old system.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::{Failure, open_migrated, open_unchanged, open_vault, say};
use crate::app::need_list;
use crate::clock::Clock;
use crate::config::Config;
use crate::people::People;
use crate::people::importing::mapping::Mapping;
use crate::people::importing::running::{Job, all_of};

/// What the program ends with where some rows were not taken.
const SOME_REFUSED: u8 = 2;

/// Arguments of `import-caseload`.
#[derive(Debug, Args)]
pub(super) struct ImportCaseloadArgs {
    /// The mapping file (TOML); the CSV files that it names lie beside it. `docs/CASELOAD_IMPORT.md` has an example.
    #[arg(value_name = "MAPPING")]
    mapping: PathBuf,
    /// Writes what the rows say; without it everything is tried and nothing written.
    #[arg(long)]
    write: bool,
    /// Where to write the report as JSON, a file that is not there yet: it names files, rows and columns, and nothing that stands in them.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

const TRIED: &str = "Dry run: nothing is written. Run it again with --write to write.";
const MAKES_NONE: &str = "a dry run makes no database, and brings none up to date";

pub(super) async fn run(config: &Config, args: ImportCaseloadArgs) -> Result<ExitCode, Failure> {
    // What can be told without a database is told first.
    let path = args.mapping.display();
    let text = std::fs::read_to_string(&args.mapping).map_err(|error| format!("{path}: {error}"))?;
    let needs = need_list(config)?;
    let mapping = Mapping::read(&text, &needs);
    let mapping = mapping.map_err(|flaws| format!("{path} is not as it must be:\n  {}", all_of(&flaws)))?;
    let report = match &args.report {
        // What is there already is never written over: it may be the very export.
        Some(path) => Some(File::create_new(path).map_err(|error| format!("--report {}: {error}", path.display()))?),
        None => None,
    };
    let clock = Clock::system();
    let vault = open_vault(config, &clock)?;
    let database = if args.write {
        open_migrated(config).await?
    } else {
        open_unchanged(config).await.map_err(|error| format!("{error}; {MAKES_NONE}"))?
    };
    if !args.write {
        say(TRIED)?;
    }
    let people = People::new(database.clone(), clock, vault);
    let folder = args.mapping.parent().unwrap_or(Path::new(""));
    let done = people.import_caseload(&Job { mapping: &mapping, folder, write: args.write }).await;
    let done = done.map_err(|error| format!("{path}:\n  {error}"))?;
    write!(std::io::stdout().lock(), "{done}")?;
    if let Some(file) = report {
        let mut out = BufWriter::new(file);
        serde_json::to_writer_pretty(&mut out, &done)?;
        writeln!(out)?;
        out.flush()?;
    }
    if !args.write {
        say(TRIED)?;
    }
    database.close().await?;
    Ok(if done.is_whole() { ExitCode::SUCCESS } else { ExitCode::from(SOME_REFUSED) })
}
