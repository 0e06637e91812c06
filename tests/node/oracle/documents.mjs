// Random documents that fit a schema, as texts.
import {
  getNamedType, isAbstractType, isEnumType, isInputObjectType, isLeafType, isListType, isNonNullType,
  isRequiredArgument, isRequiredInputField,
} from "graphql";

const SCALARS = {
  Int: () => "3", Float: () => "1.5", String: () => '"texte"', Boolean: () => "true", ID: () => '"x"',
  Date: () => '"2026-05-31"', DateTime: () => '"2026-05-31T08:00:00Z"',
};

/// A document with one operation or two, fragments and variables.
export function validDocument(schema, dice) {
  const maker = new Maker(schema, dice);
  const operations = dice.chance(0.15) ? [maker.operation("A"), maker.operation("B")] : [maker.operation(dice.chance(0.5) ? "A" : "")];
  return [...operations, ...maker.fragments].join("\n");
}

/// A mutation of several steps, all of which need an account, and perhaps of fields that none refuses.
export function refusedMutation(schema, dice) {
  const maker = new Maker(schema, dice);
  maker.argument = (arg) => maker.value(arg.type, 2);
  const steps = Object.values(schema.getMutationType().getFields()).filter(({ name }) => /^(create|update|delete|issue|void)/.test(name));
  const parts = [];
  for (let left = 2 + dice.below(4); left > 0; left -= 1) parts.push(dice.chance(0.25) ? `${maker.name("kind")}: __typename` : maker.step(dice.pick(steps)));
  const body = dice.chance(0.3) ? maker.wrapped(schema.getMutationType(), parts.join(" ")) : parts.join(" ");
  return [`mutation { ${body} }`, ...maker.fragments].join("\n");
}

class Maker {
  constructor(schema, dice) {
    Object.assign(this, { schema, dice, fragments: [], variables: [], names: 0 });
  }

  operation(name) {
    const { schema, dice } = this;
    this.variables = [];
    const kind = dice.pick(["query", "query", "query", "query", "mutation", "subscription"]);
    const root = { query: schema.getQueryType(), mutation: schema.getMutationType(), subscription: schema.getSubscriptionType() }[kind];
    this.isSubscription = kind === "subscription";
    const body = kind === "subscription" ? this.field(dice.pick(Object.values(root.getFields())), 3, new Set()) : this.selections(root, 4, 3);
    const variables = this.variables.length > 0 ? `(${this.variables.join(", ")})` : "";
    if (kind === "query" && !name && !variables) return `{ ${body} }`;
    return `${kind} ${name || "Anonymous"}${variables} { ${body} }`;
  }

  selections(type, depth, most = 4) {
    const { dice } = this;
    const keys = new Set();
    const parts = [];
    if (isAbstractType(type)) {
      const possible = dice.some(this.schema.getPossibleTypes(type), 2);
      // One key, one field: what stands in fragments of several types is told apart by aliases.
      for (const one of possible) parts.push(`... on ${one.name} { ${this.selections(one, depth - 1, 2)} }`.replace(/\b(\w+)(?=[ ({])/g, "$1"));
      if (parts.length === 0 || dice.chance(0.5)) parts.push("__typename");
      return parts.slice(0, 1).concat(parts.at(-1) === "__typename" ? ["__typename"] : []).join(" ");
    }
    const fields = Object.values(type.getFields()).filter((field) => depth > 1 || isLeafType(getNamedType(field.type)));
    for (const field of dice.some(fields, 1 + dice.below(most))) parts.push(this.field(field, depth, keys));
    if (parts.length === 0) parts.push("__typename");
    if (dice.chance(0.15)) parts.push(`${this.name("kind")}: __typename`);
    if (dice.chance(0.15)) return this.wrapped(type, parts.join(" "));
    return parts.join(" ");
  }

  wrapped(type, body) {
    const { dice } = this;
    if (this.variables.length === 0 && dice.chance(0.5) && !body.includes("$")) {
      const name = this.name("F");
      this.fragments.push(`fragment ${name} on ${type.name} { ${body} }`);
      return `...${name}`;
    }
    const condition = dice.pick(["", ` on ${type.name}`]);
    return `...${condition}${dice.pick(["", " @include(if: true)", " @skip(if: false)"])} { ${body} }`;
  }

  field(field, depth, keys) {
    const { dice } = this;
    const alias = dice.chance(0.2) || keys.has(field.name) ? `${this.name("a")}: ` : "";
    keys.add(field.name);
    const given = field.args.filter((arg) => isRequiredArgument(arg) || dice.chance(0.25));
    const args = given.map((arg) => `${arg.name}: ${this.argument(arg)}`);
    const type = getNamedType(field.type);
    const below = isLeafType(type) ? "" : ` { ${this.selections(type, depth - 1)} }`;
    const directive = !this.isSubscription && dice.chance(0.08) ? ` @${dice.pick(["skip", "include"])}(if: ${dice.pick(["true", "false"])})` : "";
    return `${alias}${field.name}${args.length > 0 ? `(${args.join(", ")})` : ""}${directive}${below}`;
  }

  step(field) {
    const args = field.args.filter(isRequiredArgument).map((arg) => `${arg.name}: ${this.value(arg.type, 2)}`);
    return `${this.name("step")}: ${field.name}(${args.join(", ")}) { ${this.selections(getNamedType(field.type), 2)} }`;
  }

  argument(arg) {
    return this.dice.chance(0.3) ? this.variable(arg.type) : this.value(arg.type, 2, 0.15);
  }

  /** A variable of the operation, for a place of this type. */
  variable(place) {
    const name = this.name("v");
    const type = String(place).endsWith("!") || this.dice.chance(0.8) ? place : `${place}!`;
    const hasDefault = !String(type).endsWith("!") && this.dice.chance(0.3);
    this.variables.push(`$${name}: ${type}${hasDefault ? ` = ${this.value(place, 2)}` : ""}`);
    return `$${name}`;
  }

  /** A value, in whose lists and objects variables stand as often as `variables` says. */
  value(type, depth, variables = 0) {
    const { dice } = this;
    const inside = (type, depth) => (dice.chance(variables) ? this.variable(type) : this.value(type, depth, variables));
    if (isNonNullType(type)) return this.value(type.ofType, depth, variables);
    if (isListType(type)) return dice.chance(0.3) ? this.value(type.ofType, depth, variables) : `[${inside(type.ofType, depth)}]`;
    if (isEnumType(type)) return dice.pick(type.getValues()).name;
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields());
      const oneOf = type.isOneOf || type.astNode?.directives?.some((directive) => directive.name.value === "oneOf");
      const given = oneOf ? [dice.pick(fields)] : fields.filter((field) => isRequiredInputField(field) || (depth > 0 && dice.chance(0.2)));
      return `{ ${given.map((field) => `${field.name}: ${inside(field.type, depth - 1)}`).join(", ")} }`;
    }
    return (SCALARS[type.name] ?? (() => '"x"'))();
  }

  name(prefix) {
    this.names += 1;
    return `${prefix}${this.names}`;
  }
}
