// Documents judged by graphql-js and by the server: random ones that fit the schema, and the same with a mistake in them.
// No disagreement is allowed, in either direction.
// Usage: node tests/node/validation-oracle.mjs http://127.0.0.1:8000/graphql [COUNT] [SEED]
import { readFileSync } from "node:fs";
import { GraphQLError, buildSchema, parse, specifiedRules, stripIgnoredCharacters, validate } from "graphql";
import { validDocument } from "./oracle/documents.mjs";
import { MISTAKES } from "./oracle/mistakes.mjs";
import { random } from "./oracle/random.mjs";

const [url, count = "3000", seed = "20261129"] = process.argv.slice(2);
if (!url) {
  console.error("usage: node tests/node/validation-oracle.mjs URL [COUNT] [SEED]");
  process.exit(2);
}

const schema = buildSchema(readFileSync(new URL("../../schema.graphql", import.meta.url), "utf8"));
// The two scalars that the server checks before it runs anything.
const checked = (name, fits) => {
  schema.getType(name).parseLiteral = (node) => {
    if (node.kind !== "StringValue" || !fits(node.value)) throw new GraphQLError(`no ${name}`);
    return node.value;
  };
};
const isDay = (text) => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`)) && new Date(`${text}T00:00:00Z`).toISOString().startsWith(text);
checked("Date", isDay);
checked("DateTime", (text) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text) && isDay(text.slice(0, 10)));

/// What graphql-js says: the first mistake, or null.
function judge(text) {
  try {
    return validate(schema, parse(text), specifiedRules, { maxErrors: 1 })[0]?.message ?? null;
  } catch (error) {
    return error.message;
  }
}

/// What the server says: the first mistake, null, or undefined when a limit came first.
async function ask(text) {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/graphql-response+json" },
    body: JSON.stringify({ query: text, operationName: /\b(?:query|mutation|subscription) +(\w+)/.exec(text)?.[1] }),
  });
  const { errors = [] } = await response.json();
  const codes = errors.map((error) => error.extensions?.code);
  if (codes.includes("LIMIT_EXCEEDED")) return undefined;
  const refused = errors.find((error) => !error.path && ["GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED"].includes(error.extensions?.code));
  // Variables aren't sent, so that one which must be there is missing: the document itself was fine. The same for a text
  // that is empty, which isn't a document at all.
  if (refused && /^Variable "\$\w+" is missing/.test(refused.message)) return null;
  if (!refused && codes.includes("BAD_REQUEST") && text.trim() === "") return "no document";
  return refused?.message ?? null;
}

/// As build tools write it: no space that isn't needed, so that a name and a spread stand side by side.
function minified(text) {
  try {
    return stripIgnoredCharacters(text);
  } catch {
    return text; // No tokens.
  }
}

const dice = random(Number(seed));
const names = Object.keys(MISTAKES);
const documents = [];
while (documents.length < Number(count)) {
  const text = validDocument(schema, dice);
  if (documents.length % 4 === 0) {
    documents.push({ mistake: "none", text });
    continue;
  }
  const mistake = names[documents.length % names.length];
  let broken = null;
  try {
    broken = MISTAKES[mistake](text, dice);
  } catch {
    // The mistake can't be made in this one.
  }
  if (broken !== null) documents.push({ mistake, text: broken });
  else documents.push({ mistake: "none", text });
}

const tally = { valid: 0, invalid: 0, limited: 0 };
const kinds = new Set();
const disagreements = [];
let next = 0;
async function worker() {
  while (next < documents.length) {
    const { mistake, text } = documents[next++];
    const [theirs, ours] = [judge(text), await ask(text)];
    if (ours === undefined) {
      tally.limited += 1;
      continue;
    }
    tally[theirs === null ? "valid" : "invalid"] += 1;
    if (theirs !== null) kinds.add(mistake);
    if ((theirs === null) !== (ours === null)) disagreements.push({ mistake, text, theirs, ours });
  }
}
for (const document of documents) if (dice.chance(0.3)) document.text = minified(document.text);
await Promise.all(Array.from({ length: 6 }, worker));

for (const { mistake, text, theirs, ours } of disagreements.slice(0, Number(process.env.SHOW ?? 10))) {
  console.error(`\n${mistake}:\n${text}\n  graphql-js: ${theirs ?? "valid"}\n  server:     ${ours ?? "valid"}`);
}
console.log(
  `${documents.length} documents: ${tally.valid} valid, ${tally.invalid} invalid in ${kinds.size} ways, ${tally.limited} beyond a limit; ${disagreements.length} disagreements`,
);
const enough = tally.valid >= count / 8 && kinds.size >= Math.min(50, names.length) && tally.limited < count / 10;
if (!enough) console.error("too little was tried: look at the generator");
process.exit(disagreements.length === 0 && enough ? 0 : 1);
