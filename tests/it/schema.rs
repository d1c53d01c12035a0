//! The schema: `schema.graphql` is what the program serves, nothing in it is left unexplained,
//! and whoever may call what stands in the operations table.

use std::collections::BTreeSet;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    FieldDefinition, InputValueDefinition, OperationType, SchemaDefinition, TypeDefinition, TypeKind,
    TypeSystemDefinition,
};
use async_graphql::{Name, Positioned};
use signpost::access::Viewer;
use signpost::access::operations::{OPERATIONS, Verdict, may_call};
use signpost::schema;
use signpost::web::PRIVATE_SEARCHES;

/// The types of the schema, read back from its text, and what its roots are called.
fn types() -> (Vec<TypeDefinition>, SchemaDefinition) {
    let document = parse_schema(schema::text()).unwrap();
    let mut types = Vec::new();
    let mut roots = None;
    for definition in document.definitions {
        match definition {
            TypeSystemDefinition::Type(definition) => types.push(definition.node),
            TypeSystemDefinition::Schema(definition) => roots = Some(definition.node),
            // Those that GraphQL itself brings.
            TypeSystemDefinition::Directive(_) => {}
        }
    }
    (types, roots.unwrap())
}

fn is_empty(description: Option<&Positioned<String>>) -> bool {
    description.is_none_or(|text| text.node.trim().is_empty())
}

/// Whatever has no description, as `Type.field(argument)`.
fn unexplained(types: &[TypeDefinition]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for one in types {
        let name = &one.name.node;
        if is_empty(one.description.as_ref()) {
            found.insert(name.to_string());
        }
        let mut inputs = |of: String, inputs: &[Positioned<InputValueDefinition>]| {
            for input in inputs.iter().filter(|input| is_empty(input.node.description.as_ref())) {
                found.insert(format!("{of}({})", input.node.name.node));
            }
        };
        match &one.kind {
            TypeKind::Scalar | TypeKind::Union(_) => {}
            TypeKind::Object(_) | TypeKind::Interface(_) => {
                for field in fields(one) {
                    inputs(format!("{name}.{}", field.name.node), &field.arguments);
                }
                for field in fields(one).filter(|field| is_empty(field.description.as_ref())) {
                    found.insert(format!("{name}.{}", field.name.node));
                }
            }
            TypeKind::InputObject(input) => inputs(name.to_string(), &input.fields),
            TypeKind::Enum(values) => {
                for value in values.values.iter().filter(|value| is_empty(value.node.description.as_ref())) {
                    found.insert(format!("{name}.{}", value.node.value.node));
                }
            }
        }
    }
    found
}

/// The fields of an object or an interface.
fn fields(one: &TypeDefinition) -> impl Iterator<Item = &FieldDefinition> {
    let fields = match &one.kind {
        TypeKind::Object(object) => object.fields.as_slice(),
        TypeKind::Interface(interface) => interface.fields.as_slice(),
        TypeKind::Scalar | TypeKind::Union(_) | TypeKind::Enum(_) | TypeKind::InputObject(_) => &[],
    };
    fields.iter().map(|field| &field.node)
}

#[test]
fn the_committed_schema_is_the_one_that_is_served() {
    let committed = include_str!("../../schema.graphql");
    let text = schema::text();
    let differs = committed.lines().zip(text.lines()).position(|(old, new)| old != new);
    let line = differs.unwrap_or_else(|| committed.lines().count().min(text.lines().count()));
    let (old, new) = (committed.lines().nth(line), text.lines().nth(line));
    assert!(
        committed == text,
        "schema.graphql differs from line {} on: {old:?}, served {new:?}. If the change is meant: cargo run -- schema > schema.graphql",
        line + 1
    );
}

#[test]
fn everything_in_the_schema_is_described() {
    let (types, _) = types();
    let found = unexplained(&types);
    assert!(found.is_empty(), "these have no description: {found:#?}");
    // The look itself sees each sort of thing there is.
    let document = "type A { b(c: Int): Int } enum D { E } input F { g: Int } scalar H interface I { j: Int }";
    let bare: Vec<TypeDefinition> = parse_schema(document)
        .unwrap()
        .definitions
        .into_iter()
        .filter_map(|definition| match definition {
            TypeSystemDefinition::Type(definition) => Some(definition.node),
            TypeSystemDefinition::Schema(_) | TypeSystemDefinition::Directive(_) => None,
        })
        .collect();
    let expected = ["A", "A.b", "A.b(c)", "D", "D.E", "F", "F(g)", "H", "I", "I.j"];
    assert_eq!(unexplained(&bare), expected.map(str::to_owned).into());
}

#[test]
fn every_root_field_stands_in_the_operations_table_and_nothing_else() {
    let (types, roots) = types();
    let mut served = BTreeSet::new();
    let kinds = [
        (OperationType::Query, roots.query),
        (OperationType::Mutation, roots.mutation),
        (OperationType::Subscription, roots.subscription),
    ];
    for (kind, root) in kinds {
        let Some(root): Option<Positioned<Name>> = root else { continue };
        let root = types.iter().find(|one| one.name.node == root.node).unwrap();
        served.extend(fields(root).map(|field| (kind.to_string(), field.name.node.to_string())));
    }
    let listed: Vec<(String, String)> =
        OPERATIONS.iter().map(|(kind, name, ..)| (kind.to_string(), (*name).to_owned())).collect();
    assert!(listed.is_sorted_by(|one, next| one < next), "the table is in order, each field once: {listed:?}");
    assert_eq!(served, listed.into_iter().collect());

    let may = |kind, field| may_call(&Viewer::Anyone, kind, field);
    assert_eq!(may(OperationType::Query, "signpost"), Verdict::Yes);
    assert_eq!(may(OperationType::Query, "signposts"), Verdict::No, "what is not listed is refused");
    assert_eq!(may(OperationType::Mutation, "signpost"), Verdict::No, "the kind counts too");
}

#[test]
fn lists_are_whole_and_pages_are_connections() {
    let (types, _) = types();
    let connections: Vec<&TypeDefinition> =
        types.iter().filter(|one| one.name.node.as_str().ends_with("Connection")).collect();
    assert!(connections.len() >= 5, "{}", connections.len());
    for connection in connections {
        let name = &connection.name.node;
        let edge = name.as_str().replace("Connection", "Edge");
        let of = |wanted: &str| {
            let found = fields(connection).find(|field| field.name.node == wanted);
            found.map(|field| field.ty.node.to_string()).unwrap_or_default()
        };
        assert_eq!(of("edges"), format!("[{edge}!]!"), "{name}");
        assert_eq!(of("pageInfo"), "PageInfo!", "{name}");
        assert_eq!(of("totalCount"), "Int!", "{name}");
        assert!(of("nodes").starts_with('[') && of("nodes").ends_with("!]!"), "{name}: {}", of("nodes"));
        let edge = types.iter().find(|one| one.name.node == edge.as_str()).unwrap();
        assert!(fields(edge).any(|field| field.name.node == "cursor" && field.ty.node.to_string() == "String!"));
    }
    for one in &types {
        for field in fields(one) {
            let ty = field.ty.node.to_string();
            let whole = !ty.starts_with('[') || ty.ends_with("!]!");
            assert!(whole, "{}.{}: {ty} has holes", one.name.node, field.name.node);
        }
    }
}

#[test]
fn what_somebody_lives_through_is_kept_out_of_addresses() {
    // Every root field that takes circumstances is refused over GET.
    let (types, roots) = types();
    let query = roots.query.unwrap().node;
    let root = types.iter().find(|one| one.name.node == query).unwrap();
    let tells = |ty: &str| {
        let name = ty.trim_matches(['[', ']', '!']);
        types.iter().filter(|one| one.name.node == name).any(|one| match &one.kind {
            TypeKind::InputObject(input) => input.fields.iter().any(|field| field.node.name.node == "circumstances"),
            TypeKind::Scalar
            | TypeKind::Object(_)
            | TypeKind::Interface(_)
            | TypeKind::Union(_)
            | TypeKind::Enum(_) => false,
        })
    };
    let private: Vec<&str> = fields(root)
        .filter(|field| field.arguments.iter().any(|argument| tells(&argument.node.ty.node.to_string())))
        .map(|field| field.name.node.as_str())
        .collect();
    assert_eq!(private, ["signpost", "signpostPlan"], "what takes circumstances");
    for field in private {
        assert!(PRIVATE_SEARCHES.contains(&field), "{field} can be asked over GET");
    }
}
