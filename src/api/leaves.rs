//! Objects whose fields are all at hand, answered in one go. The engine makes a future of every field of every row; where
//! nothing has to be waited for, that is most of what a long list costs. What is asked for through fragments or with
//! directives goes the engine's own way.
//!
//! A type becomes such a one by [`plain!`](crate::plain), with its fields by the names that the schema has for them; a test
//! holds both ways of answering side by side.

use std::borrow::Cow;

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{Field, Selection, SelectionSet};
use async_graphql::registry::Registry;
use async_graphql::resolver_utils::resolve_list;
use async_graphql::{ContextSelectionSet, Name, OutputType, Positioned, ServerResult, Value};

/// Reads a field of an object.
pub type Leaf<T> = fn(&T) -> Value;

/// Reads an object that stands within an object, as far as it is asked for.
pub type Inner<T> = Box<dyn Fn(&T) -> Value + Send + Sync>;

/// An object of leaves.
pub trait Plain: OutputType + Sized {
    /// How the field of this name is read; `None` where it is none of them.
    fn leaf(name: &str) -> Option<Leaf<Self>>;

    /// How the object of this name within it is read where this is asked of it ([`reading`]); `None` where it is none that is
    /// at hand, or the engine has to answer for it.
    fn inner(_name: &str, _set: &SelectionSet) -> Option<Inner<Self>> {
        None
    }
}

/// Makes an object of leaves of a type: `plain!(Phone { "number" => number })`. Fields that are left out are answered the
/// engine's way, and with them all that is asked for beside them.
#[macro_export]
macro_rules! plain {
    ($type:ty { $($name:literal => $field:ident),+ $(,)? }) => {
        impl $crate::api::leaves::Plain for $type {
            fn leaf(name: &str) -> Option<$crate::api::leaves::Leaf<Self>> {
                match name {
                    $($name => Some(|this| ::async_graphql::InputType::to_value(&this.$field)),)+
                    _ => None,
                }
            }
        }
    };
}

/// How one of the fields that are asked for is read.
enum Read<T> {
    Leaf(Leaf<T>),
    Inner(Inner<T>),
}

/// What is asked for, each under the name that the answer has for it; `None` where it is not for leaves alone.
fn asked<T: Plain>(set: &SelectionSet) -> Option<Vec<(Name, Read<T>)>> {
    let each = set.items.iter().map(|item| match &item.node {
        Selection::Field(field) if field.node.directives.is_empty() => {
            let (name, within) = (field.node.name.node.as_str(), &field.node.selection_set.node);
            let leaf = T::leaf(name).map(Read::Leaf);
            let read = leaf.or_else(|| T::inner(name, within).map(Read::Inner))?;
            Some((field.node.response_key().node.clone(), read))
        }
        Selection::Field(_) | Selection::FragmentSpread(_) | Selection::InlineFragment(_) => None,
    });
    let each: Vec<(Name, Read<T>)> = each.collect::<Option<_>>()?;
    // What is asked of one object in two places is put together, which is for the engine.
    let twice = |name: &Name| each.iter().filter(|(other, _)| other == name).count() > 1;
    let apart = each.iter().all(|(name, read)| matches!(read, Read::Leaf(_)) || !twice(name));
    apart.then_some(each)
}

fn read<T>(of: &T, asked: &[(Name, Read<T>)]) -> Value {
    let mut map = IndexMap::with_capacity(asked.len());
    map.extend(asked.iter().map(|(name, how)| {
        let value = match how {
            Read::Leaf(leaf) => leaf(of),
            Read::Inner(inner) => inner(of),
        };
        (name.clone(), value)
    }));
    Value::Object(map)
}

/// How an object of leaves is read of which this is asked; `None` where that is for the engine.
pub fn reading<T: Plain + 'static>(set: &SelectionSet) -> Option<Inner<T>> {
    let asked = asked::<T>(set)?;
    Some(Box::new(move |of: &T| read(of, &asked)))
}

/// A list of such objects.
#[derive(Clone, Debug)]
pub struct Leaves<'a, T: Clone>(pub Cow<'a, [T]>);

impl<T: Clone> From<Vec<T>> for Leaves<'_, T> {
    fn from(rows: Vec<T>) -> Self {
        Self(Cow::Owned(rows))
    }
}

impl<'a, T: Clone> From<&'a [T]> for Leaves<'a, T> {
    fn from(rows: &'a [T]) -> Self {
        Self(Cow::Borrowed(rows))
    }
}

impl<T: Plain + Clone> OutputType for Leaves<'_, T> {
    fn type_name() -> Cow<'static, str> {
        Vec::<T>::type_name()
    }

    fn qualified_type_name() -> String {
        Vec::<T>::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Vec::<T>::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        match asked::<T>(&ctx.item.node) {
            Some(asked) => Ok(Value::List(self.0.iter().map(|row| read(row, &asked)).collect())),
            None => resolve_list(ctx, field, self.0.iter(), Some(self.0.len())).await,
        }
    }
}

/// One such object.
#[derive(Clone, Copy, Debug)]
pub struct AtHand<T>(pub T);

impl<T: Plain> OutputType for AtHand<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        match asked::<T>(&ctx.item.node) {
            Some(asked) => Ok(read(&self.0, &asked)),
            None => self.0.resolve(ctx, field).await,
        }
    }
}
