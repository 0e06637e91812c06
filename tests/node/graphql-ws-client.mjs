// graphql-transport-ws with the stock client that the website and the apps' libraries are modelled on.
// Usage: node tests/node/graphql-ws-client.mjs http://127.0.0.1:8000/graphql
import assert from "node:assert/strict";
import { createClient, CloseCode } from "graphql-ws";
import WebSocket from "ws";

const address = process.argv[2];
if (!address) {
  console.error("usage: node tests/node/graphql-ws-client.mjs URL");
  process.exit(2);
}
const url = address.replace(/^http/, "ws");

/** Runs one operation to its end and collects its results. */
function collect(client, payload) {
  return new Promise((resolve, reject) => {
    const results = [];
    client.subscribe(payload, { next: (result) => results.push(result), error: reject, complete: () => resolve(results) });
  });
}

/** Opens a bare socket, sends the messages in turn, and says how the server closes it. */
function closeOf(messages, protocol = "graphql-transport-ws") {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, protocol);
    socket.on("open", () => messages.forEach((message) => socket.send(typeof message === "string" ? message : JSON.stringify(message))));
    socket.on("close", (code) => resolve(code));
    socket.on("error", reject);
  });
}

const checks = {
  async "a query"() {
    const client = createClient({ url, webSocketImpl: WebSocket, retryAttempts: 0 });
    const results = await collect(client, { query: "{ __typename }" });
    assert.deepEqual(results, [{ data: { __typename: "Query" } }]);
    await client.dispose();
  },
  async "many operations at once on one connection"() {
    const client = createClient({ url, webSocketImpl: WebSocket, retryAttempts: 0, lazy: false });
    const all = await Promise.all(Array.from({ length: 15 }, () => collect(client, { query: "query Q { __typename }", operationName: "Q" })));
    assert.ok(all.every((results) => results.length === 1));
    await client.dispose();
  },
  async "a document that fails validation ends the operation alone"() {
    const client = createClient({ url, webSocketImpl: WebSocket, retryAttempts: 0 });
    await assert.rejects(collect(client, { query: "{ noSuchField }" }), (errors) => errors[0].extensions.code === "GRAPHQL_VALIDATION_FAILED");
    assert.equal((await collect(client, { query: "{ __typename }" })).length, 1);
    await client.dispose();
  },
  async "a subscription that can't start ends with its errors, and with nothing before or after"() {
    const client = createClient({ url, webSocketImpl: WebSocket, retryAttempts: 0, lazy: false });
    const seen = [];
    client.on("message", (message) => seen.push(message.type));
    const query = "subscription { viewerEvents { __typename } }";
    await assert.rejects(collect(client, { query }), (errors) => errors[0].extensions.code === "UNAUTHENTICATED");
    await collect(client, { query: "{ __typename }" });
    assert.deepEqual(seen.slice(-3), ["error", "next", "complete"]);
    await client.dispose();
  },
  async "the client's ping is answered"() {
    let pongs = 0;
    const client = createClient({ url, webSocketImpl: WebSocket, retryAttempts: 0, lazy: false, keepAlive: 50, on: { pong: (received) => { if (received) pongs += 1; } } });
    await new Promise((resolve) => setTimeout(resolve, 400));
    assert.ok(pongs > 0, "no pong");
    await client.dispose();
  },
  async "a token that is no good is refused for good"() {
    assert.equal(await closeOf([{ type: "connection_init", payload: { Authorization: "Bearer nonsense" } }]), CloseCode.Unauthorized);
  },
  async "close codes"() {
    assert.equal(await closeOf(["not json"]), CloseCode.BadRequest);
    assert.equal(await closeOf([{ id: "1", type: "subscribe", payload: { query: "{ __typename }" } }]), CloseCode.Unauthorized);
    assert.equal(await closeOf([{ type: "connection_init" }, { type: "connection_init" }]), CloseCode.TooManyInitialisationRequests);
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
