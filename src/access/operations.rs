//! The operations table: every root field, who may call it, and whether its answers may be kept.
//! A field that is not here is refused; a test holds the table and the schema against each other.
//!
//! To add a root field: a line here.

use std::collections::HashSet;

use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, OperationType, Selection, SelectionSet};
use async_graphql::{Name, Pos, ServerError};

use super::Viewer;

/// Who may call an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowed {
    /// Everybody, signed in or not.
    Anyone,
}

/// Whether an answer may be kept and shown to whoever asks the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Never: it is somebody's own, it changes something, or it does not say when it ends.
    Never,
    /// As long as it holds: until the directory changes, or the instant that its resolvers told
    /// the request's `api::horizon::Horizon`.
    WhileItHolds,
}

/// Every root field with who may call it and whether its answers may be kept, in alphabetical order.
pub const OPERATIONS: &[(OperationType, &str, Allowed, Kept)] = &[
    (OperationType::Query, "agencies", Allowed::Anyone, Kept::WhileItHolds),
    (OperationType::Query, "agency", Allowed::Anyone, Kept::WhileItHolds),
    (OperationType::Query, "interpretNeeds", Allowed::Anyone, Kept::Never),
    (OperationType::Query, "location", Allowed::Anyone, Kept::WhileItHolds),
    (OperationType::Query, "locations", Allowed::Anyone, Kept::WhileItHolds),
    (OperationType::Query, "need", Allowed::Anyone, Kept::WhileItHolds),
    (OperationType::Query, "needs", Allowed::Anyone, Kept::WhileItHolds),
    (OperationType::Query, "node", Allowed::Anyone, Kept::WhileItHolds),
    (OperationType::Query, "service", Allowed::Anyone, Kept::WhileItHolds),
    (OperationType::Query, "serviceConfig", Allowed::Anyone, Kept::WhileItHolds),
    (OperationType::Query, "services", Allowed::Anyone, Kept::WhileItHolds),
    (OperationType::Query, "signpost", Allowed::Anyone, Kept::WhileItHolds),
    (OperationType::Query, "signpostPlan", Allowed::Anyone, Kept::Never),
    (OperationType::Query, "suggestions", Allowed::Anyone, Kept::WhileItHolds),
];

/// Whether a viewer may call a root field.
#[must_use]
pub fn may_call(viewer: Viewer, kind: OperationType, field: &str) -> bool {
    match (listed(kind, field), viewer) {
        (Some((Allowed::Anyone, _)), Viewer::Anyone) => true,
        (None, Viewer::Anyone) => false,
    }
}

/// Whether the answer to a document may be kept: it only asks, and every root field of it may be.
#[must_use]
pub fn may_keep(viewer: Viewer, document: &ExecutableDocument) -> bool {
    let keeps = |kind, field: &str| match (listed(kind, field), viewer) {
        (Some((Allowed::Anyone, Kept::WhileItHolds)), Viewer::Anyone) => true,
        (Some((Allowed::Anyone, Kept::Never)) | None, Viewer::Anyone) => field == "__typename",
    };
    document.operations.iter().all(|(_, operation)| operation.node.ty == OperationType::Query)
        && each_root_field(document, &mut |kind, field, _| if keeps(kind, field) { Ok(()) } else { Err(()) }).is_ok()
}

fn listed(kind: OperationType, field: &str) -> Option<(Allowed, Kept)> {
    let (_, _, allowed, kept) = OPERATIONS.iter().find(|(listed, name, ..)| *listed == kind && *name == field)?;
    Some((*allowed, *kept))
}

/// Checks every root field of a document, whichever of its operations is run.
///
/// # Errors
/// `FORBIDDEN`, naming the first field that this viewer may not call.
pub fn check(viewer: Viewer, document: &ExecutableDocument) -> Result<(), ServerError> {
    each_root_field(document, &mut |kind, name, position| {
        // The schema about itself is a setting of its own.
        if name.starts_with("__") || may_call(viewer, kind, name) {
            return Ok(());
        }
        let mut error = ServerError::new(format!("`{name}` may not be called here."), Some(position));
        error.extensions.get_or_insert_with(Default::default).set("code", "FORBIDDEN");
        Err(error)
    })
}

/// Looks at every root field of a document, whichever of its operations is run, those in fragments
/// among them; ends with the first that does not pass.
fn each_root_field<E>(
    document: &ExecutableDocument,
    look: &mut impl FnMut(OperationType, &str, Pos) -> Result<(), E>,
) -> Result<(), E> {
    let operations: Vec<_> = match &document.operations {
        DocumentOperations::Single(operation) => vec![operation],
        DocumentOperations::Multiple(operations) => operations.values().collect(),
    };
    for operation in operations {
        let mut seen = HashSet::new();
        each_in_set(operation.node.ty, &operation.node.selection_set.node, document, &mut seen, look)?;
    }
    Ok(())
}

fn each_in_set<'a, E>(
    kind: OperationType,
    set: &'a SelectionSet,
    document: &'a ExecutableDocument,
    seen: &mut HashSet<&'a Name>,
    look: &mut impl FnMut(OperationType, &str, Pos) -> Result<(), E>,
) -> Result<(), E> {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => look(kind, field.node.name.node.as_str(), selection.pos)?,
            Selection::InlineFragment(fragment) => {
                each_in_set(kind, &fragment.node.selection_set.node, document, seen, look)?;
            }
            Selection::FragmentSpread(spread) => {
                let name = &spread.node.fragment_name.node;
                if let Some(fragment) = document.fragments.get(name).filter(|_| seen.insert(name)) {
                    each_in_set(kind, &fragment.node.selection_set.node, document, seen, look)?;
                }
            }
        }
    }
    Ok(())
}
