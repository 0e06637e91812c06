// Mistakes: each makes another document out of one. Whether what comes out is still valid the judges say.
import { Kind, Lexer, Source, TokenKind, parse, print, visit } from "graphql";

const TOKENS = ["{", "}", "(", ")", "[", "]", ":", "=", "!", "|", "&", "...", "@", "$", "$v", "@skip", "on", "query", "fragment",
  "null", "true", "0", "-1", "01", "1.", "1.5e", "3000000000", '"texte"', '"""bloc"""', '"\\u{1F600}"', '"\\uD83D"', '"\\x"', '"', "'", "é", "__typename", "name", "id"];

function tokensOf(text) {
  const lexer = new Lexer(new Source(text));
  const tokens = [];
  for (let token = lexer.advance(); token.kind !== TokenKind.EOF; token = lexer.advance()) tokens.push(text.slice(token.start, token.end));
  return tokens;
}

const onTokens = (change) => (text, dice) => {
  const tokens = tokensOf(text);
  change(tokens, dice.below(tokens.length), dice);
  return tokens.join(" ");
};

/// Changes one of the nodes of these kinds.
const onNode = (kinds, change) => (text, dice) => {
  const document = parse(text);
  let count = 0;
  const wanted = (node) => kinds.includes(node.kind);
  visit(document, { enter: (node) => void (wanted(node) && (count += 1)) });
  if (count === 0) return null;
  let left = dice.below(count);
  return print(visit(document, { enter: (node) => (wanted(node) && left-- === 0 ? change(structuredClone({ ...node, loc: undefined }), dice, document) : undefined) }));
};

const name = (value) => ({ kind: Kind.NAME, value });
const field = (value, more = {}) => ({ kind: Kind.FIELD, name: name(value), ...more });
const directive = (value, condition) => ({ kind: Kind.DIRECTIVE, name: name(value), arguments: condition ? [{ kind: Kind.ARGUMENT, name: name("if"), value: condition }] : [] });
const TRUE = { kind: Kind.BOOLEAN, value: true };
const literal = (text) => parse(`{ a(b: ${text}) }`).definitions[0].selectionSet.selections[0].arguments[0].value;
const VALUES = [Kind.INT, Kind.FLOAT, Kind.STRING, Kind.BOOLEAN, Kind.ENUM, Kind.LIST, Kind.OBJECT, Kind.NULL, Kind.VARIABLE];
const LITERALS = ["3", "-7", "3000000000", "1.5", "1e3", '"texte"', "true", "null", "SENT", "UNKNOWN", "[]", "[1]", '["a", null]', "[[1]]", "{}", "{ a: 1 }", "$undefined", '"2026-13-45"'];
const TYPES = ["ID", "ID!", "Int", "Int!", "[Int]", "[ID!]!", "String", "String!", "Boolean", "Float", "Nothing", "Query", "Date", "Locale", "OrderDirection"];
const ON = ["Query", "Project", "Invoice", "Node", "Nothing", "String", "StreamEvent", "LoginInput", "Locale"];
const add = (key, ...more) => (node) => ({ ...node, [key]: [...(node[key] ?? []), ...more] });
const inSet = (...more) => onNode([Kind.SELECTION_SET], (set) => ({ ...set, selections: [...set.selections, ...more] }));
const appended = (more) => (text) => `${text}\n${more}`;

export const MISTAKES = {
  "a token left out": onTokens((tokens, at) => tokens.splice(at, 1)),
  "a token twice": onTokens((tokens, at) => tokens.splice(at, 0, tokens[at])),
  "two tokens swapped": onTokens((tokens, at) => tokens.splice(at, 2, ...tokens.slice(at, at + 2).reverse())),
  "a token for another": onTokens((tokens, at, dice) => tokens.splice(at, 1, dice.pick(TOKENS))),
  "a token too many": onTokens((tokens, at, dice) => tokens.splice(at, 0, dice.pick(TOKENS))),
  "cut off": onTokens((tokens, at) => tokens.splice(at)),
  "nothing": () => "",
  "an empty selection": (text) => text.replace(/\{[^{}]*\}(?=\s*\}|\s*$)/, "{}"),
  "a field of another name": onNode([Kind.FIELD], (node) => ({ ...node, name: name("nothing") })),
  "a field of a neighbour": onNode([Kind.FIELD], (node, dice) => ({ ...node, name: name(dice.pick(["id", "name", "nodes", "totalCount", "version"])) })),
  "an argument of another name": onNode([Kind.ARGUMENT], (node) => ({ ...node, name: name("nothing") })),
  "an argument left out": onNode([Kind.FIELD], (node, dice) => ({ ...node, arguments: (node.arguments ?? []).filter(() => dice.chance(0.5)) })),
  "an argument twice": onNode([Kind.FIELD, Kind.DIRECTIVE], (node) => ({ ...node, arguments: [...(node.arguments ?? []), ...(node.arguments ?? [])] })),
  "an argument too many": onNode([Kind.FIELD], (node) => add("arguments", { kind: Kind.ARGUMENT, name: name("first"), value: literal("1") })(node)),
  "another value": onNode(VALUES, (_, dice) => literal(dice.pick(LITERALS))),
  "a value in a list": onNode(VALUES, (node) => ({ kind: Kind.LIST, values: [node] })),
  "a value in an object": onNode(VALUES, (node) => ({ kind: Kind.OBJECT, fields: [{ kind: Kind.OBJECT_FIELD, name: name("a"), value: node }] })),
  "an enum as a text": onNode([Kind.ENUM], (node) => ({ kind: Kind.STRING, value: node.value })),
  "a text as an enum": onNode([Kind.STRING], () => ({ kind: Kind.ENUM, value: "texte" })),
  "an input field of another name": onNode([Kind.OBJECT_FIELD], (node) => ({ ...node, name: name("nothing") })),
  "an input field left out": onNode([Kind.OBJECT], (node) => ({ ...node, fields: node.fields.slice(1) })),
  "an input field twice": onNode([Kind.OBJECT], (node) => ({ ...node, fields: [...node.fields, ...node.fields.slice(0, 1)] })),
  "an input field too many": onNode([Kind.OBJECT], (node) => add("fields", { kind: Kind.OBJECT_FIELD, name: name("search"), value: literal('"a"') })(node)),
  "a variable that nobody declares": onNode([Kind.ARGUMENT], (node) => ({ ...node, value: literal("$nobody") })),
  "a variable that nobody uses": onNode([Kind.OPERATION_DEFINITION], (node) => add("variableDefinitions", declared("unused", "Int"))(node)),
  "a variable twice": onNode([Kind.OPERATION_DEFINITION], (node) => ({ ...node, variableDefinitions: [...(node.variableDefinitions ?? []), ...(node.variableDefinitions ?? [])] })),
  "a variable of another type": onNode([Kind.VARIABLE_DEFINITION], (node, dice) => ({ ...node, type: declared("a", dice.pick(TYPES)).type })),
  "a variable with another default": onNode([Kind.VARIABLE_DEFINITION], (node, dice) => ({ ...node, defaultValue: literal(dice.pick(LITERALS.filter((it) => !it.startsWith("$")))) })),
  "a variable that may be null": onNode([Kind.VARIABLE_DEFINITION], (node) => ({ ...node, type: node.type.kind === Kind.NON_NULL_TYPE ? node.type.type : node.type })),
  "a variable that may not be null": onNode([Kind.VARIABLE_DEFINITION], (node) => ({ ...node, type: node.type.kind === Kind.NON_NULL_TYPE ? node.type : { kind: Kind.NON_NULL_TYPE, type: node.type } })),
  "a variable in a list": onNode([Kind.VARIABLE_DEFINITION], (node) => ({ ...node, type: { kind: Kind.LIST_TYPE, type: node.type } })),
  "a declaration left out": onNode([Kind.OPERATION_DEFINITION], (node) => ({ ...node, variableDefinitions: (node.variableDefinitions ?? []).slice(1) })),
  "an unknown directive": onNode([Kind.FIELD, Kind.INLINE_FRAGMENT, Kind.FRAGMENT_SPREAD, Kind.OPERATION_DEFINITION], (node) => add("directives", directive("nothing"))(node)),
  "a directive in a wrong place": onNode([Kind.OPERATION_DEFINITION, Kind.VARIABLE_DEFINITION, Kind.FRAGMENT_DEFINITION], (node) => add("directives", directive("include", TRUE))(node)),
  "a directive of the schema": onNode([Kind.FIELD], (node, dice) => add("directives", directive(dice.pick(["deprecated", "specifiedBy", "oneOf"])))(node)),
  "a directive twice": onNode([Kind.FIELD, Kind.INLINE_FRAGMENT], (node) => add("directives", directive("skip", TRUE), directive("skip", TRUE))(node)),
  "a condition without a value": onNode([Kind.FIELD], (node, dice) => add("directives", directive(dice.pick(["skip", "include"])))(node)),
  "a condition that is null": onNode([Kind.FIELD], (node) => add("directives", directive("include", literal("null")))(node)),
  "a condition that is a text": onNode([Kind.FIELD], (node) => add("directives", directive("include", literal('"true"')))(node)),
  "a leaf with selections": inSet(field("id", { selectionSet: { kind: Kind.SELECTION_SET, selections: [field("a")] } })),
  "an object without selections": onNode([Kind.FIELD], (node) => ({ ...node, selectionSet: undefined })),
  "the same key for another field": onNode([Kind.FIELD], (node) => ({ ...node, alias: name("same") })),
  "one key for two fields": inSet(field("id", { alias: name("same") }), field("name", { alias: name("same") })),
  "one key for two arguments": (text, dice) => onNode([Kind.SELECTION_SET], (set) => ({ ...set, selections: [...set.selections, ...set.selections.map((it) => (it.kind === Kind.FIELD ? { ...it, arguments: [] } : it))] }))(text, dice),
  "one key for two types": appended("query Types { node(id: \"x\") { ... on Project { v: name } ... on Invoice { v: items { id } } ... on Client { v: id } } }"),
  "one key for null or not": appended("query Nulls { node(id: \"x\") { ... on Project { v: id } ... on Client { v: phone } } }"),
  "a fragment that isn't there": inSet({ kind: Kind.FRAGMENT_SPREAD, name: name("Nowhere") }),
  "a fragment that nobody spreads": appended("fragment Lonely on Query { __typename }"),
  "a fragment in itself": appended("fragment Round on Query { ...Round } query R { ...Round }"),
  "fragments in each other": appended("fragment One on Query { ...Two } fragment Two on Query { ...One } query R { ...One }"),
  "a fragment twice": appended("fragment Twice on Query { __typename } fragment Twice on Query { __typename } query R { ...Twice }"),
  "a fragment on something else": onNode([Kind.INLINE_FRAGMENT, Kind.FRAGMENT_DEFINITION], (node, dice) => ({ ...node, typeCondition: { kind: Kind.NAMED_TYPE, name: name(dice.pick(ON)) } })),
  "an inline fragment on something else": (text, dice) => inSet({ kind: Kind.INLINE_FRAGMENT, typeCondition: { kind: Kind.NAMED_TYPE, name: name(dice.pick(ON)) }, selectionSet: { kind: Kind.SELECTION_SET, selections: [field("__typename")] } })(text, dice),
  "an operation twice": (text) => `${text}\n${text.replace(/fragment \w+ on[\s\S]*/, "")}`,
  "an operation without a name": appended("{ __typename }"),
  "an unknown operation": (text) => text.replace(/^\s*(query|mutation|subscription|\{)/, (word) => (word === "{" ? "quarry {" : "quarry")),
  "a type in the document": appended("type Query { a: Int }"),
  "an extension in the document": appended("extend type Query { a: Int }"),
  "two roots in a subscription": appended("subscription Two { a: viewerEvents { __typename } b: viewerEvents { __typename } }"),
  "a typename in a subscription": appended("subscription Meta { __typename }"),
  "a mutation's field in a query": appended("query Wrong { logout { userErrors { code } } }"),
  "selections on the root's __typename": inSet(field("__typename", { selectionSet: { kind: Kind.SELECTION_SET, selections: [field("a")] } })),
  "a name with two underscores": inSet(field("__nothing")),
};

function declared(variable, type) {
  return { ...parse(`query($${variable}: ${type}) { a }`).definitions[0].variableDefinitions[0], loc: undefined };
}
