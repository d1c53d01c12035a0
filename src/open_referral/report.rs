//! The report of what an import refused: one JSON object a line, for machines, and the counts.

use std::io::{self, Write};

use serde::Serialize;

use crate::directory::duplicates::score::Match;
use crate::directory::duplicates::{Alike, PossibleDuplicate};

use super::item::{FileError, Rejected};
use super::validate::Accepted;

/// What an import came to, in records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Records read, and CSV rows that could not become part of one: accepted and rejected.
    pub read: u64,
    /// Records accepted.
    pub accepted: u64,
    /// Accepted records in which some text is not in the format of its field.
    pub remarked: u64,
    /// Records (and such rows) rejected.
    pub rejected: u64,
    /// Files that failed wholly or in part.
    pub failed_files: u64,
}

/// One line of the report.
#[derive(Serialize)]
struct Line<'a> {
    file: &'a str,
    /// Which record of the file, from 1; absent when the file itself failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    /// JSON pointer into the record; empty for the whole of it.
    field: &'a str,
    code: &'a str,
    reason: &'a str,
}

/// Writes the report while the import runs, so that it holds all that was refused until then
/// even when the import is killed. Give it a buffered writer.
pub struct Report<W> {
    out: W,
    counts: Counts,
}

impl<W: Write> Report<W> {
    /// A report into `out`.
    pub fn new(out: W) -> Self {
        Self { out, counts: Counts::default() }
    }

    /// The counts so far.
    #[must_use]
    pub const fn counts(&self) -> Counts {
        self.counts
    }

    /// Counts an accepted record.
    pub fn accepted(&mut self, accepted: &Accepted) {
        self.counts.read += 1;
        self.counts.accepted += 1;
        self.counts.remarked += u64::from(!accepted.remarks.is_empty());
    }

    /// Writes a rejected record, a line for each of its problems.
    ///
    /// # Errors
    /// When the report cannot be written.
    pub fn rejected(&mut self, rejected: &Rejected) -> io::Result<()> {
        self.counts.read += 1;
        self.counts.rejected += 1;
        self.remarked(rejected)
    }

    /// Writes what is to be said of a record that was counted already, a line for each problem.
    ///
    /// # Errors
    /// When the report cannot be written.
    pub fn remarked(&mut self, rejected: &Rejected) -> io::Result<()> {
        for problem in &rejected.problems {
            self.line(&Line {
                file: &rejected.file,
                record: Some(rejected.record),
                line: rejected.line,
                id: rejected.id.as_deref(),
                field: &problem.path,
                code: problem.code.as_str(),
                reason: &problem.reason,
            })?;
        }
        Ok(())
    }

    /// Writes a file that failed.
    ///
    /// # Errors
    /// When the report cannot be written.
    pub fn failed(&mut self, error: &FileError) -> io::Result<()> {
        self.counts.failed_files += 1;
        let reason = error.fault.to_string();
        self.line(&Line {
            file: &error.file,
            record: None,
            line: None,
            id: None,
            field: "",
            code: "file_failed",
            reason: &reason,
        })
    }

    /// Ends the report.
    ///
    /// # Errors
    /// When the last of it cannot be written.
    pub fn finish(mut self) -> io::Result<Counts> {
        self.out.flush()?;
        Ok(self.counts)
    }

    fn line(&mut self, line: &Line<'_>) -> io::Result<()> {
        serde_json::to_writer(&mut self.out, line)?;
        self.out.write_all(b"\n")
    }
}

/// A line about services that look like one.
#[derive(Serialize)]
struct Duplicates<'a> {
    code: &'static str,
    score: u8,
    reason: String,
    services: Vec<Named<'a>>,
}

#[derive(Serialize)]
struct Named<'a> {
    id: uuid::Uuid,
    name: &'a str,
}

/// Writes a line for each group of services that look like one, and for each new one that looks like another source's,
/// which stands first in its line.
///
/// # Errors
/// When the report cannot be written.
pub fn duplicates(out: &mut impl Write, groups: &[PossibleDuplicate], alike: &[Alike]) -> io::Result<()> {
    let mut line = |code, found: &Match, services: Vec<Named<'_>>| -> io::Result<()> {
        let reason = found.to_string();
        serde_json::to_writer(&mut *out, &Duplicates { code, score: found.score, reason, services })?;
        out.write_all(b"\n")
    };
    for group in groups {
        let services: Vec<_> = group.services.iter().map(|(id, name)| Named { id: id.0, name }).collect();
        line("possible_duplicate", &group.found, services)?;
    }
    for one in alike {
        let services = [&one.new, &one.other].map(|(id, name)| Named { id: id.0, name });
        line("like_another_source", &one.found, services.into())?;
    }
    Ok(())
}
