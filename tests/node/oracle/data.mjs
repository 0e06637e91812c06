// All data that somebody may read, as plain objects: read through the API in documents of one fixed form.
//
// What has an id for `node` is a record, kept by it; everything else belongs to the object in which it was found, and so
// does a record in another language. Lists are read whole, once for each way to filter and order them.
import { astFromValue, getNamedType, isAbstractType, isLeafType, print } from "graphql";
import { isConnection, keyOf, variantsOf } from "./variants.mjs";

/// A field that answered with an error.
export class Failure {
  constructor(code) {
    this.code = code;
  }
}
/// A whole list.
export class List {
  constructor(type, edges) {
    Object.assign(this, { type, edges });
  }
}
/// A record, by its id.
export class Ref {
  constructor(id) {
    this.id = id;
  }
}

/// Changes by itself with every request.
export const VOLATILE = new Set(["Session.lastSeenAt"]);

/// Reads everything that `ask` may read. `pool` holds the ids and slugs to ask for by name, see `poolOf`; without one they
/// are left out. Answers the root object and the records.
export async function readWorld(schema, ask, pool = null) {
  const reader = new Reader(schema, ask, pool);
  return { query: await reader.root(), records: await reader.records() };
}

/// Ids by type and slugs, five of each at most: what fields with such arguments are asked for.
export function poolOf(world) {
  const pool = { ids: {}, slugs: [] };
  const add = (list, value) => (value === undefined || list.includes(value) ? list : [...list, value].sort().slice(0, 5));
  for (const [id, { type, values }] of world.records) {
    pool.ids[type] = add(pool.ids[type] ?? [], id);
    pool.slugs = add(pool.slugs, values.get("slug{}"));
  }
  return pool;
}

class Reader {
  constructor(schema, ask, pool) {
    Object.assign(this, { schema, ask, pool: pool ?? { ids: {}, slugs: [] }, byName: pool !== null });
    this.wanted = new Map();
    this.known = new Map();
    /// Fields in whose place a null moved up when they were asked for, by where they stand.
    this.lost = new Map();
  }

  root() {
    return this.object({ name: "Query", type: this.schema.getQueryType(), before: "{ ", after: " }", path: [] });
  }

  async records() {
    const found = new Map();
    for (let next; (next = [...this.wanted].filter(([id]) => !found.has(id))).length > 0; ) {
      const read = ([id, name]) => this.object(this.nodePlace(id, name));
      const objects = await Promise.all(next.map(read));
      next.forEach(([id], at) => found.set(id, objects[at]));
    }
    return found;
  }

  nodePlace(id, name) {
    return { name, type: this.schema.getType(name), before: `query($id: ID!) { node(id: $id) { ... on ${name} { `, after: " } } }", path: ["node"], variables: { id } };
  }

  /// The object at a place: a document without its place is `before`, selections, `after`; its answer is at `path`.
  async object(place) {
    const values = new Map();
    const plain = [];
    const reads = [];
    for (const unit of this.units(place.type)) {
      const type = getNamedType(unit.field.type);
      const keep = (value) => values.set(unit.key, value);
      if (isConnection(type)) reads.push(this.list(place, unit).then(keep));
      else if (isAbstractType(type)) reads.push(this.node(unit).then(keep));
      else if (this.hasLists(type)) reads.push(this.below(place, unit).then(keep));
      else plain.push(unit);
    }
    for (let at = 0; at < plain.length; at += 20) {
      reads.push(this.tree(place, plain.slice(at, at + 20)).then((read) => read.forEach((value, key) => values.set(key, value))));
    }
    await Promise.all(reads);
    return { type: place.type.name, values };
  }

  /// The fields of a type, each with the arguments it is tried with.
  units(type) {
    if (this.known.has(type)) return this.known.get(type);
    const units = [];
    for (const field of Object.values(type.getFields())) {
      if (VOLATILE.has(`${type.name}.${field.name}`)) continue;
      if (!this.byName && field.args.some((arg) => ["id", "slug"].includes(arg.name))) continue;
      const keys = new Set();
      for (const args of variantsOf(field, this.pool)) {
        const key = keyOf(field, args);
        if (keys.has(key)) continue;
        units.push({ field, args, key, alias: keys.size === 0 ? field.name : `${field.name}_${keys.size}` });
        keys.add(key);
      }
    }
    this.known.set(type, units);
    return units;
  }

  hasLists(type) {
    if (isLeafType(type) || isNode(type)) return false;
    return isConnection(type) || Object.values(type.getFields()).some((field) => this.hasLists(getNamedType(field.type)));
  }

  async list(place, unit) {
    const edges = [];
    let first = 50;
    for (let after = null; ; ) {
      const args = { ...unit.args, first, ...(after === null ? {} : { after }) };
      const position = `${place.name}/${unit.alias}/edges/node`;
      const text = () => `${head(unit, args)} { pageInfo { hasNextPage endCursor } edges { cursor node ${this.selection(this.nodeType(unit), position, isTranslated(unit))} } }`;
      const read = await this.answer(place, [unit], text);
      if (read.tooMuch) {
        if (first === 1) throw new Error(`too much: ${text()}`);
        first = Math.ceil(first / 2);
        continue;
      }
      const failure = this.failureOf(read, place, unit);
      if (failure) return failure;
      const value = read.data[unit.alias];
      for (const [index, { cursor, node }] of value.edges.entries()) {
        const path = [...place.path, unit.alias, "edges", index, "node"];
        edges.push({ cursor, node: this.value(node, this.nodeType(unit), position, path, read, isTranslated(unit)) });
      }
      if (!value.pageInfo.hasNextPage) return new List(getNamedType(unit.field.type).name, edges);
      after = value.pageInfo.endCursor;
    }
  }

  nodeType(unit) {
    return getNamedType(getNamedType(unit.field.type).getFields().nodes.type);
  }

  /// What has an id, of whatever type.
  async node(unit) {
    const { data, errors = [] } = await this.ask("query($id: ID!) { node(id: $id) { __typename } }", unit.args);
    if (errors.length > 0) return new Failure(errors[0].extensions?.code);
    return data.node && this.ref(unit.args.id, data.node.__typename);
  }

  ref(id, type) {
    this.wanted.set(id, type);
    return new Ref(id);
  }

  /// An object with lists in it, read as a place of its own.
  async below(place, unit) {
    const read = await this.answer(place, [unit], () => `${head(unit)} { __typename }`);
    const failure = this.failureOf(read, place, unit);
    if (failure) return failure;
    if (read.data[unit.alias] === null) return null;
    const type = getNamedType(unit.field.type);
    return this.object({ name: `${place.name}/${unit.alias}`, type, before: `${place.before}${head(unit)} { `, after: ` }${place.after}`, path: [...place.path, unit.alias] });
  }

  /// Fields without lists, all in one document, or in two when that is too much.
  async tree(place, units) {
    const read = await this.answer(place, units, (unit) => this.text(unit, place.name));
    if (read.tooMuch) {
      if (units.length === 1) throw new Error(`too much: ${units[0].key} of ${place.name}`);
      const half = Math.ceil(units.length / 2);
      const [a, b] = await Promise.all([this.tree(place, units.slice(0, half)), this.tree(place, units.slice(half))]);
      return new Map([...a, ...b]);
    }
    return this.fields(units, read.data, place.name, place.path, read);
  }

  text(unit, position, translated = false) {
    const here = `${position}/${unit.alias}`;
    if (this.lost.has(here)) return "__typename";
    const type = getNamedType(unit.field.type);
    return isLeafType(type) ? head(unit) : `${head(unit)} ${this.selection(type, here, translated || isTranslated(unit))}`;
  }

  selection(type, position, translated) {
    if (isNode(type) && !translated) return "{ __typename id }";
    return `{ __typename ${this.units(type).map((unit) => this.text(unit, position, translated)).join(" ")} }`;
  }

  /// What is answered at a place, without the fields for which a null moved up: those are found out and left out.
  async answer(place, units, text) {
    for (let tries = 0; tries < 20; tries += 1) {
      const asked = units.filter((unit) => !this.lost.has(`${place.name}/${unit.alias}`));
      if (asked.length === 0) return { data: {}, failed: new Map() };
      const document = `${place.before}${asked.map(text).join(" ")}${place.after}`;
      const { data, errors = [] } = await this.ask(document, place.variables);
      if (errors.some((error) => error.extensions?.code === "LIMIT_EXCEEDED")) return { tooMuch: true };
      if (errors.some((error) => !error.path)) throw new Error(`${document}\n${JSON.stringify(errors)}`);
      const moved = errors.filter((error) => !isThere(data, error.path));
      for (const error of moved) {
        const position = error.path.slice(place.path.length).filter((key) => typeof key === "string");
        this.lost.set([place.name, ...position].join("/"), error.extensions?.code);
      }
      if (moved.length > 0) continue;
      const at = place.path.reduce((object, key) => object?.[key], data);
      if (!at) throw new Error(`nothing at ${place.path.join("/")}: ${document}`);
      return { data: at, failed: new Map(errors.map((error) => [error.path.join("/"), error.extensions?.code])) };
    }
    throw new Error(`no end of errors at ${place.name}`);
  }

  failureOf(read, place, unit) {
    const code = this.lost.get(`${place.name}/${unit.alias}`) ?? read.failed.get([...place.path, unit.alias].join("/"));
    return code === undefined ? null : new Failure(code);
  }

  fields(units, data, position, path, read, translated = false) {
    const values = new Map();
    for (const unit of units) {
      const here = `${position}/${unit.alias}`;
      const value = () => this.value(data[unit.alias], getNamedType(unit.field.type), here, [...path, unit.alias], read, translated || isTranslated(unit));
      values.set(unit.key, this.lost.has(here) ? new Failure(this.lost.get(here)) : value());
    }
    return values;
  }

  value(data, type, position, path, read, translated) {
    if (data === undefined) throw new Error(`nothing at ${path.join("/")}`);
    if (data === null) return read.failed.has(path.join("/")) ? new Failure(read.failed.get(path.join("/"))) : null;
    if (Array.isArray(data)) return data.map((item, index) => this.value(item, type, position, [...path, index], read, translated));
    if (isLeafType(type)) return data;
    if (isNode(type) && !translated) return this.ref(data.id, type.name);
    return { type: type.name, values: this.fields(this.units(type), data, position, path, read, translated) };
  }
}

function head(unit, args = unit.args) {
  const given = unit.field.args.filter((arg) => args[arg.name] !== undefined);
  const text = given.map((arg) => `${arg.name}: ${print(astFromValue(args[arg.name], arg.type))}`).join(", ");
  return `${unit.alias === unit.field.name ? "" : `${unit.alias}: `}${unit.field.name}${text === "" ? "" : `(${text})`}`;
}

/// Whether the place that a path names is in the answer; false when a null stands above it.
export function isThere(data, path) {
  let at = data;
  for (const key of path) {
    if (at === null || at === undefined) return false;
    at = at[key];
  }
  return at !== undefined;
}

const isNode = (type) => type.getInterfaces?.().some((it) => it.name === "Node") ?? false;
/// Whether what a field answers is in another language than that in which records are read by their id.
const isTranslated = (unit) => (unit.args.locale ?? "FR") !== "FR";
