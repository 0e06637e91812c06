//! From text to a [`Document`]: parsed and validated by apollo-compiler (5. Validation), then compiled into what plans are
//! made of, without the names of fragments.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use apollo_compiler::{
    Node, ast,
    executable::{self, ExecutableDocument, OperationType as OperationKind},
    parser::{Parser, SourceMap},
    validation::{DiagnosticList, Valid},
};
use async_graphql::{Name, Pos, ServerError, parser::types::OperationType};

use super::{
    Condition, ConditionValue, Document, DocumentSchema, FieldSelection, FragmentSelection, Operation,
    Selection, Selections, Variable, coded, invalid, literals, nesting,
    plan::{self, MAX_KEPT},
    positions::{self, Position},
    refused::Refused,
    shortened,
};
use crate::graphql::limits::{Limits, PLACE, Refusal, count_tokens, size_of_value, too_much};

/// How many mistakes a caller is told at once.
const MAX_ERRORS: usize = 10;
/// The longest message of the validator's, in characters: it repeats what was sent.
const MAX_MESSAGE: usize = 400;
/// What a selection takes in memory, and a field of a plan, in bytes: the sizes of the structures with what they own.
const SELECTION_BYTES: u64 = 400;
const PLANNED_BYTES: u64 = 300;
const PARSE_FAILED: &str = "GRAPHQL_PARSE_FAILED";

/// Reads a document of so many tokens, which were counted before.
pub(super) fn document(
    schema: &DocumentSchema,
    text: &str,
    tokens: usize,
    limits: &Limits,
) -> Result<Document, Refused> {
    let parsed = parse(text, tokens, limits)?;
    nesting::measure(&parsed, limits)?;
    let valid = validate(schema, &parsed)?;
    let mut compiler = Compiler {
        schema,
        limits,
        document: &valid,
        variables: &[],
        fragments: HashMap::new(),
        conditions: Vec::new(),
        aliases: 0,
        directives: 0,
        selections: 0,
        argument_bytes: 0,
        errors: Vec::new(),
    };
    let mut operations = valid
        .operations
        .iter()
        .map(|operation| compiler.operation(operation))
        .collect::<Result<Vec<_>, _>>()?;
    for operation in &operations {
        compiler.check_subscription(operation);
    }
    for operation in &mut operations {
        operation.size = compiler.selections;
    }
    if compiler.errors.is_empty() {
        let per_selection = SELECTION_BYTES + (MAX_KEPT * operations.len()) as u64 * PLANNED_BYTES;
        Ok(Document {
            weight: compiler.selections * per_selection + compiler.argument_bytes,
            operations: operations.into_iter().map(Arc::new).collect(),
        })
    } else {
        Err(Refused::Invalid(compiler.errors))
    }
}

/// Parses a document. apollo-parser passes over an argument without a value (`client(id id: 1)`): what it has read must come
/// to as many tokens as the text has.
fn parse(text: &str, tokens: usize, limits: &Limits) -> Result<ast::Document, Refused> {
    // The nesting was counted: the limit of the parser's recursion is never met.
    let parsed = Parser::new()
        .recursion_limit(500)
        .parse_ast(text, "document.graphql")
        .map_err(|failed| Refused::Invalid(told(&failed.errors, PARSE_FAILED)))?;
    let unlimited = Limits {
        tokens: usize::MAX,
        nesting: usize::MAX,
        ..*limits
    };
    let read = count_tokens(&parsed.to_string(), &unlimited)?;
    // A nameless query may be written without its keyword; apollo-compiler leaves it out where it comes first.
    let nameless = parsed
        .definitions
        .iter()
        .enumerate()
        .find_map(|(index, definition)| {
            let ast::Definition::OperationDefinition(operation) = definition else {
                return None;
            };
            let is_short = operation.operation_type == OperationKind::Query
                && operation.name.is_none()
                && operation.variables.is_empty()
                && operation.directives.is_empty();
            is_short.then_some((index, operation))
        });
    let (in_text, in_print) = nameless.map_or((0, 0), |(index, operation)| {
        let start = operation.location().map_or(0, |location| location.offset());
        let has_keyword = text.get(start..).is_some_and(|text| text.starts_with("query"));
        (usize::from(has_keyword), usize::from(index > 0))
    });
    if read + in_text == tokens + in_print {
        Ok(parsed)
    } else {
        let message = "The document has a name or a value too many: look for an argument without its colon.";
        Err(Refused::Invalid(vec![coded(PARSE_FAILED, message, Vec::new())]))
    }
}

/// Validates a document. apollo-compiler takes a subscription's field for several when it is written several times; that
/// is counted again once fragments are followed.
fn validate(schema: &DocumentSchema, parsed: &ast::Document) -> Result<Valid<ExecutableDocument>, Refused> {
    parsed.to_executable_validate(schema.valid()).or_else(|failed| {
        let all_counted_again = failed.errors.iter().all(|diagnostic| {
            diagnostic.error.unstable_error_name() == Some("SubscriptionUsesMultipleFields")
        });
        if all_counted_again {
            Ok(Valid::assume_valid(failed.partial))
        } else {
            Err(Refused::Invalid(told(&failed.errors, super::VALIDATION_FAILED)))
        }
    })
}

/// The first mistakes, as GraphQL tells them.
fn told(errors: &DiagnosticList, code: &str) -> Vec<ServerError> {
    let first = errors.iter().take(MAX_ERRORS);
    let told = first.map(|diagnostic| {
        let error = diagnostic.unstable_to_json_compat();
        let locations = error.locations.iter().map(|at| Pos {
            line: at.line,
            column: at.column,
        });
        let message = match error.message.char_indices().nth(MAX_MESSAGE) {
            None => error.message,
            Some((at, _)) => format!("{}…", &error.message[..at]),
        };
        coded(code, message, locations.collect())
    });
    told.collect()
}

struct Compiler<'a> {
    schema: &'a DocumentSchema,
    limits: &'a Limits,
    document: &'a Valid<ExecutableDocument>,
    /// The variables of the operation that is being compiled.
    variables: &'a [Node<ast::VariableDefinition>],
    /// Those compiled so far.
    fragments: HashMap<&'a str, Selections>,
    /// Variables that conditions name.
    conditions: Vec<Name>,
    aliases: u32,
    directives: u32,
    /// How many selections were compiled, and what their arguments take.
    selections: u64,
    argument_bytes: u64,
    errors: Vec<ServerError>,
}

impl<'a> Compiler<'a> {
    fn sources(&self) -> &'a SourceMap {
        &self.document.sources
    }

    fn operation(&mut self, operation: &'a Node<executable::Operation>) -> Result<Operation, Refusal> {
        self.count_directives(operation.directives.len())?;
        self.conditions.clear();
        self.variables = &operation.variables;
        // A fragment's conditions belong to each operation that spreads it.
        self.fragments.clear();
        let selections = self.selections(&operation.selection_set)?;
        let mut variables = Vec::with_capacity(operation.variables.len());
        for definition in &operation.variables {
            self.count_directives(definition.directives.len())?;
            let pos = self.pos(definition.location());
            let name = Name::new(&definition.name);
            let default = definition
                .default_value
                .as_ref()
                .and_then(|value| literals::constant(value));
            if let Some(value) = &definition.default_value {
                self.check_names(value, &definition.name, pos);
            }
            if let Some(default) = &default {
                self.check_literal(&definition.ty, default, &definition.name, pos);
            }
            variables.push(Variable {
                is_condition: self.conditions.contains(&name),
                name,
                pos,
                ty: (*definition.ty).clone(),
                default,
            });
        }
        Ok(Operation {
            name: operation.name.as_ref().map(Name::new),
            kind: match operation.operation_type {
                executable::OperationType::Query => OperationType::Query,
                executable::OperationType::Mutation => OperationType::Mutation,
                executable::OperationType::Subscription => OperationType::Subscription,
            },
            pos: self.pos(operation.location()),
            root: Name::new(&operation.selection_set.ty),
            variables,
            selections,
            size: 0,
            plans: plan::Kept::default(),
        })
    }

    fn selections(&mut self, set: &'a executable::SelectionSet) -> Result<Selections, Refusal> {
        self.selections += set.selections.len() as u64;
        let mut selections = Vec::with_capacity(set.selections.len());
        for selection in &set.selections {
            selections.push(match selection {
                executable::Selection::Field(field) => {
                    Selection::Field(Arc::new(self.field(field, &set.ty)?))
                }
                executable::Selection::InlineFragment(fragment) => Selection::Fragment(FragmentSelection {
                    on: fragment.type_condition.as_ref().map(Name::new),
                    conditions: self.conditions(&fragment.directives)?,
                    selections: self.selections(&fragment.selection_set)?,
                }),
                executable::Selection::FragmentSpread(spread) => {
                    let conditions = self.conditions(&spread.directives)?;
                    let name = spread.fragment_name.as_str();
                    let Some(fragment) = self.document.fragments.get(name) else {
                        continue; // Validation has named it.
                    };
                    let selections = match self.fragments.get(name) {
                        Some(known) => Arc::clone(known),
                        None => {
                            self.count_directives(fragment.directives.len())?;
                            let compiled = self.selections(&fragment.selection_set)?;
                            self.fragments.insert(name, Arc::clone(&compiled));
                            compiled
                        }
                    };
                    Selection::Fragment(FragmentSelection {
                        on: Some(Name::new(fragment.type_condition())),
                        conditions,
                        selections,
                    })
                }
            });
        }
        Ok(selections.into())
    }

    fn field(
        &mut self,
        field: &'a Node<executable::Field>,
        parent: &ast::NamedType,
    ) -> Result<FieldSelection, Refusal> {
        if field.alias.is_some() {
            self.aliases += 1;
            if self.aliases > self.limits.aliases {
                return Err(too_much(
                    "aliases:",
                    self.aliases.into(),
                    self.limits.aliases.into(),
                ));
            }
        }
        let mut arguments = Vec::with_capacity(field.arguments.len());
        for argument in &field.arguments {
            let pos = self.pos(argument.location());
            self.check_names(&argument.value, &argument.name, pos);
            let value = literals::argument(&argument.value);
            if let Some(definition) = field.definition.argument_by_name(&argument.name) {
                let place = format!("{parent}.{}({}:)", field.name, argument.name);
                self.check_argument(&definition.ty, &value, &place, pos);
                let at = Position {
                    ty: &definition.ty,
                    has_default: definition.default_value.is_some(),
                };
                let misfit = positions::misfit(self.schema, self.variables, &argument.value, at);
                self.tell_misfit(misfit, pos);
            }
            self.argument_bytes += size_of_value(&value) + PLACE;
            arguments.push((Name::new(&argument.name), pos, value));
        }
        let is_leaf = field.selection_set.selections.is_empty();
        let name = Name::new(&field.name);
        let alias = field.alias.as_ref().map(Name::new);
        Ok(FieldSelection {
            pos: self.pos(field.location()),
            key: alias.clone().unwrap_or_else(|| name.clone()),
            alias,
            name,
            arguments,
            conditions: self.conditions(&field.directives)?,
            ty: field.definition.ty.clone(),
            named: Name::new(field.definition.ty.inner_named_type()),
            work: self.schema.work(parent, &field.name),
            selections: if is_leaf {
                None
            } else {
                Some(self.selections(&field.selection_set)?)
            },
        })
    }

    fn conditions(&mut self, directives: &executable::DirectiveList) -> Result<Vec<Condition>, Refusal> {
        self.count_directives(directives.len())?;
        let mut conditions = Vec::new();
        for directive in directives {
            let wanted = match directive.name.as_str() {
                "include" => true,
                "skip" => false,
                _ => continue,
            };
            let value = match directive.specified_argument_by_name("if").map(|value| &**value) {
                Some(ast::Value::Boolean(value)) => ConditionValue::Literal(*value),
                Some(value @ ast::Value::Variable(name)) => {
                    let at = Position {
                        ty: &apollo_compiler::ty!(Boolean!),
                        has_default: false,
                    };
                    let misfit = positions::misfit(self.schema, self.variables, value, at);
                    self.tell_misfit(misfit, self.pos(directive.location()));
                    let name = Name::new(name);
                    if !self.conditions.contains(&name) {
                        self.conditions.push(name.clone());
                    }
                    ConditionValue::Variable(name)
                }
                _ => continue,
            };
            conditions.push(Condition { value, wanted });
        }
        Ok(conditions)
    }

    fn count_directives(&mut self, more: usize) -> Result<(), Refusal> {
        self.directives = self
            .directives
            .saturating_add(u32::try_from(more).unwrap_or(u32::MAX));
        if self.directives > self.limits.directives {
            return Err(too_much(
                "directives:",
                self.directives.into(),
                self.limits.directives.into(),
            ));
        }
        Ok(())
    }

    /// A subscription has one field (5.2.3.1).
    fn check_subscription(&mut self, operation: &Operation) {
        if operation.kind != OperationType::Subscription {
            return;
        }
        let mut found: Vec<&Name> = Vec::new();
        // Each fragment once, however often it is spread.
        let mut seen = HashSet::new();
        let mut left = vec![&operation.selections];
        while let Some(selections) = left.pop() {
            if !seen.insert(selections.as_ptr()) {
                continue;
            }
            for selection in selections.iter() {
                match selection {
                    Selection::Field(field) if !found.contains(&&field.key) => found.push(&field.key),
                    Selection::Field(_) => {}
                    Selection::Fragment(fragment) => left.push(&fragment.selections),
                }
            }
        }
        if found.len() > 1 {
            let message = "A subscription has one field: send each of them by itself.";
            self.errors.push(invalid(message, vec![operation.pos]));
        }
    }

    fn check_literal(&mut self, ty: &ast::Type, value: &async_graphql::Value, place: &str, pos: Pos) {
        if let Err(mistake) = super::variables::check_scalars(self.schema, ty, value) {
            self.tell(place, &mistake, pos);
        }
    }

    fn check_argument(&mut self, ty: &ast::Type, value: &async_graphql_value::Value, place: &str, pos: Pos) {
        // What a variable holds is checked when it comes.
        let constant = value
            .clone()
            .into_const_with(|_| Ok::<_, std::convert::Infallible>(async_graphql::Value::Null));
        let Ok(constant) = constant;
        self.check_literal(ty, &constant, place, pos);
    }

    fn check_names(&mut self, value: &ast::Value, place: &str, pos: Pos) {
        if let Some(name) = literals::named_twice(value) {
            let message = format!("stands there twice: once is enough, in {}.", shortened(place));
            let mistake = super::variables::Mistake {
                place: String::new(),
                message,
            };
            self.tell(name, &mistake, pos);
        }
    }

    fn tell_misfit(&mut self, misfit: Option<String>, pos: Pos) {
        let room = MAX_ERRORS.saturating_sub(self.errors.len());
        let errors = misfit.into_iter().take(room);
        self.errors
            .extend(errors.map(|message| invalid(message, vec![pos])));
    }

    fn tell(&mut self, place: &str, mistake: &super::variables::Mistake, pos: Pos) {
        if self.errors.len() < MAX_ERRORS {
            let message = format!("{}{}: {}", shortened(place), mistake.place, mistake.message);
            self.errors.push(invalid(message, vec![pos]));
        }
    }

    fn pos(&self, location: Option<apollo_compiler::parser::SourceSpan>) -> Pos {
        location
            .and_then(|location| location.line_column(self.sources()))
            .map(|at| Pos {
                line: at.line,
                column: at.column,
            })
            .unwrap_or_default()
    }
}
