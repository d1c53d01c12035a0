//! What came of an import: counts for each file, every row that was refused with all that is wrong in it, and what somebody
//! should look at. It names files, rows and columns, and nothing that stands in them.

use std::fmt;

use serde::Serialize;

use super::rows::Fault;

/// What came of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Came {
    /// It was not known, and is written.
    New,
    /// It was known, said something else, and is written anew.
    Updated,
    /// It was known, and says the same.
    Unchanged,
    /// It is not taken.
    Refused(Vec<Fault>),
}

impl Came {
    pub(super) fn refused(field: &str, message: impl Into<String>) -> Self {
        Self::Refused(vec![Fault::new(field, message)])
    }
}

/// What came of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct OfFile {
    /// The file.
    pub file: String,
    /// Rows that were not known.
    pub new: u64,
    /// Rows that were known, and said something else.
    pub updated: u64,
    /// Rows that were known, and said the same.
    pub unchanged: u64,
    /// Rows that were not taken.
    pub refused: u64,
    /// What there is to say of all of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<&'static str>,
}

/// A row that was not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// The file.
    pub file: String,
    /// The row, from 2: the names of the columns are row 1.
    pub row: u64,
    /// All that is wrong in it.
    pub faults: Vec<Fault>,
}

/// Something that somebody should look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Remark {
    /// The file.
    pub file: String,
    /// The row.
    pub row: u64,
    /// What.
    pub message: String,
}

/// What came of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Whether anything was written; otherwise it was tried only.
    pub written: bool,
    /// File by file.
    pub files: Vec<OfFile>,
    /// Every row that was not taken.
    pub refused: Vec<Refused>,
    /// What somebody should look at.
    pub remarks: Vec<Remark>,
}

impl Report {
    pub(super) fn begin(&mut self, file: &str, note: Option<&'static str>) {
        self.files.push(OfFile { file: file.to_owned(), note, ..OfFile::default() });
    }

    /// Counts a row of the file that was begun last.
    pub(super) fn count(&mut self, row: u64, came: Came) {
        let Some(of) = self.files.last_mut() else { return };
        match came {
            Came::New => of.new += 1,
            Came::Updated => of.updated += 1,
            Came::Unchanged => of.unchanged += 1,
            Came::Refused(faults) => {
                of.refused += 1;
                self.refused.push(Refused { file: of.file.clone(), row, faults });
            }
        }
    }

    pub(super) fn remark(&mut self, row: u64, message: impl Into<String>) {
        let Some(of) = self.files.last() else { return };
        self.remarks.push(Remark { file: of.file.clone(), row, message: message.into() });
    }

    /// Whether every row was taken.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.refused.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Refused { file, row, faults } in &self.refused {
            for Fault { field, message, .. } in faults {
                writeln!(out, "{file}:{row} {field}: {message}")?;
            }
        }
        for Remark { file, row, message } in &self.remarks {
            writeln!(out, "{file}:{row} {message}")?;
        }
        for OfFile { file, new, updated, unchanged, refused, note } in &self.files {
            writeln!(out, "{file}: {new} new, {updated} updated, {unchanged} unchanged, {refused} refused.")?;
            if let Some(note) = note {
                writeln!(out, "{file}: {note}")?;
            }
        }
        Ok(())
    }
}
