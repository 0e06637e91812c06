// With which arguments fields are read and asked: a few for each, taken from the schema.
import { getNamedType, getNullableType, isEnumType, isInputObjectType, isListType, isObjectType, isRequiredArgument, isRequiredInputField } from "graphql";

const PAGING = new Set(["first", "after", "last", "before", "page", "pageSize"]);

export const isConnection = (type) => getNamedType(type).name.endsWith("Connection");
export const isPaging = (field, arg) => isConnection(field.type) && PAGING.has(arg.name);

/// The name under which the value of a field with these arguments is kept; those of paging don't count, and what is absent is
/// the default.
export function keyOf(field, args) {
  const given = {};
  for (const arg of field.args) {
    if (isPaging(field, arg)) continue;
    const value = args[arg.name] ?? arg.defaultValue ?? null;
    if (value !== null) given[arg.name] = value;
  }
  return `${field.name}${JSON.stringify(sorted(given))}`;
}

function sorted(value) {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  const members = Object.entries(value).filter(([, member]) => member !== null && member !== undefined);
  return Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, member]) => [name, sorted(member)]));
}

/// The arguments with which a field is tried, without those of paging. `pool` has the ids and slugs that there are.
export function variantsOf(field, pool) {
  const required = field.args.find(isRequiredArgument);
  const starts = required ? valuesFor(field, required, pool).map((value) => ({ [required.name]: value })) : [{}];
  const choices = field.args
    .filter((arg) => arg !== required && !isPaging(field, arg))
    .map((arg) => valuesOf(getNullableType(arg.type)).map((value) => ({ [arg.name]: value })));
  const all = Object.assign({}, ...choices.map((of) => of.at(-1)));
  const variants = [{}, ...choices.flat(), ...(choices.length > 1 ? [all] : [])];
  return starts.flatMap((start) => (required && starts.length > 8 ? [start] : variants.map((variant) => ({ ...start, ...variant }))));
}

function valuesOf(type) {
  if (isEnumType(type)) return type.getValues().map((value) => value.name).slice(0, 4);
  if (type.name === "Int") return [-1, 1];
  if (!isInputObjectType(type)) return [];
  const fields = type.getFields();
  if (fields.direction) {
    const by = getNullableType(fields.field.type).getValues();
    return [{ field: by[0].name, direction: "ASC" }, { field: by.at(-1).name, direction: "DESC" }];
  }
  const values = [];
  for (const { name, type: inner } of Object.values(fields)) {
    if (name === "search") values.push({ search: "e" });
    if (inner.name === "Boolean") values.push({ [name]: true });
    if (isListType(inner) && isEnumType(getNamedType(inner))) values.push({ [name]: getNamedType(inner).getValues().slice(0, 2).map((value) => value.name) });
  }
  return values.slice(0, 3);
}

function valuesFor(field, arg, pool) {
  if (isInputObjectType(getNullableType(arg.type))) return [sampleOf(arg.type, arg.name, pool)];
  if (arg.name === "slug") return [...pool.slugs, "nulle-part"];
  const type = getNamedType(field.type);
  const known = isObjectType(type) ? (pool.ids[type.name] ?? []) : Object.values(pool.ids).flat();
  return [...known, pool.ids.Service?.[0] ?? "svc_x", "prj_00000000000000000000000000", "x"].filter((id, at, all) => all.indexOf(id) === at);
}

/// Something of a type that must be given: the least that the schema takes.
function sampleOf(type, name, pool) {
  const plain = getNullableType(type);
  if (isListType(plain)) return [sampleOf(plain.ofType, name, pool)];
  if (isInputObjectType(plain)) {
    const fields = Object.values(plain.getFields()).filter(isRequiredInputField);
    return Object.fromEntries(fields.map((field) => [field.name, sampleOf(field.type, field.name, pool)]));
  }
  if (isEnumType(plain)) return plain.getValues()[0].name;
  const kind = name.replace(/Id$/, "");
  return { ID: pool.ids[kind.charAt(0).toUpperCase() + kind.slice(1)]?.[0] ?? "x", Int: 1, Boolean: true, Decimal: "2.5" }[plain.name] ?? "x";
}

/// Arguments of paging that no list takes.
export const REFUSED_PAGES = [
  { first: -1 }, { first: 101 }, { last: -1 }, { page: 0 }, { pageSize: 0 }, { pageSize: 101 }, { first: 1, last: 1 },
  { first: 1, page: 1 }, { last: 1, pageSize: 1 }, { after: "x" }, { before: "x" },
];
