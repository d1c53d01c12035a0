//! The mapping between documents of the Open Referral standard and our listings, both ways.

mod documents;
mod from_text;
mod generated;
mod hostile;
mod leaves;
mod oddities;
mod real;
mod round_trip;
mod schedules;
mod withheld;
