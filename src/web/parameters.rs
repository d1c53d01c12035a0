//! The parameters of a GraphQL request, out of a JSON body or out of an address.

use async_graphql::Variables;
use axum::http::StatusCode;
use serde_json::{Map, Value};

use super::{answer::Refusal, errors::BAD_USER_INPUT};

/// A GraphQL request as it came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parameters {
    /// The document.
    pub(crate) query: Option<String>,
    /// The id of a document that the server has.
    pub(crate) document_id: Option<String>,
    /// Which of its operations.
    pub(crate) operation_name: Option<String>,
    /// Values for its variables.
    pub(crate) variables: Variables,
    /// What clients and servers have agreed on beside.
    pub(crate) extensions: Map<String, Value>,
}

/// The parameters have the wrong form.
fn ill_formed(message: impl Into<String>) -> Refusal {
    Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, BAD_USER_INPUT, message)
}

/// The text is not what it says it is.
fn unreadable(message: impl Into<String>) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, BAD_USER_INPUT, message)
}

impl Parameters {
    /// Reads a JSON body.
    pub(crate) fn from_json(body: &[u8]) -> Result<Self, Refusal> {
        let text = str::from_utf8(body).map_err(|error| {
            unreadable(format!("The body is not UTF-8: byte {} cannot be read.", error.valid_up_to()))
        })?;
        let value: Value =
            serde_json::from_str(text).map_err(|error| unreadable(format!("The body is not JSON: {error}.")))?;
        Self::from_value(value)
    }

    /// Reads a JSON value.
    pub(crate) fn from_value(value: Value) -> Result<Self, Refusal> {
        let Value::Object(mut given) = value else {
            return Err(ill_formed(if value.is_array() {
                "Several requests in one are not taken; send each by itself."
            } else {
                "The body must be a JSON object with a query in it: {\"query\": \"{ … }\"}."
            }));
        };
        let mut take = |name: &str| given.remove(name).filter(|value| !value.is_null());
        let mut text = |name: &str| match take(name) {
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(ill_formed(format!("{name} must be a text."))),
            None => Ok(None),
        };
        let (query, document_id, operation_name) = (text("query")?, text("documentId")?, text("operationName")?);
        let variables = map("variables", take("variables"))?;
        let extensions = map("extensions", take("extensions"))?;
        Ok(Self::new(query, document_id, operation_name, variables, extensions))
    }

    /// Reads the part of an address behind the question mark.
    pub(crate) fn from_address(text: &str) -> Result<Self, Refusal> {
        let (mut query, mut document_id, mut operation_name) = (None, None, None);
        let (mut variables, mut extensions) = (None, None);
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = decoded(name)?;
            let place = match name.as_str() {
                "query" => &mut query,
                "documentId" => &mut document_id,
                "operationName" => &mut operation_name,
                "variables" => &mut variables,
                "extensions" => &mut extensions,
                _ => continue,
            };
            if place.replace(decoded(value)?).is_some() {
                return Err(ill_formed(format!("{name} is given twice.")));
            }
        }
        let json = |name: &str, text: Option<String>| match text.filter(|text| !text.is_empty()) {
            Some(text) => {
                let value: Value =
                    serde_json::from_str(&text).map_err(|error| unreadable(format!("{name} is not JSON: {error}.")))?;
                map(name, Some(value).filter(|value| !value.is_null()))
            }
            None => Ok(Map::new()),
        };
        let (variables, extensions) = (json("variables", variables)?, json("extensions", extensions)?);
        Ok(Self::new(query, document_id, operation_name, variables, extensions))
    }

    /// A text that is empty is none.
    fn new(
        query: Option<String>,
        document_id: Option<String>,
        operation_name: Option<String>,
        variables: Map<String, Value>,
        extensions: Map<String, Value>,
    ) -> Self {
        let said = |text: &String| !text.is_empty();
        Self {
            query: query.filter(said),
            document_id: document_id.filter(said),
            operation_name: operation_name.filter(said),
            variables: Variables::from_json(Value::Object(variables)),
            extensions,
        }
    }
}

fn map(name: &str, value: Option<Value>) -> Result<Map<String, Value>, Refusal> {
    match value {
        Some(Value::Object(map)) => Ok(map),
        Some(_) => Err(ill_formed(format!("{name} must be a JSON object."))),
        None => Ok(Map::new()),
    }
}

/// Undoes the encoding of a form: `+` for a blank, `%41` for `A`. As in browsers, a `%` that
/// encodes nothing stands for itself.
fn decoded(text: &str) -> Result<String, Refusal> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    loop {
        rest = match rest {
            [] => break,
            [b'+', rest @ ..] => {
                bytes.push(b' ');
                rest
            }
            [b'%', high, low, tail @ ..] => match (digit(*high), digit(*low)) {
                (Some(high), Some(low)) => {
                    bytes.push(high * 16 + low);
                    tail
                }
                _ => {
                    bytes.push(b'%');
                    rest.get(1..).unwrap_or_default()
                }
            },
            [byte, rest @ ..] => {
                bytes.push(*byte);
                rest
            }
        };
    }
    String::from_utf8(bytes).map_err(|_| unreadable("The address is not UTF-8."))
}
