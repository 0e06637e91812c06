// A client of the API through whatever stands before it: plain requests, with a certificate of our own and an address
// of our own, and the live feed with the stock client.
import assert from "node:assert/strict";
import http from "node:http";
import https from "node:https";
import { createClient } from "graphql-ws";
import WebSocket from "ws";

export const PASSWORD = "soleil-sur-le-fleuve";

export class Api {
  /** `base`: https://localhost:8443; `ca`: the certificate to trust, in PEM; `from`: the loopback address to call from. */
  constructor(base, { ca, from } = {}) {
    this.base = base.replace(/\/$/, "");
    this.ca = ca;
    this.from = from;
  }

  /** One request on a connection of its own: { status, headers, body }. `path` is sent as it is. */
  request(address, { method = "GET", headers = {}, body, path, from = this.from, timeout = 20_000 } = {}) {
    const url = new URL(address, this.base);
    const { request } = url.protocol === "https:" ? https : http;
    return new Promise((resolve, reject) => {
      const sent = request(url, { method, headers, ...(path && { path }), ca: this.ca, localAddress: from, agent: false, timeout }, (answer) => {
        const parts = [];
        answer.on("data", (part) => parts.push(part));
        answer.on("error", reject);
        answer.on("end", () => resolve({ status: answer.statusCode, headers: answer.headers, raw: answer.rawHeaders, body: Buffer.concat(parts) }));
      });
      sent.on("timeout", () => sent.destroy(new Error(`${method} ${url.pathname}: no answer within ${timeout} ms`)));
      sent.on("error", reject);
      sent.end(body);
    });
  }

  /** The answer's `data`, or an error with all of the answer. */
  async gql(query, variables, token) {
    const headers = { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) };
    const answer = await this.request("/graphql", { method: "POST", headers, body: JSON.stringify({ query, variables }) });
    const text = answer.body.toString();
    const parsed = answer.status === 200 ? JSON.parse(text) : undefined;
    if (!parsed?.data || parsed.errors) throw new Error(`${answer.status} ${text}`);
    return parsed.data;
  }

  /** A mutation's payload, without `userErrors`. */
  async mutate(field, type, input, selection, token) {
    const query = `mutation($input: ${type}!) { ${field}(input: $input) { ${selection} userErrors { code message field } } }`;
    const payload = (await this.gql(query, { input }, token))[field];
    assert.deepEqual(payload.userErrors, [], field);
    return payload;
  }

  async login(email) {
    const input = { email, password: PASSWORD };
    return (await this.mutate("login", "LoginInput", input, "session { accessToken }")).session.accessToken;
  }

  /** A public query by GET, as websites ask. */
  get(query, headers = {}) {
    return this.request(`/graphql?query=${encodeURIComponent(query)}`, { headers });
  }

  /** A client's events from now on, over WebSocket; goes on after the last one when it is cut off. */
  async watch(token) {
    const { eventCursor } = await this.gql("{ eventCursor }", {}, token);
    const { ca, from } = this;
    class Socket extends WebSocket {
      constructor(url, protocols) {
        super(url, protocols, { ca, localAddress: from });
      }
    }
    const seen = [];
    const closed = [];
    let cursor = eventCursor;
    let failure;
    let connected;
    const listening = new Promise((resolve) => { connected = resolve; });
    const client = createClient({
      url: `${this.base.replace(/^http/, "ws")}/graphql`,
      webSocketImpl: Socket,
      retryAttempts: 50,
      retryWait: () => new Promise((resolve) => setTimeout(resolve, 100)),
      shouldRetry: () => true,
      connectionParams: () => ({ Authorization: `Bearer ${token}`, resumeFrom: cursor }),
      on: { connected: () => connected(), closed: (event) => closed.push(event.code) },
    });
    client.subscribe(
      { variables: { after: eventCursor }, query: `subscription($after: String) { viewerEvents(after: $after) { __typename ... on StreamEvent { id cursor replayed }
          ... on ProjectUpdatePosted { projectUpdate { title images { url(width: 320) } } } } }` },
      {
        next: ({ data, errors }) => {
          if (errors) { failure = new Error(JSON.stringify(errors)); return; }
          cursor = data.viewerEvents.cursor ?? cursor;
          seen.push(data.viewerEvents);
        },
        error: (error) => { failure = error instanceof Error ? error : new Error(JSON.stringify(error)); },
        complete: () => {},
      },
    );
    await within(10_000, listening, "the live feed does not connect");
    return {
      seen,
      closed,
      async until(title, timeout = 10_000) {
        const end = Date.now() + timeout;
        for (;;) {
          if (failure) throw failure;
          const event = seen.find((one) => one.projectUpdate?.title === title);
          if (event) return event;
          if (Date.now() > end) throw new Error(`"${title}" was not seen live within ${timeout} ms; seen: ${JSON.stringify(seen)}, closed: ${closed}`);
          await sleep(20);
        }
      },
      stop: () => client.dispose(),
    };
  }
}

export const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

export function within(milliseconds, promise, what) {
  let timer;
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error(`${what} within ${milliseconds} ms`)), milliseconds); });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
