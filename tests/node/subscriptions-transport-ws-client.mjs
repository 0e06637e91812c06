// The legacy subprotocol `graphql-ws` with the stock client it was made with. Dart's graphql_flutter speaks it too, unless
// it is told otherwise.
// Usage: node tests/node/subscriptions-transport-ws-client.mjs http://127.0.0.1:8000/graphql
import assert from "node:assert/strict";
import subscriptions from "subscriptions-transport-ws";
import WebSocket from "ws";

const { SubscriptionClient } = subscriptions;
const address = process.argv[2];
if (!address) {
  console.error("usage: node tests/node/subscriptions-transport-ws-client.mjs URL");
  process.exit(2);
}
const url = address.replace(/^http/, "ws");

/** A client that connects at once, and how its first connection went: nothing, or the error that it was told. */
function open(connectionParams = {}, options = {}) {
  let settle;
  const connected = new Promise((resolve) => (settle = resolve));
  const client = new SubscriptionClient(url, { connectionParams, connectionCallback: settle, ...options }, WebSocket);
  return { client, connected };
}

/** Runs one operation to its end and collects its results. */
function collect(client, request) {
  return new Promise((resolve, reject) => {
    const results = [];
    client.request(request).subscribe({ next: (result) => results.push(result), error: reject, complete: () => resolve(results) });
  });
}

async function http(query, variables, token) {
  const headers = { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}) };
  const answer = await fetch(address, { method: "POST", headers, body: JSON.stringify({ query, variables }) });
  const { data, errors } = await answer.json();
  assert.equal(errors, undefined, JSON.stringify(errors));
  return data;
}

async function signIn(who) {
  const input = { email: `${who}@demo.bellehouse.ne`, password: "soleil-sur-le-fleuve" };
  const query = "mutation($input: LoginInput!) { login(input: $input) { session { accessToken } userErrors { message } } }";
  const { login } = await http(query, { input });
  assert.deepEqual(login.userErrors, []);
  return login.session.accessToken;
}

/** Resolves once the socket is closed, with the code. */
function closed(client) {
  return new Promise((resolve) => client.client.addEventListener("close", (event) => resolve(event.code)));
}

const checks = {
  async "a query"() {
    const { client, connected } = open();
    assert.deepEqual(await collect(client, { query: "{ __typename }" }), [{ data: { __typename: "Query" } }]);
    assert.equal(await connected, undefined);
    client.close();
  },
  async "many operations at once on one connection"() {
    const { client } = open();
    const all = await Promise.all(Array.from({ length: 15 }, () => collect(client, { query: "query Q { __typename }", operationName: "Q" })));
    assert.ok(all.every((results) => results.length === 1));
    client.close();
  },
  async "a document that fails validation ends the operation alone"() {
    const { client } = open();
    await assert.rejects(collect(client, { query: "{ noSuchField }" }), (error) => error.extensions.code === "GRAPHQL_VALIDATION_FAILED");
    assert.equal((await collect(client, { query: "{ __typename }" })).length, 1);
    client.close();
  },
  async "a subscription that can't start ends with its error"() {
    const { client } = open();
    await assert.rejects(
      collect(client, { query: "subscription { viewerEvents { __typename } }" }),
      (error) => error.extensions.code === "UNAUTHENTICATED",
    );
    client.close();
  },
  async "the connection is kept alive"() {
    const { client, connected } = open();
    await connected;
    await collect(client, { query: "{ __typename }" });
    assert.notEqual(client.wasKeepAliveReceived, undefined, "no ka");
    client.close();
  },
  async "a token that is no good is refused with its reason"() {
    const { client, connected } = open({ authToken: "nonsense" });
    const code = closed(client);
    const error = await connected;
    assert.equal(error.extensions.code, "UNAUTHENTICATED");
    assert.match(error.message, /not valid/);
    assert.equal(await code, 4401);
    client.close();
  },
  async "what was posted while the connection was away comes after it, once and in order"() {
    const [token, staff] = await Promise.all([signIn("aissata"), signIn("staff")]);
    const { eventCursor, viewer } = await http("{ eventCursor viewer { projects(first: 1) { nodes { id } } } }", {}, token);
    const post = async (title) => {
      const input = { projectId: viewer.projects.nodes[0].id, title, post: true };
      const query = "mutation($input: CreateProjectUpdateInput!) { createProjectUpdate(input: $input) { userErrors { message } } }";
      assert.deepEqual((await http(query, { input }, staff)).createProjectUpdate.userErrors, []);
    };
    const named = [];
    let cursor;
    // Asked again at each connection, as graphql_flutter's `initialPayload` is.
    const connectionParams = () => {
      named.push(cursor);
      return { headers: { authorization: `bearer ${token}` }, resumeFrom: cursor };
    };
    const { client } = open(connectionParams, { reconnect: true });
    const query = `subscription($after: String) {
      viewerEvents(after: $after) { ... on StreamEvent { cursor replayed } ... on ProjectUpdatePosted { projectUpdate { title } } }
    }`;
    const titles = [];
    const events = client.request({ query, variables: { after: eventCursor } }).subscribe({
      next({ data: { viewerEvents: event } }) {
        cursor = event.cursor;
        if (event.projectUpdate) titles.push(event.projectUpdate.title);
      },
      error: (error) => titles.push(error),
    });
    const until = async (condition) => {
      for (let waited = 0; !condition(); waited += 20) {
        assert.ok(waited < 10_000, `nothing came: ${JSON.stringify({ titles, named })}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    await post("Premier");
    await until(() => titles.length === 1);
    client.client.terminate();
    await post("Deuxième");
    await post("Troisième");
    await until(() => titles.length >= 3);
    assert.deepEqual(titles, ["Premier", "Deuxième", "Troisième"]);
    assert.equal(named.length, 2);
    assert.notEqual(named[1], undefined);
    events.unsubscribe();
    client.close();
  },
};

let failed = 0;
for (const [name, check] of Object.entries(checks)) {
  try {
    await check();
    console.log(`ok: ${name}`);
  } catch (error) {
    failed += 1;
    console.error(`failed: ${name}`, error);
  }
}
process.exit(failed ? 1 : 0);
