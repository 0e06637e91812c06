// Random queries over data that is known: fields are asked for with arguments whose answers were read before.
import { GraphQLNonNull, astFromValue, getNamedType, getNullableType, isAbstractType, isInputObjectType, isLeafType, isListType, isNonNullType, parse, print, validate, doTypesOverlap } from "graphql";
import { Failure, List, Ref, VOLATILE } from "./data.mjs";
import { REFUSED_PAGES, isConnection, isPaging, keyOf, variantsOf } from "./variants.mjs";

/// A query that fits the schema: `text`, `variables`, `operationName`.
export function query(schema, dice, world, pool) {
  for (;;) {
    const writer = new Writer(schema, dice, world, pool);
    const asked = writer.operation("A");
    const operations = dice.chance(0.1) ? dice.some([asked, writer.operation("B")], 2) : [asked];
    const text = [...operations, ...writer.fragments].map((it) => it.text).join("\n");
    if (validate(schema, parse(text), undefined, { maxErrors: 1 }).length === 0) return { text, variables: asked.variables, operationName: asked.name };
  }
}

class Writer {
  constructor(schema, dice, world, pool) {
    Object.assign(this, { schema, dice, world, pool, fragments: [], names: 0, declared: new Map(), used: new Set() });
    /// What each response key stands for: the same everywhere, so that all selections merge.
    this.keys = new Map();
    this.budget = 20 + dice.below(60);
    this.aliases = 0;
    this.directives = 0;
  }

  operation(name) {
    this.used = new Set();
    const body = this.selections(this.schema.getQueryType(), 8, 1, this.world.query);
    const variables = {};
    const declarations = [...this.used].map((name) => {
      const { type, fallback, value } = this.declared.get(name);
      if (value !== undefined) variables[name] = value;
      return `$${name}: ${type}${fallback === undefined ? "" : ` = ${fallback}`}`;
    });
    return { name, variables, text: `query ${name}${declarations.length > 0 ? `(${declarations.join(", ")})` : ""} ${body}` };
  }

  /// `rows` is how many objects there are at this place at most; `here` is the one that is there, where it is known.
  selections(type, depth, rows, here) {
    const { dice } = this;
    const parts = [];
    const heads = [];
    for (let count = 1 + dice.below(5); count > 0; count -= 1) {
      const again = heads.length > 0 && dice.chance(0.2) ? dice.pick(heads) : null;
      if (again) parts.push(again());
      else if (dice.chance(0.1)) parts.push(`${this.alias("__typename", 0.4)}__typename${this.condition()}`);
      else if (depth > 1 && dice.chance(isAbstractType(type) ? 0.8 : 0.2)) parts.push(this.fragment(type, depth, rows, here));
      else parts.push(this.field(type, depth, rows, here, heads));
    }
    return `{ ${parts.join(" ")} }`;
  }

  fragment(type, depth, rows, here) {
    const { dice, schema } = this;
    const fits = Object.values(schema.getTypeMap()).filter((other) => (other.getFields && !isInputObjectType(other) && !other.name.startsWith("__") && doTypesOverlap(schema, type, other)));
    const on = here && dice.chance(0.6) ? schema.getType(here.type) : dice.pick(fits);
    const known = this.fragments.filter((it) => it.depth <= depth && it.rows >= rows && doTypesOverlap(schema, type, it.on));
    if (known.length > 0 && dice.chance(0.4)) {
      const { name, used } = dice.pick(known);
      used.forEach((variable) => this.used.add(variable));
      return `...${name}${this.condition()}`;
    }
    if (dice.chance(0.3)) {
      const outer = this.used;
      this.used = new Set();
      const name = this.name("F");
      const text = `fragment ${name} on ${on.name} ${this.selections(on, depth - 1, rows, here)}`;
      this.fragments.push({ name, on, depth: depth - 1, rows, used: this.used, text });
      this.used.forEach((variable) => outer.add(variable));
      this.used = outer;
      return `...${name}${this.condition()}`;
    }
    if (dice.chance(0.2)) return `...${this.condition()} ${this.selections(type, depth - 1, rows, here)}`;
    return `... on ${on.name}${this.condition()} ${this.selections(on, depth - 1, rows, here)}`;
  }

  field(type, depth, rows, here, heads) {
    const { dice } = this;
    this.budget -= 1;
    const all = Object.values(type.getFields()).filter((field) => !VOLATILE.has(`${type.name}.${field.name}`));
    const deep = all.filter((field) => !isLeafType(getNamedType(field.type)));
    const leaves = all.filter((field) => isLeafType(getNamedType(field.type)));
    const goesDeep = deep.length > 0 && depth > 1 && this.budget > 0 && dice.chance(leaves.length === 0 ? 0.9 : 0.5);
    const from = goesDeep ? deep : leaves;
    if (from.length === 0) return "__typename";
    // Nulls move up to something below the root where objects may be null and their lists are refused.
    const telling = from.filter((field) => (type.name === "Query" ? !isNonNullType(field.type) : isConnection(field.type)));
    let field = dice.pick(telling.length > 0 && dice.chance(0.35) ? telling : from);
    let args = this.variant(field);
    for (let tries = 0; tries < 6 && here && this.isDull(type, here.values.get(keyOf(field, args))); tries += 1) {
      field = type.name === "Query" && dice.chance(0.15) ? type.getFields().node : dice.pick(from);
      args = this.variant(field);
    }
    let below = rows;
    if (isConnection(field.type)) {
      const paging = this.paging(here?.values.get(keyOf(field, args)), type.name === "Query", rows);
      args = { ...args, ...paging };
      below = rows * Math.min(Math.max(args.first ?? args.last ?? args.pageSize ?? 20, 1), 100);
    } else if (isListType(getNullableType(field.type)) && !["nodes", "edges"].includes(field.name)) {
      // What is asked of a plain list costs as much as its description says that it may hold.
      below = rows * Number(/(\d+)(?: \w+)? at most/.exec(field.description ?? "")?.[1] ?? 1);
    }
    const text = `${field.name}${this.args(field, args)}`;
    const head = `${this.alias(text, 0.15)}${text}`;
    const inner = getNamedType(field.type);
    if (isLeafType(inner)) return `${head}${this.condition()}`;
    const value = here?.values.get(keyOf(field, args));
    const there = value instanceof Ref ? this.world.records.get(value.id) : value?.values instanceof Map ? value : null;
    const again = () => `${head}${this.condition()} ${this.selections(inner, depth - 1, below, there)}`;
    heads.push(again);
    return again();
  }

  /// Arguments to ask a field with.
  variant(field) {
    if (!this.pool.variants.has(field)) this.pool.variants.set(field, variantsOf(field, this.pool));
    const all = this.pool.variants.get(field);
    return Object.keys(all[0]).length === 0 && this.dice.chance(0.5) ? all[0] : this.dice.pick(all);
  }

  /// What makes documents of which little is answered: refusals at the root, empty lists, nothing.
  isDull(type, value) {
    if (value instanceof Failure) return type.name === "Query" && this.dice.chance(0.97);
    return (value === null || (value instanceof List && value.edges.length === 0)) && this.dice.chance(0.8);
  }

  paging(list, isRoot, rows) {
    const { dice } = this;
    if (dice.chance(isRoot ? 0.04 : 0.2)) return dice.pick(REFUSED_PAGES);
    const size = 1 + dice.below(rows > 20 ? 1 : 4);
    if (list instanceof List && list.edges.length > 0 && dice.chance(0.25)) {
      const { cursor } = dice.pick(list.edges);
      return dice.pick([{ first: size, after: cursor }, { last: size, before: cursor }, { after: cursor }, { before: cursor }]);
    }
    const whole = rows > 5 ? [] : [{}, {}, {}];
    return dice.pick([...whole, { first: size }, { first: size }, { last: size }, { page: 1 + dice.below(3), pageSize: size }, { pageSize: size }]);
  }

  args(field, args) {
    const { dice } = this;
    const parts = [];
    for (const arg of field.args) {
      const value = args[arg.name];
      if (value !== undefined) parts.push(`${arg.name}: ${this.value(arg.type, value, arg.defaultValue !== undefined)}`);
      else if (dice.chance(0.04)) parts.push(`${arg.name}: ${this.absent(arg)}`);
    }
    return parts.length > 0 ? `(${dice.some(parts, parts.length).join(", ")})` : "";
  }

  /// What stands for an argument that isn't given; for one with a default a null that isn't allowed, at times.
  absent({ type }) {
    const nullable = getNullableType(type);
    if (isNonNullType(type)) return this.variable(this.dice.chance(0.7) ? { type: nullable } : { type: nullable, value: null });
    return this.dice.pick([() => "null", () => this.variable({ type }), () => this.variable({ type, value: null })])();
  }

  value(type, value, mayBeNull) {
    const { dice } = this;
    const literal = print(astFromValue(value, type));
    const inner = getNullableType(type);
    if (dice.chance(0.3)) {
      const nullable = isNonNullType(type) && !mayBeNull && dice.chance(0.6) ? type : inner;
      return dice.pick([
        () => this.variable({ type: isNonNullType(type) ? type : dice.pick([inner, new GraphQLNonNull(inner)]), value }),
        () => this.variable({ type: nullable, fallback: literal }),
        () => this.variable({ type: nullable, fallback: literal, value }),
      ])();
    }
    if (isInputObjectType(inner) && dice.chance(0.5)) {
      const fields = inner.getFields();
      return `{ ${Object.entries(value).map(([name, member]) => `${name}: ${this.value(fields[name].type, member, false)}`).join(", ")} }`;
    }
    return literal;
  }

  variable(declaration) {
    const name = this.name("v");
    this.declared.set(name, declaration);
    this.used.add(name);
    return `$${name}`;
  }

  condition() {
    const { dice } = this;
    if (this.directives > 40 || !dice.chance(0.12)) return "";
    this.directives += 1;
    const type = new GraphQLNonNull(this.schema.getType("Boolean"));
    const value = dice.chance(0.5);
    const condition = dice.pick([
      () => String(value),
      () => this.variable({ type, value }),
      () => this.variable({ type: dice.pick([type, type.ofType]), fallback: String(value) }),
      () => this.variable({ type, fallback: String(!value), value }),
    ])();
    return ` @${dice.pick(["skip", "include"])}(if: ${condition})${this.condition()}`.replace(/(@(\w+)[^@]*)(@\2.*)/, "$1");
  }

  /// A response key before a field, with which it merges wherever it stands.
  alias(text, probability) {
    const own = /^\w+/.exec(text)[0];
    const known = [...this.keys].filter(([, meaning]) => meaning === text).map(([key]) => key);
    let key = known.length > 0 && this.dice.chance(0.8) ? this.dice.pick(known) : this.dice.chance(probability) ? this.name("a") : own;
    if (this.aliases >= 55) key = own;
    else if ((this.keys.get(key) ?? text) !== text) key = this.name("a");
    if (!this.keys.has(key)) this.keys.set(key, text);
    if (key === own) return "";
    this.aliases += 1;
    return `${key}: `;
  }

  name(prefix) {
    this.names += 1;
    return `${prefix}${this.names}`;
  }
}
