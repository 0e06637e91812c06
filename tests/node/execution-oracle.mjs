// Random queries answered by the server and by graphql-js over the same data, for visitors, a client and the staff: the same
// data to the last key and the same errors. No disagreement is allowed.
// Usage: node tests/node/execution-oracle.mjs http://127.0.0.1:8000/graphql [COUNT] [SEED]
import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { buildSchema, parse, validate } from "graphql";
import { poolOf, readWorld } from "./oracle/data.mjs";
import { Judge, difference } from "./oracle/execution.mjs";
import { PLANTED } from "./oracle/planted.mjs";
import { refusedMutation } from "./oracle/documents.mjs";
import { query } from "./oracle/queries.mjs";
import { random } from "./oracle/random.mjs";
import { shrunk } from "./oracle/shrink.mjs";
import { REFUSED_PAGES } from "./oracle/variants.mjs";

const [url, count = "1200", seed = "20261129"] = process.argv.slice(2);
if (!url) {
  console.error("usage: node tests/node/execution-oracle.mjs URL [COUNT] [SEED]");
  process.exit(2);
}
const sdl = readFileSync(new URL("../../schema.graphql", import.meta.url), "utf8");
const schema = buildSchema(sdl);
const PEOPLE = { visitor: null, client: "aissata", staff: "staff", admin: "admin" };
const JSON_TYPE = "application/json";
const GRAPHQL_TYPE = "application/graphql-response+json";

/// Sends a query: by POST with this `accept`, or by GET.
async function send(token, { text, variables, operationName }, { accept = GRAPHQL_TYPE, method = "POST" } = {}) {
  const headers = { accept, ...(token ? { authorization: `Bearer ${token}` } : {}) };
  const body = { query: text, ...(variables ? { variables } : {}), ...(operationName ? { operationName } : {}) };
  const parameters = new URLSearchParams(Object.entries(body).map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]));
  const response = await fetch(method === "GET" ? `${url}?${parameters}` : url, method === "GET" ? { headers } : { method, headers: { ...headers, "content-type": JSON_TYPE }, body: JSON.stringify(body) });
  const answer = await response.json();
  const type = response.headers.get("content-type") ?? "";
  if (answer.data && (response.status !== 200 || !type.startsWith(accept))) throw new Error(`${response.status} ${type} for ${accept}: ${text}`);
  return answer;
}

async function login(name) {
  const input = { email: `${name}@demo.bellehouse.ne`, password: "soleil-sur-le-fleuve" };
  const text = "mutation($input: LoginInput!) { login(input: $input) { session { accessToken } viewer { id } userErrors { code } } }";
  const { session, viewer } = (await send(null, { text, variables: { input } })).data.login;
  return { token: session.accessToken, id: viewer.id };
}

/// A function that asks as somebody, six questions at once at most.
function asking(token) {
  const waiting = [];
  let busy = 0;
  return async (text, variables) => {
    if (busy >= 6) await new Promise((resolve) => waiting.push(resolve));
    else busy += 1;
    try {
      return await send(token, { text, variables });
    } finally {
      const next = waiting.shift();
      if (next) next();
      else busy -= 1;
    }
  };
}

/// How the server refuses pages, by what was asked.
async function refusals() {
  const codes = {};
  for (const page of REFUSED_PAGES) {
    const args = Object.entries(page).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
    const { errors } = await send(null, { text: `{ services(${args.join(", ")}) { totalCount } }` });
    codes[JSON.stringify(page)] = errors[0].extensions.code;
  }
  return codes;
}

const leaves = (value) => (value !== null && typeof value === "object" ? Object.values(value).reduce((sum, below) => sum + leaves(below), 0) : 1);
const isLimited = ({ errors = [] }) => errors.some((error) => error.extensions?.code === "LIMIT_EXCEEDED");

const judge = new Judge(sdl, schema, await refusals());
const sessions = {};
for (const [person, name] of Object.entries(PEOPLE)) sessions[person] = name ? await login(name) : { token: null };
const planted = new Map(Object.keys(PLANTED).map((name) => [name, { tried: 0, missed: 0 }]));

/// Plants every mistake into a right answer.
function plant(expected, answer) {
  for (const [name, spoil] of Object.entries(PLANTED)) {
    const wrong = planted.get(name).tried < 50 ? spoil(answer) : null;
    if (wrong === null) continue;
    planted.get(name).tried += 1;
    if (difference(expected, wrong) === null) planted.get(name).missed += 1;
  }
}

/// Everything once: what each may see, the documents, and where they disagree, whether it is still what each may see.
async function run() {
  const pool = poolOf(await readWorld(schema, asking(sessions.admin.token)));
  const tallies = {};
  const disagreements = [];
  let changed = false;
  for (const [person, { token, id }] of Object.entries(sessions)) {
    const own = { ...pool, variants: new Map(), ids: { ...pool.ids, Viewer: [...new Set([id, ...pool.ids.Viewer].filter(Boolean))] } };
    const world = await readWorld(schema, asking(token), own);
    const dice = random(Number(seed) + person.length);
    const tally = (tallies[person] = { documents: 0, errors: 0, moved: 0, "no data": 0, fields: 0, limited: 0 });
    const judged = async (asked, how) => {
      const expected = judge.answer(world, asked);
      const answer = await send(token, asked, how);
      return { expected, answer, limited: isLimited(answer), wrong: isLimited(answer) ? null : difference(expected, answer) };
    };
    const worker = async () => {
      while (tally.documents < Number(count) / 4) {
        tally.documents += 1;
        const asked = query(schema, dice, world, own);
        const ways = [{ accept: JSON_TYPE }, { accept: GRAPHQL_TYPE }, ...(person === "visitor" ? [{ method: "GET" }] : [])];
        for (const how of ways) {
          const { expected, answer, limited, wrong } = await judged(asked, how);
          if (wrong) {
            disagreements.push({ person, asked, how, wrong, judged });
            break;
          }
          if (how !== ways[0]) continue;
          if (limited) {
            tally.limited += 1;
            continue;
          }
          plant(expected, answer);
          tally.errors += expected.errors.length > 0 ? 1 : 0;
          tally.moved += expected.moved ? 1 : 0;
          tally["no data"] += expected.data === null ? 1 : 0;
          tally.fields += leaves(expected.data);
        }
      }
    };
    await Promise.all(Array.from({ length: 4 }, worker));
    // The server sends its mails and tidies up by itself: what changed on the way can't be judged.
    if (disagreements.some((it) => it.person === person)) changed ||= !isDeepStrictEqual(world, await readWorld(schema, asking(token), own));
  }
  return { tallies, disagreements, changed };
}

/// Mutations of visitors: how often the server went on where graphql-js stops, or the other way round.
async function refusedMutations(count) {
  const dice = random(Number(seed) + 7);
  let wrong = 0;
  for (let done = 0; done < count; done += 1) {
    const asked = { text: refusedMutation(schema, dice) };
    if (validate(schema, parse(asked.text)).length > 0) continue;
    const answer = await send(null, asked);
    const told = isLimited(answer) ? null : difference(judge.refused(asked), answer);
    if (told === null) continue;
    wrong += 1;
    if (wrong <= 3) console.error(`\nvisitor, mutation:\n${asked.text}\n${told}`);
  }
  console.log(`${count} mutations of several steps: ${wrong} disagreements`);
  return wrong;
}

const mutations = await refusedMutations(Math.ceil(count / 6));
let { tallies, disagreements, changed } = await run();
for (let tries = 1; changed && tries < 3; tries += 1) {
  console.log("the data changed on the way: once more");
  ({ tallies, disagreements, changed } = await run());
}

for (const { person, asked, how, wrong, judged } of disagreements.slice(0, Number(process.env.SHOW ?? 5))) {
  const short = await shrunk(schema, asked, async (smaller) => (await judged(smaller, how)).wrong !== null);
  const why = (await judged(short, how)).wrong ?? wrong;
  console.error(`\n${person}, ${JSON.stringify(how)}:\n${short.text}\n${JSON.stringify(short.variables)}\n${why}`);
}
console.table(tallies);
const missed = [...planted].filter(([, { tried, missed }]) => tried === 0 || missed > 0).map(([name]) => name);
const sum = (what) => Object.values(tallies).reduce((all, tally) => all + tally[what], 0);
console.log(
  `${sum("documents")} documents (seed ${seed}): ${sum("errors")} with errors, ${sum("moved")} with nulls that moved up, ${sum("fields")} fields compared, ${sum("limited")} beyond a limit; ` +
    `${planted.size} planted mistakes, ${missed.length} not found; ${disagreements.length} disagreements`,
);
if (missed.length > 0) console.error(`planted and not found: ${missed.join(", ")}`);
if (changed) console.error("the data changed all the time");
const enough = sum("errors") >= count / 10 && sum("moved") >= count / 20 && sum("fields") >= count * 5 && sum("limited") < count / 10;
if (!enough) console.error("too little was tried: look at the generator");
process.exit(mutations === 0 && disagreements.length === 0 && missed.length === 0 && !changed && enough ? 0 : 1);
