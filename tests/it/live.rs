//! Live: what happens to services is told to those who have subscribed, in its order, once, and by every process.

#[cfg(test)]
pub(crate) mod client;
#[cfg(test)]
mod events;
#[cfg(test)]
mod happenings;
#[cfg(test)]
mod processes;
#[cfg(test)]
mod searches;
#[cfg(test)]
mod socket;
