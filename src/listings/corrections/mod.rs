//! Corrections from the field: whoever signs in says what is wrong with a listing that is not theirs, or that it turned
//! somebody away. It reaches the owner, is answered, can be taken over in one step, and is never lost.
//!
//! | module | what |
//! |---|---|
//! | [`telling`] | suggesting, telling of a refusal, drafting a correction of several |
//! | [`drafting`] | drafting a correction of referrals that were refused |
//! | [`answering`] | taking over, declining, taking back |
//! | [`reading`] | the owner's list, the author's own |
//! | [`life`], [`refusals`], [`proposing`], [`identifiers`] | what may follow what, when to draft, what is proposed, what points at a person; no database |
//!
//! A correction belongs to whoever keeps the service *now*: the owner is looked up, not stored. Its row hangs on nothing,
//! so that it outlives the service. Whoever writes holds the service's row first and a correction's after it, always in
//! this order.

pub mod answering;
pub mod drafting;
pub mod identifiers;
pub mod life;
pub mod proposing;
pub mod reading;
pub mod refusals;
pub mod telling;

use entity::enums::RefusalReason;
use entity::ids::{AgencyId, ServiceId};

use self::identifiers::Identifier;
use super::acting::Actor;
use super::{Done, Refused, Trouble, Why};

/// Most characters of what somebody says, and of a reply.
pub const LONGEST_WORDS: usize = 2_000;

/// Who says something of a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Author {
    /// Who.
    pub actor: Actor,
    /// The agency they act for; absent for those of the network.
    pub agency: Option<AgencyId>,
}

/// What the words of a text are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum About {
    /// A service: its own number and address are right in it.
    TheService,
    /// That somebody was turned away.
    ARefusal,
}

fn no_such_correction() -> Trouble {
    Refused::field(Why::NotFound, "input.id", "There is no such correction.")
}

/// A text without the blanks around it; `None` for one that says nothing.
fn worded(field: &str, text: Option<&str>, about: About) -> Done<Option<String>> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    let bad = |message: String| Err(Refused::field(Why::BadValue, field, message));
    if text.chars().count() > LONGEST_WORDS {
        return bad(format!("It is longer than {LONGEST_WORDS} characters, which is the most."));
    }
    if text.chars().any(|letter| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t')) {
        return bad("It must have no control characters but line breaks and tabs.".to_owned());
    }
    let fits = |one: &Identifier| about == About::TheService && one.may_be_a_services();
    let personal: Vec<&str> =
        identifiers::found(text).into_iter().filter(|one| !fits(one)).map(Identifier::called).collect();
    if !personal.is_empty() {
        let what = personal.join(" and ");
        return bad(format!(
            "It seems to hold {what}. Nothing that points at a person belongs here: say only what is true of the service."
        ));
    }
    Ok(Some(text.to_owned()))
}

/// What there is one open draft of at a time.
fn open_key(service: ServiceId, reason: RefusalReason) -> String {
    format!("{}:{}", service.0, reason.as_str())
}
