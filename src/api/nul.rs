//! The sign U+0000, which no text has and PostgreSQL does not hold: refused in whatever is asked, on every engine alike.

use async_graphql::Variables;
use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};
use async_graphql_value::{ConstValue, Value};

/// The variable in which a text with the sign stands, or `query` where it stands in the document itself.
#[must_use]
pub fn place_of_nul(document: &ExecutableDocument, variables: &Variables) -> Option<String> {
    if let Some((name, _)) = variables.iter().find(|(_, value)| is_in(value)) {
        return Some(name.to_string());
    }
    let operations = document.operations.iter().map(|(_, operation)| &operation.node);
    let fragments = document.fragments.values().map(|fragment| &fragment.node.selection_set.node);
    let defaults = operations.clone().flat_map(|operation| &operation.variable_definitions);
    let defaults = defaults.filter_map(|definition| definition.node.default_value.as_ref()).any(|it| is_in(&it.node));
    let sets = operations.map(|operation| &operation.selection_set.node).chain(fragments);
    (defaults || sets.into_iter().any(is_in_set)).then(|| "query".to_owned())
}

fn is_in(value: &ConstValue) -> bool {
    match value {
        ConstValue::String(text) => text.contains('\0'),
        ConstValue::List(values) => values.iter().any(is_in),
        ConstValue::Object(fields) => fields.values().any(is_in),
        ConstValue::Null
        | ConstValue::Number(_)
        | ConstValue::Boolean(_)
        | ConstValue::Binary(_)
        | ConstValue::Enum(_) => false,
    }
}

fn is_in_literal(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::List(values) => values.iter().any(is_in_literal),
        Value::Object(fields) => fields.values().any(is_in_literal),
        Value::Variable(_) | Value::Null | Value::Number(_) | Value::Boolean(_) | Value::Binary(_) | Value::Enum(_) => {
            false
        }
    }
}

/// Documents are nested no deeper than the limits let them be.
fn is_in_set(set: &SelectionSet) -> bool {
    set.items.iter().any(|item| match &item.node {
        Selection::Field(field) => {
            field.node.arguments.iter().any(|(_, value)| is_in_literal(&value.node))
                || is_in_set(&field.node.selection_set.node)
        }
        Selection::InlineFragment(fragment) => is_in_set(&fragment.node.selection_set.node),
        Selection::FragmentSpread(_) => false,
    })
}
