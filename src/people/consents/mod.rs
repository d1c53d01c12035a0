//! What service users permit and deny: on which words, with what each agency would then see, from when until when.
//!
//! | module | what |
//! |---|---|
//! | [`words`] | the words that are read to them, in versions; no database |
//! | [`asked`] | what is asked of them, and of what form it must be; no database |
//! | [`preview`] | exactly what each agency would see, and its hash |
//! | [`giving`] | a consent is given, or asked for and answered |
//! | [`taking_back`] | what was asked is taken back |
//! | [`withdrawing`] | a consent is withdrawn |
//! | [`running_out`] | permits that run out soon, of those whom somebody works with |
//! | [`reading`] | consents as those see them who are close to the service user; the receipt |

pub mod asked;
pub mod giving;
pub mod preview;
pub mod reading;
pub mod running_out;
pub mod taking_back;
pub mod withdrawing;
pub mod words;
