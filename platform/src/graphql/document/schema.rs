//! The schema as documents are validated against it.

use std::collections::{HashMap, HashSet};

use anyhow::{Context as _, anyhow};
use apollo_compiler::{Schema, schema::ExtendedType, validation::Valid};
use async_graphql::{InputType, Pos, Value};

/// Whether a value may be a scalar's, and why not.
type ScalarCheck = fn(&Value) -> Result<(), String>;

/// The schema with what documents ask of it again and again.
#[derive(Debug)]
pub struct DocumentSchema {
    valid: Valid<Schema>,
    /// The object types that a value of an abstract type may be.
    possible: HashMap<String, HashSet<String>>,
    scalars: HashMap<&'static str, ScalarCheck>,
}

impl DocumentSchema {
    /// Reads the schema's definition.
    ///
    /// # Errors
    /// When it is no valid schema.
    pub fn parse(sdl: &str) -> anyhow::Result<Self> {
        let valid = Schema::parse_and_validate(sdl, "schema.graphql")
            .map_err(|refused| anyhow!("{}", refused.errors))
            .context("the schema is not valid")?;
        let mut possible: HashMap<String, HashSet<String>> = HashMap::new();
        for (name, implementers) in valid.implementers_map() {
            let objects = implementers.objects.iter().map(ToString::to_string).collect();
            possible.insert(name.to_string(), objects);
        }
        for (name, ty) in &valid.types {
            if let ExtendedType::Union(union) = ty {
                let members = union.members.iter().map(|member| member.name.to_string());
                possible.insert(name.to_string(), members.collect());
            }
        }
        Ok(Self {
            valid,
            possible,
            scalars: HashMap::new(),
        })
    }

    /// Has values of a scalar checked before anything runs, so that a mistake is told at its place.
    #[must_use]
    pub fn with_scalar<T: InputType>(mut self, name: &'static str) -> Self {
        self.scalars.insert(name, |value| {
            let parsed = T::parse(Some(value.clone()));
            let refused = parsed.map(drop);
            refused.map_err(|error| error.into_server_error(Pos::default()).message)
        });
        self
    }

    pub(super) fn valid(&self) -> &Valid<Schema> {
        &self.valid
    }

    /// The object types of an abstract type; none for any other.
    pub(super) fn possible_types(&self, name: &str) -> Option<&HashSet<String>> {
        self.possible.get(name)
    }

    /// Whether an object of type `object` is one of `condition` (6.3.2 DoesFragmentTypeApply).
    pub(super) fn applies(&self, object: &str, condition: &str) -> bool {
        object == condition
            || self
                .possible_types(condition)
                .is_some_and(|objects| objects.contains(object))
    }

    /// The type by which a field can be asked of every object of an abstract type: that type itself, or an interface that
    /// all of its objects have.
    pub(super) fn holder<'a>(&'a self, abstract_type: &'a str, field: &str) -> Option<&'a str> {
        if field == "__typename" || self.valid.type_field(abstract_type, field).is_ok() {
            return Some(abstract_type);
        }
        let objects = self.possible_types(abstract_type)?;
        let mut interfaces = self.valid.types.iter().filter(|(_, ty)| ty.is_interface());
        let holder = interfaces.find(|(name, _)| {
            self.valid.type_field(name, field).is_ok()
                && objects.iter().all(|object| self.applies(object, name))
        });
        holder.map(|(name, _)| name.as_str())
    }

    /// Whether `value` may be a scalar's.
    pub(super) fn check_scalar(&self, name: &str, value: &Value) -> Result<(), String> {
        self.scalars.get(name).map_or(Ok(()), |check| check(value))
    }
}
