// Whether an answer is what a document asks for under the schema: every selected field is there and no other, nothing that is
// never null is null, and every scalar is written as the schema says. And whether two answers are alike.
import { getNamedType, getNullableType, isAbstractType, isEnumType, isLeafType, isListType, isNonNullType, typeFromAST } from "graphql";

const isText = (value) => typeof value === "string";
const SCALARS = {
  ID: isText,
  String: isText,
  Int: Number.isInteger,
  Float: (value) => typeof value === "number",
  Boolean: (value) => typeof value === "boolean",
  Date: (value) => isText(value) && /^\d{4}-\d\d-\d\d$/.test(value),
  DateTime: (value) => isText(value) && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(value),
  Decimal: (value) => isText(value) && /^-?\d+(\.\d+)?$/.test(value),
  EmailAddress: (value) => isText(value) && /^[^@\s]+@[^@\s]+$/.test(value),
  URL: (value) => isText(value) && URL.canParse(value),
};

/// The selected fields by the key they are answered under, of an object of this type, with fragments merged in.
function fieldsOf(schema, document, selectionSet, type, into = new Map()) {
  for (const selection of selectionSet.selections) {
    if (selection.kind === "Field") {
      const key = selection.alias?.value ?? selection.name.value;
      into.set(key, [...(into.get(key) ?? []), selection]);
      continue;
    }
    const fragment =
      selection.kind === "FragmentSpread" ? document.definitions.find((it) => it.kind === "FragmentDefinition" && it.name.value === selection.name.value) : selection;
    const on = fragment.typeCondition ? typeFromAST(schema, fragment.typeCondition) : type;
    if (on === type || (isAbstractType(on) && schema.isSubType(on, type))) fieldsOf(schema, document, fragment.selectionSet, type, into);
  }
  return into;
}

/// What is wrong with `data` as the answer to `document`; nothing when it conforms.
export function mistakes(schema, document, data) {
  const operation = document.definitions.find((it) => it.kind === "OperationDefinition");
  const found = [];
  object(schema.getRootType(operation.operation), [operation.selectionSet], data, "data");
  return found;

  function object(type, selectionSets, value, path) {
    if (value === null || typeof value !== "object" || Array.isArray(value)) return found.push(`${path}: not an object`);
    if (isAbstractType(type)) {
      const concrete = schema.getType(value.__typename ?? "");
      if (!concrete || !schema.isSubType(type, concrete)) return found.push(`${path}: __typename is to name a ${type.name}`);
      type = concrete;
    }
    const fields = new Map();
    for (const selectionSet of selectionSets) fieldsOf(schema, document, selectionSet, type, fields);
    for (const key of Object.keys(value)) if (!fields.has(key)) found.push(`${path}.${key}: isn't asked for`);
    for (const [key, nodes] of fields) {
      const name = nodes[0].name.value;
      if (!(key in value)) found.push(`${path}.${key}: missing`);
      else if (name === "__typename") value[key] === type.name || found.push(`${path}.${key}: ${value[key]} instead of ${type.name}`);
      else check(type.getFields()[name].type, nodes, value[key], `${path}.${key}`);
    }
  }

  function check(type, nodes, value, path) {
    if (value === null) {
      if (isNonNullType(type)) found.push(`${path}: null, and is never null`);
      return;
    }
    const bare = getNullableType(type);
    if (isListType(bare)) {
      if (!Array.isArray(value)) return found.push(`${path}: not a list`);
      value.forEach((item, index) => check(bare.ofType, nodes, item, `${path}[${index}]`));
      return;
    }
    const named = getNamedType(bare);
    if (!isLeafType(named)) return object(named, nodes.map((node) => node.selectionSet), value, path);
    const fits = isEnumType(named) ? named.getValue(value) !== undefined : SCALARS[named.name]?.(value);
    if (!fits) found.push(`${path}: ${JSON.stringify(value)} is no ${named.name}`);
  }
}

/// Where two answers to one document differ in their keys and the kinds of their values. Null is like anything, as the schema
/// says where it may be; a list is judged by its items of the same type.
export function differences(left, right, path = "data") {
  if (left === null || right === null) return [];
  if (Array.isArray(left) && Array.isArray(right)) {
    const like = (item) => left.find((it) => it?.__typename === item?.__typename);
    return right.flatMap((item) => (like(item) === undefined ? [] : differences(like(item), item, `${path}[]`)));
  }
  if (typeof left !== typeof right || Array.isArray(left) !== Array.isArray(right)) return [`${path}: ${typeof left} and ${typeof right}`];
  if (typeof left !== "object") return [];
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].flatMap((key) => (key in left && key in right ? differences(left[key], right[key], `${path}.${key}`) : [`${path}.${key}: in one of them only`]));
}
