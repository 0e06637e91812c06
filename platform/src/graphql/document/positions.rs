//! Whether variables fit where they stand (5.8.5 All Variable Usages Are Allowed). apollo-compiler looks at arguments, and
//! neither into the lists and objects in them, nor at a default that is null.

use apollo_compiler::{
    Node,
    ast::{Type, Value, VariableDefinition},
    schema::ExtendedType,
};

use super::DocumentSchema;

/// A place of a value: what it must be, and whether something stands in for it when it is left out.
#[derive(Clone, Copy)]
pub(super) struct Position<'a> {
    pub(super) ty: &'a Type,
    pub(super) has_default: bool,
}

/// The first variable in `value` that doesn't fit, in words.
pub(super) fn misfit(
    schema: &DocumentSchema,
    variables: &[Node<VariableDefinition>],
    value: &Value,
    at: Position<'_>,
) -> Option<String> {
    match value {
        Value::Variable(name) => {
            let variable = variables.iter().find(|it| it.name == *name)?;
            (!fits(variable, at)).then(|| {
                format!(
                    "Variable \"${name}\" of type \"{}\" can't stand where \"{}\" is expected.",
                    variable.ty, at.ty
                )
            })
        }
        Value::List(items) => {
            let (Type::List(inner) | Type::NonNullList(inner)) = at.ty else {
                return None; // Validation has said it.
            };
            let at = Position {
                ty: inner,
                has_default: false,
            };
            items.iter().find_map(|item| misfit(schema, variables, item, at))
        }
        Value::Object(members) => {
            // An object where a list is expected is a list of one (3.11).
            let Some(ExtendedType::InputObject(ty)) = schema.valid().types.get(at.ty.inner_named_type())
            else {
                return None;
            };
            members.iter().find_map(|(name, member)| {
                let field = ty.fields.get(name)?;
                let at = Position {
                    ty: &field.ty,
                    has_default: field.default_value.is_some(),
                };
                misfit(schema, variables, member, at)
            })
        }
        _ => None,
    }
}

/// `IsVariableUsageAllowed`: a default of the variable or of the place stands in for null, unless it is null itself.
pub(super) fn fits(variable: &VariableDefinition, at: Position<'_>) -> bool {
    if at.ty.is_non_null() && !variable.ty.is_non_null() {
        let has_value = variable
            .default_value
            .as_ref()
            .is_some_and(|value| !value.is_null());
        return (has_value || at.has_default) && is_within(&variable.ty, &at.ty.clone().nullable());
    }
    is_within(&variable.ty, at.ty)
}

/// `AreTypesCompatible`: whether every value of one type is one of the other.
fn is_within(ty: &Type, other: &Type) -> bool {
    match (ty, other) {
        (Type::NonNullNamed(a), Type::NonNullNamed(b) | Type::Named(b))
        | (Type::Named(a), Type::Named(b)) => a == b,
        (Type::NonNullList(a), Type::NonNullList(b) | Type::List(b)) | (Type::List(a), Type::List(b)) => {
            is_within(a, b)
        }
        _ => false,
    }
}
