//! The second look at a query: what it comes to once its fragments are written out.
//!
//! The engine's own checks walk into every spread of a fragment, so that thirty fragments that
//! spread the next one twice are a thousand million steps. Here each fragment is measured once
//! and its measure is then added up.

use std::collections::HashMap;

use async_graphql::{
    Name, Pos, Positioned,
    parser::types::{ExecutableDocument, Selection, SelectionSet},
};

use super::{MAX_NESTING, QueryLimits, Rejection, RejectionKind};

/// Most entries that asking for the schema may be reckoned to give. The query that tools send for
/// the whole schema comes to some 250,000 by [`entries`], which supposes a larger one than ours.
const MAX_INTROSPECTION: u64 = 400_000;

/// Holds every operation and fragment against the limits.
///
/// # Errors
/// With the first limit that is passed, or when fragments go round in a circle.
pub(super) fn check(document: &ExecutableDocument, limits: &QueryLimits) -> Result<(), Rejection> {
    let mut measurer = Measurer { document, fragments: HashMap::new(), introspection: limits.introspection };
    let mut whole = Measure::default();
    let mut position = None;
    for (_, operation) in document.operations.iter() {
        position = Some(operation.pos);
        let operation = &operation.node;
        let measure = measurer.set(&operation.selection_set, 1, false)?;
        within(measure.top, limits.max_root_fields, "fields at the top", position)?;
        if measure.depth > limits.max_depth {
            let message =
                format!("The query nests fields {} deep; at most {} is allowed.", measure.depth, limits.max_depth);
            return Err(Rejection::new(RejectionKind::Exhausted, message, position));
        }
        let variables = operation.variable_definitions.iter().map(|variable| variable.node.directives.len());
        let directives = variables.sum::<usize>().saturating_add(operation.directives.len());
        whole = whole.beside(measure).beside(Measure { directives: count(directives), ..Measure::default() });
    }
    // The engine looks at every fragment, spread or not.
    for (name, fragment) in &document.fragments {
        measurer.fragment(name, 0, Some(fragment.pos))?;
    }
    within(whole.selections, limits.max_tokens, "fields once its fragments are written out", position)?;
    within(whole.aliases, limits.max_aliases, "aliases", position)?;
    within(whole.directives, limits.max_directives, "directives", position)?;
    if whole.introspection > MAX_INTROSPECTION {
        let message = "The query asks for the schema many times over; ask for its parts one by one.";
        return Err(Rejection::new(RejectionKind::Exhausted, message, position));
    }
    Ok(())
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

fn within(found: u64, limit: usize, what: &str, position: Option<Pos>) -> Result<(), Rejection> {
    if found > count(limit) {
        let message = format!("The query has {found} {what}; at most {limit} are allowed.");
        return Err(Rejection::new(RejectionKind::Exhausted, message, position));
    }
    Ok(())
}

/// What a selection set comes to, its fragments written out.
#[derive(Clone, Copy, Debug, Default)]
struct Measure {
    /// Fields and fragments.
    selections: u64,
    /// Selection sets in one another, those of fragments among them.
    nesting: usize,
    /// Fields in one another. Those of the schema's description are bounded by `introspection`.
    depth: usize,
    /// Aliases.
    aliases: u64,
    /// Directives.
    directives: u64,
    /// Fields at the top.
    top: u64,
    /// Entries of the schema's description.
    introspection: u64,
}

impl Measure {
    /// Both of these, side by side.
    fn beside(self, other: Self) -> Self {
        Self {
            selections: self.selections.saturating_add(other.selections),
            nesting: self.nesting.max(other.nesting),
            depth: self.depth.max(other.depth),
            aliases: self.aliases.saturating_add(other.aliases),
            directives: self.directives.saturating_add(other.directives),
            top: self.top.saturating_add(other.top),
            introspection: self.introspection.saturating_add(other.introspection),
        }
    }
}

/// How many entries a field of the schema's description is reckoned to give.
fn entries(field: &str) -> u64 {
    match field {
        "types" => 100,
        "fields" | "args" | "inputFields" | "enumValues" | "interfaces" | "possibleTypes" | "directives" => 10,
        _ => 1,
    }
}

/// Measures one document, each fragment once.
struct Measurer<'a> {
    document: &'a ExecutableDocument,
    /// What each fragment comes to; nothing while it is being measured.
    fragments: HashMap<&'a Name, Option<Measure>>,
    introspection: bool,
}

impl<'a> Measurer<'a> {
    /// A selection set that stands inside so many others, perhaps in the schema's description.
    fn set(&mut self, set: &'a Positioned<SelectionSet>, level: usize, of_schema: bool) -> Result<Measure, Rejection> {
        if set.node.items.is_empty() {
            return Ok(Measure::default());
        }
        deep_enough(level, set.pos)?;
        let mut whole = Measure::default();
        for item in &set.node.items {
            let inside = match &item.node {
                Selection::Field(field) => {
                    let name = field.node.name.node.as_str();
                    let asks_for_schema = matches!(name, "__schema" | "__type");
                    if asks_for_schema && !self.introspection {
                        let message = format!("The schema cannot be asked for here: {name} is switched off.");
                        return Err(Rejection::new(RejectionKind::Invalid, message, Some(field.pos)));
                    }
                    let inside = self.set(&field.node.selection_set, level + 1, of_schema || asks_for_schema)?;
                    Measure {
                        depth: if of_schema { 0 } else { inside.depth + 1 },
                        aliases: inside.aliases.saturating_add(u64::from(field.node.alias.is_some())),
                        top: 1,
                        introspection: if of_schema {
                            inside.introspection.saturating_add(1).saturating_mul(entries(name))
                        } else {
                            inside.introspection
                        },
                        ..inside
                    }
                }
                Selection::InlineFragment(fragment) => self.set(&fragment.node.selection_set, level + 1, of_schema)?,
                Selection::FragmentSpread(spread) => {
                    self.fragment(&spread.node.fragment_name.node, level, Some(spread.pos))?
                }
            };
            whole = whole.beside(Measure {
                selections: inside.selections.saturating_add(1),
                directives: inside.directives.saturating_add(count(item.node.directives().len())),
                ..inside
            });
        }
        Ok(Measure { nesting: whole.nesting + 1, ..whole })
    }

    /// A fragment spread inside so many selection sets. One that is not there comes to nothing:
    /// validation says so.
    fn fragment(&mut self, name: &'a Name, level: usize, position: Option<Pos>) -> Result<Measure, Rejection> {
        match self.fragments.get(name) {
            Some(Some(measure)) => {
                deep_enough(level + measure.nesting, position.unwrap_or_default())?;
                Ok(*measure)
            }
            Some(None) => {
                let message = format!("The fragment {name} spreads itself, directly or through others.");
                Err(Rejection::new(RejectionKind::Invalid, message, position))
            }
            None => {
                let Some((name, fragment)) = self.document.fragments.get_key_value(name) else {
                    return Ok(Measure::default());
                };
                self.fragments.insert(name, None);
                let of_schema = fragment.node.type_condition.node.on.node.starts_with("__");
                let measure = self.set(&fragment.node.selection_set, level + 1, of_schema)?;
                let own = count(fragment.node.directives.len());
                let measure = Measure { directives: measure.directives.saturating_add(own), ..measure };
                self.fragments.insert(name, Some(measure));
                Ok(measure)
            }
        }
    }
}

fn deep_enough(level: usize, position: Pos) -> Result<(), Rejection> {
    if level > MAX_NESTING {
        let message = format!("The query has more than {MAX_NESTING} selection sets and fragments in one another.");
        return Err(Rejection::new(RejectionKind::Exhausted, message, Some(position)));
    }
    Ok(())
}
