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
    works: HashMap<(String, String), Work>,
}

/// What a field costs, by what it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Work {
    /// The field itself, in fields that are there already.
    pub(super) weight: u64,
    /// How many thousand characters it may have, where they are many.
    pub(super) text: u64,
    /// How many objects it answers with at most; what is asked of them is asked so often.
    pub(super) most: u64,
}

impl Default for Work {
    fn default() -> Self {
        Self {
            weight: 1,
            text: 0,
            most: 1,
        }
    }
}

/// The bound that the description of a list, or of its argument `first`, states, as "60 at most"; `None` when it states none.
/// The list itself keeps it.
#[must_use]
pub fn stated_bound(description: &str) -> Option<u64> {
    let (before, _) = description.split_once(" at most")?;
    let mut last_two = before.rsplit(' ').take(2);
    last_two.find_map(|word| word.trim_start_matches('(').replace(',', "").parse().ok())
}

/// What the lists of the schema hold at most; those of a connection hold a page, which the cost knows from the arguments.
fn bounds(schema: &Schema) -> HashMap<(String, String), Work> {
    let mut works = HashMap::new();
    for (name, ty) in &schema.types {
        let fields = match ty {
            ExtendedType::Object(ty) => &ty.fields,
            ExtendedType::Interface(ty) => &ty.fields,
            _ => continue,
        };
        for (field, definition) in fields.iter().filter(|(_, it)| it.ty.is_list()) {
            let first = definition.argument_by_name("first");
            let first = first.and_then(|argument| argument.description.as_deref());
            let mut described = definition.description.as_deref().into_iter().chain(first);
            if let Some(most) = described.find_map(stated_bound) {
                let work = Work {
                    most,
                    ..Work::default()
                };
                works.insert((name.to_string(), field.to_string()), work);
            }
        }
    }
    works
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
            works: bounds(&valid),
            valid,
            possible,
            scalars: HashMap::new(),
        })
    }

    /// Says which fields compute or ask the database of their own, and how many fields that are there already they cost.
    ///
    /// # Errors
    /// When there is no such field.
    pub fn with_weights(mut self, weights: &[(&str, &str, u64)]) -> anyhow::Result<Self> {
        for &(ty, field, weight) in weights {
            self.work_of(ty, field)?.weight = weight;
        }
        Ok(self)
    }

    /// Says which fields answer with long texts, and how many thousand characters those may have.
    ///
    /// # Errors
    /// When there is no such field.
    pub fn with_texts(mut self, texts: &[(&str, &str, u64)]) -> anyhow::Result<Self> {
        for &(ty, field, thousands) in texts {
            self.work_of(ty, field)?.text = thousands;
        }
        Ok(self)
    }

    fn work_of(&mut self, ty: &str, field: &str) -> anyhow::Result<&mut Work> {
        self.valid
            .type_field(ty, field)
            .map_err(|_| anyhow!("{ty}.{field} has a cost, and isn't there"))?;
        Ok(self.works.entry((ty.to_owned(), field.to_owned())).or_default())
    }

    /// What a field costs.
    pub(super) fn work(&self, ty: &str, field: &str) -> Work {
        // Two texts as one key would have to be owned; there are some ten thousand fields in a second at most.
        let key = (ty.to_owned(), field.to_owned());
        self.works.get(&key).copied().unwrap_or_default()
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
