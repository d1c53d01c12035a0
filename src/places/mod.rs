//! Places: what somebody typed becomes a point, an area and an honest word about how exact both are.
//!
//! Pure: no database, no clock. The facts are embedded (`data/places/`, made by `make.py` there) and read once into a
//! [`Gazetteer`]; the table of every full postcode (1.8 million) is too large to embed, so whoever holds it passes the
//! one row that matters as an [`ExactPostcode`].
//!
//! * [`parse`] says what sort of text it is, [`Gazetteer::resolve`] where that lies.
//! * [`CoveredArea`] is an area that a service says it covers, [`covers`] whether a place lies within one.
//! * [`Region`] is an area drawn as GeoJSON, [`read_postcodes`] reads the postcode table.
//!
//! The rule throughout: never certain without ground. A district that lies in two authorities has two, with shares;
//! [`covers`] then says that the full postcode is needed. Two towns of one name are a question, not a guess.
//!
//! To add another sort of place: a variant of [`Parsed`] and of [`Precision`], recognised in `parse.rs`, placed in
//! `resolve.rs`. To add another sort of area: a value of `AreaKind`, compiled in `area.rs`.

mod area;
mod authority;
mod fold;
mod gazetteer;
mod geo;
mod names;
mod parse;
mod postcode;
mod problem;
mod region;
mod resolve;
mod search;
mod table;
mod words;

pub use area::{AreaProblem, Coverage, CoveredArea, WhyUnknown, covers};
pub use authority::{Authority, AuthorityShare, LadCode, Nation, Tier};
pub use gazetteer::{Gazetteer, Ground, Near};
pub use geo::{BoundingBox, Point, PointProblem, distance_km, least_km};
pub use names::{Candidate, PlaceKind};
pub use parse::{MAX_PLACE_CHARS, Parsed, PlaceQuery, parse};
pub use postcode::{District, NotAPostcode, Postcode, PostcodeArea, PostcodeText, Sector};
pub use problem::{CrownDependency, NonGeographic, PlaceProblem};
pub use region::{Region, RegionProblem};
pub use resolve::{ExactPostcode, PlaceNote, Precision, ResolvedPlace};
pub use table::{PostcodeRows, RowProblem, RowReason, SkippedRows, read_postcodes};
pub use words::resolve_words;
