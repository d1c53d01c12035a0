//! The mapping between service documents of the Open Referral standard and our listings.
//!
//! * [`listing_from`] reads a document that the standard's schemas accept (HSDS 3.0 and 3.1, UK
//!   profile 3.0). What a listing has a place for goes there; everything else stays in the
//!   document, which is kept beside the listing.
//! * [`document_from`] writes a listing, afresh or over the document it came from. Over an
//!   original it changes only what no longer reads as the listing has it, so that a document
//!   that was only read and written again is the same document.
//!
//! Both directions are pure. Round trips are tested on every real document and on generated
//! listings. These parts of a listing do not come back from a document:
//!
//! * what must not leave (module `withheld`): where a confidential place is; contacts that
//!   are for those signed in or for one other agency; who reported an assurance;
//! * an address without a country comes back as one in `GB`; an agency's description that
//!   merely repeats its name comes back as none.
//!
//! To map another field: see `from_hsds`.

mod areas;
mod draft;
mod eligibility;
mod facts;
mod from_hsds;
mod from_place;
mod languages;
mod people;
mod places_out;
mod read;
mod schedules;
mod schedules_out;
mod secrets;
mod times;
mod to_hsds;
mod vocabulary;
mod withheld;

use crate::directory::listing::ServiceListing;

pub use from_hsds::listing_from;
pub use to_hsds::document_from;

/// A document as a listing, with what could not be read as it should.
#[derive(Clone, Debug, PartialEq)]
pub struct Mapped {
    /// The listing.
    pub listing: ServiceListing,
    /// What was left out or is read as unknown; at most some hundred, then how many more.
    pub remarks: Vec<Remark>,
}

/// Something in a document that was left out or not believed. The document is kept all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// Where in the document, as a JSON pointer (RFC 6901).
    pub path: String,
    /// What is wrong and what came of it, for people.
    pub reason: String,
}

/// Why a listing is not written as a document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotExported {
    /// The listing is for the agency itself only.
    #[error("the service {key:?} is internal; only public services leave the directory")]
    Internal {
        /// The listing's key.
        key: String,
    },
}
