// The documents of the clients' app (operations/app/) against the schema, against the demo company, and against their recorded
// answers (operations/app/fixtures/), from which the app's own tests are fed.
// Usage: [UPDATE=1] node tests/node/app-documents.mjs http://127.0.0.1:8000/graphql
//
// UPDATE=1 records the answers anew: run it against a demo company that was loaded just now.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createClient } from "graphql-ws";
import { buildSchema, getOperationAST, parse, specifiedRules, validate } from "graphql";
import WebSocket from "ws";
import { differences, mistakes } from "./app/conform.mjs";
import { StandIns } from "./app/standins.mjs";

const url = process.argv[2];
if (!url) {
  console.error("usage: node tests/node/app-documents.mjs URL");
  process.exit(2);
}
const PASSWORD = "soleil-sur-le-fleuve";
const folder = new URL("../../operations/app/", import.meta.url);
const schema = buildSchema(readFileSync(new URL("../../schema.graphql", import.meta.url), "utf8"));
const documents = new Map();
for (const file of readdirSync(folder).filter((it) => it.endsWith(".graphql")).sort()) {
  const text = readFileSync(new URL(file, folder), "utf8");
  documents.set(file.replace(/\.graphql$/, ""), { text, parsed: parse(text) });
}
/// Dart's reserved words: a field of such a name gets another one in generated code.
const RESERVED = new Set(
  ("assert break case catch class const continue default do else enum extends false final finally for if in is new null rethrow return " +
    "super switch this throw true try var void while with").split(" "),
);
const standIns = new StandIns();
const recorded = new Map();
const failures = [];
const fail = (name, why) => failures.push(`${name}: ${why}`);

/// The names that generated Dart code is made of are unique, and `__typename` stands in every selection that may have it: the text
/// that is sent is the text that is trusted, whatever a generator would add.
function checkDocuments() {
  const names = new Set();
  for (const [name, { parsed }] of documents) {
    for (const error of validate(schema, parsed, specifiedRules)) fail(name, error.message);
    const operation = getOperationAST(parsed);
    if (!operation) fail(name, "holds one operation, not several");
    const expected = `App${name.replace(/(?:^|_)([a-z])/g, (_, letter) => letter.toUpperCase())}`;
    for (const { name: { value } } of parsed.definitions) {
      if (names.has(value)) fail(name, `${value} is another's name`);
      names.add(value);
    }
    if (operation && operation.name?.value !== expected) fail(name, `its operation is to be called ${expected}`);
    const walk = (selectionSet, inside) => {
      const fields = selectionSet.selections.filter((it) => it.kind === "Field");
      if (inside !== "subscription" && !fields.some((it) => it.name.value === "__typename")) fail(name, `no __typename in ${inside}`);
      for (const { alias, name: { value } } of fields) if (RESERVED.has(alias?.value ?? value)) fail(name, `${value} is a reserved word in Dart`);
      for (const selection of selectionSet.selections) {
        if (selection.kind === "Field" && selection.selectionSet) walk(selection.selectionSet, selection.name.value);
        // A fragment's fields are answered beside those around it.
        if (selection.kind === "InlineFragment") for (const field of selection.selectionSet.selections) if (field.selectionSet) walk(field.selectionSet, field.name.value);
      }
    };
    if (operation) walk(operation.selectionSet, operation.operation);
  }
  const trusted = JSON.parse(readFileSync(new URL("../trusted/manifest.json", folder), "utf8"));
  for (const [name, { text }] of documents) {
    const hash = createHash("sha256").update(text).digest("hex");
    if (trusted[hash]?.document !== text) fail(name, "isn't trusted: UPDATE=1 cargo test trusted");
  }
  const live = documents.get("live").text;
  for (const member of schema.getType("ViewerEvent").getTypes()) {
    if (member.name !== "StreamReset" && !live.includes(`... on ${member.name} `)) fail("live", `passes over ${member.name}`);
  }
}

async function post(query, variables, token) {
  const headers = { "content-type": "application/json", "accept-language": "fr", ...(token ? { authorization: `Bearer ${token}` } : {}) };
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify({ query, variables }) });
  return response.json();
}

/// Judges an answer, and keeps it for the recording under `fixture`, unless that is null.
function take(name, fixture, variables, answer) {
  if (answer.errors) fail(fixture ?? name, JSON.stringify(answer.errors));
  for (const mistake of mistakes(schema, documents.get(name).parsed, answer.data)) fail(fixture ?? name, `the server's answer: ${mistake}`);
  if (fixture !== null) recorded.set(fixture, { name, variables, data: answer.data });
  return answer.data;
}

/// Runs a document; its `data`. A payload must have user errors if `refused` says which, and none otherwise.
async function run(name, variables = {}, { token, fixture = name, refused = [] } = {}) {
  const data = take(name, fixture, variables, await post(documents.get(name).text, variables, token));
  for (const [root, payload] of Object.entries(data ?? {})) {
    if (payload === null) fail(name, `${root} is null`);
    const codes = payload?.userErrors?.map((error) => error.code) ?? [];
    assert.deepEqual(codes, payload?.userErrors ? refused : [], `${name}: ${JSON.stringify(payload)}`);
  }
  return data;
}

async function signIn(who, deviceName, fixture = null) {
  const input = { email: `${who}@demo.bellehouse.ne`, password: PASSWORD, deviceName };
  return (await run("sign_in", { input }, { fixture })).login.session;
}

/// The screens of a client with two projects, in the order in which somebody opens them.
async function screens() {
  const { accessToken: token } = await signIn("aissata", "Téléphone d’Aïssata", "sign_in");
  await run("register_device", { input: { token: "fcm-token-of-the-check", platform: "ANDROID", appVersion: "1.0.0" } }, { token });
  const home = await run("home", {}, { token });
  assert.ok(home.viewer.projects.nodes.length > 0 && home.viewer.promotions.nodes.length > 0, "home: nothing to show");
  const invoices = await run("invoices", {}, { token });
  const paid = invoices.viewer.invoices.nodes.at(-1);
  const { project } = await run("project", { id: paid.project.id }, { token });
  assert.ok(project.updates.nodes.some((update) => update.images.length > 0), "project: no pictures");
  const { node } = await run("update", { id: project.updates.nodes.at(-1).id }, { token });
  assert.equal(node.__typename, "ProjectUpdate");
  const { invoice } = await run("invoice", { id: paid.id }, { token });
  assert.ok(invoice.items.length > 0 && invoice.payments.length > 0, "invoice: no lines, or no payments");
  const inbox = await run("inbox", {}, { token });
  assert.ok(inbox.viewer.notifications.nodes.length > 0, "inbox: empty");
  await signIn("aissata", "Téléphone perdu");
  const { viewer } = await run("profile", {}, { token });
  const lost = viewer.sessions.find((session) => session.deviceName === "Téléphone perdu" && !session.isCurrent);
  await run("end_session", { id: lost.id }, { token });
  await run("preferences", {}, { token });
  await run("sign_out", {}, { token });
}

/// What changes something, by another client; all is as it was afterwards.
async function changes() {
  const first = await signIn("ibrahim", "Téléphone d’Ibrahim");
  let { accessToken: token } = (await run("refresh", { refreshToken: first.refreshToken })).refreshSession.session;
  const { viewer } = (await post(documents.get("inbox").text, {}, token)).data;
  await run("read_notifications", { ids: viewer.notifications.nodes.slice(0, 1).map((it) => it.id) }, { token });

  const { client } = (await post(documents.get("profile").text, {}, token)).data.viewer;
  const patch = { phone: "+227 90 12 34 56", address: null, notificationPreferences: { emailUpdates: false } };
  const patched = (await run("update_profile", { input: { expectedVersion: client.version, patch } }, { token })).updateProfile.client;
  const { phone, address, locale, whatsappEnabled, notificationPreferences: { emailUpdates, pushUpdates } } = patched;
  assert.deepEqual(
    [phone, address, emailUpdates, locale, whatsappEnabled, pushUpdates],
    ["+22790123456", null, false, client.locale, client.whatsappEnabled, client.notificationPreferences.pushUpdates],
    "a value replaces, null clears, what is absent stays",
  );
  await run("update_profile", { input: { expectedVersion: client.version, patch } }, { token, fixture: "update_profile.conflict", refused: ["CONFLICT"] });
  const back = { phone: client.phone, address: client.address, notificationPreferences: { emailUpdates: client.notificationPreferences.emailUpdates } };
  const undone = await post(documents.get("update_profile").text, { input: { expectedVersion: patched.version, patch: back } }, token);
  assert.deepEqual(undone.data.updateProfile.userErrors, []);

  const off = { topic: "REMINDERS", channel: "PUSH", mode: "OFF" };
  const chosen = (await run("choose_preferences", { input: { preferences: [off] } }, { token })).updateNotificationPreferences;
  assert.ok(chosen.notificationPreferences.some((it) => it.topic === "REMINDERS" && it.channel === "PUSH" && it.mode === "OFF"));
  const on = await post(documents.get("choose_preferences").text, { input: { preferences: [{ ...off, mode: "IMMEDIATE" }] } }, token);
  assert.deepEqual(on.data.updateNotificationPreferences.userErrors, []);

  const other = "un-autre-soleil-sur-le-fleuve";
  token = (await run("change_password", { currentPassword: PASSWORD, newPassword: other }, { token })).changePassword.session.accessToken;
  const again = await post(documents.get("change_password").text, { currentPassword: other, newPassword: PASSWORD }, token);
  assert.deepEqual(again.data.changePassword.userErrors, []);

  // Somebody new each time: one address may ask, and try, only so often.
  const email = `personne-${Date.now()}@example.ne`;
  await run("forgotten_password", { email });
  const wrong = { email, password: "pas-le-bon" };
  await run("sign_in", { input: wrong }, { fixture: "sign_in.refused", refused: ["INVALID"] });
}

/// An update is posted while a client listens: two events. It stays: a deleted one would be in the way of the other checks, which
/// look at everything that the demo company has.
async function live() {
  const client = await signIn("ibrahim", "Téléphone d’Ibrahim");
  const input = { email: "staff@demo.bellehouse.ne", password: PASSWORD };
  const { data: { login } } = await post("mutation($input: LoginInput!) { login(input: $input) { session { accessToken } } }", { input });
  const staff = login.session.accessToken;
  const { data: { eventCursor, viewer } } = await post(documents.get("home").text, {}, client.accessToken);

  const socket = createClient({ url: url.replace(/^http/, "ws"), webSocketImpl: WebSocket, retryAttempts: 0, connectionParams: { Authorization: `Bearer ${client.accessToken}` } });
  const variables = { after: eventCursor };
  const seen = new Set();
  let notice = () => {};
  let stopped = null;
  socket.subscribe(
    { query: documents.get("live").text, variables },
    {
      next(answer) {
        const kind = answer.data?.viewerEvents?.__typename;
        if (answer.errors || !seen.has(kind)) take("live", `live.${kind}`, variables, answer);
        seen.add(kind);
        notice();
      },
      error: (error) => notice((stopped = error)),
      complete: () => {},
    },
  );
  const until = async (...kinds) => {
    const late = AbortSignal.timeout(30_000);
    while (!kinds.every((kind) => seen.has(kind))) {
      assert.ok(!late.aborted && stopped === null, `live: ${kinds} instead of ${[...seen]}: ${JSON.stringify(stopped)}`);
      await new Promise((resolve) => [(notice = resolve), setTimeout(resolve, 1000)]);
    }
  };
  const create = "mutation($input: CreateProjectUpdateInput!) { createProjectUpdate(input: $input) { projectUpdate { id } userErrors { message } } }";
  const update = { projectId: viewer.projects.nodes[0].id, title: "Charpente levée", description: "La charpente est en place.", post: true };
  const { data: { createProjectUpdate } } = await post(create, { input: update }, staff);
  assert.deepEqual(createProjectUpdate.userErrors, []);
  await until("ProjectUpdatePosted", "NotificationAdded");
  await socket.dispose();
}

/// Writes what was recorded (UPDATE=1), or compares it with what was recorded before.
function compareFixtures() {
  const fixtures = new URL("fixtures/", folder);
  const before = new Set(readdirSync(fixtures).filter((it) => it.endsWith(".json")).map((it) => it.replace(/\.json$/, "")));
  for (const [fixture, { name, variables, data }] of recorded) {
    const file = new URL(`${fixture}.json`, fixtures);
    if (process.env.UPDATE) writeFileSync(file, `${JSON.stringify(standIns.replace({ variables, data }), null, 2)}\n`);
    else if (!before.has(fixture)) {
      fail(fixture, "has no recording: UPDATE=1");
      continue;
    }
    before.delete(fixture);
    const kept = JSON.parse(readFileSync(file, "utf8"));
    for (const mistake of mistakes(schema, documents.get(name).parsed, kept.data)) fail(fixture, `the recording: ${mistake}`);
    for (const difference of differences(kept.data, data)) fail(fixture, `recording and server: ${difference}`);
  }
  for (const left of before) fail(left, "a recording that belongs to nothing");
  const seen = new Set([...recorded.values()].map(({ name }) => name));
  for (const name of documents.keys()) if (!seen.has(name)) fail(name, "wasn't run");
}

function report(what) {
  for (const failure of failures) console.error(failure);
  console.log(`${documents.size} documents, ${what}, ${failures.length} mistakes`);
  process.exit(failures.length === 0 ? 0 : 1);
}

checkDocuments();
if (failures.length > 0) report("none sent");
const started = Date.now();
await screens();
await changes();
await live();
compareFixtures();
report(`${recorded.size} answers ${process.env.UPDATE ? "recorded" : "compared"} in ${Date.now() - started} ms`);
