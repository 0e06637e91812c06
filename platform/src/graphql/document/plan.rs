//! An operation as it runs: conditions decided, fragments gone, each field once.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use async_graphql::{Name, Value, Variables, indexmap::IndexMap, parser::types::OperationType};

use super::{Condition, ConditionValue, DocumentSchema, FieldSelection, Operation, Selection};
use crate::graphql::limits::{Limits, Refusal, too_much};

/// Under what an object of an abstract type says what it is, next to what was asked for: no name of GraphQL's, so that no
/// caller can ask for something under it.
pub(super) const KIND: &str = "%kind";

/// The plans of an operation that ran last, by what its conditions were.
#[derive(Debug, Default)]
pub(super) struct Kept(Mutex<Vec<(Vec<bool>, Arc<Plan>)>>);

/// As many as an operation has views in practice.
pub(super) const MAX_KEPT: usize = 4;

/// An operation as it runs.
#[derive(Debug)]
pub struct Plan {
    pub(super) operation: OperationType,
    pub(super) root: Set,
}

/// A field of an operation's root that runs by itself, as those of a mutation do.
#[derive(Debug, Clone, Copy)]
pub struct Step<'a> {
    pub(super) operation: OperationType,
    /// The field alone.
    pub(super) fields: &'a [Field],
}

/// What is asked of an object.
#[derive(Debug)]
pub(super) struct Set {
    /// Each way in which the object may be asked, by its type; one when its type makes no difference.
    pub(super) variants: Vec<Vec<Field>>,
    /// Which of them a type is asked in; empty when its type makes no difference.
    pub(super) by_type: HashMap<String, usize>,
}

/// A field that is resolved.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) selection: Arc<FieldSelection>,
    /// None when it is a scalar or an enum.
    pub(super) set: Option<Set>,
    pub(super) place: Place,
}

/// Where async-graphql is asked for a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// Once for all types: the type itself has it, and each variant asks for the same.
    Plain,
    /// Once for all types, by an interface that all of them have.
    On(Name),
    /// For each type by itself.
    ByType,
}

impl Set {
    /// What is asked of an object of this type, in order.
    pub(super) fn fields(&self, object_type: Option<&str>) -> &[Field] {
        let variant = object_type.and_then(|name| self.by_type.get(name));
        let variant = variant.copied().unwrap_or_default();
        self.variants.get(variant).map_or(&[], Vec::as_slice)
    }

    /// Whether the object's type makes a difference.
    pub(super) fn depends_on_type(&self) -> bool {
        self.variants.len() > 1
    }

    /// Whether the object says under [`KIND`] what it is: where its type makes a difference, and where nothing else is asked of
    /// it, because async-graphql has null for an object without fields.
    pub(super) fn says_kind(&self) -> bool {
        self.depends_on_type() || self.all_fields().next().is_none()
    }

    pub(super) fn all_fields(&self) -> impl Iterator<Item = &Field> {
        self.variants.iter().flatten()
    }
}

impl Plan {
    /// The plan of an operation with these variables.
    ///
    /// # Errors
    /// When it is more than a limit allows.
    pub fn of(
        schema: &DocumentSchema,
        operation: &Operation,
        variables: &Variables,
        limits: &Limits,
    ) -> Result<Arc<Self>, Refusal> {
        let conditions: Vec<bool> = operation
            .variables
            .iter()
            .filter(|variable| variable.is_condition)
            .map(|variable| variables.get(&variable.name) == Some(&Value::Boolean(true)))
            .collect();
        let kept = || operation.plans.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, plan)) = kept().iter().find(|(known, _)| *known == conditions) {
            return Ok(Arc::clone(plan));
        }
        let mut planner = Planner {
            schema,
            variables,
            limits,
            steps: 0,
            fields: 0,
            path: Vec::new(),
        };
        let root = planner.set(&operation.root, &[&operation.selections], 1)?;
        let fields = root.all_fields().count() as u64;
        if fields > limits.root_fields {
            return Err(too_much("root fields:", fields, limits.root_fields));
        }
        let plan = Arc::new(Self {
            operation: operation.kind,
            root,
        });
        // Fragments may multiply a small document to a large plan, which nobody has counted: such a plan is made each time.
        if planner.fields > operation.size {
            return Ok(plan);
        }
        let mut kept = kept();
        if kept.len() >= MAX_KEPT {
            kept.remove(0);
        }
        kept.push((conditions, Arc::clone(&plan)));
        Ok(plan)
    }

    /// Whether it asks for the schema.
    #[must_use]
    pub fn introspects(&self) -> bool {
        self.root_fields()
            .any(|name| matches!(name.as_str(), "__schema" | "__type"))
    }

    /// The fields of its root, one by one.
    pub fn steps(&self) -> impl ExactSizeIterator<Item = Step<'_>> {
        let operation = self.operation;
        let fields = self.root.fields(None).chunks(1);
        fields.map(move |fields| Step { operation, fields })
    }

    /// The names of the fields of its root.
    pub fn root_fields(&self) -> impl Iterator<Item = &Name> {
        self.root.all_fields().map(|field| &field.selection.name)
    }
}

/// A field as it is asked for, at each place that asks for it.
type Asked<'a> = IndexMap<&'a Name, Vec<&'a Arc<FieldSelection>>>;

struct Planner<'a> {
    schema: &'a DocumentSchema,
    variables: &'a Variables,
    limits: &'a Limits,
    /// How many selections have been looked at.
    steps: u64,
    /// How many fields the plan has.
    fields: u64,
    /// The keys that lead to the present place.
    path: Vec<&'a Name>,
}

impl<'a> Planner<'a> {
    /// What `selections` ask of an object of type `ty`.
    fn set(&mut self, ty: &str, selections: &[&'a [Selection]], depth: u32) -> Result<Set, Refusal> {
        if depth > self.limits.depth {
            let refused = too_much("a depth of", depth.into(), self.limits.depth.into());
            return Err(refused.at(self.path.iter().copied()));
        }
        let schema = self.schema;
        let Some(possible) = schema.possible_types(ty) else {
            let asked = self.collect(selections, ty)?;
            let places = vec![Place::Plain; asked.len()];
            return Ok(Set {
                variants: vec![self.fields(asked, depth, places)?],
                by_type: HashMap::new(),
            });
        };
        // Types for which the same fragments apply are asked alike.
        let mut named = Vec::new();
        self.conditions(selections, &mut named)?;
        let mut groups: BTreeMap<Vec<bool>, Vec<&str>> = BTreeMap::new();
        let mut sorted: Vec<&str> = possible.iter().map(String::as_str).collect();
        sorted.sort_unstable();
        for object in sorted {
            let applying = named.iter().map(|condition| schema.applies(object, condition));
            groups.entry(applying.collect()).or_default().push(object);
        }
        let mut all = Vec::with_capacity(groups.len());
        let mut by_type = HashMap::new();
        for (number, objects) in groups.values().enumerate() {
            let first = objects.first().copied().unwrap_or(ty);
            all.push(self.collect(selections, first)?);
            by_type.extend(objects.iter().map(|object| ((*object).to_owned(), number)));
        }
        let is_common = |key: &Name, places: &[&Arc<FieldSelection>]| {
            all.iter().all(|asked| {
                asked
                    .get(key)
                    .is_some_and(|others| match (places, others.as_slice()) {
                        ([one, ..], [other, ..]) if one.selections.is_none() => one.name == other.name,
                        _ => {
                            others.len() == places.len()
                                && others
                                    .iter()
                                    .zip(places)
                                    .all(|(one, other)| Arc::ptr_eq(one, other))
                        }
                    })
            })
        };
        let place = |(key, places): (&&Name, &Vec<&Arc<FieldSelection>>)| match places.first() {
            Some(first) if is_common(key, places) => match schema.holder(ty, &first.name) {
                Some(holder) if holder == ty => Place::Plain,
                Some(holder) => Place::On(Name::new(holder)),
                None => Place::ByType,
            },
            _ => Place::ByType,
        };
        let places: Vec<Vec<Place>> = all
            .iter()
            .map(|asked| asked.iter().map(place).collect())
            .collect();
        if all.len() == 1 && !places.iter().flatten().any(|place| *place == Place::ByType) {
            by_type.clear();
        }
        let mut variants = Vec::with_capacity(all.len());
        for (asked, places) in all.into_iter().zip(places) {
            variants.push(self.fields(asked, depth, places)?);
        }
        Ok(Set { variants, by_type })
    }

    /// The fields that are asked for, with what is asked below each at all its places.
    fn fields(&mut self, asked: Asked<'a>, depth: u32, places: Vec<Place>) -> Result<Vec<Field>, Refusal> {
        let mut fields = Vec::with_capacity(asked.len());
        for (same, place) in asked.into_values().zip(places) {
            let Some(first) = same.first().copied() else {
                continue;
            };
            let below: Vec<&'a [Selection]> = same.iter().filter_map(|it| it.selections.as_deref()).collect();
            let set = if below.is_empty() {
                None
            } else {
                self.path.push(&first.key);
                let set = self.set(&first.named, &below, depth + 1)?;
                self.path.pop();
                Some(set)
            };
            self.fields += 1;
            fields.push(Field {
                selection: Arc::clone(first),
                set,
                place,
            });
        }
        Ok(fields)
    }

    /// The fields asked of an object of the type `object`, fragments followed (6.3.2 CollectFields).
    fn collect(&mut self, selections: &[&'a [Selection]], object: &str) -> Result<Asked<'a>, Refusal> {
        let mut asked = IndexMap::new();
        for selections in selections {
            self.collect_into(&mut asked, selections, object)?;
        }
        Ok(asked)
    }

    fn collect_into(
        &mut self,
        asked: &mut Asked<'a>,
        selections: &'a [Selection],
        object: &str,
    ) -> Result<(), Refusal> {
        for selection in selections {
            self.step()?;
            match selection {
                Selection::Field(field) if self.is_selected(&field.conditions) => {
                    let places = asked.entry(&field.key).or_default();
                    // A leaf asks for nothing more, however often it is named, nor does the same field of the same fragment.
                    let is_leaf = field.selections.is_none();
                    if places.is_empty() || !is_leaf && !places.iter().any(|place| Arc::ptr_eq(place, field))
                    {
                        places.push(field);
                    }
                }
                Selection::Fragment(fragment)
                    if self.is_selected(&fragment.conditions)
                        && fragment
                            .on
                            .as_ref()
                            .is_none_or(|on| self.schema.applies(object, on)) =>
                {
                    self.collect_into(asked, &fragment.selections, object)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The types that fragments name, at this level.
    fn conditions(
        &mut self,
        selections: &[&'a [Selection]],
        named: &mut Vec<&'a str>,
    ) -> Result<(), Refusal> {
        for selection in selections.iter().copied().flatten() {
            self.step()?;
            if let Selection::Fragment(fragment) = selection {
                let on = fragment.on.as_ref().map(Name::as_str);
                named.extend(on.filter(|on| !named.contains(on)));
                self.conditions(&[&fragment.selections], named)?;
            }
        }
        Ok(())
    }

    fn is_selected(&self, conditions: &[Condition]) -> bool {
        conditions.iter().all(|condition| {
            let value = match &condition.value {
                ConditionValue::Literal(value) => *value,
                ConditionValue::Variable(name) => self.variables.get(name) == Some(&Value::Boolean(true)),
            };
            value == condition.wanted
        })
    }

    fn step(&mut self) -> Result<(), Refusal> {
        self.steps += 1;
        if self.steps > self.limits.steps {
            return Err(too_much("selections of at least", self.steps, self.limits.steps));
        }
        Ok(())
    }
}
