//! The HTTP face. To add a test: among the others of its kind, on a [`site`] of its own.

#[cfg(test)]
mod answers;
#[cfg(test)]
mod around;
#[cfg(test)]
mod bounded;
#[cfg(test)]
mod crowds;
#[cfg(test)]
mod hurting;
#[cfg(test)]
mod kept;
#[cfg(test)]
mod listed;
#[cfg(test)]
mod peer;
#[cfg(test)]
mod persisted;
#[cfg(test)]
mod protocol;
#[cfg(test)]
mod serving;
#[cfg(test)]
mod site;
#[cfg(test)]
mod storms;
