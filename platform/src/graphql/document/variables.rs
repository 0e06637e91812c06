//! Variables, read by the types that the operation declares (6.1.2 CoerceVariableValues).

use apollo_compiler::{
    ast::Type,
    schema::{EnumType, ExtendedType, InputObjectType},
};
use async_graphql::{Name, ServerError, Value, Variables, indexmap::IndexMap};
use serde_json::{Map, Value as Json};

use super::{DocumentSchema, Operation, invalid, literals, shortened};

/// What is wrong with a value, and where in it: `.filter.status.3`.
#[derive(Debug)]
pub(super) struct Mistake {
    pub(super) place: String,
    pub(super) message: String,
}

impl Mistake {
    fn new(message: impl Into<String>) -> Self {
        Self {
            place: String::new(),
            message: message.into(),
        }
    }

    fn inside(mut self, step: impl std::fmt::Display) -> Self {
        self.place = format!(".{step}{}", self.place);
        self
    }
}

/// Reads the variables that came with a request. Those that nobody declared are left out; one that was neither sent nor has
/// a default is absent from what comes back.
///
/// # Errors
/// The first mistake of each variable, with its place.
pub fn coerce(
    schema: &DocumentSchema,
    operation: &Operation,
    mut sent: Map<String, Json>,
) -> Result<Variables, Vec<ServerError>> {
    let mut variables = Variables::default();
    let mut errors = Vec::new();
    for declared in &operation.variables {
        let value = match sent.remove(declared.name.as_str()) {
            Some(sent) => coerce_value(schema, &declared.ty, sent),
            None => match &declared.default {
                Some(default) => Ok(default.clone()),
                None if declared.ty.is_non_null() => Err(Mistake::new("is missing; it can't be left out.")),
                None => continue,
            },
        };
        match value {
            Ok(Value::Null) if declared.is_condition => {
                let name = &declared.name;
                let message = format!("Variable \"${name}\" can't be null: @skip or @include asks for it.");
                errors.push(invalid(message, vec![declared.pos]));
            }
            Ok(value) => {
                variables.insert(declared.name.clone(), value);
            }
            Err(mistake) => {
                let Mistake { place, message } = mistake;
                let message = format!("Variable \"${}{place}\" {message}", declared.name);
                errors.push(invalid(message, vec![declared.pos]));
            }
        }
    }
    if errors.is_empty() {
        Ok(variables)
    } else {
        Err(errors)
    }
}

fn coerce_value(schema: &DocumentSchema, ty: &Type, value: Json) -> Result<Value, Mistake> {
    if value.is_null() {
        return if ty.is_non_null() {
            Err(Mistake::new("can't be null."))
        } else {
            Ok(Value::Null)
        };
    }
    let name = match ty {
        Type::List(inner) | Type::NonNullList(inner) => {
            // 3.11: what is no list is a list of one.
            let Json::Array(items) = value else {
                return coerce_value(schema, inner, value).map(|item| Value::List(vec![item]));
            };
            let items = items.into_iter().enumerate();
            let read = items.map(|(index, item)| {
                coerce_value(schema, inner, item).map_err(|mistake| mistake.inside(index))
            });
            return read.collect::<Result<_, _>>().map(Value::List);
        }
        Type::Named(name) | Type::NonNullNamed(name) => name.as_str(),
    };
    match schema.valid().types.get(name) {
        Some(ExtendedType::Scalar(_)) => coerce_scalar(schema, name, value),
        Some(ExtendedType::Enum(ty)) => coerce_enum(ty, &value),
        Some(ExtendedType::InputObject(ty)) => coerce_object(schema, ty, value),
        _ => Err(Mistake::new(format!("can't be a value of {name}."))),
    }
}

/// 3.5: the built-in scalars are strict with JSON, and the others know themselves.
fn coerce_scalar(schema: &DocumentSchema, name: &str, value: Json) -> Result<Value, Mistake> {
    let wrong = |what: &str| Err(Mistake::new(format!("must be {what}, not {}.", shown(&value))));
    match (name, &value) {
        ("Int", Json::Number(number)) => {
            // 1.0 is a whole number, too.
            let whole = number.as_i64().or_else(|| {
                number
                    .as_f64()
                    .filter(|it| it.fract() == 0.0 && it.abs() < 1e15)
                    .map(|it| it as i64)
            });
            match whole.and_then(|whole| i32::try_from(whole).ok()) {
                Some(whole) => Ok(Value::from(whole)),
                None => wrong("a whole number of at most 32 bits (Int)"),
            }
        }
        ("Int", _) => wrong("a whole number of at most 32 bits (Int)"),
        ("Float", Json::Number(_)) | ("String" | "ID", Json::String(_)) | ("Boolean", Json::Bool(_)) => {
            Ok(plain(value))
        }
        ("ID", Json::Number(number)) if number.is_i64() || number.is_u64() => {
            Ok(Value::String(number.to_string()))
        }
        ("Float", _) => wrong("a number (Float)"),
        ("String", _) => wrong("a text (String)"),
        ("ID", _) => wrong("an id (ID)"),
        ("Boolean", _) => wrong("true or false (Boolean)"),
        _ => {
            let value = plain(value);
            let checked = schema.check_scalar(name, &value);
            checked
                .map(|()| value)
                .map_err(|message| Mistake::new(format!("is no {name}: {}", cut(&message))))
        }
    }
}

fn coerce_enum(ty: &EnumType, value: &Json) -> Result<Value, Mistake> {
    let known = value.as_str().filter(|name| ty.values.contains_key(*name));
    known.map(|name| Value::Enum(Name::new(name))).ok_or_else(|| {
        Mistake::new(format!(
            "must be one of the values of {}, not {}.",
            ty.name,
            shown(value)
        ))
    })
}

fn coerce_object(schema: &DocumentSchema, ty: &InputObjectType, value: Json) -> Result<Value, Mistake> {
    let Json::Object(mut sent) = value else {
        return Err(Mistake::new(format!(
            "must be an object ({}), not {}.",
            ty.name,
            shown(&value)
        )));
    };
    let mut read = IndexMap::with_capacity(sent.len());
    for (name, field) in &ty.fields {
        let value = match sent.remove(name.as_str()) {
            Some(sent) => coerce_value(schema, &field.ty, sent).map_err(|mistake| mistake.inside(name))?,
            None => match &field.default_value {
                Some(default) => literals::constant(default).unwrap_or_default(),
                None if field.ty.is_non_null() => {
                    return Err(Mistake::new("is missing; it can't be left out.").inside(name));
                }
                None => continue,
            },
        };
        read.insert(Name::new(name), value);
    }
    if let Some(unknown) = sent.keys().next() {
        let unknown = shortened(unknown);
        return Err(Mistake::new(format!("is no field of {}.", ty.name)).inside(unknown));
    }
    if ty.directives.get("oneOf").is_some() && (read.len() != 1 || read.values().any(|it| *it == Value::Null))
    {
        return Err(Mistake::new(format!(
            "must have exactly one of the fields of {}, and a value in it.",
            ty.name
        )));
    }
    Ok(Value::Object(read))
}

/// Checks the scalars within a value of a document that validation has found to fit otherwise.
pub(super) fn check_scalars(schema: &DocumentSchema, ty: &Type, value: &Value) -> Result<(), Mistake> {
    let name = match ty {
        Type::List(inner) | Type::NonNullList(inner) => {
            let Value::List(items) = value else {
                return check_scalars(schema, inner, value);
            };
            let mut items = items.iter().enumerate();
            return items.try_for_each(|(index, item)| {
                check_scalars(schema, inner, item).map_err(|mistake| mistake.inside(index))
            });
        }
        Type::Named(name) | Type::NonNullNamed(name) => name.as_str(),
    };
    match (schema.valid().types.get(name), value) {
        (_, Value::Null) => Ok(()),
        (Some(ExtendedType::Scalar(_)), value) => schema
            .check_scalar(name, value)
            .map_err(|message| Mistake::new(cut(&message))),
        (Some(ExtendedType::InputObject(ty)), Value::Object(members)) => {
            members.iter().try_for_each(|(name, member)| {
                let Some(field) = ty.fields.get(name.as_str()) else {
                    return Ok(());
                };
                check_scalars(schema, &field.ty, member).map_err(|mistake| mistake.inside(name))
            })
        }
        _ => Ok(()),
    }
}

/// JSON as async-graphql has it.
fn plain(value: Json) -> Value {
    Value::from_json(value).unwrap_or_default()
}

/// A value as a message repeats it.
fn shown(value: &Json) -> String {
    match value {
        Json::String(text) => format!("\"{}\"", shortened(text)),
        Json::Array(_) => "a list".to_owned(),
        Json::Object(_) => "an object".to_owned(),
        other => other.to_string(),
    }
}

/// A message that may repeat what was sent.
fn cut(message: &str) -> String {
    match message.char_indices().nth(300) {
        None => message.to_owned(),
        Some((at, _)) => format!("{}…", &message[..at]),
    }
}
