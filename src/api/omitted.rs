//! Arguments whose variable was left out.
//!
//! The specification takes an argument whose variable has neither value nor default as not
//! given. The engine does so too when it executes, but not when it sums up cost: there it
//! refuses the query. So such arguments are taken out of the document before it sees it.

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
    match &mut document.operations {
        DocumentOperations::Single(operation) => take_out(&mut operation.node.selection_set.node, &omitted),
        DocumentOperations::Multiple(operations) => {
            for operation in operations.values_mut() {
                take_out(&mut operation.node.selection_set.node, &omitted);
            }
        }
    }
    for fragment in document.fragments.values_mut() {
        take_out(&mut fragment.node.selection_set.node, &omitted);
    }
    Some(document)
}

fn operations(document: &ExecutableDocument) -> impl Iterator<Item = &Positioned<OperationDefinition>> {
    document.operations.iter().map(|(_, operation)| operation)
}

fn take_out(set: &mut SelectionSet, omitted: &[Name]) {
    for selection in &mut set.items {
        match &mut selection.node {
            Selection::Field(field) => {
                field.node.arguments.retain(|(_, value)| match &value.node {
                    Value::Variable(name) => !omitted.contains(name),
                    Value::Null
                    | Value::Number(_)
                    | Value::String(_)
                    | Value::Boolean(_)
                    | Value::Binary(_)
                    | Value::Enum(_)
                    | Value::List(_)
                    | Value::Object(_) => true,
                });
                take_out(&mut field.node.selection_set.node, omitted);
            }
            Selection::InlineFragment(fragment) => take_out(&mut fragment.node.selection_set.node, omitted),
            Selection::FragmentSpread(_) => {}
        }
    }
}
