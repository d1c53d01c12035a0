//! People's own words: what they need and what they say of their lives, read from sentences as people and link
//! workers write them.

mod parts;
mod properties;
mod sentences;

use std::sync::LazyLock;

use signpost::directory::needs::NeedList;
use signpost::signposting::circumstances::{Circumstances, SubstanceUse};
use signpost::signposting::interpret::{Interpretation, Interpreter};

static INTERPRETER: LazyLock<Interpreter> = LazyLock::new(|| Interpreter::new(&NeedList::embedded().unwrap()).unwrap());

fn interpret(text: &str) -> Interpretation {
    INTERPRETER.interpret(text).unwrap()
}

/// Keys of the needs that are at least this sure.
fn needs(found: &Interpretation, least: u8) -> Vec<&str> {
    found.needs.iter().filter(|need| need.confidence >= least).map(|need| need.key.as_str()).collect()
}

/// Circumstances in a line: `age 19, man, using, +homeless, -pet, offence arson, speaks pl, access creche`.
fn line(life: &Circumstances) -> String {
    let mut parts: Vec<String> = Vec::new();
    parts.extend(life.age.map(|age| format!("age {age}")));
    parts.extend(life.gender.map(|gender| gender.as_str().to_owned()));
    parts.extend(life.substance_use.map(|state| match state {
        SubstanceUse::Using => "using".to_owned(),
        SubstanceUse::Never => "never used".to_owned(),
        SubstanceUse::Abstinent { days: None } => "abstinent".to_owned(),
        SubstanceUse::Abstinent { days: Some(days) } => format!("abstinent {days}"),
    }));
    if let Some(offences) = &life.offences {
        parts.extend(offences.is_empty().then(|| "no offences".to_owned()));
        parts.extend(offences.iter().map(|kind| format!("offence {}", kind.as_str())));
    }
    let signed = |holds: &bool| if *holds { '+' } else { '-' };
    parts.extend(life.characteristics.iter().map(|(which, holds)| format!("{}{}", signed(holds), which.as_str())));
    parts.extend(life.languages.iter().map(|tag| format!("speaks {tag}")));
    parts.extend(life.access.iter().map(|feature| format!("access {}", feature.as_str())));
    parts.join(", ")
}
