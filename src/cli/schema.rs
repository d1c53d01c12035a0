//! `signpost schema`.

use std::path::PathBuf;

use clap::Args;

use super::{Outcome, say};
use crate::schema;

/// Arguments of `schema`.
#[derive(Debug, Args)]
pub(super) struct SchemaArgs {
    /// Compare with this file instead of printing; fails where they differ.
    #[arg(long, value_name = "FILE")]
    check: Option<PathBuf>,
}

pub(super) fn run(args: &SchemaArgs) -> Outcome {
    let text = schema::text();
    let Some(path) = &args.check else {
        say(text.trim_end())?;
        return Ok(());
    };
    let committed = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    if committed == text {
        say(format_args!("{} is the schema of this program.", path.display()))?;
        return Ok(());
    }
    let differs = committed.lines().zip(text.lines()).position(|(old, new)| old != new);
    let line = differs.unwrap_or_else(|| committed.lines().count().min(text.lines().count())) + 1;
    Err(format!(
        "{} is not the schema of this program, from line {line} on; `signpost schema > {}` writes it anew",
        path.display(),
        path.display()
    )
    .into())
}
