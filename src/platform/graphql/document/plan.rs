//! An operation as it runs: conditions decided, fragments gone, each field once.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use async_graphql::{
    Name, Pos, Positioned, Value, Variables,
    indexmap::IndexMap,
    parser::types::{
        self as parsed, BaseType, DocumentOperations, ExecutableDocument, InlineFragment,
        OperationDefinition, OperationType, SelectionSet, Type, TypeCondition, VariableDefinition,
    },
};
use async_graphql_value::Value as Argument;

use super::{Condition, ConditionValue, DocumentSchema, FieldSelection, Operation, Selection};
use crate::platform::{
    graphql::limits::{Limits, Refusal, Sizes, too_much},
    paging::{DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE},
};

/// The name under which an object of an abstract type says what it is, next to what was asked for. Names that begin with
/// two underscores are the specification's own (2.1.9); this one isn't in use.
pub(super) const KIND: &str = "__kind";

/// The plans of an operation that ran last, by what its conditions were.
#[derive(Debug, Default)]
pub(super) struct Kept(Mutex<Vec<(Vec<bool>, Arc<Plan>)>>);

/// As many as an operation has views in practice.
const MAX_KEPT: usize = 4;

/// An operation as it runs.
#[derive(Debug)]
pub struct Plan {
    operation: OperationType,
    pub(super) root: Set,
}

/// What is asked of an object.
#[derive(Debug)]
pub(super) struct Set {
    /// Each way in which the object may be asked, by its type; one when its type makes no difference.
    variants: Vec<Vec<Field>>,
    /// Which of them a type is asked in; empty when its type makes no difference.
    by_type: HashMap<String, usize>,
}

/// A field that is resolved.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) selection: Arc<FieldSelection>,
    /// None when it is a scalar or an enum.
    pub(super) set: Option<Set>,
    place: Place,
}

/// Where async-graphql is asked for a field.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
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

    fn all_fields(&self) -> impl Iterator<Item = &Field> {
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

    /// The names of the fields of its root.
    pub fn root_fields(&self) -> impl Iterator<Item = &Name> {
        self.root.all_fields().map(|field| &field.selection.name)
    }

    /// Checks what it costs with these variables: fields resolved at most, and bytes that arguments take once each variable
    /// is copied to each place that names it.
    ///
    /// # Errors
    /// The limit that it breaks.
    pub fn check_cost(&self, variables: &Variables, limits: &Limits) -> Result<u64, Refusal> {
        let sizes = Sizes::new(variables);
        let cost = cost_of(&self.root, variables, &sizes);
        if cost.fields > limits.cost {
            return Err(too_much("a cost of", cost.fields, limits.cost));
        }
        if cost.argument_bytes > limits.expanded {
            return Err(too_much(
                "bytes of arguments, where each variable counts at each place that names it:",
                cost.argument_bytes,
                limits.expanded,
            ));
        }
        Ok(cost.fields)
    }

    /// The document that async-graphql runs.
    #[must_use]
    pub fn document(&self, operation: &Operation, variables: &Variables) -> ExecutableDocument {
        let definition = OperationDefinition {
            ty: self.operation,
            // async-graphql looks for the names alone: what they hold is read already.
            variable_definitions: variables
                .keys()
                .map(|name| {
                    at(
                        operation.pos,
                        VariableDefinition {
                            name: at(operation.pos, name.clone()),
                            var_type: at(
                                operation.pos,
                                Type {
                                    base: BaseType::Named(Name::new("ID")),
                                    nullable: true,
                                },
                            ),
                            directives: Vec::new(),
                            default_value: None,
                        },
                    )
                })
                .collect(),
            directives: Vec::new(),
            selection_set: at(operation.pos, selection_set(&self.root, operation.pos, variables)),
        };
        ExecutableDocument {
            operations: DocumentOperations::Single(at(operation.pos, definition)),
            fragments: HashMap::new(),
        }
    }
}

fn at<T>(pos: Pos, node: T) -> Positioned<T> {
    Positioned::new(node, pos)
}

/// A field as it is asked for, at each place that asks for it.
type Asked<'a> = IndexMap<&'a Name, Vec<&'a Arc<FieldSelection>>>;

struct Planner<'a> {
    schema: &'a DocumentSchema,
    variables: &'a Variables,
    limits: &'a Limits,
    /// How many selections have been looked at.
    steps: u64,
}

impl<'a> Planner<'a> {
    /// What `selections` ask of an object of type `ty`.
    fn set(&mut self, ty: &str, selections: &[&'a [Selection]], depth: u32) -> Result<Set, Refusal> {
        if depth > self.limits.depth {
            return Err(too_much("a depth of", depth.into(), self.limits.depth.into()));
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
                Some(self.set(&first.named, &below, depth + 1)?)
            };
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
                    // The same field of the same fragment asks for nothing more.
                    if !places.iter().any(|place| Arc::ptr_eq(place, field)) {
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
        if self.steps > self.limits.cost {
            return Err(too_much("a cost of at least", self.steps, self.limits.cost));
        }
        Ok(())
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Cost {
    fields: u64,
    argument_bytes: u64,
}

impl Cost {
    fn times(self, times: u64) -> Self {
        Self {
            fields: self.fields.saturating_mul(times),
            argument_bytes: self.argument_bytes.saturating_mul(times),
        }
    }

    fn and(self, other: Self) -> Self {
        Self {
            fields: self.fields.saturating_add(other.fields),
            argument_bytes: self.argument_bytes.saturating_add(other.argument_bytes),
        }
    }
}

/// What the dearest of an object's types costs.
fn cost_of(set: &Set, variables: &Variables, sizes: &Sizes<'_>) -> Cost {
    let variants = set.variants.iter().map(|fields| {
        let costs = fields.iter().map(|field| {
            let selection = &field.selection;
            let own = Cost {
                fields: 1,
                argument_bytes: sizes.of_arguments(selection.arguments.iter().map(|(_, _, value)| value)),
            };
            let Some(set) = &field.set else { return own };
            let is_page = set
                .all_fields()
                .any(|field| matches!(field.selection.name.as_str(), "nodes" | "edges"));
            let times =
                page_size(selection, variables).unwrap_or(if is_page { DEFAULT_PAGE_SIZE } else { 1 });
            cost_of(set, variables, sizes).times(times).and(own)
        });
        costs.fold(Cost::default(), Cost::and)
    });
    variants.fold(Cost::default(), |dearest, cost| Cost {
        fields: dearest.fields.max(cost.fields),
        argument_bytes: dearest.argument_bytes.max(cost.argument_bytes),
    })
}

/// How many rows a list is asked for; `None` when it is not told how many.
fn page_size(field: &FieldSelection, variables: &Variables) -> Option<u64> {
    let sizes = field
        .arguments
        .iter()
        .filter(|(name, ..)| matches!(name.as_str(), "first" | "last" | "pageSize"))
        .map(|(_, _, argument)| {
            let number = match argument {
                Argument::Number(number) => number.as_u64(),
                Argument::Variable(name) => match variables.get(name) {
                    Some(Value::Number(number)) => number.as_u64(),
                    _ => None,
                },
                _ => None,
            };
            number.unwrap_or(DEFAULT_PAGE_SIZE)
        });
    // A larger page is refused by the list itself.
    sizes.max().map(|asked| Ord::min(asked, MAX_PAGE_SIZE))
}

/// A set as async-graphql reads it: what all types have in common first, then what each has of its own.
fn selection_set(set: &Set, pos: Pos, variables: &Variables) -> SelectionSet {
    let first = set.variants.first().map_or(&[][..], Vec::as_slice);
    let mut items = fields_of(first, variables, &Place::Plain);
    if set.says_kind() {
        items.push(at(pos, parsed::Selection::Field(at(pos, kind_field(pos)))));
    }
    let mut interfaces: Vec<&Name> = Vec::new();
    for field in first {
        if let Place::On(interface) = &field.place
            && !interfaces.contains(&interface)
        {
            interfaces.push(interface);
        }
    }
    for interface in interfaces {
        let own = fields_of(first, variables, &Place::On(interface.clone()));
        items.push(fragment(interface, own, pos));
    }
    let mut by_type: Vec<_> = set.by_type.iter().collect();
    by_type.sort_unstable();
    for (object, variant) in by_type {
        let own = set.variants.get(*variant).map_or(&[][..], Vec::as_slice);
        let own = fields_of(own, variables, &Place::ByType);
        if !own.is_empty() {
            items.push(fragment(object, own, pos));
        }
    }
    items.shrink_to_fit();
    SelectionSet { items }
}

fn fragment(on: &str, items: Vec<Positioned<parsed::Selection>>, pos: Pos) -> Positioned<parsed::Selection> {
    let condition = TypeCondition {
        on: at(pos, Name::new(on)),
    };
    let fragment = InlineFragment {
        type_condition: Some(at(pos, condition)),
        directives: Vec::new(),
        selection_set: at(pos, SelectionSet { items }),
    };
    at(pos, parsed::Selection::InlineFragment(at(pos, fragment)))
}

fn kind_field(pos: Pos) -> parsed::Field {
    parsed::Field {
        alias: Some(at(pos, Name::new(KIND))),
        name: at(pos, Name::new("__typename")),
        arguments: Vec::new(),
        directives: Vec::new(),
        selection_set: at(pos, SelectionSet::default()),
    }
}

fn fields_of(fields: &[Field], variables: &Variables, place: &Place) -> Vec<Positioned<parsed::Selection>> {
    let wanted = fields.iter().filter(|field| field.place == *place);
    let as_parsed = wanted.map(|field| {
        let selection = &field.selection;
        let pos = selection.pos;
        let below = field.set.as_ref();
        let parsed = parsed::Field {
            alias: selection.alias.clone().map(|alias| at(pos, alias)),
            name: at(pos, selection.name.clone()),
            arguments: selection
                .arguments
                .iter()
                .filter_map(|(name, pos, value)| {
                    let value = provided(value, variables)?;
                    Some((at(*pos, name.clone()), at(*pos, value)))
                })
                .collect(),
            directives: Vec::new(),
            selection_set: at(
                pos,
                below
                    .map(|set| selection_set(set, pos, variables))
                    .unwrap_or_default(),
            ),
        };
        at(pos, parsed::Selection::Field(at(pos, parsed)))
    });
    as_parsed.collect()
}

/// A value without the variables that nobody sent: an argument or member that is one isn't there (6.4.1), an item of a list
/// is null. Variables that were sent stay named, and are not copied here.
fn provided(value: &Argument, variables: &Variables) -> Option<Argument> {
    match value {
        Argument::Variable(name) if variables.get(name).is_none() => None,
        Argument::List(items) => Some(Argument::List(
            items
                .iter()
                .map(|item| provided(item, variables).unwrap_or(Argument::Null))
                .collect(),
        )),
        Argument::Object(members) => Some(Argument::Object(
            members
                .iter()
                .filter_map(|(name, member)| Some((name.clone(), provided(member, variables)?)))
                .collect(),
        )),
        other => Some(other.clone()),
    }
}
