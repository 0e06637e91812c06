// graphql-js executes documents over plain objects that were read before.
import { GraphQLError, Kind, buildASTSchema, execute, parse, visit } from "graphql";
import { Failure, List, Ref, isThere } from "./data.mjs";
import { page } from "./pages.mjs";
import { REFUSED_PAGES, isPaging, keyOf } from "./variants.mjs";

/// An answer as it should be: `data`, and all errors as lines of path and code.
export class Judge {
  /// `refusals` are the codes of `REFUSED_PAGES`, by their JSON.
  constructor(sdl, schema, refusals) {
    Object.assign(this, { schema, refusals });
    // Where everything may be null, nothing is given up: this schema gives the errors of all fields. graphql-js itself
    // leaves the neighbours of a field alone once its null moves up; the specification lets both be (6.4.4).
    const open = (type) => (type.kind === Kind.NON_NULL_TYPE ? open(type.type) : type.kind === Kind.LIST_TYPE ? { ...type, type: open(type.type) } : type);
    this.open = buildASTSchema(visit(parse(sdl), { FieldDefinition: (node) => ({ ...node, type: open(node.type) }) }));
  }

  answer(world, { text, variables, operationName }) {
    const document = parse(text);
    const run = (schema) => {
      const options = { schema, document, rootValue: world.query, variableValues: variables, operationName };
      const result = execute({ ...options, fieldResolver: this.resolver(world), typeResolver: (value) => value.type });
      const own = result.errors?.find((error) => !error.path || (error.originalError && !(error.originalError instanceof GraphQLError)));
      if (own) throw own;
      return result;
    };
    const { data, errors = [] } = run(this.schema);
    const all = run(this.open).errors ?? [];
    const paths = new Set(all.map(line));
    const missing = errors.find((error) => !paths.has(line(error)));
    if (missing) throw missing;
    return { data, errors: all.map(line).sort(), moved: all.some((error) => !isThere(data, error.path)) };
  }

  /// A mutation whose every step is refused: the first ends it (graphql-js stops; the errors are its own).
  refused({ text }) {
    const fieldResolver = () => {
      throw failure("UNAUTHENTICATED");
    };
    const { data, errors = [] } = execute({ schema: this.schema, document: parse(text), rootValue: {}, fieldResolver });
    return { data, errors: errors.map(line).sort() };
  }

  resolver(world) {
    return (source, args, _, info) => {
      const field = info.parentType.getFields()[info.fieldName];
      const key = keyOf(field, args);
      if (!source.values.has(key)) throw new Error(`never read: ${source.type}.${key}`);
      return this.shown(world, source.values.get(key), field, args);
    };
  }

  shown(world, value, field, args) {
    if (value instanceof Failure) throw failure(value.code);
    if (value instanceof Ref) return world.records.get(value.id);
    if (Array.isArray(value)) return value.map((item) => this.shown(world, item, field, args));
    if (!(value instanceof List)) return value;
    const paging = Object.fromEntries(field.args.filter((arg) => isPaging(field, arg) && (args[arg.name] ?? null) !== null).map((arg) => [arg.name, args[arg.name]]));
    const refused = REFUSED_PAGES.find((refused) => JSON.stringify(refused) === JSON.stringify(inOrder(paging, refused)));
    if (refused) throw failure(this.refusals[JSON.stringify(refused)]);
    const { edges, nodes, totalCount, pageInfo, page: numbered } = page(value.edges, paging);
    return object(value.type, {
      edges: edges.map((edge) => object(value.type.replace(/Connection$/, "Edge"), edge)),
      nodes,
      totalCount,
      pageInfo: object("PageInfo", pageInfo),
      page: numbered && object("NumberedPage", numbered),
    });
  }
}

/// The same members in the order of `like`, if they are the same.
const inOrder = (members, like) => (Object.keys(members).length === Object.keys(like).length ? Object.fromEntries(Object.keys(like).map((key) => [key, members[key]])) : {});

const object = (type, fields) => ({ type, values: new Map(Object.entries(fields).map(([name, value]) => [`${name}{}`, value])) });

const failure = (code) => new GraphQLError("failed", { extensions: { code } });

/// What is compared of an error: path and code. What graphql-js itself refuses has none.
export const line = (error) => `${error.path?.join("/")}: ${error.extensions?.code ?? "BAD_REQUEST"}`;

/// How an answer differs from what it should be, or null. The order of keys counts.
export function difference(expected, { data, errors = [] }) {
  const [theirs, ours] = [JSON.stringify(expected.data), JSON.stringify(data)];
  if (theirs !== ours) {
    let at = 0;
    while (theirs[at] === ours?.[at]) at += 1;
    return `data: …${theirs.slice(Math.max(at - 60, 0), at + 60)}… is …${ours?.slice(Math.max(at - 60, 0), at + 60)}…`;
  }
  const [wanted, got] = [expected.errors.join("\n"), errors.map(line).sort().join("\n")];
  if (wanted !== got) return `errors:\n${wanted}\nare:\n${got}`;
  return null;
}
