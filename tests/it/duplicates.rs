//! The duplicate guard: how values are written in one way, what two have in common is worth, what is found before
//! something is entered and after an import, and that nothing of a secret place is ever told by it.

mod guarded;
mod imported;
mod kept;
mod normal;
mod real;
mod score;
