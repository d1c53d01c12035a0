//! Referrals: one agency asks another to take a service user on, and the loop is closed.
//!
//! | module | what |
//! |---|---|
//! | [`life`] | how far a referral has come, and what may be done with it by which side; no database |
//! | [`route`] | whether there is a lawful route for what a referral discloses |
//! | [`drafting`] | a referral is written, and another in the place of one |
//! | [`editing`] | a draft is written anew; what was sent is made to disclose more |
//! | [`preview`] | exactly what the receiver would see of the sender's rows by way of one |
//! | [`moving`] | every step after that |
//! | [`owning`] | who answers for it, and how that is handed over |
//! | `handing_on` | they go with the caseload |
//! | [`holding`] | what is put on hold, when what a service user permitted is taken back |
//! | `telling` | what the agencies' own systems are told of each step |
//! | [`reading`] | the one way in which referrals leave the tables |
//! | `about` | what they are about and disclose |
//! | `line` | how manieth one is on a waiting list |
//! | [`worklist`] | what waits at an agency, and for how long |
//! | `counting` | how much of it there is |
//! | [`figures`] | why referrals were refused, which expired, which waited, and for which needs |
//! | [`refused`] | which services refuse people again and again for one reason |
//! | [`suppressing`] | what of counts may be told where few people stand behind some; no database |
//!
//! Exactly one account answers for a referral at every instant, for the column that says so can't be empty: the sender's
//! until the receiver takes it on, and then the receiver's.

mod about;
mod counting;
pub mod drafting;
pub mod editing;
pub mod figures;
mod handing_on;
pub mod holding;
pub mod life;
mod line;
pub mod moving;
pub mod owning;
pub mod preview;
pub mod reading;
pub mod refused;
pub mod route;
pub mod suppressing;
mod telling;
pub mod worklist;

use entity::ids::ReferralEventId;

use crate::vault::sealed::Place;

/// Where what was said with a step stands.
fn place(event: ReferralEventId) -> Place {
    Place { column: "referral_event.sealed", row: event.0 }
}
