//! The directory: agencies, services, the places where they are offered, and all that decides
//! whom they take.
//!
//! - `listing` is a listing as it comes from outside; `store` writes and reads the tables.
//! - `snapshot` is the public part held in process, over which everything is selected.
//! - `happenings` tells what of a change matters to somebody who waits for a service.
//! - `agreement` holds the snapshot against the tables.
//! - `suggest` finds names while somebody types.
//! - `needs` is the list of needs; `opening`, `freshness`, `words`, `placing` are the rules.
//! - `graphql` and `loaders` show it; `demonstration` fills it with a fictional network, `synthetic`
//!   with one of any size that is nobody's.

pub mod agreement;
pub mod demonstration;
pub mod door;
pub mod duplicates;
pub mod freshness;
pub mod graphql;
pub mod happenings;
pub mod listing;
pub mod loaders;
pub mod needs;
pub mod opening;
pub mod placing;
pub mod postcodes;
pub mod quality;
pub mod snapshot;
pub mod store;
pub mod suggest;
pub mod synthetic;
pub mod words;
