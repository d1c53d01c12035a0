//! The HTTP face. To add a test: among the others of its kind, on a [`site`] of its own.

#[cfg(test)]
mod around;
#[cfg(test)]
mod hurting;
#[cfg(test)]
mod protocol;
#[cfg(test)]
mod serving;
#[cfg(test)]
mod site;
