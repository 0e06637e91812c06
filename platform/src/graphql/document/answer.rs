//! Answers in the form that the specification gives them (6.4.4 Handling Field Errors; 7.2.2 Serialized Map Ordering):
//! fields in the order they were asked for, null where a field failed, and where it may not be null, the null one level
//! up. async-graphql leaves such fields out, and puts fields in the order in which their resolvers end.

use apollo_compiler::ast::Type;
use async_graphql::{Name, PathSegment, Response, ServerError, Value, indexmap::IndexMap};

use super::plan::{self, Field, KIND, Plan, Set};

impl Plan {
    /// Brings a response into the form of the specification.
    pub fn complete(&self, response: &mut Response) {
        complete(self.root.fields(None), response);
    }
}

impl plan::Step<'_> {
    /// Brings the response to this step alone into the form of the specification.
    pub fn complete(&self, response: &mut Response) {
        complete(self.fields, response);
    }
}

/// Brings a response to these fields of the root into the form of the specification.
fn complete(fields: &[Field], response: &mut Response) {
    let mut completer = Completer {
        errors: &response.errors,
        path: Vec::new(),
        unexplained: Vec::new(),
    };
    let data = &mut response.data;
    if matches!(data, Value::Null) && !completer.failed_below() && !response.errors.is_empty() {
        return; // It never ran.
    }
    // Nothing may have come because all failed; and where nothing was asked, what came is what it says of itself.
    let mut found = match std::mem::take(data) {
        Value::Object(found) if !fields.is_empty() => found,
        _ => IndexMap::new(),
    };
    if completer.fields(fields, &mut found) {
        *data = Value::Object(found);
    }
    let unexplained = completer.unexplained;
    response.errors.extend(unexplained);
}

struct Completer<'a> {
    errors: &'a [ServerError],
    path: Vec<Step<'a>>,
    /// Nulls that no resolver accounts for.
    unexplained: Vec<ServerError>,
}

/// A step of a path, borrowed: nearly no answer has an error whose path would have to be written.
#[derive(Debug, Clone, Copy)]
enum Step<'a> {
    Field(&'a Name),
    Index(usize),
}

impl Step<'_> {
    fn is(self, segment: &PathSegment) -> bool {
        match (self, segment) {
            (Self::Field(name), PathSegment::Field(other)) => name == other.as_str(),
            (Self::Index(index), PathSegment::Index(other)) => index == *other,
            _ => false,
        }
    }

    fn written(self) -> PathSegment {
        match self {
            Self::Field(name) => PathSegment::Field(name.to_string()),
            Self::Index(index) => PathSegment::Index(index),
        }
    }
}

impl<'a> Completer<'a> {
    /// Completes a value of this type; false when it is null and may not be.
    fn value(&mut self, ty: &'a Type, set: Option<&'a Set>, value: &mut Value) -> bool {
        let completed = match ty {
            Type::Named(_) | Type::NonNullNamed(_) => match set {
                Some(set) => self.object(set, value),
                None => true,
            },
            Type::List(inner) | Type::NonNullList(inner) => self.list(inner, set, value),
        };
        if !completed {
            *value = Value::Null;
        }
        if !ty.is_non_null() || !matches!(value, Value::Null) {
            return true;
        }
        if completed && !self.failed_here() {
            // Ours: the schema promises a value.
            let error = anyhow::anyhow!("null where the schema has {ty}, at {:?}", self.path);
            let mut error = super::super::internal(error).into_server_error(Default::default());
            error.path = self.path.iter().map(|step| step.written()).collect();
            self.unexplained.push(error);
        }
        false
    }

    fn list(&mut self, inner: &'a Type, set: Option<&'a Set>, value: &mut Value) -> bool {
        let Value::List(items) = value else { return true };
        if set.is_none() && !inner.is_non_null() {
            return true;
        }
        for (index, item) in items.iter_mut().enumerate() {
            self.path.push(Step::Index(index));
            let completed = self.value(inner, set, item);
            self.path.pop();
            if !completed {
                return false;
            }
        }
        true
    }

    /// Completes an object; false when a field of it is null that may not be.
    fn object(&mut self, set: &'a Set, value: &mut Value) -> bool {
        match value {
            Value::Object(found) => {
                let kind = if set.says_kind() {
                    found.swap_remove(KIND)
                } else {
                    None
                };
                let kind = match &kind {
                    Some(Value::String(name)) => Some(name.as_str()),
                    _ => None,
                };
                self.fields(set.fields(kind), found)
            }
            // An object of which nothing came, because all that was asked of it failed. One that says its kind is null.
            Value::Null if !set.says_kind() && self.failed_below() => {
                let mut found = IndexMap::new();
                let completed = self.fields(set.fields(None), &mut found);
                *value = Value::Object(found);
                completed
            }
            _ => true,
        }
    }

    fn fields(&mut self, fields: &'a [Field], found: &mut IndexMap<Name, Value>) -> bool {
        let in_order = found.len() == fields.len()
            && found
                .keys()
                .zip(fields)
                .all(|(name, field)| *name == field.selection.key);
        if !in_order {
            let mut taken = std::mem::take(found);
            let ordered = fields.iter().map(|field| {
                let key = &field.selection.key;
                (key.clone(), taken.swap_remove(key).unwrap_or_default())
            });
            *found = ordered.collect();
        }
        for (value, field) in found.values_mut().zip(fields) {
            let ty = &field.selection.ty;
            if field.set.is_none() && !ty.is_list() && !matches!(value, Value::Null) {
                continue;
            }
            self.path.push(Step::Field(&field.selection.key));
            let completed = self.value(ty, field.set.as_ref(), value);
            self.path.pop();
            if !completed {
                return false;
            }
        }
        true
    }

    /// Whether an error accounts for a null at the present place.
    fn failed_here(&self) -> bool {
        self.errors.iter().any(|error| self.leads_to(error))
    }

    /// Whether something below the present place failed.
    fn failed_below(&self) -> bool {
        let depth = self.path.len();
        self.errors
            .iter()
            .any(|error| error.path.len() > depth && self.leads_to(error))
    }

    /// Whether an error is at the present place or below.
    fn leads_to(&self, error: &ServerError) -> bool {
        error.path.len() >= self.path.len()
            && self
                .path
                .iter()
                .zip(&error.path)
                .all(|(step, segment)| step.is(segment))
    }
}
