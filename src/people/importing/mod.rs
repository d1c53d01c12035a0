//! A caseload is taken over: an agency that joins brings the people it works with from its old system, as CSV files with a
//! mapping beside them. Tried first, and then written; as often as one likes, for what was taken is known again.
//!
//! | module | what |
//! |---|---|
//! | [`mapping`] | which column is what: the mapping file; no database |
//! | [`rows`] | a row becomes what is to be written, or all that is wrong in it; no database |
//! | `reading` | CSV files, bounded |
//! | [`report`] | what came of it: counts, and every row that was refused |
//! | [`running`] | the run: row by row, each in a transaction of its own |
//! | `writing` | what is written of a row, and by what it is known again |
//! | `doubles` | whether the agency knows somebody like that already |
//!
//! A referral of an old system rests on no agreement here. It is kept as a case note of the agency, and never becomes a
//! referral between two agencies: that needs a lawful route, and is sent anew.
//!
//! Nothing of what a row says stands in a report, an error or a log: file, row, column, and what would be right.

mod doubles;
pub mod mapping;
mod reading;
pub mod report;
pub mod rows;
pub mod running;
mod writing;
