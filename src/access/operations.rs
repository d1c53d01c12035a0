//! The operations table: every root field, and who may call it. A field that is not here is
//! refused; a test holds the table and the schema against each other.
//!
//! To add a root field: a line here.

use std::collections::HashSet;

use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, OperationType, Selection, SelectionSet};
use async_graphql::{Name, ServerError};

use super::Viewer;

/// Who may call an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowed {
    /// Everybody, signed in or not.
    Anyone,
}

/// Every root field with who may call it, in alphabetical order.
pub const OPERATIONS: &[(OperationType, &str, Allowed)] = &[
    (OperationType::Query, "agencies", Allowed::Anyone),
    (OperationType::Query, "agency", Allowed::Anyone),
    (OperationType::Query, "location", Allowed::Anyone),
    (OperationType::Query, "locations", Allowed::Anyone),
    (OperationType::Query, "need", Allowed::Anyone),
    (OperationType::Query, "needs", Allowed::Anyone),
    (OperationType::Query, "node", Allowed::Anyone),
    (OperationType::Query, "service", Allowed::Anyone),
    (OperationType::Query, "serviceConfig", Allowed::Anyone),
    (OperationType::Query, "services", Allowed::Anyone),
    (OperationType::Query, "signpost", Allowed::Anyone),
];

/// Whether a viewer may call a root field.
#[must_use]
pub fn may_call(viewer: Viewer, kind: OperationType, field: &str) -> bool {
    let listed = OPERATIONS.iter().find(|(listed, name, _)| *listed == kind && *name == field);
    match (listed, viewer) {
        (Some((_, _, Allowed::Anyone)), Viewer::Anyone) => true,
        (None, Viewer::Anyone) => false,
    }
}

/// Checks every root field of a document, whichever of its operations is run.
///
/// # Errors
/// `FORBIDDEN`, naming the first field that this viewer may not call.
pub fn check(viewer: Viewer, document: &ExecutableDocument) -> Result<(), ServerError> {
    let operations: Vec<_> = match &document.operations {
        DocumentOperations::Single(operation) => vec![operation],
        DocumentOperations::Multiple(operations) => operations.values().collect(),
    };
    for operation in operations {
        let mut seen = HashSet::new();
        check_set(viewer, operation.node.ty, &operation.node.selection_set.node, document, &mut seen)?;
    }
    Ok(())
}

fn check_set<'a>(
    viewer: Viewer,
    kind: OperationType,
    set: &'a SelectionSet,
    document: &'a ExecutableDocument,
    seen: &mut HashSet<&'a Name>,
) -> Result<(), ServerError> {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => {
                let name = field.node.name.node.as_str();
                // The schema about itself is a setting of its own.
                if !name.starts_with("__") && !may_call(viewer, kind, name) {
                    let mut error = ServerError::new(format!("`{name}` may not be called here."), Some(selection.pos));
                    error.extensions.get_or_insert_with(Default::default).set("code", "FORBIDDEN");
                    return Err(error);
                }
            }
            Selection::InlineFragment(fragment) => {
                check_set(viewer, kind, &fragment.node.selection_set.node, document, seen)?;
            }
            Selection::FragmentSpread(spread) => {
                let name = &spread.node.fragment_name.node;
                if let Some(fragment) = document.fragments.get(name).filter(|_| seen.insert(name)) {
                    check_set(viewer, kind, &fragment.node.selection_set.node, document, seen)?;
                }
            }
        }
    }
    Ok(())
}
