//! A plan as async-graphql runs it: a document of one operation without fragments and conditions.

use std::collections::HashMap;

use async_graphql::{
    Name, Pos, Positioned, Variables,
    parser::types::{
        self as parsed, BaseType, DocumentOperations, ExecutableDocument, InlineFragment,
        OperationDefinition, OperationType, SelectionSet, Type, TypeCondition, VariableDefinition,
    },
};
use async_graphql_value::Value as Argument;

use super::{
    Operation,
    plan::{Field, KIND, Place, Plan, Set, Step},
};

impl Plan {
    /// The document that async-graphql runs.
    #[must_use]
    pub fn document(&self, operation: &Operation, variables: &Variables) -> ExecutableDocument {
        let selected = selection_set(&self.root, operation.pos, variables);
        document(self.operation, operation, variables, selected)
    }
}

impl Step<'_> {
    /// The document that async-graphql runs for this step alone.
    #[must_use]
    pub fn document(&self, operation: &Operation, variables: &Variables) -> ExecutableDocument {
        let items = fields_of(self.fields, variables, &Place::Plain);
        document(self.operation, operation, variables, SelectionSet { items })
    }
}

fn document(
    kind: OperationType,
    operation: &Operation,
    variables: &Variables,
    selected: SelectionSet,
) -> ExecutableDocument {
    let definition = OperationDefinition {
        ty: kind,
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
        selection_set: at(operation.pos, selected),
    };
    ExecutableDocument {
        operations: DocumentOperations::Single(at(operation.pos, definition)),
        fragments: HashMap::new(),
    }
}

fn at<T>(pos: Pos, node: T) -> Positioned<T> {
    Positioned::new(node, pos)
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
            arguments: without_spare_room(selection.arguments.iter().filter_map(|(name, pos, value)| {
                let value = provided(value, variables)?;
                Some((at(*pos, name.clone()), at(*pos, value)))
            })),
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
    without_spare_room(as_parsed)
}

/// A list that holds what it holds and no more: a live stream keeps its document for as long as it lives.
fn without_spare_room<T>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut list: Vec<T> = items.collect();
    list.shrink_to_fit();
    list
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
