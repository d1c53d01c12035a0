//! What a mutation is asked with beside its idempotency key, in one form that is the same for the same: in whichever order its
//! fields stand, and whether they stand in the document or in its variables. What is null is as if it were left out.

use std::collections::BTreeMap;

use async_graphql::{Context, Result, Value};

/// The name of the argument, or of the field of one, that holds the key.
const KEY: &str = "idempotencyKey";

/// All that the field is asked with, without its key. It holds what people said: it is to be hashed, and neither kept nor logged.
///
/// # Errors
/// A variable that it names is not there, which the engine has looked at before.
pub fn input_without_key(ctx: &Context<'_>) -> Result<String> {
    let mut arguments = ctx.field().arguments()?;
    for (_, value) in &mut arguments {
        if let Value::Object(fields) = value {
            fields.retain(|name, _| name.as_str() != KEY);
        }
    }
    let named = arguments.iter().map(|(name, value)| (name.as_str(), value));
    Ok(in_order(named.filter(|(name, _)| *name != KEY)))
}

/// Fields by their names, without those that are null.
fn in_order<'v>(fields: impl Iterator<Item = (&'v str, &'v Value)>) -> String {
    let fields: BTreeMap<&str, &Value> = fields.filter(|(_, value)| **value != Value::Null).collect();
    let each: Vec<String> = fields.into_iter().map(|(name, value)| format!("{name}:{}", written(value))).collect();
    format!("{{{}}}", each.join(","))
}

fn written(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Boolean(is_so) => is_so.to_string(),
        Value::String(text) => format!("{text:?}"),
        // In a variable the word of an enum is a text.
        Value::Enum(word) => format!("{:?}", word.as_str()),
        Value::Binary(bytes) => format!("{bytes:?}"),
        Value::List(items) => format!("[{}]", items.iter().map(written).collect::<Vec<_>>().join(",")),
        Value::Object(fields) => in_order(fields.iter().map(|(name, value)| (name.as_str(), value))),
    }
}
