//! Who may see what: the rule against a naive oracle, in worlds made at random, by every way there is to it.

mod cases;
mod disclosing;
mod failures;
mod flows;
mod ids;
mod kinds;
mod mutants;
mod oracle;
mod paths;
mod referrals;
pub(crate) mod stored;
pub(crate) mod world;
mod worlds;
