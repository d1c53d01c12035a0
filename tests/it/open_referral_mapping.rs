//! The mapping between documents of the Open Referral standard and our listings, both ways.

mod from_text;
mod generated;
mod leaves;
mod real;
mod round_trip;
