//! A question out of what a client sent: the operation that is meant, its variables, and the fields at its top.

use std::collections::HashSet;

use async_graphql::{
    Variables,
    parser::types::{DocumentOperations, ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet},
};
use axum::http::StatusCode;

use super::{answer::Refusal, errors::BAD_USER_INPUT, parameters::Parameters};
use crate::api::limits::GRAPHQL_VALIDATION_FAILED;

/// A question that is fit to be executed.
#[derive(Clone)]
pub(crate) struct Question {
    pub(crate) document: ExecutableDocument,
    pub(crate) parameters: Parameters,
    /// Whether it may be asked by GET.
    pub(crate) over_get: bool,
}

impl Question {
    /// The operation that is meant.
    pub(crate) fn operation(&self) -> Result<&OperationDefinition, Refusal> {
        operation(&self.document, self.parameters.operation_name.as_deref())
    }

    /// Lets go of whatever came with it that it does not use, before it is held for long.
    pub(crate) fn keep_what_is_used(&mut self) {
        let operations = self.document.operations.iter();
        let used: HashSet<&str> = operations
            .flat_map(|(_, operation)| &operation.node.variable_definitions)
            .map(|definition| definition.node.name.node.as_str())
            .collect();
        self.parameters.variables.retain(|name, _| used.contains(name.as_str()));
        self.parameters.extensions.clear();
        self.parameters.query = None;
    }
}

/// The operation that is meant.
pub(crate) fn operation<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
) -> Result<&'a OperationDefinition, Refusal> {
    let refuse = |message: String| Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, GRAPHQL_VALIDATION_FAILED, message);
    match (&document.operations, name) {
        (DocumentOperations::Single(operation), None) => Ok(&operation.node),
        (DocumentOperations::Single(_), Some(_)) => {
            Err(refuse("operationName names an operation; the only one in the query has no name.".to_owned()))
        }
        (DocumentOperations::Multiple(operations), Some(name)) => operations
            .get(name)
            .map(|operation| &operation.node)
            .ok_or_else(|| refuse("The query has no operation of the name in operationName.".to_owned())),
        (DocumentOperations::Multiple(operations), None) => {
            let mut all = operations.values();
            match (all.next(), all.next()) {
                (Some(only), None) => Ok(&only.node),
                _ => Err(refuse(format!(
                    "The query has {} operations; operationName must say which is meant.",
                    operations.len()
                ))),
            }
        }
    }
}

/// Holds that every variable that must have a value has one. The engine looks at the values that
/// are there, but takes one that is missing for a failure of the field that wants it.
pub(crate) fn check_variables(operation: &OperationDefinition, variables: &Variables) -> Result<(), Refusal> {
    for definition in &operation.variable_definitions {
        let (name, kind) = (&definition.node.name.node, &definition.node.var_type.node);
        let missing = match variables.get(name) {
            Some(value) => *value == async_graphql::Value::Null,
            None => definition.node.default_value.is_none(),
        };
        if missing && !kind.nullable {
            let message = format!("The variable ${name} is missing; its type is {kind}.");
            let refusal = Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, BAD_USER_INPUT, message);
            return Err(Refusal { position: Some(definition.pos), ..refusal });
        }
    }
    Ok(())
}

/// The fields at the top, those in fragments among them. The document's limits bound the walk.
pub(crate) fn root_fields<'a>(document: &'a ExecutableDocument, set: &'a SelectionSet, found: &mut Vec<&'a Field>) {
    for item in &set.items {
        match &item.node {
            Selection::Field(field) => found.push(&field.node),
            Selection::InlineFragment(fragment) => root_fields(document, &fragment.node.selection_set.node, found),
            Selection::FragmentSpread(spread) => {
                if let Some(fragment) = document.fragments.get(&spread.node.fragment_name.node) {
                    root_fields(document, &fragment.node.selection_set.node, found);
                }
            }
        }
    }
}
