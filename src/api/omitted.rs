//! Arguments whose variable was left out.
//!
//! The specification takes an argument whose variable has neither value nor default as not
//! given. The engine does so too when it executes, but not when it sums up cost: there it
//! refuses the query. So such arguments are taken out of the document before it sees it.

use std::collections::HashSet;

use async_graphql::Variables;
use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, OperationDefinition, Selection, SelectionSet,
};
use async_graphql::{Name, Positioned};
use async_graphql_value::Value;

/// Takes out the arguments of a document whose variable was left out. `None` where there are none.
#[must_use]
pub fn without_omitted(document: &ExecutableDocument, given: &Variables) -> Option<ExecutableDocument> {
    let omitted: Vec<Name> = operations(document)
        .flat_map(|operation| &operation.node.variable_definitions)
        .filter(|definition| definition.node.default_value.is_none() && definition.node.var_type.node.nullable)
        .map(|definition| definition.node.name.node.clone())
        .filter(|name| !given.contains_key(name))
        .collect();
    if omitted.is_empty() {
        return None;
    }
    let mut document = document.clone();
    let mut taken = HashSet::new();
    let mut kept = HashSet::new();
    for set in selection_sets(&mut document) {
        take_out(set, &omitted, &mut taken, &mut kept);
    }
    // A variable that nothing uses any more would be told as the caller's mistake.
    let gone = |name: &Name| taken.contains(name) && !kept.contains(name);
    for operation in operations_mut(&mut document) {
        operation.node.variable_definitions.retain(|definition| !gone(&definition.node.name.node));
    }
    Some(document)
}

fn operations(document: &ExecutableDocument) -> impl Iterator<Item = &Positioned<OperationDefinition>> {
    document.operations.iter().map(|(_, operation)| operation)
}

fn operations_mut(document: &mut ExecutableDocument) -> Vec<&mut Positioned<OperationDefinition>> {
    match &mut document.operations {
        DocumentOperations::Single(operation) => vec![operation],
        DocumentOperations::Multiple(operations) => operations.values_mut().collect(),
    }
}

fn selection_sets(document: &mut ExecutableDocument) -> Vec<&mut SelectionSet> {
    let operations = match &mut document.operations {
        DocumentOperations::Single(operation) => vec![operation],
        DocumentOperations::Multiple(operations) => operations.values_mut().collect(),
    };
    let of_operations = operations.into_iter().map(|operation| &mut operation.node.selection_set.node);
    of_operations.chain(document.fragments.values_mut().map(|fragment| &mut fragment.node.selection_set.node)).collect()
}

/// Takes omitted arguments out of a selection; notes whose, and which variables are still used.
fn take_out(set: &mut SelectionSet, omitted: &[Name], taken: &mut HashSet<Name>, kept: &mut HashSet<Name>) {
    for selection in &mut set.items {
        let (directives, below) = match &mut selection.node {
            Selection::Field(field) => {
                field.node.arguments.retain(|(_, value)| {
                    let out = matches!(&value.node, Value::Variable(name) if omitted.contains(name));
                    variables(&value.node, if out { &mut *taken } else { &mut *kept });
                    !out
                });
                (&field.node.directives, Some(&mut field.node.selection_set.node))
            }
            Selection::InlineFragment(fragment) => {
                (&fragment.node.directives, Some(&mut fragment.node.selection_set.node))
            }
            Selection::FragmentSpread(spread) => (&spread.node.directives, None),
        };
        for (_, value) in directives.iter().flat_map(|directive| &directive.node.arguments) {
            variables(&value.node, kept);
        }
        if let Some(below) = below {
            take_out(below, omitted, taken, kept);
        }
    }
}

/// Notes the variables that a value is made of.
fn variables(value: &Value, found: &mut HashSet<Name>) {
    match value {
        Value::Variable(name) => {
            found.insert(name.clone());
        }
        Value::List(items) => items.iter().for_each(|item| variables(item, found)),
        Value::Object(fields) => fields.values().for_each(|field| variables(field, found)),
        Value::Null | Value::Number(_) | Value::String(_) | Value::Boolean(_) | Value::Binary(_) | Value::Enum(_) => {}
    }
}
